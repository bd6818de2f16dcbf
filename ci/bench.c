/* Figures of the data path as ratios: each beside its limit, measured in the same run on the same
 * CPU, in interleaved rounds; medians count. The limit is a plain TCP connection to a
 * forked peer that does nothing but answer (or send).
 * usage: bench PAPSIM [PAPCHECK]; exit 1 if a ratio is below what is required. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mtp/mtpi.h"
#include "transport/usbip_client.h"

enum {
    ROUNDS = 31,
    STREAM_ROUNDS = 7,
    ROUND_MS = 50,
    REQUEST = 48, /* CMD_SUBMIT of a control IN transfer */
    REPLY = 66,   /* RET_SUBMIT and the 18 bytes of a device descriptor */
    DEPTH = 16,
    WRITE = 1024 * 1024,
    BUDGET_S = 20,
};
#define STREAM ((uint64_t)256 * 1024 * 1024)

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(3);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

/* This process, and by inheritance all it forks, on the last CPU it may use. */
static unsigned pin(cpu_set_t *ret_before)
{
    cpu_set_t one;
    unsigned cpu = CPU_SETSIZE - 1;

    if (sched_getaffinity(0, sizeof(*ret_before), ret_before) != 0)
        die("sched_getaffinity");
    while (cpu > 0 && !CPU_ISSET(cpu, ret_before))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
        die("sched_setaffinity");
    return cpu;
}

/* ---- the limit: plain TCP -------------------------------------------------------------------- */

struct peer {
    pid_t pid;
    int fd;
};

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
    char *data = calloc(1, WRITE), go;

    while (data && all_in(fd, &go, 1))
        for (uint64_t sent = 0; sent < STREAM; sent += WRITE)
            all_out(fd, data, WRITE);
    free(data);
}

static struct peer peer_start(void (*serve)(int fd))
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct peer peer;

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        die("listen");
    peer.pid = fork();
    if (peer.pid < 0)
        die("fork");
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
    if (peer.fd < 0 || connect(peer.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        die("connect");
    (void)setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    close(listener);
    return peer;
}

static void peer_end(struct peer *peer)
{
    close(peer->fd);
    (void)waitpid(peer->pid, NULL, 0);
}

/* Round trips a second with `depth` requests under way. */
static double raw_round(int fd, unsigned depth)
{
    char request[REQUEST] = {0}, reply[REPLY];
    double start = now(), end = start + ROUND_MS * 1e-3, time = start;
    unsigned count = 0;

    for (unsigned i = 0; i < depth; i++)
        all_out(fd, request, sizeof(request));
    while (time < end) {
        if (!all_in(fd, reply, sizeof(reply)))
            die("raw peer");
        all_out(fd, request, sizeof(request));
        if (++count % 64 == 0)
            time = now();
    }
    for (unsigned i = 0; i < depth; i++)
        if (!all_in(fd, reply, sizeof(reply)))
            die("raw peer");
    return (count + depth) / (now() - start);
}

static double raw_stream(int fd, char *buffer)
{
    double start = now();
    uint64_t got = 0;

    all_out(fd, "g", 1);
    while (got < STREAM) {
        uint64_t left = STREAM - got;
        ssize_t count = recv(fd, buffer, left < WRITE ? (size_t)left : WRITE, 0);

        if (count <= 0)
            die("raw stream");
        got += (uint64_t)count;
    }
    return (double)STREAM / (now() - start);
}

/* ---- papsim and our client ------------------------------------------------------------------- */

struct sim {
    pid_t pid;
    char host[64], port[16];
};

static void sim_start(const char *papsim, struct sim *sim)
{
    char line[128];
    int ends[2];
    FILE *out;

    if (pipe(ends) != 0)
        die("pipe");
    sim->pid = fork();
    if (sim->pid < 0)
        die("fork");
    if (sim->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(papsim, papsim, "serve", "--player", "mtp", "--listen", "127.0.0.1:0", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    out = fdopen(ends[0], "r");
    if (!out || !fgets(line, sizeof(line), out) ||
        sscanf(line, "listening %63[^:]:%15[0-9]", sim->host, sim->port) != 2) {
        fprintf(stderr, "bench: %s did not say where it listens\n", papsim);
        exit(3);
    }
    fclose(out);
}

static void sim_end(const struct sim *sim)
{
    (void)kill(sim->pid, SIGTERM);
    (void)waitpid(sim->pid, NULL, 0);
}

struct load {
    struct usbip_client *client;
    double end;
    unsigned count, under_way;
    bool failed;
};

struct request {
    struct usbip_urb urb;
    uint8_t data[18];
};

static void request_over(struct usbip_urb *urb)
{
    struct load *load = urb->context;

    load->failed = load->failed || urb->status != 0 || urb->actual != 18;
    load->under_way--;
    if (++load->count % 64 == 0 && now() >= load->end)
        load->end = 0;
    if (load->failed || load->end == 0)
        return;
    load->under_way++;
    load->failed = usbip_submit(load->client, urb) != 0;
}

static void request_init(struct request *request)
{
    *request = (struct request){
        .urb = {.endpoint = 0x80, .setup = {0x80, 6, 0, 1, 0, 0, 18, 0}, .length = 18}};
    request->urb.data = request->data;
}

static double client_round_deep(struct usbip_client *client)
{
    struct request requests[DEPTH];
    double start = now();
    struct load load = {.client = client, .end = start + ROUND_MS * 1e-3};

    for (unsigned i = 0; i < DEPTH; i++) {
        request_init(&requests[i]);
        requests[i].urb.complete = request_over;
        requests[i].urb.context = &load;
        load.under_way++;
        if (usbip_submit(client, &requests[i].urb) != 0)
            die("submit");
    }
    while (load.under_way > 0 && !load.failed)
        if (usbip_pump(client, 5000) <= 0)
            load.failed = true;
    if (load.failed)
        die("a control transfer failed");
    return load.count / (now() - start);
}

static double client_round_single(struct usbip_client *client)
{
    double start = now(), end = start + ROUND_MS * 1e-3, time = start;
    struct request request;
    unsigned count = 0, ticket = usbip_ticket(client);

    request_init(&request);
    while (time < end) {
        if (usbip_submit(client, &request.urb) != 0 ||
            usbip_wait(client, &request.urb, 5000, ticket) != 0 || request.urb.actual != 18)
            die("a control transfer failed");
        if (++count % 64 == 0)
            time = now();
    }
    return count / (now() - start);
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Other load of the machine comes and goes: the ratio is that of each round with its neighbour. */
static bool report(const char *figure, const char *unit, double scale, double *each_ours,
                   double *each_limit, size_t rounds, double required)
{
    double ratios[ROUNDS], ratio, ours, limit;

    for (size_t i = 0; i < rounds; i++)
        ratios[i] = each_ours[i] / each_limit[i];
    ratio = median(ratios, rounds);
    ours = median(each_ours, rounds);
    limit = median(each_limit, rounds);
    printf("%-34s %10.0f %10.0f  %-6s %6.3f  %6.2f  %s\n", figure, ours / scale, limit / scale,
           unit, ratio, required, ratio >= required ? "ok" : "BELOW");
    return ratio >= required;
}

static bool bench_control(const struct sim *sim)
{
    double raw1[ROUNDS], raw16[ROUNDS], ours1[ROUNDS], ours16[ROUNDS];
    struct peer peer = peer_start(serve_replies);
    struct usbip_client *client;
    bool ok;

    if (usbip_import(sim->host, sim->port, "1-1", 5000, &client) != 0)
        die("import of 1-1");
    (void)raw_round(peer.fd, 1);
    (void)client_round_single(client);
    for (int i = 0; i < ROUNDS; i++) {
        raw1[i] = raw_round(peer.fd, 1);
        ours1[i] = client_round_single(client);
        raw16[i] = raw_round(peer.fd, DEPTH);
        ours16[i] = client_round_deep(client);
    }
    usbip_free(client);
    peer_end(&peer);
    ok = report("control round trips, depth 1", "/s", 1, ours1, raw1, ROUNDS, 0.9);
    return report("control round trips, depth 16", "/s", 1, ours16, raw16, ROUNDS, 0.9) && ok;
}

struct content {
    uint64_t made, got;
    uint64_t wrong;
};

/* The n-th 8 bytes say n, so that a piece out of its place shows. */
static int64_t make(void *context, void *buffer, size_t room)
{
    struct content *content = context;
    uint64_t *word = buffer;
    size_t count = room / sizeof(*word);

    for (size_t i = 0; i < count; i++)
        word[i] = content->made / sizeof(*word) + i;
    content->made += count * sizeof(*word);
    if (count > 0)
        return (int64_t)(count * sizeof(*word));
    memset(buffer, 0, room);
    return (int64_t)room;
}

/* Looks at the first word of a piece only: the limit does not look at all. */
static int look(void *context, const void *data, size_t length)
{
    struct content *content = context;
    uint64_t word;

    if (content->got % sizeof(word) == 0 && length >= sizeof(word)) {
        memcpy(&word, data, sizeof(word));
        content->wrong += word != content->got / sizeof(word);
    }
    content->got += length;
    return 0;
}

static uint32_t send_object(struct mtpi *mtpi)
{
    static const uint16_t name[] = {'b', 'e', 'n', 'c', 'h', 0};
    struct mtpi_new_object object = {
        .parent = 0xffffffff, .format = MTP_FC_UNDEFINED, .size = STREAM, .name = name};
    uint8_t *bytes = malloc(STREAM);
    struct content content = {0};
    uint32_t handle;

    if (!bytes)
        die("memory");
    (void)make(&content, bytes, STREAM);
    if (mtpi_send_object_info(mtpi, &object, &handle, NULL) != 0 ||
        mtpi_send_object(mtpi, bytes, STREAM) != 0) {
        fprintf(stderr, "bench: the player does not take the object\n");
        exit(3);
    }
    free(bytes);
    return handle;
}

static double client_stream(struct mtpi *mtpi, uint32_t handle)
{
    struct content content = {0};
    double start = now();
    int result = mtpi_get_object(mtpi, handle, look, &content);

    if (result != 0 || content.got != STREAM || content.wrong != 0) {
        fprintf(stderr, "bench: GetObject: %d, %llu bytes, %llu pieces out of place\n", result,
                (unsigned long long)content.got, (unsigned long long)content.wrong);
        exit(3);
    }
    return (double)STREAM / (now() - start);
}

static bool bench_stream(const struct sim *sim)
{
    double raw[STREAM_ROUNDS], ours[STREAM_ROUNDS];
    struct peer peer = peer_start(serve_stream);
    char uri[128], *buffer = malloc(WRITE);
    struct mtpi *mtpi;
    struct tp *tp;
    uint32_t handle;

    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    if (!buffer || tp_open(uri, NULL, &tp) != 0 || mtpi_new(tp, &mtpi) != 0 ||
        mtpi_open_session(mtpi, 1) != 0)
        die(uri);
    handle = send_object(mtpi);
    (void)raw_stream(peer.fd, buffer);
    (void)client_stream(mtpi, handle);
    for (int i = 0; i < STREAM_ROUNDS; i++) {
        raw[i] = raw_stream(peer.fd, buffer);
        ours[i] = client_stream(mtpi, handle);
    }
    mtpi_free(mtpi);
    tp_close(tp);
    free(buffer);
    peer_end(&peer);
    return report("GetObject of 256 MiB", "MB/s", 1e6, ours, raw, STREAM_ROUNDS, 0.5);
}

/* A budget, not a ratio: printed beside the others. */
static void time_run(const char *papcheck)
{
    static const char out[] = "out/bench";
    double start = now(), seconds;
    int status = 0;
    pid_t pid;

    pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execl(papcheck, papcheck, "run", "--out", out, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    seconds = now() - start;
    printf("%-34s %10.1f %10d  %-6s %6s  %6s  %s (exit %d, report in %s)\n", "papcheck run, whole",
           seconds, BUDGET_S, "s", "", "", seconds <= BUDGET_S ? "within" : "OVER BUDGET",
           WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
}

int main(int argc, char **argv)
{
    cpu_set_t before;
    struct sim sim;
    unsigned cpu;
    bool ok;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: bench PAPSIM [PAPCHECK]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    cpu = pin(&before);
    sim_start(argv[1], &sim);
    printf("server, client and plain TCP pinned to CPU %u; medians of %d (%d) rounds\n", cpu,
           ROUNDS, STREAM_ROUNDS);
    printf("%-34s %10s %10s  %-6s %6s  %6s  %s\n", "figure", "papkit", "limit", "unit", "ratio",
           "needed", "verdict");
    ok = bench_control(&sim);
    ok = bench_stream(&sim) && ok;
    sim_end(&sim);
    (void)sched_setaffinity(0, sizeof(before), &before);
    if (argc == 3)
        time_run(argv[2]);
    return ok ? 0 : 1;
}
