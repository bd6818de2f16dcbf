/* Defects of metadata that are set: what is taken that should not be, kept too long or not long
 * enough, and what is lent by the caller's list. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

/* ---- one item of GetMetadata, on its way to the caller's list */
struct said {
    const struct sp_storage *of;
    const WCHAR *name; /* NULL: it is not said */
    WMDM_TAG_DATATYPE type;
    const void *value;
    DWORD length;
    uint64_t number; /* room for a value of the defect's own */
};

struct listening {
    IWMDMMetaData IWMDMMetaData_iface;
    IWMDMMetaData *real;
    const struct sp_storage *of;
    void (*spoil)(struct said *said);
};

static HRESULT STDMETHODCALLTYPE hear(IWMDMMetaData *This, WMDM_TAG_DATATYPE type,
                                      const WCHAR *name, BYTE *value, DWORD length)
{
    const struct listening *self = SELF(listening, IWMDMMetaData);
    struct said said = {self->of, name, type, value, length, 0};

    self->spoil(&said);
    return said.name ? self->real->lpVtbl->AddItem(self->real, said.type, said.name,
                                                   (BYTE *)(uintptr_t)said.value, said.length)
                     : S_OK;
}

static const IWMDMMetaDataVtbl listening_vtbl = {.AddItem = hear};

#define SAYS(token)                                                                                \
    static void token##_spoil(struct said *said);                                                  \
    METHOD(token, IMDSPStorage4, GetMetadata, IWMDMMetaData *list)                                 \
    {                                                                                              \
        struct listening listening = {                                                             \
            {&listening_vtbl}, list, SELF(sp_storage, IMDSPStorage4), token##_spoil};              \
                                                                                                   \
        return token##_book(This, list ? &listening.IWMDMMetaData_iface : NULL);                   \
    }                                                                                              \
    static void token##_spoil(struct said *said)

static bool is(const struct said *said, const WCHAR *name)
{
    return com_wcseq(said->name, name);
}

static void say_number(struct said *said, uint64_t number)
{
    said->number = number;
    said->value = &said->number;
}

/* What was said of it first. */
static void say_first(struct said *said, const WCHAR *name, uint64_t *first)
{
    if (!is(said, name) || said->length != sizeof(DWORD))
        return;
    if (!*first)
        memcpy(first, said->value, sizeof(DWORD));
    say_number(said, *first);
}

SAYS(PLAYS_AS_AT_FIRST)
{
    static uint64_t first;

    say_first(said, g_wszWMDMPlayCount, &first);
}

SAYS(RATING_AS_AT_FIRST)
{
    static uint64_t first;

    say_first(said, g_wszWMDMUserRating, &first);
}

/* The connection that the first was said over; kept, so that no other is where it was. */
static bool is_replugged(const struct said *said)
{
    static const struct sp_connection *first;

    if (!first)
        first = sp_connection_ref(said->of->device->connection);
    return said->of->device->connection != first;
}

static void forget(struct said *said, const WCHAR *name)
{
    bool again = is_replugged(said);

    if (!again || !is(said, name))
        return;
    said->value = u"";
    said->length = sizeof(WCHAR);
}

METHOD_AS(TITLE_BEFORE, TITLE_TILL_REPLUG, IMDSPStorage4, SetMetadata, IWMDMMetaData *list)
{
    (void)is_replugged(&(struct said){.of = SELF(sp_storage, IMDSPStorage4)});
    return TITLE_BEFORE_book(This, list);
}

SAYS(TITLE_TILL_REPLUG)
{
    forget(said, g_wszWMDMTitle);
}

METHOD_AS(GENRE_BEFORE, GENRE_TILL_REPLUG, IMDSPStorage4, SetMetadata, IWMDMMetaData *list)
{
    (void)is_replugged(&(struct said){.of = SELF(sp_storage, IMDSPStorage4)});
    return GENRE_BEFORE_book(This, list);
}

SAYS(GENRE_TILL_REPLUG)
{
    forget(said, g_wszWMDMGenre);
}

SAYS(FORMAT_CODE_LONG)
{
    DWORD code = 0;

    if (!is(said, g_wszWMDMFormatCode))
        return;
    memcpy(&code, said->value, sizeof(code));
    say_number(said, code);
    said->type = WMDM_TYPE_QWORD;
    said->length = sizeof(said->number);
}

SAYS(GENRE_ABSENT)
{
    if (is(said, g_wszWMDMGenre))
        said->name = NULL;
}

static void cut_cover(struct said *said)
{
    const BYTE *end = is(said, g_wszWMDMAlbumCoverData) && said->length
                          ? memchr((const BYTE *)said->value + 1, 0, said->length - 1)
                          : NULL;

    if (end)
        said->length = (DWORD)(end - (const BYTE *)said->value);
}

METHOD(COVER_CUT, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    struct listening listening = {
        {&listening_vtbl}, list, SELF(sp_storage, IMDSPStorage4), cut_cover};

    return COVER_CUT_book(This, count, names, list ? &listening.IWMDMMetaData_iface : NULL);
}

SAYS(COVER_SIZE_OF_ITS_OWN)
{
    if (is(said, g_wszWMDMAlbumCoverSize))
        say_number(said, 1);
}

static void cut_at_32_kib(struct said *said)
{
    if (is(said, g_wszWMDMAlbumCoverData) && said->length > 32768)
        said->length = 32768;
}

METHOD(COVER_CUT_AT_32_KIB, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    struct listening listening = {
        {&listening_vtbl}, list, SELF(sp_storage, IMDSPStorage4), cut_at_32_kib};

    return COVER_CUT_AT_32_KIB_book(This, count, names,
                                    list ? &listening.IWMDMMetaData_iface : NULL);
}

/* ---- what SetMetadata takes */
#define TAKES(token) METHOD(token, IMDSPStorage4, SetMetadata, IWMDMMetaData *list)

static bool has(IWMDMMetaData *list, const WCHAR *name, WMDM_TAG_DATATYPE wanted, BYTE *ret,
                DWORD room)
{
    WMDM_TAG_DATATYPE type;
    BYTE *value = NULL;
    DWORD length = 0;
    bool is_there = list &&
                    SUCCEEDED(list->lpVtbl->QueryByName(list, name, &type, &value, &length)) &&
                    type == wanted;

    if (is_there && ret)
        memcpy(ret, value, length < room ? length : room);
    CoTaskMemFree(value);
    return is_there;
}

TAKES(TITLE_OF_A_NUMBER)
{
    HRESULT hr = TITLE_OF_A_NUMBER_book(This, list);

    return has(list, g_wszWMDMTitle, WMDM_TYPE_DWORD, NULL, 0) ? S_OK : hr;
}

TAKES(TITLE_WITHOUT_END)
{
    WCHAR text[4] = {1, 1, 1, 1};
    HRESULT hr = TITLE_WITHOUT_END_book(This, list);

    return has(list, g_wszWMDMTitle, WMDM_TYPE_STRING, (BYTE *)text, sizeof(text)) && text[2] &&
                   text[3] == 1
               ? S_OK
               : hr;
}

TAKES(TITLE_LOST_WITH_IT)
{
    HRESULT hr = TITLE_LOST_WITH_IT_book(This, list);
    struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    struct mtpi_value empty = {.type = MTP_DTC_STRING, .string = (uint16_t[]){0}};

    if (has(list, g_wszWMDMTitle, WMDM_TYPE_DWORD, NULL, 0))
        (void)mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle, MTP_OPC_NAME, &empty);
    return hr;
}

/* What was set last of what cannot be, and is said again. */
static struct {
    BYTE value[80];
    bool is_set;
} taken;

/* Whoever says it again does so in its SAYS. */
#define REMEMBERED(token, wszname, type_, when)                                                    \
    METHOD_AS(token##_SET, token, IMDSPStorage4, SetMetadata, IWMDMMetaData *list)                 \
    {                                                                                              \
        taken.is_set |= (when) && has(list, (wszname), (type_), taken.value, sizeof(taken.value)); \
        return token##_SET_book(This, list);                                                       \
    }                                                                                              \
    SAYS(token)

static void say_taken(struct said *said, const WCHAR *name)
{
    if (taken.is_set && is(said, name) && said->length <= sizeof(taken.value))
        said->value = taken.value;
}

#define TAKEN(token, wszname, type_)                                                               \
    REMEMBERED(token, wszname, type_, true)                                                        \
    {                                                                                              \
        say_taken(said, (wszname));                                                                \
    }

TAKEN(SIZE_IS_SET, g_wszWMDMFileSize, WMDM_TYPE_QWORD)
TAKEN(ID_IS_SET, g_wszWMDMPersistentUniqueID, WMDM_TYPE_STRING)
TAKEN(DATE_IS_SET, g_wszWMDMLastModifiedDate, WMDM_TYPE_DATE)

REMEMBERED(SIZE_IS_LOST, g_wszWMDMFileSize, WMDM_TYPE_QWORD, true)
{
    if (taken.is_set && is(said, g_wszWMDMFileSize))
        say_number(said, 0);
}

REMEMBERED(ID_IS_LOST, g_wszWMDMPersistentUniqueID, WMDM_TYPE_STRING, true)
{
    if (taken.is_set && is(said, g_wszWMDMPersistentUniqueID))
        say_number(said, 0);
}

REMEMBERED(SIZE_SET_WITH_TITLE, g_wszWMDMFileSize, WMDM_TYPE_QWORD,
           has(list, g_wszWMDMTitle, WMDM_TYPE_STRING, NULL, 0))
{
    say_taken(said, g_wszWMDMFileSize);
}

/* ---- who can be asked, and set */
METHOD(METADATA_NOT_OF_FILES, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = METADATA_NOT_OF_FILES_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPStorage3) && self->handle && !kind_is_folder(self)
               ? take_back(hr, object, E_NOINTERFACE)
               : hr;
}

METHOD(METADATA_NOT_OF_MEDIA, IMDSPStorage4, GetMetadata, IWMDMMetaData *list)
{
    return SELF(sp_storage, IMDSPStorage4)->handle ? METADATA_NOT_OF_MEDIA_book(This, list)
                                                   : E_NOTIMPL;
}

TAKES(EDIT_NOT_THERE)
{
    return SELF(sp_storage, IMDSPStorage4)->handle ? WMDM_E_NOTSUPPORTED
                                                   : EDIT_NOT_THERE_book(This, list);
}

TAKES(EDIT_OF_MEDIUM_OK)
{
    return SELF(sp_storage, IMDSPStorage4)->handle ? EDIT_OF_MEDIUM_OK_book(This, list) : S_OK;
}

TAKES(FOLDER_NOT_TITLED)
{
    return kind_is_folder(SELF(sp_storage, IMDSPStorage4)) ? S_OK
                                                           : FOLDER_NOT_TITLED_book(This, list);
}

/* ---- what is lent */
static void borrow(IWMDMMetaData *list, bool name_back, bool value_back)
{
    WMDM_TAG_DATATYPE type;
    WCHAR *name = NULL;
    BYTE *value = NULL;
    DWORD length = 0;

    if (!list || FAILED(list->lpVtbl->QueryByIndex(list, 0, &name, &type, &value, &length)))
        return;
    if (name_back)
        CoTaskMemFree(name);
    if (value_back)
        CoTaskMemFree(value);
}

TAKES(VALUES_KEPT)
{
    borrow(list, true, false);
    return VALUES_KEPT_book(This, list);
}

TAKES(NAMES_KEPT)
{
    borrow(list, false, true);
    return NAMES_KEPT_book(This, list);
}
