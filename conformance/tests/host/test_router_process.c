/* Providers that the router loads into processes: by their class, by their hosting models, and
 * again when one has ended. */
#include "conformance/host/router/router_process.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/built.h"
#include "conformance/tests/host/wbem_fixture.h"

#define RUDE "{5C9E27A4-6C9B-4E0B-8A53-0E3C6B1F4D77}"
#define NOBODY "{5C9E27A5-6C9B-4E0B-8A53-0E3C6B1F4D77}"
#define PROVIDER(name, clsid, model)                                                               \
    "instance of __Win32Provider { Name = \"" name "\"; CLSID = \"" clsid "\"; HostingModel = "    \
    "\"" model "\"; };\n"
#define REGISTERED(name, class)                                                                    \
    "instance of __ClassProviderRegistration { provider = \"__Win32Provider.Name='" name "'\";"    \
    "SupportsGet = TRUE; SupportsEnumeration = TRUE; ResultSetQueries = "                          \
    "{\"select * from meta_class where __CLASS = '" class "'\"}; };\n"

static const struct wbem_call call = {.namespace = "root\\default"};
static struct wbem_local local, plain;
static struct router *router;
static struct router_processes *processes;
static struct world *world;

static void setup(void)
{
    static char program[PATH_MAX], library[PATH_MAX];
    static const char *libraries[] = {library, NULL};
    const struct router_processes_options options = {
        .hosting = {.program = program, .backend = &wbem_local_backend, .backend_self = &plain},
        .libraries = libraries};
    struct router_options routes = {.activator = &router_process_activator};

    wbem_setup();
    built("wmihost", program);
    built("rude.so", library);
    plain = (struct wbem_local){.repo = wbem_repo};
    processes = router_processes_new(&options);
    world = world_new();
    routes.repo = wbem_repo;
    routes.activator_self = processes;
    routes.world = world;
    cr_assert_eq(router_new(&routes, &router), 0);
    local = (struct wbem_local){wbem_repo, &router_source, router};
}

static void teardown(void)
{
    router_free(router);
    router_processes_free(processes);
    world_free(world);
    wbem_teardown();
}

TestSuite(router_process, .init = setup, .fini = teardown, .timeout = 60);

static void compile(const char *mof)
{
    const struct mof_options options = {.namespace = NULL};
    struct mof_fault fault;

    cr_assert_eq(mof_compile(wbem_repo, "x", mof, strlen(mof), &options, &fault), 0, "%s",
                 fault.text);
}

static HRESULT get(const char *class)
{
    struct cim_object *object = NULL;
    HRESULT hr = wbem_local_backend.get(&local, &call, class, &object);

    cim_object_unref(object);
    return hr;
}

Test(router_process, a_class_is_found_by_who_registers_it)
{
    setenv("RUDE", "", 1);
    compile(PROVIDER("Rude", RUDE, "NetworkServiceHost") REGISTERED("Rude", "Rude_Thing"));
    cr_expect_eq(router_processes_count(processes), 0);
    cr_expect_eq(get("rude_thing"), 0, "%s", router_processes_said(processes));
    cr_expect_eq(router_processes_count(processes), 1);
}

Test(router_process, what_no_library_registers_is_told)
{
    compile(PROVIDER("Rude", NOBODY, "NetworkServiceHost") REGISTERED("Rude", "Rude_Thing"));
    cr_expect_eq(get("Rude_Thing"), WBEM_E_PROVIDER_LOAD_FAILURE);
    cr_expect_str_eq(router_processes_said(processes), NOBODY ": no library registers it");
    cr_expect_eq(router_processes_count(processes), 0);
}

/* Two providers of one class, each asked for another name. */
static size_t shared(const char *mof)
{
    setenv("RUDE", "", 1);
    compile(mof);
    cr_expect_eq(get("Rude_Thing"), 0);
    cr_expect_eq(get("Other_Thing"), WBEM_E_NOT_FOUND);
    return router_processes_count(processes);
}

Test(router_process, those_of_one_model_and_group_share_one)
{
    cr_expect_eq(shared(PROVIDER("One", RUDE, "LocalServiceHost:a") REGISTERED("One", "Rude_Thing")
                            PROVIDER("Two", RUDE, "LocalServiceHost:a")
                                REGISTERED("Two", "Other_Thing")),
                 1);
}

Test(router_process, other_groups_have_others)
{
    cr_expect_eq(shared(PROVIDER("One", RUDE, "LocalServiceHost:a") REGISTERED("One", "Rude_Thing")
                            PROVIDER("Two", RUDE, "LocalServiceHost:b")
                                REGISTERED("Two", "Other_Thing")),
                 2);
}

Test(router_process, who_hosts_itself_has_its_own)
{
    cr_expect_eq(shared(PROVIDER("One", RUDE, "SelfHost") REGISTERED("One", "Rude_Thing")
                            PROVIDER("Two", RUDE, "SelfHost") REGISTERED("Two", "Other_Thing")),
                 2);
}

Test(router_process, it_ends_with_the_last_that_was_idle)
{
    setenv("RUDE", "", 1);
    compile(PROVIDER("Rude", RUDE, "NetworkServiceHost") REGISTERED("Rude", "Rude_Thing"));
    cr_expect_eq(get("Rude_Thing"), 0);
    cr_assert(world_advance(world, 10 * 60 * 1000)); /* twice what ClearAfter is by itself */
    cr_expect_eq(router_processes_count(processes), 0);
    cr_expect_eq(get("Rude_Thing"), 0);
}

Test(router_process, a_crash_is_an_error_and_the_next_request_loads_again)
{
    setenv("RUDE", "get-crash", 1);
    compile(PROVIDER("Rude", RUDE, "NetworkServiceHost") REGISTERED("Rude", "Rude_Thing"));
    cr_expect_eq(get("Rude_Thing"), WBEM_E_PROVIDER_FAILURE);
    cr_expect_not_null(strstr(router_processes_said(processes), "SIGSEGV"));
    cr_expect_eq(router_processes_count(processes), 0);
    setenv("RUDE", "", 1);
    cr_expect_eq(get("Rude_Thing"), 0);
}
