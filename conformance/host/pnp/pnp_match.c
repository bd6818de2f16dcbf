/* Whether a model is for a device, and how well ("Identifier Score"). */
#include <stdio.h>

#include "conformance/host/pnp/pnp_private.h"

/* Of two ids that match: 0xT000, T saying of which lists they are. */
enum {
    BOTH_HARDWARE = 0x0000,
    HARDWARE_OF_DEVICE = 0x1000,
    COMPATIBLE_OF_DEVICE = 0x2000,
    BOTH_COMPATIBLE = 0x3000,
    COMPATIBLE_STEP = 0x100, /* by place in the INF */
    PLACES = 0xff,
};
static uint32_t score(bool of_device, size_t device_at, bool of_inf, size_t inf_at)
{
    uint32_t at = (uint32_t)(device_at < PLACES ? device_at : PLACES);
    uint32_t step = (uint32_t)(inf_at < 0xe ? inf_at : 0xe);

    if (of_device)
        return (of_inf ? BOTH_HARDWARE : HARDWARE_OF_DEVICE) + at;
    return of_inf ? COMPATIBLE_OF_DEVICE + at : BOTH_COMPATIBLE + at + step * COMPATIBLE_STEP;
}

/* The id of the INF against all of the device; UINT32_MAX: it matches none. */
static uint32_t rank_id(const struct pnp_devnode *devnode, const char *id, bool of_inf,
                        size_t inf_at)
{
    for (size_t i = 0; i < devnode->hardware_count; i++) {
        if (pnp_same_id(devnode->hardware_ids[i], id))
            return score(true, i, of_inf, inf_at);
    }
    for (size_t i = 0; i < devnode->compatible_count; i++) {
        if (pnp_same_id(devnode->compatible_ids[i], id))
            return score(false, i, of_inf, inf_at);
    }
    return UINT32_MAX;
}

int64_t pnp_rank_model(const struct pnp_package *package, const struct inf_entry *model,
                       const struct pnp_devnode *devnode, char ret_id[PNP_ID_MAX + 1])
{
    char id[INF_EXPANDED];
    int64_t best = -1;

    for (size_t i = 1; model->has_key && i < inf_value_count(model); i++) {
        uint32_t rank;

        (void)inf_expand(&package->strings, inf_value(package->inf, model, i).text, id, NULL, NULL);
        rank = *id ? rank_id(devnode, id, i == 1, i - 1) : UINT32_MAX;
        if (rank == UINT32_MAX || (best >= 0 && rank >= best))
            continue;
        best = rank;
        snprintf(ret_id, PNP_ID_MAX + 1, "%.*s", PNP_ID_MAX, id);
    }
    return best;
}
