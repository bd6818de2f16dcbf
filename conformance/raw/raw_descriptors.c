/* Descriptors as they come from a device, which may send anything: the walk is bounded, and each
 * fault is told with the row it breaks. */
#include "conformance/raw/raw_descriptors.h"

#include <stdio.h>
#include <string.h>

#include "spcore/base.h"

enum { ENDPOINTS_MAX = 64, TYPE_BULK = 2, TYPE_INTERRUPT = 3 };

void desc_start(struct desc_walk *walk, const uint8_t *bytes, size_t length)
{
    *walk = (struct desc_walk){bytes, bytes + length, false};
}

bool desc_next(struct desc_walk *walk, struct desc *ret)
{
    size_t left = (size_t)(walk->end - walk->at);

    if (walk->broken || left == 0)
        return false;
    if (left < 2 || walk->at[0] < 2 || walk->at[0] > left) {
        walk->broken = true;
        return false;
    }
    *ret = (struct desc){walk->at, walk->at[0], walk->at[1]};
    walk->at += ret->length;
    return true;
}

bool desc_find_pipes(const uint8_t *config, size_t length, struct desc_pipes *ret)
{
    struct desc_pipes pipes = {0};
    struct desc_walk walk;
    struct desc item;
    bool inside = false;

    desc_start(&walk, config, length);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_INTERFACE && item.length >= 9) {
            if (pipes.bulk_in && pipes.bulk_out)
                break;
            inside = item.at[3] == 0;
            pipes =
                (struct desc_pipes){.interface_number = item.at[2], .interface_class = item.at[5]};
        } else if (item.type == DESC_ENDPOINT && item.length >= 7 && inside) {
            unsigned type = item.at[3] & 3u;
            bool in = item.at[2] & 0x80;

            pipes.endpoint_count++;
            if (type == TYPE_BULK && in && !pipes.bulk_in)
                pipes.bulk_in = item.at[2];
            else if (type == TYPE_BULK && !in && !pipes.bulk_out)
                pipes.bulk_out = item.at[2];
            else if (type == TYPE_INTERRUPT && in && !pipes.interrupt_in)
                pipes.interrupt_in = item.at[2];
        }
    }
    if (!pipes.bulk_in || !pipes.bulk_out)
        return false;
    *ret = pipes;
    return true;
}

/* ---- lint */
struct lint {
    desc_fault fault;
    void *context;
    const uint8_t *device;
    int speed;
    bool association;
    uint8_t interface_number, alternate, interface_class;
    bool numbers[256];
    bool foreign_class; /* an interface whose class is not the device's */
    struct {
        uint8_t address, interface_number, alternate;
    } endpoint[ENDPOINTS_MAX];
    unsigned endpoint_count;
};

static void say(struct lint *lint, const char *row, const char *text, unsigned value)
{
    char line[128];

    snprintf(line, sizeof(line), "%s (0x%02x)", text, value);
    lint->fault(lint->context, row, line);
}

/* USB 2.0, 5.7.3, 5.8.3, 9.6.6; USB 3.2, 9.6.6. */
static void lint_packet_size(struct lint *lint, const struct desc *item)
{
    unsigned type = item->at[3] & 3u;
    unsigned size = get_le16(item->at + 4) & 0x7ffu, interval = item->at[6];

    if (type == TYPE_BULK) {
        bool legal = lint->speed == DESC_HIGH    ? size == 512
                     : lint->speed == DESC_SUPER ? size == 1024
                     : lint->speed == DESC_FULL
                         ? size == 8 || size == 16 || size == 32 || size == 64
                         : false;

        if (!legal)
            say(lint, "USB-DSC-007", "bulk packet size is not one of this speed", size);
    } else if (type == TYPE_INTERRUPT) {
        unsigned most = lint->speed == DESC_FULL ? 64 : lint->speed == DESC_LOW ? 8 : 1024;
        unsigned longest = lint->speed >= DESC_HIGH ? 16 : 255;

        if (size == 0 || size > most)
            say(lint, "USB-DSC-007", "interrupt packet size is not one of this speed", size);
        if (interval == 0 || interval > longest)
            say(lint, "USB-DSC-007", "interrupt interval is not one of this speed", interval);
        if (size < 24)
            say(lint, "USB-DSC-008", "an event container does not fit one packet", size);
    }
}

static void lint_endpoint(struct lint *lint, const struct desc *item)
{
    uint8_t address = item->at[2];

    if (item->length < 7) {
        say(lint, "USB-DSC-009", "endpoint descriptor is too short", item->length);
        return;
    }
    if ((address & 0x0f) == 0 || (address & 0x70) != 0)
        say(lint, "USB-DSC-009", "endpoint number 0 or a reserved bit", address);
    for (unsigned i = 0; i < lint->endpoint_count; i++) {
        if (lint->endpoint[i].address == address &&
            (lint->endpoint[i].interface_number != lint->interface_number ||
             lint->endpoint[i].alternate == lint->alternate))
            say(lint, "USB-DSC-009", "endpoint address used twice", address);
    }
    if (lint->endpoint_count < ENDPOINTS_MAX) {
        lint->endpoint[lint->endpoint_count].address = address;
        lint->endpoint[lint->endpoint_count].interface_number = lint->interface_number;
        lint->endpoint[lint->endpoint_count++].alternate = lint->alternate;
    }
    lint_packet_size(lint, item);
}

/* USB 2.0, 9.6.3. */
static void lint_config(struct lint *lint, const uint8_t *config, size_t length)
{
    unsigned numbers = 0;

    for (unsigned i = 0; i < 256; i++)
        numbers += lint->numbers[i];
    if (get_le16(config + 2) != length)
        say(lint, "USB-CH9-002", "wTotalLength is not the set's length", get_le16(config + 2));
    if (config[4] != numbers)
        say(lint, "USB-DSC-004", "bNumInterfaces does not match", config[4]);
    if (config[5] == 0)
        say(lint, "USB-DSC-004", "bConfigurationValue is 0", config[5]);
    if ((config[7] & 0x9f) != 0x80)
        say(lint, "USB-DSC-004", "bmAttributes: bit 7 clear or a reserved bit set", config[7]);
    if (lint->speed == DESC_SUPER ? config[8] > 112 : config[8] > 250)
        say(lint, "USB-DSC-004", "bMaxPower is beyond what the bus gives", config[8]);
}

/* USB 2.0, 9.6.1; interface association ECN. */
static void lint_class(struct lint *lint)
{
    const uint8_t *triple = lint->device + 4;

    if (lint->association) {
        if (triple[0] != 0xef || triple[1] != 2 || triple[2] != 1)
            say(lint, "USB-DSC-002", "an association needs device class EF/02/01", triple[0]);
    } else if (triple[0] == 0 ? triple[1] || triple[2] : triple[0] != 0xff || lint->foreign_class) {
        /* Only a vendor's class may stand at both places. */
        say(lint, "USB-DSC-002", "the class belongs to the interfaces", triple[0]);
    }
}

void desc_lint(const uint8_t *device, const uint8_t *config, size_t length, int speed,
               desc_fault fault, void *context)
{
    struct lint lint = {.fault = fault, .context = context, .device = device, .speed = speed};
    struct desc_walk walk;
    struct desc item = {0};

    desc_start(&walk, config, length);
    if (!desc_next(&walk, &item) || item.type != DESC_CONFIG || item.length != 9) {
        say(&lint, "USB-CH9-002", "no configuration descriptor in front", item.type);
        return;
    }
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_INTERFACE && item.length >= 9) {
            lint.interface_number = item.at[2];
            lint.alternate = item.at[3];
            lint.numbers[item.at[2]] = true;
            if (item.at[5] != device[4])
                lint.foreign_class = true;
        } else if (item.type == DESC_ASSOCIATION) {
            lint.association = true;
        } else if (item.type == DESC_ENDPOINT) {
            lint_endpoint(&lint, &item);
        }
    }
    if (walk.broken)
        say(&lint, "USB-CH9-002", "the walk does not land on the end", 0);
    lint_config(&lint, config, length);
    lint_class(&lint);
}
