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
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"

extern char **environ;

/* Between fork and exec only what is safe there. */
static _Noreturn void child(char *const argv[], char **environment, int log, int out, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setpgid(0, 0);
    if (log >= 0) {
        dup2(log, STDERR_FILENO);
        dup2(out >= 0 ? out : log, STDOUT_FILENO);
    }
    execve(argv[0], argv, environment);
    _exit(127);
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

static char **merged_environment(const char *const additions[])
{
    size_t own = 0, more = 0, count = 0;
    char **merged;

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
        merged[count++] = (char *)(size_t)additions[i];
    merged[count] = NULL;
    return merged;
}

int process_start(char *const argv[], const char *const environment[], const char *log,
                  bool pipe_out, struct process *ret)
{
    int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    char **merged = merged_environment(environment);
    int pipes[2] = {-1, -1};
    pid_t parent = getpid();
    int error = 0;

    ret->out = -1;
    if (log_fd < 0 || !merged || (pipe_out && pipe2(pipes, O_CLOEXEC) < 0)) {
        error = merged ? -errno : -ENOMEM;
        goto out;
    }
    ret->pid = fork();
    if (ret->pid == 0)
        child(argv, merged, log_fd, pipes[1], parent);
    if (ret->pid < 0)
        error = -errno;
    else
        ret->out = pipes[0];
out:
    if (error && pipes[0] >= 0)
        close(pipes[0]);
    if (pipes[1] >= 0)
        close(pipes[1]);
    if (log_fd >= 0)
        close(log_fd);
    free(merged);
    return error;
}

bool process_wait(struct process *process, unsigned timeout_ms, int stop_fd, int *ret_status)
{
    struct pollfd waiters[2] = {
        {.fd = (int)syscall(SYS_pidfd_open, process->pid, 0), .events = POLLIN},
        {.fd = stop_fd, .events = POLLIN},
    };
    int64_t end = base_now_ms() + timeout_ms, left = timeout_ms;
    int ready;

    if (waiters[0].fd < 0)
        return false;
    do { /* a signal may end the wait early */
        ready = poll(waiters, 2, (int)left);
        left = end - base_now_ms();
    } while (ready < 0 && errno == EINTR && left > 0);
    close(waiters[0].fd);
    if (ready <= 0 || !waiters[0].revents)
        return false;
    waitpid(process->pid, ret_status, 0);
    process->pid = 0;
    if (process->out >= 0)
        close(process->out);
    process->out = -1;
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

void process_stop(struct process *process)
{
    int status;

    if (process->pid <= 0)
        return;
    kill(process->pid, SIGTERM);
    if (!process_wait(process, 2000, -1, &status))
        process_kill(process);
}
