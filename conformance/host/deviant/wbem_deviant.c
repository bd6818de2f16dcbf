/* The defects of wbem_defects.def, each where a client connects – what stands behind its services
 * is another then –, or where one file of WMI or of MOF calls another. */
#include "conformance/host/deviant/wbem_deviant.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/provider/provider_registration.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_job.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/host/wbem/wbem_services.h"

enum wbem_defect {
#define DEFECT(token, name, text, ...) WBEM_DEFECT_##token,
#include "conformance/host/deviant/wbem_defects.def"
#undef DEFECT
    WBEM_DEFECTS
};
static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/deviant/wbem_defects.def"
#undef DEFECT
};
static bool chosen[WBEM_DEFECTS];

bool wbem_deviate(const char *name)
{
    bool found = false;

    for (int i = 0; i < WBEM_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0)
            found = chosen[i] = true;
    }
    return found;
}

#define deviates(token) chosen[WBEM_DEFECT_##token]
#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* ---- what stands behind services. Self is the repository's; provided classes begin with P. */
static const struct wbem_backend *real = &wbem_local_backend;

static HRESULT of_source(void *self, const struct wbem_call *call, const char *name,
                         struct cim_object **ret)
{
    const struct wbem_local *local = self;

    return local->source->get_class(local->source_self, call, name, ret);
}

static HRESULT change(struct cim_object **at, const char *name, struct cim_value value)
{
    struct cim_object *copy;
    HRESULT hr = cim_object_clone(*at, &copy);

    if (SUCCEEDED(hr))
        hr = cim_set_value(copy, name, value);
    cim_object_unref(*at);
    *at = copy;
    return hr;
}

/* All but the one with three p. */
static HRESULT respell(struct cim_object **at)
{
    char *kept[WBEM_MAX_USER_PROPERTIES];
    size_t count = 0;
    HRESULT hr = change(at, "SupportsGet", cim_bool(false));

    for (size_t i = 0; SUCCEEDED(hr) && i < (*at)->property_count; i++) {
        if (strcmp((*at)->properties[i].name, "SuppportsBatching") != 0)
            kept[count++] = strdup((*at)->properties[i].name);
    }
    cim_keep_properties(*at, kept, count);
    while (count)
        free(kept[--count]);
    return hr;
}

static HRESULT changed(struct cim_object **at)
{
    bool is_registration = strcmp((*at)->class_name, "__ClassProviderRegistration") == 0;

    if (deviates(SUPPORTS) && is_registration)
        return change(at, "SupportsGet", cim_bool(true));
    if (deviates(INTERACTION) && is_registration)
        return change(at, "InteractionType", cim_int(CIM_SINT32, 1));
    if (deviates(IMPURE) && strcmp((*at)->class_name, "__Win32Provider") == 0)
        return change(at, "Pure", cim_bool(false));
    if (deviates(SPELT_RIGHT) && is_registration)
        return respell(at);
    if (deviates(CHILD_BARE) && cim_superclass(*at) && (*at)->class_name[0] == 'X') {
        cim_object_unref(*at);
        return cim_class_new("X", at);
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT deviant_get(void *self, const struct wbem_call *call, const char *path,
                           struct cim_object **ret)
{
    static unsigned calls;
    static struct cim_object *last;
    HRESULT hr;

    if (deviates(GET_STORED) && path[0] == 'P')
        return WBEM_E_NOT_FOUND;
    if (strcmp(path, "A") == 0 &&
        (deviates(PROVIDED_WINS) || (deviates(ANY_WINS) && ++calls % 7 == 0)))
        return of_source(self, call, path, ret);
    hr = real->get(self, call, path, ret);
    if (deviates(NO_CLASS) && SUCCEEDED(hr) && cim_flagged(&(*ret)->qualifiers, "dynamic")) {
        cim_object_unref(*ret);
        *ret = NULL;
        return WBEM_E_PROVIDER_NOT_FOUND;
    }
    if (deviates(CHILD_OUTLIVES) && path[0] == 'X') {
        if (FAILED(hr)) {
            *ret = last;
            last = NULL;
            return *ret ? WBEM_S_NO_ERROR : hr;
        }
        last = cim_object_ref(*ret);
    }
    return SUCCEEDED(hr) ? changed(ret) : hr;
}

static HRESULT deviant_put(void *self, const struct wbem_call *call,
                           const struct cim_object *object, char **ret_path)
{
    HRESULT hr = real->put(self, call, object, ret_path);

    if (deviates(CHILD_REFUSED) && strcmp(object->class_name, "X") == 0)
        return WBEM_E_INVALID_SUPERCLASS;
    return deviates(SYSTEM_REPLACED) && hr == WBEM_E_ACCESS_DENIED ? WBEM_S_NO_ERROR : hr;
}

static HRESULT deviant_drop(void *self, const struct wbem_call *call, LONG genus, const char *path)
{
    HRESULT hr = real->drop(self, call, genus, path);

    return deviates(SYSTEM_DELETED) && hr == WBEM_E_ACCESS_DENIED ? WBEM_S_NO_ERROR : hr;
}

struct passing {
    cim_each *each;
    void *self;
    enum wbem_what what;
};

static HRESULT pass(void *self, struct cim_object *object)
{
    const struct passing *it = self;
    bool provided = object->class_name[0] == 'P';
    HRESULT hr;

    if (provided && ((deviates(ENUM_STORED) && it->what == WBEM_CLASSES) ||
                     (deviates(QUERY_STORED) && it->what == WBEM_QUERY)))
        return WBEM_S_NO_ERROR;
    if (deviates(PARTIAL_LOST))
        return WBEM_S_NO_ERROR;
    hr = it->each(it->self, object);
    return deviates(TWICE) && SUCCEEDED(hr) && strcmp(object->class_name, "A") == 0
               ? it->each(it->self, object)
               : hr;
}

static HRESULT deviant_find(void *self, const struct wbem_call *call, enum wbem_what what,
                            const char *text, cim_each *each, void *each_self)
{
    struct passing passing = {each, each_self, what};
    HRESULT hr = real->find(self, call, what, text, pass, &passing);

    if (deviates(NO_PROVIDER) && hr == WBEM_E_PROVIDER_NOT_FOUND)
        return WBEM_S_NO_ERROR;
    if (deviates(ERROR_KEEPS) && FAILED(hr))
        return WBEM_S_NO_ERROR;
    return deviates(PARTIAL_HIDDEN) && SUCCEEDED(hr) ? WBEM_S_NO_ERROR : hr;
}

static HRESULT deviant_open(void *self, const struct wbem_call *call)
{
    return real->open(self, call);
}

static HRESULT deviant_run(void *self, const struct wbem_call *call, const char *path,
                           const char *method, const struct cim_object *in,
                           struct cim_object **ret_out)
{
    return real->run(self, call, path, method, in, ret_out);
}

SEAM(wbem_connect);
HRESULT __wrap_wbem_connect(const struct wbem_backend *backend, void *self, const char *namespace,
                            const char *user, IWbemContext *context, IWbemServices **ret)
{
    static const struct wbem_backend deviant = {deviant_open, deviant_get,  deviant_put,
                                                deviant_drop, deviant_find, deviant_run};
    bool any = false;

    for (int i = 0; i < WBEM_DEFECTS; i++)
        any |= chosen[i];
    return __real_wbem_connect(any && backend == real ? &deviant : backend, self, namespace, user,
                               context, ret);
}

/* ---- calls on their way */
static IWbemObjectSink *behind; /* of the sink that swaps words */

static HRESULT STDMETHODCALLTYPE swapped_status(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                                BSTR text, IWbemClassObject *object)
{
    uint32_t words = (uint32_t)hr;

    (void)This;
    return IWbemObjectSink_SetStatus(behind, flags, (HRESULT)(words << 16 | words >> 16), text,
                                     object);
}

static IWbemObjectSink *swapping(IWbemObjectSink *sink)
{
    static const IWbemObjectSinkVtbl vtbl = {.SetStatus = swapped_status};
    static IWbemObjectSink one = {&vtbl};

    behind = sink;
    return sink ? &one : NULL;
}

SEAM(wbem_job_call);
struct wbem_call __wrap_wbem_job_call(struct wbem_job *job)
{
    struct wbem_call call = __real_wbem_job_call(job);

    if (deviates(PROGRESS_ALWAYS))
        call.sink = job->sink;
    if (deviates(PROGRESS_NEVER))
        call.sink = NULL;
    if (deviates(WORDS))
        call.sink = swapping(call.sink);
    return call;
}

SEAM(wbem_job_start);
HRESULT __wrap_wbem_job_start(struct wbem_job *job)
{
    if (!deviates(BLOCKS))
        return __real_wbem_job_start(job);
    (void)wbem_job_run(job);
    return WBEM_S_NO_ERROR;
}

SEAM(wbem_job_wait);
bool __wrap_wbem_job_wait(struct wbem_job *job, size_t count, LONG timeout)
{
    bool there = __real_wbem_job_wait(job, count, timeout);

    if (deviates(NEVER_READY) && !there)
        return true;
    return deviates(ENDLESS) && job->done && job->count < count ? false : there;
}

SEAM(wbem_object_new);
HRESULT __wrap_wbem_object_new(struct cim_object *object, IWbemClassObject **ret)
{
    HRESULT hr = __real_wbem_object_new(object, ret);

    if (SUCCEEDED(hr) && deviates(OBJECTS_HELD))
        IWbemClassObject_AddRef(*ret);
    return hr;
}

/* What the receiver kept it kept of the sender's list, which is used again. */
SEAM(wbem_job_each);
HRESULT __wrap_wbem_job_each(void *job, struct cim_object *object)
{
    struct cim_object *copy;
    HRESULT hr;

    if (!deviates(OBJECTS_TAKEN) || !((struct wbem_job *)job)->sink)
        return __real_wbem_job_each(job, object);
    hr = cim_object_clone(object, &copy);
    if (FAILED(hr))
        return hr;
    hr = __real_wbem_job_each(job, copy);
    cim_keep_properties(copy, NULL, 0);
    cim_object_unref(copy);
    return hr;
}

/* ---- MOF */
SEAM(mof_compile);
HRESULT __wrap_mof_compile(struct cim_repo *repo, const char *name, const void *data, size_t size,
                           const struct mof_options *options, struct mof_fault *fault)
{
    struct mof_options other = *options;
    char *text = strndup(data, size), *pragma = text ? strstr(text, "#pragma namespace") : NULL;
    HRESULT hr;

    if (deviates(ELSEWHERE) && !other.namespace)
        other.namespace = "root\\cimv2";
    if (deviates(OPTION_IGNORED))
        other.namespace = NULL;
    if (deviates(OPTION_WINS) && other.namespace && pragma)
        memset(pragma, ' ', strcspn(pragma, "\n"));
    if (deviates(CHECK_WRITES))
        other.check_only = false;
    if (deviates(CREATES_AGAIN))
        other.class_flags &= ~WBEM_FLAG_CREATE_ONLY;
    if (deviates(UPDATES_NOTHING))
        other.class_flags &= ~WBEM_FLAG_UPDATE_ONLY;
    hr = __real_mof_compile(repo, name, text ? text : data, size, &other, fault);
    free(text);
    return hr;
}

SEAM(cim_object_path);
HRESULT __wrap_cim_object_path(const struct cim_object *object, bool full, char **ret)
{
    return deviates(ALIAS) ? cim_dup("$P", ret) : __real_cim_object_path(object, full, ret);
}

SEAM(cim_instance_key);
HRESULT __wrap_cim_instance_key(const struct cim_object *instance, char **ret)
{
    static unsigned number;

    if (deviates(INSTANCES_TWICE))
        return asprintf(ret, "%u", ++number) < 0 ? WBEM_E_OUT_OF_MEMORY : WBEM_S_NO_ERROR;
    return __real_cim_instance_key(instance, ret);
}

SEAM(cim_flagged);
bool __wrap_cim_flagged(const struct cim_qualifiers *set, const char *name)
{
    const struct cim_qualifier *one = cim_qualifier(set, name);

    if (deviates(KEY_FALSE) && one && strcmp(name, "key") == 0 && one->value.type == CIM_BOOLEAN)
        return one->value.one.b;
    if (deviates(FALSE_TRUE) && one)
        return true;
    return __real_cim_flagged(set, name);
}

/* ---- as whom providers are called */
SEAM(provider_caller);
struct principal __wrap_provider_caller(const struct provider_registration *registration,
                                        const struct principal *client, bool initializes)
{
    struct provider_registration other = *registration;

    if (deviates(LEVEL_IGNORED))
        other.impersonation_level = 0;
    if (deviates(LEVEL_ASSUMED))
        other.impersonation_level = 1;
    if (deviates(USERS_ASSUMED))
        other.per_user = true;
    if (deviates(ADMIN_NEVER))
        other.admin_first = false;
    if (deviates(ADMIN_KEPT))
        initializes = true;
    return __real_provider_caller(&other, client, initializes);
}
