/* A player file as libcyaml reads it: plain fields, everything optional. spec.c gives defaults
 * and meaning. */
#ifndef SIMULATOR_SPEC_SCHEMA_H
#define SIMULATOR_SPEC_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum file_persona { FILE_PERSONA_MTP, FILE_PERSONA_PAP, FILE_PERSONA_ZERO };
enum file_speed { FILE_SPEED_DEFAULT, FILE_SPEED_FULL, FILE_SPEED_HIGH, FILE_SPEED_SUPER };
/* A storage's type or file system that is said to be 0, which is not the same as unsaid. */
#define FILE_UNDEFINED 0xffff
enum file_duplicates { FILE_REFUSE, FILE_KEEP_BOTH };

struct file_endpoint {
    uint8_t address;
    uint8_t type;
    uint16_t packet_size;
    uint8_t interval, burst;
};

struct file_interface {
    uint8_t number, alternate;
    uint8_t class_code, subclass, protocol;
    char *name;
    uint8_t function; /* enum function_kind */
    struct file_endpoint *endpoints;
    unsigned endpoints_count;
};

struct file_usb {
    enum file_persona persona;
    uint16_t vendor, product;
    uint16_t *release;
    uint16_t usb_version;
    uint8_t class_code, subclass, protocol;
    char *manufacturer, *product_name, *serial;
    enum file_speed speed;
    uint8_t control_packet_size, configuration_value;
    char *configuration_name;
    uint8_t pattern; /* enum zero_pattern */
    bool self_powered, remote_wakeup;
    uint16_t *max_power;
    char *interface_name;
    struct file_interface *interfaces;
    unsigned interfaces_count;
};

struct file_ms_property {
    char *name;
    uint8_t type;
    char **text;
    unsigned text_count;
    uint32_t number;
};

struct file_ms {
    bool version_1, version_2;
    uint8_t vendor_code;
    char *compatible_id, *sub_compatible_id;
    struct file_ms_property *properties;
    unsigned properties_count;
};

struct file_device {
    uint32_t *extension_id;
    char *extensions, *manufacturer, *model, *version, *serial;
    uint16_t functional_mode;
    uint16_t *operations, *events, *only_announced, *capture_formats;
    unsigned operations_count, events_count, only_announced_count, capture_formats_count;
    bool no_events;
};

struct file_range {
    char *minimum, *maximum, *step;
};

struct file_property {
    uint16_t code, type;
    bool settable;
    char *value, *current;
    char *text; /* of an array of words: its value in UTF-16 */
    struct file_range *range;
    char **choices;
    unsigned choices_count;
};

/* What an object property is to this player; `formats` none: to all that no other entry names. */
struct file_described {
    uint16_t code, type;
    bool settable;
    uint32_t group;
    uint8_t form;
    char *value, *expression;
    uint32_t length;
    struct file_range *range;
    char **choices;
    unsigned choices_count;
    uint16_t *formats;
    unsigned formats_count;
};

struct file_format {
    uint16_t code;
    bool no_properties;
    uint16_t *properties;
    unsigned properties_count;
};

struct file_storage {
    uint32_t id;
    uint16_t type, filesystem, access;
    uint64_t capacity, max_object_size;
    uint64_t *free;         /* with the objects below on it; NULL: capacity less their sizes */
    uint32_t *free_objects; /* NULL: no limit */
    char *description, *volume;
    bool removable, absent;
    enum file_duplicates duplicates;
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
    struct file_ms microsoft_os;
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
    uint8_t battery;
    bool ignores_content; /* believes only what the host says of a file */
    struct file_object *objects;
    unsigned objects_count;
    char **quirks; /* defects that are on from the start */
    unsigned quirks_count;
};

/* `error`: one line "FILE:LINE: what". */
int file_player_load(const char *path, struct file_player **ret_file, char *error,
                     size_t error_size);
void file_player_free(struct file_player *file);

#endif
