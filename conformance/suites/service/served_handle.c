/* A service and the handles it holds: opened, registered for, given up when somebody asks (rows
 * SVC-HND-001 to 005 and 008). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/suites/service/served.h"

#define EVENT "{11111111-2222-3333-4444-555555555555}"

/* Is something asked of a handle that has not been registered for? */
static bool asks_early(struct served *it)
{
    static const char opened[] = "CreateFile(";
    const struct world_entry *entry;
    size_t at = 0;

    for (size_t from = 0; (entry = served_entry(it, from, opened, &at)) != NULL; from = at + 1) {
        const char *handle = strstr(entry->text, ") -> ");
        char registers[64], asks[3][64];
        size_t registered = 0, asked = 0;
        bool is_registered;

        if (!handle)
            continue;
        handle += strlen(") -> ");
        snprintf(registers, sizeof(registers), "CM_Register_Notification(type 1, %.24s)", handle);
        snprintf(asks[0], sizeof(asks[0]), "ReadFile(%.24s)", handle);
        snprintf(asks[1], sizeof(asks[1]), "WriteFile(%.24s)", handle);
        snprintf(asks[2], sizeof(asks[2]), "DeviceIoControl(%.24s)", handle);
        is_registered = served_entry(it, at, registers, &registered) != NULL;
        for (int i = 0; i < 3; i++) {
            if (served_entry(it, at, asks[i], &asked) && (!is_registered || asked < registered))
                return true;
        }
    }
    return false;
}

CONF_CASE(
    SERVICE_HANDLE_BV_01,
    SERVED_CASE(.level = CONF_MUST, .title = "A handle is registered for",
                .reqs = REQS("SVC-HND-001"),
                .steps = "A device is there: what the service opens, registers for and asks, in "
                         "which order"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 1);
    ROW("SVC-HND-001.registered")
        CHECK_TOLD(served_registrations(&it, 0) > 0,
                   served_tale(&it,
                               "who holds a device open has to hear that it is wanted away: "
                               "register for the handle (CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE)"));
    ROW("SVC-HND-001.before")
        CHECK_TOLD(!asks_early(&it),
                   served_tale(&it, "the handle is registered for before anything is asked of the "
                                    "device, or its removal meanwhile goes unheard"));
    (void)served_end(&it);
}

/* The second device goes between list, or arrival, and open. */
static void pull_unopened(void *self, const char *detail)
{
    struct served *it = self;

    if (it->done || !it->devices[1] || strcmp(it->devices[1]->interfaces->link, detail) != 0)
        return;
    it->done = true;
    served_pull(it, 1);
}

CONF_CASE(
    SERVICE_HANDLE_BV_02,
    SERVED_CASE(.level = CONF_MUST, .title = "A device goes before it is opened",
                .reqs = REQS("SVC-HND-002"),
                .steps = "Of two devices one is pulled as CreateFile is called for it, later the "
                         "other"))
{
    struct served it;

    served_begin(c, &it);
    world_inject(it.host.world, WORLD_BEFORE_OPEN, 0, pull_unopened, &it);
    served_start(&it, 2);
    if (!it.done)
        conf_inconclusive(c, "the service opens no device");
    ROW("SVC-HND-002.goes-on")
        REQUIRE_TOLD(served_state(&it) == SCM_RUNNING && served_handles(&it, 0) == 1,
                     served_tale(&it, "that one device cannot be opened, since it has gone, is no "
                                      "reason to let go of the other"));
    served_pull(&it, 0);
    served_rest(&it);
    ROW("SVC-HND-002.dropped")
        CHECK_TOLD(served_stopped(&it),
                   served_tale(&it, "a device that could not be opened is none: it must not count "
                                    "among those that are left"));
    (void)served_end(&it);
}

/* ---- query-remove */
/* Is a handle closed in the callback of the query? */
static bool closes_asked(struct served *it)
{
    size_t begun = 0, ended = 0, closed = 0;

    return served_entry(it, 0, "callback for a handle: query-remove ", &begun) &&
           served_entry(it, begun, "callback for a handle returns", &ended) &&
           served_entry(it, begun, "CloseHandle(", &closed) && closed < ended;
}

CONF_CASE(SERVICE_HANDLE_BV_03,
          SERVED_CASE(.level = CONF_MUST, .title = "A device is given up when somebody asks",
                      .reqs = REQS("SVC-HND-003"), .steps = "Of two devices one is ejected"))
{
    struct served it;
    int ejected;

    served_begin(c, &it);
    served_hold(&it, 2);
    ejected = served_eject(&it, 1);
    ROW("SVC-HND-003.closed")
        REQUIRE_TOLD(closes_asked(&it),
                     served_tale(&it, "the handle is closed before the callback of the query "
                                      "returns: an open one is what fails it"));
    ROW("SVC-HND-003.answer")
        CHECK_TOLD(ejected == 0 && !served_found(&it, "callback-result"),
                   served_tale(&it, "the callback of the query closes its handle and returns "
                                    "ERROR_SUCCESS, and the device may go"));
    served_rest(&it);
    (void)served_end(&it);
}

CONF_CASE(
    SERVICE_HANDLE_BV_04,
    SERVED_CASE(.level = CONF_MUST, .title = "A removal that somebody else refused",
                .reqs = REQS("SVC-HND-004"),
                .steps = "A device is ejected, which another program vetoes; then it is ejected "
                         "again"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 2);
    it.vetoes = true;
    (void)served_eject(&it, 1);
    served_rest(&it);
    it.vetoes = false;
    ROW("SVC-HND-004.reopened")
        REQUIRE_TOLD(served_handles(&it, 1) == 1,
                     served_tale(&it, "the removal failed, the device stays: it is opened again"));
    ROW("SVC-HND-004.one")
        CHECK_TOLD(served_registrations(&it, 1) == 1,
                   served_tale(&it, "the registration still works: a second one is a leak unless "
                                    "the first is taken back"));
    ROW("SVC-HND-004.works")
        CHECK_TOLD(served_eject(&it, 1) == 0,
                   served_tale(&it, "a second query is to be heard as the first was"));
    served_rest(&it);
    (void)served_end(&it);
}

CONF_CASE(SERVICE_HANDLE_BV_05,
          SERVED_CASE(.level = CONF_MUST, .title = "A failed removal that nobody asked about",
                      .reqs = REQS("SVC-HND-005"),
                      .steps = "A query-remove-failed comes without a query-remove"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 1);
    notify_handles(it.host.notify, it.devices[0], NOTIFY_QUERY_REMOVE_FAILED);
    served_rest(&it);
    ROW("SVC-HND-005")
        CHECK_TOLD(served_holds(&it, 0),
                   served_tale(&it, "who registers while a query is under way hears only that it "
                                    "failed: the handle is open, and another one would leak"));
    (void)served_end(&it);
}

CONF_CASE(SERVICE_HANDLE_BV_08,
          SERVED_CASE(.level = CONF_MUST, .title = "An event of somebody's own",
                      .reqs = REQS("SVC-HND-008"),
                      .steps = "A custom event with an unknown GUID comes"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 1);
    (void)notify_custom(it.host.notify, it.devices[0], EVENT, -1, "custom", sizeof("custom"));
    served_rest(&it);
    ROW("SVC-HND-008.nothing")
        CHECK_TOLD(served_state(&it) == SCM_RUNNING && served_holds(&it, 0),
                   served_tale(&it, "CM_NOTIFY_ACTION_DEVICECUSTOMEVENT with an unknown EventGuid "
                                    "says nothing about the device's presence"));
    ROW("SVC-HND-008.answer")
        CHECK_TOLD(!served_found(&it, "callback-result"),
                   served_tale(&it, "what is unknown is answered with ERROR_SUCCESS"));
    (void)served_end(&it);
}
