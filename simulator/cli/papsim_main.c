/* papsim: a virtual USB portable audio player over USB/IP. */
#include <stdio.h>
#include <string.h>

#include "simulator/cli/papsim.h"
#include "spcore/base.h"

#define PAPSIM_VERSION "0.1.0"

static const struct {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"serve",
     "--player NAME|FILE… [--listen ADDR:PORT] [--control SOCK] [--state DIR]\n"
     "            [--capture F.pcapng] [--deviate NAME]… [--seed N]\n"
     "            [--memory MIB]: what the objects of a player may take, 2048 if not said",
     cli_serve},
    {"exec",
     "[--player NAME|FILE]… [--connect HOST[:PORT][/BUSID]]… [--control SOCK]\n"
     "            [--capture F.pcapng] [--state DIR] [--deviate NAME]… [--seed N]\n"
     "            [--memory MIB] -- COMMAND ARGS…",
     cli_exec},
    {"control", "SOCK VERB [KEY=VALUE]…   or   SOCK '{\"verb\":…}'", cli_control},
    {"import", "mtp-detect LOG [--lsusb FILE] or lsusb FILE, [--device VID:PID] [-o FILE.yaml]",
     cli_import},
    {"anonymise", "FILE [-o FILE]: other serial numbers and names in a player file or a log",
     cli_anonymise},
    {"players", "lists the player files that come with papsim", cli_players},
    {"deviations", "[--json] lists the defects that can be switched on", cli_list_defects},
};

static int help(void)
{
    puts("papsim: a virtual USB portable audio player over USB/IP\n\nusage:");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        printf("  papsim %s %s\n", verbs[i].name, verbs[i].help);
    puts("\nexit: 0 done, 1 refused by the player, 2 bad usage or input, 3 no such service or\n"
         "      output that cannot be written\n"
         "exec: COMMAND's own, 128+n when signal n ended it, 125 papsim's own failure,\n"
         "      126 COMMAND cannot be executed, 127 not found");
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage("expected a verb: serve, exec, control, import, anonymise, players or "
                         "deviations (--help)");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0) {
        puts("papsim " PAPSIM_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "nursery") == 0)
        return cli_nursery(argc - 1, argv + 1);
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    }
    return cli_usage(
        "%s: unknown verb; expected serve, exec, control, import, anonymise, players or deviations",
        argv[1]);
}

int main(int argc, char **argv)
{
    return cli_finish(run(argc, argv));
}
