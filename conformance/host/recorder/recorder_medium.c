/* The recorder's enumerators of storages, and what its medium says of itself. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/recorder/recorder_private.h"

/* ---- IMDSPEnumStorage */
struct recorder_enum {
    struct com_object com;
    IMDSPEnumStorage IMDSPEnumStorage_iface;
    struct recorder_channel *channel;
    bool of_device;
    unsigned position;
};

RECORDED(recorder_enum, IMDSPEnumStorage)

static HRESULT STDMETHODCALLTYPE enum_Next(IMDSPEnumStorage *This, DWORD celt,
                                           IMDSPStorage **ppStorage, DWORD *pceltFetched)
{
    static const char *const root[] = {"", NULL}, *const files[] = {"one", "two", NULL};
    struct recorder_enum *self = recorder_enum_from_IMDSPEnumStorage(This);
    const char *const *names = self->of_device ? root : files;
    HRESULT hr = recorder_asked(self->channel, "IMDSPEnumStorage::Next", "(%u)", celt);
    DWORD fetched = 0;

    while (SUCCEEDED(hr) && fetched < celt && names[self->position]) {
        if (!self->channel->recorder->hands_nothing)
            hr = recorder_storage_new(self->channel, names[self->position], &ppStorage[fetched]);
        self->position++;
        fetched++;
    }
    if (pceltFetched)
        *pceltFetched = fetched;
    return FAILED(hr) ? hr : fetched == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IMDSPEnumStorage *This, DWORD celt, DWORD *pceltFetched)
{
    (void)pceltFetched;
    return recorder_asked(recorder_enum_from_IMDSPEnumStorage(This)->channel,
                          "IMDSPEnumStorage::Skip", "(%u)", celt);
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IMDSPEnumStorage *This)
{
    recorder_enum_from_IMDSPEnumStorage(This)->position = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IMDSPEnumStorage *This,
                                            IMDSPEnumStorage **ppEnumStorage)
{
    struct recorder_enum *self = recorder_enum_from_IMDSPEnumStorage(This);

    return recorder_enum_new(self->channel, self->of_device, ppEnumStorage);
}

static const IMDSPEnumStorageVtbl enum_vtbl = {
    RECORDED_SLOTS(recorder_enum, IMDSPEnumStorage),
    .Next = enum_Next,
    .Skip = enum_Skip,
    .Reset = enum_Reset,
    .Clone = enum_Clone,
};
static const struct com_interface enum_interfaces[] = {
    COM_MAP(recorder_enum, IUnknown, IMDSPEnumStorage),
    COM_MAP(recorder_enum, IMDSPEnumStorage, IMDSPEnumStorage), COM_MAP_END};

static void enum_destroy(struct com_object *object)
{
    struct recorder_enum *self = container_of(object, struct recorder_enum, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class enum_class = {"recorder_enum", enum_interfaces, enum_destroy};

HRESULT recorder_enum_new(struct recorder_channel *channel, bool of_device,
                          IMDSPEnumStorage **ret_enumerator)
{
    struct recorder_enum *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IMDSPEnumStorage_iface.lpVtbl = &enum_vtbl;
    self->channel = recorder_channel_ref(channel);
    self->of_device = of_device;
    com_object_init(&self->com, &enum_class);
    *ret_enumerator = &self->IMDSPEnumStorage_iface;
    return S_OK;
}

/* ---- IMDSPStorageGlobals */
struct recorder_globals {
    struct com_object com;
    IMDSPStorageGlobals IMDSPStorageGlobals_iface;
    struct recorder_channel *channel;
};

RECORDED(recorder_globals, IMDSPStorageGlobals)

#define NUMBER(method, value)                                                                      \
    static HRESULT STDMETHODCALLTYPE globals_##method(IMDSPStorageGlobals *This, DWORD *number)    \
    {                                                                                              \
        *number = (value);                                                                         \
        return recorder_asked(recorder_globals_from_IMDSPStorageGlobals(This)->channel, #method,   \
                              "%s", "");                                                           \
    }
#define SIZE(method)                                                                               \
    static HRESULT STDMETHODCALLTYPE globals_##method(IMDSPStorageGlobals *This, DWORD *low,       \
                                                      DWORD *high)                                 \
    {                                                                                              \
        *low = RECORDER_CONTENT;                                                                   \
        *high = 0;                                                                                 \
        return recorder_asked(recorder_globals_from_IMDSPStorageGlobals(This)->channel, #method,   \
                              "%s", "");                                                           \
    }
NUMBER(GetCapabilities, WMDM_STORAGECAP_FILESINROOT)
NUMBER(GetStatus, WMDM_STATUS_READY)
SIZE(GetTotalSize)
SIZE(GetTotalFree)
SIZE(GetTotalBad)

static HRESULT STDMETHODCALLTYPE globals_GetSerialNumber(IMDSPStorageGlobals *This,
                                                         WMDMID *pSerialNum, BYTE *abMac)
{
    struct recorder_channel *channel = recorder_globals_from_IMDSPStorageGlobals(This)->channel;
    const struct recorder_piece id = {pSerialNum, sizeof(*pSerialNum)};
    HRESULT hr = recorder_asked(channel, "IMDSPStorageGlobals::GetSerialNumber", "%s", "");

    *pSerialNum = (WMDMID){.cbSize = sizeof(*pSerialNum), .SerialNumberLength = 1, .pID = {'5'}};
    return FAILED(hr) ? hr : recorder_mac(channel, &id, 1, abMac);
}

static HRESULT STDMETHODCALLTYPE globals_Initialize(IMDSPStorageGlobals *This, DWORD fuMode,
                                                    IWMDMProgress *pProgress)
{
    struct recorder_channel *channel = recorder_globals_from_IMDSPStorageGlobals(This)->channel;

    HRESULT hr = recorder_asked(channel, "Initialize", "(0x%x)", fuMode);

    if (pProgress) {
        (void)IWMDMProgress_Begin(pProgress, 2);
        (void)IWMDMProgress_End(pProgress);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE globals_GetDevice(IMDSPStorageGlobals *This,
                                                   IMDSPDevice **ppDevice)
{
    (void)This, (void)ppDevice;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE globals_GetRootStorage(IMDSPStorageGlobals *This,
                                                        IMDSPStorage **ppRoot)
{
    (void)This, (void)ppRoot;
    return E_NOTIMPL;
}

static const IMDSPStorageGlobalsVtbl globals_vtbl = {
    RECORDED_SLOTS(recorder_globals, IMDSPStorageGlobals),
    .GetCapabilities = globals_GetCapabilities,
    .GetSerialNumber = globals_GetSerialNumber,
    .GetTotalSize = globals_GetTotalSize,
    .GetTotalFree = globals_GetTotalFree,
    .GetTotalBad = globals_GetTotalBad,
    .GetStatus = globals_GetStatus,
    .Initialize = globals_Initialize,
    .GetDevice = globals_GetDevice,
    .GetRootStorage = globals_GetRootStorage,
};
static const struct com_interface globals_interfaces[] = {
    COM_MAP(recorder_globals, IUnknown, IMDSPStorageGlobals),
    COM_MAP(recorder_globals, IMDSPStorageGlobals, IMDSPStorageGlobals), COM_MAP_END};

static void globals_destroy(struct com_object *object)
{
    struct recorder_globals *self = container_of(object, struct recorder_globals, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class globals_class = {"recorder_globals", globals_interfaces,
                                               globals_destroy};

HRESULT recorder_globals_new(struct recorder_channel *channel, IMDSPStorageGlobals **ret_globals)
{
    struct recorder_globals *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IMDSPStorageGlobals_iface.lpVtbl = &globals_vtbl;
    self->channel = recorder_channel_ref(channel);
    com_object_init(&self->com, &globals_class);
    *ret_globals = &self->IMDSPStorageGlobals_iface;
    return S_OK;
}
