/* The list of the provider's methods (sp/methods.tsv) against the ABI tables and the provider.
 * Runs from the top of the tree; starts the player it talks to and ends it by its process id. */
#include "spcore/tests/methods.h"

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

/* A message of the channel that does not verify closes it. */
static void shut(struct graph *g)
{
    BYTE nonsense[] = "not a message of the channel", *out = NULL;
    DWORD length = 0;

    cr_assert(FAILED(IComponentAuthenticate_SACAuth(g->provided.component, SAC_PROTOCOL_V1, 0,
                                                    nonsense, sizeof(nonsense), &out, &length)));
    CoTaskMemFree(out);
}

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
