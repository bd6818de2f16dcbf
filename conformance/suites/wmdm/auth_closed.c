/* What is not done for somebody who has not authenticated: methods of a fresh instance, and what a
 * refused call leaves of a device whose objects were fetched before its channel was shut (reading
 * U6). That every method of every object refuses is swept: sweep_gone.c. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_handshake.h"
#include "conformance/wmdm/wmdm_player.h"

/* ---- a fresh instance */
CONF_CASE(AUTH_CLOSED_BI_01, .title = "GetDeviceCount and EnumDevices refuse before authentication",
          .reqs = REQS("SP-AUTH-015"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Both on a fresh instance")
{
    struct wmdm *w = wmdm_new(c);
    IMDSPEnumDevice *devices = NULL;

    ROW("SP-AUTH-015.count")
        CHECK_HR(wmdm_device_count(w), WMDM_E_NOTCERTIFIED);
    ROW("SP-AUTH-015.enumerator")
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices),
                 WMDM_E_NOTCERTIFIED);
}

/* An address at which nothing is but an ear: who comes there is let go at once and counted. */
struct ear {
    int listener, stop[2];
    pthread_t thread;
    unsigned heard;
    char uri[64];
};

static void let_in(struct ear *ear)
{
    int peer;

    while ((peer = accept4(ear->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        ear->heard++;
        close(peer);
    }
}

/* Until it is told to stop; who connected before that waits in the queue and is counted. */
static void *listen_on(void *context)
{
    struct ear *ear = context;
    struct pollfd fds[2] = {{ear->listener, POLLIN, 0}, {ear->stop[0], POLLIN, 0}};

    while (poll(fds, 2, -1) >= 0 && !fds[1].revents)
        let_in(ear);
    let_in(ear);
    return NULL;
}

static void ear_open(struct conf *c, struct ear *ear)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(name);

    ear->heard = 0;
    ear->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ear->listener < 0 || bind(ear->listener, (struct sockaddr *)&name, sizeof(name)) < 0 ||
        listen(ear->listener, 4) < 0 ||
        getsockname(ear->listener, (struct sockaddr *)&name, &length) < 0 || pipe(ear->stop) < 0 ||
        pthread_create(&ear->thread, NULL, listen_on, ear) != 0)
        conf_setup_failed(c, "no address to listen at");
    snprintf(ear->uri, sizeof(ear->uri), "usbip:127.0.0.1:%u/1-1", ntohs(name.sin_port));
}

static unsigned ear_close(struct ear *ear)
{
    close(ear->stop[1]);
    pthread_join(ear->thread, NULL);
    close(ear->stop[0]);
    close(ear->listener);
    return ear->heard;
}

/* Over other paths than those of USB/IP nobody can listen. */
static void nothing_is_opened(struct wmdm *w, IMDServiceProvider2 *provider)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice **devices = NULL;
    unsigned connections;
    DWORD count = 0;
    struct ear ear;
    WCHAR *path;

    if (strncmp(conf_device_uri(c), "usbip:", 6) != 0) {
        conf_excused(c, 1, "the device's path is none of USB/IP");
        return;
    }
    ear_open(c, &ear);
    path = com_utf16_from_utf8(ear.uri);
    /* Without its arguments: the port is another one in each run. */
    (void)SP_HR("IMDServiceProvider2::CreateDevice",
                IMDServiceProvider2_CreateDevice(provider, path, &count, &devices));
    CoTaskMemFree(path);
    connections = ear_close(&ear);
    CHECK_EQ(connections, 0);
}

CONF_CASE(AUTH_CLOSED_BI_02,
          .title = "CreateDevice and SetDeviceEnumPreference refuse before authentication",
          .reqs = REQS("SP-AUTH-016"), .ics = "PROVIDER.PNP", .needs = CONF_PROVIDER,
          .steps = "Both on a fresh instance, CreateDevice with the device's path and with one at "
                   "which only the judge listens")
{
    struct wmdm *w = wmdm_new(c);
    IMDServiceProvider2 *two = AS(IMDServiceProvider2, wmdm_provider(w));
    WCHAR *path = com_utf16_from_utf8(conf_device_uri(c));
    IMDServiceProvider3 *three;
    IMDSPDevice **array = NULL;
    DWORD count = 0;

    ROW("SP-AUTH-016.create")
        CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, path, &count, &array),
                 WMDM_E_NOTCERTIFIED);
    ROW("SP-AUTH-016.unopened")
        nothing_is_opened(w, two);
    if (conf_offers(c, "PROVIDER.PREFERENCE")) {
        three = AS(IMDServiceProvider3, wmdm_provider(w));
        ROW("SP-AUTH-016.preference")
            CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, three, 0),
                     WMDM_E_NOTCERTIFIED);
        RELEASE(three);
    }
    CoTaskMemFree(path);
    RELEASE(two);
}

CONF_CASE(AUTH_CLOSED_BI_03, .title = "Authentication is checked before the arguments",
          .reqs = REQS("SP-AUTH-024"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "NULL arguments before the handshake, and GetDeviceCount(NULL) after it")
{
    struct wmdm *w = wmdm_new(c);
    IMDServiceProvider *provider = wmdm_provider(w);
    IMDServiceProvider2 *two;

    ROW("SP-AUTH-024.count")
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, provider, NULL), WMDM_E_NOTCERTIFIED);
    ROW("SP-AUTH-024.enumerator")
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, provider, NULL), WMDM_E_NOTCERTIFIED);
    if (conf_offers(c, "PROVIDER.PNP")) {
        two = AS(IMDServiceProvider2, provider);
        ROW("SP-AUTH-024.create")
            CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, NULL, NULL, NULL),
                     WMDM_E_NOTCERTIFIED);
        RELEASE(two);
    }
    wmdm_step(c, "handshake", "the handshake", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    ROW("SP-AUTH-024.after")
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, provider, NULL), E_INVALIDARG);
}

/* ---- an object whose channel was shut */

static IMDSPStorage *fresh_child(struct wmdm *w, const char *name)
{
    return wmdm_child(w, wmdm_work_folder(w), name);
}

/* By its content, or by its size where the provider reads nothing. */
static void check_content(struct wmdm *w, const char *name, const char *content)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = fresh_child(w, name);
    size_t length = 0;
    BYTE *now;

    REQUIRE(file);
    CHECK_EQ(pv_size(w, file), strlen(content));
    if (conf_offers(c, "PROVIDER.OBJECT.READ")) {
        now = wmdm_get(w, file, &length);
        CHECK_BYTES(now, length, content, strlen(content));
        free(now);
    }
    RELEASE(file);
}

static void check_presence(struct wmdm *w, const char *name, bool expected)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = fresh_child(w, name);

    CHECK_EQ(file != NULL, expected);
    RELEASE(file);
}

static void open_again(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);

    wmdm_step(c, "handshake", "the second handshake", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
}

CONF_CASE(AUTH_SHUT_BI_05, .title = "A refused Write or Delete leaves the content as it is",
          .reqs = REQS("SP-AUTH-021"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Write and, where offered, WriteOnClearChannel on an open file, Delete of "
                   "another, all on a shut channel; then the content of both, or its size")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *written = wmdm_put(w, wmdm_work_folder(w), "written.bin", "content", 7);
    IMDSPStorage *deleted = wmdm_put(w, wmdm_work_folder(w), "deleted.bin", "content", 7);
    IMDSPObject *open = AS(IMDSPObject, written), *object = AS(IMDSPObject, deleted);
    IMDSPObject2 *two = conf_offers(c, "PROVIDER.OBJECT2") ? AS(IMDSPObject2, written) : NULL;
    BYTE data[4] = "over", mac[WMDM_MAC_LENGTH];
    DWORD size = sizeof(data);

    SETUP_CALL(IMDSPObject, Open, open, MDSP_WRITE);
    wmdm_mac(w, data, sizeof(data), &size, sizeof(size), mac);
    wmdm_shut(w);
    ROW("SP-AUTH-021.written") {
        (void)CALL(IMDSPObject, Write, open, data, &size, mac);
        size = sizeof(data);
        if (two)
            (void)CALL(IMDSPObject2, WriteOnClearChannel, two, data, &size);
    }
    ROW("SP-AUTH-021.deleted")
        (void)CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK, NULL);
    RELEASE(two);
    RELEASE(open);
    RELEASE(object);
    RELEASE(written);
    RELEASE(deleted);
    open_again(w);
    ROW("SP-AUTH-021.written")
        check_content(w, "written.bin", "content");
    ROW("SP-AUTH-021.deleted")
        check_content(w, "deleted.bin", "content");
}

/* WMDM/Title; free(). */
static char *title_of(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage3 *three = AS(IMDSPStorage3, storage);
    IWMDMMetaData *list = wmdm_metadata_new();
    char *title;

    SETUP_CALL(IMDSPStorage3, GetMetadata, three, list);
    title = wmdm_metadata_string(list, g_wszWMDMTitle);
    RELEASE(list);
    RELEASE(three);
    return title;
}

CONF_CASE(AUTH_SHUT_BI_08, .title = "A refused call has no effect on the device",
          .reqs = REQS("SP-AUTH-023"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Rename and CreateStorage on a shut channel; then the names in the folder")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "named.bin", "content", 7), *made = NULL;
    IMDSPObject *object = AS(IMDSPObject, file);

    wmdm_made(w, "made.bin");
    wmdm_made(w, "renamed.bin");
    wmdm_shut(w);
    ROW("SP-AUTH-023.renamed")
        (void)CALL(IMDSPObject, Rename, object, u"renamed.bin", NULL);
    ROW("SP-AUTH-023.made")
        (void)CALL(IMDSPStorage, CreateStorage, wmdm_work_folder(w),
                   WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, NULL, u"made.bin", &made);
    RELEASE(made);
    RELEASE(object);
    RELEASE(file);
    open_again(w);
    ROW("SP-AUTH-023.renamed") {
        check_presence(w, "named.bin", true);
        check_presence(w, "renamed.bin", false);
    }
    ROW("SP-AUTH-023.made")
        check_presence(w, "made.bin", false);
}

CONF_CASE(AUTH_SHUT_BI_09, .title = "A refused SetMetadata sets nothing",
          .reqs = REQS("SP-AUTH-023"), .ics = "PROVIDER.STORAGE.METADATA",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A song's title set, another one on a shut channel; then the title")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *song = wmdm_put(w, wmdm_work_folder(w), "song.mp3", "content", 7);
    IMDSPStorage3 *three = AS(IMDSPStorage3, song);
    IWMDMMetaData *list = wmdm_metadata_new(), *other = wmdm_metadata_new();
    char *before, *after;

    wmdm_metadata_add_string(list, g_wszWMDMTitle, "before");
    wmdm_metadata_add_string(other, g_wszWMDMTitle, "after");
    (void)CALL(IMDSPStorage3, SetMetadata, three, list);
    before = title_of(w, song);
    wmdm_shut(w);
    ROW("SP-AUTH-023.metadata")
        (void)CALL(IMDSPStorage3, SetMetadata, three, other);
    RELEASE(list);
    RELEASE(other);
    RELEASE(three);
    RELEASE(song);
    open_again(w);
    song = fresh_child(w, "song.mp3");
    ROW("SP-AUTH-023.metadata") {
        REQUIRE(song);
        after = title_of(w, song);
        CHECK_EQ(after != NULL, before != NULL);
        CHECK(!after || !before || strcmp(after, before) == 0);
        free(after);
    }
    free(before);
    RELEASE(song);
}

CONF_CASE(AUTH_SHUT_BI_10, .title = "A refused SetAttributes sets nothing",
          .reqs = REQS("SP-AUTH-023"), .ics = "PROVIDER.STORAGE.ATTRIBUTES",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetAttributes READONLY of a file on a shut channel; then its attributes")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "free.bin", "content", 7);

    wmdm_shut(w);
    ROW("SP-AUTH-023.attributes")
        (void)CALL(IMDSPStorage, SetAttributes, file, WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_READONLY,
                   NULL);
    RELEASE(file);
    open_again(w);
    file = fresh_child(w, "free.bin");
    ROW("SP-AUTH-023.attributes") {
        REQUIRE(file);
        CHECK_EQ(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY, 0);
    }
    RELEASE(file);
}

CONF_CASE(AUTH_SHUT_BI_11, .title = "A refused Move moves nothing", .reqs = REQS("SP-AUTH-023"),
          .ics = "PROVIDER.OBJECT.MOVE && PROVIDER.MEDIUM.NESTED",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Move of a file into a folder beside it on a shut channel; then where it is")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "stays.bin", "content", 7);
    IMDSPStorage *folder = pv_folder(w, wmdm_work_folder(w), "target");
    IMDSPObject *object = AS(IMDSPObject, file);

    wmdm_shut(w);
    ROW("SP-AUTH-023.moved")
        (void)CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                   NULL, folder);
    RELEASE(object);
    RELEASE(folder);
    RELEASE(file);
    open_again(w);
    ROW("SP-AUTH-023.moved")
        check_presence(w, "stays.bin", true);
}

CONF_CASE(AUTH_SHUT_BI_12, .title = "A refused Play starts nothing", .reqs = REQS("SP-AUTH-023"),
          .ics = "PROVIDER.CONTROL.PLAY", .player = "pap-player",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "Play on a shut channel; then what the device says")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);

    wmdm_songs(w);
    wmdm_shut(w);
    ROW("SP-AUTH-023.played") {
        (void)CALL(IMDSPDeviceControl, Play, control);
        AGREE(wmdm_hear(c).state == WMDM_STOPPED, "nothing plays");
    }
    RELEASE(control);
    open_again(w);
}

CONF_CASE(
    AUTH_SHUT_BI_07, .title = "A refused call hands out nothing of the device",
    .reqs = REQS("SP-AUTH-023"), .ics = "ANY", .needs = CONF_PROVIDER,
    .steps = "GetSerialNumber, GetName and GetVersion on a shut channel with poisoned outputs")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    WMDMID id;
    WCHAR name[64];
    BYTE mac[WMDM_MAC_LENGTH];
    DWORD version;

    wmdm_shut(w);
    /* What stands in the outputs is the wrapper's to see, in every call that is refused. */
    ROW("SP-AUTH-023.outputs") {
        CHECK_HR(CALL(IMDSPDevice, GetSerialNumber, device, &id, mac), WMDM_E_NOTCERTIFIED);
        CHECK_HR(CALL(IMDSPDevice, GetName, device, name, 64), WMDM_E_NOTCERTIFIED);
        CHECK_HR(CALL(IMDSPDevice, GetVersion, device, &version), WMDM_E_NOTCERTIFIED);
    }
}
