/* USB 3.2, 9.4.5 (figure 9-5), 9.4.9, 9.4.11, 9.4.12. */
#include "simulator/tests/rig.h"
#include "spcore/base.h"

static struct rig *rig_super(void)
{
    struct rig *rig = rig_new();

    rig->identity.speed = USB_SPEED_SUPER;
    rig->identity.remote_wakeup = true;
    rig_configure(rig);
    return rig;
}

static unsigned status_word(struct rig *rig, uint8_t type, uint16_t index)
{
    cr_assert_eq(rig_ask(rig, type, 0, 0, index, 2), 2);
    return get_le16(rig->data[0]);
}

Test(super_speed, link_states_show_in_the_device_status_until_reconfigured)
{
    struct rig *rig = rig_super();

    cr_expect_eq(rig_ask(rig, 0x00, 3, 48, 0, 0), 0);
    cr_expect_eq(status_word(rig, 0x80, 0), 0x0004);
    cr_expect_eq(rig_ask(rig, 0x00, 3, 49, 0, 0), 0);
    cr_expect_eq(status_word(rig, 0x80, 0), 0x000c);
    cr_expect_eq(rig_ask(rig, 0x00, 1, 48, 0, 0), 0);
    cr_expect_eq(status_word(rig, 0x80, 0), 0x0008);
    cr_expect_eq(rig_ask(rig, 0x00, 9, 1, 0, 0), 0);
    cr_expect_eq(status_word(rig, 0x80, 0), 0x0000);
    rig_free(rig);
}

Test(super_speed, link_states_need_a_configuration)
{
    struct rig *rig = rig_super();

    cr_expect_eq(rig_ask(rig, 0x00, 9, 0, 0, 0), 0);
    cr_expect_eq(rig_ask(rig, 0x00, 3, 48, 0, 0), -EPIPE);
    rig_free(rig);
}

/* wIndex: interface in the low byte, options in the high one; 2 lets the function wake the host. */
Test(super_speed, a_function_is_suspended_and_may_wake_the_host)
{
    struct rig *rig = rig_super();

    cr_expect_eq(status_word(rig, 0x81, 0), 0x0001);
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0300, 0), 0);
    cr_expect_eq(status_word(rig, 0x81, 0), 0x0003);
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0000, 0), 0);
    cr_expect_eq(status_word(rig, 0x81, 0), 0x0001);
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0309, 0), -EPIPE, "no interface 9");
    rig_free(rig);
}

Test(super_speed, a_function_that_cannot_wake_is_not_told_to)
{
    struct rig *rig = rig_super();

    rig->identity.remote_wakeup = false;
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0300, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0100, 0), 0);
    cr_expect_eq(status_word(rig, 0x81, 0), 0x0000);
    rig_free(rig);
}

Test(super_speed, latencies_and_delay_are_taken)
{
    struct rig *rig = rig_super();

    cr_expect_eq(rig_ask(rig, 0x00, 48, 0, 0, 6), 6);
    cr_expect_eq(rig_ask(rig, 0x00, 48, 0, 0, 4), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x00, 49, 40, 0, 0), 0);
    rig_free(rig);
}

Test(super_speed, none_of_it_at_high_speed)
{
    struct rig *rig = rig_super();

    rig->identity.speed = USB_SPEED_HIGH;
    cr_expect_eq(rig_ask(rig, 0x00, 3, 48, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x00, 3, 49, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, 3, 0, 0x0300, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x00, 48, 0, 0, 6), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x00, 49, 40, 0, 0), -EPIPE);
    cr_expect_eq(status_word(rig, 0x81, 0), 0);
    rig_free(rig);
}
