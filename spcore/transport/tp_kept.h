/* Bytes that came before they were asked for: what a device sent behind the end of a call is kept
 * for the next one of that endpoint. Thread safe. */
#ifndef SPCORE_TRANSPORT_TP_KEPT_H
#define SPCORE_TRANSPORT_TP_KEPT_H

#include "spcore/transport/tp_private.h"

struct tp_kept {
    struct tp_kept *next;
    size_t from, to;
    bool closes;    /* a short packet ended here */
    bool is_answer; /* has room for one */
    uint8_t data[];
};

/* A copy goes behind what is kept: 0 or -ENOMEM. `closes`: a short packet ended it. */
int tp_kept_put(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool closes);
/* In front of it. */
int tp_kept_put_first(struct tp *tp, uint8_t endpoint, const void *data, size_t length);
bool tp_kept_any(struct tp *tp, uint8_t endpoint);
/* At most `room` kept bytes, of one piece; true if a short packet ended behind them. */
bool tp_kept_take(struct tp *tp, uint8_t endpoint, void *data, size_t room, size_t *ret_count);
void tp_kept_forget(struct tp *tp, uint8_t endpoint);

/* Room of TP_ANSWER bytes, empty, for tp_kept_put_answer(); NULL: no memory. It is used again, so
 * that a small call does not allocate. */
struct tp_kept *tp_kept_spare(struct tp *tp);
/* Takes it over: behind what is kept, or for the next tp_kept_spare() if nothing came. */
void tp_kept_put_answer(struct tp *tp, uint8_t endpoint, struct tp_kept *answer);
/* At the end of a device. */
void tp_kept_free_spare(struct tp *tp);

#endif
