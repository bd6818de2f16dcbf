/* A player file is read once for all who take it, and anew when it has changed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simulator/spec/shelf.h"

static char path[] = "/tmp/papsim-shelf-XXXXXX";

static void say(const char *text)
{
    FILE *file = fopen(path, "we");

    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void make(void)
{
    close(mkstemp(path));
    say("name: one\ndescription: a\nusb: {vendor: 0x1209, product: 1}\n");
}

static void forget(void)
{
    unlink(path);
}

Test(shelf, what_was_put_is_taken_once, .init = make, .fini = forget)
{
    struct spec_shelf shelf = {0};
    struct player_spec *spec;

    cr_expect_null(spec_shelf_take(&shelf, path));
    spec_shelf_put(&shelf, path);
    spec_shelf_put(&shelf, path);
    spec = spec_shelf_take(&shelf, path);
    cr_assert_not_null(spec);
    cr_expect_str_eq(spec->path, path);
    cr_expect_null(spec_shelf_take(&shelf, path));
    spec_free(spec);
    spec_shelf_done(&shelf);
}

Test(shelf, one_that_was_taken_can_be_put_again, .init = make, .fini = forget)
{
    struct spec_shelf shelf = {0};

    spec_shelf_put(&shelf, path);
    spec_free(spec_shelf_take(&shelf, path));
    spec_shelf_put(&shelf, path);
    spec_free(spec_shelf_take(&shelf, path));
    cr_expect_eq(shelf.count, 1);
    spec_shelf_done(&shelf);
}

Test(shelf, a_file_that_has_changed_is_not_what_was_put, .init = make, .fini = forget)
{
    struct spec_shelf shelf = {0};
    struct player_spec *spec;

    spec_shelf_put(&shelf, path);
    say("name: other\ndescription: a\nusb: {vendor: 0x1209, product: 2}\n");
    cr_expect_null(spec_shelf_take(&shelf, path));
    spec_shelf_put(&shelf, path);
    spec = spec_shelf_take(&shelf, path);
    cr_assert_not_null(spec);
    cr_expect_not_null(strstr(spec->text, "other"));
    spec_free(spec);
    spec_shelf_done(&shelf);
}

Test(shelf, what_cannot_be_read_is_not_there, .init = make, .fini = forget)
{
    struct spec_shelf shelf = {0};

    say("name: [\n");
    spec_shelf_put(&shelf, path);
    cr_expect_null(spec_shelf_take(&shelf, path));
    spec_shelf_put(&shelf, "/nonexistent/player.yaml");
    cr_expect_null(spec_shelf_take(&shelf, "/nonexistent/player.yaml"));
    spec_shelf_done(&shelf);
}
