/* Cells do not go over the end of a bin, bins are multiples of 4096 bytes, and what is left of one
 * is a free cell ("Windows registry file format specification", M. Suhanov; libregf's
 * documentation). */
#include "conformance/host/hive/hive_cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/hive/hive.h"
#include "spcore/base.h"

enum { BLOCK = 4096, BIN_HEAD = 32, CELL_HEAD = 4, CELL_UNIT = 8, CHECKSUM_AT = 508 };

void hive_sign(uint8_t *at, const char *signature)
{
    while (*signature)
        *at++ = (uint8_t)*signature++;
}

static size_t up_to(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

uint32_t hive_checksum(const uint8_t *block)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < CHECKSUM_AT; at += 4)
        sum ^= get_le32(block + at);
    return sum == UINT32_MAX ? UINT32_MAX - 1 : sum ? sum : 1;
}

/* Zeroed bytes behind what there is. */
static void grow(struct hive_cells *cells, size_t more)
{
    uint8_t *data = cells->data;
    size_t room = cells->room ? cells->room : 16 * BLOCK;

    if (more > HIVE_BYTES_MAX || cells->size + more > HIVE_BYTES_MAX)
        cells->error = -EFBIG;
    while (!cells->error && room < cells->size + more)
        room *= 2;
    if (!cells->error && room > cells->room) {
        data = realloc(cells->data, room);
        if (!data)
            cells->error = -ENOMEM;
    }
    if (cells->error)
        return;
    cells->data = data;
    cells->room = room;
    memset(data + cells->size, 0, more);
    cells->size += more;
}

void hive_cells_begin(struct hive_cells *cells)
{
    grow(cells, BLOCK);
    cells->free_at = cells->free_end = cells->size;
}

/* What is left is free. */
static void close_bin(struct hive_cells *cells)
{
    if (cells->free_at < cells->free_end)
        put_le32(cells->data + cells->free_at, (uint32_t)(cells->free_end - cells->free_at));
}

static void open_bin(struct hive_cells *cells, size_t least)
{
    size_t at = cells->size, size = up_to(least + BIN_HEAD, BLOCK);

    close_bin(cells);
    grow(cells, size);
    if (cells->error)
        return;
    hive_sign(cells->data + at, "hbin");
    put_le32(cells->data + at + 4, (uint32_t)(at - BLOCK));
    put_le32(cells->data + at + 8, (uint32_t)size);
    cells->free_at = at + BIN_HEAD;
    cells->free_end = at + size;
}

uint32_t hive_cell(struct hive_cells *cells, size_t size)
{
    size_t whole = up_to(size + CELL_HEAD, CELL_UNIT), at;

    if (!cells->error && cells->free_end - cells->free_at < whole)
        open_bin(cells, whole);
    if (cells->error)
        return CELL_NOWHERE;
    at = cells->free_at;
    put_le32(cells->data + at, (uint32_t) - (int32_t)whole);
    cells->free_at += whole;
    return (uint32_t)(at - BLOCK);
}

uint8_t *hive_cell_at(struct hive_cells *cells, uint32_t cell)
{
    return cell == CELL_NOWHERE ? NULL : cells->data + BLOCK + cell + CELL_HEAD;
}

int hive_cells_end(struct hive_cells *cells, uint32_t root)
{
    uint8_t *block = cells->data;

    if (cells->error)
        return cells->error;
    close_bin(cells);
    hive_sign(block, "regf");
    put_le32(block + 4, 1); /* both sequence numbers: it is written to its end */
    put_le32(block + 8, 1);
    put_le32(block + 20, 1); /* version 1.3, whose values are in one piece however long */
    put_le32(block + 24, 3);
    put_le32(block + 32, 1); /* mapped directly */
    put_le32(block + 36, root);
    put_le32(block + 40, (uint32_t)(cells->size - BLOCK));
    put_le32(block + 44, 1); /* sectors a cluster */
    put_le32(block + CHECKSUM_AT, hive_checksum(block));
    return 0;
}

void hive_cells_done(struct hive_cells *cells)
{
    free(cells->data);
    *cells = (struct hive_cells){.data = NULL};
}
