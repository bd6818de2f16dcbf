/* A service's process: its dispatcher calls ServiceMain on threads of their own and the handlers
 * one after the other, until all its services have stopped. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"

/* ---- ServiceMain */
struct call {
    struct scm_service *service;
    const struct scm_entry *entry;
    size_t count;
    char **arguments;
};

static void call_main(void *self)
{
    struct call *call = self;
    struct world *world = call->service->scm->world;

    world_reach(world, WORLD_SERVICE_MAIN, call->service->name);
    world_trace(world, "ServiceMain of %s", call->service->name);
    call->entry->main(call->entry->self, call->count, (const char *const *)call->arguments);
    world_trace(world, "ServiceMain of %s returned", call->service->name);
    scm_words_free(call->arguments, call->count);
    free(call);
}

/* Of an own process the first entry, whatever its name. */
static const struct scm_entry *entry_for(const struct scm_process *process,
                                         const struct scm_service *service,
                                         const struct scm_entry *entries, size_t count)
{
    if (!process->is_shared)
        return count ? entries : NULL;
    for (size_t i = 0; i < count; i++) {
        if (registry_compare(entries[i].name, service->name) == 0)
            return &entries[i];
    }
    return NULL;
}

static uint32_t do_main(struct scm_process *process, struct scm_job *job,
                        const struct scm_entry *entries, size_t count)
{
    const struct scm_entry *entry = entry_for(process, job->service, entries, count);
    struct call *call = entry ? calloc(1, sizeof(*call)) : NULL;

    if (!entry)
        return SCM_NOT_IN_PROCESS;
    if (!call)
        return SCM_NO_MEMORY;
    *call = (struct call){
        job->service, entry, job->count,
        scm_words(job->arguments[0], job->count - 1, (const char *const *)job->arguments + 1)};
    if (call->arguments &&
        world_start(process->scm->world, "ServiceMain", call_main, call, NULL) == 0)
        return SCM_OK;
    scm_words_free(call->arguments, call->arguments ? call->count : 0);
    free(call);
    return SCM_NO_THREAD;
}

/* ---- controls */
static uint32_t do_control(struct scm_process *process, const struct scm_job *job)
{
    struct scm *scm = process->scm;
    struct scm_service *service = job->service;
    scm_handler handler;
    void *self;
    uint32_t result;

    world_lock(scm->world);
    handler = service->process == process ? service->handler : NULL;
    self = service->handler_self;
    if (handler) {
        process->in_handler = service;
        process->control = job->control;
        process->handler_thread = world_thread_number(world_self());
    }
    world_unlock(scm->world);
    if (!handler)
        return SCM_NOT_ACTIVE;
    world_trace(scm->world, "control %u to %s", job->control, service->name);
    result = handler(self, job->control);
    world_trace(scm->world, "control %u to %s answered %u", job->control, service->name, result);
    world_lock(scm->world);
    process->in_handler = NULL;
    if (job->control == SCM_STOP && result != SCM_OK)
        service->stop_sent = service->asked_to_stop = false;
    if (job->control == SCM_TRIGGEREVENT && result == SCM_SHUTDOWN_IN_PROGRESS)
        scm_hold(service, job->link, true);
    world_unlock(scm->world);
    return result;
}

/* ---- the dispatcher */
static bool has_work(void *self)
{
    const struct scm_process *process = self;

    return process->jobs || !process->running;
}

/* Under the lock. NULL: all have stopped. */
static struct scm_job *next_job(struct scm_process *process)
{
    const struct world_condition work = {.met = has_work, .self = process, .what = "a control"};
    struct scm_job *job;

    while (!process->jobs && process->running)
        (void)world_wait(process->scm->world, &work, WORLD_NEVER);
    job = process->jobs;
    if (job) {
        process->jobs = job->next;
        job->is_taken = true;
    }
    return job;
}

static void finish(struct scm *scm, struct scm_job *job, uint32_t result)
{
    job->result = result;
    job->is_done = true;
    if (job->is_left)
        scm_job_free(job);
    world_changed(scm->world);
}

uint32_t scm_dispatch(struct scm_process *process, const struct scm_entry *entries, size_t count)
{
    struct scm *scm = process ? process->scm : NULL;
    struct scm_job *job;

    if (!process)
        return SCM_CONTROLLER_CONNECT;
    world_lock(scm->world);
    if (process->is_connected || process->is_given_up) {
        uint32_t error = process->is_connected ? SCM_ALREADY_RUNNING : SCM_CONTROLLER_CONNECT;

        world_unlock(scm->world);
        return error;
    }
    process->is_connected = true;
    while ((job = next_job(process))) {
        uint32_t result;

        world_unlock(scm->world);
        result = job->control ? do_control(process, job) : do_main(process, job, entries, count);
        world_lock(scm->world);
        finish(scm, job, result);
    }
    process->is_over = true;
    world_unlock(scm->world);
    world_trace(scm->world, "the dispatcher returns");
    return SCM_OK;
}

uint32_t scm_register(struct scm_process *process, const char *name, scm_handler handler,
                      void *self, struct scm_service **ret_service)
{
    struct scm *scm = process->scm;
    struct scm_service *service;

    world_lock(scm->world);
    for (service = scm->services; service; service = service->next) {
        if (service->process == process && service->status.state != SCM_STOPPED &&
            (!process->is_shared || registry_compare(service->name, name) == 0))
            break;
    }
    if (service) {
        service->handler = handler;
        service->handler_self = self;
    }
    world_unlock(scm->world);
    if (!service)
        return SCM_NOT_IN_PROCESS;
    world_trace(scm->world, "handler of %s registered", service->name);
    *ret_service = service;
    return SCM_OK;
}

/* ---- its end */
/* Of those that have not stopped one; it counts as stopped then. NULL: there is none. */
static struct scm_service *one_left(struct scm_process *process, struct scm_held **ret_held)
{
    struct scm_service *service = process->scm->services;

    while (service && (service->process != process || service->status.state == SCM_STOPPED))
        service = service->next;
    if (!service)
        return NULL;
    service->failures++;
    scm_log(service, SCM_DIED, SCM_PROCESS_ABORTED);
    *ret_held = scm_ended(service, SCM_PROCESS_ABORTED, 0);
    return service;
}

void scm_exited(struct scm_process *process, bool crashed)
{
    struct scm *scm = process->scm;
    const bool was_connected = process->is_connected;
    struct scm_service *service;
    struct scm_held *held;

    world_trace(scm->world, "the process %s", crashed ? "died" : "has ended");
    do {
        held = NULL;
        world_lock(scm->world);
        process->is_over = true;
        /* One that never connected is what its start waits for. */
        service = was_connected ? one_left(process, &held) : NULL;
        while (process->jobs && (was_connected || process->jobs->control)) {
            struct scm_job *job = process->jobs;

            process->jobs = job->next;
            finish(scm, job, SCM_PROCESS_ABORTED);
        }
        world_changed(scm->world);
        world_unlock(scm->world);
        if (service) {
            scm_after(service, held);
            scm_again(service);
        }
    } while (service);
}
