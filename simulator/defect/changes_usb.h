/* Defects of the device core that are only another answer to a control request: a row of a table
 * where a filter would be a function. */
#ifndef SIMULATOR_DEFECT_CHANGES_USB_H
#define SIMULATOR_DEFECT_CHANGES_USB_H

#include <stdbool.h>
#include <stdint.h>

#include "simulator/usb/function.h"

enum usb_change_kind {
    USB_UNCHANGED,
    USB_BYTE,    /* byte `at` of the answer, or of each descriptor `part` of it, is `to` */
    USB_LENGTH,  /* the answer has `to` bytes, zeroes where there were none */
    USB_STALLS,  /* nothing is done, and it stalls */
    USB_IGNORES, /* nothing is done, and it is answered: OUT well, IN with `to` zeroes */
    USB_OVERRUN, /* all of the answer, whatever wLength says */
    USB_PADDED,  /* zeroes up to wLength */
    USB_WEDGES,  /* after it has stalled, endpoint 0 stays halted */
};

enum { USB_ANY = -1 };

struct usb_change {
    enum usb_change_kind kind;
    uint8_t type, request; /* a vendor's: device and interface as recipient, and the code of the
                              Microsoft OS descriptors whatever stands here */
    int32_t value, index;  /* or USB_ANY */
    uint8_t at, to, part;
};

/* The contracts of usb_filter's request() and reply(). */
bool usb_change_request(const struct usb_change *change, struct usb_device *device,
                        struct usb_setup *setup, int *ret_length);
int usb_change_reply(const struct usb_change *change, struct usb_device *device,
                     const struct usb_setup *setup, uint8_t *reply, int length);

/* For the rows of the .def files. */
#define CHANGE(kind_, type_, request_, value_, index_, ...)                                        \
    .change = {.kind = USB_##kind_,                                                                \
               .type = (type_),                                                                    \
               .request = (request_),                                                              \
               .value = (value_),                                                                  \
               .index = (index_),                                                                  \
               __VA_ARGS__}
#define STALLS(type, request, value, index) CHANGE(STALLS, type, request, value, index, .to = 0)
#define IGNORES(type, request, value, index, length)                                               \
    CHANGE(IGNORES, type, request, value, index, .to = (length))
#define WEDGES(type, request, value, index) CHANGE(WEDGES, type, request, value, index, .to = 0)
#define ANSWER_BYTE(type, request, value, index, at_, to_)                                         \
    CHANGE(BYTE, type, request, value, index, .at = (at_), .to = (to_))
#define ANSWER_LENGTH(type, request, value, index, length)                                         \
    CHANGE(LENGTH, type, request, value, index, .to = (length))
/* Of a descriptor by type and index; of each endpoint or other part of the configuration; of what
 * stands at an index of the Microsoft OS descriptors. */
#define DESCRIPTOR_BYTE(descriptor, number, at, to)                                                \
    ANSWER_BYTE(0x80, GET_DESCRIPTOR, (descriptor) << 8 | (number), USB_ANY, at, to)
#define PART_BYTE(part_, at_, to_)                                                                 \
    CHANGE(BYTE, 0x80, GET_DESCRIPTOR, DT_CONFIGURATION << 8, USB_ANY, .at = (at_), .to = (to_),   \
           .part = (part_))
#define MS_BYTE(index, at, to) ANSWER_BYTE(0xc0, 0, USB_ANY, index, at, to)

#endif
