/* A Windows machine as far as plug and play goes: its driver packages, what is plugged in, and the
 * device interfaces that come of it. Devices come with what their descriptors say or with ids that
 * are given, and all that is installed stands in the machine's registry.
 *
 * Calls may come from any thread. Listeners are called on the thread of the call that made the
 * event, without a lock held, so that they may call back; events of two calls never mix. */
#ifndef CONFORMANCE_HOST_PNP_PNP_MACHINE_H
#define CONFORMANCE_HOST_PNP_PNP_MACHINE_H

#include "conformance/host/inf/inf_models.h"
#include "conformance/host/pnp.h"

enum {
    PNP_ID_MAX = 199,   /* characters of a device or instance id (MAX_DEVICE_ID_LEN is 200) */
    PNP_IDS_MAX = 8,    /* hardware or compatible ids of a device */
    PNP_LINK_MAX = 511, /* characters of an interface's symbolic link */
    PNP_KEY_MAX = 767,  /* of a path in the registry */
    PNP_GUID = 39,      /* "{…}" and its NUL */
};
#define PNP_PAP_CLASS "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"

struct pnp_machine; /* opaque */
struct pnp_devnode;

/* What a handle of an interface does; each answers 0 or -errno, -ENODEV once the device is gone.
 * Slots may be called from several threads at once, close last and once. */
struct pnp_io {
    int (*read)(void *self, void *data, size_t size, size_t *ret_count);
    int (*write)(void *self, const void *data, size_t size, size_t *ret_count);
    int (*ioctl)(void *self, uint32_t code, const void *in, size_t in_size, void *out,
                 size_t out_size, size_t *ret_count);
    void (*close)(void *self);
};

/* What is plugged into a port: `bus` asks for descriptors, `open` what a handle of an interface
 * reaches (0 and *ret_io with *ret_self, or -errno), `start` is its driver starting: interfaces are
 * enabled when that has answered 0. `open` and `start` may be NULL, and have the bus's `self`; all
 * of it outlives the attachment, and what `open` hands out its handles. */
struct pnp_port {
    struct pnp_bus bus;
    int (*open)(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self);
    int (*start)(void *self, struct pnp_devnode *devnode);
};

/* A device that is given rather than read: what the tests of a list or of a service need. */
struct pnp_given {
    const char *device_id; /* "USB\VID_1209&PID_5041" */
    const char *instance;  /* serial number; NULL: it has none, and the port names it */
    const char *hardware[PNP_IDS_MAX + 1], *compatible[PNP_IDS_MAX + 1]; /* end at NULL */
};

/* ---- what there is (all of it lives as long as the machine, also when the device is gone) */
enum pnp_state { PNP_GONE, PNP_ENUMERATED, PNP_STARTED, PNP_SUSPENDED, PNP_DISABLED };

struct pnp_interface {
    struct pnp_interface *next; /* of its devnode, in the order of registration */
    struct pnp_devnode *devnode;
    char class_guid[PNP_GUID];   /* in capitals */
    char *reference;             /* "": none */
    char link[PNP_LINK_MAX + 1]; /* \\?\usb#vid_…#…#{…}[\reference] */
    bool enabled;
};

struct pnp_devnode {
    struct pnp_devnode *next;         /* of the machine, in the order of first enumeration */
    struct pnp_devnode *parent;       /* NULL: of the hub */
    char instance_id[PNP_ID_MAX + 1]; /* "USB\VID_…&PID_…\SERIAL" */
    char hardware_ids[PNP_IDS_MAX][PNP_ID_MAX + 1], compatible_ids[PNP_IDS_MAX][PNP_ID_MAX + 1];
    size_t hardware_count, compatible_count;
    char key[PNP_KEY_MAX + 1];        /* HKLM\SYSTEM\CurrentControlSet\Enum\… */
    char driver_key[PNP_KEY_MAX + 1]; /* software key; "": nothing is installed */
    char service[256];                /* its function driver; "": none */
    char package[256];                /* the INF it was installed from; "": none */
    uint32_t rank, problem;           /* rank of that; CM_PROB_…, 0: none */
    enum pnp_state state;
    struct pnp_interface *interfaces; /* registered */
    unsigned handles;                 /* open */
};

/* ---- listeners; any slot may be NULL */
struct pnp_events {
    void (*instance_enumerated)(void *self, const struct pnp_devnode *devnode);
    void (*instance_started)(void *self, const struct pnp_devnode *devnode);
    void (*instance_removed)(void *self, const struct pnp_devnode *devnode);
    void (*interface_arrived)(void *self, const struct pnp_interface *interface);
    void (*interface_removed)(void *self, const struct pnp_interface *interface);
    /* Ejection: false vetoes it; whoever has been asked before is then told that it failed. */
    bool (*query_remove)(void *self, const struct pnp_devnode *devnode);
    void (*query_remove_failed)(void *self, const struct pnp_devnode *devnode);
    void (*remove_pending)(void *self, const struct pnp_devnode *devnode);
    void (*remove_complete)(void *self, const struct pnp_devnode *devnode);
    /* AddService with SPSVCINST_STARTSERVICE: it is to be started now that it is installed. */
    void (*service_installed)(void *self, const char *service, bool start);
};
struct pnp_listener {
    struct pnp_listener *next; /* the machine's */
    const struct pnp_events *events;
    void *self;
};

/* ---- the machine */
struct pnp_options {
    struct inf_system system; /* zeroed: Windows 10.0.22631 for amd64 */
    unsigned langid;          /* of strings; 0: 0x409 */
    uint64_t seed;            /* of the order of events that none promises */
};
/* NULL: no memory. `options` may be NULL. */
struct pnp_machine *pnp_machine_new(const struct pnp_options *options);
/* With the listeners told of nothing. NULL is fine. */
void pnp_machine_free(struct pnp_machine *machine);
/* Everything that it keeps; borrowed, and shared by threads. */
struct registry *pnp_registry(struct pnp_machine *machine);
/* How a thread waits for the end of another's operation: until `take` is true, which may be called
 * on any thread and is the end of the wait; false: it is waited for all the same. `over` is called
 * after each operation. Before a second thread comes; zeroed: nobody is told. */
struct pnp_waits {
    bool (*wait)(void *self, bool (*take)(void *taker), void *taker);
    void (*over)(void *self);
    void *self;
};
void pnp_tell_waits(struct pnp_machine *machine, const struct pnp_waits *waits);
/* Switches a defect of the model on; false: there is none of that name. */
bool pnp_machine_deviate(struct pnp_machine *machine, const char *name);

/* `listener` is the caller's until it is taken off; not in one of its own calls. */
void pnp_listen(struct pnp_machine *machine, struct pnp_listener *listener);
void pnp_unlisten(struct pnp_machine *machine, struct pnp_listener *listener);

/* ---- driver packages */
/* Takes an INF in as `pnputil /add-driver` does: devices that come from now on are matched with it.
 * One of the same name replaces it. -errno with one line in `error` when it is refused, and nothing
 * has changed then; -EBADMSG: what is found in it, its first finding in the line. */
int pnp_stage(struct pnp_machine *machine, const char *name, const void *data, size_t size,
              char *error, size_t error_size);
int pnp_stage_file(struct pnp_machine *machine, const char *path, char *error, size_t error_size);
/* Matches a device again, installs what is best and starts it, as `pnputil /install` does: a driver
 * that is installed already is so once more. -ENOENT: no package is for it. */
int pnp_install(struct pnp_machine *machine, struct pnp_devnode *devnode);
/* The line that the last installation failed with, or "". */
const char *pnp_reason(const struct pnp_machine *machine);
/* What an installation has met and passed over, a line each; NULL: no more. */
const char *pnp_remark(const struct pnp_machine *machine, size_t index);

/* ---- plugging */
/* Enumerates what is at a port (1 …), installs and starts it and enables its interfaces; events
 * come before it returns. *ret_devnode is the device itself, for a composite one the parent.
 * -errno when the device cannot be described; without a driver it is there with a problem. */
int pnp_attach(struct pnp_machine *machine, unsigned port, const struct pnp_port *device,
               struct pnp_devnode **ret_devnode);
int pnp_attach_given(struct pnp_machine *machine, unsigned port, const struct pnp_given *given,
                     const struct pnp_port *device, struct pnp_devnode **ret_devnode);
/* Pulled out: handles answer -ENODEV from now on. */
void pnp_detach(struct pnp_machine *machine, struct pnp_devnode *devnode);
/* Asked for by the user: 0, or -EBUSY: vetoed, or a handle was left open. */
int pnp_eject(struct pnp_machine *machine, struct pnp_devnode *devnode);
/* Device Manager's "disable" and "enable": asks as an ejection does, but the device stays. */
int pnp_disable(struct pnp_machine *machine, struct pnp_devnode *devnode);
int pnp_enable(struct pnp_machine *machine, struct pnp_devnode *devnode);
void pnp_suspend(struct pnp_machine *machine, struct pnp_devnode *devnode);
void pnp_resume(struct pnp_machine *machine, struct pnp_devnode *devnode);

/* ---- interfaces */
/* As a driver does it; -ENOENT: none of that class and reference is registered, -ENODEV: the device
 * is not started. */
int pnp_interface_set(struct pnp_machine *machine, struct pnp_devnode *devnode,
                      const char *class_guid, const char *reference, bool enabled);
/* The next interface after `last` (NULL: the first) of a class and of a device; NULL for either:
 * of any. PNP_PRESENT: enabled ones alone. By value of the moment. */
enum pnp_list { PNP_PRESENT, PNP_ALL };
const struct pnp_interface *pnp_next_interface(struct pnp_machine *machine,
                                               const struct pnp_interface *last,
                                               const char *class_guid, const char *instance_id,
                                               enum pnp_list which);
/* Both without regard to case; NULL: unknown. */
const struct pnp_interface *pnp_find_interface(struct pnp_machine *machine, const char *link);
/* Where an interface is in the registry, be it registered or not. */
void pnp_interface_key(const struct pnp_devnode *devnode, const char *class_guid,
                       const char *reference, char ret[PNP_KEY_MAX + 1]);
/* What it is at the moment, and its problem, which may be NULL. */
enum pnp_state pnp_state_of(struct pnp_machine *machine, const struct pnp_devnode *devnode,
                            uint32_t *ret_problem);
struct pnp_devnode *pnp_find_devnode(struct pnp_machine *machine, const char *instance_id);
struct pnp_devnode *pnp_next_devnode(struct pnp_machine *machine, struct pnp_devnode *last);

/* ---- handles */
struct pnp_handle;
/* -ENOENT: no such link, or it is not enabled; -EACCES: a removal is under way; or what the device
 * answers. */
int pnp_open(struct pnp_machine *machine, const char *link, struct pnp_handle **ret_handle);
struct pnp_devnode *pnp_handle_devnode(const struct pnp_handle *handle);
int pnp_read(struct pnp_handle *handle, void *data, size_t size, size_t *ret_count);
int pnp_write(struct pnp_handle *handle, const void *data, size_t size, size_t *ret_count);
int pnp_ioctl(struct pnp_handle *handle, uint32_t code, const void *in, size_t in_size, void *out,
              size_t out_size, size_t *ret_count);
/* NULL is fine. */
void pnp_close(struct pnp_handle *handle);

#endif
