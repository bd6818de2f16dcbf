/* A library on the device, as an application of WMDM brings it there: libwmdm stands between the
 * synchronisation (spcore/sync) and the provider, and all of it keeps below the work folder. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_operation.h"
#include "spcore/com/com_guid.h"
#include "spcore/include/mdm.h"
#include "spcore/sync/sync.h"

struct whole {
    struct conf *c;
    struct wmdm *w;
    struct mdm_machine *machine;
    IWMDeviceManager3 *manager;
    IWMDMDevice *device;
    IWMDMStorage *root;
};

static void whole_close(struct whole *it)
{
    conf_in_provider(it->c, "the end of the application");
    if (it->root)
        IWMDMStorage_Release(it->root);
    if (it->device)
        IWMDMDevice_Release(it->device);
    if (it->manager)
        IWMDeviceManager3_Release(it->manager);
    mdm_machine_free(it->machine);
    conf_in_provider(it->c, NULL);
}
#define WHOLE __attribute__((cleanup(whole_close))) struct whole

static void path_of_song(struct whole *it, const char *name, char path[PATH_MAX])
{
    char below[64];

    snprintf(below, sizeof(below), "library/%s", name);
    wmdm_in_evidence(it->c, below, path);
}

/* ---- the application */
static void plug(struct whole *it)
{
    struct conf *c = it->c;
    const struct mdm_parameters parameters = {.UseExtendedWmdm = 1};
    IWMDMEnumDevice *devices = NULL;
    CLSID clsid;

    it->machine = mdm_machine_new();
    if (!it->machine || !com_guid_parse(conf_provider_class(c), &clsid))
        conf_setup_failed(c, "%s is no class id", conf_provider_class(c));
    wmdm_ours(c, "registering",
              mdm_machine_register_class(it->machine, wmdm_class_object_entry(c), &clsid,
                                         MDM_PLUG_AND_PLAY));
    wmdm_ours(c, "plugging", mdm_machine_plug(it->machine, conf_device_uri(c), &parameters));
    wmdm_ours(c, "the manager",
              SP_CALL("the application's beginning", mdm_open(it->machine, &it->manager, NULL)));
    wmdm_ours(c, "EnumDevices2",
              SP_CALL("EnumDevices2", IWMDeviceManager3_EnumDevices2(it->manager, &devices)));
    (void)IWMDMEnumDevice_Next(devices, 1, &it->device, NULL);
    IWMDMEnumDevice_Release(devices);
    if (!it->device)
        conf_refused(c, "IMDServiceProvider2::CreateDevice",
                     "an application sees no device: its instance has none");
}

/* The work folder, as the application has it; NULL: the medium takes no folders. */
static IWMDMStorage *work_folder(struct whole *it)
{
    struct conf *c = it->c;
    IWMDMStorage *folder = NULL, *root = NULL;
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage2 *storage = NULL;
    char *name;
    WCHAR *wide;

    if (wmdm_work_folder(it->w) == wmdm_root(it->w))
        return NULL;
    name = wmdm_name(it->w, wmdm_work_folder(it->w));
    wide = name ? com_utf16_from_utf8(name) : NULL;
    conf_in_provider(c, "finding the work folder");
    if (SUCCEEDED(IWMDMDevice_EnumStorage(it->device, &storages)))
        (void)IWMDMEnumStorage_Next(storages, 1, &root, NULL);
    if (root && SUCCEEDED(IWMDMStorage_QueryInterface(root, &IID_IWMDMStorage2, (void **)&storage)))
        (void)IWMDMStorage2_GetStorage(storage, wide, &folder);
    conf_in_provider(c, NULL);
    RELEASE(storage);
    RELEASE(root);
    RELEASE(storages);
    CoTaskMemFree(wide);
    free(name);
    if (!folder)
        conf_refused(c, "IMDSPStorage::EnumStorage", "another instance does not find the folder");
    return folder;
}

static void say(void *context, const struct sync_event *event)
{
    struct conf *c = context;

    if (event->kind == SYNC_EVENT_FAILED)
        conf_note(c, "%s: %s, 0x%08x", event->path, sync_failure_text(event->failure),
                  (unsigned)event->code);
}

static struct sync_result synchronise(struct whole *it)
{
    struct conf *c = it->c;
    char library[PATH_MAX], state[PATH_MAX];
    const struct sync_options options = {
        .library = library, .state = state, .root = it->root, .event = say, .context = c};
    struct sync_result result;

    wmdm_in_evidence(it->c, "library", library);
    wmdm_in_evidence(it->c, "state", state);
    conf_in_provider(c, "a synchronisation");
    sync_run(it->device, &options, &result);
    conf_in_provider(c, NULL);
    conf_note(c, "%zu steps, %zu left out%s%s", result.steps, result.failed,
              *result.reason ? ": " : "", result.reason);
    return result;
}

/* ---- the library and the device */
static void put(struct whole *it, const char *name, const char *content)
{
    char path[PATH_MAX];
    FILE *file;

    path_of_song(it, name, path);
    file = fopen(path, "we");
    if (!file || fputs(content, file) < 0 || fclose(file) != 0)
        conf_setup_failed(it->c, "%s cannot be written", path);
}

static void take(struct whole *it, const char *name)
{
    char path[PATH_MAX];

    path_of_song(it, name, path);
    (void)unlink(path);
}

/* By a path below the work folder; a reference of the caller's, NULL: no such. */
static IMDSPStorage *at(struct whole *it, const char *path)
{
    struct conf *c = it->c;
    IMDSPStorage *folder = wmdm_work_folder(it->w), *inner;
    char part[64];

    IMDSPStorage_AddRef(folder);
    for (size_t length; folder && *path; path += length + (path[length] == '/')) {
        length = strcspn(path, "/");
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        inner = wmdm_child(it->w, folder, part);
        RELEASE(folder);
        folder = inner;
    }
    return folder;
}

static bool holds(struct whole *it, const char *path, const char *content)
{
    struct conf *c = it->c;
    IMDSPStorage *file = at(it, path);
    size_t length = 0;
    BYTE *bytes = file ? wmdm_get(it->w, file, &length) : NULL;
    bool same = bytes && length == strlen(content) && memcmp(bytes, content, length) == 0;

    conf_note(c, "%s: %zu bytes%s", path, length, file ? "" : ", not there");
    free(bytes);
    RELEASE(file);
    return same;
}

/* First letters of what it refers to, in order. */
static bool refers(struct whole *it, const char *path, const char *letters)
{
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    IMDSPStorage *list = at(it, path), **items = NULL;
    IMDSPStorage4 *four = list ? AS(IMDSPStorage4, list) : NULL;
    char seen[8] = "";
    DWORD count = 0;

    if (four)
        REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, four, &count, &items), S_OK);
    for (DWORD i = 0; i < count; i++) {
        char *name = wmdm_name(w, items[i]);

        if (i < sizeof(seen) - 1)
            seen[i] = name ? name[0] : '?';
        free(name);
        RELEASE(items[i]);
    }
    CoTaskMemFree(items);
    RELEASE(four);
    RELEASE(list);
    return conf_same_text(c, seen, letters);
}

static void whole_open(struct conf *c, struct whole *it)
{
    static const char *const folders[] = {"library", "library/A"};
    char path[PATH_MAX];

    it->c = c;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        wmdm_in_evidence(it->c, folders[i], path);
        if (mkdir(path, 0777) != 0)
            conf_setup_failed(c, "%s cannot be made", path);
    }
    it->w = wmdm_open(c);
    plug(it);
    it->root = work_folder(it);
}

CONF_CASE(SYNC_WHOLE_BV_01, .title = "A library is on the device, changes with it, and then rests",
          .reqs = REQS("SP-SYNC-009"), .level = CONF_SHOULD,
          .ics = "PROVIDER.SYNC && PROVIDER.PNP && PROVIDER.PLAYLISTS && PROVIDER.MEDIUM.NESTED && "
                 "PROVIDER.STORAGE4 && PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "three songs and a playlist are synchronised twice; one is changed, one deleted, "
              "one new, the playlist another; twice again")
{
    WHOLE it = {0};
    struct sync_result result;

    whole_open(c, &it);
    put(&it, "A/a.mp3", "first of all");
    put(&it, "A/b.mp3", "second");
    put(&it, "c.mp3", "third, and more of it");
    put(&it, "mix.m3u", "c.mp3\nA/b.mp3\nA/a.mp3\n");
    ROW("SP-SYNC-009.equal") {
        result = synchronise(&it);
        CHECK_EQ(result.end, SYNC_WHOLE);
        CHECK(holds(&it, "Music/A/a.mp3", "first of all"));
        CHECK(holds(&it, "Music/A/b.mp3", "second"));
        CHECK(holds(&it, "Music/c.mp3", "third, and more of it"));
        CHECK(refers(&it, "Playlists/mix", "cba"));
    }
    ROW("SP-SYNC-009.idle") {
        result = synchronise(&it);
        CHECK(result.end == SYNC_WHOLE && result.steps == 0);
    }
    put(&it, "A/a.mp3", "another first");
    take(&it, "A/b.mp3");
    put(&it, "d.mp3", "fourth");
    put(&it, "mix.m3u", "d.mp3\nA/a.mp3\n");
    ROW("SP-SYNC-009.follows") {
        result = synchronise(&it);
        CHECK_EQ(result.end, SYNC_WHOLE);
        CHECK(holds(&it, "Music/A/a.mp3", "another first"));
        CHECK(!holds(&it, "Music/A/b.mp3", "second"));
        CHECK(holds(&it, "Music/d.mp3", "fourth"));
        CHECK(refers(&it, "Playlists/mix", "da"));
    }
    ROW("SP-SYNC-009.idle") {
        result = synchronise(&it);
        CHECK(result.end == SYNC_WHOLE && result.steps == 0);
    }
}
