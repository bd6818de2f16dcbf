/* Trials: INFs, what comes of each, and who reads it wrongly (inf_trials_*.def). */
#ifndef CONFORMANCE_HOST_DEVIANT_INF_TRIALS_H
#define CONFORMANCE_HOST_DEVIANT_INF_TRIALS_H

#include "conformance/host/pnp/pnp_machine.h"

enum inf_trial_machine {
    USUAL, /* Windows 10.0.22631, English */
    GERMAN,
    SWISS,
    WINDOWS_XP,
    WINDOWS_XP_SUITE,
    WINDOWS_XP_64,
    WINDOWS_VISTA_X86,
    WINDOWS_8,
    WINDOWS_8_99999,
    BUILD_19045,
    BUILD_22000,
    WINDOWS_11_0_1,
    INF_TRIAL_MACHINES,
};

struct inf_trial {
    const char *clause, *defect, *inf;
    enum inf_trial_machine machine;
    const char *preset; /* of AGAIN; NULL: it is installed once */
    const char *where, *name, *seen, *from, *to;
};
extern const struct inf_trial inf_trials[];
extern const size_t inf_trial_count;

/* Switches the reader of that name on, which the machine's INFs come through; false: there is
 * none. */
bool inf_misread(const char *name);

#endif
