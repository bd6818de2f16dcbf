/* Inside the USB/IP client: frame codec, the list and import phase, and the client's state. */
#ifndef SPCORE_USBIP_USBIP_PRIVATE_H
#define SPCORE_USBIP_USBIP_PRIVATE_H

#include <pthread.h>

#include "spcore/usbip/usbip_client.h"

/* ---- usbip_frame.c: bytes of the wire, big-endian (Linux, usbip_protocol.rst) */
enum {
    USBIP_VERSION = 0x0111,
    USBIP_REQ_DEVLIST = 0x8005,
    USBIP_REP_DEVLIST = 0x0005,
    USBIP_REQ_IMPORT = 0x8003,
    USBIP_REP_IMPORT = 0x0003,
    USBIP_CMD_SUBMIT = 1,
    USBIP_CMD_UNLINK = 2,
    USBIP_RET_SUBMIT = 3,
    USBIP_RET_UNLINK = 4,
    USBIP_OP_BYTES = 8,
    USBIP_DEVICE_BYTES = 312,
    USBIP_HEADER_BYTES = 48,
    USBIP_PACKET_BYTES = 16,
    USBIP_SPEED_MAX = 6, /* super plus; what is beyond has no name */
};

struct usbip_op {
    uint16_t version, code;
    uint32_t status;
};

/* A RET_SUBMIT or, with only command, seqnum and status, a RET_UNLINK. */
struct usbip_reply {
    uint32_t command, seqnum, direction;
    int32_t status;
    uint32_t actual, start_frame, packet_count, error_count;
};

void usbip_put_op(uint8_t ret_bytes[USBIP_OP_BYTES], uint16_t code);
void usbip_get_op(const uint8_t bytes[USBIP_OP_BYTES], struct usbip_op *ret_op);
void usbip_get_device(const uint8_t bytes[USBIP_DEVICE_BYTES], struct usbip_device *ret_device);
void usbip_put_submit(uint8_t ret_bytes[USBIP_HEADER_BYTES], const struct usbip_urb *urb,
                      uint32_t devid);
void usbip_put_unlink(uint8_t ret_bytes[USBIP_HEADER_BYTES], uint32_t seqnum, uint32_t victim,
                      uint32_t devid);
void usbip_put_packet(uint8_t ret_bytes[USBIP_PACKET_BYTES], const struct usbip_packet *packet);
void usbip_get_reply(const uint8_t bytes[USBIP_HEADER_BYTES], struct usbip_reply *ret_reply);
/* Only actual and status count: offset and length are the caller's own. */
void usbip_get_packet(const uint8_t bytes[USBIP_PACKET_BYTES], struct usbip_packet *packet);

/* ---- usbip_op.c */
int64_t usbip_now_ms(void); /* monotonic, some ms coarse */
int usbip_connect(const char *host, const char *port, int64_t deadline, int *ret_fd);
int usbip_op_import(int fd, const char *busid, int64_t deadline, struct usbip_device *ret_device);

/* ---- the client */
#define USBIP_BUCKETS 256u
#define USBIP_STAGE 4096u
/* A reply of this much data and more is received straight into its buffer, so the stage must not
 * swallow much of it; to swallow nothing would cost the small one a second recv(), and most replies
 * to what has room for much are small. */
#define USBIP_LARGE 2048u
#define USBIP_STAGE_LARGE 512u

/* What call-backs submit while replies are read is sent together, once so much was read. */
#define USBIP_BATCH ((size_t)256 * 1024)
/* Frames of one sendmsg() at most. */
#define USBIP_TOGETHER 16

/* The socket's receive time-out: how long recv() waits before poll() does. */
#define USBIP_SLICE_MS 10

/* An unlink that has no answer yet. */
struct usbip_unlinked {
    struct usbip_frame frame; /* first: found from the queue by a cast */
    struct usbip_unlinked *next;
    uint32_t seqnum, victim;
    bool sent;
};

/* The thread that pumps owns this, without the lock. */
struct usbip_rx {
    enum { RX_HEADER, RX_DATA, RX_PACKETS } state;
    bool drained;          /* the last recv() got less than it had room for */
    bool sweep;            /* there is something to complete without an answer */
    bool large;            /* large replies may come */
    bool may_block, block; /* in recv(), for a slice: nothing waits to be sent */
    bool reading;          /* replies: what this thread's call-backs submit is held back */
    bool held;             /* there is such */
    size_t batch;          /* bytes read since */
    struct usbip_urb *urb;
    uint32_t done, total; /* of the data, or of the packet descriptors */
    size_t from, to;      /* what waits in the stage */
    uint8_t stage[USBIP_STAGE];
    uint8_t packets[USBIP_PACKETS_MAX * USBIP_PACKET_BYTES];
};

struct usbip_client {
    int fd, wake; /* wake: an eventfd in the pumping thread's poll() */
    uint32_t devid;
    struct usbip_device device;

    pthread_mutex_t lock; /* guards all below but rx */
    pthread_cond_t changed;
    int error; /* not 0: the import is gone */
    bool pumping;
    pthread_t pumper; /* if so */
    unsigned waiters, ticket, large_in;
    uint32_t next_seqnum;
    struct usbip_urb *buckets[USBIP_BUCKETS];
    struct usbip_urb *finished; /* over without an answer; the pumping thread completes them */
    struct usbip_unlinked *unlinks;

    struct usbip_frame *queue, **queue_tail; /* not or partly sent */
    size_t queue_done;                       /* bytes of the first that are sent */

    struct usbip_rx rx; /* from its stage on all is written before it is read */
    uint8_t queue_packets[USBIP_PACKETS_MAX * USBIP_PACKET_BYTES];
};

/* usbip_client.c; the lock is held. */
void usbip_fail_locked(struct usbip_client *client, int error);
void usbip_flush_locked(struct usbip_client *client);
struct usbip_urb *usbip_find_locked(struct usbip_client *client, uint32_t seqnum);
void usbip_remove_locked(struct usbip_client *client, struct usbip_urb *urb);
/* No packet of the URB has brought anything. */
void usbip_clear_packets(struct usbip_urb *urb);

/* usbip_receive.c: what pumping does; the caller holds the role of the pumping thread. */
int usbip_pump_once(struct usbip_client *client, int64_t deadline);

#endif
