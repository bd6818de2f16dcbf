/* Defects of what a device says of itself: names, numbers, roots, what it finds by a name. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define FAILED_SOMEHOW HRESULT_FROM_WIN32(ERROR_GEN_FAILURE)

METHOD(NAME_PADDED, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_PADDED_book(This, name, room);
    size_t length = SUCCEEDED(hr) ? com_wcslen(name) : 0;

    if (SUCCEEDED(hr) && length + 2 <= room) {
        name[length] = ' ';
        name[length + 1] = 0;
    }
    return hr;
}

METHOD(SERIAL_IS_E_FAIL, IMDSPDevice3, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    return hr_swap(SERIAL_IS_E_FAIL_book(This, id, mac), S_OK, FAILED_SOMEHOW);
}

METHOD(SERIAL_EMPTY, IMDSPDevice3, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    HRESULT hr = SERIAL_EMPTY_book(This, id, mac);

    if (SUCCEEDED(hr))
        id->SerialNumberLength = 0;
    return hr;
}

METHOD(MEDIUM_SERIAL_FAILS, IMDSPStorageGlobals, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    return hr_swap(MEDIUM_SERIAL_FAILS_book(This, id, mac), S_OK, FAILED_SOMEHOW);
}

METHOD(MEDIUM_SERIAL_ZERO, IMDSPStorageGlobals, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    HRESULT hr = MEDIUM_SERIAL_ZERO_book(This, id, mac);

    if (SUCCEEDED(hr))
        memset(id->pID, 0, sizeof(id->pID));
    return hr;
}

METHOD(TYPE_VIEWS, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_VIEWS_book(This, type);

    if (SUCCEEDED(hr))
        *type |= WMDM_DEVICE_TYPE_VIEW_PREF_METADATAVIEW;
    return hr;
}

METHOD(ROOTS_ARE_CHILDREN, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    HRESULT hr = ROOTS_ARE_CHILDREN_book(This, roots);
    IMDSPStorage *root = NULL;
    ULONG fetched = 0;

    if (FAILED(hr) || (*roots)->lpVtbl->Next(*roots, 1, &root, &fetched) != S_OK)
        return hr;
    (void)take_back(hr, roots, S_OK);
    hr = root->lpVtbl->EnumStorage(root, roots);
    root->lpVtbl->Release(root);
    return hr;
}

METHOD(ROOT_NAMELESS, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = ROOT_NAMELESS_book(This, name, room);

    if (SUCCEEDED(hr) && !SELF(sp_storage, IMDSPStorage4)->handle)
        name[0] = 0;
    return hr;
}

/* ---- by a name */

/* In the folders of that root, one below the other. */
static HRESULT find_below(struct sp_device *device, uint32_t storage, uint32_t parent,
                          const WCHAR *name, IMDSPStorage **ret_storage)
{
    struct mtpi_u32_array below = {0};
    HRESULT hr = S_FALSE;
    uint32_t handle = 0;

    if (FAILED(sp_children(device, storage, parent, &below)))
        return S_FALSE;
    for (size_t i = 0; i < below.count && hr == S_FALSE; i++) {
        if (sp_child_by_name(device, storage, below.item[i], name, &handle) == S_OK)
            hr = sp_storage_new(device, storage, handle, ret_storage);
    }
    free(below.item);
    return hr;
}

METHOD(FINDS_DEEP, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = FINDS_DEEP_book(This, name, storage);

    return hr == S_FALSE ? find_below(self->device, self->storage, self->handle, name, storage)
                         : hr;
}

METHOD(DEVICE_FINDS_DEEP, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    struct sp_device *self = SELF(sp_device, IMDSPDevice3);
    HRESULT hr = DEVICE_FINDS_DEEP_book(This, name, storage);

    return hr == S_FALSE ? find_below(self, self->storage, 0, name, storage) : hr;
}

METHOD(CANONICAL_FAILS, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    return hr_swap(CANONICAL_FAILS_book(This, name, room), S_OK, FAILED_SOMEHOW);
}

METHOD(CANONICAL_EMPTY, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    HRESULT hr = CANONICAL_EMPTY_book(This, name, room);

    if (SUCCEEDED(hr))
        name[0] = 0;
    return hr;
}

/* ---- memory */
static bool is_list(const WCHAR *name, const PROPVARIANT *value, HRESULT hr)
{
    return SUCCEEDED(hr) && name && com_wcscmp(name, g_wszWMDMSupportedDeviceProperties) == 0 &&
           value->vt == (VT_BSTR | VT_ARRAY);
}

METHOD(BSTR_UNMEASURED, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = BSTR_UNMEASURED_book(This, name, value);
    LONG last = -1;

    if (is_list(name, value, hr) && SUCCEEDED(SafeArrayGetUBound(value->parray, 1, &last))) {
        for (LONG i = 0; i <= last; i++)
            memset((BYTE *)((BSTR *)value->parray->pvData)[i] - sizeof(uint32_t), 0,
                   sizeof(uint32_t));
    }
    return hr;
}

METHOD(PROPERTIES_STATIC, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    static PROPVARIANT kept;
    HRESULT hr = PROPERTIES_STATIC_book(This, name, value);

    if (!is_list(name, value, hr))
        return hr;
    if (kept.vt == VT_EMPTY) {
        kept = *value;
    } else {
        PropVariantClear(value);
        *value = kept;
    }
    return hr;
}
