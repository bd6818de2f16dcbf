/* When class providers are loaded, let go of, and replaced ("Initializing a Provider", "Unloading a
 * Provider", "Updating a Provider"). */
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/suites/host/host_router.h"
#include "conformance/suites/host/host_wmi.h"

enum { MINUTE = 60000 };

#define ONE(clsid, more)                                                                           \
    HOST_PROVIDER("One", clsid, more) HOST_REGISTERED("One", HOST_QUERY("__this isa 'P'"), "")

/* ClearAfter is ten minutes. */
static void begin(struct conf *c, struct host_router *it, const char *mof)
{
    static const char control[] =
        "#pragma namespace(\"root\")\n"
        "instance of __ObjectProviderCacheControl { ClearAfter = \"00000000001000.000000:000\"; };";

    host_router_begin(c, it, 0);
    host_router_compile(it, control);
    host_router_compile(it, mof);
}

static void pass(struct host_router *it, unsigned minutes)
{
    if (!world_advance(it->world, (uint64_t)minutes * MINUTE))
        conf_setup_failed(it->c, "time does not pass");
}

CONF_CASE(HOST_LOAD_BV_01, .title = "A provider is loaded when it is needed, and initialized first",
          .level = CONF_MUST, .reqs = REQS("WMI-INIT-001", "WMI-INIT-002"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Register two providers, of which one says only when it has its turn that it is "
                   "ready; get a class that is stored, then one of its own")
{
    HOST_ROUTER it;
    const char *first;

    begin(c, &it,
          ONE(HOST_ONE, "") HOST_PROVIDER("Two", HOST_TWO, "")
              HOST_REGISTERED("Two", HOST_QUERY("__CLASS = 'Q'"), "") "class S {};");
    it.one->waits = true;
    (void)host_router_get(&it, "S");
    ROW("WMI-INIT-001.lazy")
        CHECK(conf_same_text(c, host_router_asked(&it), ""));
    (void)host_router_get(&it, "P");
    (void)host_router_get(&it, "P");
    (void)host_router_asked(&it);
    ROW("WMI-INIT-001.first")
        CHECK(strncmp(it.asked, "load(One NetworkService) Initialize(1 ", 38) == 0);
    first = strstr(it.asked, "Initialize(1");
    ROW("WMI-INIT-001.once")
        CHECK(first && !strstr(first + 1, "Initialize(1"));
    ROW("WMI-INIT-002")
        CHECK(strstr(it.asked, "ready(1) services(1) "));
}

CONF_CASE(HOST_LOAD_BV_02, .title = "How an initialization ends", .level = CONF_MUST,
          .reqs = REQS("WMI-INIT-004", "WMI-INIT-005", "WMI-INIT-006"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Initialize returns a failure and says nothing; succeeds and says nothing; says "
                   "1, WBEM_S_INITIALIZED, WBEM_E_FAILED")
{
    HOST_ROUTER it;

    host_router_begin(c, &it, 1);
    host_router_compile(&it, ONE(HOST_ONE, ""));
    it.one->returned = WBEM_E_FAILED;
    ROW("WMI-INIT-004")
        CHECK_HR(host_router_get(&it, "P"), WBEM_E_INITIALIZATION_FAILURE);
    it.one->returned = WBEM_S_NO_ERROR;
    it.one->never = true;
    ROW("WMI-INIT-005")
        CHECK_HR(host_router_get(&it, "P"), WBEM_E_PROVIDER_TIMED_OUT);
    it.one->never = false;
    it.one->says_more = true;
    ROW("WMI-INIT-006.first")
        CHECK_HR(host_router_get(&it, "P"), WBEM_S_NO_ERROR);
}

CONF_CASE(HOST_UNLOAD_BV_06, .title = "ClearAfter is an interval", .level = CONF_MUST,
          .reqs = REQS("WMI-UNL-002"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Put ClearAfter as an interval, and as a time")
{
    HOST_ROUTER it;

    host_router_begin(c, &it, 0);
#define CLEAR_AFTER(text) "instance of __ObjectProviderCacheControl { ClearAfter = \"" text "\"; };"
    ROW("WMI-UNL-002.good")
        CHECK_HR(host_router_put(&it, CLEAR_AFTER("00000000000200.000000:000")), WBEM_S_NO_ERROR);
    ROW("WMI-UNL-002.time")
        CHECK_FAILS(host_router_put(&it, CLEAR_AFTER("20261201000200.000000+000")));
}

CONF_CASE(HOST_UNLOAD_BV_01, .title = "An idle provider is let go of, and loaded again",
          .level = CONF_MUST, .reqs = REQS("WMI-UNL-001", "WMI-UNL-005"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "ClearAfter is ten minutes and UnloadTimeout one second; get a class, look at "
                   "0.9 and at 2 times ClearAfter; get it again")
{
    HOST_ROUTER it;

    begin(c, &it, ONE(HOST_ONE, "UnloadTimeout = \"00000000000001.000000:000\";"));
    (void)host_router_get(&it, "P");
    pass(&it, 9);
    ROW("WMI-UNL-001.stays")
        CHECK(!host_router_was_asked(&it, "leave(1)"));
    pass(&it, 11);
    ROW("WMI-UNL-001.goes") {
        CHECK(host_router_was_asked(&it, "leave(1)"));
        CHECK_EQ(it.one->refs, 0);
    }
    ROW("WMI-UNL-005.answers")
        CHECK_HR(host_router_get(&it, "P"), WBEM_S_NO_ERROR);
    ROW("WMI-UNL-005.initialized")
        CHECK(host_router_was_asked(&it, "Initialize(1"));
}

CONF_CASE(HOST_UNLOAD_BV_02, .title = "UnloadTimeout is kept without effect", .level = CONF_MUST,
          .reqs = REQS("WMI-UNL-001"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "ClearAfter is ten minutes and UnloadTimeout a day; get a class, look at 2 "
                   "times ClearAfter")
{
    HOST_ROUTER it;

    begin(c, &it, ONE(HOST_ONE, "UnloadTimeout = \"00000001000000.000000:000\";"));
    (void)host_router_get(&it, "P");
    pass(&it, 20);
    ROW("WMI-UNL-001.timeout")
        CHECK(host_router_was_asked(&it, "leave(1)"));
}

CONF_CASE(HOST_UNLOAD_BV_03, .title = "What is pure may go, what is not stays", .level = CONF_MUST,
          .reqs = REQS("WMI-UNL-004"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Pure is TRUE, Pure is FALSE: get a class, then three times ClearAfter")
{
    HOST_ROUTER it;

    begin(c, &it,
          ONE(HOST_ONE, "Pure = TRUE;") HOST_PROVIDER("Two", HOST_TWO, "Pure = FALSE;")
              HOST_REGISTERED("Two", HOST_QUERY("__this isa 'Q'"), ""));
    (void)host_router_get(&it, "P");
    (void)host_router_get(&it, "Q");
    pass(&it, 30);
    ROW("WMI-UNL-004.pure")
        CHECK_EQ(it.one->places, 0);
    ROW("WMI-UNL-004.impure")
        CHECK(it.two->places > 0);
}

/* ---- while a call is in it */
struct held {
    IWbemServices *services;
    struct host_sink sink;
};

/* An enumeration below the stored P, of which the first class has come. */
static void hold(struct host_router *it, struct held *held)
{
    WCHAR name[] = u"P";

    it->one->classes = "P_0:P P_1:P ";
    it->one->holds = true;
    host_router_compile(it, "class P { string Stored; };\n");
    host_sink_begin(&held->sink);
    if (FAILED(wbem_connect(&wbem_local_backend, &it->local, "root\\default", NULL, NULL,
                            &held->services)) ||
        FAILED(IWbemServices_CreateClassEnumAsync(held->services, name, 0, NULL, &held->sink.face)))
        conf_setup_failed(it->c, "the enumeration does not begin");
    class_recorder_await(it->one);
}

static void let(struct host_router *it, struct held *held)
{
    class_recorder_let(it->one);
    host_sink_await(&held->sink);
    if (held->sink.kept)
        IWbemClassObject_Release(held->sink.kept);
    IWbemServices_Release(held->services);
}

CONF_CASE(HOST_UNLOAD_BV_04, .title = "A call in progress keeps its provider", .level = CONF_MUST,
          .reqs = REQS("WMI-UNL-003"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "An enumeration that lasts three times ClearAfter")
{
    HOST_ROUTER it;
    struct held held;

    begin(c, &it, ONE(HOST_ONE, ""));
    hold(&it, &held);
    pass(&it, 30);
    ROW("WMI-UNL-003.kept")
        CHECK(!host_router_was_asked(&it, "leave(1)"));
    let(&it, &held);
    ROW("WMI-UNL-003.ends") {
        CHECK_HR(held.sink.status, WBEM_S_NO_ERROR);
        CHECK_EQ(held.sink.indicated, 2);
    }
}

CONF_CASE(HOST_UNLOAD_BV_05, .title = "A provider is updated in place", .level = CONF_MUST,
          .reqs = REQS("WMI-UPD-001", "WMI-UPD-002"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "While an enumeration is in a provider its MOF is compiled with another CLSID; "
                   "get a class; the enumeration goes on to its end")
{
    HOST_ROUTER it;
    struct held held;

    begin(c, &it, ONE(HOST_ONE, ""));
    it.two->classes = "P_1:P ";
    hold(&it, &held);
    host_router_compile(&it, HOST_PROVIDER("One", HOST_TWO, ""));
    ROW("WMI-UPD-001.new")
        CHECK(conf_same_text(c, host_router_whose(&it, "P_1"), "2"));
    ROW("WMI-UPD-002.drains")
        CHECK(!host_router_was_asked(&it, "leave(1)"));
    let(&it, &held);
    ROW("WMI-UPD-001.calls") {
        CHECK_HR(held.sink.status, WBEM_S_NO_ERROR);
        CHECK_EQ(held.sink.indicated, 2);
    }
    ROW("WMI-UPD-002.released")
        CHECK_EQ(it.one->places, 0);
}
