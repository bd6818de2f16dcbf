/* The defects of router_defects.def, each where one file of the router, or of what it stands on,
 * calls another. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/router_deviant.h"
#include "conformance/host/router/router_private.h"
#include "spcore/base.h"

enum router_defect {
#define DEFECT(token, name, text, ...) ROUTER_DEFECT_##token,
#include "conformance/host/deviant/router_defects.def"
#undef DEFECT
    ROUTER_DEFECTS
};
static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/deviant/router_defects.def"
#undef DEFECT
};
static bool chosen[ROUTER_DEFECTS];

bool router_deviate(const char *name)
{
    bool found = false;

    for (int i = 0; i < ROUTER_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0)
            found = chosen[i] = true;
    }
    return found;
}

#define deviates(token) chosen[ROUTER_DEFECT_##token]
#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* ---- whose a class is */
/* With the first query of a provider: what it compares with, if it compares so; "": not. */
static const char *compared(const struct provider_registration *it, enum wql_op op,
                            const char *property)
{
    const char *text = it->result.count ? wql_demands(&it->result.at[0], op, property) : NULL;

    return text ? text : "";
}

/* Which way a name is decided, whatever else is known; 0: it is not. */
static int decided(const struct provider_registration *it, const char *name, const char *super)
{
    if (deviates(ISA_BELOW) && strcmp(compared(it, WQL_ISA, "__this"), name) == 0)
        return -1;
    if (deviates(DYNASTY_ROOT) && strcmp(compared(it, WQL_EQUAL, "__DYNASTY"), name) == 0)
        return 1;
    return deviates(CLASS_BELOW) && *compared(it, WQL_EQUAL, "__CLASS") &&
                   (!super || strcmp(compared(it, WQL_EQUAL, "__CLASS"), super) == 0)
               ? 1
               : 0;
}

static struct provider_registration supporting_all(const struct provider_registration *it)
{
    struct provider_registration other = *it;

    if (deviates(UNSUPPORTED_IGNORED))
        other.unsupported = (struct provider_queries){NULL, 0};
    return other;
}

SEAM(router_may_have);
bool __wrap_router_may_have(const struct provider_registration *it, const char *name)
{
    const struct provider_registration other = supporting_all(it);
    const int way = decided(it, name, NULL);

    return way ? way > 0 : __real_router_may_have(&other, name);
}

SEAM(provider_has_class);
bool __wrap_provider_has_class(const struct provider_registration *it,
                               const struct cim_object *class)
{
    const struct provider_registration other = supporting_all(it);
    const char *super = cim_superclass(class);
    const int way = decided(it, class->class_name, super ? super : "");

    return way ? way > 0 : __real_provider_has_class(&other, class);
}

/* ---- who can be asked */
static void keep_first(struct router_routes *routes)
{
    while (routes->count > 1)
        provider_registration_done(&routes->at[--routes->count].it);
}

static void change_route(struct router_route *route)
{
    static bool disabled;

    disabled |= route->hr == WBEM_E_PROVIDER_DISABLED;
    if (deviates(DISABLED_STAYS) && disabled && SUCCEEDED(route->hr))
        route->hr = WBEM_E_PROVIDER_DISABLED;
    else if (deviates(DISABLED_HIDDEN) && route->hr == WBEM_E_PROVIDER_DISABLED)
        route->hr = WBEM_E_NOT_FOUND;
    else if (deviates(DISABLED_LOADED) && route->hr == WBEM_E_PROVIDER_DISABLED)
        route->hr = WBEM_S_NO_ERROR;
    else if (deviates(DANGLING_HIDDEN) && route->hr == WBEM_E_PROVIDER_NOT_FOUND)
        route->hr = WBEM_E_NOT_FOUND;
}

SEAM(router_routes_read);
HRESULT __wrap_router_routes_read(struct cim_repo *repo, const char *namespace,
                                  struct router_routes *ret)
{
    HRESULT hr = __real_router_routes_read(repo, namespace, ret);

    for (size_t i = 0; SUCCEEDED(hr) && i < ret->count; i++) {
        if (deviates(DISABLED_ALL) && ret->at[i].hr == WBEM_E_PROVIDER_DISABLED)
            return WBEM_E_PROVIDER_DISABLED;
        change_route(&ret->at[i]);
    }
    if (SUCCEEDED(hr) && deviates(UNSUPPORTED_ENDS))
        keep_first(ret);
    return hr;
}

/* ---- what a registration says */
static HRESULT changed(const struct cim_object *object, const char *property,
                       struct cim_value value, struct cim_object **ret)
{
    HRESULT hr = cim_object_clone(object, ret);

    return SUCCEEDED(hr) ? cim_set_value(*ret, property, value) : hr;
}

static bool is(const struct cim_object *object, const char *property, int64_t number)
{
    const struct cim_property *its = cim_property(object, property);

    return its && !its->value.is_null && its->value.one.i == number;
}

static const char *model_of(const struct cim_object *provider)
{
    const struct cim_property *its = cim_property(provider, "HostingModel");

    return its && !its->value.is_null ? its->value.one.s : "";
}

SEAM(provider_judge);
static HRESULT judge_version(const struct cim_object *provider, HRESULT hr,
                             const struct provider_model **ret_model)
{
    const bool odd = is(provider, "ImpersonationLevel", 7);
    struct cim_object *other = NULL;

    if (deviates(VERSION_TWO) && is(provider, "Version", 2))
        return WBEM_E_INVALID_PROVIDER_REGISTRATION;
    if (deviates(LEVEL_NONE) && odd)
        return WBEM_E_INVALID_PROVIDER_REGISTRATION;
    if (FAILED(hr) && (odd ? deviates(LEVEL_ANY) : deviates(VERSION_ANY)) &&
        SUCCEEDED(changed(provider, "Version", cim_int(CIM_UINT32, 1), &other)))
        hr = __real_provider_judge(other, ret_model, NULL, 0);
    cim_object_unref(other);
    return hr;
}

HRESULT __wrap_provider_judge(const struct cim_object *provider,
                              const struct provider_model **ret_model, char *why, size_t room)
{
    static const struct provider_model system = {"LocalSystemHost", "LocalSystem"},
                                       service = {"LocalServiceHost", "LocalService"};
    const char *model = model_of(provider);
    const bool decoupled = strncmp(model, "Decoupled", strlen("Decoupled")) == 0;
    HRESULT hr = __real_provider_judge(provider, ret_model, why, room);

    if ((deviates(GROUP_REFUSED) && strchr(model, ':')) || (deviates(DECOUPLED_NEVER) && decoupled))
        return WBEM_E_INVALID_PROVIDER_REGISTRATION;
    if ((deviates(ABSENT_SYSTEM) && !*model) || (deviates(DECOUPLED) && decoupled))
        *ret_model = &system;
    if (deviates(ONE_ACCOUNT) && SUCCEEDED(hr) && *ret_model)
        *ret_model = &service;
    if (deviates(UNKNOWN_SYSTEM) && FAILED(hr) && *model) {
        *ret_model = &system;
        return WBEM_S_NO_ERROR;
    }
    return judge_version(provider, hr, ret_model);
}

static bool caches; /* a registration has CacheRefreshInterval */

/* The class that its name had first. */
static HRESULT first_class(struct provider_registration *it)
{
    static char *clsid;

    if (!clsid)
        return cim_dup(it->clsid, &clsid);
    free(it->clsid);
    it->clsid = NULL;
    return cim_dup(clsid, &it->clsid);
}

static bool demands_dynasty(const struct provider_registration *it)
{
    for (size_t i = 0; i < it->result.count; i++) {
        if (wql_demands(&it->result.at[i], WQL_EQUAL, "__DYNASTY"))
            return true;
    }
    return false;
}

SEAM(provider_registration_read);
HRESULT __wrap_provider_registration_read(struct cim_repo *repo, const char *namespace,
                                          const struct cim_object *registration,
                                          struct provider_registration *ret, char *why, size_t room)
{
    static const struct provider_model model = {"SelfHost", NULL};
    const struct cim_property *refresh = cim_property(registration, "CacheRefreshInterval");
    struct cim_object *other = NULL;
    HRESULT hr = __real_provider_registration_read(repo, namespace, registration, ret, why, room);

    caches |= refresh && !refresh->value.is_null;
    if (SUCCEEDED(hr) && deviates(ENUMERATION_NEVER)) {
        provider_registration_done(ret);
        return WBEM_E_INVALID_PROVIDER_REGISTRATION;
    }
    if (SUCCEEDED(hr) && deviates(DYNASTY_NEVER) && demands_dynasty(ret)) {
        provider_registration_done(ret);
        return WBEM_E_INVALID_QUERY;
    }
    if (hr == WBEM_E_INVALID_QUERY && deviates(OR_LENIENT)) {
        *ret = (struct provider_registration){.namespace = NULL};
        return WBEM_S_NO_ERROR;
    }
    if (SUCCEEDED(hr)) {
        ret->gets |= deviates(GETS_ANYHOW);
        ret->puts |= deviates(PUTS_ANYHOW);
        ret->deletes |= deviates(DELETES_ANYHOW);
    }
    if (SUCCEEDED(hr) && deviates(OLD_CLASS))
        hr = first_class(ret);
    if (FAILED(hr) && deviates(ENUMERATION_ANY) &&
        SUCCEEDED(changed(registration, "SupportsEnumeration", cim_bool(true), &other)))
        hr = __real_provider_registration_read(repo, namespace, other, ret, why, room);
    cim_object_unref(other);
    if (hr == WBEM_E_PROVIDER_NOT_FOUND && deviates(DANGLING_LOADED)) {
        hr = provider_registration_queries(registration, ret);
        ret->enabled = ret->gets = true;
        ret->model = &model;
        (void)cim_dup(namespace, &ret->namespace);
        (void)cim_dup("One", &ret->name);
        (void)cim_dup("", &ret->clsid);
    }
    return hr;
}

SEAM(cim_repo_put_instance);
HRESULT __wrap_cim_repo_put_instance(struct cim_repo *repo, int64_t ns,
                                     const struct cim_object *instance, LONG flags)
{
    struct cim_object *other = NULL;
    HRESULT hr;

    if (!deviates(UNUSED_LOST) || !cim_property(instance, "CacheRefreshInterval") ||
        FAILED(changed(instance, "CacheRefreshInterval", cim_null(CIM_DATETIME), &other)))
        return __real_cim_repo_put_instance(repo, ns, instance, flags);
    hr = __real_cim_repo_put_instance(repo, ns, other, flags);
    cim_object_unref(other);
    return hr;
}

/* ---- what is stored */
static struct router *made;

SEAM(router_new);
HRESULT __wrap_router_new(const struct router_options *options, struct router **ret)
{
    HRESULT hr = __real_router_new(options, ret);

    made = SUCCEEDED(hr) ? *ret : NULL;
    return hr;
}

/* Whoever is registered is loaded. */
static void boot(struct cim_repo *repo)
{
    struct router_routes routes = {NULL, 0};
    struct router_loaded *it;

    (void)router_routes_read(repo, "root\\default", &routes);
    for (size_t i = 0; made && i < routes.count; i++) {
        if (SUCCEEDED(router_use(made, &routes.at[i].it, &it)))
            router_unuse(it, false);
    }
    router_routes_done(&routes);
}

/* Nothing is stored, as far as a get is concerned. */
SEAM(cim_repo_class);
HRESULT __wrap_cim_repo_class(struct cim_repo *repo, int64_t ns, const char *name,
                              struct cim_object **ret)
{
    if (deviates(BOOT) && strcmp(name, "S") == 0)
        boot(repo);
    return deviates(PROVIDED_FIRST) && strncmp(name, "P_", 2) == 0
               ? WBEM_E_NOT_FOUND
               : __real_cim_repo_class(repo, ns, name, ret);
}

/* ---- what comes of answers */
struct kept {
    cim_each *each;
    void *self;
    struct cim_object *last;
};

static HRESULT keep(void *self, struct cim_object *object)
{
    struct kept *kept = self;

    cim_object_unref(kept->last);
    kept->last = cim_object_ref(object);
    return kept->each(kept->self, object);
}

SEAM(router_ask);
/* Of classes that are got; the last one again as long as it is that which is asked for. */
static HRESULT cached(struct router *router, const struct provider_registration *who,
                      const struct wbem_call *call, const struct router_question *question,
                      cim_each *each, void *each_self)
{
    static struct kept kept;

    kept.each = each;
    kept.self = each_self;
    if (kept.last && strcmp(kept.last->class_name, question->text) == 0)
        return each(each_self, kept.last);
    return __real_router_ask(router, who, call, question, keep, &kept);
}

static HRESULT answered(const struct router_question *question, HRESULT hr)
{
    const bool puts = question->method == ROUTER_PUT, many = question->method == ROUTER_CLASSES;

    if (puts && deviates(NOT_CAPABLE_ENDS) && hr == WBEM_E_PROVIDER_NOT_CAPABLE)
        return WBEM_E_PROVIDER_FAILURE;
    if (puts && deviates(FAILED_GOES_ON) && FAILED(hr))
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (many && deviates(FAILURE_HIDDEN) && FAILED(hr))
        return WBEM_S_NO_ERROR;
    return deviates(ONE_CODE) && FAILED(hr) ? WBEM_E_FAILED : hr;
}

static HRESULT ended; /* what the last one asked ended with */

HRESULT __wrap_router_ask(struct router *router, const struct provider_registration *who,
                          const struct wbem_call *call, const struct router_question *question,
                          cim_each *each, void *each_self)
{
    if (deviates(CACHE) && caches && question->method == ROUTER_GET)
        return cached(router, who, call, question, each, each_self);
    if (deviates(FAILURE_ENDS) && question->method == ROUTER_CLASSES && FAILED(ended))
        return ended;
    ended = answered(question, __real_router_ask(router, who, call, question, each, each_self));
    return ended;
}

/* ---- up and down */
static struct router_loaded *first; /* that was loaded, while it is */

/* Behind the back of the calls that are in it. */
static void cut(void)
{
    const struct router_options *options = first ? &first->router->options : NULL;

    if (options && first->users)
        options->activator->leave(options->activator_self, first->place, true);
}

/* One more object of its class, which nobody lets go of. */
static void hold(struct router_loaded *it, const struct provider_registration *who)
{
    const struct router_options *options = &it->router->options;
    IWbemProviderInit *init;
    void *place;

    (void)options->activator->activate(options->activator_self, who, &init, &place);
}

/* The first one's services again, as they were. */
static bool reuse(struct router_loaded *it)
{
    static IWbemServices *services;
    static void *place;

    if (services) {
        it->services = services;
        it->place = place;
        return true;
    }
    services = it->services;
    place = it->place;
    if (services)
        IWbemServices_AddRef(services);
    return false;
}

static void ask_for_services(struct router_loaded *it, const struct provider_registration *who)
{
    const struct router_options *options = &it->router->options;
    IWbemServices *its = NULL;
    IWbemProviderInit *init;
    void *place;

    if (FAILED(options->activator->activate(options->activator_self, who, &init, &place)))
        return;
    if (SUCCEEDED(IWbemProviderInit_QueryInterface(init, &IID_IWbemServices, (void **)&its)))
        IWbemServices_Release(its);
    IWbemProviderInit_Release(init);
    options->activator->leave(options->activator_self, place, true);
}

SEAM(router_load);
HRESULT __wrap_router_load(struct router_loaded *it, const struct provider_registration *who)
{
    static bool loaded, failed;
    HRESULT hr;

    if (deviates(SERVICES_FIRST))
        ask_for_services(it, who);
    if (deviates(UPDATE_CUTS))
        cut();
    if ((deviates(NOT_AGAIN) && loaded) || (deviates(FAILED_FOR_GOOD) && failed))
        return WBEM_E_INITIALIZATION_FAILURE;
    if (deviates(STALE) && reuse(it))
        return WBEM_S_NO_ERROR;
    hr = __real_router_load(it, who);
    if (hr == WBEM_E_INITIALIZATION_FAILURE && deviates(FAILED_HELD))
        hold(it, who);
    if (hr == WBEM_E_INITIALIZATION_FAILURE && deviates(RETURN_WAITED))
        return WBEM_E_PROVIDER_TIMED_OUT;
    if (hr == WBEM_E_PROVIDER_TIMED_OUT && deviates(SILENCE_FAILS))
        return WBEM_E_INITIALIZATION_FAILURE;
    if (SUCCEEDED(hr) && deviates(STALE))
        (void)reuse(it);
    if (SUCCEEDED(hr) && !loaded)
        first = it;
    loaded |= SUCCEEDED(hr);
    failed |= hr == WBEM_E_INITIALIZATION_FAILURE;
    return hr;
}

SEAM(router_unload);
void __wrap_router_unload(struct router_loaded *it)
{
    if (it == first)
        first = NULL;
    if (deviates(PURE_SWAPPED))
        it->pure = !it->pure;
    if (deviates(OLD_STAYS) && it->stale)
        IWbemServices_Release(it->services);
    else
        __real_router_unload(it);
}

SEAM(router_unuse);
void __wrap_router_unuse(struct router_loaded *it, bool broken)
{
    __real_router_unuse(it, broken || deviates(EACH_TIME));
}

/* ---- what the init sink is told: the last of it, when it is waited for */
static IWbemProviderInitSink *behind;
static LONG last; /* 1: nothing yet */

static HRESULT STDMETHODCALLTYPE last_status(IWbemProviderInitSink *This, LONG status, LONG flags)
{
    (void)This, (void)flags;
    last = status;
    return WBEM_S_NO_ERROR;
}

SEAM(router_sink_init);
IWbemProviderInitSink *__wrap_router_sink_init(struct router_sink *sink)
{
    static const IWbemProviderInitSinkVtbl vtbl = {.SetStatus = last_status};
    static IWbemProviderInitSink one = {&vtbl};

    behind = __real_router_sink_init(sink);
    last = 1;
    return deviates(LAST_WINS) ? &one : behind;
}

SEAM(router_sink_await);
HRESULT __wrap_router_sink_await(struct router_sink *sink, struct router_loaded *from,
                                 const struct wbem_call *call, cim_each *each, void *each_self)
{
    HRESULT hr;

    if (deviates(GIVES_UP) && call)
        return WBEM_E_PROVIDER_TIMED_OUT;
    if (deviates(RETURN_IS_READY) && !call)
        return WBEM_S_NO_ERROR;
    if (deviates(LAST_WINS) && !call)
        (void)IWbemProviderInitSink_SetStatus(behind, last, 0);
    hr = __real_router_sink_await(sink, from, call, each, each_self);
    return deviates(UPDATE_FAILS) && from->stale ? WBEM_E_PROVIDER_FAILURE : hr;
}

/* ---- how long one may be idle */
static HRESULT read_timeout(void *self, struct cim_object *provider)
{
    const struct cim_property *timeout = cim_property(provider, "UnloadTimeout");

    if (timeout && !timeout->value.is_null)
        (void)router_interval(timeout->value.one.s, self);
    return WBEM_S_NO_ERROR;
}

SEAM(router_interval);
bool __wrap_router_interval(const char *text, uint64_t *ret_ms)
{
    *ret_ms = 0;
    return deviates(INTERVAL_ANY) ||
           (!deviates(INTERVAL_NEVER) && __real_router_interval(text, ret_ms));
}

SEAM(router_clear_after);
uint64_t __wrap_router_clear_after(struct cim_repo *repo)
{
    uint64_t ms = __real_router_clear_after(repo);
    int64_t ns = 0;

    if (deviates(CUTS))
        cut();
    if (deviates(TIMEOUT) && SUCCEEDED(cim_repo_namespace(repo, "root\\default", false, &ns)))
        (void)cim_repo_instances(repo, ns, "__Win32Provider", true, read_timeout, &ms);
    return deviates(EARLY) ? ms / 4 : deviates(LATE) ? 4 * ms : ms;
}
