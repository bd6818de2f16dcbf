/* From a library and a MOF file to a provider that answers, as WMI goes that way. */
#include "conformance/suites/wmi/wmi_subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_status.h"
#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "conformance/program/program.h"
#include "conformance/suites/wmi/wmi_mof.h"
#include "player_inf.h"

/* ---- the namespace it is given: the repository's, with a look at what it is asked */
#define CONTEXT_NAME "papkit"

static bool has_context(const struct wbem_call *call)
{
    BSTR name = NULL;
    VARIANT value = {.vt = VT_EMPTY};
    bool has = false;

    if (call->context && SUCCEEDED(wbem_bstr(CONTEXT_NAME, &name)))
        has = IWbemContext_GetValue(call->context, name, 0, &value) == S_OK;
    (void)VariantClear(&value);
    SysFreeString(name);
    return has;
}

static unsigned number_of(const struct principal *who)
{
    return (unsigned)who->account | (unsigned)who->level << 4 | who->number << 8;
}

static void look_who(struct wmi_seen *it)
{
    struct principal caller;
    const bool is = principal_caller(&caller);
    const bool is_client = is && number_of(&caller) == atomic_load(&it->client);

    if (is_client)
        atomic_fetch_add(&it->as_client, 1);
    else if (is && caller.account >= PRINCIPAL_ADMINISTRATOR)
        atomic_fetch_add(&it->as_another, 1);
    else
        atomic_fetch_add(&it->as_host, 1);
    if (!is_client && atomic_load(&it->as_client))
        atomic_fetch_add(&it->host_again, 1);
}

static struct wmi_seen *look(void *self, const struct wbem_call *call)
{
    struct wmi_seen *it = self;

    if (!has_context(call))
        atomic_fetch_add(&it->without_context, 1);
    else
        look_who(it); /* what it does of its own accord is for nobody */
    return it;
}

static HRESULT open(void *self, const struct wbem_call *call)
{
    return wbem_local_backend.open(&((struct wmi_seen *)self)->local, call);
}

static HRESULT get(void *self, const struct wbem_call *call, const char *path,
                   struct cim_object **ret)
{
    struct wmi_seen *it = look(self, call);

    atomic_fetch_add(&it->gets, 1);
    return wbem_local_backend.get(&it->local, call, path, ret);
}

static HRESULT put(void *self, const struct wbem_call *call, const struct cim_object *object,
                   char **ret_path)
{
    struct wmi_seen *it = look(self, call);

    atomic_fetch_add(&it->puts, 1);
    if (!(call->flags & WBEM_FLAG_OWNER_UPDATE))
        atomic_fetch_add(&it->without_owner, 1);
    return wbem_local_backend.put(&it->local, call, object, ret_path);
}

static HRESULT drop(void *self, const struct wbem_call *call, LONG genus, const char *path)
{
    struct wmi_seen *it = look(self, call);

    atomic_fetch_add(&it->drops, 1);
    if (!(call->flags & WBEM_FLAG_OWNER_UPDATE))
        atomic_fetch_add(&it->without_owner, 1);
    return wbem_local_backend.drop(&it->local, call, genus, path);
}

static HRESULT find(void *self, const struct wbem_call *call, enum wbem_what what, const char *text,
                    cim_each *each, void *each_self)
{
    struct wmi_seen *it = look(self, call);

    atomic_fetch_add(&it->finds, 1);
    return wbem_local_backend.find(&it->local, call, what, text, each, each_self);
}

static HRESULT run(void *self, const struct wbem_call *call, const char *path, const char *method,
                   const struct cim_object *in, struct cim_object **ret_out)
{
    struct wmi_seen *it = look(self, call);

    return wbem_local_backend.run(&it->local, call, path, method, in, ret_out);
}

static const struct wbem_backend backend = {
    .open = open, .get = get, .put = put, .drop = drop, .find = find, .run = run};

/* ---- its process */
void wmi_enter(struct wmi_subject *it, const char *method)
{
    const char *how;

    /* Where it has ended, control stays where it was. */
    if (!method && it->hosting && hosting_fate(it->hosting, &how) != HOSTING_LIVES)
        conf_provider_ended(it->c, how);
    conf_in_provider(it->c, method);
}

/* Of a case that came to no end of its own. */
static void end_process(void *hosting)
{
    hosting_stop(hosting);
}

/* Under the account that its HostingModel says. */
static void set_up_process(struct wmi_subject *it)
{
    const struct provider_registration *registration = &it->registration;
    char program[4096], *why = NULL;
    const struct hosting_options options = {.program = program,
                                            .account = registration->model->account,
                                            .group = registration->group,
                                            .backend = &backend,
                                            .backend_self = it->seen,
                                            .deadline_ms = (int64_t)HOSTING_DEADLINE_MS *
                                                           conf_timeout_scale(it->c),
                                            .keeps = true};
    int error = program_beside("wmihost", program, sizeof(program));

    if (!error)
        error = hosting_start(&options, &it->hosting);
    if (error)
        conf_setup_failed(it->c, "wmihost cannot be started: %s", strerror(-error));
    conf_at_end(it->c, end_process, it->hosting);
    if (FAILED(hosting_stage(it->hosting, player_inf, &why)))
        conf_setup_failed(it->c, "%s", why ? why : "wmihost does not answer");
    free(why);
}

/* ---- the player */
void wmi_plug(struct wmi_subject *it)
{
    char *why;

    if (FAILED(hosting_plug(it->hosting, conf_device_uri(it->c), &why)))
        conf_setup_failed(it->c, "the player cannot be plugged: %s",
                          why ? why : "wmihost does not answer");
    free(why);
}

void wmi_unplug(struct wmi_subject *it)
{
    wmi_enter(it, "(the player is pulled out)");
    (void)hosting_unplug(it->hosting);
    wmi_enter(it, NULL);
}

/* ---- its MOF */
struct search {
    struct wmi_subject *it;
    enum provider_interaction kind;
    char refused[500]; /* why a registration is none; "": all are */
};

static HRESULT found(void *self, struct provider_registration *registration)
{
    struct search *search = self;
    struct wmi_subject *it = search->it;

    if (!it->is_found && registration->interaction == search->kind) {
        it->registration = *registration;
        it->is_found = true;
    } else {
        provider_registration_done(registration);
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT not_found(void *self, const char *namespace, HRESULT hr, const char *why)
{
    struct search *search = self;

    conf_note(search->it->c, "%s: a registration is refused: %s: %s", namespace, cim_status(hr),
              why);
    snprintf(search->refused, sizeof(search->refused), "%s: %s", cim_status(hr), why);
    return WBEM_S_NO_ERROR;
}

static void compile(struct wmi_subject *it, enum provider_interaction kind)
{
    struct search search = {.it = it, .kind = kind};
    const struct provider_each each = {found, not_found, &search};
    const struct mof_options options = {.namespace = "root\\default"};
    struct mof_fault fault = {.line = 0};
    char error[512];

    if (mof_open(NULL, &it->repo, error, sizeof(error)))
        conf_setup_failed(it->c, "%s", error);
    if (FAILED(wmi_mof_compile(it->c, it->repo, &options, &fault)))
        conf_refused(it->c, "mof", "%s:%u:%u: %s", fault.file, fault.line, fault.column,
                     fault.text);
    if (FAILED(provider_registrations(it->repo, "root", &each)))
        conf_setup_failed(it->c, "the registrations cannot be read");
    if (!it->is_found && *search.refused)
        conf_refused(it->c, "mof", "its registration is refused: %s", search.refused);
    if (!it->is_found)
        conf_refused(it->c, kind == PROVIDER_PUSH ? "push registration" : "pull registration",
                     "the MOF registers no %s class provider",
                     kind == PROVIDER_PUSH ? "push" : "pull");
}

/* ---- its class */
static void load_library(struct wmi_subject *it)
{
    const char *const step = "class provider's library";
    char *why = NULL;
    HRESULT hr;

    conf_in_step(it->c, step);
    wmi_enter(it, "(loading)");
    hr = hosting_load(it->hosting, conf_class_provider(it->c), &why);
    wmi_enter(it, NULL);
    conf_in_step(it->c, NULL);
    if (FAILED(hr))
        conf_refused(it->c, step, "it does not load: %s", why ? why : cim_status(hr));
}

static void register_library(struct wmi_subject *it)
{
    char *threading = NULL, *why = NULL;
    HRESULT hr;

    wmi_enter(it, "DllRegisterServer");
    hr = hosting_register(it->hosting, conf_class_provider(it->c), it->registration.clsid,
                          &threading, &why);
    wmi_enter(it, NULL);
    if (FAILED(hr))
        conf_refused(it->c, "DllRegisterServer", "%s", why ? why : cim_status(hr));
    snprintf(it->threading, sizeof(it->threading), "%s", threading ? threading : "");
    free(threading);
}

void wmi_create(struct wmi_subject *it)
{
    char *why = NULL;
    HRESULT hr;

    wmi_enter(it, "DllGetClassObject");
    hr = hosting_create(it->hosting, conf_class_provider(it->c), it->registration.clsid, &it->init,
                        &why);
    wmi_enter(it, NULL);
    if (FAILED(hr))
        conf_refused(it->c, "class factory", "%s: %s", it->registration.clsid,
                     why ? why : cim_status(hr));
}

/* As whom it is called from now on, on this thread. */
static void act(struct wmi_subject *it, bool initializes)
{
    const struct principal caller = provider_caller(&it->registration, &it->client, initializes);

    principal_act(&caller);
}

void wmi_as(struct wmi_subject *it, const struct principal *client)
{
    it->client = *client;
    act(it, false);
    wmi_trace(it);
}

void wmi_trace(struct wmi_subject *it)
{
    atomic_store(&it->seen->client, number_of(&it->client));
    atomic_store(&it->seen->as_client, 0);
    atomic_store(&it->seen->as_host, 0);
    atomic_store(&it->seen->as_another, 0);
    atomic_store(&it->seen->host_again, 0);
}

HRESULT wmi_initialize(struct wmi_subject *it)
{
    char name[PRINCIPAL_NAME];
    BSTR user = NULL;
    BSTR namespace = wmi_bstr(it->c, it->registration.namespace);
    HRESULT hr;

    it->initialized = wmi_sink(it);
    principal_name(&it->client, name);
    if (it->registration.per_user)
        user = wmi_bstr(it->c, name);
    act(it, true);
    wmi_enter(it, "IWbemProviderInit::Initialize");
    hr = IWbemProviderInit_Initialize(it->init, user, 0, namespace, NULL, NULL, it->context,
                                      &it->initialized->init_iface);
    wmi_enter(it, NULL);
    act(it, false);
    SysFreeString(user);
    SysFreeString(namespace);
    return hr;
}

/* ---- all of it */
static void make_context(struct wmi_subject *it)
{
    BSTR name = wmi_bstr(it->c, CONTEXT_NAME);
    VARIANT value = {.vt = VT_I4, .lVal = 1};

    if (FAILED(wbem_context_new(&it->context)) ||
        FAILED(IWbemContext_SetValue(it->context, name, 0, &value)))
        conf_setup_failed(it->c, "no memory");
    SysFreeString(name);
}

void wmi_set_up(struct wmi_subject *it, struct conf *c, enum provider_interaction kind,
                bool plugged)
{
    *it = (struct wmi_subject){
        .c = c,
        .seen = calloc(1, sizeof(*it->seen)),
        .client = {.account = PRINCIPAL_ADMINISTRATOR, .level = PRINCIPAL_IMPERSONATE}};
    if (!it->seen)
        conf_setup_failed(c, "no memory");
    compile(it, kind);
    it->seen->local.repo = it->repo;
    make_context(it);
    set_up_process(it);
    if (plugged)
        wmi_plug(it);
    load_library(it);
    register_library(it);
}

void wmi_load(struct wmi_subject *it, struct conf *c, enum provider_interaction kind, bool plugged)
{
    wmi_set_up(it, c, kind, plugged);
    wmi_bring_up(it, kind);
}

bool wmi_comes_up(struct wmi_subject *it)
{
    wmi_create(it);
    return SUCCEEDED(wmi_initialize(it)) &&
           wmi_await(it, "IWbemProviderInit::Initialize", it->initialized) &&
           it->initialized->result == WBEM_S_INITIALIZED;
}

void wmi_ready(struct wmi_subject *it)
{
    HRESULT hr;

    wmi_enter(it, "QueryInterface(IWbemServices)");
    hr = IWbemProviderInit_QueryInterface(it->init, &IID_IWbemServices, (void **)&it->services);
    wmi_enter(it, NULL);
    if (FAILED(hr) || !it->services)
        conf_refused(it->c, "IWbemServices", "QueryInterface answered 0x%08x", (unsigned)hr);
}

void wmi_bring_up(struct wmi_subject *it, enum provider_interaction kind)
{
    struct conf *c = it->c;
    HRESULT hr;

    wmi_create(it);
    hr = wmi_initialize(it);
    if (FAILED(hr))
        conf_refused(c, "Initialize", "it answered %s", cim_status(hr));
    if (!wmi_await(it, "IWbemProviderInit::Initialize", it->initialized))
        conf_refused(c, "Initialize", "it answered %s, and SetStatus never came", cim_status(hr));
    if (it->initialized->result != WBEM_S_INITIALIZED)
        conf_refused(c, "Initialize", "SetStatus said %s", cim_status(it->initialized->result));
    if (kind != PROVIDER_PUSH)
        wmi_ready(it);
}

void wmi_release(struct wmi_subject *it)
{
    wmi_enter(it, "Release");
    if (it->services)
        (void)IWbemServices_Release(it->services);
    if (it->init)
        (void)IWbemProviderInit_Release(it->init);
    it->services = NULL;
    it->init = NULL;
    if (it->hosting)
        (void)hosting_quiesce(it->hosting);
    wmi_enter(it, NULL);
}

void wmi_leave(struct wmi_subject *it)
{
    if (!it->c)
        return;
    wmi_release(it);
    principal_act(NULL);
    conf_forget(it->c, it->hosting);
    hosting_stop(it->hosting);
    while (it->sinks) {
        struct wmi_sink *sink = it->sinks;

        it->sinks = sink->next;
        wmi_sink_free(sink);
    }
    if (it->context)
        (void)IWbemContext_Release(it->context);
    if (it->is_found)
        provider_registration_done(&it->registration);
    cim_repo_close(it->repo);
    free(it->seen);
}

/* ---- its time, and what it holds */
void wmi_quiesce(struct wmi_subject *it)
{
    (void)hosting_quiesce(it->hosting);
}

void wmi_advance(struct wmi_subject *it, uint32_t ms)
{
    (void)hosting_advance(it->hosting, ms, NULL);
}

uint64_t wmi_now(struct wmi_subject *it)
{
    uint64_t now = 0;

    (void)hosting_advance(it->hosting, 0, &now);
    return now;
}

unsigned wmi_held(struct wmi_subject *it, enum hosting_what what)
{
    return hosting_held(it->hosting, what, NULL);
}

/* ---- requests */
BSTR wmi_bstr(struct conf *c, const char *text)
{
    BSTR wide = NULL;

    if (FAILED(wbem_bstr(text, &wide)))
        conf_setup_failed(c, "no memory");
    return wide;
}

struct wmi_sink *wmi_sink(struct wmi_subject *it)
{
    struct wmi_sink *sink = wmi_sink_new(it->c, it->hosting);

    sink->next = it->sinks;
    it->sinks = sink;
    return sink;
}

void wmi_answered(struct wmi_subject *it, HRESULT hr, const char *format, ...)
{
    struct value answer;
    char call[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(call, sizeof(call), format, arguments);
    va_end(arguments);
    snprintf(answer.text, sizeof(answer.text), "%s", cim_status(hr));
    conf_called(it->c, call, hr, answer);
}

HRESULT wmi_begin_get(struct wmi_subject *it, const char *path, struct wmi_sink *sink)
{
    BSTR text = wmi_bstr(it->c, path);
    HRESULT hr;

    wmi_enter(it, "IWbemServices::GetObjectAsync");
    hr = IWbemServices_GetObjectAsync(it->services, text, 0, it->context,
                                      sink ? &sink->objects_iface : NULL);
    wmi_enter(it, NULL);
    SysFreeString(text);
    conf_note(it->c, "GetObjectAsync(%s): %s", path ? path : "NULL", cim_status(hr));
    wmi_answered(it, hr, "IWbemServices::GetObjectAsync(%s)", path ? path : "NULL");
    return hr;
}

HRESULT wmi_begin_enum(struct wmi_subject *it, const char *superclass, LONG flags,
                       struct wmi_sink *sink)
{
    BSTR text = wmi_bstr(it->c, superclass);
    HRESULT hr;

    wmi_enter(it, "IWbemServices::CreateClassEnumAsync");
    hr = IWbemServices_CreateClassEnumAsync(it->services, text, flags, it->context,
                                            sink ? &sink->objects_iface : NULL);
    wmi_enter(it, NULL);
    SysFreeString(text);
    conf_note(it->c, "CreateClassEnumAsync(%s, 0x%x): %s", superclass ? superclass : "NULL",
              (unsigned)flags, cim_status(hr));
    wmi_answered(it, hr, "IWbemServices::CreateClassEnumAsync(%s, 0x%x)",
                 superclass ? superclass : "NULL", (unsigned)flags);
    return hr;
}

bool wmi_await(struct wmi_subject *it, const char *method, struct wmi_sink *sink)
{
    bool ended;

    wmi_enter(it, method);
    ended = wmi_sink_await(sink);
    wmi_enter(it, NULL);
    if (ended)
        wmi_answered(it, sink->result, "SetStatus of %s", method);
    return ended;
}

static struct wmi_sink *end_of(struct wmi_subject *it, const char *method, HRESULT hr,
                               struct wmi_sink *sink, HRESULT *ret_hr)
{
    bool ended;

    if (ret_hr)
        *ret_hr = hr;
    if (FAILED(hr))
        return NULL;
    ended = wmi_await(it, method, sink);
    conf_note(it->c, "%s: %u times Indicate, %zu objects, %u times SetStatus: %s", method,
              sink->indicates, sink->count, sink->statuses,
              ended ? cim_status(sink->result) : "it never came");
    return ended ? sink : NULL;
}

struct wmi_sink *wmi_get(struct wmi_subject *it, const char *path, HRESULT *ret_hr)
{
    struct wmi_sink *sink = wmi_sink(it);

    return end_of(it, "IWbemServices::GetObjectAsync", wmi_begin_get(it, path, sink), sink, ret_hr);
}

struct wmi_sink *wmi_enum(struct wmi_subject *it, const char *superclass, LONG flags,
                          HRESULT *ret_hr)
{
    struct wmi_sink *sink = wmi_sink(it);

    return end_of(it, "IWbemServices::CreateClassEnumAsync",
                  wmi_begin_enum(it, superclass, flags, sink), sink, ret_hr);
}

struct wmi_sink *wmi_all(struct wmi_subject *it)
{
    HRESULT hr = S_OK;
    struct wmi_sink *sink = wmi_enum(it, NULL, WBEM_FLAG_DEEP, &hr);

    if (!sink)
        conf_refused(it->c, "CreateClassEnumAsync", "it answered %s%s", cim_status(hr),
                     SUCCEEDED(hr) ? ", and SetStatus never came" : "");
    if (FAILED(sink->result))
        conf_refused(it->c, "CreateClassEnumAsync", "SetStatus said %s", cim_status(sink->result));
    return sink;
}

const struct cim_object *wmi_some(const struct wmi_sink *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *super = cim_superclass(all->classes[i]);

        if (super && wmi_sink_class(all, super))
            return all->classes[i];
    }
    return all->count ? all->classes[0] : NULL;
}
