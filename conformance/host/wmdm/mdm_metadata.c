/* IWMDMMetaData: a property list, for an application and for what goes to a provider. */
#include "conformance/host/wmdm/mdm_metadata.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

struct item {
    WCHAR *name;
    WMDM_TAG_DATATYPE type;
    BYTE *value;
    UINT length;
};

struct mdm_metadata {
    struct com_object com;
    IWMDMMetaData IWMDMMetaData_iface;
    struct item *item; /* owned, with names and values */
    UINT count;
};
COM_INTERFACE(mdm_metadata, IWMDMMetaData)

static void metadata_destroy(struct com_object *object)
{
    struct mdm_metadata *list = (struct mdm_metadata *)object;

    for (UINT i = 0; i < list->count; i++) {
        CoTaskMemFree(list->item[i].name);
        CoTaskMemFree(list->item[i].value);
    }
    free(list->item);
    free(list);
}

static struct item *find(struct mdm_metadata *list, const WCHAR *name)
{
    for (UINT i = 0; i < list->count; i++) {
        if (com_wcseq(list->item[i].name, name))
            return &list->item[i];
    }
    return NULL;
}

/* Lengths of the types that have only one; 0: any. */
static UINT fixed_length(WMDM_TAG_DATATYPE type)
{
    static const UINT lengths[] = {
        [WMDM_TYPE_DWORD] = 4, [WMDM_TYPE_BOOL] = 4,  [WMDM_TYPE_QWORD] = 8,
        [WMDM_TYPE_WORD] = 2,  [WMDM_TYPE_GUID] = 16, [WMDM_TYPE_DATE] = sizeof(WMDMDATETIME),
    };

    return (size_t)type < ARRAY_SIZE(lengths) ? lengths[type] : 0;
}

static BYTE *copy_of(const BYTE *value, UINT length)
{
    BYTE *copy = CoTaskMemAlloc(length);

    if (copy && length)
        memcpy(copy, value, length);
    return copy;
}

static HRESULT STDMETHODCALLTYPE metadata_AddItem(IWMDMMetaData *This, WMDM_TAG_DATATYPE Type,
                                                  const WCHAR *pwszTagName, BYTE *pValue,
                                                  DWORD iLength)
{
    struct mdm_metadata *list = mdm_metadata_from_IWMDMMetaData(This);
    struct item *item, *grown;
    BYTE *value;

    if (!pwszTagName || (!pValue && iLength) || Type > WMDM_TYPE_DATE ||
        (fixed_length(Type) && iLength != fixed_length(Type)))
        return E_INVALIDARG;
    value = copy_of(pValue, iLength);
    item = value ? find(list, pwszTagName) : NULL;
    if (value && !item) {
        grown = realloc(list->item, (list->count + 1) * sizeof(*grown));
        list->item = grown ? grown : list->item;
        item = grown ? &grown[list->count] : NULL;
        if (item)
            *item = (struct item){.name = com_wcsdup(pwszTagName)};
        item = item && item->name ? item : NULL;
        list->count += item ? 1 : 0;
    }
    if (!item) {
        CoTaskMemFree(value);
        return E_OUTOFMEMORY;
    }
    CoTaskMemFree(item->value);
    item->type = Type;
    item->value = value;
    item->length = iLength;
    return S_OK;
}

static HRESULT hand_out(const struct item *item, WMDM_TAG_DATATYPE *pType, BYTE **pValue,
                        DWORD *pcbLength)
{
    *pValue = copy_of(item->value, item->length);
    if (!*pValue)
        return E_OUTOFMEMORY;
    *pType = item->type;
    *pcbLength = item->length;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE metadata_QueryByName(IWMDMMetaData *This, const WCHAR *pwszTagName,
                                                      WMDM_TAG_DATATYPE *pType, BYTE **pValue,
                                                      DWORD *pcbLength)
{
    struct item *item;

    if (!pwszTagName || !pType || !pValue || !pcbLength)
        return E_INVALIDARG;
    *pValue = NULL;
    *pcbLength = 0;
    item = find(mdm_metadata_from_IWMDMMetaData(This), pwszTagName);
    return item ? hand_out(item, pType, pValue, pcbLength) : HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static HRESULT STDMETHODCALLTYPE metadata_QueryByIndex(IWMDMMetaData *This, DWORD iIndex,
                                                       WCHAR **ppwszName, WMDM_TAG_DATATYPE *pType,
                                                       BYTE **ppValue, DWORD *pcbLength)
{
    struct mdm_metadata *list = mdm_metadata_from_IWMDMMetaData(This);
    HRESULT hr;

    if (!ppwszName || !pType || !ppValue || !pcbLength)
        return E_INVALIDARG;
    *ppwszName = NULL;
    *ppValue = NULL;
    *pcbLength = 0;
    if (iIndex >= list->count)
        return E_INVALIDARG;
    hr = hand_out(&list->item[iIndex], pType, ppValue, pcbLength);
    if (FAILED(hr))
        return hr;
    *ppwszName = com_wcsdup(list->item[iIndex].name);
    if (*ppwszName)
        return S_OK;
    CoTaskMemFree(*ppValue);
    *ppValue = NULL;
    *pcbLength = 0;
    return E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE metadata_GetItemCount(IWMDMMetaData *This, DWORD *iCount)
{
    if (!iCount)
        return E_INVALIDARG;
    *iCount = mdm_metadata_from_IWMDMMetaData(This)->count;
    return S_OK;
}

static const IWMDMMetaDataVtbl metadata_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_metadata, IWMDMMetaData),
    .AddItem = metadata_AddItem,
    .QueryByName = metadata_QueryByName,
    .QueryByIndex = metadata_QueryByIndex,
    .GetItemCount = metadata_GetItemCount,
};
static const struct com_interface metadata_interfaces[] = {
    COM_MAP(mdm_metadata, IUnknown, IWMDMMetaData),
    COM_MAP(mdm_metadata, IWMDMMetaData, IWMDMMetaData),
    COM_MAP_END,
};
static const struct com_class metadata_class = {"mdm_metadata", metadata_interfaces,
                                                metadata_destroy};

HRESULT mdm_metadata_new(IWMDMMetaData **ret_metadata)
{
    struct mdm_metadata *list = calloc(1, sizeof(*list));

    if (!list)
        return E_OUTOFMEMORY;
    list->IWMDMMetaData_iface.lpVtbl = &metadata_vtbl;
    com_object_init(&list->com, &metadata_class);
    *ret_metadata = &list->IWMDMMetaData_iface;
    return S_OK;
}
