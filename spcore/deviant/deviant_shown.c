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
