/* A player file as libcyaml reads it: plain fields, everything optional. spec.c gives defaults
 * and meaning. */
#ifndef PAPSIM_PLAYER_SCHEMA_H
#define PAPSIM_PLAYER_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum file_persona { FILE_PERSONA_MTP, FILE_PERSONA_PAP, FILE_PERSONA_ZERO };
/* What an interface of persona zero does; an alternate setting does what its setting 0 does. */
enum file_function { FILE_FUNCTION_DEFAULT, FILE_FUNCTION_SOURCE_SINK, FILE_FUNCTION_LOOPBACK };
enum file_pattern { FILE_PATTERN_ZEROES, FILE_PATTERN_MOD63 };
enum file_speed { FILE_SPEED_DEFAULT, FILE_SPEED_FULL, FILE_SPEED_HIGH, FILE_SPEED_SUPER };
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
    enum file_function function;
    struct file_endpoint *endpoints;
    unsigned endpoints_count;
};

struct file_usb {
    enum file_persona persona;
    uint16_t vendor, product, release;
    char *manufacturer, *product_name, *serial;
    enum file_speed speed;
    enum file_pattern pattern;
    bool self_powered, remote_wakeup;
    uint16_t max_power;
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
    char *extensions, *manufacturer, *model, *version, *serial;
    uint16_t functional_mode;
    uint16_t *operations, *events, *capture_formats;
    unsigned operations_count, events_count, capture_formats_count;
};

struct file_range {
    char *minimum, *maximum, *step;
};

struct file_property {
    uint16_t code, type;
    bool settable;
    char *value, *current;
    struct file_range *range;
    char **choices;
    unsigned choices_count;
};

struct file_format {
    uint16_t code;
    uint16_t *properties;
    unsigned properties_count;
};

struct file_storage {
    uint32_t id;
    uint16_t type, filesystem, access;
    uint64_t capacity, max_object_size;
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
    struct file_format *formats;
    unsigned formats_count;
    struct file_storage *storages;
    unsigned storages_count;
    uint8_t battery;
    struct file_object *objects;
    unsigned objects_count;
};

/* `error`: one line "FILE:LINE: what". */
int file_player_load(const char *path, struct file_player **ret_file, char *error,
                     size_t error_size);
void file_player_free(struct file_player *file);

#endif
