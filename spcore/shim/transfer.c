/* Asynchronous transfers: submit, cancel, completion, time-outs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shim/shim.h"

static struct libusb_transfer *public_of(struct shim_transfer *transfer)
{
    return (struct libusb_transfer *)(void *)(transfer + 1);
}

SHIM_API struct libusb_transfer *libusb_alloc_transfer(int iso_packets)
{
    struct shim_transfer *transfer;

    if (iso_packets < 0)
        return NULL;
    transfer = calloc(1, sizeof *transfer + sizeof(struct libusb_transfer) +
                             (size_t)iso_packets * sizeof(struct libusb_iso_packet_descriptor));
    if (!transfer)
        return NULL;
    transfer->iso_max = iso_packets;
    if (iso_packets) {
        transfer->packets = calloc((size_t)iso_packets, sizeof *transfer->packets);
        if (!transfer->packets) {
            free(transfer);
            return NULL;
        }
    }
    return public_of(transfer);
}

SHIM_API void libusb_free_transfer(struct libusb_transfer *transfer)
{
    struct shim_transfer *own;

    if (!transfer)
        return;
    own = shim_of(transfer);
    if (transfer->flags & LIBUSB_TRANSFER_FREE_BUFFER)
        free(transfer->buffer);
    free(own->packets);
    free(own);
}

/* ---- completion ---------------------------------------------------------------------------------
 */

static enum libusb_transfer_status status_of(const struct shim_transfer *own, int status)
{
    switch (status) {
    case 0:
    case -EREMOTEIO:
        return LIBUSB_TRANSFER_COMPLETED;
    case -EPIPE:
        return LIBUSB_TRANSFER_STALL;
    case -ECONNRESET:
    case -ENOENT:
        return own->timed_out ? LIBUSB_TRANSFER_TIMED_OUT : LIBUSB_TRANSFER_CANCELLED;
    case -EOVERFLOW:
        return LIBUSB_TRANSFER_OVERFLOW;
    case -ENODEV:
    case -ESHUTDOWN:
    case -EPROTO:
        return LIBUSB_TRANSFER_NO_DEVICE;
    default:
        return LIBUSB_TRANSFER_ERROR;
    }
}

static void fill_packets(struct libusb_transfer *transfer, const struct shim_transfer *own)
{
    int i;

    for (i = 0; i < transfer->num_iso_packets; i++) {
        struct libusb_iso_packet_descriptor *packet = &transfer->iso_packet_desc[i];

        packet->actual_length = own->packets[i].actual;
        packet->status = own->urb.status ? status_of(own, own->urb.status)
                                         : status_of(own, own->packets[i].status);
    }
}

static void leave_flight(libusb_context *context, struct shim_transfer *own)
{
    pthread_mutex_lock(&context->lock);
    own->in_flight = false;
    *own->prev = own->next;
    if (own->next)
        own->next->prev = own->prev;
    pthread_mutex_unlock(&context->lock);
}

/* Called by whoever pumps: the thread that handles events. */
static void complete(struct usbip_urb *urb)
{
    struct libusb_transfer *transfer = urb->context;
    struct shim_transfer *own = shim_of(transfer);
    uint8_t flags = transfer->flags;

    transfer->status = status_of(own, urb->status);
    transfer->actual_length = (int)urb->actual;
    if (transfer->type == LIBUSB_TRANSFER_TYPE_ISOCHRONOUS)
        fill_packets(transfer, own);
    else if (transfer->status == LIBUSB_TRANSFER_COMPLETED &&
             (flags & LIBUSB_TRANSFER_SHORT_NOT_OK) && urb->actual != urb->length)
        transfer->status = LIBUSB_TRANSFER_ERROR;
    leave_flight(transfer->dev_handle->device->context, own);
    if (transfer->callback)
        transfer->callback(transfer);
    if (flags & LIBUSB_TRANSFER_FREE_TRANSFER)
        libusb_free_transfer(transfer);
}

/* ---- submit
 * ---------------------------------------------------------------------------------------- */

static int fill_control(struct libusb_transfer *transfer, struct usbip_urb *urb)
{
    if (!transfer->buffer || transfer->length < (int)LIBUSB_CONTROL_SETUP_SIZE)
        return LIBUSB_ERROR_INVALID_PARAM;
    memcpy(urb->setup, transfer->buffer, sizeof urb->setup);
    urb->length = (uint32_t)(urb->setup[6] | urb->setup[7] << 8);
    if (urb->length > (uint32_t)transfer->length - (uint32_t)LIBUSB_CONTROL_SETUP_SIZE)
        return LIBUSB_ERROR_INVALID_PARAM;
    urb->data = transfer->buffer + LIBUSB_CONTROL_SETUP_SIZE;
    urb->endpoint = (uint8_t)((transfer->endpoint & 0x0f) | (urb->setup[0] & 0x80));
    return 0;
}

static int fill_iso(struct libusb_transfer *transfer, struct shim_transfer *own)
{
    uint32_t offset = 0;
    int i;

    if (transfer->num_iso_packets <= 0 || transfer->num_iso_packets > own->iso_max ||
        (unsigned)transfer->num_iso_packets > USBIP_PACKETS_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    for (i = 0; i < transfer->num_iso_packets; i++) {
        own->packets[i] =
            (struct usbip_packet){.offset = offset, .length = transfer->iso_packet_desc[i].length};
        offset += transfer->iso_packet_desc[i].length;
        if (offset > (uint32_t)transfer->length)
            return LIBUSB_ERROR_INVALID_PARAM;
    }
    own->urb.isochronous = true;
    own->urb.packets = own->packets;
    own->urb.packet_count = (uint32_t)transfer->num_iso_packets;
    own->urb.flags = USBIP_ISO_ASAP;
    own->urb.interval = 1;
    return 0;
}

static int fill(struct libusb_transfer *transfer, struct shim_transfer *own)
{
    struct usbip_urb *urb = &own->urb;

    *urb = (struct usbip_urb){.endpoint = transfer->endpoint,
                              .data = transfer->buffer,
                              .length = (uint32_t)transfer->length,
                              .complete = complete,
                              .context = transfer};
    if (transfer->length < 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (transfer->flags & LIBUSB_TRANSFER_ADD_ZERO_PACKET)
        urb->flags = USBIP_ZERO_PACKET;
    switch (transfer->type) {
    case LIBUSB_TRANSFER_TYPE_CONTROL:
        return fill_control(transfer, urb);
    case LIBUSB_TRANSFER_TYPE_ISOCHRONOUS:
        return fill_iso(transfer, own);
    case LIBUSB_TRANSFER_TYPE_BULK:
    case LIBUSB_TRANSFER_TYPE_INTERRUPT:
        return 0;
    default:
        return LIBUSB_ERROR_NOT_SUPPORTED;
    }
}

static void enter_flight(libusb_context *context, struct shim_transfer *own, unsigned timeout)
{
    pthread_mutex_lock(&context->lock);
    own->in_flight = true;
    own->timed_out = false;
    own->due = timeout ? shim_now() + timeout : 0;
    own->next = context->flights;
    own->prev = &context->flights;
    if (own->next)
        own->next->prev = &own->next;
    context->flights = own;
    pthread_mutex_unlock(&context->lock);
}

SHIM_API int libusb_submit_transfer(struct libusb_transfer *transfer)
{
    struct shim_transfer *own = shim_of(transfer);
    libusb_context *context = transfer->dev_handle->device->context;
    bool busy;
    int error;

    pthread_mutex_lock(&context->lock);
    busy = own->in_flight;
    pthread_mutex_unlock(&context->lock);
    if (busy)
        return LIBUSB_ERROR_BUSY;
    if (shim_gone(transfer->dev_handle))
        return LIBUSB_ERROR_NO_DEVICE;
    error = fill(transfer, own);
    if (error)
        return error;
    transfer->actual_length = 0;
    enter_flight(context, own, transfer->timeout);
    error = usbip_submit(transfer->dev_handle->client, &own->urb);
    if (error) {
        leave_flight(context, own);
        return shim_error(error);
    }
    shim_wake(context); /* the thread that polls has a new time-out, perhaps data to send */
    return LIBUSB_SUCCESS;
}

SHIM_API int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
    struct shim_transfer *own = shim_of(transfer);
    libusb_context *context;
    bool flying;

    if (!transfer->dev_handle)
        return LIBUSB_ERROR_NOT_FOUND;
    context = transfer->dev_handle->device->context;
    pthread_mutex_lock(&context->lock);
    flying = own->in_flight;
    pthread_mutex_unlock(&context->lock);
    if (!flying || shim_gone(transfer->dev_handle))
        return LIBUSB_ERROR_NOT_FOUND;
    usbip_unlink(transfer->dev_handle->client, &own->urb);
    shim_wake(context);
    return LIBUSB_SUCCESS;
}

SHIM_API void libusb_transfer_set_stream_id(struct libusb_transfer *transfer, uint32_t stream)
{
    (void)transfer; /* streams cannot be allocated, so there is none to name */
    (void)stream;
}

SHIM_API uint32_t libusb_transfer_get_stream_id(struct libusb_transfer *transfer)
{
    (void)transfer;
    return 0;
}

/* ---- time-outs
 * -------------------------------------------------------------------------------------- */

/* Unlinking never blocks and calls nobody back, so it may be done under the lock. */
void shim_expire(libusb_context *context)
{
    struct shim_transfer *own;
    int64_t now = shim_now();

    pthread_mutex_lock(&context->lock);
    for (own = context->flights; own; own = own->next) {
        struct libusb_transfer *transfer = public_of(own);

        if (!own->due || own->due > now || own->timed_out)
            continue;
        own->timed_out = true;
        if (transfer->dev_handle->client)
            usbip_unlink(transfer->dev_handle->client, &own->urb);
    }
    pthread_mutex_unlock(&context->lock);
}

int64_t shim_next_due(libusb_context *context)
{
    struct shim_transfer *own;
    int64_t due = 0;

    pthread_mutex_lock(&context->lock);
    for (own = context->flights; own; own = own->next) {
        if (own->due && !own->timed_out && (!due || own->due < due))
            due = own->due;
    }
    pthread_mutex_unlock(&context->lock);
    return due;
}
