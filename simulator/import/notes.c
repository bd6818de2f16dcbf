/* Notes are kept with the report they are of: a log may hold several, and only one is taken. */
#include "simulator/import/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/lines.h"

#define MOST ((size_t)1000)

static void append(struct import_notes *notes, const char *text, size_t size)
{
    if (notes->size + size + 1 > notes->room) {
        size_t room = 2 * (notes->size + size + 1);
        char *bigger = realloc(notes->text, room);

        if (!bigger) {
            notes->failed = true;
            return;
        }
        notes->text = bigger;
        notes->room = room;
    }
    memcpy(notes->text + notes->size, text, size);
    notes->size += size;
    notes->text[notes->size] = '\0';
}

void import_note(struct import_notes *notes, const struct lines *lines, const char *format, ...)
{
    char what[400], line[1024];
    va_list arguments;

    if (notes->count++ >= MOST) {
        if (notes->count == MOST + 1) {
            lines_fault(lines, line, sizeof(line), "more is odd from here on: left out unsaid");
            append(notes, line, strlen(line));
            append(notes, "\n", 1);
        }
        return;
    }
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    lines_fault(lines, line, sizeof(line), "%s", what);
    append(notes, line, strlen(line));
    append(notes, "\n", 1);
}

void import_notes_join(struct import_notes *notes, struct import_notes *more)
{
    if (more->size)
        append(notes, more->text, more->size);
    notes->count += more->count;
    notes->failed |= more->failed;
    import_notes_done(more);
}

void import_notes_done(struct import_notes *notes)
{
    free(notes->text);
    *notes = (struct import_notes){0};
}
