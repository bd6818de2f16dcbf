/* Microsoft OS descriptors as the host model reads them: examples put together by hand from the
 * specifications' tables, and what differs from them in one place. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_msos.h"
#include "spcore/base.h"

/* OS 2.0: set header, compatible id, one property "Ab" of type REG_DWORD with 4 bytes. */
static const uint8_t set[50] = {
    10, 0, 0, 0, 0,   0,   3,   6,   50,  0, /* wLength, type, version, total length */
    20, 0, 3, 0, 'W', 'I', 'N', 'U', 'S', 'B', 0,   0, 0, 0, 0, 0, 0, 0, 0, 0, /* id */
    20, 0, 4, 0, 4,   0,   6,   0,   'A', 0,   'b', 0, 0, 0, 4, 0, 1, 2, 3, 4, /* property */
};

/* OS 1.0: the same in two answers. */
static const uint8_t compatible[40] = {40, 0, 0, 0, 0, 1,   4,   0,   1,   0,   0,   0, 0,
                                       0,  0, 0, 0, 1, 'W', 'I', 'N', 'U', 'S', 'B', 0, 0};
static const uint8_t properties[34] = {34, 0, 0, 0,   0, 1,   5, 0, 1, 0, 24, 0, 0, 0, 4, 0, 0,
                                       0,  6, 0, 'A', 0, 'b', 0, 0, 0, 4, 0,  0, 0, 1, 2, 3, 4};

/* Read from a block of exactly that size, so that a sanitizer sees a byte too many. */
static int read_as(int (*read)(const uint8_t *, size_t, struct msos *), const uint8_t *bytes,
                   size_t length, size_t at, uint8_t value, struct msos *ret)
{
    uint8_t *copy = malloc(length ? length : 1);
    int error;

    cr_assert_not_null(copy);
    memcpy(copy, bytes, length);
    if (at < length)
        copy[at] = value;
    error = read(copy, length, ret);
    free(copy);
    return error;
}

Test(msos, a_set_gives_id_and_property)
{
    struct msos msos;

    cr_assert_eq(msos_read_set(set, sizeof(set), &msos), 0);
    cr_assert_str_eq(msos.compatible, "WINUSB");
    cr_assert_str_eq(msos.sub, "");
    cr_assert_eq(msos.count, 1);
    cr_assert_str_eq(msos.properties[0].name, "Ab");
    cr_assert_eq(msos.properties[0].type, 4);
    cr_assert_eq(msos.properties[0].size, 4);
    cr_assert_arr_eq(msos.properties[0].data, "\1\2\3\4", 4);
}

Test(msos, both_versions_of_one_function_agree)
{
    struct msos one = {.count = 0}, two;

    cr_assert_eq(msos_read_set(set, sizeof(set), &two), 0);
    cr_assert_eq(msos_read_compatible(compatible, sizeof(compatible), &one), 0);
    cr_assert_eq(msos_read_properties(properties, sizeof(properties), &one), 0);
    cr_assert(msos_agree(&one, &two));
    one.properties[0].data[3]++;
    cr_assert_not(msos_agree(&one, &two));
    one.properties[0].data[3]--;
    one.properties[0].type = 3;
    cr_assert_not(msos_agree(&one, &two));
    one.count = 0;
    cr_assert_not(msos_agree(&one, &two));
}

Test(msos, what_is_cut_off_is_invalid)
{
    struct msos msos = {.count = 77};

    for (size_t length = 0; length < sizeof(set); length++)
        cr_expect_eq(read_as(msos_read_set, set, length, sizeof(set), 0, &msos), -EPROTO, "%zu",
                     length);
    for (size_t length = 0; length < sizeof(compatible); length++)
        cr_expect_eq(
            read_as(msos_read_compatible, compatible, length, sizeof(compatible), 0, &msos),
            -EPROTO, "%zu", length);
    for (size_t length = 0; length < sizeof(properties); length++)
        cr_expect_eq(
            read_as(msos_read_properties, properties, length, sizeof(properties), 0, &msos),
            -EPROTO, "%zu", length);
    cr_expect_eq(msos.count, 77);
}

/* Places of lengths, types and names; each of them spoilt makes the whole invalid. */
Test(msos, a_length_or_a_type_that_is_off_makes_the_set_invalid)
{
    static const struct {
        size_t at;
        uint8_t value;
    } spoilt[] = {{0, 9},    {2, 1},  {7, 5},  {8, 51},    {8, 49},    {10, 19},
                  {10, 21},  {10, 3}, {12, 9}, {12, 0},    {30, 0},    {30, 19},
                  {30, 21},  {36, 5}, {36, 8}, {36, 0},    {37, 0xff}, {38, 0},
                  {42, 'c'}, {44, 3}, {44, 5}, {45, 0xff}, {34, 0},    {34, 8}};
    struct msos msos = {.count = 77};

    for (size_t i = 0; i < ARRAY_SIZE(spoilt); i++)
        cr_expect_eq(read_as(msos_read_set, set, sizeof(set), spoilt[i].at, spoilt[i].value, &msos),
                     -EPROTO, "byte %zu is %u", spoilt[i].at, spoilt[i].value);
    cr_expect_eq(msos.count, 77);
}

Test(msos, any_byte_may_be_anything)
{
    struct msos msos;

    for (size_t at = 0; at < sizeof(set); at++) {
        for (unsigned value = 0; value < 256; value++) {
            (void)read_as(msos_read_set, set, sizeof(set), at, (uint8_t)value, &msos);
            (void)read_as(msos_read_compatible, compatible, sizeof(compatible), at, (uint8_t)value,
                          &msos);
            (void)read_as(msos_read_properties, properties, sizeof(properties), at, (uint8_t)value,
                          &msos);
        }
    }
}

Test(msos, a_function_subset_stands_before_its_features)
{
    uint8_t bytes[sizeof(set) + 16] = {10,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0,
                                       3,
                                       6,
                                       sizeof(set) + 16,
                                       0,
                                       8,
                                       0,
                                       1,
                                       0,
                                       0,
                                       0,
                                       sizeof(set) + 6,
                                       0,
                                       8,
                                       0,
                                       2,
                                       0,
                                       0,
                                       0,
                                       sizeof(set) - 2,
                                       0};
    struct msos msos;

    memcpy(bytes + 26, set + 10, sizeof(set) - 10);
    cr_assert_eq(msos_read_set(bytes, sizeof(bytes), &msos), 0);
    cr_assert_str_eq(msos.compatible, "WINUSB");
    cr_assert_eq(msos.count, 1);
    bytes[24]++; /* the subset would end behind the set */
    cr_assert_eq(msos_read_set(bytes, sizeof(bytes), &msos), -EPROTO);
}

Test(msos, a_value_is_of_its_registry_type)
{
    struct msos msos = {
        .properties = {{.type = 4, .name = "Number", .size = 4},
                       {.type = 1, .name = "Text", .data = "a\0\0", .size = 4},
                       {.type = 7, .name = "Texts", .data = "a\0\0\0\0", .size = 6}},
        .count = 3};

    cr_assert_null(msos_misfit(&msos));
    msos.properties[2].size = 4;
    cr_assert_str_eq(msos_misfit(&msos)->name, "Texts");
    msos.properties[0].size = 3;
    cr_assert_str_eq(msos_misfit(&msos)->name, "Number");
}
