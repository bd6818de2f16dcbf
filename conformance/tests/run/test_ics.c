/* Items, the expressions over them, and the files that declare them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/catalogue/catalogue.h"
#include "conformance/results/results.h"
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

static struct catalogue_item items[] = {
    {.name = (char[]){"BOS"}, .by = (char[]){"device"}, .observed = (char[]){"the BOS is read"}},
    {.name = (char[]){"MTP"}, .by = (char[]){"device"}, .observed = (char[]){"it is looked for"}},
    {.name = (char[]){"PAP"}, .by = (char[]){"device"}, .observed = (char[]){"the class is read"}},
    {.name = (char[]){"MTP.OP.hhhh"},
     .by = (char[]){"device"},
     .observed = (char[]){"it is listed"}},
    {.name = (char[]){"USB.LPM"},
     .by = (char[]){"vendor"},
     .observed = (char[]){"nothing shows it"}},
};
static const struct catalogue catalogue = {.items = items, .item_count = ARRAY_SIZE(items)};

static int read_text(const char *text, struct ics *ret, char *error, size_t size)
{
    char path[] = "/tmp/test-ics-XXXXXX";
    int fd = mkstemp(path);
    int result;

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    result = ics_read(path, &catalogue, ret, error, size);
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

/* What nobody knows cannot be held against anything. */
Test(ics, an_item_that_is_not_in_the_catalogue_is_refused)
{
    static const char *const broken[] = {
        "MTP=yes\nNONSENSE=yes\n",  "MTP=yes\nNONSENSE=no\n",      "MTP=yes\nMTP.OP.100c=yes\n",
        "MTP=yes\nMTP.OP.10=yes\n", "MTP=yes\nMTP.OP.100CC=yes\n", "MTP=yes\nMTP.OP.hhhh=yes\n"};
    struct ics ics = {0};
    char error[256];

    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        cr_assert_lt(read_text(broken[i], &ics, error, sizeof(error)), 0, "%s", broken[i]);
        cr_assert(strstr(error, ":2: ") && strstr(error, "no such item"), "%s", error);
    }
}

Test(ics, an_item_is_declared_once)
{
    struct ics ics = {0};
    char error[256];

    cr_assert_lt(read_text("MTP=yes\nBOS=yes\nMTP=no\n", &ics, error, sizeof(error)), 0);
    cr_assert(strstr(error, ":3: MTP: line 1 "), "%s", error);
}

Test(ics, every_fault_of_a_file_is_named)
{
    struct ics ics = {0};
    char error[1024];

    cr_assert_lt(read_text("NO=yes\nMTP=yes\nBOS\n", &ics, error, sizeof(error)), 0);
    cr_assert(strstr(error, ":1: NO") && strstr(error, "\n") && strstr(error, ":3: BOS"), "%s",
              error);
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

    cr_assert_eq(ics_read("/nonexistent/x.ics", &catalogue, &ics, error, sizeof(error)), -ENOENT);
    cr_assert(strstr(error, "/nonexistent/x.ics"));
}

/* ---- declared against shown */

static void hold_of(const char *unseen, const char *text, const struct ics *const shown[],
                    size_t count, struct result *ret)
{
    struct ics declared;
    char error[256];

    cr_assert_eq(read_text(text, &declared, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(ics_hold(&declared, "folder/my.ics", shown, count, unseen, &catalogue, ret), 0);
    ics_done(&declared);
}

static void hold(const char *text, const struct ics *const shown[], size_t count,
                 struct result *ret)
{
    hold_of("", text, shown, count, ret);
}

/* A shard meets some of the players: what it did not see it cannot deny. */
Test(ics, what_another_player_might_show_is_not_judged)
{
    struct ics shown = {0};
    const struct ics *const all[] = {&shown};
    struct result result;

    ics_set(&shown, "MTP");
    ics_set(&shown, "BOS");
    hold_of("mtp-large, pap-inf", "MTP=yes\nPAP=yes\nMTP.OP.100C=yes\n", all, 1, &result);
    cr_assert_eq(result.verdict, VERDICT_INCONCLUSIVE);
    cr_assert_eq(result.check_count, 0);
    cr_assert(strstr(result_reason(&result), "2 of what is declared"), "%s", result.reason);
    cr_assert(strstr(result_reason(&result), "mtp-large, pap-inf"), "%s", result.reason);
    cr_assert_eq(result.notes.count, 3);
    cr_assert_eq(result.warnings, 1, "that it shows more than is declared");
    cr_assert(strstr(result.notes.at[1], "PAP (my.ics:2)"), "%s", result.notes.at[1]);
    result_done(&result);
    ics_done(&shown);
}

Test(ics, what_is_shown_is_judged_whoever_was_not_seen)
{
    struct ics shown = {0};
    const struct ics *const all[] = {&shown};
    struct result result;

    ics_set(&shown, "MTP");
    hold_of("mtp-large", "MTP=yes\nPAP=no\n", all, 1, &result);
    cr_assert_eq(result.verdict, VERDICT_PASS);
    cr_assert_str_eq(result_reason(&result), "");
    result_done(&result);
    ics_done(&shown);
}

Test(ics, what_is_declared_and_not_shown_fails_by_its_line)
{
    struct ics shown = {0};
    const struct ics *const all[] = {&shown};
    struct result result;

    ics_set(&shown, "MTP");
    hold("MTP=yes\n\nMTP.OP.100C=yes\nBOS=no\n", all, 1, &result);
    cr_assert_eq(result.verdict, VERDICT_FAIL);
    cr_assert_eq(result.check_count, 1);
    cr_assert_str_eq(result.checks[0].row, "MTP.OP.100C");
    cr_assert_str_eq(result.checks[0].file, "my.ics");
    cr_assert_eq(result.checks[0].line, 3);
    cr_assert_eq(result.warnings, 0);
    result_done(&result);
    ics_done(&shown);
}

Test(ics, what_is_shown_and_not_declared_is_a_warning)
{
    struct ics shown = {0};
    const struct ics *const all[] = {&shown};
    struct result result;

    ics_set(&shown, "MTP");
    ics_set(&shown, "BOS");
    ics_set(&shown, "PAP");
    hold("MTP=yes\nPAP=no\n", all, 1, &result);
    cr_assert_eq(result.verdict, VERDICT_PASS);
    cr_assert_eq(result.warnings, 2);
    cr_assert(strstr(result.notes.at[0], "BOS"));
    cr_assert(strstr(result.notes.at[1], "PAP"));
    result_done(&result);
    ics_done(&shown);
}

Test(ics, what_only_a_vendor_knows_is_believed)
{
    struct ics shown = {0};
    const struct ics *const all[] = {&shown};
    struct result result;

    ics_set(&shown, "MTP");
    hold("MTP=yes\nUSB.LPM=yes\n", all, 1, &result);
    cr_assert_eq(result.verdict, VERDICT_PASS);
    result_done(&result);
    ics_done(&shown);
}

Test(ics, one_of_several_players_that_shows_it_is_enough)
{
    struct ics first = {0}, second = {0};
    const struct ics *const all[] = {&first, &second};
    struct result result;

    ics_set(&first, "MTP");
    ics_set(&second, "PAP");
    hold("MTP=yes\nPAP=yes\n", all, 2, &result);
    cr_assert_eq(result.verdict, VERDICT_PASS);
    cr_assert_eq(result.warnings, 0);
    result_done(&result);
    ics_done(&first);
    ics_done(&second);
}
