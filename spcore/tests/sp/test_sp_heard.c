/* What is kept of each object's playing. */
#include <criterion/criterion.h>

#include "spcore/sp/sp_heard.h"

Test(heard, of_what_is_not_known_all_is_0)
{
    struct sp_heard heard;
    struct sp_hearing of;

    sp_heard_init(&heard);
    of = sp_heard_get(&heard, 7);
    cr_expect_eq(of.offset, 0);
    cr_expect_not(of.is_limited);
    cr_expect_eq(of.last, 0);
    cr_expect_eq(of.longest, 0);
    sp_heard_done(&heard);
}

Test(heard, the_longest_position_stays_and_the_last_goes_along)
{
    struct sp_heard heard;

    sp_heard_init(&heard);
    cr_expect_eq(sp_heard_at(&heard, 7, 600), S_OK);
    cr_expect_eq(sp_heard_at(&heard, 7, 200), S_OK);
    cr_expect_eq(sp_heard_get(&heard, 7).last, 200);
    cr_expect_eq(sp_heard_get(&heard, 7).longest, 600);
    sp_heard_done(&heard);
}

Test(heard, each_object_has_its_own)
{
    struct sp_heard heard;

    sp_heard_init(&heard);
    cr_expect_eq(sp_heard_set_offset(&heard, 7, 30), S_OK);
    cr_expect_eq(sp_heard_set_limit(&heard, 8, 0), S_OK);
    cr_expect_eq(sp_heard_get(&heard, 7).offset, 30);
    cr_expect_not(sp_heard_get(&heard, 7).is_limited);
    cr_expect_eq(sp_heard_get(&heard, 8).offset, 0);
    cr_expect(sp_heard_get(&heard, 8).is_limited);
    sp_heard_done(&heard);
}
