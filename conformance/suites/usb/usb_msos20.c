/* Microsoft OS 2.0 descriptors: the BOS platform capability and the descriptor set. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "conformance/raw/raw_msos.h"
#include "spcore/base.h"

enum { SET_INDEX = 7, SET_ALTERNATE = 8, CAPABILITY = 28 };
enum { F_SET = 0, F_CONFIG = 1, F_FUNCTION = 2, F_COMPATIBLE = 3, F_PROPERTY = 4 };

static const uint8_t platform[20] = {0x1c, 0x10, 0x05, 0x00, 0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45,
                                     0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};

/* The platform capability's 28 bytes, looked for by type alone so that a wrong UUID is seen. */
static bool find_capability(struct conf *c, uint8_t ret_bytes[CAPABILITY])
{
    uint8_t bytes[1024];
    int count = dut_descriptor(c, DESC_BOS, 0, 0, sizeof(bytes), bytes);
    struct desc_walk walk;
    struct desc item;

    if (count < 5)
        return false;
    desc_start(&walk, bytes + 5, (size_t)count - 5);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_CAPABILITY && item.length == CAPABILITY && item.at[2] == 5) {
            memcpy(ret_bytes, item.at, CAPABILITY);
            return true;
        }
    }
    return false;
}

struct set {
    uint8_t capability[CAPABILITY], bytes[4096];
    uint8_t code;
    int length;
};

static void read_set(struct conf *c, struct set *ret)
{
    if (!find_capability(c, ret->capability))
        conf_refused(c, "platform capability",
                     "the BOS has no platform capability of OS descriptors 2.0");
    ret->code = ret->capability[26];
    ret->length = dut_control(c, 0xc0, ret->code, 0, SET_INDEX, sizeof(ret->bytes), ret->bytes);
}

/* Calls for every feature; true when every length is exact and the walk lands on the end. */
struct feature {
    const uint8_t *at;
    uint16_t length, type;
};

static bool next_feature(const struct set *set, int *at, struct feature *ret)
{
    int left = set->length - *at;

    if (left < 4 || get_le16(set->bytes + *at) < 4)
        return false;
    /* Headers of subsets stand before their children; step over the header alone. */
    *ret = (struct feature){set->bytes + *at, get_le16(set->bytes + *at),
                            get_le16(set->bytes + *at + 2)};
    if (ret->length > left)
        return false;
    *at += ret->length;
    return true;
}

CONF_CASE(USB_MS20_BV_01, .title = "The BOS carries the OS 2.0 platform capability",
          .reqs = REQS("USB-MS20-001"), .ics = "MSOS.20", .player = "pap-winusb",
          .steps = "Find the capability of type 5; compare its first 20 bytes")
{
    uint8_t bytes[CAPABILITY] = {0};

    ROW("USB-MS20-001.there")
        REQUIRE(find_capability(c, bytes));
    ROW("USB-MS20-001.head")
        CHECK_BYTES(bytes, 4, platform, 4);
    ROW("USB-MS20-001.uuid")
        CHECK_BYTES(bytes + 4, 16, platform + 4, 16);
}

CONF_CASE(USB_MS20_BV_02, .title = "The capability gives Windows 8.1 or later and the set's length",
          .reqs = REQS("USB-MS20-002"), .ics = "MSOS.20", .player = "pap-winusb",
          .steps = "Compare dwWindowsVersion and the total length with the set itself")
{
    static struct set set;

    read_set(c, &set);
    ROW("USB-MS20-002.version")
        CHECK(get_le32(set.capability + 20) >= 0x06030000);
    ROW("USB-MS20-002.length") {
        REQUIRE(set.length >= 10);
        CHECK_EQ(get_le16(set.capability + 24), get_le16(set.bytes + 8));
        CHECK_EQ(get_le16(set.capability + 24), set.length);
    }
}

CONF_CASE(USB_MS20_BV_03, .title = "The set is returned for wIndex 7 and cut to wLength",
          .reqs = REQS("USB-MS20-003"), .ics = "MSOS.20", .player = "pap-winusb",
          .steps = "wLength 10, the length, 4096; wIndex 6 stalls, wIndex 4 is not this set")
{
    static struct set set;
    uint8_t part[4096] = {0};
    int count;

    read_set(c, &set);
    ROW("USB-MS20-003.whole") {
        REQUIRE(set.length >= 10);
        CHECK_EQ(get_le16(set.bytes + 8), set.length);
        CHECK_EQ(dut_control(c, 0xc0, set.code, 0, SET_INDEX, (uint16_t)set.length, part),
                 set.length);
        CHECK_BYTES(part, (size_t)set.length, set.bytes, (size_t)set.length);
    }
    ROW("USB-MS20-003.cut") {
        CHECK_EQ(dut_control(c, 0xc0, set.code, 0, SET_INDEX, 10, part), 10);
        CHECK_BYTES(part, 10, set.bytes, 10);
    }
    ROW("USB-MS20-003.other")
        CHECK_EQ(dut_control(c, 0xc0, set.code, 0, 6, 64, part), -EPIPE);
    ROW("USB-MS20-003.apart") {
        count = dut_control(c, 0xc0, set.code, 0, 4, 64, part);
        CHECK_SEEN(count == -EPIPE || (count >= 10 && memcmp(part, set.bytes, 10) != 0),
                   value_errno(count));
    }
}

CONF_CASE(USB_MS20_BV_04, .title = "Every length inside the set is exact",
          .reqs = REQS("USB-MS20-004"), .ics = "MSOS.20", .player = "pap-winusb",
          .steps = "Set header, then a walk over every wLength to the very end")
{
    static struct set set;
    static struct msos msos;
    struct feature feature;
    bool exact = true;
    int at = 10;

    read_set(c, &set);
    ROW("USB-MS20-004.head") {
        REQUIRE(set.length > 10);
        CHECK_EQ(get_le16(set.bytes), 10);
        CHECK_EQ(get_le16(set.bytes + 2), F_SET);
    }
    ROW("USB-MS20-004.version")
        CHECK_EQ(get_le32(set.bytes + 4), get_le32(set.capability + 20));
    ROW("USB-MS20-004.total")
        CHECK_EQ(get_le16(set.bytes + 8), set.length);
    while (next_feature(&set, &at, &feature)) {
        ROW("USB-MS20-004.types")
            CHECK(feature.type >= F_CONFIG && feature.type <= 8);
        if (feature.type == F_PROPERTY && feature.length >= 10) {
            unsigned name = get_le16(feature.at + 6);

            exact &= name + 10u <= feature.length &&
                     name + 10u + get_le16(feature.at + 8 + name) == feature.length;
        }
    }
    ROW("USB-MS20-004.walk") {
        CHECK(exact);
        CHECK_EQ(at, set.length);
        REQUIRE_EQ(msos_read_set(set.bytes, (size_t)set.length, &msos), 0);
    }
    ROW("USB-MS20-004.values")
        CHECK(msos_misfit(&msos) == NULL);
}

/* Judges the subset headers of a set; their lengths cover themselves and their children. */
static void dut_subsets(struct conf *c, const struct set *set, unsigned functions)
{
    struct feature feature;
    unsigned seen = 0;
    int at = 10, function_end = set->length;

    while (next_feature(set, &at, &feature)) {
        int start = (int)(feature.at - set->bytes);

        if (feature.type == F_CONFIG || feature.type == F_FUNCTION) {
            ROW("USB-MS20-005.headers") {
                CHECK_EQ(feature.length, 8);
                CHECK_EQ(feature.at[5], 0);
            }
        }
        if (feature.type == F_CONFIG) {
            ROW("USB-MS20-005.configuration")
                CHECK_EQ(start + get_le16(feature.at + 6), set->length);
        } else if (feature.type == F_FUNCTION) {
            ROW("USB-MS20-005.first")
                CHECK(feature.at[4] < functions);
            if (seen++ > 0) {
                ROW("USB-MS20-005.function")
                    CHECK_EQ(start, function_end);
            }
            function_end = start + get_le16(feature.at + 6);
        }
    }
    ROW("USB-MS20-005.function")
        CHECK_EQ(function_end, set->length);
    ROW("USB-MS20-005.there")
        CHECK(functions < 2 || seen >= 1);
}

static unsigned interfaces(struct conf *c)
{
    size_t length;
    const uint8_t *config = tp_config_descriptor(conf_transport(c), &length);

    return length >= 9 ? config[4] : 0;
}

CONF_CASE(USB_MS20_BV_05, .title = "Subset headers cover themselves and their children",
          .reqs = REQS("USB-MS20-005"), .ics = "MSOS.20 && USB.COMPOSITE",
          .player = "pap-composite",
          .steps = "Walk configuration and function subsets of a composite device")
{
    static struct set set;
    static struct msos msos;

    read_set(c, &set);
    ROW("USB-MS20-005.there")
        REQUIRE(set.length > 10);
    dut_subsets(c, &set, interfaces(c));
    ROW("USB-MS20-005.valid")
        CHECK_EQ(msos_read_set(set.bytes, (size_t)set.length, &msos), 0);
}

CONF_CASE(USB_MS20_BV_06,
          .title = "A single function's features stand directly behind the set header",
          .level = CONF_SHOULD, .reqs = REQS("USB-MS20-006"), .ics = "MSOS.20 && !USB.COMPOSITE",
          .player = "pap-winusb",
          .steps = "No subset header in the set of a device with one function")
{
    static struct set set;
    struct feature feature;
    int at = 10;

    read_set(c, &set);
    ROW("USB-MS20-006") {
        REQUIRE(set.length > 10);
        while (next_feature(&set, &at, &feature))
            CHECK(feature.type != F_CONFIG && feature.type != F_FUNCTION);
    }
}

/* The first feature of a type; false: none. */
static bool find_feature(const struct set *set, uint16_t type, struct feature *ret)
{
    int at = 10;

    while (next_feature(set, &at, ret)) {
        if (ret->type == type)
            return true;
    }
    return false;
}

static bool zero_filled(const uint8_t *text, size_t length)
{
    size_t end = strnlen((const char *)text, length);

    for (size_t i = 0; i < length; i++) {
        bool capital = (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9') ||
                       text[i] == '_';

        if (i < end ? !capital : text[i] != 0)
            return false;
    }
    return true;
}

CONF_CASE(USB_MS20_BV_07, .title = "The compatible id feature is 20 bytes, zero-filled",
          .reqs = REQS("USB-MS20-007"), .ics = "MSOS.20", .player = "pap-winusb",
          .steps = "Find feature type 3; length, id, sub id")
{
    static struct set set;
    struct feature feature = {0};

    read_set(c, &set);
    ROW("USB-MS20-007.there")
        REQUIRE(set.length > 10 && find_feature(&set, F_COMPATIBLE, &feature));
    ROW("USB-MS20-007.length")
        REQUIRE_EQ(feature.length, 20);
    ROW("USB-MS20-007.id")
        CHECK(feature.at[4] != 0 && zero_filled(feature.at + 4, 8));
    ROW("USB-MS20-007.sub")
        CHECK(zero_filled(feature.at + 12, 8));
}

/* The property whose name begins so; false: none. */
static bool find_named(const struct set *set, const char *name, struct feature *ret)
{
    size_t units = strlen(name);
    int at = 10;

    while (next_feature(set, &at, ret)) {
        bool same = ret->type == F_PROPERTY && ret->length >= 8 + 2 * units;

        for (size_t i = 0; same && i < units; i++)
            same = get_le16(ret->at + 8 + 2 * i) == (uint8_t)name[i];
        if (same)
            return true;
    }
    return false;
}

/* Compares a text of the set without case. */
static bool same_text(const uint8_t *utf16, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        unsigned unit = get_le16(utf16 + 2 * i);

        if (unit > 0x7f || toupper((int)unit) != text[i])
            return false;
    }
    return true;
}

CONF_CASE(USB_MSOS_BV_22,
          .title = "The interface GUID of the 2.0 set is the portable audio player's",
          .reqs = REQS("USB-MSOS-012"), .ics = "MSOS.20 && USB.PERSONA.WINUSB",
          .player = "pap-winusb", .steps = "Compare the GUID without case")
{
    static const char guid[] = "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}";
    static struct set set;
    struct feature feature;
    size_t name;

    read_set(c, &set);
    ROW("USB-MSOS-012.version-2") {
        REQUIRE(set.length > 10 && find_named(&set, "DeviceInterfaceGUID", &feature));
        name = get_le16(feature.at + 6);
        REQUIRE(10 + name + 2 * (sizeof(guid) - 1) <= feature.length);
        CHECK(same_text(feature.at + 10 + name, guid));
    }
}

/* A device matched by its own INF must not leave the choice of driver to the rank. */
CONF_CASE(USB_MSOS_BV_24, .title = "Nor do the 2.0 descriptors of such a device report WINUSB",
          .level = CONF_SHOULD, .reqs = REQS("USB-MSOS-014"), .ics = "USB.PERSONA.INF",
          .player = "pap-inf",
          .steps = "The 2.0 descriptors, if any, do not give the compatible id WINUSB")
{
    static struct set set;
    struct feature feature;
    bool there = find_capability(c, set.capability);

    if (there)
        read_set(c, &set);
    ROW("USB-MSOS-014.version-2")
        CHECK(!there || !find_feature(&set, F_COMPATIBLE, &feature) || feature.length < 12 ||
              memcmp(feature.at + 4, "WINUSB", 6) != 0);
}

CONF_CASE(USB_MS20_BV_08, .title = "DeviceInterfaceGUIDs is a property of 132 bytes",
          .reqs = REQS("USB-MS20-008"), .ics = "MSOS.20 && USB.PERSONA.WINUSB",
          .player = "pap-winusb",
          .steps = "Find feature type 4 with that name; type, lengths, terminators")
{
    static struct set set;
    struct feature feature;

    read_set(c, &set);
    ROW("USB-MS20-008.there")
        REQUIRE(set.length > 10 && find_named(&set, "DeviceInterfaceGUIDs", &feature));
    ROW("USB-MS20-008.type")
        CHECK_EQ(get_le16(feature.at + 4), 7);
    ROW("USB-MS20-008.name")
        CHECK_EQ(get_le16(feature.at + 6), 42);
    ROW("USB-MS20-008.length")
        REQUIRE_EQ(feature.length, 132);
    ROW("USB-MS20-008.data")
        CHECK_EQ(get_le16(feature.at + 50), 80);
    ROW("USB-MS20-008.guid") {
        CHECK_EQ(get_le16(feature.at + 52), '{');
        CHECK_EQ(get_le16(feature.at + 52 + 74), '}');
    }
    ROW("USB-MS20-008.terminators")
        CHECK_EQ(get_le32(feature.at + 52 + 76), 0);
}

CONF_CASE(
    USB_MS20_BI_10, .title = "Without alternate enumeration the device stalls its request",
    .level = CONF_MAY, .reqs = REQS("USB-MS20-010"), .ics = "MSOS.20", .player = "pap-winusb",
    .steps =
        "bAltEnumCode 0: the SET request with wIndex 8 stalls and descriptors stay as they are")
{
    static struct set set;
    uint8_t before[512] = {0}, after[512] = {0};
    int a = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(before), before), b;

    read_set(c, &set);
    if (set.capability[27] != 0)
        conf_inconclusive(c, "bAltEnumCode is %u", set.capability[27]);
    ROW("USB-MS20-010.stall")
        CHECK_EQ(dut_control(c, 0x40, set.code, 0, SET_ALTERNATE, 0, NULL), -EPIPE);
    ROW("USB-MS20-010.kept") {
        b = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(after), after);
        CHECK_BYTES(after, (size_t)(b > 0 ? b : 0), before, (size_t)(a > 0 ? a : 0));
    }
}
