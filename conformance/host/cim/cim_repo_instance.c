/* Instances in the repository: told apart by their keys below the class that has them first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_codec.h"
#include "conformance/host/cim/cim_repo_private.h"

#define NAMESPACE "__NAMESPACE"

/* The topmost class with those keys: nobody below it has another instance of the same. */
static const char *key_root(const struct cim_object *class)
{
    const struct cim_object *root = class;

    while (root->base && cim_has_keys(root->base))
        root = root->base;
    return cim_has_keys(class) ? root->class_name : class->class_name;
}

static HRESULT resolve(struct cim_repo *repo, int64_t ns, sqlite3_stmt *row, int column,
                       const char *class_name, struct cim_object **ret)
{
    struct cim_object *local = NULL, *class = NULL;
    HRESULT hr = cim_decode(sqlite3_column_blob(row, column),
                            (size_t)sqlite3_column_bytes(row, column), &local);

    if (SUCCEEDED(hr))
        hr = cim_repo_class(repo, ns, class_name, &class);
    if (SUCCEEDED(hr)) {
        free(local->namespace);
        free(local->server);
        local->server = NULL;
        local->namespace = NULL;
        hr = cim_dup(class->namespace, &local->namespace);
    }
    if (SUCCEEDED(hr))
        hr = cim_dup(class->server, &local->server);
    if (SUCCEEDED(hr))
        hr = cim_resolve_instance(class, local, ret);
    cim_object_unref(local);
    cim_object_unref(class);
    return hr;
}

static HRESULT fetch(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                     const char *key, struct cim_object **ret)
{
    sqlite3_stmt *row = cim_bind(repo, CIM_INSTANCE_GET, "itt", ns, key_root(class), key);
    int step = row ? sqlite3_step(row) : SQLITE_ERROR;
    struct cim_object *found = NULL;
    HRESULT hr = WBEM_E_NOT_FOUND;

    if (step == SQLITE_ROW)
        hr = resolve(repo, ns, row, 1, (const char *)sqlite3_column_text(row, 0), &found);
    else if (step != SQLITE_DONE)
        hr = cim_repo_error(repo);
    if (row)
        sqlite3_reset(row);
    if (SUCCEEDED(hr) && !cim_is_a(found, class->class_name)) {
        cim_object_unref(found);
        return WBEM_E_NOT_FOUND;
    }
    if (SUCCEEDED(hr))
        *ret = found;
    return hr;
}

static HRESULT class_and_key(struct cim_repo *repo, int64_t ns, const struct cim_path *path,
                             struct cim_object **ret_class, char **ret_key)
{
    HRESULT hr = path->class_name ? cim_repo_class(repo, ns, path->class_name, ret_class)
                                  : WBEM_E_INVALID_OBJECT_PATH;

    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    return SUCCEEDED(hr) ? cim_path_key(path, *ret_class, ret_key) : hr;
}

HRESULT cim_repo_instance(struct cim_repo *repo, int64_t ns, const struct cim_path *path,
                          struct cim_object **ret)
{
    struct cim_object *class = NULL;
    char *key = NULL;
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = class_and_key(repo, ns, path, &class, &key);
    if (SUCCEEDED(hr))
        hr = fetch(repo, ns, class, key, ret);
    pthread_mutex_unlock(&repo->lock);
    cim_object_unref(class);
    free(key);
    return hr;
}

/* ---- namespaces are what their instances say; this is the other way round */
static HRESULT namespace_of(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                            char **ret)
{
    const struct cim_property *name = cim_property(instance, "Name");
    struct cim_names at = {.count = 0};
    HRESULT hr = cim_collect(repo, cim_bind(repo, CIM_NS_NAME, "i", ns), &at);

    if (SUCCEEDED(hr) && (!at.count || name->value.is_null || !cim_is_name(name->value.one.s)))
        hr = WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr) && asprintf(ret, "%s\\%s", at.at[0], name->value.one.s) < 0)
        hr = WBEM_E_OUT_OF_MEMORY;
    cim_names_done(&at);
    return hr;
}

static HRESULT put_namespace(struct cim_repo *repo, int64_t ns, const struct cim_object *instance)
{
    char *name;
    int64_t id;
    HRESULT hr = namespace_of(repo, ns, instance, &name);

    if (FAILED(hr))
        return hr;
    hr = cim_repo_namespace(repo, name, false, &id);
    if (hr == WBEM_E_INVALID_NAMESPACE)
        hr = cim_repo_namespace(repo, name, true, &id);
    free(name);
    return hr;
}

/* ---- writing */
static HRESULT judge(const struct cim_object *class)
{
    if (cim_flagged(&class->qualifiers, "abstract"))
        return WBEM_E_INVALID_OPERATION;
    return cim_has_keys(class) || cim_flagged(&class->qualifiers, "singleton") ? WBEM_S_NO_ERROR
                                                                               : WBEM_E_NO_KEY;
}

static HRESULT store(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                     const char *key)
{
    void *bytes;
    size_t size;
    HRESULT hr = cim_encode(instance, &bytes, &size);

    if (FAILED(hr))
        return hr;
    hr = cim_run(repo, cim_bind(repo, CIM_INSTANCE_PUT, "itttb", ns, key_root(instance->base), key,
                                instance->class_name, bytes, size));
    free(bytes);
    return hr;
}

static HRESULT put_over(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                        const char *key, LONG flags)
{
    struct cim_object *old = NULL;
    HRESULT hr = fetch(repo, ns, instance->base, key, &old);
    bool exists = SUCCEEDED(hr);

    cim_object_unref(old);
    if (FAILED(hr) && hr != WBEM_E_NOT_FOUND)
        return hr;
    if (exists && flags & WBEM_FLAG_CREATE_ONLY)
        return WBEM_E_ALREADY_EXISTS;
    if (!exists && flags & WBEM_FLAG_UPDATE_ONLY)
        return WBEM_E_NOT_FOUND;
    hr = store(repo, ns, instance, key);
    if (SUCCEEDED(hr) && cim_is_a(instance, NAMESPACE))
        hr = put_namespace(repo, ns, instance);
    return hr;
}

static HRESULT put_instance(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                            LONG flags)
{
    struct cim_object *class = NULL, *whole = NULL;
    char *key = NULL;
    HRESULT hr = cim_repo_class(repo, ns, instance->class_name, &class);

    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = judge(class);
    if (SUCCEEDED(hr))
        hr = cim_resolve_instance(class, instance, &whole);
    if (SUCCEEDED(hr))
        hr = cim_instance_key(whole, &key);
    if (SUCCEEDED(hr))
        hr = put_over(repo, ns, whole, key, flags);
    cim_object_unref(class);
    cim_object_unref(whole);
    free(key);
    return hr;
}

HRESULT cim_repo_put_instance(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                              LONG flags)
{
    HRESULT hr =
        instance->genus == WBEM_GENUS_INSTANCE ? cim_repo_begin(repo) : WBEM_E_INVALID_OBJECT;

    return SUCCEEDED(hr) ? cim_repo_end(repo, put_instance(repo, ns, instance, flags)) : hr;
}

static HRESULT delete_found(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                            const char *key)
{
    struct cim_object *found = NULL;
    char *name = NULL;
    HRESULT hr = fetch(repo, ns, class, key, &found);

    if (SUCCEEDED(hr))
        hr = cim_run(repo, cim_bind(repo, CIM_INSTANCE_DELETE, "itt", ns, key_root(class), key));
    if (SUCCEEDED(hr) && cim_is_a(found, NAMESPACE)) {
        hr = namespace_of(repo, ns, found, &name);
        if (SUCCEEDED(hr))
            hr = cim_repo_delete_namespace(repo, name);
    }
    cim_object_unref(found);
    free(name);
    return hr;
}

HRESULT cim_repo_delete_instance(struct cim_repo *repo, int64_t ns, const struct cim_path *path)
{
    struct cim_object *class = NULL;
    char *key = NULL;
    HRESULT hr = cim_repo_begin(repo);

    if (FAILED(hr))
        return hr;
    hr = class_and_key(repo, ns, path, &class, &key);
    if (SUCCEEDED(hr))
        hr = delete_found(repo, ns, class, key);
    cim_object_unref(class);
    free(key);
    return cim_repo_end(repo, hr);
}

/* ---- enumerating: row by row, so that who is called may write meanwhile */
static HRESULT next(struct cim_repo *repo, int64_t ns, const char *class, int64_t *after,
                    struct cim_object **ret)
{
    sqlite3_stmt *row;
    HRESULT hr = WBEM_S_FALSE;
    int step;

    pthread_mutex_lock(&repo->lock);
    row = cim_bind(repo, CIM_INSTANCES_OF, "iti", ns, class, *after);
    step = row ? sqlite3_step(row) : SQLITE_ERROR;
    if (step == SQLITE_ROW) {
        *after = sqlite3_column_int64(row, 0);
        hr = resolve(repo, ns, row, 1, class, ret);
    } else if (step != SQLITE_DONE) {
        hr = cim_repo_error(repo);
    }
    if (row)
        sqlite3_reset(row);
    pthread_mutex_unlock(&repo->lock);
    return hr;
}

static HRESULT of_class(struct cim_repo *repo, int64_t ns, const char *class, cim_each *each,
                        void *self)
{
    struct cim_object *object = NULL;
    int64_t after = 0;
    HRESULT hr;

    while ((hr = next(repo, ns, class, &after, &object)) == WBEM_S_NO_ERROR) {
        hr = each(self, object);
        cim_object_unref(object);
        if (FAILED(hr))
            break;
    }
    return hr == WBEM_S_FALSE ? WBEM_S_NO_ERROR : hr;
}

HRESULT cim_repo_instances(struct cim_repo *repo, int64_t ns, const char *class, bool deep,
                           cim_each *each, void *self)
{
    struct cim_names names = {.count = 0};
    struct cim_object *object = NULL;
    HRESULT hr = cim_repo_class(repo, ns, class, &object);

    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    cim_object_unref(object);
    if (SUCCEEDED(hr))
        hr = cim_names_add(&names, class);
    if (SUCCEEDED(hr) && deep) {
        pthread_mutex_lock(&repo->lock);
        hr = cim_descendants(repo, ns, class, &names);
        pthread_mutex_unlock(&repo->lock);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < names.count; i++)
        hr = of_class(repo, ns, names.at[i], each, self);
    cim_names_done(&names);
    return hr;
}
