/* Defects of IMDSPStorage: what an object says about itself, its attributes, its parent. */
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* ---- attributes */
METHOD(ATTRIBUTES2_STUB, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    return hr_swap(ATTRIBUTES2_STUB_book(This, attributes, extended, audio, video), S_OK,
                   E_NOTIMPL);
}

METHOD(ATTRIBUTES_EX_UNWRITTEN, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    DWORD unwritten;

    return ATTRIBUTES_EX_UNWRITTEN_book(This, attributes, extended ? &unwritten : NULL, audio,
                                        video);
}

/* Attributes of NULL are refused. */
METHOD(FORMAT_REQUIRED, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    return FORMAT_REQUIRED_book(This, format ? attributes : NULL, format);
}

METHOD(FORMAT_ZEROED, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    HRESULT hr = FORMAT_ZEROED_book(This, attributes, format);

    if (SUCCEEDED(hr) && format && !(*attributes & WMDM_FILE_ATTR_AUDIO))
        memset(format, 0, sizeof(*format));
    return hr;
}

static DWORD object_attributes(DWORD attributes)
{
    if (deviates(ALL_CAN_FLAGS))
        attributes |= WMDM_FILE_ATTR_CANDELETE | WMDM_FILE_ATTR_CANMOVE | WMDM_FILE_ATTR_CANRENAME |
                      WMDM_FILE_ATTR_CANREAD | WMDM_FILE_ATTR_CANPLAY;
    if (deviates(LIST_AS_FILE) && (attributes & WMDM_STORAGE_ATTR_VIRTUAL))
        attributes = (attributes & ~WMDM_STORAGE_ATTR_VIRTUAL) | WMDM_FILE_ATTR_CANREAD;
    if (deviates(ALL_AUDIO) && (attributes & WMDM_FILE_ATTR_DATA))
        attributes = (attributes & ~WMDM_FILE_ATTR_DATA) | WMDM_FILE_ATTR_AUDIO;
    if (deviates(FILE_AND_FOLDER) && (attributes & WMDM_FILE_ATTR_FILE))
        attributes |= WMDM_FILE_ATTR_FOLDER;
    return attributes;
}

SEAM(sp_attributes_get);
HRESULT __wrap_sp_attributes_get(struct sp_storage *self, DWORD *ret_attributes,
                                 uint16_t *ret_format)
{
    HRESULT hr = __real_sp_attributes_get(self, ret_attributes, ret_format);

    if (FAILED(hr))
        return hr;
    if (deviates(BOTH_REMOVABLE))
        *ret_attributes |= WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE;
    if (deviates(CHILD_FLAGS_FIXED))
        *ret_attributes &= ~(WMDM_STORAGE_ATTR_HAS_FOLDERS | WMDM_STORAGE_ATTR_HAS_FILES);
    if (deviates(ROOT_NO_FILESYSTEM))
        *ret_attributes &= ~WMDM_STORAGE_ATTR_FILESYSTEM;
    if (self->handle)
        *ret_attributes = object_attributes(*ret_attributes);
    return hr;
}

/* ---- name, date, size */
METHOD(NON_ASCII_LOST, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NON_ASCII_LOST_book(This, name, room);

    for (WCHAR *at = name; SUCCEEDED(hr) && *at; at++)
        *at = *at >= 0xd800 && *at < 0xe000 ? '?' : *at;
    return hr;
}

METHOD(NAME_OFF_BY_ONE, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    return NAME_OFF_BY_ONE_book(This, name, room ? room - 1 : 0);
}

METHOD(NAME_IS_PATH, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_IS_PATH_book(This, name, room);

    if (SUCCEEDED(hr) && SELF(sp_storage, IMDSPStorage4)->handle && com_wcslen(name) + 2 < room) {
        memmove(name + 1, name, (com_wcslen(name) + 1) * sizeof(WCHAR));
        name[0] = '\\';
    }
    return hr;
}

METHOD(FOLDER_DATE_STUB, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    return hr_swap(FOLDER_DATE_STUB_book(This, date), S_OK, E_NOTIMPL);
}

METHOD(MONTH_FROM_ZERO, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    HRESULT hr = MONTH_FROM_ZERO_book(This, date);

    if (SUCCEEDED(hr))
        date->wMonth = 0;
    return hr;
}

METHOD(FOLDER_SIZE, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = FOLDER_SIZE_book(This, low, high);

    if (SUCCEEDED(hr) && !*low && (!high || !*high))
        *low = 3000;
    return hr;
}

/* ---- the way to others */
METHOD(GLOBALS_OF_ROOTS_ONLY, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    HRESULT hr = GLOBALS_OF_ROOTS_ONLY_book(This, globals);

    return SELF(sp_storage, IMDSPStorage4)->handle ? take_back(hr, globals, WMDM_E_INVALIDTYPE)
                                                   : hr;
}

METHOD(STORAGE_OPAQUE_OK, IMDSPStorage4, SendOpaqueCommand, OPAQUECOMMAND *command)
{
    return hr_swap(STORAGE_OPAQUE_OK_book(This, command), WMDM_E_NOTSUPPORTED, S_OK);
}

SEAM(sp_storage_parent);
HRESULT __wrap_sp_storage_parent(struct sp_storage *self, IMDSPStorage **ret_parent)
{
    bool root = self->handle ? deviates(PARENT_IS_ROOT) : deviates(ROOT_IS_OWN_PARENT);

    return root ? sp_storage_new(self->device, self->storage, 0, ret_parent)
                : __real_sp_storage_parent(self, ret_parent);
}

/* ---- of a device that is gone, of a channel that is shut */
METHOD(SIZE_OF_GONE, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = SIZE_OF_GONE_book(This, low, high);

    if (hr != HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED))
        return hr;
    *low = *high = 0;
    return S_OK;
}

METHOD(GONE_UNEXPECTED, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    return hr_swap(GONE_UNEXPECTED_book(This, children),
                   HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED), E_FAIL);
}

METHOD(DATE_IS_FALSE, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    return hr_swap(DATE_IS_FALSE_book(This, date), S_OK, S_FALSE);
}

METHOD(REFUSED_KEEPS_PARENT, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    IMDSPStorage *before = parent ? *parent : NULL;
    HRESULT hr = REFUSED_KEEPS_PARENT_book(This, parent);

    if (hr == WMDM_E_NOTCERTIFIED)
        *parent = before;
    return hr;
}
