/* The service control manager: services as the registry has them, their processes, their states,
 * what may be sent to them when, and triggers that start and stop them as devices come.
 *
 * It knows no service: a launcher runs what ImagePath names, and that calls back – it connects,
 * registers a handler, reports its status. Calls may come from any thread of the world, and from
 * the steering one; those that wait do so in virtual time. Results are 0 or Windows' ERROR_…. */
#ifndef CONFORMANCE_HOST_SCM_SCM_H
#define CONFORMANCE_HOST_SCM_SCM_H

#include "conformance/host/pnp/pnp_machine.h"
#include "conformance/host/scm/scm_status.h"
#include "conformance/host/world/world.h"

enum scm_error {
    SCM_OK = 0,
    SCM_INVALID_HANDLE = 6,
    SCM_NO_MEMORY = 8,
    SCM_INVALID_DATA = 13,
    SCM_INVALID_PARAMETER = 87,
    SCM_DEPENDENT_RUNNING = 1051,
    SCM_INVALID_CONTROL = 1052,
    SCM_TIMEOUT = 1053,
    SCM_NO_THREAD = 1054,
    SCM_ALREADY_RUNNING = 1056,
    SCM_DISABLED = 1058,
    SCM_DOES_NOT_EXIST = 1060,
    SCM_CANNOT_ACCEPT = 1061,
    SCM_NOT_ACTIVE = 1062,
    SCM_CONTROLLER_CONNECT = 1063,
    SCM_PROCESS_ABORTED = 1067,
    SCM_NOT_IN_PROCESS = 1083,
    SCM_SHUTDOWN_IN_PROGRESS = 1115,
};

struct scm;
struct scm_service; /* of the registry; lives as long as the manager */
struct scm_process; /* likewise */

/* Begins to run the program of that command line, on a thread of the world: 0 or ERROR_…, of which
 * nothing runs. When the program has returned, or died, scm_exited() says so. */
struct scm_launcher {
    uint32_t (*launch)(void *self, struct scm_process *process, const char *image_path);
    void *self;
};

/* ---- the manager; listens to the machine until it is freed. NULL: no memory. */
struct scm *scm_new(struct world *world, struct pnp_machine *machine,
                    const struct scm_launcher *launcher);
/* Nothing of a service may run any more. NULL is fine. */
void scm_free(struct scm *scm);
/* The system starts: services that start by themselves, and triggers whose condition holds. */
void scm_boot(struct scm *scm);
/* Services are read from the registry: after a change of it, if nothing is to be started. */
void scm_load(struct scm *scm);

/* ---- services, by their short name without regard to case */
/* Waits until ServiceMain has been called, 30 s at most for the process to connect. `arguments`:
 * what is handed on behind the name, `count` of them. */
uint32_t scm_start(struct scm *scm, const char *name, size_t count, const char *const *arguments);
/* Waits for the handler to return, 30 s at most. *ret_status may be NULL. */
uint32_t scm_control(struct scm *scm, const char *name, uint32_t control,
                     struct scm_status *ret_status);
uint32_t scm_query(struct scm *scm, const char *name, struct scm_status *ret_status);
/* What it has reported, from the first report of its last start on, and how often it has been
 * started; NULL: there is no such service. Under no lock: ask when the world is quiet. */
const struct scm_report *scm_reports(struct scm *scm, const char *name, size_t *ret_count);
unsigned scm_starts(struct scm *scm, const char *name);

/* A trigger as it was registered, in that order. */
enum { SCM_ITEMS_MAX = 64, SCM_ITEM_MAX = 1024 };
struct scm_trigger {
    uint32_t type, action;
    char subtype[PNP_GUID];
    size_t count;
    struct scm_item {
        uint32_t type;
        size_t size;
        const uint8_t *data; /* the registry's */
    } items[SCM_ITEMS_MAX];
};
/* False: there are not that many. Under registry_hold() as long as its items are looked at. */
bool scm_trigger(struct scm *scm, const char *name, unsigned index,
                 struct scm_trigger *ret_trigger);
/* Is it the arrival of that interface? */
bool scm_holds(const struct scm_trigger *trigger, const struct pnp_interface *interface);

/* ---- what a process calls */
struct scm_entry { /* of its dispatch table */
    const char *name;
    void (*main)(void *self, size_t count, const char *const *arguments); /* ServiceMain */
    void *self;
};
/* StartServiceCtrlDispatcher: returns when all its services have stopped. */
uint32_t scm_dispatch(struct scm_process *process, const struct scm_entry *entries, size_t count);
/* What HandlerEx is given beside the control is of device events, which do not come this way. */
typedef uint32_t (*scm_handler)(void *self, uint32_t control);
/* *ret_service is the handle for scm_set_status(). SCM_NOT_IN_PROCESS: it has no such service. */
uint32_t scm_register(struct scm_process *process, const char *name, scm_handler handler,
                      void *self, struct scm_service **ret_service);
/* SetServiceStatus. What the diagram does not allow is taken all the same, and found as a fault. */
uint32_t scm_set_status(struct scm *scm, struct scm_service *service,
                        const struct scm_status *status);
/* The program of the process is at an end. */
void scm_exited(struct scm_process *process, bool crashed);
struct scm *scm_of(struct scm_process *process);

/* ---- the system's event log, for what a service comes to */
enum scm_event {
    SCM_FAILED_TO_START = 7000,
    SCM_TIMED_OUT = 7009,
    SCM_HUNG = 7022,
    SCM_FAILED = 7023,          /* stopped with an error */
    SCM_FAILED_SPECIFIC = 7024, /* with one of its own */
    SCM_DIED = 7034,
    SCM_KEPT_RUNNING = 7100, /* ours: a stop trigger that did not, for a dependent */
};
struct scm_record {
    enum scm_event event;
    uint32_t code;
    bool warns; /* the user, as ErrorControl says */
    char service[256];
};
/* NULL: no more. */
const struct scm_record *scm_record(struct scm *scm, size_t index);

#endif
