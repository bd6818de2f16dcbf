/* What stands between an application's progress callback and whoever reports to it: the end is
 * told once, with the code, whatever the provider says of it. */
#include <stdlib.h>

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_progress {
    struct com_object com;
    IWMDMProgress3 IWMDMProgress3_iface;
    IWMDMProgress *first; /* the application's; the ones below NULL where it has none */
    IWMDMProgress2 *second;
    IWMDMProgress3 *third;
    atomic_bool begun;
    GUID event;     /* of Begin3 */
    unsigned shift; /* of bytes, so that a tick counts in 32 bits */
};

COM_INTERFACE(mdm_progress, IWMDMProgress3)

static HRESULT STDMETHODCALLTYPE progress_Begin(IWMDMProgress3 *This, DWORD dwEstimatedTicks)
{
    struct mdm_progress *self = mdm_progress_from_IWMDMProgress3(This);

    atomic_store(&self->begun, true);
    return IWMDMProgress_Begin(self->first, dwEstimatedTicks);
}

static HRESULT STDMETHODCALLTYPE progress_Progress(IWMDMProgress3 *This, DWORD dwTranspiredTicks)
{
    return IWMDMProgress_Progress(mdm_progress_from_IWMDMProgress3(This)->first, dwTranspiredTicks);
}

/* The provider is done, the operation may not be. */
static HRESULT STDMETHODCALLTYPE progress_End(IWMDMProgress3 *This)
{
    (void)This;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_End2(IWMDMProgress3 *This, HRESULT hrCompletionCode)
{
    (void)This, (void)hrCompletionCode;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_Begin3(IWMDMProgress3 *This, GUID EventId,
                                                 DWORD dwEstimatedTicks, OPAQUECOMMAND *pContext)
{
    struct mdm_progress *self = mdm_progress_from_IWMDMProgress3(This);

    if (!self->third)
        return progress_Begin(This, dwEstimatedTicks);
    self->event = EventId;
    atomic_store(&self->begun, true);
    return IWMDMProgress3_Begin3(self->third, EventId, dwEstimatedTicks, pContext);
}

static HRESULT STDMETHODCALLTYPE progress_Progress3(IWMDMProgress3 *This, GUID EventId,
                                                    DWORD dwTranspiredTicks,
                                                    OPAQUECOMMAND *pContext)
{
    struct mdm_progress *self = mdm_progress_from_IWMDMProgress3(This);

    return self->third ? IWMDMProgress3_Progress3(self->third, EventId, dwTranspiredTicks, pContext)
                       : progress_Progress(This, dwTranspiredTicks);
}

static HRESULT STDMETHODCALLTYPE progress_End3(IWMDMProgress3 *This, GUID EventId,
                                               HRESULT hrCompletionCode, OPAQUECOMMAND *pContext)
{
    (void)This, (void)EventId, (void)hrCompletionCode, (void)pContext;
    return S_OK;
}

static const IWMDMProgress3Vtbl progress_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_progress, IWMDMProgress3),
    .Begin = progress_Begin,
    .Progress = progress_Progress,
    .End = progress_End,
    .End2 = progress_End2,
    .Begin3 = progress_Begin3,
    .Progress3 = progress_Progress3,
    .End3 = progress_End3,
};

static const struct com_interface progress_interfaces[] = {
    COM_MAP(mdm_progress, IUnknown, IWMDMProgress3),
    COM_MAP(mdm_progress, IWMDMProgress, IWMDMProgress3),
    COM_MAP(mdm_progress, IWMDMProgress2, IWMDMProgress3),
    COM_MAP(mdm_progress, IWMDMProgress3, IWMDMProgress3),
    COM_MAP_END,
};

static void progress_destroy(struct com_object *object)
{
    struct mdm_progress *self = container_of(object, struct mdm_progress, com);

    LET_GO(self->third);
    LET_GO(self->second);
    LET_GO(self->first);
    free(self);
}

static const struct com_class progress_class = {"mdm_progress", progress_interfaces,
                                                progress_destroy};

HRESULT mdm_progress_new(IWMDMProgress *callback, struct mdm_progress **ret_progress)
{
    struct mdm_progress *self;

    *ret_progress = NULL;
    if (!callback)
        return S_OK;
    self = calloc(1, sizeof(*self));
    if (!self)
        return E_OUTOFMEMORY;
    self->IWMDMProgress3_iface.lpVtbl = &progress_vtbl;
    self->event = EVENT_WMDM_CONTENT_TRANSFER;
    self->first = callback;
    IWMDMProgress_AddRef(callback);
    if (FAILED(IWMDMProgress_QueryInterface(callback, &IID_IWMDMProgress2, (void **)&self->second)))
        self->second = NULL;
    if (FAILED(IWMDMProgress_QueryInterface(callback, &IID_IWMDMProgress3, (void **)&self->third)))
        self->third = NULL;
    com_object_init(&self->com, &progress_class);
    *ret_progress = self;
    return S_OK;
}

void mdm_progress_end(struct mdm_progress *progress, HRESULT hr, bool must)
{
    if (!progress)
        return;
    if (atomic_load(&progress->begun) || must) {
        if (progress->third)
            (void)IWMDMProgress3_End3(progress->third, progress->event, hr, NULL);
        else if (progress->second)
            (void)IWMDMProgress2_End2(progress->second, hr);
        else
            (void)IWMDMProgress_End(progress->first);
    }
    com_object_release(&progress->com);
}

IWMDMProgress *mdm_progress_interface(struct mdm_progress *progress)
{
    return progress ? (IWMDMProgress *)&progress->IWMDMProgress3_iface : NULL;
}

/* Of all codes only this one is an answer (WMDM/error-codes.md). */
static HRESULT answer(HRESULT hr)
{
    return hr == WMDM_E_USER_CANCELLED ? hr : S_OK;
}

HRESULT mdm_progress_begin(struct mdm_progress *progress, uint64_t bytes)
{
    if (!progress)
        return S_OK;
    while (bytes >> progress->shift > UINT32_MAX)
        progress->shift++;
    return answer(progress_Begin3(&progress->IWMDMProgress3_iface, progress->event,
                                  (DWORD)(bytes >> progress->shift), NULL));
}

HRESULT mdm_progress_at(struct mdm_progress *progress, uint64_t bytes)
{
    if (!progress)
        return S_OK;
    return answer(progress_Progress3(&progress->IWMDMProgress3_iface, progress->event,
                                     (DWORD)(bytes >> progress->shift), NULL));
}
