/* Which Windows it is, last errors, and text on the way in and out. */
#include "conformance/host/win/win_host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"
#include "conformance/host/win_registry.h"
#include "spcore/com/com_utf16.h"

static struct win_host *bound;
static _Thread_local DWORD last_error;

/* ---- what of the registry is the subject's to give back */
static void *opened(const char *path)
{
    struct world_asset *asset = calloc(1, sizeof(*asset));

    if (asset)
        world_owe(win_world(), asset, "registry key", "%s", path);
    return asset;
}

static void closed(void *mark)
{
    world_paid(win_world(), mark);
    free(mark);
}

static void bad(const char *call)
{
    world_find(win_world(), WORLD_FAULT, "bad-handle",
               "%s was given what is no key that is open: closed before, or never opened", call);
}

static const struct win_registry_watch watch = {opened, closed, bad};

void win_bind(struct win_host *host)
{
    win_forget_objects();
    win_forget_pool();
    win_forget_steered();
    bound = host;
    win_registry_watch(host ? &watch : NULL);
    win_registry_bind(host && host->machine ? pnp_registry(host->machine) : NULL);
}

struct win_host *win_host(void)
{
    if (!bound) {
        fputs("paphost: no Windows to call: papcheck makes one (papcheck run --service)\n", stderr);
        abort();
    }
    return bound;
}

struct world *win_world(void)
{
    return win_host()->world;
}

DWORD WINAPI GetLastError(void)
{
    return last_error;
}

void WINAPI SetLastError(DWORD code)
{
    last_error = code;
}

BOOL win_fail(DWORD code)
{
    SetLastError(code);
    return FALSE;
}

DWORD win_error_of(int error)
{
    static const struct {
        int error;
        DWORD code;
    } codes[] = {
        {0, ERROR_SUCCESS},
        {-ENOENT, ERROR_FILE_NOT_FOUND},
        {-EACCES, ERROR_ACCESS_DENIED},
        {-ENOMEM, ERROR_NOT_ENOUGH_MEMORY},
        {-ENODEV, ERROR_DEVICE_NOT_CONNECTED},
        {-ENOTTY, ERROR_INVALID_FUNCTION},
        {-EINVAL, ERROR_INVALID_PARAMETER},
        {-ETIMEDOUT, ERROR_SEM_TIMEOUT},
        {-EPIPE, ERROR_GEN_FAILURE},
        {-ECANCELED, ERROR_OPERATION_ABORTED},
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].error == error)
            return codes[i].code;
    }
    return ERROR_IO_DEVICE;
}

void win_found_circle(const char *call, const char *what)
{
    world_find(win_world(), WORLD_FAULT, "deadlock",
               "%s waits for %s, and whoever could bring that about waits, be it over others, for "
               "the caller: none of them would ever go on",
               call, what);
}

char *win_utf8(const WCHAR *text)
{
    char *own = text ? com_utf8_from_utf16(text) : NULL;
    char *copy = own ? strdup(own) : NULL;

    CoTaskMemFree(own);
    return copy;
}

size_t win_utf16(const char *text, WCHAR *to, size_t room)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    size_t size = 0;

    for (; wide && (size == 0 || wide[size - 1]); size++) {
        if (size < room)
            to[size] = wide[size];
    }
    CoTaskMemFree(wide);
    return size;
}
