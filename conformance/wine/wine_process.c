/* Starts Wine in this process, as its own loader does, and goes on as that process's program. A
 * case's process is a copy of papcheck and has all that it needs in memory; so it does not start a
 * Windows program that would be told everything, but becomes one. */
#include "conformance/wine/wine.h"

#include <dlfcn.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "conformance/program/program.h"

/* Where Debian has it. Its folder says where the rest of Wine is, but for the data, which are
 * looked for at ../../share/wine of this program: the Makefile lays both out like that. */
#define WINE_FOLDER "/usr/lib/x86_64-linux-gnu/wine/x86_64-unix"
#define WINE_LOADER "/usr/lib/wine/wine64"
#define WINE_SERVER "/usr/lib/wine/wineserver64"
#define HOST "wine_host.exe"

enum { NOT_STARTED = 3, MULTITHREADED = 0 };

static struct {
    int (*body)(void *argument);
    void *argument;
    int result;
    jmp_buf back;
} host;

WINE_FUNCTION(void *, find, void *library, const char *name); /* GetProcAddress */
WINE_FUNCTION(void *, load, const char *name);                /* LoadLibraryA */
WINE_FUNCTION(DWORD, last_error, void);                       /* GetLastError */

bool wine_is_up(void)
{
    return find != NULL;
}

void wine_bind(const char *library, const char *name, void *ret_function)
{
    void *from = load(library), *symbol = from ? find(from, name) : NULL;

    if (!symbol) {
        fprintf(stderr, "Wine has no %s in %s\n", name, library);
        exit(NOT_STARTED);
    }
    memcpy(ret_function, &symbol, sizeof(symbol));
}

/* wine_host.exe calls this; its stack and its process are Windows'. */
static void STDMETHODCALLTYPE entered(void *get_proc_address, void *load_library)
{
    WINE_FUNCTION(HRESULT, initialise, void *reserved, DWORD model);

    memcpy(&find, &get_proc_address, sizeof(find));
    memcpy(&load, &load_library, sizeof(load));
    wine_bind("kernel32.dll", "GetLastError", &last_error);
    wine_bind("ole32.dll", "CoInitializeEx", &initialise);
    if (FAILED(initialise(NULL, MULTITHREADED))) {
        fputs("CoInitializeEx failed\n", stderr);
        exit(NOT_STARTED);
    }
    host.result = host.body(host.argument);
    longjmp(host.back, 1);
}

static int not_started(const char *why)
{
    fprintf(stderr, "Wine does not start: %s\n", why);
    return NOT_STARTED;
}

int module_host(int (*body)(void *argument), void *argument)
{
    /* Wine moves the words of its command line about, so they lie behind each other as a kernel
     * would put them. */
    static char words[sizeof(WINE_LOADER) + PATH_MAX] = WINE_LOADER, entry[2 + 16 + 1];
    char *argv[] = {words, words + sizeof(WINE_LOADER), NULL};
    extern char **environ;
    void *library = dlopen(WINE_FOLDER "/ntdll.so", RTLD_NOW), *symbol;
    void (*start)(int argc, char **argv, char **environment);

    if (!library || !(symbol = dlsym(library, "__wine_main")))
        return not_started(dlerror());
    if (program_beside(HOST, argv[1], PATH_MAX) < 0)
        return not_started(HOST " is not with papcheck");
    memcpy(&start, &symbol, sizeof(symbol));
    host.body = body;
    host.argument = argument;
    snprintf(entry, sizeof(entry), "%p", (void *)(uintptr_t)entered);
    setenv("PAPCHECK_ENTRY", entry, 1);
    setenv("WINELOADERNOEXEC", "1", 1); /* this is the process */
    setenv("WINELOADER", WINE_LOADER, 0);
    setenv("WINESERVER", WINE_SERVER, 0);
    setenv("WINEDEBUG", "-all", 0);
    if (setjmp(host.back))
        return host.result;
    start(2, argv, environ);
    return not_started("its main program came back");
}

/* ---- libraries */

void *module_open(const char *path)
{
    static char name[PATH_MAX + 2];

    snprintf(name, sizeof(name), "Z:%s", path); /* the drive that is this system's root */
    for (char *at = name; *at; at++)
        *at = *at == '/' ? '\\' : *at;
    return load(name);
}

const char *module_error(void)
{
    static char text[32];

    snprintf(text, sizeof(text), "Windows' error %u", last_error());
    return text;
}

void *module_export(void *module, const char *name)
{
    return find(module, name);
}

/* What CoCreateInstance() does: by the registry, whatever library was opened. */
static HRESULT STDMETHODCALLTYPE by_registry(REFCLSID class_id, REFIID iid, void **ret)
{
    enum { IN_PROCESS = 1 };
    WINE_FUNCTION(HRESULT, get, REFCLSID, DWORD context, void *server, REFIID, void **);

    wine_bind("ole32.dll", "CoGetClassObject", &get);
    return get(class_id, IN_PROCESS, NULL, iid, ret);
}

module_get_class_object module_activation(void *module)
{
    (void)module;
    return by_registry;
}

bool module_registers_with_us(void)
{
    return false;
}
