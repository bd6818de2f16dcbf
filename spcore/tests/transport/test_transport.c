/* The trace: a recording that says of each call what went in and what came out, so that it can be
 * played back without the device. */
#include <criterion/criterion.h>

#include "spcore/tests/fake_device.h"

struct recording {
    struct tp_trace trace;
    struct tp_event events[8];
    size_t count;
};

static void record(void *context, const struct tp_event *event)
{
    struct recording *recording = context;

    cr_assert(recording->count < ARRAY_SIZE(recording->events));
    recording->events[recording->count++] = *event;
}

static struct fake *fake_recorded(struct recording *recording)
{
    struct fake *fake = fake_new();

    *recording = (struct recording){.trace = {record, recording}};
    fake->tp.trace = &recording->trace;
    return fake;
}

static void expect_event(const struct tp_event *event, const char *what, size_t length,
                         uint64_t asked, int status)
{
    cr_expect_str_eq(event->what, what);
    cr_expect_eq(event->length, length, "%s: %zu", what, event->length);
    cr_expect_eq(event->asked, asked, "%s: %ju", what, (uintmax_t)event->asked);
    cr_expect_eq(event->deadline_ms, 700);
    cr_expect_eq(event->status, status);
}

Test(transport, a_traced_call_says_what_it_asked_for_and_by_when)
{
    static const struct tp_setup setup = {0xa1, 0x67, 0, 0, 64};
    struct recording recording;
    struct fake *fake = fake_recorded(&recording);
    uint8_t data[64];

    fake_packet(fake, "short", 5);
    cr_assert_eq(tp_control(&fake->tp, &setup, data, 700), 4);
    cr_assert_eq(tp_bulk_in(&fake->tp, 0x81, data, sizeof(data), 700), 5);
    cr_assert_eq(tp_bulk_in(&fake->tp, 0x81, data, sizeof(data), 700), -ETIMEDOUT);
    cr_assert_eq(recording.count, 4);
    expect_event(&recording.events[0], "setup", 8, 8, 0);
    expect_event(&recording.events[1], "control", 4, 64, 0);
    expect_event(&recording.events[2], "bulk-in", 5, 64, 0);
    expect_event(&recording.events[3], "bulk-in", 0, 64, -ETIMEDOUT);
    fake_free(fake);
}

static int drop(void *context, const void *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
    return 0;
}

Test(transport, a_traced_piece_says_what_the_call_still_asked_for)
{
    static const uint8_t content[4 * PACKET];
    struct recording recording;
    struct fake *fake = fake_recorded(&recording);

    fake_transfer(fake, content, sizeof(content), false);
    fake_packet(fake, content, 100);
    cr_assert_eq(tp_bulk_in_to(&fake->tp, 0x81, 8 * PACKET, false, drop, NULL, 700),
                 4 * PACKET + 100);
    cr_assert_eq(recording.count, 2);
    expect_event(&recording.events[0], "bulk-in", 4 * PACKET, 8 * PACKET, 0);
    expect_event(&recording.events[1], "bulk-in", 100, 4 * PACKET, 0);
    fake_free(fake);
}

Test(transport, what_names_no_device_is_no_uri)
{
    static const char *const uris[] = {"usb:045e:0710", "usb:1:2:serial", "usbip:host/1-1",
                                       "usbip:host:3240/1-1.2", "usbip:[::1]:1/1-1"};
    static const char *const others[] = {
        "",           "usb",        "usb:",       "usb:zz",      "usb:045e",     "usb:1:2x",
        "usb:1:2:",   "usbip:host", "usbip:/1-1", "usbip:host/", "usbip:h:/1-1", "usbip:h:x/1-1",
        "serial:1:2", "usbip"};

    for (size_t i = 0; i < ARRAY_SIZE(uris); i++)
        cr_expect(tp_is_uri(uris[i]), "%s", uris[i]);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        cr_expect_not(tp_is_uri(others[i]), "%s", others[i]);
}
