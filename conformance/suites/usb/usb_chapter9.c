/* USB 2.0 chapter 9: standard requests that need no change of configuration. */
#include <errno.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* USB 2.0, 9.4.3 and table 9-8. */
CONF_CASE(USB_CH9_BV_01, .title = "The device descriptor is cut to wLength and never padded",
          .reqs = REQS("USB-CH9-001"), .ics = "ANY", .player = "mtp",
          .steps = "GET_DESCRIPTOR(device) with wLength 18, 8, 64 and 0")
{
    uint8_t whole[64], part[64];

    ROW("USB-CH9-001") {
        REQUIRE_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, whole), 18);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 8, part), 8);
        CHECK_BYTES(part, 8, whole, 8);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 64, part), 18);
        CHECK_BYTES(part, 18, whole, 18);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 0, part), 0);
    }
}

static void note_fault(void *context, const char *row, const char *text)
{
    if (strcmp(row, conf_row(context)) == 0)
        conf_check(context, false, __FILE__, __LINE__, "%s", text);
}

/* USB 2.0, 9.4.3, 9.6.3. */
CONF_CASE(
    USB_CH9_BV_02, .title = "The configuration set is as long as wTotalLength says",
    .reqs = REQS("USB-CH9-002"), .ics = "ANY", .player = "mtp",
    .steps = "GET_DESCRIPTOR(configuration) with 9, wTotalLength and more; walk every bLength")
{
    uint8_t head[9], whole[4096], device[18];
    uint16_t total;
    int count;

    ROW("USB-CH9-002") {
        REQUIRE_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, 9, head), 9);
        total = get_le16(head + 2);
        count = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(whole), whole);
        REQUIRE_EQ(count, total);
        CHECK_BYTES(whole, 9, head, 9);
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, total, whole), total);
        if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
            conf_refused(c, "device descriptor",
                         "the device descriptor did not come, or not in 18 bytes");
        desc_lint(device, whole, total, tp_speed(conf_transport(c)), note_fault, c);
    }
}

/* USB 2.0, 9.4.3. */
CONF_CASE(USB_CH9_BI_03, .title = "A configuration index the device lacks is a request error",
          .reqs = REQS("USB-CH9-003"), .ics = "ANY", .player = "mtp",
          .steps = "GET_DESCRIPTOR(configuration, bNumConfigurations) stalls, those below work")
{
    uint8_t device[18], bytes[256];

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    ROW("USB-CH9-003") {
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, device[17], 0, 9, bytes), -EPIPE);
        for (uint8_t i = 0; i < device[17]; i++)
            REQUIRE_EQ(dut_descriptor(c, DESC_CONFIG, i, 0, 9, bytes), 9);
    }
}

/* USB 2.0, 9.2.7, 8.5.3.4: the stall of endpoint 0 ends with the next SETUP. */
CONF_CASE(USB_CH9_BI_04, .title = "An unknown request stalls and endpoint 0 recovers by itself",
          .reqs = REQS("USB-CH9-004"), .ics = "ANY", .player = "mtp",
          .steps = "bRequest 0x55, then GET_STATUS; twice")
{
    uint8_t bytes[8];

    ROW("USB-CH9-004") {
        for (int round = 0; round < 2; round++) {
            CHECK_EQ(dut_control(c, USB_FROM_DEVICE, 0x55, 0, 0, 8, bytes), -EPIPE);
            CHECK(dut_status(c, USB_FROM_DEVICE, 0) >= 0);
        }
    }
}

/* Judges the string of one index; USB 2.0, 9.6.7. */
static void dut_string(struct conf *c, uint8_t index)
{
    uint8_t bytes[256] = {0};
    int count = dut_descriptor(c, DESC_STRING, index, 0x0409, 255, bytes);

    conf_note(c, "string %u: %s", index, value_errno(count).text);
    REQUIRE(count >= 2);
    CHECK_EQ(bytes[0], count);
    CHECK_EQ(bytes[1], DESC_STRING);
    CHECK_EQ(count % 2, 0);
    for (int at = 2; at + 1 < count; at += 2)
        CHECK((bytes[at] | bytes[at + 1]) != 0);
}

/* Those that the configuration and its interfaces name. */
static void dut_strings_of_set(struct conf *c)
{
    static uint8_t config[4096];
    int count = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(config), config);
    struct desc_walk walk;
    struct desc item;

    desc_start(&walk, config, count > 0 ? (size_t)count : 0);
    while (desc_next(&walk, &item)) {
        uint8_t index = item.type == DESC_CONFIG && item.length == 9      ? item.at[6]
                        : item.type == DESC_INTERFACE && item.length == 9 ? item.at[8]
                                                                          : 0;

        if (index)
            dut_string(c, index);
    }
}

CONF_CASE(USB_CH9_BV_05, .title = "Strings are UTF-16LE without terminator, index 0 is the list",
          .reqs = REQS("USB-CH9-005"), .ics = "ANY", .player = "mtp",
          .steps = "Read string 0, then every string that a descriptor names")
{
    uint8_t device[18], list[256];
    int count;

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    if (!device[14] && !device[15] && !device[16])
        conf_inconclusive(c, "the device names no string");
    count = dut_descriptor(c, DESC_STRING, 0, 0, 255, list);
    ROW("USB-CH9-005") {
        REQUIRE(count >= 4 && count % 2 == 0);
        CHECK_EQ(list[0], count);
        CHECK_EQ(list[1], DESC_STRING);
        for (unsigned at = 14; at <= 16; at++) {
            if (device[at])
                dut_string(c, device[at]);
        }
        dut_strings_of_set(c);
    }
}

CONF_CASE(USB_CH9_BI_06, .title = "A string index the device has no string for stalls",
          .reqs = REQS("USB-CH9-006"), .ics = "ANY", .player = "mtp",
          .steps = "GET_DESCRIPTOR(string 200) stalls, the next request works")
{
    uint8_t bytes[255];

    ROW("USB-CH9-006") {
        CHECK_EQ(dut_descriptor(c, DESC_STRING, 200, 0x0409, 255, bytes), -EPIPE);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
    }
}

/* USB 2.0, 9.6.7: no text is prescribed for a language the device lacks, but one answer is. */
CONF_CASE(USB_CH9_BI_07, .title = "A language the device lacks gives one defined answer",
          .level = CONF_SHOULD, .reqs = REQS("USB-CH9-007"), .ics = "ANY", .player = "mtp",
          .steps = "Read the first string in 0x0407, 0x0409, 0x0407")
{
    uint8_t device[18], first[255] = {0}, english[255] = {0}, second[255] = {0};
    uint8_t index;
    int a, b, e;

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    index = device[14] ? device[14] : device[15] ? device[15] : device[16];
    if (!index)
        conf_inconclusive(c, "the device names no string");
    a = dut_descriptor(c, DESC_STRING, index, 0x0407, 255, first);
    e = dut_descriptor(c, DESC_STRING, index, 0x0409, 255, english);
    b = dut_descriptor(c, DESC_STRING, index, 0x0407, 255, second);
    ROW("USB-CH9-007") {
        REQUIRE(e > 2);
        CHECK_EQ(a, b);
        CHECK_SEEN(a == -EPIPE || a == e, value_errno(a));
        if (a > 0 && a == e && b == e) {
            CHECK_BYTES(first, (size_t)a, english, (size_t)e);
            CHECK_BYTES(second, (size_t)b, english, (size_t)e);
        }
    }
}

/* USB 2.0, 9.4.5, figure 9-4. */
CONF_CASE(
    USB_CH9_BV_12, .title = "GET_STATUS(device) is two bytes that fit the descriptors",
    .reqs = REQS("USB-CH9-012"), .ics = "ANY", .player = "mtp",
    .steps = "Compare bit 0 with bmAttributes, bit 1 with the feature's state, the rest with 0")
{
    uint8_t config[9];
    int status;

    if (dut_descriptor(c, DESC_CONFIG, 0, 0, 9, config) != 9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    status = dut_status(c, USB_FROM_DEVICE, 0);
    ROW("USB-CH9-012") {
        REQUIRE(status >= 0);
        /* A device that has both supplies may run on either (9.6.3); one without cannot claim it.
         */
        CHECK((config[7] & 0x40) || !(status & 1));
        if (config[7] & 0x40 && config[8] == 0)
            CHECK_EQ(status & 1, 1);
        CHECK_EQ(status & ~1, 0);
    }
}

/* USB 2.0, 9.4.5, figure 9-6. */
CONF_CASE(USB_CH9_BV_14, .title = "GET_STATUS(endpoint) shows the halt of that endpoint alone",
          .reqs = REQS("USB-CH9-014"), .ics = "ANY", .player = "mtp",
          .steps = "Halt bulk IN, read 1; the other endpoints read 0; clear, read 0")
{
    DUT dut = dut_pipe(c);
    uint8_t in = dut.pipe.in;

    ROW("USB-CH9-014") {
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, in), 0);
        REQUIRE_EQ(dut_control(c, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, in, 0, NULL),
                   0);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, in), 1);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, dut.pipe.out), 0);
        if (dut.pipe.interrupt)
            CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, dut.pipe.interrupt), 0);
        CHECK_EQ(dut_control(c, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, USB_ENDPOINT_HALT, in, 0, NULL),
                 0);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, in), 0);
    }
}

/* USB 2.0, 9.4.9, 9.4.1, 5.8.5: what waited behind the halt comes after it, once. */
CONF_CASE(USB_CH9_BV_15,
          .title = "A halted bulk IN stalls until the halt is cleared, and loses nothing",
          .reqs = REQS("USB-CH9-015"), .ics = "MTP", .player = "mtp",
          .steps = "Halt bulk IN, send GetDeviceInfo, read: stall; clear, read: data and response")
{
    DUT dut = dut_pipe(c);
    uint8_t in = dut.pipe.in, scrap[64];

    ROW("USB-CH9-015") {
        REQUIRE_EQ(dut_control(c, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, in, 0, NULL),
                   0);
        if (ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 0, PARAMS()))
            conf_refused(c, "submit", "the command was not taken");
        CHECK_EQ(ct_bulk_in(&dut.pipe, scrap, sizeof(scrap)), -EPIPE);
        CHECK_EQ(tp_clear_halt(dut.pipe.tp, in), 0);
        dut.pipe.deadline_ms = DUT_PROMPT_MS;
        CHECK_RC(dut_collect(&dut), MTP_RC_OK);
        CHECK(dut.answer.has_data);
        CHECK_EQ(dut.answer.data_length, dut.answer.size + 12);
        CHECK(dut_in_step(&dut));
    }
}

CONF_CASE(
    USB_CH9_BV_16, .title = "Clearing a halt that is not there succeeds",
    .reqs = REQS("USB-CH9-016"), .ics = "ANY", .player = "mtp",
    .steps =
        "CLEAR_FEATURE(ENDPOINT_HALT) on bulk IN, bulk OUT and interrupt IN; then an operation")
{
    DUT dut = dut_pipe(c);
    uint8_t endpoints[] = {dut.pipe.in, dut.pipe.out, dut.pipe.interrupt};

    ROW("USB-CH9-016") {
        for (size_t i = 0; i < sizeof(endpoints); i++) {
            if (endpoints[i])
                CHECK_EQ(dut_control(c, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, USB_ENDPOINT_HALT,
                                     endpoints[i], 0, NULL),
                         0);
        }
        CHECK(dut_in_step(&dut));
    }
}

/* USB 2.0, 9.4.9, 9.4.1. */
CONF_CASE(
    USB_CH9_BI_17, .title = "An unknown feature or recipient stalls and changes nothing",
    .reqs = REQS("USB-CH9-017"), .ics = "ANY", .player = "mtp",
    .steps = "SET_ and CLEAR_FEATURE with selector 9 to device, interface, endpoint; recipient 3")
{
    DUT dut = dut_pipe(c);
    uint8_t in = dut.pipe.in;
    const struct {
        uint8_t type;
        uint16_t selector, index;
    } shapes[] = {{USB_TO_DEVICE, 9, 0},
                  {USB_TO_INTERFACE, 9, dut.pipe.interface_number},
                  {USB_TO_ENDPOINT, 9, in},
                  {0x03, 0, 0}};
    int before = dut_status(c, USB_FROM_DEVICE, 0);

    ROW("USB-CH9-017") {
        for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
            CHECK_EQ(dut_control(c, shapes[i].type, USB_SET_FEATURE, shapes[i].selector,
                                 shapes[i].index, 0, NULL),
                     -EPIPE);
            CHECK_EQ(dut_control(c, shapes[i].type, USB_CLEAR_FEATURE, shapes[i].selector,
                                 shapes[i].index, 0, NULL),
                     -EPIPE);
        }
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0), before);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, in), 0);
        CHECK_EQ(dut_control(c, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, USB_ENDPOINT_HALT, in, 0, NULL),
                 0);
    }
}

/* USB 2.0, 9.4.9: the feature exists where bmAttributes bit 5 announces it. */
CONF_CASE(USB_CH9_BI_18, .title = "Remote wake-up can be enabled only where it is announced",
          .reqs = REQS("USB-CH9-018"), .ics = "ANY", .player = "mtp",
          .steps = "SET_FEATURE(DEVICE_REMOTE_WAKEUP), then GET_STATUS bit 1")
{
    uint8_t config[9];
    bool announced;
    int set;

    if (dut_descriptor(c, DESC_CONFIG, 0, 0, 9, config) != 9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    announced = config[7] & 0x20;
    set = dut_control(c, USB_TO_DEVICE, USB_SET_FEATURE, USB_REMOTE_WAKEUP, 0, 0, NULL);
    ROW("USB-CH9-018") {
        CHECK_EQ(set, announced ? 0 : -EPIPE);
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0) & 2, announced ? 2 : 0);
    }
    if (announced)
        dut_control(c, USB_TO_DEVICE, USB_CLEAR_FEATURE, USB_REMOTE_WAKEUP, 0, 0, NULL);
}

/* USB 2.0, 5.5.3: an answer shorter than wLength ends the transfer also when its length is a
 * multiple of bMaxPacketSize0; over USB/IP that is a smaller actual_length. */
CONF_CASE(USB_CH9_BV_21,
          .title = "An answer shorter than wLength ends, also at a packet's multiple",
          .reqs = REQS("USB-CH9-021"), .ics = "ANY", .player = "mtp-strings",
          .steps = "Read every string and the configuration with more room than they need")
{
    uint8_t device[18], bytes[1024];
    bool multiple = false;

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    ROW("USB-CH9-021") {
        for (unsigned at = 14; at <= 16; at++) {
            int count;

            if (!device[at])
                continue;
            count = dut_descriptor(c, DESC_STRING, device[at], 0x0409, 255, bytes);
            REQUIRE(count >= 2);
            CHECK_EQ(count, bytes[0]);
            if (device[7] && count % device[7] == 0)
                multiple = true;
        }
        conf_note(c, "a string was a multiple of bMaxPacketSize0: %d", multiple);
        CHECK(dut_descriptor(c, DESC_CONFIG, 0, 0, 1024, bytes) >= 9);
        CHECK_EQ(get_le16(bytes + 2), dut_descriptor(c, DESC_CONFIG, 0, 0, 1023, bytes));
    }
}

/* USB 2.0, 9.3.5; still image class 1.0, 5.2.1: Cancel carries six bytes. */
CONF_CASE(USB_CH9_BI_22, .title = "A data stage of the wrong length is refused",
          .reqs = REQS("USB-CH9-022"), .ics = "MTP", .player = "mtp",
          .steps = "Cancel with 5 and with 7 bytes stalls; the device still answers")
{
    DUT dut = dut_pipe(c);
    uint8_t bytes[7] = {0x01, 0x40, 0x34, 0x12, 0, 0, 0};
    uint16_t number = dut.pipe.interface_number;

    ROW("USB-CH9-022") {
        CHECK_EQ(dut_control(c, 0x21, MTP_REQ_CANCEL, 0, number, 5, bytes), -EPIPE);
        CHECK_EQ(dut_control(c, 0x21, MTP_REQ_CANCEL, 0, number, 7, bytes), -EPIPE);
        CHECK(dut_in_step(&dut));
    }
}
