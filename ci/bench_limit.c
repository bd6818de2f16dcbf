/* The limit of the data path, plain TCP, and a line of the table beside it. */
#include "ci/bench.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REQUEST = 48, /* CMD_SUBMIT of a control IN transfer */
    REPLY = 66,   /* RET_SUBMIT and the 18 bytes of a device descriptor */
};

/* ---- the limit: plain TCP */

static void all_out(int fd, const void *data, size_t length)
{
    for (const char *at = data; length > 0;) {
        ssize_t count = send(fd, at, length, MSG_NOSIGNAL);

        if (count <= 0)
            exit(3);
        at += count;
        length -= (size_t)count;
    }
}

/* False at the end of the connection. */
static bool all_in(int fd, void *data, size_t length)
{
    return recv(fd, data, length, MSG_WAITALL) == (ssize_t)length;
}

static void serve_replies(int fd)
{
    char request[REQUEST], reply[REPLY] = {0};

    while (all_in(fd, request, sizeof(request)))
        all_out(fd, reply, sizeof(reply));
}

/* For every request byte the whole amount once. */
static void serve_stream(int fd)
{
    char *data = calloc(1, BENCH_WRITE), go;

    while (data && all_in(fd, &go, 1)) {
        for (uint64_t sent = 0; sent < BENCH_STREAM; sent += BENCH_WRITE)
            all_out(fd, data, BENCH_WRITE);
    }
    free(data);
}

/* As papsim and its clients do on loopback: the limit must not pace where they do not. */
static void spare_pacing(int fd)
{
    (void)setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

static struct bench_peer peer_start(void (*serve)(int fd))
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct bench_peer peer;

    spare_pacing(listener);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        bench_die("listen");
    peer.pid = fork();
    if (peer.pid < 0)
        bench_die("fork");
    if (peer.pid == 0) {
        int fd = accept(listener, NULL, NULL);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fd < 0)
            _exit(3);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        serve(fd);
        _exit(0);
    }
    peer.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    spare_pacing(peer.fd);
    if (peer.fd < 0 || connect(peer.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        bench_die("connect");
    (void)setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    close(listener);
    return peer;
}

struct bench_peer bench_peer_replies(void)
{
    return peer_start(serve_replies);
}

struct bench_peer bench_peer_stream(void)
{
    return peer_start(serve_stream);
}

void bench_peer_end(struct bench_peer *peer)
{
    close(peer->fd);
    (void)waitpid(peer->pid, NULL, 0);
}

double bench_raw_replies(int fd, unsigned depth)
{
    char request[REQUEST] = {0}, reply[REPLY];
    double start = bench_now(), end = start + BENCH_ROUND_MS * 1e-3, time = start;
    unsigned count = 0;

    for (unsigned i = 0; i < depth; i++)
        all_out(fd, request, sizeof(request));
    while (time < end) {
        if (!all_in(fd, reply, sizeof(reply)))
            bench_die("raw peer");
        all_out(fd, request, sizeof(request));
        if (++count % 64 == 0)
            time = bench_now();
    }
    for (unsigned i = 0; i < depth; i++) {
        if (!all_in(fd, reply, sizeof(reply)))
            bench_die("raw peer");
    }
    return (count + depth) / (bench_now() - start);
}

double bench_raw_stream(int fd, char *buffer)
{
    double start = bench_now();
    uint64_t got = 0;

    all_out(fd, "g", 1);
    while (got < BENCH_STREAM) {
        uint64_t left = BENCH_STREAM - got;
        ssize_t count = recv(fd, buffer, left < BENCH_WRITE ? (size_t)left : BENCH_WRITE, 0);

        if (count <= 0)
            bench_die("raw stream");
        got += (uint64_t)count;
    }
    return (double)BENCH_STREAM / (bench_now() - start);
}

/* ---- the table */

/* Other load of the machine comes and goes: the ratio is that of each round with its neighbour. */
bool bench_report(const char *figure, const char *unit, double scale, double *each_ours,
                  double *each_limit, size_t rounds, double required)
{
    double ratios[BENCH_ROUNDS], ratio, ours, limit;

    for (size_t i = 0; i < rounds; i++)
        ratios[i] = each_ours[i] / each_limit[i];
    ratio = bench_median(ratios, rounds);
    ours = bench_median(each_ours, rounds);
    limit = bench_median(each_limit, rounds);
    printf("%-34s %10.0f %10.0f  %-6s %6.3f  %6.2f  %s\n", figure, ours / scale, limit / scale,
           unit, ratio, required, ratio >= required ? "ok" : "BELOW");
    return ratio >= required;
}
