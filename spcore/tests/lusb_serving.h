/* A papsim of the test's own, and its player through the drop-in libusb. */
#ifndef SPCORE_TESTS_LUSB_SERVING_H
#define SPCORE_TESTS_LUSB_SERVING_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "spcore/libusb/lusb.h"
#include "spcore/tests/serving.h"

enum { VENDOR = 0x1209, PRODUCT = 0x4d54, INTERRUPT_IN = 0x83 };

static inline void plug(struct serving *serving, const char *second)
{
    serve(serving, "mtp", second);
    setenv(LUSB_VARIABLE, serving->address, 1);
}

static inline libusb_device_handle *open_player(libusb_context *context)
{
    libusb_device_handle *handle = libusb_open_device_with_vid_pid(context, VENDOR, PRODUCT);

    cr_assert(handle);
    return handle;
}

/* A context, and a handle of the player. */
struct open {
    struct serving serving;
    libusb_device_handle *handle; /* NULL: the test has closed it */
};

static inline void open_one(struct open *open)
{
    plug(&open->serving, NULL);
    cr_assert_eq(libusb_init(NULL), 0);
    open->handle = open_player(NULL);
}

static inline void leave(struct open *open)
{
    libusb_close(open->handle);
    libusb_exit(NULL);
    serve_end(&open->serving);
}

#endif
