/* What a provider enters into the registry, and takes back: DllRegisterServer and
 * DllUnregisterServer with a registry of the judge's, in which another provider stands already. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/hive/reg_text.h"
#include "conformance/host/win_registry.h"
#include "conformance/host/wmdm/mdm_class.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_class.h"
#include "spcore/base.h"

#define WMDM_KEY "HKLM\\SOFTWARE\\Microsoft\\Windows Media Device Manager"
#define PLUGINS WMDM_KEY "\\Plugins\\SP"
#define CLASSES WIN_REGISTRY_CLASSES "\\CLSID"
#define NEIGHBOUR "papcheck's neighbour"
#define NEIGHBOUR_CLASS "{0D0C0B0A-0908-4706-8504-030201000F0E}"

#define REGISTER_CASE(token, title_, level_, steps_, ...)                                          \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.REGISTRATION", .needs = CONF_PROVIDER, .steps = steps_)

static void begin(struct conf *c, struct registry *registry)
{
    static const char *const keys[] = {PLUGINS "\\" NEIGHBOUR, CLASSES "\\" NEIGHBOUR_CLASS};

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (registry_set(registry, keys[i], "", REG_TYPE_SZ, "n\0\0", 4))
            conf_setup_failed(c, "no memory for a registry");
    }
}

static HRESULT call(struct conf *c, const char *function, struct registry *registry)
{
    HRESULT hr = E_NOTIMPL;

    if (!wmdm_register(c, function, registry, &hr))
        conf_note(c, "the library does not export %s", function);
    return hr;
}

/* The one key there that is not the neighbour's; NULL: none. */
static const char *own_key(const struct registry *registry, const char *below, const char *other)
{
    const char *name = registry_key(registry, below, 0);

    return name && strcasecmp(name, other) == 0 ? registry_key(registry, below, 1) : name;
}

/* A text of its key; "": there is none. */
static const char *text_of(const struct registry *registry, const char *key, const char *name,
                           char ret[512])
{
    if (!mdm_class_text(registry_get(registry, key, name), ret, 512))
        ret[0] = '\0';
    return ret;
}

static char *exported(struct conf *c, const struct registry *registry)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out)
        reg_text_export(registry, "", out);
    if (!out || fclose(out))
        conf_setup_failed(c, "no memory for a registry's text");
    return text;
}

static void check_class(struct conf *c, const struct registry *registry)
{
    char key[512], text[512];

    snprintf(key, sizeof(key), CLASSES "\\%s\\InprocServer32", conf_provider_class(c));
    ROW("SP-REG-001.registered")
        CHECK(*text_of(registry, key, "", text) != '\0');
    ROW("SP-THREAD-001.model") {
        (void)text_of(registry, key, "ThreadingModel", text);
        CHECK(strcasecmp(text, "Free") == 0 || strcasecmp(text, "Both") == 0);
    }
}

static void check_progid(struct conf *c, const struct registry *registry, const char *plugin)
{
    char key[1024], text[512], class[512], id[COM_GUID_TEXT] = "";

    (void)text_of(registry, plugin, "ProgID", text);
    ROW("SP-REG-003.text")
        CHECK(*text != '\0');
    if (!*text)
        return;
    ROW("SP-REG-004.class") {
        snprintf(key, sizeof(key), WIN_REGISTRY_CLASSES "\\%s\\CLSID", text);
        (void)mdm_class_id(text_of(registry, key, "", class), id);
        CHECK(strcasecmp(id, conf_provider_class(c)) == 0);
    }
}

static void check_aware(struct conf *c, const struct registry *registry, const char *plugin)
{
    ROW("SP-PNP-005.aware") {
        const struct registry_value *value = registry_get(registry, plugin, "PnPAware");
        bool is_number = value && value->type == REG_TYPE_DWORD && value->size == 4;

        if (!conf_offers(c, "PROVIDER.PNP"))
            return;
        CHECK(is_number);
        CHECK(is_number && get_le32(value->data) == 1);
    }
}

REGISTER_CASE(ENUM_REGISTER_BV_01, "DllRegisterServer enters the class and the plug-in", CONF_MUST,
              "DllRegisterServer, and what is in the registry then", "SP-REG-001", "SP-REG-002",
              "SP-REG-003", "SP-REG-004", "SP-PNP-005", "SP-THREAD-001")
{
    struct registry registry = {.root = NULL};
    const char *name;
    char key[512];

    begin(c, &registry);
    (void)call(c, "DllRegisterServer", &registry);
    check_class(c, &registry);
    name = own_key(&registry, PLUGINS, NEIGHBOUR);
    ROW("SP-REG-002.key")
        CHECK(name != NULL);
    if (name) {
        snprintf(key, sizeof(key), PLUGINS "\\%s", name);
        check_progid(c, &registry, key);
        check_aware(c, &registry, key);
    }
    registry_done(&registry);
}

/* The file's name without its folder and ending. */
static bool is_called_as(const char *name, const char *path)
{
    const char *base = path + strlen(path);
    size_t length = strlen(name);

    while (base > path && base[-1] != '\\' && base[-1] != '/')
        base--;
    return strncasecmp(name, base, length) == 0 && (!base[length] || base[length] == '.');
}

static void check_name(struct conf *c, const struct registry *registry)
{
    const char *name = own_key(registry, PLUGINS, NEIGHBOUR);
    char key[512], path[512];

    snprintf(key, sizeof(key), CLASSES "\\%s\\InprocServer32", conf_provider_class(c));
    ROW("SP-REG-005.name") {
        if (name && *text_of(registry, key, "", path))
            CHECK(is_called_as(name, path));
    }
}

static void check_twice(struct conf *c, struct registry *registry)
{
    char *before = exported(c, registry), *after;

    ROW("SP-REG-008.code")
        CHECK_HR(call(c, "DllRegisterServer", registry), S_OK);
    after = exported(c, registry);
    ROW("SP-REG-008.same")
        CHECK(strcmp(before, after) == 0);
    free(after);
    free(before);
}

/* A library without the function keeps what it wrote. */
static void check_unregister(struct conf *c, struct registry *registry)
{
    (void)call(c, "DllUnregisterServer", registry);
    ROW("SP-REG-007.gone") {
        CHECK(!own_key(registry, PLUGINS, NEIGHBOUR));
        CHECK(!own_key(registry, CLASSES, NEIGHBOUR_CLASS));
    }
    ROW("SP-REG-007.others") {
        CHECK(registry_get(registry, PLUGINS "\\" NEIGHBOUR, "") != NULL);
        CHECK(registry_get(registry, CLASSES "\\" NEIGHBOUR_CLASS, "") != NULL);
    }
}

REGISTER_CASE(ENUM_REGISTER_BV_02, "Registering again changes nothing, unregistering takes it back",
              CONF_SHOULD,
              "DllRegisterServer twice, then DllUnregisterServer, beside another provider's keys",
              "SP-REG-005", "SP-REG-007", "SP-REG-008")
{
    struct registry registry = {.root = NULL};

    begin(c, &registry);
    (void)call(c, "DllRegisterServer", &registry);
    check_name(c, &registry);
    check_twice(c, &registry);
    check_unregister(c, &registry);
    registry_done(&registry);
}
