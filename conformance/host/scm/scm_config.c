/* Services and their triggers as the registry has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"
#include "spcore/base.h"

#define SERVICES "HKLM\\SYSTEM\\CurrentControlSet\\Services"

static const struct registry_value *value_of(struct scm *scm, const char *name, const char *value)
{
    char key[SCM_NAME + sizeof(SERVICES)];

    snprintf(key, sizeof(key), "%s\\%s", SERVICES, name);
    return registry_get(pnp_registry(scm->machine), key, value);
}

static uint32_t number_of(const struct registry_value *value, uint32_t otherwise)
{
    return value && value->type == REG_TYPE_DWORD && value->size >= 4 ? get_le32(value->data)
                                                                      : otherwise;
}

/* Characters beyond ASCII become '?': no path or name of a service here has any. */
static size_t text_of(const struct registry_value *value, char *ret_text, size_t room)
{
    size_t length = 0;

    for (size_t at = 0; value && at + 1 < value->size && length + 1 < room; at += 2) {
        uint16_t unit = get_le16(value->data + at);

        ret_text[length++] = unit < 0x80 ? (char)unit : '?';
    }
    ret_text[length] = '\0';
    return length;
}

/* Names of services, of a REG_MULTI_SZ. */
static char *list_of(const struct registry_value *value)
{
    const size_t room = value ? value->size / 2 + 2 : 2;
    char *list = calloc(1, room);

    if (list && value)
        (void)text_of(value, list, room - 1);
    return list;
}

struct scm_service *scm_find(struct scm *scm, const char *name)
{
    struct scm_service *service = scm->services;

    while (service && registry_compare(service->name, name) != 0)
        service = service->next;
    return service;
}

static struct scm_service *service_new(struct scm *scm, const char *name)
{
    struct scm_service *service = calloc(1, sizeof(*service)), **at = &scm->services;

    if (!service)
        return NULL;
    service->scm = scm;
    service->status.state = SCM_STOPPED;
    service->patience = (struct world_timer){.fire = scm_hung, .self = service};
    service->again = (struct world_timer){.fire = scm_again, .self = service};
    snprintf(service->name, sizeof(service->name), "%s", name);
    while (*at)
        at = &(*at)->next;
    *at = service;
    return service;
}

/* Under the lock. */
static void read_service(struct scm *scm, const char *name)
{
    struct scm_service *service = scm_find(scm, name);
    const struct registry_value *actions = value_of(scm, name, "FailureActions");

    if (!service)
        service = service_new(scm, name);
    if (!service)
        return;
    service->type = number_of(value_of(scm, name, "Type"), 0);
    service->start = number_of(value_of(scm, name, "Start"), SCM_START_DISABLED);
    service->error_control = number_of(value_of(scm, name, "ErrorControl"), 0);
    (void)text_of(value_of(scm, name, "ImagePath"), service->image, sizeof(service->image));
    free(service->depends);
    service->depends = list_of(value_of(scm, name, "DependOnService"));
    free(service->failure_actions);
    service->failure_size = actions ? actions->size : 0;
    service->failure_actions = actions ? malloc(actions->size + 1) : NULL;
    if (service->failure_actions)
        memcpy(service->failure_actions, actions->data, actions->size);
    else
        service->failure_size = 0;
}

void scm_load(struct scm *scm)
{
    const struct registry *registry = pnp_registry(scm->machine);
    const char *name;

    world_lock(scm->world);
    registry_hold(registry);
    for (size_t i = 0; (name = registry_key(registry, SERVICES, i)); i++)
        read_service(scm, name);
    registry_release(registry);
    world_unlock(scm->world);
}

/* ---- triggers */
static void read_items(const struct registry *registry, const char *key,
                       struct scm_trigger *ret_trigger)
{
    while (ret_trigger->count < SCM_ITEMS_MAX) {
        struct scm_item *item = &ret_trigger->items[ret_trigger->count];
        const struct registry_value *value;
        char name[32];

        snprintf(name, sizeof(name), "DataType%zu", ret_trigger->count);
        item->type = number_of(registry_get(registry, key, name), 0);
        snprintf(name, sizeof(name), "Data%zu", ret_trigger->count);
        value = registry_get(registry, key, name);
        if (!value)
            return;
        item->data = value->data;
        item->size = value->size < SCM_ITEM_MAX ? value->size : SCM_ITEM_MAX;
        ret_trigger->count++;
    }
}

bool scm_trigger(struct scm *scm, const char *name, unsigned index, struct scm_trigger *ret_trigger)
{
    const struct registry *registry = pnp_registry(scm->machine);
    const struct registry_value *guid;
    char key[SCM_NAME + sizeof(SERVICES) + 32];

    snprintf(key, sizeof(key), "%s\\%.*s\\TriggerInfo\\%u", SERVICES, SCM_NAME - 1, name, index);
    guid = registry_get(registry, key, "GUID");
    if (!guid || guid->size < 16)
        return false;
    *ret_trigger = (struct scm_trigger){
        .type = number_of(registry_get(registry, key, "Type"), 0),
        .action = number_of(registry_get(registry, key, "Action"), 0),
    };
    snprintf(ret_trigger->subtype, sizeof(ret_trigger->subtype),
             "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", get_le32(guid->data),
             get_le16(guid->data + 4), get_le16(guid->data + 6), guid->data[8], guid->data[9],
             guid->data[10], guid->data[11], guid->data[12], guid->data[13], guid->data[14],
             guid->data[15]);
    read_items(registry, key, ret_trigger);
    return true;
}
