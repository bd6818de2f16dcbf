/* Figures of the data path as ratios: each beside its limit, measured in the same run on the same
 * CPU, in interleaved rounds; medians count. The limit is a plain TCP connection to a
 * forked peer that does nothing but answer (or send).
 * usage: bench PAPSIM BENCH-PROGRAM [PAPCHECK]; exit 1 if a ratio is below what is required. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ci/bench.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/usbip/usbip_client.h"

enum { DEPTH = 16, WHOLE_RUN_S = 6, SMALL_CASE_MS = 15, VERDICTS = 6 };
#define JUDGE_OUT "out/bench"

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
    if (++load->count % 64 == 0 && bench_now() >= load->end)
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
    double start = bench_now();
    struct load load = {.client = client, .end = start + BENCH_ROUND_MS * 1e-3};

    for (unsigned i = 0; i < DEPTH; i++) {
        request_init(&requests[i]);
        requests[i].urb.complete = request_over;
        requests[i].urb.context = &load;
        load.under_way++;
        if (usbip_submit(client, &requests[i].urb) != 0)
            bench_die("submit");
    }
    while (load.under_way > 0 && !load.failed) {
        if (usbip_pump(client, 5000) <= 0)
            load.failed = true;
    }
    if (load.failed)
        bench_die("a control transfer failed");
    return load.count / (bench_now() - start);
}

static double client_round_single(struct usbip_client *client)
{
    double start = bench_now(), end = start + BENCH_ROUND_MS * 1e-3, time = start;
    struct request request;
    unsigned count = 0, ticket = usbip_ticket(client);

    request_init(&request);
    while (time < end) {
        if (usbip_submit(client, &request.urb) != 0 ||
            usbip_wait(client, &request.urb, 5000, ticket) != 0 || request.urb.actual != 18)
            bench_die("a control transfer failed");
        if (++count % 64 == 0)
            time = bench_now();
    }
    return count / (bench_now() - start);
}

static bool bench_control(const struct bench_sim *sim)
{
    double raw1[BENCH_ROUNDS], raw16[BENCH_ROUNDS], ours1[BENCH_ROUNDS], ours16[BENCH_ROUNDS];
    struct bench_peer peer = bench_peer_replies();
    struct usbip_client *client;
    bool ok;

    if (usbip_import(sim->host, sim->port, "1-1", 5000, &client) != 0)
        bench_die("import of 1-1");
    (void)bench_raw_replies(peer.fd, 1);
    (void)client_round_single(client);
    for (int i = 0; i < BENCH_ROUNDS; i++) {
        raw1[i] = bench_raw_replies(peer.fd, 1);
        ours1[i] = client_round_single(client);
        raw16[i] = bench_raw_replies(peer.fd, DEPTH);
        ours16[i] = client_round_deep(client);
    }
    usbip_free(client);
    bench_peer_end(&peer);
    ok = bench_report("control round trips, depth 1", "/s", 1, ours1, raw1, BENCH_ROUNDS, 0.9);
    return bench_report("control round trips, depth 16", "/s", 1, ours16, raw16, BENCH_ROUNDS,
                        0.9) &&
           ok;
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
        .parent = 0xffffffff, .format = MTP_FC_UNDEFINED, .size = BENCH_STREAM, .name = name};
    uint8_t *bytes = malloc(BENCH_STREAM);
    struct content content = {0};
    uint32_t handle;

    if (!bytes)
        bench_die("memory");
    (void)make(&content, bytes, BENCH_STREAM);
    if (mtpi_send_object_info(mtpi, &object, &handle, NULL) != 0 ||
        mtpi_send_object(mtpi, bytes, BENCH_STREAM) != 0) {
        fprintf(stderr, "bench: the player does not take the object\n");
        exit(3);
    }
    free(bytes);
    return handle;
}

static double client_stream(struct mtpi *mtpi, uint32_t handle)
{
    struct content content = {0};
    double start = bench_now();
    int result = mtpi_get_object(mtpi, handle, look, &content);

    if (result != 0 || content.got != BENCH_STREAM || content.wrong != 0) {
        fprintf(stderr, "bench: GetObject: %d, %llu bytes, %llu pieces out of place\n", result,
                (unsigned long long)content.got, (unsigned long long)content.wrong);
        exit(3);
    }
    return (double)BENCH_STREAM / (bench_now() - start);
}

static bool bench_stream(const struct bench_sim *sim)
{
    double raw[BENCH_STREAM_ROUNDS], ours[BENCH_STREAM_ROUNDS];
    struct bench_peer peer = bench_peer_stream();
    char uri[128], *buffer = malloc(BENCH_WRITE);
    struct mtpi *mtpi;
    struct tp *tp;
    uint32_t handle;

    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    if (!buffer || tp_open(uri, NULL, &tp) != 0 || mtpi_new(tp, &mtpi) != 0 ||
        mtpi_open_session(mtpi, 1) != 0)
        bench_die(uri);
    handle = send_object(mtpi);
    (void)bench_raw_stream(peer.fd, buffer);
    (void)client_stream(mtpi, handle);
    for (int i = 0; i < BENCH_STREAM_ROUNDS; i++) {
        raw[i] = bench_raw_stream(peer.fd, buffer);
        ours[i] = client_stream(mtpi, handle);
    }
    mtpi_free(mtpi);
    tp_close(tp);
    free(buffer);
    bench_peer_end(&peer);
    return bench_report("GetObject of 256 MiB", "MB/s", 1e6, ours, raw, BENCH_STREAM_ROUNDS, 0.5);
}

/* ---- the judge: budgets, not ratios */

struct judged {
    unsigned cases;
    double seconds, cpu; /* of papcheck and everything it started */
};

/* `papcheck run` with these patterns. */
static struct judged run_judge(const char *papcheck, const char *const patterns[3])
{
    double start = bench_now();
    unsigned counts[VERDICTS] = {0};
    struct judged judged = {0};
    struct rusage used;
    int ends[2];
    FILE *out;
    pid_t pid;

    if (pipe(ends) < 0 || (pid = fork()) < 0)
        bench_die("papcheck");
    if (pid == 0) {
        if (dup2(ends[1], STDOUT_FILENO) < 0 || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execl(papcheck, papcheck, "run", "--out", JUDGE_OUT, patterns[0], patterns[1], patterns[2],
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    out = fdopen(ends[0], "r");
    if (!out ||
        fscanf(out, "%u pass %u fail %u inconclusive %u n/a %u not run %u error", &counts[0],
               &counts[1], &counts[2], &counts[3], &counts[4], &counts[5]) != VERDICTS ||
        wait4(pid, NULL, 0, &used) != pid)
        bench_die("papcheck's summary");
    fclose(out);
    for (int i = 0; i < VERDICTS; i++)
        judged.cases += counts[i];
    judged.seconds = bench_now() - start;
    judged.cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
    return judged;
}

static void budget(const char *name, double value, int limit, const char *unit)
{
    printf("%-34s %10.1f %10d  %-6s %6s  %6s  %s\n", name, value, limit, unit, "", "",
           value <= limit ? "within" : "OVER BUDGET");
}

/* Whole, and what a case costs that asks a few control requests: all computing time of the judge,
 * the cases and their players, over the cases. */
static void time_judge(const char *papcheck)
{
    static const char *const few[3] = {"USB-CH9-*", "USB-DSC-*", "USB-MS*"};
    static const char *const all[3] = {NULL};
    struct judged whole = run_judge(papcheck, all), small = run_judge(papcheck, few);

    budget("papcheck run, whole", whole.seconds, WHOLE_RUN_S, "s");
    budget("papcheck run, CPU a small case", small.cpu * 1000 / small.cases, SMALL_CASE_MS, "ms");
    printf("%u cases in %.1f s of CPU time, report in " JUDGE_OUT "\n", whole.cases, whole.cpu);
}

int main(int argc, char **argv)
{
    cpu_set_t before;
    struct bench_sim sim;
    unsigned cpu;
    bool ok;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: bench PAPSIM BENCH-PROGRAM [PAPCHECK]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    cpu = bench_pin(&before);
    bench_sim_start(argv[1], (const char *const[]){"--player", "mtp"}, 2, &sim);
    printf("server, client and plain TCP pinned to CPU %u; medians of %d (%d) rounds\n", cpu,
           BENCH_ROUNDS, BENCH_STREAM_ROUNDS);
    printf("%-34s %10s %10s  %-6s %6s  %6s  %s\n", "figure", "papkit", "limit", "unit", "ratio",
           "needed", "verdict");
    ok = bench_control(&sim);
    ok = bench_stream(&sim) && ok;
    bench_sim_end(&sim);
    ok = bench_exec(argv[1], argv[2]) && ok;
    (void)sched_setaffinity(0, sizeof(before), &before);
    ok = bench_clients(argv[1]) && ok;
    if (argc == 4)
        time_judge(argv[3]);
    return ok ? 0 : 1;
}
