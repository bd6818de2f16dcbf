/* A transport without a device: what the device sends is a queue of packets laid out before, what
 * the host sends is recorded. */
#ifndef SPCORE_TESTS_FAKE_DEVICE_H
#define SPCORE_TESTS_FAKE_DEVICE_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/transport/tp_private.h"

enum { PACKET = 512, QUEUE = 4096, TRANSFERS = 32, CONTROLS = 32 };

struct fake {
    struct tp tp; /* first */
    struct fake_packet {
        uint8_t *data;
        size_t length;
        int error; /* instead of the packet */
    } in[QUEUE], interrupt[8];
    size_t in_count, in_next, interrupt_count, interrupt_next;
    struct fake_transfer {
        uint8_t *data;
        size_t length;
        bool end;
    } out[TRANSFERS];
    size_t out_count;
    int out_error; /* of the next bulk OUT */
    struct fake_control {
        struct tp_setup setup;
        uint8_t data[16];
    } control[CONTROLS];
    size_t control_count;
    unsigned busy; /* so many status requests are answered "busy" */
};

/* One interface 06/01/01 with endpoints 0x81, 0x02 and 0x83. */
static const uint8_t fake_config[] = {9, 2,    39, 0, 1, 1, 0, 0x80, 50,   9, 4,  0, 0,
                                      3, 6,    1,  1, 0, 7, 5, 0x81, 2,    0, 2,  0, 7,
                                      5, 0x02, 2,  0, 2, 0, 7, 5,    0x83, 3, 64, 0, 6};

static inline int64_t fake_bulk_out(struct tp *tp, uint8_t endpoint, const void *data,
                                    size_t length, bool end, unsigned deadline_ms)
{
    struct fake *fake = (struct fake *)tp;
    struct fake_transfer *out = &fake->out[fake->out_count];
    int error = fake->out_error;

    (void)deadline_ms;
    cr_assert_eq(endpoint, 0x02);
    cr_assert(fake->out_count < TRANSFERS);
    if (error) {
        fake->out_error = 0;
        return error;
    }
    *out = (struct fake_transfer){malloc(length + 1), length, end};
    cr_assert_not_null(out->data);
    if (length > 0)
        memcpy(out->data, data, length);
    fake->out_count++;
    return (int64_t)length;
}

/* Packets up to a short one or until the room is full, as USB does. */
static inline int64_t fake_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                                   unsigned deadline_ms)
{
    struct fake *fake = (struct fake *)tp;
    size_t done = 0;

    (void)deadline_ms;
    if (endpoint == 0x83) {
        struct fake_packet *packet = &fake->interrupt[fake->interrupt_next];

        if (fake->interrupt_next == fake->interrupt_count)
            return -ETIMEDOUT;
        fake->interrupt_next++;
        cr_assert(packet->length <= length);
        memcpy(data, packet->data, packet->length);
        return (int64_t)packet->length;
    }
    cr_assert_eq(endpoint, 0x81);
    while (done < length) {
        struct fake_packet *packet = &fake->in[fake->in_next];

        if (fake->in_next == fake->in_count)
            return -ETIMEDOUT;
        if (packet->error) {
            fake->in_next++;
            return packet->error;
        }
        if (packet->length > length - done)
            return -EOVERFLOW;
        memcpy((uint8_t *)data + done, packet->data, packet->length);
        done += packet->length;
        fake->in_next++;
        if (packet->length < PACKET)
            break;
    }
    return (int64_t)done;
}

static inline int64_t fake_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length,
                                      bool answered,
                                      int (*sink)(void *context, const void *data, size_t length),
                                      void *context, unsigned deadline_ms)
{
    uint8_t piece[4 * PACKET];
    uint64_t done = 0;

    (void)answered;
    while (done < length) {
        size_t want = length - done < sizeof(piece) ? (size_t)(length - done) : sizeof(piece);
        int64_t count = fake_bulk_in(tp, endpoint, piece, want, deadline_ms);

        if (count < 0)
            return count;
        done += (uint64_t)count;
        if (count > 0 && sink(context, piece, (size_t)count) != 0)
            return -ECANCELED;
        if ((size_t)count < want)
            break;
    }
    return (int64_t)done;
}

static inline int fake_control(struct tp *tp, const struct tp_setup *setup, void *data,
                               unsigned deadline_ms)
{
    struct fake *fake = (struct fake *)tp;
    struct fake_control *control = &fake->control[fake->control_count++];
    bool busy = fake->busy > 0;

    (void)deadline_ms;
    cr_assert(fake->control_count < CONTROLS);
    control->setup = *setup;
    if (setup->request_type == 0xa1 && setup->request == 0x67) {
        fake->busy -= busy;
        memcpy(data, busy ? "\4\0\x19\x20" : "\4\0\1\x20", 4);
        return 4;
    }
    if (!(setup->request_type & 0x80) && setup->length > 0)
        memcpy(control->data, data, setup->length < 16 ? setup->length : 16);
    return setup->length;
}

static inline int fake_claim(struct tp *tp, uint8_t interface_number)
{
    (void)tp;
    return interface_number == 0 ? 0 : -ENOENT;
}

static inline void fake_cancel(struct tp *tp)
{
    (void)tp;
}

static const struct tp_backend fake_backend = {
    .scheme = "fake",
    .claim = fake_claim,
    .control = fake_control,
    .bulk_out = fake_bulk_out,
    .bulk_in = fake_bulk_in,
    .bulk_in_to = fake_bulk_in_to,
    .cancel = fake_cancel,
};

static inline struct fake *fake_new(void)
{
    static const struct tp_options options = {0};
    struct fake *fake = calloc(1, sizeof(*fake));

    cr_assert_not_null(fake);
    tp_init(&fake->tp, &fake_backend, &options);
    fake->tp.config = malloc(sizeof(fake_config));
    cr_assert_not_null(fake->tp.config);
    memcpy(fake->tp.config, fake_config, sizeof(fake_config));
    fake->tp.config_length = sizeof(fake_config);
    fake->tp.endpoints[0x11] = (struct tp_endpoint){PACKET, 2};
    fake->tp.endpoints[0x02] = (struct tp_endpoint){PACKET, 2};
    fake->tp.endpoints[0x13] = (struct tp_endpoint){64, 3};
    return fake;
}

static inline void fake_free(struct fake *fake)
{
    for (size_t i = 0; i < fake->in_count; i++)
        free(fake->in[i].data);
    for (size_t i = 0; i < fake->interrupt_count; i++)
        free(fake->interrupt[i].data);
    for (size_t i = 0; i < fake->out_count; i++)
        free(fake->out[i].data);
    tp_done(&fake->tp);
    free(fake);
}

static inline void fake_packet(struct fake *fake, const void *data, size_t length)
{
    struct fake_packet *packet = &fake->in[fake->in_count++];

    cr_assert(fake->in_count <= QUEUE);
    *packet = (struct fake_packet){.data = malloc(length + 1), .length = length};
    cr_assert_not_null(packet->data);
    memcpy(packet->data, data, length);
}

/* One transfer; `mark`: ended by a packet of no length where it is due. */
static inline void fake_transfer(struct fake *fake, const uint8_t *data, size_t length, bool mark)
{
    for (size_t at = 0; at < length; at += PACKET)
        fake_packet(fake, data + at, length - at < PACKET ? length - at : PACKET);
    if (mark && length % PACKET == 0)
        fake_packet(fake, data, 0);
}

static inline void fake_error(struct fake *fake, int error)
{
    fake->in[fake->in_count++] = (struct fake_packet){.error = error};
}

static inline void put_header(uint8_t *at, uint32_t length, uint16_t type, uint16_t code,
                              uint32_t id)
{
    put_le32(at, length);
    put_le16(at + 4, type);
    put_le16(at + 6, code);
    put_le32(at + 8, id);
}

static inline void fake_response(struct fake *fake, uint16_t code, uint32_t id)
{
    uint8_t bytes[12];

    put_header(bytes, 12, 3, code, id);
    fake_packet(fake, bytes, 12);
}

/* A data container whose payload byte i is i * 7; `said`: the length its header states. */
static inline uint8_t *make_data(uint32_t said, uint16_t code, uint32_t id, size_t payload)
{
    uint8_t *bytes = malloc(12 + payload);

    cr_assert_not_null(bytes);
    put_header(bytes, said, 2, code, id);
    for (size_t i = 0; i < payload; i++)
        bytes[12 + i] = (uint8_t)(i * 7);
    return bytes;
}

static inline void fake_data(struct fake *fake, uint16_t code, uint32_t id, size_t payload,
                             bool mark)
{
    uint8_t *bytes = make_data((uint32_t)(12 + payload), code, id, payload);

    fake_transfer(fake, bytes, 12 + payload, mark);
    free(bytes);
}

#endif
