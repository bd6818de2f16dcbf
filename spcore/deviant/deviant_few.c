/* Defects of formats and limits: of devices with few of either, and of memory and values in what
 * tells them. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define FORMAT_SUPPORT(token)                                                                      \
    METHOD(token, IMDSPDevice3, GetFormatSupport, WAVEFORMATEX **waves, UINT *wave_count,          \
           WCHAR ***types, UINT *type_count)

FORMAT_SUPPORT(MIMES_STATIC)
{
    static WCHAR **kept;
    HRESULT hr = MIMES_STATIC_book(This, waves, wave_count, types, type_count);

    if (FAILED(hr) || !*type_count)
        return hr;
    if (!kept) {
        kept = CoTaskMemAlloc(*type_count * sizeof(*kept));
        if (kept)
            memcpy(kept, *types, *type_count * sizeof(*kept));
        return hr;
    }
    for (UINT i = 0; i < *type_count; i++) {
        CoTaskMemFree((*types)[i]);
        (*types)[i] = kept[i];
    }
    return hr;
}

FORMAT_SUPPORT(NO_AUDIO_FAILS)
{
    HRESULT hr = NO_AUDIO_FAILS_book(This, waves, wave_count, types, type_count);

    if (FAILED(hr) || *wave_count)
        return hr;
    while (*type_count)
        CoTaskMemFree((*types)[--*type_count]);
    CoTaskMemFree(*types);
    CoTaskMemFree(*waves);
    *types = NULL;
    *waves = NULL;
    return WMDM_E_NOTSUPPORTED;
}

FORMAT_SUPPORT(NO_AUDIO_IS_MP3)
{
    HRESULT hr = NO_AUDIO_IS_MP3_book(This, waves, wave_count, types, type_count);
    WAVEFORMATEX *one = CoTaskMemAlloc(sizeof(*one));

    if (FAILED(hr) || *wave_count || !one) {
        CoTaskMemFree(one);
        return hr;
    }
    CoTaskMemFree(*waves);
    *one = (WAVEFORMATEX){.wFormatTag = 0x55, .nChannels = 2, .nSamplesPerSec = 44100};
    *waves = one;
    *wave_count = 1;
    return hr;
}

/* ---- capabilities: what the first description is made of */
#define CAPABILITY(token)                                                                          \
    METHOD(token, IMDSPDevice3, GetFormatCapability, WMDM_FORMATCODE format,                       \
           WMDM_FORMAT_CAPABILITY *capability)

static void describe(HRESULT hr, const WMDM_FORMAT_CAPABILITY *capability, PROPVARIANT value)
{
    PROPVARIANT *values = CoTaskMemAlloc(sizeof(*values));

    if (FAILED(hr) || !values || !capability->pConfigs->nPropDesc) {
        CoTaskMemFree(values);
        return;
    }
    *values = value;
    capability->pConfigs->pPropDesc->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_ENUM;
    capability->pConfigs->pPropDesc->ValidValues.EnumeratedValidValues =
        (WMDM_PROP_VALUES_ENUM){1, values};
}

CAPABILITY(ANY_IS_ZERO)
{
    HRESULT hr = ANY_IS_ZERO_book(This, format, capability);

    describe(hr, capability, (PROPVARIANT){.vt = VT_UI4});
    return hr;
}

/* A name of a number in the place of the first. */
CAPABILITY(NUMBER_IS_TEXT)
{
    HRESULT hr = NUMBER_IS_TEXT_book(This, format, capability);
    WCHAR **name;

    describe(hr, capability, (PROPVARIANT){.vt = VT_BSTR, .bstrVal = SysAllocString(u"128")});
    if (FAILED(hr) || !capability->pConfigs->nPropDesc)
        return hr;
    name = &capability->pConfigs->pPropDesc->pwszPropName;
    CoTaskMemFree(*name);
    *name = com_wcsdup(g_wszWMDMBitrate);
    return hr;
}

CAPABILITY(NAMES_CONSTANT)
{
    static WCHAR *kept;
    HRESULT hr = NAMES_CONSTANT_book(This, format, capability);
    WCHAR **name;

    if (FAILED(hr) || !capability->pConfigs->nPropDesc)
        return hr;
    name = &capability->pConfigs->pPropDesc->pwszPropName;
    if (kept) {
        CoTaskMemFree(*name);
        *name = kept;
    }
    kept = *name;
    return hr;
}

/* ---- lists of formats */
static int by_code(const void *left, const void *right)
{
    const ULONG *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

METHOD(FORMATS_SORTED, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = FORMATS_SORTED_book(This, name, value);
    LONG last = -1;

    if (SUCCEEDED(hr) && name && value->vt == (VT_UI4 | VT_ARRAY) &&
        SUCCEEDED(SafeArrayGetUBound(value->parray, 1, &last)))
        qsort(value->parray->pvData, (size_t)last + 1, sizeof(ULONG), by_code);
    return hr;
}

#define CREATE(token)                                                                              \
    METHOD(token, IMDSPStorage4, CreateStorageWithMetadata, DWORD attributes, const WCHAR *name,   \
           IWMDMMetaData *metadata, ULONGLONG size, IMDSPStorage **created)

CREATE(PLAYLIST_REFUSED)
{
    return metadata && sp_metadata_format(metadata) == MTP_FC_AV_PLAYLIST
               ? WMDM_E_NOTSUPPORTED
               : PLAYLIST_REFUSED_book(This, attributes, name, metadata, size, created);
}

CREATE(ANY_ABSTRACT_MADE)
{
    HRESULT hr = ANY_ABSTRACT_MADE_book(This, attributes, name, metadata, size, created);

    return FAILED(hr) && metadata && (sp_metadata_format(metadata) & 0xff00) == 0xba00
               ? This->lpVtbl->CreateStorage2(This, attributes, 0, NULL, NULL, name, size, created)
               : hr;
}

/* ---- limits */
METHOD(LIMIT_UNSAID, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    HRESULT hr = LIMIT_UNSAID_book(This, capabilities);

    if (SUCCEEDED(hr))
        *capabilities &=
            ~(DWORD)(WMDM_STORAGECAP_FILELIMITEXISTS | WMDM_STORAGECAP_FOLDERLIMITEXISTS);
    return hr;
}

METHOD(LIMIT_EARLY, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    static atomic_uint made;

    return atomic_fetch_add(&made, 1) < 4
               ? LIMIT_EARLY_book(This, attributes, format, name, created)
               : HRESULT_FROM_WIN32(ERROR_DISK_FULL);
}

METHOD(LIMIT_E_FAIL, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = LIMIT_E_FAIL_book(This, attributes, format, name, created);

    return hr_swap(hr, HRESULT_FROM_WIN32(ERROR_DISK_FULL), E_FAIL);
}

METHOD(RIGHTS_AMONG_LIMITS, IMDSPStorageGlobals, GetCapabilities, DWORD *capabilities)
{
    HRESULT hr = RIGHTS_AMONG_LIMITS_book(This, capabilities);

    if (SUCCEEDED(hr))
        *capabilities |= WMDM_RIGHTS_NAMEDSERIALIDS;
    return hr;
}
