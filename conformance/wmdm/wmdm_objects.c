/* What the host hands to a provider: a property list and a progress callback. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

/* ---- IWMDMMetaData */
struct item {
    WCHAR *name;
    WMDM_TAG_DATATYPE type;
    BYTE *value;
    UINT length;
};

struct metadata {
    struct com_object com;
    IWMDMMetaData IWMDMMetaData_iface;
    struct item *item; /* owned, with names and values */
    UINT count;
};
COM_INTERFACE(metadata, IWMDMMetaData)

static void metadata_destroy(struct com_object *object)
{
    struct metadata *list = (struct metadata *)object;

    for (UINT i = 0; i < list->count; i++) {
        CoTaskMemFree(list->item[i].name);
        CoTaskMemFree(list->item[i].value);
    }
    free(list->item);
    free(list);
}

static struct item *find(struct metadata *list, const WCHAR *name)
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

static HRESULT metadata_AddItem(IWMDMMetaData *This, WMDM_TAG_DATATYPE Type,
                                const WCHAR *pwszTagName, BYTE *pValue, DWORD iLength)
{
    struct metadata *list = metadata_from_IWMDMMetaData(This);
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

static HRESULT metadata_QueryByName(IWMDMMetaData *This, const WCHAR *pwszTagName,
                                    WMDM_TAG_DATATYPE *pType, BYTE **pValue, DWORD *pcbLength)
{
    struct item *item;

    if (!pwszTagName || !pType || !pValue || !pcbLength)
        return E_INVALIDARG;
    *pValue = NULL;
    *pcbLength = 0;
    item = find(metadata_from_IWMDMMetaData(This), pwszTagName);
    return item ? hand_out(item, pType, pValue, pcbLength) : HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static HRESULT metadata_QueryByIndex(IWMDMMetaData *This, DWORD iIndex, WCHAR **ppwszName,
                                     WMDM_TAG_DATATYPE *pType, BYTE **ppValue, DWORD *pcbLength)
{
    struct metadata *list = metadata_from_IWMDMMetaData(This);
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

static HRESULT metadata_GetItemCount(IWMDMMetaData *This, DWORD *iCount)
{
    if (!iCount)
        return E_INVALIDARG;
    *iCount = metadata_from_IWMDMMetaData(This)->count;
    return S_OK;
}

static const IWMDMMetaDataVtbl metadata_vtbl = {
    COM_UNKNOWN_SLOTS(metadata, IWMDMMetaData), .AddItem = metadata_AddItem,
    .QueryByName = metadata_QueryByName,        .QueryByIndex = metadata_QueryByIndex,
    .GetItemCount = metadata_GetItemCount,
};
static const struct com_interface metadata_interfaces[] = {
    COM_MAP(metadata, IUnknown, IWMDMMetaData),
    COM_MAP(metadata, IWMDMMetaData, IWMDMMetaData),
    COM_MAP_END,
};
static const struct com_class metadata_class = {"metadata", metadata_interfaces, metadata_destroy};

IWMDMMetaData *wmdm_metadata_new(void)
{
    struct metadata *list = calloc(1, sizeof(*list));

    if (!list)
        return NULL;
    com_object_init(&list->com, &metadata_class);
    list->IWMDMMetaData_iface.lpVtbl = &metadata_vtbl;
    return &list->IWMDMMetaData_iface;
}

bool wmdm_metadata_add_string(IWMDMMetaData *list, const WCHAR *name, const char *text)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    bool ok =
        wide && SUCCEEDED(IWMDMMetaData_AddItem(list, WMDM_TYPE_STRING, name, (BYTE *)wide,
                                                (DWORD)((com_wcslen(wide) + 1) * sizeof(WCHAR))));

    CoTaskMemFree(wide);
    return ok;
}

bool wmdm_metadata_add_dword(IWMDMMetaData *list, const WCHAR *name, DWORD value)
{
    return SUCCEEDED(IWMDMMetaData_AddItem(list, WMDM_TYPE_DWORD, name, (BYTE *)&value, 4));
}

char *wmdm_metadata_string(IWMDMMetaData *list, const WCHAR *name)
{
    struct item *item = find(metadata_from_IWMDMMetaData(list), name);
    WCHAR *text =
        item && item->type == WMDM_TYPE_STRING
            ? com_zalloc(item->length + sizeof(WCHAR)) /* ends even if the value does not */
            : NULL;
    char *result;

    if (!text)
        return NULL;
    memcpy(text, item->value, item->length & ~1u);
    result = com_utf8_from_utf16(text);
    free(text);
    return result;
}

bool wmdm_metadata_dword(IWMDMMetaData *list, const WCHAR *name, DWORD *ret_value)
{
    struct item *item = find(metadata_from_IWMDMMetaData(list), name);

    if (!item || (item->type != WMDM_TYPE_DWORD && item->type != WMDM_TYPE_BOOL))
        return false;
    memcpy(ret_value, item->value, sizeof(*ret_value));
    return true;
}

bool wmdm_metadata_qword(IWMDMMetaData *list, const WCHAR *name, uint64_t *ret_value)
{
    struct item *item = find(metadata_from_IWMDMMetaData(list), name);

    if (!item || item->type != WMDM_TYPE_QWORD)
        return false;
    memcpy(ret_value, item->value, sizeof(*ret_value));
    return true;
}

/* ---- IWMDMProgress3 */
struct progress {
    struct com_object com;
    IWMDMProgress3 IWMDMProgress3_iface;
    struct wmdm_progress_record *record; /* borrowed */
};
COM_INTERFACE(progress, IWMDMProgress3)

static void progress_destroy(struct com_object *object)
{
    free(object);
}

static HRESULT progress_Begin(IWMDMProgress3 *This, DWORD dwEstimatedTicks)
{
    struct wmdm_progress_record *record = progress_from_IWMDMProgress3(This)->record;

    record->begins++;
    record->estimated = dwEstimatedTicks;
    return S_OK;
}

static HRESULT progress_Progress(IWMDMProgress3 *This, DWORD dwTranspiredTicks)
{
    struct wmdm_progress_record *record = progress_from_IWMDMProgress3(This)->record;

    record->steps++;
    record->backwards |= dwTranspiredTicks < record->last;
    record->last = dwTranspiredTicks;
    if (record->at_step)
        record->at_step(record->context);
    return record->cancel_at && record->steps >= record->cancel_at ? WMDM_E_USER_CANCELLED : S_OK;
}

static HRESULT progress_End(IWMDMProgress3 *This)
{
    progress_from_IWMDMProgress3(This)->record->ends++;
    return S_OK;
}

static HRESULT progress_End2(IWMDMProgress3 *This, HRESULT hrCompletionCode)
{
    progress_from_IWMDMProgress3(This)->record->completion = hrCompletionCode;
    return progress_End(This);
}

static HRESULT progress_Begin3(IWMDMProgress3 *This, GUID EventId, DWORD dwEstimatedTicks,
                               OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Begin(This, dwEstimatedTicks);
}

static HRESULT progress_Progress3(IWMDMProgress3 *This, GUID EventId, DWORD dwTranspiredTicks,
                                  OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Progress(This, dwTranspiredTicks);
}

static HRESULT progress_End3(IWMDMProgress3 *This, GUID EventId, HRESULT hrCompletionCode,
                             OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_End2(This, hrCompletionCode);
}

static const IWMDMProgress3Vtbl progress_vtbl = {
    COM_UNKNOWN_SLOTS(progress, IWMDMProgress3),
    .Begin = progress_Begin,
    .Progress = progress_Progress,
    .End = progress_End,
    .End2 = progress_End2,
    .Begin3 = progress_Begin3,
    .Progress3 = progress_Progress3,
    .End3 = progress_End3,
};
static const struct com_interface progress_interfaces[] = {
    COM_MAP(progress, IUnknown, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress2, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress3, IWMDMProgress3),
    COM_MAP_END,
};
static const struct com_class progress_class = {"progress", progress_interfaces, progress_destroy};

IWMDMProgress3 *wmdm_progress_new(struct wmdm_progress_record *record)
{
    struct progress *progress = calloc(1, sizeof(*progress));

    if (!progress)
        return NULL;
    record->completion = E_PENDING;
    com_object_init(&progress->com, &progress_class);
    progress->IWMDMProgress3_iface.lpVtbl = &progress_vtbl;
    progress->record = record;
    return &progress->IWMDMProgress3_iface;
}
