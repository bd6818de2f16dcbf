/* Bytes of a hostile usbredir guest, before and after its greeting, cut into receives by the input
 * itself: the front must neither crash nor keep anything of a connection that has ended. libFuzzer
 * entry point; the working directory is the top of the tree (the player file is in fixtures/).
 *
 * Input: a flag byte (bit 0: greet first, bit 1: configure too, bit 2: ids of 32 bits), then
 * pieces (wired.h). */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ci/fuzz/wired.h"
#include "simulator/wire/usbredir/redir_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wired wired;
static struct redir_port *port;

static void start(void)
{
    struct redir_place place = {.port = 0};

    wired_start(&wired);
    if (redir_port_new(wired.loop, &wired.bus, &place, &port) || redir_port_offer(port, "1-1"))
        exit(1);
}

static struct wire_link *link_now_there(void)
{
    return port->guests ? &port->guests->link : NULL;
}

static void preamble(int fd, uint8_t flags)
{
    uint8_t hello[12 + 68] = {0}, configure[17] = {usb_redir_set_configuration, [4] = 1, [8] = 1};
    size_t wide = flags & 4 ? 12 : 16;

    hello[4] = sizeof(hello) - 12;
    hello[12 + 64] = flags & 4 ? 0xdf : 0xff; /* without or with ids of 64 bits */
    if (flags & 1)
        wired_give(fd, link_now_there, hello, sizeof(hello));
    configure[wide] = 1;
    if ((flags & 3) == 3)
        wired_give(fd, link_now_there, configure, wide + 1);
}

/* The timers of streams would never stop. */
static void end(void)
{
    while (port->guests)
        redir_guest_free(port->guests);
    if (usb_device_attached(wired.device) || wired.bus.links || wire_loop_has_timers(wired.loop))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];

    if (!port)
        start();
    if (!size || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return 0;
    if (redir_guest_new(port, ends[1]) < 0)
        abort();
    wired_drain(ends[0]);
    preamble(ends[0], data[0]);
    wired_give_pieces(ends[0], link_now_there, data + 1, size - 1);
    end();
    close(ends[0]);
    return 0;
}
