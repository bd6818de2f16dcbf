/* MTP 1.1, 5.3.2, appendix D.2.28 and following: object and device properties. */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

enum { FORMATS_MAX = 128, MANY = 4096 };

/* MTP 1.1, 5.3.2.1 and 5.1.2.1: a description, as far as the cases need it. */
struct description {
    uint16_t code, type;
    uint8_t writable, form;
    uint32_t group; /* 0xffffffff: slow, and left out when all properties are asked for */
    bool whole;     /* every byte accounted for, default and form in the declared type */
};

/* Reads form data of the declared type; MTP 1.1, 5.3.2.3. */
static void read_form(struct ct_reader *reader, const struct description *desc)
{
    uint16_t units[256];
    size_t count;

    switch (desc->form) {
    case MTP_FORM_RANGE:
        for (int i = 0; i < 3; i++)
            ct_skip_value(reader, desc->type);
        break;
    case MTP_FORM_ENUMERATION:
        count = ct_u16(reader);
        for (size_t i = 0; i < count && !reader->failed; i++)
            ct_skip_value(reader, desc->type);
        break;
    case MTP_FORM_FIXED_LENGTH_ARRAY:
        ct_u16(reader);
        break;
    case MTP_FORM_REGULAR_EXPRESSION:
        ct_string(reader, units);
        break;
    case MTP_FORM_BYTE_ARRAY:
    case MTP_FORM_LONG_STRING:
        ct_u32(reader);
        break;
    case MTP_FORM_NONE:
    case MTP_FORM_DATE_TIME:
        break;
    default:
        reader->failed = true;
    }
}

/* Of an object property in that format; format 0: of a device property, which has a current value
 * instead of a group. */
static uint16_t describe(struct dut *dut, uint16_t property, uint16_t format,
                         struct description *ret)
{
    uint16_t code = format ? dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(property, format))
                           : dut_op(dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(property));
    struct ct_reader reader = dut_reader(dut);

    memset(ret, 0, sizeof(*ret));
    if (code != MTP_RC_OK)
        return code;
    ret->code = ct_u16(&reader);
    ret->type = ct_u16(&reader);
    ret->writable = ct_u8(&reader);
    ct_skip_value(&reader, ret->type);
    if (format)
        ret->group = ct_u32(&reader);
    else
        ct_skip_value(&reader, ret->type);
    ret->form = ct_u8(&reader);
    read_form(&reader, ret);
    ret->whole = !reader.failed && reader.at == reader.end && ret->writable <= 1;
    return code;
}

static bool has_text(struct dut *dut, uint32_t handle, uint16_t property, const char *text)
{
    struct ct_reader reader;
    char got[256] = "";

    if (dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(handle, property)) != MTP_RC_OK)
        return false;
    reader = dut_reader(dut);
    ct_text(&reader, got);
    conf_note(dut->c, "property 0x%04x: \"%s\"", property, got);
    return conf_same_text(dut->c, reader.failed ? NULL : got, text);
}

CONF_CASE(MTP_PRP_BV_01, .title = "Every format has the eight properties all objects have",
          .reqs = REQS("MTP-PRP-001"), .ics = "MTP", .player = "mtp",
          .steps = "GetObjectPropsSupported of each listed format")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint16_t wanted[] = {MTP_OPC_STORAGE_ID,        MTP_OPC_OBJECT_FORMAT,
                                      MTP_OPC_PROTECTION_STATUS, MTP_OPC_OBJECT_SIZE,
                                      MTP_OPC_OBJECT_FILE_NAME,  MTP_OPC_PARENT_OBJECT,
                                      MTP_OPC_PERSISTENT_UID,    MTP_OPC_NAME};
    uint16_t codes[DUT_PROPS_MAX];

    ROW("MTP-PRP-001.eight") {
        dut_device_info(&dut, &info);
        for (size_t f = 0; f < info.format_count; f++) {
            size_t count = dut_properties(&dut, info.formats[f], codes);

            for (size_t i = 0; i < 8; i++) {
                if (!dut_lists(codes, count, wanted[i]))
                    conf_note(c, "format 0x%04x lacks 0x%04x", info.formats[f], wanted[i]);
                CHECK(dut_lists(codes, count, wanted[i]));
            }
            ROW("MTP-PRP-001.once") {
                for (size_t i = 0; i < count; i++)
                    CHECK(!dut_lists(codes, i, codes[i]));
            }
        }
    }
}

/* Of these the document gives the form, too (MTP 1.1, B.2.8 and the others). */
static bool is_date(uint16_t property)
{
    static const uint16_t dates[] = {MTP_OPC_DATE_CREATED,  MTP_OPC_DATE_MODIFIED,
                                     MTP_OPC_DATE_AUTHORED, MTP_OPC_DATE_ADDED,
                                     MTP_OPC_LAST_ACCESSED, MTP_OPC_ORIGINAL_RELEASE_DATE};

    return dut_lists(dates, ARRAY_SIZE(dates), property);
}

CONF_CASE(
    MTP_PRP_BV_02, .title = "Property descriptions are whole, default and form in their type",
    .reqs = REQS("MTP-PRP-002"), .ics = "MTP", .player = "mtp", .timeout_s = 60,
    .steps = "GetObjectPropDesc of every property of every format; an unknown code answers 0xA801")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    uint16_t codes[DUT_PROPS_MAX];
    struct description desc;
    bool has_dates = false;

    ROW("MTP-PRP-002.layout") {
        dut_device_info(&dut, &info);
        for (size_t f = 0; f < info.format_count; f++) {
            size_t count = dut_properties(&dut, info.formats[f], codes);

            for (size_t i = 0; i < count; i++) {
                CHECK_RC(describe(&dut, codes[i], info.formats[f], &desc), MTP_RC_OK);
                ROW("MTP-PRP-002.code")
                    CHECK_EQ(desc.code, codes[i]);
                if (!desc.whole)
                    conf_note(c, "property 0x%04x of 0x%04x: type 0x%04x form %u", codes[i],
                              info.formats[f], desc.type, desc.form);
                CHECK(desc.whole);
                has_dates |= is_date(codes[i]);
                ROW("MTP-PRP-002.date") {
                    if (is_date(codes[i]))
                        CHECK_EQ(desc.form, MTP_FORM_DATE_TIME);
                }
            }
        }
        ROW("MTP-PRP-002.date") {
            if (!has_dates)
                conf_excused(c, 1, "its objects have no dates");
        }
    }
    ROW("MTP-PRP-002.unknown") {
        CHECK_RC(describe(&dut, 0xdeff, dut_format(&dut, MTP_FC_UNDEFINED), &desc),
                 MTP_RC_INVALID_OBJECT_PROP_CODE);
    }
}

CONF_CASE(MTP_PRP_BV_03, .title = "Property values have the declared type",
          .reqs = REQS("MTP-PRP-003"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Every property of two music files and a folder; ObjectSize is 64 bits; "
                   "unknown codes refused")
{
    DUT dut = dut_work(c);
    const struct {
        uint16_t format;
        uint32_t handle;
    } objects[] = {
        {dut_format(&dut, MTP_FC_MP3), dut_file(&dut, dut.folder, "v.mp3", MTP_FC_MP3, "music", 5)},
        {MTP_FC_WMA, dut_file(&dut, dut.folder, "v.wma", MTP_FC_WMA, "text", 4)},
        {MTP_FC_ASSOCIATION, dut.folder}};
    uint16_t codes[DUT_PROPS_MAX], code;
    struct description desc;
    struct ct_reader reader;

    ROW("MTP-PRP-003.typed") {
        for (size_t o = 0; o < 3; o++) {
            size_t count = dut_properties(&dut, objects[o].format, codes);

            for (size_t i = 0; i < count; i++) {
                if (describe(&dut, codes[i], objects[o].format, &desc) != MTP_RC_OK)
                    continue;
                code =
                    dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(objects[o].handle, codes[i]));
                reader = dut_reader(&dut);
                CHECK_RC(code, MTP_RC_OK);
                ct_skip_value(&reader, desc.type);
                if (reader.failed || reader.at != reader.end)
                    conf_note(c, "property 0x%04x: %zu bytes for type 0x%04x", codes[i],
                              dut.answer.size, desc.type);
                CHECK(!reader.failed && reader.at == reader.end);
            }
        }
    }
    ROW("MTP-PRP-003.size") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE,
                        PARAMS(objects[0].handle, MTP_OPC_OBJECT_SIZE)),
                 MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "\5\0\0\0\0\0\0\0", 8);
    }
    ROW("MTP-PRP-003.unknown") {
        code = dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(objects[0].handle, 0xdeff));
        CHECK_SEEN(code == MTP_RC_OBJECT_PROP_NOT_SUPPORTED ||
                       code == MTP_RC_INVALID_OBJECT_PROP_CODE,
                   value_rc(code));
        /* Of no object either: which of the two is minded first is open. */
        code = dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(0x7ffffff0, 0x7ff0));
        CHECK_SEEN(code == MTP_RC_OBJECT_PROP_NOT_SUPPORTED ||
                       code == MTP_RC_INVALID_OBJECT_PROP_CODE ||
                       code == MTP_RC_INVALID_OBJECT_HANDLE,
                   value_rc(code));
    }
}

CONF_CASE(MTP_PRP_BI_04, .title = "A read-only property refuses a value, a writable one keeps it",
          .reqs = REQS("MTP-PRP-004"), .ics = "MTP.OP.9804 && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "Set ObjectSize: 0x200F; Name with a broken string refused; a good one is there "
                   "after reconnecting")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "set.mp3", MTP_FC_MP3, "music", 5);
    static const uint8_t eight[8] = {9}, broken[] = {5, 'a', 0};
    uint16_t code;
    bool can;

    ROW("MTP-PRP-004.read-only")
        CHECK_RC(dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(file, MTP_OPC_OBJECT_SIZE),
                         eight, 8),
                 MTP_RC_ACCESS_DENIED);
    SETUP
        can = dut_sets(&dut, dut.format, MTP_OPC_NAME);
    if (!can)
        conf_inconclusive(c, "a name of its objects is nothing the device lets a host set");
    ROW("MTP-PRP-004.broken") {
        code = dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE, PARAMS(file, MTP_OPC_NAME), broken,
                       sizeof(broken));
        CHECK_SEEN(code == MTP_RC_INVALID_OBJECT_PROP_FORMAT ||
                       code == MTP_RC_INVALID_OBJECT_PROP_VALUE,
                   value_rc(code));
    }
    ROW("MTP-PRP-004.kept") {
        CHECK_RC(dut_set_text(&dut, file, MTP_OPC_NAME, "A name that stays"), MTP_RC_OK);
        CHECK(has_text(&dut, file, MTP_OPC_NAME, "A name that stays"));
    }
    ROW("MTP-PRP-004.persists") {
        dut_reconnect(&dut);
        SETUP {
            if (dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(file)) != MTP_RC_OK)
                conf_inconclusive(c, "the device gives new handles after reconnecting");
        }
        CHECK(has_text(&dut, file, MTP_OPC_NAME, "A name that stays"));
    }
}

/* Elements of a property list (MTP 1.1, E.2.1.1); false when it is not whole. */
struct list {
    size_t count;
    uint32_t handles[MANY];
    uint16_t codes[MANY];
    bool whole;
};

static uint16_t prop_list(struct dut *dut, const uint32_t *params, struct list *ret)
{
    uint16_t code = dut_op(dut, MTP_OP_GET_OBJECT_PROP_LIST, params, 5);
    struct ct_reader reader = dut_reader(dut);
    uint32_t count;

    ret->count = 0;
    ret->whole = false;
    if (code != MTP_RC_OK)
        return code;
    count = ct_u32(&reader);
    for (uint32_t i = 0; i < count && !reader.failed && i < MANY; i++) {
        uint16_t type;

        ret->handles[i] = ct_u32(&reader);
        ret->codes[i] = ct_u16(&reader);
        type = ct_u16(&reader);
        ct_skip_value(&reader, type);
        ret->count = i + 1;
    }
    ret->whole = !reader.failed && (count >= MANY || reader.at == reader.end);
    conf_note(dut->c, "GetObjectPropList(%08x, %x, %x, %x, %x): %u elements, whole %d", params[0],
              params[1], params[2], params[3], params[4], count, ret->whole);
    return code;
}

/* Different handles in a list. */
static size_t objects_in(const struct list *list)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += !dut_has(list->handles, i, list->handles[i]);
    return count;
}

CONF_CASE(
    MTP_PRP_BV_05, .title = "GetObjectPropList honours handle, property and depth",
    .reqs = REQS("MTP-PRP-005"), .ics = "MTP.OP.9805 && STORE.WRITABLE", .player = "mtp",
    .needs = CONF_WRITES,
    .steps = "One object all properties; one property; depth 1 and 2 of a folder; all objects")
{
    DUT dut = dut_work(c);
    static struct list list;
    uint32_t inner = dut_folder(&dut, dut.folder, "inner"), file, deep, all = 0xffffffff;
    uint16_t codes[DUT_PROPS_MAX], code;
    size_t count;

    file = dut_file(&dut, dut.folder, "list.mp3", MTP_FC_MP3, "music", 5);
    deep = dut_file(&dut, inner, "deep.mp3", MTP_FC_MP3, "music", 5);
    ROW("MTP-PRP-005.all") {
        count = dut_properties(&dut, MTP_FC_MP3, codes);
        REQUIRE_RC(prop_list(&dut, (uint32_t[]){file, 0, all, 0, 0}, &list), MTP_RC_OK);
        CHECK(list.whole && objects_in(&list) == 1);
        for (size_t i = 0; i < count; i++) {
            static struct description desc;

            if (describe(&dut, codes[i], MTP_FC_MP3, &desc) == MTP_RC_OK &&
                desc.group != 0xffffffff)
                CHECK(dut_lists(list.codes, list.count, codes[i]));
        }
    }
    ROW("MTP-PRP-005.property") {
        CHECK_RC(prop_list(&dut, (uint32_t[]){file, 0, MTP_OPC_NAME, 0, 0}, &list), MTP_RC_OK);
        CHECK(list.whole && list.count == 1 && list.codes[0] == MTP_OPC_NAME &&
              list.handles[0] == file);
    }
    ROW("MTP-PRP-005.depth") {
        code = prop_list(&dut, (uint32_t[]){dut.folder, 0, MTP_OPC_OBJECT_FILE_NAME, 0, 1}, &list);
        CHECK_SEEN(code == MTP_RC_SPECIFICATION_BY_DEPTH_UNSUPPORTED ||
                       (code == MTP_RC_OK && dut_has(list.handles, list.count, file) &&
                        !dut_has(list.handles, list.count, deep)),
                   value_rc(code));
        code = prop_list(&dut, (uint32_t[]){dut.folder, 0, MTP_OPC_OBJECT_FILE_NAME, 0, 2}, &list);
        CHECK_SEEN(code == MTP_RC_SPECIFICATION_BY_DEPTH_UNSUPPORTED ||
                       (code == MTP_RC_OK && dut_has(list.handles, list.count, file) &&
                        dut_has(list.handles, list.count, deep)),
                   value_rc(code));
    }
    ROW("MTP-PRP-005.every") {
        CHECK_RC(prop_list(&dut, (uint32_t[]){all, 0, MTP_OPC_OBJECT_FILE_NAME, 0, 0}, &list),
                 MTP_RC_OK);
        CHECK(list.whole && dut_has(list.handles, list.count, deep) &&
              dut_has(list.handles, list.count, dut.folder));
    }
    ROW("MTP-PRP-005.group") {
        code = prop_list(&dut, (uint32_t[]){file, 0, 0, 77, 0}, &list);
        CHECK_SEEN(code == MTP_RC_SPECIFICATION_BY_GROUP_UNSUPPORTED || code == MTP_RC_OK ||
                       code == MTP_RC_GROUP_NOT_SUPPORTED || code == MTP_RC_PARAMETER_NOT_SUPPORTED,
                   value_rc(code));
    }
}

/* SendObjectPropList for a text file: a name, and three more properties of which the third may be
 * one the device cannot take (MTP 1.1, E.2.1.3). */
static uint16_t send_list(struct dut *dut, uint32_t high, uint32_t low, bool bad)
{
    struct ct_writer writer = {0};

    ct_put32(&writer, 3);
    ct_put32(&writer, 0);
    ct_put16(&writer, MTP_OPC_OBJECT_FILE_NAME);
    ct_put16(&writer, MTP_DTC_STRING);
    ct_put_text(&writer, "plist.mp3");
    ct_put32(&writer, 0);
    ct_put16(&writer, MTP_OPC_NAME);
    ct_put16(&writer, MTP_DTC_STRING);
    ct_put_text(&writer, "A song");
    ct_put32(&writer, 0);
    ct_put16(&writer, bad ? 0xdeff : MTP_OPC_ARTIST);
    ct_put16(&writer, MTP_DTC_STRING);
    ct_put_text(&writer, "An artist");
    return dut_put(dut, MTP_OP_SEND_OBJECT_PROP_LIST,
                   PARAMS(dut->store, dut->folder, MTP_FC_MP3, high, low), writer.bytes,
                   writer.length);
}

CONF_CASE(MTP_PRP_BV_06, .title = "SendObjectPropList creates with properties and a 64-bit size",
          .reqs = REQS("MTP-PRP-006"), .ics = "MTP.OP.9808 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "A good list and its data; a list with a bad third property names its index; "
                   "sizes of 2^60 bytes refused")
{
    DUT dut = dut_work(c);
    uint32_t handle;

    uint16_t code;

    ROW("MTP-PRP-006.index") {
        code = send_list(&dut, 0, 0, true);
        CHECK_NOT_RC(code, MTP_RC_OK);
        REQUIRE(dut.answer.params >= 4);
        /* Counted from 0 or from 1: the documents do not say. */
        CHECK(dut.answer.param[3] == 2 || dut.answer.param[3] == 3);
    }
    ROW("MTP-PRP-006.size") {
        /* A size whose low word alone would fit: dropping the high word accepts it. */
        code = send_list(&dut, 0x10000000, 5, false);
        CHECK_SEEN(code == MTP_RC_STORE_FULL || code == MTP_RC_OBJECT_TOO_LARGE ||
                       code == MTP_RC_INVALID_DATASET,
                   value_rc(code));
    }
    ROW("MTP-PRP-006.answer") {
        REQUIRE_RC(send_list(&dut, 0, 5, false), MTP_RC_OK);
        REQUIRE(dut.answer.params >= 3);
        CHECK_EQ(dut.answer.param[0], dut.store);
        CHECK_EQ(dut.answer.param[1], dut.folder);
        handle = dut.answer.param[2];
    }
    ROW("MTP-PRP-006.properties") {
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "music", 5), MTP_RC_OK);
        CHECK(has_text(&dut, handle, MTP_OPC_NAME, "A song"));
        CHECK(has_text(&dut, handle, MTP_OPC_ARTIST, "An artist"));
    }
}

/* The music formats, and what every one of them says about a song. */
static const uint16_t music[] = {MTP_FC_MP3, MTP_FC_WMA, MTP_FC_WAV,
                                 MTP_FC_OGG, MTP_FC_AAC, MTP_FC_FLAC};
enum { MUSIC = ARRAY_SIZE(music) };
static const struct {
    uint16_t code;
    const char *text; /* NULL: not set here */
} told[] = {{MTP_OPC_ARTIST, "Artist"},
            {MTP_OPC_ALBUM_NAME, "Album"},
            {MTP_OPC_GENRE, "Genre"},
            {MTP_OPC_DURATION, NULL},
            {MTP_OPC_TRACK, NULL}};
enum { TOLD = ARRAY_SIZE(told) };

/* A file of that format with its texts set; 0: the device does not list the format. */
static uint32_t tagged(struct dut *dut, const struct dut_info *info, size_t number)
{
    struct conf *c = dut->c;
    uint16_t codes[DUT_PROPS_MAX];
    char name[] = "tags-0";
    uint32_t file;
    size_t count;

    if (!dut_lists(info->formats, info->format_count, music[number]))
        return 0;
    count = dut_properties(dut, music[number], codes);
    name[5] = (char)('0' + number);
    file = dut_file(dut, dut->folder, name, music[number], "music", 5);
    for (size_t i = 0; i < TOLD; i++) {
        ROW("MTP-PRP-009.listed")
            CHECK(dut_lists(codes, count, told[i].code));
        if (told[i].text)
            CHECK_RC(dut_set_text(dut, file, told[i].code, told[i].text), MTP_RC_OK);
    }
    return file;
}

static void check_tags(struct dut *dut, const uint32_t files[MUSIC])
{
    struct conf *c = dut->c;

    for (size_t f = 0; f < MUSIC; f++) {
        for (size_t i = 0; files[f] && i < TOLD; i++) {
            if (told[i].text)
                CHECK(has_text(dut, files[f], told[i].code, told[i].text));
        }
    }
}

CONF_CASE(MTP_PRP_BV_09, .title = "Music formats carry artist, duration, track, genre and album",
          .level = CONF_SHOULD, .reqs = REQS("MTP-PRP-009"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp", .needs = CONF_WRITES,
          .steps = "Each music format that is listed has the five properties; set the three texts "
                   "of a file of each and read them, again after a reconnect")
{
    DUT dut = dut_work(c);
    static struct dut_info info;
    uint32_t files[MUSIC];

    ROW("MTP-PRP-009.kept") {
        dut_device_info(&dut, &info);
        for (size_t f = 0; f < MUSIC; f++)
            files[f] = tagged(&dut, &info, f);
        check_tags(&dut, files);
    }
    ROW("MTP-PRP-009.replug") {
        dut_reconnect(&dut);
        SETUP {
            for (size_t f = 0; f < MUSIC; f++) {
                if (files[f] && dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(files[f])) != MTP_RC_OK)
                    conf_inconclusive(c, "the device gives new handles after reconnecting");
            }
        }
        check_tags(&dut, files);
    }
}

/* Device properties: MTP 1.1, D.2.20 to D.2.23. */
CONF_CASE(MTP_PRP_BI_12,
          .title = "Device properties are described, set, reset, and refuse nonsense",
          .reqs = REQS("MTP-PRP-012"), .ics = "MTP && MTP.OP.1016", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "Describe all; set and reset the friendly name; unknown code 0x200A; broken "
                   "values 0x201B or 0x201C")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint8_t unterminated[] = {3, 'a', 0, 'b', 0, 'c', 0}, cut[] = {9, 'a', 0};
    const uint16_t name = MTP_DPC_DEVICE_FRIENDLY_NAME;
    struct ct_writer writer = {0};
    struct description desc;
    uint8_t old[600] = {0};
    size_t length;
    uint16_t code;

    ROW("MTP-PRP-012.described") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < info.property_count; i++) {
            CHECK_RC(describe(&dut, info.properties[i], 0, &desc), MTP_RC_OK);
            CHECK_EQ(desc.code, info.properties[i]);
            CHECK(desc.whole);
        }
    }
    ROW("MTP-PRP-012.unknown") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(0xdeff)),
                 MTP_RC_DEVICE_PROP_NOT_SUPPORTED);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(0xdeff)),
                 MTP_RC_DEVICE_PROP_NOT_SUPPORTED);
    }
    if (!dut_lists(info.properties, info.property_count, name))
        return;
    ROW("MTP-PRP-012.set") {
        dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(name));
        length = dut.answer.size < sizeof(old) ? dut.answer.size : 0;
        if (length)
            memcpy(old, dut.answer.data, length);
        ct_put_text(&writer, "another name");
        CHECK_RC(
            dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), writer.bytes, writer.length),
            MTP_RC_OK);
    }
    ROW("MTP-PRP-012.broken") {
        code = dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), unterminated,
                       sizeof(unterminated));
        CHECK_SEEN(code == MTP_RC_INVALID_DEVICE_PROP_VALUE ||
                       code == MTP_RC_INVALID_DEVICE_PROP_FORMAT,
                   value_rc(code));
        code = dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), cut, sizeof(cut));
        CHECK_SEEN(code == MTP_RC_INVALID_DEVICE_PROP_VALUE ||
                       code == MTP_RC_INVALID_DEVICE_PROP_FORMAT,
                   value_rc(code));
    }
    ROW("MTP-PRP-012.set") {
        dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(name));
        CHECK_BYTES(dut.answer.data, dut.answer.size, writer.bytes, writer.length);
    }
    ROW("MTP-PRP-012.reset") {
        if (dut_lists(info.operations, info.operation_count, MTP_OP_RESET_DEVICE_PROP_VALUE))
            CHECK_RC(dut_op(&dut, MTP_OP_RESET_DEVICE_PROP_VALUE, PARAMS(name)), MTP_RC_OK);
        dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(name), old, length);
    }
}
