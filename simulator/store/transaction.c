/* Transactions, and what must happen in step with them: holes are punched after, handles and ids
 * are marked as used before. */
#include <stdlib.h>

#include "simulator/store/store_internal.h"

void store_begin(struct store *store)
{
    /* A failure shows at the first row written outside the transaction, or at its commit. */
    if (store->depth++ == 0)
        (void)store_disk_begin(store->disk);
}

/* A snapshot, taken or about to be put back, may still want what was given up. */
static void punch(struct store *store)
{
    for (size_t i = 0; i < store->hole_count && store->snapshots == 0; i++)
        arena_discard(store->arena, store->holes[i].offset, store->holes[i].length);
    free(store->holes);
    store->holes = NULL;
    store->hole_count = 0;
}

int store_commit(struct store *store)
{
    int error;

    if (--store->depth > 0)
        return 0;
    error = store_disk_commit(store->disk);
    if (!error) {
        punch(store);
        return 0;
    }
    /* Nobody knows what of it is on disk: nothing is punched, and the counters are put again. */
    store->hole_count = 0;
    store->handle_mark = 0;
    return error;
}

int store_end(struct store *store, int error)
{
    int closed = store_commit(store);

    return error ? error : closed;
}

void store_give_up(struct store *store, off_t offset, uint64_t size)
{
    struct store_extent *holes, extent = {offset, size};

    if (store->snapshots > 0 || size == 0)
        return;
    if (store->depth == 0 || !store->disk) {
        arena_discard(store->arena, offset, size);
        return;
    }
    if ((store->hole_count & (store->hole_count - 1)) == 0) {
        holes =
            realloc(store->holes, (store->hole_count ? store->hole_count * 2 : 1) * sizeof(*holes));
        if (!holes)
            return; /* the next start finds it */
        store->holes = holes;
    }
    store->holes[store->hole_count++] = extent;
}

/* A step is large enough that objects do not pay for it, and small beside all numbers there are. */
#define MARK_STEP 256u

int store_mark(struct store *store)
{
    uint32_t handle = store->next_handle;
    int error;

    if (!store->disk || (handle < store->handle_mark && store->next_uid < store->uid_mark))
        return 0;
    handle = handle < UINT32_MAX - MARK_STEP ? handle + MARK_STEP : UINT32_MAX;
    error = store_disk_counters(store->disk, handle, store->next_uid + MARK_STEP, store->seed);
    if (error)
        return error;
    store->handle_mark = handle;
    store->uid_mark = store->next_uid + MARK_STEP;
    return 0;
}
