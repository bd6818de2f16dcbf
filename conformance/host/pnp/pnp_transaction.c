/* All or nothing: an installation works on a copy of the registry. */
#include "conformance/host/pnp/pnp_private.h"

int pnp_begin(struct pnp_machine *machine, struct pnp_transaction *ret)
{
    *ret = (struct pnp_transaction){.machine = machine};
    return registry_copy(&ret->work, &machine->host.registry);
}

void pnp_commit(struct pnp_transaction *transaction)
{
    registry_swap(&transaction->machine->host.registry, &transaction->work);
    registry_done(&transaction->work);
}

void pnp_abort(struct pnp_transaction *transaction)
{
    registry_done(&transaction->work);
}
