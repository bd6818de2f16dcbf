/* The bytes of a hive as it grows: a base block, and bins with cells in them, one after the other.
 */
#ifndef CONFORMANCE_HOST_HIVE_HIVE_CELLS_H
#define CONFORMANCE_HOST_HIVE_HIVE_CELLS_H

#include <stddef.h>
#include <stdint.h>

/* Where a cell is, from the first bin on. */
enum { CELL_NOWHERE = 0xffffffff };

struct hive_cells {
    uint8_t *data; /* owned */
    size_t size, room;
    size_t free_at, free_end; /* what is left of the last bin */
    int error;                /* the first; nothing is added any more */
};

/* All zeros is to be begun. */
void hive_cells_begin(struct hive_cells *cells);
/* Room of so many bytes, zeroed; CELL_NOWHERE after an error (-ENOMEM, -EFBIG). */
uint32_t hive_cell(struct hive_cells *cells, size_t size);
/* What is in a cell, until another is added; NULL: it is nowhere. */
uint8_t *hive_cell_at(struct hive_cells *cells, uint32_t cell);
/* The whole, whose root is that cell: 0, or the error. */
int hive_cells_end(struct hive_cells *cells, uint32_t root);
/* What a block, a bin or a record begins with. */
void hive_sign(uint8_t *at, const char *signature);
void hive_cells_done(struct hive_cells *cells);

#endif
