/* MTP 1.1, 3.2.3, D.2.21, E.2.4: values of every length a host may send, once and again, of objects
 * and of the device; and what is no value. */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

enum { UNITS_MOST = 254 };

/* A string dataset of `count` units; `first` says which letters. */
static void put_units(struct ct_writer *writer, uint16_t first, size_t count)
{
    if (!count) {
        ct_put8(writer, 0);
        return;
    }
    ct_put8(writer, (uint8_t)(count + 1));
    for (size_t i = 0; i < count; i++)
        ct_put16(writer, (uint16_t)(first + i % 26));
    ct_put16(writer, 0);
}

/* One after the other, so that each is a change of the one before. */
static const struct {
    uint16_t first;
    size_t count;
} texts[] = {{'a', 12},
             {0x00e0 /* a with grave */, 20},
             {0x4e00 /* CJK */, 7},
             {'a', UNITS_MOST / 2 + 10},
             {'A', UNITS_MOST},
             {'b', 1},
             {0, 0}};

/* ---- texts of objects */

static void check_text(struct dut *dut, uint32_t song, uint16_t property,
                       const struct ct_writer *text)
{
    struct conf *c = dut->c;
    uint16_t code = dut_put(dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(song, property), text->bytes,
                            text->length);

    if (code == MTP_RC_INVALID_OBJECT_PROP_VALUE) {
        conf_excused(c, 3, "it takes no such text");
        return;
    }
    CHECK_RC(code, MTP_RC_OK);
    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(song, property)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, text->bytes, text->length);
}

/* The first of these that hosts set, in a form that takes any text; 0: none. */
static uint16_t any_text(struct dut *dut, uint16_t format)
{
    static const uint16_t names[] = {MTP_OPC_ARTIST, MTP_OPC_ALBUM_NAME, MTP_OPC_NAME};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct ct_reader reader;

        if (!dut_sets(dut, format, names[i]) ||
            dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(names[i], format)) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        ct_u32(&reader);
        ct_u8(&reader);
        ct_skip_value(&reader, MTP_DTC_STRING);
        ct_u32(&reader);
        if (ct_u8(&reader) == MTP_FORM_NONE && !reader.failed)
            return names[i];
    }
    return 0;
}

CONF_CASE(MTP_PRP_BV_41, .title = "A text is kept as it was set, whatever it was before",
          .reqs = REQS("MTP-PRP-004"), .ics = "MTP.OP.9804 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "A text of a song set to 12 units, 20 of Latin-1, 7 of CJK, 137, 254, 1, none: "
                   "each is read as it was set; a byte behind the value is refused")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "kept.mp3", MTP_FC_MP3, "music", 5);
    uint16_t property = any_text(&dut, dut.format);
    struct ct_writer more = {0};

    if (!property)
        conf_inconclusive(c, "songs have no text that hosts set freely");
    ROW("MTP-PRP-004.texts") {
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
            struct ct_writer text = {0};

            put_units(&text, texts[i].first, texts[i].count);
            check_text(&dut, song, property, &text);
        }
    }
    put_units(&more, 'c', 4);
    ct_put8(&more, 0);
    ROW("MTP-PRP-004.behind")
        CHECK_NOT_RC(dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(song, property), more.bytes,
                             more.length),
                     MTP_RC_OK);
}

/* ---- names of files (MTP 1.1, 5.3.1) */

static uint16_t send_named(struct dut *dut, const struct ct_writer *name)
{
    struct ct_writer info = {0};

    ct_put_object_info(&info, dut_format(dut, MTP_FC_UNDEFINED), 4, "");
    info.length -= 4; /* four empty strings, the name first */
    ct_put_bytes(&info, name->bytes, name->length);
    for (int i = 0; i < 3; i++)
        ct_put_text(&info, "");
    return dut_put(dut, MTP_OP_SEND_OBJECT_INFO, PARAMS(dut->store, dut->folder), info.bytes,
                   info.length);
}

/* A file of that name, read back from its ObjectInfo; false: it is not taken. */
static bool check_file_name(struct dut *dut, const struct ct_writer *name)
{
    enum { INFO_FIXED = 52 }; /* bytes before the name */
    struct conf *c = dut->c;
    uint16_t code = send_named(dut, name);
    uint32_t handle = dut->answer.param[2];

    /* What a name may be is the file system's business. */
    if (code != MTP_RC_OK) {
        conf_excused(c, 4, "it takes no such name");
        return false;
    }
    CHECK_RC(dut_put(dut, MTP_OP_SEND_OBJECT, PARAMS(), "name", 4), MTP_RC_OK);
    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handle)), MTP_RC_OK);
    REQUIRE(dut->answer.size >= INFO_FIXED + name->length);
    CHECK_BYTES(dut->answer.data + INFO_FIXED, name->length, name->bytes, name->length);
    return true;
}

CONF_CASE(MTP_DEV_BV_46, .title = "The name of a file is the one it was sent with",
          .reqs = REQS("MTP-DEV-005"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Files called by 20 letters of Latin-1, by 7 of CJK, and by 254 units, where "
                   "that is taken: ObjectInfo has the name")
{
    static const struct {
        uint16_t first;
        size_t count;
    } names[] = {{0x00e0, 20}, {0x4e00, 7}, {'a', UNITS_MOST}};
    DUT dut = dut_work(c);
    bool is_judged = false;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct ct_writer name = {0};

        put_units(&name, names[i].first, names[i].count);
        ROW(names[i].count == UNITS_MOST ? "MTP-DEV-005.long" : "MTP-DEV-005.letters")
            is_judged |= check_file_name(&dut, &name);
    }
    if (!is_judged)
        conf_inconclusive(c, "the device takes none of the names");
}

/* Every way an object gets a name is held to the same rule. */
enum way { BY_INFO, BY_LIST, BY_PROPERTY };

static uint16_t name_it(struct dut *dut, enum way way, uint32_t song, const char *name)
{
    struct ct_writer list = {0};

    if (way == BY_INFO)
        return dut_send_info(dut, dut->store, dut->folder, MTP_FC_MP3, 4, name);
    if (way == BY_PROPERTY)
        return dut_set_text(dut, song, MTP_OPC_OBJECT_FILE_NAME, name);
    ct_put32(&list, 1);
    ct_put32(&list, 0);
    ct_put16(&list, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&list, MTP_DTC_STRING);
    ct_put_text(&list, name);
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, dut->folder, dut_format(dut, MTP_FC_MP3), 0, 4), list.bytes,
                   list.length);
}

CONF_CASE(MTP_OBJ_BI_56, .title = "No file gets a name that is none, whichever way",
          .reqs = REQS("MTP-OBJ-014"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "../x, a/b, a\\\\b, .. and a name with a tab for a song: SendObjectInfo, and "
                   "SendObjectPropList and SetObjectPropValue where they are listed, refuse each")
{
    static const struct {
        uint16_t operation;
        const char *clause;
    } ways[] = {{MTP_OP_SEND_OBJECT_INFO, "MTP-OBJ-014.file"},
                {MTP_OP_SEND_OBJECT_PROP_LIST, "MTP-OBJ-014.list"},
                {MTP_OP_SET_OBJECT_PROP_VALUE, "MTP-OBJ-014.renamed"}};
    static const char *const names[] = {"../x", "a/b", "a\\b", "..", "a\tb"};
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "well named.mp3", MTP_FC_MP3, "song", 4);

    for (enum way way = BY_INFO; way <= BY_PROPERTY; way++) {
        ROW(ways[way].clause) {
            bool is_offered = dut_offers(&dut, ways[way].operation);

            if (!is_offered)
                conf_excused(c, ARRAY_SIZE(names), "the device does not name objects this way");
            for (size_t i = 0; is_offered && i < ARRAY_SIZE(names); i++)
                CHECK_NOT_RC(name_it(&dut, way, song, names[i]), MTP_RC_OK);
        }
    }
}

/* ---- numbers and dates; of whom */

static void check_set(struct dut *dut, uint32_t handle, uint16_t property, const void *value,
                      size_t length)
{
    struct conf *c = dut->c;

    CHECK_RC(dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, property)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, value, length);
}

CONF_CASE(MTP_PRP_BV_43, .title = "A number and a date are kept whole, and change nothing else",
          .reqs = REQS("MTP-PRP-004"), .ics = "MTP.OP.9804 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps =
              "Where hosts set them: Duration 0x01020304 is read as that; DateModified is read "
              "as it was set, and DateCreated is as it was")
{
    static const uint8_t duration[] = {4, 3, 2, 1};
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "numbers.mp3", MTP_FC_MP3, "music", 5);
    bool is_set, is_judged = false;
    uint8_t created[64];
    size_t size;

    ROW("MTP-PRP-004.numbers") {
        is_set = dut_sets(&dut, dut.format, MTP_OPC_DURATION) &&
                 dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(song, MTP_OPC_DURATION),
                         duration, sizeof(duration)) == MTP_RC_OK;
        if (is_set)
            check_set(&dut, song, MTP_OPC_DURATION, duration, sizeof(duration));
        else
            conf_excused(c, 2, "hosts set no duration, or not this one");
        is_judged |= is_set;
    }
    dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(song, MTP_OPC_DATE_CREATED));
    size = dut.answer.size < sizeof(created) ? dut.answer.size : 0;
    if (size)
        memcpy(created, dut.answer.data, size);
    ROW("MTP-PRP-004.dates") {
        is_set = size && dut_sets(&dut, dut.format, MTP_OPC_DATE_MODIFIED) &&
                 dut_set_text(&dut, song, MTP_OPC_DATE_MODIFIED, "20240131T120000") == MTP_RC_OK;
        if (is_set)
            check_set(&dut, song, MTP_OPC_DATE_CREATED, created, size);
        else
            conf_excused(c, 2, "hosts set no date of modification, or there is none of creation");
        is_judged |= is_set;
    }
    if (!is_judged)
        conf_inconclusive(c, "hosts set neither duration nor date of modification");
}

CONF_CASE(MTP_PRP_BV_44, .title = "A list sets each object's values on that object",
          .reqs = REQS("MTP-PRP-004"), .ics = "MTP.OP.9806 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "SetObjectPropList of a text of two songs, each another one: both are read so")
{
    static const uint16_t first[] = {'a', 'k'};
    DUT dut = dut_work(c);
    uint32_t songs[] = {dut_file(&dut, dut.folder, "1.mp3", MTP_FC_MP3, "1", 1),
                        dut_file(&dut, dut.folder, "2.mp3", MTP_FC_MP3, "2", 1)};
    uint16_t property = any_text(&dut, dut.format);
    struct ct_writer list = {0};

    if (!property)
        conf_inconclusive(c, "songs have no text that hosts set freely");
    ct_put32(&list, 2);
    for (size_t i = 0; i < 2; i++) {
        ct_put32(&list, songs[i]);
        ct_put16(&list, property);
        ct_put16(&list, MTP_DTC_STRING);
        put_units(&list, first[i], 5);
    }
    ROW("MTP-PRP-004.list") {
        CHECK_RC(dut_put(&dut, MTP_OP_SET_OBJECT_PROP_LIST, PARAMS(), list.bytes, list.length),
                 MTP_RC_OK);
        for (size_t i = 0; i < 2; i++) {
            struct ct_writer text = {0};

            put_units(&text, first[i], 5);
            check_set(&dut, songs[i], property, text.bytes, text.length);
        }
    }
}

/* ---- the device's own */

/* As value and, behind code, type, GetSet and default, in the description (MTP 1.1, 5.1.2.1). */
static void check_name(struct dut *dut, uint16_t property, uint16_t first, size_t count)
{
    struct conf *c = dut->c;
    struct ct_writer text = {0};
    struct ct_reader reader;
    const uint8_t *from;
    uint16_t code;

    put_units(&text, first, count);
    code = dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), text.bytes, text.length);
    if (code == MTP_RC_INVALID_DEVICE_PROP_VALUE) {
        conf_excused(c, 5, "it takes no such name");
        return;
    }
    CHECK_RC(code, MTP_RC_OK);
    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(property)), MTP_RC_OK);
    CHECK_BYTES(dut->answer.data, dut->answer.size, text.bytes, text.length);
    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(property)), MTP_RC_OK);
    reader = dut_reader(dut);
    ct_u32(&reader);
    ct_u8(&reader);
    ct_skip_value(&reader, MTP_DTC_STRING);
    from = reader.at;
    ct_skip_value(&reader, MTP_DTC_STRING);
    CHECK_BYTES(from, (size_t)(reader.at - from), text.bytes, text.length);
}

CONF_CASE(MTP_PRP_BV_42, .title = "The friendly name is kept as it was set, whatever it was before",
          .reqs = REQS("MTP-PRP-012"), .ics = "MTP && MTP.OP.1016", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "The friendly name set to 12 units, 20 of Latin-1, 7 of CJK: value and "
                   "description are each as it was set; a byte behind the value, and a value of "
                   "a property that is none, are refused")
{
    const uint16_t property = MTP_DPC_DEVICE_FRIENDLY_NAME;
    DUT dut = dut_session(c);
    const struct dut_info *info = dut_listed(&dut);
    struct ct_writer old = {0}, more = {0};

    if (!dut_lists(info->properties, info->property_count, property))
        conf_inconclusive(c, "the device has no friendly name");
    dut_must(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(property));
    ct_put_bytes(&old, dut.answer.data, dut.answer.size);
    ROW("MTP-PRP-012.texts") {
        for (size_t i = 0; i < 3; i++)
            check_name(&dut, property, texts[i].first, texts[i].count);
    }
    put_units(&more, 'c', 4);
    ct_put8(&more, 0);
    ROW("MTP-PRP-012.behind")
        CHECK_NOT_RC(
            dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), more.bytes, more.length),
            MTP_RC_OK);
    ROW("MTP-PRP-012.unknown")
        CHECK_RC(dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(0xdeff), old.bytes, old.length),
                 MTP_RC_DEVICE_PROP_NOT_SUPPORTED);
    dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), old.bytes, old.length);
}
