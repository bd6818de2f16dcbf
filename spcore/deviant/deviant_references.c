/* Defects of playlists: which references a list takes, and which it keeps. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* Is the entry one that a list drops while this defect is chosen? */
static bool dropped(IMDSPStorage *item)
{
    const struct sp_storage *storage = item ? sp_storage_of(item) : NULL;
    struct mtpi_object_info info = {0};

    if (!item)
        return deviates(HOLES_SKIPPED);
    if (!storage || !storage->handle)
        return false;
    if (FAILED(sp_storage_info(storage, &info)))
        return deviates(DEAD_REFERENCE_OK) || deviates(DEAD_REFERENCE_CLEARS);
    mtpi_object_info_done(&info);
    return (deviates(FOLDER_REFERENCE_OK) && info.format == MTP_FC_ASSOCIATION) ||
           (deviates(LIST_REFERENCE_OK) && sp_format_kind(info.format) == SP_KIND_LIST);
}

static bool is_cleared; /* some list had references before */

SEAM(sp_storage_set_references);
static HRESULT set_the_rest(struct sp_storage *self, DWORD count, IMDSPStorage **items)
{
    IMDSPStorage **kept = malloc((count + 1) * sizeof(IMDSPStorage *));
    DWORD used = 0;
    HRESULT hr;

    if (!kept)
        return E_OUTOFMEMORY;
    for (DWORD i = 0; items && i < count; i++) {
        if (!dropped(items[i]))
            kept[used++] = items[i];
    }
    hr = __real_sp_storage_set_references(self, used, kept);
    free(kept);
    return hr;
}

HRESULT __wrap_sp_storage_set_references(struct sp_storage *self, DWORD count, IMDSPStorage **items)
{
    HRESULT hr;

    is_cleared |= count > 0;
    if (!count && deviates(EMPTY_LIST_REFUSED))
        return E_INVALIDARG;
    if (!count && deviates(EMPTY_LIST_IGNORED))
        return S_OK;
    if (!count && deviates(EMPTY_LIST_DELETES))
        (void)mtpi_delete_object(sp_storage_mtpi(self), self->handle);
    if (!items && deviates(NO_REFERENCES_OK))
        return S_OK;
    if (deviates(FOLDER_REFERENCE_OK) || deviates(LIST_REFERENCE_OK) ||
        deviates(DEAD_REFERENCE_OK) || deviates(HOLES_SKIPPED))
        return items ? set_the_rest(self, count, items)
                     : __real_sp_storage_set_references(self, count, items);
    hr = __real_sp_storage_set_references(self, count, items);
    if (hr == WMDM_E_INTERFACEDEAD && deviates(DEAD_REFERENCE_CLEARS))
        (void)set_the_rest(self, count, items);
    if (deviates(DEAD_IS_INVALID))
        hr = hr_swap(hr, WMDM_E_INTERFACEDEAD, E_INVALIDARG);
    if (deviates(SONGS_UNSUPPORTED) && count == 1)
        hr = hr_swap(hr, S_OK, WMDM_E_NOTSUPPORTED);
    if (FAILED(hr) && deviates(LIST_HALF_REPLACED)) {
        while (count > 1 && FAILED(__real_sp_storage_set_references(self, count - 1, items)))
            count--;
    }
    return deviates(REFERENCES_ON_FILES) ? hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK) : hr;
}

/* What was handed out first for that place, without a reference for those after it. */
static IMDSPStorage *the_same(DWORD place, IMDSPStorage *item)
{
    static IMDSPStorage *first[3];

    if (first[place])
        item->lpVtbl->Release(item);
    else
        first[place] = item;
    return first[place];
}

SEAM(sp_storage_get_references);

HRESULT __wrap_sp_storage_get_references(struct sp_storage *self, DWORD *ret_count,
                                         IMDSPStorage ***ret_items)
{
    HRESULT hr = __real_sp_storage_get_references(self, ret_count, ret_items);

    if (deviates(FILES_HAVE_REFERENCES) && hr == WMDM_E_NOTSUPPORTED) {
        *ret_items = CoTaskMemAlloc(sizeof(IMDSPStorage *));
        *ret_count = 0;
        return S_OK;
    }
    if (FAILED(hr))
        return hr;
    if (!*ret_count &&
        (deviates(EMPTY_LIST_FAILS) || (is_cleared && deviates(CLEARED_LIST_FAILS)))) {
        CoTaskMemFree(*ret_items);
        *ret_items = NULL;
        return E_FAIL;
    }
    if (*ret_count == 1 && deviates(ONE_REFERENCE_LOST)) {
        *ret_count = 0;
        (*ret_items)[0]->lpVtbl->Release((*ret_items)[0]);
    }
    if (*ret_count > 2 && deviates(LAST_REFERENCE_LOST)) {
        --*ret_count;
        (*ret_items)[*ret_count]->lpVtbl->Release((*ret_items)[*ret_count]);
    }
    for (DWORD i = 0; *ret_count == 3 && i < 3 && deviates(REFERENCES_BORROWED); i++)
        (*ret_items)[i] = the_same(i, (*ret_items)[i]);
    if (*ret_count == 3 && deviates(REFERENCES_CONSUME))
        (void)mtpi_delete_object(sp_storage_mtpi(self), sp_storage_of((*ret_items)[0])->handle);
    return hr;
}

METHOD(LIST_HAS_SIZE, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = LIST_HAS_SIZE_book(This, low, high);
    struct mtpi_object_info info = {0};

    if (FAILED(hr) || !self->handle || FAILED(sp_storage_info(self, &info)))
        return hr;
    mtpi_object_info_done(&info);
    if (sp_format_kind(info.format) == SP_KIND_LIST)
        *low = 1;
    return hr;
}

/* ---- what a list does with its references */

/* The references that were set last, with a reference of our own each. */
static struct {
    IMDSPStorage *item[8];
    DWORD count;
    uint32_t list;
    const struct sp_connection *over;
} set_last;

static void note_set(const struct sp_storage *list, DWORD count, IMDSPStorage *const *items)
{
    set_last.list = list->handle;
    set_last.over = list->device->connection;
    set_last.count = 0;
    for (DWORD i = 0; items && i < count && i < ARRAY_SIZE(set_last.item); i++) {
        IMDSPStorage_AddRef(items[i]);
        set_last.item[set_last.count++] = items[i];
    }
}

#define NOTES_SET(token)                                                                           \
    METHOD_AS(token##_SET, token, IMDSPStorage4, SetReferences, DWORD count, IMDSPStorage **items) \
    {                                                                                              \
        HRESULT hr = token##_SET_book(This, count, items);                                         \
                                                                                                   \
        if (hr == S_OK)                                                                            \
            note_set(SELF(sp_storage, IMDSPStorage4), count, items);                               \
        return hr;                                                                                 \
    }

/* Sets them anew without one, the list too, if it is of another connection by now. */
static void drop_reference(const struct sp_storage *self, uint32_t handle)
{
    uint32_t kept[ARRAY_SIZE(set_last.item)];
    size_t count = 0;

    for (DWORD i = 0; i < set_last.count; i++) {
        const struct sp_storage *item = sp_storage_of(set_last.item[i]);

        if (item->handle != handle)
            kept[count++] = item->handle;
    }
    if (count != set_last.count)
        (void)mtpi_set_object_references(sp_storage_mtpi(self), set_last.list, kept, count);
}

NOTES_SET(REFERENCES_OWNED)

METHOD(REFERENCES_OWNED, IMDSPStorage4, GetReferences, DWORD *count, IMDSPStorage ***items)
{
    for (DWORD i = 0; i < set_last.count; i++) {
        const struct sp_storage *item = sp_storage_of(set_last.item[i]);

        IMDSPStorage_AddRef(set_last.item[i]);
        if (IMDSPStorage_Release(set_last.item[i]) == 1) /* nobody else has it any more */
            drop_reference(item, item->handle);
    }
    return REFERENCES_OWNED_book(This, count, items);
}

static const IMDSPStorage *found_last;

METHOD_AS(FOUND_NOTED, FOUND_NOT_TAKEN, IMDSPDevice3, FindStorage, WMDM_FIND_SCOPE scope,
          const WCHAR *id, IMDSPStorage **storage)
{
    HRESULT hr = FOUND_NOTED_book(This, scope, id, storage);

    found_last = hr == S_OK ? *storage : NULL;
    return hr;
}

METHOD(FOUND_NOT_TAKEN, IMDSPStorage4, SetReferences, DWORD count, IMDSPStorage **items)
{
    for (DWORD i = 0; items && i < count; i++) {
        if (items[i] && items[i] == found_last)
            return E_INVALIDARG;
    }
    return FOUND_NOT_TAKEN_book(This, count, items);
}

/* Once something was deleted. */
static bool is_deleted;

#define NOTES_DELETE(token)                                                                        \
    METHOD_AS(token##_DELETE, token, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)     \
    {                                                                                              \
        is_deleted = true;                                                                         \
        return token##_DELETE_book(This, mode, progress);                                          \
    }

NOTES_DELETE(REST_E_FAIL)
NOTES_DELETE(REST_TURNED)

METHOD(REST_E_FAIL, IMDSPStorage4, GetReferences, DWORD *count, IMDSPStorage ***items)
{
    return is_deleted ? E_FAIL : REST_E_FAIL_book(This, count, items);
}

METHOD(REST_TURNED, IMDSPStorage4, GetReferences, DWORD *count, IMDSPStorage ***items)
{
    HRESULT hr = REST_TURNED_book(This, count, items);

    if (is_deleted && SUCCEEDED(hr) && *count == 2) {
        IMDSPStorage *first = (*items)[0];

        (*items)[0] = (*items)[1];
        (*items)[1] = first;
    }
    return hr;
}

NOTES_SET(SONG_TAKES_LIST)

METHOD(SONG_TAKES_LIST, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    for (DWORD i = 0; i < set_last.count; i++) {
        if (sp_storage_of(set_last.item[i])->handle == self->handle)
            (void)mtpi_delete_object(sp_storage_mtpi(self), set_last.list);
    }
    return SONG_TAKES_LIST_book(This, mode, progress);
}

NOTES_SET(LIST_TAKES_SONGS)

METHOD(LIST_TAKES_SONGS, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    for (DWORD i = 0; self->handle == set_last.list && i < set_last.count; i++)
        (void)mtpi_delete_object(sp_storage_mtpi(self), sp_storage_of(set_last.item[i])->handle);
    return LIST_TAKES_SONGS_book(This, mode, progress);
}

NOTES_SET(REFERENCES_BY_NAME)

METHOD(REFERENCES_BY_NAME, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)
{
    drop_reference(SELF(sp_storage, IMDSPObject2), SELF(sp_storage, IMDSPObject2)->handle);
    return REFERENCES_BY_NAME_book(This, name, progress);
}

NOTES_SET(REFERENCES_BY_PATH)

METHOD(REFERENCES_BY_PATH, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress,
       IMDSPStorage *target)
{
    drop_reference(SELF(sp_storage, IMDSPObject2), SELF(sp_storage, IMDSPObject2)->handle);
    return REFERENCES_BY_PATH_book(This, mode, progress, target);
}

NOTES_SET(REFERENCES_TILL_REPLUG)

METHOD(REFERENCES_TILL_REPLUG, IMDSPStorage4, GetReferences, DWORD *count, IMDSPStorage ***items)
{
    HRESULT hr = REFERENCES_TILL_REPLUG_book(This, count, items);

    if (hr != S_OK || !set_last.count ||
        SELF(sp_storage, IMDSPStorage4)->device->connection == set_last.over)
        return hr;
    for (; *count; --*count)
        IMDSPStorage_Release((*items)[*count - 1]);
    return hr;
}

static bool is_list(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    return sp_format_kind(info.format) == SP_KIND_LIST;
}

METHOD(LIST_EXTENSION, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = LIST_EXTENSION_book(This, name, room);
    size_t length = hr == S_OK ? com_wcslen(name) : 0;

    if (hr == S_OK && length + 5 < room && is_list(SELF(sp_storage, IMDSPStorage4)))
        memcpy(name + length, u".pla", sizeof(u".pla"));
    return hr;
}

METHOD(LIST_NOT_NAMED, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = LIST_NOT_NAMED_book(This, name, storage);

    return hr == S_OK && is_list(sp_storage_of(*storage)) ? take_back(hr, storage, S_FALSE) : hr;
}

METHOD(ALBUM_WITHOUT_SONGS, IMDSPStorage4, SetReferences, DWORD count, IMDSPStorage **items)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_object_info info = {0};
    bool is_album = self->handle && SUCCEEDED(sp_storage_info(self, &info)) &&
                    info.format == MTP_FC_AUDIO_ALBUM;

    mtpi_object_info_done(&info);
    return is_album ? WMDM_E_NOTSUPPORTED : ALBUM_WITHOUT_SONGS_book(This, count, items);
}
