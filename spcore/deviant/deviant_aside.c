/* Defects of what goes on while nobody waits for it: formats in thread mode, what a status says
 * meanwhile, and enumerators over what changes. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_storage.h"

#define BOTH (WMDM_MODE_BLOCK | WMDM_MODE_THREAD)

/* ---- Initialize */
METHOD(ASIDE_WAITS, IMDSPStorageGlobals, Initialize, DWORD mode, IWMDMProgress *progress)
{
    return ASIDE_WAITS_book(This, mode & WMDM_MODE_THREAD ? mode | WMDM_MODE_BLOCK : mode,
                            progress);
}

METHOD(ASIDE_REFUSED, IMDSPStorageGlobals, Initialize, DWORD mode, IWMDMProgress *progress)
{
    return (mode & BOTH) == WMDM_MODE_THREAD ? WMDM_E_NOTSUPPORTED
                                             : ASIDE_REFUSED_book(This, mode, progress);
}

METHOD(BOTH_ARE_ASIDE, IMDSPStorageGlobals, Initialize, DWORD mode, IWMDMProgress *progress)
{
    return BOTH_ARE_ASIDE_book(This, (mode & BOTH) == BOTH ? WMDM_MODE_THREAD : mode, progress);
}

/* ---- what a status says */
#define STATUS(token, interface, change)                                                           \
    METHOD(token, interface, GetStatus, DWORD *status)                                             \
    {                                                                                              \
        HRESULT hr = token##_book(This, status);                                                   \
                                                                                                   \
        if (SUCCEEDED(hr) && *status & WMDM_STATUS_BUSY)                                           \
            *status = change;                                                                      \
        return hr;                                                                                 \
    }
#define FORMATS(status) ((status)&WMDM_STATUS_STORAGE_INITIALIZING)

STATUS(ASIDE_READY, IMDSPStorageGlobals,
       *status | (FORMATS(*status) ? (DWORD)WMDM_STATUS_READY : 0))
STATUS(ASIDE_UNSAID, IMDSPStorageGlobals, *status & ~(DWORD)WMDM_STATUS_STORAGE_INITIALIZING)
STATUS(MEDIUM_WRITES_READY, IMDSPStorageGlobals,
       FORMATS(*status) ? *status : (DWORD)WMDM_STATUS_READY)
STATUS(DEVICE_WRITES_READY, IMDSPDevice3, FORMATS(*status) ? *status : (DWORD)WMDM_STATUS_READY)
STATUS(DEVICE_FORMATS_READY, IMDSPDevice3,
       *status | (FORMATS(*status) ? (DWORD)WMDM_STATUS_READY : 0))

/* Of a device that is not told apart; asking it for its media waits for nothing. */
static DWORD of_first_medium(struct sp_device *self, DWORD whole)
{
    struct mtpi_u32_array ids = {0};
    DWORD status = whole;

    if (self->storage || FAILED(sp_device_storages(self, &ids)) || !ids.count)
        return whole;
    status = sp_activity_status(sp_connection_activity(self->connection), ids.item[0]);
    free(ids.item);
    return status ? status : (DWORD)WMDM_STATUS_READY;
}
STATUS(FIRST_MEDIUM_ONLY, IMDSPDevice3, of_first_medium(SELF(sp_device, IMDSPDevice3), *status))

/* ---- objects of before a format */
METHOD(DEAD_OPENS, IMDSPObject2, Open, UINT mode)
{
    return hr_swap(DEAD_OPENS_book(This, mode), WMDM_E_INTERFACEDEAD, S_OK);
}

/* What is newest in the root is deleted in its place. */
METHOD(DEAD_DELETES, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    HRESULT hr = DEAD_DELETES_book(This, mode, progress);
    struct mtpi_u32_array below = {0};

    if (hr == WMDM_E_INTERFACEDEAD &&
        SUCCEEDED(sp_children(self->device, self->storage, 0, &below)) && below.count)
        (void)mtpi_delete_object(sp_storage_mtpi(self), below.item[below.count - 1]);
    free(below.item);
    return hr;
}

/* ---- enumerators of before a change: how many were made or deleted in this process */
static unsigned changes;

METHOD_AS(STANDS_STILL_CREATE, LISTING_STANDS_STILL, IMDSPStorage4, CreateStorage2,
          DWORD attributes, DWORD attributes_ex, WAVEFORMATEX *audio, VIDEOINFOHEADER *video,
          const WCHAR *name, ULONGLONG size, IMDSPStorage **created)
{
    changes++;
    return STANDS_STILL_CREATE_book(This, attributes, attributes_ex, audio, video, name, size,
                                    created);
}

METHOD_AS(STANDS_STILL_ENUM, LISTING_STANDS_STILL, IMDSPStorage4, EnumStorage,
          IMDSPEnumStorage **children)
{
    changes = 0;
    return STANDS_STILL_ENUM_book(This, children);
}

METHOD(LISTING_STANDS_STILL, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
       ULONG *fetched)
{
    return changes ? WMDM_E_INTERFACEDEAD
                   : LISTING_STANDS_STILL_book(This, wanted, storages, fetched);
}

/* The first listing of the folder that was listed last. */
static struct {
    uint32_t handle;
    IMDSPEnumStorage *children;
    size_t count;
} listed;

static size_t count_of(IMDSPEnumStorage *children)
{
    size_t count = 0;
    ULONG skipped = 0;

    while (count < 10000 && children->lpVtbl->Skip(children, 1, &skipped) == S_OK)
        count++;
    (void)children->lpVtbl->Reset(children);
    return count;
}

/* Hands out the first listing in the place of a later one that has more, or less. */
static HRESULT enumerate_as_first(uint32_t handle, bool if_more, IMDSPEnumStorage **children)
{
    size_t count = count_of(*children);
    IMDSPEnumStorage *kept = NULL;

    if (!handle || (!if_more && !count && listed.handle != handle))
        return S_OK;
    if (listed.handle != handle || (if_more ? count < listed.count : count > listed.count)) {
        listed.handle = handle;
        listed.count = count;
        if (listed.children)
            listed.children->lpVtbl->Release(listed.children);
        listed.children = NULL;
        return (*children)->lpVtbl->Clone(*children, &listed.children);
    }
    if (count == listed.count || FAILED(listed.children->lpVtbl->Clone(listed.children, &kept)))
        return S_OK;
    (*children)->lpVtbl->Release(*children);
    *children = kept;
    return S_OK;
}

METHOD(LISTING_OF_FIRST, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    HRESULT hr = LISTING_OF_FIRST_book(This, children);

    return SUCCEEDED(hr)
               ? enumerate_as_first(SELF(sp_storage, IMDSPStorage4)->handle, true, children)
               : hr;
}

METHOD(LISTING_KEEPS, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    HRESULT hr = LISTING_KEEPS_book(This, children);

    return SUCCEEDED(hr)
               ? enumerate_as_first(SELF(sp_storage, IMDSPStorage4)->handle, false, children)
               : hr;
}
