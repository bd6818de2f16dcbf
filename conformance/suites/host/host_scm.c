/* States, controls and processes of services in our model of service control
 * (service-status-transitions.md, service-startup.md, winsvc.h's pages on ControlService,
 * StartServiceCtrlDispatcher and SetServiceStatus). */
#include "conformance/suites/host/host_actor.h"

#define PLAIN ONE_SERVICE SERVICE_TEXT("A", "0x10", "")
#define OWN_TWO TWO_SERVICES SERVICE_TEXT("A", "0x10", "") SERVICE_TEXT("B", "0x10", "")
#define DEPENDING                                                                                  \
    TWO_SERVICES SERVICE_TEXT("A", "0x10", "") SERVICE_TEXT("B", "0x10", "Dependencies=A\n")
#define ONE_PROCESS TWO_SERVICES SHARED_TEXT("A", "") SHARED_TEXT("B", "")
enum { ALL = SCM_ACCEPT_STOP | SCM_ACCEPT_PAUSE_CONTINUE };

/* With a device, and started by its trigger or on demand. */
static void set_going(struct host_actors *it)
{
    it->a.accepts = ALL;
    (void)host_actors_plug(it, 1, HOST_PLAYER, NULL);
    if (!scm_starts(it->scm, "A"))
        (void)scm_start(it->scm, "A", 0, NULL);
    if (host_state(it, "A") != SCM_RUNNING)
        conf_setup_failed(it->host.c, "the service does not start");
}
#define RUNNING_OF(it, c, inf)                                                                     \
    HOST_ACTORS_OF(it, c, inf);                                                                    \
    set_going(&it)

static unsigned faults(struct host_actors *it)
{
    unsigned count = 0;

    while (world_finding(it->world, count))
        count++;
    return count;
}

CONF_CASE(HOST_SCM_BV_01, .title = "States follow the diagram, and what does not is found",
          .reqs = REQS("SVC-SCM-001"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Look at a service before its start and while it starts; it reports all states "
                   "on an allowed way, then SERVICE_RUNNING after SERVICE_STOP_PENDING")
{
    HOST_ACTORS_OF(it, c, PLAIN);

    it.a.waits = true;
    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    scm_boot(it.scm);
    ROW("SVC-SCM-001.initial")
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    (void)scm_start(it.scm, "A", 0, NULL);
    ROW("SVC-SCM-001.launched")
        CHECK_EQ(host_state(&it, "A"), SCM_START_PENDING);
    host_let(&it.a);
    host_quiet(&it);
    ROW("SVC-SCM-001.legal") {
        static const uint32_t way[] = {SCM_PAUSE_PENDING, SCM_PAUSED,       SCM_CONTINUE_PENDING,
                                       SCM_RUNNING,       SCM_STOP_PENDING, SCM_STOP_PENDING};

        for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++)
            CHECK_EQ(host_report(&it.a, way[i], 0, scm_is_pending(way[i]) ? 100 : 0), 0);
        CHECK_EQ(faults(&it), 0);
    }
    ROW("SVC-SCM-001.taken") {
        CHECK_EQ(host_report(&it.a, SCM_RUNNING, ALL, 0), 0);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
    }
    ROW("SVC-SCM-001.found") {
        CHECK(world_found(it.world, "status-transition") != NULL);
        CHECK_EQ(faults(&it), 1);
    }
}

CONF_CASE(HOST_SCM_BV_02, .title = "Controls go where they were last said to be accepted",
          .reqs = REQS("SVC-SCM-002"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Send pause and interrogate to a service that accepts all, then nothing")
{
    RUNNING_OF(it, c, PLAIN);

    ROW("SVC-SCM-002.accepted") {
        CHECK_EQ(scm_control(it.scm, "A", SCM_PAUSE, NULL), 0);
        CHECK_EQ(it.a.controls[SCM_PAUSE], 1);
    }
    ROW("SVC-SCM-002.not") {
        CHECK_EQ(scm_control(it.scm, "A", SCM_PARAMCHANGE, NULL), SCM_INVALID_CONTROL);
        CHECK_EQ(it.a.controls[SCM_PARAMCHANGE], 0);
    }
    (void)host_report(&it.a, SCM_RUNNING, 0, 0);
    ROW("SVC-SCM-002.last") {
        CHECK_EQ(scm_control(it.scm, "A", SCM_STOP, NULL), SCM_INVALID_CONTROL);
        CHECK_EQ(it.a.controls[SCM_STOP], 0);
    }
    ROW("SVC-SCM-002.interrogate") {
        CHECK_EQ(scm_control(it.scm, "A", SCM_INTERROGATE, NULL), 0);
        CHECK_EQ(it.a.controls[SCM_INTERROGATE], 1);
    }
}

/* ---- what ControlService comes to, of each state */
static const struct {
    const char *row;
    uint32_t state, control, result;
} states[] = {
    {"SVC-SCM-003.starting-stop", SCM_START_PENDING, SCM_STOP, 0},
    {"SVC-SCM-003.starting-other", SCM_START_PENDING, SCM_PAUSE, SCM_CANNOT_ACCEPT},
    {"SVC-SCM-003.running", SCM_RUNNING, SCM_STOP, 0},
    {"SVC-SCM-003.running", SCM_RUNNING, SCM_PAUSE, 0},
    {"SVC-SCM-003.pausing", SCM_PAUSE_PENDING, SCM_STOP, 0},
    {"SVC-SCM-003.pausing", SCM_PAUSE_PENDING, SCM_CONTINUE, 0},
    {"SVC-SCM-003.paused", SCM_PAUSED, SCM_STOP, 0},
    {"SVC-SCM-003.paused", SCM_PAUSED, SCM_CONTINUE, 0},
    {"SVC-SCM-003.continuing", SCM_CONTINUE_PENDING, SCM_STOP, 0},
    {"SVC-SCM-003.continuing", SCM_CONTINUE_PENDING, SCM_PAUSE, 0},
    {"SVC-SCM-003.stopping", SCM_STOP_PENDING, SCM_STOP, SCM_CANNOT_ACCEPT},
    {"SVC-SCM-003.stopping", SCM_STOP_PENDING, SCM_PAUSE, SCM_CANNOT_ACCEPT},
    {"SVC-SCM-003.stopping", SCM_STOP_PENDING, SCM_INTERROGATE, SCM_CANNOT_ACCEPT},
    {"SVC-SCM-003.stopped", SCM_STOPPED, SCM_STOP, SCM_NOT_ACTIVE},
    {"SVC-SCM-003.stopped", SCM_STOPPED, SCM_INTERROGATE, SCM_NOT_ACTIVE},
};

CONF_CASE(HOST_SCM_BV_03, .title = "What a control comes to is of the service's state",
          .reqs = REQS("SVC-SCM-003"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "In each of seven states send stop and another control to a service that "
                   "accepts all")
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        RUNNING_OF(it, c, PLAIN);

        if (states[i].state == SCM_STOPPED)
            (void)host_stop(&it, "A");
        else
            (void)host_report(&it.a, states[i].state, ALL, 100);
        it.a.controls[states[i].control] = 0;
        ROW(states[i].row) {
            CHECK_EQ(scm_control(it.scm, "A", states[i].control, NULL), states[i].result);
            CHECK_EQ(it.a.controls[states[i].control], states[i].result == 0);
        }
    }
}

CONF_CASE(HOST_SCM_BV_04, .title = "A process connects within thirty seconds, once",
          .reqs = REQS("SVC-SCM-006", "SVC-SCM-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Programs that connect after 29 and 31 virtual seconds, twice, from a console, "
                   "and with another name in their table")
{
    HOST_ACTORS_OF(it, c, OWN_TWO);

    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    it.a.table_name = "another";
    it.connects_after = 29000;
    ROW("SVC-SCM-006.in-time")
        CHECK_EQ(scm_start(it.scm, "A", 0, NULL), 0);
    host_quiet(&it);
    ROW("SVC-SCM-007.own")
        CHECK_EQ(it.a.mains, 1);
    (void)host_stop(&it, "A");
    ROW("SVC-SCM-006.once")
        CHECK_EQ(it.programs[0].again, SCM_ALREADY_RUNNING);
    it.connects_after = 31000;
    ROW("SVC-SCM-006.late") {
        CHECK_EQ(scm_start(it.scm, "A", 0, NULL), SCM_TIMEOUT);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
    host_pass(&it, 5000);
    ROW("SVC-SCM-006.console") {
        const struct scm_entry entry = {.name = "A"};

        CHECK_EQ(scm_dispatch(NULL, &entry, 1), SCM_CONTROLLER_CONNECT);
    }
}

CONF_CASE(HOST_SCM_BV_05, .title = "Services of one process have their names and one dispatcher",
          .reqs = REQS("SVC-SCM-007", "SVC-SCM-008"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Start two services of one process; stop one, then the other, which takes "
                   "virtual seconds")
{
    HOST_ACTORS_OF(it, c, ONE_PROCESS);

    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    ROW("SVC-SCM-007.shared") {
        CHECK_EQ(scm_start(it.scm, "A", 0, NULL), 0);
        host_quiet(&it);
        CHECK_EQ(it.a.mains, 1);
        CHECK_EQ(it.b.mains, 0);
    }
    (void)scm_start(it.scm, "B", 0, NULL);
    it.b.stays = true;
    host_quiet(&it);
    (void)host_stop(&it, "A");
    ROW("SVC-SCM-008.all")
        CHECK(!it.programs[0].has_returned);
    (void)host_stop(&it, "B");
    host_pass(&it, 500);
    ROW("SVC-SCM-008.pending") {
        CHECK_EQ(host_state(&it, "B"), SCM_STOP_PENDING);
        CHECK(!it.programs[0].has_returned);
    }
    host_let(&it.b);
    host_quiet(&it);
    ROW("SVC-SCM-008.returns") {
        CHECK(it.programs[0].has_returned);
        CHECK_EQ(it.programs[0].result, 0);
    }
}

CONF_CASE(HOST_SCM_BV_06, .title = "A start without news is hung after 80 s and the hint",
          .reqs = REQS("SVC-SCM-010"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A service reports SERVICE_START_PENDING with a hint of 20 s and then nothing; "
                   "look after 80 s without the hint, 79 s and 81 s with it")
{
    HOST_ACTORS_OF(it, c, PLAIN);

    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    it.a.waits = true;
    it.a.hint = 20000;
    (void)scm_start(it.scm, "A", 0, NULL);
    host_quiet(&it);
    host_pass(&it, 79000);
    ROW("SVC-SCM-010.patient")
        CHECK_EQ(host_state(&it, "A"), SCM_START_PENDING);
    host_pass(&it, 20000);
    ROW("SVC-SCM-010.hint")
        CHECK_EQ(host_state(&it, "A"), SCM_START_PENDING);
    host_pass(&it, 2000);
    ROW("SVC-SCM-010.hung")
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
}

/* ---- two at once */
static void sends_a(void *self)
{
    (void)scm_control(((struct host_actors *)self)->scm, "A", 200, NULL);
}

static void sends_b(void *self)
{
    (void)scm_control(((struct host_actors *)self)->scm, "B", 200, NULL);
}

CONF_CASE(HOST_SCM_BV_07, .title = "A process has one control at a time",
          .reqs = REQS("SVC-SCM-012"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Four threads send a control that takes a second to two services of a process")
{
    HOST_ACTORS_OF(it, c, ONE_PROCESS);

    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    (void)scm_start(it.scm, "A", 0, NULL);
    (void)scm_start(it.scm, "B", 0, NULL);
    host_quiet(&it);
    ROW("SVC-SCM-012") {
        for (unsigned i = 0; i < 4; i++)
            (void)world_start(it.world, "controller", i % 2 ? sends_a : sends_b, &it, NULL);
        host_pass(&it, 5000);
        CHECK_EQ(it.a.controls[200], 2);
        CHECK_EQ(it.b.controls[200], 2);
        CHECK_EQ(it.most, 1);
    }
}

CONF_CASE(HOST_SCM_BV_11, .title = "After stop a service is sent nothing",
          .reqs = REQS("SVC-SCM-014"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Send stop, to which nothing is reported, then pause, interrogate and a trigger")
{
    RUNNING_OF(it, c, ONE_TRIGGER);

    it.a.says_nothing = it.a.stays = true;
    (void)host_report(&it.a, SCM_RUNNING, ALL | SCM_ACCEPT_TRIGGEREVENT, 0);
    (void)host_stop(&it, "A");
    ROW("SVC-SCM-014.sent") {
        CHECK_EQ(scm_control(it.scm, "A", SCM_PAUSE, NULL), SCM_CANNOT_ACCEPT);
        CHECK_EQ(scm_control(it.scm, "A", SCM_INTERROGATE, NULL), SCM_CANNOT_ACCEPT);
        CHECK_EQ(it.a.controls[SCM_PAUSE] + it.a.controls[SCM_INTERROGATE], 0);
    }
    ROW("SVC-SCM-014.trigger") {
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(it.a.controls[SCM_TRIGGEREVENT], 0);
    }
    it.a.stays = it.a.says_nothing = false;
    host_let(&it.a);
    host_quiet(&it);
}

CONF_CASE(HOST_SCM_BV_08, .title = "What others depend on is not stopped",
          .reqs = REQS("SVC-SCM-015"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Stop a service with a running dependent; stop the dependent; stop it again")
{
    RUNNING_OF(it, c, DEPENDING);

    (void)scm_start(it.scm, "B", 0, NULL);
    host_quiet(&it);
    ROW("SVC-SCM-015.refused")
        CHECK_EQ(host_stop(&it, "A"), SCM_DEPENDENT_RUNNING);
    ROW("SVC-SCM-015.runs") {
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        CHECK_EQ(it.a.controls[SCM_STOP], 0);
    }
    ROW("SVC-SCM-015.dependent") {
        CHECK_EQ(host_state(&it, "B"), SCM_RUNNING);
        CHECK_EQ(it.b.controls[SCM_STOP], 0);
    }
    (void)host_stop(&it, "B");
    ROW("SVC-SCM-015.after") {
        CHECK_EQ(host_stop(&it, "A"), 0);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
}

CONF_CASE(HOST_SCM_BV_09, .title = "A process that dies is noticed, and its service starts again",
          .reqs = REQS("SVC-SCM-017"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "End the process of a running service; plug the device again; the same with a "
                   "failure action that restarts it after five virtual seconds")
{
    ROW("SVC-SCM-017.stopped") {
        RUNNING_OF(it, c, ONE_TRIGGER);
        struct scm_status status = {0};

        host_die(&it, 0);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
        (void)scm_query(it.scm, "A", &status);
        ROW("SVC-SCM-017.error")
            CHECK(status.exit_code != 0);
        ROW("SVC-SCM-017.logged")
            CHECK(host_logged(&it, SCM_DIED));
        ROW("SVC-SCM-017.again") {
            (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
            CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
            CHECK_EQ(scm_starts(it.scm, "A"), 2);
        }
    }
    ROW("SVC-SCM-017.action") {
        RUNNING_OF(it, c,
                   "[I.NT.Services]\nAddService=A,,A\n" SERVICE_TEXT(
                       "A", "0x10", "FailureActions=F\n") "[F]\nResetPeriod=10\nAction=1,5000\n");

        host_die(&it, 0);
        host_pass(&it, 4000);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
        host_pass(&it, 2000);
        CHECK_EQ(scm_starts(it.scm, "A"), 2);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
    }
}

CONF_CASE(HOST_SCM_BV_10, .title = "Starts come one after the other", .reqs = REQS("SVC-SCM-018"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "One device triggers two services whose processes take five virtual seconds to "
                   "connect")
{
    static const char inf[] = TWO_SERVICES SERVICE_TEXT("A", "0x10", "AddTrigger=T\n")
        SERVICE_TEXT("B", "0x10", "AddTrigger=T\n") TRIGGER_TEXT("T", "1", "");
    HOST_ACTORS_OF(it, c, inf);

    it.connects_after = 5000;
    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    ROW("SVC-SCM-018.one")
        CHECK_EQ(it.launches, 1);
    host_pass(&it, 6000);
    ROW("SVC-SCM-018.other") {
        CHECK_EQ(it.launches, 2);
        host_pass(&it, 6000);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        CHECK_EQ(host_state(&it, "B"), SCM_RUNNING);
    }
}
