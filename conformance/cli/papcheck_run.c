/* `papcheck run`: what the command line means, the run itself, and progress on stderr. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_options.h"
#include "conformance/cli/papcheck_outcome.h"
#include "conformance/program/terminal.h"
#include "conformance/report/markup.h"

/* ---- progress */

struct progress {
    size_t done, total, failed;
    size_t barred;      /* one of these is to fail; which, is known at the end */
    bool says_failures; /* what stdout says at the end is not said before it in the same place */
};

static void say_failure(const struct result *result)
{
    terminal_clear();
    fprintf(stderr, "%s %s: ", verdict_names[result->verdict].name, result->id);
    rep_plain(stderr, *result_reason(result) ? result_reason(result) : result->title);
    fputc('\n', stderr);
}

static void show(const struct run *run, const struct result *result, void *context)
{
    struct progress *progress = context;
    char text[128];

    (void)run;
    progress->done++;
    if (cli_is_red(result) || (result->barred && progress->barred++ == 0)) {
        progress->failed++;
        if (progress->says_failures)
            say_failure(result);
    }
    if (progress->failed)
        snprintf(text, sizeof(text), "%zu red, %s", progress->failed, result->id);
    else
        snprintf(text, sizeof(text), "%s", result->id);
    terminal_progress(progress->done, progress->total, text);
}

/* ---- interruption */

static struct run *running; /* for the handler alone */

static void interrupt(int signal)
{
    (void)signal;
    running->interrupted = true;
    eventfd_write(running->options.stop_fd, 1);
}

/* Without a descriptor to be woken by, the cases that run come to their end first. */
static void catch_interrupts(struct run *run)
{
    struct sigaction action = {.sa_handler = interrupt};

    run->options.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    running = run;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup: to go on is what was asked for */
        sigaction(SIGHUP, &action, NULL);
}

static int run_chosen(const struct arguments *arguments, const struct catalogue *catalogue,
                      const struct conf_case *const *cases, size_t count)
{
    struct progress progress = {.total = count, .says_failures = !terminal_is_shared()};
    struct run run = {.options = arguments->options, .catalogue = catalogue};
    int status, error;

    fprintf(stderr, "seed %llu, %zu cases%s\n", (unsigned long long)run.options.seed, count,
            run.options.ics ? "" : ", observed ICS");
    if (!run.options.debug) /* a debugger has its own use for the signal */
        catch_interrupts(&run);
    error = run_all(&run, cases, count, show, &progress);
    terminal_clear();
    if (error) {
        rmdir(run.options.out); /* when it is empty */
        status = EXIT_ERROR;
    } else {
        status = cli_outcome(&run, NULL, NULL);
    }
    run_done(&run);
    return status;
}

/* ---- what to run */

static int nothing_given(enum subject_id id)
{
    const struct subject *subject = &subjects[id];

    return subject->option
               ? cli_usage("run: what is selected judges a %s (--%s %s), and none is given",
                           subject->name, subject->option, subject->value)
               : cli_usage("run: what is selected judges our own %s, in no vendor's run",
                           subject->name);
}

/* What the command line means, of the subjects it gives. *ret_cases is the caller's on success. */
static int choose(const struct arguments *arguments, const struct catalogue *catalogue,
                  const struct conf_case ***ret_cases, size_t *ret_count)
{
    const struct conf_case **cases;
    const char *bad = NULL;
    size_t found, count;
    int status = 0;

    if (run_select(catalogue, arguments->options.patterns, arguments->options.pattern_count, &cases,
                   &found, &bad) < 0)
        return cli_usage("%s: no such case, row or flow (papcheck list shows them)",
                         bad ? bad : "run");
    count = run_keep_subjects(&arguments->options, cases, found);
    if (!count)
        status = nothing_given(subject_of(cases[0]));
    else if (count < found && arguments->options.pattern_count)
        fprintf(stderr, "%zu of the selected cases judge a subject that is not given\n",
                found - count);
    if (!status && arguments->shards)
        count = run_shard(cases, count, arguments->shard, arguments->shards);
    if (!status && !count)
        status = cli_usage("run: nothing is selected");
    if (!status && arguments->options.debug && count != 1)
        status = cli_usage("run: --debug is for one case, and %zu are selected", count);
    if (status) {
        free(cases);
        return status;
    }
    *ret_cases = cases;
    *ret_count = count;
    return 0;
}

static int run_command(int argc, char **argv)
{
    static struct arguments arguments = {.options = {.seed = 1}};
    const struct conf_case **cases = NULL;
    struct catalogue catalogue;
    size_t count = 0;
    int status = options_parse(argc, argv, &arguments);

    if (!status)
        status = cli_catalogue(&catalogue);
    if (status) {
        free(arguments.command);
        return status;
    }
    status = options_check(&arguments, &catalogue);
    if (!status)
        status = choose(&arguments, &catalogue, &cases, &count);
    if (!status)
        status = options_complete(&arguments);
    if (!status)
        status = run_chosen(&arguments, &catalogue, cases, count);
    free(cases);
    free(arguments.command);
    catalogue_done(&catalogue);
    return status;
}

const struct command cli_run = {
    .name = "run",
    .arguments = "[PATTERN…]",
    .text = "Judges the device, or our own simulator, and the provider by the cases selected: all "
            "that concern them if no PATTERN is given.",
    .options = options_run,
    .run = run_command,
};
