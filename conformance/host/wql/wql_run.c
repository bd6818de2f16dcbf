/* Queries over the repository: nothing is read that the outermost conditions exclude. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_system.h"
#include "conformance/host/wql/wql.h"
#include "spcore/base.h"

/* ---- before anything is read */
static bool is_system(const char *name)
{
    for (size_t i = 0; cim_system_name(i); i++) {
        if (strcasecmp(cim_system_name(i), name) == 0)
            return true;
    }
    return false;
}

static HRESULT check_schema(const struct wql *query, const struct wql_node *node,
                            struct wql_fault *fault)
{
    bool is_this = strcasecmp(node->property, "__this") == 0;

    if (is_this != (node->op == WQL_ISA)) {
        wql_complain(query, node->at, fault, "of classes __this and ISA go together");
        return WBEM_E_INVALID_QUERY;
    }
    if (!is_this && !is_system(node->property)) {
        wql_complain(query, node->at, fault,
                     "%.60s: expected __this or a system property, as __CLASS", node->property);
        return WBEM_E_INVALID_QUERY;
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT check_data(const struct wql *query, const struct wql_node *node,
                          const struct cim_object *class, struct wql_fault *fault)
{
    const struct cim_property *property;
    struct cim_value value;
    int order;
    bool well = true;

    if (strchr(node->property, '.') || is_system(node->property) ||
        strcasecmp(node->property, "__this") == 0)
        return WBEM_S_NO_ERROR;
    property = cim_property(class, node->property);
    if (!property) {
        wql_complain(query, node->at, fault, "%.60s: class %.60s has no such property",
                     node->property, class->class_name);
        return WBEM_E_INVALID_QUERY;
    }
    if (node->op == WQL_IS_NULL || node->op == WQL_IS_NOT_NULL)
        return WBEM_S_NO_ERROR;
    if (property->value.type & CIM_FLAG_ARRAY) {
        well = false;
    } else if (node->op == WQL_ISA) {
        well = property->value.type == CIM_OBJECT;
    } else if (node->op == WQL_LIKE) {
        well = cim_type_of(property->value.type)->kind == CIM_IS_TEXT;
    } else if (property->value.type == CIM_OBJECT) {
        well = false;
    } else if (property->value.type != CIM_DATETIME) { /* dates are compared as texts, too */
        value = (struct cim_value){.type = property->value.type};
        if (cim_type_of(value.type)->kind == CIM_IS_TEXT)
            value.one.s = (char *)"";
        well = cim_compare(&value, &node->value, &order);
    }
    if (!well)
        wql_complain(query, node->at, fault, "%.60s: nothing of type %s%s is compared like that",
                     node->property, cim_type_of(property->value.type)->name,
                     property->value.type & CIM_FLAG_ARRAY ? "[]" : "");
    return well ? WBEM_S_NO_ERROR : WBEM_E_INVALID_QUERY;
}

HRESULT wql_check(const struct wql *query, const struct cim_object *class, struct wql_fault *fault)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < query->node_count; i++) {
        if (query->nodes[i].op > WQL_NOT)
            hr = query->of_classes ? check_schema(query, &query->nodes[i], fault)
                                   : check_data(query, &query->nodes[i], class, fault);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < query->name_count; i++) {
        const char *name = query->names[i];
        if (is_system(name) || (class && cim_property(class, name)) || strchr(name, '.'))
            continue;
        wql_complain(query, 0, fault, "%.60s: no property to select", name);
        hr = WBEM_E_INVALID_QUERY;
    }
    return hr;
}

/* ---- selecting */
HRESULT wql_project(const struct wql *query, struct cim_object *object, struct cim_object **ret)
{
    HRESULT hr;

    if (!query->name_count || query->of_classes) {
        *ret = cim_object_ref(object);
        return WBEM_S_NO_ERROR;
    }
    hr = cim_object_clone(object, ret);
    if (SUCCEEDED(hr))
        cim_keep_properties(*ret, query->names, query->name_count);
    return hr;
}

struct run {
    const struct wql *query;
    cim_each *each;
    void *self;
};

static HRESULT sift(void *self, struct cim_object *object)
{
    const struct run *run = self;
    struct cim_object *projected = NULL;
    bool is_one;
    HRESULT hr = wql_matches(run->query, object, &is_one);

    if (FAILED(hr) || !is_one)
        return hr;
    hr = wql_project(run->query, object, &projected);
    if (SUCCEEDED(hr))
        hr = run->each(run->self, projected);
    cim_object_unref(projected);
    return hr;
}

static HRESULT one_class(const struct wql_from *from, void *from_self, const char *name,
                         struct run *run)
{
    struct cim_object *class = NULL;
    HRESULT hr = from->class(from_self, name, &class);

    if (hr == WBEM_E_NOT_FOUND)
        return WBEM_S_NO_ERROR; /* nothing that matches */
    if (SUCCEEDED(hr))
        hr = sift(run, class);
    cim_object_unref(class);
    return hr;
}

static HRESULT run_schema(const struct wql_from *from, void *from_self, struct run *run)
{
    const char *exact = wql_demands(run->query, WQL_EQUAL, "__CLASS"),
               *root = wql_demands(run->query, WQL_ISA, "__this"),
               *super = wql_demands(run->query, WQL_EQUAL, "__SUPERCLASS"),
               *dynasty = wql_demands(run->query, WQL_EQUAL, "__DYNASTY");
    HRESULT hr;

    if (exact)
        return one_class(from, from_self, exact, run);
    if (super && super[0]) {
        hr = from->classes(from_self, super, false, sift, run);
        return hr == WBEM_E_INVALID_CLASS ? WBEM_S_NO_ERROR : hr;
    }
    root = root ? root : dynasty;
    if (!root || !root[0])
        return from->classes(from_self, NULL, true, sift, run);
    hr = one_class(from, from_self, root, run);
    if (SUCCEEDED(hr))
        hr = from->classes(from_self, root, true, sift, run);
    return hr == WBEM_E_INVALID_CLASS ? WBEM_S_NO_ERROR : hr;
}

HRESULT wql_ask(const struct wql_from *from, void *from_self, const struct wql *query,
                cim_each *each, void *self, struct wql_fault *fault)
{
    struct run run = {query, each, self};
    struct cim_object *class = NULL;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!query->of_classes)
        hr = from->class(from_self, query->class_name, &class);
    if (hr == WBEM_E_NOT_FOUND) {
        wql_complain(query, 0, fault, "%.60s: no such class", query->class_name);
        hr = WBEM_E_INVALID_CLASS;
    }
    if (SUCCEEDED(hr))
        hr = wql_check(query, class, fault);
    cim_object_unref(class);
    if (FAILED(hr))
        return hr;
    return query->of_classes ? run_schema(from, from_self, &run)
                             : from->instances(from_self, query->class_name, sift, &run);
}

/* ---- what is stored */
struct stored {
    struct cim_repo *repo;
    int64_t ns;
};

static HRESULT stored_class(void *self, const char *name, struct cim_object **ret)
{
    const struct stored *it = self;

    return cim_repo_class(it->repo, it->ns, name, ret);
}

static HRESULT stored_classes(void *self, const char *super, bool deep, cim_each *each,
                              void *each_self)
{
    const struct stored *it = self;

    return cim_repo_classes(it->repo, it->ns, super, deep, each, each_self);
}

static HRESULT stored_instances(void *self, const char *class, cim_each *each, void *each_self)
{
    const struct stored *it = self;

    return cim_repo_instances(it->repo, it->ns, class, true, each, each_self);
}

HRESULT wql_run(struct cim_repo *repo, int64_t ns, const struct wql *query, cim_each *each,
                void *self, struct wql_fault *fault)
{
    static const struct wql_from from = {stored_class, stored_classes, stored_instances};
    struct stored stored = {repo, ns};

    return wql_ask(&from, &stored, query, each, self, fault);
}
