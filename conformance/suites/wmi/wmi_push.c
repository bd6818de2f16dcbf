/* A push provider: what it leaves in the repository when it has been initialized ("Determining Push
 * or Pull Status", "Implementing the Primary Interface for a Class Provider"). */
#include "conformance/suites/wmi/wmi_subject.h"

struct names {
    size_t count;
};

static HRESULT count(void *self, struct cim_object *object)
{
    struct names *names = self;

    names->count += !(object->class_name[0] == '_' && object->class_name[1] == '_');
    return WBEM_S_NO_ERROR;
}

/* Classes of its namespace that are not the system's. */
static size_t stored(struct wmi_subject *it)
{
    struct names names = {0};
    int64_t ns = 0;

    if (FAILED(cim_repo_namespace(it->repo, it->registration.namespace, false, &ns)) ||
        FAILED(cim_repo_classes(it->repo, ns, NULL, true, count, &names)))
        conf_setup_failed(it->c, "the repository cannot be read");
    return names.count;
}

/* Once more, as WMI does when it has been unloaded. */
static void again(struct wmi_subject *it)
{
    wmi_release(it);
    wmi_create(it);
    if (FAILED(wmi_initialize(it)) || !wmi_sink_await(it->initialized) ||
        it->initialized->result != WBEM_S_INITIALIZED)
        conf_refused(it->c, "Initialize", "it did not come up again");
}

CONF_CASE(WMI_PUSH_BV_01, .title = "The repository has the classes of now, by their owner",
          .reqs = REQS("WMI-PP-004", "WMI-PP-005", "WMI-INIT-010"), .ics = "ANY",
          .needs = CONF_CLASS_PROVIDER | CONF_CONTROL,
          .steps = "Initialize a push provider with a player, and once more when it is pulled out")
{
    WMI_SUBJECT it = {.c = NULL};
    size_t before;

    wmi_load(&it, c, PROVIDER_PUSH, true);
    before = stored(&it);
    ROW("WMI-PP-004.writes")
        CHECK(before > 0);
    ROW("WMI-PP-005.put")
        CHECK(it.seen->puts > 0 && it.seen->without_owner == 0);
    ROW("WMI-INIT-010")
        CHECK_EQ(it.seen->without_context, 0);
    it.seen->without_owner = 0;
    wmi_release(&it);
    wmi_unplug(&it);
    again(&it);
    ROW("WMI-PP-004.deletes")
        CHECK(stored(&it) < before);
    ROW("WMI-PP-005.delete")
        CHECK_EQ(it.seen->without_owner, 0);
}
