/* What the fuzzers of both fronts stand on: a player on a bus, a client's end of a connection, and
 * the input cut into what that client sends. */
#ifndef CI_FUZZ_WIRED_H
#define CI_FUZZ_WIRED_H

#include <stddef.h>
#include <stdint.h>

#include "simulator/usb/device.h"
#include "simulator/wire/bus.h"
#include "simulator/wire/link.h"
#include "simulator/wire/loop.h"

struct wired {
    struct usb_device *device;
    struct wire_loop *loop;
    struct wire_bus bus;
};

/* A player of a file in fixtures/ as 1-1; ends the program if there is none. */
void wired_start(struct wired *wired);

/* What is answered is read and dropped, so that nothing stops for a full socket. */
void wired_drain(int fd);
/* Sends these bytes and serves them. `link`: whose, NULL if there is no connection any more. */
void wired_give(int fd, struct wire_link *(*link)(void), const void *bytes, size_t length);
/* Input: pieces, each behind its length (one byte, 255: all that is left). */
void wired_give_pieces(int fd, struct wire_link *(*link)(void), const uint8_t *data, size_t size);

#endif
