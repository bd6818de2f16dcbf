/* Delete, Rename and Move: one call of the provider each, here or in a thread. */
#include <stdlib.h>

#include "conformance/host/wmdm/mdm_insert.h"

struct change {
    HRESULT (*call)(struct change *change, IMDSPObject *object);
    struct mdm_storage *storage, *target; /* references; target NULL but for Move */
    DWORD mode;
    WCHAR *name; /* owned; of Rename */
    struct mdm_progress *progress;
};

static HRESULT change_work(void *argument)
{
    struct change *change = argument;
    IMDSPObject *object = NULL;
    HRESULT hr =
        mdm_query(change->storage->way, change->storage->storage, &IID_IMDSPObject, &object);

    if (SUCCEEDED(hr))
        hr = change->call(change, object);
    LET_GO(object);
    return hr;
}

static void change_done(void *argument, HRESULT hr)
{
    struct change *change = argument;
    struct mdm_progress *progress = change->progress;
    const bool in_thread = mdm_in_thread(change->mode);

    com_object_release(&change->storage->com);
    if (change->target)
        com_object_release(&change->target->com);
    CoTaskMemFree(change->name);
    free(change);
    mdm_progress_end(progress, hr, in_thread);
}

static HRESULT run(const struct change *what, IWMDMProgress *progress)
{
    struct change *change = malloc(sizeof(*change));
    struct mdm_progress *before = NULL;
    HRESULT hr = change ? mdm_progress_new(progress, &before) : E_OUTOFMEMORY;

    if (FAILED(hr)) {
        CoTaskMemFree(what->name);
        free(change);
        return hr;
    }
    *change = *what;
    change->progress = before;
    com_object_add_ref(&change->storage->com);
    if (change->target)
        com_object_add_ref(&change->target->com);
    return mdm_run(change->mode, change_work, change_done, change);
}

static bool has_mode(DWORD mode)
{
    return mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD);
}

/* A provider is told to delete what is below, too, as its documents want it always; of a folder
 * only when the application said so (reading U37). */
static HRESULT call_delete(struct change *change, IMDSPObject *object)
{
    DWORD mode = WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, attributes = 0;
    HRESULT hr = S_OK;

    if (!(change->mode & WMDM_MODE_RECURSIVE))
        hr = IMDSPStorage_GetAttributes(change->storage->storage, &attributes, NULL);
    if (attributes & WMDM_FILE_ATTR_FOLDER)
        mode = WMDM_MODE_BLOCK;
    return FAILED(hr) ? hr
                      : IMDSPObject_Delete(object, mode, mdm_progress_interface(change->progress));
}

HRESULT mdm_delete(struct mdm_storage *storage, DWORD mode, IWMDMProgress *progress)
{
    HRESULT hr = mdm_enter(storage->way, has_mode(mode));

    return FAILED(hr) ? hr
                      : run(&(struct change){.call = call_delete, .storage = storage, .mode = mode},
                            progress);
}

static HRESULT call_rename(struct change *change, IMDSPObject *object)
{
    return IMDSPObject_Rename(object, change->name, mdm_progress_interface(change->progress));
}

HRESULT mdm_rename(struct mdm_storage *storage, DWORD mode, const WCHAR *name,
                   IWMDMProgress *progress)
{
    HRESULT hr = mdm_enter(storage->way, has_mode(mode) && name && name[0]);
    WCHAR *copy;

    if (FAILED(hr))
        return hr;
    copy = com_wcsdup(name);
    return copy ? run(
                      &(struct change){
                          .call = call_rename, .storage = storage, .mode = mode, .name = copy},
                      progress)
                : E_OUTOFMEMORY;
}

static HRESULT call_move(struct change *change, IMDSPObject *object)
{
    const DWORD places = WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |
                         WMDM_STORAGECONTROL_INSERTINTO;

    return IMDSPObject_Move(object, WMDM_MODE_BLOCK | (change->mode & places),
                            mdm_progress_interface(change->progress), change->target->storage);
}

HRESULT mdm_move(struct mdm_storage *storage, DWORD mode, struct mdm_storage *target,
                 IWMDMProgress *progress)
{
    HRESULT hr = mdm_enter(storage->way, has_mode(mode) && target &&
                                             target->way->provider == storage->way->provider);

    return FAILED(hr)
               ? hr
               : run(
                     &(struct change){
                         .call = call_move, .storage = storage, .target = target, .mode = mode},
                     progress);
}
