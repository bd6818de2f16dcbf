/* What the service control manager is told: a stop is taken while the service runs, and nothing
 * else at any time. */
#include "spcore/service/windows/papservice.h"

static void report(void *self, const struct service_status *status)
{
    static const DWORD states[] = {
        [SERVICE_STARTS] = SERVICE_START_PENDING,
        [SERVICE_RUNS] = SERVICE_RUNNING,
        [SERVICE_STOPS] = SERVICE_STOP_PENDING,
        [SERVICE_ENDED] = SERVICE_STOPPED,
    };
    SERVICE_STATUS said = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = states[status->state],
        .dwControlsAccepted = status->state == SERVICE_RUNS ? SERVICE_ACCEPT_STOP : 0,
        .dwWin32ExitCode = status->code,
        .dwCheckPoint = status->checkpoint,
        .dwWaitHint = status->hint_ms,
    };

    (void)SetServiceStatus(((struct papservice *)self)->status, &said);
}

const struct service_manager papservice_manager = {.report = report};
