/* Rights to what is on a device and to what is to come there, from the simulation's licences
 * (sp_licence.h): the header's, and those that the medium's licence-store file adds. The medium has
 * to have a serial number, which licences are bound to in the documents (SP-DRM-001). */
#include "spcore/sp/sp_rights.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spcore/sp/sp_licence.h"

enum { STORE_MAX = 1u << 20 };

/* ---- what is on the device */
static HRESULT read_open(IMDSPObject2 *object, BYTE *data, DWORD room, DWORD *ret_size)
{
    DWORD at = 0, size = 1;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && size && at < room) {
        size = room - at;
        hr = IMDSPObject2_ReadOnClearChannel(object, data + at, &size);
        at += size;
    }
    *ret_size = at;
    return hr;
}

/* By an interface of its own: whoever has the object open is not disturbed. */
static HRESULT read_object(struct sp_device *device, uint32_t storage, uint32_t handle, BYTE *data,
                           DWORD room, DWORD *ret_size)
{
    IMDSPStorage *object = NULL;
    IMDSPObject2 *content;
    HRESULT hr = sp_storage_new(device, storage, handle, &object);

    if (FAILED(hr))
        return hr;
    content = &sp_storage_of(object)->IMDSPObject2_iface;
    hr = IMDSPObject2_Open(content, MDSP_READ);
    if (SUCCEEDED(hr)) {
        hr = read_open(content, data, room, ret_size);
        (void)IMDSPObject2_Close(content);
    }
    IMDSPStorage_Release(object);
    return hr;
}

/* The caller free()s; NULL with S_OK: there is none (SP-DRM-005). */
static HRESULT read_store(struct sp_storage *self, BYTE **ret_store, DWORD *ret_size)
{
    uint32_t handle = 0;
    HRESULT hr = sp_child_by_name(self->device, self->storage, 0, SP_LICENCE_STORE, &handle);
    BYTE *store;

    *ret_store = NULL;
    *ret_size = 0;
    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    store = malloc(STORE_MAX);
    hr = store ? read_object(self->device, self->storage, handle, store, STORE_MAX, ret_size)
               : E_OUTOFMEMORY;
    if (FAILED(hr))
        free(store);
    else
        *ret_store = store;
    return hr;
}

static HRESULT has_serial(struct sp_storage *self)
{
    struct mtpi_storage_info medium = {0};
    HRESULT hr = sp_storage_medium(self, &medium);
    bool has = SUCCEEDED(hr) && medium.volume && medium.volume[0];

    if (SUCCEEDED(hr))
        mtpi_storage_info_done(&medium);
    return FAILED(hr) || has ? hr : WMDM_E_NOTSUPPORTED;
}

/* ---- all licences of one content */
struct licences {
    WMDMRIGHTS *item; /* of the task allocator */
    DWORD count;
    bool is_revoked;
};

static HRESULT add(struct licences *licences, const WMDMRIGHTS *rights)
{
    WMDMRIGHTS *grown =
        CoTaskMemRealloc(licences->item, (licences->count + 1) * sizeof(*licences->item));

    if (!grown)
        return E_OUTOFMEMORY;
    licences->item = grown;
    grown[licences->count++] = *rights;
    return S_OK;
}

static HRESULT gather(struct sp_storage *self, const struct sp_licence *header,
                      struct licences *licences)
{
    enum sp_record kind;
    WMDMRIGHTS rights;
    size_t cursor = 0;
    DWORD size = 0;
    BYTE *store = NULL;
    HRESULT hr = read_store(self, &store, &size);

    if (SUCCEEDED(hr) && header->is_given)
        hr = add(licences, &header->rights);
    while (SUCCEEDED(hr) &&
           sp_licence_next(store, size, &header->content, &cursor, &kind, &rights)) {
        if (kind == SP_RECORD_REVOKED)
            licences->is_revoked = true;
        else
            hr = add(licences, &rights);
    }
    free(store);
    return hr;
}

/* ---- GetRights */

/* As much of its beginning as says how it is protected; the caller free()s. */
static HRESULT read_head(struct sp_storage *self, BYTE **ret_head, DWORD *ret_size)
{
    size_t room = 0, reach = SP_HEAD_MAX;
    BYTE *head = NULL;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && reach > room) {
        room = reach;
        free(head);
        head = malloc(room);
        hr = head ? read_object(self->device, self->storage, self->handle, head, (DWORD)room,
                                ret_size)
                  : E_OUTOFMEMORY;
        reach = SUCCEEDED(hr) && *ret_size == room ? sp_licence_reach(head, room) : 0;
    }
    *ret_head = head;
    return hr;
}

static HRESULT rights_of(struct sp_storage *self, struct licences *licences)
{
    struct sp_licence header;
    BYTE *head = NULL;
    DWORD size = 0;
    HRESULT hr = read_head(self, &head, &size);
    enum sp_protection protection;

    if (hr == WMDM_E_INVALIDTYPE) /* a folder or a list: nothing in it to be protected */
        hr = S_OK;
    if (SUCCEEDED(hr)) {
        protection = sp_licence_header(head, size, &header);
        if (protection == SP_FOREIGN)
            hr = WMDM_E_NOTSUPPORTED;
        else if (protection == SP_SIMULATED)
            hr = gather(self, &header, licences);
    }
    free(head);
    return hr;
}

HRESULT sp_rights_get(struct sp_storage *self, WMDMRIGHTS **ret_rights, DWORD *ret_count,
                      BYTE *ret_mac)
{
    struct licences licences = {0};
    HRESULT hr = has_serial(self);

    if (SUCCEEDED(hr))
        hr = rights_of(self, &licences);
    if (SUCCEEDED(hr))
        hr = sp_mac(self->device->context, licences.item,
                    licences.count * (DWORD)sizeof(*licences.item), &licences.count,
                    sizeof(licences.count), ret_mac);
    if (FAILED(hr)) {
        CoTaskMemFree(licences.item);
        return hr;
    }
    *ret_rights = licences.item;
    *ret_count = licences.count;
    return S_OK;
}

/* ---- what is to come there */
static WMDMDATETIME utc_now(void)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    return (WMDMDATETIME){(WORD)(utc.tm_year + 1900), (WORD)(utc.tm_mon + 1), (WORD)utc.tm_mday,
                          (WORD)utc.tm_hour,          (WORD)utc.tm_min,       (WORD)utc.tm_sec};
}

/* The lower level of both ends' certificates. */
static DWORD level_of(const struct sp_context *context)
{
    DWORD ours = 0, theirs = 0;

    if (FAILED(sac_get_app_sec(context->sac, &ours, &theirs)))
        return 0;
    return ours < theirs ? ours : theirs;
}

/* One licence that allows it is enough; else what the first one says. */
static HRESULT admit(const struct licences *licences, DWORD level)
{
    const WMDMDATETIME now = utc_now();
    HRESULT first = WMDM_E_LICENSE_NOTEXIST;

    if (licences->is_revoked)
        return WMDM_E_REVOKED;
    for (DWORD i = 0; i < licences->count; i++) {
        HRESULT hr = sp_licence_allows(&licences->item[i], level, &now);

        if (hr == S_OK)
            return S_OK;
        if (i == 0)
            first = hr;
    }
    return first;
}

HRESULT sp_rights_admit(struct sp_storage *target, const BYTE *head, size_t length)
{
    struct licences licences = {0};
    struct sp_licence header;
    HRESULT hr;

    switch (sp_licence_header(head, length, &header)) {
    case SP_CLEAR:
        return S_OK;
    case SP_FOREIGN:
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    case SP_SIMULATED:
        break;
    }
    hr = has_serial(target);
    if (hr == WMDM_E_NOTSUPPORTED)
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    if (SUCCEEDED(hr))
        hr = gather(target, &header, &licences);
    if (SUCCEEDED(hr))
        hr = admit(&licences, level_of(target->device->context));
    CoTaskMemFree(licences.item);
    return hr;
}
