/* IMDSPObject: opening, reading, writing, seeking, closing, deleting, renaming, moving. */
#include "conformance/wmdm/wmdm_case.h"

/* A file of 1000 bytes, each its offset modulo 251. */
static struct wmdm_file *thousand_bytes(struct conf *c)
{
    BYTE data[1000];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i % 251);
    return wmdm_file(c, "f.bin", data, sizeof(data));
}

#define FILE_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

FILE_CASE(STORAGE_OPEN_BV_01, "PROVIDER.OBJECT.READ", "Open starts at byte 0, each time", CONF_MUST,
          "open, read 100, close, open, read: byte 0", "SP-OBJ-001")
{
    struct wmdm_file *f = thousand_bytes(c);

    ROW("SP-OBJ-001") {
        for (unsigned i = 0; i < 2; i++) {
            BYTE data[100] = {0xee};
            DWORD size = 100;

            REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
            REQUIRE_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
            CHECK(data[0] == 0 && data[99] == 99);
            CHECK_HR(CALL(IMDSPObject, Close, f->object), S_OK);
        }
    }
}

FILE_CASE(STORAGE_OPEN_BI_01, "ANY", "A folder cannot be opened, nor an unknown mode used",
          CONF_MUST, "Open on a folder; Open(0), Open(3), Open(4) on a file", "SP-OBJ-002",
          "SP-OBJ-003")
{
    struct wmdm_file *f = thousand_bytes(c);
    struct wmdm *w = f->w;
    IMDSPObject *folder = AS(IMDSPObject, f->folder);
    static const DWORD modes[] = {0, 3, 4};

    ROW("SP-OBJ-002") {
        CHECK_FAILS(CALL(IMDSPObject, Open, folder, MDSP_READ));
        CHECK_FAILS(CALL(IMDSPObject, Open, folder, MDSP_WRITE));
    }
    RELEASE(folder);
    ROW("SP-OBJ-003") {
        for (unsigned i = 0; i < 3; i++) {
            if (!CHECK_HR(CALL(IMDSPObject, Open, f->object, modes[i]), E_INVALIDARG))
                (void)CALL(IMDSPObject, Close, f->object);
        }
    }
}

FILE_CASE(STORAGE_OPEN_BI_02, "ANY", "Calls out of order are refused", CONF_MUST,
          "Read, Write, Seek, Close on a closed file; Close twice", "SP-OBJ-008", "SP-OBJ-009")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[8] = {0}, mac[8] = {0};
    DWORD size = 8;

    ROW("SP-OBJ-008") {
        if (conf_offers(c, "PROVIDER.OBJECT.READ"))
            CHECK_HR(CALL(IMDSPObject, Read, f->object, data, &size, mac),
                     WMDM_E_CALL_OUT_OF_SEQUENCE);
        size = 8;
        CHECK_HR(wmdm_write(f->w, f->object, data, &size), WMDM_E_CALL_OUT_OF_SEQUENCE);
    }
    ROW("SP-OBJ-009") {
        if (conf_offers(c, "PROVIDER.OBJECT.SEEK"))
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 0),
                     WMDM_E_CALL_OUT_OF_SEQUENCE);
        CHECK_HR(CALL(IMDSPObject, Close, f->object), WMDM_E_CALL_OUT_OF_SEQUENCE);
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        CHECK_HR(CALL(IMDSPObject, Close, f->object), S_OK);
        CHECK_HR(CALL(IMDSPObject, Close, f->object), WMDM_E_CALL_OUT_OF_SEQUENCE);
    }
}

FILE_CASE(STORAGE_OPEN_BI_03, "PROVIDER.OBJECT.READ", "A second Open leaves the first intact",
          CONF_SHOULD, "read 100, Open again: refused; the next byte read is the 101st",
          "SP-OBJ-011")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[100];
    DWORD size = 100;
    HRESULT hr;

    ROW("SP-OBJ-011") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        (void)wmdm_read(f->w, f->object, data, &size);
        hr = CALL(IMDSPObject, Open, f->object, MDSP_READ);
        CHECK_SEEN(hr == WMDM_E_CALL_OUT_OF_SEQUENCE || hr == WMDM_E_BUSY, value_hr(hr));
        size = 1;
        (void)wmdm_read(f->w, f->object, data, &size);
        CHECK_EQ(data[0], 100);
    }
}

FILE_CASE(STORAGE_OPEN_BI_04, "ANY", "A file opened one way is not used the other way", CONF_SHOULD,
          "Read on a file opened for writing, Write on one opened for reading", "SP-OBJ-010")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[8] = {0}, mac[8] = {0};
    DWORD size = 8;

    ROW("SP-OBJ-010") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_WRITE), S_OK);
        CHECK_FAILS(CALL(IMDSPObject, Read, f->object, data, &size, mac));
        CHECK_HR(CALL(IMDSPObject, Close, f->object), S_OK);
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        size = 8;
        CHECK_FAILS(wmdm_write(f->w, f->object, data, &size));
        CHECK_HR(CALL(IMDSPObject, Close, f->object), S_OK);
        CHECK_EQ(pv_size(f->w, f->storage), 1000);
    }
}

FILE_CASE(STORAGE_READ_BV_01, "PROVIDER.OBJECT.READ", "Read moves through the file to its end",
          CONF_MUST, "1000 bytes in blocks of 300: 300, 300, 300, 100, 0", "SP-OBJ-012",
          "SP-OBJ-014")
{
    struct wmdm_file *f = thousand_bytes(c);
    static const DWORD expected[] = {300, 300, 300, 100};
    BYTE data[300];
    DWORD size;

    ROW("SP-OBJ-012") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        for (unsigned i = 0; i < 4; i++) {
            size = 300;
            CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
            CHECK_EQ(size, expected[i]);
            CHECK_EQ(data[0], i * 300 % 251);
        }
    }
    size = 300;
    ROW("SP-OBJ-014") {
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
        CHECK_EQ(size, 0);
    }
}

FILE_CASE(STORAGE_READ_BV_02, "PROVIDER.OBJECT.READ",
          "What Read hands out is encrypted, a failed one hands out nothing", CONF_MUST,
          "raw Read differs from the content; Read of a closed file sets the size to 0",
          "SP-OBJ-013", "SP-OBJ-015")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[64], mac[8], plain[64];
    DWORD size = 64;

    for (unsigned i = 0; i < 64; i++)
        plain[i] = (BYTE)i;
    ROW("SP-OBJ-015") {
        CHECK_FAILS(CALL(IMDSPObject, Read, f->object, data, &size, mac));
        CHECK_EQ(size, 0);
    }
    size = 64;
    ROW("SP-OBJ-013") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        REQUIRE_HR(CALL(IMDSPObject, Read, f->object, data, &size, mac), S_OK);
        CHECK(size == 64 && memcmp(data, plain, 64) != 0);
    }
}

/* The file of that name beside `f`, as another instance has it; NULL: there is none. */
static IMDSPStorage *reach(struct wmdm *again, struct wmdm_file *f, const char *name)
{
    bool is_root = f->folder == wmdm_root(f->w);
    char *text = is_root ? NULL : wmdm_name(f->w, f->folder);
    IMDSPStorage *folder = text ? wmdm_child(again, wmdm_root(again), text) : NULL, *found = NULL;
    struct wmdm *w = again;

    if (is_root || folder)
        found = wmdm_child(w, is_root ? wmdm_root(again) : folder, name);
    RELEASE(folder);
    free(text);
    return found;
}

FILE_CASE(STORAGE_WRITE_BV_01, "ANY", "Written data are there after Close, for everybody",
          CONF_MUST, "create, write 4097 bytes, close; a second instance reads the same",
          "SP-OBJ-017", "SP-OBJ-028")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[4097], *back;
    size_t length = 0;
    IMDSPStorage *file, *seen;
    struct wmdm *again;

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i * 7);
    file = wmdm_put(f->w, f->folder, "w.bin", data, sizeof(data));
    ROW("SP-OBJ-028") {
        again = wmdm_open(c);
        seen = reach(again, f, "w.bin");
        REQUIRE(seen != NULL);
        CHECK_EQ(pv_size(again, seen), sizeof(data));
    }
    if (conf_offers(c, "PROVIDER.OBJECT.READ")) {
        back = wmdm_get(again, seen, &length);
        ROW("SP-OBJ-017")
            CHECK_BYTES(back, length, data, sizeof(data));
        free(back);
    }
    RELEASE(seen);
    wmdm_close(again);
    RELEASE(file);
}

FILE_CASE(STORAGE_WRITE_BI_01, "ANY", "Write with a wrong MAC writes nothing", CONF_MUST,
          "Write of 64 bytes with a MAC of zeros", "SP-MAC-016")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[64] = {1}, mac[8] = {0}, first[1] = {0xee};
    DWORD size = 64;

    ROW("SP-MAC-016") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_WRITE), S_OK);
        CHECK_HR(CALL(IMDSPObject, Write, f->object, data, &size, mac), WMDM_E_MAC_CHECK_FAILED);
        CHECK_HR(CALL(IMDSPObject, Close, f->object), S_OK);
        CHECK_EQ(pv_size(f->w, f->storage), 1000);
        if (!conf_offers(c, "PROVIDER.OBJECT.READ"))
            return;
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        size = 1;
        (void)wmdm_read(f->w, f->object, first, &size);
        CHECK_EQ(first[0], 0);
    }
}

FILE_CASE(STORAGE_SEEK_BV_01, "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK",
          "Seek counts from the start, the position and the end", CONF_MUST,
          "BOF 10, CUR 5, EOF 10, each followed by a Read", "SP-OBJ-025", "SP-OBJ-024")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[16];
    DWORD size = 1;

    ROW("SP-OBJ-025") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        ROW("SP-OBJ-024") {
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 10), S_OK);
            (void)wmdm_read(f->w, f->object, data, &size);
            CHECK_EQ(data[0], 10);
        }
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_CUR, 5), S_OK);
        size = 1;
        (void)wmdm_read(f->w, f->object, data, &size);
        CHECK_EQ(data[0], 16);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 10), S_OK);
        size = 16;
        (void)wmdm_read(f->w, f->object, data, &size);
        CHECK_EQ(size, 10);
        CHECK_EQ(data[0], 990 % 251);
    }
}

FILE_CASE(STORAGE_SEEK_BI_01, "PROVIDER.OBJECT.READ && PROVIDER.OBJECT.SEEK",
          "A bad Seek is refused and the position stays", CONF_SHOULD,
          "beyond the end, before the start, modes 0, 3 and 8", "SP-OBJ-026", "SP-OBJ-027")
{
    struct wmdm_file *f = thousand_bytes(c);
    BYTE data[1] = {0xee};
    DWORD size = 1;

    ROW("SP-OBJ-026") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 1001), E_INVALIDARG);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 1001), E_INVALIDARG);
        ROW("SP-OBJ-027") {
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, 0, 0), E_INVALIDARG);
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, 3, 0), E_INVALIDARG);
            CHECK_HR(CALL(IMDSPObject, Seek, f->object, WMDM_SEEK_END, 0), E_INVALIDARG);
        }
        (void)wmdm_read(f->w, f->object, data, &size);
        CHECK_EQ(data[0], 0);
    }
}

FILE_CASE(STORAGE_CLOSE_BV_01, "ANY", "Release of an open object closes it", CONF_SHOULD,
          "open for writing, release without Close, open through another pointer", "SP-OBJ-030")
{
    struct wmdm_file *f = thousand_bytes(c);
    struct wmdm *w = f->w;
    IMDSPObject *other;
    IMDSPStorage *again;

    ROW("SP-OBJ-030") {
        REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_WRITE), S_OK);
        RELEASE(f->object);
        RELEASE(f->storage);
        again = wmdm_child(w, f->folder, "f.bin");
        REQUIRE(again != NULL);
        other = AS(IMDSPObject, again);
        CHECK_HR(CALL(IMDSPObject, Open, other, MDSP_WRITE), S_OK);
    }
    RELEASE(other);
    RELEASE(again);
}

FILE_CASE(STORAGE_DELETE_BV_01, "ANY", "Delete removes a file, whatever the mode", CONF_MUST,
          "Delete(RECURSIVE) and Delete(0), no progress; neither is enumerated", "SP-OBJ-031",
          "SP-OBJ-021", "SP-OBJ-033", "SP-OBJ-039")
{
    struct wmdm_file *f = thousand_bytes(c);
    struct wmdm *w = f->w;
    IMDSPStorage *second = wmdm_put(w, f->folder, "g.bin", "x", 1), *left;
    IMDSPObject *object = AS(IMDSPObject, second);
    HRESULT hr;

    ROW("SP-OBJ-021") {
        hr = CALL(IMDSPObject, Delete, f->object, WMDM_MODE_RECURSIVE, NULL);
        CHECK_SEEN(hr != E_NOTIMPL && hr != WMDM_E_NOTSUPPORTED, value_hr(hr));
    }
    ROW("SP-OBJ-039")
        CHECK_HR(hr, S_OK);
    ROW("SP-OBJ-033")
        CHECK_HR(CALL(IMDSPObject, Delete, object, 0, NULL), S_OK);
    left = wmdm_child(w, f->folder, "f.bin");
    ROW("SP-OBJ-031")
        CHECK(left == NULL);
    RELEASE(left);
    RELEASE(object);
    RELEASE(second);
}

FILE_CASE(STORAGE_DELETE_BI_01, "ANY", "Delete refuses what it must", CONF_SHOULD,
          "a folder without RECURSIVE; a deleted file; an open file", "SP-OBJ-034", "SP-OBJ-035",
          "SP-OBJ-036")
{
    struct wmdm_file *f = thousand_bytes(c);
    struct wmdm *w = f->w;
    IMDSPStorage *folder = NULL, *same = wmdm_child(w, f->folder, "f.bin");
    IMDSPObject *sub = NULL, *other;

    if (conf_offers(c, "PROVIDER.MEDIUM.NESTED")) {
        folder = wmdm_create(w, f->folder, "sub", WMDM_FILE_ATTR_FOLDER, 0, NULL);
        sub = AS(IMDSPObject, folder);
        ROW("SP-OBJ-034")
            CHECK_HR(CALL(IMDSPObject, Delete, sub, 0, NULL), E_INVALIDARG);
    }
    ROW("SP-OBJ-035") {
        REQUIRE(same != NULL);
        other = AS(IMDSPObject, same);
        ROW("SP-OBJ-036") {
            REQUIRE_HR(CALL(IMDSPObject, Open, f->object, MDSP_READ), S_OK);
            CHECK_FAILS(CALL(IMDSPObject, Delete, other, WMDM_MODE_RECURSIVE, NULL));
            (void)CALL(IMDSPObject, Close, f->object);
        }
        (void)CALL(IMDSPObject, Delete, other, WMDM_MODE_RECURSIVE, NULL);
        CHECK_HR(CALL(IMDSPObject, Delete, f->object, WMDM_MODE_RECURSIVE, NULL),
                 WMDM_E_INTERFACEDEAD);
    }
    RELEASE(other);
    RELEASE(same);
    RELEASE(sub);
    RELEASE(folder);
}

FILE_CASE(STORAGE_RENAME_BV_01, "PROVIDER.OBJECT.RENAME",
          "Rename keeps the object and changes its name", CONF_MUST,
          "Rename, GetName and persistent id; NULL and empty names", "SP-OBJ-042", "SP-OBJ-043")
{
    struct wmdm_file *f = thousand_bytes(c);
    const bool has_id = conf_offers(c, "PROVIDER.STORAGE4");
    char *before = NULL, *after = NULL, *name;

    ROW("SP-OBJ-042") {
        if (has_id)
            before = pv_id(f->w, f->storage);
        CHECK_HR(CALL(IMDSPObject, Rename, f->object, u"new.bin", NULL), S_OK);
        wmdm_made(f->w, "new.bin");
        name = wmdm_name(f->w, f->storage);
        CHECK(name && strcmp(name, "new.bin") == 0);
        if (has_id) {
            after = pv_id(f->w, f->storage);
            CHECK(before && after && strcmp(before, after) == 0);
        }
    }
    ROW("SP-OBJ-043") {
        CHECK_HR(CALL(IMDSPObject, Rename, f->object, NULL, NULL), E_INVALIDARG);
        CHECK_HR(CALL(IMDSPObject, Rename, f->object, u"", NULL), E_INVALIDARG);
    }
    free(name);
    free(before);
    free(after);
}

FILE_CASE(STORAGE_MOVE_BV_01, "PROVIDER.OBJECT.MOVE && PROVIDER.MEDIUM.NESTED",
          "Move changes the parent; a file takes nothing in", CONF_MUST,
          "Move(BLOCK|INSERTINTO) into a file and into a folder", "SP-OBJ-046", "SP-OBJ-049")
{
    struct wmdm_file *f = thousand_bytes(c);
    struct wmdm *w = f->w;
    IMDSPStorage *folder = wmdm_create(w, f->folder, "to", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, folder, "t.bin", "t", 1), *parent = NULL, *moved;
    IMDSPStorage4 *four = NULL;
    const DWORD mode = WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO;
    char *name = NULL;

    ROW("SP-OBJ-046")
        CHECK_FAILS(CALL(IMDSPObject, Move, f->object, mode, NULL, file));
    ROW("SP-OBJ-049") {
        CHECK_HR(CALL(IMDSPObject, Move, f->object, mode, NULL, folder), S_OK);
        moved = wmdm_child(w, folder, "f.bin");
        CHECK(moved != NULL);
        RELEASE(moved);
        if (conf_offers(c, "PROVIDER.STORAGE4")) {
            four = AS(IMDSPStorage4, f->storage);
            REQUIRE_HR(CALL(IMDSPStorage4, GetParent, four, &parent), S_OK);
            name = wmdm_name(w, parent);
            CHECK(name && strcmp(name, "to") == 0);
        }
    }
    free(name);
    RELEASE(parent);
    RELEASE(four);
    RELEASE(file);
    RELEASE(folder);
}
