/* What the defects and quirks that are switched on make of a player. The layers know of none: each
 * has a policy, by the book unless a flag of it is turned over here, and seams at which it lets a
 * filter look at what comes or leaves. One file a layer fills them in (policies_*.c). */
#ifndef SIMULATOR_DEFECT_POLICIES_H
#define SIMULATOR_DEFECT_POLICIES_H

#include <stddef.h>

#include "simulator/defect/defect.h"
#include "simulator/wire/usbip/usbip_policy.h"

struct policy_row;

/* Of one player, whose layers point into it. */
struct policies {
    struct defect_set on;
    struct usbip_policy usbip;
    struct usbip_filter usbip_filter;
    /* The defects that are on, for the filters; quirks have flags only. */
    const struct policy_row *rows[DEFECT_COUNT];
    size_t row_count;
};

void policies_init(struct policies *policies, const struct defect_set *on);
/* May be called while the player runs. */
void policies_switch(struct policies *policies, enum defect which, bool on);

#endif
