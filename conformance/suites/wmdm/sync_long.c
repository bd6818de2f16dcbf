/* Playlists that are long, and that have one song more than once. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

enum { LONG_LIST = 200 };

/* Of those one-letter names: are they the list's songs, in that order? */
static void check_list(struct wmdm *w, IMDSPStorage4 *list, const char *letters, DWORD count)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage **items = NULL;
    DWORD got = 77;
    bool is_same = true;

    REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, list, &got, &items), S_OK);
    CHECK_EQ(got, count);
    for (DWORD i = 0; i < got; i++) {
        char *name = wmdm_name(w, items[i]);

        is_same = is_same && i < count && name && name[0] == letters[i % 3];
        free(name);
        RELEASE(items[i]);
    }
    CHECK(is_same);
    CoTaskMemFree(items);
}

CONF_CASE(SYNC_LONG_BV_01, .title = "A playlist has its songs as often as they were set",
          .reqs = REQS("SP-PL-003"), .ics = "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetReferences a,b,a; the same 200 songs long; GetReferences after each")
{
    static const char letters[] = "aba";
    static const struct {
        const char *row;
        DWORD count;
    } lists[] = {{"SP-PL-003.repeated", 3}, {"SP-PL-003.many", LONG_LIST}};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *a = wmdm_put(w, wmdm_work_folder(w), "a.mp3", "a", 1);
    IMDSPStorage *b = wmdm_put(w, wmdm_work_folder(w), "b.mp3", "b", 1);
    IMDSPStorage *songs[LONG_LIST], *list;
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage4 *four;

    for (size_t i = 0; i < LONG_LIST; i++)
        songs[i] = letters[i % 3] == 'a' ? a : b;
    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    list = wmdm_create(w, wmdm_work_folder(w), "Long", WMDM_FILE_ATTR_FILE, 0, tags);
    RELEASE(tags);
    four = AS(IMDSPStorage4, list);
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        ROW(lists[i].row) {
            REQUIRE_HR(CALL(IMDSPStorage4, SetReferences, four, lists[i].count, songs), S_OK);
            check_list(w, four, letters, lists[i].count);
        }
    }
    RELEASE(four);
    RELEASE(list);
    RELEASE(b);
    RELEASE(a);
}
