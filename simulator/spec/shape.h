/* Whether a text is a player file by its form: YAML, of a size that can be meant, with the keys of
 * the schema and values that may stand there. */
#ifndef SIMULATOR_SPEC_SHAPE_H
#define SIMULATOR_SPEC_SHAPE_H

#include <stddef.h>

#include "simulator/spec/faults.h"

/* Adds what is wrong to `faults`, and voids what must not be judged any more. 0: then *ret_text is
 * NULL and the text fits the schema as it stands, or it is the text without what is at fault (the
 * caller's to free), entries of lists in their places. -EINVAL: nothing can be made of it; -ENOMEM.
 */
int shape_check(const char *text, size_t size, struct faults *faults, char **ret_text,
                size_t *ret_size);

#endif
