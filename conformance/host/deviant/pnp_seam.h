/* Which defects of pnp_defects.def and scm_defects.def are chosen, for the seams (mdm_seam.h says
 * what those are). */
#ifndef CONFORMANCE_HOST_DEVIANT_PNP_SEAM_H
#define CONFORMANCE_HOST_DEVIANT_PNP_SEAM_H

#include <stdbool.h>

enum pnp_seam_defect {
#define DEFECT(token, name, text, ...) PNP_SEAM_##token,
#include "conformance/host/deviant/pnp_defects.def"
#include "conformance/host/deviant/scm_defects.def"
#undef DEFECT
    PNP_SEAM_DEFECTS
};

bool pnp_model_deviates(enum pnp_seam_defect which);
#define pnp_is(token) pnp_model_deviates(PNP_SEAM_##token)

#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

#endif
