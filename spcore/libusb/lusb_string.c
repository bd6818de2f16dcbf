/* A device's strings without a handle of the program's: libusb reads sysfs for them, here the
 * device is asked. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

enum { STRING_BYTES = 255, UTF8_BYTES = STRING_BYTES / 2 * 3 + 1 };

/* UTF-16 of a descriptor as UTF-8; what is no pair becomes U+FFFD. Bytes, less the terminator. */
static size_t to_utf8(const uint8_t *raw, size_t units, char ret_text[UTF8_BYTES])
{
    char *at = ret_text;

    for (size_t i = 0; i < units; i++) {
        uint32_t point = get_le16(raw + 2 * i);
        uint32_t low = i + 1 < units ? get_le16(raw + 2 * i + 2) : 0;

        if (point >= 0xd800 && point < 0xe000) {
            bool pair = point < 0xdc00 && low >= 0xdc00 && low < 0xe000;

            point = pair ? 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
            i += pair;
        }
        if (point < 0x80) {
            *at++ = (char)point;
            continue;
        }
        if (point >= 0x10000)
            *at++ = (char)(0xf0 | point >> 18);
        if (point >= 0x800)
            *at++ = (char)((point >= 0x10000 ? 0x80 : 0xe0) | (point >> 12 & 0x3f));
        *at++ = (char)((point >= 0x800 ? 0x80 : 0xc0) | (point >> 6 & 0x3f));
        *at++ = (char)(0x80 | (point & 0x3f));
    }
    *at = '\0';
    return (size_t)(at - ret_text);
}

/* One string descriptor; the bytes of its text, or an error. */
static int read_string(libusb_device_handle *handle, uint8_t index, uint16_t language,
                       uint8_t ret_raw[STRING_BYTES])
{
    struct usbip_urb urb = {
        .endpoint = LIBUSB_ENDPOINT_IN,
        .setup = {LIBUSB_ENDPOINT_IN, LIBUSB_REQUEST_GET_DESCRIPTOR, index, LIBUSB_DT_STRING},
        .data = ret_raw,
        .length = STRING_BYTES};
    int error;

    put_le16(urb.setup + 4, language);
    put_le16(urb.setup + 6, STRING_BYTES);
    error = lusb_request(handle, &urb);
    if (error)
        return error;
    if (urb.actual < 2 || ret_raw[0] < 2 || ret_raw[0] > urb.actual ||
        ret_raw[1] != LIBUSB_DT_STRING)
        return LIBUSB_ERROR_IO;
    return ret_raw[0] - 2;
}

/* In the first language the device has. */
static int read_text(libusb_device_handle *handle, uint8_t index, char ret_text[UTF8_BYTES])
{
    uint8_t raw[STRING_BYTES];
    int got = read_string(handle, 0, 0, raw);

    if (got >= 0 && got < 2)
        return LIBUSB_ERROR_IO;
    if (got >= 0)
        got = read_string(handle, index, get_le16(raw + 2), raw);
    return got < 0 ? got : (int)to_utf8(raw + 2, (size_t)got / 2, ret_text);
}

/* As libusb: whole characters of it, and how many bytes all of it has with its terminator. */
static int hand_out(const char *text, int used, char *data, int length)
{
    int fits = used < length ? used : length - 1;

    if (!data)
        return used + 1;
    while (fits < used && fits > 0 && (text[fits] & 0xc0) == 0x80)
        fits--;
    memcpy(data, text, (size_t)fits);
    data[fits] = '\0';
    return used + 1;
}

LUSB_API int libusb_get_device_string(libusb_device *device, enum libusb_device_string_type type,
                                      char *data, int length)
{
    static const uint8_t places[] = {14, 15, 16}; /* of the indices in the device descriptor */
    libusb_device_handle *handle;
    char text[UTF8_BYTES];
    uint8_t index;
    int result;

    if (!device || (unsigned)type >= ARRAY_SIZE(places) || length <= 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (data)
        data[0] = '\0';
    index = device->descriptor[places[type]];
    if (!index)
        return LIBUSB_ERROR_IO; /* as where sysfs has no such file */
    result = libusb_open(device, &handle);
    if (result)
        return result;
    result = read_text(handle, index, text);
    libusb_close(handle);
    return result < 0 ? result : hand_out(text, result, data, length);
}
