/* The list of the provider's methods (sp/methods.tsv) against the ABI tables and the provider.
 * Runs from the top of the tree; starts the player it talks to and ends it by its process id. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/sac.h"
#include "spcore/sp/sp.h"
#include "spcore/tests/provided.h"

#define ABI "fixtures/abi/wmdm_interfaces.tsv"
#define LIST "spcore/sp/methods.tsv"
#define MAX_ROWS 256
#define MAX_FIELDS 8

/* ---- tables */
struct method {
    char interface[40], name[40], state[16];
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

static size_t split(char *line, char *field[MAX_FIELDS])
{
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    while (line && count < MAX_FIELDS)
        field[count++] = strsep(&line, "\t");
    return count;
}

static void method_row(struct method *row, const char *interface, const char *slot,
                       const char *name)
{
    snprintf(row->interface, sizeof(row->interface), "%s", interface);
    snprintf(row->name, sizeof(row->name), "%s", name);
    row->slot = (unsigned)strtoul(slot, NULL, 10);
}

/* What the provider's side may implement, and so must be in the list. */
static bool of_provider(const char *interface)
{
    return strncmp(interface, "IMDS", 4) == 0 || strcmp(interface, "IComponentAuthenticate") == 0 ||
           strcmp(interface, "IWMDMDeviceSession") == 0;
}

static void abi_row(struct tables *t, char *field[MAX_FIELDS], size_t count)
{
    if (count < 4 || !of_provider(field[1]))
        return;
    if (strcmp(field[0], "I") == 0) {
        struct interface *row = &t->interfaces[t->interface_count++];
        cr_assert(count == 5 && com_guid_parse(field[2], &row->iid), "%s: %s", ABI, field[1]);
        snprintf(row->name, sizeof(row->name), "%s", field[1]);
        row->slots = (unsigned)strtoul(field[4], NULL, 10);
    } else if (strcmp(field[0], "M") == 0) {
        method_row(&t->abi[t->abi_count++], field[1], field[2], field[3]);
    }
}

static void list_row(struct tables *t, char *field[MAX_FIELDS], size_t count)
{
    struct method *row = &t->listed[t->listed_count++];

    cr_assert_eq(count, 7, "%s: %s has %zu columns", LIST, field[0], count);
    method_row(row, field[0], field[1], field[2]);
    snprintf(row->state, sizeof(row->state), "%s", field[3]);
    row->hr = strcmp(field[4], "-") == 0 ? S_OK : (HRESULT)strtoul(field[4], NULL, 16);
}

static void read_table(struct tables *t, const char *path,
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

static struct tables *tables_new(void)
{
    struct tables *t = calloc(1, sizeof(*t));

    cr_assert_not_null(t);
    read_table(t, ABI, abi_row);
    read_table(t, LIST, list_row);
    cr_assert(t->listed_count && t->abi_count && t->interface_count);
    return t;
}

static const struct interface *interface_of(const struct tables *t, const char *name)
{
    size_t i = 0;

    while (i < t->interface_count && strcmp(t->interfaces[i].name, name) != 0)
        i++;
    cr_assert_lt(i, t->interface_count, "%s has no %s", ABI, name);
    return &t->interfaces[i];
}

static size_t times(const struct method *rows, size_t count, const struct method *row)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += rows[i].slot == row->slot && strcmp(rows[i].name, row->name) == 0 &&
                 strcmp(rows[i].interface, row->interface) == 0;
    return found;
}

Test(methods, the_list_names_exactly_the_slots_of_the_abi)
{
    struct tables *t = tables_new();

    for (size_t i = 0; i < t->abi_count; i++)
        cr_expect_eq(times(t->listed, t->listed_count, &t->abi[i]), 1, "%s::%s, slot %u",
                     t->abi[i].interface, t->abi[i].name, t->abi[i].slot);
    for (size_t i = 0; i < t->listed_count; i++)
        cr_expect_eq(times(t->abi, t->abi_count, &t->listed[i]), 1, "%s::%s, slot %u",
                     t->listed[i].interface, t->listed[i].name, t->listed[i].slot);
    free(t);
}

Test(methods, the_list_knows_three_states)
{
    struct tables *t = tables_new();

    for (size_t i = 0; i < t->listed_count; i++) {
        const struct method *m = &t->listed[i];
        bool implemented = strcmp(m->state, "implemented") == 0;
        bool refused = strcmp(m->state, "refused") == 0, absent = strcmp(m->state, "absent") == 0;
        cr_expect(implemented || refused || absent, "%s::%s: %s", m->interface, m->name, m->state);
        cr_expect(implemented || FAILED(m->hr), "%s::%s: no result", m->interface, m->name);
    }
    free(t);
}

/* ---- the player and the objects */
enum { PROVIDER, DEVICE, STORAGE, GLOBALS, ENUM_DEVICE, ENUM_STORAGE, OBJECTS };

struct graph {
    struct tables *tables;
    struct provided provided;
    IMDSPStorage *child;
    IUnknown *object[OBJECTS];
};

static struct graph *graph_new(void)
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

/* A message of the channel that does not verify closes it. */
static void shut(struct graph *g)
{
    BYTE nonsense[] = "not a message of the channel", *out = NULL;
    DWORD length = 0;

    cr_assert(FAILED(IComponentAuthenticate_SACAuth(g->provided.component, SAC_PROTOCOL_V1, 0,
                                                    nonsense, sizeof(nonsense), &out, &length)));
    CoTaskMemFree(out);
}

static void graph_free(struct graph *g)
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
static void *find(const struct graph *g, const char *name)
{
    const struct interface *interface = interface_of(g->tables, name);
    void *found = NULL;

    for (int i = 0; i < OBJECTS && !found; i++)
        (void)IUnknown_QueryInterface(g->object[i], &interface->iid, &found);
    return found;
}

static void *slot(void *interface, unsigned index)
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

static HRESULT call(const struct graph *g, const struct method *m, uint64_t a, uint64_t b,
                    uint64_t c)
{
    IUnknown *interface = find(g, m->interface);
    any_method method;
    void *symbol;
    HRESULT hr;

    cr_assert_not_null(interface, "nobody answers %s", m->interface);
    symbol = slot(interface, m->slot);
    memcpy(&method, &symbol, sizeof(method));
    hr = method(interface, a, b, c, a, b, c, a, b);
    IUnknown_Release(interface);
    return hr;
}

static bool is(const struct method *m, const char *state)
{
    return strcmp(m->state, state) == 0;
}

static bool opens_the_channel(const struct method *m)
{
    return strcmp(m->interface, "IComponentAuthenticate") == 0;
}

Test(methods, no_slot_is_empty)
{
    struct graph *g = graph_new();

    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        IUnknown *interface = is(m, "absent") ? NULL : find(g, m->interface);
        if (is(m, "absent"))
            continue;
        cr_assert_not_null(interface, "nobody answers %s", m->interface);
        for (unsigned k = 0; k < interface_of(g->tables, m->interface)->slots; k++)
            cr_expect_not_null(slot(interface, k), "%s, slot %u", m->interface, k);
        IUnknown_Release(interface);
    }
    graph_free(g);
}

Test(methods, absent_interfaces_are_nobodys)
{
    struct graph *g = graph_new();

    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        for (int k = 0; k < OBJECTS && is(m, "absent"); k++) {
            void *found = g;
            HRESULT hr = IUnknown_QueryInterface(
                g->object[k], &interface_of(g->tables, m->interface)->iid, &found);
            cr_expect_eq(hr, m->hr, "%s of object %d: 0x%08x", m->interface, k, (unsigned)hr);
            cr_expect_eq(hr, E_NOINTERFACE);
            cr_expect_null(found);
        }
    }
    graph_free(g);
}

Test(methods, refusals_answer_what_the_list_says)
{
    struct graph *g = graph_new();
    uint64_t room[64] = {0}; /* good for every parameter that is a pointer */
    uint64_t at = (uint64_t)(uintptr_t)room;

    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        HRESULT hr = is(m, "refused") ? call(g, m, at, at, at) : m->hr;
        cr_expect_eq(hr, m->hr, "%s::%s: 0x%08x", m->interface, m->name, (unsigned)hr);
    }
    graph_free(g);
}

/* With nothing to work on a good method and one that always refuses may both say E_INVALIDARG; that
 * each does its work is what the judge's provider suites are for. */
Test(methods, nothing_implemented_answers_e_notimpl)
{
    struct graph *g = graph_new();

    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        if (is(m, "implemented") && !opens_the_channel(m))
            cr_expect_neq(call(g, m, 0, 0, 0), E_NOTIMPL, "%s::%s", m->interface, m->name);
    }
    graph_free(g);
}

/* The results named for implemented methods are those of thread mode. */
Test(methods, thread_mode_is_refused_where_the_list_says)
{
    struct graph *g = graph_new();
    size_t seen = 0;

    IUnknown_Release(g->object[STORAGE]); /* a root cannot move: its child stands in */
    g->object[STORAGE] = (IUnknown *)g->child;
    IMDSPStorage_AddRef(g->child);
    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        DWORD mode = WMDM_MODE_THREAD;
        HRESULT hr;
        if (!is(m, "implemented") || m->hr == S_OK)
            continue;
        if (strcmp(m->name, "Move") == 0)
            mode |= WMDM_STORAGECONTROL_INSERTINTO;
        hr = call(g, m, mode, 0, (uint64_t)(uintptr_t)g->child);
        cr_expect_eq(hr, m->hr, "%s::%s: 0x%08x", m->interface, m->name, (unsigned)hr);
        seen++;
    }
    cr_expect_gt(seen, 0);
    graph_free(g);
}

Test(methods, without_a_channel_nothing_is_answered)
{
    struct graph *g = graph_new();

    shut(g);
    for (size_t i = 0; i < g->tables->listed_count; i++) {
        const struct method *m = &g->tables->listed[i];
        HRESULT hr;
        if (is(m, "absent") || opens_the_channel(m))
            continue;
        hr = call(g, m, 0, 0, 0);
        cr_expect_eq(hr, WMDM_E_NOTCERTIFIED, "%s::%s: 0x%08x", m->interface, m->name,
                     (unsigned)hr);
    }
    graph_free(g);
}
