/* IMDSPObject: what opens and how, what a call is worth that comes out of turn, and what Close and
 * the last Release leave. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"

#define FILE_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"

/* ---- Open */
FILE_CASE(STORAGE_OPEN_BV_01, READS, "Open for reading starts at byte 0, each time", CONF_MUST,
          "open, read 100, close, open, read: byte 0", "SP-OBJ-001")
{
    struct wmdm_file *f = pv_thousand(c);

    for (unsigned i = 0; i < 2; i++) {
        BYTE data[100] = {0xee};
        DWORD size = 100;

        ROW("SP-OBJ-001.read")
            REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        ROW("SP-OBJ-001.reads") {
            CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
            CHECK(data[0] == 0 && data[99] == 99);
        }
        SETUP_CALL(IMDSPObject, Close, f->object);
    }
}

FILE_CASE(STORAGE_OPEN_BV_02, "ANY", "Open for writing starts at byte 0, each time", CONF_MUST,
          "open, write 4 bytes, close, open, write 2, close; the first 2 bytes", "SP-OBJ-001")
{
    struct wmdm_file *f = pv_thousand(c);
    static const char *const texts[] = {"abcd", "xy"};
    size_t length = 0;
    BYTE *back;

    for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
        DWORD size = (DWORD)strlen(texts[i]);

        ROW("SP-OBJ-001.write")
            REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_WRITE), S_OK);
        wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, texts[i], &size));
        SETUP_CALL(IMDSPObject, Close, f->object);
    }
    if (!conf_offers(c, READS))
        return;
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-001.writes")
        CHECK(length >= 2 && memcmp(back, "xy", 2) == 0);
    free(back);
}

/* Folders and roots: each of the five methods. */
static void refuse_all(struct wmdm *w, IMDSPStorage *storage, const char *open)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    BYTE data[8] = {0}, mac[WMDM_MAC_LENGTH] = {0};
    DWORD size = 8;

    ROW(open) {
        CHECK_FAILS(CALL(IMDSPObject, Open, object, MDSP_READ));
        CHECK_FAILS(CALL(IMDSPObject, Open, object, MDSP_WRITE));
    }
    ROW("SP-OBJ-002.read")
        CHECK_FAILS(CALL(IMDSPObject, Read, object, data, &size, mac));
    size = 8;
    ROW("SP-OBJ-002.write")
        CHECK_FAILS(wmdm_write(w, object, data, &size));
    ROW("SP-OBJ-002.seek")
        CHECK_FAILS(CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, 0));
    ROW("SP-OBJ-002.close")
        CHECK_FAILS(CALL(IMDSPObject, Close, object));
    RELEASE(object);
}

FILE_CASE(STORAGE_OPEN_BI_01, "ANY", "A folder cannot be opened, nor an unknown mode used",
          CONF_MUST,
          "Open, Read, Write, Seek and Close on a folder and a root; Open(0), Open(3), Open(4), "
          "Open(0xFFFFFFFF) on a file, and a call that needs it open after each",
          "SP-OBJ-002", "SP-OBJ-003")
{
    struct wmdm_file *f = pv_thousand(c);
    static const struct {
        DWORD mode;
        const char *row;
    } modes[] = {{0, "SP-OBJ-003.zero"},
                 {MDSP_READ | MDSP_WRITE, "SP-OBJ-003.both"},
                 {4, "SP-OBJ-003.others"},
                 {0xffffffffu, "SP-OBJ-003.others"}};

    refuse_all(f->w, f->folder, "SP-OBJ-002.folder");
    refuse_all(f->w, wmdm_root(f->w), "SP-OBJ-002.root");
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        ROW(modes[i].row)
            CHECK_HR(CALL(IMDSPObject, Open, f->object, modes[i].mode), E_INVALIDARG);
        ROW("SP-OBJ-003.nothing")
            CHECK_HR(CALL(IMDSPObject, Close, f->object), WMDM_E_CALL_OUT_OF_SEQUENCE);
    }
}

/* ---- out of turn */

/* A pointer to the file that was not open yet. */
static IMDSPObject *fresh(struct wmdm_file *f)
{
    struct conf *c = wmdm_conf(f->w);
    struct wmdm *w = f->w;
    IMDSPStorage *storage = wmdm_child(w, f->folder, "f.bin");
    IMDSPObject *object;

    if (!storage)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    object = AS(IMDSPObject, storage);
    RELEASE(storage);
    return object;
}

struct turn {
    const char *read, *write, *seek, *close;
};

static void out_of_turn(struct conf *c, HRESULT hr, const char *row)
{
    ROW(row)
        CHECK_HR(hr, WMDM_E_CALL_OUT_OF_SEQUENCE);
    ROW("SP-ERR-006.file")
        CHECK_HR(hr, WMDM_E_CALL_OUT_OF_SEQUENCE);
}

static void refuse_closed(struct wmdm *w, IMDSPObject *object, const struct turn *rows)
{
    struct conf *c = wmdm_conf(w);
    BYTE data[8] = {0}, mac[WMDM_MAC_LENGTH] = {0};
    DWORD size = 8;

    if (conf_offers(c, READS))
        out_of_turn(c, CALL(IMDSPObject, Read, object, data, &size, mac), rows->read);
    size = 8;
    out_of_turn(c, wmdm_write(w, object, data, &size), rows->write);
    if (conf_offers(c, "PROVIDER.OBJECT.SEEK"))
        out_of_turn(c, CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, 0), rows->seek);
    out_of_turn(c, CALL(IMDSPObject, Close, object), rows->close);
}

FILE_CASE(STORAGE_OPEN_BI_02, "ANY", "Calls out of order are refused", CONF_MUST,
          "Read, Write, Seek, Close on a file that was never open, and on one that was closed",
          "SP-OBJ-008", "SP-OBJ-009", "SP-ERR-006")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPObject *object = fresh(f);
    const struct turn never = {"SP-OBJ-008.read", "SP-OBJ-008.write", "SP-OBJ-009.seek",
                               "SP-OBJ-009.close"};
    const struct turn closed = {"SP-OBJ-008.read-closed", "SP-OBJ-008.write-closed",
                                "SP-OBJ-009.seek-closed", "SP-OBJ-009.twice"};

    refuse_closed(w, object, &never);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    SETUP_CALL(IMDSPObject, Close, object);
    refuse_closed(w, object, &closed);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    SETUP_CALL(IMDSPObject, Close, object);
    refuse_closed(w, object, &closed);
    RELEASE(object);
}

FILE_CASE(STORAGE_OPEN_BI_03, READS, "A second Open leaves the first intact", CONF_SHOULD,
          "read 100, Open again either way: refused; the next byte read is the 101st", "SP-OBJ-011")
{
    struct wmdm_file *f = pv_thousand(c);
    static const DWORD modes[] = {MDSP_READ, MDSP_WRITE};
    BYTE data[100];
    DWORD size = 100;

    wmdm_file_open(f, MDSP_READ);
    (void)wmdm_read(f->w, f->object, data, &size);
    for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
        ROW("SP-OBJ-011.code") {
            HRESULT hr = CALL(IMDSPObject, Open, f->object, modes[i]);

            CHECK_ANSWER(hr == WMDM_E_CALL_OUT_OF_SEQUENCE || hr == WMDM_E_BUSY, hr,
                         "WMDM_E_CALL_OUT_OF_SEQUENCE or WMDM_E_BUSY");
        }
        ROW("SP-OBJ-011.reader")
            CHECK_EQ(pv_next(f), 100 + i);
    }
}

FILE_CASE(STORAGE_OPEN_BI_05, READS, "A second Open leaves what is being written intact",
          CONF_SHOULD, "write 4 bytes, Open again either way: refused; write 4 more; read all 8",
          "SP-OBJ-011")
{
    struct wmdm_file *f = wmdm_file(c, "f.bin", "", 0);
    static const DWORD modes[] = {MDSP_READ, MDSP_WRITE};
    size_t length = 0;
    DWORD size = 4;
    BYTE *back;

    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "abcd", &size));
    for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
        ROW("SP-OBJ-011.code") {
            HRESULT hr = CALL(IMDSPObject, Open, f->object, modes[i]);

            CHECK_ANSWER(hr == WMDM_E_CALL_OUT_OF_SEQUENCE || hr == WMDM_E_BUSY, hr,
                         "WMDM_E_CALL_OUT_OF_SEQUENCE or WMDM_E_BUSY");
        }
    }
    size = 4;
    ROW("SP-OBJ-011.writer")
        CHECK_HR(wmdm_write(f->w, f->object, "efgh", &size), S_OK);
    wmdm_file_close(f);
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-011.writer")
        CHECK_BYTES(back, length, "abcdefgh", 8);
    free(back);
}

FILE_CASE(STORAGE_OPEN_BI_04, "ANY", "A file opened one way is not used the other way", CONF_SHOULD,
          "Read on a file opened for writing, Write on one opened for reading; what it is then",
          "SP-OBJ-010")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[8], mac[WMDM_MAC_LENGTH] = {0}, *back;
    static const BYTE content[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    size_t length = 0;
    DWORD size = 8;

    memset(data, 0xee, sizeof(data));
    wmdm_file_open(f, MDSP_WRITE);
    wmdm_mac(f->w, &size, sizeof(size), NULL, 0, mac);
    ROW("SP-OBJ-010.read")
        CHECK_FAILS(CALL(IMDSPObject, Read, f->object, data, &size, mac));
    ROW("SP-OBJ-010.data") {
        CHECK(memcmp(data, content, sizeof(data)) != 0);
        wmdm_ours(c, "the host's DecryptParam",
                  sac_decrypt_param(wmdm_channel(f->w), data, sizeof(data)));
        CHECK(memcmp(data, content, sizeof(data)) != 0);
    }
    wmdm_file_close(f);
    wmdm_file_open(f, MDSP_READ);
    size = 8;
    ROW("SP-OBJ-010.write")
        CHECK_FAILS(wmdm_write(f->w, f->object, "otherwise", &size));
    wmdm_file_close(f);
    ROW("SP-OBJ-010.kept")
        CHECK_EQ(pv_size(f->w, f->storage), 1000);
    if (!conf_offers(c, READS))
        return;
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-010.kept")
        CHECK(length == 1000 && memcmp(back, content, sizeof(content)) == 0);
    free(back);
}

/* ---- what there is of every provider */
FILE_CASE(STORAGE_OPEN_BV_03, "ANY", "Open, Write, Close and Delete are there", CONF_MUST,
          "a new file: Open, Write, Close, Delete; none is not supported", "SP-OBJ-021")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), "there.bin", WMDM_FILE_ATTR_FILE, 4, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = 4;
    HRESULT hr;

    ROW("SP-OBJ-021.open") {
        hr = CALL(IMDSPObject, Open, object, MDSP_WRITE);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-OBJ-021.write") {
        hr = wmdm_write(w, object, "text", &size);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-OBJ-021.close") {
        hr = CALL(IMDSPObject, Close, object);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-OBJ-021.delete") {
        hr = CALL(IMDSPObject, Delete, object, WMDM_MODE_RECURSIVE, NULL);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    RELEASE(object);
    RELEASE(file);
}

/* ---- the last Release */
static void release_open(struct conf *c, DWORD mode, const char *row)
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage *again;
    IMDSPObject *other;

    SETUP_CALL(IMDSPObject, Open, f->object, mode);
    RELEASE(f->object);
    RELEASE(f->storage);
    again = wmdm_child(w, f->folder, "f.bin");
    ROW(row) {
        REQUIRE(again != NULL);
        other = AS(IMDSPObject, again);
        CHECK_HR(CALL(IMDSPObject, Open, other, MDSP_WRITE), S_OK);
    }
    (void)CALL(IMDSPObject, Close, other);
    RELEASE(other);
    RELEASE(again);
}

FILE_CASE(STORAGE_CLOSE_BV_01, "ANY", "Release of an object open for writing closes it",
          CONF_SHOULD, "open for writing, release without Close, open through another pointer",
          "SP-OBJ-030")
{
    release_open(c, MDSP_WRITE, "SP-OBJ-030.writer");
}

FILE_CASE(STORAGE_CLOSE_BV_02, "ANY", "Release of an object open for reading closes it",
          CONF_SHOULD, "open for reading, release without Close, open for writing", "SP-OBJ-030")
{
    release_open(c, MDSP_READ, "SP-OBJ-030.reader");
}
