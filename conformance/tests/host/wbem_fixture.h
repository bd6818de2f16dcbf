/* A repository with a few classes, and its objects as COM has them, for the tests of wbem. */
#ifndef CONFORMANCE_TESTS_HOST_WBEM_FIXTURE_H
#define CONFORMANCE_TESTS_HOST_WBEM_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

static const char wbem_schema[] =
    "class Other { sint32 N; };\n"
    "[Description(\"the first\") : ToSubclass]\n"
    "class A { [key] sint32 N; [Units(\"ms\"), Max(3)] string Text = \"above\"; A Ref Next;\n"
    "  [implemented] boolean Do([in] uint32 How, [in, out] string What); void Rest(); };\n"
    "class B : A { string Text = \"below\"; [Units(\"s\")] uint8 Own[]; void More(); };\n"
    "instance of A { N = 1; Text = \"one\"; };\n"
    "instance of B { N = 2; };\n";

static struct cim_repo *wbem_repo;

static inline void wbem_setup(void)
{
    struct mof_options options = {.namespace = NULL};
    struct mof_fault fault;
    char error[300];

    cr_assert_eq(mof_open(NULL, &wbem_repo, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(mof_compile(wbem_repo, "x", wbem_schema, strlen(wbem_schema), &options, &fault), 0,
                 "%u:%u: %s", fault.line, fault.column, fault.text);
}

/* Whatever COM object a test made, it has let go of. */
static inline void wbem_teardown(void)
{
    cr_expect(!com_module_busy());
    cim_repo_close(wbem_repo);
}

static inline IWbemClassObject *wbem_face(struct cim_object *object)
{
    IWbemClassObject *face = NULL;

    cr_assert_eq(wbem_object_new(object, &face), 0);
    cim_object_unref(object);
    return face;
}

/* Of root\default. */
static inline IWbemClassObject *wbem_get(const char *class)
{
    struct cim_object *object = NULL;
    int64_t ns;

    cr_assert_eq(cim_repo_namespace(wbem_repo, "root\\default", false, &ns), 0);
    cr_assert_eq(cim_repo_class(wbem_repo, ns, class, &object), 0);
    return wbem_face(object);
}

static inline IWbemClassObject *wbem_of(const char *mof)
{
    struct cim_object *object = NULL;
    struct mof_fault fault;

    cr_assert_eq(mof_object(wbem_repo, "root\\default", mof, &object, &fault), 0, "%u:%u: %s",
                 fault.line, fault.column, fault.text);
    return wbem_face(object);
}

static inline VARIANT wbem_text(const WCHAR *text)
{
    return (VARIANT){.vt = VT_BSTR, .bstrVal = SysAllocString(text)};
}

/* Whether the property's value, as a text, is that; NULL: it is null. */
static inline bool wbem_says(IWbemClassObject *object, const WCHAR *name, const char *expected)
{
    struct cim_value value, text;
    VARIANT variant;
    CIMTYPE type;
    bool same;

    cr_assert_eq(IWbemClassObject_Get(object, name, 0, &variant, &type, NULL), 0);
    cr_assert_eq(wbem_from_variant(&variant, type, &value), 0);
    VariantClear(&variant);
    if (value.is_null || !expected)
        return value.is_null && !expected;
    cr_assert_eq(cim_cast(&value, CIM_STRING, true, &text), 0);
    same = strcmp(text.one.s, expected) == 0;
    cim_value_done(&value);
    cim_value_done(&text);
    return same;
}

/* Names with a space behind each, and they are freed. */
static inline const char *wbem_join(SAFEARRAY *names)
{
    static char text[1000];

    text[0] = '\0';
    for (ULONG i = 0; names && i < names->rgsabound[0].cElements; i++) {
        char *utf8 = com_utf8_copy(((BSTR *)names->pvData)[i]);
        strcat(strcat(text, utf8), " ");
        free(utf8);
    }
    SafeArrayDestroy(names);
    return text;
}

/* How many functions a table has, none of which is missing. */
static inline size_t wbem_slots(const void *vtbl, size_t size)
{
    void *const *slot = vtbl;

    for (size_t i = 0; i < size / sizeof(*slot); i++)
        cr_assert_not_null(slot[i], "%zu", i);
    return size / sizeof(*slot);
}

#endif
