/* Services that do what a case says. */
#include "conformance/suites/host/host_actor.h"

#include <stdio.h>
#include <string.h>

/* The player has its interface, and another device and another vendor's have it as well. */
static const char devices[] =
    "[Models.NTamd64]\nD=I," HOST_OTHER "\nD=I,USB\\VID_AAAA&PID_0001\n"
    "D=N,USB\\VID_1209&PID_0002\n[N]\n[N.Interfaces]\n"
    "AddInterface={11111111-2222-3333-4444-555555555555}\n"
    "[N.Services]\nAddService=drv,2,Drv\n[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\n";

/* ---- a service */
static bool is_let(void *self)
{
    const struct host_actor *actor = self;

    return actor->is_let;
}

static bool is_stopped(void *self)
{
    const struct host_actor *actor = self;

    return actor->is_stopped;
}

static bool never(void *self)
{
    (void)self;
    return false;
}

static void await(struct host_actors *it, bool (*met)(void *self), void *self, uint64_t deadline)
{
    const struct world_condition condition = {.met = met, .self = self, .what = "a script"};

    world_lock(it->world);
    (void)world_wait(it->world, &condition, deadline);
    world_unlock(it->world);
}

uint32_t host_report(struct host_actor *actor, uint32_t state, uint32_t accepted, uint32_t hint)
{
    const struct scm_status status = {
        .type = 0x10, .state = state, .accepted = accepted, .wait_hint = hint};

    return scm_set_status(actor->of->scm, actor->handle, &status);
}

static void tell_to_stop(struct host_actor *actor)
{
    world_lock(actor->of->world);
    actor->is_stopped = true;
    world_changed(actor->of->world);
    world_unlock(actor->of->world);
}

/* Of the controls 200 and above the handler takes a second. */
static uint32_t handle(void *self, uint32_t control)
{
    struct host_actor *actor = self;
    struct host_actors *it = actor->of;

    world_lock(it->world);
    actor->controls[control & 0xff]++;
    it->inside++;
    if (it->inside > it->most)
        it->most = it->inside;
    world_unlock(it->world);
    if (control == SCM_STOP) {
        if (!actor->says_nothing)
            (void)host_report(actor, SCM_STOP_PENDING, 0, 1000);
        tell_to_stop(actor);
    }
    if (control >= 200)
        await(it, never, NULL, world_after(it->world, 1000));
    world_lock(it->world);
    it->inside--;
    world_unlock(it->world);
    return control == SCM_TRIGGEREVENT ? actor->answers : SCM_OK;
}

static const struct host_program *program_of(const struct host_actor *actor)
{
    const struct host_program *program = actor->of->programs;

    while (program->process && program->process != actor->process)
        program++;
    return program;
}

static void service_main(void *self, size_t count, const char *const *arguments)
{
    struct host_actor *actor = self;
    const struct host_program *program = program_of(actor);

    actor->mains++;
    actor->is_stopped = actor->is_let = false;
    actor->arguments = count;
    snprintf(actor->first, sizeof(actor->first), "%s", count ? arguments[0] : "");
    snprintf(actor->second, sizeof(actor->second), "%s", count > 1 ? arguments[1] : "");
    if (scm_register(actor->process, count ? arguments[0] : "", handle, actor, &actor->handle))
        return;
    if (actor->hint)
        (void)host_report(actor, SCM_START_PENDING, 0, actor->hint);
    if (actor->waits)
        await(actor->of, is_let, actor, WORLD_NEVER);
    (void)host_report(actor, SCM_RUNNING, actor->accepts, 0);
    await(actor->of, is_stopped, actor, WORLD_NEVER);
    if (actor->stays)
        await(actor->of, is_let, actor, WORLD_NEVER);
    if (!program->is_dead)
        (void)host_report(actor, SCM_STOPPED, 0, 0);
}

/* ---- its program */
static void run(void *self)
{
    struct host_program *program = self;
    struct host_actors *it = program->of;
    const struct scm_entry both[] = {{it->b.table_name, service_main, &it->b},
                                     {it->a.table_name, service_main, &it->a}};

    if (it->connects_after)
        await(it, never, NULL, world_after(it->world, it->connects_after));
    if (program->is_shared || program->letter == 'B')
        it->b.process = program->process;
    if (program->is_shared || program->letter == 'A')
        it->a.process = program->process;
    program->result = scm_dispatch(program->process,
                                   program->is_shared || program->letter == 'B' ? both : both + 1,
                                   program->is_shared ? 2 : 1);
    program->again = scm_dispatch(program->process, both, 2);
    program->has_returned = true;
    scm_exited(program->process, false);
}

static uint32_t launch(void *self, struct scm_process *process, const char *image_path)
{
    struct host_actors *it = self;
    struct host_program *program;

    if (it->launches == HOST_PROGRAMS)
        return SCM_NO_MEMORY;
    program = &it->programs[it->launches++];
    *program = (struct host_program){.of = it,
                                     .process = process,
                                     .is_shared = strstr(image_path, "\\host.exe") != NULL,
                                     .letter = strstr(image_path, "\\B.exe") ? 'B' : 'A'};
    return world_start(it->world, "program", run, program, NULL) ? SCM_NO_THREAD : SCM_OK;
}

/* ---- the machine */
void host_actors(struct host_actors *it, struct conf *c, const char *inf)
{
    const struct scm_launcher launcher = {.launch = launch, .self = it};
    char text[4096];

    memset(it, 0, sizeof(*it));
    it->host = host_machine(c, NULL);
    it->world = world_new();
    it->a = (struct host_actor){.of = it, .table_name = "A", .accepts = SCM_ACCEPT_STOP};
    it->b = (struct host_actor){.of = it, .table_name = "B", .accepts = SCM_ACCEPT_STOP};
    it->scm = it->world ? scm_new(it->world, it->host.machine, &launcher) : NULL;
    if (!it->scm)
        conf_setup_failed(c, "no memory for services");
    snprintf(text, sizeof(text), "%s%s%s", host_head, devices, inf);
    if (pnp_stage(it->host.machine, "p.inf", text, strlen(text), it->host.error,
                  sizeof(it->host.error)))
        conf_setup_failed(c, "the INF is refused: %s", it->host.error);
}

/* What still waits keeps what it waits in: then nothing is freed, and the process ends soon. */
void host_actors_leave(struct host_actors *it)
{
    struct host_actor *const actors[] = {&it->a, &it->b};
    bool is_over = true;

    for (size_t i = 0; i < HOST_ACTORS; i++) {
        tell_to_stop(actors[i]);
        host_let(actors[i]);
    }
    (void)world_advance(it->world, 200000);
    for (unsigned i = 0; i < it->launches; i++)
        is_over &= it->programs[i].has_returned;
    if (!is_over)
        return;
    scm_free(it->scm);
    host_machine_leave(&it->host);
    (void)world_free(it->world);
}

struct pnp_devnode *host_actors_insert(struct host_actors *it, unsigned port, const char *id,
                                       const char *compatible)
{
    const struct pnp_given given = {.device_id = id, .hardware = {id}, .compatible = {compatible}};
    struct pnp_devnode *devnode = NULL;

    if (pnp_attach_given(it->host.machine, port, &given, NULL, &devnode))
        conf_setup_failed(it->host.c, "the device cannot be plugged");
    if (*pnp_reason(it->host.machine))
        conf_setup_failed(it->host.c, "%s", pnp_reason(it->host.machine));
    return devnode;
}

struct pnp_devnode *host_actors_plug(struct host_actors *it, unsigned port, const char *id,
                                     const char *compatible)
{
    struct pnp_devnode *devnode = host_actors_insert(it, port, id, compatible);

    host_quiet(it);
    return devnode;
}

void host_quiet(struct host_actors *it)
{
    (void)world_quiesce(it->world);
}

void host_pass(struct host_actors *it, uint64_t ms)
{
    (void)world_advance(it->world, ms);
}

void host_let(struct host_actor *actor)
{
    world_lock(actor->of->world);
    actor->is_let = true;
    world_changed(actor->of->world);
    world_unlock(actor->of->world);
}

uint32_t host_state(struct host_actors *it, const char *name)
{
    struct scm_status status = {0};

    host_quiet(it);
    (void)scm_query(it->scm, name, &status);
    return status.state;
}

uint32_t host_stop(struct host_actors *it, const char *name)
{
    uint32_t result = scm_control(it->scm, name, SCM_STOP, NULL);

    host_quiet(it);
    return result;
}

void host_die(struct host_actors *it, unsigned program)
{
    it->programs[program].is_dead = true;
    scm_exited(it->programs[program].process, true);
    host_quiet(it);
}

bool host_logged(struct host_actors *it, enum scm_event event)
{
    const struct scm_record *record;

    for (size_t i = 0; (record = scm_record(it->scm, i)); i++) {
        if (record->event == event)
            return true;
    }
    return false;
}
