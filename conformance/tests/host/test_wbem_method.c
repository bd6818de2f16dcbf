/* Methods of classes: signatures and their numbers, whose they are, one after the other. */
#include <criterion/criterion.h>

#include "conformance/tests/host/wbem_fixture.h"

static HRESULT put(const char *in_mof, const char *out_mof)
{
    IWbemClassObject *class = wbem_get("Other"), *in = in_mof ? wbem_of(in_mof) : NULL,
                     *out = out_mof ? wbem_of(out_mof) : NULL;
    HRESULT hr = IWbemClassObject_PutMethod(class, u"Try", 0, in, out);

    if (in)
        IWbemClassObject_Release(in);
    if (out)
        IWbemClassObject_Release(out);
    cr_expect_eq(IWbemClassObject_GetMethod(class, u"Try", 0, NULL, NULL),
                 hr ? WBEM_E_NOT_FOUND : 0);
    IWbemClassObject_Release(class);
    return hr;
}

Test(wbem_method, signatures_are_numbered_from_0_over_both, .init = wbem_setup,
     .fini = wbem_teardown)
{
    static const struct {
        const char *in, *out;
        HRESULT hr;
    } all[] = {
        {NULL, NULL, 0},
        {"class P { [ID(0)] string A; [ID(1)] string B; };", NULL, 0},
        {"class P { [ID(0)] string A; };",
         "class P { [ID(1)] string B; uint32 ReturnValue; [ID(0)] string A; };", 0},
        {"class P { string A; };", NULL, WBEM_E_MISSING_PARAMETER_ID},
        {"class P { [ID(-1)] string A; };", NULL, WBEM_E_INVALID_PARAMETER_ID},
        {"class P { [ID(\"0\")] string A; };", NULL, WBEM_E_INVALID_PARAMETER_ID},
        {"class P { [ID(0)] string A; [ID(0)] string B; };", NULL, WBEM_E_INVALID_PARAMETER_ID},
        {"class P { [ID(1)] string A; };", NULL, WBEM_E_NONCONSECUTIVE_PARAMETER_IDS},
        {"class P { [ID(0)] string A; [ID(7)] string B; };", NULL,
         WBEM_E_NONCONSECUTIVE_PARAMETER_IDS},
        {NULL, "class P { [ID(0)] uint32 ReturnValue; };", WBEM_E_PARAMETER_ID_ON_RETVAL},
        {"class P { [ID(0)] string A; };", "class P { [ID(0)] uint32 A; };",
         WBEM_E_INVALID_DUPLICATE_PARAMETER},
        {"class P { [ID(0)] string A; };", "class P { [ID(1)] string A; };",
         WBEM_E_INVALID_DUPLICATE_PARAMETER},
        {"class P { [ID(0)] string A; [ID(1)] string B; };", "class P { [ID(1)] string A; };",
         WBEM_E_INVALID_DUPLICATE_PARAMETER},
        {"instance of Other { N = 1; };", NULL, WBEM_E_INVALID_PARAMETER},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        HRESULT hr = put(all[i].in, all[i].out);
        cr_expect_eq(hr, all[i].hr, "%zu: %08x", i, (unsigned)hr);
    }
}

Test(wbem_method, both_signatures_are_answered, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("A"), *in, *out, *none = class, *instance;
    SAFEARRAY *names = NULL;

    cr_assert_eq(IWbemClassObject_GetMethod(class, u"do", 0, &in, &out), 0);
    cr_assert_eq(IWbemClassObject_GetNames(in, NULL, WBEM_FLAG_NONSYSTEM_ONLY, NULL, &names), 0);
    cr_expect_str_eq(wbem_join(names), "How What ");
    cr_assert_eq(IWbemClassObject_GetNames(out, NULL, WBEM_FLAG_NONSYSTEM_ONLY, NULL, &names), 0);
    cr_expect_str_eq(wbem_join(names), "What ReturnValue ");
    cr_expect(wbem_says(in, u"__CLASS", "__PARAMETERS"));
    IWbemClassObject_Release(in);
    IWbemClassObject_Release(out);
    cr_assert_eq(IWbemClassObject_GetMethod(class, u"Rest", 0, &none, NULL), 0);
    cr_expect_null(none);
    cr_assert_eq(IWbemClassObject_SpawnInstance(class, 0, &instance), 0);
    cr_expect_eq(IWbemClassObject_GetMethod(instance, u"Rest", 0, NULL, NULL),
                 WBEM_E_INVALID_OPERATION);
    cr_expect_eq(IWbemClassObject_PutMethod(instance, u"Rest", 0, NULL, NULL),
                 WBEM_E_INVALID_OPERATION);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
}

Test(wbem_method, inherited_ones_have_their_origin_and_stay, .init = wbem_setup,
     .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");
    BSTR origin = NULL;

    cr_assert_eq(IWbemClassObject_GetMethodOrigin(class, u"Do", &origin), 0);
    cr_expect(com_wcseq(origin, u"A"));
    SysFreeString(origin);
    cr_expect_eq(IWbemClassObject_DeleteMethod(class, u"Do"), WBEM_E_PROPAGATED_METHOD);
    cr_expect_eq(IWbemClassObject_DeleteMethod(class, u"Nothing"), WBEM_E_NOT_FOUND);
    cr_expect_eq(IWbemClassObject_DeleteMethod(class, u"More"), 0);
    cr_expect_eq(IWbemClassObject_GetMethodOrigin(class, u"More", &origin), WBEM_E_NOT_FOUND);
    IWbemClassObject_Release(class);
}

static const char *names_of(IWbemClassObject *class, LONG flags)
{
    static char text[100];
    IWbemClassObject *in, *out;
    BSTR name;

    text[0] = '\0';
    cr_assert_eq(IWbemClassObject_BeginMethodEnumeration(class, flags), 0);
    cr_expect_eq(IWbemClassObject_BeginMethodEnumeration(class, flags), WBEM_E_UNEXPECTED);
    while (IWbemClassObject_NextMethod(class, 0, &name, &in, &out) == 0) {
        char *utf8 = com_utf8_copy(name);
        strcat(strcat(text, utf8), in ? out ? "*  " : "< " : " ");
        free(utf8);
        SysFreeString(name);
        if (in)
            IWbemClassObject_Release(in);
        if (out)
            IWbemClassObject_Release(out);
    }
    cr_expect_eq(IWbemClassObject_NextMethod(class, 0, NULL, NULL, NULL), WBEM_S_NO_MORE_DATA);
    cr_expect_eq(IWbemClassObject_EndMethodEnumeration(class), 0);
    return text;
}

Test(wbem_method, they_are_enumerated_by_whose_they_are, .init = wbem_setup, .fini = wbem_teardown)
{
    IWbemClassObject *class = wbem_get("B");

    cr_expect_str_eq(names_of(class, 0), "Do*  Rest More ");
    cr_expect_str_eq(names_of(class, WBEM_FLAG_LOCAL_ONLY), "More ");
    cr_expect_str_eq(names_of(class, WBEM_FLAG_PROPAGATED_ONLY), "Do*  Rest ");
    cr_expect_eq(IWbemClassObject_NextMethod(class, 0, NULL, NULL, NULL), WBEM_E_UNEXPECTED);
    IWbemClassObject_Release(class);
}
