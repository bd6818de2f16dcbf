/* The simulation's licences as bytes. Numbers go least significant byte first. */
#include "conformance/wmdm/wmdm_licence.h"

#include <string.h>

struct pen {
    BYTE *at;
};

static void put(struct pen *pen, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *pen->at++ = (BYTE)(value >> 8 * i);
}

static void put_bytes(struct pen *pen, const void *bytes, size_t length)
{
    memcpy(pen->at, bytes, length);
    pen->at += length;
}

static const BYTE asf_header[16] = {0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11,
                                    0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c};
static const BYTE padding[16] = {0x74, 0xd4, 0x06, 0x18, 0xdf, 0xca, 0x09, 0x45,
                                 0xa4, 0xba, 0x9a, 0xab, 0xcb, 0x96, 0xaa, 0xe8};
static const BYTE encryption[16] = {0xfb, 0xb3, 0x11, 0x22, 0x23, 0xbd, 0xd2, 0x11,
                                    0xb4, 0xb7, 0x00, 0xa0, 0xc9, 0x55, 0xfc, 0x6e};
static const BYTE simulated_licence[16] = {0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x69, 0x4c,
                                           0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a};
static const BYTE simulated_store[16] = {0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x74, 0x53,
                                         0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a};

static void put_content(struct pen *pen, const struct wmdm_licence *licence)
{
    static const BYTE id[15] = "papcheck";

    put_bytes(pen, id, sizeof(id));
    put(pen, licence->content, 1);
}

static void put_rights(struct pen *pen, const struct wmdm_licence *licence)
{
    const WMDMDATETIME *until = &licence->until;

    put(pen, licence->type, 4);
    put(pen, licence->flags, 4);
    put(pen, licence->rights, 4);
    put(pen, licence->level, 4);
    put(pen, licence->count, 4);
    put(pen, until->wYear, 2);
    put(pen, until->wMonth, 2);
    put(pen, until->wDay, 2);
    put(pen, until->wHour, 2);
    put(pen, until->wMinute, 2);
    put(pen, until->wSecond, 2);
}

/* An object of padding, that one, and content behind the header. */
static size_t file_of(const BYTE guid[16], const BYTE *data, size_t size, BYTE *file)
{
    static const char content[] = "papcheck: what would be encrypted content";
    struct pen pen = {file};

    put_bytes(&pen, asf_header, 16);
    put(&pen, 30 + 28 + 24 + size, 8);
    put(&pen, 2, 4);
    put(&pen, 0x0201, 2);
    put_bytes(&pen, padding, 16);
    put(&pen, 28, 8);
    put(&pen, 0, 4);
    put_bytes(&pen, guid, 16);
    put(&pen, 24 + size, 8);
    put_bytes(&pen, data, size);
    put_bytes(&pen, content, sizeof(content));
    return (size_t)(pen.at - file);
}

size_t wmdm_protected(const struct wmdm_licence *licence, BYTE ret_file[WMDM_PROTECTED_MAX])
{
    BYTE data[48];
    struct pen pen = {data};

    put_content(&pen, licence);
    if (!licence->is_absent)
        put_rights(&pen, licence);
    return file_of(simulated_licence, data, (size_t)(pen.at - data), ret_file);
}

size_t wmdm_protected_otherwise(BYTE ret_file[WMDM_PROTECTED_MAX])
{
    static const BYTE data[32] = "secret data, DRM, key id, URL";

    return file_of(encryption, data, sizeof(data), ret_file);
}

size_t wmdm_store(const struct wmdm_licence *licences, const DWORD *kinds, size_t count,
                  BYTE ret_file[WMDM_PROTECTED_MAX])
{
    struct pen pen = {ret_file};

    put_bytes(&pen, simulated_store, 16);
    for (size_t i = 0; i < count; i++) {
        put(&pen, kinds[i], 4);
        put_content(&pen, &licences[i]);
        put_rights(&pen, &licences[i]);
    }
    return (size_t)(pen.at - ret_file);
}
