/* What SetAttributes sets of a file and of a folder, or says that it cannot. */
#include "conformance/wmdm/wmdm_case.h"

#define SETTABLE_CASE(token, ics_, title_, steps_)                                                 \
    CONF_CASE(token, .title = title_, .reqs = REQS("SP-STG-022"),                                  \
              .ics = "PROVIDER.STORAGE.ATTRIBUTES" ics_, .needs = CONF_PROVIDER | CONF_WRITES,     \
              .steps = steps_)

SETTABLE_CASE(STORAGE_ATTR_BV_04, "", "Settable attributes are kept, a file stays a file",
              "SetAttributes READONLY on a file; FOLDER; back")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "ro.bin", "x", 1);

    ROW("SP-STG-022.kept") {
        DWORD before = pv_attributes(w, file);
        HRESULT hr = CALL(IMDSPStorage, SetAttributes, file,
                          WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_READONLY, NULL);

        if (hr == WMDM_E_NOTSUPPORTED && !conf_offers(c, "FIXTURE.CONTROL"))
            conf_inconclusive(c, "no file is protected on this device");
        CHECK_HR(hr, S_OK);
        CHECK(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY);
        (void)CALL(IMDSPStorage, SetAttributes, file, WMDM_FILE_ATTR_FOLDER, NULL);
        ROW("SP-STG-022.folder")
            CHECK(pv_attributes(w, file) & WMDM_FILE_ATTR_FILE);
        CHECK_HR(CALL(IMDSPStorage, SetAttributes, file, before, NULL), S_OK);
    }
    RELEASE(file);
}

/* With S_OK the flag is as it was set; who says that it cannot be is believed. */
static void check_flag(struct wmdm *w, IMDSPStorage *storage, DWORD attributes, DWORD flag)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr = CALL(IMDSPStorage, SetAttributes, storage, attributes, NULL);
    DWORD differing = pv_attributes(w, storage) ^ attributes;

    CHECK_ANSWER(hr != S_OK || !(differing & flag), hr,
                 "that it is as it was set, or that it cannot be");
}

/* In a ROW: there and back. */
static void check_settable(struct wmdm *w, IMDSPStorage *storage, DWORD flag)
{
    DWORD before = pv_attributes(w, storage);

    check_flag(w, storage, before | flag, flag);
    check_flag(w, storage, before, flag);
}

SETTABLE_CASE(STORAGE_FOLDER_BV_01, " && PROVIDER.MEDIUM.NESTED",
              "A folder is made read-only, and no more",
              "SetAttributes READONLY of a folder; back; its attributes each time")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *storage = pv_folder(w, wmdm_work_folder(w), "set");

    ROW("SP-STG-022.folders")
        check_settable(w, storage, WMDM_FILE_ATTR_READONLY);
    RELEASE(storage);
}

SETTABLE_CASE(STORAGE_ATTR_BV_06, "", "A file is hidden, or of the system, when that is answered",
              "SetAttributes HIDDEN of a file; back; SYSTEM; back; its attributes each time")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "hidden.bin", "x", 1);

    ROW("SP-STG-022.hidden")
        check_settable(w, file, WMDM_FILE_ATTR_HIDDEN);
    ROW("SP-STG-022.system")
        check_settable(w, file, WMDM_FILE_ATTR_SYSTEM);
    RELEASE(file);
}
