/* Where the values of a player file stand: true lines, whatever comments and texts say. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/spec/marks.h"
#include "spcore/base.h"

static unsigned line_of(const char *text, const char *path)
{
    struct marks *marks = marks_new(text, strlen(text));
    unsigned line = marks_line(marks, path);

    marks_free(marks);
    return line;
}

static const char text[] = "# name: none\n"
                           "name: x\n"
                           "usb: {vendor: 1,\n"
                           "  product: 2}\n"
                           "storages:\n"
                           "  - capacity: 1\n"
                           "    # id: in a comment\n"
                           "    description: 'id: in a text'\n"
                           "    id: 0x10001\n"
                           "  - capacity: 2\n"
                           "    compatible-id: id\n"
                           "    id: >\n"
                           "      0x10001\n"
                           "lists: [[1, 2],\n"
                           "  [3,\n"
                           "   {deep: 4}]]\n"
                           "&a anchored: &b {here: 1}\n"
                           "alias: *b\n"
                           "after: 1\n";

Test(marks, a_key_is_found_by_its_path_and_not_by_its_text)
{
    cr_expect_eq(line_of(text, "name"), 2);
    cr_expect_eq(line_of(text, "usb"), 3);
    cr_expect_eq(line_of(text, "usb.product"), 4);
    cr_expect_eq(line_of(text, "storages[0].id"), 9);
    cr_expect_eq(line_of(text, "storages[1].id"), 12);
    cr_expect_eq(line_of(text, "storages[1].compatible-id"), 11);
}

Test(marks, entries_of_lists_are_counted)
{
    cr_expect_eq(line_of(text, "storages[1]"), 10);
    cr_expect_eq(line_of(text, "lists[0][1]"), 14);
    cr_expect_eq(line_of(text, "lists[1]"), 15);
    cr_expect_eq(line_of(text, "lists[1][1].deep"), 16);
}

Test(marks, what_is_not_there_is_where_it_would_stand)
{
    cr_expect_eq(line_of(text, "storages[1].access"), 10);
    cr_expect_eq(line_of(text, "storages[7].access"), 5);
    cr_expect_eq(line_of(text, "name[0].more"), 2);
    cr_expect_eq(line_of(text, "nothing.at[3].all"), 1);
}

Test(marks, anchors_and_aliases_do_not_lose_count)
{
    cr_expect_eq(line_of(text, "anchored.here"), 17);
    cr_expect_eq(line_of(text, "alias.here"), 18);
    cr_expect_eq(line_of(text, "after"), 19);
}

Test(marks, a_text_that_is_no_yaml_is_known_up_to_there)
{
    static const char *const bad[] = {"",   "a: [", "a: 1\n\tb: 2\n", "- ]",
                                      "*a", "\xff", "? [a]\n: b\n"};
    char deep[2000];

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        cr_expect_eq(line_of(bad[i], "c"), 1, "%zu", i);
    cr_expect_eq(line_of("a: 1\nb: 2\n}", "b"), 2);
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    cr_expect_eq(line_of(deep, "c"), 1);
}
