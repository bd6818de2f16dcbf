/* Keys by their names: in order, whichever order they came in, and never far from the root. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/registry_names.h"

enum { MANY = 4096, DEEPEST = 2 * 12 + 2 }; /* twice the logarithm of MANY, and a little */

struct item {
    const char *name;
    char text[8];
};

static struct item *items(void)
{
    struct item *all = calloc(MANY, sizeof(*all));

    cr_assert_not_null(all);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(all[i].text, sizeof(all[i].text), "%c%05u", i % 2 ? 'k' : 'K', i);
        all[i].name = all[i].text;
    }
    return all;
}

static size_t depth(const struct names_node *node)
{
    size_t left, right;

    if (!node)
        return 0;
    left = depth(node->left);
    right = depth(node->right);
    return 1 + (left > right ? left : right);
}

static void *found(const struct names *names, const char *name)
{
    return names_find(names, name, name + strlen(name));
}

static void check(const struct names *names, const struct item *all, size_t step)
{
    char name[8];
    size_t count = 0;

    for (size_t i = 0; i < MANY; i += step, count++) {
        cr_assert_eq(names_at(names, count), &all[i]);
        snprintf(name, sizeof(name), "k%05zu", i);
        cr_assert_eq(found(names, name), &all[i]);
    }
    cr_assert_eq(names_count(names), count);
    cr_assert_null(names_at(names, count));
    cr_assert_leq(depth(names->root), DEEPEST);
}

/* The i-th to come, where the order is that of i times `factor`. */
static void comes(unsigned factor)
{
    struct item *all = items();
    struct names names = {NULL};

    for (unsigned i = 0; i < MANY; i++)
        cr_assert(names_add(&names, &all[i * factor % MANY]));
    check(&names, all, 1);
    for (unsigned i = 0; i < MANY; i++) {
        const struct item *gone = &all[i * factor % MANY];

        if (i * factor % 4 == 0)
            continue;
        cr_assert_eq(names_take(&names, gone->text, gone->text + strlen(gone->text)), gone);
        cr_assert_null(found(&names, gone->text));
    }
    check(&names, all, 4);
    names_done(&names);
    free(all);
}

Test(registry_names, ascending_names_are_as_near_as_any)
{
    comes(1);
}

Test(registry_names, descending_names_are_as_near_as_any)
{
    comes(MANY - 1);
}

Test(registry_names, mixed_names_are_in_order)
{
    comes(2741);
}

Test(registry_names, what_is_not_there_is_not_taken)
{
    static const char name[] = "ONE";
    struct item one = {one.text, "one"};
    struct names names = {NULL};

    cr_assert_null(names_take(&names, name, name + 3));
    cr_assert(names_add(&names, &one));
    cr_assert_null(names_take(&names, name, name + 2));
    cr_assert_eq(names_count(&names), 1);
    cr_assert_eq(names_take(&names, name, name + 3), &one);
    cr_assert_eq(names_count(&names), 0);
    names_done(&names);
}
