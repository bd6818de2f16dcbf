/* Skip (MTP 1.1, E.2.11): the one operation of playback; all else are device properties. */
#include "simulator/mtp/mtpr_internal.h"

static uint16_t skip(struct mtpr_responder *r)
{
    int32_t count = (int32_t)r->command.params[0];

    if (!r->owner.skip)
        return MTP_RC_OPERATION_NOT_SUPPORTED;
    return r->owner.skip(r->owner.self, count);
}

const struct mtpr_operation mtpr_playback_operations[] = {
    {.code = MTP_OP_SKIP, .params = 1, .run = skip},
    {.code = 0},
};
