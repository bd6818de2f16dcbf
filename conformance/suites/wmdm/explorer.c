/* What Windows Explorer needs of a provider whose device it shows (ShowInShell): much that the
 * documents leave open elsewhere is mandatory here. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define SHELL_CASE(token, ics_, title_, needs_, steps_, ...)                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = "PROVIDER.SHELL" ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)

/* ---- a copy, and one that is cancelled: closed and deleted again before its end */
static void copies(struct wmdm *w)
{
    static BYTE data[65536];
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *whole = wmdm_put(w, wmdm_work_folder(w), "whole.bin", data, sizeof(data));
    IMDSPStorage *part = wmdm_create(w, wmdm_work_folder(w), "part.bin", WMDM_FILE_ATTR_FILE,
                                     2 * sizeof(data), NULL);
    IMDSPObject *object = AS(IMDSPObject, part);
    DWORD size = sizeof(data);

    ROW("SP-SHELL-001.copy")
        CHECK_EQ(pv_size(w, whole), sizeof(data));
    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(w, object, data, &size));
    SETUP_CALL(IMDSPObject, Close, object);
    ROW("SP-SHELL-001.cancelled") {
        CHECK_HR(CALL(IMDSPObject, Delete, object, WMDM_MODE_RECURSIVE, NULL), S_OK);
        CHECK(!pv_is_listed(w, wmdm_work_folder(w), "part.bin"));
    }
    RELEASE(object);
    RELEASE(part);
    RELEASE(whole);
}

static void renames(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "old.bin", "x", 1);
    IMDSPObject *object = AS(IMDSPObject, file);

    ROW("SP-SHELL-003.said")
        CHECK(pv_attributes(w, file) & WMDM_FILE_ATTR_CANRENAME);
    ROW("SP-SHELL-003.done")
        CHECK_HR(CALL(IMDSPObject, Rename, object, u"new.bin", NULL), S_OK);
    RELEASE(object);
    RELEASE(file);
}

static uint64_t whole(DWORD low, DWORD high)
{
    return (uint64_t)high << 32 | low;
}

static void medium_tells_space(struct wmdm *w, IMDSPStorage *root)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *medium = NULL;
    DWORD low[3] = {0}, high[3] = {0};

    SETUP_CALL(IMDSPStorage, GetStorageGlobals, root, &medium);
    ROW("SP-SHELL-004.total")
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalSize, medium, &low[0], &high[0]), S_OK);
    ROW("SP-SHELL-004.free") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalFree, medium, &low[1], &high[1]), S_OK);
        CHECK(whole(low[1], high[1]) <= whole(low[0], high[0]));
    }
    ROW("SP-SHELL-004.bad") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalBad, medium, &low[2], &high[2]), S_OK);
        CHECK_EQ(whole(low[2], high[2]), 0);
    }
    RELEASE(medium);
}

/* A device may stand for one medium of several. */
static HRESULT create_devices(struct wmdm *w, DWORD *ret_count, IMDSPDevice ***ret_devices)
{
    struct conf *c = wmdm_conf(w);
    IMDServiceProvider2 *provider = AS(IMDServiceProvider2, wmdm_provider(w));
    WCHAR *path = com_utf16_from_utf8(conf_device_uri(c));
    HRESULT hr = CALL(IMDServiceProvider2, CreateDevice, provider, path, ret_count, ret_devices);

    CoTaskMemFree(path);
    RELEASE(provider);
    return hr;
}

static void release_devices(struct wmdm *w, DWORD count, IMDSPDevice **devices)
{
    struct conf *c = wmdm_conf(w);

    for (DWORD i = 0; i < count; i++)
        RELEASE(devices[i]);
    CoTaskMemFree(devices);
}

static void tell_space(struct wmdm *w)
{
    IMDSPDevice **devices = NULL;
    DWORD count = 0;

    wmdm_setup(wmdm_conf(w), "IMDServiceProvider2::CreateDevice",
               create_devices(w, &count, &devices));
    for (DWORD i = 0; i < count; i++) {
        struct wmdm_list media = wmdm_roots(w, devices[i]);

        for (size_t k = 0; k < media.count; k++)
            medium_tells_space(w, media.item[k]);
        wmdm_release_all(w, &media);
    }
    release_devices(w, count, devices);
}

SHELL_CASE(
    SHELL_FILE_BV_01, "", "Explorer copies, renames and sees how much space there is", 0,
    "a file copied, another one cancelled half-way; Rename of a file; the three sizes of each "
    "medium",
    "SP-SHELL-001", "SP-SHELL-003", "SP-SHELL-004")
{
    struct wmdm *w = wmdm_open(c);

    copies(w);
    renames(w);
    tell_space(w);
}

/* ---- plug and play */
SHELL_CASE(SHELL_PNP_BV_01, "", "Explorer's devices are plug-and-play", 0,
           "IMDServiceProvider2 and CreateDevice", "SP-SHELL-005")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice **devices = NULL;
    DWORD count = 0;

    ROW("SP-SHELL-005.created") {
        REQUIRE(wmdm_has(w, wmdm_provider(w), &IID_IMDServiceProvider2));
        CHECK_HR(create_devices(w, &count, &devices), S_OK);
        CHECK(count > 0);
    }
    release_devices(w, count, devices);
}

/* ---- metadata */
SHELL_CASE(SHELL_META_BV_01, " && PROVIDER.STORAGE4",
           "Explorer's columns are there, filled or empty", 0,
           "the six fields of a song with a title alone", "SP-SHELL-010")
{
    static const WCHAR *const fields[] = {g_wszWMDMTitle,      g_wszWMDMTrack, g_wszWMDMAuthor,
                                          g_wszWMDMAlbumTitle, g_wszWMDMYear,  g_wszWMDMGenre};
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *tags = wmdm_metadata_new(), *list = wmdm_metadata_new();
    IMDSPStorage *song;
    IMDSPStorage4 *four;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
    song = wmdm_create(w, wmdm_work_folder(w), "song.mp3", WMDM_FILE_ATTR_FILE, 0, tags);
    four = AS(IMDSPStorage4, song);
    SETUP_CALL(IMDSPStorage4, GetMetadata, four, list);
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        WMDM_TAG_DATATYPE type = WMDM_TYPE_GUID;
        BYTE *value = NULL;
        DWORD length = 0;

        ROW("SP-SHELL-010") {
            CHECK(SUCCEEDED(list->lpVtbl->QueryByName(list, fields[i], &type, &value, &length)));
            CHECK(type != WMDM_TYPE_STRING || length >= sizeof(WCHAR));
        }
        CoTaskMemFree(value);
    }
    RELEASE(four);
    RELEASE(song);
    RELEASE(list);
    RELEASE(tags);
}

/* ---- a format, watched and cancelled */
static HRESULT format(struct wmdm *w, struct wmdm_progress_record *record)
{
    struct conf *c = wmdm_conf(w);
    IWMDMProgress3 *progress = wmdm_progress_new(record);
    HRESULT hr = CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK,
                      (IWMDMProgress *)progress);

    RELEASE(progress);
    return hr;
}

SHELL_CASE(SHELL_FORMAT_BV_01, "", "Explorer formats, and whoever watches may cancel", CONF_FORMATS,
           "GetCapabilities; Initialize cancelled in its first Progress, and to its end",
           "SP-SHELL-006", "SP-SHELL-007")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_progress_record cancelled = {.cancel_at = 1}, record = {0};
    DWORD can = WMDM_STORAGECAP_NOT_INITIALIZABLE;

    ROW("SP-SHELL-006.said") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w), &can), S_OK);
        CHECK_EQ(can & WMDM_STORAGECAP_NOT_INITIALIZABLE, 0);
    }
    ROW("SP-SHELL-007.cancelled")
        CHECK_HR(format(w, &cancelled), WMDM_E_USER_CANCELLED);
    ROW("SP-SHELL-006.done")
        CHECK_HR(format(w, &record), S_OK);
    ROW("SP-SHELL-007.progress")
        CHECK(record.begins == 1 && record.steps > 0 && record.ends == 1);
    wmdm_forget_work_folder(w);
}
