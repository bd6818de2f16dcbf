/* MTP 1.1, E.2.5 to E.2.8: lists of properties, by group and format, set and sent with what the
 * device must refuse. */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

enum { ELEMENTS = 512 };

static const uint32_t ALL = 0xffffffff;

/* One element of a list: where its value stands in the answer. */
struct element {
    uint32_t handle;
    uint16_t code, type;
    const uint8_t *value;
    size_t size;
};

static size_t read_list(struct dut *dut, struct element *elements)
{
    struct conf *c = dut->c;
    struct ct_reader reader = dut_reader(dut);
    size_t count = ct_u32(&reader), kept = 0;

    for (size_t i = 0; i < count && !reader.failed && kept < ELEMENTS; i++, kept++) {
        struct element *one = &elements[kept];

        one->handle = ct_u32(&reader);
        one->code = ct_u16(&reader);
        one->type = ct_u16(&reader);
        one->value = reader.at;
        ct_skip_value(&reader, one->type);
        one->size = (size_t)(reader.at - one->value);
    }
    CHECK(!reader.failed && (kept == ELEMENTS || reader.at == reader.end));
    return reader.failed ? 0 : kept;
}

static bool lists(const struct element *elements, size_t count, uint32_t handle, uint16_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (elements[i].handle == handle && elements[i].code == code)
            return true;
    }
    return false;
}

/* The group a property is described in; MTP 1.1, 5.3.2.3. */
static uint32_t group_of(struct dut *dut, uint16_t code, uint16_t format)
{
    struct ct_reader reader;
    uint16_t type;

    if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(code, format)) != MTP_RC_OK)
        return 0;
    reader = dut_reader(dut);
    ct_u16(&reader);
    type = ct_u16(&reader);
    ct_u8(&reader);
    ct_skip_value(&reader, type);
    return ct_u32(&reader);
}

/* All of the group and nothing else; false: the device does not do groups. */
static bool dut_group(struct dut *dut, uint32_t file, uint32_t group, const uint16_t *codes,
                      const uint32_t *groups, size_t count)
{
    struct conf *c = dut->c;
    static struct element elements[ELEMENTS];
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_LIST, PARAMS(file, 0, 0, group, 0));
    size_t found;

    conf_note(dut->c, "group %08x: %s", group, value_rc(code).text);
    if (code == MTP_RC_SPECIFICATION_BY_GROUP_UNSUPPORTED || code == MTP_RC_PARAMETER_NOT_SUPPORTED)
        return false;
    CHECK_RC(code, MTP_RC_OK);
    if (code != MTP_RC_OK)
        return true;
    found = read_list(dut, elements);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(lists(elements, found, file, codes[i]), groups[i] == group);
    return true;
}

CONF_CASE(MTP_PRP_BV_31, .title = "GetObjectPropList by group gives the group's properties",
          .reqs = REQS("MTP-PRP-005"), .ics = "MTP.OP.9805 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "Groups of a music file's properties from their descriptions; each group's "
                   "list has these and no others, or groups are refused")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "group.mp3", MTP_FC_MP3, "music", 5);
    uint32_t groups[DUT_PROPS_MAX], asked[DUT_PROPS_MAX];
    uint16_t codes[DUT_PROPS_MAX];

    ROW("MTP-PRP-005.group") {
        size_t count = dut_properties(&dut, MTP_FC_MP3, codes), tried = 0;

        for (size_t i = 0; i < count; i++)
            groups[i] = group_of(&dut, codes[i], MTP_FC_MP3);
        for (size_t i = 0; i < count; i++) {
            if (groups[i] == 0 || dut_has(asked, tried, groups[i]))
                continue;
            asked[tried++] = groups[i];
            if (!dut_group(&dut, file, groups[i], codes, groups, count))
                conf_inconclusive(c, "the device does not list by group");
        }
        if (tried == 0)
            conf_inconclusive(c, "no property of a group");
    }
}

CONF_CASE(
    MTP_PRP_BV_32,
    .title = "GetObjectPropList by format leaves other formats out, and equals single gets",
    .reqs = REQS("MTP-PRP-005"), .ics = "MTP.OP.9805 && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WRITES, .timeout_s = 60,
    .steps =
        "File names of music files only: a song's and no folder's; every listed value of a file "
        "against GetObjectPropValue")
{
    DUT dut = dut_work(c);
    static struct element elements[ELEMENTS];
    uint32_t song = dut_file(&dut, dut.folder, "one.mp3", MTP_FC_MP3, "music", 5);

    ROW("MTP-PRP-005.format") {
        uint16_t code = dut_op(&dut, MTP_OP_GET_OBJECT_PROP_LIST,
                               PARAMS(ALL, MTP_FC_MP3, MTP_OPC_OBJECT_FILE_NAME, 0, 0));
        size_t count;

        if (code != MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED) {
            REQUIRE_RC(code, MTP_RC_OK);
            count = read_list(&dut, elements);
            CHECK(lists(elements, count, song, MTP_OPC_OBJECT_FILE_NAME));
            CHECK(!lists(elements, count, dut.folder, MTP_OPC_OBJECT_FILE_NAME));
        }
    }
    ROW("MTP-PRP-005.equal") {
        struct ct_answer whole;
        size_t count;

        REQUIRE_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_LIST, PARAMS(song, 0, ALL, 0, 0)),
                   MTP_RC_OK);
        count = read_list(&dut, elements);
        /* The list stays ours while single values are asked for. */
        whole = dut.answer;
        dut.answer = (struct ct_answer){.data = NULL};
        for (size_t i = 0; i < count; i++) {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(song, elements[i].code)),
                     MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, elements[i].value, elements[i].size);
        }
        ct_forget(&whole);
    }
}

/* Names of what lies at most that deep below the folder; how many, or 0 where the device does not
 * go by depth. */
static size_t names_below(struct dut *dut, uint32_t folder, uint32_t depth,
                          struct element *elements)
{
    struct conf *c = dut->c;
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_LIST,
                           PARAMS(folder, 0, MTP_OPC_OBJECT_FILE_NAME, 0, depth));

    conf_note(c, "depth %u: %s", depth, value_rc(code).text);
    if (code == MTP_RC_SPECIFICATION_BY_DEPTH_UNSUPPORTED) {
        conf_excused(c, 5, "the device does not list to this depth");
        return 0;
    }
    CHECK_RC(code, MTP_RC_OK);
    return code == MTP_RC_OK ? read_list(dut, elements) : 0;
}

CONF_CASE(MTP_PRP_BV_81, .title = "GetObjectPropList goes as deep as it is told, and no deeper",
          .reqs = REQS("MTP-PRP-005"), .ics = "MTP.OP.9805 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Folder/folder/file: names to depth 1, 2 and 0xFFFFFFFF below the work folder's "
                   "first folder, or depth is refused; a file beside it is in none")
{
    static const uint32_t depths[] = {1, 2, 0xffffffff};
    DUT dut = dut_work(c);
    static struct element elements[ELEMENTS];
    uint32_t top = dut_folder(&dut, dut.folder, "top"), below[3];
    uint32_t beside = dut_file(&dut, dut.folder, "beside.mp3", MTP_FC_MP3, "music", 5);

    below[0] = dut_folder(&dut, top, "one");
    below[1] = dut_folder(&dut, below[0], "two");
    below[2] = dut_file(&dut, below[1], "three.mp3", MTP_FC_MP3, "music", 5);
    ROW("MTP-PRP-005.depth") {
        for (size_t d = 0; d < ARRAY_SIZE(depths); d++) {
            size_t count = names_below(&dut, top, depths[d], elements);

            for (size_t i = 0; count && i < ARRAY_SIZE(below); i++)
                CHECK_EQ(lists(elements, count, below[i], MTP_OPC_OBJECT_FILE_NAME), i < depths[d]);
            CHECK(!lists(elements, count, beside, MTP_OPC_OBJECT_FILE_NAME));
        }
    }
}

CONF_CASE(MTP_PRP_BI_82, .title = "GetObjectPropList of what is none has no element",
          .reqs = REQS("MTP-PRP-005"), .ics = "MTP.OP.9805 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "The name of a handle that is none, and a property of a song that is none: "
                   "refused, or an empty list")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "listed.mp3", MTP_FC_MP3, "music", 5);
    const uint32_t asked[][2] = {{0x7ffffff0, MTP_OPC_OBJECT_FILE_NAME}, {song, 0xdeff}};
    static struct element elements[ELEMENTS];

    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        ROW("MTP-PRP-005.none") {
            uint16_t code = dut_op(&dut, MTP_OP_GET_OBJECT_PROP_LIST,
                                   PARAMS(asked[i][0], 0, asked[i][1], 0, 0));

            CHECK_SEEN(code != MTP_RC_OK || read_list(&dut, elements) == 0, value_rc(code));
        }
    }
}

/* ---- lists from the host */

static void put_text(struct ct_writer *writer, uint32_t handle, uint16_t code, const char *text)
{
    ct_put32(writer, handle);
    ct_put16(writer, code);
    ct_put16(writer, MTP_DTC_STRING);
    ct_put_text(writer, text);
}

static void put_number(struct ct_writer *writer, uint32_t handle, uint16_t code)
{
    ct_put32(writer, handle);
    ct_put16(writer, code);
    ct_put16(writer, MTP_DTC_UINT32);
    ct_put32(writer, 7);
}

static bool has_text(struct dut *dut, uint32_t handle, uint16_t code, const char *text)
{
    struct ct_writer writer = {0};

    ct_put_text(&writer, text);
    if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, code)) != MTP_RC_OK)
        return false;
    return dut->answer.size == writer.length &&
           memcmp(dut->answer.data, writer.bytes, writer.length) == 0;
}

/* Ends the case where songs do not have that property, which is the device's choice. */
static void songs_need(struct dut *dut, uint16_t code)
{
    uint16_t codes[DUT_PROPS_MAX];
    size_t count = dut_properties(dut, MTP_FC_MP3, codes);

    if (!dut_lists(codes, count, code))
        conf_inconclusive(dut->c, "songs have no property 0x%04x", code);
}

static uint16_t set_list(struct dut *dut, const struct ct_writer *writer)
{
    return dut_put(dut, MTP_OP_SET_OBJECT_PROP_LIST, PARAMS(), writer->bytes, writer->length);
}

CONF_CASE(MTP_PRP_BI_33, .title = "SetObjectPropList sets, and refuses by the index",
          .reqs = REQS("MTP-PRP-004", "MTP-DEV-003"), .ics = "MTP.OP.9806 && STORE.WRITABLE",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Artist and genre in one list, read back; artist, genre of another type, "
                   "album: 0xA802, its index, genre and album as before; ObjectSize: 0x200F; "
                   "artist of an unknown handle, album: refused, its index, album as before")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "list.mp3", MTP_FC_MP3, "music", 5);
    struct ct_writer good = {0}, bad = {0}, fixed = {0}, strange = {0};

    ROW("MTP-PRP-004.list") {
        songs_need(&dut, MTP_OPC_ARTIST);
        songs_need(&dut, MTP_OPC_GENRE);
        songs_need(&dut, MTP_OPC_ALBUM_NAME);
        ct_put32(&good, 2);
        put_text(&good, song, MTP_OPC_ARTIST, "First");
        put_text(&good, song, MTP_OPC_GENRE, "Second");
        CHECK_RC(set_list(&dut, &good), MTP_RC_OK);
        CHECK(has_text(&dut, song, MTP_OPC_ARTIST, "First"));
        CHECK(has_text(&dut, song, MTP_OPC_GENRE, "Second"));
    }
    ROW("MTP-PRP-004.type") {
        ct_put32(&bad, 3);
        put_text(&bad, song, MTP_OPC_ARTIST, "Third");
        put_number(&bad, song, MTP_OPC_GENRE);
        put_text(&bad, song, MTP_OPC_ALBUM_NAME, "Fourth");
        CHECK_RC(set_list(&dut, &bad), MTP_RC_INVALID_OBJECT_PROP_FORMAT);
        ROW("MTP-DEV-003.index")
            CHECK(dut.answer.params >= 1 && (dut.answer.param[0] == 1 || dut.answer.param[0] == 2));
        CHECK(has_text(&dut, song, MTP_OPC_GENRE, "Second"));
        CHECK(has_text(&dut, song, MTP_OPC_ALBUM_NAME, ""));
    }
    ROW("MTP-PRP-004.read-only") {
        ct_put32(&fixed, 1);
        ct_put32(&fixed, song);
        ct_put16(&fixed, MTP_OPC_OBJECT_SIZE);
        ct_put16(&fixed, MTP_DTC_UINT64);
        ct_put64(&fixed, 7);
        CHECK_RC(set_list(&dut, &fixed), MTP_RC_ACCESS_DENIED);
    }
    ROW("MTP-DEV-003.handle") {
        ct_put32(&strange, 2);
        put_text(&strange, 0x7ffffff0, MTP_OPC_ARTIST, "Fifth");
        put_text(&strange, song, MTP_OPC_ALBUM_NAME, "Sixth");
        CHECK_NOT_RC(set_list(&dut, &strange), MTP_RC_OK);
        ROW("MTP-DEV-003.index")
            CHECK(dut.answer.params >= 1 && dut.answer.param[0] <= 1);
        CHECK(!has_text(&dut, song, MTP_OPC_ALBUM_NAME, "Sixth"));
    }
}

/* A new object with a name and one more property, of the caller's. */
static uint16_t send_list(struct dut *dut, const struct ct_writer *property)
{
    struct ct_writer writer = {0};

    ct_put32(&writer, 2);
    put_text(&writer, 0, MTP_OPC_OBJECT_FILE_NAME, "refused.mp3");
    ct_put_bytes(&writer, property->bytes, property->length);
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, dut->folder, MTP_FC_MP3, 0, 5), writer.bytes, writer.length);
}

/* What a value may be refused with that nobody looks at: the device has no such property, or sets
 * it alone. 0: hosts set it. */
static uint16_t refusal_without_value(struct dut *dut, uint16_t code, uint16_t format)
{
    struct ct_reader reader;

    if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(code, format)) != MTP_RC_OK)
        return dut->answer.code;
    reader = dut_reader(dut);
    ct_u32(&reader); /* code, type */
    return ct_u8(&reader) ? 0 : MTP_RC_ACCESS_DENIED;
}

CONF_CASE(MTP_PRP_BI_36, .title = "SendObjectPropList refuses values that are none",
          .reqs = REQS("MTP-PRP-006"), .ics = "MTP.OP.9808 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "A genre that is a number: 0xA802; a date that is none: 0xA803 or 0xA802 "
                   "(or that songs have no such date, or none that is set); the "
                   "index of each; SendObject finds no info and the folder stays empty")
{
    DUT dut = dut_work(c);
    struct ct_writer typed = {0}, dated = {0};
    uint32_t handles[4];
    uint16_t code, absent = 0;

    ROW("MTP-PRP-006.type") {
        songs_need(&dut, MTP_OPC_GENRE);
        put_number(&typed, 0, MTP_OPC_GENRE);
        put_text(&dated, 0, MTP_OPC_DATE_MODIFIED, "yesterday");
        CHECK_RC(send_list(&dut, &typed), MTP_RC_INVALID_OBJECT_PROP_FORMAT);
        CHECK(dut.answer.params >= 4 && (dut.answer.param[3] == 1 || dut.answer.param[3] == 2));
    }
    ROW("MTP-PRP-006.nothing")
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "music", 5),
                 MTP_RC_NO_VALID_OBJECT_INFO);
    ROW("MTP-PRP-006.value") {
        SETUP
            absent = refusal_without_value(&dut, MTP_OPC_DATE_MODIFIED, MTP_FC_MP3);
        code = send_list(&dut, &dated);
        CHECK_SEEN(code == MTP_RC_INVALID_OBJECT_PROP_VALUE ||
                       code == MTP_RC_INVALID_OBJECT_PROP_FORMAT ||
                       code == MTP_RC_OBJECT_PROP_NOT_SUPPORTED || (absent && code == absent),
                   value_rc(code));
    }
    ROW("MTP-PRP-006.nothing")
        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, 4), 0);
}

/* A date as it was sent, to the second; what a device says of zones is its own. */
static bool has_date(struct dut *dut, uint32_t handle, uint16_t code, const char *date)
{
    struct ct_reader reader;
    char text[256] = "";

    if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, code)) != MTP_RC_OK)
        return false;
    reader = dut_reader(dut);
    ct_text(&reader, text);
    text[strlen(date)] = '\0';
    return conf_same_text(dut->c, reader.failed ? NULL : text, date);
}

CONF_CASE(MTP_PRP_BV_83, .title = "SendObjectPropList keeps dates and numbers, too",
          .reqs = REQS("MTP-PRP-006"), .ics = "MTP.OP.9808 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A song sent with those of DateCreated, DateModified and Track that hosts set: "
                   "they are the object's")
{
    static const uint16_t dates[] = {MTP_OPC_DATE_CREATED, MTP_OPC_DATE_MODIFIED};
    static const char date[] = "20240131T120000";
    DUT dut = dut_work(c);
    uint16_t format = dut_format(&dut, MTP_FC_MP3);
    struct ct_writer list = {0};
    bool has[3];
    uint32_t handle;

    for (size_t i = 0; i < 2; i++)
        has[i] = dut_sets(&dut, format, dates[i]);
    has[2] = dut_sets(&dut, format, MTP_OPC_TRACK);
    if (!has[0] && !has[1] && !has[2])
        conf_inconclusive(c, "hosts set neither dates nor track");
    ct_put32(&list, 1u + has[0] + has[1] + has[2]);
    put_text(&list, 0, MTP_OPC_OBJECT_FILE_NAME, "dated.mp3");
    for (size_t i = 0; i < 2; i++) {
        if (has[i])
            put_text(&list, 0, dates[i], date);
    }
    if (has[2]) {
        ct_put32(&list, 0);
        ct_put16(&list, MTP_OPC_TRACK);
        ct_put16(&list, MTP_DTC_UINT16);
        ct_put16(&list, 7);
    }
    ROW("MTP-PRP-006.properties")
        REQUIRE_RC(dut_put(&dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                           PARAMS(dut.store, dut.folder, format, 0, 5), list.bytes, list.length),
                   MTP_RC_OK);
    handle = dut.answer.param[2];
    if (dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "music", 5) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    ROW("MTP-PRP-006.dates") {
        for (size_t i = 0; i < 2; i++) {
            if (has[i])
                CHECK(has_date(&dut, handle, dates[i], date));
            else
                conf_excused(c, 1, "hosts do not set this date");
        }
    }
    ROW("MTP-PRP-006.properties") {
        if (has[2]) {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, MTP_OPC_TRACK)),
                     MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, "\7\0", 2);
        } else {
            conf_excused(c, 2, "hosts set no track");
        }
    }
}

CONF_CASE(MTP_PRP_BV_38, .title = "SendObjectPropList for any store answers which one it is",
          .reqs = REQS("MTP-PRP-006"), .ics = "MTP.OP.9808 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "A song for store 0, at the root; StorageID of the object is what was answered")
{
    DUT dut = dut_work(c);
    struct ct_writer name = {0};
    struct ct_reader reader;
    uint32_t handle, said;
    uint16_t code;

    put_text(&name, 0, MTP_OPC_NAME, "Anywhere");
    dut.store = 0;
    dut.folder = 0xffffffff;
    ROW("MTP-PRP-006.chosen") {
        code = send_list(&dut, &name);
        if (code == MTP_RC_SPECIFICATION_OF_DESTINATION_UNSUPPORTED)
            conf_inconclusive(c, "no list is taken without a store");
        REQUIRE_RC(code, MTP_RC_OK);
        said = dut.answer.param[0];
        handle = dut.answer.param[2];
        SETUP {
            if (dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "music", 5) != MTP_RC_OK)
                dut_unprepared(&dut, "operation");
            dut_must(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, MTP_OPC_STORAGE_ID));
        }
        reader = dut_reader(&dut);
        CHECK_EQ(ct_u32(&reader), said);
    }
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(handle));
}

/* MTP 1.1, E.2.7: an array of arrays of descriptions; without dependencies its count is 0. */
CONF_CASE(MTP_DEV_BV_37, .title = "GetInterdependentPropDesc sends an array",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.9807", .player = "mtp",
          .steps = "For music files and folders: a count, and nothing behind it when it is 0; an "
                   "unknown format is refused without data")
{
    DUT dut = dut_session(c);
    static const uint16_t formats[] = {MTP_FC_MP3, MTP_FC_ASSOCIATION};

    ROW("MTP-DEV-003.interdependent") {
        for (size_t i = 0; i < 2; i++) {
            struct ct_reader reader;
            uint32_t count;

            if (dut_op(&dut, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(formats[i])) != MTP_RC_OK)
                continue;
            CHECK_RC(dut_op(&dut, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, PARAMS(formats[i])),
                     MTP_RC_OK);
            reader = dut_reader(&dut);
            count = ct_u32(&reader);
            CHECK(!reader.failed && (count > 0 || reader.at == reader.end));
        }
        CHECK_NOT_RC(dut_op(&dut, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, PARAMS(0x7777)), MTP_RC_OK);
        CHECK(!dut.answer.has_data);
    }
}
