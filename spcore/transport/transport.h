/* How the provider and the judge reach a device: one table, several back-ends (libusb-1.0 for
 * `usb:`, our user-space USB/IP client for `usbip:`). Every call has a deadline and answers a
 * count or 0, or -errno: -ETIMEDOUT deadline, -EPIPE stall, -ENODEV gone (for good), -ECANCELED
 * by tp_cancel(), -EOVERFLOW more came than asked, -EPROTO the peer broke the protocol.
 *
 * Deadlines are in milliseconds from the call on. No call returns before its transfers are over and
 * its memory is the caller's again: taking them back may last a second longer, and a USB/IP server
 * that does not let go by then loses the import (-ENODEV from there on). Calls may come from any
 * thread, on one endpoint one at a time. */
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

/* A call, told once it is over; of tp_bulk_in_to() each piece when it is there. What went in and
 * what came out together are all that is needed to play the device back. */
struct tp_event {
    const char *what; /* open (data: the URI), setup (8 bytes), control, bulk-out, bulk-in,
                         interrupt-in, close */
    uint8_t endpoint; /* address; of a control transfer the direction's bit alone */
    const void *data; /* what moved; borrowed, may be NULL */
    size_t length;
    uint64_t asked; /* bytes the call was to move; of a piece, from there on */
    unsigned deadline_ms;
    int status; /* 0 or -errno */
};

/* Called by whichever thread made the call, so by several at once. */
struct tp_trace {
    void (*event)(void *context, const struct tp_event *event);
    void *context;
};

struct tp_options {
    unsigned deadline_ms;         /* of reaching the device; 0: 5000 */
    const struct tp_trace *trace; /* NULL: none; outlives the transport */
    bool no_claim;                /* descriptors and control transfers only */
};

/* Is it the URI of a device, whether there is one or not? */
bool tp_is_uri(const char *uri);
/* Opens `usb:VID:PID[:SERIAL]` (hexadecimal) or `usbip:HOST[:PORT]/BUSID`, reads the descriptors,
 * 5000 ms for each, selects the first configuration if none is selected, and claims what interfaces
 * it can. `options` may be NULL. 0 and *ret_tp, or -errno: -EINVAL not a URI we know, -ENODEV no
 * such device, -EBUSY in use, -EPROTO broken peer, or what connecting said. */
int tp_open(const char *uri, const struct tp_options *options, struct tp **ret_tp);
/* Releases interfaces, detaches. No call may be under way. NULL is fine. */
void tp_close(struct tp *tp);

const uint8_t *tp_device_descriptor(const struct tp *tp); /* 18 bytes, borrowed */
const uint8_t *tp_config_descriptor(const struct tp *tp, size_t *ret_length); /* borrowed */
int tp_speed(const struct tp *tp); /* Linux codes: 1 low, 2 full, 3 high, 5 super */
/* 0 also when it is claimed already; -EBUSY: somebody else has it. Until tp_close(). */
int tp_claim(struct tp *tp, uint8_t interface_number);

/* Control transfer; setup->length bytes go to or come from `data`. Bytes moved or -errno. */
int tp_control(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms);
/* Bulk OUT of `length` bytes, split and pipelined inside. `end`: mark the end of the transfer by
 * a zero-length packet when the length is a multiple of the packet size (a length of 0 sends
 * one). Bytes sent or -errno; then any part of them may have gone. */
int64_t tp_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool end,
                    unsigned deadline_ms);
/* Bulk or interrupt IN of at most `length` bytes, pipelined inside; ends early at a short packet.
 * Kept for the next call: bytes beyond that packet that the pipeline already fetched, and after
 * -ETIMEDOUT or -ECANCELED all that came. */
int64_t tp_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                   unsigned deadline_ms);
/* The same for `length` bytes that go to `sink` in pieces and in order, read ahead over the whole
 * length; the deadline is that of each piece. What the sink has had is its own, also on failure.
 * -ECANCELED when it answers non-zero. `answered`: behind the short packet that ends it comes one
 * transfer more, which is waited for and kept for the next call. */
int64_t tp_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                      int (*sink)(void *context, const void *data, size_t length), void *context,
                      unsigned deadline_ms);
/* A question and what answers it, under way together: one or two OUT transfers of at most 64 KiB
 * each, and up to TP_ANSWERS IN transfers, which end at a short packet and are kept for
 * tp_bulk_in(). After each that came `due` says whether another answer is; what is not due is taken
 * back. */
enum { TP_PARTS = 2, TP_ANSWERS = 2 };
struct tp_question {
    uint8_t out, in; /* endpoints */
    struct {
        const void *data;
        size_t length;
        bool end; /* as tp_bulk_out() has it */
    } parts[TP_PARTS];
    unsigned count, answers;
    bool (*due)(void *context, const void *answer, size_t length);
    void *context;
};
/* 0 or -errno, of the question or of an answer that did not come; the deadline is that of each. */
int tp_ask(struct tp *tp, const struct tp_question *question, unsigned deadline_ms);
int tp_interrupt_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                    unsigned deadline_ms);
/* Ends a stall on both sides and drops what is kept of an IN endpoint. Takes 5000 ms at most. */
int tp_clear_halt(struct tp *tp, uint8_t endpoint);
/* Makes the calls that block now in other threads return -ECANCELED; later ones are not touched. */
void tp_cancel(struct tp *tp);
/* Bytes of one packet of that endpoint in the active configuration; 0 if there is no such. */
uint16_t tp_packet_size(const struct tp *tp, uint8_t endpoint);

/* A back-end; slots as above, except that open() only reaches the device and bulk_in() serves
 * interrupt endpoints too. tp_open() finds it by the URI's scheme in a table. */
struct tp_backend {
    const char *scheme;             /* without the colon; `rest` is what follows that */
    bool (*fits)(const char *rest); /* is it of this scheme's form? */
    int (*open)(const char *rest, const struct tp_options *options, struct tp **ret_tp);
    void (*close)(struct tp *tp);
    int (*claim)(struct tp *tp, uint8_t interface_number);
    int (*control)(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms);
    int64_t (*bulk_out)(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool end,
                        unsigned deadline_ms);
    int64_t (*bulk_in)(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                       unsigned deadline_ms);
    int64_t (*bulk_in_to)(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                          int (*sink)(void *context, const void *data, size_t length),
                          void *context, unsigned deadline_ms);
    /* ret_parts: 0 or -errno of each; the result is an answer's. NULL: the question goes alone. */
    int (*ask)(struct tp *tp, const struct tp_question *question, unsigned deadline_ms,
               int ret_parts[TP_PARTS]);
    void (*cancel)(struct tp *tp);
};

#endif
