/* Reading and writing datasets: nothing past the end, text in UTF-16 and back. */
#include "simulator/mtp/dataset.h"

#include <criterion/criterion.h>
#include <string.h>

/* MTP 1.1, 3.2.3: a count with the terminator, UTF-16LE, NUL. */
Test(dataset, a_string_is_counted_with_its_terminator)
{
    static const uint8_t expected[] = {3, 'o', 0, 'k', 0, 0, 0};
    struct wr wr = {0};

    wr_string(&wr, "ok");
    cr_assert_eq(wr.used, sizeof(expected));
    cr_assert_arr_eq(wr.data, expected, sizeof(expected));
    wr_done(&wr);
}

Test(dataset, the_empty_string_is_one_zero_byte)
{
    struct wr wr = {0};

    wr_string(&wr, "");
    cr_assert_eq(wr.used, 1);
    cr_assert_eq(wr.data[0], 0);
    wr_done(&wr);
}

/* U+1F3B5 is D83C DFB5. */
Test(dataset, a_character_beyond_the_bmp_is_a_surrogate_pair_and_comes_back)
{
    static const uint8_t expected[] = {3, 0x3c, 0xd8, 0xb5, 0xdf, 0, 0};
    char text[MTPR_TEXT_MAX];
    struct wr wr = {0};
    struct rd rd;

    wr_string(&wr, "\xf0\x9f\x8e\xb5");
    cr_assert_eq(wr.used, sizeof(expected));
    cr_assert_arr_eq(wr.data, expected, sizeof(expected));
    rd = rd_over(wr.data, wr.used);
    rd_string(&rd, text);
    cr_assert_str_eq(text, "\xf0\x9f\x8e\xb5");
    wr_done(&wr);
}

Test(dataset, a_lone_surrogate_or_a_missing_terminator_fails)
{
    static const uint8_t lone[] = {2, 0x3c, 0xd8, 0, 0}, open[] = {2, 'a', 0, 'b', 0};
    char text[MTPR_TEXT_MAX];
    struct rd rd = rd_over(lone, sizeof(lone));

    rd_string(&rd, text);
    cr_assert(rd.failed);
    rd = rd_over(open, sizeof(open));
    rd_string(&rd, text);
    cr_assert(rd.failed);
}

Test(dataset, an_array_count_beyond_the_data_fails)
{
    static const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4};
    struct rd rd = rd_over(bytes, sizeof(bytes));

    cr_assert_eq(rd_array(&rd, 4), 0);
    cr_assert(rd.failed);
}

Test(dataset, dates_are_read_in_all_their_forms)
{
    int64_t plain, tenth, zone;

    cr_assert(mtpr_date_parse("20260102T030405", &plain));
    cr_assert_eq(plain, 1767323045);
    cr_assert(mtpr_date_parse("20260102T030405.6", &tenth));
    cr_assert_eq(tenth, plain);
    cr_assert(mtpr_date_parse("20260102T030405+0100", &zone));
    cr_assert_eq(zone, plain - 3600);
    cr_assert(mtpr_date_parse("20040101T0000.0", &tenth), "as libmtp and gnomad2 send it");
    cr_assert_eq(tenth, 1072915200);
    cr_assert_not(mtpr_date_parse("20040101T00", &plain));
    cr_assert_not(mtpr_date_parse("20040101T00005", &plain));
    cr_assert_not(mtpr_date_parse("20261302T030405", &plain));
    cr_assert_not(mtpr_date_parse("20260230T030405", &plain));
    cr_assert_not(mtpr_date_parse("02.01.2026 03:04", &plain));
}

Test(dataset, a_date_is_written_as_it_was_read)
{
    int64_t seconds;
    char text[20];

    cr_assert(mtpr_date_parse("19991231T235959", &seconds));
    mtpr_date_print(seconds, text);
    cr_assert_str_eq(text, "19991231T235959");
}
