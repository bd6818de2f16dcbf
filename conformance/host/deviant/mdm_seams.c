/* The defects of providers, devices and lists. */
#include "conformance/host/deviant/mdm_seam.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_cache.h"
#include "conformance/host/wmdm/mdm_notify.h"

/* ---- providers */
SEAM(sac_authenticate);
HRESULT __wrap_sac_authenticate(struct sac_channel *channel, DWORD protocol)
{
    const DWORD asked = deviates(ANY_PROTOCOL) ? SAC_PROTOCOL_V1 : protocol;
    HRESULT hr = __real_sac_authenticate(channel, asked);

    if (deviates(CHANNEL_UNREADY) && hr == WMDM_E_CALL_OUT_OF_SEQUENCE)
        return S_OK;
    if (deviates(CHANNEL_NEVER))
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return deviates(HANDSHAKE_TWICE) ? __real_sac_authenticate(channel, protocol) : hr;
}

SEAM(mdm_provider_new);
HRESULT __wrap_mdm_provider_new(struct mdm_library *library, DWORD level, struct mdm_provider **ret)
{
    static struct mdm_provider *shared;
    IMDSPEnumDevice *devices = NULL;
    HRESULT hr;

    if (deviates(SHARED) && shared) {
        *ret = mdm_provider_ref(shared);
        return S_OK;
    }
    hr = __real_mdm_provider_new(library, level, ret);
    if (SUCCEEDED(hr) && deviates(SHARED))
        shared = *ret;
    if (SUCCEEDED(hr) && deviates(ASKS_ALL))
        (void)IMDServiceProvider_EnumDevices((*ret)->instance, &devices);
    LET_GO(devices);
    return hr;
}

SEAM(mdm_machine_register_class);
HRESULT __wrap_mdm_machine_register_class(struct mdm_machine *machine, mdm_get_class_object get,
                                          REFCLSID rclsid, enum mdm_kind kind)
{
    return __real_mdm_machine_register_class(machine, get, rclsid,
                                             deviates(NONE_FOUND) ? MDM_PLUG_AND_PLAY : kind);
}

/* ---- devices */
SEAM(mdm_machine_plug);
HRESULT __wrap_mdm_machine_plug(struct mdm_machine *machine, const char *path,
                                const struct mdm_parameters *parameters)
{
    struct mdm_parameters changed = *parameters;

    if (deviates(FIRST_CLASS))
        changed.WMDMSPCLSID[0] = '\0';
    return __real_mdm_machine_plug(machine, path, &changed);
}

SEAM(mdm_way_new);
struct mdm_way *__wrap_mdm_way_new(struct mdm_application *application,
                                   struct mdm_provider *provider,
                                   const struct mdm_parameters *parameters)
{
    static unsigned ways;
    struct mdm_way *way;

    if (deviates(FIRST_ALONE) && ways++)
        return NULL;
    way = __real_mdm_way_new(application, provider, parameters);
    if (!way)
        return way;
    way->extended = (way->extended || deviates(EXTENDED_ALWAYS)) && !deviates(EXTENDED_NEVER);
    if (deviates(SIZE_IGNORED))
        way->block = 4096;
    if (deviates(SIZE_SMALL) && !parameters->OptimalTransferSize)
        way->block = 512;
    return way;
}

SEAM(mdm_device_new);
HRESULT __wrap_mdm_device_new(struct mdm_way *way, IMDSPDevice *device, const WCHAR *canonical,
                              IWMDMDevice **ret_device)
{
    WCHAR *name = com_wcsdup(canonical);
    HRESULT hr;

    if (deviates(INDEX_FROM_1))
        name[com_wcslen(name) - 1]++;
    hr = __real_mdm_device_new(way, device, name, ret_device);
    CoTaskMemFree(name);
    return hr;
}

/* ---- the list */
SEAM(mdm_enum_device_new);
HRESULT __wrap_mdm_enum_device_new(IWMDMDevice *const *devices, size_t count, size_t position,
                                   IWMDMEnumDevice **ret_enumerator)
{
    DWORD status;

    for (size_t i = 0; i < count && deviates(LIST_ASKS); i++)
        (void)IWMDMDevice_GetStatus(devices[i], &status);
    return __real_mdm_enum_device_new(devices, count, position, ret_enumerator);
}

SEAM(mdm_cache_empty);
void __wrap_mdm_cache_empty(struct mdm_cache *cache)
{
    if (!deviates(ADDS_AGAIN))
        __real_mdm_cache_empty(cache);
}

SEAM(mdm_cache_fill);
HRESULT __wrap_mdm_cache_fill(struct mdm_cache *cache, const struct mdm_machine *machine)
{
    return deviates(ADDS_AGAIN) && cache->filled ? S_OK : __real_mdm_cache_fill(cache, machine);
}

/* ---- messages */
SEAM(mdm_manager_arrival);
HRESULT __wrap_mdm_manager_arrival(struct mdm_manager *manager, struct mdm_attached *attached,
                                   struct mdm_messages *messages)
{
    HRESULT hr = __real_mdm_manager_arrival(manager, attached, messages);
    struct mdm_messages none = {0};

    if (deviates(TOLD_EARLY)) /* to what is gone before they hear of it */
        (void)mdm_manager_removal(manager, attached, &none);
    return hr;
}

SEAM(mdm_sinks_tell);
void __wrap_mdm_sinks_tell(struct mdm_sinks *sinks, struct mdm_messages *messages, DWORD type,
                           const WCHAR *canonical)
{
    WCHAR *name = com_wcsdup(canonical);

    if (deviates(NAME_OF_PATH))
        name[com_wcslen(name) - 2] = 0;
    if (deviates(TYPES_SWAPPED))
        type ^= WMDM_MSG_DEVICE_ARRIVAL ^ WMDM_MSG_DEVICE_REMOVAL;
    if (!deviates(UNTOLD))
        __real_mdm_sinks_tell(sinks, messages, type, name);
    CoTaskMemFree(name);
}

SEAM(mdm_cache_is_of);
bool __wrap_mdm_cache_is_of(IWMDMDevice *device, const WCHAR *path)
{
    return !deviates(STAYS_LISTED) && __real_mdm_cache_is_of(device, path);
}

/* ---- the application */
SEAM(mdm_certified);
HRESULT __wrap_mdm_certified(const struct mdm_application *application)
{
    if (deviates(CLOSED_TO_ALL))
        return WMDM_E_NOTCERTIFIED;
    return deviates(OPEN_TO_ALL) ? S_OK : __real_mdm_certified(application);
}
