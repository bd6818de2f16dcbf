/* Blocking calls: an asynchronous transfer each, and events handled until it is over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

static void LIBUSB_CALL set_completed(struct libusb_transfer *transfer)
{
    __atomic_store_n((int *)transfer->user_data, 1, __ATOMIC_RELEASE);
}

/* The caller's data are its own again only when the transfer is over: a failing event loop means
 * cancel, and wait on. */
static void wait_for(struct libusb_transfer *transfer)
{
    libusb_context *context = transfer->dev_handle->device->context;
    int *completed = transfer->user_data;

    while (!__atomic_load_n(completed, __ATOMIC_ACQUIRE)) {
        int error = libusb_handle_events_completed(context, completed);

        if (error < 0 && error != LIBUSB_ERROR_INTERRUPTED)
            libusb_cancel_transfer(transfer);
    }
}

static int result_of(const struct libusb_transfer *transfer)
{
    static const int codes[] = {
        [LIBUSB_TRANSFER_COMPLETED] = 0,
        [LIBUSB_TRANSFER_ERROR] = LIBUSB_ERROR_IO,
        [LIBUSB_TRANSFER_TIMED_OUT] = LIBUSB_ERROR_TIMEOUT,
        [LIBUSB_TRANSFER_CANCELLED] = LIBUSB_ERROR_IO,
        [LIBUSB_TRANSFER_STALL] = LIBUSB_ERROR_PIPE,
        [LIBUSB_TRANSFER_NO_DEVICE] = LIBUSB_ERROR_NO_DEVICE,
        [LIBUSB_TRANSFER_OVERFLOW] = LIBUSB_ERROR_OVERFLOW,
    };

    return codes[transfer->status];
}

LUSB_API int libusb_control_transfer(libusb_device_handle *handle, uint8_t type, uint8_t number,
                                     uint16_t value, uint16_t index, unsigned char *data,
                                     uint16_t length, unsigned int timeout)
{
    struct libusb_transfer *transfer;
    unsigned char *buffer;
    int completed = 0;
    int result = LIBUSB_ERROR_NO_MEM;

    if (lusb_handling(handle->device->context))
        return LIBUSB_ERROR_BUSY; /* blocking calls are not for call-backs */
    transfer = libusb_alloc_transfer(0);
    buffer = malloc(LIBUSB_CONTROL_SETUP_SIZE + (size_t)length);
    if (!transfer || !buffer)
        goto out;
    libusb_fill_control_setup(buffer, type, number, value, index, length);
    if (!(type & LIBUSB_ENDPOINT_IN) && length)
        memcpy(buffer + LIBUSB_CONTROL_SETUP_SIZE, data, length);
    libusb_fill_control_transfer(transfer, handle, buffer, set_completed, &completed, timeout);
    result = libusb_submit_transfer(transfer);
    if (result)
        goto out;
    wait_for(transfer);
    result = result_of(transfer);
    if (!result) {
        result = transfer->actual_length;
        if ((type & LIBUSB_ENDPOINT_IN) && result)
            memcpy(data, buffer + LIBUSB_CONTROL_SETUP_SIZE, (size_t)result);
    }
out:
    libusb_free_transfer(transfer);
    free(buffer);
    return result;
}

static int transfer_data(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data,
                         int length, int *ret_transferred, unsigned timeout,
                         enum libusb_transfer_type type)
{
    struct libusb_transfer *transfer;
    int completed = 0;
    int result;

    if (lusb_handling(handle->device->context))
        return LIBUSB_ERROR_BUSY;
    transfer = libusb_alloc_transfer(0);
    if (!transfer)
        return LIBUSB_ERROR_NO_MEM;
    libusb_fill_bulk_transfer(transfer, handle, endpoint, data, length, set_completed, &completed,
                              timeout);
    transfer->type = (unsigned char)type;
    result = libusb_submit_transfer(transfer);
    if (!result) {
        wait_for(transfer);
        if (ret_transferred)
            *ret_transferred = transfer->actual_length;
        result = result_of(transfer);
    }
    libusb_free_transfer(transfer);
    return result;
}

LUSB_API int libusb_bulk_transfer(libusb_device_handle *handle, unsigned char endpoint,
                                  unsigned char *data, int length, int *ret_transferred,
                                  unsigned int timeout)
{
    return transfer_data(handle, endpoint, data, length, ret_transferred, timeout,
                         LIBUSB_TRANSFER_TYPE_BULK);
}

LUSB_API int libusb_interrupt_transfer(libusb_device_handle *handle, unsigned char endpoint,
                                       unsigned char *data, int length, int *ret_transferred,
                                       unsigned int timeout)
{
    return transfer_data(handle, endpoint, data, length, ret_transferred, timeout,
                         LIBUSB_TRANSFER_TYPE_INTERRUPT);
}

/* In the first language the device has; what is not ASCII becomes a question mark. */
LUSB_API int libusb_get_string_descriptor_ascii(libusb_device_handle *handle, uint8_t index,
                                                unsigned char *data, int length)
{
    unsigned char raw[255] = {0};
    uint16_t language;
    int got, at = 0;

    if (!index)
        return LIBUSB_ERROR_INVALID_PARAM;
    got = libusb_get_string_descriptor(handle, 0, 0, raw, sizeof(raw));
    if (got < 0)
        return got;
    if (got < 4)
        return LIBUSB_ERROR_IO;
    language = get_le16(raw + 2);
    got = libusb_get_string_descriptor(handle, index, language, raw, sizeof(raw));
    if (got < 0)
        return got;
    if (got < 2 || raw[1] != LIBUSB_DT_STRING || raw[0] > got)
        return LIBUSB_ERROR_IO;
    for (int i = 2; i + 1 < raw[0] && at < length - 1; i += 2)
        data[at++] = raw[i + 1] || raw[i] & 0x80 ? '?' : raw[i];
    if (length > 0)
        data[at] = '\0';
    return at;
}
