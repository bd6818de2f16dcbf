/* Names, messages and the version: what libusb answers without any device. */
#include <libusb.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

struct error_text {
    int code;
    const char *name, *message;
};

/* The transfer statuses share the numbers from 0 on, and have names but no messages. */
static const struct error_text errors[] = {
    {LIBUSB_SUCCESS, "LIBUSB_SUCCESS / LIBUSB_TRANSFER_COMPLETED", "Success"},
    {LIBUSB_TRANSFER_ERROR, "LIBUSB_TRANSFER_ERROR", "Other error"},
    {LIBUSB_TRANSFER_TIMED_OUT, "LIBUSB_TRANSFER_TIMED_OUT", "Other error"},
    {LIBUSB_TRANSFER_CANCELLED, "LIBUSB_TRANSFER_CANCELLED", "Other error"},
    {LIBUSB_TRANSFER_STALL, "LIBUSB_TRANSFER_STALL", "Other error"},
    {LIBUSB_TRANSFER_NO_DEVICE, "LIBUSB_TRANSFER_NO_DEVICE", "Other error"},
    {LIBUSB_TRANSFER_OVERFLOW, "LIBUSB_TRANSFER_OVERFLOW", "Other error"},
    {LIBUSB_ERROR_IO, "LIBUSB_ERROR_IO", "Input/Output Error"},
    {LIBUSB_ERROR_INVALID_PARAM, "LIBUSB_ERROR_INVALID_PARAM", "Invalid parameter"},
    {LIBUSB_ERROR_ACCESS, "LIBUSB_ERROR_ACCESS", "Access denied (insufficient permissions)"},
    {LIBUSB_ERROR_NO_DEVICE, "LIBUSB_ERROR_NO_DEVICE",
     "No such device (it may have been disconnected)"},
    {LIBUSB_ERROR_NOT_FOUND, "LIBUSB_ERROR_NOT_FOUND", "Entity not found"},
    {LIBUSB_ERROR_BUSY, "LIBUSB_ERROR_BUSY", "Resource busy"},
    {LIBUSB_ERROR_TIMEOUT, "LIBUSB_ERROR_TIMEOUT", "Operation timed out"},
    {LIBUSB_ERROR_OVERFLOW, "LIBUSB_ERROR_OVERFLOW", "Overflow"},
    {LIBUSB_ERROR_PIPE, "LIBUSB_ERROR_PIPE", "Pipe error"},
    {LIBUSB_ERROR_INTERRUPTED, "LIBUSB_ERROR_INTERRUPTED",
     "System call interrupted (perhaps due to signal)"},
    {LIBUSB_ERROR_NO_MEM, "LIBUSB_ERROR_NO_MEM", "Insufficient memory"},
    {LIBUSB_ERROR_NOT_SUPPORTED, "LIBUSB_ERROR_NOT_SUPPORTED",
     "Operation not supported or unimplemented on this platform"},
    {LIBUSB_ERROR_OTHER, "LIBUSB_ERROR_OTHER", "Other error"},
};

static const struct error_text *find(int code)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code)
            return &errors[i];
    }
    return NULL;
}

LUSB_API const char *libusb_error_name(int code)
{
    const struct error_text *text = find(code);

    return text ? text->name : "**UNKNOWN**";
}

LUSB_API const char *libusb_strerror(int code)
{
    const struct error_text *text = find(code);

    return text ? text->message : "Other error";
}

/* Messages are English only; a well-formed locale of another language is "not found", as libusb
 * documents. */
LUSB_API int libusb_setlocale(const char *locale)
{
    if (!locale || strlen(locale) < 2 || (strlen(locale) > 2 && !strchr("-_.", locale[2])))
        return LIBUSB_ERROR_INVALID_PARAM;
    return strncasecmp(locale, "en", 2) != 0 ? LIBUSB_ERROR_NOT_FOUND : LIBUSB_SUCCESS;
}

/* Of libusb whose functions there are all of. */
LUSB_API const struct libusb_version *libusb_get_version(void)
{
    static const struct libusb_version version = {
        .major = 1,
        .minor = 0,
        .micro = 30,
        .nano = 0,
        .rc = "",
        .describe = "papkit: libusb-1.0 over USB/IP",
    };

    return &version;
}

LUSB_API int libusb_has_capability(uint32_t capability)
{
    switch (capability) {
    case LIBUSB_CAP_HAS_CAPABILITY:
    case LIBUSB_CAP_HAS_HOTPLUG:
    case LIBUSB_CAP_HAS_HID_ACCESS:
    case LIBUSB_CAP_SUPPORTS_DETACH_KERNEL_DRIVER:
        return 1;
    default:
        return 0;
    }
}
