/* MTP 1.1, H.2 and 5.3.1: objects of 4 GiB and more. */
#include <errno.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { MANY = 4096 };

/* The first object whose 64-bit size is 4 GiB or more; 0: none. */
static uint32_t large_object(struct dut *dut, uint64_t *ret_size)
{
    static uint32_t handles[MANY];
    size_t count = dut_handles(dut, 0xffffffff, 0, 0, handles, MANY);

    for (size_t i = 0; i < count && i < MANY; i++) {
        struct ct_reader reader;
        uint64_t size;

        if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handles[i], MTP_OPC_OBJECT_SIZE)) !=
            MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
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
    DUT dut = dut_session(c);
    uint64_t size = 0;

    ROW("USB-BLK-011.length") {
        uint32_t handle = large_object(&dut, &size), id;
        uint8_t first[4096] = {0}, cancel[6];

        if (!handle)
            conf_inconclusive(c, "no object of 4 GiB or more");
        id = mtpi_next_transaction(dut.mtpi);
        mtpi_set_transaction(dut.mtpi, id + 1);
        if (ct_command(&dut.pipe, MTP_OP_GET_OBJECT, id, PARAMS(handle)) != 0)
            conf_refused(c, "GetObject", "GetObject was not taken");
        REQUIRE_EQ(ct_bulk_in(&dut.pipe, first, sizeof(first)), sizeof(first));
        CHECK_EQ(get_le32(first), 0xffffffff);
        CHECK_EQ(get_le16(first + 4), MTP_CT_DATA);
        put_le16(cancel, 0x4001); /* CancelTransaction */
        put_le32(cancel + 2, id);
        dut_control(c, 0x21, MTP_REQ_CANCEL, 0, dut.pipe.interface_number, 6, cancel);
        dut_drain(&dut, id);
        CHECK(dut_in_step(&dut));
    }
}

CONF_CASE(
    MTP_OBJ_BV_24, .title = "ObjectInfo of 4 GiB and more says 0xFFFFFFFF as its size",
    .reqs = REQS("MTP-OBJ-004"), .ics = "MTP", .player = "mtp-large",
    .steps = "Find an object of 4 GiB or more by ObjectSize; its compressed size in ObjectInfo")
{
    DUT dut = dut_session(c);
    uint64_t size = 0;

    ROW("MTP-OBJ-004.large") {
        uint32_t handle = large_object(&dut, &size);
        struct ct_reader reader;

        if (!handle)
            conf_inconclusive(c, "no object of 4 GiB or more");
        REQUIRE_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
        reader = dut_reader(&dut);
        ct_u64(&reader); /* store, format, protection */
        CHECK_EQ(ct_u32(&reader), 0xffffffff);
    }
}

/* Bytes free where the work folder is. */
static uint64_t free_bytes(struct dut *dut)
{
    struct ct_reader reader;

    if (dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(dut->store)) != MTP_RC_OK)
        return 0;
    reader = dut_reader(dut);
    ct_u32(&reader); /* type, file system */
    ct_u16(&reader);
    ct_u64(&reader);
    return ct_u64(&reader);
}

/* SendObjectPropList of 5 GiB; bytes at its beginning and behind 4 GiB by editing in place, so that
 * what lies between stays a hole. The handle. */
static uint32_t make_large(struct dut *dut, uint64_t size, uint64_t far)
{
    struct conf *c = dut->c;
    struct ct_writer writer = {0};
    uint32_t handle;
    uint16_t code;

    ct_put32(&writer, 1);
    ct_put32(&writer, 0);
    ct_put16(&writer, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&writer, MTP_DTC_STRING);
    ct_put_text(&writer, "papcheck-far.bin");
    if (free_bytes(dut) <= size)
        conf_inconclusive(c, "the store has not 5 GiB free");
    ROW("MTP-PRP-006.size") {
        code = dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                       PARAMS(dut->store, dut->folder, MTP_FC_UNDEFINED, (uint32_t)(size >> 32),
                              (uint32_t)size),
                       writer.bytes, writer.length);
        if (code == MTP_RC_OBJECT_TOO_LARGE)
            conf_inconclusive(c, "the store takes no object of 5 GiB");
        REQUIRE_RC(code, MTP_RC_OK);
    }
    handle = dut->answer.param[2];
    dut_must(dut, MTP_OP_BEGIN_EDIT_OBJECT, PARAMS(handle));
    dut_must(dut, MTP_OP_TRUNCATE_OBJECT, PARAMS(handle, (uint32_t)size, (uint32_t)(size >> 32)));
    if (dut_put(dut, MTP_OP_SEND_PARTIAL_OBJECT, PARAMS(handle, 0, 0, 4), "near", 4) != MTP_RC_OK ||
        dut_put(dut, MTP_OP_SEND_PARTIAL_OBJECT,
                PARAMS(handle, (uint32_t)far, (uint32_t)(far >> 32), 3), "far", 3) != MTP_RC_OK)
        dut_unprepared(dut, "operation");
    dut_must(dut, MTP_OP_END_EDIT_OBJECT, PARAMS(handle));
    return handle;
}

CONF_CASE(MTP_OBJ_BV_64, .title = "Bytes behind 4 GiB are written and read where they belong",
          .reqs = REQS("MTP-OBJ-007", "MTP-PRP-006", "MTP-OBJ-004"),
          .ics = "MTP.OP.9808 && MTP.OP.95C1 && MTP.OP.95C4 && STORE.WRITABLE",
          .player = "mtp-large", .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "A sparse object of 5 GiB: ObjectSize 5 GiB, 0xFFFFFFFF in ObjectInfo; "
                   "GetPartialObject64 behind 4 GiB, at the beginning, across the end")
{
    const uint64_t size = 5ull << 30, far = (4ull << 30) + 100;
    DUT dut = dut_work(c);
    uint32_t handle = make_large(&dut, size, far);
    struct ct_reader reader;
    const struct {
        uint64_t offset;
        uint32_t max;
        const char *bytes;
        size_t count;
    } parts[] = {
        {far, 3, "far", 3}, {0, 4, "near", 4}, {100, 3, "\0\0\0", 3}, {size - 2, 9, "\0\0", 2}};

    ROW("MTP-PRP-006.size") {
        dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, MTP_OPC_OBJECT_SIZE));
        reader = dut_reader(&dut);
        CHECK_EQ(ct_u64(&reader), size);
    }
    ROW("MTP-OBJ-004.large") {
        dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle));
        reader = dut_reader(&dut);
        ct_u64(&reader); /* store, format, protection */
        CHECK_EQ(ct_u32(&reader), 0xffffffff);
    }
    ROW("MTP-OBJ-007.wide") {
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT_64,
                            PARAMS(handle, (uint32_t)parts[i].offset,
                                   (uint32_t)(parts[i].offset >> 32), parts[i].max)),
                     MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, parts[i].bytes, parts[i].count);
            CHECK_EQ(dut.answer.param[0], parts[i].count);
        }
    }
}
