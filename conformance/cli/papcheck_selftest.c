/* `papcheck selftest`: what the command line says, and the files it needs; the rest is
 * conformance/selftest. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/program.h"
#include "conformance/selftest/selftest.h"

static struct {
    struct selftest self;
    struct catalogue catalogue;
    struct defect_list defects;
    char out[PATH_MAX], papsim[PATH_MAX], provider[PATH_MAX], deviant[PATH_MAX];
} it;

enum { OPTION_OUT, OPTION_JOBS };

static const struct command_option selftest_options[] = {
    {"out", "DIR", "results and evidence; out/selftest if not said", OPTION_OUT, 0},
    {"jobs", "N", "how many cases at once, 1 to 256", OPTION_JOBS, 0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, const char **ret_out)
{
    int option;

    while ((option = command_next(&cli_selftest, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == OPTION_OUT)
            *ret_out = optarg;
        else
            it.self.options.jobs = (unsigned)strtoul(optarg, NULL, 10);
        if (option == OPTION_JOBS && (!it.self.options.jobs || it.self.options.jobs > 256))
            return cli_usage("--jobs %s: expected a number from 1 to 256", optarg);
    }
    it.self.patterns = (const char *const *)argv + optind;
    it.self.pattern_count = (size_t)(argc - optind);
    return 0;
}

static int set_up(const char *out)
{
    const char *bad;
    struct run_options *options = &it.self.options;
    const struct subject *provider = &subjects[SUBJECT_PROVIDER];

    if (program_beside(provider->deviant, it.deviant, sizeof(it.deviant)) < 0) {
        cli_usage("selftest: %s is never installed: run it from a checkout's build",
                  provider->deviant);
        return EXIT_ERROR;
    }
    if (program_beside("papsim", it.papsim, sizeof(it.papsim)) < 0 ||
        program_beside(provider->own, it.provider, sizeof(it.provider)) < 0) {
        cli_usage("selftest: papsim and %s are not with papcheck (papcheck doctor)", provider->own);
        return EXIT_ERROR;
    }
    if (defects_load(&it.defects) < 0) {
        cli_usage("selftest: the lists of deviations cannot be read");
        return EXIT_ERROR;
    }
    it.self.defects = &it.defects;
    bad = selftest_bad_pattern(&it.self);
    if (bad)
        return cli_usage("selftest %s: no such defect, and no row that has one", bad);
    options->papsim = it.papsim;
    options->of[SUBJECT_PROVIDER] = (struct subject_given){.name = it.provider, .own = true};
    options->out = it.out;
    options->seed = 1;
    options->quiet_evidence = true;
    it.self.catalogue = &it.catalogue;
    it.self.deviant = it.deviant;
    return cli_make_out(out, it.out);
}

static int selftest(int argc, char **argv)
{
    const char *out = "out/selftest";
    int status = parse(argc, argv, &out);

    if (!status)
        status = cli_catalogue(&it.catalogue);
    if (!status)
        status = set_up(out);
    if (!status) {
        status = selftest_run(&it.self) < 0 ? EXIT_ERROR : selftest_report(&it.self);
        if (status < 0)
            status = EXIT_ERROR;
    }
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
