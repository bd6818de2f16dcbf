/* What the store's files share. */
#ifndef SIMULATOR_STORE_STORE_INTERNAL_H
#define SIMULATOR_STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "simulator/store/index.h"
#include "simulator/store/store.h"

/* Objects of one allocation: few, as most players have few. */
#define STORE_CHUNK 32u

struct store_value {
    uint32_t key, length;
    uint8_t *data; /* owned */
};

struct store_extent {
    off_t offset;
    uint64_t length;
};

/* The index on disk; NULL in a store that lives in memory. */
struct store_disk;

struct store {
    struct arena *arena;          /* owned */
    struct store_disk *disk;      /* owned */
    struct store_volume *volumes; /* owned */
    size_t volume_count;
    struct store_object **chunks; /* owned; slot / STORE_CHUNK */
    size_t chunk_count;
    uint32_t slots;     /* in use or free, slot 0 is the root */
    uint32_t free_slot; /* chained through `next` */
    struct store_index by_handle, by_name;
    struct store_value *values; /* owned */
    size_t value_count;
    uint64_t seed, next_uid;
    uint32_t next_handle;
    /* On disk stand numbers nobody has had yet; a start after a crash goes on from there. */
    uint32_t handle_mark;
    uint64_t uid_mark;
    struct store_extent *holes; /* owned; punched when the transaction is on disk */
    size_t hole_count;
    unsigned depth;     /* of nested transactions */
    unsigned snapshots; /* while any is held nothing is punched */
    bool was_empty;
    struct store_limit limit;
    uint64_t held; /* bytes of memory: objects and snapshots */
    struct store_clock clock;
    const struct store_policy *policy;
};

struct store_object *store_slot(const struct store *store, uint32_t slot);
/* Brings an object into memory as it is; takes over name, bag and references. */
int store_adopt(struct store *store, const struct store_object *object,
                struct store_object **ret_object);
/* After all were adopted: hangs each below its parent. */
void store_link_all(struct store *store);
void store_clear(struct store *store);
void store_release(struct store_object *object);
/* store_commit() after `error` or none: the first failure counts. */
int store_end(struct store *store, int error);
/* The extent is nobody's any more, once the running transaction is on disk. */
void store_give_up(struct store *store, off_t offset, uint64_t size);
/* Before a new handle or id is used: -errno if the disk does not take note. */
int store_mark(struct store *store);

/* After an object came, changed, or went (it has no name then). */
void store_weigh(struct store *store, struct store_object *object);
void store_full(void *store); /* as arena_tell() wants it */

/* In memory only; the callers keep the disk in step. */
int store_tree_insert(struct store *store, const struct store_object *object,
                      struct store_object **ret_object);
void store_tree_remove(struct store *store, struct store_object *object);
/* Takes over `name`, which may be the object's own. */
void store_tree_place(struct store *store, struct store_object *object, size_t volume,
                      uint32_t parent, char *name);

int store_disk_open(const char *dir, struct store_disk **ret_disk, char *error, size_t error_size);
void store_disk_close(struct store_disk *disk);
/* All succeed at once when `disk` is NULL. */
int store_disk_load(struct store_disk *disk, struct store *store);
int store_disk_put(struct store_disk *disk, const struct store_object *object);
int store_disk_delete(struct store_disk *disk, uint32_t handle);
int store_disk_counters(struct store_disk *disk, uint32_t handle, uint64_t uid, uint64_t seed);
int store_disk_value(struct store_disk *disk, const struct store_value *value);
int store_disk_clear(struct store_disk *disk);
int store_disk_begin(struct store_disk *disk);
int store_disk_commit(struct store_disk *disk);

#endif
