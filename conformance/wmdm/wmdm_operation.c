/* The application's end of a transfer that a provider makes by itself. */
#include "conformance/wmdm/wmdm_operation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/case/context.h"
#include "conformance/case/worker.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

/* ---- files */
void wmdm_in_evidence(struct conf *c, const char *name, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s/%s", c->context.evidence, name) >= PATH_MAX)
        conf_setup_failed(c, "a path of more than %d bytes", PATH_MAX);
}

WCHAR *wmdm_source(struct conf *c, const char *name, const void *data, size_t length, uint64_t size)
{
    char path[PATH_MAX];
    FILE *file;

    wmdm_in_evidence(c, name, path);
    file = fopen(path, "wb");
    if (!file || fwrite(data, 1, length, file) != length || fflush(file) != 0 ||
        (size > length && ftruncate(fileno(file), (off_t)size) != 0) || fclose(file) != 0)
        conf_setup_failed(c, "%s cannot be written", path);
    return com_utf16_from_utf8(path);
}

WCHAR *wmdm_source_folder(struct conf *c, const char *name)
{
    char path[PATH_MAX], below[64];

    wmdm_in_evidence(c, name, path);
    if (mkdir(path, 0755) != 0)
        conf_setup_failed(c, "%s cannot be made", path);
    snprintf(below, sizeof(below), "%s/one.mp3", name);
    CoTaskMemFree(wmdm_source(c, below, "one", 3, 0));
    snprintf(below, sizeof(below), "%s/below", name);
    wmdm_in_evidence(c, below, path);
    if (mkdir(path, 0755) != 0)
        conf_setup_failed(c, "%s cannot be made", path);
    wmdm_in_evidence(c, name, path);
    return com_utf16_from_utf8(path);
}

/* ---- IWMDMOperation3 */
struct operation {
    struct com_object com;
    IWMDMOperation3 IWMDMOperation3_iface;
    struct wmdm *w; /* borrowed, as the record */
    struct wmdm_operation_record *record;
};
COM_INTERFACE(operation, IWMDMOperation3)

static struct wmdm_operation_record *record_of(IWMDMOperation3 *This)
{
    return operation_from_IWMDMOperation3(This)->record;
}

static void operation_destroy(struct com_object *object)
{
    free(object);
}

static HRESULT STDMETHODCALLTYPE operation_BeginRead(IWMDMOperation3 *This)
{
    record_of(This)->is_disordered = true; /* it is no reading from the device */
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE operation_BeginWrite(IWMDMOperation3 *This)
{
    struct wmdm_operation_record *record = record_of(This);

    record->is_disordered |= record->blocks || record->ends;
    record->begins++;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectName(IWMDMOperation3 *This, WCHAR *pwszName,
                                                         DWORD nMaxChars)
{
    (void)This;
    return com_copy_string(u"operation.mp3", pwszName, nMaxChars);
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectName(IWMDMOperation3 *This,
                                                         const WCHAR *pwszName, DWORD nMaxChars)
{
    (void)This, (void)pwszName, (void)nMaxChars;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD *pdwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)This, (void)pFormat;
    *pdwAttributes = WMDM_FILE_ATTR_FILE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD dwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)This, (void)dwAttributes, (void)pFormat;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectTotalSize(IWMDMOperation3 *This, DWORD *pdwSize,
                                                              DWORD *pdwSizeHigh)
{
    *pdwSize = (DWORD)record_of(This)->length;
    *pdwSizeHigh = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectTotalSize(IWMDMOperation3 *This, DWORD dwSize,
                                                              DWORD dwSizeHigh)
{
    (void)This, (void)dwSize, (void)dwSizeHigh;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_clear(IWMDMOperation3 *This, BYTE *pData, DWORD *pdwSize)
{
    struct wmdm_operation_record *record = record_of(This);
    size_t some = record->length - record->at;

    record->is_disordered |= !record->begins || record->ends;
    some = some < record->block ? some : record->block;
    some = some < *pdwSize ? some : *pdwSize;
    *pdwSize = (DWORD)some;
    if (!some)
        return S_FALSE;
    memcpy(pData, record->data + record->at, some);
    record->at += some;
    record->blocks++;
    return record->ends_with_data && record->at == record->length ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectData(IWMDMOperation3 *This, BYTE *pData,
                                                              DWORD *pdwSize, BYTE *abMac)
{
    struct wmdm *w = operation_from_IWMDMOperation3(This)->w;
    HRESULT hr = operation_clear(This, pData, pdwSize);
    HRESULT closed;

    if (FAILED(hr) || !*pdwSize)
        return hr;
    wmdm_mac(w, pData, *pdwSize, pdwSize, sizeof(*pdwSize), abMac);
    closed = sac_encrypt_param(wmdm_channel(w), pData, *pdwSize);
    return FAILED(closed) ? closed : hr;
}

static HRESULT STDMETHODCALLTYPE operation_End(IWMDMOperation3 *This, HRESULT *phCompletionCode,
                                               IUnknown *pNewObject)
{
    struct wmdm_operation_record *record = record_of(This);

    (void)pNewObject;
    record->completion = phCompletionCode ? *phCompletionCode : E_POINTER;
    record->ends++;
    return S_OK;
}

static const IWMDMOperation3Vtbl operation_vtbl = {
    COM_UNKNOWN_SLOTS(operation, IWMDMOperation3),
    .BeginRead = operation_BeginRead,
    .BeginWrite = operation_BeginWrite,
    .GetObjectName = operation_GetObjectName,
    .SetObjectName = operation_SetObjectName,
    .GetObjectAttributes = operation_GetObjectAttributes,
    .SetObjectAttributes = operation_SetObjectAttributes,
    .GetObjectTotalSize = operation_GetObjectTotalSize,
    .SetObjectTotalSize = operation_SetObjectTotalSize,
    .TransferObjectData = operation_TransferObjectData,
    .End = operation_End,
    .TransferObjectDataOnClearChannel = operation_clear,
};
static const struct com_interface secure_interfaces[] = {
    COM_MAP(operation, IUnknown, IWMDMOperation3),
    COM_MAP(operation, IWMDMOperation, IWMDMOperation3),
    COM_MAP_END,
};
static const struct com_interface clear_interfaces[] = {
    COM_MAP(operation, IUnknown, IWMDMOperation3),
    COM_MAP(operation, IWMDMOperation, IWMDMOperation3),
    COM_MAP(operation, IWMDMOperation3, IWMDMOperation3),
    COM_MAP_END,
};
static const struct com_class secure_class = {"operation", secure_interfaces, operation_destroy};
static const struct com_class clear_class = {"operation", clear_interfaces, operation_destroy};

IWMDMOperation *wmdm_operation_new(struct wmdm *w, struct wmdm_operation_record *record,
                                   bool is_clear)
{
    struct operation *operation = calloc(1, sizeof(*operation));

    if (!operation)
        conf_setup_failed(wmdm_conf(w), "no memory");
    record->completion = E_PENDING;
    com_object_init(&operation->com, is_clear ? &clear_class : &secure_class);
    operation->IWMDMOperation3_iface.lpVtbl = &operation_vtbl;
    operation->w = w;
    operation->record = record;
    return (IWMDMOperation *)&operation->IWMDMOperation3_iface;
}
