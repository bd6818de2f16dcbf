/* Readers of datasets are bounded and refuse what MTP's strings and arrays may not be. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/raw/raw_containers.h"

Test(containers, numbers_are_little_endian)
{
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7};
    struct ct_reader reader = ct_reader(bytes, sizeof(bytes));

    cr_assert_eq(ct_u8(&reader), 1);
    cr_assert_eq(ct_u16(&reader), 0x0302);
    cr_assert_eq(ct_u32(&reader), 0x07060504u);
    cr_assert(!reader.failed && reader.at == reader.end);
}

Test(containers, reading_past_the_end_fails_and_stays_failed)
{
    const uint8_t bytes[] = {1, 2, 3};
    struct ct_reader reader = ct_reader(bytes, sizeof(bytes));

    cr_assert_eq(ct_u32(&reader), 0);
    cr_assert_eq(ct_u8(&reader), 0);
    cr_assert(reader.failed);
}

static bool string_fails(const uint8_t *bytes, size_t length)
{
    struct ct_reader reader = ct_reader(bytes, length);
    uint16_t units[256];

    ct_string(&reader, units);
    return reader.failed;
}

Test(containers, the_empty_string_is_one_zero_byte)
{
    cr_assert_not(string_fails((const uint8_t[]){0}, 1));
    cr_assert(string_fails((const uint8_t[]){1, 0, 0}, 3));
}

Test(containers, a_string_needs_its_terminator)
{
    cr_assert_not(string_fails((const uint8_t[]){2, 'a', 0, 0, 0}, 5));
    cr_assert(string_fails((const uint8_t[]){2, 'a', 0, 'b', 0}, 5));
}

Test(containers, a_terminator_inside_a_string_is_refused)
{
    cr_assert(string_fails((const uint8_t[]){3, 'a', 0, 0, 0, 0, 0}, 7));
}

Test(containers, the_longest_string_fits)
{
    struct ct_writer writer = {0};
    struct ct_reader reader;
    char text[256], back[256];

    memset(text, 'x', 254);
    text[254] = 0;
    ct_put_text(&writer, text);
    reader = ct_reader(writer.bytes, writer.length);
    ct_text(&reader, back);
    cr_assert(!reader.failed && !writer.failed);
    cr_assert_str_eq(back, text);
}

Test(containers, an_array_longer_than_its_bytes_is_refused)
{
    const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0};
    struct ct_reader reader = ct_reader(bytes, sizeof(bytes));
    uint32_t items[2];

    cr_assert_eq(ct_array32(&reader, items, 2), 0);
    cr_assert(reader.failed);
}

Test(containers, an_array_longer_than_the_room_is_counted)
{
    const uint8_t bytes[] = {3, 0, 0, 0, 1, 0, 2, 0, 3, 0};
    struct ct_reader reader = ct_reader(bytes, sizeof(bytes));
    uint16_t items[2];

    cr_assert_eq(ct_array16(&reader, items, 2), 3);
    cr_assert(items[0] == 1 && items[1] == 2 && !reader.failed);
}

Test(containers, values_are_skipped_by_their_type)
{
    const uint8_t bytes[] = {2, 0, 0, 0, 1, 0, 2, 0, 9};
    struct ct_reader reader = ct_reader(bytes, sizeof(bytes));

    cr_assert(ct_skip_value(&reader, MTP_DTC_ARRAY_UINT16));
    cr_assert(ct_skip_value(&reader, MTP_DTC_UINT8));
    cr_assert(reader.at == reader.end);
    cr_assert_not(ct_skip_value(&reader, 0x0099));
}

Test(containers, an_object_info_is_52_bytes_and_four_strings)
{
    struct ct_writer writer = {0};

    ct_put_object_info(&writer, MTP_FC_TEXT, 7, "a");
    cr_assert_eq(writer.length, 52 + 5 + 3);
    cr_assert_eq(writer.bytes[8], 7);
}
