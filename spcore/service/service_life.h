/* A service that lives with devices (Windows driver documentation, "Win32 Services Interacting with
 * Devices"): it starts when one has come, works on each that is there, and ends when the last has
 * gone or it is told to. What is asked of the outside stands in four tables; a shell fills them for
 * one system, and no shell knows of another. */
#ifndef SPCORE_SERVICE_SERVICE_LIFE_H
#define SPCORE_SERVICE_SERVICE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

struct service;
struct service_device;

/* All that answer `unsigned`: 0, or a code of the shell's system. None is called with a lock held,
 * so each may call back into the service before it returns. */

/* Where devices are seen. */
struct service_bus {
    /* From now on each arrival and removal is told, service_arrived() and service_removed(). */
    unsigned (*subscribe)(void *self, struct service *service);
    /* Returns when nobody is telling any more. */
    void (*unsubscribe)(void *self);
    /* service_arrived() for each that is there. */
    unsigned (*list)(void *self, struct service *service);
    unsigned (*open)(void *self, const char *link, void **ret_handle);
    void (*close)(void *self, void *handle);
    /* What becomes of the opened device is told from now on, service_asked() … service_gone(). */
    unsigned (*watch)(void *self, struct service_device *device, void *handle, void **ret_watch);
    /* Returns when nobody is telling any more; never called by who is told. */
    void (*unwatch)(void *self, void *watch);
};

/* What is done with a device that is open. */
struct service_work {
    /* NULL: nothing. Returns at once. */
    void *(*begin)(void *self, const char *link, void *handle);
    void (*cancel)(void *self, void *job); /* returns at once */
    void (*end)(void *self, void *job);    /* returns when it is over, and frees it */
};

/* Who starts and stops services. */
enum service_state { SERVICE_STARTS = 1, SERVICE_RUNS, SERVICE_STOPS, SERVICE_ENDED };
struct service_status {
    enum service_state state;
    unsigned code;       /* of SERVICE_ENDED */
    unsigned checkpoint; /* of what is pending: more each time something is done */
    unsigned hint_ms;    /* by when the next is to be expected */
};
struct service_manager {
    void (*report)(void *self, const struct service_status *status);
};

/* One lock and what is awaited under it, of the system's threads. */
struct service_system {
    void (*lock)(void *self);
    void (*unlock)(void *self);
    /* With the lock held; until service_system.wake(), or for so long; negative: no matter. */
    void (*wait)(void *self, int64_t ms);
    void (*wake)(void *self); /* all who wait */
    int64_t (*now_ms)(void *self);
};

struct service_shell {
    void *self; /* of all of them */
    const struct service_bus *bus;
    const struct service_work *work; /* NULL: to have it open is all */
    const struct service_manager *manager;
    const struct service_system *system;
    int64_t settle_ms; /* without a device before it ends */
};

/* The shell is copied, what it points to borrowed. NULL: no memory. */
struct service *service_new(const struct service_shell *shell);
void service_free(struct service *service); /* after service_run(); NULL is fine */
/* The whole life, from SERVICE_STARTS to SERVICE_ENDED, which is its last call to the outside: who
 * owns it may free it then. The code that was reported. */
unsigned service_run(struct service *service);

/* ---- told by any thread, at any time between subscribe() and unsubscribe() */
/* To end it: SERVICE_STOPS is reported unless that was done, and what follows is done by the thread
 * of service_run(). */
void service_stop(struct service *service);
/* It is there; as often as one likes. Links that differ in the case of ASCII letters are one. */
void service_arrived(struct service *service, const char *link);
void service_removed(struct service *service, const char *link);
/* One of either that could not be told: those that are there are listed again. */
void service_missed(struct service *service);

/* ---- told between watch() and unwatch() */
/* Somebody wants to take it away: it is closed when this returns. */
void service_asked(struct service_device *device);
/* And did not: it is opened again. Changes nothing if nobody has asked. */
void service_refused(struct service_device *device);
/* It is going, or has gone; once or several times. */
void service_gone(struct service_device *device);

#endif
