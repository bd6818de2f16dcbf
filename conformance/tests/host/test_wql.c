/* WQL: what a query is, what it answers, and where it is wrong. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/wql/wql.h"

static const char schema[] =
    "class A { [key] sint32 N; string S; uint64 U; string L[]; A E; datetime D; };\n"
    "class A_B : A {}; class A_B_C : A_B {}; class Z {};\n"
    "instance of A { N = 1; S = \"one\"; U = 18446744073709551615; };\n"
    "instance of A_B { N = -2; S = \"Two_%\"; E = instance of A_B { N = 9; }; };\n"
    "instance of A_B_C { N = 3; };\n";

static HRESULT add(void *self, struct cim_object *object)
{
    const struct cim_property *n = cim_property(object, "N");
    char *text = self;

    if (object->genus == WBEM_GENUS_CLASS)
        sprintf(text + strlen(text), "%s ", object->class_name);
    else
        sprintf(text + strlen(text), "%d/%zu ", (int)n->value.one.i, object->property_count);
    return WBEM_S_NO_ERROR;
}

static HRESULT run(const char *query, char *ret_text, struct wql_fault *fault)
{
    struct mof_options options = {.namespace = NULL};
    struct mof_fault wrong;
    struct cim_repo *repo = NULL;
    struct wql parsed;
    char error[300];
    int64_t ns;
    HRESULT hr;

    cr_assert_eq(mof_open(NULL, &repo, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(mof_compile(repo, "x", schema, strlen(schema), &options, &wrong), 0, "%s",
                 wrong.text);
    cr_assert_eq(cim_repo_namespace(repo, "root\\default", false, &ns), 0);
    ret_text[0] = '\0';
    hr = wql_parse(query, &parsed, fault);
    if (SUCCEEDED(hr)) {
        hr = wql_run(repo, ns, &parsed, add, ret_text, fault);
        wql_done(&parsed);
    }
    cim_repo_close(repo);
    return hr;
}

static const struct {
    const char *query, *answer;
} answers[] = {
    {"select * from meta_class where __this isa \"a\"", "A A_B A_B_C "},
    {"SELECT * FROM Meta_Class WHERE __Class = \"A_B\"", "A_B "},
    {"select * from meta_class where __superclass = 'A'", "A_B "},
    {"select * from meta_class where __dynasty = 'A' and not __class = 'A'", "A_B A_B_C "},
    {"select * from meta_class where __class like 'A[_]B%'", "A_B A_B_C "},
    {"select * from meta_class where (__class = 'Z' or __class = 'A_B') and __superclass is null",
     "Z "},
    {"select * from meta_class where __this isa 'Nothing'", ""},
    {"select * from A", "1/6 -2/6 3/6 "},
    {"select N, S from A where N < 2", "1/2 -2/2 "},
    {"select * from A_B", "-2/6 3/6 "},
    {"select * from A where S like 'two[_]%'", "-2/6 "},
    {"select * from A where S is null or 1 = N", "1/6 3/6 "},
    {"select * from A where U = 18446744073709551615", "1/6 "},
    {"select * from A where N = 2.5", ""},
    {"select * from A where E isa 'A'", "-2/6 "},
    {"select * from A where E.N = 9", "-2/6 "},
    {"select * from A where __class = 'A_B_C'", "3/6 "},
};

Test(wql, each_query_has_its_answer)
{
    struct wql_fault fault;
    char text[4000];

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        cr_assert_eq(run(answers[i].query, text, &fault), 0, "%s: %s", answers[i].query,
                     fault.text);
        cr_assert_str_eq(text, answers[i].answer, "%s: %s", answers[i].query, text);
    }
}

static const struct {
    const char *query;
    unsigned line, column;
    HRESULT hr;
} wrong[] = {
    {"", 1, 1, WBEM_E_INVALID_QUERY},
    {"select * from", 1, 14, WBEM_E_INVALID_QUERY},
    {"select *\nfrom A where\n N >", 3, 5, WBEM_E_INVALID_QUERY},
    {"select * from A where S is 'x'", 1, 28, WBEM_E_INVALID_QUERY},
    {"select * from A where S is not 5", 1, 32, WBEM_E_INVALID_QUERY},
    {"select * from A where Q = 5", 1, 23, WBEM_E_INVALID_QUERY},
    {"select * from A where L = 'x'", 1, 23, WBEM_E_INVALID_QUERY},
    {"select * from A where N = 'x'", 1, 23, WBEM_E_INVALID_QUERY},
    {"select * from A where S = \"x", 1, 27, WBEM_E_INVALID_QUERY},
    {"select * from A where (N = 1", 1, 29, WBEM_E_INVALID_QUERY},
    {"select * from A where N = 1 N", 1, 29, WBEM_E_INVALID_QUERY},
    {"select * from Nothing", 1, 1, WBEM_E_INVALID_CLASS},
    {"select * from meta_class where N = 1", 1, 32, WBEM_E_INVALID_QUERY},
    {"select * from meta_class where __class isa 'A'", 1, 32, WBEM_E_INVALID_QUERY},
    {"associators of {A.N=1}", 1, 1, WBEM_E_QUERY_NOT_IMPLEMENTED},
    {"select * from __Event within 5", 1, 23, WBEM_E_QUERY_NOT_IMPLEMENTED},
};

Test(wql, each_mistake_has_its_code_and_its_place)
{
    struct wql_fault fault;
    char text[4000];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(run(wrong[i].query, text, &fault), wrong[i].hr, "%s", wrong[i].query);
        cr_assert_eq(fault.line, wrong[i].line, "%s: line %u", wrong[i].query, fault.line);
        cr_assert_eq(fault.column, wrong[i].column, "%s: column %u: %s", wrong[i].query,
                     fault.column, fault.text);
    }
}

Test(wql, what_is_too_deep_or_too_long_is_refused)
{
    char query[20000] = "select * from A where ";
    struct wql_fault fault;
    struct wql parsed;

    for (int i = 0; i < 100; i++)
        strcat(query, "not ");
    strcat(query, "N = 1");
    cr_assert_eq(wql_parse(query, &parsed, &fault), WBEM_E_QUOTA_VIOLATION);
    memset(query, ' ', 17000);
    query[17000] = '\0';
    cr_assert_eq(wql_parse(query, &parsed, &fault), WBEM_E_QUOTA_VIOLATION);
}
