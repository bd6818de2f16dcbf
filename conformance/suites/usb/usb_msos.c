/* Microsoft OS descriptors 1.0: string 0xEE, extended compat id, extended properties. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "conformance/raw/raw_msos.h"
#include "spcore/base.h"

enum { OS_STRING = 0xee, COMPAT_ID = 4, PROPERTIES = 5, FROM_DEVICE = 0xc0, FROM_INTERFACE = 0xc1 };

static const uint8_t signature[16] = {0x12, 0x03, 'M', 0, 'S', 0, 'F', 0,
                                      'T',  0,    '1', 0, '0', 0, '0', 0};

/* The vendor code of string 0xEE; -errno when there is none. */
static int vendor_code(struct conf *c)
{
    uint8_t bytes[18] = {0};
    int count = dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, bytes);

    return count < 0 ? count : count == 18 ? bytes[16] : -EPROTO;
}

static uint8_t must_have_code(struct conf *c)
{
    int code = vendor_code(c);

    if (code < 0)
        conf_refused(c, "string 0xEE", "string 0xEE came to %s", value_errno(code).text);
    return (uint8_t)code;
}

/* microsoft-defined-usb-descriptors: the string is asked for with LANGID 0. */
CONF_CASE(USB_MSOS_BV_01, .title = "String 0xEE is MSFT100 with the vendor code",
          .reqs = REQS("USB-MSOS-001"), .ics = "MSOS.10", .player = "mtp",
          .steps = "Read it with wLength 18 and 255, LANGID 0 and 0x0409; compare the bytes")
{
    uint8_t bytes[255] = {0}, other[255] = {0};

    ROW("USB-MSOS-001.length") {
        REQUIRE_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, bytes), 18);
        CHECK_BYTES(bytes, 2, signature, 2);
    }
    ROW("USB-MSOS-001.signature")
        CHECK_BYTES(bytes + 2, 14, signature + 2, 14);
    ROW("USB-MSOS-001.pad")
        CHECK_EQ(bytes[17], 0);
    ROW("USB-MSOS-001.more") {
        CHECK_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0, 255, other), 18);
        CHECK_BYTES(other, 18, bytes, 18);
    }
    ROW("USB-MSOS-001.language") {
        CHECK_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0x0409, 18, other), 18);
        CHECK_BYTES(other, 18, bytes, 18);
    }
}

CONF_CASE(USB_MSOS_BI_02, .title = "A device without OS descriptors stalls string 0xEE",
          .reqs = REQS("USB-MSOS-002"), .ics = "!MSOS.10", .player = "pap-inf",
          .steps = "Read string 0xEE: stall; then descriptors as usual")
{
    uint8_t bytes[255];

    ROW("USB-MSOS-002.absent")
        CHECK_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, bytes), -EPIPE);
    ROW("USB-MSOS-002.next")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
}

/* microsoft-os-1-0-descriptors-specification: header 16 bytes, 24 a function. */
CONF_CASE(USB_MSOS_BV_04, .title = "The compat id set's header counts itself and its functions",
          .reqs = REQS("USB-MSOS-004"), .ics = "MSOS.10", .player = "mtp",
          .steps = "Request 0xC0, vendor code, wIndex 4; dwLength, version, index, count")
{
    uint8_t code = must_have_code(c), bytes[1024] = {0};
    int count = dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, sizeof(bytes), bytes);

    ROW("USB-MSOS-004.length") {
        REQUIRE(count >= 40);
        CHECK_EQ(get_le32(bytes), count);
    }
    ROW("USB-MSOS-004.version")
        CHECK_EQ(get_le16(bytes + 4), 0x0100);
    ROW("USB-MSOS-004.index")
        CHECK_EQ(get_le16(bytes + 6), COMPAT_ID);
    ROW("USB-MSOS-004.count")
        CHECK_EQ(16 + 24 * bytes[8], count);
    ROW("USB-MSOS-004.reserved")
        CHECK_BYTES(bytes + 9, 7, "\0\0\0\0\0\0\0", 7);
}

CONF_CASE(USB_MSOS_BV_05, .title = "The function section names MTP, zero-filled",
          .reqs = REQS("USB-MSOS-005"), .ics = "MSOS.10 && USB.PERSONA.MTP", .player = "mtp",
          .steps = "Compare the 24 bytes of the function section")
{
    uint8_t code = must_have_code(c), bytes[64] = {0};
    struct desc_pipes pipes;
    size_t length;
    const uint8_t *config = tp_config_descriptor(conf_transport(c), &length);

    if (!desc_find_pipes(config, length, &pipes))
        conf_refused(c, "bulk pipes", "no interface has bulk pipes");
    ROW("USB-MSOS-005.interface") {
        REQUIRE(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 40, bytes) == 40);
        CHECK_EQ(bytes[16], pipes.interface_number);
    }
    ROW("USB-MSOS-005.one")
        CHECK_EQ(bytes[17], 1);
    ROW("USB-MSOS-005.id")
        CHECK_BYTES(bytes + 18, 8, "MTP\0\0\0\0\0", 8);
    ROW("USB-MSOS-005.sub")
        CHECK_BYTES(bytes + 26, 8, "\0\0\0\0\0\0\0\0", 8);
    ROW("USB-MSOS-005.rest")
        CHECK_BYTES(bytes + 34, 6, "\0\0\0\0\0\0", 6);
}

/* wValue of a request for extended properties: the interface's number above a page of 64 KiB. */
static uint16_t of_function(struct conf *c)
{
    struct ct_pipe pipe;

    if (ct_attach(&pipe, conf_transport(c)))
        return 0;
    return (uint16_t)(pipe.interface_number << 8);
}

/* Reads what stands at an index with `head` bytes of room, its length and `more`. */
static void dut_lengths(struct conf *c, uint8_t type, uint16_t index, uint16_t head, uint16_t more,
                        const char *cut, const char *whole)
{
    static uint8_t all[4096], part[4096];
    uint8_t code = must_have_code(c);
    uint16_t value = type == FROM_INTERFACE ? of_function(c) : 0;
    int count = dut_control(c, type, code, value, index, more, all);

    ROW(whole) {
        REQUIRE(count >= head);
        CHECK_EQ(get_le32(all), count);
        CHECK_EQ(dut_control(c, type, code, value, index, (uint16_t)count, part), count);
        CHECK_BYTES(part, (size_t)count, all, (size_t)count);
    }
    ROW(cut) {
        CHECK_EQ(dut_control(c, type, code, value, index, head, part), head);
        CHECK_BYTES(part, head, all, head);
    }
}

CONF_CASE(USB_MSOS_BV_06, .title = "OS feature requests honour wLength",
          .reqs = REQS("USB-MSOS-006"), .ics = "MSOS.10", .player = "pap-winusb",
          .steps = "Compat id with wLength 16, its length and 255")
{
    dut_lengths(c, FROM_DEVICE, COMPAT_ID, 16, 255, "USB-MSOS-006.id-cut", "USB-MSOS-006.id-whole");
}

CONF_CASE(USB_MSOS_BV_16, .title = "Extended properties honour wLength",
          .reqs = REQS("USB-MSOS-006"), .ics = "MSOS.10", .player = "pap-winusb",
          .steps = "Properties with wLength 10, their length and 4095")
{
    dut_lengths(c, FROM_INTERFACE, PROPERTIES, 10, 4095, "USB-MSOS-006.properties-cut",
                "USB-MSOS-006.properties-whole");
}

CONF_CASE(USB_MSOS_BI_07, .title = "Another vendor request or index stalls",
          .reqs = REQS("USB-MSOS-007"), .ics = "MSOS.10", .player = "mtp",
          .steps = "wIndex 6 with the vendor code; the vendor code plus 1 with wIndex 4")
{
    uint8_t code = must_have_code(c), bytes[64];

    ROW("USB-MSOS-007.index")
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, 6, 40, bytes), -EPIPE);
    ROW("USB-MSOS-007.code")
        CHECK_EQ(dut_control(c, FROM_DEVICE, (uint8_t)(code + 1), 0, COMPAT_ID, 40, bytes), -EPIPE);
    ROW("USB-MSOS-007.next")
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 16, bytes), 16);
}

/* Windows asks the interface, libmtp the device. */
CONF_CASE(USB_MSOS_BV_08, .title = "Extended properties answer interface and device as recipient",
          .reqs = REQS("USB-MSOS-008"), .ics = "MSOS.10", .player = "pap-winusb",
          .steps = "wIndex 5 with 0xC1 and 0xC0; dwLength, version, index, and each property")
{
    uint8_t code = must_have_code(c);
    static uint8_t bytes[4096], other[4096];
    static struct msos msos;
    int count = dut_control(c, FROM_INTERFACE, code, of_function(c), PROPERTIES, 4095, bytes),
        again;

    ROW("USB-MSOS-008.interface")
        REQUIRE(count >= 10);
    ROW("USB-MSOS-008.device") {
        again = dut_control(c, FROM_DEVICE, code, 0, PROPERTIES, 4095, other);
        CHECK_BYTES(other, again > 0 ? (size_t)again : 0, bytes, (size_t)count);
    }
    ROW("USB-MSOS-008.head") {
        CHECK_EQ(get_le32(bytes), count);
        CHECK_EQ(get_le16(bytes + 4), 0x0100);
        CHECK_EQ(get_le16(bytes + 6), PROPERTIES);
    }
    ROW("USB-MSOS-008.count")
        REQUIRE_EQ(msos_read_properties(bytes, (size_t)count, &msos), 0);
    ROW("USB-MSOS-008.values")
        CHECK(msos_misfit(&msos) == NULL);
}

/* One custom property section, found by its name. */
struct property {
    uint32_t type, size;
    uint16_t name_length;
    uint32_t data_length;
    const uint8_t *data;
};

/* With its terminator, or without one where that is what its length says. */
static bool same_name(const uint8_t *utf16, size_t room, size_t said, const char *name)
{
    size_t units = strlen(name) + (said / 2 != strlen(name));

    for (size_t i = 0; i < units; i++) {
        if (2 * i + 2 > room || get_le16(utf16 + 2 * i) != (uint8_t)name[i])
            return false;
    }
    return true;
}

/* Data that do not fit their section have no length. */
static bool find_property(struct conf *c, uint8_t *bytes, size_t room, const char *name,
                          struct property *ret)
{
    int count = dut_control(c, FROM_INTERFACE, must_have_code(c), of_function(c), PROPERTIES,
                            (uint16_t)room, bytes);
    uint32_t size;

    for (int at = 10; count >= 10 && at + 14 <= count; at += (int)size) {
        const uint8_t *one = bytes + at;
        uint16_t name_length = get_le16(one + 8);

        size = get_le32(one);
        if (size < 14 || size > (uint32_t)(count - at))
            return false;
        if (!same_name(one + 10, size - 10, name_length, name))
            continue;
        *ret =
            (struct property){.type = get_le32(one + 4), .size = size, .name_length = name_length};
        if (name_length > size - 14)
            return true;
        ret->data = one + 14 + name_length;
        ret->data_length = get_le32(ret->data - 4);
        if (ret->data_length > size - 14 - name_length)
            ret->data_length = 0;
        return true;
    }
    return false;
}

/* A braced GUID of 38 UTF-16 units. */
static bool braced_guid(const uint8_t *utf16, char text[39])
{
    static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    for (size_t i = 0; i < 38; i++) {
        unsigned unit = get_le16(utf16 + 2 * i);

        if (unit > 0x7f || (shape[i] == 'x' ? !isxdigit((int)unit) : unit != (uint8_t)shape[i]))
            return false;
        text[i] = (char)toupper((int)unit);
    }
    text[38] = 0;
    return true;
}

/* automatic-installation-of-winusb, Registering a device interface GUID: lengths in bytes, with
 * the terminators. */
CONF_CASE(USB_MSOS_BV_09, .title = "DeviceInterfaceGUID is a REG_SZ of 78 bytes under a name of 40",
          .reqs = REQS("USB-MSOS-009"), .ics = "MSOS.10 && USB.PERSONA.WINUSB",
          .player = "pap-winusb-single", .steps = "Find the property; type, lengths, terminators")
{
    uint8_t bytes[4096] = {0};
    struct property property;
    char guid[39];

    if (find_property(c, bytes, 4095, "DeviceInterfaceGUIDs", &property))
        conf_inconclusive(c, "the device uses the plural form, which is USB-MSOS-010");
    ROW("USB-MSOS-009.there")
        REQUIRE(find_property(c, bytes, 4095, "DeviceInterfaceGUID", &property));
    ROW("USB-MSOS-009.type")
        CHECK_EQ(property.type, 1);
    ROW("USB-MSOS-009.name")
        CHECK_EQ(property.name_length, 40);
    ROW("USB-MSOS-009.length") {
        REQUIRE_EQ(property.data_length, 78);
        CHECK_EQ(property.size, 14 + 40 + 78);
    }
    ROW("USB-MSOS-009.guid")
        CHECK(braced_guid(property.data, guid));
    ROW("USB-MSOS-009.terminator")
        CHECK_EQ(get_le16(property.data + 76), 0);
}

CONF_CASE(USB_MSOS_BV_10,
          .title = "DeviceInterfaceGUIDs is a REG_MULTI_SZ of 80 bytes under a name of 42",
          .level = CONF_MAY, .reqs = REQS("USB-MSOS-010"), .ics = "MSOS.10 && USB.PERSONA.WINUSB",
          .player = "pap-winusb", .steps = "Find the property; type, lengths, double terminator")
{
    uint8_t bytes[4096] = {0};
    struct property property;
    char guid[39];

    if (!find_property(c, bytes, 4095, "DeviceInterfaceGUIDs", &property))
        conf_inconclusive(c, "no property DeviceInterfaceGUIDs");
    ROW("USB-MSOS-010.type")
        CHECK_EQ(property.type, 7);
    ROW("USB-MSOS-010.name")
        CHECK_EQ(property.name_length, 42);
    ROW("USB-MSOS-010.length") {
        REQUIRE_EQ(property.data_length, 80);
        CHECK_EQ(property.size, 14 + 42 + 80);
    }
    ROW("USB-MSOS-010.guid")
        CHECK(braced_guid(property.data, guid));
    ROW("USB-MSOS-010.terminators")
        CHECK_EQ(get_le32(property.data + 76), 0);
}

CONF_CASE(USB_MSOS_BV_12, .title = "The interface GUID is the portable audio player's",
          .reqs = REQS("USB-MSOS-012"), .ics = "MSOS.10 && USB.PERSONA.WINUSB",
          .player = "pap-winusb", .steps = "Compare the GUID without case")
{
    uint8_t bytes[4096] = {0};
    struct property property;
    char guid[39] = "";

    ROW("USB-MSOS-012.version-1") {
        REQUIRE(find_property(c, bytes, 4095, "DeviceInterfaceGUIDs", &property) ||
                find_property(c, bytes, 4095, "DeviceInterfaceGUID", &property));
        REQUIRE(property.data_length >= 76 && braced_guid(property.data, guid));
        conf_note(c, "%s", guid);
        CHECK(conf_same_text(c, guid, "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"));
    }
}

/* A device matched by its own INF must not leave the choice of driver to the rank. */
CONF_CASE(USB_MSOS_BV_14, .title = "A device with an INF of its own does not report WINUSB too",
          .level = CONF_SHOULD, .reqs = REQS("USB-MSOS-014"), .ics = "USB.PERSONA.INF",
          .player = "pap-inf",
          .steps = "The 1.0 descriptors, if any, do not give the compatible id WINUSB")
{
    int code = vendor_code(c);
    uint8_t bytes[64] = {0};

    ROW("USB-MSOS-014.version-1")
        CHECK(code < 0 ||
              dut_control(c, FROM_DEVICE, (uint8_t)code, 0, COMPAT_ID, 40, bytes) < 26 ||
              memcmp(bytes + 18, "WINUSB", 6) != 0);
}
