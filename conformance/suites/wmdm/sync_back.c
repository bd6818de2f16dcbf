/* What listeners give a file, on the device or by an application: a synchronisation takes it
 * back. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "mtp_codes.h"

static HRESULT give(struct wmdm *w, const char *name, DWORD rating, DWORD plays)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_child(w, wmdm_work_folder(w), name);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage3 *three;
    HRESULT hr;

    REQUIRE(file != NULL);
    three = AS(IMDSPStorage3, file);
    wmdm_metadata_add_dword(list, g_wszWMDMUserRating, rating);
    wmdm_metadata_add_dword(list, g_wszWMDMPlayCount, plays);
    hr = CALL(IMDSPStorage3, SetMetadata, three, list);
    RELEASE(list);
    RELEASE(three);
    RELEASE(file);
    return hr;
}

/* By an interface that is new each time; false: it has no such number. */
static bool has_number(struct wmdm *w, const char *name, const WCHAR *property, DWORD expected)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_child(w, wmdm_work_folder(w), name);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage3 *three;
    DWORD number = 0;
    bool has;

    REQUIRE(file != NULL);
    three = AS(IMDSPStorage3, file);
    REQUIRE_HR(CALL(IMDSPStorage3, GetMetadata, three, list), S_OK);
    has = wmdm_metadata_dword(list, property, &number);
    conf_note(c, "%s: %s%u, expected %u", name, has ? "" : "none, ", number, expected);
    RELEASE(list);
    RELEASE(three);
    RELEASE(file);
    return has && number == expected;
}

CONF_CASE(SYNC_BACK_BV_01, .title = "Ratings and play counts are each file's own",
          .reqs = REQS("SP-SYNC-008"), .level = CONF_SHOULD,
          .ics = "PROVIDER.STORAGE3 && PROVIDER.STORAGE.METADATA",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "UserRating and PlayCount of two songs are set, read, set to others and read")
{
    static const uint16_t kept_in[] = {MTP_OPC_RATING, MTP_OPC_USE_COUNT};
    bool can[2], is_listed = snapshot_sets(c, MTP_FC_MP3, kept_in, 2, can);
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *one = wmdm_put(w, wmdm_work_folder(w), "one.mp3", "x", 1);
    IMDSPStorage *two = wmdm_put(w, wmdm_work_folder(w), "two.mp3", "x", 1);

    if (is_listed && !(can[0] && can[1]))
        conf_inconclusive(c, "rating and play count of the device's songs cannot be set");
    ROW("SP-SYNC-008.rating") {
        CHECK_HR(give(w, "one.mp3", 42, 7), S_OK);
        CHECK(has_number(w, "one.mp3", g_wszWMDMUserRating, 42));
    }
    ROW("SP-SYNC-008.plays") {
        CHECK(has_number(w, "one.mp3", g_wszWMDMPlayCount, 7));
    }
    ROW("SP-SYNC-008.own") {
        CHECK_HR(give(w, "two.mp3", 80, 3), S_OK);
        CHECK(has_number(w, "one.mp3", g_wszWMDMUserRating, 42));
        CHECK(has_number(w, "one.mp3", g_wszWMDMPlayCount, 7));
        CHECK(has_number(w, "two.mp3", g_wszWMDMUserRating, 80));
        CHECK(has_number(w, "two.mp3", g_wszWMDMPlayCount, 3));
    }
    ROW("SP-SYNC-008.again") {
        CHECK_HR(give(w, "one.mp3", 21, 8), S_OK);
        CHECK(has_number(w, "one.mp3", g_wszWMDMUserRating, 21));
        CHECK(has_number(w, "one.mp3", g_wszWMDMPlayCount, 8));
    }
    RELEASE(one);
    RELEASE(two);
}
