/* What COM has to know of the classes; WMI reads the rest of papwmi.mof. */
#include <dlfcn.h>
#include <stdlib.h>

#include "spcore/wmi/windows/papwmi.h"

enum { PATH_ROOM = 4096 };
#define CLASSES L"SOFTWARE\\Classes\\CLSID\\"
static const struct registered {
    const WCHAR *class, *server, *title;
} registered[] = {
    {CLASSES L"{3E0D5C1A-8A57-4F3C-A16D-520E9B6F2741}",
     CLASSES L"{3E0D5C1A-8A57-4F3C-A16D-520E9B6F2741}\\InprocServer32",
     L"papkit class provider of portable audio players"},
    {CLASSES L"{3E0D5C1B-8A57-4F3C-A16D-520E9B6F2741}",
     CLASSES L"{3E0D5C1B-8A57-4F3C-A16D-520E9B6F2741}\\InprocServer32",
     L"papkit class provider of portable audio players, which pushes"},
};

static LSTATUS set(const WCHAR *key_name, const WCHAR *name, const WCHAR *text)
{
    HKEY key;
    LSTATUS error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_name, 0, NULL, REG_OPTION_NON_VOLATILE,
                                    KEY_WRITE, NULL, &key, NULL);

    if (error)
        return error;
    error = RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                           (DWORD)(((size_t)lstrlenW(text) + 1) * sizeof(*text)));
    (void)RegCloseKey(key);
    return error;
}

/* This library's file. */
static bool find_self(WCHAR ret[PATH_ROOM])
{
    Dl_info self;

    return dladdr(registered, &self) &&
           MultiByteToWideChar(CP_UTF8, 0, self.dli_fname, -1, ret, PATH_ROOM) > 0;
}

HRESULT STDMETHODCALLTYPE DllUnregisterServer(void)
{
    LSTATUS first = 0;

    for (size_t i = 0; i < ARRAYSIZE(registered); i++) {
        LSTATUS error = RegDeleteTreeW(HKEY_LOCAL_MACHINE, registered[i].class);

        if (error && error != ERROR_FILE_NOT_FOUND && !first)
            first = error;
    }
    return HRESULT_FROM_WIN32((DWORD)first);
}

/* All of it or nothing. */
HRESULT STDMETHODCALLTYPE DllRegisterServer(void)
{
    WCHAR *path = calloc(PATH_ROOM, sizeof(*path));
    LSTATUS error = path ? (find_self(path) ? 0 : ERROR_PATH_NOT_FOUND) : ERROR_NOT_ENOUGH_MEMORY;

    for (size_t i = 0; !error && i < ARRAYSIZE(registered); i++) {
        error = set(registered[i].class, NULL, registered[i].title);
        if (!error)
            error = set(registered[i].server, NULL, path);
        if (!error)
            error = set(registered[i].server, L"ThreadingModel", L"Both");
    }
    free(path);
    if (error)
        (void)DllUnregisterServer();
    return HRESULT_FROM_WIN32((DWORD)error);
}
