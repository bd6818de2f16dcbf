/* When a service ends: with the last device, not before, whenever that goes (rows SVC-LIFE-001,
 * 002, 003, 007 and 009). */
#include <stdio.h>

#include "conformance/suites/service/served.h"

CONF_CASE(SERVICE_LIFE_BV_01,
          SERVED_CASE(.level = CONF_MUST, .title = "A service ends with its last device",
                      .reqs = REQS("SVC-LIFE-001"), .steps = "Two devices are pulled, one by one"))
{
    struct served it;

    served_begin(c, &it);
    served_start(&it, 2);
    served_pull(&it, 0);
    served_rest(&it);
    ROW("SVC-LIFE-001.stays")
        REQUIRE_TOLD(served_state(&it) == SCM_RUNNING,
                     served_tale(&it, "a device is left, so the service goes on"));
    served_pull(&it, 1);
    served_rest(&it);
    ROW("SVC-LIFE-001.ends")
        CHECK_TOLD(served_stopped(&it),
                   served_tale(&it, "the last device has gone a minute ago: the service is to stop "
                                    "itself"));
    (void)served_end(&it);
}

/* ---- nobody is there */
static void pull_all(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    if (it->done)
        return;
    it->done = true;
    for (unsigned i = 0; i < SERVED_DEVICES; i++) {
        if (it->devices[i])
            served_pull(it, i);
    }
}

CONF_CASE(SERVICE_LIFE_BV_02,
          SERVED_CASE(.level = CONF_MUST, .title = "A service that finds no device ends",
                      .reqs = REQS("SVC-LIFE-002"),
                      .steps = "A device arrives, which starts the service, and is pulled before "
                               "ServiceMain is called"))
{
    struct served it;
    const struct scm_report *last;

    served_begin(c, &it);
    world_inject(it.host.world, WORLD_SERVICE_MAIN, 1, pull_all, &it);
    served_start(&it, 1);
    last = served_last(&it);
    ROW("SVC-LIFE-002.ends")
        REQUIRE_TOLD(served_stopped(&it),
                     served_tale(&it,
                                 "the device left before the service had registered, so no "
                                 "removal will ever come: when the list is empty it is to stop "
                                 "itself"));
    ROW("SVC-LIFE-002.code")
        CHECK_TOLD(last && last->status.exit_code == 0,
                   served_tale(&it, "that no device is left is a normal end, with exit code 0"));
    (void)served_end(&it);
}

CONF_CASE(
    SERVICE_LIFE_BV_03,
    SERVED_CASE(.level = CONF_SHOULD, .title = "A service that waits for a replug hears stop",
                .reqs = REQS("SVC-LIFE-003"),
                .steps = "The only device is pulled; a service that does not stop at once is told "
                         "to, and another time the device is plugged again"))
{
    struct served it;
    unsigned starts;

    served_begin(c, &it);
    served_start(&it, 1);
    served_pull(&it, 0);
    served_quiet(&it);
    if (served_state(&it) == SCM_RUNNING) {
        (void)served_control(&it, SCM_STOP);
        served_quiet(&it);
    }
    ROW("SVC-LIFE-003.stop")
        CHECK_TOLD(served_state(&it) != SCM_RUNNING,
                   served_tale(&it, "a stop ends the time that is left for a replug"));
    (void)served_end(&it);
    served_begin(c, &it);
    served_start(&it, 1);
    served_pull(&it, 0);
    served_quiet(&it);
    if (served_state(&it) != SCM_RUNNING)
        served_rest(&it);
    starts = scm_starts(it.host.scm, it.as.service) + (served_stopped(&it) ? 1 : 0);
    served_plug(&it, 0);
    served_rest(&it);
    ROW("SVC-LIFE-003.replug")
        CHECK_TOLD(served_state(&it) == SCM_RUNNING &&
                       scm_starts(it.host.scm, it.as.service) == starts,
                   served_tale(&it, "the device is back within the time that is left for that, and "
                                    "the service has stopped all the same"));
    (void)served_end(&it);
}

/* ---- while it starts */
/* A device that the service has taken up goes before it runs. */
static void pull_taken(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    if (it->done || !served_registrations(it, 0))
        return;
    it->done = true;
    served_pull(it, 0);
    world_settle(it->host.world);
}

static void judge_start(struct conf *c, struct served *it)
{
    ROW("SVC-LIFE-007.ends")
        REQUIRE_TOLD(served_stopped(it),
                     served_tale(it,
                                 "the only device went while the service started, and its wish "
                                 "to stop is lost: what that is told by, an event, has to exist "
                                 "before notifications are registered for"));
    ROW("SVC-LIFE-007.clean")
        CHECK_TOLD(served_sound(it),
                   served_tale(it, "a removal may be told of before the service is ready for it"));
}

CONF_CASE(
    SERVICE_LIFE_BV_04,
    SERVED_CASE(.level = CONF_MUST, .title = "A device goes while the service starts",
                .reqs = REQS("SVC-LIFE-007"),
                .steps =
                    "The only device is pulled as SERVICE_START_PENDING is reported once more, "
                    "and another time as its handle is registered for"))
{
    static const enum world_point points[] = {WORLD_STARTING, WORLD_REGISTERED};
    struct served it;

    for (unsigned i = 0; i < 2; i++) {
        served_begin(c, &it);
        world_inject(it.host.world, points[i], 0, pull_taken, &it);
        served_start(&it, 1);
        if (!it.done) { /* it has no such moment */
            served_pull(&it, 0);
            served_rest(&it);
        }
        judge_start(c, &it);
        (void)served_end(&it);
    }
}

/* ---- nothing can be registered */
CONF_CASE(SERVICE_LIFE_BI_05,
          SERVED_CASE(.level = CONF_MUST, .title = "A service that cannot start says so",
                      .reqs = REQS("SVC-LIFE-009"),
                      .steps = "The registration for interfaces fails: there is no memory for it"))
{
    struct served it;
    const struct scm_report *last;

    served_begin(c, &it);
    notify_refuse(it.host.notify, 0);
    served_start(&it, 1);
    last = served_last(&it);
    ROW("SVC-LIFE-009.reported")
        REQUIRE_TOLD(last && last->status.state == SCM_STOPPED,
                     served_tale(&it, "a service that cannot start reports SERVICE_STOPPED before "
                                      "it goes"));
    ROW("SVC-LIFE-009.code")
        CHECK_TOLD(last->status.exit_code != 0,
                   served_tale(&it, "dwWin32ExitCode says why it did not start; with 0 it is a "
                                    "normal end, and nothing is logged"));
    ROW("SVC-LIFE-009.released")
        CHECK_TOLD(world_audit(it.host.world, NULL) == 0,
                   served_tale(&it, "what it had is given back first"));
    (void)served_end(&it);
}
