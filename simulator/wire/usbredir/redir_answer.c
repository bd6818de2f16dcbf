/* What the guest is told. Small things go through the library, whose queue is emptied at once: it
 * has no bound of its own. It also copies what it sends, so answers that may carry a payload are
 * put here, a header in front of what the function lent or of a range of a file (decision 22). */
#include <errno.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

enum { HEADER_64 = 16, HEADER_32 = 12, BULK_LONG = 10, BULK = 8, HEADER_ROOM = 32 };

static const struct {
    int status;
    uint8_t told;
} statuses[] = {
    {0, usb_redir_success},
    {-EPIPE, usb_redir_stall},
    {-ECONNRESET, usb_redir_cancelled},
    {-ESHUTDOWN, usb_redir_cancelled},
    {-ENOENT, usb_redir_inval},
    {-EINVAL, usb_redir_inval},
    {-EOVERFLOW, usb_redir_babble},
    {-ETIMEDOUT, usb_redir_timeout},
    {-EREMOTEIO, usb_redir_success},
};

uint8_t redir_status(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status == status)
            return statuses[i].told;
    }
    return usb_redir_ioerror;
}

void redir_put_queued(struct redir_guest *guest)
{
    (void)usbredirparser_do_write(guest->parser); /* write_part() takes all */
}

static bool both_can(const struct redir_guest *guest, int capability)
{
    return usbredirparser_have_cap(guest->parser, capability) &&
           usbredirparser_peer_has_cap(guest->parser, capability);
}

/* ---- headers, which are little-endian and packed (usbredirproto.h) */

size_t redir_header_size(const struct redir_guest *guest)
{
    return both_can(guest, usb_redir_cap_64bits_ids) ? HEADER_64 : HEADER_32;
}

size_t redir_bulk_size(const struct redir_guest *guest)
{
    return both_can(guest, usb_redir_cap_32bits_bulk_length) ? BULK_LONG : BULK;
}

/* Of a packet whose own header has `own` bytes, before `payload` of them. */
static size_t put_header(const struct redir_guest *guest, uint8_t *at, uint32_t type, uint64_t id,
                         size_t own, size_t payload)
{
    size_t size = redir_header_size(guest);

    put_le32(at, type);
    put_le32(at + 4, (uint32_t)(own + payload));
    if (size == HEADER_64)
        put_le64(at + 8, id);
    else
        put_le32(at + 8, (uint32_t)id);
    return size;
}

/* Whether a URB's answer carries data: IN does. */
static size_t payload_of(const struct redir_urb *urb, const struct usb_urb *done)
{
    return urb->endpoint & 0x80 ? done->actual : 0;
}

static void put_packet(struct redir_guest *guest, const uint8_t *header, size_t length,
                       const struct usb_urb *done, size_t payload)
{
    bool more = guest->link.output.more;

    guest->link.output.more = more || payload > 0;
    output_bytes(&guest->link.output, header, length);
    guest->link.output.more = more;
    if (payload)
        link_put_data(&guest->link, done);
}

/* ---- transfers the guest asked for one by one */

void redir_answer_control(struct redir_guest *guest, const struct redir_urb *urb,
                          const struct usb_urb *done)
{
    enum { OWN = 10 };
    size_t payload = payload_of(urb, done), length;
    uint8_t bytes[HEADER_ROOM], *at;

    length = put_header(guest, bytes, usb_redir_control_packet, urb->base.id, OWN, payload);
    at = bytes + length;
    at[0] = urb->endpoint;
    at[1] = done->setup.request;
    at[2] = done->setup.request_type;
    at[3] = redir_status(done->status);
    put_le16(at + 4, done->setup.value);
    put_le16(at + 6, done->setup.index);
    put_le16(at + 8, (uint16_t)done->actual);
    put_packet(guest, bytes, length + OWN, done, payload);
}

void redir_answer_bulk(struct redir_guest *guest, const struct redir_urb *urb,
                       const struct usb_urb *done)
{
    size_t own = redir_bulk_size(guest), payload = payload_of(urb, done), length;
    uint8_t bytes[HEADER_ROOM], *at;

    length = put_header(guest, bytes, usb_redir_bulk_packet, urb->base.id, own, payload);
    at = bytes + length;
    at[0] = urb->endpoint;
    at[1] = redir_status(done->status);
    put_le16(at + 2, (uint16_t)done->actual);
    put_le32(at + 4, urb->stream_id);
    put_le16(at + 8, (uint16_t)(done->actual >> 16));
    put_packet(guest, bytes, length + own, done, payload);
}

/* Interrupt and isochronous packets have the same header. */
static void put_small(struct redir_guest *guest, uint32_t type, uint64_t id, uint8_t endpoint,
                      uint8_t status, size_t actual, size_t payload, const struct usb_urb *done)
{
    enum { OWN = 4 };
    uint8_t bytes[HEADER_ROOM], *at;
    size_t length = put_header(guest, bytes, type, id, OWN, payload);

    at = bytes + length;
    at[0] = endpoint;
    at[1] = status;
    put_le16(at + 2, (uint16_t)actual);
    put_packet(guest, bytes, length + OWN, done, payload);
}

void redir_answer_interrupt(struct redir_guest *guest, const struct redir_urb *urb,
                            const struct usb_urb *done)
{
    put_small(guest, usb_redir_interrupt_packet, urb->base.id, urb->endpoint,
              redir_status(done->status), done->actual, payload_of(urb, done), done);
}

/* Nothing is said of a packet that has gone out. */
void redir_answer_iso_out(struct redir_guest *guest, const struct redir_urb *urb,
                          const struct usb_urb *done)
{
    (void)guest, (void)urb, (void)done;
}

/* ---- transfers of a stream */

void redir_put_stall(struct redir_guest *guest, struct redir_stream *stream, uint8_t endpoint)
{
    const struct usb_urb nothing = {0};

    put_small(guest, usb_redir_interrupt_packet, stream->next_id++, endpoint, usb_redir_stall, 0, 0,
              &nothing);
}

static void put_iso(struct redir_guest *guest, const struct redir_urb *urb,
                    const struct usb_urb *done)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < done->packet_count; i++) {
        const struct usb_iso_packet *packet = &done->packets[i];
        struct usb_urb piece = {.actual = packet->actual};

        piece.in.chunks[0] =
            (struct usb_chunk){.memory = done->data + at, .length = packet->actual};
        piece.in.chunk_count = 1;
        put_small(guest, usb_redir_iso_packet, urb->stream->next_id++, urb->endpoint,
                  redir_status(packet->status), packet->actual, packet->actual, &piece);
        at += packet->actual; /* they are packed */
    }
}

static void put_buffered(struct redir_guest *guest, const struct redir_urb *urb,
                         const struct usb_urb *done)
{
    enum { OWN = 10 };
    uint8_t bytes[HEADER_ROOM], *at;
    size_t length = put_header(guest, bytes, usb_redir_buffered_bulk_packet, urb->stream->next_id++,
                               OWN, done->actual);

    at = bytes + length;
    put_le32(at, urb->stream_id);
    put_le32(at + 4, done->actual);
    at[8] = urb->endpoint;
    at[9] = redir_status(done->status);
    put_packet(guest, bytes, length + OWN, done, done->actual);
}

/* One that failed says so by the status of its stream (redir_stream_idle()). */
void redir_answer_stream(struct redir_guest *guest, const struct redir_urb *urb,
                         const struct usb_urb *done)
{
    if (done->status)
        return;
    if (urb->stream->type == USB_ENDPOINT_ISOCHRONOUS)
        put_iso(guest, urb, done);
    else if (urb->stream->type == USB_ENDPOINT_BULK)
        put_buffered(guest, urb, done);
    else
        put_small(guest, usb_redir_interrupt_packet, urb->stream->next_id++, urb->endpoint,
                  usb_redir_success, done->actual, done->actual, done);
}

/* ---- configurations and settings */

/* The one byte that a GET_ request came to. */
static uint8_t byte_of(const struct usb_urb *done)
{
    return done->status == 0 && done->actual ? *(const uint8_t *)done->in.chunks[0].memory : 0;
}

static void tell_configuration(struct redir_guest *guest, uint64_t id, int status, uint8_t value)
{
    struct usb_redir_configuration_status_header told = {redir_status(status), value};

    usbredirparser_send_configuration_status(guest->parser, id, &told);
    redir_put_queued(guest);
}

void redir_answer_configured(struct redir_guest *guest, const struct redir_urb *urb,
                             const struct usb_urb *done)
{
    if (!done->status) {
        guest->unconfigured = urb->wanted[0] == 0;
        redir_describe_settings(guest);
    }
    tell_configuration(guest, urb->base.id, done->status, urb->wanted[0]);
}

void redir_answer_configuration(struct redir_guest *guest, const struct redir_urb *urb,
                                const struct usb_urb *done)
{
    tell_configuration(guest, urb->base.id, done->status, byte_of(done));
}

static void tell_setting(struct redir_guest *guest, uint64_t id, int status, uint8_t interface,
                         uint8_t alternate)
{
    struct usb_redir_alt_setting_status_header told = {redir_status(status), interface, alternate};

    usbredirparser_send_alt_setting_status(guest->parser, id, &told);
    redir_put_queued(guest);
}

void redir_answer_set(struct redir_guest *guest, const struct redir_urb *urb,
                      const struct usb_urb *done)
{
    if (!done->status)
        redir_describe_settings(guest);
    tell_setting(guest, urb->base.id, done->status, urb->wanted[0], urb->wanted[1]);
}

void redir_answer_setting(struct redir_guest *guest, const struct redir_urb *urb,
                          const struct usb_urb *done)
{
    tell_setting(guest, urb->base.id, done->status, urb->wanted[0], byte_of(done));
}
