/* What the cases of our host of class providers share. */
#include "conformance/suites/host/host_router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/router_deviant.h"
#include "conformance/host/mof/mof.h"

static const struct wbem_call call = {.namespace = "root\\default"};

void host_router_begin(struct conf *c, struct host_router *it, int64_t patience_ms)
{
    struct router_options options = {.activator = &class_recorder_activator,
                                     .patience_ms = patience_ms};
    char error[300];

    *it = (struct host_router){.c = c};
    class_recorders_begin(&it->all);
    if (*conf_host_defect(c) && !router_deviate(conf_host_defect(c)))
        conf_setup_failed(c, "%s is no defect of the host", conf_host_defect(c));
    if (mof_open(NULL, &it->repo, error, sizeof(error)))
        conf_setup_failed(c, "%s", error);
    it->one = class_recorder_add(&it->all, HOST_ONE, "P P_1:P ");
    it->two = class_recorder_add(&it->all, HOST_TWO, "Q Q_1:Q ");
    it->one->by = "1";
    it->two->by = "2";
    it->world = world_new();
    options.repo = it->repo;
    options.activator_self = &it->all;
    options.world = it->world;
    if (!it->world || FAILED(router_new(&options, &it->router)))
        conf_setup_failed(c, "no memory");
    it->local = (struct wbem_local){it->repo, &router_source, it->router};
}

void host_router_leave(struct host_router *it)
{
    router_free(it->router);
    world_free(it->world);
    cim_repo_close(it->repo);
    class_recorders_end(&it->all);
}

void host_router_compile(struct host_router *it, const char *mof)
{
    const struct mof_options options = {.namespace = NULL};
    struct mof_fault fault;

    if (FAILED(mof_compile(it->repo, "case.mof", mof, strlen(mof), &options, &fault)))
        conf_setup_failed(it->c, "the case's MOF does not compile: %s", fault.text);
}

HRESULT host_router_put(struct host_router *it, const char *mof)
{
    struct cim_object *object = NULL;
    struct mof_fault fault;
    char *path = NULL;
    HRESULT hr;

    if (FAILED(mof_object(it->repo, call.namespace, mof, &object, &fault)))
        conf_setup_failed(it->c, "the case's MOF is none: %s", fault.text);
    hr = wbem_local_backend.put(&it->local, &call, object, &path);
    cim_object_unref(object);
    free(path);
    return hr;
}

const char *host_router_asked(struct host_router *it)
{
    return class_recorders_take(&it->all, it->asked, sizeof(it->asked));
}

bool host_router_was_asked(struct host_router *it, const char *what)
{
    return strstr(host_router_asked(it), what) != NULL;
}

static HRESULT get(struct host_router *it, const char *class)
{
    struct cim_object *object = NULL;
    HRESULT hr = wbem_local_backend.get(&it->local, &call, class, &object);
    const struct cim_property *by = SUCCEEDED(hr) ? cim_property(object, "By") : NULL;

    snprintf(it->by, sizeof(it->by), "%s", FAILED(hr) ? "-" : by ? by->value.one.s : "");
    cim_object_unref(object);
    return hr;
}

HRESULT host_router_get(struct host_router *it, const char *class)
{
    return get(it, class);
}

const char *host_router_whose(struct host_router *it, const char *class)
{
    (void)get(it, class);
    return it->by;
}

static HRESULT name_of(void *self, struct cim_object *object)
{
    struct host_router *it = self;

    if (object->class_name[0] != '_' &&
        strlen(it->names) + strlen(object->class_name) + 2 < sizeof(it->names))
        strcat(strcat(it->names, object->class_name), " ");
    return WBEM_S_NO_ERROR;
}

const char *host_router_below(struct host_router *it, const char *super, HRESULT *ret_hr)
{
    it->names[0] = '\0';
    *ret_hr = wbem_local_backend.find(&it->local, &call, WBEM_CLASSES, super, name_of, it);
    return it->names;
}
