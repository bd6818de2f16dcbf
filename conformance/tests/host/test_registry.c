/* The host model's registry. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "conformance/host/registry.h"

Test(registry, keys_and_names_know_no_case)
{
    struct registry registry = {0};
    const struct registry_value *value;

    cr_assert_eq(registry_set(&registry, "HKLM\\One", "Name", REG_TYPE_DWORD, "\1\0\0\0", 4), 0);
    value = registry_get(&registry, "hklm\\ONE", "nAME");
    cr_assert_not_null(value);
    cr_assert_eq(value->type, REG_TYPE_DWORD);
    cr_assert_eq(value->size, 4);
    cr_assert_arr_eq(value->data, "\1\0\0\0", 4);
    registry_done(&registry);
}

Test(registry, a_value_belongs_to_its_key)
{
    struct registry registry = {0};

    cr_assert_eq(registry_set(&registry, "HKLM\\One", "Name", REG_TYPE_SZ, "", 0), 0);
    cr_assert_null(registry_get(&registry, "HKLM\\One\\Two", "Name"));
    cr_assert_null(registry_get(&registry, "HKLM\\One", "Other"));
    registry_done(&registry);
}

Test(registry, setting_again_replaces)
{
    struct registry registry = {0};

    cr_assert_eq(registry_set(&registry, "K", "a", REG_TYPE_BINARY, "\0\0", 2), 0);
    cr_assert_eq(registry_set(&registry, "K", "b", REG_TYPE_BINARY, "x", 1), 0);
    cr_assert_eq(registry_set(&registry, "k", "A", REG_TYPE_SZ, "long", 4), 0);
    cr_assert_eq(registry_get(&registry, "K", "a")->type, REG_TYPE_SZ);
    cr_assert_eq(registry_get(&registry, "K", "a")->size, 4);
    cr_assert_eq(registry_get(&registry, "K", "b")->size, 1);
    registry_done(&registry);
    cr_assert_null(registry_get(&registry, "K", "a"));
}

static void fill(struct registry *registry)
{
    cr_assert_eq(registry_set(registry, "HKLM\\b", "two", REG_TYPE_DWORD, "\2\0\0\0", 4), 0);
    cr_assert_eq(registry_set(registry, "HKLM\\A\\deep", "x", REG_TYPE_QWORD, "12345678", 8), 0);
    cr_assert_eq(registry_set(registry, "HKLM\\b", "One", REG_TYPE_NONE, "", 0), 0);
    cr_assert_eq(registry_set(registry, "HKLM\\b", "", 0x12345, "?", 1), 0);
    cr_assert_eq(registry_make_key(registry, "HKLM\\c"), 0);
}

Test(registry, enumeration_is_in_the_order_of_names)
{
    struct registry registry = {0};

    fill(&registry);
    cr_assert_str_eq(registry_key(&registry, "", 0), "HKLM");
    cr_assert_null(registry_key(&registry, "", 1));
    cr_assert_str_eq(registry_key(&registry, "hklm", 0), "A");
    cr_assert_str_eq(registry_key(&registry, "hklm", 1), "b");
    cr_assert_str_eq(registry_key(&registry, "hklm", 2), "c");
    cr_assert_null(registry_key(&registry, "hklm", 3));
    cr_assert_str_eq(registry_value_at(&registry, "HKLM\\B", 0)->name, "");
    cr_assert_eq(registry_value_at(&registry, "HKLM\\B", 0)->type, 0x12345);
    cr_assert_str_eq(registry_value_at(&registry, "HKLM\\B", 1)->name, "One");
    cr_assert_str_eq(registry_value_at(&registry, "HKLM\\B", 2)->name, "two");
    cr_assert_null(registry_value_at(&registry, "HKLM\\B", 3));
    registry_done(&registry);
}

Test(registry, a_key_is_there_without_values)
{
    struct registry registry = {0};

    fill(&registry);
    cr_assert(registry_has_key(&registry, "HKLM\\c"));
    cr_assert(registry_has_key(&registry, "HKLM\\A"));
    cr_assert(registry_remove_value(&registry, "HKLM\\A\\deep", "X"));
    cr_assert(registry_has_key(&registry, "HKLM\\A\\deep"));
    cr_assert_not(registry_remove_value(&registry, "HKLM\\A\\deep", "X"));
    cr_assert_eq(registry_make_key(&registry, ""), -EINVAL);
    registry_done(&registry);
}

Test(registry, a_key_goes_with_what_is_below_it)
{
    struct registry registry = {0};

    fill(&registry);
    cr_assert_eq(registry_make_key(&registry, "HKLM\\Ab"), 0);
    cr_assert(registry_remove(&registry, "HKLM\\a"));
    cr_assert_not(registry_has_key(&registry, "HKLM\\A\\deep"));
    cr_assert(registry_has_key(&registry, "HKLM\\Ab"));
    cr_assert_not(registry_remove(&registry, "HKLM\\a"));
    cr_assert(registry_remove(&registry, "HKLM"));
    registry_done(&registry);
    cr_assert_eq(registry.bytes, 0);
}

Test(registry, a_copy_is_one_of_its_own_and_takes_the_others_place)
{
    struct registry registry = {0}, copy = {0};
    size_t bytes;

    fill(&registry);
    cr_assert_eq(registry_copy(&copy, &registry), 0);
    cr_assert_eq(copy.bytes, registry.bytes);
    bytes = copy.bytes;
    cr_assert_eq(registry_set(&copy, "HKLM\\b", "two", REG_TYPE_DWORD, "\3\0\0\0", 4), 0);
    cr_assert_eq(registry_set(&copy, "HKLM\\d\\e", "", REG_TYPE_SZ, "", 0), 0);
    cr_assert_eq(registry_get(&registry, "HKLM\\b", "two")->data[0], 2);
    cr_assert_not(registry_has_key(&registry, "HKLM\\d"));
    registry_swap(&copy, &registry);
    cr_assert_eq(registry_get(&registry, "HKLM\\b", "two")->data[0], 3);
    cr_assert_eq(copy.bytes, bytes);
    registry_done(&copy);
    registry_done(&registry);
}

Test(registry, letters_of_other_alphabets_have_no_case_either)
{
    struct registry registry = {0};

    cr_assert_eq(registry_set(&registry, "HKLM\\Übung", "приём", REG_TYPE_SZ, "", 0), 0);
    cr_assert_not_null(registry_get(&registry, "HKLM\\üBUNG", "ПРИЁМ"));
    cr_assert_null(registry_get(&registry, "HKLM\\Ubung", "приём"));
    cr_assert_lt(registry_compare("a", "B"), 0);
    cr_assert_gt(registry_compare("ab", "A"), 0);
    registry_done(&registry);
}

Test(registry, what_windows_has_no_room_for_is_refused)
{
    static char name[REGISTRY_NAME_UNITS + 2], path[2 * REGISTRY_LEVELS + 3];
    struct registry registry = {0};

    memset(name, 'n', sizeof(name) - 1);
    cr_assert_eq(registry_set(&registry, "K", name, 0, "", 0), -ENAMETOOLONG);
    name[REGISTRY_NAME_UNITS] = '\0';
    cr_assert_eq(registry_set(&registry, "K", name, 0, "", 0), 0);
    name[REGISTRY_KEY_UNITS + 1] = '\0';
    cr_assert_eq(registry_make_key(&registry, name), -ENAMETOOLONG);
    name[REGISTRY_KEY_UNITS] = '\0';
    cr_assert_eq(registry_make_key(&registry, name), 0);
    for (size_t i = 0; i + 1 < sizeof(path); i++)
        path[i] = i % 2 ? '\\' : 'k';
    cr_assert_eq(registry_make_key(&registry, path), -ENAMETOOLONG);
    path[2 * REGISTRY_LEVELS - 1] = '\0';
    cr_assert_eq(registry_make_key(&registry, path), 0);
    cr_assert_eq(registry_set(&registry, "K", "big", 0, "", (size_t)REGISTRY_BYTES + 1), -ENOSPC);
    cr_assert_null(registry_get(&registry, "K", "big"));
    registry_done(&registry);
}

Test(registry, thousands_of_keys_are_found_again)
{
    struct registry registry = {0};
    char key[64];

    for (unsigned i = 0; i < 20000; i++) {
        snprintf(key, sizeof(key), "HKLM\\Many\\%08x", i * 2654435761u);
        cr_assert_eq(registry_set(&registry, key, "n", REG_TYPE_DWORD, &i, sizeof(i)), 0);
    }
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(key, sizeof(key), "HKLM\\Many\\%08X", i * 2654435761u);
        cr_assert_arr_eq(registry_get(&registry, key, "n")->data, &i, sizeof(i));
    }
    registry_done(&registry);
}
