/* The manager: what there is, what is asked of it, and its log. */
#include "conformance/host/scm/scm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"

struct scm *scm_new(struct world *world, struct pnp_machine *machine,
                    const struct scm_launcher *launcher)
{
    struct scm *scm = calloc(1, sizeof(*scm));

    if (!scm)
        return NULL;
    scm->world = world;
    scm->machine = machine;
    scm->launcher = *launcher;
    scm->listener = (struct pnp_listener){.events = &scm_events, .self = scm};
    scm_load(scm);
    pnp_listen(machine, &scm->listener);
    return scm;
}

static void service_free(struct scm_service *service)
{
    while (service->held) {
        struct scm_held *next = service->held->next;

        free(service->held);
        service->held = next;
    }
    world_timer_stop(service->scm->world, &service->patience);
    world_timer_stop(service->scm->world, &service->again);
    free(service->depends);
    free(service->failure_actions);
    free(service->reports);
    free(service);
}

void scm_free(struct scm *scm)
{
    if (!scm)
        return;
    pnp_unlisten(scm->machine, &scm->listener);
    while (scm->services) {
        struct scm_service *next = scm->services->next;

        service_free(scm->services);
        scm->services = next;
    }
    while (scm->processes) {
        struct scm_process *next = scm->processes->next;

        while (scm->processes->jobs) {
            struct scm_job *job = scm->processes->jobs;

            scm->processes->jobs = job->next;
            if (job->is_left)
                scm_job_free(job);
        }
        free(scm->processes);
        scm->processes = next;
    }
    free(scm->records);
    free(scm);
}

struct scm *scm_of(struct scm_process *process)
{
    return process->scm;
}

uint32_t scm_query(struct scm *scm, const char *name, struct scm_status *ret_status)
{
    struct scm_service *service;

    world_lock(scm->world);
    service = scm_find(scm, name);
    if (service)
        *ret_status = service->status;
    world_unlock(scm->world);
    return service ? SCM_OK : SCM_DOES_NOT_EXIST;
}

const struct scm_report *scm_reports(struct scm *scm, const char *name, size_t *ret_count)
{
    const struct scm_service *service;
    const struct scm_report *reports = NULL;

    *ret_count = 0;
    world_lock(scm->world);
    service = scm_find(scm, name);
    if (service) {
        reports = service->reports;
        *ret_count = service->report_count;
    }
    world_unlock(scm->world);
    return reports;
}

unsigned scm_starts(struct scm *scm, const char *name)
{
    const struct scm_service *service;
    unsigned starts;

    world_lock(scm->world);
    service = scm_find(scm, name);
    starts = service ? service->starts : 0;
    world_unlock(scm->world);
    return starts;
}

/* ---- the log */
void scm_log(struct scm_service *service, enum scm_event event, uint32_t code)
{
    struct scm *scm = service->scm;
    struct scm_record *grown = scm->records;

    if (scm->record_count == scm->record_room) {
        scm->record_room = scm->record_room ? 2 * scm->record_room : 16;
        grown = realloc(scm->records, scm->record_room * sizeof(*grown));
        if (!grown) {
            scm->record_room = scm->record_count;
            return;
        }
        scm->records = grown;
    }
    grown += scm->record_count++;
    *grown =
        (struct scm_record){.event = event, .code = code, .warns = service->error_control != 0};
    snprintf(grown->service, sizeof(grown->service), "%s", service->name);
}

const struct scm_record *scm_record(struct scm *scm, size_t index)
{
    return index < scm->record_count ? &scm->records[index] : NULL;
}

/* ---- words of a command line */
char **scm_words(const char *name, size_t count, const char *const *more)
{
    char **words = calloc(count + 1, sizeof(*words));

    for (size_t i = 0; words && i <= count; i++) {
        words[i] = strdup(i ? more[i - 1] : name);
        if (words[i])
            continue;
        scm_words_free(words, i);
        return NULL;
    }
    return words;
}

void scm_words_free(char **words, size_t count)
{
    for (size_t i = 0; words && i < count; i++)
        free(words[i]);
    free(words);
}

void scm_job_free(struct scm_job *job)
{
    scm_words_free(job->arguments, job->count);
    free(job);
}
