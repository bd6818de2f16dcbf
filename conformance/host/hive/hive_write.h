/* A registry's keys as the bytes of a hive. */
#ifndef CONFORMANCE_HOST_HIVE_HIVE_WRITE_H
#define CONFORMANCE_HOST_HIVE_HIVE_WRITE_H

#include "conformance/host/hive/hive_cells.h"
#include "conformance/host/registry.h"

/* What is below `key`, which may not be there, into cells that have nothing in them: 0, -ENOMEM,
 * -EFBIG (beyond HIVE_BYTES_MAX) or -EILSEQ (a name that is no UTF-8). hive_cells_done() is due in
 * any case. */
int hive_write(const struct registry *registry, const char *key, struct hive_cells *ret);

#endif
