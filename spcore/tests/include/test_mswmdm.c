/* mswmdm.h against the published tables, which are read here and not by way of the generator. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/mswmdm.h"

struct name {
    const char *owner, *name;
    size_t value, size;
    const void *address;
};

static const struct name interfaces[] = {
#define INTERFACE(i) {#i, NULL, sizeof(i##Vtbl) / sizeof(void *), 0, &IID_##i},
#include "spcore/tests/abi_names.def"
#undef INTERFACE
};
static const struct name methods[] = {
#define METHOD(i, m) {#i, #m, offsetof(i##Vtbl, m) / sizeof(void *), 0, NULL},
#include "spcore/tests/abi_names.def"
#undef METHOD
};
static const struct name coclasses[] = {
#define COCLASS(c) {#c, NULL, 0, 0, &CLSID_##c},
#include "spcore/tests/abi_names.def"
#undef COCLASS
};
static const struct name constants[] = {
#define CONSTANT(c) {#c, NULL, (uint32_t)(c), 0, NULL},
#include "spcore/tests/abi_names.def"
#undef CONSTANT
};
static const struct name guids[] = {
#define GUID_CONSTANT(c) {#c, NULL, 0, 0, &c},
#include "spcore/tests/abi_names.def"
#undef GUID_CONSTANT
};
static const struct name texts[] = {
#define TEXT(c) {#c, NULL, 0, sizeof(c), c},
#include "spcore/tests/abi_names.def"
#undef TEXT
};
#define __MACINFO struct __MACINFO
static const struct name fields[] = {
#define FIELD(s, f) {#s, #f, offsetof(s, f), sizeof(((s *)0)->f), (const void *)sizeof(s)},
#include "spcore/tests/abi_names.def"
#undef FIELD
};

#define COUNT(table) (ARRAY_SIZE(table))

static const struct name *find(const struct name *table, size_t count, const char *owner,
                               const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].owner, owner) == 0 && (!name || strcmp(table[i].name, name) == 0))
            return &table[i];
    }
    cr_assert_fail("%s %s is in the table and not in the header", owner, name ? name : "");
    return NULL;
}

static void check_guid(const struct name *name, const char *text)
{
    GUID guid;

    cr_assert(com_guid_parse(text, &guid), "%s", text);
    cr_assert(IsEqualGUID(&guid, name->address), "%s", name->owner);
}

/* Calls `check` with the fields of each line; answers how many there were. */
static unsigned each_row(const char *path, void (*check)(char *const field[7]))
{
    FILE *file = fopen(path, "r");
    char line[4096];
    unsigned count = 0;

    cr_assert_not_null(file, "%s: run from the top of the tree", path);
    while (fgets(line, sizeof(line), file)) {
        char *field[7] = {NULL}, *rest = line;
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < 7 && rest; i++)
            field[i] = strsep(&rest, "\t");
        check(field);
        count++;
    }
    fclose(file);
    return count;
}

static void check_interface(char *const field[7])
{
    const struct name *name;

    if (field[0][0] == 'I') {
        name = find(interfaces, COUNT(interfaces), field[1], NULL);
        check_guid(name, field[2]);
        cr_assert_eq(name->value, strtoul(field[4], NULL, 0), "slots of %s", field[1]);
    } else if (field[0][0] == 'M') {
        name = find(methods, COUNT(methods), field[1], field[3]);
        cr_assert_eq(name->value, strtoul(field[2], NULL, 0), "%s::%s", field[1], field[3]);
    } else {
        check_guid(find(coclasses, COUNT(coclasses), field[1], NULL), field[2]);
    }
}

Test(abi, every_interface_id_and_slot_is_the_published_one)
{
    unsigned count = each_row("fixtures/abi/wmdm_interfaces.tsv", check_interface);

    cr_assert_eq(count, COUNT(interfaces) + COUNT(methods) + COUNT(coclasses));
}

static void check_text(const struct name *name, const char *expected)
{
    WCHAR *wide = com_utf16_from_utf8(expected);

    cr_assert_eq(name->size, (com_wcslen(wide) + 1) * sizeof(WCHAR), "%s", name->owner);
    cr_assert(com_wcseq(name->address, wide), "%s", name->owner);
    CoTaskMemFree(wide);
}

static void check_constant(char *const field[7])
{
    const char *kind = field[1];

    if (strcmp(kind, "guid") == 0)
        check_guid(find(guids, COUNT(guids), field[0], NULL), field[2]);
    else if (strcmp(kind, "wstr") == 0)
        check_text(find(texts, COUNT(texts), field[0], NULL), field[2]);
    else
        cr_assert_eq(find(constants, COUNT(constants), field[0], NULL)->value,
                     (uint32_t)strtoul(field[2], NULL, 0), "%s", field[0]);
}

Test(abi, every_constant_has_the_published_value)
{
    unsigned count = each_row("fixtures/abi/wmdm_constants.tsv", check_constant);

    cr_assert_eq(count, COUNT(constants) + COUNT(guids) + COUNT(texts));
}

static unsigned checked_fields;

static void check_field(char *const field[7])
{
    const struct name *name;

    if (field[0][0] != 'F' || strchr(field[1], '.'))
        return;
    name = find(fields, COUNT(fields), field[1], field[2][0] == '_' ? "ValidValues" : field[2]);
    if (field[2][0] != '_')
        cr_assert_eq(name->size, strtoul(field[6], NULL, 0), "%s.%s", field[1], field[2]);
    cr_assert_eq(name->value, strtoul(field[5], NULL, 0), "%s.%s", field[1], field[2]);
    checked_fields++;
}

static void check_size(char *const field[7])
{
    const struct name *name;

    if (field[0][0] != 'S')
        return;
    name = find(fields, COUNT(fields), field[1], NULL);
    cr_assert_eq((uintptr_t)name->address, strtoul(strstr(field[2], "size64=") + 7, NULL, 0), "%s",
                 field[1]);
}

Test(abi, every_field_stands_where_the_tables_say)
{
    each_row("fixtures/abi/wmdm_structs.tsv", check_field);
    cr_assert_eq(checked_fields, COUNT(fields));
    each_row("fixtures/abi/wmdm_structs.tsv", check_size);
}
