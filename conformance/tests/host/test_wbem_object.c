/* IWbemClassObject: values as variants, what may be written, what is whose, and that copies are
 * copies. */
#include <criterion/criterion.h>

#include "conformance/tests/host/wbem_fixture.h"

static VARIANT of_long(LONG value)
{
    return (VARIANT){.vt = VT_I4, .lVal = value};
}

static void check_get(IWbemClassObject *object, const WCHAR *name, VARTYPE vt, CIMTYPE type,
                      LONG flavor)
{
    VARIANT value;
    CIMTYPE its_type = 0;
    LONG its_flavor = -1;

    cr_assert_eq(IWbemClassObject_Get(object, name, 0, &value, &its_type, &its_flavor), 0);
    cr_expect_eq(value.vt, vt);
    cr_expect_eq(its_type, type);
    cr_expect_eq(its_flavor, flavor);
    VariantClear(&value);
}

Test(wbem_object, each_type_has_its_variant, .init = wbem_setup, .fini = wbem_teardown)
{
    static const struct {
        const WCHAR *name;
        VARTYPE vt;
        CIMTYPE type;
    } all[] = {
        {u"S8", VT_I2, CIM_SINT8},
        {u"U8", VT_UI1, CIM_UINT8},
        {u"S16", VT_I2, CIM_SINT16},
        {u"U16", VT_I4, CIM_UINT16},
        {u"S32", VT_I4, CIM_SINT32},
        {u"U32", VT_I4, CIM_UINT32},
        {u"S64", VT_BSTR, CIM_SINT64},
        {u"U64", VT_BSTR, CIM_UINT64},
        {u"R32", VT_R4, CIM_REAL32},
        {u"R64", VT_R8, CIM_REAL64},
        {u"B", VT_BOOL, CIM_BOOLEAN},
        {u"S", VT_BSTR, CIM_STRING},
        {u"D", VT_BSTR, CIM_DATETIME},
        {u"C", VT_I2, CIM_CHAR16},
        {u"Ref", VT_BSTR, CIM_REFERENCE},
        {u"None", VT_NULL, CIM_STRING},
        {u"L", VT_ARRAY | VT_I4, CIM_UINT32 | CIM_FLAG_ARRAY},
        {u"T", VT_ARRAY | VT_BSTR, CIM_STRING | CIM_FLAG_ARRAY},
        {u"O", VT_UNKNOWN, CIM_OBJECT},
    };
    IWbemClassObject *object = wbem_of(
        "class Types { sint8 S8 = -8; uint8 U8 = 8; sint16 S16 = -16; uint16 U16 = 65535;\n"
        "sint32 S32 = -32; uint32 U32 = 4294967295; sint64 S64 = -64;\n"
        "uint64 U64 = 18446744073709551615; real32 R32 = 0.5; real64 R64 = 0.25;\n"
        "boolean B = TRUE; string S = \"s\"; datetime D = \"00000001000000.000000:000\";\n"
        "char16 C = 65; Types Ref Ref = \"Types\"; string None; uint32 L[] = {1, 4294967295};\n"
        "string T[] = {}; Object O = instance of Other { N = 1; }; };");

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        check_get(object, all[i].name, all[i].vt, all[i].type, WBEM_FLAVOR_ORIGIN_LOCAL);
    cr_expect(wbem_says(object, u"U32", "4294967295") && wbem_says(object, u"U16", "65535"));
    cr_expect(wbem_says(object, u"U64", "18446744073709551615"));
    IWbemClassObject_Release(object);
}

Test(wbem_object, system_properties_are_read_and_only_a_class_is_named, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *derived = wbem_get("B"), *instance;
    VARIANT name = wbem_text(u"Renamed");

    check_get(derived, u"__Superclass", VT_BSTR, CIM_STRING, WBEM_FLAVOR_ORIGIN_SYSTEM);
    check_get(derived, u"__GENUS", VT_I4, CIM_SINT32, WBEM_FLAVOR_ORIGIN_SYSTEM);
    check_get(derived, u"__DERIVATION", VT_ARRAY | VT_BSTR, CIM_STRING | CIM_FLAG_ARRAY,
              WBEM_FLAVOR_ORIGIN_SYSTEM);
    cr_expect(wbem_says(derived, u"__CLASS", "B"));
    cr_expect_eq(IWbemClassObject_Put(derived, u"__CLASS", 0, &name, 0), 0);
    cr_expect(wbem_says(derived, u"__CLASS", "Renamed"));
    cr_expect_eq(IWbemClassObject_Put(derived, u"__SUPERCLASS", 0, &name, 0), WBEM_E_READ_ONLY);
    cr_expect_eq(IWbemClassObject_Delete(derived, u"__CLASS"), WBEM_E_SYSTEM_PROPERTY);
    cr_assert_eq(IWbemClassObject_SpawnInstance(derived, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_Put(instance, u"__CLASS", 0, &name, 0), WBEM_E_READ_ONLY);
    VariantClear(&name);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(derived);
}

Test(wbem_object, what_is_written_is_of_its_type_or_refused, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A"), *instance;
    VARIANT value = wbem_text(u"12"), none = {.vt = VT_NULL};

    cr_assert_eq(IWbemClassObject_SpawnInstance(class, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_Put(instance, u"N", 0, &value, 0), 0); /* as automation does */
    cr_expect(wbem_says(instance, u"N", "12"));
    VariantClear(&value);
    value = wbem_text(u"twelve");
    cr_expect_eq(IWbemClassObject_Put(instance, u"N", 0, &value, 0), WBEM_E_TYPE_MISMATCH);
    cr_expect_eq(IWbemClassObject_Put(instance, u"New", 0, &value, 0), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemClassObject_Put(class, u"New", 0, &value, 0), 0);
    cr_expect_eq(IWbemClassObject_Put(class, u"_New", 0, &value, 0), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemClassObject_Put(class, u"Null", 0, &none, 0), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemClassObject_Put(class, u"Null", 0, NULL, CIM_UINT64), 0);
    cr_expect_eq(IWbemClassObject_Put(class, u"Null", 0, NULL, 77), WBEM_E_INVALID_PROPERTY_TYPE);
    check_get(class, u"Null", VT_NULL, CIM_UINT64, WBEM_FLAVOR_ORIGIN_LOCAL);
    cr_expect_eq(IWbemClassObject_Put(instance, u"N", 0, &none, 0), 0);
    check_get(instance, u"N", VT_NULL, CIM_SINT32, WBEM_FLAVOR_ORIGIN_LOCAL);
    VariantClear(&value);
    value = of_long(-1);
    cr_expect_eq(IWbemClassObject_Put(class, u"Many", 0, &value, CIM_UINT32), 0);
    cr_expect(wbem_says(class, u"Many", "4294967295"));
    cr_expect_eq(IWbemClassObject_Put(class, u"Few", 0, &value, CIM_UINT8),
                 WBEM_E_VALUE_OUT_OF_RANGE);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
}

Test(wbem_object, arrays_of_variants_become_what_they_hold, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A");
    SAFEARRAY *array = SafeArrayCreateVector(VT_I4, 0, 2);
    VARIANT value = {.vt = VT_ARRAY | VT_I4, .parray = array};

    ((LONG *)array->pvData)[1] = 7;
    cr_expect_eq(IWbemClassObject_Put(class, u"List", 0, &value, 0), 0);
    check_get(class, u"List", VT_ARRAY | VT_I4, CIM_SINT32 | CIM_FLAG_ARRAY,
              WBEM_FLAVOR_ORIGIN_LOCAL);
    cr_expect_eq(IWbemClassObject_Put(class, u"N", 0, &value, 0), WBEM_E_TYPE_MISMATCH);
    cr_expect_eq(IWbemClassObject_Put(class, u"Texts", 0, &value, CIM_STRING | CIM_FLAG_ARRAY), 0);
    check_get(class, u"Texts", VT_ARRAY | VT_BSTR, CIM_STRING | CIM_FLAG_ARRAY,
              WBEM_FLAVOR_ORIGIN_LOCAL);
    VariantClear(&value);
    IWbemClassObject_Release(class);
}

Test(wbem_object, an_object_in_an_object_is_a_copy, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A"), *other = wbem_get("Other"), *inner = NULL;
    VARIANT value = {.vt = VT_UNKNOWN, .punkVal = (IUnknown *)other}, one = of_long(5), back;

    cr_assert_eq(IWbemClassObject_Put(class, u"In", 0, &value, 0), 0);
    cr_assert_eq(IWbemClassObject_Put(other, u"N", 0, &one, 0), 0); /* too late */
    cr_assert_eq(IWbemClassObject_Get(class, u"In", 0, &back, NULL, NULL), 0);
    cr_assert_eq(IUnknown_QueryInterface(back.punkVal, &IID_IWbemClassObject, (void **)&inner), 0);
    check_get(inner, u"N", VT_NULL, CIM_SINT32, WBEM_FLAVOR_ORIGIN_LOCAL);
    IWbemClassObject_Release(inner);
    VariantClear(&back);
    IWbemClassObject_Release(other);
    IWbemClassObject_Release(class);
}

Test(wbem_object, what_is_deleted_is_gone_or_as_it_was_above, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B"), *instance;
    VARIANT value = of_long(3);

    cr_expect_eq(IWbemClassObject_Delete(class, u"Nobody"), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemClassObject_Delete(class, u"N"), WBEM_E_PROPAGATED_PROPERTY);
    cr_expect_eq(IWbemClassObject_Delete(class, u"Text"), WBEM_S_RESET_TO_DEFAULT); /* overridden */
    cr_expect(wbem_says(class, u"Text", "above"));
    cr_expect_eq(IWbemClassObject_Delete(class, u"Own"), 0);
    cr_expect_eq(IWbemClassObject_Get(class, u"Own", 0, NULL, NULL, NULL), WBEM_E_NOT_FOUND);
    cr_assert_eq(IWbemClassObject_SpawnInstance(class, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_Put(instance, u"N", 0, &value, 0), 0);
    cr_expect_eq(IWbemClassObject_Delete(instance, u"N"), WBEM_S_RESET_TO_DEFAULT);
    check_get(instance, u"N", VT_NULL, CIM_SINT32, WBEM_FLAVOR_ORIGIN_PROPAGATED);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
}

Test(wbem_object, whose_a_property_is, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");
    BSTR origin = NULL;

    check_get(class, u"N", VT_NULL, CIM_SINT32, WBEM_FLAVOR_ORIGIN_PROPAGATED);
    cr_assert_eq(IWbemClassObject_GetPropertyOrigin(class, u"n", &origin), 0);
    cr_expect(com_wcseq(origin, u"A"));
    SysFreeString(origin);
    cr_assert_eq(IWbemClassObject_GetPropertyOrigin(class, u"Own", &origin), 0);
    cr_expect(com_wcseq(origin, u"B"));
    SysFreeString(origin);
    cr_expect_eq(IWbemClassObject_GetPropertyOrigin(class, u"Nobody", &origin), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemClassObject_InheritsFrom(class, u"a"), WBEM_S_NO_ERROR);
    cr_expect_eq(IWbemClassObject_InheritsFrom(class, u"Other"), WBEM_S_FALSE);
    IWbemClassObject_Release(class);
}

Test(wbem_object, children_are_of_named_classes_alone, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A"), *child = NULL, *instance = NULL, *none = class;
    VARIANT name = wbem_text(u"Child");

    cr_assert_eq(IWbemClassObject_SpawnDerivedClass(class, 0, &child), 0);
    cr_expect(wbem_says(child, u"__SUPERCLASS", "A") && wbem_says(child, u"__CLASS", NULL));
    cr_expect_eq(IWbemClassObject_SpawnInstance(child, 0, &none), WBEM_E_INCOMPLETE_CLASS);
    cr_expect_null(none);
    cr_expect_eq(IWbemClassObject_Put(child, u"__CLASS", 0, &name, 0), 0);
    cr_assert_eq(IWbemClassObject_SpawnInstance(child, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_SpawnDerivedClass(instance, 0, &none), WBEM_E_INVALID_OPERATION);
    cr_expect_eq(IWbemClassObject_SpawnInstance(class, 1, &none), WBEM_E_INVALID_PARAMETER);
    VariantClear(&name);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(child);
    IWbemClassObject_Release(class);
}

Test(wbem_object, a_clone_is_the_same_until_one_is_written, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A"), *clone = NULL;
    VARIANT value = wbem_text(u"ABOVE");

    cr_assert_eq(IWbemClassObject_Clone(class, &clone), 0);
    cr_expect_eq(IWbemClassObject_CompareTo(class, 0, clone), WBEM_S_SAME);
    cr_expect_eq(IWbemClassObject_Put(clone, u"Text", 0, &value, 0), 0);
    cr_expect_eq(IWbemClassObject_CompareTo(class, 0, clone), WBEM_S_DIFFERENT);
    cr_expect_eq(IWbemClassObject_CompareTo(class, WBEM_FLAG_IGNORE_CASE, clone), WBEM_S_SAME);
    cr_expect_eq(IWbemClassObject_CompareTo(class, WBEM_FLAG_IGNORE_DEFAULT_VALUES, clone),
                 WBEM_S_SAME);
    cr_expect(wbem_says(class, u"Text", "above"));
    cr_expect_eq(IWbemClassObject_CompareTo(class, 0x40, clone), WBEM_E_INVALID_PARAMETER);
    VariantClear(&value);
    IWbemClassObject_Release(clone);
    IWbemClassObject_Release(class);
}

Test(wbem_object, its_text_compiles_to_an_equal_object, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B"), *again;
    BSTR text = NULL;
    char *utf8;

    cr_assert_eq(IWbemClassObject_GetObjectText(class, 0, &text), 0);
    utf8 = com_utf8_copy(text);
    again = wbem_of(utf8);
    cr_expect_eq(IWbemClassObject_CompareTo(class, WBEM_FLAG_IGNORE_OBJECT_SOURCE, again),
                 WBEM_S_SAME, "%s", utf8);
    free(utf8);
    SysFreeString(text);
    cr_expect_eq(IWbemClassObject_GetObjectText(class, 2, &text), WBEM_E_INVALID_PARAMETER);
    IWbemClassObject_Release(again);
    IWbemClassObject_Release(class);
}

Test(wbem_object, nothing_given_is_an_invalid_parameter, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *object = wbem_get("A");
    VARIANT value;
    const HRESULT results[] = {
        IWbemClassObject_GetQualifierSet(object, NULL),
        IWbemClassObject_Get(object, NULL, 0, &value, NULL, NULL),
        IWbemClassObject_Get(object, u"N", 1, &value, NULL, NULL),
        IWbemClassObject_Put(object, NULL, 0, &value, 0),
        IWbemClassObject_Put(object, u"N", 1, &value, 0),
        IWbemClassObject_Delete(object, NULL),
        IWbemClassObject_GetNames(object, NULL, 0, NULL, NULL),
        IWbemClassObject_GetPropertyQualifierSet(object, u"N", NULL),
        IWbemClassObject_Clone(object, NULL),
        IWbemClassObject_GetObjectText(object, 0, NULL),
        IWbemClassObject_SpawnDerivedClass(object, 0, NULL),
        IWbemClassObject_SpawnInstance(object, 0, NULL),
        IWbemClassObject_CompareTo(object, 0, NULL),
        IWbemClassObject_GetPropertyOrigin(object, u"N", NULL),
        IWbemClassObject_InheritsFrom(object, NULL),
        IWbemClassObject_GetMethod(object, NULL, 0, NULL, NULL),
        IWbemClassObject_PutMethod(object, NULL, 0, NULL, NULL),
        IWbemClassObject_DeleteMethod(object, NULL),
        IWbemClassObject_BeginMethodEnumeration(object, 1),
        IWbemClassObject_NextMethod(object, 1, NULL, NULL, NULL),
        IWbemClassObject_GetMethodQualifierSet(object, u"Do", NULL),
        IWbemClassObject_GetMethodOrigin(object, u"Do", NULL),
        IWbemClassObject_Next(object, 1, NULL, NULL, NULL, NULL),
    };

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        cr_expect_eq(results[i], WBEM_E_INVALID_PARAMETER, "%zu: %08x", i, (unsigned)results[i]);
    cr_expect_eq(IWbemClassObject_Release(object), 0);
}

Test(wbem_object, every_slot_is_there, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *object = wbem_get("A");
    IWbemQualifierSet *set = NULL;
    IWbemContext *context = NULL;

    cr_assert_eq(IWbemClassObject_GetQualifierSet(object, &set), 0);
    cr_assert_eq(wbem_context_new(&context), 0);
    cr_expect(wbem_slots(object->lpVtbl, sizeof(*object->lpVtbl)) == 27);
    cr_expect(wbem_slots(set->lpVtbl, sizeof(*set->lpVtbl)) == 10);
    cr_expect(wbem_slots(context->lpVtbl, sizeof(*context->lpVtbl)) == 12);
    IWbemContext_Release(context);
    IWbemQualifierSet_Release(set);
    IWbemClassObject_Release(object);
}
