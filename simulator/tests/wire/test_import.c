/* What an importer may hold, and how its URBs are found. */
#include <stdlib.h>

#include "simulator/tests/rig.h"
#include "simulator/wire/import.h"
#include "simulator/wire/usbip/usbip_policy.h"

static struct rig *rig;
static struct wire_bus bus;
static struct wire_import import;

static void start(void)
{
    rig = rig_unplugged();
    wire_bus_init(&bus);
    cr_assert_eq(wire_bus_offer(&bus, "1-1", rig->device, &usbip_by_the_book), 0);
    import_init(&import, &bus, sizeof(struct import_urb));
    import.offer = bus.offers;
}

static void end(void)
{
    import_done(&import);
    wire_bus_done(&bus);
    rig_free(rig);
}

static struct import_urb *get(uint32_t length)
{
    struct import_urb *urb = import_get(&import);

    cr_assert_not_null(urb);
    urb->urb.length = length;
    return urb;
}

Test(import, memory_is_used_again, .init = start, .fini = end)
{
    struct import_urb *urb = get(1000);
    uint8_t *buffer;

    cr_assert_eq(import_room(&import, urb), 0);
    buffer = urb->buffer;
    cr_expect_eq(urb->urb.data, buffer);
    import_put(&import, urb);
    urb = get(500);
    cr_expect_null(urb->urb.data);
    cr_assert_eq(import_room(&import, urb), 0);
    cr_expect_eq(urb->urb.data, buffer);
    cr_expect_eq(import.held, 1000);
    import_put(&import, urb);
}

Test(import, what_it_holds_is_bounded, .init = start, .fini = end)
{
    struct import_urb *urbs[8], *more = get(1);

    for (unsigned i = 0; i < 8; i++) {
        urbs[i] = get(IMPORT_LENGTH_MAX);
        cr_assert_eq(import_room(&import, urbs[i]), 0, "%u of 8", i);
    }
    cr_expect_eq(import_room(&import, more), -ENOBUFS);
    cr_expect_eq(import_packets(&import, more, 1), -ENOBUFS);
    import_put(&import, urbs[0]);
    cr_expect_eq(import_room(&import, more), 0);
    for (unsigned i = 1; i < 8; i++)
        import_put(&import, urbs[i]);
    import_put(&import, more);
    cr_expect_leq(import.held, IMPORT_HELD_IDLE);
}

static unsigned given_back;

static void give_back(void *owner, uint8_t *data)
{
    cr_expect_eq(owner, &given_back);
    free(data);
    given_back++;
}

Test(import, lent_memory_goes_back, .init = start, .fini = end)
{
    struct import_urb *urb = get(100);

    given_back = 0;
    cr_assert_eq(import_lend(&import, urb, malloc(100), 100, give_back, &given_back), 0);
    cr_expect_eq(import.held, 100);
    import_put(&import, urb);
    cr_expect_eq(given_back, 1);
    cr_expect_eq(import.held, 0);
    urb = get(100);
    cr_expect_eq(
        import_lend(&import, urb, malloc(1), (size_t)IMPORT_HELD_MAX + 1, give_back, &given_back),
        -ENOBUFS);
    cr_expect_eq(given_back, 2, "in any case");
    import_put(&import, urb);
}

/* Nobody has imported it: what is submitted stays in flight on endpoint 0's queue or is answered
 * to nobody. */
Test(import, urbs_are_found_by_the_id_their_importer_knows, .init = start, .fini = end)
{
    struct import_urb *one = get(0), *own = get(0);

    one->id = (uint64_t)1 << 40 | 7;
    own->id = 8;
    own->unnamed = true;
    import_submit(&import, one);
    import_submit(&import, own);
    cr_expect_eq(import_find(&import, one->id), one);
    cr_expect_null(import_find(&import, 7));
    cr_expect_null(import_find(&import, 8), "the front's own");
    import_leave(&import, one);
    cr_expect_null(import_find(&import, one->id));
    import_put(&import, one);
    import_forget(&import);
    cr_expect_eq(import.spare, own);
}

Test(import, urbs_are_counted, .init = start, .fini = end)
{
    struct import_urb *urb, *all = NULL;

    for (unsigned i = 0; i < IMPORT_URBS_MAX; i++) {
        urb = get(0);
        urb->bucket_next = all;
        all = urb;
    }
    cr_expect_null(import_get(&import));
    while (all) {
        urb = all;
        all = all->bucket_next;
        import_put(&import, urb);
    }
}
