/* Objects of every kind, and arguments for every method: what a sweep goes over. */
#include "conformance/wmdm/wmdm_sweep.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

/* ---- the objects */
static IMDSPEnumStorage *children_of(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *children = NULL;

    SETUP_CALL(IMDSPStorage, EnumStorage, storage, &children);
    return children;
}

static IMDSPEnumStorage *roots_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *roots = NULL;

    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &roots);
    return roots;
}

static IMDSPEnumDevice *devices_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumDevice *devices = NULL;

    (void)CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);
    return devices;
}

/* A reference of the caller's to what is the fixture's. */
static IUnknown *another(struct wmdm *w, void *object)
{
    return wmdm_query(w, object, &IID_IUnknown);
}

void wmdm_kinds_there(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS])
{
    struct wmdm_kind kinds[WMDM_KINDS] = {
        {"the provider", another(w, wmdm_provider(w)), true},
        {"an enumerator of devices", (IUnknown *)devices_of(w), true},
        {"the device", another(w, wmdm_device(w)), true},
        {"an enumerator of roots", (IUnknown *)roots_of(w), true},
        {"a root", another(w, wmdm_root(w)), false},
        {"its globals", another(w, wmdm_globals(w)), true},
    };

    memcpy(ret_kinds, kinds, sizeof(kinds));
}

void wmdm_kinds_made(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS])
{
    IMDSPStorage *folder = wmdm_work_folder(w);
    struct wmdm_kind kinds[WMDM_KINDS] = {
        {"a folder", folder == wmdm_root(w) ? NULL : another(w, folder), true},
        {"a file", (IUnknown *)wmdm_put(w, folder, "sweep.bin", "content", 7), true},
        {"an enumerator of a folder", (IUnknown *)children_of(w, folder), true},
    };

    memcpy(ret_kinds, kinds, sizeof(kinds));
}

void wmdm_kinds(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS])
{
    struct wmdm_kind made[WMDM_KINDS];
    size_t count = 0;

    wmdm_kinds_made(w, made);
    wmdm_kinds_there(w, ret_kinds);
    while (ret_kinds[count].name)
        count++;
    for (size_t i = 0; made[i].name; i++)
        ret_kinds[count + i] = made[i];
}

void wmdm_kinds_release(struct conf *c, struct wmdm_kind kinds[WMDM_KINDS])
{
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            SP_CALL("IUnknown::Release", IUnknown_Release(kinds[i].object));
        kinds[i].object = NULL;
    }
}

/* ---- the arguments */
static const struct {
    const char *origin, *parameter; /* origin NULL: any */
    uint64_t value;
} sensible[] = {
    {NULL, "dwProtocolID", SAC_PROTOCOL_V1},
    {NULL, "celt", 1},
    {NULL, "nMaxChars", 64},
    {NULL, "dwAttributes", WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO},
    {NULL, "format", WMDM_FORMATCODE_MP3},
    {NULL, "dwFlags", 7},
    {NULL, "cProperties", 1},
    {NULL, "findScope", WMDM_FIND_SCOPE_GLOBAL},
    {"IMDSPObject", "fuMode", MDSP_READ},
    {"IMDSPObject", "fuFlags", MDSP_SEEK_BOF},
    {"IMDSPDeviceControl", "fuMode", MDSP_SEEK_BOF},
    {"IWMDMDeviceSession", "type", WMDM_SESSION_TRANSFER_TO_DEVICE},
};

/* Room for outputs and inputs, one an argument. */
union room {
    BYTE bytes[2048];
    WCHAR text[1024];
    const WCHAR *names[1];
    DWORD number;
    void *pointer;
};

static uint64_t sensible_value(const struct wmdm_method *method, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(sensible); i++) {
        if (strcmp(sensible[i].parameter, name) == 0 &&
            (!sensible[i].origin || strcmp(sensible[i].origin, method->origin) == 0))
            return sensible[i].value;
    }
    return 0;
}

struct sweep {
    struct wmdm *w;
    wmdm_visit *visit;
    void *context;
    IWMDMMetaData *metadata;
    WCHAR *path; /* of the device */
    WCHAR *id;   /* of an object on it; NULL: it has none */
    union room rooms[WMDM_ARGS];
};

static uint64_t argument(struct sweep *sweep, const struct wmdm_method *method, unsigned i)
{
    static const WCHAR text[] = u"papcheck-sweep", child[] = u"sweep.bin";
    const struct wmdm_parameter *parameter = &method->parameters[i];
    union room *room = &sweep->rooms[i];

    memset(room, 0, sizeof(*room));
    if (parameter->kind == WMDM_ARG_VALUE || parameter->kind == WMDM_ARG_SIGNED)
        return sensible_value(method, parameter->name);
    if (parameter->kind == WMDM_ARG_OBJECT)
        return strcmp(parameter->name, "pMetadata") == 0 ? (uintptr_t)sweep->metadata : 0;
    if (strcmp(parameter->name, "pwszDevicePath") == 0)
        return (uintptr_t)sweep->path;
    if (strcmp(parameter->name, "pwszUniqueID") == 0 && sweep->id)
        return (uintptr_t)sweep->id;
    if (strcmp(parameter->name, "pszStorageName") == 0)
        return (uintptr_t)child;
    if (parameter->kind == WMDM_ARG_TEXT)
        return (uintptr_t)text;
    if (strcmp(parameter->name, "ppwszPropNames") == 0)
        room->names[0] = g_wszWMDMFileName;
    return parameter->is_optional ? 0 : (uintptr_t)room;
}

static void visit_method(struct sweep *sweep, const struct wmdm_method *method, void *object)
{
    struct wmdm_try one = {.method = method, .object = object};

    for (unsigned i = 0; i < method->count; i++)
        one.arguments[i] = argument(sweep, method, i);
    sweep->visit(sweep->w, &one, sweep->context);
}

/* The id of something that is there, if it has one; CoTaskMemFree. */
static WCHAR *id_on_device(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *object = wmdm_place(w);
    IWMDMMetaData *list = wmdm_metadata_new();
    IMDSPStorage4 *four = NULL;
    WCHAR *wide = NULL;
    char *id = NULL;

    if (object && wmdm_has(w, object, &IID_IMDSPStorage4)) {
        four = wmdm_query(w, object, &IID_IMDSPStorage4);
        if (SUCCEEDED(CALL(IMDSPStorage4, GetMetadata, four, list)))
            id = wmdm_metadata_string(list, g_wszWMDMPersistentUniqueID);
        SP_CALL("IMDSPStorage4::Release", IMDSPStorage4_Release(four));
    }
    if (id)
        wide = com_utf16_from_utf8(id);
    free(id);
    IWMDMMetaData_Release(list);
    return wide;
}

void wmdm_sweep(struct wmdm *w, IUnknown *object, wmdm_visit *visit, void *context)
{
    struct conf *c = wmdm_conf(w);
    struct sweep sweep = {.w = w,
                          .visit = visit,
                          .context = context,
                          .metadata = wmdm_metadata_new(),
                          .path = com_utf16_from_utf8(conf_device_uri(c)),
                          .id = id_on_device(w)};

    for (size_t i = 0; i < WMDM_METHODS; i++) {
        const struct wmdm_method *method = &wmdm_methods[i];
        void *interface = NULL;

        if (method->slot < 3 || strcmp(method->interface, method->origin) != 0 ||
            strcmp(method->name, "SACAuth") == 0)
            continue;
        if (SP_CALL("IUnknown::QueryInterface",
                    IUnknown_QueryInterface(object, method->iid, &interface)) != S_OK ||
            !interface)
            continue;
        visit_method(&sweep, method, interface);
        SP_CALL("IUnknown::Release", IUnknown_Release((IUnknown *)interface));
    }
    IWMDMMetaData_Release(sweep.metadata);
    CoTaskMemFree(sweep.path);
    CoTaskMemFree(sweep.id);
}

bool wmdm_only_asks(const struct wmdm_method *method)
{
    static const char *const words[] = {"Get",  "Enum",  "Find",  "SACGet",
                                        "Next", "Reset", "Clone", "Skip"};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strncmp(method->name, words[i], strlen(words[i])) == 0)
            return true;
    }
    return false;
}

/* ---- a call of one */
static void release(struct conf *c, IUnknown *object)
{
    if (object)
        SP_CALL("IUnknown::Release", IUnknown_Release(object));
}

/* The one structure whose array has memory of its own in it; strings have it by nature. */
static void free_types(const WMFILECAPABILITIES *types, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        CoTaskMemFree(types[i].pwszMimeType);
}

/* An array of interfaces, of file types, or of what is plain memory. */
static void release_array(struct conf *c, const struct wmdm_try *one, unsigned i)
{
    const struct wmdm_parameter *parameter = &one->method->parameters[i];
    void **array = ((union room *)(uintptr_t)one->arguments[i])->pointer;
    DWORD count = 0;

    if (array && parameter->counted_by >= 0 && one->arguments[parameter->counted_by])
        count = ((union room *)(uintptr_t)one->arguments[parameter->counted_by])->number;
    for (DWORD k = 0; k < count && parameter->holds_objects; k++)
        release(c, array[k]);
    for (DWORD k = 0; k < count && strcmp(parameter->name, "pppwszMimeType") == 0; k++)
        CoTaskMemFree(array[k]);
    if (strcmp(parameter->name, "ppFileType") == 0)
        free_types((const WMFILECAPABILITIES *)array, count);
    CoTaskMemFree(array);
}

static void free_capability(const WMDM_FORMAT_CAPABILITY *capability)
{
    for (DWORD i = 0; capability->pConfigs && i < capability->nPropConfig; i++) {
        const WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (DWORD k = 0; config->pPropDesc && k < config->nPropDesc; k++)
            CoTaskMemFree(config->pPropDesc[k].pwszPropName);
        CoTaskMemFree(config->pPropDesc);
    }
    CoTaskMemFree(capability->pConfigs);
}

HRESULT wmdm_try_call(struct wmdm *w, const char *file, int line, struct wmdm_try *one)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr = wmdm_call(c, file, line, one->method, one->object, one->arguments);

    for (unsigned i = 0; i < one->method->count && SUCCEEDED(hr); i++) {
        const struct wmdm_parameter *parameter = &one->method->parameters[i];

        if (!one->arguments[i] || parameter->direction == WMDM_IN)
            continue;
        if (parameter->kind == WMDM_ARG_OUT_OBJECT)
            release(c, ((union room *)(uintptr_t)one->arguments[i])->pointer);
        else if (parameter->kind == WMDM_ARG_OUT_ARRAY)
            release_array(c, one, i);
        else if (strcmp(one->method->name, "GetFormatCapability") == 0)
            free_capability((const void *)(uintptr_t)one->arguments[i]);
    }
    return hr;
}
