/* Asynchronous transfers: submit, cancel, completion, time-outs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

static struct libusb_transfer *public_of(struct lusb_transfer *transfer)
{
    return (struct libusb_transfer *)(void *)(transfer + 1);
}

LUSB_API struct libusb_transfer *libusb_alloc_transfer(int iso_packets)
{
    struct lusb_transfer *transfer;

    if (iso_packets < 0)
        return NULL;
    transfer = calloc(1, sizeof(*transfer) + sizeof(struct libusb_transfer) +
                             (size_t)iso_packets * sizeof(struct libusb_iso_packet_descriptor));
    if (!transfer)
        return NULL;
    transfer->iso_max = iso_packets;
    if (iso_packets) {
        transfer->packets = calloc((size_t)iso_packets, sizeof(*transfer->packets));
        if (!transfer->packets) {
            free(transfer);
            return NULL;
        }
    }
    return public_of(transfer);
}

LUSB_API void libusb_free_transfer(struct libusb_transfer *transfer)
{
    struct lusb_transfer *own;

    if (!transfer)
        return;
    own = lusb_of(transfer);
    own->unwanted = true;
    if (own->orphan)
        return; /* freed when the import has let go of it */
    if (transfer->flags & LIBUSB_TRANSFER_FREE_BUFFER)
        free(transfer->buffer);
    free(own->packets);
    free(own);
}

/* ---- completion */

static enum libusb_transfer_status status_of(const struct lusb_transfer *own, int status)
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
        return LIBUSB_TRANSFER_NO_DEVICE;
    case -EPROTO: /* the device's, or the import's end for what the server sent */
        return usbip_error(own->client) ? LIBUSB_TRANSFER_NO_DEVICE : LIBUSB_TRANSFER_ERROR;
    default:
        return LIBUSB_TRANSFER_ERROR;
    }
}

static void fill_packets(struct libusb_transfer *transfer, const struct lusb_transfer *own)
{
    for (int i = 0; i < transfer->num_iso_packets; i++) {
        struct libusb_iso_packet_descriptor *packet = &transfer->iso_packet_desc[i];

        packet->actual_length = own->packets[i].actual;
        packet->status = own->urb.status ? status_of(own, own->urb.status)
                                         : status_of(own, own->packets[i].status);
    }
}

static void leave_flight(libusb_context *context, struct lusb_transfer *own)
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
    struct lusb_transfer *own = lusb_of(transfer);
    uint8_t flags = transfer->flags;

    transfer->status = status_of(own, urb->status);
    transfer->actual_length = (int)urb->actual;
    if (transfer->type == LIBUSB_TRANSFER_TYPE_ISOCHRONOUS)
        fill_packets(transfer, own);
    else if (transfer->status == LIBUSB_TRANSFER_COMPLETED &&
             (flags & LIBUSB_TRANSFER_SHORT_NOT_OK) && urb->actual != urb->length)
        transfer->status = LIBUSB_TRANSFER_ERROR;
    leave_flight(own->context, own);
    if (own->orphan) {
        own->orphan = false;
        if (own->unwanted)
            libusb_free_transfer(transfer);
        return;
    }
    if (transfer->callback)
        transfer->callback(transfer);
    if (flags & LIBUSB_TRANSFER_FREE_TRANSFER)
        libusb_free_transfer(transfer);
}

/* ---- submit */

static int fill_control(struct libusb_transfer *transfer, struct usbip_urb *urb)
{
    if (!transfer->buffer || transfer->length < (int)LIBUSB_CONTROL_SETUP_SIZE)
        return LIBUSB_ERROR_INVALID_PARAM;
    memcpy(urb->setup, transfer->buffer, sizeof(urb->setup));
    urb->length = get_le16(urb->setup + 6);
    if (urb->length > (uint32_t)transfer->length - (uint32_t)LIBUSB_CONTROL_SETUP_SIZE)
        return LIBUSB_ERROR_INVALID_PARAM;
    urb->data = transfer->buffer + LIBUSB_CONTROL_SETUP_SIZE;
    urb->endpoint = (uint8_t)((transfer->endpoint & 0x0f) | (urb->setup[0] & 0x80));
    return 0;
}

static int fill_iso(struct libusb_transfer *transfer, struct lusb_transfer *own)
{
    uint32_t offset = 0;

    if (transfer->num_iso_packets <= 0 || transfer->num_iso_packets > own->iso_max ||
        (unsigned)transfer->num_iso_packets > USBIP_PACKETS_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    for (int i = 0; i < transfer->num_iso_packets; i++) {
        uint32_t length = transfer->iso_packet_desc[i].length;

        if (length > (uint32_t)transfer->length - offset)
            return LIBUSB_ERROR_INVALID_PARAM;
        own->packets[i] = (struct usbip_packet){.offset = offset, .length = length};
        offset += length;
    }
    own->urb.isochronous = true;
    own->urb.packets = own->packets;
    own->urb.packet_count = (uint32_t)transfer->num_iso_packets;
    own->urb.flags = USBIP_ISO_ASAP;
    own->urb.interval = 1;
    return 0;
}

static int fill(struct libusb_transfer *transfer, struct lusb_transfer *own)
{
    struct usbip_urb *urb = &own->urb;

    *urb = (struct usbip_urb){.endpoint = transfer->endpoint,
                              .data = transfer->buffer,
                              .length = (uint32_t)transfer->length,
                              .complete = complete,
                              .context = transfer};
    if (transfer->length < 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    if ((transfer->flags & LIBUSB_TRANSFER_ADD_ZERO_PACKET) && !(transfer->endpoint & 0x80))
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

/* The lock is held. */
static void enter_flight(libusb_context *context, struct lusb_transfer *own, unsigned timeout)
{
    own->in_flight = true;
    own->timed_out = own->cancelled = own->orphan = own->unwanted = false;
    own->due = timeout ? lusb_now() + timeout : 0;
    own->next = context->flights;
    own->prev = &context->flights;
    if (own->next)
        own->next->prev = &own->next;
    context->flights = own;
}

/* usbfs refuses what no interface has in its present setting. */
static bool has_endpoint(const struct lusb_import *import, uint8_t endpoint)
{
    const struct lusb_set *config = lusb_config(import->device, import->configuration);
    const uint8_t *at = config ? config->raw : NULL;
    size_t left = config ? config->length : 0;
    bool present = false;

    while (left >= 2 && at[0] >= 2 && at[0] <= left) {
        if (at[1] == LIBUSB_DT_INTERFACE && at[0] >= LIBUSB_DT_INTERFACE_SIZE)
            present = at[2] < LUSB_INTERFACES_MAX && import->settings[at[2]] == at[3];
        if (present && at[1] == LIBUSB_DT_ENDPOINT && at[0] >= LIBUSB_DT_ENDPOINT_SIZE &&
            at[2] == endpoint)
            return true;
        left -= at[0];
        at += at[0];
    }
    return false;
}

/* Submitting never blocks and calls nobody back, so time-outs and cancels cannot come between. */
static int launch(libusb_context *context, struct lusb_transfer *own, unsigned timeout)
{
    int error;

    pthread_mutex_lock(&context->lock);
    enter_flight(context, own, timeout);
    error = usbip_submit(own->client, &own->urb);
    if (error) {
        own->in_flight = false;
        context->flights = own->next;
        if (own->next)
            own->next->prev = &context->flights;
    }
    pthread_mutex_unlock(&context->lock);
    return lusb_error(error);
}

LUSB_API int libusb_submit_transfer(struct libusb_transfer *transfer)
{
    struct lusb_transfer *own = lusb_of(transfer);
    libusb_device_handle *handle = transfer->dev_handle;
    libusb_context *context = handle->device->context;
    bool busy;
    int error;

    pthread_mutex_lock(&context->lock);
    busy = own->in_flight;
    pthread_mutex_unlock(&context->lock);
    if (busy)
        return LIBUSB_ERROR_BUSY;
    if (lusb_gone(handle->import))
        return LIBUSB_ERROR_NO_DEVICE;
    error = fill(transfer, own);
    if (error)
        return error;
    if (transfer->type != LIBUSB_TRANSFER_TYPE_CONTROL &&
        !has_endpoint(handle->import, transfer->endpoint))
        return LIBUSB_ERROR_IO;
    transfer->actual_length = 0;
    own->client = handle->import->client;
    own->context = context;
    error = launch(context, own, transfer->timeout);
    /* Who polls has a new time-out, perhaps data to send. */
    if (!error && libusb_event_handler_active(context) && !lusb_handling(context))
        lusb_wake(context);
    return error;
}

LUSB_API int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
    struct lusb_transfer *own = lusb_of(transfer);
    libusb_context *context;
    int error = LIBUSB_ERROR_NOT_FOUND;

    if (!transfer->dev_handle)
        return LIBUSB_ERROR_NOT_FOUND;
    context = transfer->dev_handle->device->context;
    pthread_mutex_lock(&context->lock);
    if (own->in_flight && !own->cancelled) {
        own->cancelled = true;
        own->due = 0; /* cancelled, not timed out */
        error = lusb_error(usbip_unlink(own->client, &own->urb));
    }
    pthread_mutex_unlock(&context->lock);
    if (!error)
        lusb_wake(context);
    return error;
}

void lusb_orphan(libusb_device_handle *handle, bool unlink)
{
    libusb_context *context = handle->device->context;

    pthread_mutex_lock(&context->lock);
    for (struct lusb_transfer *own = context->flights; own; own = own->next) {
        if (public_of(own)->dev_handle != handle)
            continue;
        own->orphan = true;
        if (unlink)
            usbip_unlink(own->client, &own->urb);
    }
    pthread_mutex_unlock(&context->lock);
}

bool lusb_in_flight(libusb_device_handle *handle)
{
    libusb_context *context = handle->device->context;
    struct lusb_transfer *own;

    pthread_mutex_lock(&context->lock);
    for (own = context->flights; own && public_of(own)->dev_handle != handle; own = own->next)
        continue;
    pthread_mutex_unlock(&context->lock);
    return own != NULL;
}

LUSB_API void libusb_transfer_set_stream_id(struct libusb_transfer *transfer, uint32_t stream)
{
    (void)transfer; /* streams cannot be allocated, so there is none to name */
    (void)stream;
}

LUSB_API uint32_t libusb_transfer_get_stream_id(struct libusb_transfer *transfer)
{
    (void)transfer;
    return 0;
}

/* ---- time-outs */

/* Unlinking never blocks and calls nobody back, so it may be done under the lock. */
void lusb_expire(libusb_context *context)
{
    int64_t now = lusb_now();

    pthread_mutex_lock(&context->lock);
    for (struct lusb_transfer *own = context->flights; own; own = own->next) {
        if (!own->due || own->due > now || own->timed_out)
            continue;
        own->timed_out = true;
        usbip_unlink(own->client, &own->urb);
    }
    pthread_mutex_unlock(&context->lock);
}

int64_t lusb_next_due(libusb_context *context)
{
    int64_t due = 0;

    pthread_mutex_lock(&context->lock);
    for (struct lusb_transfer *own = context->flights; own; own = own->next) {
        if (own->due && !own->timed_out && (!due || own->due < due))
            due = own->due;
    }
    pthread_mutex_unlock(&context->lock);
    return due;
}
