/* What the writers of a player file share. */
#ifndef SIMULATOR_IMPORT_WRITE_H
#define SIMULATOR_IMPORT_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "simulator/import/import_report.h"

/* What mtp-detect does not say of a device property: MTP 1.1, Annex C and vendor extensions. */
struct import_device_property {
    uint16_t code;
    const char *type; /* as player files name it */
    bool settable;
};
/* NULL: nobody knows. */
const struct import_device_property *import_device_property(uint16_t code);

/* `object-properties:` and `formats:`; a description stands once, not for each format. */
void import_write_formats(FILE *out, const struct import_report *report);

#endif
