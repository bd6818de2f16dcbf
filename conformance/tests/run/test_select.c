/* Which cases a command line means. The cases are this file's own: no suite is linked in. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/run.h"

#define ENTRY(token, ...)                                                                          \
    static const struct conf_case token = {.id = #token, .title = #token, __VA_ARGS__};            \
    static const struct conf_case *const token##_entry                                             \
        __attribute__((used, section("conf_cases"))) = &token

ENTRY(TST_BETA_BV_01, .reqs = REQS("ROW-2"));
ENTRY(TST_ALPHA_BV_01, .reqs = REQS("ROW-1", "ROW-3"));
ENTRY(TST_ALPHA_BI_02, .reqs = REQS("ROW-1"));
ENTRY(OTH_GAMMA_BV_01, .reqs = REQS("ROW-4"), .needs = CONF_PROVIDER);

static struct catalogue_row rows[] = {
    {.id = (char[]){"ROW-1"}, .flow = (char[]){"enumeration"}},
    {.id = (char[]){"ROW-2"}, .flow = (char[]){"sync"}},
    {.id = (char[]){"ROW-3"}, .flow = (char[]){"sync"}},
    {.id = (char[]){"ROW-4"}, .flow = (char[]){"storage"}},
};
static const struct catalogue catalogue = {.rows = rows, .count = 4};

/* Ids of what the patterns choose, joined by blanks; or "?" and the pattern that is wrong. */
static const char *chosen(const char *const *patterns, size_t count)
{
    static char text[512];
    const struct conf_case **cases;
    const char *bad = NULL;
    size_t found;

    if (run_select(&catalogue, patterns, count, &cases, &found, &bad) < 0) {
        snprintf(text, sizeof(text), "?%s", bad);
        return text;
    }
    text[0] = '\0';
    for (size_t i = 0; i < found; i++) {
        if (i)
            strcat(text, " ");
        strcat(text, cases[i]->id);
    }
    free(cases);
    return text;
}
#define CHOSEN(...)                                                                                \
    chosen((const char *const[]){__VA_ARGS__},                                                     \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

Test(select, without_a_pattern_all_in_order)
{
    cr_assert_str_eq(chosen(NULL, 0),
                     "OTH_GAMMA_BV_01 TST_ALPHA_BI_02 TST_ALPHA_BV_01 TST_BETA_BV_01");
}

Test(select, an_id_with_dashes_or_underscores)
{
    cr_assert_str_eq(CHOSEN("TST-ALPHA-BV-01"), "TST_ALPHA_BV_01");
    cr_assert_str_eq(CHOSEN("TST_ALPHA_BV_01"), "TST_ALPHA_BV_01");
}

Test(select, a_shell_pattern)
{
    cr_assert_str_eq(CHOSEN("TST-*-BV-0?"), "TST_ALPHA_BV_01 TST_BETA_BV_01");
    cr_assert_str_eq(CHOSEN("TST_*_B[I]_*"), "TST_ALPHA_BI_02");
}

Test(select, a_row_means_the_cases_that_judge_it)
{
    cr_assert_str_eq(CHOSEN("ROW-1"), "TST_ALPHA_BI_02 TST_ALPHA_BV_01");
}

Test(select, a_flow_means_the_cases_of_its_rows)
{
    cr_assert_str_eq(CHOSEN("sync"), "TST_ALPHA_BV_01 TST_BETA_BV_01");
}

Test(select, patterns_add_up_without_duplicates)
{
    cr_assert_str_eq(CHOSEN("TST-ALPHA-*", "ROW-1", "storage"),
                     "OTH_GAMMA_BV_01 TST_ALPHA_BI_02 TST_ALPHA_BV_01");
}

Test(select, a_pattern_that_matches_nothing_is_named)
{
    cr_assert_str_eq(CHOSEN("TST-ALPHA-*", "TST-DELTA-*"), "?TST-DELTA-*");
    cr_assert_str_eq(CHOSEN("TST-ALPHA"), "?TST-ALPHA");
    cr_assert_str_eq(CHOSEN("ROW"), "?ROW");
    cr_assert_str_eq(CHOSEN(""), "?");
}

/* How many of the four cases are kept, and of what subject the first is. */
static size_t kept(const char *device, const char *provider, bool own, bool *ret_provider)
{
    struct run_options options = {
        .of = {[SUBJECT_DEVICE] = {.name = device}, [SUBJECT_PROVIDER] = {provider, own, NULL}}};
    const struct conf_case *cases[] = {&OTH_GAMMA_BV_01, &TST_ALPHA_BI_02, &TST_ALPHA_BV_01,
                                       &TST_BETA_BV_01};
    size_t count = run_keep_subjects(&options, cases, 4);

    *ret_provider = cases[0]->needs & CONF_PROVIDER;
    return count;
}

Test(select, our_own_simulator_and_provider_are_both_judged)
{
    bool provider;

    cr_assert_eq(kept(NULL, "libspcore.so", true, &provider), 4);
}

Test(select, a_device_alone_is_judged_alone)
{
    bool provider;

    cr_assert_eq(kept("usb:1:2", NULL, false, &provider), 3);
    cr_assert_not(provider);
}

Test(select, a_provider_alone_is_judged_alone)
{
    bool provider;

    cr_assert_eq(kept(NULL, "vendor.so", false, &provider), 1);
    cr_assert(provider);
}

Test(select, a_player_is_a_device)
{
    struct run_options player = {.player = "mtp"};
    const struct conf_case *cases[] = {&OTH_GAMMA_BV_01, &TST_ALPHA_BI_02, &TST_ALPHA_BV_01,
                                       &TST_BETA_BV_01};

    cr_assert_eq(run_keep_subjects(&player, cases, 4), 3);
    player.of[SUBJECT_PROVIDER].name = "vendor.so";
    cr_assert_eq(run_keep_subjects(&player, cases, 3), 3);
}

Test(select, it_is_the_player_of_every_case)
{
    struct run_options own = {0}, player = {.player = "/its/folder/my.yaml"};

    cr_assert_str_eq(subject_player_file(&own, &TST_BETA_BV_01), "mtp");
    cr_assert_str_eq(subject_player_file(&player, &TST_BETA_BV_01), "/its/folder/my.yaml");
    cr_assert_str_eq(subject_player_name(&player, &OTH_GAMMA_BV_01), "my.yaml");
}

Test(select, a_device_and_a_provider_are_judged_together)
{
    bool provider;

    cr_assert_eq(kept("usb:1:2", "vendor.so", false, &provider), 4);
}

Test(select, our_model_of_a_host_is_in_no_vendors_run)
{
    static const struct conf_case host = {.needs = CONF_HOST | CONF_CONTROL};
    const struct conf_case *cases[] = {&host};
    struct run_options own = {.of = {[SUBJECT_PROVIDER] = {.name = "libspcore.so", .own = true}}};
    struct run_options device = {.of = {[SUBJECT_DEVICE] = {.name = "usb:1:2"}}};
    struct run_options provider = {.of = {[SUBJECT_PROVIDER] = {.name = "vendor.so"}}};
    struct run_options player = {.player = "mtp"};

    cr_assert_eq(run_keep_subjects(&own, cases, 1), 1);
    cr_assert_eq(run_keep_subjects(&player, cases, 1), 0);
    cr_assert_eq(run_keep_subjects(&device, cases, 1), 0);
    cr_assert_eq(run_keep_subjects(&provider, cases, 1), 0);
}

Test(select, shards_part_the_cases_without_gap_or_overlap)
{
    static const char letters[] = "abcdefg";
    unsigned seen[7] = {0};

    for (unsigned i = 1; i <= 3; i++) {
        const struct conf_case *cases[7];
        size_t kept;

        for (size_t k = 0; k < 7; k++)
            cases[k] = (const struct conf_case *)(const void *)&letters[k];
        kept = run_shard(cases, 7, i, 3);
        for (size_t k = 0; k < kept; k++)
            seen[(const char *)(const void *)cases[k] - letters]++;
    }
    for (unsigned i = 0; i < 7; i++)
        cr_assert_eq(seen[i], 1);
}

Test(select, more_shards_than_cases_leave_some_empty)
{
    const struct conf_case *cases[1] = {&TST_BETA_BV_01};

    cr_assert_eq(run_shard(cases, 1, 2, 2), 0);
}

Test(select, the_player_follows_from_the_subject)
{
    cr_assert_str_eq(subject_player(&TST_BETA_BV_01), "mtp");
    cr_assert_str_eq(subject_player(&OTH_GAMMA_BV_01), "pap-winusb");
}
