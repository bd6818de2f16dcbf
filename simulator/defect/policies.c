/* From the set of what is switched on to the policies of a player's layers, anew at each switch. */
#include "simulator/defect/policies.h"

static void fill(struct policies *policies)
{
    (void)policies;
}

void policies_init(struct policies *policies, const struct defect_set *on)
{
    policies->on = *on;
    fill(policies);
}

void policies_switch(struct policies *policies, enum defect which, bool on)
{
    defect_switch(&policies->on, which, on);
    fill(policies);
}

void policies_turn(void *policy, const void *by_the_book, size_t at)
{
    *(bool *)((char *)policy + at) = !*(const bool *)((const char *)by_the_book + at);
}
