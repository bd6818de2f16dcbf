/* Figures of size: what a million objects in one player, and a thousand players in one papsim, cost
 * in time and memory. Each figure that has a limit stands beside it; times per object are compared
 * with those of a small player in the same run, in interleaved rounds, medians count.
 * usage: bench_scale PAPSIM; exit 1 if a figure is beyond its limit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ci/bench.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/usbip/usbip_client.h"

enum {
    SMALL = 10000,
    LARGE = 1000000,
    ROUNDS = 3,
    SMALL_TIMES = 20,
    SAMPLE = 4000,
    PLAYERS = 1000,
    WORDS = 8
};

static const char *papsim;

/* Resident bytes. */
static double resident(const struct bench_sim *sim)
{
    char path[64], line[128];
    unsigned long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)sim->pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmRSS: %lu", &kib) == 1)
            break;
    }
    if (!file || !kib)
        bench_die(path);
    fclose(file);
    return (double)kib * 1024;
}

/* ---- player files */

static char folder[] = "/tmp/bench-scale-XXXXXX";

static void write_player(const char *name, unsigned objects, bool tracks)
{
    static const char tags[] = "    properties:\n"
                               "      - {code: 0xdc44, value: \"Title of {n}\"}\n"
                               "      - {code: 0xdc46, value: \"Artist {f}\"}\n"
                               "      - {code: 0xdc9a, value: \"Album {f}\"}\n"
                               "      - {code: 0xdc89, value: 180000}\n";
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
    file = fopen(path, "we");
    if (!file)
        bench_die(path);
    fprintf(file,
            "name: %s\nusb:\n  persona: mtp\n  vendor: 0x1209\n  product: 0x4d54\n"
            "  release: 0x0100\n  manufacturer: papkit\n  product-name: papkit MTP player\n"
            "  serial: \"0A1B2C3D4E5F6071\"\nstorages:\n  - capacity: 17592186044416\n"
            "objects:\n  - path: Music/{f}/Track {n}.mp3\n    count: %u\n    per-folder: 1000\n"
            "    size: 4000000\n    sparse: true\n%s",
            name, objects, tracks ? tags : "");
    fclose(file);
}

static void serve(const char *name, const char *state, struct bench_sim *sim)
{
    char path[128];
    const char *words[WORDS] = {"--player", path, "--state", state};

    snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
    bench_sim_start(papsim, words, state ? 4 : 2, sim);
}

/* ---- the table */

static bool all_well = true;

static void figure(const char *name, double value, const char *unit, double limit)
{
    bool well = limit == 0 || value < limit;

    if (limit != 0)
        printf("%-46s %10.2f %-8s limit %8.2f  %s\n", name, value, unit, limit,
               well ? "ok" : "BEYOND");
    else
        printf("%-46s %10.2f %s\n", name, value, unit);
    fflush(stdout);
    all_well = all_well && well;
}

/* ---- listing */

struct client {
    const struct bench_sim *sim;
    struct tp *tp;
    struct mtpi *mtpi;
};

static void client_open(const struct bench_sim *sim, struct client *client)
{
    char uri[128];

    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    client->sim = sim;
    if (tp_open(uri, NULL, &client->tp) != 0 || mtpi_new(client->tp, &client->mtpi) != 0)
        bench_die(uri);
    /* The answer's length is told before its first byte: the whole list is measured by then. */
    mtpi_set_deadline(client->mtpi, 120000);
    if (mtpi_open_session(client->mtpi, 1) != 0)
        bench_die("OpenSession");
}

static void client_close(struct client *client)
{
    mtpi_free(client->mtpi);
    tp_close(client->tp);
}

static int swallow(void *context, const void *data, size_t length)
{
    uint64_t *sum = context;

    (void)data;
    *sum += length;
    return 0;
}

/* Microseconds an object of GetObjectPropList of everything, as libmtp asks. */
static double list_round(struct client *client, unsigned objects)
{
    uint32_t params[5] = {0xffffffff, 0, 0xffffffff, 0, 0xffffffff};
    uint64_t got = 0;
    struct mtpi_data data = {.sink = swallow, .context = &got, .has_in = true};
    struct mtpi_response response;
    unsigned times = objects == SMALL ? SMALL_TIMES : 1;
    double begin = bench_spent(client->sim);

    errno = 0;
    for (unsigned i = 0; i < times; i++) {
        if (mtpi_transact(client->mtpi, MTP_OP_GET_OBJECT_PROP_LIST, params, 5, &data, &response) !=
                0 ||
            response.code != MTP_RC_OK || got < (uint64_t)objects * 100)
            bench_die("GetObjectPropList");
    }
    return (bench_spent(client->sim) - begin) / times / objects * 1e6;
}

/* Microseconds a handle of GetObjectHandles. */
static double handles_round(struct client *client, unsigned objects, struct mtpi_u32_array *handles)
{
    unsigned times = LARGE / objects; /* the short call often enough to be measured */
    double begin = bench_spent(client->sim);

    errno = 0;
    for (unsigned i = 0; i < times; i++) {
        free(handles->item);
        if (mtpi_get_object_handles(client->mtpi, 0xffffffff, 0, 0, handles) != 0 ||
            handles->count < objects)
            bench_die("GetObjectHandles");
    }
    return (bench_spent(client->sim) - begin) / times / objects * 1e6;
}

/* Microseconds a GetObjectInfo, over all of the tree. */
static double info_round(struct client *client, const struct mtpi_u32_array *handles)
{
    double begin = bench_spent(client->sim);

    errno = 0;
    for (size_t i = 0; i < SAMPLE; i++) {
        struct mtpi_object_info info;

        if (mtpi_get_object_info(client->mtpi, handles->item[i * handles->count / SAMPLE], &info))
            bench_die("GetObjectInfo");
        mtpi_object_info_done(&info);
    }
    return (bench_spent(client->sim) - begin) / SAMPLE * 1e6;
}

static void compare_listing(const struct bench_sim *small, const struct bench_sim *large)
{
    /* The two ways clients list a device: libmtp's one operation, or handles and then each one's
     * info; and the handles alone, a small part of the latter, for the record. */
    static const char *const names[] = {"GetObjectPropList", "handles, GetObjectInfo each",
                                        "GetObjectHandles"};
    static const double limits[] = {1.5, 1.5, 0};
    static const unsigned objects[] = {SMALL, LARGE};
    const struct bench_sim *sims[] = {small, large};
    struct mtpi_u32_array handles[2] = {{0}};
    struct client clients[2];
    double times[3][2][ROUNDS];
    char name[64];

    for (int which = 0; which < 2; which++)
        client_open(sims[which], &clients[which]);
    for (int i = 0; i < ROUNDS; i++) {
        for (int which = 0; which < 2; which++) {
            times[0][which][i] = list_round(&clients[which], objects[which]);
            times[2][which][i] = handles_round(&clients[which], objects[which], &handles[which]);
            times[1][which][i] = times[2][which][i] + info_round(&clients[which], &handles[which]);
        }
    }
    for (int k = 0; k < 3; k++) {
        double few = bench_median(times[k][0], ROUNDS), many = bench_median(times[k][1], ROUNDS);

        snprintf(name, sizeof(name), "%s: an object of 10,000", names[k]);
        figure(name, few, "us", 0);
        snprintf(name, sizeof(name), "%s: of 1,000,000", names[k]);
        figure(name, many, "us", 0);
        figure("  ratio", many / few, "", limits[k]);
    }
    for (int which = 0; which < 2; which++) {
        client_close(&clients[which]);
        free(handles[which].item);
    }
}

static void bench_objects(void)
{
    struct bench_sim none, small, large;

    write_player("none", 1, false);
    write_player("small", SMALL, false);
    write_player("large", LARGE, false);
    serve("none", NULL, &none);
    serve("small", NULL, &small);
    serve("large", NULL, &large);
    figure("1,000,000 objects made and ready", large.start_s, "s", 0);
    figure("resident an object", (resident(&large) - resident(&none)) / LARGE, "bytes", 200);
    compare_listing(&small, &large);
    figure("resident an object, after listing", (resident(&large) - resident(&none)) / LARGE,
           "bytes", 200);
    bench_sim_end(&large);
    bench_sim_end(&small);
    write_player("tracks", LARGE, true);
    serve("tracks", NULL, &large);
    figure("resident a track (title, artist, album, length)",
           (resident(&large) - resident(&none)) / LARGE, "bytes", 0);
    bench_sim_end(&large);
    bench_sim_end(&none);
}

static void bench_state(void)
{
    struct bench_sim sim;
    char state[128];

    snprintf(state, sizeof(state), "%s/state", folder);
    serve("large", state, &sim);
    figure("1,000,000 objects made with --state", sim.start_s, "s", 0);
    bench_sim_end(&sim);
    serve("large", state, &sim);
    figure("started again with them", sim.start_s, "s", 0);
    bench_sim_end(&sim);
}

/* ---- many players */

static void bench_players(const char *state)
{
    const char **words = calloc(2 * PLAYERS + 2, sizeof(*words));
    double list[ROUNDS];
    struct usbip_device *devices;
    struct bench_sim one, all;
    size_t count;

    if (!words)
        bench_die("memory");
    words[0] = "--state";
    words[1] = state;
    for (size_t i = 0; i < PLAYERS; i++) {
        words[2 + 2 * i] = "--player";
        words[3 + 2 * i] = "mtp";
    }
    bench_sim_start(papsim, words + 2, 2, &one);
    bench_sim_start(papsim, state ? words : words + 2, 2 * PLAYERS + (state ? 2 : 0), &all);
    figure(state ? "1,000 players made with --state" : "1,000 players made and ready", all.start_s,
           "s", 0);
    for (size_t i = 0; i < ROUNDS; i++) {
        double begin = bench_now();

        errno = 0;
        if (usbip_devlist(all.host, all.port, 10000, &devices, &count) != 0 || count != PLAYERS)
            bench_die("device list");
        list[i] = (bench_now() - begin) * 1e3;
        free(devices);
    }
    figure("device list of 1,000 players", bench_median(list, ROUNDS), "ms", 0);
    figure(state ? "resident a player with --state" : "resident a player",
           (resident(&all) - resident(&one)) / (PLAYERS - 1) / 1024, "KiB", state ? 0 : 64);
    bench_sim_end(&all);
    bench_sim_end(&one);
    free(words);
}

static void remove_folder(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    cpu_set_t before;
    char state[128];

    if (argc != 2) {
        fputs("usage: bench_scale PAPSIM\n", stderr);
        return 2;
    }
    papsim = argv[1];
    if (!mkdtemp(folder))
        bench_die(folder);
    (void)atexit(remove_folder);
    (void)bench_pin(&before);
    bench_objects();
    bench_state();
    bench_players(NULL);
    snprintf(state, sizeof(state), "%s/players", folder);
    bench_players(state);
    return all_well ? 0 : 1;
}
