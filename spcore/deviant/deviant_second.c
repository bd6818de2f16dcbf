/* Defects of a device with several media: what is meant for the second goes to the first, and the
 * enumerator of media counts in a way of its own. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_storage.h"

#define INITIALIZE(token)                                                                          \
    METHOD(token, IMDSPStorageGlobals, Initialize, UINT mode, IWMDMProgress *progress)

/* 0: there is none. */
static uint32_t first_medium(const struct sp_device *device)
{
    struct mtpi_u32_array media = {0};
    uint32_t first = 0;

    if (mtpi_get_storage_ids(sp_connection_mtpi(device->connection), &media) == 0 && media.count)
        first = media.item[0];
    free(media.item);
    return first;
}

static struct sp_device *device_of(IMDSPStorageGlobals *globals)
{
    IMDSPDevice *device = NULL;

    if (FAILED(IMDSPStorageGlobals_GetDevice(globals, &device)))
        return NULL;
    IMDSPDevice_Release(device); /* the globals have a reference of their own */
    return container_of((IMDSPDevice3 *)device, struct sp_device, IMDSPDevice3_iface);
}

/* Globals of the first medium; a reference of the caller's, NULL: there are none. */
static IMDSPStorageGlobals *first_globals(IMDSPStorageGlobals *This)
{
    struct sp_device *device = device_of(This);
    IMDSPStorageGlobals *first = NULL;

    if (device)
        (void)sp_globals_new(device, first_medium(device), &first);
    return first;
}

/* ---- what is done on the second medium */
METHOD(MADE_ON_FIRST, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    IMDSPStorage *first = NULL;
    HRESULT hr;

    if (self->handle || FAILED(sp_storage_new(self->device, first_medium(self->device), 0, &first)))
        return MADE_ON_FIRST_book(This, attributes, format, name, created);
    hr = MADE_ON_FIRST_book((IMDSPStorage4 *)first, attributes, format, name, created);
    IMDSPStorage_Release(first);
    return hr;
}

METHOD(FREE_OF_FIRST, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    IMDSPStorageGlobals *first = first_globals(This);
    HRESULT hr = FREE_OF_FIRST_book(first ? first : This, low, high);

    if (first)
        IMDSPStorageGlobals_Release(first);
    return hr;
}

INITIALIZE(FORMATS_FIRST)
{
    IMDSPStorageGlobals *first = first_globals(This);
    HRESULT hr = FORMATS_FIRST_book(first ? first : This, mode, progress);

    if (first)
        IMDSPStorageGlobals_Release(first);
    return hr;
}

INITIALIZE(FORMATS_ONCE)
{
    static bool has_formatted;
    HRESULT hr = has_formatted ? E_FAIL : FORMATS_ONCE_book(This, mode, progress);

    has_formatted = has_formatted || SUCCEEDED(hr);
    return hr;
}

INITIALIZE(ANY_OPEN_IS_BUSY)
{
    struct sp_device *device = device_of(This);

    return device && sp_opened_has(sp_connection_opened(device->connection), 0, 0)
               ? WMDM_E_BUSY
               : ANY_OPEN_IS_BUSY_book(This, mode, progress);
}

/* ---- what a device finds */
METHOD(FINDS_ON_FIRST, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = FINDS_ON_FIRST_book(This, name, storage);

    if (hr == S_OK &&
        sp_storage_of(*storage)->storage != first_medium(SELF(sp_device, IMDSPDevice3)))
        return take_back(hr, storage, S_FALSE);
    return hr;
}

METHOD(CHILDREN_ON_FIRST, IMDSPDevice3, FindStorage, WMDM_FIND_SCOPE scope, const WCHAR *id,
       IMDSPStorage **storage)
{
    HRESULT hr = CHILDREN_ON_FIRST_book(This, scope, id, storage);

    if (hr == S_OK && scope == WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN &&
        sp_storage_of(*storage)->storage != first_medium(SELF(sp_device, IMDSPDevice3)))
        return take_back(hr, storage, HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    return hr;
}

/* ---- the enumerator of media */

/* Is the first of them a root? What it asks itself is by the book. */
static bool is_of_media(IMDSPEnumStorage *all)
{
    static _Thread_local bool is_asking;
    IMDSPEnumStorage *clone = NULL;
    IMDSPStorage *first = NULL;
    ULONG got = 0;
    bool is_root = false;

    if (is_asking)
        return false;
    is_asking = true;
    if (SUCCEEDED(IMDSPEnumStorage_Clone(all, &clone))) {
        (void)IMDSPEnumStorage_Reset(clone);
        (void)IMDSPEnumStorage_Next(clone, 1, &first, &got);
        IMDSPEnumStorage_Release(clone);
    }
    if (first) {
        is_root = !sp_storage_of(first)->handle;
        IMDSPStorage_Release(first);
    }
    is_asking = false;
    return is_root;
}

METHOD(MEDIA_NEXT_OK, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = MEDIA_NEXT_OK_book(This, wanted, storages, taken);

    return taken && *taken && is_of_media(This) ? hr_swap(hr, S_FALSE, S_OK) : hr;
}

METHOD(MEDIA_SKIP_OK, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *skipped)
{
    HRESULT hr = MEDIA_SKIP_OK_book(This, wanted, skipped);

    return is_of_media(This) ? hr_swap(hr, S_FALSE, S_OK) : hr;
}

METHOD(MEDIA_RESET_LOST, IMDSPEnumStorage, Reset)
{
    return is_of_media(This) ? S_OK : MEDIA_RESET_LOST_book(This);
}

METHOD(MEDIA_CLONE_AT_START, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    bool is_media = is_of_media(This);
    HRESULT hr = MEDIA_CLONE_AT_START_book(This, clone);

    if (SUCCEEDED(hr) && is_media)
        (void)IMDSPEnumStorage_Reset(*clone);
    return hr;
}
