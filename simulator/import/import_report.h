/* What a log says about a device, as far as a player file can say it too. */
#ifndef SIMULATOR_IMPORT_IMPORT_REPORT_H
#define SIMULATOR_IMPORT_IMPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/import/notes.h"
#include "simulator/usb/usb_identity.h"

struct import_codes {
    uint16_t *codes; /* owned */
    size_t count;
};

/* An object property of a format. */
struct import_property {
    uint16_t code, type;
    bool described; /* the rest is known */
    bool settable;
    uint8_t form; /* MTP_FORM_… */
    uint32_t group;
    char **values; /* range: minimum, maximum, step; enumeration: all. Owned */
    size_t value_count;
    char *expression; /* owned */
};

struct import_format {
    uint16_t code;
    struct import_property *properties; /* owned */
    size_t property_count;
};

struct import_storage {
    uint32_t id;
    uint16_t type, filesystem, access;
    uint64_t capacity, free;
    uint32_t free_objects;
    char *description, *label; /* owned */
};

/* ---- USB descriptors (`lsusb -v`) */
enum import_speed {
    IMPORT_SPEED_UNKNOWN,
    IMPORT_SPEED_FULL,
    IMPORT_SPEED_HIGH,
    IMPORT_SPEED_SUPER
};

struct import_usb {
    bool identified, has_release, has_power;
    uint16_t vendor, product, release;
    uint16_t version;                                 /* bcdUSB; 0: unknown */
    uint8_t class_triple[3];                          /* of the device */
    uint8_t control_packet_size, configuration_value; /* 0: unknown */
    char *configuration_name;                         /* owned */
    char *manufacturer, *product_name, *serial;       /* owned */
    enum import_speed speed;
    bool self_powered, remote_wakeup;
    unsigned max_power;                        /* mA */
    struct usb_interface_identity *interfaces; /* owned, as names and endpoints are */
    size_t interface_count;
    bool named_mtp;          /* an interface's name has "MTP" in it */
    bool microsoft;          /* answers the OS string descriptor */
    unsigned ms_vendor_code; /* 0: unknown */
};

enum { IMPORT_FOLDERS = 8 };

/* What a log that ends early does not tell of: there the player has what papsim's own have. */
enum {
    IMPORT_UNKNOWN_OPERATIONS = 1,
    IMPORT_UNKNOWN_EVENTS = 2,
    IMPORT_UNKNOWN_PROPERTIES = 4,
    IMPORT_UNKNOWN_FORMATS = 8,
    IMPORT_UNKNOWN_STORAGES = 16,
};

struct import_report {
    struct import_usb usb;
    char *manufacturer, *model, *version, *serial, *extensions; /* owned */
    struct import_notes notes; /* what was missing, and what was assumed */
    bool filled;               /* there is something of a device in it */
    bool suspect;              /* it may be read better where less is taken at its word */
    unsigned unknown;          /* IMPORT_UNKNOWN_… */
    unsigned line;             /* of the log: where it begins to tell of the device */
    uint32_t other;            /* vendor and product of another device in the log */
    bool has_extension_id;
    uint32_t extension_id;
    struct import_codes operations, events, properties, types;
    bool wide_sizes;               /* an ObjectSize of 64 bits was described */
    struct import_format *formats; /* owned */
    size_t format_count;
    struct import_storage *storages; /* owned */
    size_t storage_count;
    bool folders[IMPORT_FOLDERS]; /* special folders that exist */
    bool has_battery;
    unsigned battery, battery_most;
    char *friendly_name, *partner, *secure_time, *certificate; /* owned */
};

extern const char *const import_folder_names[IMPORT_FOLDERS];

void import_report_done(struct import_report *report);
/* One more, zeroed, at the end of an array; NULL without memory or beyond 4096. */
void *import_grow(void *array, size_t count, size_t size);
int import_code_add(struct import_codes *codes, uint16_t code);
bool import_code_listed(const struct import_codes *codes, uint16_t code);

/* The two kinds of input, of the device whose vendor and product `report` has if it has them, which
 * an input without such then has, too; on failure one line in `error`, -errno, and the report is to
 * be done. */
struct lines;
enum import_mode {
    IMPORT_LENIENT, /* a log with odd lines, or cut off: what is there, and notes on the rest */
    IMPORT_STRICT   /* such a log is refused */
};
int import_mtp_detect(struct lines *lines, enum import_mode mode, struct import_report *report,
                      char *error, size_t error_size);
int import_lsusb(struct lines *lines, struct import_report *report, char *error, size_t error_size);

/* "dc8a: Rating UINT16 data type range: MIN 0, MAX 100, STEP 1 GET/SET": what follows the code.
 * NULL, or what is wrong with it. */
const char *import_property_text(const char *text, struct import_property *property);
/* All but the code. */
void import_property_forget(struct import_property *property);

/* The report as a player file; -ENOMEM. */
struct import_origin {
    const char *name;   /* of the player */
    const char *source; /* comment: where it comes from */
};
int import_write(const struct import_report *report, const struct import_origin *origin,
                 char **ret_text, size_t *ret_size);

#endif
