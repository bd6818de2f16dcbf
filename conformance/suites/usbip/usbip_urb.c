/* USB/IP 1.1.1, URBs: what every reply says and when it comes (usbip_protocol.rst). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

static const uint8_t get_device[8] = {0x80, 6, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00};

/* GET_DESCRIPTOR(device) of 18 bytes as a submit. */
static struct raw_urb device_urb(void)
{
    struct raw_urb urb = {.direction = RAW_IN, .length = 18, .packets = 0};

    memcpy(urb.setup, get_device, 8);
    return urb;
}

static struct raw_urb bulk_urb(const struct dut *dut, bool in, uint32_t length)
{
    return (struct raw_urb){.direction = in ? RAW_IN : RAW_OUT,
                            .endpoint = (in ? dut->pipe.in : dut->pipe.out) & 0x0f,
                            .length = length,
                            .packets = 0};
}

/* The header of a command without parameters. */
static void encode_command(uint8_t ret_bytes[12], uint16_t code, uint32_t id)
{
    put_le32(ret_bytes, 12);
    put_le16(ret_bytes + 4, MTP_CT_COMMAND);
    put_le16(ret_bytes + 6, code);
    put_le32(ret_bytes + 8, id);
}

/* usbip_protocol.rst: the four commands, each behind a header of 48 bytes. */
CONF_CASE(USBIP_URB_BV_01, .title = "Every reply starts with a header of 48 bytes and its command",
          .reqs = REQS("USBIP-URB-001"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Submit, unlink and submit in one write; count the bytes of the three replies")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t frames[3 * RAW_HEADER], replies[3 * RAW_HEADER + 36] = {0};
    struct raw_urb urb = device_urb();

    urb.devid = connection->devid;
    urb.seqnum = 1;
    raw_encode_submit(&urb, frames);
    raw_encode_unlink(2, connection->devid, 1, frames + RAW_HEADER);
    urb.seqnum = 3;
    raw_encode_submit(&urb, frames + 2 * RAW_HEADER);
    ROW("USBIP-URB-001.submit") {
        REQUIRE_EQ(raw_write(connection->fd, frames, sizeof(frames)), 0);
        REQUIRE_EQ(raw_read(connection->fd, replies, RAW_HEADER, DUT_PROMPT_MS), 0);
    }
    /* Taken back before it was served: then its data is missing from the stream too. */
    if (get_be32(replies) == RAW_RET_UNLINK) {
        ROW("USBIP-URB-001.submit") {
            REQUIRE_EQ(
                raw_read(connection->fd, replies + RAW_HEADER, RAW_HEADER + 18, DUT_PROMPT_MS), 0);
            CHECK_EQ(get_be32(replies + RAW_HEADER), RAW_RET_SUBMIT);
            conf_excused(c, 1, "the first submit was unlinked before it was served");
        }
        return;
    }
    ROW("USBIP-URB-001.submit")
        CHECK_BYTES(replies, 8, "\0\0\0\3\0\0\0\1", 8);
    ROW("USBIP-URB-001.unlink") {
        REQUIRE_EQ(raw_read(connection->fd, replies + RAW_HEADER, 18 + RAW_HEADER, DUT_PROMPT_MS),
                   0);
        ROW("USBIP-URB-001.submit-length")
            CHECK_BYTES(replies + RAW_HEADER, 2, ((const uint8_t[]){18, DESC_DEVICE}), 2);
        CHECK_BYTES(replies + RAW_HEADER + 18, 8, "\0\0\0\4\0\0\0\2", 8);
    }
    ROW("USBIP-URB-001.unlink-length") {
        CHECK_EQ(
            raw_read(connection->fd, replies + 2 * RAW_HEADER + 18, RAW_HEADER + 18, DUT_PROMPT_MS),
            0);
        CHECK_BYTES(replies + 2 * RAW_HEADER + 18, 8, "\0\0\0\3\0\0\0\3", 8);
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}

/* One transfer whose reply repeats its seqnum; the other fields of the header are looked at in
 * every exchange. */
static void dut_transfer(struct conf *c, struct raw_connection *connection, struct raw_urb *urb,
                         uint8_t *data, size_t room)
{
    struct raw_reply reply = {0};

    ROW("USBIP-URB-002.seqnum") {
        REQUIRE_EQ(raw_transfer(connection, urb, data, room, DUT_PROMPT_MS, &reply), 0);
        CHECK_EQ(reply.seqnum, urb->seqnum);
    }
    ROW("USBIP-OP-004.submit")
        CHECK_BYTES(reply.padding, 8, (const uint8_t[8]){0}, 8);
    ROW("USBIP-URB-010.count")
        CHECK_SEEN(reply.packets == 0 || reply.packets == 0xffffffff, value_errno(reply.packets));
}

CONF_CASE(USBIP_URB_BV_02, .title = "Replies repeat seqnum and clear devid, direction and endpoint",
          .reqs = REQS("USBIP-URB-002", "USBIP-OP-004", "USBIP-URB-010"), .ics = "MTP",
          .player = "mtp", .needs = CONF_WIRE,
          .steps = "Control, stalled control, bulk OUT, bulk IN and unlink; seqnum 0x80000001")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_reply reply = {0};
    struct raw_urb urb = device_urb();
    uint8_t data[16384];
    uint32_t seqnum = 0;

    connection->next = 0x80000001;
    dut_transfer(c, connection, &urb, data, sizeof(data));
    urb.setup[1] = 0x55;
    dut_transfer(c, connection, &urb, data, sizeof(data));
    encode_command(data, MTP_OP_GET_DEVICE_INFO, 0);
    urb = bulk_urb(&dut, false, 12);
    dut_transfer(c, connection, &urb, data, 0);
    for (int i = 0; i < 2; i++) {
        urb = bulk_urb(&dut, true, sizeof(data));
        dut_transfer(c, connection, &urb, data, sizeof(data));
    }
    urb = bulk_urb(&dut, true, 512);
    if (raw_submit(connection, &urb, NULL) != 0 || raw_unlink(connection, urb.seqnum, &seqnum) != 0)
        conf_refused(c, "unlink", "the unlink was not taken");
    ROW("USBIP-URB-002.seqnum") {
        REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, NULL, 0), 0);
        CHECK_EQ(reply.seqnum, seqnum);
    }
    ROW("USBIP-OP-004.unlink")
        CHECK_BYTES(reply.padding, 24, (const uint8_t[24]){0}, 24);
}

CONF_CASE(USBIP_URB_BI_03, .title = "A submit for another device than the imported one is refused",
          .reqs = REQS("USBIP-URB-003"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_DESCRIPTOR with the right devid, then with three wrong ones")
{
    static const char *const clauses[] = {"USBIP-URB-003.number", "USBIP-URB-003.bus",
                                          "USBIP-URB-003.zero"};

    for (int i = 0; i < 3; i++) {
        DUT_CONNECTION connection = dut_import(c);
        const uint32_t wrong[] = {connection->devid ^ 1, connection->devid ^ 0x30000, 0};
        struct raw_urb urb = device_urb();
        struct raw_reply reply = {0};
        uint8_t data[64];
        int error;

        if (raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply) != 0 ||
            reply.actual != 18)
            conf_refused(c, "submit", "the URB of the right devid was not served");
        urb = device_urb();
        urb.exact = true;
        urb.seqnum = 77;
        urb.devid = wrong[i];
        reply = (struct raw_reply){0};
        error = raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply);
        conf_note(c, "devid %08x: %s, status %s", wrong[i], value_errno(error).text,
                  value_errno(reply.status).text);
        ROW(clauses[i])
            CHECK_SEEN(error == -ECONNRESET ||
                           (error == 0 && reply.status != 0 && reply.actual == 0),
                       value_errno(error));
    }
}

CONF_CASE(
    USBIP_URB_BV_04, .title = "Data follows OUT submits and IN replies, and nothing else",
    .reqs = REQS("USBIP-URB-004"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Cancel (control OUT), a command (bulk OUT), its data and response; count every byte")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint8_t cancel[6] = {0x01, 0x40, 0x99, 0, 0, 0}, command[12];
    static uint8_t data[16384];
    struct raw_reply reply = {0};
    struct raw_urb urb = {.direction = RAW_OUT,
                          .length = 6,
                          .packets = 0,
                          .setup = {0x21, 0x64, 0, 0, dut.pipe.interface_number, 0, 6, 0}};

    ROW("USBIP-URB-004.taken") {
        REQUIRE_EQ(raw_transfer(connection, &urb, cancel, 0, DUT_PROMPT_MS, &reply), 0);
        CHECK_EQ(reply.status, 0);
        CHECK_EQ(reply.actual, 6);
    }
    ROW("USBIP-URB-004.out")
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    encode_command(command, MTP_OP_GET_DEVICE_INFO, 0);
    urb = bulk_urb(&dut, false, 12);
    ROW("USBIP-URB-004.taken") {
        REQUIRE_EQ(raw_transfer(connection, &urb, command, 0, DUT_PROMPT_MS, &reply), 0);
        CHECK_EQ(reply.actual, 12);
    }
    ROW("USBIP-URB-004.out")
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    ROW("USBIP-URB-004.in") {
        for (int i = 0; i < 2; i++) {
            urb = bulk_urb(&dut, true, sizeof(data));
            REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply),
                       0);
            CHECK_EQ(ct_u32(&(struct ct_reader){data, data + 4, false}), reply.actual);
        }
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}

/* usbip_protocol.rst; Linux -EOVERFLOW is 75: the device sent more than the URB could take. */
CONF_CASE(USBIP_URB_BI_05, .title = "A reply never carries more than the URB asked for",
          .reqs = REQS("USBIP-URB-005"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "wLength 18 in a buffer of 8; a bulk IN URB of 20 bytes for a longer packet")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = device_urb();
    struct raw_reply reply = {0};
    uint8_t data[4096];

    urb.length = 8;
    ROW("USBIP-URB-005.most") {
        REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply), 0);
        CHECK(reply.actual <= 8);
    }
    ROW("USBIP-URB-005.status")
        CHECK_SEEN(reply.status == -EOVERFLOW || reply.status == 0, value_errno(reply.status));
    if (ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 0, PARAMS()))
        conf_refused(c, "submit", "the command was not taken");
    urb = bulk_urb(&dut, true, 20);
    ROW("USBIP-URB-005.most") {
        REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply), 0);
        CHECK(reply.actual <= 20);
    }
    conf_note(c, "bulk: status %s, %u bytes", value_errno(reply.status).text, reply.actual);
    ROW("USBIP-URB-005.status")
        CHECK_EQ(reply.status, -EOVERFLOW);
}

CONF_CASE(USBIP_URB_BI_06, .title = "A stall is status -32 without data, and bulk stays halted",
          .reqs = REQS("USBIP-URB-006"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Unknown request, GET_STATUS; halt bulk IN, read twice, clear the halt")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = device_urb();
    struct raw_reply reply = {0};
    uint8_t data[512];

    urb.setup[1] = 0x55;
    ROW("USBIP-URB-006.control") {
        REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply), 0);
        CHECK_EQ(reply.status, -EPIPE);
    }
    ROW("USBIP-URB-006.bare")
        CHECK_EQ(reply.actual, 0);
    ROW("USBIP-URB-006.next")
        CHECK_EQ(raw_control(connection, 0x80, USB_GET_STATUS, 0, 0, 2, data, DUT_PROMPT_MS), 2);
    if (raw_control(connection, USB_TO_ENDPOINT, USB_SET_FEATURE, 0, dut.pipe.in, 0, NULL,
                    DUT_PROMPT_MS) != 0)
        conf_refused(c, "endpoint halt", "SET_FEATURE(ENDPOINT_HALT) of bulk IN was refused");
    for (int i = 0; i < 2; i++) {
        urb = bulk_urb(&dut, true, 512);
        ROW(i ? "USBIP-URB-006.stays" : "USBIP-URB-006.bulk") {
            REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply),
                       0);
            CHECK_EQ(reply.status, -EPIPE);
        }
        ROW("USBIP-URB-006.bare")
            CHECK_EQ(reply.actual, 0);
    }
    ROW("USBIP-URB-006.cleared") {
        CHECK_EQ(raw_control(connection, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, 0, dut.pipe.in, 0,
                             NULL, DUT_PROMPT_MS),
                 0);
        /* It waits for data, or has some. */
        urb = bulk_urb(&dut, true, 512);
        reply.status = 0;
        raw_transfer(connection, &urb, data, sizeof(data), DUT_QUIET_MS, &reply);
        CHECK_SEEN(reply.status != -EPIPE, value_errno(reply.status));
    }
}

/* USB 2.0, 5.8.3; URB_SHORT_NOT_OK is 1, -EREMOTEIO is 121. */
CONF_CASE(USBIP_URB_BV_07, .title = "A short packet ends a URB, with an error only if asked for",
          .reqs = REQS("USBIP-URB-007"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Read short containers with and without URB_SHORT_NOT_OK")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    static uint8_t data[16384];

    for (uint32_t flags = 0; flags <= RAW_SHORT_NOT_OK; flags++) {
        struct raw_reply reply = {0};

        if (ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 0, PARAMS()))
            conf_refused(c, "submit", "the command was not taken");
        for (int i = 0; i < 2; i++) {
            struct raw_urb urb = bulk_urb(&dut, true, sizeof(data));

            urb.flags = flags;
            ROW(flags ? "USBIP-URB-007.flag" : "USBIP-URB-007.short") {
                REQUIRE_EQ(
                    raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply), 0);
                conf_note(c, "flags %u: status %s, %u bytes", flags, value_errno(reply.status).text,
                          reply.actual);
                CHECK_EQ(reply.status, flags ? -EREMOTEIO : 0);
                CHECK(reply.actual >= 12 && reply.actual < sizeof(data));
            }
        }
    }
    ROW("USBIP-URB-007.full") {
        struct raw_urb urb = device_urb();
        struct raw_reply reply = {0};

        urb.flags = RAW_SHORT_NOT_OK;
        REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply), 0);
        CHECK_EQ(reply.status, 0);
    }
}

CONF_CASE(
    USBIP_URB_BV_08, .title = "Each container ends its URB and the next starts in the next",
    .reqs = REQS("USBIP-URB-008"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "Two 16 KB bulk IN URBs wait; GetDeviceInfo fills one with data, one with the response")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    static uint8_t data[16384];
    struct raw_urb urbs[3];
    struct raw_reply reply = {0};
    uint8_t command[12];

    for (int i = 0; i < 2; i++) {
        urbs[i] = bulk_urb(&dut, true, sizeof(data));
        if (raw_submit(connection, &urbs[i], NULL) != 0)
            conf_refused(c, "submit", "the URB was not taken");
    }
    encode_command(command, MTP_OP_GET_DEVICE_INFO, 0);
    urbs[2] = bulk_urb(&dut, false, 12);
    if (raw_submit(connection, &urbs[2], command) != 0)
        conf_refused(c, "submit", "the command was not taken");
    for (int i = 0, containers = 0; i < 3; i++) {
        ROW("USBIP-URB-008.ends")
            REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data)), 0);
        if (reply.seqnum == urbs[2].seqnum)
            continue;
        ROW(containers ? "USBIP-URB-008.next" : "USBIP-URB-008.ends") {
            CHECK_EQ(reply.seqnum, urbs[containers].seqnum);
            CHECK_EQ(get_le32(data), reply.actual);
            CHECK_EQ(get_le16(data + 4), containers == 0 ? MTP_CT_DATA : MTP_CT_RESPONSE);
        }
        containers++;
    }
}

/* A SendObjectInfo whose data phase announces 4096 bytes and ends behind the first packet by a
 * zero-length packet alone; true if the device sees that end and is in step after it. */
static bool ends_by_zlp(struct conf *c, bool by_flag)
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    static uint8_t bytes[1024];
    struct raw_reply reply = {0};
    struct raw_urb urb = bulk_urb(&dut, false, dut.pipe.packet);
    uint32_t id;

    memset(bytes, 0, sizeof(bytes));
    SETUP {
        if (dut_open(&dut, 1) != MTP_RC_OK)
            dut_unprepared(&dut, "OpenSession");
    }
    id = dut.pipe.next++;
    encode_command(bytes, MTP_OP_SEND_OBJECT_INFO, id);
    put_le32(bytes, 4096);
    put_le16(bytes + 4, MTP_CT_DATA);
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT_INFO, id, PARAMS(0, 0xffffffff)))
        conf_refused(c, "submit", "the command was not taken");
    urb.flags = by_flag ? RAW_ZERO_PACKET : 0;
    if (raw_transfer(connection, &urb, bytes, 0, DUT_PROMPT_MS, &reply) != 0)
        conf_refused(c, "submit", "the packet was not taken");
    if (!by_flag) {
        int error;

        urb = bulk_urb(&dut, false, 0);
        error = raw_transfer(connection, &urb, bytes, 0, DUT_PROMPT_MS, &reply);
        conf_note(c, "zero-length submit: %s, status %s", value_errno(error).text,
                  value_errno(reply.status).text);
        CHECK_EQ(error, 0);
        CHECK_EQ(reply.status, 0);
    }
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    CHECK_NOT_RC(dut_collect(&dut), MTP_RC_OK);
    /* One zero-length packet, not two: the next command is read as such. */
    return dut_in_step(&dut);
}

CONF_CASE(
    USBIP_URB_BV_09, .title = "A zero-length submit or URB_ZERO_PACKET is one zero-length packet",
    .reqs = REQS("USBIP-URB-009"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WIRE,
    .steps = "End a data phase early by each form; the device answers, and the next operation too")
{
    ROW("USBIP-URB-009.flag")
        CHECK(ends_by_zlp(c, true));
    ROW("USBIP-URB-009.empty")
        CHECK(ends_by_zlp(c, false));
}

CONF_CASE(USBIP_URB_BV_10, .title = "number_of_packets is 0 or -1 in replies, and either is taken",
          .reqs = REQS("USBIP-URB-010"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_DESCRIPTOR with number_of_packets 0xFFFFFFFF and 0")
{
    DUT_CONNECTION connection = dut_import(c);

    for (int i = 0; i < 2; i++) {
        struct raw_urb urb = device_urb();
        struct raw_reply reply = {0};
        uint8_t data[64];

        urb.packets = i ? 0 : 0xffffffff;
        ROW(i ? "USBIP-URB-010.zero" : "USBIP-URB-010.ones") {
            REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply),
                       0);
            CHECK_EQ(reply.status, 0);
            CHECK_EQ(reply.actual, 18);
        }
        ROW("USBIP-URB-010.end")
            CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}

CONF_CASE(
    USBIP_URB_BV_17, .title = "An endpoint or direction the device lacks is answered by an error",
    .reqs = REQS("USBIP-URB-017"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "Submits to endpoints IN and OUT that no descriptor has, and to the wrong direction of the "
        "interrupt endpoint")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint32_t lone = dut.pipe.interrupt & 0x0f;
    const struct {
        uint32_t endpoint, direction;
    } shapes[] = {{dut_absent(c, connection, true) & 0x0f, RAW_IN},
                  {dut_absent(c, connection, false), RAW_OUT},
                  {lone, RAW_OUT}};
    uint8_t data[64] = {0};

    static const char *const clauses[] = {"USBIP-URB-017.in", "USBIP-URB-017.out",
                                          "USBIP-URB-017.direction"};

    for (size_t i = 0; i < 3; i++) {
        struct raw_urb urb = {.direction = shapes[i].direction,
                              .endpoint = shapes[i].endpoint,
                              .length = 16,
                              .packets = 0};
        struct raw_reply reply = {0};

        if (shapes[i].endpoint == 0 ||
            (shapes[i].direction == RAW_OUT && shapes[i].endpoint == (dut.pipe.out & 0x0fu)))
            continue;
        ROW(clauses[i]) {
            REQUIRE_EQ(raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply),
                       0);
            conf_note(c, "endpoint %u direction %u: status %s", urb.endpoint, urb.direction,
                      value_errno(reply.status).text);
            CHECK_SEEN(reply.status == -ENOENT || reply.status == -EPIPE,
                       value_errno(reply.status));
        }
        ROW("USBIP-URB-017.bare")
            CHECK_EQ(reply.actual, 0);
    }
    ROW("USBIP-URB-017.next")
        CHECK_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, data, DUT_PROMPT_MS),
                 18);
}

/* USB 2.0, 8.5.3: the refusal of a control write shows in its status stage. */
CONF_CASE(USBIP_URB_BV_19, .title = "Control OUT data reaches the device, and its refusal is -32",
          .reqs = REQS("USBIP-URB-019"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Cancel with the right and with a wrong code in its data")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint8_t cancel[6] = {0x01, 0x40, 0x99, 0, 0, 0};
    uint16_t number = dut.pipe.interface_number;

    ROW("USBIP-URB-019.data")
        CHECK_EQ(raw_control(connection, 0x21, MTP_REQ_CANCEL, 0, number, 6, cancel, DUT_PROMPT_MS),
                 6);
    cancel[0] = 0x02;
    ROW("USBIP-URB-019.refused")
        CHECK_EQ(raw_control(connection, 0x21, MTP_REQ_CANCEL, 0, number, 6, cancel, DUT_PROMPT_MS),
                 -EPIPE);
}
