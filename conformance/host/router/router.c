/* Requests for classes that are not stored, each to whom it may concern. One that says that a class
 * is not its own passes it on to the next; one that fails ends a change, while of a question the
 * others are still asked. */
#include "conformance/host/router/router.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/router/router_private.h"
#include "spcore/base.h"

/* ---- one class */
struct getting {
    const struct provider_registration *it;
    const char *name;
    struct cim_object *found;
};

/* One that its queries do not cover is somebody else's, whoever gives it. */
static HRESULT take(void *self, struct cim_object *object)
{
    struct getting *getting = self;

    if (!getting->found && object->genus == WBEM_GENUS_CLASS && object->class_name &&
        strcasecmp(object->class_name, getting->name) == 0 &&
        provider_has_class(getting->it, object))
        getting->found = cim_object_ref(object);
    return WBEM_S_NO_ERROR;
}

static HRESULT get_of(struct router *router, const struct wbem_call *call,
                      const struct router_route *route, const char *name, struct cim_object **ret)
{
    const struct router_question question = {.method = ROUTER_GET, .text = name};
    struct getting getting = {&route->it, name, NULL};
    HRESULT hr = route->hr;

    if (SUCCEEDED(hr) && !route->it.gets)
        hr = WBEM_E_PROVIDER_NOT_CAPABLE;
    if (SUCCEEDED(hr))
        hr = router_ask(router, &route->it, call, &question, take, &getting);
    if (SUCCEEDED(hr) && !getting.found)
        hr = WBEM_E_NOT_FOUND;
    if (SUCCEEDED(hr))
        *ret = getting.found;
    else
        cim_object_unref(getting.found);
    return hr;
}

/* Nobody has it: what somebody who might have it answered, rather than that. */
static HRESULT get_class(void *self, const struct wbem_call *call, const char *name,
                         struct cim_object **ret)
{
    struct router *router = self;
    struct router_routes routes = {NULL, 0};
    HRESULT hr = router_routes_read(router->options.repo, call->namespace, &routes),
            answer = WBEM_E_NOT_FOUND;

    for (size_t i = 0; SUCCEEDED(hr) && answer != WBEM_S_NO_ERROR && i < routes.count; i++) {
        HRESULT its = WBEM_E_NOT_FOUND;

        if (router_may_have(&routes.at[i].it, name))
            its = get_of(router, call, &routes.at[i], name, ret);
        if (SUCCEEDED(its))
            answer = WBEM_S_NO_ERROR;
        else if (wbem_cancelled(call))
            hr = WBEM_E_CALL_CANCELLED;
        else if (answer == WBEM_E_NOT_FOUND)
            answer = its;
    }
    router_routes_done(&routes);
    return FAILED(hr) ? hr : answer;
}

/* In the repository itself, whatever has become of its parents. */
static HRESULT is_stored(struct router *router, const struct wbem_call *call, const char *name,
                         bool *ret)
{
    char *missing = NULL;
    int64_t ns = 0;
    HRESULT hr = cim_repo_namespace(router->options.repo, call->namespace, false, &ns);

    if (SUCCEEDED(hr))
        hr = cim_repo_missing(router->options.repo, ns, name, &missing);
    if (SUCCEEDED(hr))
        *ret = !missing || strcasecmp(missing, name) != 0;
    free(missing);
    return hr;
}

/* ---- many classes */
struct going {
    const struct provider_registration *it;
    const char *super;
    bool deep;
    cim_each *each;
    void *self;
    HRESULT refused; /* what `each` failed with, which is no fault of the provider's */
};

static bool is_asked_for(const struct going *going, const struct cim_object *class)
{
    const char *parent = cim_superclass(class);

    if (going->deep && going->super)
        return class->base && cim_is_a(class->base, going->super);
    if (going->super)
        return parent && strcasecmp(parent, going->super) == 0;
    return going->deep || !parent;
}

static HRESULT pass_on(void *self, struct cim_object *object)
{
    struct going *going = self;

    if (object->genus != WBEM_GENUS_CLASS || !object->class_name || !is_asked_for(going, object) ||
        !provider_has_class(going->it, object))
        return WBEM_S_NO_ERROR;
    going->refused = going->each(going->self, object);
    return going->refused;
}

static HRESULT classes_of(struct router *router, const struct wbem_call *call,
                          const struct router_route *route, struct going *going)
{
    const struct router_question question = {.method = ROUTER_CLASSES,
                                             .text = going->super ? going->super : "",
                                             .flags = going->deep ? 0 : WBEM_FLAG_SHALLOW};
    HRESULT hr = route->hr;

    going->it = &route->it;
    if (SUCCEEDED(hr))
        hr = router_ask(router, &route->it, call, &question, pass_on, going);
    /* A superclass that is not of its own: there is nothing below it. */
    return hr == WBEM_E_NOT_FOUND || hr == WBEM_E_INVALID_CLASS ? WBEM_S_NO_ERROR : hr;
}

/* One that fails does not take the others' classes away, nor what is stored: it is a partial
 * result. Where there is nobody else, and what is asked for is just its own, it is the failure. */
static HRESULT classes(void *self, const struct wbem_call *call, const char *super, bool deep,
                       cim_each *each, void *each_self)
{
    struct router *router = self;
    struct going going = {NULL, super, deep, each, each_self, WBEM_S_NO_ERROR};
    struct router_routes routes = {NULL, 0};
    HRESULT hr = router_routes_read(router->options.repo, call->namespace, &routes),
            failed = WBEM_S_NO_ERROR;
    size_t answered = 0;
    bool stored = !super;

    for (size_t i = 0; SUCCEEDED(hr) && i < routes.count; i++) {
        HRESULT its = classes_of(router, call, &routes.at[i], &going);

        answered += SUCCEEDED(its);
        if (FAILED(going.refused))
            hr = going.refused;
        else if (wbem_cancelled(call))
            hr = WBEM_E_CALL_CANCELLED;
        else if (FAILED(its) && failed == WBEM_S_NO_ERROR)
            failed = its;
    }
    if (SUCCEEDED(hr) && FAILED(failed) && super)
        hr = is_stored(router, call, super, &stored);
    if (SUCCEEDED(hr) && FAILED(failed))
        hr = answered || stored ? WBEM_S_PARTIAL_RESULTS : failed;
    router_routes_done(&routes);
    return hr;
}

/* ---- changes */
/* The next is asked as long as nobody is capable; `it` is asked if it supports what is wanted. */
static HRESULT try_one(struct router *router, const struct wbem_call *call,
                       const struct router_route *route, bool supports,
                       const struct router_question *question)
{
    if (FAILED(route->hr))
        return route->hr;
    return supports ? router_ask(router, &route->it, call, question, NULL, NULL)
                    : WBEM_E_PROVIDER_NOT_CAPABLE;
}

static HRESULT put_class(void *self, const struct wbem_call *call, const struct cim_object *class)
{
    struct router *router = self;
    struct router_question question = {
        .method = ROUTER_PUT,
        .flags =
            call->flags & (WBEM_FLAG_CREATE_ONLY | WBEM_FLAG_UPDATE_ONLY | WBEM_MASK_UPDATE_MODE)};
    struct router_routes routes = {NULL, 0};
    HRESULT hr = router_routes_read(router->options.repo, call->namespace, &routes);

    if (SUCCEEDED(hr))
        hr = cim_object_clone(class, &question.class);
    if (SUCCEEDED(hr))
        hr = WBEM_E_PROVIDER_NOT_CAPABLE;
    for (size_t i = 0; hr == WBEM_E_PROVIDER_NOT_CAPABLE && i < routes.count; i++) {
        if (provider_has_class(&routes.at[i].it, class))
            hr = try_one(router, call, &routes.at[i], routes.at[i].it.puts, &question);
    }
    cim_object_unref(question.class);
    router_routes_done(&routes);
    return hr;
}

static bool goes_on(HRESULT hr)
{
    return hr == WBEM_E_PROVIDER_NOT_CAPABLE || hr == WBEM_E_NOT_FOUND;
}

static HRESULT delete_class(void *self, const struct wbem_call *call, const char *name)
{
    const struct router_question question = {.method = ROUTER_DELETE, .text = name};
    struct router *router = self;
    struct router_routes routes = {NULL, 0};
    struct cim_object *class = NULL;
    HRESULT hr = get_class(self, call, name, &class);

    if (SUCCEEDED(hr))
        hr = router_routes_read(router->options.repo, call->namespace, &routes);
    if (SUCCEEDED(hr))
        hr = WBEM_E_PROVIDER_NOT_CAPABLE;
    for (size_t i = 0; goes_on(hr) && i < routes.count; i++) {
        if (provider_has_class(&routes.at[i].it, class))
            hr = try_one(router, call, &routes.at[i], routes.at[i].it.deletes, &question);
    }
    cim_object_unref(class);
    router_routes_done(&routes);
    return hr;
}

/* ---- what may be stored: registrations are an administrator's, and are judged before */
static HRESULT admit_registration(struct router *router, const struct wbem_call *call,
                                  const struct cim_object *object)
{
    struct provider_registration registration;
    const struct provider_model *model;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (cim_is_a(object, "__Win32Provider"))
        return provider_judge(object, &model, NULL, 0);
    if (cim_is_a(object, "__ClassProviderRegistration")) {
        hr = provider_registration_read(router->options.repo, call->namespace, object,
                                        &registration, NULL, 0);
        if (SUCCEEDED(hr))
            provider_registration_done(&registration);
    }
    return hr;
}

static HRESULT admit_interval(const struct cim_object *control)
{
    const struct cim_property *after = cim_property(control, "ClearAfter");
    uint64_t ms;

    return !after || after->value.is_null || router_interval(after->value.one.s, &ms)
               ? WBEM_S_NO_ERROR
               : WBEM_E_INVALID_PARAMETER;
}

/* One that a provider has, and that nobody could change, is not hidden behind a stored one. */
static HRESULT admit_class(struct router *router, const struct wbem_call *call, const char *name)
{
    struct cim_object *class = NULL;
    bool stored = false;
    HRESULT hr = is_stored(router, call, name, &stored);

    if (SUCCEEDED(hr) && !stored && SUCCEEDED(get_class(router, call, name, &class)))
        hr = WBEM_E_PROVIDER_NOT_CAPABLE;
    cim_object_unref(class);
    return hr;
}

static HRESULT admit(void *self, const struct wbem_call *call, const struct cim_object *object,
                     bool drop)
{
    if (object->genus == WBEM_GENUS_CLASS)
        return drop ? WBEM_S_NO_ERROR : admit_class(self, call, object->class_name);
    if (cim_is_a(object, "__ObjectProviderCacheControl"))
        return drop ? WBEM_S_NO_ERROR : admit_interval(object);
    if (!cim_is_a(object, "__Provider") && !cim_is_a(object, "__ProviderRegistration"))
        return WBEM_S_NO_ERROR;
    if (call->user)
        return WBEM_E_ACCESS_DENIED;
    return drop ? WBEM_S_NO_ERROR : admit_registration(self, call, object);
}

const struct wbem_source router_source = {
    .get_class = get_class,
    .classes = classes,
    .put_class = put_class,
    .delete_class = delete_class,
    .admit = admit,
};
