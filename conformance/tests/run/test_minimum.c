/* Fewer checks than are a case's least, of which rows, and which are excused. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/run/minimum.h"

static struct catalogue_check checks[] = {
    {(char[]){"A-A-BV-01"}, (char[]){"ROW-1"}, (char[]){"it opens"}},
    {(char[]){"A-A-BV-01"}, (char[]){"ROW-1"}, (char[]){"it opens"}},
    {(char[]){"A-A-BV-01"}, (char[]){"ROW-1"}, (char[]){"it shuts"}},
    {(char[]){"A-A-BV-01"}, (char[]){"ROW-2"}, (char[]){"it is quiet"}},
    {(char[]){"B-B-BV-01"}, (char[]){"ROW-3"}, (char[]){"it hums"}},
};
static const struct catalogue catalogue = {.checks = checks, .check_count = 5};

/* The rows short of it, of a verdict with these sites and excuses; `text` says which. */
static unsigned hold(const char *sites, const char *excused, char text[MINIMUM_TEXT],
                     json_int_t *ret_missing)
{
    json_t *verdict =
        json_pack("{s:o,s:o,s:{s:{s:i,s:i}}}", "sites", json_loads(sites, 0, NULL), "excused",
                  json_loads(excused, 0, NULL), "rows", "ROW-1", "pass", 2, "fail", 0);
    unsigned count = minimum_hold(&catalogue, "A-A-BV-01", verdict, text);

    *ret_missing = json_integer_value(
        json_object_get(json_object_get(json_object_get(verdict, "rows"), "ROW-1"), "missing"));
    json_decref(verdict);
    return count;
}

#define QUIET "\"ROW-2\":{\"a.c:9\":\"it is quiet\"}"
#define ALL "\"a.c:1\":\"it opens\",\"a.c:2\":\"it opens\",\"a.c:3\":\"it shuts\""

Test(minimum, all_of_them_and_more_are_enough)
{
    char text[MINIMUM_TEXT];
    json_int_t missing;

    cr_assert_eq(
        hold("{\"ROW-1\":{" ALL ",\"b.c:1\":\"it sings\"}," QUIET "}", "{}", text, &missing), 0);
    cr_assert_eq(missing, 0);
    cr_assert_str_eq(text, "");
}

Test(minimum, the_same_words_at_one_place_fewer_are_missing)
{
    char text[MINIMUM_TEXT];
    json_int_t missing;

    cr_assert_eq(hold("{\"ROW-1\":{\"a.c:1\":\"it opens\",\"a.c:3\":\"it shuts\"}," QUIET "}", "{}",
                      text, &missing),
                 1);
    cr_assert_eq(missing, 1);
    cr_assert_str_eq(text, "2 of 3 checks of ROW-1 were made");
}

Test(minimum, each_row_that_is_short_is_named)
{
    char text[MINIMUM_TEXT];
    json_int_t missing;

    cr_assert_eq(hold("{\"ROW-1\":{\"a.c:3\":\"it shuts\"}}", "{}", text, &missing), 2);
    cr_assert_eq(missing, 2);
    cr_assert_str_eq(text, "1 of 3 checks of ROW-1 were made; "
                           "0 of 1 checks of ROW-2 were made");
}

Test(minimum, as_many_as_are_excused_are_not_missing)
{
    char text[MINIMUM_TEXT];
    json_int_t missing;

    cr_assert_eq(
        hold("{\"ROW-1\":{\"a.c:3\":\"it shuts\"}," QUIET "}", "{\"ROW-1\":2}", text, &missing), 0);
    cr_assert_eq(
        hold("{\"ROW-1\":{\"a.c:3\":\"it shuts\"}," QUIET "}", "{\"ROW-1\":1}", text, &missing), 1);
    cr_assert_eq(missing, 2);
}
