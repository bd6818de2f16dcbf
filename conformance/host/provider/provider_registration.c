/* Registrations, read and judged by what the pages say of their properties ("Registering a Class
 * Provider", "__ClassProviderRegistration class"). */
#include "conformance/host/provider/provider_registration.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

struct why {
    char *text;
    size_t room;
};

__attribute__((format(printf, 3, 4))) static HRESULT fail(const struct why *why, HRESULT hr,
                                                          const char *format, ...)
{
    va_list arguments;

    if (!why->text)
        return hr;
    va_start(arguments, format);
    vsnprintf(why->text, why->room, format, arguments);
    va_end(arguments);
    return hr;
}

/* ---- values */
static const struct cim_value *value_of(const struct cim_object *object, const char *name)
{
    const struct cim_property *property = cim_property(object, name);

    return property && !property->value.is_null ? &property->value : NULL;
}

static bool flag(const struct cim_object *object, const char *name)
{
    const struct cim_value *value = value_of(object, name);

    return value && value->one.b;
}

static int64_t number(const struct cim_object *object, const char *name)
{
    const struct cim_value *value = value_of(object, name);

    return value ? value->one.i : 0;
}

static HRESULT text(const struct cim_object *object, const char *name, char **ret)
{
    const struct cim_value *value = value_of(object, name);

    return cim_dup(value ? value->one.s : NULL, ret);
}

/* ---- queries */
static void queries_done(struct provider_queries *queries)
{
    for (size_t i = 0; i < queries->count; i++)
        wql_done(&queries->at[i]);
    free(queries->at);
    *queries = (struct provider_queries){0};
}

/* Of classes, with one comparison: what is told by several is several queries. */
static bool is_schema_query(const struct wql *query)
{
    for (size_t i = 0; i < query->node_count; i++) {
        if (query->nodes[i].op == WQL_OR)
            return false;
    }
    return query->of_classes && query->node_count;
}

static HRESULT read_queries(const struct cim_object *object, const char *name,
                            struct provider_queries *ret, const struct why *why)
{
    const struct cim_value *value = value_of(object, name);
    uint32_t count = 0;
    const union cim_item *items = value ? cim_items(value, &count) : NULL;

    if (!count)
        return WBEM_S_NO_ERROR;
    ret->at = calloc(count, sizeof(*ret->at));
    if (!ret->at)
        return WBEM_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        struct wql_fault fault = {0};
        HRESULT hr = wql_parse(items[i].s, &ret->at[i], &fault);

        if (FAILED(hr))
            return fail(why, WBEM_E_INVALID_QUERY, "%s: %s: %s", name, items[i].s, fault.text);
        ret->count++;
        if (!is_schema_query(&ret->at[i]))
            return fail(why, WBEM_E_INVALID_QUERY, "%s: %s: expected one condition on meta_class",
                        name, items[i].s);
    }
    return WBEM_S_NO_ERROR;
}

/* ---- a registration */
/* Behind the colon of "LocalSystemHost:group". */
static HRESULT read_group(const struct cim_object *provider, struct provider_registration *ret)
{
    const struct cim_value *model = value_of(provider, "HostingModel");
    const char *colon = model ? strchr(model->one.s, ':') : NULL;

    return cim_dup(colon ? colon + 1 : NULL, &ret->group);
}

static HRESULT find_provider(struct cim_repo *repo, int64_t ns, const struct cim_value *reference,
                             struct cim_object **ret)
{
    struct cim_path path = {0};
    HRESULT hr = reference ? cim_path_parse(reference->one.s, &path) : WBEM_E_NOT_FOUND;

    if (SUCCEEDED(hr))
        hr = cim_repo_instance(repo, ns, &path, ret);
    cim_path_done(&path);
    if (SUCCEEDED(hr) && !cim_is_a(*ret, "__Win32Provider")) {
        cim_object_unref(*ret);
        *ret = NULL;
        hr = WBEM_E_NOT_FOUND;
    }
    return hr;
}

static HRESULT read_provider(struct cim_repo *repo, int64_t ns, const struct cim_object *object,
                             struct provider_registration *ret, const struct why *why)
{
    const struct cim_value *reference = value_of(object, "provider");
    struct cim_object *provider = NULL;
    HRESULT hr = find_provider(repo, ns, reference, &provider);

    if (FAILED(hr))
        return fail(why, WBEM_E_PROVIDER_NOT_FOUND, "provider: %s is no __Win32Provider",
                    reference ? reference->one.s : "NULL");
    hr = provider_judge(provider, &ret->model, why->text, why->room);
    if (SUCCEEDED(hr) && !ret->model)
        hr = fail(why, WBEM_E_INVALID_PROVIDER_REGISTRATION,
                  "HostingModel: a class provider cannot be decoupled");
    if (SUCCEEDED(hr))
        hr = text(provider, "Name", &ret->name);
    if (SUCCEEDED(hr))
        hr = text(provider, "CLSID", &ret->clsid);
    if (SUCCEEDED(hr))
        hr = read_group(provider, ret);
    ret->enabled = !value_of(provider, "Enabled") || flag(provider, "Enabled");
    ret->pure = flag(provider, "Pure");
    ret->per_user = flag(provider, "PerUserInitialization");
    ret->admin_first = flag(provider, "InitializeAsAdminFirst");
    ret->impersonation_level = number(provider, "ImpersonationLevel");
    cim_object_unref(provider);
    return hr;
}

static HRESULT check(const struct provider_registration *it, int64_t interaction,
                     const struct why *why)
{
    const HRESULT wrong = WBEM_E_INVALID_PROVIDER_REGISTRATION;

    if (interaction < PROVIDER_PULL || interaction > PROVIDER_PUSH)
        return fail(why, wrong, "InteractionType %lld is none that is supported",
                    (long long)interaction);
    if (!it->enumerates)
        return fail(why, wrong, "SupportsEnumeration is not TRUE");
    return WBEM_S_NO_ERROR;
}

static HRESULT read_all_queries(const struct cim_object *registration,
                                struct provider_registration *ret, const struct why *why)
{
    HRESULT hr = read_queries(registration, "ResultSetQueries", &ret->result, why);

    if (SUCCEEDED(hr))
        hr = read_queries(registration, "UnsupportedQueries", &ret->unsupported, why);
    if (SUCCEEDED(hr))
        hr = read_queries(registration, "ReferencedSetQueries", &ret->referenced, why);
    return hr;
}

HRESULT provider_registration_queries(const struct cim_object *registration,
                                      struct provider_registration *ret)
{
    const struct why why = {NULL, 0};
    struct provider_registration it = {.namespace = NULL};
    HRESULT hr = read_all_queries(registration, &it, &why);

    if (SUCCEEDED(hr))
        *ret = it;
    else
        provider_registration_done(&it);
    return hr;
}

HRESULT provider_registration_read(struct cim_repo *repo, const char *namespace,
                                   const struct cim_object *registration,
                                   struct provider_registration *ret, char *why_text, size_t room)
{
    const struct why why = {why_text, room};
    const int64_t interaction = number(registration, "InteractionType");
    struct provider_registration it = {.gets = flag(registration, "SupportsGet"),
                                       .puts = flag(registration, "SupportsPut"),
                                       .deletes = flag(registration, "SupportsDelete"),
                                       .enumerates = flag(registration, "SupportsEnumeration"),
                                       .interaction = (enum provider_interaction)interaction};
    int64_t ns = 0;
    HRESULT hr = cim_repo_namespace(repo, namespace, false, &ns);

    if (SUCCEEDED(hr))
        hr = cim_dup(namespace, &it.namespace);
    if (SUCCEEDED(hr))
        hr = read_provider(repo, ns, registration, &it, &why);
    if (SUCCEEDED(hr))
        hr = read_all_queries(registration, &it, &why);
    if (SUCCEEDED(hr))
        hr = check(&it, interaction, &why);
    if (SUCCEEDED(hr))
        *ret = it;
    else
        provider_registration_done(&it);
    return hr;
}

void provider_registration_done(struct provider_registration *it)
{
    queries_done(&it->result);
    queries_done(&it->unsupported);
    queries_done(&it->referenced);
    free(it->namespace);
    free(it->name);
    free(it->clsid);
    free(it->group);
    *it = (struct provider_registration){0};
}

/* ---- all of them */
struct walk {
    struct cim_repo *repo;
    const char *namespace;
    const struct provider_each *each;
};

static HRESULT one(void *self, struct cim_object *object)
{
    const struct walk *walk = self;
    struct provider_registration registration;
    char why[400] = "";
    HRESULT hr = provider_registration_read(walk->repo, walk->namespace, object, &registration, why,
                                            sizeof(why));

    return SUCCEEDED(hr) ? walk->each->good(walk->each->self, &registration)
                         : walk->each->bad(walk->each->self, walk->namespace, hr, why);
}

static HRESULT below(void *self, const char *child)
{
    const struct walk *walk = self;

    return provider_registrations(walk->repo, child, walk->each);
}

HRESULT provider_registrations(struct cim_repo *repo, const char *namespace,
                               const struct provider_each *each)
{
    struct walk walk = {repo, namespace, each};
    int64_t ns = 0;
    HRESULT hr = cim_repo_namespace(repo, namespace, false, &ns);

    if (SUCCEEDED(hr))
        hr = cim_repo_instances(repo, ns, "__ClassProviderRegistration", true, one, &walk);
    if (SUCCEEDED(hr))
        hr = cim_repo_namespaces(repo, namespace, below, &walk);
    return hr;
}

/* ---- for whom it is called */
struct principal provider_caller(const struct provider_registration *it,
                                 const struct principal *client, bool initializes)
{
    const bool impersonates = it->impersonation_level == 1 && it->per_user;
    const struct principal wmi = {.account = PRINCIPAL_SYSTEM, .level = PRINCIPAL_IMPERSONATE};

    return impersonates && !(initializes && it->admin_first) ? *client : wmi;
}

/* ---- what else it is registered as */
struct role {
    struct cim_repo *repo;
    int64_t ns;
    const char *name;
    bool has;
};

static HRESULT is_its(void *self, struct cim_object *registration)
{
    struct role *role = self;
    struct cim_object *provider = NULL;
    const struct cim_value *name;

    if (SUCCEEDED(
            find_provider(role->repo, role->ns, value_of(registration, "provider"), &provider))) {
        name = value_of(provider, "Name");
        role->has = role->has || (name && strcasecmp(name->one.s, role->name) == 0);
        cim_object_unref(provider);
    }
    return WBEM_S_NO_ERROR;
}

bool provider_is_registered(struct cim_repo *repo, const struct provider_registration *it,
                            const char *class)
{
    struct role role = {.repo = repo, .name = it->name};

    if (SUCCEEDED(cim_repo_namespace(repo, it->namespace, false, &role.ns)))
        (void)cim_repo_instances(repo, role.ns, class, true, is_its, &role);
    return role.has;
}

/* ---- whose a class is */
/* __dynasty is the classes below its root, which is somebody else's. */
static bool is_among(const struct provider_queries *queries, const struct cim_object *class)
{
    for (size_t i = 0; i < queries->count; i++) {
        const char *dynasty = wql_demands(&queries->at[i], WQL_EQUAL, "__DYNASTY");
        bool matches = false;

        if (dynasty && strcasecmp(dynasty, class->class_name) == 0)
            continue;
        if (SUCCEEDED(wql_matches(&queries->at[i], class, &matches)) && matches)
            return true;
    }
    return false;
}

bool provider_has_class(const struct provider_registration *it, const struct cim_object *class)
{
    return is_among(&it->result, class) && !is_among(&it->unsupported, class);
}
