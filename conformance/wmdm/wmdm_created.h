/* What CreateDevice answered, for cases that judge it; the host's own device (wmdm_device()) stays
 * out of it. */
#ifndef CONFORMANCE_WMDM_WMDM_CREATED_H
#define CONFORMANCE_WMDM_WMDM_CREATED_H

#include "conformance/wmdm/wmdm.h"

struct wmdm_created {
    HRESULT hr;
    DWORD count;
    IMDSPDevice **device; /* poison as long as nothing was written */
};
/* Never ends the case. */
struct wmdm_created wmdm_created_new(struct wmdm *w, const char *uri);
void wmdm_created_release(struct wmdm *w, struct wmdm_created *made);
/* How many EnumStorage of the device has; ends the case when that fails. Each is a reference of the
 * caller's when `ret_roots`, which has room for WMDM_ROOTS. */
#define WMDM_ROOTS 16
DWORD wmdm_created_roots(struct wmdm *w, IMDSPDevice *device, IMDSPStorage **ret_roots);
/* Before CreateDevice: a device with several media is to be one, where a provider can be told. */
void wmdm_prefer_whole(struct wmdm *w);

#endif
