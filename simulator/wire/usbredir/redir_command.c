/* What the guest says, as the library's parser hands it over: each command becomes a URB, or is
 * answered here. Lengths and directions of packets are the parser's to check, ids and what they are
 * about ours. */
#include <errno.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

/* More than the header of another packet stands in the input: its answer is likely to follow. */
enum { HEADER = 16 };

/* ---- URBs */

/* This one, or a new one for NULL, under the guest's name for it; NULL: none may be made, and the
 * connection ends. Before the guest's hello nothing may be asked. */
static struct redir_urb *name_urb(struct redir_guest *guest, struct import_urb *urb, uint64_t id,
                                  redir_answer *answer)
{
    if (!urb)
        urb = import_get(&guest->link.import);
    if (!urb)
        guest->error = -ENOBUFS;
    else if (!guest->greeted || import_find(&guest->link.import, id))
        guest->error = -EPROTO;
    if (guest->error) {
        if (urb)
            import_put(&guest->link.import, urb);
        return NULL;
    }
    urb->id = id;
    urb->urb.seqnum = (uint32_t)id;
    ((struct redir_urb *)urb)->answer = answer;
    return (struct redir_urb *)urb;
}

static struct redir_urb *new_urb(struct redir_guest *guest, uint64_t id, redir_answer *answer)
{
    return name_urb(guest, NULL, id, answer);
}

static void submit(struct redir_guest *guest, struct redir_urb *urb)
{
    struct usb_urb *of = &urb->base.urb;

    guest->link.output.more = redir_pending(guest) >= HEADER;
    if (guest->link.import.offer) {
        urb->base.type = usb_device_endpoint_type(guest->link.import.offer->device, of->endpoint);
        import_submit(&guest->link.import, &urb->base);
        return;
    }
    of->status = -ENODEV; /* it has just gone, and the guest doesn't know */
    urb->answer(guest, urb, of);
    import_put(&guest->link.import, &urb->base);
}

/* A transfer that cannot be tried. */
static void refuse(struct redir_guest *guest, struct redir_urb *urb, int status)
{
    urb->base.urb.status = status;
    urb->answer(guest, urb, &urb->base.urb);
    import_put(&guest->link.import, &urb->base);
}

static void give_back(void *parser, uint8_t *data)
{
    usbredirparser_free_packet_data(parser, data);
}

/* Takes `data`, which are the parser's, over in any case. */
static bool take_data(struct redir_guest *guest, struct redir_urb *urb, uint8_t *data, int length)
{
    if (!data)
        return true;
    if (!urb) {
        give_back(guest->parser, data);
        return false;
    }
    guest->error = import_lend(&guest->link.import, &urb->base, data, (size_t)length, give_back,
                               guest->parser);
    if (guest->error)
        import_put(&guest->link.import, &urb->base);
    return !guest->error;
}

/* ---- greeting, connecting, filters */

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct redir_guest *guest = priv;

    (void)hello;
    guest->greeted = true;
    wire_timer_clear(guest->link.loop, &guest->link.timer);
    redir_guest_offer(guest);
}

static void on_disconnect_ack(void *priv)
{
    struct redir_guest *guest = priv;

    guest->ack_awaited = false;
    redir_guest_offer(guest);
}

static void on_filter_reject(void *priv)
{
    redir_guest_refuse(priv);
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int count)
{
    struct redir_guest *guest = priv;

    if (!redir_describe_passes(guest, rules, count)) {
        redir_guest_refuse(guest);
    } else if (guest->refused) {
        guest->refused = false;
        redir_guest_offer(guest);
    }
    usbredirfilter_free(rules);
}

static void on_reset(void *priv)
{
    struct redir_guest *guest = priv;

    redir_streams_stop(guest);
    if (guest->link.import.offer)
        usb_device_reset(guest->link.import.offer->device);
}

/* ---- configurations and settings: requests of chapter 9 like any other */

static void choose(struct redir_guest *guest, uint64_t id, redir_answer *answer,
                   struct usb_setup setup, const uint8_t wanted[2])
{
    struct redir_urb *urb = new_urb(guest, id, answer);

    if (!urb)
        return;
    urb->base.unnamed = true; /* it cannot be cancelled */
    memcpy(urb->wanted, wanted, sizeof(urb->wanted));
    urb->base.urb.endpoint = setup.request_type & 0x80;
    urb->base.urb.setup = setup;
    urb->base.urb.length = setup.length;
    submit(guest, urb);
}

enum { GET_CONFIGURATION = 8, SET_CONFIGURATION, GET_INTERFACE, SET_INTERFACE };

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *set)
{
    uint8_t value = set->configuration;

    redir_streams_stop(priv);
    choose(priv, id, redir_answer_configured,
           (struct usb_setup){0x00, SET_CONFIGURATION, value, 0, 0}, (uint8_t[2]){value});
}

static void on_get_configuration(void *priv, uint64_t id)
{
    choose(priv, id, redir_answer_configuration,
           (struct usb_setup){0x80, GET_CONFIGURATION, 0, 0, 1}, (uint8_t[2]){0});
}

static void on_set_setting(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *set)
{
    choose(priv, id, redir_answer_set,
           (struct usb_setup){0x01, SET_INTERFACE, set->alt, set->interface, 0},
           (uint8_t[2]){set->interface, set->alt});
}

static void on_get_setting(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *get)
{
    choose(priv, id, redir_answer_setting,
           (struct usb_setup){0x81, GET_INTERFACE, 0, get->interface, 1},
           (uint8_t[2]){get->interface});
}

/* ---- transfers */

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *header,
                       uint8_t *data, int length)
{
    struct redir_guest *guest = priv;
    struct redir_urb *urb = new_urb(guest, id, redir_answer_control);

    if (!take_data(guest, urb, data, length) || !urb)
        return;
    urb->endpoint = header->endpoint;
    urb->base.urb.endpoint = header->endpoint & 0x80;
    urb->base.urb.length = header->length;
    urb->base.urb.setup = (struct usb_setup){header->requesttype, header->request, header->value,
                                             header->index, header->length};
    if (header->endpoint & 0x7f)
        refuse(guest, urb, -EINVAL);
    else
        submit(guest, urb);
}

/* Bulk and interrupt: what the core cannot tell from the endpoint. */
static bool is_for(const struct redir_guest *guest, uint8_t endpoint, int type)
{
    const struct wire_offer *offer = guest->link.import.offer;

    return !offer || usb_device_endpoint_type(offer->device, endpoint) == type;
}

static void transfer(struct redir_guest *guest, struct redir_urb *urb, uint8_t endpoint,
                     uint32_t length, int type)
{
    urb->endpoint = endpoint;
    urb->base.urb.endpoint = endpoint;
    urb->base.urb.length = length;
    if (!(endpoint & 0x0f) || endpoint & 0x70 || urb->stream_id || !is_for(guest, endpoint, type) ||
        guest->streams[redir_index(endpoint)].started)
        refuse(guest, urb, -EINVAL);
    else
        submit(guest, urb);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header,
                    uint8_t *data, int length)
{
    struct redir_guest *guest = priv;
    uint32_t announced = (uint32_t)header->length_high << 16 | header->length;
    struct import_urb *waiting = redir_take_waiting(guest);
    struct redir_urb *urb = name_urb(guest, waiting, id, redir_answer_bulk);

    redir_foresee(guest, (size_t)length);
    if (waiting) {
        give_back(guest->parser, data); /* never written to */
        data = NULL;
    }
    if (!take_data(guest, urb, data, length) || !urb)
        return;
    if (announced > IMPORT_LENGTH_MAX) {
        guest->error = -EMSGSIZE;
        import_put(&guest->link.import, &urb->base);
        return;
    }
    urb->stream_id = header->stream_id;
    transfer(guest, urb, header->endpoint, announced, USB_ENDPOINT_BULK);
}

static void on_interrupt(void *priv, uint64_t id, struct usb_redir_interrupt_packet_header *header,
                         uint8_t *data, int length)
{
    struct redir_guest *guest = priv;
    struct redir_urb *urb = new_urb(guest, id, redir_answer_interrupt);

    if (take_data(guest, urb, data, length) && urb)
        transfer(guest, urb, header->endpoint, header->length, USB_ENDPOINT_INTERRUPT);
}

/* A packet of a stream that runs; one without is dropped, as one that comes too late is. */
static void on_iso(void *priv, uint64_t id, struct usb_redir_iso_packet_header *header,
                   uint8_t *data, int length)
{
    struct redir_guest *guest = priv;
    struct redir_urb *urb = new_urb(guest, id, redir_answer_iso_out);
    struct usb_urb *of;

    if (!take_data(guest, urb, data, length) || !urb)
        return;
    of = &urb->base.urb;
    urb->base.unnamed = true;
    of->endpoint = header->endpoint;
    of->length = header->length;
    if (!guest->streams[redir_index(header->endpoint)].started ||
        import_packets(&guest->link.import, &urb->base, 1) < 0) {
        refuse(guest, urb, -EINVAL);
        return;
    }
    of->packets[0] = (struct usb_iso_packet){.length = header->length};
    submit(guest, urb);
}

/* One answer a packet: a cancelled one's is this. What is over has had its own. */
static void on_cancel(void *priv, uint64_t id)
{
    struct redir_guest *guest = priv;
    struct import_urb *found = import_find(&guest->link.import, id);

    if (!found || !guest->link.import.offer ||
        !usb_device_unlink(guest->link.import.offer->device, &found->urb))
        return;
    found->urb.status = -ECONNRESET;
    found->urb.actual = 0;
    import_leave(&guest->link.import, found);
    import_record(&guest->link.import, found, &found->urb);
    refuse(guest, container_of(found, struct redir_urb, base), -ECONNRESET);
}

/* ---- what is sent unasked */

static void on_start_iso(void *priv, uint64_t id, struct usb_redir_start_iso_stream_header *start)
{
    redir_stream_start_iso(priv, id, start->endpoint, start->pkts_per_urb, start->no_urbs);
}

static void stopped(struct redir_guest *guest, uint64_t id, uint8_t endpoint, int type,
                    uint32_t stream_id)
{
    redir_stream_stop(guest, endpoint);
    redir_stream_status(guest, id, endpoint, type, stream_id, usb_redir_success);
}

static void on_stop_iso(void *priv, uint64_t id, struct usb_redir_stop_iso_stream_header *stop)
{
    stopped(priv, id, stop->endpoint, USB_ENDPOINT_ISOCHRONOUS, 0);
}

static void on_start_interrupt(void *priv, uint64_t id,
                               struct usb_redir_start_interrupt_receiving_header *start)
{
    redir_stream_start_interrupt(priv, id, start->endpoint);
}

static void on_stop_interrupt(void *priv, uint64_t id,
                              struct usb_redir_stop_interrupt_receiving_header *stop)
{
    stopped(priv, id, stop->endpoint, USB_ENDPOINT_INTERRUPT, 0);
}

static void on_start_bulk(void *priv, uint64_t id,
                          struct usb_redir_start_bulk_receiving_header *start)
{
    redir_stream_start_bulk(priv, id, start);
}

static void on_stop_bulk(void *priv, uint64_t id, struct usb_redir_stop_bulk_receiving_header *stop)
{
    stopped(priv, id, stop->endpoint, USB_ENDPOINT_BULK, stop->stream_id);
}

/* USB 3's streams of bulk endpoints: ep_info says that no endpoint has any. */
static void refuse_streams(struct redir_guest *guest, uint64_t id, uint32_t endpoints,
                           uint32_t count)
{
    struct usb_redir_bulk_streams_status_header told = {endpoints, count, usb_redir_inval};

    usbredirparser_send_bulk_streams_status(guest->parser, id, &told);
    redir_put_queued(guest);
}

static void on_alloc_streams(void *priv, uint64_t id,
                             struct usb_redir_alloc_bulk_streams_header *alloc)
{
    refuse_streams(priv, id, alloc->endpoints, alloc->no_streams);
}

static void on_free_streams(void *priv, uint64_t id,
                            struct usb_redir_free_bulk_streams_header *release)
{
    refuse_streams(priv, id, release->endpoints, 0);
}

void redir_command_init(struct usbredirparser *parser)
{
    parser->hello_func = on_hello;
    parser->device_disconnect_ack_func = on_disconnect_ack;
    parser->filter_reject_func = on_filter_reject;
    parser->filter_filter_func = on_filter;
    parser->reset_func = on_reset;
    parser->set_configuration_func = on_set_configuration;
    parser->get_configuration_func = on_get_configuration;
    parser->set_alt_setting_func = on_set_setting;
    parser->get_alt_setting_func = on_get_setting;
    parser->control_packet_func = on_control;
    parser->bulk_packet_func = on_bulk;
    parser->interrupt_packet_func = on_interrupt;
    parser->iso_packet_func = on_iso;
    parser->cancel_data_packet_func = on_cancel;
    parser->start_iso_stream_func = on_start_iso;
    parser->stop_iso_stream_func = on_stop_iso;
    parser->start_interrupt_receiving_func = on_start_interrupt;
    parser->stop_interrupt_receiving_func = on_stop_interrupt;
    parser->start_bulk_receiving_func = on_start_bulk;
    parser->stop_bulk_receiving_func = on_stop_bulk;
    parser->alloc_bulk_streams_func = on_alloc_streams;
    parser->free_bulk_streams_func = on_free_streams;
}
