/* The Windows that the provider lives in: a machine of its own, what is plugged into that, and a
 * clock that the other end moves. The maker of the world is the thread that serves. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/host/pnp/pnp_models.h"
#include "conformance/host/win_registry.h"
#include "conformance/wmihost/wmihost.h"

enum { PORT = 1 };

int wmihost_windows_new(struct wmihost *host)
{
    struct win_host *windows = &host->windows;

    windows->world = world_new();
    windows->machine = pnp_machine_new(NULL);
    windows->notify =
        windows->world && windows->machine ? notify_new(windows->world, windows->machine) : NULL;
    if (!windows->notify) {
        fputs("wmihost: no memory\n", stderr);
        return -1;
    }
    win_bind(windows);
    win_registry_bind(pnp_registry(windows->machine));
    return 0;
}

void wmihost_stage(struct wmihost *host, struct hosting_message *call,
                   struct hosting_message *answer)
{
    const char *text = call->texts[0] ? call->texts[0] : "";
    char error[512] = "";

    if (pnp_stage(host->windows.machine, "player.inf", text, strlen(text), error, sizeof(error)))
        answer->hr = WBEM_E_FAILED;
    if (FAILED(answer->hr))
        (void)hosting_put_text(answer, 0, error);
}

void wmihost_plug(struct wmihost *host, struct hosting_message *call,
                  struct hosting_message *answer)
{
    int error = !call->texts[0] || host->player ? -EINVAL : 0;

    if (!error && !host->reach)
        error = pnp_reach_new(call->texts[0], &host->reach);
    if (!error)
        error = pnp_attach(host->windows.machine, PORT, pnp_reach_port(host->reach), &host->player);
    if (!error && !host->player->interfaces)
        error = -ENXIO;
    if (error) {
        answer->hr = WBEM_E_FAILED;
        (void)hosting_put_text(answer, 0, strerror(-error));
    } else {
        pnp_reach_rest(host->reach);
    }
}

void wmihost_unplug(struct wmihost *host, struct hosting_message *call,
                    struct hosting_message *answer)
{
    (void)call, (void)answer;
    if (host->player)
        pnp_detach(host->windows.machine, host->player);
    host->player = NULL;
}

static void say_time(struct wmihost *host, bool passed, struct hosting_message *answer)
{
    answer->hr = passed ? S_OK : S_FALSE;
    answer->number = (int64_t)world_now(host->windows.world);
}

void wmihost_advance(struct wmihost *host, struct hosting_message *call,
                     struct hosting_message *answer)
{
    const uint64_t ms = call->number > 0 ? (uint64_t)call->number : 0;

    say_time(host, world_advance(host->windows.world, ms), answer);
}

void wmihost_quiesce(struct wmihost *host, struct hosting_message *call,
                     struct hosting_message *answer)
{
    (void)call;
    say_time(host, world_quiesce(host->windows.world), answer);
}
