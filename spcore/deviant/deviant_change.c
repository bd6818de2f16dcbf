/* Defects of what changes the tree: deletions that are watched, cancelled or done in part, names
 * that are taken, moves. */
#include <stdlib.h>

#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

#define DELETE(token) METHOD(token, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
#define RENAME(token)                                                                              \
    METHOD(token, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)
#define MOVE(token)                                                                                \
    METHOD(token, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress, IMDSPStorage *target)

static struct sp_storage *self_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2);
}

/* 0: there is none. */
static uint32_t first_child(const struct sp_storage *self, uint32_t parent)
{
    struct mtpi_u32_array below = {0};
    uint32_t child = 0;

    if (SUCCEEDED(sp_children(self->device, self->storage, parent, &below)) && below.count)
        child = below.item[0];
    free(below.item);
    return child;
}

static void spoil(const struct sp_storage *self, uint32_t handle)
{
    struct mtpi *mtpi = sp_storage_mtpi(self);
    uint32_t done = 0;

    if (!handle || mtpi_begin_edit(mtpi, handle) != 0)
        return;
    (void)mtpi_send_partial_object(mtpi, handle, 0, "!", 1, &done);
    (void)mtpi_end_edit(mtpi, handle);
}

/* ---- Delete */
static uint32_t closed[2]; /* the files that were written last */

METHOD_AS(WRITTEN_CLOSED, WRITTEN_NOT_DELETED, IMDSPObject2, Close)
{
    if (self_of(This)->mode == MDSP_WRITE) {
        closed[1] = closed[0];
        closed[0] = self_of(This)->handle;
    }
    return WRITTEN_CLOSED_book(This);
}

DELETE(WRITTEN_NOT_DELETED)
{
    const uint32_t handle = self_of(This)->handle;

    return handle == closed[0] || handle == closed[1]
               ? E_FAIL
               : WRITTEN_NOT_DELETED_book(This, mode, progress);
}

/* What is deepest in a folder goes to the root first. */
DELETE(DEEPEST_SURVIVES)
{
    struct sp_storage *self = self_of(This);
    uint32_t at = kind_is_folder(self) ? first_child(self, self->handle) : 0, below = 0;

    while (at && (below = first_child(self, at)) != 0)
        at = below;
    if (at)
        (void)mtpi_move_object(sp_storage_mtpi(self), at, self->storage, 0xffffffffu);
    return DEEPEST_SURVIVES_book(This, mode, progress);
}

DELETE(DELETE_BEGINS_TWICE)
{
    if (progress)
        IWMDMProgress_Begin(progress, 1);
    return DELETE_BEGINS_TWICE_book(This, mode, progress);
}

DELETE(DELETE_WITHOUT_STEPS)
{
    HRESULT hr;

    if (progress)
        IWMDMProgress_Begin(progress, 1);
    hr = DELETE_WITHOUT_STEPS_book(This, mode, NULL);
    if (progress)
        IWMDMProgress_End(progress);
    return hr;
}

DELETE(DELETE_ENDS_TWICE)
{
    HRESULT hr = DELETE_ENDS_TWICE_book(This, mode, progress);

    if (progress)
        IWMDMProgress_End(progress);
    return hr;
}

DELETE(DELETE_CANCEL_OK)
{
    return hr_swap(DELETE_CANCEL_OK_book(This, mode, progress), WMDM_E_USER_CANCELLED, S_OK);
}

DELETE(DELETE_CANCEL_SPOILS)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = DELETE_CANCEL_SPOILS_book(This, mode, progress);

    if (hr == WMDM_E_USER_CANCELLED)
        spoil(self, first_child(self, self->handle));
    return hr;
}

DELETE(PARTIAL_OK)
{
    HRESULT hr = PARTIAL_OK_book(This, mode, progress);

    return FAILED(hr) && kind_is_folder(self_of(This)) ? S_OK : hr;
}

DELETE(PARTIAL_FORCED)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = PARTIAL_FORCED_book(This, mode, progress);
    uint32_t parameters[] = {0, 0};
    struct mtpi_response response;

    if (SUCCEEDED(hr) || !kind_is_folder(self))
        return hr;
    parameters[0] = first_child(self, self->handle);
    (void)mtpi_transact(sp_storage_mtpi(self), MTP_OP_SET_OBJECT_PROTECTION, parameters, 2, NULL,
                        &response);
    (void)mtpi_delete_object(sp_storage_mtpi(self), parameters[0]);
    return hr;
}

/* ---- Rename */
RENAME(TAKEN_NAME_E_FAIL)
{
    return hr_swap(TAKEN_NAME_E_FAIL_book(This, name, progress),
                   HRESULT_FROM_WIN32(ERROR_FILE_EXISTS), E_FAIL);
}

RENAME(TAKEN_NAME_OK)
{
    return hr_swap(TAKEN_NAME_OK_book(This, name, progress), HRESULT_FROM_WIN32(ERROR_FILE_EXISTS),
                   S_OK);
}

RENAME(TAKEN_NAME_LOST)
{
    HRESULT hr = TAKEN_NAME_LOST_book(This, name, progress);

    if (hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS))
        (void)TAKEN_NAME_LOST_book(This, u"lost.bin", NULL);
    return hr;
}

RENAME(TAKEN_NAME_SPOILS)
{
    HRESULT hr = TAKEN_NAME_SPOILS_book(This, name, progress);

    if (hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS))
        spoil(self_of(This), self_of(This)->handle);
    return hr;
}

/* ---- Move */
#define INSERTS                                                                                    \
    (WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |                          \
     WMDM_STORAGECONTROL_INSERTINTO)
#define MOVE_TAKEN(token, insert)                                                                  \
    MOVE(token)                                                                                    \
    {                                                                                              \
        if ((mode & INSERTS) == (insert))                                                          \
            mode = (mode & ~(UINT)INSERTS) | WMDM_STORAGECONTROL_INSERTINTO;                       \
        return token##_book(This, mode, progress, target);                                         \
    }

MOVE_TAKEN(MOVE_BEFORE_IS_INTO, WMDM_STORAGECONTROL_INSERTBEFORE)
MOVE_TAKEN(MOVE_AFTER_IS_INTO, WMDM_STORAGECONTROL_INSERTAFTER)

static bool is_elsewhere(const struct sp_storage *self, IMDSPStorage *target)
{
    const struct sp_storage *to = target ? sp_storage_of(target) : NULL;

    return to && to->storage != self->storage;
}

MOVE(MOVE_ELSEWHERE_OK)
{
    HRESULT hr = MOVE_ELSEWHERE_OK_book(This, mode, progress, target);

    return is_elsewhere(self_of(This), target) ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;
}

MOVE(MOVED_ELSEWHERE)
{
    struct sp_storage *self = self_of(This);

    if (is_elsewhere(self, target))
        (void)mtpi_move_object(sp_storage_mtpi(self), self->handle, sp_storage_of(target)->storage,
                               0xffffffffu);
    return MOVED_ELSEWHERE_book(This, mode, progress, target);
}

static bool is_itself(const struct sp_storage *self, IMDSPStorage *target)
{
    return target && sp_storage_of(target) && sp_storage_of(target)->handle == self->handle;
}

MOVE(MOVE_INTO_ITSELF_OK)
{
    return is_itself(self_of(This), target)
               ? S_OK
               : MOVE_INTO_ITSELF_OK_book(This, mode, progress, target);
}

MOVE(MOVE_BELOW_OK)
{
    HRESULT hr = MOVE_BELOW_OK_book(This, mode, progress, target);

    return is_itself(self_of(This), target) ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

MOVE(MOVE_BELOW_LOSES)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = MOVE_BELOW_LOSES_book(This, mode, progress, target);

    if (hr == E_INVALIDARG && !is_itself(self, target))
        (void)mtpi_delete_object(sp_storage_mtpi(self), sp_storage_of(target)->handle);
    return hr;
}

static bool is_aside(UINT mode)
{
    return (mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD)) == WMDM_MODE_THREAD;
}

MOVE(MOVE_ASIDE_E_FAIL)
{
    return is_aside(mode) ? E_FAIL : MOVE_ASIDE_E_FAIL_book(This, mode, progress, target);
}

MOVE(MOVE_ASIDE_FORGOTTEN)
{
    return is_aside(mode) ? S_OK : MOVE_ASIDE_FORGOTTEN_book(This, mode, progress, target);
}

MOVE(MOVE_BOTH_FORGOTTEN)
{
    return (mode & WMDM_MODE_BLOCK) && (mode & WMDM_MODE_THREAD)
               ? S_OK
               : MOVE_BOTH_FORGOTTEN_book(This, mode, progress, target);
}

/* ---- what attributes say */
MOVE(MOVE_NOT_THERE)
{
    return self_of(This)->handle ? WMDM_E_NOTSUPPORTED
                                 : MOVE_NOT_THERE_book(This, mode, progress, target);
}

MOVE(MOVE_OF_ROOT_OK)
{
    return self_of(This)->handle ? MOVE_OF_ROOT_OK_book(This, mode, progress, target) : S_OK;
}

RENAME(RENAME_NOT_THERE)
{
    return self_of(This)->handle ? WMDM_E_NOTSUPPORTED
                                 : RENAME_NOT_THERE_book(This, name, progress);
}

RENAME(RENAME_OF_ROOT_OK)
{
    return self_of(This)->handle ? RENAME_OF_ROOT_OK_book(This, name, progress) : S_OK;
}

METHOD(READ_NOT_THERE, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    (void)data;
    (void)mac;
    (void)READ_NOT_THERE_book;
    if (size)
        *size = 0;
    return This ? WMDM_E_NOTSUPPORTED : S_OK;
}

METHOD(READ_UNSAID, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    HRESULT hr = READ_UNSAID_book(This, attributes, format);

    if (hr == S_OK)
        *attributes &= ~(DWORD)WMDM_FILE_ATTR_CANREAD;
    return hr;
}
