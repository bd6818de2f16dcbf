/* Figures of the service provider, as an application sees it: listing a player with all metadata
 * beside libmtp's mtp-files on the same player, an object's cost in a large tree beside that in a
 * small one, and a transfer beside the initiator's own.
 * usage: bench_provider PAPSIM; exit 1 if a ratio is below what is required. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/bench.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/sac.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/sp/sp.h"
#include "wmdm_certs.h"

enum {
    SMALL = 1000,
    MIDDLE = 10000,
    LARGE = 100000,
    ROUNDS = 5,
    BATCH = 100, /* objects an IMDSPEnumStorage::Next */
};

static const char *papsim;
static char folder[] = "/tmp/bench-provider-XXXXXX";

/* ---- players: whole albums, each track with what a library says about it */

static void write_player(const char *name, unsigned objects, unsigned vendor, unsigned product)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
    file = fopen(path, "we");
    if (!file)
        bench_die(path);
    fprintf(file,
            "name: %s\nusb:\n  persona: mtp\n  interface-name: MTP\n  vendor: 0x%04x\n  product: "
            "0x%04x\n"
            "  release: 0x0100\n  manufacturer: papkit\n  product-name: papkit player\n"
            "  serial: \"0A1B2C3D4E5F6071\"\nstorages:\n  - capacity: 17592186044416\n"
            "objects:\n  - path: Music/{f}/Track {n}.mp3\n    count: %u\n    per-folder: 1000\n"
            "    size: 4000000\n    sparse: true\n    properties:\n"
            "      - {code: 0xdc44, value: \"Title of {n}\"}\n"
            "      - {code: 0xdc46, value: \"Artist {f}\"}\n"
            "      - {code: 0xdc9a, value: \"Album {f}\"}\n"
            "      - {code: 0xdc89, value: 180000}\n",
            name, vendor, product, objects);
    fclose(file);
}

static void serve(const char *name, struct bench_sim *sim)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
    bench_sim_start(papsim, (const char *const[]){"--player", path}, 2, sim);
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

/* ---- the application: a provider whose channel is open, and one device */

struct application {
    struct sac_channel *channel;
    IMDServiceProvider3 *provider;
    IMDSPDevice *device;
};

static void well(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        fprintf(stderr, "bench: %s: 0x%08x\n", what, (unsigned)hr);
        exit(3);
    }
}

static void authenticate(struct application *app)
{
    IComponentAuthenticate *component = NULL;
    IClassFactory *factory = NULL;

    well(DllGetClassObject(&sp_clsid, &IID_IClassFactory, (void **)&factory), "DllGetClassObject");
    well(IClassFactory_CreateInstance(factory, NULL, &IID_IMDServiceProvider3,
                                      (void **)&app->provider),
         "CreateInstance");
    IClassFactory_Release(factory);
    well(IMDServiceProvider3_QueryInterface(app->provider, &IID_IComponentAuthenticate,
                                            (void **)&component),
         "IComponentAuthenticate");
    app->channel = sac_client_new();
    well(sac_set_certificate(app->channel, SAC_CERT_V1, application_high_certificate,
                             sizeof(application_high_certificate), application_high_key,
                             sizeof(application_high_key)),
         "certificate");
    well(sac_set_interface(app->channel, component), "channel");
    well(sac_authenticate(app->channel, SAC_PROTOCOL_V1), "SACAuth");
    IComponentAuthenticate_Release(component);
}

static void app_open(const struct bench_sim *sim, struct application *app)
{
    IMDSPDevice **devices = NULL;
    DWORD count = 0;
    char uri[128];
    WCHAR *path;

    authenticate(app);
    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    path = com_utf16_from_utf8(uri);
    well(IMDServiceProvider3_CreateDevice(app->provider, path, &count, &devices), "CreateDevice");
    app->device = devices[0];
    for (DWORD i = 1; i < count; i++)
        IMDSPDevice_Release(devices[i]);
    CoTaskMemFree(devices);
    CoTaskMemFree(path);
}

static void app_close(struct application *app)
{
    IMDSPDevice_Release(app->device);
    sac_free(app->channel);
    IMDServiceProvider3_Release(app->provider);
}

/* ---- a list of metadata that counts, and remembers what tells a folder */

struct metadata {
    IWMDMMetaData interface;
    size_t items;
    DWORD format;
};

static HRESULT STDMETHODCALLTYPE metadata_query(IWMDMMetaData *This, REFIID iid, void **out)
{
    (void)iid;
    *out = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE metadata_count(IWMDMMetaData *This)
{
    (void)This;
    return 1;
}

static HRESULT STDMETHODCALLTYPE metadata_add(IWMDMMetaData *This, WMDM_TAG_DATATYPE type,
                                              LPCWSTR name, BYTE *value, UINT length)
{
    struct metadata *metadata = (struct metadata *)This;

    (void)type;
    metadata->items++;
    if (length == sizeof(DWORD) && com_wcseq(name, g_wszWMDMFormatCode))
        memcpy(&metadata->format, value, sizeof(DWORD));
    return S_OK;
}

static const IWMDMMetaDataVtbl metadata_vtbl = {
    .QueryInterface = metadata_query,
    .AddRef = metadata_count,
    .Release = metadata_count,
    .AddItem = metadata_add,
};

/* ---- listing */

static size_t list_below(IMDSPStorage *storage, struct metadata *metadata);

static size_t look_at(IMDSPStorage *storage, struct metadata *metadata)
{
    IMDSPStorage4 *newest = NULL;
    size_t found = 1;

    well(IMDSPStorage_QueryInterface(storage, &IID_IMDSPStorage4, (void **)&newest), "Storage4");
    well(IMDSPStorage4_GetMetadata(newest, &metadata->interface), "GetMetadata");
    if (metadata->format == MTP_FC_ASSOCIATION)
        found += list_below(storage, metadata);
    IMDSPStorage4_Release(newest);
    return found;
}

static size_t list_all(IMDSPEnumStorage *each, struct metadata *metadata)
{
    IMDSPStorage *batch[BATCH];
    size_t found = 0;
    DWORD got;

    do {
        well(IMDSPEnumStorage_Next(each, BATCH, batch, &got), "Next");
        for (DWORD i = 0; i < got; i++) {
            found += look_at(batch[i], metadata);
            IMDSPStorage_Release(batch[i]);
        }
    } while (got == BATCH);
    return found;
}

static size_t list_below(IMDSPStorage *storage, struct metadata *metadata)
{
    IMDSPEnumStorage *each = NULL;
    size_t found;

    well(IMDSPStorage_EnumStorage(storage, &each), "EnumStorage");
    found = list_all(each, metadata);
    IMDSPEnumStorage_Release(each);
    return found;
}

/* Seconds from a provider that is loaded to the last object's metadata. */
static double list_round(const struct bench_sim *sim, unsigned objects)
{
    struct metadata metadata = {.interface = {&metadata_vtbl}};
    struct application app;
    IMDSPEnumStorage *media = NULL;
    double begin = bench_now(), seconds;
    IMDSPStorage *root;
    size_t found = 0;
    DWORD got = 0;

    app_open(sim, &app);
    well(IMDSPDevice_EnumStorage(app.device, &media), "EnumStorage");
    well(IMDSPEnumStorage_Next(media, 1, &root, &got), "Next");
    found = list_below(root, &metadata);
    seconds = bench_now() - begin;
    IMDSPStorage_Release(root);
    IMDSPEnumStorage_Release(media);
    app_close(&app);
    if (found < objects || metadata.items < (size_t)objects * 10) {
        fprintf(stderr, "bench: %zu objects with %zu items\n", found, metadata.items);
        exit(3);
    }
    return seconds;
}

/* Seconds of mtp-files, its start included, which lists nothing of a track but its name. */
static double peer_round(const struct bench_sim *sim)
{
    char server[128];
    double begin = bench_now();
    int status = -1;
    pid_t pid;

    snprintf(server, sizeof(server), "%s:%s/1-1", sim->host, sim->port);
    pid = fork();
    if (pid < 0)
        bench_die("fork");
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execl(papsim, papsim, "exec", "--connect", server, "--", "mtp-files", (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    if (status != 0)
        bench_die("mtp-files");
    return bench_now() - begin;
}

static bool compare_listing(const char *figure, unsigned vendor, unsigned product, double required)
{
    double ours[ROUNDS], theirs[ROUNDS];
    struct bench_sim sim;

    write_player("middle", MIDDLE, vendor, product);
    serve("middle", &sim);
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = MIDDLE / list_round(&sim, MIDDLE);
        theirs[i] = MIDDLE / peer_round(&sim);
    }
    bench_sim_end(&sim);
    return bench_report(figure, "/s", 1, ours, theirs, ROUNDS, required);
}

static bool compare_sizes(void)
{
    double small[ROUNDS], large[ROUNDS];
    struct bench_sim few, many;

    write_player("small", SMALL, 0x1209, 0x4d54);
    write_player("large", LARGE, 0x1209, 0x4d54);
    serve("small", &few);
    serve("large", &many);
    for (int i = 0; i < ROUNDS; i++) {
        double seconds = 0;

        for (int k = 0; k < 10; k++)
            seconds += list_round(&few, SMALL);
        small[i] = 10.0 * SMALL / seconds;
        large[i] = LARGE / list_round(&many, LARGE);
    }
    bench_sim_end(&many);
    bench_sim_end(&few);
    return bench_report("listing 100,000, to listing 1,000", "/s", 1, large, small, ROUNDS,
                        1 / 1.3);
}

/* ---- transfers, in the clear, beside the initiator's own on the same connection */

static struct mtpi *initiator_of(const struct application *app)
{
    struct sp_device *device =
        container_of((IMDSPDevice3 *)app->device, struct sp_device, IMDSPDevice3_iface);

    return sp_connection_mtpi(device->connection);
}

static IMDSPStorage *root_of(const struct application *app)
{
    IMDSPEnumStorage *media = NULL;
    IMDSPStorage *root = NULL;
    DWORD got = 0;

    well(IMDSPDevice_EnumStorage(app->device, &media), "EnumStorage");
    well(IMDSPEnumStorage_Next(media, 1, &root, &got), "Next");
    IMDSPEnumStorage_Release(media);
    return root;
}

static IMDSPObject2 *object_of(IMDSPStorage *storage)
{
    IMDSPObject2 *object = NULL;

    well(IMDSPStorage_QueryInterface(storage, &IID_IMDSPObject2, (void **)&object), "Object2");
    return object;
}

/* Bytes a second of a new file: created, opened, written, closed. */
static double write_round(const struct bench_sim *sim, IMDSPStorage *root, BYTE *content,
                          IMDSPStorage **ret_file)
{
    IMDSPStorage2 *parent = NULL;
    IMDSPObject2 *object;
    double begin = bench_spent(sim);

    well(IMDSPStorage_QueryInterface(root, &IID_IMDSPStorage2, (void **)&parent), "Storage2");
    well(IMDSPStorage2_CreateStorage2(parent, WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO,
                                      0, NULL, NULL, u"bench.bin", BENCH_STREAM, ret_file),
         "CreateStorage2");
    object = object_of(*ret_file);
    well(IMDSPObject2_Open(object, MDSP_WRITE), "Open");
    for (uint64_t done = 0; done < BENCH_STREAM; done += BENCH_WRITE) {
        DWORD size = BENCH_WRITE;

        well(IMDSPObject2_WriteOnClearChannel(object, content + done, &size), "Write");
    }
    well(IMDSPObject2_Close(object), "Close");
    IMDSPObject2_Release(object);
    IMDSPStorage2_Release(parent);
    return (double)BENCH_STREAM / (bench_spent(sim) - begin);
}

static double read_round(const struct bench_sim *sim, IMDSPStorage *file, BYTE *buffer)
{
    IMDSPObject2 *object = object_of(file);
    double begin = bench_spent(sim);

    well(IMDSPObject2_Open(object, MDSP_READ), "Open");
    for (uint64_t done = 0; done < BENCH_STREAM;) {
        DWORD size = BENCH_WRITE;

        well(IMDSPObject2_ReadOnClearChannel(object, buffer, &size), "Read");
        if (!size)
            bench_die("a file that ends early");
        done += size;
    }
    well(IMDSPObject2_Close(object), "Close");
    IMDSPObject2_Release(object);
    return (double)BENCH_STREAM / (bench_spent(sim) - begin);
}

static void remove_file(IMDSPStorage *file)
{
    IMDSPObject2 *object = object_of(file);

    well(IMDSPObject2_Delete(object, 0, NULL), "Delete");
    IMDSPObject2_Release(object);
    IMDSPStorage_Release(file);
}

static double own_write_round(const struct bench_sim *sim, struct mtpi *mtpi, const BYTE *content,
                              uint32_t *ret_handle)
{
    struct mtpi_new_object object = {
        .parent = 0xffffffff, .format = MTP_FC_UNDEFINED, .size = BENCH_STREAM, .name = u"own.bin"};
    double begin = bench_spent(sim);

    if (mtpi_send_object_info(mtpi, &object, ret_handle, NULL) != 0 ||
        mtpi_send_object(mtpi, content, BENCH_STREAM) != 0)
        bench_die("SendObject");
    return (double)BENCH_STREAM / (bench_spent(sim) - begin);
}

struct landing {
    BYTE *buffer; /* of BENCH_WRITE bytes */
    uint64_t got;
};

/* Into memory, as a caller of Read has it. */
static int land(void *context, const void *data, size_t length)
{
    struct landing *landing = context;
    size_t at = landing->got % BENCH_WRITE,
           here = length < BENCH_WRITE - at ? length : BENCH_WRITE - at;

    memcpy(landing->buffer + at, data, here);
    memcpy(landing->buffer, (const BYTE *)data + here, length - here);
    landing->got += length;
    return 0;
}

static double own_read_round(const struct bench_sim *sim, struct mtpi *mtpi, uint32_t handle,
                             BYTE *buffer)
{
    struct landing landing = {buffer, 0};
    double begin = bench_spent(sim);

    if (mtpi_get_object(mtpi, handle, land, &landing) != 0 || landing.got != BENCH_STREAM)
        bench_die("GetObject");
    return (double)BENCH_STREAM / (bench_spent(sim) - begin);
}

static bool compare_transfers(void)
{
    double wrote[2][ROUNDS], got[2][ROUNDS];
    BYTE *content = malloc(BENCH_STREAM), *buffer = calloc(1, BENCH_WRITE);
    struct application app;
    struct bench_sim sim;
    struct mtpi *mtpi;
    IMDSPStorage *root;
    bool ok;

    if (!content || !buffer)
        bench_die("memory");
    memset(content, 0xa5, BENCH_STREAM); /* a player keeps no memory for zeros */
    write_player("empty", 1, 0x1209, 0x4d54);
    serve("empty", &sim);
    app_open(&sim, &app);
    mtpi = initiator_of(&app);
    root = root_of(&app);
    for (int i = 0; i < ROUNDS; i++) {
        IMDSPStorage *file = NULL;
        uint32_t handle = 0;

        wrote[0][i] = write_round(&sim, root, content, &file);
        got[0][i] = read_round(&sim, file, buffer);
        remove_file(file);
        wrote[1][i] = own_write_round(&sim, mtpi, content, &handle);
        got[1][i] = own_read_round(&sim, mtpi, handle, buffer);
        (void)mtpi_delete_object(mtpi, handle);
    }
    IMDSPStorage_Release(root);
    app_close(&app);
    bench_sim_end(&sim);
    free(buffer);
    free(content);
    ok =
        bench_report("writing a file, to SendObject", "MB/s", 1e6, wrote[0], wrote[1], ROUNDS, 0.9);
    return bench_report("reading it, to GetObject", "MB/s", 1e6, got[0], got[1], ROUNDS, 0.9) && ok;
}

int main(int argc, char **argv)
{
    cpu_set_t before;
    bool ok;

    if (argc != 2) {
        fputs("usage: bench_provider PAPSIM\n", stderr);
        return 2;
    }
    papsim = argv[1];
    setenv("SPCORE_ALLOW_MTP", "1", 1);
    if (!mkdtemp(folder))
        bench_die(folder);
    (void)atexit(remove_folder);
    (void)bench_pin(&before);
    setvbuf(stdout, NULL, _IOLBF, 0);
    ok = compare_listing("listing 10,000, to mtp-files", 0x1209, 0x4d54, 1);
    ok = compare_listing("  where each object is asked for", 0x041e, 0x4150, 5) && ok;
    ok = compare_sizes() && ok;
    ok = compare_transfers() && ok;
    return ok ? 0 : 1;
}
