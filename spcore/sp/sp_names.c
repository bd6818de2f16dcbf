/* A hash of 64 bits each, in a table of open addresses. */
#include "spcore/sp/sp_names.h"

#include <stdlib.h>

#include "spcore/base.h"

enum { FRESH_MS = 1000, TIMES = 10 };

void sp_names_init(struct sp_names *names)
{
    pthread_mutex_init(&names->lock, NULL);
    names->set = (struct sp_names_set){0};
    names->until_ms = INT64_MIN;
}

void sp_names_done(struct sp_names *names)
{
    sp_names_free(&names->set);
    pthread_mutex_destroy(&names->lock);
}

/* ---- the set */

/* FNV-1a, and never 0. */
static uint64_t hash_of(const WCHAR *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ *name) * UINT64_C(0x100000001b3);
    return hash ? hash : 1;
}

/* Where it is, or is to be. */
static uint64_t *place_of(const struct sp_names_set *set, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 32) & (set->room - 1);

    while (set->slot[at] && set->slot[at] != hash)
        at = (at + 1) & (set->room - 1);
    return &set->slot[at];
}

static bool grow(struct sp_names_set *set)
{
    struct sp_names_set grown = {.room = set->room ? 2 * set->room : 64, .count = set->count};

    grown.slot = calloc(grown.room, sizeof(*grown.slot));
    if (!grown.slot)
        return false;
    for (size_t i = 0; i < set->room; i++) {
        if (set->slot[i])
            *place_of(&grown, set->slot[i]) = set->slot[i];
    }
    free(set->slot);
    *set = grown;
    return true;
}

/* Two of one name count twice, as the device counts them. */
bool sp_names_add(struct sp_names_set *set, const WCHAR *name)
{
    uint64_t hash = hash_of(name);

    if (set->count >= set->room / 2 && !grow(set))
        return false;
    *place_of(set, hash) = hash;
    set->count++;
    return true;
}

void sp_names_free(struct sp_names_set *set)
{
    free(set->slot);
    *set = (struct sp_names_set){0};
}

/* ---- what is kept */
void sp_names_keep(struct sp_names *names, uint32_t storage, uint32_t parent,
                   struct sp_names_set *set, unsigned changes, int64_t begun_ms)
{
    int64_t now = base_now_ms(), took = TIMES * (now - begun_ms);

    pthread_mutex_lock(&names->lock);
    sp_names_free(&names->set);
    names->set = *set;
    *set = (struct sp_names_set){0};
    names->storage = storage;
    names->parent = parent;
    names->changes = changes;
    names->until_ms = now + (took > FRESH_MS ? took : FRESH_MS);
    pthread_mutex_unlock(&names->lock);
}

/* Under the lock. */
static bool is_of(const struct sp_names *names, uint32_t storage, uint32_t parent, unsigned changes)
{
    return names->storage == storage && names->parent == parent && names->changes == changes &&
           base_now_ms() <= names->until_ms;
}

bool sp_names_lack(struct sp_names *names, struct mtpi *mtpi, uint32_t storage, uint32_t parent,
                   const WCHAR *name)
{
    bool lack;
    size_t count = 0;
    uint32_t there = 0;

    pthread_mutex_lock(&names->lock);
    lack = is_of(names, storage, parent, mtpi_name_changes(mtpi)) &&
           (!names->set.room || !*place_of(&names->set, hash_of(name)));
    count = names->set.count;
    pthread_mutex_unlock(&names->lock);
    return lack &&
           mtpi_get_num_objects(mtpi, storage, 0, parent ? parent : 0xffffffffu, &there) == 0 &&
           there == count;
}

void sp_names_made(struct sp_names *names, struct mtpi *mtpi, uint32_t storage, uint32_t parent,
                   const WCHAR *name, unsigned changes)
{
    pthread_mutex_lock(&names->lock);
    if (is_of(names, storage, parent, changes) && sp_names_add(&names->set, name))
        names->changes = mtpi_name_changes(mtpi);
    pthread_mutex_unlock(&names->lock);
}
