/* The host's data path: create, write, read, delete, with the MAC of every block. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm.h"
#include "spcore/com/com_utf16.h"

#define BLOCK 65536u

void wmdm_mac(struct wmdm *w, const void *first, size_t first_length, const void *second,
              size_t second_length, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    struct sac_channel *channel = wmdm_channel(w);
    SAC_HMAC mac;
    HRESULT hr = sac_mac_init(channel, &mac);

    if (SUCCEEDED(hr))
        hr = sac_mac_update(channel, mac, first ? first : "", (DWORD)first_length);
    if (SUCCEEDED(hr) && second_length)
        hr = sac_mac_update(channel, mac, second, (DWORD)second_length);
    if (SUCCEEDED(hr))
        hr = sac_mac_final(channel, mac, ret_mac);
    wmdm_ours(wmdm_conf(w), "the host's own MAC", hr);
}

HRESULT wmdm_write(struct wmdm *w, IMDSPObject *object, const void *data, DWORD *size)
{
    struct conf *c = wmdm_conf(w);
    BYTE *copy = malloc(*size ? *size : 1), mac[WMDM_MAC_LENGTH];
    HRESULT hr;

    if (!copy)
        conf_setup_failed(wmdm_conf(w), "no memory");
    if (*size)
        memcpy(copy, data, *size);
    wmdm_mac(w, copy, *size, size, sizeof(*size), mac);
    wmdm_ours(wmdm_conf(w), "the host's EncryptParam",
              sac_encrypt_param(wmdm_channel(w), copy, *size));
    hr = CALL(IMDSPObject, Write, object, copy, size, mac);
    free(copy);
    return hr;
}

HRESULT wmdm_read(struct wmdm *w, IMDSPObject *object, void *data, DWORD *size)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH] = {0}, expected[WMDM_MAC_LENGTH];
    DWORD room = *size;
    HRESULT hr;

    /* A size in the input MAC is what the method's page asks for and its sample ignores (U8). */
    wmdm_mac(w, size, sizeof(*size), NULL, 0, mac);
    hr = CALL(IMDSPObject, Read, object, data, size, mac);
    if (FAILED(hr) || *size == 0)
        return hr;
    if (*size > room)
        return E_UNEXPECTED;
    wmdm_ours(wmdm_conf(w), "the host's DecryptParam",
              sac_decrypt_param(wmdm_channel(w), data, *size));
    wmdm_mac(w, data, *size, size, sizeof(*size), expected);
    return memcmp(mac, expected, sizeof(mac)) == 0 ? hr : WMDM_E_MAC_CHECK_FAILED;
}

static IMDSPStorage *create_tagged(struct wmdm *w, IMDSPStorage *parent, const WCHAR *name,
                                   DWORD attributes, uint64_t size, IWMDMMetaData *metadata)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *storage = wmdm_query(w, parent, &IID_IMDSPStorage4);
    IMDSPStorage *created = NULL;

    SETUP_CALL(IMDSPStorage4, CreateStorageWithMetadata, storage, attributes, (WCHAR *)name,
               metadata, size, &created);
    SP_CALL("IMDSPStorage4::Release", IMDSPStorage4_Release(storage));
    return created;
}

/* A player of songs alone takes what is said to be one, whatever it is called. */
static IMDSPStorage *create_as_song(struct wmdm *w, IMDSPStorage *parent, const WCHAR *name,
                                    DWORD attributes, uint64_t size)
{
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *tags;
    IMDSPStorage *created;

    if (!conf_offers(c, "MTP.FORMAT.3009") || !wmdm_has(w, parent, &IID_IMDSPStorage4))
        conf_inconclusive(c, "the device takes songs alone, and not as MP3");
    tags = wmdm_metadata_new();
    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    created = create_tagged(w, parent, name, attributes, size, tags);
    IWMDMMetaData_Release(tags);
    return created;
}

IMDSPStorage *wmdm_create(struct wmdm *w, IMDSPStorage *parent, const char *name, DWORD attributes,
                          uint64_t size, IWMDMMetaData *metadata)
{
    struct conf *c = wmdm_conf(w);
    WCHAR *wide = com_utf16_from_utf8(name);
    IMDSPStorage *created = NULL;

    attributes |= WMDM_STORAGECONTROL_INSERTINTO;
    if (metadata) {
        created = create_tagged(w, parent, wide, attributes, size, metadata);
    } else {
        IMDSPStorage2 *storage = wmdm_query(w, parent, &IID_IMDSPStorage2);
        HRESULT hr;

        conf_in_step(c, "IMDSPStorage2::CreateStorage2");
        hr = CALL(IMDSPStorage2, CreateStorage2, storage, attributes, 0, NULL, NULL, wide, size,
                  &created);
        if (hr == WMDM_E_NOTSUPPORTED && !conf_offers(c, "!MTP || MTP.FORMAT.3000"))
            created = create_as_song(w, parent, wide, attributes, size);
        else
            wmdm_setup(c, "IMDSPStorage2::CreateStorage2", hr);
        SP_CALL("IMDSPStorage2::Release", IMDSPStorage2_Release(storage));
    }
    CoTaskMemFree(wide);
    if (!created)
        conf_refused(c,
                     metadata ? "IMDSPStorage4::CreateStorageWithMetadata"
                              : "IMDSPStorage2::CreateStorage2",
                     "a storage was created with S_OK and no pointer");
    if (parent == wmdm_root(w))
        wmdm_made(w, name);
    return created;
}

void wmdm_fill(struct wmdm *w, IMDSPStorage *file, const void *data, size_t length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = wmdm_query(w, file, &IID_IMDSPObject);

    SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
    for (size_t at = 0; at < length;) {
        DWORD size = length - at > BLOCK ? BLOCK : (DWORD)(length - at), asked = size;
        wmdm_setup(c, "IMDSPObject::Write", wmdm_write(w, object, (const BYTE *)data + at, &size));
        if (!size || size > asked)
            conf_refused(c, "IMDSPObject::Write",
                         "IMDSPObject::Write of %u bytes answered S_OK and took %u", asked, size);
        at += size;
    }
    SETUP_CALL(IMDSPObject, Close, object);
    SP_CALL("IMDSPObject::Release", IMDSPObject_Release(object));
}

IMDSPStorage *wmdm_put(struct wmdm *w, IMDSPStorage *parent, const char *name, const void *data,
                       size_t length)
{
    IMDSPStorage *file = wmdm_create(w, parent, name, WMDM_FILE_ATTR_FILE, length, NULL);

    wmdm_fill(w, file, data, length);
    return file;
}

BYTE *wmdm_get(struct wmdm *w, IMDSPStorage *storage, size_t *ret_length)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = wmdm_query(w, storage, &IID_IMDSPObject);
    BYTE *data = NULL;
    size_t length = 0;

    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    for (;;) {
        DWORD size = BLOCK;
        BYTE *grown = realloc(data, length + BLOCK);
        if (!grown)
            conf_setup_failed(c, "no memory");
        data = grown;
        wmdm_setup(c, "IMDSPObject::Read", wmdm_read(w, object, data + length, &size));
        if (!size)
            break;
        length += size;
    }
    SETUP_CALL(IMDSPObject, Close, object);
    SP_CALL("IMDSPObject::Release", IMDSPObject_Release(object));
    *ret_length = length;
    return data;
}

void wmdm_delete(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = wmdm_query(w, storage, &IID_IMDSPObject);

    SETUP_CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL);
    SP_CALL("IMDSPObject::Release", IMDSPObject_Release(object));
}

static void file_free(void *fixture)
{
    struct wmdm_file *f = fixture;
    struct conf *c = wmdm_conf(f->w);

    if (f->is_open)
        wmdm_file_close(f);
    if (f->object)
        SP_CALL("IMDSPObject::Release", IMDSPObject_Release(f->object));
    if (f->storage)
        SP_CALL("IMDSPStorage::Release", IMDSPStorage_Release(f->storage));
    free(f);
}

struct wmdm_file *wmdm_file(struct conf *c, const char *name, const void *data, size_t length)
{
    struct wmdm_file *f = calloc(1, sizeof(*f));

    if (!f)
        conf_setup_failed(c, "no memory");
    f->w = wmdm_open(c);
    conf_at_end(c, file_free, f);
    f->folder = wmdm_work_folder(f->w);
    f->storage = wmdm_put(f->w, f->folder, name, data, length);
    f->object = wmdm_query(f->w, f->storage, &IID_IMDSPObject);
    return f;
}

void wmdm_file_open(struct wmdm_file *f, DWORD mode)
{
    struct conf *c = wmdm_conf(f->w);

    SETUP_CALL(IMDSPObject, Open, f->object, mode);
    f->is_open = true;
}

void wmdm_file_close(struct wmdm_file *f)
{
    struct conf *c = wmdm_conf(f->w);

    f->is_open = false;
    SETUP_CALL(IMDSPObject, Close, f->object);
}

HRESULT wmdm_command(struct wmdm *w, const MTP_COMMAND_DATA_IN *command, const void *written,
                     BYTE *answer, DWORD *size)
{
    struct conf *c = wmdm_conf(w);
    const size_t head = offsetof(MTP_COMMAND_DATA_IN, CommandWriteData);
    const DWORD length = (DWORD)(head + command->CommandWriteDataSize);
    BYTE *whole = malloc(length);
    HRESULT hr;

    if (!whole)
        conf_setup_failed(c, "out of memory");
    memcpy(whole, command, head);
    if (command->CommandWriteDataSize)
        memcpy(whole + head, written, command->CommandWriteDataSize);
    hr = CALL(IMDSPDevice3, DeviceIoControl, wmdm_device3(w), IOCTL_MTP_CUSTOM_COMMAND, whole,
              length, answer, size);
    free(whole);
    return hr;
}
