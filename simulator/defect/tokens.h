/* The numbers of all defects, for the files of this folder: no one else names one. */
#ifndef SIMULATOR_DEFECT_TOKENS_H
#define SIMULATOR_DEFECT_TOKENS_H

#include "simulator/defect/defect.h"

enum defect {
    DEFECT_BEFORE = QUIRK_COUNT - 1,
#define DEFECT(token, ...) DEFECT_##token,
#include "simulator/defect/defects.def"
#undef DEFECT
    DEFECT_COUNT
};

#endif
