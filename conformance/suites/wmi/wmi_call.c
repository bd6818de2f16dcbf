/* Asynchronous calls, and what of IWbemServices is none of a class provider's business
 * ("IWbemObjectSink interface", "Implementing the Primary Interface for a Class Provider"). */
#include <string.h>

#include "conformance/host/cim/cim_status.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/suites/wmi/wmi_subject.h"
#include "spcore/base.h"

/* ---- what is refused */
struct refusal {
    const char *method, *clause;
    const char *role; /* as what a provider may do it; NULL: as nothing */
    HRESULT (*call)(struct wmi_subject *it, struct wmi_sink *sink);
};
#define SINK &sink->objects_iface
#define REFUSAL(name, ...)                                                                         \
    static HRESULT refuse_##name(struct wmi_subject *it, struct wmi_sink *sink)                    \
    {                                                                                              \
        void *out[2] = {NULL, NULL};                                                               \
        BSTR text = wmi_bstr(it->c, "Papkit_NoSuchClass"), wql = wmi_bstr(it->c, "WQL"),           \
             query = wmi_bstr(it->c, "select * from meta_class");                                  \
        IWbemServices *services = it->services;                                                    \
        IWbemContext *context = it->context;                                                       \
        HRESULT hr;                                                                                \
                                                                                                   \
        (void)out, (void)sink, (void)context;                                                      \
        wmi_enter(it, "IWbemServices::" #name);                                                    \
        hr = services->lpVtbl->name(services, __VA_ARGS__);                                        \
        wmi_enter(it, NULL);                                                                       \
        SysFreeString(text);                                                                       \
        SysFreeString(wql);                                                                        \
        SysFreeString(query);                                                                      \
        return hr;                                                                                 \
    }
REFUSAL(OpenNamespace, text, 0, context, (IWbemServices **)&out[0], NULL)
REFUSAL(QueryObjectSink, 0, (IWbemObjectSink **)&out[0])
REFUSAL(GetObject, text, 0, context, (IWbemClassObject **)&out[0], NULL)
REFUSAL(PutClass, NULL, 0, context, NULL)
REFUSAL(DeleteClass, text, 0, context, NULL)
REFUSAL(CreateClassEnum, text, 0, context, (IEnumWbemClassObject **)&out[0])
REFUSAL(PutInstance, NULL, 0, context, NULL)
REFUSAL(PutInstanceAsync, NULL, 0, context, SINK)
REFUSAL(DeleteInstance, text, 0, context, NULL)
REFUSAL(DeleteInstanceAsync, text, 0, context, SINK)
REFUSAL(CreateInstanceEnum, text, 0, context, (IEnumWbemClassObject **)&out[0])
REFUSAL(CreateInstanceEnumAsync, text, 0, context, SINK)
REFUSAL(ExecQuery, wql, query, 0, context, (IEnumWbemClassObject **)&out[0])
REFUSAL(ExecQueryAsync, wql, query, 0, context, SINK)
REFUSAL(ExecNotificationQuery, wql, query, 0, context, (IEnumWbemClassObject **)&out[0])
REFUSAL(ExecNotificationQueryAsync, wql, query, 0, context, SINK)
REFUSAL(ExecMethod, text, query, 0, context, NULL, (IWbemClassObject **)&out[0], NULL)
REFUSAL(ExecMethodAsync, text, query, 0, context, NULL, SINK)

static const struct refusal refusals[] = {
#define ROW_OF(name, clause, role)                                                                 \
    {                                                                                              \
        "IWbemServices::" #name, clause, role, refuse_##name                                       \
    }
#define SYNCHRONOUS(name) ROW_OF(name, "WMI-SVC-003.synchronous", NULL)
#define OF_INSTANCES(name, clause) ROW_OF(name, clause, "__InstanceProviderRegistration")
    SYNCHRONOUS(OpenNamespace),
    SYNCHRONOUS(QueryObjectSink),
    SYNCHRONOUS(GetObject),
    SYNCHRONOUS(PutClass),
    SYNCHRONOUS(DeleteClass),
    SYNCHRONOUS(CreateClassEnum),
    SYNCHRONOUS(PutInstance),
    OF_INSTANCES(PutInstanceAsync, "WMI-SVC-003.asynchronous"),
    SYNCHRONOUS(DeleteInstance),
    OF_INSTANCES(DeleteInstanceAsync, "WMI-SVC-003.asynchronous"),
    SYNCHRONOUS(CreateInstanceEnum),
    OF_INSTANCES(CreateInstanceEnumAsync, "WMI-SVC-003.asynchronous"),
    SYNCHRONOUS(ExecQuery),
    OF_INSTANCES(ExecQueryAsync, "WMI-SVC-004"),
    SYNCHRONOUS(ExecNotificationQuery),
    ROW_OF(ExecNotificationQueryAsync, "WMI-SVC-003.asynchronous", NULL),
    SYNCHRONOUS(ExecMethod),
    ROW_OF(ExecMethodAsync, "WMI-SVC-003.asynchronous", "__MethodProviderRegistration"),
};

/* Is what it refuses, or what it may do as a provider of something else, too. */
static bool refuse(struct wmi_subject *it, const struct refusal *refusal, struct wmi_sink *sink)
{
    struct conf *c = it->c;
    const HRESULT hr = refusal->call(it, sink);

    conf_note(c, "%s: %s", refusal->method, cim_status(hr));
    wmi_answered(it, hr, "%s", refusal->method);
    ROW(refusal->clause) {
        if (refusal->role && provider_is_registered(it->repo, &it->registration, refusal->role))
            conf_excused(c, 1, "its MOF registers it as a provider of that, too");
        else
            CHECK_STATUS(hr, WBEM_E_PROVIDER_NOT_CAPABLE);
    }
    return FAILED(hr);
}

CONF_CASE(WMI_CALL_BI_01, .title = "What a class provider does not do, it says so",
          .reqs = REQS("WMI-SVC-003", "WMI-SVC-004", "WMI-SVC-006", "WMI-SVC-007"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER,
          .steps = "Call each method of IWbemServices that is not a class provider's; look at the "
                   "sinks of those that are refused")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *sinks[ARRAY_SIZE(refusals)];
    unsigned used = 0, held = 0;

    wmi_load(&it, c, PROVIDER_PULL, true);
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        struct wmi_sink *sink = wmi_sink(&it);

        sinks[i] = refuse(&it, &refusals[i], sink) ? sink : NULL;
    }
    wmi_quiesce(&it);
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        used += sinks[i] ? sinks[i]->indicates + sinks[i]->statuses : 0;
        held += sinks[i] ? wmi_sink_held(sinks[i]) : 0;
    }
    ROW("WMI-SVC-006.error")
        CHECK_EQ(used, 0);
    ROW("WMI-SVC-007.error")
        CHECK_EQ(held, 0);
}

CONF_CASE(WMI_CALL_BI_02, .title = "A class that is not the provider's is somebody else's to make",
          .reqs = REQS("WMI-SVC-022"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "PutClassAsync of a class that the provider does not have")
{
    WMI_SUBJECT it = {.c = NULL};
    IWbemClassObject *object = NULL;
    struct cim_object *class = NULL;
    struct wmi_sink *sink;
    HRESULT hr;

    wmi_load(&it, c, PROVIDER_PULL, true);
    sink = wmi_sink(&it);
    if (FAILED(cim_class_new("Papkit_SomebodyElses", &class)) ||
        FAILED(wbem_object_new(class, &object)))
        conf_setup_failed(c, "no memory");
    wmi_enter(&it, "IWbemServices::PutClassAsync");
    hr = IWbemServices_PutClassAsync(it.services, object, WBEM_FLAG_CREATE_OR_UPDATE, it.context,
                                     &sink->objects_iface);
    if (SUCCEEDED(hr) && wmi_sink_await(sink))
        hr = sink->result;
    wmi_enter(&it, NULL);
    wmi_answered(&it, hr, "IWbemServices::PutClassAsync(Papkit_SomebodyElses)");
    ROW("WMI-SVC-022.answer")
        CHECK_STATUS(hr, WBEM_E_PROVIDER_NOT_CAPABLE);
    (void)IWbemClassObject_Release(object);
    cim_object_unref(class);
}

/* ---- what is answered */
CONF_CASE(WMI_CALL_BV_01, .title = "A call that is taken ends once, and its sink is given back",
          .reqs = REQS("WMI-SVC-006", "WMI-SVC-007", "WMI-SINK-001"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER,
          .steps = "Enumerate, get a class, and get one that there is not")
{
    static const char *const methods[] = {"IWbemServices::CreateClassEnumAsync",
                                          "IWbemServices::GetObjectAsync"};
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *sinks[3];
    const char *name = NULL; /* to get */
    bool ended, taken[3];

    wmi_load(&it, c, PROVIDER_PULL, true);
    for (size_t i = 0; i < 3; i++) {
        struct wmi_sink *sink = sinks[i] = wmi_sink(&it);
        HRESULT hr = i == 0 ? wmi_begin_enum(&it, NULL, WBEM_FLAG_DEEP, sink)
                            : wmi_begin_get(&it, name, sink);

        if (FAILED(hr) && i < 2)
            conf_refused(c, i ? "GetObjectAsync" : "CreateClassEnumAsync", "it answered %s",
                         cim_status(hr));
        ended = SUCCEEDED(hr) && wmi_await(&it, methods[i != 0], sink);
        taken[i] = SUCCEEDED(hr);
        ROW("WMI-SVC-006.success")
            REQUIRE(ended || !taken[i]);
        name = i == 0 && sink->count ? sink->classes[0]->class_name : "Papkit_No";
        ROW("WMI-SVC-007.success")
            CHECK(!taken[i] || wmi_sink_let_go(sink));
    }
    wmi_quiesce(&it);
    ROW("WMI-SVC-006.error")
        CHECK(taken[2] || sinks[2]->indicates + sinks[2]->statuses == 0);
    for (size_t i = 0; i < 3; i++) {
        ROW("WMI-SINK-001.once")
            CHECK(sinks[i]->statuses <= 1);
        ROW("WMI-SINK-001.last")
            CHECK(sinks[i]->statuses > 1 || sinks[i]->late == 0);
        ROW("WMI-SINK-001.objects")
            CHECK(sinks[i]->small == 0 && sinks[i]->foreign == 0);
    }
}

CONF_CASE(WMI_CALL_BV_02, .title = "A client that wants no more gets no more",
          .reqs = REQS("WMI-SINK-006"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Enumerate into a sink whose Indicate answers WBEM_E_CALL_CANCELLED")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *all, *sink;
    unsigned batches;
    bool ended;

    wmi_load(&it, c, PROVIDER_PULL, true);
    all = wmi_all(&it);
    batches = all->indicates;
    if (batches < 2)
        conf_inconclusive(c, "all classes come in one Indicate");
    sink = wmi_sink(&it);
    sink->refuses = WBEM_E_CALL_CANCELLED;
    if (FAILED(wmi_begin_enum(&it, NULL, WBEM_FLAG_DEEP, sink)))
        conf_refused(c, "CreateClassEnumAsync", "it failed");
    ended = wmi_await(&it, "Indicate", sink);
    ROW("WMI-SINK-006.ends")
        CHECK(ended);
    ROW("WMI-SINK-006.stops")
        CHECK_EQ(sink->indicates, 1);
}

/* Takes the call back from within it. */
struct taker {
    struct wmi_subject *it;
    struct wmi_sink *sink;
    HRESULT hr;
};

static void take_back(void *self)
{
    struct taker *taker = self;

    taker->hr = IWbemServices_CancelAsyncCall(taker->it->services, &taker->sink->objects_iface);
}

CONF_CASE(WMI_CALL_BV_03, .title = "A call that is taken back ends so", .level = CONF_MAY,
          .reqs = REQS("WMI-SVC-028"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "CancelAsyncCall in the first Indicate of an enumeration")
{
    WMI_SUBJECT it = {.c = NULL};
    struct taker taker = {.it = &it};

    wmi_load(&it, c, PROVIDER_PULL, true);
    if (wmi_all(&it)->indicates < 2)
        conf_inconclusive(c, "all classes come in one Indicate");
    taker.sink = wmi_sink(&it);
    taker.sink->met = take_back;
    taker.sink->met_self = &taker;
    if (FAILED(wmi_begin_enum(&it, NULL, WBEM_FLAG_DEEP, taker.sink)) ||
        !wmi_sink_await(taker.sink))
        conf_refused(c, "CreateClassEnumAsync", "it did not come to an end");
    if (taker.hr == WBEM_E_PROVIDER_NOT_CAPABLE)
        conf_inconclusive(c, "CancelAsyncCall is not for it");
    ROW("WMI-SVC-028.end")
        CHECK_STATUS(taker.sink->result, WBEM_E_CALL_CANCELLED);
    ROW("WMI-SVC-028.quiet")
        CHECK_EQ(taker.sink->indicates, 1);
}

CONF_CASE(WMI_CALL_BV_05, .title = "Progress says how much is done, of how much",
          .reqs = REQS("WMI-SINK-003"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Enumerate with WBEM_FLAG_SEND_STATUS, and look at the words of each "
                   "WBEM_STATUS_PROGRESS")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *sink;

    wmi_load(&it, c, PROVIDER_PULL, true);
    sink = wmi_enum(&it, NULL, WBEM_FLAG_DEEP | WBEM_FLAG_SEND_STATUS, NULL);
    if (!sink || !sink->progress)
        conf_inconclusive(c, "it does not tell its progress");
    ROW("WMI-SINK-003")
        CHECK_EQ(sink->backward, 0);
}

CONF_CASE(WMI_CALL_BV_06, .title = "A method is called at its place in the table",
          .reqs = REQS("WMI-SVC-001"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "Of one class call GetObjectAsync and CreateClassEnumAsync by their places: the "
                   "one takes the class, the other what is below it")
{
    WMI_SUBJECT it = {.c = NULL};
    const struct cim_object *class;
    struct wmi_sink *got, *below;
    HRESULT get_hr = S_OK, enum_hr = S_OK;

    wmi_load(&it, c, PROVIDER_PULL, true);
    class = wmi_some(wmi_all(&it));
    if (!class)
        conf_inconclusive(c, "the provider has no class");
    got = wmi_get(&it, class->class_name, &get_hr);
    below = wmi_enum(&it, class->class_name, WBEM_FLAG_DEEP, &enum_hr);
    ROW("WMI-SVC-001") {
        CHECK_STATUS(get_hr, WBEM_S_NO_ERROR);
        CHECK_STATUS(enum_hr, WBEM_S_NO_ERROR);
        CHECK(got && wmi_sink_class(got, class->class_name));
        CHECK(below && !wmi_sink_class(below, class->class_name));
    }
}

/* ---- several at once */
enum { CLIENTS = 8, CALLS = 10 };

CONF_CASE(WMI_CALL_BV_04, .title = "Calls at the same time have each their own answer",
          .reqs = REQS("WMI-SVC-027"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER, .timeout_s = 60,
          .steps = "Get eight classes at once, and enumerate meanwhile, ten times")
{
    WMI_SUBJECT it = {.c = NULL};
    unsigned mixed = 0, short_of = 0;
    struct wmi_sink *all;

    wmi_load(&it, c, PROVIDER_PULL, true);
    all = wmi_all(&it);
    if (!all->count)
        conf_inconclusive(c, "the provider has no class");
    for (unsigned round = 0; round < CALLS; round++) {
        struct wmi_sink *sinks[CLIENTS + 1];

        for (size_t i = 0; i <= CLIENTS; i++) {
            const char *name = all->classes[(round + i) % all->count]->class_name;

            sinks[i] = wmi_sink(&it);
            if (FAILED(i == CLIENTS ? wmi_begin_enum(&it, NULL, WBEM_FLAG_DEEP, sinks[i])
                                    : wmi_begin_get(&it, name, sinks[i])))
                conf_refused(c, "GetObjectAsync", "it failed");
        }
        for (size_t i = 0; i <= CLIENTS; i++) {
            const char *name = all->classes[(round + i) % all->count]->class_name;

            if (!wmi_sink_await(sinks[i]))
                conf_refused(c, "GetObjectAsync", "SetStatus never came");
            if (i == CLIENTS)
                short_of += sinks[i]->count != all->count;
            else
                mixed += sinks[i]->count != 1 || !wmi_sink_class(sinks[i], name);
        }
    }
    ROW("WMI-SVC-027.own")
        CHECK_EQ(mixed, 0);
    ROW("WMI-SVC-027.all")
        CHECK_EQ(short_of, 0);
}
