/* Strings of several languages, tokens, and which models are for which Windows. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/inf/inf_models.h"

static struct inf_findings findings;

static struct inf *read_inf(const char *text)
{
    struct inf *inf = NULL;
    char error[256];

    cr_assert_eq(
        inf_parse("x.inf", text, strlen(text), 1252, &findings, &inf, error, sizeof(error)), 0,
        "%s", error);
    return inf;
}

/* ---- strings */

static const char *chosen(const char *text, unsigned langid)
{
    static char name[64];
    struct inf *inf = read_inf(text);
    const struct inf_section *section = inf_strings_choose(inf, langid);

    strcpy(name, section ? section->name : "none");
    inf_free(inf);
    return name;
}

Test(inf_strings, the_closest_language_is_chosen)
{
    static const char all[] = "[Strings]\n[Strings.0409]\n[Strings.0007]\n[Strings.0407]\n"
                              "[Strings.04070]\n";

    cr_assert_str_eq(chosen(all, 0x407), "Strings.0407");
    cr_assert_str_eq(chosen(all, 0xc07), "Strings.0007");
    cr_assert_str_eq(chosen(all, 0x40c), "Strings");
    cr_assert_str_eq(chosen(all, INF_NEUTRAL), "Strings");
    cr_assert_str_eq(chosen("[Strings]\n[Strings.0407]\n", 0xc07), "Strings.0407");
    cr_assert_str_eq(chosen("[Strings.0407]\n", 0x409), "none");
}

static char out[INF_EXPANDED];
static unsigned missing;

static void count(void *context, const char *name, const struct inf_string *string)
{
    (void)context;
    (void)name;
    missing += !string;
}

static const char *expanded(const char *text)
{
    struct inf *inf = read_inf("[Strings]\na = \"A\"\nb = %a%\nx%%y = Z\n*pnp\\c.D = D\n"
                               "A = second\nwith blank = W\n");
    struct inf_strings strings;

    missing = 0;
    cr_assert_eq(inf_strings_of(inf, inf_strings_choose(inf, 0), &strings), 0);
    cr_assert(inf_expand(&strings, text, out, count, NULL));
    inf_strings_done(&strings);
    inf_free(inf);
    return out;
}

#define EXPANDS(text, expected, wanted_missing)                                                    \
    do {                                                                                           \
        cr_assert_str_eq(expanded(text), expected, "%s", out);                                     \
        cr_assert_eq(missing, wanted_missing);                                                     \
    } while (0)

Test(inf_strings, tokens_become_strings)
{
    EXPANDS("<%a%>", "<A>", 0);
    EXPANDS("%A%%a%", "AA", 0);
    EXPANDS("%*PNP\\C.d%", "D", 0);
    EXPANDS("%x%%y%", "Z", 0);
    EXPANDS("%with blank%", "W", 0);
}

Test(inf_strings, two_signs_are_one)
{
    EXPANDS("%%SystemRoot%%\\x", "%SystemRoot%\\x", 0);
    EXPANDS("100%%", "100%", 0);
}

Test(inf_strings, what_a_string_holds_is_not_replaced)
{
    EXPANDS("%b%", "%a%", 0);
}

Test(inf_strings, what_is_not_defined_stays_and_is_told)
{
    EXPANDS("%none%", "%none%", 1);
    EXPANDS("%13%\\x", "%13%\\x", 0);
    EXPANDS("50%", "50%", 0);
    EXPANDS("%1\" %a%", "%1\" A", 0);
}

Test(inf_strings, what_tokens_become_has_a_limit)
{
    char *text = malloc(5000);
    struct inf *inf;
    struct inf_strings strings;

    memset(text, 0, 5000);
    strcpy(text, "[Strings]\na=");
    memset(text + 12, 'x', 2048);
    inf = read_inf(text);
    cr_assert_eq(inf_strings_of(inf, inf_strings_choose(inf, 0), &strings), 0);
    cr_assert(inf_expand(&strings, "%a%", out, NULL, NULL));
    cr_assert_not(inf_expand(&strings, "%a%%a%", out, NULL, NULL));
    cr_assert_eq(strlen(out), INF_FIELD_MAX);
    inf_strings_done(&strings);
    inf_free(inf);
    free(text);
}

/* ---- decorations */

static const struct inf_system WINDOWS_10 = {INF_AMD64, 10, 0, 19045, 1, 0};

/* The models section of the first manufacturer, by name. */
static const char *models_of(const char *text, struct inf_system system)
{
    static char name[256];
    struct inf *inf = read_inf(text);
    struct inf_strings strings;
    const struct inf_section *models;

    cr_assert_eq(inf_strings_of(inf, inf_strings_choose(inf, 0), &strings), 0);
    models = inf_models(&strings, inf_first(inf, inf_section(inf, "Manufacturer")), &system);
    strcpy(name, models ? models->name : "none");
    inf_strings_done(&strings);
    inf_free(inf);
    return name;
}

static struct inf_system windows(enum inf_architecture architecture, unsigned major, unsigned minor,
                                 unsigned build)
{
    return (struct inf_system){architecture, major, minor, build, 1, 0};
}

Test(inf_models, the_highest_version_that_is_not_above_is_chosen)
{
    static const char text[] = "[Manufacturer]\n%M%=Foo,NTamd64.6.1,NTamd64.10.0,NTarm64\n"
                               "[Foo.NTamd64.6.1]\n[Foo.NTamd64.10.0]\n[Foo.NTarm64]\n[Foo]\n";

    cr_assert_str_eq(models_of(text, WINDOWS_10), "Foo.NTamd64.10.0");
    cr_assert_str_eq(models_of(text, windows(INF_AMD64, 6, 3, 9600)), "Foo.NTamd64.6.1");
    cr_assert_str_eq(models_of(text, windows(INF_AMD64, 5, 1, 2600)), "none");
    cr_assert_str_eq(models_of(text, windows(INF_ARM64, 10, 0, 22000)), "Foo.NTarm64");
    cr_assert_str_eq(models_of(text, windows(INF_X86, 10, 0, 19045)), "Foo");
}

Test(inf_models, a_build_counts_within_its_version_alone)
{
    static const char text[] =
        "[Manufacturer]\nM=Foo,NTamd64.10.0...22000\n[Foo.NTamd64.10.0...22000]\n";

    cr_assert_str_eq(models_of(text, WINDOWS_10), "none");
    cr_assert_str_eq(models_of(text, windows(INF_AMD64, 10, 0, 22000)), "Foo.NTamd64.10.0...22000");
    cr_assert_str_eq(models_of(text, windows(INF_AMD64, 11, 0, 1)), "Foo.NTamd64.10.0...22000");
    cr_assert_str_eq(models_of(text, windows(INF_AMD64, 6, 3, 99999)), "none");
}

Test(inf_models, a_version_is_closer_than_a_suite)
{
    static const char text[] = "[Manufacturer]\nM=Foo,NT,NT.5,NT.5.5,NT....0x80\n"
                               "[Foo.NT]\n[Foo.NT.5]\n[Foo.NT.5.5]\n[Foo.NT....0x80]\n";
    struct inf_system xp = windows(INF_X86, 5, 1, 2600);

    cr_assert_str_eq(models_of(text, xp), "Foo.NT.5");
    xp.suite = 0x80;
    cr_assert_str_eq(models_of(text, xp), "Foo.NT.5");
    cr_assert_str_eq(models_of(text, windows(INF_X86, 4, 0, 0)), "Foo.NT");
}

Test(inf_models, what_names_no_architecture_is_for_x86)
{
    static const char text[] = "[Manufacturer]\nFoo\n[Foo]\n";

    cr_assert_str_eq(models_of(text, WINDOWS_10), "none");
    cr_assert_str_eq(models_of(text, windows(INF_X86, 10, 0, 0)), "Foo");
}

Test(inf_models, a_decoration_is_written_in_one_way)
{
    struct inf_decoration decoration;

    cr_assert(inf_decoration("NTamd64.10.0.1..22000", &decoration));
    cr_assert_eq(decoration.product, 1);
    cr_assert_eq(decoration.build, 22000);
    cr_assert(inf_decoration("ntX86.0x5.1", &decoration));
    cr_assert_eq(decoration.major, 5);
    cr_assert_not(inf_decoration("NTpdp11", &decoration));
    cr_assert_not(inf_decoration("NTx86.5.1.2.3.4.5", &decoration));
    cr_assert_not(inf_decoration("NTx86.five", &decoration));
    cr_assert_not(inf_decoration("NTx86.-5", &decoration));
    cr_assert_not(inf_decoration("", &decoration));
}

Test(inf_models, an_install_section_has_the_closest_suffix)
{
    struct inf *inf = read_inf("[X]\n[X.NT]\n[X.NTarm64]\n[Y]\n");
    char name[INF_EXPANDED];

    cr_assert_not_null(inf_install(inf, "X", INF_ARM64, name));
    cr_assert_str_eq(name, "X.NTarm64");
    cr_assert_not_null(inf_install(inf, "X", INF_AMD64, name));
    cr_assert_str_eq(name, "X.NT");
    cr_assert_not_null(inf_install(inf, "Y", INF_AMD64, name));
    cr_assert_str_eq(name, "Y");
    cr_assert_null(inf_install(inf, "Z", INF_AMD64, name));
    inf_free(inf);
}
