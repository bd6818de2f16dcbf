/* The keys of a player file, as tables for libcyaml: what each fills, and for people what it means
 * and may say (key.h). */
#include "simulator/spec/schema.h"

#include <errno.h>
#include <stdlib.h>

#include "mtp_codes.h"
#include "simulator/function/kinds.h"
#include "simulator/spec/key.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
/* The row's name, where the rest of the row is found, too (key_of()). */
#define ROW(word, ...) ((const struct key){.name = word, __VA_ARGS__}).name
#define SAYS(text) .says = text
#define UNIT(word) .unit = word
#define USUAL(text) .usual = text
#define RANGE(low, high) .ranges = {{low, high}}
#define RANGES(low, high, low2, high2) .ranges = {{low, high}, {low2, high2}}
/* A text by its length in UTF-16 units. */
#define UNITS(low, high) RANGE(low, high)
#define HEX .hexadecimal = true
#define CODES HEX, RANGE(0, 0xffff)
#define ENTRIES(most) .entries = most
#define GOVERNS(place) .governs = place

#define TEXT(type, member, ...)                                                                    \
    CYAML_FIELD_STRING_PTR(ROW(__VA_ARGS__), CYAML_FLAG_POINTER | OPTIONAL, type, member, 0,       \
                           CYAML_UNLIMITED)
#define NEEDED_TEXT(type, member, ...)                                                             \
    CYAML_FIELD_STRING_PTR(ROW(__VA_ARGS__), CYAML_FLAG_POINTER, type, member, 0, CYAML_UNLIMITED)
#define NUMBER(type, member, ...) CYAML_FIELD_UINT(ROW(__VA_ARGS__), OPTIONAL, type, member)
#define NEEDED_NUMBER(type, member, ...)                                                           \
    CYAML_FIELD_UINT(ROW(__VA_ARGS__), CYAML_FLAG_DEFAULT, type, member)
#define FLAG(type, member, ...)                                                                    \
    CYAML_FIELD_BOOL(ROW(__VA_ARGS__, USUAL("false")), OPTIONAL, type, member)
#define CHOICE(type, member, names, ...)                                                           \
    CYAML_FIELD_ENUM(ROW(__VA_ARGS__), OPTIONAL | CYAML_FLAG_STRICT, type, member, names,          \
                     CYAML_ARRAY_LEN(names))
#define NEEDED_CHOICE(type, member, names, ...)                                                    \
    CYAML_FIELD_ENUM(ROW(__VA_ARGS__), CYAML_FLAG_STRICT, type, member, names,                     \
                     CYAML_ARRAY_LEN(names))
/* A name, or a number: vendors have codes of their own. */
#define CODE(type, member, names, ...)                                                             \
    CYAML_FIELD_ENUM(ROW(__VA_ARGS__, CODES), OPTIONAL, type, member, names, CYAML_ARRAY_LEN(names))
/* A number that may be left out, and is then no 0 but NULL. */
#define MAYBE(type, member, ...)                                                                   \
    CYAML_FIELD_UINT_PTR(ROW(__VA_ARGS__), CYAML_FLAG_POINTER | OPTIONAL, type, member)
#define LIST(type, member, entry, ...)                                                             \
    CYAML_FIELD_SEQUENCE(ROW(__VA_ARGS__), CYAML_FLAG_POINTER | OPTIONAL, type, member, entry, 0,  \
                         CYAML_UNLIMITED)
/* A list whose count has another name. */
#define COUNTED(type, member, count, entry, ...)                                                   \
    CYAML_FIELD_SEQUENCE_COUNT(ROW(__VA_ARGS__), CYAML_FLAG_POINTER | OPTIONAL, type, member,      \
                               count, entry, 0, CYAML_UNLIMITED)
#define GROUP(type, member, fields, ...)                                                           \
    CYAML_FIELD_MAPPING(ROW(__VA_ARGS__), OPTIONAL, type, member, fields)
#define NEEDED_GROUP(type, member, fields, ...)                                                    \
    CYAML_FIELD_MAPPING(ROW(__VA_ARGS__), CYAML_FLAG_DEFAULT, type, member, fields)
#define MAYBE_GROUP(type, member, fields, ...)                                                     \
    CYAML_FIELD_MAPPING_PTR(ROW(__VA_ARGS__), CYAML_FLAG_POINTER | OPTIONAL, type, member, fields)

#define DESCRIPTOR_UNITS UNITS(0, 126) /* of a string descriptor (USB 2.0, 9.6.7) */
#define MTP_UNITS UNITS(0, 254)        /* of a string, its end not counted (MTP 1.1, 3.2.3) */

static const cyaml_schema_value_t code_entry = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint16_t)};
static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};

/* ---- usb, microsoft-os */

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

#define ENDPOINT struct usb_endpoint_identity
static const cyaml_schema_field_t endpoint_fields[] = {
    NEEDED_NUMBER(ENDPOINT, address, "address", SAYS("Number and direction: from 0x81 on it is IN"),
                  HEX, RANGES(0x01, 0x0f, 0x81, 0x8f), GOVERNS(".")),
    NEEDED_NUMBER(ENDPOINT, type, "type", SAYS("Its kind: 1 isochronous, 2 bulk, 3 interrupt"),
                  RANGE(1, 3), GOVERNS("usb.interfaces")),
    NUMBER(ENDPOINT, packet_size, "packet-size",
           SAYS("Its packets (wMaxPacketSize), legal for type and speed; 0: the largest that is"),
           RANGE(0, 0x1400), UNIT("bytes"), USUAL("the largest legal one")),
    NUMBER(ENDPOINT, interval, "interval",
           SAYS("How often it is asked (bInterval); from 17 on for interrupts at full speed only"),
           RANGE(0, 255), USUAL("one that is usual for type and speed")),
    NUMBER(ENDPOINT, burst, "burst",
           SAYS("Packets in a burst less one (bMaxBurst), at super speed only"), RANGE(0, 15),
           USUAL("0")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t endpoint_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, ENDPOINT, endpoint_fields)};

#define INTERFACE struct usb_interface_identity
static const cyaml_schema_field_t interface_fields[] = {
    NUMBER(INTERFACE, number, "number", SAYS("Its number (bInterfaceNumber); they count up from 0"),
           RANGE(0, 31), USUAL("0"), GOVERNS("usb.interfaces")),
    NUMBER(INTERFACE, alternate, "alternate",
           SAYS("Which of its settings it is (bAlternateSetting); they follow each other, 0 first"),
           RANGE(0, 255), USUAL("0"), GOVERNS("usb.interfaces")),
    NUMBER(INTERFACE, class_code, "class", SAYS("Its class (bInterfaceClass)"), RANGE(0, 255),
           USUAL("0")),
    NUMBER(INTERFACE, subclass, "subclass", SAYS("Its subclass (bInterfaceSubClass)"),
           RANGE(0, 255), USUAL("0")),
    NUMBER(INTERFACE, protocol, "protocol", SAYS("Its protocol (bInterfaceProtocol)"),
           RANGE(0, 255), USUAL("0")),
    TEXT(INTERFACE, name, "name", SAYS("Its name (the string of iInterface)"), DESCRIPTOR_UNITS),
    CHOICE(INTERFACE, function, functions, "function",
           SAYS("What it does; setting 0 says it for all. Where none says still-image, the first "
                "that can carry MTP does, but in persona zero"),
           GOVERNS("usb")),
    COUNTED(INTERFACE, endpoints, endpoint_count, &endpoint_entry, "endpoints",
            SAYS("Its endpoints, but for endpoint 0"), ENTRIES(30), GOVERNS("usb")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t interface_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, INTERFACE, interface_fields)};

#define USB struct file_usb
static const cyaml_schema_field_t usb_fields[] = {
    CHOICE(USB, persona, personas, "persona",
           SAYS("A still image device, a portable audio player of a vendor class, or a device for "
                "tests with the functions of Linux's gadget zero"),
           USUAL("mtp"), GOVERNS("usb")),
    NEEDED_NUMBER(USB, identity.vendor_id, "vendor", SAYS("The vendor's id (idVendor)"), HEX,
                  RANGE(0x0001, 0xffff)),
    NEEDED_NUMBER(USB, identity.product_id, "product", SAYS("The product's id (idProduct)"), HEX,
                  RANGE(0, 0xffff)),
    MAYBE(USB, release, "release", SAYS("The device's release (bcdDevice)"), HEX, RANGE(0, 0xffff),
          USUAL("0x0100")),
    NUMBER(USB, identity.version, "usb-version",
           SAYS("The version of USB it keeps (bcdUSB); must fit the speed, and is 0x0201 at least "
                "for version-2 of microsoft-os"),
           HEX, RANGE(0x0100, 0x0320), USUAL("the one of speed and capabilities")),
    NUMBER(USB, identity.class_code, "class",
           SAYS("The device's class (bDeviceClass); 0: each interface has its own"), RANGE(0, 255),
           USUAL("0")),
    NUMBER(USB, identity.subclass, "subclass", SAYS("The device's subclass (bDeviceSubClass)"),
           RANGE(0, 255), USUAL("0")),
    NUMBER(USB, identity.protocol, "protocol", SAYS("The device's protocol (bDeviceProtocol)"),
           RANGE(0, 255), USUAL("0")),
    TEXT(USB, identity.manufacturer, "manufacturer",
         SAYS("Who made it (the string of iManufacturer)"), DESCRIPTOR_UNITS),
    TEXT(USB, identity.product, "product-name",
         SAYS("What it is (the string of iProduct); also the friendly name, where the properties "
              "give none"),
         DESCRIPTOR_UNITS),
    TEXT(USB, identity.serial, "serial", SAYS("Its serial number (the string of iSerialNumber)"),
         DESCRIPTOR_UNITS, .letters = KEY_PRINTABLE),
    CHOICE(USB, identity.speed, speeds, "speed", SAYS("How fast the bus is"), USUAL("high"),
           GOVERNS("usb")),
    NUMBER(USB, identity.control_packet_size, "control-packet-size",
           SAYS("Packets of endpoint 0 (bMaxPacketSize0), at full speed only"),
           .ranges = {{8, 8}, {16, 16}, {32, 32}, {64, 64}}, UNIT("bytes"),
           USUAL("64 at full speed")),
    NUMBER(USB, identity.configuration_value, "configuration-value",
           SAYS("The number of its configuration (bConfigurationValue)"), RANGE(1, 255),
           USUAL("1")),
    TEXT(USB, identity.configuration_name, "configuration-name",
         SAYS("The name of its configuration (the string of iConfiguration)"), DESCRIPTOR_UNITS),
    CHOICE(USB, pattern, patterns, "pattern", SAYS("What source-sink sends and expects"),
           USUAL("zeroes")),
    FLAG(USB, identity.self_powered, "self-powered", SAYS("It has power of its own")),
    FLAG(USB, identity.remote_wakeup, "remote-wakeup", SAYS("It can wake the host")),
    MAYBE(USB, max_power, "max-power",
          SAYS("What it draws from the bus; at most 510 below super speed"), RANGE(0, 2040),
          UNIT("mA"), USUAL("100")),
    TEXT(USB, interface_name, "interface-name",
         SAYS("The string of the one interface of a file that lists none"), DESCRIPTOR_UNITS),
    COUNTED(USB, identity.interfaces, identity.interface_count, &interface_entry, "interfaces",
            SAYS("Each alternate setting of each interface. None: one interface with a bulk IN, a "
                 "bulk OUT and an interrupt IN endpoint"),
            ENTRIES(255), GOVERNS("usb")),
    CYAML_FIELD_END,
};

static const cyaml_strval_t registry_types[] = {{"string", FILE_REGISTRY_STRING},
                                                {"number", FILE_REGISTRY_NUMBER},
                                                {"strings", FILE_REGISTRY_STRINGS}};
#define MS_PROPERTY struct usb_ms_property
static const cyaml_schema_field_t ms_property_fields[] = {
    NEEDED_TEXT(MS_PROPERTY, name, "name", SAYS("The name of the registry value"), UNITS(1, 254)),
    NEEDED_CHOICE(MS_PROPERTY, type, registry_types, "type",
                  SAYS("What kind of value it is (REG_SZ, REG_DWORD, REG_MULTI_SZ)"), GOVERNS(".")),
    LIST(MS_PROPERTY, text, &text_entry, "text", SAYS("The strings: one for a string"),
         UNITS(0, 1024), GOVERNS(".")),
    NUMBER(MS_PROPERTY, number, "number", SAYS("Its number, where it is one"), USUAL("0"),
           GOVERNS(".")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t ms_property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, MS_PROPERTY, ms_property_fields)};

static const cyaml_schema_field_t ms_fields[] = {
    FLAG(USB, identity.ms_os_10, "version-1", SAYS("It has descriptors of version 1.0")),
    FLAG(USB, identity.ms_os_20, "version-2", SAYS("It has descriptors of version 2.0"),
         GOVERNS("usb.usb-version")),
    NUMBER(USB, identity.ms_vendor_code, "vendor-code",
           SAYS("The request by which they are asked for (bMS_VendorCode)"), HEX, RANGE(1, 255),
           USUAL("0x21")),
    TEXT(USB, identity.ms_compatible_id, "compatible-id",
         SAYS("What Windows finds a driver by: MTP, WINUSB"), .letters = KEY_ID, UNITS(0, 8)),
    TEXT(USB, identity.ms_sub_compatible_id, "sub-compatible-id", SAYS("The second part of it"),
         .letters = KEY_ID, UNITS(0, 8)),
    COUNTED(USB, identity.ms_properties, identity.ms_property_count, &ms_property_entry,
            "properties", SAYS("Registry values it announces"), ENTRIES(250)),
    CYAML_FIELD_END,
};

/* ---- device */

#define DEVICE struct file_device
static const cyaml_schema_field_t device_fields[] = {
    MAYBE(DEVICE, extension_id, "extension-id", SAYS("Whose extensions it has (VendorExtensionID)"),
          USUAL("6")),
    TEXT(DEVICE, config.extensions, "extensions", SAYS("Its extensions (VendorExtensionDesc)"),
         MTP_UNITS, USUAL("microsoft.com: 1.0; papkit.org: 1.0;")),
    TEXT(DEVICE, config.manufacturer, "manufacturer", SAYS("Who made it, as DeviceInfo says it"),
         MTP_UNITS, USUAL("that of usb")),
    TEXT(DEVICE, config.model, "model", SAYS("What it is, as DeviceInfo says it"), MTP_UNITS,
         USUAL("product-name of usb")),
    TEXT(DEVICE, config.version, "version", SAYS("Its firmware's version (DeviceVersion)"),
         MTP_UNITS, USUAL("1.0")),
    TEXT(DEVICE, config.serial, "serial", SAYS("Its serial number, as DeviceInfo says it"),
         MTP_UNITS, USUAL("that of usb")),
    NUMBER(DEVICE, config.functional_mode, "functional-mode",
           SAYS("The mode it is in (FunctionalMode)"), CODES, USUAL("0")),
    COUNTED(DEVICE, config.operations.codes, config.operations.count, &code_entry, "operations",
            SAYS("The operations it lists (OperationsSupported); what the responder does not have "
                 "stands in only-announced, too"),
            CODES, ENTRIES(MTPR_LIST_MAX), USUAL("all that are implemented")),
    LIST(DEVICE, only_announced, &code_entry, "only-announced",
         SAYS("Operations that are listed, and refused when they are asked for"), CODES,
         ENTRIES(MTPR_LIST_MAX), GOVERNS("device.operations")),
    COUNTED(DEVICE, config.events.codes, config.events.count, &code_entry, "events",
            SAYS("The events it lists and says (EventsSupported)"), CODES, ENTRIES(MTPR_LIST_MAX),
            USUAL("all that are implemented")),
    FLAG(DEVICE, no_events, "no-events", SAYS("It lists no events")),
    COUNTED(DEVICE, config.capture_formats.codes, config.capture_formats.count, &code_entry,
            "capture-formats", SAYS("The formats it records in (CaptureFormats)"), CODES,
            ENTRIES(MTPR_LIST_MAX), USUAL("none")),
    CYAML_FIELD_END,
};

/* ---- properties of the device and of objects */

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
    NEEDED_TEXT(struct file_range, minimum, "minimum", SAYS("The least, of the property's type")),
    NEEDED_TEXT(struct file_range, maximum, "maximum", SAYS("The most, of the property's type")),
    NEEDED_TEXT(struct file_range, step, "step", SAYS("From one to the next, of the same type")),
    CYAML_FIELD_END,
};
#define PROPERTY struct file_property
static const cyaml_schema_field_t property_fields[] = {
    NEEDED_NUMBER(PROPERTY, property.code, "code", SAYS("The code of the device property"), CODES),
    NEEDED_CHOICE(PROPERTY, property.type, types, "type",
                  SAYS("Its type; bytes, words and the others with an s are arrays, written as "
                       "hexadecimal digits"),
                  GOVERNS(".")),
    FLAG(PROPERTY, property.settable, "settable", SAYS("A host may set it")),
    TEXT(PROPERTY, value, "default", SAYS("The factory default, of its type"),
         USUAL("0 or nothing")),
    TEXT(PROPERTY, current, "current", SAYS("The value it begins with, of its type"),
         USUAL("the default")),
    TEXT(PROPERTY, text, "text", SAYS("Of words: the value it begins with, as text")),
    MAYBE_GROUP(PROPERTY, range, range_fields, "range", SAYS("The values it may have: a range")),
    LIST(PROPERTY, choices, &text_entry, "choices",
         SAYS("The values it may have, one by one; not beside a range")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, PROPERTY, property_fields)};

static const cyaml_strval_t forms[] = {{"choices", MTP_FORM_ENUMERATION}, /* and none of them */
                                       {"date", MTP_FORM_DATE_TIME},
                                       {"array-length", MTP_FORM_FIXED_LENGTH_ARRAY},
                                       {"expression", MTP_FORM_REGULAR_EXPRESSION},
                                       {"byte-array", MTP_FORM_BYTE_ARRAY},
                                       {"long-string", MTP_FORM_LONG_STRING}};
#define DESCRIBED struct file_described
static const cyaml_schema_field_t described_fields[] = {
    NEEDED_NUMBER(DESCRIBED, property.code, "code", SAYS("The code of the object property"), CODES,
                  GOVERNS("formats")),
    NEEDED_CHOICE(DESCRIBED, property.type, types, "type", SAYS("Its type, as above"),
                  GOVERNS(".")),
    FLAG(DESCRIBED, property.settable, "settable", SAYS("A host may set it")),
    NUMBER(DESCRIBED, own.group, "group",
           SAYS("Its group code; 0xffffffff is slow, and no part of `all`"), HEX,
           RANGE(0, 0xffffffff), USUAL("0")),
    CHOICE(DESCRIBED, own.form.form, forms, "form",
           SAYS("The form, where neither range nor choices say it")),
    TEXT(DESCRIBED, value, "default", SAYS("The factory default, of its type"),
         USUAL("0, nothing, or the first its form allows")),
    TEXT(DESCRIBED, own.form.expression, "expression",
         SAYS("The regular expression, or the pattern of dates, of its form"), MTP_UNITS),
    NUMBER(DESCRIBED, own.form.length, "length",
           SAYS("Of its form: the length of an array, or the most of one or of a long string"),
           RANGE(0, 0xffffffff), USUAL("0")),
    MAYBE_GROUP(DESCRIBED, range, range_fields, "range", SAYS("The values it may have: a range")),
    LIST(DESCRIBED, choices, &text_entry, "choices",
         SAYS("The values it may have, one by one; not beside a range")),
    LIST(DESCRIBED, formats, &code_entry, "formats",
         SAYS("The formats it is so for; none: all that no other entry of its code names"), CODES,
         ENTRIES(MTPR_LIST_MAX)),
    NUMBER(DESCRIBED, combination, "combination",
           SAYS("It is so only in this combination of values that go together "
                "(GetInterdependentPropDesc)"),
           RANGE(1, 250), USUAL("by itself")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t described_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, DESCRIBED, described_fields)};

#define FORMAT struct file_format
static const cyaml_schema_field_t format_fields[] = {
    NEEDED_NUMBER(FORMAT, code, "code", SAYS("The code of the format"), CODES, GOVERNS("objects")),
    FLAG(FORMAT, no_properties, "no-properties", SAYS("Its objects have none")),
    LIST(FORMAT, properties, &code_entry, "properties", SAYS("The properties its objects have"),
         CODES, ENTRIES(MTPR_LIST_MAX), USUAL("those the responder gives such objects"),
         GOVERNS("objects")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t format_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, FORMAT, format_fields)};

/* ---- storages, objects */

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
#define STORAGE struct file_storage
static const cyaml_schema_field_t storage_fields[] = {
    NUMBER(STORAGE, volume.id, "id", SAYS("Its number (StorageID); the low word is not 0"), HEX,
           RANGE(1, 0xffffffff), USUAL("the n-th has 0x000n0001"), GOVERNS(".")),
    CODE(STORAGE, volume.type, storage_types, "type", SAYS("What it is made of (StorageType)"),
         USUAL("removable-ram where it is removable, else fixed-ram")),
    CODE(STORAGE, volume.filesystem, filesystems, "filesystem",
         SAYS("How it is laid out (FilesystemType)"), USUAL("hierarchical")),
    CODE(STORAGE, volume.access, accesses, "access",
         SAYS("What a host may do with it (AccessCapability)"), USUAL("read-write")),
    NEEDED_NUMBER(STORAGE, volume.capacity, "capacity", SAYS("How much it holds (MaxCapacity)"),
                  UNIT("bytes")),
    MAYBE(STORAGE, free, "free",
          SAYS("How much is free with the objects of the file on it (FreeSpaceInBytes)"),
          UNIT("bytes"), USUAL("the capacity less their sizes")),
    MAYBE(STORAGE, free_objects, "free-objects",
          SAYS("How many objects more it takes (FreeSpaceInObjects); 0xffffffff: no limit. 0: no "
               "limit, and 0 is said"),
          RANGE(0, 0xffffffff), USUAL("no limit")),
    NUMBER(STORAGE, volume.max_object_size, "max-object-size",
           SAYS("The size of the largest object it takes; 0: no limit"), UNIT("bytes"), USUAL("0")),
    TEXT(STORAGE, volume.description, "description", SAYS("What it is called (StorageDescription)"),
         MTP_UNITS),
    TEXT(STORAGE, volume.label, "volume", SAYS("Its label (VolumeIdentifier)"), MTP_UNITS),
    FLAG(STORAGE, volume.removable, "removable", SAYS("Its medium can be taken out")),
    FLAG(STORAGE, absent, "absent", SAYS("Its medium is out when the player starts")),
    CHOICE(STORAGE, volume.keep_both, policies, "duplicates",
           SAYS("What becomes of a second object of a name in its folder"), USUAL("refuse"),
           GOVERNS("objects")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t storage_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, STORAGE, storage_fields)};

#define OBJECT_PROPERTY struct file_object_property
static const cyaml_schema_field_t object_property_fields[] = {
    NEEDED_NUMBER(OBJECT_PROPERTY, code, "code", SAYS("The code of the object property"), CODES,
                  GOVERNS(".")),
    NEEDED_TEXT(OBJECT_PROPERTY, value, "value", SAYS("Its value, of the property's type"),
                GOVERNS(".")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t object_property_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, OBJECT_PROPERTY, object_property_fields)};

#define OBJECT struct file_object
static const cyaml_schema_field_t object_fields[] = {
    NUMBER(OBJECT, storage, "storage", SAYS("Which of the storages it lies on, from 0"),
           RANGE(0, FILE_STORAGES_MAX - 1), USUAL("0"), GOVERNS(".")),
    NEEDED_TEXT(OBJECT, path, "path",
                SAYS("Folders and name with / between; folders that are not there are made. In a "
                     "series {n} is the number, {f} the folder"),
                UNITS(1, 4096), GOVERNS(".")),
    FLAG(OBJECT, folder, "folder", SAYS("It is a folder"), GOVERNS(".")),
    FLAG(OBJECT, protection, "protected", SAYS("It may not be changed")),
    NUMBER(OBJECT, format, "format", SAYS("Its format's code"), CODES, USUAL("the one of its name"),
           GOVERNS(".")),
    NUMBER(OBJECT, size, "size", SAYS("Its size; the storage must have room for it"), UNIT("bytes"),
           USUAL("0"), GOVERNS(".")),
    NUMBER(OBJECT, seed, "seed", SAYS("What its content is made of: the same bytes everywhere"),
           USUAL("its size")),
    FLAG(OBJECT, sparse, "sparse", SAYS("Its content is zeros")),
    NUMBER(OBJECT, count, "count", SAYS("It is a series of so many objects; 0: it is one"),
           RANGE(0, 0xffffffff), USUAL("0"), GOVERNS(".")),
    NUMBER(OBJECT, per_folder, "per-folder", SAYS("How many of the series share a number {f}"),
           RANGE(0, 0xffffffff), USUAL("all of them"), GOVERNS(".")),
    TEXT(OBJECT, text, "text", SAYS("Its content, instead of size and seed"), GOVERNS(".")),
    LIST(OBJECT, references, &text_entry, "references",
         SAYS("Paths of objects of its storage that stand before it: what a playlist holds")),
    LIST(OBJECT, properties, &object_property_entry, "properties",
         SAYS("Its object properties, where they are not their defaults")),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t object_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, OBJECT, object_fields)};

/* ---- all of it */

#define PLAYER struct file_player
static const cyaml_schema_field_t player_fields[] = {
    NEEDED_TEXT(PLAYER, name, "name", SAYS("What the player is called"), UNITS(1, 64)),
    TEXT(PLAYER, description, "description", SAYS("One line for `papsim players`")),
    NEEDED_GROUP(PLAYER, usb, usb_fields, "usb", SAYS("What it says of itself on the bus"),
                 GOVERNS("usb")),
    GROUP(PLAYER, usb, ms_fields, "microsoft-os", SAYS("Microsoft OS descriptors"),
          GOVERNS("usb.usb-version")),
    GROUP(PLAYER, device, device_fields, "device", SAYS("What it says of itself in DeviceInfo")),
    LIST(PLAYER, properties, &property_entry, "properties", SAYS("Its device properties"),
         ENTRIES(MTPR_LIST_MAX),
         USUAL("battery level, date, synchronization partner, friendly name, volume, perceived "
               "device type")),
    FLAG(PLAYER, no_properties, "no-properties", SAYS("It has no device properties")),
    LIST(PLAYER, object_properties, &described_entry, "object-properties",
         SAYS("Object properties that are not as the responder has them"), ENTRIES(4096),
         GOVERNS("formats")),
    LIST(PLAYER, formats, &format_entry, "formats", SAYS("The formats it takes (PlaybackFormats)"),
         ENTRIES(MTPR_LIST_MAX), USUAL("all that are implemented"), GOVERNS("objects")),
    FLAG(PLAYER, no_formats, "no-formats", SAYS("It lists no formats")),
    FLAG(PLAYER, no_storages, "no-storages", SAYS("It has no storage"), GOVERNS("objects")),
    LIST(PLAYER, storages, &storage_entry, "storages",
         SAYS("Its storages, internal ones and slots"), ENTRIES(FILE_STORAGES_MAX),
         USUAL("one of 4 GiB"), GOVERNS("objects")),
    MAYBE(PLAYER, battery, "battery",
          SAYS("How full its battery is, where it has a property for it"), RANGE(0, 100), UNIT("%"),
          USUAL("80")),
    FLAG(PLAYER, ignores_content, "ignores-content",
         SAYS("It believes only what the host says of a file, and does not look into it")),
    LIST(PLAYER, objects, &object_entry, "objects", SAYS("What is on it when it starts")),
    LIST(PLAYER, quirks, &text_entry, "quirks",
         SAYS("What it does wrong from the start (docs/quirks.md)")),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t file_player_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, PLAYER, player_fields)};

const char *file_type_name(uint16_t type)
{
    for (size_t i = 0; i < CYAML_ARRAY_LEN(types); i++) {
        if (types[i].val == type)
            return types[i].str;
    }
    return "unknown";
}

/* What libcyaml would say of it has been said by then (shape.c). */
static cyaml_config_t quiet(void)
{
    return (cyaml_config_t){.log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_mem};
}

int file_player_load(const char *text, size_t size, struct file_player **ret_file)
{
    cyaml_config_t config = quiet();
    struct file_player *file = NULL;
    cyaml_err_t result = cyaml_load_data((const uint8_t *)text, size, &config, &file_player_schema,
                                         (cyaml_data_t **)&file, NULL);

    if (result == CYAML_ERR_OOM)
        return -ENOMEM;
    if (result != CYAML_OK || !file)
        return -EINVAL;
    *ret_file = file;
    return 0;
}

void file_player_free(struct file_player *file)
{
    cyaml_config_t config = quiet();

    if (file)
        cyaml_free(&config, &file_player_schema, file, 0);
}
