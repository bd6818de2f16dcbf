/* Defects of what is shown of a device that is well-formed and not what the device says. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

METHOD(SIZE_HIGH_LOST, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = SIZE_HIGH_LOST_book(This, low, high);

    if (SUCCEEDED(hr) && high)
        *high = 0;
    return hr;
}

METHOD(DATE_YEAR_LATER, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    HRESULT hr = DATE_YEAR_LATER_book(This, date);

    if (SUCCEEDED(hr) && date->wYear)
        date->wYear++;
    return hr;
}

/* ---- children */

METHOD(FIRST_CHILD_LOST, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    HRESULT hr = FIRST_CHILD_LOST_book(This, children);
    ULONG skipped = 0;

    if (hr == S_OK && SELF(sp_storage, IMDSPStorage4)->handle)
        (void)(*children)->lpVtbl->Skip(*children, 1, &skipped);
    return hr;
}

/* A folder in a folder has the children of that. */
METHOD(CHILDREN_OF_PARENT, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **children)
{
    IMDSPStorage *parent = NULL;
    const struct sp_storage *above;
    HRESULT hr = CHILDREN_OF_PARENT_book(This, children);

    if (hr != S_OK || This->lpVtbl->GetParent(This, &parent) != S_OK)
        return hr;
    above = sp_storage_of(parent);
    if (above && above->handle) {
        (*children)->lpVtbl->Release(*children);
        hr = CHILDREN_OF_PARENT_book((IMDSPStorage4 *)parent, children);
    }
    parent->lpVtbl->Release(parent);
    return hr;
}
