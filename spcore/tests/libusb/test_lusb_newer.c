/* Descriptors that libusb reads since 1.0.27, and that no player has: by hand. What a player has is
 * conformance/orchestrate/programs/newer.c's. */
#include <criterion/criterion.h>

#include "spcore/libusb/lusb.h"

/* ---- interface associations (USB 3.2, 9.6.4) */

static const uint8_t composite[] = {
    9, 2,  50, 0, 3, 1, 0, 0x80, 50, /* configuration */
    8, 11, 0,  2, 1, 1, 0, 4,        /* interfaces 0 and 1 are one audio function */
    9, 4,  0,  0, 0, 1, 1, 0,    0,  /* interface 0 */
    9, 4,  1,  0, 0, 1, 2, 0,    0,  /* interface 1 */
    8, 11, 2,  1, 3, 0, 0, 5,        /* interface 2 alone */
    7, 11, 2,  1, 3, 0, 0,           /* too short to be one */
};

Test(lusb_newer, associations_are_those_of_the_configuration)
{
    struct libusb_interface_association_descriptor_array *array;

    cr_assert_eq(lusb_parse_associations(composite, sizeof(composite), &array), 0);
    cr_assert_eq(array->length, 2);
    cr_expect_eq(array->iad[0].bFirstInterface, 0);
    cr_expect_eq(array->iad[0].bInterfaceCount, 2);
    cr_expect_eq(array->iad[0].bFunctionClass, 1);
    cr_expect_eq(array->iad[0].iFunction, 4);
    cr_expect_eq(array->iad[1].bFirstInterface, 2);
    cr_expect_eq(array->iad[1].iFunction, 5);
    libusb_free_interface_association_descriptors(array);
    libusb_free_interface_association_descriptors(NULL);
}

Test(lusb_newer, a_configuration_that_is_cut_off_has_no_associations)
{
    struct libusb_interface_association_descriptor_array *array = NULL;

    cr_expect_eq(lusb_parse_associations(composite, sizeof(composite) - 1, &array),
                 LIBUSB_ERROR_IO);
    cr_expect_eq(lusb_parse_associations((const uint8_t[]){9, 2, 1, 2}, 4, &array),
                 LIBUSB_ERROR_IO);
    cr_expect_null(array);
}

/* ---- capabilities (USB 3.2, 9.6.2) */

/* Two sublinks of 10 Gbit/s, receiving and transmitting. */
static const uint8_t plus[] = {
    5,    15,   25, 0, 1, /* store */
    20,   16,   10, 0,    /* SuperSpeedPlus */
    0x11, 0,    0,  0,    /* two attributes, two ids */
    0x01, 0x21,           /* id 1, one lane in, two out */
    0,    0,              /* reserved */
    0x31, 0x40, 10, 0,    /* id 1, Gbit/s, symmetric, receives, SuperSpeedPlus, 10 */
    0xf2, 0x00, 10, 0,    /* id 2, Gbit/s, asymmetric, transmits, SuperSpeed, 10 */
};

static struct libusb_bos_descriptor *store_of(const uint8_t *raw, size_t length)
{
    struct libusb_bos_descriptor *bos = NULL;

    cr_assert_eq(lusb_parse_bos(raw, length, &bos), 0);
    cr_assert_eq(bos->bNumDeviceCaps, 1);
    return bos;
}

Test(lusb_newer, super_speed_plus_has_its_sublinks)
{
    struct libusb_ssplus_usb_device_capability_descriptor *found;
    struct libusb_bos_descriptor *bos = store_of(plus, sizeof(plus));

    cr_assert_eq(
        libusb_get_ssplus_usb_device_capability_descriptor(NULL, bos->dev_capability[0], &found),
        0);
    cr_expect_eq(found->numSublinkSpeedAttributes, 2);
    cr_expect_eq(found->numSublinkSpeedIDs, 2);
    cr_expect_eq(found->ssid, 1);
    cr_expect_eq(found->minRxLaneCount, 1);
    cr_expect_eq(found->minTxLaneCount, 2);
    cr_expect_eq(found->sublinkSpeedAttributes[0].exponent, LIBUSB_SSPLUS_ATTR_EXP_GBS);
    cr_expect_eq(found->sublinkSpeedAttributes[0].protocol, LIBUSB_SSPLUS_ATTR_PROT_SSPLUS);
    cr_expect_eq(found->sublinkSpeedAttributes[0].mantissa, 10);
    cr_expect_eq(found->sublinkSpeedAttributes[1].ssid, 2);
    cr_expect_eq(found->sublinkSpeedAttributes[1].type, LIBUSB_SSPLUS_ATTR_TYPE_ASYM);
    cr_expect_eq(found->sublinkSpeedAttributes[1].direction, LIBUSB_SSPLUS_ATTR_DIR_TX);
    libusb_free_ssplus_usb_device_capability_descriptor(found);
    libusb_free_bos_descriptor(bos);
}

Test(lusb_newer, a_capability_of_another_kind_or_too_short_is_refused)
{
    struct libusb_ssplus_usb_device_capability_descriptor *found = NULL;
    struct libusb_platform_descriptor *platform = NULL;
    struct libusb_bos_descriptor *bos = store_of(plus, sizeof(plus));
    struct libusb_bos_dev_capability_descriptor *capability = bos->dev_capability[0];

    cr_expect_eq(libusb_get_platform_descriptor(NULL, capability, &platform),
                 LIBUSB_ERROR_INVALID_PARAM);
    capability->bLength = 19; /* one sublink and a piece of the next */
    cr_expect_eq(libusb_get_ssplus_usb_device_capability_descriptor(NULL, capability, &found),
                 LIBUSB_ERROR_IO);
    capability->bDevCapabilityType = LIBUSB_BT_PLATFORM_DESCRIPTOR;
    cr_expect_eq(libusb_get_platform_descriptor(NULL, capability, &platform), LIBUSB_ERROR_IO);
    cr_expect_eq(libusb_get_ssplus_usb_device_capability_descriptor(NULL, capability, &found),
                 LIBUSB_ERROR_INVALID_PARAM);
    libusb_free_bos_descriptor(bos);
}
