/* The life of a service, and what is seen of it. */
#include "conformance/suites/service/served.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/suites/service/served_class.h"
#include "spcore/base.h"

/* ---- the devices: what is asked of them succeeds at once, or when they have gone */
static bool is_pulled(void *self)
{
    return ((struct served *)self)->pulled;
}

static bool never(void *self)
{
    (void)self;
    return false;
}

static int answer(void *self, size_t *ret_count)
{
    struct served *it = self;
    const struct world_condition gone = {.met = is_pulled, .self = it, .what = "a device"};
    int error = 0;

    *ret_count = 0;
    if (!it->silent)
        return 0;
    world_lock(it->host.world);
    while (!error && !it->pulled)
        error = world_wait(it->host.world, &gone, WORLD_NEVER);
    world_unlock(it->host.world);
    return -ENODEV;
}

static int read_device(void *self, void *data, size_t size, size_t *ret_count)
{
    (void)data, (void)size;
    return answer(self, ret_count);
}

static int write_device(void *self, const void *data, size_t size, size_t *ret_count)
{
    const int error = answer(self, ret_count);

    (void)data;
    if (!error)
        *ret_count = size;
    return error;
}

static int control_device(void *self, uint32_t code, const void *in, size_t in_size, void *out,
                          size_t out_size, size_t *ret_count)
{
    (void)code, (void)in, (void)in_size, (void)out, (void)out_size;
    return answer(self, ret_count);
}

static void close_device(void *self)
{
    (void)self;
}

static int open_device(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    static const struct pnp_io io = {read_device, write_device, control_device, close_device};
    struct served *it = self;
    const struct world_condition slow = {.met = never, .self = it, .what = "a device"};

    (void)link;
    if (it->open_ms) {
        const uint64_t until = world_after(it->host.world, it->open_ms);

        world_lock(it->host.world);
        (void)world_wait(it->host.world, &slow, until);
        world_unlock(it->host.world);
    }
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

static bool query_remove(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    return !((struct served *)self)->vetoes;
}

/* What tells of one removal comes one after the other, in the machine's order: which of two
 * callbacks is the faster must not decide. On a thread of the service nothing waits. */
static void one_by_one(struct served *it)
{
    if (!world_self())
        (void)world_quiesce(it->host.world);
}

static void handle_gone(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    one_by_one(self);
}

static void interface_gone(void *self, const struct pnp_interface *interface)
{
    (void)interface;
    one_by_one(self);
}

/* ---- a life */
static bool is_open(void *self)
{
    return ((struct served *)self)->open;
}

static uint32_t launch(void *self, struct scm_process *process, const char *image_path)
{
    struct served *it = self;
    const struct world_condition open = {.met = is_open, .self = it, .what = "the case"};

    world_lock(it->host.world);
    while (!it->open && world_wait(it->host.world, &open, WORLD_NEVER) == 0) {
    }
    world_unlock(it->host.world);
    return win_program_launch(&it->program, process, image_path);
}

static void open_gate(struct served *it)
{
    world_lock(it->host.world);
    it->open = true;
    world_changed(it->host.world);
    world_unlock(it->host.world);
}

static void set_up(struct served *it)
{
    static const struct pnp_events events = {.query_remove = query_remove,
                                             .remove_complete = handle_gone,
                                             .interface_removed = interface_gone};
    const struct pnp_options options = {.seed = conf_seed(it->c)};
    struct win_host *host = &it->host;

    host->world = world_new();
    host->machine = pnp_machine_new(&options);
    host->notify = host->world && host->machine ? notify_new(host->world, host->machine) : NULL;
    it->program = (struct win_program){.host = host, .path = conf_service(it->c)};
    it->launcher = (struct scm_launcher){launch, it};
    host->scm = host->notify ? scm_new(host->world, host->machine, &it->launcher) : NULL;
    if (!host->scm)
        conf_setup_failed(it->c, "no memory for a Windows");
    it->vetoer = (struct pnp_listener){.events = &events, .self = it};
    pnp_listen(host->machine, &it->vetoer);
}

static void stage(struct served *it)
{
    char text[2048], error[512] = "";
    const char *inf = conf_inf(it->c);
    const size_t size = *inf ? 0 : served_package(it->as.class_guid, text, sizeof(text));

    if (*inf ? pnp_stage_file(it->host.machine, inf, error, sizeof(error))
             : pnp_stage(it->host.machine, "s.inf", text, size, error, sizeof(error)))
        conf_setup_failed(it->c, "%s", error);
}

void served_begin(struct conf *c, struct served *it)
{
    *it = (struct served){.c = c};
    if (*conf_inf(c))
        served_inf(c, &it->as);
    else
        served_own(c, &it->as);
    set_up(it);
    stage(it);
    win_bind(&it->host);
}

static void note_life(struct served *it)
{
    const struct world_entry *entry;
    const struct world_finding *finding;

    for (size_t i = 0; (entry = world_entry(it->host.world, i)) != NULL; i++)
        conf_recount(it->c, "%llu ms, thread %u: %s", (unsigned long long)entry->time,
                     entry->thread, entry->text);
    for (size_t i = 0; (finding = world_finding(it->host.world, i)) != NULL; i++)
        conf_note(it->c, "%s: %s: %s", finding->kind == WORLD_FAULT ? "fault" : "risk",
                  finding->word, finding->entry.text);
}

unsigned served_end(struct served *it)
{
    struct win_host *host = &it->host;
    unsigned left;

    it->vetoes = false;
    open_gate(it);
    for (unsigned i = 0; i < SERVED_DEVICES; i++)
        served_pull(it, i);
    (void)world_advance(host->world, SERVED_MINUTE);
    if (!served_stopped(it))
        (void)scm_control(host->scm, it->as.service, SCM_STOP, NULL);
    (void)world_advance(host->world, SERVED_MINUTE);
    note_life(it);
    conf_in_service(it->c, NULL);
    pnp_unlisten(host->machine, &it->vetoer);
    left = world_alive(host->world);
    if (left) /* it keeps what they use */
        return left;
    win_program_done(&it->program);
    scm_free(host->scm);
    win_bind(NULL);
    notify_free(host->notify);
    pnp_machine_free(host->machine);
    (void)world_free(host->world);
    return 0;
}

/* ---- what is done to it */
static void demand(struct served *it, bool rests)
{
    struct conf *c = it->c;

    if (rests)
        return;
    ROW(conf_row_blamed(c))
        CHECK_TOLD(rests, served_tale(it, "a thread of the service has been at work for 10 s and "
                                          "waits in none of Windows' functions"));
    note_life(it);
    conf_in_service(c, NULL);
    conf_end(c);
}

bool served_passes(struct served *it)
{
    conf_in_service(it->c, "while a minute passes");
    open_gate(it);
    return world_advance(it->host.world, SERVED_MINUTE);
}

void served_rest(struct served *it)
{
    demand(it, served_passes(it));
}

void served_quiet(struct served *it)
{
    conf_in_service(it->c, "until it rests");
    open_gate(it);
    demand(it, world_quiesce(it->host.world));
}

void served_plug(struct served *it, unsigned device)
{
    static const char *const names[SERVED_DEVICES] = {"FIRST", "SECOND", "THIRD", "FOURTH"};
    static const struct pnp_port no_port = {.open = open_device};
    const struct pnp_given given = {
        .device_id = it->as.ids[0],
        .instance = names[device],
        .hardware = {it->as.ids[0], *it->as.ids[1] ? it->as.ids[1] : NULL}};
    static struct pnp_port ports[SERVED_DEVICES];

    conf_in_service(it->c, "as a device is plugged");
    ports[device] = no_port;
    ports[device].bus.self = it;
    if (pnp_attach_given(it->host.machine, device + 1, &given, &ports[device],
                         &it->devices[device]))
        conf_setup_failed(it->c, "the device cannot be plugged");
}

void served_pull(struct served *it, unsigned device)
{
    conf_in_service(it->c, "as a device is pulled");
    world_lock(it->host.world);
    it->pulled = true;
    world_changed(it->host.world);
    world_unlock(it->host.world);
    if (it->devices[device])
        pnp_detach(it->host.machine, it->devices[device]);
}

int served_eject(struct served *it, unsigned device)
{
    conf_in_service(it->c, "as a device is ejected");
    return pnp_eject(it->host.machine, it->devices[device]);
}

void served_start(struct served *it, unsigned devices)
{
    for (unsigned i = 0; i < devices; i++)
        served_plug(it, i);
    served_rest(it);
    if (*it->program.error)
        conf_refused(it->c, "service", "%s", it->program.error);
}

void served_hold(struct served *it, unsigned devices)
{
    unsigned held = 0;

    served_start(it, devices);
    for (unsigned i = 0; i < devices; i++)
        held += served_handles(it, i);
    if (served_state(it) != SCM_RUNNING)
        conf_refused(it->c, "service", "%s",
                     served_tale(it, "it does not run while devices are there"));
    if (held)
        return;
    conf_inconclusive(it->c, "the service holds no device open");
}

uint32_t served_control(struct served *it, uint32_t control)
{
    conf_in_service(it->c,
                    control == SCM_STOP ? "as it is told to stop" : "as it is sent a control");
    return scm_control(it->host.scm, it->as.service, control, NULL);
}

/* ---- what is seen of it */
uint32_t served_state(struct served *it)
{
    struct scm_status status = {0};

    (void)scm_query(it->host.scm, it->as.service, &status);
    return status.state ? status.state : SCM_STOPPED;
}

bool served_stopped(struct served *it)
{
    return served_state(it) == SCM_STOPPED;
}

unsigned served_handles(const struct served *it, unsigned device)
{
    return it->devices[device] ? it->devices[device]->handles : 0;
}

unsigned served_registrations(struct served *it, unsigned device)
{
    return it->devices[device] ? notify_count(it->host.notify, it->devices[device]) : 0;
}

bool served_holds(struct served *it, unsigned device)
{
    return served_handles(it, device) == 1 && served_registrations(it, device) == 1;
}

bool served_let_go(struct served *it, unsigned device)
{
    return served_handles(it, device) == 0 && served_registrations(it, device) == 0;
}

bool served_found(struct served *it, const char *word)
{
    return world_found(it->host.world, word) != NULL;
}

bool served_sound(struct served *it)
{
    return !served_found(it, "bad-handle") && !served_found(it, "closed-handle") &&
           !served_found(it, "bad-registration");
}

const struct scm_report *served_reports(struct served *it, size_t *ret_count)
{
    static const struct scm_report none = {0};
    const struct scm_report *reports = scm_reports(it->host.scm, it->as.service, ret_count);

    if (!reports)
        *ret_count = 0;
    return reports ? reports : &none;
}

const struct scm_report *served_last(struct served *it)
{
    size_t count;
    const struct scm_report *reports = served_reports(it, &count);

    return count ? &reports[count - 1] : NULL;
}

bool served_flaw(struct served *it, enum scm_flaw flaw)
{
    size_t count, at;
    const struct scm_report *reports = served_reports(it, &count);

    return scm_judge(reports, count, 1u << flaw, &at) == flaw;
}

const struct world_entry *served_entry(struct served *it, size_t from, const char *begins,
                                       size_t *ret_at)
{
    const struct world_entry *entry;

    for (size_t i = from; (entry = world_entry(it->host.world, i)) != NULL; i++) {
        *ret_at = i;
        if (strncmp(entry->text, begins, strlen(begins)) == 0)
            return entry;
    }
    return NULL;
}

static void add(struct served *it, const char *text)
{
    const size_t length = strlen(it->tale);

    snprintf(it->tale + length, sizeof(it->tale) - length, "%s", text);
}

const char *served_tale(struct served *it, const char *why)
{
    static const char *const words[] = {
        "bad-handle",        "closed-handle", "bad-registration", "self-unregister",
        "unregister-circle", "deadlock",      "cross-unregister", "query-unanswered",
        "callback-result",   "leak"};
    char text[128];

    snprintf(it->tale, sizeof(it->tale), "%s. At %llu ms it is %s", why,
             (unsigned long long)world_now(it->host.world), scm_state_name(served_state(it)));
    for (unsigned i = 0; i < SERVED_DEVICES; i++) {
        if (!it->devices[i] || served_let_go(it, i))
            continue;
        snprintf(text, sizeof(text), "; of device %u it has %u handles and %u registrations", i + 1,
                 served_handles(it, i), served_registrations(it, i));
        add(it, text);
    }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        const struct world_finding *finding = world_found(it->host.world, words[i]);

        if (!finding)
            continue;
        add(it, "; ");
        add(it, finding->entry.text);
    }
    return it->tale;
}
