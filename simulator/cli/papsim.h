/* papsim's verbs and what they share: their options, and one line on stderr for bad input. */
#ifndef SIMULATOR_CLI_PAPSIM_H
#define SIMULATOR_CLI_PAPSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

/* "papsim: " and the message on one line of stderr; returns EXIT_USAGE. */
int cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A whole number of any base C knows, at most `most`; 0 or -EINVAL. */
int cli_number(const char *text, uint64_t most, uint64_t *ret_number);

/* The next option of a verb, or OPTIONS_END, or OPTION_WRONG after a line on stderr; `letters` are
 * getopt's and hold a ':' first. */
enum { OPTIONS_END = -1, OPTION_WRONG = -2 };
struct option;
int cli_option(int argc, char **argv, const char *letters, const struct option *options);

/* Whether a name is that of a file, or of none yet: what is made for it can be named after it. */
bool cli_is_file(const char *path);
/* A result to where the user wants it (NULL: stdout): a file is replaced as a whole or not at all,
 * with its access kept and through symbolic links, what is no file is written in place. 0, or the
 * exit status after a line on stderr. */
int cli_put(const char *path, const char *text, size_t size);
/* The exit status, once everything printed has left: EXIT_ENVIRONMENT and a line if it cannot. */
int cli_finish(int status);

/* Verbs: argv[0] is the verb. */
int cli_serve(int argc, char **argv);
int cli_exec(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_anonymise(int argc, char **argv);
int cli_control(int argc, char **argv);
int cli_players(int argc, char **argv);
int cli_list_defects(int argc, char **argv);
int cli_nursery(int argc, char **argv); /* the judge's alone: not in the help */

#endif
