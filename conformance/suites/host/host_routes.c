/* Several class providers of one namespace: who is asked for a class, what a registration may say,
 * and what clients are told of a provider that fails ("Registering a Class Provider"). */
#include <stdio.h>
#include <string.h>

#include "conformance/host/cim/cim_status.h"

#include "conformance/suites/host/host_router.h"
#include "spcore/base.h"

#define ONE_HAS(query, more) HOST_PROVIDER("One", HOST_ONE, "") HOST_REGISTERED("One", query, more)
#define TWO_HAS(query, more) HOST_PROVIDER("Two", HOST_TWO, "") HOST_REGISTERED("Two", query, more)
#define P_QUERY "ResultSetQueries = {" HOST_QUERY("__this isa 'P'") "};"
#define BOTH ONE_HAS(HOST_QUERY("__this isa 'P'"), "") TWO_HAS(HOST_QUERY("__this isa 'Q'"), "")

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* ---- whose a class is */
/* Which of P, P_1 below it, and Q beside them the first provider delivers by that query. */
static const char *delivered(struct host_router *it, const char *mof)
{
    static const char *const names[] = {"P", "P_1", "Q"};
    static char text[32];

    host_router_compile(it, mof);
    it->one->classes = "P P_1:P Q ";
    text[0] = '\0';
    for (unsigned i = 0; i < 3; i++) {
        if (same(host_router_whose(it, names[i]), "1"))
            strcat(strcat(text, names[i]), " ");
    }
    return text;
}

CONF_CASE(HOST_ROUTE_BV_01, .title = "Queries of a registration say whose a class is",
          .level = CONF_MUST, .reqs = REQS("WMI-REG-009"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A provider that would give P, P_1 below it and Q is registered with each kind "
                   "of query for P; get all three")
{
    HOST_ROUTER it;

    host_router_begin(c, &it, 0);
    ROW("WMI-REG-009.isa")
        CHECK(same(delivered(&it, ONE_HAS(HOST_QUERY("__this isa 'P'"), "")), "P P_1 "));
    ROW("WMI-REG-009.dynasty")
        CHECK(same(delivered(&it, ONE_HAS(HOST_QUERY("__DYNASTY = 'P'"), "")), "P_1 "));
    ROW("WMI-REG-009.class")
        CHECK(same(delivered(&it, ONE_HAS(HOST_QUERY("__CLASS = 'P'"), "")), "P "));
}

CONF_CASE(HOST_ROUTE_BV_02, .title = "What is unsupported is somebody else's", .level = CONF_MUST,
          .reqs = REQS("WMI-REG-010"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A provider has all below P but P_1; get P_1, which another one has; without "
                   "that one, when it is stored")
{
    HOST_ROUTER it;

    host_router_begin(c, &it, 0);
    it.two->classes = "P_1:P ";
    host_router_compile(&it, ONE_HAS(HOST_QUERY("__this isa 'P'"),
                                     "UnsupportedQueries = {" HOST_QUERY("__this isa 'P_1'") "};")
                                 TWO_HAS(HOST_QUERY("__CLASS = 'P_1'"), ""));
    ROW("WMI-REG-010.other")
        CHECK(same(host_router_whose(&it, "P_1"), "2"));
    ROW("WMI-REG-010.asked")
        CHECK(!host_router_was_asked(&it, "get(1"));
    host_router_compile(&it, "class P_1 {};\n");
    ROW("WMI-REG-010.stored")
        CHECK(same(host_router_whose(&it, "P_1"), ""));
}

/* ---- what a registration may say */
#define ODD_REGISTRATION                                                                           \
    "CacheRefreshInterval = \"00000007000000.000000:000\"; PerUserSchema = TRUE; "                 \
    "ReSynchroniseOnNamespaceOpen = TRUE; SupportsBatching = TRUE; SupportsTransactions = TRUE;"
#define ODD_PROVIDER                                                                               \
    "Concurrency = 7; OperationTimeoutInterval = \"00000000000000.000001:000\"; "                  \
    "InitializationTimeoutInterval = \"00000000000000.000001:000\";"

/* Twice the same class, which is another the second time, and an enumeration. */
static const char *trace(struct host_router *it, const char *mof, bool *ret_follows)
{
    HRESULT hr;

    host_router_begin(it->c, it, 0);
    host_router_compile(it, mof);
    (void)host_router_get(it, "P_1");
    it->one->by = "changed";
    *ret_follows = same(host_router_whose(it, "P_1"), "changed");
    (void)host_router_below(it, "P", &hr);
    return host_router_asked(it);
}

static HRESULT interval(void *self, struct cim_object *registration)
{
    const struct cim_property *property = cim_property(registration, "CacheRefreshInterval");

    *(bool *)self = property && !property->value.is_null &&
                    same(property->value.one.s, "00000007000000.000000:000");
    return WBEM_S_NO_ERROR;
}

static bool is_kept(struct host_router *it)
{
    bool kept = false;
    int64_t ns = 0;

    if (SUCCEEDED(cim_repo_namespace(it->repo, "root\\default", false, &ns)))
        (void)cim_repo_instances(it->repo, ns, "__ClassProviderRegistration", true, interval,
                                 &kept);
    return kept;
}

CONF_CASE(HOST_ROUTE_BV_03, .title = "Properties that are kept and change nothing",
          .level = CONF_MUST, .reqs = REQS("WMI-REG-014"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Get a class twice, which changes in between, and enumerate: once as it is "
                   "registered by default, once with an odd value in each unused property")
{
    HOST_ROUTER plain = {.c = c}, odd = {.c = c};
    bool follows = false, still = false;
    const char *expected = trace(&plain, ONE_HAS(HOST_QUERY("__this isa 'P'"), ""), &follows);
    const char *seen =
        trace(&odd,
              HOST_PROVIDER("One", HOST_ONE, ODD_PROVIDER)
                  HOST_REGISTERED("One", HOST_QUERY("__this isa 'P'"), ODD_REGISTRATION),
              &still);

    ROW("WMI-REG-014.kept")
        CHECK(is_kept(&odd));
    ROW("WMI-REG-014.same") {
        CHECK(follows && still);
        CHECK(conf_same_text(c, seen, expected));
    }
}

CONF_CASE(HOST_ROUTE_BV_04, .title = "A provider that is not enabled", .level = CONF_MUST,
          .reqs = REQS("WMI-REG-016"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Enabled is FALSE: get a class of its own, and one of another provider's; then "
                   "TRUE")
{
    HOST_ROUTER it;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, BOTH HOST_PROVIDER("One", HOST_ONE, "Enabled = FALSE;"));
    hr = host_router_get(&it, "P");
    ROW("WMI-REG-016.code")
        CHECK_HR(hr, WBEM_E_PROVIDER_DISABLED);
    ROW("WMI-REG-016.load")
        CHECK(!host_router_was_asked(&it, "load(One"));
    ROW("WMI-REG-016.others")
        CHECK(same(host_router_whose(&it, "Q"), "2"));
    host_router_compile(&it, HOST_PROVIDER("One", HOST_ONE, "Enabled = TRUE;"));
    ROW("WMI-REG-016.again")
        CHECK(same(host_router_whose(&it, "P"), "1"));
}

/* What a get is told of a provider that says that of itself. */
static HRESULT says(struct host_router *it, const char *provider)
{
    host_router_compile(it, provider);
    return host_router_get(it, "P");
}
#define SAYS(more) says(&it, HOST_PROVIDER("One", HOST_ONE, more))

CONF_CASE(HOST_ROUTE_BV_05, .title = "Versions of providers", .level = CONF_MUST,
          .reqs = REQS("WMI-REG-017"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Versions 1, 2 and 3; ImpersonationLevel 7 in version 1 and in version 2; get a "
                   "class each time")
{
    HOST_ROUTER it;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, ONE_HAS(HOST_QUERY("__this isa 'P'"), ""));
    ROW("WMI-REG-017.known") {
        CHECK_HR(SAYS("Version = 1;"), WBEM_S_NO_ERROR);
        CHECK_HR(SAYS("Version = 2; ImpersonationLevel = 1;"), WBEM_S_NO_ERROR);
    }
    ROW("WMI-REG-017.unknown")
        CHECK_HR(SAYS("Version = 3;"), WBEM_E_INVALID_PROVIDER_REGISTRATION);
    ROW("WMI-REG-017.level")
        CHECK_HR(SAYS("Version = 2; ImpersonationLevel = 7;"),
                 WBEM_E_INVALID_PROVIDER_REGISTRATION);
    ROW("WMI-REG-017.tolerated")
        CHECK_HR(SAYS("Version = 1; ImpersonationLevel = 7;"), WBEM_S_NO_ERROR);
}

/* Under which account a provider of that hosting model (NULL: none is said) is loaded for a class;
 * else why it is not. */
static const char *account(struct conf *c, const char *model)
{
    static char text[64];
    HOST_ROUTER it;
    char mof[600], *at;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    snprintf(mof, sizeof(mof),
             HOST_PROVIDER("One", HOST_ONE, "%s%s%s")
                 HOST_REGISTERED("One", HOST_QUERY("__this isa 'P'"), ""),
             model ? "HostingModel = \"" : "", model ? model : "", model ? "\";" : "");
    host_router_compile(&it, mof);
    hr = host_router_get(&it, "P");
    (void)host_router_asked(&it);
    at = strstr(it.asked, "load(One ");
    if (at)
        at[strcspn(at, ")")] = '\0';
    snprintf(text, sizeof(text), "%s", at ? at + strlen("load(One ") : cim_status(hr));
    return text;
}

CONF_CASE(HOST_ROUTE_BV_06, .title = "Hosting models", .level = CONF_MUST,
          .reqs = REQS("WMI-REG-018", "WMI-REG-019"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Register a class provider with each hosting model, with a group, with an "
                   "unknown one, as decoupled; put the decoupled one without classes")
{
    static const char *const models[][2] = {
        {"SelfHost", "self"},
        {"LocalSystemHost", "LocalSystem"},
        {"LocalSystemHostOrSelfHost", "LocalSystem"},
        {"NetworkServiceHost", "NetworkService"},
        {"NetworkServiceHostOrSelfHost", "NetworkService"},
        {"LocalServiceHost", "LocalService"},
    };
    const char *const refused = "WBEM_E_INVALID_PROVIDER_REGISTRATION";
    HOST_ROUTER it;

    ROW("WMI-REG-018.account") {
        for (size_t i = 0; i < ARRAY_SIZE(models); i++)
            CHECK(conf_same_text(c, account(c, models[i][0]), models[i][1]));
    }
    ROW("WMI-REG-018.absent")
        CHECK(conf_same_text(c, account(c, NULL), "NetworkService"));
    ROW("WMI-REG-018.group")
        CHECK(conf_same_text(c, account(c, "LocalServiceHost:mine"), "LocalService"));
    ROW("WMI-REG-018.unknown")
        CHECK(conf_same_text(c, account(c, "SomeHost"), refused));
    ROW("WMI-REG-019.classes")
        CHECK(conf_same_text(c, account(c, "Decoupled:Com"), refused));
    host_router_begin(c, &it, 0);
    ROW("WMI-REG-019.others")
        CHECK_HR(host_router_put(
                     &it, HOST_PROVIDER("One", HOST_ONE, "HostingModel = \"Decoupled:Com\";")),
                 WBEM_S_NO_ERROR);
}

/* One instance of a class provider's registration for P, with those properties more. */
static HRESULT put_registration(struct host_router *it, const char *properties)
{
    char mof[600];

    snprintf(mof, sizeof(mof),
             "instance of __ClassProviderRegistration { provider = "
             "\"__Win32Provider.Name='One'\"; %s };",
             properties);
    return host_router_put(it, mof);
}

CONF_CASE(
    HOST_ROUTE_BV_07, .title = "Registrations that are none", .level = CONF_MUST,
    .reqs = REQS("WMI-REG-003", "WMI-REG-005", "WMI-REG-008"), .ics = "ANY", .needs = CONF_HOST,
    .steps = "Get a class of a registration whose provider is not there; put registrations "
             "without SupportsEnumeration, with FALSE and with TRUE, with each kind of query and "
             "with OR")
{
    HOST_ROUTER it;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, HOST_REGISTERED("One", HOST_QUERY("__this isa 'P'"), ""));
    hr = host_router_get(&it, "P");
    ROW("WMI-REG-003.code")
        CHECK_ANSWER(hr == WBEM_E_PROVIDER_NOT_FOUND || hr == WBEM_E_INVALID_PROVIDER_REGISTRATION,
                     hr, "WBEM_E_PROVIDER_NOT_FOUND or WBEM_E_INVALID_PROVIDER_REGISTRATION");
    ROW("WMI-REG-003.load")
        CHECK(!host_router_was_asked(&it, "load("));
    host_router_compile(&it, HOST_PROVIDER("One", HOST_ONE, ""));
    ROW("WMI-REG-005.false") {
        CHECK_FAILS(put_registration(&it, P_QUERY));
        CHECK_FAILS(put_registration(&it, "SupportsEnumeration = FALSE; " P_QUERY));
    }
    ROW("WMI-REG-005.true")
        CHECK_HR(put_registration(&it, "SupportsEnumeration = TRUE; " P_QUERY), WBEM_S_NO_ERROR);
    ROW("WMI-REG-008.forms") {
        CHECK_HR(put_registration(&it,
                                  "SupportsEnumeration = TRUE; ResultSetQueries = "
                                  "{" HOST_QUERY("__Class = 'P'") "," HOST_QUERY(
                                      "__Dynasty = 'P'") "," HOST_QUERY("__this isa 'P'") "};"),
                 WBEM_S_NO_ERROR);
    }
    ROW("WMI-REG-008.or")
        CHECK_HR(put_registration(&it, "SupportsEnumeration = TRUE; ResultSetQueries = "
                                       "{" HOST_QUERY("__Class = 'P' or __Class = 'Q'") "};"),
                 WBEM_E_INVALID_QUERY);
}

CONF_CASE(HOST_ROUTE_BV_10, .title = "What a provider does not support", .level = CONF_MUST,
          .reqs = REQS("WMI-REG-006"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A provider whose class is got supports neither PutClass nor DeleteClass; put "
                   "its class and delete it. Then one that does not support GetObject")
{
    HOST_ROUTER it;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, ONE_HAS(HOST_QUERY("__this isa 'P'"), ""));
    (void)put_registration(&it, "SupportsGet = TRUE; SupportsPut = FALSE; SupportsDelete = FALSE; "
                                "SupportsEnumeration = TRUE; " P_QUERY);
    hr = host_router_put(&it, "class P { string More; };");
    ROW("WMI-REG-006.put") {
        CHECK_HR(hr, WBEM_E_PROVIDER_NOT_CAPABLE);
        CHECK(!host_router_was_asked(&it, "put(1"));
    }
    hr = wbem_local_backend.drop(&it.local, &(struct wbem_call){.namespace = "root\\default"},
                                 WBEM_GENUS_CLASS, "P");
    ROW("WMI-REG-006.delete") {
        CHECK_HR(hr, WBEM_E_PROVIDER_NOT_CAPABLE);
        CHECK(!host_router_was_asked(&it, "delete(1"));
    }
    (void)put_registration(&it, "SupportsGet = FALSE; SupportsEnumeration = TRUE; " P_QUERY);
    hr = host_router_get(&it, "P");
    ROW("WMI-REG-006.get") {
        CHECK_HR(hr, WBEM_E_PROVIDER_NOT_CAPABLE);
        CHECK(!host_router_was_asked(&it, "get(1"));
    }
}

/* ---- what comes of answers */
CONF_CASE(HOST_ROUTE_BV_08, .title = "Who is asked to make a class", .level = CONF_MUST,
          .reqs = REQS("WMI-SVC-022"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Two providers for N: put N while the first says that it is not capable, and "
                   "while it fails")
{
    HOST_ROUTER it;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, ONE_HAS(HOST_QUERY("__this isa 'N'"), "")
                                 TWO_HAS(HOST_QUERY("__this isa 'N'"), ""));
    it.one->put = WBEM_E_PROVIDER_NOT_CAPABLE;
    hr = host_router_put(&it, "class N {};");
    ROW("WMI-SVC-022.next") {
        CHECK_HR(hr, WBEM_S_NO_ERROR);
        CHECK(host_router_was_asked(&it, "put(2 N)"));
    }
    it.one->put = WBEM_E_FAILED;
    hr = host_router_put(&it, "class N {};");
    ROW("WMI-SVC-022.ends") {
        CHECK_FAILS(hr);
        CHECK(!host_router_was_asked(&it, "put(2 N)"));
    }
}

CONF_CASE(HOST_ROUTE_BV_09, .title = "What clients are told of a provider that fails",
          .level = CONF_MUST, .reqs = REQS("WMI-CLI-003", "WMI-CLI-004", "WMI-INIT-003"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "Get a class of a provider whose library is not there, whose Initialize reports "
                   "failure, that fails; then without a fault. Enumerate with one that fails among "
                   "two")
{
    HOST_ROUTER it;
    HRESULT hr;

    host_router_begin(c, &it, 0);
    host_router_compile(&it, BOTH);
    it.one->not_there = true;
    ROW("WMI-CLI-003.load")
        CHECK_HR(host_router_get(&it, "P"), WBEM_E_PROVIDER_LOAD_FAILURE);
    it.one->not_there = false;
    it.one->initialized = WBEM_E_FAILED;
    ROW("WMI-CLI-003.init")
        CHECK_HR(host_router_get(&it, "P"), WBEM_E_INITIALIZATION_FAILURE);
    ROW("WMI-INIT-003.released")
        CHECK_EQ(it.one->refs, 0);
    it.one->initialized = WBEM_S_INITIALIZED;
    ROW("WMI-INIT-003.again")
        CHECK_HR(host_router_get(&it, "P"), WBEM_S_NO_ERROR);
    it.one->got = WBEM_E_FAILED;
    ROW("WMI-CLI-003.run")
        CHECK_HR(host_router_get(&it, "P"), WBEM_E_PROVIDER_FAILURE);
    it.one->enumerated = WBEM_E_FAILED;
    (void)host_router_below(&it, "", &hr);
    ROW("WMI-CLI-004.others")
        CHECK(strstr(it.names, "Q Q_1 "));
    ROW("WMI-CLI-004.partial")
        CHECK_HR(hr, WBEM_S_PARTIAL_RESULTS);
}
