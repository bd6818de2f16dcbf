/* Defects of IMDSPStorageGlobals: the medium's figures and state, and what Initialize asks for. */
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

METHOD(NO_CAPABILITIES, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    HRESULT hr = NO_CAPABILITIES_book(This, capabilities);

    if (SUCCEEDED(hr))
        *capabilities = 0;
    return hr;
}

METHOD(NOT_INITIALIZABLE, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    HRESULT hr = NOT_INITIALIZABLE_book(This, capabilities);

    if (SUCCEEDED(hr))
        *capabilities |= WMDM_STORAGECAP_NOT_INITIALIZABLE;
    return hr;
}

METHOD(MEDIUM_MAC_UNTOUCHED, IMDSPStorageGlobals, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    HRESULT hr = MEDIUM_MAC_UNTOUCHED_book(This, serial, mac);

    if (SUCCEEDED(hr))
        memset(mac, 0, WMDM_MAC_LENGTH);
    return hr;
}

METHOD(MEDIUM_STATUS_ZERO, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIUM_STATUS_ZERO_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_READY)
        *status = 0;
    return hr;
}

/* ---- sizes */
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

/* ---- the way to others */
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
