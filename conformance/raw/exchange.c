/* The headers of data and response against what was asked (MTP 1.1, appendix H.1), and those of
 * USB/IP's replies, in every exchange of every case: a field that no case looks at is where a fault
 * stays. */
#include "conformance/raw/exchange.h"

#include <stdio.h>

#include "spcore/base.h"

#define HEADER 12u
#define PARAMETERS 5u

struct checked {
    struct conf *c;
    const char *name;
    uint32_t what; /* an operation, or a command of USB/IP */
};

/* Has it been said of that operation or command? Those of a case are few. */
static bool is_news(const char *row, uint32_t what)
{
    static struct {
        const char *row;
        uint32_t what;
    } said[128];
    static size_t count;

    for (size_t i = 0; i < count; i++) {
        if (said[i].row == row && said[i].what == what)
            return false;
    }
    if (count == ARRAY_SIZE(said))
        return false;
    said[count].row = row;
    said[count++].what = what;
    return true;
}

static void hold(const struct checked *it, const char *row, const char *field, uint64_t saw,
                 uint64_t wanted)
{
    struct conf *c = it->c;
    struct value seen;

    if (saw == wanted && !(conf_judges(c, row) && is_news(row, it->what)))
        return;
    snprintf(seen.text, sizeof(seen.text), "0x%llx, expected 0x%llx", (unsigned long long)saw,
             (unsigned long long)wanted);
    ROW(row)
        conf_check_said(c, saw == wanted, seen, __FILE__, __LINE__, "%s: %s", it->name, field);
}

/* Parameters of the response, of operations that have any (MTP 1.1, appendix D): what an operation
 * has no parameter for is left out or 0 (4.3). SIZE_MAX of those that no public document has. */
static size_t parameters_of(uint16_t operation, uint16_t code)
{
    static const struct {
        uint16_t operation;
        size_t count;
    } some[] = {
        {MTP_OP_GET_NUM_OBJECTS, 1},      {MTP_OP_SEND_OBJECT_INFO, 3},
        {MTP_OP_COPY_OBJECT, 1},          {MTP_OP_GET_PARTIAL_OBJECT, 1},
        {MTP_OP_SET_OBJECT_PROP_LIST, 1}, {MTP_OP_SEND_OBJECT_PROP_LIST, 4},
    };

    if (operation >= 0x9000 && operation >> 8 != 0x98)
        return SIZE_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
        if (some[i].operation == operation)
            return some[i].count;
    }
    return operation == MTP_OP_OPEN_SESSION && code == MTP_RC_SESSION_ALREADY_OPEN;
}

static unsigned surplus(uint16_t operation, const struct ct_answer *answer)
{
    unsigned count = 0;

    for (size_t i = parameters_of(operation, answer->code); i < answer->params; i++)
        count += answer->param[i] != 0;
    return count;
}

void exchange_check(struct conf *c, struct exchange_asked asked, const struct ct_answer *answer)
{
    struct value name = value_op(asked.operation);
    const struct checked it = {c, name.text, asked.operation};

    conf_exercised_op(c, asked.operation, answer->code);
    hold(&it, "USB-BLK-001.response", "the response's length", answer->length,
         HEADER + answer->came);
    hold(&it, "USB-BLK-005.response", "the response's transaction id", answer->id, asked.id);
    hold(&it, "USB-BLK-014.fits", "bytes of the response that are no parameter",
         answer->came % 4 + (answer->came > 4 * PARAMETERS ? answer->came - 4 * PARAMETERS : 0), 0);
    hold(&it, "USB-BLK-014.unused", "parameters that are not the operation's, and not 0",
         surplus(asked.operation, answer), 0);
    if (!answer->has_data)
        return;
    hold(&it, "USB-BLK-005.phase", "a data phase of the device's in one of ours", asked.sends_data,
         0);
    hold(&it, "USB-BLK-005.data", "the data's transaction id", answer->data_id, asked.id);
    hold(&it, "USB-BLK-005.code", "the data's operation code", answer->data_code, asked.operation);
    if (answer->data_length != UINT32_MAX || answer->size < UINT32_MAX - HEADER)
        hold(&it, "USB-BLK-001.data", "the data's length", answer->data_length,
             HEADER + answer->size);
    hold(&it, "USB-BLK-012.bare", "an empty data phase before a refusal",
         answer->code != MTP_RC_OK && !answer->size, 0);
}

static unsigned not_zero(const uint8_t *bytes, size_t length)
{
    unsigned count = 0;

    for (size_t i = 0; i < length; i++)
        count += bytes[i] != 0;
    return count;
}

void exchange_check_reply(struct conf *c, const struct raw_pending *asked,
                          const uint8_t header[RAW_HEADER])
{
    bool is_submit = get_be32(header) == RAW_RET_SUBMIT;
    const struct checked it = {c, is_submit ? "RET_SUBMIT" : "RET_UNLINK", get_be32(header)};
    uint32_t packets = get_be32(header + 32), length = get_be32(header + 24);

    if (is_submit && !asked->endpoint)
        conf_exercised_request(c, asked->setup, get_be32(header + 20) == 0);
    hold(&it, is_submit ? "USBIP-URB-002.devid" : "USBIP-URB-002.unlink", "devid",
         get_be32(header + 8), 0);
    hold(&it, is_submit ? "USBIP-URB-002.direction" : "USBIP-URB-002.unlink", "direction",
         get_be32(header + 12), 0);
    hold(&it, is_submit ? "USBIP-URB-002.endpoint" : "USBIP-URB-002.unlink", "endpoint",
         get_be32(header + 16), 0);
    if (!is_submit) {
        hold(&it, "USBIP-OP-004.unlink", "bytes behind the status that are not 0",
             not_zero(header + 24, RAW_HEADER - 24), 0);
        return;
    }
    hold(&it, "USBIP-URB-005.most", "bytes more than were asked for",
         length > asked->length ? length - asked->length : 0, 0);
    hold(&it, "USBIP-URB-010.start", "start_frame", get_be32(header + 28), 0);
    hold(&it, "USBIP-URB-010.count", "number_of_packets, which is 0 or 0xffffffff",
         packets == UINT32_MAX ? 0 : packets, 0);
    hold(&it, "USBIP-URB-010.errors", "error_count", get_be32(header + 36), 0);
    hold(&it, "USBIP-OP-004.submit", "bytes of the padding that are not 0",
         not_zero(header + 40, 8), 0);
}
