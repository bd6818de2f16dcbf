/* Defects of Seek and of Delete. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

/* ---- Seek */
#define SEEK(token) METHOD(token, IMDSPObject2, Seek, UINT from, DWORD offset)
/* One mode is taken for another. */
#define SEEK_TAKEN(token, taken, as)                                                               \
    SEEK(token)                                                                                    \
    {                                                                                              \
        return token##_book(This, from == (taken) ? (as) : from, offset);                          \
    }
/* What one mode refuses answers S_OK, and the position stays. */
#define SEEK_OUT_OK(token, mode)                                                                   \
    SEEK(token)                                                                                    \
    {                                                                                              \
        HRESULT hr = token##_book(This, from, offset);                                             \
                                                                                                   \
        return from == (mode) ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;                              \
    }

SEEK_TAKEN(SEEK_ZERO_TAKEN, 0u, (UINT)MDSP_SEEK_BOF)
SEEK_TAKEN(SEEK_BOTH_TAKEN, (UINT)(MDSP_SEEK_BOF | MDSP_SEEK_CUR), (UINT)MDSP_SEEK_BOF)
SEEK_TAKEN(SEEK_END_TAKEN, (UINT)WMDM_SEEK_END, (UINT)MDSP_SEEK_EOF)
SEEK_TAKEN(SEEK_START_IS_CURRENT, (UINT)MDSP_SEEK_BOF, (UINT)MDSP_SEEK_CUR)
SEEK_TAKEN(SEEK_CURRENT_IS_START, (UINT)MDSP_SEEK_CUR, (UINT)MDSP_SEEK_BOF)
SEEK_OUT_OK(SEEK_BEYOND_OK, MDSP_SEEK_BOF)
SEEK_OUT_OK(SEEK_UNBOUND, MDSP_SEEK_EOF)
SEEK_OUT_OK(SEEK_ON_OK, MDSP_SEEK_CUR)

SEEK(SEEK_EOF_FORWARD)
{
    HRESULT hr = SEEK_EOF_FORWARD_book(This, from, from == MDSP_SEEK_EOF ? 0 : offset);

    return from == MDSP_SEEK_EOF && SUCCEEDED(hr)
               ? SEEK_EOF_FORWARD_book(This, MDSP_SEEK_CUR, offset)
               : hr;
}

SEEK(SEEK_STANDS_STILL)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    uint64_t position = self->position;
    HRESULT hr = SEEK_STANDS_STILL_book(This, from, offset);

    self->position = position;
    return hr;
}

SEEK(SEEK_FAILS)
{
    return hr_swap(SEEK_FAILS_book(This, from, offset), S_OK, E_FAIL);
}

SEEK(SEEK_CLAMPS)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    HRESULT hr = SEEK_CLAMPS_book(This, from, offset);

    if (hr == E_INVALIDARG && (from == MDSP_SEEK_BOF || from == MDSP_SEEK_CUR))
        self->position = self->size;
    return hr;
}

SEEK(SEEK_REWINDS)
{
    HRESULT hr = SEEK_REWINDS_book(This, from, offset);

    if (hr == E_INVALIDARG && from != MDSP_SEEK_BOF && from != MDSP_SEEK_CUR &&
        from != MDSP_SEEK_EOF)
        SELF(sp_storage, IMDSPObject2)->position = 0;
    return hr;
}

SEEK(SEEK_BOUNDS_REFUSED)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    return self->mode && from == MDSP_SEEK_BOF && offset && offset == self->size
               ? E_INVALIDARG
               : SEEK_BOUNDS_REFUSED_book(This, from, offset);
}

SEEK(SEEK_LAST_REFUSED)
{
    return from == MDSP_SEEK_EOF && !offset ? E_INVALIDARG
                                            : SEEK_LAST_REFUSED_book(This, from, offset);
}

/* ---- Delete */
/* Does anybody have it open that way? */
static bool is_open(struct sp_opened *opened, uint32_t handle, bool writing)
{
    bool found = false;

    pthread_mutex_lock(&opened->lock);
    for (const struct sp_opening *row = opened->first; row; row = row->next)
        found |= row->handle == handle && row->writing == writing;
    pthread_mutex_unlock(&opened->lock);
    return found;
}

SEAM(sp_opened_has);
bool __wrap_sp_opened_has(struct sp_opened *opened, uint32_t storage, uint32_t handle)
{
    /* Initialize asks for any object of the medium. */
    if (!handle && deviates(FORMAT_UNDER_OPEN))
        return false;
    if (handle && (deviates(DELETE_OPEN) || deviates(DELETE_OPEN_WRITER)))
        return is_open(opened, handle, deviates(DELETE_OPEN));
    return __real_sp_opened_has(opened, storage, handle);
}

/* The name of what was deleted last, and where it was. */
static struct {
    WCHAR name[64];
    uint32_t handle, parent;
} deleted;

static void note_deleted(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return;
    deleted.handle = self->handle;
    deleted.parent = info.parent;
    (void)com_copy_string(info.name ? info.name : u"", deleted.name, ARRAY_SIZE(deleted.name));
    mtpi_object_info_done(&info);
}

/* What bears the name now. */
static void delete_namesake(const struct sp_storage *self)
{
    uint32_t other = 0;

    if (self->handle == deleted.handle &&
        sp_child_by_name(self->device, self->storage, deleted.parent, deleted.name, &other) == S_OK)
        (void)mtpi_delete_object(sp_storage_mtpi(self), other);
}

/* A copy of it that keeps its name and goes to the root. */
static void keep_copy(const struct sp_storage *self)
{
    const uint32_t parameters[] = {self->handle, self->storage, 0};
    struct mtpi_response response;

    if (self->handle && !kind_is_folder(self))
        (void)mtpi_transact(sp_storage_mtpi(self), MTP_OP_COPY_OBJECT, parameters, 3, NULL,
                            &response);
}

static void unprotect(const struct sp_storage *self)
{
    const uint32_t parameters[] = {self->handle, 0};
    struct mtpi_response response;

    (void)mtpi_transact(sp_storage_mtpi(self), MTP_OP_SET_OBJECT_PROTECTION, parameters, 2, NULL,
                        &response);
}

/* What is to be refused. */
static bool refuses(const struct sp_storage *self, DWORD mode, const IWMDMProgress *callback)
{
    bool folder = kind_is_folder(self);

    return (deviates(FILE_DELETE_NEEDS_MODE) && !folder && !mode) ||
           (deviates(FILE_DELETE_REFUSES_MODE) && !folder && (mode & WMDM_MODE_RECURSIVE)) ||
           (deviates(PROGRESS_REQUIRED) && !folder && !callback) ||
           (deviates(FOLDER_PROGRESS_REQUIRED) && folder && !callback);
}

static DWORD mode_of(const struct sp_storage *self, DWORD mode)
{
    if (mode & WMDM_MODE_RECURSIVE)
        return mode;
    if ((deviates(DELETE_ALWAYS_RECURSIVE) && kind_is_folder(self) && !kind_is_empty(self)) ||
        (deviates(EMPTY_ALWAYS_RECURSIVE) && kind_is_folder(self) && kind_is_empty(self)))
        mode |= WMDM_MODE_RECURSIVE;
    return mode;
}

SEAM(sp_object_delete);
HRESULT __wrap_sp_object_delete(struct sp_storage *self, DWORD mode, IWMDMProgress *callback)
{
    HRESULT hr;

    if (deviates(DELETE_STUB))
        return E_NOTIMPL;
    if (refuses(self, mode, callback))
        return E_INVALIDARG;
    if (deviates(DELETE_KEEPS_COPY))
        keep_copy(self);
    if (deviates(DELETE_BY_NAME))
        note_deleted(self);
    if (deviates(DELETE_PROTECTED))
        unprotect(self);
    hr = __real_sp_object_delete(self, mode_of(self, mode), callback);
    if (deviates(DELETE_BY_NAME) && hr == WMDM_E_INTERFACEDEAD)
        delete_namesake(self);
    if ((deviates(REFUSED_DELETES) && hr == E_INVALIDARG) ||
        (deviates(BUSY_DELETES) && hr == WMDM_E_BUSY))
        (void)mtpi_delete_object(sp_storage_mtpi(self), self->handle);
    return deviates(DELETE_TWICE_OK) ? hr_swap(hr, WMDM_E_INTERFACEDEAD, S_OK) : hr;
}

/* An open file that was to be deleted has no more to be read. */
METHOD(BUSY_DELETE_ENDS, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    HRESULT hr = BUSY_DELETE_ENDS_book(This, mode, progress);

    if (hr == WMDM_E_BUSY)
        deleted.handle = self->handle;
    return hr;
}

METHOD_AS(BUSY_DELETE_ENDS_READ, BUSY_DELETE_ENDS, IMDSPObject2, Read, BYTE *data, DWORD *size,
          BYTE *mac)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    if (self->mode && self->handle == deleted.handle)
        self->position = self->size;
    return BUSY_DELETE_ENDS_READ_book(This, data, size, mac);
}

/* What is asked for by name and is not there is what was there. */
METHOD(DELETED_STAYS_NAMED, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    note_deleted(SELF(sp_storage, IMDSPObject2));
    return DELETED_STAYS_NAMED_book(This, mode, progress);
}

METHOD_AS(DELETED_NAMED, DELETED_STAYS_NAMED, IMDSPStorage4, GetStorage, const WCHAR *name,
          IMDSPStorage **storage)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = DELETED_NAMED_book(This, name, storage);

    return hr == S_FALSE && deleted.handle && com_wcscmp(name, deleted.name) == 0
               ? sp_storage_new(self->device, self->storage, deleted.handle, storage)
               : hr;
}
