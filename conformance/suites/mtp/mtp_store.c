/* MTP 1.1, 5.2 and D.2.4, D.2.5, D.2.15: storages. */
#include <string.h>

#include "conformance/raw/dut.h"

enum { STORES_MAX = 16 };

static size_t stores(struct dut *dut, uint32_t ids[STORES_MAX])
{
    struct conf *c = dut->c;
    struct ct_reader reader;
    size_t count;

    dut_op(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    reader = dut_reader(dut);
    count = ct_array32(&reader, ids, STORES_MAX);
    CHECK(!reader.failed && reader.at == reader.end);
    return count < STORES_MAX ? count : STORES_MAX;
}

struct store_info {
    uint16_t type, filesystem, access;
    uint64_t capacity, free_bytes;
    uint32_t free_objects;
    bool whole;
};

/* MTP 1.1, 5.2.2. The response code. */
static uint16_t store_info(struct dut *dut, uint32_t id, struct store_info *ret)
{
    uint16_t units[256], code = dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(id));
    struct ct_reader reader = dut_reader(dut);

    ret->type = ct_u16(&reader);
    ret->filesystem = ct_u16(&reader);
    ret->access = ct_u16(&reader);
    ret->capacity = ct_u64(&reader);
    ret->free_bytes = ct_u64(&reader);
    ret->free_objects = ct_u32(&reader);
    ct_string(&reader, units);
    ct_string(&reader, units);
    ret->whole = !reader.failed && reader.at == reader.end;
    return code;
}

CONF_CASE(MTP_STO_BV_01, .title = "Storage ids pair a physical with a logical number",
          .reqs = REQS("MTP-STO-001"), .ics = "MTP", .player = "mtp",
          .steps = "GetStorageIDs; both halves non-zero where GetStorageInfo works, low half 0 "
                   "where no medium is in")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX];

    ROW("MTP-STO-001.physical") {
        size_t count = stores(&dut, ids);

        CHECK(count >= 1);
        for (size_t i = 0; i < count; i++) {
            uint16_t code = dut_op(&dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i]));

            conf_note(c, "store %08x: %s", ids[i], value_rc(code).text);
            CHECK(ids[i] >> 16 != 0);
            ROW(code == MTP_RC_OK ? "MTP-STO-001.logical" : "MTP-STO-001.empty")
                CHECK_SEEN(((ids[i] & 0xffff) != 0) == (code == MTP_RC_OK), value_rc(code));
            ROW("MTP-STO-001.distinct")
                CHECK(!dut_has(ids, i, ids[i]));
        }
    }
}

CONF_CASE(
    MTP_STO_BV_02, .title = "StorageInfo has its fields in order, sizes in 64 bits",
    .reqs = REQS("MTP-STO-002"), .ics = "MTP", .player = "mtp",
    .steps = "Parse the dataset of every store to its last byte; types, access and sizes are sane")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX];

    ROW("MTP-STO-002.layout") {
        size_t count = stores(&dut, ids);

        for (size_t i = 0; i < count; i++) {
            struct store_info info = {0};

            if (store_info(&dut, ids[i], &info) != MTP_RC_OK)
                continue;
            CHECK(info.whole);
            ROW("MTP-STO-002.values") {
                CHECK(info.type >= 1 && info.type <= 4);
                CHECK(info.filesystem >= 1);
                CHECK(info.access <= 2);
            }
            ROW("MTP-STO-002.room")
                CHECK(info.free_bytes <= info.capacity && info.capacity > 0);
        }
    }
}

CONF_CASE(MTP_STO_BV_12, .title = "Free space follows the objects", .reqs = REQS("MTP-STO-002"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send 100000 bytes: free space drops by at least that and by less than 2 MiB; "
                   "delete them: it is back")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[100000];
    struct store_info before = {0}, after = {0};
    uint32_t file;

    ROW("MTP-STO-002.free") {
        CHECK_RC(store_info(&dut, dut.store, &before), MTP_RC_OK);
        file = dut_file(&dut, dut.folder, "weight.bin", MTP_FC_UNDEFINED, bytes, sizeof(bytes));
        store_info(&dut, dut.store, &after);
        conf_note(c, "free %llu, then %llu", (unsigned long long)before.free_bytes,
                  (unsigned long long)after.free_bytes);
        ROW("MTP-STO-002.capacity")
            CHECK_EQ(after.capacity, before.capacity);
        CHECK(before.free_bytes - after.free_bytes >= sizeof(bytes));
        CHECK(before.free_bytes - after.free_bytes < 2u << 20);
    }
    ROW("MTP-STO-002.back") {
        const uint64_t filled = after.free_bytes;

        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(file)), MTP_RC_OK);
        store_info(&dut, dut.store, &after);
        conf_note(c, "then %llu", (unsigned long long)after.free_bytes);
        CHECK(after.free_bytes >= filled + sizeof(bytes));
    }
}

CONF_CASE(MTP_STO_BI_03, .title = "A store that is none answers InvalidStorageID",
          .reqs = REQS("MTP-STO-003"), .ics = "MTP", .player = "mtp",
          .steps = "GetStorageInfo, GetNumObjects and GetObjectHandles of a store never announced")
{
    DUT dut = dut_session(c);
    const uint32_t none = 0x7abc7abc;

    ROW("MTP-STO-003.unknown")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_INFO, PARAMS(none)), MTP_RC_INVALID_STORAGE_ID);
    ROW("MTP-STO-003.unknown-list") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(none)), MTP_RC_INVALID_STORAGE_ID);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(none)), MTP_RC_INVALID_STORAGE_ID);
        CHECK(!dut.answer.has_data);
    }
}

CONF_CASE(MTP_STO_BI_13, .title = "An empty slot answers StoreNotAvailable",
          .reqs = REQS("MTP-STO-003", "MTP-STO-001"), .ics = "MTP && STORE.EMPTY_SLOT",
          .player = "mtp-readonly", .steps = "GetStorageInfo of the id with low half 0")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX];
    bool seen = false;

    ROW("MTP-STO-003.absent") {
        size_t count = stores(&dut, ids);

        for (size_t i = 0; i < count; i++) {
            uint16_t code = dut_op(&dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i]));

            conf_note(c, "store %08x: %s", ids[i], value_rc(code).text);
            if (code == MTP_RC_OK)
                continue;
            seen = true;
            CHECK_RC(code, MTP_RC_STORE_NOT_AVAILABLE);
            ROW("MTP-STO-001.empty")
                CHECK_EQ(ids[i] & 0xffff, 0);
        }
    }
    if (!seen)
        conf_inconclusive(c, "every store has a medium");
}

/* A device that writes nowhere need not have the operation (MTP 1.1, D.2). */
static void check_read_only(struct dut *dut, uint16_t code)
{
    struct conf *c = dut->c;

    CHECK_SEEN(code == MTP_RC_STORE_READ_ONLY ||
                   (code == MTP_RC_OPERATION_NOT_SUPPORTED && !dut_offers(dut, dut->asked)),
               value_rc(code));
}

CONF_CASE(MTP_STO_BI_23, .title = "A read-only store refuses writes with its own code",
          .reqs = REQS("MTP-STO-003"), .ics = "MTP && STORE.READONLY", .player = "mtp-readonly",
          .steps = "SendObjectInfo and DeleteObject on it answer 0x200E; nothing changed")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX], handles[256];

    ROW("MTP-STO-003.read-only") {
        size_t count = stores(&dut, ids), before;
        struct store_info info;

        for (size_t i = 0; i < count; i++) {
            if (store_info(&dut, ids[i], &info) != MTP_RC_OK || info.access != MTP_AC_READ_ONLY)
                continue;
            before = dut_handles(&dut, ids[i], 0, 0, handles, 256);
            check_read_only(
                &dut, dut_send_info(&dut, ids[i], 0xffffffff, MTP_FC_ASSOCIATION, 0, "refused"));
            if (before == 0)
                conf_excused(c, 1, "nothing is on it");
            else /* the last one listed, which is a folder's content rather than a folder */
                check_read_only(&dut, dut_op(&dut, MTP_OP_DELETE_OBJECT,
                                             PARAMS(handles[before < 256 ? before - 1 : 255])));
            ROW("MTP-STO-003.kept")
                CHECK_EQ(dut_handles(&dut, ids[i], 0, 0, handles, 256), before);
            return;
        }
    }
    conf_inconclusive(c, "no read-only store");
}

/* Of a file, that the device takes: it need not know the undefined one. */
static uint16_t file_format(struct dut *dut)
{
    static struct dut_info info;
    uint16_t found = MTP_FC_UNDEFINED;

    dut_device_info(dut, &info);
    for (size_t i = info.format_count; i > 0; i--) {
        if (info.formats[i - 1] != MTP_FC_ASSOCIATION)
            found = info.formats[i - 1];
    }
    return dut_lists(info.formats, info.format_count, MTP_FC_UNDEFINED) ? MTP_FC_UNDEFINED : found;
}

/* MTP 1.1, E.2.8: a name alone. */
static uint16_t send_list(struct dut *dut, uint16_t format, uint32_t size)
{
    struct ct_writer list = {0};

    ct_put32(&list, 1);
    ct_put32(&list, 0);
    ct_put16(&list, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&list, MTP_DTC_STRING);
    ct_put_text(&list, "full-list.bin");
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, dut->folder, format, 0, size), list.bytes, list.length);
}

CONF_CASE(MTP_STO_BI_04, .title = "A full store says so before any data is sent",
          .reqs = REQS("MTP-STO-004"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp-small", .needs = CONF_WRITES,
          .steps = "SendObjectInfo of free space + 1: 0x200C; no object more than before, as much "
                   "space, and nothing that SendObject could be for; SendObjectPropList of it: "
                   "0x200C or 0xA809")
{
    DUT dut = dut_work(c);
    struct store_info info = {0}, after = {0};
    const uint16_t format = file_format(&dut);
    uint32_t handles[256];
    size_t before;

    ROW("MTP-STO-004.code") {
        store_info(&dut, dut.store, &info);
        if (info.free_bytes >= 0xfffffffe)
            conf_inconclusive(c, "the store has 4 GiB or more free");
        before = dut_handles(&dut, dut.store, 0, dut.folder, handles, 256);
        CHECK_RC(dut_send_info(&dut, dut.store, dut.folder, format, (uint32_t)info.free_bytes + 1,
                               "full.bin"),
                 MTP_RC_STORE_FULL);
    }
    ROW("MTP-STO-004.nothing") {
        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, 256), before);
        CHECK_RC(store_info(&dut, dut.store, &after), MTP_RC_OK);
        CHECK_EQ(after.free_bytes, info.free_bytes);
    }
    ROW("MTP-STO-004.info")
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "x", 1), MTP_RC_NO_VALID_OBJECT_INFO);
    ROW("MTP-STO-004.list") {
        if (dut_offers(&dut, MTP_OP_SEND_OBJECT_PROP_LIST)) {
            uint16_t code = send_list(&dut, format, (uint32_t)info.free_bytes + 1);

            CHECK_SEEN(code == MTP_RC_STORE_FULL || code == MTP_RC_OBJECT_TOO_LARGE,
                       value_rc(code));
        } else {
            conf_excused(c, 1, "the device announces no objects by lists");
        }
    }
}

CONF_CASE(MTP_STO_BV_05, .title = "FormatStore empties one store only", .level = CONF_MAY,
          .reqs = REQS("MTP-STO-005"), .ics = "MTP.OP.100F && MTP.STORES.2 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES | CONF_FORMATS,
          .steps = "An object on two stores; format one: its object is gone, the other stays; "
                   "unknown file system refused")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX], two[2], made[2], handles[256];

    ROW("MTP-STO-005.empties") {
        size_t count = stores(&dut, ids), usable = 0;
        struct store_info info;

        for (size_t i = 0; i < count && usable < 2; i++) {
            if (store_info(&dut, ids[i], &info) == MTP_RC_OK && info.access == MTP_AC_READ_WRITE)
                two[usable++] = ids[i];
        }
        if (usable < 2)
            conf_inconclusive(c, "fewer than two writable stores");
        for (size_t i = 0; i < 2; i++) {
            dut.store = two[i];
            made[i] = dut_folder(&dut, 0xffffffff, "format me");
        }
        ROW("MTP-STO-005.filesystem")
            CHECK_RC(dut_op(&dut, MTP_OP_FORMAT_STORE, PARAMS(two[0], 0x7777)),
                     MTP_RC_PARAMETER_NOT_SUPPORTED);
        ROW("MTP-STO-005.refused")
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(made[0])), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_FORMAT_STORE, PARAMS(two[0])), MTP_RC_OK);
        CHECK_EQ(dut_handles(&dut, two[0], 0, 0, handles, 256), 0);
        ROW("MTP-STO-005.others")
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(made[1])), MTP_RC_OK);
        dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(made[1])); /* nothing else takes it away */
    }
}

/* MTP 1.1, E.2.1.3 and response 0xA809; the limit is the file system's, as FAT32's 4 GiB. */
CONF_CASE(MTP_PRP_BI_07, .title = "An object larger than the store allows is ObjectTooLarge",
          .level = CONF_SHOULD, .reqs = REQS("MTP-PRP-007"),
          .ics = "MTP.OP.9808 && STORE.WRITABLE && (STORE.LIMIT.4G || FIXTURE.CONTROL)",
          .player = "mtp-small", .needs = CONF_WRITES,
          .steps = "SendObjectPropList of 4 GiB to each store with room for it: 0xA809")
{
    DUT dut = dut_session(c);
    uint32_t ids[STORES_MAX];

    ROW("MTP-PRP-007") {
        size_t count = stores(&dut, ids);
        struct ct_writer writer = {0};
        struct store_info info;
        bool judged = false;

        ct_put32(&writer, 1);
        ct_put32(&writer, 0);
        ct_put16(&writer, MTP_OPC_OBJECT_FILE_NAME);
        ct_put16(&writer, MTP_DTC_STRING);
        ct_put_text(&writer, "papcheck-large.bin");
        for (size_t i = 0; i < count; i++) {
            if (store_info(&dut, ids[i], &info) != MTP_RC_OK || info.access != MTP_AC_READ_WRITE ||
                info.free_bytes <= 0x100000000)
                continue;
            judged = true;
            CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                             PARAMS(ids[i], 0xffffffff, MTP_FC_UNDEFINED, 1, 0), writer.bytes,
                             writer.length),
                     MTP_RC_OBJECT_TOO_LARGE);
        }
        if (!judged)
            conf_inconclusive(c, "no store with 4 GiB free");
    }
}
