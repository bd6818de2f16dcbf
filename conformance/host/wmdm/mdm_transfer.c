/* Both ends of a transfer. In between data is in the clear and ours: each end's channel begins and
 * ends here. */
#include "conformance/host/wmdm/mdm_transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_hresult.h"

/* ---- the application */
void mdm_party_ask(struct mdm_party *party, bool clear)
{
    if (!clear || !party->operation ||
        FAILED(IWMDMOperation_QueryInterface(party->operation, &IID_IWMDMOperation3,
                                             (void **)&party->clear)))
        party->clear = NULL;
}

void mdm_party_done(struct mdm_party *party)
{
    LET_GO(party->clear);
    if (party->file)
        fclose(party->file);
    party->file = NULL;
}

static HRESULT from_file(FILE *file, BYTE *data, DWORD *size)
{
    size_t got = fread(data, 1, *size, file);

    if (ferror(file))
        return hr_from_errno(-errno);
    *size = (DWORD)got;
    return feof(file) ? S_FALSE : S_OK;
}

static HRESULT opened(struct sac_channel *channel, BYTE *data, DWORD size, const BYTE *mac)
{
    const struct mdm_piece pieces[] = {{data, size}, {&size, sizeof(size)}};
    HRESULT hr = sac_decrypt_param(channel, data, size);

    return FAILED(hr) ? hr : mdm_check(channel, pieces, ARRAY_SIZE(pieces), mac);
}

HRESULT mdm_data_close(struct sac_channel *channel, BYTE *data, DWORD size, BYTE *mac)
{
    const struct mdm_piece pieces[] = {{data, size}, {&size, sizeof(size)}};
    HRESULT hr = mdm_mac(channel, pieces, ARRAY_SIZE(pieces), mac);

    return FAILED(hr) ? hr : sac_encrypt_param(channel, data, size);
}

HRESULT mdm_party_get(struct mdm_party *party, BYTE *data, DWORD *size)
{
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    DWORD room = *size;
    HRESULT hr, checked = S_OK;

    if (party->file)
        return from_file(party->file, data, size);
    if (!party->operation) {
        *size = 0;
        return S_FALSE;
    }
    hr = party->clear ? IWMDMOperation3_TransferObjectDataOnClearChannel(party->clear, data, size)
                      : IWMDMOperation_TransferObjectData(party->operation, data, size, mac);
    if (FAILED(hr))
        return hr;
    if (*size > room)
        return E_INVALIDARG;
    if (!party->clear && *size)
        checked = opened(party->channel, data, *size, mac);
    if (FAILED(checked))
        return checked;
    return *size ? hr : S_FALSE; /* who has nothing now has nothing more */
}

HRESULT mdm_party_put(struct mdm_party *party, BYTE *data, DWORD size)
{
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    DWORD taken = size;
    HRESULT hr = S_OK;

    if (party->file)
        return fwrite(data, 1, size, party->file) == size ? S_OK : hr_from_errno(-errno);
    if (!party->operation)
        return S_OK;
    if (party->clear) {
        hr = IWMDMOperation3_TransferObjectDataOnClearChannel(party->clear, data, &taken);
    } else {
        hr = mdm_data_close(party->channel, data, size, mac);
        if (SUCCEEDED(hr))
            hr = IWMDMOperation_TransferObjectData(party->operation, data, &taken, mac);
    }
    return SUCCEEDED(hr) && taken < size ? HRESULT_FROM_WIN32(ERROR_DISK_FULL) : hr;
}

/* ---- the provider */
HRESULT mdm_object_open(const struct mdm_way *way, IMDSPStorage *storage, DWORD mode,
                        struct mdm_object *ret_object)
{
    struct mdm_object object = {.channel = way->provider->channel};
    HRESULT hr = mdm_query(way, storage, &IID_IMDSPObject, &object.object);

    if (FAILED(hr))
        return hr;
    (void)mdm_query(way, storage, &IID_IMDSPObject2, &object.clear);
    hr = IMDSPObject_Open(object.object, mode);
    if (FAILED(hr)) {
        LET_GO(object.clear);
        LET_GO(object.object);
        return hr;
    }
    *ret_object = object;
    return S_OK;
}

HRESULT mdm_object_close(struct mdm_object *object)
{
    HRESULT hr = IMDSPObject_Close(object->object);

    LET_GO(object->clear);
    LET_GO(object->object);
    return hr;
}

/* Write leaves its buffer in the clear or encrypted, the documents do not say: it gets one of its
 * own. */
static HRESULT write_closed(struct mdm_object *object, const BYTE *data, DWORD *size)
{
    BYTE mac[WMDM_MAC_LENGTH], *copy = malloc(*size);
    HRESULT hr;

    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, data, *size);
    hr = mdm_data_close(object->channel, copy, *size, mac);
    if (SUCCEEDED(hr))
        hr = IMDSPObject_Write(object->object, copy, size, mac);
    free(copy);
    return hr;
}

HRESULT mdm_object_write(struct mdm_object *object, BYTE *data, DWORD size)
{
    while (size) {
        DWORD taken = size;
        HRESULT hr = object->clear ? IMDSPObject2_WriteOnClearChannel(object->clear, data, &taken)
                                   : write_closed(object, data, &taken);

        if (FAILED(hr))
            return hr;
        if (!taken || taken > size)
            return E_UNEXPECTED;
        data += taken;
        size -= taken;
    }
    return S_OK;
}

HRESULT mdm_object_read(struct mdm_object *object, BYTE *data, DWORD *size)
{
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    DWORD room = *size;
    HRESULT hr = object->clear ? IMDSPObject2_ReadOnClearChannel(object->clear, data, size)
                               : IMDSPObject_Read(object->object, data, size, mac);

    if (FAILED(hr))
        return hr;
    if (*size > room)
        return E_UNEXPECTED;
    if (!object->clear && *size)
        return opened(object->channel, data, *size, mac);
    return S_OK;
}
