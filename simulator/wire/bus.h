/* The bus: which players are offered to importers, and under which busid. It knows of no protocol;
 * fronts stand over it (usbip/, usbredir/), and a player that one of them has imported is taken for
 * all: the device core lets one importer in at a time. */
#ifndef SIMULATOR_WIRE_BUS_H
#define SIMULATOR_WIRE_BUS_H

#include "simulator/usb/device.h"
#include "simulator/wire/capture.h"

#define WIRE_BUSID_SIZE 32 /* with its terminator */

struct usbip_policy;

/* One player on the bus. */
struct wire_offer {
    struct wire_offer *next;
    struct usb_device *device;        /* its owner's */
    const struct usbip_policy *usbip; /* its owner's, for that front alone */
    char busid[WIRE_BUSID_SIZE];      /* filled up with zeroes */
    uint16_t busnum, devnum;          /* as a host would number it; never 0 */
};

struct wire_bus {
    struct wire_offer *offers; /* in the order they came */
    struct wire_offer **tail;
    unsigned links;               /* connections of all fronts */
    struct wire_capture *capture; /* whoever submits records in it; NULL: nobody does */
};

void wire_bus_init(struct wire_bus *bus);
/* Every front is gone by then. */
void wire_bus_done(struct wire_bus *bus);
/* Offers a device under `busid` ("1-1": copied). Device and policy outlive the bus. -EINVAL: the
 * busid is too long, -EEXIST: somebody has it, -ENOMEM. */
int wire_bus_offer(struct wire_bus *bus, const char *busid, struct usb_device *device,
                   const struct usbip_policy *usbip);
/* The player of that busid, or NULL. */
struct wire_offer *wire_bus_find(const struct wire_bus *bus, const char *busid);
/* Is it plugged in, and has nobody imported it? */
bool wire_offer_is_free(const struct wire_offer *offer);

#endif
