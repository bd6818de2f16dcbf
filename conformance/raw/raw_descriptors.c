/* Descriptors as they come from a device, which may send anything: the walk is bounded, and each
 * fault is told with the row it breaks. */
#include "conformance/raw/raw_descriptors.h"

#include <stdio.h>
#include <string.h>

#include "spcore/base.h"

enum { ENDPOINTS_MAX = 64, TYPE_BULK = 2, TYPE_INTERRUPT = 3 };
enum { CLASS_AUDIO = 1 };

/* Bit per descriptor type that stands by itself, never in a configuration. */
#define NO_PART                                                                                    \
    (1u << 0 | 1u << DESC_DEVICE | 1u << DESC_CONFIG | 1u << DESC_STRING | 1u << DESC_QUALIFIER |  \
     1u << DESC_OTHER_SPEED | 1u << DESC_BOS | 1u << DESC_CAPABILITY)

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
    unsigned endpoints_due;     /* that the interface at hand still announces */
    const uint8_t *uncompanied; /* the endpoint before, at super speed; NULL: none */
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
            say(lint, "USB-DSC-007.bulk", "bulk packet size is not one of this speed", size);
    } else if (type == TYPE_INTERRUPT) {
        unsigned most = lint->speed == DESC_FULL ? 64 : lint->speed == DESC_LOW ? 8 : 1024;
        unsigned longest = lint->speed >= DESC_HIGH ? 16 : 255;

        if (size == 0 || size > most)
            say(lint, "USB-DSC-007.interrupt", "interrupt packet size is not one of this speed",
                size);
        if (interval == 0 || interval > longest)
            say(lint, "USB-DSC-007.interval", "interrupt interval is not one of this speed",
                interval);
        if (size < 24 && lint->device)
            say(lint, "USB-DSC-008", "an event container does not fit one packet", size);
    }
}

/* USB 2.0, 9.6.6: what no bulk or interrupt endpoint has is reserved. */
static void lint_reserved(struct lint *lint, const struct desc *item)
{
    unsigned type = item->at[3] & 3u, size = get_le16(item->at + 4);
    bool multiplied = lint->speed == DESC_HIGH && type == TYPE_INTERRUPT;

    if (type != TYPE_BULK && type != TYPE_INTERRUPT)
        return;
    if (item->at[3] & (type == TYPE_BULK || lint->speed != DESC_SUPER ? 0xfcu : 0xccu))
        say(lint, "USB-DSC-007.reserved", "endpoint attributes have a reserved bit", item->at[3]);
    if (size & (multiplied ? 0xe000u : 0xf800u) || (size & 0x1800u) == 0x1800u)
        say(lint, "USB-DSC-007.reserved", "packet size has a reserved bit", size);
}

/* USB 3.2, 9.6.7: right behind each endpoint of a super-speed device. */
static void lint_companion(struct lint *lint, const struct desc *item)
{
    const uint8_t *endpoint = lint->uncompanied, *at = item->at;
    bool bulk = endpoint && (endpoint[3] & 3) == TYPE_BULK;
    unsigned most;

    lint->uncompanied = NULL;
    if (!endpoint || item->length != 6) {
        say(lint, "USB-CH9-002.walk", "a companion is not 6 bytes behind an endpoint",
            item->length);
        return;
    }
    if (at[2] > 15)
        say(lint, "USB-DSC-007.companion", "burst beyond 16 packets", at[2]);
    if (bulk ? (at[3] & 0x1f) > 16 || at[3] & 0xe0 : at[3] != 0)
        say(lint, "USB-DSC-007.companion", "companion attributes are not of this type", at[3]);
    most = (get_le16(endpoint + 4) & 0x7ffu) * (at[2] + 1u);
    if (bulk ? get_le16(at + 4) != 0 : get_le16(at + 4) == 0 || get_le16(at + 4) > most)
        say(lint, "USB-DSC-007.companion", "bytes per interval are not of this type",
            get_le16(at + 4));
}

/* The interface at hand is over: has it what it announced? */
static void lint_whole(struct lint *lint)
{
    if (lint->endpoints_due)
        say(lint, "USB-CH9-002.parts", "an interface lacks endpoints it announces",
            lint->endpoints_due);
    if (lint->uncompanied)
        say(lint, "USB-CH9-002.parts", "an endpoint lacks its companion", lint->uncompanied[2]);
    lint->endpoints_due = 0;
    lint->uncompanied = NULL;
}

static void lint_endpoint(struct lint *lint, const struct desc *item)
{
    uint8_t address = item->at[2];

    if (item->length != (lint->interface_class == CLASS_AUDIO ? 9 : 7) && item->length != 7) {
        say(lint, "USB-CH9-002.walk", "length of an endpoint descriptor", item->length);
        return;
    }
    if (lint->uncompanied)
        say(lint, "USB-CH9-002.parts", "an endpoint lacks its companion", lint->uncompanied[2]);
    if (!lint->endpoints_due)
        say(lint, "USB-CH9-002.parts", "an endpoint that its interface does not announce", address);
    else
        lint->endpoints_due--;
    lint->uncompanied = lint->speed == DESC_SUPER ? item->at : NULL;
    if ((address & 0x0f) == 0)
        say(lint, "USB-DSC-009.number", "endpoint number 0", address);
    if ((address & 0x70) != 0)
        say(lint, "USB-DSC-009.reserved", "endpoint address has a reserved bit", address);
    for (unsigned i = 0; i < lint->endpoint_count; i++) {
        if (lint->endpoint[i].address == address &&
            (lint->endpoint[i].interface_number != lint->interface_number ||
             lint->endpoint[i].alternate == lint->alternate))
            say(lint, "USB-DSC-009.unique", "endpoint address used twice", address);
    }
    if (lint->endpoint_count < ENDPOINTS_MAX) {
        lint->endpoint[lint->endpoint_count].address = address;
        lint->endpoint[lint->endpoint_count].interface_number = lint->interface_number;
        lint->endpoint[lint->endpoint_count++].alternate = lint->alternate;
    }
    lint_packet_size(lint, item);
    lint_reserved(lint, item);
}

static void lint_interface(struct lint *lint, const struct desc *item)
{
    lint_whole(lint);
    if (item->length != 9) {
        say(lint, "USB-CH9-002.walk", "length of an interface descriptor", item->length);
        return;
    }
    lint->interface_number = item->at[2];
    lint->alternate = item->at[3];
    lint->endpoints_due = item->at[4];
    lint->interface_class = item->at[5];
    lint->numbers[item->at[2]] = true;
    if (lint->device && item->at[5] != lint->device[4])
        lint->foreign_class = true;
}

/* USB 2.0, 9.6.3. */
static void lint_config(struct lint *lint, const uint8_t *config, size_t length)
{
    unsigned numbers = 0;

    for (unsigned i = 0; i < 256; i++)
        numbers += lint->numbers[i];
    if (get_le16(config + 2) != length)
        say(lint, "USB-CH9-002.total", "wTotalLength is not the set's length",
            get_le16(config + 2));
    if (config[4] != numbers)
        say(lint, "USB-DSC-004.interfaces", "bNumInterfaces does not match", config[4]);
    if (config[5] == 0)
        say(lint, "USB-DSC-004.value", "bConfigurationValue is 0", config[5]);
    if ((config[7] & 0x9f) != 0x80)
        say(lint, "USB-DSC-004.attributes", "bmAttributes: bit 7 clear or a reserved bit set",
            config[7]);
    if (lint->speed == DESC_SUPER ? config[8] > 112 : config[8] > 250)
        say(lint, "USB-DSC-004.power", "bMaxPower is beyond what the bus gives", config[8]);
}

/* USB 2.0, 9.6.1; interface association ECN. */
static void lint_class(struct lint *lint)
{
    const uint8_t *triple = lint->device + 4;

    if (lint->association) {
        if (triple[0] != 0xef || triple[1] != 2 || triple[2] != 1)
            say(lint, "USB-DSC-002.association", "an association needs device class EF/02/01",
                triple[0]);
    } else if (triple[0] == 0 ? triple[1] || triple[2] : triple[0] != 0xff || lint->foreign_class) {
        /* Only a vendor's class may stand at both places. */
        say(lint, "USB-DSC-002.plain", "the class belongs to the interfaces", triple[0]);
    }
}

void desc_lint(const uint8_t *device, const uint8_t *config, size_t length, int speed,
               desc_fault fault, void *context)
{
    struct lint lint = {.fault = fault, .context = context, .device = device, .speed = speed};
    struct desc_walk walk;
    struct desc item = {0};

    desc_start(&walk, config, length);
    if (!desc_next(&walk, &item) || item.length != 9 ||
        (item.type != DESC_CONFIG && item.type != DESC_OTHER_SPEED)) {
        say(&lint, "USB-CH9-002.walk", "no configuration descriptor in front", item.type);
        return;
    }
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_INTERFACE)
            lint_interface(&lint, &item);
        else if (item.type == DESC_ASSOCIATION)
            lint.association = true;
        else if (item.type == DESC_ENDPOINT)
            lint_endpoint(&lint, &item);
        else if (item.type == DESC_COMPANION)
            lint_companion(&lint, &item);
        else if (item.type < 32 && NO_PART >> item.type & 1)
            say(&lint, "USB-CH9-002.walk", "a standard descriptor that belongs in no set",
                item.type);
    }
    lint_whole(&lint);
    if (walk.broken)
        say(&lint, "USB-CH9-002.walk", "the walk does not land on the end", 0);
    lint_config(&lint, config, length);
    if (device)
        lint_class(&lint);
}
