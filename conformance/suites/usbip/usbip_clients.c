/* USB/IP 1.1.1, different importers: each writes what the protocol leaves open in its own way, and
 * the device they see is the same one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* URB_DIR_IN of Linux's transfer_flags (include/linux/usb.h): its hosts set it on every IN URB. */
enum { LINUX_DIR_IN = 0x200, ANSWERS_MAX = 64 * 1024, STRING_LANGUAGES = 0, ENGLISH = 0x0409 };

struct dialect {
    const char *name;
    uint32_t first;      /* sequence number */
    bool direction_bit;  /* the number's lowest bit says whether it is an IN */
    uint32_t in_flags;   /* set on every IN URB */
    uint32_t packets;    /* number_of_packets where there are none */
    uint32_t start, gap; /* start_frame and interval where they mean nothing */
};

/* The protocol's text; Linux's virtual host controller, which counts for all its ports together;
 * usbip-win2's, whose numbers carry the direction; and one that leaves such fields as they were. */
static const struct dialect dialects[] = {
    {"protocol text", 1, false, 0, 0xffffffff, 0, 0},
    {"Linux", 48113, false, LINUX_DIR_IN, 0, 0, 0},
    {"direction in the number", 0x7ffffffc, true, LINUX_DIR_IN, 0xffffffff, 0, 0},
    {"unused fields not cleared", 0xfffffff0, false, LINUX_DIR_IN, 0xdead, 0xdeadbeef, 255},
};

/* What a host saw, one answer after the other: result, then bytes. */
struct answers {
    size_t used;
    uint8_t bytes[ANSWERS_MAX];
};

struct host {
    struct conf *c;
    struct raw_connection *connection; /* NULL: the engine's transport */
    const struct dialect *dialect;
    uint32_t next;
    struct answers *answers;
};

static void keep(struct host *host, int result, const uint8_t *data)
{
    struct answers *answers = host->answers;
    size_t length = result > 0 && data ? (size_t)result : 0;

    if (answers->used + 4 + length > ANSWERS_MAX)
        conf_inconclusive(host->c, "its answers are longer than this case can compare");
    put_le32(answers->bytes + answers->used, (uint32_t)result);
    if (length > 0)
        memcpy(answers->bytes + answers->used + 4, data, length);
    answers->used += 4 + length;
}

/* One URB as this host writes it; bytes moved, the device's status, or -errno of the connection. */
static int transfer(struct host *host, uint8_t address, const uint8_t setup[8], uint8_t *data,
                    uint32_t length)
{
    const struct dialect *dialect = host->dialect;
    bool in = (address & 0x80) != 0;
    struct raw_urb urb = {.direction = in ? RAW_IN : RAW_OUT,
                          .endpoint = address & 0x0f,
                          .flags = in ? dialect->in_flags : 0,
                          .length = length,
                          .start_frame = dialect->start,
                          .packets = dialect->packets,
                          .interval = dialect->gap,
                          .devid = host->connection->devid,
                          .exact = true};
    struct raw_reply reply = {0};
    int error;

    if (setup)
        memcpy(urb.setup, setup, 8);
    if (dialect->direction_bit)
        host->next = ((host->next + 2) & ~1u) | in;
    urb.seqnum = host->next++;
    error = raw_transfer(host->connection, &urb, data, in ? length : 0, DUT_PROMPT_MS, &reply);
    return error ? error : reply.status ? reply.status : (int)reply.actual;
}

/* A control transfer; kept, and its result. */
static int ask(struct host *host, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
               uint16_t length, uint8_t *data)
{
    uint8_t setup[8] = {type, request};
    int result;

    put_le16(setup + 2, value);
    put_le16(setup + 4, index);
    put_le16(setup + 6, length);
    result = host->connection ? transfer(host, type & 0x80, setup, data, length)
                              : dut_control(host->c, type, request, value, index, length, data);
    if (host->connection)
        conf_note(host->c, "%s: control %02x %02x value %04x length %u: %s", host->dialect->name,
                  type, request, value, length, value_errno(result).text);
    keep(host, result, type & 0x80 ? data : NULL);
    return result;
}

static int descriptor(struct host *host, uint8_t kind, uint8_t number, uint16_t language,
                      uint16_t length, uint8_t *data)
{
    return ask(host, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, (uint16_t)(kind << 8 | number), language,
               length, data);
}

/* What a host reads before it configures: the first descriptor with the length of a packet, then
 * each set by its head first, and strings with the most there can be. False if it cannot go on. */
static bool enumerate(struct host *host)
{
    static uint8_t bytes[4096];
    uint8_t strings[3];

    memset(bytes, 0, sizeof(bytes));
    descriptor(host, DESC_DEVICE, 0, 0, 64, bytes);
    if (descriptor(host, DESC_DEVICE, 0, 0, 18, bytes) != 18)
        return false;
    memcpy(strings, bytes + 14, 3);
    if (descriptor(host, DESC_BOS, 0, 0, 5, bytes) == 5)
        descriptor(host, DESC_BOS, 0, 0, get_le16(bytes + 2), bytes);
    descriptor(host, DESC_QUALIFIER, 0, 0, 10, bytes);
    if (descriptor(host, DESC_CONFIG, 0, 0, 9, bytes) != 9)
        return false;
    descriptor(host, DESC_CONFIG, 0, 0, get_le16(bytes + 2), bytes);
    ask(host, USB_TO_DEVICE, USB_SET_CONFIGURATION, bytes[5], 0, 0, NULL);
    ask(host, USB_FROM_DEVICE, USB_GET_CONFIGURATION, 0, 0, 1, bytes);
    ask(host, USB_FROM_DEVICE, USB_GET_STATUS, 0, 0, 2, bytes);
    descriptor(host, DESC_STRING, 0, STRING_LANGUAGES, 255, bytes);
    for (size_t i = 0; i < 3; i++)
        descriptor(host, DESC_STRING, strings[i], ENGLISH, 255, bytes);
    /* A refusal is the same for all, too. */
    descriptor(host, DESC_STRING, 200, ENGLISH, 255, bytes);
    return true;
}

static void see(struct conf *c, const struct dialect *dialect, struct answers *answers)
{
    struct host host = {.c = c, .dialect = dialect, .answers = answers};

    answers->used = 0;
    if (!dialect) {
        if (!enumerate(&host))
            conf_refused(c, "configuration descriptor", "the device does not enumerate");
        conf_transport_drop(c);
        return;
    }
    DUT_CONNECTION connection = dut_import(c);

    host.connection = connection;
    host.next = dialect->first;
    CHECK(enumerate(&host));
}

/* usbip_protocol.rst leaves these fields open; that Linux enumerates the device by itself is the
 * kernel lane's to show. */
CONF_CASE(USBIP_URB_BV_21, .title = "Every importer's way of writing URBs gets the same bytes",
          .reqs = REQS("USBIP-URB-021"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Enumerate through the USB/IP client, then with frames as the protocol's text, "
                   "Linux and others write them; compare every answer")
{
    static struct answers first, other;

    ROW("USBIP-URB-021.control") {
        see(c, NULL, &first);
        for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
            see(c, &dialects[i], &other);
            CHECK_BYTES(other.bytes, other.used, first.bytes, first.used);
        }
    }
}

/* GetDeviceInfo: command, data, response. */
static void operate(struct host *host, const struct dut *dut)
{
    static const uint8_t command[12] = {12, 0, 0, 0, MTP_CT_COMMAND, 0, 0x01, 0x10};
    static uint8_t data[16384];

    memcpy(data, command, sizeof(command));
    keep(host, transfer(host, dut->pipe.out, NULL, data, sizeof(command)), NULL);
    for (int i = 0; i < 2; i++)
        keep(host, transfer(host, dut->pipe.in, NULL, data, sizeof(data)), data);
}

CONF_CASE(USBIP_URB_BV_22, .title = "Bulk transfers are the same whoever asks for them",
          .reqs = REQS("USBIP-URB-021"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GetDeviceInfo with frames as the protocol's text, Linux and others write them; "
                   "compare every answer")
{
    static struct answers first, other;

    ROW("USBIP-URB-021.bulk") {
        for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
            DUT_CONNECTION connection = dut_import(c);
            DUT dut = dut_raw(c, connection);
            struct host host = {.c = c,
                                .connection = connection,
                                .dialect = &dialects[i],
                                .next = dialects[i].first,
                                .answers = i == 0 ? &first : &other};

            host.answers->used = 0;
            operate(&host, &dut);
            REQUIRE(host.answers->used > 12 + 12);
            if (i > 0)
                CHECK_BYTES(other.bytes, other.used, first.bytes, first.used);
        }
    }
}
