/* What is kept of what a device says about itself. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sp/sp_facts.h"

static struct mtpi_u16_array codes(const uint16_t *code, size_t count)
{
    struct mtpi_u16_array array = {malloc(count * sizeof(*code)), count};

    cr_assert_not_null(array.item);
    memcpy(array.item, code, count * sizeof(*code));
    return array;
}

Test(sp_facts, formats_are_kept_once_in_their_order)
{
    static const uint16_t listed[] = {0x3001, 0x3009, 0x3001, 0xb901, 0x3009, 0x3001};
    static const uint16_t kept[] = {0x3001, 0x3009, 0xb901};
    struct mtpi_device_info info = {.formats = codes(listed, 6), .operations = codes(listed, 2)};
    struct sp_facts facts;

    sp_facts_init(&facts, NULL);
    sp_facts_take(&facts, &info);
    cr_assert_eq(facts.info.formats.count, 3);
    cr_expect_arr_eq(facts.info.formats.item, kept, sizeof(kept));
    cr_expect(sp_facts_lists_format(&facts, 0xb901));
    cr_expect(sp_facts_lists(&facts, 0x3009));
    cr_expect_null(info.formats.item);
    sp_facts_done(&facts);
}

Test(sp_facts, a_device_without_formats)
{
    struct mtpi_device_info info = {0};
    struct sp_facts facts;

    sp_facts_init(&facts, NULL);
    sp_facts_take(&facts, &info);
    cr_expect_eq(facts.info.formats.count, 0);
    cr_expect_not(sp_facts_lists_format(&facts, 0x3001));
    sp_facts_done(&facts);
}
