/* What an application's calls of IWMDMStorageControl come to at a provider that records: files,
 * changes, threads. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/host/recorder/recorder.h"
#include "spcore/base.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

enum { SIZE = 1000, INTO = WMDM_STORAGECONTROL_INSERTINTO | WMDM_CONTENT_FILE };

static struct recorder *tape;
static struct mdm_machine *machine;
static IWMDeviceManager3 *manager;
static IWMDMStorage *root, *file;
static IWMDMStorageControl3 *of_root, *of_file;
static char path[] = "/tmp/test_mdm_change_XXXXXX";
static WCHAR wide[sizeof(path)];

static IWMDMStorage *first(IWMDMEnumStorage *storages)
{
    IWMDMStorage *storage = NULL;

    cr_assert_eq(IWMDMEnumStorage_Next(storages, 1, &storage, NULL), S_OK);
    IWMDMEnumStorage_Release(storages);
    return storage;
}

static void begin(void)
{
    const struct mdm_parameters parameters = {.UseExtendedWmdm = 1, .OptimalTransferSize = 400};
    IWMDMEnumStorage *storages = NULL;
    IWMDMDevice *device = NULL;

    tape = calloc(1, sizeof(*tape));
    *tape = (struct recorder){
        .version_3 = true, .device_3 = true, .storage_4 = true, .object_2 = true, .devices = 1};
    recorder_bind(tape);
    machine = mdm_machine_new();
    mdm_machine_register_class(machine, recorder_get_class_object, &recorder_clsid,
                               MDM_PLUG_AND_PLAY);
    cr_assert_eq(mdm_machine_plug(machine, "path", &parameters), S_OK);
    cr_assert_eq(mdm_open(machine, &manager, NULL), S_OK);
    cr_assert_eq(IWMDeviceManager3_GetDeviceFromCanonicalName(manager, u"path$0", &device), S_OK);
    IWMDMDevice_EnumStorage(device, &storages);
    root = first(storages);
    IWMDMStorage_EnumStorage(root, &storages);
    file = first(storages);
    IWMDMDevice_Release(device);
    IWMDMStorage_QueryInterface(root, &IID_IWMDMStorageControl3, (void **)&of_root);
    IWMDMStorage_QueryInterface(file, &IID_IWMDMStorageControl3, (void **)&of_file);
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof(path); i++)
        wide[i] = (WCHAR)path[i];
    recorder_clear(tape);
}

static void end(void)
{
    IWMDMStorageControl3_Release(of_file);
    IWMDMStorageControl3_Release(of_root);
    IWMDMStorage_Release(file);
    IWMDMStorage_Release(root);
    IWMDeviceManager3_Release(manager);
    mdm_machine_free(machine);
    unlink(path);
    for (unsigned i = 0; i < 3000 && com_module_busy(); i++) /* a thread on its way out */
        usleep(1000);
    cr_assert_eq(tape->instances, 0);
    cr_assert_not(com_module_busy());
    free(tape);
}

TestSuite(mdm_change, .init = begin, .fini = end);

/* ---- local files */
static void fill(size_t size)
{
    FILE *local = fopen(path, "wb");

    for (size_t i = 0; i < size; i++)
        fputc((int)(i % 251), local);
    fclose(local);
}

static size_t local_size(void)
{
    FILE *local = fopen(path, "rb");
    long size;

    cr_assert_not_null(local);
    fseek(local, 0, SEEK_END);
    size = ftell(local);
    fclose(local);
    return (size_t)size;
}

Test(mdm_change, a_local_file_is_inserted_under_its_own_name)
{
    IWMDMStorage *made = NULL;
    WCHAR name[64];
    char *text;

    fill(SIZE);
    cr_assert_eq(
        IWMDMStorageControl3_Insert(of_root, WMDM_MODE_BLOCK | INTO, wide, NULL, NULL, &made),
        S_OK);
    cr_assert_eq(tape->length, SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        cr_assert_eq(tape->content[i], i % 251);
    cr_assert_eq(IWMDMStorage_GetName(made, name, 64), S_OK);
    text = com_utf8_from_utf16(name);
    cr_assert_str_eq(text, path + strlen("/tmp/"));
    CoTaskMemFree(text);
    IWMDMStorage_Release(made);
}

Test(mdm_change, a_local_file_of_nothing_is_inserted_too)
{
    cr_assert_eq(
        IWMDMStorageControl3_Insert(of_root, WMDM_MODE_BLOCK | INTO, wide, NULL, NULL, NULL), S_OK);
    cr_assert_eq(recorder_count(tape, "Open"), 1);
    cr_assert_eq(recorder_count(tape, "Close"), 1);
    cr_assert_eq(recorder_count(tape, "WriteOnClearChannel"), 0);
}

Test(mdm_change, a_local_file_that_is_not_there_creates_nothing)
{
    cr_assert_eq(IWMDMStorageControl3_Insert(of_root, WMDM_MODE_BLOCK | INTO, u"/nowhere/x.mp3",
                                             NULL, NULL, NULL),
                 HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    cr_assert_eq(recorder_count(tape, "CreateStorageWithMetadata"), 0);
}

Test(mdm_change, a_query_creates_nothing_and_says_whether_it_fits)
{
    const DWORD mode = WMDM_MODE_BLOCK | INTO | WMDM_MODE_QUERY;

    fill(SIZE);
    cr_assert_eq(IWMDMStorageControl3_Insert(of_root, mode, wide, NULL, NULL, NULL), S_OK);
    cr_assert_eq(truncate(path, RECORDER_CONTENT + 1), 0);
    cr_assert_eq(IWMDMStorageControl3_Insert(of_root, mode, wide, NULL, NULL, NULL),
                 HRESULT_FROM_WIN32(ERROR_DISK_FULL));
    cr_assert_eq(recorder_count(tape, "CreateStorageWithMetadata"), 0);
}

Test(mdm_change, a_folder_is_created_without_what_is_in_it)
{
    cr_assert_eq(IWMDMStorageControl3_Insert3(
                     of_root,
                     WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO | WMDM_CONTENT_FOLDER,
                     WMDM_FILE_ATTR_FOLDER, u"/tmp", u"Music", NULL, NULL, NULL, NULL, NULL),
                 S_OK);
    cr_assert_not_null(strstr(tape->log, "CreateStorageWithMetadata(0x808,0)"), "%s", tape->log);
    cr_assert_eq(recorder_count(tape, "Open"), 0);
}

Test(mdm_change, modes_that_exclude_each_other_are_refused)
{
    static const DWORD modes[] = {INTO,
                                  WMDM_MODE_BLOCK | WMDM_CONTENT_FILE,
                                  WMDM_MODE_BLOCK | INTO | WMDM_STORAGECONTROL_INSERTAFTER,
                                  WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                                  WMDM_MODE_BLOCK | INTO | WMDM_CONTENT_FOLDER,
                                  WMDM_MODE_BLOCK | INTO | WMDM_CONTENT_OPERATIONINTERFACE};

    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        cr_assert_eq(IWMDMStorageControl3_Insert(of_root, modes[i], wide, NULL, NULL, NULL),
                     E_INVALIDARG, "%zu", i);
    cr_assert_str_empty(tape->log);
}

Test(mdm_change, a_file_is_read_into_a_local_one)
{
    tape->length = SIZE;
    cr_assert_eq(
        IWMDMStorageControl3_Read(of_file, WMDM_MODE_BLOCK | WMDM_CONTENT_FILE, wide, NULL, NULL),
        S_OK);
    cr_assert_eq(local_size(), SIZE);
}

Test(mdm_change, a_read_that_fails_leaves_no_local_file)
{
    tape->length = SIZE;
    tape->fails = "ReadOnClearChannel";
    tape->fails_at = 2;
    tape->failure = WMDM_E_INTERFACEDEAD;
    cr_assert_eq(
        IWMDMStorageControl3_Read(of_file, WMDM_MODE_BLOCK | WMDM_CONTENT_FILE, wide, NULL, NULL),
        WMDM_E_INTERFACEDEAD);
    cr_assert_eq(access(path, F_OK), -1);
}

/* ---- changes */
Test(mdm_change, a_file_is_deleted_as_the_documents_want_it)
{
    cr_assert_eq(IWMDMStorageControl3_Delete(of_file, WMDM_MODE_BLOCK, NULL), S_OK);
    cr_assert_not_null(strstr(tape->log, "Delete(0x1001)"), "%s", tape->log);
}

Test(mdm_change, a_folder_is_deleted_as_the_application_wants_it)
{
    cr_assert_eq(IWMDMStorageControl3_Delete(of_root, WMDM_MODE_BLOCK, NULL), S_OK);
    cr_assert_not_null(strstr(tape->log, "Delete(0x1)"), "%s", tape->log);
    recorder_clear(tape);
    cr_assert_eq(IWMDMStorageControl3_Delete(of_root, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL),
                 S_OK);
    cr_assert_not_null(strstr(tape->log, "Delete(0x1001)"), "%s", tape->log);
}

Test(mdm_change, a_name_and_a_place_reach_the_provider)
{
    cr_assert_eq(IWMDMStorageControl3_Rename(of_file, WMDM_MODE_BLOCK, u"three", NULL), S_OK);
    cr_assert_not_null(strstr(tape->log, "Rename(three)"), "%s", tape->log);
    cr_assert_eq(IWMDMStorageControl3_Move(
                     of_file, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO, root, NULL),
                 S_OK);
    cr_assert_not_null(strstr(tape->log, "Move(0x801)"), "%s", tape->log);
}

Test(mdm_change, nothing_is_moved_to_what_is_nobodys)
{
    cr_assert_eq(IWMDMStorageControl3_Move(of_file,
                                           WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                                           (IWMDMStorage *)manager, NULL),
                 E_INVALIDARG);
    cr_assert_str_empty(tape->log);
}

/* ---- threads: each ends by telling so once */
struct told {
    struct com_object com;
    IWMDMProgress IWMDMProgress_iface;
};
COM_INTERFACE(told, IWMDMProgress)

static atomic_uint ends, gone;

static HRESULT STDMETHODCALLTYPE told_Begin(IWMDMProgress *This, DWORD dwEstimatedTicks)
{
    (void)This, (void)dwEstimatedTicks;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE told_End(IWMDMProgress *This)
{
    (void)This;
    ends++;
    return S_OK;
}

static const IWMDMProgressVtbl told_vtbl = {
    COM_UNKNOWN_SLOTS(told, IWMDMProgress),
    .Begin = told_Begin,
    .Progress = told_Begin,
    .End = told_End,
};
static const struct com_interface told_interfaces[] = {COM_MAP(told, IUnknown, IWMDMProgress),
                                                       COM_MAP(told, IWMDMProgress, IWMDMProgress),
                                                       COM_MAP_END};

static void told_destroy(struct com_object *object)
{
    free(object);
    gone++;
}

static const struct com_class told_class = {"told", told_interfaces, told_destroy};

static IWMDMProgress *progress(void)
{
    struct told *told = calloc(1, sizeof(*told));

    told->IWMDMProgress_iface.lpVtbl = &told_vtbl;
    com_object_init(&told->com, &told_class);
    return &told->IWMDMProgress_iface;
}

/* The callback is the operation's alone, and goes when it has ended, as the last thing of all. */
static void ended(IWMDMProgress *callback)
{
    IWMDMProgress_Release(callback);
    for (unsigned i = 0; i < 3000 && !gone; i++)
        usleep(1000);
    cr_assert_eq(gone, 1);
    cr_assert_eq(ends, 1);
}

Test(mdm_change, a_deletion_in_a_thread_tells_its_end)
{
    IWMDMProgress *callback = progress();

    cr_assert_eq(IWMDMStorageControl3_Delete(of_file, WMDM_MODE_THREAD, callback), S_OK);
    ended(callback);
}

Test(mdm_change, a_failed_renaming_in_a_thread_tells_its_end)
{
    IWMDMProgress *callback = progress();

    tape->fails = "Rename";
    tape->failure = WMDM_E_BUSY;
    cr_assert_eq(IWMDMStorageControl3_Rename(of_file, WMDM_MODE_THREAD, u"three", callback), S_OK);
    ended(callback);
}

Test(mdm_change, a_read_in_a_thread_tells_its_end)
{
    IWMDMProgress *callback = progress();

    tape->length = SIZE;
    cr_assert_eq(IWMDMStorageControl3_Read(of_file, WMDM_MODE_THREAD | WMDM_CONTENT_FILE, wide,
                                           callback, NULL),
                 S_OK);
    ended(callback);
    cr_assert_eq(local_size(), SIZE);
}

/* Only the provider can be busy from the moment on in which the call returns. */
Test(mdm_change, a_format_in_a_thread_is_the_providers)
{
    IWMDMStorageGlobals *globals = NULL;
    IWMDMProgress *callback = progress();

    cr_assert_eq(IWMDMStorage_GetStorageGlobals(root, &globals), S_OK);
    cr_assert_eq(IWMDMStorageGlobals_Initialize(globals, WMDM_MODE_THREAD, callback), S_OK);
    ended(callback);
    cr_assert_not_null(strstr(tape->log, "Initialize(0x2)"), "%s", tape->log);
    IWMDMStorageGlobals_Release(globals);
}

Test(mdm_change, block_mode_wins_over_thread_mode)
{
    cr_assert_eq(IWMDMStorageControl3_Delete(of_file, WMDM_MODE_THREAD | WMDM_MODE_BLOCK, NULL),
                 S_OK);
    cr_assert_eq(recorder_count(tape, "Delete"), 1);
}
