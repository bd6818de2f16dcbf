/* Defects of creating: which method there is, names, formats, sizes; and of what a storage is to
 * those who look at it from elsewhere. */
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

#define CREATE(token)                                                                              \
    METHOD(token, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,            \
           const WCHAR *name, IMDSPStorage **made)
#define CREATE_2(token)                                                                            \
    METHOD(token, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD extended,                 \
           WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,         \
           IMDSPStorage **made)
#define WITH_METADATA(token)                                                                       \
    METHOD(token, IMDSPStorage4, CreateStorageWithMetadata, DWORD attributes, const WCHAR *name,   \
           IWMDMMetaData *metadata, ULONGLONG size, IMDSPStorage **made)

static bool is_folder(DWORD attributes)
{
    return attributes & WMDM_FILE_ATTR_FOLDER;
}

/* ---- what there is, and what it makes */
CREATE(CREATE_NOT_THERE)
{
    return is_folder(attributes) ? CREATE_NOT_THERE_book(This, attributes, format, name, made)
                                 : WMDM_E_NOTSUPPORTED;
}

CREATE(FOLDER_NOT_MADE)
{
    return is_folder(attributes) ? WMDM_E_NOTSUPPORTED
                                 : FOLDER_NOT_MADE_book(This, attributes, format, name, made);
}

CREATE(FOLDER_IS_FILE)
{
    if (is_folder(attributes))
        attributes = (attributes & ~(DWORD)WMDM_FILE_ATTR_FOLDER) | WMDM_FILE_ATTR_FILE;
    return FOLDER_IS_FILE_book(This, attributes, format, name, made);
}

CREATE(BEFORE_REFUSED)
{
    return attributes & WMDM_STORAGECONTROL_INSERTBEFORE
               ? E_INVALIDARG
               : BEFORE_REFUSED_book(This, attributes, format, name, made);
}

CREATE_2(CREATE_2_NOT_THERE)
{
    return is_folder(attributes) || size
               ? CREATE_2_NOT_THERE_book(This, attributes, extended, audio, video, name, size, made)
               : E_NOTIMPL;
}

CREATE_2(CREATE_2_NEEDS_FORMAT)
{
    return is_folder(attributes) || size || audio
               ? CREATE_2_NEEDS_FORMAT_book(This, attributes, extended, audio, video, name, size,
                                            made)
               : E_INVALIDARG;
}

static bool was_extended;

CREATE_2(CREATED_EXTENDED)
{
    was_extended |= extended == 1;
    return CREATED_EXTENDED_book(This, attributes, 0, audio, video, name, size, made);
}

METHOD_AS(EXTENDED_SAID, CREATED_EXTENDED, IMDSPStorage4, GetAttributes2, DWORD *attributes,
          DWORD *extended, WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    HRESULT hr = EXTENDED_SAID_book(This, attributes, extended, audio, video);

    if (hr == S_OK)
        *extended = was_extended;
    return hr;
}

/* ---- names */
CREATE(TAKEN_E_FAIL)
{
    return hr_swap(TAKEN_E_FAIL_book(This, attributes, format, name, made),
                   HRESULT_FROM_WIN32(ERROR_FILE_EXISTS), E_FAIL);
}

/* The old bearer is emptied, and stays the one. */
CREATE(TAKEN_EMPTIED)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = TAKEN_EMPTIED_book(This, attributes, format, name, made);
    struct mtpi *mtpi = sp_storage_mtpi(self);
    const uint32_t parameters[] = {0, 0, 0};
    uint32_t emptied[3];
    struct mtpi_response response;

    if (hr != HRESULT_FROM_WIN32(ERROR_FILE_EXISTS))
        return hr;
    memcpy(emptied, parameters, sizeof(emptied));
    if (sp_child_by_name(self->device, self->storage, self->handle, name, &emptied[0]) == S_OK &&
        mtpi_begin_edit(mtpi, emptied[0]) == 0) {
        (void)mtpi_transact(mtpi, MTP_OP_TRUNCATE_OBJECT, emptied, 3, NULL, &response);
        (void)mtpi_end_edit(mtpi, emptied[0]);
    }
    return hr;
}

static bool has_separator(const WCHAR *name)
{
    while (name && *name && *name != u'/' && *name != u'\\')
        name++;
    return name && *name;
}

CREATE(ODD_NAME_E_FAIL)
{
    HRESULT hr = ODD_NAME_E_FAIL_book(This, attributes, format, name, made);

    return has_separator(name) && FAILED(hr) ? E_FAIL : hr;
}

/* Into the folder that stands before the separator. */
CREATE(ODD_NAME_LEADS)
{
    IMDSPStorage *folder = NULL;
    HRESULT hr;

    if (!has_separator(name) || This->lpVtbl->GetStorage(This, u"a", &folder) != S_OK)
        return ODD_NAME_LEADS_book(This, attributes, format, name, made);
    hr = ODD_NAME_LEADS_book((IMDSPStorage4 *)folder, attributes, format, name + 2, made);
    IMDSPStorage_Release(folder);
    return hr;
}

/* ---- formats and sizes */
CREATE(NULL_FORMAT_REFUSED)
{
    return !format && (attributes & WMDM_FILE_ATTR_DATA)
               ? E_INVALIDARG
               : NULL_FORMAT_REFUSED_book(This, attributes, format, name, made);
}

CREATE(FORMAT_IGNORED)
{
    (void)format;
    return FORMAT_IGNORED_book(This, attributes, NULL, name, made);
}

METHOD(FORMATS_NEEDED, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    return audio || video ? FORMATS_NEEDED_book(This, attributes, extended, audio, video)
                          : E_INVALIDARG;
}

METHOD(FORMATS_CLEARED, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    if (video)
        memset(video, 0, sizeof(*video));
    return FORMATS_CLEARED_book(This, attributes, extended, audio, video);
}

METHOD(ATTRIBUTES_STUB, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    (void)attributes;
    (void)format;
    (void)ATTRIBUTES_STUB_book;
    return This ? S_OK : E_NOTIMPL;
}

/* How much may be written, by what was announced. */
static uint64_t room;

#define ROOM(token, taken)                                                                         \
    METHOD_AS(token##_ANNOUNCED, token, IMDSPStorage4, CreateStorage2, DWORD attributes,           \
              DWORD extended, WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name,      \
              ULONGLONG size, IMDSPStorage **made)                                                 \
    {                                                                                              \
        room = (taken) ? size : UINT64_MAX;                                                        \
        return token##_ANNOUNCED_book(This, attributes, extended, audio, video, name, size, made); \
    }                                                                                              \
    METHOD(token, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)                         \
    {                                                                                              \
        return size && *size >= room + !room ? HRESULT_FROM_WIN32(ERROR_DISK_FULL)                 \
                                             : token##_book(This, data, size, mac);                \
    }

ROOM(UNKNOWN_IS_NONE, !size)
ROOM(ANNOUNCED_IS_LESS, size)

/* ---- without metadata */
WITH_METADATA(METADATA_NEEDED)
{
    return metadata ? METADATA_NEEDED_book(This, attributes, name, metadata, size, made)
                    : E_INVALIDARG;
}

WITH_METADATA(METADATA_NOT_EMPTY)
{
    UINT count = 1;

    if (metadata)
        (void)metadata->lpVtbl->GetItemCount(metadata, &count);
    return count ? METADATA_NOT_EMPTY_book(This, attributes, name, metadata, size, made)
                 : E_INVALIDARG;
}

/* A folder, whatever it is called. */
WITH_METADATA(WITHOUT_METADATA_FOLDER)
{
    if (!metadata)
        attributes = (attributes & ~(DWORD)WMDM_FILE_ATTR_FILE) | WMDM_FILE_ATTR_FOLDER;
    return WITHOUT_METADATA_FOLDER_book(This, attributes, name, metadata, size, made);
}

/* ---- one object of several interfaces */
METHOD(OBJECT_BY_ITSELF, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    IMDSPStorage *twin = NULL;
    HRESULT hr;

    if (!IsEqualIID(riid, &IID_IMDSPObject) ||
        FAILED(sp_storage_new(self->device, self->storage, self->handle, &twin)))
        return OBJECT_BY_ITSELF_book(This, riid, object);
    hr = OBJECT_BY_ITSELF_book((IMDSPStorage4 *)twin, riid, object);
    IMDSPStorage_Release(twin);
    return hr;
}

METHOD(STATE_BY_ITSELF, IMDSPObject2, Close)
{
    static unsigned closes;

    return closes++ ? WMDM_E_CALL_OUT_OF_SEQUENCE : STATE_BY_ITSELF_book(This);
}

/* ---- the way up */
METHOD(PARENT_OF_ITSELF, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    HRESULT hr = PARENT_OF_ITSELF_book(This, parent);

    return hr == S_FALSE ? This->lpVtbl->QueryInterface(This, &IID_IMDSPStorage, (void **)parent)
                         : hr;
}

/* What was moved has the parent that it had. */
static struct {
    uint32_t handle, parent;
} moved;

METHOD_AS(MOVE_NOTED, PARENT_BEFORE_MOVE, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress,
          IMDSPStorage *target)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    struct mtpi_object_info info = {0};

    if (self->handle && SUCCEEDED(sp_storage_info(self, &info))) {
        moved.handle = self->handle;
        moved.parent = info.parent;
        mtpi_object_info_done(&info);
    }
    return MOVE_NOTED_book(This, mode, progress, target);
}

METHOD(PARENT_BEFORE_MOVE, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);

    return moved.handle && self->handle == moved.handle && parent
               ? sp_storage_new(self->device, self->storage, moved.parent, parent)
               : PARENT_BEFORE_MOVE_book(This, parent);
}
