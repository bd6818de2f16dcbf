/* A player file as libcyaml reads it: each key goes straight to the structure that uses it. What
 * surrounds those says only what a file can leave out, or says in other words; spec.c gives it
 * defaults and meaning. */
#ifndef SIMULATOR_SPEC_SCHEMA_H
#define SIMULATOR_SPEC_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/mtp/responder.h"
#include "simulator/store/store.h"
#include "simulator/usb/usb_identity.h"

#define FILE_STORAGES_MAX 32u

enum file_persona { FILE_PERSONA_MTP, FILE_PERSONA_PAP, FILE_PERSONA_ZERO };
/* A storage's type or file system that is said to be 0, which is not the same as unsaid. */
#define FILE_UNDEFINED 0xffff

/* Windows' codes of registry values. */
enum file_registry {
    FILE_REGISTRY_STRING = 1,
    FILE_REGISTRY_NUMBER = 4,
    FILE_REGISTRY_STRINGS = 7,
};

/* `usb:` and `microsoft-os:`. */
struct file_usb {
    struct usb_identity identity;
    enum file_persona persona;
    uint16_t *release, *max_power; /* NULL: unsaid */
    char *interface_name;          /* of the one interface of a file that lists none */
    uint8_t pattern;               /* enum zero_pattern */
};

struct file_device {
    struct mtpr_config config;
    uint32_t *extension_id; /* NULL: unsaid */
    uint16_t *only_announced;
    size_t only_announced_count;
    bool no_events;
};

struct file_range {
    char *minimum, *maximum, *step;
};

struct file_property {
    struct mtpr_device_property property;
    char *value, *current; /* of it, as text */
    char *text;            /* of an array of words: its value in UTF-16 */
    struct file_range *range;
    char **choices;
    unsigned choices_count;
};

/* What an object property is to this player; `formats` none: to all that no other entry names. */
struct file_described {
    struct mtpr_object_property property;
    struct mtpr_own_property own;
    char *value; /* of it, as text */
    struct file_range *range;
    char **choices;
    unsigned choices_count;
    uint16_t *formats;
    unsigned formats_count;
    uint8_t combination; /* 0: it is described by itself */
};

struct file_format {
    uint16_t code;
    bool no_properties;
    uint16_t *properties;
    unsigned properties_count;
};

struct file_storage {
    struct store_volume volume;
    uint64_t *free;         /* with the objects below on it; NULL: capacity less their sizes */
    uint32_t *free_objects; /* NULL: no limit */
    bool absent;
};

struct file_object_property {
    uint16_t code;
    char *value;
};

struct file_object {
    uint16_t storage; /* index */
    char *path;
    bool folder, protection;
    uint16_t format;
    uint64_t size;
    uint64_t seed;
    bool sparse; /* nothing but zeros */
    /* More than 0: so many objects; {n} in path and values is which (from 0, in equal width),
     * {f} which group of `per_folder` it belongs to. */
    uint32_t count, per_folder;
    char *text;
    char **references; /* paths */
    unsigned references_count;
    struct file_object_property *properties;
    unsigned properties_count;
};

struct file_player {
    char *name, *description;
    struct file_usb usb;
    struct file_device device;
    struct file_property *properties;
    unsigned properties_count;
    bool no_properties;
    struct file_described *object_properties;
    unsigned object_properties_count;
    struct file_format *formats;
    unsigned formats_count;
    bool no_storages, no_formats;
    struct file_storage *storages;
    unsigned storages_count;
    uint8_t *battery;     /* NULL: unsaid */
    bool ignores_content; /* believes only what the host says of a file */
    struct file_object *objects;
    unsigned objects_count;
    char **quirks; /* defects that are on from the start */
    unsigned quirks_count;
};

struct cyaml_schema_value;
extern const struct cyaml_schema_value file_player_schema;

/* What a file calls a type of MTP; "unknown" for one that is none. */
const char *file_type_name(uint16_t type);
/* From the text of a file that fits the schema: 0, -ENOMEM, or -EINVAL for one that does not. */
int file_player_load(const char *text, size_t size, struct file_player **ret_file);
void file_player_free(struct file_player *file);

#endif
