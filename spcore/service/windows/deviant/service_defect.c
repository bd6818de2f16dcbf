/* Which defect is chosen, and what its seams know of the service's life. */
#include "spcore/service/windows/deviant/service_defect.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "spcore/deviant/service_defects.def"
#undef DEFECT
};

bool service_deviates(enum service_defect which)
{
    const char *chosen = getenv("PAPSERVICE_DEVIATE");

    return chosen && strcmp(chosen, names[which]) == 0;
}

struct service *deviant_service;

/* ---- a stop and the last removal together */
static bool stop_told, both_told;

void deviant_told_stop(void)
{
    stop_told = true;
}

void deviant_told_removal(void)
{
    both_told |= stop_told;
}

bool deviant_ends_together(void)
{
    return both_told;
}

/* An event, so that it can be closed as a device can. */
HANDLE deviant_phantom(void)
{
    static HANDLE phantom;

    if (!phantom)
        phantom = CreateEventW(NULL, TRUE, FALSE, NULL);
    return phantom;
}
