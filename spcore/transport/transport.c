/* The front of the transports: opening by the URI's scheme, what every back-end's device has to
 * have read before it is used, and the trace of each call. */
#include "spcore/transport/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/transport/tp_kept.h"

enum { OPEN_MS = 5000, CONTROL_MS = 5000 };

/* USB 2.0, table 9-4 and 9-5. */
enum {
    CLEAR_FEATURE = 1,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    TO_ENDPOINT = 0x02,
    DESCRIPTOR_DEVICE = 1,
    DESCRIPTOR_CONFIG = 2,
    DESCRIPTOR_INTERFACE = 4,
    DESCRIPTOR_ENDPOINT = 5,
    CONFIG_HEADER = 9,
};

static const struct tp_backend *const backends[] = {&tp_backend_usb, &tp_backend_usbip};

static void trace(const struct tp *tp, const struct tp_event *event)
{
    if (tp->trace && tp->trace->event)
        tp->trace->event(tp->trace->context, event);
}

/* A call that moved bytes: their count, or -errno. */
static void trace_bytes(const struct tp *tp, const char *what, uint8_t endpoint, const void *data,
                        int64_t count, uint64_t asked, unsigned deadline_ms)
{
    trace(tp, &(struct tp_event){.what = what,
                                 .endpoint = endpoint,
                                 .data = data,
                                 .length = count > 0 ? (size_t)count : 0,
                                 .asked = asked,
                                 .deadline_ms = deadline_ms,
                                 .status = count < 0 ? (int)count : 0});
}

/* ---- life */

void tp_init(struct tp *tp, const struct tp_backend *backend, const struct tp_options *options)
{
    tp->backend = backend;
    tp->trace = options->trace;
    pthread_mutex_init(&tp->kept_lock, NULL);
}

void tp_done(struct tp *tp)
{
    for (uint8_t i = 0; i < TP_ENDPOINTS / 2; i++)
        tp_kept_forget(tp, i);
    tp_kept_free_spare(tp);
    free(tp->config);
    pthread_mutex_destroy(&tp->kept_lock);
}

static int get_descriptor(struct tp *tp, uint8_t type, void *data, uint16_t length)
{
    struct tp_setup setup = {0x80, GET_DESCRIPTOR, (uint16_t)(type << 8), 0, length};

    return tp_control(tp, &setup, data, CONTROL_MS);
}

/* The endpoints of all interfaces; of several alternate settings the first one's. */
static void find_endpoints(struct tp *tp)
{
    const uint8_t *at = tp->config, *end = at + tp->config_length;

    while (end - at >= 2 && at[0] >= 2 && at[0] <= end - at) {
        if (at[1] == DESCRIPTOR_ENDPOINT && at[0] >= 7) {
            unsigned index = (at[2] & 0x0fu) | (at[2] & 0x80u) >> 3;

            if (tp->endpoints[index].packet == 0)
                tp->endpoints[index] =
                    (struct tp_endpoint){.packet = get_le16(at + 4) & 0x07ff, .type = at[3] & 0x03};
        }
        at += at[0];
    }
}

static int read_config(struct tp *tp)
{
    uint8_t header[CONFIG_HEADER];
    int count = get_descriptor(tp, DESCRIPTOR_CONFIG, header, sizeof(header));
    uint16_t total;

    if (count < 0)
        return count;
    if (count < CONFIG_HEADER || header[1] != DESCRIPTOR_CONFIG)
        return -EPROTO;
    total = get_le16(header + 2);
    if (total < CONFIG_HEADER)
        return -EPROTO;
    tp->config = malloc(total);
    if (!tp->config)
        return -ENOMEM;
    count = get_descriptor(tp, DESCRIPTOR_CONFIG, tp->config, total);
    if (count < 0)
        return count;
    if (count < CONFIG_HEADER)
        return -EPROTO;
    tp->config_length = (size_t)count;
    find_endpoints(tp);
    return 0;
}

static int configure(struct tp *tp)
{
    struct tp_setup get = {0x80, GET_CONFIGURATION, 0, 0, 1};
    /* The device's own number for it; 0 would take it away, so a device that says so gets 1. */
    struct tp_setup set = {0x00, SET_CONFIGURATION, tp->config[5] ? tp->config[5] : 1, 0, 0};
    uint8_t value = 0;
    int count = tp_control(tp, &get, &value, CONTROL_MS);

    if (count < 0)
        return count;
    if (count != 1)
        return -EPROTO;
    return value != 0 ? 0 : tp_control(tp, &set, NULL, CONTROL_MS);
}

/* All that can be had: a user of one interface claims that by tp_claim() and sees the error. */
static void claim_all(struct tp *tp)
{
    const uint8_t *at = tp->config, *end = at + tp->config_length;

    while (end - at >= 2 && at[0] >= 2 && at[0] <= end - at) {
        if (at[1] == DESCRIPTOR_INTERFACE && at[0] >= 9 && at[3] == 0)
            (void)tp->backend->claim(tp, at[2]);
        at += at[0];
    }
}

static int get_ready(struct tp *tp, const struct tp_options *options)
{
    int count = get_descriptor(tp, DESCRIPTOR_DEVICE, tp->device, sizeof(tp->device));
    int error;

    if (count < 0)
        return count;
    if (count != sizeof(tp->device) || tp->device[1] != DESCRIPTOR_DEVICE)
        return -EPROTO;
    error = read_config(tp);
    if (!error)
        error = configure(tp);
    if (!error && !options->no_claim)
        claim_all(tp);
    return error;
}

/* NULL: no scheme of ours; else *ret_rest is what follows it. */
static const struct tp_backend *backend_of(const char *uri, const char **ret_rest)
{
    for (size_t i = 0; i < ARRAY_SIZE(backends); i++) {
        size_t length = strlen(backends[i]->scheme);

        if (strncmp(uri, backends[i]->scheme, length) != 0 || uri[length] != ':')
            continue;
        *ret_rest = uri + length + 1;
        return backends[i];
    }
    return NULL;
}

bool tp_is_uri(const char *uri)
{
    const char *rest;
    const struct tp_backend *backend = backend_of(uri, &rest);

    return backend && backend->fits(rest);
}

int tp_open(const char *uri, const struct tp_options *options, struct tp **ret_tp)
{
    static const struct tp_options defaults = {0};
    struct tp_options chosen = options ? *options : defaults;
    const char *rest;
    const struct tp_backend *backend = backend_of(uri, &rest);
    struct tp *tp;
    int error;

    /* One that opens nothing on this system (windows_usb.c) fits nothing either. */
    if (!backend || !backend->fits(rest))
        return -EINVAL;
    if (chosen.deadline_ms == 0)
        chosen.deadline_ms = OPEN_MS;
    error = backend->open(rest, &chosen, &tp);
    if (error)
        return error;
    error = get_ready(tp, &chosen);
    trace(tp, &(struct tp_event){.what = "open",
                                 .data = uri,
                                 .length = strlen(uri),
                                 .deadline_ms = chosen.deadline_ms,
                                 .status = error});
    if (error) {
        backend->close(tp);
        return error;
    }
    *ret_tp = tp;
    return 0;
}

void tp_close(struct tp *tp)
{
    if (!tp)
        return;
    trace(tp, &(struct tp_event){.what = "close"});
    tp->backend->close(tp);
}

/* ---- descriptors */

const uint8_t *tp_device_descriptor(const struct tp *tp)
{
    return tp->device;
}

const uint8_t *tp_config_descriptor(const struct tp *tp, size_t *ret_length)
{
    *ret_length = tp->config_length;
    return tp->config;
}

int tp_speed(const struct tp *tp)
{
    return tp->speed;
}

uint16_t tp_packet_size(const struct tp *tp, uint8_t endpoint)
{
    return tp->endpoints[(endpoint & 0x0fu) | (endpoint & 0x80u) >> 3].packet;
}

int tp_claim(struct tp *tp, uint8_t interface_number)
{
    return tp->backend->claim(tp, interface_number);
}

/* ---- transfers */

void tp_put_setup(uint8_t ret_bytes[8], const struct tp_setup *setup)
{
    ret_bytes[0] = setup->request_type;
    ret_bytes[1] = setup->request;
    put_le16(ret_bytes + 2, setup->value);
    put_le16(ret_bytes + 4, setup->index);
    put_le16(ret_bytes + 6, setup->length);
}

int tp_control(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms)
{
    int count = tp->backend->control(tp, setup, data, deadline_ms);
    uint8_t direction = setup->request_type & 0x80, bytes[8];

    tp_put_setup(bytes, setup);
    trace_bytes(tp, "setup", direction, bytes, sizeof(bytes), sizeof(bytes), deadline_ms);
    trace_bytes(tp, "control", direction, data, count, setup->length, deadline_ms);
    return count;
}

int64_t tp_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool end,
                    unsigned deadline_ms)
{
    int64_t count = tp->backend->bulk_out(tp, endpoint, data, length, end, deadline_ms);

    trace_bytes(tp, "bulk-out", endpoint, data, count, length, deadline_ms);
    return count;
}

int64_t tp_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length, unsigned deadline_ms)
{
    int64_t count = tp->backend->bulk_in(tp, endpoint, data, length, deadline_ms);

    trace_bytes(tp, "bulk-in", endpoint, data, count, length, deadline_ms);
    return count;
}

struct traced_sink {
    struct tp *tp;
    uint8_t endpoint;
    uint64_t left; /* of what the call asked for */
    unsigned deadline_ms;
    int (*put)(void *context, const void *data, size_t length);
    void *context;
};

static int traced_put(void *context, const void *data, size_t length)
{
    struct traced_sink *sink = context;

    trace_bytes(sink->tp, "bulk-in", sink->endpoint, data, (int64_t)length, sink->left,
                sink->deadline_ms);
    sink->left -= length;
    return sink->put(sink->context, data, length);
}

int64_t tp_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                      int (*sink)(void *context, const void *data, size_t length), void *context,
                      unsigned deadline_ms)
{
    struct traced_sink traced = {tp, endpoint, length, deadline_ms, sink, context};
    int64_t count;

    if (!tp->trace)
        return tp->backend->bulk_in_to(tp, endpoint, length, answered, sink, context, deadline_ms);
    count =
        tp->backend->bulk_in_to(tp, endpoint, length, answered, traced_put, &traced, deadline_ms);
    if (count < 0)
        trace_bytes(tp, "bulk-in", endpoint, NULL, count, traced.left, deadline_ms);
    return count;
}

static int ask_alone(struct tp *tp, const struct tp_question *question, unsigned deadline_ms)
{
    int64_t count = 0;

    for (unsigned i = 0; i < question->count && count >= 0; i++)
        count = tp_bulk_out(tp, question->out, question->parts[i].data, question->parts[i].length,
                            question->parts[i].end, deadline_ms);
    return count < 0 ? (int)count : 0;
}

int tp_ask(struct tp *tp, const struct tp_question *question, unsigned deadline_ms)
{
    int parts[TP_PARTS] = {0}, answer;

    if (!tp->backend->ask)
        return ask_alone(tp, question, deadline_ms);
    answer = tp->backend->ask(tp, question, deadline_ms, parts);
    for (unsigned i = 0; i < question->count; i++) {
        size_t length = question->parts[i].length;

        trace_bytes(tp, "bulk-out", question->out, question->parts[i].data,
                    parts[i] ? parts[i] : (int64_t)length, length, deadline_ms);
        if (parts[i])
            return parts[i];
    }
    if (answer)
        trace_bytes(tp, "bulk-in", question->in, NULL, answer, TP_ANSWER, deadline_ms);
    return answer;
}

int tp_interrupt_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                    unsigned deadline_ms)
{
    int64_t count = tp->backend->bulk_in(tp, endpoint, data, length, deadline_ms);

    trace_bytes(tp, "interrupt-in", endpoint, data, count, length, deadline_ms);
    return (int)count;
}

int tp_clear_halt(struct tp *tp, uint8_t endpoint)
{
    struct tp_setup setup = {TO_ENDPOINT, CLEAR_FEATURE, 0, endpoint, 0};

    if (endpoint & 0x80)
        tp_kept_forget(tp, endpoint);
    return tp_control(tp, &setup, NULL, CONTROL_MS);
}

void tp_cancel(struct tp *tp)
{
    tp->backend->cancel(tp);
}
