/* Listening, and the phase before URBs: device list and import (usbip_protocol.rst, "Messages"). */
#include "simulator/wire/usbip/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/wire/usbip/usbip_internal.h"

#define BACKLOG 128

enum { REST_MS = 100 };

/* Out of descriptors or memory: the listener stays readable, so asking again at once would only
 * burn time. */
static void rest(struct wire_server *server)
{
    wire_loop_change(server->loop, &server->listener, 0);
    wire_timer_set(server->loop, &server->rest, REST_MS);
}

static void rested(struct wire_timer *timer)
{
    struct wire_server *server =
        (struct wire_server *)((char *)timer - offsetof(struct wire_server, rest));

    wire_loop_change(server->loop, &server->listener, EPOLLIN);
}

static void accept_ready(struct wire_source *source, uint32_t events)
{
    struct wire_server *server =
        (struct wire_server *)((char *)source - offsetof(struct wire_server, listener));
    int fd;

    (void)events;
    while ((fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (wire_peer_new(server, fd) < 0)
            close(fd);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        rest(server);
}

/* Within one machine no queue can fill up that pacing would spare, and a default that paces (bbr)
 * halves the throughput. It must be chosen here: what is accepted has begun to pace. */
static void spare_pacing(int fd, const struct in_addr *address)
{
    static const char unpaced[] = "reno"; /* the one every kernel has and everybody may choose */

    if (ntohl(address->s_addr) >> 24 == IN_LOOPBACKNET)
        setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, unpaced, sizeof(unpaced) - 1);
}

static int listen_on(const char *address, uint16_t port, uint16_t *ret_port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof(name);
    int fd, one = 1;

    if (inet_pton(AF_INET, address ? address : "127.0.0.1", &name.sin_addr) != 1)
        return -EINVAL;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    spare_pacing(fd, &name.sin_addr);
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    *ret_port = ntohs(name.sin_port);
    return fd;
}

int wire_server_new(struct wire_loop *loop, const struct wire_server_options *options,
                    struct wire_server **ret_server)
{
    struct wire_server *server = calloc(1, sizeof(*server));
    int fd, error;

    if (!server)
        return -ENOMEM;
    fd = listen_on(options->address, options->port, &server->port);
    if (fd < 0) {
        free(server);
        return fd;
    }
    server->loop = loop;
    server->offers_tail = &server->offers;
    server->op_deadline_ms = options->op_deadline_ms ? options->op_deadline_ms : 5000;
    server->listener = (struct wire_source){fd, accept_ready};
    server->rest.expired = rested;
    error = wire_loop_add(loop, &server->listener, EPOLLIN);
    if (error) {
        close(fd);
        free(server);
        return error;
    }
    *ret_server = server;
    return 0;
}

void wire_server_free(struct wire_server *server)
{
    if (!server)
        return;
    while (server->peers)
        wire_peer_free(server->peers);
    while (server->offers) {
        struct wire_offer *offer = server->offers;

        server->offers = offer->next;
        free(offer);
    }
    wire_timer_clear(server->loop, &server->rest);
    wire_loop_remove(server->loop, &server->listener);
    close(server->listener.fd);
    free(server);
}

void wire_server_capture(struct wire_server *server, struct wire_capture *capture)
{
    server->capture = capture;
}

uint16_t wire_server_port(const struct wire_server *server)
{
    return server->port;
}

int wire_server_offer(struct wire_server *server, const char *busid, struct usb_device *device,
                      const struct defect_set *defects)
{
    struct wire_offer *offer;
    unsigned count = 1;

    if (strlen(busid) >= FRAME_BUSID_SIZE)
        return -EINVAL;
    for (offer = server->offers; offer; offer = offer->next) {
        if (strcmp(offer->busid, busid) == 0)
            return -EEXIST;
        count++;
    }
    offer = calloc(1, sizeof(*offer));
    if (!offer)
        return -ENOMEM;
    offer->device = device;
    offer->defects = defects;
    memcpy(offer->busid, busid, strlen(busid));
    offer->busnum = 1 + (count - 1) / 0xfffe; /* both halves of a devid are 16 bits, never 0 */
    offer->devnum = 1 + (count - 1) % 0xfffe + 1;
    *server->offers_tail = offer;
    server->offers_tail = &offer->next;
    return 0;
}

/* ---- list and import */

static struct frame_device describe(const struct wire_offer *offer)
{
    const struct usb_identity *identity = usb_device_identity(offer->device);
    struct frame_device device = {
        .busnum = offer->busnum,
        .devnum = offer->devnum,
        .speed = usb_device_speed(offer->device),
        .vendor_id = identity->vendor_id,
        .product_id = identity->product_id,
        .release = identity->release,
        .class_triple = {identity->class_code, identity->subclass, identity->protocol},
        .configuration = usb_configuration_value(identity),
        .configuration_count = 1,
    };

    memcpy(device.busid, offer->busid, sizeof(device.busid));
    snprintf(device.path, sizeof(device.path), "/sys/devices/papsim/usb%u/%s", offer->busnum,
             offer->busid);
    for (size_t i = 0; i < identity->interface_count; i++)
        device.interface_count =
            (uint8_t)(device.interface_count + (identity->interfaces[i].alternate == 0));
    if (deviates(offer->defects, DEFECT_SPEED_FULL_FOR_HIGH) && device.speed == USB_SPEED_HIGH)
        device.speed = USB_SPEED_FULL;
    if (deviates(offer->defects, DEFECT_SPEED_ALWAYS_HIGH))
        device.speed = USB_SPEED_HIGH;
    return device;
}

static void put_interfaces(struct wire_peer *peer, const struct wire_offer *offer)
{
    const struct usb_identity *identity = usb_device_identity(offer->device);

    for (size_t i = 0; i < identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];
        uint8_t bytes[FRAME_INTERFACE_SIZE] = {0};

        usb_device_interface_class(offer->device, interface, bytes);
        if (interface->alternate == 0)
            output_bytes(&peer->output, bytes, sizeof(bytes));
    }
}

static void put_device(struct wire_peer *peer, const struct wire_offer *offer)
{
    struct frame_device device = describe(offer);
    uint8_t bytes[FRAME_DEVICE_SIZE];

    frame_put_device(bytes, &device);
    if (deviates(offer->defects, DEFECT_STACK_LEAK))
        memset(bytes + strlen(device.path) + 1, 0xa5, 8);
    output_bytes(&peer->output, bytes, sizeof(bytes));
}

/* As Linux's usbipd: a device somebody has imported is not for the taking, hence not listed. */
static bool listed(const struct wire_offer *offer)
{
    return usb_device_plugged(offer->device) && !usb_device_attached(offer->device);
}

static bool any_deviates(const struct wire_peer *peer, enum defect which)
{
    const struct wire_offer *offer;

    for (offer = peer->server->offers; offer; offer = offer->next) {
        if (deviates(offer->defects, which))
            return true;
    }
    return false;
}

static int answer_list(struct wire_peer *peer)
{
    const struct wire_offer *offer;
    uint8_t bytes[FRAME_OP_SIZE + 4] = {0};
    uint32_t count = 0;

    for (offer = peer->server->offers; offer; offer = offer->next) {
        if (usb_device_attached(offer->device) && deviates(offer->defects, DEFECT_LIST_BLOCKS))
            return 0;
        count += listed(offer);
    }
    frame_put_op(bytes, OP_REP_DEVLIST, ST_OK);
    bytes[8] = (uint8_t)(count >> 24);
    bytes[9] = (uint8_t)(count >> 16);
    bytes[10] = (uint8_t)(count >> 8);
    bytes[11] = (uint8_t)count;
    output_bytes(&peer->output, bytes, sizeof(bytes));
    for (offer = peer->server->offers; offer; offer = offer->next) {
        if (!listed(offer))
            continue;
        put_device(peer, offer);
        if (!deviates(offer->defects, DEFECT_LIST_WITHOUT_INTERFACES))
            put_interfaces(peer, offer);
    }
    peer->input_start += FRAME_OP_SIZE;
    peer->closing = true;
    return 1;
}

static struct wire_offer *find(const struct wire_peer *peer, const char *busid)
{
    struct wire_offer *offer;

    for (offer = peer->server->offers; offer; offer = offer->next) {
        size_t length = strlen(offer->busid);

        if (deviates(offer->defects, DEFECT_BUSID_UNTERMINATED) &&
            memcmp(offer->busid, busid, length) == 0 && !memchr(busid, 0, FRAME_BUSID_SIZE))
            return offer;
        if (memchr(busid, 0, FRAME_BUSID_SIZE) && strcmp(offer->busid, busid) == 0)
            return offer;
    }
    return NULL;
}

static void put_import(struct wire_peer *peer, enum frame_status status)
{
    uint8_t bytes[FRAME_OP_SIZE];

    frame_put_op(bytes, OP_REP_IMPORT, status);
    output_bytes(&peer->output, bytes, sizeof(bytes));
}

static int answer_import(struct wire_peer *peer, const char *busid)
{
    struct wire_offer *offer = find(peer, busid);
    enum frame_status status = ST_OK;

    if (!offer || !usb_device_plugged(offer->device))
        status = ST_NO_DEVICE;
    else if (usb_device_attach(offer->device, &wire_peer_front_ops, peer) < 0)
        status = ST_BUSY;
    peer->input_start += FRAME_IMPORT_SIZE;
    if (status && any_deviates(peer, DEFECT_REFUSAL_WITH_RECORD)) {
        put_import(peer, ST_NA);
        put_device(peer, peer->server->offers);
    } else {
        put_import(peer, status);
    }
    if (status) {
        peer->closing = true;
        return 1;
    }
    peer->offer = offer;
    wire_timer_clear(peer->server->loop, &peer->timer);
    put_device(peer, offer);
    if (peer_deviates(peer, DEFECT_IMPORT_WITH_INTERFACES))
        put_interfaces(peer, offer);
    return 1;
}

int wire_op_step(struct wire_peer *peer)
{
    const uint8_t *bytes = peer->input + peer->input_start;
    size_t have = wire_peer_pending(peer);
    struct frame_op_header op;

    if (peer->closing)
        return 0;
    if (have < FRAME_OP_SIZE)
        return have && any_deviates(peer, DEFECT_ONE_RECV_ONE_MESSAGE) ? -EPROTO : 0;
    frame_get_op(bytes, &op);
    if (op.version != FRAME_VERSION && !any_deviates(peer, DEFECT_VERSION_IGNORED))
        return -EPROTO;
    if (op.code == OP_REQ_DEVLIST)
        return answer_list(peer);
    if (op.code != OP_REQ_IMPORT)
        return -EPROTO;
    if (have < FRAME_IMPORT_SIZE)
        return any_deviates(peer, DEFECT_ONE_RECV_ONE_MESSAGE) ? -EPROTO : 0;
    return answer_import(peer, (const char *)bytes + FRAME_OP_SIZE);
}
