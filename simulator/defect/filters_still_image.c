/* Defects of the still image function's class requests, and of what it does when the device itself
 * cancels. */
#include <errno.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/function/still_image/still_image_internal.h"
#include "simulator/usb/usb_internal.h"
#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

enum { CANCEL_LENGTH = 6, DAY_MS = 24 * 60 * 60 * 1000 };
enum { LATE_PIECE = 4096, LATE_PIECES = 128 };

struct still_image *filters_still_image_of(const struct usb_device *device)
{
    for (size_t i = 0; i < device->function_count; i++) {
        if (device->functions[i].ops == &still_image_ops)
            return device->functions[i].self;
    }
    return NULL;
}

static bool is_class_request(const struct usb_setup *setup)
{
    return (setup->request_type & 0x7f) == 0x21;
}

static bool is_cancel(const struct usb_setup *setup)
{
    return is_request(setup, 0x21, MTP_REQ_CANCEL);
}

static bool is_status(const struct usb_setup *setup)
{
    return is_request(setup, 0xa1, MTP_REQ_GET_DEVICE_STATUS);
}

/* ---- Cancel */

/* Too short for a transaction, it is taken and nothing comes of it. */
static bool any_cancel_length(void *self, struct usb_device *device, struct usb_setup *setup,
                              uint8_t *data, int *ret_length)
{
    bool is_short = setup->length < CANCEL_LENGTH;

    (void)self, (void)device, (void)data;
    *ret_length = 0;
    if (is_cancel(setup) && !is_short)
        setup->length = CANCEL_LENGTH;
    return is_cancel(setup) && is_short;
}

static bool any_cancel_code(void *self, struct usb_device *device, struct usb_setup *setup,
                            uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)ret_length;
    if (is_cancel(setup) && setup->length >= 2)
        put_le16(data, MTP_EC_CANCEL_TRANSACTION);
    return false;
}

static bool cancel_any_transaction(void *self, struct usb_device *device, struct usb_setup *setup,
                                   uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)ret_length;
    if (si && is_cancel(setup) && setup->length == CANCEL_LENGTH)
        put_le32(data + 2, mtpr_transaction(si->responder));
    return false;
}

static bool is_cancel_of_running(const struct still_image *si, const struct usb_setup *setup,
                                 const uint8_t *data)
{
    return si && is_cancel(setup) && setup->length == CANCEL_LENGTH && still_image_busy(si) &&
           get_le32(data + 2) == mtpr_transaction(si->responder);
}

static bool answer_late(struct still_image *si, const struct usb_setup *setup, const uint8_t *data,
                        int *ret_length)
{
    static const struct mtpr_reply late = {.code = MTP_RC_TRANSACTION_CANCELLED};

    *ret_length = si_setup(si, setup, data, si->device->reply);
    si_print_reply(si, &late);
    si->now = (struct in_place){IN_REPLY, 0};
    si_ready(si, si->in);
    return true;
}

static bool answer_cancelled_get(void *self, struct usb_device *device, struct usb_setup *setup,
                                 uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self;
    return is_cancel_of_running(si, setup, data) && si->out_state != OUT_DATA &&
           answer_late(si, setup, data, ret_length);
}

static bool answer_cancelled_send(void *self, struct usb_device *device, struct usb_setup *setup,
                                  uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self;
    return is_cancel_of_running(si, setup, data) && si->out_state == OUT_DATA &&
           answer_late(si, setup, data, ret_length);
}

static bool silence_after_cancel(void *self, struct usb_device *device, struct usb_setup *setup,
                                 uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self;
    if (!is_cancel_of_running(si, setup, data))
        return false;
    *ret_length = si_setup(si, setup, data, device->reply);
    usb_function_delay(device, si->in, DAY_MS);
    return true;
}

static bool stall_other_cancel(void *self, struct usb_device *device, struct usb_setup *setup,
                               uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self;
    *ret_length = -EPIPE;
    return si && is_cancel(setup) && still_image_busy(si) && !is_cancel_of_running(si, setup, data);
}

static bool note_cancel(void *self, struct usb_device *device, struct usb_setup *setup,
                        uint8_t *data, int *ret_length)
{
    struct policies *policies = self;

    (void)ret_length;
    policies->wedged |= is_cancel_of_running(filters_still_image_of(device), setup, data);
    return false;
}

static bool cancel_sending_before(void *self, struct usb_device *device, struct usb_setup *setup,
                                  uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)ret_length;
    if (si && is_cancel(setup) && setup->length == CANCEL_LENGTH && si->out_state == OUT_DATA &&
        get_le32(data + 2) + 1 == mtpr_transaction(si->responder))
        put_le32(data + 2, mtpr_transaction(si->responder));
    return false;
}

static bool cancel_ends_session(void *self, struct usb_device *device, struct usb_setup *setup,
                                uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);
    uint32_t id = si ? mtpr_transaction(si->responder) : 0;

    (void)self, (void)ret_length;
    if (is_cancel_of_running(si, setup, data)) {
        si_abandon(filters_still_image_of(device));
        mtpr_reset(si->responder, MTPR_LOSS_BUS);
        put_le32(data + 2, id);
    }
    return false;
}

static void count_no_cancels(void *self, struct usb_device *device)
{
    (void)device;
    ((struct policies *)self)->asked = 0;
}

static bool cancel_once(void *self, struct usb_device *device, struct usb_setup *setup,
                        uint8_t *data, int *ret_length)
{
    struct policies *policies = self;

    *ret_length = 0;
    return is_cancel_of_running(filters_still_image_of(device), setup, data) &&
           policies->asked++ > 0;
}

static bool busy_by_idle_cancel(void *self, struct usb_device *device, struct usb_setup *setup,
                                uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data, (void)ret_length;
    if (si && is_cancel(setup) && !still_image_busy(si))
        si->cancelling = true;
    return false;
}

/* What is being sent goes on while the status says that all is done. */
static bool go_on_silently(void *self, struct usb_device *device, struct usb_setup *setup,
                           uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self;
    if (!is_cancel_of_running(si, setup, data) || si->now.state != IN_DATA)
        return false;
    si->silent = true;
    *ret_length = 0;
    return true;
}

/* ---- the other class requests */

static bool any_interface(void *self, struct usb_device *device, struct usb_setup *setup,
                          uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data, (void)ret_length;
    if (si && is_class_request(setup))
        setup->index = si->interface;
    return false;
}

static bool stall_while_busy(void *self, struct usb_device *device, struct usb_setup *setup,
                             uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data;
    *ret_length = -EPIPE;
    return si && is_class_request(setup) && still_image_busy(si);
}

static bool stall_standard_while_busy(void *self, struct usb_device *device,
                                      struct usb_setup *setup, uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data;
    *ret_length = -EPIPE;
    return si && is_request(setup, 0x80, GET_DESCRIPTOR) && still_image_busy(si);
}

static bool end_by_status(void *self, struct usb_device *device, struct usb_setup *setup,
                          uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data, (void)ret_length;
    if (si && is_status(setup) && still_image_busy(si))
        si_abandon(si);
    return false;
}

static bool status_for_event_data(void *self, struct usb_device *device, struct usb_setup *setup,
                                  uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)data, (void)ret_length;
    if (is_request(setup, 0xa1, MTP_REQ_GET_EXTENDED_EVENT))
        setup->request = MTP_REQ_GET_DEVICE_STATUS;
    return false;
}

static int status_ok(void *self, struct usb_device *device, const struct usb_setup *setup,
                     uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_status(setup) && length >= 4 && get_le16(reply + 2) == MTP_RC_DEVICE_BUSY)
        put_le16(reply + 2, MTP_RC_OK);
    return length;
}

static int status_busy(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    const struct policies *policies = self;

    (void)device;
    if (is_status(setup) && length >= 4 && policies->wedged)
        put_le16(reply + 2, MTP_RC_DEVICE_BUSY);
    return length;
}

static int status_not_cancelled(void *self, struct usb_device *device,
                                const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_status(setup) && length >= 4 && get_le16(reply + 2) == MTP_RC_TRANSACTION_CANCELLED)
        put_le16(reply + 2, MTP_RC_OK);
    return length;
}

static int status_of_interrupt(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self;
    if (!si || !is_status(setup) || length <= 4)
        return length;
    put_le32(reply + length, si->event);
    put_le16(reply, (uint16_t)(length + 4));
    return length + 4;
}

static int status_without_endpoints(void *self, struct usb_device *device,
                                    const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!is_status(setup) || length < 4)
        return length;
    put_le16(reply, 4);
    return 4;
}

/* ---- Device Reset */

static bool is_reset(const struct still_image *si, const struct usb_setup *setup)
{
    return si && is_request(setup, 0x21, MTP_REQ_DEVICE_RESET) && setup->index == si->interface;
}

static bool keep_halts_at_reset(void *self, struct usb_device *device, struct usb_setup *setup,
                                uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);
    bool halted[USB_ENDPOINTS];

    (void)self;
    if (!is_reset(si, setup))
        return false;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        halted[i] = device->endpoints[i].halted;
    *ret_length = si_setup(si, setup, data, device->reply);
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        device->endpoints[i].halted = halted[i];
    return true;
}

static bool no_reset_while_busy(void *self, struct usb_device *device, struct usb_setup *setup,
                                uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data;
    *ret_length = 0;
    return is_reset(si, setup) && still_image_busy(si);
}

static bool wedge_by_reset(void *self, struct usb_device *device, struct usb_setup *setup,
                           uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);
    struct policies *policies = self;

    (void)data, (void)ret_length;
    policies->wedged |= is_reset(si, setup) && si->out_state == OUT_DATA;
    return false;
}

/* The reset does all it is for, and of what was being sent half a MiB still comes. */
static bool owe_data(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                     int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);
    struct policies *policies = self;

    (void)data, (void)ret_length;
    if (is_reset(si, setup))
        policies->asked = si->now.state == IN_DATA ? LATE_PIECES : 0;
    return false;
}

static int give_owed_data(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                          int result, struct usb_in *in)
{
    static const uint8_t piece[LATE_PIECE];
    const struct still_image *si = filters_still_image_of(device);
    struct policies *policies = self;

    if (!si || endpoint != si->in || result != -EAGAIN || !policies->asked)
        return result;
    policies->asked--;
    *in = (struct usb_in){.length = room < sizeof(piece) ? room : sizeof(piece), .chunk_count = 1};
    in->chunks[0] = (struct usb_chunk){.memory = piece, .length = in->length};
    return 0;
}

static bool list_half_at_reset(void *self, struct usb_device *device, struct usb_setup *setup,
                               uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);
    struct policies *policies = self;
    bool dropped = policies->mtpr.half_objects_dropped;

    (void)data, (void)ret_length;
    if (!is_reset(si, setup))
        return false;
    policies->mtpr.half_objects_dropped = false;
    mtpr_cancel(si->responder);
    policies->mtpr.half_objects_dropped = dropped;
    return false;
}

static int stall_after_reset(void *self, struct usb_device *device, uint8_t endpoint,
                             const uint8_t **data, size_t *length)
{
    const struct policies *policies = self;

    (void)device, (void)endpoint, (void)data, (void)length;
    return policies->wedged ? -EPIPE : 0;
}

static bool forget_objects(void *self, struct usb_device *device, struct usb_setup *setup,
                           uint8_t *data, int *ret_length)
{
    struct still_image *si = filters_still_image_of(device);
    struct store_object *object;

    (void)self, (void)data, (void)ret_length;
    if (!is_reset(si, setup) || mtpr_command(si->responder)->code != MTP_OP_GET_OBJECT)
        return false;
    si_abandon(si);
    object = store_find(mtpr_store(si->responder), mtpr_command(si->responder)->params[0]);
    if (object)
        (void)store_remove(mtpr_store(si->responder), object);
    return false;
}

/* ---- halts of the device's own */

static bool refuse_clear(void *self, struct usb_device *device, struct usb_setup *setup,
                         uint8_t *data, int *ret_length)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data;
    *ret_length = -EPIPE;
    return si && si->device_cancelled && is_request(setup, 0x02, CLEAR_FEATURE);
}

/* Is it a stall that follows the device's own cancel? */
static bool is_cancel_stall(const struct still_image *si, const struct usb_urb *urb)
{
    return si && si->device_cancelled && urb->status == -EPIPE;
}

static bool empty_for_stalled_in(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    const struct still_image *si = filters_still_image_of(offer->device);

    (void)self;
    if (is_cancel_stall(si, urb) && urb->endpoint == si->in)
        urb->status = 0;
    return true;
}

static bool good_for_stalled_out(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    const struct still_image *si = filters_still_image_of(offer->device);

    (void)self;
    if (!is_cancel_stall(si, urb) || urb->endpoint != si->out)
        return true;
    urb->status = 0;
    urb->actual = urb->length;
    return true;
}

#undef FLAG
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, still_image.member)
#define FRONT(seam, function) .usbip.seam = function
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
static const struct policy_row rows[] = {
#include "simulator/defect/defects_still_image.def"
    /* The responder's, but for what the function makes of the data. */
    {DEFECT_DATA_WITHOUT_INFO_LEFT, FLAG(strays_dropped)},
    {QUIRK_NO_ZERO_READS, FLAG(byte_for_zero_packet)},
    {QUIRK_HEADER, FLAG(junk_in_headers)},
    {QUIRK_UNLOAD_DRIVER, FLAG(disk_too)},
    {QUIRK_LONG_TIMEOUT, FLAG(changes_slow)},
    {QUIRK_RESET_ON_CLOSE, FLAG(mute_after_close)},
    {QUIRK_SAMSUNG_OFFSET, FLAG(last_packet_locks_up)},
    {QUIRK_BLACKBERRY, FLAG(disk_at_first)},
    {QUIRK_SLOW_HANDLES, FLAG(handles_slow)},
    {QUIRK_CANCEL_STALE, FLAG(old_data_after_cancel)},
    {QUIRK_SLOWS_DOWN, FLAG(slower_each_time)},
};
const struct policy_table policies_still_image = {rows, ARRAY_SIZE(rows)};

/* ---- the function's own seams */

static bool command(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->still_image.command)
            whole = policies->rows[i]->still_image.command(self, si, head, used, whole);
    }
    return whole;
}

static size_t container(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->still_image.container)
            length = policies->rows[i]->still_image.container(self, si, bytes, length);
    }
    return length;
}

void policies_reset_still_image(struct policies *policies)
{
    policies->still_image = still_image_by_the_book;
    policies->still_image_filter =
        (struct still_image_filter){.self = policies, .command = command, .container = container};
}
