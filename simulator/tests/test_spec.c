#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "player/player.h"

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
    if (player_load(path, &spec, error, sizeof error) == 0)
        player_spec_free(spec);
    else
        cr_assert_eq(strncmp(error, path, strlen(path)), 0, "names the file: %s", error);
    unlink(path);
    return error[0] ? error + strlen(path) : "";
}

Test(spec, every_player_we_ship_loads)
{
    glob_t files;
    size_t i;

    cr_assert_eq(glob("fixtures/players/*.yaml", 0, NULL, &files), 0);
    cr_assert_geq(files.gl_pathc, 7);
    for (i = 0; i < files.gl_pathc; i++) {
        struct player_spec *spec;
        char error[500];

        cr_assert_eq(player_load(files.gl_pathv[i], &spec, error, sizeof error), 0, "%s", error);
        player_spec_free(spec);
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

Test(spec, a_file_that_is_not_there_says_so)
{
    struct player_spec *spec;
    char error[200];

    cr_assert_neq(player_load("/nonexistent.yaml", &spec, error, sizeof error), 0);
    cr_assert_str_eq(error, "/nonexistent.yaml: No such file or directory");
}
