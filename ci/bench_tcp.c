/* Plain TCP between the virtual machine and this host: the limit of `ci/bench_vm`.
 * usage: bench_tcp serve                       says its port, answers until its input ends
 *        bench_tcp HOST PORT COUNT UP DOWN     seconds that COUNT round trips take, one after the
 *                                              other, of so many bytes there and back */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1024 * 1024 };

/* What a client asks for: same machine, same byte order. */
struct order {
    uint64_t count, up, down;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_tcp: %s: %s\n", what, strerror(errno));
    exit(3);
}

static int stream_out(int fd, const void *data, uint64_t left)
{
    while (left > 0) {
        ssize_t count = send(fd, data, left < PIECE ? (size_t)left : PIECE, MSG_NOSIGNAL);

        if (count <= 0)
            return -1;
        left -= (uint64_t)count;
    }
    return 0;
}

static int stream_in(int fd, char *piece, uint64_t left)
{
    while (left > 0) {
        ssize_t count = recv(fd, piece, left < PIECE ? (size_t)left : PIECE, 0);

        if (count <= 0)
            return -1;
        left -= (uint64_t)count;
    }
    return 0;
}

static void tune(int fd)
{
    int one = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void answer(int fd, char *piece)
{
    struct order order;

    tune(fd);
    if (recv(fd, &order, sizeof(order), MSG_WAITALL) != (ssize_t)sizeof(order))
        return;
    for (uint64_t i = 0; i < order.count; i++) {
        if (stream_in(fd, piece, order.up) != 0 || stream_out(fd, piece, order.down) != 0)
            return;
    }
}

static void serve(char *piece)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    struct pollfd waits[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};

    waits[1].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (waits[1].fd < 0 || bind(waits[1].fd, (struct sockaddr *)&address, length) != 0 ||
        listen(waits[1].fd, 4) != 0 ||
        getsockname(waits[1].fd, (struct sockaddr *)&address, &length) != 0)
        die("listen");
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    while (poll(waits, 2, -1) > 0 && !waits[0].revents) {
        int fd = accept(waits[1].fd, NULL, NULL);

        if (fd < 0)
            die("accept");
        answer(fd, piece);
        close(fd);
    }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Seconds, without the time a connection takes. */
static double measure(const char *host, const char *port, const struct order *order, char *piece)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    double start;

    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || fd < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        die(host);
    tune(fd);
    if (send(fd, order, sizeof(*order), MSG_NOSIGNAL) != (ssize_t)sizeof(*order))
        die("send");
    start = now();
    for (uint64_t i = 0; i < order->count; i++) {
        if (stream_out(fd, piece, order->up) != 0 || stream_in(fd, piece, order->down) != 0)
            die("round trip");
    }
    start = now() - start;
    close(fd);
    return start;
}

int main(int argc, char **argv)
{
    char *piece = calloc(1, PIECE);
    struct order order;

    if (!piece)
        die("memory");
    if (argc == 2 && strcmp(argv[1], "serve") == 0) {
        serve(piece);
    } else if (argc == 6) {
        order = (struct order){strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
                               strtoull(argv[5], NULL, 10)};
        printf("%.6f\n", measure(argv[1], argv[2], &order, piece));
    } else {
        fprintf(stderr, "usage: bench_tcp serve | HOST PORT COUNT UP DOWN\n");
        return 2;
    }
    free(piece);
    return 0;
}
