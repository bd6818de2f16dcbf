/* The devices that an application sees: made at the start and when one arrives, so that to list
 * them no provider is asked. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_CACHE_H
#define CONFORMANCE_HOST_WMDM_MDM_CACHE_H

#include "conformance/host/wmdm/mdm_machine.h"

/* A provider's instance of this application's. */
struct mdm_instance {
    struct mdm_instance *next;
    struct mdm_provider *provider;
};

struct mdm_cache {
    struct mdm_application *application; /* borrowed */
    DWORD preference;                    /* of SetDeviceEnumPreference */
    bool preferred, filled;
    struct mdm_instance *instances;
    IWMDMDevice **devices; /* references */
    size_t count;
};

/* Everything that is attached, and what the other providers find. What cannot be made is not
 * there; the code is the first failure. */
HRESULT mdm_cache_fill(struct mdm_cache *cache, const struct mdm_machine *machine);
void mdm_cache_empty(struct mdm_cache *cache);
/* The devices of one path; the first of them stands at *ret_first. */
HRESULT mdm_cache_add(struct mdm_cache *cache, const struct mdm_attached *attached,
                      size_t *ret_first);
/* Is it a device of that path? */
bool mdm_cache_is_of(IWMDMDevice *device, const WCHAR *path);
void mdm_cache_remove(struct mdm_cache *cache, size_t at);

#endif
