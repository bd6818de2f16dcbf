#include "sp/link.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "com/com_memory.h"
#include "com/deviation.h"

struct format_properties {
    struct format_properties *next;
    uint16_t format;
    struct mtpi_u16_array codes;
};

struct sp_link {
    struct sp_link *next; /* in `links`, while it is there */
    unsigned refs;        /* under links_lock */
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
static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sp_link *links;

static void link_free(struct sp_link *link)
{
    struct format_properties *next;

    for (struct format_properties *row = link->properties; row; row = next) {
        next = row->next;
        free(row->codes.item);
        free(row);
    }
    mtpi_device_info_done(&link->info);
    mtpi_free(link->mtpi);
    tp_close(link->tp);
    pthread_mutex_destroy(&link->lock);
    free(link->uri);
    free(link);
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

static HRESULT connect_device(struct sp_link *link)
{
    struct mtpi_pipe pipe;
    int result = tp_open(link->uri, NULL, &link->tp);

    if (result)
        return hr_from_tp(result == -ENODEV ? -ECONNREFUSED : result);
    result = mtpi_find_pipe(link->tp, &pipe);
    if (result)
        return hr_from_tp(result);
    if (refused(&pipe))
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    result = mtpi_new(link->tp, &link->mtpi);
    if (!result)
        result = mtpi_get_device_info(link->mtpi, &link->info);
    if (!result)
        result = open_session(link->mtpi);
    return hr_from_mtp(result);
}

static HRESULT link_new(const char *uri, struct sp_link **ret_link)
{
    struct sp_link *link = com_zalloc(sizeof(*link));
    HRESULT hr;

    if (!link)
        return E_OUTOFMEMORY;
    pthread_mutex_init(&link->lock, NULL);
    link->refs = 1;
    link->uri = strdup(uri);
    hr = link->uri ? connect_device(link) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        link_free(link);
        return hr;
    }
    *ret_link = link;
    return S_OK;
}

/* Under links_lock. */
static void forget(struct sp_link *link)
{
    for (struct sp_link **at = &links; *at; at = &(*at)->next) {
        if (*at == link) {
            *at = link->next;
            return;
        }
    }
}

static struct sp_link *known(const char *uri)
{
    for (struct sp_link *link = links; link; link = link->next) {
        if (strcmp(link->uri, uri) == 0 || SP_DEVIATES(FIRST_DEVICE_ALWAYS))
            return link;
    }
    return NULL;
}

/* The lock is held over connecting: of two callers for one device the second waits for the first
 * connection instead of being refused by the device. */
HRESULT sp_link_get(const char *uri, struct sp_link **ret_link)
{
    struct sp_link *link;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&links_lock);
    link = known(uri);
    if (link && FAILED(sp_link_probe(link)) && sp_link_gone(link) && !SP_DEVIATES(DEAD_LINK_KEPT)) {
        forget(link);
        link = NULL;
    }
    if (link) {
        link->refs++;
    } else {
        hr = link_new(uri, &link);
        if (SUCCEEDED(hr)) {
            link->next = links;
            links = link;
        }
    }
    if (SUCCEEDED(hr))
        *ret_link = link;
    pthread_mutex_unlock(&links_lock);
    return hr;
}

struct sp_link *sp_link_ref(struct sp_link *link)
{
    pthread_mutex_lock(&links_lock);
    link->refs++;
    pthread_mutex_unlock(&links_lock);
    return link;
}

void sp_link_unref(struct sp_link *link)
{
    if (!link)
        return;
    pthread_mutex_lock(&links_lock);
    /* Closing under the lock: who opens the same path next must find the device free again. */
    if (--link->refs == 0) {
        forget(link);
        link_free(link);
    }
    pthread_mutex_unlock(&links_lock);
}

struct mtpi *sp_link_mtpi(struct sp_link *link)
{
    return link->mtpi;
}

const struct mtpi_device_info *sp_link_info(const struct sp_link *link)
{
    return &link->info;
}

bool sp_link_lists(const struct sp_link *link, uint16_t operation)
{
    return mtpi_lists(&link->info, operation);
}

static bool has_code(const struct mtpi_u16_array *codes, uint16_t code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->item[i] == code)
            return true;
    }
    return false;
}

bool sp_link_lists_property(const struct sp_link *link, uint16_t property)
{
    return has_code(&link->info.properties, property);
}

bool sp_link_lists_format(const struct sp_link *link, uint16_t format)
{
    return has_code(&link->info.formats, format);
}

static struct format_properties *properties_of(struct sp_link *link, uint16_t format)
{
    struct format_properties *row = link->properties;

    while (row && row->format != format)
        row = row->next;
    return row;
}

bool sp_link_has_property(struct sp_link *link, uint16_t format, uint16_t property)
{
    struct mtpi_u16_array codes = {0};
    struct format_properties *row;
    bool found = false;

    pthread_mutex_lock(&link->lock);
    row = properties_of(link, format);
    pthread_mutex_unlock(&link->lock);
    if (!row) {
        if (sp_link_hr(link, mtpi_get_object_props_supported(link->mtpi, format, &codes)) != S_OK)
            return false;
        pthread_mutex_lock(&link->lock);
        row = properties_of(link, format);
        if (row) {
            free(codes.item); /* another thread was quicker */
        } else if ((row = com_zalloc(sizeof(*row))) != NULL) {
            *row = (struct format_properties){link->properties, format, codes};
            link->properties = row;
        } else {
            found = has_code(&codes, property);
            free(codes.item);
        }
        pthread_mutex_unlock(&link->lock);
    }
    /* Rows are only ever added, and do not change: no lock for reading one. */
    return row ? has_code(&row->codes, property) : found;
}

bool sp_link_gone(const struct sp_link *link)
{
    return atomic_load(&link->gone);
}

HRESULT sp_link_hr(struct sp_link *link, int result)
{
    HRESULT hr = hr_from_mtp(result);

    if (hr == HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED))
        atomic_store(&link->gone, true);
    if (sp_link_gone(link) && FAILED(hr))
        hr = HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    return hr;
}

HRESULT sp_link_probe(struct sp_link *link)
{
    struct mtpi_u32_array ids = {0};
    int result;

    if (sp_link_gone(link))
        return HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    result = mtpi_get_storage_ids(link->mtpi, &ids);
    free(ids.item);
    return sp_link_hr(link, result);
}

void sp_link_begin(struct sp_link *link, struct sp_running *running, uint32_t storage, DWORD status)
{
    pthread_mutex_lock(&link->lock);
    *running = (struct sp_running){link->running, storage, status};
    link->running = running;
    pthread_mutex_unlock(&link->lock);
}

void sp_link_end(struct sp_link *link, struct sp_running *running)
{
    pthread_mutex_lock(&link->lock);
    for (struct sp_running **at = &link->running; *at; at = &(*at)->next) {
        if (*at == running) {
            *at = running->next;
            break;
        }
    }
    pthread_mutex_unlock(&link->lock);
}

DWORD sp_link_running(struct sp_link *link, uint32_t storage)
{
    DWORD status = 0;

    pthread_mutex_lock(&link->lock);
    for (struct sp_running *row = link->running; row; row = row->next) {
        if (!storage || row->storage == storage)
            status |= row->status | WMDM_STATUS_BUSY;
    }
    pthread_mutex_unlock(&link->lock);
    return status;
}

HRESULT sp_link_open(struct sp_link *link, struct sp_opened *opened)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&link->lock);
    for (struct sp_opened *row = link->opened; row; row = row->next) {
        if (row->handle == opened->handle && (row->writing || opened->writing))
            hr = WMDM_E_BUSY;
    }
    if (SUCCEEDED(hr)) {
        opened->next = link->opened;
        link->opened = opened;
    }
    pthread_mutex_unlock(&link->lock);
    return hr;
}

void sp_link_close(struct sp_link *link, struct sp_opened *opened)
{
    pthread_mutex_lock(&link->lock);
    for (struct sp_opened **at = &link->opened; *at; at = &(*at)->next) {
        if (*at == opened) {
            *at = opened->next;
            break;
        }
    }
    pthread_mutex_unlock(&link->lock);
}

bool sp_link_is_open(struct sp_link *link, uint32_t storage, uint32_t handle)
{
    bool found = false;

    pthread_mutex_lock(&link->lock);
    for (struct sp_opened *row = link->opened; row; row = row->next) {
        if ((!storage || row->storage == storage) && (!handle || row->handle == handle))
            found = true;
    }
    pthread_mutex_unlock(&link->lock);
    return found;
}
