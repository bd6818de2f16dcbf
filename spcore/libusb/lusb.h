/* libusb-1.0's public interface over the USB/IP client: what its files share. The public
 * types and prototypes are libusb's own header; nothing of its library is linked.
 *
 * Locks, in the order they are taken: events (who handles events), scanning (who reads the servers'
 * lists), lock (everything reachable from a context). The program's call-backs run in the thread
 * that handles events, with no lock held but `events`. */
#ifndef SPCORE_LIBUSB_LUSB_H
#define SPCORE_LIBUSB_LUSB_H

#include <libusb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spcore/libusb/lusb_newer.h"
#include "spcore/usbip/usbip_client.h"

#define LUSB_API __attribute__((visibility("default")))
/* Servers whose devices are to be seen: "HOST[:PORT][/BUSID]", separated by blanks. */
#define LUSB_VARIABLE "PAPKIT_USBIP"
/* Where to say that this library was loaded; set by `papsim exec`. */
#define LUSB_EXEC_VARIABLE "PAPKIT_EXEC"
#define LUSB_DEADLINE_MS 5000u
#define LUSB_SCAN_DEADLINE_MS 1000u /* of a scan nobody waits for */
#define LUSB_SERVERS_MAX 64
#define LUSB_INTERFACES_MAX 32

struct lusb_server {
    char host[128], port[8], busid[32]; /* busid empty: all of them */
};

#define LUSB_CONFIGS_MAX 8 /* as the kernel's USB_MAXCONFIG */
struct lusb_set {
    uint8_t *raw; /* NULL: none */
    size_t length;
};

struct libusb_device {
    struct libusb_device *next; /* in the context's list */
    atomic_int refs;
    libusb_context *context; /* borrowed: devices do not outlive it */
    const struct lusb_server *server;
    struct usbip_device record; /* as the server lists it */
    uint8_t descriptor[LIBUSB_DT_DEVICE_SIZE];
    struct lusb_set configs[LUSB_CONFIGS_MAX], bos;
    unsigned config_count; /* one at least */
    uint8_t bus, address;
    bool present, announced;
    bool seen; /* by the scan under way */
    bool gone; /* its import was lost: what a server lists in its place is another device */
    struct lusb_import *import; /* while it is open */
};

/* A device's import, which all libusb_open() calls of a context share. */
struct lusb_import {
    struct lusb_import *next;
    struct libusb_device *device; /* borrowed: the handles have references */
    struct usbip_client *client;
    bool dead;        /* the import is gone, all that was in flight is over; not polled any more */
    uint32_t claimed; /* bit per interface: by any handle */
    uint8_t settings[LUSB_INTERFACES_MAX];
    int configuration;
    unsigned users;
};

struct libusb_device_handle {
    struct libusb_device_handle *next;
    struct libusb_device *device; /* a reference */
    struct lusb_import *import;
    uint32_t claimed; /* bit per interface: by this handle */
    bool auto_detach;
};

/* Before each public transfer, in one block with it. */
struct lusb_transfer {
    struct lusb_transfer *next, **prev; /* in flight */
    struct usbip_urb urb;
    struct usbip_client *client; /* that has the URB */
    libusb_context *context;
    struct usbip_packet *packets; /* iso_max of them */
    int iso_max;
    bool in_flight, timed_out, cancelled;
    bool orphan;   /* its handle was closed: nobody is called */
    bool unwanted; /* freed by the program since */
    int64_t due;   /* ms of the monotonic clock; 0: never */
};

struct lusb_hotplug {
    struct lusb_hotplug *next;
    libusb_hotplug_callback_handle id;
    int events, vendor, product, device_class;
    libusb_hotplug_callback_fn call;
    void *user_data;
    bool removed;
    unsigned busy; /* calls under way outside of event handling */
};

/* A client (and its import, or NULL) given up in a call-back that its own pumping may have called;
 * freed when the round is over. */
struct lusb_retired {
    struct lusb_retired *next;
    struct usbip_client *client;
    struct lusb_import *import;
};

/* The thread that looks at the servers' lists while hot-plug is waited for; `lock` guards it. */
struct lusb_scanner {
    pthread_t thread;
    pthread_cond_t changed;
    bool running, stop, now;
};

struct libusb_context {
    struct lusb_server servers[LUSB_SERVERS_MAX];
    size_t server_count;
    bool undiscovered; /* LIBUSB_OPTION_NO_DEVICE_DISCOVERY: it never looks for devices */
    pthread_mutex_t lock;
    struct libusb_device *devices;
    struct libusb_device_handle *handles;
    struct lusb_import *imports;
    struct lusb_transfer *flights;
    struct lusb_hotplug *hotplugs;
    int next_hotplug;
    struct lusb_scanner scanner;
    pthread_mutex_t scanning;
    struct lusb_retired *retired;
    struct usbip_client *pumped; /* by the round under way */
    struct pollfd *fds;          /* of the round: these three are its holder's of `events` */
    struct usbip_client **polled;
    size_t room;
    pthread_mutex_t events; /* held by the thread that handles events */
    pthread_mutex_t waiters;
    pthread_cond_t waiters_woken;
    atomic_int handling; /* events is held */
    atomic_int closing;  /* threads that want to take events for open, close or reset */
    int wake;            /* eventfd */
    int log_level;
    libusb_log_cb log;
    libusb_pollfd_added_cb fd_added;
    libusb_pollfd_removed_cb fd_removed;
    void *fd_user_data;
    unsigned users; /* of the default context */
};

libusb_context *lusb_context(libusb_context *context); /* NULL: the default one */
void lusb_log(libusb_context *context, enum libusb_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int lusb_error(int error); /* -errno to LIBUSB_ERROR_* */
int64_t lusb_now(void);

static inline bool lusb_gone(const struct lusb_import *import)
{
    return !import->client || usbip_error(import->client) != 0;
}

/* lusb_discovery.c: brings the context's list up to date with what the servers list; a server that
 * is silent for `deadline_ms` leaves its devices as they were. Caller holds no lock. */
void lusb_scan(libusb_context *context, unsigned deadline_ms);
void lusb_device_free(struct libusb_device *device);

/* event.c: keeps every other thread out of event handling until released. */
struct lusb_turn {
    struct lusb_turn *outer;
    libusb_context *context;
};
void lusb_events_take(libusb_context *context, struct lusb_turn *turn);
bool lusb_handling(libusb_context *context); /* in a call-back of this thread's event handling */
void lusb_retire(libusb_context *context, struct usbip_client *client, struct lusb_import *import);
/* Until what is in flight for that handle is over. */
void lusb_settle(libusb_device_handle *handle);
void lusb_tell_pollfds(libusb_context *context, struct usbip_client *client, bool added);
void lusb_events_give(libusb_context *context, struct lusb_turn *turn);
void lusb_wake(libusb_context *context);

/* transfer.c */
static inline struct lusb_transfer *lusb_of(struct libusb_transfer *transfer)
{
    return (struct lusb_transfer *)(void *)((char *)transfer - sizeof(struct lusb_transfer));
}
/* Its transfers end without a call; `unlink`: and are to end now. */
void lusb_orphan(libusb_device_handle *handle, bool unlink);
bool lusb_in_flight(libusb_device_handle *handle);
void lusb_expire(libusb_context *context);      /* unlinks what is overdue */
int64_t lusb_next_due(libusb_context *context); /* 0: nothing has a time-out */

/* lusb_handle.c: a control transfer to its end. In a call-back that pumping this very import has
 * called nothing can be waited for: what has no data is sent all the same, the rest is refused as
 * busy. */
int lusb_request(libusb_device_handle *handle, struct usbip_urb *urb);

/* lusb_hotplug.c */
void lusb_hotplug_run(libusb_context *context); /* tells what the last scan has changed */

/* lusb_scanner.c */
int lusb_scanner_start(libusb_context *context);  /* 0, also when it runs; or -errno */
void lusb_scanner_stop(libusb_context *context);  /* waits for its end */
void lusb_scanner_hurry(libusb_context *context); /* there may be news */

/* Raw descriptor sets to libusb's structures, freed by libusb's functions; 0 or LIBUSB_ERROR_*. */
/* Of that value; NULL: there is none. */
const struct lusb_set *lusb_config(const struct libusb_device *device, int value);
/* That in force, or what a device nobody has open will have: the first. NULL: unconfigured. */
const struct lusb_set *lusb_active_config(const struct libusb_device *device);
int lusb_parse_config(const uint8_t *raw, size_t length,
                      struct libusb_config_descriptor **ret_config);
int lusb_parse_associations(const uint8_t *raw, size_t length,
                            struct libusb_interface_association_descriptor_array **ret_array);
int lusb_parse_bos(const uint8_t *raw, size_t length, struct libusb_bos_descriptor **ret_bos);

#endif
