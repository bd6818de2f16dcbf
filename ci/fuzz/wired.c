/* The client is one end of a socket pair; the loop does not run: each front's callbacks are called
 * here, as epoll would. */
#include "ci/fuzz/wired.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "simulator/player/player.h"
#include "simulator/spec/spec.h"

void wired_start(struct wired *wired)
{
    struct player_options options = {.busid = "1-1", .seed = 1};
    struct usb_function functions[USB_FUNCTIONS_MAX];
    struct player_spec *spec;
    struct player *player;
    size_t count;
    char error[400] = "";

    if (spec_load("fixtures/players/mtp-small.yaml", &spec, error, sizeof(error)) ||
        player_new(spec, &options, &player, error, sizeof(error))) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    wire_bus_init(&wired->bus);
    count = player_functions(player, functions);
    if (usb_device_new(player_identity(player), &player_policies(player)->usb, functions, count,
                       &wired->device) ||
        wire_loop_new(&wired->loop) ||
        wire_bus_offer(&wired->bus, "1-1", wired->device, &player_policies(player)->usbip))
        exit(1);
    player_attach(player, wired->device);
}

void wired_drain(int fd)
{
    static uint8_t bytes[65536];

    while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
}

void wired_give(int fd, struct wire_link *(*link)(void), const void *bytes, size_t length)
{
    struct wire_link *to = link();

    if (!to || send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) <= 0)
        return;
    to->source.ready(&to->source, EPOLLIN);
    while ((to = link()) && output_blocked(&to->output)) {
        wired_drain(fd);
        to->source.ready(&to->source, EPOLLOUT);
    }
    wired_drain(fd);
}

void wired_give_pieces(int fd, struct wire_link *(*link)(void), const uint8_t *data, size_t size)
{
    while (size > 1) {
        size_t length = data[0] == 255 || data[0] > size - 1 ? size - 1 : data[0];

        wired_give(fd, link, data + 1, length);
        data += 1 + length;
        size -= 1 + length;
    }
}
