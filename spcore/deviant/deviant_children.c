/* Defects of what is enumerated: of a device's roots, and of a storage's children. */
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/deviant_threads.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define MORE 64 /* places that a defect adds at most */

struct places {
    struct sp_place *item;
    size_t count, room;
};

static void add(struct places *places, uint32_t storage, uint32_t handle)
{
    if (places->count < places->room)
        places->item[places->count++] = (struct sp_place){storage, handle};
}

static void add_children(struct places *places, struct sp_device *device, uint32_t storage,
                         uint32_t parent)
{
    struct mtpi_u32_array handles = {0};

    if (SUCCEEDED(sp_children(device, storage, parent, &handles))) {
        for (size_t i = 0; i < handles.count; i++)
            add(places, storage, handles.item[i]);
    }
    free(handles.item);
}

static bool is_kind(struct sp_device *device, const struct sp_place *place, bool list)
{
    const struct sp_storage at = {
        .device = device, .storage = place->storage, .handle = place->handle};
    struct mtpi_object_info info = {0};

    if (!at.handle || FAILED(sp_storage_info(&at, &info)))
        return false;
    mtpi_object_info_done(&info);
    return list ? sp_format_kind(info.format) == SP_KIND_LIST : info.format == MTP_FC_ASSOCIATION;
}

/* ---- of a device */
static void roots(struct places *places, struct sp_device *device, const struct sp_place *book,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (deviates(ROOT_OPENED))
            add_children(places, device, book[i].storage, 0);
        else if (!deviates(LAST_ROOT_LOST) || count == 1 || i + 1 < count)
            add(places, book[i].storage, 0);
        if (deviates(ROOT_TWICE))
            add(places, book[i].storage, 0);
    }
}

/* ---- of a storage; the folder that is under way on this thread, 0: a root */
static _Thread_local uint32_t folder;

/* What was deleted and is only hidden, until the device comes again. */
static struct {
    struct sp_connection *connection; /* a reference */
    uint32_t handle;
} hidden;

METHOD(DELETED_COMES_BACK, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    (void)mode;
    (void)progress;
    if (!hidden.connection)
        hidden.connection = sp_connection_ref(self->device->connection);
    hidden.handle = self->handle;
    return S_OK;
}

static bool is_hidden(const struct sp_device *device, uint32_t handle)
{
    return hidden.handle && hidden.handle == handle && hidden.connection == device->connection;
}

static void children(struct places *places, struct sp_device *device, const struct sp_place *book,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (deviates(LISTS_HIDDEN) && is_kind(device, &book[i], true))
            continue;
        if (folder && i == 0 && deviates(FIRST_CHILD_LOST))
            continue;
        if (folder && i == 0 && threads_lose_child())
            continue;
        if (folder && i >= 128 && deviates(CHILDREN_UP_TO_128))
            continue;
        if (is_hidden(device, book[i].handle) || threads_hide(device, book[i].handle))
            continue;
        add(places, book[i].storage, book[i].handle);
        if (deviates(GRANDCHILDREN_TOO) && is_kind(device, &book[i], false))
            add_children(places, device, book[i].storage, book[i].handle);
    }
    if (folder && count && (deviates(CHILD_TWICE) || threads_double_child()))
        add(places, book[0].storage, book[0].handle);
    if (folder && count && deviates(FOLDER_IN_ITSELF))
        add(places, book[0].storage, folder);
}

SEAM(sp_enum_storage_new);
HRESULT __wrap_sp_enum_storage_new(struct sp_device *device, const struct sp_place *book,
                                   size_t count, size_t position, struct sp_ahead *ahead,
                                   IMDSPEnumStorage **ret_enumerator)
{
    struct places places = {.room = count + MORE};
    HRESULT hr;

    places.item = malloc(places.room * sizeof(*places.item));
    if (!places.item)
        return E_OUTOFMEMORY;
    if (count && !book[0].handle)
        roots(&places, device, book, count);
    else
        children(&places, device, book, count);
    hr = __real_sp_enum_storage_new(device, places.item, places.count, position, ahead,
                                    ret_enumerator);
    free(places.item);
    return hr;
}

static bool is_file(struct sp_storage *self)
{
    const struct sp_place place = {self->storage, self->handle};

    return self->handle && !is_kind(self->device, &place, false);
}

static bool is_empty(struct sp_storage *self)
{
    struct mtpi_u32_array handles = {0};
    HRESULT hr = sp_children(self->device, self->storage, self->handle, &handles);

    free(handles.item);
    return SUCCEEDED(hr) && !handles.count;
}

/* Which folder, or file, the children are enumerated of instead. */
static struct sp_storage instead_of(const struct sp_storage *self, bool file)
{
    struct sp_storage other = *self;
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return other;
    mtpi_object_info_done(&info);
    if (file ? deviates(FILE_LISTS_SIBLINGS) : info.parent && deviates(CHILDREN_OF_PARENT))
        other.handle = info.parent;
    return other;
}

SEAM(sp_storage_enumerate);
HRESULT __wrap_sp_storage_enumerate(struct sp_storage *self, IMDSPEnumStorage **ret_enumerator)
{
    static uint32_t once_empty;
    bool file = is_file(self), empty = !file && is_empty(self);
    struct sp_storage other = instead_of(self, file);
    HRESULT hr;

    if (empty && self->handle && deviates(EMPTY_FOLDER_FAILS))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (empty && !self->handle && deviates(EMPTY_ROOT_FAILS))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (empty && self->handle)
        once_empty = self->handle;
    if (self->handle && self->handle == once_empty && deviates(FILLED_STAYS_EMPTY))
        return __real_sp_enum_storage_new(self->device, NULL, 0, 0, NULL, ret_enumerator);
    folder = file ? 0 : self->handle;
    hr = __real_sp_storage_enumerate(&other, ret_enumerator);
    folder = 0;
    return hr;
}
