/* Persistent ids and FindStorage: what incremental sync rests on. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"

static IMDSPStorage *found(struct wmdm *w, const char *row, WMDM_FIND_SCOPE scope, const char *id)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *storage = NULL;
    WCHAR wide[80];

    (void)CALL(row, IMDSPDevice3, FindStorage, wmdm_device3(w), scope, pv_wide(id, wide, 80),
               &storage);
    return storage;
}

CONF_CASE(
    SYNC_FIND_BV_01, .title = "FindStorage finds by id at any depth, and only as far as asked",
    .reqs = REQS("SP-DEV-056", "SP-DEV-057", "SP-STG-051"), .ics = "ANY",
    .needs = CONF_PROVIDER | CONF_WRITES,
    .steps = "a file two folders deep: GLOBAL finds it, IMMEDIATE_CHILDREN of the device does "
             "not; from a sibling folder GLOBAL finds it, IMMEDIATE_CHILDREN does not")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-056");
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *inner = wmdm_create(w, work, "inner", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *other = wmdm_create(w, work, "other", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, inner, "deep.bin", "deep", 4);
    char *id = pv_id(w, "SP-DEV-056", file);
    IMDSPStorage *hit;
    IMDSPStorage4 *four;
    WCHAR wide[80];
    char *name;

    REQUIRE(c, "SP-DEV-056", id != NULL);
    hit = found(w, "SP-DEV-056", WMDM_FIND_SCOPE_GLOBAL, id);
    REQUIRE(c, "SP-DEV-056", hit != NULL);
    name = wmdm_name(w, hit);
    CHECK(c, "SP-DEV-056", name && strcmp(name, "deep.bin") == 0);
    free(name);
    RELEASE(hit);
    hit = found(w, "SP-DEV-057", WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, id);
    CHECK(c, "SP-DEV-057", hit == NULL);
    RELEASE(hit);
    four = AS(IMDSPStorage4, other);
    CHECK_HR("SP-STG-051", S_OK, IMDSPStorage4, FindStorage, four, WMDM_FIND_SCOPE_GLOBAL,
             pv_wide(id, wide, 80), &hit);
    RELEASE(hit);
    CHECK_HR("SP-DEV-057", HRESULT_FROM_WIN32(ERROR_NOT_FOUND), IMDSPStorage4, FindStorage, four,
             WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, pv_wide(id, wide, 80), &hit);
    RELEASE(hit);
    RELEASE(four);
    four = AS(IMDSPStorage4, inner);
    CHECK_HR("SP-DEV-057", S_OK, IMDSPStorage4, FindStorage, four,
             WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, pv_wide(id, wide, 80), &hit);
    RELEASE(hit);
    RELEASE(four);
    free(id);
    RELEASE(file);
    RELEASE(other);
    RELEASE(inner);
    wmdm_close(w);
}

CONF_CASE(SYNC_FIND_BI_01,
          .title = "FindStorage says what it cannot find and refuses bad arguments",
          .reqs = REQS("SP-DEV-058", "SP-DEV-059"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "the id of a deleted file, a made-up id; scope 7, NULL id, NULL output")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-058");
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "gone.bin", "x", 1), *out = POISON;
    IMDSPDevice3 *device = wmdm_device3(w);
    char *id = pv_id(w, "SP-DEV-058", file);
    WCHAR wide[80];

    CHECK_HR("SP-DEV-059", E_INVALIDARG, IMDSPDevice3, FindStorage, device, (WMDM_FIND_SCOPE)7,
             pv_wide(id, wide, 80), &out);
    CHECK_HR("SP-DEV-059", E_INVALIDARG, IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL,
             NULL, &out);
    CHECK_HR("SP-DEV-059", E_INVALIDARG, IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL,
             wide, NULL);
    wmdm_delete(w, file);
    out = POISON;
    CHECK_HR("SP-DEV-058", HRESULT_FROM_WIN32(ERROR_NOT_FOUND), IMDSPDevice3, FindStorage, device,
             WMDM_FIND_SCOPE_GLOBAL, wide, &out);
    CHECK(c, "SP-DEV-058", out == NULL);
    out = POISON;
    CHECK_HR("SP-DEV-058", HRESULT_FROM_WIN32(ERROR_NOT_FOUND), IMDSPDevice3, FindStorage, device,
             WMDM_FIND_SCOPE_GLOBAL, u"no-such-id", &out);
    CHECK(c, "SP-DEV-058", out == NULL);
    free(id);
    RELEASE(file);
    wmdm_close(w);
}

CONF_CASE(SYNC_FIND_BV_02, .title = "Devices and objects answer what synchronisation needs",
          .reqs = REQS("SP-SYNC-002", "SP-SYNC-004"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "QueryInterface for IMDSPDevice3, IMDSPStorage4, IMDSPObject2")
{
    struct wmdm *w = wmdm_open(c, "SP-SYNC-002");

    CHECK(c, "SP-SYNC-002", wmdm_has(w, wmdm_device(w), &IID_IMDSPDevice3));
    CHECK(c, "SP-SYNC-004", wmdm_has(w, wmdm_root(w), &IID_IMDSPStorage4));
    CHECK(c, "SP-SYNC-004", wmdm_has(w, wmdm_root(w), &IID_IMDSPObject2));
    wmdm_close(w);
}

CONF_CASE(SYNC_FIND_BV_03, .title = "Persistent ids are unique and the same in the next session",
          .reqs = REQS("SP-META-010", "SP-META-011", "SP-SYNC-006"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "two files of one content, two ids; a new provider instance finds both by id; a "
                   "deleted file's id is not given again")
{
    struct wmdm *w = wmdm_open(c, "SP-META-010"), *again;
    IMDSPStorage *one = wmdm_put(w, wmdm_work_folder(w), "one.bin", "same", 4);
    IMDSPStorage *two = wmdm_put(w, wmdm_work_folder(w), "two.bin", "same", 4), *hit;
    char *first = pv_id(w, "SP-META-010", one), *second = pv_id(w, "SP-META-010", two), *third;

    REQUIRE(c, "SP-META-010", first && *first && second && *second);
    CHECK(c, "SP-META-010", strcmp(first, second) != 0);
    again = wmdm_open(c, "SP-SYNC-006");
    hit = found(again, "SP-SYNC-006", WMDM_FIND_SCOPE_GLOBAL, first);
    REQUIRE(c, "SP-SYNC-006", hit != NULL);
    third = pv_id(again, "SP-META-010", hit);
    CHECK(c, "SP-META-010", third && strcmp(third, first) == 0);
    free(third);
    RELEASE(hit);
    wmdm_close(again);
    wmdm_delete(w, one);
    RELEASE(one);
    one = wmdm_put(w, wmdm_work_folder(w), "one.bin", "same", 4);
    third = pv_id(w, "SP-META-011", one);
    CHECK(c, "SP-META-011", third && strcmp(third, first) != 0);
    free(third);
    free(second);
    free(first);
    RELEASE(two);
    RELEASE(one);
    wmdm_close(w);
}

CONF_CASE(SYNC_DEVICE_BV_01, .title = "The sync relationship id is kept by the device",
          .reqs = REQS("SP-SYNC-007"), .level = CONF_SHOULD, .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetProperty WMDM/SyncRelationshipID, read by a second instance, put back")
{
    struct wmdm *w = wmdm_open(c, "SP-SYNC-007"), *again;
    PROPVARIANT old, value = {.vt = VT_BSTR};
    HRESULT hr;

    PropVariantInit(&old);
    hr = CALL("SP-SYNC-007", IMDSPDevice3, GetProperty, wmdm_device3(w),
              g_wszWMDMSyncRelationshipID, &old);
    if (FAILED(hr))
        conf_inconclusive(c, "the device offers no sync relationship id");
    value.bstrVal = SysAllocString(u"{papcheck-sync}");
    CHECK_HR("SP-SYNC-007", S_OK, IMDSPDevice3, SetProperty, wmdm_device3(w),
             g_wszWMDMSyncRelationshipID, &value);
    again = wmdm_open(c, "SP-SYNC-007");
    PropVariantClear(&value);
    CHECK_HR("SP-SYNC-007", S_OK, IMDSPDevice3, GetProperty, wmdm_device3(again),
             g_wszWMDMSyncRelationshipID, &value);
    CHECK(c, "SP-SYNC-007",
          value.vt == VT_BSTR &&
              memcmp(value.bstrVal, u"{papcheck-sync}", sizeof(u"{papcheck-sync}")) == 0);
    PropVariantClear(&value);
    wmdm_close(again);
    (void)CALL("SP-SYNC-007", IMDSPDevice3, SetProperty, wmdm_device3(w),
               g_wszWMDMSyncRelationshipID, &old);
    PropVariantClear(&old);
    wmdm_close(w);
}
