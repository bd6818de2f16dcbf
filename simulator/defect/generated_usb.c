/* Generated defects of the device core: descriptors and other control answers, the containers on
 * the pipes, and what the still image function says of itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/generated.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/function/still_image/still_image.h"
#include "simulator/mtp/container.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { CONTROL_ROOM = 4096 }; /* of usb_filter's reply() */

/* ---- descriptors, one after the other */

#define CONFIGURATION                                                                              \
    "bLength=1 bDescriptorType=1 wTotalLength=2 bNumInterfaces=1 bConfigurationValue=1 "           \
    "iConfiguration=1 bmAttributes=1 bMaxPower=1"

static const struct {
    uint8_t type, capability;
    const char *prefix, *layout;
} descriptors[] = {
    {DT_DEVICE, 0, "",
     "bLength=1 bDescriptorType=1 bcdUSB=2 bDeviceClass=1 bDeviceSubClass=1 bDeviceProtocol=1 "
     "bMaxPacketSize0=1 idVendor=2 idProduct=2 bcdDevice=2 iManufacturer=1 iProduct=1 "
     "iSerialNumber=1 bNumConfigurations=1"},
    {DT_CONFIGURATION, 0, "", CONFIGURATION},
    {7, 0, "", CONFIGURATION},
    {DT_STRING, 0, "", "bLength=1 bDescriptorType=1 bString=*"},
    {DT_INTERFACE, 0, "Interface.",
     "bLength=1 bDescriptorType=1 bInterfaceNumber=1 bAlternateSetting=1 bNumEndpoints=1 "
     "bInterfaceClass=1 bInterfaceSubClass=1 bInterfaceProtocol=1 iInterface=1"},
    {DT_ENDPOINT, 0, "Endpoint.",
     "bLength=1 bDescriptorType=1 bEndpointAddress=1 bmAttributes=1 wMaxPacketSize=2 bInterval=1"},
    {DT_QUALIFIER, 0, "",
     "bLength=1 bDescriptorType=1 bcdUSB=2 bDeviceClass=1 bDeviceSubClass=1 bDeviceProtocol=1 "
     "bMaxPacketSize0=1 bNumConfigurations=1 bReserved=1"},
    {DT_BOS, 0, "", "bLength=1 bDescriptorType=1 wTotalLength=2 bNumDeviceCaps=1"},
    {DT_CAPABILITY, 2, "Extension.",
     "bLength=1 bDescriptorType=1 bDevCapabilityType=1 bmAttributes=4"},
    {DT_CAPABILITY, 3, "SuperSpeed.",
     "bLength=1 bDescriptorType=1 bDevCapabilityType=1 bmAttributes=1 wSpeedsSupported=2 "
     "bFunctionalitySupport=1 bU1DevExitLat=1 wU2DevExitLat=2"},
    {DT_CAPABILITY, 5, "Platform.",
     "bLength=1 bDescriptorType=1 bDevCapabilityType=1 bReserved=1 PlatformCapabilityUUID=16 "
     "dwWindowsVersion=4 wMSOSDescriptorSetTotalLength=2 bMS_VendorCode=1 bAltEnumCode=1"},
    {DT_SS_COMPANION, 0, "Companion.",
     "bLength=1 bDescriptorType=1 bMaxBurst=1 bmAttributes=1 wBytesPerInterval=2"},
};

static void cut_descriptor(struct passing *passing, size_t at, size_t length)
{
    struct passing one = *passing;

    one.length = at + length; /* nothing beyond it is its own */
    for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++) {
        if (descriptors[i].type != passing->bytes[at + 1] ||
            (descriptors[i].capability && descriptors[i].capability != passing->bytes[at + 2]))
            continue;
        if (*descriptors[i].prefix)
            cut_add(&one, descriptors[i].prefix, "all", FIELD_BYTES, at, length);
        (void)cut_layout(&one, at, descriptors[i].prefix, descriptors[i].layout);
        break;
    }
    passing->field_count = one.field_count;
}

static void cut_descriptors(struct passing *passing)
{
    size_t at = 0;

    while (at + 2 <= passing->length && passing->bytes[at] >= 2 &&
           at + passing->bytes[at] <= passing->length) {
        cut_descriptor(passing, at, passing->bytes[at]);
        at += passing->bytes[at];
    }
}

/* ---- Microsoft's descriptors */

static void cut_properties(struct passing *passing)
{
    size_t at = cut_layout(passing, 0, "", "dwLength=4 bcdVersion=2 wIndex=2 wCount=2");

    while (at < passing->length)
        at = cut_layout(passing, at, "Property.",
                        "dwSize=4 dwPropertyDataType=4 wPropertyNameLength=2 bPropertyName=$ "
                        "dwPropertyDataLength=4 bPropertyData=$");
}

static void cut_set(struct passing *passing)
{
    static const struct {
        const char *prefix, *layout;
    } parts[] = {
        {"", "wLength=2 wDescriptorType=2 dwWindowsVersion=4 wTotalLength=2"},
        {"ConfigurationSubset.",
         "wLength=2 wDescriptorType=2 bConfigurationValue=1 bReserved=1 wTotalLength=2"},
        {"FunctionSubset.",
         "wLength=2 wDescriptorType=2 bFirstInterface=1 bReserved=1 wSubsetLength=2"},
        {"CompatibleId.", "wLength=2 wDescriptorType=2 CompatibleID=8 SubCompatibleID=8"},
        {"Property.", "wLength=2 wDescriptorType=2 wPropertyDataType=2 wPropertyNameLength=2 "
                      "PropertyName=$ wPropertyDataLength=2 PropertyData=$"},
    };
    size_t at = 0;

    while (at + 4 <= passing->length) {
        uint16_t length = get_le16(passing->bytes + at), type = get_le16(passing->bytes + at + 2);
        size_t end;

        if (type >= ARRAY_SIZE(parts) || length < 4)
            return;
        end = cut_layout(passing, at, parts[type].prefix, parts[type].layout);
        if (end <= at)
            return;
        at = end;
    }
}

/* ---- which request it is */

static void of_layout(struct passing *passing, const char *layout)
{
    (void)cut_layout(passing, 0, "", layout);
}

static bool name_descriptor(const struct usb_setup *setup, struct passing *passing)
{
    static const char *const names[] = {
        [DT_DEVICE] = "DeviceDescriptor", [DT_CONFIGURATION] = "ConfigurationDescriptor",
        [DT_STRING] = "StringDescriptor", [DT_QUALIFIER] = "DeviceQualifier",
        [7] = "OtherSpeedConfiguration",  [DT_BOS] = "BOS",
    };
    uint8_t type = (uint8_t)(setup->value >> 8), index = (uint8_t)setup->value;

    if (!is_request(setup, 0x80, GET_DESCRIPTOR))
        return false;
    passing->place = type < ARRAY_SIZE(names) && names[type] ? names[type] : "OtherDescriptor";
    if (type == DT_STRING) {
        passing->key = index;
        passing->across = true;
        passing->owner = index + 1ull;
        if (!index)
            passing->place = "StringLanguages";
    }
    return true;
}

static const struct {
    uint8_t type, request;
    const char *place, *layout;
} requests[] = {
    {0x80, GET_STATUS, "GetStatusOfDevice", "Status=2"},
    {0x81, GET_STATUS, "GetStatusOfInterface", "Status=2"},
    {0x82, GET_STATUS, "GetStatusOfEndpoint", "Status=2"},
    {0x80, GET_CONFIGURATION, "GetConfiguration", "Configuration=1"},
    {0x81, 10, "GetInterface", "AlternateSetting=1"},
    {0x00, CLEAR_FEATURE, "ClearFeatureOfDevice", NULL},
    {0x02, CLEAR_FEATURE, "ClearFeatureOfEndpoint", NULL},
    {0x00, SET_FEATURE, "SetFeatureOfDevice", NULL},
    {0x02, SET_FEATURE, "SetFeatureOfEndpoint", NULL},
    {0x00, SET_CONFIGURATION, "SetConfiguration", NULL},
    {0x01, SET_INTERFACE, "SetInterface", NULL},
    {0xa1, MTP_REQ_GET_DEVICE_STATUS, "GetDeviceStatus", "wLength=2 Code=2 Parameters=*"},
    {0xa1, MTP_REQ_GET_EXTENDED_EVENT, "GetExtendedEventData",
     "EventCode=2 TransactionID=4 NumberOfParameters=2 Parameters=*"},
    {0x21, MTP_REQ_CANCEL, "Cancel", NULL},
    {0x21, MTP_REQ_DEVICE_RESET, "DeviceReset", NULL},
};

static const struct {
    uint16_t index;
    const char *place;
    void (*cut)(struct passing *passing);
} vendor_requests[] = {{4, "CompatibleIds", NULL},
                       {5, "ExtendedProperties", cut_properties},
                       {7, "DescriptorSet", cut_set}};

/* What is asked, and into which fields its answer is cut (room for a layout of no place: NULL). */
static void name_request(const struct usb_device *device, const struct usb_setup *setup,
                         struct passing *passing, const char **ret_layout,
                         void (**ret_cut)(struct passing *))
{
    passing->place = "OtherRequest";
    *ret_layout = NULL;
    *ret_cut = NULL;
    if (name_descriptor(setup, passing)) {
        *ret_cut = cut_descriptors;
        if (asks_string(setup, STRING_MS_OS)) {
            *ret_cut = NULL;
            *ret_layout = "bLength=1 bDescriptorType=1 qwSignature=14 bMS_VendorCode=1 bPad=1";
        }
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
        if (is_request(setup, requests[i].type, requests[i].request)) {
            passing->place = requests[i].place;
            *ret_layout = requests[i].layout;
            return;
        }
    }
    if ((setup->request_type & 0xe0) != 0xc0 || setup->request != device->identity->ms_vendor_code)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(vendor_requests); i++) {
        if (setup->index != vendor_requests[i].index)
            continue;
        passing->place = vendor_requests[i].place;
        *ret_cut = vendor_requests[i].cut;
        *ret_layout = "dwLength=4 bcdVersion=2 wIndex=2 bCount=1 Reserved=7 "
                      "bFirstInterfaceNumber=1 Reserved2=1 compatibleID=8 subCompatibleID=8 "
                      "Reserved3=6";
    }
}

/* ---- the seams */

static int spoil_refusal(struct generated *generated, const struct passing *passing,
                         const struct usb_setup *setup, uint8_t *reply, int length)
{
    if (length != -EPIPE || !generated_hits(generated, passing, "Refusal", SPOIL_DROPPED))
        return length;
    if (!(setup->request_type & 0x80))
        return 0;
    length = setup->length < CONTROL_ROOM ? setup->length : CONTROL_ROOM;
    memset(reply, 0, (size_t)length);
    return length;
}

static int spoil_reply(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    const struct policies *policies = self;
    struct generated *generated = policies->generated;
    struct passing passing = {.bytes = reply};
    const char *layout;
    void (*cut)(struct passing *);

    name_request(device, setup, &passing, &layout, &cut);
    if (!generated_begin(generated, &passing))
        return length;
    if (length < 0)
        return spoil_refusal(generated, &passing, setup, reply, length);
    passing.length = (size_t)length;
    /* What is beyond wLength never leaves. */
    passing.room = setup->length < CONTROL_ROOM ? setup->length : CONTROL_ROOM;
    if (passing.room < passing.length)
        passing.room = passing.length;
    if (length && cut)
        cut(&passing);
    else if (length && layout)
        of_layout(&passing, layout);
    if (generated_spoil(generated, &passing))
        return (int)passing.length;
    return generated_hits(generated, &passing, "Answer", SPOIL_DROPPED) ? -EPIPE : length;
}

/* Responses, and the headers of data. */
static size_t spoil_container(void *self, struct still_image *function, uint8_t *bytes,
                              size_t length)
{
    const struct policies *policies = self;
    struct generated *generated = policies->generated;
    bool data = get_le16(bytes + 4) == MTP_CT_DATA;
    struct passing passing = {.place = data ? "DataContainer" : "ResponseContainer",
                              .owner = get_le32(bytes + 8) + 1ull,
                              .rigid = data,
                              .bytes = bytes,
                              .length = length,
                              .room = data ? length : MTPR_COMMAND_MAX};

    (void)function;
    if (!generated_begin(generated, &passing))
        return length;
    of_layout(&passing, "Length=4 Type=2 Code=2 TransactionID=4");
    (void)generated_spoil(generated, &passing);
    return passing.length;
}

/* Of events only: bulk data are a stream. */
static int spoil_in(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                    int result, struct usb_in *in)
{
    struct policies *policies = self;
    struct generated *generated = policies->generated;
    struct passing passing = {.place = "EventContainer", .bytes = policies->event};

    if (result || in->chunk_count != 1 || !in->chunks[0].memory ||
        usb_device_endpoint_type(device, endpoint) != USB_ENDPOINT_INTERRUPT ||
        in->chunks[0].length > sizeof(policies->event) || in->chunks[0].length < MTPR_HEADER ||
        !generated_begin(generated, &passing))
        return result;
    memcpy(policies->event, in->chunks[0].memory, in->chunks[0].length);
    passing.length = in->chunks[0].length;
    passing.room = room < sizeof(policies->event) ? room : sizeof(policies->event);
    passing.owner = get_le16(policies->event + 6) + 1ull;
    of_layout(&passing, "Length=4 Type=2 Code=2 TransactionID=4");
    if (!generated_spoil(generated, &passing))
        return result;
    in->chunks[0].memory = policies->event;
    in->chunks[0].length = in->length = passing.length;
    return result;
}

const struct policy_row generated_usb = {.usb = {.reply = spoil_reply, .in = spoil_in},
                                         .still_image = {.container = spoil_container}};
