/* Classes in the repository: put together when they are read, held against what is below them when
 * they are written. */
#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_codec.h"
#include "conformance/host/cim/cim_repo_private.h"
#include "spcore/base.h"

enum { CACHED_MAX = 4096 };

bool cim_is_system(const char *name)
{
    return strncmp(name, "__", 2) == 0;
}

/* ---- the cache */
struct cached {
    int64_t ns;
    const char *name; /* the object's */
    struct cim_object *object;
};

static int by_place(const void *a, const void *b)
{
    const struct cached *x = a, *y = b;

    return x->ns != y->ns ? (x->ns < y->ns ? -1 : 1) : strcasecmp(x->name, y->name);
}

static void cached_free(void *one)
{
    cim_object_unref(((struct cached *)one)->object);
    free(one);
}

void cim_cache_drop(struct cim_repo *repo)
{
    tdestroy(repo->cache, cached_free);
    repo->cache = NULL;
    repo->cached = 0;
}

static struct cim_object *cache_get(struct cim_repo *repo, int64_t ns, const char *name)
{
    struct cached key = {ns, name, NULL}, **found = tfind(&key, &repo->cache, by_place);

    return found ? cim_object_ref((*found)->object) : NULL;
}

static void cache_put(struct cim_repo *repo, int64_t ns, struct cim_object *object)
{
    struct cached *one = malloc(sizeof(*one)), **found;

    if (repo->cached >= CACHED_MAX)
        cim_cache_drop(repo);
    if (!one)
        return;
    *one = (struct cached){ns, object->class_name, cim_object_ref(object)};
    found = tsearch(one, &repo->cache, by_place);
    if (!found || *found != one)
        cached_free(one);
    else
        repo->cached++;
}

void cim_cache_forget(struct cim_repo *repo, int64_t ns, const char *name)
{
    struct cached key = {ns, name, NULL}, **found = tfind(&key, &repo->cache, by_place), *one;

    if (!found)
        return;
    one = *found;
    tdelete(&key, &repo->cache, by_place);
    repo->cached--;
    cached_free(one);
}

/* ---- reading */
/* Its own part; *ret_super is to free(). */
static HRESULT read_class(struct cim_repo *repo, int64_t ns, const char *name,
                          struct cim_object **ret, char **ret_super)
{
    sqlite3_stmt *row = cim_bind(repo, CIM_CLASS_GET, "it", ns, name);
    int step = row ? sqlite3_step(row) : SQLITE_ERROR;
    HRESULT hr = WBEM_E_NOT_FOUND;

    if (step == SQLITE_ROW) {
        hr = cim_dup((const char *)sqlite3_column_text(row, 0), ret_super);
        if (SUCCEEDED(hr))
            hr = cim_decode(sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1), ret);
        if (FAILED(hr)) {
            free(*ret_super);
            *ret_super = NULL;
        }
    } else if (step != SQLITE_DONE) {
        hr = cim_repo_error(repo);
    }
    if (row)
        sqlite3_reset(row);
    return hr;
}

static HRESULT decorate(struct cim_repo *repo, int64_t ns, struct cim_object *object)
{
    sqlite3_stmt *row;
    HRESULT hr = WBEM_S_NO_ERROR;

    free(object->namespace);
    free(object->server);
    object->namespace = object->server = NULL;
    row = cim_bind(repo, CIM_NS_NAME, "i", ns);
    if (row && sqlite3_step(row) == SQLITE_ROW) {
        hr = cim_dup((const char *)sqlite3_column_text(row, 0), &object->namespace);
        if (SUCCEEDED(hr))
            hr = cim_dup(CIM_SERVER, &object->server);
    }
    if (row)
        sqlite3_reset(row);
    return hr;
}

/* `keep`: at hand for the next who asks. Not each of those that are gone through once: that would
 * be quick for a few, and put those away that many derive from. */
static HRESULT put_together(struct cim_repo *repo, int64_t ns, const char *name, unsigned depth,
                            bool keep, struct cim_object **ret)
{
    struct cim_object *local = NULL, *parent = NULL;
    char *super = NULL;
    HRESULT hr;

    *ret = cache_get(repo, ns, name);
    if (*ret)
        return WBEM_S_NO_ERROR;
    if (depth > CIM_DERIVATION_MAX)
        return WBEM_E_CRITICAL_ERROR;
    hr = read_class(repo, cim_is_system(name) ? CIM_SYSTEM : ns, name, &local, &super);
    if (hr == WBEM_E_NOT_FOUND && repo->lent && strcasecmp(repo->lent->class_name, name) == 0) {
        *ret = cim_object_ref(repo->lent);
        return WBEM_S_NO_ERROR;
    }
    if (FAILED(hr))
        return hr;
    assert(local && super);
    if (super[0])
        hr = put_together(repo, ns, super, depth + 1, true, &parent);
    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_SUPERCLASS;
    if (SUCCEEDED(hr))
        hr = decorate(repo, ns, local);
    if (SUCCEEDED(hr))
        hr = cim_resolve(parent, local, ret);
    if (SUCCEEDED(hr) && keep)
        cache_put(repo, ns, *ret);
    cim_object_unref(local);
    cim_object_unref(parent);
    free(super);
    return hr;
}

static HRESULT class_at(struct cim_repo *repo, int64_t ns, const char *name,
                        struct cim_object **ret)
{
    return put_together(repo, ns, name, 0, true, ret);
}

static HRESULT locked_class(struct cim_repo *repo, int64_t ns, const char *name, bool keep,
                            struct cim_object **ret)
{
    struct cim_object *object = NULL;
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = put_together(repo, ns, name, 0, keep, &object);
    pthread_mutex_unlock(&repo->lock);
    if (SUCCEEDED(hr))
        *ret = object;
    return hr;
}

HRESULT cim_repo_class(struct cim_repo *repo, int64_t ns, const char *name, struct cim_object **ret)
{
    return locked_class(repo, ns, name, true, ret);
}

static HRESULT children(struct cim_repo *repo, int64_t ns, const char *name, struct cim_names *ret)
{
    return cim_collect(repo, cim_bind(repo, CIM_CLASS_CHILDREN, "ti", name, ns), ret);
}

/* The list grows while it is gone through. */
HRESULT cim_descendants(struct cim_repo *repo, int64_t ns, const char *name, struct cim_names *ret)
{
    size_t before = ret->count;
    HRESULT hr = children(repo, ns, name, ret);

    for (size_t i = before; SUCCEEDED(hr) && i < ret->count; i++)
        hr = children(repo, ns, ret->at[i], ret);
    return hr;
}

/* `orphan` NULL: one that lacks an ancestor is a failure. */
static HRESULT each_of(struct cim_repo *repo, int64_t ns, const struct cim_names *names,
                       cim_each *each, cim_orphan *orphan, void *self)
{
    struct cim_object *object = NULL;
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < names->count; i++) {
        hr = locked_class(repo, ns, names->at[i], false, &object);
        if (hr == WBEM_E_NOT_FOUND) { /* gone meanwhile */
            hr = WBEM_S_NO_ERROR;
        } else if (hr == WBEM_E_INVALID_SUPERCLASS && orphan) {
            hr = orphan(self, names->at[i]);
        } else if (SUCCEEDED(hr)) {
            hr = each(self, object);
            cim_object_unref(object);
        }
    }
    return hr;
}

HRESULT cim_repo_stored(struct cim_repo *repo, int64_t ns, const char *super, bool deep,
                        cim_each *each, cim_orphan *orphan, void *self)
{
    struct cim_names names = {.count = 0};
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = (deep ? cim_descendants : children)(repo, ns, super ? super : "", &names);
    pthread_mutex_unlock(&repo->lock);
    if (SUCCEEDED(hr))
        hr = each_of(repo, ns, &names, each, orphan, self);
    cim_names_done(&names);
    return hr;
}

HRESULT cim_repo_classes(struct cim_repo *repo, int64_t ns, const char *super, bool deep,
                         cim_each *each, void *self)
{
    struct cim_object *object = NULL;
    HRESULT hr = super ? cim_repo_class(repo, ns, super, &object) : WBEM_S_NO_ERROR;

    cim_object_unref(object);
    if (FAILED(hr))
        return hr == WBEM_E_NOT_FOUND ? WBEM_E_INVALID_CLASS : hr;
    return cim_repo_stored(repo, ns, super, deep, each, NULL, self);
}

HRESULT cim_repo_missing(struct cim_repo *repo, int64_t ns, const char *name, char **ret)
{
    char *at = NULL;
    HRESULT hr = cim_dup(name, &at);

    *ret = NULL;
    pthread_mutex_lock(&repo->lock);
    for (unsigned depth = 0; SUCCEEDED(hr) && at && at[0] && depth <= CIM_DERIVATION_MAX; depth++) {
        struct cim_object *local = NULL;
        char *super = NULL;
        hr = read_class(repo, cim_is_system(at) ? CIM_SYSTEM : ns, at, &local, &super);
        if (FAILED(hr))
            break;
        cim_object_unref(local);
        free(at);
        at = super;
    }
    pthread_mutex_unlock(&repo->lock);
    if (hr == WBEM_E_NOT_FOUND) {
        *ret = at;
        return WBEM_S_NO_ERROR;
    }
    free(at);
    return hr;
}

/* ---- writing */
static HRESULT store(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                     const char *super)
{
    void *bytes;
    size_t size;
    HRESULT hr = cim_encode(class, &bytes, &size);

    if (FAILED(hr))
        return hr;
    hr = cim_run(repo, cim_bind(repo, CIM_CLASS_PUT, "ittb", ns, class->class_name,
                                super ? super : "", bytes, size));
    free(bytes);
    return hr;
}

/* What a class must be by itself. */
static HRESULT judge(const struct cim_object *class)
{
    const struct cim_object *parent = class->base;
    bool abstract = cim_flagged(&class->qualifiers, "abstract");
    bool singleton = cim_flagged(&class->qualifiers, "singleton");

    if (abstract && parent && !cim_flagged(&parent->qualifiers, "abstract"))
        return WBEM_E_CANNOT_BE_ABSTRACT;
    if (singleton && cim_has_keys(class))
        return WBEM_E_CANNOT_BE_SINGLETON;
    return WBEM_S_NO_ERROR;
}

/* Whether those below or instances could notice: descriptions they could not. */
static bool is_significant(const struct cim_object *old, const struct cim_object *new)
{
    static const char *const important[] = {"abstract", "singleton", "association",
                                            "dynamic",  "provider",  "key"};

    if (!cim_object_equal(old, new, WBEM_FLAG_IGNORE_QUALIFIERS | WBEM_FLAG_IGNORE_OBJECT_SOURCE))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(important); i++) {
        if (cim_flagged(&old->qualifiers, important[i]) !=
            cim_flagged(&new->qualifiers, important[i]))
            return true;
    }
    for (size_t i = 0; i < new->property_count; i++) {
        if (cim_is_key(&new->properties[i]) !=
            cim_is_key(cim_property(old, new->properties[i].name)))
            return true;
    }
    return false;
}

HRESULT cim_repo_class_count_instances(struct cim_repo *repo, int64_t ns, const char *name,
                                       bool *ret_any)
{
    sqlite3_stmt *row = cim_bind(repo, CIM_INSTANCES_OF, "iti", ns, name, (int64_t)0);
    int step = row ? sqlite3_step(row) : SQLITE_ERROR;

    *ret_any |= step == SQLITE_ROW;
    if (row)
        sqlite3_reset(row);
    return step == SQLITE_ROW || step == SQLITE_DONE ? WBEM_S_NO_ERROR : cim_repo_error(repo);
}

/* A qualifier of the child's own that its parent says now, too, for all below it. */
static bool conflicts(const struct cim_qualifier *own, const struct cim_qualifiers *old,
                      const struct cim_qualifiers *new)
{
    const struct cim_qualifier *now = cim_qualifier(new, own->name);

    return strcasecmp(own->name, "CIMTYPE") != 0 && now &&
           now->flavor & WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS &&
           !(own->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED) &&
           (!old || !cim_qualifier(old, own->name));
}

/* Drops them, if that is wanted; their number else. */
static size_t settle(struct cim_qualifiers *own, const struct cim_qualifiers *old,
                     const struct cim_qualifiers *new, bool drop)
{
    size_t count = 0;

    for (size_t i = own->count; i-- > 0;) {
        if (!conflicts(&own->at[i], old, new))
            continue;
        count++;
        if (drop)
            (void)cim_delete_qualifier(own, NULL, 0, own->at[i].name);
    }
    return count;
}

static size_t settle_all(struct cim_object *child, const struct cim_object *old,
                         const struct cim_object *new, bool drop)
{
    size_t count = settle(&child->qualifiers, &old->qualifiers, &new->qualifiers, drop);

    for (size_t i = 0; i < child->property_count; i++) {
        struct cim_property *own = &child->properties[i];
        const struct cim_property *before = cim_property(old, own->name),
                                  *now = cim_property(new, own->name);
        if (now)
            count += settle(&own->qualifiers, before ? &before->qualifiers : NULL, &now->qualifiers,
                            drop);
    }
    return count;
}

/* As an update of what is above says it. */
static HRESULT as_update(HRESULT hr)
{
    static const HRESULT pairs[][2] = {
        {WBEM_E_OVERRIDE_NOT_ALLOWED, WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED},
        {WBEM_E_TYPE_MISMATCH, WBEM_E_UPDATE_TYPE_MISMATCH},
        {WBEM_E_CANNOT_BE_KEY, WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
        hr = hr == pairs[i][0] ? pairs[i][1] : hr;
    return hr;
}

/* One below, after what is above it has changed: it is put together anew, and must be able to. */
static HRESULT follow(struct cim_repo *repo, int64_t ns, const char *name,
                      const struct cim_object *old, const struct cim_object *new, bool force)
{
    struct cim_object *local = NULL, *whole = NULL;
    char *super = NULL;
    size_t conflict;
    HRESULT hr = read_class(repo, ns, name, &local, &super);

    if (FAILED(hr))
        return hr;
    assert(local);
    conflict = settle_all(local, old, new, force);
    if (conflict && !force)
        hr = WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED;
    else if (conflict)
        hr = store(repo, ns, local, super);
    if (SUCCEEDED(hr))
        hr = as_update(class_at(repo, ns, name, &whole));
    if (SUCCEEDED(hr))
        hr = judge(whole);
    cim_object_unref(local);
    cim_object_unref(whole);
    free(super);
    return hr;
}

static HRESULT update(struct cim_repo *repo, int64_t ns, const struct cim_object *old,
                      const struct cim_object *new, LONG mode)
{
    struct cim_names below = {.count = 0};
    bool significant = is_significant(old, new), instances = false;
    HRESULT hr = cim_descendants(repo, ns, new->class_name, &below);

    if (SUCCEEDED(hr) && significant)
        hr = cim_repo_class_count_instances(repo, ns, new->class_name, &instances);
    for (size_t i = 0; SUCCEEDED(hr) && significant && i < below.count; i++)
        hr = cim_repo_class_count_instances(repo, ns, below.at[i], &instances);
    if (SUCCEEDED(hr) && significant && !mode && below.count)
        hr = WBEM_E_CLASS_HAS_CHILDREN;
    else if (SUCCEEDED(hr) && significant && instances)
        hr = WBEM_E_CLASS_HAS_INSTANCES;
    if (SUCCEEDED(hr))
        hr = store(repo, ns, new, cim_superclass(new));
    cim_cache_drop(repo);
    for (size_t i = 0; SUCCEEDED(hr) && i < below.count; i++) {
        /* A compatible update is nothing that could conflict. */
        hr = follow(repo, ns, below.at[i], mode ? old : new, new,
                    mode == WBEM_FLAG_UPDATE_FORCE_MODE);
    }
    cim_names_done(&below);
    return hr;
}

static HRESULT judge_name(int64_t ns, const struct cim_object *class)
{
    const char *name = class->class_name;

    if (!name)
        return WBEM_E_INCOMPLETE_CLASS;
    if (class->genus != WBEM_GENUS_CLASS || !cim_is_name(name))
        return WBEM_E_INVALID_OBJECT;
    if (ns != CIM_SYSTEM && cim_is_system(name))
        return WBEM_E_ACCESS_DENIED;
    if (ns != CIM_SYSTEM && (name[0] == '_' || name[strlen(name) - 1] == '_'))
        return WBEM_E_INVALID_OBJECT;
    return cim_superclass(class) && strcasecmp(cim_superclass(class), name) == 0
               ? WBEM_E_CIRCULAR_REFERENCE
               : WBEM_S_NO_ERROR;
}

static HRESULT put_class(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                         LONG flags)
{
    struct cim_object *parent = NULL, *old = NULL, *new = NULL;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (cim_superclass(class))
        hr = class_at(repo, ns, cim_superclass(class), &parent);
    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_SUPERCLASS;
    if (SUCCEEDED(hr) && parent && cim_is_a(parent, class->class_name))
        hr = WBEM_E_CIRCULAR_REFERENCE;
    if (SUCCEEDED(hr))
        hr = cim_resolve(parent, class, &new);
    if (SUCCEEDED(hr))
        hr = judge(new);
    if (SUCCEEDED(hr)) {
        hr = class_at(repo, ns, class->class_name, &old);
        if (SUCCEEDED(hr))
            hr = flags & WBEM_FLAG_CREATE_ONLY
                     ? WBEM_E_ALREADY_EXISTS
                     : update(repo, ns, old, new, flags & WBEM_MASK_UPDATE_MODE);
        else if (hr == WBEM_E_NOT_FOUND && !(flags & WBEM_FLAG_UPDATE_ONLY))
            hr = store(repo, ns, new, cim_superclass(new));
    }
    cim_object_unref(parent);
    cim_object_unref(old);
    cim_object_unref(new);
    return hr;
}

HRESULT cim_repo_put_class(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                           LONG flags)
{
    HRESULT hr = judge_name(ns, class);

    if (SUCCEEDED(hr))
        hr = cim_repo_begin(repo);
    return SUCCEEDED(hr) ? cim_repo_end(repo, put_class(repo, ns, class, flags)) : hr;
}

static HRESULT delete_class(struct cim_repo *repo, int64_t ns, const char *name)
{
    struct cim_names names = {.count = 0};
    struct cim_object *local = NULL;
    char *super = NULL;
    HRESULT hr = read_class(repo, ns, name, &local, &super);

    cim_object_unref(local);
    free(super);
    if (SUCCEEDED(hr))
        hr = cim_names_add(&names, name);
    if (SUCCEEDED(hr))
        hr = cim_descendants(repo, ns, name, &names);
    for (size_t i = 0; SUCCEEDED(hr) && i < names.count; i++) {
        hr = cim_run(repo, cim_bind(repo, CIM_INSTANCES_DELETE, "it", ns, names.at[i]));
        if (SUCCEEDED(hr))
            hr = cim_run(repo, cim_bind(repo, CIM_CLASS_DELETE, "it", ns, names.at[i]));
    }
    cim_names_done(&names);
    cim_cache_drop(repo);
    return hr;
}

HRESULT cim_repo_delete_class(struct cim_repo *repo, int64_t ns, const char *name)
{
    HRESULT hr = cim_is_system(name) ? WBEM_E_ACCESS_DENIED : cim_repo_begin(repo);

    return SUCCEEDED(hr) ? cim_repo_end(repo, delete_class(repo, ns, name)) : hr;
}
