/* Defects of what is protected: its files, the licence-store file, and what is handed in directly.
 */
#include <stdlib.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_licence.h"
#include "spcore/sp/sp_rights.h"

#define OBJECT (SELF(sp_storage, IMDSPObject2))

/* ---- what files hold */
enum { MARK = 58 }; /* of the object in a header that says how it is protected */
static const BYTE simulated[] = {0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x69, 0x4c};
static const BYTE foreign[] = {0xfb, 0xb3, 0x11, 0x22, 0x23, 0xbd, 0xd2, 0x11};
static const BYTE store[] = {0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x74, 0x53};

static bool is_at(const BYTE *data, DWORD size, DWORD at, const BYTE mark[8])
{
    return size >= at + 8 && memcmp(data + at, mark, 8) == 0;
}

/* Another byte there, where the file has that mark and is of `least` bytes at least. */
static void alter(struct sp_storage *self, DWORD at, const BYTE mark[8], DWORD least)
{
    struct mtpi *mtpi = sp_storage_mtpi(self);
    BYTE head[512];
    uint32_t got = 0;

    if (mtpi_get_partial_object(mtpi, self->handle, 0, sizeof(head), head, &got) || got < least ||
        !is_at(head, got, at, mark) || mtpi_begin_edit(mtpi, self->handle))
        return;
    head[at + 15] ^= 1;
    (void)mtpi_send_partial_object(mtpi, self->handle, at + 15, head + at + 15, 1, &got);
    (void)mtpi_end_edit(mtpi, self->handle);
}

#define CLOSES(token, at, mark, least)                                                             \
    METHOD(token, IMDSPObject2, Close)                                                             \
    {                                                                                              \
        bool is_written = OBJECT->mode == MDSP_WRITE;                                              \
        HRESULT hr = token##_book(This);                                                           \
                                                                                                   \
        if (hr == S_OK && is_written)                                                              \
            alter(OBJECT, at, mark, least);                                                        \
        return hr;                                                                                 \
    }
CLOSES(LICENCE_STRIPPED, MARK, simulated, 0)
CLOSES(PROTECTION_STRIPPED, MARK, foreign, 0)
CLOSES(STORE_UPDATE_LOST, 0, store, 100)

METHOD(PROTECTED_NOT_CLEAR, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)
{
    return data && size && is_at(data, *size, MARK, simulated)
               ? HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)
               : PROTECTED_NOT_CLEAR_book(This, data, size);
}

METHOD(PROTECTED_UNREADABLE, IMDSPObject2, ReadOnClearChannel, BYTE *data, DWORD *size)
{
    HRESULT hr = PROTECTED_UNREADABLE_book(This, data, size);

    return hr == S_OK && is_at(data, *size, MARK, simulated)
               ? HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)
               : hr;
}

METHOD(PROTECTED_READ_OTHERWISE, IMDSPObject2, ReadOnClearChannel, BYTE *data, DWORD *size)
{
    HRESULT hr = PROTECTED_READ_OTHERWISE_book(This, data, size);

    if (hr == S_OK && is_at(data, *size, MARK, simulated))
        data[*size - 1] ^= 1;
    return hr;
}

/* ---- the licence-store file */
#define FOUND(token)                                                                               \
    METHOD(token, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
#define IS_STORE(name) ((name) && com_wcseq((name), SP_LICENCE_STORE))

FOUND(STORE_HIDDEN)
{
    HRESULT hr = STORE_HIDDEN_book(This, name, storage);

    if (hr == S_OK && IS_STORE(name)) {
        IMDSPStorage_Release(*storage);
        *storage = NULL;
        hr = S_FALSE;
    }
    return hr;
}

FOUND(STORE_MISSING_FAILS)
{
    HRESULT hr = STORE_MISSING_FAILS_book(This, name, storage);

    return hr == S_FALSE && IS_STORE(name) ? WMDM_E_LICENSE_NOTEXIST : hr;
}

/* What is in the root's folders goes. */
static void undo(struct sp_storage *root)
{
    struct mtpi_u32_array folders = {0}, files = {0};

    (void)sp_children(root->device, root->storage, 0, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        if (FAILED(sp_children(root->device, root->storage, folders.item[i], &files)))
            continue;
        for (size_t k = 0; k < files.count; k++)
            (void)mtpi_delete_object(sp_storage_mtpi(root), files.item[k]);
        free(files.item);
    }
    free(folders.item);
}

FOUND(STORE_MISSING_UNDOES)
{
    HRESULT hr = STORE_MISSING_UNDOES_book(This, name, storage);

    if (hr == S_FALSE && IS_STORE(name))
        undo(SELF(sp_storage, IMDSPStorage4));
    return hr;
}

static bool is_store_missed;
FOUND(STORE_MISSING_UNPLAYS)
{
    HRESULT hr = STORE_MISSING_UNPLAYS_book(This, name, storage);

    is_store_missed |= hr == S_FALSE && IS_STORE(name);
    return hr;
}

METHOD_AS(STORE_MISSING_UNPLAYS_then, STORE_MISSING_UNPLAYS, IMDSPStorage4, GetAttributes,
          DWORD *attributes, WAVEFORMATEX *format)
{
    HRESULT hr = STORE_MISSING_UNPLAYS_then_book(This, attributes, format);

    if (hr == S_OK && is_store_missed)
        *attributes ^= WMDM_FILE_ATTR_CANPLAY;
    return hr;
}

/* Of all but the first read of it. */
METHOD(STORE_READ_OTHERWISE, IMDSPObject2, Open, UINT mode)
{
    static bool is_done;

    if (mode == MDSP_READ && !is_done) {
        uint32_t got = 0;
        BYTE head[16];

        is_done = mtpi_get_partial_object(sp_storage_mtpi(OBJECT), OBJECT->handle, 0, sizeof(head),
                                          head, &got) == 0 &&
                  is_at(head, got, 0, store);
        if (is_done)
            alter(OBJECT, 0, store, 0);
    }
    return STORE_READ_OTHERWISE_book(This, mode);
}

/* ---- what is handed in directly */
SEAM(sp_rights_admit);
HRESULT __wrap_sp_rights_admit(struct sp_storage *target, const BYTE *head, size_t length)
{
    static const struct {
        enum sp_defect defect;
        HRESULT from, to;
    } swaps[] = {
        {SP_DEFECT_PROTECTED_COPIED, HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED), S_OK},
        {SP_DEFECT_PROTECTED_NEVER, S_OK, WMDM_E_NORIGHTS},
        {SP_DEFECT_PLAIN_NEEDS_LEVEL, S_OK, WMDM_E_INCORRECT_APPSEC},
        {SP_DEFECT_TEST_PAIR_SUFFICES, WMDM_E_INCORRECT_APPSEC, S_OK},
        {SP_DEFECT_NORIGHTS_E_FAIL, WMDM_E_NORIGHTS, E_FAIL},
        {SP_DEFECT_OTHER_RIGHTS_E_FAIL, WMDM_E_INCORRECT_RIGHTS, E_FAIL},
        {SP_DEFECT_NO_LICENCE_E_FAIL, WMDM_E_LICENSE_NOTEXIST, E_FAIL},
        {SP_DEFECT_EXPIRED_E_FAIL, WMDM_E_LICENSE_EXPIRED, E_FAIL},
        {SP_DEFECT_EXPIRED_IGNORED, WMDM_E_LICENSE_EXPIRED, S_OK},
        {SP_DEFECT_REVOKED_E_FAIL, WMDM_E_REVOKED, E_FAIL},
    };
    struct sp_licence licence;
    bool is_clear = sp_licence_header(head, length, &licence) == SP_CLEAR;
    HRESULT hr = __real_sp_rights_admit(target, head, length);

    for (size_t i = 0; i < ARRAY_SIZE(swaps); i++) {
        bool is_for_clear = swaps[i].defect == SP_DEFECT_PLAIN_NEEDS_LEVEL;

        if (sp_deviates(swaps[i].defect) && is_clear == is_for_clear)
            hr = hr_swap(hr, swaps[i].from, swaps[i].to);
    }
    return hr;
}

SEAM(sp_licence_next);
bool __wrap_sp_licence_next(const BYTE *bytes, size_t length, const GUID *content, size_t *cursor,
                            enum sp_record *ret_kind, WMDMRIGHTS *ret_rights)
{
    bool is = __real_sp_licence_next(bytes, length, content, cursor, ret_kind, ret_rights);

    return is && !(deviates(STORE_UNUSED) && *ret_kind == SP_RECORD_LICENCE);
}

/* Refused, it is there in part. */
METHOD(PROTECTED_LEFT, IMDSPDirectTransfer, TransferToDevice, const WCHAR *path,
       IWMDMOperation *operation, DWORD flags, const WCHAR *name, IWMDMMetaData *metadata,
       IWMDMProgress *progress, IMDSPStorage **made)
{
    HRESULT hr = PROTECTED_LEFT_book(This, path, operation, flags, name, metadata, progress, made);
    const struct sp_creation creation = {
        .attributes = WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, .name = name};
    IMDSPStorage *left = NULL;

    if ((hr == HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED) || hr == WMDM_E_NORIGHTS) &&
        SUCCEEDED(sp_storage_create(SELF(sp_storage, IMDSPDirectTransfer), &creation, &left)))
        IMDSPStorage_Release(left);
    return hr;
}
