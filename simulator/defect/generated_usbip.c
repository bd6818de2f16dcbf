/* Generated defects of the USB/IP front: its lists, records and frames, which are big-endian. */
#include "simulator/defect/generated.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

#define RECORD                                                                                     \
    "path=Z256 busid=Z32 busnum=4 devnum=4 speed=4 idVendor=2 idProduct=2 bcdDevice=2 "            \
    "bDeviceClass=1 bDeviceSubClass=1 bDeviceProtocol=1 bConfigurationValue=1 "                    \
    "bNumConfigurations=1 bNumInterfaces=1"

static size_t spoil_header(void *self, const struct wire_offer *offer, uint8_t *bytes,
                           size_t length)
{
    const struct policies *policies = self;
    bool lists = get_be16(bytes + 2) == OP_REP_DEVLIST;
    struct passing passing = {.place = lists                 ? "ListReply"
                                       : get_be32(bytes + 4) ? "ImportRefusal"
                                                             : "ImportReply",
                              .big_endian = true,
                              .bytes = bytes,
                              .length = length,
                              .room = WIRE_OP_ROOM};

    (void)offer;
    if (!generated_begin(policies->generated, &passing))
        return length;
    (void)cut_layout(&passing, 0, "", "version=2 code=2 status=4 count=4");
    (void)generated_spoil(policies->generated, &passing);
    return passing.length;
}

static size_t spoil_record(void *self, const struct wire_offer *offer, uint16_t code,
                           uint8_t *bytes, size_t length)
{
    const struct policies *policies = self;
    struct passing passing = {.place = code == OP_REP_DEVLIST ? "ListRecord" : "ImportRecord",
                              .big_endian = true,
                              .bytes = bytes,
                              .length = length,
                              .room = WIRE_OP_ROOM};
    size_t at;

    (void)offer;
    if (!generated_begin(policies->generated, &passing))
        return length;
    at = cut_layout(&passing, 0, "", RECORD);
    while (at < length)
        at = cut_layout(&passing, at, "Interface.",
                        "bInterfaceClass=1 bInterfaceSubClass=1 bInterfaceProtocol=1 padding=1");
    (void)generated_spoil(policies->generated, &passing);
    return passing.length;
}

static size_t spoil_frame(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    const struct policies *policies = self;
    bool unlink = get_be32(bytes) == RET_UNLINK;
    struct passing passing = {.place = unlink ? "RET_UNLINK" : "RET_SUBMIT",
                              .owner = get_be32(bytes + 4) + 1ull,
                              .big_endian = true,
                              .bytes = bytes,
                              .length = length,
                              .room = length};

    (void)offer;
    if (!generated_begin(policies->generated, &passing))
        return length;
    (void)cut_layout(&passing, 0, "",
                     unlink ? "command=4 seqnum=4 devid=4 direction=4 ep=4 status=4 padding=24"
                            : "command=4 seqnum=4 devid=4 direction=4 ep=4 status=4 "
                              "actual_length=4 start_frame=4 number_of_packets=4 error_count=4 "
                              "padding=8");
    (void)generated_spoil(policies->generated, &passing);
    return passing.length;
}

const struct policy_row generated_usbip = {
    .usbip = {.op_header = spoil_header, .record = spoil_record, .frame = spoil_frame}};
