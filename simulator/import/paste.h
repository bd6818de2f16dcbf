/* Undoes what pasting did to a log: a mail's quoting and encoding, line numbers and times in front
 * of each line, colours. The number of lines stays, so that messages name those of the file. */
#ifndef SIMULATOR_IMPORT_PASTE_H
#define SIMULATOR_IMPORT_PASTE_H

#include "simulator/import/lines.h"

/* All but what stands before each line; -ENOMEM. */
int paste_undo(struct lines *lines);
/* `anchor` is a whole line of the log itself: what stands before it is not the log's. Whether
 * something does. */
bool paste_drop_prefix(struct lines *lines, const char *anchor);
/* Length of a terminal's escape sequence that begins here, 0: none does. */
size_t paste_escape(const char *at, const char *end);

#endif
