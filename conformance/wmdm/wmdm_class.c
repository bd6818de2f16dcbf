/* Windows finds a provider's class in its registry: the library registers it there, and a device's
 * hardware key names the one that drives it. Both are asked of our models of Windows. */
#include "conformance/wmdm/wmdm_class.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp.h"
#include "conformance/host/win_registry.h"
#include "conformance/raw/dut.h"
#include "conformance/wmdm/wmdm.h"
#include "spcore/base.h"

#define PLUGINS "HKLM\\SOFTWARE\\Microsoft\\Windows Media Device Manager\\Plugins\\SP\\"
#define CLASS_KEYS WIN_REGISTRY_CLASSES "\\CLSID\\"

/* A REG_SZ of ASCII; false: it is none, or too long. */
static bool text_of(const struct registry_value *value, char *ret, size_t room)
{
    size_t units = value ? value->size / 2 : 0;

    if (!value || value->type != REG_TYPE_SZ || units > room)
        return false;
    for (size_t i = 0; i < units; i++)
        ret[i] = (char)get_le16(value->data + 2 * i);
    return units > 0 && !ret[units - 1];
}

/* Braces and capitals, whatever it came in. */
static bool take_id(const char *text, char ret[COM_GUID_TEXT])
{
    GUID id;

    if (!com_guid_parse(text, &id))
        return false;
    com_guid_format(&id, ret);
    return true;
}

/* ---- what the library registers */

static bool of_plugin(const struct registry *registry, const struct registry_value *value,
                      char ret[COM_GUID_TEXT])
{
    char name[128], key[256], text[COM_GUID_TEXT];

    if (strncasecmp(value->key, PLUGINS, strlen(PLUGINS)) != 0 ||
        strcasecmp(value->name, "ProgID") != 0 || !text_of(value, name, sizeof(name)))
        return false;
    snprintf(key, sizeof(key), "%s\\%s\\CLSID", WIN_REGISTRY_CLASSES, name);
    return text_of(registry_get(registry, key, ""), text, sizeof(text)) && take_id(text, ret);
}

/* One that is registered with COM alone. */
static bool of_server(const struct registry_value *value, char ret[COM_GUID_TEXT])
{
    size_t length = strlen(CLASS_KEYS);
    char text[COM_GUID_TEXT];

    if (strncasecmp(value->key, CLASS_KEYS, length) != 0 ||
        strlen(value->key) < length + COM_GUID_TEXT - 1 ||
        strcasecmp(value->key + length + COM_GUID_TEXT - 1, "\\InprocServer32") != 0)
        return false;
    snprintf(text, sizeof(text), "%s", value->key + length);
    return take_id(text, ret);
}

static bool of_library(struct conf *c, char ret[COM_GUID_TEXT])
{
    void *symbol = wmdm_export(c, "DllRegisterServer");
    HRESULT(STDMETHODCALLTYPE * enter)(void);
    struct registry registry = {NULL};
    bool found = false;

    if (!symbol)
        return false;
    memcpy(&enter, &symbol, sizeof(symbol));
    win_registry_bind(&registry);
    (void)SP_HR("DllRegisterServer", enter());
    win_registry_bind(NULL);
    for (struct registry_value *at = registry.first; at && !found; at = at->next)
        found = of_plugin(&registry, at, ret);
    for (struct registry_value *at = registry.first; at && !found; at = at->next)
        found = of_server(at, ret);
    registry_done(&registry);
    return found;
}

/* ---- what the device names */

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    return dut_control(self, type, request, value, index, length, data);
}

/* The value of that name in the device's hardware key, as its OS descriptors write it. */
static bool hardware_value(struct conf *c, const char *name, uint32_t type, uint8_t *ret_data,
                           size_t room)
{
    struct pnp_host host = {.registry = {NULL}};
    struct pnp_bus bus = {c, control};
    static struct pnp_plugged plugged;
    const struct registry_value *value = NULL;
    char key[192];

    if (pnp_plug(&host, &bus, &plugged) == 0) {
        snprintf(key, sizeof(key), "%s\\Device Parameters", plugged.hardware_key);
        value = registry_get(&host.registry, key, name);
    }
    conf_transport_drop(c); /* the device is the provider's */
    if (value && (value->type != type || value->size > room))
        value = NULL;
    if (value)
        memcpy(ret_data, value->data, value->size);
    pnp_done(&host);
    return value != NULL;
}

bool wmdm_device_parameter(struct conf *c, const char *name, uint32_t *ret_value)
{
    uint8_t data[4] = {0};

    if (!hardware_value(c, name, REG_TYPE_DWORD, data, sizeof(data)))
        return false;
    *ret_value = get_le32(data);
    return true;
}

bool wmdm_device_class(struct conf *c, char ret_id[COM_GUID_TEXT])
{
    uint8_t data[2 * COM_GUID_TEXT] = {0};
    struct registry_value value = {.type = REG_TYPE_SZ, .data = data, .size = sizeof(data)};
    char text[COM_GUID_TEXT];

    return hardware_value(c, "WMDMSPCLSID", REG_TYPE_SZ, data, sizeof(data)) &&
           text_of(&value, text, sizeof(text)) && take_id(text, ret_id);
}

void wmdm_class_find(struct conf *c, struct wmdm_class *ret)
{
    if (of_library(c, ret->id))
        ret->by = "DllRegisterServer";
    else if (wmdm_device_class(c, ret->id))
        ret->by = "the device's WMDMSPCLSID";
}
