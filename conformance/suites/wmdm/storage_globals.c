/* IMDSPStorageGlobals: one medium as a whole. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/com/com_utf16.h"
#include "spcore/mtp/mtpi.h"

#define GLOBALS_CASE(token, title_, level_, needs_, steps_, ...)                                   \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)

static uint64_t free_of(struct wmdm *w, const char *row)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    REQUIRE_HR(row, S_OK, IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high);
    return (uint64_t)high << 32 | low;
}

/* Capacity of the first medium as the device itself says it, before the provider has it. */
static uint64_t capacity_of(struct conf *c)
{
    struct mtpi_u32_array ids = {0};
    struct mtpi_storage_info medium = {0};
    struct mtpi *mtpi = conf_mtp_session(c);
    uint64_t capacity;

    if (mtpi_get_storage_ids(mtpi, &ids) != 0 || !ids.count ||
        mtpi_get_storage_info(mtpi, ids.item[0], &medium) != 0)
        conf_setup_failed(c, "GetStorageInfo");
    capacity = medium.capacity;
    mtpi_storage_info_done(&medium);
    free(ids.item);
    conf_transport_drop(c);
    return capacity;
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_01, "Sizes are 64 bits, free space follows what is stored",
             CONF_MUST, 0, "GetTotalSize, GetTotalBad, GetTotalFree before and after 1 MiB",
             "SP-GLOB-005", "SP-GLOB-006", "SP-GLOB-007")
{
    uint64_t capacity = capacity_of(c), before, after;
    struct wmdm *w = wmdm_open(c, "SP-GLOB-005");
    IMDSPStorageGlobals *globals = wmdm_globals(w);
    BYTE *data = calloc(1, 1 << 20);
    IMDSPStorage *file;
    DWORD low = 77, high = 77;

    REQUIRE_HR("SP-GLOB-005", S_OK, IMDSPStorageGlobals, GetTotalSize, globals, &low, &high);
    CHECK_EQ(c, "SP-GLOB-005", (uint64_t)high << 32 | low, capacity);
    CHECK_HR("SP-GLOB-007", S_OK, IMDSPStorageGlobals, GetTotalBad, globals, &low, &high);
    CHECK_EQ(c, "SP-GLOB-007", low | high, 0);
    (void)wmdm_work_folder(w);
    before = free_of(w, "SP-GLOB-006");
    CHECK(c, "SP-GLOB-006", before <= capacity);
    if (!data)
        conf_setup_failed(c, "no memory");
    file = wmdm_put(w, wmdm_work_folder(w), "free.bin", data, 1 << 20);
    after = free_of(w, "SP-GLOB-006");
    CHECK(c, "SP-GLOB-006", after + (1 << 20) <= before);
    wmdm_delete(w, file);
    CHECK(c, "SP-GLOB-006", free_of(w, "SP-GLOB-006") > after);
    RELEASE(file);
    free(data);
    wmdm_close(w);
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_02, "Capabilities are what can be done, and an idle medium is ready",
             CONF_MUST, 0, "GetCapabilities; a folder in the root, a file in it; GetStatus",
             "SP-GLOB-001", "SP-GLOB-012")
{
    struct wmdm *w = wmdm_open(c, "SP-GLOB-001");
    DWORD capabilities = 0, status = 0xcccccccc;
    IMDSPStorage *file;

    REQUIRE_HR("SP-GLOB-001", S_OK, IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w),
               &capabilities);
    file = wmdm_put(w, wmdm_work_folder(w), "c.bin", "x", 1); /* both can be done */
    CHECK(c, "SP-GLOB-001", capabilities & WMDM_STORAGECAP_FOLDERSINROOT);
    CHECK(c, "SP-GLOB-001", capabilities & WMDM_STORAGECAP_FILESINFOLDERS);
    CHECK_HR("SP-GLOB-012", S_OK, IMDSPStorageGlobals, GetStatus, wmdm_globals(w), &status);
    CHECK_EQ(c, "SP-GLOB-012", status & (WMDM_STATUS_READY | WMDM_STATUS_BUSY), WMDM_STATUS_READY);
    RELEASE(file);
    wmdm_close(w);
}

GLOBALS_CASE(STORAGE_MEDIUM_BV_03, "A medium leads to its device and its root", CONF_MUST, 0,
             "GetDevice, GetRootStorage; GetStorageGlobals of a file", "SP-GLOB-024", "SP-GLOB-025",
             "SP-STG-044")
{
    struct wmdm *w = wmdm_open(c, "SP-GLOB-024");
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "g.bin", "x", 1), *root = NULL;
    IMDSPStorageGlobals *of_file = NULL;
    IMDSPDevice *device = NULL;
    WCHAR one[300] = {0}, two[300] = {1};
    DWORD low = 0, high = 0, size[2] = {0};
    IMDSPDevice2 *named;

    CHECK_HR("SP-GLOB-024", S_OK, IMDSPStorageGlobals, GetDevice, wmdm_globals(w), &device);
    if (device) {
        named = AS(IMDSPDevice2, device);
        CHECK_HR("SP-GLOB-024", S_OK, IMDSPDevice2, GetCanonicalName, named, one, 300);
        (void)CALL("SP-GLOB-024", IMDSPDevice3, GetCanonicalName, wmdm_device3(w), two, 300);
        CHECK(c, "SP-GLOB-024", com_wcscmp(one, two) == 0);
        RELEASE(named);
    }
    RELEASE(device);
    REQUIRE_HR("SP-GLOB-025", S_OK, IMDSPStorageGlobals, GetRootStorage, wmdm_globals(w), &root);
    CHECK(c, "SP-GLOB-025", pv_attributes(w, "SP-GLOB-025", root) & WMDM_STORAGE_ATTR_FILESYSTEM);
    RELEASE(root);
    CHECK_HR("SP-STG-044", S_OK, IMDSPStorage, GetStorageGlobals, file, &of_file);
    if (of_file) {
        (void)CALL("SP-STG-044", IMDSPStorageGlobals, GetTotalSize, wmdm_globals(w), &low, &high);
        (void)CALL("SP-STG-044", IMDSPStorageGlobals, GetTotalSize, of_file, &size[0], &size[1]);
        CHECK(c, "SP-STG-044", size[0] == low && size[1] == high);
    }
    RELEASE(of_file);
    RELEASE(file);
    wmdm_close(w);
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
    RELEASE(file);
    wmdm_forget_work_folder(w);
    wmdm_close(w);
}

GLOBALS_CASE(STORAGE_FORMAT_BV_01, "A format empties the medium, whoever watches", CONF_MUST,
             CONF_FORMATS, "Initialize(BLOCK, NULL) with a file; GetCapabilities", "SP-GLOB-003",
             "SP-GLOB-015", "SP-GLOB-019")
{
    struct wmdm *w = wmdm_open(c, "SP-GLOB-015");
    IMDSPStorage *file = filled(w);
    DWORD capabilities = 0;
    HRESULT hr;

    REQUIRE_HR("SP-GLOB-003", S_OK, IMDSPStorageGlobals, GetCapabilities, wmdm_globals(w),
               &capabilities);
    hr = CALL("SP-GLOB-019", IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK,
              NULL);
    CHECK_EQ(c, "SP-GLOB-003", !!(capabilities & WMDM_STORAGECAP_NOT_INITIALIZABLE),
             hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL);
    if (hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL)
        conf_inconclusive(c, "media cannot be formatted");
    REQUIRE_EQ(c, "SP-GLOB-019", (uint32_t)hr, S_OK);
    CHECK_EQ(c, "SP-GLOB-015", root_count(w), 0);
    after_format(w, file);
}

GLOBALS_CASE(STORAGE_FORMAT_BI_01, "No mode is no format", CONF_SHOULD, CONF_FORMATS,
             "Initialize with 0, 0x20 and 4; the file is still there", "SP-GLOB-018")
{
    static const DWORD modes[] = {0, 0x20, 4};
    struct wmdm *w = wmdm_open(c, "SP-GLOB-018");
    IMDSPStorage *file = filled(w);
    bool kept = true;

    for (unsigned i = 0; i < 3; i++)
        kept &= CHECK_HR("SP-GLOB-018", E_INVALIDARG, IMDSPStorageGlobals, Initialize,
                         wmdm_globals(w), modes[i], NULL);
    if (!kept) {
        after_format(w, file);
        return;
    }
    CHECK_EQ(c, "SP-GLOB-018", pv_size(w, "SP-GLOB-018", file), 3);
    RELEASE(file);
    wmdm_close(w);
}

GLOBALS_CASE(STORAGE_FORMAT_BI_02, "No format under an open file", CONF_SHOULD, CONF_FORMATS,
             "Open a file, Initialize(BLOCK)", "SP-GLOB-022")
{
    struct wmdm *w = wmdm_open(c, "SP-GLOB-022");
    IMDSPStorage *file = filled(w);
    IMDSPObject *object = AS(IMDSPObject, file);
    bool kept;

    REQUIRE_HR("SP-GLOB-022", S_OK, IMDSPObject, Open, object, MDSP_READ);
    kept = CHECK_HR("SP-GLOB-022", WMDM_E_BUSY, IMDSPStorageGlobals, Initialize, wmdm_globals(w),
                    WMDM_MODE_BLOCK, NULL);
    (void)CALL("SP-GLOB-022", IMDSPObject, Close, object);
    RELEASE(object);
    if (!kept) {
        after_format(w, file);
        return;
    }
    RELEASE(file);
    wmdm_close(w);
}

GLOBALS_CASE(STORAGE_FORMAT_BV_02, "Progress begins, steps and ends; cancelling stops it",
             CONF_MUST, CONF_FORMATS,
             "Initialize(BLOCK) cancelled at the first step, then watched to its end",
             "SP-GLOB-020", "SP-GLOB-021")
{
    struct wmdm *w = wmdm_open(c, "SP-GLOB-020");
    IMDSPStorage *file = filled(w);
    struct wmdm_progress_record stopped = {.cancel_at = 1}, record = {0};
    IWMDMProgress3 *canceller = wmdm_progress_new(&stopped), *watcher = wmdm_progress_new(&record);

    CHECK_HR("SP-GLOB-021", WMDM_E_USER_CANCELLED, IMDSPStorageGlobals, Initialize, wmdm_globals(w),
             WMDM_MODE_BLOCK, (IWMDMProgress *)canceller);
    CHECK_EQ(c, "SP-GLOB-020", stopped.ends, 1);
    CHECK_HR("SP-GLOB-020", S_OK, IMDSPStorageGlobals, Initialize, wmdm_globals(w), WMDM_MODE_BLOCK,
             (IWMDMProgress *)watcher);
    CHECK(c, "SP-GLOB-020", record.begins == 1 && record.ends == 1 && !record.backwards);
    CHECK(c, "SP-GLOB-020", record.steps == 0 || record.last <= record.estimated);
    CHECK_EQ(c, "SP-GLOB-020", (uint32_t)record.completion, S_OK);
    RELEASE(canceller);
    RELEASE(watcher);
    after_format(w, file);
}
