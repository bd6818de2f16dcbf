/* What a player file may say, what becomes of it, and the line of the fault where it may not. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simulator/spec/spec.h"
#include "spcore/base.h"

/* The error a player file with this text gives; "" if it loads. */
static const char *error_of(const char *text)
{
    static char error[500];
    char path[] = "/tmp/papsim-spec-XXXXXX";
    int file = mkstemp(path);
    struct player_spec *spec;

    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    error[0] = '\0';
    if (spec_load(path, &spec, error, sizeof(error)) == 0)
        spec_free(spec);
    else
        cr_assert_eq(strncmp(error, path, strlen(path)), 0, "names the file: %s", error);
    unlink(path);
    return error[0] ? error + strlen(path) : "";
}

Test(spec, every_player_we_ship_loads)
{
    glob_t files;

    cr_assert_eq(glob("fixtures/players/*.yaml", 0, NULL, &files), 0);
    cr_assert_geq(files.gl_pathc, 7);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct player_spec *spec;
        char error[500];

        cr_assert_eq(spec_load(files.gl_pathv[i], &spec, error, sizeof(error)), 0, "%s", error);
        spec_free(spec);
    }
    globfree(&files);
}

Test(spec, a_file_with_the_least_in_it_loads)
{
    cr_assert_str_eq(error_of("name: x\nusb: {vendor: 1, product: 2}\n"), "");
}

Test(spec, an_unknown_key_is_named_with_its_line)
{
    const char *error = error_of("name: x\nusb: {vendor: 1, product: 2}\nsorages: []\n");

    cr_assert_eq(strncmp(error, ":3: ", 4), 0, "%s", error);
    cr_assert_not_null(strstr(error, "sorages"), "%s", error);
    cr_assert_null(strchr(error, '\n'));
}

Test(spec, a_value_that_is_no_number_is_named_with_its_line)
{
    const char *error = error_of("name: x\nusb:\n  vendor: one\n  product: 2\n");

    cr_assert_eq(strncmp(error, ":3: ", 4), 0, "%s", error);
}

static const char *error_of_usb(const char *line, const char *speed)
{
    char text[400];

    snprintf(text, sizeof(text), "name: x\nusb:\n  vendor: 1\n  product: 2\n  %s\n  speed: %s\n",
             line, speed);
    return error_of(text);
}

Test(spec, a_version_fits_its_speed)
{
    cr_expect_str_eq(error_of_usb("usb-version: 0x0101", "full"), "");
    cr_expect_str_eq(error_of_usb("usb-version: 0x0200", "high"), "");
    cr_expect_str_eq(error_of_usb("usb-version: 0x0300", "super"), "");
    cr_expect_not_null(strstr(error_of_usb("usb-version: 0x0090", "full"), ":5: usb.usb-version"));
    cr_expect_not_null(strstr(error_of_usb("usb-version: 0x0110", "high"), ":5: usb.usb-version"));
    cr_expect_not_null(strstr(error_of_usb("usb-version: 0x0210", "super"), ":5: usb.usb-version"));
    cr_expect_not_null(strstr(error_of_usb("usb-version: 0x020a", "high"), ":5: usb.usb-version"));
}

Test(spec, capabilities_need_a_version_that_has_them)
{
    static const char text[] = "name: x\nusb:\n  vendor: 1\n  product: 2\n  usb-version: 0x0200\n"
                               "microsoft-os: {version-2: true}\n";

    cr_expect_not_null(strstr(error_of(text), ":5: usb.usb-version: 0x0200"));
}

Test(spec, packets_of_endpoint_zero_and_power_are_legal)
{
    cr_expect_str_eq(error_of_usb("control-packet-size: 8", "full"), "");
    cr_expect_str_eq(error_of_usb("max-power: 510", "high"), "");
    cr_expect_str_eq(error_of_usb("max-power: 2040", "super"), "");
    cr_expect_not_null(strstr(error_of_usb("control-packet-size: 9", "full"), ":5: usb.control-"));
    cr_expect_not_null(strstr(error_of_usb("control-packet-size: 8", "high"), ":5: usb.control-"));
    cr_expect_not_null(strstr(error_of_usb("max-power: 512", "high"), ":5: usb.max-power: 512"));
}

Test(spec, an_operation_that_does_not_exist_is_refused)
{
    const char *error = error_of("name: x\nusb: {vendor: 1, product: 2}\ndevice:\n"
                                 "  operations: [0x1001, 0x1fff]\n");

    cr_assert_eq(strncmp(error, ":4: ", 4), 0, "%s", error);
}

Test(spec, a_serial_with_a_comma_is_refused)
{
    const char *error = error_of("name: x\nusb:\n  vendor: 1\n  product: 2\n  serial: a,b\n");

    cr_assert_eq(strncmp(error, ":5: ", 4), 0, "%s", error);
}

Test(spec, a_date_of_an_object_is_a_date)
{
    const char *error = error_of("name: x\nusb: {vendor: 1, product: 2}\nobjects:\n"
                                 "  - path: a.mp3\n"
                                 "    properties: [{code: 0xdc09, value: yesterday}]\n");

    cr_assert_str_eq(error, ":5: objects[0].properties[0].value: 'yesterday': expected a date as "
                            "YYYYMMDDThhmmss");
}

Test(spec, a_file_that_is_not_there_says_so)
{
    struct player_spec *spec;
    char error[200];

    cr_assert_neq(spec_load("/nonexistent.yaml", &spec, error, sizeof(error)), 0);
    cr_assert_str_eq(error, "/nonexistent.yaml: No such file or directory");
}

/* A file of persona zero with these interfaces, each in one line from line 8 on. */
static const char *zero_error(const char *speed, const char *interfaces)
{
    static char text[2000];

    snprintf(text, sizeof(text),
             "name: x\nusb:\n  persona: zero\n  vendor: 1\n  product: 2\n  speed: %s\n"
             "  interfaces:\n%s",
             speed, interfaces);
    return error_of(text);
}

#define SOURCE "    - {number: 0, function: source-sink, endpoints: ["

Test(spec, interfaces_are_checked_with_their_line)
{
    static const struct {
        const char *speed, *interfaces, *line, *what;
    } bad[] = {
        {"high", SOURCE "{address: 0x80, type: 2}]}\n", ":8: ", "address: '0x80'"},
        {"high", SOURCE "{address: 0x91, type: 2}]}\n", ":8: ", "address: '0x91'"},
        {"high", SOURCE "{address: 1, type: 2}, {address: 1, type: 3}]}\n", ":8: ", "twice"},
        {"high", SOURCE "{address: 1, type: 0}]}\n", ":8: ", "type: '0'"},
        {"high", SOURCE "{address: 1, type: 4}]}\n", ":8: ", "type: '4'"},
        {"high", SOURCE "{address: 1, type: 2, packet-size: 64}]}\n", ":8: ", "packet-size: 64"},
        {"full", SOURCE "{address: 1, type: 2, packet-size: 512}]}\n", ":8: ", "packet-size: 512"},
        {"full", SOURCE "{address: 1, type: 3, packet-size: 65}]}\n", ":8: ", "packet-size: 65"},
        {"full", SOURCE "{address: 1, type: 1, packet-size: 1024}]}\n", ":8: ", "1024"},
        {"high", SOURCE "{address: 1, type: 1, packet-size: 0x1c00}]}\n", ":8: ", "0x1c00"},
        {"super", SOURCE "{address: 1, type: 1, packet-size: 0x0c00}]}\n", ":8: ", "3072"},
        {"high", SOURCE "{address: 1, type: 1, interval: 17}]}\n", ":8: ", "interval: 17"},
        {"high", SOURCE "{address: 1, type: 2, burst: 1}]}\n", ":8: ", "burst: 1"},
        {"super", SOURCE "{address: 1, type: 2, burst: 16}]}\n", ":8: ", "burst: '16'"},
        {"high", "    - {number: 0}\n", ":8: ", "no function"},
        {"high", "    - {number: 0, function: sink}\n",
         ":8: ", "function: 'sink': expected still-image, source-sink or loopback"},
        {"high", "    - {number: 1, function: loopback}\n", ":8: ", "out of order"},
        {"high", SOURCE "]}\n    - {number: 0, alternate: 2}\n", ":9: ", "out of order"},
        {"high", SOURCE "]}\n    - {number: 0, alternate: 1, function: loopback}\n",
         ":9: ", "setting 0"},
        {"high", SOURCE "]}\n    - {number: 2, function: loopback}\n", ":9: ", "out of order"},
        {"high",
         SOURCE "{address: 1, type: 2}]}\n    - {number: 0, alternate: 1, endpoints: "
                "[{address: 1, type: 9}]}\n",
         ":9: ", "type: '9'"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const char *error = zero_error(bad[i].speed, bad[i].interfaces);

        cr_expect_eq(strncmp(error, bad[i].line, strlen(bad[i].line)), 0, "%zu: %s", i, error);
        cr_expect_not_null(strstr(error, bad[i].what), "%zu: %s", i, error);
        cr_expect_null(strchr(error, '\n'));
    }
}

Test(spec, legal_interfaces_load)
{
    cr_expect_str_eq(zero_error("high", SOURCE "{address: 1, type: 1, packet-size: 0x1400, "
                                               "interval: 16}, {address: 0x81, type: 2}]}\n"),
                     "");
    cr_expect_str_eq(zero_error("full", SOURCE "{address: 1, type: 3, packet-size: 64, "
                                               "interval: 255}]}\n"),
                     "");
    cr_expect_str_eq(zero_error("super", SOURCE "{address: 1, type: 2, burst: 15}]}\n"), "");
}

Test(spec, what_belongs_to_other_functions_is_refused)
{
    const char *error = error_of("name: x\nusb:\n  persona: zero\n  vendor: 1\n  product: 2\n");

    cr_expect_eq(strncmp(error, ":3: ", 4), 0, "%s", error);
    error = error_of("name: x\nusb:\n  vendor: 1\n  product: 2\n  pattern: mod63\n");
    cr_expect_eq(strncmp(error, ":5: ", 4), 0, "%s", error);
}

#define PIPES                                                                                      \
    "endpoints: [{address: 0x81, type: 2}, {address: 2, type: 2}, {address: 0x83, type: 3}]"

/* The error a file of persona mtp gives whose interfaces, each in one line, begin at line 6. */
static const char *mtp_error(const char *interfaces)
{
    static char text[2000];

    snprintf(text, sizeof(text), "name: x\nusb:\n  vendor: 1\n  product: 2\n  interfaces:\n%s",
             interfaces);
    return error_of(text);
}

Test(spec, a_player_has_one_interface_for_mtp)
{
    cr_expect_str_eq(mtp_error("    - {number: 0, " PIPES "}\n"), "");
    cr_expect_str_eq(mtp_error("    - {number: 0, function: loopback}\n"
                               "    - {number: 1, " PIPES "}\n"),
                     "");
    cr_expect_str_eq(mtp_error("    - {number: 0, " PIPES "}\n"
                               "    - {number: 1, function: still-image, " PIPES "}\n"),
                     "");
    cr_expect_not_null(strstr(mtp_error("    - {number: 0, function: loopback}\n"),
                              ":5: usb.interfaces: expected an interface with a bulk IN"));
    cr_expect_not_null(strstr(mtp_error("    - {number: 0, function: loopback, " PIPES "}\n"),
                              ":5: usb.interfaces: expected an interface with a bulk IN"));
    cr_expect_not_null(strstr(mtp_error("    - {number: 0, function: still-image, " PIPES "}\n"
                                        "    - {number: 1, function: still-image, " PIPES "}\n"),
                              ":7: usb.interfaces[1].function: still-image stands twice"));
}
