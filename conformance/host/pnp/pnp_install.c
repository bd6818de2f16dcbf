/* Carries the plan of a driver package out for one device: its keys, what AddReg says, its services
 * and interfaces. All of it or nothing. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_lint.h"
#include "conformance/host/pnp/pnp_private.h"
#include "spcore/base.h"

enum { DRIVERS_MAX = 10000 };

static int refuse(struct pnp_machine *machine, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int refuse(struct pnp_machine *machine, int error, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(machine->reason, sizeof(machine->reason), format, list);
    va_end(list);
    return error;
}

/* What is wrong with a plan, but for what Windows gets over; the rest is remarked. */
bool pnp_is_got_over(const char *row)
{
    static const char *const rows[] = {"SVC-SVC-014", "SVC-SVC-015", "SVC-IFC-007"};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(row, rows[i]) == 0)
            return true;
    }
    return false;
}

static int judge(struct pnp_machine *machine, const char *name, struct inf_findings *findings)
{
    inf_findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct inf_finding *one = &findings->at[i];

        if (!pnp_is_got_over(one->row))
            return refuse(machine, -EBADMSG, "%s:%u:%u: %s: %s", name, one->at.line, one->at.column,
                          one->row, one->text);
        pnp_remark_add(machine, "%s:%u: %s", name, one->at.line, one->text);
    }
    return 0;
}

/* ---- the device's own keys */

/* The software key: that of before, if it is of the class; else the first that is free. */
static int driver_key(struct pnp_installing *it)
{
    const struct pnp_package *package = it->match->package;
    char prefix[PNP_KEY_MAX + 1];
    size_t length;

    snprintf(prefix, sizeof(prefix), PNP_CONTROL_SET "Control\\Class\\%s\\", package->class_guid);
    length = strlen(prefix);
    if (strncasecmp(it->node->devnode.driver_key, prefix, length) == 0) {
        memcpy(it->driver_key, it->node->devnode.driver_key, sizeof(it->driver_key));
        return 0;
    }
    for (unsigned i = 0; i < DRIVERS_MAX; i++) {
        snprintf(it->driver_key, sizeof(it->driver_key), "%.700s%04u", prefix, i);
        if (!registry_get(it->registry, it->driver_key, "InfPath"))
            return 0;
    }
    return -ENOSPC;
}

static int set_all(struct registry *registry, const char *key, const char *const texts[][2],
                   size_t count)
{
    int error = 0;

    for (size_t i = 0; i < count && !error; i++)
        error = pnp_set_text(registry, key, texts[i][0], REG_TYPE_SZ, texts[i][1]);
    return error;
}

static int describe(struct pnp_installing *it)
{
    const struct pnp_match *match = it->match;
    const struct pnp_package *package = match->package;
    const char *driver = it->driver_key + strlen(PNP_CONTROL_SET "Control\\Class\\");
    const char *const software[][2] = {
        {"InfPath", package->name},          {"InfSection", match->section},
        {"ProviderName", package->provider}, {"DriverDesc", match->description},
        {"MatchingDeviceId", match->id},     {"DriverVersion", package->version},
    };
    const char *const device[][2] = {
        {"Driver", driver},
        {"ClassGUID", package->class_guid},
        {"Class", package->class_name},
        {"DeviceDesc", match->description},
        {"Mfg", match->manufacturer},
        {"Service", it->service},
    };
    int error = set_all(it->registry, it->driver_key, software, ARRAY_SIZE(software));

    return error ? error : set_all(it->registry, it->node->devnode.key, device, ARRAY_SIZE(device));
}

/* ---- steps */

bool pnp_hkr(const struct pnp_installing *it, const struct inf_step *step,
             char ret[PNP_KEY_MAX + 1])
{
    const char *device = it->node->devnode.key;
    char class[PNP_GUID];
    int length = 0;

    if (step->scope == INF_SOFTWARE)
        length = snprintf(ret, PNP_KEY_MAX + 1, "%s", it->driver_key);
    else if (step->scope == INF_HARDWARE)
        length = snprintf(ret, PNP_KEY_MAX + 1, "%s" PNP_DEVICE_PARAMETERS, device);
    else if (step->scope == INF_OF_SERVICE)
        length = snprintf(ret, PNP_KEY_MAX + 1, PNP_CONTROL_SET "Services\\%s", step->owner);
    else if (step->scope == INF_EVENT_LOG)
        length =
            snprintf(ret, PNP_KEY_MAX + 1, PNP_CONTROL_SET "Services\\EventLog\\%s", step->owner);
    else {
        snprintf(class, sizeof(class), "%.38s", step->owner);
        pnp_interface_key(&it->node->devnode, class,
                          step->owner[strlen(class)] ? step->owner + strlen(class) + 1 : "", ret);
        length = (int)strlen(ret);
        length += snprintf(ret + length, PNP_KEY_MAX + 1 - (size_t)length, PNP_DEVICE_PARAMETERS);
    }
    return length >= 0 && length <= PNP_KEY_MAX;
}

static int add_interface(struct pnp_installing *it, const struct inf_step *step)
{
    char key[PNP_KEY_MAX + 1], class[PNP_GUID], link[PNP_LINK_MAX + 1];
    int error;

    pnp_guid_text(step->name, class);
    if (!pnp_link_text(it->node->devnode.instance_id, class, step->key, link))
        return refuse(it->machine, -ENAMETOOLONG, "an interface whose link is too long");
    pnp_interface_key(&it->node->devnode, class, step->key, key);
    error = pnp_set_text(it->registry, key, "SymbolicLink", REG_TYPE_SZ, link);
    return error ? error
                 : pnp_set_text(it->registry, key, "DeviceInstance", REG_TYPE_SZ,
                                it->node->devnode.instance_id);
}

static int do_step(struct pnp_installing *it, const struct inf_plan *plan, size_t *index)
{
    const struct inf_step *step = &plan->steps[*index];
    int error = 0;

    switch (step->kind) {
    case INF_SET_VALUE:
    case INF_DELETE_VALUE:
        error = pnp_do_value(it, step);
        break;
    case INF_COPY_FILE:
        error = pnp_do_file(it, step);
        break;
    case INF_SERVICE:
        error = pnp_do_service(it, step);
        /* Its settings are right behind it. */
        while (!error && *index + 1 < plan->count &&
               plan->steps[*index + 1].kind == INF_SERVICE_SETTING)
            error = pnp_do_setting(it, &plan->steps[++*index], step->flags);
        if (!error)
            error = pnp_do_triggers(it, plan, step);
        break;
    case INF_INTERFACE:
        error = add_interface(it, step);
        break;
    case INF_SERVICE_SETTING:
    case INF_TRIGGER: /* done with their service */
        break;
    }
    if (error && !*it->machine->reason)
        return refuse(it->machine, error, "%s:%u: %s", it->match->package->name, step->at.line,
                      strerror(-error));
    return error;
}

static int do_plan(struct pnp_installing *it, const struct inf_plan *plan)
{
    int error = driver_key(it);

    for (size_t i = 0; i < plan->count && !error; i++)
        error = do_step(it, plan, &i);
    return error ? error : describe(it);
}

/* ---- what others see of it once it is done */

static int publish(struct pnp_installing *it, const struct inf_plan *plan)
{
    struct pnp_devnode *devnode = &it->node->devnode;
    const struct pnp_match *match = it->match;

    memcpy(devnode->driver_key, it->driver_key, sizeof(devnode->driver_key));
    memcpy(devnode->service, it->service, sizeof(devnode->service));
    snprintf(devnode->package, sizeof(devnode->package), "%s", match->package->name);
    devnode->rank = match->rank;
    it->node->package = match->package;
    for (size_t i = 0; i < plan->count; i++) {
        const struct inf_step *step = &plan->steps[i];

        if (step->kind == INF_INTERFACE &&
            !pnp_interface_register(it->machine, devnode, step->name, step->key))
            return -ENOMEM;
    }
    return 0;
}

static void tell_services(struct pnp_machine *machine, const struct inf_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct inf_step *step = &plan->steps[i];

        if (step->kind == INF_SERVICE && *step->name)
            pnp_tell_service(machine, step->name, step->flags & INF_START_SERVICE);
    }
}

/* With the plan there, and nothing found in it. */
static int carry_out(struct pnp_machine *machine, struct pnp_node *node,
                     const struct pnp_match *match, const struct inf_plan *plan)
{
    struct pnp_installing it = {.machine = machine, .node = node, .match = match};
    struct pnp_transaction transaction;
    int error;

    pthread_mutex_lock(&machine->lock);
    error = pnp_begin(machine, &transaction);
    if (!error) {
        it.registry = &transaction.work;
        error = do_plan(&it, plan);
        if (!error) {
            pnp_commit(&transaction);
            error = publish(&it, plan);
        } else {
            pnp_abort(&transaction);
        }
    }
    pthread_mutex_unlock(&machine->lock);
    return error;
}

int pnp_install_match(struct pnp_machine *machine, struct pnp_node *node,
                      const struct pnp_match *match)
{
    const struct pnp_package *package = match->package;
    struct inf_findings findings = {.count = 0};
    struct inf_library library = {.folder = *package->folder ? package->folder : NULL,
                                  .code_page = INF_CODE_PAGE,
                                  .langid = machine->langid};
    struct inf_plan plan = {.is_of_device = true};
    int error;

    machine->reason[0] = '\0';
    package->inf->findings = &findings; /* of this installation */
    inf_plan(&package->strings, &library, match->section, &plan);
    inf_lint_services(&plan);
    error = plan.failed ? -ENOMEM : judge(machine, package->name, &findings);
    if (!error && plan.is_partial)
        pnp_remark_add(machine, "%s: what it includes is not here", package->name);
    if (!error)
        error = carry_out(machine, node, match, &plan);
    if (!error)
        tell_services(machine, &plan);
    package->inf->findings = &((struct pnp_package *)(uintptr_t)package)->findings;
    inf_plan_done(&plan);
    inf_library_done(&library);
    inf_findings_done(&findings);
    if (error && !*machine->reason)
        return refuse(machine, error, "%s: %s", package->name, strerror(-error));
    return error;
}
