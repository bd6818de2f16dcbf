/* The seam between the device core and what an interface does. The core (usb/) owns URB queues,
 * packets, halts, toggles, zero-length packets and unlink; a function (function/) only produces
 * and consumes transfers. One thread runs both: every call returns at once and none re-enters. */
#ifndef SIMULATOR_USB_FUNCTION_H
#define SIMULATOR_USB_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct usb_device; /* the core's device; opaque here */
struct usb_interface_identity;

/* The eight bytes of a SETUP packet, host order (USB 2.0, 9.3). */
struct usb_setup {
    uint8_t request_type, request;
    uint16_t value, index, length;
};

/* A piece of IN data: memory, or a range of a file that goes to the socket without a copy.
 * Memory stays valid until the function's next in(), reset() or until the core calls in_done(). */
struct usb_chunk {
    const void *memory; /* NULL: file range */
    int fd;
    off_t offset;
    size_t length;
    const void *mapped; /* of a file range: where it is mapped, as long as memory is; NULL: nowhere.
                           For system calls: the file may have become shorter */
};

#define USB_CHUNKS_MAX 4

/* One answer to in(). */
struct usb_in {
    struct usb_chunk chunks[USB_CHUNKS_MAX];
    unsigned chunk_count;
    size_t length; /* sum of the chunks, at most what was asked */
    bool end;      /* the transfer ends here: the core marks it by a short or zero-length packet */
    bool no_zlp;   /* with end: leave the zero-length packet out (a quirk) */
};

enum usb_reset_cause {
    USB_RESET_BUS,        /* port reset or new importer */
    USB_RESET_CONFIGURED, /* SET_CONFIGURATION, also to 0 */
    USB_RESET_AGAIN,      /* SET_CONFIGURATION of what is configured: a host's port reset, as USB/IP
                             shows it */
    USB_RESET_INTERFACE,  /* SET_INTERFACE on this function */
    USB_RESET_HALT,       /* CLEAR_FEATURE(ENDPOINT_HALT) on endpoint `endpoint` */
    USB_RESET_DISCONNECT, /* the importer is gone */
    USB_RESET_POWER,      /* it was unplugged and is plugged in again */
};

struct usb_reset {
    enum usb_reset_cause cause;
    uint8_t endpoint;             /* USB_RESET_HALT: the one that runs again */
    uint8_t interface, alternate; /* USB_RESET_INTERFACE: the setting that holds from now on */
};

/* On isochronous endpoints every call of out() and in() is one packet: -EAGAIN lets its frame pass
 * empty, and nothing halts. */
struct usb_function_ops {
    const char *name;
    /* Optional. The device that runs it, for the calls below; NULL: it is gone. */
    void (*attach)(void *self, struct usb_device *device);
    /* Of its owner, who no longer needs it; the device is gone by then. */
    void (*free)(void *self);
    /* Optional. Class-specific descriptors, at most `room` bytes of them to `at`: what follows the
     * descriptor of an interface's setting (`endpoint` 0) or of an endpoint in it. Their length. */
    size_t (*describe)(void *self, const struct usb_interface_identity *interface, uint8_t endpoint,
                       uint8_t *at, size_t room);
    /* Class or vendor request to one of the function's interfaces or endpoints. `data` holds
     * setup->length bytes for OUT requests. IN answers go to `reply` (room: 4096 bytes); returns
     * the bytes to send (0 for OUT), or -EPIPE to stall. Never blocks. */
    int (*setup)(void *self, const struct usb_setup *setup, const uint8_t *data, uint8_t *reply);
    /* Host data for an OUT endpoint, once a URB. `end`: a short or zero-length packet closed the
     * transfer. 0 taken whole, -EAGAIN busy (offered again after usb_function_ready()), -EPIPE
     * halts the endpoint. */
    int (*out)(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end);
    /* Data for an IN endpoint, at most `room` bytes. 0 filled, -EAGAIN nothing now (the URB
     * stays pending until usb_function_ready()), -EPIPE halts the endpoint. */
    int (*in)(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in);
    /* Optional. `length` bytes got from in() have left with their URB: their memory is the
     * function's again. */
    void (*in_done)(void *self, uint8_t endpoint, size_t length);
    /* Optional. `length` bytes got from in() were cancelled before any of them left: they are to
     * come again (USBIP-URB-014). */
    void (*in_undo)(void *self, uint8_t endpoint, size_t length);
    void (*reset)(void *self, struct usb_reset reset);
};

/* What the core offers to functions; `endpoint` is the full address. All may be called from any
 * callback above; ready() only marks, the core comes back to in()/out() when the callback ended. */
void usb_function_ready(struct usb_device *device, uint8_t endpoint);
void usb_function_halt(struct usb_device *device, uint8_t endpoint);
/* As CLEAR_FEATURE(ENDPOINT_HALT), without a call to reset(): a class reset clears halts. */
void usb_function_unhalt(struct usb_device *device, uint8_t endpoint);
/* The transfer under way on an IN endpoint is given up: what of it has not left is dropped, and no
 * zero-length packet is owed for it. */
void usb_function_drop(struct usb_device *device, uint8_t endpoint);
/* Quirks. The firmware locks up: nothing is answered on any endpoint before the next plug. */
void usb_function_freeze(struct usb_device *device);
/* Nothing is said on that endpoint for so long, by the host's clock and usb_device_pass(); 0 ends
 * the wait. */
void usb_function_delay(struct usb_device *device, uint8_t endpoint, uint64_t milliseconds);
/* Did the host ask for MTP on a player that comes up as mass storage? */
bool usb_function_switched(const struct usb_device *device);
bool usb_function_halted(const struct usb_device *device, uint8_t endpoint);
/* enum usb_endpoint_type of an active endpoint, else -ENOENT. */
int usb_function_type(const struct usb_device *device, uint8_t endpoint);
/* Bytes of one packet on that endpoint at the current speed. */
uint16_t usb_function_packet_size(const struct usb_device *device, uint8_t endpoint);

#endif
