/* A service whose device goes: by which notices, in which order, in the middle of what (rows
 * SVC-HND-006, 007 and 009). */
#include "conformance/suites/service/served.h"

CONF_CASE(
    SERVICE_HANDLE_BV_06,
    SERVED_CASE(.level = CONF_MUST, .title = "A removal is told in one way or the other",
                .reqs = REQS("SVC-HND-006"),
                .steps = "Of four devices one is told of as about to be removed, one as removed, "
                         "one as both; the fourth stays"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 4);
    notify_handles(it.host.notify, it.devices[0], NOTIFY_REMOVE_PENDING);
    notify_handles(it.host.notify, it.devices[1], NOTIFY_REMOVE_COMPLETE);
    notify_handles(it.host.notify, it.devices[2], NOTIFY_REMOVE_PENDING);
    notify_handles(it.host.notify, it.devices[2], NOTIFY_REMOVE_COMPLETE);
    served_rest(&it);
    ROW("SVC-HND-006.deferred")
        REQUIRE_TOLD(
            !served_found(&it, "self-unregister"),
            served_tale(&it, "the callback only marks the device and hands the rest over"));
    ROW("SVC-HND-006.pending")
        CHECK_TOLD(served_let_go(&it, 0),
                   served_tale(&it, "CM_NOTIFY_ACTION_DEVICEREMOVEPENDING may be all that comes"));
    ROW("SVC-HND-006.complete")
        CHECK_TOLD(served_let_go(&it, 1),
                   served_tale(&it, "CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE may come without any "
                                    "notice before it"));
    ROW("SVC-HND-006.once")
        CHECK_TOLD(served_sound(&it),
                   served_tale(&it,
                               "of two notices the first lets go of the device, and the second "
                               "finds that done"));
    (void)served_end(&it);
}

CONF_CASE(
    SERVICE_HANDLE_BV_07,
    SERVED_CASE(.level = CONF_MUST, .title = "A device goes in the middle of what is asked of it",
                .reqs = REQS("SVC-HND-007"),
                .steps = "A device that answers no request is pulled; requests fail with that"))
{
    struct served it;

    served_begin(c, &it);
    it.silent = true;
    served_hold(&it, 1);
    served_pull(&it, 0);
    served_rest(&it);
    ROW("SVC-HND-007.ends")
        CHECK_TOLD(served_stopped(&it),
                   served_tale(&it, "what is asked of a device that has gone fails at once: nobody "
                                    "waits for it to succeed"));
    (void)served_end(&it);
}

/* ---- interface removal and the handle's, in either order */
static void interface_goes(struct served *it, unsigned device)
{
    (void)pnp_interface_set(it->host.machine, it->devices[device], it->as.class_guid, "", false);
}

CONF_CASE(
    SERVICE_HANDLE_BV_09,
    SERVED_CASE(.level = CONF_MUST, .title = "Interface and handle go in either order",
                .reqs = REQS("SVC-HND-009"),
                .steps = "Of two devices one is told of by its interface first, one by its handle "
                         "first"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 3);
    interface_goes(&it, 0);
    served_quiet(&it);
    notify_handles(it.host.notify, it.devices[0], NOTIFY_REMOVE_COMPLETE);
    served_rest(&it);
    ROW("SVC-HND-009.interface-first")
        REQUIRE_TOLD(served_let_go(&it, 0) && served_sound(&it),
                     served_tale(&it, "interface removal came first, and then the handle's: one of "
                                      "them cleans up"));
    notify_handles(it.host.notify, it.devices[1], NOTIFY_REMOVE_COMPLETE);
    served_quiet(&it);
    interface_goes(&it, 1);
    served_rest(&it);
    ROW("SVC-HND-009.handle-first")
        CHECK_TOLD(served_let_go(&it, 1) && served_sound(&it),
                   served_tale(&it,
                               "the handle's removal came first, and then the interface's: one "
                               "of them cleans up"));
    (void)served_end(&it);
}

CONF_CASE(
    SERVICE_HANDLE_BV_10,
    SERVED_CASE(.level = CONF_MUST, .title = "The interface alone goes",
                .reqs = REQS("SVC-HND-009"),
                .steps = "Of two devices one has its interface disabled by its driver, and stays"))
{
    struct served it;

    served_begin(c, &it);
    served_hold(&it, 2);
    interface_goes(&it, 1);
    served_rest(&it);
    ROW("SVC-HND-009.alone")
        CHECK_TOLD(served_let_go(&it, 1),
                   served_tale(&it, "a driver may disable its interface while the device stays: no "
                                    "notice of the handle comes"));
    ROW("SVC-HND-009.deferred")
        CHECK_TOLD(!served_found(&it, "cross-unregister") &&
                       !served_found(&it, "unregister-circle"),
                   served_tale(&it, "the callback of the interface only marks the device and hands "
                                    "the rest over: in it the handle's registration is not taken "
                                    "back"));
    (void)served_end(&it);
}
