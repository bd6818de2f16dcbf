/* The terminal a person may be looking at: one line of progress on stderr that fits into it, and
 * words with a colour. Where there is none both are silent. */
#ifndef CONFORMANCE_PROGRAM_TERMINAL_H
#define CONFORMANCE_PROGRAM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Shows that `done` of `total` are over, and a text as far as there is room; over what was shown
 * before. Only for a stderr that is a terminal which can take a line back. */
void terminal_progress(size_t done, size_t total, const char *text);
void terminal_clear(void); /* takes the line back */
/* Takes it back before a signal ends this program, where nobody else catches it. */
void terminal_clear_on_signals(void);
/* Do stdout and stderr end up in one place, so that a word on both would be read twice? */
bool terminal_is_shared(void);

/* What begins and ends a word of that colour on stdout; "" where there is to be none: no terminal,
 * or NO_COLOR. */
struct terminal_colours {
    const char *bad, *off;
};
struct terminal_colours terminal_colours(void);

#endif
