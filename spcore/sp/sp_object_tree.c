/* Delete, Rename and Move of IMDSPObject: what changes the tree, apart from the open state. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_background.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_object.h"

/* Everything below `handle`, parents before children, itself first. */
static HRESULT collect(struct sp_storage *self, struct mtpi_u32_array *tree)
{
    HRESULT hr = S_OK;

    for (size_t at = 0; at < tree->count && SUCCEEDED(hr); at++) {
        struct mtpi_u32_array below = {0};
        uint32_t *grown;

        hr = sp_children(self->device, self->storage, tree->item[at], &below);
        if (hr == WMDM_E_INTERFACEDEAD) { /* a file is no parent; one that went away will tell */
            hr = S_OK;
            continue;
        }
        if (FAILED(hr))
            return hr;
        grown = realloc(tree->item, (tree->count + below.count + 1) * sizeof(*grown));
        if (grown) {
            tree->item = grown;
            if (below.count)
                memcpy(grown + tree->count, below.item, below.count * sizeof(*grown));
            tree->count += below.count;
        } else {
            hr = E_OUTOFMEMORY;
        }
        free(below.item);
    }
    return hr;
}

static HRESULT delete_one(struct sp_storage *self, uint32_t handle)
{
    return sp_storage_hr(self, mtpi_delete_object(sp_storage_mtpi(self), handle));
}

/* One by one, leaves first, so that a cancel leaves whole objects behind. */
static HRESULT delete_steps(struct sp_storage *self, const struct mtpi_u32_array *tree,
                            IWMDMProgress *callback)
{
    struct sp_progress progress;
    HRESULT hr = sp_progress_begin(&progress, callback, (DWORD)tree->count), first = S_OK;

    for (size_t at = tree->count; at > 0 && SUCCEEDED(hr); at--) {
        HRESULT one = delete_one(self, tree->item[at - 1]);

        if (FAILED(one) && SUCCEEDED(first))
            first = one;
        hr = sp_progress_step(&progress);
    }
    if (SUCCEEDED(hr))
        hr = first;
    sp_progress_end(&progress, hr);
    return hr;
}

static HRESULT delete_tree(struct sp_storage *self, IWMDMProgress *callback)
{
    struct mtpi_u32_array tree = {malloc(sizeof(uint32_t)), 1};
    struct sp_running running;
    HRESULT hr = tree.item ? S_OK : E_OUTOFMEMORY;

    if (SUCCEEDED(hr)) {
        tree.item[0] = self->handle;
        hr = collect(self, &tree);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < tree.count; i++) {
        if (sp_opened_has(sp_storage_opened(self), self->storage, tree.item[i]))
            hr = WMDM_E_BUSY;
    }
    if (SUCCEEDED(hr)) {
        sp_activity_begin(sp_storage_activity(self), &running, self->storage,
                          WMDM_STATUS_STORAGECONTROL_DELETING);
        hr = callback ? delete_steps(self, &tree, callback) : delete_one(self, self->handle);
        sp_activity_end(sp_storage_activity(self), &running);
    }
    free(tree.item);
    return hr;
}

HRESULT sp_object_delete(struct sp_storage *self, DWORD mode, IWMDMProgress *callback)
{
    struct mtpi_object_info info = {0};
    bool folder;
    HRESULT hr;

    if (!self->handle) /* a medium is emptied by Initialize */
        return HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED);
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    folder = info.format == MTP_FC_ASSOCIATION;
    mtpi_object_info_done(&info);
    if (folder && !(mode & WMDM_MODE_RECURSIVE))
        return E_INVALIDARG;
    return delete_tree(self, callback);
}

/* No other child of the same folder may have the name already. */
static HRESULT name_is_free(struct sp_storage *self, uint32_t parent, const WCHAR *name)
{
    uint32_t other = 0;
    HRESULT hr = sp_child_by_name(self->device, self->storage, parent, name, &other);

    if (hr == S_OK && other != self->handle)
        return HRESULT_FROM_WIN32(ERROR_FILE_EXISTS);
    return FAILED(hr) ? hr : S_OK;
}

/* Nobody else takes the name in between. */
static HRESULT rename_to(struct sp_storage *self, uint32_t parent, const WCHAR *name)
{
    struct mtpi_value value = {.type = MTP_DTC_STRING,
                               .string = (uint16_t *)(uintptr_t)name}; /* borrowed, not written */
    HRESULT hr;

    mtpi_hold(sp_storage_mtpi(self));
    hr = name_is_free(self, parent, name);
    if (SUCCEEDED(hr))
        hr = sp_storage_hr(self, mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                            MTP_OPC_OBJECT_FILE_NAME, &value));
    mtpi_let_go(sp_storage_mtpi(self));
    return hr;
}

HRESULT sp_object_rename(struct sp_storage *self, const WCHAR *name, IWMDMProgress *callback)
{
    struct mtpi_object_info info = {0};
    struct sp_progress progress;
    HRESULT hr;

    if (!self->handle)
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    hr = sp_storage_renames(self, info.format) ? sp_name_check(name) : WMDM_E_NOTSUPPORTED;
    if (SUCCEEDED(hr) && sp_opened_has(sp_storage_opened(self), self->storage, self->handle))
        hr = WMDM_E_BUSY;
    mtpi_object_info_done(&info);
    if (FAILED(hr))
        return hr;
    hr = sp_progress_begin(&progress, callback, 1);
    if (SUCCEEDED(hr))
        hr = rename_to(self, info.parent, name);
    if (SUCCEEDED(hr))
        (void)sp_progress_step(&progress); /* it is done: nothing left to cancel */
    sp_progress_end(&progress, hr);
    return hr;
}

/* ---- Move */
static HRESULT target_folder(const struct sp_storage *target, DWORD insert, uint32_t *ret_parent)
{
    struct mtpi_object_info info = {0};
    HRESULT hr = S_OK;
    bool folder;

    *ret_parent = 0;
    if (!target->handle)
        return insert == WMDM_STORAGECONTROL_INSERTINTO ? S_OK : E_INVALIDARG;
    hr = sp_storage_info(target, &info);
    if (FAILED(hr))
        return hr;
    folder = info.format == MTP_FC_ASSOCIATION;
    *ret_parent = insert == WMDM_STORAGECONTROL_INSERTINTO ? target->handle : info.parent;
    mtpi_object_info_done(&info);
    return insert == WMDM_STORAGECONTROL_INSERTINTO && !folder ? WMDM_E_INVALIDTYPE : S_OK;
}

/* Is `folder` this object or below it? */
static HRESULT outside(struct sp_storage *self, uint32_t folder)
{
    for (unsigned depth = 0; folder; depth++) {
        struct sp_storage at = {.device = self->device, .handle = folder};
        struct mtpi_object_info info = {0};
        HRESULT hr;

        if (folder == self->handle || depth > 0xffff)
            return E_INVALIDARG;
        hr = sp_storage_info(&at, &info);
        if (FAILED(hr))
            return hr;
        folder = info.parent;
        mtpi_object_info_done(&info);
    }
    return S_OK;
}

/* A move under way; in the background it is of the heap. */
struct errand {
    struct sp_storage *object;
    IWMDMProgress *callback; /* may be NULL */
    uint32_t parent;
    struct sp_running running;
};

static void errand_begin(struct errand *errand)
{
    sp_activity_begin(sp_storage_activity(errand->object), &errand->running,
                      errand->object->storage, WMDM_STATUS_STORAGECONTROL_MOVING);
}

static HRESULT errand_run(struct errand *errand)
{
    struct sp_storage *self = errand->object;
    struct sp_progress progress;
    HRESULT hr = sp_progress_begin(&progress, errand->callback, 1);

    if (SUCCEEDED(hr))
        hr =
            sp_storage_hr(self, mtpi_move_object(sp_storage_mtpi(self), self->handle, self->storage,
                                                 errand->parent ? errand->parent : 0xffffffffu));
    sp_activity_end(sp_storage_activity(self), &errand->running);
    if (SUCCEEDED(hr))
        (void)sp_progress_step(&progress);
    sp_progress_end(&progress, hr);
    return hr;
}

static void move_aside(void *errand)
{
    (void)errand_run(errand);
}

static HRESULT start_aside(const struct errand *of)
{
    struct errand *errand = malloc(sizeof(*errand));
    HRESULT hr;

    if (!errand)
        return E_OUTOFMEMORY;
    *errand = *of;
    /* Before the call is back, so that the device is busy from then on. */
    errand_begin(errand);
    hr = sp_background(move_aside, errand, (IUnknown *)&errand->object->IMDSPObject2_iface,
                       errand->callback);
    if (FAILED(hr)) {
        sp_activity_end(sp_storage_activity(errand->object), &errand->running);
        free(errand);
    }
    return hr;
}

HRESULT sp_object_move(struct sp_storage *self, DWORD mode, IWMDMProgress *callback,
                       IMDSPStorage *target)
{
    const DWORD inserts = WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |
                          WMDM_STORAGECONTROL_INSERTINTO;
    DWORD insert = mode & inserts;
    struct sp_storage *to = target ? sp_storage_of(target) : NULL;
    struct errand errand;
    uint32_t parent = 0;
    HRESULT hr;

    /* Whatever the arguments: this tells that the device cannot. */
    if (!sp_facts_lists(sp_storage_facts(self), MTP_OP_MOVE_OBJECT))
        return WMDM_E_NOTSUPPORTED;
    if (!target || (insert & (insert - 1)) || !insert ||
        !(mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD)))
        return E_INVALIDARG;
    if (!self->handle)
        return WMDM_E_NOTSUPPORTED;
    if (!to || to->device->connection != self->device->connection || to->storage != self->storage)
        return E_INVALIDARG;
    if (sp_opened_has(sp_storage_opened(self), self->storage, self->handle))
        return WMDM_E_BUSY;
    hr = target_folder(to, insert, &parent);
    if (SUCCEEDED(hr))
        hr = outside(self, parent);
    if (FAILED(hr))
        return hr;
    errand = (struct errand){.object = self, .callback = callback, .parent = parent};
    if (!(mode & WMDM_MODE_BLOCK)) /* of both modes it is the one (SP-OBJ-051) */
        return start_aside(&errand);
    errand_begin(&errand);
    return errand_run(&errand);
}
