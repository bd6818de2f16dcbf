/* A provider's objects as WMI has them: each interface pointer of the other process is one here, by
 * its handle, so that identity is what it is over there. */
#include <stdlib.h>

#include "conformance/host/hosting/hosting_private.h"
#include "spcore/base.h"

static struct hosting_proxy *proxy_of(IUnknown *This)
{
    return container_of(This, struct hosting_proxy, unknown);
}

HRESULT hosting_invoke(struct hosting *hosting, HRESULT packed, struct hosting_message *call)
{
    struct hosting_message answer = {.hr = S_OK};
    HRESULT hr = packed;

    if (SUCCEEDED(hr))
        hr = hosting_link_call(hosting->link, call, &answer);
    if (SUCCEEDED(hr))
        hr = answer.hr;
    hosting_message_done(&answer);
    hosting_message_done(call);
    return hr;
}

/* ---- IUnknown */
static const IID *const iids[HOSTING_KINDS_OF] = {
    [HOSTING_UNKNOWN] = &IID_IUnknown,
    [HOSTING_INIT] = &IID_IWbemProviderInit,
    [HOSTING_SERVICES] = &IID_IWbemServices,
};

/* What is refused is asked for over there as well: where it does not empty what it was given, this
 * does not. */
HRESULT STDMETHODCALLTYPE hosting_query(IUnknown *This, REFIID riid, void **ret)
{
    struct hosting_proxy *it = proxy_of(This);
    struct hosting_message call = {.op = HOSTING_QUERY, .handle = it->handle}, answer;
    enum hosting_kind_of kind = HOSTING_UNKNOWN;
    HRESULT hr;

    if (!ret)
        return E_POINTER;
    call.iid = *riid;
    hr = hosting_link_call(it->hosting->link, &call, &answer);
    if (FAILED(hr) || !answer.number)
        *ret = NULL;
    if (SUCCEEDED(hr))
        hr = answer.hr;
    while (kind < HOSTING_KINDS_OF && !IsEqualIID(riid, iids[kind]))
        kind++;
    if (SUCCEEDED(hr) && answer.handle)
        hr = kind < HOSTING_KINDS_OF ? hosting_proxy_of(it->hosting, answer.handle, kind, ret)
                                     : E_NOINTERFACE;
    hosting_message_done(&answer);
    return hr;
}

ULONG STDMETHODCALLTYPE hosting_add_ref(IUnknown *This)
{
    struct hosting_proxy *it = proxy_of(This);
    ULONG refs;

    pthread_mutex_lock(&it->hosting->lock);
    refs = ++it->refs;
    pthread_mutex_unlock(&it->hosting->lock);
    return refs;
}

/* Under the lock. */
static void unlist(struct hosting_proxy *it)
{
    struct hosting_proxy **at = &it->hosting->proxies;

    while (*at != it)
        at = &(*at)->next;
    *at = it->next;
}

ULONG STDMETHODCALLTYPE hosting_release(IUnknown *This)
{
    struct hosting_proxy *it = proxy_of(This);
    struct hosting_message call = {.op = HOSTING_RELEASE, .handle = it->handle}, answer;
    struct hosting *hosting = it->hosting;
    ULONG refs;

    pthread_mutex_lock(&hosting->lock);
    refs = --it->refs;
    call.number = it->remote;
    if (!refs)
        unlist(it);
    pthread_mutex_unlock(&hosting->lock);
    if (refs)
        return refs;
    free(it);
    (void)hosting_link_call(hosting->link, &call, &answer);
    hosting_message_done(&answer);
    return 0;
}

/* ---- the two that have nothing else, or one method */
HOSTING_PROXY(unknown, IUnknown)
HOSTING_PROXY(init, IWbemProviderInit)

static HRESULT STDMETHODCALLTYPE initialize(IWbemProviderInit *This, LPWSTR user, LONG flags,
                                            LPWSTR namespace, LPWSTR locale,
                                            IWbemServices *services, IWbemContext *context,
                                            IWbemProviderInitSink *sink)
{
    struct hosting_proxy *it = proxy_of((IUnknown *)This);
    struct hosting_message call = {.op = HOSTING_INITIALIZE, .handle = it->handle, .flags = flags};
    HRESULT hr = hosting_put_wide(&call, 0, user);

    (void)services; /* the other process has its own, of options.backend */
    if (SUCCEEDED(hr))
        hr = hosting_put_wide(&call, 1, namespace);
    if (SUCCEEDED(hr))
        hr = hosting_put_wide(&call, 2, locale);
    if (SUCCEEDED(hr))
        hr = hosting_put_context(&call, context);
    if (SUCCEEDED(hr))
        hr = hosting_pass(it->hosting, (IUnknown *)sink, true, &call.sink);
    return hosting_invoke(it->hosting, hr, &call);
}

static const IUnknownVtbl unknown_vtbl = {HOSTING_UNKNOWN_SLOTS(unknown)};
static const IWbemProviderInitVtbl init_vtbl = {HOSTING_UNKNOWN_SLOTS(init),
                                                .Initialize = initialize};

/* ---- life */
static struct hosting_proxy *make(struct hosting *hosting, uint64_t handle,
                                  enum hosting_kind_of kind)
{
    struct hosting_proxy *it = calloc(1, sizeof(*it));

    if (!it)
        return NULL;
    *it = (struct hosting_proxy){
        .hosting = hosting, .next = hosting->proxies, .kind = kind, .handle = handle};
    if (kind == HOSTING_UNKNOWN)
        it->unknown.lpVtbl = &unknown_vtbl;
    else if (kind == HOSTING_INIT)
        it->init.lpVtbl = &init_vtbl;
    else
        it->services.lpVtbl = &hosting_services_vtbl;
    hosting->proxies = it;
    return it;
}

HRESULT hosting_proxy_of(struct hosting *hosting, uint64_t handle, enum hosting_kind_of kind,
                         void **ret)
{
    struct hosting_proxy *it;

    pthread_mutex_lock(&hosting->lock);
    it = hosting->proxies;
    while (it && (it->handle != handle || it->kind != kind))
        it = it->next;
    if (!it)
        it = make(hosting, handle, kind);
    if (it) {
        it->refs++;
        it->remote++;
    }
    pthread_mutex_unlock(&hosting->lock);
    *ret = it ? (void *)&it->unknown : NULL;
    return it ? S_OK : WBEM_E_OUT_OF_MEMORY;
}
