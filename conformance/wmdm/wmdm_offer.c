/* The documents make much of a provider optional, and say how it tells: no such interface,
 * WMDM_E_NOTSUPPORTED or E_NOTIMPL, or a capability that is not set. */
#include "conformance/wmdm/wmdm_offer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/case/worker.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_licence.h"
#include "conformance/wmdm/wmdm_opaque.h"
#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define OBJECTS_MAX 64 /* looked at for a file */

const char *const wmdm_items[WMDM_ITEMS] = {
    [WMDM_PNP] = "PROVIDER.PNP",
    [WMDM_PREFERENCE] = "PROVIDER.PREFERENCE",
    [WMDM_REVOKED] = "PROVIDER.REVOKED",
    [WMDM_CHANNEL_CLASS] = "PROVIDER.CHANNEL_CLASS",
    [WMDM_SYNC] = "PROVIDER.SYNC",
    [WMDM_SHELL] = "PROVIDER.SHELL",
    [WMDM_REGISTRATION] = "PROVIDER.REGISTRATION",
    [WMDM_DEVICE3] = "PROVIDER.DEVICE3",
    [WMDM_ICON] = "PROVIDER.DEVICE.ICON",
    [WMDM_OPAQUE] = "PROVIDER.OPAQUE",
    [WMDM_SESSION] = "PROVIDER.SESSION",
    [WMDM_CONTROL] = "PROVIDER.CONTROL",
    [WMDM_CONTROL_PLAY] = "PROVIDER.CONTROL.PLAY",
    [WMDM_CONTROL_PAUSE] = "PROVIDER.CONTROL.PAUSE",
    [WMDM_CONTROL_SEEK] = "PROVIDER.CONTROL.SEEK",
    [WMDM_DEVICE_SERIAL] = "PROVIDER.DEVICE.SERIAL",
    [WMDM_DEVICE_POWER] = "PROVIDER.DEVICE.POWER",
    [WMDM_DEVICE_PATH] = "PROVIDER.DEVICE.PATH",
    [WMDM_DEVICE_FIND] = "PROVIDER.DEVICE.FIND",
    [WMDM_DEVICE_IOCTL] = "PROVIDER.DEVICE.IOCTL",
    [WMDM_DEVICE_NAME] = "PROVIDER.DEVICE.NAME",
    [WMDM_DEVICE_PARTNER] = "PROVIDER.DEVICE.PARTNER",
    [WMDM_MEDIUM_SERIAL] = "PROVIDER.MEDIUM.SERIAL",
    [WMDM_MEDIUM_FOLDERS] = "PROVIDER.MEDIUM.FOLDERS",
    [WMDM_MEDIUM_NESTED] = "PROVIDER.MEDIUM.NESTED",
    [WMDM_MEDIUM_FORMAT] = "PROVIDER.MEDIUM.FORMAT",
    [WMDM_STORAGE3] = "PROVIDER.STORAGE3",
    [WMDM_STORAGE4] = "PROVIDER.STORAGE4",
    [WMDM_STORAGE_FIND] = "PROVIDER.STORAGE.FIND",
    [WMDM_STORAGE_ATTRIBUTES] = "PROVIDER.STORAGE.ATTRIBUTES",
    [WMDM_STORAGE_METADATA] = "PROVIDER.STORAGE.METADATA",
    [WMDM_PLAYLISTS] = "PROVIDER.PLAYLISTS",
    [WMDM_OBJECT2] = "PROVIDER.OBJECT2",
    [WMDM_OBJECTINFO] = "PROVIDER.OBJECTINFO",
    [WMDM_DIRECT] = "PROVIDER.DIRECT",
    [WMDM_RIGHTS] = "PROVIDER.RIGHTS",
    [WMDM_OBJECT_READ] = "PROVIDER.OBJECT.READ",
    [WMDM_OBJECT_SEEK] = "PROVIDER.OBJECT.SEEK",
    [WMDM_OBJECT_RENAME] = "PROVIDER.OBJECT.RENAME",
    [WMDM_OBJECT_MOVE] = "PROVIDER.OBJECT.MOVE",
};

bool wmdm_is_offered(HRESULT hr)
{
    return hr != WMDM_E_NOTSUPPORTED && hr != E_NOTIMPL;
}

struct asking {
    struct conf *c;
    struct wmdm *w;
    struct wmdm_offers *offers;
    bool is_ours; /* what is changed on the device is nobody's */
};

static void say(const struct asking *it, enum wmdm_item item, bool is_offered)
{
    struct conf *c = it->c;

    it->offers->of[item] = is_offered ? WMDM_OFFERED : WMDM_NOT_OFFERED;
    conf_note(c, "%s: %s", wmdm_items[item], is_offered ? "yes" : "no");
}

static void say_answer(const struct asking *it, enum wmdm_item item, HRESULT hr)
{
    say(it, item, wmdm_is_offered(hr));
}

/* ---- the provider, and its device */

static void ask_provider(const struct asking *it, const char *class)
{
    struct conf *c = it->c;
    IMDServiceProvider *provider = wmdm_provider(it->w);
    char named[COM_GUID_TEXT] = "";
    uint32_t extended = 0, shown = 0;
    bool is_named = wmdm_device_class(c, named) && strcmp(named, class) == 0;

    /* A device's parameters speak of the provider that they name. */
    say(it, WMDM_SYNC,
        is_named && wmdm_device_parameter(c, "UseExtendedWmdm", &extended) && extended == 1);
    say(it, WMDM_SHELL, is_named && wmdm_device_parameter(c, "ShowInShell", &shown) && shown == 1);
    say(it, WMDM_PNP, is_named || wmdm_has(it->w, provider, &IID_IMDServiceProvider2));
    say(it, WMDM_PREFERENCE, wmdm_has(it->w, provider, &IID_IMDServiceProvider3));
    say(it, WMDM_REVOKED, wmdm_has(it->w, provider, &IID_IMDSPRevoked));
    say(it, WMDM_CHANNEL_CLASS, wmdm_export(c, "SacGetServerClass") != NULL);
}

static void ask_control(const struct asking *it)
{
    const DWORD play = WMDM_DEVICECAP_CANPLAY | WMDM_DEVICECAP_CANSTOP;
    const DWORD pause = WMDM_DEVICECAP_CANPAUSE | WMDM_DEVICECAP_CANRESUME;
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    bool has = wmdm_has(it->w, wmdm_device(it->w), &IID_IMDSPDeviceControl);
    IMDSPDeviceControl *control = has ? AS(IMDSPDeviceControl, wmdm_device(it->w)) : NULL;
    DWORD can = 0;

    if (has && CALL(IMDSPDeviceControl, GetCapabilities, control, &can) != S_OK)
        can = 0;
    say(it, WMDM_CONTROL, has);
    say(it, WMDM_CONTROL_PLAY, (can & play) == play);
    say(it, WMDM_CONTROL_PAUSE, (can & pause) == pause);
    say(it, WMDM_CONTROL_SEEK, can & WMDM_DEVICECAP_CANSEEK);
    RELEASE(control);
}

/* A handle of Windows is nothing to look into, and neither is a number that happens to be one of
 * ours; a file is. */
static void ask_icon(const struct asking *it)
{
    struct conf *c = it->c;
    int unused = dup(STDERR_FILENO);
    DWORD icon = 0;
    HRESULT hr = CALL(IMDSPDevice, GetDeviceIcon, wmdm_device(it->w), &icon);
    struct stat file;
    bool is_file =
        hr == S_OK && (int)icon > unused && fstat((int)icon, &file) == 0 && S_ISREG(file.st_mode);

    say(it, WMDM_ICON, is_file);
    if (is_file)
        close((int)icon);
    close(unused);
}

static void ask_device(const struct asking *it)
{
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    IMDSPDevice *device = wmdm_device(it->w);
    IMDSPDevice2 *two = NULL;
    IMDSPStorage *found = NULL;
    OPAQUECOMMAND echo = wmdm_opaque(w, WMDM_COMMAND_ECHO, NULL, 0);
    BYTE mac[20];
    WMDMID id;
    DWORD source, percent;
    WCHAR path[300];

    say_answer(it, WMDM_DEVICE_SERIAL, CALL(IMDSPDevice, GetSerialNumber, device, &id, mac));
    say_answer(it, WMDM_DEVICE_POWER, CALL(IMDSPDevice, GetPowerSource, device, &source, &percent));
    say(it, WMDM_DEVICE3, wmdm_has(it->w, device, &IID_IMDSPDevice3));
    say(it, WMDM_OPAQUE, CALL(IMDSPDevice, SendOpaqueCommand, device, &echo) == S_OK);
    CoTaskMemFree(echo.pData);
    say(it, WMDM_SESSION, wmdm_has(it->w, device, &IID_IWMDMDeviceSession));
    ask_icon(it);
    ask_control(it);
    if (!wmdm_has(it->w, device, &IID_IMDSPDevice2))
        return; /* it has to be there; its cases say so */
    two = AS(IMDSPDevice2, device);
    say_answer(it, WMDM_DEVICE_PATH, CALL(IMDSPDevice2, GetCanonicalName, two, path, 300));
    say_answer(it, WMDM_DEVICE_FIND, CALL(IMDSPDevice2, GetStorage, two, u"papcheck-none", &found));
    RELEASE(found);
    RELEASE(two);
}

/* Win32 has words of its own for it. */
static bool takes_commands(const struct asking *it)
{
    BYTE answer[1024];
    DWORD size = sizeof(answer);
    HRESULT hr = wmdm_command(it->w,
                              &(MTP_COMMAND_DATA_IN){.OpCode = MTP_OP_GET_DEVICE_INFO,
                                                     .NextPhase = MTP_NEXTPHASE_READ_DATA},
                              NULL, answer, &size);

    return wmdm_is_offered(hr) && hr != HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED) &&
           hr != HRESULT_FROM_WIN32(ERROR_INVALID_FUNCTION);
}

/* Is the name among those of SupportedDeviceProperties? */
static bool is_listed(const PROPVARIANT *list, const WCHAR *name)
{
    LONG last = -1;

    if (list->vt != (VT_BSTR | VT_ARRAY) || SafeArrayGetUBound(list->parray, 1, &last) != S_OK)
        return false;
    for (LONG i = 0; i <= last; i++) {
        if (com_wcseq(((BSTR *)list->parray->pvData)[i], name))
            return true;
    }
    return false;
}

static bool takes_playlists(const PROPVARIANT *formats)
{
    LONG last = -1;

    if (formats->vt != (VT_UI4 | VT_ARRAY) || SafeArrayGetUBound(formats->parray, 1, &last) != S_OK)
        return false;
    for (LONG i = 0; i <= last; i++) {
        if (((ULONG *)formats->parray->pvData)[i] == WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST)
            return true;
    }
    return false;
}

static void ask_properties(const struct asking *it)
{
    struct conf *c = it->c;
    bool has = it->offers->of[WMDM_DEVICE3] == WMDM_OFFERED;
    IMDSPDevice3 *device = has ? wmdm_device3(it->w) : NULL;
    PROPVARIANT list, formats;

    PropVariantInit(&list);
    PropVariantInit(&formats);
    if (has) {
        (void)CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMSupportedDeviceProperties, &list);
        (void)CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMFormatsSupported, &formats);
    }
    say(it, WMDM_DEVICE_NAME, is_listed(&list, g_wszWMDMDeviceFriendlyName));
    say(it, WMDM_DEVICE_PARTNER, is_listed(&list, g_wszWMDMSyncRelationshipID));
    say(it, WMDM_PLAYLISTS, takes_playlists(&formats));
    say(it, WMDM_DEVICE_IOCTL, has && takes_commands(it));
    PropVariantClear(&list);
    PropVariantClear(&formats);
}

/* ---- a medium, and what is on it */

static void ask_medium(const struct asking *it)
{
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    IMDSPStorage *root = wmdm_root(it->w), *found = NULL;
    IMDSPStorageGlobals *medium = wmdm_globals(it->w);
    IMDSPStorage2 *two;
    DWORD can = 0;
    BYTE mac[20];
    WMDMID id;

    say(it, WMDM_STORAGE3, wmdm_has(it->w, root, &IID_IMDSPStorage3));
    say(it, WMDM_STORAGE4, wmdm_has(it->w, root, &IID_IMDSPStorage4));
    say(it, WMDM_OBJECT2, wmdm_has(it->w, root, &IID_IMDSPObject2));
    say_answer(it, WMDM_MEDIUM_SERIAL,
               CALL(IMDSPStorageGlobals, GetSerialNumber, medium, &id, mac));
    if (CALL(IMDSPStorageGlobals, GetCapabilities, medium, &can) == S_OK) {
        say(it, WMDM_MEDIUM_FOLDERS, can & WMDM_STORAGECAP_FOLDERSINROOT);
        say(it, WMDM_MEDIUM_NESTED,
            can & WMDM_STORAGECAP_FOLDERSINROOT && can & WMDM_STORAGECAP_FOLDERSINFOLDERS);
        say(it, WMDM_MEDIUM_FORMAT, !(can & WMDM_STORAGECAP_NOT_INITIALIZABLE));
    }
    if (!wmdm_has(it->w, root, &IID_IMDSPStorage2))
        return; /* as above */
    two = AS(IMDSPStorage2, root);
    say_answer(it, WMDM_STORAGE_FIND,
               CALL(IMDSPStorage2, GetStorage, two, u"papcheck-none", &found));
    RELEASE(found);
    RELEASE(two);
}

/* A reference of the caller's to the first file at or below; NULL: none among the first ones. */
static IMDSPStorage *first_file(struct wmdm *w, IMDSPStorage *parent, unsigned *left)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_list list = wmdm_children(w, parent);
    IMDSPStorage *file = NULL;

    for (size_t i = 0; i < list.count && !file && *left; i++, --*left) {
        DWORD attributes = 0;

        (void)CALL(IMDSPStorage, GetAttributes, list.item[i], &attributes, NULL);
        if (attributes & WMDM_FILE_ATTR_FILE) {
            file = list.item[i];
            list.item[i] = NULL;
        }
    }
    for (size_t i = 0; i < list.count && !file && *left; i++) {
        if (list.item[i])
            file = first_file(w, list.item[i], left);
    }
    wmdm_release_all(w, &list);
    return file;
}

static void ask_metadata(const struct asking *it, IMDSPStorage *file)
{
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    IWMDMMetaData *none;
    IMDSPStorage3 *three;

    if (it->offers->of[WMDM_STORAGE3] != WMDM_OFFERED) {
        say(it, WMDM_STORAGE_METADATA, false);
        return;
    }
    none = wmdm_metadata_new();
    three = AS(IMDSPStorage3, file);
    say_answer(it, WMDM_STORAGE_METADATA, CALL(IMDSPStorage3, SetMetadata, three, none));
    RELEASE(three);
    RELEASE(none);
}

/* Of a licence that it reads it tells a right. */
static void ask_rights(const struct asking *it)
{
    struct conf *c = it->c;
    const struct wmdm_licence licence = {.content = 1, .rights = WMDM_RIGHTS_PLAY_ON_PC};
    BYTE file[WMDM_PROTECTED_MAX], mac[20];
    WMDMRIGHTS *rights = NULL;
    DWORD count = 0;
    IMDSPStorage *storage = wmdm_put(it->w, wmdm_work_folder(it->w), "offered.wma", file,
                                     wmdm_protected(&licence, file));
    HRESULT hr = CALL(IMDSPStorage, GetRights, storage, &rights, &count, mac);

    say(it, WMDM_RIGHTS, hr == S_OK && count);
    if (hr == S_OK)
        CoTaskMemFree(rights);
    RELEASE(storage);
}

/* Each call has nothing to do: a position where it is, no new name, no target. */
static void ask_file(const struct asking *it, IMDSPStorage *file)
{
    struct conf *c = it->c;
    struct wmdm *w = it->w;
    IMDSPObject *object = AS(IMDSPObject, file);
    BYTE data[16], mac[20];
    DWORD size = sizeof(data), attributes = 0;

    (void)CALL(IMDSPStorage, GetAttributes, file, &attributes, NULL);
    wmdm_mac(it->w, &size, sizeof(size), NULL, 0, mac);
    say(it, WMDM_OBJECTINFO, wmdm_has(it->w, file, &IID_IMDSPObjectInfo));
    say(it, WMDM_DIRECT, wmdm_has(it->w, file, &IID_IMDSPDirectTransfer));
    say_answer(it, WMDM_OBJECT_RENAME, CALL(IMDSPObject, Rename, object, NULL, NULL));
    say_answer(it, WMDM_OBJECT_MOVE, CALL(IMDSPObject, Move, object, 0, NULL, NULL));
    if (CALL(IMDSPObject, Open, object, MDSP_READ) == S_OK) {
        say_answer(it, WMDM_OBJECT_SEEK, CALL(IMDSPObject, Seek, object, MDSP_SEEK_BOF, 0));
        say_answer(it, WMDM_OBJECT_READ, CALL(IMDSPObject, Read, object, data, &size, mac));
        (void)CALL(IMDSPObject, Close, object);
    }
    if (it->is_ours) {
        say_answer(it, WMDM_STORAGE_ATTRIBUTES,
                   CALL(IMDSPStorage, SetAttributes, file, attributes, NULL));
        ask_metadata(it, file);
    }
    RELEASE(object);
}

void wmdm_observe(struct conf *c, struct wmdm_offers *ret)
{
    struct asking it = {c, NULL, ret, c->context.control[0] != '\0'};
    unsigned left = OBJECTS_MAX;
    IMDSPStorage *file;

    if (!c->context.provider_class[0]) {
        wmdm_class_find(c, &ret->class);
        memcpy(c->context.provider_class, ret->class.id, sizeof(ret->class.id));
    }
    say(&it, WMDM_REGISTRATION, wmdm_registers(c)); /* no step of the opening is needed for it */
    it.w = wmdm_open(c);
    ask_provider(&it, c->context.provider_class);
    ask_device(&it);
    ask_medium(&it);
    ask_properties(&it);
    file = first_file(it.w, wmdm_root(it.w), &left);
    /* The last: a provider that cannot has been asked all else. */
    if (!file && it.is_ours)
        file = wmdm_put(it.w, wmdm_work_folder(it.w), "offered.mp3", "x", 1);
    if (file)
        ask_file(&it, file);
    if (it.is_ours)
        ask_rights(&it);
    RELEASE(file);
}
