/* The vendor's INF decides what the service under judgement sees: under which name it stands in the
 * registry, with which trigger, and of which device. So each model is plugged into a machine of its
 * own, and what would be started there is looked at; nothing of that machine is left. */
#include "conformance/suites/service/served_inf.h"

#include <stdio.h>
#include <string.h>

#include "conformance/host/pnp/pnp_models.h"
#include "conformance/host/scm/scm.h"
#include "spcore/base.h"

enum { MODELS_MAX = 64, SERVICES_MAX = 16, STARTS = 1 };

struct trial {
    struct world *world;
    struct pnp_machine *machine;
    struct scm *scm;
    char services[SERVICES_MAX][256]; /* that the INF has installed */
    size_t count;
    char error[512];
};

static void installed(void *self, const char *service, bool start)
{
    struct trial *it = self;

    (void)start;
    if (it->count < SERVICES_MAX)
        snprintf(it->services[it->count++], sizeof(it->services[0]), "%s", service);
}

static uint32_t launch(void *self, struct scm_process *process, const char *image_path)
{
    (void)self, (void)process, (void)image_path;
    return SCM_INVALID_DATA; /* nothing runs here */
}

/* ---- what a model is */
/* As the model names it, and as every device of that kind reports it beside: without its revision
 * (standard-usb-identifiers.md). */
static void take_ids(const struct pnp_devnode *devnode, char ret[SERVED_IDS][PNP_ID_MAX + 1])
{
    const char *id = devnode->hardware_ids[0], *revision = strstr(id, "&REV_");
    const char *rest = revision ? strchr(revision + 1, '&') : NULL;

    snprintf(ret[0], sizeof(ret[0]), "%s", id);
    if (revision)
        snprintf(ret[1], sizeof(ret[1]), "%.*s%s", (int)(revision - id), id, rest ? rest : "");
}

/* Is it one that an interface of that device starts? */
static bool is_started(struct trial *it, const char *service, const struct pnp_interface *interface)
{
    struct scm_trigger trigger;

    for (unsigned i = 0; scm_trigger(it->scm, service, i, &trigger); i++) {
        if (trigger.action == STARTS && scm_holds(&trigger, interface))
            return true;
    }
    return false;
}

static bool find_started(struct trial *it, const struct pnp_devnode *devnode,
                         struct served_registered *ret)
{
    for (const struct pnp_interface *one = devnode->interfaces; one; one = one->next) {
        for (size_t i = 0; one->enabled && i < it->count; i++) {
            if (!is_started(it, it->services[i], one))
                continue;
            snprintf(ret->service, sizeof(ret->service), "%s", it->services[i]);
            snprintf(ret->class_guid, sizeof(ret->class_guid), "%s", one->class_guid);
            return true;
        }
    }
    return false;
}

/* ---- a machine for one model */
static void trial_begin(struct trial *it, const char *inf)
{
    static const struct scm_launcher launcher = {launch, NULL};

    *it = (struct trial){.world = world_new(), .machine = pnp_machine_new(NULL)};
    it->scm = it->world && it->machine ? scm_new(it->world, it->machine, &launcher) : NULL;
    if (it->scm)
        (void)pnp_stage_file(it->machine, inf, it->error, sizeof(it->error));
    else
        snprintf(it->error, sizeof(it->error), "no memory");
}

static void trial_end(struct trial *it)
{
    if (it->world)
        (void)world_quiesce(it->world);
    scm_free(it->scm);
    pnp_machine_free(it->machine);
    (void)world_free(it->world);
}

/* Plugs a device of these ids, and looks what that starts. */
static bool try_model(struct trial *it, struct served_registered *ret)
{
    static const struct pnp_events events = {.service_installed = installed};
    const struct pnp_given given = {.device_id = ret->ids[0],
                                    .instance = "LOOK",
                                    .hardware = {ret->ids[0], *ret->ids[1] ? ret->ids[1] : NULL}};
    struct pnp_listener listener = {.events = &events, .self = it};
    struct pnp_devnode *devnode = NULL;
    bool found;

    pnp_listen(it->machine, &listener);
    found = pnp_attach_given(it->machine, 1, &given, NULL, &devnode) == 0 &&
            find_started(it, devnode, ret);
    if (!found && *pnp_reason(it->machine))
        snprintf(it->error, sizeof(it->error), "%s", pnp_reason(it->machine));
    pnp_unlisten(it->machine, &listener);
    return found;
}

/* Of each model the ids of a device of it; how many. */
static size_t list_models(const char *inf, struct served_registered ret[MODELS_MAX], char *error,
                          size_t size)
{
    const char *slash = strrchr(inf, '/');
    struct pnp_devnode *devnodes[MODELS_MAX];
    struct trial trial;
    size_t count = 0;

    trial_begin(&trial, inf);
    snprintf(error, size, "%s", trial.error);
    if (!*trial.error)
        count = pnp_plug_models(trial.machine, slash ? slash + 1 : inf, devnodes, MODELS_MAX);
    for (size_t i = 0; i < count; i++)
        take_ids(devnodes[i], ret[i].ids);
    trial_end(&trial);
    return count;
}

void served_inf(struct conf *c, struct served_registered *ret)
{
    static struct served_registered models[MODELS_MAX], *found;
    char error[512];
    const size_t count = found ? 0 : list_models(conf_inf(c), models, error, sizeof(error));

    for (size_t i = 0; i < count && !found; i++) {
        struct trial trial;

        trial_begin(&trial, conf_inf(c));
        if (try_model(&trial, &models[i]))
            found = &models[i];
        else
            snprintf(error, sizeof(error), "%s", trial.error);
        trial_end(&trial);
    }
    if (!found)
        conf_inconclusive(c, "%s installs no service that the arrival of its device starts: %s",
                          conf_inf(c), *error ? error : "no model has one with such a trigger");
    *ret = *found;
    conf_note(c, "%s: the service %s is started by interfaces of %s of %s", conf_inf(c),
              ret->service, ret->class_guid, ret->ids[0]);
}
