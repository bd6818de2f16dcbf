/* Whether the device still answers. It is asked in a process of its own, which can be ended: by its
 * deadline, and for the sake of the run's end. */
#include "conformance/run/silence.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "conformance/case/cases.h"
#include "conformance/case/no_answer.h"
#include "conformance/case/value.h"
#include "spcore/base.h"
#include "spcore/mtp/mtpi.h"

#define PROBE_MS 15000 /* of all of it */
#define ASK_MS 3000    /* of one transfer */
#define AWAY_MS 3000   /* a device that enumerates anew, or a server that starts anew, is back */
#define AGAIN_MS 100

/* ---- the probe: 0, or the -errno by which nothing was answered */

/* What an ended case left half done, the initiator's own recovery ends at the first question. */
static int ask_mtp(struct mtpi *mtpi)
{
    struct mtpi_device_info info;
    int error = -ETIMEDOUT;

    mtpi_set_deadline(mtpi, ASK_MS);
    for (int round = 0; round < 2 && error < 0; round++) {
        error = mtpi_get_device_info(mtpi, &info);
        if (!error)
            mtpi_device_info_done(&info);
    }
    return error;
}

static int ask(const char *uri)
{
    struct mtpi *mtpi;
    struct tp *tp;
    int error = tp_open(uri, NULL, &tp);

    if (error)
        return error;
    if (mtpi_new(tp, &mtpi) == 0) {
        error = ask_mtp(mtpi);
        mtpi_free(mtpi);
    }
    tp_close(tp);
    return error;
}

/* The process's status is the errno. */
static int probe_process(void *argument)
{
    int64_t until = base_now_ms() + AWAY_MS;
    int error = ask(argument);

    while ((error == -ENODEV || error == -ECONNREFUSED) && base_now_ms() < until) {
        poll(NULL, 0, AGAIN_MS);
        error = ask(argument);
    }
    return is_no_answer(error) ? -error : 0;
}

static int probe(struct attempt *attempt)
{
    const struct run_options *options = attempt->options;
    char log[PATH_MAX + 16];
    struct process process;
    int status;

    snprintf(log, sizeof(log), "%s/host.log", attempt->context.evidence);
    if (process_call(probe_process, attempt->context.uri, log, &process))
        return 0;
    if (process_wait(&process, PROBE_MS * run_timeout_scale(options),
                     options->stop_fd > 0 ? options->stop_fd : -1, &status))
        return WIFEXITED(status) ? -WEXITSTATUS(status) : 0;
    process_kill(&process);
    return options->stop_fd > 0 && poll(&(struct pollfd){options->stop_fd, POLLIN, 0}, 1, 0) > 0
               ? 0 /* nobody waits for the answer any more */
               : -ETIMEDOUT;
}

/* ---- the verdict */

static bool is_suspect(const struct attempt *attempt)
{
    enum verdict verdict = attempt->result.verdict;

    return *attempt->context.marker->silent || verdict == VERDICT_FAIL ||
           verdict == VERDICT_ERROR || attempt->result.barred;
}

/* What was asked last, of the device or, in a provider's case, of the provider; "": nothing, or
 * nothing that was answered. */
static const char *asked(const struct attempt *attempt)
{
    const struct conf_marker *marker = attempt->context.marker;

    if (attempt->conf_case->needs & CONF_PROVIDER)
        return *marker->asked ? marker->asked : marker->method;
    if (!marker->is_answered && !(attempt->conf_case->needs & CONF_WIRE))
        return "";
    return *marker->silent ? marker->silent : marker->asked;
}

static bool has_failed(const struct result *result)
{
    for (size_t i = 0; i < result->count_count; i++) {
        if (result->counts[i].fail)
            return true;
    }
    return false;
}

/* The silence is the device's, so it is no failure of a provider's row. */
static void fail_row(const struct conf_case *one, const char *row, struct result *result)
{
    enum subject_id subject = subject_of(one);

    if ((subject != SUBJECT_DEVICE && subject != SUBJECT_SERVER) || has_failed(result))
        return;
    result_fail(result, &(struct result_check){.row = *row ? row : one->reqs[0],
                                               .file = cases_base_name(one->file),
                                               .line = one->line,
                                               .text = "the device answers",
                                               .seen = result_reason(result),
                                               .is_end = true});
}

/* A case that was not answered once did nothing to the device: it was silent before. */
static void say_before(struct attempt *attempt, int error)
{
    struct silence *silence = attempt->options->silence;

    snprintf(silence->reason, sizeof(silence->reason),
             "not run because the device stopped answering in %s", silence->last.name);
    silence->after = error;
    result_clear(&attempt->result);
    result_say(&attempt->result, VERDICT_NOT_RUN, CAUSE_SILENCE, "%s", silence->reason);
}

static void say_here(struct attempt *attempt, int error, const char *last)
{
    struct silence *silence = attempt->options->silence;
    struct value how = value_errno(error);
    char name[96];

    cases_name(attempt->conf_case, name, sizeof(name));
    snprintf(silence->reason, sizeof(silence->reason),
             "not run because the device stopped answering in %s", name);
    if (*last)
        result_say(&attempt->result, VERDICT_FAIL, CAUSE_SILENCE,
                   "the device stopped answering after %s (%s)", last, how.text);
    else
        result_say(&attempt->result, VERDICT_FAIL, CAUSE_SILENCE, "the device does not answer (%s)",
                   how.text);
    fail_row(attempt->conf_case, attempt->context.marker->row, &attempt->result);
}

static void remember(const struct attempt *attempt, const char *asked)
{
    struct silence *silence = attempt->options->silence;

    silence->last.conf_case = attempt->conf_case;
    silence->last.index = attempt->index;
    cases_name(attempt->conf_case, silence->last.name, sizeof(silence->last.name));
    snprintf(silence->last.asked, sizeof(silence->last.asked), "%s", asked);
    snprintf(silence->last.row, sizeof(silence->last.row), "%s", attempt->context.marker->row);
}

/* A provider's transfers, and frames of the judge's own, are seen by nobody who would know an
 * answer. */
bool silence_ask(struct attempt *attempt)
{
    struct silence *silence = attempt->options->silence;
    int error;

    if (!silence || !silence->last.conf_case ||
        !(attempt->conf_case->needs & (CONF_PROVIDER | CONF_WIRE)))
        return true;
    error = probe(attempt);
    if (error)
        say_before(attempt, error);
    return !error;
}

void silence_watch(struct attempt *attempt)
{
    struct silence *silence = attempt->options->silence;
    const char *last = asked(attempt);
    int error;

    if (!silence)
        return;
    error = is_suspect(attempt) ? probe(attempt) : 0;
    if (error && !*last && silence->last.conf_case)
        say_before(attempt, error);
    else if (error)
        say_here(attempt, error, last);
    else if (*last)
        remember(attempt, last);
}

bool silence_blame(struct silence *silence, struct result *ret)
{
    struct value how = value_errno(silence->after);

    if (!silence->after)
        return false;
    silence->after = 0;
    result_say(ret, VERDICT_FAIL, CAUSE_SILENCE,
               "the device stopped answering after %s, the last of this case (%s)",
               silence->last.asked, how.text);
    fail_row(silence->last.conf_case, silence->last.row, ret);
    return true;
}
