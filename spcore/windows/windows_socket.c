/* BSD's sockets over Winsock. Every socket is one that does not block: Windows has no flag for a
 * single call, so a call that may wait does so in WSAPoll(). */
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "spcore/base.h"

/* Here Windows' own are meant. */
#undef socket
#undef connect
#undef shutdown
#undef setsockopt
#undef getsockopt

enum { PARTS_MAX = 64 };

static int error_of(int code)
{
    static const struct {
        int code, error;
    } table[] = {
        {WSAEWOULDBLOCK, EAGAIN},
        {WSAEINTR, EINTR},
        {WSAECONNREFUSED, ECONNREFUSED},
        {WSAECONNRESET, ECONNRESET},
        {WSAECONNABORTED, ECONNRESET},
        {WSAENETRESET, ECONNRESET},
        {WSAESHUTDOWN, EPIPE},
        {WSAENOTCONN, ENOTCONN},
        {WSAETIMEDOUT, ETIMEDOUT},
        {WSAEHOSTUNREACH, EHOSTUNREACH},
        {WSAENETUNREACH, ENETUNREACH},
        {WSAENOBUFS, ENOBUFS},
        {WSAEMFILE, EMFILE},
        {WSAEMSGSIZE, EMSGSIZE},
        {WSAEINVAL, EINVAL},
        {WSAEADDRNOTAVAIL, EHOSTUNREACH},
    };

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].code == code)
            return table[i].error;
    }
    return EIO;
}

static int failed(void)
{
    errno = error_of(WSAGetLastError());
    return -1;
}

static SOCKET handle(int fd)
{
    return (SOCKET)(unsigned)fd;
}

/* ---- life */

static void start(void)
{
    WSADATA data;

    (void)WSAStartup(MAKEWORD(2, 2), &data);
}

int windows_socket(int family, int type, int protocol)
{
    static pthread_once_t started = PTHREAD_ONCE_INIT;
    u_long on = 1;
    SOCKET made;

    pthread_once(&started, start);
    made = WSASocketW(family, type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK), protocol, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET)
        return failed();
    if (ioctlsocket(made, (long)FIONBIO, &on) != 0) {
        failed();
        closesocket(made);
        return -1;
    }
    return (int)made;
}

int windows_close(int fd)
{
    return closesocket(handle(fd)) ? failed() : 0;
}

int windows_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (connect(handle(fd), address, length) == 0)
        return 0;
    failed();
    if (errno == EAGAIN)
        errno = EINPROGRESS;
    return -1;
}

int windows_shutdown(int fd, int how)
{
    return shutdown(handle(fd), how) ? failed() : 0;
}

/* ---- options */

static bool is_time(int level, int name)
{
    return level == SOL_SOCKET && name == SO_RCVTIMEO;
}

int windows_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    const struct timeval *time = value;
    DWORD ms;

    if (is_time(level, name)) { /* a number there */
        ms = (DWORD)(time->tv_sec * 1000 + time->tv_usec / 1000);
        value = &ms;
        length = sizeof(ms);
    }
    return setsockopt(handle(fd), level, name, value, length) ? failed() : 0;
}

int windows_getsockopt(int fd, int level, int name, void *ret_value, socklen_t *length)
{
    int *value = ret_value;

    if (getsockopt(handle(fd), level, name, ret_value, length) != 0)
        return failed();
    if (level == SOL_SOCKET && name == SO_ERROR && *value)
        *value = error_of(*value);
    return 0;
}

/* ---- bytes */

int windows_poll(struct pollfd *fds, unsigned long count, int timeout_ms)
{
    int ready = WSAPoll(fds, count, timeout_ms);

    return ready < 0 ? failed() : ready;
}

static int parts_of(const struct msghdr *message, WSABUF ret[PARTS_MAX])
{
    int count = 0;

    while (count < (int)message->msg_iovlen && count < PARTS_MAX) {
        const struct iovec *part = &message->msg_iov[count];

        ret[count++] =
            (WSABUF){part->iov_len < INT_MAX ? (ULONG)part->iov_len : INT_MAX, part->iov_base};
    }
    return count;
}

/* None of spcore's sends waits. */
ssize_t windows_sendmsg(int fd, const struct msghdr *message, int flags)
{
    WSABUF parts[PARTS_MAX];
    DWORD sent = 0;

    (void)flags;
    if (WSASend(handle(fd), parts, (DWORD)parts_of(message, parts), &sent, 0, NULL, NULL) != 0)
        return failed();
    return (ssize_t)sent;
}

/* How long a call that may wait does, in milliseconds. */
static int patience(int fd)
{
    DWORD ms = 0;
    int length = sizeof(ms);

    if (getsockopt(handle(fd), SOL_SOCKET, SO_RCVTIMEO, (char *)&ms, &length) != 0 || ms == 0)
        return -1;
    return (int)ms;
}

ssize_t windows_recvmsg(int fd, struct msghdr *message, int flags)
{
    WSABUF parts[PARTS_MAX];
    DWORD count = (DWORD)parts_of(message, parts), received = 0, how = 0;

    for (bool waits = !(flags & MSG_DONTWAIT);; waits = false) {
        struct pollfd entry = {.fd = handle(fd), .events = POLLIN};

        if (WSARecv(handle(fd), parts, count, &received, &how, NULL, NULL) == 0)
            return (ssize_t)received;
        failed();
        if (errno != EAGAIN || !waits)
            return -1;
        if (windows_poll(&entry, 1, patience(fd)) <= 0) {
            errno = EAGAIN;
            return -1;
        }
    }
}

ssize_t windows_send(int fd, const void *data, size_t length, int flags)
{
    struct iovec part = {(void *)(uintptr_t)data, length};

    return windows_sendmsg(fd, &(struct msghdr){&part, 1}, flags);
}

ssize_t windows_recv(int fd, void *data, size_t length, int flags)
{
    struct iovec part = {data, length};

    return windows_recvmsg(fd, &(struct msghdr){&part, 1}, flags);
}

/* ---- events */

int eventfd(unsigned value, int flags)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof(name), fd = windows_socket(AF_INET, SOCK_DGRAM | flags, 0);

    (void)value;
    if (fd < 0)
        return -1;
    if (bind(handle(fd), (struct sockaddr *)&name, length) != 0 ||
        getsockname(handle(fd), (struct sockaddr *)&name, &length) != 0 ||
        connect(handle(fd), (struct sockaddr *)&name, length) != 0) { /* hears nobody else */
        failed();
        windows_close(fd);
        return -1;
    }
    return fd;
}
