/* A USB/IP 1.1.1 client in user space: device list, import, URBs of all four types with completion
 * callbacks, unlink. The server is never trusted: whatever breaks the protocol ends the import with
 * -EPROTO. Results are 0 or -errno, -ENOMEM among them; deadlines are in milliseconds from the call
 * on, exact to some ten. Calls on a client may come from any thread. */
#ifndef SPCORE_USBIP_USBIP_CLIENT_H
#define SPCORE_USBIP_USBIP_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USBIP_PORT "3240"
#define USBIP_PACKETS_MAX 1024u /* isochronous packets of one URB, as Linux bounds them */
#define USBIP_FOREVER UINT_MAX

/* ---- what a server offers */
struct usbip_interface {
    uint8_t class_code, subclass, protocol;
};

struct usbip_device {
    char path[256], busid[32];      /* NUL-terminated */
    uint32_t busnum, devnum, speed; /* Linux's codes, 0 for one it has no name for */
    uint16_t vendor, product, release;
    uint8_t class_code, subclass, protocol, configuration, configuration_count;
    uint8_t interface_count;
    struct usbip_interface interfaces[32]; /* only in a device list */
};

/* Connects, asks and closes again. *ret_devices: caller frees with free(). -ENODEV also for a host
 * of no such name, -ETIMEDOUT, -EPROTO not a USB/IP server, or what connecting said. */
int usbip_devlist(const char *host, const char *port, unsigned deadline_ms,
                  struct usbip_device **ret_devices, size_t *ret_count);

/* ---- one imported device */
struct usbip_client;

/* -ENODEV no such device or host, -EBUSY in use, -ETIMEDOUT, -EPROTO not a USB/IP server, or what
 * connecting said. Looking up the host's name has no deadline. */
int usbip_import(const char *host, const char *port, const char *busid, unsigned deadline_ms,
                 struct usbip_client **ret_client);
/* The same on a connected stream socket, which the client owns from then on, also on failure. */
int usbip_import_on(int fd, const char *busid, unsigned deadline_ms,
                    struct usbip_client **ret_client);
/* Closes the socket (to the server: unplugged from here). No call may be under way; URBs still in
 * flight complete with -ENODEV before it returns. NULL is fine. */
void usbip_free(struct usbip_client *client);
/* As the import described it; borrowed. */
const struct usbip_device *usbip_client_device(const struct usbip_client *client);

/* ---- URBs */
enum { USBIP_ZERO_PACKET = 0x40, USBIP_SHORT_NOT_OK = 0x01, USBIP_ISO_ASAP = 0x02 };

struct usbip_packet {
    uint32_t offset, length; /* of its bytes in the buffer, the caller's */
    uint32_t actual;
    int status;
};

/* Owned by the caller and not to be touched between usbip_submit() and completion, nor its
 * buffers. A URB may be submitted again from its own callback. Zero it before the first use. */
struct usbip_urb {
    uint8_t endpoint; /* address; 0x80 and 0x00 tell control transfers apart as well */
    bool isochronous;
    uint32_t flags, interval, start_frame;
    uint8_t setup[8]; /* control: as on the bus */
    void *data;
    uint32_t length;
    struct usbip_packet *packets; /* isochronous only */
    uint32_t packet_count;
    /* Called by whichever thread pumps, without locks held. NULL: use usbip_wait(). */
    void (*complete)(struct usbip_urb *urb);
    void *context;

    /* The result. status: 0, the device's -errno (-EPIPE stall …), -ECONNRESET unlinked, -ENODEV
     * import gone, -EPROTO import dropped for what the server sent. */
    int status;
    uint32_t actual, error_count;

    /* The client's own. */
    enum { USBIP_IDLE, USBIP_QUEUED, USBIP_SENT, USBIP_RECEIVING, USBIP_OVER } state;
    bool unlinked;
    uint32_t seqnum;
    struct usbip_urb *bucket_next; /* in the table of URBs in flight */
    struct usbip_frame {
        struct usbip_frame *next;
        struct usbip_urb *urb; /* NULL: an unlink */
        uint8_t header[48];
    } frame; /* in the queue of what is to be sent */
};

/* Never blocks. -ENODEV: the import is gone; -EBUSY: this URB is in flight already; -EINVAL:
 * lengths or packets that contradict each other. The URB is the caller's again after each of them.
 */
int usbip_submit(struct usbip_client *client, struct usbip_urb *urb);
/* Asks for the URB's end; it completes all the same, and not always as unlinked. Never blocks. 0
 * also for one that is over or unlinked already; -ENODEV: the import is gone, and it completes by
 * that. */
int usbip_unlink(struct usbip_client *client, struct usbip_urb *urb);
/* Ends the import for good: usbip_error() is `error`, and at the next pump everything in flight
 * completes with -EPROTO if that is what it is, else with -ENODEV. */
void usbip_drop(struct usbip_client *client, int error);
/* 0, or why the import is gone for good. */
int usbip_error(struct usbip_client *client);

/* ---- progress */
/* Receives, sends what waits and calls completions; returns after the first progress, or 0 with
 * nothing done at the deadline. One thread pumps at a time, a second gets -EBUSY at once. The
 * result is the number of completions, or -errno of an import that is gone. */
int usbip_pump(struct usbip_client *client, unsigned deadline_ms);
/* What to poll() for before usbip_pump(client, 0): fills two entries. */
void usbip_pollfds(struct usbip_client *client, struct pollfd ret_fds[2]);
/* Waits until a URB without callback is over; pumps, or lets the thread that does so pump. 0,
 * -ETIMEDOUT, or -EINTR after usbip_interrupt(); the URB is in flight still in both cases.
 * `ticket`: usbip_ticket() taken before, so that no interruption is missed. */
int usbip_wait(struct usbip_client *client, struct usbip_urb *urb, unsigned deadline_ms,
               unsigned ticket);
unsigned usbip_ticket(struct usbip_client *client);
/* Ends every usbip_wait() whose ticket was taken before. */
void usbip_interrupt(struct usbip_client *client);
/* Unlinks and waits; a server that does not answer that within a second loses the import, so that
 * the URB is the caller's again in any case. The URB's status and actual count are valid. */
void usbip_settle(struct usbip_client *client, struct usbip_urb *urb);

#endif
