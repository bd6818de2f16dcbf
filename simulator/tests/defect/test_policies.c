/* From defects that are switched on to what the layers see of them. */
#include <criterion/criterion.h>
#include <errno.h>

#include "simulator/defect/policies.h"

static struct policies policies;

static void start(void)
{
    policies_init(&policies, &(struct defect_set){0});
}

static void turn(const char *name, bool on)
{
    int which = defect_find(name);

    cr_assert_geq(which, 0, "%s", name);
    policies_switch(&policies, (unsigned)which, on);
}

Test(policies, nobody_looks_at_a_good_player, .init = start)
{
    cr_expect_null(policies.usb.filter);
    cr_expect_null(policies.usbip.filter);
    cr_expect_null(policies.still_image.filter);
    cr_expect_null(policies.mtpr.filter);
}

Test(policies, a_quirk_is_a_habit_and_needs_no_filter, .init = start)
{
    policies_switch(&policies, QUIRK_PROBE, true);
    cr_expect(policies.usb.silent_until_os_string);
    cr_expect_null(policies.usb.filter);
}

Test(policies, a_quirk_may_be_the_matter_of_two_layers, .init = start)
{
    policies_switch(&policies, QUIRK_BLACKBERRY, true);
    cr_expect(policies.usb.looks_like_disk);
    cr_expect(policies.still_image.disk_at_first);
}

Test(policies, what_two_defects_turn_over_is_turned_once, .init = start)
{
    turn("unknown-data-is-command", true);
    turn("data-without-info-left", true);
    cr_expect_not(policies.still_image.strays_dropped);
    turn("unknown-data-is-command", false);
    cr_expect_not(policies.still_image.strays_dropped);
}

Test(policies, all_is_by_the_book_again_when_the_last_is_off, .init = start)
{
    turn("any-length", true);
    turn("status-one-byte", true);
    cr_expect_not(policies.usbip.lengths_bounded);
    cr_expect_not_null(policies.usb.filter);
    turn("any-length", false);
    turn("status-one-byte", false);
    cr_expect(policies.usbip.lengths_bounded);
    cr_expect_null(policies.usb.filter);
}

Test(policies, a_generated_defect_is_switched_by_its_name, .init = start)
{
    cr_expect_eq(policies_deviate(&policies, "GetDeviceInfo:Model:changed", true), 0);
    cr_expect_str_eq(policies_generated(&policies), "GetDeviceInfo:Model:changed");
    cr_expect_not_null(policies.mtpr.filter);
    cr_expect_eq(policies_deviate(&policies, "GetDeviceInfo:Model:changed", false), 0);
    cr_expect_null(policies.mtpr.filter);
    cr_expect_eq(policies_deviate(&policies, "GetDeviceInfo:Model", true), -ENOENT);
    policies_done(&policies);
}
