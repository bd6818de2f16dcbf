/* papservice: holds each portable audio player open while it is there, and ends when the last has
 * gone. A program of Windows, or of our model of it. */
#include <stdlib.h>

#include "spcore/service/windows/papservice.h"

static WCHAR name[] = L"papservice"; /* of a service of its own process: nobody looks at it */

/* The one service of this process: Windows hands its main function nothing that could lead to it.
 */
static struct papservice papservice = {.lock = SRWLOCK_INIT, .changed = CONDITION_VARIABLE_INIT};

/* Says that it has heard and leaves the rest to the thread of service_run(). */
static DWORD WINAPI control(DWORD code, DWORD event, void *data, void *context)
{
    struct papservice *self = context;

    (void)event, (void)data;
    switch (code) {
    case SERVICE_CONTROL_STOP:
        service_stop(self->service);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* What its controls need is there before they can come. */
static void WINAPI service_main(DWORD argc, WCHAR **argv)
{
    struct papservice *self = &papservice;

    (void)argc, (void)argv;
    self->status = RegisterServiceCtrlHandlerExW(name, control, self);
    if (self->status)
        (void)service_run(self->service);
}

int wmain(void); /* by name alone: whoever starts the program calls it */
int wmain(void)
{
    const SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};
    const struct service_shell shell = {
        .self = &papservice,
        .bus = &papservice_bus,
        .manager = &papservice_manager,
        .system = &papservice_system,
    };
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;

    papservice.service = service_new(&shell);
    if (papservice.service)
        error = StartServiceCtrlDispatcherW(table) ? NO_ERROR : GetLastError();
    service_free(papservice.service);
    papservice.service = NULL;
    return (int)error;
}
