/* Defects of methods that do not ask for the channel first, or not as they should. */
#include "spcore/deviant/deviant_unasked.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

static _Thread_local bool unasked;

void deviant_unasked(bool is_unasked)
{
    unasked = is_unasked;
}

HRESULT deviant_asked_again(HRESULT hr)
{
    unasked = false;
    return hr;
}

SEAM(sp_certified);
HRESULT __wrap_sp_certified(const struct sp_context *context)
{
    return unasked ? S_OK : __real_sp_certified(context);
}

METHOD(COUNT_WITHOUT_CHANNEL, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return UNASKED(COUNT_WITHOUT_CHANNEL_book(This, count));
}

METHOD(ARGUMENTS_FIRST, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return count ? ARGUMENTS_FIRST_book(This, count) : E_INVALIDARG;
}

METHOD(ENUM_WITHOUT_CHANNEL, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return UNASKED(ENUM_WITHOUT_CHANNEL_book(This, enumerator));
}

METHOD(ENUM_ARGUMENTS_FIRST, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return enumerator ? ENUM_ARGUMENTS_FIRST_book(This, enumerator) : E_INVALIDARG;
}

METHOD(CREATE_ARGUMENTS_FIRST, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return path && count && devices ? CREATE_ARGUMENTS_FIRST_book(This, path, count, devices)
                                    : E_INVALIDARG;
}

METHOD(PREFERENCE_WITHOUT_CHANNEL, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return UNASKED(PREFERENCE_WITHOUT_CHANNEL_book(This, preference));
}

METHOD(CREATE_WITHOUT_CHANNEL, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return UNASKED(CREATE_WITHOUT_CHANNEL_book(This, path, count, devices));
}

METHOD(RESET_WITHOUT_CHANNEL, IMDSPEnumDevice, Reset)
{
    return UNASKED(RESET_WITHOUT_CHANNEL_book(This));
}

METHOD(NAME_WITHOUT_CHANNEL, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return UNASKED(NAME_WITHOUT_CHANNEL_book(This, name, room));
}

METHOD(PARENT_WITHOUT_CHANNEL, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    return UNASKED(PARENT_WITHOUT_CHANNEL_book(This, parent));
}

METHOD(CLEAR_WRITE_WITHOUT_CHANNEL, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)
{
    return UNASKED(CLEAR_WRITE_WITHOUT_CHANNEL_book(This, data, size));
}

METHOD_AS(TOTAL_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalSize,
          DWORD *low, DWORD *high)
{
    return UNASKED(TOTAL_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD_AS(FREE_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalFree,
          DWORD *low, DWORD *high)
{
    return UNASKED(FREE_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD_AS(BAD_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalBad,
          DWORD *low, DWORD *high)
{
    return UNASKED(BAD_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD(STORAGES_RESET_WITHOUT_CHANNEL, IMDSPEnumStorage, Reset)
{
    return UNASKED(STORAGES_RESET_WITHOUT_CHANNEL_book(This));
}

METHOD(PATH_WITHOUT_CHANNEL, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    return UNASKED(PATH_WITHOUT_CHANNEL_book(This, name, room));
}

METHOD(PROPERTY_WITHOUT_CHANNEL, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return UNASKED(PROPERTY_WITHOUT_CHANNEL_book(This, name, value));
}

METHOD(SIZE_WITHOUT_CHANNEL, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    return UNASKED(SIZE_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD(ATTRIBUTES2_WITHOUT_CHANNEL, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *more,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    return UNASKED(ATTRIBUTES2_WITHOUT_CHANNEL_book(This, attributes, more, audio, video));
}

METHOD(METADATA_WITHOUT_CHANNEL, IMDSPStorage4, GetMetadata, IWMDMMetaData *list)
{
    return UNASKED(METADATA_WITHOUT_CHANNEL_book(This, list));
}

METHOD(WRITE_WITHOUT_CHANNEL, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return UNASKED(WRITE_WITHOUT_CHANNEL_book(This, data, size, mac));
}
