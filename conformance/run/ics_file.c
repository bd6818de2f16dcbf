/* The file in which a vendor says what a subject offers. A line that is misunderstood would leave
 * cases out without a word, so nothing of such a file is used. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/catalogue/catalogue.h"
#include "conformance/run/ics.h"

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

struct reader {
    const char *path;
    const struct catalogue *catalogue;
    struct ics ics;
    unsigned line, faults;
    bool any; /* says yes */
    char *error;
    size_t room;
};

static void fault(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fault(struct reader *reader, const char *format, ...)
{
    char text[256], line[PATH_MAX + 320];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    length = (size_t)snprintf(line, sizeof(line), "%s%s:%u: %s", reader->faults ? "\n" : "",
                              reader->path, reader->line, text);
    reader->faults++;
    if (length >= reader->room)
        return;
    memcpy(reader->error, line, length + 1);
    reader->error += length;
    reader->room -= length;
}

static void take(struct reader *reader, const char *item, const char *value)
{
    const struct ics_claim *earlier = ics_find(&reader->ics, item);
    bool yes = strcmp(value, "yes") == 0;

    if (!catalogue_item(reader->catalogue, item))
        fault(reader, "%s: no such item (papcheck ics list has them)", item);
    else if (!yes && strcmp(value, "no") != 0)
        fault(reader, "%s=%s: expected yes or no", item, value);
    else if (earlier)
        fault(reader, "%s: line %u says it already", item, earlier->line);
    else if (ics_say(&reader->ics, item, reader->line, yes) < 0)
        fault(reader, "%s", strerror(ENOMEM));
    else
        reader->any |= yes;
}

static void read_line(struct reader *reader, char *line)
{
    char *value;

    line[strcspn(line, "#")] = '\0';
    line = trim(line);
    value = strchr(line, '=');
    if (value) {
        *value++ = '\0';
        take(reader, trim(line), trim(value));
    } else if (*line) {
        fault(reader, "%s: expected ITEM=yes or ITEM=no", line);
    }
}

int ics_read(const char *path, const struct catalogue *catalogue, struct ics *ret, char *error,
             size_t error_size)
{
    struct reader reader = {
        .path = path, .catalogue = catalogue, .error = error, .room = error_size};
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -ENOENT;
    }
    while (getline(&line, &room, file) >= 0) {
        reader.line++;
        read_line(&reader, line);
    }
    free(line);
    fclose(file);
    if (!reader.faults && !reader.any) { /* a run that applies nothing would be green */
        reader.line += !reader.line;
        fault(&reader, "no item says yes, nothing would be judged");
    }
    if (reader.faults) {
        ics_done(&reader.ics);
        return -EINVAL;
    }
    *ret = reader.ics;
    return 0;
}
