/* The observed ICS: what a device shows of itself, before any case judges it. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"
#include "conformance/run/ics.h"
#include "spcore/base.h"
#include "spcore/mtp/mtpi.h"

static int set_hex(struct ics *ics, const char *prefix, uint16_t code)
{
    char item[48];

    snprintf(item, sizeof(item), "%s%04X", prefix, code);
    return ics_set(ics, item);
}

static int get_descriptor(struct tp *tp, uint8_t type, uint8_t index, uint8_t *data, uint16_t room)
{
    struct tp_setup setup = {0x80, 6, (uint16_t)(type << 8 | index), 0, room};

    return tp_control(tp, &setup, data, 2000);
}

static void observe_speed(struct ics *ics, const struct tp *tp)
{
    static const char *const names[] = {NULL, "USB.SPEED.LOW",  "USB.SPEED.FULL", "USB.SPEED.HIGH",
                                        NULL, "USB.SPEED.SUPER"};
    int speed = tp_speed(tp);

    if (speed >= 0 && (size_t)speed < ARRAY_SIZE(names) && names[speed])
        ics_set(ics, names[speed]);
}

/* Microsoft OS descriptors decide which driver Windows would bind: the persona. */
static void observe_ms(struct ics *ics, struct tp *tp)
{
    uint8_t data[255];
    uint8_t code = 0;
    int length = get_descriptor(tp, 3, 0xee, data, sizeof(data));
    int bos = get_descriptor(tp, 15, 0, data + 18, sizeof(data) - 18);

    if (length == 18 && memcmp(data + 2, "M\0S\0F\0T\0", 8) == 0) {
        ics_set(ics, "MSOS.10");
        code = data[16];
    }
    if (bos >= 5)
        ics_set(ics, "BOS");
    for (int i = 5; bos > 5 && i + 28 <= bos && data[18 + i]; i += data[18 + i]) {
        if (data[18 + i] == 28 && data[18 + i + 2] == 5) {
            ics_set(ics, "MSOS.20");
            code = data[18 + i + 26];
        }
    }
    if (code) {
        struct tp_setup setup = {0xc0, code, 0, 4, 40};

        length = tp_control(tp, &setup, data, 2000);
        if (length >= 26 && memcmp(data + 18, "WINUSB", 6) == 0)
            ics_set(ics, "USB.PERSONA.WINUSB");
        else if (length >= 26 && memcmp(data + 18, "MTP", 3) == 0)
            ics_set(ics, "USB.PERSONA.MTP");
    }
}

/* Is there an interface descriptor of a setting other than 0? */
static bool has_settings(const uint8_t *config, size_t length)
{
    for (size_t at = 0; at + 9 <= length && config[at] >= 2; at += config[at]) {
        if (config[at] == 9 && config[at + 1] == 4 && config[at + 3] != 0)
            return true;
    }
    return false;
}

static void observe_interfaces(struct ics *ics, struct tp *tp)
{
    size_t length;
    const uint8_t *config = tp_config_descriptor(tp, &length);
    struct mtpi_pipe pipe;

    if (config && length > 4 && config[4] > 1)
        ics_set(ics, "USB.COMPOSITE");
    if (config && length > 7 && config[7] & 0x20)
        ics_set(ics, "USB.WAKEUP");
    if (config && has_settings(config, length))
        ics_set(ics, "USB.SETTINGS");
    if (mtpi_find_pipe(tp, &pipe) < 0)
        return;
    ics_set(ics, "MTP");
    ics->still_image = pipe.still_image;
    ics_set(ics, pipe.still_image ? "STILL_IMAGE" : "PAP");
    if (!pipe.still_image && !ics_has(ics, "USB.PERSONA.WINUSB") &&
        !ics_has(ics, "USB.PERSONA.MTP"))
        ics_set(ics, "USB.PERSONA.INF");
}

static void observe_stores(struct ics *ics, struct mtpi *mtpi)
{
    struct mtpi_u32_array stores;
    struct mtpi_storage_info info;
    char item[32];

    if (mtpi_get_storage_ids(mtpi, &stores))
        return;
    for (size_t i = 0; i < stores.count; i++) {
        if (!(stores.item[i] & 0xffff)) {
            ics_set(ics, "STORE.EMPTY_SLOT");
            continue;
        }
        if (mtpi_get_storage_info(mtpi, stores.item[i], &info))
            continue;
        ics_set(ics, info.access == MTP_AC_READ_WRITE ? "STORE.WRITABLE" : "STORE.READONLY");
        if (info.storage_type == MTP_ST_REMOVABLE_RAM || info.storage_type == MTP_ST_REMOVABLE_ROM)
            ics_set(ics, "STORE.REMOVABLE");
        mtpi_storage_info_done(&info);
    }
    for (size_t i = 1; i <= stores.count && i < 10; i++) {
        snprintf(item, sizeof(item), "MTP.STORES.%zu", i);
        ics_set(ics, item);
    }
    free(stores.item);
}

static void observe_mtp(struct ics *ics, struct tp *tp)
{
    struct mtpi_device_info info;
    struct mtpi *mtpi;

    if (!ics_has(ics, "MTP") || mtpi_new(tp, &mtpi))
        return;
    if (!mtpi_get_device_info(mtpi, &info)) {
        identity_of_mtp(&info, &ics->identity);
        for (size_t i = 0; i < info.operations.count; i++)
            set_hex(ics, "MTP.OP.", info.operations.item[i]);
        for (size_t i = 0; i < info.events.count; i++)
            set_hex(ics, "MTP.EVENT.", info.events.item[i]);
        for (size_t i = 0; i < info.formats.count; i++)
            set_hex(ics, "MTP.FORMAT.", info.formats.item[i]);
        mtpi_device_info_done(&info);
    }
    if (!mtpi_open_session(mtpi, 1)) {
        observe_stores(ics, mtpi);
        mtpi_close_session(mtpi);
    }
    mtpi_free(mtpi);
}

int ics_observe(const char *uri, bool own, struct ics *ret)
{
    struct ics ics = {0};
    struct tp *tp;
    int error = tp_open(uri, NULL, &tp);

    if (error)
        return error;
    if (own)
        ics_set(&ics, "FIXTURE.CONTROL");
    observe_speed(&ics, tp);
    identity_of_usb(tp, &ics.identity);
    observe_ms(&ics, tp);
    observe_interfaces(&ics, tp);
    observe_mtp(&ics, tp);
    tp_close(tp);
    *ret = ics;
    return 0;
}
