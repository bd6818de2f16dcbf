/* The directives of an install section, what they include, and the steps they become. */
#include "conformance/host/inf/inf_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_planner.h"
#include "conformance/host/inf/inf_sections.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

enum { WORK_BYTES = 16 }; /* of a value, for one that is looked at */

/* ---- steps */

struct inf_step *plan_step(const struct planner *planner, const struct inf_entry *entry,
                           enum inf_step_kind kind)
{
    struct inf_plan *plan = planner->plan;

    if (plan->count == INF_STEPS_MAX) {
        plan->is_partial = true;
        return NULL;
    }
    if (plan->count == plan->room) {
        size_t room = plan->room ? 2 * plan->room : 64;
        struct inf_step *more = realloc(plan->steps, room * sizeof(*more));

        if (!more) {
            plan->failed = true;
            return NULL;
        }
        plan->steps = more;
        plan->room = room;
    }
    plan->steps[plan->count] = (struct inf_step){.kind = kind,
                                                 .scope = planner->scope,
                                                 .inf = planner->strings->inf,
                                                 .at = entry->at,
                                                 .owner = plan_copy(planner, planner->owner)};
    return &plan->steps[plan->count++];
}

char *plan_copy(const struct planner *planner, const char *text)
{
    char *copy = strdup(text);

    planner->plan->failed = planner->plan->failed || !copy;
    return copy;
}

void plan_add_bytes(const struct planner *planner, struct inf_step *step, const void *bytes,
                    size_t size)
{
    uint8_t *more = realloc(step->data, step->size + size);

    if (!more) {
        planner->plan->failed = true;
        return;
    }
    memcpy(more + step->size, bytes, size);
    step->data = more;
    step->size += size;
}

void plan_add_string(const struct planner *planner, struct inf_step *step, const char *text)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    size_t count = wide ? com_wcslen(wide) + 1 : 0;

    for (size_t i = 0; i < count; i++)
        put_le16(&wide[i], wide[i]);
    if (wide)
        plan_add_bytes(planner, step, wide, count * sizeof(*wide));
    planner->plan->failed = planner->plan->failed || !wide;
    CoTaskMemFree(wide);
}

void inf_plan_done(struct inf_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct inf_step *step = &plan->steps[i];

        free(step->root);
        free(step->owner);
        free(step->key);
        free(step->name);
        free(step->text);
        free(step->data);
    }
    free(plan->steps);
    *plan = (struct inf_plan){.count = 0};
}

/* ---- entries and values */

static bool may_go_on(const struct planner *planner)
{
    if (planner->library->work < INF_WORK_MAX && planner->plan->count < INF_STEPS_MAX &&
        !planner->plan->failed) {
        planner->library->work++;
        return true;
    }
    planner->plan->is_partial = true;
    return false;
}

const struct inf_entry *plan_first(const struct planner *planner, const struct inf_section *section)
{
    return may_go_on(planner) ? inf_first(planner->strings->inf, section) : NULL;
}

const struct inf_entry *plan_next(const struct planner *planner, const struct inf_entry *entry)
{
    return may_go_on(planner) ? inf_next(planner->strings->inf, entry) : NULL;
}

const struct inf_entry *plan_entry(const struct planner *planner, const struct inf_section *section,
                                   const char *key)
{
    const struct inf_entry *entry = plan_first(planner, section);

    while (entry && strcasecmp(inf_key(planner->strings->inf, entry), key) != 0)
        entry = plan_next(planner, entry);
    return entry;
}

bool inf_number(const char *text, uint32_t absent, uint32_t *ret)
{
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = text + (is_hex ? 2 : 0);
    size_t length = strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
    unsigned long long value;

    if (!*text) {
        *ret = absent;
        return true;
    }
    if (length == 0 || length > 16 || digits[length])
        return false;
    value = strtoull(digits, NULL, is_hex ? 16 : 10);
    if (value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

bool inf_is_guid(const char *text)
{
    static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    for (size_t i = 0; shape[i]; i++) {
        if (shape[i] == 'x' ? !text[i] || !strchr("0123456789abcdefABCDEF", text[i])
                            : text[i] != shape[i])
            return false;
    }
    return text[sizeof(shape) - 1] == '\0';
}

bool inf_has_dirid(const char *text)
{
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        size_t digits = strspn(at + 1, "0123456789");

        if (at[1] == '%')
            at++; /* two that stand for one */
        else if (digits && at[digits + 1] == '%')
            return true;
    }
    return false;
}

struct value {
    const struct planner *planner;
    struct inf_at at;
};

/* The words are inf_lint.c's, so that what both meet is said once. */
static void token(void *context, const char *name, const struct inf_string *string)
{
    const struct value *value = context;

    if (!string)
        PLAN_FIND(value->planner, value->at, "SVC-STR-001",
                  "define it in [Strings]; % signs that begin no token are written twice",
                  "%%%s%% is not defined", name);
}

void plan_value(const struct planner *planner, const struct inf_entry *entry, size_t index,
                char ret[INF_EXPANDED])
{
    struct inf_field field = inf_value(planner->strings->inf, entry, index);
    struct value value = {planner, field.at};

    ret[0] = '\0';
    if (!may_go_on(planner))
        return;
    if (!inf_expand(planner->strings, field.text, ret, token, &value))
        PLAN_FIND(planner, field.at, "SVC-SYN-012", "make the strings shorter",
                  "with its strings in place it is longer than %d characters", INF_FIELD_MAX);
    planner->library->work += strlen(ret) / WORK_BYTES;
}

bool plan_number(const struct planner *planner, const struct inf_entry *entry, size_t index,
                 uint32_t absent, const char *row, uint32_t *ret)
{
    char text[INF_EXPANDED];

    plan_value(planner, entry, index, text);
    if (inf_number(text, absent, ret))
        return true;
    if (strchr(text, '%')) /* a token without a string is found as that */
        return false;
    PLAN_FIND(planner, inf_value(planner->strings->inf, entry, index).at, row,
              "write it in decimal, or in hexadecimal behind 0x", "%s is no number", text);
    return false;
}

const struct inf_section *plan_reference(const struct planner *planner,
                                         const struct inf_entry *entry, size_t index)
{
    const struct inf *inf = planner->strings->inf;
    struct inf_field field = inf_value(inf, entry, index);
    char name[INF_EXPANDED];
    const struct inf_section *section;

    plan_value(planner, entry, index, name);
    section = inf_section(inf, name);
    inf_check_reference(inf, &field);
    if (!section)
        PLAN_FIND(planner, field.at, "SVC-SYN-002", "write that section, or take the name away",
                  "there is no section [%s]", name);
    return section;
}

/* ---- files */

/* Where the files of a section go: "DIRID[,SUBFOLDER]". */
static void folder_of(const struct planner *planner, const char *section, char ret[INF_EXPANDED])
{
    const struct inf *inf = planner->strings->inf;
    const struct inf_section *folders = inf_section(inf, "DestinationDirs");
    const struct inf_entry *entry = plan_entry(planner, folders, section);
    char text[INF_EXPANDED];
    size_t length;

    if (!entry)
        entry = plan_entry(planner, folders, "DefaultDestDir");
    ret[0] = '\0';
    if (!entry)
        return;
    plan_value(planner, entry, 0, ret);
    plan_value(planner, entry, 1, text);
    length = strlen(ret);
    if (*text && length + strlen(text) + 1 < INF_EXPANDED) {
        ret[length] = ',';
        memcpy(ret + length + 1, text, strlen(text) + 1);
    }
}

static void copy_file(const struct planner *planner, const struct inf_entry *entry,
                      const char *name, const char *folder)
{
    struct inf_step *step = plan_step(planner, entry, INF_COPY_FILE);

    if (!step)
        return;
    step->name = plan_copy(planner, name);
    step->key = plan_copy(planner, folder);
}

static void copy_files(const struct planner *planner, const struct inf_entry *entry)
{
    char name[INF_EXPANDED], folder[INF_EXPANDED];

    for (size_t i = 0; i < inf_value_count(entry); i++) {
        const struct inf_section *section;

        plan_value(planner, entry, i, name);
        if (!*name)
            continue;
        folder_of(planner, name, folder);
        if (name[0] == '@') {
            copy_file(planner, entry, name + 1, folder);
            continue;
        }
        section = plan_reference(planner, entry, i);
        for (const struct inf_entry *e = plan_first(planner, section); e;
             e = plan_next(planner, e)) {
            plan_value(planner, e, 0, name);
            if (*name)
                copy_file(planner, e, name, folder);
        }
    }
}

/* ---- interfaces */

static void add_interface(const struct planner *planner, const struct inf_entry *entry)
{
    const struct inf *inf = planner->strings->inf;
    char class[INF_EXPANDED], reference[INF_EXPANDED], owner[2 * INF_EXPANDED];
    struct planner of = *planner;
    struct inf_step *step;
    uint32_t flags = 0;

    plan_value(planner, entry, 0, class);
    plan_value(planner, entry, 1, reference);
    if (!inf_is_guid(class))
        PLAN_FIND(planner, inf_value(inf, entry, 0).at, "SVC-IFC-001",
                  "write {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}",
                  "AddInterface names %s, which is no GUID in braces", *class ? class : "nothing");
    if (plan_number(planner, entry, 3, 0, "SVC-IFC-001", &flags) && flags)
        PLAN_FIND(planner, inf_value(inf, entry, 3).at, "SVC-IFC-001", "take the flags away",
                  "AddInterface has flags 0x%x: expected 0", flags);
    step = plan_step(planner, entry, INF_INTERFACE);
    if (!step)
        return;
    step->name = plan_copy(planner, class);
    step->key = plan_copy(planner, reference);
    step->flags = flags;
    if (!*inf_value(inf, entry, 2).text || !plan_reference(planner, entry, 2))
        return;
    of.scope = INF_OF_INTERFACE;
    snprintf(owner, sizeof(owner), "%s%s%s", class, *reference ? "\\" : "", reference);
    of.owner = owner;
    plan_value(planner, entry, 2, reference);
    of.section = reference;
    plan_section(&of);
}

/* ---- Include and Needs */

static void included_free(struct inf_included *one)
{
    inf_strings_done(&one->strings);
    inf_free(one->inf);
    free(one->path);
    free(one);
}

/* Reads it; what cannot be read is kept as that. NULL: no memory. */
static struct inf_included *included_new(const struct planner *planner, const char *path)
{
    const struct inf_library *library = planner->library;
    struct inf_included *one = calloc(1, sizeof(*one));
    char error[256];

    if (!one || !(one->path = strdup(path))) {
        free(one);
        return NULL;
    }
    if (inf_load(path, library->code_page, planner->strings->inf->findings, &one->inf, error,
                 sizeof(error)))
        return one;
    if (inf_strings_of(one->inf, inf_strings_choose(one->inf, library->langid), &one->strings)) {
        included_free(one);
        return NULL;
    }
    return one;
}

/* The INF of that name, which is read when it is first asked for; NULL: it is not there. */
static const struct inf_included *include(const struct planner *planner, const char *name)
{
    struct inf_library *library = planner->library;
    char path[2 * INF_EXPANDED];
    struct inf_included *one;

    if (!library->folder || strpbrk(name, "/\\") || name[0] == '.' || !*name)
        return NULL;
    snprintf(path, sizeof(path), "%s/%s", library->folder, name);
    for (size_t i = 0; i < library->count; i++) {
        one = library->included[i];
        if (one->inf ? strcasecmp(one->path, path) == 0 : strcmp(one->path, path) == 0)
            return one->inf ? one : NULL;
    }
    one = library->count < INF_INCLUDES_MAX ? included_new(planner, path) : NULL;
    if (!one)
        return NULL;
    library->included[library->count++] = one;
    return one->inf ? one : NULL;
}

void inf_library_done(struct inf_library *library)
{
    for (size_t i = 0; i < library->count; i++)
        included_free(library->included[i]);
    library->count = 0;
}

/* Does the section of that name in what the entries of `from` include. */
static void need_included(const struct planner *planner, const struct inf_section *from,
                          const char *name)
{
    const struct inf *inf = planner->strings->inf;
    char file[INF_EXPANDED];

    for (const struct inf_entry *e = plan_first(planner, from); e; e = plan_next(planner, e)) {
        if (strcasecmp(inf_key(inf, e), "Include") != 0)
            continue;
        for (size_t i = 0; i < inf_value_count(e); i++) {
            const struct inf_included *included;
            struct planner of = *planner;

            plan_value(planner, e, i, file);
            included = include(planner, file);
            if (!included) {
                planner->plan->is_partial = true;
                continue;
            }
            of.strings = &included->strings;
            of.section = name;
            plan_section(&of);
        }
    }
}

static void needs(const struct planner *planner, const struct inf_entry *entry)
{
    const struct inf *inf = planner->strings->inf;
    struct planner deeper = *planner;
    char name[INF_EXPANDED];

    for (size_t i = 0; i < inf_value_count(entry); i++) {
        plan_value(planner, entry, i, name);
        deeper.section = name;
        if (inf_section(inf, name))
            plan_section(&deeper);
        else
            need_included(&deeper, inf_section(inf, planner->section), name);
    }
}

/* ---- sections */

static const struct {
    const char *key;
    plan_directive *run;
} directives[] = {
    {"AddReg", plan_add_reg},         {"DelReg", plan_del_reg},        {"CopyFiles", copy_files},
    {"AddService", plan_add_service}, {"AddInterface", add_interface}, {"Needs", needs},
};

void plan_section(const struct planner *planner)
{
    const struct inf *inf = planner->strings->inf;
    const struct inf_section *section = inf_section(inf, planner->section);
    struct planner deeper = *planner;

    if (++deeper.depth > INF_DEPTH_MAX) {
        planner->plan->is_partial = true;
        return;
    }
    for (const struct inf_entry *e = plan_first(planner, section); e; e = plan_next(planner, e)) {
        for (size_t i = 0; i < ARRAY_SIZE(directives); i++) {
            if (strcasecmp(inf_key(inf, e), directives[i].key) == 0)
                directives[i].run(&deeper, e);
        }
    }
}

void inf_plan(const struct inf_strings *strings, struct inf_library *library, const char *section,
              struct inf_plan *plan)
{
    static const struct {
        const char *name;
        enum inf_scope scope;
    } parts[] = {
        {"", INF_SOFTWARE},
        {"HW", INF_HARDWARE},
        {"Services", INF_SOFTWARE},
        {"Interfaces", INF_SOFTWARE},
    };
    char name[INF_EXPANDED];

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        struct planner planner = {.strings = strings,
                                  .library = library,
                                  .plan = plan,
                                  .scope = parts[i].scope,
                                  .owner = "",
                                  .section = name};

        if (inf_decorated(section, parts[i].name, name))
            plan_section(&planner);
    }
}
