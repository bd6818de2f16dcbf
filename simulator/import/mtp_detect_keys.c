/* Lines of mtp-detect's output that begin with a key: one row of a table each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/mtp_detect_internal.h"
#include "spcore/base.h"

#define BEFORE (SECTION_HEAD | SECTION_USB)

/* ---- values */

#define TEXT_BYTES (254u * 3) /* MTP 1.1, 3.2.3: units of UTF-16 without the last, in UTF-8 */

static int set_text(struct parser *parser, char **text, const char *value)
{
    char *copy;

    if (strcasecmp(value, "(null)") == 0)
        return 0;
    if (strlen(value) > TEXT_BYTES)
        return FAULT(parser, "'%.60s...' is longer than a string of MTP", value);
    copy = strdup(value);
    if (!copy)
        return FAULT(parser, "no memory");
    free(*text);
    *text = copy;
    return 0;
}

static int take_number(struct parser *parser, const char *value, uint64_t most,
                       uint64_t *ret_number)
{
    char *end;
    unsigned long long number;

    if (*value == '\0')
        return FAULT(parser, "a number is missing: the line is cut off");
    errno = 0;
    number = strtoull(value, &end, 0);
    if (end == value || *value == '-' || errno || number > most || (*end && *end != ' '))
        return FAULT(parser, "'%.60s' is no number up to %llu", value, (unsigned long long)most);
    *ret_number = number;
    return 0;
}

/* ---- lines that begin with a key */

struct key {
    unsigned sections;
    const char *prefix;
    int (*take)(struct parser *parser, const char *value, size_t where);
    size_t where; /* offset in the report, or the handler's own */
};

static int take_text(struct parser *parser, const char *value, size_t where)
{
    char **text = (char **)((char *)parser->report + where);

    parser->wrapped = NULL;
    return set_text(parser, text, value);
}

static int take_extensions(struct parser *parser, const char *value, size_t where)
{
    int error = take_text(parser, value, where);

    parser->wrapped = &parser->report->extensions;
    return error;
}

static int take_extension_id(struct parser *parser, const char *value, size_t where)
{
    uint64_t number = 0;
    int error = take_number(parser, value, UINT32_MAX, &number);

    (void)where;
    if (error)
        return error;
    parser->report->extension_id = (uint32_t)number;
    parser->report->has_extension_id = true;
    return 0;
}

static int take_nothing(struct parser *parser, const char *value, size_t where)
{
    (void)value;
    (void)where;
    parser->wrapped = NULL;
    return 0;
}

/* "64 bits": the tool has read the description of an ObjectSize; 32 it also prints when not. */
static int take_size(struct parser *parser, const char *value, size_t where)
{
    (void)where;
    parser->wrapped = NULL;
    parser->report->wide_sizes = text_starts(value, "64");
    return 0;
}

static int take_usb_id(struct parser *parser, const char *value, size_t product)
{
    struct import_usb *usb = &parser->report->usb;
    unsigned number;
    const char *rest = text_hex(value, 4, &number);

    if (!rest || (*rest && *rest != ' '))
        return FAULT(parser, "'%.60s' is no USB id", value);
    if (product)
        usb->product = (uint16_t)number;
    else
        usb->vendor = (uint16_t)number;
    usb->identified |= product != 0;
    return 0;
}

static int take_version(struct parser *parser, const char *value, size_t where)
{
    uint64_t number = 0;
    int error = take_number(parser, value, 0xffff, &number);

    (void)where;
    parser->report->usb.version = (uint16_t)number;
    return error;
}

static int take_class(struct parser *parser, const char *value, size_t which)
{
    uint64_t number = 0;
    int error = take_number(parser, value, 255, &number);

    parser->report->usb.class_triple[which] = (uint8_t)number;
    return error;
}

static int take_packet(struct parser *parser, const char *value, size_t where)
{
    uint64_t number = 0;
    int error = take_number(parser, value, 65535, &number);

    (void)where;
    if (error)
        return error;
    parser->report->usb.speed = number >= 1024  ? IMPORT_SPEED_SUPER
                                : number >= 512 ? IMPORT_SPEED_HIGH
                                                : IMPORT_SPEED_FULL;
    return 0;
}

static int take_named(struct parser *parser, const char *value, size_t where)
{
    (void)value;
    (void)where;
    parser->report->usb.named_mtp = true;
    return 0;
}

/* "… control message 1, CMD 0xfe:" */
static int take_microsoft(struct parser *parser, const char *value, size_t where)
{
    struct import_usb *usb = &parser->report->usb;
    const char *at = strstr(value, "CMD ");
    unsigned number;

    (void)where;
    if (at && text_hex(at + 4, 2, &number)) {
        usb->microsoft = true;
        usb->ms_vendor_code = number;
    }
    return 0;
}

static struct import_storage *last_storage(struct parser *parser)
{
    return parser->report->storage_count
               ? &parser->report->storages[parser->report->storage_count - 1]
               : NULL;
}

static struct import_storage *add_storage(struct parser *parser)
{
    struct import_report *report = parser->report;
    struct import_storage *bigger =
        report->storage_count < 32
            ? import_grow(report->storages, report->storage_count, sizeof(*bigger))
            : NULL;

    if (!bigger)
        return NULL;
    report->storages = bigger;
    bigger[report->storage_count].free_objects = 0xffffffffu;
    return &bigger[report->storage_count++];
}

static int take_storage(struct parser *parser, const char *value, size_t where)
{
    struct import_storage *storage;
    uint64_t number = 0;
    int error = take_number(parser, value, UINT32_MAX, &number);

    (void)where;
    if (error)
        return error;
    storage = add_storage(parser);
    if (!storage)
        return FAULT(parser, "more than 32 storages");
    storage->id = (uint32_t)number;
    return 0;
}

enum {
    STORAGE_TYPE,
    STORAGE_FILESYSTEM,
    STORAGE_ACCESS,
    STORAGE_CAPACITY,
    STORAGE_FREE,
    STORAGE_OBJECTS
};

/* A number that the reporter made unreadable, as some do with their free space. */
static bool is_blotted(const char *value)
{
    size_t length = strlen(value);

    return length >= 3 && strspn(value, *value == 'x' ? "x" : *value == 'X' ? "X" : "*#") == length;
}

#define BLOTTED_CAPACITY ((uint64_t)4 << 30)

static int take_storage_number(struct parser *parser, const char *value, size_t where)
{
    static const uint64_t most[] = {0xffff, 0xffff, 0xffff, UINT64_MAX, UINT64_MAX, UINT32_MAX};
    struct import_storage *storage = last_storage(parser);
    uint64_t number = 0;
    int error = 0;

    if (!storage)
        return FAULT(parser, "a storage's line before any StorageID");
    if (where == STORAGE_CAPACITY && is_blotted(value))
        number = BLOTTED_CAPACITY;
    else if (where == STORAGE_FREE && is_blotted(value))
        number = storage->capacity;
    else if (where == STORAGE_OBJECTS && is_blotted(value))
        number = UINT32_MAX;
    else
        error = take_number(parser, value, most[where], &number);
    if (error)
        return error;
    if (where == STORAGE_TYPE)
        storage->type = (uint16_t)number;
    else if (where == STORAGE_FILESYSTEM)
        storage->filesystem = (uint16_t)number;
    else if (where == STORAGE_ACCESS)
        storage->access = (uint16_t)number;
    else if (where == STORAGE_CAPACITY)
        storage->capacity = number;
    else if (where == STORAGE_FREE)
        storage->free = number;
    else
        storage->free_objects = (uint32_t)number;
    return 0;
}

static int take_storage_text(struct parser *parser, const char *value, size_t label)
{
    struct import_storage *storage = last_storage(parser);

    if (!storage)
        return FAULT(parser, "a storage's line before any StorageID");
    return set_text(parser, label ? &storage->label : &storage->description, value);
}

/* Up to 0.2 there was one storage, told among the values. */
static int take_old_storage(struct parser *parser, const char *value, size_t where)
{
    struct import_storage *storage = last_storage(parser);
    char text[256];
    size_t length;

    if (!storage) {
        storage = add_storage(parser);
        if (!storage)
            return FAULT(parser, "no memory");
        storage->id = 0x00010001;
        storage->type = 3;
        storage->filesystem = 2;
    }
    if (where == STORAGE_CAPACITY || where == STORAGE_FREE)
        return take_storage_number(parser, value, where);
    value += *value == '"';
    length = strcspn(value, "\"");
    snprintf(text, sizeof(text), "%.*s", (int)(length < 255 ? length : 255), value);
    return set_text(parser, where == STORAGE_TYPE ? &storage->description : &storage->label, text);
}

/* One without an id is not there; what was blotted out was. */
static int take_folder(struct parser *parser, const char *value, size_t which)
{
    static const char *const none[] = {"", "-", "none", "(none)", "(null)"};
    uint64_t number = 1;
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        if (strcasecmp(value, none[i]) == 0)
            return 0;
    }
    if (!is_blotted(text_starts(value, "0x") ? value + 2 : value))
        error = take_number(parser, value, UINT32_MAX, &number);
    if (!error)
        parser->report->folders[which] = number != 0 && number != 0xffffffffu;
    return error;
}

static int take_battery(struct parser *parser, const char *value, size_t where)
{
    struct import_report *report = parser->report;
    unsigned level, most;

    (void)where;
    if (sscanf(value, "%3u of %3u", &level, &most) != 2 || level > 255 || most > 255)
        return FAULT(parser, "'%.60s' is no battery level", value);
    report->has_battery = true;
    report->battery = level;
    report->battery_most = most;
    return 0;
}

#define TEXT(section, prefix, member)                                                              \
    {                                                                                              \
        section, prefix, take_text, offsetof(struct import_report, member)                         \
    }

static const struct key keys[] = {
    {SECTION_USB, "bcdUSB:", take_version, 0},
    {SECTION_USB, "bDeviceClass:", take_class, 0},
    {SECTION_USB, "bDeviceSubClass:", take_class, 1},
    {SECTION_USB, "bDeviceProtocol:", take_class, 2},
    {SECTION_USB, "idVendor:", take_usb_id, 0},
    {SECTION_USB, "idProduct:", take_usb_id, 1},
    {SECTION_USB, "IN endpoint maxpacket:", take_packet, 0},
    {BEFORE, "Interface description contains the string \"MTP\"", take_named, 0},
    {BEFORE, "Microsoft device response to control message 1", take_microsoft, 0},
    TEXT(SECTION_DEVICE, "Manufacturer:", manufacturer),
    TEXT(SECTION_DEVICE, "Model:", model),
    TEXT(SECTION_DEVICE, "Device version:", version),
    TEXT(SECTION_DEVICE, "Serial number:", serial),
    {SECTION_DEVICE, "Vendor extension ID:", take_extension_id, 0},
    {SECTION_DEVICE, "Vendor extension description:", take_extensions,
     offsetof(struct import_report, extensions)},
    {SECTION_DEVICE, "Detected object size:", take_size, 0},
    {SECTION_DEVICE, "Extensions:", take_nothing, 0},
    {SECTION_STORAGES, "StorageID:", take_storage, 0},
    {SECTION_STORAGES, "StorageType:", take_storage_number, STORAGE_TYPE},
    {SECTION_STORAGES, "FilesystemType:", take_storage_number, STORAGE_FILESYSTEM},
    {SECTION_STORAGES, "AccessCapability:", take_storage_number, STORAGE_ACCESS},
    {SECTION_STORAGES, "MaxCapacity:", take_storage_number, STORAGE_CAPACITY},
    {SECTION_STORAGES, "FreeSpaceInBytes:", take_storage_number, STORAGE_FREE},
    {SECTION_STORAGES, "FreeSpaceInObjects:", take_storage_number, STORAGE_OBJECTS},
    {SECTION_STORAGES, "StorageDescription:", take_storage_text, 0},
    {SECTION_STORAGES, "VolumeIdentifier:", take_storage_text, 1},
    {SECTION_FOLDERS, "Default music folder:", take_folder, 0},
    {SECTION_FOLDERS, "Default playlist folder:", take_folder, 1},
    {SECTION_FOLDERS, "Default picture folder:", take_folder, 2},
    {SECTION_FOLDERS, "Default video folder:", take_folder, 3},
    {SECTION_FOLDERS, "Default organizer folder:", take_folder, 4},
    {SECTION_FOLDERS, "Default zencast folder:", take_folder, 5},
    {SECTION_FOLDERS, "Default album folder:", take_folder, 6},
    {SECTION_FOLDERS, "Default text folder:", take_folder, 7},
    TEXT(SECTION_VALUES, "Friendly name:", friendly_name),
    TEXT(SECTION_VALUES, "Synchronization partner:", partner),
    {SECTION_VALUES, "Total bytes on device:", take_old_storage, STORAGE_CAPACITY},
    {SECTION_VALUES, "Free bytes on device:", take_old_storage, STORAGE_FREE},
    {SECTION_VALUES, "Storage description:", take_old_storage, STORAGE_TYPE},
    {SECTION_VALUES, "Volume label:", take_old_storage, STORAGE_FILESYSTEM},
    {SECTION_VALUES, "Battery level", take_battery, 0},
};

int import_take_keyed(struct parser *parser, const char *line, bool *ret_known)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *value = text_after(line, keys[i].prefix);

        if (!value || !(keys[i].sections & (unsigned)parser->section))
            continue;
        *ret_known = true;
        return keys[i].take(parser, value, keys[i].where);
    }
    return 0;
}
