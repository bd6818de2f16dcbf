/* MTP 1.1, appendix H; still image class 1.0, chapter 7: containers on the bulk pipes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

CONF_CASE(USB_BLK_BV_01, .title = "Container headers are little-endian and count themselves",
          .reqs = REQS("USB-BLK-001"), .ics = "MTP", .player = "mtp",
          .steps = "GetDeviceInfo: header of data and response against the bytes that came")
{
    DUT dut = dut_pipe(c);

    ROW("USB-BLK-001.data") {
        dut_op(&dut, MTP_OP_GET_DEVICE_INFO, PARAMS());
        REQUIRE(dut.answer.has_data);
        CHECK_EQ(dut.answer.data_length, dut.answer.size + 12);
    }
    ROW("USB-BLK-001.fields") {
        CHECK_EQ(dut.answer.data_code, MTP_OP_GET_DEVICE_INFO);
        CHECK_RC(dut.answer.code, MTP_RC_OK);
    }
    ROW("USB-BLK-001.response")
        CHECK_EQ(dut.answer.length, 12 + 4 * dut.answer.params);
}

/* Whether what was sent is left unserved: stalled, refused by a response, or met by silence.
 * Then the device is brought back and must be in step. Each is a clause. */
static void dut_refused(struct dut *dut, const char *refused, const char *recovers)
{
    struct conf *c = dut->c;
    struct ct_box box;
    struct value seen;
    int error;

    dut->pipe.deadline_ms = DUT_QUIET_MS;
    error = ct_read(&dut->pipe, &box);
    dut->pipe.deadline_ms = 5000;
    seen = error ? value_errno(error) : value_rc(box.code);
    conf_note(dut->c, "answer: type %u %s", error ? 0 : box.type, seen.text);
    ROW(refused)
        CHECK_SEEN(error == -EPIPE || error == -ETIMEDOUT ||
                       (error == 0 && box.type == MTP_CT_RESPONSE && box.code != MTP_RC_OK),
                   seen);
    if (error == 0)
        ct_done(&box);
    dut_recover(dut);
    ROW(recovers)
        CHECK(dut_in_step(dut));
}

CONF_CASE(
    USB_BLK_BI_02, .title = "A container of another type is a protocol error",
    .reqs = REQS("USB-BLK-002"), .ics = "MTP", .player = "mtp",
    .steps =
        "Send types 3, 4 and 9 with GetDeviceInfo's code; not served; after a reset all is well")
{
    DUT dut = dut_pipe(c);
    static const struct {
        uint16_t type;
        const char *row;
    } kinds[] = {{MTP_CT_RESPONSE, "USB-BLK-002.response"},
                 {MTP_CT_EVENT, "USB-BLK-002.event"},
                 {9, "USB-BLK-002.other"}};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        ct_send(&dut.pipe, kinds[i].type, MTP_OP_GET_DEVICE_INFO, 0, NULL, 0);
        dut_refused(&dut, kinds[i].row, "USB-BLK-002.recovers");
    }
}

CONF_CASE(USB_BLK_BI_03, .title = "A command of an impossible length is refused",
          .reqs = REQS("USB-BLK-003"), .ics = "MTP", .player = "mtp",
          .steps = "Commands of length 11, 14, 33 and 36; one shorter than it says")
{
    DUT dut = dut_pipe(c);
    static const uint8_t zeros[64];
    const struct {
        uint32_t said;
        size_t payload;
        const char *row;
    } shapes[] = {{11, 0, "USB-BLK-003.short"},
                  {14, 2, "USB-BLK-003.odd"},
                  {33, 21, "USB-BLK-003.long"},
                  {36, 24, "USB-BLK-003.long"},
                  {16, 0, "USB-BLK-003.torn"}};

    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        conf_note(c, "length %u with %zu bytes", shapes[i].said, shapes[i].payload + 12);
        ct_send_as(&dut.pipe, shapes[i].said, MTP_CT_COMMAND, MTP_OP_GET_DEVICE_INFO, 0, zeros,
                   shapes[i].payload, true);
        dut_refused(&dut, shapes[i].row, "USB-BLK-003.recovers");
    }
}

/* Runs GetObjectHandles and keeps its data; bytes, or 0. */
static size_t handles_of(struct dut *dut, const uint32_t *params, unsigned count, uint8_t *bytes,
                         size_t room)
{
    struct conf *c = dut->c;
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_HANDLES, params, count);

    CHECK_RC(code, MTP_RC_OK);
    if (dut->answer.size == 0 || dut->answer.size > room)
        return 0;
    memcpy(bytes, dut->answer.data, dut->answer.size);
    return dut->answer.size;
}

CONF_CASE(
    USB_BLK_BV_04, .title = "Parameters a command leaves out are 0", .reqs = REQS("USB-BLK-004"),
    .ics = "MTP", .player = "mtp",
    .steps = "GetObjectHandles with parents, then with one parameter: the same as (store, 0, 0)")
{
    DUT dut = dut_session(c);
    static uint8_t whole[65536], bare[65536];

    for (int given = 1; given <= 2; given++) {
        ROW(given == 1 ? "USB-BLK-004.all" : "USB-BLK-004.last") {
            size_t a = handles_of(&dut, PARAMS(0xffffffff, 0, 0), whole, sizeof(whole)), b;

            /* Leaves a filter behind that would change the next answer. */
            dut_op(&dut, MTP_OP_GET_OBJECT_HANDLES,
                   PARAMS(0xffffffff, given == 1 ? MTP_FC_ASSOCIATION : 0, 0xffffffff));
            if (dut_filters_no_format(&dut))
                dut_op(&dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(0xffffffff, 0, 0xffffffff));
            CHECK_RC(dut.answer.code, MTP_RC_OK);
            b = given == 1 ? handles_of(&dut, PARAMS(0xffffffff), bare, sizeof(bare))
                           : handles_of(&dut, PARAMS(0xffffffff, 0), bare, sizeof(bare));
            CHECK_BYTES(bare, b, whole, a);
        }
    }
}

CONF_CASE(USB_BLK_BV_05, .title = "Data and response carry the command's code and id",
          .reqs = REQS("USB-BLK-005"), .ics = "MTP", .player = "mtp",
          .steps = "Compare the ids and the code of GetObjectHandles with the command's")
{
    DUT dut = dut_pipe(c);
    uint32_t id;

    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    id = dut.pipe.next;
    ROW("USB-BLK-005.response") {
        dut_op(&dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(0xffffffff));
        CHECK_EQ(dut.answer.id, id);
    }
    ROW("USB-BLK-005.data") {
        CHECK(dut.answer.has_data);
        CHECK_EQ(dut.answer.data_id, id);
    }
    ROW("USB-BLK-005.code")
        CHECK_EQ(dut.answer.data_code, MTP_OP_GET_OBJECT_HANDLES);
    /* Whatever it answers, with a handle that is none. */
    ROW("USB-BLK-005.phase") {
        dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(0x7ffffff0, MTP_OPC_NAME), "\0", 1);
        CHECK(!dut.answer.has_data);
    }
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
}

CONF_CASE(USB_BLK_BI_05, .title = "A data phase with another transaction id is refused",
          .reqs = REQS("USB-BLK-005"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObjectInfo whose data container has another id: an error, nothing created")
{
    DUT dut = dut_work(c);
    struct ct_writer writer = {0};
    uint32_t id = mtpi_next_transaction(dut.mtpi), handles[16];

    ct_put_object_info(&writer, MTP_FC_ASSOCIATION, 0, "strange");
    mtpi_set_transaction(dut.mtpi, id + 1);
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT_INFO, id, PARAMS(dut.store, dut.folder)) != 0 ||
        ct_send(&dut.pipe, MTP_CT_DATA, MTP_OP_SEND_OBJECT_INFO, id + 7, writer.bytes,
                writer.length) != 0)
        conf_refused(c, "SendObjectInfo", "SendObjectInfo was not taken");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    dut_done(&dut);
    ROW("USB-BLK-005.wrong") {
        int error = ct_collect(&dut.pipe, &dut.answer);

        /* The device may cancel by halting its endpoints instead (still image class 1.0, 5.2). */
        CHECK_SEEN(error == -EPIPE || (error == 0 && dut.answer.code != MTP_RC_OK),
                   error ? value_errno(error) : value_rc(dut.answer.code));
        CHECK(error || dut.answer.id == id);
        if (error) {
            uint8_t status[32];

            dut_control(c, 0xa1, MTP_REQ_GET_DEVICE_STATUS, 0, dut.pipe.interface_number,
                        sizeof(status), status);
            tp_clear_halt(dut.pipe.tp, dut.pipe.in);
            tp_clear_halt(dut.pipe.tp, dut.pipe.out);
        }
    }
    ROW("USB-BLK-005.nothing")
        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, 16), 0);
}

/* One object of each size around a packet's multiple, read back; MTP 1.1, H.2. */
static void dut_ends(struct conf *c)
{
    DUT dut = dut_work(c);
    static uint8_t bytes[4096];
    int packet = dut.pipe.packet;
    const unsigned patient = dut.pipe.deadline_ms;

    dut_fill(bytes, sizeof(bytes), 3);
    for (int size = 2 * packet - 13; size <= 2 * packet - 11; size++) {
        char name[] = "end-0.bin";
        uint32_t handle;

        name[4] = (char)('0' + size % 10);
        dut.pipe.deadline_ms = patient;
        handle = dut_file(&dut, dut.folder, name, MTP_FC_UNDEFINED, bytes, (size_t)size);
        dut.pipe.deadline_ms = DUT_PROMPT_MS;
        ROW(size == 2 * packet - 12 ? "USB-BLK-006.zero" : "USB-BLK-006.only") {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
            CHECK_EQ(dut.answer.data_length, size + 12);
            CHECK_BYTES(dut.answer.data, dut.answer.size, bytes, (size_t)size);
        }
    }
}

CONF_CASE(
    USB_BLK_BV_06,
    .title = "A container ends by a short packet, or a zero-length one at high speed",
    .reqs = REQS("USB-BLK-006"),
    .ics = "MTP && USB.SPEED.HIGH && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "Objects with 12+n = 1023, 1024 and 1025; each data phase ends before its response")
{
    dut_ends(c);
}

CONF_CASE(USB_BLK_BV_16,
          .title = "A container ends by a short packet, or a zero-length one at full speed",
          .reqs = REQS("USB-BLK-006"), .ics = "MTP && USB.SPEED.FULL && STORE.WRITABLE",
          .player = "mtp-full-speed", .needs = CONF_WRITES,
          .steps = "Objects with 12+n = 127, 128 and 129; each data phase ends before its response")
{
    dut_ends(c);
}

/* SendObjectInfo for `size` bytes in the work folder, then SendObject's command; its id. */
static uint32_t start_send(struct dut *dut, uint32_t size, const char *name, uint32_t *ret_handle)
{
    struct conf *c = dut->c;
    uint32_t id;

    SETUP {
        if (dut_send_info(dut, dut->store, dut->folder, MTP_FC_UNDEFINED, size, name) != MTP_RC_OK)
            dut_unprepared(dut, "operation");
    }
    *ret_handle = dut->answer.param[2];
    id = mtpi_next_transaction(dut->mtpi);
    mtpi_set_transaction(dut->mtpi, id + 1);
    if (ct_command(&dut->pipe, MTP_OP_SEND_OBJECT, id, PARAMS()) != 0)
        conf_refused(c, "SendObject", "SendObject was not taken");
    return id;
}

/* Whether the object has exactly these bytes. */
static void dut_content(struct dut *dut, uint32_t handle, const uint8_t *bytes, size_t length)
{
    struct conf *c = dut->c;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, bytes, length);
}

CONF_CASE(
    USB_BLK_BV_07,
    .title =
        "A data phase of whole packets is taken with, without and with a late zero-length packet",
    .reqs = REQS("USB-BLK-007"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "SendObject with 12+n = 2 packets: with ZLP, without, ZLP after the response; next "
             "operation works")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[2048];
    size_t length = 2u * dut.pipe.packet - 12;

    dut_fill(bytes, sizeof(bytes), 4);
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    static const char *const forms[] = {"USB-BLK-007.with", "USB-BLK-007.without",
                                        "USB-BLK-007.late"};

    for (int form = 0; form < 3; form++) {
        char name[] = "zlp-0.bin";
        uint32_t handle, id;

        name[4] = (char)('0' + form);
        id = start_send(&dut, (uint32_t)length, name, &handle);
        ROW(forms[form]) {
            REQUIRE_EQ(ct_send_as(&dut.pipe, (uint32_t)length + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT,
                                  id, bytes, length, form == 0),
                       0);
            CHECK_RC(dut_collect(&dut), MTP_RC_OK);
            if (form == 2)
                CHECK_EQ(ct_bulk_out(&dut.pipe, NULL, 0, true), 0);
            CHECK(dut_in_step(&dut));
            dut_content(&dut, handle, bytes, length);
        }
    }
}

CONF_CASE(USB_BLK_BI_08, .title = "A short packet before the announced end is IncompleteTransfer",
          .reqs = REQS("USB-BLK-008"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObject of 2000 bytes cut at 1000; then an operation")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[2000];
    uint32_t handle, id = start_send(&dut, 2000, "cut.bin", &handle);

    dut_fill(bytes, sizeof(bytes), 5);
    if (ct_send_as(&dut.pipe, 2012, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, bytes, 1000, true) != 0)
        conf_refused(c, "SendObject", "the data phase of SendObject was not taken");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-BLK-008.code")
        CHECK_RC(dut_collect(&dut), MTP_RC_INCOMPLETE_TRANSFER);
    ROW("USB-BLK-008.next")
        CHECK(dut_in_step(&dut));
}

CONF_CASE(USB_BLK_BI_09, .title = "Data beyond the announced length is not written",
          .reqs = REQS("USB-BLK-009"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObject announcing 1000 bytes and sending 1010: an error, no object of 1010")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[1010];
    uint32_t handle, id = start_send(&dut, 1000, "long.bin", &handle);
    uint16_t code;

    dut_fill(bytes, sizeof(bytes), 6);
    if (ct_send_as(&dut.pipe, 1012, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, bytes, 1010, true) != 0)
        conf_refused(c, "SendObject", "the data phase of SendObject was not taken");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-BLK-009.error") {
        code = dut_collect(&dut);
        CHECK_NOT_RC(code, MTP_RC_OK);
        CHECK(dut_in_step(&dut));
    }
    ROW("USB-BLK-009.object")
        CHECK(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle)) != MTP_RC_OK ||
              dut.answer.size <= 1000);
}

CONF_CASE(USB_BLK_BV_10, .title = "The data header may come in a packet of its own",
          .reqs = REQS("USB-BLK-010"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObject with 12 header bytes, then the payload; and in one transfer; "
                   "compare the content")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[3000];
    uint32_t handle, id = start_send(&dut, sizeof(bytes), "split.bin", &handle);

    dut_fill(bytes, sizeof(bytes), 7);
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    if (ct_send_as(&dut.pipe, sizeof(bytes) + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, NULL, 0,
                   false) != 0)
        conf_refused(c, "SendObject", "the header of SendObject's data phase was not taken");
    ROW("USB-BLK-010.split") {
        CHECK_EQ(ct_bulk_out(&dut.pipe, bytes, sizeof(bytes), true), sizeof(bytes));
        REQUIRE_RC(dut_collect(&dut), MTP_RC_OK);
        dut_content(&dut, handle, bytes, sizeof(bytes));
    }
    id = start_send(&dut, sizeof(bytes), "whole.bin", &handle);
    ROW("USB-BLK-010.joined") {
        REQUIRE_EQ(ct_send_as(&dut.pipe, sizeof(bytes) + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id,
                              bytes, sizeof(bytes), true),
                   0);
        REQUIRE_RC(dut_collect(&dut), MTP_RC_OK);
        dut_content(&dut, handle, bytes, sizeof(bytes));
    }
}

CONF_CASE(
    USB_BLK_BI_12, .title = "An error leaves out the device's data phase and takes the host's",
    .reqs = REQS("USB-BLK-012"), .ics = "MTP", .player = "mtp",
    .steps =
        "GetObject and SetObjectPropValue with a handle that is none; GetDeviceInfo after each")
{
    DUT dut = dut_session(c);
    static uint8_t bytes[2000];

    uint16_t code;

    ROW("USB-BLK-012.bare") {
        code = dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(0x7ffffff0));
        CHECK_RC(code, MTP_RC_INVALID_OBJECT_HANDLE);
        CHECK_EQ(dut.answer.has_data, false);
        CHECK(dut_in_step(&dut));
    }
    ROW("USB-BLK-012.host") {
        code = dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(0x7ffffff0, MTP_OPC_NAME), bytes,
                       sizeof(bytes));
        CHECK_NOT_RC(code, MTP_RC_OK);
        CHECK(dut_in_step(&dut));
    }
}

CONF_CASE(USB_BLK_BI_13,
          .title = "A command that comes too early does not mix with the running one",
          .reqs = REQS("USB-BLK-013"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send GetDeviceInfo while 1 MiB is being read: first all of the first, then all "
                   "of the second")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[1024 * 1024];
    uint32_t handle, id;
    struct ct_answer first = {0};
    int error;

    dut_fill(bytes, sizeof(bytes), 8);
    handle = dut_file(&dut, dut.folder, "big.bin", MTP_FC_UNDEFINED, bytes, sizeof(bytes));
    id = mtpi_next_transaction(dut.mtpi);
    mtpi_set_transaction(dut.mtpi, id + 2);
    if (ct_command(&dut.pipe, MTP_OP_GET_OBJECT, id, PARAMS(handle)) != 0)
        conf_refused(c, "GetObject", "GetObject was not taken");
    /* A device may leave the second command unread until the first is done. */
    dut.pipe.deadline_ms = DUT_QUIET_MS;
    error = ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, id + 1, PARAMS());
    conf_note(c, "the second command: %s", value_errno(error).text);
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-BLK-013.first") {
        REQUIRE_EQ(ct_collect(&dut.pipe, &first), 0);
        CHECK_EQ(first.id, id);
        if (first.code == MTP_RC_OK) {
            CHECK_EQ(first.data_id, id);
            CHECK_BYTES(first.data, first.size, bytes, sizeof(bytes));
        }
        ct_forget(&first);
    }
    ROW("USB-BLK-013.second") {
        if (error) {
            conf_excused(c, 4, "the device does not take a command before the first is done");
        } else {
            CHECK_RC(dut_collect(&dut), MTP_RC_OK);
            CHECK_EQ(dut.answer.id, id + 1);
            CHECK_EQ(dut.answer.data_id, id + 1);
            CHECK_EQ(dut.answer.data_code, MTP_OP_GET_DEVICE_INFO);
        }
    }
}

/* MTP 1.1, 4.3: what an operation has no parameter for is left out or 0. */
static void dut_parameters(struct dut *dut, unsigned least, unsigned most)
{
    struct conf *c = dut->c;

    ROW("USB-BLK-014.fits") {
        CHECK_EQ(dut->answer.length, 12 + 4 * dut->answer.params);
        CHECK(dut->answer.params >= least && dut->answer.params <= 5);
    }
    ROW("USB-BLK-014.unused") {
        bool unused = true;

        for (unsigned i = most; i < dut->answer.params && i < 5; i++)
            unused &= dut->answer.param[i] == 0;
        CHECK(unused);
    }
}

CONF_CASE(USB_BLK_BV_14, .title = "A response is as long as its parameters",
          .reqs = REQS("USB-BLK-014"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObjectInfo's response has 24 bytes; those of other operations the "
                   "parameters they are to have, and 12+4n bytes")
{
    DUT dut = dut_work(c);
    static const uint8_t bytes[64];
    uint32_t copies = dut_folder(&dut, dut.folder, "copies"),
             handle = dut_file(&dut, dut.folder, "parameters.bin", MTP_FC_UNDEFINED, bytes,
                               sizeof(bytes));

    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_ASSOCIATION, 0, "length") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("USB-BLK-014.info") {
        CHECK_EQ(dut.answer.length, 24);
        CHECK_EQ(dut.answer.params, 3);
    }
    dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    dut_parameters(&dut, 0, 0);
    if (dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(dut.store)) == MTP_RC_OK)
        dut_parameters(&dut, 1, 1);
    if (dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT, PARAMS(handle, 0, 16)) == MTP_RC_OK)
        dut_parameters(&dut, 1, 1);
    if (dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT_64, PARAMS(handle, 0, 0, 16)) == MTP_RC_OK)
        dut_parameters(&dut, 0, 1);
    if (dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(handle, dut.store, copies)) == MTP_RC_OK)
        dut_parameters(&dut, 1, 1);
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(handle));
    dut_parameters(&dut, 0, 0);
}

/* A cheap generator: the bytes follow from the run's seed alone. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

CONF_CASE(USB_BLK_BI_15, .title = "No garbage on bulk OUT survives a device reset",
          .reqs = REQS("USB-BLK-015"), .ics = "MTP", .player = "mtp", .needs = CONF_WRITES,
          .timeout_s = 90,
          .steps = "40 transfers of 1 to 2048 bytes, some with plausible headers; a reset restores "
                   "service each time")
{
    DUT dut = dut_pipe(c);
    uint64_t state = conf_seed(c) + 1;
    uint8_t bytes[2048];

    ROW("USB-BLK-015.service") {
        for (int round = 0; round < 40; round++) {
            size_t length = 1 + draw(&state) % sizeof(bytes);

            for (size_t i = 0; i < length; i++)
                bytes[i] = (uint8_t)draw(&state);
            if (round % 2 && length >= 12) {
                uint32_t operation = 0x1001 + draw(&state) % 0x1b;

                put_le32(bytes, (uint32_t)length);
                put_le16(bytes + 4, (uint16_t)(1 + round % 3));
                put_le16(bytes + 6, (uint16_t)operation);
            }
            dut.pipe.deadline_ms = DUT_PROMPT_MS;
            ct_bulk_out(&dut.pipe, bytes, length, true);
            dut_recover(&dut);
            REQUIRE(dut_in_step(&dut));
        }
    }
}
