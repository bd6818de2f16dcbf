/* The catalogue's tables are data for people first, so they have no dialect: what is between two
 * tabs is the cell. */
#include "conformance/catalogue/tsv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add_line(const struct tsv *tsv, const char *text)
{
    char *block = strdup(text), *at = block, *cells[TSV_COLUMNS_MAX] = {block};
    int error = block ? 0 : -ENOMEM;

    for (size_t i = 0; i < tsv->columns && !error; i++) {
        cells[i] = at;
        at = strchr(at, '\t');
        if (!at != (i == tsv->columns - 1))
            error = -EINVAL;
        else if (at)
            *at++ = '\0';
    }
    if (error)
        free(block);
    return error ? error : tsv->add(tsv->context, cells);
}

int tsv_read(const char *path, const struct tsv *tsv, char *error, size_t error_size)
{
    FILE *file = fopen(path, "re");
    unsigned number = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int result = 0;

    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -ENOENT;
    }
    while (!result && (length = getline(&line, &room, file)) >= 0) {
        while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            line[--length] = '\0';
        if (++number == 1 || !length)
            continue;
        result = add_line(tsv, line);
        if (result)
            snprintf(error, error_size, "%s:%u: expected %zu tab-separated columns", path, number,
                     tsv->columns);
    }
    free(line);
    fclose(file);
    return result;
}
