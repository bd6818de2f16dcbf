/* What a device has and has not, found out beside what is judged: formats and operations it lists,
 * objects by their name, endpoints by their descriptors. */
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

const struct dut_info *dut_listed(struct dut *dut)
{
    static struct dut_info info; /* a case has one device */
    static bool is_known;
    struct dut asks = *dut;
    struct conf *c = dut->c;

    if (is_known)
        return &info;
    asks.answer = (struct ct_answer){0};
    SETUP
        dut_device_info(&asks, &info);
    dut->pipe.next = asks.pipe.next;
    dut_done(&asks);
    is_known = true;
    return &info;
}

uint16_t dut_format(struct dut *dut, uint16_t wanted)
{
    const struct dut_info *info = dut_listed(dut);

    if (dut_lists(info->formats, info->format_count, wanted))
        return wanted;
    for (size_t i = 0; i < info->format_count; i++)
        if (info->formats[i] != MTP_FC_ASSOCIATION && (info->formats[i] & 0xff00) != 0xba00)
            return info->formats[i];
    return wanted;
}

bool dut_offers(struct dut *dut, uint16_t operation)
{
    const struct dut_info *info = dut_listed(dut);

    return dut_lists(info->operations, info->operation_count, operation);
}

uint32_t dut_named(struct dut *dut, const char *name)
{
    static uint32_t handles[4096];
    size_t count = dut_handles(dut, 0xffffffff, 0, 0, handles, ARRAY_SIZE(handles));

    for (size_t i = count < ARRAY_SIZE(handles) ? count : ARRAY_SIZE(handles); i-- > 0;) {
        struct ct_reader reader;
        char text[256];

        if (dut_op(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(handles[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        for (int field = 0; field < 26; field++) /* what stands before the name */
            ct_u16(&reader);
        ct_text(&reader, text);
        if (!reader.failed && strcmp(text, name) == 0)
            return handles[i];
    }
    return 0;
}

bool dut_filters_no_format(const struct dut *dut)
{
    return dut->answer.code == MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED;
}

uint8_t dut_absent(struct conf *c, struct raw_connection *connection, bool inward)
{
    static uint8_t config[4096];
    unsigned there = 0;
    struct desc_walk walk;
    struct desc item;
    int count = raw_control(connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0,
                            sizeof(config), config, DUT_PROMPT_MS);

    if (count < 9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    desc_start(&walk, config, (size_t)count);
    while (desc_next(&walk, &item))
        if (item.type == DESC_ENDPOINT && item.length >= 7 && (item.at[2] >> 7) == inward)
            there |= 1u << (item.at[2] & 0x0f);
    for (uint8_t number = 15; number > 0; number--)
        if (!(there & 1u << number))
            return (uint8_t)(number | inward << 7);
    return 0;
}
