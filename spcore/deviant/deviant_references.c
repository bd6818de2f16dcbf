/* Defects of playlists: which references a list takes, and which it keeps. */
#include <stdlib.h>

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
