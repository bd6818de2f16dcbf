/* Lines of mtp-detect's output that begin with a key: one row of a table each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/mtp_detect_internal.h"
#include "spcore/base.h"

#define BEFORE (SECTION_HEAD | SECTION_USB)

/* ---- values */

static int set_text(struct parser *parser, char **text, const char *value)
{
    char *copy;

    if (strcasecmp(value, "(null)") == 0)
        return 0;
    if (import_text_units(value) >= IMPORT_STRING_UNITS)
        return FAULT(parser, "'%.60s...' is longer than a string of MTP", value);
    copy = strdup(value);
    if (!copy)
        return import_no_memory(parser);
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
    size_t where;        /* offset in the report, or the handler's own */
    const char *assumed; /* of a line that is always there, when it is not; NULL: not always */
    const char *with;    /* always where this one is; NULL: anywhere */
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
    if (!at || !text_hex(at + 4, 2, &number))
        return 0;
    if (!number)
        return FAULT(parser, "'%.60s' is no request", value);
    usb->microsoft = true;
    usb->ms_vendor_code = number;
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

static bool has_storage(const struct import_report *report, uint64_t id)
{
    for (size_t i = 0; report->storages && i < report->storage_count; i++) {
        if (report->storages[i].id == id)
            return true;
    }
    return false;
}

/* One whose id the log does not say, or that is none: another one is assumed. */
static int assume_storage(struct parser *parser, const char *why)
{
    struct import_storage *storage;
    uint32_t id = 0x00010001;

    while (has_storage(parser->report, id))
        id += 0x00010000;
    import_missing_keys(parser);
    parser->skipping_storage = parser->storage_told = false;
    storage = add_storage(parser);
    if (!storage)
        return FAULT(parser, "more than 32 storages");
    storage->id = id;
    NOTE(parser, "%s, assumed StorageID 0x%08x", why, id);
    return 0;
}

static int take_storage(struct parser *parser, const char *value, size_t where)
{
    struct import_storage *storage;
    uint64_t number = 0;
    int error = take_number(parser, value, UINT32_MAX, &number);

    (void)where;
    if (error < 0)
        return error;
    parser->report->suspect |= !(number & 0xffff); /* a storage without a medium has no lines */
    if (parser->mode == IMPORT_LENIENT && (error || !(number & 0xffff)))
        return assume_storage(parser, "no storage's id");
    if (has_storage(parser->report, number)) {
        error = import_suspect(parser, "StorageID 0x%08llx again", (unsigned long long)number);
        parser->skipping_storage = parser->storage_told;
        if (error)
            return error;
    }
    import_missing_keys(parser);
    parser->skipping_storage = parser->storage_told = false;
    storage = add_storage(parser);
    if (!storage)
        return FAULT(parser, "more than 32 storages");
    storage->id = (uint32_t)number;
    return 0;
}

/* The storage a line is of. What one has said already is another's, whose StorageID is missing. */
static int need_storage(struct parser *parser, struct import_storage **ret_storage)
{
    bool again = (parser->keys & UINT64_C(1) << parser->row) != 0;
    int error = 0;

    if (parser->mode == IMPORT_LENIENT && parser->skipping_storage)
        return FAULT(parser, "a line of a storage that came already");
    if (again && parser->mode == IMPORT_STRICT)
        error = import_suspect(parser, "a storage's line again");
    else if (parser->mode == IMPORT_LENIENT && (again || !last_storage(parser)))
        error = assume_storage(parser, "a storage's line above which its StorageID is missing");
    if (!error && !last_storage(parser))
        error = FAULT(parser, "a storage's line before any StorageID");
    if (!error) {
        *ret_storage = last_storage(parser);
        parser->storage_told = true;
    }
    return error;
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

static int set_number(struct parser *parser, struct import_storage *storage, const char *value,
                      size_t where)
{
    static const uint64_t most[] = {0xffff, 0xffff, 0xffff, UINT64_MAX, UINT64_MAX, UINT32_MAX};
    uint64_t number = 0;
    int error = 0;

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

static int take_storage_number(struct parser *parser, const char *value, size_t where)
{
    struct import_storage *storage = NULL;
    int error = need_storage(parser, &storage);

    return storage ? set_number(parser, storage, value, where) : error;
}

static int take_storage_text(struct parser *parser, const char *value, size_t label)
{
    struct import_storage *storage = NULL;
    int error = need_storage(parser, &storage);

    if (!storage)
        return error;
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
            return import_no_memory(parser);
        storage->id = 0x00010001;
        storage->type = 3;
        storage->filesystem = 2;
    }
    if (where == STORAGE_CAPACITY || where == STORAGE_FREE)
        return set_number(parser, storage, value, where);
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
    int length = 0;

    (void)where;
    if (sscanf(value, "%3u of %3u%n", &level, &most, &length) != 2 || level > 255 || most > 255 ||
        (value[length] && value[length] != ' '))
        return FAULT(parser, "'%.60s' is no battery level", value);
    report->has_battery = true;
    report->battery = level;
    report->battery_most = most;
    return 0;
}

#define TEXT(section, prefix, member, assumed)                                                     \
    {                                                                                              \
        section, prefix, take_text, offsetof(struct import_report, member), assumed, NULL          \
    }

#define NO_NAME "none"

static const struct key keys[] = {
    {SECTION_USB, "bcdUSB:", take_version, 0, "the one of its speed", NULL},
    {SECTION_USB, "bDeviceClass:", take_class, 0, "0", NULL},
    {SECTION_USB, "bDeviceSubClass:", take_class, 1, "0", NULL},
    {SECTION_USB, "bDeviceProtocol:", take_class, 2, "0", NULL},
    {SECTION_USB, "idVendor:", take_usb_id, 0, "what the lines above it say", NULL},
    {SECTION_USB, "idProduct:", take_usb_id, 1, "what the lines above it say", NULL},
    {SECTION_USB, "IN endpoint maxpacket:", take_packet, 0, "512", "OUT endpoint maxpacket:"},
    {SECTION_USB, "OUT endpoint maxpacket:", take_nothing, 0, NULL, NULL},
    {BEFORE, "Interface description contains the string \"MTP\"", take_named, 0, NULL, NULL},
    {BEFORE, "Microsoft device response to control message 1", take_microsoft, 0, NULL, NULL},
    TEXT(SECTION_DEVICE, "Manufacturer:", manufacturer, NO_NAME),
    TEXT(SECTION_DEVICE, "Model:", model, NO_NAME),
    TEXT(SECTION_DEVICE, "Device version:", version, NO_NAME),
    TEXT(SECTION_DEVICE, "Serial number:", serial, NO_NAME),
    {SECTION_DEVICE, "Vendor extension ID:", take_extension_id, 0, "6", NULL},
    {SECTION_DEVICE, "Vendor extension description:", take_extensions,
     offsetof(struct import_report, extensions), NO_NAME, NULL},
    {SECTION_DEVICE, "Detected object size:", take_size, 0, "32 bits", "Extensions:"},
    {SECTION_DEVICE, "Extensions:", take_nothing, 0, NULL, NULL},
    {SECTION_STORAGES, "StorageID:", take_storage, 0, NULL, NULL},
    {SECTION_STORAGES, "StorageType:", take_storage_number, STORAGE_TYPE, "fixed-ram", NULL},
    {SECTION_STORAGES, "FilesystemType:", take_storage_number, STORAGE_FILESYSTEM, "hierarchical",
     NULL},
    {SECTION_STORAGES, "AccessCapability:", take_storage_number, STORAGE_ACCESS, "read-write",
     NULL},
    {SECTION_STORAGES, "MaxCapacity:", take_storage_number, STORAGE_CAPACITY,
     "4 GiB or what is free", NULL},
    {SECTION_STORAGES, "FreeSpaceInBytes:", take_storage_number, STORAGE_FREE, "all of it", NULL},
    {SECTION_STORAGES, "FreeSpaceInObjects:", take_storage_number, STORAGE_OBJECTS, "no limit",
     NULL},
    {SECTION_STORAGES, "StorageDescription:", take_storage_text, 0, NO_NAME, NULL},
    {SECTION_STORAGES, "VolumeIdentifier:", take_storage_text, 1, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default music folder:", take_folder, 0, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default playlist folder:", take_folder, 1, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default picture folder:", take_folder, 2, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default video folder:", take_folder, 3, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default organizer folder:", take_folder, 4, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default zencast folder:", take_folder, 5, NO_NAME, NULL},
    {SECTION_FOLDERS, "Default album folder:", take_folder, 6, NO_NAME, "Detected object size:"},
    {SECTION_FOLDERS, "Default text folder:", take_folder, 7, NO_NAME, "Detected object size:"},
    TEXT(SECTION_VALUES, "Friendly name:", friendly_name, NO_NAME),
    TEXT(SECTION_VALUES, "Synchronization partner:", partner, NO_NAME),
    {SECTION_VALUES, "Total bytes on device:", take_old_storage, STORAGE_CAPACITY, NULL, NULL},
    {SECTION_VALUES, "Free bytes on device:", take_old_storage, STORAGE_FREE, NULL, NULL},
    {SECTION_VALUES, "Storage description:", take_old_storage, STORAGE_TYPE, NULL, NULL},
    {SECTION_VALUES, "Volume label:", take_old_storage, STORAGE_FILESYSTEM, NULL, NULL},
    {SECTION_VALUES, "Battery level", take_battery, 0, NULL, NULL},
};
_Static_assert(ARRAY_SIZE(keys) <= 64, "a bit of parser.keys each");

static uint64_t bit_of(size_t row)
{
    return UINT64_C(1) << row;
}

int import_take_keyed(struct parser *parser, const char *line, bool *ret_known)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *value = text_after(line, keys[i].prefix);
        int result;

        if (!value || !(keys[i].sections & (unsigned)parser->section))
            continue;
        *ret_known = true;
        parser->row = i;
        result = keys[i].take(parser, value, keys[i].where);
        if (!result)
            parser->keys |= bit_of(i);
        return result;
    }
    return 0;
}

/* ---- lines that are not there */

/* Before the log begins people write a device's maker and model, too. */
static bool is_of_log(const struct parser *parser, const struct key *key)
{
    return parser->section != SECTION_HEAD || key->sections == SECTION_USB ||
           text_starts(key->prefix, "Vendor extension");
}

enum section import_section_of_key(const struct parser *parser, const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (!text_starts(line, keys[i].prefix) || keys[i].sections == BEFORE)
            continue;
        if (keys[i].sections & (unsigned)parser->section)
            return 0;
        if (keys[i].sections > (unsigned)parser->section && is_of_log(parser, &keys[i]))
            return (enum section)keys[i].sections;
    }
    return 0;
}

static bool was_read(const struct parser *parser, const char *prefix)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (strcmp(keys[i].prefix, prefix) == 0)
            return (parser->keys & bit_of(i)) != 0;
    }
    return false;
}

/* What the notes say is assumed. */
static void assume_numbers(struct parser *parser, struct import_storage *storage)
{
    if (!was_read(parser, "StorageType:"))
        storage->type = MTP_ST_FIXED_RAM;
    if (!was_read(parser, "FilesystemType:"))
        storage->filesystem = MTP_FST_GENERIC_HIERARCHICAL;
    if (!was_read(parser, "MaxCapacity:"))
        storage->capacity = storage->free > BLOTTED_CAPACITY ? storage->free : BLOTTED_CAPACITY;
    if (!was_read(parser, "FreeSpaceInBytes:"))
        storage->free = storage->capacity;
}

void import_missing_keys(struct parser *parser)
{
    bool storages = parser->section == SECTION_STORAGES, all = true;

    if (storages && !last_storage(parser))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].sections != (unsigned)parser->section || !keys[i].assumed ||
            (parser->keys & bit_of(i)) || (keys[i].with && !was_read(parser, keys[i].with)))
            continue;
        all = false;
        if (storages)
            NOTE(parser, "storage 0x%08x: '%s' missing, assumed %s", last_storage(parser)->id,
                 keys[i].prefix, keys[i].assumed);
        else
            NOTE(parser, "'%s' missing, assumed %s", keys[i].prefix, keys[i].assumed);
    }
    if (storages && !all) {
        parser->report->suspect = true;
        if (parser->mode == IMPORT_LENIENT)
            assume_numbers(parser, last_storage(parser));
    }
    for (size_t i = 0; i < ARRAY_SIZE(keys) && storages; i++)
        parser->keys &= ~(keys[i].sections == SECTION_STORAGES ? bit_of(i) : 0);
}
