/* Several class providers of one namespace: who is asked for what, and what comes of their answers
 * together; when they are loaded, and when they are let go of. */
#include "conformance/host/router/router.h"

#include <stdio.h>

#include "conformance/host/principal/principal.h"
#include "conformance/host/recorder/class_recorder.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/wbem_sink.h"

#define ONE "{00000001-0001-0002-0304-05060708090A}"
#define TWO "{00000002-0001-0002-0304-05060708090A}"
#define QUERY(text) "\"select * from meta_class where " text "\""
/* Of that name, with those queries and whatever more there is to say. */
#define PROVIDER(name, clsid, more)                                                                \
    "instance of __Win32Provider { Name = \"" name "\"; CLSID = \"" clsid "\"; " more " };\n"
#define REGISTERED(name, queries, more)                                                            \
    "instance of __ClassProviderRegistration { provider = \"__Win32Provider.Name='" name "'\";"    \
    "SupportsGet = TRUE; SupportsPut = TRUE; SupportsDelete = TRUE; SupportsEnumeration = TRUE;"   \
    "ResultSetQueries = {" queries "}; " more " };\n"
#define BOTH                                                                                       \
    PROVIDER("One", ONE, "")                                                                       \
    REGISTERED("One", QUERY("__this isa 'P'"), "")                                                 \
    PROVIDER("Two", TWO, "") REGISTERED("Two", QUERY("__this isa 'Q'"), "")

static struct class_recorders all;
static struct class_recorder *one, *two;
static struct world *world;
static struct router *router;
static struct wbem_local local;
static const struct wbem_call call = {.namespace = "root\\default"};

static HRESULT compile_in(const char *namespace, const char *mof)
{
    const struct mof_options options = {.namespace = namespace};
    struct mof_fault fault;

    return mof_compile(wbem_repo, "x", mof, strlen(mof), &options, &fault);
}

static void compile(const char *mof)
{
    cr_assert_eq(compile_in(NULL, mof), 0, "%s", mof);
}

static void setup(void)
{
    struct router_options options = {.activator = &class_recorder_activator,
                                     .activator_self = &all};

    wbem_setup();
    class_recorders_begin(&all);
    one = class_recorder_add(&all, ONE, "P P_1:P ");
    two = class_recorder_add(&all, TWO, "Q Q_1:Q ");
    one->by = "1";
    two->by = "2";
    world = world_new();
    options.repo = wbem_repo;
    options.world = world;
    cr_assert_eq(router_new(&options, &router), 0);
    local = (struct wbem_local){wbem_repo, &router_source, router};
}

static void teardown(void)
{
    router_free(router);
    cr_expect_eq(one->refs, 0);
    cr_expect_eq(two->refs, 0);
    world_free(world);
    class_recorders_end(&all);
    wbem_teardown();
}

TestSuite(router, .init = setup, .fini = teardown, .timeout = 60);

static const char *asked(void)
{
    static char text[CLASS_RECORDER_ROOM];

    return class_recorders_take(&all, text, sizeof(text));
}

/* Whose it is; "": it is stored; NULL: it is not there. */
static const char *whose(const char *class, HRESULT *ret_hr)
{
    static char by[64];
    struct cim_object *object = NULL;
    const struct cim_property *property;

    *ret_hr = wbem_local_backend.get(&local, &call, class, &object);
    if (FAILED(*ret_hr))
        return NULL;
    property = cim_property(object, "By");
    snprintf(by, sizeof(by), "%s", property ? property->value.one.s : "");
    cim_object_unref(object);
    return by;
}

static HRESULT got(const char *class)
{
    HRESULT hr;

    (void)whose(class, &hr);
    return hr;
}

static HRESULT name_of(void *self, struct cim_object *object)
{
    if (object->class_name[0] != '_')
        strcat(strcat(self, object->class_name), " ");
    return WBEM_S_NO_ERROR;
}

static const char *below(const char *super, LONG flags, HRESULT *ret_hr)
{
    static char names[300];
    struct wbem_call with = call;

    names[0] = '\0';
    with.flags = flags;
    *ret_hr = wbem_local_backend.find(&local, &with, WBEM_CLASSES, super, name_of, names);
    return names;
}

/* As a client does it. */
static HRESULT put(const char *mof, const char *user)
{
    struct wbem_call by = call;
    struct cim_object *object = NULL;
    struct mof_fault fault;
    char *path = NULL;
    HRESULT hr = mof_object(wbem_repo, "root\\default", mof, &object, &fault);

    by.user = user;
    cr_assert_eq(hr, 0, "%s", fault.text);
    hr = wbem_local_backend.put(&local, &by, object, &path);
    cim_object_unref(object);
    free(path);
    return hr;
}

/* ---- who is asked */
Test(router, each_class_is_its_providers)
{
    HRESULT hr;

    compile(BOTH);
    cr_expect_str_eq(asked(), "");
    cr_expect_str_eq(whose("Q", &hr), "2");
    cr_expect_str_eq(
        asked(),
        "load(One NetworkService) Initialize(1 root\\default) ready(1) services(1) get(1 Q) "
        "load(Two NetworkService) Initialize(2 root\\default) ready(2) services(2) get(2 Q) ");
    cr_expect_str_eq(whose("p_1", &hr), "1");
    cr_expect_str_eq(asked(), "get(1 p_1) ");
    cr_expect_eq(got("Nobody"), WBEM_E_NOT_FOUND);
}

Test(router, what_is_stored_is_nobodys)
{
    HRESULT hr;

    compile(BOTH "class P { string Stored; };\n");
    cr_expect_str_eq(whose("P", &hr), "");
    cr_expect_str_eq(asked(), "");
}

Test(router, a_name_alone_tells_who_is_not_asked)
{
    HRESULT hr;

    compile(PROVIDER("One", ONE, "") REGISTERED("One", QUERY("__CLASS = 'P'"), "")
                PROVIDER("Two", TWO, "") REGISTERED("Two", QUERY("__DYNASTY = 'Q'"), ""));
    cr_expect_str_eq(whose("P", &hr), "1");
    asked();
    cr_expect_eq(got("P_1"), WBEM_E_NOT_FOUND);
    cr_expect_null(strstr(asked(), "get(1"));
    cr_expect_eq(got("Q"), WBEM_E_NOT_FOUND); /* of a dynasty its root is somebody else's */
    cr_expect_str_eq(asked(), "");
    cr_expect_str_eq(whose("Q_1", &hr), "2");
}

Test(router, what_is_unsupported_is_somebody_elses)
{
    HRESULT hr;

    two->classes = "P_1:P ";
    compile(PROVIDER("One", ONE, "") REGISTERED(
        "One", QUERY("__this isa 'P'"), "UnsupportedQueries = {" QUERY("__this isa 'P_1'") "};")
                PROVIDER("Two", TWO, "") REGISTERED("Two", QUERY("__CLASS = 'P_1'"), ""));
    cr_expect_str_eq(whose("P_1", &hr), "2");
    cr_expect_null(strstr(asked(), "(1"));
    cr_expect_str_eq(below("P", 0, &hr), "P_1 ");
    cr_expect_str_eq(whose("P", &hr), "1");
}

Test(router, what_an_unsupported_query_finds_above_is_not_taken)
{
    one->classes = "P P_1:P X:P_1 ";
    compile(PROVIDER("One", ONE, "")
                REGISTERED("One", QUERY("__this isa 'P'"),
                           "UnsupportedQueries = {" QUERY("__SUPERCLASS = 'P_1'") "};"));
    cr_expect_eq(got("X"), WBEM_E_NOT_FOUND);
    cr_expect_eq(got("P_1"), WBEM_S_NO_ERROR);
}

/* ---- answers together */
Test(router, an_enumeration_has_all_of_them)
{
    HRESULT hr;

    compile(BOTH);
    cr_expect_str_eq(below("", 0, &hr), "A Other B P P_1 Q Q_1 ");
    cr_expect_eq(hr, 0);
    cr_expect_str_eq(below("", WBEM_FLAG_SHALLOW, &hr), "A Other P Q ");
    cr_expect_str_eq(below("Q", 0, &hr), "Q_1 ");
    cr_expect_str_eq(below("P_1", 0, &hr), "");
    cr_expect_eq(hr, 0);
}

Test(router, one_that_fails_leaves_the_others_classes)
{
    HRESULT hr;

    compile(BOTH);
    one->enumerated = WBEM_E_FAILED;
    cr_expect_str_eq(below("", 0, &hr), "A Other B P P_1 Q Q_1 ");
    cr_expect_eq(hr, WBEM_S_PARTIAL_RESULTS);
    one->not_there = two->not_there = true;
    compile(PROVIDER("One", "{00000009-0001-0002-0304-05060708090A}", ""));
    cr_expect_str_eq(below("", WBEM_FLAG_SHALLOW, &hr), "A Other Q ");
    cr_expect_eq(hr, WBEM_S_PARTIAL_RESULTS);
}

Test(router, who_might_have_it_and_fails_is_told)
{
    HRESULT hr;

    compile(BOTH);
    two->got = WBEM_E_FAILED;
    cr_expect_eq(got("Q"), WBEM_E_PROVIDER_FAILURE);
    cr_expect_str_eq(whose("P", &hr), "1");
}

/* ---- changes */
Test(router, not_capable_goes_on_and_failed_ends)
{
    HRESULT hr;

    compile(PROVIDER("One", ONE, "") REGISTERED("One", QUERY("__this isa 'N'"), "")
                PROVIDER("Two", TWO, "") REGISTERED("Two", QUERY("__this isa 'N'"), ""));
    one->put = WBEM_E_PROVIDER_NOT_CAPABLE;
    cr_expect_eq(put("class N {};", NULL), 0);
    cr_expect(strstr(asked(), "put(2 N)") && got("N") == WBEM_E_NOT_FOUND);
    one->put = WBEM_E_FAILED;
    asked();
    cr_expect_eq(put("class N {};", NULL), WBEM_E_PROVIDER_FAILURE);
    cr_expect_str_eq(asked(), "put(1 N) ");
    one->put = two->put = WBEM_E_PROVIDER_NOT_CAPABLE;
    cr_expect_eq(put("class N {};", NULL), 0);
    cr_expect_str_eq(whose("N", &hr), ""); /* stored, as nobody has it */
}

Test(router, a_deletion_goes_to_who_has_the_class)
{
    compile(BOTH);
    cr_expect_eq(wbem_local_backend.drop(&local, &call, WBEM_GENUS_CLASS, "Q_1"), 0);
    cr_expect(strstr(asked(), "delete(2 Q_1)"));
    two->put = WBEM_E_PROVIDER_NOT_CAPABLE;
    cr_expect_eq(wbem_local_backend.drop(&local, &call, WBEM_GENUS_CLASS, "Q_1"),
                 WBEM_E_PROVIDER_NOT_CAPABLE);
    cr_expect_eq(wbem_local_backend.drop(&local, &call, WBEM_GENUS_CLASS, "Nobody"),
                 WBEM_E_NOT_FOUND);
}

Test(router, what_a_provider_has_and_cannot_change_is_not_stored)
{
    compile(BOTH);
    one->put = WBEM_E_PROVIDER_NOT_CAPABLE;
    cr_expect_eq(put("class P { string More; };", NULL), WBEM_E_PROVIDER_NOT_CAPABLE);
    compile("class P { string Stored; };");
    cr_expect_eq(put("class P { string Stored; string More; };", NULL), 0);
}

Test(router, what_is_not_supported_is_not_called)
{
    compile(PROVIDER("One", ONE, "")
                REGISTERED("One", QUERY("__this isa 'P'"),
                           "") "instance of __ClassProviderRegistration { provider = "
                               "\"__Win32Provider.Name='One'\"; SupportsEnumeration = TRUE; "
                               "ResultSetQueries = {" QUERY("__this isa 'P'") "}; };");
    cr_expect_eq(got("P"), WBEM_E_PROVIDER_NOT_CAPABLE);
    cr_expect_str_eq(asked(), "");
}

/* ---- registrations */
Test(router, one_that_is_disabled_is_not_loaded)
{
    HRESULT hr;

    compile(BOTH PROVIDER("One", ONE, "Enabled = FALSE;"));
    cr_expect_eq(got("P"), WBEM_E_PROVIDER_DISABLED);
    cr_expect_null(strstr(asked(), "load(One"));
    cr_expect_str_eq(whose("Q", &hr), "2");
    compile(PROVIDER("One", ONE, "Enabled = TRUE;"));
    cr_expect_str_eq(whose("P", &hr), "1");
}

Test(router, a_version_that_is_none_is_refused)
{
    compile(BOTH PROVIDER("One", ONE, "Version = 3;"));
    cr_expect_eq(got("P"), WBEM_E_INVALID_PROVIDER_REGISTRATION);
    compile(PROVIDER("One", ONE, "Version = 2; ImpersonationLevel = 7;"));
    cr_expect_eq(got("P"), WBEM_E_INVALID_PROVIDER_REGISTRATION);
    cr_expect_null(strstr(asked(), "load(One"));
    compile(PROVIDER("One", ONE, "Version = 2; ImpersonationLevel = 1;"));
    cr_expect_eq(got("P"), 0);
    compile(PROVIDER("One", ONE, "Version = 1; ImpersonationLevel = 7;"));
    cr_expect_eq(got("P"), 0);
}

Test(router, one_that_refers_to_none_is_told)
{
    compile(REGISTERED("One", QUERY("__this isa 'P'"), ""));
    cr_expect_eq(got("P"), WBEM_E_PROVIDER_NOT_FOUND);
    cr_expect_str_eq(asked(), "");
}

Test(router, registrations_are_judged_when_they_are_put)
{
    cr_expect_eq(put(PROVIDER("One", ONE, ""), "guest"), WBEM_E_ACCESS_DENIED);
    cr_expect_eq(put(PROVIDER("One", ONE, "Version = 3;"), NULL),
                 WBEM_E_INVALID_PROVIDER_REGISTRATION);
    cr_expect_eq(put(PROVIDER("One", ONE, "HostingModel = \"Decoupled:Com\";"), NULL), 0);
    cr_expect_eq(put(REGISTERED("One", QUERY("__this isa 'P'"), ""), NULL),
                 WBEM_E_INVALID_PROVIDER_REGISTRATION);
    cr_expect_eq(put(PROVIDER("One", ONE, "HostingModel = \"LocalSystemHost:mine\";"), NULL), 0);
    cr_expect_eq(put(REGISTERED("One", QUERY("__this isa 'P' or __this isa 'Q'"), ""), NULL),
                 WBEM_E_INVALID_QUERY);
    cr_expect_eq(put(REGISTERED("One", QUERY("__this isa 'P'"), ""), NULL), 0);
    cr_expect_eq(got("P"), 0);
    cr_expect(strstr(asked(), "load(One LocalSystem)"));
}

/* ---- up */
Test(router, one_that_does_not_come_up_is_tried_again)
{
    compile(BOTH);
    one->not_there = true;
    cr_expect_eq(got("P"), WBEM_E_PROVIDER_LOAD_FAILURE);
    one->not_there = false;
    one->initialized = WBEM_E_FAILED;
    cr_expect_eq(got("P"), WBEM_E_INITIALIZATION_FAILURE);
    cr_expect_eq(one->places, 0);
    one->initialized = WBEM_S_INITIALIZED;
    cr_expect_eq(got("P"), 0);
}

Test(router, a_return_value_is_no_readiness)
{
    compile(BOTH);
    one->waits = true;
    cr_expect_eq(got("P"), 0);
    cr_expect(strstr(asked(), "ready(1) services(1)"));
}

Test(router, what_the_init_sink_is_told_first_counts)
{
    compile(BOTH);
    one->says_more = true;
    cr_expect_eq(got("P"), 0);
}

Test(router, a_failure_that_is_returned_is_not_waited_behind)
{
    compile(BOTH);
    one->returned = WBEM_E_FAILED;
    cr_expect_eq(got("P"), WBEM_E_INITIALIZATION_FAILURE);
}

/* ---- and down */
Test(router, ClearAfter_is_an_interval_and_no_time)
{
    cr_expect_eq(put("instance of __ObjectProviderCacheControl "
                     "{ ClearAfter = \"00000000000200.000000:000\"; };",
                     NULL),
                 0);
    cr_expect_eq(put("instance of __ObjectProviderCacheControl "
                     "{ ClearAfter = \"20261201000200.000000+000\"; };",
                     NULL),
                 WBEM_E_INVALID_PARAMETER);
}

enum { MINUTE = 60000 };

Test(router, an_idle_one_goes_between_one_and_two_times_ClearAfter)
{
    cr_assert_eq(compile_in("root", "instance of __ObjectProviderCacheControl "
                                    "{ ClearAfter = \"00000000000200.000000:000\"; };"),
                 0);
    compile(BOTH PROVIDER("One", ONE, "UnloadTimeout = \"00000000000010.000000:000\";"));
    cr_expect_eq(got("P"), 0);
    cr_assert(world_advance(world, MINUTE));
    cr_expect_eq(got("P"), 0);
    asked();
    cr_assert(world_advance(world, 2 * MINUTE - 1));
    cr_expect_str_eq(asked(), "");
    cr_assert(world_advance(world, 2 * MINUTE));
    cr_expect_str_eq(asked(), "leave(1) ");
    cr_expect_eq(one->refs, 0);
    cr_expect_eq(got("P"), 0);
    cr_expect_str_eq(
        asked(),
        "load(One NetworkService) Initialize(1 root\\default) ready(1) services(1) get(1 P) ");
}

Test(router, one_that_is_not_pure_stays)
{
    compile(BOTH PROVIDER("One", ONE, "Pure = FALSE;"));
    cr_expect_eq(got("P"), 0);
    cr_assert(world_advance(world, 20 * MINUTE));
    cr_expect(strstr(asked(), "stay(1)"));
    cr_expect_eq(one->places, 1);
    cr_expect_eq(one->refs, 0);
}

static IWbemServices *services(void)
{
    IWbemServices *ret = NULL;

    cr_assert_eq(wbem_connect(&wbem_local_backend, &local, "root\\default", NULL, NULL, &ret), 0);
    return ret;
}

/* An enumeration that is held behind its first class. */
static void begin_held(IWbemServices *its, struct wbem_sink *sink)
{
    WCHAR name[] = u"P";

    one->holds = true;
    one->classes = "P_0:P P_1:P ";
    wbem_sink_init(sink);
    compile(BOTH "class P { string Stored; };\n");
    cr_assert_eq(IWbemServices_CreateClassEnumAsync(its, name, 0, NULL, &sink->face), 0);
    class_recorder_await(one);
    wbem_sink_await_indicated(sink, 1);
}

Test(router, a_call_in_progress_keeps_it)
{
    IWbemServices *its = services();
    struct wbem_sink sink;

    begin_held(its, &sink);
    cr_assert(world_advance(world, 15 * MINUTE));
    cr_expect_null(strstr(asked(), "leave(1)"));
    class_recorder_let(one);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "P_0 P_1 ");
    IWbemServices_Release(its);
}

Test(router, an_update_lets_the_calls_in_the_old_one_end)
{
    IWbemServices *its = services();
    struct wbem_sink sink;
    HRESULT hr;

    begin_held(its, &sink);
    two->classes = "P_1:P Q ";
    compile(PROVIDER("One", TWO, ""));
    cr_expect_str_eq(whose("P_1", &hr), "2");
    cr_expect_null(strstr(asked(), "leave(1)"));
    class_recorder_let(one);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "P_0 P_1 ");
    cr_expect_eq(one->places, 0);
    IWbemServices_Release(its);
}

Test(router, a_call_that_is_taken_back_is_taken_back_from_the_provider)
{
    IWbemServices *its = services();
    struct wbem_sink sink;

    begin_held(its, &sink);
    cr_expect_eq(IWbemServices_CancelAsyncCall(its, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_CALL_CANCELLED);
    cr_expect_not_null(strstr(asked(), "cancel(1"));
    class_recorder_let(one);
    cr_expect_str_eq(sink.names, "P_0 ");
    IWbemServices_Release(its);
}

/* ---- for whom */
#define FOR_CLIENTS "ImpersonationLevel = 1; PerUserInitialization = TRUE;"

Test(router, who_impersonates_is_called_for_whoever_asks)
{
    const struct principal user = {PRINCIPAL_USER, PRINCIPAL_IMPERSONATE, 1001};
    HRESULT hr;

    compile(PROVIDER("One", ONE, FOR_CLIENTS " InitializeAsAdminFirst = TRUE;")
                REGISTERED("One", QUERY("__this isa 'P'"), "")
                    PROVIDER("Two", TWO, "ImpersonationLevel = 1;")
                        REGISTERED("Two", QUERY("__this isa 'Q'"), ""));
    principal_act(&user);
    cr_expect_str_eq(whose("P", &hr), "1");
    cr_expect_str_eq(asked(), "load(One NetworkService) Initialize(1 root\\default) ready(1) "
                              "services(1) get(1 P) as(PAPKIT\\User1001) ");
    cr_expect_str_eq(whose("Q", &hr), "2");
    cr_expect_str_eq(asked(), "get(1 Q) as(PAPKIT\\User1001) load(Two NetworkService) "
                              "Initialize(2 root\\default) ready(2) services(2) get(2 Q) ");
    cr_expect(principal_acts() && principal_now().number == 1001);
    principal_act(NULL);
    cr_expect_str_eq(whose("P", &hr), "1");
    cr_expect_str_eq(asked(), "get(1 P) ");
    cr_expect(!principal_acts());
}

Test(router, who_initializes_in_the_name_of_a_client_is_one_from_the_beginning)
{
    const struct principal user = {PRINCIPAL_USER, PRINCIPAL_IMPERSONATE, 1001};
    HRESULT hr;

    compile(PROVIDER("One", ONE, FOR_CLIENTS) REGISTERED("One", QUERY("__this isa 'P'"), ""));
    principal_act(&user);
    cr_expect_str_eq(whose("P", &hr), "1");
    principal_act(NULL);
    cr_expect_str_eq(asked(), "load(One NetworkService) Initialize(1 root\\default) "
                              "as(PAPKIT\\User1001) ready(1) services(1) get(1 P) "
                              "as(PAPKIT\\User1001) ");
}

/* ---- one that cannot be asked */
Test(router, what_is_stored_is_listed_whoever_fails)
{
    HRESULT hr;

    compile("class S {}; class S_1 : S {};" BOTH);
    one->not_there = two->not_there = true;
    cr_expect_str_eq(below("S", 0, &hr), "S_1 ");
    cr_expect_eq(hr, WBEM_S_PARTIAL_RESULTS);
}

Test(router, a_provider_that_says_it_was_cancelled_ends_nobody_elses_answer)
{
    HRESULT hr;

    compile(PROVIDER("One", ONE, "") REGISTERED("One", QUERY("__this isa 'P'"), "")
                PROVIDER("Two", TWO, "") REGISTERED("Two", QUERY("__this isa 'P'"), ""));
    two->classes = "P ";
    one->got = WBEM_E_CALL_CANCELLED;
    cr_expect_str_eq(whose("P", &hr), "2");
}

Test(router, a_path_in_another_namespace_asks_the_providers_there)
{
    HRESULT hr;

    cr_assert_eq(compile_in("root\\cimv2", BOTH), 0);
    cr_expect_null(whose("P", &hr));
    cr_expect_str_eq(asked(), "");
    cr_expect_str_eq(whose("root\\cimv2:P", &hr), "1");
}

Test(router, what_is_no_provider_is_none_whatever_it_is_called)
{
    HRESULT hr;

    compile("class Evil { [key] string Name; uint32 HostingModel = 5; string CLSID; };"
            "instance of Evil { Name = \"One\"; CLSID = \"" ONE "\"; };"
            "instance of __ClassProviderRegistration { provider = \"Evil.Name='One'\";"
            "SupportsGet = TRUE; ResultSetQueries = {" QUERY("__this isa 'P'") "}; };");
    cr_expect_null(whose("P", &hr));
    cr_expect_eq(hr, WBEM_E_PROVIDER_NOT_FOUND);
    cr_expect_str_eq(asked(), "");
}
