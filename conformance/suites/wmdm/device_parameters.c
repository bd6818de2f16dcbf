/* What a device's parameters promise of its provider, and what holds without them: an extended one
 * has all three newer interfaces, any other is asked for the older ones alone, and no size of
 * transfers is its own to choose (device-parameters.md). */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_class.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define PARAMETER_CASE(token, ics_, title_, steps_, row)                                           \
    CONF_CASE(token, .title = title_, .reqs = REQS(row), .ics = ics_,                              \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

/* ---- UseExtendedWmdm */
/* The device's parameters speak of the provider that they name, and of no other. */
PARAMETER_CASE(DEVICE_PARAMETER_BV_01, "PROVIDER.SYNC",
               "An extended provider has the three newer interfaces",
               "Of the device that says UseExtendedWmdm IMDSPDevice3; of a file IMDSPStorage4 and "
               "IMDSPObject2",
               "SP-INF-011")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "extended.bin", "x", 1);

    ROW("SP-INF-011.device")
        CHECK(wmdm_has(w, wmdm_device(w), &IID_IMDSPDevice3));
    ROW("SP-INF-011.storage")
        CHECK(wmdm_has(w, file, &IID_IMDSPStorage4));
    ROW("SP-INF-011.object")
        CHECK(wmdm_has(w, file, &IID_IMDSPObject2));
    RELEASE(file);
}

PARAMETER_CASE(DEVICE_PARAMETER_BV_02, "PROVIDER.OBJECT.READ",
               "The older interfaces alone make a file that is there",
               "IMDSPStorage2::CreateStorage2, IMDSPObject Open, Write and Close; what is listed, "
               "and what is read; Delete",
               "SP-INF-012")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w), *file = NULL;
    IMDSPStorage2 *older = AS(IMDSPStorage2, folder);
    /* The older interfaces have a file's name alone to tell its format by. */
    const char *name = conf_offers(c, "!MTP || MTP.FORMAT.3000") ? "older.bin" : "older.mp3";
    WCHAR *wide = com_utf16_from_utf8(name);
    static const char text[] = "older";
    size_t length = 0;
    BYTE *back;
    HRESULT hr = CALL(IMDSPStorage2, CreateStorage2, older,
                      WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, 0, NULL, NULL, wide,
                      sizeof(text), &file);

    CoTaskMemFree(wide);
    RELEASE(older);
    ROW("SP-INF-012.made")
        REQUIRE_HR(hr, S_OK);
    wmdm_fill(w, file, text, sizeof(text));
    ROW("SP-INF-012.made")
        CHECK(pv_is_listed(w, folder, name));
    back = wmdm_get(w, file, &length);
    ROW("SP-INF-012.content")
        CHECK_BYTES(back, length, text, sizeof(text));
    free(back);
    wmdm_delete(w, file);
    ROW("SP-INF-012.deleted")
        CHECK(!pv_is_listed(w, folder, name));
    RELEASE(file);
}

/* ---- OptimalTransferSize: it is a wish of the device's, and WMDM has sizes of its own */
struct transfer {
    struct wmdm_file *f;
    BYTE *data; /* and room for as much again */
    size_t length;
    DWORD block;
};

/* One way through the file; of that many bytes at most. False: a call was refused. */
static bool goes_through(struct transfer *it, bool writes, const char *row)
{
    struct conf *c = wmdm_conf(it->f->w);
    HRESULT hr = S_OK;
    DWORD size = 1;

    wmdm_file_open(it->f, writes ? MDSP_WRITE : MDSP_READ);
    for (size_t at = 0; at < it->length && hr == S_OK && size > 0; at += size) {
        const size_t left = it->length - at;

        size = left < it->block && writes ? (DWORD)left : it->block;
        hr = writes ? wmdm_write(it->f->w, it->f->object, it->data + at, &size)
                    : wmdm_read(it->f->w, it->f->object, it->data + it->length + at, &size);
    }
    ROW(row) {
        CHECK_HR(hr, S_OK);
        CHECK(size > 0);
    }
    wmdm_file_close(it->f);
    return hr == S_OK && size > 0;
}

PARAMETER_CASE(DEVICE_PARAMETER_BV_03, "PROVIDER.OBJECT.READ", "Transfers of any size do",
               "Write and Read in blocks of 1, 511, 512, 4096, 65536 and 262144 bytes with a "
               "shorter one at the end; the content",
               "SP-INF-005")
{
    static const DWORD blocks[] = {1, 511, 512, 4096, 65536, 262144};
    struct transfer it = {.f = wmdm_file(c, "sizes.bin", "", 0)};

    for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
        bool done;

        it.block = blocks[i];
        it.length = 2 * (size_t)it.block + it.block / 3 + 1;
        /* Whatever a Read gives beyond what there is has room. */
        it.data = calloc(2 * it.length + it.block, 1);
        if (!it.data)
            conf_setup_failed(c, "no memory");
        pv_pattern(it.data, it.length);
        done = goes_through(&it, true, "SP-INF-005.write") &&
               goes_through(&it, false, "SP-INF-005.read");
        ROW("SP-INF-005.content")
            CHECK(!done || memcmp(it.data, it.data + it.length, it.length) == 0);
        free(it.data);
    }
}
