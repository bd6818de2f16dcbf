/* What a provider offers, as items of the ICS, and its class: observed in a process of its own, as
 * it may crash or hang. */
#ifndef CONFORMANCE_RUN_OFFER_H
#define CONFORMANCE_RUN_OFFER_H

#include "conformance/case/context.h"
#include "conformance/run/run.h"

/* Loads options' provider against the device of `where`, which names evidence folder (made), URI
 * and control socket, and sets every item it offers or that could not be asked: its cases judge
 * why. *ret_class where options have none and somebody names one. 0 or -errno, when it could not
 * even be tried. */
int offer_observe(const struct run_options *options, const struct conf_context *where,
                  struct ics *ics, struct run_class *ret_class);
/* The items are all of this prefix. */
#define OFFER_PREFIX "PROVIDER."

#endif
