/* The command line of `papcheck run`. */
#ifndef CONFORMANCE_CLI_PAPCHECK_OPTIONS_H
#define CONFORMANCE_CLI_PAPCHECK_OPTIONS_H

#include <limits.h>

#include "conformance/run/run.h"
#include "spcore/command/command.h"

#define OPTIONS_DEFECTS_MAX 64

struct arguments {
    struct run_options options;
    const char *defects[SUBJECTS][OPTIONS_DEFECTS_MAX + 1];
    size_t defect_counts[SUBJECTS];
    const char *out; /* as it was asked for; NULL: a new folder below out */
    unsigned shard, shards;
    char provider_class[PROVIDER_CLASS_ROOM], shard_text[24],
        *command; /* both as they were asked for; the latter is its own */
    /* What options point to once they are complete. */
    char out_path[PATH_MAX], papsim[PATH_MAX], player[PATH_MAX], mof[PATH_MAX],
        files[SUBJECTS][PATH_MAX];
};

/* What `papcheck run` takes, once options_list() has put together its own and the subjects'. */
extern struct command_option options_run[];
void options_list(void);

/* The command line as a shell takes it, for the caller to free; NULL: no memory. */
char *options_command(int argc, char **argv);
/* Each 0 or an exit code, after a line that says why. */
int options_parse(int argc, char **argv, struct arguments *arguments);
/* What is wrong with what was asked for, before anything runs: files, defects, ICS; and what comes
 * with papcheck takes the place of what was not named. */
int options_check(struct arguments *arguments, const struct catalogue *catalogue);
/* Makes the folder. */
int options_complete(struct arguments *arguments);

#endif
