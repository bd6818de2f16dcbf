/* The repository and, for what it has not, the source: what is stored comes first, and each class
 * is given once. No lock of ours is held while the source or a client is called. */
#include "conformance/host/wbem/wbem_local.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wql/wql.h"
#include "spcore/base.h"

/* A call with its namespace found. */
struct here {
    struct wbem_local *local;
    const struct wbem_call *call; /* the client's, or `elsewhere` */
    struct wbem_call elsewhere;   /* the same in the namespace that a path says */
    int64_t ns;
};

static HRESULT arrive(struct wbem_local *local, const struct wbem_call *call, struct here *ret)
{
    *ret = (struct here){.local = local, .call = call};
    return cim_repo_namespace(local->repo, call->namespace, false, &ret->ns);
}

#define SOURCE(here_, slot_, absent_, ...)                                                         \
    ((here_)->local->source && (here_)->local->source->slot_                                       \
         ? (here_)->local->source->slot_((here_)->local->source_self, (here_)->call, __VA_ARGS__)  \
         : (absent_))

/* ---- classes */
/* One whose ancestor somebody else has. */
static HRESULT orphan_class(struct here *here, const char *name, struct cim_object **ret)
{
    struct cim_object *parent = NULL;
    char *missing = NULL;
    HRESULT hr = cim_repo_missing(here->local->repo, here->ns, name, &missing);

    if (SUCCEEDED(hr) && missing)
        hr = SOURCE(here, get_class, WBEM_E_NOT_FOUND, missing, &parent);
    free(missing);
    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_SUPERCLASS;
    if (SUCCEEDED(hr))
        hr = cim_repo_begin(here->local->repo);
    if (SUCCEEDED(hr)) {
        cim_repo_lend(here->local->repo, parent);
        hr =
            cim_repo_end(here->local->repo, cim_repo_class(here->local->repo, here->ns, name, ret));
    }
    cim_object_unref(parent);
    return hr;
}

static HRESULT class_at(struct here *here, const char *name, struct cim_object **ret)
{
    HRESULT hr = cim_repo_class(here->local->repo, here->ns, name, ret);

    if (hr == WBEM_E_NOT_FOUND)
        return SOURCE(here, get_class, hr, name, ret);
    return hr == WBEM_E_INVALID_SUPERCLASS ? orphan_class(here, name, ret) : hr;
}

HRESULT wbem_local_class(struct wbem_local *local, const struct wbem_call *call, const char *name,
                         struct cim_object **ret)
{
    struct here here;
    HRESULT hr = arrive(local, call, &here);

    return SUCCEEDED(hr) ? class_at(&here, name, ret) : hr;
}

/* Stored, whatever has become of its parents. */
static HRESULT is_stored(struct here *here, const char *name, bool *ret)
{
    char *missing;
    HRESULT hr = cim_repo_missing(here->local->repo, here->ns, name, &missing);

    if (SUCCEEDED(hr))
        *ret = !missing || strcasecmp(missing, name) != 0;
    free(missing);
    return hr;
}

/* ---- many classes */
struct going {
    struct here *here;
    cim_each *each;
    void *self;
    void *seen; /* tsearch() of names */
    bool deep, partial;
};

static HRESULT pass_on(void *self, struct cim_object *object)
{
    struct going *going = self;

    if (wbem_cancelled(going->here->call))
        return WBEM_E_CALL_CANCELLED;
    return going->each(going->self, object);
}

static HRESULT orphan(void *self, const char *name)
{
    struct going *going = self;
    struct cim_object *object = NULL;
    HRESULT hr = orphan_class(going->here, name, &object);

    if (hr == WBEM_E_INVALID_SUPERCLASS || hr == WBEM_E_NOT_FOUND) { /* its parent is gone */
        going->partial = true;
        return WBEM_S_NO_ERROR;
    }
    if (SUCCEEDED(hr))
        hr = pass_on(going, object);
    cim_object_unref(object);
    return hr;
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(a, b);
}

/* One that is there for the first time, and not stored. */
static HRESULT is_new(struct going *going, const char *class, bool *ret)
{
    char *name = strdup(class);
    char **found = name ? tsearch(name, &going->seen, by_name) : NULL;
    bool again = found && *found != name, stored = false;
    HRESULT hr = found ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    if (!found || again)
        free(name);
    if (SUCCEEDED(hr) && !again)
        hr = is_stored(going->here, class, &stored);
    *ret = !again && !stored;
    return hr;
}

/* With what is stored below it: from above no way leads there. */
static HRESULT provided(void *self, struct cim_object *object)
{
    struct going *going = self;
    bool fresh = false;
    HRESULT hr =
        object->class_name ? is_new(going, object->class_name, &fresh) : WBEM_E_PROVIDER_FAILURE;

    if (FAILED(hr) || !fresh)
        return hr;
    hr = pass_on(going, object);
    return SUCCEEDED(hr) && going->deep
               ? cim_repo_stored(going->here->local->repo, going->here->ns, object->class_name,
                                 true, pass_on, orphan, going)
               : hr;
}

static HRESULT classes(void *self, const char *super, bool deep, cim_each *each, void *each_self)
{
    struct here *here = self;
    struct going going = {here, each, each_self, NULL, deep, false};
    struct cim_object *class = NULL;
    HRESULT hr = super ? class_at(here, super, &class) : WBEM_S_NO_ERROR, more = WBEM_S_NO_ERROR;

    cim_object_unref(class);
    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = cim_repo_stored(here->local->repo, here->ns, super, deep, pass_on, orphan, &going);
    if (SUCCEEDED(hr))
        more = SOURCE(here, classes, WBEM_S_NO_ERROR, super, deep, provided, &going);
    tdestroy(going.seen, free);
    if (FAILED(hr) || more)
        return FAILED(hr) ? hr : more;
    return going.partial ? WBEM_S_PARTIAL_RESULTS : hr;
}

/* ---- instances: of dynamic classes the source has them, and there must be one */
static bool is_dynamic(const struct cim_object *class)
{
    return cim_flagged(&class->qualifiers, "dynamic");
}

static HRESULT instances_of(void *self, struct cim_object *class)
{
    struct going *going = self;
    struct here *here = going->here;
    HRESULT hr;

    if (is_dynamic(class))
        return SOURCE(here, instances, WBEM_E_PROVIDER_NOT_FOUND, class, going->each, going->self);
    hr = cim_repo_instances(here->local->repo, here->ns, class->class_name, false, pass_on, going);
    /* Of one that is not stored none is, either. */
    return hr == WBEM_E_INVALID_CLASS || hr == WBEM_E_INVALID_SUPERCLASS ? WBEM_S_NO_ERROR : hr;
}

static HRESULT find_instances(struct here *here, const char *name, bool deep, cim_each *each,
                              void *each_self)
{
    struct going going = {here, each, each_self, NULL, deep, false};
    struct cim_object *class = NULL;
    HRESULT hr = class_at(here, name, &class);

    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = instances_of(&going, class);
    cim_object_unref(class);
    return SUCCEEDED(hr) && deep ? classes(here, name, true, instances_of, &going) : hr;
}

static HRESULT instances(void *self, const char *class, cim_each *each, void *each_self)
{
    return find_instances(self, class, true, each, each_self);
}

/* ---- queries */
static HRESULT from_class(void *self, const char *name, struct cim_object **ret)
{
    return class_at(self, name, ret);
}

/* Of instances the class stands for what would come. */
static HRESULT prototype(struct here *here, const struct wql *query, cim_each *each, void *self,
                         struct wql_fault *fault)
{
    struct cim_object *class = NULL, *projected = NULL;
    HRESULT hr = class_at(here, query->class_name, &class);

    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = wql_check(query, class, fault);
    if (SUCCEEDED(hr))
        hr = wql_project(query, class, &projected);
    if (SUCCEEDED(hr))
        hr = each(self, projected);
    cim_object_unref(projected);
    cim_object_unref(class);
    return hr;
}

HRESULT wbem_local_query(struct wbem_local *local, const struct wbem_call *call, const char *text,
                         cim_each *each, void *each_self, struct wql_fault *fault)
{
    static const struct wql_from from = {from_class, classes, instances};
    struct wql query;
    struct here here;
    HRESULT hr = wql_parse(text, &query, fault);

    if (FAILED(hr))
        return hr;
    hr = arrive(local, call, &here);
    if (SUCCEEDED(hr))
        hr = call->flags & WBEM_FLAG_PROTOTYPE && !query.of_classes
                 ? prototype(&here, &query, each, each_self, fault)
                 : wql_ask(&from, &here, &query, each, each_self, fault);
    wql_done(&query);
    return hr;
}

static HRESULT local_find(void *self, const struct wbem_call *call, enum wbem_what what,
                          const char *text, cim_each *each, void *each_self)
{
    bool deep = !(call->flags & WBEM_FLAG_SHALLOW);
    struct wql_fault fault;
    struct here here;
    HRESULT hr = arrive(self, call, &here);

    if (FAILED(hr))
        return hr;
    if (what == WBEM_QUERY)
        return wbem_local_query(self, call, text, each, each_self, &fault);
    if (what == WBEM_INSTANCES)
        return find_instances(&here, text, deep, each, each_self);
    return classes(&here, text[0] ? text : NULL, deep, each, each_self);
}

/* ---- one object by its path, which may lie in another namespace */
static HRESULT locate(void *self, const struct wbem_call *call, const char *text,
                      struct cim_path *ret_path, struct here *ret)
{
    HRESULT hr = cim_path_parse(text, ret_path);

    if (FAILED(hr))
        return hr;
    hr = ret_path->class_name ? arrive(self, call, ret) : WBEM_E_INVALID_OBJECT_PATH;
    if (SUCCEEDED(hr) && ret_path->server && strcmp(ret_path->server, ".") != 0 &&
        strcasecmp(ret_path->server, CIM_SERVER) != 0)
        hr = WBEM_E_TRANSPORT_FAILURE;
    if (SUCCEEDED(hr) && ret_path->namespace) {
        ret->elsewhere = *call;
        ret->elsewhere.namespace = ret_path->namespace;
        ret->call = &ret->elsewhere;
        hr = cim_repo_namespace(ret->local->repo, ret_path->namespace, false, &ret->ns);
    }
    if (FAILED(hr))
        cim_path_done(ret_path);
    return hr;
}

/* Its class, and whether the source has its instances. */
static HRESULT class_of(struct here *here, const struct cim_path *path, struct cim_object **ret)
{
    HRESULT hr = class_at(here, path->class_name, ret);

    return hr == WBEM_E_NOT_FOUND ? WBEM_E_INVALID_CLASS : hr;
}

static HRESULT instance_at(struct here *here, const struct cim_path *path, struct cim_object **ret)
{
    struct cim_object *class = NULL;
    HRESULT hr = class_of(here, path, &class);

    if (SUCCEEDED(hr))
        hr = is_dynamic(class)
                 ? SOURCE(here, get_instance, WBEM_E_PROVIDER_NOT_FOUND, class, path, ret)
                 : cim_repo_instance(here->local->repo, here->ns, path, ret);
    cim_object_unref(class);
    return hr;
}

static HRESULT local_get(void *self, const struct wbem_call *call, const char *text,
                         struct cim_object **ret)
{
    struct cim_path path;
    struct here here;
    HRESULT hr;

    if (!*text)
        return cim_class_new(NULL, ret);
    hr = locate(self, call, text, &path, &here);
    if (FAILED(hr))
        return hr;
    hr = cim_path_is_class(&path) ? class_at(&here, path.class_name, ret)
                                  : instance_at(&here, &path, ret);
    cim_path_done(&path);
    return hr;
}

/* ---- writing. `change` is done with what a class lacks lent to the repository. */
static HRESULT with_parents(struct here *here, const struct cim_object *object,
                            HRESULT (*change)(struct here *here, const struct cim_object *object))
{
    const char *from =
        object->genus == WBEM_GENUS_CLASS ? cim_superclass(object) : object->class_name;
    struct cim_object *parent = NULL;
    char *missing = NULL;
    HRESULT hr =
        from ? cim_repo_missing(here->local->repo, here->ns, from, &missing) : WBEM_S_NO_ERROR;

    if (SUCCEEDED(hr) && missing)
        hr = SOURCE(here, get_class, WBEM_E_NOT_FOUND, missing, &parent);
    free(missing);
    if (hr == WBEM_E_NOT_FOUND)
        hr = object->genus == WBEM_GENUS_CLASS ? WBEM_E_INVALID_SUPERCLASS : WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = SOURCE(here, admit, WBEM_S_NO_ERROR, object, false);
    if (SUCCEEDED(hr))
        hr = cim_repo_begin(here->local->repo);
    if (SUCCEEDED(hr)) {
        if (parent)
            cim_repo_lend(here->local->repo, parent);
        hr = cim_repo_end(here->local->repo, change(here, object));
    }
    cim_object_unref(parent);
    return hr;
}

static void announce(struct here *here, const struct cim_object *object, bool drop)
{
    const struct wbem_source *source = here->local->source;

    if (source && source->changed)
        source->changed(here->local->source_self, here->call, object, drop);
}

static HRESULT store_class(struct here *here, const struct cim_object *object)
{
    LONG flags =
        here->call->flags & (WBEM_FLAG_CREATE_ONLY | WBEM_FLAG_UPDATE_ONLY | WBEM_MASK_UPDATE_MODE);

    return cim_repo_put_class(here->local->repo, here->ns, object, flags);
}

static HRESULT put_class(struct here *here, const struct cim_object *class)
{
    bool stored = false;
    HRESULT hr =
        class->class_name ? is_stored(here, class->class_name, &stored) : WBEM_E_INCOMPLETE_CLASS;

    if (SUCCEEDED(hr))
        hr = stored ? WBEM_E_PROVIDER_NOT_CAPABLE
                    : SOURCE(here, put_class, WBEM_E_PROVIDER_NOT_CAPABLE, class);
    if (hr != WBEM_E_PROVIDER_NOT_CAPABLE)
        return hr;
    hr = with_parents(here, class, store_class);
    if (SUCCEEDED(hr))
        announce(here, class, false);
    return hr;
}

static HRESULT store_instance(struct here *here, const struct cim_object *object)
{
    return cim_repo_put_instance(here->local->repo, here->ns, object,
                                 here->call->flags &
                                     (WBEM_FLAG_CREATE_ONLY | WBEM_FLAG_UPDATE_ONLY));
}

/* \\server\namespace:Class.Key=value */
static HRESULT path_of(const struct here *here, const struct cim_object *instance, char **ret)
{
    char *relative = NULL;
    HRESULT hr = cim_object_path(instance, false, &relative);

    if (SUCCEEDED(hr) &&
        asprintf(ret, "\\\\%s\\%s:%s", CIM_SERVER, here->call->namespace, relative) < 0)
        hr = WBEM_E_OUT_OF_MEMORY;
    free(relative);
    return hr;
}

static HRESULT put_instance(struct here *here, const struct cim_object *instance, char **ret_path)
{
    struct cim_object *class = NULL;
    HRESULT hr = class_at(here, instance->class_name, &class);
    bool dynamic = SUCCEEDED(hr) && is_dynamic(class);

    cim_object_unref(class);
    if (hr == WBEM_E_NOT_FOUND)
        hr = WBEM_E_INVALID_CLASS;
    if (SUCCEEDED(hr))
        hr = dynamic ? SOURCE(here, put_instance, WBEM_E_PROVIDER_NOT_FOUND, instance)
                     : with_parents(here, instance, store_instance);
    if (SUCCEEDED(hr) && !dynamic)
        announce(here, instance, false);
    return SUCCEEDED(hr) ? path_of(here, instance, ret_path) : hr;
}

static HRESULT local_put(void *self, const struct wbem_call *call, const struct cim_object *object,
                         char **ret_path)
{
    struct here here;
    HRESULT hr = arrive(self, call, &here);

    if (FAILED(hr))
        return hr;
    return object->genus == WBEM_GENUS_CLASS ? put_class(&here, object)
                                             : put_instance(&here, object, ret_path);
}

static HRESULT drop_class(struct here *here, const char *name)
{
    struct cim_object *class = NULL;
    bool stored = false;
    HRESULT hr = is_stored(here, name, &stored);

    if (FAILED(hr))
        return hr;
    if (!stored)
        return SOURCE(here, delete_class, WBEM_E_NOT_FOUND, name);
    hr = class_at(here, name, &class);
    if (SUCCEEDED(hr))
        hr = SOURCE(here, admit, WBEM_S_NO_ERROR, class, true);
    if (SUCCEEDED(hr) || hr == WBEM_E_INVALID_SUPERCLASS) /* with a parent that has gone, too */
        hr = cim_repo_delete_class(here->local->repo, here->ns, name);
    if (SUCCEEDED(hr) && class)
        announce(here, class, true);
    cim_object_unref(class);
    return hr;
}

static HRESULT drop_instance(struct here *here, const struct cim_path *path)
{
    struct cim_object *class = NULL, *instance = NULL;
    HRESULT hr = class_of(here, path, &class);
    bool dynamic = SUCCEEDED(hr) && is_dynamic(class);

    if (dynamic)
        hr = SOURCE(here, delete_instance, WBEM_E_PROVIDER_NOT_FOUND, class, path);
    else if (SUCCEEDED(hr))
        hr = cim_repo_instance(here->local->repo, here->ns, path, &instance);
    if (SUCCEEDED(hr) && !dynamic)
        hr = SOURCE(here, admit, WBEM_S_NO_ERROR, instance, true);
    if (SUCCEEDED(hr) && !dynamic)
        hr = cim_repo_delete_instance(here->local->repo, here->ns, path);
    if (SUCCEEDED(hr) && !dynamic)
        announce(here, instance, true);
    cim_object_unref(instance);
    cim_object_unref(class);
    return hr;
}

static HRESULT local_drop(void *self, const struct wbem_call *call, LONG genus, const char *text)
{
    struct cim_path path;
    struct here here;
    HRESULT hr = locate(self, call, text, &path, &here);

    if (FAILED(hr))
        return hr;
    if (cim_path_is_class(&path) != (genus == WBEM_GENUS_CLASS))
        hr = WBEM_E_INVALID_OBJECT_PATH;
    else
        hr = genus == WBEM_GENUS_CLASS ? drop_class(&here, path.class_name)
                                       : drop_instance(&here, &path);
    cim_path_done(&path);
    return hr;
}

/* ---- methods */
static HRESULT judge_method(const struct cim_object *class, const char *name,
                            const struct cim_object *in)
{
    const struct cim_method *method = cim_method(class, name);

    if (!method)
        return WBEM_E_INVALID_METHOD;
    if (!cim_flagged(&method->qualifiers, "implemented"))
        return WBEM_E_METHOD_NOT_IMPLEMENTED;
    if (cim_flagged(&method->qualifiers, "disabled"))
        return WBEM_E_METHOD_DISABLED;
    if (!in != !method->in)
        return WBEM_E_INVALID_METHOD_PARAMETERS;
    for (size_t i = 0; in && i < in->property_count; i++) {
        const struct cim_property *one = cim_property(method->in, in->properties[i].name);
        if (!one || one->value.type != in->properties[i].value.type)
            return WBEM_E_INVALID_METHOD_PARAMETERS;
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT local_run(void *self, const struct wbem_call *call, const char *text,
                         const char *method, const struct cim_object *in,
                         struct cim_object **ret_out)
{
    struct cim_object *class = NULL;
    struct cim_path path;
    struct here here;
    HRESULT hr = locate(self, call, text, &path, &here);

    if (FAILED(hr))
        return hr;
    hr = class_of(&here, &path, &class);
    if (SUCCEEDED(hr))
        hr = judge_method(class, method, in);
    if (SUCCEEDED(hr))
        hr = SOURCE(&here, run, WBEM_E_NOT_SUPPORTED, class, text, method, in, ret_out);
    cim_object_unref(class);
    cim_path_done(&path);
    return hr;
}

static HRESULT local_open(void *self, const struct wbem_call *call)
{
    struct here here;

    return arrive(self, call, &here);
}

const struct wbem_backend wbem_local_backend = {
    .open = local_open,
    .get = local_get,
    .put = local_put,
    .drop = local_drop,
    .find = local_find,
    .run = local_run,
};
