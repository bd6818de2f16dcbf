/* The judge's side of `papsim nursery`. Whatever goes wrong with it, a player is started as if
 * there were none. */
#include "conformance/run/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 1 << 16 };

void nursery_open(const char *papsim, struct nursery *ret)
{
    const char *const argv[] = {papsim, "nursery", NULL};
    int ends[2];

    *ret = (struct nursery){.socket = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return;
    if (process_start(argv, ends[1], "/dev/null", false, &ret->process) == 0)
        ret->socket = ends[0];
    else
        close(ends[0]);
    close(ends[1]);
}

/* The words after argv[0], each with its NUL; 0: they do not fit. */
static size_t join(const char *const argv[], char text[REQUEST_MAX])
{
    size_t length = 0;

    for (const char *const *word = argv + 1; *word; word++) {
        size_t size = strlen(*word) + 1;

        if (length + size > REQUEST_MAX)
            return 0;
        memcpy(text + length, *word, size);
        length += size;
    }
    return length;
}

/* The answer: a process id, or -errno. */
static pid_t request(const struct nursery *nursery, const char *const argv[], int out, int log)
{
    static char text[REQUEST_MAX];
    const int fds[2] = {out, log};
    char control[CMSG_SPACE(sizeof(fds))] = {0};
    struct iovec words = {text, join(argv, text)};
    struct msghdr message = {.msg_iov = &words,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    pid_t pid;

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(fds));
    memcpy(CMSG_DATA(rights), fds, sizeof(fds));
    if (!words.iov_len || sendmsg(nursery->socket, &message, MSG_NOSIGNAL) < 0)
        return -EPIPE;
    return recv(nursery->socket, &pid, sizeof(pid), 0) == sizeof(pid) ? pid : -EPIPE;
}

int nursery_start(struct nursery *nursery, const char *const argv[], const char *log,
                  struct process *ret)
{
    int log_fd, pipes[2];
    pid_t pid = -EPIPE;

    if (nursery->socket < 0)
        return process_start(argv, -1, log, true, ret);
    log_fd = process_log(log);
    if (log_fd < 0)
        return log_fd;
    if (pipe2(pipes, O_CLOEXEC) < 0) {
        close(log_fd);
        return -errno;
    }
    pid = request(nursery, argv, pipes[1], log_fd);
    close(log_fd);
    close(pipes[1]);
    if (pid > 0)
        return process_adopt(pid, pipes[0], ret);
    close(pipes[0]);
    nursery_close(nursery);
    return process_start(argv, -1, log, true, ret);
}

void nursery_close(struct nursery *nursery)
{
    if (nursery->socket >= 0)
        close(nursery->socket);
    nursery->socket = -1;
    process_kill(&nursery->process);
}
