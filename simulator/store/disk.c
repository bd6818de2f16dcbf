/* The index of a store kept on disk. A row is written when its object is finished, in one
 * transaction; content lies in the arena and is complete by then, and what a transaction gives up
 * is punched out after it. So a process may be killed at any point. A write-ahead log makes each
 * change one append; synchronous=NORMAL leaves out the fsync at each, because what a killed process
 * has written is the kernel's already. Only a machine that loses its power may lose the last
 * changes, and content with them; a simulator that waited for its disk at every object would pay
 * for that a thousand times over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/store/store_internal.h"
#include "spcore/base.h"

struct store_disk {
    sqlite3 *db;
    sqlite3_stmt *put, *delete, *counters, *value;
};

static const char settings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA locking_mode=EXCLUSIVE;";

/* What brings a file from each version, that of an empty one being 0, to the next. */
static const char *const steps[] = {
    "CREATE TABLE counters(id INTEGER PRIMARY KEY CHECK(id=1), handle INTEGER,"
    " uid INTEGER, seed INTEGER);"
    "CREATE TABLE objects(handle INTEGER PRIMARY KEY, parent INTEGER, volume INTEGER,"
    " format INTEGER, association INTEGER, protection INTEGER, size INTEGER, offset INTEGER,"
    " uid INTEGER, created INTEGER, modified INTEGER, added INTEGER, name TEXT, bag BLOB,"
    " refs BLOB);"
    "CREATE TABLE device_values(key INTEGER PRIMARY KEY, value BLOB);",
    "ALTER TABLE objects ADD COLUMN seed INTEGER;", /* NULL: the content lies in the arena */
};

static int failed(const struct store_disk *disk)
{
    int code = sqlite3_errcode(disk->db) & 0xff;

    return code == SQLITE_FULL ? -ENOSPC : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
}

static int prepare(struct store_disk *disk, const char *sql, sqlite3_stmt **ret_statement)
{
    return sqlite3_prepare_v2(disk->db, sql, -1, ret_statement, NULL) == SQLITE_OK ? 0
                                                                                   : failed(disk);
}

static int run_sql(struct store_disk *disk, const char *sql)
{
    return sqlite3_exec(disk->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(disk);
}

static int version_of(struct store_disk *disk, int *ret_version)
{
    sqlite3_stmt *row;
    int result = prepare(disk, "PRAGMA user_version", &row);

    if (result)
        return result;
    if (sqlite3_step(row) == SQLITE_ROW)
        *ret_version = sqlite3_column_int(row, 0);
    else
        result = failed(disk);
    sqlite3_finalize(row);
    return result;
}

/* Makes the tables, or brings those of an older papsim up to date. */
static int upgrade(struct store_disk *disk)
{
    char note[40];
    int version = 0, result = version_of(disk, &version);

    if (result || version == (int)ARRAY_SIZE(steps))
        return result;
    if (version < 0 || version > (int)ARRAY_SIZE(steps))
        return -EINVAL;
    snprintf(note, sizeof(note), "PRAGMA user_version=%zu", ARRAY_SIZE(steps));
    result = run_sql(disk, "BEGIN");
    for (size_t i = (size_t)version; i < ARRAY_SIZE(steps) && !result; i++)
        result = run_sql(disk, steps[i]);
    if (!result)
        result = run_sql(disk, note);
    return result ? result : run_sql(disk, "COMMIT");
}

int store_disk_open(const char *dir, struct store_disk **ret_disk, char *error, size_t error_size)
{
    struct store_disk *disk = calloc(1, sizeof(*disk));
    char path[4096];
    int result = 0;

    if (!disk)
        return -ENOMEM;
    if (snprintf(path, sizeof(path), "%s/index.sqlite", dir) >= (int)sizeof(path))
        result = -ENAMETOOLONG;
    if (!result && sqlite3_open(path, &disk->db) != SQLITE_OK)
        result = failed(disk);
    if (!result)
        result = run_sql(disk, settings);
    if (!result)
        result = upgrade(disk);
    if (!result)
        result = prepare(disk,
                         "REPLACE INTO objects VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,"
                         "?14,?15,?16)",
                         &disk->put);
    if (!result)
        result = prepare(disk, "DELETE FROM objects WHERE handle=?1", &disk->delete);
    if (!result)
        result = prepare(disk, "REPLACE INTO counters VALUES(1,?1,?2,?3)", &disk->counters);
    if (!result)
        result = prepare(disk, "REPLACE INTO device_values VALUES(?1,?2)", &disk->value);
    if (result) {
        snprintf(error, error_size, "%s: %s", path,
                 result == -EINVAL ? "written by another version of papsim"
                 : disk->db        ? sqlite3_errmsg(disk->db)
                                   : strerror(-result));
        store_disk_close(disk);
        return result;
    }
    *ret_disk = disk;
    return 0;
}

void store_disk_close(struct store_disk *disk)
{
    if (!disk)
        return;
    sqlite3_finalize(disk->put);
    sqlite3_finalize(disk->delete);
    sqlite3_finalize(disk->counters);
    sqlite3_finalize(disk->value);
    sqlite3_close(disk->db);
    free(disk);
}

static int run(struct store_disk *disk, sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement) == SQLITE_DONE ? 0 : failed(disk);

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
}

int store_disk_begin(struct store_disk *disk)
{
    return disk ? run_sql(disk, "BEGIN") : 0;
}

int store_disk_commit(struct store_disk *disk)
{
    return disk ? run_sql(disk, "COMMIT") : 0;
}

int store_disk_counters(struct store_disk *disk, uint32_t handle, uint64_t uid, uint64_t seed)
{
    if (!disk)
        return 0;
    sqlite3_bind_int64(disk->counters, 1, handle);
    sqlite3_bind_int64(disk->counters, 2, (sqlite3_int64)uid);
    sqlite3_bind_int64(disk->counters, 3, (sqlite3_int64)seed);
    return run(disk, disk->counters);
}

static void bind_object(sqlite3_stmt *put, const struct store_object *object)
{
    sqlite3_bind_int64(put, 1, object->handle);
    sqlite3_bind_int64(put, 2, object->parent);
    sqlite3_bind_int(put, 3, object->volume);
    sqlite3_bind_int(put, 4, object->format);
    sqlite3_bind_int(put, 5, object->association);
    sqlite3_bind_int(put, 6, object->protection);
    sqlite3_bind_int64(put, 7, (sqlite3_int64)object->size);
    if (!object->seeded)
        sqlite3_bind_int64(put, 8, object->offset);
    sqlite3_bind_int64(put, 9, (sqlite3_int64)object->uid);
    sqlite3_bind_int64(put, 10, object->created);
    sqlite3_bind_int64(put, 11, object->modified);
    sqlite3_bind_int64(put, 12, object->added);
    sqlite3_bind_text(put, 13, object->name, -1, SQLITE_STATIC);
    if (object->bag)
        sqlite3_bind_blob(put, 14, object->bag->data, (int)object->bag->used, SQLITE_STATIC);
    if (object->references)
        sqlite3_bind_blob(put, 15, object->references->handles,
                          (int)(object->references->count * sizeof(uint32_t)), SQLITE_STATIC);
    if (object->seeded)
        sqlite3_bind_int64(put, 16, (sqlite3_int64)object->seed);
}

int store_disk_put(struct store_disk *disk, const struct store_object *object)
{
    if (!disk)
        return 0;
    bind_object(disk->put, object);
    return run(disk, disk->put);
}

int store_disk_delete(struct store_disk *disk, uint32_t handle)
{
    if (!disk)
        return 0;
    sqlite3_bind_int64(disk->delete, 1, handle);
    return run(disk, disk->delete);
}

int store_disk_value(struct store_disk *disk, const struct store_value *value)
{
    if (!disk)
        return 0;
    sqlite3_bind_int64(disk->value, 1, value->key);
    sqlite3_bind_blob(disk->value, 2, value->data ? (const void *)value->data : "",
                      (int)value->length, SQLITE_STATIC);
    return run(disk, disk->value);
}

int store_disk_clear(struct store_disk *disk)
{
    return disk ? run_sql(disk, "DELETE FROM objects; DELETE FROM device_values") : 0;
}

/* ---- reading */

static void *copy_blob(sqlite3_stmt *row, int column, size_t header, uint32_t *ret_length)
{
    int length = sqlite3_column_bytes(row, column);
    uint8_t *copy;

    *ret_length = (uint32_t)length;
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return NULL;
    copy = calloc(1, header + (size_t)length);
    if (copy && length)
        memcpy(copy + header, sqlite3_column_blob(row, column), (size_t)length);
    return copy;
}

static int load_object(sqlite3_stmt *row, struct store *store)
{
    struct store_object object = {
        .handle = (uint32_t)sqlite3_column_int64(row, 0),
        .parent = (uint32_t)sqlite3_column_int64(row, 1),
        .volume = (uint8_t)sqlite3_column_int(row, 2),
        .format = (uint16_t)sqlite3_column_int(row, 3),
        .association = (uint16_t)sqlite3_column_int(row, 4),
        .protection = sqlite3_column_int(row, 5) != 0,
        .size = (uint64_t)sqlite3_column_int64(row, 6),
        .uid = (uint64_t)sqlite3_column_int64(row, 8),
        .created = sqlite3_column_int64(row, 9),
        .modified = sqlite3_column_int64(row, 10),
        .added = sqlite3_column_int64(row, 11),
        .seeded = sqlite3_column_type(row, 15) != SQLITE_NULL,
    };
    const unsigned char *name = sqlite3_column_text(row, 12);
    uint32_t length;

    if (object.seeded)
        object.seed = (uint64_t)sqlite3_column_int64(row, 15);
    else
        object.offset = (off_t)sqlite3_column_int64(row, 7);
    if (object.volume >= store->volume_count || !name || object.handle == 0)
        return -EINVAL;
    object.name = strdup((const char *)name);
    object.bag = copy_blob(row, 13, sizeof(*object.bag), &length);
    if (object.bag)
        object.bag->used = object.bag->room = length;
    object.references = copy_blob(row, 14, sizeof(*object.references), &length);
    if (object.references)
        object.references->count = length / (uint32_t)sizeof(uint32_t);
    if (!object.name) {
        free(object.bag);
        free(object.references);
        return -ENOMEM;
    }
    return store_adopt(store, &object, NULL);
}

static int each_row(struct store_disk *disk, const char *sql, struct store *store,
                    int (*take)(sqlite3_stmt *row, struct store *store))
{
    sqlite3_stmt *rows;
    int result = prepare(disk, sql, &rows), step = SQLITE_DONE;

    while (!result && (step = sqlite3_step(rows)) == SQLITE_ROW)
        result = take(rows, store);
    if (!result && step != SQLITE_DONE)
        result = failed(disk);
    sqlite3_finalize(rows);
    return result;
}

static int load_counters(sqlite3_stmt *row, struct store *store)
{
    store->next_handle = (uint32_t)sqlite3_column_int64(row, 0);
    store->next_uid = (uint64_t)sqlite3_column_int64(row, 1);
    store->seed = (uint64_t)sqlite3_column_int64(row, 2);
    store->was_empty = false;
    return 0;
}

static int load_value(sqlite3_stmt *row, struct store *store)
{
    return store_set_value(store, (uint32_t)sqlite3_column_int64(row, 0),
                           sqlite3_column_blob(row, 1), (uint32_t)sqlite3_column_bytes(row, 1));
}

/* What lies between the extents of finished objects was left by unfinished ones. */
static int clean_arena(struct store_disk *disk, struct store *store)
{
    sqlite3_stmt *rows;
    uint64_t end = 0;
    int result = prepare(
        disk, "SELECT offset, size FROM objects WHERE size>0 AND seed IS NULL ORDER BY offset",
        &rows);

    if (result)
        return result;
    while (sqlite3_step(rows) == SQLITE_ROW) {
        uint64_t offset = (uint64_t)sqlite3_column_int64(rows, 0);
        uint64_t size = (uint64_t)sqlite3_column_int64(rows, 1);

        if (offset > end)
            arena_discard(store->arena, (off_t)end, offset - end);
        if (offset + size > end)
            end = (offset + size + 4095) / 4096 * 4096;
    }
    sqlite3_finalize(rows);
    return arena_begin_at(store->arena, end);
}

int store_disk_load(struct store_disk *disk, struct store *store)
{
    int result;

    /* Values are read into a store that does not write them back. */
    store->disk = NULL;
    result = each_row(disk, "SELECT handle, uid, seed FROM counters", store, load_counters);
    if (!result)
        result = each_row(disk, "SELECT * FROM objects ORDER BY handle", store, load_object);
    if (!result)
        result = each_row(disk, "SELECT key, value FROM device_values", store, load_value);
    store->disk = disk;
    if (result)
        return result;
    store_link_all(store);
    return clean_arena(disk, store);
}
