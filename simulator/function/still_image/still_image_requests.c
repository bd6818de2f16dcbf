/* The class requests of the still image function (Still Image 1.0, 5.2). */
#include <errno.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/function/still_image/still_image_internal.h"
#include "spcore/base.h"

static int cancel_request(struct still_image *si, const struct usb_setup *setup,
                          const uint8_t *data)
{
    bool sending = si->out_state == OUT_DATA;

    if (setup->length != 6 || get_le16(data) != MTP_EC_CANCEL_TRANSACTION)
        return -EPIPE;
    if (!still_image_busy(si) || get_le32(data + 2) != mtpr_transaction(si->responder))
        return 0;
    if (si->now.state == IN_DATA && si_pushes_on(si))
        return 0;
    si_abandon(si);
    si->discarding = sending;
    si->cancelling = true;
    if (si->has_queued)
        si_ready(si, si->in);
    return 0;
}

static int status_request(struct still_image *si, const struct usb_setup *setup, uint8_t *reply)
{
    const uint8_t endpoints[] = {si->in, si->out, si->event};
    uint8_t status[4 + 4 * sizeof(endpoints)];
    uint16_t code = MTP_RC_OK;
    uint16_t length = 4;

    for (unsigned i = 0; i < sizeof(endpoints); i++) {
        if (!si_halted(si, endpoints[i]))
            continue;
        put_le32(status + length, endpoints[i]);
        length += 4;
    }
    if (length == 4)
        si->device_cancelled = false;
    if (si->device_cancelled)
        code = MTP_RC_TRANSACTION_CANCELLED;
    else if (si->cancelling)
        code = MTP_RC_DEVICE_BUSY;
    si->cancelling = false;
    put_le16(status, length);
    put_le16(status + 2, code);
    if (length > setup->length)
        length = setup->length;
    memcpy(reply, status, length);
    return length;
}

static int reset_request(struct still_image *si)
{
    si_abandon(si);
    si->has_queued = false;
    si->discarding = si->cancelling = si->device_cancelled = false;
    mtpr_reset(si->responder, MTPR_LOSS_CLASS_RESET);
    si->event_length = si->event_position = 0;
    if (si->device) {
        usb_function_unhalt(si->device, si->in);
        usb_function_unhalt(si->device, si->out);
        usb_function_unhalt(si->device, si->event);
    }
    return 0;
}

int si_setup(void *self, const struct usb_setup *setup, const uint8_t *data, uint8_t *reply)
{
    struct still_image *si = self;
    bool to_host = (setup->request_type & 0x80) != 0;

    if ((setup->request_type & 0x7f) != 0x21)
        return -EPIPE;
    if (setup->index != si->interface)
        return -EPIPE;
    if (si_is_disk(si) && decoy_disk_setup(&si->disk, setup, reply) >= 0)
        return to_host ? 1 : 0;
    if (setup->request == MTP_REQ_CANCEL && !to_host)
        return cancel_request(si, setup, data);
    if (setup->request == MTP_REQ_DEVICE_RESET && !to_host && setup->length == 0)
        return reset_request(si);
    if (setup->request == MTP_REQ_GET_DEVICE_STATUS && to_host)
        return status_request(si, setup, reply);
    /* Extended event data are optional, and this device has none (Still Image 1.0, 5.2.2). */
    return -EPIPE;
}
