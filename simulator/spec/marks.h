/* Where the values of a YAML text stand, by their path: "storages[1].id". */
#ifndef SIMULATOR_SPEC_MARKS_H
#define SIMULATOR_SPEC_MARKS_H

#include <stddef.h>

struct marks;

/* NULL: no memory. Of a text that is no YAML it knows what stands before the error. */
struct marks *marks_new(const char *text, size_t size);
void marks_free(struct marks *marks);

/* The line (from 1) of a key, or of an entry of a list; of what it stands in when there is no such
 * one, and of the beginning at last. */
unsigned marks_line(const struct marks *marks, const char *path);

#endif
