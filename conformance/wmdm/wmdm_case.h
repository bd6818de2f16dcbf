/* Short hands of the provider suites: one object, one property. `c` and `w` are the case's. */
#ifndef CONFORMANCE_WMDM_WMDM_CASE_H
#define CONFORMANCE_WMDM_WMDM_CASE_H

#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm.h"

#define RELEASE(object)                                                                            \
    do {                                                                                           \
        if (object)                                                                                \
            (object)->lpVtbl->Release(object);                                                     \
        (object) = NULL;                                                                           \
    } while (0)
/* A pointer nobody may dereference, for outputs that must be cleared. */
#define POISON ((void *)(uintptr_t)0xdeadbeef)

/* The interfaces of one object; references of the caller's. */
#define AS(iface, object) ((iface *)wmdm_query(w, (object), &IID_##iface))

static inline DWORD pv_attributes(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    DWORD attributes = 0;

    REQUIRE_HR(CALL(IMDSPStorage, GetAttributes, storage, &attributes, NULL), S_OK);
    return attributes;
}

static inline uint64_t pv_size(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    REQUIRE_HR(CALL(IMDSPStorage, GetSize, storage, &low, &high), S_OK);
    return (uint64_t)high << 32 | low;
}

/* WMDM/PersistentUniqueID; the caller free()s. NULL: there is none. */
static inline char *pv_id(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    IWMDMMetaData *list = wmdm_metadata_new();
    char *id = NULL;

    if (SUCCEEDED(CALL(IMDSPStorage4, GetMetadata, four, list)))
        id = wmdm_metadata_string(list, g_wszWMDMPersistentUniqueID);
    RELEASE(list);
    RELEASE(four);
    return id;
}

/* ASCII to UTF-16; static room of the caller's. */
static inline const WCHAR *pv_wide(const char *text, WCHAR *room, size_t count)
{
    size_t i;

    for (i = 0; text && text[i] && i + 1 < count; i++)
        room[i] = (WCHAR)(unsigned char)text[i];
    room[i] = 0;
    return room;
}

#endif
