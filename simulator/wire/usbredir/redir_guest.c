/* One connection: its greeting, when the guest gets the player and when it loses it. The library's
 * parser reads; link.c has the socket. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

static struct redir_guest *guest_of(struct wire_link *link)
{
    return container_of(link, struct redir_guest, link);
}

/* ---- the parser's calls */

static int write_part(void *priv, uint8_t *data, int count)
{
    struct redir_guest *guest = priv;

    output_bytes(&guest->link.output, data, (size_t)count);
    return count;
}

/* What is wrong with a packet is the peer's affair, and that it is ends the connection. */
static void log_nothing(void *priv, int level, const char *message)
{
    (void)priv, (void)level, (void)message;
}

/* ---- the link's calls */

static int step(struct wire_link *link)
{
    struct redir_guest *guest = guest_of(link);
    int result;

    wire_timer_clear(link->loop, &guest->half);
    result = usbredirparser_do_read(guest->parser);
    if (guest->error)
        return guest->error;
    return result < 0 ? -EPROTO : 0;
}

static void served(struct wire_link *link)
{
    redir_streams_run(guest_of(link));
}

static void end(struct wire_link *link)
{
    redir_guest_free(guest_of(link));
}

/* An idle guest stays, however long; one that has begun a packet is to go on with it. */
static void rest(struct wire_link *link)
{
    struct redir_guest *guest = guest_of(link);

    if (redir_half_read(guest) && !output_blocked(&link->output) && !guest->half.armed)
        wire_timer_set(link->loop, &guest->half, guest->port->place.stall_ms);
}

static void half_sent(struct wire_timer *timer)
{
    struct redir_guest *guest = container_of(timer, struct redir_guest, half);

    fprintf(stderr, "papsim: %s: a virtual machine's packet has stopped halfway; it is cut off\n",
            guest->port->offer->busid);
    redir_guest_free(guest);
}

static const struct wire_link_ops link_ops = {
    .step = step,
    .target = redir_target,
    .filled = redir_filled,
    .served = served,
    .rest = rest,
    .end = end,
};

/* ---- the player comes and goes */

static void freed(struct usb_watch *watch)
{
    struct redir_guest *guest = container_of(watch, struct redir_guest, watch);

    wire_timer_set(guest->link.loop, &guest->offering, 0);
}

static void offering(struct wire_timer *timer)
{
    struct redir_guest *guest = container_of(timer, struct redir_guest, offering);

    link_enter(&guest->link);
    if (!guest->link.import.offer)
        redir_guest_offer(guest);
    redir_streams_run(guest);
    link_leave(&guest->link, 0);
}

void redir_guest_offer(struct redir_guest *guest)
{
    if (!guest->greeted || guest->refused || guest->ack_awaited || guest->link.import.offer ||
        link_attach(&guest->link, guest->port->offer, &redir_front_ops) < 0)
        return;
    guest->unconfigured = false;
    redir_describe_settings(guest);
    redir_describe_device(guest);
}

static void disconnect(struct redir_guest *guest)
{
    guest->ack_awaited =
        usbredirparser_peer_has_cap(guest->parser, usb_redir_cap_device_disconnect_ack) != 0;
    usbredirparser_send_device_disconnect(guest->parser);
    redir_put_queued(guest);
}

void redir_guest_refuse(struct redir_guest *guest)
{
    fprintf(stderr, "papsim: %s: a filter of the virtual machine's refuses it\n",
            guest->port->offer->busid);
    guest->refused = true;
    if (!guest->link.import.offer)
        return;
    redir_streams_stop(guest);
    usb_device_detach(guest->link.import.offer->device);
    guest->link.import.offer = NULL;
    import_forget(&guest->link.import);
    disconnect(guest);
}

/* Every URB has been completed. */
static void gone(void *host)
{
    struct redir_guest *guest = guest_of(host);

    guest->link.import.offer = NULL;
    redir_streams_stop(guest);
    disconnect(guest);
    if (!guest->link.working)
        link_send(&guest->link);
}

static void complete(void *host, struct usb_urb *done)
{
    struct redir_guest *guest = guest_of(host);
    struct redir_urb *urb = container_of(done, struct redir_urb, base.urb);

    import_leave(&guest->link.import, &urb->base);
    import_record(&guest->link.import, &urb->base, done);
    urb->answer(guest, urb, done);
    if (urb->stream)
        redir_stream_idle(guest, urb, done->status);
    else
        import_put(&guest->link.import, &urb->base);
    if (guest->link.working)
        return;
    link_send(&guest->link);
    if (guest->idle_count)
        wire_timer_set(guest->link.loop, &guest->offering, 0);
}

const struct usb_front_ops redir_front_ops = {
    .complete = complete,
    .gone = gone,
    .congested = link_congested,
    .hold = link_hold,
    .now = link_now,
    .alarm = link_alarm,
    .asked = link_asked,
};

/* ---- life */

static struct usbredirparser *new_parser(struct redir_guest *guest)
{
    static const uint8_t capabilities[] = {
        usb_redir_cap_bulk_streams,
        usb_redir_cap_connect_device_version,
        usb_redir_cap_filter,
        usb_redir_cap_device_disconnect_ack,
        usb_redir_cap_ep_info_max_packet_size,
        usb_redir_cap_64bits_ids,
        usb_redir_cap_32bits_bulk_length,
        usb_redir_cap_bulk_receiving,
    };
    struct usbredirparser *parser = usbredirparser_create();
    uint32_t words[USB_REDIR_CAPS_SIZE] = {0};

    if (!parser)
        return NULL;
    parser->priv = guest;
    parser->log_func = log_nothing;
    parser->read_func = redir_read;
    parser->write_func = write_part;
    redir_command_init(parser);
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
        usbredirparser_caps_set_cap(words, capabilities[i]);
    usbredirparser_init(parser, "papsim " PAPKIT_VERSION, words, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    return parser;
}

/* In the port's list, greeted by us. */
static void begin(struct redir_guest *guest)
{
    struct redir_port *port = guest->port;

    guest->watch.freed = freed;
    guest->offering.expired = offering;
    guest->half.expired = half_sent;
    usb_device_watch(port->offer->device, &guest->watch);
    guest->next = port->guests;
    guest->prev = &port->guests;
    if (guest->next)
        guest->next->prev = &guest->next;
    port->guests = guest;
    port->guest_count++;
    redir_put_queued(guest);
    link_send(&guest->link);
}

int redir_guest_new(struct redir_port *port, int fd)
{
    struct redir_guest *guest = calloc(1, sizeof(*guest));
    int error;

    if (!guest)
        return -ENOMEM;
    guest->port = port;
    guest->parser = new_parser(guest);
    error = guest->parser ? link_init(&guest->link, port->loop, port->bus, fd, &link_ops,
                                      sizeof(struct redir_urb), port->place.deadline_ms)
                          : -ENOMEM;
    if (error) {
        if (guest->parser)
            usbredirparser_destroy(guest->parser);
        free(guest);
        return error;
    }
    begin(guest);
    return 0;
}

void redir_guest_free(struct redir_guest *guest)
{
    struct redir_port *port = guest->port;

    usb_device_unwatch(port->offer->device, &guest->watch);
    link_enter(&guest->link); /* nothing is sent any more */
    redir_streams_stop(guest);
    redir_input_done(guest);
    link_done(&guest->link);
    wire_timer_clear(guest->link.loop, &guest->offering);
    wire_timer_clear(guest->link.loop, &guest->half);
    usbredirparser_destroy(guest->parser);
    *guest->prev = guest->next;
    if (guest->next)
        guest->next->prev = guest->prev;
    port->guest_count--;
    redir_port_left(port);
    free(guest);
}
