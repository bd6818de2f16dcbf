#include "spcore/sp/sp_connection.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"

struct format_properties {
    struct format_properties *next;
    uint16_t format;
    struct mtpi_u16_array codes;
};

struct sp_connection {
    struct sp_connection *next; /* in `connections`, while it is there */
    unsigned refs;              /* under connections_lock */
    char *uri;
    struct tp *tp;
    struct mtpi *mtpi;
    struct mtpi_device_info info;
    atomic_bool gone;
    pthread_mutex_t lock; /* of the lists below */
    struct sp_running *running;
    struct sp_opened *opened;
    struct format_properties *properties;
};

/* Two CreateDevice calls, also of two instances, must meet in one connection: a device has one
 * importer. The list is the only place where they can. */
static pthread_mutex_t connections_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sp_connection *connections;

static void connection_free(struct sp_connection *connection)
{
    struct format_properties *next;

    for (struct format_properties *row = connection->properties; row; row = next) {
        next = row->next;
        free(row->codes.item);
        free(row);
    }
    mtpi_device_info_done(&connection->info);
    mtpi_free(connection->mtpi);
    tp_close(connection->tp);
    pthread_mutex_destroy(&connection->lock);
    free(connection->uri);
    free(connection);
}

/* A session of a host that went away without a word is closed and opened anew. */
static int open_session(struct mtpi *mtpi)
{
    int result = mtpi_open_session(mtpi, 1);

    if (result == MTP_RC_SESSION_ALREADY_OPEN) {
        (void)mtpi_close_session(mtpi);
        result = mtpi_open_session(mtpi, 1);
    }
    return result;
}

/* Persona A is for the world's own MTP drivers (design: what the documentation advises). */
static bool refused(const struct mtpi_pipe *pipe)
{
    const char *allow = getenv("SPCORE_ALLOW_MTP");

    return pipe->still_image && !(allow && strcmp(allow, "1") == 0);
}

static HRESULT connect_device(struct sp_connection *connection)
{
    struct mtpi_pipe pipe;
    int result = tp_open(connection->uri, NULL, &connection->tp);

    if (result)
        return hr_from_tp(result == -ENODEV ? -ECONNREFUSED : result);
    result = mtpi_find_pipe(connection->tp, &pipe);
    if (result)
        return hr_from_tp(result);
    if (refused(&pipe))
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    result = mtpi_new(connection->tp, &connection->mtpi);
    if (!result)
        result = mtpi_get_device_info(connection->mtpi, &connection->info);
    if (!result)
        result = open_session(connection->mtpi);
    return hr_from_mtp(result);
}

static HRESULT connection_new(const char *uri, struct sp_connection **ret_connection)
{
    struct sp_connection *connection = com_zalloc(sizeof(*connection));
    HRESULT hr;

    if (!connection)
        return E_OUTOFMEMORY;
    pthread_mutex_init(&connection->lock, NULL);
    connection->refs = 1;
    connection->uri = strdup(uri);
    hr = connection->uri ? connect_device(connection) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        connection_free(connection);
        return hr;
    }
    *ret_connection = connection;
    return S_OK;
}

/* Under connections_lock. */
static void forget(struct sp_connection *connection)
{
    for (struct sp_connection **at = &connections; *at; at = &(*at)->next) {
        if (*at == connection) {
            *at = connection->next;
            return;
        }
    }
}

static struct sp_connection *known(const char *uri)
{
    for (struct sp_connection *connection = connections; connection;
         connection = connection->next) {
        if (strcmp(connection->uri, uri) == 0)
            return connection;
    }
    return NULL;
}

/* The lock is held over connecting: of two callers for one device the second waits for the first
 * connection instead of being refused by the device. */
HRESULT sp_connection_get(const char *uri, struct sp_connection **ret_connection)
{
    struct sp_connection *connection;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&connections_lock);
    connection = known(uri);
    if (connection && FAILED(sp_connection_probe(connection)) && sp_connection_gone(connection)) {
        forget(connection);
        connection = NULL;
    }
    if (connection) {
        connection->refs++;
    } else {
        hr = connection_new(uri, &connection);
        if (SUCCEEDED(hr)) {
            connection->next = connections;
            connections = connection;
        }
    }
    if (SUCCEEDED(hr))
        *ret_connection = connection;
    pthread_mutex_unlock(&connections_lock);
    return hr;
}

struct sp_connection *sp_connection_ref(struct sp_connection *connection)
{
    pthread_mutex_lock(&connections_lock);
    connection->refs++;
    pthread_mutex_unlock(&connections_lock);
    return connection;
}

void sp_connection_unref(struct sp_connection *connection)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections_lock);
    /* Closing under the lock: who opens the same path next must find the device free again. */
    if (--connection->refs == 0) {
        forget(connection);
        connection_free(connection);
    }
    pthread_mutex_unlock(&connections_lock);
}

struct mtpi *sp_connection_mtpi(struct sp_connection *connection)
{
    return connection->mtpi;
}

const struct mtpi_device_info *sp_connection_info(const struct sp_connection *connection)
{
    return &connection->info;
}

bool sp_connection_lists(const struct sp_connection *connection, uint16_t operation)
{
    return mtpi_lists(&connection->info, operation);
}

static bool has_code(const struct mtpi_u16_array *codes, uint16_t code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->item[i] == code)
            return true;
    }
    return false;
}

bool sp_connection_lists_property(const struct sp_connection *connection, uint16_t property)
{
    return has_code(&connection->info.properties, property);
}

bool sp_connection_lists_format(const struct sp_connection *connection, uint16_t format)
{
    return has_code(&connection->info.formats, format);
}

static struct format_properties *properties_of(struct sp_connection *connection, uint16_t format)
{
    struct format_properties *row = connection->properties;

    while (row && row->format != format)
        row = row->next;
    return row;
}

bool sp_connection_has_property(struct sp_connection *connection, uint16_t format,
                                uint16_t property)
{
    struct mtpi_u16_array codes = {0};
    struct format_properties *row;
    bool found = false;

    pthread_mutex_lock(&connection->lock);
    row = properties_of(connection, format);
    pthread_mutex_unlock(&connection->lock);
    if (!row) {
        if (sp_connection_hr(connection, mtpi_get_object_props_supported(connection->mtpi, format,
                                                                         &codes)) != S_OK)
            return false;
        pthread_mutex_lock(&connection->lock);
        row = properties_of(connection, format);
        if (row) {
            free(codes.item); /* another thread was quicker */
        } else if ((row = com_zalloc(sizeof(*row))) != NULL) {
            *row = (struct format_properties){connection->properties, format, codes};
            connection->properties = row;
        } else {
            found = has_code(&codes, property);
            free(codes.item);
        }
        pthread_mutex_unlock(&connection->lock);
    }
    /* Rows are only ever added, and do not change: no lock for reading one. */
    return row ? has_code(&row->codes, property) : found;
}

bool sp_connection_gone(const struct sp_connection *connection)
{
    return atomic_load(&connection->gone);
}

HRESULT sp_connection_hr(struct sp_connection *connection, int result)
{
    HRESULT hr = hr_from_mtp(result);

    if (hr == HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED))
        atomic_store(&connection->gone, true);
    if (sp_connection_gone(connection) && FAILED(hr))
        hr = HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    return hr;
}

HRESULT sp_connection_probe(struct sp_connection *connection)
{
    struct mtpi_u32_array ids = {0};
    int result;

    if (sp_connection_gone(connection))
        return HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    result = mtpi_get_storage_ids(connection->mtpi, &ids);
    free(ids.item);
    return sp_connection_hr(connection, result);
}

void sp_connection_begin(struct sp_connection *connection, struct sp_running *running,
                         uint32_t storage, DWORD status)
{
    pthread_mutex_lock(&connection->lock);
    *running = (struct sp_running){connection->running, storage, status};
    connection->running = running;
    pthread_mutex_unlock(&connection->lock);
}

void sp_connection_end(struct sp_connection *connection, struct sp_running *running)
{
    pthread_mutex_lock(&connection->lock);
    for (struct sp_running **at = &connection->running; *at; at = &(*at)->next) {
        if (*at == running) {
            *at = running->next;
            break;
        }
    }
    pthread_mutex_unlock(&connection->lock);
}

DWORD sp_connection_running(struct sp_connection *connection, uint32_t storage)
{
    DWORD status = 0;

    pthread_mutex_lock(&connection->lock);
    for (struct sp_running *row = connection->running; row; row = row->next) {
        if (!storage || row->storage == storage)
            status |= row->status | WMDM_STATUS_BUSY;
    }
    pthread_mutex_unlock(&connection->lock);
    return status;
}

HRESULT sp_connection_open(struct sp_connection *connection, struct sp_opened *opened)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&connection->lock);
    for (struct sp_opened *row = connection->opened; row; row = row->next) {
        if (row->handle == opened->handle && (row->writing || opened->writing))
            hr = WMDM_E_BUSY;
    }
    if (SUCCEEDED(hr)) {
        opened->next = connection->opened;
        connection->opened = opened;
    }
    pthread_mutex_unlock(&connection->lock);
    return hr;
}

void sp_connection_close(struct sp_connection *connection, struct sp_opened *opened)
{
    pthread_mutex_lock(&connection->lock);
    for (struct sp_opened **at = &connection->opened; *at; at = &(*at)->next) {
        if (*at == opened) {
            *at = opened->next;
            break;
        }
    }
    pthread_mutex_unlock(&connection->lock);
}

bool sp_connection_is_open(struct sp_connection *connection, uint32_t storage, uint32_t handle)
{
    bool found = false;

    pthread_mutex_lock(&connection->lock);
    for (struct sp_opened *row = connection->opened; row; row = row->next) {
        if ((!storage || row->storage == storage) && (!handle || row->handle == handle))
            found = true;
    }
    pthread_mutex_unlock(&connection->lock);
    return found;
}
