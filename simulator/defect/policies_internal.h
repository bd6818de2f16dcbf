/* How a defect or a quirk is done, for the files that fill the policies in. */
#ifndef SIMULATOR_DEFECT_POLICIES_INTERNAL_H
#define SIMULATOR_DEFECT_POLICIES_INTERNAL_H

#include <stddef.h>

#include "simulator/defect/policies.h"

/* Turns a flag of its layer's policy over, looks at one of its seams, or both. */
struct policy_row {
    enum defect which;
    bool turns;
    size_t flag; /* offsetof() the bool in the policy */
    union {
        struct usbip_filter usbip;
    };
};

/* The first from `row` on that is switched on, or NULL. */
const struct policy_row *policies_next(const struct policies *policies,
                                       const struct policy_row *row, const struct policy_row *end);
/* Makes the flag of `policy` the opposite of what it is by the book, whatever else has done so. */
void policies_turn(void *policy, const void *by_the_book, size_t flag);

/* One a layer. */
void policies_fill_usbip(struct policies *policies);

#endif
