/* Tables as git shows them line by line: a heading, then a line a row, tabs between its cells. */
#ifndef CONFORMANCE_CATALOGUE_TSV_H
#define CONFORMANCE_CATALOGUE_TSV_H

#include <stddef.h>

#define TSV_COLUMNS_MAX 8

struct tsv {
    size_t columns;
    /* A row: its cells stand in one block, cells[0], which is the callee's to free(). 0 or -errno,
     * which ends the reading. */
    int (*add)(void *context, char *const cells[TSV_COLUMNS_MAX]);
    void *context;
};

/* A quotation mark is text; only tabs separate. 0, or -errno with file and line in `error`. */
int tsv_read(const char *path, const struct tsv *tsv, char *error, size_t error_size);

#endif
