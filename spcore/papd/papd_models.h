/* Which devices are players, and what Windows would keep of each: an INF says it, as its models and
 * what their installation writes. */
#ifndef SPCORE_PAPD_PAPD_MODELS_H
#define SPCORE_PAPD_PAPD_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spcore/include/mdm.h"

/* A hardware or compatible id of USB, as much as Linux sees of it. */
enum papd_id_part {
    PAPD_VENDOR,
    PAPD_PRODUCT,
    PAPD_REVISION,
    PAPD_CLASS,
    PAPD_SUBCLASS,
    PAPD_PROTOCOL,
    PAPD_ID_PARTS
};
struct papd_id {
    bool has[PAPD_ID_PARTS];
    uint16_t is[PAPD_ID_PARTS];
};
/* "USB\VID_1209&PID_5041&REV_0100", "USB\Class_FF&SubClass_01&Prot_02", without regard to case; an
 * interface (&MI_00) is its device. False: none that can be known on Linux. */
bool papd_id_parse(const char *text, struct papd_id *ret_id);
/* Does every part that `id` has stand in `device`, which has all of them? */
bool papd_id_fits(const struct papd_id *id, const struct papd_id *device);

enum { PAPD_MODELS_MOST = 64, PAPD_IDS_MOST = 16, PAPD_NAME_MOST = 256 };
struct papd_model {
    struct papd_id ids[PAPD_IDS_MOST];
    size_t id_count;
    bool described; /* all below comes from its INF, not from the device */
    struct mdm_parameters parameters;
    struct mdm_hardware hardware;
};
/* What starts when one has come. */
struct papd_trigger {
    struct papd_id ids[PAPD_MODELS_MOST];
    size_t id_count;
};
struct papd_models {
    struct papd_model *at; /* owned */
    size_t count;
    char service[PAPD_NAME_MOST], title[PAPD_NAME_MOST];
    struct papd_trigger trigger;
};

/* Adds a model that is known by vendor and product alone. "1209:5041"; false: it is not that, or
 * there are too many. */
bool papd_models_add(struct papd_models *models, const char *vendor_product);
/* Adds those of an INF, for a Windows of today on x86-64. False, and why in a line. */
bool papd_models_read(struct papd_models *models, const char *path, char *error, size_t size);
void papd_models_done(struct papd_models *models);
/* NULL: it is no player. */
const struct papd_model *papd_models_find(const struct papd_models *models,
                                          const struct papd_id *device);

#endif
