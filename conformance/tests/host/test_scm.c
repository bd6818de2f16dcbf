/* The service control manager, with a program that does what a test says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/registry.h"
#include "conformance/host/scm/scm.h"
#include "spcore/base.h"

#define SERVICES "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"
#define PLAYER "USB\\VID_1209&PID_5041"

/* ---- the program: its services run until they are told to stop */
struct bench {
    struct world *world;
    struct pnp_machine *machine;
    struct scm *scm;
    struct scm_entry entries[2];
    size_t entry_count;
    struct scm_process *process;
    unsigned launches;
    bool never_connects, boots; /* meanwhile */
    uint32_t handler_answers;   /* to SCM_TRIGGEREVENT */
    uint32_t accepts;
    uint32_t dispatched, dispatched_again;
    struct part {
        struct bench *bench;
        const char *name;
        struct scm_service *handle;
        bool stop, is_quick, hangs_starting;
        uint32_t exit_code, specific;
        uint32_t seen[16];
        size_t seen_count;
        char first[64], second[64];
    } parts[2];
};

static bool is_told(void *self)
{
    const struct part *part = self;

    return part->stop;
}

static bool never(void *self)
{
    (void)self;
    return false;
}

static uint32_t report_more(struct part *part, uint32_t state, uint32_t hint)
{
    struct scm_status status = {.type = 0x10, .state = state, .wait_hint = hint};

    if (state == SCM_RUNNING)
        status.accepted = part->bench->accepts;
    if (state == SCM_STOPPED) {
        status.exit_code = part->exit_code;
        status.specific = part->specific;
    }
    return scm_set_status(part->bench->scm, part->handle, &status);
}

static uint32_t report(struct part *part, uint32_t state)
{
    return report_more(part, state, scm_is_pending(state) ? 1000 : 0);
}

static uint32_t handle(void *self, uint32_t control)
{
    struct part *part = self;

    part->seen[part->seen_count++ % 16] = control;
    if (control == SCM_STOP) {
        (void)report(part, SCM_STOP_PENDING);
        world_lock(part->bench->world);
        part->stop = true;
        world_changed(part->bench->world);
        world_unlock(part->bench->world);
    }
    if (control == 130) { /* takes its time */
        const struct world_condition time = {.met = never, .what = "time"};

        world_lock(part->bench->world);
        (void)world_wait(part->bench->world, &time, 40000);
        world_unlock(part->bench->world);
    }
    return control == SCM_TRIGGEREVENT ? part->bench->handler_answers : SCM_OK;
}

static void service_main(void *self, size_t count, const char *const *arguments)
{
    struct part *part = self;
    struct bench *bench = part->bench;
    const struct world_condition told = {.met = is_told, .self = part, .what = "stop"};

    strncpy(part->first, arguments[0], sizeof(part->first) - 1);
    strncpy(part->second, count > 1 ? arguments[1] : "", sizeof(part->second) - 1);
    part->stop = false;
    cr_assert_eq(scm_register(bench->process, arguments[0], handle, part, &part->handle), SCM_OK);
    if (part->hangs_starting)
        return;
    (void)report(part, SCM_RUNNING);
    world_lock(bench->world);
    if (!part->is_quick)
        (void)world_wait(bench->world, &told, WORLD_NEVER);
    world_unlock(bench->world);
    (void)report(part, SCM_STOPPED);
}

struct launched {
    struct bench *bench;
    struct scm_process *process;
};

static void program(void *self)
{
    struct bench *bench = ((struct launched *)self)->bench;
    struct scm_process *process = ((struct launched *)self)->process;

    free(self);
    bench->dispatched = scm_dispatch(process, bench->entries, bench->entry_count);
    bench->dispatched_again = scm_dispatch(process, bench->entries, 1);
    scm_exited(process, false);
}

static uint32_t launch(void *self, struct scm_process *process, const char *image_path)
{
    struct bench *bench = self;
    struct launched *it;

    cr_assert(strstr(image_path, ".exe"));
    bench->launches++;
    bench->process = process;
    if (bench->never_connects)
        return SCM_OK;
    if (bench->boots)
        scm_boot(bench->scm);
    it = malloc(sizeof(*it));
    cr_assert_not_null(it);
    *it = (struct launched){bench, process};
    return world_start(bench->world, "program", program, it, NULL) ? SCM_NO_THREAD : SCM_OK;
}

/* ---- the registry */
static void number(struct bench *bench, const char *key, const char *name, uint32_t value)
{
    uint8_t bytes[4];
    char path[256];

    put_le32(bytes, value);
    snprintf(path, sizeof(path), SERVICES "%s", key);
    cr_assert_eq(registry_set(pnp_registry(bench->machine), path, name, REG_TYPE_DWORD, bytes, 4),
                 0);
}

static void text(struct bench *bench, const char *key, const char *name, uint32_t type,
                 const char *value)
{
    uint8_t bytes[256] = {0};
    char path[256];
    size_t length = strlen(value);

    for (size_t i = 0; i < length; i++)
        put_le16(bytes + 2 * i, (uint16_t)value[i]);
    snprintf(path, sizeof(path), SERVICES "%s", key);
    cr_assert_eq(registry_set(pnp_registry(bench->machine), path, name, type, bytes,
                              2 * length + (type == REG_TYPE_MULTI_SZ ? 4 : 2)),
                 0);
}

static void add_service(struct bench *bench, const char *name, uint32_t type)
{
    number(bench, name, "Type", type);
    number(bench, name, "Start", 3);
    number(bench, name, "ErrorControl", 1);
    text(bench, name, "ImagePath", REG_TYPE_EXPAND_SZ, "C:\\svc.exe");
}

static void add_trigger(struct bench *bench, const char *key, uint32_t action, const char *item)
{
    /* {F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE} */
    static const uint8_t guid[16] = {0x04, 0xdc, 0x3f, 0xf3, 0xac, 0xd1, 0x8e, 0x4e,
                                     0x9a, 0x30, 0x19, 0xbb, 0xd4, 0xb1, 0x08, 0xae};
    char path[256];

    number(bench, key, "Type", 1);
    number(bench, key, "Action", action);
    snprintf(path, sizeof(path), SERVICES "%s", key);
    cr_assert_eq(
        registry_set(pnp_registry(bench->machine), path, "GUID", REG_TYPE_BINARY, guid, 16), 0);
    if (!item)
        return;
    number(bench, key, "DataType0", 2);
    text(bench, key, "Data0", REG_TYPE_BINARY, item);
}

static const char inf[] = "[Version]\nSignature=\"$Windows NT$\"\nClass=WPD\n"
                          "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
                          "CatalogFile=p.cat\nDriverVer=11/30/2026,1.0.0.0\n"
                          "[Manufacturer]\nM=Models,NTamd64\n[Models.NTamd64]\n"
                          "D=I,USB\\VID_1209&PID_5041\n[I.NT]\n"
                          "[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\n"
                          "[I.NT.Services]\nAddService=drv,2,Drv\n"
                          "[Drv]\nServiceType=1\nStartType=3\nErrorControl=1\n"
                          "ServiceBinary=%13%\\drv.sys\n";

static struct bench *bench_new(void)
{
    static struct bench bench;
    char error[256];

    bench = (struct bench){
        .world = world_new(), .machine = pnp_machine_new(NULL), .accepts = SCM_ACCEPT_STOP};
    cr_assert_eq(pnp_stage(bench.machine, "p.inf", inf, strlen(inf), error, sizeof(error)), 0, "%s",
                 error);
    add_service(&bench, "PapSvc", 0x10);
    bench.scm = scm_new(bench.world, bench.machine,
                        &(struct scm_launcher){.launch = launch, .self = &bench});
    for (size_t i = 0; i < 2; i++)
        bench.parts[i] = (struct part){.bench = &bench};
    bench.entries[0] = (struct scm_entry){"whatever", service_main, &bench.parts[0]};
    bench.entry_count = 1;
    return &bench;
}

static void bench_end(struct bench *bench)
{
    (void)world_quiesce(bench->world);
    scm_free(bench->scm);
    pnp_machine_free(bench->machine);
    (void)world_free(bench->world);
}

static struct pnp_devnode *plug(struct bench *bench, unsigned port, const char *id,
                                const char *serial)
{
    const struct pnp_given given = {.device_id = id, .instance = serial, .hardware = {id}};
    struct pnp_devnode *devnode = NULL;

    cr_assert_eq(pnp_attach_given(bench->machine, port, &given, NULL, &devnode), 0);
    if (pnp_next_interface(bench->machine, NULL, NULL, devnode->instance_id, PNP_ALL))
        cr_assert_eq(pnp_interface_set(bench->machine, devnode, PNP_PAP_CLASS, "", true), 0);
    cr_assert(world_quiesce(bench->world));
    return devnode;
}

static uint32_t state_of(struct bench *bench, const char *name)
{
    struct scm_status status;

    cr_assert_eq(scm_query(bench->scm, name, &status), SCM_OK);
    return status.state;
}

/* ---- starting and stopping */
Test(scm, a_service_is_started_and_stopped_on_demand)
{
    struct bench *bench = bench_new();
    const char *const more[] = {"-x"};
    struct scm_status status;

    cr_assert_eq(scm_start(bench->scm, "papsvc", 1, more), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_RUNNING);
    cr_assert_str_eq(bench->parts[0].first, "PapSvc");
    cr_assert_str_eq(bench->parts[0].second, "-x");
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_ALREADY_RUNNING);
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_PAUSE, NULL), SCM_INVALID_CONTROL);
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_INTERROGATE, NULL), SCM_OK);
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, &status), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_STOPPED);
    cr_assert_eq(bench->dispatched, SCM_OK);
    cr_assert_eq(bench->dispatched_again, SCM_ALREADY_RUNNING);
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, NULL), SCM_NOT_ACTIVE);
    cr_assert_eq(scm_control(bench->scm, "none", SCM_STOP, NULL), SCM_DOES_NOT_EXIST);
    cr_assert_eq(scm_start(bench->scm, "none", 0, NULL), SCM_DOES_NOT_EXIST);
    cr_assert_null(scm_record(bench->scm, 0));
    bench_end(bench);
}

Test(scm, what_is_disabled_or_a_driver_is_not_started)
{
    struct bench *bench = bench_new();

    number(bench, "PapSvc", "Start", 4);
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_DISABLED);
    number(bench, "PapSvc", "Start", 3);
    number(bench, "PapSvc", "Type", 1);
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_INVALID_PARAMETER);
    cr_assert_eq(bench->launches, 0);
    cr_assert_eq(scm_record(bench->scm, 0)->code, SCM_DISABLED);
    bench_end(bench);
}

Test(scm, a_process_that_does_not_connect_has_thirty_seconds)
{
    struct bench *bench = bench_new();

    bench->never_connects = true;
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_TIMEOUT);
    cr_assert_eq(world_now(bench->world), 30000);
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_STOPPED);
    cr_assert_eq(scm_dispatch(bench->process, bench->entries, 1), SCM_CONTROLLER_CONNECT);
    cr_assert_eq(scm_dispatch(NULL, bench->entries, 1), SCM_CONTROLLER_CONNECT);
    cr_assert(scm_record(bench->scm, 1)->warns);
    bench_end(bench);
}

Test(scm, a_start_without_a_report_is_hung_after_eighty_seconds_and_the_hint)
{
    struct bench *bench = bench_new();

    bench->parts[0].hangs_starting = true;
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_OK);
    cr_assert(world_advance(bench->world, 81999));
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_START_PENDING);
    cr_assert(world_advance(bench->world, 2));
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_STOPPED);
    cr_assert_eq(scm_record(bench->scm, 0)->event, SCM_HUNG);
    bench_end(bench);
}

Test(scm, a_handler_has_thirty_seconds)
{
    struct bench *bench = bench_new();

    (void)scm_start(bench->scm, "PapSvc", 0, NULL);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_control(bench->scm, "PapSvc", 130, NULL), SCM_TIMEOUT);
    cr_assert_eq(world_now(bench->world), 30000);
    cr_assert(world_advance(bench->world, 20000));
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, NULL), SCM_OK);
    bench_end(bench);
}

Test(scm, a_code_of_its_own_is_a_specific_one)
{
    struct bench *bench = bench_new();
    struct scm_status status;

    bench->parts[0] = (struct part){
        .bench = bench, .is_quick = true, .exit_code = SCM_SPECIFIC_ERROR, .specific = 77};
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    (void)scm_query(bench->scm, "PapSvc", &status);
    cr_assert(status.exit_code == SCM_SPECIFIC_ERROR && status.specific == 77);
    cr_assert_eq(scm_record(bench->scm, 0)->event, SCM_FAILED_SPECIFIC);
    bench_end(bench);
}

Test(scm, two_services_of_a_process_are_told_apart_and_end_together)
{
    struct bench *bench = bench_new();

    add_service(bench, "A", 0x20);
    add_service(bench, "B", 0x20);
    bench->entries[0] = (struct scm_entry){"b", service_main, &bench->parts[0]};
    bench->entries[1] = (struct scm_entry){"A", service_main, &bench->parts[1]};
    bench->entry_count = 2;
    bench->dispatched = UINT32_MAX;
    cr_assert_eq(scm_start(bench->scm, "A", 0, NULL), SCM_OK);
    cr_assert_eq(scm_start(bench->scm, "B", 0, NULL), SCM_OK);
    cr_assert_eq(bench->launches, 1);
    cr_assert(world_quiesce(bench->world));
    cr_assert_str_eq(bench->parts[0].first, "B");
    cr_assert_eq(scm_control(bench->scm, "A", SCM_STOP, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(state_of(bench, "A"), SCM_STOPPED);
    cr_assert_eq(bench->dispatched, UINT32_MAX);
    cr_assert_eq(scm_control(bench->scm, "B", SCM_STOP, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(bench->dispatched, SCM_OK);
    bench_end(bench);
}

Test(scm, who_depends_on_a_service_keeps_it_running_and_starts_it)
{
    struct bench *bench = bench_new();

    add_service(bench, "A", 0x20);
    add_service(bench, "B", 0x20);
    text(bench, "B", "DependOnService", REG_TYPE_MULTI_SZ, "a");
    bench->entries[0] = (struct scm_entry){"A", service_main, &bench->parts[0]};
    bench->entries[1] = (struct scm_entry){"B", service_main, &bench->parts[1]};
    bench->entry_count = 2;
    cr_assert_eq(scm_start(bench->scm, "B", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(state_of(bench, "A"), SCM_RUNNING);
    cr_assert_eq(scm_control(bench->scm, "A", SCM_STOP, NULL), SCM_DEPENDENT_RUNNING);
    cr_assert_eq(bench->parts[0].seen_count, 0);
    cr_assert_eq(scm_control(bench->scm, "B", SCM_STOP, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_control(bench->scm, "A", SCM_STOP, NULL), SCM_OK);
    bench_end(bench);
}

Test(scm, the_registry_may_be_read_while_it_starts_what_a_service_depends_on)
{
    static const uint8_t names[] = {'a', 0, 0, 0, 'a', 0, 0, 0, 0, 0};
    struct bench *bench = bench_new();

    bench->boots = true;
    add_service(bench, "A", 0x20);
    add_service(bench, "B", 0x20);
    cr_assert_eq(registry_set(pnp_registry(bench->machine), SERVICES "B", "DependOnService",
                              REG_TYPE_MULTI_SZ, names, sizeof(names)),
                 0);
    bench->entries[0] = (struct scm_entry){"A", service_main, &bench->parts[0]};
    bench->entries[1] = (struct scm_entry){"B", service_main, &bench->parts[1]};
    bench->entry_count = 2;
    cr_assert_eq(scm_start(bench->scm, "B", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(state_of(bench, "B"), SCM_RUNNING);
    cr_assert_eq(scm_control(bench->scm, "B", SCM_STOP, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_control(bench->scm, "A", SCM_STOP, NULL), SCM_OK);
    bench_end(bench);
}

/* ---- triggers */
Test(scm, an_arrival_starts_it_once_and_again_after_it_has_stopped)
{
    struct bench *bench = bench_new();
    struct pnp_devnode *devnode;

    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, NULL);
    devnode = plug(bench, 1, PLAYER, "C1");
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 1);
    cr_assert_str_eq(bench->parts[0].second, "TriggerStarted");
    (void)plug(bench, 2, PLAYER, "C2");
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 1);
    for (unsigned i = 2; i < 102; i++) {
        cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, NULL), SCM_OK);
        cr_assert(world_quiesce(bench->world));
        pnp_detach(bench->machine, devnode);
        cr_assert_eq(state_of(bench, "PapSvc"), SCM_STOPPED);
        devnode = plug(bench, 1, PLAYER, "C1");
        cr_assert_eq(scm_starts(bench->scm, "PapSvc"), i);
    }
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, NULL), SCM_OK);
    bench_end(bench);
}

Test(scm, an_item_wants_one_of_the_devices_ids)
{
    struct bench *bench = bench_new();

    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, "USB\\VID_1209&PID_9999");
    (void)plug(bench, 1, PLAYER, "C1");
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 0);
    add_trigger(bench, "PapSvc\\TriggerInfo\\1", 1, "usb\\vid_1209&pid_5041");
    (void)plug(bench, 2, PLAYER, "C2");
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 1);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

static void plugs_another(void *self, const char *detail)
{
    struct bench *bench = self;
    const struct pnp_given given = {.device_id = PLAYER, .instance = "late", .hardware = {PLAYER}};
    struct pnp_devnode *devnode;

    cr_assert_str_eq(detail, "PapSvc");
    cr_assert_eq(pnp_attach_given(bench->machine, 7, &given, NULL, &devnode), 0);
    cr_assert_eq(pnp_interface_set(bench->machine, devnode, PNP_PAP_CLASS, "", true), 0);
}

Test(scm, an_arrival_while_it_stops_starts_it_again)
{
    struct bench *bench = bench_new();

    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, NULL);
    (void)plug(bench, 1, PLAYER, "C1");
    world_inject(bench->world, WORLD_STOP_PENDING, 1, plugs_another, bench);
    cr_assert_eq(scm_control(bench->scm, "PapSvc", SCM_STOP, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 2);
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_RUNNING);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

Test(scm, who_takes_trigger_controls_is_told_of_each_arrival)
{
    struct bench *bench = bench_new();

    bench->accepts |= SCM_ACCEPT_TRIGGEREVENT;
    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, NULL);
    (void)plug(bench, 1, PLAYER, "C1");
    (void)plug(bench, 2, PLAYER, "C2");
    cr_assert_eq(bench->parts[0].seen_count, 1);
    cr_assert_eq(bench->parts[0].seen[0], SCM_TRIGGEREVENT);
    bench->handler_answers = SCM_SHUTDOWN_IN_PROGRESS;
    (void)plug(bench, 3, PLAYER, "C3");
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 2);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

Test(scm, what_was_held_is_told_when_it_takes_it_one_control_each)
{
    struct bench *bench = bench_new();

    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, NULL);
    (void)plug(bench, 1, PLAYER, "C1");
    (void)plug(bench, 2, PLAYER, "C2");
    (void)plug(bench, 3, PLAYER, "C3");
    cr_assert_eq(bench->parts[0].seen_count, 0);
    bench->accepts |= SCM_ACCEPT_TRIGGEREVENT;
    (void)report(&bench->parts[0], SCM_RUNNING);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(bench->parts[0].seen_count, 2);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

Test(scm, at_system_start_what_is_there_counts_as_arrived)
{
    struct bench *bench = bench_new();

    (void)plug(bench, 1, PLAYER, "C1");
    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 1, NULL);
    scm_boot(bench->scm);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 1);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

Test(scm, a_stop_trigger_stops_it)
{
    struct bench *bench = bench_new();

    add_trigger(bench, "PapSvc\\TriggerInfo\\0", 2, NULL);
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    (void)plug(bench, 1, PLAYER, "C1");
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_STOPPED);
    bench_end(bench);
}

/* ---- a process that dies */
Test(scm, a_service_whose_process_dies_has_stopped_and_is_started_again_as_it_asks)
{
    struct bench *bench = bench_new();
    uint8_t actions[28] = {0};
    struct scm_status status;

    put_le32(actions + 12, 1);
    put_le32(actions + 20, 1);
    put_le32(actions + 24, 5000);
    cr_assert_eq(registry_set(pnp_registry(bench->machine), SERVICES "PapSvc", "FailureActions",
                              REG_TYPE_BINARY, actions, sizeof(actions)),
                 0);
    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    scm_exited(bench->process, true);
    (void)scm_query(bench->scm, "PapSvc", &status);
    cr_assert(status.state == SCM_STOPPED && status.exit_code == SCM_PROCESS_ABORTED);
    cr_assert_eq(scm_record(bench->scm, 0)->event, SCM_DIED);
    cr_assert(world_advance(bench->world, 4999));
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 1);
    cr_assert(world_advance(bench->world, 1));
    cr_assert_eq(scm_starts(bench->scm, "PapSvc"), 2);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}

/* ---- what is judged */
Test(scm, a_report_that_no_arrow_leads_to_is_taken_and_found)
{
    struct bench *bench = bench_new();

    cr_assert_eq(scm_start(bench->scm, "PapSvc", 0, NULL), SCM_OK);
    cr_assert(world_quiesce(bench->world));
    cr_assert_eq(report(&bench->parts[0], SCM_START_PENDING), SCM_OK);
    cr_assert_eq(state_of(bench, "PapSvc"), SCM_START_PENDING);
    cr_assert_not_null(world_found(bench->world, "status-transition"));
    cr_assert_eq(scm_set_status(bench->scm, (struct scm_service *)bench, &(struct scm_status){0}),
                 SCM_INVALID_HANDLE);
    (void)report(&bench->parts[0], SCM_RUNNING);
    (void)scm_control(bench->scm, "PapSvc", SCM_STOP, NULL);
    bench_end(bench);
}
