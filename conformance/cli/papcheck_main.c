/* papcheck: the judge. Its verbs, and the one that only it calls: `probe` asks in a process of its
 * own whether a file is a library. */
#include <stdio.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/program.h"
#include "spcore/base.h"

static const struct {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"run",
     "[PATTERN…] [--device URI] [--provider LIB] [--ics F] [--out DIR] [--jobs N]\n"
     "            [--seed N] [--shard i/n] [--strict] [--fail-fast] [--destructive]\n"
     "            [--serial S] [--allow-mtp] [--deviate NAME]… [--provider-deviate NAME]\n"
     "            [--host-deviate NAME] [--timeout-scale N] [--evidence failed|all]\n"
     "            [--debug]",
     cli_run},
    {"list", "[PATTERN…] [--subject NAME] [--rows [--selftest DIR]] [--json]", cli_list},
    {"explain", "CASE|ROW [--out DIR]", cli_explain},
    {"doctor", "", cli_doctor},
    {"report", "DIR [--format text,junit,json,html]", cli_report},
    {"selftest", "[PATTERN…] [--out DIR] [--jobs N]", cli_selftest},
};

static int help(void)
{
    puts("papcheck: judges portable audio players, their service providers and USB/IP servers\n\n"
         "usage:");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        printf("  papcheck %s %s\n", verbs[i].name, verbs[i].help);
    puts("\nPATTERN: a case (AREA-TOPIC-*), a requirement row, or a flow (enumeration,\n"
         "authentication, storage, sync). Without --device a simulator of our own is judged.\n"
         "exit: 0 conformant, 1 non-conformant, 2 usage, 3 suite or environment, 130 interrupted");
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage(
            "expected a verb: run, list, explain, doctor, report or selftest (--help)");
    if (strcmp(argv[1], "probe") == 0)
        return cli_probe(argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0) {
        puts("papcheck " PROGRAM_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0 && argc > 2 &&
            (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
            return help();
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    }
    return cli_usage("%s: unknown verb; expected run, list, explain, doctor, report or selftest",
                     argv[1]);
}

int main(int argc, char **argv)
{
    return cli_finish(run(argc, argv));
}
