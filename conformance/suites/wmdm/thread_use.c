/* Who calls does not matter, and neither does when: another thread than the one that made an
 * object, a call while a file is being transferred or a folder deleted. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "conformance/wmdm/wmdm_thread.h"
#include "spcore/base.h"

#define THREAD_CASE(token, ics_, title_, steps_, ...)                                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = 60, .steps = steps_)

/* ---- any thread */

struct answers {
    bool failed[WMDM_METHODS]; /* in the order of a sweep, of the thread that made the object */
    size_t at;
    bool elsewhere;
};

struct one_call {
    struct wmdm *w;
    struct wmdm_try *one;
};

/* The case's own thread waits for it. */
static HRESULT call_one(void *context)
{
    struct one_call *call = context;

    return TRY_CALL(call->w, call->one);
}

static const char *row_of(const struct wmdm_method *method)
{
    static const struct {
        const char *origin, *row;
    } rows[] = {
        {"IMDSPEnum", "SP-THREAD-002.enumerators"},      {"IMDSPDevice", "SP-THREAD-002.device"},
        {"IMDSPStorageGlobals", "SP-THREAD-002.medium"}, {"IMDSPStorage", "SP-THREAD-002.storage"},
        {"IMDSPObject", "SP-THREAD-002.storage"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strncmp(method->origin, rows[i].origin, strlen(rows[i].origin)) == 0)
            return rows[i].row;
    }
    return "SP-THREAD-002.provider";
}

static void visit_twice(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    struct answers *answers = context;
    struct one_call call = {w, one};
    struct wmdm_aside aside = {.call = call_one, .context = &call};
    HRESULT hr;

    if (!wmdm_only_asks(one->method))
        return;
    if (!answers->elsewhere) {
        answers->failed[answers->at++] = FAILED(TRY_CALL(w, one));
        return;
    }
    hr = wmdm_aside(c, one->method->name, &aside);
    wmdm_aside_end(&aside);
    ROW(row_of(one->method))
        CHECK_ANSWER(FAILED(hr) == answers->failed[answers->at], hr, "as in the first thread");
    answers->at++;
}

static HRESULT release_kinds(void *context)
{
    struct wmdm_kind *kinds = context;

    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            IUnknown_Release(kinds[i].object);
    }
    return S_OK;
}

THREAD_CASE(THREAD_ANY_BV_01, "ANY", "Objects answer any thread, and are released by any",
            "Every method that asks, of each kind of object, from the thread that made it and from "
            "another one, which releases them all; DllCanUnloadNow",
            "SP-THREAD-002")
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];
    struct wmdm_aside aside = {.call = release_kinds, .context = kinds};

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        struct answers answers = {.at = 0};

        if (!kinds[i].object)
            continue;
        wmdm_sweep(w, kinds[i].object, visit_twice, &answers);
        answers.at = 0;
        answers.elsewhere = true;
        wmdm_sweep(w, kinds[i].object, visit_twice, &answers);
    }
    ROW("SP-THREAD-002.release") {
        CHECK_HR(wmdm_aside(c, "IUnknown::Release", &aside), S_OK);
        wmdm_aside_end(&aside);
        SETUP
            wmdm_close(w);
        CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
    }
}

/* ---- references, from several threads at once */

struct counting {
    IUnknown *object;
    unsigned failed;
};

static void *count_references(void *context)
{
    struct counting *it = context;

    for (unsigned i = 0; i < 5000; i++) {
        IUnknown *other = NULL;

        it->failed +=
            IUnknown_QueryInterface(it->object, &IID_IMDSPObject, (void **)&other) != S_OK;
        IUnknown_AddRef(it->object);
        if (other)
            IUnknown_Release(other);
        IUnknown_Release(it->object);
    }
    return NULL;
}

THREAD_CASE(THREAD_COUNT_BV_01, "ANY", "References are counted, whoever takes and returns them",
            "Four threads take and release interfaces of one file, 5000 times; it is used, "
            "everything released: DllCanUnloadNow",
            "SP-THREAD-007")
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "counted.bin", "x", 1);
    struct counting counting[4] = {[0] = {.object = (IUnknown *)file}};

    for (size_t i = 1; i < ARRAY_SIZE(counting); i++)
        counting[i] = counting[0];
    ROW("SP-THREAD-007.query") {
        wmdm_together(c, "IUnknown::QueryInterface", count_references, counting, sizeof(*counting),
                      ARRAY_SIZE(counting));
        CHECK_EQ(counting[0].failed + counting[1].failed + counting[2].failed + counting[3].failed,
                 0);
    }
    ROW("SP-THREAD-007.alive")
        CHECK_EQ(pv_size(w, file), 1);
    ROW("SP-THREAD-007.returned") {
        SETUP {
            RELEASE(file);
            wmdm_close(w);
        }
        CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
    }
}

/* ---- while something is under way */

struct asked {
    IMDSPDevice *device;
    IMDSPStorage *folder;
    IMDSPStorageGlobals *medium;
    unsigned listed; /* children of the folder, when it was asked last */
};

static HRESULT ask_device(void *context)
{
    const struct asked *of = context;
    DWORD status = 0;

    return IMDSPDevice_GetStatus(of->device, &status);
}

static HRESULT ask_folder(void *context)
{
    struct asked *of = context;
    IMDSPEnumStorage *all = NULL;
    IMDSPStorage *one = NULL;
    ULONG got = 0;
    HRESULT hr = IMDSPStorage_EnumStorage(of->folder, &all);

    of->listed = 0;
    if (FAILED(hr) || !all)
        return hr;
    while ((hr = IMDSPEnumStorage_Next(all, 1, &one, &got)) == S_OK) {
        if (!one)
            break;
        IMDSPStorage_Release(one);
        one = NULL;
        of->listed++;
    }
    IMDSPEnumStorage_Release(all);
    return hr == S_FALSE ? S_OK : hr;
}

static HRESULT ask_medium(void *context)
{
    const struct asked *of = context;
    DWORD low = 0, high = 0;

    return IMDSPStorageGlobals_GetTotalFree(of->medium, &low, &high);
}

#define ASIDES 3
static const struct {
    const char *method;
    HRESULT (*call)(void *context);
} asides[ASIDES] = {{"IMDSPDevice::GetStatus", ask_device},
                    {"IMDSPStorage::EnumStorage", ask_folder},
                    {"IMDSPStorageGlobals::GetTotalFree", ask_medium}};

static struct asked asked_of(struct wmdm *w)
{
    return (struct asked){wmdm_device(w), wmdm_work_folder(w), wmdm_globals(w), 0};
}

/* Each from a thread of its own, as whoever transfers does not wait for it. */
static void ask_aside(struct conf *c, struct asked *of, struct wmdm_aside made[ASIDES],
                      const char *const rows[ASIDES])
{
    for (size_t i = 0; i < ASIDES; i++) {
        made[i] = (struct wmdm_aside){.call = asides[i].call, .context = of};
        ROW(rows[i])
            CHECK_HR(wmdm_aside(c, asides[i].method, &made[i]), S_OK);
    }
}

static void end_asides(struct wmdm_aside made[ASIDES])
{
    for (size_t i = 0; i < ASIDES; i++)
        wmdm_aside_end(&made[i]);
}

THREAD_CASE(THREAD_SERVED_BV_01, "ANY", "Others are served while a file is written",
            "Open for writing and half of it written: status, listing and free space from other "
            "threads; the other half",
            "SP-THREAD-003", "SP-ENUM-032")
{
    static const char *const rows[ASIDES] = {"SP-THREAD-003.device", "SP-THREAD-003.storage",
                                             "SP-THREAD-003.medium"};
    static BYTE content[2 * 65536];
    struct wmdm_file *f = wmdm_file(c, "served.bin", content, sizeof(content));
    struct wmdm_list before = wmdm_children(f->w, wmdm_work_folder(f->w));
    struct asked of = asked_of(f->w);
    struct wmdm_aside made[ASIDES];
    const size_t children = before.count;
    HRESULT listed;
    DWORD size = sizeof(content) / 2;
    BYTE *seen = NULL;
    size_t length = 0;

    wmdm_release_all(f->w, &before);
    pv_pattern(content, sizeof(content));
    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, content, &size));
    ask_aside(c, &of, made, rows);
    listed = made[1].is_under_way ? E_PENDING : made[1].hr;
    ROW("SP-ENUM-032.listing")
        CHECK_HR(listed, S_OK);
    ROW("SP-ENUM-032.all")
        CHECK_EQ(of.listed, children);
    size = sizeof(content) / 2;
    ROW("SP-THREAD-003.goes-on")
        CHECK_HR(wmdm_write(f->w, f->object, content + sizeof(content) / 2, &size), S_OK);
    wmdm_file_close(f);
    end_asides(made);
    ROW("SP-THREAD-003.goes-on") {
        if (conf_offers(c, "PROVIDER.OBJECT.READ")) {
            seen = wmdm_get(f->w, f->storage, &length);
            CHECK_BYTES(seen, length, content, sizeof(content));
        } else {
            conf_excused(c, 1, "nothing is read");
        }
    }
    free(seen);
}

THREAD_CASE(THREAD_SERVED_BV_02, "PROVIDER.OBJECT.READ", "Others are served while a file is read",
            "Open for reading and a part of it read: status, listing and free space from other "
            "threads",
            "SP-THREAD-003")
{
    static const char *const rows[ASIDES] = {"SP-THREAD-003.reading", "SP-THREAD-003.reading",
                                             "SP-THREAD-003.reading"};
    struct wmdm_file *f = pv_thousand(c);
    struct asked of = asked_of(f->w);
    struct wmdm_aside made[ASIDES];

    wmdm_file_open(f, MDSP_READ);
    (void)pv_next(f);
    ask_aside(c, &of, made, rows);
    wmdm_file_close(f);
    end_asides(made);
}

/* ---- from within a callback */

struct calling_back {
    struct conf *c;
    struct asked of;
    bool was_asked;
};

/* On the thread of the callback: a lock that this one may take once more is right, too. */
static void ask_from_step(void *context)
{
    static const char *const rows[ASIDES] = {"SP-THREAD-010.device", "SP-THREAD-010.storage",
                                             "SP-THREAD-010.medium"};
    struct calling_back *it = context;
    struct conf *c = it->c;

    if (it->was_asked)
        return;
    it->was_asked = true;
    for (size_t i = 0; i < ASIDES; i++) {
        ROW(rows[i]) {
            const int64_t before = wmdm_now_ms();

            CHECK_HR(asides[i].call(&it->of), S_OK);
            CHECK(wmdm_now_ms() - before < WMDM_ASIDE_MS);
        }
    }
}

THREAD_CASE(THREAD_CALLBACK_BV_01, "PROVIDER.MEDIUM.NESTED",
            "Within a callback the provider can be called",
            "Delete of a folder, in whose Progress the status, a listing and the free space are "
            "asked for",
            "SP-THREAD-010")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "deleted", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, folder, "in.bin", "x", 1);
    IMDSPObject *object = AS(IMDSPObject, folder);
    struct calling_back it = {.c = c, .of = asked_of(w)};
    struct wmdm_progress_record record = {.at_step = ask_from_step, .context = &it};
    IWMDMProgress3 *progress = wmdm_progress_new(&record);

    wmdm_setup(c, "IMDSPObject::Delete",
               CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE,
                    (IWMDMProgress *)progress));
    if (!it.was_asked)
        conf_inconclusive(c, "the provider reports no progress of a deletion");
    RELEASE(progress);
    RELEASE(object);
    RELEASE(file);
    RELEASE(folder);
}
