/* papsim's verbs and what they share: their options, and one line on stderr for bad input. */
#ifndef SIMULATOR_CLI_PAPSIM_VERBS_H
#define SIMULATOR_CLI_PAPSIM_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spcore/command/command.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

/* A whole number of any base C knows, at most `most`; 0 or -EINVAL. */
int cli_number(const char *text, uint64_t most, uint64_t *ret_number);

/* Whether a name is that of a file, or of none yet: what is made for it can be named after it. */
bool cli_is_file(const char *path);
/* A result to where the user wants it (NULL: stdout): a file is replaced as a whole or not at all,
 * with its access kept and through symbolic links, what is no file is written in place. 0, or the
 * exit status after a line on stderr. */
int cli_put(const char *path, const char *text, size_t size);
/* The exit status, once everything printed has left: EXIT_ENVIRONMENT and a line if it cannot. */
int cli_finish(int status);

/* Each stands with what it does. */
extern const struct command cli_serve, cli_exec, cli_import, cli_anonymise, cli_control,
    cli_players, cli_deviations, cli_check;
extern const struct command cli_keys;    /* for docs/player-file.md */
extern const struct command cli_nursery; /* the judge's alone */

#endif
