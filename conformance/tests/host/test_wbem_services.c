/* IWbemServices over a repository: one object and many, waited for, polled and with a sink; what is
 * refused, and with which code. */
#include <criterion/criterion.h>

#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/wbem_sink.h"

static struct wbem_local local;
static IWbemServices *services;

static BSTR bstr(const char *text)
{
    BSTR wide = NULL;

    cr_assert_eq(wbem_bstr(text, &wide), 0);
    return wide;
}

static void setup(void)
{
    wbem_setup();
    local = (struct wbem_local){.repo = wbem_repo};
    cr_assert_eq(wbem_connect(&wbem_local_backend, &local, "root\\default", NULL, NULL, &services),
                 0);
}

static void teardown(void)
{
    cr_expect_eq(IWbemServices_Release(services), 0);
    wbem_teardown();
}

static HRESULT get(const char *path, LONG flags, IWbemClassObject **ret)
{
    BSTR text = path ? bstr(path) : NULL;
    HRESULT hr = IWbemServices_GetObject(services, text, flags, NULL, ret, NULL);

    SysFreeString(text);
    return hr;
}

Test(wbem_services, an_object_is_got_by_its_path, .init = setup, .fini = teardown)
{
    static const struct {
        const char *path;
        HRESULT hr;
    } all[] = {
        {"B", 0},
        {"b", 0},
        {"root\\default:B", 0},
        {"\\\\.\\root\\default:B", 0},
        {"//PAPKIT/root/default:A.N=1", 0},
        {"A=1", 0},
        {"A.N=2", 0}, /* an instance of B */
        {"B.N=1", WBEM_E_NOT_FOUND},
        {"Nobody", WBEM_E_NOT_FOUND},
        {"Nobody.N=1", WBEM_E_INVALID_CLASS},
        {"A.N=7", WBEM_E_NOT_FOUND},
        {"A.", WBEM_E_INVALID_OBJECT_PATH},
        {"root\\nowhere:A", WBEM_E_INVALID_NAMESPACE},
        {"\\\\elsewhere\\root:A", WBEM_E_TRANSPORT_FAILURE},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        IWbemClassObject *object = (IWbemClassObject *)&object;
        HRESULT hr = get(all[i].path, 0, &object);
        cr_expect_eq(hr, all[i].hr, "%s: %08x", all[i].path, (unsigned)hr);
        cr_expect_eq(!object, FAILED(hr));
        if (object)
            IWbemClassObject_Release(object);
    }
}

Test(wbem_services, no_path_is_an_empty_class, .init = setup, .fini = teardown)
{
    IWbemClassObject *object = NULL;
    VARIANT name = wbem_text(u"Fresh"), value = {.vt = VT_I4, .lVal = 1};

    cr_assert_eq(get(NULL, 0, &object), 0);
    cr_expect(wbem_says(object, u"__CLASS", NULL));
    cr_expect_eq(IWbemServices_PutClass(services, object, 0, NULL, NULL), WBEM_E_INCOMPLETE_CLASS);
    cr_assert_eq(IWbemClassObject_Put(object, u"__CLASS", 0, &name, 0), 0);
    cr_assert_eq(IWbemClassObject_Put(object, u"N", 0, &value, 0), 0);
    cr_expect_eq(IWbemServices_PutClass(services, object, WBEM_FLAG_UPDATE_ONLY, NULL, NULL),
                 WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemServices_PutClass(services, object, 0, NULL, NULL), 0);
    cr_expect_eq(IWbemServices_PutClass(services, object, WBEM_FLAG_CREATE_ONLY, NULL, NULL),
                 WBEM_E_ALREADY_EXISTS);
    cr_expect_eq(IWbemServices_PutClass(services, object, 3, NULL, NULL), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemServices_PutClass(services, object, 0x60, NULL, NULL),
                 WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemServices_PutInstance(services, object, 0, NULL, NULL), WBEM_E_INVALID_OBJECT);
    IWbemClassObject_Release(object);
    cr_assert_eq(get("Fresh", 0, &object), 0);
    cr_expect(wbem_says(object, u"__PATH", "\\\\PAPKIT\\root\\default:Fresh"));
    IWbemClassObject_Release(object);
    VariantClear(&name);
}

Test(wbem_services, an_instance_is_put_polled_and_deleted, .init = setup, .fini = teardown)
{
    IWbemClassObject *class = wbem_get("A"), *instance, *again = NULL;
    VARIANT key = {.vt = VT_I4, .lVal = 77};
    IWbemCallResult *result = NULL;
    BSTR path = NULL;
    LONG status = -1;

    cr_assert_eq(IWbemClassObject_SpawnInstance(class, 0, &instance), 0);
    cr_expect_eq(IWbemServices_PutInstance(services, instance, 0, NULL, NULL), WBEM_E_ILLEGAL_NULL);
    cr_assert_eq(IWbemClassObject_Put(instance, u"N", 0, &key, 0), 0);
    cr_expect_eq(
        IWbemServices_PutInstance(services, instance, WBEM_FLAG_RETURN_IMMEDIATELY, NULL, NULL),
        WBEM_E_INVALID_PARAMETER);
    cr_assert_eq(
        IWbemServices_PutInstance(services, instance, WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &result),
        0);
    cr_assert_eq(IWbemCallResult_GetCallStatus(result, (LONG)WBEM_INFINITE, &status), 0);
    cr_expect_eq(status, 0);
    cr_assert_eq(IWbemCallResult_GetResultString(result, 0, &path), 0);
    cr_expect(com_wcseq(path, u"\\\\PAPKIT\\root\\default:A.N=77"));
    cr_expect_eq(IWbemCallResult_GetResultObject(result, 0, &again), WBEM_E_INVALID_OPERATION);
    cr_expect_eq(IWbemCallResult_Release(result), 0);
    cr_expect_eq(IWbemServices_DeleteInstance(services, path, 0, NULL, NULL), 0);
    cr_expect_eq(IWbemServices_DeleteInstance(services, path, 0, NULL, NULL), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemServices_DeleteClass(services, path, 0, NULL, NULL),
                 WBEM_E_INVALID_OBJECT_PATH);
    SysFreeString(path);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
}

/* Names with a space behind each, one object a call. */
static const char *all_of(IEnumWbemClassObject *found, HRESULT *ret_hr)
{
    static char text[4000];
    IWbemClassObject *object;
    ULONG count;

    text[0] = '\0';
    while ((*ret_hr = IEnumWbemClassObject_Next(found, (LONG)WBEM_INFINITE, 1, &object, &count)) ==
           0) {
        struct cim_object *cim = wbem_object_cim(object);
        if (cim->class_name[0] != '_') /* system classes */
            strcat(strcat(text, cim->class_name), " ");
        cim_object_unref(cim);
        IWbemClassObject_Release(object);
    }
    cr_expect_eq(count, 0);
    return text;
}

static const struct {
    const char *super;
    LONG flags;
    const char *names;
    HRESULT hr;
} enumerated[] = {
    {"A", 0, "B ", 0},
    {"A", WBEM_FLAG_SHALLOW, "B ", 0},
    {"B", 0, "", 0},
    {"", WBEM_FLAG_SHALLOW, "A Other ", 0},
    {NULL, WBEM_FLAG_SHALLOW, "A Other ", 0},
    {"", 0, "A Other B ", 0},
    {"a", WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, "B ", 0},
    {"Nobody", 0, "", WBEM_E_INVALID_CLASS},
    {"Nobody", WBEM_FLAG_RETURN_IMMEDIATELY, "", WBEM_E_INVALID_CLASS},
    {"A", WBEM_FLAG_PROTOTYPE, "", WBEM_E_INVALID_PARAMETER},
};

Test(wbem_services, classes_are_enumerated, .init = setup, .fini = teardown)
{
    for (size_t i = 0; i < sizeof(enumerated) / sizeof(enumerated[0]); i++) {
        BSTR super = enumerated[i].super ? bstr(enumerated[i].super) : NULL;
        IEnumWbemClassObject *found = NULL;
        HRESULT hr =
            IWbemServices_CreateClassEnum(services, super, enumerated[i].flags, NULL, &found);
        if (found) {
            cr_expect_str_eq(all_of(found, &hr), enumerated[i].names, "%zu", i);
            hr = hr == WBEM_S_FALSE ? 0 : hr;
            cr_expect_eq(IEnumWbemClassObject_Release(found), 0);
        }
        cr_expect_eq(hr, enumerated[i].hr, "%zu: %08x", i, (unsigned)hr);
        SysFreeString(super);
    }
}

Test(wbem_services, an_enumerator_goes_back_unless_it_only_goes_forward, .init = setup,
     .fini = teardown)
{
    BSTR class = bstr("A");
    IEnumWbemClassObject *found = NULL, *clone = NULL;
    IWbemClassObject *objects[3];
    ULONG count = 9;

    cr_assert_eq(IWbemServices_CreateInstanceEnum(services, class, 0, NULL, &found), 0);
    cr_expect_eq(IEnumWbemClassObject_Next(found, 0, 3, objects, &count), WBEM_S_FALSE);
    cr_assert_eq(count, 2);
    IWbemClassObject_Release(objects[0]);
    IWbemClassObject_Release(objects[1]);
    cr_expect_eq(IEnumWbemClassObject_Reset(found), 0);
    cr_expect_eq(IEnumWbemClassObject_Skip(found, 0, 1), 0);
    cr_assert_eq(IEnumWbemClassObject_Clone(found, &clone), 0);
    cr_expect_eq(IEnumWbemClassObject_Next(clone, 0, 1, objects, &count), 0);
    cr_expect(wbem_says(objects[0], u"N", "2"));
    IWbemClassObject_Release(objects[0]);
    cr_expect_eq(IEnumWbemClassObject_Skip(found, 0, 5), WBEM_S_FALSE);
    cr_expect_eq(IEnumWbemClassObject_Next(found, 0, 0, objects, &count), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IEnumWbemClassObject_Next(found, -2, 1, objects, &count),
                 WBEM_E_INVALID_PARAMETER);
    IEnumWbemClassObject_Release(clone);
    IEnumWbemClassObject_Release(found);
    cr_assert_eq(
        IWbemServices_CreateInstanceEnum(services, class, WBEM_FLAG_FORWARD_ONLY, NULL, &found), 0);
    cr_expect_eq(IEnumWbemClassObject_Reset(found), WBEM_E_INVALID_OPERATION);
    cr_expect_eq(IEnumWbemClassObject_Clone(found, &clone), WBEM_E_INVALID_OPERATION);
    cr_expect_null(clone);
    cr_expect_eq(IEnumWbemClassObject_Next(found, 0, 2, objects, &count), 0);
    IWbemClassObject_Release(objects[0]);
    IWbemClassObject_Release(objects[1]);
    IEnumWbemClassObject_Release(found);
    SysFreeString(class);
}

static HRESULT query(const char *language, const char *text, LONG flags, const char **ret_names)
{
    BSTR wql = bstr(language), wide = bstr(text);
    IEnumWbemClassObject *found = NULL;
    HRESULT hr = IWbemServices_ExecQuery(services, wql, wide, flags, NULL, &found), end;

    SysFreeString(wql);
    SysFreeString(wide);
    *ret_names = "";
    if (found) {
        *ret_names = all_of(found, &end);
        cr_expect_eq(end, WBEM_S_FALSE);
        IEnumWbemClassObject_Release(found);
    }
    return hr;
}

Test(wbem_services, queries_are_answered_or_refused, .init = setup, .fini = teardown)
{
    const char *names;

    cr_expect_eq(query("wql", "select * from meta_class where __this isa \"A\"", 0, &names), 0);
    cr_expect_str_eq(names, "A B ");
    cr_expect_eq(query("WQL", "select N from A", 0, &names), 0);
    cr_expect_str_eq(names, "A B ");
    cr_expect_eq(query("WQL", "select N from A", WBEM_FLAG_PROTOTYPE, &names), 0);
    cr_expect_str_eq(names, "A ");
    cr_expect_eq(query("SQL", "select * from A", 0, &names), WBEM_E_INVALID_QUERY_TYPE);
    cr_expect_eq(query("WQL", "select from", 0, &names), WBEM_E_INVALID_QUERY);
    cr_expect_eq(query("WQL", "select * from Nobody", 0, &names), WBEM_E_INVALID_CLASS);
}

Test(wbem_services, a_sink_is_told_the_end_once_and_last, .init = setup, .fini = teardown)
{
    struct wbem_sink sink;
    BSTR super = bstr(""), path = bstr("A.N=1"), nobody = bstr("Nobody");

    wbem_sink_init(&sink);
    cr_assert_eq(
        IWbemServices_CreateClassEnumAsync(services, super, WBEM_FLAG_SHALLOW, NULL, &sink.face),
        0);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "A Other ");
    wbem_sink_init(&sink);
    cr_assert_eq(IWbemServices_GetObjectAsync(services, path, 0, NULL, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "A ");
    wbem_sink_init(&sink); /* what is wrong is said to the sink */
    cr_assert_eq(IWbemServices_GetObjectAsync(services, nobody, 0, NULL, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_NOT_FOUND);
    cr_expect_str_eq(sink.names, "");
    wbem_sink_init(&sink); /* unless the call itself is: then the sink is not touched */
    cr_expect_eq(IWbemServices_GetObjectAsync(services, path, 0x10, NULL, &sink.face),
                 WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemServices_GetObjectAsync(services, path, 0, NULL, NULL),
                 WBEM_E_INVALID_PARAMETER);
    cr_expect(sink.refs == 1 && !sink.ended);
    SysFreeString(super);
    SysFreeString(path);
    SysFreeString(nobody);
}

Test(wbem_services, an_instance_put_with_a_sink_says_its_path, .init = setup, .fini = teardown)
{
    IWbemClassObject *instance = wbem_of("instance of A { N = 5; };");
    struct wbem_sink sink;

    wbem_sink_init(&sink);
    cr_assert_eq(IWbemServices_PutInstanceAsync(services, instance, 0, NULL, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.param, "\\\\PAPKIT\\root\\default:A.N=5");
    IWbemClassObject_Release(instance);
}

Test(wbem_services, a_cancelled_call_ends_with_that_and_nothing_comes_behind, .init = setup,
     .fini = teardown)
{
    struct wbem_sink sink;
    BSTR super = bstr("");

    wbem_sink_init(&sink);
    sink.hold = true;
    cr_assert_eq(IWbemServices_CreateClassEnumAsync(services, super, 0, NULL, &sink.face), 0);
    wbem_sink_await_indicated(&sink, 1);
    cr_expect_eq(IWbemServices_CancelAsyncCall(services, &sink.face), 0);
    wbem_sink_let_go(&sink);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_CALL_CANCELLED);
    cr_expect_eq(sink.indicated, 1);
    cr_expect_eq(IWbemServices_CancelAsyncCall(services, &sink.face), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemServices_CancelAsyncCall(services, NULL), WBEM_E_INVALID_PARAMETER);
    wbem_sink_init(&sink);
    sink.cancel = services; /* from within Indicate nobody waits for himself */
    cr_assert_eq(IWbemServices_CreateClassEnumAsync(services, super, 0, NULL, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_CALL_CANCELLED);
    wbem_sink_init(&sink);
    sink.answer = E_FAIL; /* a client that takes no more */
    cr_assert_eq(IWbemServices_CreateClassEnumAsync(services, super, 0, NULL, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_CALL_CANCELLED);
    cr_expect_eq(sink.indicated, 1);
    SysFreeString(super);
}

Test(wbem_services, an_enumerator_delivers_to_a_sink_as_many_as_are_wanted, .init = setup,
     .fini = teardown)
{
    IEnumWbemClassObject *found = NULL;
    struct wbem_sink sink;
    BSTR class = bstr("A");

    cr_assert_eq(IWbemServices_CreateInstanceEnum(services, class, WBEM_FLAG_RETURN_IMMEDIATELY,
                                                  NULL, &found),
                 0);
    wbem_sink_init(&sink);
    cr_assert_eq(IEnumWbemClassObject_NextAsync(found, 1, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "A ");
    wbem_sink_init(&sink);
    cr_assert_eq(IEnumWbemClassObject_NextAsync(found, 4, &sink.face), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_S_FALSE);
    cr_expect_str_eq(sink.names, "B ");
    cr_expect_eq(IEnumWbemClassObject_NextAsync(found, 1, NULL), WBEM_E_INVALID_PARAMETER);
    IEnumWbemClassObject_Release(found);
    SysFreeString(class);
}

Test(wbem_services, a_namespace_below_is_opened, .init = setup, .fini = teardown)
{
    IWbemServices *root = NULL, *cimv2 = NULL;
    IWbemCallResult *result = NULL;
    BSTR name = bstr("cimv2"), none = bstr("none");

    cr_assert_eq(wbem_connect(&wbem_local_backend, &local, "root", NULL, NULL, &root), 0);
    cr_assert_eq(IWbemServices_OpenNamespace(root, name, 0, NULL, &cimv2, NULL), 0);
    IWbemServices_Release(cimv2);
    cr_assert_eq(
        IWbemServices_OpenNamespace(root, name, WBEM_FLAG_RETURN_IMMEDIATELY, NULL, NULL, &result),
        0);
    cr_assert_eq(IWbemCallResult_GetResultServices(result, (LONG)WBEM_INFINITE, &cimv2), 0);
    IWbemCallResult_Release(result);
    IWbemServices_Release(cimv2);
    cr_expect_eq(IWbemServices_OpenNamespace(root, none, 0, NULL, &cimv2, NULL),
                 WBEM_E_INVALID_NAMESPACE);
    cr_expect_null(cimv2);
    cr_expect_eq(IWbemServices_OpenNamespace(root, name, 0, NULL, NULL, NULL),
                 WBEM_E_INVALID_PARAMETER);
    IWbemServices_Release(root);
    SysFreeString(name);
    SysFreeString(none);
}

Test(wbem_services, methods_that_nobody_provides_are_not_run, .init = setup, .fini = teardown)
{
    BSTR path = bstr("A.N=1"), done = bstr("Do"), rest = bstr("Rest"), none = bstr("None");
    IWbemClassObject *in = NULL, *class = wbem_get("A"), *out = class;

    cr_expect_eq(IWbemServices_ExecMethod(services, path, none, 0, NULL, NULL, &out, NULL),
                 WBEM_E_INVALID_METHOD);
    cr_expect_null(out);
    cr_expect_eq(IWbemServices_ExecMethod(services, path, rest, 0, NULL, NULL, &out, NULL),
                 WBEM_E_METHOD_NOT_IMPLEMENTED);
    cr_expect_eq(IWbemServices_ExecMethod(services, path, done, 0, NULL, NULL, &out, NULL),
                 WBEM_E_INVALID_METHOD_PARAMETERS);
    cr_assert_eq(IWbemClassObject_GetMethod(class, u"Do", 0, &in, NULL), 0);
    cr_expect_eq(IWbemServices_ExecMethod(services, path, done, 0, NULL, in, &out, NULL),
                 WBEM_E_NOT_SUPPORTED);
    cr_expect_eq(IWbemServices_ExecMethod(services, NULL, done, 0, NULL, in, &out, NULL),
                 WBEM_E_INVALID_PARAMETER);
    IWbemClassObject_Release(in);
    IWbemClassObject_Release(class);
    SysFreeString(path);
    SysFreeString(done);
    SysFreeString(rest);
    SysFreeString(none);
}

Test(wbem_services, system_classes_stay, .init = setup, .fini = teardown)
{
    IWbemClassObject *class = NULL;
    BSTR name = bstr("__Win32Provider");
    VARIANT value = {.vt = VT_I4};

    cr_expect_eq(IWbemServices_DeleteClass(services, name, 0, NULL, NULL), WBEM_E_ACCESS_DENIED);
    cr_assert_eq(get("__Win32Provider", 0, &class), 0);
    cr_expect_eq(IWbemClassObject_Put(class, u"More", 0, &value, 0), 0);
    cr_expect_eq(IWbemServices_PutClass(services, class, 0, NULL, NULL), WBEM_E_ACCESS_DENIED);
    IWbemClassObject_Release(class);
    SysFreeString(name);
}

Test(wbem_services, every_slot_is_there_and_events_are_not, .init = setup, .fini = teardown)
{
    IWbemObjectSink *sink = NULL;
    IEnumWbemClassObject *found = NULL;
    BSTR wql = bstr("WQL"), text = bstr("select * from __InstanceCreationEvent");

    cr_expect_eq(wbem_slots(services->lpVtbl, sizeof(*services->lpVtbl)), 26);
    cr_expect_eq(IWbemServices_QueryObjectSink(services, 0, &sink), WBEM_E_NOT_SUPPORTED);
    cr_expect_eq(IWbemServices_ExecNotificationQuery(services, wql, text, 0x30, NULL, &found),
                 WBEM_E_NOT_SUPPORTED);
    SysFreeString(wql);
    SysFreeString(text);
}
