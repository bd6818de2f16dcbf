/* What a USB device and its functions are called by Windows ("Standard USB Identifiers"), and the
 * names that are made of that: instance ids and symbolic links. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"
#include "conformance/raw/raw_descriptors.h"
#include "spcore/base.h"

enum { CLASS_MISC = 0xef, SUBCLASS_COMMON = 2, PROTOCOL_ASSOCIATION = 1 };

/* A function: its first interface and what it is. */
struct function {
    uint8_t number, class[3];
};

static void add_id(char ids[PNP_IDS_MAX][PNP_ID_MAX + 1], size_t *count, const char *id)
{
    if (*count < PNP_IDS_MAX)
        snprintf(ids[(*count)++], PNP_ID_MAX + 1, "%s", id);
}

#define ADD_ID(identity, list, ...)                                                                \
    do {                                                                                           \
        char id[PNP_ID_MAX + 1];                                                                   \
                                                                                                   \
        snprintf(id, sizeof(id), __VA_ARGS__);                                                     \
        add_id((identity)->list, &(identity)->list##_count, id);                                   \
    } while (0)

/* Of the most exact first. `kind` is "CLASS", or "DEVCLASS" for a device of several functions. */
static void add_classes(struct pnp_identity *it, const char *kind, const char *sub,
                        const uint8_t class[3])
{
    ADD_ID(it, compatible, "USB\\%s_%02X&%s_%02X&PROT_%02X", kind, class[0], sub, class[1],
           class[2]);
    ADD_ID(it, compatible, "USB\\%s_%02X&%s_%02X", kind, class[0], sub, class[1]);
    ADD_ID(it, compatible, "USB\\%s_%02X", kind, class[0]);
}

static void add_hardware(struct pnp_identity *it, const uint8_t device[18], const char *function)
{
    unsigned vendor = get_le16(device + 8), product = get_le16(device + 10),
             release = get_le16(device + 12);

    ADD_ID(it, hardware, "USB\\VID_%04X&PID_%04X&REV_%04X%s", vendor, product, release, function);
    ADD_ID(it, hardware, "USB\\VID_%04X&PID_%04X%s", vendor, product, function);
    snprintf(it->device_id, sizeof(it->device_id), "USB\\VID_%04X&PID_%04X%s", vendor, product,
             function);
}

/* Interfaces of one association are one function, every other is its own. */
static size_t find_functions(const uint8_t *config, size_t length,
                             struct function ret[PNP_FUNCTIONS_MAX])
{
    struct desc_walk walk;
    struct desc item;
    size_t count = 0;
    unsigned first = 256, last = 0; /* of the association at work */

    desc_start(&walk, config, length);
    while (desc_next(&walk, &item)) {
        if (item.type == DESC_ASSOCIATION && item.length >= 8 && count < PNP_FUNCTIONS_MAX) {
            first = item.at[2];
            last = first + item.at[3];
            ret[count++] = (struct function){item.at[2], {item.at[4], item.at[5], item.at[6]}};
        }
        if (item.type != DESC_INTERFACE || item.length < 9 || item.at[3] != 0 ||
            (item.at[2] >= first && item.at[2] < last) || count == PNP_FUNCTIONS_MAX)
            continue;
        ret[count++] = (struct function){item.at[2], {item.at[5], item.at[6], item.at[7]}};
    }
    return count;
}

/* Windows' parent driver takes a device that leaves its class to the interfaces. */
static bool is_composite(const uint8_t device[18], size_t functions)
{
    bool of_functions =
        device[4] == 0 || (device[4] == CLASS_MISC && device[5] == SUBCLASS_COMMON &&
                           device[6] == PROTOCOL_ASSOCIATION);

    return functions > 1 && of_functions && device[17] == 1;
}

size_t pnp_identify(const uint8_t device[18], const uint8_t *config, size_t length,
                    struct pnp_identity ret[PNP_FUNCTIONS_MAX + 1])
{
    struct function functions[PNP_FUNCTIONS_MAX];
    size_t count = find_functions(config, length, functions);

    ret[0] = (struct pnp_identity){.interface_number = -1};
    add_hardware(&ret[0], device, "");
    if (!is_composite(device, count)) {
        /* What the device says of itself, or leaves to its one interface. */
        add_classes(&ret[0], "CLASS", "SUBCLASS",
                    device[4] || !count ? device + 4 : functions[0].class);
        return 1;
    }
    add_classes(&ret[0], "DEVCLASS", "SUBCLASS", device + 4);
    ADD_ID(&ret[0], compatible, "USB\\COMPOSITE");
    for (size_t i = 0; i < count; i++) {
        char function[16];

        snprintf(function, sizeof(function), "&MI_%02X", functions[i].number);
        ret[i + 1] = (struct pnp_identity){.interface_number = functions[i].number};
        add_hardware(&ret[i + 1], device, function);
        add_classes(&ret[i + 1], "CLASS", "SUBCLASS", functions[i].class);
    }
    return count + 1;
}

void pnp_add_os_id(struct pnp_identity *identity, const char *compatible)
{
    if (!*compatible)
        return;
    if (identity->compatible_count == PNP_IDS_MAX)
        identity->compatible_count--;
    memmove(identity->compatible[1], identity->compatible[0],
            identity->compatible_count * sizeof(identity->compatible[0]));
    snprintf(identity->compatible[0], sizeof(identity->compatible[0]), "USB\\MS_COMP_%s",
             compatible);
    identity->compatible_count++;
}

bool pnp_same_id(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* Of a text, something to tell buses apart by (FNV-1a). */
static uint32_t hash(const char *text)
{
    uint32_t value = 0x811c9dc5;

    for (; *text; text++)
        value = (value ^ (uint8_t)toupper((unsigned char)*text)) * 0x01000193;
    return value;
}

/* Windows takes a serial number of visible characters without a comma. */
static bool is_usable(const char *serial)
{
    if (!*serial)
        return false;
    for (const char *at = serial; *at; at++) {
        if (*at <= 0x20 || *at >= 0x7f || *at == ',' || *at == '\\')
            return false;
    }
    return true;
}

bool pnp_instance_id(const struct pnp_identity *identity, const char *serial, unsigned port,
                     const struct pnp_devnode *parent, char ret[PNP_ID_MAX + 1])
{
    char instance[PNP_LINK_MAX];
    int length;

    if (parent)
        snprintf(instance, sizeof(instance), "6&%X&0&%04X", hash(parent->instance_id),
                 (unsigned)identity->interface_number);
    else if (is_usable(serial))
        snprintf(instance, sizeof(instance), "%s", serial);
    else
        snprintf(instance, sizeof(instance), "5&%X&0&%u", hash("USB\\ROOT_HUB30"), port);
    length = snprintf(ret, PNP_ID_MAX + 1, "%s\\%s", identity->device_id, instance);
    for (char *at = ret; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return length >= 0 && length <= PNP_ID_MAX;
}

void pnp_guid_text(const char *guid, char ret[PNP_GUID])
{
    snprintf(ret, PNP_GUID, "%s", guid);
    for (char *at = ret; *at; at++)
        *at = (char)toupper((unsigned char)*at);
}

bool pnp_link_text(const char *instance_id, const char *class_guid, const char *reference,
                   char ret[PNP_LINK_MAX + 1])
{
    char class[PNP_GUID];
    int length;

    pnp_guid_text(class_guid, class);
    length = snprintf(ret, PNP_LINK_MAX + 1, "\\\\?\\%s#%s%s%s", instance_id, class,
                      *reference ? "\\" : "", reference);
    if (length < 0 || length > PNP_LINK_MAX)
        return false;
    for (char *at = ret + 4; *at && *at != '{'; at++)
        *at = *at == '\\' ? '#' : (char)tolower((unsigned char)*at);
    for (char *at = strchr(ret, '{'); at && *at && *at != '}'; at++)
        *at = (char)tolower((unsigned char)*at);
    return true;
}
