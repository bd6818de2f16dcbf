/* A service and its registrations: callbacks come early, late, and of each registration there is
 * one end (rows SVC-CMN whose subject is the service). */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/suites/service/served.h"

#define EVENT "{11111111-2222-3333-4444-555555555555}"

/* The first device that is registered for goes before that registration has returned. */
static void vanish(void *self, const char *detail)
{
    struct served *it = self;

    if (!*detail || it->done)
        return;
    it->done = true;
    for (unsigned i = 0; i < SERVED_DEVICES; i++) {
        if (!it->devices[i] || strcmp(it->devices[i]->instance_id, detail) != 0)
            continue;
        it->injected = i;
        served_pull(it, i);
    }
    world_settle(it->host.world);
}

CONF_CASE(
    SERVICE_NOTIFY_BV_01,
    SERVED_CASE(.level = CONF_MUST,
                .title = "A callback comes before its registration has returned",
                .reqs = REQS("SVC-CMN-006"),
                .steps = "Of two devices the first that is registered for is pulled in the middle "
                         "of CM_Register_Notification"))
{
    struct served it;

    served_begin(c, &it);
    world_inject(it.host.world, WORLD_REGISTERED, 0, vanish, &it);
    served_start(&it, 2);
    if (!it.done)
        conf_inconclusive(c, "the service registers for no handle");
    ROW("SVC-CMN-006")
        CHECK_TOLD(served_let_go(&it, it.injected) && served_sound(&it),
                   served_tale(&it, "a callback may use the registration it is given, not the "
                                    "variable that the call has not filled yet"));
    (void)served_end(&it);
}

/* ---- events until the registration is taken back */
static void tell_late(void *self, const char *detail)
{
    struct served *it = self;
    const struct pnp_devnode *devnode = pnp_find_devnode(it->host.machine, detail);

    it->injected++;
    for (int i = 0; i < 2; i++)
        (void)notify_custom(it->host.notify, devnode, EVENT, -1, NULL, 0);
    world_settle(it->host.world);
}

/* A service that uses what it has freed dies of it, or not: so it lives in a process of its own. */
enum life { GOOD, HOLDS_NONE, LEFT_OVER, NEVER_RESTS };

static _Noreturn void live_apart(struct conf *c)
{
    struct served it;
    enum life life = GOOD;

    served_begin(c, &it);
    served_plug(&it, 0);
    served_plug(&it, 1);
    if (!served_passes(&it))
        life = NEVER_RESTS;
    else if (!served_registrations(&it, 1))
        life = HOLDS_NONE;
    world_inject(it.host.world, WORLD_UNREGISTER, 0, tell_late, &it);
    served_pull(&it, 1);
    if (life == GOOD && !served_passes(&it))
        life = NEVER_RESTS;
    if (life == GOOD && (!it.injected || !served_let_go(&it, 1)))
        life = LEFT_OVER;
    _exit((int)life);
}

CONF_CASE(
    SERVICE_NOTIFY_BV_02,
    SERVED_CASE(.level = CONF_MUST, .title = "A callback's context outlives its registration",
                .reqs = REQS("SVC-CMN-012"),
                .steps =
                    "Of two devices one is pulled; as CM_Unregister_Notification is called for "
                    "it, two more events come"))
{
    struct served it;
    int status = 0;
    pid_t pid;

    served_begin(c, &it); /* whose class is found before the process is doubled */
    (void)served_end(&it);
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        live_apart(c);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        conf_setup_failed(c, "no process");
    if (WIFEXITED(status) && WEXITSTATUS(status) == HOLDS_NONE)
        conf_inconclusive(c, "the service registers for no handle");
    ROW("SVC-CMN-012")
        CHECK_TOLD(
            WIFEXITED(status) && WEXITSTATUS(status) == GOOD,
            WIFSIGNALED(status)
                ? "events come until CM_Unregister_Notification has returned, and the callback "
                  "uses a context that has been freed before: the service died of it"
                : "events come until CM_Unregister_Notification has returned: with them the "
                  "service does not come to rest, or does not let go of the device");
}

/* ---- each once */
static void pull_first(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    if (it->done)
        return;
    it->done = true;
    served_pull(it, 0);
}

static unsigned owed(struct served *it)
{
    return world_audit(it->host.world, "registration");
}

CONF_CASE(
    SERVICE_NOTIFY_BV_03,
    SERVED_CASE(.level = CONF_MUST, .title = "Each registration is taken back once",
                .reqs = REQS("SVC-CMN-013"),
                .steps = "One device is pulled, one ejected, and a third pulled while the service "
                         "stops"))
{
    struct served it;

    served_begin(c, &it);
    served_start(&it, 3);
    world_inject(it.host.world, WORLD_STOP_PENDING, 1, pull_first, &it);
    served_pull(&it, 1);
    served_rest(&it);
    (void)served_eject(&it, 2);
    served_rest(&it);
    (void)served_control(&it, SCM_STOP);
    served_rest(&it);
    if (!served_stopped(&it))
        conf_refused(c, "service stop", "%s",
                     served_tale(&it, "it does not stop when it is told to"));
    ROW("SVC-CMN-013.once")
        CHECK_TOLD(!served_found(&it, "bad-registration"),
                   served_tale(&it, "the callback of a removal and the stop path each take the "
                                    "registration back: whoever comes first says so to the other"));
    ROW("SVC-CMN-013.left")
        CHECK_TOLD(owed(&it) == 0, served_tale(&it, "a registration outlives the service"));
    (void)served_end(&it);
}
