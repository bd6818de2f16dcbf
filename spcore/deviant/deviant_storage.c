/* Defects of IMDSPStorage: what an object says about itself, and its parent. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

static bool is_folder(IMDSPStorage4 *This)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    return info.format == MTP_FC_ASSOCIATION;
}

/* ---- names */
#define NAME(token) METHOD(token, IMDSPStorage4, GetName, WCHAR *name, UINT room)
/* Names changed on their way out: `change` gets each that GetName hands out, with its room. */
#define NAME_CHANGED(token, change)                                                                \
    NAME(token)                                                                                    \
    {                                                                                              \
        HRESULT hr = token##_book(This, name, room);                                               \
                                                                                                   \
        if (SUCCEEDED(hr))                                                                         \
            change(This, name, room);                                                              \
        return hr;                                                                                 \
    }

static void pairs_lost(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    (void)This, (void)room;
    for (; *name; name++)
        *name = *name >= 0xd800 && *name < 0xe000 ? '?' : *name;
}

static void beyond_ascii_lost(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    (void)This, (void)room;
    for (; *name; name++)
        *name = *name >= 0x80 && (*name < 0xd800 || *name >= 0xe000) ? '?' : *name;
}

static void cut_at_64(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    (void)This, (void)room;
    if (com_wcslen(name) > 64)
        name[64] = 0;
}

static void put_backslash(WCHAR *name, UINT room)
{
    size_t length = com_wcslen(name);

    if (length + 2 < room) {
        memmove(name + 1, name, (length + 1) * sizeof(WCHAR));
        name[0] = '\\';
    }
}

static void file_as_path(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    if (SELF(sp_storage, IMDSPStorage4)->handle && !is_folder(This))
        put_backslash(name, room);
}

static void folder_as_path(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    if (is_folder(This))
        put_backslash(name, room);
}

/* Behind the text stands another one. */
static void unended(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    size_t length = com_wcslen(name);

    (void)This;
    if (length + 1 < room) {
        name[length] = '~';
        name[length + 1] = 0;
    }
}

static void ended_twice(IMDSPStorage4 *This, WCHAR *name, UINT room)
{
    (void)This;
    name[room] = 0;
}

NAME_CHANGED(NON_ASCII_LOST, pairs_lost)
NAME_CHANGED(BEYOND_ASCII_LOST, beyond_ascii_lost)
NAME_CHANGED(LONG_NAME_CUT, cut_at_64)
NAME_CHANGED(NAME_IS_PATH, file_as_path)
NAME_CHANGED(FOLDER_NAME_IS_PATH, folder_as_path)
NAME_CHANGED(NAME_UNENDED, unended)
NAME_CHANGED(NAME_ENDED_TWICE, ended_twice)

NAME(NAME_OFF_BY_ONE)
{
    return NAME_OFF_BY_ONE_book(This, name, room ? room - 1 : 0);
}

NAME(STORAGE_NAME_NULL_OK)
{
    return name ? STORAGE_NAME_NULL_OK_book(This, name, room) : S_OK;
}

NAME(STORAGE_NAME_CUT)
{
    WCHAR whole[512];
    HRESULT hr = STORAGE_NAME_CUT_book(This, name, room);

    if (hr != WMDM_E_BUFFERTOOSMALL || !room || !SELF(sp_storage, IMDSPStorage4)->handle ||
        FAILED(STORAGE_NAME_CUT_book(This, whole, 512)))
        return hr;
    memcpy(name, whole, (room - 1) * sizeof(WCHAR));
    name[room - 1] = 0;
    return S_OK;
}

NAME(MEDIUM_NAME_SHORT_OK)
{
    HRESULT hr = MEDIUM_NAME_SHORT_OK_book(This, name, room);

    return SELF(sp_storage, IMDSPStorage4)->handle ? hr : hr_swap(hr, WMDM_E_BUFFERTOOSMALL, S_OK);
}

/* ---- dates */
#define DATE(token) METHOD(token, IMDSPStorage4, GetDate, WMDMDATETIME *date)

DATE(MONTH_FROM_ZERO)
{
    HRESULT hr = MONTH_FROM_ZERO_book(This, date);

    if (SUCCEEDED(hr) && !is_folder(This))
        date->wMonth = 0;
    return hr;
}

DATE(FOLDER_DATE_UNSET)
{
    HRESULT hr = FOLDER_DATE_UNSET_book(This, date);

    if (SUCCEEDED(hr) && is_folder(This))
        memset(date, 0xff, sizeof(*date));
    return hr;
}

DATE(DATE_LOCAL)
{
    HRESULT hr = DATE_LOCAL_book(This, date);
    struct tm tm = {.tm_year = date ? date->wYear - 1900 : 0};
    time_t utc;

    if (FAILED(hr) || !date || !date->wMonth)
        return hr;
    tm.tm_mon = date->wMonth - 1;
    tm.tm_mday = date->wDay;
    tm.tm_hour = date->wHour;
    tm.tm_min = date->wMinute;
    tm.tm_sec = date->wSecond;
    utc = timegm(&tm);
    localtime_r(&utc, &tm);
    *date = (WMDMDATETIME){(WORD)(tm.tm_year + 1900), (WORD)(tm.tm_mon + 1), (WORD)tm.tm_mday,
                           (WORD)tm.tm_hour,          (WORD)tm.tm_min,       (WORD)tm.tm_sec};
    return hr;
}

/* ---- sizes */
#define SIZE(token) METHOD(token, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)

/* Of the files in it; 0: there are none. */
static uint64_t size_below(IMDSPStorage4 *This)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_u32_array below = {0};
    uint64_t sum = 0;

    if (!is_folder(This) || FAILED(sp_children(self->device, self->storage, self->handle, &below)))
        return 0;
    for (size_t i = 0; i < below.count; i++) {
        struct sp_storage child = {
            .device = self->device, .storage = self->storage, .handle = below.item[i]};
        uint64_t size = 0;

        if (SUCCEEDED(sp_storage_size(&child, &size)))
            sum += size;
    }
    free(below.item);
    return sum;
}

SIZE(FOLDER_SIZE)
{
    HRESULT hr = FOLDER_SIZE_book(This, low, high);
    uint64_t sum = SUCCEEDED(hr) ? size_below(This) : 0;

    if (sum)
        *low = (DWORD)sum;
    return hr;
}

SIZE(EMPTY_FOLDER_SIZE)
{
    HRESULT hr = EMPTY_FOLDER_SIZE_book(This, low, high);

    if (SUCCEEDED(hr) && is_folder(This) && !size_below(This))
        *low = 4096;
    return hr;
}

SIZE(MEDIUM_SIZE)
{
    HRESULT hr = MEDIUM_SIZE_book(This, low, high);

    if (SUCCEEDED(hr) && high && !SELF(sp_storage, IMDSPStorage4)->handle)
        *high = 1;
    return hr;
}

SIZE(NEW_FILE_SIZE)
{
    HRESULT hr = NEW_FILE_SIZE_book(This, low, high);

    if (SUCCEEDED(hr) && !*low && SELF(sp_storage, IMDSPStorage4)->handle && !is_folder(This))
        *low = 1;
    return hr;
}

/* ---- methods that one kind of object has not */
METHOD(FOLDER_DATE_STUB, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    HRESULT hr = FOLDER_DATE_STUB_book(This, date);

    return is_folder(This) ? hr_swap(hr, S_OK, E_NOTIMPL) : hr;
}

METHOD(FILE_CHILDREN_STUB, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    HRESULT hr = FILE_CHILDREN_STUB_book(This, children);

    return SELF(sp_storage, IMDSPStorage4)->handle && !is_folder(This)
               ? take_back(hr, children, E_NOTIMPL)
               : hr;
}

METHOD(EMPTY_ATTRIBUTES_STUB, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    HRESULT hr = EMPTY_ATTRIBUTES_STUB_book(This, attributes, format);

    return is_folder(This) && !size_below(This) ? hr_swap(hr, S_OK, WMDM_E_NOTSUPPORTED) : hr;
}

METHOD(MEDIUM_NAME_STUB, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = MEDIUM_NAME_STUB_book(This, name, room);

    return SELF(sp_storage, IMDSPStorage4)->handle ? hr : hr_swap(hr, S_OK, WMDM_E_NOTSUPPORTED);
}

METHOD(FOLDER_SIZE_STUB, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = FOLDER_SIZE_STUB_book(This, low, high);

    return is_folder(This) ? hr_swap(hr, S_OK, E_NOTIMPL) : hr;
}

METHOD(FILE_GLOBALS_STUB, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    HRESULT hr = FILE_GLOBALS_STUB_book(This, globals);

    return SELF(sp_storage, IMDSPStorage4)->handle && !is_folder(This)
               ? take_back(hr, globals, WMDM_E_NOTSUPPORTED)
               : hr;
}

/* ---- the way to others */
METHOD(GLOBALS_OF_ROOTS_ONLY, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    HRESULT hr = GLOBALS_OF_ROOTS_ONLY_book(This, globals);

    return SELF(sp_storage, IMDSPStorage4)->handle ? take_back(hr, globals, WMDM_E_INVALIDTYPE)
                                                   : hr;
}

METHOD(GLOBALS_NOT_OF_ROOTS, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    HRESULT hr = GLOBALS_NOT_OF_ROOTS_book(This, globals);

    return SELF(sp_storage, IMDSPStorage4)->handle ? hr
                                                   : take_back(hr, globals, WMDM_E_INVALIDTYPE);
}

/* Of the last medium, wherever the object is. */
METHOD(GLOBALS_OF_LAST, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_u32_array media = {0};
    HRESULT hr = GLOBALS_OF_LAST_book(This, globals);

    if (SUCCEEDED(hr) && self->handle && mtpi_get_storage_ids(sp_storage_mtpi(self), &media) == 0 &&
        media.count > 1) {
        (void)take_back(hr, globals, S_OK);
        hr = sp_globals_new(self->device, media.item[media.count - 1], globals);
    }
    free(media.item);
    return hr;
}

METHOD(STORAGE_OPAQUE_OK, IMDSPStorage4, SendOpaqueCommand, OPAQUECOMMAND *command)
{
    return hr_swap(STORAGE_OPAQUE_OK_book(This, command), WMDM_E_NOTSUPPORTED, S_OK);
}

SEAM(sp_storage_parent);
HRESULT __wrap_sp_storage_parent(struct sp_storage *self, IMDSPStorage **ret_parent)
{
    bool is_root = self->handle ? deviates(PARENT_IS_ROOT) : deviates(ROOT_IS_OWN_PARENT);
    HRESULT hr;

    if (is_root)
        return sp_storage_new(self->device, self->storage, 0, ret_parent);
    hr = __real_sp_storage_parent(self, ret_parent);
    if (!self->handle && deviates(ROOT_PARENT_UNKNOWN))
        return hr_swap(hr, S_FALSE, WMDM_E_INVALIDTYPE);
    if (!self->handle && deviates(ROOT_FALSE_WITH_ITSELF))
        return FAILED(sp_storage_new(self->device, self->storage, 0, ret_parent)) ? E_FAIL
                                                                                  : S_FALSE;
    if (hr == S_OK && deviates(TOP_WITHOUT_PARENT) && !sp_storage_of(*ret_parent)->handle)
        return take_back(hr, ret_parent, S_FALSE);
    return hr;
}

/* Twice as far up from a folder. */
METHOD(PARENT_SKIPS, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    HRESULT hr = PARENT_SKIPS_book(This, parent);
    IMDSPStorage *next = NULL;

    if (hr == S_OK && is_folder(This) && sp_storage_of(*parent)->handle &&
        PARENT_SKIPS_book((IMDSPStorage4 *)*parent, &next) == S_OK) {
        (void)take_back(hr, parent, S_OK);
        *parent = next;
    }
    return hr;
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

#define GONE HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED)

METHOD(GONE_KEEPS_GLOBALS, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    IMDSPStorageGlobals *before = globals ? *globals : NULL;
    HRESULT hr = GONE_KEEPS_GLOBALS_book(This, globals);

    if (hr == GONE && globals)
        *globals = before;
    return hr;
}

METHOD(GONE_SLOWLY, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    HRESULT hr = GONE_SLOWLY_book(This, date);

    if (hr == GONE)
        (void)nanosleep(&(struct timespec){6, 0}, NULL);
    return hr;
}

METHOD(NAME_OF_GONE, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_OF_GONE_book(This, name, room);

    return hr == GONE ? com_copy_string(u"gone", name, room) : hr;
}

METHOD(FREE_OF_GONE, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    HRESULT hr = FREE_OF_GONE_book(This, low, high);

    if (hr != GONE)
        return hr;
    *low = *high = 0;
    return S_OK;
}

METHOD(GONE_TOTAL_E_FAIL, IMDSPStorageGlobals, GetTotalSize, DWORD *low, DWORD *high)
{
    return hr_swap(GONE_TOTAL_E_FAIL_book(This, low, high), GONE, E_FAIL);
}

METHOD(DATE_IS_FALSE, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    return hr_swap(DATE_IS_FALSE_book(This, date), S_OK, S_FALSE);
}

METHOD(REFUSED_KEEPS_PARENT, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    IMDSPStorage *before = parent ? *parent : NULL;
    HRESULT hr = REFUSED_KEEPS_PARENT_book(This, parent);

    if (hr == WMDM_E_NOTCERTIFIED && parent)
        *parent = before;
    return hr;
}

/* ---- interfaces that some objects have not */
#define INTERFACE_LACKS(token, id, condition)                                                      \
    METHOD(token, IMDSPStorage4, QueryInterface, REFIID iid, void **ret)                           \
    {                                                                                              \
        if ((condition) && IsEqualIID(iid, &IID_##id)) {                                           \
            *ret = NULL;                                                                           \
            return E_NOINTERFACE;                                                                  \
        }                                                                                          \
        return token##_book(This, iid, ret);                                                       \
    }

INTERFACE_LACKS(ROOT_WITHOUT_OBJECT2, IMDSPObject2, !SELF(sp_storage, IMDSPStorage4)->handle)
INTERFACE_LACKS(FILE_WITHOUT_OBJECT2, IMDSPObject2,
                SELF(sp_storage, IMDSPStorage4)->handle && !is_folder(This))
INTERFACE_LACKS(FOLDER_WITHOUT_STORAGE4, IMDSPStorage4, is_folder(This))
