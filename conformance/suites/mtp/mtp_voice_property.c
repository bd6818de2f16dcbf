/* Properties are what their descriptions say, alone and in a list (MTP 1.1, 5.1.2, 5.3.2, E.2.1).
 */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

static const uint32_t ALL = 0xffffffff;

#define VOICE_CASE(token, title_, ics_, needs_, steps_, ...)                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .player = "pap-voice", .needs = needs_, .timeout_s = 60, .steps = steps_)

/* ---- values and their descriptions (MTP 1.1, 5.3.2.3) */

static bool is_signed(uint16_t type)
{
    return (type & 1) && type < MTP_DTC_ARRAY;
}

/* An integer in the order of its type. */
static uint64_t ordered(uint16_t type, struct snapshot_bytes bytes)
{
    uint64_t number = snapshot_number(type, bytes), sign;

    if (!is_signed(type) || !bytes.size || bytes.size > 8)
        return number;
    sign = (uint64_t)1 << (8 * bytes.size - 1);
    return number ^ sign;
}

static bool is_integer(uint16_t type)
{
    return type >= MTP_DTC_INT8 && type <= MTP_DTC_UINT64;
}

static struct snapshot_bytes next_value(struct ct_reader *reader, uint16_t type)
{
    uint8_t *from = (uint8_t *)(uintptr_t)reader->at;

    return ct_skip_value(reader, type) ? (struct snapshot_bytes){from, (size_t)(reader->at - from)}
                                       : (struct snapshot_bytes){NULL, 0};
}

static bool in_range(const struct snapshot_description *one, struct snapshot_bytes value)
{
    struct ct_reader reader = ct_reader(one->form.data, one->form.size);
    uint64_t low = ordered(one->type, next_value(&reader, one->type));
    uint64_t high = ordered(one->type, next_value(&reader, one->type));
    uint64_t step = snapshot_number(one->type, next_value(&reader, one->type));
    uint64_t at = ordered(one->type, value);

    if (!is_integer(one->type))
        return true;
    return at >= low && at <= high && (step == 0 || (at - low) % step == 0);
}

static bool in_enumeration(const struct snapshot_description *one, struct snapshot_bytes value)
{
    struct ct_reader reader = ct_reader(one->form.data, one->form.size);
    size_t count = ct_u16(&reader);

    for (size_t i = 0; i < count && !reader.failed; i++) {
        if (snapshot_bytes_equal(next_value(&reader, one->type), value))
            return true;
    }
    return false;
}

static bool digits(const uint16_t *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return true;
}

/* Tenths and a zone, each or none: ".s", "Z", "+hhmm", "-hhmm" (MTP 1.1, 3.2.5). */
static bool is_date_end(const uint16_t *text)
{
    if (text[0] == '.' && digits(text, 1, 2))
        text += 2;
    if (text[0] == 'Z')
        text++;
    else if ((text[0] == '+' || text[0] == '-') && digits(text, 1, 5))
        text += 5;
    return !text[0];
}

/* "YYYYMMDDThhmmss" and what may follow; nothing at all is a date that is not known. */
static bool is_date(const uint16_t *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    if (length == 0)
        return true;
    return length >= 15 && digits(text, 0, 8) && text[8] == 'T' && digits(text, 9, 15) &&
           (text[4] == '0' || text[4] == '1') && text[6] <= '3' && text[9] <= '2' &&
           text[11] <= '5' && text[13] <= '6' && is_date_end(text + 15);
}

/* What there is begins with its length in 32 bits, the form is the one that it may have. */
static bool in_length(const struct snapshot_description *one, struct snapshot_bytes value,
                      bool is_fixed)
{
    struct ct_reader form = ct_reader(one->form.data, one->form.size);
    struct ct_reader array = ct_reader(value.data, value.size);
    uint32_t most = is_fixed ? ct_u16(&form) : ct_u32(&form), count = ct_u32(&array);

    return !form.failed && !array.failed && (is_fixed ? count == most || !count : count <= most);
}

static bool in_form(const struct snapshot_description *one, struct snapshot_bytes value)
{
    uint16_t text[256];

    switch (one->form_kind) {
    case MTP_FORM_RANGE:
        return in_range(one, value);
    case MTP_FORM_ENUMERATION:
        return in_enumeration(one, value);
    case MTP_FORM_DATE_TIME:
        snapshot_text(value, text);
        return one->type != MTP_DTC_STRING || is_date(text);
    case MTP_FORM_FIXED_LENGTH_ARRAY:
        return in_length(one, value, true);
    case MTP_FORM_BYTE_ARRAY:
    case MTP_FORM_LONG_STRING:
        return in_length(one, value, false);
    default:
        return true;
    }
}

/* The form is one of the type (MTP 1.1, 5.3.2.3). */
static bool form_fits(const struct snapshot_description *one)
{
    switch (one->form_kind) {
    case MTP_FORM_RANGE:
        return one->type != MTP_DTC_STRING && !(one->type & MTP_DTC_ARRAY);
    case MTP_FORM_DATE_TIME:
    case MTP_FORM_REGULAR_EXPRESSION:
        return one->type == MTP_DTC_STRING;
    case MTP_FORM_FIXED_LENGTH_ARRAY:
    case MTP_FORM_BYTE_ARRAY:
    case MTP_FORM_LONG_STRING:
        return (one->type & MTP_DTC_ARRAY) && one->type != MTP_DTC_STRING;
    default:
        return one->form_kind <= MTP_FORM_ENUMERATION;
    }
}

/* The least is not above the most, and one can step from one to the other. */
static bool range_is_one(const struct snapshot_description *one)
{
    struct ct_reader reader = ct_reader(one->form.data, one->form.size);
    struct snapshot_bytes low = next_value(&reader, one->type);
    struct snapshot_bytes high = next_value(&reader, one->type);
    struct snapshot_bytes step = next_value(&reader, one->type);
    uint64_t width = ordered(one->type, high) - ordered(one->type, low);

    if (one->form_kind != MTP_FORM_RANGE || !is_integer(one->type))
        return true;
    return !reader.failed && ordered(one->type, low) <= ordered(one->type, high) &&
           (snapshot_number(one->type, step) <= width || width == 0);
}

/* A clock does not stand still between two answers. */
static bool is_clock(const struct snapshot_description *one)
{
    return one->code == MTP_DPC_DATE_TIME;
}

/* Types that the document gives (MTP 1.1, annexes B and C). */
static const struct {
    uint16_t code, type;
} types[] = {
    {MTP_OPC_STORAGE_ID, MTP_DTC_UINT32},
    {MTP_OPC_OBJECT_FORMAT, MTP_DTC_UINT16},
    {MTP_OPC_PROTECTION_STATUS, MTP_DTC_UINT16},
    {MTP_OPC_OBJECT_SIZE, MTP_DTC_UINT64},
    {MTP_OPC_OBJECT_FILE_NAME, MTP_DTC_STRING},
    {MTP_OPC_PARENT_OBJECT, MTP_DTC_UINT32},
    {MTP_OPC_PERSISTENT_UID, MTP_DTC_UINT128},
    {MTP_OPC_NAME, MTP_DTC_STRING},
    {MTP_OPC_REPRESENTATIVE_SAMPLE_DATA, MTP_DTC_ARRAY_UINT8},
    {MTP_DPC_BATTERY_LEVEL, MTP_DTC_UINT8},
    {MTP_DPC_DATE_TIME, MTP_DTC_STRING},
    {MTP_DPC_SYNCHRONIZATION_PARTNER, MTP_DTC_STRING},
    {MTP_DPC_DEVICE_FRIENDLY_NAME, MTP_DTC_STRING},
    {MTP_DPC_PERCEIVED_DEVICE_TYPE, MTP_DTC_UINT32},
};

static void check_type(struct conf *c, const struct snapshot_description *one)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].code == one->code)
            ROW(one->format ? "MTP-PRP-003.typed" : "MTP-PRP-012.described")
                AGREE(one->type == types[i].type,
                      "0x%04x has type 0x%04x, it is described with 0x%04x", one->code,
                      types[i].type, one->type);
    }
}

/* The same question has the same answer, whatever was asked before it. */
static void check_again(struct dut *dut, const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    uint16_t code = one->format
                        ? dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(one->code, one->format))
                        : dut_op(dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(one->code));

    ROW(one->format ? "MTP-PRP-002.code" : "MTP-PRP-012.described")
        AGREE(code == MTP_RC_OK &&
                  (is_clock(one) ||
                   snapshot_bytes_equal(
                       one->whole, (struct snapshot_bytes){dut->answer.data, dut->answer.size})),
              "property 0x%04x of format 0x%04x is described the same again", one->code,
              one->format);
}

static void check_description(struct conf *c, const struct snapshot_description *one)
{
    check_type(c, one);
    AGREE(form_fits(one), "property 0x%04x of format 0x%04x: form %u is one of type 0x%04x",
          one->code, one->format, one->form_kind, one->type);
    AGREE(range_is_one(one), "property 0x%04x of format 0x%04x: minimum, maximum and step agree",
          one->code, one->format);
    AGREE(in_form(one, one->initial),
          "property 0x%04x of format 0x%04x: the default is in its form", one->code, one->format);
}

VOICE_CASE(MTP_PRP_BV_71, "Values are of the type and in the form their descriptions say", "MTP", 0,
           "Every property of every object and its description: form and type, range and step, "
           "default; the value's length, and that it is in the form",
           "MTP-PRP-002", "MTP-PRP-003")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_WHOLE);
    size_t described = 0;

    for (size_t i = 0; i < snapshot->description_count; i++)
        described += snapshot->descriptions[i].format != 0;
    if (!described)
        conf_inconclusive(c, "no object has a property");
    ROW("MTP-PRP-002.form") {
        for (size_t i = 0; i < snapshot->description_count; i++) {
            if (snapshot->descriptions[i].format)
                check_description(c, &snapshot->descriptions[i]);
        }
        for (size_t i = snapshot->description_count; i > 0; i--) {
            if (snapshot->descriptions[i - 1].format)
                check_again(&dut, &snapshot->descriptions[i - 1]);
        }
    }
    ROW("MTP-PRP-003.typed") {
        for (size_t i = 0; i < snapshot->object_count; i++) {
            const struct snapshot_object *object = &snapshot->objects[i];

            for (size_t v = 0; v < object->value_count; v++) {
                const struct snapshot_value *value = &object->values[v];
                struct ct_reader reader = ct_reader(value->bytes.data, value->bytes.size);

                ct_skip_value(&reader, value->type);
                AGREE(!reader.failed && reader.at == reader.end,
                      "object %08x: property 0x%04x is one value of type 0x%04x (%zu bytes)",
                      object->handle, value->code, value->type, value->bytes.size);
                AGREE(in_form(snapshot_description(snapshot, object->format, value->code),
                              value->bytes),
                      "object %08x: property 0x%04x is in the form it is described with",
                      object->handle, value->code);
            }
        }
    }
}

/* ---- lists and single values (MTP 1.1, E.2.1) */

static void check_element(struct conf *c, const struct snapshot *snapshot, struct ct_reader *reader)
{
    uint32_t handle = ct_u32(reader);
    uint16_t code = ct_u16(reader), type = ct_u16(reader);
    struct snapshot_bytes bytes = next_value(reader, type);
    const struct snapshot_object *object = snapshot_object(snapshot, handle);
    const struct snapshot_value *value = object ? snapshot_value(object, code) : NULL;

    if (!AGREE(value != NULL, "the list's object %08x has a property 0x%04x", handle, code))
        return;
    AGREE(type == value->type, "object %08x: 0x%04x has type 0x%04x in the list, 0x%04x described",
          handle, code, type, value->type);
    AGREE(snapshot_bytes_equal(bytes, value->bytes),
          "object %08x: 0x%04x is the same in the list and alone", handle, code);
}

/* Where the property of the object stands among the elements. */
static bool is_listed(struct ct_reader reader, size_t count, uint32_t handle, uint16_t code)
{
    for (size_t i = 0; i < count && !reader.failed; i++) {
        uint32_t whose = ct_u32(&reader);
        uint16_t which = ct_u16(&reader);

        if (whose == handle && which == code)
            return true;
        ct_skip_value(&reader, ct_u16(&reader));
    }
    return false;
}

/* The first that the list of all has to have and has not; NULL: none. */
static const struct snapshot_value *missing(const struct snapshot *snapshot,
                                            const struct snapshot_object *object,
                                            struct ct_reader reader, size_t count)
{
    for (size_t v = 0; v < object->value_count; v++) {
        uint16_t code = object->values[v].code;

        if (snapshot_description(snapshot, object->format, code)->group != ALL &&
            !is_listed(reader, count, object->handle, code))
            return &object->values[v];
    }
    return NULL;
}

static void check_not_slow(struct conf *c, const struct snapshot *snapshot, struct ct_reader reader,
                           size_t count)
{
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];
        const struct snapshot_value *value = missing(snapshot, object, reader, count);

        AGREE(!value, "object %08x: the list of all lacks 0x%04x", object->handle,
              value ? value->code : 0);
    }
}

VOICE_CASE(MTP_PRP_BV_72, "The list of all properties of all objects is what each says alone",
           "MTP.OP.9805", 0,
           "GetObjectPropList(all, all): each element's object, type and value against "
           "GetObjectPropValue and GetObjectPropDesc; none is missing but slow ones",
           "MTP-PRP-005")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_WHOLE);
    struct ct_reader reader, from;
    size_t count;

    if (!snapshot->is_all)
        conf_inconclusive(c, "the device has more than %u objects", SNAPSHOT_OBJECTS);
    ROW("MTP-PRP-005.equal") {
        REQUIRE_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_LIST, PARAMS(ALL, 0, ALL, 0, 0)), MTP_RC_OK);
        reader = dut_reader(&dut);
        count = ct_u32(&reader);
        from = reader;
        for (size_t i = 0; i < count && !reader.failed; i++)
            check_element(c, snapshot, &reader);
        CHECK(!reader.failed && reader.at == reader.end);
        ROW("MTP-PRP-005.every")
            check_not_slow(c, snapshot, from, count);
    }
}

/* ---- what a host may set (MTP 1.1, D.2.22, E.2.4) */

/* The ends of a range are in it, and what lies a step behind is not. */
static void check_ends(struct dut *dut, const struct snapshot_object *object,
                       const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    struct ct_reader reader = ct_reader(one->form.data, one->form.size);
    struct snapshot_bytes low = next_value(&reader, one->type);
    struct snapshot_bytes high = next_value(&reader, one->type);
    uint64_t step = snapshot_number(one->type, next_value(&reader, one->type));
    uint64_t most = snapshot_number(one->type, high);
    const uint64_t room = high.size < 8 ? ((uint64_t)1 << (8 * high.size)) - 1 : UINT64_MAX;
    uint8_t beyond[8];

    if (one->form_kind != MTP_FORM_RANGE || !is_integer(one->type) || is_signed(one->type))
        return;
    AGREE(dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(object->handle, one->code), low.data,
                  low.size) == MTP_RC_OK,
          "0x%04x of format 0x%04x: the least of its range is taken", one->code, one->format);
    AGREE(dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(object->handle, one->code), high.data,
                  high.size) == MTP_RC_OK,
          "0x%04x of format 0x%04x: the most of its range is taken", one->code, one->format);
    if (step > room - most)
        return;
    put_le64(beyond, most + step);
    AGREE(dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(object->handle, one->code), beyond,
                  high.size) == MTP_RC_INVALID_OBJECT_PROP_VALUE,
          "0x%04x of format 0x%04x: what lies behind its range is refused", one->code, one->format);
}

static void check_settable(struct dut *dut, const struct snapshot_object *object,
                           const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    const struct snapshot_value *value = snapshot_value(object, one->code);
    uint16_t code;

    if (!value)
        return;
    code = dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(object->handle, one->code),
                   value->bytes.data, value->bytes.size);
    ROW(one->settable ? "MTP-PRP-004.settable" : "MTP-PRP-004.read-only")
        AGREE((code != MTP_RC_ACCESS_DENIED) == (one->settable == 1),
              "0x%04x of format 0x%04x is described as %s: setting what it is answers %s",
              one->code, one->format, one->settable ? "settable" : "read only",
              value_rc(code).text);
    if (one->settable && code == MTP_RC_OK)
        check_ends(dut, object, one);
}

static const struct {
    uint16_t format;
    const char *name;
} kinds[] = {{MTP_FC_MP3, "set.mp3"},
             {MTP_FC_WMV, "set.wmv"},
             {MTP_FC_EXIF_JPEG, "set.jpg"},
             {MTP_FC_AV_PLAYLIST, "set.pla"}};

/* The work folder, and a file of each kind that the device lists; how many. */
static size_t one_of_each(struct dut *dut, uint32_t handles[ARRAY_SIZE(kinds) + 1])
{
    static struct dut_info info;
    size_t count = 0;

    dut_device_info(dut, &info);
    handles[count++] = dut->folder;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (dut_lists(info.formats, info.format_count, kinds[i].format))
            handles[count++] = dut_file(dut, dut->folder, kinds[i].name, kinds[i].format, NULL, 0);
    }
    return count;
}

VOICE_CASE(MTP_PRP_BV_74, "What is described as settable can be set, what is read only cannot",
           "MTP.OP.9804 && STORE.WRITABLE && MTP.FORMAT.3001", CONF_WRITES,
           "Of a new folder, song, film, picture and playlist: SetObjectPropValue of each property "
           "to what it is: OK "
           "or AccessDenied, as GetObjectPropDesc says",
           "MTP-PRP-004")
{
    DUT dut = dut_work(c);
    uint32_t handles[ARRAY_SIZE(kinds) + 1];
    size_t count = one_of_each(&dut, handles);
    const struct snapshot *snapshot = snapshot_take_of(&dut, handles, count);

    ROW("MTP-PRP-004.settable") {
        for (size_t i = 0; i < snapshot->object_count; i++) {
            const struct snapshot_object *object = &snapshot->objects[i];

            for (size_t d = 0; d < snapshot->description_count; d++) {
                if (snapshot->descriptions[d].format == object->format)
                    check_settable(&dut, object, &snapshot->descriptions[d]);
            }
        }
    }
}

/* ---- device properties (MTP 1.1, 5.1.2, D.2.20 to D.2.22) */

/* "YYYYMMDDThhmm": what two answers have in common that follow each other. */
enum { TO_MINUTES = 13 };

/* A clock's value lies between what was said before and what is said now, to the minute. */
static bool is_now(struct dut *dut, const struct snapshot_description *one,
                   struct snapshot_bytes value)
{
    uint16_t before[256], then[256], after[256];
    struct ct_reader reader;

    snapshot_text(one->current, before);
    snapshot_text(value, then);
    dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(one->code));
    reader = dut_reader(dut);
    ct_string(&reader, after);
    return memcmp(before, then, TO_MINUTES * 2) == 0 || memcmp(after, then, TO_MINUTES * 2) == 0;
}

static void check_value(struct dut *dut, const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    uint8_t bytes[600];
    struct snapshot_bytes value = {bytes, 0};

    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(one->code)), MTP_RC_OK);
    value.size = dut->answer.size < sizeof(bytes) ? dut->answer.size : sizeof(bytes);
    if (value.size)
        memcpy(bytes, dut->answer.data, value.size);
    AGREE(is_clock(one)
              ? value.size == one->current.size && in_form(one, value) && is_now(dut, one, value)
              : dut->answer.size == one->current.size &&
                    memcmp(bytes, one->current.data, value.size) == 0,
          "0x%04x: the value is that of its description", one->code);
}

/* What it is reset to is its default; then it is again what it was. */
static void check_reset(struct dut *dut, const struct snapshot_description *one)
{
    struct conf *c = dut->c;

    if (dut_op(dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(one->code)) != MTP_RC_OK)
        return;
    ROW("MTP-PRP-012.reset") {
        CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(one->code)), MTP_RC_OK);
        AGREE(snapshot_bytes_equal(one->initial,
                                   (struct snapshot_bytes){dut->answer.data, dut->answer.size}),
              "0x%04x: it is reset to the default of its description", one->code);
    }
    dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(one->code), one->current.data,
            one->current.size);
}

static void check_device_property(struct dut *dut, const struct snapshot *snapshot,
                                  const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    const struct dut_info *info = &snapshot->info;
    uint16_t code;

    check_type(c, one);
    check_value(dut, one);
    AGREE(form_fits(one) && range_is_one(one), "0x%04x: form %u is one of type 0x%04x", one->code,
          one->form_kind, one->type);
    AGREE(in_form(one, one->current) && in_form(one, one->initial),
          "0x%04x: value and default are in the form", one->code);
    if (is_clock(one) ||
        !dut_lists(info->operations, info->operation_count, MTP_OP_SET_DEVICE_PROP_VALUE))
        return;
    code = dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(one->code), one->current.data,
                   one->current.size);
    ROW("MTP-PRP-012.set")
        AGREE((code != MTP_RC_ACCESS_DENIED) == (one->settable == 1),
              "0x%04x is described as %s: setting what it is answers %s", one->code,
              one->settable ? "settable" : "read only", value_rc(code).text);
    if (one->settable && code == MTP_RC_OK &&
        dut_lists(info->operations, info->operation_count, MTP_OP_RESET_DEVICE_PROP_VALUE))
        check_reset(dut, one);
}

VOICE_CASE(MTP_PRP_BV_73, "Device properties are what their descriptions say",
           "MTP && MTP.OP.1014 && MTP.OP.1015", CONF_WRITES,
           "Each property DeviceInfo lists: GetDevicePropValue is CurrentValue, in the form, with "
           "the default; setting it to what it is answers as GetSet says",
           "MTP-PRP-012", "MTP-DEV-003")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_DEVICE);

    ROW("MTP-PRP-012.current") {
        for (size_t i = snapshot->description_count; i > 0; i--) {
            if (!snapshot->descriptions[i - 1].format)
                check_again(&dut, &snapshot->descriptions[i - 1]);
        }
        for (size_t i = 0; i < snapshot->info.property_count; i++) {
            uint16_t code = snapshot->info.properties[i];
            const struct snapshot_description *one = snapshot_description(snapshot, 0, code);

            ROW("MTP-DEV-003")
                AGREE(one != NULL, "property 0x%04x is listed and described", code);
            if (one)
                check_device_property(&dut, snapshot, one);
        }
    }
}
