/* A device that is pulled while several threads are at it: whoever is in a call comes back. */
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_thread.h"
#include "spcore/base.h"

#define BLOCK 4096

/* One that goes on until a call fails, or one that began after the device was pulled is back: a
 * provider that collects until Close has nothing to fail with. */
struct caller {
    HRESULT (*once)(struct caller *it);
    IMDSPStorage *storage;
    IMDSPObject *object;
    BYTE data[BLOCK], mac[WMDM_MAC_LENGTH]; /* of what is written; the MAC of a size to read */
    const bool *is_pulled;                  /* the case's */
    int64_t end_ms;
};

static HRESULT read_once(struct caller *it)
{
    BYTE data[BLOCK], mac[WMDM_MAC_LENGTH];
    DWORD size = sizeof(data);
    HRESULT hr = IMDSPObject_Open(it->object, MDSP_READ);

    memcpy(mac, it->mac, sizeof(mac));
    if (SUCCEEDED(hr))
        hr = IMDSPObject_Read(it->object, data, &size, mac);
    return FAILED(hr) ? hr : IMDSPObject_Close(it->object);
}

static HRESULT write_once(struct caller *it)
{
    BYTE data[BLOCK], mac[WMDM_MAC_LENGTH];
    DWORD size = sizeof(data);

    memcpy(data, it->data, sizeof(data));
    memcpy(mac, it->mac, sizeof(mac));
    return IMDSPObject_Write(it->object, data, &size, mac);
}

static HRESULT list_once(struct caller *it)
{
    IMDSPEnumStorage *all = NULL;
    IMDSPStorage *first = NULL;
    ULONG got = 0;
    HRESULT hr = IMDSPStorage_EnumStorage(it->storage, &all);

    if (FAILED(hr))
        return hr;
    hr = IMDSPEnumStorage_Next(all, 1, &first, &got);
    if (hr == S_OK)
        IMDSPStorage_Release(first);
    IMDSPEnumStorage_Release(all);
    return hr;
}

static void *call_on(void *context)
{
    struct caller *it = context;
    bool is_last;

    do
        is_last = __atomic_load_n(it->is_pulled, __ATOMIC_ACQUIRE);
    while (SUCCEEDED(it->once(it)) && !is_last);
    it->end_ms = wmdm_now_ms();
    return NULL;
}

static struct caller reader(struct wmdm *w)
{
    static const BYTE content[BLOCK];
    struct caller it = {.once = read_once};
    DWORD size = BLOCK;

    it.storage = wmdm_put(w, wmdm_work_folder(w), "read.bin", content, sizeof(content));
    it.object = AS(IMDSPObject, it.storage);
    wmdm_mac(w, &size, sizeof(size), NULL, 0, it.mac);
    return it;
}

static struct caller writer(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct caller it = {.once = write_once};
    DWORD size = BLOCK;

    it.storage = wmdm_create(w, wmdm_work_folder(w), "written.bin", WMDM_FILE_ATTR_FILE, 0, NULL);
    it.object = AS(IMDSPObject, it.storage);
    wmdm_mac(w, it.data, sizeof(it.data), &size, sizeof(size), it.mac);
    wmdm_ours(c, "the host's EncryptParam",
              sac_encrypt_param(wmdm_channel(w), it.data, sizeof(it.data)));
    SETUP_CALL(IMDSPObject, Open, it.object, MDSP_WRITE);
    return it;
}

static struct caller lister(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct caller it = {.once = list_once, .storage = wmdm_work_folder(w)};

    SP_CALL("IMDSPStorage::AddRef", IMDSPStorage_AddRef(it.storage));
    return it;
}

CONF_CASE(THREAD_PULLED_BI_01, .title = "Calls under way come back when the device is pulled",
          .reqs = REQS("SP-THREAD-009"), .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL, .timeout_s = 30,
          .steps =
              "One thread reads, one writes, one lists, until the device is pulled at a moment "
              "that the seed says; how long after it each is back")
{
    static const char *const rows[] = {"SP-THREAD-009.pulled-read", "SP-THREAD-009.pulled-write",
                                       "SP-THREAD-009.pulled-list"};
    struct wmdm *w = wmdm_open(c);
    struct caller callers[] = {reader(w), writer(w), lister(w)};
    const struct timespec moment = {.tv_nsec = (long)(conf_seed(c) % 29 + 1) * 1000000};
    struct wmdm_threads threads;
    bool is_pulled = false;
    int64_t there, pulled;

    for (size_t i = 0; i < ARRAY_SIZE(callers); i++)
        callers[i].is_pulled = &is_pulled;
    wmdm_threads_start(c, "IMDSPObject::Read", &threads, call_on, callers, sizeof(*callers),
                       ARRAY_SIZE(callers));
    nanosleep(&moment, NULL);
    there = wmdm_now_ms();
    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    pulled = wmdm_now_ms();
    __atomic_store_n(&is_pulled, true, __ATOMIC_RELEASE);
    wmdm_threads_wait(c, &threads);
    for (size_t i = 0; i < ARRAY_SIZE(callers); i++) {
        ROW(rows[i]) {
            if (callers[i].end_ms < there)
                conf_excused(c, 1, "it was refused before, beside the others");
            else
                CHECK(callers[i].end_ms - pulled < WMDM_ASIDE_MS);
        }
        RELEASE(callers[i].object);
        RELEASE(callers[i].storage);
    }
    wmdm_forget_work_folder(w);
}
