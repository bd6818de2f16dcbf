/* A report of a device that does not say which one it was is of no use a year later. */
#include "conformance/run/identity.h"

#include <stdio.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/mtp/mtpi.h"

#define DEADLINE_MS 2000

static void put(char ret[IDENTITY_ROOM], const WCHAR *text)
{
    char *utf8 = com_utf8_from_utf16(text);

    snprintf(ret, IDENTITY_ROOM, "%s", utf8 ? utf8 : "");
    CoTaskMemFree(utf8);
}

static int get_string(struct tp *tp, uint8_t index, uint16_t language, uint8_t data[255])
{
    struct tp_setup setup = {0x80, 6, (uint16_t)(0x300 | index), language, 255};

    return tp_control(tp, &setup, data, DEADLINE_MS);
}

/* In the device's first language. */
static void put_string(struct tp *tp, uint8_t index, char ret[IDENTITY_ROOM])
{
    uint8_t data[255];
    WCHAR text[128] = {0};
    int length;

    if (!index || get_string(tp, 0, 0, data) < 4)
        return;
    length = get_string(tp, index, get_le16(data + 2), data);
    for (int i = 2; i + 1 < length; i += 2)
        text[i / 2 - 1] = get_le16(data + i);
    put(ret, text);
}

void identity_of_usb(struct tp *tp, struct identity *ret)
{
    const uint8_t *device = tp_device_descriptor(tp);

    snprintf(ret->usb, sizeof(ret->usb), "%04x:%04x", get_le16(device + 8), get_le16(device + 10));
    snprintf(ret->release, sizeof(ret->release), "%x.%02x", device[13], device[12]);
    put_string(tp, device[14], ret->manufacturer);
    put_string(tp, device[15], ret->product);
    put_string(tp, device[16], ret->serial);
}

void identity_of_mtp(const struct mtpi_device_info *info, struct identity *ret)
{
    put(ret->firmware, info->version);
}
