/* The other process: begun, watched while it is asked, and ended. */
#include "conformance/host/hosting/hosting.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/host/hosting/hosting_private.h"
#include "spcore/base.h"

enum { GOING_MS = 2000 };
#define MEMORY_MOST (512ull << 20)

/* ---- what becomes of it. Under the lock; the first is what counts. */
static void decide(struct hosting *hosting, enum hosting_fate fate, const char *how)
{
    if (hosting->fate != HOSTING_LIVES)
        return;
    hosting->fate = fate;
    snprintf(hosting->how, sizeof(hosting->how), "%s", how);
}

static void decide_by_status(struct hosting *hosting, int status)
{
    char how[sizeof(hosting->how)];
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

    if (WIFSIGNALED(status))
        snprintf(how, sizeof(how), "its process was ended by signal %d%s%s", WTERMSIG(status),
                 name ? " SIG" : "", name ? name : "");
    else
        snprintf(how, sizeof(how), "its process ended itself with status %d", WEXITSTATUS(status));
    decide(hosting, WIFSIGNALED(status) ? HOSTING_CRASHED : HOSTING_EXITED, how);
}

/* A process that has closed its end is about to go, or is made to: false. */
static bool reap(pid_t pid, int *ret_status)
{
    struct pollfd waiter = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    const bool goes = waiter.fd >= 0 && poll(&waiter, 1, GOING_MS) > 0;

    if (waiter.fd >= 0)
        close(waiter.fd);
    if (!goes)
        (void)kill(pid, SIGKILL);
    return waitpid(pid, ret_status, 0) == pid && goes;
}

static void ended(void *self, bool is_garbled)
{
    struct hosting *hosting = self;
    int status = 0;
    bool by_itself = false;

    if (is_garbled && hosting->pid)
        (void)kill(hosting->pid, SIGKILL);
    if (hosting->pid)
        by_itself = reap(hosting->pid, &status);
    pthread_mutex_lock(&hosting->lock);
    if (is_garbled)
        decide(hosting, HOSTING_GARBLED, "its process sent what is no answer");
    else if (by_itself)
        decide_by_status(hosting, status);
    else
        decide(hosting, HOSTING_EXITED, "its process closed the connection");
    hosting->pid = 0;
    pthread_mutex_unlock(&hosting->lock);
}

/* Resident memory in bytes; 0: nobody says. */
static uint64_t memory_of(pid_t pid)
{
    unsigned long long total, resident = 0;
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &total, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put_down(struct hosting *hosting, enum hosting_fate fate, const char *how)
{
    pthread_mutex_lock(&hosting->lock);
    decide(hosting, fate, how);
    pthread_mutex_unlock(&hosting->lock);
    (void)kill(hosting->pid, SIGKILL);
}

/* Whoever has it in a debugger takes their time. */
static bool is_traced(pid_t pid)
{
    char path[64], line[256];
    long tracer = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "TracerPid: %ld", &tracer) == 1)
            break;
    }
    if (file)
        fclose(file);
    return tracer != 0;
}

/* On the thread that also reaps it: the number is still its own. */
static void tick(void *self, int64_t waited_ms)
{
    struct hosting *hosting = self;
    const struct hosting_options *options = &hosting->options;
    char how[sizeof(hosting->how)];

    if (!hosting->pid)
        return;
    if (waited_ms > options->deadline_ms && !is_traced(hosting->pid)) {
        snprintf(how, sizeof(how), "no answer came within %lld s",
                 (long long)options->deadline_ms / 1000);
        put_down(hosting, HOSTING_HUNG, how);
    } else if (memory_of(hosting->pid) > options->memory_most) {
        snprintf(how, sizeof(how), "its process grew beyond %llu MiB",
                 (unsigned long long)options->memory_most >> 20);
        put_down(hosting, HOSTING_GREW, how);
    }
}

enum hosting_fate hosting_fate(struct hosting *hosting, const char **ret_how)
{
    enum hosting_fate fate;

    pthread_mutex_lock(&hosting->lock);
    fate = hosting->fate;
    *ret_how = hosting->how;
    pthread_mutex_unlock(&hosting->lock);
    return fate;
}

/* ---- begun and ended */
int hosting_adopt(int fd, pid_t pid, const struct hosting_options *options, struct hosting **ret)
{
    struct hosting *hosting = calloc(1, sizeof(*hosting));
    int error;

    if (!hosting) {
        close(fd);
        return -ENOMEM;
    }
    hosting->options = *options;
    if (!options->deadline_ms)
        hosting->options.deadline_ms = HOSTING_DEADLINE_MS;
    if (!options->memory_most)
        hosting->options.memory_most = MEMORY_MOST;
    hosting->pid = pid;
    hosting->end = (struct hosting_end){.self = hosting,
                                        .serve = hosting_serve,
                                        .note = hosting_note,
                                        .tick = tick,
                                        .ended = ended};
    pthread_mutex_init(&hosting->lock, NULL);
    error = hosting_link_new(fd, &hosting->end, &hosting->link);
    if (error) {
        pthread_mutex_destroy(&hosting->lock);
        free(hosting);
        return error;
    }
    *ret = hosting;
    return 0;
}

/* What the child does; between fork and exec only what is safe there. */
_Noreturn static void become(const char *const argv[], int fd, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && (fd == STDIN_FILENO || dup2(fd, STDIN_FILENO) == STDIN_FILENO))
        execv(argv[0], (char *const *)(uintptr_t)argv); /* it writes to none of the words */
    _exit(127);
}

int hosting_start(const struct hosting_options *options, struct hosting **ret)
{
    const char *argv[] = {options->program, options->account ? options->account : "",
                          options->group ? options->group : "", options->keeps ? "keeps" : "",
                          NULL};
    const pid_t parent = getpid();
    int ends[2], error;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    pid = fork();
    if (pid == 0)
        become(argv, ends[1], parent);
    error = pid < 0 ? -errno : 0;
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return error;
    }
    error = hosting_adopt(ends[0], pid, options, ret);
    if (error) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
    return error;
}

void hosting_stop(struct hosting *hosting)
{
    if (!hosting)
        return;
    hosting_link_free(hosting->link); /* the other end ends with it, or is ended */
    hosting_sinks_free(hosting);
    pthread_mutex_destroy(&hosting->lock);
    free(hosting);
}

/* ---- asked */
static HRESULT ask(struct hosting *hosting, struct hosting_message *call,
                   struct hosting_message *ret_answer)
{
    HRESULT hr = hosting_link_call(hosting->link, call, ret_answer);

    hosting_message_done(call);
    return FAILED(hr) ? hr : ret_answer->hr;
}

/* Gives the text away. */
static char *taken(struct hosting_message *answer, size_t index)
{
    char *text = answer->texts[index];

    answer->texts[index] = NULL;
    return text;
}

/* Of one or two texts; *ret_why: the first of the answer's. */
static HRESULT tell(struct hosting *hosting, enum hosting_op op, const char *text, const char *more,
                    struct hosting_message *ret_answer, char **ret_why)
{
    struct hosting_message call = {.op = op};
    HRESULT hr = hosting_put_text(&call, 0, text);

    *ret_answer = (struct hosting_message){.kind = HOSTING_ANSWER};
    if (SUCCEEDED(hr))
        hr = hosting_put_text(&call, 1, more);
    if (SUCCEEDED(hr))
        hr = ask(hosting, &call, ret_answer);
    *ret_why = taken(ret_answer, 0);
    return hr;
}

static HRESULT tell_alone(struct hosting *hosting, enum hosting_op op, const char *text,
                          char **ret_why)
{
    struct hosting_message answer;
    HRESULT hr = tell(hosting, op, text, NULL, &answer, ret_why);

    hosting_message_done(&answer);
    return hr;
}

HRESULT hosting_stage(struct hosting *hosting, const char *inf, char **ret_why)
{
    return tell_alone(hosting, HOSTING_STAGE, inf, ret_why);
}

HRESULT hosting_plug(struct hosting *hosting, const char *uri, char **ret_why)
{
    return tell_alone(hosting, HOSTING_PLUG, uri, ret_why);
}

HRESULT hosting_unplug(struct hosting *hosting)
{
    char *nothing;
    HRESULT hr = tell_alone(hosting, HOSTING_UNPLUG, NULL, &nothing);

    free(nothing);
    return hr;
}

static bool pass_time(struct hosting *hosting, enum hosting_op op, uint32_t ms, uint64_t *ret_now)
{
    struct hosting_message call = {.op = op, .number = ms}, answer;
    const HRESULT hr = ask(hosting, &call, &answer);

    if (ret_now && SUCCEEDED(hr))
        *ret_now = (uint64_t)answer.number;
    hosting_message_done(&answer);
    return hr == S_OK;
}

bool hosting_advance(struct hosting *hosting, uint32_t ms, uint64_t *ret_now)
{
    return pass_time(hosting, HOSTING_ADVANCE, ms, ret_now);
}

bool hosting_quiesce(struct hosting *hosting)
{
    return pass_time(hosting, HOSTING_QUIESCE, 0, NULL);
}

HRESULT hosting_load(struct hosting *hosting, const char *library, char **ret_why)
{
    return tell_alone(hosting, HOSTING_LOAD, library, ret_why);
}

HRESULT hosting_register(struct hosting *hosting, const char *library, const char *clsid,
                         char **ret_threading, char **ret_why)
{
    struct hosting_message answer;
    HRESULT hr = tell(hosting, HOSTING_REGISTER, library, clsid, &answer, ret_why);

    *ret_threading = taken(&answer, 1);
    hosting_message_done(&answer);
    return hr;
}

HRESULT hosting_create(struct hosting *hosting, const char *library, const char *clsid,
                       IWbemProviderInit **ret, char **ret_why)
{
    struct hosting_message answer;
    HRESULT hr = tell(hosting, HOSTING_CREATE, library, clsid, &answer, ret_why);

    *ret = NULL;
    if (SUCCEEDED(hr))
        hr = hosting_proxy_of(hosting, answer.handle, HOSTING_INIT, (void **)ret);
    hosting_message_done(&answer);
    return hr;
}

unsigned hosting_held(struct hosting *hosting, enum hosting_what what, IWbemObjectSink *sink)
{
    struct hosting_message call = {.op = HOSTING_HELD, .number = what}, answer;
    unsigned held;

    pthread_mutex_lock(&hosting->lock);
    for (const struct hosting_sink *one = hosting->sinks; one && sink; one = one->next) {
        if (one->sink == (IUnknown *)sink)
            call.sink = one->id;
    }
    pthread_mutex_unlock(&hosting->lock);
    held = SUCCEEDED(ask(hosting, &call, &answer)) ? (unsigned)answer.number : 0;
    hosting_message_done(&answer);
    return held;
}

unsigned hosting_denied(struct hosting *hosting)
{
    unsigned denied;

    pthread_mutex_lock(&hosting->lock);
    denied = hosting->denied;
    pthread_mutex_unlock(&hosting->lock);
    return denied;
}
