/* A bounded little-endian writer for descriptors; a write beyond the room is dropped and noted. */
#ifndef SIMULATOR_USB_BYTES_H
#define SIMULATOR_USB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spcore/base.h"

struct usb_bytes {
    uint8_t *at;
    size_t length, room;
    bool overrun;
};

static inline void put8(struct usb_bytes *w, unsigned value)
{
    if (w->length < w->room)
        w->at[w->length++] = (uint8_t)value;
    else
        w->overrun = true;
}

static inline void put16(struct usb_bytes *w, unsigned value)
{
    put8(w, value & 0xff);
    put8(w, value >> 8 & 0xff);
}

static inline void put32(struct usb_bytes *w, uint32_t value)
{
    put16(w, value & 0xffff);
    put16(w, value >> 16);
}

static inline void put_zeroes(struct usb_bytes *w, size_t count)
{
    while (count--)
        put8(w, 0);
}

/* Overwrites what was put before, for lengths known only at the end. */
static inline void patch16(struct usb_bytes *w, size_t offset, size_t value)
{
    if (offset + 1 < w->length)
        put_le16(w->at + offset, (uint16_t)value);
}

/* UTF-8 as UTF-16LE, without terminator; broken sequences become U+FFFD. Units written. */
size_t put_utf16(struct usb_bytes *w, const char *text, size_t units_max);

#endif
