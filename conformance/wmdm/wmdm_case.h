/* Short hands of the provider suites: one object, one property. `c` and `w` are the case's. */
#ifndef CONFORMANCE_WMDM_WMDM_CASE_H
#define CONFORMANCE_WMDM_WMDM_CASE_H

#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm.h"
#include "spcore/com/com_utf16.h"

#define RELEASE(object)                                                                            \
    do {                                                                                           \
        if (object)                                                                                \
            SP_CALL(#object "->Release", (object)->lpVtbl->Release(object));                       \
        (object) = NULL;                                                                           \
    } while (0)
/* Bits of a status that an idle device or medium may have beside READY: what it plays is not of its
 * memory. */
#define WMDM_STATUS_CONTROL                                                                        \
    (WMDM_STATUS_DEVICECONTROL_PLAYING | WMDM_STATUS_DEVICECONTROL_RECORDING |                     \
     WMDM_STATUS_DEVICECONTROL_PAUSED | WMDM_STATUS_DEVICECONTROL_REMOTE |                         \
     WMDM_STATUS_DEVICECONTROL_STREAM)
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

/* Is something of that name right below the folder? */
static inline bool pv_is_listed(struct wmdm *w, IMDSPStorage *folder, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *child = wmdm_child(w, folder, name);
    bool is_there = child != NULL;

    RELEASE(child);
    return is_there;
}

/* ---- what changes the tree, and what was changed */

static inline HRESULT pv_delete_watched(struct wmdm *w, IMDSPStorage *storage, DWORD mode,
                                        IWMDMProgress *progress)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Delete, object, mode, progress);

    RELEASE(object);
    return hr;
}

static inline HRESULT pv_delete(struct wmdm *w, IMDSPStorage *storage, DWORD mode)
{
    return pv_delete_watched(w, storage, mode, NULL);
}

static inline HRESULT pv_rename(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Rename, object, name, NULL);

    RELEASE(object);
    return hr;
}

static inline IMDSPStorage *pv_folder(struct wmdm *w, IMDSPStorage *parent, const char *name)
{
    return wmdm_create(w, parent, name, WMDM_FILE_ATTR_FOLDER, 0, NULL);
}

static inline bool pv_is_called(struct wmdm *w, IMDSPStorage *storage, const char *text)
{
    char *name = wmdm_name(w, storage);
    bool same = conf_same_text(wmdm_conf(w), name, text);

    free(name);
    return same;
}

static inline bool pv_contains(struct wmdm *w, IMDSPStorage *file, const char *text)
{
    size_t length = 0;
    BYTE *data = wmdm_get(w, file, &length);
    bool same = length == strlen(text) && memcmp(data, text, length) == 0;

    free(data);
    return same;
}

/* A file of 1000 bytes, each its offset modulo 251. */
static inline struct wmdm_file *pv_thousand(struct conf *c)
{
    BYTE data[1000];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i % 251);
    return wmdm_file(c, "f.bin", data, sizeof(data));
}

/* Content in which no two blocks are the same. */
static inline void pv_pattern(BYTE *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        data[i] = (BYTE)(i * 7 + i / 256);
}

/* The next byte of an open file; -1: none came. */
static inline int pv_next(struct wmdm_file *f)
{
    BYTE data[1] = {0xee};
    DWORD size = 1;

    return wmdm_read(f->w, f->object, data, &size) == S_OK && size == 1 ? data[0] : -1;
}

/* A text of its metadata; the caller free()s. NULL: there is none. */
static inline char *pv_text(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    IWMDMMetaData *list = wmdm_metadata_new();
    char *text = NULL;

    if (SUCCEEDED(CALL(IMDSPStorage4, GetMetadata, four, list)))
        text = wmdm_metadata_string(list, name);
    RELEASE(list);
    RELEASE(four);
    return text;
}

/* Is it that text in the list? */
static inline bool pv_says(struct conf *c, IWMDMMetaData *list, const WCHAR *name, const char *text)
{
    char *value = wmdm_metadata_string(list, name);
    bool is_same = conf_same_text(c, value, text);

    free(value);
    return is_same;
}

static inline char *pv_id(struct wmdm *w, IMDSPStorage *storage)
{
    return pv_text(w, storage, g_wszWMDMPersistentUniqueID);
}

/* An id for FindStorage, in room of the caller's; nothing says how long one is. */
#define PV_ID_ROOM 2048
static inline const WCHAR *pv_wide(struct wmdm *w, const char *id, WCHAR room[PV_ID_ROOM])
{
    WCHAR *wide = com_utf16_from_utf8(id ? id : "");
    size_t length = wide ? com_wcslen(wide) : PV_ID_ROOM;

    if (length >= PV_ID_ROOM)
        conf_setup_failed(wmdm_conf(w), "an id of more than %u characters", PV_ID_ROOM - 1);
    memcpy(room, wide, (length + 1) * sizeof(*wide));
    CoTaskMemFree(wide);
    return room;
}

#endif
