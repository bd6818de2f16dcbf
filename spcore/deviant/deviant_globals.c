/* Defects of IMDSPStorageGlobals: the medium's figures and state, and what Initialize asks for. */
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_storage.h"

#define CAPABILITY_LACKS(token, flag)                                                              \
    METHOD(token, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)                       \
    {                                                                                              \
        HRESULT hr = token##_book(This, capabilities);                                             \
                                                                                                   \
        if (SUCCEEDED(hr))                                                                         \
            *capabilities &= ~(DWORD)(flag);                                                       \
        return hr;                                                                                 \
    }

CAPABILITY_LACKS(NO_FOLDERS_IN_ROOT, WMDM_STORAGECAP_FOLDERSINROOT)
CAPABILITY_LACKS(NO_FILES_IN_ROOT, WMDM_STORAGECAP_FILESINROOT)
CAPABILITY_LACKS(NO_FOLDERS_IN_FOLDERS, WMDM_STORAGECAP_FOLDERSINFOLDERS)
CAPABILITY_LACKS(NO_FILES_IN_FOLDERS, WMDM_STORAGECAP_FILESINFOLDERS)

METHOD(NOT_INITIALIZABLE, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    HRESULT hr = NOT_INITIALIZABLE_book(This, capabilities);

    if (SUCCEEDED(hr))
        *capabilities |= WMDM_STORAGECAP_NOT_INITIALIZABLE;
    return hr;
}

METHOD(MEDIUM_STATUS_ZERO, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIUM_STATUS_ZERO_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_READY)
        *status = 0;
    return hr;
}

METHOD(MEDIUM_UNFORMATTED, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIUM_UNFORMATTED_book(This, status);

    if (SUCCEEDED(hr))
        *status |= WMDM_STATUS_STORAGE_UNFORMATTED;
    return hr;
}

/* What is done to one medium is said of all. */
METHOD(MEDIA_BUSY_TOGETHER, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIA_BUSY_TOGETHER_book(This, status);
    IMDSPDevice *device = NULL;
    DWORD all = 0;

    if (hr != S_OK || IMDSPStorageGlobals_GetDevice(This, &device) != S_OK)
        return hr;
    all = sp_activity_status(
        sp_connection_activity(
            container_of((IMDSPDevice3 *)device, struct sp_device, IMDSPDevice3_iface)->connection),
        0);
    if (all)
        *status = all;
    IMDSPDevice_Release(device);
    return hr;
}

/* Whether anything was closed yet. */
static bool closed_once;

METHOD_AS(BUSY_STAYS_CLOSE, BUSY_STAYS, IMDSPObject2, Close)
{
    closed_once = true;
    return BUSY_STAYS_CLOSE_book(This);
}

METHOD(BUSY_STAYS, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = BUSY_STAYS_book(This, status);

    if (SUCCEEDED(hr) && closed_once)
        *status |= WMDM_STATUS_BUSY;
    return hr;
}

/* ---- sizes */
METHOD(FREE_IN_CLUSTERS, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    HRESULT hr = FREE_IN_CLUSTERS_book(This, low, high);

    if (SUCCEEDED(hr))
        *low = *low >> 12 | *high << 20, *high = 0;
    return hr;
}

METHOD(FREE_ABOVE_TOTAL, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    HRESULT hr = FREE_ABOVE_TOTAL_book(This, low, high);

    if (SUCCEEDED(hr))
        *high += 16;
    return hr;
}

METHOD(FREE_ONLY_FALLS, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    static uint64_t least = UINT64_MAX;
    HRESULT hr = FREE_ONLY_FALLS_book(This, low, high);

    if (FAILED(hr))
        return hr;
    if (((uint64_t)*high << 32 | *low) < least)
        least = (uint64_t)*high << 32 | *low;
    *low = (DWORD)least;
    *high = (DWORD)(least >> 32);
    return hr;
}

METHOD(BAD_SPACE, IMDSPStorageGlobals, GetTotalBad, DWORD *low, DWORD *high)
{
    HRESULT hr = BAD_SPACE_book(This, low, high);

    if (SUCCEEDED(hr))
        *low = 512;
    return hr;
}

METHOD(SIZES_32_BIT, IMDSPStorageGlobals, GetTotalSize, DWORD *low, DWORD *high)
{
    HRESULT hr = SIZES_32_BIT_book(This, low, high);

    if (SUCCEEDED(hr) && *high) {
        *low = *low >> 12 | *high << 20;
        *high = 0;
    }
    return hr;
}

METHOD(FREE_IS_TOTAL, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    return This->lpVtbl->GetTotalSize(This, low, high);
}

METHOD(BAD_UNSUPPORTED, IMDSPStorageGlobals, GetTotalBad, DWORD *low, DWORD *high)
{
    return hr_swap(BAD_UNSUPPORTED_book(This, low, high), S_OK, WMDM_E_NOTSUPPORTED);
}

/* ---- Initialize */
METHOD(FORMAT_ANY_MODE, IMDSPStorageGlobals, Initialize, UINT mode, IWMDMProgress *progress)
{
    return FORMAT_ANY_MODE_book(
        This, mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD) ? mode : mode | WMDM_MODE_BLOCK,
        progress);
}

/* A mode of 0 is refused like a bad argument. */
METHOD(FORMAT_NEEDS_PROGRESS, IMDSPStorageGlobals, Initialize, UINT mode, IWMDMProgress *progress)
{
    return FORMAT_NEEDS_PROGRESS_book(This, progress ? mode : 0, progress);
}

/* A real format behind an answer that says there was none. */
static HRESULT format_all_the_same(IMDSPStorageGlobals *This, HRESULT hr)
{
    struct mtpi_u32_array handles = {0};
    IMDSPStorage *root = NULL;
    const struct sp_storage *self;

    if (FAILED(This->lpVtbl->GetRootStorage(This, &root)))
        return hr;
    self = sp_storage_of(root);
    if (SUCCEEDED(sp_children(self->device, self->storage, 0, &handles))) {
        for (size_t i = 0; i < handles.count; i++)
            (void)mtpi_delete_object(sp_storage_mtpi(self), handles.item[i]);
    }
    free(handles.item);
    root->lpVtbl->Release(root);
    return hr;
}

#define INITIALIZE(token)                                                                          \
    METHOD(token, IMDSPStorageGlobals, Initialize, UINT mode, IWMDMProgress *progress)

INITIALIZE(INITIALIZE_STUB)
{
    (void)This, (void)mode, (void)progress;
    return E_NOTIMPL;
}

INITIALIZE(FORMAT_QUERY)
{
    return FORMAT_QUERY_book(This, mode == WMDM_MODE_QUERY ? WMDM_MODE_BLOCK : mode, progress);
}

INITIALIZE(NO_MODE_FORMATS)
{
    HRESULT hr = NO_MODE_FORMATS_book(This, mode, progress);

    return hr == E_INVALIDARG ? format_all_the_same(This, hr) : hr;
}

INITIALIZE(BUSY_FORMATS)
{
    HRESULT hr = BUSY_FORMATS_book(This, mode, progress);

    return hr == WMDM_E_BUSY ? format_all_the_same(This, hr) : hr;
}

INITIALIZE(BUSY_IS_E_FAIL)
{
    return hr_swap(BUSY_IS_E_FAIL_book(This, mode, progress), WMDM_E_BUSY, E_FAIL);
}

INITIALIZE(CANCEL_FORMATS)
{
    HRESULT hr = CANCEL_FORMATS_book(This, mode, progress);

    return hr == WMDM_E_USER_CANCELLED ? format_all_the_same(This, hr) : hr;
}

INITIALIZE(CANCEL_IS_ABORT)
{
    return hr_swap(CANCEL_IS_ABORT_book(This, mode, progress), WMDM_E_USER_CANCELLED, E_ABORT);
}

/* The free space of before the format. */
static DWORD old_free[2];
static bool is_formatted;

METHOD_AS(FORMAT_FREES_NOTHING_INITIALIZE, FORMAT_FREES_NOTHING, IMDSPStorageGlobals, Initialize,
          UINT mode, IWMDMProgress *progress)
{
    (void)This->lpVtbl->GetTotalFree(This, &old_free[0], &old_free[1]);
    is_formatted = true;
    return FORMAT_FREES_NOTHING_INITIALIZE_book(This, mode, progress);
}

METHOD(FORMAT_FREES_NOTHING, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    HRESULT hr = FORMAT_FREES_NOTHING_book(This, low, high);

    if (SUCCEEDED(hr) && is_formatted)
        *low = old_free[0], *high = old_free[1];
    return hr;
}

METHOD_AS(FORMAT_STAYS_BUSY_INITIALIZE, FORMAT_STAYS_BUSY, IMDSPStorageGlobals, Initialize,
          UINT mode, IWMDMProgress *progress)
{
    is_formatted = true;
    return FORMAT_STAYS_BUSY_INITIALIZE_book(This, mode, progress);
}

METHOD(FORMAT_STAYS_BUSY, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = FORMAT_STAYS_BUSY_book(This, status);

    if (SUCCEEDED(hr) && is_formatted)
        *status = WMDM_STATUS_BUSY | WMDM_STATUS_STORAGE_INITIALIZING;
    return hr;
}

/* ---- NULL */
METHOD(CAPABILITIES_NULL_OK, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    return CAPABILITIES_NULL_OK_book(This, capabilities ? capabilities : &(DWORD){0});
}

METHOD(MEDIUM_SERIAL_NULL_OK, IMDSPStorageGlobals, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    BYTE own[WMDM_MAC_LENGTH];

    return MEDIUM_SERIAL_NULL_OK_book(This, serial, mac ? mac : own);
}

METHOD(MEDIUM_STATUS_NULL_OK, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    return MEDIUM_STATUS_NULL_OK_book(This, status ? status : &(DWORD){0});
}

METHOD(ROOT_NULL_OK, IMDSPStorageGlobals, GetRootStorage, IMDSPStorage **root)
{
    return root ? ROOT_NULL_OK_book(This, root) : S_OK;
}

/* ---- the way to others */
METHOD(ROOT_OF_LAST, IMDSPStorageGlobals, GetRootStorage, IMDSPStorage **root)
{
    HRESULT hr = ROOT_OF_LAST_book(This, root);
    const struct sp_storage *self = SUCCEEDED(hr) ? sp_storage_of(*root) : NULL;
    struct mtpi_u32_array media = {0};
    IMDSPStorage *other = NULL;

    if (self && mtpi_get_storage_ids(sp_storage_mtpi(self), &media) == 0 && media.count > 1)
        (void)sp_storage_new(self->device, media.item[media.count - 1], 0, &other);
    free(media.item);
    if (other) {
        (void)take_back(hr, root, S_OK);
        *root = other;
    }
    return hr;
}

METHOD(GET_DEVICE_FAILS, IMDSPStorageGlobals, GetDevice, IMDSPDevice **device)
{
    return take_back(GET_DEVICE_FAILS_book(This, device), device, E_FAIL);
}

METHOD(ROOT_IS_CHILD, IMDSPStorageGlobals, GetRootStorage, IMDSPStorage **root)
{
    HRESULT hr = ROOT_IS_CHILD_book(This, root);
    const struct sp_storage *self = SUCCEEDED(hr) ? sp_storage_of(*root) : NULL;
    struct mtpi_u32_array below = {0};
    IMDSPStorage *child = NULL;

    if (self && SUCCEEDED(sp_children(self->device, self->storage, 0, &below)) && below.count)
        (void)sp_storage_new(self->device, self->storage, below.item[0], &child);
    free(below.item);
    if (child) {
        (void)take_back(hr, root, S_OK);
        *root = child;
    }
    return hr;
}

METHOD(NO_BAD_SPACE, IMDSPStorageGlobals, GetTotalBad, DWORD *low, DWORD *high)
{
    HRESULT hr = NO_BAD_SPACE_book(This, low, high);

    return SUCCEEDED(hr) ? WMDM_E_NOTSUPPORTED : hr;
}
