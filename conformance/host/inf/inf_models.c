/* Decorations: what they say, whom they fit, and which of them is the closest. */
#include "conformance/host/inf/inf_models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const architectures[] = {
    [INF_ANY] = "",        [INF_X86] = "x86", [INF_IA64] = "ia64",
    [INF_AMD64] = "amd64", [INF_ARM] = "arm", [INF_ARM64] = "arm64"};

enum { ARCHITECTURES = sizeof(architectures) / sizeof(architectures[0]), NUMBERS = 5 };

static bool read_architecture(const char *text, size_t length, enum inf_architecture *ret)
{
    for (int i = 0; i < ARCHITECTURES; i++) {
        if (strlen(architectures[i]) == length &&
            strncasecmp(text, architectures[i], length) == 0) {
            *ret = (enum inf_architecture)i;
            return true;
        }
    }
    return false;
}

/* Each behind a full stop, with nothing of it for one that is not said. */
static bool read_numbers(const char *at, unsigned numbers[NUMBERS], bool are_said[NUMBERS])
{
    for (int i = 0; *at; i++) {
        char *end;
        size_t length = strcspn(++at, ".");

        if (i == NUMBERS)
            return false;
        are_said[i] = length != 0;
        if (length) {
            bool is_hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
            unsigned long value = at[0] >= '0' && at[0] <= '9' ? strtoul(at, &end, is_hex ? 16 : 10)
                                                               : (end = (char *)at, 0ul);

            if (end != at + length || value > 0xffffffff)
                return false;
            numbers[i] = (unsigned)value;
        }
        at += length;
    }
    return true;
}

bool inf_decoration(const char *text, struct inf_decoration *ret)
{
    struct inf_decoration it = {.architecture = INF_ANY};
    unsigned numbers[NUMBERS] = {0};
    bool are_said[NUMBERS] = {false};
    size_t length = strcspn(text, ".");

    if (length < 2 || strncasecmp(text, "NT", 2) != 0 ||
        !read_architecture(text + 2, length - 2, &it.architecture) ||
        !read_numbers(text + length, numbers, are_said))
        return false;
    it.has_version = are_said[0] || are_said[1];
    it.has_product = are_said[2];
    it.has_suite = are_said[3];
    it.major = numbers[0];
    it.minor = numbers[1];
    it.product = numbers[2];
    it.suite = numbers[3];
    it.build = numbers[4];
    *ret = it;
    return true;
}

/* Only x86 takes what names no architecture. */
static bool architecture_fits(enum inf_architecture architecture, enum inf_architecture of)
{
    return architecture == of || (architecture == INF_ANY && of == INF_X86);
}

static bool version_fits(const struct inf_decoration *decoration, const struct inf_system *system)
{
    if (!decoration->has_version)
        return true;
    if (decoration->major != system->major)
        return decoration->major < system->major;
    if (decoration->minor != system->minor)
        return decoration->minor < system->minor;
    return decoration->build <= system->build;
}

bool inf_decoration_fits(const struct inf_decoration *decoration, const struct inf_system *system)
{
    return architecture_fits(decoration->architecture, system->architecture) &&
           version_fits(decoration, system) &&
           (!decoration->has_product || decoration->product == system->product) &&
           (!decoration->has_suite || (decoration->suite & system->suite) == decoration->suite);
}

int inf_decoration_compare(const struct inf_decoration *a, const struct inf_decoration *b)
{
    const unsigned of[][2] = {
        {a->architecture != INF_ANY, b->architecture != INF_ANY},
        {a->has_version, b->has_version},
        {a->major, b->major},
        {a->minor, b->minor},
        {a->build, b->build},
        {a->has_product, b->has_product},
        {a->has_suite, b->has_suite},
    };

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        if (of[i][0] != of[i][1])
            return of[i][0] > of[i][1] ? 1 : -1;
    }
    return 0;
}

bool inf_decorated(const char *name, const char *decoration, char ret[INF_EXPANDED])
{
    int length = snprintf(ret, INF_EXPANDED, "%s%s%s", name, *decoration ? "." : "", decoration);

    return length >= 0 && length < INF_EXPANDED;
}

bool inf_models_name(const struct inf_strings *strings, const struct inf_entry *manufacturer,
                     char ret[INF_EXPANDED])
{
    return inf_expand(strings, inf_value(strings->inf, manufacturer, 0).text, ret, NULL, NULL);
}

const struct inf_section *inf_models(const struct inf_strings *strings,
                                     const struct inf_entry *manufacturer,
                                     const struct inf_system *system)
{
    struct inf_decoration best = {.architecture = INF_ANY}, one;
    char name[INF_EXPANDED], text[INF_EXPANDED], chosen[INF_EXPANDED] = "";
    bool any = system->architecture == INF_X86; /* for which the plain one is */

    for (size_t i = 1; i < inf_value_count(manufacturer); i++) {
        if (!inf_expand(strings, inf_value(strings->inf, manufacturer, i).text, text, NULL, NULL) ||
            !inf_decoration(text, &one) || !inf_decoration_fits(&one, system) ||
            (*chosen && inf_decoration_compare(&one, &best) <= 0))
            continue;
        best = one;
        memcpy(chosen, text, sizeof(chosen));
        any = true;
    }
    if (!any || !inf_models_name(strings, manufacturer, text) || !inf_decorated(text, chosen, name))
        return NULL;
    return inf_section(strings->inf, name);
}

const struct inf_section *inf_install(const struct inf *inf, const char *name,
                                      enum inf_architecture architecture, char ret[INF_EXPANDED])
{
    char of_architecture[16];
    const char *const decorations[] = {of_architecture, "NT", ""};

    snprintf(of_architecture, sizeof(of_architecture), "NT%s", architectures[architecture]);
    for (size_t i = 0; i < sizeof(decorations) / sizeof(decorations[0]); i++) {
        const struct inf_section *section = NULL;

        if (inf_decorated(name, decorations[i], ret))
            section = inf_section(inf, ret);
        if (section)
            return section;
    }
    return NULL;
}
