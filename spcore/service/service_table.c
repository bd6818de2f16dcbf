/* The table of a service's devices. Who tells of one marks it and goes; the thread of service_run()
 * opens, watches and lets go, so that of each there is one handle, one watch and one end. Only a
 * handle that somebody else needs closed is closed by who tells. */
#include "spcore/service/service_table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- told */
static struct service_device *find(const struct service *service, const char *link)
{
    struct service_device *device = service->devices;

    while (device && strcasecmp(device->link, link) != 0)
        device = device->next;
    return device;
}

/* What comes while the service stops is its manager's to keep: it starts the next one. */
static void device_add(struct service *service, const char *link)
{
    struct service_device *device = find(service, link);
    size_t size = strlen(link) + 1;

    if (service->state >= SERVICE_STOPS)
        return;
    if (device) {
        device->again = device->gone || device->fresh;
        return;
    }
    device = calloc(1, sizeof(*device) + size);
    if (!device) {
        service->missed = true;
        return;
    }
    device->service = service;
    device->fresh = true;
    memcpy(device->link, link, size);
    device->next = service->devices;
    service->devices = device;
}

void service_arrived(struct service *service, const char *link)
{
    service_lock(service);
    device_add(service, link);
    service_wake(service);
    service_unlock(service);
}

void service_missed(struct service *service)
{
    service_lock(service);
    service->missed = true;
    service_wake(service);
    service_unlock(service);
}

void service_removed(struct service *service, const char *link)
{
    struct service_device *device;

    service_lock(service);
    device = find(service, link);
    if (device) {
        device->gone = true;
        device->again = false;
        service_wake(service);
    }
    service_unlock(service);
}

/* Its work is ended before what it works with is closed. Whoever comes second finds nothing. */
static void close_device(struct service_device *device)
{
    const struct service_shell *shell = &device->service->shell;
    void *handle, *job;

    service_lock(device->service);
    while (device->busy)
        service_wait(device->service, -1);
    handle = device->handle;
    job = device->job;
    device->handle = device->job = NULL;
    service_unlock(device->service);
    if (job) {
        shell->work->cancel(shell->self, job);
        shell->work->end(shell->self, job);
    }
    if (handle)
        shell->bus->close(shell->self, handle);
}

static void mark(struct service_device *device, bool *flag, bool value)
{
    service_lock(device->service);
    *flag = value;
    service_wake(device->service);
    service_unlock(device->service);
}

void service_asked(struct service_device *device)
{
    mark(device, &device->asked, true);
    close_device(device);
}

void service_refused(struct service_device *device)
{
    mark(device, &device->asked, false);
}

void service_gone(struct service_device *device)
{
    mark(device, &device->gone, true);
    close_device(device);
}

/* ---- done; all with the lock held, which is let go of for what is asked of the outside */
static void *begin_work(const struct service_device *device, void *handle)
{
    const struct service_shell *shell = &device->service->shell;

    return shell->work ? shell->work->begin(shell->self, device->link, handle) : NULL;
}

/* False: it cannot be opened, so it is not there any more. */
static bool open_device(struct service_device *device)
{
    const struct service_shell *shell = &device->service->shell;
    void *handle = NULL;
    bool opened;

    device->busy = true;
    service_unlock(device->service);
    opened = shell->bus->open(shell->self, device->link, &handle) == 0;
    service_lock(device->service);
    device->busy = false;
    if (opened)
        device->handle = handle;
    service_wake(device->service);
    return opened;
}

static bool watch_device(struct service_device *device)
{
    const struct service_shell *shell = &device->service->shell;
    void *watch = NULL, *handle = device->handle;
    bool watched;

    if (device->watch)
        return true;
    service_unlock(device->service);
    watched = shell->bus->watch(shell->self, device, handle, &watch) == 0;
    service_lock(device->service);
    if (watched)
        device->watch = watch;
    return watched;
}

static void work_on_device(struct service_device *device)
{
    void *handle = device->handle, *job;

    if (!handle || device->asked || device->gone)
        return;
    device->busy = true;
    service_unlock(device->service);
    job = begin_work(device, handle);
    service_lock(device->service);
    device->job = job;
    device->busy = false;
    service_wake(device->service);
}

/* For the first time, or since nobody wants it away any more. */
static void take_up(struct service_device *device)
{
    bool taken = open_device(device);

    if (taken)
        taken = watch_device(device);
    device->fresh = false;
    if (taken) {
        device->again = device->again && device->gone;
        work_on_device(device);
    } else {
        device->gone = true;
    }
}

/* False: it is there again. */
static bool let_go(struct service_device *device)
{
    struct service *service = device->service;
    struct service_device **at = &service->devices;
    void *watch = device->watch;

    service_unlock(service);
    close_device(device);
    if (watch)
        service->shell.bus->unwatch(service->shell.self, watch);
    service_lock(service);
    device->watch = NULL;
    if (device->again && service->state < SERVICE_STOPS) {
        device->fresh = true;
        device->gone = device->again = device->asked = false;
        return false;
    }
    while (*at != device)
        at = &(*at)->next;
    *at = device->next;
    free(device);
    return true;
}

/* Of the devices one that wants something done; once the service stops, that is each. */
static struct service_device *next(const struct service *service)
{
    struct service_device *device = service->devices;

    while (device && service->state < SERVICE_STOPS && !device->gone && !device->fresh &&
           (device->handle || device->asked))
        device = device->next;
    return device;
}

bool service_rests(const struct service *service)
{
    return !next(service);
}

void service_forget(struct service *service)
{
    service_lock(service);
    service->missed = false;
    for (struct service_device *at = service->devices; at; at = at->next) {
        at->gone = true;
        at->again = false;
    }
    service_unlock(service);
}

bool service_tend(struct service *service)
{
    struct service_device *device;
    bool did = false;

    service_lock(service);
    if (service->missed && service->state < SERVICE_STOPS) {
        bool failed;

        service->missed = false;
        service_unlock(service);
        failed = service->shell.bus->list(service->shell.self, service) != 0;
        service_lock(service);
        service->missed |= failed;
    }
    while ((device = next(service)) != NULL) {
        while (service->saying) /* its stop: what follows comes after that is said */
            service_wait(service, -1);
        if (device->gone || service->state >= SERVICE_STOPS)
            (void)let_go(device);
        else
            take_up(device);
        did = true;
        service_unlock(service);
        service_progress(service);
        service_lock(service);
    }
    service_unlock(service);
    return did;
}
