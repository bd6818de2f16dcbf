/* What the defects and quirks that are switched on make of a player. The layers know of none: each
 * has a policy, by the book unless a flag of it is turned over here, and seams at which it lets a
 * filter look at what comes or leaves. One file a layer fills them in (policies_*.c). */
#ifndef SIMULATOR_DEFECT_POLICIES_H
#define SIMULATOR_DEFECT_POLICIES_H

#include "simulator/defect/defect.h"
#include "simulator/wire/usbip/usbip_policy.h"

/* Of one player, whose layers point into it. */
struct policies {
    struct defect_set on;
    struct usbip_policy usbip;
    struct usbip_filter usbip_filter;
};

void policies_init(struct policies *policies, const struct defect_set *on);
/* May be called while the player runs. */
void policies_switch(struct policies *policies, enum defect which, bool on);

#endif
