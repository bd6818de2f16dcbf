/* SQLite with a write-ahead log, locked for as long as it is open: an intent ends a transaction, so
 * that it is on the disk before the device is touched, and each object costs one. */
#include "spcore/sync/sync_state.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/base.h"

struct sync_state {
    sqlite3 *file; /* NULL: only read, and not there */
    sqlite3_stmt *put, *drop;
    bool open; /* a transaction is */
    struct sync_row *row;
    size_t count;
};

static const char schema[] =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS object (path TEXT PRIMARY KEY, kind INTEGER NOT NULL, id TEXT,"
    " size INTEGER NOT NULL, changed INTEGER NOT NULL, digest BLOB NOT NULL, album TEXT NOT NULL,"
    " has_art INTEGER NOT NULL, rating INTEGER NOT NULL, plays INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS about (device TEXT, library TEXT);";

/* ---- the file */
static int hex_name(const char *device, const char *library, char ret[2 * SYNC_DIGEST + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool made = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(hash, device, strlen(device) + 1) == 1 &&
                EVP_DigestUpdate(hash, library, strlen(library)) == 1 &&
                EVP_DigestFinal_ex(hash, digest, NULL) == 1;

    EVP_MD_CTX_free(hash);
    for (unsigned i = 0; i < SYNC_DIGEST; i++)
        sprintf(ret + 2 * i, "%02x", digest[i]);
    return made ? 0 : -ENOMEM;
}

/* Every folder on the way. */
static int make_folder(const char *folder)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s", folder) >= sizeof(path))
        return -ENAMETOOLONG;
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return -errno;
    }
    return mkdir(path, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

static int error_of(int code)
{
    code &= 0xff;
    return code == SQLITE_OK                              ? 0
           : code == SQLITE_BUSY || code == SQLITE_LOCKED ? -EBUSY
           : code == SQLITE_NOMEM                         ? -ENOMEM
                                                          : -EIO;
}

static int note_about(struct sync_state *state, const char *device, const char *library)
{
    sqlite3_stmt *note = NULL;
    int code = sqlite3_prepare_v2(state->file,
                                  "INSERT INTO about SELECT ?1, ?2 WHERE NOT EXISTS"
                                  " (SELECT * FROM about)",
                                  -1, &note, NULL);

    if (code == SQLITE_OK) {
        sqlite3_bind_text(note, 1, device, -1, SQLITE_STATIC);
        sqlite3_bind_text(note, 2, library, -1, SQLITE_STATIC);
        code = sqlite3_step(note) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(state->file);
    }
    sqlite3_finalize(note);
    return error_of(code);
}

/* The file may have come from anywhere: it brings rows, and nothing that runs. */
static int open_file(struct sync_state *state, const char *path, int flags)
{
    static const struct {
        int setting, value;
    } settings[] = {
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
    };
    int code = sqlite3_open_v2(path, &state->file, flags, NULL);

    for (size_t i = 0; i < ARRAY_SIZE(settings) && code == SQLITE_OK; i++)
        code = sqlite3_db_config(state->file, settings[i].setting, settings[i].value, NULL);
    return code;
}

static int open_to_write(struct sync_state *state, const char *path, const char *device,
                         const char *library)
{
    int code = open_file(state, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

    if (code == SQLITE_OK)
        code = sqlite3_exec(state->file, schema, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(state->file,
                                  "INSERT OR REPLACE INTO object (path, kind, id, size, changed,"
                                  " digest, album, has_art, rating, plays)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                                  -1, &state->put, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(state->file, "DELETE FROM object WHERE path = ?1", -1,
                                  &state->drop, NULL);
    /* Its write takes the lock. */
    return code == SQLITE_OK ? note_about(state, device, library) : error_of(code);
}

static int open_to_read(struct sync_state *state, const char *path)
{
    if (access(path, F_OK) < 0)
        return errno == ENOENT ? 0 : -errno;
    return error_of(open_file(state, path, SQLITE_OPEN_READWRITE));
}

int sync_state_open(const char *folder, const char *device, const char *library, bool only_read,
                    struct sync_state **ret)
{
    struct sync_state *state = calloc(1, sizeof(*state));
    char name[2 * SYNC_DIGEST + 1], path[PATH_MAX];
    int error = state ? 0 : -ENOMEM;

    if (!error)
        error = hex_name(device, library, name);
    if (!error &&
        (size_t)snprintf(path, sizeof(path), "%s/%s.sqlite", folder, name) >= sizeof(path))
        error = -ENAMETOOLONG;
    if (!error && !only_read)
        error = make_folder(folder);
    if (!error)
        error = only_read ? open_to_read(state, path) : open_to_write(state, path, device, library);
    if (error) {
        sync_state_close(state);
        return error;
    }
    *ret = state;
    return 0;
}

static int commit(struct sync_state *state)
{
    int error = 0;

    if (state->open)
        error = error_of(sqlite3_exec(state->file, "COMMIT", NULL, NULL, NULL));
    state->open = false;
    return error;
}

int sync_state_close(struct sync_state *state)
{
    int error;

    if (!state)
        return 0;
    error = commit(state);
    for (size_t i = 0; i < state->count; i++) {
        free(state->row[i].path);
        free(state->row[i].id);
        free(state->row[i].album);
    }
    free(state->row);
    sqlite3_finalize(state->put);
    sqlite3_finalize(state->drop);
    sqlite3_close(state->file);
    free(state);
    return error;
}

/* ---- its rows */
static char *column_text(sqlite3_stmt *rows, int column)
{
    const unsigned char *text = sqlite3_column_text(rows, column);

    return text ? strdup((const char *)text) : NULL;
}

/* Paths compare as bytes there, as strcmp() has them. */
static int take_row(sqlite3_stmt *rows, struct sync_row *row)
{
    *row = (struct sync_row){
        .path = column_text(rows, 0),
        .kind = (enum sync_kind)sqlite3_column_int(rows, 1),
        .id = column_text(rows, 2),
        .size = (uint64_t)sqlite3_column_int64(rows, 3),
        .changed = sqlite3_column_int64(rows, 4),
        .album = column_text(rows, 6),
        .has_art = sqlite3_column_int(rows, 7) != 0,
        .rating = (uint32_t)sqlite3_column_int64(rows, 8),
        .plays = (uint32_t)sqlite3_column_int64(rows, 9),
    };
    if (sqlite3_column_bytes(rows, 5) == SYNC_DIGEST)
        memcpy(row->digest, sqlite3_column_blob(rows, 5), SYNC_DIGEST);
    return row->path && row->album ? 0 : -ENOMEM;
}

static int take_rows(struct sync_state *state, sqlite3_stmt *rows)
{
    size_t room = 0;
    int code, error = 0;

    while (!error && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!state->row || state->count == room) {
            struct sync_row *grown;

            room = room ? 2 * room : 256;
            grown = realloc(state->row, room * sizeof(*grown));
            if (!grown)
                return -ENOMEM;
            state->row = grown;
        }
        error = take_row(rows, &state->row[state->count++]);
    }
    return error ? error : error_of(code == SQLITE_DONE ? SQLITE_OK : code);
}

int sync_state_rows(struct sync_state *state, struct sync_row **ret_rows, size_t *ret_count)
{
    sqlite3_stmt *rows = NULL;
    int error = 0;

    if (state->file && !state->row) {
        error = error_of(sqlite3_prepare_v2(state->file,
                                            "SELECT path, kind, id, size, changed, digest, album,"
                                            " has_art, rating, plays FROM object ORDER BY path",
                                            -1, &rows, NULL));
        if (!error)
            error = take_rows(state, rows);
        sqlite3_finalize(rows);
    }
    *ret_rows = state->row;
    *ret_count = state->count;
    return error;
}

static int run(struct sync_state *state, sqlite3_stmt *statement)
{
    int code = SQLITE_OK;

    if (!state->open)
        code = sqlite3_exec(state->file, "BEGIN", NULL, NULL, NULL);
    state->open = true;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? 0 : -EIO;
}

int sync_state_put(struct sync_state *state, const struct sync_row *row)
{
    sqlite3_stmt *put = state->put;
    int error;

    sqlite3_bind_text(put, 1, row->path, -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 2, (int)row->kind);
    if (row->id)
        sqlite3_bind_text(put, 3, row->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, (sqlite3_int64)row->size);
    sqlite3_bind_int64(put, 5, row->changed);
    sqlite3_bind_blob(put, 6, row->digest, SYNC_DIGEST, SQLITE_STATIC);
    sqlite3_bind_text(put, 7, row->album ? row->album : "", -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 8, row->has_art);
    sqlite3_bind_int64(put, 9, row->rating);
    sqlite3_bind_int64(put, 10, row->plays);
    error = run(state, put);
    return error || row->id ? error : commit(state);
}

int sync_state_drop(struct sync_state *state, const char *path)
{
    sqlite3_bind_text(state->drop, 1, path, -1, SQLITE_STATIC);
    return run(state, state->drop);
}
