/* Services as an installation writes them: what there is of one already is kept where AddService's
 * flags say so, and its triggers are replaced. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"
#include "spcore/base.h"
#include "spcore/com/com_guid.h"

enum { ITEM_HEAD = 8 };

static void service_key(const char *service, char ret[PNP_KEY_MAX + 1])
{
    snprintf(ret, PNP_KEY_MAX + 1, PNP_CONTROL_SET "Services\\%.255s", service);
}

static int set_number(struct registry *registry, const char *key, const char *name, uint32_t value,
                      bool keep)
{
    if (keep && registry_get(registry, key, name))
        return 0;
    return pnp_set_number(registry, key, name, value);
}

int pnp_do_service(struct pnp_installing *it, const struct inf_step *step)
{
    char key[PNP_KEY_MAX + 1], path[2 * INF_EXPANDED];
    int error;

    if (step->flags & INF_ASSOCIATED_SERVICE)
        snprintf(it->service, sizeof(it->service), "%.255s", step->name);
    if (!*step->name)
        return 0;
    service_key(step->name, key);
    if (step->has_dirid)
        pnp_expand_dirids(it, step->key, path, sizeof(path));
    else
        snprintf(path, sizeof(path), "%s", step->key);
    error = pnp_set_number(it->registry, key, "Type", step->numbers[INF_SERVICE_TYPE]);
    if (!error)
        error = set_number(it->registry, key, "Start", step->numbers[INF_START_TYPE],
                           step->flags & INF_KEEP_START_TYPE);
    if (!error)
        error = set_number(it->registry, key, "ErrorControl", step->numbers[INF_ERROR_CONTROL],
                           step->flags & INF_KEEP_ERROR_CONTROL);
    if (!error)
        error = pnp_set_text(it->registry, key, "ImagePath", INF_EXPAND_SZ, path);
    return error;
}

int pnp_do_setting(const struct pnp_installing *it, const struct inf_step *step, uint32_t flags)
{
    char key[PNP_KEY_MAX + 1];

    service_key(step->owner, key);
    if (!step->type) {
        pnp_remark_add(it->machine, "%s: %s of %s is read and ignored: there is none here",
                       it->match->package->name, step->key, step->owner);
        return 0;
    }
    pnp_remark_add(it->machine, "%s: %s of %s is kept as %s", it->match->package->name, step->key,
                   step->owner, step->name);
    if (step->flags & flags && registry_get(it->registry, key, step->name))
        return 0;
    return registry_set(it->registry, key, step->name, step->type,
                        step->data ? step->data : (const uint8_t *)"", step->size);
}

/* ---- triggers: TriggerInfo\0, \1 …, as Windows keeps them */

static int add_items(struct registry *registry, const char *key, const struct inf_step *step)
{
    unsigned count = 0;
    int error = 0;

    for (size_t at = 0; at + ITEM_HEAD <= step->size && !error; count++) {
        uint32_t type = get_le32(step->data + at), size = get_le32(step->data + at + 4);
        char name[32];

        snprintf(name, sizeof(name), "DataType%u", count);
        error = pnp_set_number(registry, key, name, type);
        snprintf(name, sizeof(name), "Data%u", count);
        if (!error)
            error = registry_set(registry, key, name, REG_TYPE_BINARY, step->data + at + ITEM_HEAD,
                                 size);
        at += ITEM_HEAD + size;
    }
    return error;
}

static int add_trigger(struct registry *registry, const char *key, const struct inf_step *step)
{
    GUID guid;
    uint8_t bytes[16];
    int error;

    if (!com_guid_parse(step->name, &guid))
        return -EINVAL;
    put_le32(bytes, guid.Data1);
    put_le16(bytes + 4, guid.Data2);
    put_le16(bytes + 6, guid.Data3);
    memcpy(bytes + 8, guid.Data4, sizeof(guid.Data4));
    error = pnp_set_number(registry, key, "Type", step->numbers[INF_TRIGGER_TYPE]);
    if (!error)
        error = pnp_set_number(registry, key, "Action", step->numbers[INF_TRIGGER_ACTION]);
    if (!error)
        error = registry_set(registry, key, "GUID", REG_TYPE_BINARY, bytes, sizeof(bytes));
    return error ? error : add_items(registry, key, step);
}

int pnp_do_triggers(const struct pnp_installing *it, const struct inf_plan *plan,
                    const struct inf_step *service)
{
    char key[PNP_KEY_MAX + 1], one[PNP_KEY_MAX + 32];
    unsigned count = 0;
    int error = 0;

    if (!*service->name)
        return 0;
    service_key(service->name, key);
    strcat(key, "\\TriggerInfo");
    snprintf(one, sizeof(one), "%s\\0", key);
    if (service->flags & INF_KEEP_TRIGGERS && registry_get(it->registry, one, "Type"))
        return 0;
    (void)registry_remove(it->registry, key);
    for (size_t i = 0; i < plan->count && !error; i++) {
        const struct inf_step *step = &plan->steps[i];

        if (step->kind != INF_TRIGGER || strcasecmp(step->owner, service->name) != 0)
            continue;
        snprintf(one, sizeof(one), "%s\\%u", key, count++);
        error = add_trigger(it->registry, one, step);
    }
    return error;
}
