/* What notify.c, which knows what is told to whom, and notify_queue.c, which tells it, share. All
 * of it is under the world's lock. */
#ifndef CONFORMANCE_HOST_NOTIFY_NOTIFY_PRIVATE_H
#define CONFORMANCE_HOST_NOTIFY_NOTIFY_PRIVATE_H

#include "conformance/host/notify/notify.h"

/* Of who waits for a callback's result. */
struct notify_answer {
    bool done;
    uint32_t result;
};

struct notify_queued {
    struct notify_queued *next;
    struct notify_answer *answer; /* NULL: nobody waits */
    struct notify_event event;
    uint8_t data[];
};

struct notify_registration {
    struct notify_registration *next; /* in the order of registration */
    struct notify *notify;
    struct notify_filter filter;
    notify_call call;
    void *self;
    struct notify_queued *queue, *current;
    struct world_thread *runner; /* whom the callback runs on */
    bool working;                /* a thread of the pool is at its queue, or will be */
    bool closing, doomed;        /* no callback begins; it goes with the one that runs */
    enum { NOT_MEANT, TO_ASK, ASKED } query; /* what the one that is under way has with it */
    struct world_asset asset;
    struct world_timer limit;
};

struct notify {
    struct world *world;
    struct pnp_machine *machine;
    struct pnp_listener listener;
    struct notify_registration *registrations;
    uint32_t limit;
    unsigned refuses;             /* the n-th registration from now; 0: none */
    bool asks, gives_up;          /* a query-remove is under way; it is not waited for any more */
    struct world_thread *remover; /* who asks; NULL: nobody, or the steering thread */
};

/* Under the lock. 0 or -errno. */
int notify_queue(struct notify_registration *registration, const struct notify_event *event,
                 struct notify_answer *answer);
/* Takes the queue to the callback; what the pool is given. */
void notify_work(void *self);
/* Nothing of the queue is told any more, and who waits for it waits no more; under the lock. */
void notify_drop(struct notify_registration *registration);
/* Nobody waits for this answer any more; under the lock. */
void notify_forget(struct notify_registration *registration, const struct notify_answer *answer);
/* Takes it out of the list; under the lock. */
void notify_remove(struct notify_registration *registration);
/* That the calling thread is in a callback of; NULL: of none. */
const struct notify_registration *notify_calling(void);
/* "a handle" … */
const char *notify_type_text(const struct notify_registration *registration);

#endif
