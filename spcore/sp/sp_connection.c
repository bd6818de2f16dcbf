/* Connecting to a device, sharing the connection, and noticing that the device is gone. */
#include "spcore/sp/sp_connection.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_hresult.h"
#include "spcore/com/com_memory.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_followers.h"
#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_hresult.h"
#include "spcore/sp/sp_names.h"
#include "spcore/sp/sp_opened.h"
#include "spcore/sp/sp_session.h"

struct sp_connection {
    struct sp_connection *next; /* in `connections`, while it is there */
    unsigned refs;              /* under connections_lock */
    char *uri;
    struct tp *tp;
    struct mtpi *mtpi;
    atomic_bool gone;
    struct sp_facts facts;
    struct sp_activity activity;
    struct sp_opened opened;
    struct sp_heard heard;
    struct sp_names names;
    struct sp_sessions sessions;
    struct sp_followers followers;
};

/* Two CreateDevice calls, also of two instances, must meet in one connection: a device has one
 * importer. The list is the only place where they can. */
static pthread_mutex_t connections_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sp_connection *connections;

static void connection_free(struct sp_connection *connection)
{
    sp_followers_done(&connection->followers);
    sp_sessions_done(&connection->sessions);
    sp_names_done(&connection->names);
    sp_heard_done(&connection->heard);
    sp_opened_done(&connection->opened);
    sp_activity_done(&connection->activity);
    sp_facts_done(&connection->facts);
    mtpi_free(connection->mtpi);
    tp_close(connection->tp);
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

/* Persona A is for the world's own MTP drivers (the documentation advises it). */
static bool refused(const struct mtpi_pipe *pipe)
{
    const char *allow = getenv("SPCORE_ALLOW_MTP");

    return pipe->still_image && !(allow && strcmp(allow, "1") == 0);
}

static HRESULT connect_device(struct sp_connection *connection)
{
    struct mtpi_device_info info;
    struct mtpi_pipe pipe;
    int result = tp_open(connection->uri, NULL, &connection->tp);

    if (result)
        return hr_from_errno(result == -ENODEV ? -ECONNREFUSED : result);
    result = mtpi_find_pipe(connection->tp, &pipe);
    if (result)
        return hr_from_errno(result);
    if (refused(&pipe))
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    result = mtpi_new(connection->tp, &connection->mtpi);
    if (!result)
        result = mtpi_get_device_info(connection->mtpi, &info);
    if (result)
        return hr_from_mtp(result);
    sp_facts_take(&connection->facts, &info);
    result = open_session(connection->mtpi);
    return hr_from_mtp(result);
}

static HRESULT connection_new(const char *uri, struct sp_connection **ret_connection)
{
    struct sp_connection *connection = com_zalloc(sizeof(*connection));
    HRESULT hr;

    if (!connection)
        return E_OUTOFMEMORY;
    sp_facts_init(&connection->facts, connection);
    sp_activity_init(&connection->activity);
    sp_opened_init(&connection->opened);
    sp_heard_init(&connection->heard);
    sp_names_init(&connection->names);
    sp_sessions_init(&connection->sessions);
    sp_followers_init(&connection->followers);
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

struct sp_facts *sp_connection_facts(struct sp_connection *connection)
{
    return &connection->facts;
}

struct sp_activity *sp_connection_activity(struct sp_connection *connection)
{
    return &connection->activity;
}

struct sp_opened *sp_connection_opened(struct sp_connection *connection)
{
    return &connection->opened;
}

struct sp_heard *sp_connection_heard(struct sp_connection *connection)
{
    return &connection->heard;
}

struct sp_names *sp_connection_names(struct sp_connection *connection)
{
    return &connection->names;
}

struct sp_sessions *sp_connection_sessions(struct sp_connection *connection)
{
    return &connection->sessions;
}

struct sp_followers *sp_connection_followers(struct sp_connection *connection)
{
    return &connection->followers;
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
