/* IMDSPDirectTransfer: sources of other sizes and names, and what is handed out of a failure. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "spcore/base.h"

#define SOURCE_CASE(token, ics_, title_, steps_, ...)                                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = "PROVIDER.DIRECT" ics_,    \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

static HRESULT transfer(struct wmdm *w, const WCHAR *path, const char *name, IMDSPStorage **ret)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDirectTransfer *direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    WCHAR *wide = com_utf16_from_utf8(name);
    HRESULT hr;

    wmdm_made(w, name);
    hr = CALL(IMDSPDirectTransfer, TransferToDevice, direct, path, NULL, WMDM_CONTENT_FILE, wide,
              NULL, NULL, ret);
    CoTaskMemFree(wide);
    RELEASE(direct);
    return hr;
}

static const struct {
    const char *row, *source, *name;
    size_t length;
} sources[] = {
    {"SP-DIRECT-002.empty", "empty.bin", "empty.mp3", 0},
    {"SP-DIRECT-002.large", "large.bin", "large.mp3", (5 << 20) + 1},
    {"SP-DIRECT-002.path", "Ünï 日本.bin", "Ünï 日本.mp3", 7},
};

SOURCE_CASE(DIRECT_SOURCE_BV_01, " && PROVIDER.OBJECT.READ",
            "Files of no bytes, of many, and of other letters come to the device",
            "TransferToDevice of a file of 0 bytes, of 5 MiB and one byte, and of one whose path "
            "and name are not of ASCII",
            "SP-DIRECT-002")
{
    struct wmdm *w = wmdm_open(c);
    BYTE *data = malloc((5 << 20) + 1);

    if (!data)
        conf_setup_failed(c, "no memory");
    pv_pattern(data, (5 << 20) + 1);
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        WCHAR *path = wmdm_source(c, sources[i].source, data, sources[i].length, 0);
        IMDSPStorage *made = NULL, *child;
        size_t seen = 0;
        BYTE *bytes;

        ROW(sources[i].row) {
            REQUIRE_HR(transfer(w, path, sources[i].name, &made), S_OK);
            child = wmdm_child(w, wmdm_work_folder(w), sources[i].name);
            REQUIRE(child != NULL);
            bytes = wmdm_get(w, child, &seen);
            CHECK_BYTES(bytes, seen, data, sources[i].length);
        }
        free(bytes);
        RELEASE(child);
        RELEASE(made);
        CoTaskMemFree(path);
    }
    free(data);
}

SOURCE_CASE(DIRECT_SOURCE_BI_01, "", "A transfer that fails hands out NULL",
            "TransferToDevice of a file that is not there, and to the empty name, the output "
            "poisoned",
            "SP-LIFE-009")
{
    struct wmdm *w = wmdm_open(c);
    WCHAR *path = wmdm_source(c, "source.bin", "x", 1, 0);
    IMDSPStorage *made = POISON;

    ROW("SP-LIFE-009.transfer") {
        CHECK_FAILS(transfer(w, u"/nowhere/at/all.mp3", "nothing.mp3", &made));
        CHECK(made == NULL);
        made = POISON;
        CHECK_FAILS(transfer(w, path, "", &made));
        CHECK(made == NULL);
    }
    CoTaskMemFree(path);
}
