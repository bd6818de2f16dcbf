/* IMDSPStorageGlobals: one medium as a whole. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/com/com_utf16.h"
#include "spcore/mtp/mtpi.h"

#define GLOBALS_CASE(token, ics_, title_, level_, needs_, steps_, ...)                             \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)

static uint64_t free_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    REQUIRE_HR(CALL(IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high), S_OK);
    return (uint64_t)high << 32 | low;
}

/* Capacity of the first medium as the device itself says it, before the provider has it. */
static uint64_t capacity_of(struct conf *c)
{
    struct mtpi_u32_array ids = {0};
    struct mtpi_storage_info medium = {0};
    struct mtpi *mtpi = conf_mtp_session(c);
    uint64_t capacity;
    int error = mtpi_get_storage_ids(mtpi, &ids);

    if (error)
        conf_refused_op(c, MTP_OP_GET_STORAGE_IDS, error);
    if (!ids.count)
        conf_refused(c, "GetStorageIDs", "GetStorageIDs answered no storage");
    error = mtpi_get_storage_info(mtpi, ids.item[0], &medium);
    if (error)
        conf_refused_op(c, MTP_OP_GET_STORAGE_INFO, error);
    capacity = medium.capacity;
    mtpi_storage_info_done(&medium);
    free(ids.item);
    conf_transport_drop(c);
    return capacity;
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_01, "ANY", "Sizes are 64 bits, free space follows what is stored",
             CONF_MUST, 0, "GetTotalSize, GetTotalBad, GetTotalFree before and after 1 MiB",
             "SP-GLOB-005", "SP-GLOB-006", "SP-GLOB-007")
{
    uint64_t capacity = capacity_of(c), before, after;
    struct wmdm *w = wmdm_open(c);
    IMDSPStorageGlobals *globals = wmdm_globals(w);
    BYTE *data = calloc(1, 1 << 20);
    IMDSPStorage *file;
    DWORD low = 77, high = 77;

    ROW("SP-GLOB-005.size") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetTotalSize, globals, &low, &high), S_OK);
        CHECK_EQ((uint64_t)high << 32 | low, capacity);
    }
    ROW("SP-GLOB-007.zero") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalBad, globals, &low, &high), S_OK);
        CHECK_EQ(low | high, 0);
    }
    (void)wmdm_work_folder(w);
    ROW("SP-GLOB-006.falls") {
        before = free_of(w);
        CHECK(before <= capacity);
        if (!data)
            conf_setup_failed(c, "no memory");
        file = wmdm_put(w, wmdm_work_folder(w), "free.bin", data, 1 << 20);
        after = free_of(w);
        CHECK(after + (1 << 20) <= before);
        wmdm_delete(w, file);
        CHECK(free_of(w) > after);
    }
    RELEASE(file);
    free(data);
}

/* Makes one; whether that can be done. */
static bool can_make(struct wmdm *w, IMDSPStorage *parent, DWORD kind, const WCHAR *name,
                     IMDSPStorage **ret)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr = CALL(IMDSPStorage, CreateStorage, parent, kind | WMDM_STORAGECONTROL_INSERTINTO,
                      NULL, name, ret);

    return hr == S_OK;
}

static void take_away(struct wmdm *w, IMDSPStorage **made)
{
    struct conf *c = wmdm_conf(w);

    if (*made)
        wmdm_delete(w, *made);
    RELEASE(*made);
}

/* The flags of both directions: what can be done is said, and what is said can be done. */
static void hold_capabilities(struct wmdm *w, DWORD capabilities)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *folder = NULL, *inner = NULL, *file = NULL;

    CHECK_EQ(!!(capabilities & WMDM_STORAGECAP_FOLDERSINROOT),
             can_make(w, wmdm_root(w), WMDM_FILE_ATTR_FOLDER, u"papcheck-capability", &folder));
    ROW("SP-GLOB-001.root-files")
        CHECK_EQ(!!(capabilities & WMDM_STORAGECAP_FILESINROOT),
                 can_make(w, wmdm_root(w), WMDM_FILE_ATTR_FILE, u"papcheck-capability.bin", &file));
    take_away(w, &file);
    if (folder) {
        ROW("SP-GLOB-001.folders")
            CHECK_EQ(!!(capabilities & WMDM_STORAGECAP_FOLDERSINFOLDERS),
                     can_make(w, folder, WMDM_FILE_ATTR_FOLDER, u"inner", &inner));
        RELEASE(inner);
        ROW("SP-GLOB-001.files")
            CHECK_EQ(!!(capabilities & WMDM_STORAGECAP_FILESINFOLDERS),
                     can_make(w, folder, WMDM_FILE_ATTR_FILE, u"c.bin", &file));
        RELEASE(file);
    } else {
        ROW("SP-GLOB-001.folders")
            conf_excused(c, 1, "a medium without folders has nothing in them");
        ROW("SP-GLOB-001.files")
            conf_excused(c, 1, "a medium without folders has nothing in them");
    }
    take_away(w, &folder);
}

/* How many objects more the first medium takes, as the device itself says it; UINT32_MAX: any. */
static uint32_t room_of(struct conf *c)
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    uint32_t room = snapshot->store_count ? snapshot->stores[0].free_objects : UINT32_MAX;

    return room ? room : UINT32_MAX; /* 0 says nothing on most devices */
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_02, "!MTP || MTP.FORMAT.3000",
             "Capabilities are what can be done, and an idle medium is ready", CONF_MUST, 0,
             "GetCapabilities; a folder and a file in the root, both in that folder; GetStatus",
             "SP-GLOB-001", "SP-GLOB-004", "SP-GLOB-012")
{
    const bool is_limited = room_of(c) != UINT32_MAX;
    struct wmdm *w = wmdm_open(c);
    DWORD capabilities = 0, status = 0xcccccccc;

    ROW("SP-GLOB-001.root-folders") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w), &capabilities),
                   S_OK);
        hold_capabilities(w, capabilities);
    }
    ROW("SP-GLOB-004.limits") {
        if (is_limited)
            conf_excused(c, 1, "the medium has a limit");
        else
            CHECK_EQ(capabilities &
                         (WMDM_STORAGECAP_FILELIMITEXISTS | WMDM_STORAGECAP_FOLDERLIMITEXISTS),
                     0);
    }
    ROW("SP-GLOB-012.idle") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetStatus, wmdm_globals(w), &status), S_OK);
        CHECK_EQ(status & (WMDM_STATUS_READY | WMDM_STATUS_BUSY), WMDM_STATUS_READY);
    }
    ROW("SP-GLOB-012.nothing")
        CHECK_EQ(status & ~(DWORD)(WMDM_STATUS_CONTROL | WMDM_STATUS_READY | WMDM_STATUS_BUSY), 0);
}

/* Files until one is refused, no more than `most`; the code of that, and how many there were. */
static HRESULT fill_up(struct wmdm *w, uint32_t most, uint32_t *ret_made)
{
    struct conf *c = wmdm_conf(w);
    WCHAR name[] = u"papcheck-a.bin";
    HRESULT hr = S_OK;

    for (uint32_t i = 0; i < most && SUCCEEDED(hr); i++) {
        IMDSPStorage *file = NULL;

        name[9] = (WCHAR)('a' + i);
        hr = CALL(IMDSPStorage, CreateStorage, wmdm_work_folder(w),
                  WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, name, &file);
        RELEASE(file);
        *ret_made += SUCCEEDED(hr);
    }
    return hr;
}

CONF_CASE(STORAGE_LIMIT_BV_01, .title = "A medium that takes so many objects and no more says so",
          .reqs = REQS("SP-GLOB-002"), .ics = "ANY", .player = "pap-few",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetCapabilities against the device's own FreeSpaceInObjects; as many files and "
                   "one more, where it is a few")
{
    const DWORD limits = WMDM_STORAGECAP_FILELIMITEXISTS | WMDM_STORAGECAP_FOLDERLIMITEXISTS;
    const uint32_t room = room_of(c);
    struct wmdm *w = wmdm_open(c);
    DWORD capabilities = 0;
    uint32_t made = 0;
    HRESULT hr;

    ROW("SP-GLOB-002.flag") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w), &capabilities),
                   S_OK);
        CHECK(room == UINT32_MAX || capabilities & limits);
    }
    ROW("SP-GLOB-002.exceeded") {
        if (room <= 20) {
            hr = fill_up(w, room + 1, &made);
            CHECK_ANSWER(FAILED(hr) && hr != E_FAIL, hr, "a failure with a reason");
        } else {
            conf_excused(c, 1, "there is room for more than a case makes");
        }
    }
    ROW("SP-GLOB-002.until") {
        if (room <= 20)
            CHECK(made == room || made + 1 == room); /* and our folder */
        else
            conf_excused(c, 1, "there is room for more than a case makes");
    }
}

/* By its path where it says that, else by its name. */
static void name_device(struct wmdm *w, IMDSPDevice *device, WCHAR text[300])
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice2 *two;

    if (!conf_offers(c, "PROVIDER.DEVICE.PATH")) {
        CHECK_HR(CALL(IMDSPDevice, GetName, device, text, 300), S_OK);
        return;
    }
    two = AS(IMDSPDevice2, device);
    CHECK_HR(CALL(IMDSPDevice2, GetCanonicalName, two, text, 300), S_OK);
    RELEASE(two);
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_03, "ANY", "A medium leads to its device and its root", CONF_MUST, 0,
             "GetDevice, GetRootStorage; GetStorageGlobals of a file", "SP-GLOB-024", "SP-GLOB-025",
             "SP-STG-044")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "g.bin", "x", 1), *root = NULL;
    IMDSPStorageGlobals *of_file = NULL;
    IMDSPDevice *device = NULL;
    WCHAR one[300] = {0}, two[300] = {1};
    DWORD low = 0, high = 0, size[2] = {0};

    ROW("SP-GLOB-024") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetDevice, wmdm_globals(w), &device), S_OK);
        if (device) {
            name_device(w, device, one);
            name_device(w, wmdm_device(w), two);
            CHECK(com_wcscmp(one, two) == 0);
        }
    }
    RELEASE(device);
    ROW("SP-GLOB-025.root") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetRootStorage, wmdm_globals(w), &root), S_OK);
        CHECK(pv_attributes(w, root) & WMDM_STORAGE_ATTR_FILESYSTEM);
    }
    RELEASE(root);
    ROW("SP-STG-044.same") {
        CHECK_HR(CALL(IMDSPStorage, GetStorageGlobals, file, &of_file), S_OK);
        if (of_file) {
            (void)CALL(IMDSPStorageGlobals, GetTotalSize, wmdm_globals(w), &low, &high);
            (void)CALL(IMDSPStorageGlobals, GetTotalSize, of_file, &size[0], &size[1]);
            CHECK(size[0] == low && size[1] == high);
        }
    }
    RELEASE(of_file);
    RELEASE(file);
}

/* A medium with a file in the work folder, which a format takes with it. */
static IMDSPStorage *filled(struct wmdm *w)
{
    return wmdm_put(w, wmdm_work_folder(w), "old.bin", "old", 3);
}

static size_t root_count(struct wmdm *w)
{
    struct wmdm_list list = wmdm_children(w, wmdm_root(w));
    size_t count = list.count;

    wmdm_release_all(w, &list);
    return count;
}

/* Ends a case after a format: the work folder is gone, so there is nothing to remove. */
static void after_format(struct wmdm *w, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);

    RELEASE(file);
    wmdm_forget_work_folder(w);
}

GLOBALS_CASE(STORAGE_FORMAT_BV_01, "ANY", "A format empties the medium, whoever watches", CONF_MUST,
             CONF_FORMATS, "Initialize(BLOCK, NULL) with a file; GetCapabilities", "SP-GLOB-015",
             "SP-GLOB-003", "SP-GLOB-019")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    DWORD capabilities = 0;
    HRESULT hr;

    ROW("SP-GLOB-003") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w), &capabilities),
                   S_OK);
        ROW("SP-GLOB-019")
            hr = CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK, NULL);
        CHECK_EQ(!!(capabilities & WMDM_STORAGECAP_NOT_INITIALIZABLE),
                 hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL);
    }
    if (hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL) {
        (void)conf_offers(c, "PROVIDER.MEDIUM.FORMAT");
        RELEASE(file);
        return;
    }
    ROW("SP-GLOB-019")
        REQUIRE_HR(hr, S_OK);
    ROW("SP-GLOB-015.empty")
        CHECK_EQ(root_count(w), 0);
    after_format(w, file);
}

GLOBALS_CASE(STORAGE_FORMAT_BI_01, "PROVIDER.MEDIUM.FORMAT", "No mode is no format", CONF_SHOULD,
             CONF_FORMATS, "Initialize with 0, 0x20 and 4; the file is still there", "SP-GLOB-018")
{
    static const DWORD modes[] = {0, 0x20, 4};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    bool kept = true;

    ROW("SP-GLOB-018.others") {
        for (unsigned i = 0; i < 3; i++)
            kept &= CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), modes[i], NULL),
                             E_INVALIDARG);
        if (!kept) {
            after_format(w, file);
            return;
        }
        CHECK_EQ(pv_size(w, file), 3);
    }
    RELEASE(file);
}

GLOBALS_CASE(STORAGE_FORMAT_BI_02, "PROVIDER.MEDIUM.FORMAT", "No format under an open file",
             CONF_SHOULD, CONF_FORMATS, "Open a file, Initialize(BLOCK)", "SP-GLOB-022")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    IMDSPObject *object = AS(IMDSPObject, file);
    bool kept;

    ROW("SP-GLOB-022.code") {
        REQUIRE_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
        kept =
            CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK, NULL),
                     WMDM_E_BUSY);
        (void)CALL(IMDSPObject, Close, object);
    }
    RELEASE(object);
    if (!kept) {
        after_format(w, file);
        return;
    }
    RELEASE(file);
}

GLOBALS_CASE(STORAGE_FORMAT_BV_02, "PROVIDER.MEDIUM.FORMAT",
             "Progress begins, steps and ends; cancelling stops it", CONF_MUST, CONF_FORMATS,
             "Initialize(BLOCK) cancelled at the first step, then watched to its end",
             "SP-GLOB-020", "SP-GLOB-021")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    struct wmdm_progress_record stopped = {.cancel_at = 1}, record = {0};
    IWMDMProgress3 *canceller = wmdm_progress_new(&stopped), *watcher = wmdm_progress_new(&record);

    ROW("SP-GLOB-021.code")
        CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK,
                      (IWMDMProgress *)canceller),
                 WMDM_E_USER_CANCELLED);
    ROW("SP-GLOB-020.end") {
        CHECK_EQ(stopped.ends, 1);
        CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK,
                      (IWMDMProgress *)watcher),
                 S_OK);
        CHECK(record.begins == 1 && record.ends == 1 && !record.backwards);
        CHECK(record.steps == 0 || record.last <= record.estimated);
        /* Who knows IWMDMProgress alone ends without a result. */
        CHECK_SEEN(record.completion == S_OK || record.completion == E_PENDING,
                   value_hr(record.completion));
    }
    RELEASE(canceller);
    RELEASE(watcher);
    after_format(w, file);
}
