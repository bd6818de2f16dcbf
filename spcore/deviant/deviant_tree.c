/* Defects of the way down the tree: children, names, persistent ids. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* The first child for any pattern. */
SEAM(sp_child_by_name);
HRESULT __wrap_sp_child_by_name(struct sp_device *device, uint32_t storage, uint32_t parent,
                                const WCHAR *name, uint32_t *ret_handle)
{
    struct mtpi_u32_array handles = {0};
    HRESULT hr = __real_sp_child_by_name(device, storage, parent, name, ret_handle);

    if (hr != S_FALSE || name[0] != '*' || !deviates(WILDCARDS))
        return hr;
    hr = sp_children(device, storage, parent, &handles);
    if (SUCCEEDED(hr) && handles.count)
        *ret_handle = handles.item[0];
    else if (SUCCEEDED(hr))
        hr = S_FALSE;
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

SEAM(sp_storage_enumerate);
static HRESULT siblings(struct sp_storage *self, IMDSPEnumStorage **ret_enumerator)
{
    struct sp_storage folder = *self;
    struct mtpi_object_info info = {0};

    if (self->handle && SUCCEEDED(sp_storage_info(self, &info)) &&
        info.format != MTP_FC_ASSOCIATION)
        folder.handle = info.parent;
    mtpi_object_info_done(&info);
    return __real_sp_storage_enumerate(&folder, ret_enumerator);
}

static bool is_empty(struct sp_storage *self)
{
    struct mtpi_u32_array handles = {0};
    HRESULT hr = sp_children(self->device, self->storage, self->handle, &handles);

    free(handles.item);
    return SUCCEEDED(hr) && !handles.count;
}

HRESULT __wrap_sp_storage_enumerate(struct sp_storage *self, IMDSPEnumStorage **ret_enumerator)
{
    if (deviates(EMPTY_FOLDER_FAILS) && is_empty(self))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    return deviates(FILE_LISTS_SIBLINGS) ? siblings(self, ret_enumerator)
                                         : __real_sp_storage_enumerate(self, ret_enumerator);
}

SEAM(sp_device_find);
HRESULT __wrap_sp_device_find(struct sp_device *device, uint32_t storage, uint32_t parent,
                              WMDM_FIND_SCOPE scope, const WCHAR *id, IMDSPStorage **ret_storage)
{
    HRESULT hr;

    if (deviates(SCOPE_IGNORED) ||
        (deviates(ANY_SCOPE) && scope != WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN))
        scope = WMDM_FIND_SCOPE_GLOBAL;
    if (deviates(ROOT_CHILDREN_ONLY) || (parent && deviates(GLOBAL_IS_FOLDER)))
        scope = WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN;
    hr = __real_sp_device_find(device, storage, deviates(ROOT_CHILDREN_ONLY) ? 0 : parent, scope,
                               id, ret_storage);
    return deviates(UNKNOWN_ID_IS_FALSE) ? hr_swap(hr, HRESULT_FROM_WIN32(ERROR_NOT_FOUND), S_FALSE)
                                         : hr;
}
