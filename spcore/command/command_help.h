/* What a program says of its commands. Each returns 0, the exit code of a question answered. */
#ifndef SPCORE_COMMAND_COMMAND_HELP_H
#define SPCORE_COMMAND_COMMAND_HELP_H

#include "spcore/command/command.h"

/* For people, on stdout. */
int command_help_program(const struct command_program *program);
int command_help(const struct command_program *program, const struct command *command);
/* Everything as lines of fields with tabs between, for ci/gen_manual.py and
 * ci/gen_completion.py. */
int command_help_table(const struct command_program *program);

/* Its own options, then the shared; NULL behind the last. */
const struct command_option *command_option_at(const struct command *command, size_t index);

#endif
