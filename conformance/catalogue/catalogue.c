/* The catalogue is data for people first: tables that git shows line by line, read here once and
 * looked up by id. */
#include "conformance/catalogue/catalogue.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/program/program.h"
#include "spcore/base.h"

static const char *const files[] = {"wmdm.tsv", "usb.tsv", "service.tsv", "wmi.tsv"};

enum { COLUMNS = 8 };

/* U and a number of its own: the tag of a reading. */
static bool has_reading_tag(const char *text)
{
    const char *at = text;

    while ((at = strchr(at, 'U'))) {
        bool starts = at == text || !isalnum((unsigned char)at[-1]);

        at++;
        if (starts && isdigit((unsigned char)*at)) {
            while (isdigit((unsigned char)*at))
                at++;
            if (!isalnum((unsigned char)*at))
                return true;
        }
    }
    return false;
}

static bool is_inferred(const struct catalogue_row *row)
{
    const char *const columns[] = {row->requirement, row->check, row->mutant, row->source};
    bool wmdm = strncmp(row->id, "SP-", 3) == 0;

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        if (strstr(columns[i], "INFERRED") || strstr(columns[i], "inferred") ||
            strstr(columns[i], "proposed reading") || (wmdm && has_reading_tag(columns[i])))
            return true;
    }
    return false;
}

static void free_row(struct catalogue_row *row)
{
    free(row->id); /* one block holds the whole line */
}

/* A quotation mark is text; only tabs separate. */
static int split(char *line, struct catalogue_row *row)
{
    char **const columns[COLUMNS] = {&row->id,     &row->level,  &row->requirement, &row->check,
                                     &row->mutant, &row->source, &row->subject,     &row->flow};

    for (size_t i = 0; i < COLUMNS; i++) {
        *columns[i] = line;
        line = strchr(line, '\t');
        if (!line != (i == COLUMNS - 1))
            return -EINVAL;
        if (line)
            *line++ = '\0';
    }
    row->inferred = is_inferred(row);
    return 0;
}

static int add_line(struct catalogue *catalogue, const char *text)
{
    struct catalogue_row *rows;
    struct catalogue_row row;
    char *line;

    rows = realloc(catalogue->rows, (catalogue->count + 1) * sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    catalogue->rows = rows;
    line = strdup(text);
    if (!line)
        return -ENOMEM;
    if (split(line, &row) < 0) {
        free(line);
        return -EINVAL;
    }
    catalogue->rows[catalogue->count++] = row;
    return 0;
}

static int load_file(struct catalogue *catalogue, const char *path, char *error, size_t error_size)
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
        result = add_line(catalogue, line);
        if (result)
            snprintf(error, error_size, "%s:%u: expected %d tab-separated columns", path, number,
                     COLUMNS);
    }
    free(line);
    fclose(file);
    return result;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct catalogue_row *)a)->id, ((const struct catalogue_row *)b)->id);
}

static int check_unique(const struct catalogue *catalogue, char *error, size_t error_size)
{
    for (size_t i = 1; i < catalogue->count; i++) {
        if (strcmp(catalogue->rows[i - 1].id, catalogue->rows[i].id) == 0) {
            snprintf(error, error_size, "row %s stands in the catalogue twice",
                     catalogue->rows[i].id);
            return -EEXIST;
        }
    }
    return 0;
}

int catalogue_load(const char *folder, struct catalogue *ret, char *error, size_t error_size)
{
    struct catalogue catalogue = {0};
    char own[PATH_MAX], path[PATH_MAX * 2];
    int result = 0;

    if (!folder && program_beside("catalogue", own, sizeof(own)) < 0) {
        snprintf(error, error_size, "no requirement catalogue beside this program");
        return -ENOENT;
    }
    for (size_t i = 0; i < ARRAY_SIZE(files) && !result; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder ? folder : own, files[i]);
        result = load_file(&catalogue, path, error, error_size);
    }
    if (catalogue.count)
        qsort(catalogue.rows, catalogue.count, sizeof(*catalogue.rows), by_id);
    if (!result)
        result = check_unique(&catalogue, error, error_size);
    if (result) {
        catalogue_done(&catalogue);
        return result;
    }
    *ret = catalogue;
    return 0;
}

void catalogue_done(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        free_row(&catalogue->rows[i]);
    free(catalogue->rows);
    *catalogue = (struct catalogue){0};
}

static int is_id(const void *id, const void *row)
{
    return strcmp(id, ((const struct catalogue_row *)row)->id);
}

const struct catalogue_row *catalogue_find(const struct catalogue *catalogue, const char *id)
{
    if (!catalogue->count)
        return NULL;
    return bsearch(id, catalogue->rows, catalogue->count, sizeof(*catalogue->rows), is_id);
}
