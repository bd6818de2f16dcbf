/* Microsoft OS descriptors by hand: "Microsoft OS 1.0 Descriptors Specification" (string 0xEE,
 * indexes 4 and 5) and "Microsoft OS 2.0 Descriptors Specification" (platform capability, index 7).
 */
#include "simulator/tests/rig.h"

#include <stdio.h>

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static struct rig *rig_with(bool version_1, bool version_2)
{
    struct rig *rig = rig_unplugged();

    rig->identity.ms_os_10 = version_1;
    rig->identity.ms_os_20 = version_2;
    rig->identity.ms_vendor_code = 0x21;
    rig->identity.ms_compatible_id = TEXT("MTP");
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    return rig;
}

static void expect_answer(const struct rig *rig, long length, const char *hex)
{
    char text[4097];

    cr_assert_gt(length, 0, "%ld", length);
    for (long i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", rig->data[0][i]);
    cr_expect_str_eq(text, hex);
}

Test(msos, the_string_carries_signature_and_vendor_code)
{
    struct rig *rig = rig_with(true, false);
    const char *const bytes = "12034d005300460054003100300030002100";

    expect_answer(rig, rig_ask(rig, 0x80, 6, 0x03ee, 0, 18), bytes);
    expect_answer(rig, rig_ask(rig, 0x80, 6, 0x03ee, 0x0409, 255), bytes);
    rig_free(rig);
}

Test(msos, the_compatible_id_has_40_bytes)
{
    struct rig *rig = rig_with(true, false);

    expect_answer(rig, rig_ask(rig, 0xc0, 0x21, 0, 4, 255),
                  "28000000"
                  "0001"
                  "0400"
                  "01"
                  "00000000000000"
                  "00"
                  "01"
                  "4d54500000000000"
                  "0000000000000000"
                  "000000000000");
    rig_free(rig);
}

Test(msos, the_compatible_id_honours_the_length)
{
    struct rig *rig = rig_with(true, false);

    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 4, 16), 16);
    cr_expect_eq(rig_ask(rig, 0xc1, 0x21, 0, 4, 40), 40, "interface recipient");
    rig_free(rig);
}

Test(msos, no_properties_are_a_header_alone)
{
    struct rig *rig = rig_with(true, false);

    expect_answer(rig, rig_ask(rig, 0xc1, 0x21, 0, 5, 255), "0a000000000105000000");
    rig_free(rig);
}

/* Property section: 14 + name + data bytes; name and text count their terminators. */
Test(msos, properties_of_each_type)
{
    static char *many[] = {TEXT("x"), TEXT("yz")};
    static char *one[] = {TEXT("v")};
    struct usb_ms_property properties[] = {
        {.type = 1, .name = TEXT("A"), .text = one, .text_count = 1},
        {.type = 4, .name = TEXT("B"), .number = 0x01020304},
        {.type = 7, .name = TEXT("C"), .text = many, .text_count = 2},
    };
    struct rig *rig = rig_with(true, false);

    rig->identity.ms_properties = properties;
    rig->identity.ms_property_count = 3;
    expect_answer(rig, rig_ask(rig, 0xc1, 0x21, 0, 5, 255),
                  "54000000"
                  "0001"
                  "0500"
                  "0300"
                  "16000000"
                  "01000000"
                  "0400"
                  "41000000"
                  "04000000"
                  "76000000"
                  "16000000"
                  "04000000"
                  "0400"
                  "42000000"
                  "04000000"
                  "04030201"
                  "1e000000" /* 30 */
                  "07000000"
                  "0400"
                  "43000000"
                  "0c000000"
                  "78000000"
                  "79007a000000"
                  "0000");
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 5, 10), 10, "device recipient, header alone");
    rig_free(rig);
}

Test(msos, the_interface_guid_has_the_documented_lengths)
{
    static char *guid[] = {TEXT("{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}")};
    struct usb_ms_property property = {
        .type = 1, .name = TEXT("DeviceInterfaceGUID"), .text = guid, .text_count = 1};
    struct rig *rig = rig_with(true, false);

    rig->identity.ms_properties = &property;
    rig->identity.ms_property_count = 1;
    cr_expect_eq(rig_ask(rig, 0xc1, 0x21, 0, 5, 4096), 142);
    cr_expect_eq(rig->data[0][10], 132, "section");
    cr_expect_eq(rig->data[0][18], 40, "name");
    cr_expect_eq(rig->data[0][60], 78, "data");
    rig_free(rig);
}

Test(msos, the_bos_announces_the_set)
{
    struct rig *rig = rig_with(false, true);

    expect_answer(rig, rig_ask(rig, 0x80, 6, 0x0f00, 0, 255),
                  "050f280002"
                  "07100200000000"
                  "1c100500"
                  "df60ddd88945c74c9cd2659d9e648a9f"
                  "00000306"
                  "1e00" /* 10 + 20 */
                  "2100");
    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x0100, 0, 18), 18);
    cr_expect_eq(rig->data[0][2], 0x10, "bcdUSB 2.10, else nobody asks for a BOS");
    rig_free(rig);
}

Test(msos, the_set_of_one_function_has_no_subsets)
{
    struct rig *rig = rig_with(false, true);

    expect_answer(rig, rig_ask(rig, 0xc0, 0x21, 0, 7, 4096),
                  "0a000000"
                  "00000306"
                  "1e00"
                  "14000300"
                  "4d54500000000000"
                  "0000000000000000");
    rig_free(rig);
}

/* DeviceInterfaceGUIDs as REG_MULTI_SZ: name 42, data 80, whole 10 + 42 + 80 = 132. */
Test(msos, a_registry_property_counts_its_length_fields)
{
    static char *guid[] = {TEXT("{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}")};
    struct usb_ms_property property = {
        .type = 7, .name = TEXT("DeviceInterfaceGUIDs"), .text = guid, .text_count = 1};
    struct rig *rig = rig_with(false, true);

    rig->identity.ms_properties = &property;
    rig->identity.ms_property_count = 1;
    cr_assert_eq(rig_ask(rig, 0xc0, 0x21, 0, 7, 4096), 10 + 20 + 132);
    cr_expect_eq(rig->data[0][8], 162);
    cr_expect_eq(rig->data[0][30], 132);
    cr_expect_eq(rig->data[0][32], 4);
    cr_expect_eq(rig->data[0][34], 7);
    cr_expect_eq(rig->data[0][36], 42);
    cr_expect_eq(rig->data[0][80], 80);
    rig_free(rig);
}

Test(msos, a_composite_device_needs_subsets)
{
    struct rig *one = rig_with(false, true);

    one->interfaces[1].number = 1;
    one->interfaces[1].alternate = 0;
    expect_answer(one, rig_ask(one, 0xc0, 0x21, 0, 7, 4096),
                  "0a000000"
                  "00000306"
                  "2e00"
                  "0800010000002400"
                  "0800020000001c00"
                  "14000300"
                  "4d54500000000000"
                  "0000000000000000");
    rig_free(one);
}

Test(msos, other_vendor_requests_stall)
{
    struct rig *rig = rig_with(true, true);

    cr_expect_eq(rig_ask(rig, 0xc0, 0x22, 0, 4, 255), -EPIPE, "another code");
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 6, 255), -EPIPE, "another index");
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 1, 7, 255), -EPIPE, "another value");
    cr_expect_eq(rig_ask(rig, 0x40, 0x21, 0, 8, 0), -EPIPE, "alternate enumeration");
    cr_expect_eq(rig_ask(rig, 0xc2, 0x21, 0, 4, 255), -EPIPE, "endpoint recipient");
    rig_free(rig);
}

Test(msos, a_device_without_them_stalls_all)
{
    struct rig *rig = rig_with(false, false);

    cr_expect_eq(rig_ask(rig, 0x80, 6, 0x03ee, 0, 18), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 4, 255), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 5, 255), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0xc0, 0x21, 0, 7, 255), -EPIPE);
    rig_free(rig);
}
