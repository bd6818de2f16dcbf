/* The repository's database, its transactions and its namespaces. */
#include "conformance/host/cim/cim_repo_private.h"

#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FORMAT = 1 };

/* What a killed process has written is there, what it was writing is not; nobody else has the file
 * meanwhile. */
static const char pragmas[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                              "PRAGMA locking_mode=EXCLUSIVE; PRAGMA busy_timeout=200;";

static const char schema[] =
    "CREATE TABLE namespace (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
    " parent TEXT NOT NULL COLLATE NOCASE);"
    "CREATE INDEX namespace_parent ON namespace (parent);"
    "CREATE TABLE class (ns INTEGER, name TEXT NOT NULL COLLATE NOCASE,"
    " super TEXT NOT NULL COLLATE NOCASE, body BLOB NOT NULL, UNIQUE (ns, name));"
    "CREATE INDEX class_super ON class (super, ns, name);"
    "CREATE TABLE instance (ns INTEGER, root TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL,"
    " class TEXT NOT NULL COLLATE NOCASE, body BLOB NOT NULL, UNIQUE (ns, root, key));"
    "CREATE INDEX instance_class ON instance (ns, class);"
    "CREATE TABLE recover (file TEXT NOT NULL UNIQUE);"
    "PRAGMA user_version=1;";

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): statements go over several lines */
static const char *const texts[CIM_STATEMENTS] = {
    [CIM_BEGIN] = "BEGIN IMMEDIATE",
    [CIM_COMMIT] = "COMMIT",
    [CIM_ROLLBACK] = "ROLLBACK",
    [CIM_SAVE] = "SAVEPOINT nested",
    [CIM_RELEASE] = "RELEASE nested",
    [CIM_BACK] = "ROLLBACK TO nested",
    [CIM_NS_GET] = "SELECT id FROM namespace WHERE name=?",
    [CIM_NS_PUT] = "INSERT INTO namespace (name, parent) VALUES (?, ?)",
    [CIM_NS_NAME] = "SELECT name FROM namespace WHERE id=?",
    [CIM_NS_CHILDREN] = "SELECT name FROM namespace WHERE parent=? ORDER BY name",
    [CIM_NS_DELETE] = "DELETE FROM namespace WHERE id=?",
    [CIM_NS_CLASSES] = "DELETE FROM class WHERE ns=?",
    [CIM_NS_INSTANCES] = "DELETE FROM instance WHERE ns=?",
    [CIM_CLASS_GET] = "SELECT super, body FROM class WHERE ns=? AND name=?",
    [CIM_CLASS_PUT] = "INSERT INTO class VALUES (?, ?, ?, ?) ON CONFLICT (ns, name) DO UPDATE SET "
                      "super=excluded.super, body=excluded.body",
    [CIM_CLASS_DELETE] = "DELETE FROM class WHERE ns=? AND name=?",
    [CIM_CLASS_CHILDREN] = "SELECT name FROM class WHERE super=? AND ns IN (0, ?) ORDER BY name",
    [CIM_INSTANCE_GET] = "SELECT class, body FROM instance WHERE ns=? AND root=? AND key=?",
    [CIM_INSTANCE_PUT] =
        "INSERT INTO instance VALUES (?, ?, ?, ?, ?) ON CONFLICT (ns, root, key) DO UPDATE SET "
        "class=excluded.class, body=excluded.body",
    [CIM_INSTANCE_DELETE] = "DELETE FROM instance WHERE ns=? AND root=? AND key=?",
    [CIM_INSTANCES_DELETE] = "DELETE FROM instance WHERE ns=? AND class=?",
    [CIM_INSTANCES_OF] = "SELECT rowid, body FROM instance WHERE ns=? AND class=? AND rowid>? "
                         "ORDER BY rowid LIMIT 1",
    [CIM_FILE_PUT] = "INSERT INTO recover VALUES (?) ON CONFLICT (file) DO NOTHING",
    [CIM_FILES] = "SELECT file FROM recover ORDER BY rowid",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* ---- names */
HRESULT cim_names_add(struct cim_names *names, const char *name)
{
    void *grown = cim_grow(names->at, names->count, sizeof(*names->at));

    if (!grown)
        return WBEM_E_OUT_OF_MEMORY;
    names->at = grown;
    names->at[names->count] = strdup(name);
    return names->at[names->count++] ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

void cim_names_done(struct cim_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->at[i]);
    free(names->at);
    *names = (struct cim_names){.count = 0};
}

/* ---- statements */
HRESULT cim_repo_error(struct cim_repo *repo)
{
    switch (sqlite3_errcode(repo->db) & 0xff) {
    case SQLITE_NOMEM:
        return WBEM_E_OUT_OF_MEMORY;
    case SQLITE_FULL:
        return WBEM_E_OUT_OF_DISK_SPACE;
    case SQLITE_READONLY:
        return WBEM_E_ACCESS_DENIED;
    default:
        return WBEM_E_CRITICAL_ERROR;
    }
}

sqlite3_stmt *cim_bind(struct cim_repo *repo, enum cim_statement which, const char *format, ...)
{
    sqlite3_stmt **one = &repo->statements[which];
    va_list list;
    int error = SQLITE_OK;

    if (!*one && sqlite3_prepare_v3(repo->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, one,
                                    NULL) != SQLITE_OK)
        return NULL;
    va_start(list, format);
    for (int i = 1; format[i - 1] && error == SQLITE_OK; i++) {
        if (format[i - 1] == 'i') {
            error = sqlite3_bind_int64(*one, i, va_arg(list, int64_t));
        } else if (format[i - 1] == 't') {
            error = sqlite3_bind_text(*one, i, va_arg(list, const char *), -1, SQLITE_TRANSIENT);
        } else {
            const void *bytes = va_arg(list, const void *);
            error = sqlite3_bind_blob64(*one, i, bytes, va_arg(list, size_t), SQLITE_STATIC);
        }
    }
    va_end(list);
    return error == SQLITE_OK ? *one : NULL;
}

HRESULT cim_run(struct cim_repo *repo, sqlite3_stmt *statement)
{
    HRESULT hr = statement && sqlite3_step(statement) == SQLITE_DONE ? WBEM_S_NO_ERROR
                                                                     : cim_repo_error(repo);

    if (statement) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
    return hr;
}

HRESULT cim_collect(struct cim_repo *repo, sqlite3_stmt *statement, struct cim_names *ret)
{
    HRESULT hr = statement ? WBEM_S_NO_ERROR : cim_repo_error(repo);
    int step = SQLITE_DONE;

    while (SUCCEEDED(hr) && (step = sqlite3_step(statement)) == SQLITE_ROW)
        hr = cim_names_add(ret, (const char *)sqlite3_column_text(statement, 0));
    if (SUCCEEDED(hr) && step != SQLITE_DONE)
        hr = cim_repo_error(repo);
    if (statement)
        sqlite3_reset(statement);
    return hr;
}

/* ---- opening */
static int number_of(struct cim_repo *repo, const char *sql)
{
    sqlite3_stmt *row = NULL;
    int number = -1;

    if (sqlite3_prepare_v2(repo->db, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        number = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    return number;
}

static int complain(struct cim_repo *repo, char *error, size_t size, const char *path)
{
    int code = repo->db ? sqlite3_errcode(repo->db) & 0xff : SQLITE_NOMEM;

    snprintf(error, size, "%s: %s", path,
             code == SQLITE_BUSY ? "another process has it open" : sqlite3_errstr(code));
    return code == SQLITE_NOMEM ? -ENOMEM : code == SQLITE_BUSY ? -EBUSY : -EIO;
}

static int prepare(struct cim_repo *repo, char *error, size_t size, const char *path)
{
    int version;

    if (sqlite3_open(path, &repo->db) != SQLITE_OK ||
        sqlite3_exec(repo->db, pragmas, NULL, NULL, NULL) != SQLITE_OK ||
        (version = number_of(repo, "PRAGMA user_version")) < 0)
        return complain(repo, error, size, path);
    repo->is_new = version == 0;
    if (version != 0 && version != FORMAT) {
        snprintf(error, size, "%s: format %d, this is for %d", path, version, FORMAT);
        return -EPROTO;
    }
    if (!repo->is_new)
        return 0;
    /* A database of somebody else has version 0, too. */
    if (number_of(repo, "SELECT count(*) FROM sqlite_master") != 0) {
        snprintf(error, size, "%s: no repository", path);
        return -EPROTO;
    }
    return 0;
}

int cim_repo_open(const char *directory, struct cim_repo **ret, char *error, size_t error_size)
{
    struct cim_repo *repo = calloc(1, sizeof(*repo));
    pthread_mutexattr_t recursive;
    char *path = NULL;
    int status = 0;

    if (directory && mkdir(directory, 0777) && errno != EEXIST)
        status = -errno;
    if (!status && (!repo || asprintf(&path, "%s%s", directory ? directory : ":memory:",
                                      directory ? "/repository.db" : "") < 0))
        status = -ENOMEM;
    if (status) {
        snprintf(error, error_size, "%s: %s", directory ? directory : "memory", strerror(-status));
        free(repo);
        return status;
    }
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&repo->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    status = prepare(repo, error, error_size, path);
    free(path);
    if (status)
        cim_repo_close(repo);
    else
        *ret = repo;
    return status;
}

void cim_repo_close(struct cim_repo *repo)
{
    if (!repo)
        return;
    cim_cache_drop(repo);
    for (size_t i = 0; i < CIM_STATEMENTS; i++)
        sqlite3_finalize(repo->statements[i]);
    sqlite3_close(repo->db);
    pthread_mutex_destroy(&repo->lock);
    free(repo);
}

bool cim_repo_is_new(struct cim_repo *repo)
{
    return repo->is_new;
}

/* ---- transactions */
HRESULT cim_repo_begin(struct cim_repo *repo)
{
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = cim_run(repo, cim_bind(repo, repo->depth ? CIM_SAVE : CIM_BEGIN, ""));
    /* With the first writing, so that a kill before it leaves nothing that looks whole. */
    if (SUCCEEDED(hr) && !repo->depth && repo->is_new) {
        if (sqlite3_exec(repo->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
            hr = cim_repo_error(repo);
            (void)cim_run(repo, cim_bind(repo, CIM_ROLLBACK, ""));
        }
    }
    if (FAILED(hr)) {
        pthread_mutex_unlock(&repo->lock);
        return hr;
    }
    repo->depth++;
    return hr;
}

HRESULT cim_repo_end(struct cim_repo *repo, HRESULT hr)
{
    bool outermost = --repo->depth == 0;
    HRESULT done;

    if (outermost && repo->lent) { /* what has been put together with it, too */
        cim_object_unref(repo->lent);
        repo->lent = NULL;
        cim_cache_drop(repo);
    }
    if (FAILED(hr)) {
        cim_cache_drop(repo);
        done = cim_run(repo, cim_bind(repo, outermost ? CIM_ROLLBACK : CIM_BACK, ""));
        if (!outermost && SUCCEEDED(done))
            (void)cim_run(repo, cim_bind(repo, CIM_RELEASE, ""));
    } else {
        done = cim_run(repo, cim_bind(repo, outermost ? CIM_COMMIT : CIM_RELEASE, ""));
        if (FAILED(done)) {
            hr = done;
            cim_cache_drop(repo);
            (void)cim_run(repo, cim_bind(repo, CIM_ROLLBACK, ""));
        }
        if (outermost && SUCCEEDED(done))
            repo->is_new = false;
    }
    pthread_mutex_unlock(&repo->lock);
    return hr;
}

void cim_repo_lend(struct cim_repo *repo, struct cim_object *class)
{
    cim_object_unref(repo->lent);
    repo->lent = cim_object_ref(class);
}

/* ---- namespaces */
static HRESULT find(struct cim_repo *repo, const char *name, int64_t *ret_id)
{
    sqlite3_stmt *row = cim_bind(repo, CIM_NS_GET, "t", name);
    int step = row ? sqlite3_step(row) : SQLITE_ERROR;

    if (step == SQLITE_ROW)
        *ret_id = sqlite3_column_int64(row, 0);
    if (row)
        sqlite3_reset(row);
    return step == SQLITE_ROW    ? WBEM_S_NO_ERROR
           : step == SQLITE_DONE ? WBEM_E_INVALID_NAMESPACE
                                 : cim_repo_error(repo);
}

/* An instance of __NAMESPACE in the one it lies in says that it is there. */
static HRESULT announce(struct cim_repo *repo, int64_t parent, const char *name)
{
    struct cim_object *class = NULL, *instance = NULL;
    struct cim_value value = {.is_null = true};
    HRESULT hr = cim_repo_class(repo, parent, "__NAMESPACE", &class);

    if (SUCCEEDED(hr))
        hr = cim_instantiate(class, &instance);
    if (SUCCEEDED(hr))
        hr = cim_text(CIM_STRING, name, &value);
    if (SUCCEEDED(hr))
        hr = cim_set_value(instance, "Name", value);
    if (SUCCEEDED(hr))
        hr = cim_repo_put_instance(repo, parent, instance, 0);
    cim_object_unref(class);
    cim_object_unref(instance);
    return hr;
}

static HRESULT make_namespace(struct cim_repo *repo, const char *name, int64_t *ret_id)
{
    const char *slash = strrchr(name, '\\');
    char *parent = strndup(name, slash ? (size_t)(slash - name) : 0);
    int64_t id = CIM_SYSTEM;
    HRESULT hr = parent ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr) && slash)
        hr = find(repo, parent, &id);
    else if (SUCCEEDED(hr) && strcasecmp(name, "root") != 0)
        hr = WBEM_E_INVALID_NAMESPACE;
    if (SUCCEEDED(hr))
        hr = cim_run(repo, cim_bind(repo, CIM_NS_PUT, "tt", name, parent));
    if (SUCCEEDED(hr))
        *ret_id = sqlite3_last_insert_rowid(repo->db);
    if (SUCCEEDED(hr) && slash)
        hr = announce(repo, id, slash + 1);
    free(parent);
    return hr;
}

HRESULT cim_repo_namespace(struct cim_repo *repo, const char *name, bool make, int64_t *ret_id)
{
    HRESULT hr;

    if (make) {
        hr = cim_repo_begin(repo);
        if (FAILED(hr))
            return hr;
        hr = find(repo, name, ret_id);
        if (hr == WBEM_E_INVALID_NAMESPACE)
            hr = make_namespace(repo, name, ret_id);
        return cim_repo_end(repo, hr);
    }
    pthread_mutex_lock(&repo->lock);
    hr = find(repo, name, ret_id);
    pthread_mutex_unlock(&repo->lock);
    return hr;
}

HRESULT cim_repo_namespaces(struct cim_repo *repo, const char *name,
                            HRESULT (*each)(void *self, const char *child), void *self)
{
    struct cim_names names = {.count = 0};
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = cim_collect(repo, cim_bind(repo, CIM_NS_CHILDREN, "t", name), &names);
    pthread_mutex_unlock(&repo->lock);
    for (size_t i = 0; SUCCEEDED(hr) && i < names.count; i++)
        hr = each(self, names.at[i]);
    cim_names_done(&names);
    return hr;
}

static HRESULT delete_one(struct cim_repo *repo, int64_t id)
{
    static const enum cim_statement parts[] = {CIM_NS_INSTANCES, CIM_NS_CLASSES, CIM_NS_DELETE};
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < sizeof(parts) / sizeof(parts[0]); i++)
        hr = cim_run(repo, cim_bind(repo, parts[i], "i", id));
    return hr;
}

/* With those in it: the list grows while it is gone through, so that there is no recursion. */
static HRESULT delete_all(struct cim_repo *repo, const char *name)
{
    struct cim_names names = {.count = 0};
    HRESULT hr = cim_names_add(&names, name);

    for (size_t i = 0; SUCCEEDED(hr) && i < names.count; i++) {
        int64_t id;
        hr = find(repo, names.at[i], &id);
        if (SUCCEEDED(hr))
            hr = delete_one(repo, id);
        if (SUCCEEDED(hr))
            hr = cim_collect(repo, cim_bind(repo, CIM_NS_CHILDREN, "t", names.at[i]), &names);
    }
    cim_names_done(&names);
    return hr;
}

HRESULT cim_repo_delete_namespace(struct cim_repo *repo, const char *name)
{
    HRESULT hr;

    if (!strchr(name, '\\'))
        return WBEM_E_ACCESS_DENIED; /* root */
    hr = cim_repo_begin(repo);
    if (FAILED(hr))
        return hr;
    cim_cache_drop(repo);
    return cim_repo_end(repo, delete_all(repo, name));
}

/* ---- files */
HRESULT cim_repo_autorecover(struct cim_repo *repo, const char *file)
{
    HRESULT hr = cim_repo_begin(repo);

    if (FAILED(hr))
        return hr;
    return cim_repo_end(repo, cim_run(repo, cim_bind(repo, CIM_FILE_PUT, "t", file)));
}

HRESULT cim_repo_autorecovered(struct cim_repo *repo, HRESULT (*each)(void *self, const char *file),
                               void *self)
{
    struct cim_names names = {.count = 0};
    HRESULT hr;

    pthread_mutex_lock(&repo->lock);
    hr = cim_collect(repo, cim_bind(repo, CIM_FILES, ""), &names);
    pthread_mutex_unlock(&repo->lock);
    for (size_t i = 0; SUCCEEDED(hr) && i < names.count; i++)
        hr = each(self, names.at[i]);
    cim_names_done(&names);
    return hr;
}
