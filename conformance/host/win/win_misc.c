/* Debugging and modules. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"

/* ---- debugging */
void WINAPI OutputDebugStringA(LPCSTR text)
{
    if (text)
        world_trace(win_world(), "OutputDebugString: %s", text);
}

void WINAPI OutputDebugStringW(LPCWSTR text)
{
    char *narrow = win_utf8(text);

    OutputDebugStringA(narrow);
    free(narrow);
}

BOOL WINAPI IsDebuggerPresent(void)
{
    return FALSE;
}

void WINAPI DebugBreak(void)
{
    abort();
}

/* ---- modules */
HMODULE WINAPI LoadLibraryA(LPCSTR path)
{
    HMODULE module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

    if (!module)
        SetLastError(ERROR_MOD_NOT_FOUND);
    return module;
}

HMODULE WINAPI LoadLibraryW(LPCWSTR path)
{
    char *narrow = win_utf8(path);
    HMODULE module = LoadLibraryA(narrow);

    free(narrow);
    return module;
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    return module && dlclose(module) == 0 ? TRUE : win_fail(ERROR_INVALID_HANDLE);
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    void *found = module && name ? dlsym(module, name) : NULL;
    FARPROC function = NULL;

    if (!found)
        SetLastError(ERROR_PROC_NOT_FOUND);
    memcpy(&function, &found, sizeof(function));
    return function;
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
    char *narrow = name ? win_utf8(name) : NULL;
    void *module = name ? (narrow ? dlopen(narrow, RTLD_NOW | RTLD_NOLOAD) : NULL) : win_module();

    if (name && module)
        dlclose(module); /* it counts nothing */
    free(narrow);
    if (!module)
        SetLastError(ERROR_MOD_NOT_FOUND);
    return module;
}

static const char *path_of(void *module)
{
    struct link_map *map = NULL;

    if (!module || module == win_module())
        return win_module_path();
    return dlinfo(module, RTLD_DI_LINKMAP, &map) == 0 && map ? map->l_name : NULL;
}

/* As many characters as were written; all of the room: it was cut. */
static DWORD put_path(size_t size, DWORD room)
{
    if (size <= room)
        return (DWORD)size - 1;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return room;
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR path, DWORD room)
{
    const char *own = path_of(module);
    size_t size;

    if (!own || !room)
        return (DWORD)win_fail(own ? ERROR_INSUFFICIENT_BUFFER : ERROR_MOD_NOT_FOUND);
    size = win_utf16(own, path, room);
    if (size > room)
        path[room - 1] = 0;
    return put_path(size, room);
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR path, DWORD room)
{
    const char *own = path_of(module);

    if (!own || !room)
        return (DWORD)win_fail(own ? ERROR_INSUFFICIENT_BUFFER : ERROR_MOD_NOT_FOUND);
    snprintf(path, room, "%s", own);
    return put_path(strlen(own) + 1, room);
}
