/* CreateDevice as a case sees it. */
#include "conformance/wmdm/wmdm_created.h"

#include "conformance/wmdm/wmdm_case.h"

struct wmdm_created wmdm_created_new(struct wmdm *w, const char *uri)
{
    struct conf *c = wmdm_conf(w);
    IMDServiceProvider2 *provider = AS(IMDServiceProvider2, wmdm_provider(w));
    WCHAR *path = com_utf16_from_utf8(uri);
    struct wmdm_created made = {.count = 77, .device = POISON};

    made.hr = CALL(IMDServiceProvider2, CreateDevice, provider, path, &made.count, &made.device);
    CoTaskMemFree(path);
    RELEASE(provider);
    return made;
}

void wmdm_created_release(struct wmdm *w, struct wmdm_created *made)
{
    struct conf *c = wmdm_conf(w);

    if (FAILED(made->hr) || !made->device || made->device == POISON)
        return;
    for (DWORD i = 0; i < made->count; i++) {
        if (made->device[i])
            SP_CALL("IMDSPDevice::Release", IMDSPDevice_Release(made->device[i]));
    }
    CoTaskMemFree(made->device);
    made->count = 0;
    made->device = NULL;
}

DWORD wmdm_created_roots(struct wmdm *w, IMDSPDevice *device, IMDSPStorage **ret_roots)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *items[WMDM_ROOTS] = {NULL};
    DWORD got = 0;

    REQUIRE_HR(CALL(IMDSPDevice, EnumStorage, device, &roots), S_OK);
    (void)CALL(IMDSPEnumStorage, Next, roots, WMDM_ROOTS, items, &got);
    got = got < WMDM_ROOTS ? got : WMDM_ROOTS;
    for (DWORD i = 0; i < got; i++) {
        if (ret_roots)
            ret_roots[i] = items[i];
        else
            RELEASE(items[i]);
    }
    RELEASE(roots);
    return got;
}

void wmdm_prefer_whole(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDServiceProvider3 *provider;

    if (!conf_offers(c, "PROVIDER.PREFERENCE"))
        return;
    provider = AS(IMDServiceProvider3, wmdm_provider(w));
    (void)CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider,
               DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES);
    RELEASE(provider);
}
