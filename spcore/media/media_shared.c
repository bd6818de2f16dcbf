/* A question is an open file and a part of it, with a socket of its own for the answer: so answers
 * find those who asked, and a reader that dies of a file is noticed, since then that socket ends.
 * Who is left without an answer reads by himself, and comes to the same end. */
#include "spcore/media/media_shared.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "spcore/base.h"

enum { FILE_FD, REPLY_FD, FDS };

/* Nobody who reads his answer needs longer; others are not kept waiting for one who does not. */
#define SLOW_S 1

struct question {
    off_t offset;
    uint64_t size;
};

/* What the pointers of the facts are to point to comes behind it: texts, then the picture. */
struct answer {
    int error;
    struct media_facts facts; /* no pointer of which is one here */
    size_t lengths[MEDIA_TEXTS];
};

static int asking = -1; /* SOCK_SEQPACKET; questions go in here */

static bool send_all(int fd, const void *data, size_t length)
{
    const uint8_t *at = data;

    while (length) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        at += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int fd, void *data, size_t length)
{
    return length == 0 || recv(fd, data, length, MSG_WAITALL) == (ssize_t)length;
}

/* ---- who reads */

static void answer(int fd, int error, const struct media_facts *facts)
{
    struct answer head = {.error = error, .facts = *facts};
    bool is_sent;

    memset(head.facts.texts, 0, sizeof(head.facts.texts));
    head.facts.art = NULL;
    for (size_t i = 0; i < MEDIA_TEXTS; i++)
        head.lengths[i] = facts->texts[i] ? strlen(facts->texts[i]) + 1 : 0;
    is_sent = send_all(fd, &head, sizeof(head));
    for (size_t i = 0; i < MEDIA_TEXTS && is_sent; i++)
        is_sent = send_all(fd, facts->texts[i], head.lengths[i]);
    if (is_sent)
        (void)send_all(fd, facts->art, facts->art ? facts->art_length : 0);
}

/* False: whoever might ask is gone. */
static bool hear(int questions, struct question *question, int fds[FDS])
{
    char control[CMSG_SPACE(FDS * sizeof(int))];
    struct iovec room = {question, sizeof(*question)};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(questions, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *rights = length == sizeof(*question) ? CMSG_FIRSTHDR(&message) : NULL;

    if (!rights || rights->cmsg_len != CMSG_LEN(FDS * sizeof(int)))
        return false;
    memcpy(fds, CMSG_DATA(rights), FDS * sizeof(int));
    return true;
}

static _Noreturn void read_for_others(int questions, pid_t parent)
{
    const struct timeval slow = {.tv_sec = SLOW_S};
    struct question question;
    int fds[FDS];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    while (hear(questions, &question, fds)) {
        struct media_facts facts = {0};
        int error = media_read(fds[FILE_FD], question.offset, question.size, &facts);

        setsockopt(fds[REPLY_FD], SOL_SOCKET, SO_SNDTIMEO, &slow, sizeof(slow));
        answer(fds[REPLY_FD], error, &facts);
        if (!error)
            media_facts_done(&facts);
        close(fds[FILE_FD]);
        close(fds[REPLY_FD]);
    }
    _exit(0);
}

pid_t media_share(void)
{
    pid_t parent = getpid(), pid;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        close(STDIN_FILENO); /* whose end its parent waits for */
        read_for_others(ends[1], parent);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -EAGAIN;
    }
    asking = ends[0];
    return pid;
}

/* ---- who asks */

static bool ask(const struct question *question, const int fds[FDS])
{
    char control[CMSG_SPACE(FDS * sizeof(int))] = {0};
    struct question words = *question;
    struct iovec all = {&words, sizeof(words)};
    struct msghdr message = {.msg_iov = &all,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(FDS * sizeof(int));
    memcpy(CMSG_DATA(rights), fds, FDS * sizeof(int));
    return sendmsg(asking, &message, MSG_NOSIGNAL) == sizeof(words);
}

/* A part of the answer in memory of its own; true and NULL: it has none. */
static bool take(int fd, size_t length, void **ret)
{
    void *part = length ? malloc(length) : NULL;

    *ret = NULL;
    if (length && (!part || !receive_all(fd, part, length))) {
        free(part);
        return false;
    }
    *ret = part;
    return true;
}

/* False: it broke off. */
static bool understand(int fd, struct media_facts *ret_facts, int *ret_error)
{
    struct answer head;
    struct media_facts *facts = &head.facts;
    bool is_whole = receive_all(fd, &head, sizeof(head));
    void *part = NULL;

    if (!is_whole)
        return false;
    for (size_t i = 0; i < MEDIA_TEXTS; i++) {
        is_whole = is_whole && take(fd, head.lengths[i], &part);
        facts->texts[i] = is_whole ? part : NULL;
    }
    is_whole = is_whole && take(fd, facts->art_length, &part);
    facts->art = is_whole ? part : NULL;
    *ret_error = head.error;
    if (is_whole && !head.error)
        *ret_facts = *facts;
    else
        media_facts_done(facts);
    return is_whole;
}

bool media_shared_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts,
                       int *ret_error)
{
    const struct question question = {offset, size};
    int reply[2];
    bool is_answered;

    if (asking < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, reply) < 0)
        return false;
    is_answered = ask(&question, (const int[FDS]){[FILE_FD] = fd, [REPLY_FD] = reply[1]});
    close(reply[1]); /* or nobody's end of it would be noticed */
    is_answered = is_answered && understand(reply[0], ret_facts, ret_error);
    close(reply[0]);
    return is_answered;
}
