/* Which defects of mdm_defects.def are chosen. */
#include "conformance/host/deviant/mdm_deviant.h"

#include <string.h>

#include "conformance/host/deviant/mdm_seam.h"

static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/deviant/mdm_defects.def"
#undef DEFECT
};

/* Of the one case that runs in this process. */
static bool chosen[MDM_DEFECTS];

bool mdm_deviate(const char *name)
{
    bool found = false;

    for (int i = 0; i < MDM_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0)
            found = chosen[i] = true;
    }
    return found;
}

bool mdm_deviates(enum mdm_defect which)
{
    return chosen[which];
}
