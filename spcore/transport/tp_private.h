/* What every back-end's device begins with, and the pipeline they share. */
#ifndef SPCORE_TRANSPORT_TP_PRIVATE_H
#define SPCORE_TRANSPORT_TP_PRIVATE_H

#include <pthread.h>

#include "spcore/transport/transport.h"

#define TP_ENDPOINTS 32u /* 16 OUT, then 16 IN */

struct tp_kept;

struct tp {
    const struct tp_backend *backend;
    const struct tp_trace *trace;
    int speed;
    uint8_t device[18];
    uint8_t *config; /* owned */
    size_t config_length;
    struct tp_endpoint {
        uint16_t packet;
        uint8_t type; /* bmAttributes' low two bits: 2 bulk, 3 interrupt */
    } endpoints[TP_ENDPOINTS];
    pthread_mutex_t kept_lock;
    struct tp_kept *kept[TP_ENDPOINTS / 2]; /* by IN endpoint number (tp_kept.h) */
    struct tp_kept *spare;                  /* with room for an answer each */
};

/* The front's part of a device: begun by the back-end's open(), ended by its close(). */
void tp_init(struct tp *tp, const struct tp_backend *backend, const struct tp_options *options);
void tp_done(struct tp *tp);
/* As on the bus. */
void tp_put_setup(uint8_t ret_bytes[8], const struct tp_setup *setup);

extern const struct tp_backend tp_backend_usbip, tp_backend_usb;

/* ---- pipeline.c: one bulk or interrupt call as many transfers */
#define TP_DEPTH 16u
#define TP_UNIT ((size_t)128 * 1024)
#define TP_ANSWER ((size_t)64 * 1024) /* room of one */

/* One transfer of the host stack, by slot. */
struct tp_slots {
    int (*submit)(void *self, unsigned slot, uint8_t endpoint, void *data, size_t length,
                  bool zero_packet);
    /* Until it is over: 0, -ETIMEDOUT or -ECANCELED; then it is in flight still. */
    int (*wait)(void *self, unsigned slot, unsigned deadline_ms);
    /* Asks for its end. */
    void (*unlink)(void *self, unsigned slot);
    /* After unlink(): until it is over, in any case. */
    void (*settle)(void *self, unsigned slot);
    /* Of one that is over: 0, or -errno. */
    int (*result)(void *self, unsigned slot, size_t *ret_actual);
};

struct tp_sink {
    int (*put)(void *context, const void *data, size_t length);
    void *context;
    bool answered; /* one transfer more comes behind the end */
};

/* The three calls of a back-end over its slots, with what transport.h promises of them; `self` is
 * what the slots get. */
int64_t tp_pipeline_out(const struct tp_slots *slots, void *self, uint8_t endpoint,
                        const void *data, size_t length, bool end, unsigned deadline_ms);
int64_t tp_pipeline_in(struct tp *tp, const struct tp_slots *slots, void *self, uint8_t endpoint,
                       void *data, size_t length, unsigned deadline_ms);
/* `ring`: TP_DEPTH * TP_UNIT bytes. */
int64_t tp_pipeline_in_to(struct tp *tp, const struct tp_slots *slots, void *self, uint8_t endpoint,
                          uint64_t length, const struct tp_sink *sink, uint8_t *ring,
                          unsigned deadline_ms);

/* tp_ask()'s part of a back-end (transport.h). */
int tp_pipeline_ask(struct tp *tp, const struct tp_slots *slots, void *self,
                    const struct tp_question *question, unsigned deadline_ms,
                    int ret_parts[TP_PARTS]);

#endif
