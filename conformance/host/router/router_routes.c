/* The class providers that are registered in a namespace, and what can be told of a class by its
 * name alone. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/router/router_private.h"
#include "spcore/base.h"

/* ---- read, each time: whoever changes a registration changes what comes next */
struct reading {
    struct cim_repo *repo;
    const char *namespace;
    struct router_routes *routes;
};

static HRESULT add(struct router_routes *routes, const struct router_route *route)
{
    struct router_route *more = cim_grow(routes->at, routes->count, sizeof(*more));

    if (!more)
        return WBEM_E_OUT_OF_MEMORY;
    routes->at = more;
    more[routes->count++] = *route;
    return WBEM_S_NO_ERROR;
}

/* Of one that is refused the queries tell whose requests end with that. */
static HRESULT one(void *self, struct cim_object *registration)
{
    const struct reading *reading = self;
    struct router_route route = {.hr = WBEM_S_NO_ERROR};
    HRESULT hr;

    route.hr = provider_registration_read(reading->repo, reading->namespace, registration,
                                          &route.it, NULL, 0);
    if (FAILED(route.hr) && FAILED(provider_registration_queries(registration, &route.it)))
        return WBEM_S_NO_ERROR;
    if (SUCCEEDED(route.hr) && !route.it.enabled)
        route.hr = WBEM_E_PROVIDER_DISABLED;
    hr = route.it.interaction == PROVIDER_PULL ? add(reading->routes, &route) : WBEM_S_FALSE;
    if (hr != WBEM_S_NO_ERROR)
        provider_registration_done(&route.it);
    return hr;
}

HRESULT router_routes_read(struct cim_repo *repo, const char *namespace, struct router_routes *ret)
{
    struct router_routes routes = {NULL, 0};
    struct reading reading = {repo, namespace, &routes};
    int64_t ns = 0;
    HRESULT hr = cim_repo_namespace(repo, namespace, false, &ns);

    if (SUCCEEDED(hr))
        hr = cim_repo_instances(repo, ns, "__ClassProviderRegistration", true, one, &reading);
    if (SUCCEEDED(hr))
        *ret = routes;
    else
        router_routes_done(&routes);
    return hr;
}

void router_routes_done(struct router_routes *routes)
{
    for (size_t i = 0; i < routes->count; i++)
        provider_registration_done(&routes->at[i].it);
    free(routes->at);
    *routes = (struct router_routes){NULL, 0};
}

/* ---- by its name */
enum guess { NO, MAYBE, YES };

static bool is(const struct wql_node *node, const char *property)
{
    return strcasecmp(node->property, property) == 0 && node->value.type == CIM_STRING &&
           !node->value.is_null;
}

/* What is above a class its name does not tell; that it is none of those below itself it does. */
static enum guess guess_one(const struct wql_node *node, const char *name)
{
    const bool same = node->value.type == CIM_STRING && !node->value.is_null &&
                      strcasecmp(node->value.one.s, name) == 0;

    if (node->op == WQL_ISA && is(node, "__this"))
        return same ? YES : MAYBE;
    if (node->op == WQL_EQUAL && is(node, "__class"))
        return same ? YES : NO;
    if (node->op == WQL_EQUAL && (is(node, "__dynasty") || is(node, "__superclass")))
        return same ? NO : MAYBE;
    return MAYBE;
}

/* Never deeper than there are nodes; there is no OR in a registration. */
static enum guess guess_at(const struct wql *query, size_t at, const char *name)
{
    const struct wql_node *node = &query->nodes[at];
    enum guess left, right;

    if (node->op == WQL_NOT)
        return YES - guess_at(query, node->left, name);
    if (node->op != WQL_AND)
        return guess_one(node, name);
    left = guess_at(query, node->left, name);
    right = guess_at(query, node->right, name);
    return left < right ? left : right;
}

static enum guess guess(const struct provider_queries *queries, const char *name)
{
    enum guess best = NO;

    for (size_t i = 0; i < queries->count && best < YES; i++) {
        const struct wql *query = &queries->at[i];
        enum guess its = query->root == SIZE_MAX ? YES : guess_at(query, query->root, name);

        best = its > best ? its : best;
    }
    return best;
}

bool router_may_have(const struct provider_registration *it, const char *name)
{
    return guess(&it->result, name) > NO && guess(&it->unsupported, name) < YES;
}
