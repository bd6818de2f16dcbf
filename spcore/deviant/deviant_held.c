/* Defects of what becomes of an open file: when it is renamed, when the folder that it is in is
 * deleted, and where its end is for who writes it. */
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

#define DELETE(token) METHOD(token, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
#define RENAME(token)                                                                              \
    METHOD(token, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)
#define SEEK(token) METHOD(token, IMDSPObject2, Seek, UINT mode, DWORD offset)

static struct sp_storage *self_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2);
}

/* ---- Rename */
RENAME(READER_RENAME_E_FAIL)
{
    return self_of(This)->mode == MDSP_READ ? E_FAIL
                                            : READER_RENAME_E_FAIL_book(This, name, progress);
}

RENAME(HELD_RENAMED)
{
    struct sp_storage *self = self_of(This);
    struct mtpi_value value = {.type = MTP_DTC_STRING,
                               .string = (uint16_t *)(uintptr_t)name}; /* borrowed, not written */
    HRESULT hr = HELD_RENAMED_book(This, name, progress);

    if (hr == WMDM_E_BUSY)
        (void)mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle,
                                         MTP_OPC_OBJECT_FILE_NAME, &value);
    return hr;
}

RENAME(RENAME_ENDS_READER)
{
    if (self_of(This)->mode == MDSP_READ)
        (void)IMDSPObject2_Close(This);
    return RENAME_ENDS_READER_book(This, name, progress);
}

/* ---- Delete */
DELETE(FOLDER_TAKES_OPEN)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = FOLDER_TAKES_OPEN_book(This, mode, progress);

    return hr == WMDM_E_BUSY && kind_is_folder(self)
               ? sp_storage_hr(self, mtpi_delete_object(sp_storage_mtpi(self), self->handle))
               : hr;
}

static uint32_t refused; /* the folder that was last */

DELETE(FOLDER_STAYS_BUSY)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr;

    if (refused && self->handle == refused)
        return WMDM_E_BUSY;
    hr = FOLDER_STAYS_BUSY_book(This, mode, progress);
    if (hr == WMDM_E_BUSY && kind_is_folder(self))
        refused = self->handle;
    return hr;
}

DELETE(PROTECTED_WATCHED_OK)
{
    HRESULT hr = PROTECTED_WATCHED_OK_book(This, mode, progress);

    return progress && !kind_is_folder(self_of(This)) && kind_format(self_of(This)) &&
                   hr != WMDM_E_BUSY
               ? hr_swap(hr, HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED), S_OK)
               : hr;
}

DELETE(WATCHED_PARTIAL_OK)
{
    HRESULT hr = WATCHED_PARTIAL_OK_book(This, mode, progress);

    return progress && FAILED(hr) && hr != WMDM_E_USER_CANCELLED && kind_is_folder(self_of(This))
               ? S_OK
               : hr;
}

/* ---- Seek and Read of what is far */
SEEK(SEEK_OF_32_BITS)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = SEEK_OF_32_BITS_book(This, mode, offset);

    if (SUCCEEDED(hr))
        self->position &= UINT32_MAX;
    return hr;
}

METHOD(FAR_END_FAILS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    const struct sp_storage *self = self_of(This);
    bool is_far_end =
        self->mode == MDSP_READ && self->size > UINT32_MAX && self->position == self->size;
    HRESULT hr = FAR_END_FAILS_book(This, data, size, mac);

    return is_far_end ? hr_swap(hr, S_OK, E_FAIL) : hr;
}

METHOD(FAR_READ_WRAPS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    const uint64_t wrap = self->position > UINT32_MAX ? (uint64_t)UINT32_MAX + 1 : 0;
    HRESULT hr;

    if (wrap && size && *size > self->size - self->position)
        *size = (DWORD)(self->size - self->position);
    self->position -= wrap;
    hr = FAR_READ_WRAPS_book(This, data, size, mac);
    self->position += wrap;
    return hr;
}

METHOD(FAR_WRITE_WRAPS, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    const uint64_t wrap = self->position > UINT32_MAX ? (uint64_t)UINT32_MAX + 1 : 0;
    HRESULT hr;

    self->position -= wrap;
    hr = FAR_WRITE_WRAPS_book(This, data, size, mac);
    self->position += wrap;
    return hr;
}

/* ---- Seek of who writes */
static struct {
    const IMDSPObject2 *file;
    uint64_t size;
} opened; /* the last one */

METHOD_AS(END_OPENED, END_OF_OPEN, IMDSPObject2, Open, UINT mode)
{
    HRESULT hr = END_OPENED_book(This, mode);

    if (SUCCEEDED(hr)) {
        opened.file = This;
        opened.size = self_of(This)->size;
    }
    return hr;
}

SEEK(END_OF_OPEN)
{
    if (mode != MDSP_SEEK_EOF || self_of(This)->mode != MDSP_WRITE || opened.file != This)
        return END_OF_OPEN_book(This, mode, offset);
    return offset > opened.size
               ? E_INVALIDARG
               : END_OF_OPEN_book(This, MDSP_SEEK_BOF, (DWORD)(opened.size - offset));
}

SEEK(WRITER_SEEKS_BEYOND)
{
    struct sp_storage *self = self_of(This);

    if (mode != MDSP_SEEK_BOF || self->mode != MDSP_WRITE)
        return WRITER_SEEKS_BEYOND_book(This, mode, offset);
    self->position = offset;
    return S_OK;
}
