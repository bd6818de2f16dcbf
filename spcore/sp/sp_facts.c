/* The facts about a device, so that it is asked for each of them once and not in every call. */
#include "spcore/sp/sp_facts.h"

#include <stdlib.h>

#include "spcore/com/com_memory.h"
#include "spcore/sp/sp_connection.h"

struct sp_format_properties {
    struct sp_format_properties *next;
    uint16_t format;
    struct mtpi_u16_array codes;
};

struct sp_access {
    struct sp_access *next;
    uint16_t format, property;
    bool settable;
};

void sp_facts_init(struct sp_facts *facts, struct sp_connection *connection)
{
    *facts = (struct sp_facts){.connection = connection};
    pthread_mutex_init(&facts->lock, NULL);
}

void sp_facts_done(struct sp_facts *facts)
{
    struct sp_format_properties *next;
    struct sp_access *other;

    for (struct sp_access *row = facts->accesses; row; row = other) {
        other = row->next;
        free(row);
    }
    for (struct sp_format_properties *row = facts->properties; row; row = next) {
        next = row->next;
        free(row->codes.item);
        free(row);
    }
    mtpi_device_info_done(&facts->info);
    pthread_mutex_destroy(&facts->lock);
}

bool sp_facts_lists(const struct sp_facts *facts, uint16_t operation)
{
    return mtpi_lists(&facts->info, operation);
}

static bool has_code(const struct mtpi_u16_array *codes, uint16_t code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->item[i] == code)
            return true;
    }
    return false;
}

/* Some players list a format twice, and who asks what a device plays is told of each once. */
void sp_facts_take(struct sp_facts *facts, struct mtpi_device_info *info)
{
    struct mtpi_u16_array once = info->formats;

    once.count = 0;
    for (size_t i = 0; i < info->formats.count; i++) {
        if (!has_code(&once, info->formats.item[i]))
            once.item[once.count++] = info->formats.item[i];
    }
    info->formats = once;
    facts->info = *info;
    *info = (struct mtpi_device_info){0};
}

bool sp_facts_lists_property(const struct sp_facts *facts, uint16_t property)
{
    return has_code(&facts->info.properties, property);
}

bool sp_facts_lists_format(const struct sp_facts *facts, uint16_t format)
{
    return has_code(&facts->info.formats, format);
}

static struct sp_format_properties *properties_of(struct sp_facts *facts, uint16_t format)
{
    struct sp_format_properties *row;

    pthread_mutex_lock(&facts->lock);
    row = facts->properties;
    while (row && row->format != format)
        row = row->next;
    pthread_mutex_unlock(&facts->lock);
    return row;
}

/* Takes the codes. Two threads may both have asked: then two rows say the same. Without memory the
 * device is asked again next time. */
static void keep(struct sp_facts *facts, uint16_t format, struct mtpi_u16_array codes)
{
    struct sp_format_properties *row = com_zalloc(sizeof(*row));

    if (!row) {
        free(codes.item);
        return;
    }
    pthread_mutex_lock(&facts->lock);
    *row = (struct sp_format_properties){facts->properties, format, codes};
    facts->properties = row;
    pthread_mutex_unlock(&facts->lock);
}

/* Rows are only ever added, and do not change: no lock for reading one. */
bool sp_facts_has_property(struct sp_facts *facts, uint16_t format, uint16_t property)
{
    const struct sp_format_properties *row = properties_of(facts, format);
    struct mtpi *mtpi = sp_connection_mtpi(facts->connection);
    struct mtpi_u16_array codes = {0};
    bool found;

    if (row)
        return has_code(&row->codes, property);
    if (sp_connection_hr(facts->connection,
                         mtpi_get_object_props_supported(mtpi, format, &codes)) != S_OK)
        return false;
    found = has_code(&codes, property);
    keep(facts, format, codes);
    return found;
}

static struct sp_access *access_to(struct sp_facts *facts, uint16_t format, uint16_t property)
{
    struct sp_access *row;

    pthread_mutex_lock(&facts->lock);
    row = facts->accesses;
    while (row && (row->format != format || row->property != property))
        row = row->next;
    pthread_mutex_unlock(&facts->lock);
    return row;
}

/* As with the codes: asked twice there are two rows, and without memory it is asked again. */
static void keep_access(struct sp_facts *facts, uint16_t format, uint16_t property, bool settable)
{
    struct sp_access *row = com_zalloc(sizeof(*row));

    if (!row)
        return;
    pthread_mutex_lock(&facts->lock);
    *row = (struct sp_access){facts->accesses, format, property, settable};
    facts->accesses = row;
    pthread_mutex_unlock(&facts->lock);
}

bool sp_facts_sets_property(struct sp_facts *facts, uint16_t format, uint16_t property)
{
    struct mtpi *mtpi = sp_connection_mtpi(facts->connection);
    struct mtpi_prop_desc desc = {0};
    const struct sp_access *row;

    if (!sp_facts_has_property(facts, format, property))
        return false;
    if (!sp_facts_lists(facts, MTP_OP_GET_OBJECT_PROP_DESC))
        return true;
    row = access_to(facts, format, property);
    if (row)
        return row->settable;
    if (sp_connection_hr(facts->connection,
                         mtpi_get_object_prop_desc(mtpi, property, format, &desc)) != S_OK)
        return false;
    keep_access(facts, format, property, desc.settable);
    return desc.settable;
}
