/* Defects of standard requests (USB 2.0, 9.4) and of the queues behind the endpoints. */
#include <errno.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { TO_ENDPOINT = 2 };
enum { ENDPOINT_HALT = 0, REMOTE_WAKEUP = 1 };
enum { DAY_MS = 24 * 60 * 60 * 1000 };

static bool is_feature(const struct usb_setup *setup)
{
    return !(setup->request_type & 0xe0) &&
           (setup->request == SET_FEATURE || setup->request == CLEAR_FEATURE);
}

static bool is_halt(const struct usb_setup *setup)
{
    return is_feature(setup) && setup->request_type == TO_ENDPOINT && setup->value == ENDPOINT_HALT;
}

static bool clears_halt(const struct usb_setup *setup)
{
    return is_halt(setup) && setup->request == CLEAR_FEATURE && (setup->index & 0x0f);
}

/* ---- GET_STATUS */

static int await_address(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)reply;
    return is_request(setup, 0x80, GET_STATUS) && !device->address ? -EPIPE : length;
}

static bool describe_late(void *self, struct usb_device *device, struct usb_setup *setup,
                          uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = -EPIPE;
    return asks_descriptor(setup, DT_CONFIGURATION) && !device->address;
}

static bool configure_late(void *self, struct usb_device *device, struct usb_setup *setup,
                           uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = -EPIPE;
    return is_request(setup, 0x00, SET_CONFIGURATION) && !device->address;
}

static int any_interface_status(void *self, struct usb_device *device,
                                const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!is_request(setup, 0x81, GET_STATUS) || length >= 0)
        return length;
    put_le16(reply, 0);
    return 2;
}

/* What stalls before configuration gets `wanted` zeroes. */
static int unconfigured(const struct usb_device *device, uint8_t *reply, int length, int wanted)
{
    if (length >= 0 || device->configuration)
        return length;
    memset(reply, 0, (size_t)wanted);
    return wanted;
}

static int unconfigured_status(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    (void)self;
    return is_request(setup, 0x82, GET_STATUS) ? unconfigured(device, reply, length, 2) : length;
}

static int unconfigured_interface(void *self, struct usb_device *device,
                                  const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self;
    return is_request(setup, 0x81, GET_STATUS) ? unconfigured(device, reply, length, 2) : length;
}

static int unconfigured_setting(void *self, struct usb_device *device,
                                const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self;
    return is_request(setup, 0x81, GET_INTERFACE) ? unconfigured(device, reply, length, 1) : length;
}

static int unconfigured_halt(void *self, struct usb_device *device, const struct usb_setup *setup,
                             uint8_t *reply, int length)
{
    (void)self;
    return is_halt(setup) ? unconfigured(device, reply, length, 0) : length;
}

static int await_configuration(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    (void)self, (void)reply;
    return is_request(setup, 0x80, GET_STATUS) && !device->configuration ? -EPIPE : length;
}

static int halt_of_both(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self;
    if (is_request(setup, 0x82, GET_STATUS) && length > 0 && (setup->index & 0x0f))
        reply[0] |= usb_function_halted(device, (uint8_t)(setup->index ^ 0x80));
    return length;
}

static int halt_of_any(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self;
    if (!is_request(setup, 0x82, GET_STATUS) || length <= 0 || !(setup->index & 0x0f))
        return length;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        reply[0] |= device->endpoints[i].halted;
    return length;
}

/* ---- features */

static bool stall_needless_clear(void *self, struct usb_device *device, struct usb_setup *setup,
                                 uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = -EPIPE;
    return clears_halt(setup) && !usb_function_halted(device, (uint8_t)setup->index);
}

static bool silence_needless_clear(void *self, struct usb_device *device, struct usb_setup *setup,
                                   uint8_t *data, int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if (clears_halt(setup) && !usb_function_halted(device, (uint8_t)setup->index))
        usb_function_delay(device, (uint8_t)setup->index, DAY_MS);
    return false;
}

/* What was queued, or comes, is not worked on. */
static int stay_silent(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (clears_halt(setup) && length == 0)
        usb_function_delay(device, (uint8_t)setup->index, DAY_MS);
    return length;
}

static int any_feature(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    bool known = is_halt(setup) || setup->value == REMOTE_WAKEUP;

    (void)self, (void)device, (void)reply;
    return is_feature(setup) && !known && length < 0 ? 0 : length;
}

static int halt_of_unknown(void *self, struct usb_device *device, const struct usb_setup *setup,
                           uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (is_feature(setup) && setup->request_type == TO_ENDPOINT && length < 0)
        usb_function_halt(device, (uint8_t)setup->index);
    return length;
}

static int wakeup_despite_stall(void *self, struct usb_device *device,
                                const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (is_request(setup, 0x00, SET_FEATURE) && setup->value == REMOTE_WAKEUP)
        device->remote_wakeup = true;
    return length;
}

static int accept_wakeup(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (!is_feature(setup) || setup->request_type || setup->value != REMOTE_WAKEUP)
        return length;
    device->remote_wakeup = setup->request == SET_FEATURE;
    return 0;
}

/* ---- configuration and settings */

static bool any_configuration(void *self, struct usb_device *device, struct usb_setup *setup,
                              uint8_t *data, int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if (is_request(setup, 0x00, SET_CONFIGURATION) && setup->value)
        setup->value = usb_configuration_value(device->identity);
    return false;
}

static bool configures_again(const struct usb_device *device, const struct usb_setup *setup)
{
    return is_request(setup, 0x00, SET_CONFIGURATION) && device->configuration &&
           setup->value == device->configuration;
}

static bool keep_state(void *self, struct usb_device *device, struct usb_setup *setup,
                       uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = 0;
    return configures_again(device, setup);
}

static bool keep_halts(void *self, struct usb_device *device, struct usb_setup *setup,
                       uint8_t *data, int *ret_length)
{
    bool again = configures_again(device, setup);

    (void)self, (void)data;
    *ret_length = 0;
    if (again)
        usb_reset_functions(device, USB_RESET_AGAIN);
    return again;
}

static void clear_halts(struct usb_device *device)
{
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        device->endpoints[i].halted = false;
}

static bool keep_settings(void *self, struct usb_device *device, struct usb_setup *setup,
                          uint8_t *data, int *ret_length)
{
    bool again = keep_halts(self, device, setup, data, ret_length);

    if (again)
        clear_halts(device);
    return again;
}

static bool keep_session(void *self, struct usb_device *device, struct usb_setup *setup,
                         uint8_t *data, int *ret_length)
{
    bool again = keep_state(self, device, setup, data, ret_length);

    if (again)
        clear_halts(device);
    return again;
}

static int lose_configuration(void *self, struct usb_device *device, const struct usb_setup *setup,
                              uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (!is_request(setup, 0x00, SET_CONFIGURATION) || length >= 0)
        return length;
    device->configuration = 0;
    usb_apply_settings(device);
    return length;
}

static int lose_setting(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self, (void)reply;
    if (!is_request(setup, 0x01, SET_INTERFACE) || length >= 0 ||
        setup->index >= USB_INTERFACES_MAX)
        return length;
    device->settings[setup->index] = 0;
    usb_apply_settings(device);
    return length;
}

static int configuration_index(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_request(setup, 0x80, GET_CONFIGURATION))
        reply[0] = 0;
    return length;
}

static int any_setting(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    bool there = device->configuration && setup->index < USB_INTERFACES_MAX &&
                 usb_has_interface(device, (uint8_t)setup->index, 0);

    (void)self, (void)reply;
    return is_request(setup, 0x01, SET_INTERFACE) && there && length < 0 ? 0 : length;
}

/* ---- the control pipe */

/* Its halt is never set otherwise, and goes as that of any endpoint does. */
static int keep_halt(void *self, struct usb_device *device, const struct usb_setup *setup,
                     uint8_t *reply, int length)
{
    (void)self, (void)setup, (void)reply;
    device->endpoints[0].halted |= length < 0;
    return length;
}

static bool stall_on(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                     int *ret_length)
{
    (void)self, (void)setup, (void)data;
    *ret_length = -EPIPE;
    return device->endpoints[0].halted;
}

/* The host waits for more: the packet that ends the answer never comes. */
static int never_short(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self, (void)device, (void)reply;
    return setup->request_type & 0x80 && length > 0 && length < setup->length && length % 64 == 0
               ? -EINPROGRESS
               : length;
}

/* ---- URBs of the control endpoint */

static int wait_control(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self, (void)setup, (void)reply;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        if (device->endpoints[i].head)
            return -EINPROGRESS;
    }
    return length;
}

static bool lose_control_data(void *self, struct usb_device *device, struct usb_setup *setup,
                              uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)ret_length;
    if (!(setup->request_type & 0x80) && setup->length)
        memset(data, 0, setup->length);
    return false;
}

/* ---- queues */

/* A transfer that ends inside the URB goes on with the next one. */
static int run_on(void *self, struct usb_device *device, uint8_t endpoint, size_t room, int result,
                  struct usb_in *in)
{
    (void)self, (void)device, (void)endpoint;
    if (in->length < room)
        in->end = false;
    return result;
}

/* One queue for all: an idle interrupt URB holds everything up. */
static bool wait_for_others(void *self, struct usb_device *device, uint8_t endpoint)
{
    (void)self;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        if (i != usb_index(endpoint) && device->endpoints[i].head)
            return true;
    }
    return false;
}

/* policies->losing: which endpoints owe an empty packet. */
static void clear_owed(void *self, struct usb_device *device)
{
    struct policies *policies = self;

    (void)device;
    policies->losing = 0;
}

/* What the function gave comes with the next call. */
static int end_twice(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                     int result, struct usb_in *in)
{
    struct policies *policies = self;
    const struct usb_endpoint *state = &device->endpoints[usb_index(endpoint)];
    uint32_t bit = (uint32_t)1 << usb_index(endpoint);

    (void)room;
    if (result && result != -EAGAIN)
        return result;
    if (policies->losing & bit) {
        policies->losing &= ~bit;
        if (!result)
            state->function->ops->in_undo(state->function->self, endpoint, in->length);
        *in = (struct usb_in){.end = true};
        return 0;
    }
    if (!result && in->end && in->length % state->packet_size)
        policies->losing |= bit;
    return result;
}

/* Of all imports but the first. */
static void expect_loss(void *self, struct usb_device *device)
{
    struct policies *policies = self;

    (void)device;
    policies->losing = policies->imports > 1 ? (uint32_t)1 << usb_index(0x81) : 0;
}

static void note_loss(void *self, struct usb_device *device, uint8_t endpoint)
{
    struct policies *policies = self;

    (void)device;
    policies->losing |= (uint32_t)1 << usb_index(endpoint);
}

/* What the URB would have got is gone. */
int filters_lose_next(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                      int result, struct usb_in *in)
{
    struct policies *policies = self;
    uint32_t bit = (uint32_t)1 << usb_index(endpoint);
    const struct usb_function *function = device->endpoints[usb_index(endpoint)].function;

    if (result || !(policies->losing & bit))
        return result;
    policies->losing &= ~bit;
    *in = (struct usb_in){0};
    return function->ops->in(function->self, endpoint, room, in);
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
#include "simulator/defect/defects_chapter9.def"
};
const struct policy_table policies_chapter9 = {rows, ARRAY_SIZE(rows)};
