/* The provider is free threaded: many threads at one device and at two, which share the objects
 * they call. `make sanitize` runs these under ThreadSanitizer, which sees what no result shows. */
#include <stdatomic.h>

#include "spcore/tests/provided.h"

enum { WORKERS = 8, ROUNDS = 12, CONTENT = 3000 };

/* What all workers of a device share. */
struct place {
    struct provided provided;
    IMDSPStorage *root;
    IMDSPStorageGlobals *medium;
    IMDSPObject2 *song;       /* open for reading, by whoever comes */
    IMDSPEnumStorage *listed; /* one position of all */
    unsigned rounds;
    atomic_bool gone; /* the device was taken away: calls may fail from here on */
    atomic_uint wrong;
    atomic_long first_wrong; /* line, and the HRESULT in the upper half */
};

struct worker {
    struct place *place;
    unsigned number;
};

static const HRESULT no_device = HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);

/* True when it is as it has to be. */
static bool held(struct place *place, bool ok, HRESULT hr, int line)
{
    long none = 0;

    if (ok || (atomic_load(&place->gone) && hr == no_device))
        return ok;
    (void)atomic_compare_exchange_strong(&place->first_wrong, &none,
                                         (long)(uint32_t)hr << 32 | line);
    atomic_fetch_add(&place->wrong, 1);
    return false;
}
#define HELD(ok, hr) held(place, (ok), (hr), __LINE__)
#define WORKS(call)                                                                                \
    __extension__({                                                                                \
        HRESULT hr_ = (call);                                                                      \
        HELD(hr_ == S_OK, hr_);                                                                    \
    })

/* ---- what the workers do, a round each */

static bool same_content(struct place *place, IMDSPObject2 *object, const BYTE *content)
{
    BYTE seen[CONTENT + 1];
    DWORD size = sizeof(seen);

    return WORKS(IMDSPObject2_Open(object, MDSP_READ)) &&
           WORKS(IMDSPObject2_ReadOnClearChannel(object, seen, &size)) &&
           HELD(size == CONTENT && memcmp(seen, content, CONTENT) == 0, E_FAIL) &&
           WORKS(IMDSPObject2_Close(object));
}

static bool transfer(struct place *place, IMDSPObject2 *object, BYTE byte)
{
    BYTE content[CONTENT];
    DWORD size = sizeof(content);

    memset(content, byte, sizeof(content));
    return WORKS(IMDSPObject2_Open(object, MDSP_WRITE)) &&
           WORKS(IMDSPObject2_WriteOnClearChannel(object, content, &size)) &&
           WORKS(IMDSPObject2_Close(object)) && same_content(place, object, content);
}

/* A file of the worker's own, from its making to its end. */
static void make_file(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    const WCHAR name[] = {
        u'f', (WCHAR)(u'a' + worker->number), (WCHAR)(u'a' + round), u'.', u'b', u'i', u'n', 0};
    const WCHAR other[] = {
        u'g', (WCHAR)(u'a' + worker->number), (WCHAR)(u'a' + round), u'.', u'b', u'i', u'n', 0};
    IMDSPStorage2 *root = NULL;
    IMDSPStorage *file = NULL;
    IMDSPObject2 *object = NULL;

    if (!WORKS(IMDSPStorage_QueryInterface(place->root, &IID_IMDSPStorage2, (void **)&root)))
        return;
    if (WORKS(IMDSPStorage2_CreateStorage2(root,
                                           WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, 0,
                                           NULL, NULL, name, CONTENT, &file)) &&
        WORKS(IMDSPStorage_QueryInterface(file, &IID_IMDSPObject2, (void **)&object))) {
        (void)transfer(place, object, (BYTE)(worker->number * 16 + round));
        (void)WORKS(IMDSPObject2_Rename(object, other, NULL));
        (void)WORKS(IMDSPObject2_Delete(object, WMDM_MODE_BLOCK, NULL));
        IMDSPObject2_Release(object);
    }
    if (file)
        IMDSPStorage_Release(file);
    IMDSPStorage2_Release(root);
}

/* What others make and delete meanwhile may be gone when it is asked. */
static void list(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    IMDSPEnumStorage *all = NULL;
    IMDSPStorage *item = NULL;
    ULONG got = 0;
    HRESULT hr = S_OK;

    (void)round;
    if (!WORKS(IMDSPStorage_EnumStorage(place->root, &all)))
        return;
    while ((hr = IMDSPEnumStorage_Next(all, 1, &item, &got)) == S_OK) {
        WCHAR name[64];
        HRESULT named = IMDSPStorage_GetName(item, name, 64);

        (void)HELD(named == S_OK || named == WMDM_E_INTERFACEDEAD, named);
        IMDSPStorage_Release(item);
    }
    (void)HELD(hr == S_FALSE, hr);
    IMDSPEnumStorage_Release(all);
}

static void ask(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    IMDSPDevice *device = place->provided.device;
    DWORD status = 0, low = 0, high = 0;
    WAVEFORMATEX *formats = NULL;
    WCHAR **types = NULL, name[64];
    UINT count = 0, type_count = 0;

    (void)round;
    (void)WORKS(IMDSPDevice_GetStatus(device, &status));
    (void)WORKS(IMDSPDevice_GetName(device, name, 64));
    (void)WORKS(IMDSPStorageGlobals_GetStatus(place->medium, &status));
    (void)WORKS(IMDSPStorageGlobals_GetTotalFree(place->medium, &low, &high));
    (void)WORKS(IMDSPStorage_GetAttributes(place->root, &status, NULL));
    if (WORKS(IMDSPDevice_GetFormatSupport(device, &formats, &count, &types, &type_count))) {
        for (UINT i = 0; i < type_count; i++)
            CoTaskMemFree(types[i]);
        CoTaskMemFree(types);
        CoTaskMemFree(formats);
    }
}

/* The open state of one object is everybody's: each Read gets the next bytes there are. */
static void read_along(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    BYTE data[128];
    DWORD size = sizeof(data);

    (void)round;
    (void)WORKS(IMDSPObject2_ReadOnClearChannel(place->song, data, &size));
    (void)WORKS(IMDSPObject2_Seek(place->song, MDSP_SEEK_BOF, 0));
}

static void come_and_go(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    struct provided another = {.serving = place->provided.serving};
    IUnknown *unknown = NULL;

    if (round % 4 == 0 && !atomic_load(&place->gone)) {
        provide_instance(&another);
        sac_free(another.channel);
        IComponentAuthenticate_Release(another.component);
        IMDServiceProvider3_Release(another.provider);
    }
    for (unsigned i = 0; i < 100; i++) {
        IMDSPStorage_AddRef(place->root);
        if (WORKS(IMDSPStorage_QueryInterface(place->root, &IID_IUnknown, (void **)&unknown)))
            IUnknown_Release(unknown);
        IMDSPStorage_Release(place->root);
    }
}

static void read_protected(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    BYTE data[256], mac[WMDM_MAC_LENGTH] = {0};
    DWORD size = sizeof(data);

    (void)round;
    (void)WORKS(IMDSPObject2_Read(place->song, data, &size, mac));
}

static void ask_song(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    IMDSPStorage4 *song = NULL;
    IMDSPStorage *parent = NULL;
    WMDMDATETIME date;
    DWORD low = 0, high = 0, attributes = 0;

    (void)round;
    if (!WORKS(IMDSPObject2_QueryInterface(place->song, &IID_IMDSPStorage4, (void **)&song)))
        return;
    (void)WORKS(IMDSPStorage4_GetSize(song, &low, &high));
    (void)WORKS(IMDSPStorage4_GetDate(song, &date));
    (void)WORKS(IMDSPStorage4_GetAttributes2(song, &attributes, &high, NULL, NULL));
    if (WORKS(IMDSPStorage4_GetParent(song, &parent)))
        IMDSPStorage_Release(parent);
    IMDSPStorage4_Release(song);
}

static void list_along(struct worker *worker, unsigned round)
{
    struct place *place = worker->place;
    IMDSPEnumStorage *other = NULL;
    IMDSPStorage *item = NULL;
    ULONG got = 0;
    HRESULT hr = IMDSPEnumStorage_Next(place->listed, 1, &item, &got);

    (void)round;
    (void)HELD(hr == S_OK || hr == S_FALSE, hr);
    if (hr == S_OK)
        IMDSPStorage_Release(item);
    if (WORKS(IMDSPEnumStorage_Clone(place->listed, &other)))
        IMDSPEnumStorage_Release(other);
    if (hr == S_FALSE)
        (void)WORKS(IMDSPEnumStorage_Reset(place->listed));
}

static void *work(void *context)
{
    static void (*const doing[WORKERS])(struct worker *, unsigned) = {
        make_file, list, ask, read_along, come_and_go, read_protected, ask_song, list_along};
    struct worker *worker = context;

    for (unsigned round = 0; round < worker->place->rounds; round++) {
        for (unsigned i = 0; i < WORKERS; i++)
            doing[(worker->number + i) % WORKERS](worker, round);
    }
    return NULL;
}

/* ---- a device, and what is there to share */

static void open_place(struct place *place, const char *player)
{
    IMDSPEnumStorage *all = NULL;
    IMDSPStorage2 *root = NULL;
    IMDSPStorage *file = NULL;
    ULONG got = 0;

    memset(place, 0, sizeof(*place));
    place->rounds = ROUNDS;
    provide(&place->provided, player);
    cr_assert_eq(IMDSPDevice_EnumStorage(place->provided.device, &all), S_OK);
    cr_assert_eq(IMDSPEnumStorage_Next(all, 1, &place->root, &got), S_OK);
    IMDSPEnumStorage_Release(all);
    cr_assert_eq(IMDSPStorage_GetStorageGlobals(place->root, &place->medium), S_OK);
    cr_assert_eq(IMDSPStorage_QueryInterface(place->root, &IID_IMDSPStorage2, (void **)&root),
                 S_OK);
    cr_assert_eq(IMDSPStorage2_CreateStorage2(root,
                                              WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO,
                                              0, NULL, NULL, u"song.bin", CONTENT, &file),
                 S_OK);
    cr_assert_eq(IMDSPStorage_QueryInterface(file, &IID_IMDSPObject2, (void **)&place->song), S_OK);
    cr_assert(transfer(place, place->song, 7));
    cr_assert_eq(IMDSPStorage_EnumStorage(place->root, &place->listed), S_OK);
    cr_assert_eq(IMDSPObject2_Open(place->song, MDSP_READ), S_OK);
    IMDSPStorage_Release(file);
    IMDSPStorage2_Release(root);
}

static void close_place(struct place *place)
{
    long first = atomic_load(&place->first_wrong);

    (void)IMDSPObject2_Close(place->song);
    IMDSPObject2_Release(place->song);
    IMDSPEnumStorage_Release(place->listed);
    IMDSPStorageGlobals_Release(place->medium);
    IMDSPStorage_Release(place->root);
    provide_end(&place->provided);
    cr_expect_eq(atomic_load(&place->wrong), 0, "%u calls, the first in line %ld answered 0x%08lx",
                 atomic_load(&place->wrong), first & 0xffffffff, (first >> 32) & 0xffffffff);
}

static void start(struct place *place, struct worker workers[WORKERS], pthread_t threads[WORKERS])
{
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){place, i};
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
}

static void wait_for(pthread_t threads[WORKERS])
{
    for (unsigned i = 0; i < WORKERS; i++)
        (void)pthread_join(threads[i], NULL);
}

Test(sp_threads, two_devices_are_used_by_many_at_once)
{
    struct place edits, spools;
    struct worker workers[2][WORKERS];
    pthread_t threads[2][WORKERS];

    (void)setenv("SPCORE_ALLOW_MTP", "1", 1); /* for the second, which takes objects whole */
    open_place(&edits, "pap-winusb");
    open_place(&spools, "sandisk-sansa-clip");
    start(&edits, workers[0], threads[0]);
    start(&spools, workers[1], threads[1]);
    wait_for(threads[0]);
    wait_for(threads[1]);
    close_place(&edits);
    close_place(&spools);
}

/* Whoever is in a call comes back from it, and with the code for it. */
Test(sp_threads, device_vanishes_under_all_of_them, .timeout = 60)
{
    struct place place;
    struct worker workers[WORKERS];
    pthread_t threads[WORKERS];

    open_place(&place, "pap-winusb");
    place.rounds = 10 * ROUNDS;
    start(&place, workers, threads);
    (void)usleep(100 * 1000);
    atomic_store(&place.gone, true);
    serve_end(&place.provided.serving);
    wait_for(threads);
    close_place(&place);
}
