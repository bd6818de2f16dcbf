/* A provider registers its class with COM, and with WMDM below Plugins\SP. */
#include "conformance/host/wmdm/mdm_class.h"

#include <stdio.h>
#include <string.h>

#include "conformance/host/win_registry.h"
#include "spcore/base.h"

#define PLUGINS "HKLM\\SOFTWARE\\Microsoft\\Windows Media Device Manager\\Plugins\\SP"
#define CLASS_KEYS WIN_REGISTRY_CLASSES "\\CLSID"

bool mdm_class_text(const struct registry_value *value, char *ret, size_t room)
{
    size_t units = value ? value->size / 2 : 0;

    if (!value || value->type != REG_TYPE_SZ || units > room)
        return false;
    for (size_t i = 0; i < units; i++)
        ret[i] = (char)get_le16(value->data + 2 * i);
    return units > 0 && !ret[units - 1];
}

bool mdm_class_id(const char *text, char ret_id[COM_GUID_TEXT])
{
    GUID id;

    if (!com_guid_parse(text, &id))
        return false;
    com_guid_format(&id, ret_id);
    return true;
}

static bool of_plugin(const struct registry *registry, const char *plugin,
                      char ret_id[COM_GUID_TEXT])
{
    char name[128], key[512], text[COM_GUID_TEXT];

    snprintf(key, sizeof(key), PLUGINS "\\%s", plugin);
    if (!mdm_class_text(registry_get(registry, key, "ProgID"), name, sizeof(name)))
        return false;
    snprintf(key, sizeof(key), "%s\\%s\\CLSID", WIN_REGISTRY_CLASSES, name);
    return mdm_class_text(registry_get(registry, key, ""), text, sizeof(text)) &&
           mdm_class_id(text, ret_id);
}

/* One that is registered with COM alone. */
static bool of_server(const struct registry *registry, const char *id, char ret_id[COM_GUID_TEXT])
{
    char key[512];

    snprintf(key, sizeof(key), CLASS_KEYS "\\%s\\InprocServer32", id);
    return registry_has_key(registry, key) && mdm_class_id(id, ret_id);
}

bool mdm_class_registered(const struct registry *registry, char ret_id[COM_GUID_TEXT])
{
    bool found = false;
    const char *name;

    for (size_t i = 0; !found && (name = registry_key(registry, PLUGINS, i)); i++)
        found = of_plugin(registry, name, ret_id);
    for (size_t i = 0; !found && (name = registry_key(registry, CLASS_KEYS, i)); i++)
        found = of_server(registry, name, ret_id);
    return found;
}
