/* The difference. The device is believed in what is there, the rows in what it is: an object is
 * ours by its persistent id, wherever it lies by now, and torn by a row without one. */
#include "spcore/sync/sync_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct maker {
    const struct sync_row *rows;
    size_t row_count;
    struct sync_found *found;
    size_t found_count;
    struct sync_found **by_id; /* owned; those that have one, in order of their ids */
    size_t id_count;
    struct sync_plan plan;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp((*(struct sync_found *const *)a)->id, (*(struct sync_found *const *)b)->id);
}

static struct sync_found *with_id(const struct maker *it, const char *id)
{
    struct sync_found key = {.id = (char *)(uintptr_t)id}, *pointer = &key, **hit;

    if (!id || !it->id_count)
        return NULL;
    hit = bsearch(&pointer, it->by_id, it->id_count, sizeof(*it->by_id), compare_ids);
    return hit ? *hit : NULL;
}

static int compare_found(const void *path, const void *found)
{
    return strcmp(path, ((const struct sync_found *)found)->path);
}

static struct sync_found *with_path(const struct maker *it, const char *path)
{
    struct sync_found *hit = it->found_count ? bsearch(path, it->found, it->found_count,
                                                       sizeof(*it->found), compare_found)
                                             : NULL;

    return hit && !hit->gone ? hit : NULL;
}

static int compare_row(const void *path, const void *row)
{
    return strcmp(path, ((const struct sync_row *)row)->path);
}

static const struct sync_row *row_of(const struct maker *it, const char *path)
{
    return it->row_count ? bsearch(path, it->rows, it->row_count, sizeof(*it->rows), compare_row)
                         : NULL;
}

static void add(struct maker *it, enum sync_do what, size_t wanted, const struct sync_row *row,
                struct sync_found *found)
{
    it->plan.step[it->plan.count++] =
        (struct sync_step){.what = what, .wanted = wanted, .row = row, .found = found};
}

/* ---- what is wanted */
static enum sync_do known(const struct sync_wanted *wanted, const struct sync_row *row,
                          const struct sync_found *found)
{
    if (wanted->kind != SYNC_TRACK)
        return wanted->kind == SYNC_FOLDER ? SYNC_KEEP : SYNC_LOOK;
    if (found->size != row->size || wanted->size != row->size)
        return SYNC_REPLACE;
    return wanted->changed == row->changed ? SYNC_KEEP : SYNC_LOOK;
}

static void plan_wanted(struct maker *it, const struct sync_wanted *wanted, size_t index)
{
    const struct sync_row *row = row_of(it, wanted->path);
    struct sync_found *ours = row ? with_id(it, row->id) : NULL;
    struct sync_found *there = with_path(it, wanted->path);

    if (wanted->stays)
        return;
    /* What was something else before is made anew; its row is the old object's. */
    if (row && row->kind != wanted->kind)
        row = NULL;
    if (row && ours && !ours->gone && ours->folder == (wanted->kind == SYNC_FOLDER))
        add(it, known(wanted, row, ours), index, row, ours);
    else if (row && !row->id && there && wanted->kind != SYNC_FOLDER && !there->folder)
        add(it, SYNC_MAKE, index, row, there);
    else
        add(it, there ? SYNC_ADOPT : SYNC_MAKE, index, row, there);
}

/* ---- what is not */
static bool is_empty(const struct maker *it, const char *folder)
{
    size_t length = strlen(folder), low = 0, high = it->found_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(it->found[middle].path, folder, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < it->found_count && strncmp(it->found[low].path, folder, length) == 0; low++) {
        if (it->found[low].path[length] == '/' && !it->found[low].gone)
            return false;
    }
    return true;
}

static void plan_unwanted(struct maker *it, const struct sync_row *row)
{
    struct sync_found *found = row->id ? with_id(it, row->id) : with_path(it, row->path);
    bool goes = found && !found->gone && found->folder == (row->kind == SYNC_FOLDER) &&
                (!found->folder || (row->id && is_empty(it, found->path)));

    add(it, goes ? SYNC_DELETE : SYNC_FORGET, SYNC_NONE, row, goes ? found : NULL);
    if (goes)
        found->gone = true;
}

static bool is_wanted(const struct sync_wanted *wanted, size_t count, const struct sync_row *row)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(wanted[middle].path, row->path);

        if (order == 0)
            return wanted[middle].kind == row->kind;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int prepare(struct maker *it, size_t wanted_count)
{
    it->by_id = calloc(it->found_count + 1, sizeof(struct sync_found *));
    it->plan.step = calloc(it->row_count + wanted_count + 1, sizeof(*it->plan.step));
    if (!it->by_id || !it->plan.step)
        return -ENOMEM;
    for (size_t i = 0; i < it->found_count; i++) {
        if (it->found[i].id)
            it->by_id[it->id_count++] = &it->found[i];
    }
    if (it->id_count)
        qsort(it->by_id, it->id_count, sizeof(*it->by_id), compare_ids);
    return 0;
}

int sync_plan_make(const struct sync_wanted *wanted, size_t wanted_count,
                   const struct sync_row *rows, size_t row_count, struct sync_found *found,
                   size_t found_count, struct sync_plan *ret)
{
    struct maker it = {
        .rows = rows, .row_count = row_count, .found = found, .found_count = found_count};
    int error = prepare(&it, wanted_count);

    for (size_t i = row_count; i > 0 && !error; i--) {
        if (!is_wanted(wanted, wanted_count, &rows[i - 1]))
            plan_unwanted(&it, &rows[i - 1]);
    }
    for (size_t i = 0; i < wanted_count && !error; i++)
        plan_wanted(&it, &wanted[i], i);
    free(it.by_id);
    if (error)
        free(it.plan.step);
    else
        *ret = it.plan;
    return error;
}

void sync_plan_done(struct sync_plan *plan)
{
    free(plan->step);
    *plan = (struct sync_plan){0};
}
