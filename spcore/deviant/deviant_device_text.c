/* Defects of the texts about a device: GetName, GetManufacturer, GetCanonicalName. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

typedef HRESULT(STDMETHODCALLTYPE text_method)(IMDSPDevice3 *This, WCHAR *text, UINT room);

/* As much as there is room for, where there is some. */
static HRESULT cut(text_method *book, IMDSPDevice3 *This, WCHAR *text, UINT room)
{
    HRESULT hr = book(This, text, room);

    return room ? hr_swap(hr, WMDM_E_BUFFERTOOSMALL, S_OK) : hr;
}

static HRESULT no_room(text_method *book, IMDSPDevice3 *This, WCHAR *text, UINT room)
{
    HRESULT hr = book(This, text, room);

    return room ? hr : hr_swap(hr, WMDM_E_BUFFERTOOSMALL, S_OK);
}

static HRESULT no_text(text_method *book, IMDSPDevice3 *This, WCHAR *text, UINT room)
{
    HRESULT hr = book(This, text, room);

    return text ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

static HRESULT off_by_one(text_method *book, IMDSPDevice3 *This, WCHAR *text, UINT room)
{
    HRESULT hr = book(This, text, room);

    return hr == S_OK && room == com_wcslen(text) + 1 ? WMDM_E_BUFFERTOOSMALL : hr;
}

static HRESULT ended_twice(text_method *book, IMDSPDevice3 *This, WCHAR *text, UINT room)
{
    HRESULT hr = book(This, text, room);

    if (text && room && hr == WMDM_E_BUFFERTOOSMALL)
        text[room] = 0;
    return hr;
}

#define TEXT(token, method, how)                                                                   \
    METHOD(token, IMDSPDevice3, method, WCHAR *text, UINT room)                                    \
    {                                                                                              \
        return how(token##_book, This, text, room);                                                \
    }

/* ---- its name */
TEXT(SHORT_NAME_OK, GetName, cut)
TEXT(NAME_NO_ROOM_OK, GetName, no_room)
TEXT(DEVICE_NAME_OFF_BY_ONE, GetName, off_by_one)
TEXT(DEVICE_NAME_ENDED_TWICE, GetName, ended_twice)

METHOD(NAME_NULL_OK, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return name || !room ? NAME_NULL_OK_book(This, name, room) : S_OK;
}

METHOD(NAME_NOTHING_OK, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return name || room ? NAME_NOTHING_OK_book(This, name, room) : S_OK;
}

METHOD(NAME_NULL_SPOILS, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    static bool is_spoilt;

    is_spoilt |= !name;
    return is_spoilt ? E_INVALIDARG : NAME_NULL_SPOILS_book(This, name, room);
}

METHOD(NAME_UNENDED, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_UNENDED_book(This, name, room);
    size_t length = hr == S_OK ? com_wcslen(name) : 0;

    if (length)
        name[length] = 'x';
    return hr;
}

METHOD(NAME_IN_ASCII, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_IN_ASCII_book(This, name, room);

    for (; hr == S_OK && *name; name++)
        *name = *name < 0x80 ? *name : '?';
    return hr;
}

METHOD(ANY_DEVICE, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = ANY_DEVICE_book(This, name, room);

    return SUCCEEDED(hr) ? com_copy_string(u"USB", name, room) : hr;
}

/* ---- its maker's */
METHOD(MANUFACTURER_IS_MODEL, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    HRESULT hr = MANUFACTURER_IS_MODEL_book(This, name, room);
    const WCHAR *model = sp_connection_facts(SELF(sp_device, IMDSPDevice3)->connection)->info.model;

    return SUCCEEDED(hr) ? com_copy_string(model ? model : u"", name, room) : hr;
}

TEXT(SHORT_MANUFACTURER_OK, GetManufacturer, cut)
TEXT(MANUFACTURER_NO_ROOM_OK, GetManufacturer, no_room)
TEXT(MANUFACTURER_OFF_BY_ONE, GetManufacturer, off_by_one)
TEXT(MANUFACTURER_ENDED_TWICE, GetManufacturer, ended_twice)
TEXT(MANUFACTURER_NULL_OK, GetManufacturer, no_text)

/* ---- its path */
METHOD(CANONICAL_IS_FRIENDLY, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    return This->lpVtbl->GetName(This, name, room);
}

METHOD(CANONICAL_TAIL, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    HRESULT hr = CANONICAL_TAIL_book(This, name, room);

    for (size_t i = 0; hr == S_OK && name[i]; i++)
        name[i] = name[i] == '$' ? '#' : name[i];
    return hr;
}

TEXT(SHORT_CANONICAL_OK, GetCanonicalName, cut)
TEXT(CANONICAL_NO_ROOM_OK, GetCanonicalName, no_room)
TEXT(CANONICAL_OFF_BY_ONE, GetCanonicalName, off_by_one)
TEXT(CANONICAL_ENDED_TWICE, GetCanonicalName, ended_twice)
TEXT(CANONICAL_NULL_OK, GetCanonicalName, no_text)
