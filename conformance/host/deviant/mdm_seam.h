/* Where a defect takes hold: a call from one file of conformance/host/wmdm to another, which the
 * linker brings here (ld's --wrap; the Makefile gathers the SEAM lines). */
#ifndef CONFORMANCE_HOST_DEVIANT_MDM_SEAM_H
#define CONFORMANCE_HOST_DEVIANT_MDM_SEAM_H

#include <stdbool.h>

enum mdm_defect {
#define DEFECT(token, name, text, ...) MDM_DEFECT_##token,
#include "conformance/host/deviant/mdm_defects.def"
#undef DEFECT
    MDM_DEFECTS
};

bool mdm_deviates(enum mdm_defect which);
#define deviates(token) mdm_deviates(MDM_DEFECT_##token)

#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

#endif
