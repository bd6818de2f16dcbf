/* The machine's way to a real player, over spcore's transports. */
#include "conformance/host/pnp/pnp_reach.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"
#include "spcore/base.h"
#include "spcore/transport/transport.h"

enum { DEADLINE_MS = 5000, SETUP = 8, FROM_DEVICE = 0x80 };

struct pnp_reach {
    struct pnp_port port;
    char *uri;
    pthread_mutex_t lock; /* of the next two */
    struct tp *tp;        /* NULL: let go */
    unsigned handles;
    struct desc_pipes pipes;
};

/* Takes the device, if it is not held yet; with the lock held. */
static int hold(struct pnp_reach *reach)
{
    const uint8_t *config;
    size_t length;
    int error;

    if (reach->tp)
        return 0;
    error = tp_open(reach->uri, NULL, &reach->tp);
    if (error)
        return error;
    config = tp_config_descriptor(reach->tp, &length);
    if (!desc_find_pipes(config, length, &reach->pipes))
        reach->pipes = (struct desc_pipes){0};
    return 0;
}

static void let_go(struct pnp_reach *reach)
{
    if (!reach->handles) {
        tp_close(reach->tp);
        reach->tp = NULL;
    }
}

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    const struct tp_setup setup = {type, request, value, index, length};
    struct pnp_reach *reach = self;
    int error;

    pthread_mutex_lock(&reach->lock);
    error = hold(reach);
    pthread_mutex_unlock(&reach->lock);
    return error ? error : tp_control(reach->tp, &setup, data, DEADLINE_MS);
}

static int read_bulk(void *self, void *data, size_t size, size_t *ret_count)
{
    struct pnp_reach *reach = self;
    int64_t count;

    if (!reach->pipes.bulk_in)
        return -ENOSYS;
    count = tp_bulk_in(reach->tp, reach->pipes.bulk_in, data, size, DEADLINE_MS);
    if (count < 0)
        return (int)count;
    *ret_count = (size_t)count;
    return 0;
}

static int write_bulk(void *self, const void *data, size_t size, size_t *ret_count)
{
    struct pnp_reach *reach = self;
    int64_t count;

    if (!reach->pipes.bulk_out)
        return -ENOSYS;
    count = tp_bulk_out(reach->tp, reach->pipes.bulk_out, data, size, true, DEADLINE_MS);
    if (count < 0)
        return (int)count;
    *ret_count = (size_t)count;
    return 0;
}

static int ioctl(void *self, uint32_t code, const void *in, size_t in_size, void *out,
                 size_t out_size, size_t *ret_count)
{
    const uint8_t *bytes = in;
    struct pnp_reach *reach = self;
    struct tp_setup setup;
    bool inward;
    int count;

    if (code != PNP_IOCTL_CONTROL)
        return -ENOTTY;
    if (in_size < SETUP)
        return -EINVAL;
    inward = bytes[0] & FROM_DEVICE;
    setup = (struct tp_setup){bytes[0], bytes[1], get_le16(bytes + 2), get_le16(bytes + 4),
                              get_le16(bytes + 6)};
    if (inward ? setup.length > out_size : setup.length != in_size - SETUP)
        return -EINVAL;
    /* What goes out is not changed. */
    count = tp_control(reach->tp, &setup, inward ? out : (void *)(uintptr_t)(bytes + SETUP),
                       DEADLINE_MS);
    if (count < 0)
        return count;
    *ret_count = inward ? (size_t)count : 0;
    return 0;
}

static void close_handle(void *self)
{
    struct pnp_reach *reach = self;

    pthread_mutex_lock(&reach->lock);
    reach->handles--;
    let_go(reach);
    pthread_mutex_unlock(&reach->lock);
}

static const struct pnp_io io = {read_bulk, write_bulk, ioctl, close_handle};

static int open_handle(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    struct pnp_reach *reach = self;
    int error;

    (void)link;
    pthread_mutex_lock(&reach->lock);
    error = hold(reach);
    if (!error) {
        reach->handles++;
        *ret_io = &io;
        *ret_self = reach;
    }
    pthread_mutex_unlock(&reach->lock);
    return error;
}

int pnp_reach_new(const char *uri, struct pnp_reach **ret)
{
    struct pnp_reach *reach = calloc(1, sizeof(*reach));
    int error;

    if (!reach || !(reach->uri = strdup(uri))) {
        free(reach);
        return -ENOMEM;
    }
    pthread_mutex_init(&reach->lock, NULL);
    reach->port = (struct pnp_port){.bus = {reach, control}, .open = open_handle};
    error = hold(reach);
    if (error)
        pnp_reach_free(reach);
    else
        *ret = reach;
    return error;
}

const struct pnp_port *pnp_reach_port(struct pnp_reach *reach)
{
    return &reach->port;
}

void pnp_reach_rest(struct pnp_reach *reach)
{
    pthread_mutex_lock(&reach->lock);
    let_go(reach);
    pthread_mutex_unlock(&reach->lock);
}

void pnp_reach_free(struct pnp_reach *reach)
{
    if (!reach)
        return;
    tp_close(reach->tp);
    pthread_mutex_destroy(&reach->lock);
    free(reach->uri);
    free(reach);
}
