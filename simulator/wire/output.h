/* What is to leave on one socket, in order: small pieces are gathered and go out in one send, with
 * a long piece of memory or of a mapped file; other file ranges go by sendfile behind them. What
 * the socket does not take at once is kept (memory copied).
 */
#ifndef SIMULATOR_WIRE_OUTPUT_H
#define SIMULATOR_WIRE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/usb/function.h"

#define OUTPUT_GATHER (64u * 1024u)

struct output_segment;

struct output {
    int fd;
    int error; /* first failure, -errno; nothing is sent after it */
    /* The owner's: another piece is likely to follow in this round, and the end of this one may
     * wait for it: a segment of its own would cost as much as 64 KiB. */
    bool more;
    bool corked; /* something waits so; output_flush() lets it go */
    size_t gathered;
    uint8_t gather[OUTPUT_GATHER];
    struct output_segment *head, **tail; /* kept because the socket was full */
};

void output_init(struct output *output, int fd);
void output_done(struct output *output);
void output_bytes(struct output *output, const void *bytes, size_t length);
void output_chunk(struct output *output, const struct usb_chunk *chunk);
/* Sends what was gathered; `more`: another piece follows at once. Without, all leaves. */
void output_flush(struct output *output, bool more);
/* The socket takes data again. */
void output_resume(struct output *output);
bool output_blocked(const struct output *output);

#endif
