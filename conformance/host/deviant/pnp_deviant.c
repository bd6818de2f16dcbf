/* The defects of pnp_defects.def and scm_defects.def, each where one file of the model calls
 * another. */
#include "conformance/host/deviant/pnp_deviant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/pnp_seam.h"

static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/deviant/pnp_defects.def"
#include "conformance/host/deviant/scm_defects.def"
#undef DEFECT
};

static bool chosen[PNP_SEAM_DEFECTS];

bool pnp_model_deviate(const char *name)
{
    bool found = false;

    for (int i = 0; i < PNP_SEAM_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0)
            found = chosen[i] = true;
    }
    return found;
}

bool pnp_model_deviates(enum pnp_seam_defect which)
{
    return chosen[which];
}
