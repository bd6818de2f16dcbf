/* Handles of interfaces: what they reach, until they are closed or their device is gone. */
#include <errno.h>
#include <stdlib.h>

#include "conformance/host/pnp/pnp_private.h"

struct pnp_handle {
    struct pnp_machine *machine;
    struct pnp_devnode *devnode;
    const struct pnp_io *io;
    void *self;
    unsigned generation; /* of the attachment it was opened in */
};

/* Whether the interface can be opened; with the lock held. */
static int may_open(const struct pnp_interface *interface)
{
    const struct pnp_devnode *devnode = interface->devnode;

    if (!interface->enabled)
        return -ENOENT;
    if (pnp_node_of(interface->devnode)->is_removing)
        return -EACCES;
    return devnode->state == PNP_STARTED || devnode->state == PNP_SUSPENDED ? 0 : -ENODEV;
}

static int open_device(struct pnp_handle *handle, const char *link, struct pnp_node *node)
{
    const struct pnp_port *port = node->place.device;

    return port && port->open ? port->open(port->bus.self, link, &handle->io, &handle->self) : 0;
}

int pnp_open(struct pnp_machine *machine, const char *link, struct pnp_handle **ret_handle)
{
    const struct pnp_interface *interface = pnp_find_interface(machine, link);
    struct pnp_handle *handle = interface ? calloc(1, sizeof(*handle)) : NULL;
    struct pnp_node *node;
    int error;

    if (!handle)
        return interface ? -ENOMEM : -ENOENT;
    node = pnp_node_of(interface->devnode);
    pthread_mutex_lock(&machine->lock);
    error = may_open(interface);
    *handle = (struct pnp_handle){
        .machine = machine, .devnode = interface->devnode, .generation = node->place.generation};
    interface->devnode->handles += !error;
    pthread_mutex_unlock(&machine->lock);
    if (!error) {
        error = open_device(handle, link, node);
        if (error)
            pnp_close(handle);
        else
            *ret_handle = handle;
        return error;
    }
    free(handle);
    return error;
}

struct pnp_devnode *pnp_handle_devnode(const struct pnp_handle *handle)
{
    return handle->devnode;
}

static bool is_alive(const struct pnp_handle *handle)
{
    bool alive;

    pthread_mutex_lock(&handle->machine->lock);
    alive = handle->devnode->state != PNP_GONE && handle->devnode->state != PNP_DISABLED &&
            pnp_node_of(handle->devnode)->place.generation == handle->generation;
    pthread_mutex_unlock(&handle->machine->lock);
    return alive;
}

static int before(const struct pnp_handle *handle, bool has_slot)
{
    if (!is_alive(handle))
        return -ENODEV;
    return has_slot ? 0 : -ENOSYS;
}

/* What comes of a call when the device has gone in its midst is that it has. */
static int after(const struct pnp_handle *handle, int error)
{
    return error && !is_alive(handle) ? -ENODEV : error;
}

int pnp_read(struct pnp_handle *handle, void *data, size_t size, size_t *ret_count)
{
    int error = before(handle, handle->io && handle->io->read);

    return error ? error : after(handle, handle->io->read(handle->self, data, size, ret_count));
}

int pnp_write(struct pnp_handle *handle, const void *data, size_t size, size_t *ret_count)
{
    int error = before(handle, handle->io && handle->io->write);

    return error ? error : after(handle, handle->io->write(handle->self, data, size, ret_count));
}

int pnp_ioctl(struct pnp_handle *handle, uint32_t code, const void *in, size_t in_size, void *out,
              size_t out_size, size_t *ret_count)
{
    int error = before(handle, handle->io && handle->io->ioctl);

    return error ? error
                 : after(handle, handle->io->ioctl(handle->self, code, in, in_size, out, out_size,
                                                   ret_count));
}

void pnp_close(struct pnp_handle *handle)
{
    if (!handle)
        return;
    if (handle->io && handle->io->close)
        handle->io->close(handle->self);
    pthread_mutex_lock(&handle->machine->lock);
    /* Those of an attachment that is over do not count any more. */
    if (pnp_node_of(handle->devnode)->place.generation == handle->generation &&
        handle->devnode->handles)
        handle->devnode->handles--;
    pthread_mutex_unlock(&handle->machine->lock);
    free(handle);
}
