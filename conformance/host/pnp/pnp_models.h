/* The devices that an INF is for, without one on the desk. */
#ifndef CONFORMANCE_HOST_PNP_PNP_MODELS_H
#define CONFORMANCE_HOST_PNP_PNP_MODELS_H

#include "conformance/host/pnp/pnp_machine.h"

/* Plugs one device for each model that a package has for the machine, which has the model's first
 * id and no other. How many, of at most `room`. */
size_t pnp_plug_models(struct pnp_machine *machine, const char *package,
                       struct pnp_devnode *ret_devnodes[], size_t room);

#endif
