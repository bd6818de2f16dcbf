/* What a device plays and takes: GetFormatSupport, GetFormatSupport2, GetFormatCapability. What is
 * said by one is held against what the others say. */
#include "conformance/wmdm/wmdm_capability.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"

#define FORMATS_MAX 1000u /* more is no table of formats */

#define FORMAT_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER, .steps = steps_)

/* ---- the tables */
struct table {
    WAVEFORMATEX *waves;
    WCHAR **types;
    VIDEOINFOHEADER *videos;
    WMFILECAPABILITIES *files;
    DWORD wave_count, type_count, video_count, file_count;
};

static void table_done(struct table *table)
{
    for (DWORD i = 0; table->types && i < table->type_count; i++)
        CoTaskMemFree(table->types[i]);
    for (DWORD i = 0; table->files && i < table->file_count; i++)
        CoTaskMemFree(table->files[i].pwszMimeType);
    CoTaskMemFree(table->types);
    CoTaskMemFree(table->files);
    CoTaskMemFree(table->videos);
    CoTaskMemFree(table->waves);
}

/* In a ROW: what cannot be a table ends the case. */
static struct table formats_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct table table = {0};

    REQUIRE_HR(CALL(IMDSPDevice, GetFormatSupport, wmdm_device(w), &table.waves, &table.wave_count,
                    &table.types, &table.type_count),
               S_OK);
    REQUIRE(table.wave_count <= FORMATS_MAX && table.type_count <= FORMATS_MAX);
    REQUIRE(table.waves || !table.wave_count);
    REQUIRE(table.types || !table.type_count);
    return table;
}

/* Those groups of GetFormatSupport2, with NULL for what is not asked for. */
static HRESULT groups(struct wmdm *w, DWORD flags, struct table *ret)
{
    struct conf *c = wmdm_conf(w);
    const bool audio = flags & WMDM_GET_FORMAT_SUPPORT_AUDIO;
    const bool video = flags & WMDM_GET_FORMAT_SUPPORT_VIDEO;
    const bool file = flags & WMDM_GET_FORMAT_SUPPORT_FILE;
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    HRESULT hr = CALL(IMDSPDevice2, GetFormatSupport2, device, flags, audio ? &ret->waves : NULL,
                      audio ? &ret->wave_count : NULL, video ? &ret->videos : NULL,
                      video ? &ret->video_count : NULL, file ? &ret->files : NULL,
                      file ? &ret->file_count : NULL);

    RELEASE(device);
    return hr;
}

/* Both ways it is in there, once each. */
static bool same_waves(const struct table *one, const struct table *other)
{
    bool is_same = one->wave_count == other->wave_count;

    for (DWORD i = 0; is_same && i < one->wave_count; i++) {
        DWORD at = 0;

        while (at < other->wave_count &&
               memcmp(&one->waves[i], &other->waves[at], sizeof(*one->waves)) != 0)
            at++;
        is_same = at < other->wave_count;
    }
    return is_same;
}

/* type/subtype, of the characters that RFC 6838 allows. */
static bool is_mime(const WCHAR *text)
{
    unsigned slashes = 0, length = 0;

    for (; text && *text; text++, length++) {
        bool is_slash = *text == '/', is_letter = (*text | 0x20) >= 'a' && (*text | 0x20) <= 'z';
        bool is_other = (*text >= '0' && *text <= '9') || *text == '.' || *text == '-' ||
                        *text == '+' || *text == '_' || *text == '$' || *text == '&' ||
                        *text == '#' || *text == '!' || *text == '^';

        if (!is_slash && !is_letter && !is_other)
            return false;
        slashes += is_slash;
        if (is_slash && (!length || !text[1]))
            return false;
    }
    return slashes == 1;
}

static bool has_type(const struct table *table, const WCHAR *type)
{
    for (DWORD i = 0; i < table->type_count; i++) {
        if (com_wcseq(table->types[i], type))
            return true;
    }
    return false;
}

/* ---- the cases */

FORMAT_CASE(FORMAT_TABLE_BV_01, "ANY", "Formats are told as arrays of formats and MIME types",
            CONF_MUST, "GetFormatSupport, twice", "SP-FMT-001", "SP-FMT-002", "SP-FMT-005")
{
    struct wmdm *w = wmdm_open(c);
    struct table table, again = {0};

    ROW("SP-FMT-001.code")
        table = formats_of(w);
    ROW("SP-FMT-002.own") {
        again = formats_of(w);
        REQUIRE(again.type_count == table.type_count);
        REQUIRE(!table.waves || again.waves != table.waves);
        REQUIRE(!table.types || again.types != table.types);
        for (DWORD i = 0; i < table.type_count; i++)
            REQUIRE(again.types[i] != table.types[i]);
    }
    table_done(&again);
    ROW("SP-FMT-001.formats") {
        for (DWORD i = 0; i < table.wave_count; i++)
            CHECK(table.waves[i].wFormatTag && table.waves[i].nChannels &&
                  table.waves[i].nSamplesPerSec);
    }
    ROW("SP-FMT-005.some")
        CHECK(table.type_count > 0);
    ROW("SP-FMT-005.form") {
        for (DWORD i = 0; i < table.type_count; i++)
            REQUIRE(SP_CALL("IMDSPDevice::GetFormatSupport", is_mime(table.types[i])));
    }
    ROW("SP-FMT-005.once") {
        for (DWORD i = 0; i < table.type_count; i++) {
            DWORD at = 0;

            while (!com_wcseq(table.types[at], table.types[i]))
                at++;
            CHECK_EQ(at, i);
        }
    }
    table_done(&table);
}

FORMAT_CASE(FORMAT_TABLE_BV_02, "ANY", "Both ways to ask for formats have the same answer",
            CONF_MUST, "GetFormatSupport, GetFormatSupport2 of AUDIO and of FILE", "SP-FMT-005",
            "SP-FMT-010", "SP-FMT-011")
{
    struct wmdm *w = wmdm_open(c);
    struct table whole, table = {0};

    ROW("SP-FMT-011") {
        whole = formats_of(w);
        REQUIRE_HR(groups(w, WMDM_GET_FORMAT_SUPPORT_AUDIO, &table), S_OK);
        CHECK(same_waves(&whole, &table) && same_waves(&table, &whole));
    }
    ROW("SP-FMT-010.types") {
        REQUIRE_HR(groups(w, WMDM_GET_FORMAT_SUPPORT_FILE, &table), S_OK);
        REQUIRE(table.file_count <= FORMATS_MAX && (table.files || !table.file_count));
        for (DWORD i = 0; i < table.file_count; i++)
            REQUIRE(
                SP_CALL("IMDSPDevice2::GetFormatSupport2", is_mime(table.files[i].pwszMimeType)));
    }
    ROW("SP-FMT-010.reserved") {
        for (DWORD i = 0; i < table.file_count; i++)
            CHECK_EQ(table.files[i].dwReserved, 0);
    }
    ROW("SP-FMT-005.files") {
        CHECK_EQ(table.file_count, whole.type_count);
        for (DWORD i = 0; i < table.file_count; i++)
            CHECK(has_type(&whole, table.files[i].pwszMimeType));
    }
    table_done(&table);
    table_done(&whole);
}

FORMAT_CASE(FORMAT_GROUP_BV_01, "ANY", "What is asked for is filled, and nothing else needed",
            CONF_MUST,
            "GetFormatSupport2 with each of the flags 1 to 7, NULL for what is not asked for",
            "SP-FMT-007", "SP-FMT-008")
{
    struct wmdm *w = wmdm_open(c);

    for (DWORD flags = 1; flags < 8; flags++) {
        struct table table = {
            .wave_count = ~(DWORD)0, .video_count = ~(DWORD)0, .file_count = ~(DWORD)0};
        HRESULT hr;

        ROW("SP-FMT-007.null") {
            hr = groups(w, flags, &table);
            CHECK_HR(hr, S_OK);
        }
        ROW("SP-FMT-008")
            CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
        ROW("SP-FMT-007.audio")
            REQUIRE(!(flags & WMDM_GET_FORMAT_SUPPORT_AUDIO) ||
                    (table.wave_count <= FORMATS_MAX && (table.waves || !table.wave_count)));
        ROW("SP-FMT-007.video")
            REQUIRE(!(flags & WMDM_GET_FORMAT_SUPPORT_VIDEO) ||
                    (table.video_count <= FORMATS_MAX && (table.videos || !table.video_count)));
        ROW("SP-FMT-007.file")
            REQUIRE(!(flags & WMDM_GET_FORMAT_SUPPORT_FILE) ||
                    (table.file_count <= FORMATS_MAX && (table.files || !table.file_count)));
        table.file_count = flags & WMDM_GET_FORMAT_SUPPORT_FILE ? table.file_count : 0;
        table_done(&table);
    }
}

/* Everything with room, and flags that there are not. */
static HRESULT all_groups(struct wmdm *w, DWORD flags)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    struct table table = {0};
    VIDEOINFOHEADER *videos = NULL;
    DWORD video_count = 0;
    HRESULT hr = CALL(IMDSPDevice2, GetFormatSupport2, device, flags, &table.waves,
                      &table.wave_count, &videos, &video_count, &table.files, &table.file_count);

    table_done(&table);
    CoTaskMemFree(videos);
    RELEASE(device);
    return hr;
}

FORMAT_CASE(FORMAT_GROUP_BI_01, "ANY", "Flags that there are not are refused", CONF_SHOULD,
            "GetFormatSupport2 with 0, 8, 9, 0xffffffff and 7", "SP-FMT-009")
{
    struct wmdm *w = wmdm_open(c);

    ROW("SP-FMT-009.none")
        CHECK_HR(all_groups(w, 0), E_INVALIDARG);
    ROW("SP-FMT-009.unknown") {
        CHECK_HR(all_groups(w, 8), E_INVALIDARG);
        CHECK_HR(all_groups(w, 0xffffffff), E_INVALIDARG);
    }
    ROW("SP-FMT-009.mixed")
        CHECK_HR(all_groups(w, 9), E_INVALIDARG);
    ROW("SP-FMT-009.all")
        CHECK_HR(all_groups(w, 7), S_OK);
}

/* ---- capabilities */

static bool is_range(const WMDM_PROP_VALUES_RANGE *range)
{
    const VARTYPE type = range->rangeMin.vt;

    if (range->rangeMax.vt != type || range->rangeStep.vt != type)
        return false;
    return type != VT_UI4 ||
           (range->rangeMin.ulVal <= range->rangeMax.ulVal && range->rangeStep.ulVal > 0);
}

/* The numbers among the properties of the documents; all others are texts. */
static VARTYPE type_of(const WCHAR *name)
{
    static const struct {
        const WCHAR *name;
        VARTYPE type;
    } numbers[] = {
        {g_wszWMDMBitrate, VT_UI4},      {g_wszWMDMNumChannels, VT_UI4},
        {g_wszWMDMSampleRate, VT_UI4},   {g_wszAudioWAVECodec, VT_UI4},
        {g_wszWMDMBitRateType, VT_UI4},  {g_wszWMDMWidth, VT_UI4},
        {g_wszWMDMHeight, VT_UI4},       {g_wszWMDMVideoBitrate, VT_UI4},
        {g_wszVideoFourCCCodec, VT_UI4}, {g_wszWMDMTrack, VT_UI4},
        {g_wszWMDMPlayCount, VT_UI4},    {g_wszWMDMDuration, VT_UI8},
        {g_wszWMDMFileSize, VT_UI8},
    };

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (com_wcseq(numbers[i].name, name))
            return numbers[i].type;
    }
    return VT_EMPTY;
}

static bool is_of_type(const PROPVARIANT *value, VARTYPE type)
{
    const bool is_number = value->vt == VT_UI4 || value->vt == VT_UI8;

    return type == VT_EMPTY ? !is_number || value->vt == VT_UI4 : value->vt == type;
}

static bool is_typed(const WMDM_PROP_DESC *one)
{
    const WMDM_PROP_VALUES_ENUM *list = &one->ValidValues.EnumeratedValidValues;
    const VARTYPE type = type_of(one->pwszPropName);
    bool is_right = true;

    if (one->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE)
        is_right = is_of_type(&one->ValidValues.ValidValuesRange.rangeMin, type);
    for (DWORD i = 0;
         one->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ENUM && i < list->cEnumValues; i++)
        is_right &= is_of_type(&list->pValues[i], type);
    return is_right;
}

static bool is_zero(const PROPVARIANT *value)
{
    return (value->vt == VT_UI4 && !value->ulVal) ||
           (value->vt == VT_UI8 && !value->uhVal.QuadPart);
}

/* Numbers of which none is anything, where the form ANY is meant. */
static bool is_nothing(const WMDM_PROP_DESC *one)
{
    const WMDM_PROP_VALUES_ENUM *list = &one->ValidValues.EnumeratedValidValues;
    const WMDM_PROP_VALUES_RANGE *range = &one->ValidValues.ValidValuesRange;
    bool is_nothing = true;

    if (one->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ANY)
        return false;
    if (one->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE)
        return is_zero(&range->rangeMin) && is_zero(&range->rangeMax);
    for (DWORD i = 0; i < list->cEnumValues; i++)
        is_nothing &= is_zero(&list->pValues[i]);
    return is_nothing;
}

/* What is said once more is said in other memory. */
static void check_own(struct wmdm *w, const WMDM_FORMAT_CAPABILITY *first, WMDM_FORMATCODE code)
{
    struct conf *c = wmdm_conf(w);
    WMDM_FORMAT_CAPABILITY again = {0};
    const WMDM_PROP_CONFIG *one = first->pConfigs, *other;

    ROW("SP-FMT-020.own") {
        REQUIRE_HR(CALL(IMDSPDevice3, GetFormatCapability, wmdm_device3(w), code, &again), S_OK);
        other = again.pConfigs;
        REQUIRE(again.nPropConfig == first->nPropConfig && other && other != one);
        REQUIRE(other->nPropDesc == one->nPropDesc);
        REQUIRE(!one->nPropDesc || other->pPropDesc != one->pPropDesc);
        if (!one->nPropDesc)
            conf_excused(c, 1, "no property is described");
        for (DWORD i = 0; i < one->nPropDesc; i++)
            REQUIRE(other->pPropDesc[i].pwszPropName != one->pPropDesc[i].pwszPropName);
    }
    SP_CALL("IMDSPDevice3::GetFormatCapability", wmdm_capability_done(&again));
}

static void check_description(struct conf *c, const WMDM_PROP_DESC *one)
{
    const WMDM_PROP_VALUES_ENUM *list = &one->ValidValues.EnumeratedValidValues;
    const WMDM_ENUM_PROP_VALID_VALUES_FORM form = one->ValidValuesForm;

    ROW("SP-FMT-018.name")
        REQUIRE(one->pwszPropName && one->pwszPropName[0]);
    ROW("SP-FMT-018.form")
        REQUIRE(form == WMDM_ENUM_PROP_VALID_VALUES_ANY ||
                form == WMDM_ENUM_PROP_VALID_VALUES_RANGE ||
                form == WMDM_ENUM_PROP_VALID_VALUES_ENUM);
    ROW("SP-FMT-018.range")
        REQUIRE(form != WMDM_ENUM_PROP_VALID_VALUES_RANGE ||
                is_range(&one->ValidValues.ValidValuesRange));
    ROW("SP-FMT-018.values")
        REQUIRE(form != WMDM_ENUM_PROP_VALID_VALUES_ENUM || (list->cEnumValues && list->pValues));
    ROW("SP-FMT-019.any")
        CHECK(!is_nothing(one));
    ROW("SP-FMT-021.type")
        CHECK(is_typed(one));
}

/* How many descriptions there are. */
static unsigned check_capability(struct conf *c, const WMDM_FORMAT_CAPABILITY *capability)
{
    unsigned count = 0;

    ROW("SP-FMT-013.some")
        REQUIRE(capability->nPropConfig && capability->nPropConfig <= FORMATS_MAX &&
                capability->pConfigs);
    for (DWORD i = 0; i < capability->nPropConfig; i++) {
        const WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        ROW("SP-FMT-018.array")
            REQUIRE(config->nPropDesc <= FORMATS_MAX && (config->pPropDesc || !config->nPropDesc));
        for (DWORD k = 0; k < config->nPropDesc; k++)
            check_description(c, &config->pPropDesc[k]);
        count += config->nPropDesc;
    }
    return count;
}

/* A provider that knows nothing of what a format may hold describes nothing. */
static void excuse_descriptions(struct conf *c)
{
    static const char *const rows[] = {"SP-FMT-018.name",   "SP-FMT-018.form", "SP-FMT-018.range",
                                       "SP-FMT-018.values", "SP-FMT-019.any",  "SP-FMT-021.type"};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ROW(rows[i])
            conf_excused(c, 1, "no capability describes a property");
    }
}

static void check_formats(struct wmdm *w, const PROPVARIANT *list)
{
    struct conf *c = wmdm_conf(w);
    const ULONG *codes = list->parray->pvData;
    unsigned descriptions = 0;
    LONG last = -1;

    SafeArrayGetUBound(list->parray, 1, &last);
    ROW("SP-FMT-012.some")
        CHECK(last >= 0);
    for (LONG i = 0; i <= last; i++) {
        WMDM_FORMAT_CAPABILITY capability = {0};
        LONG at = 0;

        while (codes[at] != codes[i])
            at++;
        ROW("SP-FMT-012.once")
            CHECK_EQ(at, i);
        ROW("SP-FMT-013.each")
            REQUIRE_HR(CALL(IMDSPDevice3, GetFormatCapability, wmdm_device3(w),
                            (WMDM_FORMATCODE)codes[i], &capability),
                       S_OK);
        conf_in_provider(c, "IMDSPDevice3::GetFormatCapability");
        descriptions += check_capability(c, &capability);
        conf_in_provider(c, NULL);
        if (i == 0)
            check_own(w, &capability, (WMDM_FORMATCODE)codes[i]);
        SP_CALL("IMDSPDevice3::GetFormatCapability", wmdm_capability_done(&capability));
    }
    if (!descriptions)
        excuse_descriptions(c);
}

FORMAT_CASE(FORMAT_CODE_BV_01, "PROVIDER.DEVICE3", "Each format that is listed has its capability",
            CONF_MUST,
            "GetProperty of FormatsSupported, GetFormatCapability of each, of the first once more, "
            "and of one that is not listed",
            "SP-FMT-012", "SP-FMT-013", "SP-FMT-014", "SP-FMT-018", "SP-FMT-019", "SP-FMT-020",
            "SP-FMT-021")
{
    struct wmdm *w = wmdm_open(c);
    WMDM_FORMAT_CAPABILITY capability = {77, POISON};
    PROPVARIANT list;

    PropVariantInit(&list);
    ROW("SP-FMT-012.type") {
        REQUIRE_HR(
            CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), g_wszWMDMFormatsSupported, &list),
            S_OK);
        REQUIRE(list.vt == (VT_UI4 | VT_ARRAY) && list.parray);
    }
    check_formats(w, &list);
    /* A code of no format at all. */
    ROW("SP-FMT-014.code")
        CHECK_FAILS(CALL(IMDSPDevice3, GetFormatCapability, wmdm_device3(w),
                         (WMDM_FORMATCODE)0x7ffffff0, &capability));
    ROW("SP-FMT-014.none")
        CHECK(!capability.nPropConfig && !capability.pConfigs);
    PropVariantClear(&list);
}
