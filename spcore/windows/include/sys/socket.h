/* The calls of BSD's sockets that USB/IP's client makes, over Winsock (windows_socket.c). A socket
 * is an int as everywhere: Windows' handles have 32 bits that count. */
#ifndef SPCORE_WINDOWS_INCLUDE_SYS_SOCKET_H
#define SPCORE_WINDOWS_INCLUDE_SYS_SOCKET_H

#include <errno.h>
#include <sys/types.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "sys/uio.h"

#define SOCK_NONBLOCK 0x0800
#define SOCK_CLOEXEC 0x80000
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#define SHUT_RDWR SD_BOTH

struct msghdr {
    struct iovec *msg_iov;
    size_t msg_iovlen;
};

/* As POSIX says, of what is asked for here: errno and -1. A call without MSG_DONTWAIT waits for the
 * socket's SO_RCVTIMEO. */
int windows_socket(int family, int type, int protocol);
int windows_connect(int fd, const struct sockaddr *address, socklen_t length);
int windows_shutdown(int fd, int how);
ssize_t windows_send(int fd, const void *data, size_t length, int flags);
ssize_t windows_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t windows_recv(int fd, void *data, size_t length, int flags);
ssize_t windows_recvmsg(int fd, struct msghdr *message, int flags);
int windows_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int windows_getsockopt(int fd, int level, int name, void *ret_value, socklen_t *length);
int windows_poll(struct pollfd *fds, unsigned long count, int timeout_ms);
int windows_close(int fd);
int close(int fd) __asm__("windows_close"); /* no macro: other things have a slot of that name */

#define socket windows_socket
#define connect windows_connect
#define shutdown windows_shutdown
#define send windows_send
#define sendmsg windows_sendmsg
#define recv windows_recv
#define recvmsg windows_recvmsg
#define setsockopt windows_setsockopt
#define getsockopt windows_getsockopt
#define poll windows_poll

#endif
