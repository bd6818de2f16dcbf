/* What the verbs that start players have in common: their options, and the line about what is
 * wrong. */
#ifndef SIMULATOR_CLI_PAPSIM_SERVICE_H
#define SIMULATOR_CLI_PAPSIM_SERVICE_H

#include "simulator/control/service.h"
#include "spcore/command/command.h"

/* Long options every verb that starts players knows; a verb's own begin at OPTION_OWN. */
enum {
    OPTION_PLAYER = 256,
    OPTION_CONTROL,
    OPTION_STATE,
    OPTION_CAPTURE,
    OPTION_DEVIATE,
    OPTION_SEED,
    OPTION_MEMORY,
    OPTION_OWN
};
extern const struct command_option service_command_options[];
/* One of these; 0, or the exit status after a line on stderr. */
int cli_service_option(int option, const char *value, struct service_options *options);
/* Brings it up; 0, or the exit status after a line on stderr. service_close() is due in both cases.
 */
int cli_service_open(struct service *service, const struct service_options *options);
/* `papsim serve`, with player files that were read before; NULL: with none. The exit status. */
int cli_serve_shelved(int argc, char **argv, struct spec_shelf *shelf);

#endif
