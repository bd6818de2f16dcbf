#include "simulator/spec/schema.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/function/kinds.h"
#include "simulator/usb/identity.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | OPTIONAL, type, member, 0, CYAML_UNLIMITED)
#define NEEDED_TEXT(key, type, member)                                                             \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 0, CYAML_UNLIMITED)
#define NUMBER(key, type, member) CYAML_FIELD_UINT(key, OPTIONAL, type, member)
#define FLAG(key, type, member) CYAML_FIELD_BOOL(key, OPTIONAL, type, member)
#define CHOICE(key, type, member, names)                                                           \
    CYAML_FIELD_ENUM(key, OPTIONAL | CYAML_FLAG_STRICT, type, member, names, CYAML_ARRAY_LEN(names))
/* A name, or a number: vendors have codes of their own. */
#define CODE(key, type, member, names)                                                             \
    CYAML_FIELD_ENUM(key, OPTIONAL, type, member, names, CYAML_ARRAY_LEN(names))
/* A number that may be left out, and is then no 0 but NULL. */
#define MAYBE(key, type, member)                                                                   \
    CYAML_FIELD_UINT_PTR(key, CYAML_FLAG_POINTER | OPTIONAL, type, member)
#define LIST(key, type, member, entry)                                                             \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | OPTIONAL, type, member, entry, 0,               \
                         CYAML_UNLIMITED)

static const cyaml_schema_value_t code_entry = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint16_t)};
static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};

static const cyaml_strval_t personas[] = {
    {"mtp", FILE_PERSONA_MTP}, {"pap", FILE_PERSONA_PAP}, {"zero", FILE_PERSONA_ZERO}};
static const cyaml_strval_t functions[] = {
#define FUNCTION(name, word, make) {word, FUNCTION_##name},
#include "simulator/function/kinds.def"
#undef FUNCTION
};
static const cyaml_strval_t patterns[] = {{"zeroes", ZERO_PATTERN_ZEROES},
                                          {"mod63", ZERO_PATTERN_MOD63}};
static const cyaml_strval_t speeds[] = {
    {"full", FILE_SPEED_FULL}, {"high", FILE_SPEED_HIGH}, {"super", FILE_SPEED_SUPER}};
static const cyaml_strval_t policies[] = {{"refuse", FILE_REFUSE}, {"keep-both", FILE_KEEP_BOTH}};

static const cyaml_schema_field_t endpoint_fields[] = {
    CYAML_FIELD_UINT("address", CYAML_FLAG_DEFAULT, struct file_endpoint, address),
    CYAML_FIELD_UINT("type", CYAML_FLAG_DEFAULT, struct file_endpoint, type),
    NUMBER("packet-size", struct file_endpoint, packet_size),
    NUMBER("interval", struct file_endpoint, interval),
    NUMBER("burst", struct file_endpoint, burst),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t endpoint_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_endpoint, endpoint_fields)};

static const cyaml_schema_field_t interface_fields[] = {
    NUMBER("number", struct file_interface, number),
    NUMBER("alternate", struct file_interface, alternate),
    NUMBER("class", struct file_interface, class_code),
    NUMBER("subclass", struct file_interface, subclass),
    NUMBER("protocol", struct file_interface, protocol),
    TEXT("name", struct file_interface, name),
    CHOICE("function", struct file_interface, function, functions),
    LIST("endpoints", struct file_interface, endpoints, &endpoint_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t interface_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_interface, interface_fields)};

static const cyaml_schema_field_t usb_fields[] = {
    CHOICE("persona", struct file_usb, persona, personas),
    CYAML_FIELD_UINT("vendor", CYAML_FLAG_DEFAULT, struct file_usb, vendor),
    CYAML_FIELD_UINT("product", CYAML_FLAG_DEFAULT, struct file_usb, product),
    MAYBE("release", struct file_usb, release),
    NUMBER("usb-version", struct file_usb, usb_version),
    NUMBER("class", struct file_usb, class_code),
    NUMBER("subclass", struct file_usb, subclass),
    NUMBER("protocol", struct file_usb, protocol),
    TEXT("manufacturer", struct file_usb, manufacturer),
    TEXT("product-name", struct file_usb, product_name),
    TEXT("serial", struct file_usb, serial),
    CHOICE("speed", struct file_usb, speed, speeds),
    NUMBER("control-packet-size", struct file_usb, control_packet_size),
    NUMBER("configuration-value", struct file_usb, configuration_value),
    TEXT("configuration-name", struct file_usb, configuration_name),
    CHOICE("pattern", struct file_usb, pattern, patterns),
    FLAG("self-powered", struct file_usb, self_powered),
    FLAG("remote-wakeup", struct file_usb, remote_wakeup),
    MAYBE("max-power", struct file_usb, max_power),
    TEXT("interface-name", struct file_usb, interface_name),
    LIST("interfaces", struct file_usb, interfaces, &interface_entry),
    CYAML_FIELD_END,
};

static const cyaml_strval_t registry_types[] = {{"string", 1}, {"number", 4}, {"strings", 7}};
static const cyaml_schema_field_t ms_property_fields[] = {
    NEEDED_TEXT("name", struct file_ms_property, name),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct file_ms_property, type, registry_types,
                     CYAML_ARRAY_LEN(registry_types)),
    LIST("text", struct file_ms_property, text, &text_entry),
    NUMBER("number", struct file_ms_property, number),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t ms_property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_ms_property, ms_property_fields)};

static const cyaml_schema_field_t ms_fields[] = {
    FLAG("version-1", struct file_ms, version_1),
    FLAG("version-2", struct file_ms, version_2),
    NUMBER("vendor-code", struct file_ms, vendor_code),
    TEXT("compatible-id", struct file_ms, compatible_id),
    TEXT("sub-compatible-id", struct file_ms, sub_compatible_id),
    LIST("properties", struct file_ms, properties, &ms_property_entry),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t device_fields[] = {
    MAYBE("extension-id", struct file_device, extension_id),
    TEXT("extensions", struct file_device, extensions),
    TEXT("manufacturer", struct file_device, manufacturer),
    TEXT("model", struct file_device, model),
    TEXT("version", struct file_device, version),
    TEXT("serial", struct file_device, serial),
    NUMBER("functional-mode", struct file_device, functional_mode),
    LIST("operations", struct file_device, operations, &code_entry),
    LIST("only-announced", struct file_device, only_announced, &code_entry),
    LIST("events", struct file_device, events, &code_entry),
    FLAG("no-events", struct file_device, no_events),
    LIST("capture-formats", struct file_device, capture_formats, &code_entry),
    CYAML_FIELD_END,
};

static const cyaml_strval_t types[] = {
    {"undefined", MTP_DTC_UNDEFINED},  {"int8", MTP_DTC_INT8},
    {"uint8", MTP_DTC_UINT8},          {"int16", MTP_DTC_INT16},
    {"uint16", MTP_DTC_UINT16},        {"int32", MTP_DTC_INT32},
    {"uint32", MTP_DTC_UINT32},        {"int64", MTP_DTC_INT64},
    {"uint64", MTP_DTC_UINT64},        {"uint128", MTP_DTC_UINT128},
    {"bytes", MTP_DTC_ARRAY_UINT8},    {"words", MTP_DTC_ARRAY_UINT16},
    {"string", MTP_DTC_STRING},        {"int128", MTP_DTC_INT128},
    {"int8s", MTP_DTC_ARRAY_INT8},     {"int16s", MTP_DTC_ARRAY_INT16},
    {"int32s", MTP_DTC_ARRAY_INT32},   {"uint32s", MTP_DTC_ARRAY_UINT32},
    {"int64s", MTP_DTC_ARRAY_INT64},   {"uint64s", MTP_DTC_ARRAY_UINT64},
    {"int128s", MTP_DTC_ARRAY_INT128}, {"uint128s", MTP_DTC_ARRAY_UINT128},
};
static const cyaml_schema_field_t range_fields[] = {
    NEEDED_TEXT("minimum", struct file_range, minimum),
    NEEDED_TEXT("maximum", struct file_range, maximum),
    NEEDED_TEXT("step", struct file_range, step),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t property_fields[] = {
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_property, code),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct file_property, type, types,
                     CYAML_ARRAY_LEN(types)),
    FLAG("settable", struct file_property, settable),
    TEXT("default", struct file_property, value),
    TEXT("current", struct file_property, current),
    TEXT("text", struct file_property, text),
    CYAML_FIELD_MAPPING_PTR("range", CYAML_FLAG_POINTER | OPTIONAL, struct file_property, range,
                            range_fields),
    LIST("choices", struct file_property, choices, &text_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_property, property_fields)};

static const cyaml_strval_t forms[] = {{"choices", MTP_FORM_ENUMERATION}, /* and none of them */
                                       {"date", MTP_FORM_DATE_TIME},
                                       {"array-length", MTP_FORM_FIXED_LENGTH_ARRAY},
                                       {"expression", MTP_FORM_REGULAR_EXPRESSION},
                                       {"byte-array", MTP_FORM_BYTE_ARRAY},
                                       {"long-string", MTP_FORM_LONG_STRING}};
static const cyaml_schema_field_t described_fields[] = {
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_described, code),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct file_described, type, types,
                     CYAML_ARRAY_LEN(types)),
    FLAG("settable", struct file_described, settable),
    NUMBER("group", struct file_described, group),
    CHOICE("form", struct file_described, form, forms),
    TEXT("default", struct file_described, value),
    TEXT("expression", struct file_described, expression),
    NUMBER("length", struct file_described, length),
    CYAML_FIELD_MAPPING_PTR("range", CYAML_FLAG_POINTER | OPTIONAL, struct file_described, range,
                            range_fields),
    LIST("choices", struct file_described, choices, &text_entry),
    LIST("formats", struct file_described, formats, &code_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t described_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_described, described_fields)};

static const cyaml_schema_field_t format_fields[] = {
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_format, code),
    FLAG("no-properties", struct file_format, no_properties),
    LIST("properties", struct file_format, properties, &code_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t format_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_format, format_fields)};

static const cyaml_strval_t storage_types[] = {{"undefined", FILE_UNDEFINED},
                                               {"fixed-rom", MTP_ST_FIXED_ROM},
                                               {"removable-rom", MTP_ST_REMOVABLE_ROM},
                                               {"fixed-ram", MTP_ST_FIXED_RAM},
                                               {"removable-ram", MTP_ST_REMOVABLE_RAM}};
static const cyaml_strval_t filesystems[] = {{"undefined", FILE_UNDEFINED},
                                             {"flat", MTP_FST_GENERIC_FLAT},
                                             {"hierarchical", MTP_FST_GENERIC_HIERARCHICAL},
                                             {"dcf", MTP_FST_DCF}};
static const cyaml_strval_t accesses[] = {{"read-write", MTP_AC_READ_WRITE},
                                          {"read-only", MTP_AC_READ_ONLY},
                                          {"read-delete", MTP_AC_READ_ONLY_WITH_DELETE}};
static const cyaml_schema_field_t storage_fields[] = {
    NUMBER("id", struct file_storage, id),
    CODE("type", struct file_storage, type, storage_types),
    CODE("filesystem", struct file_storage, filesystem, filesystems),
    CODE("access", struct file_storage, access, accesses),
    CYAML_FIELD_UINT("capacity", CYAML_FLAG_DEFAULT, struct file_storage, capacity),
    MAYBE("free", struct file_storage, free),
    MAYBE("free-objects", struct file_storage, free_objects),
    NUMBER("max-object-size", struct file_storage, max_object_size),
    TEXT("description", struct file_storage, description),
    TEXT("volume", struct file_storage, volume),
    FLAG("removable", struct file_storage, removable),
    FLAG("absent", struct file_storage, absent),
    CHOICE("duplicates", struct file_storage, duplicates, policies),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t storage_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_storage, storage_fields)};

static const cyaml_schema_field_t object_property_fields[] = {
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_object_property, code),
    NEEDED_TEXT("value", struct file_object_property, value),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t object_property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_object_property, object_property_fields)};

static const cyaml_schema_field_t object_fields[] = {
    NUMBER("storage", struct file_object, storage),
    NEEDED_TEXT("path", struct file_object, path),
    FLAG("folder", struct file_object, folder),
    FLAG("protected", struct file_object, protection),
    NUMBER("format", struct file_object, format),
    NUMBER("size", struct file_object, size),
    NUMBER("seed", struct file_object, seed),
    FLAG("sparse", struct file_object, sparse),
    NUMBER("count", struct file_object, count),
    NUMBER("per-folder", struct file_object, per_folder),
    TEXT("text", struct file_object, text),
    LIST("references", struct file_object, references, &text_entry),
    LIST("properties", struct file_object, properties, &object_property_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t object_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_object, object_fields)};

static const cyaml_schema_field_t player_fields[] = {
    NEEDED_TEXT("name", struct file_player, name),
    TEXT("description", struct file_player, description),
    CYAML_FIELD_MAPPING("usb", CYAML_FLAG_DEFAULT, struct file_player, usb, usb_fields),
    CYAML_FIELD_MAPPING("microsoft-os", OPTIONAL, struct file_player, microsoft_os, ms_fields),
    CYAML_FIELD_MAPPING("device", OPTIONAL, struct file_player, device, device_fields),
    LIST("properties", struct file_player, properties, &property_entry),
    FLAG("no-properties", struct file_player, no_properties),
    LIST("object-properties", struct file_player, object_properties, &described_entry),
    LIST("formats", struct file_player, formats, &format_entry),
    FLAG("no-formats", struct file_player, no_formats),
    FLAG("no-storages", struct file_player, no_storages),
    LIST("storages", struct file_player, storages, &storage_entry),
    NUMBER("battery", struct file_player, battery),
    FLAG("ignores-content", struct file_player, ignores_content),
    LIST("objects", struct file_player, objects, &object_entry),
    LIST("quirks", struct file_player, quirks, &text_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t player_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_player, player_fields)};

/* libcyaml says what is wrong in one line and where in the lines after it. */
struct trouble {
    char what[200];
    unsigned line;
};

static void listen(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct trouble *trouble = context;
    char text[300], *at;
    unsigned line;

    (void)level;
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    at = strstr(text, "line: ");
    if (!at)
        at = strstr(text, "line ");
    if (at && trouble->line == 0 && sscanf(at + strcspn(at, "0123456789"), "%u", &line) == 1)
        trouble->line = line;
    if (trouble->what[0] == '\0' && !strstr(text, "Backtrace"))
        snprintf(trouble->what, sizeof(trouble->what), "%.190s",
                 strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
}

static cyaml_config_t config_for(struct trouble *trouble)
{
    return (cyaml_config_t){.log_fn = trouble ? listen : NULL,
                            .log_ctx = trouble,
                            .log_level = CYAML_LOG_WARNING,
                            .mem_fn = cyaml_mem};
}

/* For a key it does not know libcyaml names the line before: find the key itself. */
static void find_key(const char *path, struct trouble *trouble)
{
    static const char prefix[] = "Unexpected key: ";
    char needle[160], *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    FILE *file;

    if (strncmp(trouble->what, prefix, sizeof(prefix) - 1) != 0)
        return;
    snprintf(needle, sizeof(needle), "%.150s:", trouble->what + sizeof(prefix) - 1);
    file = fopen(path, "re");
    while (file && getline(&line, &room, file) >= 0) {
        number++;
        if (number >= trouble->line && strstr(line, needle)) {
            trouble->line = number;
            break;
        }
    }
    free(line);
    if (file)
        fclose(file);
}

int file_player_load(const char *path, struct file_player **ret_file, char *error,
                     size_t error_size)
{
    struct trouble trouble = {"", 0};
    cyaml_config_t config = config_for(&trouble);
    struct file_player *file = NULL;
    FILE *probe = fopen(path, "re");
    cyaml_err_t result;

    if (!probe) {
        int number = errno;

        snprintf(error, error_size, "%s: %s", path, strerror(number));
        return -number;
    }
    fclose(probe);
    result = cyaml_load_file(path, &config, &player_schema, (cyaml_data_t **)&file, NULL);
    if (result != CYAML_OK || !file) {
        find_key(path, &trouble);
        snprintf(error, error_size, "%s:%u: %s", path, trouble.line ? trouble.line : 1,
                 trouble.what[0] ? trouble.what
                                 : (result != CYAML_OK ? cyaml_strerror(result) : "empty file"));
        return -EINVAL;
    }
    *ret_file = file;
    return 0;
}

void file_player_free(struct file_player *file)
{
    cyaml_config_t config = config_for(NULL);

    if (file)
        cyaml_free(&config, &player_schema, file, 0);
}
