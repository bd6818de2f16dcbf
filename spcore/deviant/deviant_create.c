/* Defects of creating: where the new object goes, and which of its announced properties count. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

#define INSERTS                                                                                    \
    ((DWORD)(WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |                  \
             WMDM_STORAGECONTROL_INSERTINTO))

SEAM(sp_storage_create);

static bool is_folder(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle)
        return true;
    if (FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    return info.format == MTP_FC_ASSOCIATION;
}

/* The insert flag that a defect makes of the caller's. */
static DWORD placed(const struct sp_storage *self, DWORD insert)
{
    static const struct {
        enum sp_defect defect;
        DWORD insert, beside; /* what is taken for INSERTINTO; of a root or of a folder */
    } into[] = {
        {SP_DEFECT_BEFORE_IS_INTO, WMDM_STORAGECONTROL_INSERTBEFORE, true},
        {SP_DEFECT_AFTER_IS_INTO, WMDM_STORAGECONTROL_INSERTAFTER, true},
        {SP_DEFECT_BEFORE_ROOT_OK, WMDM_STORAGECONTROL_INSERTBEFORE, false},
        {SP_DEFECT_AFTER_ROOT_OK, WMDM_STORAGECONTROL_INSERTAFTER, false},
    };

    if (deviates(NO_INSERT_OK) && !insert)
        return WMDM_STORAGECONTROL_INSERTINTO;
    if (deviates(SEVERAL_INSERTS_OK))
        return insert & -insert;
    if ((deviates(INTO_FILE_OK) || deviates(INTO_FILE_MADE)) &&
        insert == WMDM_STORAGECONTROL_INSERTINTO && !is_folder(self))
        return WMDM_STORAGECONTROL_INSERTAFTER;
    for (size_t i = 0; i < ARRAY_SIZE(into); i++) {
        if (sp_deviates(into[i].defect) && insert == into[i].insert &&
            into[i].beside == (self->handle != 0) && is_folder(self))
            return WMDM_STORAGECONTROL_INSERTINTO;
    }
    return insert;
}

/* The old bearer of a name that is to be replaced. */
static HRESULT old_bearer(struct sp_storage *self, const struct sp_creation *creation,
                          IMDSPStorage **ret_storage)
{
    uint32_t handle = 0;
    HRESULT hr = S_FALSE;

    if (creation->attributes & WMDM_FILE_CREATE_OVERWRITE)
        hr = sp_child_by_name(self->device, self->storage, self->handle, creation->name, &handle);
    return hr == S_OK ? sp_storage_new(self->device, self->storage, handle, ret_storage) : hr;
}

static bool has_bearer(struct sp_storage *self, const struct sp_creation *creation)
{
    uint32_t handle = 0;

    return !creation->name || sp_child_by_name(self->device, self->storage, self->handle,
                                               creation->name, &handle) != S_FALSE;
}

/* What failed makes the object all the same, and says that it failed. */
static HRESULT make_quietly(struct sp_storage *self, const struct sp_creation *creation, HRESULT hr)
{
    IMDSPStorage *made = NULL;

    if (SUCCEEDED(__real_sp_storage_create(self, creation, &made)))
        made->lpVtbl->Release(made);
    return hr;
}

/* The spoilt creation's own way. */
static HRESULT create(struct sp_storage *self, const struct sp_creation *asked,
                      struct sp_creation *creation, IMDSPStorage **ret_storage)
{
    HRESULT hr;

    if (deviates(OVERWRITE_NEEDS_ONE) && (asked->attributes & WMDM_FILE_CREATE_OVERWRITE) &&
        !has_bearer(self, asked))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (deviates(OVERWRITE_KEEPS) && old_bearer(self, asked, ret_storage) == S_OK)
        return S_OK;
    if (deviates(INTO_FILE_MADE) && creation->attributes != asked->attributes)
        return make_quietly(self, creation, WMDM_E_INVALIDTYPE);
    hr = __real_sp_storage_create(self, creation, ret_storage);
    if (SUCCEEDED(hr) && deviates(OVERWRITE_RENAMES) &&
        (asked->attributes & WMDM_FILE_CREATE_OVERWRITE))
        (void)sp_object_rename(sp_storage_of(*ret_storage), u"copy", NULL);
    if (SUCCEEDED(hr) && creation->metadata && deviates(METADATA_TO_FOLDER))
        (void)sp_metadata_set(self, creation->metadata);
    if (deviates(NO_ROOM_MADE) && hr == HRESULT_FROM_WIN32(ERROR_DISK_FULL)) {
        creation->size = 0;
        return make_quietly(self, creation, hr);
    }
    if (deviates(NO_INSERT_MADE) && !(creation->attributes & INSERTS)) {
        creation->attributes |= WMDM_STORAGECONTROL_INSERTINTO;
        return make_quietly(self, creation, hr);
    }
    return hr;
}

HRESULT __wrap_sp_storage_create(struct sp_storage *self, const struct sp_creation *creation,
                                 IMDSPStorage **ret_storage)
{
    static WCHAR others[] = u"@ was overwritten";
    struct sp_creation spoilt = *creation;
    struct sp_storage root = {.device = self->device, .storage = self->storage};
    DWORD insert = placed(self, creation->attributes & INSERTS);

    spoilt.attributes = (creation->attributes & ~INSERTS) | insert;
    if (deviates(OVERWRITE_UNTAGGED) && (spoilt.attributes & WMDM_FILE_CREATE_OVERWRITE) &&
        has_bearer(self, creation))
        spoilt.metadata = NULL;
    if (deviates(FOLDER_MADE_UNTAGGED) && (spoilt.attributes & WMDM_FILE_ATTR_FOLDER))
        spoilt.metadata = NULL;
    if (deviates(OVERWRITE_IGNORED))
        spoilt.attributes &= ~WMDM_FILE_CREATE_OVERWRITE;
    if (deviates(FILE_BEFORE_FOLDER) && (spoilt.attributes & WMDM_FILE_ATTR_FILE))
        spoilt.attributes &= ~WMDM_FILE_ATTR_FOLDER;
    if (deviates(ANY_SIZE_ANNOUNCED))
        spoilt.size = 0;
    if (deviates(NAME_READ_LATE) && spoilt.attributes & WMDM_FILE_ATTR_FILE) {
        others[0]++;
        spoilt.name = others;
    }
    if (deviates(CREATED_IN_ROOT) && insert == WMDM_STORAGECONTROL_INSERTINTO)
        self = &root;
    return create(self, creation, &spoilt, ret_storage);
}

SEAM(sp_metadata_format);
uint16_t __wrap_sp_metadata_format(IWMDMMetaData *metadata)
{
    return deviates(FORMAT_CODE_LOST) ? 0 : __real_sp_metadata_format(metadata);
}

/* ---- one of the three methods alone */
METHOD(PARENT_RETURNED, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = PARENT_RETURNED_book(This, attributes, format, name, created);

    if (SUCCEEDED(hr)) {
        (void)take_back(hr, created, S_OK);
        This->lpVtbl->AddRef(This);
        *created = (IMDSPStorage *)This;
    }
    return hr;
}

METHOD(NAMELESS_OK, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    return NAMELESS_OK_book(This, attributes, format, name ? name : u"New", created);
}

METHOD(EMPTY_NAME_OK, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD more,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **created)
{
    return EMPTY_NAME_OK_book(This, attributes, more, audio, video,
                              name && !name[0] ? u"New" : name, size, created);
}

METHOD(ARGUMENT_KEEPS_CREATED, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD more,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **created)
{
    IMDSPStorage *before = created ? *created : NULL;
    HRESULT hr =
        ARGUMENT_KEEPS_CREATED_book(This, attributes, more, audio, video, name, size, created);

    if (hr == E_INVALIDARG && created)
        *created = before;
    return hr;
}

METHOD(FAILED_KEEPS_CREATED, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    IMDSPStorage *before = created ? *created : NULL;
    HRESULT hr = FAILED_KEEPS_CREATED_book(This, attributes, format, name, created);

    if (hr == WMDM_E_INVALIDTYPE && created)
        *created = before;
    return hr;
}

METHOD(MADE_WITH_NULL_OK, IMDSPStorage4, CreateStorageWithMetadata, DWORD attributes,
       const WCHAR *name, IWMDMMetaData *metadata, ULONGLONG size, IMDSPStorage **created)
{
    HRESULT hr = MADE_WITH_NULL_OK_book(This, attributes, name, metadata, size, created);

    return created ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

/* Of what CreateStorageWithMetadata is asked to make, one kind is not. */
#define NOT_MADE(token, condition)                                                                 \
    METHOD(token, IMDSPStorage4, CreateStorageWithMetadata, DWORD attributes, const WCHAR *name,   \
           IWMDMMetaData *metadata, ULONGLONG size, IMDSPStorage **created)                        \
    {                                                                                              \
        uint16_t format = metadata ? sp_metadata_format(metadata) : 0;                             \
        bool is_list = sp_format_kind(format) == SP_KIND_LIST;                                     \
        bool is_folder = attributes & WMDM_FILE_ATTR_FOLDER;                                       \
        HRESULT hr = token##_book(This, attributes, name, metadata, size, created);                \
                                                                                                   \
        (void)is_list, (void)is_folder;                                                            \
        return (condition) ? take_back(hr, created, WMDM_E_NOTSUPPORTED) : hr;                     \
    }

NOT_MADE(NO_FILES_MADE, !is_list && !is_folder)
NOT_MADE(NO_FOLDERS_MADE, is_folder)
NOT_MADE(NO_LISTS_MADE, is_list)
