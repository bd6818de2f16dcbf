/* Service control, the service's side, thin over host/scm: text and structures on the way in and
 * out. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/include/winsvc.h"
#include "conformance/host/win/win_private.h"
#include "spcore/com/com_utf16.h"

enum { SERVICES_MAX = 16 };

/* What SERVICE_STATUS_HANDLE points at: lives as long as the process. */
struct SERVICE_STATUS_HANDLE__ {
    struct SERVICE_STATUS_HANDLE__ *next;
    struct scm_service *service;
    LPHANDLER_FUNCTION handler;
    LPHANDLER_FUNCTION_EX handler_ex;
    LPVOID context;
};
static struct SERVICE_STATUS_HANDLE__ *registered; /* under the world's lock */

void win_forget_services(void)
{
    struct SERVICE_STATUS_HANDLE__ *one;

    while ((one = registered) != NULL) {
        registered = one->next;
        free(one);
    }
}

/* ---- the service's side */
struct served {
    char *name;
    LPSERVICE_MAIN_FUNCTIONW main;
};

static void call_main(void *self, size_t count, const char *const *arguments)
{
    const struct served *served = self;
    LPWSTR *argv = calloc(count + 1, sizeof(*argv));

    for (size_t i = 0; argv && i < count; i++)
        argv[i] = com_utf16_from_utf8(arguments[i]);
    if (argv)
        served->main((DWORD)count, argv);
    for (size_t i = 0; argv && i < count; i++)
        CoTaskMemFree(argv[i]);
    free(argv);
}

BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
    struct win_host *host = win_host();
    struct served served[SERVICES_MAX];
    struct scm_entry entries[SERVICES_MAX];
    size_t count = 0;
    DWORD error;

    world_trace(host->world, "StartServiceCtrlDispatcher");
    if (!host->process)
        return win_fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
    for (; table && table[count].lpServiceProc && count < SERVICES_MAX; count++) {
        served[count] =
            (struct served){win_utf8(table[count].lpServiceName), table[count].lpServiceProc};
        entries[count] = (struct scm_entry){
            .name = served[count].name ? served[count].name : "",
            .main = call_main,
            .self = &served[count],
        };
    }
    error = count ? scm_dispatch(host->process, entries, count) : ERROR_INVALID_DATA;
    for (size_t i = 0; i < count; i++)
        free(served[i].name);
    return error ? win_fail(error) : TRUE;
}

static uint32_t call_handler(void *self, uint32_t control)
{
    const struct SERVICE_STATUS_HANDLE__ *handle = self;

    world_trace(win_world(), "control %u is handled", control);
    if (handle->handler_ex)
        return handle->handler_ex(control, 0, NULL, handle->context);
    handle->handler(control);
    return ERROR_SUCCESS;
}

static SERVICE_STATUS_HANDLE enlist(LPCWSTR name, const struct SERVICE_STATUS_HANDLE__ *what)
{
    struct win_host *host = win_host();
    struct SERVICE_STATUS_HANDLE__ *handle = malloc(sizeof(*handle));
    char *narrow = win_utf8(name);
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;

    world_trace(host->world, "RegisterServiceCtrlHandler(%s)", narrow ? narrow : "");
    if (handle && narrow) {
        *handle = *what;
        error = host->process
                    ? scm_register(host->process, narrow, call_handler, handle, &handle->service)
                    : ERROR_SERVICE_DOES_NOT_EXIST;
    }
    free(narrow);
    if (error) {
        free(handle);
        SetLastError(error);
        return NULL;
    }
    world_lock(host->world);
    handle->next = registered;
    registered = handle;
    world_unlock(host->world);
    return handle;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerW(LPCWSTR name, LPHANDLER_FUNCTION handler)
{
    const SERVICE_STATUS_HANDLE handle =
        enlist(name, &(struct SERVICE_STATUS_HANDLE__){.handler = handler});

    world_trace(win_world(), "a handler without a result");
    return handle;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExW(LPCWSTR name,
                                                           LPHANDLER_FUNCTION_EX handler,
                                                           LPVOID context)
{
    return enlist(name,
                  &(struct SERVICE_STATUS_HANDLE__){.handler_ex = handler, .context = context});
}

BOOL WINAPI SetServiceStatus(SERVICE_STATUS_HANDLE service, LPSERVICE_STATUS status)
{
    struct win_host *host = win_host();
    const struct SERVICE_STATUS_HANDLE__ *one;
    struct scm_status own;
    DWORD error;

    world_lock(host->world);
    for (one = registered; one && one != service;)
        one = one->next;
    world_unlock(host->world);
    if (!one || !status) {
        world_find(host->world, WORLD_FAULT, "bad-handle",
                   "SetServiceStatus was given no handle of a service's handler");
        return win_fail(ERROR_INVALID_HANDLE);
    }
    own = (struct scm_status){.type = status->dwServiceType,
                              .state = status->dwCurrentState,
                              .accepted = status->dwControlsAccepted,
                              .exit_code = status->dwWin32ExitCode,
                              .specific = status->dwServiceSpecificExitCode,
                              .checkpoint = status->dwCheckPoint,
                              .wait_hint = status->dwWaitHint};
    world_trace(host->world, "SetServiceStatus(%s, accepts %u, checkpoint %u, hint %u, code %u)",
                scm_state_name(own.state), own.accepted, own.checkpoint, own.wait_hint,
                own.exit_code);
    error = scm_set_status(host->scm, one->service, &own);
    return error ? win_fail(error) : TRUE;
}
