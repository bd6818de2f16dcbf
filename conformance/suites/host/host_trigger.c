/* Triggers of our model of service control: which devices start and stop a service, when, and what
 * becomes of an arrival that comes at a bad moment (service-trigger-events.md, winsvc.h's pages on
 * SERVICE_TRIGGER). */
#include <string.h>

#include "conformance/suites/host/host_actor.h"

#define ITEMS(lines)                                                                               \
    ONE_SERVICE SERVICE_TEXT("A", "0x10", "AddTrigger=T\n") TRIGGER_TEXT("T", "1", lines)
#define CLASS_FF "USB\\CLASS_FF"

/* How often one device starts the service. */
static unsigned starts_by(struct conf *c, const char *inf, const char *id, const char *compatible)
{
    HOST_ACTORS_OF(it, c, inf);

    (void)host_actors_plug(&it, 1, id, compatible);
    return scm_starts(it.scm, "A");
}

CONF_CASE(HOST_TRG_BV_01, .title = "A trigger is for a class and for ids",
          .reqs = REQS("SVC-TRG-002", "SVC-TRG-005", "SVC-TRG-006", "SVC-TRG-007"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Plug devices of the class and of another one, with ids that the trigger names, "
                   "does not name, and begins with")
{
    static const char none[] = ITEMS(""), one[] = ITEMS("DataItem=2,\"" HOST_PLAYER "\"\n"),
                      class[] = ITEMS("DataItem=2,\"" CLASS_FF "\"\n"),
                      small[] = ITEMS("DataItem=2,\"usb\\vid_1209&pid_5041\"\n"),
                      part[] = ITEMS("DataItem=2,\"USB\\VID_1209&PID_504\"\n"),
                      both[] = ITEMS("DataItem=2,\"USB\\VID_1\"\nDataItem=2,\"" HOST_PLAYER "\"\n"),
                      turned[] =
                          ITEMS("DataItem=2,\"" HOST_PLAYER "\"\nDataItem=2,\"USB\\VID_1\"\n");

    ROW("SVC-TRG-002.fires")
        CHECK_EQ(starts_by(c, one, HOST_PLAYER, NULL), 1);
    ROW("SVC-TRG-002.other-class") {
        HOST_ACTORS_OF(it, c, none);

        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        CHECK_EQ(host_stop(&it, "A"), 0);
        (void)host_actors_plug(&it, 2, "USB\\VID_1209&PID_0002", NULL);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
    }
    ROW("SVC-TRG-005.hardware")
        CHECK_EQ(starts_by(c, one, HOST_PLAYER, CLASS_FF), 1);
    ROW("SVC-TRG-005.compatible")
        CHECK_EQ(starts_by(c, class, HOST_PLAYER, CLASS_FF), 1);
    ROW("SVC-TRG-005.other") {
        CHECK_EQ(starts_by(c, one, HOST_OTHER, CLASS_FF), 0);
        CHECK_EQ(starts_by(c, class, HOST_OTHER, NULL), 0);
    }
    ROW("SVC-TRG-005.case")
        CHECK_EQ(starts_by(c, small, HOST_PLAYER, NULL), 1);
    ROW("SVC-TRG-005.whole")
        CHECK_EQ(starts_by(c, part, HOST_PLAYER, NULL), 0);
    ROW("SVC-TRG-006") {
        CHECK_EQ(starts_by(c, both, HOST_PLAYER, NULL), 1);
        CHECK_EQ(starts_by(c, turned, HOST_PLAYER, NULL), 1);
    }
    ROW("SVC-TRG-007") {
        CHECK_EQ(starts_by(c, none, HOST_PLAYER, NULL), 1);
        CHECK_EQ(starts_by(c, none, "USB\\VID_AAAA&PID_0001", NULL), 1);
    }
}

CONF_CASE(HOST_TRG_BV_02, .title = "At system start a trigger looks at what is there",
          .reqs = REQS("SVC-TRG-009"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Install with the service stopped again; boot with the device there, and gone")
{
    ROW("SVC-TRG-009.there") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        CHECK_EQ(host_stop(&it, "A"), 0);
        scm_boot(it.scm);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        CHECK_EQ(scm_starts(it.scm, "A"), 2);
    }
    ROW("SVC-TRG-009.gone") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);
        struct pnp_devnode *devnode = host_actors_plug(&it, 1, HOST_PLAYER, NULL);

        pnp_detach(it.host.machine, devnode);
        CHECK_EQ(host_stop(&it, "A"), 0);
        scm_boot(it.scm);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
    }
}

CONF_CASE(HOST_TRG_BV_03, .title = "Arrivals before it runs start it once, by its name",
          .reqs = REQS("SVC-TRG-010", "SVC-TRG-011"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Three devices arrive while the service starts; what ServiceMain is given then, "
                   "and on demand")
{
    HOST_ACTORS_OF(it, c, ONE_TRIGGER);

    it.a.waits = true;
    (void)host_actors_insert(&it, 1, HOST_PLAYER, NULL);
    (void)host_actors_plug(&it, 2, HOST_PLAYER, "X\\1");
    (void)host_actors_plug(&it, 3, HOST_OTHER, NULL);
    host_let(&it.a);
    host_quiet(&it);
    ROW("SVC-TRG-010.process")
        CHECK_EQ(it.launches, 1);
    ROW("SVC-TRG-010.main") {
        CHECK_EQ(it.a.mains, 1);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
    }
    ROW("SVC-TRG-011.name")
        CHECK(conf_same_text(c, it.a.first, "A"));
    ROW("SVC-TRG-011.word") {
        CHECK_EQ(it.a.arguments, 2);
        CHECK(conf_same_text(c, it.a.second, "TriggerStarted"));
    }
    it.a.waits = false;
    (void)host_stop(&it, "A");
    ROW("SVC-TRG-011.demand") {
        CHECK_EQ(scm_start(it.scm, "A", 0, NULL), 0);
        host_quiet(&it);
        CHECK_EQ(it.a.arguments, 1);
        CHECK(strcmp(it.a.second, "TriggerStarted") != 0);
    }
}

CONF_CASE(HOST_TRG_BV_04, .title = "Who runs is told of arrivals as it accepts them",
          .reqs = REQS("SVC-TRG-012", "SVC-TRG-015"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Devices arrive while the service runs without SERVICE_ACCEPT_TRIGGEREVENT; it "
                   "reports again without, then with it; one more arrives")
{
    HOST_ACTORS_OF(it, c, ONE_TRIGGER);

    (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
    (void)host_actors_plug(&it, 2, HOST_PLAYER, "X\\1");
    (void)host_actors_plug(&it, 3, HOST_OTHER, NULL);
    (void)host_actors_plug(&it, 4, HOST_OTHER, "X\\1");
    ROW("SVC-TRG-012.held")
        CHECK_EQ(it.a.controls[SCM_TRIGGEREVENT], 0);
    ROW("SVC-TRG-015.until") {
        (void)host_report(&it.a, SCM_RUNNING, SCM_ACCEPT_STOP, 0);
        host_quiet(&it);
        CHECK_EQ(it.a.controls[SCM_TRIGGEREVENT], 0);
    }
    ROW("SVC-TRG-015.each") {
        (void)host_report(&it.a, SCM_RUNNING, SCM_ACCEPT_STOP | SCM_ACCEPT_TRIGGEREVENT, 0);
        host_quiet(&it);
        CHECK_EQ(it.a.controls[SCM_TRIGGEREVENT], 3);
    }
    ROW("SVC-TRG-015.emptied") {
        unsigned before = it.a.controls[SCM_TRIGGEREVENT];

        (void)host_report(&it.a, SCM_RUNNING, SCM_ACCEPT_STOP | SCM_ACCEPT_TRIGGEREVENT, 0);
        host_quiet(&it);
        CHECK_EQ(it.a.controls[SCM_TRIGGEREVENT], before);
    }
    ROW("SVC-TRG-012.sent") {
        unsigned before = it.a.controls[SCM_TRIGGEREVENT];

        (void)host_actors_plug(&it, 5, HOST_PLAYER, "X\\2");
        CHECK(it.a.controls[SCM_TRIGGEREVENT] > before);
    }
    ROW("SVC-TRG-012.once") {
        unsigned before = it.a.controls[SCM_TRIGGEREVENT];

        (void)host_actors_plug(&it, 6, HOST_PLAYER, "X\\2");
        CHECK(it.a.controls[SCM_TRIGGEREVENT] <= before + 1);
    }
}

CONF_CASE(HOST_TRG_BV_05, .title = "What a service cannot take any more starts it again",
          .reqs = REQS("SVC-TRG-013"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A device arrives and is answered ERROR_SHUTDOWN_IN_PROGRESS, or NO_ERROR; then "
                   "the service is stopped")
{
    ROW("SVC-TRG-013.again") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        it.a.accepts |= SCM_ACCEPT_TRIGGEREVENT;
        it.a.answers = SCM_SHUTDOWN_IN_PROGRESS;
        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
        (void)host_stop(&it, "A");
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        CHECK_EQ(scm_starts(it.scm, "A"), 2);
    }
    ROW("SVC-TRG-013.taken") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        it.a.accepts |= SCM_ACCEPT_TRIGGEREVENT;
        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        (void)host_stop(&it, "A");
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
}

CONF_CASE(HOST_TRG_BV_08, .title = "What arrives while a service stops starts it again",
          .reqs = REQS("SVC-TRG-014"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "One device or two arrive while SERVICE_STOP_PENDING; one may leave again")
{
    ROW("SVC-TRG-014.again") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        it.a.stays = true;
        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        (void)host_stop(&it, "A");
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(host_state(&it, "A"), SCM_STOP_PENDING);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
        host_let(&it.a);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        CHECK_EQ(scm_starts(it.scm, "A"), 2);
    }
    ROW("SVC-TRG-014.one") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        it.a.stays = true;
        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        (void)host_stop(&it, "A");
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        (void)host_actors_plug(&it, 3, HOST_PLAYER, "X\\1");
        it.a.stays = false;
        host_let(&it.a);
        host_quiet(&it);
        (void)host_stop(&it, "A");
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
        CHECK(scm_starts(it.scm, "A") <= 2);
    }
    ROW("SVC-TRG-014.gone") {
        HOST_ACTORS_OF(it, c, ONE_TRIGGER);

        it.a.stays = true;
        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        (void)host_stop(&it, "A");
        pnp_detach(it.host.machine, host_actors_plug(&it, 2, HOST_OTHER, NULL));
        it.a.stays = false;
        host_let(&it.a);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
        CHECK_EQ(scm_starts(it.scm, "A"), 1);
    }
}

CONF_CASE(HOST_TRG_BV_06, .title = "A stop trigger stops what nobody depends on",
          .reqs = REQS("SVC-TRG-003", "SVC-TRG-016"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A device of a stop trigger arrives while the service runs, with and without a "
                   "running dependent")
{
    static const char stop[] = ONE_SERVICE SERVICE_TEXT("A", "0x10", "AddTrigger=T\n")
        TRIGGER_TEXT("T", "2", "DataItem=2,\"" HOST_OTHER "\"\n");
    static const char two[] = TWO_SERVICES SERVICE_TEXT("A", "0x10", "AddTrigger=T\n")
        SERVICE_TEXT("B", "0x10", "Dependencies=A\n")
            TRIGGER_TEXT("T", "2", "DataItem=2,\"" HOST_OTHER "\"\n");

    ROW("SVC-TRG-003.stops") {
        HOST_ACTORS_OF(it, c, stop);

        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        CHECK_EQ(scm_start(it.scm, "A", 0, NULL), 0);
        host_quiet(&it);
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(it.a.controls[SCM_STOP], 1);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
    ROW("SVC-TRG-016.kept") {
        HOST_ACTORS_OF(it, c, two);

        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        CHECK_EQ(scm_start(it.scm, "B", 0, NULL), 0);
        host_quiet(&it);
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(it.a.controls[SCM_STOP], 0);
        CHECK_EQ(host_state(&it, "A"), SCM_RUNNING);
        ROW("SVC-TRG-016.logged")
            CHECK(host_logged(&it, SCM_KEPT_RUNNING));
        (void)host_stop(&it, "B");
    }
    ROW("SVC-TRG-016.free") {
        HOST_ACTORS_OF(it, c, two);

        (void)host_actors_plug(&it, 1, HOST_PLAYER, NULL);
        CHECK_EQ(scm_start(it.scm, "B", 0, NULL), 0);
        host_quiet(&it);
        (void)host_stop(&it, "B");
        (void)host_actors_plug(&it, 2, HOST_OTHER, NULL);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
}

CONF_CASE(HOST_TRG_BV_07, .title = "A trigger is not used up", .reqs = REQS("SVC-LIFE-006"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "Plug and unplug a hundred times; the service stops each time")
{
    HOST_ACTORS_OF(it, c, ONE_TRIGGER);

    ROW("SVC-LIFE-006") {
        for (unsigned i = 1; i <= 100; i++) {
            struct pnp_devnode *devnode = host_actors_plug(&it, 1, HOST_PLAYER, NULL);

            CHECK_EQ(scm_starts(it.scm, "A"), i);
            pnp_detach(it.host.machine, devnode);
            (void)host_stop(&it, "A");
        }
        CHECK_EQ(it.a.controls[SCM_STOP], 100);
        CHECK_EQ(host_state(&it, "A"), SCM_STOPPED);
    }
}
