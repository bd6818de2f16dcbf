/* What the manager is made of. One lock, the world's; the registry is read by whoever starts, boots
 * or tells of a device, and what it says is kept here. */
#ifndef CONFORMANCE_HOST_SCM_SCM_PRIVATE_H
#define CONFORMANCE_HOST_SCM_SCM_PRIVATE_H

#include "conformance/host/registry.h"
#include "conformance/host/scm/scm.h"

enum { SCM_NAME = 256, SCM_PATH = 1024, SCM_TYPE_OWN = 0x10, SCM_TYPE_SHARED = 0x20 };
enum { SCM_START_AUTO = 2, SCM_START_DISABLED = 4 };

/* A trigger's event that could not be told yet. */
struct scm_held {
    struct scm_held *next;
    bool latched; /* the service was stopping: it is to be started again */
    char link[PNP_LINK_MAX + 1];
};

struct scm_service {
    struct scm_service *next; /* of the manager, in the order of first sight */
    struct scm *scm;
    /* as the registry has it */
    char name[SCM_NAME], image[SCM_PATH];
    uint32_t type, start, error_control;
    char *depends;            /* names, each with its NUL, and one more; owned */
    uint8_t *failure_actions; /* owned */
    size_t failure_size;
    /* this life */
    struct scm_process *process; /* NULL: none */
    struct scm_status status;
    scm_handler handler;
    void *handler_self;
    bool stop_sent, asked_to_stop, is_wanted;
    struct world_timer patience; /* until it is hung */
    struct scm_held *held;       /* oldest first */
    /* across lives */
    struct world_timer again; /* a failure action */
    unsigned starts, failures;
    struct scm_report *reports; /* of the last life */
    size_t report_count, report_room;
};

/* What the dispatcher of a process is to do. */
struct scm_job {
    struct scm_job *next;
    struct scm_service *service;
    uint32_t control; /* 0: call ServiceMain */
    size_t count;
    char **arguments;                /* of ServiceMain, the name first; owned */
    bool is_taken, is_done, is_left; /* nobody waits for it: whoever does it frees it */
    uint32_t result;
    char link[PNP_LINK_MAX + 1]; /* of SCM_TRIGGEREVENT */
};

struct scm_process {
    struct scm_process *next;
    struct scm *scm;
    char image[SCM_PATH];
    bool is_shared, is_connected, is_over, is_given_up;
    unsigned running;     /* services that have not stopped */
    struct scm_job *jobs; /* oldest first */
    struct scm_service *in_handler;
    uint32_t control; /* that its handler is called with */
    unsigned handler_thread;
};

/* A start that waits for its turn. */
struct scm_request {
    struct scm_request *next;
    struct scm_service *service;
    size_t count;
    char **arguments;
    bool is_done, is_left;
    uint32_t result;
};

struct scm {
    struct world *world;
    struct pnp_machine *machine;
    struct scm_launcher launcher;
    struct pnp_listener listener;
    struct scm_service *services;
    struct scm_process *processes;
    struct scm_request *requests;
    bool is_starting; /* somebody works them off: the service lock */
    struct scm_record *records;
    size_t record_count, record_room;
};

/* ---- scm_config.c: under the lock. NULL: no such service. */
struct scm_service *scm_find(struct scm *scm, const char *name);

/* ---- scm_match.c */
/* What a start trigger that holds does to a service of that status. */
enum scm_deed {
    SCM_DEED_NONE, /* one start is under way, and finds the device */
    SCM_DEED_START,
    SCM_DEED_TELL,  /* by a control */
    SCM_DEED_HOLD,  /* until it takes such controls */
    SCM_DEED_LATCH, /* until it has stopped */
};
enum scm_deed scm_deed(const struct scm_status *status, bool stop_sent);

/* ---- the others; under the lock, unless they say so */
void scm_log(struct scm_service *service, enum scm_event event, uint32_t code);
char **scm_words(const char *name, size_t count, const char *const *more); /* NULL: no memory */
void scm_words_free(char **words, size_t count);
void scm_job_free(struct scm_job *job);

/* Puts a start in the queue; a left one frees itself. */
void scm_request(struct scm *scm, struct scm_request *request);
/* For a trigger, or again; not twice. */
void scm_want(struct scm_service *service, const char *argument);
/* Sends without waiting; the service is running. */
void scm_send(struct scm_service *service, uint32_t control, const char *link);
bool scm_has_dependents(struct scm_service *service);
/* Stopped, by itself or by force; *ret_held is what is then to be looked at by scm_after(). */
struct scm_held *scm_ended(struct scm_service *service, uint32_t exit_code, uint32_t specific);
/* Not under the lock: starts it again if a device that it was not told of is there; frees. */
void scm_after(struct scm_service *service, struct scm_held *held);
void scm_hold(struct scm_service *service, const char *link, bool latched);
/* Not under the lock. */
void scm_hung(void *service);
void scm_again(void *service);
extern const struct pnp_events scm_events;

#endif
