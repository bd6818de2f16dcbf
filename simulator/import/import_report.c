/* The report's memory: what the parsers of a log add to, and its end. */
#include "simulator/import/import_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST 4096u

/* As libmtp looks for them (case does not matter there). */
const char *const import_folder_names[IMPORT_FOLDERS] = {
    "Music", "Playlists", "Pictures", "Video", "Organizer", "ZENcast", "Albums", "Text",
};

void *import_grow(void *array, size_t count, size_t size)
{
    uint8_t *bigger = count < MOST ? realloc(array, (count + 1) * size) : NULL;

    if (bigger)
        memset(bigger + count * size, 0, size);
    return bigger;
}

int import_code_add(struct import_codes *codes, uint16_t code)
{
    uint16_t *bigger = import_grow(codes->codes, codes->count, sizeof(*bigger));

    if (!bigger)
        return -ENOMEM;
    codes->codes = bigger;
    codes->codes[codes->count++] = code;
    return 0;
}

bool import_code_listed(const struct import_codes *codes, uint16_t code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->codes[i] == code)
            return true;
    }
    return false;
}

static void usb_done(struct import_usb *usb)
{
    for (size_t i = 0; i < usb->interface_count; i++) {
        free(usb->interfaces[i].name);
        free(usb->interfaces[i].endpoints);
    }
    free(usb->interfaces);
    free(usb->manufacturer);
    free(usb->product_name);
    free(usb->configuration_name);
    free(usb->serial);
}

void import_property_forget(struct import_property *property)
{
    for (size_t i = 0; i < property->value_count; i++)
        free(property->values[i]);
    free(property->values);
    free(property->expression);
    *property = (struct import_property){.code = property->code};
}

static void format_done(struct import_format *format)
{
    for (size_t i = 0; i < format->property_count; i++)
        import_property_forget(&format->properties[i]);
    free(format->properties);
}

void import_report_done(struct import_report *report)
{
    usb_done(&report->usb);
    for (size_t i = 0; i < report->format_count; i++)
        format_done(&report->formats[i]);
    free(report->formats);
    for (size_t i = 0; i < report->storage_count; i++) {
        free(report->storages[i].description);
        free(report->storages[i].label);
    }
    free(report->storages);
    free(report->operations.codes);
    free(report->events.codes);
    free(report->properties.codes);
    free(report->types.codes);
    free(report->manufacturer);
    free(report->model);
    free(report->version);
    free(report->serial);
    free(report->extensions);
    free(report->friendly_name);
    free(report->partner);
    free(report->secure_time);
    free(report->certificate);
    import_notes_done(&report->notes);
    memset(report, 0, sizeof(*report));
}
