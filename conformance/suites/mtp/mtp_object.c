/* MTP 1.1, D.2.6 to D.2.11, D.2.23 to D.2.26: finding, reading, moving and deleting objects. */
#include <ctype.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { MANY = 4096 };

/* folder/{inner/{deep.mp3}, side.mp3}: three levels below the work folder. */
struct tree {
    uint32_t outer, inner, deep, side;
};

static struct tree plant(struct dut *dut)
{
    struct tree tree;

    tree.outer = dut_folder(dut, dut->folder, "outer");
    tree.inner = dut_folder(dut, tree.outer, "inner");
    tree.deep = dut_file(dut, tree.inner, "deep.mp3", MTP_FC_MP3, "deep", 4);
    tree.side = dut_file(dut, tree.outer, "side.mp3", MTP_FC_MP3, "side", 4);
    return tree;
}

/* Which of the tree's objects a list has: 1 outer, 2 inner, 4 deep, 8 side. */
static unsigned members(struct dut *dut, const struct tree *tree, uint32_t store, uint32_t format,
                        uint32_t parent)
{
    static uint32_t handles[MANY];
    size_t count = dut_handles(dut, store, format, parent, handles, MANY);
    unsigned found;

    count = count < MANY ? count : MANY;
    found = dut_has(handles, count, tree->outer) | 2u * dut_has(handles, count, tree->inner) |
            4u * dut_has(handles, count, tree->deep) | 8u * dut_has(handles, count, tree->side);
    conf_note(dut->c, "store %08x format %04x parent %08x: %zu handles, ours %x", store, format,
              parent, count, found);
    return found;
}

static bool lists_at_root(struct dut *dut, uint32_t handle)
{
    static uint32_t handles[MANY];
    size_t count = dut_handles(dut, dut->store, 0, 0xffffffff, handles, MANY);

    return dut_has(handles, count < MANY ? count : MANY, handle);
}

static size_t objects_of(struct dut *dut, uint32_t store)
{
    static uint32_t handles[MANY];

    return dut_handles(dut, store, 0, 0, handles, MANY);
}

/* Nothing of the tree is on another store, and what is on all is what is on each. */
static void check_stores(struct dut *dut, const struct tree *tree)
{
    struct conf *c = dut->c;
    uint32_t ids[DUT_STORES];
    size_t count = dut_stores(dut, ids), sum = 0;

    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(members(dut, tree, ids[i], 0, 0), ids[i] == dut->store ? 15 : 0);
        sum += objects_of(dut, ids[i]);
    }
    if (count == 1)
        conf_excused(c, 1, "the device has one store");
    CHECK_EQ(objects_of(dut, 0xffffffff), sum);
}

/* MTP 1.1, D.2.7. */
CONF_CASE(MTP_OBJ_BV_01, .title = "GetObjectHandles filters by store, format and parent",
          .reqs = REQS("MTP-OBJ-001"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A tree of three levels; the combinations of the parameters; the root has our "
                   "folder; no other store has the tree, and all together have what each has")
{
    DUT dut = dut_work(c);
    struct tree tree = plant(&dut);
    const uint32_t all = 0xffffffff, store = dut.store;
    const struct {
        const char *clause;
        uint32_t store, format, parent;
        unsigned expected;
    } rows[] = {{"MTP-OBJ-001.levels", all, 0, 0, 15},
                {"MTP-OBJ-001.levels", store, 0, 0, 15},
                {"MTP-OBJ-001.root", all, 0, all, 0},
                {"MTP-OBJ-001.root", store, 0, all, 0},
                {"MTP-OBJ-001.parent", store, 0, tree.outer, 10},
                {"MTP-OBJ-001.format", store, MTP_FC_ASSOCIATION, tree.outer, 2},
                {"MTP-OBJ-001.format", all, dut_format(&dut, MTP_FC_MP3), 0, 12},
                {"MTP-OBJ-001.format", all, MTP_FC_ASSOCIATION, 0, 3},
                {"MTP-OBJ-001.parent", store, 0, dut.folder, 1},
                {"MTP-OBJ-001.parent", store, 0, tree.inner, 4}};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ROW(rows[i].clause) {
            unsigned found = members(&dut, &tree, rows[i].store, rows[i].format, rows[i].parent);

            if (rows[i].format && dut_filters_no_format(&dut))
                conf_excused(c, 1, "the device does not filter by format (0x2014)");
            else
                CHECK_EQ(found, rows[i].expected);
        }
    }
    ROW("MTP-OBJ-001.root")
        CHECK(lists_at_root(&dut, dut.folder));
    ROW("MTP-OBJ-001.store")
        check_stores(&dut, &tree);
}

/* GetNumObjects and the length of GetObjectHandles, for the same parameters. */
static void dut_count(struct dut *dut, uint32_t store, uint32_t format, uint32_t parent)
{
    struct conf *c = dut->c;
    struct ct_reader reader;
    uint32_t count = 0;
    uint16_t one, two;

    one = dut_op(dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(store, format, parent));
    reader = dut_reader(dut);
    if (one == MTP_RC_OK)
        count = ct_u32(&reader);
    two = dut_op(dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(store, format, parent));
    conf_note(dut->c, "store %08x format %04x parent %08x: %s %u, %s %u", store, format, parent,
              value_rc(one).text, count, value_rc(two).text, dut->answer.param[0]);
    ROW("MTP-OBJ-002.codes")
        CHECK_RC(two, one);
    ROW("MTP-OBJ-002.count")
        CHECK_EQ(two == MTP_RC_OK ? dut->answer.param[0] : 0, count);
}

/* MTP 1.1, D.2.6. */
CONF_CASE(MTP_OBJ_BV_02, .title = "GetNumObjects counts what GetObjectHandles lists",
          .reqs = REQS("MTP-OBJ-002"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "Both operations for every combination of all and each of the first three "
                   "stores, of no format and four, and of every parent of a random tree with empty "
                   "folders and a playlist, a file and no object")
{
    DUT dut = dut_work(c);
    struct tree tree = plant(&dut);
    uint32_t stores[5] = {0xffffffff}, parents[16] = {0,         0xffffffff, tree.outer, tree.inner,
                                                      tree.side, 0x7ffffff0, dut.folder};
    static const uint16_t formats[] = {0, MTP_FC_ASSOCIATION, MTP_FC_MP3, MTP_FC_AV_PLAYLIST,
                                       MTP_FC_TEXT};
    uint64_t state = conf_seed(c) + 2;
    size_t parent_count = 7, store_count;
    struct ct_reader reader;

    ROW("MTP-OBJ-002.count") {
        dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
        reader = dut_reader(&dut);
        store_count = ct_array32(&reader, stores + 1, 3);
        store_count = 1 + (store_count < 3 ? store_count : 3);
        dut_file(&dut, tree.inner, "list.pla", MTP_FC_AV_PLAYLIST, NULL, 0);
        /* Six folders below any of those there are, each with a song or with nothing. */
        for (char name[] = "random-0"; name[7] < '6'; name[7]++) {
            uint32_t above;

            state = state * 6364136223846793005u + 1442695040888963407u;
            above = parents[state >> 33 & 1 ? parent_count - 1 : 6];
            parents[parent_count] = dut_folder(&dut, above, name);
            if (state >> 34 & 1)
                dut_file(&dut, parents[parent_count], "song.mp3", MTP_FC_MP3, "song", 4);
            parent_count++;
        }
        for (size_t i = 0; i < store_count * 5 * parent_count; i++)
            dut_count(&dut, stores[i % store_count], formats[i / store_count % 5],
                      parents[i / store_count / 5]);
    }
}

CONF_CASE(MTP_OBJ_BI_03, .title = "A parent that is no folder is refused",
          .reqs = REQS("MTP-OBJ-003"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "GetObjectHandles with a file and with an unknown handle as parent")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "leaf.mp3", MTP_FC_MP3, "leaf", 4);
    const struct {
        const char *clause;
        uint32_t parent;
    } rows[] = {{"MTP-OBJ-003.file", file}, {"MTP-OBJ-003.unknown", 0x7ffffff0}};
    static const uint16_t operations[] = {MTP_OP_GET_OBJECT_HANDLES, MTP_OP_GET_NUM_OBJECTS};

    for (size_t i = 0; i < 4; i++) {
        ROW(rows[i / 2].clause) {
            uint16_t code =
                dut_op(&dut, operations[i % 2], PARAMS(dut.store, 0, rows[i / 2].parent));

            CHECK_SEEN(code == MTP_RC_INVALID_PARENT_OBJECT || code == MTP_RC_INVALID_OBJECT_HANDLE,
                       value_rc(code));
        }
    }
}

/* MTP 1.1, 5.3.1. */
struct info {
    uint32_t store, size, parent;
    uint16_t format, protection, association;
    char name[256], created[256], modified[256];
    bool whole;
};

static uint16_t object_info(struct dut *dut, uint32_t handle, struct info *ret)
{
    uint16_t units[256], code = dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle));
    struct ct_reader reader = dut_reader(dut);

    memset(ret, 0, sizeof(*ret));
    ret->store = ct_u32(&reader);
    ret->format = ct_u16(&reader);
    ret->protection = ct_u16(&reader);
    ret->size = ct_u32(&reader);
    ct_u16(&reader); /* thumbnail: format, then six fields of thumbnail and image */
    for (int i = 0; i < 6; i++)
        ct_u32(&reader);
    ret->parent = ct_u32(&reader);
    ret->association = ct_u16(&reader);
    ct_u32(&reader);
    ct_u32(&reader);
    ct_text(&reader, ret->name);
    ct_text(&reader, ret->created);
    ct_text(&reader, ret->modified);
    ct_string(&reader, units);
    ret->whole = !reader.failed && reader.at == reader.end;
    return code;
}

CONF_CASE(MTP_OBJ_BV_04, .title = "ObjectInfo has its fields in order, and parent 0 at the root",
          .reqs = REQS("MTP-OBJ-004"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "ObjectInfo of a file, of its folder, of everything at the root")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "info.mp3", MTP_FC_MP3, "0123456789", 10);
    static uint32_t roots[MANY];
    struct info info;
    size_t count;

    ROW("MTP-OBJ-004.layout") {
        REQUIRE_RC(object_info(&dut, file, &info), MTP_RC_OK);
        CHECK(info.whole);
        ROW("MTP-OBJ-004.fields") {
            CHECK_EQ(info.store, dut.store);
            CHECK_EQ(info.format, dut_format(&dut, MTP_FC_MP3));
            CHECK_EQ(info.protection, 0);
            CHECK_EQ(info.size, 10);
            CHECK(conf_same_text(c, info.name, "info.mp3"));
        }
        ROW("MTP-OBJ-004.parent")
            CHECK_EQ(info.parent, dut.folder);
        object_info(&dut, dut.folder, &info);
        ROW("MTP-OBJ-004.association") {
            CHECK_EQ(info.format, MTP_FC_ASSOCIATION);
            CHECK_EQ(info.association, MTP_AT_GENERIC_FOLDER);
        }
        count = dut_handles(&dut, 0xffffffff, 0, 0xffffffff, roots, MANY);
        REQUIRE(count > 0);
        for (size_t i = 0; i < count && i < 50; i++) {
            object_info(&dut, roots[i], &info);
            CHECK(info.whole);
            ROW("MTP-OBJ-004.root")
                CHECK_EQ(info.parent, 0);
        }
    }
}

/* MTP 1.1, 3.2.5: YYYYMMDDThhmmss, optionally .s, then Z or +hhmm or -hhmm. */
static bool legal_date(const char *text)
{
    size_t at = 15;

    if (text[0] == 0)
        return true;
    for (size_t i = 0; i < 15; i++) {
        if (i == 8 ? text[i] != 'T' : !isdigit((unsigned char)text[i]))
            return false;
    }
    if (text[at] == '.') {
        if (!isdigit((unsigned char)text[at + 1]))
            return false;
        at += 2;
    }
    if (text[at] == 'Z')
        return text[at + 1] == 0;
    if (text[at] == '+' || text[at] == '-') {
        for (size_t i = 1; i <= 4; i++) {
            if (!isdigit((unsigned char)text[at + i]))
                return false;
        }
        return text[at + 5] == 0;
    }
    return text[at] == 0;
}

/* SendObjectInfo of a folder with that modification date. */
static uint16_t send_dated(struct dut *dut, const char *name, const char *date)
{
    struct ct_writer writer = {0};

    ct_put_object_info(&writer, MTP_FC_ASSOCIATION, 0, name);
    writer.length -= 2; /* modification date and keywords, both empty so far */
    ct_put_text(&writer, date);
    ct_put_text(&writer, "");
    return dut_put(dut, MTP_OP_SEND_OBJECT_INFO, PARAMS(dut->store, dut->folder), writer.bytes,
                   writer.length);
}

CONF_CASE(MTP_OBJ_BV_05, .title = "Dates are YYYYMMDDThhmmss with optional parts, or empty",
          .reqs = REQS("MTP-OBJ-005"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Dates of up to 50 objects; legal forms in SendObjectInfo taken, an illegal one "
                   "refused where "
                   "dates are kept")
{
    DUT dut = dut_work(c);
    static const char *const good[] = {"20240131T235959", "20240131T235959.5", "20240131T235959Z",
                                       "20240131T235959+0100", ""};
    static const char *const bad[] = {"31.01.2024", "20241331T000000", "20240131 235959"};
    static uint32_t handles[MANY];
    struct info info;
    bool keeps = false;
    size_t count;

    for (size_t i = 0; i < 5; i++) {
        char name[] = "good-0";

        name[5] = (char)('0' + i);
        ROW("MTP-OBJ-005.taken")
            CHECK_RC(send_dated(&dut, name, good[i]), MTP_RC_OK);
        /* SendObjectInfo does not require a date (5.3.1): who keeps none need not read it. */
        if (i == 0)
            keeps = object_info(&dut, dut.answer.param[2], &info) == MTP_RC_OK &&
                    strncmp(info.modified, good[0], 15) == 0;
    }
    for (size_t i = 0; i < 3; i++) {
        char name[] = "bad-0";

        name[4] = (char)('0' + i);
        ROW("MTP-OBJ-005.refused") {
            if (keeps)
                CHECK_NOT_RC(send_dated(&dut, name, bad[i]), MTP_RC_OK);
            else
                conf_excused(c, 1, "the device keeps no date that is sent");
        }
    }
    ROW("MTP-OBJ-005.said") {
        count = dut_handles(&dut, 0xffffffff, 0, 0, handles, MANY);
        for (size_t i = 0; i < count && i < 50; i++) {
            /* Newest handles last: ours must be among those looked at. */
            object_info(&dut, handles[count - 1 - i < MANY ? count - 1 - i : i], &info);
            conf_note(c, "%s: created %s, modified %s", info.name, info.created, info.modified);
            CHECK(legal_date(info.created) && legal_date(info.modified));
        }
    }
}

/* MTP 1.1, D.2.9. Each object has other bytes; each is read once more when all are there. */
CONF_CASE(MTP_OBJ_BV_06, .title = "GetObject returns the exact bytes, and refuses a folder",
          .reqs = REQS("MTP-OBJ-006"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "Objects of 0, 1, 499, 500 (two), 501, 512 bytes, 64 KiB and 1 MiB there and back, "
              "and all once more; GetObject of a folder")
{
    enum { MIB = 1024 * 1024 };
    static const size_t sizes[] = {0, 1, 499, 500, 500, 501, 512, 65536, MIB};
    static uint8_t bytes[MIB + ARRAY_SIZE(sizes)];
    uint32_t handles[ARRAY_SIZE(sizes)];
    DUT dut = dut_work(c);

    dut_fill(bytes, sizeof(bytes), 11);
    for (size_t i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
        size_t n = i % ARRAY_SIZE(sizes);
        char name[] = "size-0.bin";

        name[5] = (char)('0' + n);
        if (i == n)
            handles[n] = dut_file(&dut, dut.folder, name, MTP_FC_UNDEFINED, bytes + n, sizes[n]);
        ROW(sizes[n] ? "MTP-OBJ-006.bytes" : "MTP-OBJ-006.empty") {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(handles[n])), MTP_RC_OK);
            CHECK(dut.answer.has_data);
            CHECK_BYTES(dut.answer.data, dut.answer.size, bytes + n, sizes[n]);
        }
    }
    ROW("MTP-OBJ-006.folder") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(dut.folder)), MTP_RC_INVALID_OBJECT_HANDLE);
        CHECK(!dut.answer.has_data);
    }
}

/* MTP 1.1, D.2.27. */
CONF_CASE(MTP_OBJ_BV_07, .title = "GetPartialObject gives at most what was asked and says how much",
          .reqs = REQS("MTP-OBJ-007"), .ics = "MTP.OP.101B && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Offsets 0, 100, size-1, size, size+1; max 50, 1, 0 and 0xFFFFFFFF; of a folder")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[1500];
    static const uint32_t offsets[] = {0, 100, 1499, 1500, 1501};
    static const uint32_t most[] = {50, 1, 0, 0xffffffff};
    uint32_t handle;

    dut_fill(bytes, sizeof(bytes), 12);
    handle = dut_file(&dut, dut.folder, "part.bin", MTP_FC_UNDEFINED, bytes, sizeof(bytes));
    ROW("MTP-OBJ-007.bytes") {
        for (size_t i = 0; i < ARRAY_SIZE(offsets) * ARRAY_SIZE(most); i++) {
            uint32_t offset = offsets[i / ARRAY_SIZE(most)], max = most[i % ARRAY_SIZE(most)];
            size_t expected = offset >= sizeof(bytes) ? 0 : sizeof(bytes) - offset;
            uint16_t code = dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT, PARAMS(handle, offset, max));

            expected = expected < max ? expected : max;
            if (expected == 0) {
                ROW(max ? "MTP-OBJ-007.past" : "MTP-OBJ-007.none")
                    CHECK_SEEN(code != MTP_RC_OK || dut.answer.size == 0, value_rc(code));
                continue;
            }
            CHECK_RC(code, MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, bytes + offset, expected);
            ROW("MTP-OBJ-007.count") {
                CHECK(dut.answer.params >= 1);
                CHECK_EQ(dut.answer.param[0], expected);
            }
        }
    }
    ROW("MTP-OBJ-007.folder") {
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT, PARAMS(dut.folder, 0, 50)), MTP_RC_OK);
        CHECK(!dut.answer.has_data);
    }
}

/* MTP 1.1, D.2.11. */
CONF_CASE(MTP_OBJ_BV_16, .title = "DeleteObject removes a folder with all below it",
          .reqs = REQS("MTP-OBJ-016"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Delete the top of a tree; no handle of it answers any more")
{
    DUT dut = dut_work(c);
    struct tree tree = plant(&dut);
    const uint32_t gone[] = {tree.outer, tree.inner, tree.deep, tree.side};

    ROW("MTP-OBJ-016.tree") {
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(tree.outer)), MTP_RC_OK);
        for (size_t i = 0; i < 4; i++)
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(gone[i])),
                     MTP_RC_INVALID_OBJECT_HANDLE);
    }
}

CONF_CASE(
    MTP_OBJ_BI_16, .title = "Deleting a folder with a protected file is a partial deletion",
    .reqs = REQS("MTP-OBJ-016"), .ics = "MTP.OP.1012 && STORE.WRITABLE && MTP.FORMAT.3001",
    .player = "mtp", .needs = CONF_WRITES,
    .steps = "Protect one file; delete it: 0x200D; delete the tree: 0x2012 and the file stays")
{
    DUT dut = dut_work(c);
    struct tree tree = plant(&dut);

    if (dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(tree.deep, 1)) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-OBJ-016.protected")
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(tree.deep)),
                 MTP_RC_OBJECT_WRITE_PROTECTED);
    ROW("MTP-OBJ-016.partial")
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(tree.outer)), MTP_RC_PARTIAL_DELETION);
    ROW("MTP-OBJ-016.stays") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(tree.deep)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "deep", 4);
        dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(tree.deep, 0));
    }
}

/* MTP 1.1, D.2.24 and D.2.25. */
CONF_CASE(
    MTP_OBJ_BV_17, .title = "Moving and copying keep the content and make no cycle",
    .reqs = REQS("MTP-OBJ-017"), .ics = "MTP.OP.1019 && MTP.OP.101A && STORE.WRITABLE",
    .player = "mtp", .needs = CONF_WRITES,
    .steps = "Copy a file and a folder, move a file; move a folder into itself and its grandchild")
{
    DUT dut = dut_work(c);
    struct tree tree = plant(&dut);
    struct info info;
    uint32_t copy, handles[16], up;
    size_t count;

    ROW("MTP-OBJ-017.copy") {
        CHECK_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(tree.side, dut.store, tree.inner)),
                 MTP_RC_OK);
        copy = dut.answer.param[0];
        ROW("MTP-OBJ-017.handle")
            CHECK(copy != 0 && copy != tree.side);
        dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(copy));
        CHECK_BYTES(dut.answer.data, dut.answer.size, "side", 4);
    }
    ROW("MTP-OBJ-017.source") {
        CHECK_RC(object_info(&dut, tree.side, &info), MTP_RC_OK);
        CHECK_EQ(info.parent, tree.outer);
    }
    ROW("MTP-OBJ-017.tree") {
        CHECK_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(tree.inner, dut.store, dut.folder)),
                 MTP_RC_OK);
        copy = dut.answer.param[0];
        count = dut_handles(&dut, dut.store, 0, copy, handles, 16);
        CHECK_EQ(count, 2);
    }
    ROW("MTP-OBJ-017.move") {
        CHECK_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(tree.side, dut.store, dut.folder)),
                 MTP_RC_OK);
        object_info(&dut, tree.side, &info);
        CHECK_EQ(info.parent, dut.folder);
    }
    ROW("MTP-OBJ-017.cycle") {
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(tree.outer, dut.store, tree.outer)),
                     MTP_RC_OK);
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(tree.outer, dut.store, tree.inner)),
                     MTP_RC_OK);
        up = tree.deep;
        for (int level = 0; level < 10 && up != 0; level++) {
            if (object_info(&dut, up, &info) != MTP_RC_OK)
                break;
            up = info.parent;
        }
        CHECK_EQ(up, 0);
    }
}

/* MTP 1.1, D.2.18. */
CONF_CASE(MTP_OBJ_BV_18, .title = "A protected object cannot be deleted or changed",
          .reqs = REQS("MTP-OBJ-018"), .ics = "MTP.OP.1012 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Protect a file: delete and SetObjectPropValue are refused, content stays; "
                   "unprotect: both work")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "kept.mp3", MTP_FC_MP3, "kept", 4);
    struct ct_writer writer = {0};
    struct info info;

    ct_put_text(&writer, "other.mp3");
    ROW("MTP-OBJ-018.said")
        CHECK_RC(dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(file, 1)), MTP_RC_OK);
    ROW("MTP-OBJ-018.delete")
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(file)), MTP_RC_OBJECT_WRITE_PROTECTED);
    ROW("MTP-OBJ-018.value") {
        CHECK_NOT_RC(dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE,
                             PARAMS(file, MTP_OPC_OBJECT_FILE_NAME), writer.bytes, writer.length),
                     MTP_RC_OK);
        REQUIRE_RC(object_info(&dut, file, &info), MTP_RC_OK);
        CHECK(conf_same_text(c, info.name, "kept.mp3"));
        ROW("MTP-OBJ-018.said")
            CHECK_EQ(info.protection, 1);
        dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(file));
        CHECK_BYTES(dut.answer.data, dut.answer.size, "kept", 4);
    }
    ROW("MTP-OBJ-018.free") {
        CHECK_RC(dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(file, 0)), MTP_RC_OK);
        if (dut_offers(&dut, MTP_OP_SET_OBJECT_PROP_VALUE))
            CHECK_RC(dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE,
                             PARAMS(file, MTP_OPC_OBJECT_FILE_NAME), writer.bytes, writer.length),
                     MTP_RC_OK);
        else
            conf_excused(c, 1, "the device sets no values of objects");
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(file)), MTP_RC_OK);
    }
}
