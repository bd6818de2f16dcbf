/* A text file as lines: bounded, UTF-8 without a mark of byte order whatever it was, without line
 * ends and their blanks. */
#ifndef SIMULATOR_IMPORT_LINES_H
#define SIMULATOR_IMPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Stands where two lines of the file became one. */
#define LINES_FOLD '\v'
#define LINES_BYTES_MAX ((size_t)16 << 20)

struct lines {
    const char *path;      /* the caller's; for messages */
    char *text;            /* owned */
    size_t size, at, last; /* of the next line and of the one before it */
    unsigned number;       /* of the line last given, from 1 */
    bool damaged;          /* it was UTF-16, and is here up to where that is none */
};

/* Reads a file; on failure one line "FILE: why" in `error` and -errno. */
int lines_open(const char *path, struct lines *ret_lines, char *error, size_t error_size);
/* Over bytes, which are copied: UTF-16 behind its mark; else UTF-8, and bytes that are none are
 * taken as Latin-1. -ENOMEM, -EFBIG. */
int lines_over(const char *path, const void *bytes, size_t size, struct lines *ret_lines);
/* Of lines none of which was given yet; -ENOMEM. */
int lines_copy(const struct lines *lines, struct lines *ret_lines);
void lines_done(struct lines *lines);

/* NULL; or what makes it no text, and `number` becomes the line of the first such place. */
const char *lines_not_text(struct lines *lines);
/* Makes a text of it, a note for each of its lines that was none; `damage` is what was said. */
struct import_notes;
void lines_mend(struct lines *lines, const char *damage, struct import_notes *notes);
/* The next line, NUL-terminated, valid until lines_done(); NULL at the end. `ret_indent` is the
 * number of blanks it began with (they are gone). */
char *lines_next(struct lines *lines, unsigned *ret_indent);
/* The line last given is given again. */
void lines_again(struct lines *lines);
/* "FILE:LINE: what" into `error`; -EINVAL. */
__attribute__((format(printf, 4, 5))) int lines_fault(const struct lines *lines, char *error,
                                                      size_t error_size, const char *format, ...);

/* ---- words of a line */
bool text_starts(const char *text, const char *prefix);
/* Past the prefix and the blanks after it; NULL when it does not start so. */
const char *text_after(const char *text, const char *prefix);
/* Hexadecimal digits (0x allowed), at most `digits`; past them, or NULL when there is none. */
const char *text_hex(const char *text, unsigned digits, unsigned *ret_number);

#endif
