/* papd: keeps players up to date with a library, while there are any. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/papd/papd.h"

static const struct command *const commands[] = {&papd_run, &papd_install_files, NULL};

static const struct command_exit exits[] = {
    {"0", "done: no player is left, or it was told to end"},
    {"1", "USB cannot be watched, or a file cannot be written"},
    {"2", "bad usage or input"},
    {"75", "a player came while it was ending: to be started again"},
    {NULL, NULL},
};

static const struct command_program papd = {
    .name = "papd",
    .version = PAPKIT_VERSION,
    .text = "brings portable audio players up to date with a library as they come",
    .notes = "`run` may be left out: papd --library DIR --inf FILE.\n",
    .commands = commands,
    .exits = exits,
    .usage = EXIT_USAGE,
};

/* Options alone are those of `run`. */
static bool is_run(int argc, char **argv)
{
    static const char *const others[] = {"--help", "-h", "--version", "--commands"};

    if (argc < 2 || argv[1][0] != '-')
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (strcmp(argv[1], others[i]) == 0)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    char **words = argv, run[] = "run";
    int status;

    if (is_run(argc, argv)) {
        words = calloc((size_t)argc + 2, sizeof(*words));
        if (!words)
            return EXIT_FAILED;
        words[0] = argv[0];
        words[1] = run;
        memcpy(words + 2, argv + 1, (size_t)argc * sizeof(*words));
        argc++;
    }
    status = command_main(&papd, argc, words);
    if (words != argv)
        free(words);
    if (fflush(stdout) || ferror(stdout))
        status = (cli_complain("stdout cannot be written"), EXIT_FAILED);
    return status;
}
