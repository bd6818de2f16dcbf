/* Defects of what the module enters into the registry, and of how it takes it back. */
#include <stdio.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_registry.h"

enum { REFUSED = 5, KEY_MAX = 4096 };

static bool ends(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool is_plugin(enum sp_registry_root root)
{
    return root == SP_REGISTRY_MACHINE;
}

/* Where a defect puts the plug-in key. */
static const char *moved(const char *key)
{
    static char elsewhere[KEY_MAX];
    const char *name = strrchr(key, '\\') + 1;

    if (deviates(PLUGIN_OF_CONTENT))
        snprintf(elsewhere, sizeof(elsewhere), "%.*sSCP\\%s", (int)(strstr(key, "SP\\") - key), key,
                 name);
    else if (deviates(PLUGIN_NAMED_AFTER_DEVICE))
        snprintf(elsewhere, sizeof(elsewhere), "%.*sWalkman", (int)(name - key), key);
    else
        snprintf(elsewhere, sizeof(elsewhere), "%s", key);
    return elsewhere;
}

/* Counts registrations: the class's title is written once in each. */
static unsigned times;

SEAM(sp_registry_set_text);
int32_t __wrap_sp_registry_set_text(enum sp_registry_root root, const char *key, const char *name,
                                    const char *text)
{
    if (deviates(SERVER_UNNAMED) && ends(key, "InprocServer32") && !*name)
        return 0;
    if (deviates(MODEL_APARTMENT) && strcmp(name, "ThreadingModel") == 0)
        text = "Apartment";
    if (deviates(PROGID_OF_ANOTHER) && ends(key, "spcore\\CLSID"))
        text = "{01234567-89AB-4CDE-8001-020304050607}";
    if (is_plugin(root) && deviates(PROGID_AS_NUMBER))
        return __real_sp_registry_set_text(root, key, "Name", text) +
               sp_registry_set_number(root, key, name, 1);
    if (strncmp(key, "CLSID\\", 6) == 0 && !strchr(key + 6, '\\') && times++ > 0) {
        if (deviates(REGISTERED_ONCE))
            return REFUSED;
        if (deviates(REGISTERED_AND_COUNTED))
            (void)sp_registry_set_number(root, key, "Registrations", times);
    }
    return __real_sp_registry_set_text(root, is_plugin(root) ? moved(key) : key, name, text);
}

SEAM(sp_registry_set_number);
int32_t __wrap_sp_registry_set_number(enum sp_registry_root root, const char *key, const char *name,
                                      uint32_t number)
{
    if (is_plugin(root) && deviates(AWARE_AS_TEXT))
        return __real_sp_registry_set_text(root, key, name, "1");
    return __real_sp_registry_set_number(root, is_plugin(root) ? moved(key) : key, name, number);
}

SEAM(sp_registry_remove);
int32_t __wrap_sp_registry_remove(enum sp_registry_root root, const char *key)
{
    char above[KEY_MAX];

    if (!is_plugin(root))
        return __real_sp_registry_remove(root, key);
    if (deviates(PLUGIN_LEFT))
        return 0;
    key = moved(key);
    snprintf(above, sizeof(above), "%.*s", (int)(strrchr(key, '\\') - key), key);
    return __real_sp_registry_remove(root, deviates(NEIGHBOURS_REMOVED) ? above : key);
}
