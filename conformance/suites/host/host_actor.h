/* A Windows machine whose services do what a case says, and its service control manager. */
#ifndef CONFORMANCE_SUITES_HOST_HOST_ACTOR_H
#define CONFORMANCE_SUITES_HOST_HOST_ACTOR_H

#include "conformance/host/scm/scm.h"
#include "conformance/suites/host/host_machine.h"

enum { HOST_ACTORS = 2, HOST_PROGRAMS = 160 };
#define HOST_PLAYER "USB\\VID_1209&PID_5041"
#define HOST_OTHER "USB\\VID_1209&PID_9999"

/* A service: "A" or "B" in the INF. It runs until it is told to stop. */
struct host_actor {
    struct host_actors *of;
    struct scm_process *process;
    const char *table_name;  /* in its program's dispatch table */
    uint32_t accepts;        /* when it runs */
    uint32_t answers;        /* to a trigger's control */
    uint32_t hint;           /* not 0: it reports SERVICE_START_PENDING with it */
    bool waits, stays;       /* before it runs, and before it has stopped, for host_let() */
    bool says_nothing;       /* of SERVICE_STOP_PENDING in its handler */
    bool is_let, is_stopped; /* under the world's lock */
    /* what came */
    struct scm_service *handle;
    unsigned mains, controls[256];
    size_t arguments;
    char first[64], second[64];
};

struct host_actors {
    struct host_machine host;
    struct world *world;
    struct scm *scm;
    struct host_actor a, b;
    uint32_t connects_after; /* virtual milliseconds from its launch */
    struct host_program {
        struct host_actors *of;
        struct scm_process *process;
        bool is_shared, is_dead, has_returned;
        char letter;
        uint32_t result, again; /* of the dispatcher, called twice */
    } programs[HOST_PROGRAMS];
    unsigned launches;
    unsigned inside, most; /* handlers at work at once */
};

/* Sections: AddService=A,,A … is said; what they have is the case's. Nothing is plugged. */
void host_actors(struct host_actors *it, struct conf *c, const char *inf);
void host_actors_leave(struct host_actors *it);
#define HOST_ACTORS_OF(it, c, inf)                                                                 \
    __attribute__((cleanup(host_actors_leave))) struct host_actors it;                             \
    host_actors(&it, c, inf)

/* Plugs one of that device id and waits until all is quiet; `compatible` may be NULL. */
struct pnp_devnode *host_actors_plug(struct host_actors *it, unsigned port, const char *id,
                                     const char *compatible);
struct pnp_devnode *host_actors_insert(struct host_actors *it, unsigned port, const char *id,
                                       const char *compatible);
void host_quiet(struct host_actors *it);
void host_pass(struct host_actors *it, uint64_t ms);
/* On the thread of a script: does not wait. */
void host_let(struct host_actor *actor);
uint32_t host_report(struct host_actor *actor, uint32_t state, uint32_t accepted, uint32_t hint);
uint32_t host_state(struct host_actors *it, const char *name);
uint32_t host_stop(struct host_actors *it, const char *name);
/* Ends the program as a debugger would. */
void host_die(struct host_actors *it, unsigned program);
bool host_logged(struct host_actors *it, enum scm_event event);

#define SERVICE_TEXT(name, type, more)                                                             \
    "[" name "]\nServiceType=" type "\nStartType=3\nErrorControl=1\nServiceBinary=%13%\\" name     \
    ".exe\n" more
#define SHARED_TEXT(name, more)                                                                    \
    "[" name "]\nServiceType=0x20\nStartType=3\nErrorControl=1\nServiceBinary=%13%\\host."         \
    "exe\n" more
#define TRIGGER_TEXT(name, action, more)                                                           \
    "[" name "]\nTriggerType=1\nAction=" action "\nSubType=" PNP_PAP_CLASS "\n" more
#define ONE_SERVICE "[I.NT.Services]\nAddService=A,,A\n"
#define TWO_SERVICES "[I.NT.Services]\nAddService=A,,A\nAddService=B,,B\n"
#define ONE_TRIGGER                                                                                \
    ONE_SERVICE SERVICE_TEXT("A", "0x10", "AddTrigger=T\n") TRIGGER_TEXT("T", "1", "")

#endif
