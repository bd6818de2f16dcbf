/* Transfers that the guest starts once and then only receives: isochronous, interrupt and, for
 * devices that talk all the time, bulk. So many URBs take turns; a URB that has completed is
 * submitted again when the core is out of its callback. */
#include <errno.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

enum { INTERRUPT_URBS = 2, STREAM_URBS_MAX = 64 };

static void tell_iso(struct redir_guest *guest, uint64_t id, uint8_t endpoint, uint32_t stream_id,
                     uint8_t status)
{
    struct usb_redir_iso_stream_status_header told = {status, endpoint};

    (void)stream_id;
    usbredirparser_send_iso_stream_status(guest->parser, id, &told);
}

static void tell_bulk(struct redir_guest *guest, uint64_t id, uint8_t endpoint, uint32_t stream_id,
                      uint8_t status)
{
    struct usb_redir_bulk_receiving_status_header told = {stream_id, endpoint, status};

    usbredirparser_send_bulk_receiving_status(guest->parser, id, &told);
}

static void tell_interrupt(struct redir_guest *guest, uint64_t id, uint8_t endpoint,
                           uint32_t stream_id, uint8_t status)
{
    struct usb_redir_interrupt_receiving_status_header told = {status, endpoint};

    (void)stream_id;
    usbredirparser_send_interrupt_receiving_status(guest->parser, id, &told);
}

static void (*const tellers[])(struct redir_guest *guest, uint64_t id, uint8_t endpoint,
                               uint32_t stream_id, uint8_t status) = {
    [USB_ENDPOINT_ISOCHRONOUS] = tell_iso,
    [USB_ENDPOINT_BULK] = tell_bulk,
    [USB_ENDPOINT_INTERRUPT] = tell_interrupt,
};

void redir_stream_status(struct redir_guest *guest, uint64_t id, uint8_t endpoint, int type,
                         uint32_t stream_id, uint8_t status)
{
    tellers[type](guest, id, endpoint, stream_id, status);
    redir_put_queued(guest);
}

/* ---- ending */

static void take_urb_back(struct redir_guest *guest, struct redir_urb *urb)
{
    if (urb->idle) {
        guest->idle_count--;
    } else {
        usb_device_unlink(guest->port->offer->device, &urb->base.urb);
        urb->base.urb.status = -ECONNRESET;
        if (guest->link.import.offer)
            import_record(&guest->link.import, &urb->base, &urb->base.urb);
        import_leave(&guest->link.import, &urb->base);
    }
    import_put(&guest->link.import, &urb->base);
}

static void stop(struct redir_guest *guest, struct redir_stream *stream)
{
    while (stream->urbs) {
        struct redir_urb *urb = stream->urbs;

        stream->urbs = urb->stream_next;
        take_urb_back(guest, urb);
    }
    stream->started = false;
}

void redir_stream_stop(struct redir_guest *guest, uint8_t endpoint)
{
    stop(guest, &guest->streams[redir_index(endpoint)]);
}

void redir_streams_stop(struct redir_guest *guest)
{
    for (unsigned i = 0; i < REDIR_ENDPOINTS; i++)
        stop(guest, &guest->streams[i]);
}

/* ---- beginning */

/* What a stream is made of. */
struct recipe {
    uint8_t endpoint, type;
    unsigned urbs;
    uint32_t length; /* of a URB's buffer */
    uint32_t packets, packet_length;
    uint32_t stream_id;
};

static int add_urb(struct redir_guest *guest, struct redir_stream *stream,
                   const struct recipe *recipe)
{
    struct wire_import *import = &guest->link.import;
    struct redir_urb *urb = (struct redir_urb *)import_get(import);
    int error = 0;

    if (!urb)
        return -ENOBUFS;
    urb->answer = redir_answer_stream;
    urb->base.unnamed = true;
    urb->base.type = recipe->type;
    urb->endpoint = urb->base.urb.endpoint = recipe->endpoint;
    urb->stream_id = recipe->stream_id;
    urb->base.urb.length = recipe->length;
    if (recipe->packets) {
        error = import_packets(import, &urb->base, recipe->packets);
        for (uint32_t i = 0; i < recipe->packets && !error; i++)
            urb->base.urb.packets[i] =
                (struct usb_iso_packet){i * recipe->packet_length, recipe->packet_length, 0, 0};
        if (!error)
            error = import_room(import, &urb->base);
    }
    if (error) {
        import_put(import, &urb->base);
        return error;
    }
    urb->stream = stream;
    urb->idle = true;
    guest->idle_count++;
    urb->stream_next = stream->urbs;
    stream->urbs = urb;
    return 0;
}

/* 0, or what is told instead of success. */
static uint8_t check(const struct redir_guest *guest, uint8_t endpoint, int type,
                     struct usb_endpoint_facts *ret_facts)
{
    const struct wire_offer *offer = guest->link.import.offer;

    if (!offer)
        return usb_redir_ioerror;
    if (!usb_device_endpoint(offer->device, endpoint, ret_facts) || ret_facts->type != type ||
        usb_function_type(offer->device, endpoint) < 0)
        return usb_redir_inval;
    return usb_redir_success;
}

static void start(struct redir_guest *guest, uint64_t id, const struct recipe *recipe,
                  uint8_t status)
{
    struct redir_stream *stream = &guest->streams[redir_index(recipe->endpoint)];

    if (!guest->greeted)
        guest->error = -EPROTO;
    if (!status && (!recipe->urbs || recipe->urbs > STREAM_URBS_MAX || !recipe->length ||
                    recipe->length > IMPORT_LENGTH_MAX))
        status = usb_redir_inval;
    if (!status) {
        stop(guest, stream);
        *stream = (struct redir_stream){
            .started = true, .type = recipe->type, .stream_id = recipe->stream_id};
        for (unsigned i = 0; i < recipe->urbs && recipe->endpoint & 0x80 && !status; i++)
            status = add_urb(guest, stream, recipe) ? usb_redir_ioerror : 0;
        if (status)
            stop(guest, stream);
    }
    redir_stream_status(guest, id, recipe->endpoint, recipe->type, recipe->stream_id, status);
}

void redir_stream_start_iso(struct redir_guest *guest, uint64_t id, uint8_t endpoint,
                            unsigned packets, unsigned urbs)
{
    struct usb_endpoint_facts facts = {0};
    uint8_t status = check(guest, endpoint, USB_ENDPOINT_ISOCHRONOUS, &facts);
    struct recipe recipe = {.endpoint = endpoint,
                            .type = USB_ENDPOINT_ISOCHRONOUS,
                            .urbs = urbs,
                            .length = packets * facts.room,
                            .packets = packets,
                            .packet_length = facts.room};

    start(guest, id, &recipe, status);
}

void redir_stream_start_interrupt(struct redir_guest *guest, uint64_t id, uint8_t endpoint)
{
    struct usb_endpoint_facts facts = {0};
    uint8_t status = check(guest, endpoint, USB_ENDPOINT_INTERRUPT, &facts);
    struct recipe recipe = {.endpoint = endpoint,
                            .type = USB_ENDPOINT_INTERRUPT,
                            .urbs = INTERRUPT_URBS,
                            .length = facts.room};

    start(guest, id, &recipe, status);
}

void redir_stream_start_bulk(struct redir_guest *guest, uint64_t id,
                             const struct usb_redir_start_bulk_receiving_header *how)
{
    struct usb_endpoint_facts facts = {0};
    uint8_t status = check(guest, how->endpoint, USB_ENDPOINT_BULK, &facts);
    struct recipe recipe = {.endpoint = how->endpoint,
                            .type = USB_ENDPOINT_BULK,
                            .urbs = how->no_transfers,
                            .length = how->bytes_per_transfer,
                            .stream_id = how->stream_id};

    if (!status && (how->stream_id || how->bytes_per_transfer % facts.room))
        status = usb_redir_inval;
    start(guest, id, &recipe, status);
}

/* ---- running */

void redir_stream_idle(struct redir_guest *guest, struct redir_urb *urb, int status)
{
    struct redir_stream *stream = urb->stream;

    urb->idle = true;
    guest->idle_count++;
    if (!status || !stream->started)
        return;
    /* QEMU wakes a transfer that waits for a packet, and for a status it does not. */
    if (status == -EPIPE && stream->type == USB_ENDPOINT_INTERRUPT) {
        if (!stream->stalled)
            redir_put_stall(guest, stream, urb->endpoint);
        stream->stalled = true;
        return;
    }
    stream->started = false; /* the rest of it completes likewise, or is taken back */
    if (status != -ESHUTDOWN)
        redir_stream_status(guest, 0, urb->endpoint, stream->type, stream->stream_id,
                            redir_status(status));
}

/* Whether its URBs wait for the guest to clear a halt. */
static bool halted(const struct redir_guest *guest, const struct redir_stream *stream)
{
    return stream->stalled && stream->urbs &&
           usb_function_halted(guest->port->offer->device, stream->urbs->endpoint);
}

static void submit_idle(struct redir_guest *guest, struct redir_stream *stream)
{
    stream->stalled = false;
    for (struct redir_urb *urb = stream->urbs; urb && stream->started; urb = urb->stream_next) {
        if (!urb->idle)
            continue;
        urb->idle = false;
        guest->idle_count--;
        urb->base.urb.seqnum = ++guest->stream_seqnum;
        urb->base.id = urb->base.urb.seqnum;
        if (!urb->base.urb.packet_count)
            urb->base.urb.data = NULL; /* room is made when it is needed */
        import_submit(&guest->link.import, &urb->base);
        if (!guest->link.import.offer)
            return;
    }
}

void redir_streams_run(struct redir_guest *guest)
{
    bool again = false;

    for (unsigned i = 0; i < REDIR_ENDPOINTS && guest->idle_count; i++) {
        struct redir_stream *stream = &guest->streams[i];

        if (!stream->urbs)
            continue;
        if (!stream->started) {
            stop(guest, stream);
        } else if (!halted(guest, stream) && !output_blocked(&guest->link.output) &&
                   guest->link.import.offer) {
            submit_idle(guest, stream);
            again = again || !halted(guest, stream);
        }
    }
    if (again && guest->idle_count && !output_blocked(&guest->link.output))
        wire_timer_set(guest->link.loop, &guest->offering, 0);
}
