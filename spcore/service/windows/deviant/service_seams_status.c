/* Defects of what the service control manager is told, and answers. */
#include "spcore/service/windows/deviant/service_defect.h"

static DWORD state;
static SERVICE_STATUS last;
static HANDLE stopped;
static LPHANDLER_FUNCTION_EX handler;
static SERVICE_STATUS_HANDLE given;

DWORD deviant_state(void)
{
    return state;
}

void deviant_await_stopped(void)
{
    (void)WaitForSingleObject(stopped, INFINITE);
}

/* ---- the handler */
SEAM(SetServiceStatus);

static DWORD WINAPI handle(DWORD code, DWORD event, LPVOID data, LPVOID context)
{
    const DWORD result = handler(code, event, data, context);

    if (code == SERVICE_CONTROL_INTERROGATE && deviates(INTERROGATE_REFUSED))
        return ERROR_CALL_NOT_IMPLEMENTED;
    if (code == SERVICE_CONTROL_INTERROGATE && deviates(INTERROGATE_REPORTS))
        (void)__real_SetServiceStatus(given, &last);
    return deviates(TAKES_ANY) ? NO_ERROR : result;
}

SEAM(RegisterServiceCtrlHandlerExW);
SERVICE_STATUS_HANDLE
__wrap_RegisterServiceCtrlHandlerExW(LPCWSTR name, LPHANDLER_FUNCTION_EX callback, LPVOID context)
{
    if (deviates(EVENT_FIRST))
        (void)CloseHandle(CreateEventW(NULL, TRUE, FALSE, NULL));
    handler = callback;
    given = __real_RegisterServiceCtrlHandlerExW(name, handle, context);
    if (deviates(HANDLER_WAITS))
        stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
    return given;
}

/* ---- reports */
static void spoil_pending(SERVICE_STATUS *status)
{
    static DWORD count;

    if (deviates(NO_HINT))
        status->dwWaitHint = 0;
    if (deviates(CHECKPOINT_FALLS))
        status->dwCheckPoint = 100 - ++count;
    if (deviates(CHECKPOINT_STUCK)) {
        if (state == status->dwCurrentState)
            Sleep(status->dwWaitHint + 1);
        status->dwCheckPoint = 1;
    }
    if (deviates(ACCEPTS_EARLY) && status->dwCurrentState == SERVICE_START_PENDING)
        status->dwControlsAccepted = SERVICE_ACCEPT_STOP;
}

static void spoil_running(SERVICE_STATUS *status)
{
    if (deviates(NEVER_ACCEPTS))
        status->dwControlsAccepted = 0;
    if (deviates(LEFT_OVER))
        status->dwWaitHint = 1;
}

/* What comes before the last report. */
static void spoil_stopped(SERVICE_STATUS *status)
{
    const bool failed = status->dwWin32ExitCode != 0;

    if (deviates(NONE_IS_ERROR) && !deviant_has_opened())
        status->dwWin32ExitCode = ERROR_GEN_FAILURE;
    if (deviates(CLOSES_NONE) && !deviant_has_opened())
        (void)CloseHandle(NULL);
    if (deviates(BOTH_WAIT) && deviant_ends_together())
        Sleep(INFINITE);
    if ((deviates(BOTH_LEAK) && deviant_ends_together()) || (deviates(FAILS_LEAKING) && failed))
        (void)CreateEventW(NULL, TRUE, FALSE, NULL);
    if (deviates(FAILS_WELL))
        status->dwWin32ExitCode = 0;
    if (deviates(ODD_CODE) && !failed)
        status->dwWin32ExitCode = 1;
    if (deviates(ODD_SPECIFIC))
        status->dwServiceSpecificExitCode = 7;
}

static void after_stopped(SERVICE_STATUS *status)
{
    if (deviates(STOPPED_EARLY))
        deviant_closed(NULL);
    if (deviates(STOPPED_TWICE) || (deviates(BOTH_STOP) && deviant_ends_together()))
        (void)__real_SetServiceStatus(given, status);
    if (deviates(WORKS_ON))
        (void)CloseHandle(CreateEventW(NULL, TRUE, FALSE, NULL));
}

BOOL __wrap_SetServiceStatus(SERVICE_STATUS_HANDLE service, LPSERVICE_STATUS status)
{
    SERVICE_STATUS own = *status;
    const bool is_stopped = own.dwCurrentState == SERVICE_STOPPED;
    BOOL result;

    if (is_stopped)
        spoil_stopped(&own);
    else if (own.dwCurrentState == SERVICE_RUNNING)
        spoil_running(&own);
    else
        spoil_pending(&own);
    if (!state && deviates(MADE_UP))
        (void)__real_SetServiceStatus((SERVICE_STATUS_HANDLE)&own, &own);
    state = own.dwCurrentState;
    last = own;
    if ((own.dwCurrentState == SERVICE_STOP_PENDING && deviates(NO_STOP_PENDING)) ||
        (is_stopped && status->dwWin32ExitCode && deviates(FAILS_SILENTLY)))
        return TRUE;
    if (is_stopped && stopped) {
        (void)SetEvent(stopped);
        (void)CloseHandle(stopped);
    }
    result = __real_SetServiceStatus(service, &own);
    if (is_stopped)
        after_stopped(&own);
    return result;
}
