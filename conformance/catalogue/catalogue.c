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
#include "conformance/results/clause.h"
#include "spcore/base.h"

static const char *const files[] = {"wmdm.tsv", "usb.tsv", "service.tsv", "wmi.tsv"};

/* U and a number of its own: the tag of a reading, and how long it is; NULL: there is none. */
static const char *reading_tag(const char *text, int *ret_length)
{
    const char *at = text;

    while ((at = strchr(at, 'U'))) {
        size_t digits = strspn(at + 1, "0123456789");
        bool starts = at == text || !isalnum((unsigned char)at[-1]);

        if (starts && digits && digits < 4 && !isalnum((unsigned char)at[1 + digits])) {
            *ret_length = (int)digits + 1;
            return at;
        }
        at++;
    }
    return NULL;
}

static void find_reading(struct catalogue_row *row)
{
    const char *const columns[] = {row->requirement, row->check, row->mutant, row->source};
    bool wmdm = strncmp(row->id, "SP-", 3) == 0;
    const char *tag = NULL;
    bool inferred = false;
    int length = 0;

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        if (strstr(columns[i], "INFERRED") || strstr(columns[i], "inferred") ||
            strstr(columns[i], "proposed reading"))
            inferred = true;
        tag = wmdm && !tag ? reading_tag(columns[i], &length) : tag;
    }
    if (inferred || tag)
        snprintf(row->reading, sizeof(row->reading), "our reading%s%.*s", tag ? " " : "", length,
                 tag ? tag : "");
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
                                  cells[5], cells[6], cells[7], ""};
    find_reading(row);
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

static int add_clause(void *context, char *const cells[TSV_COLUMNS_MAX])
{
    struct catalogue *catalogue = context;
    struct catalogue_clause *clauses =
        realloc(catalogue->clauses, (catalogue->clause_count + 1) * sizeof(*catalogue->clauses));

    if (!clauses) {
        free(cells[0]);
        return -ENOMEM;
    }
    catalogue->clauses = clauses;
    clauses[catalogue->clause_count++] = (struct catalogue_clause){cells[0], cells[1]};
    return 0;
}

static int add_check(void *context, char *const cells[TSV_COLUMNS_MAX])
{
    struct catalogue *catalogue = context;
    struct catalogue_check *checks =
        realloc(catalogue->checks, (catalogue->check_count + 1) * sizeof(*catalogue->checks));

    if (!checks) {
        free(cells[0]);
        return -ENOMEM;
    }
    catalogue->checks = checks;
    checks[catalogue->check_count++] = (struct catalogue_check){cells[0], cells[1], cells[2]};
    return 0;
}

/* Rows, clauses and checks begin with what they are sorted by. */
static int by_id(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct catalogue *catalogue)
{
    if (catalogue->count)
        qsort(catalogue->rows, catalogue->count, sizeof(*catalogue->rows), by_id);
    if (catalogue->clause_count)
        qsort(catalogue->clauses, catalogue->clause_count, sizeof(*catalogue->clauses), by_id);
    if (catalogue->check_count)
        qsort(catalogue->checks, catalogue->check_count, sizeof(*catalogue->checks), by_id);
}

static int check_rows(const struct catalogue *catalogue, char *error, size_t error_size)
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

static const char *clause_fault(const struct catalogue *catalogue, size_t index)
{
    const char *id = catalogue->clauses[index].id;

    if (!id[clause_row_length(id)] || !catalogue_find(catalogue, id))
        return "is of no row: expected ROW.WORD";
    if (strlen(id) >= CLAUSE_ID_MAX)
        return "is too long";
    if (index && strcmp(catalogue->clauses[index - 1].id, id) == 0)
        return "stands in the catalogue twice";
    return NULL;
}

static int check_clauses(const struct catalogue *catalogue, char *error, size_t error_size)
{
    for (size_t i = 0; i < catalogue->clause_count; i++) {
        const char *fault = clause_fault(catalogue, i);

        if (fault) {
            snprintf(error, error_size, "clause %s %s", catalogue->clauses[i].id, fault);
            return -EINVAL;
        }
    }
    return 0;
}

static int load_all(const char *folder, struct catalogue *ret, char *error, size_t error_size)
{
    const struct tsv rows = {.columns = 8, .add = add_row, .context = ret};
    const struct tsv clauses = {.columns = 2, .add = add_clause, .context = ret};
    const struct tsv items = {.columns = 5, .add = add_item, .context = ret};
    const struct tsv checks = {.columns = 3, .add = add_check, .context = ret};
    char path[PATH_MAX * 2];
    int result = 0;

    for (size_t i = 0; i < ARRAY_SIZE(files) && !result; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        result = tsv_read(path, &rows, error, error_size);
    }
    if (result)
        return result;
    snprintf(path, sizeof(path), "%s/clauses.tsv", folder);
    result = tsv_read(path, &clauses, error, error_size);
    if (result)
        return result;
    snprintf(path, sizeof(path), "%s/ics.tsv", folder);
    result = tsv_read(path, &items, error, error_size);
    if (result)
        return result;
    snprintf(path, sizeof(path), "%s/checks.tsv", folder);
    return tsv_read(path, &checks, error, error_size);
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
    sort(&catalogue);
    if (!result)
        result = check_rows(&catalogue, error, error_size);
    if (!result)
        result = check_clauses(&catalogue, error, error_size);
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
    for (size_t i = 0; i < catalogue->clause_count; i++)
        free(catalogue->clauses[i].id);
    for (size_t i = 0; i < catalogue->check_count; i++)
        free(catalogue->checks[i].conf_case);
    free(catalogue->checks);
    free(catalogue->clauses);
    free(catalogue->rows);
    free(catalogue->items);
    *catalogue = (struct catalogue){0};
}

/* Of a row or clause against the row of this id, or that it is of. */
static int is_row(const void *id, const void *row)
{
    const char *other = ((const struct catalogue_row *)row)->id;
    int order = strncmp(id, other, clause_row_length(id));

    return order ? order : -(other[clause_row_length(id)] != '\0');
}

static int is_clause(const void *id, const void *clause)
{
    return strcmp(id, ((const struct catalogue_clause *)clause)->id);
}

const struct catalogue_row *catalogue_find(const struct catalogue *catalogue, const char *id)
{
    if (!catalogue->count)
        return NULL;
    return bsearch(id, catalogue->rows, catalogue->count, sizeof(*catalogue->rows), is_row);
}

const struct catalogue_check *catalogue_checks(const struct catalogue *catalogue,
                                               const char *conf_case, size_t *ret_count)
{
    const struct catalogue_check *first = NULL, *end = catalogue->checks + catalogue->check_count;
    const struct catalogue_check *past;

    *ret_count = 0;
    if (catalogue->check_count)
        first = bsearch(&conf_case, catalogue->checks, catalogue->check_count,
                        sizeof(*catalogue->checks), by_id);
    if (!first)
        return NULL;
    past = first;
    while (first > catalogue->checks && strcmp(first[-1].conf_case, conf_case) == 0)
        first--;
    while (past < end && strcmp(past->conf_case, conf_case) == 0)
        past++;
    *ret_count = (size_t)(past - first);
    return first;
}

bool catalogue_weighs(const struct catalogue_row *row)
{
    return strcmp(row->level, "SHOULD") != 0 && !*row->reading;
}

const struct catalogue_clause *catalogue_clause(const struct catalogue *catalogue, const char *id)
{
    if (!catalogue->clause_count)
        return NULL;
    return bsearch(id, catalogue->clauses, catalogue->clause_count, sizeof(*catalogue->clauses),
                   is_clause);
}

const struct catalogue_clause *catalogue_clauses(const struct catalogue *catalogue, const char *row,
                                                 size_t *ret_count)
{
    const struct catalogue_clause *first = NULL;

    *ret_count = 0;
    for (size_t i = 0; i < catalogue->clause_count; i++) {
        if (!clause_is_of(catalogue->clauses[i].id, row))
            continue;
        first = first ? first : &catalogue->clauses[i];
        *ret_count += 1;
    }
    return first;
}

bool catalogue_knows(const struct catalogue *catalogue, const char *id)
{
    return id[clause_row_length(id)] ? catalogue_clause(catalogue, id) != NULL
                                     : catalogue_find(catalogue, id) != NULL;
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
