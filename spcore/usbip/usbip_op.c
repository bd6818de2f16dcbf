/* Connecting, and the phase before URBs: device list and import. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/usbip/usbip_private.h"

/* A list longer than this is no list of devices. */
enum { DEVICES_MAX = 4096 };

int64_t usbip_now_ms(void)
{
    struct timespec now;

    /* Some ms coarse, as time-outs may be: the exact one costs a round trip a hundredth. */
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int await(int fd, short events, int64_t deadline)
{
    struct pollfd entry = {.fd = fd, .events = events};

    for (;;) {
        int64_t left = deadline - usbip_now_ms();
        int count = poll(&entry, 1, left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);

        if (count > 0)
            return 0;
        if (count == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static int send_all(int fd, const uint8_t *data, size_t length, int64_t deadline)
{
    while (length > 0) {
        ssize_t count = send(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0 && errno == EAGAIN) {
            int error = await(fd, POLLOUT, deadline);

            if (error)
                return error;
        } else if (count < 0 && errno != EINTR) {
            return -errno;
        } else if (count > 0) {
            data += count;
            length -= (size_t)count;
        }
    }
    return 0;
}

static int receive_all(int fd, uint8_t *data, size_t length, int64_t deadline)
{
    while (length > 0) {
        int error = await(fd, POLLIN, deadline);
        ssize_t count;

        if (error)
            return error;
        count = recv(fd, data, length, MSG_DONTWAIT);
        if (count == 0)
            return -EPROTO;
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (count > 0) {
            data += count;
            length -= (size_t)count;
        }
    }
    return 0;
}

/* A dead peer is noticed within half a minute; the protocol has no sign of life of its own. */
static void set_options(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},   {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 10}, {IPPROTO_TCP, TCP_KEEPINTVL, 5},
        {IPPROTO_TCP, TCP_KEEPCNT, 3},   {IPPROTO_TCP, TCP_USER_TIMEOUT, 25000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

/* Within one machine no queue can fill up that pacing would spare, and a default that paces (bbr)
 * halves the throughput. Only before connecting: a socket that has begun to pace goes on. */
static void spare_pacing(int fd, const struct addrinfo *address)
{
    static const char unpaced[] = "reno"; /* the one every kernel has and everybody may choose */
    struct sockaddr_in name;
    bool local = false;

    if (address->ai_family == AF_INET && address->ai_addrlen == sizeof(name)) {
        memcpy(&name, address->ai_addr, sizeof(name));
        local = ntohl(name.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (local)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, unpaced, sizeof(unpaced) - 1);
}

static int connect_to(const struct addrinfo *address, int64_t deadline, int *ret_fd)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    socklen_t length = sizeof(error);

    if (fd < 0)
        return -errno;
    spare_pacing(fd, address);
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = errno == EINPROGRESS ? await(fd, POLLOUT, deadline) : -errno;
        if (error == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0)
            error = -error;
    }
    if (error) {
        close(fd);
        return error;
    }
    /* From here on blocking: every call that must not wait says so itself. */
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    set_options(fd);
    *ret_fd = fd;
    return 0;
}

int usbip_connect(const char *host, const char *port, int64_t deadline, int *ret_fd)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list;
    int error = -ENODEV;

    if (getaddrinfo(host, port, &hints, &list) != 0)
        return -ENODEV;
    for (const struct addrinfo *at = list; at; at = at->ai_next) {
        error = connect_to(at, deadline, ret_fd);
        if (error == 0)
            break;
    }
    freeaddrinfo(list);
    return error;
}

/* The status words of Linux's tools (usbip_common.h, ST_*). */
static int error_of_status(uint32_t status)
{
    static const int errors[] = {0, -ENODEV, -EBUSY, -EIO, -ENODEV, -EPROTO};

    return status < ARRAY_SIZE(errors) ? errors[status] : -EPROTO;
}

static int read_op(int fd, uint16_t code, int64_t deadline)
{
    uint8_t bytes[USBIP_OP_BYTES];
    struct usbip_op op;
    int error = receive_all(fd, bytes, sizeof(bytes), deadline);

    if (error)
        return error;
    usbip_get_op(bytes, &op);
    if (op.version != USBIP_VERSION || op.code != code)
        return -EPROTO;
    return error_of_status(op.status);
}

int usbip_op_import(int fd, const char *busid, int64_t deadline, struct usbip_device *ret_device)
{
    uint8_t request[USBIP_OP_BYTES + 32] = {0}, bytes[USBIP_DEVICE_BYTES];
    struct usbip_device device;
    int error;

    if (strlen(busid) >= 32)
        return -ENODEV;
    usbip_put_op(request, USBIP_REQ_IMPORT);
    (void)snprintf((char *)request + USBIP_OP_BYTES, 32, "%s", busid);
    error = send_all(fd, request, sizeof(request), deadline);
    if (!error)
        error = read_op(fd, USBIP_REP_IMPORT, deadline);
    if (!error)
        error = receive_all(fd, bytes, sizeof(bytes), deadline);
    if (error)
        return error;
    usbip_get_device(bytes, &device);
    /* Either half of a devid has 16 bits. */
    if (strcmp(device.busid, busid) != 0 || device.busnum > 0xffff || device.devnum > 0xffff)
        return -EPROTO;
    *ret_device = device;
    return 0;
}

static int read_listed(int fd, int64_t deadline, struct usbip_device *ret_device)
{
    uint8_t bytes[USBIP_DEVICE_BYTES], interface[4];
    int error = receive_all(fd, bytes, sizeof(bytes), deadline);

    if (error)
        return error;
    usbip_get_device(bytes, ret_device);
    for (unsigned i = 0; i < ret_device->interface_count && !error; i++) {
        error = receive_all(fd, interface, sizeof(interface), deadline);
        if (!error && i < ARRAY_SIZE(ret_device->interfaces))
            ret_device->interfaces[i] =
                (struct usbip_interface){interface[0], interface[1], interface[2]};
    }
    return error;
}

/* Memory grows with what has come, not with what the count says. */
static int read_list(int fd, int64_t deadline, struct usbip_device **ret_devices, size_t *ret_count)
{
    struct usbip_device *devices = malloc(sizeof(*devices)), *more;
    uint8_t bytes[4];
    uint32_t count = 0, done = 0;
    int error = devices ? receive_all(fd, bytes, sizeof(bytes), deadline) : -ENOMEM;

    if (!error) {
        count = get_be32(bytes);
        error = count > DEVICES_MAX ? -EPROTO : 0;
    }
    while (!error && done < count) {
        more = realloc(devices, (done + 1) * sizeof(*devices));
        if (!more) {
            error = -ENOMEM;
            break;
        }
        devices = more;
        error = read_listed(fd, deadline, &devices[done++]);
    }
    if (error) {
        free(devices);
        return error;
    }
    *ret_devices = devices;
    *ret_count = count;
    return 0;
}

int usbip_devlist(const char *host, const char *port, unsigned deadline_ms,
                  struct usbip_device **ret_devices, size_t *ret_count)
{
    int64_t deadline = usbip_now_ms() + deadline_ms;
    uint8_t request[USBIP_OP_BYTES];
    int fd = -1, error = usbip_connect(host, port, deadline, &fd);

    if (error)
        return error;
    usbip_put_op(request, USBIP_REQ_DEVLIST);
    error = send_all(fd, request, sizeof(request), deadline);
    if (!error)
        error = read_op(fd, USBIP_REP_DEVLIST, deadline);
    if (!error)
        error = read_list(fd, deadline, ret_devices, ret_count);
    close(fd);
    return error;
}
