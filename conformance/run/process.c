/* Children: each a group of its own that dies with us, its output in a log, its end to be polled
 * for. Nothing here knows what they run. */
#include "conformance/run/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spcore/base.h"

extern char **environ;

/* What every child does first; between fork and exec only what is safe there. */
static void settle(pid_t parent, int out, int log)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setpgid(0, 0);
    dup2(log, STDERR_FILENO);
    dup2(out >= 0 ? out : log, STDOUT_FILENO);
}

static int open_log(const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    return fd < 0 ? -errno : fd;
}

/* A child that cannot be watched is none. */
static int watch(pid_t pid, int out, struct process *ret)
{
    *ret = (struct process){.pid = pid, .out = out};
    ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (ret->pidfd >= 0)
        return 0;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ret->pid = 0;
    return -errno;
}

/* Of two of a name some programs take the first and some the last. */
static bool is_replaced(const char *one, const char *const additions[], size_t count)
{
    size_t name = strcspn(one, "=");

    for (size_t i = 0; i < count; i++) {
        if (strncmp(one, additions[i], name) == 0 && additions[i][name] == '=')
            return true;
    }
    return false;
}

static const char **merged_environment(const char *const additions[])
{
    size_t own = 0, more = 0, count = 0;
    const char **merged;

    while (environ[own])
        own++;
    while (additions && additions[more])
        more++;
    merged = malloc((own + more + 1) * sizeof(*merged));
    if (!merged)
        return NULL;
    for (size_t i = 0; i < own; i++) {
        if (!is_replaced(environ[i], additions, more))
            merged[count++] = environ[i];
    }
    for (size_t i = 0; i < more; i++)
        merged[count++] = additions[i];
    merged[count] = NULL;
    return merged;
}

/* execve() writes to neither array, but was declared before C had const. */
static _Noreturn void become(const char *const argv[], const char *const environment[])
{
    execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)environment);
    _exit(127);
}

int process_start(const char *const argv[], const char *const environment[], const char *log,
                  bool pipe_out, struct process *ret)
{
    const char **merged = merged_environment(environment);
    int log_fd = open_log(log), pipes[2] = {-1, -1};
    pid_t parent = getpid(), pid;
    int error = !merged ? -ENOMEM : log_fd < 0 ? log_fd : 0;

    if (!error && pipe_out && pipe2(pipes, O_CLOEXEC) < 0)
        error = -errno;
    if (!error) {
        pid = fork();
        if (pid == 0) {
            settle(parent, pipes[1], log_fd);
            become(argv, merged);
        }
        error = pid < 0 ? -errno : watch(pid, pipes[0], ret);
    }
    if (error && pipes[0] >= 0)
        close(pipes[0]);
    if (pipes[1] >= 0)
        close(pipes[1]);
    if (log_fd >= 0)
        close(log_fd);
    free(merged);
    return error;
}

int process_call(int (*body)(void *argument), void *argument, const char *log, struct process *ret)
{
    int log_fd = open_log(log);
    pid_t parent = getpid(), pid;
    int error;

    if (log_fd < 0)
        return log_fd;
    fflush(NULL); /* or the child's end would print it again */
    pid = fork();
    if (pid == 0) {
        settle(parent, -1, log_fd);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        exit(body(argument));
    }
    error = pid < 0 ? -errno : watch(pid, -1, ret);
    close(log_fd);
    return error;
}

bool process_wait(struct process *process, unsigned timeout_ms, int stop_fd, int *ret_status)
{
    struct pollfd waiters[2] = {
        {.fd = process->pidfd, .events = POLLIN},
        {.fd = stop_fd, .events = POLLIN},
    };
    int64_t end = base_now_ms() + timeout_ms, left = timeout_ms;
    int ready;

    do { /* a signal may end the wait early */
        ready = poll(waiters, 2, (int)left);
        left = end - base_now_ms();
    } while (ready < 0 && errno == EINTR && left > 0);
    if (ready <= 0 || !waiters[0].revents)
        return false;
    waitpid(process->pid, ret_status, 0);
    close(process->pidfd);
    if (process->out >= 0)
        close(process->out);
    *process = (struct process){.pidfd = -1, .out = -1};
    return true;
}

void process_kill(struct process *process)
{
    int status;

    if (process->pid <= 0)
        return;
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    process_wait(process, 5000, -1, &status);
}
