/* Items, the expressions over them, and the files that declare them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/run/ics.h"
#include "spcore/base.h"

static struct ics some(void)
{
    struct ics ics = {0};

    ics_set(&ics, "MTP");
    ics_set(&ics, "USB.SPEED.HIGH");
    ics_set(&ics, "MTP.OP.100C");
    return ics;
}

static int holds(const char *expression)
{
    struct ics ics = some();
    int result = ics_holds(&ics, expression);

    ics_done(&ics);
    return result;
}

Test(ics, a_name_holds_when_it_was_set)
{
    cr_assert_eq(holds("USB.SPEED.HIGH"), 1);
    cr_assert_eq(holds("MTP.OP.100C"), 1);
    cr_assert_eq(holds("USB.SPEED.SUPER"), 0);
}

Test(ics, a_longer_or_shorter_name_is_another_item)
{
    cr_assert_eq(holds("MTP.OP"), 0);
    cr_assert_eq(holds("MTP.OP.100C.X"), 0);
}

Test(ics, any_always_holds)
{
    struct ics none = {0};

    cr_assert_eq(ics_holds(&none, "ANY"), 1);
}

Test(ics, and_binds_closer_than_or)
{
    cr_assert_eq(holds("MTP || PAP && PAP"), 1);
    cr_assert_eq(holds("PAP && PAP || MTP"), 1);
    cr_assert_eq(holds("(MTP || PAP) && PAP"), 0);
}

Test(ics, not_binds_closest)
{
    cr_assert_eq(holds("!PAP && MTP"), 1);
    cr_assert_eq(holds("!MTP || MTP"), 1);
    cr_assert_eq(holds("!(MTP || PAP)"), 0);
    cr_assert_eq(holds("!!MTP"), 1);
}

Test(ics, blanks_do_not_matter)
{
    cr_assert_eq(holds("  MTP&&!PAP  "), 1);
}

Test(ics, what_is_no_expression_is_refused)
{
    static const char *const broken[] = {"",     "   ",       "MTP &&", "&& MTP",
                                         "(MTP", "MTP)",      "MTP &",  "MTP PAP",
                                         "!",    "MTP | PAP", "()",     "MTP-OP"};

    for (size_t i = 0; i < ARRAY_SIZE(broken); i++)
        cr_assert_eq(holds(broken[i]), -EINVAL, "%s", broken[i]);
}

Test(ics, nesting_without_end_is_refused)
{
    char deep[4097];

    memset(deep, '(', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    cr_assert_eq(holds(deep), -EINVAL);
    memset(deep, '!', sizeof(deep) - 1);
    cr_assert_eq(holds(deep), -EINVAL);
}

Test(ics, an_item_set_twice_is_there_once)
{
    struct ics ics = some();

    cr_assert_eq(ics_set(&ics, "MTP"), 0);
    cr_assert_eq(ics.count, 3);
    ics_done(&ics);
}

/* ---- files */

static int read_text(const char *text, struct ics *ret, char *error, size_t size)
{
    char path[] = "/tmp/test-ics-XXXXXX";
    int fd = mkstemp(path);
    int result;

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    result = ics_read(path, ret, error, size);
    unlink(path);
    return result;
}

Test(ics, a_file_says_yes_and_no)
{
    struct ics ics = {0};
    char error[256];

    cr_assert_eq(read_text("# of a vendor\n\nMTP = yes\nPAP=no # not here\nBOS=yes", &ics, error,
                           sizeof(error)),
                 0);
    cr_assert(ics_has(&ics, "MTP"));
    cr_assert(ics_has(&ics, "BOS"));
    cr_assert_not(ics_has(&ics, "PAP"));
    ics_done(&ics);
}

Test(ics, a_broken_line_is_named_by_its_number)
{
    static const char *const broken[] = {"MTP=yes\nPAP=perhaps\n", "MTP=yes\nPAP\n",
                                         "MTP=yes\n=yes\n", "MTP=yes\nP AP=yes\n",
                                         "MTP=yes\npap=yes\n"};
    struct ics ics = {0};
    char error[256];

    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        cr_assert_lt(read_text(broken[i], &ics, error, sizeof(error)), 0, "%s", broken[i]);
        cr_assert(strstr(error, ":2: "), "%s", error);
        cr_assert_eq(ics.count, 0);
    }
}

/* An empty statement would make every case inapplicable and the run green. */
Test(ics, an_empty_file_is_refused)
{
    struct ics ics = {0};
    char error[256];

    cr_assert_lt(read_text("", &ics, error, sizeof(error)), 0);
    cr_assert_lt(read_text("# nothing but this\n\n", &ics, error, sizeof(error)), 0);
}

Test(ics, a_long_line_is_one_line)
{
    char text[2048];
    struct ics ics = {0};
    char error[256];

    memset(text, ' ', sizeof(text));
    memcpy(text + 1000, "# remark", 8);
    memcpy(text + 1500, "MTP=perhaps", 11);
    memcpy(text + sizeof(text) - 10, "\nBOS=yes\n", 10);
    cr_assert_eq(read_text(text, &ics, error, sizeof(error)), 0, "%s", error);
    cr_assert(ics_has(&ics, "BOS"));
    ics_done(&ics);
}

Test(ics, a_missing_file_is_named)
{
    struct ics ics = {0};
    char error[256];

    cr_assert_eq(ics_read("/nonexistent/x.ics", &ics, error, sizeof(error)), -ENOENT);
    cr_assert(strstr(error, "/nonexistent/x.ics"));
}
