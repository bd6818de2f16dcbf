/* What starts the service under judgement: a device, and how the service is registered for it. */
#ifndef CONFORMANCE_SUITES_SERVICE_SERVED_INF_H
#define CONFORMANCE_SUITES_SERVICE_SERVED_INF_H

#include "conformance/case/conf.h"
#include "conformance/host/pnp/pnp_machine.h"

enum { SERVED_IDS = 2 };

struct served_registered {
    char service[256];                    /* as the registry calls it */
    char class_guid[PNP_GUID];            /* of the interface whose arrival starts it */
    char ids[SERVED_IDS][PNP_ID_MAX + 1]; /* hardware ids of its device; "": no more */
};

/* By the INF of this run: the first of its models whose arrival starts a service that it installs.
 * Ends the case, with nothing judged, when it cannot be installed or has none. */
void served_inf(struct conf *c, struct served_registered *ret);

#endif
