/* MTP 1.1, 5.1: DeviceInfo, strings and arrays, device properties. */
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

static bool codes_within(const uint16_t *codes, size_t count, uint16_t low, uint16_t high,
                         uint16_t vendor_low, uint16_t vendor_high)
{
    for (size_t i = 0; i < count; i++) {
        if ((codes[i] < low || codes[i] > high) &&
            (codes[i] < vendor_low || codes[i] > vendor_high))
            return false;
    }
    return true;
}

/* MTP 1.1, 5.1.1. The arrays are told apart by the ranges of their codes (appendices B to G). */
CONF_CASE(MTP_DEV_BV_01, .title = "DeviceInfo has its fields in order and nothing behind them",
          .reqs = REQS("MTP-DEV-001"), .ics = "MTP", .player = "mtp",
          .steps = "Parse the dataset; version 100, extension 6, ranges of each array")
{
    DUT dut = dut_pipe(c);
    static struct dut_info info;

    ROW("MTP-DEV-001.order") {
        dut_device_info(&dut, &info);
        CHECK(!info.broken);
        CHECK_EQ(info.left_over, 0);
        ROW("MTP-DEV-001.standard")
            CHECK_EQ(info.standard, 100);
        ROW("MTP-DEV-001.extension")
            CHECK_EQ(info.extension_id, 6);
        ROW("MTP-DEV-001.version")
            CHECK_EQ(info.extension_version, 100);
        CHECK(info.operation_count > 0 && info.format_count > 0);
        CHECK(codes_within(info.operations, info.operation_count, 0x1000, 0x1fff, 0x9000, 0x9fff));
        CHECK(codes_within(info.events, info.event_count, 0x4000, 0x4fff, 0xc000, 0xcfff));
        CHECK(codes_within(info.properties, info.property_count, 0x5000, 0x5fff, 0xd000, 0xdfff));
        CHECK(codes_within(info.captures, info.capture_count, 0x3000, 0x3fff, 0xb000, 0xbfff));
        CHECK(codes_within(info.formats, info.format_count, 0x3000, 0x3fff, 0xb000, 0xbfff));
    }
}

CONF_CASE(MTP_DEV_BV_02, .title = "The extension description names MTP",
          .reqs = REQS("MTP-DEV-002"), .ics = "MTP", .player = "mtp",
          .steps = "Look for \"microsoft.com: 1.0\" in the description")
{
    DUT dut = dut_pipe(c);
    static struct dut_info info;

    ROW("MTP-DEV-002") {
        dut_device_info(&dut, &info);
        conf_note(c, "%s", info.extension);
        CHECK(strstr(info.extension, "microsoft.com: 1.0") != NULL);
    }
}

/* Operations whose data phase is the host's. */
static bool has_host_data(uint16_t code)
{
    static const uint16_t codes[] = {MTP_OP_SEND_OBJECT_INFO,      MTP_OP_SEND_OBJECT,
                                     MTP_OP_SET_DEVICE_PROP_VALUE, MTP_OP_SET_OBJECT_PROP_VALUE,
                                     MTP_OP_SET_OBJECT_PROP_LIST,  MTP_OP_SEND_OBJECT_PROP_LIST,
                                     MTP_OP_SET_OBJECT_REFERENCES, MTP_OP_SEND_PARTIAL_OBJECT};

    return dut_lists(codes, ARRAY_SIZE(codes), code);
}

/* Calls an operation with parameters that name nothing, so that it can only refuse them. */
static uint16_t probe(struct dut *dut, uint16_t code)
{
    return dut_put(dut, code, PARAMS(0x7ffffff0, 0x7ff0, 0x7ffffff0),
                   has_host_data(code) ? (const void *)"\0\0\0\0" : NULL, 4);
}

/* Ends the session, the device or the wait of a case when it works. */
static bool not_to_probe(uint16_t code)
{
    static const uint16_t codes[] = {MTP_OP_OPEN_SESSION,     MTP_OP_CLOSE_SESSION,
                                     MTP_OP_RESET_DEVICE,     MTP_OP_POWER_DOWN,
                                     MTP_OP_INITIATE_CAPTURE, MTP_OP_INITIATE_OPEN_CAPTURE};

    return dut_lists(codes, ARRAY_SIZE(codes), code) ||
           (code >= 0x9000 && (code < 0x9800 || code > 0x98ff));
}

CONF_CASE(MTP_DEV_BV_03, .title = "What DeviceInfo lists works, and what it does not list does not",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP", .player = "mtp",
          .steps = "Call each listed operation, property and format; and every standard one that "
                   "is not listed")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint16_t all[] = {
#define CODE(name, code) code,
        MTP_OPERATIONS(CODE)
#undef CODE
    };

    ROW("MTP-DEV-003.operations") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
            bool listed = dut_lists(info.operations, info.operation_count, all[i]);
            uint16_t code;

            if (not_to_probe(all[i]))
                continue;
            code = probe(&dut, all[i]);
            conf_note(c, "operation 0x%04x, %slisted: %s", all[i], listed ? "" : "not ",
                      value_rc(code).text);
            ROW(listed ? "MTP-DEV-003.operations" : "MTP-DEV-003.unlisted")
                CHECK_SEEN((code != MTP_RC_OPERATION_NOT_SUPPORTED) == listed, value_rc(code));
        }
    }
    ROW("MTP-DEV-003.once") {
        for (size_t i = 0; i < info.operation_count; i++)
            CHECK(!dut_lists(info.operations, i, info.operations[i]));
    }
    ROW("MTP-DEV-003.properties") {
        for (size_t i = 0; i < info.property_count; i++)
            CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(info.properties[i])),
                     MTP_RC_OK);
    }
    ROW("MTP-DEV-003.formats") {
        for (size_t i = 0; i < info.format_count; i++)
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(info.formats[i])),
                     MTP_RC_OK);
    }
}

CONF_CASE(MTP_DEV_BV_04, .title = "The mandatory operations are offered",
          .reqs = REQS("MTP-DEV-004"), .ics = "MTP", .player = "mtp",
          .steps = "Look for twelve operations, and the two that send where a store is writable")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint16_t mandatory[] = {
        MTP_OP_GET_DEVICE_INFO,      MTP_OP_OPEN_SESSION,
        MTP_OP_CLOSE_SESSION,        MTP_OP_GET_STORAGE_IDS,
        MTP_OP_GET_STORAGE_INFO,     MTP_OP_GET_NUM_OBJECTS,
        MTP_OP_GET_OBJECT_HANDLES,   MTP_OP_GET_OBJECT_INFO,
        MTP_OP_GET_OBJECT,           MTP_OP_GET_OBJECT_PROPS_SUPPORTED,
        MTP_OP_GET_OBJECT_PROP_DESC, MTP_OP_GET_OBJECT_PROP_VALUE};
    uint32_t stores[16];
    struct ct_reader reader;
    size_t count;
    bool writable = false;

    ROW("MTP-DEV-004.listed") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < ARRAY_SIZE(mandatory); i++) {
            bool listed = dut_lists(info.operations, info.operation_count, mandatory[i]);

            conf_note(c, "operation 0x%04x: %d", mandatory[i], listed);
            CHECK(listed);
            if (!not_to_probe(mandatory[i])) {
                ROW("MTP-DEV-004.answered")
                    CHECK_NOT_RC(probe(&dut, mandatory[i]), MTP_RC_OPERATION_NOT_SUPPORTED);
            }
        }
    }
    ROW("MTP-DEV-004.sending") {
        dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
        reader = dut_reader(&dut);
        count = ct_array32(&reader, stores, 16);
        for (size_t i = 0; i < count && i < 16; i++) {
            dut_op(&dut, MTP_OP_GET_STORAGE_INFO, PARAMS(stores[i]));
            reader = dut_reader(&dut);
            ct_u32(&reader);
            writable |= ct_u16(&reader) == MTP_AC_READ_WRITE && !reader.failed;
        }
        CHECK(!writable ||
              dut_lists(info.operations, info.operation_count, MTP_OP_SEND_OBJECT_INFO) ||
              dut_lists(info.operations, info.operation_count, MTP_OP_SEND_OBJECT_PROP_LIST));
        CHECK(!writable || dut_lists(info.operations, info.operation_count, MTP_OP_SEND_OBJECT));
    }
}

/* Every string of DeviceInfo, StorageInfo and ObjectInfo; the reader refuses a string that is
 * only its terminator, lacks it, or has it in the middle (MTP 1.1, 3.2.3). */
CONF_CASE(MTP_DEV_BV_05, .title = "Strings have their count, their terminator and nothing else",
          .reqs = REQS("MTP-DEV-005"), .ics = "MTP", .player = "mtp",
          .steps = "Parse the strings of DeviceInfo, of every store and of up to 100 objects")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    uint32_t items[100];
    uint16_t units[256];
    struct ct_reader reader;
    size_t count;

    ROW("MTP-DEV-005.form") {
        dut_device_info(&dut, &info);
        CHECK(!info.broken && info.left_over == 0);
        dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
        reader = dut_reader(&dut);
        count = ct_array32(&reader, items, 16);
        for (size_t i = 0; i < count && i < 16; i++) {
            if (dut_op(&dut, MTP_OP_GET_STORAGE_INFO, PARAMS(items[i])) != MTP_RC_OK)
                continue;
            reader = dut_reader(&dut);
            for (int field = 0; field < 13; field++)
                ct_u16(&reader);
            ct_string(&reader, units);
            ct_string(&reader, units);
            CHECK(!reader.failed && reader.at == reader.end);
        }
        count = dut_handles(&dut, 0xffffffff, 0, 0, items, 100);
        for (size_t i = 0; i < count && i < 100; i++) {
            dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(items[i]));
            reader = dut_reader(&dut);
            for (int field = 0; field < 26; field++)
                ct_u16(&reader);
            for (int string = 0; string < 4; string++)
                ct_string(&reader, units);
            CHECK(!reader.failed && reader.at == reader.end);
        }
    }
}

/* MTP 1.1, 3.3: an array's count is the host's word and no more. */
CONF_CASE(
    MTP_DEV_BI_06, .title = "An array count beyond the data is refused",
    .reqs = REQS("MTP-DEV-006"), .ics = "MTP.OP.9811 && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "SetObjectReferences with counts 0xFFFFFFFF, 0x40000000 and 3 before one element")
{
    DUT dut = dut_work(c);
    uint32_t handle = dut_file(&dut, dut.folder, "list.pla", MTP_FC_AV_PLAYLIST, NULL, 0);
    static const uint8_t sets[3][8] = {{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0},
                                       {0x00, 0x00, 0x00, 0x40, 1, 0, 0, 0},
                                       {0x03, 0x00, 0x00, 0x00, 1, 0, 0, 0}};

    ROW("MTP-DEV-006") {
        for (size_t i = 0; i < 3; i++) {
            CHECK_NOT_RC(dut_put(&dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(handle), sets[i], 8),
                         MTP_RC_OK);
            CHECK(dut_in_step(&dut));
        }
    }
}

CONF_CASE(
    MTP_DEV_BV_07, .title = "A player offers battery, names and type as device properties",
    .level = CONF_SHOULD, .reqs = REQS("MTP-DEV-007"), .ics = "MTP", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "Look for 0x5001, 0xD401, 0xD402, 0xD407; set the friendly name, reconnect, read it")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint16_t wanted[] = {MTP_DPC_BATTERY_LEVEL, MTP_DPC_SYNCHRONIZATION_PARTNER,
                                      MTP_DPC_DEVICE_FRIENDLY_NAME, MTP_DPC_PERCEIVED_DEVICE_TYPE};
    uint8_t old[600];
    size_t length;
    struct ct_writer writer = {0};

    ct_put_text(&writer, "papcheck was here");
    ROW("MTP-DEV-007.offered") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < 4; i++) {
            CHECK(dut_lists(info.properties, info.property_count, wanted[i]));
            CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(wanted[i])), MTP_RC_OK);
        }
    }
    ROW("MTP-DEV-007.persists") {
        dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME));
        REQUIRE(dut.answer.size > 0 && dut.answer.size <= sizeof(old));
        length = dut.answer.size;
        memcpy(old, dut.answer.data, length);
        CHECK_RC(dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME),
                         writer.bytes, writer.length),
                 MTP_RC_OK);
        dut_reconnect(&dut);
        dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME));
        CHECK_BYTES(dut.answer.data, dut.answer.size, writer.bytes, writer.length);
        dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME), old,
                length);
    }
}
