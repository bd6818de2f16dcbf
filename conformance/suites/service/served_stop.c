/* How a service ends: one way, once, with nothing left (rows SVC-LIFE-004, 005, 008 and
 * SVC-SCM-011).
 */
#include <stdio.h>
#include <string.h>

#include "conformance/suites/service/served.h"

/* What it holds as it says that it has stopped. */
static void look(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    for (unsigned i = 0; i < SERVED_DEVICES; i++)
        it->injected += served_handles(it, i) + served_registrations(it, i);
}

static unsigned count_stopped(struct served *it)
{
    size_t count;
    const struct scm_report *reports = served_reports(it, &count);
    unsigned stopped = 0;

    for (size_t i = 0; i < count; i++)
        stopped += reports[i].status.state == SCM_STOPPED;
    return stopped;
}

static bool passes_pending(struct served *it)
{
    size_t count;
    const struct scm_report *reports = served_reports(it, &count);

    for (size_t i = 0; i < count; i++) {
        if (reports[i].status.state == SCM_STOP_PENDING)
            return true;
    }
    return false;
}

/* Does a thread of it call anything after that? The dispatcher's own may, in wmain. */
static bool works_on(struct served *it)
{
    static const char *const ours[] = {"ServiceMain of", "control ", "the ", "callback for"};
    const struct world_entry *entry, *begun;
    size_t at = 0, first = 0;
    bool found = false;

    char stopped[288];

    snprintf(stopped, sizeof(stopped), "%s reports SERVICE_STOPPED", it->as.service);
    begun = served_entry(it, 0, "StartServiceCtrlDispatcher", &first);
    if (!served_entry(it, 0, stopped, &at))
        return false;
    for (size_t i = at + 1; (entry = world_entry(it->host.world, i)) != NULL && !found; i++) {
        found = entry->thread && !(begun && entry->thread == begun->thread);
        for (int k = 0; k < 4 && found; k++)
            found = strncmp(entry->text, ours[k], strlen(ours[k])) != 0;
    }
    return found;
}

CONF_CASE(
    SERVICE_STOP_BV_01,
    SERVED_CASE(.level = CONF_MUST, .title = "The sequence of a stop", .reqs = REQS("SVC-LIFE-004"),
                .steps = "With two devices the service is told to stop; its reports, what it holds "
                         "at the last, and what it calls after it"))
{
    struct served it;

    served_begin(c, &it);
    served_start(&it, 2);
    world_inject(it.host.world, WORLD_STOPPING, 0, look, &it);
    (void)served_control(&it, SCM_STOP);
    served_rest(&it);
    if (!served_stopped(&it))
        conf_refused(c, "service stop", "%s",
                     served_tale(&it, "it does not stop when it is told to"));
    ROW("SVC-LIFE-004.pending")
        CHECK_TOLD(passes_pending(&it),
                   served_tale(&it, "SERVICE_STOP_PENDING comes before the cleaning up"));
    ROW("SVC-LIFE-004.clean")
        REQUIRE_TOLD(it.injected == 0,
                     served_tale(&it,
                                 "SERVICE_STOPPED is reported while devices are still held: the "
                                 "process may end at that moment"));
    ROW("SVC-LIFE-004.once")
        CHECK_TOLD(count_stopped(&it) == 1, served_tale(&it, "SERVICE_STOPPED is reported once"));
    ROW("SVC-LIFE-004.last")
        CHECK_TOLD(!works_on(&it),
                   served_tale(&it,
                               "after SERVICE_STOPPED nothing of Windows is called: the process "
                               "may have ended"));
    (void)served_end(&it);
}

/* ---- however many devices */
static void stop(struct served *it, unsigned devices)
{
    it->injected = 0;
    if (devices)
        served_start(it, devices);
    else
        (void)scm_start(it->host.scm, it->as.service, 0, NULL);
    served_rest(it);
    (void)served_control(it, SCM_STOP); /* it may have stopped */
    served_rest(it);
}

/* The service is of the registry once a device has been there. */
static void install(struct served *it)
{
    served_start(it, 1);
    served_pull(it, 0);
    served_rest(it);
    if (served_stopped(it))
        return;
    (void)served_control(it, SCM_STOP);
    served_rest(it);
}

CONF_CASE(
    SERVICE_STOP_BV_02,
    SERVED_CASE(.level = CONF_MUST, .title = "A stop with any number of devices",
                .reqs = REQS("SVC-LIFE-005"),
                .steps = "The service is told to stop with none, with one and with three devices, "
                         "which are ejected then"))
{
    struct served it;

    served_begin(c, &it);
    install(&it);
    stop(&it, 0);
    ROW("SVC-LIFE-005.none")
        CHECK_TOLD(served_stopped(&it) && served_sound(&it),
                   served_tale(&it, "there may be no device to clean up after"));
    (void)served_end(&it);
    for (unsigned devices = 1; devices <= 3; devices += 2) {
        served_begin(c, &it);
        stop(&it, devices);
        ROW("SVC-LIFE-005.each") {
            CHECK_TOLD(served_stopped(&it), served_tale(&it, "it is told to stop"));
            for (unsigned i = 0; i < devices; i++)
                CHECK_TOLD(served_handles(&it, i) == 0 && served_eject(&it, i) == 0,
                           served_tale(&it, "each device is closed, or none can be removed"));
        }
        (void)served_end(&it);
    }
}

/* ---- both at once */
static void pull_at_stop(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    if (it->done)
        return;
    it->done = true;
    served_pull(it, 0);
    if (it->injected)
        world_settle(it->host.world);
}

static void judge_end(struct conf *c, struct served *it)
{
    ROW("SVC-LIFE-008.stops")
        REQUIRE_TOLD(served_stopped(it), served_tale(it, "it has every reason to stop"));
    ROW("SVC-LIFE-008.once")
        CHECK_TOLD(count_stopped(it) == 1,
                   served_tale(it, "stop and the last removal come together: one of them leads "
                                   "through the end, which is reported once"));
    ROW("SVC-LIFE-008.clean")
        CHECK_TOLD(served_sound(it) && world_audit(it->host.world, NULL) == 0,
                   served_tale(it, "of two who clean up the second finds nothing to do"));
}

CONF_CASE(
    SERVICE_STOP_BV_03,
    SERVED_CASE(.level = CONF_MUST, .title = "A stop and the last removal at once",
                .reqs = REQS("SVC-LIFE-008"),
                .steps = "The last device is pulled as SERVICE_STOP_PENDING is reported, with its "
                         "callbacks first and not; and a stop is sent as it has been pulled"))
{
    struct served it;

    for (unsigned round = 0; round < 3; round++) {
        served_begin(c, &it);
        served_start(&it, 1);
        it.injected = round == 1;
        if (round < 2)
            world_inject(it.host.world, WORLD_STOP_PENDING, 0, pull_at_stop, &it);
        else
            served_pull(&it, 0);
        (void)served_control(&it, SCM_STOP);
        served_rest(&it);
        judge_end(c, &it);
        (void)served_end(&it);
    }
}

/* ---- the handler does not wait */
CONF_CASE(
    SERVICE_STOP_BV_04,
    SERVED_CASE(.level = CONF_MUST, .title = "A stop in the middle of something slow",
                .reqs = REQS("SVC-SCM-011"),
                .steps =
                    "A second device takes a minute to be opened; meanwhile the service is told "
                    "to stop"))
{
    struct served it;
    unsigned left;
    uint32_t answer;

    served_begin(c, &it);
    served_start(&it, 1);
    it.open_ms = SERVED_MINUTE;
    served_plug(&it, 1);
    served_quiet(&it);
    answer = served_control(&it, SCM_STOP);
    it.open_ms = 0;
    ROW("SVC-SCM-011.returns")
        CHECK_TOLD(answer != SCM_TIMEOUT,
                   served_tale(&it,
                               "the handler has not returned within 30 s: it waits for a thread "
                               "that is at work, or does that work itself"));
    served_rest(&it);
    served_rest(&it);
    if (!served_stopped(&it))
        conf_refused(c, "service stop", "%s",
                     served_tale(&it, "it does not stop when it is told to"));
    left = world_alive(it.host.world);
    ROW("SVC-SCM-011.threads")
        CHECK_TOLD(left == 0,
                   served_tale(&it, "threads of the service outlive its SERVICE_STOPPED"));
    (void)served_end(&it);
}
