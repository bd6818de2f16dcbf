/* MTP 1.1, 5.1.2.1, D.2.22, D.2.23: numbers that a device property cannot be, and one that there is
 * not. */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"

/* Bytes of a number of up to 64 bits; 0: another type. */
static size_t width_of(uint16_t type)
{
    return type >= MTP_DTC_INT8 && type <= MTP_DTC_UINT64 ? (size_t)1 << (type - 1) / 2 : 0;
}

static uint64_t number_at(struct ct_reader *reader, size_t width)
{
    uint64_t number = 0;

    for (size_t i = 0; i < width; i++)
        number |= (uint64_t)ct_u8(reader) << 8 * i;
    return number;
}

/* A number beside the range; false: the range is all there is of the type. */
static bool beside_range(const struct snapshot_description *one, uint64_t *ret_number)
{
    size_t width = width_of(one->type);
    uint64_t ones = UINT64_MAX >> (64 - 8 * width), top = one->type % 2 ? ones >> 1 : ones;
    struct ct_reader reader = ct_reader(one->form.data, one->form.size);
    uint64_t low = number_at(&reader, width), high = number_at(&reader, width);

    if (reader.failed || (high == top && low == ((top + 1) & ones)))
        return false;
    *ret_number = (high == top ? low - 1 : high + 1) & ones;
    return true;
}

/* The least that the enumeration lacks; false: it has as many as a small type. */
static bool beside_enumeration(const struct snapshot_description *one, uint64_t *ret_number)
{
    enum { SMALL = 0x7f };
    size_t width = width_of(one->type);

    for (uint64_t number = 0; number <= SMALL; number++) {
        struct ct_reader reader = ct_reader(one->form.data, one->form.size);
        bool found = false;

        for (size_t left = ct_u16(&reader); left && !reader.failed; left--)
            found |= number_at(&reader, width) == number;
        if (!found && !reader.failed) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

static bool beside_form(const struct snapshot_description *one, uint64_t *ret_number)
{
    if (one->form_kind == MTP_FORM_RANGE)
        return beside_range(one, ret_number);
    return one->form_kind == MTP_FORM_ENUMERATION && beside_enumeration(one, ret_number);
}

static uint16_t set(struct dut *dut, uint16_t property, const void *value, size_t length)
{
    return dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), value, length);
}

static void check_range(struct dut *dut, const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    struct ct_writer value = {0};
    uint64_t number;

    if (!beside_form(one, &number)) {
        conf_excused(c, 3, "it has no form that lacks a number");
        return;
    }
    ct_put64(&value, number);
    conf_note(c, "property 0x%04x to %llu", one->code, (unsigned long long)number);
    CHECK_RC(set(dut, one->code, value.bytes, width_of(one->type)),
             MTP_RC_INVALID_DEVICE_PROP_VALUE);
    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(one->code)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, one->current.data, one->current.size);
}

static void check_length(struct dut *dut, const struct snapshot_description *one)
{
    struct conf *c = dut->c;
    struct ct_writer longer = {0};
    uint16_t code;

    ct_put_bytes(&longer, one->current.data, one->current.size);
    ct_put8(&longer, 0);
    code = set(dut, one->code, longer.bytes, longer.length);
    CHECK_SEEN(code == MTP_RC_INVALID_DEVICE_PROP_FORMAT ||
                   code == MTP_RC_INVALID_DEVICE_PROP_VALUE,
               value_rc(code));
    CHECK_NOT_RC(set(dut, one->code, longer.bytes, one->current.size - 1), MTP_RC_OK);
}

CONF_CASE(MTP_PRP_BI_81, .title = "A device property takes no number that its description excludes",
          .reqs = REQS("MTP-PRP-012"), .ics = "MTP && MTP.OP.1016", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Each number that can be set: one beside its range or enumeration: 0x201C, and "
                   "the value stays; with a byte behind it: 0x201B or 0x201C; with one less: "
                   "refused; ResetDevicePropValue of a code that is none: 0x200A")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_DEVICE);
    size_t judged = 0;

    for (size_t i = 0; i < snapshot->description_count; i++) {
        const struct snapshot_description *one = &snapshot->descriptions[i];

        /* What cannot be set to what it is says so for another reason. */
        if (one->format || !one->settable || !width_of(one->type) ||
            one->current.size != width_of(one->type) ||
            set(&dut, one->code, one->current.data, one->current.size) != MTP_RC_OK)
            continue;
        ROW("MTP-PRP-012.range")
            check_range(&dut, one);
        ROW("MTP-PRP-012.length")
            check_length(&dut, one);
        set(&dut, one->code, one->current.data, one->current.size);
        judged++;
    }
    ROW("MTP-PRP-012.unknown") {
        if (dut_offers(&dut, MTP_OP_RESET_DEVICE_PROP_VALUE))
            CHECK_RC(dut_op(&dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(0xdeff)),
                     MTP_RC_DEVICE_PROP_NOT_SUPPORTED);
        else
            conf_excused(c, 1, "the device resets nothing");
    }
    if (!judged)
        conf_inconclusive(c, "hosts set no number of the device");
}
