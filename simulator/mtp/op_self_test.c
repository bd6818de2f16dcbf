/* SelfTest (MTP 1.1, D.2.17): of a player without hardware nothing can be broken, and of its kinds
 * it has the one that every device has. */
#include "simulator/mtp/mtpr_internal.h"

static uint16_t self_test(struct mtpr_responder *r)
{
    return r->command.params[0] == 0 ? MTP_RC_OK : MTP_RC_PARAMETER_NOT_SUPPORTED;
}

const struct mtpr_operation mtpr_self_test_operations[] = {
    {.code = MTP_OP_SELF_TEST, .params = 1, .run = self_test},
    {.code = 0},
};
