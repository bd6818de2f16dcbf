/* The requirement rows, read from the TSV files beside this one. */
#ifndef CONFORMANCE_CATALOGUE_CATALOGUE_H
#define CONFORMANCE_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

struct catalogue_row {
    char *id, *level, *requirement, *check, *mutant, *source, *subject, *flow;
    bool inferred; /* INFERRED, "(proposed reading)" or a Un tag: our reading, reported apart */
};

struct catalogue {
    struct catalogue_row *rows; /* sorted by id */
    size_t count;
};

/* Reads wmdm, usb, service and wmi.tsv of `folder`; NULL: where papcheck finds its own. On failure
 * `error` holds one line with file and line number. */
int catalogue_load(const char *folder, struct catalogue *ret, char *error, size_t error_size);
void catalogue_done(struct catalogue *catalogue);
const struct catalogue_row *catalogue_find(const struct catalogue *catalogue, const char *id);

#endif
