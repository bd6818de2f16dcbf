/* Playlists: abstract objects that refer to others, in order. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/com/com_utf16.h"

struct lists {
    struct wmdm *w;
    IMDSPStorage *songs[4], *list;
    IMDSPStorage4 *list4;
};

static IMDSPStorage *new_list_of(struct wmdm *w, const char *name, DWORD format)
{
    IWMDMMetaData *metadata = wmdm_metadata_new();
    IMDSPStorage *list;

    wmdm_metadata_add_dword(metadata, g_wszWMDMFormatCode, format);
    list = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, metadata);
    IWMDMMetaData_Release(metadata);
    return list;
}

static IMDSPStorage *new_list(struct wmdm *w, const char *name)
{
    return new_list_of(w, name, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
}

static void lists_close(struct lists *l)
{
    struct conf *c = wmdm_conf(l->w);

    for (unsigned i = 0; i < 4; i++)
        RELEASE(l->songs[i]);
    RELEASE(l->list4);
    RELEASE(l->list);
}
#define LISTS __attribute__((cleanup(lists_close))) struct lists

static struct lists lists_open(struct conf *c)
{
    static const char *const names[] = {"d.mp3", "a.mp3", "c.mp3", "b.mp3"};
    struct lists l = {.w = wmdm_open(c)};
    struct wmdm *w = l.w;

    for (unsigned i = 0; i < 4; i++)
        l.songs[i] = wmdm_put(w, wmdm_work_folder(w), names[i], names[i], 5);
    l.list = new_list(w, "Mix");
    l.list4 = AS(IMDSPStorage4, l.list);
    return l;
}

/* First letters of the referenced names in order: "dac". */
static void letters(struct lists *l, char ret[8])
{
    struct conf *c = wmdm_conf(l->w);
    IMDSPStorage **items = NULL;
    DWORD count = 77;

    memset(ret, 0, 8);
    REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, l->list4, &count, &items), S_OK);
    REQUIRE(count <= 7);
    for (DWORD i = 0; i < count; i++) {
        char *name = wmdm_name(l->w, items[i]);

        ret[i] = name ? name[0] : '?';
        free(name);
        RELEASE(items[i]);
    }
    CoTaskMemFree(items);
}

CONF_CASE(SYNC_LIST_BV_01, .title = "References are replaced whole and keep their order",
          .reqs = REQS("SP-PL-001", "SP-PL-002", "SP-PL-003", "SP-PL-010"),
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "an empty playlist; SetReferences a,d,b,c then c: GetReferences a,d,b,c then c")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    /* The order neither of their names nor of their making. */
    IMDSPStorage *mixed[4] = {l.songs[1], l.songs[0], l.songs[3], l.songs[2]};
    char seen[8];

    ROW("SP-PL-001.empty")
        CHECK_EQ(pv_size(w, l.list), 0);
    ROW("SP-PL-003.order") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 4, mixed), S_OK);
        ROW("SP-PL-010.count")
            letters(&l, seen);
        CHECK(conf_same_text(c, seen, "adbc"));
    }
    ROW("SP-PL-002") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 1, &l.songs[2]), S_OK);
        ROW("SP-PL-010.count")
            letters(&l, seen);
        CHECK(conf_same_text(c, seen, "c"));
    }
}

CONF_CASE(SYNC_LIST_BV_02, .title = "A list can be empty", .reqs = REQS("SP-PL-011", "SP-PL-004"),
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetReferences of a new list; set two, SetReferences(0, NULL), get again")
{
    LISTS l = lists_open(c);
    WCHAR name[8];
    char seen[8];

    ROW("SP-PL-011.new") {
        letters(&l, seen);
        CHECK(seen[0] == 0);
    }
    ROW("SP-PL-004.code") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 2, l.songs), S_OK);
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 0, NULL), S_OK);
    }
    ROW("SP-PL-004.kept") {
        REQUIRE_HR(CALL(IMDSPStorage, GetName, l.list, name, 8), S_OK);
        CHECK(memcmp(name, u"Mix", sizeof(u"Mix")) == 0);
    }
    ROW("SP-PL-011.cleared")
        letters(&l, seen);
    ROW("SP-PL-004.empty")
        CHECK(seen[0] == 0);
}

CONF_CASE(SYNC_LIST_BI_01, .title = "Bad references are refused and the old list stays",
          .reqs = REQS("SP-PL-005", "SP-PL-006", "SP-PL-007"),
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetReferences with NULL array, a NULL element, a deleted song, a folder")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    IMDSPStorage *holes[3] = {l.songs[2], NULL, l.songs[3]}, *dead[2] = {l.songs[0], l.songs[3]};
    IMDSPStorage *folder = wmdm_work_folder(w);
    char seen[8];

    ROW("SP-PL-005.null") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 2, l.songs), S_OK);
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 2, NULL), E_INVALIDARG);
    }
    ROW("SP-PL-005.hole")
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 3, holes), E_INVALIDARG);
    ROW("SP-PL-005.kept") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "da"));
    }
    ROW("SP-PL-007.folder")
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 1, &folder), WMDM_E_NOTSUPPORTED);
    wmdm_delete(w, l.songs[3]);
    ROW("SP-PL-006.code")
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 2, dead), WMDM_E_INTERFACEDEAD);
    ROW("SP-PL-006.kept") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "da"));
    }
}

CONF_CASE(SYNC_LIST_BI_02, .title = "A plain file has no references", .reqs = REQS("SP-PL-014"),
          .level = CONF_SHOULD, .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetReferences and SetReferences on a song")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    IMDSPStorage4 *song = AS(IMDSPStorage4, l.songs[0]);
    IMDSPStorage **items = POISON;
    DWORD count = 0;

    ROW("SP-PL-014.get") {
        CHECK_HR(CALL(IMDSPStorage4, GetReferences, song, &count, &items), WMDM_E_NOTSUPPORTED);
        CHECK(items == NULL);
    }
    ROW("SP-PL-014.set") {
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, song, 1, &l.songs[1]), WMDM_E_NOTSUPPORTED);
    }
    RELEASE(song);
}

CONF_CASE(SYNC_LIST_BV_03, .title = "A playlist is made without data and is one",
          .reqs = REQS("SP-PL-001", "SP-PL-007"), .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "CreateStorageWithMetadata with the format code; its own, its folder's list; a "
                   "song and a playlist in it")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    IMDSPStorage *inner = new_list(w, "Inner"), *seen = wmdm_child(w, wmdm_work_folder(w), "Mix");
    IWMDMMetaData *of_list = wmdm_metadata_new();
    DWORD code = 0;
    char found[8];
    HRESULT hr;

    ROW("SP-PL-001.listed")
        CHECK(seen != NULL);
    RELEASE(seen);
    ROW("SP-PL-001.format") {
        REQUIRE_HR(CALL(IMDSPStorage4, GetMetadata, l.list4, of_list), S_OK);
        CHECK(wmdm_metadata_dword(of_list, g_wszWMDMFormatCode, &code) &&
              code == WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    }
    RELEASE(of_list);
    ROW("SP-PL-007.song")
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 1, &l.songs[0]), S_OK);
    ROW("SP-PL-007.list") {
        hr = CALL(IMDSPStorage4, SetReferences, l.list4, 1, &inner);
        letters(&l, found);
        CHECK_SEEN(hr == S_OK ? strcmp(found, "I") == 0 : hr == WMDM_E_NOTSUPPORTED, value_hr(hr));
    }
    RELEASE(inner);
}

CONF_CASE(SYNC_LIST_BV_04, .title = "References are handed out, each with a reference of its own",
          .reqs = REQS("SP-PL-010", "SP-PL-011"), .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "SetReferences of three and of one; GetReferences twice, all of it released each "
              "time; the songs after it")
{
    LISTS l = lists_open(c);
    IMDSPStorage **items = NULL, **again = NULL;
    DWORD count = 0, more = 0, low = 0, high = 0;
    char seen[8];

    ROW("SP-PL-010.count") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 3, l.songs), S_OK);
        REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, l.list4, &count, &items), S_OK);
        REQUIRE_EQ(count, 3);
    }
    ROW("SP-PL-010.songs") {
        for (unsigned i = 0; i < 3; i++)
            CHECK_HR(CALL(IMDSPStorage, GetSize, l.songs[i], &low, &high), S_OK);
    }
    ROW("SP-PL-010.own") {
        REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, l.list4, &more, &again), S_OK);
        REQUIRE_EQ(more, 3);
        for (DWORD at = 0; at < 3; at++) {
            ULONG left = SP_CALL("IMDSPStorage::Release", IMDSPStorage_Release(items[at]));

            REQUIRE(items[at] != again[at] || left > 0);
            SP_CALL("IMDSPStorage::Release", IMDSPStorage_Release(again[at]));
        }
        CoTaskMemFree(items);
        CoTaskMemFree(again);
    }
    ROW("SP-PL-010.count") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "dac"));
    }
    ROW("SP-PL-011.one") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 1, l.songs), S_OK);
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "d"));
    }
}

/* ---- where references come from */
static IMDSPStorage *by_name(struct lists *l, const char *name, const WCHAR *wide)
{
    struct wmdm *w = l->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *folder;
    IMDSPStorage *found = NULL;

    if (!conf_offers(c, "PROVIDER.STORAGE.FIND"))
        return wmdm_child(w, wmdm_work_folder(w), name);
    folder = AS(IMDSPStorage2, wmdm_work_folder(w));
    SETUP_CALL(IMDSPStorage2, GetStorage, folder, wide, &found);
    RELEASE(folder);
    return found;
}

/* Where the device finds none by its id, which is SP-DEV-057's matter, by its name. */
static IMDSPStorage *by_id(struct lists *l, IMDSPStorage *song, const char *name)
{
    struct wmdm *w = l->w;
    struct conf *c = wmdm_conf(w);
    WCHAR wide[PV_ID_ROOM];
    char *id = pv_id(w, song);
    IMDSPStorage *found = NULL;

    (void)CALL(IMDSPDevice3, FindStorage, wmdm_device3(w), WMDM_FIND_SCOPE_GLOBAL,
               pv_wide(w, id, wide), &found);
    free(id);
    return found ? found : wmdm_child(w, wmdm_work_folder(w), name);
}

CONF_CASE(SYNC_LIST_BV_05, .title = "A list takes storages wherever they come from, and owns none",
          .reqs = REQS("SP-PL-008"),
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4 && PROVIDER.DEVICE3",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetReferences of one that was made, one enumerated, one found by name and one "
                   "by id; all released; GetReferences")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    IMDSPStorage *mixed[4] = {l.songs[0], wmdm_child(w, wmdm_work_folder(w), "a.mp3"),
                              by_name(&l, "c.mp3", u"c.mp3"), by_id(&l, l.songs[3], "b.mp3")};
    char seen[8];

    ROW("SP-PL-008.sources")
        CHECK_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 4, mixed), S_OK);
    for (unsigned i = 1; i < 4; i++)
        RELEASE(mixed[i]);
    for (unsigned i = 0; i < 4; i++)
        RELEASE(l.songs[i]);
    ROW("SP-PL-008.kept") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "dacb"));
    }
}

/* ---- what becomes of them */
CONF_CASE(SYNC_LIST_BV_06, .title = "Songs and lists do not take each other along",
          .reqs = REQS("SP-PL-012", "SP-PL-017"), .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "four songs in a list, two of them deleted: GetReferences; the list deleted: the "
              "other two")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    IMDSPStorage **items = NULL, *seen;
    DWORD count = 0, low = 0, high = 0;
    char first[2] = "", second[2] = "";
    HRESULT hr;

    SETUP_CALL(IMDSPStorage4, SetReferences, l.list4, 4, l.songs);
    wmdm_delete(w, l.songs[1]);
    wmdm_delete(w, l.songs[3]);
    seen = wmdm_child(w, wmdm_work_folder(w), "Mix");
    ROW("SP-PL-017.list")
        REQUIRE(seen != NULL);
    RELEASE(seen);
    ROW("SP-PL-012.code") {
        hr = CALL(IMDSPStorage4, GetReferences, l.list4, &count, &items);
        CHECK_ANSWER(hr == S_FALSE || hr == S_OK, hr,
                     "S_FALSE, or S_OK where the device has dropped them");
    }
    ROW("SP-PL-012.rest") {
        REQUIRE(count == 2 && items);
        for (DWORD i = 0; i < 2; i++) {
            char *name = wmdm_name(w, items[i]);

            (i ? second : first)[0] = name ? name[0] : '?';
            free(name);
        }
        CHECK(conf_same_text(c, first, "d") && conf_same_text(c, second, "c"));
    }
    for (DWORD i = 0; i < count; i++)
        RELEASE(items[i]);
    CoTaskMemFree(items);
    wmdm_delete(w, l.list);
    ROW("SP-PL-017.songs") {
        CHECK_HR(CALL(IMDSPStorage, GetSize, l.songs[0], &low, &high), S_OK);
        CHECK_HR(CALL(IMDSPStorage, GetSize, l.songs[2], &low, &high), S_OK);
    }
}

static void rename_song(struct wmdm *w, IMDSPStorage *song, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, song);

    SETUP_CALL(IMDSPObject, Rename, object, name, NULL);
    RELEASE(object);
}

static void move_song(struct wmdm *w, IMDSPStorage *song)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *to = wmdm_create(w, wmdm_work_folder(w), "to", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPObject *object = AS(IMDSPObject, song);

    SETUP_CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO, NULL,
               to);
    RELEASE(object);
    RELEASE(to);
}

CONF_CASE(SYNC_LIST_BV_07,
          .title = "A list keeps songs that are renamed, moved or away for a while",
          .reqs = REQS("SP-PL-013"),
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4 && PROVIDER.OBJECT.RENAME && "
                 "PROVIDER.OBJECT.MOVE && PROVIDER.MEDIUM.NESTED",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "SetReferences; Rename of the first, Move of the second; unplug, plug: "
                   "GetReferences each time")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    char seen[8], *folder = wmdm_name(w, wmdm_work_folder(w));
    IMDSPStorage *place;

    SETUP_CALL(IMDSPStorage4, SetReferences, l.list4, 4, l.songs);
    rename_song(w, l.songs[0], u"x.mp3");
    ROW("SP-PL-013.renamed") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "xacb"));
    }
    move_song(w, l.songs[1]);
    ROW("SP-PL-013.moved") {
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "xacb"));
    }
    for (unsigned i = 0; i < 4; i++)
        RELEASE(l.songs[i]);
    RELEASE(l.list4);
    w = l.w = wmdm_replug(w, &l.list);
    place = wmdm_child(w, wmdm_root(w), folder ? folder : "");
    free(folder);
    if (!place)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a folder is gone after a replug");
    l.list = wmdm_child(w, place, "Mix");
    ROW("SP-PL-013.replug") {
        REQUIRE(l.list != NULL);
        l.list4 = AS(IMDSPStorage4, l.list);
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "xacb"));
    }
    wmdm_delete(w, place);
    RELEASE(place);
}

CONF_CASE(SYNC_LIST_BV_08, .title = "A list is called what it was called",
          .reqs = REQS("SP-PL-015"), .level = CONF_SHOULD,
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "a list made as Mix: GetName, and GetStorage of that name")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    char *name = wmdm_name(w, l.list);
    IMDSPStorage2 *folder = AS(IMDSPStorage2, wmdm_work_folder(w));
    IMDSPStorage *found = NULL;

    ROW("SP-PL-015.name")
        CHECK(conf_same_text(c, name, "Mix"));
    ROW("SP-PL-015.found") {
        if (conf_offers(c, "PROVIDER.STORAGE.FIND"))
            CHECK_HR(CALL(IMDSPStorage2, GetStorage, folder, u"Mix", &found), S_OK);
        else
            conf_excused(c, 1, "nothing is found by its name");
    }
    RELEASE(found);
    RELEASE(folder);
    free(name);
}

/* ---- albums */
static HRESULT set_cover(struct lists *l, BYTE *cover, DWORD length)
{
    struct conf *c = wmdm_conf(l->w);
    IWMDMMetaData *list = wmdm_metadata_new();
    HRESULT hr;

    wmdm_ours(
        c, "the host's AddItem",
        list->lpVtbl->AddItem(list, WMDM_TYPE_BINARY, g_wszWMDMAlbumCoverData, cover, length));
    wmdm_metadata_add_dword(list, g_wszWMDMAlbumCoverSize, length);
    hr = CALL(IMDSPStorage4, SetMetadata, l->list4, list);
    RELEASE(list);
    return hr;
}

static void check_cover(struct lists *l, const BYTE *cover, DWORD length)
{
    struct conf *c = wmdm_conf(l->w);
    IWMDMMetaData *list = wmdm_metadata_new();
    WCHAR name[32], *names[] = {name};
    WMDM_TAG_DATATYPE type;
    BYTE *seen = NULL;
    DWORD got = 0;

    memcpy(name, g_wszWMDMAlbumCoverData,
           (com_wcslen(g_wszWMDMAlbumCoverData) + 1) * sizeof(*name));
    REQUIRE_HR(CALL(IMDSPStorage4, GetSpecifiedMetadata, l->list4, 1, names, list), S_OK);
    REQUIRE(
        SUCCEEDED(list->lpVtbl->QueryByName(list, g_wszWMDMAlbumCoverData, &type, &seen, &got)));
    CHECK_BYTES(seen, got, cover, length);
    CoTaskMemFree(seen);
    RELEASE(list);
}

CONF_CASE(SYNC_LIST_BV_09, .title = "An album is a list, with its cover", .reqs = REQS("SP-PL-016"),
          .level = CONF_SHOULD,
          .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4 && PROVIDER.STORAGE.METADATA && "
                 "(!MTP || MTP.FORMAT.BA03)",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "a list of the format ABSTRACTAUDIOALBUM: SetReferences of two songs, SetMetadata "
              "of a cover; both read again")
{
    LISTS l = lists_open(c);
    struct wmdm *w = l.w;
    BYTE cover[300];
    char seen[8];
    HRESULT hr;

    for (size_t i = 0; i < sizeof(cover); i++)
        cover[i] = (BYTE)(i % 7 ? i : 0);
    RELEASE(l.list4);
    RELEASE(l.list);
    l.list = new_list_of(w, "Album", WMDM_FORMATCODE_ABSTRACTAUDIOALBUM);
    l.list4 = AS(IMDSPStorage4, l.list);
    ROW("SP-PL-016.songs") {
        REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, l.list4, 2, l.songs), S_OK);
        letters(&l, seen);
        CHECK(conf_same_text(c, seen, "da"));
    }
    ROW("SP-PL-016.cover") {
        hr = set_cover(&l, cover, sizeof(cover));
        if (hr == S_OK)
            check_cover(&l, cover, sizeof(cover));
        else
            conf_excused(c, 3, "the provider knows no covers");
        CHECK_ANSWER(hr == S_OK || hr == WMDM_S_NOT_ALL_PROPERTIES_APPLIED, hr,
                     "S_OK, or that it knows no covers");
    }
}
