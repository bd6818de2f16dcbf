/* What was read ahead is one list, sorted by object, out of which each object takes its part. */
#include "spcore/sp/sp_ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/sp/sp_facts.h"

enum {
    FRESH_MS = 1000,
    MOST = 16384, /* children: some 20 MiB are read then */
};

struct sp_ahead {
    pthread_mutex_t lock;
    unsigned refs;
    uint32_t parent;
    size_t children, taken; /* taken: objects, of what was read last */
    unsigned asked;
    bool useless; /* it did not help, and is not tried again */
    struct mtpi_property_list list;
    int64_t read_ms;
    unsigned changes; /* of the device, by this side, when it was read */
};

struct sp_ahead *sp_ahead_new(uint32_t parent, size_t count)
{
    struct sp_ahead *ahead = com_zalloc(sizeof(*ahead));

    if (!ahead)
        return NULL;
    pthread_mutex_init(&ahead->lock, NULL);
    ahead->refs = 1;
    ahead->parent = parent;
    ahead->children = count;
    ahead->useless = count > MOST;
    return ahead;
}

struct sp_ahead *sp_ahead_ref(struct sp_ahead *ahead)
{
    if (!ahead)
        return NULL;
    pthread_mutex_lock(&ahead->lock);
    ahead->refs++;
    pthread_mutex_unlock(&ahead->lock);
    return ahead;
}

void sp_ahead_unref(struct sp_ahead *ahead)
{
    unsigned left;

    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    left = --ahead->refs;
    pthread_mutex_unlock(&ahead->lock);
    if (left)
        return;
    mtpi_property_list_done(&ahead->list);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

/* ---- the list */

static int by_handle(const void *a, const void *b)
{
    uint32_t x = ((const struct mtpi_property *)a)->handle;
    uint32_t y = ((const struct mtpi_property *)b)->handle;

    return (x > y) - (x < y);
}

/* Most devices list object by object, which is sorted already. */
static void sort(struct mtpi_property_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        if (list->item[i].handle < list->item[i - 1].handle) {
            qsort(list->item, list->count, sizeof(*list->item), by_handle);
            return;
        }
    }
}

static bool fresh(const struct sp_ahead *ahead, struct mtpi *mtpi)
{
    return ahead->list.item && base_now_ms() - ahead->read_ms <= FRESH_MS &&
           ahead->changes == mtpi_changes(mtpi);
}

/* Not for the first that asks, who may be the only one; and not again when it was for nothing. */
static void read_ahead(struct sp_ahead *ahead, struct sp_connection *connection)
{
    struct mtpi *mtpi = sp_connection_mtpi(connection);
    HRESULT hr;

    if (ahead->list.item && ahead->taken < ahead->children / 2)
        ahead->useless = true;
    mtpi_property_list_done(&ahead->list);
    if (ahead->useless || ahead->asked++ == 0)
        return;
    ahead->taken = 0;
    ahead->changes = mtpi_changes(mtpi);
    hr = sp_connection_hr(connection, mtpi_get_object_prop_list(mtpi, ahead->parent, 0, 0xffffffffu,
                                                                0, 1, &ahead->list));
    ahead->read_ms = base_now_ms();
    ahead->useless = FAILED(hr) || !ahead->list.count;
    sort(&ahead->list);
}

/* First item of the object, or one beyond the end. */
static size_t first_of(const struct mtpi_property_list *list, uint32_t handle)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->item[middle].handle < handle)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool take(struct mtpi_property_list *list, uint32_t handle, struct mtpi_property_list *ret)
{
    size_t first = first_of(list, handle), end = first;

    while (end < list->count && list->item[end].handle == handle)
        end++;
    /* What was given out has no type any more. */
    if (end == first || !list->item[first].value.type)
        return false;
    ret->item = malloc((end - first) * sizeof(*ret->item));
    if (!ret->item)
        return false;
    ret->count = end - first;
    memcpy(ret->item, &list->item[first], ret->count * sizeof(*ret->item));
    for (size_t i = first; i < end; i++)
        list->item[i].value = (struct mtpi_value){0};
    return true;
}

bool sp_ahead_take(struct sp_ahead *ahead, struct sp_connection *connection, uint32_t handle,
                   struct mtpi_property_list *ret_list)
{
    bool found;

    if (!ahead || !sp_facts_lists(sp_connection_facts(connection), MTP_OP_GET_OBJECT_PROP_LIST))
        return false;
    pthread_mutex_lock(&ahead->lock);
    if (!fresh(ahead, sp_connection_mtpi(connection)))
        read_ahead(ahead, connection);
    found = ahead->list.item && take(&ahead->list, handle, ret_list);
    ahead->taken += found;
    pthread_mutex_unlock(&ahead->lock);
    return found;
}
