/* `papcheck selftest`: what the command line says, and the files it needs; the rest is
 * conformance/selftest. */
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/program.h"
#include "conformance/selftest/selftest.h"

#define PATTERNS_MAX 64

static struct {
    struct selftest self;
    struct catalogue catalogue;
    struct defect_list defects;
    const char *patterns[PATTERNS_MAX];
    char out[PATH_MAX], papsim[PATH_MAX], provider[PATH_MAX], deviant[PATH_MAX];
} it;

static int parse(int argc, char **argv, const char **ret_out)
{
    it.self.patterns = it.patterns;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
            *ret_out = argv[++i];
        } else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc) {
            it.self.options.jobs = (unsigned)strtoul(argv[++i], NULL, 10);
            if (!it.self.options.jobs || it.self.options.jobs > 256)
                return cli_usage("--jobs %s: expected a number from 1 to 256", argv[i]);
        } else if (argv[i][0] == '-' || it.self.pattern_count == PATTERNS_MAX) {
            return cli_usage("selftest: unknown option %s; expected --out DIR or --jobs N",
                             argv[i]);
        } else {
            it.patterns[it.self.pattern_count++] = argv[i];
        }
    }
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

int cli_selftest(int argc, char **argv)
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
