/* A device that is really there – a player of papsim, or one on a cable – as what is plugged into a
 * port of the machine. It is held while descriptors are read and while handles are open, so that
 * others may have it in between. */
#ifndef CONFORMANCE_HOST_PNP_PNP_REACH_H
#define CONFORMANCE_HOST_PNP_PNP_REACH_H

#include "conformance/host/pnp/pnp_machine.h"

/* DeviceIoControl's code for a control transfer: in are the 8 bytes of the set-up and what goes to
 * the device, out what comes from it. Reading and writing are the bulk pipes of the first interface
 * that has both. */
enum { PNP_IOCTL_CONTROL = 0x222000 };

struct pnp_reach; /* opaque */

/* 0, or -errno when nothing is reached there now. */
int pnp_reach_new(const char *uri, struct pnp_reach **ret);
const struct pnp_port *pnp_reach_port(struct pnp_reach *reach);
/* Lets go of the device until it is asked again; handles that are open keep it. */
void pnp_reach_rest(struct pnp_reach *reach);
/* When handles are closed. NULL is fine. */
void pnp_reach_free(struct pnp_reach *reach);

#endif
