/* A device that several use: threads in one folder, two instances of the provider. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_thread.h"
#include "spcore/base.h"

/* ---- several in one folder */

#define MAKERS 2
#define LISTERS 2
#define KEPT 4 /* files that nobody touches */
#define MADE 10

struct crowd {
    IMDSPStorage *folder;
    unsigned number;
    unsigned listed;        /* whole listings */
    unsigned lost, doubled; /* times that one of the untouched was missing in them, or twice */
    HRESULT made[MADE];     /* by a maker, of which it deletes every other one */
};

/* "m13.bin" is the fourth of the second maker; "k2.bin" one of the kept. */
static void name_made(WCHAR name[8], unsigned maker, unsigned which)
{
    static const WCHAR pattern[] = u"m00.bin";

    memcpy(name, pattern, sizeof(pattern));
    name[1] = (WCHAR)(u'0' + maker);
    name[2] = (WCHAR)(u'0' + which);
}

static HRESULT make_one(IMDSPStorage *folder, const WCHAR *name, bool deletes)
{
    IMDSPStorage *made = NULL;
    IMDSPObject *object = NULL;
    HRESULT hr = IMDSPStorage_CreateStorage(
        folder, WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, (WCHAR *)name, &made);

    if (FAILED(hr) || !made)
        return hr;
    if (deletes) {
        hr = IMDSPStorage_QueryInterface(made, &IID_IMDSPObject, (void **)&object);
        if (object) {
            hr = IMDSPObject_Delete(object, WMDM_MODE_BLOCK, NULL);
            IMDSPObject_Release(object);
        }
    }
    IMDSPStorage_Release(made);
    return hr;
}

static void make_many(struct crowd *it)
{
    WCHAR name[8];

    for (unsigned i = 0; i < MADE; i++) {
        name_made(name, it->number, i);
        it->made[i] = make_one(it->folder, name, i % 2);
    }
}

/* How often each of the kept is in a listing: by the digit of its name. False: it was refused on
 * the way. */
static bool count_kept(IMDSPEnumStorage *all, unsigned seen[KEPT])
{
    IMDSPStorage *item = NULL;
    ULONG got = 0;
    HRESULT hr;

    while ((hr = IMDSPEnumStorage_Next(all, 1, &item, &got)) == S_OK && item) {
        WCHAR name[32] = {0};

        /* What was deleted meanwhile has none. */
        if (IMDSPStorage_GetName(item, name, 32) == S_OK && name[0] == u'k' && name[1] >= u'0' &&
            name[1] < u'0' + KEPT)
            seen[name[1] - u'0']++;
        IMDSPStorage_Release(item);
        item = NULL;
    }
    return SUCCEEDED(hr);
}

static void list_many(struct crowd *it)
{
    for (unsigned i = 0; i < MADE; i++) {
        unsigned seen[KEPT] = {0};
        IMDSPEnumStorage *all = NULL;

        bool is_whole = false;

        if (IMDSPStorage_EnumStorage(it->folder, &all) == S_OK && all) {
            is_whole = count_kept(all, seen);
            IMDSPEnumStorage_Release(all);
        }
        it->listed += is_whole;
        for (unsigned k = 0; k < KEPT && is_whole; k++) {
            it->lost += seen[k] == 0;
            it->doubled += seen[k] > 1;
        }
    }
}

static void *be_in_crowd(void *context)
{
    struct crowd *it = context;

    (it->number < MAKERS ? make_many : list_many)(it);
    return NULL;
}

/* What is refused while another is at it is neither here nor there. */
static void check_made(struct wmdm *w, IMDSPStorage *folder, const struct crowd *maker, unsigned i)
{
    struct conf *c = wmdm_conf(w);
    char name[8];

    snprintf(name, sizeof(name), "m%u%u.bin", maker->number, i);
    ROW(i % 2 ? "SP-THREAD-005.deleted" : "SP-THREAD-005.made") {
        if (maker->made[i] == S_OK)
            CHECK(pv_is_listed(w, folder, name) == (i % 2 == 0));
        else
            conf_excused(c, 1, "one is served at a time");
    }
}

static void check_listed(struct conf *c, const char *row, const struct crowd listers[LISTERS],
                         unsigned wrong)
{
    ROW(row) {
        if (listers[0].listed + listers[1].listed > 0)
            CHECK_EQ(wrong, 0);
        else
            conf_excused(c, 1, "one is served at a time");
    }
}

CONF_CASE(THREAD_FOLDER_BV_01,
          .title = "A folder in which several make, delete and list loses nothing",
          .reqs = REQS("SP-THREAD-005"),
          .ics = "PROVIDER.MEDIUM.NESTED && (!MTP || MTP.FORMAT.3000)",
          .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = 60,
          .steps = "Two threads make files and delete every other one, two list the folder; what "
                   "each listing has of files that nobody touches, and what is there at the end")
{
    static const char *const kept[KEPT] = {"k0.bin", "k1.bin", "k2.bin", "k3.bin"};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "crowd", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    struct crowd crowd[MAKERS + LISTERS] = {{0}};

    for (size_t i = 0; i < KEPT; i++) {
        IMDSPStorage *file = wmdm_create(w, folder, kept[i], WMDM_FILE_ATTR_FILE, 0, NULL);
        RELEASE(file);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(crowd); i++)
        crowd[i] = (struct crowd){.folder = folder, .number = i};
    wmdm_together(c, "IMDSPStorage::CreateStorage", be_in_crowd, crowd, sizeof(*crowd),
                  ARRAY_SIZE(crowd));
    check_listed(c, "SP-THREAD-005.lost", &crowd[2], crowd[2].lost + crowd[3].lost);
    check_listed(c, "SP-THREAD-005.doubled", &crowd[2], crowd[2].doubled + crowd[3].doubled);
    for (unsigned i = 0; i < MAKERS * MADE; i++)
        check_made(w, folder, &crowd[i / MADE], i % MADE);
    RELEASE(folder);
}

/* ---- two instances on one device */

/* What the first instance works in, as the second one has it; it has no folder of its own there. */
static IMDSPStorage *place_of(struct wmdm *one, struct wmdm *two)
{
    struct conf *c = wmdm_conf(two);
    char *name = wmdm_name(one, wmdm_work_folder(one));
    IMDSPStorage *place = wmdm_child(two, wmdm_root(two), name ? name : "");

    free(name);
    if (!place)
        conf_refused(c, "IMDSPStorage::EnumStorage",
                     "the second instance does not list a folder of the first one's");
    return place;
}

/* What the object that the second instance had before says after the first one's change. */
static void check_renamed(struct wmdm *one, IMDSPStorage *file, struct wmdm *two,
                          IMDSPStorage *place, IMDSPStorage *other)
{
    struct conf *c = wmdm_conf(one);
    IMDSPObject *object = (IMDSPObject *)wmdm_query(one, file, &IID_IMDSPObject);
    char *seen;

    wmdm_setup(c, "IMDSPObject::Rename", CALL(IMDSPObject, Rename, object, u"renamed.bin", NULL));
    seen = wmdm_name(two, other);
    CHECK(conf_same_text(c, seen, "renamed.bin"));
    CHECK(pv_is_listed(two, place, "renamed.bin") && !pv_is_listed(two, place, "shared.bin"));
    free(seen);
    RELEASE(object);
}

/* Both write at once, a block each in turn. */
static void write_in_turn(struct wmdm *w[2], IMDSPStorage *files[2], BYTE content[2][4 * 4096])
{
    struct conf *c = wmdm_conf(w[0]);
    IMDSPObject *object[2];
    HRESULT second = E_PENDING;

    for (size_t i = 0; i < 2; i++) {
        memset(content[i], (int)('a' + i), 4 * 4096);
        object[i] = (IMDSPObject *)wmdm_query(w[i], files[i], &IID_IMDSPObject);
    }
    SETUP_CALL(IMDSPObject, Open, object[0], MDSP_WRITE);
    second = CALL(IMDSPObject, Open, object[1], MDSP_WRITE);
    for (size_t i = 0; i < 8 && (i % 2 == 0 || second == S_OK); i++) {
        DWORD size = 4096;

        wmdm_setup(c, "IMDSPObject::Write",
                   wmdm_write(w[i % 2], object[i % 2], content[i % 2] + i / 2 * 4096, &size));
    }
    SETUP_CALL(IMDSPObject, Close, object[0]);
    if (second == S_OK)
        SETUP_CALL(IMDSPObject, Close, object[1]);
    RELEASE(object[0]);
    RELEASE(object[1]);
    if (second != S_OK)
        conf_inconclusive(c, "the device takes one file at a time");
}

static void check_content(struct wmdm *w, IMDSPStorage *file, const BYTE *content, size_t length)
{
    struct conf *c = wmdm_conf(w);
    size_t got = 0;
    BYTE *seen = wmdm_get(w, file, &got);

    CHECK_BYTES(seen, got, content, length);
    free(seen);
}

CONF_CASE(THREAD_TWO_BV_01, .title = "Two instances see what each does to one device",
          .reqs = REQS("SP-THREAD-006"), .ics = "PROVIDER.MEDIUM.FOLDERS && PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "One makes, writes, renames and deletes a file; what the other one lists, reads "
                   "and says of it by an object that it had before")
{
    BYTE content[1000];
    struct wmdm *one = wmdm_open(c), *two = wmdm_open(c);
    IMDSPStorage *place = place_of(one, two), *file, *other;
    DWORD low = 0, high = 0;

    pv_pattern(content, sizeof(content));
    file = wmdm_put(one, wmdm_work_folder(one), "shared.bin", content, sizeof(content));
    other = wmdm_child(two, place, "shared.bin");
    ROW("SP-THREAD-006.made")
        REQUIRE(other != NULL);
    ROW("SP-THREAD-006.written") {
        check_content(two, other, content, sizeof(content));
        memset(content, 7, sizeof(content));
        SETUP
            wmdm_fill(one, file, content, sizeof(content));
        check_content(two, other, content, sizeof(content));
    }
    ROW("SP-THREAD-006.renamed") {
        if (conf_offers(c, "PROVIDER.OBJECT.RENAME"))
            check_renamed(one, file, two, place, other);
        else
            conf_excused(c, 2, "nothing is renamed");
    }
    wmdm_delete(one, file);
    ROW("SP-THREAD-006.deleted") {
        CHECK_FAILS(CALL(IMDSPStorage, GetSize, other, &low, &high));
        CHECK(!pv_is_listed(two, place, "shared.bin") && !pv_is_listed(two, place, "renamed.bin"));
    }
    RELEASE(other);
    RELEASE(file);
    RELEASE(place);
}

CONF_CASE(THREAD_TWO_BV_02, .title = "Two instances write to one device at once",
          .reqs = REQS("SP-THREAD-006"), .ics = "PROVIDER.MEDIUM.FOLDERS && PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Each writes its file, a block each in turn; each reads the other's")
{
    static BYTE content[2][4 * 4096];
    struct wmdm *w[2] = {wmdm_open(c), wmdm_open(c)};
    IMDSPStorage *place = place_of(w[0], w[1]), *seen;
    IMDSPStorage *files[2] = {
        wmdm_create(w[0], wmdm_work_folder(w[0]), "one.bin", WMDM_FILE_ATTR_FILE,
                    sizeof(content[0]), NULL),
        wmdm_create(w[1], place, "two.bin", WMDM_FILE_ATTR_FILE, sizeof(content[1]), NULL)};

    write_in_turn(w, files, content);
    ROW("SP-THREAD-006.whole") {
        check_content(w[0], files[0], content[0], sizeof(content[0]));
        seen = wmdm_child(w[0], wmdm_work_folder(w[0]), "two.bin");
        REQUIRE(seen != NULL);
        check_content(w[0], seen, content[1], sizeof(content[1]));
    }
    RELEASE(seen);
    RELEASE(files[0]);
    RELEASE(files[1]);
    RELEASE(place);
}
