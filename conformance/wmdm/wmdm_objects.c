/* What the host hands to a provider: a property list and a progress callback. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_metadata.h"
#include "conformance/wmdm/wmdm.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

/* ---- IWMDMMetaData */
IWMDMMetaData *wmdm_metadata_new(void)
{
    IWMDMMetaData *list = NULL;

    return SUCCEEDED(mdm_metadata_new(&list)) ? list : NULL;
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

/* The value, to CoTaskMemFree(); NULL: it is not there, or of another type. */
static BYTE *value_of(IWMDMMetaData *list, const WCHAR *name, WMDM_TAG_DATATYPE type,
                      DWORD *ret_length)
{
    WMDM_TAG_DATATYPE found;
    BYTE *value = NULL;

    if (FAILED(IWMDMMetaData_QueryByName(list, name, &found, &value, ret_length)))
        return NULL;
    if (found == type)
        return value;
    CoTaskMemFree(value);
    return NULL;
}

static bool number_of(IWMDMMetaData *list, const WCHAR *name, WMDM_TAG_DATATYPE type, void *ret,
                      size_t size)
{
    DWORD length;
    BYTE *value = value_of(list, name, type, &length);

    if (value)
        memcpy(ret, value, size);
    CoTaskMemFree(value);
    return value != NULL;
}

char *wmdm_metadata_string(IWMDMMetaData *list, const WCHAR *name)
{
    DWORD length;
    BYTE *value = value_of(list, name, WMDM_TYPE_STRING, &length);
    WCHAR *text = value ? com_zalloc(length + sizeof(WCHAR)) : NULL; /* ends even if the value */
    char *result = NULL;                                             /* does not */

    if (text) {
        memcpy(text, value, length & ~1u);
        result = com_utf8_copy(text);
    }
    free(text);
    CoTaskMemFree(value);
    return result;
}

bool wmdm_metadata_dword(IWMDMMetaData *list, const WCHAR *name, DWORD *ret_value)
{
    return number_of(list, name, WMDM_TYPE_DWORD, ret_value, sizeof(*ret_value)) ||
           number_of(list, name, WMDM_TYPE_BOOL, ret_value, sizeof(*ret_value));
}

bool wmdm_metadata_qword(IWMDMMetaData *list, const WCHAR *name, uint64_t *ret_value)
{
    return number_of(list, name, WMDM_TYPE_QWORD, ret_value, sizeof(*ret_value));
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

static HRESULT STDMETHODCALLTYPE progress_Begin(IWMDMProgress3 *This, DWORD dwEstimatedTicks)
{
    struct wmdm_progress_record *record = progress_from_IWMDMProgress3(This)->record;

    record->begins++;
    record->estimated = dwEstimatedTicks;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_Progress(IWMDMProgress3 *This, DWORD dwTranspiredTicks)
{
    struct wmdm_progress_record *record = progress_from_IWMDMProgress3(This)->record;

    record->steps++;
    record->backwards |= dwTranspiredTicks < record->last;
    record->last = dwTranspiredTicks;
    if (record->at_step)
        record->at_step(record->context);
    return record->cancel_at && record->steps >= record->cancel_at ? WMDM_E_USER_CANCELLED : S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_End(IWMDMProgress3 *This)
{
    progress_from_IWMDMProgress3(This)->record->ends++;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_End2(IWMDMProgress3 *This, HRESULT hrCompletionCode)
{
    progress_from_IWMDMProgress3(This)->record->completion = hrCompletionCode;
    return progress_End(This);
}

static HRESULT STDMETHODCALLTYPE progress_Begin3(IWMDMProgress3 *This, GUID EventId,
                                                 DWORD dwEstimatedTicks, OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Begin(This, dwEstimatedTicks);
}

static HRESULT STDMETHODCALLTYPE progress_Progress3(IWMDMProgress3 *This, GUID EventId,
                                                    DWORD dwTranspiredTicks,
                                                    OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Progress(This, dwTranspiredTicks);
}

static HRESULT STDMETHODCALLTYPE progress_End3(IWMDMProgress3 *This, GUID EventId,
                                               HRESULT hrCompletionCode, OPAQUECOMMAND *pContext)
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
