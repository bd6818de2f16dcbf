/* What a provider calls of WMI: the sinks that it was passed, and the repository. */
#include <stdlib.h>

#include "conformance/host/hosting/hosting_private.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/base.h"

/* ---- sinks that are passed */
static struct hosting_sink *find(struct hosting *hosting, uint64_t id)
{
    struct hosting_sink *one = hosting->sinks;

    while (one && one->id != id)
        one = one->next;
    return one;
}

/* Under the lock; NULL: no memory. */
static struct hosting_sink *entry(struct hosting *hosting, IUnknown *sink, bool is_init)
{
    struct hosting_sink *one = hosting->sinks;

    while (one && (one->sink != sink || one->is_init != is_init))
        one = one->next;
    if (one)
        return one;
    one = calloc(1, sizeof(*one));
    if (one) {
        *one = (struct hosting_sink){
            .next = hosting->sinks, .id = ++hosting->last_sink, .is_init = is_init, .sink = sink};
        hosting->sinks = one;
    }
    return one;
}

HRESULT hosting_pass(struct hosting *hosting, IUnknown *sink, bool is_init, uint64_t *ret_id)
{
    struct hosting_sink *one;

    *ret_id = 0;
    if (!sink)
        return WBEM_S_NO_ERROR;
    pthread_mutex_lock(&hosting->lock);
    one = entry(hosting, sink, is_init);
    if (one && one->passed++ == 0)
        (void)IUnknown_AddRef(sink);
    if (one)
        *ret_id = one->id;
    pthread_mutex_unlock(&hosting->lock);
    return one ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

/* Under the lock. */
static void forget(struct hosting *hosting, struct hosting_sink *gone)
{
    struct hosting_sink **at = &hosting->sinks;

    if (hosting->options.keeps)
        return;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    free(gone);
}

void hosting_passed(struct hosting *hosting, uint64_t id, uint64_t times)
{
    struct hosting_sink *one;
    IUnknown *sink = NULL;

    pthread_mutex_lock(&hosting->lock);
    one = find(hosting, id);
    if (one && one->passed && times) {
        one->passed -= times < one->passed ? times : one->passed;
        if (!one->passed) {
            sink = one->sink;
            forget(hosting, one);
        }
    }
    pthread_mutex_unlock(&hosting->lock);
    if (sink)
        (void)IUnknown_Release(sink);
}

void hosting_sinks_free(struct hosting *hosting)
{
    struct hosting_sink *one;

    while ((one = hosting->sinks)) {
        hosting->sinks = one->next;
        if (one->passed)
            (void)IUnknown_Release(one->sink);
        free(one);
    }
}

void hosting_note(void *self, const struct hosting_message *note)
{
    if (note->op == HOSTING_SINK_GONE && note->number > 0)
        hosting_passed(self, note->sink, (uint64_t)note->number);
}

/* With a reference; NULL: it is none that was passed. */
static IUnknown *sink_of(struct hosting *hosting, uint64_t id, bool is_init)
{
    struct hosting_sink *one;
    IUnknown *sink = NULL;

    pthread_mutex_lock(&hosting->lock);
    one = find(hosting, id);
    if (one && one->is_init == is_init) {
        sink = one->sink;
        (void)IUnknown_AddRef(sink);
    }
    pthread_mutex_unlock(&hosting->lock);
    return sink;
}

/* ---- what comes to them */
static HRESULT indicate(IWbemObjectSink *sink, const struct hosting_message *call)
{
    const size_t count = call->object_count;
    IWbemClassObject **faces = count ? calloc(count, sizeof(*faces)) : NULL;
    HRESULT hr = count && !faces ? WBEM_E_OUT_OF_MEMORY : WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++)
        hr = hosting_face(call, i, &faces[i]);
    /* A count without objects is told as it was said. */
    if (SUCCEEDED(hr))
        hr = IWbemObjectSink_Indicate(sink, count ? (LONG)count : (LONG)call->number, faces);
    for (size_t i = 0; faces && i < count; i++) {
        if (faces[i])
            (void)IWbemClassObject_Release(faces[i]);
    }
    free(faces);
    return hr;
}

static HRESULT set_status(IWbemObjectSink *sink, const struct hosting_message *call)
{
    IWbemClassObject *object = NULL;
    BSTR text = NULL;
    HRESULT hr = hosting_face(call, 0, &object);

    if (SUCCEEDED(hr))
        hr = wbem_bstr(call->texts[0], &text);
    if (SUCCEEDED(hr))
        hr = IWbemObjectSink_SetStatus(sink, call->flags, call->hr, text, object);
    SysFreeString(text);
    if (object)
        (void)IWbemClassObject_Release(object);
    return hr;
}

static void serve_sink(struct hosting *hosting, struct hosting_message *call,
                       struct hosting_message *answer)
{
    IUnknown *sink = sink_of(hosting, call->sink, call->op == HOSTING_INIT_STATUS);

    if (!sink)
        answer->hr = RPC_E_DISCONNECTED;
    else if (call->op == HOSTING_INDICATE)
        answer->hr = indicate((IWbemObjectSink *)sink, call);
    else if (call->op == HOSTING_SET_STATUS)
        answer->hr = set_status((IWbemObjectSink *)sink, call);
    else
        answer->hr =
            IWbemProviderInitSink_SetStatus((IWbemProviderInitSink *)sink, call->hr, call->flags);
    if (sink)
        (void)IUnknown_Release(sink);
}

/* ---- the repository */
typedef HRESULT serve_call(const struct wbem_backend *backend, void *self,
                           const struct wbem_call *call, struct hosting_message *message,
                           struct hosting_message *answer);

static HRESULT give(struct hosting_message *answer, HRESULT hr, struct cim_object *object)
{
    if (SUCCEEDED(hr) && object)
        hr = hosting_put_object(answer, object);
    cim_object_unref(object);
    return hr;
}

static const char *text(const struct hosting_message *message, size_t index)
{
    return message->texts[index] ? message->texts[index] : "";
}

static HRESULT serve_open(const struct wbem_backend *backend, void *self,
                          const struct wbem_call *call, struct hosting_message *message,
                          struct hosting_message *answer)
{
    (void)message, (void)answer;
    return backend->open(self, call);
}

static HRESULT serve_get(const struct wbem_backend *backend, void *self,
                         const struct wbem_call *call, struct hosting_message *message,
                         struct hosting_message *answer)
{
    struct cim_object *object = NULL;
    HRESULT hr = backend->get(self, call, text(message, 2), &object);

    return give(answer, hr, object);
}

static HRESULT serve_put(const struct wbem_backend *backend, void *self,
                         const struct wbem_call *call, struct hosting_message *message,
                         struct hosting_message *answer)
{
    if (message->object_count != 1 || !message->objects[0])
        return WBEM_E_INVALID_PARAMETER;
    return backend->put(self, call, message->objects[0], &answer->texts[0]);
}

static HRESULT serve_drop(const struct wbem_backend *backend, void *self,
                          const struct wbem_call *call, struct hosting_message *message,
                          struct hosting_message *answer)
{
    (void)answer;
    return backend->drop(self, call, (LONG)message->number, text(message, 2));
}

static HRESULT add(void *answer, struct cim_object *object)
{
    return hosting_put_object(answer, object);
}

static HRESULT serve_find(const struct wbem_backend *backend, void *self,
                          const struct wbem_call *call, struct hosting_message *message,
                          struct hosting_message *answer)
{
    if (message->number < WBEM_CLASSES || message->number > WBEM_QUERY)
        return WBEM_E_INVALID_PARAMETER;
    return backend->find(self, call, (enum wbem_what)message->number, text(message, 2), add,
                         answer);
}

static HRESULT serve_run(const struct wbem_backend *backend, void *self,
                         const struct wbem_call *call, struct hosting_message *message,
                         struct hosting_message *answer)
{
    struct cim_object *out = NULL;
    HRESULT hr = backend->run(self, call, text(message, 2), text(message, 3),
                              message->object_count ? message->objects[0] : NULL, &out);

    return give(answer, hr, out);
}

static serve_call *const served[HOSTING_OPS] = {
    [HOSTING_OPEN] = serve_open, [HOSTING_GET] = serve_get,   [HOSTING_PUT] = serve_put,
    [HOSTING_DROP] = serve_drop, [HOSTING_FIND] = serve_find, [HOSTING_RUN] = serve_run,
};

static HRESULT serve_repository(struct hosting *hosting, struct hosting_message *message,
                                struct hosting_message *answer)
{
    struct wbem_call call = {
        .namespace = text(message, 0), .user = message->texts[1], .flags = message->flags};
    HRESULT hr;

    if (message->op == HOSTING_OPEN && message->number) {
        pthread_mutex_lock(&hosting->lock);
        hosting->denied++;
        pthread_mutex_unlock(&hosting->lock);
        return WBEM_E_ACCESS_DENIED;
    }
    hr = hosting_context(message, &call.context);
    if (SUCCEEDED(hr))
        hr = served[message->op](hosting->options.backend, hosting->options.backend_self, &call,
                                 message, answer);
    if (call.context)
        (void)IWbemContext_Release(call.context);
    return hr;
}

void hosting_serve(void *self, struct hosting_message *call, struct hosting_message *answer)
{
    struct hosting *hosting = self;

    if (call->op >= HOSTING_INDICATE && call->op <= HOSTING_INIT_STATUS)
        serve_sink(hosting, call, answer);
    else if (served[call->op])
        answer->hr = serve_repository(hosting, call, answer);
    else
        answer->hr = WBEM_E_INVALID_OPERATION;
}
