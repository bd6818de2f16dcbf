/* A case's attempt, from outside: what it needs is opened, a copy of this process runs its body,
 * and what that process leaves is judged. Nothing here waits but for the end of what is killed. */
#include "conformance/run/attempt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "conformance/case/worker.h"
#include "conformance/raw/raw_usbip.h"
#include "conformance/run/evidence.h"
#include "conformance/run/repro.h"
#include "conformance/run/silence.h"
#include "spcore/base.h"

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static unsigned timeout_ms(const struct attempt *attempt)
{
    return cases_timeout_s(attempt->conf_case) * run_timeout_scale(attempt->options) * 1000;
}

static void close_subjects(struct attempt *attempt)
{
    for (enum subject_id id = SUBJECTS; id-- > 0;) {
        if (subjects[id].close)
            subjects[id].close(attempt);
    }
}

static int open_subjects(struct attempt *attempt)
{
    int error = 0;

    for (enum subject_id id = 0; id < SUBJECTS && !error; id++) {
        if (subjects[id].open)
            error = subjects[id].open(attempt);
    }
    return error;
}

/* What both processes see. */
struct shared {
    struct conf_marker marker; /* first: it stands for all in the context */
    struct trace_room trace;
};

static int fill_context(struct attempt *attempt, const struct ics *ics, const char *slot)
{
    const struct run_options *options = attempt->options;
    struct conf_context *context = &attempt->context;
    struct shared *shared;

    snprintf(context->evidence, sizeof(context->evidence), "%s/%s", options->out, slot);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -errno;
    context->marker = &shared->marker;
    context->trace = options->debug ? NULL : &shared->trace;
    context->ics = ics;
    context->offers = ics_offers;
    context->seed = options->seed;
    context->timeout_scale = run_timeout_scale(options);
    context->allow_mtp = options->allow_mtp;
    context->destructive = options->destructive;
    return evidence_make(context->evidence);
}

/* Is its folder worth its room? */
static bool keeps_evidence(const struct attempt *attempt)
{
    return !attempt->options->quiet_evidence &&
           !(attempt->options->failed_evidence && attempt->result.verdict == VERDICT_PASS &&
             !attempt->result.warnings);
}

/* What comes after the case, and leaves the result to the caller. */
static void conclude(struct attempt *attempt)
{
    close_subjects(attempt);
    if (attempt->context.marker)
        munmap(attempt->context.marker, sizeof(struct shared));
    if (keeps_evidence(attempt)) {
        repro_write(attempt->context.evidence, attempt->options, attempt->conf_case);
    } else {
        evidence_remove(attempt->context.evidence);
        attempt->result.evidence = "";
    }
    attempt->result.seconds = (double)(now_us() - attempt->begin_us) * 1e-6;
}

/* True: it can run, and what it needs is on its way. */
static bool prepare(struct attempt *attempt, const struct ics *ics, const char *slot)
{
    enum verdict verdict;
    enum cause cause;
    const char *why = attempt_obstacle(attempt->options, ics, attempt->conf_case, &verdict, &cause);
    int error;

    attempt->begin_us = now_us();
    if (why) {
        result_say(&attempt->result, verdict, cause, "%s", why);
        return false;
    }
    error = fill_context(attempt, ics, slot);
    attempt->unwritten = error;
    if (!error)
        error = open_subjects(attempt);
    if (error)
        conclude(attempt);
    return !error;
}

/* The case's process. A subject that does not get ready is a verdict like any other. */
static int be_the_case(void *argument)
{
    struct attempt *attempt = argument;
    int error = 0;

    setenv(CONF_CONTEXT_VARIABLE, attempt->context.evidence, 1);
    raw_be_patient(attempt->context.timeout_scale);
    for (enum subject_id id = 0; id < SUBJECTS && !error; id++) {
        if (subjects[id].ready)
            error = subjects[id].ready(attempt);
    }
    return conf_worker(attempt->conf_case, &attempt->context,
                       error ? result_reason(&attempt->result) : NULL);
}

static int be_the_case_alone(void *argument)
{
    struct attempt *attempt = argument;
    int error = 0;

    prctl(PR_SET_NAME, attempt->conf_case->id); /* for ps and debuggers */
    /* What other attempts have open is none of this one's. */
    if (attempt->papsim.pid)
        error = dup2(attempt->papsim.out, 3) < 0;
    attempt->papsim.out = 3;
    close_range(attempt->papsim.pid ? 4 : 3, ~0u, 0);
    return error ? EXIT_FAILURE : be_the_case(attempt);
}

bool attempt_begin(struct attempt *attempt, const struct ics *ics, const char *slot)
{
    char log[PATH_MAX + 16];
    int error;

    if (!prepare(attempt, ics, slot))
        return false;
    if (!silence_ask(attempt)) {
        conclude(attempt);
        return false;
    }
    snprintf(log, sizeof(log), "%s/host.log", attempt->context.evidence);
    error = process_call(be_the_case_alone, attempt, log, &attempt->worker);
    if (error == -ENOSPC) /* of its log */
        attempt->unwritten = error;
    if (error) {
        result_say(&attempt->result, VERDICT_ERROR, CAUSE_START, "the worker cannot be started: %s",
                   strerror(-error));
        conclude(attempt);
        return false;
    }
    attempt->deadline_ms = base_now_ms() + timeout_ms(attempt);
    return true;
}

bool attempt_is_traced(struct attempt *attempt)
{
    char path[64], line[256];
    long tracer = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)attempt->worker.pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "TracerPid: %ld", &tracer) == 1)
            break;
    }
    if (file)
        fclose(file);
    if (tracer)
        attempt->deadline_ms = base_now_ms() + timeout_ms(attempt);
    return tracer != 0;
}

static void say_status(int status, char *text, size_t size)
{
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

    snprintf(text, size, "the case's process ended without a verdict (%s %d%s%s)",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), name ? " SIG" : "",
             name ? name : "");
}

/* The worker is gone, and has said why it could not write its files. */
static void take_trace(struct attempt *attempt)
{
    const struct conf_context *context = &attempt->context;
    int error = context->trace ? trace_save(context->trace, context->evidence) : 0;

    attempt->unwritten = context->marker->unwritten ? -context->marker->unwritten : error;
}

void attempt_end(struct attempt *attempt, bool stopped)
{
    char how[96];
    int status;

    if (process_wait(&attempt->worker, 0, -1, &status)) {
        take_trace(attempt);
        say_status(status, how, sizeof(how));
        attempt_judge(attempt, CAUSE_CRASH, how);
    } else {
        process_kill(&attempt->worker);
        take_trace(attempt);
        snprintf(how, sizeof(how), "no end within %u s", timeout_ms(attempt) / 1000);
        if (stopped)
            result_say(&attempt->result, VERDICT_NOT_RUN, CAUSE_INTERRUPT, "interrupted");
        else
            attempt_judge(attempt, CAUSE_WATCHDOG, how);
    }
    if (!stopped)
        silence_watch(attempt);
    conclude(attempt);
}

void attempt_debug(struct attempt *attempt, const struct ics *ics, const char *slot)
{
    if (!prepare(attempt, ics, slot))
        return;
    if (attempt->papsim.pid)
        fprintf(stderr, "papsim is process %d, its log %s/device.log\n", (int)attempt->papsim.pid,
                attempt->context.evidence);
    be_the_case(attempt);
    attempt->unwritten = -attempt->context.marker->unwritten;
    attempt_judge(attempt, CAUSE_CRASH, "the case left no verdict");
    conclude(attempt);
}
