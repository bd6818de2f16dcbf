/* Storages and objects of one player: who exists, where, with which properties and content.
 * Handles and unique ids are never used twice, also over restarts of a player kept on disk. */
#ifndef SIMULATOR_STORE_STORE_H
#define SIMULATOR_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "simulator/store/arena.h"
#include "simulator/store/store_policy.h"

struct store;

/* One storage. Identity and rules come from the player file and are copied. */
struct store_volume {
    uint32_t id;                       /* with its medium in: low word not 0 */
    uint16_t type, filesystem, access; /* MTP codes */
    uint64_t capacity;
    uint64_t max_object_size; /* 0: no limit but the capacity */
    /* What objects may take, where that is not the capacity: the rest is taken by what a player
     * does not list. */
    bool has_room;
    uint64_t room;
    uint64_t most_objects; /* 0: no limit */
    bool says_no_objects;  /* no limit, and 0 free objects announced all the same */
    char *description, *label;
    bool removable, present;
    bool keep_both; /* two objects of one name in a folder: else refused */
    uint64_t used;  /* bytes of objects; kept by the store */
    uint32_t objects;
};

/* Properties that differ from their default: {code u16, length u32, value} packed. */
struct store_bag {
    uint32_t used, room;
    uint8_t data[];
};

struct store_references {
    uint32_t count;
    uint32_t handles[];
};

struct store_object {
    uint32_t handle, parent;                          /* handles; parent 0: root */
    uint32_t first_child, last_child, next, previous; /* slots, 0: none */
    uint16_t format, association;
    uint8_t volume; /* index */
    bool protection;
    bool referenced; /* may stand in somebody's list */
    bool seeded;
    uint32_t slot;
    uint32_t weight; /* bytes of memory it was counted with */
    uint64_t size;
    union {
        off_t offset;  /* of the content in the arena */
        uint64_t seed; /* seeded: what the content is made of, nothing lies there */
    };
    uint64_t uid;
    int64_t created, modified, added; /* seconds since 1970; INT64_MIN: unknown */
    char *name;                       /* UTF-8 */
    struct store_bag *bag;
    struct store_references *references;
};

#define STORE_NO_DATE INT64_MIN

struct store_clock {
    int64_t (*now)(void *self); /* seconds since 1970 */
    void *self;
};

/* Bytes that objects, snapshots and content in memory may take: more is -EDQUOT. */
struct store_limit {
    uint64_t most; /* 0: any amount */
    void (*reached)(void *self);
    void *self;
};

struct store_options {
    const struct store_volume *volumes;
    size_t volume_count;
    const char *state_dir; /* NULL: in memory */
    uint64_t seed;
    struct store_clock clock;
    struct store_limit limit;
    const struct store_policy *policy; /* the caller's, outlives the store */
};

/* Pointers to objects are borrowed: an object lives until it is removed, its storage is formatted
 * or a snapshot is put back, and stays where it is; its name, bag and references live until they
 * are set the next time. Calls that change something return 0 or -errno: -ENOMEM, -EDQUOT where the
 * limit of memory is reached, or what the disk says (-ENOSPC, -EIO). */

/* ---- life */

/* Options are copied, but for the policy and what the clock needs. Reads what the state directory
 * holds, makes it if it is not there. `error`: one line on failure. */
int store_new(const struct store_options *options, struct store **ret_store, char *error,
              size_t error_size);
/* Notes on disk which numbers are used up. NULL is fine. */
void store_free(struct store *store);
bool store_was_empty(const struct store *store); /* nothing was on disk: preload */
/* The store's own; content is written there before the object that has it is made. */
struct arena *store_arena(struct store *store);
/* Seconds since 1970 by the store's clock. */
int64_t store_now(const struct store *store);

/* ---- volumes, by index as the options had them */

size_t store_volume_count(const struct store *store);
/* Lives as long as the store. */
const struct store_volume *store_volume_at(const struct store *store, size_t index);
/* By id; -1: none. An absent medium's id (low word 0 or as announced) is found too. */
int store_volume_find(const struct store *store, uint32_t id);
/* In bytes. */
uint64_t store_free_space(const struct store *store, size_t volume);
/* As announced: 0xffffffff without a limit (MTP 1.1, 5.2.2.6). */
uint32_t store_free_objects(const struct store *store, size_t volume);
/* So many bytes in so many objects: 0 or -ENOSPC. */
int store_fits(const struct store *store, size_t volume, uint64_t size, uint64_t objects);
/* In memory only: a medium that is out is not found, and as it was when it is back. */
void store_set_present(struct store *store, size_t volume, bool present);
/* Removes everything on it, protected objects too, in one transaction. */
int store_format(struct store *store, size_t volume);

/* ---- finding; only objects on volumes that are present */

/* NULL: there is none. */
struct store_object *store_find(struct store *store, uint32_t handle);
struct store_object *store_find_name(struct store *store, size_t volume, uint32_t parent,
                                     const char *name);
/* All in slot order; `cursor` starts at 0. NULL at the end. Objects made meanwhile may come or not.
 */
struct store_object *store_each(struct store *store, uint32_t *cursor);
/* `parent` NULL: the root of all volumes. */
struct store_object *store_first_child(struct store *store, const struct store_object *parent);
struct store_object *store_next_sibling(struct store *store, const struct store_object *object);
/* Itself, too. */
bool store_is_below(struct store *store, const struct store_object *object,
                    const struct store_object *ancestor);
/* Persistent and never given to another object (MTP 1.1, B.2.1.12). */
void store_unique_id(const struct store *store, const struct store_object *object,
                     uint8_t ret_id[16]);

/* ---- content */

/* Bytes of an object from `at` on. 0, -EIO beyond its end, or what the arena says. */
int store_read(struct store *store, const struct store_object *object, uint64_t at, void *ret_data,
               size_t length);
/* All of it, into a fresh extent. */
int store_copy_content(struct store *store, const struct store_object *object, off_t to);
/* What a seed makes: the same bytes for the same seed everywhere, at any place from `at` on. They
 * are the words of SplitMix64 that begins with the seed, each little-endian. */
void store_seed_bytes(uint64_t seed, uint64_t at, void *ret_data, size_t length);

/* ---- memory */

/* Before so many bytes of objects come: 0 or -EDQUOT. */
int store_may_hold(struct store *store, uint64_t more);

/* ---- rules */

/* Length 1..254 UTF-16 units, no separators, controls, "." or "..". */
bool store_name_legal(const char *name);

/* ---- changes; each is on disk when it returns 0 */
struct store_draft {
    uint32_t handle; /* from store_reserve_handle(); 0: the store takes one */
    uint32_t parent;
    size_t volume;
    uint16_t format, association;
    bool protection;
    const char *name; /* copied */
    uint64_t size;
    bool seeded;
    union {
        off_t offset;  /* an extent with the content; becomes the object's */
        uint64_t seed; /* seeded: there is none, the content is made of this */
    };
    int64_t created, modified;
    const struct store_bag *bag; /* copied; may be NULL */
};

/* A handle nobody has had; 0: there is none left, or the disk takes no note. */
uint32_t store_reserve_handle(struct store *store);
/* -EEXIST: the name is taken and the volume refuses; -ENOSPC: it does not fit; -ELOOP: too deep;
 * -EOVERFLOW: no handle left. On failure the extent is still the caller's. */
int store_create(struct store *store, const struct store_draft *draft,
                 struct store_object **ret_object);
/* With its content and in all lists. -ENOTEMPTY: it has children. */
int store_remove(struct store *store, struct store_object *object);
/* -EEXIST as above. */
int store_rename(struct store *store, struct store_object *object, const char *name);
/* With all below it, handles and ids kept; `parent` 0: the root. -ELOOP: into itself or too deep,
 * -EEXIST, -ENOSPC as above, and then nothing is changed. */
int store_move(struct store *store, struct store_object *object, size_t volume, uint32_t parent);
/* The same, new objects with content of their own. What the disk refuses in the middle stays made.
 */
int store_copy(struct store *store, const struct store_object *object, size_t volume,
               uint32_t parent, struct store_object **ret_copy);
int store_set_protection(struct store *store, struct store_object *object, bool protection);
int store_set_dates(struct store *store, struct store_object *object, int64_t created,
                    int64_t modified);
/* The extent becomes the object's content, the old one a hole. On failure nothing is changed. */
int store_set_content(struct store *store, struct store_object *object, off_t offset,
                      uint64_t size);
/* `value` copied; NULL: back to the default. */
int store_set_property(struct store *store, struct store_object *object, uint16_t code,
                       const void *value, uint32_t length);
/* Borrowed until a property of the object changes; NULL: it has its default. */
const uint8_t *store_property(const struct store_object *object, uint16_t code,
                              uint32_t *ret_length);
/* Copied; they need not exist. */
int store_set_references(struct store *store, struct store_object *object, const uint32_t *handles,
                         uint32_t count);

/* One disk transaction around several changes; may nest. Memory follows each change at once, and
 * does not go back when the commit fails. */
void store_begin(struct store *store);
int store_commit(struct store *store);

/* ---- bags of their own, for drafts; free() ends one */

/* `value` copied; NULL: takes it out. `*bag` may be NULL and may move. 0 or -ENOMEM. */
int store_bag_set(struct store_bag **bag, uint16_t code, const void *value, uint32_t length);
/* Borrowed until the next change; NULL: it is not there. */
const uint8_t *store_bag_get(const struct store_bag *bag, uint16_t code, uint32_t *ret_length);

/* ---- values of the player itself (device properties), kept with the state */

/* Copied, and on disk when this is 0. */
int store_set_value(struct store *store, uint32_t key, const void *value, uint32_t length);
/* Borrowed until the next change; NULL: none. */
const uint8_t *store_value(const struct store *store, uint32_t key, uint32_t *ret_length);

/* ---- snapshots */

/* The whole store as it was, in memory. Handles and ids given out later stay used up, and while one
 * is held, content that is given up keeps its room in the arena. */
struct store_snapshot;
int store_snapshot_take(struct store *store, struct store_snapshot **ret_snapshot);
/* Memory and disk; on failure the store holds what came that far. */
int store_snapshot_restore(struct store *store, const struct store_snapshot *snapshot);
/* Before store_free(). */
void store_snapshot_free(struct store *store, struct store_snapshot *snapshot);

#endif
