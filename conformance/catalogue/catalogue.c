/* The catalogue is data for people first: tables that git shows line by line, read here once and
 * looked up by id. */
#include "conformance/catalogue/catalogue.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/catalogue/tsv.h"
#include "conformance/program/program.h"
#include "spcore/base.h"

static const char *const files[] = {"wmdm.tsv", "usb.tsv", "service.tsv", "wmi.tsv"};

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

static int add_row(void *context, char *const cells[TSV_COLUMNS_MAX])
{
    struct catalogue *catalogue = context;
    struct catalogue_row *rows =
        realloc(catalogue->rows, (catalogue->count + 1) * sizeof(*catalogue->rows));
    struct catalogue_row *row;

    if (!rows) {
        free(cells[0]);
        return -ENOMEM;
    }
    catalogue->rows = rows;
    row = &rows[catalogue->count++];
    *row = (struct catalogue_row){cells[0], cells[1], cells[2], cells[3], cells[4],
                                  cells[5], cells[6], cells[7], false};
    row->inferred = is_inferred(row);
    return 0;
}

static int add_item(void *context, char *const cells[TSV_COLUMNS_MAX])
{
    struct catalogue *catalogue = context;
    struct catalogue_item *items =
        realloc(catalogue->items, (catalogue->item_count + 1) * sizeof(*catalogue->items));

    if (!items) {
        free(cells[0]);
        return -ENOMEM;
    }
    catalogue->items = items;
    items[catalogue->item_count++] =
        (struct catalogue_item){cells[0], cells[1], cells[2], cells[3], cells[4]};
    return 0;
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

static int load_all(const char *folder, struct catalogue *ret, char *error, size_t error_size)
{
    const struct tsv rows = {.columns = 8, .add = add_row, .context = ret};
    const struct tsv items = {.columns = 5, .add = add_item, .context = ret};
    char path[PATH_MAX * 2];
    int result = 0;

    for (size_t i = 0; i < ARRAY_SIZE(files) && !result; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        result = tsv_read(path, &rows, error, error_size);
    }
    if (result)
        return result;
    snprintf(path, sizeof(path), "%s/ics.tsv", folder);
    return tsv_read(path, &items, error, error_size);
}

int catalogue_load(const char *folder, struct catalogue *ret, char *error, size_t error_size)
{
    struct catalogue catalogue = {0};
    char own[PATH_MAX];
    int result;

    if (!folder && program_beside("catalogue", own, sizeof(own)) < 0) {
        snprintf(error, error_size, "no requirement catalogue beside this program");
        return -ENOENT;
    }
    result = load_all(folder ? folder : own, &catalogue, error, error_size);
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

/* One block holds a whole line. */
void catalogue_done(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        free(catalogue->rows[i].id);
    for (size_t i = 0; i < catalogue->item_count; i++)
        free(catalogue->items[i].name);
    free(catalogue->rows);
    free(catalogue->items);
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

static bool fits(const char *item, const char *name)
{
    for (; *item && *name; item++, name++) {
        if (*item == 'h'   ? !isdigit((unsigned char)*name) && (*name < 'A' || *name > 'F')
            : *item == 'n' ? *name < '1' || *name > '9'
                           : *item != *name)
            return false;
    }
    return !*item && !*name;
}

const struct catalogue_item *catalogue_item(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->item_count; i++) {
        if (fits(catalogue->items[i].name, name))
            return &catalogue->items[i];
    }
    return NULL;
}
