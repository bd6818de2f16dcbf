/* One row an object of which there is something to keep. */
#include "spcore/sp/sp_heard.h"

#include <stdlib.h>

#include "spcore/com/com_memory.h"

struct sp_heard_row {
    struct sp_heard_row *next;
    uint64_t place;
    struct sp_hearing of;
};

void sp_heard_init(struct sp_heard *heard)
{
    pthread_mutex_init(&heard->lock, NULL);
    heard->first = NULL;
}

void sp_heard_done(struct sp_heard *heard)
{
    struct sp_heard_row *next;

    for (struct sp_heard_row *row = heard->first; row; row = next) {
        next = row->next;
        free(row);
    }
    pthread_mutex_destroy(&heard->lock);
}

/* Under the lock. */
static struct sp_heard_row *find(struct sp_heard *heard, uint64_t place)
{
    struct sp_heard_row *row = heard->first;

    while (row && row->place != place)
        row = row->next;
    return row;
}

struct sp_hearing sp_heard_get(struct sp_heard *heard, uint64_t place)
{
    struct sp_hearing hearing = {0};
    const struct sp_heard_row *row;

    pthread_mutex_lock(&heard->lock);
    row = find(heard, place);
    if (row)
        hearing = row->of;
    pthread_mutex_unlock(&heard->lock);
    return hearing;
}

/* Locked when there is one; NULL: no memory, and not locked. */
static struct sp_hearing *begin(struct sp_heard *heard, uint64_t place)
{
    struct sp_heard_row *row;

    pthread_mutex_lock(&heard->lock);
    row = find(heard, place);
    if (!row) {
        row = com_zalloc(sizeof(*row));
        if (!row) {
            pthread_mutex_unlock(&heard->lock);
            return NULL;
        }
        row->place = place;
        row->next = heard->first;
        heard->first = row;
    }
    return &row->of;
}

static HRESULT end(struct sp_heard *heard)
{
    pthread_mutex_unlock(&heard->lock);
    return S_OK;
}

HRESULT sp_heard_set_offset(struct sp_heard *heard, uint64_t place, uint32_t offset)
{
    struct sp_hearing *hearing = begin(heard, place);

    if (!hearing)
        return E_OUTOFMEMORY;
    hearing->offset = offset;
    return end(heard);
}

HRESULT sp_heard_set_limit(struct sp_heard *heard, uint64_t place, uint32_t limit)
{
    struct sp_hearing *hearing = begin(heard, place);

    if (!hearing)
        return E_OUTOFMEMORY;
    hearing->is_limited = true;
    hearing->limit = limit;
    return end(heard);
}

HRESULT sp_heard_at(struct sp_heard *heard, uint64_t place, uint32_t position)
{
    struct sp_hearing *hearing = begin(heard, place);

    if (!hearing)
        return E_OUTOFMEMORY;
    hearing->last = position;
    if (position > hearing->longest)
        hearing->longest = position;
    return end(heard);
}
