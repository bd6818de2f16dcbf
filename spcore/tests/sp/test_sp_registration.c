/* Registration whole or not at all: while each write to the registry fails. */
#include <criterion/criterion.h>
#include <string.h>

#include "spcore/sp/sp.h"
#include "spcore/sp/sp_registry.h"
#include "spcore/tests/failing.h"

enum { ENTRIES = 12, KEYS = 4, DENIED = 5, NOT_FOUND = 2 };

static unsigned written, removed, fails_at;
static int32_t removal;

WRAP(sp_registry_set_text);
int32_t __wrap_sp_registry_set_text(enum sp_registry_root root, const char *key, const char *name,
                                    const char *text)
{
    (void)root, (void)name;
    cr_assert_null(strchr(key, '<'), "%s has what is to be filled in", key);
    cr_assert_null(strchr(text, '<'), "%s has what is to be filled in", text);
    return ++written == fails_at ? DENIED : 0;
}

WRAP(sp_registry_set_number);
int32_t __wrap_sp_registry_set_number(enum sp_registry_root root, const char *key, const char *name,
                                      uint32_t number)
{
    (void)root, (void)key;
    cr_assert_str_eq(name, "PnPAware");
    cr_assert_eq(number, 1);
    return ++written == fails_at ? DENIED : 0;
}

WRAP(sp_registry_remove);
int32_t __wrap_sp_registry_remove(enum sp_registry_root root, const char *key)
{
    (void)root, (void)key;
    removed++;
    return removal;
}

Test(sp_registration, all_of_it_is_written)
{
    cr_assert_eq(DllRegisterServer(), S_OK);
    cr_assert_eq(written, ENTRIES);
    cr_assert_eq(removed, 0);
}

Test(sp_registration, what_was_written_goes_when_a_write_fails)
{
    for (fails_at = 1; fails_at <= ENTRIES; fails_at++) {
        written = removed = 0;
        cr_assert_eq((uint32_t)DllRegisterServer(), 0x80070005);
        cr_assert_eq(written, fails_at);
        cr_assert_eq(removed, KEYS);
    }
}

Test(sp_registration, a_key_that_is_not_there_is_no_failure)
{
    removal = NOT_FOUND;
    cr_assert_eq(DllUnregisterServer(), S_OK);
    removal = DENIED;
    cr_assert_eq((uint32_t)DllUnregisterServer(), 0x80070005);
    cr_assert_eq(removed, 2 * KEYS);
}
