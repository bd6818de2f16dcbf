/* `papcheck selftest`: what the command line says, and the files it needs; the rest is
 * conformance/selftest. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/program.h"
#include "conformance/selftest/selftest.h"
#include "conformance/selftest/survey.h"

static struct {
    struct selftest self;
    struct survey survey;
    bool generates;
    struct catalogue catalogue;
    struct defect_list defects;
    char out[PATH_MAX], papsim[PATH_MAX];
    char own[SUBJECTS][PATH_MAX], deviant[SUBJECTS][PATH_MAX]; /* of those that are files */
    const char *deviants[SUBJECTS];
} it;

enum { OPTION_OUT, OPTION_JOBS, OPTION_GENERATED, OPTION_SEED, OPTION_SAMPLE, OPTION_LEAST };

static const struct command_option selftest_options[] = {
    {"out", "DIR", "results and evidence; out/selftest if not said", OPTION_OUT, 0},
    {"jobs", "N", "how many cases at once, 1 to 256", OPTION_JOBS, 0},
    {"generated", NULL,
     "instead of the declared ones those that nobody wrote down: each field of each answer "
     "changed, "
     "dropped, doubled or swapped with another object's",
     OPTION_GENERATED, 0},
    {"seed", "N", "of the generated: which are in the sample, and how they are spoilt", OPTION_SEED,
     0},
    {"sample", "N", "of the generated: how many, all if not said", OPTION_SAMPLE, 0},
    {"least", "PERCENT", "of the generated: fewer that are found are a failure", OPTION_LEAST, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* Of the options that are numbers: how they are called, the range, where they go. */
static int take_number(int option, const char *value)
{
    static const struct {
        const char *name;
        unsigned long least, most;
    } numbers[] = {
        [OPTION_JOBS] = {"jobs", 1, 256},
        [OPTION_SEED] = {"seed", 0, UINT32_MAX},
        [OPTION_SAMPLE] = {"sample", 1, 1000000},
        [OPTION_LEAST] = {"least", 0, 100},
    };
    char *end;
    unsigned long number = strtoul(value, &end, 10);

    if (*value < '0' || *value > '9' || *end || number < numbers[option].least ||
        number > numbers[option].most)
        return cli_usage("--%s %s: expected a number from %lu to %lu", numbers[option].name, value,
                         numbers[option].least, numbers[option].most);
    if (option == OPTION_JOBS)
        it.self.options.jobs = (unsigned)number;
    else if (option == OPTION_SEED)
        it.survey.seed = number;
    else if (option == OPTION_SAMPLE)
        it.survey.sample = number;
    else
        it.survey.least = (unsigned)number;
    return 0;
}

static int parse(int argc, char **argv, const char **ret_out)
{
    bool only_generated = false;
    int option, status;

    while ((option = command_next(&cli_selftest, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        only_generated |= option >= OPTION_SEED;
        if (option == OPTION_OUT)
            *ret_out = optarg;
        else if (option == OPTION_GENERATED)
            it.generates = true;
        else if ((status = take_number(option, optarg)) != 0)
            return status;
    }
    if (only_generated && !it.generates)
        return cli_usage("selftest: --seed, --sample and --least are of --generated");
    it.self.patterns = it.survey.patterns = (const char *const *)argv + optind;
    it.self.pattern_count = it.survey.pattern_count = (size_t)(argc - optind);
    return 0;
}

/* Ours, with and without defects. */
static bool find_files(enum subject_id id)
{
    const struct subject *subject = &subjects[id];

    if (program_beside(subject->deviant, it.deviant[id], PATH_MAX) < 0) {
        cli_usage("selftest: %s is never installed: run it from a checkout's build",
                  subject->deviant);
        return false;
    }
    if (program_beside(subject->own, it.own[id], PATH_MAX) < 0) {
        cli_usage("selftest: %s is not with papcheck (papcheck doctor)", subject->own);
        return false;
    }
    it.deviants[id] = it.deviant[id];
    it.self.options.of[id] = (struct subject_given){.name = it.own[id], .own = true};
    return true;
}

static int set_up(const char *out)
{
    const char *bad;
    struct run_options *options = &it.self.options;

    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        if (subjects[id].own && !find_files(id))
            return EXIT_ERROR;
    }
    if (program_beside("papsim", it.papsim, sizeof(it.papsim)) < 0) {
        cli_usage("selftest: papsim is not with papcheck (papcheck doctor)");
        return EXIT_ERROR;
    }
    if (defects_load(&it.defects) < 0) {
        cli_usage("selftest: the lists of deviations cannot be read");
        return EXIT_ERROR;
    }
    it.self.defects = &it.defects;
    bad = it.generates ? NULL : selftest_bad_pattern(&it.self);
    if (bad)
        return cli_usage("selftest %s: no such defect, and no row that has one", bad);
    options->papsim = it.papsim;
    options->out = it.out;
    options->seed = 1;
    options->quiet_evidence = true;
    it.self.catalogue = &it.catalogue;
    it.self.deviants = it.deviants;
    it.survey.options = *options;
    it.survey.catalogue = &it.catalogue;
    it.survey.deviants = it.deviants;
    return cli_make_out(out, it.out);
}

static int judge(void)
{
    int error = it.generates ? survey_run(&it.survey) : selftest_run(&it.self);

    if (error < 0)
        return EXIT_ERROR;
    if (it.generates && !it.survey.made_count)
        return cli_usage("selftest --generated: nothing that passes is named so");
    error = it.generates ? survey_report(&it.survey) : selftest_report(&it.self);
    return error < 0 ? EXIT_ERROR : error;
}

static int selftest(int argc, char **argv)
{
    const char *out = "out/selftest";
    int status = parse(argc, argv, &out);

    if (!status)
        status = cli_catalogue(&it.catalogue);
    if (!status)
        status = set_up(out);
    if (!status)
        status = judge();
    survey_done(&it.survey);
    selftest_done(&it.self);
    defects_done(&it.defects);
    catalogue_done(&it.catalogue);
    return status;
}

const struct command cli_selftest = {
    .name = "selftest",
    .arguments = "[PATTERN…]",
    .text = "Switches on each declared defect, or those that PATTERN names, and sees that its "
            "cases find it.",
    .options = selftest_options,
    .run = selftest,
};
