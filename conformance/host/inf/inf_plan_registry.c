/* AddReg and DelReg: entries of the registry with the types that their flags say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_planner.h"
#include "spcore/base.h"

enum { ROOT, SUBKEY, NAME, FLAGS, DATA };

/* What flags may hold: the options, and for WOW64 and what is left out of a type. */
enum { OPTIONS = 0x203f, KINDS_OF_FLAGS = 0x4000 | 0x1000, TYPE_SHIFT = 16 };

static uint32_t type_of(uint32_t flags)
{
    uint32_t upper = flags >> TYPE_SHIFT;

    if (flags & INF_REG_BINARY)
        return upper == 0 ? INF_BINARY : upper == 1 ? INF_DWORD : upper == 2 ? 0 : upper;
    return upper == 0 ? INF_SZ : upper == 1 ? INF_MULTI_SZ : upper == 2 ? INF_EXPAND_SZ : upper;
}

static bool is_root(const char *text)
{
    static const char *const roots[] = {"HKR", "HKLM", "HKCR", "HKCU", "HKU"};
    size_t i = 0;

    while (i < ARRAY_SIZE(roots) && strcasecmp(text, roots[i]) != 0)
        i++;
    return i < ARRAY_SIZE(roots);
}

static void put_strings(const struct planner *planner, const struct inf_entry *entry,
                        struct inf_step *step)
{
    size_t last = step->type == INF_MULTI_SZ ? inf_value_count(entry) : DATA + 1;
    char text[INF_EXPANDED];

    for (size_t i = DATA; i < last; i++) {
        plan_value(planner, entry, i, text);
        plan_add_string(planner, step, text);
        if (i != DATA)
            continue;
        step->text = plan_copy(planner, text);
        step->has_dirid = inf_has_dirid(inf_value(planner->strings->inf, entry, i).text);
    }
    if (step->type == INF_MULTI_SZ)
        plan_add_bytes(planner, step, "\0", 2);
}

static void put_bytes(const struct planner *planner, const struct inf_entry *entry,
                      struct inf_step *step)
{
    char text[INF_EXPANDED], *end;

    for (size_t i = DATA; i < inf_value_count(entry); i++) {
        unsigned long value;
        uint8_t byte;

        plan_value(planner, entry, i, text);
        if (!*text)
            continue;
        value = strtoul(text, &end, 16);
        byte = (uint8_t)value;
        if (*end || value > UINT8_MAX)
            PLAN_FIND(planner, inf_value(planner->strings->inf, entry, i).at, "SVC-REG-007",
                      "write bytes as two hexadecimal digits with commas between",
                      "%s is no byte in hexadecimal", text);
        else
            plan_add_bytes(planner, step, &byte, 1);
    }
}

/* One number, or its bytes one by one. */
static void put_dword(const struct planner *planner, const struct inf_entry *entry,
                      struct inf_step *step)
{
    char text[INF_EXPANDED];
    uint32_t number;
    uint8_t bytes[4];

    if (inf_value_count(entry) > DATA + 1) {
        put_bytes(planner, entry, step);
        return;
    }
    plan_value(planner, entry, DATA, text);
    if (text[0] == '-' && inf_number(text + 1, 0, &number))
        number = 0 - number;
    else if (!plan_number(planner, entry, DATA, 0, "SVC-REG-002", &number))
        return;
    put_le32(bytes, number);
    plan_add_bytes(planner, step, bytes, sizeof(bytes));
}

static void put_data(const struct planner *planner, const struct inf_entry *entry,
                     struct inf_step *step)
{
    if (step->flags & (INF_REG_KEY_ONLY | INF_REG_DELETE))
        return;
    if (step->flags & INF_REG_APPEND && step->type != INF_MULTI_SZ)
        PLAN_FIND(planner, inf_value(planner->strings->inf, entry, FLAGS).at, "SVC-REG-004",
                  "take 0x00010008, or leave 0x8 out",
                  "strings are appended to a value that is no REG_MULTI_SZ");
    if (step->type == INF_DWORD)
        put_dword(planner, entry, step);
    else if (step->flags & INF_REG_BINARY)
        put_bytes(planner, entry, step);
    else
        put_strings(planner, entry, step);
}

static struct inf_step *value_step(const struct planner *planner, const struct inf_entry *entry,
                                   enum inf_step_kind kind)
{
    struct inf_field field = inf_value(planner->strings->inf, entry, ROOT);
    char root[INF_EXPANDED], text[INF_EXPANDED];
    struct inf_step *step;

    plan_value(planner, entry, ROOT, root);
    if (!is_root(root)) {
        PLAN_FIND(planner, field.at, "SVC-REG-001", "begin with HKR, HKLM, HKCR, HKCU or HKU",
                  "%s is no root of the registry", *root ? root : "nothing");
        return NULL;
    }
    step = plan_step(planner, entry, kind);
    if (!step)
        return NULL;
    step->root = plan_copy(planner, root);
    plan_value(planner, entry, SUBKEY, text);
    step->key = plan_copy(planner, text);
    plan_value(planner, entry, NAME, text);
    step->name = plan_copy(planner, text);
    return step;
}

static void set_value(const struct planner *planner, const struct inf_entry *entry)
{
    struct inf_step *step = value_step(planner, entry, INF_SET_VALUE);
    struct inf_field field = inf_value(planner->strings->inf, entry, FLAGS);

    if (!step || !plan_number(planner, entry, FLAGS, 0, "SVC-REG-002", &step->flags))
        return;
    if (step->flags & 0xffff & ~(uint32_t)(OPTIONS | KINDS_OF_FLAGS))
        PLAN_FIND(planner, field.at, "SVC-REG-002", "take a type and options of AddReg's page",
                  "AddReg does not know the flags 0x%x", step->flags);
    step->type = type_of(step->flags);
    put_data(planner, entry, step);
}

static void delete_value(const struct planner *planner, const struct inf_entry *entry)
{
    (void)value_step(planner, entry, INF_DELETE_VALUE);
}

static void each_entry(const struct planner *planner, const struct inf_entry *entry,
                       plan_directive *run)
{
    const struct inf *inf = planner->strings->inf;

    for (size_t i = 0; i < inf_value_count(entry); i++) {
        const struct inf_section *section;

        if (!*inf_value(inf, entry, i).text)
            continue;
        section = plan_reference(planner, entry, i);
        for (const struct inf_entry *e = plan_first(planner, section); e; e = plan_next(planner, e))
            run(planner, e);
    }
}

void plan_add_reg(const struct planner *planner, const struct inf_entry *entry)
{
    each_entry(planner, entry, set_value);
}

void plan_del_reg(const struct planner *planner, const struct inf_entry *entry)
{
    each_entry(planner, entry, delete_value);
}
