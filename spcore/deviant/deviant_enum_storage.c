/* Defects of IMDSPEnumStorage: what is left, what is past the end, what a clone is. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

METHOD(PARTIAL_NEXT_OK, IMDSPEnumStorage, Next, ULONG wanted, IMDSPStorage **storages, ULONG *taken)
{
    return hr_swap(PARTIAL_NEXT_OK_book(This, wanted, storages, taken), S_FALSE, S_OK);
}

METHOD(SKIP_PAST_END_OK, IMDSPEnumStorage, Skip, ULONG wanted, ULONG *taken)
{
    return hr_swap(SKIP_PAST_END_OK_book(This, wanted, taken), S_FALSE, S_OK);
}

/* A clone tells whether anything is left. */
METHOD(RESET_AT_END_LOST, IMDSPEnumStorage, Reset)
{
    IMDSPEnumStorage *clone = NULL;
    ULONG left = 1;

    if (SUCCEEDED(This->lpVtbl->Clone(This, &clone))) {
        (void)clone->lpVtbl->Skip(clone, 1, &left);
        clone->lpVtbl->Release(clone);
    }
    return left ? RESET_AT_END_LOST_book(This) : S_OK;
}

METHOD(CLONE_STUB, IMDSPEnumStorage, Clone, IMDSPEnumStorage **clone)
{
    return take_back(CLONE_STUB_book(This, clone), clone, E_NOTIMPL);
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
