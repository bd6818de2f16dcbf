/* Player files that were read before they are asked for: a process that others are forked from
 * reads each once, for all of them. */
#ifndef SIMULATOR_SPEC_SHELF_H
#define SIMULATOR_SPEC_SHELF_H

#include <stddef.h>

#include "simulator/spec/spec.h"

struct spec_shelf {
    struct spec_shelved *files;
    size_t count;
};

/* Reads the file, unless it is there as it is now. One that cannot be read is not kept, and says
 * why when it is asked for. */
void spec_shelf_put(struct spec_shelf *shelf, const char *path);
/* What stands in the file, which is the caller's from now on; NULL: it is not there, or is not what
 * the file says any more. */
struct player_spec *spec_shelf_take(struct spec_shelf *shelf, const char *path);
void spec_shelf_done(struct spec_shelf *shelf);

#endif
