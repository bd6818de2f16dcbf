/* Bytes of a hostile USB/IP client, before and after an import, cut into receives by the input
 * itself: the server must neither crash nor keep anything of a connection that has ended. libFuzzer
 * entry point; the working directory is the top of the tree (the player file is in fixtures/).
 *
 * Input: a flag byte (bit 0: import first, bit 1: configure too), then pieces, each behind its
 * length (one byte, 255: all that is left). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/player/player.h"
#include "simulator/spec/spec.h"
#include "simulator/usb/device.h"
#include "simulator/wire/usbip/usbip_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct player *player;
static struct usb_device *device;
static struct wire_loop *loop;
static struct wire_bus bus;
static struct wire_server *server;

static void start(void)
{
    struct player_options options = {.busid = "1-1", .seed = 1};
    struct wire_server_options listen = {.port = 0};
    struct usb_function functions[USB_FUNCTIONS_MAX];
    size_t count;
    struct player_spec *spec;
    char error[400] = "";

    if (spec_load("fixtures/players/mtp-small.yaml", &spec, error, sizeof(error)) ||
        player_new(spec, &options, &player, error, sizeof(error))) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    wire_bus_init(&bus);
    count = player_functions(player, functions);
    if (usb_device_new(player_identity(player), &player_policies(player)->usb, functions, count,
                       &device) ||
        wire_loop_new(&loop) || wire_server_new(loop, &bus, &listen, &server) ||
        wire_bus_offer(&bus, "1-1", device, &player_policies(player)->usbip))
        exit(1);
    player_attach(player, device);
}

/* What the server answers is read and dropped, so that it never stops for a full socket. */
static void drain(int fd)
{
    static uint8_t bytes[65536];

    while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
}

static void give(int fd, const void *bytes, size_t length)
{
    if (!server->peers || send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) <= 0)
        return;
    server->peers->source.ready(&server->peers->source, EPOLLIN);
    while (server->peers && server->peers->output.head) {
        drain(fd);
        server->peers->source.ready(&server->peers->source, EPOLLOUT);
    }
    drain(fd);
}

static void preamble(int fd, uint8_t flags)
{
    static const uint8_t import[FRAME_IMPORT_SIZE] = {0x01, 0x11, 0x80, 0x03, 0,   0,
                                                      0,    0,    '1',  '-',  '1', 0};
    static const uint8_t configure[FRAME_URB_SIZE] = {
        0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 2, [40] = 0, 9, 1, 0, 0, 0, 0, 0};

    if (flags & 1)
        give(fd, import, sizeof(import));
    if ((flags & 3) == 3)
        give(fd, configure, sizeof(configure));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];

    if (!server)
        start();
    if (!size || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return 0;
    if (wire_peer_new(server, ends[1]) < 0)
        abort();
    preamble(ends[0], data[0]);
    data++;
    size--;
    while (size > 1) {
        size_t length = data[0] == 255 || data[0] > size - 1 ? size - 1 : data[0];

        give(ends[0], data + 1, length);
        data += 1 + length;
        size -= 1 + length;
    }
    if (server->peers)
        wire_peer_free(server->peers);
    if (usb_device_attached(device) || server->peers)
        abort();
    close(ends[0]);
    return 0;
}
