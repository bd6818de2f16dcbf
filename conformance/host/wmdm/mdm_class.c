/* A provider registers its class with COM, and with WMDM below Plugins\SP. */
#include "conformance/host/wmdm/mdm_class.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/win_registry.h"
#include "spcore/base.h"

#define PLUGINS "HKLM\\SOFTWARE\\Microsoft\\Windows Media Device Manager\\Plugins\\SP\\"
#define CLASS_KEYS WIN_REGISTRY_CLASSES "\\CLSID\\"

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

static bool of_plugin(const struct registry *registry, const struct registry_value *value,
                      char ret_id[COM_GUID_TEXT])
{
    char name[128], key[256], text[COM_GUID_TEXT];

    if (strncasecmp(value->key, PLUGINS, strlen(PLUGINS)) != 0 ||
        strcasecmp(value->name, "ProgID") != 0 || !mdm_class_text(value, name, sizeof(name)))
        return false;
    snprintf(key, sizeof(key), "%s\\%s\\CLSID", WIN_REGISTRY_CLASSES, name);
    return mdm_class_text(registry_get(registry, key, ""), text, sizeof(text)) &&
           mdm_class_id(text, ret_id);
}

/* One that is registered with COM alone. */
static bool of_server(const struct registry_value *value, char ret_id[COM_GUID_TEXT])
{
    size_t length = strlen(CLASS_KEYS);
    char text[COM_GUID_TEXT];

    if (strncasecmp(value->key, CLASS_KEYS, length) != 0 ||
        strlen(value->key) < length + COM_GUID_TEXT - 1 ||
        strcasecmp(value->key + length + COM_GUID_TEXT - 1, "\\InprocServer32") != 0)
        return false;
    snprintf(text, sizeof(text), "%s", value->key + length);
    return mdm_class_id(text, ret_id);
}

bool mdm_class_registered(const struct registry *registry, char ret_id[COM_GUID_TEXT])
{
    bool found = false;

    for (struct registry_value *at = registry->first; at && !found; at = at->next)
        found = of_plugin(registry, at, ret_id);
    for (struct registry_value *at = registry->first; at && !found; at = at->next)
        found = of_server(at, ret_id);
    return found;
}
