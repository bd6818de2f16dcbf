/* Defects of installation, interfaces and events. */
#include "conformance/host/deviant/pnp_seam.h"

#include <errno.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"

SEAM(pnp_abort);
void __wrap_pnp_abort(struct pnp_transaction *transaction)
{
    if (pnp_is(HALF_KEPT))
        pnp_commit(transaction);
    else
        __real_pnp_abort(transaction);
}

SEAM(pnp_commit);
void __wrap_pnp_commit(struct pnp_transaction *transaction)
{
    if (pnp_is(NOTHING_KEPT))
        __real_pnp_abort(transaction);
    else
        __real_pnp_commit(transaction);
}

SEAM(pnp_interface_register);
struct pnp_interface *__wrap_pnp_interface_register(struct pnp_machine *machine,
                                                    struct pnp_devnode *devnode,
                                                    const char *class_guid, const char *reference)
{
    struct pnp_interface *interface =
        __real_pnp_interface_register(machine, devnode, class_guid, reference);

    if (interface && pnp_is(ENABLED_AT_ONCE))
        interface->enabled = true;
    if (interface && pnp_is(ARRIVES_AT_ONCE) && devnode->state == PNP_ENUMERATED) {
        pthread_mutex_unlock(&machine->lock);
        pnp_tell(machine, PNP_INTERFACE_ARRIVED, interface);
        pthread_mutex_lock(&machine->lock);
    }
    return interface;
}

SEAM(pnp_set_interfaces);
void __wrap_pnp_set_interfaces(struct pnp_machine *machine, struct pnp_devnode *devnode,
                               bool enabled)
{
    if (!enabled || !pnp_is(NEVER_ENABLED))
        __real_pnp_set_interfaces(machine, devnode, enabled);
}

SEAM(pnp_start);
int __wrap_pnp_start(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    if (pnp_is(ARRIVES_EARLY))
        pnp_set_interfaces(machine, devnode, true);
    return __real_pnp_start(machine, devnode);
}

SEAM(pnp_tell);
void __wrap_pnp_tell(struct pnp_machine *machine, enum pnp_event event, const void *subject)
{
    const struct pnp_interface *interface = subject;

    if (event != PNP_INTERFACE_REMOVED || !pnp_is(REMOVAL_UNTOLD))
        __real_pnp_tell(machine, event, subject);
    if (event == PNP_INTERFACE_REMOVED && pnp_is(REMOVAL_COMPLETE))
        __real_pnp_tell(machine, PNP_REMOVE_COMPLETE, interface->devnode);
}

SEAM(pnp_read);
int __wrap_pnp_read(struct pnp_handle *handle, void *data, size_t size, size_t *ret_count)
{
    const struct pnp_devnode *devnode = pnp_handle_devnode(handle);

    if (pnp_is(HANDLES_CLOSED) && devnode->interfaces && !devnode->interfaces->enabled)
        return -ENODEV;
    return __real_pnp_read(handle, data, size, ret_count);
}

SEAM(pnp_ioctl);
int __wrap_pnp_ioctl(struct pnp_handle *handle, uint32_t code, const void *in, size_t in_size,
                     void *out, size_t out_size, size_t *ret_count)
{
    if (!pnp_is(REACHES_NOBODY))
        return __real_pnp_ioctl(handle, code, in, in_size, out, out_size, ret_count);
    memset(out, 0, out_size);
    *ret_count = out_size;
    return 0;
}

SEAM(pnp_suspend);
void __wrap_pnp_suspend(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    __real_pnp_suspend(machine, devnode);
    if (pnp_is(SUSPEND_REMOVES))
        pnp_set_interfaces(machine, devnode, false);
}

SEAM(pnp_resume);
void __wrap_pnp_resume(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    __real_pnp_resume(machine, devnode);
    if (pnp_is(RESUME_ARRIVES))
        pnp_tell(machine, PNP_INTERFACE_ARRIVED, devnode->interfaces);
}
