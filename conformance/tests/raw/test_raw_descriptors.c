/* The lint reports each fault it is there for, and none in a sound set. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"

static const uint8_t device[18] = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 1, 0, 0, 1, 1, 2, 3, 1};
static const uint8_t config[39] = {
    9, 2, 39,   0, 1,  1, 0, 0x80, 50, /* configuration */
    9, 4, 0,    0, 3,  6, 1, 1,    0,  /* interface */
    7, 5, 0x81, 2, 0,  2, 0,           /* bulk IN */
    7, 5, 0x01, 2, 0,  2, 0,           /* bulk OUT */
    7, 5, 0x82, 3, 28, 0, 6,           /* interrupt IN */
};

struct seen {
    const char *row;
    unsigned count;
};

static void on_fault(void *context, const char *row, const char *text)
{
    struct seen *seen = context;

    (void)text;
    if (!seen->row || strcmp(seen->row, row) == 0)
        seen->count++;
}

/* Faults of that row (NULL: of any) with one byte of the configuration changed. */
static unsigned faults(const char *row, size_t at, uint8_t value)
{
    uint8_t bytes[sizeof(config)];
    struct seen seen = {row, 0};

    memcpy(bytes, config, sizeof(config));
    bytes[at] = value;
    desc_lint(device, bytes, sizeof(bytes), DESC_HIGH, on_fault, &seen);
    return seen.count;
}

Test(descriptors, a_sound_set_has_no_fault)
{
    cr_assert_eq(faults(NULL, 0, config[0]), 0);
}

Test(descriptors, a_wrong_total_length_is_reported)
{
    cr_assert_eq(faults("USB-CH9-002.total", 2, 40), 1);
}

Test(descriptors, a_descriptor_beyond_the_end_is_reported)
{
    cr_assert_geq(faults("USB-CH9-002.walk", 32, 9), 1);
}

Test(descriptors, a_length_of_zero_ends_the_walk)
{
    cr_assert_geq(faults("USB-CH9-002.walk", 18, 0), 1);
}

Test(descriptors, a_configuration_value_of_zero_is_reported)
{
    cr_assert_eq(faults("USB-DSC-004.value", 5, 0), 1);
}

Test(descriptors, attributes_without_bit_seven_are_reported)
{
    cr_assert_eq(faults("USB-DSC-004.attributes", 7, 0x40), 1);
}

Test(descriptors, a_wrong_interface_count_is_reported)
{
    cr_assert_eq(faults("USB-DSC-004.interfaces", 4, 2), 1);
}

Test(descriptors, a_full_speed_packet_at_high_speed_is_reported)
{
    cr_assert_eq(faults("USB-DSC-007.bulk", 23, 0), 1);
}

Test(descriptors, a_small_event_packet_is_reported)
{
    cr_assert_eq(faults("USB-DSC-008", 36, 8), 1);
}

Test(descriptors, an_address_used_twice_is_reported)
{
    cr_assert_eq(faults("USB-DSC-009.unique", 34, 0x81), 1);
}

Test(descriptors, endpoint_number_zero_is_reported)
{
    cr_assert_eq(faults("USB-DSC-009.number", 34, 0x80), 1);
}

Test(descriptors, a_reserved_address_bit_is_reported)
{
    cr_assert_eq(faults("USB-DSC-009.reserved", 34, 0x91), 1);
}

Test(descriptors, one_number_in_both_directions_is_legal)
{
    cr_assert_eq(faults("USB-DSC-009.unique", 34, 0x83), 0);
}

Test(descriptors, a_device_class_that_is_not_the_interfaces_is_reported)
{
    uint8_t other[18], bytes[sizeof(config)];
    struct seen seen = {"USB-DSC-002.plain", 0};

    memcpy(other, device, sizeof(device));
    memcpy(bytes, config, sizeof(config));
    other[4] = 0x06;
    bytes[14] = 0xff;
    desc_lint(other, bytes, sizeof(bytes), DESC_HIGH, on_fault, &seen);
    cr_assert_eq(seen.count, 1);
}

Test(descriptors, the_pipes_are_found)
{
    struct desc_pipes pipes = {0};

    cr_assert(desc_find_pipes(config, sizeof(config), &pipes));
    cr_assert_eq(pipes.bulk_in, 0x81);
    cr_assert_eq(pipes.bulk_out, 0x01);
    cr_assert_eq(pipes.interrupt_in, 0x82);
    cr_assert_eq(pipes.endpoint_count, 3);
}

Test(descriptors, a_set_without_bulk_pipes_has_none)
{
    struct desc_pipes pipes = {.bulk_in = 7};

    cr_assert_not(desc_find_pipes(config, 18, &pipes));
    cr_assert_eq(pipes.bulk_in, 7);
}

Test(descriptors, an_interface_has_the_endpoints_it_announces)
{
    cr_assert_eq(faults("USB-CH9-002.parts", 13, 2), 1);
    cr_assert_eq(faults("USB-CH9-002.parts", 13, 4), 1);
}

Test(descriptors, a_device_descriptor_inside_a_set_is_reported)
{
    cr_assert_geq(faults("USB-CH9-002.walk", 33, 1), 1);
}

Test(descriptors, reserved_bits_of_an_endpoint_are_reported)
{
    cr_assert_eq(faults("USB-DSC-007.reserved", 21, 0x42), 1);
    cr_assert_eq(faults("USB-DSC-007.reserved", 23, 0x22), 1);
}

/* Super speed: one bulk endpoint and its companion. */
static unsigned super_faults(const char *row, size_t at, uint8_t value)
{
    uint8_t bytes[] = {
        9, 2,  31,   0, 1, 1, 0, 0x80, 50, /* configuration */
        9, 4,  0,    0, 1, 6, 1, 1,    0,  /* interface */
        7, 5,  0x81, 2, 0, 4, 0,           /* bulk IN */
        6, 48, 0,    0, 0, 0,              /* companion */
    };
    struct seen seen = {row, 0};

    bytes[at] = value;
    desc_lint(device, bytes, sizeof(bytes), DESC_SUPER, on_fault, &seen);
    return seen.count;
}

Test(descriptors, a_sound_companion_has_no_fault)
{
    cr_assert_eq(super_faults(NULL, 0, 9), 0);
}

Test(descriptors, an_endpoint_of_super_speed_without_companion_is_reported)
{
    cr_assert_eq(super_faults("USB-CH9-002.parts", 26, 49), 1);
}

Test(descriptors, a_companion_has_the_values_of_its_endpoint)
{
    cr_assert_eq(super_faults("USB-DSC-007.companion", 27, 16), 1);
    cr_assert_eq(super_faults("USB-DSC-007.companion", 28, 0x20), 1);
    cr_assert_eq(super_faults("USB-DSC-007.companion", 29, 1), 1);
}
