/* A registry as a hive, there and back; a hive that is none is refused, and nothing has changed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/host/hive/hive.h"

/* All of a file, to free(). */
static uint8_t *load(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rbe");
    uint8_t *data = malloc(HIVE_BYTES_MAX);

    cr_assert(file && data);
    *ret_size = fread(data, 1, HIVE_BYTES_MAX, file);
    cr_assert_eq(fclose(file), 0);
    return data;
}

static uint8_t *exported(const struct registry *registry, size_t *ret_size)
{
    char path[] = "/tmp/test_hive_export.XXXXXX", error[REG_TEXT_ERROR] = "";
    const int made = mkstemp(path);
    uint8_t *data;

    cr_assert_geq(made, 0);
    cr_assert_eq(close(made), 0);
    cr_assert_eq(hive_export(registry, "HKLM\\A", path, error), 0, "%s", error);
    data = load(path, ret_size);
    cr_assert_eq(unlink(path), 0);
    return data;
}

static bool has(const struct registry *registry, const char *key, const char *name, uint32_t type,
                const void *data, size_t size)
{
    const struct registry_value *value = registry_get(registry, key, name);

    return value && value->type == type && value->size == size &&
           memcmp(value->data, data, size) == 0;
}

Test(hive_export, what_is_written_is_read_below_another_key)
{
    struct registry from = {0}, to = {0};
    char error[REG_TEXT_ERROR] = "";
    size_t size;
    uint8_t *data;

    cr_assert_eq(registry_set(&from, "HKLM\\A\\B", "Number", REG_TYPE_DWORD, "\1\0\0\0", 4), 0);
    cr_assert_eq(registry_set(&from, "HKLM\\A", "", REG_TYPE_BINARY, "\0\377", 2), 0);
    cr_assert_eq(registry_set(&from, "HKLM\\Other", "Left", REG_TYPE_BINARY, "x", 1), 0);
    cr_assert_eq(registry_make_key(&from, "HKLM\\A\\Empty"), 0);
    data = exported(&from, &size);
    cr_assert(hive_is(data, size));
    cr_assert_eq(hive_import(&to, "HKLM\\Z", "a.hive", data, size, error), 0, "%s", error);
    cr_assert(has(&to, "HKLM\\Z\\B", "Number", REG_TYPE_DWORD, "\1\0\0\0", 4));
    cr_assert(has(&to, "HKLM\\Z", "", REG_TYPE_BINARY, "\0\377", 2));
    cr_assert(registry_has_key(&to, "HKLM\\Z\\Empty"));
    cr_assert_not(registry_has_key(&to, "HKLM\\Z\\Other"));
    cr_assert_not(registry_has_key(&to, "HKLM\\A"));
    free(data);
    registry_done(&from);
    registry_done(&to);
}

Test(hive_export, an_empty_hive_is_whole)
{
    struct registry from = {0}, to = {0};
    char error[REG_TEXT_ERROR] = "";
    size_t size;
    uint8_t *data = exported(&from, &size);

    cr_assert(hive_is(data, size));
    cr_assert_eq(hive_import(&to, "HKLM", "empty", data, size, error), 0, "%s", error);
    cr_assert_null(registry_key(&to, "HKLM", 0));
    free(data);
    registry_done(&to);
}

Test(hive_export, a_hive_whose_sum_is_wrong_changes_nothing)
{
    struct registry from = {0}, to = {0};
    char error[REG_TEXT_ERROR] = "";
    size_t size;
    uint8_t *data = exported(&from, &size);

    data[508] ^= 1;
    cr_assert_neq(hive_import(&to, "HKLM\\Z", "torn.hive", data, size, error), 0);
    cr_assert_not_null(strstr(error, "torn.hive"));
    cr_assert_null(strchr(error, '\n'));
    cr_assert_not(registry_has_key(&to, "HKLM\\Z"));
    free(data);
    registry_done(&to);
}

/* More keys than one list has, values of all lengths, and names beyond ASCII. */
static void fill(struct registry *registry)
{
    static uint8_t data[70000];
    char key[64], name[16];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7);
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(key, sizeof(key), "HKLM\\A\\Key%u\\Below", i * 7919 % 3000);
        cr_assert_eq(registry_set(registry, key, "", REG_TYPE_DWORD, &i, 4), 0);
    }
    for (size_t size = 0; size < sizeof(data); size = size < 16 ? size + 1 : size * 2 + 1) {
        snprintf(name, sizeof(name), "%zu", size);
        cr_assert_eq(registry_set(registry, "HKLM\\A\\Lengths", name, 3, data, size), 0);
    }
    cr_assert_eq(registry_set(registry, "HKLM\\A\\Größe\\Ключ", "Wert Ä", 1, "x", 1), 0);
}

static char *as_text(const struct registry *registry, const char *key)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    reg_text_export(registry, key, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

Test(hive_export, all_of_a_large_registry_comes_back)
{
    struct registry from = {0}, to = {0};
    char error[REG_TEXT_ERROR] = "", *was, *is;
    size_t size;
    uint8_t *data;

    fill(&from);
    data = exported(&from, &size);
    cr_assert_eq(hive_import(&to, "HKLM\\A", "a.hive", data, size, error), 0, "%s", error);
    was = as_text(&from, "HKLM\\A");
    is = as_text(&to, "HKLM\\A");
    cr_assert_str_eq(is, was);
    free(was);
    free(is);
    free(data);
    registry_done(&from);
    registry_done(&to);
}

/* Twice the keys are twice the file: nothing is left behind of lists that have grown. */
Test(hive_export, a_hive_grows_as_its_keys)
{
    struct registry registry = {0};
    char key[64];
    size_t sizes[2];

    for (unsigned i = 0; i < 8000; i++) {
        snprintf(key, sizeof(key), "HKLM\\A\\%05u", i);
        cr_assert_eq(registry_make_key(&registry, key), 0);
        if (i == 3999 || i == 7999)
            free(exported(&registry, &sizes[i == 7999]));
    }
    cr_assert_leq(sizes[1], 2 * sizes[0]);
    registry_done(&registry);
}
