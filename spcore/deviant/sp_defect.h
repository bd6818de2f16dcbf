/* Switchable defects of the provider: only in libspcore-deviant.so (never installed), chosen by the
 * environment variable SPCORE_DEVIATE=name[,name…]. */
#ifndef SPCORE_DEVIANT_SP_DEFECT_H
#define SPCORE_DEVIANT_SP_DEFECT_H

#include <stdbool.h>

enum sp_defect {
#define DEFECT(token, name, text, ...) SP_DEFECT_##token,
#include "spcore/deviant/sp_defects.def"
#undef DEFECT
    SP_DEFECT_COUNT
};

bool sp_deviates(enum sp_defect which);

#endif
