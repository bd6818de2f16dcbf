/* Notifications of the configuration manager: who has registered for what, and the delivery of a
 * machine's events to them. Each registration has a queue of its own and at most one callback at
 * work, so that one that blocks holds up nobody else. Texts are UTF-8 here. */
#ifndef CONFORMANCE_HOST_NOTIFY_NOTIFY_H
#define CONFORMANCE_HOST_NOTIFY_NOTIFY_H

#include "conformance/host/pnp/pnp_machine.h"
#include "conformance/host/world/world.h"

struct notify;
struct notify_registration;

/* Windows' numbers: CM_NOTIFY_FILTER_TYPE_…, CM_NOTIFY_ACTION_… */
enum notify_type { NOTIFY_INTERFACE, NOTIFY_HANDLE, NOTIFY_INSTANCE, NOTIFY_TYPES };
enum notify_action {
    NOTIFY_ARRIVAL,
    NOTIFY_REMOVAL,
    NOTIFY_QUERY_REMOVE,
    NOTIFY_QUERY_REMOVE_FAILED,
    NOTIFY_REMOVE_PENDING,
    NOTIFY_REMOVE_COMPLETE,
    NOTIFY_CUSTOM,
    NOTIFY_ENUMERATED,
    NOTIFY_STARTED,
    NOTIFY_REMOVED,
    NOTIFY_ACTIONS
};

struct notify_filter {
    enum notify_type type;
    bool all;                          /* interface classes or instances */
    char class_guid[PNP_GUID];         /* of an interface, in capitals */
    const struct pnp_devnode *devnode; /* of a handle */
    char instance_id[PNP_ID_MAX + 1];
};

struct notify_event {
    enum notify_action action;
    char class_guid[PNP_GUID];   /* of an interface; of a custom event the event's */
    char text[PNP_LINK_MAX + 1]; /* link or instance id */
    int32_t name_offset;         /* of a custom event: -1, or where in `data` its name is */
    size_t size;
    const uint8_t *data; /* of a custom event */
};

/* What a callback returns: */
enum { NOTIFY_OK = 0, NOTIFY_VETO = 1223 /* ERROR_CANCELLED */ };
typedef uint32_t (*notify_call)(void *self, struct notify_registration *registration,
                                const struct notify_event *event);

/* Listens to the machine until it is freed; both outlive it. NULL: no memory. */
struct notify *notify_new(struct world *world, struct pnp_machine *machine);
/* With what is registered still, of which no callback may run any more. NULL is fine. */
void notify_free(struct notify *notify);

/* 0 or -ENOMEM; *ret_registration is set before the first callback can begin. What is there already
 * is not told of. */
int notify_register(struct notify *notify, const struct notify_filter *filter, notify_call call,
                    void *self, struct notify_registration **ret_registration);
/* After it no callback of this registration begins or runs any more, and it is gone: 0. -EDEADLK:
 * waiting would never end – the caller is in a callback of this registration, or the callback waits
 * for the caller; it is found as a fault, no further callback begins, and the registration goes
 * with the one that runs. -ENOENT: there is no such registration (any more). */
int notify_unregister(struct notify *notify, struct notify_registration *registration);

/* One event of a device's handles alone, as where the steps before it did not come. */
void notify_handles(struct notify *notify, const struct pnp_devnode *devnode,
                    enum notify_action action);
/* How many are registered for handles of a device. */
unsigned notify_count(struct notify *notify, const struct pnp_devnode *devnode);
/* So many more are registered, and then there is no memory for one; once. */
void notify_refuse(struct notify *notify, unsigned after);

/* A custom event of a device's driver; 0 or -ENOMEM. */
int notify_custom(struct notify *notify, const struct pnp_devnode *devnode, const char *event_guid,
                  int32_t name_offset, const void *data, size_t size);
/* Virtual time that a callback may take before it is found as a fault; 1 s. */
void notify_limit(struct notify *notify, uint32_t ms);

#endif
