/* A medium, clause by clause: its figures, what formats it and what does not, who watches that. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/mtp/mtpi.h"

#define MEDIUM_CASE(token, ics_, title_, level_, needs_, steps_, ...)                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)
#define FORMAT "PROVIDER.MEDIUM.FORMAT"

static uint64_t space(struct wmdm *w,
                      HRESULT (*figure)(struct conf *c, IMDSPStorageGlobals *globals, DWORD *low,
                                        DWORD *high))
{
    DWORD low = 77, high = 77;
    struct conf *c = wmdm_conf(w);

    REQUIRE_HR(figure(c, wmdm_globals(w), &low, &high), S_OK);
    return (uint64_t)high << 32 | low;
}

static HRESULT total(struct conf *c, IMDSPStorageGlobals *globals, DWORD *low, DWORD *high)
{
    return CALL(IMDSPStorageGlobals, GetTotalSize, globals, low, high);
}

static HRESULT unused(struct conf *c, IMDSPStorageGlobals *globals, DWORD *low, DWORD *high)
{
    return CALL(IMDSPStorageGlobals, GetTotalFree, globals, low, high);
}

static HRESULT bad(struct conf *c, IMDSPStorageGlobals *globals, DWORD *low, DWORD *high)
{
    return CALL(IMDSPStorageGlobals, GetTotalBad, globals, low, high);
}

static DWORD status(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD bits = 0;

    REQUIRE_HR(CALL(IMDSPStorageGlobals, GetStatus, wmdm_globals(w), &bits), S_OK);
    return bits & (WMDM_STATUS_READY | WMDM_STATUS_BUSY | WMDM_STATUS_STORAGE_INITIALIZING);
}

/* What the device itself says of its first medium, before the provider has it. */
static uint64_t free_by_device(struct conf *c)
{
    struct mtpi_u32_array ids = {0};
    struct mtpi_storage_info medium = {0};
    struct mtpi *mtpi = conf_mtp_session(c);
    int error = mtpi_get_storage_ids(mtpi, &ids);

    if (error || !ids.count)
        conf_refused_op(c, MTP_OP_GET_STORAGE_IDS, error);
    error = mtpi_get_storage_info(mtpi, ids.item[0], &medium);
    if (error)
        conf_refused_op(c, MTP_OP_GET_STORAGE_INFO, error);
    mtpi_storage_info_done(&medium);
    free(ids.item);
    conf_transport_drop(c);
    return medium.free_bytes;
}

MEDIUM_CASE(STORAGE_SPACE_BV_01, "ANY", "Free space is what the device says, within the total",
            CONF_MUST, 0,
            "GetTotalFree against the device's own figure, against GetTotalSize; 1 MiB "
            "written and deleted",
            "SP-GLOB-005", "SP-GLOB-006", "SP-GLOB-007")
{
    uint64_t told = free_by_device(c), before, after;
    struct wmdm *w = wmdm_open(c);
    BYTE *data = calloc(1, 1 << 20);
    IMDSPStorage *file;

    if (!data)
        conf_setup_failed(c, "no memory");
    ROW("SP-GLOB-005.free")
        CHECK_EQ(space(w, unused), told);
    ROW("SP-GLOB-007.code")
        (void)space(w, bad);
    ROW("SP-GLOB-007.zero")
        CHECK_EQ(space(w, bad), 0);
    (void)wmdm_work_folder(w);
    ROW("SP-GLOB-006.bounds") {
        before = space(w, unused);
        CHECK(before <= space(w, total));
        CHECK(space(w, bad) <= space(w, total));
    }
    file = wmdm_put(w, wmdm_work_folder(w), "free.bin", data, 1 << 20);
    ROW("SP-GLOB-006.falls") {
        after = space(w, unused);
        CHECK(after + (1 << 20) <= before);
    }
    wmdm_delete(w, file);
    ROW("SP-GLOB-006.rises")
        CHECK(space(w, unused) > after);
    RELEASE(file);
    free(data);
}

/* The medium's number, or that it has none. */
static void check_number(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH], all = 0;
    WMDMID id = {0};
    HRESULT hr = CALL(IMDSPStorageGlobals, GetSerialNumber, wmdm_globals(w), &id, mac);

    ROW("SP-GLOB-010.code")
        CHECK_ANSWER(hr == S_OK || !wmdm_is_offered(hr), hr, "S_OK, or that there is no number");
    for (size_t i = 0; i < sizeof(id.pID); i++)
        all |= id.pID[i];
    ROW("SP-GLOB-010.some")
        CHECK(hr != S_OK || (id.SerialNumberLength && all));
}

MEDIUM_CASE(STORAGE_SPACE_BV_02, "ANY", "A medium is ready before a transfer and after it",
            CONF_MUST, 0,
            "GetStatus, a file written and closed, GetStatus; GetSerialNumber; GetRootStorage",
            "SP-GLOB-012", "SP-GLOB-010", "SP-GLOB-025")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file, *root = NULL;
    char *name, *wanted;

    ROW("SP-GLOB-012.idle")
        CHECK_EQ(status(w), WMDM_STATUS_READY);
    file = wmdm_put(w, wmdm_work_folder(w), "busy.bin", "x", 1);
    ROW("SP-GLOB-012.after")
        CHECK_EQ(status(w), WMDM_STATUS_READY);
    check_number(w);
    ROW("SP-GLOB-025.root") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetRootStorage, wmdm_globals(w), &root), S_OK);
        CHECK(pv_attributes(w, root) & WMDM_STORAGE_ATTR_FILESYSTEM);
    }
    ROW("SP-GLOB-025.medium") {
        name = wmdm_name(w, root);
        wanted = wmdm_name(w, wmdm_root(w));
        CHECK(name && wanted && strcmp(name, wanted) == 0);
    }
    free(wanted);
    free(name);
    RELEASE(root);
    RELEASE(file);
}

/* ---- formatting */
static HRESULT format(struct wmdm *w, DWORD mode, IWMDMProgress3 *watcher)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), mode, (IWMDMProgress *)watcher);
}

static bool is_there(struct wmdm *w, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    return CALL(IMDSPStorage, GetSize, file, &low, &high) == S_OK && low == 3 && high == 0;
}

/* A file of 3 bytes in the work folder. */
static IMDSPStorage *filled(struct wmdm *w)
{
    return wmdm_put(w, wmdm_work_folder(w), "old.bin", "old", 3);
}

/* Ends a case: of a medium that lost its file the work folder went, too. */
static void after_format(struct wmdm *w, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);

    if (!is_there(w, file))
        wmdm_forget_work_folder(w);
    RELEASE(file);
}

/* An object of before the format, when there is another one of its name. */
static void check_dead(struct wmdm *w, IMDSPStorage *old)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, old);
    IMDSPStorage *file = wmdm_put(w, wmdm_root(w), "old.bin", "new", 3);
    DWORD low = 0, high = 0;

    ROW("SP-GLOB-023.size")
        CHECK_FAILS(CALL(IMDSPStorage, GetSize, old, &low, &high));
    ROW("SP-GLOB-023.open")
        CHECK_FAILS(CALL(IMDSPObject, Open, object, MDSP_WRITE));
    ROW("SP-GLOB-023.new") {
        (void)CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL);
        CHECK(is_there(w, file));
    }
    if (is_there(w, file))
        wmdm_delete(w, file);
    RELEASE(object);
    RELEASE(file);
}

MEDIUM_CASE(
    STORAGE_SPACE_BV_03, FORMAT, "A formatted medium is empty, free and ready", CONF_MUST,
    CONF_FORMATS,
    "Initialize(BLOCK): the root, GetTotalFree and GetStatus after it; a new file of the old "
    "one's name: GetSize, Open and Delete of the old one",
    "SP-GLOB-015", "SP-GLOB-023", "SP-ENUM-030")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    IMDSPEnumStorage *children = NULL;
    struct wmdm_list list;
    uint64_t before;

    ROW("SP-GLOB-015.free")
        before = space(w, unused);
    ROW("SP-GLOB-015.empty") {
        REQUIRE_HR(format(w, WMDM_MODE_BLOCK, NULL), S_OK);
        ROW("SP-ENUM-030.root")
            REQUIRE_HR(CALL(IMDSPStorage, EnumStorage, wmdm_root(w), &children), S_OK);
        RELEASE(children);
        list = wmdm_children(w, wmdm_root(w));
        CHECK_EQ(list.count, 0);
    }
    wmdm_release_all(w, &list);
    ROW("SP-GLOB-015.free")
        CHECK(space(w, unused) > before);
    ROW("SP-GLOB-015.ready")
        CHECK_EQ(status(w), WMDM_STATUS_READY);
    check_dead(w, file);
    after_format(w, file);
}

MEDIUM_CASE(STORAGE_SPACE_BI_01, FORMAT, "What asks for no mode formats nothing", CONF_SHOULD,
            CONF_FORMATS, "Initialize with 0; with 0x20 and 4; the file is still there",
            "SP-GLOB-018")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);

    ROW("SP-GLOB-018.zero")
        CHECK_HR(format(w, 0, NULL), E_INVALIDARG);
    ROW("SP-GLOB-018.others") {
        CHECK_HR(format(w, 0x20, NULL), E_INVALIDARG);
        CHECK_HR(format(w, 4, NULL), E_INVALIDARG);
    }
    ROW("SP-GLOB-018.kept")
        CHECK(is_there(w, file));
    after_format(w, file);
}

MEDIUM_CASE(STORAGE_SPACE_BI_02, FORMAT, "An open file keeps its medium from being formatted",
            CONF_SHOULD, CONF_FORMATS,
            "Open, Initialize(BLOCK), Close; the file is still there; Initialize(BLOCK)",
            "SP-GLOB-022", "SP-ERR-005")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    IMDSPObject *object = AS(IMDSPObject, file);
    HRESULT hr;

    ROW("SP-GLOB-022.code") {
        REQUIRE_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
        hr = format(w, WMDM_MODE_BLOCK, NULL);
        CHECK_HR(hr, WMDM_E_BUSY);
    }
    ROW("SP-ERR-005.code")
        CHECK_HR(hr, WMDM_E_BUSY);
    (void)CALL(IMDSPObject, Close, object);
    ROW("SP-GLOB-022.kept")
        CHECK(is_there(w, file));
    ROW("SP-ERR-005.later")
        CHECK_HR(format(w, WMDM_MODE_BLOCK, NULL), S_OK);
    RELEASE(object);
    after_format(w, file);
}

MEDIUM_CASE(STORAGE_SPACE_BI_03, FORMAT, "Who cancels keeps what is there, and is told",
            CONF_SHOULD, CONF_FORMATS, "Initialize(BLOCK) cancelled at its first step",
            "SP-GLOB-021", "SP-GLOB-020", "SP-ERR-011")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    struct wmdm_progress_record record = {.cancel_at = 1};
    IWMDMProgress3 *watcher = wmdm_progress_new(&record);

    HRESULT hr;

    ROW("SP-GLOB-021.code") {
        hr = format(w, WMDM_MODE_BLOCK, watcher);
        CHECK_HR(hr, WMDM_E_USER_CANCELLED);
    }
    ROW("SP-ERR-011.format")
        CHECK_HR(hr, WMDM_E_USER_CANCELLED);
    ROW("SP-GLOB-021.kept")
        CHECK(is_there(w, file));
    ROW("SP-GLOB-020.cancelled")
        CHECK_SEEN(record.ends == 1 && (record.completion == WMDM_E_USER_CANCELLED ||
                                        record.completion == E_PENDING),
                   value_hr(record.completion));
    RELEASE(watcher);
    after_format(w, file);
}

MEDIUM_CASE(STORAGE_SPACE_BV_04, FORMAT, "Who watches a format sees it begin, go on and end",
            CONF_MUST, CONF_FORMATS, "Initialize(BLOCK) with a progress that counts", "SP-GLOB-020")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = filled(w);
    struct wmdm_progress_record record = {0};
    IWMDMProgress3 *watcher = wmdm_progress_new(&record);

    ROW("SP-GLOB-020.begin") {
        CHECK_HR(format(w, WMDM_MODE_BLOCK, watcher), S_OK);
        CHECK_EQ(record.begins, 1);
    }
    ROW("SP-GLOB-020.order")
        CHECK(!record.backwards);
    ROW("SP-GLOB-020.bounds")
        CHECK(record.last <= record.estimated);
    ROW("SP-GLOB-020.end")
        CHECK_EQ(record.ends, 1);
    ROW("SP-GLOB-020.result") /* who knows IWMDMProgress alone ends without one */
        CHECK_SEEN(record.completion == S_OK || record.completion == E_PENDING,
                   value_hr(record.completion));
    RELEASE(watcher);
    after_format(w, file);
}
