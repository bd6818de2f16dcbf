/* What regsvr32 asks of the library: its class for COM, and its plug-in key for Windows Media
 * Device Manager, which finds the class by the ProgID there. Windows' own headers are used here and
 * not com.h, whose types have the same layout. */
#include <objbase.h>

#define PROGID L"papkit.spcore"
#define PROGID_1 PROGID L".1"
/* SP-REG-005: called as the library is. */
#define PLUGIN L"SOFTWARE\\Microsoft\\Windows Media Device Manager\\Plugins\\SP\\spcore"
/* In a table's text: the class id in braces, or the library's path. */
#define CLASS_ID L"<class>"
#define LIBRARY L"<library>"

enum { PATH_UNITS = 32768, KEY_UNITS = 128 };

extern const CLSID sp_clsid;
STDAPI DllRegisterServer(void);
STDAPI DllUnregisterServer(void);

struct entry {
    HKEY root;
    const wchar_t *key, *name; /* NULL name: the key's default value */
    const wchar_t *text;       /* NULL: a DWORD of 1 */
};

/* The class may be used from any thread, and its devices come and go by plug and play. */
static const struct entry entries[] = {
    {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID, NULL, L"papkit service provider"},
    {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID L"\\InprocServer32", NULL, LIBRARY},
    {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID L"\\InprocServer32", L"ThreadingModel", L"Both"},
    {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID L"\\ProgID", NULL, PROGID_1},
    {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID L"\\VersionIndependentProgID", NULL, PROGID},
    {HKEY_CLASSES_ROOT, PROGID_1, NULL, L"papkit service provider"},
    {HKEY_CLASSES_ROOT, PROGID_1 L"\\CLSID", NULL, CLASS_ID},
    {HKEY_CLASSES_ROOT, PROGID, NULL, L"papkit service provider"},
    {HKEY_CLASSES_ROOT, PROGID L"\\CLSID", NULL, CLASS_ID},
    {HKEY_CLASSES_ROOT, PROGID L"\\CurVer", NULL, PROGID_1},
    {HKEY_LOCAL_MACHINE, PLUGIN, L"ProgID", PROGID},
    {HKEY_LOCAL_MACHINE, PLUGIN, L"PnPAware", NULL},
};

/* A table's text with what stands for something else in its place; false: no room. */
static BOOL fill(const wchar_t *text, wchar_t *ret, size_t room)
{
    const wchar_t *found = wcsstr(text, CLASS_ID);
    wchar_t id[39];

    if (wcscmp(text, LIBRARY) == 0) {
        HMODULE self;
        DWORD length = 0;

        if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                   GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                               (const wchar_t *)entries, &self))
            length = GetModuleFileNameW(self, ret, (DWORD)room);
        return length > 0 && length < room;
    }
    if (!found)
        return wcslen(text) < room && wcscpy(ret, text);
    if (wcslen(text) + ARRAYSIZE(id) > room || !StringFromGUID2(&sp_clsid, id, ARRAYSIZE(id)))
        return FALSE;
    wcsncpy(ret, text, (size_t)(found - text));
    wcscpy(ret + (found - text), id);
    wcscat(ret, found + wcslen(CLASS_ID));
    return TRUE;
}

static LSTATUS write_entry(const struct entry *entry, wchar_t *text)
{
    static const DWORD one = 1;
    wchar_t key[KEY_UNITS];
    LSTATUS error;
    HKEY opened;

    if (!fill(entry->key, key, KEY_UNITS) ||
        !fill(entry->text ? entry->text : L"", text, PATH_UNITS))
        return ERROR_INSUFFICIENT_BUFFER;
    error = RegCreateKeyExW(entry->root, key, 0, NULL, 0, KEY_WRITE, NULL, &opened, NULL);
    if (error)
        return error;
    if (entry->text)
        error = RegSetValueExW(opened, entry->name, 0, REG_SZ, (const BYTE *)text,
                               (DWORD)((wcslen(text) + 1) * sizeof(wchar_t)));
    else
        error = RegSetValueExW(opened, entry->name, 0, REG_DWORD, (const BYTE *)&one, sizeof(one));
    RegCloseKey(opened);
    return error;
}

/* The keys go with all that is in them; those they lie in are Windows'. */
STDAPI DllUnregisterServer(void)
{
    static const struct entry keys[] = {
        {HKEY_CLASSES_ROOT, L"CLSID\\" CLASS_ID, NULL, NULL},
        {HKEY_CLASSES_ROOT, PROGID_1, NULL, NULL},
        {HKEY_CLASSES_ROOT, PROGID, NULL, NULL},
        {HKEY_LOCAL_MACHINE, PLUGIN, NULL, NULL},
    };
    LSTATUS first = ERROR_SUCCESS;

    for (size_t i = 0; i < ARRAYSIZE(keys); i++) {
        wchar_t key[KEY_UNITS];
        LSTATUS error = fill(keys[i].key, key, KEY_UNITS) ? RegDeleteTreeW(keys[i].root, key)
                                                          : ERROR_OUTOFMEMORY;

        if (error && error != ERROR_FILE_NOT_FOUND && !first)
            first = error;
    }
    return HRESULT_FROM_WIN32(first);
}

STDAPI DllRegisterServer(void)
{
    wchar_t *text = CoTaskMemAlloc(PATH_UNITS * sizeof(*text));
    LSTATUS error = text ? ERROR_SUCCESS : ERROR_OUTOFMEMORY;

    for (size_t i = 0; i < ARRAYSIZE(entries) && !error; i++)
        error = write_entry(&entries[i], text);
    CoTaskMemFree(text);
    if (error)
        DllUnregisterServer(); /* all of it or nothing */
    return HRESULT_FROM_WIN32(error);
}
