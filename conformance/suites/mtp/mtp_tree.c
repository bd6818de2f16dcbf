/* MTP 1.1, D.2.11, D.2.18, D.2.24, D.2.25: copies, moves between stores, deletion by format, and
 * what protection keeps from changing. */
#include <string.h>

#include "conformance/raw/dut.h"

enum { STORES_MAX = 16 };

static void check_text(struct dut *dut, uint32_t handle, uint16_t property, const char *text)
{
    struct conf *c = dut->c;
    struct ct_writer writer = {0};

    ct_put_text(&writer, text);
    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, property)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, writer.bytes, writer.length);
}

static void check_content(struct dut *dut, uint32_t handle, const char *text)
{
    struct conf *c = dut->c;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT, PARAMS(handle)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, text, strlen(text));
}

/* A writable store that is not the one of the work folder; the case ends if there is none. */
static uint32_t other_store(struct dut *dut)
{
    uint32_t ids[STORES_MAX];
    struct ct_reader reader;
    size_t count;

    dut_op(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    reader = dut_reader(dut);
    count = ct_array32(&reader, ids, STORES_MAX);
    for (size_t i = 0; i < count && i < STORES_MAX; i++) {
        if (ids[i] == dut->store ||
            dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        ct_u32(&reader);
        if (ct_u16(&reader) == MTP_AC_READ_WRITE && !reader.failed)
            return ids[i];
    }
    conf_inconclusive(dut->c, "no second writable store");
}

CONF_CASE(MTP_OBJ_BV_41, .title = "A copy has the properties of its source, and its own life",
          .reqs = REQS("MTP-OBJ-017"), .ics = "MTP.OP.101A && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Copy a song with an artist; content and artist of the copy; the copy's artist "
                   "changed and the copy deleted, the source is as before")
{
    DUT dut = dut_work(c);
    uint32_t inner = dut_folder(&dut, dut.folder, "copies"), copy;
    uint32_t song = dut_file(&dut, dut.folder, "copy me.mp3", MTP_FC_MP3, "music", 5);

    if (dut_set_text(&dut, song, MTP_OPC_ARTIST, "Source") != MTP_RC_OK)
        conf_inconclusive(c, "the artist cannot be set");
    ROW("MTP-OBJ-017.copy") {
        REQUIRE_RC(dut_op(&dut, MTP_OP_COPY_OBJECT, PARAMS(song, dut.store, inner)), MTP_RC_OK);
        copy = dut.answer.param[0];
        check_content(&dut, copy, "music");
        check_text(&dut, copy, MTP_OPC_ARTIST, "Source");
        check_text(&dut, copy, MTP_OPC_OBJECT_FILE_NAME, "copy me.mp3");
    }
    ROW("MTP-OBJ-017.source") {
        CHECK_RC(dut_set_text(&dut, copy, MTP_OPC_ARTIST, "Copy"), MTP_RC_OK);
        check_text(&dut, song, MTP_OPC_ARTIST, "Source");
        CHECK_RC(dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(copy)), MTP_RC_OK);
        check_content(&dut, song, "music");
    }
}

CONF_CASE(MTP_OBJ_BV_42, .title = "An object moved to another store is the same object there",
          .reqs = REQS("MTP-OBJ-017"), .ics = "MTP.OP.1019 && MTP.STORES.2 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Move a song with an artist to the root of a second store: same handle, new "
                   "StorageID, content and artist kept, gone from its folder; deleted there")
{
    DUT dut = dut_work(c);
    uint32_t other = other_store(&dut), handles[4];
    uint32_t song = dut_file(&dut, dut.folder, "papcheck move.mp3", MTP_FC_MP3, "music", 5);
    struct ct_reader reader;

    if (dut_set_text(&dut, song, MTP_OPC_ARTIST, "Mover") != MTP_RC_OK)
        conf_inconclusive(c, "the artist cannot be set");
    ROW("MTP-OBJ-017.store") {
        REQUIRE_RC(dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(song, other, 0)), MTP_RC_OK);
        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, 4), 0);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(song, MTP_OPC_STORAGE_ID)),
                 MTP_RC_OK);
        reader = dut_reader(&dut);
        CHECK_EQ(ct_u32(&reader), other);
        check_content(&dut, song, "music");
        check_text(&dut, song, MTP_OPC_ARTIST, "Mover");
        dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(song));
    }
}

CONF_CASE(MTP_OBJ_BV_43, .title = "All objects of one format are deleted, and no other",
          .reqs = REQS("MTP-OBJ-016"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES | CONF_FORMATS,
          .steps = "A text and a song; DeleteObject of 0xFFFFFFFF with the text format: no text is "
                   "left, the song and the folder are")
{
    DUT dut = dut_work(c);
    uint32_t text = dut_file(&dut, dut.folder, "words.txt", MTP_FC_TEXT, "words", 5);
    uint32_t song = dut_file(&dut, dut.folder, "song.mp3", MTP_FC_MP3, "music", 5);

    ROW("MTP-OBJ-016.format") {
        uint16_t code = dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(0xffffffff, MTP_FC_TEXT));

        if (code == MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED)
            conf_inconclusive(c, "the device does not delete by format");
        CHECK_RC(code, MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(text)), MTP_RC_INVALID_OBJECT_HANDLE);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(0xffffffff, MTP_FC_TEXT, 0)),
                 MTP_RC_OK);
        CHECK_EQ(dut.answer.param[0], 0);
    }
    ROW("MTP-OBJ-016.rest") {
        check_content(&dut, song, "music");
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(dut.folder)), MTP_RC_OK);
    }
}

/* A list of one property for one object. */
static uint16_t set_in_list(struct dut *dut, uint32_t handle)
{
    struct ct_writer writer = {0};

    ct_put32(&writer, 1);
    ct_put32(&writer, handle);
    ct_put16(&writer, MTP_OPC_ARTIST);
    ct_put16(&writer, MTP_DTC_STRING);
    ct_put_text(&writer, "Changed");
    return dut_put(dut, MTP_OP_SET_OBJECT_PROP_LIST, PARAMS(), writer.bytes, writer.length);
}

CONF_CASE(MTP_OBJ_BI_44, .title = "A protected object is kept from every kind of change",
          .reqs = REQS("MTP-OBJ-018"),
          .ics = "MTP.OP.1012 && MTP.OP.1019 && MTP.OP.9806 && MTP.OP.9811 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A protected song: move, SetObjectPropList, SetObjectReferences and (where "
                   "listed) BeginEditObject are refused; it is as before; unprotected they work")
{
    DUT dut = dut_work(c);
    static struct dut_info info;
    uint32_t inner = dut_folder(&dut, dut.folder, "inner");
    uint32_t song = dut_file(&dut, dut.folder, "kept.mp3", MTP_FC_MP3, "music", 5);

    dut_device_info(&dut, &info);
    if (dut_set_text(&dut, song, MTP_OPC_ARTIST, "Kept") != MTP_RC_OK ||
        dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(song, 1)) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-OBJ-018.free") {
        for (int protection = 1; protection >= 0; protection--) {
            uint16_t code;

            if (!protection)
                CHECK_RC(dut_op(&dut, MTP_OP_SET_OBJECT_PROTECTION, PARAMS(song, 0)), MTP_RC_OK);
            code = set_in_list(&dut, song);
            ROW(protection ? "MTP-OBJ-018.list" : "MTP-OBJ-018.free")
                CHECK_SEEN((code != MTP_RC_OK) == protection, value_rc(code));
            code = dut_put(&dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(song), "\0\0\0\0", 4);
            ROW(protection ? "MTP-OBJ-018.references" : "MTP-OBJ-018.free")
                CHECK_SEEN((code != MTP_RC_OK) == protection, value_rc(code));
            if (dut_lists(info.operations, info.operation_count, MTP_OP_BEGIN_EDIT_OBJECT)) {
                code = dut_op(&dut, MTP_OP_BEGIN_EDIT_OBJECT, PARAMS(song));
                ROW(protection ? "MTP-OBJ-018.edit" : "MTP-OBJ-018.free")
                    CHECK_SEEN((code != MTP_RC_OK) == protection, value_rc(code));
                if (!protection)
                    dut_op(&dut, MTP_OP_END_EDIT_OBJECT, PARAMS(song));
            }
            ROW(protection ? "MTP-OBJ-018.list" : "MTP-OBJ-018.free") {
                check_content(&dut, song, "music");
                check_text(&dut, song, MTP_OPC_ARTIST, protection ? "Kept" : "Changed");
            }
            code = dut_op(&dut, MTP_OP_MOVE_OBJECT, PARAMS(song, dut.store, inner));
            ROW(protection ? "MTP-OBJ-018.move" : "MTP-OBJ-018.free")
                CHECK_SEEN((code != MTP_RC_OK) == protection, value_rc(code));
        }
    }
}

/* ---- names (MTP 1.1, 3.2.3): UTF-16 with surrogate pairs, at most 254 units and the terminator */

/* A name of `count` units as a string dataset. */
static void put_units(struct ct_writer *writer, const uint16_t *units, size_t count)
{
    ct_put8(writer, (uint8_t)(count + 1));
    for (size_t i = 0; i < count; i++)
        ct_put16(writer, units[i]);
    ct_put16(writer, 0);
}

/* The object is called what the string says, whoever is asked. */
static void check_name(struct dut *dut, uint32_t handle, const struct ct_writer *name)
{
    enum { INFO_FIXED = 52 }; /* bytes before the name */
    struct conf *c = dut->c;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, MTP_OPC_OBJECT_FILE_NAME)),
             MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, name->bytes, name->length);
    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
    REQUIRE(dut->answer.size >= INFO_FIXED + name->length);
    CHECK_BYTES(dut->answer.data + INFO_FIXED, name->length, name->bytes, name->length);
}

CONF_CASE(MTP_DEV_BV_45, .title = "Names beyond the BMP come back as they were sent",
          .reqs = REQS("MTP-DEV-005"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Folders called by an astral character, by one with Latin and CJK around it, "
                   "and by 127 astral ones where 254 units are taken; ObjectInfo and "
                   "ObjectFileName")
{
    DUT dut = dut_work(c);
    /* U+1D11E; a, U+1F3B5, U+66F2, U+00E9. */
    static const uint16_t clef[] = {0xd834, 0xdd1e};
    static const uint16_t mixed[] = {'a', 0xd83c, 0xdfb5, 0x66f2, 0x00e9};
    uint16_t many[254];

    for (size_t i = 0; i < 254; i++)
        many[i] = i % 2 ? 0xdd1e : 0xd834;
    for (size_t i = 0; i < 3; i++) {
        ROW(i == 2 ? "MTP-DEV-005.long" : "MTP-DEV-005.pairs") {
            const uint16_t *units = i == 0 ? clef : i == 1 ? mixed : many;
            struct ct_writer name = {0}, info = {0};
            uint16_t code;

            put_units(&name, units, i == 0 ? 2 : i == 1 ? 5 : 254);
            ct_put_object_info(&info, MTP_FC_ASSOCIATION, 0, "");
            info.length -= 4; /* four empty strings, the name first */
            ct_put_bytes(&info, name.bytes, name.length);
            for (int k = 0; k < 3; k++)
                ct_put_text(&info, "");
            code = dut_put(&dut, MTP_OP_SEND_OBJECT_INFO, PARAMS(dut.store, dut.folder), info.bytes,
                           info.length);
            /* What a name may be at most is the file system's business. */
            if (i == 2 && code != MTP_RC_OK) {
                conf_excused(c, 4, "it takes no name of 254 units");
                return;
            }
            REQUIRE_RC(code, MTP_RC_OK);
            check_name(&dut, dut.answer.param[2], &name);
        }
    }
}
