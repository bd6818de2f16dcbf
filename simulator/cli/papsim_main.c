/* papsim: a virtual USB portable audio player over USB/IP. */
#include "simulator/cli/papsim_verbs.h"
#include "spcore/base.h"

static const struct command *const commands[] = {
    &cli_serve,   &cli_exec,       &cli_control, &cli_import,  &cli_anonymise,
    &cli_players, &cli_deviations, &cli_check,   &cli_nursery, &cli_keys,
    NULL};

static const struct command_exit exits[] = {
    {"0", "done"},
    {"1", "refused by the player"},
    {"2", "bad usage or input"},
    {"3", "no such service, or output that cannot be written"},
    {"exec", "COMMAND's own, 128+n when signal n ended it, 125 papsim's own failure, 126 COMMAND "
             "cannot be executed, 127 not found"},
    {NULL, NULL},
};

static const struct command_program papsim = {
    .name = "papsim",
    .version = PAPKIT_VERSION,
    .text = "a virtual USB portable audio player over USB/IP",
    .notes = "",
    .commands = commands,
    .exits = exits,
    .usage = EXIT_USAGE,
};

int main(int argc, char **argv)
{
    return cli_finish(command_main(&papsim, argc, argv));
}
