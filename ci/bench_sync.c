/* Figures of automatic synchronisation: what one costs that has nothing to do, beside one listing
 * of everything on the same device by the same interfaces of WMDM.
 * usage: bench_sync PAPSIM PROVIDER; exit 1 if the ratio is above its limit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ci/bench.h"
#include "spcore/include/mdm.h"
#include "spcore/sync/sync.h"

enum { FOLDERS = 100, TRACKS = 100, ROUNDS = 5 }; /* TRACKS in each folder */
#define MOST 2.0

static char folder[] = "/tmp/bench-sync-XXXXXX";

/* ---- a library of files that are no music: tags are not what is measured */
static void make_library(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/library", folder);
    mkdir(path, 0777);
    for (unsigned i = 0; i < FOLDERS * TRACKS; i++) {
        FILE *file;

        snprintf(path, sizeof(path), "%s/library/%02u", folder, i / TRACKS);
        mkdir(path, 0777);
        snprintf(path, sizeof(path), "%s/library/%02u/%05u.mp3", folder, i / TRACKS, i);
        file = fopen(path, "we");
        if (!file)
            bench_die(path);
        fprintf(file, "%0500u", i);
        fclose(file);
    }
}

/* ---- one listing */
static size_t list(IWMDMEnumStorage *storages)
{
    IWMDMStorage *some[64];
    DWORD fetched = 64;
    size_t count = 0;

    while (fetched == 64 && SUCCEEDED(IWMDMEnumStorage_Next(storages, 64, some, &fetched))) {
        for (DWORD i = 0; i < fetched; i++) {
            IWMDMStorage3 *storage = NULL;
            IWMDMMetaData *metadata = NULL;
            IWMDMEnumStorage *below = NULL;

            if (FAILED(
                    IWMDMStorage_QueryInterface(some[i], &IID_IWMDMStorage3, (void **)&storage)) ||
                FAILED(IWMDMStorage3_GetMetadata(storage, &metadata)) ||
                FAILED(IWMDMStorage_EnumStorage(some[i], &below)))
                bench_die("listing");
            count += 1 + list(below);
            IWMDMEnumStorage_Release(below);
            IWMDMMetaData_Release(metadata);
            IWMDMStorage3_Release(storage);
            IWMDMStorage_Release(some[i]);
        }
    }
    return count;
}

static double listing(IWMDMDevice *device)
{
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage *root = NULL;
    IWMDMEnumStorage *roots = NULL;
    double start = bench_now();

    if (FAILED(IWMDMDevice_EnumStorage(device, &roots)) ||
        FAILED(IWMDMEnumStorage_Next(roots, 1, &root, NULL)) ||
        FAILED(IWMDMStorage_EnumStorage(root, &storages)) ||
        list(storages) < (size_t)FOLDERS * TRACKS)
        bench_die("listing");
    IWMDMEnumStorage_Release(storages);
    IWMDMStorage_Release(root);
    IWMDMEnumStorage_Release(roots);
    return bench_now() - start;
}

/* ---- one synchronisation */
static double synchronise(IWMDMDevice *device, size_t steps)
{
    char library[128], state[128];
    const struct sync_options options = {.library = library, .state = state};
    struct sync_result result;
    double start = bench_now();

    snprintf(library, sizeof(library), "%s/library", folder);
    snprintf(state, sizeof(state), "%s/state", folder);
    sync_run(device, &options, &result);
    if (result.end != SYNC_WHOLE || result.steps != steps)
        bench_die(result.reason);
    return bench_now() - start;
}

static IWMDMDevice *plug(const char *provider, const struct bench_sim *sim,
                         IWMDeviceManager3 **ret_manager)
{
    struct mdm_machine *machine = mdm_machine_new();
    IWMDMEnumDevice *devices = NULL;
    IWMDMDevice *device = NULL;
    char uri[160];

    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    if (!machine || FAILED(mdm_machine_register(machine, provider, NULL, MDM_PLUG_AND_PLAY)) ||
        FAILED(mdm_machine_plug(machine, uri, NULL)) ||
        FAILED(mdm_open(machine, ret_manager, NULL)) ||
        FAILED(IWMDeviceManager3_EnumDevices2(*ret_manager, &devices)) ||
        FAILED(IWMDMEnumDevice_Next(devices, 1, &device, NULL)) || !device)
        bench_die(provider);
    IWMDMEnumDevice_Release(devices);
    mdm_machine_free(machine); /* the manager keeps what it needs */
    return device;
}

static bool measure(IWMDMDevice *device)
{
    double syncs[ROUNDS], listings[ROUNDS], ratios[ROUNDS], ratio;
    double filled = synchronise(device, FOLDERS * TRACKS);

    for (unsigned i = 0; i < ROUNDS; i++) {
        listings[i] = listing(device);
        syncs[i] = synchronise(device, 0);
        ratios[i] = syncs[i] / listings[i];
    }
    ratio = bench_median(ratios, ROUNDS);
    printf("%-44s %8.2f s\n", "10,000 tracks sent for the first time", filled);
    printf("%-44s %8.2f s\n", "one listing of them, with metadata", bench_median(listings, ROUNDS));
    printf("%-44s %8.2f s\n", "a synchronisation with nothing to do", bench_median(syncs, ROUNDS));
    printf("%-44s %8.2f  at most %.1f  %s\n", "ratio", ratio, MOST, ratio <= MOST ? "ok" : "ABOVE");
    return ratio <= MOST;
}

int main(int argc, char **argv)
{
    const char *const words[] = {"--player", "pap-winusb"};
    IWMDeviceManager3 *manager = NULL;
    struct bench_sim sim;
    IWMDMDevice *device;
    char command[64];
    bool well;

    if (argc != 3) {
        fputs("usage: bench_sync PAPSIM PROVIDER\n", stderr);
        return 2;
    }
    if (!mkdtemp(folder))
        bench_die(folder);
    make_library();
    bench_sim_start(argv[1], words, 2, &sim);
    device = plug(argv[2], &sim, &manager);
    well = measure(device);
    IWMDMDevice_Release(device);
    IWMDeviceManager3_Release(manager);
    bench_sim_end(&sim);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 && well ? 0 : 1;
}
