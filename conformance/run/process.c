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

/* What every child does first; between fork and exec only what is safe there. */
static void settle(pid_t parent, int in, int out, int log)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setpgid(0, 0);
    if (in >= 0)
        dup2(in, STDIN_FILENO);
    dup2(log, STDERR_FILENO);
    dup2(out >= 0 ? out : log, STDOUT_FILENO);
}

int process_log(const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    return fd < 0 ? -errno : fd;
}

/* A child that cannot be watched is none. */
int process_adopt(pid_t pid, int out, struct process *ret)
{
    int error;

    *ret = (struct process){.pid = pid, .out = out};
    ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (ret->pidfd >= 0)
        return 0;
    error = -errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ret->pid = 0;
    return error;
}

int process_start(const char *const argv[], int in, const char *log, bool pipe_out,
                  struct process *ret)
{
    int log_fd = process_log(log), pipes[2] = {-1, -1};
    pid_t parent = getpid(), pid;
    int error = log_fd < 0 ? log_fd : 0;

    if (!error && pipe_out && pipe2(pipes, O_CLOEXEC) < 0)
        error = -errno;
    if (!error) {
        pid = fork();
        if (pid == 0) {
            settle(parent, in, pipes[1], log_fd);
            /* It writes to none of the words, but was declared before C had const. */
            execv(argv[0], (char *const *)(uintptr_t)argv);
            _exit(127);
        }
        error = pid < 0 ? -errno : process_adopt(pid, pipes[0], ret);
    }
    if (error && pipes[0] >= 0)
        close(pipes[0]);
    if (pipes[1] >= 0)
        close(pipes[1]);
    if (log_fd >= 0)
        close(log_fd);
    return error;
}

int process_call(int (*body)(void *argument), void *argument, const char *log, struct process *ret)
{
    int log_fd = process_log(log);
    pid_t parent = getpid(), pid;
    int error;

    if (log_fd < 0)
        return log_fd;
    fflush(NULL); /* or the child's end would print it again */
    pid = fork();
    if (pid == 0) {
        settle(parent, -1, -1, log_fd);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        exit(body(argument));
    }
    error = pid < 0 ? -errno : process_adopt(pid, -1, ret);
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
