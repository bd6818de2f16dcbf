/* Descriptors byte by byte, by hand from USB 2.0, 9.6 (tables 9-8 to 9-16) and USB 3.2, 9.6. */
#include "simulator/tests/rig.h"

#include <stdio.h>

static void expect_descriptor(struct rig *rig, uint16_t value, const char *hex)
{
    long length = rig_ask(rig, 0x80, 6, value, value >> 8 == 3 && value & 0xff ? 0x0409 : 0, 255);
    char text[1024];

    cr_assert_gt(length, 0, "descriptor %04x: %ld", value, length);
    for (long i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", rig->data[0][i]);
    cr_expect_str_eq(text, hex);
}

Test(descriptors, device)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0100,
                      "12010002" /* bcdUSB 2.00 */
                      "00000040" /* class by interface, 64 bytes a packet */
                      "0912544d" /* idVendor, idProduct */
                      "0201"     /* bcdDevice */
                      "000203"   /* no manufacturer, product, serial */
                      "01");
    rig_free(rig);
}

Test(descriptors, configuration_of_a_high_speed_device)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0200,
                      "0902300001010080fa" /* 48 bytes, one interface number, value 1, 500 mA */
                      "0904000003060101"
                      "00"
                      "07058102000200" /* bulk IN, 512 */
                      "07050202000200"
                      "07058303"
                      "1c0006" /* interrupt, 28, 2^5 microframes: 4 ms */
                      "0904000100060101"
                      "00");
    rig_free(rig);
}

Test(descriptors, the_same_at_full_speed)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0700,
                      "0907300001010080fa"
                      "0904000003060101"
                      "00"
                      "07058102400000" /* 64 */
                      "07050202400000"
                      "070583031c000a" /* 10 frames */
                      "0904000100060101"
                      "00");
    rig_free(rig);
}

Test(descriptors, qualifier)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0600, "0a060002000000400100");
    rig_free(rig);
}

Test(descriptors, a_full_speed_device_has_no_other_speed)
{
    struct rig *rig = rig_unplugged();

    rig->identity.speed = USB_SPEED_FULL;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0600, 0, 10), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0700, 0, 9), -EPIPE);
    rig_free(rig);
}

Test(descriptors, a_device_of_a_class_and_a_version_of_its_own)
{
    struct rig *rig = rig_unplugged();

    rig->identity.version = 0x0201;
    rig->identity.class_code = 0xef;
    rig->identity.subclass = 2;
    rig->identity.protocol = 1;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    expect_descriptor(rig, 0x0100,
                      "12010102"
                      "ef020140"
                      "0912544d0201"
                      "000203"
                      "01");
    expect_descriptor(rig, 0x0600, "0a060102ef0201400100"); /* the same at the other speed */
    expect_descriptor(rig, 0x0f00,                          /* a host asks for it from 2.01 on */
                      "050f0c0001"
                      "07100200000000");
    rig_free(rig);
}

Test(descriptors, an_old_device_of_full_speed)
{
    struct rig *rig = rig_unplugged();

    rig->identity.speed = USB_SPEED_FULL;
    rig->identity.version = 0x0110;
    rig->identity.control_packet_size = 16;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    expect_descriptor(rig, 0x0100,
                      "12011001"
                      "00000010"
                      "0912544d0201"
                      "000203"
                      "01");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0600, 0, 10), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0700, 0, 9), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0f00, 0, 255), -EPIPE);
    rig_free(rig);
}

Test(descriptors, a_configuration_with_a_value_and_a_name)
{
    struct rig *rig = rig_unplugged();

    rig->identity.configuration_value = 3;
    rig->identity.configuration_name = (char *)(uintptr_t) "C";
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_gt(rig_ask(rig, 0x80, 6, 0x0200, 0, 255), 9);
    cr_expect_eq(rig->data[0][5], 3);
    cr_expect_eq(rig->data[0][6], 6, "behind the names of two settings");
    expect_descriptor(rig, 0x0306, "04034300");
    cr_expect_eq(rig_ask(rig, 0x00, 9, 1, 0, 0), -EPIPE, "SET_CONFIGURATION 1");
    cr_expect_eq(rig_ask(rig, 0x00, 9, 3, 0, 0), 0);
    cr_expect_eq(rig_ask(rig, 0x80, 8, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 3, "GET_CONFIGURATION");
    rig_free(rig);
}

Test(descriptors, super_speed_has_companions_and_its_own_units)
{
    struct rig *rig = rig_unplugged();

    rig->identity.speed = USB_SPEED_SUPER;
    rig->endpoints[0].burst = 3;
    rig->interfaces[0].endpoint_count = 1;
    rig->identity.interface_count = 1;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    expect_descriptor(rig, 0x0200,
                      "09021f0001010080"
                      "3e" /* 496 mA in steps of 8 */
                      "0904000001060101"
                      "00"
                      "07058102000400" /* 1024 */
                      "063003000000");
    expect_descriptor(rig, 0x0100,
                      "12012003"
                      "00000009" /* 2^9 */
                      "0912544d0201"
                      "000203"
                      "01");
    rig_free(rig);
}

Test(descriptors, bos_of_a_super_speed_device)
{
    struct rig *rig = rig_unplugged();

    rig->identity.speed = USB_SPEED_SUPER;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    expect_descriptor(rig, 0x0f00,
                      "050f160002"
                      "07100202000000"
                      "0a1003000e00010aff07");
    rig_free(rig);
}

Test(descriptors, without_capabilities_there_is_no_bos)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0f00, 0, 255), -EPIPE);
    rig_free(rig);
}

Test(descriptors, languages)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0300, "04030904");
    rig_free(rig);
}

Test(descriptors, strings_are_utf16_without_terminator)
{
    struct rig *rig = rig_new();

    expect_descriptor(rig, 0x0302, "08035000e4007000"); /* Päp */
    expect_descriptor(rig, 0x0303, "0a033000410031004200");
    rig_free(rig);
}

Test(descriptors, a_point_beyond_the_basic_plane_is_a_pair)
{
    struct rig *rig = rig_unplugged();

    rig->identity.product = (char *)(uintptr_t) "\xf0\x9f\x8e\xb5"; /* U+1F3B5 */
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    expect_descriptor(rig, 0x0302, "06033cd8b5df");
    rig_free(rig);
}

Test(descriptors, broken_utf8_becomes_replacement_characters)
{
    struct rig *rig = rig_unplugged();

    rig->identity.product = (char *)(uintptr_t) "\xc0\x80"     /* overlong */
                                                "\xed\xa0\x80" /* a surrogate */
                                                "\xe2\x82" /* cut short */;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    rig_ask(rig, 0x80, 6, 0x0302, 0x0409, 255);
    cr_expect_eq(rig->data[0][2], 0xfd);
    cr_expect_eq(rig->data[0][3], 0xff);
    cr_expect_eq(rig->data[0][0] % 2, 0);
    rig_free(rig);
}

Test(descriptors, a_long_string_is_cut_at_a_whole_unit)
{
    struct rig *rig = rig_unplugged();
    char text[400];

    memset(text, 'a', sizeof(text));
    memcpy(text + 125, "\xf0\x9f\x8e\xb5", 4); /* would be units 126 and 127 */
    text[sizeof(text) - 1] = '\0';
    rig->identity.product = text;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0302, 0x0409, 255), 2 + 2 * 125);
    cr_expect_eq(rig->data[0][0], 2 + 2 * 125);
    rig_free(rig);
}

Test(descriptors, absent_ones_stall)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0301, 0x0409, 255), -EPIPE, "no manufacturer");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x03c8, 0x0409, 255), -EPIPE, "string 200");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x03ee, 0, 255), -EPIPE, "no OS string");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0201, 0, 255), -EPIPE, "a second configuration");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0101, 0, 255), -EPIPE, "a second device");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x7f00, 0, 255), -EPIPE, "an unknown type");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0400, 0, 255), -EPIPE, "interfaces are not read alone");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0100, 0, 255), 18, "and endpoint 0 goes on");
    rig_free(rig);
}

Test(descriptors, a_foreign_language_gets_the_one_there_is)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0303, 0x0407, 255), 10);
    cr_expect_eq(rig->data[0][2], '0');
    rig_free(rig);
}
