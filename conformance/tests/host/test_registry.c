/* The host model's registry. */
#include <criterion/criterion.h>

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
