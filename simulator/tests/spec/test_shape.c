/* What a player file is refused for by its form: all of it, each with its line, and bounded. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/spec/shape.h"
#include "spcore/base.h"

#define LEAST "name: x\nusb: {vendor: 1, product: 2}\n"

/* The faults of a text, a line each; what is left of it goes. */
static const char *faults_of(const char *text, size_t size)
{
    static char all[8000];
    struct faults faults = {.path = "f"};
    size_t left_size;
    char *left;

    (void)shape_check(text, size, &faults, &left, &left_size);
    free(left);
    faults_sort(&faults);
    all[0] = '\0';
    for (size_t i = 0; i < faults.kept; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s\n", faults.at[i].text);
    faults_done(&faults);
    return all;
}

static const char *of(const char *text)
{
    return faults_of(text, strlen(text));
}

Test(shape, a_file_that_fits_is_left_alone)
{
    cr_expect_str_eq(of(LEAST), "");
    cr_expect_str_eq(of("&a name: &b x\nusb: {vendor: 1, product: 2, serial: *b}\n"), "");
}

Test(shape, all_faults_are_said_in_the_order_of_lines)
{
    cr_expect_str_eq(of("name: x\n"
                        "battery: 180\n"
                        "usb: {vendor: mouse, product: 2}\n"
                        "microsoft-os:\n"
                        "  version-1: maybe\n"
                        "  compatible-id: TOOLONGID\n"
                        "storages:\n"
                        "  - {capacity: 12 MB}\n"
                        "  - {}\n"
                        "device: {operations: [0x1001, 0x10000]}\n"),
                     "f:2: battery: '180': expected 0 to 100 %\n"
                     "f:3: usb.vendor: 'mouse': expected 0x0001 to 0xffff\n"
                     "f:5: microsoft-os.version-1: 'maybe': expected true or false\n"
                     "f:6: microsoft-os.compatible-id: 'TOOLONGID': expected a text of at most 8 "
                     "of A to Z, 0 to 9 and _\n"
                     "f:8: storages[0].capacity: '12 MB': expected a whole number of bytes\n"
                     "f:9: storages[1].capacity: is missing: expected a whole number of bytes\n"
                     "f:10: device.operations[1]: '0x10000': expected 0x0000 to 0xffff\n");
}

Test(shape, keys_that_are_none_or_stand_twice_are_named_where_they_stand)
{
    cr_expect_str_eq(of(LEAST "objects:\n"
                              "  - path: a\n"
                              "    sise: 3\n"
                              "    path: b\n"
                              "    properties: [{cod: 1, value: 2}]\n"),
                     "f:5: objects[0].sise: is no key: expected storage, path, folder, protected, "
                     "format, size, seed, sparse, count, per-folder, text, references or "
                     "properties\n"
                     "f:6: objects[0].path: stands twice: expected it once\n"
                     "f:7: objects[0].properties[0].cod: is no key: expected code or value\n"
                     "f:7: objects[0].properties[0].code: is missing: expected 0x0000 to 0xffff\n");
}

Test(shape, what_is_no_list_or_no_mapping_is_said)
{
    cr_expect_str_eq(of("name: [x]\nusb: 7\nstorages: {}\nobjects: [7, [8]]\n"),
                     "f:1: name: a list: expected a text of 1 to 64 characters\n"
                     "f:2: usb: '7': expected a mapping with persona, vendor, product, release, "
                     "usb-version, class, subclass, protocol, manufacturer, product-name, serial, "
                     "speed, control-packet-size, configuration-value, configuration-name, "
                     "pattern, self-powered, remote-wakeup, max-power, interface-name or "
                     "interfaces\n"
                     "f:3: storages: a mapping: expected a list of at most 32 mappings\n"
                     "f:4: objects[0]: '7': expected a mapping with storage, path, folder, "
                     "protected, format, size, seed, sparse, count, per-folder, text, references "
                     "or properties\n"
                     "f:4: objects[1]: a list: expected a mapping with storage, path, folder, "
                     "protected, format, size, seed, sparse, count, per-folder, text, references "
                     "or properties\n");
}

Test(shape, numbers_and_words_are_taken_at_their_word)
{
    static const char *const right[] = {"battery: 0",           "battery: 0x64",  "no-formats: yes",
                                        "no-formats: off",      "storages: []",   "quirks: [a]",
                                        "formats: [{code: 1}]", "description: ''"};
    static const char *const wrong[] = {"battery: -1",
                                        "battery: 12 %",
                                        "battery: 1e2",
                                        "battery: 101",
                                        "battery: ''",
                                        "battery: ' 5'",
                                        "battery: +5",
                                        "battery: 99999999999999999999",
                                        "no-formats: True",
                                        "no-formats: maybe",
                                        "no-formats: 2",
                                        "no-formats: ''",
                                        "storages:",
                                        "description: \"a\\0b\"",
                                        "formats: [{code: 0x10000}]",
                                        "storages: [{capacity: 1, access: some}]",
                                        "storages: [{capacity: 1, access: 65536}]"};
    char text[200];

    for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
        snprintf(text, sizeof(text), LEAST "%s\n", right[i]);
        cr_expect_str_eq(of(text), "", "%s", right[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        snprintf(text, sizeof(text), LEAST "%s\n", wrong[i]);
        cr_expect_eq(strncmp(of(text), "f:3: ", 5), 0, "%s: %s", wrong[i], of(text));
        cr_expect_not_null(strstr(of(text), "expected"), "%s", wrong[i]);
    }
}

/* 126 and 127 units, of letters that have two in UTF-16 and four bytes in UTF-8. */
Test(shape, texts_are_measured_as_they_are_sent)
{
    char text[700] = "name: x\nusb: {vendor: 1, product: 2, manufacturer: ";
    size_t start = strlen(text);

    for (int i = 0; i < 63; i++)
        strcat(text, "\xf0\x9f\x8e\xb5");
    strcat(text, "}\n");
    cr_expect_str_eq(of(text), "");
    strcpy(text + start + 252, "a}\n");
    cr_expect_not_null(strstr(of(text), "expected a text of at most 126 characters"));
    cr_expect_null(strstr(of(text), "\xf0\x9f'"), "no half of a letter is shown");
}

Test(shape, what_is_left_has_its_entries_in_their_places)
{
    static const char text[] = LEAST "device: {operations: [1, x, 3]}\nstorages: [7, {capacity: "
                                     "5}]\nnonsense: 1\nbattery: 500\n";
    struct faults faults = {.path = "f"};
    size_t size;
    char *left;

    cr_assert_eq(shape_check(text, sizeof(text) - 1, &faults, &left, &size), 0);
    cr_assert_not_null(left);
    cr_expect_eq(size, strlen(left));
    cr_expect_null(strstr(left, "nonsense"));
    cr_expect_null(strstr(left, "battery"));
    cr_expect_not_null(strstr(left, "[1, \"65535\", 3]"), "%s", left);
    cr_expect_str_eq(faults_of(left, size), "");
    cr_expect(faults_is_void(&faults, "device.operations[1]"));
    cr_expect_not(faults_is_void(&faults, "device.operations[2]"));
    faults_done(&faults);
    free(left);
}

Test(shape, what_is_no_yaml_is_said_once)
{
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"", "f:1: an empty file"},
        {"# nothing\n", "f:1: an empty file"},
        {"name: x\n\tusb: 1\n", "f:2: no YAML"},
        {"name: x\nusb: [\n", "f:3: no YAML"},
        {"name: *a\n", "f:1: no YAML: found undefined alias"},
        {"name: x\n\n\xff\n", "f:3: no YAML: invalid leading UTF-8 octet"},
        {LEAST "---\n" LEAST, "f:3: a second document"},
        {"- 1\n", "f:1: the file: a list: expected a mapping"},
        {"&a [*a]\n", "f:1: the file: a list: expected a mapping"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const char *said = of(bad[i].text);

        cr_expect_eq(strncmp(said, bad[i].said, strlen(bad[i].said)), 0, "%zu: %s", i, said);
        cr_expect_eq(strchr(said, '\n') + 1, said + strlen(said), "%zu: %s", i, said);
    }
    cr_expect_eq(strncmp(faults_of("name: x\n\0\n", 10), "f:2: no YAML", 12), 0);
}

static char *many(const char *start, const char *piece, size_t count, const char *end)
{
    size_t length = strlen(piece);
    char *text = malloc(strlen(start) + count * length + strlen(end) + 1), *at = text;

    at = stpcpy(at, start);
    while (count--)
        at = stpcpy(at, piece);
    strcpy(at, end);
    return text;
}

static void is_said(char *text, const char *said)
{
    cr_expect_not_null(strstr(of(text), said), "%s", of(text));
    free(text);
}

Test(shape, hostile_files_end_early)
{
    is_said(many("name: ", "[", 100000, ""), "f:1: deeper than a player file goes");
    is_said(many("name: ", "{a: ", 100000, ""), "f:1: deeper than a player file goes");
    is_said(many("quirks: [", "a,", 1100000, "]"), "more values than a player file can have");
    is_said(many("", "&a a: b\n", 2000, ""), "f:1001: more than 1000 anchors");
    is_said(many("name: &a ", "x", 5000, "\n"), "expected a text of 1 to 64 characters");
}

/* 2000 aliases of 1001 values are 2 million. */
Test(shape, aliases_are_counted_with_what_they_stand_for)
{
    char *values = many("", "1,", 1000, "1");
    char *start = many(LEAST "objects:\n - {path: x, references: &a [", values, 1, "]}\n");
    char *text = many(start, " - {path: x, references: *a}\n", 2000, "");

    cr_expect_not_null(strstr(of(text), "aliases make more than 1048576 values of it"));
    free(values);
    free(start);
    free(text);
}

Test(shape, a_value_within_itself_ends)
{
    is_said(many(LEAST, "storages: &a [{capacity: 1}, *a]\n", 1, ""), "f:3: storages[1]: ");
    is_said(many("name: x\nusb: &a {vendor: 1, product: 2, interfaces: [{endpoints: [*a]}]}\n", "",
                 0, ""),
            "an alias of what it stands in");
}

Test(shape, more_faults_than_anyone_reads_are_counted)
{
    char *text = many(LEAST, "a: 1\n", 5000, "");
    struct faults faults = {.path = "f"};
    size_t size;
    char *left;

    cr_assert_eq(shape_check(text, strlen(text), &faults, &left, &size), 0);
    cr_expect_eq(faults.count, 5000);
    cr_expect_eq(faults.kept, FAULTS_KEPT);
    faults_done(&faults);
    free(left);
    free(text);
}
