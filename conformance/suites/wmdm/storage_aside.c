/* A format in thread mode: the method returns, the medium says that it is busy, and the callback
 * tells when and how it ends – also where the device is pulled on the way. And what a status says
 * while data go to a medium. */
#include <pthread.h>
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_thread.h"

#define ASIDE_CASE(token, title_, level_, needs_, steps_, ...)                                     \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.MEDIUM.FORMAT",                                                     \
              .needs = CONF_PROVIDER | CONF_WRITES | CONF_FORMATS | (needs_), .steps = steps_)

#define LONGEST_MS 2000 /* for what takes no time but that of a process's turn */
#define PROMPT_MS 1000  /* what nobody calls waiting */
#define AT_WORK_US 200  /* of a processor, in a millisecond or more */

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* ---- a callback that stops whoever calls it */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool is_reached, is_open;
};

static void wait_for(struct gate *gate, const bool *what)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LONGEST_MS / 1000;
    while (!*what && pthread_cond_timedwait(&gate->moved, &gate->lock, &until) == 0)
        continue;
}

/* In the first step of the operation, on whichever thread it is. */
static void stop_there(void *context)
{
    struct gate *gate = context;

    pthread_mutex_lock(&gate->lock);
    gate->is_reached = true;
    pthread_cond_broadcast(&gate->moved);
    wait_for(gate, &gate->is_open);
    pthread_mutex_unlock(&gate->lock);
}

/* Whether the operation comes to a step. */
static bool is_stopped(struct gate *gate)
{
    bool is_reached;

    pthread_mutex_lock(&gate->lock);
    wait_for(gate, &gate->is_reached);
    is_reached = gate->is_reached;
    pthread_mutex_unlock(&gate->lock);
    return is_reached;
}

static void let_go_on(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->lock);
}

/* ---- the medium that is formatted: of a device that is not told apart, the last */
struct medium {
    struct wmdm *w;
    struct wmdm_created made;
    IMDSPDevice *device; /* the whole one, or the medium's; borrowed */
    IMDSPDevice *first;  /* the same, or the first medium's */
    IMDSPStorage *root;
    IMDSPStorageGlobals *globals, *others; /* two objects for one medium */
    IMDSPStorageGlobals *quiet;            /* of another one; NULL: there is none */
    struct gate gate;
    struct wmdm_progress_record record;
    IWMDMProgress3 *watcher;
};

static void last_root(struct medium *m)
{
    struct wmdm *w = m->w;
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *next = NULL;
    DWORD got = 0;

    SETUP_CALL(IMDSPDevice, EnumStorage, m->device, &roots);
    while (CALL(IMDSPEnumStorage, Next, roots, 1, &next, &got) == S_OK && next) {
        RELEASE(m->root);
        m->root = next;
        next = NULL;
    }
    RELEASE(roots);
    if (!m->root)
        conf_refused(c, "IMDSPDevice::EnumStorage", "the device has no root");
}

static void last_device(struct medium *m)
{
    struct conf *c = wmdm_conf(m->w);

    m->first = m->device = wmdm_device(m->w);
    if (!conf_offers(c, "PROVIDER.PNP"))
        return;
    m->made = wmdm_created_new(m->w, conf_device_uri(c));
    wmdm_setup(c, "IMDServiceProvider2::CreateDevice", m->made.hr);
    m->first = m->made.device[0];
    m->device = m->made.device[m->made.count - 1];
}

/* The first root of the first device, if that is not the one. */
static void find_quiet(struct medium *m)
{
    struct wmdm *w = m->w;
    struct conf *c = wmdm_conf(w);
    struct wmdm_list roots = wmdm_roots(w, m->first);

    if (roots.count > 1 || (roots.count && m->first != m->device))
        SETUP_CALL(IMDSPStorage, GetStorageGlobals, roots.item[0], &m->quiet);
    wmdm_release_all(w, &roots);
}

static void medium_open(struct conf *c, struct medium *m)
{
    struct wmdm *w;

    *m = (struct medium){
        .gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER}};
    w = m->w = wmdm_open(c);
    wmdm_prefer_whole(w);
    last_device(m);
    last_root(m);
    SETUP_CALL(IMDSPStorage, GetStorageGlobals, m->root, &m->globals);
    SETUP_CALL(IMDSPStorage, GetStorageGlobals, m->root, &m->others);
    find_quiet(m);
    m->record = (struct wmdm_progress_record){.at_step = stop_there, .context = &m->gate};
    m->watcher = wmdm_progress_new(&m->record);
}

static void medium_close(struct medium *m)
{
    struct wmdm *w = m->w;
    struct conf *c = wmdm_conf(w);

    RELEASE(m->watcher);
    RELEASE(m->quiet);
    RELEASE(m->others);
    RELEASE(m->globals);
    RELEASE(m->root);
    if (conf_offers(c, "PROVIDER.PNP"))
        wmdm_created_release(w, &m->made);
}

static void fill(struct medium *m)
{
    struct conf *c = wmdm_conf(m->w);
    IMDSPStorage *file = wmdm_put(m->w, m->root, "papcheck-aside.bin", "x", 1);

    RELEASE(file);
}

static size_t children_of(struct medium *m)
{
    struct wmdm_list list = wmdm_children(m->w, m->root);
    size_t count = list.count;

    wmdm_release_all(m->w, &list);
    return count;
}

static HRESULT format(struct medium *m, DWORD mode)
{
    struct conf *c = wmdm_conf(m->w);

    return CALL(IMDSPStorageGlobals, Initialize, m->globals, mode, (IWMDMProgress *)m->watcher);
}

#define STATES (WMDM_STATUS_READY | WMDM_STATUS_BUSY | WMDM_STATUS_STORAGE_INITIALIZING)
#define AT_WORK (WMDM_STATUS_BUSY | WMDM_STATUS_STORAGE_INITIALIZING)

/* 0: it does not say. */
static DWORD medium_status(struct medium *m, IMDSPStorageGlobals *globals)
{
    struct conf *c = wmdm_conf(m->w);
    DWORD status = 0;
    HRESULT hr = CALL(IMDSPStorageGlobals, GetStatus, globals, &status);

    return SUCCEEDED(hr) ? status & STATES : 0;
}

static DWORD device_status(struct medium *m)
{
    struct conf *c = wmdm_conf(m->w);
    DWORD status = 0;
    HRESULT hr = CALL(IMDSPDevice, GetStatus, m->device, &status);

    return SUCCEEDED(hr) ? status & STATES : 0;
}

/* Until the callback was told the end. */
static bool is_ended(struct medium *m)
{
    const int64_t until = wmdm_now_ms() + LONGEST_MS;

    while (!__atomic_load_n(&m->record.ends, __ATOMIC_ACQUIRE) && wmdm_now_ms() < until)
        pause_ms(1);
    return __atomic_load_n(&m->record.ends, __ATOMIC_ACQUIRE) != 0;
}

/* ---- the cases */

/* While the format is in its first step. */
static void check_at_work(struct medium *m)
{
    struct conf *c = wmdm_conf(m->w);

    ROW("SP-GLOB-013.format")
        CHECK_EQ(medium_status(m, m->others), AT_WORK);
    ROW("SP-GLOB-016.status")
        CHECK_EQ(medium_status(m, m->others) & WMDM_STATUS_STORAGE_INITIALIZING,
                 WMDM_STATUS_STORAGE_INITIALIZING);
    ROW("SP-DEV-020.format")
        CHECK_EQ(device_status(m), AT_WORK);
    ROW("SP-DEV-021.medium")
        CHECK_EQ(device_status(m) & WMDM_STATUS_BUSY, WMDM_STATUS_BUSY);
    /* Last: some let it wait for the end. */
    ROW("SP-GLOB-012.other") {
        if (m->quiet)
            CHECK_EQ(medium_status(m, m->quiet), WMDM_STATUS_READY);
        else
            conf_excused(c, 1, "the device has one medium");
    }
}

ASIDE_CASE(
    STORAGE_ASIDE_BV_01, "A format in thread mode goes on when the method has returned", CONF_MUST,
    0,
    "A file in the last medium's root; Initialize(THREAD) with a progress that stops it in "
    "its first step; GetStatus of another object for that medium, of the device and of another "
    "medium; the progress goes on: its end, GetStatus, the root",
    "SP-GLOB-012", "SP-GLOB-013", "SP-GLOB-016", "SP-DEV-020", "SP-DEV-021")
{
    struct medium m = {0};
    int64_t begun;
    HRESULT hr;

    ROW("SP-GLOB-016.code") {
        SETUP {
            medium_open(c, &m);
            fill(&m);
        }
        begun = wmdm_now_ms();
        hr = format(&m, WMDM_MODE_THREAD);
        REQUIRE_HR(hr, S_OK);
    }
    ROW("SP-GLOB-016.prompt")
        CHECK(wmdm_now_ms() - begun < PROMPT_MS);
    if (!is_stopped(&m.gate))
        conf_inconclusive(c, "Initialize does not tell that it goes on");
    check_at_work(&m);
    let_go_on(&m.gate);
    ROW("SP-GLOB-016.ends")
        CHECK(is_ended(&m));
    ROW("SP-GLOB-016.empty")
        CHECK_EQ(children_of(&m), 0);
    ROW("SP-GLOB-013.after")
        CHECK_EQ(medium_status(&m, m.others), WMDM_STATUS_READY);
    medium_close(&m);
}

ASIDE_CASE(STORAGE_ASIDE_BV_02, "Both modes are block mode", CONF_MUST, 0,
           "A file in the last medium's root; Initialize(BLOCK | THREAD) with a progress: when it "
           "is back, the progress's end, GetStatus and the root",
           "SP-GLOB-017")
{
    struct medium m = {0};

    ROW("SP-GLOB-017.ends") {
        SETUP {
            medium_open(c, &m);
            fill(&m);
            m.record.at_step = NULL;
        }
        REQUIRE_HR(format(&m, WMDM_MODE_BLOCK | WMDM_MODE_THREAD), S_OK);
        CHECK_EQ(__atomic_load_n(&m.record.ends, __ATOMIC_ACQUIRE), 1);
    }
    ROW("SP-GLOB-017.ready")
        CHECK_EQ(medium_status(&m, m.others), WMDM_STATUS_READY);
    ROW("SP-GLOB-017.empty")
        CHECK_EQ(children_of(&m), 0);
    medium_close(&m);
}

ASIDE_CASE(STORAGE_ASIDE_BI_01, "A format whose device is pulled ends, and says that it failed",
           CONF_MUST, CONF_CONTROL,
           "Initialize(THREAD) with a progress that stops it in its first step; the device is "
           "pulled, the progress goes on: its end; the device is plugged",
           "SP-LIFE-013")
{
    struct medium m = {0};

    ROW("SP-LIFE-013.ends") {
        SETUP
            medium_open(c, &m);
        REQUIRE_HR(format(&m, WMDM_MODE_THREAD), S_OK);
        SETUP {
            if (!is_stopped(&m.gate))
                conf_inconclusive(c, "Initialize does not tell that it goes on");
            free(conf_control(c, "{\"verb\":\"unplug\"}"));
            let_go_on(&m.gate);
        }
        CHECK(is_ended(&m));
    }
    ROW("SP-LIFE-013.fails") /* who knows IWMDMProgress alone ends without a result */
        CHECK_SEEN(FAILED(m.record.completion), value_hr(m.record.completion));
    medium_close(&m);
    free(conf_control(c, "{\"verb\":\"plug\"}"));
}

/* ---- data on their way to a medium */
struct writing {
    IMDSPObject *object;
    BYTE *data;
    const BYTE *mac;
    DWORD size;
    clockid_t clock; /* of what its thread has worked */
    bool is_begun, is_done;
};

static void *write_it(void *item)
{
    struct writing *it = item;
    DWORD size = it->size;
    BYTE mac[WMDM_MAC_LENGTH];

    memcpy(mac, it->mac, sizeof(mac));
    (void)pthread_getcpuclockid(pthread_self(), &it->clock);
    __atomic_store_n(&it->is_begun, true, __ATOMIC_RELEASE);
    (void)IMDSPObject_Write(it->object, it->data, &size, mac);
    (void)IMDSPObject_Close(it->object); /* some keep what is written until then */
    __atomic_store_n(&it->is_done, true, __ATOMIC_RELEASE);
    return NULL;
}

/* What one says when it answers while data go; some providers let it wait. */
struct said {
    DWORD status;
    unsigned times;
};

/* Has the writing thread worked since then? While it waits for its turn, or is done and does not
 * say so yet, it has not. */
static bool works(struct writing *it, int64_t *since_us)
{
    struct timespec now = {0};
    int64_t now_us, before = *since_us;

    if (__atomic_load_n(&it->is_done, __ATOMIC_ACQUIRE) || clock_gettime(it->clock, &now) != 0)
        return false;
    now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    *since_us = now_us;
    return now_us - before >= AT_WORK_US;
}

static void watch(struct wmdm *w, struct writing *it, struct said *device, struct said *medium)
{
    struct conf *c = wmdm_conf(w);
    int64_t since_us = 0;

    while (!__atomic_load_n(&it->is_begun, __ATOMIC_ACQUIRE))
        pause_ms(1);
    (void)works(it, &since_us);
    while (!__atomic_load_n(&it->is_done, __ATOMIC_ACQUIRE) &&
           !(device->status & medium->status & WMDM_STATUS_BUSY)) {
        DWORD status[2] = {0};

        pause_ms(1);
        (void)CALL(IMDSPDevice, GetStatus, wmdm_device(w), &status[0]);
        (void)CALL(IMDSPStorageGlobals, GetStatus, wmdm_globals(w), &status[1]);
        device->status |= status[0];
        medium->status |= status[1];
        if (works(it, &since_us)) {
            device->times++;
            medium->times++;
        }
    }
}

#define MUCH (16u << 20)
#define ENOUGH 3 /* answers: fewer may have waited for the end */

static void check_busy(struct conf *c, const struct said *said)
{
    if (said->status & WMDM_STATUS_BUSY || said->times >= ENOUGH)
        CHECK_EQ(said->status & WMDM_STATUS_BUSY, WMDM_STATUS_BUSY);
    else
        conf_excused(c, 1, "nothing is answered while data are written");
}

CONF_CASE(
    STORAGE_ASIDE_BV_03, .title = "While data go to a medium it is busy, and so is its device",
    .reqs = REQS("SP-GLOB-013", "SP-DEV-020"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
    .timeout_s = 30,
    .steps =
        "One Write of 16 MiB, and Close; meanwhile GetStatus of medium and device, until it is "
        "over")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), "much.bin", WMDM_FILE_ATTR_FILE, MUCH, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    BYTE mac[WMDM_MAC_LENGTH], *data = calloc(1, MUCH);
    struct writing it = {.object = object, .data = data, .mac = mac, .size = MUCH};
    struct said device = {0}, medium = {0};
    struct wmdm_threads threads;
    DWORD status = 0;

    if (!data)
        conf_setup_failed(c, "no memory");
    wmdm_mac(w, data, MUCH, &it.size, sizeof(it.size), mac);
    wmdm_ours(c, "EncryptParam", sac_encrypt_param(wmdm_channel(w), data, MUCH));
    (void)wmdm_globals(w);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    wmdm_threads_start(c, "IMDSPObject::Write", &threads, write_it, &it, sizeof(it), 1);
    watch(w, &it, &device, &medium);
    wmdm_threads_wait(c, &threads);
    ROW("SP-GLOB-013.transfer")
        check_busy(c, &medium);
    ROW("SP-DEV-020.transfer")
        check_busy(c, &device);
    ROW("SP-GLOB-013.after") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetStatus, wmdm_globals(w), &status), S_OK);
        CHECK_EQ(status & STATES, WMDM_STATUS_READY);
    }
    RELEASE(object);
    RELEASE(file);
    free(data);
}
