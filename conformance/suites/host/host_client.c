/* Clients of our model of WMI: what is stored and what is provided are one, calls that do not wait,
 * and what sinks are told (rows of the class provider's document whose subject is the host). */
#include <stdlib.h>
#include <string.h>

#include "conformance/suites/host/host_wmi.h"

#define STORED "class A { [key] sint32 N; string Text = \"stored\"; };\nclass B : A {};\n"

static unsigned occurrences(const char *text, const char *word)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, word)); at++)
        count++;
    return count;
}

static const char *query(struct host_wmi *it, const char *text, char *names, size_t size)
{
    IEnumWbemClassObject *found = NULL;
    WCHAR wql[] = u"WQL", wide[200];
    HRESULT hr = 0;
    size_t i = 0;

    for (; text[i]; i++)
        wide[i] = (WCHAR)text[i];
    wide[i] = 0;
    (void)IWbemServices_ExecQuery(it->services, wql, wide, 0, NULL, &found);
    return host_wmi_names(found, names, size, &hr);
}

CONF_CASE(HOST_WMI_BV_01, .title = "What is stored and what is provided are one",
          .level = CONF_MUST, .reqs = REQS("WMI-CLI-001", "WMI-CLI-002"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "A source has P, P_Q below it, and an A beside the stored one: get, enumerate "
                   "and query them; get A a hundred times")
{
    HOST_WMI it;
    IWbemClassObject *object = NULL;
    IEnumWbemClassObject *found = NULL;
    unsigned stored = 0;
    char names[300];
    HRESULT hr = 0;

    host_wmi_begin(c, &it, STORED);
    ROW("WMI-CLI-001.get")
        CHECK_HR(host_wmi_get(&it, "P_Q", &object), WBEM_S_NO_ERROR);
    if (object)
        IWbemClassObject_Release(object);
    (void)host_wmi_enum(&it, "", 0, &found);
    (void)host_wmi_names(found, names, sizeof(names), &hr);
    ROW("WMI-CLI-001.enum")
        CHECK(strstr(names, "A ") && strstr(names, "B ") && strstr(names, "P ") &&
              strstr(names, "P_Q "));
    ROW("WMI-CLI-001.once")
        CHECK_EQ(occurrences(names, "A "), 1);
    ROW("WMI-CLI-001.query")
        CHECK(strcmp(query(&it, "select * from meta_class where __this isa \"P\"", names,
                           sizeof(names)),
                     "P P_Q ") == 0);
    for (unsigned i = 0; i < 100; i++) {
        object = NULL;
        if (SUCCEEDED(host_wmi_get(&it, "A", &object))) {
            char *text = host_wmi_text(object, u"Text");
            stored += strcmp(text, "stored") == 0;
            free(text);
            IWbemClassObject_Release(object);
        }
    }
    ROW("WMI-CLI-002.stable")
        CHECK(stored == 0 || stored == 100);
    ROW("WMI-CLI-002.stored")
        CHECK(stored > 0);
}

CONF_CASE(HOST_WMI_BV_02, .title = "A stored class below a provided one", .level = CONF_MUST,
          .reqs = REQS("WMI-CLI-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Derive X from the provided P and put it; get it; P goes, get it again")
{
    HOST_WMI it;
    IWbemClassObject *parent = NULL, *child = NULL;
    WCHAR name[] = u"X";
    VARIANT value = {.vt = VT_BSTR};
    HRESULT hr;

    host_wmi_begin(c, &it, STORED);
    value.bstrVal = SysAllocString(name);
    if (SUCCEEDED(host_wmi_get(&it, "P", &parent))) {
        (void)IWbemClassObject_SpawnDerivedClass(parent, 0, &child);
        (void)IWbemClassObject_Put(child, u"__CLASS", 0, &value, 0);
        ROW("WMI-CLI-007.stored")
            CHECK_HR(IWbemServices_PutClass(it.services, child, 0, NULL, NULL), WBEM_S_NO_ERROR);
        IWbemClassObject_Release(child);
        IWbemClassObject_Release(parent);
    }
    SysFreeString(value.bstrVal);
    child = NULL;
    (void)host_wmi_get(&it, "X", &child);
    ROW("WMI-CLI-007.inherits") {
        char *size = host_wmi_text(child, u"Size");
        CHECK(strcmp(size, "4") == 0);
        free(size);
    }
    if (child)
        IWbemClassObject_Release(child);
    child = NULL;
    it.gone = true;
    hr = host_wmi_get(&it, "X", &child);
    ROW("WMI-CLI-007.gone") {
        CHECK_FAILS(hr);
        CHECK(!child);
    }
    if (child)
        IWbemClassObject_Release(child);
}

CONF_CASE(HOST_WMI_BV_03, .title = "An enumeration that is not waited for", .level = CONF_MUST,
          .reqs = REQS("WMI-CLI-005"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Below P, semisynchronously, while the source does not answer; Next without "
                   "waiting; the source answers; Next to the end")
{
    HOST_WMI it;
    IEnumWbemClassObject *found = NULL;
    IWbemClassObject *object = NULL;
    ULONG count = 9;
    HRESULT hr, first;

    host_wmi_begin(c, &it, STORED);
    it.holds = true;
    hr = host_wmi_enum(&it, "P", WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, &found);
    if (FAILED(hr) || !found)
        conf_setup_failed(c, "no enumerator");
    first = IEnumWbemClassObject_Next(found, WBEM_NO_WAIT, 1, &object, &count);
    if (count == 1)
        IWbemClassObject_Release(object);
    ROW("WMI-CLI-005.at-once")
        CHECK(!it.on_caller);
    if (!it.on_caller) {
        ROW("WMI-CLI-005.none-ready") {
            CHECK_HR(first, WBEM_S_TIMEDOUT);
            CHECK_EQ(count, 0);
        }
    }
    host_wmi_let(&it);
    if (!it.on_caller) {
        (void)IEnumWbemClassObject_Next(found, (LONG)WBEM_INFINITE, 1, &object, &count);
        if (count == 1)
            IWbemClassObject_Release(object);
        hr = IEnumWbemClassObject_Next(found, (LONG)WBEM_INFINITE, 1, &object, &count);
        ROW("WMI-CLI-005.ended") {
            CHECK_HR(hr, WBEM_S_FALSE);
            CHECK_EQ(count, 0);
        }
    }
    IEnumWbemClassObject_Release(found);
}

/* Of all classes below P, with those flags. */
static HRESULT ask(struct host_wmi *it, struct host_sink *sink, LONG flags)
{
    WCHAR name[] = u"P";
    HRESULT hr;

    host_sink_begin(sink);
    hr = IWbemServices_CreateClassEnumAsync(it->services, name, flags, NULL, &sink->face);
    if (SUCCEEDED(hr))
        host_sink_await(sink);
    return hr;
}

CONF_CASE(HOST_WMI_BV_04, .title = "What a sink is told of progress, and what it keeps",
          .level = CONF_MUST, .reqs = REQS("WMI-SINK-002", "WMI-SINK-003", "WMI-SINK-004"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "A source that always reports progress, 3 of 10; a client that did not ask for "
                   "it, and one that did; each keeps the object it is given")
{
    HOST_WMI it;
    struct host_sink sink;
    char *size;

    host_wmi_begin(c, &it, STORED);
    it.progress = 2;
    if (FAILED(ask(&it, &sink, 0)))
        conf_setup_failed(c, "the call is refused");
    ROW("WMI-SINK-002.once") {
        CHECK_EQ(sink.ended + sink.progressed, 1);
        CHECK_EQ(sink.late, 0);
    }
    size = host_wmi_text(sink.kept, u"Size");
    ROW("WMI-SINK-004.receiver")
        CHECK(strcmp(size, "4") == 0);
    free(size);
    ROW("WMI-SINK-004.sender")
        CHECK_EQ(IWbemClassObject_Release(sink.kept), 0);
    if (FAILED(ask(&it, &sink, WBEM_FLAG_SEND_STATUS)))
        conf_setup_failed(c, "the call is refused");
    IWbemClassObject_Release(sink.kept);
    ROW("WMI-SINK-002.asked") {
        CHECK_EQ(sink.progressed, 2);
        CHECK_EQ(sink.ended, 1);
        CHECK_EQ(sink.late, 0);
    }
    if (sink.progressed) {
        ROW("WMI-SINK-003") {
            CHECK_EQ((uint32_t)sink.progress >> 16, 10);
            CHECK_EQ((uint32_t)sink.progress & 0xffff, 3);
        }
    }
}

CONF_CASE(HOST_WMI_BV_05, .title = "Results that are not all there is", .level = CONF_MUST,
          .reqs = REQS("WMI-SINK-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A source gives a class and ends with WBEM_E_ACCESS_DENIED, then with "
                   "WBEM_S_ACCESS_DENIED")
{
    HOST_WMI it;
    IEnumWbemClassObject *found = NULL;
    char names[100];
    HRESULT hr;

    host_wmi_begin(c, &it, STORED);
    it.answer = WBEM_E_ACCESS_DENIED;
    hr = host_wmi_enum(&it, "P", 0, &found);
    ROW("WMI-SINK-007.error") {
        CHECK_HR(hr, WBEM_E_ACCESS_DENIED);
        CHECK(!found);
    }
    if (found)
        IEnumWbemClassObject_Release(found);
    found = NULL;
    it.answer = WBEM_S_ACCESS_DENIED;
    hr = host_wmi_enum(&it, "P", 0, &found);
    (void)host_wmi_names(found, names, sizeof(names), &hr);
    ROW("WMI-SINK-007.partial")
        CHECK(strcmp(names, "P_Q ") == 0);
    ROW("WMI-SINK-007.said")
        CHECK_HR(hr, WBEM_S_ACCESS_DENIED);
}

/* A registration as it is when nothing is said of it. */
static IWbemClassObject *spawn(struct host_wmi *it, const char *class)
{
    IWbemClassObject *object = NULL, *instance = NULL;

    if (SUCCEEDED(host_wmi_get(it, class, &object))) {
        (void)IWbemClassObject_SpawnInstance(object, 0, &instance);
        IWbemClassObject_Release(object);
    }
    if (!instance)
        conf_setup_failed(it->c, "no instance of %s", class);
    return instance;
}

static bool says(IWbemClassObject *object, const WCHAR *property, const char *expected)
{
    char *text = host_wmi_text(object, property);
    bool same = strcmp(text, expected) == 0;

    free(text);
    return same;
}

CONF_CASE(HOST_WMI_BV_06, .title = "Registrations as the system classes have them",
          .level = CONF_MUST, .reqs = REQS("WMI-REG-004", "WMI-REG-015"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Spawn an instance of __Win32Provider and of __ClassProviderRegistration; read "
                   "every default; write both spellings of SupportsBatching")
{
    HOST_WMI it;
    IWbemClassObject *provider, *registration;
    VARIANT yes = {.vt = VT_BOOL, .boolVal = VARIANT_TRUE};

    host_wmi_begin(c, &it, STORED);
    provider = spawn(&it, "__Win32Provider");
    registration = spawn(&it, "__ClassProviderRegistration");
    ROW("WMI-REG-015") {
        CHECK_HR(IWbemClassObject_Put(registration, u"SupportsBatching", 0, &yes, 0),
                 WBEM_S_NO_ERROR);
        CHECK_HR(IWbemClassObject_Put(registration, u"SuppportsBatching", 0, &yes, 0),
                 WBEM_S_NO_ERROR);
    }
    ROW("WMI-REG-004.supports") {
        CHECK(says(registration, u"SupportsGet", "0"));
        CHECK(says(registration, u"SupportsPut", "0"));
        CHECK(says(registration, u"SupportsDelete", "0"));
        CHECK(says(registration, u"SupportsEnumeration", "0"));
        CHECK(says(provider, u"PerUserInitialization", "0"));
    }
    ROW("WMI-REG-004.numbers") {
        CHECK(says(registration, u"InteractionType", "0"));
        CHECK(says(provider, u"InitializationReentrancy", "0"));
        CHECK(says(provider, u"ImpersonationLevel", "0"));
    }
    ROW("WMI-REG-004.pure")
        CHECK(says(provider, u"Pure", "-1"));
    IWbemClassObject_Release(provider);
    IWbemClassObject_Release(registration);
}

CONF_CASE(HOST_WMI_BV_07, .title = "System classes stay; a provider that nobody registered",
          .level = CONF_MUST, .reqs = REQS("WMI-SVC-024", "WMI-REG-022"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Delete __Win32Provider, and put it with one property more; get a class that "
                   "names a provider nobody has, then its instances")
{
    HOST_WMI it;
    WCHAR name[] = u"__Win32Provider", live[] = u"Live";
    IWbemClassObject *object = NULL;
    IEnumWbemClassObject *found = NULL;
    VARIANT value = {.vt = VT_I4};
    HRESULT hr;

    host_wmi_begin(c, &it,
                   STORED "[dynamic, provider(\"Nobody\")] class Live { [key] sint32 N; };\n");
    ROW("WMI-SVC-024.deleted")
        CHECK_FAILS(IWbemServices_DeleteClass(it.services, name, 0, NULL, NULL));
    if (FAILED(host_wmi_get(&it, "__Win32Provider", &object)))
        conf_setup_failed(c, "there is no __Win32Provider");
    (void)IWbemClassObject_Put(object, u"More", 0, &value, 0);
    ROW("WMI-SVC-024.replaced")
        CHECK_FAILS(IWbemServices_PutClass(it.services, object, 0, NULL, NULL));
    IWbemClassObject_Release(object);
    object = NULL;
    ROW("WMI-REG-022.class")
        CHECK_HR(host_wmi_get(&it, "Live", &object), WBEM_S_NO_ERROR);
    if (object)
        IWbemClassObject_Release(object);
    hr = IWbemServices_CreateInstanceEnum(it.services, live, 0, NULL, &found);
    ROW("WMI-REG-022.instances")
        CHECK_HR(hr, WBEM_E_PROVIDER_NOT_FOUND);
    if (found)
        IEnumWbemClassObject_Release(found);
}
