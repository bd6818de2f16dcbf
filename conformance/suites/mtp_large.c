/* MTP 1.1, H.2 and 5.3.1: objects of 4 GiB and more. */
#include <errno.h>
#include <string.h>

#include "suites/judge.h"

enum { MANY = 4096 };

/* The first object whose 64-bit size is 4 GiB or more; 0: none. */
static uint32_t large_object(struct judge *judge, const char *row, uint64_t *ret_size)
{
    static uint32_t handles[MANY];
    size_t count = judge_handles(judge, row, 0xffffffff, 0, 0, handles, MANY);

    for (size_t i = 0; i < count && i < MANY; i++) {
        struct ct_reader reader;
        uint64_t size;

        if (judge_op(judge, row, MTP_OP_GET_OBJECT_PROP_VALUE,
                     PARAMS(handles[i], MTP_OPC_OBJECT_SIZE)) != MTP_RC_OK)
            continue;
        reader = judge_reader(judge);
        size = ct_u64(&reader);
        if (!reader.failed && size >= 0x100000000) {
            *ret_size = size;
            return handles[i];
        }
    }
    return 0;
}

/* The data phase itself is cut off: what counts is the length its header announces. */
CONF_CASE(
    USB_BLK_BV_11, .title = "Data of 4 GiB and more announces length 0xFFFFFFFF",
    .reqs = REQS("USB-BLK-011"), .ics = "MTP", .player = "mtp-large",
    .steps = "Find an object of 4 GiB or more by ObjectSize; the first bytes of GetObject; Cancel")
{
    JUDGE judge = judge_session(c);
    uint64_t size = 0;
    uint32_t handle = large_object(&judge, "USB-BLK-011", &size), id;
    uint8_t first[4096] = {0}, cancel[6];

    if (!handle)
        conf_inconclusive(c, "no object of 4 GiB or more");
    id = mtpi_next_transaction(judge.mtpi);
    mtpi_set_transaction(judge.mtpi, id + 1);
    if (ct_command(&judge.pipe, MTP_OP_GET_OBJECT, id, PARAMS(handle)) != 0)
        conf_setup_failed(c, "GetObject cannot be sent");
    REQUIRE_EQ(c, "USB-BLK-011", ct_bulk_in(&judge.pipe, first, sizeof(first)), sizeof(first));
    CHECK_EQ(c, "USB-BLK-011", desc_u32(first), 0xffffffff);
    CHECK_EQ(c, "USB-BLK-011", desc_u16(first + 4), MTP_CT_DATA);
    for (unsigned i = 0; i < 4; i++)
        cancel[2 + i] = (uint8_t)(id >> (8 * i));
    cancel[0] = 0x01;
    cancel[1] = 0x40;
    judge_control(c, 0x21, MTP_REQ_CANCEL, 0, judge.pipe.interface_number, 6, cancel);
    judge_drain(&judge, id);
    CHECK(c, "USB-BLK-011", judge_in_step(&judge));
}

CONF_CASE(
    MTP_OBJ_BV_24, .title = "ObjectInfo of 4 GiB and more says 0xFFFFFFFF as its size",
    .reqs = REQS("MTP-OBJ-004"), .ics = "MTP", .player = "mtp-large",
    .steps = "Find an object of 4 GiB or more by ObjectSize; its compressed size in ObjectInfo")
{
    JUDGE judge = judge_session(c);
    uint64_t size = 0;
    uint32_t handle = large_object(&judge, "MTP-OBJ-004", &size);
    struct ct_reader reader;

    if (!handle)
        conf_inconclusive(c, "no object of 4 GiB or more");
    REQUIRE_EQ(c, "MTP-OBJ-004",
               judge_op(&judge, "MTP-OBJ-004", MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
    reader = judge_reader(&judge);
    ct_u64(&reader); /* store, format, protection */
    CHECK_EQ(c, "MTP-OBJ-004", ct_u32(&reader), 0xffffffff);
}
