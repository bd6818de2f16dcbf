/* MTP 1.1, 5.2.1 and G: a removable medium out and in again. */
#include <string.h>

#include "conformance/raw/dut.h"

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
