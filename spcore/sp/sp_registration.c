/* Registration: the class for COM, and the plug-in key for Windows Media Device Manager, which
 * finds the class by the ProgID there. spcore/windows has Windows' own. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "spcore/com/com_guid.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_registry.h"

#define PROGID "papkit.spcore"
#define PROGID_1 PROGID ".1"
#define PLUGIN "SOFTWARE\\Microsoft\\Windows Media Device Manager\\Plugins\\SP\\" FILE_NAME
#define TITLE "papkit service provider"
/* In a table's text: the class id in braces, the library's path, or its name without its ending,
 * which is what the plug-in key is called. */
#define CLASS_ID "<class>"
#define LIBRARY "<library>"
#define FILE_NAME "<file>"

enum { TEXT_MAX = 4096, NOT_FOUND = 2, NO_ROOM = 122 };

/* The class may be used from any thread, and its devices come and go by plug and play. */
static const struct entry {
    enum sp_registry_root root;
    const char *key, *name, *text; /* no text: the number 1 */
} entries[] = {
    {SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID, "", TITLE},
    {SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID "\\InprocServer32", "", LIBRARY},
    {SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID "\\InprocServer32", "ThreadingModel", "Both"},
    {SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID "\\ProgID", "", PROGID_1},
    {SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID "\\VersionIndependentProgID", "", PROGID},
    {SP_REGISTRY_CLASSES, PROGID_1, "", TITLE},
    {SP_REGISTRY_CLASSES, PROGID_1 "\\CLSID", "", CLASS_ID},
    {SP_REGISTRY_CLASSES, PROGID, "", TITLE},
    {SP_REGISTRY_CLASSES, PROGID "\\CLSID", "", CLASS_ID},
    {SP_REGISTRY_CLASSES, PROGID "\\CurVer", "", PROGID_1},
    {SP_REGISTRY_MACHINE, PLUGIN, "ProgID", PROGID},
    {SP_REGISTRY_MACHINE, PLUGIN, "PnPAware", NULL},
};

/* What stands for one of them; false: it is not known. */
static bool meant(const char *mark, char ret[TEXT_MAX])
{
    const char *base;
    Dl_info self;

    if (strcmp(mark, CLASS_ID) == 0) {
        com_guid_format(&sp_clsid, ret);
        return true;
    }
    if (!dladdr(entries, &self))
        return false;
    base = strrchr(self.dli_fname, '/');
    base = base ? base + 1 : self.dli_fname;
    if (strcmp(mark, LIBRARY) == 0)
        return snprintf(ret, TEXT_MAX, "%s", self.dli_fname) < TEXT_MAX;
    return snprintf(ret, TEXT_MAX, "%.*s", (int)strcspn(base, "."), base) < TEXT_MAX;
}

/* A table's text with what is meant in the place of what stands for it; false: no room. */
static bool fill(const char *text, char ret[TEXT_MAX])
{
    static const char *const marks[] = {CLASS_ID, LIBRARY, FILE_NAME};
    char instead[TEXT_MAX] = "";
    const char *rest = "";
    size_t before = strlen(text);

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *found = strstr(text, marks[i]);

        if (!found)
            continue;
        if (!meant(marks[i], instead))
            return false;
        before = (size_t)(found - text);
        rest = found + strlen(marks[i]);
    }
    return snprintf(ret, TEXT_MAX, "%.*s%s%s", (int)before, text, instead, rest) < TEXT_MAX;
}

static int32_t write_entry(const struct entry *entry)
{
    char key[TEXT_MAX], text[TEXT_MAX];

    if (!fill(entry->key, key) || (entry->text && !fill(entry->text, text)))
        return NO_ROOM;
    return entry->text ? sp_registry_set_text(entry->root, key, entry->name, text)
                       : sp_registry_set_number(entry->root, key, entry->name, 1);
}

/* The keys go with all that is in them; those they lie in are Windows'. */
HRESULT STDMETHODCALLTYPE DllUnregisterServer(void)
{
    static const struct {
        enum sp_registry_root root;
        const char *key;
    } keys[] = {{SP_REGISTRY_CLASSES, "CLSID\\" CLASS_ID},
                {SP_REGISTRY_CLASSES, PROGID_1},
                {SP_REGISTRY_CLASSES, PROGID},
                {SP_REGISTRY_MACHINE, PLUGIN}};
    int32_t first = 0;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char key[TEXT_MAX];
        int32_t error = fill(keys[i].key, key) ? sp_registry_remove(keys[i].root, key) : NO_ROOM;

        if (error && error != NOT_FOUND && !first)
            first = error;
    }
    return first ? HRESULT_FROM_WIN32((uint32_t)first) : S_OK;
}

HRESULT STDMETHODCALLTYPE DllRegisterServer(void)
{
    int32_t error = 0;

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]) && !error; i++)
        error = write_entry(&entries[i]);
    if (error)
        (void)DllUnregisterServer(); /* all of it or nothing */
    return error ? HRESULT_FROM_WIN32((uint32_t)error) : S_OK;
}
