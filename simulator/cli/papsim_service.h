/* What the verbs that start players have in common: their options, and the line about what is
 * wrong. */
#ifndef SIMULATOR_CLI_PAPSIM_SERVICE_H
#define SIMULATOR_CLI_PAPSIM_SERVICE_H

#include "simulator/control/service.h"

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
/* clang-format off */
#define SERVICE_OPTIONS                                     \
    {"player", required_argument, NULL, OPTION_PLAYER},     \
    {"control", required_argument, NULL, OPTION_CONTROL},   \
    {"state", required_argument, NULL, OPTION_STATE},       \
    {"capture", required_argument, NULL, OPTION_CAPTURE},   \
    {"deviate", required_argument, NULL, OPTION_DEVIATE},   \
    {"memory", required_argument, NULL, OPTION_MEMORY},     \
    {"seed", required_argument, NULL, OPTION_SEED}
/* clang-format on */
/* One of these; 0, or the exit status after a line on stderr. */
int cli_service_option(int option, const char *value, struct service_options *options);
/* Brings it up; 0, or the exit status after a line on stderr. service_close() is due in both cases.
 */
int cli_service_open(struct service *service, const struct service_options *options);

#endif
