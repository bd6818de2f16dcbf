/* COM's rules, on an object of every kind: what QueryInterface says, and that references balance.
 */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"

#define COM_CASE(token, title_, steps_, ...)                                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = "ANY",                     \
              .player = "pap-player", .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

/* Every interface that the ABI's table has of a provider, once, IUnknown first. */
struct iids {
    const IID *iid[40];
    size_t count;
};

static struct iids all_interfaces(void)
{
    struct iids all = {{&IID_IUnknown}, 1};

    for (size_t i = 0; i < WMDM_METHODS && all.count < ARRAY_SIZE(all.iid); i++) {
        if (!IsEqualIID(wmdm_methods[i].iid, all.iid[all.count - 1]))
            all.iid[all.count++] = wmdm_methods[i].iid;
    }
    return all;
}

static HRESULT ask(struct conf *c, void *object, REFIID iid, IUnknown **ret)
{
    *ret = POISON;
    return SP_CALL("IUnknown::QueryInterface",
                   IUnknown_QueryInterface((IUnknown *)object, iid, (void **)ret));
}

static void let_go(struct conf *c, IUnknown *object)
{
    SP_CALL("IUnknown::Release", IUnknown_Release(object));
}

static bool judge(struct conf *c, const char *row, bool ok, HRESULT hr, const char *kind,
                  REFIID from, REFIID to, const char *wanted)
{
    char text[200], names[2][64];
    bool held = false;

    wmdm_iid_text(from, names[0], sizeof(names[0]));
    wmdm_iid_text(to, names[1], sizeof(names[1]));
    snprintf(text, sizeof(text), "%s: %s::QueryInterface(%s) gives %s", kind, names[0], names[1],
             wanted);
    ROW(row)
        held = conf_check_said(c, ok, value_hr(hr), __FILE__, __LINE__, "%s", text);
    return held;
}

static bool refuses(struct conf *c, HRESULT hr, const IUnknown *other, const char *kind,
                    REFIID from, REFIID to)
{
    judge(c, "SP-LIFE-005.null", hr == S_OK || !other, hr, kind, from, to, "NULL with a failure");
    return judge(c, "SP-LIFE-005.unknown", hr == E_NOINTERFACE, hr, kind, from, to,
                 "E_NOINTERFACE of what it has not");
}

/* What one pointer to the object says of each interface, against what the object said first. */
static void walk_from(struct conf *c, const struct wmdm_kind *kind, const struct iids *all,
                      const bool *offered, const IUnknown *identity, size_t from)
{
    IUnknown *start, *other;
    HRESULT hr = ask(c, kind->object, all->iid[from], &start);

    if (!judge(c, "SP-LIFE-005.fixed", hr == S_OK && start != POISON, hr, kind->name, &IID_IUnknown,
               all->iid[from], "the same as before"))
        return;
    for (size_t to = 0; to < all->count; to++) {
        hr = ask(c, start, all->iid[to], &other);
        if (offered[to])
            judge(c, to == from ? "SP-LIFE-005.reflexive" : "SP-LIFE-005.ways",
                  hr == S_OK && other && other != POISON, hr, kind->name, all->iid[from],
                  all->iid[to], "what the object offers");
        else
            refuses(c, hr, other, kind->name, all->iid[from], all->iid[to]);
        if (to == 0)
            judge(c, "SP-LIFE-005.identity", other == identity, hr, kind->name, all->iid[from],
                  all->iid[to], "the object's one identity");
        if (hr == S_OK && other && other != POISON)
            let_go(c, other);
    }
    let_go(c, start);
}

/* ---- what of an object is which class's */

/* The interfaces of each class by the beginnings of their names, and the rows that say so. */
struct family {
    const char *kind, *names[4], *must[2], *own, *others;
};
static const struct family families[] = {
    {"the provider",
     {"IMDServiceProvider", "IComponentAuthenticate", "IMDSPRevoked"},
     {"IMDServiceProvider", "IComponentAuthenticate"},
     "SP-LIFE-001.own",
     "SP-LIFE-001.others"},
    {"the device",
     {"IMDSPDevice", "IWMDMDeviceSession"},
     {"IMDSPDevice", NULL},
     "SP-LIFE-002.own",
     "SP-LIFE-002.others"},
    {"its globals",
     {"IMDSPStorageGlobals"},
     {"IMDSPStorageGlobals", NULL},
     "SP-LIFE-004.own",
     "SP-LIFE-004.others"},
    {"a root",
     {"IMDSPStorage", "IMDSPObject", "IMDSPDirectTransfer"},
     {"IMDSPStorage", "IMDSPObject"},
     "SP-LIFE-003.root",
     "SP-LIFE-003.others"},
    {"a folder",
     {"IMDSPStorage", "IMDSPObject", "IMDSPDirectTransfer"},
     {"IMDSPStorage", "IMDSPObject"},
     "SP-LIFE-003.folder",
     "SP-LIFE-003.others"},
    {"a file",
     {"IMDSPStorage", "IMDSPObject", "IMDSPDirectTransfer"},
     {"IMDSPStorage", "IMDSPObject"},
     "SP-LIFE-003.file",
     "SP-LIFE-003.others"},
};

static bool is_of(const struct family *family, const char *name)
{
    bool is_globals = strcmp(name, "IMDSPStorageGlobals") == 0;

    if (strcmp(name, "IUnknown") == 0 || is_globals)
        return !is_globals || strcmp(family->names[0], name) == 0;
    for (size_t i = 0; i < ARRAY_SIZE(family->names) && family->names[i]; i++) {
        if (strncmp(name, family->names[i], strlen(family->names[i])) == 0)
            return true;
    }
    return false;
}

/* What an object offers is what its class has, and no other class's. */
static void check_family(struct conf *c, const struct wmdm_kind *kind, REFIID iid, HRESULT hr)
{
    char name[64];

    wmdm_iid_text(iid, name, sizeof(name));
    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        const struct family *family = &families[i];

        if (strcmp(family->kind, kind->name) != 0)
            continue;
        if (!is_of(family, name))
            judge(c, family->others, hr != S_OK, hr, kind->name, &IID_IUnknown, iid,
                  "nothing: it is another class's");
        for (size_t k = 0; k < ARRAY_SIZE(family->must) && family->must[k]; k++) {
            if (strcmp(family->must[k], name) == 0)
                judge(c, family->own, hr == S_OK, hr, kind->name, &IID_IUnknown, iid,
                      "what its class has");
        }
    }
}

static void walk(struct conf *c, const struct wmdm_kind *kind)
{
    static const IID unknown = {0x5e1f0000, 0x70a9, 0x4c3e, {0x9d, 1, 2, 3, 4, 5, 6, 7}};
    struct iids all = all_interfaces();
    bool offered[ARRAY_SIZE(all.iid)] = {false};
    IUnknown *identity = NULL, *other;
    HRESULT hr;

    for (size_t i = 0; i < all.count; i++) {
        hr = ask(c, kind->object, all.iid[i], &other);
        offered[i] = hr == S_OK;
        check_family(c, kind, all.iid[i], hr);
        if (hr != S_OK)
            refuses(c, hr, other, kind->name, &IID_IUnknown, all.iid[i]);
        else if (!judge(c, "SP-LIFE-005.ways", other && other != POISON, hr, kind->name,
                        &IID_IUnknown, all.iid[i], "a pointer with S_OK"))
            return;
        if (i == 0)
            identity = other;
        if (offered[i])
            let_go(c, other); /* the object is still held */
    }
    for (size_t from = 0; from < all.count; from++) {
        if (offered[from])
            walk_from(c, kind, &all, offered, identity, from);
    }
    hr = ask(c, kind->object, &unknown, &other);
    (void)refuses(c, hr, other, kind->name, &IID_IUnknown, &unknown);
}

COM_CASE(COM_QUERY_BV_01, "Every object has one identity, whichever way it is asked",
         "On each kind of object: from each interface to each, one that nobody has, and IUnknown; "
         "everything released: DllCanUnloadNow",
         "SP-LIFE-005", "SP-LIFE-001", "SP-LIFE-002", "SP-LIFE-003", "SP-LIFE-004", "SP-LIFE-007")
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            walk(c, &kinds[i]);
    }
    wmdm_kinds_release(c, kinds);
    wmdm_close(w);
    ROW("SP-LIFE-007.unload")
        CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
}

/* ---- bases */
static void bases_of(struct conf *c, const struct wmdm_kind *kind)
{
    for (size_t i = 0; i < WMDM_METHODS; i++) {
        const struct wmdm_method *method = &wmdm_methods[i];
        const IID *base = NULL;
        IUnknown *derived, *found = NULL;
        HRESULT hr;

        for (size_t k = 0; k < WMDM_METHODS && !base; k++) {
            if (strcmp(wmdm_methods[k].interface, method->origin) == 0)
                base = wmdm_methods[k].iid;
        }
        if (!base || IsEqualIID(base, method->iid) ||
            (i && strcmp(method->origin, wmdm_methods[i - 1].origin) == 0))
            continue;
        if (ask(c, kind->object, method->iid, &derived) != S_OK)
            continue;
        hr = ask(c, derived, base, &found);
        judge(c, "SP-LIFE-006.base", hr == S_OK && found && found != POISON, hr, kind->name,
              method->iid, base, "its base");
        if (hr == S_OK && found && found != POISON)
            let_go(c, found);
        let_go(c, derived);
    }
}

COM_CASE(COM_BASE_BV_01, "Whoever has an interface has its bases",
         "On each kind of object: from each interface it offers to each that this one inherits",
         "SP-LIFE-006")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            bases_of(c, &kinds[i]);
    }
    wmdm_kinds_release(c, kinds);
}

/* Bytes of what the method has left where one argument points; of a text as far as it goes, and
 * none of what it hands out, which may be another one each time. */
static size_t filled(const struct wmdm_try *one, unsigned i)
{
    const struct wmdm_parameter *parameter = &one->method->parameters[i];
    const WCHAR *text = (const WCHAR *)(uintptr_t)one->arguments[i];
    size_t count = parameter->counted_by < 0 ? 1 : (size_t)one->arguments[parameter->counted_by];
    size_t length = 0;

    if (parameter->direction == WMDM_IN || parameter->kind >= WMDM_ARG_OUT_OBJECT ||
        parameter->counts_at_target || !text)
        return 0;
    if (parameter->size != sizeof(WCHAR))
        return count * parameter->size;
    while (length < count && text[length])
        length++;
    return length * sizeof(WCHAR);
}

/* What it answers, and with success what it leaves in the memory it is given. */
static HRESULT said_by(struct wmdm *w, struct wmdm_try *one, uint8_t said[], size_t room)
{
    HRESULT hr = TRY_CALL(w, one);
    size_t at = 0;

    memset(said, 0, room);
    for (unsigned i = 0; i < one->method->count && SUCCEEDED(hr); i++) {
        size_t size = filled(one, i);

        if (size && at + size <= room)
            memcpy(said + at, (const void *)(uintptr_t)one->arguments[i], size);
        at += size;
    }
    return hr;
}

/* A method that only asks, by the base's pointer and by that of each derived interface. */
static void visit_base(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    const char *kind = ((const struct wmdm_kind *)context)->name;
    uint8_t own[2048], other[2048];
    HRESULT hr;

    if (!wmdm_only_asks(one->method))
        return;
    hr = said_by(w, one, own, sizeof(own));
    for (size_t i = 0; i < WMDM_METHODS; i++) {
        const struct wmdm_method *derived = &wmdm_methods[i];
        struct wmdm_try again = *one;
        IUnknown *object;

        if (derived == one->method || strcmp(derived->name, one->method->name) != 0 ||
            strcmp(derived->origin, one->method->interface) != 0 ||
            ask(c, one->object, derived->iid, &object) != S_OK)
            continue;
        again.method = derived;
        again.object = object;
        ROW("SP-LIFE-006.prefix") {
            HRESULT by_derived = said_by(w, &again, other, sizeof(other));

            conf_check_said(c, by_derived == hr && memcmp(own, other, sizeof(own)) == 0,
                            value_hr(by_derived), __FILE__, __LINE__,
                            "%s: %s by a pointer to %s tells what it tells by one to %s", kind,
                            derived->name, derived->interface, derived->origin);
        }
        let_go(c, object);
    }
}

COM_CASE(COM_BASE_BV_02, "A derived interface has its bases' methods where they have them",
         "On each kind of object: each method that only asks, by a pointer to the interface "
         "that declares it and by one to each that inherits it; the same answer and outputs",
         "SP-LIFE-006")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_base, &kinds[i]);
    }
    wmdm_kinds_release(c, kinds);
}

/* ---- lives */

/* What asks answers, and hands out, only what can be let go again. */
static void ask_all(struct wmdm *w, struct wmdm_try *one, void *context)
{
    (void)context;
    if (wmdm_only_asks(one->method))
        (void)TRY_CALL(w, one);
}

COM_CASE(COM_COUNT_BV_01, "One object keeps the module, and the last release of any lets it go",
         "On each kind of object: all that asks; everything else released: DllCanUnloadNow; "
         "released: DllCanUnloadNow",
         "SP-LIFE-007")
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);

    ROW("SP-LIFE-007.asked") {
        for (size_t i = 0; i < WMDM_KINDS; i++) {
            struct wmdm *w = wmdm_open(c);
            struct wmdm_kind kinds[WMDM_KINDS];
            IUnknown *last;

            wmdm_kinds(w, kinds);
            last = kinds[i].object;
            if (last)
                wmdm_sweep(w, last, ask_all, NULL);
            kinds[i].object = NULL;
            conf_note(c, "the last one is %s", kinds[i].name);
            wmdm_kinds_release(c, kinds);
            wmdm_close(w);
            if (last) {
                ROW("SP-LIFE-007.alive")
                    CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_FALSE);
                let_go(c, last);
            }
            CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
        }
    }
}

/* One output of one method of one object, in the order of a sweep: it alone is kept. */
struct kept {
    size_t wanted, seen;
    IUnknown *object;
};

static void keep_one(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    struct kept *kept = context;
    unsigned out = 0;

    while (out < one->method->count && one->method->parameters[out].kind != WMDM_ARG_OUT_OBJECT)
        out++;
    if (!wmdm_only_asks(one->method) || out == one->method->count || kept->seen++ != kept->wanted)
        return;
    conf_note(c, "what is kept is %s's", one->method->name);
    if (SUCCEEDED(wmdm_call(c, __FILE__, __LINE__, one->method, one->object, one->arguments)))
        kept->object = *(IUnknown **)(uintptr_t)one->arguments[out];
}

/* Everything else is released. One that is gone already is not touched again. */
static void check_kept(struct conf *c, IUnknown *object, const char *row)
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);

    ROW("SP-LIFE-007.alive") {
        if (object && CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_FALSE))
            let_go(c, object);
    }
    ROW(row)
        CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
}

CONF_CASE(COM_COUNT_BV_03, .title = "What a method hands out lives when nothing else does",
          .reqs = REQS("SP-LIFE-007"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .timeout_s = 120,
          .steps = "On each kind of object each method that asks and hands out an interface: "
                   "everything else released, DllCanUnloadNow; that released, DllCanUnloadNow")
{
    struct kept kept = {0};

    for (size_t i = 0; kept.seen >= i; i++) { /* until none was the i-th */
        struct wmdm *w = wmdm_open(c);
        struct wmdm_kind kinds[WMDM_KINDS];

        kept = (struct kept){.wanted = i};
        wmdm_kinds(w, kinds);
        for (size_t k = 0; k < WMDM_KINDS && kept.seen <= i; k++) {
            if (kinds[k].object)
                wmdm_sweep(w, kinds[k].object, keep_one, &kept);
        }
        wmdm_kinds_release(c, kinds);
        wmdm_close(w);
        check_kept(c, kept.object, "SP-LIFE-007.asked");
    }
}

enum { CREATED, MADE, MADE_SIZED, MADE_TAGGED, FOUND, FOUND_BY_DEVICE, TRANSFERRED, MADE_WAYS };

/* The work folder, which lies in the root, as the device finds it; NULL: it does not. */
static IMDSPStorage *found_by_device(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *folder = wmdm_work_folder(w), *found = NULL;
    char *name = folder == wmdm_root(w) ? NULL : wmdm_name(w, folder);
    WCHAR *wide = name ? com_utf16_from_utf8(name) : NULL;
    IMDSPDevice2 *device;

    if (wide && conf_offers(c, "PROVIDER.DEVICE.FIND")) {
        device = AS(IMDSPDevice2, wmdm_device(w));
        (void)CALL(IMDSPDevice2, GetStorage, device, wide, &found);
        RELEASE(device);
    }
    CoTaskMemFree(wide);
    free(name);
    return found;
}

static IMDSPStorage *found_in_folder(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *two = wmdm_put(w, wmdm_work_folder(w), "two.bin", "x", 1), *found = NULL;
    IMDSPStorage2 *folder;

    if (conf_offers(c, "PROVIDER.STORAGE.FIND")) {
        folder = AS(IMDSPStorage2, wmdm_work_folder(w));
        (void)CALL(IMDSPStorage2, GetStorage, folder, u"two.bin", &found);
        RELEASE(folder);
    }
    RELEASE(two);
    return found;
}

static IMDSPStorage *made_alone(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *folder = wmdm_work_folder(w), *made = NULL;
    WCHAR *wide = com_utf16_from_utf8(name);

    SETUP_CALL(IMDSPStorage, CreateStorage, folder,
               WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, wide, &made);
    CoTaskMemFree(wide);
    if (folder == wmdm_root(w))
        wmdm_made(w, name);
    return made;
}

static IMDSPStorage *transferred(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDirectTransfer *direct;
    IMDSPStorage *made = NULL;
    WCHAR *path;

    if (!conf_offers(c, "PROVIDER.DIRECT"))
        return NULL;
    direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    path = wmdm_source(c, "source.bin", "x", 1, 0);
    wmdm_made(w, "sent.mp3");
    (void)CALL(IMDSPDirectTransfer, TransferToDevice, direct, path, NULL, WMDM_CONTENT_FILE,
               u"sent.mp3", NULL, NULL, &made);
    CoTaskMemFree(path);
    RELEASE(direct);
    return made;
}

/* NULL: the provider has not that way. */
static IMDSPStorage *made_or_found(struct wmdm *w, unsigned way)
{
    IMDSPStorage *folder = wmdm_work_folder(w);
    IWMDMMetaData *tags;
    IMDSPStorage *made;

    switch (way) {
    case MADE:
        return made_alone(w, "one.mp3");
    case MADE_SIZED:
        return wmdm_create(w, folder, "sized.bin", WMDM_FILE_ATTR_FILE, 1, NULL);
    case MADE_TAGGED:
        if (!wmdm_has(w, folder, &IID_IMDSPStorage4))
            return NULL;
        tags = wmdm_metadata_new();
        made = wmdm_create(w, folder, "tagged.mp3", WMDM_FILE_ATTR_FILE, 0, tags);
        IWMDMMetaData_Release(tags);
        return made;
    case FOUND:
        return found_in_folder(w);
    case TRANSFERRED:
        return transferred(w);
    default:
        return found_by_device(w);
    }
}

/* The first that CreateDevice hands out; NULL: the provider has not that way. */
static IUnknown *created(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_created made;
    IUnknown *first = NULL;

    if (!conf_offers(c, "PROVIDER.PNP"))
        return NULL;
    made = wmdm_created_new(w, conf_device_uri(c));
    if (made.hr == S_OK && made.count && made.device && made.device != POISON) {
        first = (IUnknown *)made.device[0];
        made.device[0] = NULL;
    }
    wmdm_created_release(w, &made);
    return first;
}

CONF_CASE(COM_COUNT_BV_02, .title = "What is made has one reference", .reqs = REQS("SP-LIFE-007"),
          .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "CreateDevice, CreateStorage, CreateStorage2, CreateStorageWithMetadata, "
                   "GetStorage of folder and device, TransferToDevice: everything else released, "
                   "DllCanUnloadNow; that released, DllCanUnloadNow")
{
    for (unsigned way = 0; way < MADE_WAYS; way++) {
        struct wmdm *w = wmdm_open(c);
        IUnknown *made = way == CREATED ? created(w) : (IUnknown *)made_or_found(w, way);

        wmdm_close(w);
        check_kept(c, made, "SP-LIFE-007.made");
    }
}
