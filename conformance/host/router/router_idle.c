/* How long a provider may be idle: ClearAfter, an interval ("Interval Format"). */
#include <stdlib.h>

#include "conformance/host/router/router_private.h"

enum { DEFAULT_MS = 5 * 60 * 1000, HOUR_MS = 3600000, MINUTE_MS = 60000, SECOND_MS = 1000 };

static uint64_t digits(const char *at, size_t count)
{
    uint64_t value = 0;

    while (count--)
        value = value * 10 + (uint64_t)(*at++ - '0');
    return value;
}

/* ddddddddHHMMSS.mmmmmm:000 */
bool router_interval(const char *text, uint64_t *ret_ms)
{
    if (!cim_is_interval(text))
        return false;
    *ret_ms = (digits(text, 8) * 24 + digits(text + 8, 2)) * HOUR_MS +
              digits(text + 10, 2) * MINUTE_MS + digits(text + 12, 2) * SECOND_MS +
              digits(text + 15, 6) / 1000;
    return true;
}

static HRESULT read(void *self, struct cim_object *control)
{
    const struct cim_property *property = cim_property(control, "ClearAfter");

    if (property && !property->value.is_null)
        (void)router_interval(property->value.one.s, self);
    return WBEM_S_NO_ERROR;
}

uint64_t router_clear_after(struct cim_repo *repo)
{
    uint64_t ms = DEFAULT_MS;
    int64_t root = 0;

    if (SUCCEEDED(cim_repo_namespace(repo, "root", false, &root)))
        (void)cim_repo_instances(repo, root, "__ObjectProviderCacheControl", true, read, &ms);
    return ms < SECOND_MS ? SECOND_MS : ms; /* time goes on between two looks */
}
