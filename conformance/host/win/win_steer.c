/* Service control, the side of those who steer services: the manager's and services' handles,
 * starting, controlling, asking. A handle is a name and what it was opened for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/include/winreg.h"
#include "conformance/host/include/winsvc.h"
#include "conformance/host/win/win_private.h"

static struct win_steered *open_handles; /* under the world's lock */

/* ---- handles */
void win_forget_steered(void)
{
    open_handles = NULL;
}

static DWORD rights_of(DWORD access, DWORD read, DWORD write, DWORD all)
{
    if (access & (MAXIMUM_ALLOWED | GENERIC_ALL))
        return all;
    return access | (access & GENERIC_READ ? read : 0u) | (access & GENERIC_WRITE ? write : 0u);
}

struct win_steered *win_steer(const char *name, DWORD access)
{
    const size_t size = strlen(name) + 1;
    struct win_steered *handle = calloc(1, sizeof(*handle) + size);

    if (!handle) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memcpy(handle->name, name, size);
    handle->access = *name ? rights_of(access, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS,
                                       SERVICE_CHANGE_CONFIG, SERVICE_ALL_ACCESS)
                           : rights_of(access, SC_MANAGER_ENUMERATE_SERVICE,
                                       SC_MANAGER_CREATE_SERVICE, SC_MANAGER_ALL_ACCESS);
    world_lock(win_world());
    handle->next = open_handles;
    open_handles = handle;
    world_unlock(win_world());
    world_owe(win_world(), &handle->asset, "service handle", "of %s", *name ? name : "the manager");
    return handle;
}

static const struct win_steered *find(const void *handle, bool service, DWORD right,
                                      const char *call)
{
    const struct win_steered *one;

    world_lock(win_world());
    for (one = open_handles; one && one != handle;)
        one = one->next;
    world_unlock(win_world());
    if (!one)
        world_find(win_world(), WORLD_FAULT, "bad-handle",
                   "%s was given what is no handle of the manager or a service, or one that is "
                   "closed",
                   call);
    if (!one || (one->name[0] != '\0') != service) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if ((one->access & right) == right)
        return one;
    SetLastError(ERROR_ACCESS_DENIED);
    return NULL;
}

const struct win_steered *win_steered_service(const void *handle, DWORD right, const char *call)
{
    return find(handle, true, right, call);
}

const struct win_steered *win_steered_manager(const void *handle, DWORD right, const char *call)
{
    return find(handle, false, right, call);
}

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access)
{
    (void)machine, (void)database;
    if (win_host()->scm)
        return (SC_HANDLE)win_steer("", access);
    SetLastError(ERROR_DATABASE_DOES_NOT_EXIST);
    return NULL;
}

/* Is it in the registry? What the manager has seen once it knows for good. */
static bool is_installed(const char *name)
{
    WCHAR *key = win_service_key(name);
    HKEY opened;
    bool is = key && RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ, &opened) == 0;

    if (is)
        (void)RegCloseKey(opened);
    free(key);
    return is;
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access)
{
    char *narrow = win_utf8(name);
    struct win_steered *handle = NULL;

    if (!narrow || !*narrow) {
        SetLastError(name ? ERROR_INVALID_NAME : ERROR_INVALID_PARAMETER);
    } else if (win_steered_manager(manager, 0, "OpenService")) {
        DWORD error;

        win_service_sweep(narrow);
        scm_load(win_host()->scm);
        error = is_installed(narrow) ? scm_query(win_host()->scm, narrow, &(struct scm_status){0})
                                     : ERROR_SERVICE_DOES_NOT_EXIST;
        if (error)
            SetLastError(error);
        else
            handle = win_steer(narrow, access);
    }
    free(narrow);
    return (SC_HANDLE)handle;
}

static bool is_open(const char *name)
{
    const struct win_steered *one;

    world_lock(win_world());
    for (one = open_handles; one && strcasecmp(one->name, name) != 0;)
        one = one->next;
    world_unlock(win_world());
    return one != NULL;
}

void win_service_sweep(const char *name)
{
    struct scm_status status = {0};
    WCHAR *key;

    if (!win_service_condemned(name) || is_open(name) ||
        (scm_query(win_host()->scm, name, &status) == 0 && status.state != SCM_STOPPED))
        return;
    key = win_service_key(name);
    if (key)
        (void)RegDeleteTreeW(HKEY_LOCAL_MACHINE, key);
    free(key);
}

BOOL WINAPI CloseServiceHandle(SC_HANDLE handle)
{
    struct win_steered **at, *gone = (struct win_steered *)handle;

    world_lock(win_world());
    for (at = &open_handles; *at && *at != gone;)
        at = &(*at)->next;
    if (*at)
        *at = gone->next;
    else
        gone = NULL;
    world_unlock(win_world());
    if (!gone) {
        (void)find(handle, true, 0, "CloseServiceHandle");
        return FALSE;
    }
    world_paid(win_world(), &gone->asset);
    if (*gone->name)
        win_service_sweep(gone->name);
    free(gone);
    return TRUE;
}

/* ---- starting, controlling, asking */
BOOL WINAPI StartServiceW(SC_HANDLE service, DWORD argc, LPCWSTR *argv)
{
    const struct win_steered *handle = win_steered_service(service, SERVICE_START, "StartService");
    char **arguments = handle ? calloc(argc + 1u, sizeof(*arguments)) : NULL;
    DWORD error = arguments ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;

    if (!handle)
        return FALSE;
    for (DWORD i = 0; !error && i < argc; i++) {
        arguments[i] = win_utf8(argv[i]);
        if (!arguments[i])
            error = ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!error)
        error = win_service_condemned(handle->name) ? ERROR_SERVICE_MARKED_FOR_DELETE
                                                    : scm_start(win_host()->scm, handle->name, argc,
                                                                (const char *const *)arguments);
    for (DWORD i = 0; arguments && i < argc; i++)
        free(arguments[i]);
    free(arguments);
    return error ? win_fail(error) : TRUE;
}

static void put_status(const struct scm_status *own, LPSERVICE_STATUS ret_status)
{
    *ret_status = (SERVICE_STATUS){.dwServiceType = own->type,
                                   .dwCurrentState = own->state,
                                   .dwControlsAccepted = own->accepted,
                                   .dwWin32ExitCode = own->exit_code,
                                   .dwServiceSpecificExitCode = own->specific,
                                   .dwCheckPoint = own->checkpoint,
                                   .dwWaitHint = own->wait_hint};
}

static DWORD right_for(DWORD control)
{
    switch (control) {
    case SERVICE_CONTROL_STOP:
        return SERVICE_STOP;
    case SERVICE_CONTROL_INTERROGATE:
        return SERVICE_INTERROGATE;
    default:
        return control >= 128 ? SERVICE_USER_DEFINED_CONTROL : SERVICE_PAUSE_CONTINUE;
    }
}

BOOL WINAPI ControlService(SC_HANDLE service, DWORD control, LPSERVICE_STATUS ret_status)
{
    const struct win_steered *handle =
        win_steered_service(service, right_for(control), "ControlService");
    struct scm_status own = {0};
    DWORD error;

    if (!handle)
        return FALSE;
    error = scm_control(win_host()->scm, handle->name, control, &own);
    put_status(&own, ret_status);
    return error ? win_fail(error) : TRUE;
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE service, LPSERVICE_STATUS ret_status)
{
    const struct win_steered *handle =
        win_steered_service(service, SERVICE_QUERY_STATUS, "QueryServiceStatus");
    struct scm_status own = {0};
    const DWORD error = handle ? scm_query(win_host()->scm, handle->name, &own) : ERROR_SUCCESS;

    if (!handle)
        return FALSE;
    if (error)
        return win_fail(error);
    put_status(&own, ret_status);
    return TRUE;
}

BOOL WINAPI QueryServiceStatusEx(SC_HANDLE service, SC_STATUS_TYPE level, LPBYTE buffer, DWORD size,
                                 LPDWORD ret_needed)
{
    SERVICE_STATUS_PROCESS whole = {.dwProcessId = GetCurrentProcessId()};
    SERVICE_STATUS status = {0};

    if (level != SC_STATUS_PROCESS_INFO || !ret_needed)
        return win_fail(ERROR_INVALID_LEVEL);
    *ret_needed = sizeof(whole);
    if (size < sizeof(whole))
        return win_fail(ERROR_INSUFFICIENT_BUFFER);
    if (!QueryServiceStatus(service, &status))
        return FALSE;
    memcpy(&whole, &status, sizeof(status)); /* which it begins with */
    if (status.dwCurrentState == SERVICE_STOPPED)
        whole.dwProcessId = 0;
    memcpy(buffer, &whole, sizeof(whole));
    return TRUE;
}
