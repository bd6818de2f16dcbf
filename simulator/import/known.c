/* Which defects a device is known to have: by its numbers, and by the extensions it names, as
 * libmtp goes by them. Its flags stand in fixtures/mtp/known-devices.tsv, their quirks in
 * defect/quirks.def. */
#include "simulator/import/known.h"

#include <string.h>

#include "mtp_codes.h"
#include "spcore/base.h"

static const struct {
    const char *name, *flags;
} groups[] = {
#define KNOWN_GROUP(name, flags) {name, flags},
#define KNOWN_DEVICE(vendor, product, flags)
#include "known_devices.h"
#undef KNOWN_GROUP
#undef KNOWN_DEVICE
};

static const struct {
    uint16_t vendor, product;
    const char *flags;
} devices[] = {
#define KNOWN_GROUP(name, flags)
#define KNOWN_DEVICE(vendor, product, flags) {vendor, product, flags},
#include "known_devices.h"
#undef KNOWN_GROUP
#undef KNOWN_DEVICE
};

/* One of libmtp's words for a defect, or for several. */
static void take_word(const char *word, size_t length, struct defect_set *set);

static void take_words(const char *words, struct defect_set *set)
{
    while (*words) {
        size_t length = strcspn(words, " ");

        take_word(words, length, set);
        words += length + (words[length] == ' ');
    }
}

static bool is_word(const char *text, const char *word, size_t length)
{
    return text && strlen(text) == length && strncmp(text, word, length) == 0;
}

static void take_word(const char *word, size_t length, struct defect_set *set)
{
    /* A group holds no groups. */
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
        if (is_word(groups[i].name, word, length))
            take_words(groups[i].flags, set);
    }
    for (unsigned i = 0; i < QUIRK_COUNT; i++) {
        if (is_word(defect_texts[i].flag, word, length))
            defect_switch(set, i, true);
    }
}

/* "name: 1.0;" in the list of extensions. */
static bool names(const char *extensions, const char *name)
{
    size_t length = strlen(name);
    const char *at = extensions;

    while (at && (at = strstr(at, name)) != NULL) {
        bool begins = at == extensions || at[-1] == ';' || at[-1] == ' ';

        if (begins && at[length] == ':')
            return true;
        at += length;
    }
    return false;
}

/* The first that fits counts. libmtp looks at them after GetDeviceInfo: a device whose headers were
 * broken until then would not have got so far. */
static void take_extensions(const char *extensions, struct defect_set *set)
{
    bool android = names(extensions, "android.com");
    bool headers = deviates(set, QUIRK_HEADER);

    if (!android && names(extensions, "microsoft.com/WPDNA") &&
        names(extensions, "sonyericsson.com/SE"))
        take_words("ARICENT_BUGS", set);
    else if (android)
        take_words("ANDROID_BUGS", set);
    else if (names(extensions, "sony.net/WMFU"))
        take_words("SONY_NWZ_BUGS", set);
    defect_switch(set, QUIRK_HEADER, headers);
}

/* Does a format say of this property that it is only read, and none that it is settable? */
static bool only_read(const struct import_report *report, uint16_t code)
{
    bool described = false;

    for (size_t i = 0; i < report->format_count; i++) {
        const struct import_format *format = &report->formats[i];

        for (size_t k = 0; k < format->property_count; k++) {
            const struct import_property *property = &format->properties[k];

            if (property->code != code || !property->described)
                continue;
            if (property->settable)
                return false;
            described = true;
        }
    }
    return described;
}

/* A firmware that lists the format has learnt it since; libmtp drops the flag then, too. One that
 * says that dates are only read does not say any more that they could be set. */
static void drop_what_was_mended(const struct import_report *report, struct defect_set *set)
{
    if (only_read(report, MTP_OPC_DATE_MODIFIED))
        defect_switch(set, QUIRK_DATE_MODIFIED, false);
    for (size_t i = 0; i < report->format_count; i++) {
        if (report->formats[i].code == MTP_FC_OGG)
            defect_switch(set, QUIRK_OGG_UNKNOWN, false);
        if (report->formats[i].code == MTP_FC_FLAC)
            defect_switch(set, QUIRK_FLAC_UNKNOWN, false);
    }
}

struct defect_set import_known_quirks(const struct import_report *report)
{
    struct defect_set set = {0};

    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        if (devices[i].vendor == report->usb.vendor && devices[i].product == report->usb.product)
            take_words(devices[i].flags, &set);
    }
    take_extensions(report->extensions, &set);
    drop_what_was_mended(report, &set);
    /* Found by its interface's name, it was not probed, and worked. */
    if (report->usb.named_mtp || !report->usb.microsoft)
        defect_switch(&set, QUIRK_PROBE, false);
    /* libmtp probes a vendor's interface only: where it must, MTP's is none a disk driver takes. */
    if (deviates(&set, QUIRK_PROBE))
        defect_switch(&set, QUIRK_UNLOAD_DRIVER, false);
    return set;
}
