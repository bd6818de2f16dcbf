/* USB 2.0 chapter 9 over frames of our own: what a host's USB core would absorb, and recipients it
 * would not let through. */
#include <errno.h>

#include "suites/judge.h"

static int control(struct conf *c, struct raw_link *link, uint8_t type, uint8_t request,
                   uint16_t value, uint16_t index, uint16_t length, void *data)
{
    int count = raw_control(link, type, request, value, index, length, data, JUDGE_PROMPT_MS);

    conf_note(c, "control %02x %02x value %04x index %04x length %u: %d", type, request, value,
              index, length, count);
    return count;
}

/* GET_CONFIGURATION's byte, or -errno; -EMSGSIZE when it is not one byte. */
static int configuration(struct conf *c, struct raw_link *link)
{
    uint8_t value[1] = {0xff};
    int count = control(c, link, USB_FROM_DEVICE, USB_GET_CONFIGURATION, 0, 0, 1, value);

    return count < 0 ? count : count == 1 ? value[0] : -EMSGSIZE;
}

static int configure(struct conf *c, struct raw_link *link, uint16_t value)
{
    return control(c, link, USB_TO_DEVICE, USB_SET_CONFIGURATION, value, 0, 0, NULL);
}

static int status(struct conf *c, struct raw_link *link, uint8_t type, uint16_t index)
{
    uint8_t bytes[2] = {0xff, 0xff};
    int count = control(c, link, type, USB_GET_STATUS, 0, index, 2, bytes);

    return count < 0 ? count : count == 2 ? bytes[0] | bytes[1] << 8 : -EMSGSIZE;
}

static uint8_t configuration_value(struct conf *c, struct raw_link *link)
{
    uint8_t head[9];

    if (control(c, link, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0, 9, head) != 9)
        conf_setup_failed(c, "no configuration descriptor");
    return head[5];
}

/* An OpenSession on the pipe; its response code. */
static uint16_t open_session(struct judge *judge, const char *row)
{
    judge->pipe.next = 0;
    return judge_op(judge, row, MTP_OP_OPEN_SESSION, PARAMS(1));
}

/* USB 2.0, 9.4.6; over USB/IP the importing host keeps SET_ADDRESS to itself. */
CONF_CASE(USB_CH9_BV_08, .title = "The device answers although SET_ADDRESS never comes",
          .reqs = REQS("USB-CH9-008"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import, read descriptors and configure without any SET_ADDRESS")
{
    JUDGE_LINK link = judge_import(c);
    uint8_t bytes[64] = {0};

    CHECK_EQ(c, "USB-CH9-008",
             control(c, link, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_DEVICE << 8, 0, 64, bytes),
             18);
    CHECK_EQ(c, "USB-CH9-008", bytes[1], DESC_DEVICE);
    REQUIRE_EQ(c, "USB-CH9-008",
               control(c, link, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0, 9, bytes),
               9);
    CHECK(c, "USB-CH9-008", status(c, link, USB_FROM_DEVICE, 0) >= 0);
    CHECK_EQ(c, "USB-CH9-008", configure(c, link, bytes[5]), 0);
    CHECK_EQ(c, "USB-CH9-008", configuration(c, link), bytes[5]);
}

/* USB 2.0, 9.4.7, 9.1.1. */
CONF_CASE(
    USB_CH9_BI_09, .title = "SET_CONFIGURATION accepts its value and 0, and refuses others",
    .reqs = REQS("USB-CH9-009"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "Configure with the value, 0, the value, an unknown value; GET_CONFIGURATION after each")
{
    JUDGE_LINK link = judge_import(c);
    uint8_t value = configuration_value(c, link);
    uint16_t unknown = value == 7 ? 8 : 7;

    CHECK_EQ(c, "USB-CH9-009", configure(c, link, value), 0);
    CHECK_EQ(c, "USB-CH9-009", configuration(c, link), value);
    CHECK_EQ(c, "USB-CH9-009", configure(c, link, 0), 0);
    CHECK_EQ(c, "USB-CH9-009", configuration(c, link), 0);
    CHECK_EQ(c, "USB-CH9-009", configure(c, link, unknown), -EPIPE);
    CHECK_EQ(c, "USB-CH9-009", configuration(c, link), 0);
    CHECK_EQ(c, "USB-CH9-009", configure(c, link, value), 0);
    CHECK_EQ(c, "USB-CH9-009", configure(c, link, unknown), -EPIPE);
    CHECK_EQ(c, "USB-CH9-009", configuration(c, link), value);
}

/* USB 2.0, 9.1.1.5; still image class 1.0: a session does not outlive the configuration. */
CONF_CASE(USB_CH9_BV_10, .title = "SET_CONFIGURATION clears halts and drops the session",
          .reqs = REQS("USB-CH9-010"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Open a session, halt bulk IN, configure again: not halted, SessionNotOpen")
{
    JUDGE_LINK link = judge_import(c);
    uint8_t value = configuration_value(c, link);
    JUDGE judge = judge_raw(c, link);

    if (open_session(&judge, NULL) != MTP_RC_OK)
        conf_setup_failed(c, "no session");
    if (control(c, link, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, judge.pipe.in, 0,
                NULL) != 0)
        conf_setup_failed(c, "bulk IN cannot be halted");
    REQUIRE_EQ(c, "USB-CH9-010", configure(c, link, value), 0);
    CHECK_EQ(c, "USB-CH9-010", status(c, link, USB_FROM_ENDPOINT, judge.pipe.in), 0);
    CHECK_EQ(c, "USB-CH9-010", judge_op(&judge, "USB-CH9-010", MTP_OP_GET_STORAGE_IDS, PARAMS()),
             MTP_RC_SESSION_NOT_OPEN);
    CHECK_EQ(c, "USB-CH9-010", open_session(&judge, "USB-CH9-010"), MTP_RC_OK);
}

/* USB 2.0, 9.4.2. */
CONF_CASE(USB_CH9_BV_11, .title = "GET_CONFIGURATION gives the value, not the index, and 0 before",
          .reqs = REQS("USB-CH9-011"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_CONFIGURATION after SET_CONFIGURATION(0), (value), (0)")
{
    JUDGE_LINK link = judge_import(c);
    uint8_t value = configuration_value(c, link);

    configure(c, link, 0);
    CHECK_EQ(c, "USB-CH9-011", configuration(c, link), 0);
    configure(c, link, value);
    CHECK_EQ(c, "USB-CH9-011", configuration(c, link), value);
    configure(c, link, 0);
    CHECK_EQ(c, "USB-CH9-011", configuration(c, link), 0);
}

/* USB 2.0, 9.4.5, figure 9-5. */
CONF_CASE(USB_CH9_BV_13, .title = "GET_STATUS(interface) is two zero bytes, an absent one stalls",
          .reqs = REQS("USB-CH9-013"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_STATUS of the interface and of interface 9")
{
    JUDGE_LINK link = judge_import(c);
    JUDGE judge = judge_raw(c, link);

    CHECK_EQ(c, "USB-CH9-013", status(c, link, USB_FROM_INTERFACE, judge.pipe.interface_number), 0);
    CHECK_EQ(c, "USB-CH9-013", status(c, link, USB_FROM_INTERFACE, 9), -EPIPE);
    CHECK_EQ(c, "USB-CH9-013", status(c, link, USB_FROM_INTERFACE, judge.pipe.interface_number), 0);
}

/* USB 2.0, 9.4.5, figure 9-6. */
CONF_CASE(
    USB_CH9_BI_14, .title = "GET_STATUS of an endpoint the device lacks stalls",
    .reqs = REQS("USB-CH9-014"), .ics = "ANY", .player = "mtp-shared-number", .needs = CONF_WIRE,
    .steps = "Halt bulk IN; GET_STATUS of endpoint 0x0F stalls; each direction keeps its own halt")
{
    JUDGE_LINK link = judge_import(c);
    JUDGE judge = judge_raw(c, link);
    int other;

    CHECK_EQ(c, "USB-CH9-014", status(c, link, USB_FROM_ENDPOINT, 0x0f), -EPIPE);
    REQUIRE_EQ(c, "USB-CH9-014",
               control(c, link, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, judge.pipe.in,
                       0, NULL),
               0);
    CHECK_EQ(c, "USB-CH9-014", status(c, link, USB_FROM_ENDPOINT, judge.pipe.in), 1);
    /* The other direction of the same number is another endpoint, or none. */
    other = status(c, link, USB_FROM_ENDPOINT, judge.pipe.in & 0x0f);
    CHECK(c, "USB-CH9-014", other == 0 || other == -EPIPE);
    CHECK_EQ(c, "USB-CH9-014",
             control(c, link, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, USB_ENDPOINT_HALT, judge.pipe.in,
                     0, NULL),
             0);
    CHECK_EQ(c, "USB-CH9-014", status(c, link, USB_FROM_ENDPOINT, judge.pipe.in), 0);
}

/* USB 2.0, 9.4.4, 9.4.10: where only setting 0 exists SET_INTERFACE may stall. */
CONF_CASE(
    USB_CH9_BI_19, .title = "SET_INTERFACE accepts existing settings only and clears halts",
    .reqs = REQS("USB-CH9-019"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Halt bulk IN, SET_INTERFACE(0), then an absent setting; GET_INTERFACE after each")
{
    JUDGE_LINK link = judge_import(c);
    JUDGE judge = judge_raw(c, link);
    uint16_t number = judge.pipe.interface_number;
    uint8_t setting[1] = {0xff};
    int set;

    if (control(c, link, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, judge.pipe.in, 0,
                NULL) != 0)
        conf_setup_failed(c, "bulk IN cannot be halted");
    set = control(c, link, USB_TO_INTERFACE, USB_SET_INTERFACE, 0, number, 0, NULL);
    CHECK(c, "USB-CH9-019", set == 0 || set == -EPIPE);
    if (set == 0)
        CHECK_EQ(c, "USB-CH9-019", status(c, link, USB_FROM_ENDPOINT, judge.pipe.in), 0);
    CHECK_EQ(c, "USB-CH9-019",
             control(c, link, USB_TO_INTERFACE, USB_SET_INTERFACE, 9, number, 0, NULL), -EPIPE);
    CHECK_EQ(c, "USB-CH9-019",
             control(c, link, USB_FROM_INTERFACE, USB_GET_INTERFACE, 0, number, 1, setting), 1);
    CHECK_EQ(c, "USB-CH9-019", setting[0], 0);
}

/* USB 2.0, 9.4: in the address state only the device and endpoint 0 can be addressed. */
CONF_CASE(USB_CH9_BI_20, .title = "Endpoints and interfaces do not answer before configuration",
          .reqs = REQS("USB-CH9-020"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "SET_CONFIGURATION(0); GET_STATUS of an endpoint and an interface stall, of the "
                   "device works")
{
    JUDGE_LINK link = judge_import(c);
    JUDGE judge = judge_raw(c, link);

    if (configure(c, link, 0) != 0)
        conf_setup_failed(c, "SET_CONFIGURATION(0) is refused");
    CHECK_EQ(c, "USB-CH9-020", status(c, link, USB_FROM_ENDPOINT, judge.pipe.in), -EPIPE);
    CHECK_EQ(c, "USB-CH9-020", status(c, link, USB_FROM_INTERFACE, judge.pipe.interface_number),
             -EPIPE);
    CHECK(c, "USB-CH9-020", status(c, link, USB_FROM_DEVICE, 0) >= 0);
}
