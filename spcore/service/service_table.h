/* The devices of a service: what is known of each, and what is to be done with it. */
#ifndef SPCORE_SERVICE_SERVICE_TABLE_H
#define SPCORE_SERVICE_SERVICE_TABLE_H

#include "spcore/service/service_life.h"

struct service_device {
    struct service_device *next;
    struct service *service;
    void *handle, *watch, *job; /* NULL: none */
    bool fresh;                 /* not opened yet */
    bool busy;                  /* being opened, or its work begun: who is told of it waits */
    bool asked;                 /* somebody wants it away: closed until that is refused */
    bool gone;                  /* to be let go of */
    bool again;                 /* it came while it was being let go of, or opened */
    char link[];
};

struct service {
    struct service_shell shell;
    /* All below with the lock held. */
    struct service_device *devices;
    bool missed;              /* one is not known, for want of memory: to be listed again */
    enum service_state state; /* never goes back */
    bool told;                /* to stop */
    bool saying;              /* somebody is telling the manager of it */
    unsigned checkpoint;
};

void service_lock(const struct service *service);
void service_unlock(const struct service *service);
void service_wait(const struct service *service, int64_t ms);
void service_wake(const struct service *service);

/* Something that takes its time is done: that counts while a state is pending. */
void service_progress(struct service *service);

/* By the thread of service_run() alone, without the lock: does what is to be done with each device;
 * once the service stops, that is to let go of it. Was there something? */
bool service_tend(struct service *service);
/* With the lock held: there is nothing of that. */
bool service_rests(const struct service *service);
/* All are to be let go of; nobody tells of any more. */
void service_forget(struct service *service);

#endif
