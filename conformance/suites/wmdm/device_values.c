/* Which values of sound and picture a device plays, by its own descriptions (MTP 1.1, 5.3.2.3 and
 * E.2.7), against the configurations that its provider makes of them. A configuration that does not
 * describe a property, or allows any value, limits nothing. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_capability.h"
#include "conformance/wmdm/wmdm_case.h"
#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

enum { VALUES_MAX = 1024, CHOICES_MAX = 256, BY_ITSELF = 0 };

/* The numbers among a device's properties that a provider tells under the documents' names. */
static const struct numbered {
    uint16_t code;
    const WCHAR *name;
    const char *text;
} numbers[] = {
    {MTP_OPC_AUDIO_BITRATE, g_wszWMDMBitrate, "WMDM/Bitrate"},
    {MTP_OPC_SAMPLE_RATE, g_wszWMDMSampleRate, "WMDM/SampleRate"},
    {MTP_OPC_NUMBER_OF_CHANNELS, g_wszWMDMNumChannels, "WMDM/NumChannels"},
    {MTP_OPC_BITRATE_TYPE, g_wszWMDMBitRateType, "WMDM/BitRateType"},
    {MTP_OPC_AUDIO_WAVE_CODEC, g_wszAudioWAVECodec, "WMDM/AudioWAVECodec"},
    {MTP_OPC_VIDEO_BITRATE, g_wszWMDMVideoBitrate, "WMDM/VideoBitrate"},
    {MTP_OPC_VIDEO_FOURCC_CODEC, g_wszVideoFourCCCodec, "WMDM/VideoFourCCCodec"},
    {MTP_OPC_WIDTH, g_wszWMDMWidth, "WMDM/Width"},
    {MTP_OPC_HEIGHT, g_wszWMDMHeight, "WMDM/Height"},
};

/* What the device says a property may be: of a range its ends, else each value. */
struct said {
    uint16_t format;
    unsigned combination; /* BY_ITSELF, or from 1 */
    const struct numbered *of;
    bool is_range;
    uint32_t step; /* of a range */
    uint32_t values[CHOICES_MAX];
    size_t count;
};

struct device {
    struct dut_info info;
    struct said said[VALUES_MAX];
    size_t count;
};

/* ---- the device's words */

static const struct numbered *number_of(uint16_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (numbers[i].code == code)
            return &numbers[i];
    }
    return NULL;
}

static uint64_t read_number(struct ct_reader *reader, uint16_t type)
{
    switch (type) {
    case MTP_DTC_UINT8:
        return ct_u8(reader);
    case MTP_DTC_UINT16:
        return ct_u16(reader);
    case MTP_DTC_UINT32:
        return ct_u32(reader);
    default:
        ct_skip_value(reader, type);
        return 0;
    }
}

/* The form's values: all are counted, and kept where there is room; the reader is behind them. */
static void read_form(struct ct_reader *reader, uint16_t type, struct said *ret)
{
    const uint8_t form = ct_u8(reader);
    const unsigned count = form == MTP_FORM_RANGE         ? 3
                           : form == MTP_FORM_ENUMERATION ? ct_u16(reader)
                                                          : 0;

    ret->is_range = form == MTP_FORM_RANGE;
    for (unsigned i = 0; i < count && !reader->failed; i++) {
        const uint64_t value = read_number(reader, type);

        if (form == MTP_FORM_ENUMERATION || i < 2) {
            if (ret->count < CHOICES_MAX)
                ret->values[ret->count] = (uint32_t)value;
            ret->count++;
        }
        ret->step = (uint32_t)value;
    }
    if (form == MTP_FORM_FIXED_LENGTH_ARRAY)
        ct_u16(reader);
    if (form == MTP_FORM_REGULAR_EXPRESSION)
        ct_skip_value(reader, MTP_DTC_STRING);
    if (form == MTP_FORM_BYTE_ARRAY || form == MTP_FORM_LONG_STRING)
        ct_u32(reader);
}

/* One description; kept where it limits a number that a provider tells. */
static void read_description(struct conf *c, struct device *device, struct ct_reader *reader,
                             struct said one)
{
    const uint16_t code = ct_u16(reader), type = ct_u16(reader);

    ct_u8(reader);
    ct_skip_value(reader, type);
    ct_u32(reader);
    read_form(reader, type, &one);
    one.of = number_of(code);
    if (reader->failed || !one.of || !one.count)
        return;
    if (one.count > CHOICES_MAX)
        conf_inconclusive(c, "a property of the device has more than %d values", CHOICES_MAX);
    if (one.values[one.count - 1] == 0)
        return;
    if (device->count == VALUES_MAX)
        conf_inconclusive(c, "the device describes more than %d properties", VALUES_MAX);
    device->said[device->count++] = one;
}

static void read_format(struct dut *dut, struct device *device, uint16_t format)
{
    struct ct_reader reader;
    uint32_t combinations;

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(numbers[i].code, format)) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        read_description(dut->c, device, &reader, (struct said){.format = format});
    }
    if (!dut_lists(device->info.operations, device->info.operation_count,
                   MTP_OP_GET_INTERDEPENDENT_PROP_DESC) ||
        dut_op(dut, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, PARAMS(format)) != MTP_RC_OK)
        return;
    reader = dut_reader(dut);
    combinations = ct_u32(&reader);
    for (unsigned i = 1; i <= combinations && !reader.failed; i++) {
        for (uint32_t left = ct_u32(&reader); left > 0 && !reader.failed; left--)
            read_description(dut->c, device, &reader,
                             (struct said){.format = format, .combination = i});
    }
}

static const struct device *device_of(struct conf *c)
{
    static struct device device;
    struct dut dut = dut_session(c);

    SETUP {
        dut_device_info(&dut, &device.info);
        for (size_t i = 0; i < device.info.format_count; i++)
            read_format(&dut, &device, device.info.formats[i]);
    }
    dut_done(&dut);
    conf_transport_drop(c); /* the device is the provider's */
    return &device;
}

/* ---- the same by what the device says */

static bool says(const struct said *one, uint32_t value)
{
    size_t i = 0;

    if (one->is_range)
        return one->values[0] <= value && value <= one->values[one->count - 1];
    while (i < one->count && one->values[i] != value)
        i++;
    return i < one->count;
}

static const struct said *said_in(const struct device *device, uint16_t format,
                                  unsigned combination, const struct numbered *of)
{
    for (size_t i = 0; i < device->count; i++) {
        const struct said *one = &device->said[i];

        if (one->format == format && one->combination == combination && one->of == of)
            return one;
    }
    return NULL;
}

static unsigned combinations_of(const struct device *device, uint16_t format)
{
    unsigned most = 0;

    for (size_t i = 0; i < device->count; i++) {
        if (device->said[i].format == format && device->said[i].combination > most)
            most = device->said[i].combination;
    }
    return most;
}

static bool depends(const struct device *device, uint16_t format, const struct numbered *of)
{
    bool does = false;

    for (unsigned i = 1; i <= combinations_of(device, format); i++)
        does |= said_in(device, format, i, of) != NULL;
    return does;
}

/* Does the device have both at once? */
static bool goes_together(const struct device *device, uint16_t format, const struct said *one,
                          uint32_t value, const struct said *other, uint32_t its)
{
    for (unsigned i = 1; i <= combinations_of(device, format); i++) {
        const struct said *first = said_in(device, format, i, one->of);
        const struct said *second = said_in(device, format, i, other->of);

        if ((!first || says(first, value)) && (!second || says(second, its)))
            return true;
    }
    return false;
}

/* ---- and by what the provider says */

static const WMDM_PROP_DESC *description_of(const WMDM_PROP_CONFIG *config, const WCHAR *name)
{
    for (DWORD i = 0; i < config->nPropDesc; i++) {
        const WMDM_PROP_DESC *one = &config->pPropDesc[i];

        if (one->pwszPropName && com_wcseq(one->pwszPropName, name))
            return one->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ANY ? NULL : one;
    }
    return NULL; /* nothing is listed of it */
}

static bool lists(const WMDM_PROP_DESC *description, uint32_t value)
{
    const WMDM_PROP_VALUES_RANGE *range = &description->ValidValues.ValidValuesRange;
    const WMDM_PROP_VALUES_ENUM *list = &description->ValidValues.EnumeratedValidValues;
    DWORD i = 0;

    if (description->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE)
        return range->rangeMin.ulVal <= value && value <= range->rangeMax.ulVal;
    while (i < list->cEnumValues && list->pValues[i].ulVal != value)
        i++;
    return i < list->cEnumValues;
}

static bool allows(const WMDM_PROP_CONFIG *config, const WCHAR *name, uint32_t value)
{
    const WMDM_PROP_DESC *description = description_of(config, name);

    return !description || lists(description, value);
}

/* ---- both */

struct comparison {
    const struct device *device;
    uint16_t format;
    const WMDM_FORMAT_CAPABILITY *capability;
};

static bool is_in_some(const struct comparison *it, const struct said *one, uint32_t value)
{
    bool is_in = false;

    for (DWORD i = 0; i < it->capability->nPropConfig; i++)
        is_in |= allows(&it->capability->pConfigs[i], one->of->name, value);
    return is_in;
}

/* What is said of a property that depends on others holds in its combinations alone. */
static void check_values(struct conf *c, const struct comparison *it)
{
    for (size_t i = 0; i < it->device->count; i++) {
        const struct said *one = &it->device->said[i];

        if (one->format != it->format ||
            (one->combination == BY_ITSELF && depends(it->device, it->format, one->of)))
            continue;
        for (size_t k = 0; k < one->count; k++)
            AGREE(is_in_some(it, one, one->values[k]),
                  "a configuration of format 0x%04x has the %u of %s that the device has",
                  it->format, one->values[k], one->of->text);
    }
}

/* Do all values of the description's form satisfy the device? Of a range the ends and the step. */
static bool is_within(const WMDM_PROP_DESC *description, const struct said *one)
{
    const WMDM_PROP_VALUES_RANGE *range = &description->ValidValues.ValidValuesRange;
    const WMDM_PROP_VALUES_ENUM *list = &description->ValidValues.EnumeratedValidValues;
    bool is_in = true;

    if (description->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_RANGE)
        return says(one, range->rangeMin.ulVal) && says(one, range->rangeMax.ulVal) &&
               (!one->is_range || !one->step || range->rangeStep.ulVal % one->step == 0);
    for (DWORD i = 0; i < list->cEnumValues; i++)
        is_in &= says(one, list->pValues[i].ulVal);
    return is_in;
}

/* Of each property that it limits what the device says by itself, or in one of its combinations. */
static void check_listed(struct conf *c, const struct comparison *it,
                         const WMDM_PROP_CONFIG *config)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        const WMDM_PROP_DESC *description = description_of(config, numbers[i].name);
        bool is_said = false, is_in = false;

        for (size_t k = 0; description && k < it->device->count; k++) {
            const struct said *one = &it->device->said[k];

            if (one->format != it->format || one->of != &numbers[i])
                continue;
            is_said = true;
            is_in |= is_within(description, one);
        }
        if (is_said)
            AGREE(is_in, "a configuration of format 0x%04x lists of %s what the device has",
                  it->format, numbers[i].text);
    }
}

/* One value of each property of a combination: the first of each, or the last. */
static bool has_together(const struct comparison *it, unsigned combination, bool of_last)
{
    bool has = false;

    for (DWORD i = 0; i < it->capability->nPropConfig && !has; i++) {
        has = true;
        for (size_t k = 0; k < it->device->count; k++) {
            const struct said *one = &it->device->said[k];

            if (one->format == it->format && one->combination == combination)
                has &= allows(&it->capability->pConfigs[i], one->of->name,
                              one->values[of_last ? one->count - 1 : 0]);
        }
    }
    return has;
}

static void check_combinations(struct conf *c, const struct comparison *it)
{
    for (unsigned i = 1; i <= combinations_of(it->device, it->format); i++) {
        for (unsigned of_last = 0; of_last < 2; of_last++)
            AGREE(has_together(it, i, of_last),
                  "a configuration of format 0x%04x has what goes together in combination %u of "
                  "the device",
                  it->format, i);
    }
}

/* Two values that a configuration lists and no combination has. */
static bool mixes(const struct comparison *it, const WMDM_PROP_CONFIG *config,
                  const struct said *one, const struct said *other)
{
    const WMDM_PROP_DESC *first = description_of(config, one->of->name);
    const WMDM_PROP_DESC *second = description_of(config, other->of->name);

    for (size_t i = 0; first && second && i < one->count; i++) {
        for (size_t k = 0; k < other->count; k++) {
            if (lists(first, one->values[i]) && lists(second, other->values[k]) &&
                !goes_together(it->device, it->format, one, one->values[i], other,
                               other->values[k]))
                return true;
        }
    }
    return false;
}

static void check_configuration(struct conf *c, const struct comparison *it,
                                const WMDM_PROP_CONFIG *config)
{
    const struct device *device = it->device;
    bool is_mixed = false;

    for (size_t i = 0; i < device->count; i++) {
        for (size_t k = 0; k < device->count; k++) {
            const struct said *one = &device->said[i], *other = &device->said[k];

            if (one->format == it->format && other->format == it->format && one->combination &&
                other->combination && one->of != other->of)
                is_mixed |= mixes(it, config, one, other);
        }
    }
    AGREE(!is_mixed, "what a configuration of format 0x%04x lists goes together on the device",
          it->format);
}

static void compare(struct wmdm *w, const struct device *device, uint16_t format)
{
    struct conf *c = wmdm_conf(w);
    WMDM_FORMAT_CAPABILITY capability = {0};
    const struct comparison it = {device, format, &capability};

    REQUIRE_HR(CALL(IMDSPDevice3, GetFormatCapability, wmdm_device3(w), (WMDM_FORMATCODE)format,
                    &capability),
               S_OK);
    REQUIRE(capability.nPropConfig && capability.pConfigs);
    ROW("SP-FMT-015.all")
        check_values(c, &it);
    ROW("SP-FMT-015.only") {
        for (DWORD i = 0; i < capability.nPropConfig; i++)
            check_listed(c, &it, &capability.pConfigs[i]);
    }
    ROW("SP-FMT-015.together")
        check_combinations(c, &it);
    ROW("SP-FMT-016.playable") {
        for (DWORD i = 0; combinations_of(device, format) && i < capability.nPropConfig; i++)
            check_configuration(c, &it, &capability.pConfigs[i]);
    }
    SP_CALL("IMDSPDevice3::GetFormatCapability", wmdm_capability_done(&capability));
}

CONF_CASE(
    FORMAT_VALUES_BV_01,
    .title = "Configurations have the values that the device describes, and what goes together",
    .reqs = REQS("SP-FMT-015", "SP-FMT-016"), .ics = "PROVIDER.DEVICE3", .player = "pap-formats",
    .needs = CONF_PROVIDER,
    .steps = "GetFormatCapability of each format against GetObjectPropDesc and "
             "GetInterdependentPropDesc, which the judge reads before")
{
    static const char *const rows[] = {"SP-FMT-015.all", "SP-FMT-015.only", "SP-FMT-015.together",
                                       "SP-FMT-016.playable"};
    const struct device *device = device_of(c);
    struct wmdm *w = wmdm_open(c);
    unsigned combinations = 0;

    for (size_t i = 0; i < device->info.format_count; i++) {
        combinations += combinations_of(device, device->info.formats[i]);
        ROW("SP-FMT-015.all")
            compare(w, device, device->info.formats[i]);
    }
    for (size_t i = device->count ? 2 : 0; i < ARRAY_SIZE(rows) && !combinations; i++) {
        ROW(rows[i])
            conf_excused(c, 1, "no value of the device's depends on another");
    }
}
