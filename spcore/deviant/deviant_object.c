/* Defects of an object that is opened, sought in and closed, deleted, renamed and moved. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

/* ---- Open and Close */
METHOD(OPEN_ANY_MODE, IMDSPObject2, Open, UINT mode)
{
    return OPEN_ANY_MODE_book(This, mode ? mode : MDSP_READ);
}

METHOD(OPEN_TWICE, IMDSPObject2, Open, UINT mode)
{
    HRESULT hr = OPEN_TWICE_book(This, mode);

    return hr == WMDM_E_CALL_OUT_OF_SEQUENCE ? This->lpVtbl->Seek(This, MDSP_SEEK_BOF, 0) : hr;
}

METHOD(OPEN_FOLDER, IMDSPObject2, Open, UINT mode)
{
    return hr_swap(OPEN_FOLDER_book(This, mode), WMDM_E_INVALIDTYPE, S_OK);
}

METHOD(POSITION_KEPT, IMDSPObject2, Open, UINT mode)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    uint64_t position = self->position;
    HRESULT hr = POSITION_KEPT_book(This, mode);

    if (SUCCEEDED(hr))
        self->position = position;
    return hr;
}

METHOD(DOUBLE_CLOSE_OK, IMDSPObject2, Close)
{
    return hr_swap(DOUBLE_CLOSE_OK_book(This), WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
}

/* What stays behind is nobody's: an entry of the register that no Close takes out. */
SEAM(sp_object_release_open);
void __wrap_sp_object_release_open(struct sp_storage *self)
{
    struct sp_opening *left = NULL;

    if (self->mode && deviates(RELEASE_LEAVES_OPEN) && (left = malloc(sizeof(*left))) != NULL)
        *left = self->opening;
    __real_sp_object_release_open(self);
    if (left && FAILED(sp_opened_add(sp_storage_opened(self), left)))
        free(left);
}

SEAM(sp_opened_has);
bool __wrap_sp_opened_has(struct sp_opened *opened, uint32_t storage, uint32_t handle)
{
    /* Initialize asks for any object of the medium. */
    return !(handle ? deviates(DELETE_OPEN) : deviates(FORMAT_UNDER_OPEN)) &&
           __real_sp_opened_has(opened, storage, handle);
}

/* ---- Seek */
METHOD(SEEK_END_TAKEN, IMDSPObject2, Seek, UINT from, DWORD offset)
{
    return SEEK_END_TAKEN_book(This, from == WMDM_SEEK_END ? MDSP_SEEK_EOF : from, offset);
}

METHOD(SEEK_EOF_FORWARD, IMDSPObject2, Seek, UINT from, DWORD offset)
{
    HRESULT hr = SEEK_EOF_FORWARD_book(This, from, from == MDSP_SEEK_EOF ? 0 : offset);

    return from == MDSP_SEEK_EOF && SUCCEEDED(hr)
               ? SEEK_EOF_FORWARD_book(This, MDSP_SEEK_CUR, offset)
               : hr;
}

METHOD(SEEK_UNBOUND, IMDSPObject2, Seek, UINT from, DWORD offset)
{
    HRESULT hr = SEEK_UNBOUND_book(This, from, offset);

    return from == MDSP_SEEK_BOF || from == MDSP_SEEK_CUR || from == MDSP_SEEK_EOF
               ? hr_swap(hr, E_INVALIDARG, S_OK)
               : hr;
}

METHOD(SEEK_STANDS_STILL, IMDSPObject2, Seek, UINT from, DWORD offset)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    uint64_t position = self->position;
    HRESULT hr = SEEK_STANDS_STILL_book(This, from, offset);

    self->position = position;
    return hr;
}

/* ---- Delete, Rename, Move */
SEAM(sp_object_delete);
HRESULT __wrap_sp_object_delete(struct sp_storage *self, DWORD mode, IWMDMProgress *callback)
{
    HRESULT hr;

    if (deviates(DELETE_STUB))
        return E_NOTIMPL;
    if ((!callback && deviates(PROGRESS_REQUIRED)) || (!mode && deviates(FILE_DELETE_NEEDS_MODE)))
        return E_INVALIDARG;
    if (deviates(DELETE_ALWAYS_RECURSIVE))
        mode |= WMDM_MODE_RECURSIVE;
    hr = __real_sp_object_delete(self, mode, callback);
    return deviates(DELETE_TWICE_OK) ? hr_swap(hr, WMDM_E_INTERFACEDEAD, S_OK) : hr;
}

METHOD(EMPTY_RENAME_OK, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)
{
    HRESULT hr = EMPTY_RENAME_OK_book(This, name, progress);

    return name && !name[0] ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;
}

METHOD(MOVE_BESIDE_FILE, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress,
       IMDSPStorage *target)
{
    const UINT beside =
        (mode & ~(UINT)WMDM_STORAGECONTROL_INSERTINTO) | WMDM_STORAGECONTROL_INSERTAFTER;
    HRESULT hr = MOVE_BESIDE_FILE_book(This, mode, progress, target);

    return hr == WMDM_E_INVALIDTYPE ? MOVE_BESIDE_FILE_book(This, beside, progress, target) : hr;
}
