/* IMDSPDirectTransfer: the provider is handed the source and brings it to the device by itself. */
#include <unistd.h>

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "mtp_codes.h"
#include "spcore/base.h"

#define DIRECT_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define OFFERED "PROVIDER.DIRECT"
#define COMPARED OFFERED " && PROVIDER.OBJECT.READ"

enum { SMALL = 1000, LARGE = 1 << 20 };

struct order {
    const WCHAR *path;
    IWMDMOperation *operation;
    DWORD flags;
    const char *name; /* NULL: none */
    IWMDMMetaData *metadata;
    IWMDMProgress *progress;
};

/* Into the work folder; `ret` NULL: no object is asked for. */
static HRESULT transfer(struct wmdm *w, struct order order, IMDSPStorage **ret)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDirectTransfer *direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    WCHAR *wide = order.name ? com_utf16_from_utf8(order.name) : NULL;
    HRESULT hr;

    if (order.name)
        wmdm_made(w, order.name);
    hr = CALL(IMDSPDirectTransfer, TransferToDevice, direct, order.path, order.operation,
              order.flags, wide, order.metadata, order.progress, ret);
    CoTaskMemFree(wide);
    RELEASE(direct);
    return hr;
}

static BYTE *pattern(struct conf *c, size_t length)
{
    BYTE *data = malloc(length);

    if (!data)
        conf_setup_failed(c, "no memory");
    pv_pattern(data, length);
    return data;
}

static void holds(struct wmdm *w, IMDSPStorage *storage, const BYTE *data, size_t length)
{
    struct conf *c = wmdm_conf(w);
    size_t seen = 0;
    BYTE *bytes = wmdm_get(w, storage, &seen);

    CHECK_BYTES(bytes, seen, data, length);
    free(bytes);
}

static size_t count(struct wmdm *w)
{
    struct wmdm_list list = wmdm_children(w, wmdm_work_folder(w));
    size_t count = list.count;

    wmdm_release_all(w, &list);
    return count;
}

/* As it is found anew, not as it was handed out; NULL ends the case. */
static IMDSPStorage *found(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *child = wmdm_child(w, wmdm_work_folder(w), name);

    REQUIRE(child != NULL);
    return child;
}

static void absent(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *child = wmdm_child(w, wmdm_work_folder(w), name);

    CHECK(child == NULL);
    RELEASE(child);
}

DIRECT_CASE(DIRECT_FILE_BV_01, COMPARED, "A file comes to the device under the name it was given",
            CONF_MUST, "TransferToDevice of a file of 1,000,000 bytes called otherwise",
            "SP-DIRECT-001", "SP-DIRECT-002")
{
    struct wmdm *w = wmdm_open(c);
    BYTE *data = pattern(c, 1000000);
    WCHAR *path = wmdm_source(c, "source.bin", data, 1000000, 0);
    IMDSPStorage *made = NULL, *child = NULL;
    char *name = NULL;
    HRESULT hr =
        transfer(w, (struct order){path, .flags = WMDM_CONTENT_FILE, .name = "x.mp3"}, &made);

    ROW("SP-DIRECT-001")
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what it has the interface for");
    ROW("SP-DIRECT-002.name") {
        REQUIRE_HR(hr, S_OK);
        child = found(w, "x.mp3");
    }
    ROW("SP-DIRECT-002.content")
        holds(w, child, data, 1000000);
    ROW("SP-DIRECT-002.object") {
        REQUIRE(made != NULL);
        name = wmdm_name(w, made);
        CHECK(conf_same_text(c, name, "x.mp3"));
        free(name);
    }
    RELEASE(child);
    RELEASE(made);
    CoTaskMemFree(path);
    free(data);
}

DIRECT_CASE(DIRECT_OPTIONAL_BV_01, OFFERED, "Only source and name have to be given", CONF_MUST,
            "TransferToDevice without metadata, progress and room for the object, without each "
            "alone, and with all",
            "SP-DIRECT-005")
{
    static const struct {
        const char *row, *name;
        bool has_metadata, has_progress, has_room;
    } ways[] = {
        {"SP-DIRECT-005.none", "a.mp3", false, false, false},
        {"SP-DIRECT-005.metadata", "b.mp3", false, true, true},
        {"SP-DIRECT-005.progress", "c.mp3", true, false, true},
        {"SP-DIRECT-005.object", "d.mp3", true, true, false},
        {"SP-DIRECT-005.all", "e.mp3", true, true, true},
    };
    struct wmdm *w = wmdm_open(c);
    struct wmdm_progress_record record = {0};
    IWMDMProgress *progress = (IWMDMProgress *)wmdm_progress_new(&record);
    IWMDMMetaData *metadata = wmdm_metadata_new();
    WCHAR *path = wmdm_source(c, "source.bin", "content", 7, 0);

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        IMDSPStorage *made = NULL, *child = NULL;

        ROW(ways[i].row) {
            CHECK_HR(transfer(w,
                              (struct order){path, NULL, WMDM_CONTENT_FILE, ways[i].name,
                                             ways[i].has_metadata ? metadata : NULL,
                                             ways[i].has_progress ? progress : NULL},
                              ways[i].has_room ? &made : NULL),
                     S_OK);
            child = found(w, ways[i].name);
            CHECK_EQ(pv_size(w, child), 7);
        }
        RELEASE(child);
        RELEASE(made);
    }
    CoTaskMemFree(path);
    RELEASE(metadata);
    RELEASE(progress);
}

static void by_operation(struct wmdm *w, const char *name, bool is_clear, bool ends_with_data)
{
    struct conf *c = wmdm_conf(w);
    BYTE *data = pattern(c, 3 * SMALL);
    struct wmdm_operation_record record = {
        .data = data, .length = 3 * SMALL, .block = SMALL, .ends_with_data = ends_with_data};
    IWMDMOperation *operation = wmdm_operation_new(w, &record, is_clear);
    IMDSPStorage *child = NULL;

    ROW("SP-DIRECT-003.data") {
        REQUIRE_HR(transfer(w,
                            (struct order){.operation = operation,
                                           .flags = WMDM_CONTENT_OPERATIONINTERFACE,
                                           .name = name},
                            NULL),
                   S_OK);
        child = found(w, name);
        holds(w, child, data, 3 * SMALL);
    }
    ROW("SP-DIRECT-003.order") {
        CHECK_EQ(record.begins, 1);
        CHECK(!record.is_disordered);
    }
    ROW("SP-DIRECT-003.end") {
        CHECK_EQ(record.ends, 1);
        CHECK_HR(record.completion, S_OK);
    }
    RELEASE(child);
    RELEASE(operation);
    free(data);
}

DIRECT_CASE(DIRECT_OPERATION_BV_01, COMPARED, "The data come from an operation that is given",
            CONF_MUST,
            "TransferToDevice of an operation with three blocks, as IWMDMOperation through the "
            "channel and as IWMDMOperation3; S_FALSE comes behind the last block, and with it",
            "SP-DIRECT-003")
{
    struct wmdm *w = wmdm_open(c);

    by_operation(w, "secure.mp3", false, false);
    by_operation(w, "clear.mp3", true, false);
    by_operation(w, "secure-last.mp3", false, true);
    by_operation(w, "clear-last.mp3", true, true);
}

/* The page says both: that the one is ignored, and that E_INVALIDARG is for both (U38). */
static void both(struct wmdm *w, const WCHAR *path, DWORD flags, const char *name, size_t size)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_operation_record record = {
        .data = (const BYTE *)"operation", .length = 9, .block = SMALL};
    IWMDMOperation *operation = wmdm_operation_new(w, &record, true);
    IMDSPStorage *child = NULL;
    HRESULT hr = transfer(w, (struct order){path, operation, flags, name, NULL, NULL}, NULL);

    CHECK_ANSWER(hr == S_OK || hr == E_INVALIDARG, hr, "E_INVALIDARG, or the source of the flag");
    if (hr == S_OK)
        child = found(w, name);
    CHECK(!child || pv_size(w, child) == size);
    RELEASE(child);
    RELEASE(operation);
}

DIRECT_CASE(
    DIRECT_ARGUMENT_BI_01, OFFERED, "Orders without sense are refused, and make nothing", CONF_MUST,
    "TransferToDevice with both sources, without a name, with an empty one, with no kind of "
    "content, with two and with an unknown flag",
    "SP-DIRECT-004")
{
    static const DWORD flags[] = {0, WMDM_CONTENT_FILE | WMDM_CONTENT_FOLDER,
                                  WMDM_CONTENT_FILE | 0x40000000u};
    struct wmdm *w = wmdm_open(c);
    WCHAR *path = wmdm_source(c, "source.bin", "content", 7, 0);

    ROW("SP-DIRECT-004.both") {
        both(w, path, WMDM_CONTENT_FILE, "a.mp3", 7);
        both(w, path, WMDM_CONTENT_OPERATIONINTERFACE, "b.mp3", 9);
    }
    ROW("SP-DIRECT-004.name")
        CHECK_HR(transfer(w, (struct order){path, .flags = WMDM_CONTENT_FILE}, NULL), E_INVALIDARG);
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        ROW("SP-DIRECT-004.flags")
            CHECK_HR(transfer(w, (struct order){path, .flags = flags[i], .name = "c.mp3"}, NULL),
                     E_INVALIDARG);
    }
    ROW("SP-DIRECT-004.nothing")
        absent(w, "c.mp3");
    CoTaskMemFree(path);
}

/* ---- what goes wrong on the way */
static uint64_t free_bytes(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    SETUP_CALL(IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high);
    return (uint64_t)high << 32 | low;
}

DIRECT_CASE(DIRECT_FULL_BI_01, OFFERED, "What finds no room is refused as such", CONF_SHOULD,
            "TransferToDevice of a file of a byte more than is free", "SP-DIRECT-006")
{
    struct wmdm *w = wmdm_open(c);
    WCHAR *path = wmdm_source(c, "large.bin", "x", 1, free_bytes(w) + 1);
    char *utf8 = com_utf8_from_utf16(path);

    ROW("SP-DIRECT-006.full")
        CHECK_HR(
            transfer(w, (struct order){path, .flags = WMDM_CONTENT_FILE, .name = "x.mp3"}, NULL),
            HRESULT_FROM_WIN32(ERROR_DISK_FULL));
    ROW("SP-DIRECT-006.nothing")
        absent(w, "x.mp3");
    if (unlink(utf8) != 0)
        conf_note(c, "%s stays", utf8);
    CoTaskMemFree(utf8);
    CoTaskMemFree(path);
}

DIRECT_CASE(DIRECT_EXISTS_BI_01, COMPARED, "A name that is taken is refused as such", CONF_SHOULD,
            "TransferToDevice to the name of a file that is there, without overwriting",
            "SP-DIRECT-006")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *old = wmdm_put(w, wmdm_work_folder(w), "x.mp3", "old", 3), *child = NULL;
    WCHAR *path = wmdm_source(c, "source.bin", "content", 7, 0);
    const size_t before = count(w);
    HRESULT hr =
        transfer(w, (struct order){path, .flags = WMDM_CONTENT_FILE, .name = "x.mp3"}, NULL);

    ROW("SP-DIRECT-006.exists")
        CHECK_ANSWER(hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS) ||
                         (hr == S_OK && count(w) == before + 1),
                     hr, "ERROR_FILE_EXISTS, or S_OK and two of a name");
    ROW("SP-DIRECT-006.kept") {
        if (FAILED(hr)) {
            child = found(w, "x.mp3");
            holds(w, child, (const BYTE *)"old", 3);
            RELEASE(child);
        } else {
            conf_excused(c, 2, "the device allows two of a name");
        }
    }
    RELEASE(old);
    CoTaskMemFree(path);
}

/* One that the device does not list; 0: it lists all of these. */
static DWORD strange_format(struct conf *c)
{
    static const struct {
        const char *item;
        DWORD code;
    } formats[] = {{"!MTP.FORMAT.B984", 0xb984},
                   {"!MTP.FORMAT.BA82", 0xba82},
                   {"!MTP.FORMAT.3006", 0x3006},
                   {"!MTP.FORMAT.B904", 0xb904}};

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (conf_offers(c, formats[i].item))
            return formats[i].code;
    }
    return 0;
}

DIRECT_CASE(DIRECT_FORMAT_BI_01, OFFERED " && PROVIDER.STORAGE3",
            "What the device cannot take is refused as such", CONF_SHOULD,
            "TransferToDevice of what its metadata call a format that the device does not list",
            "SP-DIRECT-006")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *metadata = wmdm_metadata_new();
    WCHAR *path = wmdm_source(c, "source.bin", "content", 7, 0);
    DWORD format = strange_format(c);
    HRESULT hr;

    if (!format)
        conf_inconclusive(c, "the device lists every format that could be strange to it");
    wmdm_metadata_add_dword(metadata, g_wszWMDMFormatCode, format);
    hr = transfer(
        w, (struct order){path, .flags = WMDM_CONTENT_FILE, .name = "x.odd", .metadata = metadata},
        NULL);
    /* S_OK: it takes the file for what it can. */
    ROW("SP-DIRECT-006.format")
        CHECK_ANSWER(hr == S_OK || hr == HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED), hr,
                     "ERROR_NOT_SUPPORTED");
    ROW("SP-DIRECT-006.nothing") {
        if (FAILED(hr))
            absent(w, "x.odd");
        else
            conf_excused(c, 1, "it takes the file for what it can");
    }
    RELEASE(metadata);
    CoTaskMemFree(path);
}

DIRECT_CASE(DIRECT_OVERWRITE_BV_01, COMPARED, "An object is replaced where that is asked for",
            CONF_MUST, "TransferToDevice with WMDM_FILE_CREATE_OVERWRITE to a name that is taken",
            "SP-DIRECT-007")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *old = wmdm_put(w, wmdm_work_folder(w), "x.mp3", "old content", 11);
    IMDSPStorage *child = NULL;
    WCHAR *path = wmdm_source(c, "source.bin", "new", 3, 0);
    const size_t before = count(w);

    RELEASE(old);
    ROW("SP-DIRECT-007.content") {
        CHECK_HR(
            transfer(w,
                     (struct order){path, .flags = WMDM_CONTENT_FILE | WMDM_FILE_CREATE_OVERWRITE,
                                    .name = "x.mp3"},
                     NULL),
            S_OK);
        child = found(w, "x.mp3");
        holds(w, child, (const BYTE *)"new", 3);
    }
    RELEASE(child);
    ROW("SP-DIRECT-007.one")
        CHECK_EQ(count(w), before);
    CoTaskMemFree(path);
}

DIRECT_CASE(DIRECT_FOLDER_BV_01, OFFERED " && PROVIDER.MEDIUM.NESTED",
            "A folder comes to the device as an empty one", CONF_SHOULD,
            "TransferToDevice of a folder with a file and a folder in it", "SP-DIRECT-008")
{
    struct wmdm *w = wmdm_open(c);
    WCHAR *path = wmdm_source_folder(c, "source");
    IMDSPStorage *child = NULL;
    struct wmdm_list list = {0};

    ROW("SP-DIRECT-008.folder") {
        REQUIRE_HR(
            transfer(w, (struct order){path, .flags = WMDM_CONTENT_FOLDER, .name = "New"}, NULL),
            S_OK);
        child = found(w, "New");
        CHECK((pv_attributes(w, child) & WMDM_FILE_ATTR_FOLDER) != 0);
    }
    ROW("SP-DIRECT-008.shallow") {
        list = wmdm_children(w, child);
        CHECK_EQ(list.count, 0);
    }
    wmdm_release_all(w, &list);
    RELEASE(child);
    CoTaskMemFree(path);
}

DIRECT_CASE(DIRECT_PROGRESS_BV_01, OFFERED, "A transfer tells how far it is, and can be cancelled",
            CONF_SHOULD, "TransferToDevice of 1 MiB with progress; once more, cancelled on the way",
            "SP-DIRECT-009")
{
    struct wmdm *w = wmdm_open(c);
    BYTE *data = pattern(c, LARGE);
    WCHAR *path = wmdm_source(c, "source.bin", data, LARGE, 0);
    struct wmdm_progress_record whole = {0}, cut = {.cancel_at = 1};
    IWMDMProgress *progress = (IWMDMProgress *)wmdm_progress_new(&whole), *cancelling;
    struct order order = {path, NULL, WMDM_CONTENT_FILE, "whole.mp3", NULL, progress};

    ROW("SP-DIRECT-009.steps") {
        CHECK_HR(transfer(w, order, NULL), S_OK);
        CHECK_EQ(whole.begins, 1);
        CHECK_EQ(whole.ends, 1);
        CHECK(whole.steps >= 1 && !whole.backwards);
    }
    cancelling = (IWMDMProgress *)wmdm_progress_new(&cut);
    order.name = "cut.mp3";
    order.progress = cancelling;
    ROW("SP-DIRECT-009.cancel")
        CHECK_HR(transfer(w, order, NULL), WMDM_E_USER_CANCELLED);
    ROW("SP-DIRECT-009.partial")
        absent(w, "cut.mp3");
    RELEASE(cancelling);
    RELEASE(progress);
    CoTaskMemFree(path);
    free(data);
}

/* ---- metadata */
DIRECT_CASE(DIRECT_TAGS_BV_01, OFFERED " && PROVIDER.STORAGE4 && MTP.FORMAT.3009",
            "The source's metadata are the new object's", CONF_MUST,
            "TransferToDevice with title and genre, and without any", "SP-DIRECT-010")
{
    static const uint16_t codes[] = {MTP_OPC_NAME, MTP_OPC_GENRE};
    bool has[ARRAY_SIZE(codes)];
    struct wmdm *w;
    IWMDMMetaData *metadata;
    IMDSPStorage *tagged = NULL, *bare = NULL;
    WCHAR *path = wmdm_source(c, "source.bin", "content", 7, 0);
    char *title = NULL, *genre = NULL;

    if (!snapshot_keeps(c, MTP_FC_MP3, codes, ARRAY_SIZE(codes), has) || !has[0] || !has[1])
        conf_inconclusive(c, "the device keeps no title or no genre of MP3");
    w = wmdm_open(c);
    metadata = wmdm_metadata_new();
    wmdm_metadata_add_string(metadata, g_wszWMDMTitle, "T1");
    wmdm_metadata_add_string(metadata, g_wszWMDMGenre, "G1");
    ROW("SP-DIRECT-010.applied") {
        CHECK_HR(transfer(w, (struct order){path, NULL, WMDM_CONTENT_FILE, "a.mp3", metadata, NULL},
                          NULL),
                 S_OK);
        tagged = found(w, "a.mp3");
        title = pv_text(w, tagged, g_wszWMDMTitle);
        genre = pv_text(w, tagged, g_wszWMDMGenre);
        CHECK(conf_same_text(c, title, "T1"));
        CHECK(conf_same_text(c, genre, "G1"));
    }
    free(title);
    free(genre);
    ROW("SP-DIRECT-010.else") {
        CHECK_HR(
            transfer(w, (struct order){path, NULL, WMDM_CONTENT_FILE, "b.mp3", NULL, NULL}, NULL),
            S_OK);
        bare = found(w, "b.mp3");
        title = pv_text(w, bare, g_wszWMDMTitle);
        genre = pv_text(w, bare, g_wszWMDMGenre);
        CHECK(!title || strcmp(title, "T1") != 0);
        CHECK(!genre || strcmp(genre, "G1") != 0);
    }
    free(title);
    free(genre);
    RELEASE(bare);
    RELEASE(tagged);
    RELEASE(metadata);
    CoTaskMemFree(path);
}
