/* What a log did not say, line by line: for stderr, while the player is made all the same. */
#ifndef SIMULATOR_IMPORT_NOTES_H
#define SIMULATOR_IMPORT_NOTES_H

#include <stdbool.h>
#include <stddef.h>

struct lines;

struct import_notes {
    char *text; /* owned: lines "FILE:LINE: what", each with its end; NULL: none */
    size_t size, room, count;
    bool failed; /* no memory: some are not here */
};

/* One more, of the line last given. Beyond a thousand one says that there are more. */
__attribute__((format(printf, 3, 4))) void
import_note(struct import_notes *notes, const struct lines *lines, const char *format, ...);
/* `more` behind what is there; it is empty then. */
void import_notes_join(struct import_notes *notes, struct import_notes *more);
void import_notes_done(struct import_notes *notes);

#endif
