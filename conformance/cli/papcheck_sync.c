/* `papcheck sync`: a library on a device, by Windows Media Device Manager's interfaces. On a
 * terminal a bar and what a person wants to know, else one JSON line for each event. */
#include "conformance/cli/papcheck_sync.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/terminal.h"
#include "conformance/run/subjects.h"
#include "spcore/base.h"
#include "spcore/sync/sync.h"
#include "spcore/sync/sync_folder.h"

struct syncing {
    struct sync_subject subject;
    struct sync_options options;
    struct sync_result result;
    char state[PATH_MAX];
    bool for_people, stays;
    size_t of_kind[SYNC_EVENT_FAILED + 1]; /* how many events */
};

static volatile sig_atomic_t interrupted;

enum { LIBRARY, PROVIDER, CLASS_ID, DEVICE, PLAYER, STATE, DRY_RUN, STAY, ALLOW_MTP, ALLOW_EMPTY };
static const struct command_option options[] = {
    {"library", "DIR", "the folder of music that the device is to have", LIBRARY, 0},
    {"provider", "LIB", "a service provider's library; ours if not said", PROVIDER, 0},
    {"clsid", "ID", "the provider's class; if not said, what it registers or the device names",
     CLASS_ID, 0},
    {"device", "URI", "the device: usb:VID:PID[:SERIAL] or usbip:HOST[:PORT]/BUSID", DEVICE, 0},
    {"player", "NAME|FILE", "a player of papsim that is started for it; pap-winusb if not said",
     PLAYER, 0},
    {"state", "DIR", "where is remembered what was synchronised; below $XDG_STATE_HOME if not said",
     STATE, 0},
    {"dry-run", NULL, "says what would be done and does nothing", DRY_RUN, 0},
    {"stay", NULL, "waits for the device, and synchronises it each time it arrives", STAY, 0},
    {"allow-mtp", NULL, "the device is an MTP device, which needs nothing more to take part",
     ALLOW_MTP, 0},
    {"allow-empty", NULL, "a library that holds nothing any more empties the device, too",
     ALLOW_EMPTY, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* ---- the command line */
static void take(struct syncing *it, int option)
{
    struct sync_subject *subject = &it->subject;
    const char **const texts[] = {[LIBRARY] = &it->options.library, [PROVIDER] = &subject->provider,
                                  [CLASS_ID] = &subject->clsid,     [DEVICE] = &subject->uri,
                                  [PLAYER] = &subject->player,      [STATE] = &it->options.state};

    if (option == DRY_RUN)
        it->options.dry_run = true;
    else if (option == STAY)
        it->stays = true;
    else if (option == ALLOW_MTP)
        subject->allow_mtp = true;
    else if (option == ALLOW_EMPTY)
        it->options.allow_empty = true;
    else
        *texts[option] = optarg;
}

static int check_library(const char *library)
{
    struct stat stat_;

    if (!library)
        return cli_usage("sync: expected --library DIR");
    if (stat(library, &stat_) < 0)
        return cli_usage("--library %s: %m", library);
    return S_ISDIR(stat_.st_mode) ? 0 : cli_usage("--library %s: expected a folder", library);
}

static int choose_state(struct syncing *it)
{
    if (!sync_folder(it->state, sizeof(it->state)))
        return cli_usage("sync: expected --state DIR, as there is no $HOME");
    it->options.state = it->state;
    return 0;
}

static int parse(int argc, char **argv, struct syncing *it)
{
    const struct sync_subject *subject = &it->subject;
    int option, status;

    while ((option = command_next(&cli_sync, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        take(it, option);
    }
    if (optind < argc)
        return cli_usage("sync: unexpected argument %s", argv[optind]);
    if (subject->uri && subject->player)
        return cli_usage("--player %s: the device is --device %s already", subject->player,
                         subject->uri);
    if (it->stays && !subject->uri)
        return cli_usage("--stay: expected --device URI, the one that is waited for");
    if (subject->uri && subjects[SUBJECT_DEVICE].misfit(subject->uri))
        return cli_usage("--device %s: %s", subject->uri,
                         subjects[SUBJECT_DEVICE].misfit(subject->uri));
    status = check_library(it->options.library);
    /* What a player holds that ends with the command is nothing to remember. */
    return status || it->options.state || !subject->uri ? status : choose_state(it);
}

/* ---- what is said */
static const char *const event_names[] = {
    [SYNC_EVENT_PLAN] = "plan",       [SYNC_EVENT_SENDING] = "sending",
    [SYNC_EVENT_SENT] = "sent",       [SYNC_EVENT_REPLACED] = "replaced",
    [SYNC_EVENT_DELETED] = "deleted", [SYNC_EVENT_ADOPTED] = "adopted",
    [SYNC_EVENT_LIST] = "list",       [SYNC_EVENT_CAME_BACK] = "came-back",
    [SYNC_EVENT_FAILED] = "failed",
};

static void print_line(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    fflush(stdout); /* whoever reads it wants it now */
    json_decref(line);
}

static void add(json_t *line, const char *name, uint64_t number)
{
    json_object_set_new(line, name, json_integer((json_int_t)number));
}

static void say_json(const struct sync_event *event)
{
    json_t *line = json_object();

    json_object_set_new(line, "event", json_string(event_names[event->kind]));
    if (event->path)
        json_object_set_new(line, "path", json_string(event->path));
    if (event->kind == SYNC_EVENT_PLAN)
        add(line, "steps", event->total);
    if (event->kind == SYNC_EVENT_LIST)
        add(line, "tracks", event->total);
    if (event->kind <= SYNC_EVENT_REPLACED)
        add(line, "bytes", event->bytes);
    if (event->kind == SYNC_EVENT_CAME_BACK) {
        add(line, "rating", event->rating);
        add(line, "plays", event->plays);
    }
    if (event->kind == SYNC_EVENT_FAILED) {
        char code[16];

        json_object_set_new(line, "code", json_string(sync_failure_word(event->failure)));
        json_object_set_new(line, "reason", json_string(sync_failure_text(event->failure)));
        snprintf(code, sizeof(code), "0x%08x", (unsigned)event->code);
        if (FAILED(event->code))
            json_object_set_new(line, "hresult", json_string(code));
    }
    print_line(line);
}

/* A file's name must not steer the terminal it is shown on: no control characters, of either set.
 */
static void tame(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7f)
            *at = '?';
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
            at[0] = at[1] = '?';
    }
}

static void say_words(const struct sync_event *event)
{
    char path[PATH_MAX], text[PATH_MAX + 16];
    unsigned percent = event->size ? (unsigned)(event->bytes * 100 / event->size) : 100;

    snprintf(path, sizeof(path), "%s", event->path ? event->path : "");
    tame(path);
    snprintf(text, sizeof(text), "%s", path);
    if (event->kind == SYNC_EVENT_SENDING)
        snprintf(text, sizeof(text), "%u %% %s", percent, path);
    if (event->kind == SYNC_EVENT_FAILED) {
        terminal_clear();
        printf("left out: %s: %s\n", path, sync_failure_text(event->failure));
    } else if (event->kind == SYNC_EVENT_CAME_BACK) {
        terminal_clear();
        printf("came back: %s: rated %" PRIu32 ", played %" PRIu32 " times\n", path, event->rating,
               event->plays);
    }
    fflush(stdout);
    if (event->total)
        terminal_progress(event->done, event->total, text);
}

static void say(void *context, const struct sync_event *event)
{
    struct syncing *it = context;

    it->of_kind[event->kind]++;
    if (it->for_people)
        say_words(event);
    else if (event->kind != SYNC_EVENT_SENDING)
        say_json(event);
}

static bool stop(void *context)
{
    (void)context;
    return interrupted;
}

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- the end */
static const struct {
    const char *word;
    int status;
} ends[] = {
    [SYNC_WHOLE] = {"whole", EXIT_OK},
    [SYNC_PARTIAL] = {"partial", EXIT_INCOMPLETE},
    [SYNC_STOPPED] = {"stopped", EXIT_INTERRUPTED},
    [SYNC_GONE] = {"gone", EXIT_ERROR},
    [SYNC_UNFIT] = {"unfit", EXIT_NONCONFORMANT},
    [SYNC_IMPOSSIBLE] = {"impossible", EXIT_ERROR},
};

/* The kinds of the summary, in its order. */
static const enum sync_event_kind summed[] = {
    SYNC_EVENT_SENT, SYNC_EVENT_REPLACED,  SYNC_EVENT_DELETED, SYNC_EVENT_ADOPTED,
    SYNC_EVENT_LIST, SYNC_EVENT_CAME_BACK, SYNC_EVENT_FAILED};

static void print_end(const struct syncing *it)
{
    json_t *line;

    if (it->for_people) {
        terminal_clear();
        printf("%s%s", it->options.dry_run ? "would be: " : "", ends[it->result.end].word);
        for (size_t i = 0; i < ARRAY_SIZE(summed); i++)
            printf("%s%zu %s", i ? ", " : ": ", it->of_kind[summed[i]], event_names[summed[i]]);
        putchar('\n');
        return;
    }
    line = json_object();
    json_object_set_new(line, "event", json_string("end"));
    json_object_set_new(line, "result", json_string(ends[it->result.end].word));
    if (*it->result.reason)
        json_object_set_new(line, "reason", json_string(it->result.reason));
    for (size_t i = 0; i < ARRAY_SIZE(summed); i++)
        add(line, event_names[summed[i]], it->of_kind[summed[i]]);
    add(line, "bytes", it->result.bytes);
    json_object_set_new(line, "dry-run", json_boolean(it->options.dry_run));
    print_line(line);
}

static void unfit(void *context, const char *words)
{
    const struct syncing *it = context;
    json_t *line;

    if (it->for_people) {
        printf("cannot be synchronised: %s\n", words);
        return;
    }
    line = json_object();
    json_object_set_new(line, "event", json_string("unfit"));
    json_object_set_new(line, "reason", json_string(words));
    print_line(line);
}

/* Once, with a device that is there; an exit code. */
static int synchronise(struct syncing *it)
{
    int status = sync_subject_open(&it->subject);

    memset(it->of_kind, 0, sizeof(it->of_kind));
    it->result = (struct sync_result){.end = SYNC_UNFIT};
    if (!it->options.state)
        it->options.state = it->subject.context.evidence;
    if (!status)
        sync_run(it->subject.visit.device, &it->options, &it->result);
    if (*it->result.reason) {
        terminal_clear();
        cli_complain("%s", it->result.reason);
    }
    if (!status || status == EXIT_NONCONFORMANT) {
        print_end(it);
        status = ends[it->result.end].status;
    }
    sync_subject_close(&it->subject);
    return status;
}

/* ---- a device that comes and goes */
enum { LOOKS_MS = 500 };

static void say_waiting(const struct syncing *it)
{
    if (it->for_people)
        printf("waiting for %s\n", it->subject.uri);
    else
        print_line(json_pack("{ss}", "event", "waiting"));
    fflush(stdout);
}

/* False: interrupted. */
static bool wait_until(const struct syncing *it, bool present)
{
    const struct timespec pause = {.tv_nsec = LOOKS_MS * 1000000L};

    while (!interrupted && sync_subject_present(&it->subject) != present)
        nanosleep(&pause, NULL);
    return !interrupted;
}

/* What becomes of one visit is in its events: the next may well be whole. */
static int stay(struct syncing *it)
{
    int status = EXIT_OK;

    do {
        say_waiting(it);
        if (wait_until(it, true))
            status = synchronise(it);
    } while (status != EXIT_INTERRUPTED && wait_until(it, false));
    return EXIT_INTERRUPTED;
}

static int sync_(int argc, char **argv)
{
    struct syncing it = {.for_people = isatty(STDOUT_FILENO)};
    const struct sigaction action = {.sa_handler = interrupt};
    int status = parse(argc, argv, &it);

    if (status)
        return status;
    if (!it.subject.uri && !it.subject.player)
        it.subject.player = "pap-winusb";
    it.subject.unfit = unfit;
    it.subject.context_of_unfit = &it;
    it.options.event = say;
    it.options.stop = stop;
    it.options.context = &it;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return it.stays ? stay(&it) : synchronise(&it);
}

const struct command cli_sync = {
    .name = "sync",
    .arguments = "",
    .text = "Brings a device up to date with a music library, as an application of Windows Media "
            "Device Manager.",
    .options = options,
    .run = sync_,
};
