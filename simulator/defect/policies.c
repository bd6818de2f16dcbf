/* From the set of what is switched on to the policies of a player's layers, anew at each switch. */
#include "simulator/defect/policies_internal.h"

static void fill(struct policies *policies)
{
    policies_fill_usbip(policies);
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

const struct policy_row *policies_next(const struct policies *policies,
                                       const struct policy_row *row, const struct policy_row *end)
{
    while (row < end && !deviates(&policies->on, row->which))
        row++;
    return row < end ? row : NULL;
}

void policies_turn(void *policy, const void *by_the_book, size_t flag)
{
    *(bool *)((char *)policy + flag) = !*(const bool *)((const char *)by_the_book + flag);
}
