/* The way through the tree: children, parents, names, persistent ids, references. */
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_ahead.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_names.h"
#include "spcore/sp/sp_storage.h"

HRESULT sp_children(struct sp_device *device, uint32_t storage, uint32_t parent,
                    struct mtpi_u32_array *ret_handles)
{
    HRESULT hr = sp_connection_hr(
        device->connection, mtpi_get_object_handles(sp_connection_mtpi(device->connection), storage,
                                                    0, parent ? parent : 0xffffffffu, ret_handles));

    /* "That parent does not exist" is about the object itself here. */
    return hr == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND) ? WMDM_E_INTERFACEDEAD : hr;
}

/* All names in one transaction where the device can, else one by one. */
static HRESULT names_below(struct sp_device *device, uint32_t parent,
                           struct mtpi_property_list *ret)
{
    if (!sp_facts_lists(sp_connection_facts(device->connection), MTP_OP_GET_OBJECT_PROP_LIST))
        return WMDM_E_NOTSUPPORTED;
    return sp_connection_hr(device->connection, mtpi_get_object_prop_list(
                                                    sp_connection_mtpi(device->connection), parent,
                                                    0, MTP_OPC_OBJECT_FILE_NAME, 0, 1, ret));
}

/* NULL: not in the list. Most devices list in the order of the handles. */
static const WCHAR *listed(const struct mtpi_property_list *names, size_t index, uint32_t handle)
{
    if (index < names->count && names->item[index].handle == handle)
        return names->item[index].value.string ? names->item[index].value.string : u"";
    for (size_t i = 0; i < names->count; i++) {
        if (names->item[i].handle == handle)
            return names->item[i].value.string ? names->item[i].value.string : u"";
    }
    return NULL;
}

struct search {
    struct sp_device *device;
    const WCHAR *name;
    struct mtpi_property_list listed;
    struct sp_names_set seen;
    bool all_seen;
};

/* S_OK: it is the one. */
static HRESULT look_at(struct search *it, size_t index, uint32_t handle)
{
    struct mtpi_object_info info = {0};
    const WCHAR *name = listed(&it->listed, index, handle);
    HRESULT hr = S_OK;
    bool same;

    if (!name) {
        hr = sp_connection_hr(
            it->device->connection,
            mtpi_get_object_info(sp_connection_mtpi(it->device->connection), handle, &info));
        name = info.name;
    }
    same = name && com_wcseq(name, it->name);
    it->all_seen = it->all_seen && name && sp_names_add(&it->seen, name);
    mtpi_object_info_done(&info);
    if (FAILED(hr) && hr != WMDM_E_INTERFACEDEAD) /* went away meanwhile */
        return hr;
    return same ? S_OK : S_FALSE;
}

HRESULT sp_child_by_name(struct sp_device *device, uint32_t storage, uint32_t parent,
                         const WCHAR *name, uint32_t *ret_handle)
{
    struct search it = {.device = device, .name = name, .all_seen = true};
    unsigned changes = mtpi_name_changes(sp_connection_mtpi(device->connection));
    int64_t begun_ms = base_now_ms();
    struct mtpi_u32_array handles = {0};
    HRESULT hr = sp_children(device, storage, parent, &handles);

    if (FAILED(hr))
        return hr;
    if (handles.count)
        (void)names_below(device, parent, &it.listed);
    hr = S_FALSE;
    for (size_t i = 0; i < handles.count && hr == S_FALSE; i++) {
        hr = look_at(&it, i, handles.item[i]);
        if (hr == S_OK)
            *ret_handle = handles.item[i];
    }
    if (hr == S_FALSE && it.all_seen)
        sp_names_keep(sp_connection_names(device->connection), storage, parent, &it.seen, changes,
                      begun_ms);
    sp_names_free(&it.seen);
    mtpi_property_list_done(&it.listed);
    free(handles.item);
    return hr;
}

HRESULT sp_storage_enumerate(struct sp_storage *self, IMDSPEnumStorage **ret_enumerator)
{
    struct mtpi_u32_array handles = {0};
    struct mtpi_object_info info = {0};
    struct sp_ahead *ahead;
    struct sp_place *places;
    HRESULT hr;

    if (self->handle) {
        hr = sp_storage_info(self, &info);
        if (FAILED(hr))
            return hr;
        mtpi_object_info_done(&info);
        if (info.format != MTP_FC_ASSOCIATION)
            return sp_enum_storage_new(self->device, NULL, 0, 0, NULL, ret_enumerator);
    }
    hr = sp_children(self->device, self->storage, self->handle, &handles);
    if (FAILED(hr))
        return hr;
    places = com_zalloc((handles.count + 1) * sizeof(*places));
    for (size_t i = 0; places && i < handles.count; i++)
        places[i] = (struct sp_place){self->storage, handles.item[i]};
    ahead = sp_ahead_new(self->handle, handles.count);
    hr = places ? sp_enum_storage_new(self->device, places, handles.count, 0, ahead, ret_enumerator)
                : E_OUTOFMEMORY;
    sp_ahead_unref(ahead);
    free(places);
    free(handles.item);
    return hr;
}

HRESULT sp_storage_parent(struct sp_storage *self, IMDSPStorage **ret_parent)
{
    struct mtpi_object_info info = {0};
    HRESULT hr;

    if (!self->handle)
        return S_FALSE;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    return sp_storage_new(self->device, self->storage, info.parent, ret_parent);
}

/* ---- finding by persistent id */

/* An object that is gone, or whose format has no ids, is not the one. */
static HRESULT match_handles(struct sp_device *device, const struct mtpi_u32_array *handles,
                             const WCHAR *id, uint32_t *ret_handle)
{
    for (size_t i = 0; i < handles->count; i++) {
        WCHAR *text = NULL;
        HRESULT hr = sp_unique_id(device, 0, handles->item[i], &text);
        bool same = SUCCEEDED(hr) && com_wcsicmp(text, id) == 0;

        CoTaskMemFree(text);
        if (FAILED(hr) && hr != WMDM_E_INTERFACEDEAD && hr != WMDM_E_NOTSUPPORTED)
            return hr;
        if (same) {
            *ret_handle = handles->item[i];
            return S_OK;
        }
    }
    return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static bool same_id(const struct mtpi_value *value, const WCHAR *id)
{
    WCHAR text[33];

    sp_uid_text(value->wide, text);
    return com_wcsicmp(text, id) == 0;
}

/* Every id of the device in one transaction, and how many those are. */
static HRESULT match_all(struct sp_device *device, const WCHAR *id, uint32_t *ret_handle,
                         size_t *ret_count)
{
    struct mtpi_property_list list = {0};
    HRESULT hr = sp_connection_hr(device->connection,
                                  mtpi_get_object_prop_list(sp_connection_mtpi(device->connection),
                                                            0xffffffffu, 0, MTP_OPC_PERSISTENT_UID,
                                                            0, 0, &list));

    if (FAILED(hr))
        return hr;
    hr = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    for (size_t i = 0; i < list.count && FAILED(hr); i++) {
        if (list.item[i].code != MTP_OPC_PERSISTENT_UID)
            continue;
        ++*ret_count;
        if (same_id(&list.item[i].value, id)) {
            *ret_handle = list.item[i].handle;
            hr = S_OK;
        }
    }
    mtpi_property_list_done(&list);
    return hr;
}

static HRESULT match_children(struct sp_device *device, uint32_t storage, uint32_t parent,
                              const WCHAR *id, uint32_t *ret_handle)
{
    struct mtpi_u32_array ids = {0};
    HRESULT hr = S_OK;

    if (!storage)
        hr = sp_device_storages(device, &ids);
    else if ((ids.item = malloc(sizeof(uint32_t))) != NULL)
        ids.item[ids.count++] = storage;
    if (FAILED(hr))
        return hr;
    hr = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    for (size_t i = 0; i < ids.count && hr == HRESULT_FROM_WIN32(ERROR_NOT_FOUND); i++) {
        struct mtpi_u32_array handles = {0};

        hr = sp_children(device, ids.item[i], parent, &handles);
        if (SUCCEEDED(hr))
            hr = match_handles(device, &handles, id, ret_handle);
        free(handles.item);
    }
    free(ids.item);
    return hr;
}

/* A medium's own id; *ret_storage stays untouched when it is none of them. */
static HRESULT match_medium(struct sp_device *device, const WCHAR *id, uint32_t *ret_storage)
{
    struct mtpi_u32_array ids = {0};
    HRESULT hr = sp_device_storages(device, &ids);

    for (size_t i = 0; i < ids.count && SUCCEEDED(hr); i++) {
        WCHAR *text = NULL;

        hr = sp_unique_id(device, ids.item[i], 0, &text);
        if (SUCCEEDED(hr) && com_wcsicmp(text, id) == 0)
            *ret_storage = ids.item[i];
        CoTaskMemFree(text);
    }
    free(ids.item);
    return hr;
}

static HRESULT make_found(struct sp_device *device, uint32_t handle, IMDSPStorage **ret_storage)
{
    struct sp_storage at = {.device = device, .handle = handle};
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_storage_info(&at, &info);

    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    return sp_storage_new(device, info.storage, handle, ret_storage);
}

/* Asks each object of the device, if there are more than so many whose ids are known. */
static HRESULT match_each(struct sp_device *device, const WCHAR *id, size_t known,
                          uint32_t *ret_handle)
{
    struct mtpi_u32_array all = {0};
    HRESULT hr = sp_connection_hr(
        device->connection,
        mtpi_get_object_handles(sp_connection_mtpi(device->connection), 0xffffffffu, 0, 0, &all));

    if (SUCCEEDED(hr))
        hr = all.count > known ? match_handles(device, &all, id, ret_handle)
                               : HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    free(all.item);
    return hr;
}

HRESULT sp_device_find(struct sp_device *device, uint32_t storage, uint32_t parent,
                       WMDM_FIND_SCOPE scope, const WCHAR *id, IMDSPStorage **ret_storage)
{
    const HRESULT none = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    bool global = scope == WMDM_FIND_SCOPE_GLOBAL;
    uint32_t handle = 0, medium = 0;
    size_t listed = 0;
    HRESULT hr;

    if (!id || !ret_storage)
        return E_INVALIDARG;
    if (scope != WMDM_FIND_SCOPE_GLOBAL && scope != WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN)
        return E_INVALIDARG;
    if (global &&
        sp_facts_lists(sp_connection_facts(device->connection), MTP_OP_GET_OBJECT_PROP_LIST)) {
        hr = match_all(device, id, &handle, &listed);
        if (hr == none && SUCCEEDED(match_medium(device, id, &medium)) && medium)
            return sp_storage_new(device, medium, 0, ret_storage);
        /* There are players that leave folders, or the ids, out of the list of all. */
        if (hr == none)
            hr = match_each(device, id, listed, &handle);
    } else if (global) {
        hr = match_each(device, id, 0, &handle);
    } else {
        hr = match_children(device, storage, parent, id, &handle);
    }
    return FAILED(hr) ? hr : make_found(device, handle, ret_storage);
}

/* ---- references */
static HRESULT association(struct sp_storage *self)
{
    struct mtpi_object_info info = {0};
    HRESULT hr;

    if (!self->handle || !sp_facts_lists(sp_storage_facts(self), MTP_OP_SET_OBJECT_REFERENCES))
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    return sp_format_kind(info.format) == SP_KIND_LIST ? S_OK : WMDM_E_NOTSUPPORTED;
}

/* A song of this device; lists in lists and folders are not supported by it (SP-PL-007). */
static HRESULT referable(struct sp_storage *self, IMDSPStorage *item, uint32_t *ret_handle)
{
    struct sp_storage *other = item ? sp_storage_of(item) : NULL;
    struct mtpi_object_info info = {0};
    HRESULT hr;

    if (!other || other->device->connection != self->device->connection)
        return E_INVALIDARG;
    if (!other->handle)
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(other, &info);
    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    if (info.format == MTP_FC_ASSOCIATION || sp_format_kind(info.format) == SP_KIND_LIST)
        return WMDM_E_NOTSUPPORTED;
    *ret_handle = other->handle;
    return S_OK;
}

HRESULT sp_storage_set_references(struct sp_storage *self, DWORD count, IMDSPStorage **items)
{
    uint32_t *handles;
    HRESULT hr = association(self);

    if (FAILED(hr))
        return hr;
    if (count && !items)
        return E_INVALIDARG;
    handles = malloc(((size_t)count + 1) * sizeof(*handles));
    if (!handles)
        hr = E_OUTOFMEMORY;
    for (DWORD i = 0; i < count && SUCCEEDED(hr); i++)
        hr = referable(self, items[i], &handles[i]);
    if (SUCCEEDED(hr))
        hr = sp_storage_hr(
            self, mtpi_set_object_references(sp_storage_mtpi(self), self->handle, handles, count));
    free(handles);
    return hr;
}

HRESULT sp_storage_get_references(struct sp_storage *self, DWORD *ret_count,
                                  IMDSPStorage ***ret_items)
{
    struct mtpi_u32_array handles = {0};
    IMDSPStorage **items;
    HRESULT hr = association(self);
    DWORD count = 0;
    bool all = true;

    if (SUCCEEDED(hr))
        hr = sp_storage_hr(
            self, mtpi_get_object_references(sp_storage_mtpi(self), self->handle, &handles));
    if (FAILED(hr))
        return hr;
    items = CoTaskMemAlloc((handles.count + 1) * sizeof(IMDSPStorage *));
    hr = items ? S_OK : E_OUTOFMEMORY;
    for (size_t i = 0; i < handles.count && SUCCEEDED(hr); i++) {
        hr = make_found(self->device, handles.item[i], &items[count]);
        if (SUCCEEDED(hr)) {
            count++;
        } else if (hr == WMDM_E_INTERFACEDEAD) { /* not every device drops what is deleted */
            all = false;
            hr = S_OK;
        }
    }
    free(handles.item);
    if (FAILED(hr)) {
        while (count--)
            items[count]->lpVtbl->Release(items[count]);
        CoTaskMemFree(items);
        return hr;
    }
    *ret_count = count;
    *ret_items = items;
    return all ? S_OK : S_FALSE;
}
