/* The life of a device service: it registers, then lists, works while there are devices, and has
 * one way to its end, whoever wants that first. */
#include "spcore/service/service_life.h"

#include <stdlib.h>

#include "spcore/service/service_table.h"

enum { HINT_MS = 10000, RETRY_MS = 100 };

struct service *service_new(const struct service_shell *shell)
{
    struct service *service = calloc(1, sizeof(*service));

    if (service)
        service->shell = *shell;
    return service;
}

void service_free(struct service *service)
{
    free(service);
}

void service_lock(const struct service *service)
{
    service->shell.system->lock(service->shell.self);
}

void service_unlock(const struct service *service)
{
    service->shell.system->unlock(service->shell.self);
}

void service_wait(const struct service *service, int64_t ms)
{
    service->shell.system->wait(service->shell.self, ms);
}

void service_wake(const struct service *service)
{
    service->shell.system->wake(service->shell.self);
}

/* ---- what the manager is told: one thing at a time, and a state once */
/* With the lock held, which is let go of meanwhile. */
static void say(struct service *service, enum service_state state)
{
    struct service_status status = {.state = state};

    if (state == SERVICE_STARTS || state == SERVICE_STOPS) {
        service->checkpoint = state == service->state ? service->checkpoint + 1 : 1;
        status.checkpoint = service->checkpoint;
        status.hint_ms = HINT_MS;
    }
    service->state = state;
    service->saying = true;
    service_unlock(service);
    service->shell.manager->report(service->shell.self, &status);
    service_lock(service);
    service->saying = false;
    service_wake(service);
}

/* Who was told to stop it while another was saying something has left that to the other. */
static void say_stop(struct service *service)
{
    if (service->told && !service->saying && service->state && service->state < SERVICE_STOPS)
        say(service, SERVICE_STOPS);
}

/* `goes_on`: of the state that it has, if it still has it; else of one that follows. */
static void report(struct service *service, enum service_state state, bool goes_on)
{
    service_lock(service);
    while (service->saying)
        service_wait(service, -1);
    if (goes_on ? state == service->state : state > service->state)
        say(service, state);
    say_stop(service);
    service_unlock(service);
}

static void enter(struct service *service, enum service_state state)
{
    report(service, state, false);
}

void service_progress(struct service *service)
{
    enum service_state state;

    service_lock(service);
    state = service->state;
    service_unlock(service);
    if (state == SERVICE_STARTS || state == SERVICE_STOPS)
        report(service, state, true);
}

/* Waits for nobody: it may be a control handler, or in the middle of a report. */
void service_stop(struct service *service)
{
    service_lock(service);
    service->told = true;
    say_stop(service);
    service_unlock(service);
}

/* ---- its life */
static unsigned start(struct service *service)
{
    const struct service_bus *bus = service->shell.bus;
    unsigned code;

    enter(service, SERVICE_STARTS);
    code = bus->subscribe(service->shell.self, service);
    if (code)
        return code;
    service_progress(service);
    code = bus->list(service->shell.self, service);
    if (code) {
        bus->unsubscribe(service->shell.self);
        return code;
    }
    (void)service_tend(service);
    enter(service, SERVICE_RUNS);
    return 0;
}

static int64_t now(const struct service *service)
{
    return service->shell.system->now_ms(service->shell.self);
}

/* How long nothing happens unless somebody tells; negative: no matter. 0: it ends. */
static int64_t rest(const struct service *service, int64_t since)
{
    int64_t left = since + service->shell.settle_ms - now(service);

    if (service->missed)
        return RETRY_MS;
    return service->devices ? -1 : left < 0 ? 0 : left;
}

/* Until it is told to end, or has been without a device for long enough. Nothing that comes in
 * between is overlooked: it is looked for, and waited for, under one lock. */
static void live(struct service *service)
{
    int64_t since = now(service); /* without a device */
    bool ends = false;

    while (!ends) {
        bool did = service_tend(service);

        service_lock(service);
        if (did || service->devices)
            since = now(service);
        ends = service->state >= SERVICE_STOPS;
        if (!ends && service_rests(service)) {
            int64_t left = rest(service, since);

            ends = left == 0;
            if (!ends)
                service_wait(service, left);
        }
        service_unlock(service);
    }
}

/* Nothing comes behind this: whoever owns the service may free it as soon as it is told. */
static void end(struct service *service, unsigned code)
{
    const struct service_shell shell = service->shell;
    const struct service_status status = {.state = SERVICE_ENDED, .code = code};

    service_lock(service);
    while (service->saying)
        service_wait(service, -1);
    service->state = SERVICE_ENDED;
    service_unlock(service);
    shell.manager->report(shell.self, &status);
}

unsigned service_run(struct service *service)
{
    unsigned code = start(service);

    if (code) {
        service_forget(service);
    } else {
        live(service);
        enter(service, SERVICE_STOPS);
        service->shell.bus->unsubscribe(service->shell.self);
        service_progress(service);
    }
    (void)service_tend(service);
    end(service, code);
    return code;
}
