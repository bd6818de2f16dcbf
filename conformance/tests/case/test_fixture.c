/* The clean-up a case registers for its end. */
#include <criterion/criterion.h>

#include "conformance/case/worker.h"

static char order[8];

static void undo(void *fixture)
{
    size_t at = 0;

    while (order[at])
        at++;
    order[at] = *(const char *)fixture;
}

static struct conf ended(void)
{
    return (struct conf){.control = -1};
}

Test(fixture, the_last_one_made_goes_first)
{
    struct conf c = ended();
    char a = 'a', b = 'b';

    conf_at_end(&c, undo, &a);
    conf_at_end(&c, undo, &b);
    conf_fixtures_down(&c);
    conf_fixtures_down(&c);
    cr_assert_str_eq(order, "ba");
}

Test(fixture, one_that_is_forgotten_is_left_alone_and_makes_room)
{
    struct conf c = ended();
    char a = 'a', b = 'b', many = 'm';

    conf_at_end(&c, undo, &a);
    conf_at_end(&c, undo, &b);
    conf_forget(&c, &a);
    for (int i = 0; i < 100; i++) {
        conf_at_end(&c, undo, &many);
        conf_forget(&c, &many);
    }
    conf_fixtures_down(&c);
    cr_assert_str_eq(order, "b");
}
