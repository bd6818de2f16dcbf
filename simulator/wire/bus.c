/* The table of what is offered: a list, since a front reads it as a whole or once an import. */
#include "simulator/wire/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES_A_BUS = 0xfffe }; /* a devid has 16 bits for each number */

void wire_bus_init(struct wire_bus *bus)
{
    *bus = (struct wire_bus){.tail = &bus->offers};
}

void wire_bus_done(struct wire_bus *bus)
{
    while (bus->offers) {
        struct wire_offer *offer = bus->offers;

        bus->offers = offer->next;
        free(offer);
    }
}

struct wire_offer *wire_bus_find(const struct wire_bus *bus, const char *busid)
{
    struct wire_offer *offer = bus->offers;

    while (offer && strcmp(offer->busid, busid) != 0)
        offer = offer->next;
    return offer;
}

int wire_bus_offer(struct wire_bus *bus, const char *busid, struct usb_device *device,
                   const struct usbip_policy *usbip)
{
    unsigned before = 0;
    struct wire_offer *offer;

    if (strlen(busid) >= WIRE_BUSID_SIZE)
        return -EINVAL;
    if (wire_bus_find(bus, busid))
        return -EEXIST;
    for (offer = bus->offers; offer; offer = offer->next)
        before++;
    offer = calloc(1, sizeof(*offer));
    if (!offer)
        return -ENOMEM;
    offer->device = device;
    offer->usbip = usbip;
    memcpy(offer->busid, busid, strlen(busid));
    offer->busnum = (uint16_t)(1 + before / DEVICES_A_BUS);
    offer->devnum = (uint16_t)(2 + before % DEVICES_A_BUS); /* a root hub has 1 */
    *bus->tail = offer;
    bus->tail = &offer->next;
    return 0;
}

bool wire_offer_is_free(const struct wire_offer *offer)
{
    return usb_device_plugged(offer->device) && !usb_device_attached(offer->device);
}
