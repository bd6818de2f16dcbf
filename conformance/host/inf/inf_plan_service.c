/* AddService: a service, its event log and its triggers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_planner.h"
#include "spcore/base.h"

enum { SERVICE_NAME, SERVICE_FLAGS, SERVICE_SECTION, EVENT_SECTION, EVENT_TYPE, EVENT_NAME };
enum { DISABLED = 4, WORST_ERROR_CONTROL = 3 };
enum { TRIGGER_INTERFACE = 1, ACTION_MAX = 2, ITEM_STRING = 2 };

static const struct {
    const char *key, *fix;
    int number; /* of the step; -1: the binary */
} required[] = {
    {"ServiceType", "write ServiceType = 0x10, or what the service is", INF_SERVICE_TYPE},
    {"StartType", "write StartType = 3, or when it starts", INF_START_TYPE},
    {"ErrorControl", "write ErrorControl = 1, or how a failed start ends", INF_ERROR_CONTROL},
    {"ServiceBinary", "write ServiceBinary = %13%\\FILE", -1},
};

/* "12\x.sys": a number that is meant to be a folder. */
static bool is_bare_dirid(const char *path)
{
    size_t digits = strspn(path, "0123456789");

    return digits != 0 && path[digits] == '\\';
}

static void check_binary(const struct planner *planner, const struct inf_entry *entry,
                         const char *path)
{
    if (is_bare_dirid(path))
        PLAN_FIND(planner, inf_value(planner->strings->inf, entry, 0).at, "SVC-SVC-007",
                  "put the number between % signs: %13%\\FILE",
                  "ServiceBinary is %s: a number alone names no folder", path);
}

static void check_numbers(const struct planner *planner, const struct inf_entry *entry,
                          const struct inf_step *step, int number)
{
    static const uint32_t types[] = {0x1, 0x2, 0x4, 0x8, 0x10, 0x20};
    struct inf_at at = inf_value(planner->strings->inf, entry, 0).at;
    uint32_t value = step->numbers[number], plain = value & ~(uint32_t)(0x100 | 0x40);
    bool is_known = false;

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        is_known = is_known || plain == types[i];
    if (number == INF_SERVICE_TYPE && !is_known)
        PLAN_FIND(planner, at, "SVC-SVC-003", "take 0x10 (own process) or 0x20 (shared), or 1",
                  "ServiceType 0x%x is no type of a service", value);
    if (number == INF_START_TYPE && value >= DISABLED && planner->plan->is_of_device)
        PLAN_FIND(planner, at, "SVC-SVC-005", "take 3, which starts it when it is asked for",
                  "StartType %u cannot be installed for a device", value);
    if (number == INF_ERROR_CONTROL && value > WORST_ERROR_CONTROL)
        PLAN_FIND(planner, at, "SVC-SVC-006", "take 0, 1, 2 or 3",
                  "ErrorControl %u: expected 0 to 3", value);
}

/* What every service says of itself. */
static void read_required(const struct planner *planner, const struct inf_section *section,
                          const struct inf_entry *from, struct inf_step *step)
{
    char text[INF_EXPANDED];

    for (size_t i = 0; i < ARRAY_SIZE(required); i++) {
        const struct inf_entry *entry = plan_entry(planner, section, required[i].key);
        int number = required[i].number;

        if (!entry) {
            PLAN_FIND(planner, from->at, "SVC-SVC-002", required[i].fix, "[%s] has no %s",
                      section->name, required[i].key);
        } else if (number < 0) {
            plan_value(planner, entry, 0, text);
            step->key = plan_copy(planner, text);
            step->has_dirid = inf_has_dirid(inf_value(planner->strings->inf, entry, 0).text);
            check_binary(planner, entry, text);
        } else if (plan_number(planner, entry, 0, 0, "SVC-SVC-003", &step->numbers[number])) {
            check_numbers(planner, entry, step, number);
        }
    }
}

/* ---- triggers */

enum { ITEMS_MAX = 64, ITEM_BYTES_MAX = 1024, ITEM_HEAD = 8 };

/* One item behind its head. */
static void add_item(const struct planner *planner, const struct inf_entry *entry, uint32_t type,
                     struct inf_step *step)
{
    const struct inf_field field = inf_value(planner->strings->inf, entry, 1);
    size_t begin = step->size, size;
    uint8_t head[ITEM_HEAD] = {0};
    char text[INF_EXPANDED];

    plan_add_bytes(planner, step, head, sizeof(head));
    for (size_t i = 1; i < inf_value_count(entry) && (i == 1 || type != ITEM_STRING); i++) {
        uint8_t byte;

        plan_value(planner, entry, i, text);
        byte = (uint8_t)strtoul(text, NULL, 16);
        if (type == ITEM_STRING)
            plan_add_string(planner, step, text);
        else
            plan_add_bytes(planner, step, &byte, 1);
    }
    if (planner->plan->failed)
        return;
    size = step->size - begin - ITEM_HEAD;
    put_le32(step->data + begin, type);
    put_le32(step->data + begin + 4, (uint32_t)size);
    if (size > ITEM_BYTES_MAX)
        PLAN_FIND(planner, field.at, "SVC-TRG-008", "name a shorter id, or one that is less exact",
                  "a DataItem of %zu bytes: expected at most %d", size, ITEM_BYTES_MAX);
}

static void add_items(const struct planner *planner, const struct inf_section *section,
                      struct inf_step *step)
{
    const struct inf *inf = planner->strings->inf;
    unsigned count = 0;

    for (const struct inf_entry *e = plan_first(planner, section); e; e = plan_next(planner, e)) {
        uint32_t type;

        if (strcasecmp(inf_key(inf, e), "DataItem") != 0 ||
            !plan_number(planner, e, 0, 0, "SVC-TRG-004", &type))
            continue;
        if (step->numbers[INF_TRIGGER_TYPE] == TRIGGER_INTERFACE && type != ITEM_STRING)
            PLAN_FIND(planner, inf_value(inf, e, 0).at, "SVC-TRG-004",
                      "write DataItem = 2,\"HARDWARE-ID\"",
                      "a DataItem of type %u: a trigger of an interface takes strings (2)", type);
        if (++count == ITEMS_MAX + 1)
            PLAN_FIND(planner, e->at, "SVC-TRG-008", "write another trigger for the rest",
                      "a trigger with more than %d DataItems", ITEMS_MAX);
        add_item(planner, e, type, step);
    }
}

static void check_trigger(const struct planner *planner, const struct inf_section *section,
                          const struct inf_step *step)
{
    const struct inf *inf = planner->strings->inf;
    const struct inf_entry *action = plan_entry(planner, section, "Action"),
                           *subtype = plan_entry(planner, section, "SubType");
    uint32_t value = step->numbers[INF_TRIGGER_ACTION];

    if (action && (value == 0 || value > ACTION_MAX))
        PLAN_FIND(planner, inf_value(inf, action, 0).at, "SVC-TRG-003",
                  "take 1, which starts the service, or 2, which stops it",
                  "Action %u is none of a trigger", value);
    if (subtype && step->name && !inf_is_guid(step->name))
        PLAN_FIND(planner, inf_value(inf, subtype, 0).at, "SVC-TRG-002",
                  "write the GUID of the interface class in braces",
                  "SubType %s is no GUID in braces", step->name);
}

static void add_trigger(const struct planner *planner, const struct inf_entry *entry,
                        const struct inf_section *section)
{
    static const char *const keys[] = {"TriggerType", "Action", "SubType"};
    struct inf_step *step = plan_step(planner, entry, INF_TRIGGER);
    char text[INF_EXPANDED];

    if (!step)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct inf_entry *e = plan_entry(planner, section, keys[i]);

        if (!e) {
            PLAN_FIND(planner, section->at, "SVC-TRG-001",
                      "write all of TriggerType, Action, SubType", "the trigger [%s] has no %s",
                      section->name, keys[i]);
        } else if (i < 2) {
            (void)plan_number(planner, e, 0, 0, "SVC-TRG-001", &step->numbers[i]);
        } else {
            plan_value(planner, e, 0, text);
            step->name = plan_copy(planner, text);
        }
    }
    check_trigger(planner, section, step);
    add_items(planner, section, step);
}

static void add_triggers(const struct planner *planner, const struct inf_section *service)
{
    const struct inf *inf = planner->strings->inf;

    for (const struct inf_entry *e = plan_first(planner, service); e; e = plan_next(planner, e)) {
        if (strcasecmp(inf_key(inf, e), "AddTrigger") != 0)
            continue;
        for (size_t i = 0; i < inf_value_count(e); i++) {
            const struct inf_section *section = plan_reference(planner, e, i);

            if (section)
                add_trigger(planner, e, section);
        }
    }
}

/* ---- the service */

static void check_flags(const struct planner *planner, const struct inf_entry *entry,
                        uint32_t flags)
{
    if ((flags & INF_ASSOCIATED_SERVICE) && (flags & INF_START_SERVICE))
        PLAN_FIND(planner, inf_value(planner->strings->inf, entry, SERVICE_FLAGS).at, "SVC-SVC-012",
                  "leave 0x800 out: Windows starts the driver of a device itself",
                  "SPSVCINST_STARTSERVICE (0x800) of a function driver (0x2)");
}

/* "LOG\NAME" of the event log, System and the service's unless they are said. */
static void event_log(const struct planner *planner, const struct inf_entry *entry,
                      const char *service, char *ret, size_t size)
{
    static const char *const logs[] = {"", "System", "Security", "Application"};
    char type[INF_EXPANDED], name[INF_EXPANDED];
    size_t i = 0;

    plan_value(planner, entry, EVENT_TYPE, type);
    plan_value(planner, entry, EVENT_NAME, name);
    while (i < ARRAY_SIZE(logs) && strcasecmp(type, logs[i]) != 0)
        i++;
    if (i == ARRAY_SIZE(logs))
        PLAN_FIND(planner, inf_value(planner->strings->inf, entry, EVENT_TYPE).at, "SVC-SVC-001",
                  "take System, Security or Application", "there is no event log %s", type);
    snprintf(ret, size, "%s\\%s", *type ? type : "System", *name ? name : service);
}

/* Registry entries of a section, which are the service's own. */
static void part(const struct planner *planner, const struct inf_entry *entry, size_t index,
                 enum inf_scope scope, const char *owner)
{
    struct planner of = *planner;
    char name[INF_EXPANDED];

    if (!*inf_value(planner->strings->inf, entry, index).text ||
        !plan_reference(planner, entry, index))
        return;
    plan_value(planner, entry, index, name);
    of.scope = scope;
    of.owner = owner;
    of.section = name;
    plan_section(&of);
}

void plan_add_service(const struct planner *planner, const struct inf_entry *entry)
{
    const struct inf *inf = planner->strings->inf;
    char name[INF_EXPANDED], section[INF_EXPANDED], log[2 * INF_EXPANDED];
    struct planner of = *planner;
    struct inf_step *step;
    uint32_t flags;

    plan_value(planner, entry, SERVICE_NAME, name);
    if (!plan_number(planner, entry, SERVICE_FLAGS, 0, "SVC-SVC-001", &flags))
        return;
    check_flags(planner, entry, flags);
    event_log(planner, entry, name, log, sizeof(log));
    step = plan_step(planner, entry, INF_SERVICE);
    if (!step)
        return;
    step->name = plan_copy(planner, name);
    step->flags = flags;
    if (!*name) /* a device without a driver */
        return;
    plan_value(planner, entry, SERVICE_SECTION, section);
    if (!*section) {
        PLAN_FIND(planner, entry->at, "SVC-SVC-001", "name the section that describes the service",
                  "AddService of %s names no section", name);
        return;
    }
    if (!plan_reference(planner, entry, SERVICE_SECTION))
        return;
    read_required(planner, inf_section(inf, section), entry, step);
    of.owner = name;
    plan_settings(&of, inf_section(inf, section));
    add_triggers(&of, inf_section(inf, section));
    part(planner, entry, SERVICE_SECTION, INF_OF_SERVICE, name);
    part(planner, entry, EVENT_SECTION, INF_EVENT_LOG, log);
}
