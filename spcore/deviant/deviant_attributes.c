/* Defects of attributes: flags that one kind of object has or lacks, the two ways to them, setting
 * them. */
#include <pthread.h>
#include <string.h>

#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* ---- flags of what GetAttributes and GetAttributes2 say */
enum { ROOT = 1, FOLDER = 2, AFILE = 4, ANY = ROOT | FOLDER | AFILE };
#define CAN                                                                                        \
    (WMDM_FILE_ATTR_CANDELETE | WMDM_FILE_ATTR_CANMOVE | WMDM_FILE_ATTR_CANRENAME |                \
     WMDM_FILE_ATTR_CANREAD | WMDM_FILE_ATTR_CANPLAY)
#define EITHER (WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE)
#define CHILDREN (WMDM_STORAGE_ATTR_HAS_FOLDERS | WMDM_STORAGE_ATTR_HAS_FILES)
#define DEFAULT (WMDM_STORAGE_IS_DEFAULT | WMDM_STORAGE_CONTAINS_DEFAULT)
#define AUDIO (WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_MUSIC)

/* Of the kinds `of`, and with any flag of `with` unless that is 0: `clear` goes, then `set` comes.
 */
static const struct {
    enum sp_defect defect;
    unsigned of;
    DWORD with, clear, set;
} spoilt[] = {
    {SP_DEFECT_ALL_CAN_FLAGS, FOLDER | AFILE, 0, 0, CAN},
    {SP_DEFECT_NO_CAN_READ, AFILE, 0, WMDM_FILE_ATTR_CANREAD, 0},
    {SP_DEFECT_NO_CAN_RENAME, AFILE, 0, WMDM_FILE_ATTR_CANRENAME, 0},
    {SP_DEFECT_NO_CAN_MOVE, AFILE, 0, WMDM_FILE_ATTR_CANMOVE, 0},
    {SP_DEFECT_NO_CAN_DELETE, AFILE, 0, WMDM_FILE_ATTR_CANDELETE, 0},
    {SP_DEFECT_READONLY_CAN_DELETE, AFILE, WMDM_FILE_ATTR_READONLY, 0, WMDM_FILE_ATTR_CANDELETE},
    {SP_DEFECT_LIST_AS_FILE, AFILE, WMDM_STORAGE_ATTR_VIRTUAL, WMDM_STORAGE_ATTR_VIRTUAL,
     WMDM_FILE_ATTR_CANREAD},
    {SP_DEFECT_FILES_VIRTUAL, AFILE, 0, 0, WMDM_STORAGE_ATTR_VIRTUAL},
    {SP_DEFECT_ALL_AUDIO, AFILE, WMDM_FILE_ATTR_DATA, WMDM_FILE_ATTR_DATA, WMDM_FILE_ATTR_AUDIO},
    {SP_DEFECT_ALL_DATA, AFILE, WMDM_FILE_ATTR_AUDIO, AUDIO, WMDM_FILE_ATTR_DATA},
    {SP_DEFECT_FILE_AND_FOLDER, AFILE, 0, 0, WMDM_FILE_ATTR_FOLDER},
    {SP_DEFECT_FOLDER_AND_FILE, FOLDER, 0, 0, WMDM_FILE_ATTR_FILE},
    {SP_DEFECT_ROOT_NO_FILESYSTEM, ROOT, 0, WMDM_STORAGE_ATTR_FILESYSTEM, 0},
    {SP_DEFECT_ALL_FILESYSTEM, FOLDER | AFILE, 0, 0, WMDM_STORAGE_ATTR_FILESYSTEM},
    {SP_DEFECT_BOTH_REMOVABLE, ANY, 0, 0, EITHER},
    {SP_DEFECT_NEITHER_REMOVABLE, ANY, 0, EITHER, 0},
    {SP_DEFECT_ALL_REMOVABLE, ANY, 0, WMDM_STORAGE_ATTR_NONREMOVABLE, WMDM_STORAGE_ATTR_REMOVABLE},
    {SP_DEFECT_NOTHING_READONLY, AFILE, 0, WMDM_FILE_ATTR_READONLY, 0},
    {SP_DEFECT_NO_CHILD_FLAGS, FOLDER, 0, CHILDREN, 0},
    {SP_DEFECT_CHILD_FLAGS_TOGETHER, FOLDER, CHILDREN, 0, CHILDREN},
    {SP_DEFECT_HIERARCHY_UNSAID, ROOT, 0, WMDM_STORAGE_ATTR_FOLDERS, 0},
    {SP_DEFECT_ALL_DEFAULT, ANY, 0, 0, DEFAULT},
    {SP_DEFECT_MEDIUM_DEFAULT_TOO, ROOT, 0, 0, DEFAULT},
    {SP_DEFECT_MEDIUM_DEFAULT_TOO, FOLDER, WMDM_STORAGE_ATTR_HAS_FOLDERS, 0, DEFAULT},
    {SP_DEFECT_DEFAULT_UNTOLD, FOLDER, 0, 0, WMDM_STORAGE_IS_DEFAULT},
    {SP_DEFECT_EMPTY_HAS_FILES, FOLDER, 0, 0, WMDM_STORAGE_ATTR_HAS_FILES},
};

static unsigned kind_of(const struct sp_storage *self, DWORD attributes)
{
    if (!self->handle)
        return ROOT;
    return attributes & WMDM_FILE_ATTR_FOLDER ? FOLDER : AFILE;
}

/* Flags that are remembered of an object beside what the device says; `flags` are added. */
static DWORD remember(uint32_t handle, DWORD flags)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        uint32_t handle;
        DWORD flags;
    } seen[64];
    size_t at = handle % ARRAY_SIZE(seen);

    pthread_mutex_lock(&lock);
    if (seen[at].handle != handle)
        seen[at].flags = 0;
    seen[at].handle = handle;
    flags = seen[at].flags |= flags;
    pthread_mutex_unlock(&lock);
    return flags;
}

static DWORD remembered(uint32_t handle, unsigned kind, DWORD attributes)
{
    if (kind == FOLDER && deviates(CHILD_FLAGS_STAY))
        attributes |= remember(handle, attributes & CHILDREN);
    if (kind == AFILE && deviates(FILESYSTEM_ECHOED))
        attributes |= remember(handle, 0);
    if (kind == AFILE && deviates(FOLDER_ECHOED) && remember(handle, 0))
        attributes ^= WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER;
    return attributes;
}

SEAM(sp_attributes_get);
HRESULT __wrap_sp_attributes_get(struct sp_storage *self, DWORD *ret_attributes,
                                 uint16_t *ret_format)
{
    HRESULT hr = __real_sp_attributes_get(self, ret_attributes, ret_format);
    DWORD attributes = SUCCEEDED(hr) ? *ret_attributes : 0;
    unsigned kind = kind_of(self, attributes);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < ARRAY_SIZE(spoilt); i++) {
        if (sp_deviates(spoilt[i].defect) && (spoilt[i].of & kind) &&
            (!spoilt[i].with || (attributes & spoilt[i].with)))
            attributes = (attributes & ~spoilt[i].clear) | spoilt[i].set;
    }
    if (!self->handle && deviates(ROOT_CHILDLESS))
        attributes &= ~(DWORD)(WMDM_STORAGE_ATTR_HAS_FILES | WMDM_STORAGE_ATTR_HAS_FOLDERS);
    *ret_attributes = remembered(self->handle, kind, attributes);
    return hr;
}

/* ---- GetAttributes2 */
METHOD(ATTRIBUTES2_STUB, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    return hr_swap(ATTRIBUTES2_STUB_book(This, attributes, extended, audio, video), S_OK,
                   E_NOTIMPL);
}

#define ATTRIBUTES2_LACKS(token, flags)                                                            \
    METHOD(token, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,               \
           WAVEFORMATEX *audio, VIDEOINFOHEADER *video)                                            \
    {                                                                                              \
        HRESULT hr = token##_book(This, attributes, extended, audio, video);                       \
                                                                                                   \
        if (SUCCEEDED(hr))                                                                         \
            *attributes &= ~(DWORD)(flags);                                                        \
        return hr;                                                                                 \
    }

ATTRIBUTES2_LACKS(ATTRIBUTES2_WITHOUT_DATA, WMDM_FILE_ATTR_DATA)
ATTRIBUTES2_LACKS(ATTRIBUTES2_WITHOUT_AUDIO, WMDM_FILE_ATTR_AUDIO)
ATTRIBUTES2_LACKS(ATTRIBUTES2_CHILDLESS, CHILDREN)
ATTRIBUTES2_LACKS(ATTRIBUTES2_NO_FILESYSTEM, WMDM_STORAGE_ATTR_FILESYSTEM)

METHOD(ATTRIBUTES_EX_UNWRITTEN, IMDSPStorage4, GetAttributes2, DWORD *attributes, DWORD *extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
{
    DWORD unwritten;

    return ATTRIBUTES_EX_UNWRITTEN_book(This, attributes, extended ? &unwritten : NULL, audio,
                                        video);
}

/* ---- the format beside them. Attributes of NULL are refused. */
static bool is_audio(IMDSPStorage4 *This)
{
    struct mtpi_object_info info = {0};
    struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    return sp_format_kind(info.format) == SP_KIND_AUDIO;
}

METHOD(FORMAT_REQUIRED, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    return FORMAT_REQUIRED_book(This, format || is_audio(This) ? attributes : NULL, format);
}

METHOD(AUDIO_FORMAT_REQUIRED, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    return AUDIO_FORMAT_REQUIRED_book(This, format || !is_audio(This) ? attributes : NULL, format);
}

METHOD(FORMAT_ZEROED, IMDSPStorage4, GetAttributes, DWORD *attributes, WAVEFORMATEX *format)
{
    HRESULT hr = FORMAT_ZEROED_book(This, attributes, format);

    if (SUCCEEDED(hr) && format && !(*attributes & WMDM_FILE_ATTR_AUDIO))
        memset(format, 0, sizeof(*format));
    return hr;
}

/* ---- SetAttributes */
METHOD(READONLY_STAYS, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    return attributes & WMDM_FILE_ATTR_READONLY ? READONLY_STAYS_book(This, attributes, format)
                                                : S_OK;
}

METHOD(FOLDER_ECHOED, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    (void)remember(SELF(sp_storage, IMDSPStorage4)->handle, attributes & WMDM_FILE_ATTR_FOLDER);
    return FOLDER_ECHOED_book(This, attributes, format);
}

METHOD(FILESYSTEM_ECHOED, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    (void)remember(SELF(sp_storage, IMDSPStorage4)->handle,
                   attributes & WMDM_STORAGE_ATTR_FILESYSTEM);
    return FILESYSTEM_ECHOED_book(This, attributes, format);
}

/* ---- SetAttributes2 */
#define SET_ATTRIBUTES2(token)                                                                     \
    METHOD(token, IMDSPStorage4, SetAttributes2, DWORD attributes, DWORD extended,                 \
           WAVEFORMATEX *audio, VIDEOINFOHEADER *video)

SET_ATTRIBUTES2(FORMATS_WANTED)
{
    return audio ? FORMATS_WANTED_book(This, attributes, extended, audio, video) : E_INVALIDARG;
}

SET_ATTRIBUTES2(FORMATS_REFUSED)
{
    return audio ? E_INVALIDARG : FORMATS_REFUSED_book(This, attributes, extended, audio, video);
}

SET_ATTRIBUTES2(EXTENDED_UNKNOWN)
{
    return extended ? E_FAIL : EXTENDED_UNKNOWN_book(This, attributes, extended, audio, video);
}

SET_ATTRIBUTES2(EXTENDED_KEPT)
{
    if (extended)
        attributes |= WMDM_FILE_ATTR_READONLY;
    return EXTENDED_KEPT_book(This, attributes, 0, audio, video);
}

METHOD(FOLDER_NEVER_READONLY, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    if (kind_is_folder(SELF(sp_storage, IMDSPStorage4)))
        attributes &= ~(DWORD)WMDM_FILE_ATTR_READONLY;
    return FOLDER_NEVER_READONLY_book(This, attributes, format);
}

/* With S_OK, and nothing comes of it. */
#define NEVER_SET(token, flag)                                                                     \
    METHOD(token, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)            \
    {                                                                                              \
        return token##_book(This, attributes & ~(DWORD)(flag), format);                            \
    }

NEVER_SET(HIDDEN_LOST, WMDM_FILE_ATTR_HIDDEN)
NEVER_SET(SYSTEM_LOST, WMDM_FILE_ATTR_SYSTEM)
