/* All or nothing: an installation works on a copy of the registry. */
#include "conformance/host/pnp/pnp_private.h"

int pnp_begin(struct pnp_machine *machine, struct pnp_transaction *ret)
{
    int error;

    *ret = (struct pnp_transaction){.machine = machine};
    registry_hold(&machine->host.registry);
    error = registry_copy(&ret->work, &machine->host.registry);
    if (error)
        registry_release(&machine->host.registry);
    return error;
}

void pnp_commit(struct pnp_transaction *transaction)
{
    registry_swap(&transaction->machine->host.registry, &transaction->work);
    pnp_abort(transaction); /* of what was there before */
}

void pnp_abort(struct pnp_transaction *transaction)
{
    registry_release(&transaction->machine->host.registry);
    registry_done(&transaction->work);
}
