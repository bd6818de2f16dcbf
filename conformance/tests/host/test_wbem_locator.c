/* IWbemLocator: names of namespaces, as Windows was seen to take them. The table of names is what
 * Wine's tests (dlls/wbemprox/tests/services.c) found there. */
#include <criterion/criterion.h>

#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/wbem_fixture.h"

static struct wbem_local local;

static void setup(void)
{
    wbem_setup();
    local = (struct wbem_local){.repo = wbem_repo};
    wbem_bind(&wbem_local_backend, &local);
}

static void teardown(void)
{
    wbem_bind(NULL, NULL);
    wbem_teardown();
}

static HRESULT connect_by(HRESULT (*make)(IWbemLocator **ret), const char *name, const WCHAR *user,
                          const WCHAR *locale, LONG flags)
{
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    BSTR resource = NULL;
    HRESULT hr;

    cr_assert_eq(make(&locator), 0);
    cr_assert_eq(wbem_bstr(name, &resource), 0);
    hr = IWbemLocator_ConnectServer(locator, resource, (BSTR)user, NULL, (BSTR)locale, flags, NULL,
                                    NULL, &services);
    cr_expect_eq(!services, FAILED(hr));
    if (services)
        cr_expect_eq(IWbemServices_Release(services), 0);
    cr_expect_eq(IWbemLocator_Release(locator), 0);
    SysFreeString(resource);
    return hr;
}

static HRESULT connect(const char *name, const WCHAR *user, const WCHAR *locale, LONG flags)
{
    return connect_by(wbem_locator_new, name, user, locale, flags);
}

static HRESULT deny(void *self, const struct wbem_call *call)
{
    (void)self, (void)call;
    return WBEM_E_ACCESS_DENIED;
}

Test(wbem_locator, only_the_administrative_one_gets_past_what_the_plain_one_is_denied,
     .init = setup, .fini = teardown)
{
    static const struct wbem_backend denied = {.open = deny};

    wbem_bind_plain(&denied);
    cr_expect_eq(connect("root\\default", NULL, NULL, 0), WBEM_E_ACCESS_DENIED);
    cr_expect_eq(connect_by(wbem_administrative_locator_new, "root\\default", NULL, NULL, 0), 0);
}

Test(wbem_locator, names_are_taken_as_windows_takes_them, .init = setup, .fini = teardown)
{
    static const struct {
        const char *name;
        HRESULT hr;
    } all[] = {
        {"", WBEM_E_INVALID_NAMESPACE},
        {"\\", WBEM_E_INVALID_NAMESPACE},
        {"\\\\", WBEM_E_INVALID_NAMESPACE},
        {"\\\\.", WBEM_E_INVALID_NAMESPACE},
        {"\\\\.\\", WBEM_E_INVALID_NAMESPACE},
        {"\\ROOT", WBEM_E_INVALID_NAMESPACE},
        {"\\\\ROOT", (HRESULT)0x800706ba},
        {"\\\\.ROOT", (HRESULT)0x800706ba},
        {"\\\\.\\NONE", WBEM_E_INVALID_NAMESPACE},
        {"\\\\.\\ROOT", 0},
        {"\\\\\\.\\ROOT", WBEM_E_INVALID_PARAMETER},
        {"\\/.\\ROOT", 0},
        {"//.\\ROOT", 0},
        {"\\\\./ROOT", 0},
        {"//./ROOT", 0},
        {"NONE", WBEM_E_INVALID_NAMESPACE},
        {"ROOT", 0},
        {"ROOT\\NONE", WBEM_E_INVALID_NAMESPACE},
        {"ROOT\\CIMV2", 0},
        {"ROOT\\\\CIMV2", WBEM_E_INVALID_NAMESPACE},
        {"ROOT\\CIMV2\\", WBEM_E_INVALID_NAMESPACE},
        {"ROOT/CIMV2", 0},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        HRESULT hr = connect(all[i].name, NULL, NULL, 0);
        cr_expect_eq(hr, all[i].hr, "%s: %08x", all[i].name, (unsigned)hr);
    }
}

Test(wbem_locator, who_is_here_already_needs_no_password, .init = setup, .fini = teardown)
{
    cr_expect_eq(connect("root", u"somebody", NULL, 0), WBEM_E_LOCAL_CREDENTIALS);
    cr_expect_eq(connect("root", u"", u"MS_409", WBEM_FLAG_CONNECT_USE_MAX_WAIT), 0);
    cr_expect_eq(connect("root", NULL, u"english", 0), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(connect("root", NULL, NULL, 1), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(connect(NULL, NULL, NULL, 0), WBEM_E_INVALID_PARAMETER);
}

Test(wbem_locator, without_a_host_there_is_a_repository_of_its_own)
{
    wbem_bind(NULL, NULL);
    cr_expect_eq(connect("root\\cimv2", NULL, NULL, 0), 0);
}
