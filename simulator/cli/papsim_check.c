/* `papsim check`: all that is wrong with player files, before anything is made of them; and, for
 * their reference, what may stand in them. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "simulator/cli/papsim_verbs.h"
#include "simulator/player/players.h"
#include "simulator/spec/key_list.h"
#include "simulator/spec/spec.h"

/* The exit status. */
static int check_file(const char *path)
{
    struct faults faults = {0};
    int error = spec_check(path, &faults);
    bool right = !error && !faults.count;

    for (size_t i = 0; i < faults.kept; i++)
        puts(faults.at[i].text);
    if (faults.count > faults.kept)
        printf("%s: %zu faults more\n", path, faults.count - faults.kept);
    faults_done(&faults);
    if (error)
        return cli_usage("check: %s: out of memory", path);
    return right ? EXIT_DONE : EXIT_USAGE;
}

static int check(int argc, char **argv)
{
    int status = EXIT_DONE;
    char path[PATH_MAX];

    if (command_next(&cli_check, argc, argv) == COMMAND_WRONG)
        return EXIT_USAGE;
    if (optind == argc)
        return cli_usage("check: expected NAME or FILE of a player (papsim players lists names)");
    for (int i = optind; i < argc; i++) {
        /* What is no name is a file, if one that is not there. */
        bool found = beside_player(argv[i], path, sizeof(path)) == 0;

        if (check_file(found ? path : argv[i]))
            status = EXIT_USAGE;
    }
    return status;
}

const struct command cli_check = {
    .name = "check",
    .arguments = "NAME|FILE…",
    .text = "Says all faults of player files, one a line: FILE:LINE: KEY: what stands there and "
            "what may.",
    .run = check,
};

static int list_keys(int argc, char **argv)
{
    if (argc > 1)
        return cli_usage("keys: unexpected argument %s", argv[1]);
    key_list(stdout);
    return EXIT_DONE;
}

const struct command cli_keys = {.name = "keys", .hidden = true, .run = list_keys};
