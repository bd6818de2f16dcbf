/* Variants and arrays: from type to type, who owns what, and what is refused. */
#include <criterion/criterion.h>

#include "conformance/host/include/oleauto.h"
#include "spcore/com/com_utf16.h"

static VARIANT of_text(const WCHAR *text)
{
    return (VARIANT){.vt = VT_BSTR, .bstrVal = SysAllocString(text)};
}

Test(variant, numbers_and_texts_become_each_other)
{
    VARIANT v = of_text(u"-12"), out;

    VariantInit(&out);
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I4), S_OK);
    cr_assert(out.vt == VT_I4 && out.lVal == -12);
    cr_assert_eq(VariantChangeType(&out, &out, 0, VT_BSTR), S_OK);
    cr_assert(com_wcseq(out.bstrVal, u"-12"));
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_UI1), DISP_E_OVERFLOW);
    cr_assert(out.vt == VT_BSTR); /* as it was */
    VariantClear(&v);
    v = of_text(u"one");
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I4), DISP_E_TYPEMISMATCH);
    VariantClear(&v);
    VariantClear(&out);
}

Test(variant, halves_go_to_the_even_number_and_true_is_all_ones)
{
    VARIANT v = {.vt = VT_R8, .dblVal = 2.5}, out = {.vt = VT_EMPTY};

    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I2), S_OK);
    cr_assert_eq(out.iVal, 2);
    v.dblVal = -3.5;
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I8), S_OK);
    cr_assert_eq(out.llVal, -4);
    v.dblVal = 1e30;
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I8), DISP_E_OVERFLOW);
    v = (VARIANT){.vt = VT_BOOL, .boolVal = VARIANT_TRUE};
    cr_assert_eq(VariantChangeType(&out, &v, 0, VT_I4), S_OK);
    cr_assert_eq(out.lVal, -1);
    cr_assert_eq(VariantChangeType(&out, &v, VARIANT_ALPHABOOL, VT_BSTR), S_OK);
    cr_assert(com_wcseq(out.bstrVal, u"True"));
    cr_assert_eq(VariantChangeType(&out, &out, 0, VT_BOOL), S_OK);
    cr_assert_eq(out.boolVal, VARIANT_TRUE);
}

Test(variant, a_copy_owns_what_it_has_and_a_reference_does_not)
{
    VARIANT v = of_text(u"text"), out = of_text(u"old"), reference = {.vt = VT_BYREF | VT_I4};

    cr_assert_eq(VariantCopy(&out, &v), S_OK);
    cr_assert(out.bstrVal != v.bstrVal && com_wcseq(out.bstrVal, u"text"));
    cr_assert_eq(VariantClear(&v), S_OK);
    cr_assert_eq(v.vt, VT_EMPTY);
    cr_assert_eq(VariantClear(&out), S_OK);
    reference.byref = &out;
    cr_assert_eq(VariantClear(&reference), S_OK);
    v.vt = 0x0fff;
    cr_assert_eq(VariantClear(&v), DISP_E_BADVARTYPE);
}

Test(variant, an_array_that_is_locked_stays)
{
    SAFEARRAYBOUND bound = {2, 5};
    VARIANT v = {.vt = VT_ARRAY | VT_BSTR, .parray = SafeArrayCreate(VT_BSTR, 1, &bound)};
    BSTR text = SysAllocString(u"six"), got = NULL;
    SAFEARRAY *copy;
    LONG index = 6;

    cr_assert_eq(SafeArrayPutElement(v.parray, &index, text), S_OK);
    cr_assert_eq(SafeArrayCopy(v.parray, &copy), S_OK);
    cr_assert_eq(SafeArrayGetElement(copy, &index, (void *)&got), S_OK);
    cr_assert(got != text && com_wcseq(got, u"six"));
    index = 7;
    cr_assert_eq(SafeArrayGetElement(copy, &index, (void *)&got), DISP_E_BADINDEX);
    cr_assert_eq(SafeArrayLock(v.parray), S_OK);
    cr_assert_eq(VariantClear(&v), DISP_E_ARRAYISLOCKED);
    cr_assert_eq(SafeArrayUnlock(v.parray), S_OK);
    cr_assert_eq(VariantClear(&v), S_OK);
    SafeArrayDestroy(copy);
    SysFreeString(text);
    SysFreeString(got);
}
