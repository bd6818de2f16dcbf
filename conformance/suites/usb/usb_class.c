/* USB still image class 1.0, chapter 5: class requests, cancel, status, reset. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { TO_CLASS = 0x21, FROM_CLASS = 0xa1, BIG = 1024 * 1024 };
/* What may still lie in a device's queues; no document has a number, so it is much. */
enum { QUEUED = BIG / 4 };

static int cancel_as(struct dut *dut, uint16_t code, uint32_t id, int index, uint16_t length)
{
    uint8_t bytes[8] = {0};

    put_le16(bytes, code);
    put_le32(bytes + 2, id);
    return dut_control(dut->c, TO_CLASS, MTP_REQ_CANCEL, 0, (uint16_t)index, length, bytes);
}

static int cancel(struct dut *dut, uint32_t id)
{
    return cancel_as(dut, 0x4001, id, dut->pipe.interface_number, 6);
}

/* Get Device Status; the code, or -errno. */
static int device_status(struct dut *dut, uint8_t bytes[64], int *ret_count)
{
    struct conf *c = dut->c;
    int count = dut_control(dut->c, FROM_CLASS, MTP_REQ_GET_DEVICE_STATUS, 0,
                            dut->pipe.interface_number, 64, bytes);

    *ret_count = count;
    if (count < 4)
        return count < 0 ? count : -EMSGSIZE;
    ROW("USB-SIC-004.length")
        CHECK_EQ(get_le16(bytes), count);
    return get_le16(bytes + 2);
}

/* Polls until the device is not busy; the last code. */
static int settle(struct dut *dut)
{
    uint8_t bytes[64];
    int count, code = 0;

    for (int round = 0; round < 100; round++) {
        code = device_status(dut, bytes, &count);
        if (code != MTP_RC_DEVICE_BUSY)
            break;
    }
    return code;
}

/* A file of 1 MiB in the work folder. */
static uint32_t big_file(struct dut *dut, uint8_t *bytes)
{
    dut_fill(bytes, BIG, 1);
    return dut_file(dut, dut->folder, "big.bin", MTP_FC_UNDEFINED, bytes, BIG);
}

/* Sends GetObject and reads its first 4 KiB; the transaction's id. */
static uint32_t start_get(struct dut *dut, uint32_t handle)
{
    uint32_t id = mtpi_next_transaction(dut->mtpi);
    uint8_t first[4096];

    mtpi_set_transaction(dut->mtpi, id + 1);
    if (ct_command(&dut->pipe, MTP_OP_GET_OBJECT, id, PARAMS(handle)) != 0 ||
        ct_bulk_in(&dut->pipe, first, sizeof(first)) != sizeof(first))
        conf_refused(dut->c, "GetObject",
                     "GetObject was not taken, or its first 4 KiB did not come");
    return id;
}

/* Reads what still comes of the transfer that was given up; bytes, and whether a response to `id`
 * was among them. A host's pipeline may have fetched some before, and the pipe's own buffers hold
 * some: all of it does not come. */
static size_t leftovers(struct dut *dut, uint32_t id, bool *ret_answered)
{
    static uint8_t scrap[64 * 1024];
    size_t total = 0;
    int64_t count;

    *ret_answered = false;
    dut->pipe.deadline_ms = DUT_QUIET_MS;
    while ((count = ct_bulk_in(&dut->pipe, scrap, sizeof(scrap))) >= 0) {
        *ret_answered |= count >= 12 && count <= 32 && get_le16(scrap + 4) == MTP_CT_RESPONSE &&
                         get_le32(scrap + 8) == id;
        total += (size_t)count;
    }
    dut->pipe.deadline_ms = 5000;
    conf_note(dut->c, "%zu bytes still came, a response among them: %d", total, *ret_answered);
    return total;
}

CONF_CASE(USB_SIC_BI_01, .title = "Cancel is taken only with its code and length",
          .reqs = REQS("USB-SIC-001"), .ics = "MTP", .player = "mtp",
          .steps = "A correct Cancel; then wrong code, lengths 4 and 8")
{
    DUT dut = dut_pipe(c);
    uint16_t number = dut.pipe.interface_number;

    ROW("USB-SIC-001.taken")
        CHECK_EQ(cancel(&dut, 0x1234), 6);
    ROW("USB-SIC-001.code")
        CHECK_EQ(cancel_as(&dut, 0x4002, 0x1234, number, 6), -EPIPE);
    ROW("USB-SIC-001.length") {
        CHECK_EQ(cancel_as(&dut, 0x4001, 0x1234, number, 4), -EPIPE);
        CHECK_EQ(cancel_as(&dut, 0x4001, 0x1234, number, 8), -EPIPE);
    }
    ROW("USB-SIC-001.taken")
        CHECK(dut_in_step(&dut));
}

CONF_CASE(USB_SIC_BV_02, .title = "A cancelled GetObject ends without a response",
          .reqs = REQS("USB-SIC-002", "USB-SIC-004"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Twice: read 4 KiB of 1 MiB, Cancel; no response comes; the next operation of "
                   "the session works")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint32_t handle = big_file(&dut, bytes);

    for (int round = 0; round < 2; round++) {
        uint32_t id = start_get(&dut, handle);
        bool answered;

        ROW("USB-SIC-002.stops") {
            CHECK_EQ(cancel(&dut, id), 6);
            CHECK(leftovers(&dut, id, &answered) < BIG - 4096);
        }
        ROW("USB-SIC-002.get")
            CHECK(!answered);
        ROW("USB-SIC-004.settles")
            CHECK_RC(settle(&dut), MTP_RC_OK);
        ROW("USB-SIC-002.next") {
            CHECK(dut_in_step(&dut));
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
        }
    }
}

CONF_CASE(USB_SIC_BV_12, .title = "A cancelled SendObject leaves no object and no response",
          .reqs = REQS("USB-SIC-002", "USB-SIC-004"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send 64 KiB of 1 MiB, Cancel; no response; the object is not listed; the next "
                   "operation works")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint32_t handles[16], id, handle;
    size_t count;

    dut_fill(bytes, BIG, 2);
    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_UNDEFINED, BIG, "half.bin") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    handle = dut.answer.param[2];
    id = mtpi_next_transaction(dut.mtpi);
    mtpi_set_transaction(dut.mtpi, id + 1);
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT, id, PARAMS()) != 0 ||
        ct_send_as(&dut.pipe, BIG + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, bytes, 64 * 1024 - 12,
                   false) != 0)
        dut_unprepared(&dut, "SendObject");
    ROW("USB-SIC-002.send") {
        CHECK_EQ(cancel(&dut, id), 6);
        CHECK_EQ(dut_drain(&dut, id), false);
    }
    ROW("USB-SIC-004.settles")
        CHECK_RC(settle(&dut), MTP_RC_OK);
    ROW("USB-SIC-002.next")
        REQUIRE(dut_in_step(&dut));
    ROW("USB-SIC-002.discards") {
        count = dut_handles(&dut, dut.store, 0, dut.folder, handles, 16);
        CHECK(!dut_has(handles, count < 16 ? count : 16, handle));
    }
}

CONF_CASE(
    USB_SIC_BI_03, .title = "A Cancel for another transaction has no effect",
    .reqs = REQS("USB-SIC-003"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
    .needs = CONF_WRITES,
    .steps =
        "Cancel the transaction before the running GetObject; all data and the response arrive")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG], back[BIG + 64];
    uint32_t id = start_get(&dut, big_file(&dut, bytes));
    size_t got = 4096;
    struct ct_box box;

    ROW("USB-SIC-003.taken")
        CHECK_EQ(cancel(&dut, id - 1), 6);
    ROW("USB-SIC-003.runs") {
        dut.pipe.deadline_ms = DUT_PROMPT_MS;
        while (got < BIG + 12) {
            int64_t count = ct_bulk_in(&dut.pipe, back + got, sizeof(back) - got);

            REQUIRE(count > 0);
            got += (size_t)count;
        }
        CHECK_EQ(got, BIG + 12);
        CHECK_BYTES(back + 4096, BIG + 12 - 4096, bytes + 4096 - 12, BIG + 12 - 4096);
        REQUIRE_EQ(ct_read(&dut.pipe, &box), 0);
        CHECK_RC(box.code, MTP_RC_OK);
        CHECK_EQ(box.id, id);
    }
    ct_done(&box);
}

CONF_CASE(USB_SIC_BI_14, .title = "A Cancel for another transaction does not end a SendObject",
          .reqs = REQS("USB-SIC-003"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "Send half of 8 KiB, Cancel the transaction before it, send the rest: the object "
              "has all of it")
{
    enum { HALF = 4096, HEAD = 12 };
    DUT dut = dut_work(c);
    static uint8_t bytes[2 * HALF];
    uint32_t id, handle;

    dut_fill(bytes, sizeof(bytes), 14);
    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_UNDEFINED, sizeof(bytes), "on.bin") !=
        MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    handle = dut.answer.param[2];
    id = mtpi_next_transaction(dut.mtpi);
    mtpi_set_transaction(dut.mtpi, id + 1);
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT, id, PARAMS()) != 0 ||
        ct_send_as(&dut.pipe, sizeof(bytes) + HEAD, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, bytes,
                   HALF - HEAD, false) != 0)
        dut_unprepared(&dut, "SendObject");
    ROW("USB-SIC-003.taken")
        CHECK_EQ(cancel(&dut, id - 1), 6);
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-SIC-003.send") {
        CHECK_EQ(ct_bulk_out(&dut.pipe, bytes + HALF - HEAD, HALF + HEAD, true), HALF + HEAD);
        REQUIRE_RC(dut_collect(&dut), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, bytes, sizeof(bytes));
    }
}

/* Still image class 1.0, 5.2.4. */
CONF_CASE(USB_SIC_BV_04, .title = "Device status is OK when idle and busy while a cancel runs",
          .reqs = REQS("USB-SIC-004"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Status when idle, and after an idle Cancel; after a Cancel: busy until the "
                   "data is gone, then OK and "
                   "nothing more comes")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint8_t answer[64];
    uint32_t id;

    int count, code;

    /* Also after a Cancel that had nothing to cancel. */
    for (int round = 0; round < 2; round++) {
        code = device_status(&dut, answer, &count);
        ROW("USB-SIC-004.idle") {
            CHECK_RC(code, MTP_RC_OK);
            CHECK_EQ(count, 4);
        }
        if (round == 0)
            cancel(&dut, 0x1234);
    }
    id = start_get(&dut, big_file(&dut, bytes));
    ROW("USB-SIC-004.busy") {
        CHECK_EQ(cancel(&dut, id), 6);
        code = device_status(&dut, answer, &count);
        conf_note(c, "status right after the cancel: %s", value_rc(code).text);
        CHECK_SEEN(code == MTP_RC_OK || code == MTP_RC_DEVICE_BUSY, value_rc(code));
    }
    if (code == MTP_RC_DEVICE_BUSY)
        dut_drain(&dut, id);
    ROW("USB-SIC-004.settles")
        CHECK_RC(settle(&dut), MTP_RC_OK);
    /* OK means that the next thing on the pipe belongs to the next operation. */
    ROW("USB-SIC-004.busy")
        CHECK(dut_in_step(&dut));
}

/* Still image class 1.0, 5.2.3. */
CONF_CASE(USB_SIC_BV_07, .title = "Device Reset ends session and transfer and keeps the objects",
          .reqs = REQS("USB-SIC-007"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Reset while GetObject runs and bulk OUT is halted; GetDeviceInfo works, "
                   "GetStorageIDs needs a session")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint32_t handle = big_file(&dut, bytes);

    uint32_t id = start_get(&dut, handle);
    size_t left;
    bool answered;

    dut_control(c, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, dut.pipe.out, 0, NULL);
    ROW("USB-SIC-007.halts") {
        CHECK_EQ(
            dut_control(c, TO_CLASS, MTP_REQ_DEVICE_RESET, 0, dut.pipe.interface_number, 0, NULL),
            0);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, dut.pipe.out), 0);
    }
    left = leftovers(&dut, id, &answered);
    ROW("USB-SIC-007.soon")
        CHECK(left <= QUEUED);
    ROW("USB-SIC-007.idle") {
        CHECK(left < BIG - 4096);
        CHECK(!answered);
        dut.mtpi = NULL;
        dut.pipe.next = 0;
        REQUIRE(dut_in_step(&dut));
    }
    ROW("USB-SIC-007.session") {
        dut.pipe.next = 0;
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
        dut.pipe.next = 0;
        CHECK_RC(dut_op(&dut, MTP_OP_OPEN_SESSION, PARAMS(1)), MTP_RC_OK);
    }
    if (dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)) == MTP_RC_INVALID_OBJECT_HANDLE)
        dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(dut_named(&dut, "big.bin")));
    ROW("USB-SIC-007.objects")
        CHECK_RC(dut.answer.code, MTP_RC_OK);
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    conf_transport_drop(c);
}

/* Still image class 1.0, 5.2.3; MTP 1.1, D.2.12: an announcement is the session's. */
CONF_CASE(USB_SIC_BV_13, .title = "Device Reset forgets what was announced, and leaves no halt",
          .reqs = REQS("USB-SIC-007"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "SendObjectInfo, the reset, a new session, SendObject: 0x2015; the reset while "
                   "bulk IN and interrupt IN are halted: no halt stays")
{
    DUT dut = dut_pipe(c);
    const uint8_t endpoints[] = {dut.pipe.in, dut.pipe.interrupt};

    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    if (dut_send_info(&dut, dut.store, 0xffffffff, MTP_FC_UNDEFINED, 4, "papcheck-reset.bin") !=
        MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    dut_control(c, TO_CLASS, MTP_REQ_DEVICE_RESET, 0, dut.pipe.interface_number, 0, NULL);
    dut_recover(&dut);
    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    ROW("USB-SIC-007.announced")
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "abcd", 4),
                 MTP_RC_NO_VALID_OBJECT_INFO);
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    for (size_t i = 0; i < sizeof(endpoints); i++)
        dut_control(c, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, endpoints[i], 0, NULL);
    dut_control(c, TO_CLASS, MTP_REQ_DEVICE_RESET, 0, dut.pipe.interface_number, 0, NULL);
    ROW("USB-SIC-007.halts") {
        for (size_t i = 0; i < sizeof(endpoints); i++)
            CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, endpoints[i]), 0);
    }
}

/* Half an object is sent; then the reset, and a session of its own. */
static void reset_while_sending(struct dut *dut, const uint8_t *bytes)
{
    struct conf *c = dut->c;

    if (dut_send_info(dut, dut->store, 0xffffffff, MTP_FC_UNDEFINED, BIG, "papcheck-half.bin") !=
            MTP_RC_OK ||
        ct_command(&dut->pipe, MTP_OP_SEND_OBJECT, dut->pipe.next, PARAMS()) != 0 ||
        ct_send_as(&dut->pipe, BIG + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, dut->pipe.next, bytes,
                   BIG / 2 - 12, false) != 0)
        dut_unprepared(dut, "SendObject");
    dut_control(c, TO_CLASS, MTP_REQ_DEVICE_RESET, 0, dut->pipe.interface_number, 0, NULL);
    dut->pipe.next = 0;
    ROW("USB-SIC-007.idle")
        REQUIRE(dut_in_step(dut));
    if (dut_open(dut, 1) != MTP_RC_OK)
        dut_unprepared(dut, "OpenSession");
}

CONF_CASE(USB_SIC_BV_15, .title = "Device Reset ends what the host sends, and keeps the settings",
          .reqs = REQS("USB-SIC-007", "MTP-OBJ-011"), .ics = "MTP && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "The friendly name set, half an object sent, the reset: GetDeviceInfo works; "
                   "in a new session half the object is not there, and the name is what was set")
{
    const uint16_t name = MTP_DPC_DEVICE_FRIENDLY_NAME;
    static uint8_t bytes[BIG];
    struct ct_writer old = {0}, other = {0};
    DUT dut = dut_pipe(c);
    uint32_t half;
    bool is_set;

    dut_fill(bytes, BIG, 15);
    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    ct_put_text(&other, "kept by papcheck");
    is_set = dut_offers(&dut, MTP_OP_SET_DEVICE_PROP_VALUE) &&
             dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(name)) == MTP_RC_OK;
    if (is_set) {
        ct_put_bytes(&old, dut.answer.data, dut.answer.size);
        is_set = dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), other.bytes,
                         other.length) == MTP_RC_OK;
    }
    reset_while_sending(&dut, bytes);
    half = dut_named(&dut, "papcheck-half.bin");
    ROW("MTP-OBJ-011.unlisted")
        CHECK_EQ(half, 0);
    if (half)
        dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(half));
    ROW("USB-SIC-007.settings") {
        if (is_set) {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(name)), MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, other.bytes, other.length);
            dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), old.bytes, old.length);
        } else {
            conf_excused(c, 2, "hosts set no name of the device");
        }
    }
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    conf_transport_drop(c);
}

/* Still image class 1.0, 5.2.2: event code, transaction id, number of parameters. */
CONF_CASE(USB_SIC_BV_08, .title = "Get Extended Event Data is served or stalled, never malformed",
          .level = CONF_MAY, .reqs = REQS("USB-SIC-008"), .ics = "MTP", .player = "mtp",
          .steps = "Request 0x65; a served answer starts with an event code")
{
    DUT dut = dut_pipe(c);
    uint8_t bytes[64] = {0};
    int count = dut_control(c, FROM_CLASS, MTP_REQ_GET_EXTENDED_EVENT, 0, dut.pipe.interface_number,
                            64, bytes);

    ROW("USB-SIC-008.form") {
        CHECK_SEEN(count == -EPIPE || count >= 8, value_errno(count));
        if (count >= 8)
            CHECK((get_le16(bytes) & 0xf000) == 0x4000 || (get_le16(bytes) & 0xf000) == 0xc000);
    }
}

/* On the wire: an operating system keeps a request to an interface that is not there to itself. */
CONF_CASE(USB_SIC_BI_09, .title = "Class requests to another interface stall",
          .reqs = REQS("USB-SIC-001", "USB-SIC-008", "USB-SIC-009"), .ics = "MTP", .player = "mtp",
          .needs = CONF_WIRE,
          .steps = "0x64 to 0x67 with wIndex 5 in a session: stall each, the session goes on")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint8_t bytes[64] = {0x01, 0x40, 1};
    const struct {
        uint8_t type, request;
        uint16_t length;
        const char *row;
        const char *also; /* the row of the request itself */
    } shapes[] = {{TO_CLASS, MTP_REQ_CANCEL, 6, "USB-SIC-009.cancel", "USB-SIC-001.interface"},
                  {FROM_CLASS, MTP_REQ_GET_EXTENDED_EVENT, 64, "USB-SIC-009.event-data",
                   "USB-SIC-008.interface"},
                  {TO_CLASS, MTP_REQ_DEVICE_RESET, 0, "USB-SIC-009.reset", NULL},
                  {FROM_CLASS, MTP_REQ_GET_DEVICE_STATUS, 64, "USB-SIC-009.status", NULL}};

    dut.pipe.next = 0;
    if (dut_op(&dut, MTP_OP_OPEN_SESSION, PARAMS(1)) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    for (size_t i = 0; i < 4; i++) {
        int count = raw_control(connection, shapes[i].type, shapes[i].request, 0,
                                (uint16_t)(dut.pipe.interface_number + 5), shapes[i].length, bytes,
                                DUT_PROMPT_MS);

        conf_note(c, "request 0x%02x: %s", shapes[i].request, value_errno(count).text);
        ROW(shapes[i].row)
            CHECK_EQ(count, -EPIPE);
        if (shapes[i].also)
            ROW(shapes[i].also)
                CHECK_EQ(count, -EPIPE);
    }
    ROW("USB-SIC-009.session")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_OK);
    ROW("USB-SIC-009.own")
        CHECK_EQ(raw_control(connection, FROM_CLASS, MTP_REQ_GET_DEVICE_STATUS, 0,
                             dut.pipe.interface_number, 64, bytes, DUT_PROMPT_MS),
                 4);
}

CONF_CASE(USB_SIC_BV_10, .title = "Class requests are served while a transfer runs",
          .reqs = REQS("USB-SIC-004", "USB-SIC-010"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Start GetObject of 1 MiB and leave it; status and descriptors answer at once")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint8_t answer[64];
    uint32_t id = start_get(&dut, big_file(&dut, bytes));

    int count, code = device_status(&dut, answer, &count);

    ROW("USB-SIC-010.status")
        CHECK_SEEN(code == MTP_RC_OK || code == MTP_RC_DEVICE_BUSY, value_rc(code));
    ROW("USB-SIC-010.standard")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, answer), 18);
    ROW("USB-SIC-010.goes-on")
        CHECK_EQ(dut_drain(&dut, id), true);
}

/* Reads until the pipe stalls, as a host in the middle of a transfer does. */
static bool stalls(struct dut *dut)
{
    static uint8_t scrap[64 * 1024];

    for (size_t got = 0; got <= BIG; got += sizeof(scrap)) {
        int64_t count = ct_bulk_in(&dut->pipe, scrap, sizeof(scrap));

        if (count < 0)
            return count == -EPIPE;
    }
    return false;
}

/* Still image class 1.0, 5.2.4: the status names the endpoints to be cleared. */
CONF_CASE(
    USB_SIC_BV_05, .title = "After the device's own cancel the status lists the halted endpoints",
    .reqs = REQS("USB-SIC-004", "USB-SIC-005"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WRITES | CONF_CONTROL,
    .steps =
        "GetObject of 1 MiB; the device cancels; status 0x201F with bulk IN and OUT as parameters")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint8_t answer[64] = {0};
    int count, code;
    bool in = false, out = false;

    start_get(&dut, big_file(&dut, bytes));
    dut_verb(c, "cancel");
    stalls(&dut);
    code = device_status(&dut, answer, &count);
    ROW("USB-SIC-005.code")
        CHECK_RC(code, MTP_RC_TRANSACTION_CANCELLED);
    for (int at = 4; at + 4 <= count; at += 4) {
        in |= get_le32(answer + at) == dut.pipe.in;
        out |= get_le32(answer + at) == dut.pipe.out;
        ROW("USB-SIC-005.halted")
            CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, get_le16(answer + at)), 1);
    }
    ROW("USB-SIC-005.listed") {
        CHECK(in && dut_status(c, USB_FROM_ENDPOINT, dut.pipe.in) == 1);
        CHECK_EQ(out, dut_status(c, USB_FROM_ENDPOINT, dut.pipe.out) == 1);
    }
    dut_recover(&dut);
    conf_transport_drop(c);
}

/* Still image class 1.0, 7.2.2: how a host gets on after it. */
CONF_CASE(
    USB_SIC_BV_06, .title = "After the device's own cancel and cleared halts a new operation works",
    .reqs = REQS("USB-SIC-004", "USB-SIC-006"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WRITES | CONF_CONTROL,
    .steps =
        "GetObject of 1 MiB; the device cancels; stall, status, clear both; GetDeviceInfo is clean")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[BIG];
    uint8_t answer[64];
    uint32_t id = start_get(&dut, big_file(&dut, bytes));
    int count;

    dut_verb(c, "cancel");
    ROW("USB-SIC-006.in")
        CHECK(stalls(&dut));
    ROW("USB-SIC-006.out")
        CHECK_EQ(ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, id + 1, PARAMS()), -EPIPE);
    ROW("USB-SIC-006.status")
        CHECK(device_status(&dut, answer, &count) > 0);
    ROW("USB-SIC-006.cleared") {
        CHECK_EQ(tp_clear_halt(dut.pipe.tp, dut.pipe.in), 0);
        CHECK_EQ(tp_clear_halt(dut.pipe.tp, dut.pipe.out), 0);
    }
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-SIC-006.next")
        CHECK(dut_in_step(&dut));
}
