/* USB 2.0 chapter 9: standard requests that need no change of configuration. */
#include <errno.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* USB 2.0, 9.4.3 and table 9-8. */
CONF_CASE(USB_CH9_BV_01, .title = "The device descriptor is cut to wLength and never padded",
          .reqs = REQS("USB-CH9-001"), .ics = "ANY", .player = "mtp",
          .steps = "GET_DESCRIPTOR(device) with wLength 18, 64, 1 to 17 and 0")
{
    uint8_t whole[64], part[64];

    ROW("USB-CH9-001.whole") {
        REQUIRE_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, whole), 18);
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 64, part), 18);
        CHECK_BYTES(part, 18, whole, 18);
    }
    for (uint16_t length = 1; length < 18; length++) {
        int count = dut_descriptor(c, DESC_DEVICE, 0, 0, length, part);

        ROW("USB-CH9-001.cut")
            CHECK_EQ(count, length);
        ROW("USB-CH9-001.same")
            CHECK_BYTES(part, count > 0 ? (size_t)count : 0, whole, count > 0 ? (size_t)count : 0);
    }
    ROW("USB-CH9-001.zero")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 0, part), 0);
}

/* USB 2.0, 9.4.3, 9.6.3. */
CONF_CASE(USB_CH9_BV_02, .title = "The configuration set is as long as wTotalLength says",
          .reqs = REQS("USB-CH9-002"), .ics = "ANY", .player = "mtp",
          .steps = "GET_DESCRIPTOR(configuration) with 9, 12, wTotalLength and more")
{
    uint8_t head[9], whole[4096];
    int count;

    ROW("USB-CH9-002.cut") {
        REQUIRE_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, 9, head), 9);
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, 12, whole), 12);
    }
    count = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(whole), whole);
    ROW("USB-CH9-002.same") {
        REQUIRE(count >= 9);
        CHECK_BYTES(head, 9, whole, 9);
    }
    ROW("USB-CH9-002.total") {
        REQUIRE_EQ(count, get_le16(whole + 2));
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, (uint16_t)count, whole), count);
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
    ROW("USB-CH9-003.first")
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, device[17], 0, 9, bytes), -EPIPE);
    ROW("USB-CH9-003.above") {
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0x80, 0, 9, bytes), -EPIPE);
        CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0xff, 0, 9, bytes), -EPIPE);
    }
    ROW("USB-CH9-003.below") {
        for (uint8_t i = 0; i < device[17]; i++)
            REQUIRE_EQ(dut_descriptor(c, DESC_CONFIG, i, 0, 9, bytes), 9);
    }
}

/* USB 2.0, 9.2.7, 8.5.3.4: the stall of endpoint 0 ends with the next SETUP. */
CONF_CASE(
    USB_CH9_BI_04, .title = "An unknown request stalls and endpoint 0 recovers by itself",
    .reqs = REQS("USB-CH9-004"), .ics = "ANY", .player = "mtp",
    .steps =
        "bRequest 0x55 in and out, descriptor type 0x7F, each with an ordinary request behind; "
        "twice")
{
    uint8_t bytes[8];

    for (int round = 0; round < 2; round++) {
        ROW("USB-CH9-004.in")
            CHECK_EQ(dut_control(c, USB_FROM_DEVICE, 0x55, 0, 0, 8, bytes), -EPIPE);
        ROW("USB-CH9-004.next")
            CHECK(dut_status(c, USB_FROM_DEVICE, 0) >= 0);
        ROW("USB-CH9-004.out")
            CHECK_EQ(dut_control(c, USB_TO_DEVICE, 0x55, 0, 0, 0, NULL), -EPIPE);
        ROW("USB-CH9-004.next")
            CHECK(dut_status(c, USB_FROM_DEVICE, 0) >= 0);
        ROW("USB-CH9-004.type")
            CHECK_EQ(dut_descriptor(c, 0x7f, 0, 0, 8, bytes), -EPIPE);
        ROW("USB-CH9-004.next")
            CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 8, bytes), 8);
    }
}

/* Judges the string of one index; USB 2.0, 9.6.7. */
static void dut_string(struct conf *c, uint8_t index)
{
    uint8_t bytes[256] = {0};
    int count = dut_descriptor(c, DESC_STRING, index, 0x0409, 255, bytes);
    bool high = false;

    conf_note(c, "string %u: %s", index, value_errno(count).text);
    ROW("USB-CH9-005.named")
        REQUIRE(count >= 2);
    ROW("USB-CH9-005.head") {
        CHECK_EQ(bytes[0], count);
        CHECK_EQ(bytes[1], DESC_STRING);
    }
    ROW("USB-CH9-005.units")
        CHECK_EQ(count % 2, 0);
    for (int at = 2; at + 1 < count; at += 2) {
        unsigned unit = get_le16(bytes + at);
        bool low = (unit & 0xfc00) == 0xdc00;

        ROW("USB-CH9-005.nul")
            CHECK(unit != 0);
        ROW("USB-CH9-005.utf16")
            CHECK_EQ(low, high);
        high = (unit & 0xfc00) == 0xd800;
    }
    ROW("USB-CH9-005.utf16")
        CHECK(!high);
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
    ROW("USB-CH9-005.list") {
        REQUIRE(count >= 4 && count % 2 == 0);
        CHECK_EQ(list[0], count);
        CHECK_EQ(list[1], DESC_STRING);
        for (int at = 2; at < count; at += 2)
            CHECK(get_le16(list + at) != 0);
    }
    for (unsigned at = 14; at <= 16; at++) {
        if (device[at])
            dut_string(c, device[at]);
    }
    dut_strings_of_set(c);
}

CONF_CASE(
    USB_CH9_BI_06, .title = "A string index the device has no string for stalls",
    .reqs = REQS("USB-CH9-006"), .ics = "ANY", .player = "mtp",
    .steps =
        "Strings 200, with and without a language, 0xED and 0xEF stall, the next request works")
{
    uint8_t bytes[255];

    ROW("USB-CH9-006.stall")
        CHECK_EQ(dut_descriptor(c, DESC_STRING, 200, 0x0409, 255, bytes), -EPIPE);
    ROW("USB-CH9-006.next")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
    ROW("USB-CH9-006.zero")
        CHECK_EQ(dut_descriptor(c, DESC_STRING, 200, 0, 255, bytes), -EPIPE);
    ROW("USB-CH9-006.beside") {
        CHECK_EQ(dut_descriptor(c, DESC_STRING, 0xed, 0x0409, 255, bytes), -EPIPE);
        CHECK_EQ(dut_descriptor(c, DESC_STRING, 0xef, 0x0409, 255, bytes), -EPIPE);
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
    ROW("USB-CH9-007.english")
        REQUIRE(e > 2);
    ROW("USB-CH9-007.same") {
        CHECK_EQ(a, b);
        CHECK_BYTES(second, b > 0 ? (size_t)b : 0, first, a > 0 ? (size_t)a : 0);
    }
    ROW("USB-CH9-007.defined") {
        CHECK_SEEN(a == -EPIPE || a == e, value_errno(a));
        CHECK_BYTES(first, a > 0 ? (size_t)a : 0, english, a > 0 ? (size_t)e : 0);
    }
}

/* USB 2.0, 9.4.5, figure 9-4. */
CONF_CASE(
    USB_CH9_BV_12, .title = "GET_STATUS(device) is two bytes that fit the descriptors",
    .reqs = REQS("USB-CH9-012"), .ics = "ANY", .player = "mtp",
    .steps = "Compare bit 0 with bmAttributes, bit 1 with the feature's state, the rest with 0")
{
    uint8_t config[9], status[2], more[8];
    int count;

    if (dut_descriptor(c, DESC_CONFIG, 0, 0, 9, config) != 9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    ROW("USB-CH9-012.two") {
        REQUIRE_EQ(dut_control(c, USB_FROM_DEVICE, USB_GET_STATUS, 0, 0, 2, status), 2);
        /* What another wLength does is not specified (9.4.5). */
        count = dut_control(c, USB_FROM_DEVICE, USB_GET_STATUS, 0, 0, 8, more);
        CHECK_SEEN(count == 2 || count == -EPIPE, value_errno(count));
    }
    ROW("USB-CH9-012.power") {
        /* A device that has both supplies may run on either (9.6.3); one without cannot claim it.
         */
        CHECK((config[7] & 0x40) || !(status[0] & 1));
        CHECK(!(config[7] & 0x40) || config[8] != 0 || (status[0] & 1));
    }
    ROW("USB-CH9-012.wakeup")
        CHECK_EQ(status[0] & 2, 0);
    ROW("USB-CH9-012.rest")
        CHECK_EQ(get_le16(status) & ~3, 0);
}

/* SET_ or CLEAR_FEATURE(ENDPOINT_HALT). */
static int dut_halt(struct conf *c, uint8_t endpoint, uint8_t request)
{
    return dut_control(c, USB_TO_ENDPOINT, request, USB_ENDPOINT_HALT, endpoint, 0, NULL);
}

/* USB 2.0, 9.4.5, figure 9-6. */
CONF_CASE(USB_CH9_BV_14, .title = "GET_STATUS(endpoint) shows the halt of that endpoint alone",
          .reqs = REQS("USB-CH9-014"), .ics = "ANY", .player = "mtp",
          .steps = "Halt each endpoint, read 1; the other endpoints read 0; clear, read 0")
{
    DUT dut = dut_pipe(c);
    uint8_t endpoints[] = {dut.pipe.in, dut.pipe.out, dut.pipe.interrupt};
    size_t count = dut.pipe.interrupt ? 3 : 2;

    for (size_t i = 0; i < count; i++) {
        ROW("USB-CH9-014.clear")
            CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, endpoints[i]), 0);
        if (dut_halt(c, endpoints[i], USB_SET_FEATURE) != 0)
            conf_refused(c, "endpoint halt", "SET_FEATURE(ENDPOINT_HALT) was refused");
        for (size_t k = 0; k < count; k++) {
            ROW(k == i ? "USB-CH9-014.halt" : "USB-CH9-014.others")
                CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, endpoints[k]), k == i);
        }
        ROW("USB-CH9-014.clear") {
            CHECK_EQ(dut_halt(c, endpoints[i], USB_CLEAR_FEATURE), 0);
            CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, endpoints[i]), 0);
        }
    }
}

/* USB 2.0, 9.4.9, 9.4.1, 5.8.5: what waited behind the halt comes after it, once. */
CONF_CASE(USB_CH9_BV_15,
          .title = "A halted bulk IN stalls until the halt is cleared, and loses nothing",
          .reqs = REQS("USB-CH9-015"), .ics = "ANY", .player = "mtp",
          .steps = "Twice: halt bulk IN, send GetDeviceInfo, read twice: stalls; clear, read: data "
                   "and response")
{
    DUT dut = dut_pipe(c);
    uint8_t in = dut.pipe.in, scrap[64];

    for (int round = 0; round < 2; round++) {
        ROW("USB-CH9-015.in") {
            REQUIRE_EQ(dut_halt(c, in, USB_SET_FEATURE), 0);
            dut.pipe.deadline_ms = DUT_PROMPT_MS;
            if (ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 0, PARAMS()))
                conf_refused(c, "submit", "the command was not taken");
            CHECK_EQ(ct_bulk_in(&dut.pipe, scrap, sizeof(scrap)), -EPIPE);
            CHECK_EQ(ct_bulk_in(&dut.pipe, scrap, sizeof(scrap)), -EPIPE);
        }
        ROW("USB-CH9-015.resumes") {
            CHECK_EQ(tp_clear_halt(dut.pipe.tp, in), 0);
            CHECK_RC(dut_collect(&dut), MTP_RC_OK);
            CHECK(dut.answer.has_data);
            CHECK_EQ(dut.answer.data_length, dut.answer.size + 12);
            CHECK(dut_in_step(&dut));
        }
    }
}

CONF_CASE(USB_CH9_BV_25, .title = "A halted bulk OUT or interrupt IN stalls until it is cleared",
          .reqs = REQS("USB-CH9-015"), .ics = "MTP", .player = "mtp",
          .steps = "Halt bulk OUT, send a command: stall; halt interrupt IN, read: stall; clear "
                   "both: an operation works")
{
    DUT dut = dut_pipe(c);
    uint8_t scrap[64];

    ROW("USB-CH9-015.out") {
        REQUIRE_EQ(dut_halt(c, dut.pipe.out, USB_SET_FEATURE), 0);
        CHECK_EQ(ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 0, PARAMS()), -EPIPE);
    }
    if (!dut.pipe.interrupt)
        conf_refused(c, "bulk pipes", "the interface has no interrupt IN");
    ROW("USB-CH9-015.interrupt") {
        REQUIRE_EQ(dut_halt(c, dut.pipe.interrupt, USB_SET_FEATURE), 0);
        CHECK_EQ(
            tp_interrupt_in(dut.pipe.tp, dut.pipe.interrupt, scrap, sizeof(scrap), DUT_QUIET_MS),
            -EPIPE);
    }
    ROW("USB-CH9-015.cleared") {
        CHECK_EQ(tp_clear_halt(dut.pipe.tp, dut.pipe.interrupt), 0);
        CHECK_EQ(tp_clear_halt(dut.pipe.tp, dut.pipe.out), 0);
        dut.pipe.next = 0;
        CHECK_RC(dut_op(&dut, MTP_OP_GET_DEVICE_INFO, PARAMS()), MTP_RC_OK);
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

    ROW("USB-CH9-016.in")
        CHECK_EQ(dut_halt(c, dut.pipe.in, USB_CLEAR_FEATURE), 0);
    ROW("USB-CH9-016.out")
        CHECK_EQ(dut_halt(c, dut.pipe.out, USB_CLEAR_FEATURE), 0);
    ROW("USB-CH9-016.interrupt") {
        if (dut.pipe.interrupt)
            CHECK_EQ(dut_halt(c, dut.pipe.interrupt, USB_CLEAR_FEATURE), 0);
        else
            conf_excused(c, 1, "there is no interrupt IN");
    }
    ROW("USB-CH9-016.after")
        CHECK(dut_in_step(&dut));
}

/* USB 2.0, 9.4.9, 9.4.1. */
CONF_CASE(
    USB_CH9_BI_17, .title = "An unknown feature or recipient stalls and changes nothing",
    .reqs = REQS("USB-CH9-017"), .ics = "ANY", .player = "mtp",
    .steps =
        "SET_ and CLEAR_FEATURE with selector 9 to device, interface, endpoint, with 0x0100 to "
        "an endpoint; recipient 3")
{
    DUT dut = dut_pipe(c);
    uint8_t in = dut.pipe.in;
    const struct {
        const char *clause;
        uint8_t type;
        uint16_t selector, index;
    } shapes[] = {{"USB-CH9-017.device", USB_TO_DEVICE, 9, 0},
                  {"USB-CH9-017.interface", USB_TO_INTERFACE, 9, dut.pipe.interface_number},
                  {"USB-CH9-017.endpoint", USB_TO_ENDPOINT, 9, in},
                  {"USB-CH9-017.endpoint", USB_TO_ENDPOINT, 0x0100, in},
                  {"USB-CH9-017.recipient", 0x03, 0, 0}};
    int before = dut_status(c, USB_FROM_DEVICE, 0);

    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        ROW(shapes[i].clause) {
            CHECK_EQ(dut_control(c, shapes[i].type, USB_SET_FEATURE, shapes[i].selector,
                                 shapes[i].index, 0, NULL),
                     -EPIPE);
            CHECK_EQ(dut_control(c, shapes[i].type, USB_CLEAR_FEATURE, shapes[i].selector,
                                 shapes[i].index, 0, NULL),
                     -EPIPE);
        }
    }
    ROW("USB-CH9-017.unchanged") {
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0), before);
        CHECK_EQ(dut_status(c, USB_FROM_ENDPOINT, in), 0);
        CHECK_EQ(dut_halt(c, in, USB_CLEAR_FEATURE), 0);
    }
}

/* USB 2.0, 9.4.9: the feature exists where bmAttributes bit 5 announces it. */
static int dut_wakeup(struct conf *c, uint8_t request)
{
    return dut_control(c, USB_TO_DEVICE, request, USB_REMOTE_WAKEUP, 0, 0, NULL);
}

CONF_CASE(USB_CH9_BI_18, .title = "Remote wake-up cannot be enabled where it is not announced",
          .reqs = REQS("USB-CH9-018"), .ics = "!USB.WAKEUP", .player = "mtp",
          .steps = "SET_FEATURE(DEVICE_REMOTE_WAKEUP) stalls, GET_STATUS bit 1 is 0")
{
    ROW("USB-CH9-018.refused")
        CHECK_EQ(dut_wakeup(c, USB_SET_FEATURE), -EPIPE);
    ROW("USB-CH9-018.unset")
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0) & 2, 0);
}

CONF_CASE(USB_CH9_BV_18,
          .title = "Remote wake-up can be enabled and disabled where it is announced",
          .reqs = REQS("USB-CH9-018", "USB-CH9-012"), .ics = "USB.WAKEUP", .player = "mtp-wakeup",
          .steps = "SET_FEATURE(DEVICE_REMOTE_WAKEUP): GET_STATUS bit 1 is 1, and again; "
                   "CLEAR_FEATURE: 0")
{
    int before = dut_status(c, USB_FROM_DEVICE, 0);

    ROW("USB-CH9-018.taken")
        REQUIRE_EQ(dut_wakeup(c, USB_SET_FEATURE), 0);
    ROW("USB-CH9-012.wakeup") {
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0), before | 2);
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0), before | 2);
    }
    ROW("USB-CH9-018.cleared") {
        CHECK_EQ(dut_wakeup(c, USB_CLEAR_FEATURE), 0);
        CHECK_EQ(dut_status(c, USB_FROM_DEVICE, 0) & 2, 0);
    }
}

/* USB 2.0, 5.5.3: an answer shorter than wLength ends the transfer also when its length is a
 * multiple of bMaxPacketSize0; over USB/IP that is a smaller actual_length. */
CONF_CASE(USB_CH9_BV_21,
          .title = "An answer shorter than wLength ends, also at a packet's multiple",
          .reqs = REQS("USB-CH9-021"), .ics = "ANY", .player = "mtp-strings",
          .steps = "Read every string and the configuration with more room than they need")
{
    uint8_t device[18], bytes[1024];
    bool multiple, any = false;

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    for (unsigned at = 14; at <= 16; at++) {
        if (!device[at])
            continue;
        ROW("USB-CH9-021.cut")
            REQUIRE_EQ(dut_descriptor(c, DESC_STRING, device[at], 0x0409, 2, bytes), 2);
        multiple = device[7] && bytes[0] % device[7] == 0;
        any |= multiple;
        conf_note(c, "a multiple of bMaxPacketSize0: %d", multiple);
        ROW(multiple ? "USB-CH9-021.multiple" : "USB-CH9-021.short")
            CHECK_EQ(dut_descriptor(c, DESC_STRING, device[at], 0x0409, 255, bytes), bytes[0]);
        ROW("USB-CH9-021.cut") {
            CHECK_EQ(dut_descriptor(c, DESC_STRING, device[at], 0x0409, 3, bytes), 3);
            CHECK_EQ(dut_descriptor(c, DESC_CONFIG, 0, 0, 17, bytes), 17);
        }
    }
    ROW("USB-CH9-021.multiple") {
        if (!any)
            conf_excused(c, 1, "no string fills its packets");
    }
    ROW("USB-CH9-021.short") {
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

    ROW("USB-CH9-022.less") {
        CHECK_EQ(dut_control(c, 0x21, MTP_REQ_CANCEL, 0, number, 5, bytes), -EPIPE);
        CHECK_EQ(dut_control(c, 0x21, MTP_REQ_CANCEL, 0, number, 0, NULL), -EPIPE);
    }
    ROW("USB-CH9-022.more")
        CHECK_EQ(dut_control(c, 0x21, MTP_REQ_CANCEL, 0, number, 7, bytes), -EPIPE);
    ROW("USB-CH9-022.after") {
        CHECK(dut_status(c, USB_FROM_DEVICE, 0) >= 0);
        CHECK(dut_in_step(&dut));
    }
}
