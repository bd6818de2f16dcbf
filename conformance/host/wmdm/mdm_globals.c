/* IWMDMStorageGlobals before the provider's. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_globals {
    struct com_object com;
    IWMDMStorageGlobals IWMDMStorageGlobals_iface;
    struct mdm_way *way;
    IMDSPStorageGlobals *globals;
};

COM_INTERFACE(mdm_globals, IWMDMStorageGlobals)

static HRESULT STDMETHODCALLTYPE globals_GetCapabilities(IWMDMStorageGlobals *This,
                                                         DWORD *pdwCapabilities)
{
    struct mdm_globals *self = mdm_globals_from_IWMDMStorageGlobals(This);
    HRESULT hr = mdm_enter(self->way, pdwCapabilities != NULL);

    return FAILED(hr) ? hr : IMDSPStorageGlobals_GetCapabilities(self->globals, pdwCapabilities);
}

static HRESULT STDMETHODCALLTYPE globals_GetSerialNumber(IWMDMStorageGlobals *This,
                                                         WMDMID *pSerialNum, BYTE *abMac)
{
    struct mdm_globals *self = mdm_globals_from_IWMDMStorageGlobals(This);
    struct mdm_piece id = {pSerialNum, sizeof(*pSerialNum)};
    HRESULT hr = mdm_enter(self->way, pSerialNum && abMac);

    if (FAILED(hr))
        return hr;
    hr = IMDSPStorageGlobals_GetSerialNumber(self->globals, pSerialNum, abMac);
    if (SUCCEEDED(hr))
        hr = mdm_hand_on(self->way->provider->channel, self->way->application->channel, &id, 1,
                         abMac);
    if (FAILED(hr))
        memset(pSerialNum, 0, sizeof(*pSerialNum));
    return hr;
}

#define SIZE(method)                                                                               \
    static HRESULT STDMETHODCALLTYPE globals_##method(IWMDMStorageGlobals *This, DWORD *low,       \
                                                      DWORD *high)                                 \
    {                                                                                              \
        struct mdm_globals *self = mdm_globals_from_IWMDMStorageGlobals(This);                     \
        HRESULT hr = mdm_enter(self->way, low && high);                                            \
                                                                                                   \
        return FAILED(hr) ? hr : self->globals->lpVtbl->method(self->globals, low, high);          \
    }

SIZE(GetTotalSize)
SIZE(GetTotalFree)
SIZE(GetTotalBad)

static HRESULT STDMETHODCALLTYPE globals_GetStatus(IWMDMStorageGlobals *This, DWORD *pdwStatus)
{
    struct mdm_globals *self = mdm_globals_from_IWMDMStorageGlobals(This);
    HRESULT hr = mdm_enter(self->way, pdwStatus != NULL);

    return FAILED(hr) ? hr : IMDSPStorageGlobals_GetStatus(self->globals, pdwStatus);
}

/* The provider's own thread or none of ours: its status is to say what goes on from the moment on
 * in which the method returns, and it tells the end. */
static HRESULT STDMETHODCALLTYPE globals_Initialize(IWMDMStorageGlobals *This, DWORD fuMode,
                                                    IWMDMProgress *pProgress)
{
    struct mdm_globals *self = mdm_globals_from_IWMDMStorageGlobals(This);
    HRESULT hr = mdm_enter(self->way, fuMode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD));

    return FAILED(hr) ? hr : IMDSPStorageGlobals_Initialize(self->globals, fuMode, pProgress);
}

static const IWMDMStorageGlobalsVtbl globals_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_globals, IWMDMStorageGlobals),
    .GetCapabilities = globals_GetCapabilities,
    .GetSerialNumber = globals_GetSerialNumber,
    .GetTotalSize = globals_GetTotalSize,
    .GetTotalFree = globals_GetTotalFree,
    .GetTotalBad = globals_GetTotalBad,
    .GetStatus = globals_GetStatus,
    .Initialize = globals_Initialize,
};

static const struct com_interface globals_interfaces[] = {
    COM_MAP(mdm_globals, IUnknown, IWMDMStorageGlobals),
    COM_MAP(mdm_globals, IWMDMStorageGlobals, IWMDMStorageGlobals),
    COM_MAP_END,
};

static void globals_destroy(struct com_object *object)
{
    struct mdm_globals *self = container_of(object, struct mdm_globals, com);

    LET_GO(self->globals);
    mdm_way_unref(self->way);
    free(self);
}

static const struct com_class globals_class = {"mdm_globals", globals_interfaces, globals_destroy};

HRESULT mdm_globals_take(struct mdm_way *way, IMDSPStorageGlobals *globals,
                         IWMDMStorageGlobals **ret_globals)
{
    struct mdm_globals *self;

    if (!globals)
        return E_UNEXPECTED;
    self = calloc(1, sizeof(*self));
    if (!self) {
        LET_GO(globals);
        return E_OUTOFMEMORY;
    }
    self->IWMDMStorageGlobals_iface.lpVtbl = &globals_vtbl;
    self->way = mdm_way_ref(way);
    self->globals = globals;
    com_object_init(&self->com, &globals_class);
    *ret_globals = &self->IWMDMStorageGlobals_iface;
    return S_OK;
}
