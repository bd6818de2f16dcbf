/* Providers made and devices created for one application. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_cache.h"

/* "<path>$<index of the device object>" (SP-APP-007). */
static WCHAR *canonical(const WCHAR *path, DWORD index)
{
    size_t length = com_wcslen(path);
    WCHAR *name;
    char digits[16];

    snprintf(digits, sizeof(digits), "$%u", index);
    name = CoTaskMemAlloc((length + strlen(digits) + 1) * sizeof(*name));
    if (!name)
        return NULL;
    memcpy(name, path, length * sizeof(*name));
    for (size_t i = 0; i <= strlen(digits); i++)
        name[length + i] = (WCHAR)digits[i];
    return name;
}

bool mdm_cache_is_of(IWMDMDevice *device, const WCHAR *path)
{
    const WCHAR *name = mdm_device_canonical(device);
    size_t length = com_wcslen(path);

    return com_wcslen(name) > length && memcmp(name, path, length * sizeof(*path)) == 0 &&
           name[length] == '$';
}

/* The preference goes to a provider before anything is enumerated; one of version 1 or 2 cannot be
 * told, and one that refuses stays as it is by default. */
static void prefer(const struct mdm_cache *cache, struct mdm_provider *provider)
{
    IMDServiceProvider3 *third = NULL;

    if (!cache->preferred || FAILED(IMDServiceProvider_QueryInterface(
                                 provider->instance, &IID_IMDServiceProvider3, (void **)&third)))
        return;
    (void)IMDServiceProvider3_SetDeviceEnumPreference(third, cache->preference);
    LET_GO(third);
}

static HRESULT instance_of(struct mdm_cache *cache, struct mdm_library *library,
                           struct mdm_provider **ret_provider)
{
    struct mdm_instance *instance;
    DWORD own = 0, level = 0;
    HRESULT hr;

    for (instance = cache->instances; instance; instance = instance->next) {
        if (instance->provider->library == library) {
            *ret_provider = instance->provider;
            return S_OK;
        }
    }
    instance = calloc(1, sizeof(*instance));
    if (!instance)
        return E_OUTOFMEMORY;
    hr = sac_get_app_sec(cache->application->channel, &own, &level);
    if (SUCCEEDED(hr))
        hr = mdm_provider_new(library, level, &instance->provider);
    if (FAILED(hr)) {
        free(instance);
        return hr;
    }
    prefer(cache, instance->provider);
    instance->next = cache->instances;
    cache->instances = instance;
    *ret_provider = instance->provider;
    return S_OK;
}

static HRESULT keep(struct mdm_cache *cache, struct mdm_way *way, IMDSPDevice *device,
                    const WCHAR *name)
{
    IWMDMDevice **grown = realloc(cache->devices, (cache->count + 1) * sizeof(IWMDMDevice *));
    HRESULT hr;

    if (!grown)
        return E_OUTOFMEMORY;
    cache->devices = grown;
    hr = mdm_device_new(way, device, name, &grown[cache->count]);
    cache->count += SUCCEEDED(hr) ? 1 : 0;
    return hr;
}

/* ---- a device that is attached */
static HRESULT create(struct mdm_provider *provider, const WCHAR *path, DWORD *ret_count,
                      IMDSPDevice ***ret_devices)
{
    IMDServiceProvider2 *second = NULL;
    HRESULT hr = IMDServiceProvider_QueryInterface(provider->instance, &IID_IMDServiceProvider2,
                                                   (void **)&second);

    if (FAILED(hr))
        return hr;
    hr = IMDServiceProvider2_CreateDevice(second, path, ret_count, ret_devices);
    LET_GO(second);
    return FAILED(hr) || *ret_devices ? hr : E_UNEXPECTED;
}

static HRESULT keep_all(struct mdm_cache *cache, struct mdm_way *way, const WCHAR *path,
                        IMDSPDevice **devices, DWORD count)
{
    HRESULT hr = S_OK;

    for (DWORD i = 0; i < count; i++) {
        WCHAR *name = canonical(path, i);

        if (SUCCEEDED(hr))
            hr = name ? keep(cache, way, devices[i], name) : E_OUTOFMEMORY;
        CoTaskMemFree(name);
        LET_GO(devices[i]);
    }
    return hr;
}

HRESULT mdm_cache_add(struct mdm_cache *cache, const struct mdm_attached *attached,
                      size_t *ret_first)
{
    struct mdm_provider *provider = NULL;
    IMDSPDevice **devices = NULL;
    struct mdm_way *way = NULL;
    DWORD count = 0;
    HRESULT hr = instance_of(cache, attached->library, &provider);

    *ret_first = cache->count;
    if (SUCCEEDED(hr))
        way = mdm_way_new(cache->application, provider, &attached->parameters);
    if (SUCCEEDED(hr))
        hr = way ? create(provider, attached->path, &count, &devices) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = keep_all(cache, way, attached->path, devices, count);
    CoTaskMemFree(devices);
    mdm_way_unref(way);
    return hr;
}

/* ---- a provider that finds its devices itself */
static WCHAR *own_name(IMDSPDevice *device, const struct mdm_library *library, DWORD index)
{
    IMDSPDevice2 *second = NULL;
    char id[COM_GUID_TEXT];
    WCHAR name[512] = {0}, *wide, *whole;

    if (SUCCEEDED(IMDSPDevice_QueryInterface(device, &IID_IMDSPDevice2, (void **)&second))) {
        HRESULT hr = IMDSPDevice2_GetCanonicalName(second, name, ARRAY_SIZE(name) - 1);

        LET_GO(second);
        if (hr == S_OK && name[0])
            return com_wcsdup(name);
    }
    com_guid_format(&library->clsid, id);
    wide = com_utf16_from_utf8(id);
    whole = wide ? canonical(wide, index) : NULL;
    CoTaskMemFree(wide);
    return whole;
}

static HRESULT add_found(struct mdm_cache *cache, struct mdm_library *library)
{
    static const struct mdm_parameters none;
    struct mdm_provider *provider = NULL;
    IMDSPEnumDevice *devices = NULL;
    IMDSPDevice *device = NULL;
    struct mdm_way *way = NULL;
    DWORD fetched = 0;
    HRESULT hr = instance_of(cache, library, &provider);

    if (SUCCEEDED(hr))
        way = mdm_way_new(cache->application, provider, &none);
    if (SUCCEEDED(hr))
        hr = way ? IMDServiceProvider_EnumDevices(provider->instance, &devices) : E_OUTOFMEMORY;
    for (DWORD i = 0; SUCCEEDED(hr) && devices; i++) {
        WCHAR *name;

        hr = IMDSPEnumDevice_Next(devices, 1, &device, &fetched);
        if (hr != S_OK || !device)
            break;
        name = own_name(device, library, i);
        hr = name ? keep(cache, way, device, name) : E_OUTOFMEMORY;
        CoTaskMemFree(name);
        LET_GO(device);
    }
    LET_GO(devices);
    mdm_way_unref(way);
    return FAILED(hr) ? hr : S_OK;
}

/* ---- all of them */
HRESULT mdm_cache_fill(struct mdm_cache *cache, const struct mdm_machine *machine)
{
    HRESULT first = S_OK, hr;
    size_t at;

    cache->filled = true;
    for (struct mdm_attached *one = machine->attached; one; one = one->next) {
        hr = mdm_cache_add(cache, one, &at);
        first = FAILED(first) ? first : hr;
    }
    for (size_t i = 0; i < machine->library_count; i++) {
        if (machine->libraries[i]->kind != MDM_FINDS_DEVICES)
            continue;
        hr = add_found(cache, machine->libraries[i]);
        first = FAILED(first) ? first : hr;
    }
    return first;
}

void mdm_cache_remove(struct mdm_cache *cache, size_t at)
{
    LET_GO(cache->devices[at]);
    cache->count--;
    memmove(&cache->devices[at], &cache->devices[at + 1],
            (cache->count - at) * sizeof(IWMDMDevice *));
}

void mdm_cache_empty(struct mdm_cache *cache)
{
    while (cache->count)
        mdm_cache_remove(cache, cache->count - 1);
    free(cache->devices);
    cache->devices = NULL;
    while (cache->instances) {
        struct mdm_instance *next = cache->instances->next;

        mdm_provider_unref(cache->instances->provider);
        free(cache->instances);
        cache->instances = next;
    }
    cache->filled = false;
}
