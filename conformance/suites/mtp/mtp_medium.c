/* MTP 1.1, 5.2.1 and G: a removable medium out and in again. */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"

enum { MANY = 4096 };

/* While the medium is out: its slot is told, nothing of it is there. */
static void dut_out(struct dut *dut, uint32_t store, uint32_t file)
{
    struct conf *c = dut->c;
    static uint32_t handles[MANY];
    uint32_t ids[DUT_STORES];
    size_t count;

    ROW("MTP-STO-001.empty") {
        count = dut_stores(dut, ids);
        CHECK(dut_has(ids, count, store & 0xffff0000));
        CHECK(!dut_has(ids, count, store));
    }
    ROW("MTP-STO-003.absent") {
        CHECK_RC(dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(store)), MTP_RC_STORE_NOT_AVAILABLE);
        CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(store, 0, 0)),
                 MTP_RC_STORE_NOT_AVAILABLE);
        CHECK_RC(dut_send_info(dut, store, 0xffffffff, MTP_FC_ASSOCIATION, 0, "no"),
                 MTP_RC_STORE_NOT_AVAILABLE);
        CHECK_NOT_RC(dut_op(dut, MTP_OP_GET_OBJECT, PARAMS(file)), MTP_RC_OK);
        count = dut_handles(dut, 0xffffffff, 0, 0, handles, MANY);
        CHECK(!dut_has(handles, count < MANY ? count : MANY, file));
    }
}

CONF_CASE(MTP_STO_BV_61, .title = "A medium that is out takes its store along, and brings it back",
          .reqs = REQS("MTP-STO-001", "MTP-STO-003"), .ics = "STORE.REMOVABLE && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_CONTROL | CONF_WRITES,
          .steps = "A file on the card; card out: low half of its id 0, StoreNotAvailable, no "
                   "object of it; card in: same id, same handle, same bytes; other stores go on")
{
    DUT dut = dut_work(c);
    uint32_t inside = dut_file(&dut, dut.folder, "inside.mp3", MTP_FC_MP3, "inside", 6);
    uint32_t card = dut_card(&dut), ids[DUT_STORES], home = dut.store, file;
    size_t count;

    if (!card)
        conf_inconclusive(c, "no removable medium is in");
    if (card == home)
        conf_inconclusive(c, "the only writable store is the removable one");
    dut.store = card;
    file = dut_file(&dut, 0xffffffff, "papcheck-card.mp3", MTP_FC_MP3, "card", 4);
    dut_verb(c, "eject");
    dut_out(&dut, card, file);
    ROW("MTP-STO-003") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(inside)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "inside", 6);
    }
    dut_verb(c, "insert");
    ROW("MTP-STO-001.logical") {
        count = dut_stores(&dut, ids);
        CHECK(dut_has(ids, count, card));
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(file)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "card", 4);
        dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(file));
    }
}

/* ---- device properties (MTP 1.1, 5.1.2.1, D.2.20 to D.2.23) */

/* Default and current value of a string property as its description has them. */
static void described(struct dut *dut, uint16_t property, char ret_default[256],
                      char ret_current[256])
{
    struct conf *c = dut->c;
    struct ct_reader reader;

    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(property)), MTP_RC_OK);
    reader = dut_reader(dut);
    ct_u32(&reader); /* code, type */
    ct_u8(&reader);
    ct_text(&reader, ret_default);
    ct_text(&reader, ret_current);
    CHECK(!reader.failed);
}

CONF_CASE(MTP_PRP_BV_62, .title = "A device property that is reset has its default again",
          .reqs = REQS("MTP-PRP-012"), .ics = "MTP.OP.1016 && MTP.OP.1017", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Set SynchronizationPartner: its description has it as current value beside "
                   "the default; reset: value and current value are the default")
{
    DUT dut = dut_session(c);
    const uint16_t property = MTP_DPC_SYNCHRONIZATION_PARTNER;
    char factory[256] = "", current[256] = "", before[256] = "";
    struct ct_writer writer = {0}, old = {0};
    struct ct_reader reader;

    if (dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(property)) != MTP_RC_OK)
        conf_inconclusive(c, "no SynchronizationPartner");
    reader = dut_reader(&dut);
    ct_text(&reader, before);
    ct_put_text(&writer, "papcheck's partner");
    ROW("MTP-PRP-012.current") {
        CHECK_RC(dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), writer.bytes,
                         writer.length),
                 MTP_RC_OK);
        described(&dut, property, factory, current);
        CHECK(conf_same_text(c, current, "papcheck's partner"));
        CHECK(strcmp(factory, "papcheck's partner") != 0);
    }
    ROW("MTP-PRP-012.reset") {
        CHECK_RC(dut_op(&dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(property)), MTP_RC_OK);
        described(&dut, property, factory, current);
        conf_note(c, "default \"%s\", current \"%s\"", factory, current);
        CHECK(conf_same_text(c, current, factory));
        ct_put_text(&old, before);
        dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), old.bytes, old.length);
    }
}

/* Whether a clock is reset with the others is the device's. */
static bool is_reset_by_all(const struct snapshot_description *one)
{
    return one->settable && one->code != MTP_DPC_DATE_TIME;
}

static void put_back(struct dut *dut, const struct snapshot_description *one)
{
    if (one->settable)
        dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(one->code), one->current.data,
                one->current.size);
}

/* Sets what is not the default: a text of ours, or an end of a number's form. */
static void set_otherwise(struct dut *dut, const struct snapshot_description *one)
{
    const size_t width = one->initial.size;
    const bool has_ends = one->type <= MTP_DTC_UINT64 && one->form.size > 2 * width;
    const uint8_t *low = one->form.data, *high = NULL;
    struct ct_writer value = {0};

    if (one->type == MTP_DTC_STRING && one->form_kind == MTP_FORM_NONE) {
        ct_put_text(&value, "papcheck's own");
    } else if (has_ends && one->form_kind == MTP_FORM_RANGE) {
        high = low + width;
    } else if (has_ends && one->form_kind == MTP_FORM_ENUMERATION) {
        low += 2;
        high = one->form.data + one->form.size - width;
    }
    if (high)
        ct_put_bytes(&value, memcmp(low, one->initial.data, width) != 0 ? low : high, width);
    if (value.length)
        dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(one->code), value.bytes, value.length);
}

static bool has_value(struct dut *dut, uint16_t code, struct snapshot_bytes value)
{
    if (dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(code)) != MTP_RC_OK)
        return false;
    return snapshot_bytes_equal(value, (struct snapshot_bytes){dut->answer.data, dut->answer.size});
}

CONF_CASE(MTP_PRP_BV_84, .title = "A reset of all device properties gives each its default",
          .reqs = REQS("MTP-PRP-012"), .ics = "MTP.OP.1016 && MTP.OP.1017", .player = "pap-voice",
          .needs = CONF_WRITES,
          .steps = "Each property that hosts set is set to something else than its default; "
                   "ResetDevicePropValue of 0xFFFFFFFF: each has its default, but for a clock, or "
                   "it is refused; each is set to what it was")
{
    DUT dut = dut_session(c);
    const struct snapshot *before = snapshot_take(&dut, SNAPSHOT_DEVICE);
    const struct snapshot_description *one = before->descriptions,
                                      *end = one + before->description_count;
    unsigned asked = 0, reset = 0;
    uint16_t code;

    for (; one < end; one++) {
        if (is_reset_by_all(one))
            set_otherwise(&dut, one);
    }
    code = dut_op(&dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(0xffffffff));
    for (one = before->descriptions; one < end; one++) {
        if (is_reset_by_all(one)) {
            asked++;
            if (has_value(&dut, one->code, one->initial))
                reset++;
            else
                conf_note(c, "0x%04x does not have its default", one->code);
        }
    }
    for (one = before->descriptions; one < end; one++)
        put_back(&dut, one);
    if (!asked)
        conf_inconclusive(c, "hosts set no property of the device");
    ROW("MTP-PRP-012.all")
        CHECK(code != MTP_RC_OK || reset == asked);
}
