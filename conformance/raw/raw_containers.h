/* Raw MTP containers over a transport's bulk pipes (MTP 1.1, appendix H; still image class 1.0):
 * what the initiator would never send can be written here, and what a device sends is kept as it
 * came. Shares the constants with the rest, no codec. */
#ifndef CONFORMANCE_RAW_RAW_CONTAINERS_H
#define CONFORMANCE_RAW_RAW_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/raw/raw_usbip.h"
#include "mtp_codes.h"
#include "spcore/transport/transport.h"

/* The interface that carries containers, and the next transaction id. */
struct ct_pipe {
    struct tp *tp;              /* or, when NULL, */
    struct raw_connection *raw; /* frames of our own */
    uint8_t interface_number, in, out, interrupt;
    uint16_t packet; /* bytes of one bulk packet */
    unsigned deadline_ms;
    uint32_t next;
};

/* One container from the device. */
struct ct_box {
    uint32_t length; /* as the header says */
    uint16_t type, code;
    uint32_t id;
    uint8_t *payload; /* ct_done() frees */
    size_t size;      /* bytes of payload that came */
    uint32_t param[5];
    unsigned params;
};

/* A whole transaction. */
struct ct_answer {
    uint16_t code;       /* of the response */
    uint32_t id, length; /* of its header */
    size_t came;         /* bytes behind that */
    uint32_t param[5];
    unsigned params;
    bool has_data;
    uint16_t data_code;
    uint32_t data_id, data_length; /* of the data container's header */
    uint8_t *data;                 /* ct_forget() frees */
    size_t size;
};

/* -ENOTSUP: no interface with both bulk pipes. */
int ct_attach(struct ct_pipe *pipe, struct tp *tp);
/* The same on frames of our own: reads the descriptors and selects the configuration. */
int ct_attach_raw(struct ct_pipe *pipe, struct raw_connection *raw);
/* One bulk transfer; bytes moved or -errno. A `length` that arrives whole has not ended. */
int64_t ct_bulk_out(struct ct_pipe *pipe, const void *data, size_t length, bool end);
int64_t ct_bulk_in(struct ct_pipe *pipe, void *data, size_t length);

/* Header, then `length` payload bytes, in one transfer whose end is marked. 0 or -errno. */
int ct_send(struct ct_pipe *pipe, uint16_t type, uint16_t code, uint32_t id, const void *payload,
            size_t length);
/* The same with a length field of our own choosing, and the end marked or not. */
int ct_send_as(struct ct_pipe *pipe, uint32_t said_length, uint16_t type, uint16_t code,
               uint32_t id, const void *payload, size_t length, bool end);
int ct_command(struct ct_pipe *pipe, uint16_t code, uint32_t id, const uint32_t *params,
               unsigned count);
/* One container up to the short packet that ends it. -ETIMEDOUT, -EPIPE, -EPROTO (less than a
 * header), or another -errno; *ret is set only on 0. */
int ct_read(struct ct_pipe *pipe, struct ct_box *ret);
void ct_done(struct ct_box *box);
/* Command with the next id, data phase when `out` is not NULL, response. 0 or -errno. */
int ct_run(struct ct_pipe *pipe, uint16_t code, const uint32_t *params, unsigned count,
           const void *out, size_t out_length, struct ct_answer *ret);
/* Reads data (if it comes) and response of a command that was sent by hand. */
int ct_collect(struct ct_pipe *pipe, struct ct_answer *ret);
void ct_forget(struct ct_answer *answer);

/* ---- datasets: a reader and a writer, both bounded, both sticky on failure */
struct ct_reader {
    const uint8_t *at, *end;
    bool failed;
};
struct ct_reader ct_reader(const void *bytes, size_t length);
uint8_t ct_u8(struct ct_reader *reader);
uint16_t ct_u16(struct ct_reader *reader);
uint32_t ct_u32(struct ct_reader *reader);
uint64_t ct_u64(struct ct_reader *reader);
/* A string's UTF-16 units into `units` (room for 256); the count without the terminator. A
 * missing terminator, or one where the count says otherwise, fails the reader. */
size_t ct_string(struct ct_reader *reader, uint16_t units[256]);
/* The same, as ASCII ('?' for anything else). */
void ct_text(struct ct_reader *reader, char text[256]);
/* Array of u16 or u32 into `items`; elements beyond `room` are skipped but counted. */
size_t ct_array16(struct ct_reader *reader, uint16_t *items, size_t room);
size_t ct_array32(struct ct_reader *reader, uint32_t *items, size_t room);
/* Skips a value of the type; false (and failed) for a type unknown. Its bytes: [*from, at). */
bool ct_skip_value(struct ct_reader *reader, uint16_t type);

struct ct_writer {
    uint8_t bytes[8192];
    size_t length;
    bool failed;
};
void ct_put8(struct ct_writer *writer, uint8_t value);
void ct_put16(struct ct_writer *writer, uint16_t value);
void ct_put32(struct ct_writer *writer, uint32_t value);
void ct_put64(struct ct_writer *writer, uint64_t value);
void ct_put_bytes(struct ct_writer *writer, const void *bytes, size_t length);
void ct_put_text(struct ct_writer *writer, const char *ascii);
/* An ObjectInfo dataset of the few fields an initiator fills (MTP 1.1, 5.3.1). */
void ct_put_object_info(struct ct_writer *writer, uint16_t format, uint32_t size, const char *name);

#endif
