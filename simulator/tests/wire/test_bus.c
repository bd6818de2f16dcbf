/* The bus: who is on it, under which name and numbers. */
#include "simulator/tests/rig.h"
#include "simulator/wire/bus.h"
#include "simulator/wire/usbip/usbip_policy.h"

static struct wire_bus bus;

static void bus_start(void)
{
    wire_bus_init(&bus);
}

static void bus_end(void)
{
    wire_bus_done(&bus);
}

static int offer(const char *busid)
{
    return wire_bus_offer(&bus, busid, NULL, &usbip_by_the_book);
}

Test(bus, players_are_found_by_their_busid, .init = bus_start, .fini = bus_end)
{
    cr_assert_eq(offer("1-1"), 0);
    cr_assert_eq(offer("1-2"), 0);
    cr_expect_str_eq(wire_bus_find(&bus, "1-2")->busid, "1-2");
    cr_expect_null(wire_bus_find(&bus, "1-"));
    cr_expect_null(wire_bus_find(&bus, "1-20"));
}

Test(bus, a_busid_is_given_once, .init = bus_start, .fini = bus_end)
{
    cr_assert_eq(offer("1-1"), 0);
    cr_expect_eq(offer("1-1"), -EEXIST);
    cr_expect_null(bus.offers->next);
}

Test(bus, a_busid_has_31_characters_at_most, .init = bus_start, .fini = bus_end)
{
    cr_expect_eq(offer("1234567890123456789012345678901"), 0);
    cr_expect_eq(offer("12345678901234567890123456789012"), -EINVAL);
}

/* A host's root hub is device 1. */
Test(bus, devices_are_numbered_from_2, .init = bus_start, .fini = bus_end)
{
    cr_assert_eq(offer("1-1"), 0);
    cr_assert_eq(offer("1-2"), 0);
    cr_expect_eq(wire_bus_find(&bus, "1-1")->devnum, 2);
    cr_expect_eq(wire_bus_find(&bus, "1-2")->devnum, 3);
    cr_expect_eq(wire_bus_find(&bus, "1-2")->busnum, 1);
}

Test(bus, what_is_imported_or_unplugged_is_not_free, .init = bus_start, .fini = bus_end)
{
    struct rig *rig = rig_unplugged();

    cr_assert_eq(wire_bus_offer(&bus, "1-1", rig->device, &usbip_by_the_book), 0);
    cr_expect(wire_offer_is_free(bus.offers));
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_not(wire_offer_is_free(bus.offers));
    usb_device_detach(rig->device);
    cr_expect(wire_offer_is_free(bus.offers));
    usb_device_unplug(rig->device);
    cr_expect_not(wire_offer_is_free(bus.offers));
    rig_free(rig);
}
