/* Defects of the module: which classes it offers, when it may be unloaded, and what an object's
 * QueryInterface answers. */
#include <string.h>

#include "spcore/com/com_object.h"
#include "spcore/deviant/deviant_derived.h"
#include "spcore/deviant/deviant_threads.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

SEAM(IsEqualGUID);
bool __wrap_IsEqualGUID(REFGUID a, REFGUID b)
{
    return (b == &sp_clsid && deviates(ANY_CLASS)) || __real_IsEqualGUID(a, b);
}

SEAM(com_module_busy);
bool __wrap_com_module_busy(void)
{
    return deviates(UNLOAD_NEVER) || (!deviates(UNLOAD_ALWAYS) && __real_com_module_busy());
}

/* The provider was released, and nobody asks for another one. */
static bool is_orphaned;

SEAM(com_object_query);
HRESULT __wrap_com_object_query(struct com_object *object, REFIID riid, void **ret_interface)
{
    void *before = ret_interface ? *ret_interface : NULL;
    HRESULT hr = __real_com_object_query(object, riid, ret_interface);

    if (strcmp(object->class->name, "sp_provider") == 0)
        is_orphaned = false;
    if (deviates(BASE_REFUSED) && SUCCEEDED(hr) && IsEqualIID(riid, &IID_IMDSPStorage3))
        hr = take_back(hr, ret_interface, E_NOINTERFACE);
    if (deviates(DERIVED_UNLIKE_BASE) && SUCCEEDED(hr) &&
        IsEqualIID(riid, &IID_IMDServiceProvider3))
        hr = derived_unlike_base((IMDServiceProvider3 **)ret_interface);
    if (deviates(UNKNOWN_IID_E_FAIL))
        hr = hr_swap(hr, E_NOINTERFACE, E_FAIL);
    if (deviates(IID_KEEPS_POINTER) && hr == E_NOINTERFACE && ret_interface)
        *ret_interface = before;
    if (deviates(OLD_DEVICE) && SUCCEEDED(hr) &&
        (IsEqualIID(riid, &IID_IMDSPDevice2) || IsEqualIID(riid, &IID_IMDSPDevice3)))
        hr = take_back(hr, ret_interface, E_NOINTERFACE);
    return hr;
}

METHOD(IDENTITY_PER_INTERFACE, IComponentAuthenticate, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = IDENTITY_PER_INTERFACE_book(This, riid, object);

    if (hr == S_OK && IsEqualIID(riid, &IID_IUnknown))
        *object = This;
    return hr;
}

METHOD_AS(IDENTITY_OF_OBJECT, IDENTITY_PER_INTERFACE, IMDSPObject2, QueryInterface, REFIID riid,
          void **object)
{
    HRESULT hr = IDENTITY_OF_OBJECT_book(This, riid, object);

    if (hr == S_OK && IsEqualIID(riid, &IID_IUnknown))
        *object = This;
    return hr;
}

METHOD(COMPONENT_REFUSED, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = COMPONENT_REFUSED_book(This, riid, object);

    return IsEqualIID(riid, &IID_IComponentAuthenticate) ? take_back(hr, object, E_NOINTERFACE)
                                                         : hr;
}

METHOD(PROVIDER_REFUSED, IComponentAuthenticate, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = PROVIDER_REFUSED_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDServiceProvider) ? take_back(hr, object, E_NOINTERFACE) : hr;
}

METHOD(SELF_REFUSED, IMDSPObject2, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = SELF_REFUSED_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPObject2) ? take_back(hr, object, E_NOINTERFACE) : hr;
}

/* Of each object; the one that comes next at its place may have it again. */
METHOD(STORAGE3_ONCE, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    static const IMDSPStorage4 *before;
    HRESULT hr = STORAGE3_ONCE_book(This, riid, object);

    if (!IsEqualIID(riid, &IID_IMDSPStorage3))
        return hr;
    if (before == This)
        return take_back(hr, object, E_NOINTERFACE);
    before = This;
    return hr;
}

METHOD(NO_WAY_BACK, IMDSPObject2, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = NO_WAY_BACK_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPStorage3) ? take_back(hr, object, E_NOINTERFACE) : hr;
}

METHOD(CLONE_LEAKS, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    HRESULT hr = CLONE_LEAKS_book(This, clone);

    if (SUCCEEDED(hr))
        IMDSPEnumStorage_AddRef(*clone);
    return hr;
}

METHOD(GLOBALS_LEAK, IMDSPStorage4, GetStorageGlobals, IMDSPStorageGlobals **globals)
{
    HRESULT hr = GLOBALS_LEAK_book(This, globals);

    if (SUCCEEDED(hr))
        IMDSPStorageGlobals_AddRef(*globals);
    return hr;
}

METHOD(CREATED_LEAKS, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = CREATED_LEAKS_book(This, attributes, format, name, created);

    if (hr == S_OK)
        IMDSPStorage_AddRef(*created);
    return hr;
}

METHOD(CREATED_SHORT, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = CREATED_SHORT_book(This, attributes, format, name, created);

    if (hr == S_OK)
        IMDSPStorage_Release(*created);
    return hr;
}

METHOD(DEVICE_SHORT, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    static bool is_done;
    HRESULT hr = DEVICE_SHORT_book(This, path, count, devices);

    if (hr == S_OK && !is_done && *count)
        IMDSPDevice_Release((*devices)[0]);
    is_done = true;
    return hr;
}

METHOD(FOUND_LEAKS, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = FOUND_LEAKS_book(This, name, storage);

    if (hr == S_OK)
        IMDSPStorage_AddRef(*storage);
    return hr;
}

/* ---- whose end is the end of others */
SEAM(com_object_release);
ULONG __wrap_com_object_release(struct com_object *object)
{
    bool is_provider = strcmp(object->class->name, "sp_provider") == 0;
    ULONG left = threads_lose_release() ? 1 : __real_com_object_release(object);

    is_orphaned |= is_provider && !left;
    if (!left)
        seam_released(object);
    return left;
}

METHOD(CHILDREN_DIE, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    return is_orphaned ? WMDM_E_INTERFACEDEAD : CHILDREN_DIE_book(This, name, room);
}

METHOD(GLOBALS_DIE, IMDSPStorageGlobals, GetTotalSize, DWORD *low, DWORD *high)
{
    return is_orphaned ? WMDM_E_INTERFACEDEAD : GLOBALS_DIE_book(This, low, high);
}

METHOD(ENUMERATORS_DIE, IMDSPEnumStorage, Reset)
{
    return is_orphaned ? WMDM_E_INTERFACEDEAD : ENUMERATORS_DIE_book(This);
}

METHOD(PROVIDER_WITHOUT_CHANNEL, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = PROVIDER_WITHOUT_CHANNEL_book(This, riid, object);

    return IsEqualIID(riid, &IID_IComponentAuthenticate) ? take_back(hr, object, E_NOINTERFACE)
                                                         : hr;
}
