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

static void halt(struct conf *c, struct raw_connection *connection, uint8_t endpoint)
{
    if (control(c, connection, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT, endpoint, 0,
                NULL) != 0)
        conf_refused(c, "endpoint halt", "SET_FEATURE(ENDPOINT_HALT) was refused");
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

    ROW("USB-CH9-008.described") {
        CHECK_EQ(control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_DEVICE << 8, 0,
                         64, bytes),
                 18);
        CHECK_EQ(bytes[1], DESC_DEVICE);
        REQUIRE_EQ(control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0,
                           9, bytes),
                   9);
    }
    ROW("USB-CH9-008.answers")
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
    ROW("USB-CH9-008.configured") {
        CHECK_EQ(configure(c, connection, bytes[5]), 0);
        CHECK_EQ(configuration(c, connection), bytes[5]);
    }
}

/* The hosts of other servers keep SET_ADDRESS to themselves, and their device would be lost. */
CONF_CASE(USB_CH9_BI_08, .title = "An address above 127 is refused", .reqs = REQS("USB-CH9-008"),
          .ics = "ANY", .player = "mtp", .needs = CONF_WIRE | CONF_CONTROL,
          .steps = "SET_ADDRESS 128 and 255 stall, 127 does not; the device goes on answering")
{
    DUT_CONNECTION connection = dut_import(c);

    ROW("USB-CH9-008.above") {
        CHECK_EQ(control(c, connection, USB_TO_DEVICE, 5, 128, 0, 0, NULL), -EPIPE);
        CHECK_EQ(control(c, connection, USB_TO_DEVICE, 5, 255, 0, 0, NULL), -EPIPE);
    }
    ROW("USB-CH9-008.below") {
        CHECK_EQ(control(c, connection, USB_TO_DEVICE, 5, 127, 0, 0, NULL), 0);
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
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

    ROW("USB-CH9-009.value") {
        CHECK_EQ(configure(c, connection, value), 0);
        CHECK_EQ(configuration(c, connection), value);
    }
    ROW("USB-CH9-009.zero") {
        CHECK_EQ(configure(c, connection, 0), 0);
        CHECK_EQ(configuration(c, connection), 0);
    }
    ROW("USB-CH9-009.refused")
        CHECK_EQ(configure(c, connection, unknown), -EPIPE);
    ROW("USB-CH9-009.kept")
        CHECK_EQ(configuration(c, connection), 0);
    ROW("USB-CH9-009.value") {
        CHECK_EQ(configure(c, connection, value), 0);
        CHECK_EQ(configuration(c, connection), value);
    }
    ROW("USB-CH9-009.refused")
        CHECK_EQ(configure(c, connection, unknown), -EPIPE);
    ROW("USB-CH9-009.kept")
        CHECK_EQ(configuration(c, connection), value);
}

/* USB 2.0, 9.1.1.5; still image class 1.0: a session does not outlive the configuration. */
CONF_CASE(USB_CH9_BV_10, .title = "SET_CONFIGURATION clears halts and drops the session",
          .reqs = REQS("USB-CH9-010"), .ics = "MTP", .player = "mtp", .needs = CONF_WIRE,
          .steps = "Open a session, halt bulk IN and OUT, configure again: not halted, "
                   "SessionNotOpen; configure with an answer unread: it is gone")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);
    DUT dut = dut_raw(c, connection);

    if (open_session(&dut) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    halt(c, connection, dut.pipe.in);
    halt(c, connection, dut.pipe.out);
    ROW("USB-CH9-010.halts") {
        REQUIRE_EQ(configure(c, connection, value), 0);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 0);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.out), 0);
    }
    ROW("USB-CH9-010.session") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
        CHECK_RC(open_session(&dut), MTP_RC_OK);
    }
    ROW("USB-CH9-010.transfer") {
        if (ct_command(&dut.pipe, MTP_OP_GET_DEVICE_INFO, 7, PARAMS()))
            conf_refused(c, "submit", "the command was not taken");
        REQUIRE_EQ(configure(c, connection, value), 0);
        CHECK_RC(open_session(&dut), MTP_RC_OK);
        CHECK(dut_in_step(&dut));
    }
}

CONF_CASE(USB_CH9_BV_24, .title = "SET_CONFIGURATION forgets what was announced",
          .reqs = REQS("USB-CH9-010"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WIRE | CONF_WRITES,
          .steps =
              "SendObjectInfo, halt interrupt IN, SET_CONFIGURATION: not halted; a new session, "
              "SendObject: 0x2015")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);
    DUT dut = dut_raw(c, connection);

    if (open_session(&dut) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    if (dut_send_info(&dut, dut.store, 0xffffffff, MTP_FC_UNDEFINED, 4, "papcheck-again.bin") !=
        MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    halt(c, connection, dut.pipe.interrupt);
    ROW("USB-CH9-010.halts")
        REQUIRE_EQ(configure(c, connection, value), 0);
    if (open_session(&dut) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    ROW("USB-CH9-010.announced")
        CHECK_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), "abcd", 4),
                 MTP_RC_NO_VALID_OBJECT_INFO);
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    ROW("USB-CH9-010.halts")
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.interrupt), 0);
}

/* An interface that has the setting, or the case is over. */
static uint8_t interface_with(struct conf *c, struct raw_connection *connection, uint8_t setting)
{
    static uint8_t config[4096];
    int count = control(c, connection, USB_FROM_DEVICE, USB_GET_DESCRIPTOR, DESC_CONFIG << 8, 0,
                        sizeof(config), config);
    struct desc_walk walk;
    struct desc item;

    desc_start(&walk, config, count > 0 ? (size_t)count : 0);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_INTERFACE && item.length == 9 && item.at[3] == setting)
            return item.at[2];
    }
    conf_inconclusive(c, "no interface has an alternate setting %u", setting);
}

/* GET_INTERFACE's byte, or -errno; -EMSGSIZE when it is not one byte. */
static int setting_of(struct conf *c, struct raw_connection *connection, uint8_t number)
{
    uint8_t setting[2] = {0xff};
    int count =
        control(c, connection, USB_FROM_INTERFACE, USB_GET_INTERFACE, 0, number, 1, setting);

    return count < 0 ? count : count == 1 ? setting[0] : -EMSGSIZE;
}

/* USB 2.0, 9.4.4, 9.4.10, 9.1.1.5. */
CONF_CASE(USB_CH9_BV_19, .title = "An alternate setting holds until another or a configuration",
          .reqs = REQS("USB-CH9-019", "USB-CH9-010"), .ics = "USB.SETTINGS", .player = "zero",
          .needs = CONF_WIRE,
          .steps = "SET_INTERFACE 1, GET_INTERFACE; an absent setting; SET_CONFIGURATION: 0 again")
{
    DUT_CONNECTION connection = dut_import(c);
    uint8_t value = configuration_value(c, connection);
    uint8_t number = interface_with(c, connection, 1);

    if (configure(c, connection, value) != 0)
        conf_refused(c, "SET_CONFIGURATION", "SET_CONFIGURATION was refused");
    ROW("USB-CH9-019.get")
        CHECK_EQ(setting_of(c, connection, number), 0);
    ROW("USB-CH9-019.set") {
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 1, number, 0, NULL),
                 0);
        CHECK_EQ(setting_of(c, connection, number), 1);
    }
    ROW("USB-CH9-019.absent")
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 9, number, 0, NULL),
                 -EPIPE);
    ROW("USB-CH9-019.kept")
        CHECK_EQ(setting_of(c, connection, number), 1);
    ROW("USB-CH9-010.setting") {
        REQUIRE_EQ(configure(c, connection, value), 0);
        CHECK_EQ(setting_of(c, connection, number), 0);
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
    ROW("USB-CH9-011.before")
        CHECK_EQ(configuration(c, connection), 0);
    configure(c, connection, value);
    ROW("USB-CH9-011.value")
        CHECK_EQ(configuration(c, connection), value);
    ROW("USB-CH9-011.one") {
        uint8_t bytes[8];
        int count = control(c, connection, USB_FROM_DEVICE, USB_GET_CONFIGURATION, 0, 0, 8, bytes);

        /* What another wLength does is not specified (9.4.2); more than there is comes never. */
        CHECK_SEEN(count == 1 || count == -EPIPE, value_errno(count));
    }
    configure(c, connection, 0);
    ROW("USB-CH9-011.after")
        CHECK_EQ(configuration(c, connection), 0);
}

/* USB 2.0, 9.4.5, figure 9-5. */
CONF_CASE(USB_CH9_BV_13, .title = "GET_STATUS(interface) is two zero bytes, an absent one stalls",
          .reqs = REQS("USB-CH9-013"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "GET_STATUS of the interface and of interface 9")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);

    ROW("USB-CH9-013.zero")
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, dut.pipe.interface_number), 0);
    ROW("USB-CH9-013.two") {
        uint8_t bytes[8];
        int count = control(c, connection, USB_FROM_INTERFACE, USB_GET_STATUS, 0,
                            dut.pipe.interface_number, 8, bytes);

        /* What another wLength does is not specified (9.4.5). */
        CHECK_SEEN(count == 2 || count == -EPIPE, value_errno(count));
    }
    ROW("USB-CH9-013.absent")
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, 9), -EPIPE);
    ROW("USB-CH9-013.next")
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
}

/* USB 2.0, 9.4.5, figure 9-6. */
CONF_CASE(USB_CH9_BI_14, .title = "GET_STATUS of an endpoint the device lacks stalls",
          .reqs = REQS("USB-CH9-014"), .ics = "ANY", .player = "mtp-shared-number",
          .needs = CONF_WIRE,
          .steps = "GET_STATUS of an OUT and an IN endpoint that no descriptor has stalls; halt "
                   "bulk IN: each direction keeps its "
                   "own halt")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    int other;

    ROW("USB-CH9-014.absent") {
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut_absent(c, connection, false)),
                 -EPIPE);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut_absent(c, connection, true)), -EPIPE);
    }
    halt(c, connection, dut.pipe.in);
    ROW("USB-CH9-014.halt")
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 1);
    /* The other direction of the same number is another endpoint, or none. */
    ROW("USB-CH9-014.direction") {
        other = status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in & 0x0f);
        CHECK_SEEN(other == 0 || other == -EPIPE, value_errno(other));
    }
    ROW("USB-CH9-014.clear") {
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
    .steps =
        "Halt bulk IN and OUT, SET_INTERFACE(0), then an absent setting; GET_INTERFACE after each")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint16_t number = dut.pipe.interface_number;
    int set;

    halt(c, connection, dut.pipe.in);
    halt(c, connection, dut.pipe.out);
    set = control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 0, number, 0, NULL);
    ROW("USB-CH9-019.halts") {
        CHECK_SEEN(set == 0 || set == -EPIPE, value_errno(set));
        if (set == 0) {
            CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), 0);
            CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.out), 0);
        } else {
            conf_excused(c, 2, "SET_INTERFACE(0) stalls, as it may where there is no other");
        }
    }
    ROW("USB-CH9-019.absent") {
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 9, number, 0, NULL),
                 -EPIPE);
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 0, 9, 0, NULL),
                 -EPIPE);
    }
    ROW("USB-CH9-019.kept")
        CHECK_EQ(setting_of(c, connection, (uint8_t)number), 0);
}

/* USB 2.0, 9.4: in the address state only the device and endpoint 0 can be addressed. */
CONF_CASE(USB_CH9_BI_20, .title = "Endpoints and interfaces do not answer before configuration",
          .reqs = REQS("USB-CH9-020"), .ics = "ANY", .player = "mtp", .needs = CONF_WIRE,
          .steps = "SET_CONFIGURATION(0); GET_STATUS of endpoints and an interface, a halt and "
                   "alternate settings stall, GET_STATUS of the device works")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);

    if (configure(c, connection, 0) != 0)
        conf_refused(c, "SET_CONFIGURATION", "SET_CONFIGURATION(0) was refused");
    ROW("USB-CH9-020.endpoint") {
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.in), -EPIPE);
        CHECK_EQ(status(c, connection, USB_FROM_ENDPOINT, dut.pipe.out), -EPIPE);
    }
    ROW("USB-CH9-020.halt")
        CHECK_EQ(control(c, connection, USB_TO_ENDPOINT, USB_SET_FEATURE, USB_ENDPOINT_HALT,
                         dut.pipe.in, 0, NULL),
                 -EPIPE);
    ROW("USB-CH9-020.interface")
        CHECK_EQ(status(c, connection, USB_FROM_INTERFACE, dut.pipe.interface_number), -EPIPE);
    ROW("USB-CH9-020.setting") {
        CHECK_EQ(setting_of(c, connection, dut.pipe.interface_number), -EPIPE);
        CHECK_EQ(control(c, connection, USB_TO_INTERFACE, USB_SET_INTERFACE, 0,
                         dut.pipe.interface_number, 0, NULL),
                 -EPIPE);
    }
    ROW("USB-CH9-020.device")
        CHECK(status(c, connection, USB_FROM_DEVICE, 0) >= 0);
}
