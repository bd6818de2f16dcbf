/* Figures of the model of a Windows: how many lives a device service has a second – installed,
 * plugged, started, told of the removal, stopped – with the memory of the last as that of the
 * hundredth; and a .reg file whose keys descend against one whose keys ascend, in interleaved
 * rounds, medians count. usage: bench_host SERVICE.so; exit 1 if a figure is beyond its limit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ci/bench.h"
#include "conformance/host/hive/reg_text.h"
#include "conformance/host/win/win_host.h"

enum { LIVES = 1000, FIRST = 100, MINUTE = 60000, KEYS = 100000, ROUNDS = 5 };
#define MEMORY_LIMIT 1.05
#define ORDER_LIMIT 1.5
#define CLASS PNP_PAP_CLASS

static const char package[] =
    "[Version]\nSignature=\"$Windows NT$\"\nClass=WPD\nCatalogFile=s.cat\n"
    "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
    "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=Models,NTamd64\n"
    "[Models.NTamd64]\nD=I,USB\\VID_1209&PID_5043\n[I]\n[I.Services]\n"
    "AddService=Driver,2,Driver\nAddService=Lives,,Service\n"
    "[Driver]\nServiceType=1\nStartType=3\nErrorControl=1\nServiceBinary=%13%\\driver.sys\n"
    "[Service]\nServiceType=16\nStartType=3\nErrorControl=1\n"
    "ServiceBinary=%13%\\service.exe\nAddTrigger=Trigger\n"
    "[Trigger]\nTriggerType=1\nAction=1\nSubType=" CLASS "\n"
    "[I.Interfaces]\nAddInterface=" CLASS "\n";

static double spent(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- lives */
static int open_device(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    static const struct pnp_io io = {.close = NULL};

    (void)link;
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

static void demand(struct win_host *host, uint32_t state)
{
    struct scm_status status = {0};

    if (!world_advance(host->world, MINUTE) || scm_query(host->scm, "Lives", &status) ||
        status.state != state)
        bench_die("the service does not live as it is to");
}

static void live(const char *path)
{
    static const struct pnp_port port = {.open = open_device};
    static const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5043",
                                           .instance = "1",
                                           .hardware = {"USB\\VID_1209&PID_5043"}};
    struct win_host host = {.world = world_new(), .machine = pnp_machine_new(NULL)};
    struct win_program program = {.host = &host, .path = path};
    const struct scm_launcher launcher = {win_program_launch, &program};
    struct pnp_devnode *devnode = NULL;
    char error[512] = "";

    host.notify = notify_new(host.world, host.machine);
    host.scm = scm_new(host.world, host.machine, &launcher);
    win_bind(&host);
    if (pnp_stage(host.machine, "lives.inf", package, strlen(package), error, sizeof(error)) ||
        pnp_attach_given(host.machine, 1, &given, &port, &devnode))
        bench_die(*error ? error : pnp_reason(host.machine));
    demand(&host, SCM_RUNNING);
    pnp_detach(host.machine, devnode);
    demand(&host, SCM_STOPPED);
    if (world_alive(host.world))
        bench_die("a thread of the service is left");
    win_program_done(&program);
    scm_free(host.scm);
    win_bind(NULL);
    notify_free(host.notify);
    pnp_machine_free(host.machine);
    (void)world_free(host.world);
}

/* MB that are resident. */
static double resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long size = 0, pages = 0;

    if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2)
        bench_die("/proc/self/statm");
    fclose(file);
    return (double)pages * 4096e-6;
}

static bool lives(const char *path)
{
    double begin, first, last;
    bool well;

    for (int i = 0; i < FIRST; i++)
        live(path);
    first = resident();
    begin = bench_now();
    for (int i = 0; i < LIVES; i++)
        live(path);
    last = resident();
    well = last <= first * MEMORY_LIMIT;
    printf("service      %8.1f lives a second; %.1f MB after %d of them, %.1f MB after %d: %.2f "
           "times, limit %.2f  %s\n",
           LIVES / (bench_now() - begin), first, FIRST, last, FIRST + LIVES, last / first,
           MEMORY_LIMIT, well ? "ok" : "BEYOND");
    return well;
}

/* ---- a registry */
static char *make(bool descends, size_t *ret_size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, ret_size);

    if (!file)
        bench_die("memory");
    fputs("REGEDIT4\r\n\r\n", file);
    for (int i = 0; i < KEYS; i++)
        fprintf(file, "[HKEY_LOCAL_MACHINE\\SOFTWARE\\K%06d]\r\n", descends ? KEYS - i : i);
    fclose(file);
    return text;
}

static double import(const char *text, size_t size)
{
    struct registry registry = {.root = NULL};
    char error[REG_TEXT_ERROR] = "";
    double begin = spent();

    if (reg_text_import(&registry, "bench", text, size, error))
        bench_die(error);
    begin = spent() - begin;
    registry_done(&registry);
    return begin;
}

static bool orders(void)
{
    double seconds[2][ROUNDS], up, down;
    size_t sizes[2];
    char *texts[2] = {make(false, &sizes[0]), make(true, &sizes[1])};
    bool well;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++)
            seconds[i][round] = import(texts[i], sizes[i]);
    }
    up = bench_median(seconds[0], ROUNDS);
    down = bench_median(seconds[1], ROUNDS);
    well = down <= up * ORDER_LIMIT;
    printf("registry     %8.1f MB/s of %d keys that ascend, %8.1f MB/s of as many that descend: "
           "%.2f times as long, limit %.1f  %s\n",
           (double)sizes[0] / up * 1e-6, KEYS, (double)sizes[1] / down * 1e-6, down / up,
           ORDER_LIMIT, well ? "ok" : "BEYOND");
    free(texts[0]);
    free(texts[1]);
    return well;
}

int main(int argc, char **argv)
{
    bool well;

    if (argc != 2)
        bench_die("usage: bench_host SERVICE.so");
    well = orders();
    return lives(argv[1]) && well ? 0 : 1;
}
