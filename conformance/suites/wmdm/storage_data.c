/* IMDSPObject: the content of a file. What Read hands out and how much, what Write stores and
 * where, where Seek goes, and that all of it is there afterwards, byte for byte. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define DATA_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"
#define SEEKS READS " && PROVIDER.OBJECT.SEEK"

/* Read as it is, with the size in its input MAC (U8). */
static HRESULT read_raw(struct wmdm_file *f, BYTE *data, DWORD *size, BYTE *mac)
{
    struct conf *c = wmdm_conf(f->w);

    wmdm_mac(f->w, size, sizeof(*size), NULL, 0, mac);
    return CALL(IMDSPObject, Read, f->object, data, size, mac);
}

/* ---- Read: how much, and from where */
DATA_CASE(STORAGE_READ_BV_01, READS, "Read moves through the file to its end", CONF_MUST,
          "1000 bytes in blocks of 300: 300, 300, 300, 100, and 0, twice", "SP-OBJ-012",
          "SP-OBJ-014", "SP-OBJ-016")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[300], mac[WMDM_MAC_LENGTH];
    DWORD size, at = 0;

    wmdm_file_open(f, MDSP_READ);
    while (at < 1000) {
        bool is_last = at + 300 > 1000;

        size = 300;
        memset(data, 0xee, sizeof(data));
        ROW(is_last ? "SP-OBJ-012.last" : "SP-OBJ-012.full") {
            REQUIRE_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
            CHECK_EQ(size, is_last ? 1000 - at : 300);
            REQUIRE(size > 0);
        }
        ROW("SP-OBJ-012.next")
            CHECK(data[0] == at % 251 && data[size - 1] == (at + size - 1) % 251);
        at += size;
    }
    size = 300;
    ROW("SP-OBJ-014.end")
        CHECK_HR(read_raw(f, data, &size, mac), S_OK);
    ROW("SP-OBJ-014.size")
        CHECK_EQ(size, 0);
    size = 300;
    ROW("SP-OBJ-014.again") {
        CHECK_HR(read_raw(f, data, &size, mac), S_OK);
        CHECK_EQ(size, 0);
    }
    wmdm_file_close(f);
}

/* What a Read behind the last byte answers, of a file read in blocks of that size. */
static void ends(struct conf *c, size_t length, DWORD block, const char *row)
{
    BYTE content[512] = {0}, data[512];
    struct wmdm_file *f = wmdm_file(c, "end.bin", content, length);
    DWORD size;

    wmdm_file_open(f, MDSP_READ);
    for (size_t at = 0; at < length; at += size) {
        size = block;
        wmdm_setup(c, "IMDSPObject::Read", wmdm_read(f->w, f->object, data, &size));
        if (!size)
            conf_refused(c, "IMDSPObject::Read", "IMDSPObject::Read within a file gave nothing");
    }
    size = block;
    ROW(row) {
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
        CHECK_EQ(size, 0);
    }
    wmdm_file_close(f);
}

DATA_CASE(STORAGE_READ_BV_03, READS, "The end of an empty file is its beginning", CONF_MUST,
          "Read of a file without content", "SP-OBJ-014")
{
    ends(c, 0, 64, "SP-OBJ-014.empty");
}

DATA_CASE(STORAGE_READ_BV_04, READS, "A file ends also where a block ends", CONF_MUST,
          "512 bytes in blocks of 256; Read once more", "SP-OBJ-014")
{
    ends(c, 512, 256, "SP-OBJ-014.whole");
}

/* ---- Read: what it is */
DATA_CASE(STORAGE_READ_BV_02, READS, "What Read hands out is encrypted, and decrypts to the file",
          CONF_MUST, "raw Read differs from the content; the whole file decrypted is the content",
          "SP-OBJ-013")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[64], mac[WMDM_MAC_LENGTH], plain[1000], *back;
    size_t length = 0;
    DWORD size = 64;

    for (unsigned i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i % 251);
    wmdm_file_open(f, MDSP_READ);
    ROW("SP-OBJ-013.differs") {
        REQUIRE_HR(read_raw(f, data, &size, mac), S_OK);
        CHECK(size == 64 && memcmp(data, plain, 64) != 0);
    }
    wmdm_file_close(f);
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-013.decrypts")
        CHECK_BYTES(back, length, plain, sizeof(plain));
    free(back);
}

static void fails_with_nothing(struct wmdm_file *f, IMDSPObject *object, const char *row)
{
    struct conf *c = wmdm_conf(f->w);
    BYTE data[64], mac[WMDM_MAC_LENGTH] = {0};
    DWORD size = 64;

    ROW(row) {
        CHECK_FAILS(CALL(IMDSPObject, Read, object, data, &size, mac));
        CHECK_EQ(size, 0);
    }
}

DATA_CASE(STORAGE_READ_BI_01, READS, "A Read that fails says that it read nothing", CONF_MUST,
          "Read of a closed file, of one open for writing, of a folder; on a shut channel",
          "SP-OBJ-015")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPObject *folder = AS(IMDSPObject, f->folder);

    fails_with_nothing(f, f->object, "SP-OBJ-015.closed");
    fails_with_nothing(f, folder, "SP-OBJ-015.folder");
    RELEASE(folder);
    wmdm_file_open(f, MDSP_WRITE);
    fails_with_nothing(f, f->object, "SP-OBJ-015.writer");
    wmdm_file_close(f);
    wmdm_file_open(f, MDSP_READ);
    wmdm_shut(w);
    fails_with_nothing(f, f->object, "SP-OBJ-015.shut");
    wmdm_setup(c, "the handshake for tidying up", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    wmdm_file_close(f);
}

CONF_CASE(STORAGE_READ_BI_02,
          .title = "A Read from a device that is gone says that it read nothing",
          .reqs = REQS("SP-OBJ-015"), .ics = READS,
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "open for reading, unplug, Read: it fails, or what it gives was read before")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[] = {1, 1, 1};
    DWORD size = sizeof(data);
    HRESULT hr;
    bool is_file;

    SETUP_CALL(IMDSPObject, Open, f->object, MDSP_READ);
    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    hr = wmdm_read(f->w, f->object, data, &size);
    is_file = size == sizeof(data) && memcmp(data, "\0\1\2", sizeof(data)) == 0;
    ROW("SP-OBJ-015.gone") {
        CHECK_ANSWER(FAILED(hr) || is_file, hr, "a failure, or what it has read before");
        CHECK_EQ(size, FAILED(hr) ? 0 : sizeof(data));
    }
    wmdm_forget_work_folder(f->w);
}

/* ---- NULL */
static void refuse_null(struct wmdm_file *f, const char *row, bool reads)
{
    struct conf *c = wmdm_conf(f->w);
    BYTE data[8] = {0}, mac[WMDM_MAC_LENGTH] = {0};

    for (unsigned i = 0; i < 3; i++) {
        DWORD size = 8;
        BYTE *no_data = i == 0 ? NULL : data, *no_mac = i == 2 ? NULL : mac;
        DWORD *no_size = i == 1 ? NULL : &size;

        ROW(row)
            CHECK_HR(reads ? CALL(IMDSPObject, Read, f->object, no_data, no_size, no_mac)
                           : CALL(IMDSPObject, Write, f->object, no_data, no_size, no_mac),
                     E_INVALIDARG);
    }
}

DATA_CASE(STORAGE_DATA_BI_01, "ANY", "Read and Write of NULL are refused and change nothing",
          CONF_SHOULD,
          "data, size and MAC NULL in turn; the next Read or Write acts where it would",
          "SP-OBJ-020")
{
    struct wmdm_file *f = pv_thousand(c);
    size_t length = 0;
    DWORD size = 4;
    BYTE *back;

    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "abcd", &size));
    refuse_null(f, "SP-OBJ-020.write", false);
    size = 4;
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "efgh", &size));
    wmdm_file_close(f);
    if (!conf_offers(c, READS))
        return;
    wmdm_file_open(f, MDSP_READ);
    (void)pv_next(f);
    refuse_null(f, "SP-OBJ-020.read", true);
    ROW("SP-OBJ-020.reader")
        CHECK_EQ(pv_next(f), 'b');
    wmdm_file_close(f);
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-020.writer")
        CHECK(length >= 8 && memcmp(back, "abcdefgh", 8) == 0);
    free(back);
}

/* ---- Write */
DATA_CASE(STORAGE_WRITE_BV_02, "ANY", "Write stores the text, block after block", CONF_MUST,
          "blocks of 100, 1, 250 and 649 bytes; the size it says, the size and content there are",
          "SP-OBJ-017")
{
    struct wmdm_file *f = wmdm_file(c, "w.bin", "", 0);
    static const DWORD blocks[] = {100, 1, 250, 649};
    BYTE data[1000], *back;
    size_t length = 0, at = 0;

    pv_pattern(data, sizeof(data));
    wmdm_file_open(f, MDSP_WRITE);
    for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
        DWORD size = blocks[i];

        ROW("SP-OBJ-017.size") {
            REQUIRE_HR(wmdm_write(f->w, f->object, data + at, &size), S_OK);
            CHECK_EQ(size, blocks[i]);
        }
        at += blocks[i];
    }
    wmdm_file_close(f);
    ROW("SP-OBJ-017.next")
        CHECK_EQ(pv_size(f->w, f->storage), sizeof(data));
    if (!conf_offers(c, READS))
        return;
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-017.plain")
        CHECK_BYTES(back, length, data, sizeof(data));
    free(back);
}

DATA_CASE(STORAGE_WRITE_BV_03, SEEKS, "Write acts where Seek went", CONF_MUST,
          "write 20 bytes, Seek to 10, write 4; read all", "SP-OBJ-017")
{
    struct wmdm_file *f = wmdm_file(c, "w.bin", "", 0);
    static const char text[] = "abcdefghijKLMNopqrst";
    size_t length = 0;
    DWORD size = 20;
    BYTE *back;

    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "abcdefghijklmnopqrst", &size));
    ROW("SP-OBJ-017.position") {
        REQUIRE_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 10), S_OK);
        size = 4;
        CHECK_HR(wmdm_write(f->w, f->object, "KLMN", &size), S_OK);
        wmdm_file_close(f);
        back = wmdm_get(f->w, f->storage, &length);
        CHECK_BYTES(back, length, text, 20);
    }
    free(back);
}

/* ---- Seek */
DATA_CASE(STORAGE_SEEK_BV_02, "ANY", "Seek is there, or says that it is not", CONF_MAY,
          "Seek in an open file: S_OK, WMDM_E_NOTSUPPORTED or E_NOTIMPL", "SP-OBJ-024")
{
    struct wmdm_file *f = pv_thousand(c);
    HRESULT hr;

    wmdm_file_open(f, MDSP_WRITE);
    ROW("SP-OBJ-024.code") {
        hr = CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 10);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL, hr,
                     "S_OK, WMDM_E_NOTSUPPORTED or E_NOTIMPL");
    }
    wmdm_file_close(f);
}

DATA_CASE(STORAGE_SEEK_BV_01, SEEKS, "Seek counts from the start, the position and the end",
          CONF_MUST, "BOF 10, CUR 5, BOF 3, EOF 10, each followed by a Read", "SP-OBJ-025",
          "SP-OBJ-024")
{
    struct wmdm_file *f = pv_thousand(c);
    BYTE data[16];
    DWORD size = 16;

    wmdm_file_open(f, MDSP_READ);
    ROW("SP-OBJ-024.moves") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 10), S_OK);
        CHECK_EQ(pv_next(f), 10);
    }
    ROW("SP-OBJ-025.current") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_CUR, 5), S_OK);
        CHECK_EQ(pv_next(f), 16);
    }
    ROW("SP-OBJ-025.start") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 3), S_OK);
        CHECK_EQ(pv_next(f), 3);
    }
    ROW("SP-OBJ-025.end") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 10), S_OK);
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
        CHECK_EQ(size, 10);
        CHECK_EQ(data[0], 990 % 251);
    }
    wmdm_file_close(f);
}

struct seek {
    DWORD mode, offset;
    const char *row;
};

/* Each is refused, and leaves the position where it was. */
static void refuse_seeks(struct wmdm_file *f, const struct seek *seeks, size_t count,
                         const char *kept)
{
    struct conf *c = wmdm_conf(f->w);

    for (size_t i = 0; i < count; i++) {
        ROW(seeks[i].row)
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, seeks[i].mode, seeks[i].offset),
                     E_INVALIDARG);
    }
    ROW(kept)
        CHECK_EQ(pv_next(f), 5);
}

DATA_CASE(STORAGE_SEEK_BI_01, SEEKS, "A Seek out of the file is refused and the position stays",
          CONF_SHOULD, "beyond the end, before the start, beyond it from the position; the bounds",
          "SP-OBJ-026")
{
    struct wmdm_file *f = pv_thousand(c);
    static const struct seek seeks[] = {{MDSP_SEEK_BOF, 1001, "SP-OBJ-026.beyond"},
                                        {MDSP_SEEK_BOF, 0xffffffffu, "SP-OBJ-026.beyond"},
                                        {MDSP_SEEK_EOF, 1001, "SP-OBJ-026.before"},
                                        {MDSP_SEEK_EOF, 0xffffffffu, "SP-OBJ-026.before"},
                                        {MDSP_SEEK_CUR, 996, "SP-OBJ-026.current"},
                                        {MDSP_SEEK_CUR, 0xffffffffu, "SP-OBJ-026.current"}};

    wmdm_file_open(f, MDSP_READ);
    SETUP_CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 5);
    refuse_seeks(f, seeks, ARRAY_SIZE(seeks), "SP-OBJ-026.kept");
    ROW("SP-OBJ-026.bounds") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 1000), S_OK);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 1000), S_OK);
        CHECK_EQ(pv_next(f), 0);
    }
    wmdm_file_close(f);
}

DATA_CASE(STORAGE_SEEK_BI_02, SEEKS, "An unknown Seek is refused and the position stays",
          CONF_SHOULD, "modes 0, 3 and 8; EOF 0", "SP-OBJ-027")
{
    struct wmdm_file *f = pv_thousand(c);
    static const struct seek seeks[] = {{0, 0, "SP-OBJ-027.zero"},
                                        {MDSP_SEEK_BOF | MDSP_SEEK_CUR, 0, "SP-OBJ-027.both"},
                                        {WMDM_SEEK_END, 0, "SP-OBJ-027.end"}};

    wmdm_file_open(f, MDSP_READ);
    SETUP_CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 5);
    refuse_seeks(f, seeks, ARRAY_SIZE(seeks), "SP-OBJ-027.kept");
    ROW("SP-OBJ-027.last")
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 0), S_OK);
    wmdm_file_close(f);
}
