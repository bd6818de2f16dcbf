/* An application's operation as a provider with IMDSPDirectTransfer sees it: data comes out of the
 * application's channel and goes into the provider's. The end is told by who began, not here. */
#include <stdlib.h>

#include "conformance/host/wmdm/mdm_transfer.h"

struct mdm_operation {
    struct com_object com;
    IWMDMOperation3 IWMDMOperation3_iface;
    struct mdm_way *way;
    struct mdm_party party; /* with references of its own */
    bool ended;             /* the last block has been handed on */
};

COM_INTERFACE(mdm_operation, IWMDMOperation3)

#define HAND_ON(method, parameters, ...)                                                           \
    static HRESULT STDMETHODCALLTYPE operation_##method parameters                                 \
    {                                                                                              \
        IWMDMOperation *theirs = mdm_operation_from_IWMDMOperation3(This)->party.operation;        \
                                                                                                   \
        return theirs->lpVtbl->method(theirs, ##__VA_ARGS__);                                      \
    }

HAND_ON(BeginRead, (IWMDMOperation3 * This))
HAND_ON(BeginWrite, (IWMDMOperation3 * This))
HAND_ON(GetObjectName, (IWMDMOperation3 * This, WCHAR *pwszName, DWORD nMaxChars), pwszName,
        nMaxChars)
HAND_ON(SetObjectName, (IWMDMOperation3 * This, const WCHAR *pwszName, DWORD nMaxChars), pwszName,
        nMaxChars)
HAND_ON(GetObjectAttributes, (IWMDMOperation3 * This, DWORD *pdwAttributes, WAVEFORMATEX *pFormat),
        pdwAttributes, pFormat)
HAND_ON(SetObjectAttributes, (IWMDMOperation3 * This, DWORD dwAttributes, WAVEFORMATEX *pFormat),
        dwAttributes, pFormat)
HAND_ON(GetObjectTotalSize, (IWMDMOperation3 * This, DWORD *pdwSize, DWORD *pdwSizeHigh), pdwSize,
        pdwSizeHigh)
HAND_ON(SetObjectTotalSize, (IWMDMOperation3 * This, DWORD dwSize, DWORD dwSizeHigh), dwSize,
        dwSizeHigh)

/* The documents leave open whether S_FALSE comes with the last block or behind it; so a provider
 * gets the last block with S_OK, and then S_FALSE with none. */
static HRESULT get(struct mdm_operation *self, BYTE *data, DWORD *size)
{
    HRESULT hr;

    if (self->ended) {
        *size = 0;
        return S_FALSE;
    }
    hr = mdm_party_get(&self->party, data, size);
    self->ended = hr == S_FALSE;
    return hr == S_FALSE && *size ? S_OK : hr;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectDataOnClearChannel(IWMDMOperation3 *This,
                                                                            BYTE *pData,
                                                                            DWORD *pdwSize)
{
    return pData && pdwSize ? get(mdm_operation_from_IWMDMOperation3(This), pData, pdwSize)
                            : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectData(IWMDMOperation3 *This, BYTE *pData,
                                                              DWORD *pdwSize, BYTE *abMac)
{
    struct mdm_operation *self = mdm_operation_from_IWMDMOperation3(This);
    HRESULT hr = pData && pdwSize && abMac ? get(self, pData, pdwSize) : E_INVALIDARG,
            closed = S_OK;

    if (SUCCEEDED(hr) && *pdwSize)
        closed = mdm_data_close(self->way->provider->channel, pData, *pdwSize, abMac);
    return FAILED(closed) ? closed : hr;
}

static HRESULT STDMETHODCALLTYPE operation_End(IWMDMOperation3 *This, HRESULT *phCompletionCode,
                                               IUnknown *pNewObject)
{
    (void)This, (void)phCompletionCode, (void)pNewObject;
    return S_OK;
}

static const IWMDMOperation3Vtbl operation_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_operation, IWMDMOperation3),
    .BeginRead = operation_BeginRead,
    .BeginWrite = operation_BeginWrite,
    .GetObjectName = operation_GetObjectName,
    .SetObjectName = operation_SetObjectName,
    .GetObjectAttributes = operation_GetObjectAttributes,
    .SetObjectAttributes = operation_SetObjectAttributes,
    .GetObjectTotalSize = operation_GetObjectTotalSize,
    .SetObjectTotalSize = operation_SetObjectTotalSize,
    .TransferObjectData = operation_TransferObjectData,
    .End = operation_End,
    .TransferObjectDataOnClearChannel = operation_TransferObjectDataOnClearChannel,
};

static const struct com_interface operation_interfaces[] = {
    COM_MAP(mdm_operation, IUnknown, IWMDMOperation3),
    COM_MAP(mdm_operation, IWMDMOperation, IWMDMOperation3),
    COM_MAP(mdm_operation, IWMDMOperation3, IWMDMOperation3),
    COM_MAP_END,
};

static void operation_destroy(struct com_object *object)
{
    struct mdm_operation *self = container_of(object, struct mdm_operation, com);

    mdm_party_done(&self->party);
    LET_GO(self->party.operation);
    mdm_way_unref(self->way);
    free(self);
}

static const struct com_class operation_class = {"mdm_operation", operation_interfaces,
                                                 operation_destroy};

HRESULT mdm_operation_new(struct mdm_way *way, IWMDMOperation *theirs, IWMDMOperation **ret_ours)
{
    struct mdm_operation *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IWMDMOperation3_iface.lpVtbl = &operation_vtbl;
    self->way = mdm_way_ref(way);
    self->party = (struct mdm_party){.operation = theirs, .channel = way->application->channel};
    IWMDMOperation_AddRef(theirs);
    mdm_party_ask(&self->party, true);
    com_object_init(&self->com, &operation_class);
    *ret_ours = (IWMDMOperation *)&self->IWMDMOperation3_iface;
    return S_OK;
}
