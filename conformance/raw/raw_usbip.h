/* The judge's own USB/IP frames (version 1.1.1), written and read byte by byte and without
 * spcore's client, so that a mistake of that client cannot hide the same one in a server. */
#ifndef CONFORMANCE_RAW_RAW_USBIP_H
#define CONFORMANCE_RAW_RAW_USBIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RAW_VERSION = 0x0111,
    RAW_REQ_DEVLIST = 0x8005,
    RAW_REP_DEVLIST = 0x0005,
    RAW_REQ_IMPORT = 0x8003,
    RAW_REP_IMPORT = 0x0003,
    RAW_CMD_SUBMIT = 1,
    RAW_CMD_UNLINK = 2,
    RAW_RET_SUBMIT = 3,
    RAW_RET_UNLINK = 4,
    RAW_OUT = 0,
    RAW_IN = 1,
    RAW_HEADER = 48,  /* bytes of every URB header */
    RAW_RECORD = 312, /* bytes of a device record */
    RAW_IMPORT = 320, /* OP header and record */
    RAW_PENDING_MAX = 512,
    RAW_LIST_MAX = 64 * 1024, /* room enough for a device list */
};
/* URB flags as Linux sends them. */
enum { RAW_SHORT_NOT_OK = 0x01, RAW_ZERO_PACKET = 0x40 };

struct raw_urb;

/* Only the submit says whether its reply carries data, and how much. */
struct raw_pending {
    uint32_t seqnum, direction, length, endpoint;
    bool used;
    uint8_t setup[8];
};

/* One imported device on one socket; the socket is the caller's. */
struct raw_connection {
    int fd;
    uint32_t devid;
    uint32_t next; /* seqnum of the next submit */
    uint8_t speed; /* as the import record says */
    uint8_t record[RAW_RECORD];
    /* Told before each submit, when it is set. */
    void (*sends)(void *context, const struct raw_urb *urb, const void *data);
    /* Told of the header of each reply to what is pending, as it came. */
    void (*hears)(void *context, const struct raw_pending *asked, const uint8_t *header);
    void *context;
    struct raw_pending pending[RAW_PENDING_MAX];
};

/* CMD_SUBMIT, host order. raw_submit() fills seqnum and devid in unless `exact`. */
struct raw_urb {
    uint32_t seqnum, devid, direction, endpoint, flags, length, start_frame, packets, interval;
    uint8_t setup[8];
    bool exact;
};

/* A RET_SUBMIT or RET_UNLINK, host order. */
struct raw_reply {
    uint32_t command, seqnum, devid, direction, endpoint;
    int32_t status;
    uint32_t actual, start_frame, packets, errors;
    uint8_t padding[24]; /* behind the last field: 8 bytes, of a RET_UNLINK 24 */
    size_t data_length;  /* bytes that followed into the caller's buffer */
};

/* Every deadline from now on is that many times as long (`papcheck run --timeout-scale`). */
void raw_be_patient(unsigned times);
/* A deadline as it is then. */
unsigned raw_patient_ms(unsigned milliseconds);

/* 0, -ETIMEDOUT, or -ECONNRESET for a peer that is gone, by FIN or by RST alike. */
int raw_write(int fd, const void *data, size_t length);
int raw_read(int fd, void *data, size_t length, unsigned deadline_ms);
/* Reads until the peer closes and counts what came; 0, or -ETIMEDOUT if it stays open. */
int raw_drain(int fd, unsigned deadline_ms, size_t *ret_count);
/* True if nothing arrives and the connection stays open for that long. */
bool raw_silent(int fd, unsigned deadline_ms);

/* A socket that is closed where its name goes. */
void raw_close(int *fd);
#define RAW_SOCKET __attribute__((cleanup(raw_close))) int

int raw_request(int fd, uint16_t version, uint16_t code, const void *body, size_t length);
/* The 32 bytes of OP_REQ_IMPORT's busid, zero-filled. */
void raw_busid(uint8_t ret_field[32], const char *busid);
/* One OP_REQ_DEVLIST, read by the counts inside its answer. Bytes, or -errno. */
int raw_list(int fd, uint8_t *bytes, size_t room, unsigned deadline_ms);
/* The record of that device in such an answer; NULL if it is not in it. */
const uint8_t *raw_find_record(const uint8_t *bytes, int length, const char *busid);
/* Imports; 0, a positive status the server answered, or -errno. -EPROTO: not such a reply. */
int raw_import(struct raw_connection *connection, int fd, const char *busid, unsigned deadline_ms);

/* Writes the submit, and `length` bytes of `data` after it for OUT; 0 or -errno. */
int raw_submit(struct raw_connection *connection, struct raw_urb *urb, const void *data);
/* The 48 bytes (and nothing else) a submit or an unlink is made of. */
void raw_encode_submit(const struct raw_urb *urb, uint8_t ret_header[RAW_HEADER]);
void raw_encode_unlink(uint32_t seqnum, uint32_t devid, uint32_t victim,
                       uint8_t ret_header[RAW_HEADER]);
int raw_unlink(struct raw_connection *connection, uint32_t victim, uint32_t *ret_seqnum);
/* The next reply, whichever URB it is of. -EMSGSIZE: more data than `room`; -EPROTO: not a
 * reply to anything pending. *ret is filled as soon as the header was read. */
int raw_next(struct raw_connection *connection, unsigned deadline_ms, struct raw_reply *ret,
             void *data, size_t room);
/* Submits and reads the reply; -EPROTO if another reply comes first. */
int raw_transfer(struct raw_connection *connection, struct raw_urb *urb, void *data, size_t room,
                 unsigned deadline_ms, struct raw_reply *ret);
/* Control transfer. `data` is sent for OUT and filled for IN. Answers like tp_control(): bytes
 * moved, -EPIPE for a stall, or another -errno. */
int raw_control(struct raw_connection *connection, uint8_t request_type, uint8_t request,
                uint16_t value, uint16_t index, uint16_t length, void *data, unsigned deadline_ms);

#endif
