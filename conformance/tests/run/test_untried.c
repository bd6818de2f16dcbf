/* What is offered and was never exercised, and of what run that is said. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/untried.h"

static const struct conf_case of_device = {.id = "A_A_BV_01", .player = "mtp"};
static const struct conf_case of_provider = {.id = "B_B_BV_01", .needs = CONF_PROVIDER};

static const char *items[] = {"MTP.OP.1001", "MTP.OP.1011", "MTP.EVENT.4002", "STILL_IMAGE"};
static const char *others[] = {"MTP.OP.9201"};
static struct result_ics ics[] = {{.player = "mtp", .items = {items, 4}},
                                  {.player = "mtp-music", .items = {others, 1}}};

/* All that this device has to do but GetDeviceInfo. */
#define REQUESTS                                                                                   \
    "\"request 80 00\":\"done\",\"request 81 00\":\"done\",\"request 82 00\":\"done\","            \
    "\"request 02 01\":\"done\",\"request 02 03\":\"done\",\"request 80 06 01\":\"done\","         \
    "\"request 80 06 02\":\"done\",\"request 80 06 03\":\"done\",\"request 80 08\":\"done\","      \
    "\"request 00 09\":\"done\",\"request 81 0a\":\"done\",\"request 01 0b\":\"done\","            \
    "\"request 21 64\":\"done\",\"request a1 65\":\"asked\",\"request 21 66\":\"done\","           \
    "\"request a1 67\":\"done\""

/* A run of one case that exercised this; run_done() is the caller's. */
static struct run run_of(const struct conf_case *const *cases, const char *exercised)
{
    struct run run = {.cases = cases, .case_count = 1};
    json_t *verdict = json_pack("{s:o}", "exercised", json_loads(exercised, 0, NULL));

    run.results.ics = malloc(sizeof(ics));
    memcpy(run.results.ics, ics, sizeof(ics));
    run.results.ics_count = 2;
    for (size_t i = 0; i < 2; i++) { /* results_done() frees them */
        struct texts *texts = &run.results.ics[i].items;
        const char **copy = malloc(texts->count * sizeof(*copy));

        memcpy(copy, texts->at, texts->count * sizeof(*copy));
        texts->at = copy;
    }
    run.results.cases = calloc(3, sizeof(*run.results.cases));
    run.results.case_count = 1;
    run.results.cases[0].json = verdict;
    return run;
}

static bool is_untried(const struct run *run, const char *name, const char *how, bool is_mandatory)
{
    struct result_untried one;

    for (size_t i = 0; results_untried(&run->results, i, &one); i++) {
        if (strcmp(one.name, name) == 0)
            return strcmp(one.how, how) == 0 && one.is_mandatory == is_mandatory;
    }
    return false;
}

Test(untried, what_is_listed_and_never_answered_ok_is_named)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run run = run_of(cases, "{" REQUESTS ",\"operation 1001\":\"done\","
                                   "\"operation 1011\":\"asked\"}");

    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "0x1011 SelfTest", "never with success", false));
    cr_expect(is_untried(&run, "0x4002 ObjectAdded", "never tried", false));
    cr_expect(is_untried(&run, "Get Extended Event Data", "never with success", false));
    cr_expect_eq(json_array_size(run.results.untried), 3, "no case ran on mtp-music");
    cr_expect_eq(run.results.case_count, 1, "nothing of it is mandatory");
    run_done(&run);
}

Test(untried, what_is_mandatory_is_one_more_case_without_a_verdict)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run run = run_of(cases, "{" REQUESTS "}");
    const struct result *found;

    cr_assert_eq(untried_results(&run), 0);
    cr_assert_eq(run.results.case_count, 2);
    found = &run.results.cases[1];
    cr_expect_str_eq(found->id, "UNTRIED");
    cr_expect_eq(found->verdict, VERDICT_INCONCLUSIVE);
    cr_expect_eq(found->cause, CAUSE_UNTRIED);
    cr_expect_str_eq(result_reason(found),
                     "1 of what is mandatory never did what it is for in this run: operation "
                     "0x1001 GetDeviceInfo never tried");
    cr_expect_eq(found->notes.count, 1);
    run_done(&run);
}

Test(untried, a_part_of_a_run_says_nothing_of_the_rest)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run subset = run_of(cases, "{}"), shard = run_of(cases, "{}"), cut = run_of(cases, "{}");

    subset.results.subset = true;
    shard.is_partial = true;
    cut.interrupted = true;
    cr_assert_eq(untried_results(&subset) | untried_results(&shard) | untried_results(&cut), 0);
    cr_expect_eq(json_array_size(subset.results.untried), 0);
    cr_expect_eq(json_array_size(shard.results.untried), 0);
    cr_expect_eq(json_array_size(cut.results.untried), 0);
    cr_expect_eq(subset.results.case_count + shard.results.case_count + cut.results.case_count, 3);
    run_done(&subset);
    run_done(&shard);
    run_done(&cut);
}

Test(untried, what_parts_exercised_is_exercised_in_the_whole)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run run = run_of(cases, "{\"operation 1001\":\"asked\"}");

    run.exercised = json_loads("{\"operation 1001\":\"done\",\"operation 1011\":\"done\","
                               "\"event 4002\":\"done\"," REQUESTS "}",
                               0, NULL);
    cr_assert_eq(untried_results(&run), 0);
    cr_expect_eq(json_array_size(run.results.untried), 1);
    cr_expect_eq(exercised_of(run.results.exercised, "operation 1001"), EXERCISED_DONE);
    run_done(&run);
}

Test(untried, where_cases_were_left_out_they_are_the_finding)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run run = run_of(cases, "{" REQUESTS "}");

    run.results.left = calloc(1, sizeof(*run.results.left));
    run.results.left[0] = (struct result_left){.why = "needs --destructive", .must = 1};
    run.results.left_count = 1;
    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "0x1001 GetDeviceInfo", "never tried", true));
    cr_expect_eq(run.results.case_count, 1);
    run_done(&run);
}

Test(untried, over_a_cable_no_request_is_a_finding)
{
    const struct conf_case *const cases[] = {&of_device};
    struct run run = run_of(cases, "{\"operation 1001\":\"done\"}");

    run.results.left = calloc(1, sizeof(*run.results.left));
    run.results.left[0] = (struct result_left){.why = "speaks USB/IP", .must = 1, .beyond = true};
    run.results.left_count = 1;
    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "GET_CONFIGURATION", "never tried", false));
    cr_expect_eq(run.results.case_count, 1);
    run_done(&run);
}

/* A provider that was given, of which everything but one was exercised. */
static struct run run_of_provider(const char *exercised)
{
    static const struct conf_case *const cases[] = {&of_provider};
    struct run run = run_of(cases, exercised);

    run.options.of[SUBJECT_PROVIDER].name = "lib.so";
    return run;
}

Test(untried, a_mandatory_method_is_missed_though_nobody_saw_its_interface)
{
    struct run run = run_of_provider("{\"method IMDSPObject::Open\":\"absent\"}");

    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "IMDSPStorage::GetName", "never tried", true));
    cr_expect(is_untried(&run, "IMDSPObject::Open", "only to say that it is not there", true));
    cr_expect_not(is_untried(&run, "IMDSPStorage4::GetParent", "never tried", false));
    cr_expect_eq(run.results.case_count, 2);
    run_done(&run);
}

Test(untried, of_an_interface_that_was_seen_each_method_counts)
{
    struct run run = run_of_provider("{\"interface IMDSPStorage4\":\"done\","
                                     "\"method IMDSPStorage4::GetParent\":\"absent\","
                                     "\"method IMDSPStorage4::FindStorage\":\"done\"}");

    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "IMDSPStorage4::SetReferences", "never tried", false));
    cr_expect_not(is_untried(&run, "IMDSPStorage4::FindStorage", "never tried", false));
    cr_expect_not(
        is_untried(&run, "IMDSPStorage4::GetParent", "only to say that it is not there", false),
        "what is not there is not offered");
    run_done(&run);
}

Test(untried, an_icon_need_not_be_there)
{
    struct run run = run_of_provider("{\"method IMDSPDevice::GetDeviceIcon\":\"asked\"}");

    cr_assert_eq(untried_results(&run), 0);
    cr_expect(is_untried(&run, "IMDSPDevice::GetDeviceIcon", "never with success", false));
    run_done(&run);
}
