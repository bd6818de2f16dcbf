/* Defects of what Windows Explorer needs. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* What was written in part is not deleted. */
static uint64_t announced;
static uint32_t in_part;

METHOD_AS(COPY_ANNOUNCED, PART_OF_COPY_STAYS, IMDSPStorage4, CreateStorage2, DWORD attributes,
          DWORD extended, WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name,
          ULONGLONG size, IMDSPStorage **made)
{
    announced = size;
    return COPY_ANNOUNCED_book(This, attributes, extended, audio, video, name, size, made);
}

METHOD_AS(COPY_CLOSED, PART_OF_COPY_STAYS, IMDSPObject2, Close)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    if (self->mode == MDSP_WRITE && self->size < announced)
        in_part = self->handle;
    return COPY_CLOSED_book(This);
}

METHOD(PART_OF_COPY_STAYS, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    return self->handle && self->handle == in_part ? S_OK
                                                   : PART_OF_COPY_STAYS_book(This, mode, progress);
}

METHOD(COPY_SHORT, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = COPY_SHORT_book(This, low, high);

    if (hr == S_OK && *low == 65536)
        *low = 0;
    return hr;
}

#define SPACE_E_FAIL(token, method)                                                                \
    METHOD(token, IMDSPStorageGlobals, method, DWORD *low, DWORD *high)                            \
    {                                                                                              \
        return hr_swap(token##_book(This, low, high), S_OK, WMDM_E_NOTSUPPORTED);                  \
    }

SPACE_E_FAIL(NO_TOTAL_SIZE, GetTotalSize)
SPACE_E_FAIL(NO_TOTAL_FREE, GetTotalFree)
SPACE_E_FAIL(NO_TOTAL_BAD, GetTotalBad)

METHOD(SMALL_BAD_UNSAID, IMDSPStorageGlobals, GetTotalBad, DWORD *low, DWORD *high)
{
    DWORD size[2] = {0};

    (void)This->lpVtbl->GetTotalSize(This, &size[0], &size[1]);
    return size[1] ? SMALL_BAD_UNSAID_book(This, low, high) : WMDM_E_NOTSUPPORTED;
}

METHOD(NOT_PLUG_AND_PLAY, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    (void)path;
    (void)NOT_PLUG_AND_PLAY_book;
    if (count)
        *count = 0;
    if (devices)
        *devices = NULL;
    return This ? WMDM_E_NOTSUPPORTED : E_FAIL;
}

METHOD(FORMAT_UNWATCHED, IMDSPStorageGlobals, Initialize, UINT mode, IWMDMProgress *progress)
{
    HRESULT hr;

    if (progress)
        IWMDMProgress_Begin(progress, 1);
    hr = FORMAT_UNWATCHED_book(This, mode, NULL);
    if (progress)
        IWMDMProgress_End(progress);
    return hr;
}
