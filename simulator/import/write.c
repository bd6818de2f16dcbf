/* A report as a player file: what simulator/spec/schema.c reads. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/import_report.h"
#include "simulator/import/known.h"
#include "simulator/import/write.h"
#include "simulator/mtp/responder.h"

/* A scalar in double quotes; what YAML takes for unprintable by number (YAML 1.1, 5.1). */
static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else if (*at == '\n')
            fputs("\\n", out);
        else if (*at < 0x20 || *at == 0x7f)
            fprintf(out, "\\x%02x", *at);
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
            fprintf(out, "\\x%02x", *++at);
        else if (*at == 0xef && at[1] == 0xbf && at[2] >= 0xbe)
            fprintf(out, "\\uff%02x", at[2] == 0xbe ? 0xfe : 0xff), at += 2;
        else
            fputc(*at, out);
    }
    fputc('"', out);
}

static void put_text(FILE *out, const char *key, const char *text)
{
    if (!text)
        return;
    fprintf(out, "%s: ", key);
    put_string(out, text);
    fputc('\n', out);
}

/* Comments hold one line of plain text. */
static void put_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (; *text; text++)
        fputc((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f ? '?' : *text, out);
    fputc('\n', out);
}

static void put_codes(FILE *out, const char *key, const uint16_t *codes, size_t count)
{
    int column = fprintf(out, "%s: [", key);

    for (size_t i = 0; i < count; i++) {
        column += fprintf(out, "0x%04x%s", codes[i], i + 1 < count ? "," : "");
        if (i + 1 < count)
            column = column > 88 ? fputs("\n   ", out), 3 : column;
        if (i + 1 < count)
            column += fprintf(out, " ");
    }
    fputs("]\n", out);
}

/* ---- USB */

static bool legal_serial(const char *text)
{
    size_t length = text ? strlen(text) : 0;

    if (length == 0 || length > 126)
        return false;
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7e || *text == ',')
            return false;
    }
    return true;
}

static void put_interface(FILE *out, const struct usb_interface_identity *interface)
{
    fprintf(out, "    - number: %u\n", interface->number);
    if (interface->alternate)
        fprintf(out, "      alternate: %u\n", interface->alternate);
    fprintf(out, "      class: 0x%02x\n      subclass: 0x%02x\n      protocol: 0x%02x\n",
            interface->class_code, interface->subclass, interface->protocol);
    put_text(out, "      name", interface->name);
    if (interface->endpoint_count)
        fputs("      endpoints:\n", out);
    for (size_t i = 0; i < interface->endpoint_count; i++) {
        const struct usb_endpoint_identity *endpoint = &interface->endpoints[i];

        fprintf(out, "        - {address: 0x%02x, type: %u, packet-size: %u, interval: %u",
                endpoint->address, endpoint->type, endpoint->packet_size, endpoint->interval);
        fprintf(out, endpoint->burst ? ", burst: %u}\n" : "}\n", endpoint->burst);
    }
}

/* Devices whose OS descriptor libmtp must read have a vendor's interface without a name: others it
 * takes before it comes to that. */
static bool is_probed(const struct import_report *report)
{
    struct defect_set known = import_known_quirks(report);

    return deviates(&known, QUIRK_PROBE);
}

/* Only speeds of a later version are left to one that is not known. */
static const char *speed_of(const struct import_usb *usb)
{
    static const char *const speeds[] = {"high", "full", "high", "super"};

    return usb->speed == IMPORT_SPEED_UNKNOWN && usb->version && usb->version < 0x0200
               ? "full"
               : speeds[usb->speed];
}

#define USB_3_2 0x0320u /* the last version there is */
/* Of a device whose class is its vendor's the interface is, too: no other class may stand at both
 * places (USB 2.0, 9.6.1), and mtp-detect prints the device's only. */
#define VENDORS_CLASS 0xff

/* A device that works at its speed cannot be of an older version (USB 2.0, 9.6.1; 3.2, 9.6.1). */
static bool fits(const struct import_usb *usb)
{
    static const unsigned least[] = {0x0100, 0x0100, 0x0200, 0x0300};

    for (unsigned digits = usb->version; digits; digits >>= 4) {
        if ((digits & 0xf) > 9)
            return false;
    }
    return usb->version >= least[usb->speed] && usb->version <= USB_3_2;
}

static void put_numbers(FILE *out, const struct import_usb *usb)
{
    static const char *const keys[] = {"class", "subclass", "protocol"};

    if (usb->has_release)
        fprintf(out, "  release: 0x%04x\n", usb->release);
    if (usb->version && fits(usb))
        fprintf(out, "  usb-version: 0x%04x\n", usb->version);
    else if (usb->version)
        fprintf(out, "  # The log says usb-version 0x%04x, which its speed rules out.\n",
                usb->version);
    for (size_t i = 0; i < 3 && usb->version <= USB_3_2; i++) /* else it is no device descriptor */
    {
        if (usb->class_triple[i])
            fprintf(out, "  %s: 0x%02x\n", keys[i], usb->class_triple[i]);
    }
}

static void put_usb(FILE *out, const struct import_report *report)
{
    const struct import_usb *usb = &report->usb;
    const char *serial = usb->serial ? usb->serial : report->serial;
    bool probed = !usb->interface_count && is_probed(report);
    bool vendors = probed || (!usb->interface_count && usb->class_triple[0] == VENDORS_CLASS);

    fprintf(out, "usb:\n  persona: %s\n  vendor: 0x%04x\n  product: 0x%04x\n",
            vendors ? "pap" : "mtp", usb->vendor, usb->product);
    put_numbers(out, usb);
    put_text(out, "  manufacturer", usb->manufacturer ? usb->manufacturer : report->manufacturer);
    put_text(out, "  product-name", usb->product_name ? usb->product_name : report->model);
    if (legal_serial(serial))
        put_text(out, "  serial", serial);
    fprintf(out, "  speed: %s\n", speed_of(usb));
    if (usb->control_packet_size && usb->speed == IMPORT_SPEED_FULL)
        fprintf(out, "  control-packet-size: %u\n", usb->control_packet_size);
    if (usb->configuration_value > 1)
        fprintf(out, "  configuration-value: %u\n", usb->configuration_value);
    put_text(out, "  configuration-name", usb->configuration_name);
    if (usb->self_powered)
        fputs("  self-powered: true\n", out);
    if (usb->remote_wakeup)
        fputs("  remote-wakeup: true\n", out);
    fprintf(out, "  max-power: %u\n", usb->has_power ? usb->max_power : 500);
    if (usb->interface_count)
        fputs("  interfaces:\n", out);
    else if (!probed)
        fputs("  interface-name: MTP\n", out);
    for (size_t i = 0; i < usb->interface_count; i++)
        put_interface(out, &usb->interfaces[i]);
    if (usb->microsoft)
        fprintf(out,
                "microsoft-os:\n  version-1: true\n  vendor-code: 0x%02x\n"
                "  compatible-id: MTP\n",
                usb->ms_vendor_code);
}

/* ---- what is known to be wrong with it */

static void put_quirks(FILE *out, const struct import_report *report)
{
    struct defect_set known = import_known_quirks(report);
    bool any = false;

    for (unsigned i = 0; i < QUIRK_COUNT; i++) {
        if (!deviates(&known, i))
            continue;
        if (!any)
            fputs("# By libmtp's table of devices:\nquirks:\n", out);
        fprintf(out, "  - %s\n", defect_texts[i].name);
        any = true;
    }
}

/* ---- the device */

static void put_device(FILE *out, const struct import_report *report)
{
    struct import_codes missing = {0};

    fputs("device:\n", out);
    if (report->has_extension_id && report->extension_id != 6)
        fprintf(out, "  extension-id: 0x%08x\n", report->extension_id);
    put_text(out, "  extensions", report->extensions ? report->extensions : "");
    put_text(out, "  manufacturer", report->manufacturer ? report->manufacturer : "");
    put_text(out, "  model", report->model ? report->model : "");
    put_text(out, "  version", report->version ? report->version : "");
    put_text(out, "  serial", report->serial ? report->serial : "");
    if (report->operations.count)
        put_codes(out, "  operations", report->operations.codes, report->operations.count);
    for (size_t i = 0; i < report->operations.count; i++) {
        if (!mtpr_operation_implemented(report->operations.codes[i]))
            (void)import_code_add(&missing, report->operations.codes[i]);
    }
    if (missing.count) {
        put_comment(out, "Listed by the device, answered with OperationNotSupported here:");
        put_codes(out, "  only-announced", missing.codes, missing.count);
    }
    free(missing.codes);
    if (report->events.count)
        put_codes(out, "  events", report->events.codes, report->events.count);
    else if (!(report->unknown & IMPORT_UNKNOWN_EVENTS))
        fputs("  no-events: true\n", out);
}

static void put_value(FILE *out, const char *key, const char *text)
{
    if (!text)
        return;
    fprintf(out, ", %s: ", key);
    put_string(out, text);
}

static void put_device_property(FILE *out, const struct import_report *report, uint16_t code)
{
    const struct import_device_property *usual = import_device_property(code);

    fprintf(out, "  - {code: 0x%04x, type: %s", code, usual ? usual->type : "string");
    if (usual && usual->settable)
        fputs(", settable: true", out);
    if (code == MTP_DPC_BATTERY_LEVEL && report->has_battery) {
        if (report->battery_most)
            fprintf(out, ", range: {minimum: 0, maximum: %u, step: 1}", report->battery_most);
        fprintf(out, ", current: %u", report->battery);
    }
    if (code == MTP_DPC_DEVICE_FRIENDLY_NAME)
        put_value(out, "current", report->friendly_name ? report->friendly_name : "");
    if (code == MTP_DPC_SYNCHRONIZATION_PARTNER)
        put_value(out, "current", report->partner);
    if (code == MTP_DPC_SECURE_TIME)
        put_value(out, "text", report->secure_time);
    if (code == MTP_DPC_DEVICE_CERTIFICATE)
        put_value(out, "text", report->certificate);
    fprintf(out, usual ? "}\n" : "} # type not in the log\n");
}

static void put_device_properties(FILE *out, const struct import_report *report)
{
    if (report->properties.count)
        fputs("properties:\n", out);
    else if (!(report->unknown & IMPORT_UNKNOWN_PROPERTIES))
        fputs("no-properties: true\n", out);
    for (size_t i = 0; i < report->properties.count; i++)
        put_device_property(out, report, report->properties.codes[i]);
}

/* ---- storages */

static void put_named(FILE *out, const char *key, const char *const *names, size_t count,
                      unsigned code)
{
    if (code < count && names[code])
        fprintf(out, "    %s: %s\n", key, names[code]);
    else
        fprintf(out, "    %s: 0x%04x\n", key, code);
}

static void put_storage(FILE *out, const struct import_storage *storage)
{
    static const char *const types[] = {"undefined", "fixed-rom", "removable-rom", "fixed-ram",
                                        "removable-ram"};
    static const char *const systems[] = {"undefined", "flat", "hierarchical", "dcf"};
    static const char *const accesses[] = {"read-write", "read-only", "read-delete"};

    fprintf(out, "  - id: 0x%08x\n", storage->id);
    put_named(out, "type", types, 5, storage->type);
    put_named(out, "filesystem", systems, 4, storage->filesystem);
    put_named(out, "access", accesses, 3, storage->access);
    fprintf(out, "    capacity: %llu\n    free: %llu\n", (unsigned long long)storage->capacity,
            (unsigned long long)storage->free);
    if (storage->free_objects != 0xffffffffu)
        fprintf(out, "    free-objects: %u\n", storage->free_objects);
    put_text(out, "    description", storage->description);
    put_text(out, "    volume", storage->label);
    if (storage->type == 2 || storage->type == 4)
        fputs("    removable: true\n", out);
}

static void put_storages(FILE *out, const struct import_report *report)
{
    if (report->storage_count)
        fputs("storages:\n", out);
    else if (!(report->unknown & IMPORT_UNKNOWN_STORAGES))
        fputs("no-storages: true\n", out);
    for (size_t i = 0; i < report->storage_count; i++)
        put_storage(out, &report->storages[i]);
}

static void put_folders(FILE *out, const struct import_report *report)
{
    bool any = false;

    for (size_t i = 0; i < IMPORT_FOLDERS; i++) {
        if (!report->folders[i] ||
            !(report->storage_count || (report->unknown & IMPORT_UNKNOWN_STORAGES)))
            continue;
        if (!any)
            fputs("objects:\n", out);
        any = true;
        fprintf(out, "  - {path: %s, folder: true}\n", import_folder_names[i]);
    }
}

static const char *either(const char *text, const char *other)
{
    return text ? text : other ? other : "";
}

/* Many a model begins with its maker. */
static void summarise(const struct import_report *report, char *text, size_t size)
{
    const char *maker = either(report->manufacturer, report->usb.manufacturer);
    const char *model = either(report->model, report->usb.product_name);
    const char *version = report->version ? report->version : "";
    bool named = *maker && strncasecmp(maker, model, strcspn(maker, " ")) == 0;

    snprintf(text, size, "%.90s%s%.90s%s%.90s", named ? "" : maker, named || !*maker ? "" : " ",
             model, *version ? ", firmware " : "", version);
}

int import_write(const struct import_report *report, const struct import_origin *origin,
                 char **ret_text, size_t *ret_size)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    char summary[300];
    bool failed;

    if (!out)
        return -ENOMEM;
    put_comment(out, origin->source);
    if (report->other)
        fprintf(out, "# The log shows another device, too, which --device %04x:%04x takes.\n",
                report->other >> 16, report->other & 0xffffu);
    put_text(out, "name", origin->name);
    summarise(report, summary, sizeof(summary));
    put_text(out, "description", summary);
    put_usb(out, report);
    put_quirks(out, report);
    if (report->filled) {
        put_device(out, report);
        put_device_properties(out, report);
        import_write_formats(out, report);
        put_storages(out, report);
        put_folders(out, report);
    }
    failed = ferror(out) != 0;
    if (fclose(out) || failed) {
        free(text);
        return -ENOMEM;
    }
    *ret_text = text;
    *ret_size = size;
    return 0;
}
