/* What real players do that the book does not say (mtp_quirks.c), asked by the operations. A
 * refusal is a response code, MTP_RC_OK: none. */
#ifndef SIMULATOR_MTP_MTPR_QUIRKS_H
#define SIMULATOR_MTP_MTPR_QUIRKS_H

#include "simulator/mtp/responder.h"

/* Of the command that is about to run. */
uint16_t mtpr_quirk_refusal(const struct mtpr_responder *r);
/* Of a name for `self`, NULL: for a new object. */
uint16_t mtpr_name_refusal(const struct mtpr_responder *r, const char *name,
                           const struct store_object *self);
bool mtpr_format_forgotten(const struct mtpr_responder *r, uint16_t format); /* not listed */
bool mtpr_format_taken(const struct mtpr_responder *r, uint16_t format);     /* of new objects */
uint16_t mtpr_format_said(const struct mtpr_responder *r, const struct store_object *object);
/* Does an ObjectInfo from the host have a size of 64 bits, as hosts send that got such ones? */
bool mtpr_info_is_wide(const uint8_t *info, size_t length);
uint64_t mtpr_size_said(const struct mtpr_responder *r, const struct store_object *object);
bool mtpr_property_left_out(const struct mtpr_responder *r, uint16_t code); /* of all properties */
bool mtpr_property_fails(const struct mtpr_responder *r, uint16_t code);    /* at being set */

#endif
