/* Formats, and the properties objects of a format have. */
#ifndef SIMULATOR_MTP_MTPR_PROPERTY_H
#define SIMULATOR_MTP_MTPR_PROPERTY_H

#include "simulator/mtp/mtpr_value.h"
#include "simulator/mtp/responder.h"

bool mtpr_format_listed(const struct mtpr_responder *r, uint16_t format);
/* Those that are listed, by index. */
size_t mtpr_format_count(const struct mtpr_responder *r);
uint16_t mtpr_format_at(const struct mtpr_responder *r, size_t index);
/* As the config has it; NULL: by its code alone. */
const struct mtpr_format *mtpr_format_described(const struct mtpr_config *config, uint16_t format);
bool mtpr_format_is_abstract(uint16_t format);
bool mtpr_format_is_audio(uint16_t format);

/* Of this format; NULL: it has none of that code. Rows live as long as the config. */
const struct mtpr_object_property *mtpr_property_of(const struct mtpr_responder *r, uint16_t format,
                                                    uint16_t code);
/* Of any format at all. */
bool mtpr_property_exists(const struct mtpr_responder *r, uint16_t code);
/* One after the other, `cursor` from 0; NULL at the end. */
const struct mtpr_object_property *mtpr_property_at(const struct mtpr_responder *r, uint16_t format,
                                                    size_t *cursor);
/* The group it is described in; 0xffffffff: slow. */
uint32_t mtpr_property_group(const struct mtpr_object_property *property);
bool mtpr_group_exists(const struct mtpr_responder *r, uint32_t group);

/* Its value of that object, encoded. */
void mtpr_property_write(const struct mtpr_responder *r, const struct store_object *object,
                         const struct mtpr_object_property *property, struct wr *wr);
/* GetObjectPropDesc's dataset. */
void mtpr_property_desc(uint16_t format, const struct mtpr_object_property *property,
                        struct wr *wr);
void mtpr_form_write(const struct mtpr_form *form, struct wr *wr);
/* An encoded value: of the type, and one the form allows. */
uint16_t mtpr_property_check(const struct mtpr_object_property *property, const uint8_t *value,
                             uint32_t length);
/* A host's value, checked, as it is kept: a date gets the seconds it lacks. Borrowed from `value`
 * or from `wr`, which starts at zero and is the caller's to be done with. */
const uint8_t *mtpr_property_kept(const struct mtpr_object_property *property, const uint8_t *value,
                                  uint32_t *length, struct wr *wr);
/* Checks it, and that the property can be set; on disk when this is OK. */
uint16_t mtpr_property_set(struct mtpr_responder *r, struct store_object *object,
                           const struct mtpr_object_property *property, const uint8_t *value,
                           uint32_t length);

#endif
