/* Inside usb/: the device's members, shared by its queues, chapter 9 and descriptors. */
#ifndef SIMULATOR_USB_USB_INTERNAL_H
#define SIMULATOR_USB_USB_INTERNAL_H

#include "simulator/usb/device.h"

#define USB_ENDPOINTS 32 /* 16 numbers, two directions */
#define USB_CONTROL_ROOM 4096
#define USB_INTERFACES_MAX 32

/* Queue and state of one endpoint of the active settings. */
struct usb_endpoint {
    const struct usb_endpoint_identity *identity; /* NULL: not in the active settings */
    const struct usb_function *function;
    uint16_t packet_size; /* without the bits for further transactions */
    uint32_t frame_room;  /* bytes a (micro)frame may carry */
    size_t lent;          /* bytes of in() that have not left */
    bool halted, ready;
    bool zlp_owed;        /* the last transfer filled its URB and ended on a packet boundary */
    size_t moved;         /* IN bytes of the running transfer so far, whole packets */
    uint64_t scheduled;   /* isochronous: the frames up to here are taken */
    uint64_t wakes;       /* quirk: nothing is said before; 0: no wait */
    struct usb_urb *head; /* oldest first */
    struct usb_urb **tail;
};

struct usb_device {
    const struct usb_identity *identity;
    const struct usb_policy *policy;
    struct usb_function functions[USB_FUNCTIONS_MAX];
    size_t function_count;
    struct usb_endpoint endpoints[USB_ENDPOINTS];
    const struct usb_front_ops *front_ops; /* NULL: nobody has imported it */
    void *host;
    struct usb_watch *watches;
    bool unplugged, remote_wakeup;
    bool unplug_waits; /* asked for inside a callback */
    struct {
        bool u1, u2;     /* link states the host allowed */
        uint32_t wakeup; /* functions that may wake it, bit per first interface */
    } super;
    /* Quirks: locked up until the next plug; the Microsoft OS string was read, MTP was asked for
     * since then. */
    bool frozen, described, switched;
    uint8_t configuration, address;
    uint8_t settings[USB_INTERFACES_MAX]; /* alternate setting by interface number */
    unsigned depth;                       /* callbacks on the stack; ready() only marks meanwhile */
    bool marked;
    uint8_t reply[USB_CONTROL_ROOM];
};

static inline unsigned usb_index(uint8_t endpoint)
{
    return (endpoint & 0x0fu) | (endpoint & 0x80u ? 0x10u : 0);
}

/* queue.c */
void usb_queue_init(struct usb_device *device);
void usb_queue_push(struct usb_endpoint *endpoint, struct usb_urb *urb);
void usb_queue_remove(struct usb_endpoint *endpoint, struct usb_urb *urb);
/* Gives data the URB holds already back to the function: it is to send them again. */
void usb_take_back(struct usb_endpoint *endpoint, struct usb_urb *urb);
void usb_complete(struct usb_device *device, struct usb_urb *urb, int status);
/* Completes everything pending on the endpoint with `status`. */
void usb_endpoint_flush(struct usb_device *device, struct usb_endpoint *endpoint, int status);
void usb_endpoint_run(struct usb_device *device, uint8_t address);
void usb_enter(struct usb_device *device);
void usb_leave(struct usb_device *device); /* runs marked endpoints when the last callback ends */

/* transfer.c: one URB against the function; true: it is over with *ret_status, false: it waits. */
bool usb_run_in(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                int *ret_status);
bool usb_run_out(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                 int *ret_status);
/* Copies chunks to `at`, at most `room` bytes. False: a file no longer has them. */
bool usb_copy_chunks(uint8_t *at, size_t room, const struct usb_in *from);

/* iso.c: gives a URB that is about to be queued its frames, or refuses its packets with -EINVAL;
 * and usb_run_in()'s contract. */
int usb_iso_admit(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb);
/* The host's clock; 0 if it has none. */
uint64_t usb_now(const struct usb_device *device);
bool usb_run_iso(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                 int *ret_status);

static inline bool usb_is_iso(const struct usb_endpoint *endpoint)
{
    return endpoint->identity && endpoint->identity->type == USB_ENDPOINT_ISOCHRONOUS;
}

/* usb_quirks.c: what real players do wrong. True: this request is never answered. */
bool usb_unanswered(struct usb_device *device, const struct usb_setup *setup);
/* True: a quirk keeps the endpoint silent for now. */
bool usb_holds_back(struct usb_device *device, struct usb_endpoint *endpoint);

/* device.c */
void usb_unplug_now(struct usb_device *device);
const struct usb_function *usb_function_of_interface(const struct usb_device *device,
                                                     uint8_t number);
void usb_reset_functions(struct usb_device *device, enum usb_reset_cause cause);
/* Brings the endpoints of the active settings up; those that go away are flushed. */
void usb_apply_settings(struct usb_device *device);
bool usb_has_interface(const struct usb_device *device, uint8_t number, uint8_t alternate);

/* chapter9.c: one control transfer. Bytes in device->reply (0 for OUT), or -EPIPE. */
int usb_control(struct usb_device *device, const struct usb_setup *setup, const uint8_t *data);

/* super_speed.c: what USB 3.2 adds to chapter 9. Requests and features of it stall at any other
 * speed. */
void usb_super_reset(struct usb_device *device);
unsigned usb_super_device_status(const struct usb_device *device);
unsigned usb_super_interface_status(const struct usb_device *device, uint8_t number);
int usb_super_feature(struct usb_device *device, const struct usb_setup *setup, bool set);
int usb_super_set_sel(struct usb_device *device, const struct usb_setup *setup);
int usb_super_set_isochronous_delay(struct usb_device *device, const struct usb_setup *setup);

/* descriptors.c: builds into `out` (USB_CONTROL_ROOM bytes). Length, or -EPIPE if there is none. */
int usb_describe(const struct usb_device *device, uint8_t type, uint8_t index, uint8_t *out);
/* msos.c: Microsoft OS descriptors, the same contract. */
int usb_msos_string(const struct usb_device *device, uint8_t *out);
int usb_msos_request(const struct usb_device *device, const struct usb_setup *setup, uint8_t *out);
size_t usb_msos_platform_capability(const struct usb_device *device, uint8_t *out);

/* bInterval as sent. */
uint8_t usb_interval(enum usb_speed speed, const struct usb_endpoint_identity *endpoint);
/* What an endpoint may carry in one (micro)frame, from wMaxPacketSize as sent and its burst. */
uint32_t usb_frame_room(enum usb_speed speed, uint16_t packet_size,
                        const struct usb_endpoint_identity *endpoint);
/* wMaxPacketSize as sent. */
uint16_t usb_packet_size(enum usb_speed speed, const struct usb_endpoint_identity *endpoint);

#endif
