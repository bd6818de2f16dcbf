/* What is set of a song is read as it was set, at the ends of what it may be: numbers that take all
 * the room of their type, texts beyond ASCII, long ones, and none. */
#include <stdio.h>

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "mtp_codes.h"
#include "spcore/base.h"

#define VALUES_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define SETTABLE "PROVIDER.STORAGE.METADATA && PROVIDER.STORAGE4"

static IMDSPStorage *song(struct wmdm *w, const char *name)
{
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *storage;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    storage = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, tags);
    IWMDMMetaData_Release(tags);
    return storage;
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

/* By a pointer of its own, so that nothing is what was said to another. */
static IWMDMMetaData *get(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *storage = wmdm_child(w, wmdm_work_folder(w), name);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage3 *three;

    if (!storage)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    three = AS(IMDSPStorage3, storage);
    SETUP_CALL(IMDSPStorage3, GetMetadata, three, list);
    RELEASE(three);
    RELEASE(storage);
    return list;
}

/* What cannot be set, or not to that, is refused, which is the provider's and the device's right.
 */
static bool is_set(struct wmdm *w, IMDSPStorage *storage, IWMDMMetaData *list, const char *row)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr = set(w, storage, list);

    if (hr == S_OK)
        return true;
    ROW(row)
        CHECK_ANSWER(FAILED(hr) || hr == WMDM_S_NOT_ALL_PROPERTIES_APPLIED, hr,
                     "S_OK, or that it is not taken");
    return false;
}

/* ---- numbers */
static const struct {
    const WCHAR *name;
    uint64_t value;
    bool is_long; /* a QWORD */
} numbers[] = {
    {g_wszWMDMTrack, 1, false},
    {g_wszWMDMTrack, 99, false},
    {g_wszWMDMTrack, 300, false},
    {g_wszWMDMUserRating, 1, false},
    {g_wszWMDMUserRating, 99, false},
    {g_wszWMDMPlayCount, 0xffff, false},
    {g_wszWMDMPlayCount, 0x12345, false},
    {g_wszWMDMDuration, 10000, true},                     /* 1 ms, in units of 100 ns */
    {g_wszWMDMDuration, (uint64_t)7200 * 10000000, true}, /* two hours: more than 32 bits */
};

VALUES_CASE(STORAGE_VALUES_BV_01, SETTABLE, "A number comes back as it was set", CONF_MUST,
            "SetMetadata of track, rating, play count and duration, the least and the most of "
            "each; GetMetadata by another pointer",
            "SP-META-018")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        IWMDMMetaData *list = wmdm_metadata_new();
        uint64_t value = numbers[i].value, seen = 0;
        DWORD seen_short = 0;

        wmdm_ours(
            c, "the host's AddItem",
            list->lpVtbl->AddItem(list, numbers[i].is_long ? WMDM_TYPE_QWORD : WMDM_TYPE_DWORD,
                                  numbers[i].name, (BYTE *)&value, numbers[i].is_long ? 8 : 4));
        conf_note(c, "it was number %zu, %llu", i, (unsigned long long)value);
        if (!is_set(w, one, list, "SP-META-018.number"))
            continue;
        list = get(w, "one.mp3");
        if (!numbers[i].is_long && wmdm_metadata_dword(list, numbers[i].name, &seen_short))
            seen = seen_short;
        if (numbers[i].is_long)
            (void)wmdm_metadata_qword(list, numbers[i].name, &seen);
        RELEASE(list);
        ROW("SP-META-018.number")
            CHECK_EQ(seen, value);
    }
    RELEASE(one);
}

/* ---- texts */
static const struct {
    const WCHAR *name;
    bool is_shell; /* there even when it is empty (SP-META-014) */
} texts[] = {
    {g_wszWMDMTitle, true}, {g_wszWMDMAuthor, true},    {g_wszWMDMAlbumTitle, true},
    {g_wszWMDMGenre, true}, {g_wszWMDMComposer, false}, {g_wszWMDMAlbumArtist, false},
};

static void comes_back(struct wmdm *w, IMDSPStorage *one, const WCHAR *name, const char *text,
                       const char *row)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *list = wmdm_metadata_new();

    wmdm_metadata_add_string(list, name, text);
    if (!is_set(w, one, list, row))
        return;
    list = get(w, "one.mp3");
    ROW(row)
        CHECK(pv_says(c, list, name, text));
    RELEASE(list);
}

VALUES_CASE(STORAGE_VALUES_BV_02, SETTABLE, "Each text comes back as it was set", CONF_MUST,
            "SetMetadata of title, author, album, genre, composer and album artist: 200 "
            "characters, beyond ASCII, empty; GetMetadata by another pointer",
            "SP-META-023")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");
    char many[201];

    memset(many, 'm', sizeof(many) - 1);
    many[sizeof(many) - 1] = 0;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        conf_note(c, "it was text %zu", i);
        comes_back(w, one, texts[i].name, many, "SP-META-023.each");
        comes_back(w, one, texts[i].name, "Ünï 日本 𝄞", "SP-META-023.each");
        if (texts[i].is_shell)
            comes_back(w, one, texts[i].name, "", "SP-META-023.none");
    }
    RELEASE(one);
}

/* ---- many at once, and seen by others */
VALUES_CASE(STORAGE_VALUES_BV_03, "PROVIDER.STORAGE4", "Many properties are asked for at once",
            CONF_MUST,
            "GetMetadata; GetSpecifiedMetadata of all the names it has: as many and S_OK",
            "SP-META-027")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = song(w, "one.mp3");
    IMDSPStorage4 *four = AS(IMDSPStorage4, one);
    IWMDMMetaData *all = get(w, "one.mp3"), *again = wmdm_metadata_new();
    UINT count = 0, got = 0;
    WCHAR **names;

    wmdm_ours(c, "the host's GetItemCount", all->lpVtbl->GetItemCount(all, &count));
    names = calloc(count + 1, sizeof(*names));
    for (UINT i = 0; names && i < count; i++) {
        WMDM_TAG_DATATYPE type;
        BYTE *value = NULL;
        UINT length;

        wmdm_ours(c, "the host's QueryByIndex",
                  all->lpVtbl->QueryByIndex(all, i, &names[i], &type, &value, &length));
        CoTaskMemFree(value);
    }
    ROW("SP-META-027.many") {
        CHECK_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, four, count, names, again), S_OK);
        (void)again->lpVtbl->GetItemCount(again, &got);
        CHECK_EQ(got, count);
    }
    for (UINT i = 0; names && i < count; i++)
        CoTaskMemFree(names[i]);
    free(names);
    RELEASE(again);
    RELEASE(all);
    RELEASE(four);
    RELEASE(one);
}

VALUES_CASE(STORAGE_VALUES_BV_05, "PROVIDER.STORAGE4",
            "What replaces an object has what it is made with", CONF_MUST,
            "a song; CreateStorageWithMetadata of its name with OVERWRITE and a title; GetMetadata",
            "SP-STG-049")
{
    static const uint16_t kept_in[] = {MTP_OPC_NAME};
    bool has = false, is_listed = snapshot_keeps(c, MTP_FC_MP3, kept_in, 1, &has);
    struct wmdm *w;
    IMDSPStorage *one, *made;
    IWMDMMetaData *tags;

    if (!is_listed || !has)
        conf_inconclusive(c, "the device's songs cannot be given a title");
    w = wmdm_open(c);
    one = song(w, "one.mp3");
    tags = wmdm_metadata_new();

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "In place of it");
    made = wmdm_create(w, wmdm_work_folder(w), "one.mp3",
                       WMDM_FILE_ATTR_FILE | WMDM_FILE_CREATE_OVERWRITE, 0, tags);
    RELEASE(tags);
    tags = get(w, "one.mp3");
    ROW("SP-STG-049.replaced")
        CHECK(pv_says(c, tags, g_wszWMDMTitle, "In place of it"));
    RELEASE(tags);
    RELEASE(made);
    RELEASE(one);
}

enum { SONGS = 4 };

static void titled(struct wmdm *w, const char *id, const char *title, const char *row)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage *one = NULL;
    WCHAR wide[PV_ID_ROOM];

    SETUP_CALL(IMDSPDevice3, FindStorage, wmdm_device3(w), WMDM_FIND_SCOPE_GLOBAL,
               pv_wide(w, id, wide), &one);
    wmdm_metadata_add_string(list, g_wszWMDMTitle, title);
    if (set(w, one, list) != S_OK) {
        ROW(row)
            conf_inconclusive(c, "a title cannot be set");
    }
    RELEASE(one);
}

/* Whoever reads them one after the other may read ahead. */
VALUES_CASE(STORAGE_VALUES_BV_04, SETTABLE " && PROVIDER.DEVICE3",
            "What another instance sets is read at once", CONF_MUST,
            "four songs of an enumerator: titles of the first three; another instance sets that "
            "of the last; its title",
            "SP-THREAD-006")
{
    struct wmdm *w = wmdm_open(c), *other = wmdm_open(c);
    struct wmdm_list listed;
    IMDSPStorage *last, *one;
    char name[] = "0.mp3", *text;

    for (unsigned i = 0; i < SONGS; i++) {
        name[0] = (char)('0' + i);
        one = song(w, name);
        RELEASE(one);
    }
    listed = wmdm_children(w, wmdm_work_folder(w));
    if (listed.count < SONGS)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    last = listed.item[listed.count - 1];
    text = wmdm_name(w, last);
    one = wmdm_child(w, wmdm_work_folder(w), text ? text : "");
    free(text);
    text = pv_id(w, one);
    RELEASE(one);
    for (size_t i = 0; i + 1 < listed.count; i++)
        free(pv_text(w, listed.item[i], g_wszWMDMTitle));
    titled(other, text, "Set by another", "SP-THREAD-006.tagged");
    free(text);
    text = pv_text(w, last, g_wszWMDMTitle);
    ROW("SP-THREAD-006.tagged")
        CHECK(conf_same_text(c, text, "Set by another"));
    free(text);
    wmdm_release_all(w, &listed);
    wmdm_close(other);
}
