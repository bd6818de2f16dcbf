/* Metadata of objects: names, types, sizes, setting some of it, asking for some of it. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/com/com_utf16.h"

#define META_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

static IMDSPStorage *song(struct wmdm *w, IWMDMMetaData *tags)
{
    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    return wmdm_create(w, wmdm_work_folder(w), "song.mp3", WMDM_FILE_ATTR_FILE, 0, tags);
}

static const char keeps_none[] = "the device's songs cannot be given such a property";

static IWMDMMetaData *all_of(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    IWMDMMetaData *list = wmdm_metadata_new();

    REQUIRE_HR(CALL(IMDSPStorage3, GetMetadata, three, list), S_OK);
    RELEASE(three);
    return list;
}

static DWORD count_of(IWMDMMetaData *list)
{
    DWORD count = 0;

    IWMDMMetaData_GetItemCount(list, &count);
    return count;
}

/* All predefined names, and those of vendors, stand behind a prefix. */
static bool has_prefix(const WCHAR *name)
{
    for (; *name; name++) {
        if (*name == '/')
            return true;
    }
    return false;
}

/* One NUL, and that at the end of the bytes told. */
static bool ends_once(const BYTE *data, DWORD length)
{
    if (length < 2 || length % 2)
        return false;
    for (DWORD at = 0; at < length; at += 2) {
        if ((data[at] == 0 && data[at + 1] == 0) != (at + 2 == length))
            return false;
    }
    return true;
}

META_CASE(STORAGE_META_BV_01, "PROVIDER.STORAGE4",
          "Every item has a predefined name, its size, and texts end", CONF_MUST,
          "GetMetadata of a tagged song, item by item", "SP-META-006", "SP-META-003", "SP-META-005")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *tags = wmdm_metadata_new(), *list;
    IMDSPStorage *storage;

    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
    storage = song(w, tags);
    /* The host's list refuses a number of the wrong size, and the provider passes that on. */
    ROW("SP-META-006.bool")
        list = all_of(w, storage);
    for (DWORD i = 0; i < count_of(list); i++) {
        WMDM_TAG_DATATYPE type;
        WCHAR *name = NULL;
        BYTE *data = NULL;
        DWORD length = 0;

        if (FAILED(IWMDMMetaData_QueryByIndex(list, i, &name, &type, &data, &length)))
            continue;
        ROW("SP-META-003.prefix")
            CHECK(has_prefix(name));
        ROW("SP-META-005.text")
            CHECK(type != WMDM_TYPE_STRING || ends_once(data, length));
        CoTaskMemFree(name);
        CoTaskMemFree(data);
    }
    RELEASE(list);
    RELEASE(tags);
    RELEASE(storage);
}

META_CASE(STORAGE_META_BV_02, "PROVIDER.STORAGE4", "A duration is in units of 100 ns", CONF_MUST,
          "a song made with 180 s, read back", "SP-META-007")
{
    static const uint16_t kept_in = MTP_OPC_DURATION;
    bool has = false, is_listed = snapshot_keeps(c, MTP_FC_MP3, &kept_in, 1, &has);
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *tags = wmdm_metadata_new(), *list;
    uint64_t duration = 1800000000, seen = 0;
    IMDSPStorage *storage;

    if (!is_listed || !has)
        conf_inconclusive(c, "the device's songs keep no duration");

    IWMDMMetaData_AddItem(tags, WMDM_TYPE_QWORD, g_wszWMDMDuration, (BYTE *)&duration, 8);
    storage = song(w, tags);
    ROW("SP-META-007") {
        list = all_of(w, storage);
        CHECK(wmdm_metadata_qword(list, g_wszWMDMDuration, &seen));
        CHECK_EQ(seen, duration);
    }
    RELEASE(list);
    RELEASE(tags);
    RELEASE(storage);
}

META_CASE(STORAGE_META_BV_03, "PROVIDER.STORAGE3", "A shell field without data is the empty text",
          CONF_MUST, "a song without tags", "SP-META-014")
{
    static const WCHAR *const fields[] = {g_wszWMDMTrack, g_wszWMDMAuthor, g_wszWMDMAlbumTitle,
                                          g_wszWMDMYear, g_wszWMDMGenre};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = wmdm_put(w, wmdm_work_folder(w), "bare.mp3", "x", 1);

    ROW("SP-META-014.author") {
        IWMDMMetaData *list = all_of(w, storage);

        for (unsigned i = 0; i < 5; i++)
            CHECK(pv_says(c, list, fields[i], ""));
        RELEASE(list);
    }
    RELEASE(storage);
}

META_CASE(STORAGE_META_BV_04, "PROVIDER.STORAGE.METADATA",
          "What is set is read back, and what is dropped is told", CONF_MUST,
          "SetMetadata Title and Genre; then with a made-up name; then a title of 65 characters",
          "SP-META-018", "SP-META-020", "SP-META-023", "SP-META-024")
{
    static const char text[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX";
    static const uint16_t kept_in[] = {MTP_OPC_NAME, MTP_OPC_GENRE};
    bool can[2], is_listed = snapshot_sets(c, MTP_FC_MP3, kept_in, 2, can);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = wmdm_put(w, wmdm_work_folder(w), "set.mp3", "x", 1);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    IWMDMMetaData *tags = wmdm_metadata_new(), *list;
    HRESULT hr;

    if (is_listed && !(can[0] && can[1]))
        conf_inconclusive(c, "title and genre of the device's songs cannot be set");
    wmdm_metadata_add_string(tags, g_wszWMDMGenre, "Noise");
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "First");
    ROW("SP-META-018.first") {
        CHECK_HR(CALL(IMDSPStorage3, SetMetadata, three, tags), S_OK);
        list = all_of(w, storage);
        CHECK(pv_says(c, list, g_wszWMDMTitle, "First") &&
              pv_says(c, list, g_wszWMDMGenre, "Noise"));
    }
    RELEASE(list);
    wmdm_metadata_add_string(tags, u"Papcheck/None", "nothing");
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Second");
    ROW("SP-META-020.some") {
        hr = CALL(IMDSPStorage3, SetMetadata, three, tags);
        ROW("SP-META-024.call") {
            CHECK_SEEN(SUCCEEDED(hr), value_hr(hr));
            list = all_of(w, storage);
            CHECK(pv_says(c, list, g_wszWMDMTitle, "Second"));
        }
        CHECK_SEEN(FAILED(hr) || hr == WMDM_S_NOT_ALL_PROPERTIES_APPLIED ||
                       pv_says(c, list, u"Papcheck/None", "nothing"),
                   value_hr(hr));
    }
    RELEASE(list);
    RELEASE(tags);
    tags = wmdm_metadata_new();
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, text);
    ROW("SP-META-023.long") {
        hr = CALL(IMDSPStorage3, SetMetadata, three, tags);
        list = all_of(w, storage);
        CHECK_SEEN(pv_says(c, list, g_wszWMDMTitle, hr == S_OK ? text : "Second"), value_hr(hr));
    }
    RELEASE(list);
    RELEASE(tags);
    RELEASE(three);
    RELEASE(storage);
}

META_CASE(STORAGE_META_BV_05, "PROVIDER.STORAGE4",
          "GetSpecifiedMetadata gives what was asked for and tells the rest", CONF_MUST,
          "two that are there, one of two, none", "SP-META-025", "SP-META-026", "SP-META-027",
          "SP-META-028")
{
    WCHAR title[32], name[32], none[] = u"Papcheck/None", never[] = u"Papcheck/Never";
    WCHAR *both[2] = {title, name}, *half[2] = {title, none}, *neither[2] = {none, never};
    static const uint16_t kept_in = MTP_OPC_NAME;
    bool has = false, is_listed = snapshot_keeps(c, MTP_FC_MP3, &kept_in, 1, &has);
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *tags = wmdm_metadata_new(), *list = wmdm_metadata_new();
    IMDSPStorage4 *four;
    IMDSPStorage *storage;

    memcpy(title, g_wszWMDMTitle, (com_wcslen(g_wszWMDMTitle) + 1) * sizeof(WCHAR));
    memcpy(name, g_wszWMDMFileName, (com_wcslen(g_wszWMDMFileName) + 1) * sizeof(WCHAR));
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
    storage = song(w, tags);
    four = AS(IMDSPStorage4, storage);
    ROW("SP-META-027.all")
        CHECK_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 2, both, list), S_OK);
    ROW("SP-META-025.only")
        CHECK_EQ(count_of(list), 2);
    RELEASE(list);
    list = wmdm_metadata_new();
    ROW("SP-META-026.code") {
        CHECK_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 2, half, list),
                 WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
        if (is_listed && has)
            CHECK(count_of(list) == 1 && pv_says(c, list, g_wszWMDMTitle, "Tone"));
        else
            conf_excused(c, 1, keeps_none);
    }
    RELEASE(list);
    list = wmdm_metadata_new();
    ROW("SP-META-028.two") {
        CHECK_FAILS(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, 2, neither, list));
        CHECK_EQ(count_of(list), 0);
    }
    RELEASE(list);
    RELEASE(tags);
    RELEASE(four);
    RELEASE(storage);
}

META_CASE(STORAGE_ATTR_BV_05, "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          "A playlist has no data of its own", CONF_SHOULD,
          "GetAttributes of a playlist and of a song", "SP-STG-015")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "v.mp3", "x", 1), *list;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    list = wmdm_create(w, wmdm_work_folder(w), "V", WMDM_FILE_ATTR_FILE, 0, tags);
    ROW("SP-STG-015.list")
        CHECK(pv_attributes(w, list) & WMDM_STORAGE_ATTR_VIRTUAL);
    ROW("SP-STG-015.file")
        CHECK(!(pv_attributes(w, file) & WMDM_STORAGE_ATTR_VIRTUAL));
    RELEASE(list);
    RELEASE(tags);
    RELEASE(file);
}
