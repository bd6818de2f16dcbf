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
    RELEASE(metadata);
    return list;
}

static struct lists lists_open(struct conf *c, const char *row)
{
    static const char *const names[] = {"d.mp3", "a.mp3", "c.mp3", "b.mp3"};
    struct lists l = {.w = wmdm_open(c, row)};
    struct wmdm *w = l.w;

    for (unsigned i = 0; i < 4; i++)
        l.songs[i] = wmdm_put(w, wmdm_work_folder(w), names[i], names[i], 5);
    l.list = new_list(w, "Mix");
    l.list4 = AS(IMDSPStorage4, l.list);
    return l;
}

static void lists_close(struct lists *l)
{
    for (unsigned i = 0; i < 4; i++)
        RELEASE(l->songs[i]);
    RELEASE(l->list4);
    RELEASE(l->list);
    wmdm_close(l->w);
}

/* First letters of the referenced names in order: "dac". */
static void letters(struct lists *l, const char *row, char ret[8])
{
    struct conf *c = wmdm_conf(l->w);
    IMDSPStorage **items = NULL;
    DWORD count = 77;

    memset(ret, 0, 8);
    REQUIRE_HR(row, S_OK, IMDSPStorage4, GetReferences, l->list4, &count, &items);
    REQUIRE(c, row, count <= 7);
    for (DWORD i = 0; i < count; i++) {
        char *name = wmdm_name(l->w, items[i]);

        ret[i] = name ? name[0] : '?';
        free(name);
        RELEASE(items[i]);
    }
    CoTaskMemFree(items);
}

CONF_CASE(SYNC_LIST_BV_01, .title = "References are replaced whole and keep their order",
          .reqs = REQS("SP-PL-001", "SP-PL-002", "SP-PL-003", "SP-PL-010"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "an empty playlist; SetReferences a,d,b,c then c: GetReferences a,d,b,c then c")
{
    struct lists l = lists_open(c, "SP-PL-001");
    struct wmdm *w = l.w;
    /* The order neither of their names nor of their making. */
    IMDSPStorage *mixed[4] = {l.songs[1], l.songs[0], l.songs[3], l.songs[2]};
    char seen[8];

    CHECK_EQ(c, "SP-PL-001", pv_size(w, "SP-PL-001", l.list), 0);
    REQUIRE_HR("SP-PL-003", S_OK, IMDSPStorage4, SetReferences, l.list4, 4, mixed);
    letters(&l, "SP-PL-010", seen);
    CHECK(c, "SP-PL-003", strcmp(seen, "adbc") == 0);
    REQUIRE_HR("SP-PL-002", S_OK, IMDSPStorage4, SetReferences, l.list4, 1, &l.songs[2]);
    letters(&l, "SP-PL-010", seen);
    CHECK(c, "SP-PL-002", strcmp(seen, "c") == 0);
    lists_close(&l);
}

CONF_CASE(SYNC_LIST_BV_02, .title = "A list can be empty", .reqs = REQS("SP-PL-004", "SP-PL-011"),
          .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetReferences of a new list; set two, SetReferences(0, NULL), get again")
{
    struct lists l = lists_open(c, "SP-PL-011");
    struct wmdm *w = l.w;
    char seen[8];
    char *name;

    letters(&l, "SP-PL-011", seen);
    CHECK(c, "SP-PL-011", seen[0] == 0);
    REQUIRE_HR("SP-PL-004", S_OK, IMDSPStorage4, SetReferences, l.list4, 2, l.songs);
    CHECK_HR("SP-PL-004", S_OK, IMDSPStorage4, SetReferences, l.list4, 0, NULL);
    letters(&l, "SP-PL-011", seen);
    CHECK(c, "SP-PL-004", seen[0] == 0);
    name = wmdm_name(w, l.list);
    CHECK(c, "SP-PL-004", name && strcmp(name, "Mix") == 0);
    free(name);
    lists_close(&l);
}

CONF_CASE(SYNC_LIST_BI_01, .title = "Bad references are refused and the old list stays",
          .reqs = REQS("SP-PL-005", "SP-PL-006", "SP-PL-007"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetReferences with NULL array, a NULL element, a deleted song, a folder")
{
    struct lists l = lists_open(c, "SP-PL-005");
    struct wmdm *w = l.w;
    IMDSPStorage *holes[3] = {l.songs[2], NULL, l.songs[3]}, *dead[2] = {l.songs[0], l.songs[3]};
    IMDSPStorage *folder = wmdm_work_folder(w);
    char seen[8];

    REQUIRE_HR("SP-PL-005", S_OK, IMDSPStorage4, SetReferences, l.list4, 2, l.songs);
    CHECK_HR("SP-PL-005", E_INVALIDARG, IMDSPStorage4, SetReferences, l.list4, 2, NULL);
    CHECK_HR("SP-PL-005", E_INVALIDARG, IMDSPStorage4, SetReferences, l.list4, 3, holes);
    letters(&l, "SP-PL-005", seen);
    CHECK(c, "SP-PL-005", strcmp(seen, "da") == 0);
    CHECK_HR("SP-PL-007", WMDM_E_NOTSUPPORTED, IMDSPStorage4, SetReferences, l.list4, 1, &folder);
    wmdm_delete(w, l.songs[3]);
    CHECK_HR("SP-PL-006", WMDM_E_INTERFACEDEAD, IMDSPStorage4, SetReferences, l.list4, 2, dead);
    letters(&l, "SP-PL-006", seen);
    CHECK(c, "SP-PL-006", strcmp(seen, "da") == 0);
    lists_close(&l);
}

CONF_CASE(SYNC_LIST_BI_02, .title = "A plain file has no references", .reqs = REQS("SP-PL-014"),
          .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetReferences and SetReferences on a song")
{
    struct lists l = lists_open(c, "SP-PL-014");
    struct wmdm *w = l.w;
    IMDSPStorage4 *song = AS(IMDSPStorage4, l.songs[0]);
    IMDSPStorage **items = POISON;
    DWORD count = 0;

    CHECK_HR("SP-PL-014", WMDM_E_NOTSUPPORTED, IMDSPStorage4, GetReferences, song, &count, &items);
    CHECK(c, "SP-PL-014", items == NULL);
    CHECK_HR("SP-PL-014", WMDM_E_NOTSUPPORTED, IMDSPStorage4, SetReferences, song, 1, &l.songs[1]);
    RELEASE(song);
    lists_close(&l);
}
