/* IConnectionPoint of IWMDMNotification, and the messages on their way to those it was given. */
#include "conformance/host/wmdm/mdm_notify.h"

#include <stdlib.h>

/* ---- the sinks */
struct sink {
    struct sink *next;
    IWMDMNotification *notification; /* a reference */
    DWORD cookie;
};

struct mdm_sinks {
    pthread_mutex_t lock;
    struct sink *first;
    DWORD last_cookie;
};

struct mdm_sinks *mdm_sinks_new(void)
{
    struct mdm_sinks *sinks = calloc(1, sizeof(*sinks));

    if (sinks)
        pthread_mutex_init(&sinks->lock, NULL);
    return sinks;
}

void mdm_sinks_free(struct mdm_sinks *sinks)
{
    if (!sinks)
        return;
    while (sinks->first) {
        struct sink *next = sinks->first->next;

        LET_GO(sinks->first->notification);
        free(sinks->first);
        sinks->first = next;
    }
    pthread_mutex_destroy(&sinks->lock);
    free(sinks);
}

static HRESULT add(struct mdm_sinks *sinks, IWMDMNotification *notification, DWORD *ret_cookie)
{
    struct sink *sink = malloc(sizeof(*sink));

    if (!sink)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&sinks->lock);
    *sink = (struct sink){sinks->first, notification, ++sinks->last_cookie};
    sinks->first = sink;
    *ret_cookie = sink->cookie;
    pthread_mutex_unlock(&sinks->lock);
    return S_OK;
}

static struct sink *take(struct mdm_sinks *sinks, DWORD cookie)
{
    struct sink **at, *found;

    pthread_mutex_lock(&sinks->lock);
    at = &sinks->first;
    while (*at && (*at)->cookie != cookie)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&sinks->lock);
    return found;
}

/* ---- the messages */
struct mdm_message {
    struct mdm_message *next;
    IWMDMNotification *notification; /* a reference */
    DWORD type;
    WCHAR *canonical; /* owned */
};

void mdm_sinks_tell(struct mdm_sinks *sinks, struct mdm_messages *messages, DWORD type,
                    const WCHAR *canonical)
{
    pthread_mutex_lock(&sinks->lock);
    for (struct sink *sink = sinks->first; sink; sink = sink->next) {
        struct mdm_message *message = calloc(1, sizeof(*message));

        if (message)
            message->canonical = com_wcsdup(canonical);
        if (!message || !message->canonical) { /* nobody to tell it to */
            free(message);
            break;
        }
        message->type = type;
        message->notification = sink->notification;
        IWMDMNotification_AddRef(sink->notification);
        if (messages->last)
            messages->last->next = message;
        else
            messages->first = message;
        messages->last = message;
    }
    pthread_mutex_unlock(&sinks->lock);
}

void mdm_messages_send(struct mdm_messages *messages)
{
    for (struct mdm_message *at = messages->first, *next; at; at = next) {
        next = at->next;
        (void)IWMDMNotification_WMDMMessage(at->notification, at->type, at->canonical);
        LET_GO(at->notification);
        CoTaskMemFree(at->canonical);
        free(at);
    }
    *messages = (struct mdm_messages){0};
}

/* ---- the connection point */
struct mdm_point {
    struct com_object com;
    IConnectionPoint IConnectionPoint_iface;
    IConnectionPointContainer *container; /* a reference */
    struct mdm_sinks *sinks;              /* the container's */
};

COM_INTERFACE(mdm_point, IConnectionPoint)

static HRESULT STDMETHODCALLTYPE point_GetConnectionInterface(IConnectionPoint *This, IID *pIID)
{
    (void)This;
    if (!pIID)
        return E_POINTER;
    *pIID = IID_IWMDMNotification;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
point_GetConnectionPointContainer(IConnectionPoint *This, IConnectionPointContainer **ppCPC)
{
    struct mdm_point *self = mdm_point_from_IConnectionPoint(This);

    if (!ppCPC)
        return E_POINTER;
    *ppCPC = self->container;
    self->container->lpVtbl->AddRef(self->container);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE point_Advise(IConnectionPoint *This, IUnknown *pUnkSink,
                                              DWORD *pdwCookie)
{
    struct mdm_point *self = mdm_point_from_IConnectionPoint(This);
    IWMDMNotification *notification = NULL;
    HRESULT hr;

    if (!pUnkSink || !pdwCookie)
        return E_POINTER;
    *pdwCookie = 0;
    if (FAILED(IUnknown_QueryInterface(pUnkSink, &IID_IWMDMNotification, (void **)&notification)))
        return CONNECT_E_CANNOTCONNECT;
    hr = add(self->sinks, notification, pdwCookie);
    if (FAILED(hr))
        LET_GO(notification);
    return hr;
}

static HRESULT STDMETHODCALLTYPE point_Unadvise(IConnectionPoint *This, DWORD dwCookie)
{
    struct sink *sink = take(mdm_point_from_IConnectionPoint(This)->sinks, dwCookie);

    if (!sink)
        return CONNECT_E_NOCONNECTION;
    LET_GO(sink->notification);
    free(sink);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE point_EnumConnections(IConnectionPoint *This,
                                                       IEnumConnections **ppEnum)
{
    (void)This;
    return mdm_clear(ppEnum) ? E_NOTIMPL : E_POINTER;
}

static const IConnectionPointVtbl point_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_point, IConnectionPoint),
    .GetConnectionInterface = point_GetConnectionInterface,
    .GetConnectionPointContainer = point_GetConnectionPointContainer,
    .Advise = point_Advise,
    .Unadvise = point_Unadvise,
    .EnumConnections = point_EnumConnections,
};

static const struct com_interface point_interfaces[] = {
    COM_MAP(mdm_point, IUnknown, IConnectionPoint),
    COM_MAP(mdm_point, IConnectionPoint, IConnectionPoint),
    COM_MAP_END,
};

static void point_destroy(struct com_object *object)
{
    struct mdm_point *self = container_of(object, struct mdm_point, com);

    LET_GO(self->container);
    free(self);
}

static const struct com_class point_class = {"mdm_point", point_interfaces, point_destroy};

HRESULT mdm_point_new(IConnectionPointContainer *container, struct mdm_sinks *sinks,
                      IConnectionPoint **ret_point)
{
    struct mdm_point *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IConnectionPoint_iface.lpVtbl = &point_vtbl;
    self->container = container;
    container->lpVtbl->AddRef(container);
    self->sinks = sinks;
    com_object_init(&self->com, &point_class);
    *ret_point = &self->IConnectionPoint_iface;
    return S_OK;
}
