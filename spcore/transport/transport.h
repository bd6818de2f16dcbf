/* How the provider and the judge reach a device: one table, several back-ends (libusb-1.0 for
 * `usb:`, our user-space USB/IP client for `usbip:`). Every call has a deadline and answers a
 * count or 0, or -errno: -ETIMEDOUT deadline, -EPIPE stall, -ENODEV gone (for good), -ECANCELED
 * by tp_cancel(), -EOVERFLOW more came than asked, -EPROTO the peer broke the protocol. */
#ifndef SPCORE_TRANSPORT_TRANSPORT_H
#define SPCORE_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tp; /* one opened device */

/* USB 2.0, 9.3; host order. */
struct tp_setup {
    uint8_t request_type, request;
    uint16_t value, index, length;
};

/* Structured events of everything that crosses the transport, for evidence. `data` is borrowed. */
struct tp_trace {
    void (*event)(void *context, const char *what, uint8_t endpoint, const void *data,
                  size_t length, int status);
    void *context;
};

struct tp_options {
    unsigned deadline_ms;         /* of opening; 0: 5000 */
    const struct tp_trace *trace; /* NULL: none; outlives the transport */
    bool no_claim;                /* descriptors and control transfers only */
};

/* Opens `usb:VID:PID[:SERIAL]` (hexadecimal) or `usbip:HOST[:PORT]/BUSID`, reads the
 * descriptors and selects configuration 1 if none is selected. 0 and *ret_tp, or -errno:
 * -EINVAL not a URI we know, -ENODEV no such device, -EBUSY in use, -EPROTO broken peer. */
int tp_open(const char *uri, const struct tp_options *options, struct tp **ret_tp);
void tp_close(struct tp *tp); /* NULL is fine; releases interfaces, detaches */

const uint8_t *tp_device_descriptor(const struct tp *tp); /* 18 bytes, borrowed */
const uint8_t *tp_config_descriptor(const struct tp *tp, size_t *ret_length); /* borrowed */
int tp_speed(const struct tp *tp); /* Linux codes: 1 low, 2 full, 3 high, 5 super */
int tp_claim(struct tp *tp, uint8_t interface_number);

/* Control transfer; setup->length bytes go to or come from `data`. Bytes moved or -errno. */
int tp_control(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms);
/* Bulk OUT of `length` bytes, split and pipelined inside. `end`: mark the end of the transfer by
 * a zero-length packet when the length is a multiple of the packet size (a length of 0 sends
 * one). Bytes sent or -errno. */
int64_t tp_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool end,
                    unsigned deadline_ms);
/* Bulk or interrupt IN of at most `length` bytes, pipelined inside; ends early at a short packet.
 * Bytes beyond that packet that the pipeline already fetched are kept for the next call. */
int64_t tp_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                   unsigned deadline_ms);
/* The same for `length` bytes that go to `sink` in pieces and in order, read ahead over the whole
 * length; the deadline is that of each piece. -ECANCELED when the sink answers non-zero. */
int64_t tp_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length,
                      int (*sink)(void *context, const void *data, size_t length), void *context,
                      unsigned deadline_ms);
int tp_interrupt_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                    unsigned deadline_ms);
int tp_clear_halt(struct tp *tp, uint8_t endpoint);
/* Makes calls that block in other threads return -ECANCELED; may be called from any thread. */
void tp_cancel(struct tp *tp);
/* Bytes of one packet of that endpoint in the active configuration; 0 if there is no such. */
uint16_t tp_packet_size(const struct tp *tp, uint8_t endpoint);

/* A back-end; slots as above. tp_open() finds it by the URI's scheme in a table. */
struct tp_backend {
    const char *scheme;
    int (*open)(const char *rest, const struct tp_options *options, struct tp **ret_tp);
    void (*close)(struct tp *tp);
    int (*claim)(struct tp *tp, uint8_t interface_number);
    int (*control)(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms);
    int64_t (*bulk_out)(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool end,
                        unsigned deadline_ms);
    int64_t (*bulk_in)(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                       unsigned deadline_ms);
    int64_t (*bulk_in_to)(struct tp *tp, uint8_t endpoint, uint64_t length,
                          int (*sink)(void *context, const void *data, size_t length),
                          void *context, unsigned deadline_ms);
    void (*cancel)(struct tp *tp);
};

#endif
