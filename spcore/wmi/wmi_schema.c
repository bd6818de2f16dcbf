/* Classes made of what players say: roots that are there with any player, and below them what the
 * players differ in. */
#include "spcore/wmi/wmi_schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "mtp_codes.h"
#include "spcore/base.h"

/* ---- the names of codes */
struct name {
    uint16_t code;
    const char *name;
};
#define ROW(name, code) {code, #name},
static const struct name formats[] = {MTP_FORMATS(ROW)},
                         properties[] = {MTP_DEVICE_PROPERTIES(ROW)};
#undef ROW

static const char *name_of(const struct name *names, size_t count, uint16_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].code == code)
            return names[i].name;
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* BATTERY_LEVEL is BatteryLevel. */
static void spell_property(uint16_t code, char *ret, size_t room)
{
    const char *name = name_of(properties, ARRAY_SIZE(properties), code);
    size_t length = 0;
    bool starts = true;

    if (!name) {
        snprintf(ret, room, "Property%04X", code);
        return;
    }
    for (; *name && length + 1 < room; name++) {
        if (*name == '_') {
            starts = true;
            continue;
        }
        ret[length++] = !starts && is_letter(*name) ? (char)(*name | 0x20) : *name;
        starts = false;
    }
    ret[length] = '\0';
}

/* What is neither letter nor digit of ASCII cannot stand in a name. */
static void spell_model(const char *model, char *ret, size_t room)
{
    size_t length = (size_t)snprintf(ret, room, "PAP_Player_");

    for (; *model && length + 1 < room; model++)
        ret[length++] = is_letter(*model) || is_digit(*model) ? *model : '_';
    ret[length] = '\0';
    if (length == strlen("PAP_Player_"))
        snprintf(ret, room, "PAP_Player_Unnamed");
}

/* ---- the schema while it grows */
static struct wmi_class *find(const struct wmi_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (strcasecmp(schema->at[i]->name, name) == 0)
            return schema->at[i];
    }
    return NULL;
}

/* NULL: no memory. */
static struct wmi_class *add_class(struct wmi_schema *schema, const char *name,
                                   const struct wmi_class *parent, const char *description)
{
    struct wmi_class **at = realloc(schema->at, (schema->count + 1) * sizeof(*at));
    struct wmi_class *class = calloc(1, sizeof(*class));

    if (at)
        schema->at = at;
    if (!at || !class) {
        free(class);
        return NULL;
    }
    snprintf(class->name, sizeof(class->name), "%s", name);
    class->parent = parent;
    class->is_guarded = parent && parent->is_guarded;
    class->description = description;
    at[schema->count++] = class;
    return class;
}

/* One that the class has already stays as it is. */
static int add_property(struct wmi_class *class, const struct wmi_property *property)
{
    struct wmi_property *all;

    for (size_t i = 0; i < class->property_count; i++) {
        if (strcasecmp(class->properties[i].name, property->name) == 0)
            return 0;
    }
    all = realloc(class->properties, (class->property_count + 1) * sizeof(*all));
    if (!all)
        return -ENOMEM;
    class->properties = all;
    all[class->property_count++] = *property;
    return 0;
}

/* ---- what is there with any player */
enum root { PLAYER, FORMAT, STORAGE, ROOTS };
static const struct root_class {
    const char *name, *description;
    struct wmi_property properties[5];
    bool is_guarded;
} roots[ROOTS] = {
    [PLAYER] = {"PAP_Player",
                "A portable audio player that is connected.",
                {{.name = "Serial", .type = MTP_DTC_STRING, .is_key = true},
                 {.name = "Manufacturer", .type = MTP_DTC_STRING},
                 {.name = "Model", .type = MTP_DTC_STRING},
                 {.name = "Version", .type = MTP_DTC_STRING}},
                true},
    [FORMAT] = {"PAP_Format",
                "A format of objects that a connected player takes.",
                {{.name = "Code", .type = MTP_DTC_UINT16, .is_key = true}},
                false},
    [STORAGE] = {"PAP_Storage",
                 "A storage of a connected player.",
                 {{.name = "Player", .is_key = true, .of = "PAP_Player"},
                  {.name = "Id", .type = MTP_DTC_UINT32, .is_key = true},
                  {.name = "Capacity", .type = MTP_DTC_UINT64},
                  {.name = "FreeSpace", .type = MTP_DTC_UINT64}},
                 true},
};

static int add_root(struct wmi_schema *schema, enum root which, struct wmi_class **ret)
{
    const struct root_class *root = &roots[which];
    struct wmi_class *class = add_class(schema, root->name, NULL, root->description);
    int error = class ? 0 : -ENOMEM;

    for (size_t i = 0; !error && i < ARRAY_SIZE(root->properties) && *root->properties[i].name; i++)
        error = add_property(class, &root->properties[i]);
    if (error)
        return error;
    class->is_abstract = true;
    class->is_guarded = root->is_guarded;
    *ret = class;
    return 0;
}

/* ---- what players differ in */
static int add_player(struct wmi_schema *schema, const struct wmi_class *root,
                      const struct wmi_player *player)
{
    char name[WMI_NAME_MAX + 1];
    struct wmi_class *class;
    int error = 0;

    spell_model(player->model, name, sizeof(name));
    class = find(schema, name);
    if (!class)
        class = add_class(schema, name, root, "A player of this model.");
    if (!class)
        return -ENOMEM;
    for (size_t i = 0; !error && i < player->property_count; i++) {
        struct wmi_property property = {.type = player->properties[i].type};

        spell_property(player->properties[i].code, property.name, sizeof(property.name));
        error = add_property(class, &property);
    }
    return error;
}

/* MTP 1.1, appendix A: what kind of format a code is. */
static const struct kind {
    uint16_t from, to;
    const char *name, *description;
} kinds[] = {
    {0x3007, 0x3009, "PAP_AudioFormat", "A format of sound."},
    {0xb900, 0xb97f, "PAP_AudioFormat", "A format of sound."},
    {0x3800, 0x3fff, "PAP_ImageFormat", "A format of pictures."},
    {0x300a, 0x300c, "PAP_VideoFormat", "A format of moving pictures."},
    {0xb980, 0xb9ff, "PAP_VideoFormat", "A format of moving pictures."},
    {0xba00, 0xba7f, "PAP_CollectionFormat", "A format of what names other objects."},
    {0, 0xffff, "PAP_OtherFormat", "A format of anything else."},
};

static int add_format(struct wmi_schema *schema, const struct wmi_class *root, uint16_t code)
{
    const struct wmi_property value = {
        .name = "Code", .type = MTP_DTC_UINT16, .has_value = true, .value = code};
    const char *known = name_of(formats, ARRAY_SIZE(formats), code);
    const struct kind *kind = kinds;
    struct wmi_class *group, *class;
    char name[WMI_NAME_MAX + 1];

    if (known)
        snprintf(name, sizeof(name), "PAP_Format_%s", known);
    else
        snprintf(name, sizeof(name), "PAP_Format_%04X", code);
    if (find(schema, name))
        return 0;
    while (code < kind->from || code > kind->to)
        kind++;
    group = find(schema, kind->name);
    if (!group) {
        group = add_class(schema, kind->name, root, kind->description);
        if (!group)
            return -ENOMEM;
        group->is_abstract = true;
    }
    class = add_class(schema, name, group, "A format of objects.");
    return class ? add_property(class, &value) : -ENOMEM;
}

static int add_storage(struct wmi_schema *schema, const struct wmi_class *root, uint16_t type)
{
    const bool fixed = type == MTP_ST_FIXED_ROM || type == MTP_ST_FIXED_RAM;
    const char *name = fixed ? "PAP_FixedStorage" : "PAP_RemovableStorage";

    if (find(schema, name))
        return 0;
    return add_class(schema, name, root,
                     fixed ? "Memory that is built in." : "A medium that can be taken out.")
               ? 0
               : -ENOMEM;
}

static int add_all(struct wmi_schema *schema, const struct wmi_player *const *players, size_t count)
{
    struct wmi_class *root[ROOTS];
    int error = 0;

    for (enum root which = 0; !error && which < ROOTS; which++)
        error = add_root(schema, which, &root[which]);
    for (size_t i = 0; !error && i < count; i++) {
        const struct wmi_player *player = players[i];

        error = add_player(schema, root[PLAYER], player);
        for (size_t k = 0; !error && k < player->format_count; k++)
            error = add_format(schema, root[FORMAT], player->formats[k]);
        for (size_t k = 0; !error && k < player->storage_count; k++)
            error = add_storage(schema, root[STORAGE], player->storages[k]);
    }
    return error;
}

int wmi_schema_of(const struct wmi_player *const *players, size_t count,
                  struct wmi_schema **ret_schema)
{
    struct wmi_schema *schema = calloc(1, sizeof(*schema));
    int error = schema ? 0 : -ENOMEM;

    if (!error && count)
        error = add_all(schema, players, count);
    if (error)
        wmi_schema_free(schema);
    else
        *ret_schema = schema;
    return error;
}

void wmi_schema_free(struct wmi_schema *schema)
{
    if (!schema)
        return;
    for (size_t i = 0; i < schema->count; i++) {
        free(schema->at[i]->properties);
        free(schema->at[i]);
    }
    free(schema->at);
    free(schema);
}

const struct wmi_class *wmi_schema_find(const struct wmi_schema *schema, const char *name)
{
    return find(schema, name);
}

bool wmi_class_is_below(const struct wmi_class *class, const struct wmi_class *above, bool deep)
{
    if (!deep)
        return class->parent == above;
    if (!above)
        return true;
    for (class = class->parent; class && class != above; class = class->parent) {
    }
    return class != NULL;
}
