/* The instance of the provider a case talks to, and the way from it to what is judged. */
#include "conformance/wmdm/wmdm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/case/demand.h"
#include "conformance/case/module.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"
#include "wmdm_certs.h"

#define PAIR(text, name)                                                                           \
    {                                                                                              \
        text, name##_certificate, name##_key, sizeof(name##_certificate), sizeof(name##_key)       \
    }
static const struct wmdm_pair pairs[WMDM_CERTIFICATE_COUNT] = {
    [WMDM_APPLICATION_HIGH] = PAIR("application-high", application_high),
    [WMDM_APPLICATION_LOW] = PAIR("application-low", application_low),
    [WMDM_APPLICATION_STRANGER] = PAIR("application-stranger", application_stranger),
    [WMDM_APPLICATION_EXPIRED] = PAIR("application-expired", application_expired),
    [WMDM_APPLICATION_EARLY] = PAIR("application-early", application_early),
    [WMDM_APPLICATION_NAMESAKE] = PAIR("application-namesake", application_namesake),
    [WMDM_PROVIDER_AS_APPLICATION] = PAIR("provider-high", provider_high),
    [WMDM_PROVIDER_HIGH] = PAIR("provider-high", provider_high),
};

const struct wmdm_pair *wmdm_pair(enum wmdm_certificate which)
{
    return &pairs[which];
}

#define MADE_MAX 32

struct wmdm {
    struct conf *c;
    IMDServiceProvider *provider; /* the references of the instance */
    IComponentAuthenticate *component;
    struct sac_channel *channel;
    IMDSPDevice **devices; /* of CreateDevice, with a reference each */
    DWORD device_count;
    IMDSPDevice3 *device3;
    IMDSPStorage *root, *work;
    char *made[MADE_MAX]; /* names in the root, where there are no folders */
    size_t made_count;
    IMDSPStorageGlobals *globals;
};

/* ---- calls */
HRESULT wmdm_traced(struct conf *c, const char *method, HRESULT hr)
{
    conf_note(c, "%s: %s", method, value_hr(hr).text);
    conf_called(c, method, hr, value_hr_name(hr));
    return hr;
}

void wmdm_setup(struct conf *c, const char *method, HRESULT hr)
{
    wmdm_step(c, method, method, hr);
    conf_in_step(c, NULL);
}

void wmdm_step(struct conf *c, const char *step, const char *what, HRESULT hr)
{
    if (hr != S_OK)
        conf_refused(c, step, "%s answered %s", what, value_hr(hr).text);
}

void wmdm_ours(struct conf *c, const char *what, HRESULT hr)
{
    if (hr != S_OK)
        conf_setup_failed(c, "%s: %s", what, value_hr(hr).text);
}

/* ---- module */
void *wmdm_export(struct conf *c, const char *name)
{
    return module_export(conf_provider_module(c), name);
}

/* dlsym() hands out an object pointer; POSIX says it may be read as a function's. */
static bool entry(struct conf *c, const char *name, void *ret_function)
{
    void *symbol = wmdm_export(c, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static _Noreturn void no_class_object(struct conf *c)
{
    conf_refused(c, "DllGetClassObject", "the provider exports no DllGetClassObject");
}

wmdm_get_class_object wmdm_class_object_entry(struct conf *c)
{
    wmdm_get_class_object function;

    if (!entry(c, "DllGetClassObject", &function))
        no_class_object(c);
    return function;
}

wmdm_can_unload_now wmdm_can_unload_entry(struct conf *c)
{
    wmdm_can_unload_now function;

    ROW(conf_row_blamed(c)) {
        REQUIRE(entry(c, "DllCanUnloadNow", &function));
    }
    return function;
}

static CLSID provider_clsid(struct conf *c)
{
    CLSID clsid;

    if (!com_guid_parse(conf_provider_class(c), &clsid))
        conf_setup_failed(c, "%s is no class id", conf_provider_class(c));
    return clsid;
}

/* ---- life */
static void close_at_end(void *w)
{
    wmdm_close(w);
}

IMDServiceProvider *wmdm_instance(struct conf *c)
{
    wmdm_get_class_object get = module_activation(conf_provider_module(c));
    CLSID clsid = provider_clsid(c);
    IClassFactory *factory = NULL;
    IMDServiceProvider *provider = NULL;

    if (!get)
        no_class_object(c);
    SP_SETUP("DllGetClassObject", get(&clsid, &IID_IClassFactory, (void **)&factory));
    SP_SETUP(
        "IClassFactory::CreateInstance",
        IClassFactory_CreateInstance(factory, NULL, &IID_IMDServiceProvider, (void **)&provider));
    SP_CALL("IClassFactory::Release", IClassFactory_Release(factory));
    return provider;
}

struct wmdm *wmdm_new(struct conf *c)
{
    struct wmdm *w = calloc(1, sizeof(*w));

    if (!w)
        conf_setup_failed(c, "no memory");
    w->c = c;
    conf_at_end(c, close_at_end, w);
    w->provider = wmdm_instance(c);
    SP_SETUP("IMDServiceProvider::QueryInterface(IComponentAuthenticate)",
             IMDServiceProvider_QueryInterface(w->provider, &IID_IComponentAuthenticate,
                                               (void **)&w->component));
    return w;
}

HRESULT wmdm_authenticate(struct wmdm *w, enum wmdm_certificate which)
{
    struct conf *c = w->c;
    const struct wmdm_pair *pair = wmdm_pair(which);
    HRESULT hr;

    sac_free(w->channel);
    w->channel = sac_client_new();
    hr = sac_set_certificate(w->channel, SAC_CERT_V1, pair->certificate, pair->certificate_length,
                             pair->key, pair->key_length);
    if (SUCCEEDED(hr))
        hr = sac_set_interface(w->channel, w->component);
    if (FAILED(hr))
        conf_setup_failed(w->c, "the host's own certificate %s: %s", pair->name, value_hr(hr).text);
    conf_note(w->c, "handshake with certificate %s", pair->name);
    return SP_HR("IComponentAuthenticate::SACAuth", sac_authenticate(w->channel, SAC_PROTOCOL_V1));
}

struct wmdm *wmdm_open(struct conf *c)
{
    struct wmdm *w = wmdm_new(c);

    SP_SETUP("handshake", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    return w;
}

void wmdm_fail(struct wmdm *w)
{
    struct conf *c = w->c;
    BYTE nonsense[] = "not a message of the channel", *out = NULL;
    DWORD length = 0;

    CALL(IComponentAuthenticate, SACAuth, w->component, SAC_PROTOCOL_V1, 0, nonsense,
         sizeof(nonsense), &out, &length);
    CoTaskMemFree(out);
}

#define LET_GO(type, pointer)                                                                      \
    do {                                                                                           \
        if (pointer)                                                                               \
            SP_CALL(#type "::Release", type##_Release(pointer));                                   \
        (pointer) = NULL;                                                                          \
    } while (0)

void wmdm_shut(struct wmdm *w)
{
    struct conf *c = w->c;
    IMDSPEnumDevice *devices = NULL;
    DWORD count;
    bool is_shut;

    wmdm_fail(w);
    is_shut =
        CALL(IMDServiceProvider, GetDeviceCount, w->provider, &count) == WMDM_E_NOTCERTIFIED ||
        CALL(IMDServiceProvider, EnumDevices, w->provider, &devices) == WMDM_E_NOTCERTIFIED;
    LET_GO(IMDSPEnumDevice, devices);
    if (!is_shut)
        conf_inconclusive(c, "a handshake that fails leaves the channel open (reading U6)");
}

void wmdm_let_go(struct wmdm *w)
{
    struct conf *c = w->c;

    LET_GO(IMDSPStorageGlobals, w->globals);
    LET_GO(IMDSPStorage, w->root);
    LET_GO(IMDSPDevice3, w->device3);
    for (DWORD i = 0; i < w->device_count; i++)
        LET_GO(IMDSPDevice, w->devices[i]);
    CoTaskMemFree(w->devices);
    w->devices = NULL;
    w->device_count = 0;
    sac_free(w->channel); /* releases its reference to the component */
    w->channel = NULL;
    LET_GO(IComponentAuthenticate, w->component);
    LET_GO(IMDServiceProvider, w->provider);
}

bool wmdm_is_let_go(const struct wmdm *w)
{
    return !w->provider;
}

void wmdm_made(struct wmdm *w, const char *name)
{
    struct conf *c = w->c;

    if (conf_offers(c, "PROVIDER.MEDIUM.FOLDERS"))
        return;
    if (w->made_count == MADE_MAX)
        conf_setup_failed(c, "more than %u objects in a root", MADE_MAX);
    w->made[w->made_count] = strdup(name);
    w->made_count += w->made[w->made_count] != NULL;
}

static void forget_made(struct wmdm *w)
{
    while (w->made_count)
        free(w->made[--w->made_count]);
}

/* By their names: to hold them would keep open what a case let go. A case that let the instance go,
 * too, needs another one for it. */
static void remove_made(struct wmdm *w)
{
    struct conf *c = w->c;
    struct wmdm *again;

    if (w->made_count && wmdm_is_let_go(w)) {
        again = wmdm_open(c);
        memcpy(again->made, w->made, sizeof(w->made));
        again->made_count = w->made_count;
        w->made_count = 0;
        wmdm_close(again);
    }
    for (size_t i = 0; i < w->made_count; i++) {
        IMDSPStorage *left = wmdm_child(w, wmdm_root(w), w->made[i]);

        if (left)
            wmdm_delete(w, left);
        LET_GO(IMDSPStorage, left);
    }
    forget_made(w);
}

void wmdm_close(struct wmdm *w)
{
    struct conf *c = w->c;

    conf_forget(c, w);
    if (w->work)
        wmdm_delete(w, w->work);
    LET_GO(IMDSPStorage, w->work);
    remove_made(w);
    wmdm_let_go(w);
    free(w);
}

struct conf *wmdm_conf(struct wmdm *w)
{
    return w->c;
}

IMDServiceProvider *wmdm_provider(struct wmdm *w)
{
    return w->provider;
}

IComponentAuthenticate *wmdm_component(struct wmdm *w)
{
    return w->component;
}

struct sac_channel *wmdm_channel(struct wmdm *w)
{
    return w->channel;
}

/* ---- the way to what is judged */
void *wmdm_query(struct wmdm *w, void *interface, REFIID iid)
{
    struct conf *c = w->c;
    char name[64], step[96];
    void *result = NULL;
    HRESULT hr = SP_CALL("IUnknown::QueryInterface",
                         IUnknown_QueryInterface((IUnknown *)interface, iid, &result));

    wmdm_iid_text(iid, name, sizeof(name));
    snprintf(step, sizeof(step), "QueryInterface(%s)", name);
    if (hr != S_OK || !result)
        conf_refused(w->c, demand_of(step) ? step : "QueryInterface", "%s answered %s%s", step,
                     value_hr(hr).text, hr == S_OK ? " and no interface" : "");
    return result;
}

bool wmdm_has(struct wmdm *w, void *interface, REFIID iid)
{
    struct conf *c = w->c;
    IUnknown *result = NULL;
    HRESULT hr = SP_CALL("IUnknown::QueryInterface",
                         IUnknown_QueryInterface((IUnknown *)interface, iid, (void **)&result));
    bool has = hr == S_OK && result;

    LET_GO(IUnknown, result);
    return has;
}

/* Who has no IMDServiceProvider2 finds its devices by itself; a plug-and-play one has to have it.
 */
static bool is_pnp(struct wmdm *w)
{
    return wmdm_has(w, w->provider, &IID_IMDServiceProvider2) || conf_offers(w->c, "PROVIDER.PNP");
}

static void find_device(struct wmdm *w)
{
    struct conf *c = w->c;
    IMDSPEnumDevice *devices = NULL;
    DWORD fetched = 0;

    w->devices = CoTaskMemAlloc(sizeof(*w->devices));
    if (!w->devices)
        conf_setup_failed(c, "no memory");
    w->devices[0] = NULL;
    SETUP_CALL(IMDServiceProvider, EnumDevices, w->provider, &devices);
    (void)CALL(IMDSPEnumDevice, Next, devices, 1, w->devices, &fetched);
    LET_GO(IMDSPEnumDevice, devices);
    w->device_count = w->devices[0] ? 1 : 0;
    if (!w->devices[0])
        conf_refused(c, "IMDSPEnumDevice::Next", "IMDSPEnumDevice::Next(1) fetched no device");
}

IMDSPDevice *wmdm_device(struct wmdm *w)
{
    struct conf *c = w->c;
    IMDServiceProvider2 *provider = NULL;
    WCHAR *path;

    if (w->device_count)
        return w->devices[0];
    if (!is_pnp(w)) {
        find_device(w);
        return w->devices[0];
    }
    SP_SETUP("IMDServiceProvider::QueryInterface(IMDServiceProvider2)",
             IMDServiceProvider_QueryInterface(w->provider, &IID_IMDServiceProvider2,
                                               (void **)&provider));
    path = com_utf16_from_utf8(conf_device_uri(w->c));
    SP_SETUP("IMDServiceProvider2::CreateDevice",
             IMDServiceProvider2_CreateDevice(provider, path, &w->device_count, &w->devices));
    CoTaskMemFree(path);
    LET_GO(IMDServiceProvider2, provider);
    if (!w->device_count || !w->devices || !w->devices[0])
        conf_refused(c, "IMDServiceProvider2::CreateDevice",
                     "IMDServiceProvider2::CreateDevice answered S_OK without a device");
    return w->devices[0];
}

IMDSPDevice3 *wmdm_device3(struct wmdm *w)
{
    if (!w->device3)
        w->device3 = wmdm_query(w, wmdm_device(w), &IID_IMDSPDevice3);
    return w->device3;
}

IMDSPStorage *wmdm_root(struct wmdm *w)
{
    struct conf *c = w->c;
    IMDSPEnumStorage *enumerator = NULL;
    ULONG fetched = 0;

    if (w->root)
        return w->root;
    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &enumerator);
    SETUP_CALL(IMDSPEnumStorage, Next, enumerator, 1, &w->root, &fetched);
    LET_GO(IMDSPEnumStorage, enumerator);
    if (fetched != 1 || !w->root)
        conf_refused(w->c, "IMDSPEnumStorage::Next",
                     "IMDSPEnumStorage::Next(1) answered S_OK with %u storages%s", fetched,
                     w->root ? "" : " and no pointer");
    return w->root;
}

IMDSPStorageGlobals *wmdm_globals(struct wmdm *w)
{
    struct conf *c = w->c;

    if (!w->globals)
        SETUP_CALL(IMDSPStorage, GetStorageGlobals, wmdm_root(w), &w->globals);
    return w->globals;
}

IMDSPStorage *wmdm_work_folder(struct wmdm *w)
{
    struct conf *c = w->c;
    char name[64];

    if (w->work)
        return w->work;
    if (!conf_offers(c, "PROVIDER.MEDIUM.FOLDERS"))
        return wmdm_root(w);
    snprintf(name, sizeof(name), "papcheck-%016llx", (unsigned long long)conf_seed(w->c));
    w->work = wmdm_child(w, wmdm_root(w), name);
    if (w->work) {
        /* Left behind by a run that died; it is ours by its name. */
        wmdm_delete(w, w->work);
        LET_GO(IMDSPStorage, w->work);
    }
    w->work = wmdm_create(w, wmdm_root(w), name, WMDM_FILE_ATTR_FOLDER, 0, NULL);
    return w->work;
}

IMDSPStorage *wmdm_place(struct wmdm *w)
{
    if (w->work)
        return w->work;
    return wmdm_is_let_go(w) ? NULL : wmdm_root(w);
}

void wmdm_forget_work_folder(struct wmdm *w)
{
    struct conf *c = w->c;

    LET_GO(IMDSPStorage, w->work);
    forget_made(w);
}

struct wmdm *wmdm_replug(struct wmdm *w, IMDSPStorage **storage)
{
    struct conf *c = w->c;

    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    LET_GO(IMDSPStorage, *storage);
    wmdm_forget_work_folder(w);
    wmdm_close(w);
    free(conf_control(c, "{\"verb\":\"plug\"}"));
    return wmdm_open(c);
}

char *wmdm_name(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = w->c;
    WCHAR name[512] = {0};

    SETUP_CALL(IMDSPStorage, GetName, storage, name, 512);
    name[511] = 0;
    return com_utf8_copy(name);
}

/* Takes over the enumerator. */
static struct wmdm_list all_of(struct wmdm *w, IMDSPEnumStorage *enumerator)
{
    struct conf *c = w->c;
    struct wmdm_list list = {NULL, 0};

    for (;;) {
        IMDSPStorage *child = NULL;
        ULONG fetched = 0;
        HRESULT hr = SP_CALL("IMDSPEnumStorage::Next",
                             IMDSPEnumStorage_Next(enumerator, 1, &child, &fetched));
        if (hr == S_FALSE || (hr == S_OK && !fetched))
            break;
        wmdm_setup(w->c, "IMDSPEnumStorage::Next", hr);
        IMDSPStorage **grown = realloc(list.item, (list.count + 1) * sizeof(IMDSPStorage *));
        if (!grown)
            conf_setup_failed(w->c, "no memory");
        if (!child)
            conf_refused(w->c, "IMDSPEnumStorage::Next",
                         "IMDSPEnumStorage::Next(1) answered S_OK with no pointer");
        list.item = grown;
        list.item[list.count++] = child;
    }
    LET_GO(IMDSPEnumStorage, enumerator);
    return list;
}

struct wmdm_list wmdm_children(struct wmdm *w, IMDSPStorage *parent)
{
    struct conf *c = w->c;
    IMDSPEnumStorage *enumerator = NULL;

    SETUP_CALL(IMDSPStorage, EnumStorage, parent, &enumerator);
    return all_of(w, enumerator);
}

struct wmdm_list wmdm_roots(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = w->c;
    IMDSPEnumStorage *enumerator = NULL;

    SETUP_CALL(IMDSPDevice, EnumStorage, device, &enumerator);
    return all_of(w, enumerator);
}

void wmdm_release_all(struct wmdm *w, struct wmdm_list *list)
{
    struct conf *c = w->c;

    for (size_t i = 0; i < list->count; i++)
        LET_GO(IMDSPStorage, list->item[i]);
    free(list->item);
    *list = (struct wmdm_list){NULL, 0};
}

IMDSPStorage *wmdm_child(struct wmdm *w, IMDSPStorage *parent, const char *name)
{
    struct wmdm_list list = wmdm_children(w, parent);
    IMDSPStorage *found = NULL;

    for (size_t i = 0; i < list.count && !found; i++) {
        char *other = wmdm_name(w, list.item[i]);
        if (other && strcmp(other, name) == 0) {
            found = list.item[i];
            list.item[i] = NULL;
        }
        free(other);
    }
    wmdm_release_all(w, &list);
    return found;
}
