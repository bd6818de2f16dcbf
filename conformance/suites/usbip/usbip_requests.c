/* USB/IP 1.1.1, the OP phase: list and import (usbip_protocol.rst). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* A whole OP_REQ_IMPORT with the version and the 32 bytes given; bytes of the reply read into
 * `reply`, as many as its status says follow, or -errno. */
static int import_reply(int fd, uint16_t version, const uint8_t field[32], uint8_t *reply)
{
    int error = raw_request(fd, version, RAW_REQ_IMPORT, field, 32);

    if (!error)
        error = raw_read(fd, reply, 8, DUT_PROMPT_MS);
    if (error)
        return error;
    if (get_be32(reply + 4) != 0)
        return 8;
    error = raw_read(fd, reply + 8, RAW_RECORD, DUT_PROMPT_MS);
    return error ? error : RAW_IMPORT;
}

/* usbip_protocol.rst, Message Format: only the setup packet keeps the bus's byte order. */
CONF_CASE(
    USBIP_OP_BV_01, .title = "Headers are big-endian and the setup packet little-endian",
    .reqs = REQS("USBIP-OP-001"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "List, compare idVendor with the descriptor; GET_DESCRIPTOR with wLength 0x0012 as 12 00")
{
    static uint8_t bytes[RAW_LIST_MAX];
    RAW_SOCKET fd = conf_server_connect(c);
    int length = raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS);
    const uint8_t *record = NULL;
    struct raw_urb urb = {.direction = RAW_IN,
                          .length = 0x12,
                          .packets = 0,
                          .setup = {0x80, 6, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00}};
    struct raw_reply reply = {0};
    uint8_t device[64] = {0}, config[512];

    ROW("USBIP-OP-001.operation") {
        REQUIRE(length >= 12);
        CHECK_BYTES(bytes, 8, "\x01\x11\x00\x05\x00\x00\x00\x00", 8);
        record = raw_find_record(bytes, length, conf_busid(c));
        REQUIRE(record != NULL);
    }
    ROW("USBIP-OP-001.numbers") {
        CHECK(get_be32(record + 288) > 0 && get_be32(record + 288) < 0x10000);
        CHECK(get_be32(record + 292) > 0 && get_be32(record + 292) < 0x10000);
        CHECK(get_be32(record + 296) >= 1 && get_be32(record + 296) <= 6);
    }

    DUT_CONNECTION connection = dut_import(c);

    ROW("USBIP-OP-001.reply") {
        REQUIRE_EQ(raw_transfer(connection, &urb, device, sizeof(device), DUT_PROMPT_MS, &reply),
                   0);
        CHECK_EQ(reply.status, 0);
        REQUIRE_EQ(reply.actual, 18);
    }
    ROW("USBIP-OP-001.payload")
        CHECK_BYTES(device, 2, ((const uint8_t[]){18, DESC_DEVICE}), 2);
    ROW("USBIP-OP-001.ids") {
        CHECK_EQ(get_be16(record + 300), get_le16(device + 8));
        CHECK_EQ(get_be16(record + 302), get_le16(device + 10));
        CHECK_EQ(get_be16(record + 304), get_le16(device + 12));
    }
    ROW("USBIP-OP-001.setup") {
        /* A swapped wLength would ask for 0x0900 bytes of the configuration set. */
        memcpy(urb.setup + 2, "\0\2\0\0\x09\0", 6);
        urb.length = sizeof(config);
        REQUIRE_EQ(raw_transfer(connection, &urb, config, sizeof(config), DUT_PROMPT_MS, &reply),
                   0);
        CHECK_EQ(reply.actual, 9);
    }
}

/* A list's header as it came: 0, or -errno. */
static int list_head(struct conf *c, uint16_t version, uint8_t reply[8])
{
    RAW_SOCKET fd = conf_server_connect(c);
    int error = raw_request(fd, version, RAW_REQ_DEVLIST, NULL, 0);

    if (!error)
        error = raw_read(fd, reply, 8, DUT_PROMPT_MS);
    conf_note(c, "list with version %04x: %s", version, value_errno(error).text);
    return error;
}

static int import_head(struct conf *c, uint16_t version, uint8_t reply[RAW_IMPORT])
{
    RAW_SOCKET fd = conf_server_connect(c);
    uint8_t field[32];
    int count;

    raw_busid(field, conf_busid(c));
    count = import_reply(fd, version, field, reply);
    conf_note(c, "import with version %04x: %s", version, value_errno(count).text);
    return count;
}

/* usbip_protocol.rst, Protocol Version. */
CONF_CASE(USBIP_OP_BI_02, .title = "A request of another version is refused",
          .reqs = REQS("USBIP-OP-002"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "DEVLIST and IMPORT with version 0x0100 and 0xFFFF; then correct ones")
{
    static const uint16_t versions[] = {0x0100, 0xffff};
    uint8_t reply[RAW_IMPORT] = {0};

    for (size_t i = 0; i < 2; i++) {
        int count = import_head(c, versions[i], reply);

        ROW("USBIP-OP-002.import")
            CHECK_SEEN(count == 8 || count == -ECONNRESET, value_errno(count));
        count = list_head(c, versions[i], reply);
        ROW("USBIP-OP-002.list")
            CHECK_SEEN(count == -ECONNRESET || (count == 0 && get_be32(reply + 4) != 0),
                       value_errno(count));
    }
    ROW("USBIP-OP-002.reply") {
        if (list_head(c, RAW_VERSION, reply) == 0)
            CHECK_EQ(get_be16(reply), RAW_VERSION);
        if (import_head(c, RAW_VERSION, reply) >= 8)
            CHECK_EQ(get_be16(reply), RAW_VERSION);
    }
    ROW("USBIP-OP-002.next")
        CHECK(dut_importable(c));
}

/* A device that nobody has configured has no interfaces yet: Linux' server says 0 then, from what
 * sysfs has, another one what the first configuration will bring. */
static void check_interfaces(struct conf *c, const uint8_t *record, unsigned described)
{
    CHECK_SEEN(record[311] == described || (record[309] == 0 && record[311] == 0),
               value_errno(record[311]));
}

/* usbip_protocol.rst: the rest of a record is the descriptors'. Whether the device is configured
 * before anybody has imported it is the server's matter. */
static void dut_record(struct conf *c, const uint8_t *record, const uint8_t *device,
                       const uint8_t *config)
{
    CHECK_BYTES(record + 306, 3, device + 4, 3);
    CHECK_SEEN(record[309] == 0 || record[309] == config[5], value_errno(record[309]));
    CHECK_EQ(record[310], device[17]);
    check_interfaces(c, record, config[4]);
}

/* Interface triples of a list's record against the settings 0 of the configuration. */
static void dut_triples(struct conf *c, const uint8_t *record, const uint8_t *config, size_t length)
{
    struct desc_walk walk;
    struct desc item;
    unsigned at = 0;

    desc_start(&walk, config, length);
    while (desc_next(&walk, &item)) {
        const uint8_t *triple = record + RAW_RECORD + 4 * at;

        if (item.type != DESC_INTERFACE || item.length < 9 || item.at[3] != 0)
            continue;
        if (at++ >= record[311])
            continue;
        ROW("USBIP-OP-003.triples")
            CHECK_BYTES(triple, 3, item.at + 5, 3);
        ROW("USBIP-OP-004.interface")
            CHECK_EQ(triple[3], 0);
    }
    ROW("USBIP-OP-003.interfaces")
        check_interfaces(c, record, at);
}

/* usbip_protocol.rst, OP_REP_DEVLIST. */
CONF_CASE(
    USBIP_OP_BV_03, .title = "The device list is as long as its counts say, interfaces included",
    .reqs = REQS("USBIP-OP-003", "USBIP-OP-004", "USBIP-OP-005"), .ics = "ANY", .player = "mtp",
    .needs = CONF_WIRE,
    .steps =
        "List, walk the records, compare the interface triples, expect nothing after the last byte")
{
    static uint8_t bytes[RAW_LIST_MAX];
    RAW_SOCKET fd = conf_server_connect(c);
    int length = raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS), count;
    const uint8_t *record = NULL;
    size_t more = 0;
    uint8_t config[512], device[18];

    conf_note(c, "list: %s", value_errno(length).text);
    ROW("USBIP-OP-003.count") {
        REQUIRE(length >= 12);
        record = raw_find_record(bytes, length, conf_busid(c));
        REQUIRE(record != NULL);
    }
    ROW("USBIP-OP-003.head") {
        CHECK_EQ(get_be16(bytes + 2), RAW_REP_DEVLIST);
        CHECK_EQ(get_be32(bytes + 4), 0);
    }
    ROW("USBIP-OP-003.end") {
        raw_drain(fd, DUT_QUIET_MS, &more);
        CHECK_EQ(more, 0);
    }

    DUT_CONNECTION connection = dut_import(c);

    /* The same device is in the same place, whoever asks. */
    ROW("USBIP-OP-005.same")
        CHECK_BYTES(connection->record, 309, record, 309);
    count = raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, sizeof(config), config,
                        DUT_PROMPT_MS);
    if (count < 9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    dut_triples(c, record, config, (size_t)count);
    ROW("USBIP-OP-003.device") {
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                   18);
        dut_record(c, record, device, config);
    }
}

CONF_CASE(USBIP_OP_BV_13, .title = "The list of a server without devices has its head alone",
          .reqs = REQS("USBIP-OP-003"), .ics = "ANY", .player = "mtp",
          .needs = CONF_WIRE | CONF_CONTROL, .steps = "Unplug the device, list: count 0, 12 bytes")
{
    static uint8_t bytes[RAW_LIST_MAX];
    size_t more = 0;
    int length;

    dut_verb(c, "unplug");

    RAW_SOCKET fd = conf_server_connect(c);

    length = raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS);
    ROW("USBIP-OP-003.none") {
        CHECK_EQ(length, 12);
        raw_drain(fd, DUT_QUIET_MS, &more);
        CHECK_EQ(more, 0);
    }
}

/* How many bytes after the first NUL of a field are not zero. */
static unsigned dirt(const uint8_t *field, size_t length)
{
    size_t text = strnlen((const char *)field, length);
    unsigned count = 0;

    for (size_t i = text; i < length; i++)
        count += field[i] != 0;
    return count;
}

CONF_CASE(USBIP_OP_BV_04, .title = "Path and busid are terminated and zero-filled",
          .reqs = REQS("USBIP-OP-004"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "List and import; every byte after the NUL of path and busid is 0")
{
    static uint8_t bytes[RAW_LIST_MAX];
    RAW_SOCKET fd = conf_server_connect(c);
    int length = raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS);
    const uint8_t *record;
    DUT_CONNECTION connection = dut_import(c);

    if (length < 12)
        conf_refused(c, "device list", "the list of devices came to %s", value_errno(length).text);
    record = raw_find_record(bytes, length, conf_busid(c));
    if (!record)
        conf_refused(c, "device list", "%s is not in the list of devices", conf_busid(c));
    ROW("USBIP-OP-004.path") {
        CHECK(strnlen((const char *)record, 256) < 256);
        CHECK_EQ(dirt(record, 256), 0);
        CHECK_EQ(dirt(connection->record, 256), 0);
    }
    ROW("USBIP-OP-004.busid") {
        CHECK(strnlen((const char *)record + 256, 32) < 32);
        CHECK_EQ(dirt(record + 256, 32), 0);
        CHECK_EQ(dirt(connection->record + 256, 32), 0);
    }
}

/* usbip_protocol.rst, OP_REP_IMPORT. */
CONF_CASE(USBIP_OP_BV_05,
          .title = "An import is answered by 320 bytes, then the connection carries URBs",
          .reqs = REQS("USBIP-OP-005"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import; nothing follows the record; GET_DESCRIPTOR is answered by a RET_SUBMIT")
{
    uint8_t device[18] = {0}, config[9] = {0}, field[32], reply[RAW_IMPORT] = {0};

    raw_busid(field, conf_busid(c));
    {
        RAW_SOCKET fd = conf_server_connect(c);

        ROW("USBIP-OP-005.head") {
            REQUIRE_EQ(import_reply(fd, RAW_VERSION, field, reply), RAW_IMPORT);
            CHECK_BYTES(reply, 8, "\x01\x11\x00\x03\x00\x00\x00\x00", 8);
        }
        ROW("USBIP-OP-005.record")
            CHECK(strncmp((char *)reply + 8 + 256, conf_busid(c), 32) == 0);
        ROW("USBIP-OP-005.end")
            CHECK(raw_silent(fd, DUT_QUIET_MS));
    }

    DUT_CONNECTION connection = dut_import(c);

    ROW("USBIP-OP-005.urbs") {
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                   18);
        CHECK_EQ(device[1], DESC_DEVICE);
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, 9, config, DUT_PROMPT_MS),
                   9);
    }
    ROW("USBIP-OP-005.device")
        dut_record(c, connection->record, device, config);
}

/* An import that has to be refused, as `row` says; nothing may follow the 8 bytes. */
static void dut_refusal(struct conf *c, const uint8_t field[32], const char *row)
{
    uint8_t reply[RAW_IMPORT];
    RAW_SOCKET fd = conf_server_connect(c);
    int count = import_reply(fd, RAW_VERSION, field, reply);
    size_t more = 0;

    conf_note(c, "import of %.32s: %s, status %u", field, value_errno(count).text,
              count > 0 ? get_be32(reply + 4) : 0);
    ROW(row)
        CHECK_EQ(count, 8);
    if (count < 8)
        return;
    ROW("USBIP-OP-006.head") {
        CHECK_EQ(get_be16(reply), RAW_VERSION);
        CHECK_EQ(get_be16(reply + 2), RAW_REP_IMPORT);
    }
    ROW("USBIP-OP-006.end") {
        raw_drain(fd, DUT_QUIET_MS, &more);
        CHECK_EQ(more, 0);
    }
}

CONF_CASE(USBIP_OP_BI_06,
          .title = "An unknown or busy device is refused with a status and nothing else",
          .reqs = REQS("USBIP-OP-006"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import an unknown busid; import the device twice")
{
    uint8_t field[32], device[18];

    raw_busid(field, "99-99.9");
    dut_refusal(c, field, "USBIP-OP-006.unknown");

    DUT_CONNECTION connection = dut_import(c);

    raw_busid(field, conf_busid(c));
    dut_refusal(c, field, "USBIP-OP-006.busy");
    ROW("USBIP-OP-006.kept")
        CHECK_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                 18);
}

CONF_CASE(
    USBIP_OP_BI_07, .title = "A busid without terminator is unknown",
    .reqs = REQS("USBIP-OP-006", "USBIP-OP-007"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Import 32 times A, and the known busid followed by A up to byte 32; then correctly")
{
    uint8_t field[32];

    memset(field, 'A', sizeof(field));
    dut_refusal(c, field, "USBIP-OP-007.nobody");
    memcpy(field, conf_busid(c), strnlen(conf_busid(c), 31));
    dut_refusal(c, field, "USBIP-OP-007.prefix");
    ROW("USBIP-OP-007.next")
        CHECK(dut_importable(c));
}
