/* papcheck: the judge. Its verbs, and the one that only it calls: `probe` asks in a process of its
 * own whether a file is a library. */
#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_options.h"
#include "spcore/base.h"

static const struct command *const commands[] = {
    &cli_run,    &cli_merge,  &cli_list,     &cli_ics,   &cli_explain,
    &cli_doctor, &cli_report, &cli_selftest, &cli_sync,  &cli_inf,
    &cli_mof,    &cli_wmi,    &cli_registry, &cli_probe, NULL};

static const struct command_exit exits[] = {
    {"0", "conformant, or done"},
    {"1", "non-conformant"},
    {"2", "usage"},
    {"3", "suite or environment"},
    {"5", "incomplete: MUST cases, or files of a library, were left out"},
    {"130", "interrupted"},
    {NULL, NULL},
};

static const struct command_program papcheck = {
    .name = "papcheck",
    .version = PAPKIT_VERSION,
    .text = "judges portable audio players, their service providers and USB/IP servers",
    .notes = "PATTERN: a case (AREA-TOPIC-*), a requirement row, or a flow (enumeration,\n"
             "authentication, storage, sync). Without --device a simulator of our own is judged.\n",
    .commands = commands,
    .exits = exits,
    .usage = EXIT_USAGE,
};

int main(int argc, char **argv)
{
    options_list();
    return cli_finish(command_main(&papcheck, argc, argv));
}
