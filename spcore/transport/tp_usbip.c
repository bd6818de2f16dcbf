/* `usbip:HOST[:PORT]/BUSID`: a thin layer over the USB/IP client. URBs live on the caller's stack:
 * no call returns before its own are over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/transport/tp_private.h"
#include "spcore/usbip/usbip_client.h"

struct usbip_tp {
    struct tp tp; /* first */
    struct usbip_client *client;
    pthread_mutex_t ring_lock;
    uint8_t *ring; /* owned; made at the first stream and kept, NULL while one uses it */
};

static struct usbip_tp *of(struct tp *tp)
{
    return (struct usbip_tp *)tp;
}

/* ---- opening */

/* HOST, HOST:PORT or [HOST]:PORT up to the slash. */
struct target {
    char host[256], port[16], busid[32];
};

static int copy_part(char *to, size_t room, const char *from, size_t length)
{
    if (length == 0 || length >= room)
        return -EINVAL;
    memcpy(to, from, length);
    to[length] = '\0';
    return 0;
}

static int parse(const char *rest, struct target *ret_target)
{
    struct target target = {.port = USBIP_PORT};
    const char *slash = strrchr(rest, '/'), *host = rest, *host_end, *colon;
    int error = 0;

    if (!slash)
        return -EINVAL;
    if (*rest == '[') {
        host = rest + 1;
        host_end = memchr(host, ']', (size_t)(slash - host));
        if (!host_end)
            return -EINVAL;
        colon = host_end + 1;
        if (colon != slash && *colon != ':')
            return -EINVAL;
    } else {
        host_end = memchr(rest, ':', (size_t)(slash - rest));
        if (!host_end)
            host_end = slash;
        colon = host_end;
    }
    if (colon < slash)
        error = copy_part(target.port, sizeof(target.port), colon + 1, (size_t)(slash - colon - 1));
    if (error || target.port[strspn(target.port, "0123456789")] ||
        copy_part(target.host, sizeof(target.host), host, (size_t)(host_end - host)) ||
        copy_part(target.busid, sizeof(target.busid), slash + 1, strlen(slash + 1)))
        return -EINVAL;
    *ret_target = target;
    return 0;
}

static bool usbip_tp_fits(const char *rest)
{
    struct target target;

    return parse(rest, &target) == 0;
}

static int usbip_tp_open(const char *rest, const struct tp_options *options, struct tp **ret_tp)
{
    struct usbip_tp *self;
    struct target target;
    int error = parse(rest, &target);

    if (error)
        return error;
    self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    error =
        usbip_import(target.host, target.port, target.busid, options->deadline_ms, &self->client);
    if (error) {
        free(self);
        return error;
    }
    tp_init(&self->tp, &tp_backend_usbip, options);
    pthread_mutex_init(&self->ring_lock, NULL);
    self->tp.speed = (int)usbip_client_device(self->client)->speed;
    *ret_tp = &self->tp;
    return 0;
}

static void usbip_tp_close(struct tp *tp)
{
    struct usbip_tp *self = of(tp);

    usbip_free(self->client);
    tp_done(tp);
    pthread_mutex_destroy(&self->ring_lock);
    free(self->ring);
    free(self);
}

/* An imported device is one importer's alone. */
static int usbip_tp_claim(struct tp *tp, uint8_t interface_number)
{
    (void)tp;
    (void)interface_number;
    return 0;
}

/* ---- transfers */

static int error_of(int status)
{
    static const struct {
        int status, error;
    } table[] = {
        {-ECONNRESET, -ECANCELED},
        {-ENOENT, -ECANCELED},
        {-ESHUTDOWN, -ENODEV},
    };

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].status == status)
            return table[i].error;
    }
    return status;
}

static int wait_urb(struct usbip_client *client, struct usbip_urb *urb, unsigned deadline_ms,
                    unsigned ticket)
{
    int error = usbip_wait(client, urb, deadline_ms, ticket);

    return error == -EINTR ? -ECANCELED : error;
}

static int usbip_tp_control(struct tp *tp, const struct tp_setup *setup, void *data,
                            unsigned deadline_ms)
{
    struct usbip_client *client = of(tp)->client;
    struct usbip_urb urb = {
        .endpoint = setup->request_type & 0x80,
        .data = data,
        .length = setup->length,
    };
    unsigned ticket = usbip_ticket(client);
    int error, waited;

    tp_put_setup(urb.setup, setup);
    error = usbip_submit(client, &urb);
    if (error)
        return error;
    waited = wait_urb(client, &urb, deadline_ms, ticket);
    if (waited)
        usbip_settle(client, &urb);
    if (waited && urb.status != 0)
        return waited;
    return urb.status ? error_of(urb.status) : (int)urb.actual;
}

/* The transfers of one call. */
struct call {
    struct usbip_client *client;
    unsigned ticket;
    struct usbip_urb urbs[TP_DEPTH];
};

static int slot_submit(void *self, unsigned slot, uint8_t endpoint, void *data, size_t length,
                       bool zero_packet)
{
    struct call *call = self;

    call->urbs[slot] = (struct usbip_urb){.endpoint = endpoint,
                                          .flags = zero_packet ? USBIP_ZERO_PACKET : 0,
                                          .data = data,
                                          .length = (uint32_t)length};
    return usbip_submit(call->client, &call->urbs[slot]);
}

static int slot_wait(void *self, unsigned slot, unsigned deadline_ms)
{
    struct call *call = self;

    return wait_urb(call->client, &call->urbs[slot], deadline_ms, call->ticket);
}

static void slot_unlink(void *self, unsigned slot)
{
    struct call *call = self;

    (void)usbip_unlink(call->client, &call->urbs[slot]);
}

static void slot_settle(void *self, unsigned slot)
{
    struct call *call = self;

    usbip_settle(call->client, &call->urbs[slot]);
}

static int slot_result(void *self, unsigned slot, size_t *ret_actual)
{
    const struct call *call = self;

    *ret_actual = call->urbs[slot].actual;
    return error_of(call->urbs[slot].status);
}

static const struct tp_slots slots = {
    .submit = slot_submit,
    .wait = slot_wait,
    .unlink = slot_unlink,
    .settle = slot_settle,
    .result = slot_result,
};

static int64_t usbip_tp_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length,
                                 bool end, unsigned deadline_ms)
{
    struct call call;

    call.client = of(tp)->client;
    call.ticket = usbip_ticket(call.client);
    return tp_pipeline_out(&slots, &call, endpoint, data, length, end, deadline_ms);
}

static int64_t usbip_tp_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                                unsigned deadline_ms)
{
    struct call call;

    call.client = of(tp)->client;
    call.ticket = usbip_ticket(call.client);
    return tp_pipeline_in(tp, &slots, &call, endpoint, data, length, deadline_ms);
}

static int usbip_tp_ask(struct tp *tp, const struct tp_question *question, unsigned deadline_ms,
                        int ret_parts[TP_PARTS])
{
    struct call call;

    call.client = of(tp)->client;
    call.ticket = usbip_ticket(call.client);
    return tp_pipeline_ask(tp, &slots, &call, question, deadline_ms, ret_parts);
}

static uint8_t *swap_ring(struct usbip_tp *self, uint8_t *ring)
{
    uint8_t *old;

    pthread_mutex_lock(&self->ring_lock);
    old = self->ring;
    self->ring = ring;
    pthread_mutex_unlock(&self->ring_lock);
    return old;
}

static int64_t usbip_tp_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                                   int (*put)(void *context, const void *data, size_t length),
                                   void *context, unsigned deadline_ms)
{
    struct usbip_tp *self = of(tp);
    struct tp_sink sink = {put, context, answered};
    uint8_t *ring = swap_ring(self, NULL);
    struct call call;
    int64_t count;

    if (!ring)
        ring = malloc(TP_DEPTH * TP_UNIT);
    if (!ring)
        return -ENOMEM;
    call.client = self->client;
    call.ticket = usbip_ticket(call.client);
    count = tp_pipeline_in_to(tp, &slots, &call, endpoint, length, &sink, ring, deadline_ms);
    free(swap_ring(self, ring));
    return count;
}

static void usbip_tp_cancel(struct tp *tp)
{
    usbip_interrupt(of(tp)->client);
}

const struct tp_backend tp_backend_usbip = {
    .scheme = "usbip",
    .fits = usbip_tp_fits,
    .open = usbip_tp_open,
    .close = usbip_tp_close,
    .claim = usbip_tp_claim,
    .control = usbip_tp_control,
    .bulk_out = usbip_tp_bulk_out,
    .bulk_in = usbip_tp_bulk_in,
    .bulk_in_to = usbip_tp_bulk_in_to,
    .ask = usbip_tp_ask,
    .cancel = usbip_tp_cancel,
};
