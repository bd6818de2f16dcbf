/* Typed values (MTP 1.1, 3.2) in their encoded form: measuring, checking, writing forms. */
#ifndef SIMULATOR_MTP_MTPR_VALUE_H
#define SIMULATOR_MTP_MTPR_VALUE_H

#include "simulator/mtp/dataset.h"

/* Bytes of one element of an integer or array type; 0 for strings and unknown types. */
size_t mtpr_type_width(uint16_t type);
/* Steps over one value, checking it; NULL when the bytes are no such value. */
const uint8_t *rd_value(struct rd *rd, uint16_t type, uint32_t *ret_length);
/* Zero, the empty string or the empty array. */
void wr_default(struct wr *wr, uint16_t type);
void wr_integer(struct wr *wr, uint16_t type, uint64_t value);
/* An encoded integer of up to 64 bits, sign extended if its type is signed. */
int64_t mtpr_integer(uint16_t type, const uint8_t *value);
bool mtpr_type_signed(uint16_t type);
/* Text as in player files: numbers (0x allowed), strings, arrays as hexadecimal bytes. */
bool wr_text_value(struct wr *wr, uint16_t type, const char *text);

#endif
