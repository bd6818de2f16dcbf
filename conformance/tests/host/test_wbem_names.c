/* Which properties are named: every condition of GetNames and BeginEnumeration. */
#include <criterion/criterion.h>

#include "conformance/tests/host/wbem_fixture.h"

#define SYSTEM                                                                                     \
    "__GENUS __CLASS __SUPERCLASS __DYNASTY __RELPATH __PROPERTY_COUNT __DERIVATION __SERVER "     \
    "__NAMESPACE __PATH "

static const struct {
    LONG flags;
    const WCHAR *qualifier;
    const char *names;
} named[] = {
    {0, NULL, SYSTEM "N Text Next Own "},
    {WBEM_FLAG_ALWAYS, u"key", SYSTEM "N Text Next Own "},
    {WBEM_FLAG_NONSYSTEM_ONLY, NULL, "N Text Next Own "},
    {WBEM_FLAG_SYSTEM_ONLY, NULL, SYSTEM},
    {WBEM_FLAG_LOCAL_ONLY, NULL, "Own "},
    {WBEM_FLAG_PROPAGATED_ONLY, NULL, "N Text Next "},
    {WBEM_FLAG_KEYS_ONLY, NULL, "N "},
    {WBEM_FLAG_REFS_ONLY, NULL, "Next "},
    {WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_REFS_ONLY, NULL, ""},
    {WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_SYSTEM_ONLY, NULL, ""},
    {WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_PROPAGATED_ONLY, NULL, "N "},
    {WBEM_FLAG_ONLY_IF_TRUE, u"KEY", "N "},
    {WBEM_FLAG_ONLY_IF_TRUE, u"Units", "Own "},
    {WBEM_FLAG_ONLY_IF_FALSE | WBEM_FLAG_NONSYSTEM_ONLY, u"key", "Text Next Own "},
    {WBEM_FLAG_ONLY_IF_IDENTICAL, u"Units", "Own "},
};

Test(wbem_names, each_condition_chooses, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");
    VARIANT value = wbem_text(u"s");

    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        SAFEARRAY *names = NULL;
        cr_assert_eq(
            IWbemClassObject_GetNames(class, named[i].qualifier, named[i].flags, &value, &names), 0,
            "%zu", i);
        cr_expect_str_eq(wbem_join(names), named[i].names, "%zu", i);
    }
    VariantClear(&value);
    IWbemClassObject_Release(class);
}

Test(wbem_names, identical_is_of_the_same_value_alone, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    VARIANT ms = wbem_text(u"ms"), other = wbem_text(u"MS");
    SAFEARRAY *names = NULL;

    cr_assert_eq(
        IWbemClassObject_GetNames(class, u"Units", WBEM_FLAG_ONLY_IF_IDENTICAL, &ms, &names), 0);
    cr_expect_str_eq(wbem_join(names), "Text ");
    cr_assert_eq(
        IWbemClassObject_GetNames(class, u"Units", WBEM_FLAG_ONLY_IF_IDENTICAL, &other, &names), 0);
    cr_expect_str_eq(wbem_join(names), "");
    VariantClear(&ms);
    VariantClear(&other);
    IWbemClassObject_Release(class);
}

Test(wbem_names, what_is_no_condition_is_refused, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B"), *instance = NULL;
    SAFEARRAY *names = NULL;
    static const LONG bad[] = {0x50, 0x80, WBEM_FLAG_CLASS_OVERRIDES_ONLY,
                               WBEM_FLAG_ONLY_IF_TRUE /* of no name */,
                               WBEM_FLAG_ONLY_IF_IDENTICAL};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(IWbemClassObject_GetNames(class, NULL, bad[i], NULL, &names),
                     WBEM_E_INVALID_PARAMETER, "%zu", i);
    cr_expect_eq(
        IWbemClassObject_GetNames(class, u"key", WBEM_FLAG_ONLY_IF_IDENTICAL, NULL, &names),
        WBEM_E_INVALID_PARAMETER);
    cr_expect_null(names);
    cr_expect_eq(IWbemClassObject_BeginEnumeration(class, WBEM_MASK_CLASS_CONDITION),
                 WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemClassObject_BeginEnumeration(class, WBEM_FLAG_CLASS_OVERRIDES_ONLY |
                                                              WBEM_FLAG_LOCAL_ONLY),
                 WBEM_E_INVALID_PARAMETER);
    cr_assert_eq(IWbemClassObject_SpawnInstance(class, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_BeginEnumeration(instance, WBEM_FLAG_CLASS_OVERRIDES_ONLY),
                 WBEM_E_INVALID_PARAMETER);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
}

static const struct {
    LONG flags;
    const char *names;
} enumerated[] = {
    {0, SYSTEM "N Text Next Own "},
    {WBEM_FLAG_NONSYSTEM_ONLY, "N Text Next Own "},
    {WBEM_FLAG_LOCAL_ONLY, "Own "},
    {WBEM_FLAG_PROPAGATED_ONLY, "N Text Next "},
    {WBEM_FLAG_KEYS_ONLY, "N "},
    {WBEM_FLAG_REFS_ONLY, "Next "},
    {WBEM_FLAG_CLASS_OVERRIDES_ONLY, "Text "},
    {WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES, "Text Own "},
};

Test(wbem_names, an_enumeration_gives_what_its_flags_choose, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");

    for (size_t i = 0; i < sizeof(enumerated) / sizeof(enumerated[0]); i++) {
        char text[400] = "";
        BSTR name;
        HRESULT hr;
        cr_assert_eq(IWbemClassObject_BeginEnumeration(class, enumerated[i].flags), 0);
        while ((hr = IWbemClassObject_Next(class, 0, &name, NULL, NULL, NULL)) == 0) {
            char *utf8 = com_utf8_copy(name);
            strcat(strcat(text, utf8), " ");
            free(utf8);
            SysFreeString(name);
        }
        cr_expect_eq(hr, WBEM_S_NO_MORE_DATA);
        cr_expect_str_eq(text, enumerated[i].names, "%zu", i);
        cr_expect_eq(IWbemClassObject_EndEnumeration(class), 0);
    }
    IWbemClassObject_Release(class);
}

Test(wbem_names, an_enumeration_is_begun_once_and_ended, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    VARIANT value;
    CIMTYPE type;
    LONG flavor;
    BSTR name;

    cr_expect_eq(IWbemClassObject_Next(class, 0, &name, NULL, NULL, NULL), WBEM_E_UNEXPECTED);
    cr_expect_eq(IWbemClassObject_BeginEnumeration(class, WBEM_FLAG_NONSYSTEM_ONLY), 0);
    cr_expect_eq(IWbemClassObject_BeginEnumeration(class, 0), WBEM_E_UNEXPECTED);
    cr_expect_eq(IWbemClassObject_Next(class, 0, NULL, NULL, NULL, NULL), 0);
    cr_expect_eq(IWbemClassObject_Next(class, 0, &name, &value, &type, &flavor), 0);
    cr_expect(com_wcseq(name, u"Text") && value.vt == VT_BSTR && type == CIM_STRING && !flavor);
    SysFreeString(name);
    VariantClear(&value);
    cr_expect_eq(IWbemClassObject_EndEnumeration(class), 0);
    cr_expect_eq(IWbemClassObject_Next(class, 0, &name, NULL, NULL, NULL), WBEM_E_UNEXPECTED);
    IWbemClassObject_Release(class);
}
