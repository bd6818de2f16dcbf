/* IMDSPObject: that what was written is there, for everybody and byte for byte, and as long as it
 * is. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define KEPT_CASE(token, ics_, title_, level_, needs_, steps_, ...)                                \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"

/* ---- for everybody */

/* The file of that name in `folder`, as another instance has it; NULL: there is none. */
static IMDSPStorage *reach(struct wmdm *w, bool is_root, const char *folder, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *parent = is_root ? NULL : wmdm_child(w, wmdm_root(w), folder), *found = NULL;

    if (is_root || parent)
        found = wmdm_child(w, is_root ? wmdm_root(w) : parent, name);
    RELEASE(parent);
    return found;
}

static void holds(struct wmdm *w, IMDSPStorage *file, const BYTE *data, size_t length,
                  const char *row)
{
    struct conf *c = wmdm_conf(w);
    size_t got = 0;
    BYTE *back;

    ROW(row) {
        REQUIRE(file != NULL);
        CHECK_EQ(pv_size(w, file), length);
    }
    if (!conf_offers(c, READS))
        return;
    back = wmdm_get(w, file, &got);
    ROW(row)
        CHECK_BYTES(back, got, data, length);
    free(back);
}

static struct wmdm_file *patterned_file(struct conf *c, BYTE *data, size_t length)
{
    pv_pattern(data, length);
    return wmdm_file(c, "w.bin", data, length);
}

KEPT_CASE(STORAGE_WRITE_BV_01, "ANY", "Written data are there after Close, for everybody",
          CONF_MUST, 0,
          "write 4097 bytes, close; a new pointer, then a second instance reads the same",
          "SP-OBJ-028")
{
    BYTE data[4097];
    struct wmdm_file *f = patterned_file(c, data, sizeof(data));
    struct wmdm *w = f->w, *again;
    bool is_root = f->folder == wmdm_root(w);
    char *folder = is_root ? NULL : wmdm_name(w, f->folder);
    IMDSPStorage *seen;

    seen = wmdm_child(w, f->folder, "w.bin");
    holds(w, seen, data, sizeof(data), "SP-OBJ-028.pointer");
    RELEASE(seen);
    again = wmdm_open(c);
    seen = reach(again, is_root, folder, "w.bin");
    holds(again, seen, data, sizeof(data), "SP-OBJ-028.instance");
    RELEASE(seen);
    wmdm_close(again);
    free(folder);
}

KEPT_CASE(STORAGE_WRITE_BV_04, "ANY", "Written data are there after a replug", CONF_MUST,
          CONF_CONTROL, "write 4097 bytes, close, unplug, plug; a new instance reads the same",
          "SP-OBJ-028")
{
    BYTE data[4097];
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *work = wmdm_work_folder(w), *file, *seen;
    bool is_root = work == wmdm_root(w);
    char *folder = is_root ? NULL : wmdm_name(w, work);

    pv_pattern(data, sizeof(data));
    file = wmdm_put(w, work, "w.bin", data, sizeof(data));
    again = wmdm_replug(w, &file);
    seen = reach(again, is_root, folder, "w.bin");
    holds(again, seen, data, sizeof(data), "SP-OBJ-028.replug");
    RELEASE(seen);
    wmdm_close(again);
    free(folder);
}

/* ---- how long it is */
static void has_size(struct wmdm *w, size_t length, const char *row)
{
    struct conf *c = wmdm_conf(w);
    BYTE *data = calloc(1, length + 1);
    char name[32];
    IMDSPStorage *file, *seen;

    if (!data)
        conf_setup_failed(c, "no memory");
    snprintf(name, sizeof(name), "size%zu.bin", length);
    file = wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, 0, NULL);
    wmdm_fill(w, file, data, length);
    ROW(row)
        CHECK_EQ(pv_size(w, file), length);
    seen = wmdm_child(w, wmdm_work_folder(w), name);
    ROW("SP-OBJ-029.listed") {
        REQUIRE(seen != NULL);
        CHECK_EQ(pv_size(w, seen), length);
    }
    RELEASE(seen);
    RELEASE(file);
    free(data);
}

KEPT_CASE(STORAGE_LENGTH_BV_01, "ANY", "A file is as long as what was written", CONF_MUST, 0,
          "0, 1, 4096 and 100001 bytes, not announced; GetSize of the file and of one enumerated",
          "SP-OBJ-029")
{
    struct wmdm *w = wmdm_open(c);

    has_size(w, 0, "SP-OBJ-029.nothing");
    has_size(w, 1, "SP-OBJ-029.bytes");
    has_size(w, 4096, "SP-OBJ-029.bytes");
    has_size(w, 100001, "SP-OBJ-029.bytes");
}

KEPT_CASE(STORAGE_LENGTH_BI_01, "ANY", "A file is not as long as what was announced", CONF_MUST, 0,
          "announce 110 bytes, write 100, close; GetSize", "SP-OBJ-029")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), "less.bin", WMDM_FILE_ATTR_FILE, 110, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    BYTE data[100] = {0};
    DWORD size = sizeof(data), low = 0, high = 0;
    HRESULT hr;

    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(w, object, data, &size));
    (void)CALL(IMDSPObject, Close, object); /* may say that some is missing */
    ROW("SP-OBJ-029.announced") {
        hr = CALL(IMDSPStorage, GetSize, file, &low, &high);
        CHECK_SEEN(FAILED(hr) || high || low != 110, value_hr(hr));
    }
    RELEASE(object);
    RELEASE(file);
}

/* ---- byte for byte */
static void comes_back(struct wmdm *w, size_t length, const char *row)
{
    struct conf *c = wmdm_conf(w);
    BYTE *data = malloc(length + 1), *back;
    char name[32];
    IMDSPStorage *file;
    size_t got = 0;

    if (!data)
        conf_setup_failed(c, "no memory");
    pv_pattern(data, length);
    snprintf(name, sizeof(name), "back%zu.bin", length);
    file = wmdm_put(w, wmdm_work_folder(w), name, data, length);
    back = wmdm_get(w, file, &got);
    ROW(row)
        CHECK_BYTES(back, got, data, length);
    free(back);
    RELEASE(file);
    free(data);
}

KEPT_CASE(STORAGE_BYTES_BV_01, READS, "A file comes back as it was sent, however long it is",
          CONF_MUST, 0, "nothing, 1 byte, a block of 64 KiB, one byte less and one more",
          "SP-OBJ-055")
{
    struct wmdm *w = wmdm_open(c);

    comes_back(w, 0, "SP-OBJ-055.empty");
    comes_back(w, 1, "SP-OBJ-055.one");
    comes_back(w, 65535, "SP-OBJ-055.blocks");
    comes_back(w, 65536, "SP-OBJ-055.blocks");
    comes_back(w, 65537, "SP-OBJ-055.blocks");
}

KEPT_CASE(STORAGE_BYTES_BV_02, READS, "A large file comes back as it was sent", CONF_MUST, 0,
          "5 MiB in blocks of 64 KiB", "SP-OBJ-055")
{
    comes_back(wmdm_open(c), 5u << 20, "SP-OBJ-055.large");
}

/* ---- in the clear */
static DWORD read_clear(struct wmdm *w, IMDSPObject2 *object, BYTE *data, DWORD size)
{
    struct conf *c = wmdm_conf(w);

    REQUIRE_HR(CALL(IMDSPObject2, ReadOnClearChannel, object, data, &size), S_OK);
    return size;
}

KEPT_CASE(STORAGE_CLEAR_BV_01, "PROVIDER.OBJECT2 && " READS,
          "The clear channel and the secure one are of the same file", CONF_MUST, 0,
          "write secretly, read in the clear; one position for both; the end; the file closed",
          "SP-OBJ-052", "SP-OBJ-053")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPObject2 *object = AS(IMDSPObject2, f->storage);
    BYTE data[1000], *back;
    size_t length = 0;
    DWORD size = 100;

    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_READ);
    ROW("SP-OBJ-052.read")
        REQUIRE_HR(CALL(IMDSPObject2, ReadOnClearChannel, object, data, &size), S_OK);
    ROW("SP-OBJ-053.read")
        CHECK(size == 100 && data[0] == 0 && data[99] == 99);
    size = 1;
    ROW("SP-OBJ-053.position") {
        CHECK_HR(wmdm_read(w, (IMDSPObject *)object, data, &size), S_OK);
        CHECK_EQ(data[0], 100);
        CHECK_EQ(read_clear(w, object, data, 1), 1);
        CHECK_EQ(data[0], 101);
    }
    ROW("SP-OBJ-053.size")
        CHECK_EQ(read_clear(w, object, data, 1000), 898);
    ROW("SP-OBJ-053.end")
        CHECK_EQ(read_clear(w, object, data, 1000), 0);
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    size = 100;
    ROW("SP-OBJ-053.failed") {
        CHECK_FAILS(CALL(IMDSPObject2, ReadOnClearChannel, object, data, &size));
        CHECK_EQ(size, 0);
    }
    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_WRITE);
    size = 12;
    ROW("SP-OBJ-052.write")
        REQUIRE_HR(CALL(IMDSPObject2, WriteOnClearChannel, object,
                        (BYTE *)(uintptr_t) "in the clear", &size),
                   S_OK);
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    back = wmdm_get(w, f->storage, &length);
    ROW("SP-OBJ-053.write")
        CHECK(length >= 12 && memcmp(back, "in the clear", 12) == 0);
    free(back);
    RELEASE(object);
}
