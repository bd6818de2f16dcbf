/* `papsim nursery`: services by request, each a process that costs a fork instead of a start. The
 * judge wants a fresh player for every case, and most of a small case's computing time was the
 * loading of this program.
 *
 * stdin is a SOCK_SEQPACKET socket. A request is the words of `papsim serve`, each ended by a NUL,
 * with two descriptors, its stdout and its stderr; the answer is its process id, or -errno. That
 * process is a child of whoever started the nursery: to be waited for and ended as if started by
 * itself. The nursery ends with its socket. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simulator/cli/papsim_service.h"
#include "simulator/cli/papsim_verbs.h"
#include "simulator/player/players.h"
#include "simulator/spec/shelf.h"
#include "spcore/media/media_shared.h"

enum { REQUEST_MAX = 1 << 16, WORDS_MAX = 256, OUT = 0, ERR = 1 };

struct request {
    char text[REQUEST_MAX];
    char *words[WORDS_MAX + 1];
    int count;
    int fds[2]; /* stdout and stderr of the service */
};

/* False: the socket has ended. */
static bool receive(struct request *request)
{
    char control[CMSG_SPACE(sizeof(request->fds))];
    struct iovec room = {request->text, REQUEST_MAX - 1};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *rights = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (!rights || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len != CMSG_LEN(sizeof(request->fds)))
        return false;
    memcpy(request->fds, CMSG_DATA(rights), sizeof(request->fds));
    request->text[length] = '\0';
    request->count = 0;
    for (char *at = request->text; at < request->text + length && request->count < WORDS_MAX;
         at += strlen(at) + 1)
        request->words[request->count++] = at;
    request->words[request->count] = NULL;
    return true;
}

/* The service's whole life. */
static _Noreturn void serve(struct request *request, pid_t owner, struct spec_shelf *shelf)
{
    int status;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != owner)
        _exit(EXIT_ENVIRONMENT);
    setpgid(0, 0);
    dup2(request->fds[OUT], STDOUT_FILENO);
    dup2(request->fds[ERR], STDERR_FILENO);
    close(request->fds[OUT]);
    close(request->fds[ERR]);
    close(STDIN_FILENO);
    status = cli_serve_shelved(request->count, request->words, shelf);
    fflush(NULL);
    _exit(status); /* what is to be done at exit was registered by the nursery, for itself */
}

/* A fork whose child is a child of our parent; there is one thread here, and nothing to tell it. */
static pid_t fork_for_parent(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0UL);
}

/* Its player files, read here once for all services that want them. */
static void read_players(struct spec_shelf *shelf, const struct request *request)
{
    char path[PATH_MAX];

    for (int i = 0; i + 1 < request->count; i++) {
        if (strcmp(request->words[i], "--player") == 0 &&
            beside_player(request->words[i + 1], path, sizeof(path)) == 0)
            spec_shelf_put(shelf, path);
    }
}

static int nursery(int argc, char **argv)
{
    static struct request request;
    struct spec_shelf shelf = {0};
    pid_t owner = getppid(), pid;

    (void)argv;
    if (argc > 1)
        return cli_usage("nursery: takes no arguments, but requests on its stdin");
    (void)media_share(); /* without it each player that is given audio loads the reader */
    while (receive(&request)) {
        read_players(&shelf, &request);
        pid = fork_for_parent();
        if (pid == 0)
            serve(&request, owner, &shelf);
        if (pid < 0)
            pid = -errno;
        close(request.fds[OUT]);
        close(request.fds[ERR]);
        if (send(STDIN_FILENO, &pid, sizeof(pid), MSG_NOSIGNAL) != sizeof(pid))
            break;
    }
    spec_shelf_done(&shelf);
    return EXIT_DONE;
}

const struct command cli_nursery = {.name = "nursery", .hidden = true, .run = nursery};
