/* IMDSPStorageGlobals: one medium as a whole, reached from any object on it. */
#include <stdlib.h>

#include "spcore/com/com_memory.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_background.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_opened.h"
#include "spcore/sp/sp_storage.h"

struct sp_globals {
    struct com_object com;
    IMDSPStorageGlobals IMDSPStorageGlobals_iface;
    struct sp_device *device; /* a reference */
    uint32_t storage;
};

COM_INTERFACE(sp_globals, IMDSPStorageGlobals)

#define NO_LIMIT 0xffffffffu /* FreeSpaceInObjects (MTP 1.1, 5.2.2.6) */

static HRESULT medium_of(struct sp_globals *self, struct mtpi_storage_info *ret_medium)
{
    return sp_connection_hr(self->device->connection,
                            mtpi_get_storage_info(sp_connection_mtpi(self->device->connection),
                                                  self->storage, ret_medium));
}

static HRESULT STDMETHODCALLTYPE globals_GetCapabilities(IMDSPStorageGlobals *This,
                                                         DWORD *pdwCapabilities)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    struct mtpi_storage_info medium = {0};
    DWORD capabilities = 0;
    HRESULT hr = sp_enter_device(self->device, pdwCapabilities != NULL);

    if (FAILED(hr))
        return hr;
    hr = medium_of(self, &medium);
    if (FAILED(hr))
        return hr;
    mtpi_storage_info_done(&medium);
    if (medium.access == MTP_AC_READ_WRITE)
        capabilities |= WMDM_STORAGECAP_FILESINROOT;
    if (medium.access == MTP_AC_READ_WRITE && medium.filesystem_type != MTP_FST_GENERIC_FLAT)
        capabilities |= WMDM_STORAGECAP_FOLDERSINROOT | WMDM_STORAGECAP_FOLDERSINFOLDERS |
                        WMDM_STORAGECAP_FILESINFOLDERS;
    if (medium.free_objects && medium.free_objects != NO_LIMIT) /* 0 says nothing on most devices */
        capabilities |= WMDM_STORAGECAP_FILELIMITEXISTS | WMDM_STORAGECAP_FOLDERLIMITEXISTS;
    if (!sp_facts_lists(sp_connection_facts(self->device->connection), MTP_OP_FORMAT_STORE) ||
        medium.access != MTP_AC_READ_WRITE)
        capabilities |= WMDM_STORAGECAP_NOT_INITIALIZABLE;
    *pdwCapabilities = capabilities;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE globals_GetSerialNumber(IMDSPStorageGlobals *This,
                                                         WMDMID *pSerialNum, BYTE *abMac)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    struct mtpi_storage_info medium = {0};
    HRESULT hr = sp_enter_device(self->device, pSerialNum && abMac);

    if (FAILED(hr))
        return hr;
    hr = medium_of(self, &medium);
    if (FAILED(hr))
        return hr;
    /* The volume identifier is unique for a medium (MTP 1.1, 5.2.2.8). */
    hr = sp_serial(self->device->context, medium.volume, pSerialNum, abMac);
    mtpi_storage_info_done(&medium);
    return hr;
}

enum figure { TOTAL, FREE, BAD };

static HRESULT bytes_of(IMDSPStorageGlobals *This, enum figure which, DWORD *low, DWORD *high)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    struct mtpi_storage_info medium = {0};
    uint64_t bytes = 0; /* MTP knows no bad blocks */
    HRESULT hr = sp_enter_device(self->device, low && high);

    if (FAILED(hr))
        return hr;
    hr = medium_of(self, &medium);
    if (FAILED(hr))
        return hr;
    mtpi_storage_info_done(&medium);
    if (which == TOTAL)
        bytes = medium.capacity;
    else if (which == FREE)
        bytes = medium.free_bytes;
    *low = (DWORD)bytes;
    *high = (DWORD)(bytes >> 32);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE globals_GetTotalSize(IMDSPStorageGlobals *This,
                                                      DWORD *pdwTotalSizeLow,
                                                      DWORD *pdwTotalSizeHigh)
{
    return bytes_of(This, TOTAL, pdwTotalSizeLow, pdwTotalSizeHigh);
}

static HRESULT STDMETHODCALLTYPE globals_GetTotalFree(IMDSPStorageGlobals *This, DWORD *pdwFreeLow,
                                                      DWORD *pdwFreeHigh)
{
    return bytes_of(This, FREE, pdwFreeLow, pdwFreeHigh);
}

static HRESULT STDMETHODCALLTYPE globals_GetTotalBad(IMDSPStorageGlobals *This, DWORD *pdwBadLow,
                                                     DWORD *pdwBadHigh)
{
    return bytes_of(This, BAD, pdwBadLow, pdwBadHigh);
}

static HRESULT STDMETHODCALLTYPE globals_GetStatus(IMDSPStorageGlobals *This, DWORD *pdwStatus)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    struct mtpi_storage_info medium = {0};
    HRESULT hr = sp_enter(self->device->context, pdwStatus != NULL);

    if (FAILED(hr))
        return hr;
    *pdwStatus =
        sp_activity_status(sp_connection_activity(self->device->connection), self->storage);
    if (*pdwStatus)
        return S_OK;
    hr = medium_of(self, &medium);
    mtpi_storage_info_done(&medium);
    if (sp_connection_gone(self->device->connection))
        *pdwStatus = WMDM_STATUS_DEVICE_NOTPRESENT;
    else if (hr == HRESULT_FROM_WIN32(ERROR_NOT_READY))
        *pdwStatus = WMDM_STATUS_STORAGE_NOTPRESENT;
    else if (hr == WMDM_E_BUSY)
        *pdwStatus = WMDM_STATUS_BUSY;
    else if (FAILED(hr))
        return hr;
    else
        *pdwStatus = WMDM_STATUS_READY;
    return S_OK;
}

struct format {
    struct sp_globals *medium;
    IWMDMProgress *callback; /* NULL: none */
    struct sp_running running;
};

static HRESULT format_medium(struct format *format)
{
    struct sp_connection *connection = format->medium->device->connection;
    struct sp_progress progress;
    HRESULT hr = sp_progress_begin(&progress, format->callback, 2);

    /* Until the device is told there is something to cancel, afterwards there is not. */
    if (SUCCEEDED(hr))
        hr = sp_progress_step(&progress);
    if (SUCCEEDED(hr))
        hr = sp_connection_hr(connection, mtpi_format_store(sp_connection_mtpi(connection),
                                                            format->medium->storage, 0));
    if (SUCCEEDED(hr))
        (void)sp_progress_step(&progress);
    sp_activity_end(sp_connection_activity(connection), &format->running);
    sp_progress_end(&progress, hr);
    return hr;
}

static void format_aside(void *context)
{
    (void)format_medium(context);
}

/* From here on the medium is busy, whoever asks; until format_medium() is done with it. */
static bool claim(struct format *format)
{
    struct sp_connection *connection = format->medium->device->connection;

    if (!sp_activity_claim(sp_connection_activity(connection), &format->running,
                           format->medium->storage, WMDM_STATUS_STORAGE_INITIALIZING))
        return false;
    if (!sp_opened_has(sp_connection_opened(connection), format->medium->storage, 0))
        return true;
    sp_activity_end(sp_connection_activity(connection), &format->running);
    return false;
}

static HRESULT begin_format(struct format *format)
{
    HRESULT hr = claim(format) ? S_OK : WMDM_E_BUSY;

    if (FAILED(hr))
        return hr;
    hr = sp_background(format_aside, format, (IUnknown *)&format->medium->IMDSPStorageGlobals_iface,
                       format->callback);
    if (FAILED(hr))
        sp_activity_end(sp_connection_activity(format->medium->device->connection),
                        &format->running);
    return hr;
}

static HRESULT STDMETHODCALLTYPE globals_Initialize(IMDSPStorageGlobals *This, DWORD fuMode,
                                                    IWMDMProgress *pProgress)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    HRESULT hr = sp_enter_device(self->device, fuMode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD));
    struct format now = {self, pProgress, {0}}, *later;

    if (FAILED(hr))
        return hr;
    if (!sp_facts_lists(sp_connection_facts(self->device->connection), MTP_OP_FORMAT_STORE))
        return WMDM_E_NOTSUPPORTED;
    if (fuMode & WMDM_MODE_BLOCK) /* with THREAD, too (SP-GLOB-017) */
        return claim(&now) ? format_medium(&now) : WMDM_E_BUSY;
    later = com_zalloc(sizeof(*later));
    if (!later)
        return E_OUTOFMEMORY;
    *later = now;
    hr = begin_format(later);
    if (FAILED(hr))
        free(later);
    return hr;
}

static HRESULT STDMETHODCALLTYPE globals_GetDevice(IMDSPStorageGlobals *This,
                                                   IMDSPDevice **ppDevice)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppDevice));

    if (FAILED(hr))
        return hr;
    sp_device_ref(self->device);
    *ppDevice = (IMDSPDevice *)&self->device->IMDSPDevice3_iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE globals_GetRootStorage(IMDSPStorageGlobals *This,
                                                        IMDSPStorage **ppRoot)
{
    struct sp_globals *self = sp_globals_from_IMDSPStorageGlobals(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppRoot));

    if (FAILED(hr))
        return hr;
    return sp_storage_new(self->device, self->storage, 0, ppRoot);
}

static const IMDSPStorageGlobalsVtbl globals_vtbl = {
    COM_UNKNOWN_SLOTS(sp_globals, IMDSPStorageGlobals),
    .GetCapabilities = globals_GetCapabilities,
    .GetSerialNumber = globals_GetSerialNumber,
    .GetTotalSize = globals_GetTotalSize,
    .GetTotalFree = globals_GetTotalFree,
    .GetTotalBad = globals_GetTotalBad,
    .GetStatus = globals_GetStatus,
    .Initialize = globals_Initialize,
    .GetDevice = globals_GetDevice,
    .GetRootStorage = globals_GetRootStorage,
};

static const struct com_interface globals_interfaces[] = {
    COM_MAP(sp_globals, IUnknown, IMDSPStorageGlobals),
    COM_MAP(sp_globals, IMDSPStorageGlobals, IMDSPStorageGlobals),
    COM_MAP_END,
};

static void globals_destroy(struct com_object *object)
{
    struct sp_globals *self = container_of(object, struct sp_globals, com);

    sp_device_unref(self->device);
    free(self);
}

static const struct com_class globals_class = {"sp_globals", globals_interfaces, globals_destroy};

HRESULT sp_globals_new(struct sp_device *device, uint32_t storage,
                       IMDSPStorageGlobals **ret_globals)
{
    struct sp_globals *self = com_zalloc(sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    sp_device_ref(device);
    self->IMDSPStorageGlobals_iface.lpVtbl = &globals_vtbl;
    self->device = device;
    self->storage = storage;
    com_object_init(&self->com, &globals_class);
    *ret_globals = &self->IMDSPStorageGlobals_iface;
    return S_OK;
}
