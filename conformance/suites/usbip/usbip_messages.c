/* USB/IP 1.1.1, the OP phase: how messages arrive, and what of a device's speed they say. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* Behind a whole exchange with another client a server has read what it was sent before: the bytes
 * of one write stay apart even on a machine with no time to spare. */
static void others_are_served(struct conf *c)
{
    static uint8_t bytes[RAW_LIST_MAX];
    RAW_SOCKET fd = conf_server_connect(c);

    (void)raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS);
}

/* Sends a whole import, or more, in one write or byte by byte, on a new connection; again while the
 * device is still taken by the one before. The socket, or -1 when it is refused or not answered;
 * the reply's first 8 bytes are in `reply`. */
static int send_import(struct conf *c, const uint8_t *frame, size_t length, bool joined,
                       uint8_t *reply)
{
    for (int round = 0; round < 20; round++) {
        int fd = conf_server_connect(c);
        int error = joined ? raw_write(fd, frame, length) : 0;

        for (size_t i = 0; !joined && i < length && !error; i++) {
            error = raw_write(fd, frame + i, 1);
            if (i == 3 || i == 20)
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

/* The replies to one or two GET_DESCRIPTORs, numbered from 11 on. */
static void dut_replies(struct conf *c, int fd, size_t count)
{
    uint8_t answer[RAW_HEADER + 18] = {0};

    for (size_t i = 0; i < count; i++) {
        REQUIRE_EQ(raw_read(fd, answer, sizeof(answer), DUT_PROMPT_MS), 0);
        CHECK_EQ(get_be32(answer + 4), 11 + i);
        CHECK_EQ(get_be32(answer + 24), 18);
    }
}

/* A control request that writes, its payload apart from its header; whether the device takes it is
 * its own matter. */
static void dut_payload(struct conf *c, int fd, uint32_t devid)
{
    struct raw_urb urb = {.seqnum = 13,
                          .devid = devid,
                          .direction = RAW_OUT,
                          .length = 6,
                          .setup = {0x21, MTP_REQ_CANCEL, 0, 0, 0, 0, 6, 0}};
    static const uint8_t payload[6] = {0x01, 0x40, 0x99};
    uint8_t frame[RAW_HEADER] = {0};

    raw_encode_submit(&urb, frame);
    raw_write(fd, frame, sizeof(frame));
    for (size_t i = 0; i < sizeof(payload); i++) {
        others_are_served(c);
        raw_write(fd, payload + i, 1);
    }
    REQUIRE_EQ(raw_read(fd, frame, sizeof(frame), DUT_PROMPT_MS), 0);
    CHECK_EQ(get_be32(frame), RAW_RET_SUBMIT);
    CHECK_EQ(get_be32(frame + 4), 13);
}

/* usbip_protocol.rst, Architecture: TCP keeps no message boundaries. */
CONF_CASE(USBIP_OP_BV_08, .title = "Messages may arrive byte by byte or joined",
          .reqs = REQS("USBIP-OP-008"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import, a submit and a payload in single bytes; then import and two submits in "
                   "one write")
{
    uint8_t frame[40 + 2 * RAW_HEADER] = {0x01, 0x11, 0x80, 0x03}, reply[RAW_IMPORT];
    struct raw_urb urb = {.direction = RAW_IN,
                          .length = 18,
                          .packets = 0,
                          .setup = {0x80, 6, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00}};

    {
        DUT_CONNECTION connection = dut_import(c);

        urb.devid = connection->devid;
    }
    raw_busid(frame + 8, conf_busid(c));
    urb.seqnum = 11;
    raw_encode_submit(&urb, frame + 40);
    urb.seqnum = 12;
    raw_encode_submit(&urb, frame + 40 + RAW_HEADER);
    {
        RAW_SOCKET fd = send_import(c, frame, 40, false, reply);

        ROW("USBIP-OP-008.import") {
            REQUIRE(fd >= 0);
            REQUIRE_EQ(raw_read(fd, reply + 8, sizeof(reply) - 8, DUT_PROMPT_MS), 0);
        }
        ROW("USBIP-OP-008.submit") {
            for (size_t i = 40; i < 40 + RAW_HEADER; i++) {
                raw_write(fd, frame + i, 1);
                if (i == 41 || i == 60)
                    others_are_served(c);
            }
            dut_replies(c, fd, 1);
        }
        ROW("USBIP-OP-008.payload")
            dut_payload(c, fd, urb.devid);
    }
    ROW("USBIP-OP-008.joined") {
        RAW_SOCKET fd = send_import(c, frame, sizeof(frame), true, reply);

        REQUIRE(fd >= 0);
        REQUIRE_EQ(raw_read(fd, reply + 8, sizeof(reply) - 8, DUT_PROMPT_MS), 0);
        dut_replies(c, fd, 2);
    }
}

/* bcdUSB and bulk packets are the speed's (USB 2.0, 5.8.3 and 9.6.1; USB 3.2, 9.6.1). */
static void dut_fits(struct conf *c, uint8_t speed, uint16_t version, uint16_t packet)
{
    ROW("USBIP-OP-009.version")
        CHECK(speed == DESC_SUPER ? version >= 0x0300 : speed != DESC_HIGH || version >= 0x0200);
    if (!packet)
        return;
    ROW("USBIP-OP-009.packets")
        CHECK(speed == DESC_SUPER  ? packet == 1024
              : speed == DESC_HIGH ? packet == 512
                                   : packet <= 64);
}

/* The speed of both records, of the clause `row`, against what the descriptors can only be at that
 * speed. */
static void dut_speed(struct conf *c, const char *row, uint8_t expected)
{
    static uint8_t bytes[RAW_LIST_MAX];
    RAW_SOCKET fd = conf_server_connect(c);
    int length = raw_list(fd, bytes, sizeof(bytes), DUT_PROMPT_MS);
    const uint8_t *record;
    uint8_t config[512], device[18] = {0};
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
    if (raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    record = raw_find_record(bytes, length, conf_busid(c));
    if (!record)
        conf_refused(c, "device list", "%s is not in the list of devices", conf_busid(c));
    desc_start(&walk, config, (size_t)count);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_ENDPOINT && item.length >= 7 && (item.at[3] & 3) == 2)
            packet = get_le16(item.at + 4);
    }
    conf_note(c, "speed %u in the list, %u in the import; bulk packets of %u", record[299],
              connection->speed, packet);
    ROW(row) {
        CHECK_EQ(get_be32(record + 296), expected);
        CHECK_EQ(get_be32(connection->record + 296), expected);
    }
    dut_fits(c, expected, get_le16(device + 2), packet);
}

CONF_CASE(USBIP_OP_BV_09, .title = "A high-speed device says 3 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.HIGH", .player = "mtp",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    dut_speed(c, "USBIP-OP-009.high", DESC_HIGH);
}

CONF_CASE(USBIP_OP_BV_10, .title = "A full-speed device says 2 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.FULL", .player = "mtp-full-speed",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    dut_speed(c, "USBIP-OP-009.full", DESC_FULL);
}

CONF_CASE(USBIP_OP_BV_11, .title = "A super-speed device says 5 in list and import",
          .reqs = REQS("USBIP-OP-009"), .ics = "USB.SPEED.SUPER", .player = "mtp-super-speed",
          .needs = CONF_WIRE,
          .steps = "Compare the speed of both records with the bulk packet size")
{
    dut_speed(c, "USBIP-OP-009.super", DESC_SUPER);
}

CONF_CASE(
    USBIP_OP_BV_12, .title = "Eight clients can list while one has a device in use",
    .level = CONF_SHOULD, .reqs = REQS("USBIP-OP-010"), .ics = "ANY", .player = "mtp",
    .needs = CONF_WIRE,
    .steps = "Import and leave a bulk IN URB pending; eight lists at once; the URB stays pending")
{
    static uint8_t bytes[RAW_LIST_MAX];
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = {.direction = RAW_IN, .endpoint = dut.pipe.in & 0x0f, .length = 512};
    int clients[8];

    if (raw_submit(connection, &urb, NULL) != 0)
        conf_refused(c, "submit", "the URB was not taken");
    for (size_t i = 0; i < 8; i++)
        clients[i] = conf_server_connect(c);
    for (size_t i = 0; i < 8; i++) {
        int length = raw_list(clients[i], bytes, sizeof(bytes), DUT_PROMPT_MS);

        ROW("USBIP-OP-010.lists") {
            CHECK(length >= 12);
            if (length >= 12)
                CHECK_EQ(get_be32(bytes + 4), 0);
        }
    }
    for (size_t i = 0; i < 8; i++)
        close(clients[i]);
    ROW("USBIP-OP-010.pending")
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
}
