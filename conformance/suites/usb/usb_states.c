/* USB 2.0 chapter 9 over frames of our own: what a host's USB core would absorb, and recipients it
 * would not let through. */
#include <errno.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

static int control(struct conf *c, struct raw_connection *connection, uint8_t type, uint8_t request,
                   uint16_t value, uint16_t index, uint16_t length, void *data)
{
    int count = raw_control(connection, type, request, value, index, length, data, DUT_PROMPT_MS);

    conf_note(c, "control %02x %02x value %04x index %04x length %u: %s", type, request, value,
              index, length, value_errno(count).text);
    return count;
}

/* GET_CONFIGURATION's byte, or -errno; -EMSGSIZE when it is not one byte. */
static int configuration(struct conf *c, struct raw_connection *connection)
{
    uint8_t value[1] = {0xff};
    int count = control(c, connection, USB_FROM_DEVICE, USB_GET_CONFIGURATION, 0, 0, 1, value);

    return count < 0 ? count : count == 1 ? value[0] : -EMSGSIZE;
}

static int configure(struct conf *c, struct raw_connection *connection, uint16_t value)
{
    return control(c, connection, USB_TO_DEVICE, USB_SET_CONFIGURATION, value, 0, 0, NULL);
}

static int status(struct conf *c, struct raw_connection *connection, uint8_t type, uint16_t index)
{
    uint8_t bytes[2] = {0xff, 0xff};
    int count = control(c, connection, type, USB_GET_STATUS, 0, index, 2, bytes);

    return count < 0 ? count : count == 2 ? get_le16(bytes) : -EMSGSIZE;
}

static uint8_t configuration_value(struct conf *c, struct raw_connection *connection)
{
    uint8_t head[9];

    if (control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0, 9, head) !=
        9)
        conf_refused(c, "configuration descriptor",
                     "the configuration descriptor did not come, or not in 9 bytes");
    return head[5];
}

/* An OpenSession on the pipe; its response code. */
static uint16_t open_session(struct dut *dut)
{
    dut->pipe.next = 0;
    return dut_op(dut, MTP_OP_OPEN_SESSION, PARAMS(1));
}

/* USB 2.0, 9.4.6; over USB/IP the importing host keeps SET_ADDRESS to itself. */
CONF_CASE(USB_CH9_BV_08, .title = "The device answers although SET_ADDRESS never comes",
          .reqs = REQS("USB-CH9-008"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Import, read descriptors and configure without any SET_ADDRESS")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t bytes[64] = {0};

    ROW("USB-CH9-008") {
        CHECK_EQ(control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_DEVICE << 8, 0,
                         64, bytes),
                 18);
        CHECK_EQ(bytes[1], DESC_DEVICE);
        REQUIRE_EQ(control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0,
                           9, bytes),
                   9);
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
        CHECK_EQ(configure(c, connection, bytes[5]), 0);
        CHECK_EQ(configuration(c, connection), bytes[5]);
    }
}

/* USB 2.0, 9.4.7, 9.1.1. */
CONF_CASE(
    USB_CH9_BI_09, .title = "SET_CONFIGURATION accepts its value and 0, and refuses others",
    .reqs = REQS("USB-CH9-009"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps =
        "Configure with the value, 0, the value, an unknown value; GET_CONFIGURATION after each")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);
    uint16_t unknown = value == 7 ? 8 : 7;

    ROW("USB-CH9-009") {
        CHECK_EQ(configure(c, connection, value), 0);
        CHECK_EQ(configuration(c, connection), value);
        CHECK_EQ(configure(c, connection, 0), 0);
        CHECK_EQ(configuration(c, connection), 0);
        CHECK_EQ(configure(c, connection, unknown), -EPIPE);
        CHECK_EQ(configuration(c, connection), 0);
        CHECK_EQ(configure(c, connection, value), 0);
        CHECK_EQ(configure(c, connection, unknown), -EPIPE);
        CHECK_EQ(configuration(c, connection), value);
    }
}

/* USB 2.0, 9.1.1.5; still image class 1.0: a session does not outlive the configuration. */
CONF_CASE(USB_CH9_BV_10, .title = "SET_CONFIGURATION clears halts and drops the session",
          .reqs = REQS("USB-CH9-010"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Open a session, halt bulk IN, configure again: not halted, SessionNotOpen")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);
    DUT dut = dut_raw(c, connection);

    if (open_session(&dut) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    if (control(c, connection, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, dut.pipe.in, 0,
                NULL) != 0)
        conf_refused(c, "endpoint halt", "SET_FEATURE(ENDPOINT_HALT) of bulk IN was refused");
    ROW("USB-CH9-010") {
        REQUIRE_EQ(configure(c, connection, value), 0);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 0);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
        CHECK_RC(open_session(&dut), MTP_RC_OK);
    }
}

/* USB 2.0, 9.4.2. */
CONF_CASE(USB_CH9_BV_11, .title = "GET_CONFIGURATION gives the value, not the index, and 0 before",
          .reqs = REQS("USB-CH9-011"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_CONFIGURATION after SET_CONFIGURATION(0), (value), (0)")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);

    configure(c, connection, 0);
    ROW("USB-CH9-011") {
        CHECK_EQ(configuration(c, connection), 0);
        configure(c, connection, value);
        CHECK_EQ(configuration(c, connection), value);
        configure(c, connection, 0);
        CHECK_EQ(configuration(c, connection), 0);
    }
}

/* USB 2.0, 9.4.5, figure 9-5. */
CONF_CASE(USB_CH9_BV_13, .title = "GET_STATUS(interface) is two zero bytes, an absent one stalls",
          .reqs = REQS("USB-CH9-013"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_STATUS of the interface and of interface 9")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);

    ROW("USB-CH9-013") {
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, dut.pipe.interface_number), 0);
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, 9), -EPIPE);
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, dut.pipe.interface_number), 0);
    }
}

/* USB 2.0, 9.4.5, figure 9-6. */
CONF_CASE(
    USB_CH9_BI_14, .title = "GET_STATUS of an endpoint the device lacks stalls",
    .reqs = REQS("USB-CH9-014"), .ics = "ANY", .player = "mtp-shared-number", .needs = CONF_WIRE,
    .steps = "Halt bulk IN; GET_STATUS of endpoint 0x0F stalls; each direction keeps its own halt")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    int other;

    ROW("USB-CH9-014") {
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, 0x0f), -EPIPE);
        REQUIRE_EQ(control(c, connection, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT,
                           dut.pipe.in, 0, NULL),
                   0);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 1);
        /* The other direction of the same number is another endpoint, or none. */
        other = status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in & 0x0f);
        CHECK_SEEN(other == 0 || other == -EPIPE, value_errno(other));
        CHECK_EQ(control(c, connection, USB_TO_ENDPOINT, USB_CLEAR_FEATURE, USB_ENDPOINT_HALT,
                         dut.pipe.in, 0, NULL),
                 0);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 0);
    }
}

/* USB 2.0, 9.4.4, 9.4.10: where only setting 0 exists SET_INTERFACE may stall. */
CONF_CASE(
    USB_CH9_BI_19, .title = "SET_INTERFACE accepts existing settings only and clears halts",
    .reqs = REQS("USB-CH9-019"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
    .steps = "Halt bulk IN, SET_INTERFACE(0), then an absent setting; GET_INTERFACE after each")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint16_t number = dut.pipe.interface_number;
    uint8_t setting[1] = {0xff};
    int set;

    if (control(c, connection, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, dut.pipe.in, 0,
                NULL) != 0)
        conf_refused(c, "endpoint halt", "SET_FEATURE(ENDPOINT_HALT) of bulk IN was refused");
    set = control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 0, number, 0, NULL);
    ROW("USB-CH9-019") {
        CHECK_SEEN(set == 0 || set == -EPIPE, value_errno(set));
        if (set == 0)
            CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 0);
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 9, number, 0, NULL),
                 -EPIPE);
        CHECK_EQ(
            control(c, connection, USB_FROM_INTERFACE, USB_GET_INTERFACE, 0, number, 1, setting),
            1);
        CHECK_EQ(setting[0], 0);
    }
}

/* USB 2.0, 9.4: in the address state only the device and endpoint 0 can be addressed. */
CONF_CASE(USB_CH9_BI_20, .title = "Endpoints and interfaces do not answer before configuration",
          .reqs = REQS("USB-CH9-020"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "SET_CONFIGURATION(0); GET_STATUS of an endpoint and an interface stall, of the "
                   "device works")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);

    if (configure(c, connection, 0) != 0)
        conf_refused(c, "SET_CONFIGURATION", "SET_CONFIGURATION(0) was refused");
    ROW("USB-CH9-020") {
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), -EPIPE);
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, dut.pipe.interface_number), -EPIPE);
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
    }
}
