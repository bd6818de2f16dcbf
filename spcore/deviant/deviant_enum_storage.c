/* Defects of IMDSPEnumStorage: what is left, what is past the end, what a clone is. */
#include "spcore/com/com_object.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

/* How many are left; a clone tells, and ends where it is skipped to. */
static ULONG left_of(IMDSPEnumStorage *This)
{
    IMDSPEnumStorage *clone = NULL;
    ULONG left = 0;

    if (FAILED(This->lpVtbl->Clone(This, &clone)))
        return 0;
    (void)clone->lpVtbl->Skip(clone, 0x7fffffff, &left);
    clone->lpVtbl->Release(clone);
    return left;
}

/* ---- Next */
METHOD(NEXT_STUB, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = NEXT_STUB_book(This, 0, storages, taken);

    (void)wanted;
    return hr_swap(hr, S_OK, E_NOTIMPL);
}

METHOD(STORAGES_NULL_OK, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
       ULONG *taken)
{
    HRESULT hr = STORAGES_NULL_OK_book(This, wanted, storages, taken);

    return storages ? hr : hr_swap(hr, E_INVALIDARG, S_FALSE);
}

METHOD(NONE_ENDS, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    ULONG skipped = 0;

    if (!wanted)
        (void)This->lpVtbl->Skip(This, 0x7fffffff, &skipped);
    return NONE_ENDS_book(This, wanted, storages, taken);
}

METHOD(NEXT_LAST_FALSE, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = NEXT_LAST_FALSE_book(This, wanted, storages, taken);

    return wanted > 1 && !left_of(This) ? hr_swap(hr, S_OK, S_FALSE) : hr;
}

METHOD(NEXT_COUNTS_LESS, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
       ULONG *taken)
{
    HRESULT hr = NEXT_COUNTS_LESS_book(This, wanted, storages, taken);

    if (SUCCEEDED(hr) && taken && *taken > 1)
        --*taken;
    return hr;
}

METHOD(PARTIAL_NEXT_OK, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    return hr_swap(PARTIAL_NEXT_OK_book(This, wanted, storages, taken), S_FALSE, S_OK);
}

METHOD(PARTIAL_NEXT_DROPS, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
       ULONG *taken)
{
    HRESULT hr = PARTIAL_NEXT_DROPS_book(This, wanted, storages, taken);

    for (ULONG i = 0; hr == S_FALSE && taken && i < *taken; i++)
        (void)take_back(hr, &storages[i], hr);
    if (hr == S_FALSE && taken)
        *taken = 0;
    return hr;
}

METHOD(END_COUNTS_ONE, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = END_COUNTS_ONE_book(This, wanted, storages, taken);

    if (hr == S_FALSE && taken && !*taken)
        *taken = 1;
    return hr;
}

METHOD(STORAGES_SLOT_KEPT, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
       ULONG *taken)
{
    IMDSPStorage *before = storages && wanted ? storages[0] : NULL;
    HRESULT hr = STORAGES_SLOT_KEPT_book(This, wanted, storages, taken);

    if (hr == S_FALSE && storages && !storages[0])
        storages[0] = before;
    return hr;
}

METHOD(NEXT_REPEATS, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = NEXT_REPEATS_book(This, wanted, storages, taken);

    if (FAILED(hr) || wanted < 2 || !storages[1])
        return hr;
    storages[1]->lpVtbl->Release(storages[1]);
    storages[1] = storages[0];
    storages[1]->lpVtbl->AddRef(storages[1]);
    return hr;
}

/* ---- Skip */
METHOD(SKIP_STUB, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    HRESULT hr = SKIP_STUB_book(This, wanted, taken);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(SKIP_WITHIN_FALSE, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    HRESULT hr = SKIP_WITHIN_FALSE_book(This, wanted, taken);
    IMDSPEnumStorage *clone = NULL;
    ULONG more = 0;

    if (hr != S_OK || FAILED(This->lpVtbl->Clone(This, &clone)))
        return hr;
    (void)SKIP_WITHIN_FALSE_book(clone, 1, &more);
    clone->lpVtbl->Release(clone);
    return more ? S_FALSE : hr;
}

METHOD(SKIP_PAST_END_OK, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    return hr_swap(SKIP_PAST_END_OK_book(This, wanted, taken), S_FALSE, S_OK);
}

METHOD(SKIP_COUNTS_WANTED, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    HRESULT hr = SKIP_COUNTS_WANTED_book(This, wanted, taken);

    if (SUCCEEDED(hr) && taken)
        *taken = wanted;
    return hr;
}

/* Skip of a clone: where this one stands stays. */
static HRESULT skip_aside(HRESULT (*skip)(IMDSPEnumStorage *, ULONG, ULONG *),
                          IMDSPEnumStorage *This, ULONG wanted, ULONG *taken)
{
    IMDSPEnumStorage *clone = NULL;
    HRESULT hr = This->lpVtbl->Clone(This, &clone);

    if (FAILED(hr))
        return hr;
    hr = skip(clone, wanted, taken);
    clone->lpVtbl->Release(clone);
    return hr;
}

METHOD(SKIP_STANDS_STILL, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    return skip_aside(SKIP_STANDS_STILL_book, This, wanted, taken);
}

METHOD(SKIP_PAST_END_STAYS, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    HRESULT hr = skip_aside(SKIP_PAST_END_STAYS_book, This, wanted, taken);

    return hr == S_OK ? SKIP_PAST_END_STAYS_book(This, wanted, taken) : hr;
}

/* ---- Reset */
METHOD(RESET_STUB, IMDSPEnumStorage, Reset)
{
    return hr_swap(RESET_STUB_book(This), S_OK, WMDM_E_NOTSUPPORTED);
}

METHOD(RESET_FALSE, IMDSPEnumStorage, Reset)
{
    return hr_swap(RESET_FALSE_book(This), S_OK, S_FALSE);
}

METHOD(RESET_AT_END_LOST, IMDSPEnumStorage, Reset)
{
    return left_of(This) ? RESET_AT_END_LOST_book(This) : S_OK;
}

METHOD(RESET_AMID_LOST, IMDSPEnumStorage, Reset)
{
    return left_of(This) ? S_OK : RESET_AMID_LOST_book(This);
}

static bool is_reset;

METHOD(RESET_REORDERS, IMDSPEnumStorage, Reset)
{
    is_reset = true;
    return RESET_REORDERS_book(This);
}

METHOD_AS(REORDERED_NEXT, RESET_REORDERS, IMDSPEnumStorage, Next, ULONG wanted,
          IMDSPStorage **storages, ULONG *taken)
{
    HRESULT hr = REORDERED_NEXT_book(This, wanted, storages, taken);

    if (SUCCEEDED(hr) && is_reset && wanted > 1 && storages[1]) {
        IMDSPStorage *first = storages[0];

        storages[0] = storages[1];
        storages[1] = first;
    }
    is_reset = false;
    return hr;
}

/* ---- Clone */
METHOD(CLONE_STUB, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    return take_back(CLONE_STUB_book(This, clone), clone, E_NOTIMPL);
}

METHOD(CLONE_AT_START, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    HRESULT hr = CLONE_AT_START_book(This, clone);

    return SUCCEEDED(hr) ? (*clone)->lpVtbl->Reset(*clone) : hr;
}

METHOD(CLONE_OF_END_AT_START, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    IMDSPEnumStorage *probe = NULL;
    HRESULT hr = CLONE_OF_END_AT_START_book(This, clone);
    ULONG left = 0;

    if (FAILED(hr) || FAILED(CLONE_OF_END_AT_START_book(This, &probe)))
        return hr;
    (void)IMDSPEnumStorage_Skip(probe, 0x7fffffff, &left);
    IMDSPEnumStorage_Release(probe);
    if (!left)
        (void)IMDSPEnumStorage_Reset(*clone);
    return hr;
}

METHOD(CLONE_SHARES, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    HRESULT hr = take_back(CLONE_SHARES_book(This, clone), clone, S_OK);

    if (SUCCEEDED(hr)) {
        This->lpVtbl->AddRef(This);
        *clone = This;
    }
    return hr;
}

/* As each of COM's objects begins; the clone made last, and what it was made of. */
struct head {
    struct com_object com;
    IMDSPEnumStorage IMDSPEnumStorage_iface;
};
static IMDSPEnumStorage *last_clone;
static const struct com_object *original;
static bool is_dead;

METHOD(CLONE_DIES, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    HRESULT hr = CLONE_DIES_book(This, clone);

    if (SUCCEEDED(hr)) {
        last_clone = *clone;
        original = &SELF(head, IMDSPEnumStorage)->com;
        is_dead = false;
    }
    return hr;
}

METHOD_AS(DEAD_NEXT, CLONE_DIES, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages,
          ULONG *taken)
{
    return This == last_clone && is_dead ? E_FAIL : DEAD_NEXT_book(This, wanted, storages, taken);
}

void seam_released(const struct com_object *object)
{
    is_dead |= object == original;
}
