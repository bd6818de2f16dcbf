/* What a service's section may say of the service beside what it has to: names, dependencies,
 * privileges, what is done when it fails. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_planner.h"
#include "spcore/base.h"

enum { IGNORED = 0xffff }; /* as a type: read, and kept nowhere */

/* "INF AddService Directive", service-install-section. */
static const struct setting {
    const char *key, *name; /* the directive, and the value below the service's key */
    uint32_t type, keep;    /* keep: AddService's flag */
} settings[] = {
    {"DisplayName", "DisplayName", INF_SZ, INF_KEEP_DISPLAY_NAME},
    {"Description", "Description", INF_SZ, INF_KEEP_DESCRIPTION},
    {"StartName", "ObjectName", INF_SZ, 0},
    {"LoadOrderGroup", "Group", INF_SZ, INF_KEEP_GROUP},
    {"Dependencies", "DependOnService", INF_MULTI_SZ, INF_KEEP_DEPENDENCIES},
    {"RequiredPrivileges", "RequiredPrivileges", INF_MULTI_SZ, INF_KEEP_PRIVILEGES},
    {"ServiceSidType", "ServiceSidType", INF_DWORD, INF_KEEP_SID_TYPE},
    {"DelayedAutoStart", "DelayedAutostart", INF_DWORD, INF_KEEP_DELAYED},
    {"BootFlags", "BootFlags", INF_DWORD, INF_KEEP_BOOT_FLAGS},
    {"FailureActions", "FailureActions", INF_BINARY, INF_KEEP_FAILURE_ACTIONS},
    {"Security", "Security", IGNORED, 0},
};

/* The directives that are others' work. */
static const char *const elsewhere[] = {"ServiceType", "StartType", "ErrorControl", "ServiceBinary",
                                        "AddTrigger",  "AddReg",    "DelReg",       "BitReg"};

static struct inf_step *setting_step(const struct planner *planner, const struct inf_entry *entry,
                                     const struct setting *setting, const char *name)
{
    struct inf_step *step = plan_step(planner, entry, INF_SERVICE_SETTING);

    if (!step)
        return NULL;
    step->key = plan_copy(planner, setting->key);
    step->name = plan_copy(planner, name);
    step->type = setting->type == IGNORED ? 0 : setting->type;
    step->flags = setting->keep;
    return step;
}

/* Names of services, or of groups, which have a plus sign before them. */
static void add_names(const struct planner *planner, const struct inf_entry *entry,
                      const struct setting *setting, bool groups)
{
    struct inf_step *step = NULL;
    char text[INF_EXPANDED];

    for (size_t i = 0; i < inf_value_count(entry); i++) {
        plan_value(planner, entry, i, text);
        if (!*text || groups != (text[0] == '+'))
            continue;
        if (!step)
            step = setting_step(planner, entry, setting, groups ? "DependOnGroup" : setting->name);
        if (step)
            plan_add_string(planner, step, text + groups);
    }
    if (step)
        plan_add_bytes(planner, step, "\0", 2);
}

static void add_dword(const struct planner *planner, struct inf_step *step, uint32_t number)
{
    uint8_t bytes[4];

    put_le32(bytes, number);
    plan_add_bytes(planner, step, bytes, sizeof(bytes));
}

/* As SERVICE_FAILURE_ACTIONS lies in the registry: period, no message, no command, how many, where
 * they begin; then each kind and delay. */
static void add_failure_actions(const struct planner *planner, const struct inf_section *section,
                                struct inf_step *step)
{
    enum { HEAD = 20, COUNT_AT = 12 };
    const struct inf_entry *period = plan_entry(planner, section, "ResetPeriod");
    uint32_t number = UINT32_MAX, count = 0;

    if (period)
        (void)plan_number(planner, period, 0, 0, "SVC-SVC-003", &number);
    for (size_t i = 0; i < HEAD / 4; i++)
        add_dword(planner, step, i == 0 ? number : i == 4 ? HEAD : 0);
    for (const struct inf_entry *e = plan_first(planner, section); e; e = plan_next(planner, e)) {
        uint32_t kind, delay;

        if (strcasecmp(inf_key(planner->strings->inf, e), "Action") != 0 ||
            !plan_number(planner, e, 0, 0, "SVC-SVC-003", &kind) ||
            !plan_number(planner, e, 1, 0, "SVC-SVC-003", &delay))
            continue;
        add_dword(planner, step, kind);
        add_dword(planner, step, delay);
        count++;
    }
    if (!planner->plan->failed)
        put_le32(step->data + COUNT_AT, count);
}

static void add_setting(const struct planner *planner, const struct inf_entry *entry,
                        const struct setting *setting)
{
    struct inf_step *step;
    char text[INF_EXPANDED];
    uint32_t number;

    if (setting->type == INF_MULTI_SZ) {
        add_names(planner, entry, setting, false);
        if (setting->keep == INF_KEEP_DEPENDENCIES)
            add_names(planner, entry, setting, true);
        return;
    }
    step = setting_step(planner, entry, setting, setting->name);
    if (!step)
        return;
    plan_value(planner, entry, 0, text);
    if (setting->type == INF_BINARY) {
        const struct inf_section *section = plan_reference(planner, entry, 0);

        if (section)
            add_failure_actions(planner, section, step);
    } else if (setting->type == INF_DWORD) {
        if (plan_number(planner, entry, 0, 0, "SVC-SVC-003", &number))
            add_dword(planner, step, number);
    } else {
        plan_add_string(planner, step, text);
        step->text = plan_copy(planner, text);
    }
}

static const struct setting *find(const char *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        if (strcasecmp(key, settings[i].key) == 0)
            return &settings[i];
    }
    return NULL;
}

static bool is_known_elsewhere(const char *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++) {
        if (strcasecmp(key, elsewhere[i]) == 0)
            return true;
    }
    return false;
}

void plan_settings(const struct planner *planner, const struct inf_section *section)
{
    const struct inf *inf = planner->strings->inf;

    for (const struct inf_entry *e = plan_first(planner, section); e; e = plan_next(planner, e)) {
        const char *key = inf_key(inf, e);
        const struct setting *setting = find(key);

        if (setting)
            add_setting(planner, e, setting);
        else if (!is_known_elsewhere(key))
            PLAN_FIND(planner, e->at, "SVC-SVC-014", "write it as AddService's page does",
                      "[%s] says %s, which Windows ignores", section->name,
                      *key ? key : "something without a name");
    }
}
