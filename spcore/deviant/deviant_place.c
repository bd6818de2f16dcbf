/* Defects of Rename and of Move: what then has which name, and where it is. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

/* ---- Rename */
#define RENAME(token)                                                                              \
    METHOD(token, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)

RENAME(EMPTY_RENAME_OK)
{
    HRESULT hr = EMPTY_RENAME_OK_book(This, name, progress);

    return name && !name[0] ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;
}

RENAME(RENAME_NULL_OK)
{
    HRESULT hr = RENAME_NULL_OK_book(This, name, progress);

    return name ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

RENAME(REFUSED_RENAMES)
{
    HRESULT hr = REFUSED_RENAMES_book(This, name, progress);

    if (hr == E_INVALIDARG)
        (void)REFUSED_RENAMES_book(This, u"refused", progress);
    return hr;
}

RENAME(DEAD_RENAME_OK)
{
    return hr_swap(DEAD_RENAME_OK_book(This, name, progress), WMDM_E_INTERFACEDEAD, S_OK);
}

RENAME(BUSY_RENAME_DEAD)
{
    return hr_swap(BUSY_RENAME_DEAD_book(This, name, progress), WMDM_E_BUSY, WMDM_E_INTERFACEDEAD);
}

RENAME(SHORT_RENAME_REFUSED)
{
    return name && name[0] && !name[1] ? E_INVALIDARG
                                       : SHORT_RENAME_REFUSED_book(This, name, progress);
}

RENAME(RENAME_NEEDS_PROGRESS)
{
    return progress || !name || !name[0] ? RENAME_NEEDS_PROGRESS_book(This, name, progress)
                                         : E_INVALIDARG;
}

RENAME(RENAME_LOST)
{
    return kind_is_folder(SELF(sp_storage, IMDSPObject2)) || !name || !name[0]
               ? RENAME_LOST_book(This, name, progress)
               : S_OK;
}

RENAME(FOLDER_RENAME_LOST)
{
    return kind_is_folder(SELF(sp_storage, IMDSPObject2)) && name && name[0]
               ? S_OK
               : FOLDER_RENAME_LOST_book(This, name, progress);
}

/* Only the pointer that renamed says the new name. */
static struct {
    const struct sp_storage *self;
    WCHAR name[64];
} renamed;

RENAME(RENAME_FOR_ONESELF)
{
    if (!name || !name[0])
        return RENAME_FOR_ONESELF_book(This, name, progress);
    renamed.self = SELF(sp_storage, IMDSPObject2);
    (void)com_copy_string(name, renamed.name, ARRAY_SIZE(renamed.name));
    return S_OK;
}

METHOD_AS(RENAMED_NAME, RENAME_FOR_ONESELF, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    return SELF(sp_storage, IMDSPStorage4) == renamed.self
               ? com_copy_string(renamed.name, name, room)
               : RENAMED_NAME_book(This, name, room);
}

/* By another object of that name: a copy, with or without content, where the old one goes. */
static HRESULT replaced(struct sp_storage *self, const WCHAR *name, bool with_content)
{
    struct mtpi_object_info info = {0};
    uint64_t size = 0;
    struct mtpi_new_object object = {.storage = self->storage};
    struct mtpi *mtpi = sp_storage_mtpi(self);
    uint8_t *data = NULL;
    uint32_t got = 0, handle = 0;
    int result;

    if (FAILED(sp_storage_size(self, &size)) || FAILED(sp_storage_info(self, &info)))
        return E_FAIL;
    data = calloc(1, size + 1);
    result = with_content && size && data
                 ? mtpi_get_partial_object(mtpi, self->handle, 0, (uint32_t)size, data, &got)
                 : 0;
    object.parent = info.parent ? info.parent : 0xffffffffu;
    object.format = info.format;
    object.name = (uint16_t *)(uintptr_t)name;
    object.size = got;
    if (!result)
        result = mtpi_delete_object(mtpi, self->handle);
    if (!result)
        result = mtpi_send_object_info(mtpi, &object, &handle, NULL);
    if (!result)
        result = mtpi_send_object(mtpi, data, got);
    if (!result)
        self->handle = handle;
    free(data);
    mtpi_object_info_done(&info);
    return sp_storage_hr(self, result);
}

RENAME(RENAME_COPIES)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    return kind_is_folder(self) || !name || !name[0] ? RENAME_COPIES_book(This, name, progress)
                                                     : replaced(self, name, true);
}

RENAME(RENAME_EMPTIES)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    return kind_is_folder(self) || !name || !name[0] ? RENAME_EMPTIES_book(This, name, progress)
                                                     : replaced(self, name, false);
}

/* The children of a folder stay with the old name. */
RENAME(RENAME_LEAVES_CHILDREN)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    struct mtpi_u32_array below = {0};
    HRESULT hr = RENAME_LEAVES_CHILDREN_book(This, name, progress);

    if (hr == S_OK && kind_is_folder(self) &&
        SUCCEEDED(sp_children(self->device, self->storage, self->handle, &below))) {
        for (size_t i = 0; i < below.count; i++)
            (void)mtpi_delete_object(sp_storage_mtpi(self), below.item[i]);
        free(below.item);
    }
    return hr;
}

/* ---- Move */
#define MOVE(token)                                                                                \
    METHOD(token, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress, IMDSPStorage *target)

MOVE(MOVE_BESIDE_FILE)
{
    const UINT beside =
        (mode & ~(UINT)WMDM_STORAGECONTROL_INSERTINTO) | WMDM_STORAGECONTROL_INSERTAFTER;
    HRESULT hr = MOVE_BESIDE_FILE_book(This, mode, progress, target);

    return hr == WMDM_E_INVALIDTYPE ? MOVE_BESIDE_FILE_book(This, beside, progress, target) : hr;
}

MOVE(REFUSED_MOVES)
{
    const UINT beside =
        (mode & ~(UINT)WMDM_STORAGECONTROL_INSERTINTO) | WMDM_STORAGECONTROL_INSERTAFTER;
    HRESULT hr = REFUSED_MOVES_book(This, mode, progress, target);

    if (hr == WMDM_E_INVALIDTYPE)
        (void)REFUSED_MOVES_book(This, beside, progress, target);
    return hr;
}

MOVE(MOVE_NEEDS_PROGRESS)
{
    return progress || !target ? MOVE_NEEDS_PROGRESS_book(This, mode, progress, target)
                               : E_INVALIDARG;
}

MOVE(MOVE_LOST)
{
    HRESULT hr =
        target && (mode & WMDM_STORAGECONTROL_INSERTINTO) && kind_is_folder(sp_storage_of(target))
            ? S_OK
            : MOVE_LOST_book(This, mode, progress, target);

    return hr;
}

/* What is moved stays where it was, and another like it is where it was to go. */
MOVE(MOVE_COPIES)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    const struct sp_storage *to = target ? sp_storage_of(target) : NULL;
    struct mtpi_response response = {0};
    int result;

    if (!to || !kind_is_folder(to))
        return MOVE_COPIES_book(This, mode, progress, target);
    const uint32_t parameters[] = {self->handle, self->storage, to->handle};
    result =
        mtpi_transact(sp_storage_mtpi(self), MTP_OP_COPY_OBJECT, parameters, 3, NULL, &response);
    return sp_storage_hr(self, result);
}

/* The pointer that was moved knows the old place only. */
static const struct sp_storage *moved;
static uint32_t moved_from;

MOVE(MOVED_PARENT_OLD)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    struct mtpi_object_info info = {0};

    if (self->handle && SUCCEEDED(sp_storage_info(self, &info))) {
        moved = self;
        moved_from = info.parent;
        mtpi_object_info_done(&info);
    }
    return MOVED_PARENT_OLD_book(This, mode, progress, target);
}

METHOD_AS(PARENT_OLD, MOVED_PARENT_OLD, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);

    return self == moved ? sp_storage_new(self->device, self->storage, moved_from, parent)
                         : PARENT_OLD_book(This, parent);
}

MOVE(MOVED_NOT_FOUND)
{
    HRESULT hr = MOVED_NOT_FOUND_book(This, mode, progress, target);

    if (hr == S_OK)
        moved = SELF(sp_storage, IMDSPObject2);
    return hr;
}

METHOD_AS(MOVED_NOT_OPENED, MOVED_NOT_FOUND, IMDSPObject2, Open, UINT mode)
{
    return SELF(sp_storage, IMDSPObject2) == moved ? HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)
                                                   : MOVED_NOT_OPENED_book(This, mode);
}
