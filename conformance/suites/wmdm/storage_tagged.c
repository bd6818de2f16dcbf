/* What an application sets of an object and finds again: of which type, for how long, beside what
 * the device itself changes; and what it cannot set. */
#include <malloc.h>
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define TAGGED_CASE(token, ics_, title_, level_, needs_, steps_, ...)                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)
#define SETTABLE "PROVIDER.STORAGE.METADATA && PROVIDER.STORAGE4"

static IMDSPStorage *song(struct wmdm *w, const char *name)
{
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *storage;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
    wmdm_metadata_add_string(tags, g_wszWMDMGenre, "Noise");
    wmdm_metadata_add_dword(tags, g_wszWMDMTrack, 7);
    storage = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, tags);
    IWMDMMetaData_Release(tags);
    return storage;
}

/* Of what a case is about the device's songs have to keep all. */
static void need_kept(struct conf *c, const uint16_t *codes, size_t count, const char *otherwise)
{
    bool has[4] = {false},
         all = !conf_offers(c, "MTP") || snapshot_keeps(c, MTP_FC_MP3, codes, count, has);

    for (size_t i = 0; i < count && conf_offers(c, "MTP"); i++)
        all = all && has[i];
    if (!all)
        conf_inconclusive(c, "%s", otherwise);
}

static HRESULT set(struct wmdm *w, IMDSPStorage *storage, IWMDMMetaData *list)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    HRESULT hr = CALL(IMDSPStorage3, SetMetadata, three, list);

    RELEASE(three);
    RELEASE(list);
    return hr;
}

static IWMDMMetaData *get(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    IWMDMMetaData *list = wmdm_metadata_new();

    SETUP_CALL(IMDSPStorage3, GetMetadata, three, list);
    RELEASE(three);
    return list;
}

static DWORD number_of(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *list = get(w, storage);
    DWORD number = 0xffffffff;

    (void)wmdm_metadata_dword(list, name, &number);
    RELEASE(list);
    return number;
}

/* ---- numbers of the application's, file by file */
static IWMDMMetaData *played(DWORD rating, DWORD count)
{
    IWMDMMetaData *list = wmdm_metadata_new();

    wmdm_metadata_add_dword(list, g_wszWMDMUserRating, rating);
    wmdm_metadata_add_dword(list, g_wszWMDMPlayCount, count);
    return list;
}

static const uint16_t played_in[] = {MTP_OPC_RATING, MTP_OPC_USE_COUNT};
static const char not_played[] = "rating and play count of the device's songs cannot be set";

/* False: the provider knows no such property, which is its right. */
static bool takes(struct conf *c, HRESULT hr, const char *row, const char *other)
{
    const char *const rows[] = {row, other};

    ROW(row)
        CHECK_ANSWER(hr == S_OK || hr == WMDM_S_NOT_ALL_PROPERTIES_APPLIED, hr,
                     "S_OK, or that it knows no such property");
    for (size_t i = 0; i < ARRAY_SIZE(rows) && hr != S_OK; i++) {
        ROW(rows[i])
            conf_excused(c, 1, "the provider knows no such property");
    }
    return hr == S_OK;
}

static void retag(struct wmdm *w, const char *name, unsigned property, unsigned value)
{
    struct conf *c = wmdm_conf(w);
    char request[300], *folder = wmdm_name(w, wmdm_work_folder(w));

    snprintf(request, sizeof(request),
             "{\"verb\":\"retag\",\"path\":\"%s/%s\",\"property\":%u,\"value\":\"%u\"}",
             folder ? folder : "", name, property, value);
    free(folder);
    free(conf_control(c, request));
}

TAGGED_CASE(STORAGE_TAGGED_BV_02, SETTABLE " && PROVIDER.MEDIUM.FOLDERS",
            "What the device counts is seen at once", CONF_SHOULD, CONF_CONTROL,
            "a song set and read; played and rated on the device; read again", "SP-META-031")
{
    struct wmdm *w;
    IMDSPStorage *one;

    need_kept(c, played_in, ARRAY_SIZE(played_in), not_played);
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    if (takes(c, set(w, one, played(42, 7)), "SP-META-031.count", "SP-META-031.rating")) {
        (void)number_of(w, one, g_wszWMDMPlayCount);
        retag(w, "one.mp3", MTP_OPC_USE_COUNT, 12);
        retag(w, "one.mp3", MTP_OPC_RATING, 55);
        ROW("SP-META-031.count")
            CHECK_EQ(number_of(w, one, g_wszWMDMPlayCount), 12);
        ROW("SP-META-031.rating")
            CHECK_EQ(number_of(w, one, g_wszWMDMUserRating), 55);
    }
    RELEASE(one);
}

/* ---- for how long */
TAGGED_CASE(STORAGE_TAGGED_BV_03, SETTABLE " && PROVIDER.MEDIUM.FOLDERS",
            "What is set is there after a replug", CONF_SHOULD, CONF_CONTROL,
            "SetMetadata of title and genre; unplug, plug; a new instance reads both",
            "SP-META-032")
{
    static const uint16_t codes[] = {MTP_OPC_NAME, MTP_OPC_GENRE};
    struct wmdm *w;
    IMDSPStorage *one, *place;
    IWMDMMetaData *list = wmdm_metadata_new(), *seen;
    char *folder;

    need_kept(c, codes, ARRAY_SIZE(codes), "title and genre of the device's songs cannot be set");
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    folder = wmdm_name(w, wmdm_work_folder(w));
    wmdm_metadata_add_string(list, g_wszWMDMTitle, "New title");
    wmdm_metadata_add_string(list, g_wszWMDMGenre, "New genre");
    wmdm_setup(c, "IMDSPStorage3::SetMetadata", set(w, one, list));
    w = wmdm_replug(w, &one);
    place = wmdm_child(w, wmdm_root(w), folder ? folder : "");
    free(folder);
    one = place ? wmdm_child(w, place, "one.mp3") : NULL;
    if (!one)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a file is gone after a replug");
    seen = get(w, one);
    ROW("SP-META-032.title")
        CHECK(pv_says(c, seen, g_wszWMDMTitle, "New title"));
    ROW("SP-META-032.genre")
        CHECK(pv_says(c, seen, g_wszWMDMGenre, "New genre"));
    RELEASE(seen);
    RELEASE(one);
    wmdm_delete(w, place);
    RELEASE(place);
}

/* ---- what cannot be set */
static HRESULT set_one(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name,
                       WMDM_TAG_DATATYPE type, const void *value, DWORD length)
{
    IWMDMMetaData *list = wmdm_metadata_new();

    wmdm_ours(wmdm_conf(w), "the host's AddItem",
              list->lpVtbl->AddItem(list, type, name, (BYTE *)(uintptr_t)value, length));
    return set(w, storage, list);
}

TAGGED_CASE(STORAGE_TAGGED_BI_01, SETTABLE, "A value of the wrong kind is refused", CONF_SHOULD, 0,
            "SetMetadata of a title that is a number, and of one that does not end; the title",
            "SP-META-021")
{
    static const uint16_t codes[] = {MTP_OPC_NAME};
    static const DWORD number = 0x00410041;
    static const WCHAR unended[3] = {u'n', u'e', u'w'};
    struct wmdm *w;
    IMDSPStorage *one;
    IWMDMMetaData *seen;

    need_kept(c, codes, 1, "a name of its objects is nothing the device lets a host set");
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    ROW("SP-META-021.type") {
        HRESULT hr = set_one(w, one, g_wszWMDMTitle, WMDM_TYPE_DWORD, &number, sizeof(number));

        CHECK_ANSWER(hr != S_OK, hr, "that not all was taken");
    }
    ROW("SP-META-021.unended") {
        HRESULT hr = set_one(w, one, g_wszWMDMTitle, WMDM_TYPE_STRING, unended, sizeof(unended));

        CHECK_ANSWER(hr != S_OK, hr, "that not all was taken");
    }
    seen = get(w, one);
    ROW("SP-META-021.kept")
        CHECK(pv_says(c, seen, g_wszWMDMTitle, "Tone"));
    RELEASE(seen);
    RELEASE(one);
}

/* The value as it stands in the list; an empty one where there is none. */
struct bytes {
    BYTE data[600];
    DWORD length;
};

static struct bytes bytes_in(IWMDMMetaData *list, const WCHAR *name)
{
    struct bytes value = {.length = 0};
    WMDM_TAG_DATATYPE type;
    BYTE *data = NULL;
    DWORD length = 0;

    if (SUCCEEDED(list->lpVtbl->QueryByName(list, name, &type, &data, &length)) &&
        length <= sizeof(value.data)) {
        memcpy(value.data, data, length);
        value.length = length;
    }
    CoTaskMemFree(data);
    return value;
}

static struct bytes value_of(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *list = get(w, storage);
    struct bytes value = bytes_in(list, name);

    RELEASE(list);
    return value;
}

TAGGED_CASE(
    STORAGE_TAGGED_BI_02, SETTABLE, "What is the device's to say cannot be set", CONF_SHOULD, 0,
    "SetMetadata of FileSize, PersistentUniqueID and LastModifiedDate, each alone and all with "
    "a title; each read again",
    "SP-META-022")
{
    static const uint64_t size = 12345;
    static const WCHAR id[] = u"00112233445566778899aabbccddeeff";
    static const WMDMDATETIME date = {.wYear = 1999, .wMonth = 9, .wDay = 9};
    const struct {
        const char *row;
        const WCHAR *name;
        WMDM_TAG_DATATYPE type;
        const void *value;
        DWORD length;
    } items[] = {
        {"SP-META-022.size", g_wszWMDMFileSize, WMDM_TYPE_QWORD, &size, sizeof(size)},
        {"SP-META-022.id", g_wszWMDMPersistentUniqueID, WMDM_TYPE_STRING, id, sizeof(id)},
        {"SP-META-022.date", g_wszWMDMLastModifiedDate, WMDM_TYPE_DATE, &date, sizeof(date)}};
    enum { KEPT = 2 }; /* the date is free to change */
    struct bytes before[KEPT], after;
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");
    IWMDMMetaData *list;

    wmdm_fill(w, one, "x", 1);
    for (size_t i = 0; i < KEPT; i++)
        before[i] = value_of(w, one, items[i].name);
    for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
        (void)set_one(w, one, items[i].name, items[i].type, items[i].value, items[i].length);
        after = value_of(w, one, items[i].name);
        ROW(items[i].row) {
            CHECK(after.length != items[i].length ||
                  memcmp(after.data, items[i].value, items[i].length) != 0);
            if (i < KEPT)
                CHECK_BYTES(after.data, after.length, before[i].data, before[i].length);
        }
    }
    list = wmdm_metadata_new();
    wmdm_metadata_add_string(list, g_wszWMDMTitle, "Other");
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        wmdm_ours(c, "the host's AddItem",
                  list->lpVtbl->AddItem(list, items[i].type, items[i].name,
                                        (BYTE *)(uintptr_t)items[i].value, items[i].length));
    (void)set(w, one, list);
    ROW("SP-META-022.together") {
        for (size_t i = 0; i < KEPT; i++) {
            after = value_of(w, one, items[i].name);
            CHECK_BYTES(after.data, after.length, before[i].data, before[i].length);
        }
    }
    RELEASE(one);
}

/* ---- types (WMDM, Metadata Constants) */
static const struct {
    const WCHAR *name;
    WMDM_TAG_DATATYPE type;
} types[] = {
    {g_wszWMDMTitle, WMDM_TYPE_STRING},
    {g_wszWMDMAuthor, WMDM_TYPE_STRING},
    {g_wszWMDMAlbumTitle, WMDM_TYPE_STRING},
    {g_wszWMDMAlbumArtist, WMDM_TYPE_STRING},
    {g_wszWMDMYear, WMDM_TYPE_STRING},
    {g_wszWMDMGenre, WMDM_TYPE_STRING},
    {g_wszWMDMComposer, WMDM_TYPE_STRING},
    {g_wszWMDMFileName, WMDM_TYPE_STRING},
    {g_wszWMDMPersistentUniqueID, WMDM_TYPE_STRING},
    {g_wszWMDMDuration, WMDM_TYPE_QWORD},
    {g_wszWMDMFileSize, WMDM_TYPE_QWORD},
    {g_wszWMDMFormatCode, WMDM_TYPE_DWORD},
    {g_wszWMDMPlayCount, WMDM_TYPE_DWORD},
    {g_wszWMDMUserRating, WMDM_TYPE_DWORD},
    {g_wszWMDMBitrate, WMDM_TYPE_DWORD},
    {g_wszWMDMNumChannels, WMDM_TYPE_DWORD},
    {g_wszWMDMSampleRate, WMDM_TYPE_DWORD},
    {g_wszWMDMIsProtected, WMDM_TYPE_BOOL},
    {g_wszWMDMLastModifiedDate, WMDM_TYPE_DATE},
    {g_wszWMDMFileCreationDate, WMDM_TYPE_DATE},
    {g_wszWMDMAlbumCoverData, WMDM_TYPE_BINARY},
};

TAGGED_CASE(STORAGE_TAGGED_BV_04, "PROVIDER.STORAGE4", "Each property has its documented type",
            CONF_MUST, 0, "every item of a song whose name is predefined", "SP-META-004",
            "SP-META-013")
{
    static const WCHAR *const shell[] = {g_wszWMDMTitle,      g_wszWMDMTrack, g_wszWMDMAuthor,
                                         g_wszWMDMAlbumTitle, g_wszWMDMYear,  g_wszWMDMGenre};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");
    IWMDMMetaData *list = get(w, one);

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        WMDM_TAG_DATATYPE type = WMDM_TYPE_GUID;
        BYTE *value = NULL;
        DWORD length = 0;
        HRESULT hr = list->lpVtbl->QueryByName(list, types[i].name, &type, &value, &length);

        ROW("SP-META-004")
            CHECK(FAILED(hr) || type == types[i].type);
        CoTaskMemFree(value);
    }
    for (size_t i = 0; i < ARRAY_SIZE(shell); i++) {
        WMDM_TAG_DATATYPE type;
        BYTE *value = NULL;
        DWORD length = 0;

        ROW("SP-META-013")
            CHECK(SUCCEEDED(list->lpVtbl->QueryByName(list, shell[i], &type, &value, &length)));
        CoTaskMemFree(value);
    }
    RELEASE(list);
    RELEASE(one);
}

/* ---- who can be asked, and set */
TAGGED_CASE(STORAGE_TAGGED_BV_05, "PROVIDER.STORAGE3",
            "Metadata are there of every storage, or of none", CONF_MAY, 0,
            "QueryInterface of a medium, a folder and a file; GetMetadata of each; SetMetadata "
            "against CANEDITMETADATA",
            "SP-META-001", "SP-META-017")
{
    static const uint16_t codes[] = {MTP_OPC_NAME};
    struct wmdm *w;
    IMDSPStorage *one;

    need_kept(c, codes, 1, "a name of its objects is nothing the device lets a host set");
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    IMDSPStorage *const storages[] = {one, wmdm_work_folder(w), wmdm_root(w)};

    for (size_t i = 0; i < ARRAY_SIZE(storages); i++) {
        IWMDMMetaData *list = wmdm_metadata_new();
        DWORD can = 0;
        IMDSPStorage3 *three;
        HRESULT hr;

        ROW("SP-META-001.each")
            REQUIRE(wmdm_has(w, storages[i], &IID_IMDSPStorage3));
        three = AS(IMDSPStorage3, storages[i]);
        ROW("SP-META-001.asked")
            CHECK_HR(CALL(IMDSPStorage3, GetMetadata, three, list), S_OK);
        RELEASE(three);
        RELEASE(list);
        list = wmdm_metadata_new();
        wmdm_metadata_add_string(list, g_wszWMDMTitle, "Title set");
        (void)CALL(IMDSPStorage, GetAttributes, storages[i], &can, NULL);
        hr = set(w, storages[i], list);
        if (i == 0 && can & WMDM_STORAGE_ATTR_CANEDITMETADATA) {
            ROW("SP-META-017.can")
                CHECK_HR(hr, S_OK);
        } else if (!(can & WMDM_STORAGE_ATTR_CANEDITMETADATA)) {
            ROW("SP-META-017.cannot")
                CHECK_ANSWER(hr != S_OK, hr, "that it was not taken");
        }
    }
    ROW("SP-META-017.can") {
        if (!conf_offers(c, "PROVIDER.STORAGE.METADATA"))
            conf_excused(c, 1, "nothing is set");
    }
    RELEASE(one);
}

/* ---- a cover */

/* Asked for by its name, as what is long need not come unasked. */
static void check_cover(struct wmdm *w, IMDSPStorage *storage, const BYTE *cover, DWORD length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    IWMDMMetaData *list = wmdm_metadata_new();
    WCHAR name[32], *names[] = {name};
    WMDM_TAG_DATATYPE type;
    BYTE *seen = NULL;
    DWORD size = 0;

    memcpy(name, g_wszWMDMAlbumCoverData,
           (com_wcslen(g_wszWMDMAlbumCoverData) + 1) * sizeof(*name));
    SETUP_CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 1, names, list);
    (void)list->lpVtbl->QueryByName(list, name, &type, &seen, &size);
    CHECK_BYTES(seen, size, cover, length);
    CoTaskMemFree(seen);
    RELEASE(list);
    RELEASE(four);
}

static HRESULT set_cover(struct wmdm *w, IMDSPStorage *storage, BYTE *cover, DWORD length)
{
    IWMDMMetaData *list = wmdm_metadata_new();

    for (DWORD i = 0; i < length; i++)
        cover[i] = (BYTE)(i % 7 ? i + i / 256 : 0);
    wmdm_ours(
        wmdm_conf(w), "the host's AddItem",
        list->lpVtbl->AddItem(list, WMDM_TYPE_BINARY, g_wszWMDMAlbumCoverData, cover, length));
    wmdm_metadata_add_dword(list, g_wszWMDMAlbumCoverSize, length);
    return set(w, storage, list);
}

TAGGED_CASE(
    STORAGE_TAGGED_BV_06, SETTABLE, "A cover comes back as it was set", CONF_MUST, 0,
    "SetMetadata of AlbumCoverData of 500 bytes, some of them 0, and of AlbumCoverSize; both read "
    "again; so of 70000 bytes",
    "SP-META-030")
{
    static const uint16_t codes[] = {MTP_OPC_REPRESENTATIVE_SAMPLE_DATA,
                                     MTP_OPC_REPRESENTATIVE_SAMPLE_SIZE};
    enum { SMALL = 500 };
    static BYTE cover[70000];
    struct wmdm *w;
    IMDSPStorage *one;
    HRESULT hr;

    need_kept(c, codes, ARRAY_SIZE(codes), "the device's songs keep no cover");
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    hr = set_cover(w, one, cover, SMALL);
    if (takes(c, hr, "SP-META-030.data", "SP-META-030.size")) {
        ROW("SP-META-030.data")
            check_cover(w, one, cover, SMALL);
        ROW("SP-META-030.size")
            CHECK_EQ(number_of(w, one, g_wszWMDMAlbumCoverSize), SMALL);
        hr = set_cover(w, one, cover, sizeof(cover));
    }
    ROW("SP-META-030.large") {
        if (hr == S_OK)
            check_cover(w, one, cover, sizeof(cover));
        else
            conf_excused(c, 1, "so large a cover is not taken");
    }
    RELEASE(one);
}

/* ---- what is lent */
#define LENT 100

#ifdef __SANITIZE_ADDRESS__                           /* make VARIANT=sanitize */
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc has no header that says so */
#endif

/* Bytes of memory in use. AddressSanitizer's allocator is another one, of which malloc.h says 0. */
static long in_use(void)
{
#ifdef __SANITIZE_ADDRESS__
    return (long)__sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 all = mallinfo2();

    return (long)(all.uordblks + all.hblkhd);
#endif
}

/* How many more they are after so many calls than before. */
static long kept_by(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name, size_t characters)
{
    WCHAR *text = calloc(characters + 1, sizeof(*text));
    long before = 0, after;

    if (!text)
        conf_setup_failed(wmdm_conf(w), "no memory");
    for (size_t i = 0; i < characters; i++)
        text[i] = u't';
    for (unsigned i = 0; i <= LENT; i++) {
        if (i == 1)
            before = in_use();
        (void)set_one(w, storage, name, WMDM_TYPE_STRING, text,
                      (DWORD)((characters + 1) * sizeof(*text)));
    }
    after = in_use();
    free(text);
    return after - before;
}

TAGGED_CASE(STORAGE_TAGGED_BV_07, SETTABLE, "What a list lends is given back", CONF_MUST, 0,
            "SetMetadata of a title of 8000 characters, and of a name of 2000, 100 times each: the "
            "memory in use",
            "SP-META-019")
{
    static WCHAR name[2001];
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");

    for (size_t i = 0; i < 2000; i++)
        name[i] = u'n';
    ROW("SP-META-019.value")
        CHECK(kept_by(w, one, g_wszWMDMTitle, 8000) < LENT * 8000);
    ROW("SP-META-019.name")
        CHECK(kept_by(w, one, name, 1) < LENT * 2000);
    RELEASE(one);
}
