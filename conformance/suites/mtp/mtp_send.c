/* MTP 1.1, D.2.12, D.2.13: SendObjectInfo and SendObject. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { ROOM = 256 };

static size_t children(struct dut *dut, uint32_t handles[ROOM])
{
    size_t count = dut_handles(dut, dut->store, 0, dut->folder, handles, ROOM);

    return count < ROOM ? count : ROOM;
}

CONF_CASE(MTP_OBJ_BV_08, .title = "SendObjectInfo names store, parent and the handle that stays",
          .reqs = REQS("MTP-OBJ-008"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObjectInfo, SendObject; the handle announced is the one that has the bytes")
{
    DUT dut = dut_work(c);
    uint32_t handles[ROOM], handle;
    size_t count;

    ROW("MTP-OBJ-008.answer") {
        REQUIRE_RC(dut_send_info(&dut, dut.store, dut.folder, MTP_FC_MP3, 5, "five.mp3"),
                   MTP_RC_OK);
        REQUIRE_EQ(dut.answer.params, 3);
        CHECK_EQ(dut.answer.param[0], dut.store);
        CHECK_EQ(dut.answer.param[1], dut.folder);
        handle = dut.answer.param[2];
    }
    ROW("MTP-OBJ-008.until") {
        uint16_t code = dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle));

        CHECK_SEEN(code != MTP_RC_OK || dut.answer.size == 0, value_rc(code));
    }
    ROW("MTP-OBJ-008.handle") {
        CHECK(handle != 0 && handle != 0xffffffff);
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "12345", 5), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "12345", 5);
        count = children(&dut, handles);
        CHECK(dut_has(handles, count, handle));
    }
}

CONF_CASE(MTP_OBJ_BI_09, .title = "SendObject without information takes the data and refuses it",
          .reqs = REQS("MTP-OBJ-009"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "SendObject of 1000 bytes and of 1012 (12+n = 1024) in a fresh session: 0x2015")
{
    DUT dut = dut_session(c);
    static uint8_t bytes[1012];
    static const size_t sizes[] = {1000, 1012};
    uint32_t before;

    dut_must(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(0xffffffff));
    before = dut.answer.param[0];
    for (size_t i = 0; i < 2; i++) {
        ROW("MTP-OBJ-009.step") {
            uint16_t code = dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), bytes, sizes[i]);

            ROW("MTP-OBJ-009.code")
                CHECK_RC(code, MTP_RC_NO_VALID_OBJECT_INFO);
            CHECK(dut_in_step(&dut));
        }
    }
    ROW("MTP-OBJ-009.unchanged") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(0xffffffff)), MTP_RC_OK);
        CHECK_EQ(dut.answer.param[0], before);
    }
}

/* SendObjectInfo, or SendObjectPropList with the name alone, of a song of five bytes. */
static uint16_t announce(struct dut *dut, uint16_t operation, uint32_t parent, const char *name)
{
    struct ct_writer list = {0};

    if (operation == MTP_OP_SEND_OBJECT_INFO)
        return dut_send_info(dut, dut->store, parent, MTP_FC_MP3, 5, name);
    ct_put32(&list, 1);
    ct_put32(&list, 0);
    ct_put16(&list, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&list, MTP_DTC_STRING);
    ct_put_text(&list, name);
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, parent, dut_format(dut, MTP_FC_MP3), 0, 5), list.bytes,
                   list.length);
}

static const struct {
    uint16_t operation;
    const char *name;
} announcements[] = {{MTP_OP_SEND_OBJECT_INFO, "by info.mp3"},
                     {MTP_OP_SEND_OBJECT_PROP_LIST, "by list.mp3"}};

CONF_CASE(MTP_OBJ_BI_81, .title = "What announced one object announces no second one",
          .reqs = REQS("MTP-OBJ-009"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A song by SendObjectInfo, and one by SendObjectPropList where that is listed; "
                   "a second SendObject after each: 0x2015, and no object more")
{
    DUT dut = dut_work(c);
    uint32_t handles[ROOM];

    for (size_t i = 0; i < ARRAY_SIZE(announcements); i++) {
        ROW("MTP-OBJ-009.spent") {
            if (!dut_offers(&dut, announcements[i].operation)) {
                conf_excused(c, 2, "the device does not announce objects this way");
                return;
            }
            SETUP {
                if (announce(&dut, announcements[i].operation, dut.folder, announcements[i].name) !=
                        MTP_RC_OK ||
                    dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "first", 5) != MTP_RC_OK)
                    dut_unprepared(&dut, "operation");
            }
            CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "again", 5),
                     MTP_RC_NO_VALID_OBJECT_INFO);
            CHECK_EQ(children(&dut, handles), i + 1);
        }
    }
}

CONF_CASE(MTP_OBJ_BV_10, .title = "A second SendObjectInfo replaces the first",
          .reqs = REQS("MTP-OBJ-010"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES, .steps = "Info A, info B, data: only B exists")
{
    DUT dut = dut_work(c);
    uint32_t handles[ROOM], a, b;
    size_t count;

    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_MP3, 3, "a.mp3") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    a = dut.answer.param[2];
    ROW("MTP-OBJ-010.second") {
        REQUIRE_RC(dut_send_info(&dut, dut.store, dut.folder, MTP_FC_MP3, 4, "b.mp3"), MTP_RC_OK);
        b = dut.answer.param[2];
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "bbbb", 4), MTP_RC_OK);
        count = children(&dut, handles);
        CHECK(dut_has(handles, count, b));
        ROW("MTP-OBJ-010.first") {
            CHECK_EQ(count, 1);
            CHECK(a == b || !dut_has(handles, count, a));
        }
        dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(b));
        CHECK_BYTES(dut.answer.data, dut.answer.size, "bbbb", 4);
    }
}

CONF_CASE(
    MTP_OBJ_BV_11, .title = "After a short SendObject the same information may be used again",
    .reqs = REQS("MTP-OBJ-011"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "Data cut in the middle; nothing listed; the full data without a new SendObjectInfo")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[3000];
    uint32_t handles[ROOM], handle, id;
    size_t count;

    dut_fill(bytes, sizeof(bytes), 21);
    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_UNDEFINED, sizeof(bytes), "again.bin") !=
        MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    handle = dut.answer.param[2];
    id = mtpi_next_transaction(dut.mtpi);
    mtpi_set_transaction(dut.mtpi, id + 1);
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT, id, PARAMS()) != 0 ||
        ct_send_as(&dut.pipe, sizeof(bytes) + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, id, bytes, 1500,
                   true) != 0)
        conf_refused(c, "SendObject", "the data phase of SendObject was not taken");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("MTP-OBJ-011.fails")
        CHECK_NOT_RC(dut_collect(&dut), MTP_RC_OK);
    ROW("MTP-OBJ-011.unlisted") {
        count = children(&dut, handles);
        CHECK(!dut_has(handles, count, handle));
    }
    ROW("MTP-OBJ-011.again") {
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), bytes, sizeof(bytes)), MTP_RC_OK);
        count = children(&dut, handles);
        REQUIRE_EQ(count, 1);
        dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handles[0]));
        CHECK_BYTES(dut.answer.data, dut.answer.size, bytes, sizeof(bytes));
    }
}

CONF_CASE(MTP_OBJ_BV_12, .title = "A folder is complete after SendObjectInfo",
          .reqs = REQS("MTP-OBJ-012"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObjectInfo of a folder; it is listed; another operation follows at once")
{
    DUT dut = dut_session(c);
    static uint32_t handles[4096];
    uint32_t handle;
    size_t count;

    dut.store = dut_first_store(&dut);
    ROW("MTP-OBJ-012.listed") {
        REQUIRE_RC(
            dut_send_info(&dut, dut.store, 0xffffffff, MTP_FC_ASSOCIATION, 0, "papcheck-complete"),
            MTP_RC_OK);
        handle = dut.answer.param[2];
        ROW("MTP-OBJ-012.next")
            CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_OK);
        count = dut_handles(&dut, dut.store, 0, 0xffffffff, handles, 4096);
        CHECK(dut_has(handles, count < 4096 ? count : 4096, handle));
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
    }
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(handle));
}

/* The second writable store; 0: none. */
static uint32_t other_store(struct dut *dut)
{
    uint32_t ids[16], found = 0;
    struct ct_reader reader;
    size_t count;

    dut_op(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    reader = dut_reader(dut);
    count = ct_array32(&reader, ids, 16);
    for (size_t i = 0; i < count && i < 16; i++) {
        if (ids[i] == dut->store ||
            dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        ct_u32(&reader);
        if (ct_u16(&reader) == MTP_AC_READ_WRITE)
            found = ids[i];
    }
    return found;
}

static bool refuses_destination(uint16_t code)
{
    return code == MTP_RC_SPECIFICATION_OF_DESTINATION_UNSUPPORTED ||
           code == MTP_RC_INVALID_STORAGE_ID || code == MTP_RC_INVALID_PARENT_OBJECT;
}

struct place {
    uint32_t store, parent;
};

/* As ObjectInfo says it; 0xdeaddead: it says nothing. */
static struct place place_of(struct dut *dut, uint32_t handle)
{
    const struct place nowhere = {0xdeaddead, 0xdeaddead};
    struct ct_reader reader;
    struct place place;

    if (dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)) != MTP_RC_OK)
        return nowhere;
    reader = dut_reader(dut);
    place.store = ct_u32(&reader);
    for (int i = 0; i < 17; i++)
        ct_u16(&reader);
    place.parent = ct_u32(&reader);
    return reader.failed ? nowhere : place;
}

/* MTP 1.1, D.2.12, table of destinations. */
CONF_CASE(MTP_OBJ_BI_13, .title = "Store and parent of a new object must fit",
          .reqs = REQS("MTP-OBJ-013", "MTP-OBJ-008"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "Good and bad pairs of store and parent; the store that is answered is the one where "
              "the object is found; a folder of another store is never a parent")
{
    DUT dut = dut_work(c);
    uint32_t second = other_store(&dut), made, handles[ROOM];
    size_t before;
    uint16_t code;

    ROW("MTP-OBJ-013.any") {
        code = dut_send_info(&dut, 0, 0xffffffff, MTP_FC_ASSOCIATION, 0, "papcheck-anywhere");
        CHECK_RC(code, MTP_RC_OK);
        if (code == MTP_RC_OK) {
            uint32_t said = dut.answer.param[0];

            made = dut.answer.param[2];
            ROW("MTP-OBJ-008.chosen")
                CHECK_EQ(place_of(&dut, made).store, said);
            dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(made));
        }
    }
    ROW("MTP-OBJ-013.root") {
        code = dut_send_info(&dut, dut.store, 0xffffffff, MTP_FC_ASSOCIATION, 0, "papcheck-root");
        CHECK_RC(code, MTP_RC_OK);
        made = dut.answer.param[2];
        ROW("MTP-OBJ-008.answer") /* no document says which of the two */
            CHECK(code != MTP_RC_OK || !dut.answer.param[1] || dut.answer.param[1] == 0xffffffff);
        CHECK_EQ(place_of(&dut, made).parent, 0);
        if (code == MTP_RC_OK)
            dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(made));
    }
    ROW("MTP-OBJ-013.parent") {
        CHECK_RC(dut_send_info(&dut, dut.store, dut.folder, MTP_FC_ASSOCIATION, 0, "inside"),
                 MTP_RC_OK);
        CHECK_EQ(place_of(&dut, dut.answer.param[2]).parent, dut.folder);
    }
    ROW("MTP-OBJ-013.unknown") {
        before = children(&dut, handles);
        code = dut_send_info(&dut, 0x7abc7abc, 0xffffffff, MTP_FC_ASSOCIATION, 0, "lost");
        CHECK(refuses_destination(code));
        code = dut_send_info(&dut, 0x7abc7abc, dut.folder, MTP_FC_ASSOCIATION, 0, "lost");
        CHECK(refuses_destination(code));
    }
    ROW("MTP-OBJ-013.other") {
        if (second) {
            code = dut_send_info(&dut, second, dut.folder, MTP_FC_ASSOCIATION, 0, "lost");
            CHECK(refuses_destination(code));
        } else {
            conf_excused(c, 1, "the device has one store");
        }
    }
    ROW("MTP-OBJ-013.nothing")
        CHECK_EQ(children(&dut, handles), before);
}

CONF_CASE(MTP_OBJ_BI_82, .title = "What is no folder is no parent of a new object",
          .reqs = REQS("MTP-OBJ-013"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A song into a song and into a handle that is none, by SendObjectInfo and, "
                   "where it is listed, SendObjectPropList: refused")
{
    DUT dut = dut_work(c);
    const uint32_t parents[] = {dut_file(&dut, dut.folder, "no folder.mp3", MTP_FC_MP3, "leaf", 4),
                                0x7ffffff0};
    static const char *const clauses[] = {"MTP-OBJ-013.file", "MTP-OBJ-013.handle"};

    for (size_t i = 0; i < 2 * ARRAY_SIZE(announcements); i++) {
        uint16_t operation = announcements[i / 2].operation;
        const char *name = announcements[i / 2].name;
        /* Is it the parent that is wrong? */
        bool taken =
            dut_offers(&dut, operation) && announce(&dut, operation, dut.folder, name) == MTP_RC_OK;

        ROW(clauses[i % 2]) {
            if (taken)
                CHECK_NOT_RC(announce(&dut, operation, parents[i % 2], name), MTP_RC_OK);
            else
                conf_excused(c, 1, "the device does not announce songs this way");
        }
    }
}

CONF_CASE(MTP_OBJ_BI_14, .title = "File names that leave their folder or are none are refused",
          .reqs = REQS("MTP-OBJ-014"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObjectInfo with ../x, a/b, a\\b, .., a control character, no name")
{
    DUT dut = dut_work(c);
    static const struct {
        const char *clause, *name;
    } rows[] = {{"MTP-OBJ-014.separator", "../x"}, {"MTP-OBJ-014.separator", "a/b"},
                {"MTP-OBJ-014.separator", "a\\b"}, {"MTP-OBJ-014.dots", ".."},
                {"MTP-OBJ-014.control", "a\001b"}, {"MTP-OBJ-014.empty", ""}};
    uint32_t handles[ROOM];

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ROW(rows[i].clause) {
            uint16_t code =
                dut_send_info(&dut, dut.store, dut.folder, MTP_FC_ASSOCIATION, 0, rows[i].name);

            conf_note(c, "name %zu: %s", i, value_rc(code).text);
            CHECK_SEEN(code == MTP_RC_INVALID_DATASET || code == MTP_RC_INVALID_PARAMETER,
                       value_rc(code));
        }
    }
    ROW("MTP-OBJ-014.nothing")
        CHECK_EQ(children(&dut, handles), 0);
}

CONF_CASE(MTP_OBJ_BV_15, .title = "A second object of the same name does not overwrite the first",
          .reqs = REQS("MTP-OBJ-015"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Send x.mp3 twice, three rounds: refused or both kept, always the same; the "
                   "first content stays")
{
    DUT dut = dut_work(c);
    bool kept = false;

    ROW("MTP-OBJ-015.first") {
        for (int round = 0; round < 3; round++) {
            char name[] = "x0.mp3";
            uint32_t first, second;
            uint16_t code;

            name[1] = (char)('0' + round);
            first = dut_file(&dut, dut.folder, name, MTP_FC_MP3, "content 1", 9);
            code = dut_send_info(&dut, dut.store, dut.folder, MTP_FC_MP3, 10, name);
            second = dut.answer.param[2];
            if (code == MTP_RC_OK)
                code = dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "content  2", 10);
            if (round == 0)
                kept = code == MTP_RC_OK;
            ROW("MTP-OBJ-015.same")
                CHECK_SEEN((code == MTP_RC_OK) == kept, value_rc(code));
            CHECK(code != MTP_RC_OK || second != first);
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(first)), MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, "content 1", 9);
        }
    }
}

static const char cut_folder[] = "papcheck-cut";

/* A session of its own, with the folder that is written to. Handles may change with the session
 * (MTP 1.1, 3.4.1): it is found by its name. */
static struct dut cut_session(struct conf *c, struct raw_connection *connection,
                              uint32_t *ret_folder)
{
    struct dut dut = dut_raw(c, connection);
    uint32_t handles[ROOM];
    size_t count;

    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    *ret_folder = 0;
    count = dut_handles(&dut, dut.store, 0, 0xffffffff, handles, ROOM);
    for (size_t i = 0; i < count && i < ROOM && !*ret_folder; i++) {
        struct ct_reader reader;
        char text[256];

        dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handles[i]));
        reader = dut_reader(&dut);
        for (int field = 0; field < 26; field++)
            ct_u16(&reader);
        ct_text(&reader, text);
        if (strcmp(text, cut_folder) == 0)
            *ret_folder = handles[i];
    }
    return dut;
}

static void must_be_there(struct conf *c, uint32_t folder)
{
    if (!folder)
        conf_refused(c, "GetObjectHandles",
                     "GetObjectHandles does not list the folder that was made");
}

static void make_cut_folder(struct conf *c)
{
    DUT_CONNECTION connection = dut_import(c);
    uint32_t folder;
    DUT dut = cut_session(c, connection, &folder);

    if (!folder)
        dut_folder(&dut, 0xffffffff, cut_folder);
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
}

static void remove_cut_folder(struct conf *c)
{
    DUT_CONNECTION connection = dut_import(c);
    uint32_t folder;
    DUT dut = cut_session(c, connection, &folder);

    must_be_there(c, folder);
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(folder));
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
}

/* Sends `sent` payload bytes of an object of `size` bytes; the caller then cuts the connection. */
static void send_some(struct dut *dut, uint32_t folder, const uint8_t *bytes, size_t size,
                      size_t sent)
{
    if (dut_send_info(dut, dut->store, folder, MTP_FC_UNDEFINED, (uint32_t)size, "cut.bin") !=
            MTP_RC_OK ||
        ct_command(&dut->pipe, MTP_OP_SEND_OBJECT, dut->pipe.next, PARAMS()) != 0 ||
        ct_send_as(&dut->pipe, (uint32_t)size + 12, MTP_CT_DATA, MTP_OP_SEND_OBJECT, dut->pipe.next,
                   bytes, sent, false) != 0)
        dut_unprepared(dut, "SendObject");
}

/* After a cut: the folder's objects that are neither whole nor absent. Whole ones are removed. */
static unsigned torn(struct dut *dut, uint32_t folder, const uint8_t *bytes, size_t size)
{
    uint32_t handles[ROOM];
    size_t count = dut_handles(dut, dut->store, 0, folder, handles, ROOM);
    unsigned bad = 0;

    for (size_t i = 0; i < count && i < ROOM; i++) {
        dut_op(dut, MTP_OP_GET_OBJECT, PARAMS(handles[i]));
        bad += dut->answer.size != size || memcmp(dut->answer.data, bytes, size) != 0;
        dut_op(dut, MTP_OP_DELETE_OBJECT, PARAMS(handles[i]));
    }
    return bad;
}

enum { CUTS = 200 };

/* Looks at what the cut before this connection left, and makes the next. */
static void look_and_cut(struct conf *c, int round, const uint8_t *bytes, size_t size, size_t sent)
{
    DUT_CONNECTION connection = dut_import(c);
    uint32_t folder;
    DUT dut = cut_session(c, connection, &folder);

    must_be_there(c, folder);
    if (round > 0)
        CHECK_EQ(torn(&dut, folder, bytes, size), 0);
    SETUP {
        if (round < CUTS)
            send_some(&dut, folder, bytes, size, sent);
        else
            dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    }
    if (round < CUTS)
        conf_note(c, "cut after %zu bytes", sent);
}

CONF_CASE(MTP_OBJ_BV_19,
          .title = "A connection cut in SendObject leaves the object whole or absent",
          .reqs = REQS("MTP-OBJ-019"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WIRE | CONF_WRITES, .timeout_s = 60,
          .steps = "Cut USB/IP at 200 offsets of SendObject; list the folder after each")
{
    static uint8_t bytes[200000];
    uint64_t state = conf_seed(c) + 7;

    dut_fill(bytes, sizeof(bytes), 31);
    make_cut_folder(c);
    ROW("MTP-OBJ-019") {
        for (int round = 0; round <= CUTS; round++) {
            size_t sent;

            state = state * 6364136223846793005u + 1442695040888963407u;
            /* Whole packets with the header, so that no short one ends the data phase. */
            sent = ((size_t)(state >> 33) % sizeof(bytes) / 1024 + 1) * 1024 - 12;
            look_and_cut(c, round, bytes, sizeof(bytes), sent);
        }
    }
    remove_cut_folder(c);
}
