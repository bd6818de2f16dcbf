/* IWbemContext: named values, without regard to case, and copies that are copies. */
#include <criterion/criterion.h>

#include "conformance/tests/host/wbem_fixture.h"

Test(wbem_context, values_are_put_found_and_replaced)
{
    IWbemContext *context = NULL;
    VARIANT value = wbem_text(u"first"), back;

    cr_assert_eq(wbem_context_new(&context), 0);
    cr_expect_eq(IWbemContext_SetValue(context, u"Name", 0, &value), 0);
    VariantClear(&value);
    cr_assert_eq(IWbemContext_GetValue(context, u"NAME", 0, &back), 0);
    cr_expect(back.vt == VT_BSTR && com_wcseq(back.bstrVal, u"first"));
    VariantClear(&back);
    value = (VARIANT){.vt = VT_I4, .lVal = 2};
    cr_expect_eq(IWbemContext_SetValue(context, u"name", 0, &value), 0);
    cr_assert_eq(IWbemContext_GetValue(context, u"Name", 0, &back), 0);
    cr_expect(back.vt == VT_I4 && back.lVal == 2);
    cr_expect_eq(IWbemContext_DeleteValue(context, u"Name", 0), 0);
    cr_expect_eq(IWbemContext_DeleteValue(context, u"Name", 0), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemContext_GetValue(context, u"Name", 0, &back), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemContext_SetValue(context, NULL, 0, &value), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemContext_SetValue(context, u"Name", 1, &value), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(IWbemContext_Release(context), 0);
    cr_expect(!com_module_busy());
}

Test(wbem_context, a_clone_is_enumerated_as_the_first_was)
{
    IWbemContext *context = NULL, *clone = NULL;
    VARIANT value = {.vt = VT_BOOL, .boolVal = VARIANT_TRUE};
    SAFEARRAY *names = NULL;
    BSTR name;

    cr_assert_eq(wbem_context_new(&context), 0);
    cr_expect_eq(IWbemContext_SetValue(context, u"A", 0, &value), 0);
    cr_expect_eq(IWbemContext_SetValue(context, u"B", 0, &value), 0);
    cr_assert_eq(IWbemContext_Clone(context, &clone), 0);
    cr_expect_eq(IWbemContext_DeleteAll(context), 0);
    cr_assert_eq(IWbemContext_GetNames(context, 0, &names), 0);
    cr_expect_str_eq(wbem_join(names), "");
    cr_expect_eq(IWbemContext_Next(clone, 0, &name, &value), WBEM_E_UNEXPECTED);
    cr_expect_eq(IWbemContext_BeginEnumeration(clone, 0), 0);
    cr_assert_eq(IWbemContext_Next(clone, 0, &name, &value), 0);
    cr_expect(com_wcseq(name, u"A") && value.boolVal);
    SysFreeString(name);
    cr_assert_eq(IWbemContext_Next(clone, 0, &name, &value), 0);
    SysFreeString(name);
    cr_expect_eq(IWbemContext_Next(clone, 0, &name, &value), WBEM_S_NO_MORE_DATA);
    cr_expect_eq(IWbemContext_EndEnumeration(clone), 0);
    IWbemContext_Release(clone);
    IWbemContext_Release(context);
}
