/* How a class provider is registered, and how it comes up and goes down ("Registering a Class
 * Provider", "Initializing a Provider", "Unloading a Provider"). */
#include <string.h>

#include "conformance/suites/wmi/wmi_subject.h"

/* ---- registration */
CONF_CASE(WMI_LOAD_BV_01, .title = "A pull provider is registered with queries for its classes",
          .reqs = REQS("WMI-REG-007", "WMI-REG-020"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Compile the MOF and register the library; hold each class that is enumerated "
                   "against the ResultSetQueries and UnsupportedQueries")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *all;
    size_t uncovered = 0;

    wmi_load(&it, c, PROVIDER_PULL, true);
    ROW("WMI-REG-007.declared")
        CHECK(it.registration.result.count > 0);
    ROW("WMI-REG-020.model")
        CHECK(strcasecmp(it.threading, "Both") == 0 || strcasecmp(it.threading, "Free") == 0);
    all = wmi_all(&it);
    for (size_t i = 0; i < all->count; i++) {
        bool is = provider_has_class(&it.registration, all->classes[i]);

        uncovered += !is;
        if (!is)
            conf_note(c, "no query covers %s", all->classes[i]->class_name);
    }
    ROW("WMI-REG-007.covers")
        CHECK_EQ(uncovered, 0);
}

/* ---- coming up */
CONF_CASE(WMI_LOAD_BV_02, .title = "Initialize returns at once and reports through its sink",
          .reqs = REQS("WMI-INIT-008", "WMI-INIT-009", "WMI-INIT-013", "WMI-INIT-014"),
          .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Make the object, call Initialize and await its sink; release all, and look at "
                   "what is still held, and at how it connected to WMI")
{
    static const IID unknown = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    WMI_SUBJECT it = {.c = NULL};
    uint64_t before, took;
    struct wmi_sink *sink;
    HRESULT hr;

    wmi_set_up(&it, c, PROVIDER_PULL, true);
    wmi_create(&it);
    before = wmi_now(&it);
    hr = wmi_initialize(&it);
    took = wmi_now(&it) - before;
    ROW("WMI-INIT-009")
        CHECK(took < 1000);
    sink = it.initialized;
    if (FAILED(hr) || !wmi_sink_await(sink) || sink->result != WBEM_S_INITIALIZED)
        conf_refused(c, "Initialize", "it did not come up");
    ROW("WMI-INIT-013") {
        IUnknown *first = NULL, *second = NULL;
        IWbemServices *services = NULL;
        void *none = &it;

        CHECK_HR(IWbemProviderInit_QueryInterface(it.init, &IID_IUnknown, (void **)&first), S_OK);
        CHECK_HR(IWbemProviderInit_QueryInterface(it.init, &IID_IWbemServices, (void **)&services),
                 S_OK);
        REQUIRE(first && services);
        CHECK_HR(IWbemServices_QueryInterface(services, &IID_IUnknown, (void **)&second), S_OK);
        CHECK(first == second);
        CHECK_HR(IWbemServices_QueryInterface(services, &unknown, &none), E_NOINTERFACE);
        CHECK(none == NULL);
        (void)IUnknown_Release(first);
        if (second)
            (void)IUnknown_Release(second);
        (void)IWbemServices_Release(services);
    }
    wmi_release(&it);
    ROW("WMI-INIT-008.sink")
        CHECK(wmi_sink_let_go(sink));
    ROW("WMI-INIT-008.namespace")
        CHECK_EQ(wmi_held(&it, HOSTING_NAMESPACES), 0);
    ROW("WMI-INIT-008.context")
        CHECK_EQ(wmi_held(&it, HOSTING_CONTEXTS), 0);
    ROW("WMI-INIT-014")
        CHECK_EQ(hosting_denied(it.hosting), 0);
}

/* ---- what the set of classes is made of */
static bool same_classes(const struct wmi_sink *a, const struct wmi_sink *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!wmi_sink_class(b, a->classes[i]->class_name))
            return false;
    }
    return true;
}

/* Until its classes are others, for a while. */
static bool changes(struct wmi_subject *it, const struct wmi_sink *before)
{
    for (int tries = 0; tries < 50; tries++) {
        if (!same_classes(wmi_all(it), before))
            return true;
        wmi_advance(it, 20);
    }
    return false;
}

CONF_CASE(WMI_LOAD_BV_03, .title = "The classes are those of what is there now",
          .level = CONF_SHOULD, .reqs = REQS("WMI-PP-007"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER | CONF_CONTROL,
          .steps = "Enumerate the classes without a player, with one, and when it is pulled out")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *without, *with;

    wmi_load(&it, c, PROVIDER_PULL, false);
    without = wmi_all(&it);
    wmi_plug(&it);
    ROW("WMI-PP-007.plug")
        REQUIRE(changes(&it, without));
    with = wmi_all(&it);
    wmi_unplug(&it);
    ROW("WMI-PP-007.unplug")
        CHECK(changes(&it, with));
}
