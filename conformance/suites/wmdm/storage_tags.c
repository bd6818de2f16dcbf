/* Metadata, clause by clause: what items look like when they come, which come when they are asked
 * for, and what is left of those that are set. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define TAGS_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define STORAGE4 "PROVIDER.STORAGE4"
#define SETTABLE "PROVIDER.STORAGE.METADATA && PROVIDER.STORAGE4"

/* ---- a list that takes what the host's own would refuse, to be looked at */
struct item {
    WMDM_TAG_DATATYPE type;
    WCHAR name[64];
    BYTE data[600];
    DWORD length; /* as told; no more than fits is kept */
};
struct record {
    IWMDMMetaData iface; /* first: the record is its object */
    struct item item[128];
    size_t count;
};

static HRESULT STDMETHODCALLTYPE record_QueryInterface(IWMDMMetaData *This, REFIID iid, void **ret)
{
    bool is_ours = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IWMDMMetaData);

    *ret = is_ours ? This : NULL;
    return is_ours ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE record_count(IWMDMMetaData *This)
{
    (void)This; /* lives as long as the case */
    return 1;
}

static HRESULT STDMETHODCALLTYPE record_AddItem(IWMDMMetaData *This, WMDM_TAG_DATATYPE type,
                                                const WCHAR *name, BYTE *value, DWORD length)
{
    struct record *record = (struct record *)This;
    struct item *item = &record->item[record->count];

    if (record->count == ARRAY_SIZE(record->item))
        return E_OUTOFMEMORY;
    *item = (struct item){.type = type, .length = length};
    for (size_t i = 0; i + 1 < ARRAY_SIZE(item->name) && name[i]; i++)
        item->name[i] = name[i];
    memcpy(item->data, value, length < sizeof(item->data) ? length : sizeof(item->data));
    record->count++;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE record_GetItemCount(IWMDMMetaData *This, DWORD *count)
{
    *count = (DWORD)((struct record *)This)->count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE record_QueryByName(IWMDMMetaData *This, const WCHAR *name,
                                                    WMDM_TAG_DATATYPE *type, BYTE **value,
                                                    DWORD *length)
{
    (void)This, (void)name, (void)type, (void)value, (void)length;
    return E_INVALIDARG; /* it is there to be filled */
}

static HRESULT STDMETHODCALLTYPE record_QueryByIndex(IWMDMMetaData *This, DWORD index, WCHAR **name,
                                                     WMDM_TAG_DATATYPE *type, BYTE **value,
                                                     DWORD *length)
{
    (void)This, (void)index, (void)name, (void)type, (void)value, (void)length;
    return E_INVALIDARG;
}

static const IWMDMMetaDataVtbl record_vtbl = {
    .QueryInterface = record_QueryInterface,
    .AddRef = record_count,
    .Release = record_count,
    .AddItem = record_AddItem,
    .QueryByName = record_QueryByName,
    .QueryByIndex = record_QueryByIndex,
    .GetItemCount = record_GetItemCount,
};

static const struct record *recorded(struct wmdm *w, IMDSPStorage *storage, struct record *record)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);

    *record = (struct record){.iface = {&record_vtbl}};
    REQUIRE_HR(CALL(IMDSPStorage3, GetMetadata, three, &record->iface), S_OK);
    RELEASE(three);
    return record;
}

static const struct item *named(const struct record *record, const WCHAR *name)
{
    for (size_t i = 0; i < record->count; i++) {
        if (com_wcscmp(record->item[i].name, name) == 0)
            return &record->item[i];
    }
    return NULL;
}

static bool is_text(const struct item *item, const WCHAR *text)
{
    size_t length = (com_wcslen(text) + 1) * sizeof(WCHAR);

    return item && item->type == WMDM_TYPE_STRING && item->length == length &&
           memcmp(item->data, text, length) == 0;
}

static bool is_number(const struct item *item, DWORD number)
{
    return item && item->type == WMDM_TYPE_DWORD && item->length == sizeof(number) &&
           memcmp(item->data, &number, sizeof(number)) == 0;
}

/* ---- a song with tags, and one without */
static IMDSPStorage *song(struct wmdm *w, const char *name, bool is_tagged)
{
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *storage;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    if (is_tagged) {
        wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
        wmdm_metadata_add_string(tags, g_wszWMDMAuthor, "Artist");
        wmdm_metadata_add_string(tags, g_wszWMDMAlbumTitle, "Album");
        wmdm_metadata_add_string(tags, g_wszWMDMGenre, "Noise");
        wmdm_metadata_add_string(tags, g_wszWMDMYear, "1999");
        wmdm_metadata_add_dword(tags, g_wszWMDMTrack, 7);
    }
    storage = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, tags);
    IWMDMMetaData_Release(tags);
    return storage;
}

static const char keeps_none[] = "the device's songs cannot be given such a property";

static void check_lengths(struct conf *c, const struct record *record, WMDM_TAG_DATATYPE type,
                          DWORD length)
{
    for (size_t i = 0; i < record->count; i++)
        CHECK(record->item[i].type != type || record->item[i].length == length);
}

TAGS_CASE(STORAGE_TAGS_BV_01, STORAGE4, "Items have the names, lengths and ends they must",
          CONF_MUST, "GetMetadata of a song with tags and of one without, item by item",
          "SP-META-003", "SP-META-005", "SP-META-006")
{
    static const uint16_t kept_in[] = {MTP_OPC_NAME, MTP_OPC_ARTIST};
    bool has[2], is_listed = snapshot_keeps(c, MTP_FC_MP3, kept_in, 2, has);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *tagged = song(w, "tagged.mp3", true), *bare = song(w, "bare.mp3", false);
    struct record record;

    ROW("SP-META-005.empty") {
        recorded(w, bare, &record);
        CHECK(is_text(named(&record, g_wszWMDMGenre), u""));
    }
    RELEASE(bare);
    ROW("SP-META-003.prefix") {
        recorded(w, tagged, &record);
        for (size_t i = 0; i < record.count; i++) {
            const WCHAR *at = record.item[i].name;

            while (*at && *at != '/')
                at++;
            CHECK(*at == '/');
        }
    }
    ROW("SP-META-003.constants") {
        CHECK(named(&record, g_wszWMDMTitle) && named(&record, g_wszWMDMAuthor));
        CHECK(named(&record, g_wszWMDMAlbumTitle) && named(&record, g_wszWMDMGenre));
    }
    ROW("SP-META-005.text") {
        if (is_listed && has[0] && has[1]) {
            CHECK(is_text(named(&record, g_wszWMDMTitle), u"Tone"));
            CHECK(is_text(named(&record, g_wszWMDMAuthor), u"Artist"));
        } else {
            conf_excused(c, 2, keeps_none);
        }
    }
    ROW("SP-META-006.dword")
        check_lengths(c, &record, WMDM_TYPE_DWORD, 4);
    ROW("SP-META-006.qword")
        check_lengths(c, &record, WMDM_TYPE_QWORD, 8);
    ROW("SP-META-006.bool")
        check_lengths(c, &record, WMDM_TYPE_BOOL, 4);
    RELEASE(tagged);
    tagged = wmdm_put(w, wmdm_work_folder(w), "dated.bin", "x", 1);
    ROW("SP-META-006.date") {
        recorded(w, tagged, &record);
        check_lengths(c, &record, WMDM_TYPE_DATE, sizeof(WMDMDATETIME));
    }
    RELEASE(tagged);
}

TAGS_CASE(STORAGE_TAGS_BV_02, STORAGE4, "The fields of the shell are there, known or not",
          CONF_MUST,
          "Title, Author, AlbumTitle, Year, Genre and Track of a song with tags and of one without",
          "SP-META-014", "SP-META-016")
{
    static const uint16_t year = MTP_OPC_ORIGINAL_RELEASE_DATE;
    bool has_year = false;
    bool is_listed = snapshot_keeps(c, MTP_FC_MP3, &year, 1, &has_year);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *tagged, *bare;
    struct record record;

    if (!is_listed)
        conf_inconclusive(c, "the device plays no MP3");
    tagged = song(w, "tagged.mp3", true);
    bare = song(w, "bare.mp3", false);
    ROW("SP-META-014.author") {
        recorded(w, bare, &record);
        CHECK(is_text(named(&record, g_wszWMDMAuthor), u""));
    }
    ROW("SP-META-014.album")
        CHECK(is_text(named(&record, g_wszWMDMAlbumTitle), u""));
    ROW("SP-META-014.year")
        CHECK(is_text(named(&record, g_wszWMDMYear), u""));
    ROW("SP-META-014.genre")
        CHECK(is_text(named(&record, g_wszWMDMGenre), u""));
    ROW("SP-META-014.others")
        CHECK(named(&record, g_wszWMDMTitle) && named(&record, g_wszWMDMTrack));
    ROW("SP-META-016.unknown")
        CHECK(is_text(named(&record, g_wszWMDMYear), u""));
    ROW("SP-META-016.known") {
        recorded(w, tagged, &record);
        if (has_year)
            CHECK(is_text(named(&record, g_wszWMDMYear), u"1999"));
        else
            conf_excused(c, 1, keeps_none);
    }
    RELEASE(bare);
    RELEASE(tagged);
}

TAGS_CASE(STORAGE_TAGS_BV_03, STORAGE4, "A track is a number, and the format what it is",
          CONF_SHOULD, "Track and FormatCode of a song with tags and of one without", "SP-META-015",
          "SP-META-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *tagged = song(w, "tagged.mp3", true), *bare = song(w, "bare.mp3", false);
    struct record record;

    ROW("SP-META-015.number") {
        recorded(w, tagged, &record);
        CHECK(is_number(named(&record, g_wszWMDMTrack), 7));
    }
    ROW("SP-META-009.present")
        CHECK(named(&record, g_wszWMDMFormatCode) != NULL);
    ROW("SP-META-009.content")
        CHECK(is_number(named(&record, g_wszWMDMFormatCode), WMDM_FORMATCODE_MP3));
    ROW("SP-META-015.unknown") {
        recorded(w, bare, &record);
        CHECK(is_text(named(&record, g_wszWMDMTrack), u"") ||
              is_number(named(&record, g_wszWMDMTrack), 0));
    }
    RELEASE(bare);
    RELEASE(tagged);
}

TAGS_CASE(STORAGE_TAGS_BV_04, STORAGE4 " && PROVIDER.MEDIUM.FOLDERS",
          "A persistent id is a text, and of every object its own", CONF_MUST,
          "ids of two files of one content, of their folder; another instance", "SP-META-010")
{
    struct wmdm *w = wmdm_open(c), *again = NULL;
    IMDSPStorage *one = wmdm_put(w, wmdm_work_folder(w), "one.bin", "same", 4), *seen;
    IMDSPStorage *two = wmdm_put(w, wmdm_work_folder(w), "two.bin", "same", 4), *folder;
    IMDSPStorage *const objects[] = {one, two, wmdm_work_folder(w)};
    char *ids[ARRAY_SIZE(objects)], *other, *work;

    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        ROW(i < 2 ? "SP-META-010.text" : "SP-META-010.folder") {
            ids[i] = pv_id(w, objects[i]);
            REQUIRE(ids[i] && ids[i][0]);
        }
    }
    ROW("SP-META-010.unique") {
        for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
            for (size_t j = 0; j < i; j++)
                CHECK(strcmp(ids[i], ids[j]) != 0);
        }
    }
    ROW("SP-META-010.instance") {
        again = wmdm_open(c);
        work = wmdm_name(w, wmdm_work_folder(w));
        folder = wmdm_child(again, wmdm_root(again), work);
        free(work);
        REQUIRE(folder != NULL);
        seen = wmdm_child(again, folder, "one.bin");
        REQUIRE(seen != NULL);
        other = pv_id(again, seen);
        CHECK(other && strcmp(other, ids[0]) == 0);
    }
    free(other);
    RELEASE(seen);
    RELEASE(folder);
    wmdm_close(again);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        free(ids[i]);
    RELEASE(two);
    RELEASE(one);
}

TAGS_CASE(STORAGE_TAGS_BV_08, STORAGE4, "The id of what was deleted is not given again", CONF_MUST,
          "a file deleted and made again by the same name, three times", "SP-META-011")
{
    struct wmdm *w = wmdm_open(c);
    char *ids[3];

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "again.bin", "same", 4);

        ROW("SP-META-011") {
            ids[i] = pv_id(w, file);
            REQUIRE(ids[i] != NULL);
            for (size_t j = 0; j < i; j++)
                CHECK(strcmp(ids[i], ids[j]) != 0);
        }
        wmdm_delete(w, file);
        RELEASE(file);
    }
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        free(ids[i]);
}

/* ---- setting */
static HRESULT set(struct wmdm *w, IMDSPStorage *storage, IWMDMMetaData *tags)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    HRESULT hr = CALL(IMDSPStorage3, SetMetadata, three, tags);

    RELEASE(three);
    return hr;
}

TAGS_CASE(STORAGE_TAGS_BV_05, SETTABLE, "What is set is there, in whatever order it came",
          CONF_MUST, "SetMetadata of three items in two orders, once with a made-up one between",
          "SP-META-018", "SP-META-020", "SP-META-024")
{
    static const uint16_t kept_in[] = {MTP_OPC_NAME, MTP_OPC_TRACK, MTP_OPC_GENRE};
    bool can[3], is_listed = snapshot_sets(c, MTP_FC_MP3, kept_in, 3, can);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = song(w, "set.mp3", false), *fresh;
    IWMDMMetaData *some = wmdm_metadata_new(), *more = wmdm_metadata_new();
    struct record record;
    HRESULT hr;

    if (is_listed && !(can[0] && can[1] && can[2]))
        conf_inconclusive(c, "title, track and genre of the device's songs cannot be set");
    wmdm_metadata_add_string(some, g_wszWMDMTitle, "First");
    wmdm_metadata_add_dword(some, g_wszWMDMTrack, 3);
    wmdm_metadata_add_string(some, g_wszWMDMGenre, "Noise");
    ROW("SP-META-020.all")
        CHECK_HR(set(w, storage, some), S_OK);
    ROW("SP-META-018.first") {
        recorded(w, storage, &record);
        CHECK(is_text(named(&record, g_wszWMDMTitle), u"First"));
    }
    ROW("SP-META-018.last") {
        CHECK(is_number(named(&record, g_wszWMDMTrack), 3));
        CHECK(is_text(named(&record, g_wszWMDMGenre), u"Noise"));
    }
    ROW("SP-META-018.fresh") {
        fresh = wmdm_child(w, wmdm_work_folder(w), "set.mp3");
        REQUIRE(fresh != NULL);
        recorded(w, fresh, &record);
        CHECK(is_text(named(&record, g_wszWMDMTitle), u"First"));
    }
    RELEASE(fresh);
    wmdm_metadata_add_string(more, g_wszWMDMGenre, "Silence");
    wmdm_metadata_add_string(more, u"Papcheck/None", "nothing");
    wmdm_metadata_add_string(more, g_wszWMDMTitle, "Second");
    ROW("SP-META-024.call") {
        hr = set(w, storage, more);
        CHECK_SEEN(SUCCEEDED(hr), value_hr(hr));
    }
    ROW("SP-META-024.before") {
        recorded(w, storage, &record);
        CHECK(is_text(named(&record, g_wszWMDMGenre), u"Silence"));
    }
    ROW("SP-META-018.behind")
        CHECK(is_text(named(&record, g_wszWMDMTitle), u"Second"));
    ROW("SP-META-020.some")
        CHECK_SEEN(hr == WMDM_S_NOT_ALL_PROPERTIES_APPLIED || named(&record, u"Papcheck/None"),
                   value_hr(hr));
    RELEASE(more);
    RELEASE(some);
    RELEASE(storage);
}

/* Kept as it is, or refused and the old title stays. */
static void survives(struct wmdm *w, IMDSPStorage *storage, const WCHAR *text)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *tags = wmdm_metadata_new();
    WCHAR old[] = u"Old title";
    struct record record;
    HRESULT hr;

    IWMDMMetaData_AddItem(tags, WMDM_TYPE_STRING, g_wszWMDMTitle, (BYTE *)old, sizeof(old));
    REQUIRE_HR(set(w, storage, tags), S_OK);
    RELEASE(tags);
    tags = wmdm_metadata_new();
    IWMDMMetaData_AddItem(tags, WMDM_TYPE_STRING, g_wszWMDMTitle, (BYTE *)(uintptr_t)text,
                          (DWORD)((com_wcslen(text) + 1) * sizeof(WCHAR)));
    hr = set(w, storage, tags);
    recorded(w, storage, &record);
    CHECK_SEEN(is_text(named(&record, g_wszWMDMTitle), hr == S_OK ? text : old), value_hr(hr));
    RELEASE(tags);
}

TAGS_CASE(STORAGE_TAGS_BV_06, SETTABLE, "A title is kept whole or refused", CONF_MUST,
          "SetMetadata of a title: empty, beyond the BMP, of 64, 65 and 4096 characters",
          "SP-META-023")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = song(w, "title.mp3", false);
    WCHAR text[4097];

    for (unsigned i = 0; i < 4097; i++)
        text[i] = i < 4096 ? (WCHAR)('a' + i % 26) : 0;
    ROW("SP-META-023.empty")
        survives(w, storage, u"");
    ROW("SP-META-023.pairs")
        survives(w, storage, u"\U0001f3b5 \U0001f3b6");
    ROW("SP-META-023.long") {
        survives(w, storage, text + 4096 - 64);
        survives(w, storage, text + 4096 - 65);
    }
    ROW("SP-META-023.most")
        survives(w, storage, text);
    RELEASE(storage);
}

/* ---- asking for some */
static HRESULT ask(struct wmdm *w, IMDSPStorage *storage, DWORD count, const WCHAR *const *names,
                   struct record *record)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    WCHAR copies[2][64], *list[2] = {copies[0], copies[1]};
    HRESULT hr;

    for (DWORD i = 0; i < 2; i++)
        memcpy(copies[i], names[i], (com_wcslen(names[i]) + 1) * sizeof(WCHAR));
    *record = (struct record){.iface = {&record_vtbl}};
    hr = CALL(IMDSPStorage4, GetSpecifiedMetadata, four, count, list, &record->iface);
    RELEASE(four);
    return hr;
}

TAGS_CASE(STORAGE_TAGS_BV_07, STORAGE4,
          "What is asked for comes, nothing else, and what lacks is told", CONF_MUST,
          "two that are there, each alone, one of two both ways round, none of two, of one",
          "SP-META-025", "SP-META-026", "SP-META-027", "SP-META-028")
{
    const WCHAR *both[2] = {g_wszWMDMTitle, g_wszWMDMFileName};
    const WCHAR *swapped[2] = {g_wszWMDMFileName, g_wszWMDMTitle};
    const WCHAR *half[2] = {g_wszWMDMTitle, u"Papcheck/None"};
    const WCHAR *turned[2] = {u"Papcheck/None", g_wszWMDMTitle};
    const WCHAR *none[2] = {u"Papcheck/None", u"Papcheck/Never"};
    static const uint16_t kept_in = MTP_OPC_NAME;
    bool has = false, is_listed = snapshot_keeps(c, MTP_FC_MP3, &kept_in, 1, &has);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = song(w, "some.mp3", true);
    struct record record;

    ROW("SP-META-027.all")
        CHECK_HR(ask(w, storage, 2, both, &record), S_OK);
    ROW("SP-META-025.asked")
        CHECK(named(&record, g_wszWMDMTitle) && named(&record, g_wszWMDMFileName));
    ROW("SP-META-025.only")
        CHECK_EQ(record.count, 2);
    ROW("SP-META-027.one") {
        CHECK_HR(ask(w, storage, 1, both, &record), S_OK);
        CHECK_HR(ask(w, storage, 1, swapped, &record), S_OK);
    }
    ROW("SP-META-026.code")
        CHECK_HR(ask(w, storage, 2, half, &record), WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
    ROW("SP-META-026.available") {
        if (is_listed && has)
            CHECK(record.count == 1 && is_text(named(&record, g_wszWMDMTitle), u"Tone"));
        else
            conf_excused(c, 1, keeps_none);
    }
    ROW("SP-META-026.behind") {
        CHECK_HR(ask(w, storage, 2, turned, &record), WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
        if (is_listed && has)
            CHECK(record.count == 1 && is_text(named(&record, g_wszWMDMTitle), u"Tone"));
        else
            conf_excused(c, 1, keeps_none);
    }
    ROW("SP-META-028.one")
        CHECK_FAILS(ask(w, storage, 1, none, &record));
    ROW("SP-META-028.two")
        CHECK_FAILS(ask(w, storage, 2, none, &record));
    ROW("SP-META-028.nothing")
        CHECK_EQ(record.count, 0);
    RELEASE(storage);
}

TAGS_CASE(STORAGE_TAGS_BI_01, STORAGE4, "To ask for nothing is refused", CONF_SHOULD,
          "GetSpecifiedMetadata of no names; without names; without a list", "SP-META-029")
{
    const WCHAR *names[2] = {g_wszWMDMFileName, g_wszWMDMTitle};
    WCHAR name[64], *list[1] = {name};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = song(w, "ask.mp3", true);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    struct record record;

    memcpy(name, g_wszWMDMFileName, (com_wcslen(g_wszWMDMFileName) + 1) * sizeof(WCHAR));
    ROW("SP-META-029.none") {
        CHECK_HR(ask(w, storage, 0, names, &record), E_INVALIDARG);
        CHECK_EQ(record.count, 0);
    }
    ROW("SP-META-029.names")
        CHECK_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 1, NULL, &record.iface),
                 E_INVALIDARG);
    ROW("SP-META-029.list")
        CHECK_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 1, list, NULL), E_INVALIDARG);
    RELEASE(four);
    RELEASE(storage);
}
