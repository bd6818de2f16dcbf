/* The registry functions a provider calls, over our registry. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/host/include/winerror.h"
#include "conformance/host/include/winreg.h"
#include "conformance/host/win_registry.h"

static struct registry registry;

static void unbound(void)
{
    win_registry_bind(NULL);
    registry_done(&registry);
}

TestSuite(win_registry, .fini = unbound);

static HKEY key_of(HKEY root, const uint16_t *path)
{
    HKEY key = NULL;

    cr_assert_eq(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_WRITE, NULL, &key, NULL), 0);
    return key;
}

static void set(HKEY root, const uint16_t *path, const uint16_t *name)
{
    HKEY key = key_of(root, path);

    cr_assert_eq(RegSetValueExW(key, name, 0, REG_BINARY, (const uint8_t *)"x", 1), 0);
    cr_assert_eq(RegCloseKey(key), 0);
}

Test(win_registry, classes_root_is_a_view_of_the_machines_classes)
{
    win_registry_bind(&registry);
    set(HKEY_CLASSES_ROOT, u"CLSID\\{1}", NULL);
    cr_assert_not_null(registry_get(&registry, "HKLM\\SOFTWARE\\Classes\\CLSID\\{1}", ""));
}

Test(win_registry, a_key_is_made_below_another)
{
    HKEY software;

    win_registry_bind(&registry);
    software = key_of(HKEY_LOCAL_MACHINE, u"SOFTWARE");
    set(software, u"Mine", u"Name");
    set(software, u"", u"Top");
    RegCloseKey(software);
    cr_assert_not_null(registry_get(&registry, "HKLM\\SOFTWARE\\Mine", "Name"));
    cr_assert_not_null(registry_get(&registry, "HKLM\\SOFTWARE", "Top"));
}

Test(win_registry, a_tree_goes_whole_and_its_neighbour_stays)
{
    win_registry_bind(&registry);
    set(HKEY_LOCAL_MACHINE, u"A", u"own");
    set(HKEY_LOCAL_MACHINE, u"A\\B\\C", u"deep");
    set(HKEY_LOCAL_MACHINE, u"AB", u"other");
    cr_assert_eq(RegDeleteTreeW(HKEY_LOCAL_MACHINE, u"A"), 0);
    cr_assert_null(registry_get(&registry, "HKLM\\A", "own"));
    cr_assert_null(registry_get(&registry, "HKLM\\A\\B\\C", "deep"));
    cr_assert_not_null(registry_get(&registry, "HKLM\\AB", "other"));
    cr_assert_eq(RegDeleteTreeW(HKEY_LOCAL_MACHINE, u"A"), 2);
}

Test(win_registry, without_a_registry_nothing_is_written)
{
    HKEY key = NULL;

    cr_assert_neq(
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, u"A", 0, NULL, 0, KEY_WRITE, NULL, &key, NULL), 0);
    cr_assert_null(key);
}

Test(win_registry, bad_arguments_are_refused)
{
    HKEY key = NULL;

    win_registry_bind(&registry);
    cr_assert_eq(RegCreateKeyExW(NULL, u"A", 0, NULL, 0, 0, NULL, &key, NULL), 6);
    cr_assert_eq(RegCreateKeyExW(HKEY_LOCAL_MACHINE, NULL, 0, NULL, 0, 0, NULL, &key, NULL), 87);
    cr_assert_eq(RegSetValueExW(HKEY_LOCAL_MACHINE, u"A", 0, REG_SZ, NULL, 4), 87);
    cr_assert_eq(RegCloseKey(NULL), 6);
}

Test(win_registry, what_is_written_is_read_back)
{
    static const uint16_t text[] = u"text";
    uint8_t data[16];
    DWORD type = 0, size = sizeof(data), number = 7, disposition = 0;
    HKEY key;

    win_registry_bind(&registry);
    key = key_of(HKEY_LOCAL_MACHINE, u"A\\B");
    cr_assert_eq(RegCreateKeyExW(HKEY_LOCAL_MACHINE, u"a\\b\\", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
                                 &key, &disposition),
                 0);
    cr_assert_eq(disposition, REG_OPENED_EXISTING_KEY);
    cr_assert_eq(RegSetValueExW(key, u"T", 0, REG_SZ, (const BYTE *)text, 8), 0); /* not ended */
    cr_assert_eq(RegSetValueExW(key, u"N", 0, REG_DWORD, (const BYTE *)&number, 4), 0);
    cr_assert_eq(RegQueryValueExW(key, u"t", NULL, &type, data, &size), 0);
    cr_assert(type == REG_SZ && size == 8 && memcmp(data, text, 8) == 0);
    size = 7;
    cr_assert_eq(RegQueryValueExW(key, u"T", NULL, NULL, data, &size), ERROR_MORE_DATA);
    cr_assert_eq(size, 8);
    cr_assert_eq(RegQueryValueExW(key, u"T", NULL, NULL, NULL, &size), 0);
    cr_assert_eq(RegQueryValueExW(key, u"X", NULL, NULL, NULL, &size), ERROR_FILE_NOT_FOUND);
    size = sizeof(data);
    cr_assert_eq(RegGetValueW(HKEY_LOCAL_MACHINE, u"A\\B", u"T", RRF_RT_REG_SZ, &type, data, &size),
                 0);
    cr_assert(size == 10 && memcmp(data, text, 10) == 0);
    cr_assert_eq(RegCloseKey(key), 0);
}

Test(win_registry, get_value_holds_a_value_to_its_type)
{
    uint8_t data[16] = {1};
    DWORD type = 0, size = sizeof(data), number = 7;
    HKEY key;

    win_registry_bind(&registry);
    key = key_of(HKEY_LOCAL_MACHINE, u"A");
    cr_assert_eq(RegSetValueExW(key, u"E", 0, REG_EXPAND_SZ, (const BYTE *)u"%X%", 8), 0);
    cr_assert_eq(RegSetValueExW(key, u"N", 0, REG_DWORD, (const BYTE *)&number, 4), 0);
    cr_assert_eq(RegSetValueExW(key, u"B", 0, REG_BINARY, (const BYTE *)"abc", 3), 0);
    cr_assert_eq(RegGetValueW(HKEY_LOCAL_MACHINE, u"A", u"N", RRF_RT_REG_SZ | RRF_ZEROONFAILURE,
                              NULL, data, &size),
                 ERROR_UNSUPPORTED_TYPE);
    cr_assert_eq(data[0], 0);
    cr_assert_eq(RegGetValueW(HKEY_LOCAL_MACHINE, u"A", u"B", RRF_RT_DWORD, NULL, data, &size),
                 ERROR_INVALID_DATA);
    size = sizeof(data);
    cr_assert_eq(RegGetValueW(HKEY_LOCAL_MACHINE, u"A", u"E", RRF_RT_REG_SZ, &type, data, &size),
                 0);
    cr_assert_eq(type, REG_SZ);
    cr_assert_eq(
        RegGetValueW(HKEY_LOCAL_MACHINE, u"A", u"E", RRF_RT_REG_EXPAND_SZ, NULL, NULL, NULL),
        ERROR_INVALID_PARAMETER);
    RegCloseKey(key);
}

Test(win_registry, keys_and_values_are_enumerated_to_their_end)
{
    uint16_t name[8];
    DWORD length = 8, keys = 0, longest = 0, values = 0, size = 0, type = 0;
    HKEY key;

    win_registry_bind(&registry);
    set(HKEY_LOCAL_MACHINE, u"A\\One", NULL);
    set(HKEY_LOCAL_MACHINE, u"A\\Three", NULL);
    set(HKEY_LOCAL_MACHINE, u"A", u"Value");
    cr_assert_eq(RegOpenKeyExW(HKEY_LOCAL_MACHINE, u"A", 0, KEY_READ, &key), 0);
    cr_assert_eq(RegEnumKeyExW(key, 1, name, &length, NULL, NULL, NULL, NULL), 0);
    cr_assert(length == 5 && name[0] == 'T' && name[5] == 0);
    length = 5;
    cr_assert_eq(RegEnumKeyExW(key, 1, name, &length, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    cr_assert_eq(RegEnumKeyExW(key, 2, name, &length, NULL, NULL, NULL, NULL), ERROR_NO_MORE_ITEMS);
    length = 8;
    cr_assert_eq(RegEnumValueW(key, 0, name, &length, NULL, &type, NULL, &size), 0);
    cr_assert(length == 5 && type == REG_BINARY && size == 1);
    cr_assert_eq(RegEnumValueW(key, 1, name, &length, NULL, NULL, NULL, NULL), ERROR_NO_MORE_ITEMS);
    cr_assert_eq(RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, &longest, NULL, &values, NULL,
                                  &size, NULL, NULL),
                 0);
    cr_assert(keys == 2 && longest == 5 && values == 1 && size == 1);
    cr_assert_eq(RegCloseKey(key), 0);
}

Test(win_registry, a_handle_does_what_it_was_opened_for_while_its_key_is_there)
{
    HKEY key = NULL;

    win_registry_bind(&registry);
    cr_assert_eq(RegOpenKeyExW(HKEY_LOCAL_MACHINE, u"A", 0, KEY_READ, &key), ERROR_FILE_NOT_FOUND);
    cr_assert_null(key);
    set(HKEY_LOCAL_MACHINE, u"A\\B", u"V");
    cr_assert_eq(RegOpenKeyExW(HKEY_LOCAL_MACHINE, u"A\\B", 0, KEY_READ, &key), 0);
    cr_assert_eq(RegSetValueExW(key, u"V", 0, REG_BINARY, NULL, 0), ERROR_ACCESS_DENIED);
    cr_assert_eq(RegDeleteValueW(key, u"V"), ERROR_ACCESS_DENIED);
    cr_assert_eq(RegDeleteKeyW(HKEY_LOCAL_MACHINE, u"A"), ERROR_ACCESS_DENIED); /* B is in it */
    cr_assert_eq(RegDeleteKeyW(HKEY_LOCAL_MACHINE, u"A\\B"), 0);
    cr_assert_eq(RegQueryValueExW(key, u"V", NULL, NULL, NULL, NULL), ERROR_KEY_DELETED);
    cr_assert_eq(RegCloseKey(key), 0);
    cr_assert_eq(RegCloseKey(key), ERROR_INVALID_HANDLE);
}

Test(win_registry, a_tree_without_a_name_is_what_is_in_the_key)
{
    HKEY key;

    win_registry_bind(&registry);
    set(HKEY_LOCAL_MACHINE, u"A\\B\\C", u"V");
    set(HKEY_LOCAL_MACHINE, u"A", u"V");
    key = key_of(HKEY_LOCAL_MACHINE, u"A");
    cr_assert_eq(RegDeleteTreeW(key, NULL), 0);
    cr_assert(registry_has_key(&registry, "HKLM\\A"));
    cr_assert_not(registry_has_key(&registry, "HKLM\\A\\B"));
    cr_assert_null(registry_get(&registry, "HKLM\\A", "V"));
    RegCloseKey(key);
}

/* By hand: the bytes that a wide caller finds, and those that a narrow one gets back. */
Test(win_registry, text_in_the_code_page_is_wide_in_the_registry)
{
    static const uint8_t wide[] = {'k', 0, 0xe4, 0, 0, 0},
                         many[] = {'a', 0, 0, 0, 'b', 0, 0, 0, 0, 0};
    const struct registry_value *value;
    char text[8], name[4];
    DWORD type, size = sizeof(text), length = sizeof(name);
    HKEY key;

    win_registry_bind(&registry);
    cr_assert_eq(RegCreateKeyExA(HKEY_LOCAL_MACHINE, "A\\\xc3\xa4", 0, NULL, 0, KEY_ALL_ACCESS,
                                 NULL, &key, NULL),
                 0);
    cr_assert_eq(RegSetValueExA(key, NULL, 0, REG_SZ, (const BYTE *)"k\xc3\xa4", 4), 0);
    cr_assert_eq(RegSetValueExA(key, "M", 0, REG_MULTI_SZ, (const BYTE *)"a\0b\0", 5), 0);
    cr_assert_eq(RegSetValueExA(key, "B", 0, REG_BINARY, (const BYTE *)"\xc3\xa4", 2), 0);
    value = registry_get(&registry, "HKLM\\A\\\xc3\xa4", "");
    cr_assert_arr_eq(value->data, wide, sizeof(wide));
    cr_assert_eq(value->size, sizeof(wide));
    value = registry_get(&registry, "HKLM\\A\\\xc3\xa4", "M");
    cr_assert_arr_eq(value->data, many, sizeof(many));
    cr_assert_eq(value->size, sizeof(many));
    cr_assert_eq(registry_get(&registry, "HKLM\\A\\\xc3\xa4", "B")->size, 2);

    cr_assert_eq(RegQueryValueExA(key, "", NULL, &type, (BYTE *)text, &size), 0);
    cr_assert(type == REG_SZ && size == 4 && memcmp(text, "k\xc3\xa4", 4) == 0);
    size = 4;
    cr_assert_eq(RegQueryValueExA(key, "M", NULL, NULL, (BYTE *)text, &size), ERROR_MORE_DATA);
    cr_assert_eq(size, 5);
    cr_assert_eq(RegQueryValueExA(key, "M", NULL, NULL, (BYTE *)text, &size), 0);
    cr_assert_arr_eq(text, "a\0b\0", 5);
    cr_assert_eq(RegDeleteValueA(key, "M"), 0);
    cr_assert_eq(RegQueryValueExA(key, "M", NULL, NULL, NULL, &size), ERROR_FILE_NOT_FOUND);
    cr_assert_eq(RegCloseKey(key), 0);

    cr_assert_eq(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "a", 0, KEY_READ, &key), 0);
    cr_assert_eq(RegEnumKeyExA(key, 0, name, &length, NULL, NULL, NULL, NULL), 0);
    cr_assert(length == 2 && strcmp(name, "\xc3\xa4") == 0);
    length = 2;
    cr_assert_eq(RegEnumKeyExA(key, 0, name, &length, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    cr_assert_eq(RegDeleteKeyA(key, "\xc3\xa4"), 0);
    cr_assert_eq(RegDeleteKeyA(key, "\xc3\xa4"), ERROR_FILE_NOT_FOUND);
    cr_assert_eq(RegCloseKey(key), 0);
}
