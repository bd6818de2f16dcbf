/* USB/IP 1.1.1, many URBs at once: order, unlink, the end of a connection. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

static struct raw_urb urb_of(uint8_t address, uint32_t length)
{
    return (struct raw_urb){.direction = address & 0x80 ? RAW_IN : RAW_OUT,
                            .endpoint = address & 0x0f,
                            .length = length,
                            .packets = 0};
}

static struct raw_urb device_urb(void)
{
    return (struct raw_urb){
        .direction = RAW_IN, .length = 18, .packets = 0, .setup = {0x80, 6, 0, 1, 0, 0, 18, 0}};
}

static void submit(struct conf *c, struct raw_connection *connection, struct raw_urb *urb,
                   const void *data)
{
    if (raw_submit(connection, urb, data) != 0)
        conf_refused(c, "submit", "the URB was not taken");
}

/* GetDeviceInfo's command container as a submit that is not waited for. */
static uint32_t submit_command(struct conf *c, const struct dut *dut)
{
    static const uint8_t command[12] = {12, 0, 0, 0, 1, 0, 0x01, 0x10, 0, 0, 0, 0};
    struct raw_urb urb = urb_of(dut->pipe.out, 12);

    submit(c, dut->pipe.raw, &urb, command);
    return urb.seqnum;
}

/* usbip_protocol.rst, Architecture: order is kept within an endpoint only. */
CONF_CASE(USBIP_URB_BV_11,
          .title = "A pending interrupt URB holds nothing up and bulk keeps its order",
          .reqs = REQS("USBIP-URB-011"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "An idle interrupt URB, 64 bulk IN URBs, GetDeviceInfo until all came back; "
                   "order of seqnums")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    static uint8_t data[16384];
    struct raw_urb idle = urb_of(dut.pipe.interrupt, 64);
    uint32_t first = 0, last = 0, expected, command = 0;
    unsigned inside = 0;

    if (!dut.pipe.interrupt)
        conf_inconclusive(c, "no interrupt endpoint");
    submit(c, connection, &idle, NULL);
    for (int i = 0; i < 64; i++) {
        struct raw_urb urb = urb_of(dut.pipe.in, sizeof(data));

        submit(c, connection, &urb, NULL);
        first = i == 0 ? urb.seqnum : first;
        last = urb.seqnum;
    }
    expected = first;
    ROW("USBIP-URB-011.control")
        REQUIRE_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, data, DUT_PROMPT_MS),
                   18);
    while (expected <= last) {
        struct raw_reply reply = {0};

        if (inside == 0) {
            command = submit_command(c, &dut);
            inside = 3; /* the command's own reply, data, response */
        }
        ROW("USBIP-URB-011.bulk") {
            REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data)), 0);
            CHECK(reply.seqnum != idle.seqnum);
        }
        inside--;
        if (reply.seqnum == command)
            continue;
        ROW("USBIP-URB-011.order")
            REQUIRE_EQ(reply.seqnum, expected);
        expected++;
    }
}

/* usbip_protocol.rst, CMD_UNLINK: -ECONNRESET is 104. */
CONF_CASE(
    USBIP_URB_BV_12, .title = "A pending URB that is unlinked is answered once, by RET_UNLINK -104",
    .reqs = REQS("USBIP-URB-012"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Unlink a pending URB of interrupt and of bulk IN, then wait for a RET_SUBMIT that "
             "must not come")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    const uint8_t endpoints[] = {dut.pipe.interrupt, dut.pipe.in};
    struct raw_reply reply = {0};
    uint32_t seqnum = 0;
    uint8_t data[64];

    for (size_t i = dut.pipe.interrupt ? 0 : 1; i < 2; i++) {
        struct raw_urb urb = urb_of(endpoints[i], 64);

        submit(c, connection, &urb, NULL);
        if (raw_unlink(connection, urb.seqnum, &seqnum) != 0)
            conf_refused(c, "unlink", "the unlink was not taken");
        ROW("USBIP-URB-012.status") {
            REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data)), 0);
            CHECK_EQ(reply.command, RAW_RET_UNLINK);
            CHECK_EQ(reply.status, -ECONNRESET);
        }
        ROW("USBIP-URB-012.seqnum")
            CHECK_EQ(reply.seqnum, seqnum);
        ROW("USBIP-URB-012.once")
            CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}

/* One submit and its unlink in one write. Exactly one outcome is right: RET_SUBMIT and then
 * RET_UNLINK 0, or RET_UNLINK -104 alone. */
static bool race(struct conf *c, struct raw_connection *connection)
{
    struct raw_urb urb = device_urb();
    uint8_t frames[2 * RAW_HEADER], data[64];
    struct raw_reply reply = {0};
    uint32_t unlink = 0;
    bool finished;
    int error;

    urb.seqnum = connection->next;
    urb.devid = connection->devid;
    raw_encode_submit(&urb, frames);
    connection->pending[0] = (struct raw_pending){
        .seqnum = urb.seqnum, .direction = RAW_IN, .length = urb.length, .used = true};
    unlink = urb.seqnum + 1;
    raw_encode_unlink(unlink, connection->devid, urb.seqnum, frames + RAW_HEADER);
    connection->pending[1] =
        (struct raw_pending){.seqnum = unlink, .direction = RAW_OUT, .used = true};
    connection->next += 2;
    error = raw_write(connection->fd, frames, sizeof(frames));
    if (!error)
        error = raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data));
    finished = !error && reply.command == RAW_RET_SUBMIT && reply.seqnum == urb.seqnum;
    if (finished)
        error = raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data));
    if (error || reply.command != RAW_RET_UNLINK || reply.seqnum != unlink ||
        reply.status != (finished ? 0 : -ECONNRESET)) {
        conf_note(c, "seqnum %u: error %s, command %u, status %s", urb.seqnum,
                  value_errno(error).text, reply.command, value_errno(reply.status).text);
        return false;
    }
    return true;
}

CONF_CASE(USBIP_URB_BV_13, .title = "Unlinking what is finished or unknown answers status 0, once",
          .reqs = REQS("USBIP-URB-013"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .timeout_s = 60,
          .steps = "Unlink a finished and an unknown seqnum; 10000 submits raced by their unlink")
{
    DUT_CONNECTION connection = dut_import(c);
    struct raw_urb urb = device_urb();
    struct raw_reply reply = {0};
    uint8_t data[64];
    uint32_t seqnum = 0;
    int good = 0;

    if (raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply) != 0)
        conf_refused(c, "submit", "the URB was not served");
    for (int i = 0; i < 2; i++) {
        if (raw_unlink(connection, i ? 0xfffffff0 : urb.seqnum, &seqnum) != 0)
            conf_refused(c, "unlink", "the unlink was not taken");
        ROW(i ? "USBIP-URB-013.unknown" : "USBIP-URB-013.finished") {
            REQUIRE_EQ(raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data)), 0);
            CHECK_EQ(reply.command, RAW_RET_UNLINK);
            CHECK_EQ(reply.seqnum, seqnum);
            CHECK_EQ(reply.status, 0);
        }
    }
    ROW("USBIP-URB-013.raced") {
        while (good < 10000 && race(c, connection))
            good++;
        CHECK_EQ(good, 10000);
        CHECK(raw_silent(connection->fd, DUT_QUIET_MS));
    }
}

/* A bulk IN URB, the command that fills it, and its unlink, in one go. Whatever the unlink says,
 * data and response of the command arrive whole. */
static bool unlinked_data_arrives(struct conf *c, struct dut *dut)
{
    struct raw_connection *connection = dut->pipe.raw;
    static uint8_t data[16384];
    struct raw_urb urb = urb_of(dut->pipe.in, sizeof(data));
    struct raw_reply reply = {0};
    uint32_t command, seqnum = 0;
    unsigned containers = 0, replies = 0;
    bool filled = false;

    submit(c, connection, &urb, NULL);
    command = submit_command(c, dut);
    if (raw_unlink(connection, urb.seqnum, &seqnum) != 0)
        conf_refused(c, "unlink", "the unlink was not taken");
    /* The command's reply, the unlink's, and the URB's own unless it was cancelled. */
    while (replies < 2 || filled != (containers > 0)) {
        if (raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data)) != 0)
            return false;
        if (reply.seqnum == seqnum) {
            filled = reply.status == 0;
            replies++;
        } else if (reply.seqnum == command) {
            replies++;
        } else {
            containers++;
            filled = true;
            if (get_le32(data) != reply.actual || get_le16(data + 4) != MTP_CT_DATA)
                return false;
        }
    }
    for (; containers < 2; containers++) {
        urb = urb_of(dut->pipe.in, sizeof(data));
        if (raw_transfer(connection, &urb, data, sizeof(data), DUT_PROMPT_MS, &reply) != 0 ||
            reply.actual < 12 || get_le32(data) != reply.actual ||
            get_le16(data + 4) != (containers ? MTP_CT_RESPONSE : MTP_CT_DATA)) {
            conf_note(c, "container %u: status %s, %u bytes", containers,
                      value_errno(reply.status).text, reply.actual);
            return false;
        }
    }
    return true;
}

CONF_CASE(
    USBIP_URB_BV_14, .title = "Data of an unlinked IN URB goes to the next one",
    .reqs = REQS("USBIP-URB-014"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "Unlink a waiting bulk IN URB, then run an operation; then race unlink and data 100 times")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    struct raw_urb urb = urb_of(dut.pipe.in, 16384);
    struct raw_reply reply = {0};
    uint32_t seqnum = 0;
    int good = 0;

    submit(c, connection, &urb, NULL);
    if (raw_unlink(connection, urb.seqnum, &seqnum) != 0 ||
        raw_next(connection, DUT_PROMPT_MS, &reply, NULL, 0) != 0)
        conf_refused(c, "unlink", "the unlink was not answered");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USBIP-URB-014.waiting")
        CHECK(dut_in_step(&dut));
    ROW("USBIP-URB-014.raced") {
        while (good < 100 && unlinked_data_arrives(c, &dut))
            good++;
        CHECK_EQ(good, 100);
    }
}

CONF_CASE(USBIP_URB_BV_15, .title = "A dropped connection frees URBs, session and device",
          .reqs = REQS("USBIP-URB-015"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Open a session, leave 100 URBs pending, close; import again, OpenSession works")
{
    uint16_t code;
    int error = -EBUSY;

    {
        DUT_CONNECTION connection = dut_import(c);
        DUT dut = dut_raw(c, connection);

        dut.pipe.next = 0;
        if (dut_op(&dut, MTP_OP_OPEN_SESSION, PARAMS(1)) != MTP_RC_OK)
            dut_unprepared(&dut, "OpenSession");
        for (int i = 0; i < 100; i++) {
            struct raw_urb urb = urb_of(dut.pipe.in, 16384);

            submit(c, connection, &urb, NULL);
        }
    }
    for (int round = 0; round < 20 && error != 0; round++) {
        struct raw_connection again;
        int fd = conf_server_connect(c);

        error = raw_import(&again, fd, conf_busid(c), DUT_PROMPT_MS);
        close(fd);
        if (error)
            raw_silent(-1, 50);
    }
    ROW("USBIP-URB-015.free")
        REQUIRE_EQ(error, 0);

    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);

    dut.pipe.next = 0;
    ROW("USBIP-URB-015.urbs") {
        dut.pipe.deadline_ms = DUT_PROMPT_MS;
        CHECK(dut_in_step(&dut));
    }
    dut.pipe.next = 0;
    ROW("USBIP-URB-015.session") {
        code = dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
        CHECK_RC(code, MTP_RC_SESSION_NOT_OPEN);
        dut.pipe.next = 0;
        CHECK_RC(dut_op(&dut, MTP_OP_OPEN_SESSION, PARAMS(1)), MTP_RC_OK);
    }
}

/* True if the server closes after these 48 bytes. */
static bool closes(struct conf *c, struct raw_urb *urb, uint32_t command)
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t frame[RAW_HEADER];
    size_t more = 0;
    int error;

    urb->seqnum = 1;
    urb->devid = connection->devid;
    raw_encode_submit(urb, frame);
    frame[3] = (uint8_t)command;
    error = raw_write(connection->fd, frame, sizeof(frame));
    if (!error)
        error = raw_drain(connection->fd, DUT_PROMPT_MS, &more);
    conf_note(c, "command 0x%02x, length 0x%08x: %s after %zu bytes", command, urb->length,
              value_errno(error).text, more);
    return error == 0 || error == -ECONNRESET;
}

CONF_CASE(USBIP_URB_BI_16, .title = "A bad command or an absurd length closes the connection",
          .reqs = REQS("USBIP-URB-016"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Command 0x99; OUT and IN submits of 0xFFFFFFFF and 0x7FFFFFFF bytes; then a "
                   "correct import")
{
    static const uint32_t lengths[] = {0xffffffff, 0x7fffffff};
    struct raw_urb urb = device_urb();
    uint8_t device[18];

    ROW("USBIP-URB-016.command")
        CHECK(closes(c, &urb, 0x99));
    for (size_t i = 0; i < 4; i++) {
        urb = urb_of(i % 2 ? 0x81 : 0x01, lengths[i / 2]);
        ROW(i % 2 ? "USBIP-URB-016.in" : "USBIP-URB-016.out")
            CHECK(closes(c, &urb, RAW_CMD_SUBMIT));
    }
    ROW("USBIP-URB-016.next")
        REQUIRE(dut_importable(c));

    DUT_CONNECTION connection = dut_import(c);

    ROW("USBIP-URB-016.next")
        CHECK_EQ(raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS),
                 18);
}

/* -ENODEV is 19, -ESHUTDOWN 108. */
CONF_CASE(
    USBIP_URB_BV_18, .title = "Pulling the device ends its pending URBs",
    .reqs = REQS("USBIP-URB-018"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE | CONF_CONTROL,
    .steps =
        "Leave three URBs pending, unplug; the connection closes or each ends with -108 or -19")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint8_t device[18];
    int ended = 0, error = 0;

    for (int i = 0; i < 3; i++) {
        struct raw_urb urb = urb_of(dut.pipe.in, 512);

        submit(c, connection, &urb, NULL);
    }
    /* Frames are read in order: once this is answered, the three are the device's. */
    if (raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    dut_verb(c, "unplug");
    while (ended < 3 && error == 0) {
        struct raw_reply reply = {0};
        uint8_t data[512];

        error = raw_next(connection, DUT_PROMPT_MS, &reply, data, sizeof(data));
        if (error)
            break;
        ended++;
        ROW("USBIP-URB-018.status")
            CHECK_SEEN(reply.status == -ESHUTDOWN || reply.status == -ENODEV,
                       value_errno(reply.status));
    }
    conf_note(c, "%d URBs ended, then %s", ended, value_errno(error).text);
    ROW("USBIP-URB-018.ends")
        CHECK_SEEN(ended == 3 || error == -ECONNRESET, value_errno(error));
}
