/* An INF as an installation goes through it: [Version], strings, [Manufacturer], models, and of
 * each install section the plan. */
#include "conformance/host/inf/inf_lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_sections.h"
#include "spcore/base.h"

struct lint {
    const struct inf *inf;
    struct inf_strings strings;   /* of no language */
    bool *is_used;                /* by string */
    bool *is_planned, *is_listed; /* by section: installed, and of models */
    struct inf_library library;
    struct inf_at at; /* of the field at work */
    int error;
};

#define LINT(lint, at, row, fix, ...)                                                              \
    inf_find((lint)->inf->findings, (lint)->inf->name, at, row, fix, __VA_ARGS__)

static void value_of(const struct lint *lint, const struct inf_entry *entry, size_t index,
                     char ret[INF_EXPANDED])
{
    (void)inf_expand(&lint->strings, inf_value(lint->inf, entry, index).text, ret, NULL, NULL);
}

/* ---- [Version] */

/* Of a device's INF. */
static const struct {
    const char *key, *fix;
} of_device[] = {
    {"Class", "write Class = NAME"},
    {"ClassGuid", "write ClassGuid = {GUID} of that class"},
    {"Provider", "write Provider = %NAME%"},
    {"DriverVer", "write DriverVer = MM/DD/YYYY,W.X.Y.Z, or have stampinf do it"},
};

static void lint_signature(const struct lint *lint, const struct inf_section *version)
{
    static const char FIX[] = "write Signature = \"$Windows NT$\"";
    const struct inf_entry *entry = inf_entry(lint->inf, version, "Signature");
    char text[INF_EXPANDED];

    if (!entry) {
        LINT(lint, version->at, "SVC-VER-001", FIX, "[Version] has no Signature");
        return;
    }
    value_of(lint, entry, 0, text);
    if (strcasecmp(text, "$Windows NT$") != 0 && strcasecmp(text, "$Chicago$") != 0)
        LINT(lint, inf_value(lint->inf, entry, 0).at, "SVC-VER-001", FIX,
             "the signature %s is none of Windows", text);
}

static void lint_version(const struct lint *lint)
{
    const struct inf_section *version = inf_section(lint->inf, "Version");
    const struct inf_entry *class = inf_entry(lint->inf, version, "ClassGuid");
    char text[INF_EXPANDED];

    if (!version) {
        LINT(lint, ((struct inf_at){1, 1}), "SVC-VER-001",
             "begin with [Version] and its Signature = \"$Windows NT$\"", "there is no [Version]");
        return;
    }
    lint_signature(lint, version);
    for (size_t i = 0; inf_section(lint->inf, "Manufacturer") && i < ARRAY_SIZE(of_device); i++) {
        if (!inf_entry(lint->inf, version, of_device[i].key))
            LINT(lint, version->at, "SVC-VER-002", of_device[i].fix, "[Version] has no %s",
                 of_device[i].key);
    }
    if (!class)
        return;
    value_of(lint, class, 0, text);
    if (!inf_is_guid(text))
        LINT(lint, inf_value(lint->inf, class, 0).at, "SVC-VER-002",
             "write {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}", "ClassGuid %s is no GUID in braces",
             text);
}

void inf_lint_version(const struct inf_strings *strings)
{
    struct lint lint = {.inf = strings->inf, .strings = *strings};

    lint_version(&lint);
}

/* ---- strings */

static void token(void *context, const char *name, const struct inf_string *string)
{
    struct lint *lint = context;

    if (string)
        lint->is_used[string - lint->strings.strings] = true;
    else
        LINT(lint, lint->at, "SVC-STR-001",
             "define it in [Strings]; % signs that begin no token are written twice",
             "%%%s%% is not defined", name);
}

static void lint_field(struct lint *lint, const struct inf_field *field)
{
    char text[INF_EXPANDED];

    if (!strchr(field->text, '%'))
        return;
    lint->at = field->at;
    if (!inf_expand(&lint->strings, field->text, text, token, lint))
        LINT(lint, field->at, "SVC-SYN-012", "make the strings shorter",
             "with its strings in place it is longer than %d characters", INF_FIELD_MAX);
}

static void lint_tokens(struct lint *lint)
{
    unsigned langid;

    for (size_t i = 0; i < lint->inf->section_count; i++) {
        const struct inf_section *section = lint->inf->sections[i];

        if (inf_strings_language(section->name, &langid))
            continue;
        for (const struct inf_entry *e = inf_first(lint->inf, section); e;
             e = inf_next(lint->inf, e)) {
            for (size_t k = 0; k < e->count; k++)
                lint_field(lint, &lint->inf->fields[e->first + k]);
        }
    }
}

/* Each language is held against all of the file: there may be many. */
static bool may_go_on(struct lint *lint)
{
    return lint->library.work++ < INF_WORK_MAX;
}

/* A service is found by its name, which may not depend on who installs it. */
static void lint_service_names(struct lint *lint, const struct inf_section *section,
                               const struct inf_strings *strings)
{
    char name[INF_EXPANDED], other[INF_EXPANDED];

    for (size_t i = 0; i < lint->inf->entry_count && may_go_on(lint); i++) {
        const struct inf_entry *entry = &lint->inf->entries[i];
        struct inf_field field = inf_value(lint->inf, entry, 0);

        if (strcasecmp(inf_key(lint->inf, entry), "AddService") != 0 || !strchr(field.text, '%'))
            continue;
        value_of(lint, entry, 0, name);
        (void)inf_expand(strings, field.text, other, NULL, NULL);
        if (strcmp(name, other) != 0)
            LINT(lint, field.at, "SVC-SVC-015", "write the name itself, without a token",
                 "the service %s is %s with [%s]", name, other, section->name);
    }
}

/* One section serves an installation: what it lacks, no other has for it. */
static void lint_language(struct lint *lint, const struct inf_section *section)
{
    struct inf_strings strings;

    lint->error = inf_strings_of(lint->inf, section, &strings);
    if (lint->error)
        return;
    for (size_t i = 0; i < strings.count; i++) {
        if (inf_has_dirid(strings.strings[i].value.text))
            LINT(lint, strings.strings[i].value.at, "SVC-STR-006",
                 "write the folder where the string is used",
                 "a folder's number stands for none in a string");
    }
    for (size_t i = 0; i < lint->strings.count && may_go_on(lint); i++) {
        if (lint->is_used[i] && !inf_string(&strings, lint->strings.strings[i].key))
            LINT(lint, section->at, "SVC-STR-005", "add it: strings of other sections do not count",
                 "[%s] has no %s", section->name, lint->strings.strings[i].key);
    }
    lint_service_names(lint, section, &strings);
    inf_strings_done(&strings);
}

static void lint_strings(struct lint *lint)
{
    unsigned langid;

    lint_tokens(lint);
    for (size_t i = 0; i < lint->inf->section_count && !lint->error; i++) {
        if (inf_strings_language(lint->inf->sections[i]->name, &langid))
            lint_language(lint, lint->inf->sections[i]);
    }
}

/* ---- install sections */

/* A device has one function driver. */
void inf_lint_services(const struct inf_plan *plan)
{
    const struct inf_step *first = NULL;

    for (size_t i = 0; i < plan->count; i++) {
        const struct inf_step *step = &plan->steps[i];

        if (step->kind != INF_SERVICE || !(step->flags & INF_ASSOCIATED_SERVICE))
            continue;
        if (first)
            inf_find(step->inf->findings, step->inf->name, step->at, "SVC-SVC-009",
                     "leave 0x2 to the one service that is the driver",
                     "%s is a second function driver, after %s", step->name, first->name);
        else
            first = step;
    }
}

/* Each once, however many models have it. */
static void lint_install(struct lint *lint, const struct inf_section *section, const char *name,
                         bool is_of_device)
{
    struct inf_plan plan = {.is_of_device = is_of_device};

    if (lint->is_planned[section->index])
        return;
    lint->is_planned[section->index] = true;
    inf_plan(&lint->strings, &lint->library, name, &plan);
    if (plan.failed)
        lint->error = -ENOMEM;
    else
        inf_lint_services(&plan);
    if (!lint->error)
        inf_lint_player(&plan);
    inf_plan_done(&plan);
}

static bool has_id(const struct inf *inf, const struct inf_entry *model)
{
    size_t i = 1;

    while (i < inf_value_count(model) && !*inf_value(inf, model, i).text)
        i++;
    return i < inf_value_count(model);
}

static void lint_model(struct lint *lint, const struct inf_entry *model,
                       enum inf_architecture architecture)
{
    char name[INF_EXPANDED], found[INF_EXPANDED];
    const struct inf_section *section;
    struct inf_field field;

    if (!model->has_key || !has_id(lint->inf, model))
        LINT(lint, model->at, "SVC-MOD-008", "write DESCRIPTION = SECTION, HARDWARE-ID",
             "a model without an id of its devices");
    if (!model->has_key)
        return;
    field = inf_value(lint->inf, model, 0);
    inf_check_reference(lint->inf, &field);
    value_of(lint, model, 0, name);
    section = inf_install(lint->inf, name, architecture, found);
    if (section)
        lint_install(lint, section, found, true);
    else
        LINT(lint, field.at, "SVC-MOD-009",
             "write that section, or one of its name with the decoration of an architecture",
             "there is no section [%s] to install", name);
}

static void lint_models(struct lint *lint, const struct inf_section *models,
                        enum inf_architecture architecture)
{
    if (lint->is_listed[models->index])
        return;
    lint->is_listed[models->index] = true;
    for (const struct inf_entry *e = inf_first(lint->inf, models); e && !lint->error;
         e = inf_next(lint->inf, e))
        lint_model(lint, e, architecture);
}

/* ---- [Manufacturer] */

static void lint_decoration(struct lint *lint, const struct inf_entry *manufacturer, size_t index,
                            const char *base)
{
    struct inf_at at = inf_value(lint->inf, manufacturer, index).at;
    char text[INF_EXPANDED], name[INF_EXPANDED];
    struct inf_decoration decoration;
    const struct inf_section *models;

    value_of(lint, manufacturer, index, text);
    if (!inf_decoration(text, &decoration)) {
        LINT(lint, at, "SVC-MOD-001",
             strchr(text, '$') ? "this is a template: judge the INF that stampinf makes of it"
                               : "write NTamd64, NTarm64, NTx86 or one with a version",
             "%s names no Windows", *text ? text : "nothing");
        return;
    }
    models = inf_decorated(base, text, name) ? inf_section(lint->inf, name) : NULL;
    if (models)
        lint_models(lint, models, decoration.architecture);
    else
        LINT(lint, at, "SVC-MOD-007", "write that section, or take the decoration away",
             "there are no models [%s.%s]", base, text);
}

static void lint_manufacturers(struct lint *lint)
{
    const struct inf_section *section = inf_section(lint->inf, "Manufacturer");
    char base[INF_EXPANDED];

    for (const struct inf_entry *e = inf_first(lint->inf, section); e && !lint->error;
         e = inf_next(lint->inf, e)) {
        const struct inf_section *models =
            inf_models_name(&lint->strings, e, base) ? inf_section(lint->inf, base) : NULL;
        struct inf_field field = inf_value(lint->inf, e, 0);

        inf_check_reference(lint->inf, &field);
        if (models)
            lint_models(lint, models, INF_X86);
        else if (inf_value_count(e) < 2)
            LINT(lint, field.at, "SVC-MOD-007",
                 "write that section, or the decorations of those there are",
                 "there are no models [%s]", base);
        for (size_t i = 1; i < inf_value_count(e); i++)
            lint_decoration(lint, e, i, base);
    }
}

/* What is installed without a device. */
static void lint_default_install(struct lint *lint)
{
    char found[INF_EXPANDED];

    for (int i = INF_X86; i <= INF_ARM64 && !lint->error; i++) {
        const struct inf_section *section =
            inf_install(lint->inf, "DefaultInstall", (enum inf_architecture)i, found);

        if (section)
            lint_install(lint, section, found, false);
    }
}

int inf_lint(const struct inf *inf, const char *folder, unsigned code_page)
{
    struct lint lint = {.inf = inf, .library = {.folder = folder, .code_page = code_page}};

    lint.error = inf_strings_of(inf, inf_strings_choose(inf, INF_NEUTRAL), &lint.strings);
    if (lint.error)
        return lint.error;
    lint.is_used = calloc(lint.strings.count + 1, sizeof(*lint.is_used));
    lint.is_planned = calloc(inf->section_count + 1, sizeof(*lint.is_planned));
    lint.is_listed = calloc(inf->section_count + 1, sizeof(*lint.is_listed));
    if (lint.is_used && lint.is_planned && lint.is_listed) {
        lint_version(&lint);
        lint_strings(&lint);
        lint_manufacturers(&lint);
        lint_default_install(&lint);
    } else {
        lint.error = -ENOMEM;
    }
    inf_library_done(&lint.library);
    inf_strings_done(&lint.strings);
    free(lint.is_used);
    free(lint.is_planned);
    free(lint.is_listed);
    return lint.error;
}
