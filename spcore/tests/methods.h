/* The table of the provider's methods (sp/methods.tsv), what the ABI's table says of each, and an
 * object of every class to call them on: of a papsim of the test's own. Runs from the top of the
 * tree. */
#ifndef SPCORE_TESTS_METHODS_H
#define SPCORE_TESTS_METHODS_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_guid.h"
#include "spcore/tests/provided.h"

#define ABI "fixtures/abi/wmdm_interfaces.tsv"
#define LIST "spcore/sp/methods.tsv"
#define MAX_ROWS 256
#define MAX_FIELDS 8

/* ---- tables */
struct method {
    char interface[40], name[40], state[16];
    char parameters[400]; /* of the ABI's rows: as they stand there */
    unsigned slot;
    HRESULT hr; /* 0: none named */
};
struct interface {
    char name[40];
    GUID iid;
    unsigned slots;
};
struct tables {
    struct method listed[MAX_ROWS], abi[MAX_ROWS];
    struct interface interfaces[MAX_ROWS];
    size_t listed_count, abi_count, interface_count;
};

static inline size_t split(char *line, char *field[MAX_FIELDS])
{
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    while (line && count < MAX_FIELDS)
        field[count++] = strsep(&line, "\t");
    return count;
}

static inline void method_row(struct method *row, const char *interface, const char *slot,
                              const char *name)
{
    snprintf(row->interface, sizeof(row->interface), "%s", interface);
    snprintf(row->name, sizeof(row->name), "%s", name);
    row->slot = (unsigned)strtoul(slot, NULL, 10);
}

/* What the provider's side may implement, and so must be in the list. */
static inline bool of_provider(const char *interface)
{
    return strncmp(interface, "IMDS", 4) == 0 || strcmp(interface, "IComponentAuthenticate") == 0 ||
           strcmp(interface, "IWMDMDeviceSession") == 0;
}

static inline void abi_row(struct tables *t, char *field[MAX_FIELDS], size_t count)
{
    if (count < 4 || !of_provider(field[1]))
        return;
    if (strcmp(field[0], "I") == 0) {
        struct interface *row = &t->interfaces[t->interface_count++];
        cr_assert(count == 5 && com_guid_parse(field[2], &row->iid), "%s: %s", ABI, field[1]);
        snprintf(row->name, sizeof(row->name), "%s", field[1]);
        row->slots = (unsigned)strtoul(field[4], NULL, 10);
    } else if (strcmp(field[0], "M") == 0) {
        method_row(&t->abi[t->abi_count], field[1], field[2], field[3]);
        snprintf(t->abi[t->abi_count++].parameters, sizeof(t->abi->parameters), "%s",
                 count > 5 ? field[5] : "");
    }
}

static inline void list_row(struct tables *t, char *field[MAX_FIELDS], size_t count)
{
    struct method *row = &t->listed[t->listed_count++];

    cr_assert_eq(count, 7, "%s: %s has %zu columns", LIST, field[0], count);
    method_row(row, field[0], field[1], field[2]);
    snprintf(row->state, sizeof(row->state), "%s", field[3]);
    row->hr = strcmp(field[4], "-") == 0 ? S_OK : (HRESULT)strtoul(field[4], NULL, 16);
}

static inline void read_table(struct tables *t, const char *path,
                              void (*take)(struct tables *, char *[MAX_FIELDS], size_t))
{
    FILE *file = fopen(path, "r");
    char *line = NULL, *field[MAX_FIELDS];
    size_t room = 0;

    cr_assert_not_null(file, "%s: run from the top of the tree", path);
    while (getline(&line, &room, file) > 0) {
        cr_assert_lt(t->listed_count, MAX_ROWS);
        cr_assert(t->abi_count < MAX_ROWS && t->interface_count < MAX_ROWS);
        if (line[0] != '#')
            take(t, field, split(line, field));
    }
    free(line);
    fclose(file);
}

static inline struct tables *tables_new(void)
{
    struct tables *t = calloc(1, sizeof(*t));

    cr_assert_not_null(t);
    read_table(t, ABI, abi_row);
    read_table(t, LIST, list_row);
    cr_assert(t->listed_count && t->abi_count && t->interface_count);
    return t;
}

static inline const struct interface *interface_of(const struct tables *t, const char *name)
{
    size_t i = 0;

    while (i < t->interface_count && strcmp(t->interfaces[i].name, name) != 0)
        i++;
    cr_assert_lt(i, t->interface_count, "%s has no %s", ABI, name);
    return &t->interfaces[i];
}

/* ---- the player and the objects */
enum { PROVIDER, DEVICE, STORAGE, GLOBALS, ENUM_DEVICE, ENUM_STORAGE, OBJECTS };

struct graph {
    struct tables *tables;
    struct provided provided;
    IMDSPStorage *child;
    IUnknown *object[OBJECTS];
};

static inline struct graph *graph_new(void)
{
    struct graph *g = calloc(1, sizeof(*g));
    IMDSPEnumStorage *children = NULL;
    IMDSPDevice *device;
    IMDSPStorage *root = NULL;
    ULONG fetched = 0;

    cr_assert_not_null(g);
    g->tables = tables_new();
    provide(&g->provided, "pap-player");
    g->object[PROVIDER] = (IUnknown *)g->provided.provider;
    cr_assert_eq(IMDServiceProvider3_EnumDevices(g->provided.provider,
                                                 (IMDSPEnumDevice **)&g->object[ENUM_DEVICE]),
                 S_OK);
    device = g->provided.device;
    g->object[DEVICE] = (IUnknown *)device;
    cr_assert_eq(IMDSPDevice_EnumStorage(device, (IMDSPEnumStorage **)&g->object[ENUM_STORAGE]),
                 S_OK);
    cr_assert_eq(
        IMDSPEnumStorage_Next((IMDSPEnumStorage *)g->object[ENUM_STORAGE], 1, &root, &fetched),
        S_OK);
    g->object[STORAGE] = (IUnknown *)root;
    cr_assert_eq(IMDSPStorage_GetStorageGlobals(root, (IMDSPStorageGlobals **)&g->object[GLOBALS]),
                 S_OK);
    cr_assert_eq(IMDSPStorage_EnumStorage(root, &children), S_OK);
    cr_assert_eq(IMDSPEnumStorage_Next(children, 1, &g->child, &fetched), S_OK);
    IMDSPEnumStorage_Release(children);
    return g;
}

static inline void graph_free(struct graph *g)
{
    IMDSPStorage_Release(g->child);
    for (int i = OBJECTS - 1; i >= 0; i--) {
        if (i != PROVIDER && i != DEVICE)
            IUnknown_Release(g->object[i]);
    }
    provide_end(&g->provided);
    free(g->tables);
    free(g);
}

/* ---- slots */
/* Of which object is the interface? The vtable of an absent one is NULL. */
static inline void *find(const struct graph *g, const char *name)
{
    const struct interface *interface = interface_of(g->tables, name);
    void *found = NULL;

    for (int i = 0; i < OBJECTS && !found; i++)
        (void)IUnknown_QueryInterface(g->object[i], &interface->iid, &found);
    return found;
}

static inline void *slot(void *interface, unsigned index)
{
    void *const *vtable;

    memcpy(&vtable, interface, sizeof(vtable));
    return vtable[index];
}

/* All parameters are integers or pointers. In the x86-64 System V convention each of those takes
 * one register or eight bytes of stack, the caller clears the stack, and who asks for fewer does
 * not see the others: one type of function calls every method. */
typedef HRESULT (*any_method)(void *, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                              uint64_t, uint64_t);

#endif
