/* A file that is not alone: others are open beside it, it is deleted under who has it, the medium
 * fills up, the transfer breaks off. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define MEANWHILE_CASE(token, ics_, title_, needs_, steps_, ...)                                   \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = CONF_SHOULD,             \
              .ics = ics_, .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"

/* ---- deleted */

/* By the device's own user, in the work folder. */
static void remove_on_device(struct wmdm *w, const char *name)
{
    struct conf *c = wmdm_conf(w);
    char request[300], *folder = wmdm_name(w, wmdm_work_folder(w));

    snprintf(request, sizeof(request), "{\"verb\":\"remove\",\"path\":\"%s/%s\"}",
             folder ? folder : "", name);
    free(folder);
    free(conf_control(c, request));
}

static void open_dead(struct wmdm *w, IMDSPObject *object, DWORD mode, const char *row)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    ROW(row) {
        hr = CALL(IMDSPObject, Open, object, mode);
        CHECK_HR(hr, WMDM_E_INTERFACEDEAD);
    }
    if (SUCCEEDED(hr))
        (void)CALL(IMDSPObject, Close, object);
}

MEANWHILE_CASE(STORAGE_DEAD_BI_01, "ANY", "What was deleted is not opened, nor made again", 0,
               "Delete by one pointer; Open either way by another; what is listed", "SP-OBJ-004")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage *other = wmdm_child(w, f->folder, "f.bin");
    IMDSPObject *object;

    if (!other)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    object = AS(IMDSPObject, other);
    SETUP_CALL(IMDSPObject, Delete, f->object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL);
    if (conf_offers(c, READS))
        open_dead(w, object, MDSP_READ, "SP-OBJ-004.read");
    open_dead(w, object, MDSP_WRITE, "SP-OBJ-004.write");
    ROW("SP-OBJ-004.nothing")
        CHECK(!pv_is_listed(w, wmdm_work_folder(w), "f.bin"));
    RELEASE(object);
    RELEASE(other);
}

MEANWHILE_CASE(STORAGE_DEAD_BI_02, "PROVIDER.MEDIUM.FOLDERS",
               "What is deleted while it is written is not made again", CONF_CONTROL,
               "Write, the device's user removes the file, Write, Close; what is listed",
               "SP-OBJ-019")
{
    struct wmdm_file *f = pv_thousand(c);
    DWORD size = 4;
    HRESULT hr, closed;

    wmdm_file_open(f, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(f->w, f->object, "abcd", &size));
    remove_on_device(f->w, "f.bin");
    size = 4;
    hr = wmdm_write(f->w, f->object, "efgh", &size);
    f->is_open = false;
    closed = CALL(IMDSPObject, Close, f->object);
    ROW("SP-OBJ-019.dead") {
        /* One that collects until Close finds out there. */
        hr = FAILED(hr) ? hr : closed;
        CHECK_HR(hr, WMDM_E_INTERFACEDEAD);
    }
    ROW("SP-OBJ-019.nothing")
        CHECK(!pv_is_listed(f->w, wmdm_work_folder(f->w), "f.bin"));
}

/* ---- several files */

#define FILES 4 /* two to read, two to write */
#define BLOCKS 4
#define BLOCK 1000

struct several {
    struct wmdm *w;
    IMDSPStorage *storage[FILES];
    IMDSPObject *object[FILES];
    BYTE content[FILES][BLOCKS * BLOCK];
    bool is_open[FILES];
};

static const char *const several_names[FILES] = {"r0.bin", "w1.bin", "r2.bin", "w3.bin"};

static bool is_written(size_t i)
{
    return i % 2;
}

/* Whoever is refused is told why: another medium may have one file open at a time. */
static void several_open(struct several *s, size_t i)
{
    struct wmdm *w = s->w;
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    s->object[i] = AS(IMDSPObject, s->storage[i]);
    ROW("SP-OBJ-006.code") {
        hr = CALL(IMDSPObject, Open, s->object[i], is_written(i) ? MDSP_WRITE : MDSP_READ);
        CHECK_ANSWER(hr == S_OK || hr == HRESULT_FROM_WIN32(ERROR_TOO_MANY_OPEN_FILES), hr,
                     "S_OK or ERROR_TOO_MANY_OPEN_FILES");
    }
    s->is_open[i] = hr == S_OK;
}

static const char *several_row(size_t i)
{
    return i == 0 ? "SP-OBJ-006.first" : is_written(i) ? "SP-OBJ-007.written" : "SP-OBJ-007.read";
}

static void several_block(struct several *s, size_t i, size_t block)
{
    struct conf *c = wmdm_conf(s->w);
    const BYTE *expected = s->content[i] + block * BLOCK;
    BYTE data[BLOCK] = {0};
    DWORD size = BLOCK;
    HRESULT hr = is_written(i) ? wmdm_write(s->w, s->object[i], expected, &size)
                               : wmdm_read(s->w, s->object[i], data, &size);

    ROW(several_row(i)) {
        CHECK_HR(hr, S_OK);
        if (!is_written(i))
            CHECK_BYTES(data, size, expected, BLOCK);
    }
}

MEANWHILE_CASE(STORAGE_SEVERAL_BV_01, READS, "Several files are open at once, each where it is", 0,
               "Two files opened for reading and two for writing: a block of each in turn; what "
               "the written ones hold",
               "SP-OBJ-006", "SP-OBJ-007")
{
    struct several s = {.w = wmdm_open(c)};
    struct wmdm *w = s.w;

    for (size_t i = 0; i < FILES; i++) {
        for (size_t k = 0; k < sizeof(s.content[i]); k++)
            s.content[i][k] = (BYTE)(k / 3 + i * 60);
        s.storage[i] = is_written(i) ? wmdm_create(w, wmdm_work_folder(w), several_names[i],
                                                   WMDM_FILE_ATTR_FILE, sizeof(s.content[i]), NULL)
                                     : wmdm_put(w, wmdm_work_folder(w), several_names[i],
                                                s.content[i], sizeof(s.content[i]));
    }
    for (size_t i = 0; i < FILES; i++)
        several_open(&s, i);
    for (size_t k = 0; k < BLOCKS * FILES; k++) {
        if (s.is_open[k % FILES]) {
            several_block(&s, k % FILES, k / FILES);
        } else {
            ROW(several_row(k % FILES))
                conf_excused(c, is_written(k % FILES) ? 1 : 2, "one file is open at a time");
        }
    }
    for (size_t i = 0; i < FILES; i++) {
        if (s.is_open[i])
            SETUP_CALL(IMDSPObject, Close, s.object[i]);
        RELEASE(s.object[i]);
    }
    for (size_t i = 1; i < FILES; i += 2) {
        size_t length = 0;
        BYTE *seen;

        ROW("SP-OBJ-007.written") {
            if (s.is_open[i]) {
                seen = wmdm_get(w, s.storage[i], &length);
                CHECK_BYTES(seen, length, s.content[i], sizeof(s.content[i]));
                free(seen);
            } else {
                conf_excused(c, 1, "one file is open at a time");
            }
        }
    }
    for (size_t i = 0; i < FILES; i++)
        RELEASE(s.storage[i]);
}

/* Open of a file that is being written: refused as busy, or because one file is open at a time
 * (SP-OBJ-006), or taken. */
static void open_busy(struct wmdm *w, IMDSPObject *object, DWORD mode, const char *row)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    ROW(row) {
        hr = CALL(IMDSPObject, Open, object, mode);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_BUSY ||
                         hr == HRESULT_FROM_WIN32(ERROR_TOO_MANY_OPEN_FILES),
                     hr, "S_OK, WMDM_E_BUSY or ERROR_TOO_MANY_OPEN_FILES");
    }
    if (hr == S_OK)
        (void)CALL(IMDSPObject, Close, object);
}

MEANWHILE_CASE(STORAGE_BUSY_BI_01, READS,
               "A file that is being written may be busy, and is not for ever", 0,
               "Open either way by a second pointer while the first writes, and after its Close",
               "SP-OBJ-005")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage *other = wmdm_child(w, f->folder, "f.bin");
    IMDSPObject *object;

    if (!other)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    object = AS(IMDSPObject, other);
    wmdm_file_open(f, MDSP_WRITE);
    open_busy(w, object, MDSP_READ, "SP-OBJ-005.read");
    open_busy(w, object, MDSP_WRITE, "SP-OBJ-005.write");
    wmdm_file_close(f);
    ROW("SP-OBJ-005.idle") {
        CHECK_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
        SETUP_CALL(IMDSPObject, Close, object);
    }
    RELEASE(object);
    RELEASE(other);
}

/* ---- full */

#define ROOM 10000u

static uint64_t free_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    SETUP_CALL(IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high);
    return (uint64_t)high << 32 | low;
}

/* The device's user fills it, but for so much. */
static void fill_on_device(struct wmdm *w, uint64_t left)
{
    char request[120];

    snprintf(request, sizeof(request),
             "{\"verb\":\"add\",\"path\":\"filling.bin\",\"size\":%llu,\"sparse\":true}",
             (unsigned long long)(free_of(w) - left));
    free(conf_control(wmdm_conf(w), request));
}

MEANWHILE_CASE(STORAGE_FULL_BI_01, "!MTP || MTP.FORMAT.3000",
               "A full medium takes what it has room for, and says so", CONF_CONTROL,
               "10000 bytes are free: Write of 64 KiB, Close; what the file holds", "SP-OBJ-018")
{
    static BYTE data[65536];
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), "full.bin", WMDM_FILE_ATTR_FILE, 0, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = sizeof(data), written = 0;
    HRESULT hr = S_OK, closed;

    fill_on_device(w, ROOM);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    /* One that collects until Close finds out there. */
    hr = wmdm_write(w, object, data, &size);
    written = size;
    closed = CALL(IMDSPObject, Close, object);
    ROW("SP-OBJ-018.code") {
        hr = FAILED(hr) ? hr : closed;
        CHECK_HR(hr, HRESULT_FROM_WIN32(ERROR_DISK_FULL));
    }
    ROW("SP-OBJ-018.told") {
        if (SUCCEEDED(closed))
            CHECK_EQ(pv_size(w, file), written);
        else
            conf_excused(c, 2, "it is collected until Close");
    }
    RELEASE(object);
    RELEASE(file);
    free(conf_control(c, "{\"verb\":\"remove\",\"path\":\"filling.bin\"}"));
}

/* ---- broken off */

#define ANNOUNCED (1u << 20)
#define WRITTEN (100u * 1024)

/* What there is of the file then: nothing, or no more than was written. */
static void break_off(struct wmdm *w, const char *name, bool closes, const char *row)
{
    static BYTE data[WRITTEN];
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, ANNOUNCED, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = sizeof(data);

    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    wmdm_setup(c, "IMDSPObject::Write", wmdm_write(w, object, data, &size));
    if (closes)
        (void)CALL(IMDSPObject, Close, object);
    RELEASE(object);
    RELEASE(file);
    file = wmdm_child(w, wmdm_work_folder(w), name);
    ROW(row)
        CHECK(!file || pv_size(w, file) <= WRITTEN);
    RELEASE(file);
}

MEANWHILE_CASE(STORAGE_BROKEN_BV_01, "ANY", "What breaks off is not filled up", 0,
               "1 MiB announced, 100 KiB written, Close; the same and the last Release",
               "SP-OBJ-056")
{
    struct wmdm *w = wmdm_open(c);

    break_off(w, "closed.bin", true, "SP-OBJ-056.closed");
    break_off(w, "released.bin", false, "SP-OBJ-056.released");
}

/* ---- in the clear */

static void refuse_clear(struct wmdm *w, IMDSPObject2 *object, HRESULT wanted, const char *read,
                         const char *write)
{
    struct conf *c = wmdm_conf(w);
    BYTE data[4] = {0};
    DWORD size = sizeof(data);

    ROW(read)
        CHECK_HR(CALL(IMDSPObject2, ReadOnClearChannel, object, data, &size), wanted);
    size = sizeof(data);
    ROW(write)
        CHECK_HR(CALL(IMDSPObject2, WriteOnClearChannel, object, data, &size), wanted);
}

CONF_CASE(STORAGE_CLEAR_BI_01, .title = "In the clear is not without the channel, nor without Open",
          .reqs = REQS("SP-OBJ-054"), .ics = "PROVIDER.OBJECT2 && " READS,
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "ReadOnClearChannel and WriteOnClearChannel of a closed file; of an open one on "
                   "a channel that was shut")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPObject2 *object = AS(IMDSPObject2, f->storage);

    refuse_clear(w, object, WMDM_E_CALL_OUT_OF_SEQUENCE, "SP-OBJ-054.read-closed",
                 "SP-OBJ-054.write-closed");
    wmdm_file_open(f, MDSP_READ);
    wmdm_shut(w);
    refuse_clear(w, object, WMDM_E_NOTCERTIFIED, "SP-OBJ-054.read-shut", "SP-OBJ-054.write-shut");
    wmdm_setup(c, "the handshake for tidying up", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    wmdm_file_close(f);
    RELEASE(object);
}
