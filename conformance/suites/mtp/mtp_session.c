/* MTP 1.1, 4.2 and appendix D: sessions, transaction ids, what is refused without them. */
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* MTP 1.1, D.2.1. */
CONF_CASE(MTP_SES_BV_01, .title = "GetDeviceInfo is the same before, in and after a session",
          .reqs = REQS("MTP-SES-001"), .ics = "MTP", .player = "mtp",
          .steps = "GetDeviceInfo with id 0, in a session, after CloseSession")
{
    static const char *const rounds[] = {"MTP-SES-001.before", "MTP-SES-001.in",
                                         "MTP-SES-001.after"};
    DUT dut = dut_pipe(c);
    uint8_t first[4096];
    size_t length = 0;

    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS()); /* somebody's that went away */
    for (size_t round = 0; round < ARRAY_SIZE(rounds); round++) {
        bool ok = false;

        if (round == 1)
            dut_open(&dut, 1);
        else if (round == 2)
            dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
        if (round != 1)
            dut.pipe.next = 0;
        ROW(rounds[round])
            ok = CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_INFO, PARAMS()), MTP_RC_OK);
        if (!ok)
            continue;
        ROW("MTP-SES-001.equal") {
            if (!length && CHECK(dut.answer.size && dut.answer.size <= sizeof(first))) {
                length = dut.answer.size;
                memcpy(first, dut.answer.data, length);
            } else {
                CHECK_BYTES(dut.answer.data, dut.answer.size, first, length);
            }
        }
    }
}

/* MTP 1.1, D.2.2. */
CONF_CASE(MTP_SES_BI_02, .title = "Session id 0 is refused, every other one opens",
          .reqs = REQS("MTP-SES-002"), .ics = "MTP", .player = "mtp",
          .steps = "OpenSession 0; GetStorageIDs still refused; OpenSession 1, close, 0xFFFFFFFF")
{
    DUT dut = dut_pipe(c);

    ROW("MTP-SES-002.code")
        CHECK_RC(dut_open(&dut, 0), MTP_RC_INVALID_PARAMETER);
    ROW("MTP-SES-002.closed")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
    ROW("MTP-SES-002.others") {
        CHECK_RC(dut_open(&dut, 1), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS()), MTP_RC_OK);
        CHECK_RC(dut_open(&dut, 0xffffffff), MTP_RC_OK);
        dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    }
}

/* MTP 1.1, D.2.2: the response names the session that is open, be it the first or a later one. */
CONF_CASE(MTP_SES_BI_03, .title = "A second OpenSession is refused and names the open one",
          .reqs = REQS("MTP-SES-003"), .ics = "MTP", .player = "mtp",
          .steps =
              "OpenSession 5, OpenSession 6: 0x201E with 5; the first session goes on; closed, "
              "the same with 9")
{
    static const uint32_t sessions[] = {5, 9};
    DUT dut = dut_pipe(c);

    for (size_t i = 0; i < ARRAY_SIZE(sessions); i++) {
        uint16_t code;

        if (dut_open(&dut, sessions[i]) != MTP_RC_OK)
            dut_unprepared(&dut, "OpenSession");
        dut.pipe.next = 0;
        code = dut_op(&dut, MTP_OP_OPEN_SESSION, PARAMS(6));
        ROW("MTP-SES-003.code")
            CHECK_RC(code, MTP_RC_SESSION_ALREADY_OPEN);
        ROW("MTP-SES-003.parameter")
            CHECK_EQ(dut.answer.params ? dut.answer.param[0] : 0, sessions[i]);
        ROW("MTP-SES-003.survives")
            CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_OK);
        dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    }
}

static size_t children(struct dut *dut, uint32_t parent)
{
    uint32_t handles[64];

    return dut_handles(dut, dut->store, 0, parent, handles, 64);
}

/* A replay that is not executed is refused as such, or answered as the first time; an answer of
 * its own, be it another handle or an error about names or handles, means that it ran again. */
CONF_CASE(
    MTP_SES_BI_05, .title = "A repeated transaction id is never executed twice",
    .level = CONF_SHOULD, .reqs = REQS("MTP-SES-005"),
    .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
    .steps =
        "SendObjectInfo of a folder and its replay with the same id; DeleteObject and its replay")
{
    DUT dut = dut_work(c);

    ROW("MTP-SES-005") {
        size_t before = children(&dut, dut.folder);
        uint32_t id = mtpi_next_transaction(dut.mtpi);
        uint32_t handle = dut_folder(&dut, dut.folder, "once");
        uint16_t code;

        mtpi_set_transaction(dut.mtpi, id);
        code = dut_send_info(&dut, dut.store, dut.folder, MTP_FC_ASSOCIATION, 0, "once");
        CHECK_SEEN(code == MTP_RC_INVALID_TRANSACTION_ID ||
                       (code == MTP_RC_OK && dut.answer.param[2] == handle),
                   value_rc(code));
        CHECK_EQ(children(&dut, dut.folder), before + 1);
        id = mtpi_next_transaction(dut.mtpi);
        SETUP {
            if (dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(handle)) != MTP_RC_OK)
                dut_unprepared(&dut, "operation");
        }
        mtpi_set_transaction(dut.mtpi, id);
        code = dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(handle));
        CHECK_SEEN(code == MTP_RC_INVALID_TRANSACTION_ID || code == MTP_RC_OK, value_rc(code));
        CHECK_EQ(children(&dut, dut.folder), before);
    }
}

/* Operations that bring data of the host's: their data phase comes even when refused. */
static bool has_host_data(uint16_t code)
{
    static const uint16_t codes[] = {MTP_OP_SEND_OBJECT_INFO,      MTP_OP_SEND_OBJECT,
                                     MTP_OP_SET_DEVICE_PROP_VALUE, MTP_OP_SET_OBJECT_PROP_VALUE,
                                     MTP_OP_SET_OBJECT_PROP_LIST,  MTP_OP_SEND_OBJECT_PROP_LIST,
                                     MTP_OP_SET_OBJECT_REFERENCES, MTP_OP_SEND_PARTIAL_OBJECT};

    return dut_lists(codes, ARRAY_SIZE(codes), code);
}

/* All that are listed, for one row those that only ask, for another those with data. */
static void check_without_session(struct dut *dut, const struct dut_info *info, const char *bare,
                                  const char *with_data)
{
    static const uint8_t nothing[4];
    struct conf *c = dut->c;

    for (size_t i = 0; i < info->operation_count; i++) {
        uint16_t code = info->operations[i];
        bool vendor = (code & 0xf000) != 0x1000 && (code & 0xff00) != 0x9800;
        bool has_data = has_host_data(code);

        /* ResetDevice and PowerDown would end the case; vendors may make exceptions. */
        if (code == MTP_OP_GET_DEVICE_INFO || code == MTP_OP_OPEN_SESSION || vendor ||
            code == MTP_OP_RESET_DEVICE || code == MTP_OP_POWER_DOWN)
            continue;
        ROW(has_data ? with_data : bare)
            CHECK_RC(
                dut_put(dut, code, PARAMS(0x7ffffff0), has_data ? nothing : NULL, sizeof(nothing)),
                MTP_RC_SESSION_NOT_OPEN);
    }
}

CONF_CASE(MTP_SES_BI_06, .title = "Without a session every other operation answers SessionNotOpen",
          .reqs = REQS("MTP-SES-006"), .ics = "MTP", .player = "mtp",
          .steps = "Every listed operation but GetDeviceInfo and OpenSession, before a session and "
                   "after CloseSession")
{
    DUT dut = dut_pipe(c);
    static struct dut_info info;

    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    dut_device_info(&dut, &info);
    check_without_session(&dut, &info, "MTP-SES-006.bare", "MTP-SES-006.data");
    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    check_without_session(&dut, &info, "MTP-SES-006.after", "MTP-SES-006.after");
}

/* MTP 1.1, D.2.3, D.2.13. */
CONF_CASE(MTP_SES_BI_07, .title = "CloseSession forgets a pending SendObjectInfo",
          .reqs = REQS("MTP-SES-007"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps =
              "SendObjectInfo, CloseSession, GetStorageIDs, OpenSession, GetObjectInfo of what "
              "was announced, SendObject")
{
    DUT dut = dut_pipe(c);
    uint32_t announced;

    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    if (dut_send_info(&dut, dut.store, 0xffffffff, MTP_FC_UNDEFINED, 4, "papcheck-forgotten.bin") !=
        MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    announced = dut.answer.param[2];
    ROW("MTP-SES-007.code")
        CHECK_RC(dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS()), MTP_RC_OK);
    ROW("MTP-SES-007.ends")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    ROW("MTP-SES-007.absent")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(announced)),
                 MTP_RC_INVALID_OBJECT_HANDLE);
    ROW("MTP-SES-007.pending")
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "abcd", 4),
                 MTP_RC_NO_VALID_OBJECT_INFO);
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
}

/* MTP 1.1, D.2.3, E.2.8: whichever operation announced it, and in whichever session. */
static uint16_t announce(struct dut *dut, bool by_list)
{
    static const char name[] = "papcheck-forgotten.bin";
    struct ct_writer list = {0};

    if (!by_list)
        return dut_send_info(dut, dut->store, 0xffffffff, MTP_FC_UNDEFINED, 4, name);
    ct_put32(&list, 1);
    ct_put32(&list, 0);
    ct_put16(&list, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&list, MTP_DTC_STRING);
    ct_put_text(&list, name);
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, 0xffffffff, dut_format(dut, MTP_FC_UNDEFINED), 0, 4),
                   list.bytes, list.length);
}

CONF_CASE(MTP_SES_BI_17, .title = "CloseSession forgets what is announced, each time",
          .reqs = REQS("MTP-SES-007"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps =
              "Three sessions with a SendObjectInfo, one with a SendObjectPropList where it is "
              "listed: SendObject in the next one: 0x2015")
{
    DUT dut = dut_pipe(c);
    enum { SESSIONS = 4 };

    for (int i = 0; i < SESSIONS; i++) {
        bool by_list = i == SESSIONS - 1;

        if (dut_open(&dut, 1) != MTP_RC_OK)
            dut_unprepared(&dut, "OpenSession");
        dut.store = dut_first_store(&dut);
        if (by_list && (!dut_offers(&dut, MTP_OP_SEND_OBJECT_PROP_LIST) ||
                        announce(&dut, by_list) != MTP_RC_OK)) {
            ROW("MTP-SES-007.list")
                conf_excused(c, 1, "the device announces no objects by lists, or not this one");
            break;
        }
        if (!by_list && announce(&dut, by_list) != MTP_RC_OK)
            dut_unprepared(&dut, "operation");
        dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
        if (dut_open(&dut, 1) != MTP_RC_OK)
            dut_unprepared(&dut, "OpenSession");
        ROW(by_list ? "MTP-SES-007.list" : "MTP-SES-007.pending")
            CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "abcd", 4),
                     MTP_RC_NO_VALID_OBJECT_INFO);
        dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    }
}

CONF_CASE(MTP_SES_BI_08, .title = "An unknown operation is refused and the pipe stays in step",
          .reqs = REQS("MTP-SES-008"), .ics = "MTP", .player = "mtp",
          .steps = "0x10FF without and with a data phase of the host, GetDeviceInfo after each")
{
    DUT dut = dut_session(c);
    static uint8_t data[1000];

    ROW("MTP-SES-008.bare")
        CHECK_RC(dut_op(&dut, 0x10ff, PARAMS()), MTP_RC_OPERATION_NOT_SUPPORTED);
    ROW("MTP-SES-008.step")
        CHECK(dut_in_step(&dut));
    ROW("MTP-SES-008.data")
        CHECK_RC(dut_put(&dut, 0x10ff, PARAMS(1, 2), data, sizeof(data)),
                 MTP_RC_OPERATION_NOT_SUPPORTED);
    ROW("MTP-SES-008.step")
        CHECK(dut_in_step(&dut));
}

CONF_CASE(MTP_SES_BI_09, .title = "A parameter that changes the meaning is not ignored",
          .reqs = REQS("MTP-SES-009"), .ics = "MTP", .player = "mtp",
          .steps = "GetNumObjects with a format no object has, and with one of more than 16 bits "
                   "whose low half is that of folders and of files: refused, or no object counted")
{
    static const uint32_t formats[] = {0xb8fe, 0x10000 | MTP_FC_ASSOCIATION, 0x10000};
    DUT dut = dut_session(c);

    ROW("MTP-SES-009") {
        uint16_t code = dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(0xffffffff));

        if (code != MTP_RC_OK || dut.answer.param[0] == 0)
            conf_inconclusive(c, "the device has no object to count (%s)", value_rc(code).text);
        for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
            code = dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(0xffffffff, formats[i]));
            CHECK_SEEN(code != MTP_RC_OK || dut.answer.param[0] == 0, value_rc(code));
            CHECK_SEEN(code == MTP_RC_OK || code == MTP_RC_PARAMETER_NOT_SUPPORTED ||
                           code == MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED ||
                           code == MTP_RC_INVALID_OBJECT_FORMAT_CODE ||
                           code == MTP_RC_INVALID_PARAMETER,
                       value_rc(code));
        }
    }
}

/* MTP 1.1, 3.4.1. */
CONF_CASE(MTP_SES_BV_10, .title = "A handle is not given out again within the session",
          .reqs = REQS("MTP-SES-010"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "Create and delete 100 folders; no handle twice, none 0 or 0xFFFFFFFF")
{
    DUT dut = dut_work(c);
    uint32_t used[100];

    for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
        used[i] = dut_folder(&dut, dut.folder, "again");
        ROW("MTP-SES-010.never")
            CHECK(used[i] != 0 && used[i] != 0xffffffff);
        ROW("MTP-SES-010.reused")
            REQUIRE(!dut_has(used, i, used[i]));
        if (dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(used[i])) != MTP_RC_OK)
            dut_unprepared(&dut, "operation");
    }
    ROW("MTP-SES-010.valid")
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(dut.folder)), MTP_RC_OK);
    ROW("MTP-SES-010.deleted") {
        for (size_t i = 0; i < ARRAY_SIZE(used); i++)
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(used[i])),
                     MTP_RC_INVALID_OBJECT_HANDLE);
    }
}
