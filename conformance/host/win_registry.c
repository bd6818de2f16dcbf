/* Windows' registry functions over our registry: handles and keys. A handle is its key's path, so
 * that whoever deletes the key is seen by those who have it open. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win_registry_private.h"
#include "spcore/com/com_utf16.h"

struct HKEY__ {
    struct HKEY__ *next;
    void *mark; /* the watcher's */
    REGSAM access;
    char path[]; /* without a backslash at its end */
};

/* One registry, one lock: of the handles that are open, and of what they reach. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct registry *bound;
static struct HKEY__ *open_keys;
static const struct win_registry_watch *watcher;

void win_registry_bind(struct registry *registry)
{
    struct HKEY__ *gone;

    pthread_mutex_lock(&lock);
    bound = registry;
    while (!registry && (gone = open_keys)) {
        open_keys = gone->next;
        free(gone);
    }
    pthread_mutex_unlock(&lock);
}

void win_registry_watch(const struct win_registry_watch *watch)
{
    watcher = watch;
}

/* ---- names */
char *win_key_name(LPCWSTR name)
{
    static const WCHAR none[] = {0};

    return com_utf8_copy(name ? name : none);
}

LSTATUS win_key_error(int error)
{
    static const struct {
        int error;
        DWORD code;
    } codes[] = {{0, ERROR_SUCCESS},
                 {-EINVAL, ERROR_INVALID_PARAMETER},
                 {-ENAMETOOLONG, ERROR_INVALID_PARAMETER},
                 {-ENOSPC, ERROR_NO_SYSTEM_RESOURCES}};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].error == error)
            return (LSTATUS)codes[i].code;
    }
    return ERROR_NOT_ENOUGH_MEMORY;
}

/* ---- handles */
/* A root's number is negative, and may have been widened as if it were not. */
static const char *root_of(HKEY key)
{
    const intptr_t number = (intptr_t)key;
    const HKEY root = number > 0 && number <= UINT32_MAX ? (HKEY)(intptr_t)(int32_t)number : key;

    static const struct {
        HKEY key;
        const char *path;
    } roots[] = {{HKEY_CLASSES_ROOT, WIN_REGISTRY_CLASSES},
                 {HKEY_CURRENT_USER, "HKCU"},
                 {HKEY_LOCAL_MACHINE, "HKLM"},
                 {HKEY_USERS, "HKU"},
                 {HKEY_CURRENT_CONFIG, "HKCC"}};

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (root == roots[i].key)
            return roots[i].path;
    }
    return NULL;
}

/* Under the lock; NULL: it is none of those that are open. */
static struct HKEY__ **place_of(HKEY key)
{
    struct HKEY__ **at = &open_keys;

    while (*at && *at != key)
        at = &(*at)->next;
    return *at ? at : NULL;
}

/* Under the lock. What a key is opened for decides, and not whoever may do what. */
static LSTATUS path_of(HKEY key, REGSAM right, const char **ret_path)
{
    struct HKEY__ **at;

    *ret_path = root_of(key);
    if (*ret_path)
        return ERROR_SUCCESS;
    at = place_of(key);
    if (!at)
        return ERROR_INVALID_HANDLE;
    if (right & ~(*at)->access)
        return ERROR_ACCESS_DENIED;
    *ret_path = (*at)->path;
    return registry_has_key(bound, *ret_path) ? ERROR_SUCCESS : ERROR_KEY_DELETED;
}

static char *join(const char *path, LPCWSTR sub_key)
{
    char *sub = win_key_name(sub_key);
    const size_t size = sub ? strlen(path) + strlen(sub) + 2 : 0;
    char *whole = size ? malloc(size) : NULL;

    if (whole)
        snprintf(whole, size, "%s%s%s", path, *sub ? "\\" : "", sub);
    if (whole && whole[strlen(whole) - 1] == '\\')
        whole[strlen(whole) - 1] = '\0';
    free(sub);
    return whole;
}

LSTATUS win_key_enter(HKEY key, LPCWSTR sub_key, REGSAM right, const char *call,
                      struct win_key *ret_key)
{
    const char *path = NULL;
    LSTATUS error;

    pthread_mutex_lock(&lock);
    error = bound ? path_of(key, right, &path) : (LSTATUS)ERROR_ACCESS_DENIED;
    *ret_key = (struct win_key){.registry = bound};
    if (bound)
        registry_hold(bound);
    if (!error) {
        ret_key->path = join(path, sub_key);
        if (!ret_key->path)
            error = ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!error) {
        /* A root is there, be there anything in it or not. */
        ret_key->there = registry_has_key(bound, ret_key->path) || strcmp(ret_key->path, path) == 0;
        return ERROR_SUCCESS;
    }
    if (bound)
        registry_release(bound);
    pthread_mutex_unlock(&lock);
    if (error == ERROR_INVALID_HANDLE && watcher)
        watcher->bad(call);
    return error;
}

LSTATUS win_key_leave(struct win_key *key, LSTATUS result)
{
    free(key->path);
    registry_release(key->registry);
    pthread_mutex_unlock(&lock);
    return result;
}

LSTATUS win_key_there(HKEY key, LPCWSTR sub_key, REGSAM right, const char *call,
                      struct win_key *ret_key)
{
    const LSTATUS error = win_key_enter(key, sub_key, right, call, ret_key);

    if (error || ret_key->there)
        return error;
    return win_key_leave(ret_key, ERROR_FILE_NOT_FOUND);
}

static REGSAM rights_of(REGSAM access)
{
    if (access & (MAXIMUM_ALLOWED | GENERIC_ALL))
        return KEY_ALL_ACCESS;
    return access | (access & GENERIC_READ ? KEY_READ : 0u) |
           (access & GENERIC_WRITE ? KEY_WRITE : 0u);
}

/* Under the lock; the key takes the path along. */
static LSTATUS open_key(const char *path, REGSAM access, PHKEY ret_key)
{
    const size_t size = strlen(path) + 1;
    struct HKEY__ *made = calloc(1, sizeof(*made) + size);

    if (!made)
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(made->path, path, size);
    made->access = rights_of(access);
    made->next = open_keys;
    open_keys = made;
    *ret_key = made;
    return ERROR_SUCCESS;
}

/* Not under the lock: the watcher has one of its own. */
static LSTATUS watched(LSTATUS result, HKEY key)
{
    if (!result && watcher)
        key->mark = watcher->opened(key->path);
    return result;
}

/* ---- opening, making, closing */
LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR sub_key, DWORD reserved, LPWSTR class_name,
                               DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES security,
                               PHKEY ret_key, LPDWORD ret_disposition)
{
    struct win_key at;
    LSTATUS result;

    (void)class_name, (void)options, (void)security;
    result = win_key_enter(key, sub_key, 0, "RegCreateKeyEx", &at);
    if (result)
        return result;
    if (!sub_key || !ret_key || reserved)
        return win_key_leave(&at, ERROR_INVALID_PARAMETER);
    result = win_key_error(registry_make_key(at.registry, at.path));
    if (!result)
        result = open_key(at.path, access, ret_key);
    if (!result && ret_disposition)
        *ret_disposition = at.there ? REG_OPENED_EXISTING_KEY : REG_CREATED_NEW_KEY;
    return watched(win_key_leave(&at, result), result ? NULL : *ret_key);
}

LSTATUS WINAPI RegCreateKeyW(HKEY key, LPCWSTR sub_key, PHKEY ret_key)
{
    return RegCreateKeyExW(key, sub_key ? sub_key : u"", 0, NULL, 0, MAXIMUM_ALLOWED, NULL, ret_key,
                           NULL);
}

LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR sub_key, DWORD options, REGSAM access, PHKEY ret_key)
{
    struct win_key at;
    LSTATUS result;

    (void)options;
    if (!ret_key)
        return ERROR_INVALID_PARAMETER;
    *ret_key = NULL;
    result = win_key_there(key, sub_key, 0, "RegOpenKeyEx", &at);
    if (result)
        return result;
    result = open_key(at.path, access, ret_key);
    return watched(win_key_leave(&at, result), *ret_key);
}

LSTATUS WINAPI RegOpenKeyW(HKEY key, LPCWSTR sub_key, PHKEY ret_key)
{
    return RegOpenKeyExW(key, sub_key, 0, MAXIMUM_ALLOWED, ret_key);
}

LSTATUS WINAPI RegCloseKey(HKEY key)
{
    struct HKEY__ **at, *gone = NULL;

    if (root_of(key))
        return ERROR_SUCCESS;
    pthread_mutex_lock(&lock);
    at = place_of(key);
    if (at) {
        gone = *at;
        *at = gone->next;
    }
    pthread_mutex_unlock(&lock);
    if (!gone) {
        if (watcher)
            watcher->bad("RegCloseKey");
        return ERROR_INVALID_HANDLE;
    }
    if (watcher && gone->mark)
        watcher->closed(gone->mark);
    free(gone);
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegFlushKey(HKEY key)
{
    struct win_key at;
    const LSTATUS result = win_key_enter(key, NULL, 0, "RegFlushKey", &at);

    return result ? result : win_key_leave(&at, ERROR_SUCCESS);
}

/* ---- deleting */
LSTATUS WINAPI RegDeleteKeyExW(HKEY key, LPCWSTR sub_key, REGSAM access, DWORD reserved)
{
    struct win_key at;
    LSTATUS result;

    (void)access, (void)reserved;
    if (!sub_key)
        return ERROR_INVALID_PARAMETER;
    result = win_key_there(key, sub_key, 0, "RegDeleteKey", &at);
    if (result)
        return result;
    if (registry_key(at.registry, at.path, 0) || !registry_remove(at.registry, at.path))
        result = ERROR_ACCESS_DENIED; /* what has keys in it is RegDeleteTree's */
    return win_key_leave(&at, result);
}

LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR sub_key)
{
    return RegDeleteKeyExW(key, sub_key, 0, 0);
}

/* What is in the key, which itself stays. */
static LSTATUS empty(const struct win_key *at)
{
    const char *name;
    const struct registry_value *value;

    while ((name = registry_key(at->registry, at->path, 0)) != NULL) {
        const size_t size = strlen(at->path) + strlen(name) + 2;
        char *whole = malloc(size);

        if (!whole)
            return ERROR_NOT_ENOUGH_MEMORY;
        snprintf(whole, size, "%s\\%s", at->path, name);
        (void)registry_remove(at->registry, whole);
        free(whole);
    }
    while ((value = registry_value_at(at->registry, at->path, 0)) != NULL)
        (void)registry_remove_value(at->registry, at->path, value->name);
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegDeleteTreeW(HKEY key, LPCWSTR sub_key)
{
    struct win_key at;
    LSTATUS result = win_key_there(key, sub_key, 0, "RegDeleteTree", &at);

    if (result)
        return result;
    if (!sub_key || !*sub_key)
        result = empty(&at);
    else if (!registry_remove(at.registry, at.path))
        result = ERROR_ACCESS_DENIED;
    return win_key_leave(&at, result);
}
