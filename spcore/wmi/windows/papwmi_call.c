/* What is asked of the provider, answered on a thread of the pool: each call has the references it
 * needs, and its sink hears of its end once, whatever comes. */
#include <stdlib.h>

#include "spcore/wmi/windows/papwmi.h"

enum { BATCH = 16 }; /* objects in one Indicate */

struct papwmi_call {
    struct papwmi_call *next; /* of the provider */
    struct papwmi_provider *provider;
    enum papwmi_kind kind;
    IWbemProviderInitSink *init_sink; /* of PAPWMI_INIT; of the others: */
    IWbemObjectSink *sink;
    IWbemContext *context;
    char *text;
    LONG flags;
    HANDLE caller; /* its token */
    bool sees_all;
    bool cancelled; /* with the provider's lock held */
};

/* ---- under way */
static void enter(struct papwmi_call *call)
{
    AcquireSRWLockExclusive(&call->provider->lock);
    call->next = call->provider->calls;
    call->provider->calls = call;
    ReleaseSRWLockExclusive(&call->provider->lock);
}

static void leave(struct papwmi_call *call)
{
    struct papwmi_call **at = &call->provider->calls;

    AcquireSRWLockExclusive(&call->provider->lock);
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    ReleaseSRWLockExclusive(&call->provider->lock);
}

static bool is_cancelled(struct papwmi_call *call)
{
    bool cancelled;

    AcquireSRWLockShared(&call->provider->lock);
    cancelled = call->cancelled;
    ReleaseSRWLockShared(&call->provider->lock);
    return cancelled;
}

HRESULT papwmi_cancel(struct papwmi_provider *provider, IWbemObjectSink *sink)
{
    HRESULT hr = WBEM_E_NOT_FOUND;

    AcquireSRWLockExclusive(&provider->lock);
    for (struct papwmi_call *call = provider->calls; call; call = call->next) {
        if (call->sink == sink) {
            call->cancelled = true;
            hr = S_OK;
        }
    }
    ReleaseSRWLockExclusive(&provider->lock);
    return hr;
}

/* ---- the answers */
struct batch {
    struct papwmi_call *call;
    IWbemClassObject *objects[BATCH];
    LONG count;
};

static void drop(struct batch *batch)
{
    for (LONG i = 0; i < batch->count; i++)
        (void)IWbemClassObject_Release(batch->objects[i]);
    batch->count = 0;
}

/* The sink takes references of its own. */
static HRESULT flush(struct batch *batch)
{
    HRESULT hr = S_OK;

    if (batch->count && is_cancelled(batch->call))
        hr = WBEM_E_CALL_CANCELLED;
    else if (batch->count)
        hr = IWbemObjectSink_Indicate(batch->call->sink, batch->count, batch->objects);
    drop(batch);
    return hr;
}

static HRESULT add(struct batch *batch, const struct wmi_class *class)
{
    struct papwmi_call *call = batch->call;
    HRESULT hr = papwmi_class_make(call->provider->namespace, call->context, call->caller, class,
                                   &batch->objects[batch->count]);

    if (FAILED(hr))
        return hr;
    batch->count++;
    return batch->count == BATCH ? flush(batch) : S_OK;
}

/* What a caller may not see is not there for it. */
static bool is_seen(const struct papwmi_call *call, const struct wmi_class *class)
{
    return call->sees_all || !class->is_guarded;
}

static HRESULT get(struct papwmi_call *call, const struct wmi_schema *schema)
{
    struct batch batch = {.call = call};
    const struct wmi_class *class = NULL;
    char *name = NULL;
    HRESULT hr = papwmi_path_class(call->text, &name);

    if (SUCCEEDED(hr) && (!(class = wmi_schema_find(schema, name)) || !is_seen(call, class)))
        hr = WBEM_E_NOT_FOUND;
    if (SUCCEEDED(hr))
        hr = add(&batch, class);
    if (SUCCEEDED(hr))
        hr = flush(&batch);
    free(name);
    return hr;
}

/* To who wants to know: the total is in the high word, what is done in the low one. */
static void tell_progress(struct papwmi_call *call, size_t done, size_t total)
{
    if (call->flags & WBEM_FLAG_SEND_STATUS && total <= UINT16_MAX && !is_cancelled(call))
        (void)IWbemObjectSink_SetStatus(call->sink, WBEM_STATUS_PROGRESS,
                                        (HRESULT)(total << 16 | done), NULL, NULL);
}

static bool is_asked(const struct papwmi_call *call, const struct wmi_class *class,
                     const struct wmi_class *above)
{
    const bool deep = !(call->flags & WBEM_FLAG_SHALLOW);

    return is_seen(call, class) && wmi_class_is_below(class, above, deep);
}

static HRESULT enumerate(struct papwmi_call *call, const struct wmi_schema *schema)
{
    const struct wmi_class *above = NULL;
    struct batch batch = {.call = call};
    size_t done = 0, total = 0;
    HRESULT hr = S_OK;

    if (*call->text && (!(above = wmi_schema_find(schema, call->text)) || !is_seen(call, above)))
        hr = WBEM_E_INVALID_CLASS;
    for (size_t i = 0; SUCCEEDED(hr) && i < schema->count; i++)
        total += is_asked(call, schema->at[i], above);
    for (size_t i = 0; SUCCEEDED(hr) && i < schema->count; i++) {
        if (!is_asked(call, schema->at[i], above))
            continue;
        if (done % BATCH == 0)
            tell_progress(call, done, total);
        hr = add(&batch, schema->at[i]);
        done++;
    }
    if (SUCCEEDED(hr))
        hr = flush(&batch);
    drop(&batch);
    return hr;
}

static HRESULT answer(struct papwmi_call *call)
{
    struct papwmi_view *view = papwmi_players_view();
    struct papwmi_provider *provider = call->provider;
    HRESULT hr = S_OK;

    if (!view)
        return WBEM_E_FAILED;
    call->sees_all = call->caller && papwmi_caller_is_let_in(call->caller);
    if (call->kind == PAPWMI_GET)
        hr = get(call, view->schema);
    else if (call->kind == PAPWMI_ENUM)
        hr = enumerate(call, view->schema);
    else if (provider->pushes)
        hr = papwmi_publish(provider->namespace, provider->context, view);
    papwmi_view_release(view);
    return hr;
}

/* ---- life */
static void done(struct papwmi_call *call)
{
    if (call->sink)
        (void)IWbemObjectSink_Release(call->sink);
    if (call->init_sink)
        (void)IWbemProviderInitSink_Release(call->init_sink);
    if (call->context)
        (void)IWbemContext_Release(call->context);
    if (call->caller)
        (void)CloseHandle(call->caller);
    (void)IWbemProviderInit_Release(&call->provider->IWbemProviderInit_iface);
    free(call->text);
    free(call);
}

static void CALLBACK run(PTP_CALLBACK_INSTANCE instance, PVOID self)
{
    struct papwmi_call *call = self;
    HRESULT hr = answer(call);

    (void)instance;
    if (SUCCEEDED(hr) && call->sink && is_cancelled(call))
        hr = WBEM_E_CALL_CANCELLED;
    leave(call);
    if (call->init_sink)
        (void)IWbemProviderInitSink_SetStatus(
            call->init_sink, SUCCEEDED(hr) ? WBEM_S_INITIALIZED : WBEM_E_FAILED, 0);
    else
        (void)IWbemObjectSink_SetStatus(call->sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    done(call);
}

/* Takes the references once it is sure that the call is made. */
static HRESULT begin(struct papwmi_call *what)
{
    struct papwmi_call *call = malloc(sizeof(*call));

    if (!call) {
        free(what->text);
        if (what->caller)
            (void)CloseHandle(what->caller);
        return WBEM_E_OUT_OF_MEMORY;
    }
    *call = *what;
    (void)IWbemProviderInit_AddRef(&call->provider->IWbemProviderInit_iface);
    if (call->sink)
        (void)IWbemObjectSink_AddRef(call->sink);
    if (call->init_sink)
        (void)IWbemProviderInitSink_AddRef(call->init_sink);
    if (call->context)
        (void)IWbemContext_AddRef(call->context);
    enter(call);
    if (TrySubmitThreadpoolCallback(run, call, NULL))
        return S_OK;
    leave(call);
    done(call);
    return WBEM_E_OUT_OF_MEMORY;
}

HRESULT papwmi_begin_init(struct papwmi_provider *provider, IWbemProviderInitSink *sink)
{
    struct papwmi_call call = {.provider = provider, .kind = PAPWMI_INIT, .init_sink = sink};

    return begin(&call);
}

HRESULT papwmi_begin_call(struct papwmi_provider *provider, enum papwmi_kind kind,
                          const WCHAR *text, LONG flags, IWbemContext *context,
                          IWbemObjectSink *sink)
{
    struct papwmi_call call = {.provider = provider,
                               .kind = kind,
                               .sink = sink,
                               .context = context,
                               .flags = flags,
                               .text = papwmi_narrow(text)};

    HRESULT hr = call.text ? papwmi_caller(&call.caller) : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr))
        return begin(&call);
    free(call.text);
    return hr;
}
