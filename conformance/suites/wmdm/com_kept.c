/* References that stay with a provider: what fails hands out none and keeps none, and what is done
 * with an interface keeps none of it when it is over. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "spcore/base.h"

#define AFILE (WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO)
#define LISTS "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4"

/* ---- what fails */
static void create_device_of_nothing(struct wmdm *w)
{
    struct wmdm_created made = wmdm_created_new(w, "usbip:127.0.0.1:1/9-9");

    wmdm_created_release(w, &made);
}

static void create_what_is_there(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.bin", "x", 1), *made = NULL;

    (void)CALL(IMDSPStorage, CreateStorage, wmdm_work_folder(w), AFILE, NULL, u"f.bin", &made);
    RELEASE(made);
    (void)CALL(IMDSPStorage, CreateStorage, file, AFILE, NULL, u"in.bin", &made);
    RELEASE(made);
    RELEASE(file);
}

static void use_what_is_closed(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.bin", "x", 1);
    IMDSPObject *object = AS(IMDSPObject, file);
    BYTE data[4];
    DWORD size = sizeof(data);

    (void)wmdm_read(w, object, data, &size);
    size = 1;
    (void)wmdm_write(w, object, "y", &size);
    (void)CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, 0);
    (void)CALL(IMDSPObject, Close, object);
    (void)CALL(IMDSPObject, Open, object, 0);
    RELEASE(object);
    RELEASE(file);
}

static void change_what_cannot(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *root = AS(IMDSPObject, wmdm_root(w));

    (void)CALL(IMDSPObject, Delete, root, 0, NULL);
    (void)CALL(IMDSPObject, Rename, root, u"", NULL);
    (void)CALL(IMDSPObject, Move, root, WMDM_MODE_BLOCK, NULL, wmdm_root(w));
    (void)CALL(IMDSPStorageGlobals, Initialize, wmdm_globals(w), 0, NULL);
    RELEASE(root);
}

/* ---- what is done */
static void refer(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *songs[2] = {wmdm_put(w, wmdm_work_folder(w), "a.mp3", "a", 1),
                              wmdm_put(w, wmdm_work_folder(w), "b.mp3", "b", 1)};
    IWMDMMetaData *tags = wmdm_metadata_new();
    IMDSPStorage *list, **items = NULL;
    IMDSPStorage4 *four;
    DWORD count = 0;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    list = wmdm_create(w, wmdm_work_folder(w), "Mix", WMDM_FILE_ATTR_FILE, 0, tags);
    four = AS(IMDSPStorage4, list);
    (void)CALL(IMDSPStorage4, SetReferences, four, 2, songs);
    (void)CALL(IMDSPStorage4, GetReferences, four, &count, &items);
    for (DWORD i = 0; items && i < count; i++)
        RELEASE(items[i]);
    CoTaskMemFree(items);
    IWMDMMetaData_Release(tags);
    RELEASE(four);
    RELEASE(list);
    for (size_t i = 0; i < ARRAY_SIZE(songs); i++)
        RELEASE(songs[i]);
}

static void enumerate(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.bin", "x", 1), *item = NULL;
    IMDSPEnumStorage *children = NULL, *clone = NULL;
    DWORD got = 0;

    SETUP_CALL(IMDSPStorage, EnumStorage, wmdm_work_folder(w), &children);
    (void)CALL(IMDSPEnumStorage, Next, children, 1, &item, &got);
    RELEASE(item);
    (void)CALL(IMDSPEnumStorage, Clone, children, &clone);
    RELEASE(clone);
    (void)CALL(IMDSPEnumStorage, Skip, children, 9, &got);
    (void)CALL(IMDSPEnumStorage, Next, children, 1, &item, &got);
    (void)CALL(IMDSPEnumStorage, Reset, children);
    RELEASE(children);
    RELEASE(file);
}

static void transfer(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDirectTransfer *direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    WCHAR *path = wmdm_source(c, "source.bin", "x", 1, 0);

    wmdm_made(w, "sent.mp3");
    (void)CALL(IMDSPDirectTransfer, TransferToDevice, direct, path, NULL, WMDM_CONTENT_FILE,
               u"sent.mp3", NULL, NULL, NULL);
    CoTaskMemFree(path);
    RELEASE(direct);
}

static const struct step {
    const char *what, *ics, *row;
    void (*run)(struct wmdm *w);
} steps[] = {
    {"CreateDevice of nothing", "PROVIDER.PNP", "SP-LIFE-007.failed", create_device_of_nothing},
    {"a CreateStorage that fails", "ANY", "SP-LIFE-007.failed", create_what_is_there},
    {"use of a closed file", "ANY", "SP-LIFE-007.failed", use_what_is_closed},
    {"Delete, Rename, Move and Initialize that fail", "ANY", "SP-LIFE-007.failed",
     change_what_cannot},
    {"SetReferences and GetReferences", LISTS, "SP-LIFE-007.done", refer},
    {"Next, Clone, Skip and Reset", "ANY", "SP-LIFE-007.done", enumerate},
    {"TransferToDevice without room for the object", "PROVIDER.DIRECT", "SP-LIFE-007.done",
     transfer},
};

CONF_CASE(COM_KEPT_BV_01, .title = "What fails keeps no reference, nor does what is done",
          .reqs = REQS("SP-LIFE-007"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "CreateDevice, CreateStorage, Read, Write, Seek, Close, Open, Delete, Rename, "
                   "Move and Initialize that fail; references of a playlist, an enumerator, a "
                   "transfer; after each all is released: DllCanUnloadNow")
{
    wmdm_can_unload_now unload = wmdm_can_unload_entry(c);

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct wmdm *w;

        if (!conf_offers(c, steps[i].ics))
            continue;
        w = wmdm_open(c);
        steps[i].run(w);
        wmdm_close(w);
        conf_note(c, "it was %s", steps[i].what);
        ROW(steps[i].row) {
            if (!CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK))
                return; /* nor is it let go by what comes next */
        }
    }
}

/* ---- what is the caller's */

/* An interface that was given to the provider, all of which is released: the caller's is the last.
 */
static void check_given(struct conf *c, const char *what, ULONG left)
{
    conf_note(c, "it was %s", what);
    ROW("SP-LIFE-007.given")
        CHECK_EQ(left, 0);
}

CONF_CASE(COM_KEPT_BV_02, .title = "What a provider is given is the caller's when all is released",
          .reqs = REQS("SP-LIFE-007"), .ics = "PROVIDER.STORAGE3",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "GetMetadata and SetMetadata with a list each, Delete with a progress; all of "
                   "the provider is released, then what it was given")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.mp3", "x", 1);
    IMDSPStorage3 *three = AS(IMDSPStorage3, file);
    IMDSPObject *object = AS(IMDSPObject, file);
    IWMDMMetaData *read = wmdm_metadata_new(), *set = wmdm_metadata_new();
    struct wmdm_progress_record record = {0};
    IWMDMProgress3 *progress = wmdm_progress_new(&record);

    wmdm_metadata_add_string(set, g_wszWMDMTitle, "Tone");
    (void)CALL(IMDSPStorage3, GetMetadata, three, read);
    (void)CALL(IMDSPStorage3, SetMetadata, three, set);
    (void)CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE,
               (IWMDMProgress *)progress);
    RELEASE(object);
    RELEASE(three);
    RELEASE(file);
    wmdm_close(w);
    check_given(c, "a list for GetMetadata", IWMDMMetaData_Release(read));
    check_given(c, "a list for SetMetadata", IWMDMMetaData_Release(set));
    check_given(c, "a progress for Delete", IWMDMProgress3_Release(progress));
}

CONF_CASE(COM_KEPT_BV_03, .title = "So is what a transfer is given", .reqs = REQS("SP-LIFE-007"),
          .ics = "PROVIDER.DIRECT", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "TransferToDevice with an operation, a list and a progress; all of the provider "
                   "is released, then what it was given")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDirectTransfer *direct = AS(IMDSPDirectTransfer, wmdm_work_folder(w));
    struct wmdm_operation_record sent = {.data = (const BYTE *)"xy", .length = 2, .block = 1};
    struct wmdm_progress_record record = {0};
    IWMDMOperation *operation = wmdm_operation_new(w, &sent, true);
    IWMDMMetaData *tags = wmdm_metadata_new();
    IWMDMProgress3 *progress = wmdm_progress_new(&record);

    wmdm_made(w, "sent.mp3");
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Tone");
    (void)CALL(IMDSPDirectTransfer, TransferToDevice, direct, NULL, operation,
               WMDM_CONTENT_OPERATIONINTERFACE, u"sent.mp3", tags, (IWMDMProgress *)progress, NULL);
    RELEASE(direct);
    wmdm_close(w);
    check_given(c, "an operation for TransferToDevice", operation->lpVtbl->Release(operation));
    check_given(c, "a list for TransferToDevice", IWMDMMetaData_Release(tags));
    check_given(c, "a progress for TransferToDevice", IWMDMProgress3_Release(progress));
}
