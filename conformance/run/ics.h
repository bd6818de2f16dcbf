/* Implementation conformance statement: named yes/no items about a subject, observed from the
 * device or read from a file, and the expressions cases put over them. */
#ifndef CONFORMANCE_RUN_ICS_H
#define CONFORMANCE_RUN_ICS_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/run/identity.h"

struct catalogue;
struct result;

/* What is said of one item; by the line of a file, or 0: observed. */
struct ics_claim {
    char *item;
    unsigned line;
    bool yes;
};

struct ics {
    struct ics_claim *claims; /* sorted by item */
    size_t count;
    struct identity identity; /* of the device observed, and whether it is of that class */
    bool still_image;
};

/* Of an item of which nothing is said. 0 or -ENOMEM. */
int ics_say(struct ics *ics, const char *item, unsigned line, bool yes);
/* Yes, unless something is said already. 0 or -ENOMEM. */
int ics_set(struct ics *ics, const char *item);
/* NULL: nothing is said of it. */
const struct ics_claim *ics_find(const struct ics *ics, const char *item);
bool ics_has(const struct ics *ics, const char *item);
void ics_done(struct ics *ics);
/* 1 holds, 0 does not, -EINVAL: not an expression (names, && || ! and parentheses). */
int ics_holds(const struct ics *ics, const char *expression);
bool ics_offers(const struct ics *ics, const char *expression); /* it holds */
/* Lines `ITEM=yes` or `ITEM=no` of items the catalogue declares, `#` comments. On failure `error`
 * holds a line FILE:LINE: and why for each fault, as many as it has room for. */
int ics_read(const char *path, const struct catalogue *catalogue, struct ics *ret, char *error,
             size_t error_size);
/* What the device at `uri` shows by its descriptors and DeviceInfo; `own`: it is a player of
 * the suite's. -errno when it cannot be opened. */
int ics_observe(const char *uri, bool own, struct ics *ret);
/* Holds what is declared in the file `path` against what was shown, once or by several players, as
 * the result of a case: what nobody shows fails, what is shown and not declared is a warning and a
 * note. `unseen` names who was not observed and might show more, so that what is not shown is not
 * judged either; "": nobody. 0 or -ENOMEM. */
int ics_hold(const struct ics *declared, const char *path, const struct ics *const shown[],
             size_t shown_count, const char *unseen, const struct catalogue *catalogue,
             struct result *ret);

#endif
