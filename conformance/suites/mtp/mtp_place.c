/* MTP 1.1, D.2.18, D.2.25, D.2.26, B.2.1.5: an object that is copied, moved, renamed or protected
 * is in every other respect what it was; and nothing that is there already makes room for it. */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

enum { ROOM = 16, LONG = 3000 };

/* What ObjectInfo says of it (MTP 1.1, 5.3.1). */
struct info {
    uint32_t store, parent;
    uint16_t format, protection;
    char name[256], modified[256];
    bool there;
};

static struct info info_of(struct dut *dut, uint32_t handle)
{
    struct info info = {.there = dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)) == MTP_RC_OK};
    struct ct_reader reader = dut_reader(dut);
    char created[256];

    info.store = ct_u32(&reader);
    info.format = ct_u16(&reader);
    info.protection = ct_u16(&reader);
    for (int i = 0; i < 15; i++)
        ct_u16(&reader); /* size, thumbnail, image */
    info.parent = ct_u32(&reader);
    for (int i = 0; i < 5; i++)
        ct_u16(&reader);
    ct_text(&reader, info.name);
    ct_text(&reader, created);
    ct_text(&reader, info.modified);
    info.there &= !reader.failed;
    return info;
}

static void check_content(struct dut *dut, uint32_t handle, const void *bytes, size_t length)
{
    struct conf *c = dut->c;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, bytes, length);
}

/* A property's value; the bytes of it, 0 where there is none. */
static size_t value_of(struct dut *dut, uint32_t handle, uint16_t property, uint8_t value[64])
{
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, property));
    size_t size = code == MTP_RC_OK && dut->answer.size <= 64 ? dut->answer.size : 0;

    if (size)
        memcpy(value, dut->answer.data, size);
    return size;
}

/* ---- what it is, whatever it is called and wherever it is */

/* A song of 3000 bytes with an artist, where that can be set, which a playlist has, where there
 * are any. */
struct song {
    uint32_t handle, list;
    uint8_t bytes[LONG], id[64], artist[64];
    size_t id_size, artist_size;
};

static void make_song(struct dut *dut, const char *name, struct song *ret)
{
    static const char list_name[] = "of-songs.pla";
    struct ct_writer one = {0};

    dut_fill(ret->bytes, sizeof(ret->bytes), 23);
    ret->handle = dut_file(dut, dut->folder, name, MTP_FC_MP3, ret->bytes, sizeof(ret->bytes));
    ret->list = 0;
    if (dut_sets(dut, dut->format, MTP_OPC_ARTIST))
        dut_set_text(dut, ret->handle, MTP_OPC_ARTIST, "Who sings it");
    ret->artist_size = value_of(dut, ret->handle, MTP_OPC_ARTIST, ret->artist);
    ret->id_size = value_of(dut, ret->handle, MTP_OPC_PERSISTENT_UID, ret->id);
    if (!dut_offers(dut, MTP_OP_SET_OBJECT_REFERENCES) ||
        dut_format(dut, MTP_FC_AV_PLAYLIST) != MTP_FC_AV_PLAYLIST)
        return;
    ret->list = dut_file(dut, dut->folder, list_name, MTP_FC_AV_PLAYLIST, NULL, 0);
    ct_put32(&one, 1);
    ct_put32(&one, ret->handle);
    if (dut_put(dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(ret->list), one.bytes, one.length) !=
        MTP_RC_OK)
        ret->list = 0;
}

static void check_same(struct dut *dut, const struct song *song, const char *clause,
                       const char *id_clause)
{
    struct conf *c = dut->c;
    uint8_t value[64];
    size_t size;

    ROW(clause) {
        struct ct_reader reader;

        check_content(dut, song->handle, song->bytes, sizeof(song->bytes));
        size = value_of(dut, song->handle, MTP_OPC_ARTIST, value);
        CHECK_BYTES(value, size, song->artist, song->artist_size);
        if (song->list) {
            dut_op(dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(song->list));
            reader = dut_reader(dut);
            CHECK(ct_u32(&reader) == 1 && ct_u32(&reader) == song->handle);
        } else {
            conf_excused(c, 1, "the device has no playlists");
        }
    }
    ROW(id_clause) {
        size = value_of(dut, song->handle, MTP_OPC_PERSISTENT_UID, value);
        CHECK_BYTES(value, size, song->id, song->id_size);
    }
}

CONF_CASE(MTP_OBJ_BV_46, .title = "A song that is moved is the same song in another folder",
          .reqs = REQS("MTP-OBJ-017", "MTP-PRP-008"), .ics = "MTP.OP.1019 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Move a song of a playlist into another folder: bytes, artist, persistent id "
                   "and its place in the playlist stay")
{
    DUT dut = dut_work(c);
    static struct song song;
    uint32_t inner = dut_folder(&dut, dut.folder, "inner");

    make_song(&dut, "to move.mp3", &song);
    if (dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(song.handle, dut.store, inner)) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-OBJ-017.move")
        CHECK_EQ(info_of(&dut, song.handle).parent, inner);
    check_same(&dut, &song, "MTP-OBJ-017.same", "MTP-PRP-008.kept");
}

CONF_CASE(MTP_OBJ_BV_47, .title = "A song that gets another name is the same song",
          .reqs = REQS("MTP-PRP-004", "MTP-PRP-008"),
          .ics = "MTP.OP.9804 && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Set ObjectFileName of a song of a playlist: ObjectInfo has it; bytes, artist, "
                   "persistent id and its place in the playlist stay")
{
    DUT dut = dut_work(c);
    static struct song song;

    make_song(&dut, "to name.mp3", &song);
    if (!dut_sets(&dut, dut_format(&dut, MTP_FC_MP3), MTP_OPC_OBJECT_FILE_NAME))
        conf_inconclusive(c, "the device lets no host name its files");
    if (dut_set_text(&dut, song.handle, MTP_OPC_OBJECT_FILE_NAME, "named.mp3") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-PRP-004.name")
        CHECK(conf_same_text(c, info_of(&dut, song.handle).name, "named.mp3"));
    check_same(&dut, &song, "MTP-PRP-004.others", "MTP-PRP-008.kept");
}

/* SetObjectPropList of the file name alone. */
static uint16_t name_by_list(struct dut *dut, uint32_t handle, const char *name)
{
    struct ct_writer list = {0};

    ct_put32(&list, 1);
    ct_put32(&list, handle);
    ct_put16(&list, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&list, MTP_DTC_STRING);
    ct_put_text(&list, name);
    return dut_put(dut, MTP_OP_SET_OBJECT_PROP_LIST, PARAMS(), list.bytes, list.length);
}

CONF_CASE(MTP_OBJ_BV_83, .title = "A name that a list gives an object is the one of ObjectInfo",
          .reqs = REQS("MTP-PRP-004"), .ics = "MTP.OP.9806 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "SetObjectPropList of ObjectFileName of a song and, where hosts name folders, of "
              "a folder: ObjectInfo has it, and a file in the folder is where it was")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "to list.mp3", MTP_FC_MP3, "listed", 6);
    bool names_files = dut_sets(&dut, dut.format, MTP_OPC_OBJECT_FILE_NAME);
    uint32_t folder = dut_folder(&dut, dut.folder, "to list");
    uint32_t inside = dut_file(&dut, folder, "inside.mp3", MTP_FC_MP3, "inside", 6);

    if (!names_files)
        conf_inconclusive(c, "the device lets no host name its files");
    ROW("MTP-PRP-004.name") {
        CHECK_RC(name_by_list(&dut, song, "by list.mp3"), MTP_RC_OK);
        CHECK(conf_same_text(c, info_of(&dut, song).name, "by list.mp3"));
        if (!dut_sets(&dut, MTP_FC_ASSOCIATION, MTP_OPC_OBJECT_FILE_NAME)) {
            conf_excused(c, 5, "the device lets no host name its folders");
            return;
        }
        CHECK_RC(name_by_list(&dut, folder, "by list"), MTP_RC_OK);
        CHECK(conf_same_text(c, info_of(&dut, folder).name, "by list"));
        CHECK_EQ(info_of(&dut, inside).parent, folder);
        check_content(&dut, inside, "inside", 6);
    }
}

/* ---- copies */

/* The object that is alone in a folder; 0: none is. */
static uint32_t only_child(struct dut *dut, uint32_t store, uint32_t parent)
{
    uint32_t handles[ROOM];

    return dut_handles(dut, store, 0, parent, handles, ROOM) == 1 ? handles[0] : 0;
}

CONF_CASE(MTP_OBJ_BV_48, .title = "A copy is whole: its format, its date, all that is below it",
          .reqs = REQS("MTP-OBJ-017"), .ics = "MTP.OP.101A && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Copy folder/folder/file of 3000 bytes: the copy of the file has the bytes and "
                   "the format, and a date if that has one; copying a handle that is none is "
                   "refused")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[LONG];
    uint32_t outer = dut_folder(&dut, dut.folder, "outer"), to = dut_folder(&dut, dut.folder, "to");
    uint32_t inner = dut_folder(&dut, outer, "inner"), file, copy;
    struct info was, is;

    dut_fill(bytes, sizeof(bytes), 24);
    file = dut_file(&dut, inner, "deep.bin", MTP_FC_UNDEFINED, bytes, sizeof(bytes));
    if (dut_sets(&dut, dut.format, MTP_OPC_DATE_MODIFIED))
        dut_set_text(&dut, file, MTP_OPC_DATE_MODIFIED, "20240131T120000");
    was = info_of(&dut, file);
    ROW("MTP-OBJ-017.tree") {
        CHECK_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(outer, dut.store, to)), MTP_RC_OK);
        copy = only_child(&dut, dut.store,
                          only_child(&dut, dut.store, only_child(&dut, dut.store, to)));
        REQUIRE(copy != 0);
    }
    ROW("MTP-OBJ-017.copy") {
        check_content(&dut, copy, bytes, sizeof(bytes));
        is = info_of(&dut, copy);
        CHECK_EQ(is.format, was.format);
        CHECK((is.modified[0] != 0) == (was.modified[0] != 0));
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(0x7ffffff0, dut.store, to)),
                     MTP_RC_OK);
    }
}

CONF_CASE(MTP_OBJ_BV_49, .title = "A copied playlist has what the playlist has",
          .reqs = REQS("MTP-OBJ-017"),
          .ics = "MTP.OP.101A && MTP.OP.9811 && MTP.FORMAT.BA05 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "A playlist of a song copied into another folder: its references are the song")
{
    DUT dut = dut_work(c);
    static struct song song;
    uint32_t to = dut_folder(&dut, dut.folder, "to");
    struct ct_reader reader;

    make_song(&dut, "listed.mp3", &song);
    if (!song.list)
        conf_inconclusive(c, "no references can be set");
    ROW("MTP-OBJ-017.list") {
        CHECK_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(song.list, dut.store, to)), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(dut.answer.param[0])),
                 MTP_RC_OK);
        reader = dut_reader(&dut);
        CHECK(ct_u32(&reader) == 1 && ct_u32(&reader) == song.handle);
    }
}

/* ---- another store */

/* A writable store beside that of the work folder; 0: there is none. */
static uint32_t other_store(struct dut *dut)
{
    uint32_t ids[DUT_STORES];
    size_t count = dut_stores(dut, ids);

    for (size_t i = 0; i < count; i++) {
        struct ct_reader reader;

        if (ids[i] == dut->store ||
            dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        ct_u32(&reader);
        if (ct_u16(&reader) == MTP_AC_READ_WRITE && !reader.failed)
            return ids[i];
    }
    return 0;
}

/* The folder and the file in it say that they are there, and are listed there. */
static void check_there(struct dut *dut, uint32_t store, uint32_t folder, const char *clause)
{
    struct conf *c = dut->c;

    ROW(clause) {
        uint32_t file = only_child(dut, store, folder);

        REQUIRE(file != 0);
        CHECK_EQ(info_of(dut, folder).store, store);
        CHECK_EQ(info_of(dut, file).store, store);
        CHECK_EQ(info_of(dut, file).parent, folder);
        check_content(dut, file, "inside", 6);
    }
}

CONF_CASE(MTP_OBJ_BV_50, .title = "A folder goes to another store with all that is in it",
          .reqs = REQS("MTP-OBJ-017"),
          .ics = "MTP.OP.1019 && MTP.OP.101A && MTP.STORES.2 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Copy a folder with a file to the root of a second store, move the folder there "
                   "by another name: StorageID, parent, list and bytes of each file")
{
    DUT dut = dut_work(c);
    uint32_t other = other_store(&dut), copy = 0;
    uint32_t folder = dut_folder(&dut, dut.folder, "papcheck-moves");

    if (!other)
        conf_inconclusive(c, "no second writable store");
    dut_file(&dut, folder, "inside.mp3", MTP_FC_MP3, "inside", 6);
    ROW("MTP-OBJ-017.elsewhere") {
        REQUIRE_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(folder, other, 0)), MTP_RC_OK);
        copy = dut.answer.param[0];
    }
    check_there(&dut, other, copy, "MTP-OBJ-017.elsewhere");
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(copy));
    ROW("MTP-OBJ-017.store")
        REQUIRE_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(folder, other, 0)), MTP_RC_OK);
    check_there(&dut, other, folder, "MTP-OBJ-017.store");
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(folder));
}

/* ---- where nothing can go */

CONF_CASE(MTP_OBJ_BI_51, .title = "An object goes into no file, and not past its store",
          .reqs = REQS("MTP-OBJ-017"), .ics = "MTP.OP.1019 && MTP.OP.101A && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "Move and copy a song into a file, into a handle that is none, into a store that "
              "is none and, of a device with two stores, into a folder of the store that was "
              "not named: refused, and the folder is as before")
{
    static const uint16_t operations[] = {MTP_OP_MOVE_OBJECT, MTP_OP_COPY_OBJECT};
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "no folder.mp3", MTP_FC_MP3, "leaf", 4);
    uint32_t song = dut_file(&dut, dut.folder, "stays.mp3", MTP_FC_MP3, "stays", 5);
    uint32_t inner = dut_folder(&dut, dut.folder, "inner"), handles[ROOM], other;
    const uint32_t places[] = {file, 0x7ffffff0};

    ROW("MTP-OBJ-017.nowhere") {
        for (size_t i = 0; i < 2 * ARRAY_SIZE(places); i++)
            CHECK_NOT_RC(dut_op(&dut, operations[i % 2], PARAMS(song, dut.store, places[i / 2])),
                         MTP_RC_OK);
        for (size_t i = 0; i < 2; i++)
            CHECK_NOT_RC(dut_op(&dut, operations[i], PARAMS(song, 0x7abc7abc, inner)), MTP_RC_OK);
        CHECK_EQ(info_of(&dut, song).parent, dut.folder);
        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, ROOM), 3);
    }
    ROW("MTP-OBJ-017.nowhere") {
        SETUP
            other = other_store(&dut);
        if (!other) {
            conf_excused(c, 2, "the device has one writable store");
            return;
        }
        for (size_t i = 0; i < 2; i++)
            CHECK_NOT_RC(dut_op(&dut, operations[i], PARAMS(song, other, inner)), MTP_RC_OK);
    }
}

/* Both are there, or the second could not come; the first has its bytes in any case. */
static void check_first(struct dut *dut, uint32_t first, uint32_t second, uint16_t code)
{
    struct conf *c = dut->c;

    conf_note(c, "the second of that name: %s", value_rc(code).text);
    check_content(dut, first, "first", 5);
    check_content(dut, second, "second", 6);
}

CONF_CASE(MTP_OBJ_BV_52, .title = "Neither a move nor a new name takes the place of an object",
          .reqs = REQS("MTP-OBJ-015"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Two songs of one name in two folders, one moved to the other; two songs, one "
                   "given the other's name: each has its bytes, whether that is taken or refused")
{
    DUT dut = dut_work(c);
    uint32_t inner = dut_folder(&dut, dut.folder, "inner");
    uint32_t first = dut_file(&dut, dut.folder, "taken.mp3", MTP_FC_MP3, "first", 5);
    uint32_t second = dut_file(&dut, inner, "taken.mp3", MTP_FC_MP3, "second", 6);
    uint32_t third = dut_file(&dut, dut.folder, "third.mp3", MTP_FC_MP3, "second", 6);

    if (!dut_offers(&dut, MTP_OP_MOVE_OBJECT) && !dut_offers(&dut, MTP_OP_SET_OBJECT_PROP_VALUE))
        conf_inconclusive(c, "the device neither moves objects nor sets their values");
    ROW("MTP-OBJ-015.moved") {
        if (dut_offers(&dut, MTP_OP_MOVE_OBJECT))
            check_first(&dut, first, second,
                        dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(second, dut.store, dut.folder)));
        else
            conf_excused(c, 4, "the device moves no objects");
    }
    ROW("MTP-OBJ-015.renamed") {
        if (dut_offers(&dut, MTP_OP_SET_OBJECT_PROP_VALUE))
            check_first(&dut, first, third,
                        dut_set_text(&dut, third, MTP_OPC_OBJECT_FILE_NAME, "taken.mp3"));
        else
            conf_excused(c, 4, "the device sets no values of objects");
    }
}

/* ---- protection */

static void check_protection(struct dut *dut, uint32_t handle, uint16_t wanted, const char *clause)
{
    struct conf *c = dut->c;
    struct ct_reader reader;

    ROW(clause) {
        uint16_t code;

        CHECK_EQ(info_of(dut, handle).protection, wanted);
        code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, MTP_OPC_PROTECTION_STATUS));
        if (code == MTP_RC_OBJECT_PROP_NOT_SUPPORTED) {
            conf_excused(c, 2, "its objects have no such property, which is another row");
            return;
        }
        CHECK_RC(code, MTP_RC_OK);
        reader = dut_reader(dut);
        CHECK_EQ(ct_u16(&reader), wanted);
    }
}

CONF_CASE(MTP_OBJ_BI_53,
          .title = "Protection is what ObjectInfo and the property say, of folders, too",
          .reqs = REQS("MTP-OBJ-018"), .ics = "MTP.OP.1012 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SetObjectProtection of a song and, where it is taken, of an empty folder: both "
                   "say 1, neither is deleted or moved; 7 is refused and changes nothing; 0: both "
                   "say 0")
{
    DUT dut = dut_work(c);
    uint32_t inner = dut_folder(&dut, dut.folder, "inner");
    uint32_t objects[] = {dut_file(&dut, dut.folder, "kept.mp3", MTP_FC_MP3, "kept", 4),
                          dut_folder(&dut, dut.folder, "kept")};

    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        const char *said = i ? "MTP-OBJ-018.folder" : "MTP-OBJ-018.said";
        uint16_t code = dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(objects[i], 1));

        if (i && code != MTP_RC_OK) {
            ROW(said)
                conf_excused(c, 10, "the device protects files only");
            break;
        }
        check_protection(&dut, objects[i], 1, said);
        ROW(said) {
            CHECK_NOT_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(objects[i])), MTP_RC_OK);
            if (dut_offers(&dut, MTP_OP_MOVE_OBJECT))
                CHECK_NOT_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(objects[i], dut.store, inner)),
                             MTP_RC_OK);
            else
                conf_excused(c, 1, "the device moves no objects");
        }
        ROW("MTP-OBJ-018.values")
            CHECK_NOT_RC(dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(objects[i], 7)),
                         MTP_RC_OK);
        check_protection(&dut, objects[i], 1, said);
        dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(objects[i], 0));
        check_protection(&dut, objects[i], 0, said);
    }
}

/* ---- what is not there */

CONF_CASE(MTP_OBJ_BI_54, .title = "What is not there is not deleted",
          .reqs = REQS("MTP-OBJ-016", "MTP-SES-010"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "DeleteObject of 0, of a handle that is none, of a song twice: all but the first "
              "of that are refused")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "once.mp3", MTP_FC_MP3, "once", 4);

    ROW("MTP-OBJ-016.none") {
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(0)), MTP_RC_OK);
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(0x7ffffff0)), MTP_RC_OK);
    }
    ROW("MTP-SES-010.deleted") {
        REQUIRE_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(song)), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(song)), MTP_RC_INVALID_OBJECT_HANDLE);
    }
}

CONF_CASE(MTP_OBJ_BV_55, .title = "Handle 0xFFFFFFFF deletes all there is",
          .reqs = REQS("MTP-OBJ-016"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES | CONF_FORMATS,
          .steps = "A song in a folder; DeleteObject of 0xFFFFFFFF: OK, or PartialDeletion where a "
                   "store is read-only; neither is there")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "all.mp3", MTP_FC_MP3, "all", 3);

    ROW("MTP-OBJ-016.all") {
        uint16_t code = dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(0xffffffff));

        CHECK_SEEN(code == MTP_RC_OK || code == MTP_RC_PARTIAL_DELETION, value_rc(code));
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(song)), MTP_RC_INVALID_OBJECT_HANDLE);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(dut.folder)),
                 MTP_RC_INVALID_OBJECT_HANDLE);
    }
}
