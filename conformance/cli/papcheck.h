/* papcheck's verbs and what they share. Exit codes: 0 conformant, 1 non-conformant, 2 usage,
 * 3 suite or environment, 5 incomplete, 130 interrupted. */
#ifndef CONFORMANCE_CLI_PAPCHECK_H
#define CONFORMANCE_CLI_PAPCHECK_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>

#include "conformance/catalogue/catalogue.h"
#include "spcore/command/command.h"

enum {
    EXIT_OK = 0,
    EXIT_NONCONFORMANT = 1,
    EXIT_USAGE = 2,
    EXIT_ERROR = 3,
    EXIT_INCOMPLETE = 5,
    EXIT_INTERRUPTED = 130
};

/* The exit status, once everything printed has left: EXIT_ERROR and a line if it cannot. */
int cli_finish(int status);
/* Loads the catalogue or says why not: 0, or EXIT_ERROR. */
int cli_catalogue(struct catalogue *ret);
/* On stdout, with a line's end. */
void cli_print_json(const json_t *value);
/* Lines of anybody's text, on stdout. */
void cli_print_lines(char *text);
/* The whole path of a folder for output, made if its parent's parent is there; 0 or a usage
 * error. */
int cli_make_out(const char *path, char ret[PATH_MAX]);

/* What is said of a --clsid that is none, with its text. */
#define CLI_CLSID "--clsid %s: expected {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}"
/* 0, or a usage error of --option when the file cannot be opened as a library. One that crashes or
 * hangs while it is loaded can: that is a finding. */
int cli_check_library(const char *option, const char *path);

/* Each stands with what it does. */
extern const struct command cli_run, cli_merge, cli_list, cli_ics, cli_explain, cli_doctor,
    cli_report, cli_selftest, cli_sync, cli_inf, cli_mof, cli_wmi, cli_registry;
extern const struct command cli_probe; /* the process cli_check_library() asks */

#endif
