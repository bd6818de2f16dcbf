/* As whom WMI calls a class provider (rows of the class provider's document whose subject is the
 * host). The provider is the case's own, at the other end of the socket; its client comes over the
 * network. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conformance/host/hosting/hosting.h"
#include "conformance/host/hosting/hosting_link.h"
#include "conformance/host/include/objbase.h"
#include "conformance/host/provider/provider_registration.h"
#include "conformance/suites/host/host_wmi.h"

/* ---- the provider: in each call it asks who its client is */
struct who {
    bool told; /* CoImpersonateClient did not fail */
    BOOL is_wmi, is_client;
};

static BOOL is_in(WELL_KNOWN_SID_TYPE group)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid);
    BOOL is = FALSE;

    (void)CreateWellKnownSid(group, NULL, sid, &size);
    (void)CheckTokenMembership(NULL, sid, &is);
    return is;
}

static struct who impersonate(void)
{
    struct who who = {.told = SUCCEEDED(CoImpersonateClient())};

    who.is_wmi = is_in(WinLocalSystemSid);
    who.is_client = is_in(WinNetworkSid);
    (void)CoRevertToSelf();
    return who;
}

struct provider {
    struct who init, method;
};

static void serve(void *self, struct hosting_message *call, struct hosting_message *answer)
{
    struct provider *it = self;

    if (call->op == HOSTING_INITIALIZE)
        it->init = impersonate();
    else if (call->op == HOSTING_METHOD)
        it->method = impersonate();
    else
        answer->handle = call->op; /* an object of its own for each that is asked for */
}

static void ended(void *self, bool is_garbled)
{
    (void)self, (void)is_garbled;
}

/* ---- WMI: its registration, and what it calls */
static HRESULT found(void *self, struct provider_registration *registration)
{
    *(struct provider_registration *)self = *registration;
    return WBEM_S_NO_ERROR;
}

static HRESULT refused(void *self, const char *namespace, HRESULT hr, const char *why)
{
    (void)self, (void)namespace, (void)why;
    return hr;
}

static void act(const struct provider_registration *registration, bool initializes)
{
    const struct principal client = {
        .account = PRINCIPAL_USER, .level = PRINCIPAL_IMPERSONATE, .number = 1001};
    const struct principal caller = provider_caller(registration, &client, initializes);

    principal_act(&caller);
}

static void call(struct conf *c, struct hosting *hosting,
                 const struct provider_registration *registration)
{
    IWbemServices *services = NULL;
    IWbemProviderInit *init = NULL;
    char *why = NULL;

    if (FAILED(hosting_create(hosting, "", registration->clsid, &init, &why)) ||
        FAILED(IWbemProviderInit_QueryInterface(init, &IID_IWbemServices, (void **)&services)))
        conf_setup_failed(c, "the provider is not there");
    act(registration, true);
    (void)IWbemProviderInit_Initialize(init, NULL, 0, NULL, NULL, NULL, NULL, NULL);
    act(registration, false);
    (void)IWbemServices_GetObjectAsync(services, NULL, 0, NULL, NULL);
    principal_act(NULL);
    (void)IWbemServices_Release(services);
    (void)IWbemProviderInit_Release(init);
}

/* Whom a provider meets that is registered so. */
static struct provider meet(struct conf *c, const char *registered)
{
    HOST_WMI wmi;
    struct provider it = {.init = {.told = false}};
    struct provider_registration registration = {.clsid = NULL};
    const struct provider_each each = {found, refused, &registration};
    const struct hosting_end end = {.self = &it, .serve = serve, .ended = ended};
    struct hosting_options options = {.backend = &wbem_local_backend};
    struct hosting_link *other = NULL;
    struct hosting *hosting = NULL;
    char mof[600];
    int ends[2];

    snprintf(mof, sizeof(mof),
             "instance of __Win32Provider as $P { Name = \"P\"; CLSID = "
             "\"{9C6B5B0E-52D5-4D6B-8B5F-6B0A4B7B7C11}\"; %s };\n"
             "instance of __ClassProviderRegistration { Provider = $P; SupportsGet = TRUE; "
             "SupportsEnumeration = TRUE; ResultSetQueries = { "
             "\"select * from meta_class where __this isa \\\"P\\\"\" }; };\n",
             registered);
    host_wmi_begin(c, &wmi, mof);
    options.backend_self = &wmi.local;
    if (FAILED(provider_registrations(wmi.repo, "root\\default", &each)) || !registration.clsid ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ||
        hosting_link_new(ends[1], &end, &other) || hosting_adopt(ends[0], 0, &options, &hosting))
        conf_setup_failed(c, "the provider cannot be hosted");
    call(c, hosting, &registration);
    hosting_stop(hosting);
    hosting_link_free(other);
    provider_registration_done(&registration);
    return it;
}

CONF_CASE(HOST_CALLER_BV_01, .title = "Who impersonates is registered so", .level = CONF_MUST,
          .reqs = REQS("WMI-SEC-001"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Register a provider with either ImpersonationLevel, with and without "
                   "PerUserInitialization, and look at whom CoImpersonateClient makes of it")
{
    const struct who both = meet(c, "ImpersonationLevel = 1; PerUserInitialization = TRUE;").method;
    const struct who zero = meet(c, "ImpersonationLevel = 0; PerUserInitialization = TRUE;").method;
    const struct who all = meet(c, "ImpersonationLevel = 1; PerUserInitialization = FALSE;").method;

    ROW("WMI-SEC-001.client")
        CHECK(both.told && both.is_client && !both.is_wmi);
    ROW("WMI-SEC-001.level")
        CHECK(zero.told && zero.is_wmi && !zero.is_client);
    ROW("WMI-SEC-001.user")
        CHECK(all.told && all.is_wmi && !all.is_client);
}

CONF_CASE(HOST_CALLER_BV_02, .title = "An administrator first is one for as long",
          .level = CONF_MUST, .reqs = REQS("WMI-SEC-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Register a provider that impersonates with InitializeAsAdminFirst; look at "
                   "whom it meets while it initializes, and in its first method")
{
    const struct provider it = meet(c, "ImpersonationLevel = 1; PerUserInitialization = TRUE; "
                                       "InitializeAsAdminFirst = TRUE;");

    ROW("WMI-SEC-007.init")
        CHECK(it.init.told && it.init.is_wmi && !it.init.is_client);
    ROW("WMI-SEC-007.methods")
        CHECK(it.method.told && it.method.is_client && !it.method.is_wmi);
}
