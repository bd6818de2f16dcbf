/* How a service comes by what is there when it starts: it registers, then lists, and takes each
 * interface once (rows SVC-LST whose subject is the service). */
#include <stdio.h>
#include <string.h>

#include "conformance/suites/service/served.h"

/* Twice the list grows after its size has been asked for. */
static void grow(void *self, const char *detail)
{
    struct served *it = self;

    (void)detail;
    if (it->injected >= 2)
        return;
    served_plug(it, ++it->injected);
    world_settle(it->host.world);
}

CONF_CASE(
    SERVICE_LIST_BV_01,
    SERVED_CASE(.level = CONF_MUST, .title = "A list that grows while it is asked for",
                .reqs = REQS("SVC-LST-005"),
                .steps = "Between size and list of CM_Get_Device_Interface_List one more device is "
                         "plugged, twice"))
{
    struct served it;

    served_begin(c, &it);
    world_inject(it.host.world, WORLD_BEFORE_LIST, 0, grow, &it);
    served_start(&it, 1);
    ROW("SVC-LST-005.stays")
        REQUIRE_TOLD(served_state(&it) == SCM_RUNNING,
                     served_tale(&it, "CR_BUFFER_SMALL is no failure: size and list are to be "
                                      "asked for again"));
    if (!served_handles(&it, 0) && !served_handles(&it, 1) && !served_handles(&it, 2))
        conf_inconclusive(c, "the service holds no device open");
    ROW("SVC-LST-005.all")
        CHECK_TOLD(served_holds(&it, 0) && served_holds(&it, 1) && served_holds(&it, 2),
                   served_tale(&it, "each device is to be open: the one that was there, too"));
    (void)served_end(&it);
}

/* ---- what arrives between registration and list */
static void arrive(void *self, const char *detail)
{
    struct served *it = self;

    if (*detail || it->done)
        return;
    it->done = true;
    served_plug(it, 1);
    world_settle(it->host.world);
}

static bool is_opened(struct served *it, unsigned device)
{
    char begins[PNP_LINK_MAX + 16];
    size_t at = 0;

    snprintf(begins, sizeof(begins), "CreateFile(%s)", it->devices[device]->interfaces->link);
    return served_entry(it, 0, begins, &at) != NULL;
}

static void judge_order(struct conf *c, struct served *it)
{
    size_t registered = 0, listed = 0;
    const struct world_entry *list = served_entry(it, 0, "CM_Get_Device_Interface_List", &listed);
    const struct world_entry *registration =
        served_entry(it, 0, "CM_Register_Notification(type 0", &registered);

    ROW("SVC-LST-006.order")
        REQUIRE_TOLD(registration && list && registered < listed,
                     served_tale(it,
                                 "it lists before it registers: what arrives between the two is "
                                 "in no list and in no notification"));
}

CONF_CASE(
    SERVICE_LIST_BV_02,
    SERVED_CASE(.level = CONF_MUST, .title = "A device that arrives between registration and list",
                .reqs = REQS("SVC-LST-006", "SVC-LST-007"),
                .steps = "One device is there; another is plugged as the registration for its "
                         "interface returns, so that both the callback and the list name it"))
{
    struct served it;

    served_begin(c, &it);
    world_inject(it.host.world, WORLD_REGISTERED, 0, arrive, &it);
    served_start(&it, 1);
    judge_order(c, &it);
    if (!served_handles(&it, 0) && !served_handles(&it, 1))
        conf_inconclusive(c, "the service holds no device open");
    ROW("SVC-LST-006.gap")
        REQUIRE_TOLD(is_opened(&it, 1),
                     served_tale(&it, "what was plugged after the registration and before the list "
                                      "is never opened"));
    ROW("SVC-LST-007.handle")
        REQUIRE_TOLD(served_handles(&it, 1) == 1,
                     served_tale(&it,
                                 "the callback and the list name one device: it is opened once, "
                                 "found by its link"));
    ROW("SVC-LST-007.registration")
        CHECK_TOLD(served_registrations(&it, 1) == 1,
                   served_tale(&it, "one handle is registered for once"));
    served_pull(&it, 1);
    served_pull(&it, 0);
    served_rest(&it);
    ROW("SVC-LST-007.count")
        CHECK_TOLD(served_stopped(&it),
                   served_tale(&it, "a device that was met twice counts once, or the last removal "
                                    "does not end the service"));
    (void)served_end(&it);
}

CONF_CASE(SERVICE_LIST_BV_03,
          SERVED_CASE(.level = CONF_MUST, .title = "Links are one in either case",
                      .reqs = REQS("SVC-LST-008"),
                      .steps = "The same, where notifications have links in capitals"))
{
    struct served it;

    served_begin(c, &it);
    it.host.shouts = true;
    world_inject(it.host.world, WORLD_REGISTERED, 0, arrive, &it);
    served_start(&it, 1);
    if (!served_handles(&it, 0) && !served_handles(&it, 1))
        conf_inconclusive(c, "the service holds no device open");
    ROW("SVC-LST-008")
        CHECK_TOLD(served_handles(&it, 1) == 1,
                   served_tale(&it, "links that differ in case alone name one device: compare them "
                                    "without regard to it (CompareStringOrdinal, _wcsicmp)"));
    (void)served_end(&it);
}
