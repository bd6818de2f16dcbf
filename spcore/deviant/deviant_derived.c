/* IMDServiceProvider3 by a pointer of its own, as an object may have for each interface. All that
 * is called by it is the provider's, but for one method of its base. */
#include "spcore/deviant/deviant_derived.h"

#include <stdlib.h>

#include "spcore/com/com_memory.h"
#include "spcore/deviant/seam.h"

struct derived {
    IMDServiceProvider3 IMDServiceProvider3_iface;
    IMDServiceProvider3 *book; /* as many references as this pointer has */
    LONG refs;
};

static struct derived *derived_of(IMDServiceProvider3 *This)
{
    return SELF(derived, IMDServiceProvider3);
}

static HRESULT STDMETHODCALLTYPE derived_QueryInterface(IMDServiceProvider3 *This, REFIID riid,
                                                        void **object)
{
    return IMDServiceProvider3_QueryInterface(derived_of(This)->book, riid, object);
}

static ULONG STDMETHODCALLTYPE derived_AddRef(IMDServiceProvider3 *This)
{
    __atomic_add_fetch(&derived_of(This)->refs, 1, __ATOMIC_RELAXED);
    return IMDServiceProvider3_AddRef(derived_of(This)->book);
}

static ULONG STDMETHODCALLTYPE derived_Release(IMDServiceProvider3 *This)
{
    struct derived *self = derived_of(This);
    ULONG left = IMDServiceProvider3_Release(self->book);

    if (__atomic_sub_fetch(&self->refs, 1, __ATOMIC_ACQ_REL) == 0)
        free(self);
    return left;
}

static HRESULT STDMETHODCALLTYPE derived_GetDeviceCount(IMDServiceProvider3 *This, DWORD *count)
{
    HRESULT hr = IMDServiceProvider3_GetDeviceCount(derived_of(This)->book, count);

    if (SUCCEEDED(hr))
        ++*count;
    return hr;
}

static HRESULT STDMETHODCALLTYPE derived_EnumDevices(IMDServiceProvider3 *This,
                                                     IMDSPEnumDevice **devices)
{
    return IMDServiceProvider3_EnumDevices(derived_of(This)->book, devices);
}

static HRESULT STDMETHODCALLTYPE derived_CreateDevice(IMDServiceProvider3 *This, const WCHAR *path,
                                                      DWORD *count, IMDSPDevice ***devices)
{
    return IMDServiceProvider3_CreateDevice(derived_of(This)->book, path, count, devices);
}

static HRESULT STDMETHODCALLTYPE derived_SetDeviceEnumPreference(IMDServiceProvider3 *This,
                                                                 DWORD preference)
{
    return IMDServiceProvider3_SetDeviceEnumPreference(derived_of(This)->book, preference);
}

static const IMDServiceProvider3Vtbl derived_vtbl = {
    .QueryInterface = derived_QueryInterface,
    .AddRef = derived_AddRef,
    .Release = derived_Release,
    .GetDeviceCount = derived_GetDeviceCount,
    .EnumDevices = derived_EnumDevices,
    .CreateDevice = derived_CreateDevice,
    .SetDeviceEnumPreference = derived_SetDeviceEnumPreference,
};

HRESULT derived_unlike_base(IMDServiceProvider3 **provider)
{
    struct derived *self = com_zalloc(sizeof(*self));

    if (!self)
        return take_back(S_OK, provider, E_OUTOFMEMORY);
    self->IMDServiceProvider3_iface.lpVtbl = &derived_vtbl;
    self->book = *provider;
    self->refs = 1;
    *provider = &self->IMDServiceProvider3_iface;
    return S_OK;
}
