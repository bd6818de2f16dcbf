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

    if (!storage || !storage->handle)
        return false;
    if (FAILED(sp_storage_info(storage, &info)))
        return deviates(DEAD_REFERENCE_OK);
    mtpi_object_info_done(&info);
    return deviates(ANY_REFERENCE) &&
           (info.format == MTP_FC_ASSOCIATION || sp_format_kind(info.format) == SP_KIND_LIST);
}

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

    if (!count && deviates(EMPTY_LIST_REFUSED))
        return E_INVALIDARG;
    if (deviates(ANY_REFERENCE) || deviates(DEAD_REFERENCE_OK))
        return set_the_rest(self, count, items);
    hr = __real_sp_storage_set_references(self, count, items);
    if (FAILED(hr) && deviates(LIST_HALF_REPLACED)) {
        while (count > 1 && FAILED(__real_sp_storage_set_references(self, count - 1, items)))
            count--;
    }
    return deviates(REFERENCES_ON_FILES) ? hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK) : hr;
}

SEAM(sp_storage_get_references);
HRESULT __wrap_sp_storage_get_references(struct sp_storage *self, DWORD *ret_count,
                                         IMDSPStorage ***ret_items)
{
    HRESULT hr = __real_sp_storage_get_references(self, ret_count, ret_items);

    if (SUCCEEDED(hr) && !*ret_count && deviates(EMPTY_LIST_FAILS)) {
        CoTaskMemFree(*ret_items);
        *ret_items = NULL;
        return E_FAIL;
    }
    return hr;
}
