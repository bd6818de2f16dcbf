/* The device core's policy: the quirks that are flags of it, and its seams, at which the filters of
 * all that is on look one after the other. */
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "spcore/base.h"

static const struct policy_row rows[] = {
    {QUIRK_NO_RELEASE, FLAG(endpoint_status_freezes)}, {QUIRK_STRING_RESET, FLAG(os_string_resets)},
    {QUIRK_PROBE, FLAG(silent_until_os_string)},       {QUIRK_UNLOAD_DRIVER, FLAG(looks_like_disk)},
    {QUIRK_BLACKBERRY, FLAG(looks_like_disk)},
};
const struct policy_table policies_usb = {rows, ARRAY_SIZE(rows)};

static void attached(void *self, struct usb_device *device)
{
    struct policies *policies = self;

    policies->losing = 0;
    policies->wedged = false;
    policies->asked = 0;
    policies->imports++;
    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.attached)
            policies->rows[i]->usb.attached(self, device);
    }
}

static bool request(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                    int *ret_length)
{
    const struct policies *policies = self;
    bool answered = false;

    for (size_t i = 0; i < policies->row_count && !answered; i++) {
        answered = usb_change_request(&policies->rows[i]->change, device, setup, ret_length);
        if (!answered && policies->rows[i]->usb.request)
            answered = policies->rows[i]->usb.request(self, device, setup, data, ret_length);
    }
    return answered;
}

static int reply(void *self, struct usb_device *device, const struct usb_setup *setup,
                 uint8_t *bytes, int length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.reply)
            length = policies->rows[i]->usb.reply(self, device, setup, bytes, length);
        length = usb_change_reply(&policies->rows[i]->change, device, setup, bytes, length);
    }
    return length;
}

static size_t property(void *self, uint32_t type, uint8_t *value, size_t length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.property)
            length = policies->rows[i]->usb.property(self, type, value, length);
    }
    return length;
}

static int out(void *self, struct usb_device *device, uint8_t endpoint, const uint8_t **data,
               size_t *length)
{
    const struct policies *policies = self;
    int error = 0;

    for (size_t i = 0; i < policies->row_count && !error; i++) {
        if (policies->rows[i]->usb.out)
            error = policies->rows[i]->usb.out(self, device, endpoint, data, length);
    }
    return error;
}

static int out_done(void *self, struct usb_device *device, uint8_t endpoint, int result)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.out_done)
            result = policies->rows[i]->usb.out_done(self, device, endpoint, result);
    }
    return result;
}

static int in(void *self, struct usb_device *device, uint8_t endpoint, size_t room, int result,
              struct usb_in *piece)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.in)
            result = policies->rows[i]->usb.in(self, device, endpoint, room, result, piece);
    }
    return result;
}

static bool holds(void *self, struct usb_device *device, uint8_t endpoint)
{
    const struct policies *policies = self;
    bool held = false;

    for (size_t i = 0; i < policies->row_count && !held; i++) {
        if (policies->rows[i]->usb.holds)
            held = policies->rows[i]->usb.holds(self, device, endpoint);
    }
    return held;
}

static void unlinked(void *self, struct usb_device *device, uint8_t endpoint)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usb.unlinked)
            policies->rows[i]->usb.unlinked(self, device, endpoint);
    }
}

void policies_reset_usb(struct policies *policies)
{
    policies->usb = usb_by_the_book;
    policies->usb_filter = (struct usb_filter){.self = policies,
                                               .attached = attached,
                                               .request = request,
                                               .reply = reply,
                                               .property = property,
                                               .out = out,
                                               .out_done = out_done,
                                               .in = in,
                                               .holds = holds,
                                               .unlinked = unlinked};
}
