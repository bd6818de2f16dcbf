/* Files that are open: what becomes of them when they are renamed, or what they are in is deleted,
 * and where their end is for who writes them. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define HELD_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"

/* ---- what is read meanwhile */

/* As MTP has it a name is no part of what is open: who renames it has not been too busy. */
static void rename_held(struct wmdm_file *f, IMDSPObject *object, const WCHAR *name,
                        const char *text)
{
    struct conf *c = wmdm_conf(f->w);
    HRESULT hr = E_FAIL;

    ROW("SP-OBJ-043.reader") {
        hr = CALL(IMDSPObject, Rename, object, name, NULL);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_BUSY, hr, "S_OK or WMDM_E_BUSY");
    }
    if (hr == S_OK)
        wmdm_made(f->w, text);
    ROW("SP-OBJ-043.answered")
        CHECK(pv_is_listed(f->w, f->folder, text) == (hr == S_OK));
}

HELD_CASE(STORAGE_HELD_BI_01, "PROVIDER.OBJECT.RENAME && " READS,
          "A file that is read is renamed, or is not, and read on", CONF_SHOULD,
          "read a byte, Rename by its own pointer, read one, Rename by another, read one",
          "SP-OBJ-043")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage *same = wmdm_child(w, f->folder, "f.bin");
    IMDSPObject *other;

    if (!same)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    other = AS(IMDSPObject, same);
    wmdm_file_open(f, MDSP_READ);
    ROW("SP-OBJ-043.goes-on")
        CHECK_EQ(pv_next(f), 0);
    rename_held(f, f->object, u"own.bin", "own.bin");
    ROW("SP-OBJ-043.goes-on")
        CHECK_EQ(pv_next(f), 1);
    rename_held(f, other, u"other.bin", "other.bin");
    ROW("SP-OBJ-043.goes-on")
        CHECK_EQ(pv_next(f), 2);
    wmdm_file_close(f);
    RELEASE(other);
    RELEASE(same);
}

HELD_CASE(STORAGE_HELD_BI_02, "PROVIDER.MEDIUM.NESTED && " READS,
          "An open file is not deleted with the folder that it is in", CONF_SHOULD,
          "a folder, in it one with two files; one is open for reading: Delete(RECURSIVE) of the "
          "outer; read it, close it, Delete",
          "SP-OBJ-036")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *outer = wmdm_create(w, work, "outer", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *inner = wmdm_create(w, outer, "inner", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, inner, "f.bin", "held", 4);
    IMDSPStorage *other = wmdm_put(w, inner, "g.bin", "x", 1);
    IMDSPObject *object = AS(IMDSPObject, file), *folder = AS(IMDSPObject, outer);
    BYTE data[4] = {0};
    DWORD size = sizeof(data);

    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    ROW("SP-OBJ-036.inside")
        CHECK_FAILS(CALL(IMDSPObject, Delete, folder, WMDM_MODE_RECURSIVE, NULL));
    ROW("SP-OBJ-036.inside-kept") {
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK_BYTES(data, size, "held", 4);
    }
    (void)CALL(IMDSPObject, Close, object);
    ROW("SP-OBJ-036.closed")
        CHECK_HR(CALL(IMDSPObject, Delete, folder, WMDM_MODE_RECURSIVE, NULL), S_OK);
    RELEASE(folder);
    RELEASE(object);
    RELEASE(other);
    RELEASE(file);
    RELEASE(inner);
    RELEASE(outer);
}

/* ---- the end of what is written */
HELD_CASE(STORAGE_HELD_BV_01, READS " && PROVIDER.OBJECT.SEEK",
          "For who writes, the end is behind what is written", CONF_MUST,
          "an empty file: write 20 bytes, Seek(EOF, 5), write 2; Seek to 20, to 21 and from the "
          "end by 21; write 1; read all",
          "SP-OBJ-025", "SP-OBJ-026")
{
    struct wmdm_file *f = wmdm_file(c, "w.bin", "", 0);
    static const char text[] = "abcdefghijklmnoPQrst!";
    size_t length = 0;
    DWORD size = 20;
    BYTE *back;

    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "abcdefghijklmnopqrst", &size));
    ROW("SP-OBJ-025.written")
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 5), S_OK);
    size = 2;
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "PQ", &size));
    ROW("SP-OBJ-026.written") {
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 20), S_OK);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_BOF, 21), E_INVALIDARG);
        CHECK_HR(CALL(IMDSPObject, Seek, f->object, MDSP_SEEK_EOF, 21), E_INVALIDARG);
    }
    size = 1;
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "!", &size));
    wmdm_file_close(f);
    back = wmdm_get(f->w, f->storage, &length);
    ROW("SP-OBJ-025.written")
        CHECK_BYTES(back, length, text, 21);
    free(back);
}
