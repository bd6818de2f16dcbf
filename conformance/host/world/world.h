/* The world a subject lives in: one virtual clock, the subject's threads and what they wait for.
 *
 * Threads are real ones, time is not: it passes only when the steering thread – the one that made
 * the world – lets it, and then only while every thread of the subject waits in a function of ours.
 * So nothing sleeps, and what is to happen at a moment happens at that moment. A subject that spins
 * or blocks elsewhere is met by the steering thread's patience, and by its case's real deadline. */
#ifndef CONFORMANCE_HOST_WORLD_WORLD_H
#define CONFORMANCE_HOST_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;        /* opaque */
struct world_thread; /* of the subject; lives as long as its world */

#define WORLD_NEVER UINT64_MAX

/* ---- a world; its maker is the steering thread. NULL: no memory. */
struct world *world_new(void);
/* Ends the pool. What is left are the subject's own threads that have not ended: they keep the
 * world, and their number is returned. NULL is fine. */
unsigned world_free(struct world *world);

/* Milliseconds since the world began. */
uint64_t world_now(struct world *world);
/* The moment that many milliseconds from now; UINT32_MAX, Windows' INFINITE: WORLD_NEVER. */
uint64_t world_after(struct world *world, uint32_t ms);

/* ---- threads of the subject */
/* Runs `run` on a thread of its own; 0 or -errno. *ret_thread may be NULL. */
int world_start(struct world *world, const char *name, void (*run)(void *self), void *self,
                struct world_thread **ret_thread);
/* The same on a thread of the pool, which grows as it is needed. */
int world_pool(struct world *world, const char *name, void (*run)(void *self), void *self);
/* The calling thread becomes one of the subject's, which it is for good once it has called
 * world_wait(), until it leaves or ends; for threads that the subject has made by itself. */
void world_enter(struct world *world, const char *name);
void world_leave(struct world *world);
/* NULL: the caller is no thread of a subject. */
struct world_thread *world_self(void);
/* From 1, in the order of their start; 0 for NULL. */
unsigned world_thread_number(const struct world_thread *thread);
bool world_thread_ended(const struct world_thread *thread); /* under the world's lock */
/* How many have not ended; those of the pool that have nothing to do do not count. */
unsigned world_alive(struct world *world);

/* ---- waiting. What conditions are made of is only changed under the lock, and world_changed()
 * said before it is let go. It may not be held while something of the subject is called. */
void world_lock(struct world *world);
void world_unlock(struct world *world);
void world_changed(struct world *world);

struct world_condition {
    bool (*met)(void *self); /* under the lock, on any thread; what it takes it takes with true */
    /* Who must go on before it can be met, or NULL when nobody in particular; may itself be NULL.
     */
    struct world_thread *(*holder)(void *self);
    void *self;
    const char *what; /* for reports: "a lock" */
};
/* Under the lock, which is let go meanwhile. 0: met; -ETIMEDOUT: `deadline` came; -EDEADLK: whoever
 * could bring it about waits for the caller, or on the steering thread: nothing is left that could.
 * The steering thread lets time pass until then; -EBUSY: its patience came to an end. */
int world_wait(struct world *world, const struct world_condition *condition, uint64_t deadline);

/* ---- what the steering thread does. Each false when its patience has ended: a thread of the
 * subject is at work and does not wait. */
/* Until all threads of the subject wait. */
bool world_quiesce(struct world *world);
/* Lets that much time pass, one moment after the other at which something is due. */
bool world_advance(struct world *world, uint64_t ms);
/* Until no thread of the subject has anything left to wait for but each other, or `ms` are over. */
bool world_run_out(struct world *world, uint64_t ms);
/* Real time that one thread may be at work on end; 10 s. */
void world_patience(struct world *world, uint32_t real_ms);
/* On a thread of the subject: until all the others wait. */
void world_settle(struct world *world);
/* Around a call that waits for a device: time may pass meanwhile, but gives it a moment first. */
void world_outside(struct world *world);
void world_inside(struct world *world);

/* ---- timers: `fire` is called by the steering thread, without the lock */
struct world_timer {
    uint64_t due;
    void (*fire)(void *self);
    void *self;
    struct world_timer *next; /* the world's */
    bool started;             /* the world's */
};
/* Again: moved to the other moment. The timer is the caller's until it has fired or is stopped,
 * which lasts until `fire` has returned, should it be at work. */
void world_timer_start(struct world *world, struct world_timer *timer, uint64_t due);
void world_timer_stop(struct world *world, struct world_timer *timer);

/* ---- injection points: where a script may step in between two steps of the subject */
enum world_point {
    WORLD_REGISTERED,   /* CM_Register_Notification: registered, the handle not yet returned */
    WORLD_BEFORE_SIZE,  /* the size of a list is asked for: registered before, or not */
    WORLD_BEFORE_LIST,  /* between size and list */
    WORLD_BEFORE_OPEN,  /* CreateFile of an interface: between list, or arrival, and open */
    WORLD_OPENED,       /* the handle is there, not yet registered for */
    WORLD_QUERY_REMOVE, /* a query-remove callback has been called, and not yet returned */
    WORLD_UNREGISTER,   /* CM_Unregister_Notification of a handle's: its events still come */
    WORLD_STARTING,     /* SetServiceStatus(SERVICE_START_PENDING), not yet returned */
    WORLD_STOP_PENDING, /* SetServiceStatus(SERVICE_STOP_PENDING), not yet returned */
    WORLD_STOPPING,     /* SetServiceStatus(SERVICE_STOPPED), not yet known to anybody */
    WORLD_SERVICE_MAIN, /* before ServiceMain is called */
    WORLD_POINTS
};
/* `hook` is called at the nth time (from 1; 0: each) on the thread that gets there, without the
 * lock; `detail` is what it is about: a link, a service's name. One hook a point. */
void world_inject(struct world *world, enum world_point point, unsigned nth,
                  void (*hook)(void *self, const char *detail), void *self);
void world_reach(struct world *world, enum world_point point, const char *detail);
/* How often it has been reached. */
unsigned world_reached(struct world *world, enum world_point point);

/* ---- what is recorded; entries stay where they are until the world goes */
struct world_entry {
    unsigned order; /* from 1 */
    unsigned thread;
    uint64_t time;
    char *text;
};
__attribute__((format(printf, 2, 3))) void world_trace(struct world *world, const char *format,
                                                       ...);
/* NULL: no more. */
const struct world_entry *world_entry(struct world *world, size_t index);

/* What the subject did against the documents (a fault), or what may go wrong (a risk): its word,
 * "self-unregister", and a sentence that says why. */
enum world_kind { WORLD_FAULT, WORLD_RISK };
struct world_finding {
    enum world_kind kind;
    const char *word; /* static */
    struct world_entry entry;
};
__attribute__((format(printf, 4, 5))) void world_find(struct world *world, enum world_kind kind,
                                                      const char *word, const char *format, ...);
const struct world_finding *world_finding(struct world *world, size_t index);
/* The first of that word; NULL: there is none. */
const struct world_finding *world_found(struct world *world, const char *word);

/* ---- what the subject has to give back: handles, registrations */
struct world_asset {
    struct world_asset *next, **at; /* the world's */
    const char *kind;               /* static: "handle" */
    unsigned order, thread;         /* of the call that made it */
    char text[96];
};
__attribute__((format(printf, 4, 5))) void world_owe(struct world *world, struct world_asset *asset,
                                                     const char *kind, const char *format, ...);
void world_paid(struct world *world, struct world_asset *asset);
/* The number of those of a kind (NULL: of any); each is a fault "leak" in the findings. */
unsigned world_audit(struct world *world, const char *kind);

#endif
