/* Ids of USB devices as Windows writes them, and players that are known by them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spcore/base.h"
#include "spcore/papd/papd_models.h"

/* The forms of an id (Windows driver documentation, "Standard USB Identifiers"). */
static const struct {
    const char *word;
    int digits;
    enum papd_id_part part;
} words[] = {
    {"VID_", 4, PAPD_VENDOR},  {"PID_", 4, PAPD_PRODUCT},       {"REV_", 4, PAPD_REVISION},
    {"CLASS_", 2, PAPD_CLASS}, {"SUBCLASS_", 2, PAPD_SUBCLASS}, {"PROT_", 2, PAPD_PROTOCOL},
};
enum { INTERFACE_DIGITS = 2 };

/* Of `digits` hexadecimal digits, and nothing or & behind. NULL: it is not that. */
static const char *number(const char *text, int digits, uint16_t *ret)
{
    unsigned value = 0;

    for (int i = 0; i < digits; i++) {
        const char *all = "0123456789abcdef0123456789ABCDEF";
        const char *at = text[i] ? strchr(all, text[i]) : NULL;

        if (!at)
            return NULL;
        value = value * 16 + (unsigned)(at - all) % 16;
    }
    text += digits;
    *ret = (uint16_t)value;
    return *text == '&' && text[1] ? text + 1 : *text ? NULL : text;
}

static const char *part(const char *text, struct papd_id *id)
{
    uint16_t interface;

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        size_t length = strlen(words[i].word);

        if (strncasecmp(text, words[i].word, length) != 0 || id->has[words[i].part])
            continue;
        id->has[words[i].part] = true;
        return number(text + length, words[i].digits, &id->is[words[i].part]);
    }
    return strncasecmp(text, "MI_", 3) == 0 ? number(text + 3, INTERFACE_DIGITS, &interface) : NULL;
}

/* Each as far as it goes, none with a gap. */
static bool by_vendor(const struct papd_id *id)
{
    return id->has[PAPD_VENDOR] && !id->has[PAPD_CLASS] && !id->has[PAPD_SUBCLASS] &&
           !id->has[PAPD_PROTOCOL] && (id->has[PAPD_PRODUCT] || !id->has[PAPD_REVISION]);
}

static bool by_class(const struct papd_id *id)
{
    return id->has[PAPD_CLASS] && !id->has[PAPD_VENDOR] && !id->has[PAPD_PRODUCT] &&
           !id->has[PAPD_REVISION] && (id->has[PAPD_SUBCLASS] || !id->has[PAPD_PROTOCOL]);
}

bool papd_id_parse(const char *text, struct papd_id *ret_id)
{
    struct papd_id id = {.has = {false}};
    const char *at;

    if (strncasecmp(text, "USB\\", 4) != 0)
        return false;
    for (at = text + 4; at && *at;)
        at = part(at, &id);
    if (!at || (!by_vendor(&id) && !by_class(&id)))
        return false;
    *ret_id = id;
    return true;
}

bool papd_id_fits(const struct papd_id *id, const struct papd_id *device)
{
    for (int i = 0; i < PAPD_ID_PARTS; i++) {
        if (id->has[i] && id->is[i] != device->is[i])
            return false;
    }
    return true;
}

bool papd_models_add(struct papd_models *models, const char *vendor_product)
{
    char text[32];
    struct papd_model model = {.id_count = 1};
    struct papd_model *more;

    if (strlen(vendor_product) != 9 || vendor_product[4] != ':' ||
        models->count == PAPD_MODELS_MOST)
        return false;
    snprintf(text, sizeof(text), "USB\\VID_%.4s&PID_%.4s", vendor_product, vendor_product + 5);
    if (!papd_id_parse(text, &model.ids[0]))
        return false;
    more = realloc(models->at, (models->count + 1) * sizeof(*more));
    if (!more)
        return false;
    models->at = more;
    models->at[models->count++] = model;
    return true;
}

void papd_models_done(struct papd_models *models)
{
    free(models->at);
    models->at = NULL;
    models->count = 0;
}

const struct papd_model *papd_models_find(const struct papd_models *models,
                                          const struct papd_id *device)
{
    for (size_t i = 0; i < models->count; i++) {
        for (size_t k = 0; k < models->at[i].id_count; k++) {
            if (papd_id_fits(&models->at[i].ids[k], device))
                return &models->at[i];
        }
    }
    return NULL;
}
