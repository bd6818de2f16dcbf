/* A provider whose channel is open, and the first device of a papsim of the test's own. */
#ifndef SPCORE_TESTS_PROVIDED_H
#define SPCORE_TESTS_PROVIDED_H

#include "spcore/com/com_utf16.h"
#include "spcore/include/sac.h"
#include "spcore/sp/sp.h"
#include "spcore/tests/serving.h"
#include "wmdm_certs.h"

struct provided {
    struct serving serving;
    struct sac_channel *channel;
    IComponentAuthenticate *component;
    IMDServiceProvider3 *provider;
    IMDSPDevice *device;
};

static inline void provide_instance(struct provided *p)
{
    IClassFactory *factory = NULL;

    cr_assert_eq(DllGetClassObject(&sp_clsid, &IID_IClassFactory, (void **)&factory), S_OK);
    cr_assert_eq(IClassFactory_CreateInstance(factory, NULL, &IID_IMDServiceProvider3,
                                              (void **)&p->provider),
                 S_OK);
    IClassFactory_Release(factory);
    cr_assert_eq(IMDServiceProvider3_QueryInterface(p->provider, &IID_IComponentAuthenticate,
                                                    (void **)&p->component),
                 S_OK);
    p->channel = sac_client_new();
    cr_assert_eq(sac_set_certificate(p->channel, SAC_CERT_V1, application_high_certificate,
                                     sizeof(application_high_certificate), application_high_key,
                                     sizeof(application_high_key)),
                 S_OK);
    cr_assert_eq(sac_set_interface(p->channel, p->component), S_OK);
    cr_assert_eq(sac_authenticate(p->channel, SAC_PROTOCOL_V1), S_OK);
}

static inline void provide_device(struct provided *p)
{
    IMDSPDevice **devices = NULL;
    DWORD count = 0;
    char uri[128];
    WCHAR *path;

    snprintf(uri, sizeof(uri), "usbip:%s/1-1", p->serving.address);
    path = com_utf16_from_utf8(uri);
    cr_assert_eq(IMDServiceProvider3_CreateDevice(p->provider, path, &count, &devices), S_OK);
    cr_assert_geq(count, 1);
    p->device = devices[0];
    for (DWORD i = 1; i < count; i++)
        IMDSPDevice_Release(devices[i]);
    CoTaskMemFree(devices);
    CoTaskMemFree(path);
}

static inline void provide(struct provided *p, const char *player)
{
    memset(p, 0, sizeof(*p));
    serve(&p->serving, player, NULL);
    provide_instance(p);
    provide_device(p);
}

static inline void provide_end(struct provided *p)
{
    IMDSPDevice_Release(p->device);
    IMDServiceProvider3_Release(p->provider);
    sac_free(p->channel);
    IComponentAuthenticate_Release(p->component);
    serve_end(&p->serving);
}

#endif
