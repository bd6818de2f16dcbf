/* GetObjectAsync of a class provider (IWbemServices::GetObjectAsync, "Describing the Location of a
 * WMI Object"). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conformance/suites/wmi/wmi_subject.h"

enum { PATH_ROOM = 1024 };

struct chosen {
    struct wmi_subject it;
    const struct cim_object *class;
    const char *name;
};

/* A class of the provider, to ask for by itself. */
static void choose(struct chosen *chosen, struct conf *c)
{
    wmi_load(&chosen->it, c, PROVIDER_PULL, true);
    chosen->class = wmi_some(wmi_all(&chosen->it));
    if (!chosen->class)
        conf_inconclusive(c, "the provider has no class");
    chosen->name = chosen->class->class_name;
}

static void leave(struct chosen *chosen)
{
    wmi_leave(&chosen->it);
}
#define CHOSEN __attribute__((cleanup(leave))) struct chosen

static bool is_class(const struct wmi_sink *sink, const char *name)
{
    return sink && sink->result == WBEM_S_NO_ERROR && sink->count == 1 &&
           strcmp(sink->classes[0]->class_name, name) == 0;
}

CONF_CASE(WMI_GET_BV_01, .title = "A class is one object, and then the end",
          .reqs = REQS("WMI-SVC-002", "WMI-SVC-012"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "GetObjectAsync of each class that is enumerated")
{
    WMI_SUBJECT it = {.c = NULL};
    struct wmi_sink *all;

    wmi_load(&it, c, PROVIDER_PULL, true);
    all = wmi_all(&it);
    ROW("WMI-SVC-002.enum")
        CHECK(all->count > 0);
    for (size_t i = 0; i < all->count; i++) {
        HRESULT hr = S_OK;
        struct wmi_sink *one = wmi_get(&it, all->classes[i]->class_name, &hr);

        ROW("WMI-SVC-002.get") {
            CHECK_STATUS(hr, WBEM_S_NO_ERROR);
            REQUIRE(one != NULL);
            CHECK_STATUS(one->result, WBEM_S_NO_ERROR);
        }
        ROW("WMI-SVC-012.one") {
            CHECK_EQ(one->indicates, 1);
            CHECK_EQ(one->count, 1);
        }
        ROW("WMI-SVC-012.whole")
            CHECK(one->count && cim_object_equal(one->classes[0], all->classes[i],
                                                 WBEM_FLAG_IGNORE_OBJECT_SOURCE));
        ROW("WMI-SVC-012.end")
            CHECK(one->statuses == 1 && one->late == 0);
    }
}

CONF_CASE(WMI_GET_BV_02, .title = "A class is asked for by each form of its path",
          .reqs = REQS("WMI-SVC-009", "WMI-SVC-010"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "GetObjectAsync of a name, with a namespace, with a server, with keys, in "
                   "other letters")
{
    CHOSEN at = {.class = NULL};
    const char *namespace;
    char path[PATH_ROOM];
    struct wmi_sink *sink;

    choose(&at, c);
    namespace = at.it.registration.namespace;
    snprintf(path, sizeof(path), "%s:%s", namespace, at.name);
    ROW("WMI-SVC-009.namespace")
        CHECK(is_class(wmi_get(&at.it, path, NULL), at.name));
    snprintf(path, sizeof(path), "\\\\.\\%s:%s", namespace, at.name);
    ROW("WMI-SVC-009.server")
        CHECK(is_class(wmi_get(&at.it, path, NULL), at.name));
    snprintf(path, sizeof(path), "%s.Key=\"v\"", at.name);
    sink = wmi_get(&at.it, path, NULL);
    ROW("WMI-SVC-009.keys")
        CHECK(!sink || sink->count == 0);
    snprintf(path, sizeof(path), "%s", at.name);
    for (char *letter = path; *letter; letter++)
        *letter = (char)(islower((unsigned char)*letter) ? toupper((unsigned char)*letter)
                                                         : tolower((unsigned char)*letter));
    sink = wmi_get(&at.it, path, NULL);
    ROW("WMI-SVC-010.found")
        CHECK(sink && sink->result == WBEM_S_NO_ERROR && sink->count == 1);
    ROW("WMI-SVC-010.spelling")
        CHECK(!sink || !sink->count || strcmp(sink->classes[0]->class_name, at.name) == 0);
}

CONF_CASE(WMI_GET_BI_01, .title = "What is no class of the provider's is not found",
          .reqs = REQS("WMI-SVC-011"), .ics = "ANY", .needs = CONF_CLASS_PROVIDER,
          .steps = "GetObjectAsync of a class that there is not, of an empty path and of one that "
                   "is none")
{
    static const char *const none[] = {NULL, "", "::", "\\\\", "a b\"", "=@="};
    WMI_SUBJECT it = {.c = NULL};
    HRESULT hr = S_OK;
    struct wmi_sink *sink;

    wmi_load(&it, c, PROVIDER_PULL, true);
    sink = wmi_get(&it, "Papkit_NoSuchClass", &hr);
    ROW("WMI-SVC-011.unknown")
        CHECK_STATUS(sink ? sink->result : hr, WBEM_E_NOT_FOUND);
    ROW("WMI-SVC-011.nothing")
        CHECK(!sink || (sink->indicates == 0 && sink->count == 0));
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        sink = wmi_get(&it, none[i], &hr);
        if (sink)
            hr = sink->result;
        ROW("WMI-SVC-011.malformed")
            CHECK_ANSWER(hr == WBEM_E_INVALID_OBJECT_PATH || hr == WBEM_E_INVALID_PARAMETER, hr,
                         "WBEM_E_INVALID_OBJECT_PATH or WBEM_E_INVALID_PARAMETER");
    }
}
