/* IWbemQualifierSet: flavors, what comes from above, and that it writes to the object. */
#include <criterion/criterion.h>

#include "conformance/tests/host/wbem_fixture.h"

static IWbemQualifierSet *set_of(IWbemClassObject *object, const WCHAR *property)
{
    IWbemQualifierSet *set = NULL;

    cr_assert_eq(property ? IWbemClassObject_GetPropertyQualifierSet(object, property, &set)
                          : IWbemClassObject_GetQualifierSet(object, &set),
                 0);
    return set;
}

Test(wbem_qualifier, what_is_written_is_the_objects, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    IWbemQualifierSet *set = set_of(class, u"Text"), *other = set_of(class, u"text");
    VARIANT value = {.vt = VT_I4, .lVal = 9}, back;
    LONG flavor = -1;

    cr_assert_eq(IWbemQualifierSet_Put(set, u"New", &value, WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE),
                 0);
    cr_assert_eq(IWbemQualifierSet_Get(other, u"NEW", 0, &back, &flavor), 0);
    cr_expect(back.vt == VT_I4 && back.lVal == 9 &&
              flavor == WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE);
    cr_expect_eq(IWbemQualifierSet_Delete(other, u"New"), 0);
    cr_expect_eq(IWbemQualifierSet_Get(set, u"New", 0, NULL, NULL), WBEM_E_NOT_FOUND);
    IWbemQualifierSet_Release(other);
    cr_expect_eq(IWbemClassObject_Release(class), 1); /* the set has it */
    cr_expect_eq(IWbemQualifierSet_Get(set, u"Units", 0, NULL, NULL), 0);
    cr_expect_eq(IWbemQualifierSet_Release(set), 0);
}

Test(wbem_qualifier, only_four_types_qualify, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    IWbemQualifierSet *set = set_of(class, NULL);
    VARIANT good[] = {{.vt = VT_I4}, {.vt = VT_R8}, {.vt = VT_BOOL}, wbem_text(u"x")},
            bad[] = {{.vt = VT_UI1}, {.vt = VT_R4}, {.vt = VT_NULL}, {.vt = VT_I2}};

    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(IWbemQualifierSet_Put(set, u"Q", &good[i], 0), 0, "%zu", i);
        cr_expect_eq(IWbemQualifierSet_Put(set, u"Q", &bad[i], 0), WBEM_E_INVALID_QUALIFIER_TYPE,
                     "%zu", i);
    }
    cr_expect_eq(IWbemQualifierSet_Put(set, u"Q", NULL, 0), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemQualifierSet_Put(set, u"Q", &good[0], 0x100), WBEM_E_INVALID_FLAVOR);
    VariantClear(&good[3]);
    IWbemQualifierSet_Release(set);
    IWbemClassObject_Release(class);
}

Test(wbem_qualifier, those_from_above_are_told_apart_and_stay, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");
    IWbemQualifierSet *set = set_of(class, NULL), *key = set_of(class, u"N");
    VARIANT value = wbem_text(u"the second"), no = {.vt = VT_BOOL};
    SAFEARRAY *names = NULL;
    LONG flavor = 0;

    cr_assert_eq(IWbemQualifierSet_Get(set, u"Description", 0, NULL, &flavor), 0);
    cr_expect(flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED);
    cr_expect_eq(IWbemQualifierSet_Delete(set, u"Description"), WBEM_E_PROPAGATED_QUALIFIER);
    cr_assert_eq(IWbemQualifierSet_GetNames(set, WBEM_FLAG_LOCAL_ONLY, &names), 0);
    cr_expect_str_eq(wbem_join(names), "");
    cr_expect_eq(IWbemQualifierSet_Put(set, u"Description", &value, 0), 0);
    cr_assert_eq(IWbemQualifierSet_GetNames(set, WBEM_FLAG_LOCAL_ONLY, &names), 0);
    cr_expect_str_eq(wbem_join(names), "Description ");
    cr_expect_eq(IWbemQualifierSet_Delete(set, u"Description"), WBEM_S_RESET_TO_DEFAULT);
    cr_assert_eq(IWbemQualifierSet_GetNames(set, WBEM_FLAG_PROPAGATED_ONLY, &names), 0);
    cr_expect_str_eq(wbem_join(names), "Description ");
    cr_expect_eq(IWbemQualifierSet_Put(key, u"key", &no, 0), WBEM_E_OVERRIDE_NOT_ALLOWED);
    cr_expect_eq(IWbemQualifierSet_Delete(key, u"CIMTYPE"), WBEM_E_INVALID_OPERATION);
    VariantClear(&value);
    IWbemQualifierSet_Release(key);
    IWbemQualifierSet_Release(set);
    IWbemClassObject_Release(class);
}

Test(wbem_qualifier, system_properties_have_none_and_a_second_key_is_refused, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");
    IWbemQualifierSet *set = NULL, *own = set_of(class, u"Own");
    VARIANT yes = {.vt = VT_BOOL, .boolVal = VARIANT_TRUE};

    cr_expect_eq(IWbemClassObject_GetPropertyQualifierSet(class, u"__CLASS", &set),
                 WBEM_E_SYSTEM_PROPERTY);
    cr_expect_eq(IWbemClassObject_GetPropertyQualifierSet(class, u"Nobody", &set),
                 WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemClassObject_GetMethodQualifierSet(class, u"Nobody", &set), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemQualifierSet_Put(own, u"key", &yes, 0), WBEM_E_CANNOT_BE_KEY);
    cr_expect_eq(IWbemClassObject_Delete(class, u"Own"), 0);
    cr_expect_eq(IWbemQualifierSet_Get(own, u"Units", 0, NULL, NULL), WBEM_E_NOT_FOUND);
    IWbemQualifierSet_Release(own);
    IWbemClassObject_Release(class);
}

Test(wbem_qualifier, they_are_enumerated_in_one_order, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    IWbemQualifierSet *set = NULL;
    VARIANT value;
    BSTR name;

    cr_assert_eq(IWbemClassObject_GetMethodQualifierSet(class, u"Do", &set), 0);
    cr_expect_eq(IWbemQualifierSet_Next(set, 0, &name, NULL, NULL), WBEM_E_UNEXPECTED);
    cr_expect_eq(IWbemQualifierSet_BeginEnumeration(set, 1), WBEM_E_INVALID_PARAMETER);
    for (int twice = 0; twice < 2; twice++) {
        cr_assert_eq(IWbemQualifierSet_BeginEnumeration(set, 0), 0);
        cr_assert_eq(IWbemQualifierSet_Next(set, 0, &name, &value, NULL), 0);
        cr_expect(com_wcsicmp(name, u"implemented") == 0 && value.vt == VT_BOOL);
        SysFreeString(name);
    }
    cr_expect_eq(IWbemQualifierSet_Next(set, 0, &name, NULL, NULL), WBEM_S_NO_MORE_DATA);
    cr_expect_eq(IWbemQualifierSet_EndEnumeration(set), 0);
    IWbemQualifierSet_Release(set);
    IWbemClassObject_Release(class);
}
