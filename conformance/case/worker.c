/* A case in its own process: runs its body and writes verdict.json last of all. The parent turns
 * that into a verdict; no file means that this process did not come to its end. */
#include "conformance/case/worker.h"

#include <stdarg.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/case/demand.h"
#include "conformance/case/module.h"
#include "conformance/results/results_folder.h"

/* ---- endings */

/* The first end is the one that counts. */
static _Noreturn void finish(struct conf *c, enum cause cause)
{
    if (!c->is_over)
        c->cause = cause;
    c->is_over = true;
    c->step = NULL;
    longjmp(c->end, 1);
}

void conf_end(struct conf *c)
{
    finish(c, CAUSE_CHECKS);
}

void conf_setup_failed(struct conf *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->reason, sizeof(c->reason), format, arguments);
    va_end(arguments);
    finish(c, CAUSE_SETUP);
}

void conf_refused(struct conf *c, const char *step, const char *format, ...)
{
    const struct demand *demand = demand_of(step);
    char how[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(how, sizeof(how), format, arguments);
    va_end(arguments);
    if (!demand)
        conf_suite_wrong(c, "no row demands the step %s (%s)", step, how);
    if (!demand->row)
        conf_inconclusive(c, "while preparing: %s; no document demands it", how);
    if (!c->is_over && cases_judge(c->conf_case, demand->row)) {
        ROW(demand->row)
            conf_check_said(c, false, (struct value){""}, c->conf_case->file, c->conf_case->line,
                            "while preparing: %s", how);
        conf_end(c);
    }
    snprintf(c->reason, sizeof(c->reason), "while preparing: %s", how);
    c->barred = demand->row;
    finish(c, CAUSE_BARRED);
}

void conf_suite_wrong(struct conf *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->reason, sizeof(c->reason), format, arguments);
    va_end(arguments);
    finish(c, CAUSE_SUITE);
}

void conf_provider_ended(struct conf *c, const char *how)
{
    snprintf(c->reason, sizeof(c->reason), "%s", how);
    finish(c, CAUSE_SUBJECT);
}

void conf_inconclusive(struct conf *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->reason, sizeof(c->reason), format, arguments);
    va_end(arguments);
    finish(c, CAUSE_OFFER);
}

void conf_excused(struct conf *c, unsigned checks, const char *why)
{
    json_int_t before;

    if (!c->row)
        conf_suite_wrong(c, "excused outside of every ROW: %s", why);
    before = json_integer_value(json_object_get(c->excused, c->row));
    json_object_set_new(c->excused, c->row, json_integer(before + checks));
    conf_note(c, "%s: %u checks fewer: %s", c->row, checks, why);
}

static void mark(struct conf *c, enum conf_need subject, const char *method)
{
    struct conf_marker *marker = c->context.marker;

    if (!method) {
        marker->inside = 0;
        return;
    }
    snprintf(marker->row, sizeof(marker->row), "%s", c->step ? c->step : conf_row_blamed(c));
    snprintf(marker->method, sizeof(marker->method), "%s", method);
    marker->is_step = c->step && !cases_judge(c->conf_case, c->step);
    marker->inside = subject;
}

void conf_in_provider(struct conf *c, const char *method)
{
    mark(c, c->conf_case->needs & CONF_CLASS_PROVIDER ? CONF_CLASS_PROVIDER : CONF_PROVIDER,
         method);
}

void conf_in_service(struct conf *c, const char *doing)
{
    mark(c, CONF_SERVICE, doing);
}

void conf_in_step(struct conf *c, const char *step)
{
    const struct demand *demand = step ? demand_of(step) : NULL;

    c->step = demand ? demand->row : NULL;
}

/* ---- the worker's life */

static int write_verdict(struct conf *c)
{
    json_t *verdict = json_pack("{s:s,s:s,s:o,s:O,s:O,s:O,s:O,s:O,s:O}", "id", c->conf_case->id,
                                "cause", cause_names[c->cause], "reason", conf_json_text(c->reason),
                                "rows", c->rows, "checks", c->checks, "sites", c->sites, "excused",
                                c->excused, "notes", c->notes, "exercised", c->exercised);

    if (c->cause == CAUSE_BARRED)
        json_object_set_new(verdict, "barred", json_string(c->barred));
    if (c->left_behind[0])
        json_object_set_new(verdict, "left_behind", json_string(c->left_behind));
    return results_folder_json(c->context.evidence, "verdict.json", verdict);
}

static int run_body(void *context)
{
    struct conf *c = context;
    static char reason[sizeof(c->reason)]; /* survives the jump */

    if (!setjmp(c->end))
        c->conf_case->body(c);
    c->is_over = true;
    if (c->conf_case->needs & CONF_PROVIDER)
        memcpy(c->context.marker->asked, c->context.marker->method,
               sizeof(c->context.marker->asked));
    memcpy(reason, c->reason, sizeof(reason));
    /* A fixture that fails to go down is a note, not another verdict. If the provider dies of it,
     * the row in which the body ended is still the one to blame. */
    if (setjmp(c->end))
        conf_note(c, "clean-up: %s", c->reason);
    conf_fixtures_down(c); /* goes on behind the one that failed */
    memcpy(c->reason, reason, sizeof(reason));
    if (c->left_behind[0])
        conf_note(c, "left on the device: %s", c->left_behind);
    return 0;
}

/* A case that judges a provider where one can be loaded. */
static void run(struct conf *c)
{
    if (!(c->conf_case->needs & CONF_PROVIDER))
        run_body(c);
    else if (module_host(run_body, c) != 0) {
        c->cause = CAUSE_START;
        snprintf(c->reason, sizeof(c->reason), "there is nothing to load a provider in");
    }
}

/* The parent says so for all cases at once. */
static int unwritten(const struct conf *c, int error)
{
    c->context.marker->unwritten = -error;
    return 3;
}

void conf_before_workers(void)
{
    static struct trace_room room;
    struct trace trace = {.room = &room, .fd = -1};
    json_t *event = json_pack("{s:i,s:o}", "n", 0, "text", conf_json_text(""));

    trace_say(&trace, event);
    json_decref(event);
}

int conf_worker(const struct conf_case *conf_case, const struct conf_context *context,
                const char *not_ready)
{
    static struct conf c; /* survives the jump */
    int error;

    c = (struct conf){.conf_case = conf_case, .context = *context, .control = -1};
    error = trace_open(&c.trace, c.context.evidence, c.context.trace);
    if (error)
        return unwritten(&c, error);
    c.rows = json_object();
    c.checks = json_array();
    c.notes = json_array();
    c.sites = json_object();
    c.excused = json_object();
    c.exercised = json_object();
    if (not_ready) {
        c.cause = CAUSE_START;
        snprintf(c.reason, sizeof(c.reason), "%s", not_ready);
    } else {
        run(&c);
    }
    error = trace_close(&c.trace);
    if (!error)
        error = write_verdict(&c);
    json_decref(c.rows);
    json_decref(c.checks);
    json_decref(c.notes);
    json_decref(c.exercised);
    json_decref(c.sites);
    json_decref(c.excused);
    return error ? unwritten(&c, error) : 0;
}
