/* A bounded walk over USB descriptors and a lint that names the catalogue row each fault breaks.
 * The lint judges bytes only, so that it can be fed sets no device would send. */
#ifndef CONFORMANCE_RAW_RAW_DESCRIPTORS_H
#define CONFORMANCE_RAW_RAW_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DESC_DEVICE = 1,
    DESC_CONFIG = 2,
    DESC_STRING = 3,
    DESC_INTERFACE = 4,
    DESC_ENDPOINT = 5,
    DESC_QUALIFIER = 6,
    DESC_OTHER_SPEED = 7,
    DESC_ASSOCIATION = 11,
    DESC_BOS = 15,
    DESC_CAPABILITY = 16,
    DESC_COMPANION = 48,
};
/* Linux's speed codes, as USB/IP sends them. */
enum { DESC_LOW = 1, DESC_FULL = 2, DESC_HIGH = 3, DESC_SUPER = 5 };

struct desc {
    const uint8_t *at; /* the whole descriptor, bLength bytes */
    uint8_t length, type;
};

struct desc_walk {
    const uint8_t *at, *end;
    bool broken; /* a length below 2, or beyond the end */
};

void desc_start(struct desc_walk *walk, const uint8_t *bytes, size_t length);
bool desc_next(struct desc_walk *walk, struct desc *ret);

/* Of one interface's bulk and interrupt endpoints; 0 where there is none. */
struct desc_pipes {
    uint8_t interface_number, interface_class, bulk_in, bulk_out, interrupt_in;
    unsigned endpoint_count;
};
/* The first interface, alternate setting 0, with bulk IN and bulk OUT. */
bool desc_find_pipes(const uint8_t *config, size_t length, struct desc_pipes *ret);

/* Called once a fault. `row` is a constant: a row's or a clause's id. */
typedef void (*desc_fault)(void *context, const char *row, const char *text);
/* `device` is 18 bytes; NULL: neither its class nor what is only advised is judged. The
 * configuration, or the other speed's, is of `speed`. */
void desc_lint(const uint8_t *device, const uint8_t *config, size_t length, int speed,
               desc_fault fault, void *context);

#endif
