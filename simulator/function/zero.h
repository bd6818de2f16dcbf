/* The functions of Linux's "gadget zero", for tests of hosts and clients: a source and a sink on
 * every endpoint of an interface, whatever its setting and type, or a loopback from OUT to IN; and
 * the two vendor requests 0x5b and 0x5c that keep and return up to 4096 bytes
 * (drivers/usb/misc/usbtest.c is the other side). */
#ifndef SIMULATOR_FUNCTION_ZERO_H
#define SIMULATOR_FUNCTION_ZERO_H

#include "simulator/usb/function.h"
#include "simulator/usb/usb_identity.h"

/* All zeroes, or byte i of every packet is i modulo 63. */
enum zero_pattern { ZERO_PATTERN_ZEROES = 0, ZERO_PATTERN_MOD63 = 1 };

struct zero;

struct zero_options {
    bool source_sink; /* false: loopback */
    enum zero_pattern pattern;
    const struct usb_interface_identity *settings; /* of its interface */
    size_t setting_count;
};

/* NULL: no memory. */
struct zero *zero_new(const struct zero_options *options);
/* From now on, until someone asks for another one. */
void zero_set_pattern(struct zero *zero, enum zero_pattern pattern);
extern const struct usb_function_ops zero_ops;

#endif
