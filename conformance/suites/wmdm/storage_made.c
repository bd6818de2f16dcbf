/* What creating comes to, beyond the place: names that are taken or none, formats, sizes, and what
 * the new object then is. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"

#define MADE_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define NESTED "PROVIDER.MEDIUM.NESTED && (!MTP || MTP.FORMAT.3000)"
#define READS "PROVIDER.OBJECT.READ"
#define AFILE (WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO)

/* A folder of its own, in which everything is that was made. */
static IMDSPStorage *made_folder(struct wmdm *w)
{
    return wmdm_create(w, wmdm_work_folder(w), "made", WMDM_FILE_ATTR_FOLDER, 0, NULL);
}

static size_t count(struct wmdm *w, IMDSPStorage *folder, const char *name)
{
    struct wmdm_list list = wmdm_children(w, folder);
    size_t same = 0;

    for (size_t i = 0; i < list.count; i++) {
        char *other = wmdm_name(w, list.item[i]);

        same += !name || (other && strcmp(other, name) == 0);
        free(other);
    }
    wmdm_release_all(w, &list);
    return same;
}

static HRESULT create(struct wmdm *w, IMDSPStorage *where, DWORD attributes, WAVEFORMATEX *format,
                      const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *made = NULL;
    HRESULT hr = CALL(IMDSPStorage, CreateStorage, where, attributes, format, name, &made);

    RELEASE(made);
    return hr;
}

/* ---- what each of the two methods makes */
static void makes_second(struct wmdm *w, IMDSPStorage *folder)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *two = AS(IMDSPStorage2, folder), *seen;
    IMDSPStorage *made = NULL;
    DWORD attributes = 0, extended = 7;
    HRESULT hr;

    ROW("SP-STG-039.there") {
        hr = CALL(IMDSPStorage2, CreateStorage2, two, AFILE, 0, NULL, NULL, u"two.bin", 0, &made);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-STG-039.formats") {
        CHECK_HR(hr, S_OK);
        CHECK_EQ(count(w, folder, "two.bin"), 1);
    }
    RELEASE(made);
    ROW("SP-STG-042") {
        hr = CALL(IMDSPStorage2, CreateStorage2, two, AFILE, 1, NULL, NULL, u"ex.bin", 0, &made);
        if (hr == S_OK && made) {
            seen = AS(IMDSPStorage2, made);
            CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, seen, &attributes, &extended, NULL, NULL),
                     S_OK);
            CHECK_EQ(extended, 0);
            RELEASE(seen);
            conf_excused(c, 1, "it is ignored");
        } else {
            CHECK_EQ(count(w, folder, "ex.bin"), 0);
        }
    }
    RELEASE(made);
    RELEASE(two);
}

MADE_CASE(STORAGE_MADE_BV_01, NESTED, "Both methods make what they are asked for", CONF_MUST,
          "CreateStorage of a file, of a folder, before and after a file; CreateStorage2 without "
          "formats, and with dwAttributesEx 1",
          "SP-STG-026", "SP-STG-027", "SP-STG-032", "SP-STG-039", "SP-STG-042")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w), *file, *inner;
    HRESULT hr, other;

    ROW("SP-STG-026") {
        hr = create(w, folder, AFILE, NULL, u"one.bin");
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-STG-027.code")
        CHECK_HR(
            create(w, folder, WMDM_FILE_ATTR_FOLDER | WMDM_STORAGECONTROL_INSERTINTO, NULL, u"dir"),
            S_OK);
    inner = wmdm_child(w, folder, "dir");
    ROW("SP-STG-027.folder")
        CHECK(inner && pv_attributes(w, inner) & WMDM_FILE_ATTR_FOLDER);
    RELEASE(inner);
    file = wmdm_child(w, folder, "one.bin");
    if (!file)
        conf_refused(c, "IMDSPStorage::EnumStorage", "a new file is not enumerated");
    ROW("SP-STG-032.same") {
        hr = create(w, file, WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTBEFORE, NULL,
                    u"before.bin");
        other = create(w, file, WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTAFTER, NULL,
                       u"after.bin");
        CHECK_HR(hr, S_OK);
        CHECK_HR(other, S_OK);
        CHECK(count(w, folder, "before.bin") == 1 && count(w, folder, "after.bin") == 1);
    }
    RELEASE(file);
    makes_second(w, folder);
    RELEASE(folder);
}

/* ---- names */
static bool is_specific(HRESULT hr)
{
    return FAILED(hr) && hr != E_FAIL && hr != E_UNEXPECTED && hr != E_OUTOFMEMORY;
}

/* No name on the device, or one that it takes as it is: nothing goes anywhere else. */
static void check_odd_name(struct wmdm *w, IMDSPStorage *folder, const WCHAR *wide,
                           const char *name)
{
    struct conf *c = wmdm_conf(w);
    const size_t before = count(w, folder, NULL);
    HRESULT hr = create(w, folder, AFILE, NULL, wide);

    ROW("SP-STG-037.code")
        CHECK_ANSWER(hr == S_OK || is_specific(hr), hr, "a reason, or a file of that name");
    ROW("SP-STG-037.nothing")
        CHECK(hr == S_OK ? count(w, folder, name) == 1 : count(w, folder, NULL) == before);
}

MADE_CASE(STORAGE_MADE_BI_01, NESTED, "A name that is taken or is none makes nothing", CONF_SHOULD,
          "CreateStorage of a name that is there; with a separator of paths, and of 300 characters",
          "SP-STG-035", "SP-STG-037")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w), *old = wmdm_put(w, folder, "old.bin", "0123456789", 10);
    IMDSPStorage *inner = wmdm_create(w, folder, "a", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    WCHAR wide[301];
    char text[301];
    HRESULT hr;

    ROW("SP-STG-035.code") {
        hr = create(w, folder, AFILE, NULL, u"old.bin");
        if (hr == S_OK && count(w, folder, "old.bin") == 2)
            conf_excused(c, 1, "the device has two objects of one name");
        else
            CHECK_ANSWER(hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS) ||
                             hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS),
                         hr, "ERROR_FILE_EXISTS, or ERROR_ALREADY_EXISTS");
    }
    ROW("SP-STG-035.kept")
        CHECK_EQ(pv_size(w, old), 10);
    check_odd_name(w, folder, u"a/b.bin", "a/b.bin");
    check_odd_name(w, folder, u"a\\b.bin", "a\\b.bin");
    for (size_t i = 0; i < 300; i++) {
        wide[i] = u'n';
        text[i] = 'n';
    }
    wide[300] = 0;
    text[300] = 0;
    check_odd_name(w, folder, wide, text);
    ROW("SP-STG-037.nothing")
        CHECK_EQ(count(w, inner, NULL), 0);
    RELEASE(inner);
    RELEASE(old);
    RELEASE(folder);
}

/* ---- formats */
MADE_CASE(STORAGE_MADE_BV_02, "PROVIDER.MEDIUM.NESTED && (!MTP || MTP.FORMAT.3009)",
          "The format that a song is made with is its own", CONF_MUST,
          "CreateStorage of a text without a format; of a song with one: GetAttributes",
          "SP-STG-038")
{
    static const uint16_t kept_in[] = {MTP_OPC_SAMPLE_RATE, MTP_OPC_NUMBER_OF_CHANNELS,
                                       MTP_OPC_AUDIO_WAVE_CODEC};
    bool has[ARRAY_SIZE(kept_in)] = {false};
    bool is_known =
        !conf_offers(c, "MTP") || snapshot_keeps(c, MTP_FC_MP3, kept_in, ARRAY_SIZE(kept_in), has);
    WAVEFORMATEX format = {.wFormatTag = 0x55,
                           .nChannels = 2,
                           .nSamplesPerSec = 44100,
                           .nAvgBytesPerSec = 16000,
                           .nBlockAlign = 1};
    WAVEFORMATEX seen = {0};
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w), *song = NULL;
    DWORD attributes = 0;

    if (!is_known || !has[0] || !has[1] || !has[2])
        conf_inconclusive(c, "the device's songs keep no wave format");
    ROW("SP-STG-038.null")
        CHECK_HR(create(w, folder, AFILE | WMDM_FILE_ATTR_DATA, NULL, u"text.txt"), S_OK);
    ROW("SP-STG-038.kept") {
        REQUIRE_HR(CALL(IMDSPStorage, CreateStorage, folder, AFILE | WMDM_FILE_ATTR_AUDIO, &format,
                        u"song.mp3", &song),
                   S_OK);
        CHECK_HR(CALL(IMDSPStorage, GetAttributes, song, &attributes, &seen), S_OK);
        CHECK_EQ(seen.wFormatTag, 0x55);
        CHECK_EQ(seen.nChannels, 2);
        CHECK_EQ(seen.nSamplesPerSec, 44100);
    }
    RELEASE(song);
    RELEASE(folder);
}

static void no_formats(struct wmdm *w, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *two = AS(IMDSPStorage2, file);
    WAVEFORMATEX audio;
    VIDEOINFOHEADER video;
    BYTE before[sizeof(audio) + sizeof(video)];
    DWORD attributes, extended;

    memset(before, 0xa5, sizeof(before));
    memset(&audio, 0xa5, sizeof(audio));
    memset(&video, 0xa5, sizeof(video));
    ROW("SP-STG-020.null") {
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &attributes, &extended, NULL, NULL),
                 S_OK);
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &attributes, &extended, &audio, NULL),
                 S_OK);
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &attributes, &extended, NULL, &video),
                 S_OK);
    }
    ROW("SP-STG-020.only")
        CHECK(memcmp(&audio, before, sizeof(audio)) == 0 &&
              memcmp(&video, before, sizeof(video)) == 0);
    RELEASE(two);
}

MADE_CASE(STORAGE_MADE_BV_03, NESTED,
          "A text has no format, and attributes that hold or are refused", CONF_MUST,
          "GetAttributes2 of a text with each format NULL; SetAttributes READONLY, and what it did",
          "SP-STG-020", "SP-STG-021")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w), *file = wmdm_put(w, folder, "text.txt", "x", 1);
    DWORD before, after;
    HRESULT hr;

    no_formats(w, file);
    ROW("SP-STG-021") {
        before = pv_attributes(w, file);
        hr = CALL(IMDSPStorage, SetAttributes, file, before | WMDM_FILE_ATTR_READONLY, NULL);
        after = pv_attributes(w, file);
        CHECK_ANSWER(hr == S_OK ? after & WMDM_FILE_ATTR_READONLY : after == before, hr,
                     "S_OK and the effect, or neither");
    }
    if (hr == S_OK)
        (void)CALL(IMDSPStorage, SetAttributes, file, before, NULL);
    RELEASE(file);
    RELEASE(folder);
}

/* ---- sizes */
static void takes_size(struct wmdm *w, uint64_t announced, const char *name, const char *row)
{
    static BYTE data[1u << 20];
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), name, WMDM_FILE_ATTR_FILE, announced, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = sizeof(data);

    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    ROW(row)
        CHECK_HR(wmdm_write(w, object, data, &size), S_OK);
    SETUP_CALL(IMDSPObject, Close, object);
    ROW(row)
        CHECK_EQ(pv_size(w, file), sizeof(data));
    RELEASE(object);
    RELEASE(file);
}

MADE_CASE(STORAGE_MADE_BV_04, "!MTP || MTP.FORMAT.3000", "A size may be announced, or not",
          CONF_MUST, "CreateStorage2 of size 0 and of 1 MiB, 1 MiB written to each", "SP-STG-040")
{
    struct wmdm *w = wmdm_open(c);

    takes_size(w, 0, "unknown.bin", "SP-STG-040.unknown");
    takes_size(w, 1u << 20, "announced.bin", "SP-STG-040.announced");
}

/* ---- without metadata */
static void made_without(struct wmdm *w, IWMDMMetaData *list, const WCHAR *wide, const char *name,
                         const char *row)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *folder = AS(IMDSPStorage4, wmdm_work_folder(w));
    IMDSPStorage *made = NULL, *seen;

    ROW(row)
        REQUIRE_HR(
            CALL(IMDSPStorage4, CreateStorageWithMetadata, folder, AFILE, wide, list, 0, &made),
            S_OK);
    seen = wmdm_child(w, wmdm_work_folder(w), name);
    ROW("SP-STG-050.used") {
        REQUIRE(seen && pv_attributes(w, seen) & WMDM_FILE_ATTR_FILE);
        SETUP
            wmdm_fill(w, seen, "text", 4);
        CHECK_EQ(pv_size(w, seen), 4);
    }
    RELEASE(seen);
    RELEASE(made);
    RELEASE(folder);
}

MADE_CASE(STORAGE_MADE_BV_05, "PROVIDER.STORAGE4 && (!MTP || MTP.FORMAT.3000)",
          "CreateStorageWithMetadata needs none", CONF_SHOULD,
          "with NULL and with an empty list; both files listed and written", "SP-STG-050")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMMetaData *empty = wmdm_metadata_new();

    made_without(w, NULL, u"null.bin", "null.bin", "SP-STG-050.null");
    made_without(w, empty, u"empty.bin", "empty.bin", "SP-STG-050.empty");
    RELEASE(empty);
}

/* ---- one object */
static void same_identity(struct wmdm *w, IMDSPStorage *file)
{
    static const IID *const iids[] = {&IID_IMDSPStorage,   &IID_IMDSPStorage2, &IID_IMDSPStorage3,
                                      &IID_IMDSPStorage4,  &IID_IMDSPObject,   &IID_IMDSPObject2,
                                      &IID_IMDSPObjectInfo};
    struct conf *c = wmdm_conf(w);
    IUnknown *identity = AS(IUnknown, file);

    for (size_t i = 0; i < ARRAY_SIZE(iids); i++) {
        IUnknown *one, *other, *back;

        if (!wmdm_has(w, file, iids[i]))
            continue;
        one = (IUnknown *)wmdm_query(w, file, iids[i]);
        other = AS(IUnknown, one);
        ROW("SP-STG-052.identity")
            CHECK(other == identity);
        back = (IUnknown *)wmdm_query(w, one, &IID_IMDSPStorage);
        RELEASE(back);
        RELEASE(other);
        RELEASE(one);
    }
    RELEASE(identity);
}

MADE_CASE(
    STORAGE_MADE_BV_06, "ANY", "All interfaces of a storage are of one object", CONF_MUST,
    "IUnknown of each interface that a file has; opened by one IMDSPObject, closed by another",
    "SP-STG-052")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage2 *two = AS(IMDSPStorage2, f->object);
    IMDSPObject *again = AS(IMDSPObject, two);

    same_identity(w, f->storage);
    wmdm_file_open(f, MDSP_READ);
    ROW("SP-STG-052.state")
        CHECK_HR(CALL(IMDSPObject, Close, again), S_OK);
    f->is_open = false;
    RELEASE(again);
    RELEASE(two);
}

/* ---- what the tree says of itself */
static unsigned steps_to_root(struct wmdm *w, IMDSPStorage *from, unsigned most)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *at = AS(IMDSPStorage4, from);
    unsigned steps = 0;

    while (steps <= most) {
        IMDSPStorage *parent = NULL;
        HRESULT hr = CALL(IMDSPStorage4, GetParent, at, &parent);

        if (hr != S_OK || !parent)
            break;
        RELEASE(at);
        at = AS(IMDSPStorage4, parent);
        RELEASE(parent);
        steps++;
    }
    RELEASE(at);
    return steps;
}

/* Defaults below, so many levels deep and one; and those whose parent does not say that it contains
 * one. */
static void look_for_default(struct wmdm *w, IMDSPStorage *parent, unsigned depth, unsigned *found,
                             unsigned *untold)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_list list = wmdm_children(w, parent);
    const DWORD either = WMDM_STORAGE_IS_DEFAULT | WMDM_STORAGE_CONTAINS_DEFAULT;
    DWORD of_parent = 0, attributes;

    (void)CALL(IMDSPStorage, GetAttributes, parent, &of_parent, NULL);
    for (size_t i = 0; i < list.count; i++) {
        attributes = 0;
        (void)CALL(IMDSPStorage, GetAttributes, list.item[i], &attributes, NULL);
        *found += !!(attributes & WMDM_STORAGE_IS_DEFAULT);
        *untold += (attributes & either) && !(of_parent & WMDM_STORAGE_CONTAINS_DEFAULT);
        if (depth && (attributes & WMDM_FILE_ATTR_FOLDER))
            look_for_default(w, list.item[i], depth - 1, found, untold);
    }
    wmdm_release_all(w, &list);
}

/* The same of all of the device: a medium itself can be its default. */
static void look_everywhere(struct wmdm *w, unsigned *found, unsigned *untold)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_list media = wmdm_roots(w, wmdm_device(w));

    for (size_t i = 0; i < media.count; i++) {
        DWORD attributes = 0;

        (void)CALL(IMDSPStorage, GetAttributes, media.item[i], &attributes, NULL);
        *found += !!(attributes & WMDM_STORAGE_IS_DEFAULT);
        look_for_default(w, media.item[i], 3, found, untold);
    }
    wmdm_release_all(w, &media);
}

MADE_CASE(STORAGE_MADE_BV_07, NESTED,
          "A medium says whether it has folders, and one place is default", CONF_MUST,
          "attributes of the device's media and of what is on them, four levels deep", "SP-STG-010",
          "SP-STG-014")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w);
    unsigned found = 0, untold = 0;

    ROW("SP-STG-010.hierarchy")
        CHECK(pv_attributes(w, wmdm_root(w)) & WMDM_STORAGE_ATTR_FOLDERS);
    look_everywhere(w, &found, &untold);
    ROW("SP-STG-014.one")
        CHECK(found <= 1);
    ROW("SP-STG-014.contains")
        CHECK_EQ(untold, 0);
    RELEASE(folder);
}

MADE_CASE(STORAGE_MADE_BV_08, "PROVIDER.STORAGE4 && " NESTED,
          "The way up is as long as the way down", CONF_MUST,
          "GetParent, again and again, from three levels below the medium; after a Move",
          "SP-STG-048")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = made_folder(w), *file = wmdm_put(w, folder, "f.bin", "x", 1);
    IMDSPStorage *inner = wmdm_create(w, folder, "to", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);

    ROW("SP-STG-048.depth") {
        CHECK_EQ(steps_to_root(w, file, 9), 3);
        CHECK_EQ(steps_to_root(w, wmdm_root(w), 9), 0);
    }
    ROW("SP-STG-048.moved") {
        if (conf_offers(c, "PROVIDER.OBJECT.MOVE")) {
            SETUP_CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                       NULL, inner);
            CHECK_EQ(steps_to_root(w, file, 9), 4);
        } else {
            conf_excused(c, 1, "nothing is moved");
        }
    }
    RELEASE(object);
    RELEASE(inner);
    RELEASE(file);
    RELEASE(folder);
}
