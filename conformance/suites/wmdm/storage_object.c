/* IMDSPObject: opening, reading, writing, seeking, closing, deleting, renaming, moving. */
#include "conformance/wmdm/wmdm_case.h"

struct file {
    struct wmdm *w;
    IMDSPStorage *folder, *storage;
    IMDSPObject *object;
};

/* A file of 1000 bytes, each its offset modulo 251. */
static struct file file_open(struct conf *c, const char *row)
{
    struct file f = {.w = wmdm_open(c, row)};
    struct wmdm *w = f.w;
    BYTE data[1000];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i % 251);
    f.folder = wmdm_work_folder(w);
    f.storage = wmdm_put(w, f.folder, "f.bin", data, sizeof(data));
    f.object = AS(IMDSPObject, f.storage);
    return f;
}

static void file_close(struct file *f)
{
    RELEASE(f->object);
    RELEASE(f->storage);
    wmdm_close(f->w);
}

#define FILE_CASE(token, title_, level_, steps_, ...)                                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

FILE_CASE(STORAGE_OPEN_BV_01, "Open starts at byte 0, each time", CONF_MUST,
          "open, read 100, close, open, read: byte 0", "SP-OBJ-001")
{
    struct file f = file_open(c, "SP-OBJ-001");
    BYTE data[100];
    DWORD size = 100;

    for (unsigned i = 0; i < 2; i++) {
        REQUIRE_HR("SP-OBJ-001", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
        size = 100;
        REQUIRE_EQ(c, "SP-OBJ-001", (uint32_t)wmdm_read(f.w, "SP-OBJ-001", f.object, data, &size),
                   S_OK);
        CHECK(c, "SP-OBJ-001", data[0] == 0 && data[99] == 99);
        CHECK_HR("SP-OBJ-001", S_OK, IMDSPObject, Close, f.object);
    }
    file_close(&f);
}

FILE_CASE(STORAGE_OPEN_BI_01, "A folder cannot be opened, nor an unknown mode used", CONF_MUST,
          "Open on a folder; Open(0), Open(3), Open(4) on a file", "SP-OBJ-002", "SP-OBJ-003")
{
    struct file f = file_open(c, "SP-OBJ-002");
    struct wmdm *w = f.w;
    IMDSPObject *folder = AS(IMDSPObject, f.folder);
    static const DWORD modes[] = {0, 3, 4};

    CHECK_FAILS("SP-OBJ-002", IMDSPObject, Open, folder, MDSP_READ);
    CHECK_FAILS("SP-OBJ-002", IMDSPObject, Open, folder, MDSP_WRITE);
    RELEASE(folder);
    for (unsigned i = 0; i < 3; i++) {
        if (!CHECK_HR("SP-OBJ-003", E_INVALIDARG, IMDSPObject, Open, f.object, modes[i]))
            (void)CALL("SP-OBJ-003", IMDSPObject, Close, f.object);
    }
    file_close(&f);
}

FILE_CASE(STORAGE_OPEN_BI_02, "Calls out of order are refused", CONF_MUST,
          "Read, Write, Seek, Close on a closed file; Close twice", "SP-OBJ-008", "SP-OBJ-009")
{
    struct file f = file_open(c, "SP-OBJ-008");
    BYTE data[8] = {0}, mac[8] = {0};
    DWORD size = 8;

    CHECK_HR("SP-OBJ-008", WMDM_E_CALL_OUT_OF_SEQUENCE, IMDSPObject, Read, f.object, data, &size,
             mac);
    size = 8;
    CHECK_EQ(c, "SP-OBJ-008", (uint32_t)wmdm_write(f.w, "SP-OBJ-008", f.object, data, &size),
             (uint32_t)WMDM_E_CALL_OUT_OF_SEQUENCE);
    CHECK_HR("SP-OBJ-009", WMDM_E_CALL_OUT_OF_SEQUENCE, IMDSPObject, Seek, f.object, MDSP_SEEK_BOF,
             0);
    CHECK_HR("SP-OBJ-009", WMDM_E_CALL_OUT_OF_SEQUENCE, IMDSPObject, Close, f.object);
    REQUIRE_HR("SP-OBJ-009", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    CHECK_HR("SP-OBJ-009", S_OK, IMDSPObject, Close, f.object);
    CHECK_HR("SP-OBJ-009", WMDM_E_CALL_OUT_OF_SEQUENCE, IMDSPObject, Close, f.object);
    file_close(&f);
}

FILE_CASE(STORAGE_OPEN_BI_03, "A second Open leaves the first intact", CONF_SHOULD,
          "read 100, Open again: refused; the next byte read is the 101st", "SP-OBJ-011")
{
    struct file f = file_open(c, "SP-OBJ-011");
    BYTE data[100];
    DWORD size = 100;
    HRESULT hr;

    REQUIRE_HR("SP-OBJ-011", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    (void)wmdm_read(f.w, "SP-OBJ-011", f.object, data, &size);
    hr = CALL("SP-OBJ-011", IMDSPObject, Open, f.object, MDSP_READ);
    CHECK(c, "SP-OBJ-011", hr == WMDM_E_CALL_OUT_OF_SEQUENCE || hr == WMDM_E_BUSY);
    size = 1;
    (void)wmdm_read(f.w, "SP-OBJ-011", f.object, data, &size);
    CHECK_EQ(c, "SP-OBJ-011", data[0], 100);
    file_close(&f);
}

FILE_CASE(STORAGE_OPEN_BI_04, "A file opened one way is not used the other way", CONF_SHOULD,
          "Read on a file opened for writing, Write on one opened for reading", "SP-OBJ-010")
{
    struct file f = file_open(c, "SP-OBJ-010");
    BYTE data[8] = {0}, mac[8] = {0};
    DWORD size = 8;

    REQUIRE_HR("SP-OBJ-010", S_OK, IMDSPObject, Open, f.object, MDSP_WRITE);
    CHECK_FAILS("SP-OBJ-010", IMDSPObject, Read, f.object, data, &size, mac);
    CHECK_HR("SP-OBJ-010", S_OK, IMDSPObject, Close, f.object);
    REQUIRE_HR("SP-OBJ-010", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    size = 8;
    CHECK(c, "SP-OBJ-010", FAILED(wmdm_write(f.w, "SP-OBJ-010", f.object, data, &size)));
    CHECK_HR("SP-OBJ-010", S_OK, IMDSPObject, Close, f.object);
    CHECK_EQ(c, "SP-OBJ-010", pv_size(f.w, "SP-OBJ-010", f.storage), 1000);
    file_close(&f);
}

FILE_CASE(STORAGE_READ_BV_01, "Read moves through the file to its end", CONF_MUST,
          "1000 bytes in blocks of 300: 300, 300, 300, 100, 0", "SP-OBJ-012", "SP-OBJ-014")
{
    struct file f = file_open(c, "SP-OBJ-012");
    static const DWORD expected[] = {300, 300, 300, 100};
    BYTE data[300];
    DWORD size;

    REQUIRE_HR("SP-OBJ-012", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    for (unsigned i = 0; i < 4; i++) {
        size = 300;
        CHECK_EQ(c, "SP-OBJ-012", (uint32_t)wmdm_read(f.w, "SP-OBJ-012", f.object, data, &size),
                 S_OK);
        CHECK_EQ(c, "SP-OBJ-012", size, expected[i]);
        CHECK_EQ(c, "SP-OBJ-012", data[0], i * 300 % 251);
    }
    size = 300;
    CHECK_EQ(c, "SP-OBJ-014", (uint32_t)wmdm_read(f.w, "SP-OBJ-014", f.object, data, &size), S_OK);
    CHECK_EQ(c, "SP-OBJ-014", size, 0);
    file_close(&f);
}

FILE_CASE(STORAGE_READ_BV_02, "What Read hands out is encrypted, a failed one hands out nothing",
          CONF_MUST, "raw Read differs from the content; Read of a closed file sets the size to 0",
          "SP-OBJ-013", "SP-OBJ-015")
{
    struct file f = file_open(c, "SP-OBJ-013");
    BYTE data[64], mac[8], plain[64];
    DWORD size = 64;

    for (unsigned i = 0; i < 64; i++)
        plain[i] = (BYTE)i;
    CHECK_FAILS("SP-OBJ-015", IMDSPObject, Read, f.object, data, &size, mac);
    CHECK_EQ(c, "SP-OBJ-015", size, 0);
    size = 64;
    REQUIRE_HR("SP-OBJ-013", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    REQUIRE_HR("SP-OBJ-013", S_OK, IMDSPObject, Read, f.object, data, &size, mac);
    CHECK(c, "SP-OBJ-013", size == 64 && memcmp(data, plain, 64) != 0);
    file_close(&f);
}

FILE_CASE(STORAGE_WRITE_BV_01, "Written data are there after Close, for everybody", CONF_MUST,
          "create, write 4097 bytes, close; a second instance reads the same", "SP-OBJ-017",
          "SP-OBJ-028")
{
    struct file f = file_open(c, "SP-OBJ-017");
    BYTE data[4097], *back;
    size_t length = 0;
    IMDSPStorage *file, *seen;
    struct wmdm *again;
    char *id;
    WCHAR wide[80];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i * 7);
    file = wmdm_put(f.w, f.folder, "w.bin", data, sizeof(data));
    id = pv_id(f.w, "SP-OBJ-028", file);
    again = wmdm_open(c, "SP-OBJ-028");
    REQUIRE_HR("SP-OBJ-028", S_OK, IMDSPDevice3, FindStorage, wmdm_device3(again),
               WMDM_FIND_SCOPE_GLOBAL, pv_wide(id, wide, 80), &seen);
    CHECK_EQ(c, "SP-OBJ-028", pv_size(again, "SP-OBJ-028", seen), sizeof(data));
    back = wmdm_get(again, seen, &length);
    CHECK_BYTES(c, "SP-OBJ-017", back, length, data, sizeof(data));
    free(back);
    free(id);
    RELEASE(seen);
    wmdm_close(again);
    RELEASE(file);
    file_close(&f);
}

FILE_CASE(STORAGE_WRITE_BI_01, "Write with a wrong MAC writes nothing", CONF_MUST,
          "Write of 64 bytes with a MAC of zeros", "SP-MAC-016")
{
    struct file f = file_open(c, "SP-MAC-016");
    BYTE data[64] = {1}, mac[8] = {0};
    DWORD size = 64;
    BYTE first[1];

    REQUIRE_HR("SP-MAC-016", S_OK, IMDSPObject, Open, f.object, MDSP_WRITE);
    CHECK_HR("SP-MAC-016", WMDM_E_MAC_CHECK_FAILED, IMDSPObject, Write, f.object, data, &size, mac);
    CHECK_HR("SP-MAC-016", S_OK, IMDSPObject, Close, f.object);
    REQUIRE_HR("SP-MAC-016", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    size = 1;
    (void)wmdm_read(f.w, "SP-MAC-016", f.object, first, &size);
    CHECK_EQ(c, "SP-MAC-016", first[0], 0);
    file_close(&f);
}

FILE_CASE(STORAGE_SEEK_BV_01, "Seek counts from the start, the position and the end", CONF_MUST,
          "BOF 10, CUR 5, EOF 10, each followed by a Read", "SP-OBJ-024", "SP-OBJ-025")
{
    struct file f = file_open(c, "SP-OBJ-025");
    BYTE data[16];
    DWORD size = 1;
    HRESULT hr;

    REQUIRE_HR("SP-OBJ-025", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    hr = CALL("SP-OBJ-024", IMDSPObject, Seek, f.object, MDSP_SEEK_BOF, 10);
    if (hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL)
        conf_inconclusive(c, "Seek is not offered");
    (void)wmdm_read(f.w, "SP-OBJ-024", f.object, data, &size);
    CHECK_EQ(c, "SP-OBJ-024", data[0], 10);
    CHECK_HR("SP-OBJ-025", S_OK, IMDSPObject, Seek, f.object, MDSP_SEEK_CUR, 5);
    size = 1;
    (void)wmdm_read(f.w, "SP-OBJ-025", f.object, data, &size);
    CHECK_EQ(c, "SP-OBJ-025", data[0], 16);
    CHECK_HR("SP-OBJ-025", S_OK, IMDSPObject, Seek, f.object, MDSP_SEEK_EOF, 10);
    size = 16;
    (void)wmdm_read(f.w, "SP-OBJ-025", f.object, data, &size);
    CHECK_EQ(c, "SP-OBJ-025", size, 10);
    CHECK_EQ(c, "SP-OBJ-025", data[0], 990 % 251);
    file_close(&f);
}

FILE_CASE(STORAGE_SEEK_BI_01, "A bad Seek is refused and the position stays", CONF_SHOULD,
          "beyond the end, before the start, modes 0, 3 and 8", "SP-OBJ-026", "SP-OBJ-027")
{
    struct file f = file_open(c, "SP-OBJ-026");
    BYTE data[1] = {0xee};
    DWORD size = 1;

    REQUIRE_HR("SP-OBJ-026", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    CHECK_HR("SP-OBJ-026", E_INVALIDARG, IMDSPObject, Seek, f.object, MDSP_SEEK_BOF, 1001);
    CHECK_HR("SP-OBJ-026", E_INVALIDARG, IMDSPObject, Seek, f.object, MDSP_SEEK_EOF, 1001);
    CHECK_HR("SP-OBJ-027", E_INVALIDARG, IMDSPObject, Seek, f.object, 0, 0);
    CHECK_HR("SP-OBJ-027", E_INVALIDARG, IMDSPObject, Seek, f.object, 3, 0);
    CHECK_HR("SP-OBJ-027", E_INVALIDARG, IMDSPObject, Seek, f.object, WMDM_SEEK_END, 0);
    (void)wmdm_read(f.w, "SP-OBJ-026", f.object, data, &size);
    CHECK_EQ(c, "SP-OBJ-026", data[0], 0);
    file_close(&f);
}

FILE_CASE(STORAGE_CLOSE_BV_01, "Release of an open object closes it", CONF_SHOULD,
          "open for writing, release without Close, open through another pointer", "SP-OBJ-030")
{
    struct file f = file_open(c, "SP-OBJ-030");
    struct wmdm *w = f.w;
    IMDSPObject *other;
    IMDSPStorage *again;

    REQUIRE_HR("SP-OBJ-030", S_OK, IMDSPObject, Open, f.object, MDSP_WRITE);
    RELEASE(f.object);
    RELEASE(f.storage);
    again = wmdm_child(w, f.folder, "f.bin");
    REQUIRE(c, "SP-OBJ-030", again != NULL);
    other = AS(IMDSPObject, again);
    CHECK_HR("SP-OBJ-030", S_OK, IMDSPObject, Open, other, MDSP_WRITE);
    RELEASE(other);
    RELEASE(again);
    file_close(&f);
}

FILE_CASE(STORAGE_DELETE_BV_01, "Delete removes a file, whatever the mode", CONF_MUST,
          "Delete(RECURSIVE) and Delete(0), no progress; neither is enumerated", "SP-OBJ-021",
          "SP-OBJ-031", "SP-OBJ-033", "SP-OBJ-039")
{
    struct file f = file_open(c, "SP-OBJ-031");
    struct wmdm *w = f.w;
    IMDSPStorage *second = wmdm_put(w, f.folder, "g.bin", "x", 1), *left;
    IMDSPObject *object = AS(IMDSPObject, second);
    HRESULT hr = CALL("SP-OBJ-021", IMDSPObject, Delete, f.object, WMDM_MODE_RECURSIVE, NULL);

    CHECK(c, "SP-OBJ-021", hr != E_NOTIMPL && hr != WMDM_E_NOTSUPPORTED);
    CHECK_EQ(c, "SP-OBJ-039", (uint32_t)hr, S_OK);
    CHECK_HR("SP-OBJ-033", S_OK, IMDSPObject, Delete, object, 0, NULL);
    left = wmdm_child(w, f.folder, "f.bin");
    CHECK(c, "SP-OBJ-031", left == NULL);
    RELEASE(left);
    RELEASE(object);
    RELEASE(second);
    file_close(&f);
}

FILE_CASE(STORAGE_DELETE_BI_01, "Delete refuses what it must", CONF_SHOULD,
          "a folder without RECURSIVE; a deleted file; an open file", "SP-OBJ-034", "SP-OBJ-035",
          "SP-OBJ-036")
{
    struct file f = file_open(c, "SP-OBJ-034");
    struct wmdm *w = f.w;
    IMDSPStorage *folder = wmdm_create(w, f.folder, "sub", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *same = wmdm_child(w, f.folder, "f.bin");
    IMDSPObject *sub = AS(IMDSPObject, folder), *other;

    REQUIRE(c, "SP-OBJ-035", same != NULL);
    other = AS(IMDSPObject, same);
    CHECK_HR("SP-OBJ-034", E_INVALIDARG, IMDSPObject, Delete, sub, 0, NULL);
    REQUIRE_HR("SP-OBJ-036", S_OK, IMDSPObject, Open, f.object, MDSP_READ);
    CHECK_FAILS("SP-OBJ-036", IMDSPObject, Delete, other, WMDM_MODE_RECURSIVE, NULL);
    (void)CALL("SP-OBJ-036", IMDSPObject, Close, f.object);
    (void)CALL("SP-OBJ-035", IMDSPObject, Delete, other, WMDM_MODE_RECURSIVE, NULL);
    CHECK_HR("SP-OBJ-035", WMDM_E_INTERFACEDEAD, IMDSPObject, Delete, f.object, WMDM_MODE_RECURSIVE,
             NULL);
    RELEASE(other);
    RELEASE(same);
    RELEASE(sub);
    RELEASE(folder);
    file_close(&f);
}

FILE_CASE(STORAGE_RENAME_BV_01, "Rename keeps the object and changes its name", CONF_MUST,
          "Rename, GetName and persistent id; NULL and empty names", "SP-OBJ-042", "SP-OBJ-043")
{
    struct file f = file_open(c, "SP-OBJ-042");
    char *before = pv_id(f.w, "SP-OBJ-042", f.storage), *after, *name;
    HRESULT hr = CALL("SP-OBJ-042", IMDSPObject, Rename, f.object, u"new.bin", NULL);

    if (hr == WMDM_E_NOTSUPPORTED)
        conf_inconclusive(c, "Rename is not offered");
    CHECK_EQ(c, "SP-OBJ-042", (uint32_t)hr, S_OK);
    name = wmdm_name(f.w, f.storage);
    after = pv_id(f.w, "SP-OBJ-042", f.storage);
    CHECK(c, "SP-OBJ-042", name && strcmp(name, "new.bin") == 0);
    CHECK(c, "SP-OBJ-042", before && after && strcmp(before, after) == 0);
    CHECK_HR("SP-OBJ-043", E_INVALIDARG, IMDSPObject, Rename, f.object, NULL, NULL);
    CHECK_HR("SP-OBJ-043", E_INVALIDARG, IMDSPObject, Rename, f.object, u"", NULL);
    free(name);
    free(before);
    free(after);
    file_close(&f);
}

FILE_CASE(STORAGE_MOVE_BV_01, "Move changes the parent; a file takes nothing in", CONF_MUST,
          "Move(BLOCK|INSERTINTO) into a file and into a folder", "SP-OBJ-046", "SP-OBJ-049")
{
    struct file f = file_open(c, "SP-OBJ-046");
    struct wmdm *w = f.w;
    IMDSPStorage *folder = wmdm_create(w, f.folder, "to", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, folder, "t.bin", "t", 1), *parent = NULL;
    IMDSPStorage4 *four = AS(IMDSPStorage4, f.storage);
    const DWORD mode = WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO;
    char *name;
    HRESULT hr = CALL("SP-OBJ-046", IMDSPObject, Move, f.object, mode, NULL, file);

    if (hr == WMDM_E_NOTSUPPORTED)
        conf_inconclusive(c, "Move is not offered");
    CHECK(c, "SP-OBJ-046", FAILED(hr));
    CHECK_HR("SP-OBJ-049", S_OK, IMDSPObject, Move, f.object, mode, NULL, folder);
    REQUIRE_HR("SP-OBJ-049", S_OK, IMDSPStorage4, GetParent, four, &parent);
    name = wmdm_name(w, parent);
    CHECK(c, "SP-OBJ-049", name && strcmp(name, "to") == 0);
    free(name);
    RELEASE(parent);
    RELEASE(four);
    RELEASE(file);
    RELEASE(folder);
    file_close(&f);
}
