/* The device core: states, chapter 9, one queue an endpoint, and the rules by which transfers of a
 * function become URB completions (USB 2.0 chapters 5, 8 and 9). One importer at a time drives it.
 */
#ifndef SIMULATOR_USB_DEVICE_H
#define SIMULATOR_USB_DEVICE_H

#include "simulator/usb/urb.h"
#include "simulator/usb/usb_identity.h"
#include "simulator/usb/usb_policy.h"

/* A function and the interface numbers it serves; they follow each other. */
struct usb_function {
    const struct usb_function_ops *ops;
    void *self;
    uint8_t first_interface, interface_count;
};

/* The importer's side. complete() owns the URB again; chunks are valid during the call only. */
struct usb_front_ops {
    void (*complete)(void *host, struct usb_urb *urb);
    void (*gone)(void *host); /* surprise removal: every URB has been completed with -ESHUTDOWN */
    /* Optional. True: answers pile up, so IN data are left with the functions until
     * usb_device_resume(). */
    bool (*congested)(void *host);
    /* Optional. Sets urb->data to room for urb->length bytes, for IN data that come in pieces;
     * false: no memory. */
    bool (*hold)(void *host, struct usb_urb *urb);
    /* Optional. Somebody else asks for the device: an importer whose end nobody has read yet reads
     * it now, and lets go. */
    void (*asked)(void *host);
    /* Both or neither: microseconds of a clock that never goes back, and a wish to have
     * usb_device_tick() called at `due` of it. Without them frames take no time. */
    uint64_t (*now)(void *host);
    void (*alarm)(void *host, uint64_t due);
};

#define USB_FUNCTIONS_MAX 4

/* Identity, policy and functions stay the caller's and outlive the device, to which the functions
 * are attached as long as it lives. What no function serves stalls, and its endpoints halt. */
int usb_device_new(const struct usb_identity *identity, const struct usb_policy *policy,
                   const struct usb_function *functions, size_t function_count,
                   struct usb_device **ret_device);
void usb_device_free(struct usb_device *device);

/* Whoever has it looks whether it still does, where the end of an importer may lie unread. Not from
 * within a front's callback. */
void usb_device_ask(struct usb_device *device);
/* -EBUSY somebody has it, who was asked, -ENODEV not plugged in. Attaching is a bus reset. */
int usb_device_attach(struct usb_device *device, const struct usb_front_ops *ops, void *host);
/* The importer goes: pending URBs are dropped without completion, the functions are reset. */
void usb_device_detach(struct usb_device *device);
bool usb_device_attached(const struct usb_device *device);
/* A port reset of the importer's: what is pending completes with -ESHUTDOWN, all is as after
 * attaching. */
void usb_device_reset(struct usb_device *device);
/* `freed` is called when an importer may have it again; from within anything, so it only takes
 * note. The watch is the caller's and stays until it is taken out. */
struct usb_watch {
    struct usb_watch *next;
    void (*freed)(struct usb_watch *watch);
};
void usb_device_watch(struct usb_device *device, struct usb_watch *watch);
void usb_device_unwatch(struct usb_device *device, struct usb_watch *watch);
void usb_device_plug(struct usb_device *device);
/* Tells the importer; called from within a function's callback, it waits for its end. */
void usb_device_unplug(struct usb_device *device);
bool usb_device_plugged(const struct usb_device *device);
/* A quirk locked it up. */
bool usb_device_frozen(const struct usb_device *device);

/* Completes now or later; the URB is the core's until then. */
void usb_device_submit(struct usb_device *device, struct usb_urb *urb);
/* Takes a pending URB out of its queue: true, and the caller answers for it. False: it is in none.
 * Data it held already go back to the function. */
bool usb_device_unlink(struct usb_device *device, struct usb_urb *urb);
/* The importer takes answers again. */
void usb_device_resume(struct usb_device *device);
/* The time of an alarm has come: isochronous URBs whose frames have passed are completed, answers
 * that were due come. */
void usb_device_tick(struct usb_device *device);
/* The player's own clock was moved on: what it waits for comes as much sooner. */
void usb_device_pass(struct usb_device *device, uint64_t milliseconds);

enum usb_speed usb_device_speed(const struct usb_device *device);
const struct usb_identity *usb_device_identity(const struct usb_device *device);
/* Class, subclass and protocol as the descriptors have them. */
void usb_device_interface_class(const struct usb_device *device,
                                const struct usb_interface_identity *interface, uint8_t triple[3]);
uint8_t usb_device_configuration(const struct usb_device *device);
/* The alternate setting chosen for an interface. */
uint8_t usb_device_setting(const struct usb_device *device, uint8_t number);
/* An endpoint of the chosen settings, or of the first ones while nothing is configured. */
struct usb_endpoint_facts {
    uint8_t type, interval; /* enum usb_endpoint_type, bInterval as sent */
    uint8_t interface;
    uint32_t room; /* bytes it may carry in a (micro)frame; of bulk, a packet */
};
bool usb_device_endpoint(const struct usb_device *device, uint8_t address,
                         struct usb_endpoint_facts *ret_facts);
/* Type of an endpoint as the chosen settings describe it, or else any; -ENOENT: the device has none
 * of that address. */
int usb_device_endpoint_type(const struct usb_device *device, uint8_t endpoint);

#endif
