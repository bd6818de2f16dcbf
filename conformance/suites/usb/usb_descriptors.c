/* USB 2.0, 9.6: what a device says about itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* The descriptors as the device sends them now, not as a transport kept them. */
struct sets {
    uint8_t device[18], config[4096];
    size_t length;
    int speed;
};

static void read_sets(struct conf *c, struct sets *ret)
{
    int count = dut_descriptor(c, DESC_CONFIG, 0, 0, sizeof(ret->config), ret->config);

    if (count < 9 || dut_descriptor(c, DESC_DEVICE, 0, 0, 18, ret->device) != 18)
        conf_refused(c, count < 9 ? "configuration descriptor" : "device descriptor",
                     "the device or the configuration descriptor did not come whole");
    ret->length = (size_t)count;
    ret->speed = tp_speed(conf_transport(c));
}

struct row {
    struct conf *c;
    const char *id; /* NULL: any */
    unsigned faults;
    struct value first; /* of them, as the lint says it */
};

static void on_fault(void *context, const char *row, const char *text)
{
    struct row *wanted = context;

    if (wanted->id && strcmp(row, wanted->id) != 0)
        return;
    if (!wanted->faults++)
        snprintf(wanted->first.text, sizeof(wanted->first.text), "%s", text);
    conf_note(wanted->c, "%s: %s", row, text);
}

/* The faults of the clause at hand that the lint finds. */
static struct row lint(struct conf *c)
{
    static struct sets sets;
    struct row wanted = {.c = c, .id = conf_row(c)};

    read_sets(c, &sets);
    desc_lint(sets.device, sets.config, sets.length, sets.speed, on_fault, &wanted);
    return wanted;
}

/* Judges each of the clauses by the lint; NULL ends the list. */
static void dut_lint(struct conf *c, const char *const *clauses)
{
    for (; *clauses; clauses++) {
        ROW(*clauses) {
            struct row found = lint(c);

            CHECK_SEEN(!found.faults, found.first);
        }
    }
}
#define LINT(...) dut_lint(c, (const char *const[]){__VA_ARGS__, NULL})

/* A version of USB that there is, and that has the speed. */
static bool is_version_of(uint16_t usb, int speed)
{
    static const uint16_t versions[] = {0x0100, 0x0110, 0x0200, 0x0201, 0x0210,
                                        0x0250, 0x0300, 0x0310, 0x0320};
    uint16_t least = speed == DESC_SUPER ? 0x0300 : speed == DESC_HIGH ? 0x0200 : 0x0100;

    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        if (versions[i] == usb)
            return usb >= least && (speed == DESC_SUPER || usb < 0x0300);
    }
    return false;
}

/* Of endpoint 0: 64 at high speed, 2^9 at super speed, one of four at full speed. */
static bool is_packet_of(uint8_t size, int speed)
{
    if (speed == DESC_HIGH)
        return size == 64;
    if (speed == DESC_SUPER)
        return size == 9;
    return size == 8 || size == 16 || size == 32 || size == 64;
}

/* USB 2.0, 9.6.1; a BOS is only asked for where bcdUSB is 2.01 or more. */
static void dut_device_fields(struct conf *c)
{
    static struct sets sets;
    uint8_t bos[5], whole[64] = {0};
    int count;
    uint16_t usb;

    read_sets(c, &sets);
    usb = get_le16(sets.device + 2);
    count = dut_descriptor(c, DESC_BOS, 0, 0, 5, bos);
    conf_note(c, "bcdUSB %04x, BOS %d, speed %d", usb, count, sets.speed);
    ROW("USB-DSC-001.head") {
        CHECK_EQ(sets.device[0], 18);
        CHECK_EQ(sets.device[1], DESC_DEVICE);
        dut_descriptor(c, DESC_DEVICE, 0, 0, sizeof(whole), whole);
        CHECK_BYTES(whole, 2, sets.device, 2);
    }
    ROW("USB-DSC-001.bos")
        CHECK(count <= 0 || usb >= 0x0201);
    ROW("USB-DSC-001.version")
        CHECK(is_version_of(usb, sets.speed));
    ROW("USB-DSC-001.packet")
        CHECK(is_packet_of(sets.device[7], sets.speed));
    ROW("USB-DSC-001.configurations")
        CHECK(sets.device[17] >= 1);
}

CONF_CASE(USB_DSC_BV_01, .title = "The device descriptor's fields fit speed and BOS",
          .reqs = REQS("USB-DSC-001"), .ics = "ANY", .player = "mtp",
          .steps = "Field check; bcdUSB is 2.01 or more where a BOS is offered")
{
    dut_device_fields(c);
}

CONF_CASE(
    USB_DSC_BV_21,
    .title =
        "The device descriptor of a device with OS 2.0 descriptors lets a host ask for the BOS",
    .reqs = REQS("USB-DSC-001"), .ics = "BOS", .player = "pap-winusb",
    .steps = "Field check; bcdUSB is 2.01 or more where a BOS is offered")
{
    dut_device_fields(c);
}

CONF_CASE(USB_CH9_BV_23, .title = "Every descriptor of the set is whole and where it belongs",
          .reqs = REQS("USB-CH9-002"), .ics = "ANY", .player = "mtp",
          .steps = "Walk every bLength; count the endpoints each interface announces")
{
    LINT("USB-CH9-002.total", "USB-CH9-002.walk", "USB-CH9-002.parts");
}

CONF_CASE(USB_DSC_BV_02, .title = "The class stands at the interface, or at the association",
          .reqs = REQS("USB-DSC-002"), .ics = "ANY", .player = "mtp",
          .steps = "Compare bytes 4..6 of the device descriptor with the interfaces")
{
    LINT("USB-DSC-002.plain");
}

CONF_CASE(
    USB_DSC_BV_22, .title = "A device whose functions have associations says so by its class",
    .reqs = REQS("USB-DSC-002"), .ics = "USB.COMPOSITE", .player = "pap-composite",
    .steps = "Class EF/02/01 where the configuration has an association, else the interfaces'")
{
    LINT("USB-DSC-002.association", "USB-DSC-002.plain");
}

/* What a device of high speed would be at full speed is a set of its own, as legal as the one it
 * is; what it offers there is its own choice. */
static void dut_other_speed(struct conf *c, uint8_t index)
{
    static uint8_t other[4096];
    struct row any = {.c = c};
    int count = dut_descriptor(c, DESC_OTHER_SPEED, index, 0, sizeof(other), other);

    ROW("USB-DSC-003.other") {
        REQUIRE(count >= 9);
        CHECK_EQ(other[1], DESC_OTHER_SPEED);
        CHECK_EQ(get_le16(other + 2), count);
    }
    ROW("USB-DSC-003.set") {
        desc_lint(NULL, other, (size_t)count, DESC_FULL, on_fault, &any);
        CHECK_SEEN(!any.faults, any.first);
    }
}

/* USB 2.0, 9.6.2, 9.6.4. */
CONF_CASE(USB_DSC_BV_03, .title = "A high-speed device describes itself at the other speed too",
          .reqs = REQS("USB-DSC-003"), .ics = "USB.SPEED.HIGH", .player = "mtp",
          .steps = "Read device_qualifier and other_speed_configuration")
{
    uint8_t device[18], bytes[64], set[9];
    int count = dut_descriptor(c, DESC_QUALIFIER, 0, 0, 64, bytes);

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    ROW("USB-DSC-003.qualifier") {
        REQUIRE_EQ(count, 10);
        CHECK_EQ(bytes[0], 10);
        CHECK_EQ(bytes[1], DESC_QUALIFIER);
    }
    ROW("USB-DSC-003.fields") {
        CHECK(is_version_of(get_le16(bytes + 2), DESC_HIGH));
        CHECK_BYTES(bytes + 4, 3, device + 4, 3);
        CHECK(bytes[7] == 8 || bytes[7] == 16 || bytes[7] == 32 || bytes[7] == 64);
        CHECK(bytes[8] >= 1);
        CHECK_EQ(bytes[9], 0);
    }
    for (uint8_t i = 0; i < bytes[8]; i++)
        dut_other_speed(c, i);
    ROW("USB-DSC-003.beyond")
        CHECK_EQ(dut_descriptor(c, DESC_OTHER_SPEED, bytes[8], 0, sizeof(set), set), -EPIPE);
}

CONF_CASE(USB_DSC_BI_03, .title = "A device of full speed only stalls the high-speed descriptors",
          .reqs = REQS("USB-DSC-003"), .ics = "USB.SPEED.FULL", .player = "mtp-full-speed",
          .steps = "device_qualifier and other_speed_configuration stall")
{
    uint8_t bytes[64];

    ROW("USB-DSC-003.full-qualifier")
        CHECK_EQ(dut_descriptor(c, DESC_QUALIFIER, 0, 0, 10, bytes), -EPIPE);
    ROW("USB-DSC-003.full-other")
        CHECK_EQ(dut_descriptor(c, DESC_OTHER_SPEED, 0, 0, 9, bytes), -EPIPE);
    ROW("USB-DSC-003.full-next")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
}

CONF_CASE(USB_DSC_BV_04, .title = "The configuration descriptor's fields are legal",
          .reqs = REQS("USB-DSC-004"), .ics = "ANY", .player = "mtp",
          .steps = "Value, attributes, power and the number of interfaces")
{
    LINT("USB-DSC-004.value", "USB-DSC-004.attributes", "USB-DSC-004.power",
         "USB-DSC-004.interfaces");
}

/* The interface of class 06/01/01, alternate setting 0; NULL if there is none. */
static const uint8_t *still_image(const struct sets *sets, unsigned *ret_endpoints,
                                  unsigned ret_kinds[3])
{
    struct desc_walk walk;
    struct desc item;
    const uint8_t *found = NULL;
    bool inside = false;

    *ret_endpoints = 0;
    memset(ret_kinds, 0, 3 * sizeof(ret_kinds[0]));
    desc_start(&walk, sets->config, sets->length);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_INTERFACE && item.length >= 9) {
            inside = !found && memcmp(item.at + 5, "\x06\x01\x01", 3) == 0 && item.at[3] == 0;
            found = inside ? item.at : found;
        } else if (item.type == DESC_ENDPOINT && item.length >= 7 && inside) {
            bool in = item.at[2] & 0x80;

            ++*ret_endpoints;
            ret_kinds[0] += (item.at[3] & 3) == 2 && in;
            ret_kinds[1] += (item.at[3] & 3) == 2 && !in;
            ret_kinds[2] += (item.at[3] & 3) == 3 && in;
        }
    }
    return found;
}

/* Still image class 1.0, chapter 4. */
CONF_CASE(USB_DSC_BV_05, .title = "The MTP interface has bulk IN, bulk OUT and interrupt IN",
          .reqs = REQS("USB-DSC-005"), .ics = "MTP", .player = "mtp",
          .steps = "Walk the endpoints of the interface that carries containers")
{
    static struct sets sets;
    struct desc_pipes pipes;
    unsigned count, kinds[3];

    read_sets(c, &sets);
    ROW("USB-DSC-005.kinds") {
        REQUIRE(desc_find_pipes(sets.config, sets.length, &pipes));
        CHECK(pipes.interrupt_in != 0);
        if (still_image(&sets, &count, kinds))
            CHECK(kinds[0] == 1 && kinds[1] == 1 && kinds[2] == 1);
        else
            conf_excused(c, 1, "the class is a vendor's");
    }
    ROW("USB-DSC-005.three")
        CHECK_EQ(pipes.endpoint_count, 3);
}

/* The compatible id a host finds through string 0xEE; false: none. */
static bool os_compatible(struct conf *c, char id[9])
{
    uint8_t string[18] = {0}, compat[40] = {0};

    if (dut_descriptor(c, DESC_STRING, 0xee, 0, 18, string) != 18)
        return false;
    if (dut_control(c, 0xc0, string[16], 0, 4, 40, compat) < 40)
        return false;
    memcpy(id, compat + 18, 8);
    id[8] = 0;
    return true;
}

/* A host finds the interface by its class, or by the OS descriptor's compatible id. */
static void dut_found(struct conf *c)
{
    static struct sets sets;
    struct desc_pipes pipes;
    unsigned count, kinds[3];
    char id[9] = "";

    read_sets(c, &sets);
    bool standard = still_image(&sets, &count, kinds);

    ROW("USB-DSC-006.class")
        REQUIRE(standard || (desc_find_pipes(sets.config, sets.length, &pipes) &&
                             pipes.interface_class == 0xff));
    ROW("USB-DSC-006.vendor") {
        if (standard) {
            conf_excused(c, 2, "the class is 06/01/01");
            return;
        }
        REQUIRE(os_compatible(c, id));
        conf_note(c, "compatible id %s", id);
        CHECK(conf_same_text(c, id, "MTP"));
    }
}

CONF_CASE(USB_DSC_BV_06, .title = "An MTP interface can be found by class or OS descriptor",
          .reqs = REQS("USB-DSC-006"), .ics = "USB.PERSONA.MTP", .player = "mtp",
          .steps = "Class 06/01/01, or a vendor class whose compatible id is MTP")
{
    dut_found(c);
}

CONF_CASE(USB_DSC_BV_26, .title = "An MTP interface of a vendor class names MTP as compatible id",
          .reqs = REQS("USB-DSC-006"), .ics = "USB.PERSONA.MTP", .player = "mtp-vendor-class",
          .steps = "Class 06/01/01, or a vendor class whose compatible id is MTP")
{
    dut_found(c);
}

CONF_CASE(USB_DSC_BV_07, .title = "Packet sizes and intervals are legal at high speed",
          .reqs = REQS("USB-DSC-007"), .ics = "USB.SPEED.HIGH", .player = "mtp",
          .steps = "Lint of every bulk and interrupt endpoint")
{
    LINT("USB-DSC-007.bulk", "USB-DSC-007.interrupt", "USB-DSC-007.interval",
         "USB-DSC-007.reserved");
}

CONF_CASE(USB_DSC_BV_17, .title = "Packet sizes and intervals are legal at full speed",
          .reqs = REQS("USB-DSC-007"), .ics = "USB.SPEED.FULL", .player = "mtp-full-speed",
          .steps = "Lint of every bulk and interrupt endpoint")
{
    LINT("USB-DSC-007.bulk", "USB-DSC-007.interrupt", "USB-DSC-007.interval",
         "USB-DSC-007.reserved");
}

CONF_CASE(USB_DSC_BV_18, .title = "Packet sizes and intervals are legal at super speed",
          .reqs = REQS("USB-DSC-007", "USB-CH9-002"), .ics = "USB.SPEED.SUPER",
          .player = "mtp-super-speed",
          .steps = "Lint of every bulk and interrupt endpoint, each with its companion")
{
    LINT("USB-DSC-007.bulk", "USB-DSC-007.interrupt", "USB-DSC-007.interval",
         "USB-DSC-007.reserved", "USB-DSC-007.companion");
    LINT("USB-CH9-002.walk", "USB-CH9-002.parts");
}

CONF_CASE(USB_DSC_BV_08, .title = "An event container fits one interrupt packet",
          .level = CONF_SHOULD, .reqs = REQS("USB-DSC-008"), .ics = "MTP", .player = "mtp",
          .steps = "wMaxPacketSize of the interrupt endpoint is 24 or more")
{
    LINT("USB-DSC-008");
}

CONF_CASE(USB_DSC_BV_09, .title = "Endpoint addresses are unique and legal",
          .reqs = REQS("USB-DSC-009"), .ics = "ANY", .player = "mtp",
          .steps = "Lint of every endpoint address")
{
    LINT("USB-DSC-009.unique", "USB-DSC-009.number", "USB-DSC-009.reserved");
}

CONF_CASE(USB_DSC_BV_29, .title = "Data flow the way that endpoint addresses say",
          .reqs = REQS("USB-DSC-009"), .ics = "MTP", .player = "mtp",
          .steps = "GetDeviceInfo over the endpoints that are described as bulk IN and bulk OUT")
{
    ROW("USB-DSC-009.direction") {
        DUT dut = dut_pipe(c);

        CHECK(dut_in_step(&dut));
    }
}

/* Reads the serial number on a new connection; its length in bytes. */
static int serial(struct conf *c, uint8_t bytes[255])
{
    uint8_t device[18];

    if (dut_descriptor(c, DESC_DEVICE, 0, 0, 18, device) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    return device[16] ? dut_descriptor(c, DESC_STRING, device[16], 0x0409, 255, bytes) : 0;
}

/* Device instance ids: a serial a PnP manager takes has 0x20..0x7F and no comma. */
static void dut_serial(struct conf *c, const uint8_t *bytes, int count)
{
    ROW("USB-DSC-010.there")
        REQUIRE(count > 2);
    for (int at = 2; at + 1 < count; at += 2) {
        unsigned unit = get_le16(bytes + at);

        ROW("USB-DSC-010.plain")
            CHECK(unit >= 0x20 && unit < 0x7f && unit != ',');
    }
}

CONF_CASE(
    USB_DSC_BV_10, .title = "The serial number is plain text and the same after a replug",
    .level = CONF_SHOULD, .reqs = REQS("USB-DSC-010"), .ics = "ANY", .player = "mtp",
    .needs = CONF_CONTROL,
    .steps = "Read it, unplug and plug, read it again; every character in 0x20..0x7F, no comma")
{
    uint8_t first[255] = {0}, second[255] = {0};
    int a = serial(c, first), b;

    dut_serial(c, first, a);
    conf_transport_drop(c);
    dut_verb(c, "unplug");
    dut_verb(c, "plug");
    b = serial(c, second);
    ROW("USB-DSC-010.stable")
        CHECK_BYTES(second, b > 0 ? (size_t)b : 0, first, (size_t)a);
}

/* USB 2.0, 8.1 and 9.6: the bus is little-endian. The USB/IP record gives the same numbers
 * big-endian, by another way through the server. */
CONF_CASE(USB_DSC_BV_11, .title = "Multi-byte descriptor fields are little-endian",
          .reqs = REQS("USB-DSC-011"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Compare idVendor, idProduct and bcdDevice with the import record; wTotalLength "
                   "with the set")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t device[18] = {0}, config[1024] = {0};
    int count;

    if (raw_control(connection, 0x80, 6, DESC_DEVICE << 8, 0, 18, device, DUT_PROMPT_MS) != 18)
        conf_refused(c, "device descriptor",
                     "the device descriptor did not come, or not in 18 bytes");
    ROW("USB-DSC-011.ids") {
        for (unsigned i = 0; i < 3; i++)
            CHECK_EQ(get_le16(device + 8 + 2 * i), get_be16(connection->record + 300 + 2 * i));
    }
    ROW("USB-DSC-011.version")
        CHECK(device[3] >= 1 && device[3] <= 3);
    ROW("USB-DSC-011.total") {
        count = raw_control(connection, 0x80, 6, DESC_CONFIG << 8, 0, sizeof(config), config,
                            DUT_PROMPT_MS);
        CHECK_EQ(get_le16(config + 2), count);
    }
}

/* USB 3.2, 9.6.2. */
CONF_CASE(USB_DSC_BV_12, .title = "The BOS is as long and as full as its header says",
          .reqs = REQS("USB-DSC-012"), .ics = "BOS", .player = "pap-winusb",
          .steps = "Read header and whole; walk the capabilities")
{
    uint8_t head[5] = {0}, bytes[1024];
    struct desc_walk walk;
    struct desc item;
    unsigned capabilities = 0;
    int count;

    ROW("USB-DSC-012.head") {
        REQUIRE_EQ(dut_descriptor(c, DESC_BOS, 0, 0, 5, head), 5);
        CHECK_EQ(head[0], 5);
        CHECK_EQ(head[1], DESC_BOS);
    }
    ROW("USB-DSC-012.total") {
        CHECK(get_le16(head + 2) > 5);
        count = dut_descriptor(c, DESC_BOS, 0, 0, sizeof(bytes), bytes);
        REQUIRE(count >= 5);
        CHECK_EQ(get_le16(bytes + 2), count);
    }
    desc_start(&walk, bytes + 5, (size_t)count - 5);
    ROW("USB-DSC-012.walk") {
        while (desc_next(&walk, &item)) {
            CHECK_EQ(item.type, DESC_CAPABILITY);
            capabilities++;
        }
        CHECK(!walk.broken);
    }
    ROW("USB-DSC-012.count")
        CHECK_EQ(bytes[4], capabilities);
}

CONF_CASE(USB_DSC_BI_12, .title = "A device without a BOS stalls it", .reqs = REQS("USB-DSC-012"),
          .ics = "!BOS", .player = "pap-inf",
          .steps = "GET_DESCRIPTOR(BOS) stalls, the next request works")
{
    uint8_t bytes[18];

    ROW("USB-DSC-012.absent")
        CHECK_EQ(dut_descriptor(c, DESC_BOS, 0, 0, 5, bytes), -EPIPE);
    ROW("USB-DSC-012.next")
        CHECK_EQ(dut_descriptor(c, DESC_DEVICE, 0, 0, 18, bytes), 18);
}

/* USB 2.0 LPM ECN: the USB 2.0 extension capability, type 2. */
CONF_CASE(USB_DSC_BV_13, .title = "A BOS contains the USB 2.0 extension capability",
          .level = CONF_SHOULD, .reqs = REQS("USB-DSC-013"), .ics = "BOS", .player = "pap-winusb",
          .steps = "Look for capability type 2, 7 bytes; reserved bits 0")
{
    uint8_t bytes[1024];
    int count = dut_descriptor(c, DESC_BOS, 0, 0, sizeof(bytes), bytes);
    struct desc_walk walk;
    struct desc item;
    bool found = false;

    ROW("USB-DSC-013.there")
        REQUIRE(count >= 5);
    desc_start(&walk, bytes + 5, (size_t)count - 5);
    while (desc_next(&walk, &item)) {
        if (item.type != DESC_CAPABILITY || item.length < 3 || item.at[2] != 2)
            continue;
        found = true;
        ROW("USB-DSC-013.length")
            REQUIRE_EQ(item.length, 7);
        ROW("USB-DSC-013.reserved")
            CHECK_EQ(get_le32(item.at + 3) & 1, 0);
    }
    ROW("USB-DSC-013.there")
        CHECK(found);
}

/* LPM ECN, 3.1: a connection that is not there cannot go to sleep. A device that does support it
 * over its own cable declares the item. */
CONF_CASE(USB_DSC_BI_13,
          .title = "Link power management is not announced where it is not supported",
          .level = CONF_SHOULD, .reqs = REQS("USB-DSC-013"), .ics = "BOS && !USB.LPM",
          .player = "pap-winusb", .needs = CONF_WIRE,
          .steps = "The attributes of the USB 2.0 extension capability below super speed are 0")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t bytes[1024];
    int count =
        raw_control(connection, 0x80, 6, DESC_BOS << 8, 0, sizeof(bytes), bytes, DUT_PROMPT_MS);
    struct desc_walk walk;
    struct desc item;
    uint32_t attributes = 0;

    if (connection->speed >= DESC_SUPER)
        conf_inconclusive(c, "super speed has link power management");
    ROW("USB-DSC-013.there")
        REQUIRE(count >= 5);
    desc_start(&walk, bytes + 5, (size_t)count - 5);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_CAPABILITY && item.length == 7 && item.at[2] == 2)
            attributes = get_le32(item.at + 3);
    }
    ROW("USB-DSC-013.lpm")
        CHECK_EQ(attributes, 0);
}
