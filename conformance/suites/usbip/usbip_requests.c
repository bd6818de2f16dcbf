/* USB/IP 1.1.1, the OP phase: list and import (usbip_protocol.rst). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { LIST_MAX = 64 * 1024 };

static void close_socket(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define SOCKET __attribute__((cleanup(close_socket))) int

/* One OP_REQ_DEVLIST, read by the counts inside it. Bytes, or -errno. */
static int list(int fd, uint8_t *bytes, size_t room)
{
    size_t at = 12;
    int error = raw_request(fd, RAW_VERSION, RAW_REQ_DEVLIST, NULL, 0);

    if (!error)
        error = raw_read(fd, bytes, 12, DUT_PROMPT_MS);
    if (error)
        return error;
    for (uint32_t i = 0, count = get_be32(bytes + 8); i < count; i++) {
        size_t interfaces;

        if (room - at < RAW_RECORD)
            return -EMSGSIZE;
        error = raw_read(fd, bytes + at, RAW_RECORD, DUT_PROMPT_MS);
        if (error)
            return error;
        at += RAW_RECORD;
        interfaces = 4u * bytes[at - 1];
        if (room - at < interfaces)
            return -EMSGSIZE;
        error = raw_read(fd, bytes + at, interfaces, DUT_PROMPT_MS);
        if (error)
            return error;
        at += interfaces;
    }
    return (int)at;
}

/* The record of the device under judgement in a list; NULL if it is not in it. */
static const uint8_t *find_record(const uint8_t *bytes, int length, const char *busid)
{
    for (int at = 12; at + RAW_RECORD <= length; at += RAW_RECORD + 4 * bytes[at + 311]) {
        if (strncmp((const char *)bytes + at + 256, busid, 32) == 0)
            return bytes + at;
    }
    return NULL;
}

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

/* That an import of the device works on a new connection. */
static bool importable(struct conf *c)
{
    struct raw_connection *connection = calloc(1, sizeof(*connection));
    SOCKET fd = conf_server_connect(c);
    int error = -EBUSY;

    /* A server may need a moment to see that the last importer left. */
    for (int round = 0; connection && round < 20 && error != 0; round++) {
        error = raw_import(connection, fd, conf_busid(c), DUT_PROMPT_MS);
        if (error) {
            close(fd);
            raw_silent(-1, 50);
            fd = conf_server_connect(c);
        }
    }
    free(connection);
    conf_note(c, "import on a new connection: %s", value_errno(error).text);
    return error == 0;
}

/* usbip_protocol.rst, Message Format: only the setup packet keeps the bus's byte order. */
CONF_CASE(
    USBIP_OP_BV_01, .title = "Headers are big-endian and the setup packet little-endian",
    .reqs = REQS("USBIP-OP-001"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "List, compare idVendor with the descriptor; GET_DESCRIPTOR with wLength 0x0012 as 12 00")
{
    static uint8_t bytes[LIST_MAX];
    SOCKET fd = conf_server_connect(c);
    int length = list(fd, bytes, sizeof(bytes));
    const uint8_t *record;
    DUT_CONNECTION connection = dut_import(c);
    struct raw_urb urb = {.direction = RAW_IN,
                          .length = 0x12,
                          .packets = 0,
                          .setup = {0x80, 6, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00}};
    struct raw_reply reply = {0};
    uint8_t device[64] = {0}, config[512];

    ROW("USBIP-OP-001") {
        REQUIRE(length >= 12);
        CHECK_BYTES(bytes, 8, "\x01\x11\x00\x05\x00\x00\x00\x00", 8);
        record = find_record(bytes, length, conf_busid(c));
        REQUIRE(record != NULL);
        REQUIRE_EQ(raw_transfer(connection, &urb, device, sizeof(device), DUT_PROMPT_MS, &reply),
                   0);
        CHECK_EQ(reply.status, 0);
        REQUIRE_EQ(reply.actual, 18);
        /* A swapped wLength would ask for 0x0900 bytes of the configuration set. */
        memcpy(urb.setup + 2, "\0\2\0\0\x09\0", 6);
        urb.length = sizeof(config);
        REQUIRE_EQ(raw_transfer(connection, &urb, config, sizeof(config), DUT_PROMPT_MS, &reply),
                   0);
        CHECK_EQ(reply.actual, 9);
        CHECK_EQ(get_be16(record + 300), get_le16(device + 8));
        CHECK_EQ(get_be16(record + 302), get_le16(device + 10));
        CHECK_EQ(get_be16(record + 304), get_le16(device + 12));
        CHECK(get_be32(record + 288) > 0 && get_be32(record + 288) < 0x10000);
        CHECK(get_be32(record + 292) > 0 && get_be32(record + 292) < 0x10000);
        CHECK(get_be32(record + 296) >= 1 && get_be32(record + 296) <= 6);
    }
}

/* usbip_protocol.rst, Protocol Version. */
CONF_CASE(USBIP_OP_BI_02, .title = "A request of another version is refused",
          .reqs = REQS("USBIP-OP-002"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "DEVLIST and IMPORT with version 0x0100 and 0xFFFF; then a correct import")
{
    static const uint16_t versions[] = {0x0100, 0xffff};
    uint8_t field[32], reply[RAW_IMPORT];

    raw_busid(field, conf_busid(c));
    ROW("USBIP-OP-002") {
        for (size_t i = 0; i < 2; i++) {
            SOCKET one = conf_server_connect(c);
            SOCKET two = conf_server_connect(c);
            int count = import_reply(one, versions[i], field, reply);

            conf_note(c, "import with version %04x: %s", versions[i], value_errno(count).text);
            CHECK_SEEN(count == 8 || count == -ECONNRESET, value_errno(count));
            if (raw_request(two, versions[i], RAW_REQ_DEVLIST, NULL, 0) == 0) {
                count = raw_read(two, reply, 8, DUT_PROMPT_MS);
                conf_note(c, "list with version %04x: %s", versions[i], value_errno(count).text);
                CHECK_SEEN(count == -ECONNRESET || (count == 0 && get_be32(reply + 4) != 0),
                           value_errno(count));
            }
        }
        CHECK(importable(c));
    }
}

/* usbip_protocol.rst: the rest of a record is the descriptors'. Whether the device is configured
 * before anybody has imported it is the server's matter. */
static void dut_record(struct conf *c, const uint8_t *record, const uint8_t *device,
                       const uint8_t *config)
{
    CHECK_BYTES(record + 306, 3, device + 4, 3);
    CHECK_SEEN(record[309] == 0 || record[309] == config[5], value_errno(record[309]));
    CHECK_EQ(record[310], device[17]);
    CHECK_EQ(record[311], config[4]);
}

/* usbip_protocol.rst, OP_REP_DEVLIST. */
CONF_CASE(
    USBIP_OP_BV_03, .title = "The device list is as long as its counts say, interfaces included",
    .reqs = REQS("USBIP-OP-003"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "List, walk the records, compare the interface triples, expect nothing after the last byte")
{
    static uint8_t bytes[LIST_MAX];
    SOCKET fd = conf_server_connect(c);
    int length = list(fd, bytes, sizeof(bytes));
    const uint8_t *record;
    size_t more = 0;
    uint8_t config[512], device[18];
    struct desc_walk walk;
    struct desc item;
    unsigned at = 0;

    conf_note(c, "list: %s", value_errno(length).text);
    ROW("USBIP-OP-003") {
        REQUIRE(length >= 12);
        CHECK_EQ(get_be16(bytes + 2), RAW_REP_DEVLIST);
        CHECK_EQ(get_be32(bytes + 4), 0);
        CHECK(raw_drain(fd, DUT_QUIET_MS, &more) == 0 || more == 0);
        CHECK_EQ(more, 0);
        record = find_record(bytes, length, conf_busid(c));
        REQUIRE(record != NULL);
        CHECK(record[311] >= 1);

        DUT_CONNECTION connection = dut_import(c);
        int count = raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, sizeof(config), config,
                                DUT_PROMPT_MS);

        if (count < 9)
            conf_refused(c, "configuration descriptor",
                         "the configuration descriptor did not come, or not in 9 bytes");
        desc_start(&walk, config, (size_t)count);
        while (desc_next(&walk, &item)) {
            if (item.type != DESC_INTERFACE || item.length < 9 || item.at[3] != 0)
                continue;
            if (at < record[311])
                CHECK_BYTES(record + RAW_RECORD + 4 * at, 4,
                            ((const uint8_t[]){item.at[5], item.at[6], item.at[7], 0}), 4);
            at++;
        }
        CHECK_EQ(record[311], at);
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                   18);
        dut_record(c, record, device, config);
        /* The same device is in the same place, whoever asks. */
        CHECK_BYTES(record, 309, connection->record, 309);
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
    static uint8_t bytes[LIST_MAX];
    SOCKET fd = conf_server_connect(c);
    int length = list(fd, bytes, sizeof(bytes));
    const uint8_t *record;
    DUT_CONNECTION connection = dut_import(c);

    ROW("USBIP-OP-004") {
        REQUIRE(length >= 12);
        record = find_record(bytes, length, conf_busid(c));
        REQUIRE(record != NULL);
        CHECK(strnlen((const char *)record, 256) < 256);
        CHECK(strnlen((const char *)record + 256, 32) < 32);
        CHECK_EQ(dirt(record, 256), 0);
        CHECK_EQ(dirt(record + 256, 32), 0);
        CHECK_EQ(dirt(connection->record, 256), 0);
        CHECK_EQ(dirt(connection->record + 256, 32), 0);
    }
}

/* usbip_protocol.rst, OP_REP_IMPORT. */
CONF_CASE(USBIP_OP_BV_05,
          .title = "An import is answered by 320 bytes, then the connection carries URBs",
          .reqs = REQS("USBIP-OP-005"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import; nothing follows the record; GET_DESCRIPTOR is answered by a RET_SUBMIT")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t device[18] = {0}, config[9] = {0};

    ROW("USBIP-OP-005") {
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
        CHECK_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                 18);
        CHECK_EQ(device[1], DESC_DEVICE);
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, 9, config, DUT_PROMPT_MS),
                   9);
        dut_record(c, connection->record, device, config);
        CHECK(strncmp((char *)connection->record + 256, conf_busid(c), 32) == 0);
    }
}

/* An import that has to be refused; nothing may follow the 8 bytes. */
static void dut_refusal(struct conf *c, const uint8_t field[32])
{
    uint8_t reply[RAW_IMPORT];
    SOCKET fd = conf_server_connect(c);
    int count = import_reply(fd, RAW_VERSION, field, reply);
    size_t more = 0;

    conf_note(c, "import of %.32s: %s, status %u", field, value_errno(count).text,
              count > 0 ? get_be32(reply + 4) : 0);
    if (!CHECK_EQ(count, 8))
        return;
    CHECK_EQ(get_be16(reply), RAW_VERSION);
    CHECK_EQ(get_be16(reply + 2), RAW_REP_IMPORT);
    raw_drain(fd, DUT_QUIET_MS, &more);
    CHECK_EQ(more, 0);
}

CONF_CASE(USBIP_OP_BI_06,
          .title = "An unknown or busy device is refused with a status and nothing else",
          .reqs = REQS("USBIP-OP-006"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import an unknown busid; import the device twice")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t field[32], device[18];

    raw_busid(field, "99-99.9");
    ROW("USBIP-OP-006") {
        dut_refusal(c, field);
        raw_busid(field, conf_busid(c));
        dut_refusal(c, field);
        CHECK_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                 18);
    }
}

CONF_CASE(
    USBIP_OP_BI_07, .title = "A busid without terminator is unknown", .reqs = REQS("USBIP-OP-007"),
    .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Import 32 times A, and the known busid followed by A up to byte 32; then correctly")
{
    uint8_t field[32];

    memset(field, 'A', sizeof(field));
    ROW("USBIP-OP-007") {
        dut_refusal(c, field);
        memcpy(field, conf_busid(c), strnlen(conf_busid(c), 31));
        dut_refusal(c, field);
        CHECK(importable(c));
    }
}

/* Behind a whole exchange with another client a server has read what it was sent before: the bytes
 * of one write stay apart even on a machine with no time to spare. */
static void others_are_served(struct conf *c)
{
    static uint8_t bytes[LIST_MAX];
    SOCKET fd = conf_server_connect(c);

    (void)list(fd, bytes, sizeof(bytes));
}

/* Sends a whole import and what follows it, in one write or byte by byte, on a new connection;
 * again while the device is still taken by the one before. The socket, or -1 when it is refused
 * or not answered; the reply's first 8 bytes are in `reply`. */
static int send_import(struct conf *c, const uint8_t *frame, size_t length, bool joined,
                       uint8_t *reply)
{
    for (int round = 0; round < 20; round++) {
        int fd = conf_server_connect(c);
        int error = joined ? raw_write(fd, frame, length) : 0;

        for (size_t i = 0; !joined && i < length && !error; i++) {
            error = raw_write(fd, frame + i, 1);
            if (i == 3 || i == 20 || i == 60)
                others_are_served(c);
        }
        /* A refusal may close while the rest is still being written; its reply says more. */
        error = raw_read(fd, reply, 8, DUT_PROMPT_MS);
        if (!error && get_be32(reply + 4) == 0)
            return fd;
        conf_note(c, "import %s: %s, status %u", joined ? "joined" : "in single bytes",
                  value_errno(error).text, error ? 0 : get_be32(reply + 4));
        close(fd);
        if (error)
            return -1;
        raw_silent(-1, 50);
    }
    return -1;
}

/* usbip_protocol.rst, Architecture: TCP keeps no message boundaries. */
CONF_CASE(USBIP_OP_BV_08, .title = "Messages may arrive byte by byte or joined",
          .reqs = REQS("USBIP-OP-008"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import and a submit in single bytes; then import and two submits in one write")
{
    uint8_t frame[40 + 2 * RAW_HEADER] = {0x01, 0x11, 0x80, 0x03}, reply[RAW_IMPORT];
    struct raw_urb urb = {.direction = RAW_IN,
                          .length = 18,
                          .packets = 0,
                          .setup = {0x80, 6, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00}};
    uint8_t answer[2 * (RAW_HEADER + 18)] = {0};

    {
        DUT_CONNECTION connection = dut_import(c);

        urb.devid = connection->devid;
    }
    raw_busid(frame + 8, conf_busid(c));
    urb.seqnum = 11;
    raw_encode_submit(&urb, frame + 40);
    urb.seqnum = 12;
    raw_encode_submit(&urb, frame + 40 + RAW_HEADER);
    ROW("USBIP-OP-008") {
        for (int joined = 0; joined < 2; joined++) {
            SOCKET fd =
                send_import(c, frame, joined ? sizeof(frame) : 40 + RAW_HEADER, joined, reply);
            size_t want = joined ? sizeof(answer) : sizeof(answer) / 2;

            REQUIRE(fd >= 0);
            REQUIRE_EQ(raw_read(fd, reply + 8, sizeof(reply) - 8, DUT_PROMPT_MS), 0);
            REQUIRE_EQ(raw_read(fd, answer, want, DUT_PROMPT_MS), 0);
            CHECK_EQ(get_be32(answer + 4), 11);
            CHECK_EQ(get_be32(answer + 24), 18);
            if (joined)
                CHECK_EQ(get_be32(answer + RAW_HEADER + 18 + 4), 12);
        }
    }
}

/* The speed of the record against what the descriptors can only be at that speed. */
static void dut_speed(struct conf *c, uint8_t expected)
{
    static uint8_t bytes[LIST_MAX];
    SOCKET fd = conf_server_connect(c);
    int length = list(fd, bytes, sizeof(bytes));
    const uint8_t *record;
    uint8_t config[512];
    uint16_t packet = 0;
    struct desc_walk walk;
    struct desc item;
    DUT_CONNECTION connection = dut_import(c);
    int count = raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, sizeof(config), config,
                            DUT_PROMPT_MS);

    if (length < 12)
        conf_refused(c, "device list", "the list of devices came to %s", value_errno(length).text);
    if (count < 9)
        conf_refused(c, "configuration descriptor", "the configuration descriptor came to %s",
                     value_errno(count).text);
    record = find_record(bytes, length, conf_busid(c));
    REQUIRE(record != NULL);
    desc_start(&walk, config, (size_t)count);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_ENDPOINT && item.length >= 7 && (item.at[3] & 3) == 2)
            packet = get_le16(item.at + 4);
    }
    conf_note(c, "speed %u in the list, %u in the import; bulk packets of %u", record[299],
              connection->speed, packet);
    CHECK_EQ(get_be32(record + 296), expected);
    CHECK_EQ(get_be32(connection->record + 296), expected);
    if (packet)
        CHECK(expected == DESC_SUPER  ? packet == 1024
              : expected == DESC_HIGH ? packet == 512
                                      : packet <= 64);
}

CONF_CASE(USBIP_OP_BV_09, .title = "A high-speed device says 3 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.HIGH", .player = "mtp",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    ROW("USBIP-OP-009")
        dut_speed(c, DESC_HIGH);
}

CONF_CASE(USBIP_OP_BV_10, .title = "A full-speed device says 2 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.FULL", .player = "mtp-full-speed",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    ROW("USBIP-OP-009")
        dut_speed(c, DESC_FULL);
}

CONF_CASE(USBIP_OP_BV_11, .title = "A super-speed device says 5 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.SUPER", .player = "mtp-super-speed",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    ROW("USBIP-OP-009")
        dut_speed(c, DESC_SUPER);
}

CONF_CASE(
    USBIP_OP_BV_12, .title = "Eight clients can list while one has a device in use",
    .level = CONF_SHOULD, .reqs = REQS("USBIP-OP-010"), .ics = "ANY", .player = "mtp",
    .needs = CONF_WIRE,
    .steps = "Import and leave a bulk IN URB pending; eight lists at once; the URB stays pending")
{
    static uint8_t bytes[LIST_MAX];
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = {.direction = RAW_IN, .endpoint = dut.pipe.in & 0x0f, .length = 512};
    int clients[8];

    if (raw_submit(connection, &urb, NULL) != 0)
        conf_refused(c, "submit", "the URB was not taken");
    for (size_t i = 0; i < 8; i++)
        clients[i] = conf_server_connect(c);
    ROW("USBIP-OP-010") {
        for (size_t i = 0; i < 8; i++) {
            int length = list(clients[i], bytes, sizeof(bytes));

            CHECK(length >= 12);
            if (length >= 12)
                CHECK_EQ(get_be32(bytes + 4), 0);
        }
        for (size_t i = 0; i < 8; i++)
            close(clients[i]);
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}
