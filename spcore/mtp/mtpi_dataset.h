/* MTP datasets (MTP 1.1, 3.2): a bounded reader whose failure sticks, and the writer that mirrors
 * it. Integers are little-endian, strings counted UTF-16LE. */
#ifndef SPCORE_MTP_MTPI_DATASET_H
#define SPCORE_MTP_MTPI_DATASET_H

#include "spcore/mtp/mtpi.h"

struct mtpi_rd {
    const uint8_t *at, *end;
    int error; /* the first: -EPROTO or -ENOMEM; nothing is read after it */
};

struct mtpi_rd mtpi_rd_over(const void *data, size_t length);
size_t mtpi_rd_left(const struct mtpi_rd *rd);
/* An unsigned integer of 1, 2, 4 or 8 bytes; 0 when failed. */
uint64_t mtpi_rd_uint(struct mtpi_rd *rd, unsigned width);
/* `count` bytes, or NULL when failed. */
const uint8_t *mtpi_rd_bytes(struct mtpi_rd *rd, size_t count);
/* Allocated, terminated; the empty string for a count of 0. NULL when failed. */
uint16_t *mtpi_rd_string(struct mtpi_rd *rd);
/* The count of an array whose elements take `element` bytes at least; all of them are there. */
size_t mtpi_rd_count(struct mtpi_rd *rd, size_t element);
void mtpi_rd_u16_array(struct mtpi_rd *rd, struct mtpi_u16_array *ret);
void mtpi_rd_u32_array(struct mtpi_rd *rd, struct mtpi_u32_array *ret);
void mtpi_rd_value(struct mtpi_rd *rd, uint16_t type, struct mtpi_value *ret);

struct mtpi_wr {
    uint8_t *data; /* owned */
    size_t used, room;
    int error; /* the first: -EINVAL or -ENOMEM; nothing is written after it */
};

void mtpi_wr_done(struct mtpi_wr *wr);
void mtpi_wr_uint(struct mtpi_wr *wr, uint64_t value, unsigned width);
/* At most 254 units; a longer one fails. NULL: the empty string. */
void mtpi_wr_string(struct mtpi_wr *wr, const uint16_t *text);
void mtpi_wr_value(struct mtpi_wr *wr, const struct mtpi_value *value);

/* Whole datasets: 0, -EPROTO for bytes that are none, -ENOMEM; outputs untouched on failure. */
int mtpi_parse_device_info(const void *data, size_t length, struct mtpi_device_info *ret);
int mtpi_parse_storage_info(const void *data, size_t length, struct mtpi_storage_info *ret);
int mtpi_parse_object_info(const void *data, size_t length, struct mtpi_object_info *ret);
int mtpi_parse_property_list(const void *data, size_t length, struct mtpi_property_list *ret);
int mtpi_parse_prop_desc(const void *data, size_t length, struct mtpi_prop_desc *ret);
int mtpi_parse_prop_values(const void *data, size_t length, struct mtpi_prop_values *ret);
int mtpi_parse_prop_combinations(const void *data, size_t length,
                                 struct mtpi_prop_combinations *ret);
int mtpi_parse_value(const void *data, size_t length, uint16_t type, struct mtpi_value *ret);
int mtpi_parse_u16_array(const void *data, size_t length, struct mtpi_u16_array *ret);
int mtpi_parse_u32_array(const void *data, size_t length, struct mtpi_u32_array *ret);

#endif
