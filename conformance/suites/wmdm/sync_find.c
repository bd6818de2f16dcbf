/* Persistent ids and FindStorage: what incremental sync rests on. */
#include <stdio.h>

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/com/com_utf16.h"

static IMDSPStorage *found(struct wmdm *w, WMDM_FIND_SCOPE scope, const char *id)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *storage = NULL;
    WCHAR wide[PV_ID_ROOM];

    (void)CALL(IMDSPDevice3, FindStorage, wmdm_device3(w), scope, pv_wide(w, id, wide), &storage);
    return storage;
}

/* A folder in the root, in either scope. */
static void check_top(struct wmdm *w, IMDSPStorage *folder)
{
    struct conf *c = wmdm_conf(w);
    char *id, *seen = NULL;
    IMDSPStorage *hit;

    ROW("SP-DEV-056.folder") {
        id = pv_id(w, folder);
        REQUIRE(id != NULL);
        hit = found(w, WMDM_FIND_SCOPE_GLOBAL, id);
        CHECK(hit != NULL);
    }
    ROW("SP-DEV-056.same") {
        seen = hit ? pv_id(w, hit) : NULL;
        CHECK(!hit || (seen && strcmp(seen, id) == 0));
    }
    RELEASE(hit);
    ROW("SP-DEV-057.child") {
        hit = found(w, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, id);
        CHECK(hit != NULL);
    }
    RELEASE(hit);
    free(seen);
    free(id);
}

CONF_CASE(
    SYNC_FIND_BV_01, .title = "FindStorage finds by id at any depth, and only as far as asked",
    .reqs = REQS("SP-DEV-056", "SP-DEV-057", "SP-STG-051"),
    .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4 && PROVIDER.MEDIUM.NESTED",
    .needs = CONF_PROVIDER | CONF_WRITES,
    .steps = "a file two folders deep: GLOBAL finds it, IMMEDIATE_CHILDREN of the device does "
             "not, but its folder in the root; from a sibling folder GLOBAL finds it, "
             "IMMEDIATE_CHILDREN does not")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *inner = wmdm_create(w, work, "inner", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *other = wmdm_create(w, work, "other", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, inner, "deep.bin", "deep", 4);
    IMDSPStorage *hit;
    IMDSPStorage4 *four;
    WCHAR wide[PV_ID_ROOM];
    char *id, *name;

    ROW("SP-DEV-056.deep") {
        id = pv_id(w, file);
        REQUIRE(id != NULL);
        hit = found(w, WMDM_FIND_SCOPE_GLOBAL, id);
        REQUIRE(hit != NULL);
        name = wmdm_name(w, hit);
    }
    ROW("SP-DEV-056.same")
        CHECK(conf_same_text(c, name, "deep.bin"));
    free(name);
    RELEASE(hit);
    check_top(w, work);
    ROW("SP-DEV-057.device") {
        hit = found(w, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, id);
        CHECK(hit == NULL);
    }
    RELEASE(hit);
    ROW("SP-DEV-057.storage") {
        four = AS(IMDSPStorage4, other);
        ROW("SP-STG-051.global")
            CHECK_HR(CALL(IMDSPStorage4, FindStorage, four, WMDM_FIND_SCOPE_GLOBAL,
                          pv_wide(w, id, wide), &hit),
                     S_OK);
        RELEASE(hit);
        CHECK_HR(CALL(IMDSPStorage4, FindStorage, four, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN,
                      pv_wide(w, id, wide), &hit),
                 HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
        RELEASE(hit);
        RELEASE(four);
    }
    ROW("SP-DEV-057.inner") {
        four = AS(IMDSPStorage4, inner);
        CHECK_HR(CALL(IMDSPStorage4, FindStorage, four, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN,
                      pv_wide(w, id, wide), &hit),
                 S_OK);
    }
    RELEASE(hit);
    RELEASE(four);
    free(id);
    RELEASE(file);
    RELEASE(other);
    RELEASE(inner);
}

CONF_CASE(SYNC_FIND_BI_01,
          .title = "FindStorage says what it cannot find and refuses bad arguments",
          .reqs = REQS("SP-DEV-058", "SP-DEV-059"), .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "the id of a deleted file, a made-up id; scope 7, NULL id, NULL output")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "gone.bin", "x", 1), *out = POISON;
    IMDSPDevice3 *device = wmdm_device3(w);
    WCHAR wide[PV_ID_ROOM];
    char *id;

    id = pv_id(w, file);
    (void)pv_wide(w, id, wide);
    ROW("SP-DEV-059.scope")
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, device, (WMDM_FIND_SCOPE)7, wide, &out),
                 E_INVALIDARG);
    ROW("SP-DEV-059.id")
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL, NULL, &out),
                 E_INVALIDARG);
    ROW("SP-DEV-059.output")
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL, wide, NULL),
                 E_INVALIDARG);
    wmdm_delete(w, file);
    out = POISON;
    ROW("SP-DEV-058.deleted")
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL, wide, &out),
                 HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    ROW("SP-DEV-058.null")
        CHECK(out == NULL);
    out = POISON;
    ROW("SP-DEV-058.random")
        CHECK_HR(
            CALL(IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL, u"no-such-id", &out),
            HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    ROW("SP-DEV-058.null")
        CHECK(out == NULL);
    free(id);
    RELEASE(file);
}

CONF_CASE(SYNC_FIND_BV_02, .title = "Devices and objects answer what synchronisation needs",
          .reqs = REQS("SP-SYNC-002", "SP-SYNC-004"), .ics = "PROVIDER.SYNC",
          .needs = CONF_PROVIDER,
          .steps = "QueryInterface for IMDSPDevice3, IMDSPStorage4, IMDSPObject2")
{
    struct wmdm *w = wmdm_open(c);

    ROW("SP-SYNC-002")
        CHECK(wmdm_has(w, wmdm_device(w), &IID_IMDSPDevice3));
    ROW("SP-SYNC-004.root") {
        CHECK(wmdm_has(w, wmdm_root(w), &IID_IMDSPStorage4));
        CHECK(wmdm_has(w, wmdm_root(w), &IID_IMDSPObject2));
    }
}

CONF_CASE(SYNC_FIND_BV_03, .title = "Persistent ids are unique and the same in the next session",
          .reqs = REQS("SP-META-010", "SP-META-011", "SP-SYNC-006"),
          .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "two files of one content, two ids; a new provider instance finds both by id; a "
                   "deleted file's id is not given again")
{
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *one = wmdm_put(w, wmdm_work_folder(w), "one.bin", "same", 4);
    IMDSPStorage *two = wmdm_put(w, wmdm_work_folder(w), "two.bin", "same", 4), *hit;
    char *first, *second, *third;

    ROW("SP-META-010.unique") {
        first = pv_id(w, one);
        second = pv_id(w, two);
        REQUIRE(first && *first && second && *second);
        CHECK(strcmp(first, second) != 0);
        ROW("SP-SYNC-006.found") {
            again = wmdm_open(c);
            hit = found(again, WMDM_FIND_SCOPE_GLOBAL, first);
            REQUIRE(hit != NULL);
        }
        third = pv_id(again, hit);
        CHECK(conf_same_text(c, third, first));
    }
    free(third);
    RELEASE(hit);
    wmdm_close(again);
    wmdm_delete(w, one);
    RELEASE(one);
    one = wmdm_put(w, wmdm_work_folder(w), "one.bin", "same", 4);
    ROW("SP-META-011") {
        third = pv_id(w, one);
        CHECK(third && strcmp(third, first) != 0);
    }
    free(third);
    free(second);
    free(first);
    RELEASE(two);
    RELEASE(one);
}

CONF_CASE(SYNC_DEVICE_BV_01, .title = "The sync relationship id is kept by the device",
          .reqs = REQS("SP-SYNC-007"), .level = CONF_SHOULD,
          .ics = "PROVIDER.DEVICE3 && PROVIDER.DEVICE.PARTNER",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetProperty WMDM/SyncRelationshipID, read by a second instance, put back")
{
    struct wmdm *w = wmdm_open(c), *again;
    PROPVARIANT old, value = {.vt = VT_BSTR};

    PropVariantInit(&old);
    ROW("SP-SYNC-007.device") {
        CHECK_HR(
            CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), g_wszWMDMSyncRelationshipID, &old),
            S_OK);
        value.bstrVal = SysAllocString(u"{papcheck-sync}");
        CHECK_HR(
            CALL(IMDSPDevice3, SetProperty, wmdm_device3(w), g_wszWMDMSyncRelationshipID, &value),
            S_OK);
        again = wmdm_open(c);
        PropVariantClear(&value);
        CHECK_HR(CALL(IMDSPDevice3, GetProperty, wmdm_device3(again), g_wszWMDMSyncRelationshipID,
                      &value),
                 S_OK);
        CHECK(value.vt == VT_BSTR && com_wcseq(value.bstrVal, u"{papcheck-sync}"));
        PropVariantClear(&value);
        wmdm_close(again);
        (void)CALL(IMDSPDevice3, SetProperty, wmdm_device3(w), g_wszWMDMSyncRelationshipID, &old);
    }
    PropVariantClear(&old);
}

CONF_CASE(SYNC_FILE_BV_01, .title = "The sync id of a file is kept by the device",
          .reqs = REQS("SP-SYNC-007"), .level = CONF_SHOULD,
          .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4 && PROVIDER.STORAGE.METADATA",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetMetadata WMDM/SyncID of a song, read by a second instance")
{
    static const uint16_t kept_in = MTP_OPC_SYNC_ID;
    bool has = false, is_listed = snapshot_keeps(c, MTP_FC_MP3, &kept_in, 1, &has);
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *file, *seen = NULL;
    IMDSPStorage3 *three;
    IWMDMMetaData *tags = wmdm_metadata_new();
    char *id, *text;

    if (!is_listed || !has)
        conf_inconclusive(c, "the device's songs keep no sync id");
    file = wmdm_put(w, wmdm_work_folder(w), "synced.mp3", "x", 1);
    id = pv_id(w, file);
    three = AS(IMDSPStorage3, file);
    wmdm_metadata_add_string(tags, g_wszWMDMSyncID, "papcheck-0042");
    ROW("SP-SYNC-007.file") {
        CHECK_HR(CALL(IMDSPStorage3, SetMetadata, three, tags), S_OK);
        again = wmdm_open(c);
        seen = found(again, WMDM_FIND_SCOPE_GLOBAL, id);
        REQUIRE(seen != NULL);
        text = pv_text(again, seen, g_wszWMDMSyncID);
        CHECK(conf_same_text(c, text, "papcheck-0042"));
    }
    free(text);
    free(id);
    RELEASE(seen);
    wmdm_close(again);
    RELEASE(tags);
    RELEASE(three);
    RELEASE(file);
}

CONF_CASE(SYNC_FIND_BV_04, .title = "Files and folders are what synchronisation needs",
          .reqs = REQS("SP-SYNC-004"), .level = CONF_SHOULD, .ics = "PROVIDER.SYNC",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "QueryInterface of a file and a folder for IMDSPStorage4 and IMDSPObject2")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "needs.bin", "x", 1);

    ROW("SP-SYNC-004.file") {
        CHECK(wmdm_has(w, file, &IID_IMDSPStorage4));
        CHECK(wmdm_has(w, file, &IID_IMDSPObject2));
    }
    ROW("SP-SYNC-004.folder") {
        CHECK(wmdm_has(w, wmdm_work_folder(w), &IID_IMDSPStorage4));
        CHECK(wmdm_has(w, wmdm_work_folder(w), &IID_IMDSPObject2));
    }
    RELEASE(file);
}

CONF_CASE(SYNC_FIND_BV_05, .title = "What was synchronised is found by its ids when it is back",
          .reqs = REQS("SP-SYNC-006"), .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "five files; a new provider instance finds each of them by its id")
{
    struct wmdm *w = wmdm_open(c), *again;
    char name[] = "0.bin", *ids[5], *seen;
    IMDSPStorage *hit;

    for (unsigned i = 0; i < 5; i++) {
        IMDSPStorage *file;

        name[0] = (char)('0' + i);
        file = wmdm_put(w, wmdm_work_folder(w), name, "same", 4);
        ids[i] = pv_id(w, file);
        RELEASE(file);
    }
    again = wmdm_open(c);
    for (unsigned i = 0; i < 5; i++) {
        ROW("SP-SYNC-006.found") {
            hit = found(again, WMDM_FIND_SCOPE_GLOBAL, ids[i]);
            REQUIRE(hit != NULL);
        }
        ROW("SP-SYNC-006.same") {
            seen = wmdm_name(again, hit);
            CHECK(seen && seen[0] == (char)('0' + i));
        }
        free(seen);
        free(ids[i]);
        RELEASE(hit);
    }
    wmdm_close(again);
}
