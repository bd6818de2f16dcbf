/* MTP 1.1, B.2.1.12: persistent unique object identifiers. */
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { MANY = 4096 };

/* Value of one property as bytes; the response code, -1 as size when it does not fit. */
static uint16_t value(struct dut *dut, uint32_t handle, uint16_t property, uint8_t *bytes,
                      size_t room, size_t *ret_size)
{
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, property));

    *ret_size = dut->answer.size < room ? dut->answer.size : 0;
    if (*ret_size)
        memcpy(bytes, dut->answer.data, *ret_size);
    return code;
}

/* Persistent ids of everything on the device, 16 bytes each. */
static size_t persistent_ids(struct dut *dut, uint8_t ids[][16], size_t room)
{
    struct conf *c = dut->c;
    static uint32_t handles[MANY];
    size_t count = dut_handles(dut, 0xffffffff, 0, 0, handles, MANY);

    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++) {
        uint8_t id[32] = {0};
        size_t size;

        CHECK_RC(value(dut, handles[i], MTP_OPC_PERSISTENT_UID, id, sizeof(id), &size), MTP_RC_OK);
        CHECK_EQ(size, 16);
        memcpy(ids[i], id, 16);
    }
    return count;
}

static bool known(uint8_t ids[][16], size_t count, const uint8_t id[16])
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(ids[i], id, 16) == 0)
            return true;
    }
    return false;
}

CONF_CASE(MTP_PRP_BV_08,
          .title = "Persistent ids are unique, outlive the session and are not reused",
          .reqs = REQS("MTP-PRP-008"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "All ids differ; the file's id is the same after reconnecting; 20 deletes and "
                   "creates never repeat one")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "uid.mp3", MTP_FC_MP3, "music", 5);
    static uint8_t ids[MANY + 1][16], later[MANY + 1][16];
    uint8_t own[32] = {0}, made_id[32] = {0};
    size_t count, size, handle_bytes = 0;

    ROW("MTP-PRP-008.size") {
        value(&dut, file, MTP_OPC_PERSISTENT_UID, own, sizeof(own), &size);
        REQUIRE_EQ(size, 16);
        count = persistent_ids(&dut, ids, 200);
    }
    ROW("MTP-PRP-008.unique") {
        for (size_t i = 0; i < count; i++)
            CHECK(!known(ids, i, ids[i]));
    }
    ROW("MTP-PRP-008.own") {
        /* An id that is only the handle says nothing beyond the session. */
        for (size_t i = 4; i < 16; i++)
            handle_bytes += own[i] == 0;
        CHECK(!(handle_bytes == 12 && get_le32(own) == file));
    }
    ROW("MTP-PRP-008.reused") {
        for (size_t i = 0; i < 20; i++) {
            uint32_t made = dut_folder(&dut, dut.folder, "uid");

            value(&dut, made, MTP_OPC_PERSISTENT_UID, made_id, sizeof(made_id), &size);
            memcpy(later[i], made_id, 16);
            CHECK(!known(ids, count, later[i]) && !known(later, i, later[i]));
            SETUP {
                dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(made));
            }
        }
    }
    ROW("MTP-PRP-008.constant") {
        dut_reconnect(&dut);
        count = persistent_ids(&dut, later, 400);
        CHECK(known(later, count, own));
    }
}
