/* What the files of the world share. */
#ifndef CONFORMANCE_HOST_WORLD_WORLD_PRIVATE_H
#define CONFORMANCE_HOST_WORLD_WORLD_PRIVATE_H

#include <pthread.h>
#include <time.h>

#include "conformance/host/world/world.h"

/* On the stack of who waits. */
struct world_waiting {
    struct world_waiting *next;              /* of the world, in the order they began */
    const struct world_condition *condition; /* NULL: until all others wait */
    uint64_t deadline;
    struct world_thread *thread;
    enum { WAITS, MET, EXPIRED } state;
};

struct world_thread {
    struct world_thread *next; /* of the world, newest first */
    struct world *world;
    unsigned number;
    char name[32];
    pthread_cond_t wake;
    struct world_waiting *waiting; /* NULL: it is at work */
    void (*run)(void *self);       /* of the pool: its next work */
    void *self;
    bool ended, pooled, idle, outside;
    struct timespec since; /* when it last came to work */
    pthread_t id;
};

struct world_hook {
    unsigned nth, reached;
    void (*call)(void *self, const char *detail);
    void *self;
};

struct world_list { /* of pointers that stay */
    void **at;
    size_t count, room;
};

struct world {
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* running has become 0, something outside has come back, a timer fired */
    pthread_t steering;
    uint64_t now;
    unsigned running, outside, numbers, alive;
    uint32_t patience; /* real ms */
    bool ending;
    struct world_thread *threads;
    struct world_waiting *waiting;
    struct world_timer *timers; /* the next one first */
    struct world_timer *firing; /* NULL: none */
    struct world_hook hooks[WORLD_POINTS];
    struct world_list entries, findings;
    struct world_asset *assets;
    unsigned order;
};

void world_record_done(struct world *world);
/* A thread of the subject is about to wait, or has ended: under the lock. */
void world_rest(struct world *world);
/* One is at work from now on: under the lock. */
void world_works(struct world *world, struct world_thread *thread);
/* Makes a thread; under the lock. NULL: no memory. */
struct world_thread *world_thread_new(struct world *world, const char *name);
/* The calling thread is this one, or no more. */
void world_become(struct world_thread *thread);

#endif
