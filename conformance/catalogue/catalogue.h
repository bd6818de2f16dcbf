/* The requirement rows, and the items of an ICS, read from the TSV files beside this one. */
#ifndef CONFORMANCE_CATALOGUE_CATALOGUE_H
#define CONFORMANCE_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

struct catalogue_row {
    char *id, *level, *requirement, *check, *mutant, *source, *subject, *flow;
    bool inferred; /* INFERRED, "(proposed reading)" or a Un tag: our reading, reported apart */
};

/* What a subject may offer or not. In `name` an h stands for a hexadecimal digit, an n for 1 to 9:
 * one row declares all such items. */
struct catalogue_item {
    char *name, *by; /* who says so: device (it shows it), vendor, papcheck (its own fixtures) */
    char *meaning, *observed, *subject;
};

struct catalogue {
    struct catalogue_row *rows; /* sorted by id */
    struct catalogue_item *items;
    size_t count, item_count;
};

/* Reads wmdm, usb, service, wmi and ics.tsv of `folder`; NULL: where papcheck finds its own. On
 * failure `error` holds one line with file and line number. */
int catalogue_load(const char *folder, struct catalogue *ret, char *error, size_t error_size);
void catalogue_done(struct catalogue *catalogue);
const struct catalogue_row *catalogue_find(const struct catalogue *catalogue, const char *id);
/* The one that declares this item; NULL: none does. */
const struct catalogue_item *catalogue_item(const struct catalogue *catalogue, const char *name);

#endif
