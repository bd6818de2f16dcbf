/* Defects of what a device plays and takes: GetFormatSupport, GetFormatSupport2,
 * GetFormatCapability. */
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_storage.h"

/* ---- both tables, by either way */
SEAM(sp_formats_audio);
HRESULT __wrap_sp_formats_audio(struct sp_connection *connection, WAVEFORMATEX **ret_formats,
                                DWORD *ret_count)
{
    HRESULT hr = __real_sp_formats_audio(connection, ret_formats, ret_count);

    if (FAILED(hr) || !*ret_count)
        return hr;
    for (DWORD i = 0; i < *ret_count && deviates(WMA_UNTOLD); i++) {
        if ((*ret_formats)[i].wFormatTag == 0x0161)
            (*ret_formats)[i] = (*ret_formats)[--*ret_count];
    }
    if (deviates(WAVE_WITHOUT_TAG))
        (*ret_formats)->wFormatTag = 0;
    if (deviates(WAVE_CLAIMED))
        (*ret_formats)->wFormatTag = 0x0150; /* QCELP */
    return hr;
}

static void retype(WCHAR **type, const WCHAR *text)
{
    CoTaskMemFree(*type);
    *type = com_wcsdup(text);
}

SEAM(sp_formats_mime);
HRESULT __wrap_sp_formats_mime(struct sp_connection *connection, WCHAR ***ret_types,
                               DWORD *ret_count)
{
    HRESULT hr = __real_sp_formats_mime(connection, ret_types, ret_count);

    if (FAILED(hr) || *ret_count < 2)
        return hr;
    if (deviates(BARE_TYPE))
        retype(&(*ret_types)[0], u"mp3");
    if (deviates(TYPE_TWICE))
        retype(&(*ret_types)[1], (*ret_types)[0]);
    while (*ret_count && deviates(NO_TYPES))
        CoTaskMemFree((*ret_types)[--*ret_count]);
    return hr;
}

METHOD(FORMATS_E_FAIL, IMDSPDevice3, GetFormatSupport, WAVEFORMATEX **formats, DWORD *count,
       WCHAR ***mimes, DWORD *mime_count)
{
    (void)This, (void)formats, (void)count, (void)mimes, (void)mime_count;
    return E_FAIL;
}

/* ---- groups */
#define GROUPS                                                                                     \
    DWORD flags, WAVEFORMATEX **audio, DWORD *audio_count, VIDEOINFOHEADER **video,                \
        DWORD *video_count, WMFILECAPABILITIES **files, DWORD *file_count
#define GROUP_NAMES audio, audio_count, video, video_count, files, file_count
#define GROUP_METHOD(token) METHOD(token, IMDSPDevice3, GetFormatSupport2, GROUPS)

GROUP_METHOD(FORMATS2_STUB)
{
    (void)This, (void)flags, (void)audio, (void)audio_count, (void)video, (void)video_count;
    (void)files, (void)file_count;
    return E_NOTIMPL;
}

GROUP_METHOD(GROUP_IN_MONO)
{
    HRESULT hr = GROUP_IN_MONO_book(This, flags, GROUP_NAMES);

    if (SUCCEEDED(hr) && (flags & WMDM_GET_FORMAT_SUPPORT_AUDIO) && *audio_count)
        (*audio)->nChannels = 1;
    return hr;
}

GROUP_METHOD(GROUP_LAST_FILE_LOST)
{
    HRESULT hr = GROUP_LAST_FILE_LOST_book(This, flags, GROUP_NAMES);

    if (SUCCEEDED(hr) && (flags & WMDM_GET_FORMAT_SUPPORT_FILE) && *file_count)
        CoTaskMemFree((*files)[--*file_count].pwszMimeType);
    return hr;
}

GROUP_METHOD(GROUP_RESERVED)
{
    HRESULT hr = GROUP_RESERVED_book(This, flags, GROUP_NAMES);

    if (SUCCEEDED(hr) && (flags & WMDM_GET_FORMAT_SUPPORT_FILE) && *file_count)
        (*files)->dwReserved = 0xcdcdcdcd;
    return hr;
}

GROUP_METHOD(GROUP_FILE_BARE)
{
    HRESULT hr = GROUP_FILE_BARE_book(This, flags, GROUP_NAMES);

    if (SUCCEEDED(hr) && (flags & WMDM_GET_FORMAT_SUPPORT_FILE) && *file_count)
        retype(&(*files)->pwszMimeType, u"mp3");
    return hr;
}

GROUP_METHOD(GROUP_NEEDS_VIDEO)
{
    return video && video_count ? GROUP_NEEDS_VIDEO_book(This, flags, GROUP_NAMES) : E_INVALIDARG;
}

GROUP_METHOD(GROUP_AUDIO_UNWRITTEN)
{
    WAVEFORMATEX *own = NULL;
    DWORD own_count = 0;
    HRESULT hr = GROUP_AUDIO_UNWRITTEN_book(This, flags, audio ? &own : NULL,
                                            audio_count ? &own_count : NULL, video, video_count,
                                            files, file_count);

    if (SUCCEEDED(hr))
        CoTaskMemFree(own);
    return hr;
}

GROUP_METHOD(GROUP_VIDEO_UNWRITTEN)
{
    VIDEOINFOHEADER *own = NULL;
    DWORD own_count = 0;
    HRESULT hr = GROUP_VIDEO_UNWRITTEN_book(This, flags, audio, audio_count, video ? &own : NULL,
                                            video_count ? &own_count : NULL, files, file_count);

    if (SUCCEEDED(hr))
        CoTaskMemFree(own);
    return hr;
}

GROUP_METHOD(GROUP_FILES_UNWRITTEN)
{
    bool both = (flags & WMDM_GET_FORMAT_SUPPORT_FILE) && (flags & ~(DWORD)4);

    return GROUP_FILES_UNWRITTEN_book(This, both ? flags & ~(DWORD)4 : flags, GROUP_NAMES);
}

GROUP_METHOD(NO_FLAGS_OK)
{
    return flags ? NO_FLAGS_OK_book(This, flags, GROUP_NAMES) : S_OK;
}

/* Bits that there are not are not looked at; without others they ask for nothing. */
GROUP_METHOD(UNKNOWN_FLAG_OK)
{
    return flags && !(flags & 7) ? S_OK : UNKNOWN_FLAG_OK_book(This, flags, GROUP_NAMES);
}

GROUP_METHOD(MIXED_FLAGS_OK)
{
    return MIXED_FLAGS_OK_book(This, flags & 7 && flags != ~(DWORD)0 ? flags & 7 : flags,
                               GROUP_NAMES);
}

GROUP_METHOD(ALL_FLAGS_REFUSED)
{
    return flags == 7 ? E_INVALIDARG : ALL_FLAGS_REFUSED_book(This, flags, GROUP_NAMES);
}

/* ---- the list of codes */
static ULONG *codes_of(HRESULT hr, const WCHAR *name, const PROPVARIANT *value)
{
    return SUCCEEDED(hr) && com_wcseq(name, g_wszWMDMFormatsSupported) ? value->parray->pvData
                                                                       : NULL;
}

METHOD(FORMAT_TWICE, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = FORMAT_TWICE_book(This, name, value);
    ULONG *codes = codes_of(hr, name, value);

    if (codes)
        codes[1] = codes[0];
    return hr;
}

METHOD(NO_FORMATS, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = NO_FORMATS_book(This, name, value);

    if (codes_of(hr, name, value))
        value->parray->rgsabound[0].cElements = 0;
    return hr;
}

/* ---- capabilities */
#define CAPABILITY_METHOD(token)                                                                   \
    METHOD(token, IMDSPDevice3, GetFormatCapability, WMDM_FORMATCODE format,                       \
           WMDM_FORMAT_CAPABILITY *capability)

CAPABILITY_METHOD(LIST_CAPABILITY_FAILS)
{
    return format == WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST
               ? WMDM_E_NOTSUPPORTED
               : LIST_CAPABILITY_FAILS_book(This, format, capability);
}

CAPABILITY_METHOD(NO_CONFIGURATION)
{
    HRESULT hr = NO_CONFIGURATION_book(This, format, capability);

    if (SUCCEEDED(hr))
        capability->nPropConfig = 0;
    return hr;
}

CAPABILITY_METHOD(VALUE_MISSING)
{
    HRESULT hr = VALUE_MISSING_book(This, format, capability);

    for (DWORD i = 0; SUCCEEDED(hr) && i < capability->nPropConfig; i++) {
        const WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (DWORD k = 0; k < config->nPropDesc; k++) {
            WMDM_PROP_VALUES_ENUM *list = &config->pPropDesc[k].ValidValues.EnumeratedValidValues;

            if (config->pPropDesc[k].ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ENUM &&
                list->cEnumValues > 1)
                list->cEnumValues--;
        }
    }
    return hr;
}

CAPABILITY_METHOD(STEP_OF_ONE)
{
    HRESULT hr = STEP_OF_ONE_book(This, format, capability);

    for (DWORD i = 0; SUCCEEDED(hr) && i < capability->nPropConfig; i++) {
        const WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (DWORD k = 0; k < config->nPropDesc; k++) {
            if (config->pPropDesc[k].ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE)
                config->pPropDesc[k].ValidValues.ValidValuesRange.rangeStep.ulVal = 1;
        }
    }
    return hr;
}

CAPABILITY_METHOD(COMBINATION_MISSING)
{
    HRESULT hr = COMBINATION_MISSING_book(This, format, capability);

    if (SUCCEEDED(hr) && capability->nPropConfig > 1)
        capability->nPropConfig = 1;
    return hr;
}

CAPABILITY_METHOD(COMBINATIONS_MERGED)
{
    HRESULT hr = COMBINATIONS_MERGED_book(This, format, capability);

    for (DWORD i = 0;
         SUCCEEDED(hr) && capability->nPropConfig > 1 && i < capability->pConfigs->nPropDesc; i++) {
        WMDM_PROP_DESC *one = &capability->pConfigs->pPropDesc[i];

        if (!com_wcseq(one->pwszPropName, g_wszWMDMSampleRate))
            continue;
        one->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_RANGE;
        one->ValidValues.ValidValuesRange =
            (WMDM_PROP_VALUES_RANGE){.rangeMin = {.vt = VT_UI4, .ulVal = 8000},
                                     .rangeMax = {.vt = VT_UI4, .ulVal = 48000},
                                     .rangeStep = {.vt = VT_UI4, .ulVal = 50}};
    }
    return hr;
}

CAPABILITY_METHOD(ANY_FORMAT_CAPABLE)
{
    HRESULT hr = ANY_FORMAT_CAPABLE_book(This, format, capability);

    return capability ? hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK) : hr;
}

CAPABILITY_METHOD(CAPABILITY_KEPT)
{
    const WMDM_FORMAT_CAPABILITY before = capability ? *capability : (WMDM_FORMAT_CAPABILITY){0};
    HRESULT hr = CAPABILITY_KEPT_book(This, format, capability);

    if (FAILED(hr) && capability)
        *capability = before;
    return hr;
}

/* The first description there is; NULL: none. */
static WMDM_PROP_DESC *description(HRESULT hr, const WMDM_FORMAT_CAPABILITY *capability)
{
    return SUCCEEDED(hr) && capability->pConfigs->nPropDesc ? capability->pConfigs->pPropDesc
                                                            : NULL;
}

CAPABILITY_METHOD(DESCRIPTION_UNNAMED)
{
    HRESULT hr = DESCRIPTION_UNNAMED_book(This, format, capability);
    WMDM_PROP_DESC *first = description(hr, capability);

    if (first)
        retype(&first->pwszPropName, u"");
    return hr;
}

CAPABILITY_METHOD(FORM_UNKNOWN)
{
    HRESULT hr = FORM_UNKNOWN_book(This, format, capability);
    WMDM_PROP_DESC *first = description(hr, capability);

    if (first)
        first->ValidValuesForm = (WMDM_ENUM_PROP_VALID_VALUES_FORM)7;
    return hr;
}

CAPABILITY_METHOD(ENUM_OF_NOTHING)
{
    HRESULT hr = ENUM_OF_NOTHING_book(This, format, capability);
    WMDM_PROP_DESC *first = description(hr, capability);

    if (first)
        first->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_ENUM;
    return hr;
}

CAPABILITY_METHOD(RANGE_TURNED)
{
    HRESULT hr = RANGE_TURNED_book(This, format, capability);
    WMDM_PROP_DESC *first = description(hr, capability);

    if (!first)
        return hr;
    first->ValidValuesForm = WMDM_ENUM_PROP_VALID_VALUES_RANGE;
    first->ValidValues.ValidValuesRange.rangeMin = (PROPVARIANT){.vt = VT_UI4, .ulVal = 320000};
    first->ValidValues.ValidValuesRange.rangeMax = (PROPVARIANT){.vt = VT_UI4, .ulVal = 32000};
    first->ValidValues.ValidValuesRange.rangeStep = (PROPVARIANT){.vt = VT_UI4, .ulVal = 1};
    return hr;
}

CAPABILITY_METHOD(DESCRIPTIONS_MISSING)
{
    HRESULT hr = DESCRIPTIONS_MISSING_book(This, format, capability);

    if (description(hr, capability))
        capability->pConfigs->pPropDesc = NULL;
    return hr;
}
