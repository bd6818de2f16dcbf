/* What the files that fill a player's specification share. */
#ifndef SIMULATOR_SPEC_SPEC_INTERNAL_H
#define SIMULATOR_SPEC_SPEC_INTERNAL_H

#include "simulator/mtp/value.h"
#include "simulator/spec/spec.h"

/* A value as text in encoded form; `text` NULL: the type's default. */
int spec_encode(struct reporter *reporter, uint16_t code, uint16_t type, const char *text,
                struct mtpr_bytes *ret_bytes);
int spec_properties(struct reporter *reporter); /* of the device */
int spec_formats(struct reporter *reporter);    /* and their object properties */

#endif
