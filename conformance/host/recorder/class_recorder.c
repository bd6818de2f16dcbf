/* Class providers that write down what they are asked. All they tell they tell on the thread that
 * asks; what is held, on the one that lets it go. */
#include "conformance/host/recorder/class_recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/principal/principal.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/base.h"

/* ---- what is written down */
__attribute__((format(printf, 2, 3))) static void note(struct class_recorders *all,
                                                       const char *format, ...)
{
    va_list arguments;
    size_t length;

    pthread_mutex_lock(&all->lock);
    length = strlen(all->log);
    va_start(arguments, format);
    vsnprintf(all->log + length, sizeof(all->log) - length, format, arguments);
    va_end(arguments);
    pthread_mutex_unlock(&all->lock);
}

/* And as whom, unless that is WMI itself. */
static void note_text(struct class_recorder *it, const char *method, const WCHAR *text)
{
    const struct principal who = principal_now();
    char *utf8 = NULL, name[PRINCIPAL_NAME];

    if (text)
        (void)wbem_utf8(text, &utf8);
    note(it->all, "%s(%s %s) ", method, it->by, utf8 ? utf8 : "NULL");
    if (who.account != PRINCIPAL_SYSTEM) {
        principal_name(&who, name);
        note(it->all, "as(%s) ", name);
    }
    free(utf8);
}

const char *class_recorders_take(struct class_recorders *all, char *text, size_t size)
{
    pthread_mutex_lock(&all->lock);
    snprintf(text, size, "%s", all->log);
    all->log[0] = '\0';
    pthread_mutex_unlock(&all->lock);
    return text;
}

/* ---- its classes */
/* "Name" or "Name:Parent", up to the blank. */
static HRESULT make(const struct class_recorder *it, const char *declared, struct cim_object **ret)
{
    const int length = (int)strcspn(declared, " ");
    const char *colon = memchr(declared, ':', (size_t)length);
    struct cim_object *parent = NULL, *class = NULL;
    struct cim_value by = cim_null(CIM_STRING);
    char *name = NULL, *above = NULL;
    HRESULT hr = WBEM_E_OUT_OF_MEMORY;

    if (asprintf(&name, "%.*s", colon ? (int)(colon - declared) : length, declared) < 0)
        return hr;
    if (!colon)
        hr = cim_class_new(name, &class);
    else if (asprintf(&above, "%.*s", length - (int)(colon + 1 - declared), colon + 1) >= 0)
        hr = cim_class_new(above, &parent);
    if (SUCCEEDED(hr) && parent)
        hr = cim_derive(parent, &class);
    if (SUCCEEDED(hr) && parent)
        hr = cim_dup(name, &class->class_name);
    if (SUCCEEDED(hr))
        hr = cim_text(CIM_STRING, it->by, &by);
    if (SUCCEEDED(hr))
        hr = cim_put_property(class, "By", by, NULL);
    cim_object_unref(parent);
    free(name);
    free(above);
    *ret = class;
    return hr;
}

static HRESULT indicate(const struct class_recorder *it, const char *declared,
                        IWbemObjectSink *sink)
{
    struct cim_object *class = NULL;
    IWbemClassObject *face = NULL;
    HRESULT hr = make(it, declared, &class);

    if (SUCCEEDED(hr))
        hr = wbem_object_new(class, &face);
    if (SUCCEEDED(hr))
        hr = IWbemObjectSink_Indicate(sink, 1, &face);
    if (face)
        IWbemClassObject_Release(face);
    cim_object_unref(class);
    return hr;
}

static const char *declaration(const struct class_recorder *it, const WCHAR *name)
{
    const char *at = it->classes;
    char *utf8 = NULL;

    if (FAILED(wbem_utf8(name, &utf8)))
        return NULL;
    while (*at && !(strncasecmp(at, utf8, strlen(utf8)) == 0 && strchr(": ", at[strlen(utf8)])))
        at += strcspn(at, " ") + 1;
    free(utf8);
    return *at ? at : NULL;
}

static HRESULT end(IWbemObjectSink *sink, HRESULT hr)
{
    (void)IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    return WBEM_S_NO_ERROR;
}

/* ---- IWbemServices: what a class provider has */
static struct class_recorder *services_of(IWbemServices *This)
{
    return container_of(This, struct class_recorder, services_iface);
}

static HRESULT STDMETHODCALLTYPE get_object(IWbemServices *This, const BSTR path, LONG flags,
                                            IWbemContext *context, IWbemObjectSink *sink)
{
    struct class_recorder *it = services_of(This);
    const char *declared = declaration(it, path);
    HRESULT hr = declared ? it->got : WBEM_E_NOT_FOUND;

    (void)flags, (void)context;
    note_text(it, "get", path);
    if (SUCCEEDED(hr))
        hr = indicate(it, declared, sink);
    return end(sink, hr);
}

static void hold(struct class_recorder *it, IWbemObjectSink *sink)
{
    IWbemObjectSink_AddRef(sink);
    pthread_mutex_lock(&it->all->lock);
    it->held = sink;
    pthread_cond_broadcast(&it->all->changed);
    pthread_mutex_unlock(&it->all->lock);
}

/* All of them, whatever is asked: to choose is the host's. */
static HRESULT STDMETHODCALLTYPE enum_classes(IWbemServices *This, const BSTR super, LONG flags,
                                              IWbemContext *context, IWbemObjectSink *sink)
{
    struct class_recorder *it = services_of(This);
    HRESULT hr = WBEM_S_NO_ERROR;

    (void)flags, (void)context;
    note_text(it, "enum", super);
    for (const char *at = it->classes; *at && SUCCEEDED(hr); at += strcspn(at, " ") + 1) {
        hr = indicate(it, at, sink);
        if (it->holds) {
            hold(it, sink);
            return WBEM_S_NO_ERROR;
        }
    }
    return end(sink, FAILED(hr) ? hr : it->enumerated);
}

static HRESULT STDMETHODCALLTYPE put_class(IWbemServices *This, IWbemClassObject *object,
                                           LONG flags, IWbemContext *context, IWbemObjectSink *sink)
{
    struct class_recorder *it = services_of(This);
    struct cim_object *class = wbem_object_cim(object);

    (void)flags, (void)context;
    note(it->all, "put(%s %s) ", it->by, class->class_name);
    cim_object_unref(class);
    return end(sink, it->put);
}

static HRESULT STDMETHODCALLTYPE delete_class(IWbemServices *This, const BSTR name, LONG flags,
                                              IWbemContext *context, IWbemObjectSink *sink)
{
    struct class_recorder *it = services_of(This);

    (void)flags, (void)context;
    note_text(it, "delete", name);
    return end(sink, it->put);
}

static HRESULT STDMETHODCALLTYPE cancel(IWbemServices *This, IWbemObjectSink *sink)
{
    (void)sink;
    note(services_of(This)->all, "cancel(%s) ", services_of(This)->by);
    return WBEM_S_NO_ERROR;
}

/* ---- one object with two interfaces */
static HRESULT query(struct class_recorder *it, REFIID riid, void **ret)
{
    *ret = NULL;
    if (IsEqualIID(riid, &IID_IWbemServices))
        *ret = &it->services_iface;
    else if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IWbemProviderInit))
        *ret = &it->init_iface;
    if (*ret == &it->services_iface)
        note(it->all, "services(%s) ", it->by);
    if (*ret)
        atomic_fetch_add(&it->refs, 1);
    return *ret ? S_OK : E_NOINTERFACE;
}

#define UNKNOWN(name, type, member)                                                                \
    static HRESULT STDMETHODCALLTYPE name##_query(type *This, REFIID riid, void **ret)             \
    {                                                                                              \
        return query(container_of(This, struct class_recorder, member), riid, ret);                \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_add_ref(type *This)                                      \
    {                                                                                              \
        return atomic_fetch_add(&container_of(This, struct class_recorder, member)->refs, 1) + 1;  \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_release(type *This)                                      \
    {                                                                                              \
        return atomic_fetch_sub(&container_of(This, struct class_recorder, member)->refs, 1) - 1;  \
    }
UNKNOWN(services, IWbemServices, services_iface)
UNKNOWN(init, IWbemProviderInit, init_iface)

static void say_status(struct class_recorder *it, IWbemProviderInitSink *sink)
{
    note(it->all, "ready(%s) ", it->by);
    if (it->says_more)
        (void)IWbemProviderInitSink_SetStatus(sink, 1, 0);
    (void)IWbemProviderInitSink_SetStatus(sink, it->initialized, 0);
    if (it->says_more)
        (void)IWbemProviderInitSink_SetStatus(sink, WBEM_E_FAILED, 0);
}

static HRESULT STDMETHODCALLTYPE initialize(IWbemProviderInit *This, LPWSTR user, LONG flags,
                                            LPWSTR namespace, LPWSTR locale,
                                            IWbemServices *services, IWbemContext *context,
                                            IWbemProviderInitSink *sink)
{
    struct class_recorder *it = container_of(This, struct class_recorder, init_iface);

    (void)user, (void)flags, (void)locale, (void)services, (void)context;
    note_text(it, "Initialize", namespace);
    if (it->waits) {
        IWbemProviderInitSink_AddRef(sink);
        it->waiting = sink;
    } else if (SUCCEEDED(it->returned) && !it->never) {
        say_status(it, sink);
    }
    return it->returned;
}

/* On the thread of who waits. */
static void turn(void *self, void *place)
{
    struct class_recorder *it = place;
    IWbemProviderInitSink *sink = it->waiting;

    (void)self;
    it->waiting = NULL;
    if (sink) {
        say_status(it, sink);
        IWbemProviderInitSink_Release(sink);
    }
}

static const IWbemServicesVtbl services_vtbl = {.QueryInterface = services_query,
                                                .AddRef = services_add_ref,
                                                .Release = services_release,
                                                .CancelAsyncCall = cancel,
                                                .GetObjectAsync = get_object,
                                                .CreateClassEnumAsync = enum_classes,
                                                .PutClassAsync = put_class,
                                                .DeleteClassAsync = delete_class};
static const IWbemProviderInitVtbl init_vtbl = {.QueryInterface = init_query,
                                                .AddRef = init_add_ref,
                                                .Release = init_release,
                                                .Initialize = initialize};

/* ---- COM */
static HRESULT activate(void *self, const struct provider_registration *provider,
                        IWbemProviderInit **ret, void **ret_place)
{
    struct class_recorders *all = self;
    const char *account = provider->model->account;

    note(all, "load(%s %s) ", provider->name, account ? account : "self");
    for (size_t i = 0; i < all->count; i++) {
        struct class_recorder *it = &all->at[i];

        if (strcasecmp(it->clsid, provider->clsid) != 0 || it->not_there)
            continue;
        atomic_fetch_add(&it->refs, 1);
        atomic_fetch_add(&it->places, 1);
        *ret = &it->init_iface;
        *ret_place = it;
        return S_OK;
    }
    return WBEM_E_NOT_FOUND;
}

static void leave(void *self, void *place, bool pure)
{
    struct class_recorder *it = place;

    atomic_fetch_sub(&it->places, pure);
    note(self, "%s(%s) ", pure ? "leave" : "stay", it->by);
}

const struct router_activator class_recorder_activator = {
    .activate = activate, .turn = turn, .leave = leave};

/* ---- life */
void class_recorders_begin(struct class_recorders *all)
{
    *all = (struct class_recorders){.count = 0};
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->changed, NULL);
}

void class_recorders_end(struct class_recorders *all)
{
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
}

struct class_recorder *class_recorder_add(struct class_recorders *all, const char *clsid,
                                          const char *classes)
{
    struct class_recorder *it = &all->at[all->count++];

    *it = (struct class_recorder){.all = all,
                                  .init_iface.lpVtbl = &init_vtbl,
                                  .services_iface.lpVtbl = &services_vtbl,
                                  .clsid = clsid,
                                  .classes = classes,
                                  .by = clsid};
    return it;
}

void class_recorder_await(struct class_recorder *it)
{
    pthread_mutex_lock(&it->all->lock);
    while (!it->held)
        pthread_cond_wait(&it->all->changed, &it->all->lock);
    pthread_mutex_unlock(&it->all->lock);
}

void class_recorder_let(struct class_recorder *it)
{
    IWbemObjectSink *sink = it->held;
    const char *at = it->classes + strcspn(it->classes, " ") + 1;
    HRESULT hr = WBEM_S_NO_ERROR;

    it->held = NULL;
    for (; *at && SUCCEEDED(hr); at += strcspn(at, " ") + 1)
        hr = indicate(it, at, sink);
    (void)end(sink, FAILED(hr) ? hr : it->enumerated);
    IWbemObjectSink_Release(sink);
}
