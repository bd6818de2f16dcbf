/* Bytes of a hostile USB/IP client, before and after an import, cut into receives by the input
 * itself: the server must neither crash nor keep anything of a connection that has ended. libFuzzer
 * entry point; the working directory is the top of the tree (the player file is in fixtures/).
 *
 * Input: a flag byte (bit 0: import first, bit 1: configure too), then pieces (wired.h). */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ci/fuzz/wired.h"
#include "simulator/wire/usbip/usbip_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wired wired;
static struct wire_server *server;

static void start(void)
{
    struct wire_server_options listen = {.port = 0};

    wired_start(&wired);
    if (wire_server_new(wired.loop, &wired.bus, &listen, &server))
        exit(1);
}

static struct wire_link *link_now_there(void)
{
    return server->peers ? &server->peers->link : NULL;
}

static void preamble(int fd, uint8_t flags)
{
    static const uint8_t import[FRAME_IMPORT_SIZE] = {0x01, 0x11, 0x80, 0x03, 0,   0,
                                                      0,    0,    '1',  '-',  '1', 0};
    static const uint8_t configure[FRAME_URB_SIZE] = {
        0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 2, [40] = 0, 9, 1, 0, 0, 0, 0, 0};

    if (flags & 1)
        wired_give(fd, link_now_there, import, sizeof(import));
    if ((flags & 3) == 3)
        wired_give(fd, link_now_there, configure, sizeof(configure));
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
    wired_give_pieces(ends[0], link_now_there, data + 1, size - 1);
    if (server->peers)
        wire_peer_free(server->peers);
    if (usb_device_attached(wired.device) || server->peers)
        abort();
    close(ends[0]);
    return 0;
}
