/* Serial numbers and names of owners out of a player file, a log of mtp-detect or one of lsusb -v.
 * The same text becomes the same other text, in each of them: digits stay digits, letters letters.
 */
#ifndef SIMULATOR_IMPORT_ANONYMISE_H
#define SIMULATOR_IMPORT_ANONYMISE_H

#include <stdio.h>

#include "simulator/import/lines.h"
#include "simulator/import/notes.h"

/* Writes the whole text to `out`; on failure one line in `error` and -errno, `out` to be thrown
 * away. `notes`: on what is no text in a log, which is taken out; NULL: that is refused. */
int anonymise(struct lines *lines, FILE *out, struct import_notes *notes, char *error,
              size_t error_size);

#endif
