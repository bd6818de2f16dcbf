/* Every key of a player file, for the reference that is made of it. */
#ifndef SIMULATOR_SPEC_KEY_LIST_H
#define SIMULATOR_SPEC_KEY_LIST_H

#include <stdio.h>

/* One line a key, in the order of the schema, its fields with tabs between: its path ("usb.speed",
 * "storages[].id"), what it is, what may stand there, and what holds when it is left out: nothing,
 * a value, or "needed". */
void key_list(FILE *out);

#endif
