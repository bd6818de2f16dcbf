/* The classes that connected players imply: what models there are and which properties they have,
 * which formats one of them plays, which kinds of storage one of them has. Nothing of that is known
 * before a player is there, which is why a provider makes these classes and no MOF file. */
#ifndef SPCORE_WMI_WMI_SCHEMA_H
#define SPCORE_WMI_WMI_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What comes of a device beyond these is left out. */
enum { WMI_CODES_MAX = 512, WMI_STORAGES_MAX = 64, WMI_NAME_MAX = 200 };

/* ---- what a player says of itself */
struct wmi_code {
    uint16_t code, type; /* of a property; MTP's data type */
};
struct wmi_player {
    char model[256]; /* UTF-8 */
    uint16_t formats[WMI_CODES_MAX];
    struct wmi_code properties[WMI_CODES_MAX];
    uint16_t storages[WMI_STORAGES_MAX]; /* MTP's storage types */
    size_t format_count, property_count, storage_count;
};

/* ---- and what comes of it */
struct wmi_property {
    char name[64];
    uint16_t type; /* MTP's data type */
    bool is_key;
    const char *of; /* of a reference: the class; NULL: it is none */
    bool has_value; /* that a class below gives a property from above */
    uint32_t value;
};

struct wmi_class {
    char name[WMI_NAME_MAX + 1];
    const struct wmi_class *parent; /* of the same schema; NULL: it has none */
    const char *description;
    bool is_abstract;
    bool is_guarded; /* it tells what is plugged in, which is not everybody's to know */
    struct wmi_property *properties; /* its own, and those it gives a value */
    size_t property_count;
};

/* Parents stand before what is below them, and no name twice: without regard to the case of ASCII
 * letters, as WMI has it. */
struct wmi_schema {
    struct wmi_class **at;
    size_t count;
};

/* Without players it is empty. 0 or -ENOMEM. */
int wmi_schema_of(const struct wmi_player *const *players, size_t count,
                  struct wmi_schema **ret_schema);
void wmi_schema_free(struct wmi_schema *schema); /* NULL is fine */
const struct wmi_class *wmi_schema_find(const struct wmi_schema *schema, const char *name);
/* Strictly below; `deep`: any number of levels. `above` NULL: what has no parent, or everything. */
bool wmi_class_is_below(const struct wmi_class *class, const struct wmi_class *above, bool deep);

#endif
