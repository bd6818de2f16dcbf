/* The simulation's licences: an object of its own in an ASF header, which every player steps over,
 * and a file of records. ASF's own objects of encrypted content tell what a real scheme protects
 * (Advanced Systems Format specification, 3.14 and 3.15). */
#include "spcore/sp/sp_licence.h"

#include <string.h>

#include "spcore/base.h"

enum {
    ASF_HEAD = 30,   /* of the header object: GUID, size, count of objects, two reserved bytes */
    ASF_OBJECT = 24, /* of every object: GUID, size */
    CONTENT = 16,
    RIGHTS = 32,
    RECORD = 4 + CONTENT + RIGHTS,
};

static const GUID asf_header = {
    0x75b22630, 0x668e, 0x11cf, {0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c}};
static const GUID encryption = {
    0x2211b3fb, 0xbd23, 0x11d2, {0xb4, 0xb7, 0x00, 0xa0, 0xc9, 0x55, 0xfc, 0x6e}};
static const GUID extended_encryption = {
    0x298ae614, 0x2622, 0x4c17, {0xb9, 0x35, 0xda, 0xe0, 0x7e, 0xe9, 0x28, 0x9c}};
static const GUID simulated_licence = {
    0x70617053, 0x696d, 0x4c69, {0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a}};
static const GUID simulated_store = {
    0x70617053, 0x696d, 0x5374, {0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a}};

/* ---- numbers, least significant byte first */
static uint16_t get16(const BYTE *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const BYTE *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const BYTE *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static GUID get_guid(const BYTE *at)
{
    GUID guid = {get32(at), get16(at + 4), get16(at + 6), {0}};

    memcpy(guid.Data4, at + 8, sizeof(guid.Data4));
    return guid;
}

static bool is_guid(const BYTE *at, const GUID *guid)
{
    const GUID seen = get_guid(at);

    return IsEqualGUID(&seen, guid);
}

/* Only what the flags announce is said: without a date the year is 0xffff (SP-DRM-009). */
static WMDMRIGHTS get_rights(const BYTE *at)
{
    WMDMRIGHTS rights = {.cbSize = sizeof(rights),
                         .dwContentType = get32(at),
                         .fuFlags = get32(at + 4) &
                                    (WMDM_RIGHTS_PLAYBACKCOUNT | WMDM_RIGHTS_EXPIRATIONDATE),
                         .fuRights = get32(at + 8),
                         .dwAppSec = get32(at + 12)};

    if (rights.fuFlags & WMDM_RIGHTS_PLAYBACKCOUNT)
        rights.dwPlaybackCount = get32(at + 16);
    rights.ExpirationDate.wYear = 0xffff;
    if (rights.fuFlags & WMDM_RIGHTS_EXPIRATIONDATE)
        rights.ExpirationDate = (WMDMDATETIME){get16(at + 20), get16(at + 22), get16(at + 24),
                                               get16(at + 26), get16(at + 28), get16(at + 30)};
    return rights;
}

/* ---- the header of a file */
static bool is_foreign(const BYTE *object)
{
    return is_guid(object, &encryption) || is_guid(object, &extended_encryption);
}

static enum sp_protection object_protection(const BYTE *object, size_t size,
                                            struct sp_licence *licence)
{
    const BYTE *data = object + ASF_OBJECT;

    if (!is_guid(object, &simulated_licence) || size < ASF_OBJECT + CONTENT)
        return SP_CLEAR;
    *licence = (struct sp_licence){.content = get_guid(data),
                                   .is_given = size >= ASF_OBJECT + CONTENT + RIGHTS};
    if (licence->is_given)
        licence->rights = get_rights(data + CONTENT);
    return SP_SIMULATED;
}

/* As it says itself; 0: there is none. */
static uint64_t header_size(const BYTE *head, size_t length)
{
    return length < ASF_HEAD || !is_guid(head, &asf_header) ? 0 : get64(head + CONTENT);
}

size_t sp_licence_reach(const BYTE *head, size_t length)
{
    uint64_t size = header_size(head, length);

    return size < SP_HEADER_MOST ? (size_t)size : SP_HEADER_MOST;
}

enum sp_protection sp_licence_header(const BYTE *head, size_t length,
                                     struct sp_licence *ret_licence)
{
    uint64_t size = header_size(head, length);
    enum sp_protection found = SP_CLEAR;
    size_t end = size < length ? (size_t)size : length;

    for (size_t at = ASF_HEAD; found == SP_CLEAR && end >= ASF_OBJECT && at <= end - ASF_OBJECT;) {
        uint64_t object = get64(head + at + CONTENT);

        if (is_foreign(head + at)) /* however far it goes on behind what was read */
            return SP_FOREIGN;
        if (object < ASF_OBJECT || object > end - at)
            break;
        found = object_protection(head + at, (size_t)object, ret_licence);
        at += (size_t)object;
    }
    return found == SP_CLEAR && size > SP_HEADER_MOST ? SP_FOREIGN : found;
}

/* ---- the licence-store file */
bool sp_licence_next(const BYTE *store, size_t length, const GUID *content, size_t *cursor,
                     enum sp_record *ret_kind, WMDMRIGHTS *ret_rights)
{
    if (length < CONTENT || !is_guid(store, &simulated_store))
        return false;
    for (size_t at = *cursor ? *cursor : CONTENT; length - at >= RECORD; at += RECORD) {
        uint32_t kind = get32(store + at);

        if ((kind != SP_RECORD_LICENCE && kind != SP_RECORD_REVOKED) ||
            !is_guid(store + at + 4, content))
            continue;
        *ret_kind = (enum sp_record)kind;
        *ret_rights = get_rights(store + at + 4 + CONTENT);
        *cursor = at + RECORD;
        return true;
    }
    return false;
}

/* ---- what a licence allows */
static int compare(const WMDMDATETIME *a, const WMDMDATETIME *b)
{
    const WORD left[] = {a->wYear, a->wMonth, a->wDay, a->wHour, a->wMinute, a->wSecond};
    const WORD right[] = {b->wYear, b->wMonth, b->wDay, b->wHour, b->wMinute, b->wSecond};

    for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

HRESULT sp_licence_allows(const WMDMRIGHTS *rights, DWORD level, const WMDMDATETIME *now)
{
    const DWORD copies = WMDM_RIGHTS_COPY_TO_NON_SDMI_DEVICE | WMDM_RIGHTS_COPY_TO_SDMI_DEVICE;

    if (!rights->fuRights)
        return WMDM_E_NORIGHTS;
    if (!(rights->fuRights & copies))
        return WMDM_E_INCORRECT_RIGHTS;
    if (rights->fuFlags & WMDM_RIGHTS_EXPIRATIONDATE && compare(&rights->ExpirationDate, now) < 0)
        return WMDM_E_LICENSE_EXPIRED;
    return rights->dwAppSec > level ? WMDM_E_INCORRECT_APPSEC : S_OK;
}
