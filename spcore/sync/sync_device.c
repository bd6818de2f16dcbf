/* The few sequences of WMDM that a synchronisation needs. */
#include "spcore/sync/sync_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sync/sync_metadata.h"

/* A reference of the caller's, or NULL. */
static void *query(void *object, REFIID iid)
{
    IUnknown *unknown = object;
    void *found = NULL;

    return unknown && SUCCEEDED(unknown->lpVtbl->QueryInterface(unknown, iid, &found)) ? found
                                                                                       : NULL;
}

#define LET_GO(interface)                                                                          \
    do {                                                                                           \
        if (interface)                                                                             \
            (interface)->lpVtbl->Release(interface);                                               \
    } while (0)

/* ---- the device */

/* Its serial number; a device without one is known by what it is. */
static char *identity_of(IWMDMDevice *device)
{
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    WMDMID id = {.cbSize = sizeof(id)};
    WCHAR maker[128] = {0}, name[128] = {0};
    char *text = NULL, *first, *second;

    if (SUCCEEDED(device->lpVtbl->GetSerialNumber(device, &id, mac)) && id.SerialNumberLength &&
        id.SerialNumberLength <= WMDMID_LENGTH) {
        text = malloc(2 * WMDMID_LENGTH + 1);
        for (DWORD i = 0; text && i < id.SerialNumberLength; i++)
            sprintf(text + 2 * (size_t)i, "%02x", id.pID[i]);
        return text;
    }
    (void)device->lpVtbl->GetManufacturer(device, maker, ARRAY_SIZE(maker));
    (void)device->lpVtbl->GetName(device, name, ARRAY_SIZE(name));
    first = com_utf8_from_utf16(maker);
    second = com_utf8_from_utf16(name);
    if (first && second && asprintf(&text, "%s %s", first, second) < 0)
        text = NULL;
    CoTaskMemFree(first);
    CoTaskMemFree(second);
    return text;
}

static HRESULT first_storage(IWMDMDevice *device, IWMDMStorage **ret_root)
{
    IWMDMEnumStorage *storages = NULL;
    DWORD fetched = 0;
    HRESULT hr = device->lpVtbl->EnumStorage(device, &storages);

    if (SUCCEEDED(hr)) {
        hr = storages->lpVtbl->Next(storages, 1, ret_root, &fetched);
        storages->lpVtbl->Release(storages);
    }
    return FAILED(hr) ? hr : fetched == 1 && *ret_root ? S_OK : S_FALSE;
}

static void take_formats(struct sync_device *device, SAFEARRAY *array)
{
    LONG low = 0, high = -1;
    void *data = NULL;

    if (FAILED(SafeArrayGetLBound(array, 1, &low)) || FAILED(SafeArrayGetUBound(array, 1, &high)) ||
        high < low || FAILED(SafeArrayAccessData(array, &data)))
        return;
    device->formats = calloc((size_t)(high - low) + 1, sizeof(*device->formats));
    if (device->formats) {
        device->format_count = (size_t)(high - low) + 1;
        memcpy(device->formats, data, device->format_count * sizeof(*device->formats));
    }
    (void)SafeArrayUnaccessData(array);
}

static void ask_formats(struct sync_device *device)
{
    IWMDMDevice3 *third = query(device->device, &IID_IWMDMDevice3);
    PROPVARIANT value = {.vt = VT_EMPTY};

    if (third && SUCCEEDED(third->lpVtbl->GetProperty(third, g_wszWMDMFormatsSupported, &value)) &&
        value.vt == (VT_ARRAY | VT_UI4) && value.parray)
        take_formats(device, value.parray);
    (void)PropVariantClear(&value);
    LET_GO(third);
}

HRESULT sync_device_open(IWMDMDevice *device, IWMDMStorage *root, struct sync_device *ret)
{
    struct sync_device opened = {.device = device, .root = root};
    HRESULT hr = S_OK;

    if (root)
        root->lpVtbl->AddRef(root);
    else
        hr = first_storage(device, &opened.root);

    if (hr == S_OK) {
        opened.identity = identity_of(device);
        opened.session = query(device, &IID_IWMDMDeviceSession);
        ask_formats(&opened);
        hr = opened.identity ? S_OK : E_OUTOFMEMORY;
    }
    if (hr == S_OK)
        *ret = opened;
    else
        sync_device_close(&opened);
    return hr;
}

void sync_device_close(struct sync_device *device)
{
    LET_GO(device->session);
    LET_GO(device->root);
    free(device->identity);
    free(device->formats);
    *device = (struct sync_device){0};
}

bool sync_device_takes(const struct sync_device *device, uint32_t format)
{
    for (size_t i = 0; i < device->format_count; i++) {
        if (device->formats[i] == format)
            return true;
    }
    return device->format_count == 0;
}

bool sync_device_gone(const struct sync_device *device)
{
    DWORD status = 0;
    HRESULT hr = device->device->lpVtbl->GetStatus(device->device, &status);

    return FAILED(hr) || (status & WMDM_STATUS_DEVICE_NOTPRESENT);
}

/* ---- objects */
HRESULT sync_device_metadata(const struct sync_device *device, IWMDMMetaData **ret_list)
{
    IWMDMStorage3 *storage = query(device->root, &IID_IWMDMStorage3);
    HRESULT hr =
        storage ? storage->lpVtbl->CreateEmptyMetadataObject(storage, ret_list) : E_NOINTERFACE;

    LET_GO(storage);
    return hr;
}

HRESULT sync_device_insert(IWMDMStorage *folder, const char *name, DWORD content,
                           IWMDMMetaData *metadata, IWMDMOperation *operation,
                           IWMDMStorage **ret_object)
{
    IWMDMStorageControl3 *control = query(folder, &IID_IWMDMStorageControl3);
    WCHAR *wide = com_utf16_from_utf8(name);
    DWORD mode = WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO | content |
                 (operation ? WMDM_CONTENT_OPERATIONINTERFACE : 0);
    HRESULT hr = wide ? E_NOINTERFACE : E_OUTOFMEMORY;

    *ret_object = NULL;
    if (control && wide)
        hr = control->lpVtbl->Insert3(control, mode, WMDM_FILE_ATTR_FOLDER, NULL, wide, operation,
                                      NULL, metadata, NULL, ret_object);
    CoTaskMemFree(wide);
    LET_GO(control);
    return hr;
}

static HRESULT delete_by(IWMDMStorage *object, DWORD mode)
{
    IWMDMStorageControl *control = query(object, &IID_IWMDMStorageControl);
    HRESULT hr =
        control ? control->lpVtbl->Delete(control, WMDM_MODE_BLOCK | mode, NULL) : E_NOINTERFACE;

    LET_GO(control);
    return hr;
}

HRESULT sync_device_delete(IWMDMStorage *object)
{
    return delete_by(object, 0);
}

/* A provider takes no folder without WMDM_MODE_RECURSIVE, be it empty or not. */
HRESULT sync_device_delete_folder(IWMDMStorage *folder)
{
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage *child = NULL;
    DWORD fetched = 0;
    HRESULT hr = folder->lpVtbl->EnumStorage(folder, &storages);

    if (FAILED(hr))
        return hr;
    hr = storages->lpVtbl->Next(storages, 1, &child, &fetched);
    storages->lpVtbl->Release(storages);
    LET_GO(child);
    if (FAILED(hr))
        return hr;
    return child || fetched ? S_FALSE : delete_by(folder, WMDM_MODE_RECURSIVE);
}

HRESULT sync_device_read(IWMDMStorage *object, IWMDMOperation *operation)
{
    IWMDMStorageControl *control = query(object, &IID_IWMDMStorageControl);
    DWORD mode = WMDM_MODE_BLOCK | WMDM_CONTENT_FILE | WMDM_CONTENT_OPERATIONINTERFACE;
    HRESULT hr =
        control ? control->lpVtbl->Read(control, mode, NULL, NULL, operation) : E_NOINTERFACE;

    LET_GO(control);
    return hr;
}

HRESULT sync_device_set(IWMDMStorage *object, IWMDMMetaData *metadata)
{
    IWMDMStorage3 *storage = query(object, &IID_IWMDMStorage3);
    HRESULT hr = storage ? storage->lpVtbl->SetMetadata(storage, metadata) : E_NOINTERFACE;

    LET_GO(storage);
    return hr;
}

HRESULT sync_device_refer(IWMDMStorage *list, IWMDMStorage **objects, size_t count)
{
    IWMDMStorage4 *storage = query(list, &IID_IWMDMStorage4);
    HRESULT hr =
        storage ? storage->lpVtbl->SetReferences(storage, (DWORD)count, objects) : E_NOINTERFACE;

    LET_GO(storage);
    return hr;
}

IWMDMStorage *sync_device_child(IWMDMStorage *folder, const char *name)
{
    IWMDMStorage2 *storage = query(folder, &IID_IWMDMStorage2);
    WCHAR *wide = com_utf16_from_utf8(name);
    IWMDMStorage *child = NULL;

    if (storage && wide && storage->lpVtbl->GetStorage(storage, wide, &child) != S_OK)
        child = NULL;
    CoTaskMemFree(wide);
    LET_GO(storage);
    return child;
}

static IWMDMMetaData *ask(IWMDMStorage *object, const WCHAR *const *names, size_t count)
{
    IWMDMStorage4 *storage = query(object, &IID_IWMDMStorage4);
    IWMDMMetaData *list = NULL;

    if (storage && FAILED(storage->lpVtbl->GetSpecifiedMetadata(storage, (DWORD)count,
                                                                (WCHAR **)(uintptr_t)names, &list)))
        list = NULL;
    LET_GO(storage);
    return list;
}

char *sync_device_id(IWMDMStorage *object)
{
    const WCHAR *const names[] = {g_wszWMDMPersistentUniqueID};
    IWMDMMetaData *list = ask(object, names, ARRAY_SIZE(names));
    char *id = list ? sync_metadata_text(list, g_wszWMDMPersistentUniqueID) : NULL;

    LET_GO(list);
    return id;
}

/* Lets the references go. */
static char *ids_of(IWMDMStorage **objects, DWORD count, size_t *ret_length)
{
    char *ids = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&ids, &length);

    for (DWORD i = 0; i < count; i++) {
        char *id = objects[i] ? sync_device_id(objects[i]) : NULL;

        if (out && id)
            fwrite(id, 1, strlen(id) + 1, out);
        free(id);
        LET_GO(objects[i]);
    }
    if (!out || fclose(out) != 0) {
        free(ids);
        return NULL;
    }
    *ret_length = length;
    return ids;
}

char *sync_device_references(IWMDMStorage *list, size_t *ret_length)
{
    IWMDMStorage4 *storage = query(list, &IID_IWMDMStorage4);
    IWMDMStorage **objects = NULL;
    DWORD count = 0;
    char *ids = NULL;

    if (storage && SUCCEEDED(storage->lpVtbl->GetReferences(storage, &count, &objects)))
        ids = ids_of(objects, objects ? count : 0, ret_length);
    CoTaskMemFree(objects);
    LET_GO(storage);
    return ids;
}

/* ---- everything that is there */
enum { DEEPEST = 32, AT_ONCE = 64, OBJECTS_MOST = 4000000 };

struct listing {
    const struct sync_device *device;
    struct sync_found *found;
    size_t count, room;
};

static HRESULT list_below(struct listing *it, IWMDMEnumStorage *storages, const char *path,
                          unsigned depth);

static struct sync_found *grow(struct listing *it)
{
    if (it->count == it->room) {
        size_t room = it->room ? 2 * it->room : 256;
        struct sync_found *grown =
            room > OBJECTS_MOST ? NULL : realloc(it->found, room * sizeof(*grown));

        if (!grown)
            return NULL;
        it->found = grown;
        it->room = room;
    }
    it->found[it->count] = (struct sync_found){0};
    return &it->found[it->count];
}

static bool is_folder(IWMDMStorage *object)
{
    DWORD attributes = 0;

    return SUCCEEDED(object->lpVtbl->GetAttributes(object, &attributes, NULL)) &&
           (attributes & WMDM_FILE_ATTR_FOLDER);
}

static bool small_number(IWMDMMetaData *list, const WCHAR *name, uint32_t *ret)
{
    uint64_t number = 0;
    bool has = sync_metadata_number(list, name, &number) && number <= UINT32_MAX;

    *ret = has ? (uint32_t)number : 0;
    return has;
}

/* Everything in one question: a device may take a turn for each. */
static void describe(IWMDMMetaData *list, IWMDMStorage *object, struct sync_found *found,
                     char **ret_name)
{
    uint32_t format;

    *ret_name = sync_metadata_text(list, g_wszWMDMFileName);
    found->id = sync_metadata_text(list, g_wszWMDMPersistentUniqueID);
    found->folder = small_number(list, g_wszWMDMFormatCode, &format)
                        ? format == WMDM_FORMATCODE_ASSOCIATION
                        : is_folder(object);
    (void)sync_metadata_number(list, g_wszWMDMFileSize, &found->size);
    found->has_rating = small_number(list, g_wszWMDMUserRating, &found->rating);
    found->has_plays = small_number(list, g_wszWMDMPlayCount, &found->plays);
}

/* The folders at the top are ours whatever their case: a file system without regard to it would
 * refuse a second one. */
static const char *known_as(const char *name)
{
    static const char *const tops[] = {SYNC_MUSIC, SYNC_PLAYLISTS, SYNC_ALBUMS};

    for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
        if (strcasecmp(name, tops[i]) == 0)
            return tops[i];
    }
    return name;
}

char *sync_path(const char *folder, char *name)
{
    char *path = NULL;

    for (char *slash = name; (slash = strchr(slash, '/')) != NULL;)
        *slash = '\xff';
    if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "", *folder ? name : known_as(name)) < 0)
        return NULL;
    return path;
}

/* Takes over the reference. An object that says nothing of itself is not ours. */
static HRESULT list_object(struct listing *it, IWMDMStorage *object, const char *path,
                           unsigned depth)
{
    const WCHAR *const names[] = {g_wszWMDMFileName,   g_wszWMDMPersistentUniqueID,
                                  g_wszWMDMFormatCode, g_wszWMDMFileSize,
                                  g_wszWMDMUserRating, g_wszWMDMPlayCount};
    IWMDMMetaData *list = ask(object, names, ARRAY_SIZE(names));
    struct sync_found *found = grow(it);
    IWMDMEnumStorage *below = NULL;
    char *name = NULL;
    HRESULT hr = found ? S_OK : E_OUTOFMEMORY;

    /* What a device that has gone did not say is no reason to send it again. */
    if (!list && sync_device_gone(it->device))
        hr = HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    if (list && found)
        describe(list, object, found, &name);
    LET_GO(list);
    if (name) {
        found->path = sync_path(path, name);
        hr = found->path ? hr : E_OUTOFMEMORY;
    }
    if (!found || !found->path) {
        if (found)
            free(found->id);
        free(name);
        object->lpVtbl->Release(object);
        return hr;
    }
    free(name);
    found->handle = object;
    it->count++;
    if (found->folder && depth < DEEPEST) {
        char *folder = found->path; /* `found` moves when the listing grows */

        hr = object->lpVtbl->EnumStorage(object, &below);
        if (SUCCEEDED(hr)) {
            hr = list_below(it, below, folder, depth + 1);
            below->lpVtbl->Release(below);
        }
    }
    return hr;
}

static HRESULT list_below(struct listing *it, IWMDMEnumStorage *storages, const char *path,
                          unsigned depth)
{
    IWMDMStorage *some[AT_ONCE];
    DWORD fetched = AT_ONCE;
    HRESULT hr = S_OK;

    while (hr == S_OK && fetched == AT_ONCE) {
        HRESULT one = S_OK;

        memset(some, 0, sizeof(some));
        fetched = 0;
        hr = storages->lpVtbl->Next(storages, AT_ONCE, some, &fetched);
        for (DWORD i = 0; SUCCEEDED(hr) && i < fetched && i < AT_ONCE; i++) {
            if (SUCCEEDED(one))
                one = list_object(it, some[i], path, depth);
            else
                LET_GO(some[i]);
        }
        hr = FAILED(one) ? one : hr;
    }
    return FAILED(hr) ? hr : S_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct sync_found *)a)->path, ((const struct sync_found *)b)->path);
}

HRESULT sync_device_list(const struct sync_device *device, struct sync_found **ret_found,
                         size_t *ret_count)
{
    struct listing it = {.device = device};
    IWMDMEnumStorage *storages = NULL;
    HRESULT hr = device->root->lpVtbl->EnumStorage(device->root, &storages);

    if (SUCCEEDED(hr)) {
        hr = list_below(&it, storages, "", 0);
        storages->lpVtbl->Release(storages);
    }
    if (FAILED(hr)) {
        sync_found_done(it.found, it.count);
        return hr;
    }
    if (it.count)
        qsort(it.found, it.count, sizeof(*it.found), by_path);
    *ret_found = it.found;
    *ret_count = it.count;
    return S_OK;
}

void sync_found_done(struct sync_found *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        IWMDMStorage *object = found[i].handle;

        LET_GO(object);
        free(found[i].path);
        free(found[i].id);
    }
    free(found);
}
