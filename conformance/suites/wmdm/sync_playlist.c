/* Playlists: abstract objects that refer to others, in order. */
#include "conformance/wmdm/wmdm_case.h"

struct lists {
    struct wmdm *w;
    IMDSPStorage *songs[4], *list;
    IMDSPStorage4 *list4;
};

static IMDSPStorage *new_list(struct wmdm *w, const char *name)
{
    IWMDMMetaData *metadata = wmdm_metadata_new();
    IMDSPStorage *list;

    wmdm_metadata_add_dword(metadata, g_wszWMDMFormatCode,
                            WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    list = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, metadata);
    IWMDMMetaData_Release(metadata);
    return list;
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
    ROW("SP-PL-003") {
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
