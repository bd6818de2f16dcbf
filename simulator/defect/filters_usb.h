/* What filters of the device core share: which request is it? And the table each file of them ends
 * with, made of its rows in a .def. */
#ifndef SIMULATOR_DEFECT_FILTERS_USB_H
#define SIMULATOR_DEFECT_FILTERS_USB_H

#include <stdbool.h>
#include <stdint.h>

#include "simulator/defect/changes_usb.h"
#include "simulator/usb/function.h"

struct still_image;

/* Standard requests and descriptor types (USB 2.0, tables 9-4 and 9-5; BOS: USB 3.2). */
enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
};
enum {
    DT_DEVICE = 1,
    DT_CONFIGURATION = 2,
    DT_STRING = 3,
    DT_INTERFACE = 4,
    DT_ENDPOINT = 5,
    DT_QUALIFIER = 6,
    DT_OTHER_SPEED = 7,
    DT_BOS = 15,
    DT_CAPABILITY = 16,
    DT_SS_COMPANION = 48,
};
enum { STRING_MS_OS = 0xee };

static inline bool is_request(const struct usb_setup *setup, uint8_t type, uint8_t request)
{
    return setup->request_type == type && setup->request == request;
}

static inline bool asks_descriptor(const struct usb_setup *setup, uint8_t type)
{
    return is_request(setup, 0x80, GET_DESCRIPTOR) && setup->value >> 8 == type;
}

static inline bool asks_string(const struct usb_setup *setup, uint8_t index)
{
    return asks_descriptor(setup, DT_STRING) && (uint8_t)setup->value == index;
}

/* The still image function of that device, or NULL. */
struct still_image *filters_still_image_of(const struct usb_device *device);
/* usb_filter's in(): the next data of each endpoint in policies->losing are gone. */
int filters_lose_next(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                      int result, struct usb_in *in);

/* For the files' tables. */
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, usb.member)
#define ON(seam, function) .usb.seam = function
#define BOTH(...) __VA_ARGS__

#endif
