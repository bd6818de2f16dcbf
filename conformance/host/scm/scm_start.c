/* Starts, one after the other: a service's process is launched, or the one that it shares with
 * others is told; then ServiceMain is called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"

enum { FIRST_HINT = 2000, DEPTH = 8, DEPENDENCY_FAILED = 1068 };

static uint32_t start_one(struct scm *scm, struct scm_service *service, struct scm_job *job,
                          unsigned depth);

/* ---- processes */
static struct scm_process *process_for(struct scm *scm, const struct scm_service *service,
                                       bool *ret_is_new)
{
    struct scm_process *process = NULL;

    if (service->type & SCM_TYPE_SHARED) {
        for (process = scm->processes; process; process = process->next) {
            if (process->is_shared && process->is_connected && !process->is_over &&
                strcmp(process->image, service->image) == 0)
                break;
        }
    }
    *ret_is_new = !process;
    if (process)
        return process;
    process = calloc(1, sizeof(*process));
    if (!process)
        return NULL;
    process->scm = scm;
    process->is_shared = (service->type & SCM_TYPE_SHARED) != 0;
    snprintf(process->image, sizeof(process->image), "%s", service->image);
    process->next = scm->processes;
    scm->processes = process;
    return process;
}

static void take_job(struct scm_process *process, struct scm_job *job)
{
    struct scm_job **at = &process->jobs;

    while (*at && *at != job)
        at = &(*at)->next;
    if (*at)
        *at = job->next;
}

struct waiting {
    struct scm_process *process;
    struct scm_job *job;
};

static bool is_called(void *self)
{
    const struct waiting *waiting = self;

    /* One that is being done has an end, even if its process has come to its own before. */
    return waiting->job->is_done || (waiting->process->is_over && !waiting->job->is_taken);
}

/* Under the lock: until ServiceMain has been called. */
static uint32_t wait_called(struct scm *scm, struct scm_process *process, struct scm_job *job,
                            uint64_t deadline)
{
    struct waiting waiting = {process, job};
    const struct world_condition called = {.met = is_called, .self = &waiting, .what = "a process"};

    if (world_wait(scm->world, &called, deadline) != 0 || !job->is_done) {
        take_job(process, job);
        process->is_given_up = true;
        return SCM_TIMEOUT;
    }
    return job->result;
}

/* ---- one start; under the lock, which is let go meanwhile */
static void begin(struct scm_service *service, struct scm_process *process, uint64_t now)
{
    service->process = process;
    service->status = (struct scm_status){
        .type = service->type, .state = SCM_START_PENDING, .wait_hint = FIRST_HINT};
    service->stop_sent = service->asked_to_stop = false;
    service->handler = NULL;
    service->report_count = 0;
    service->starts++;
    service->is_wanted = false;
    process->running++;
    world_unlock(service->scm->world);
    world_timer_start(service->scm->world, &service->patience, now + SCM_UPDATE_MS + FIRST_HINT);
    world_lock(service->scm->world);
}

static uint32_t run(struct scm *scm, struct scm_service *service, struct scm_job *job)
{
    bool is_new = false;
    struct scm_process *process = process_for(scm, service, &is_new);
    struct scm_job **at;
    uint64_t now, deadline;
    uint32_t error = SCM_OK;

    if (!process)
        return SCM_NO_MEMORY;
    for (at = &process->jobs; *at;)
        at = &(*at)->next;
    *at = job;
    world_unlock(scm->world);
    now = world_now(scm->world);
    deadline = world_after(scm->world, SCM_CONNECT_MS);
    world_lock(scm->world);
    begin(service, process, now);
    world_changed(scm->world);
    world_unlock(scm->world);
    world_trace(scm->world, "start %s", service->name);
    if (is_new)
        error = scm->launcher.launch(scm->launcher.self, process, process->image);
    world_lock(scm->world);
    if (error) {
        take_job(process, job);
        process->is_over = true;
        return error;
    }
    return wait_called(scm, process, job, deadline);
}

static uint32_t start_each(struct scm *scm, const char *name, unsigned depth)
{
    for (; *name; name += strlen(name) + 1) {
        struct scm_service *other = scm_find(scm, name);
        struct scm_job *job;
        uint32_t error;

        if (!other || depth == DEPTH)
            return DEPENDENCY_FAILED;
        if (other->status.state != SCM_STOPPED)
            continue;
        job = calloc(1, sizeof(*job));
        if (!job)
            return SCM_NO_MEMORY;
        job->service = other;
        job->count = 1;
        job->arguments = scm_words(other->name, 0, NULL);
        error = start_one(scm, other, job, depth + 1);
        scm_job_free(job);
        if (error)
            return DEPENDENCY_FAILED;
    }
    return SCM_OK;
}

/* The registry may be read anew meanwhile. */
static uint32_t start_dependencies(struct scm *scm, const struct scm_service *service,
                                   unsigned depth)
{
    size_t size = 1;
    char *names;
    uint32_t error;

    for (const char *name = service->depends; name && *name; name += strlen(name) + 1)
        size += strlen(name) + 1;
    names = calloc(1, size);
    if (!names)
        return SCM_NO_MEMORY;
    if (size > 1)
        memcpy(names, service->depends, size);
    error = start_each(scm, names, depth);
    free(names);
    return error;
}

static uint32_t start_one(struct scm *scm, struct scm_service *service, struct scm_job *job,
                          unsigned depth)
{
    uint32_t error = SCM_OK;

    if (service->status.state != SCM_STOPPED)
        return SCM_ALREADY_RUNNING;
    if (service->start == SCM_START_DISABLED)
        error = SCM_DISABLED;
    else if (!(service->type & (SCM_TYPE_OWN | SCM_TYPE_SHARED)))
        error = SCM_INVALID_PARAMETER; /* a driver's */
    else
        error = start_dependencies(scm, service, depth);
    if (error) {
        scm_log(service, SCM_FAILED_TO_START, error);
        return error;
    }
    error = run(scm, service, job);
    if (error && service->status.state != SCM_STOPPED) {
        struct scm_held *held = scm_ended(service, error, 0);

        world_unlock(scm->world);
        scm_after(service, held);
        world_lock(scm->world);
        if (error == SCM_TIMEOUT)
            scm_log(service, SCM_TIMED_OUT, SCM_CONNECT_MS);
        scm_log(service, SCM_FAILED_TO_START, error);
    }
    return error;
}

/* ---- the queue */
static struct scm_request *request_new(struct scm_service *service, size_t count,
                                       const char *const *arguments)
{
    struct scm_request *request = calloc(1, sizeof(*request));

    if (!request)
        return NULL;
    request->service = service;
    request->count = count + 1;
    request->arguments = scm_words(service->name, count, arguments);
    if (request->arguments)
        return request;
    free(request);
    return NULL;
}

static void request_free(struct scm_request *request)
{
    scm_words_free(request->arguments, request->count);
    free(request);
}

static void serve(struct scm *scm, struct scm_request *request)
{
    struct scm_job job = {
        .service = request->service, .count = request->count, .arguments = request->arguments};

    request->result = start_one(scm, request->service, &job, 0);
    if (request->result)
        request->service->is_wanted = false;
    request->is_done = true;
    if (request->is_left)
        request_free(request);
    world_changed(scm->world);
}

static void work_off(void *self)
{
    struct scm *scm = self;

    world_lock(scm->world);
    while (scm->requests) {
        struct scm_request *request = scm->requests;

        scm->requests = request->next;
        serve(scm, request);
    }
    scm->is_starting = false;
    world_unlock(scm->world);
}

void scm_request(struct scm *scm, struct scm_request *request)
{
    struct scm_request **at = &scm->requests;

    while (*at)
        at = &(*at)->next;
    *at = request;
    if (scm->is_starting)
        return;
    scm->is_starting = true;
    world_unlock(scm->world);
    if (world_pool(scm->world, "service lock", work_off, scm) != 0)
        work_off(scm);
    world_lock(scm->world);
}

void scm_want(struct scm_service *service, const char *argument)
{
    struct scm_request *request =
        service->is_wanted ? NULL : request_new(service, argument ? 1 : 0, &argument);

    if (!request)
        return;
    request->is_left = true;
    service->is_wanted = true;
    scm_request(service->scm, request);
}

static bool is_done(void *self)
{
    const struct scm_request *request = self;

    return request->is_done;
}

/* Under the lock. Whoever serves it frees it when nobody waits any more. */
static uint32_t start_and_wait(struct scm *scm, struct scm_request *request)
{
    const struct world_condition done = {.met = is_done, .self = request, .what = "a start"};
    uint32_t result;

    scm_request(scm, request);
    if (!request->is_done && world_wait(scm->world, &done, WORLD_NEVER) != 0 && !request->is_done) {
        request->is_left = true;
        return SCM_TIMEOUT;
    }
    result = request->result;
    request_free(request);
    return result;
}

uint32_t scm_start(struct scm *scm, const char *name, size_t count, const char *const *arguments)
{
    struct scm_service *service;
    struct scm_request *request;
    uint32_t result = SCM_DOES_NOT_EXIST;

    if (!world_self())
        scm_load(scm);
    world_lock(scm->world);
    service = scm_find(scm, name);
    if (service) {
        request = request_new(service, count, arguments);
        result = request ? start_and_wait(scm, request) : SCM_NO_MEMORY;
    }
    world_unlock(scm->world);
    return result;
}
