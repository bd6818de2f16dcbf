/* Bytes written down by hand from MTP 1.1, never taken from an encoder. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/mtp/mtpi_container.h"
#include "spcore/mtp/mtpi_dataset.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* ---- containers */

Test(mtp_container, command_is_twelve_bytes_and_its_parameters)
{
    static const uint8_t expected[] = {0x18, 0, 0, 0, 1,    0,    0x07, 0x10,
                                       0x2a, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
                                       0,    0, 0, 0, 0x78, 0x56, 0x34, 0x12};
    uint8_t bytes[CONTAINER_MOST];
    size_t length =
        container_put_command(bytes, 0x1007, 42, (const uint32_t[]){0xffffffff, 0, 0x12345678}, 3);

    cr_assert_eq(length, sizeof(expected));
    cr_expect_arr_eq(bytes, expected, sizeof(expected));
}

Test(mtp_container, response_carries_up_to_five_parameters)
{
    struct mtpi_response response;

    cr_assert(container_get_response(BYTES(16, 0, 0, 0, 3, 0, 0x1e, 0x20, 9, 0, 0, 0, 1, 0, 0, 0),
                                     &response));
    cr_expect_eq(response.code, 0x201e);
    cr_expect_eq(response.transaction_id, 9);
    cr_expect_eq(response.param_count, 1);
    cr_expect_eq(response.param[0], 1);
}

Test(mtp_container, response_of_another_length_than_said_is_refused)
{
    struct mtpi_response response;

    cr_expect_not(container_get_response(BYTES(16, 0, 0, 0, 3, 0, 1, 0x20, 9, 0, 0, 0), &response));
    cr_expect_not(
        container_get_response(BYTES(12, 0, 0, 0, 3, 0, 1, 0x20, 9, 0, 0, 0, 0), &response));
    cr_expect_not(
        container_get_response(BYTES(14, 0, 0, 0, 3, 0, 1, 0x20, 9, 0, 0, 0, 0, 0), &response));
}

Test(mtp_container, length_below_the_header_is_refused)
{
    struct container container;

    cr_expect_not(container_get(BYTES(11, 0, 0, 0, 2, 0, 1, 0x10, 0, 0, 0, 0), &container));
    cr_expect_not(container_get(BYTES(12, 0, 0, 0, 2, 0, 1, 0x10, 0, 0, 0), &container));
}

Test(mtp_container, event_has_three_parameters_at_most)
{
    uint8_t bytes[28] = {24, 0, 0, 0, 4, 0, 2, 0x40, 0xff, 0xff, 0xff, 0xff, 7};
    struct mtpi_event event;

    cr_assert(container_get_event(bytes, 24, &event));
    cr_expect_eq(event.code, 0x4002);
    cr_expect_eq(event.transaction_id, 0xffffffff);
    cr_expect_eq(event.param_count, 3);
    cr_expect_eq(event.param[0], 7);
    bytes[0] = 28;
    cr_expect_not(container_get_event(bytes, 28, &event));
}

/* ---- reading */

Test(mtp_dataset, string_counts_its_terminator)
{
    struct mtpi_rd rd = mtpi_rd_over(BYTES(3, 'h', 0, 0xac, 0x20, 0, 0, 0x55));
    uint16_t *text = mtpi_rd_string(&rd);

    cr_assert_not_null(text);
    cr_expect_eq(text[0], 'h');
    cr_expect_eq(text[1], 0x20ac);
    cr_expect_eq(text[2], 0);
    cr_expect_eq(mtpi_rd_left(&rd), 1);
    free(text);
}

Test(mtp_dataset, empty_string_is_one_byte)
{
    struct mtpi_rd rd = mtpi_rd_over(BYTES(0, 0x55));
    uint16_t *text = mtpi_rd_string(&rd);

    cr_assert_not_null(text);
    cr_expect_eq(text[0], 0);
    cr_expect_eq(mtpi_rd_left(&rd), 1);
    free(text);
}

Test(mtp_dataset, string_of_255_units_is_read_whole)
{
    uint8_t bytes[1 + 2 * 255] = {255};
    struct mtpi_rd rd;
    uint16_t *text;

    for (size_t i = 0; i < 254; i++)
        bytes[1 + 2 * i] = 'x';
    rd = mtpi_rd_over(bytes, sizeof(bytes));
    text = mtpi_rd_string(&rd);
    cr_assert_not_null(text);
    cr_expect_eq(text[253], 'x');
    cr_expect_eq(text[254], 0);
    free(text);
}

Test(mtp_dataset, string_without_its_bytes_fails_for_good)
{
    struct mtpi_rd rd = mtpi_rd_over(BYTES(3, 'h', 0, 'i', 0));

    cr_expect_null(mtpi_rd_string(&rd));
    cr_expect_eq(rd.error, -EPROTO);
    cr_expect_eq(mtpi_rd_uint(&rd, 1), 0);
    cr_expect_eq(mtpi_rd_left(&rd), 0);
}

Test(mtp_dataset, array_count_beyond_the_bytes_is_refused)
{
    struct mtpi_u32_array array = {.count = 77};

    cr_expect_eq(mtpi_parse_u32_array(BYTES(0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0), &array), -EPROTO);
    cr_expect_eq(mtpi_parse_u32_array(BYTES(2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0), &array), -EPROTO);
    cr_expect_eq(array.count, 77);
}

Test(mtp_dataset, array_elements_are_little_endian)
{
    struct mtpi_u32_array array;

    cr_assert_eq(mtpi_parse_u32_array(BYTES(2, 0, 0, 0, 1, 0, 1, 0, 1, 0, 2, 0), &array), 0);
    cr_assert_eq(array.count, 2);
    cr_expect_eq(array.item[0], 0x00010001);
    cr_expect_eq(array.item[1], 0x00020001);
    free(array.item);
}

Test(mtp_dataset, signed_value_keeps_its_sign)
{
    struct mtpi_value value;

    cr_assert_eq(mtpi_parse_value(BYTES(0xfe, 0xff), 0x0003, &value), 0);
    cr_expect_eq(value.integer, (uint64_t)-2);
    cr_assert_eq(mtpi_parse_value(BYTES(0xfe, 0xff), 0x0004, &value), 0);
    cr_expect_eq(value.integer, 0xfffe);
}

Test(mtp_dataset, value_of_128_bits_keeps_its_bytes)
{
    static const uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct mtpi_value value;

    cr_assert_eq(mtpi_parse_value(bytes, sizeof(bytes), 0x000a, &value), 0);
    cr_expect_arr_eq(value.wide, bytes, 16);
    cr_expect_eq(mtpi_parse_value(bytes, 15, 0x000a, &value), -EPROTO);
}

Test(mtp_dataset, array_value_knows_its_element)
{
    struct mtpi_value value;

    cr_assert_eq(mtpi_parse_value(BYTES(2, 0, 0, 0, 1, 0, 2, 0), 0x4004, &value), 0);
    cr_expect_eq(value.array.count, 2);
    cr_expect_eq(value.array.element, 2);
    cr_expect_eq(value.array.data[2], 2);
    mtpi_value_done(&value);
}

Test(mtp_dataset, unknown_type_is_refused)
{
    struct mtpi_value value = {.type = 0x77};

    cr_expect_eq(mtpi_parse_value(BYTES(1, 2, 3, 4), 0x000b, &value), -EPROTO);
    cr_expect_eq(mtpi_parse_value(BYTES(1, 2, 3, 4), 0x0000, &value), -EPROTO);
    cr_expect_eq(value.type, 0x77);
}

Test(mtp_dataset, property_description_says_whether_it_can_be_set)
{
    struct mtpi_prop_desc desc;

    /* ObjectFileName, a string: Get/Set, no default value, group 1, no form; then Get */
    cr_assert_eq(mtpi_parse_prop_desc(BYTES(0x07, 0xdc, 0xff, 0xff, 1, 0, 1, 0, 0, 0, 0), &desc),
                 0);
    cr_expect_eq(desc.property, 0xdc07);
    cr_expect_eq(desc.type, 0xffff);
    cr_expect(desc.settable);
    cr_assert_eq(mtpi_parse_prop_desc(BYTES(0x07, 0xdc, 0xff, 0xff, 0, 0, 1, 0, 0, 0, 0), &desc),
                 0);
    cr_expect_not(desc.settable);
    cr_expect_eq(mtpi_parse_prop_desc(BYTES(0x07, 0xdc, 0xff, 0xff), &desc), -EPROTO);
}

Test(mtp_dataset, property_description_says_which_values_there_are)
{
    struct mtpi_prop_values values;

    /* Rating, UINT16, default 0, group 0: from 0 to 100 in steps of 1 */
    cr_assert_eq(mtpi_parse_prop_values(
                     BYTES(0x8a, 0xdc, 4, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 100, 0, 1, 0), &values),
                 0);
    cr_expect_eq(values.property, 0xdc8a);
    cr_assert_eq(values.count, 3);
    cr_expect_eq(values.item[1].integer, 100);
    mtpi_prop_values_done(&values);
    /* Sample rate, UINT32: 44100 or 48000 */
    cr_assert_eq(mtpi_parse_prop_values(BYTES(0x93, 0xde, 6, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0,
                                              0x44, 0xac, 0, 0, 0x80, 0xbb, 0, 0),
                                        &values),
                 0);
    cr_assert_eq(values.count, 2);
    cr_expect_eq(values.item[1].integer, 48000);
    mtpi_prop_values_done(&values);
    /* A date has a form and no values. */
    cr_assert_eq(mtpi_parse_prop_values(BYTES(8, 0xdc, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 3), &values),
                 0);
    cr_expect_eq(values.count, 0);
    /* The second of two is not whole. */
    cr_expect_eq(mtpi_parse_prop_values(
                     BYTES(0x8a, 0xdc, 4, 0, 1, 0, 0, 0, 0, 0, 0, 2, 2, 0, 1, 0, 1), &values),
                 -EPROTO);
}

Test(mtp_dataset, combinations_of_values_are_read_one_behind_the_other)
{
    struct mtpi_prop_combinations all;

    /* Two: channels 1 with a description that ends in a pattern; channels 2. */
    cr_assert_eq(mtpi_parse_prop_combinations(
                     BYTES(2, 0, 0, 0, 2, 0, 0, 0, 0x94, 0xde, 4, 0, 1, 0, 0, 0, 0, 0, 0, 2, 1, 0,
                           1, 0, 0x9d, 0xde, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 5, 2, 'a', 0, 0, 0, 1, 0,
                           0, 0, 0x94, 0xde, 4, 0, 1, 0, 0, 0, 0, 0, 0, 2, 1, 0, 2, 0),
                     &all),
                 0);
    cr_assert_eq(all.count, 2);
    cr_assert_eq(all.item[0].count, 2);
    cr_expect_eq(all.item[0].item[1].form, 5);
    cr_assert_eq(all.item[1].count, 1);
    cr_assert_eq(all.item[1].item[0].count, 1);
    cr_expect_eq(all.item[1].item[0].item[0].integer, 2);
    mtpi_prop_combinations_done(&all);
    cr_assert_eq(mtpi_parse_prop_combinations(BYTES(0, 0, 0, 0), &all), 0);
    cr_expect_eq(all.count, 0);
    cr_expect_eq(mtpi_parse_prop_combinations(BYTES(0xff, 0xff, 0xff, 0xff, 0), &all), -EPROTO);
    cr_expect_eq(mtpi_parse_prop_combinations(BYTES(2, 0, 0, 0, 0, 0, 0, 0), &all), -EPROTO);
}

Test(mtp_dataset, property_list_counts_no_more_than_its_bytes_hold)
{
    struct mtpi_property_list list = {.count = 5};

    cr_expect_eq(mtpi_parse_property_list(
                     BYTES(0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0, 7, 0xdc, 2, 0, 9), &list),
                 -EPROTO);
    cr_expect_eq(list.count, 5);
}

Test(mtp_dataset, property_list_elements_have_their_own_types)
{
    struct mtpi_property_list list;

    cr_assert_eq(
        mtpi_parse_property_list(BYTES(2, 0, 0, 0, 1, 0, 0, 0, 0x07, 0xdc, 0xff, 0xff, 2, 'a', 0, 0,
                                       0, 2, 0, 0, 0, 0x04, 0xdc, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0),
                                 &list),
        0);
    cr_assert_eq(list.count, 2);
    cr_expect_eq(list.item[0].code, 0xdc07);
    cr_expect_eq(list.item[0].value.string[0], 'a');
    cr_expect_eq(list.item[1].handle, 2);
    cr_expect_eq(list.item[1].value.integer, 0x100000000);
    mtpi_property_list_done(&list);
}

Test(mtp_dataset, property_list_that_ends_early_leaves_nothing_behind)
{
    struct mtpi_property_list list = {0};

    /* Under the leak check: the first element's string was allocated already. */
    cr_expect_eq(mtpi_parse_property_list(BYTES(2, 0, 0, 0, 1, 0, 0, 0, 0x07, 0xdc, 0xff, 0xff, 2,
                                                'a', 0, 0, 0, 2, 0, 0, 0, 0x04, 0xdc, 8, 0, 0),
                                          &list),
                 -EPROTO);
    cr_expect_null(list.item);
}

/* MTP 1.1, 5.3.1: storage, format, protection, size, 26 bytes of pictures, parent, association,
 * description, sequence, name, two dates, keywords. */
static const uint8_t object_info[] = {
    0x01, 0, 0x01, 0, 0x09, 0x30, 0x01, 0, 0x04, 0x03, 0x02, 0x01, 0, 0,   0, 0, 0, 0, 0, 0,
    0,    0, 0,    0, 0,    0,    0,    0, 0,    0,    0,    0,    0, 0,   0, 0, 0, 0, 5, 0,
    0,    0, 0,    0, 0,    0,    0,    0, 0,    0,    0,    0,    2, 'a', 0, 0, 0, 0, 0, 0};

Test(mtp_dataset, object_info_fields_lie_where_the_table_says)
{
    struct mtpi_object_info info;

    cr_assert_eq(mtpi_parse_object_info(object_info, sizeof(object_info), &info), 0);
    cr_expect_eq(info.storage, 0x00010001);
    cr_expect_eq(info.format, 0x3009);
    cr_expect_eq(info.protection, 1);
    cr_expect_eq(info.compressed_size, 0x01020304);
    cr_expect_eq(info.parent, 5);
    cr_expect_eq(info.name[0], 'a');
    cr_expect_eq(info.name[1], 0);
    cr_expect_eq(info.created[0], 0);
    mtpi_object_info_done(&info);
}

Test(mtp_dataset, every_cut_object_info_is_refused)
{
    /* The keywords, the last byte, are not needed. */
    for (size_t length = 0; length < sizeof(object_info) - 2; length++) {
        struct mtpi_object_info info = {.parent = 99};

        cr_assert_eq(mtpi_parse_object_info(object_info, length, &info), -EPROTO, "%zu bytes",
                     length);
        cr_assert_eq(info.parent, 99);
    }
}

/* ---- writing */

Test(mtp_dataset, written_string_is_counted_with_its_terminator)
{
    static const uint16_t text[] = {'h', 0x20ac, 0};
    struct mtpi_wr wr = {0};

    mtpi_wr_string(&wr, text);
    mtpi_wr_string(&wr, NULL);
    cr_assert_eq(wr.used, 8);
    cr_expect_arr_eq(wr.data, "\3h\0\xac\x20\0\0\0", 8);
    mtpi_wr_done(&wr);
}

Test(mtp_dataset, string_of_255_characters_does_not_fit)
{
    uint16_t text[256];
    struct mtpi_wr wr = {0};

    for (size_t i = 0; i < 255; i++)
        text[i] = 'x';
    text[255] = 0;
    mtpi_wr_string(&wr, text);
    cr_expect_eq(wr.error, -EINVAL);
    mtpi_wr_done(&wr);
    text[254] = 0;
    mtpi_wr_string(&wr, text);
    cr_expect_eq(wr.error, 0);
    cr_expect_eq(wr.used, 1 + 2 * 255);
    mtpi_wr_done(&wr);
}

Test(mtp_dataset, written_value_has_the_width_of_its_type)
{
    struct mtpi_value value = {.type = 0x0003, .integer = (uint64_t)-2};
    struct mtpi_wr wr = {0};

    mtpi_wr_value(&wr, &value);
    cr_assert_eq(wr.used, 2);
    cr_expect_arr_eq(wr.data, "\xfe\xff", 2);
    mtpi_wr_done(&wr);
}
