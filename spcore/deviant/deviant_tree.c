/* Defects of the way down the tree: children, names, persistent ids. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

static bool has(const WCHAR *text, WCHAR character)
{
    while (*text && *text != character)
        text++;
    return *text != 0;
}

/* Does the object's name begin with that text? */
static bool begins(struct sp_device *device, uint32_t storage, uint32_t handle, const WCHAR *text)
{
    IMDSPStorage *object = NULL;
    WCHAR name[256] = {0};

    if (FAILED(sp_storage_new(device, storage, handle, &object)))
        return false;
    (void)object->lpVtbl->GetName(object, name, ARRAY_SIZE(name));
    object->lpVtbl->Release(object);
    return *text && memcmp(name, text, com_wcslen(text) * sizeof(*text)) == 0;
}

/* What takes a child for the one of that name: a pattern fits any, in a folder or of a device. */
static bool fits(struct sp_device *device, uint32_t storage, uint32_t parent, uint32_t handle,
                 const WCHAR *name)
{
    return (parent && deviates(WILDCARDS) && has(name, '*')) ||
           (parent && deviates(QUESTION_MARKS) && has(name, '?')) ||
           (!parent && deviates(DEVICE_WILDCARDS) && (has(name, '*') || has(name, '?'))) ||
           (parent && deviates(CHILD_PREFIX_FOUND) && begins(device, storage, handle, name)) ||
           (!parent && deviates(PREFIX_FOUND) && begins(device, storage, handle, name));
}

SEAM(sp_child_by_name);
HRESULT __wrap_sp_child_by_name(struct sp_device *device, uint32_t storage, uint32_t parent,
                                const WCHAR *name, uint32_t *ret_handle)
{
    struct mtpi_u32_array handles = {0};
    HRESULT hr = __real_sp_child_by_name(device, storage, parent, name, ret_handle);

    if (hr != S_FALSE || FAILED(sp_children(device, storage, parent, &handles)))
        return hr;
    for (size_t i = 0; i < handles.count && hr == S_FALSE; i++) {
        if (fits(device, storage, parent, handles.item[i], name)) {
            *ret_handle = handles.item[i];
            hr = S_OK;
        }
    }
    free(handles.item);
    return hr;
}

METHOD(GET_STORAGE_IN_ROOT, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    IMDSPStorage *root = NULL;
    HRESULT hr = sp_storage_new(self->device, self->storage, 0, &root);

    if (FAILED(hr))
        return hr;
    hr = GET_STORAGE_IN_ROOT_book((IMDSPStorage4 *)root, name, storage);
    root->lpVtbl->Release(root);
    return hr;
}

METHOD(GET_STORAGE_ABOVE, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = GET_STORAGE_ABOVE_book(This, name, storage);
    IMDSPStorage *parent = NULL;

    if (hr != S_FALSE || This->lpVtbl->GetParent(This, &parent) != S_OK)
        return hr;
    hr = GET_STORAGE_ABOVE_book((IMDSPStorage4 *)parent, name, storage);
    parent->lpVtbl->Release(parent);
    return hr;
}

METHOD(GET_STORAGE_BELOW, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_u32_array below = {0};
    HRESULT hr = GET_STORAGE_BELOW_book(This, name, storage);
    uint32_t handle = 0;

    if (hr != S_FALSE || FAILED(sp_children(self->device, self->storage, self->handle, &below)))
        return hr;
    for (size_t i = 0; i < below.count && hr == S_FALSE; i++) {
        if (sp_child_by_name(self->device, self->storage, below.item[i], name, &handle) == S_OK)
            hr = sp_storage_new(self->device, self->storage, handle, storage);
    }
    free(below.item);
    return hr;
}

/* Where the child is among all; their count: it is not there. */
static size_t place_of(const struct sp_storage *self, uint32_t handle)
{
    struct mtpi_u32_array below = {0};
    size_t place = 0;

    (void)sp_children(self->device, self->storage, self->handle, &below);
    while (place < below.count && below.item[place] != handle)
        place++;
    free(below.item);
    return place;
}

METHOD(FINDS_AMONG_16, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = FINDS_AMONG_16_book(This, name, storage);

    return hr == S_OK &&
                   place_of(SELF(sp_storage, IMDSPStorage4), sp_storage_of(*storage)->handle) >= 16
               ? take_back(hr, storage, S_FALSE)
               : hr;
}

METHOD(MISSING_FOR_GOOD, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    static WCHAR missed[64];
    HRESULT hr = MISSING_FOR_GOOD_book(This, name, storage);

    if (hr == S_OK && com_wcseq(name, missed))
        return take_back(hr, storage, S_FALSE);
    if (hr == S_FALSE && com_wcslen(name) < ARRAY_SIZE(missed))
        com_copy_string(name, missed, ARRAY_SIZE(missed));
    return hr;
}

METHOD(LETTERS_IGNORED, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_u32_array below = {0};
    HRESULT hr = LETTERS_IGNORED_book(This, name, storage);

    if (hr != S_OK || FAILED(sp_children(self->device, self->storage, self->handle, &below)))
        return hr;
    for (size_t i = 0; i < below.count; i++) {
        WCHAR other[256] = {0};
        IMDSPStorage *child = NULL;

        if (FAILED(sp_storage_new(self->device, self->storage, below.item[i], &child)))
            continue;
        (void)IMDSPStorage_GetName(child, other, ARRAY_SIZE(other));
        if (com_wcsicmp(other, name) == 0) {
            (void)take_back(hr, storage, S_OK);
            *storage = child;
            break;
        }
        IMDSPStorage_Release(child);
    }
    free(below.item);
    return hr;
}

SEAM(sp_device_find);

/* The instance that first asked for metadata, which an id is of. */
static const struct sp_context *first_context(const struct sp_device *device)
{
    static const struct sp_context *first;

    if (!first)
        first = device->context;
    return first;
}

/* The children of what is beside `parent`, or of what is in it. */
static HRESULT find_further(struct sp_device *device, uint32_t storage, uint32_t parent,
                            const WCHAR *id, IMDSPStorage **ret_storage)
{
    const struct sp_storage at = {.device = device, .storage = storage, .handle = parent};
    HRESULT hr = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    struct mtpi_u32_array below = {0};
    struct mtpi_object_info info = {0};

    if (deviates(FIND_LOOKS_ABOVE) && SUCCEEDED(sp_storage_info(&at, &info))) {
        mtpi_object_info_done(&info);
        return __real_sp_device_find(device, storage, info.parent,
                                     WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, id, ret_storage);
    }
    if (!deviates(FIND_LOOKS_BELOW) || FAILED(sp_children(device, storage, parent, &below)))
        return hr;
    for (size_t i = 0; i < below.count && FAILED(hr); i++)
        hr = __real_sp_device_find(device, storage, below.item[i],
                                   WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, id, ret_storage);
    free(below.item);
    return FAILED(hr) ? HRESULT_FROM_WIN32(ERROR_NOT_FOUND) : hr;
}

static WMDM_FIND_SCOPE other_scope(uint32_t parent, WMDM_FIND_SCOPE scope)
{
    bool is_ignored = parent ? deviates(STORAGE_SCOPE_IGNORED) : deviates(SCOPE_IGNORED);

    if (is_ignored || (deviates(ANY_SCOPE) && scope != WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN))
        return WMDM_FIND_SCOPE_GLOBAL;
    if (deviates(ROOT_CHILDREN_ONLY) || (parent && deviates(GLOBAL_IS_FOLDER)))
        return WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN;
    return scope;
}

/* Is what was found of a kind that is not looked for? */
static bool is_passed_over(uint32_t parent, WMDM_FIND_SCOPE scope, IMDSPStorage *found)
{
    const bool below = scope == WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN;
    struct mtpi_object_info info = {0};
    bool is_folder, is_top;

    if (FAILED(sp_storage_info(sp_storage_of(found), &info)))
        return false;
    is_folder = info.format == MTP_FC_ASSOCIATION;
    is_top = info.parent == 0;
    mtpi_object_info_done(&info);
    return (deviates(FOLDERS_UNFOUND) && is_folder) ||
           (deviates(TOP_UNFOUND) && is_top && !below) ||
           (deviates(DEVICE_CHILDREN_UNFOUND) && below && !parent) ||
           (deviates(STORAGE_CHILDREN_UNFOUND) && below && parent);
}

/* An id of the form that ids have, or of another one. */
static HRESULT not_found(HRESULT hr, const WCHAR *id)
{
    bool is_formed = id && com_wcslen(id) == 32;

    if (is_formed && deviates(UNKNOWN_ID_IS_FALSE))
        return hr_swap(hr, HRESULT_FROM_WIN32(ERROR_NOT_FOUND), S_FALSE);
    if (id && !is_formed && deviates(STRANGE_ID_IS_INVALID))
        return hr_swap(hr, HRESULT_FROM_WIN32(ERROR_NOT_FOUND), E_INVALIDARG);
    return hr;
}

HRESULT __wrap_sp_device_find(struct sp_device *device, uint32_t storage, uint32_t parent,
                              WMDM_FIND_SCOPE scope, const WCHAR *id, IMDSPStorage **ret_storage)
{
    HRESULT hr;

    if (parent && deviates(CHILDREN_OF_DEVICE) && scope == WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN)
        parent = 0;
    scope = other_scope(parent, scope);
    hr = __real_sp_device_find(device, storage, deviates(ROOT_CHILDREN_ONLY) ? 0 : parent, scope,
                               id, ret_storage);
    if (hr == HRESULT_FROM_WIN32(ERROR_NOT_FOUND) && parent &&
        scope == WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN)
        hr = find_further(device, storage, parent, id, ret_storage);
    if (SUCCEEDED(hr) &&
        ((deviates(FIND_IN_OWN_SESSION) && device->context != first_context(device)) ||
         is_passed_over(parent, scope, *ret_storage)))
        return take_back(hr, ret_storage, HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    if (SUCCEEDED(hr) && deviates(FIND_FINDS_PARENT)) {
        IMDSPStorage *found = *ret_storage;

        hr = sp_storage_parent(sp_storage_of(found), ret_storage);
        found->lpVtbl->Release(found);
    }
    return not_found(hr, id);
}

METHOD(FIND_KEEPS_POINTER, IMDSPDevice3, FindStorage, WMDM_FIND_SCOPE scope, const WCHAR *id,
       IMDSPStorage **storage)
{
    IMDSPStorage *before = storage ? *storage : NULL;
    HRESULT hr = FIND_KEEPS_POINTER_book(This, scope, id, storage);

    if (hr == HRESULT_FROM_WIN32(ERROR_NOT_FOUND) && storage)
        *storage = before;
    return hr;
}

METHOD(FIND_NULL_ID, IMDSPDevice3, FindStorage, WMDM_FIND_SCOPE scope, const WCHAR *id,
       IMDSPStorage **storage)
{
    return FIND_NULL_ID_book(This, scope, id ? id : u"", storage);
}

METHOD(FIND_NULL_OUTPUT, IMDSPDevice3, FindStorage, WMDM_FIND_SCOPE scope, const WCHAR *id,
       IMDSPStorage **storage)
{
    HRESULT hr = FIND_NULL_OUTPUT_book(This, scope, id, storage);

    return storage ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(FIND_IN_OWN_SESSION, IMDSPStorage4, GetMetadata, IWMDMMetaData *metadata)
{
    (void)first_context(SELF(sp_storage, IMDSPStorage4)->device);
    return FIND_IN_OWN_SESSION_book(This, metadata);
}
