/* The keys of a player file and what each fills, as tables for libcyaml; and libcyaml's many lines
 * about an error as one. */
#include "simulator/spec/schema.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/function/kinds.h"
#include "simulator/spec/marks.h"

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
/* A list whose count has another name. */
#define COUNTED(key, type, member, count, entry)                                                   \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | OPTIONAL, type, member, count, entry, 0,  \
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
    {"full", USB_SPEED_FULL}, {"high", USB_SPEED_HIGH}, {"super", USB_SPEED_SUPER}};

static const cyaml_schema_field_t endpoint_fields[] = {
    CYAML_FIELD_UINT("address", CYAML_FLAG_DEFAULT, struct usb_endpoint_identity, address),
    CYAML_FIELD_UINT("type", CYAML_FLAG_DEFAULT, struct usb_endpoint_identity, type),
    NUMBER("packet-size", struct usb_endpoint_identity, packet_size),
    NUMBER("interval", struct usb_endpoint_identity, interval),
    NUMBER("burst", struct usb_endpoint_identity, burst),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t endpoint_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct usb_endpoint_identity, endpoint_fields)};

static const cyaml_schema_field_t interface_fields[] = {
    NUMBER("number", struct usb_interface_identity, number),
    NUMBER("alternate", struct usb_interface_identity, alternate),
    NUMBER("class", struct usb_interface_identity, class_code),
    NUMBER("subclass", struct usb_interface_identity, subclass),
    NUMBER("protocol", struct usb_interface_identity, protocol),
    TEXT("name", struct usb_interface_identity, name),
    CHOICE("function", struct usb_interface_identity, function, functions),
    COUNTED("endpoints", struct usb_interface_identity, endpoints, endpoint_count, &endpoint_entry),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t interface_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct usb_interface_identity, interface_fields)};

static const cyaml_schema_field_t usb_fields[] = {
    CHOICE("persona", struct file_usb, persona, personas),
    CYAML_FIELD_UINT("vendor", CYAML_FLAG_DEFAULT, struct file_usb, identity.vendor_id),
    CYAML_FIELD_UINT("product", CYAML_FLAG_DEFAULT, struct file_usb, identity.product_id),
    MAYBE("release", struct file_usb, release),
    NUMBER("usb-version", struct file_usb, identity.version),
    NUMBER("class", struct file_usb, identity.class_code),
    NUMBER("subclass", struct file_usb, identity.subclass),
    NUMBER("protocol", struct file_usb, identity.protocol),
    TEXT("manufacturer", struct file_usb, identity.manufacturer),
    TEXT("product-name", struct file_usb, identity.product),
    TEXT("serial", struct file_usb, identity.serial),
    CHOICE("speed", struct file_usb, identity.speed, speeds),
    NUMBER("control-packet-size", struct file_usb, identity.control_packet_size),
    NUMBER("configuration-value", struct file_usb, identity.configuration_value),
    TEXT("configuration-name", struct file_usb, identity.configuration_name),
    CHOICE("pattern", struct file_usb, pattern, patterns),
    FLAG("self-powered", struct file_usb, identity.self_powered),
    FLAG("remote-wakeup", struct file_usb, identity.remote_wakeup),
    MAYBE("max-power", struct file_usb, max_power),
    TEXT("interface-name", struct file_usb, interface_name),
    COUNTED("interfaces", struct file_usb, identity.interfaces, identity.interface_count,
            &interface_entry),
    CYAML_FIELD_END,
};

static const cyaml_strval_t registry_types[] = {{"string", 1}, {"number", 4}, {"strings", 7}};
static const cyaml_schema_field_t ms_property_fields[] = {
    NEEDED_TEXT("name", struct usb_ms_property, name),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct usb_ms_property, type, registry_types,
                     CYAML_ARRAY_LEN(registry_types)),
    LIST("text", struct usb_ms_property, text, &text_entry),
    NUMBER("number", struct usb_ms_property, number),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t ms_property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct usb_ms_property, ms_property_fields)};

static const cyaml_schema_field_t ms_fields[] = {
    FLAG("version-1", struct file_usb, identity.ms_os_10),
    FLAG("version-2", struct file_usb, identity.ms_os_20),
    NUMBER("vendor-code", struct file_usb, identity.ms_vendor_code),
    TEXT("compatible-id", struct file_usb, identity.ms_compatible_id),
    TEXT("sub-compatible-id", struct file_usb, identity.ms_sub_compatible_id),
    COUNTED("properties", struct file_usb, identity.ms_properties, identity.ms_property_count,
            &ms_property_entry),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t device_fields[] = {
    MAYBE("extension-id", struct file_device, extension_id),
    TEXT("extensions", struct file_device, config.extensions),
    TEXT("manufacturer", struct file_device, config.manufacturer),
    TEXT("model", struct file_device, config.model),
    TEXT("version", struct file_device, config.version),
    TEXT("serial", struct file_device, config.serial),
    NUMBER("functional-mode", struct file_device, config.functional_mode),
    COUNTED("operations", struct file_device, config.operations.codes, config.operations.count,
            &code_entry),
    LIST("only-announced", struct file_device, only_announced, &code_entry),
    COUNTED("events", struct file_device, config.events.codes, config.events.count, &code_entry),
    FLAG("no-events", struct file_device, no_events),
    COUNTED("capture-formats", struct file_device, config.capture_formats.codes,
            config.capture_formats.count, &code_entry),
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
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_property, property.code),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct file_property, property.type, types,
                     CYAML_ARRAY_LEN(types)),
    FLAG("settable", struct file_property, property.settable),
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
    CYAML_FIELD_UINT("code", CYAML_FLAG_DEFAULT, struct file_described, property.code),
    CYAML_FIELD_ENUM("type", CYAML_FLAG_STRICT, struct file_described, property.type, types,
                     CYAML_ARRAY_LEN(types)),
    FLAG("settable", struct file_described, property.settable),
    NUMBER("group", struct file_described, own.group),
    CHOICE("form", struct file_described, own.form.form, forms),
    TEXT("default", struct file_described, value),
    TEXT("expression", struct file_described, own.form.expression),
    NUMBER("length", struct file_described, own.form.length),
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
static const cyaml_strval_t policies[] = {{"refuse", false}, {"keep-both", true}};
static const cyaml_schema_field_t storage_fields[] = {
    NUMBER("id", struct file_storage, volume.id),
    CODE("type", struct file_storage, volume.type, storage_types),
    CODE("filesystem", struct file_storage, volume.filesystem, filesystems),
    CODE("access", struct file_storage, volume.access, accesses),
    CYAML_FIELD_UINT("capacity", CYAML_FLAG_DEFAULT, struct file_storage, volume.capacity),
    MAYBE("free", struct file_storage, free),
    MAYBE("free-objects", struct file_storage, free_objects),
    NUMBER("max-object-size", struct file_storage, volume.max_object_size),
    TEXT("description", struct file_storage, volume.description),
    TEXT("volume", struct file_storage, volume.label),
    FLAG("removable", struct file_storage, volume.removable),
    FLAG("absent", struct file_storage, absent),
    CHOICE("duplicates", struct file_storage, volume.keep_both, policies),
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
    CYAML_FIELD_MAPPING("microsoft-os", OPTIONAL, struct file_player, usb, ms_fields),
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

/* For a key it does not know libcyaml names the line before. */
static unsigned line_of(const struct trouble *trouble, const char *text, size_t size)
{
    static const char prefix[] = "Unexpected key: ";
    unsigned line = trouble->line ? trouble->line : 1;
    struct marks *marks;

    if (strncmp(trouble->what, prefix, sizeof(prefix) - 1) != 0)
        return line;
    marks = marks_new(text, size);
    if (marks)
        line = marks_line_of_key(marks, trouble->what + sizeof(prefix) - 1, line);
    marks_free(marks);
    return line;
}

int file_player_load(const char *path, const char *text, size_t size, struct file_player **ret_file,
                     char *error, size_t error_size)
{
    struct trouble trouble = {"", 0};
    cyaml_config_t config = config_for(&trouble);
    struct file_player *file = NULL;
    cyaml_err_t result = cyaml_load_data((const uint8_t *)text, size, &config, &player_schema,
                                         (cyaml_data_t **)&file, NULL);

    if (result != CYAML_OK || !file) {
        snprintf(error, error_size, "%s:%u: %s", path, line_of(&trouble, text, size),
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
