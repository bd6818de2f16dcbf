/* A USB reset through libusb, as libmtp does at its end for players that need it. */
#include <libusb.h>
#include <stdio.h>

int main(void)
{
    libusb_context *context;
    libusb_device_handle *handle;
    int result = 1;

    if (libusb_init(&context) != 0)
        return 2;
    handle = libusb_open_device_with_vid_pid(context, 0x1209, 0x4d54);
    if (handle) {
        result = libusb_reset_device(handle) != 0;
        libusb_close(handle);
    }
    libusb_exit(context);
    return result;
}
