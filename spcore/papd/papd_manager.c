/* systemd as the manager of the service (sd_notify(3)); without one nobody is told. */
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "spcore/papd/papd.h"

enum { PROMPT_US = 5000000 };

/* What comes after STOPPING=1 is systemd's to keep: it starts the service again once it has ended.
 * So that all before is ours, nothing goes on until systemd has read it. */
static void report(void *self, const struct service_status *status)
{
    static const char *const words[] = {
        [SERVICE_STARTS] = "STATUS=looking for players\n",
        [SERVICE_RUNS] = "READY=1\nSTATUS=at work\n",
        [SERVICE_STOPS] = "STOPPING=1\nSTATUS=ending\n",
        [SERVICE_ENDED] = "STATUS=ended\n",
    };
    char hint[48] = "";

    (void)self;
    if (status->hint_ms)
        snprintf(hint, sizeof(hint), "EXTEND_TIMEOUT_USEC=%u000", status->hint_ms);
    (void)sd_notifyf(0, "%s%s", status->checkpoint > 1 ? "" : words[status->state], hint);
    if (status->state == SERVICE_STOPS && status->checkpoint == 1)
        (void)sd_notify_barrier(0, PROMPT_US);
}

const struct service_manager papd_manager = {report};
