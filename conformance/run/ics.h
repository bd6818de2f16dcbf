/* Implementation conformance statement: named yes/no items about a subject, observed from the
 * device or read from a file, and the expressions cases put over them. */
#ifndef CONFORMANCE_RUN_ICS_H
#define CONFORMANCE_RUN_ICS_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/run/identity.h"

struct ics {
    char **items; /* the true ones, sorted */
    size_t count;
    struct identity identity; /* of the device observed */
};

int ics_set(struct ics *ics, const char *item);
bool ics_has(const struct ics *ics, const char *item);
void ics_done(struct ics *ics);
/* 1 holds, 0 does not, -EINVAL: not an expression (names, && || ! and parentheses). */
int ics_holds(const struct ics *ics, const char *expression);
/* Lines `ITEM=yes` or `ITEM=no`, `#` comments. On failure `error` holds FILE:LINE and why. */
int ics_read(const char *path, struct ics *ret, char *error, size_t error_size);
/* What the device at `uri` shows by its descriptors and DeviceInfo; `own`: it is our simulator with
 * a control socket. -errno when it cannot be opened. */
int ics_observe(const char *uri, bool own, struct ics *ret);
/* Only which device it is. */
int ics_identify(const char *uri, struct identity *ret);

#endif
