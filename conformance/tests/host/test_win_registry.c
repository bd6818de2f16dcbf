/* The registry functions a provider calls, over our registry. */
#include <criterion/criterion.h>

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
