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

    ROW("USB-MSOS-001") {
        REQUIRE_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, bytes), 18);
        CHECK_BYTES(bytes, 16, signature, 16);
        CHECK_EQ(bytes[17], 0);
        CHECK_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0x0409, 255, other), 18);
        CHECK_BYTES(other, 18, bytes, 18);
    }
}

CONF_CASE(USB_MSOS_BI_02, .title = "A device without OS descriptors stalls string 0xEE",
          .reqs = REQS("USB-MSOS-002"), .ics = "!MSOS.10", .player = "pap-inf",
          .steps = "Read string 0xEE: stall; then descriptors as usual")
{
    uint8_t bytes[255];

    ROW("USB-MSOS-002") {
        CHECK_EQ(dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, bytes), -EPIPE);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
    }
}

/* microsoft-os-1-0-descriptors-specification: header 16 bytes, 24 a function. */
CONF_CASE(USB_MSOS_BV_04, .title = "The compat id set's header counts itself and its functions",
          .reqs = REQS("USB-MSOS-004"), .ics = "MSOS.10", .player = "mtp",
          .steps = "Request 0xC0, vendor code, wIndex 4; dwLength, version, index, count")
{
    uint8_t code = must_have_code(c), bytes[1024] = {0};
    int count = dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, sizeof(bytes), bytes);

    ROW("USB-MSOS-004") {
        REQUIRE(count >= 40);
        CHECK_EQ(get_le32(bytes), count);
        CHECK_EQ(get_le16(bytes + 4), 0x0100);
        CHECK_EQ(get_le16(bytes + 6), COMPAT_ID);
        CHECK_EQ(16 + 24 * bytes[8], count);
        CHECK_BYTES(bytes + 9, 7, "\0\0\0\0\0\0\0", 7);
    }
}

CONF_CASE(USB_MSOS_BV_05, .title = "The function section names MTP, zero-filled",
          .reqs = REQS("USB-MSOS-005"), .ics = "MSOS.10 && USB.PERSONA.MTP", .player = "mtp",
          .steps = "Compare the 24 bytes of the function section")
{
    uint8_t code = must_have_code(c), bytes[64] = {0}, expected[24] = {0, 1, 'M', 'T', 'P'};
    struct desc_pipes pipes;
    size_t length;
    const uint8_t *config = tp_config_descriptor(conf_transport(c), &length);

    if (!desc_find_pipes(config, length, &pipes))
        conf_refused(c, "bulk pipes", "no interface has bulk pipes");
    expected[0] = pipes.interface_number;
    ROW("USB-MSOS-005") {
        REQUIRE(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 40, bytes) == 40);
        CHECK_BYTES(bytes + 16, 24, expected, 24);
    }
}

CONF_CASE(
    USB_MSOS_BV_06, .title = "OS feature requests honour wLength", .reqs = REQS("USB-MSOS-006"),
    .ics = "MSOS.10", .player = "pap-winusb",
    .steps = "wLength 16, the length, 255 for the compat id; 10, the length, 4095 for properties")
{
    uint8_t code = must_have_code(c), whole[4096] = {0}, part[4096] = {0};
    int count = dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 255, whole);

    ROW("USB-MSOS-006") {
        REQUIRE(count >= 40);
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 16, part), 16);
        CHECK_BYTES(part, 16, whole, 16);
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, (uint16_t)count, part), count);
        count = dut_control(c, FROM_INTERFACE, code, 0, PROPERTIES, 4095, whole);
        if (count < 10)
            return;
        CHECK_EQ(get_le32(whole), count);
        CHECK_EQ(dut_control(c, FROM_INTERFACE, code, 0, PROPERTIES, 10, part), 10);
        CHECK_BYTES(part, 10, whole, 10);
    }
}

CONF_CASE(USB_MSOS_BI_07, .title = "Another vendor request or index stalls",
          .reqs = REQS("USB-MSOS-007"), .ics = "MSOS.10", .player = "mtp",
          .steps = "wIndex 6 with the vendor code; the vendor code plus 1 with wIndex 4")
{
    uint8_t code = must_have_code(c), bytes[64];

    ROW("USB-MSOS-007") {
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, 6, 40, bytes), -EPIPE);
        CHECK_EQ(dut_control(c, FROM_DEVICE, (uint8_t)(code + 1), 0, COMPAT_ID, 40, bytes), -EPIPE);
        CHECK_EQ(dut_control(c, FROM_DEVICE, code, 0, COMPAT_ID, 16, bytes), 16);
    }
}

/* Windows asks the interface, libmtp the device. */
CONF_CASE(USB_MSOS_BV_08, .title = "Extended properties answer interface and device as recipient",
          .reqs = REQS("USB-MSOS-008"), .ics = "MSOS.10", .player = "pap-winusb",
          .steps = "wIndex 5 with 0xC1 and 0xC0; dwLength, version, index, and each property")
{
    uint8_t code = must_have_code(c), bytes[4096] = {0};
    static const uint8_t types[] = {FROM_INTERFACE, FROM_DEVICE};
    static struct msos msos;

    ROW("USB-MSOS-008") {
        for (size_t i = 0; i < 2; i++) {
            int count = dut_control(c, types[i], code, 0, PROPERTIES, 4095, bytes);

            REQUIRE(count >= 10);
            CHECK_EQ(get_le32(bytes), count);
            CHECK_EQ(get_le16(bytes + 4), 0x0100);
            CHECK_EQ(get_le16(bytes + 6), PROPERTIES);
            if (CHECK_EQ(msos_read_properties(bytes, (size_t)count, &msos), 0))
                CHECK(msos_misfit(&msos) == NULL);
        }
    }
}

/* One custom property section, found by its name. */
struct property {
    uint32_t type, size;
    uint16_t name_length;
    uint32_t data_length;
    const uint8_t *data;
};

static bool same_name(const uint8_t *utf16, size_t length, const char *name)
{
    for (size_t i = 0; i < length / 2; i++) {
        if (get_le16(utf16 + 2 * i) != (uint8_t)name[i])
            return false;
        if (name[i] == 0)
            return true;
    }
    return name[length / 2] == 0;
}

static bool find_property(struct conf *c, uint8_t *bytes, size_t room, const char *name,
                          struct property *ret)
{
    int count =
        dut_control(c, FROM_INTERFACE, must_have_code(c), 0, PROPERTIES, (uint16_t)room, bytes);

    for (int at = 10; count >= 10 && at + 10 <= count;) {
        uint32_t size = get_le32(bytes + at), left = (uint32_t)(count - at);
        uint16_t name_length = get_le16(bytes + at + 8);

        if (size < 14 || size > left || name_length > size - 14)
            return false;
        if (same_name(bytes + at + 10, name_length, name)) {
            *ret = (struct property){get_le32(bytes + at + 4), size, name_length,
                                     get_le32(bytes + at + 10 + name_length),
                                     bytes + at + 14 + name_length};
            return ret->data_length <= size - 14 - name_length;
        }
        at += (int)size;
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
    ROW("USB-MSOS-009") {
        REQUIRE(find_property(c, bytes, 4095, "DeviceInterfaceGUID", &property));
        CHECK_EQ(property.type, 1);
        CHECK_EQ(property.name_length, 40);
        REQUIRE_EQ(property.data_length, 78);
        CHECK_EQ(property.size, 14 + 40 + 78);
        CHECK(braced_guid(property.data, guid));
        CHECK_EQ(get_le16(property.data + 76), 0);
    }
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
    ROW("USB-MSOS-010") {
        CHECK_EQ(property.type, 7);
        CHECK_EQ(property.name_length, 42);
        REQUIRE_EQ(property.data_length, 80);
        CHECK_EQ(property.size, 14 + 42 + 80);
        CHECK(braced_guid(property.data, guid));
        CHECK_EQ(get_le32(property.data + 76), 0);
    }
}

CONF_CASE(USB_MSOS_BV_12, .title = "The interface GUID is the portable audio player's",
          .reqs = REQS("USB-MSOS-012"), .ics = "MSOS.10 && USB.PERSONA.WINUSB",
          .player = "pap-winusb", .steps = "Compare the GUID without case")
{
    uint8_t bytes[4096] = {0};
    struct property property;
    char guid[39] = "";

    ROW("USB-MSOS-012") {
        REQUIRE(find_property(c, bytes, 4095, "DeviceInterfaceGUIDs", &property) ||
                find_property(c, bytes, 4095, "DeviceInterfaceGUID", &property));
        REQUIRE(property.data_length >= 76 && braced_guid(property.data, guid));
        conf_note(c, "%s", guid);
        CHECK(strcmp(guid, "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}") == 0);
    }
}

/* A device matched by its own INF must not leave the choice of driver to the rank. */
CONF_CASE(USB_MSOS_BV_14, .title = "A device with an INF of its own does not report WINUSB too",
          .level = CONF_SHOULD, .reqs = REQS("USB-MSOS-014"), .ics = "USB.PERSONA.INF",
          .player = "pap-inf", .steps = "Neither descriptor set gives the compatible id WINUSB")
{
    int code = vendor_code(c);
    uint8_t bytes[64] = {0};

    ROW("USB-MSOS-014")
        CHECK(code < 0 ||
              dut_control(c, FROM_DEVICE, (uint8_t)code, 0, COMPAT_ID, 40, bytes) < 26 ||
              memcmp(bytes + 18, "WINUSB", 6) != 0);
}
