/* Defects of the still image function: what each does to a class request, a transfer or a container
 * that comes or leaves. */
#include <errno.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/function/still_image/still_image_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { CANCEL_LENGTH = 6 };

/* The function of that device, or NULL. */
static struct still_image *still_image_of(const struct usb_device *device)
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

static bool any_cancel(void *self, struct usb_device *device, struct usb_setup *setup,
                       uint8_t *data, int *ret_length)
{
    if (is_cancel(setup) && setup->length >= 2)
        put_le16(data, MTP_EC_CANCEL_TRANSACTION);
    return any_cancel_length(self, device, setup, data, ret_length);
}

static bool cancel_any_transaction(void *self, struct usb_device *device, struct usb_setup *setup,
                                   uint8_t *data, int *ret_length)
{
    const struct still_image *si = still_image_of(device);

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

static bool answer_cancelled(void *self, struct usb_device *device, struct usb_setup *setup,
                             uint8_t *data, int *ret_length)
{
    static const struct mtpr_reply late = {.code = MTP_RC_TRANSACTION_CANCELLED};
    struct still_image *si = still_image_of(device);

    (void)self;
    if (!is_cancel_of_running(si, setup, data))
        return false;
    *ret_length = si_setup(si, setup, data, device->reply);
    si_print_reply(si, &late);
    si->now = (struct in_place){IN_REPLY, 0};
    si_ready(si, si->in);
    return true;
}

/* What is being sent goes on while the status says that all is done. */
static bool go_on_silently(void *self, struct usb_device *device, struct usb_setup *setup,
                           uint8_t *data, int *ret_length)
{
    struct still_image *si = still_image_of(device);

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
    const struct still_image *si = still_image_of(device);

    (void)self, (void)data, (void)ret_length;
    if (si && is_class_request(setup))
        setup->index = si->interface;
    return false;
}

static bool stall_while_busy(void *self, struct usb_device *device, struct usb_setup *setup,
                             uint8_t *data, int *ret_length)
{
    const struct still_image *si = still_image_of(device);

    (void)self, (void)data;
    *ret_length = -EPIPE;
    return si && is_class_request(setup) && still_image_busy(si);
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

static int status_without_endpoints(void *self, struct usb_device *device,
                                    const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!is_status(setup) || length < 4)
        return length;
    put_le16(reply, 4);
    return 4;
}

/* ---- transfers */

static int no_zero_packet(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                          int result, struct usb_in *in)
{
    (void)self, (void)device, (void)endpoint, (void)room;
    in->no_zlp |= in->end;
    return result;
}

static int empty_event(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                       int result, struct usb_in *in)
{
    const struct still_image *si = still_image_of(device);

    (void)self, (void)room;
    if (!si || endpoint != si->event || result != -EAGAIN)
        return result;
    in->end = true;
    return 0;
}

static int stall_zero_packet(void *self, struct usb_device *device, uint8_t endpoint,
                             const uint8_t **data, size_t *length)
{
    struct still_image *si = still_image_of(device);

    (void)self, (void)endpoint, (void)data;
    return si && !*length && si->out_state == OUT_COMMAND && !si->head_used ? si_protocol_error(si)
                                                                            : 0;
}

/* Behind a header in a packet of its own. */
static int skip_behind_header(void *self, struct usb_device *device, uint8_t endpoint,
                              const uint8_t **data, size_t *length)
{
    const struct still_image *si = still_image_of(device);
    size_t skipped = *length < MTPR_HEADER ? *length : MTPR_HEADER;

    (void)self, (void)endpoint;
    if (!si || si->out_state != OUT_DATA || si->head_used < MTPR_HEADER || si->received)
        return 0;
    *data += skipped;
    *length -= skipped;
    return 0;
}

static int wedge(void *self, struct usb_device *device, uint8_t endpoint, int result)
{
    struct policies *policies = self;

    (void)device, (void)endpoint;
    policies->wedged |= result == -EPIPE;
    return result;
}

static int stall_wedged(void *self, struct usb_device *device, uint8_t endpoint,
                        const uint8_t **data, size_t *length)
{
    const struct policies *policies = self;

    (void)device, (void)endpoint, (void)data, (void)length;
    return policies->wedged ? -EPIPE : 0;
}

static int give_nothing(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                        int result, struct usb_in *in)
{
    const struct policies *policies = self;

    (void)device, (void)endpoint, (void)room, (void)in;
    return policies->wedged ? -EPIPE : result;
}

/* ---- containers */

static bool any_type(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)self, (void)si;
    if (whole && *used >= MTPR_HEADER)
        put_le16(head + 4, MTP_CT_COMMAND);
    return whole;
}

/* Whatever its length: what is missing is still there of the command before. */
static bool any_length(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    struct policies *policies = self;
    struct mtpr_command command;
    bool good = whole && mtpr_command_parse(head, *used, &command);

    (void)si;
    if (!good && *used < 8)
        return whole;
    memcpy(policies->last_command, head, *used);
    if (good)
        return true;
    put_le32(policies->last_command, sizeof(policies->last_command));
    put_le16(policies->last_command + 4, MTP_CT_COMMAND);
    memcpy(head, policies->last_command, sizeof(policies->last_command));
    *used = sizeof(policies->last_command);
    return true;
}

static size_t length_without_header(void *self, struct still_image *si, uint8_t *bytes,
                                    size_t length)
{
    (void)self, (void)si;
    put_le32(bytes, get_le32(bytes) - MTPR_HEADER);
    return length;
}

static size_t transaction_zero(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    put_le32(bytes + 8, 0);
    return length;
}

static size_t wrap_length(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self;
    if (get_le16(bytes + 4) == MTP_CT_DATA)
        put_le32(bytes, (uint32_t)(MTPR_HEADER + mtpr_in_length(si->responder)));
    return length;
}

static size_t pad_response(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (get_le16(bytes + 4) != MTP_CT_RESPONSE)
        return length;
    for (; length < MTPR_COMMAND_MAX; length += 4)
        put_le32(bytes + length, 0xdeadbeef);
    put_le32(bytes, MTPR_COMMAND_MAX);
    return length;
}

#undef FLAG
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, still_image.member)
#define CONTAINER(seam, function) .still_image.seam = function
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
