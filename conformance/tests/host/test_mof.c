/* MOF: what each declaration becomes, that what an object prints compiles to an equal one, and that
 * a compilation is all or nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_codec.h"
#include "conformance/host/cim/cim_print.h"
#include "conformance/host/mof/mof.h"

static struct cim_repo *open_memory(void)
{
    struct cim_repo *repo = NULL;
    char error[300];

    cr_assert_eq(mof_open(NULL, &repo, error, sizeof(error)), 0, "%s", error);
    return repo;
}

static HRESULT compile(struct cim_repo *repo, const char *text, struct mof_fault *fault)
{
    struct mof_options options = {.namespace = NULL};

    return mof_compile(repo, "x.mof", text, strlen(text), &options, fault);
}

static int64_t default_ns(struct cim_repo *repo)
{
    int64_t ns = 0;

    cr_assert_eq(cim_repo_namespace(repo, "root\\default", false, &ns), 0);
    return ns;
}

static struct cim_object *class_of(struct cim_repo *repo, const char *name)
{
    struct cim_object *object = NULL;

    cr_assert_eq(cim_repo_class(repo, default_ns(repo), name, &object), 0, "%s", name);
    return object;
}

/* ---- drawn classes */
struct draw {
    uint64_t state;
    FILE *out;
};

static unsigned draw(struct draw *d, unsigned below)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(d->state >> 33) % below;
}

static void draw_text(struct draw *d)
{
    static const char *const parts[] = {"a", "\\\"", "\\\\",    "\\n",     "ä", "€",
                                        "😀", "\\t",  "\\x0007", "\\x263A", "'", "/* */"};

    putc('"', d->out);
    for (unsigned i = draw(d, 5); i > 0; i--)
        fputs(parts[draw(d, sizeof(parts) / sizeof(parts[0]))], d->out);
    putc('"', d->out);
}

static void draw_value(struct draw *d, const char *type)
{
    static const char *const reals[] = {"0.1", "-1e300", "3.0", "1.5e-9"};

    if (strcmp(type, "boolean") == 0)
        fputs(draw(d, 2) ? "TRUE" : "FALSE", d->out);
    else if (strcmp(type, "string") == 0)
        draw_text(d);
    else if (strcmp(type, "datetime") == 0)
        fputs("\"20260101120000.000000+060\"", d->out);
    else if (strcmp(type, "real64") == 0)
        fputs(reals[draw(d, 4)], d->out);
    else if (strcmp(type, "object") == 0)
        fputs("instance of Base { Id = 7; }", d->out);
    else if (type[0] == 's')
        fprintf(d->out, "-%u", draw(d, 129));
    else
        fprintf(d->out, "%u", draw(d, 256));
}

static void draw_qualifiers(struct draw *d, const char *name)
{
    static const char *const flavors[] = {"", " : ToInstance", " : ToSubclass",
                                          " : ToSubclass ToInstance DisableOverride", " : Amended"};
    unsigned count = draw(d, 3);

    for (unsigned i = 0; i < count; i++) {
        fprintf(d->out, "%s %sQ%u", i ? "," : "[", name, i);
        switch (draw(d, 5)) {
        case 0:
            putc('(', d->out);
            draw_text(d);
            putc(')', d->out);
            break;
        case 1:
            fprintf(d->out, "(-%u)", draw(d, 99));
            break;
        case 2:
            fputs("{1.5, -2.0}", d->out);
            break;
        case 3:
            fputs("(FALSE)", d->out);
            break;
        }
        fputs(flavors[draw(d, 5)], d->out);
    }
    fputs(count ? "] " : "", d->out);
}

static void draw_class(struct draw *d, const char *name, const char *super)
{
    static const char *const types[] = {"sint8",  "uint8",  "sint16", "uint16",  "sint32",
                                        "uint32", "sint64", "uint64", "real64",  "boolean",
                                        "string", "char16", "object", "datetime"};

    draw_qualifiers(d, name);
    fprintf(d->out, "class %s : %s {\n", name, super);
    for (unsigned i = draw(d, 6); i > 0; i--) {
        const char *type = types[draw(d, sizeof(types) / sizeof(types[0]))];
        bool array = draw(d, 3) == 0;

        draw_qualifiers(d, name);
        fprintf(d->out, "%s %sP%u%s", type, name, i, array ? "[]" : "");
        if (draw(d, 2)) {
            fputs(array ? " = {" : " = ", d->out);
            draw_value(d, type);
            if (array) {
                fputs(", ", d->out);
                draw_value(d, type);
                putc('}', d->out);
            }
        }
        fputs(";\n", d->out);
    }
    for (unsigned i = draw(d, 3); i > 0; i--)
        fprintf(d->out, "uint32 %sM%u([in] string a, [out] Base ref b[], [in, out] sint8 c);\n",
                name, i);
    if (draw(d, 2))
        fprintf(d->out, "sint32 Shared = %u;\n", draw(d, 1000));
    fputs("};\n", d->out);
}

static void check_again(struct cim_repo *again, const struct cim_object *object, LONG flags)
{
    struct cim_object *other = NULL, *decoded = NULL;
    struct mof_fault fault;
    char *text = cim_mof(object, 0);
    void *bytes;
    size_t size;

    cr_assert_eq(mof_object(again, "root\\default", text, &other, &fault), 0, "%u:%u: %s in\n%s",
                 fault.line, fault.column, fault.text, text);
    cr_assert(cim_object_equal(object, other, flags), "%s", text);
    cr_assert_eq(cim_encode_whole(object, &bytes, &size), 0);
    cr_assert_eq(cim_decode_whole(bytes, size, &decoded), 0, "%s", text);
    cr_assert(cim_object_equal(object, decoded, WBEM_FLAG_IGNORE_OBJECT_SOURCE), "%s", text);
    for (size_t i = 0; i < size; i += 7) {
        struct cim_object *cut = NULL;
        if (SUCCEEDED(cim_decode_whole(bytes, i, &cut)))
            cim_object_unref(cut);
    }
    free(bytes);
    free(text);
    cim_object_unref(other);
    cim_object_unref(decoded);
}

Test(mof, what_an_object_prints_compiles_to_an_equal_one)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct cim_repo *repo = open_memory();
        struct mof_fault fault;
        struct cim_object *object = NULL;
        char *text = NULL;
        size_t size;
        struct draw d = {seed, open_memstream(&text, &size)};

        fputs(
            "class Base { [key] uint32 Id; [Description(\"s\") : ToSubclass] sint32 Shared = 1; };",
            d.out);
        draw_class(&d, "Mid", "Base");
        draw_class(&d, "Leaf", "Mid");
        fprintf(d.out, "instance of Leaf { Id = %u; Shared = 3; };\n", draw(&d, 9));
        fclose(d.out);
        cr_assert_eq(compile(repo, text, &fault), 0, "%u:%u: %s in\n%s", fault.line, fault.column,
                     fault.text, text);
        object = class_of(repo, "Mid");
        check_again(repo, object, WBEM_FLAG_IGNORE_OBJECT_SOURCE);
        cim_object_unref(object);
        object = class_of(repo, "Leaf");
        check_again(repo, object, WBEM_FLAG_IGNORE_OBJECT_SOURCE);
        cim_object_unref(object);
        free(text);
        cim_repo_close(repo);
    }
}

static const struct {
    const char *text, *why;
    unsigned line, column;
    HRESULT hr;
} faults[] = {
    {"class A { uint8 B = 256; };", "no value of type uint8: WBEM_E_VALUE_OUT_OF_RANGE", 1, 21,
     WBEM_E_VALUE_OUT_OF_RANGE},
    {"class A\n{ string B = 3; };", "no value of type string: WBEM_E_TYPE_MISMATCH", 2, 14,
     WBEM_E_TYPE_MISMATCH},
    {"class A : Nothing {};", "class Nothing: WBEM_E_INVALID_SUPERCLASS", 1, 11,
     WBEM_E_INVALID_SUPERCLASS},
    {"class A { datetime D = \"yesterday\"; };", "no value of type datetime: WBEM_E_TYPE_MISMATCH",
     1, 24, WBEM_E_TYPE_MISMATCH},
    {"class A { string B = \"x\n\"; };", "a string without its end: expected \" in the same line",
     1, 22, WBEM_E_INVALID_SYNTAX},
    {"/* \xc3\xa4 */ class ;", ";: expected the name of a class", 1, 15, WBEM_E_INVALID_SYNTAX},
    {"class A { string B; string b; };", "b: declared twice", 1, 21, WBEM_E_INVALID_SYNTAX},
    {"instance of A {};", "class A: WBEM_E_INVALID_CLASS", 1, 13, WBEM_E_INVALID_CLASS},
    {"class A { [key] string K; }; instance of A { C = 1; };", "C: class A has no such property", 1,
     46, WBEM_E_INVALID_PROPERTY},
    {"class A { [key] string K; }; instance of A { };", "instance of A: WBEM_E_ILLEGAL_NULL", 1, 30,
     WBEM_E_ILLEGAL_NULL},
    {"class A { [key] string K; }; class B : A { [key] string L; };",
     "qualifier key: WBEM_E_CANNOT_BE_KEY", 1, 45, WBEM_E_CANNOT_BE_KEY},
    {"class A {}; [abstract] class B : A {};", "class B: WBEM_E_CANNOT_BE_ABSTRACT", 1, 24,
     WBEM_E_CANNOT_BE_ABSTRACT},
    {"class __Win32Provider {};", "class __Win32Provider: WBEM_E_ACCESS_DENIED", 1, 1,
     WBEM_E_ACCESS_DENIED},
    {"#pragma frobnicate(\"x\")", "frobnicate: no pragma", 1, 9, WBEM_E_INVALID_SYNTAX},
    {"class A { A B = $C; };", "$C: no alias of that name", 1, 17, WBEM_E_INVALID_SYNTAX},
    {"class A { string B", "the end of the file: expected ; behind a property or a method", 1, 19,
     WBEM_E_INVALID_SYNTAX},
    {"/* no end", "a comment without its end: expected */", 1, 1, WBEM_E_INVALID_SYNTAX},
    {"class A { uint32 B = 0x1FFFFFFFFFFFFFFFF; };", "a number of more than 64 bits", 1, 22,
     WBEM_E_INVALID_SYNTAX},
    {"#pragma classflags(128)", "128: no flag that this pragma has", 1, 9, WBEM_E_INVALID_SYNTAX},
    {"#pragma instanceflags(64)", "64: no flag that this pragma has", 1, 9, WBEM_E_INVALID_SYNTAX},
    {"class A { [key] string K; }; instance of A { K \"x\"; };",
     "\"x\": expected = behind the name of a property", 1, 48, WBEM_E_INVALID_SYNTAX},
};

Test(mof, each_fault_has_its_place_and_nothing_stays)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct cim_repo *repo = open_memory();
        struct cim_object *object = NULL;
        struct mof_fault fault;
        char text[400];

        snprintf(text, sizeof(text), "class Before {};\n%s", faults[i].text);
        cr_assert_eq(compile(repo, text, &fault), faults[i].hr, "%s", faults[i].text);
        cr_assert_str_eq(fault.text, faults[i].why);
        cr_assert_eq(fault.line, faults[i].line + 1, "%s: line %u", text, fault.line);
        cr_assert_eq(fault.column, faults[i].column, "%s: column %u", text, fault.column);
        cr_assert_eq(cim_repo_class(repo, default_ns(repo), "Before", &object), WBEM_E_NOT_FOUND);
        cim_repo_close(repo);
    }
}

/* Forms that the grammar of the WMI pages does not have and the samples of the Windows SDK do. */
Test(mof, what_samples_write_beside_the_grammar_is_read)
{
    static const char text[] =
        "#pragma classflags(64)\n"
        "#pragma namespace(\"\\\\root\\\\cimv2\\\\Below\")\n"
        "class A { [key] string K; sint32 N = 3; };\n"
        "instance of A { K = \"k\"; [PropertyContext(\"ask\"), Dynamic] N; };\n"
        "class Consumer : __EventConsumer { [key] string Name; };\n"
        "instance of __EventConsumerProviderRegistration {\n"
        "  provider = \"__Win32Provider.Name=\\\"P\\\"\"; ConsumerClassNames = {\"Consumer\"}; "
        "};\n";
    struct cim_repo *repo = open_memory();
    struct cim_object *object = NULL;
    const struct cim_property *property;
    struct mof_fault fault;
    struct cim_path path;
    int64_t ns;

    cr_assert_eq(compile(repo, text, &fault), 0, "%s", fault.text);
    cr_assert_eq(cim_repo_namespace(repo, "root\\cimv2\\Below", false, &ns), 0);
    cr_assert_eq(cim_path_parse("A.K=\"k\"", &path), 0);
    cr_assert_eq(cim_repo_instance(repo, ns, &path, &object), 0);
    property = cim_property(object, "N");
    cr_assert_eq(property->value.one.i, 3);
    cr_assert(cim_flagged(&property->qualifiers, "Dynamic"));
    cim_object_unref(object);
    cim_path_done(&path);
    cim_repo_close(repo);
}

Test(mof, a_registration_refers_to_its_provider_and_twice_is_once)
{
    static const char text[] =
        "#pragma namespace(\"\\\\\\\\.\\\\root\\\\default\")\n"
        "instance of __Win32Provider as $P { Name = \"N\"; CLSID = \"{0}\"; };\n"
        "instance of __ClassProviderRegistration { provider = $P; SuppportsBatching = TRUE;\n"
        "  SupportsBatching = FALSE; SupportsEnumeration = TRUE; };\n";
    struct cim_repo *repo = open_memory();
    struct cim_object *object = NULL;
    struct mof_fault fault;
    struct cim_path path;

    cr_assert_eq(compile(repo, text, &fault), 0, "%s", fault.text);
    cr_assert_eq(compile(repo, text, &fault), 0, "%s", fault.text);
    cr_assert_eq(cim_path_parse("__ClassProviderRegistration.provider="
                                "\"__Win32Provider.Name=\\\"n\\\"\"",
                                &path),
                 0);
    cr_assert_eq(cim_repo_instance(repo, default_ns(repo), &path, &object), 0);
    cr_assert_str_eq(cim_property(object, "provider")->value.one.s, "__Win32Provider.Name=\"N\"");
    cr_assert_eq(cim_property(object, "InteractionType")->value.one.i, 0);
    cr_assert(!cim_property(object, "SupportsGet")->value.one.b);
    cim_object_unref(object);
    cim_path_done(&path);
    cim_repo_close(repo);
}

Test(mof, key_counts_with_any_value_and_others_only_when_true)
{
    struct cim_repo *repo = open_memory();
    struct cim_object *object;
    struct mof_fault fault;

    cr_assert_eq(compile(repo, "[dynamic(false)] class A { [key(false)] string K; };", &fault), 0);
    object = class_of(repo, "A");
    cr_assert(cim_is_key(cim_property(object, "K")));
    cr_assert(!cim_flagged(&object->qualifiers, "dynamic"));
    cim_object_unref(object);
    cim_repo_close(repo);
}
