/* A command that only the application and the device understand goes through as it is, and so does
 * the answer. MTP has nothing for it: two operations of a vendor's own carry it here (papkit's,
 * 0x9711 and 0x9712), one to the device and one back. */
#include "spcore/sp/sp_opaque.h"

#include <errno.h>
#include <stdlib.h>

#include "spcore/sp/sp_facts.h"

enum { GUID_SIZE = 16, ANSWER_MOST = 16u << 20 };

/* What stands before the data, which is what the MAC covers in this order: guidCommand, dwDataLen.
 */
enum { MAC_HEAD = offsetof(OPAQUECOMMAND, dwDataLen) + sizeof(DWORD) };

static HRESULT mac_of(struct sp_context *context, const OPAQUECOMMAND *command,
                      BYTE ret_mac[WMDM_MAC_LENGTH])
{
    return sp_mac(context, command, MAC_HEAD, command->pData,
                  command->pData ? command->dwDataLen : 0, ret_mac);
}

/* Only the first bytes of the field are a MAC's (U9). */
static HRESULT check_mac(struct sp_context *context, const OPAQUECOMMAND *command)
{
    BYTE expected[WMDM_MAC_LENGTH];
    HRESULT hr = mac_of(context, command, expected);

    if (FAILED(hr))
        return hr;
    return memcmp(command->abMAC, expected, sizeof(expected)) == 0 ? S_OK : WMDM_E_MAC_CHECK_FAILED;
}

/* ---- the two operations */
static HRESULT run(struct sp_device *device, uint16_t code, const uint32_t *params, unsigned count,
                   struct mtpi_data *data)
{
    struct mtpi_response response = {0};
    int result =
        mtpi_transact(sp_connection_mtpi(device->connection), code, params, count, data, &response);

    if (!result && response.code != MTP_RC_OK)
        result = response.code;
    return sp_connection_hr(device->connection, result);
}

static void put16(BYTE *at, uint16_t value)
{
    at[0] = (BYTE)value;
    at[1] = (BYTE)(value >> 8);
}

static HRESULT send(struct sp_device *device, uint32_t storage, const OPAQUECOMMAND *command)
{
    const GUID *guid = &command->guidCommand;
    DWORD length = command->pData ? command->dwDataLen : 0;
    BYTE *bytes = malloc(GUID_SIZE + (size_t)length);
    struct mtpi_data data = {
        .out = bytes, .out_length = GUID_SIZE + (uint64_t)length, .has_out = true};
    HRESULT hr;

    if (!bytes)
        return E_OUTOFMEMORY;
    put16(bytes, (uint16_t)guid->Data1);
    put16(bytes + 2, (uint16_t)(guid->Data1 >> 16));
    put16(bytes + 4, guid->Data2);
    put16(bytes + 6, guid->Data3);
    memcpy(bytes + 8, guid->Data4, sizeof(guid->Data4));
    if (length)
        memcpy(bytes + GUID_SIZE, command->pData, length);
    hr = run(device, MTP_OP_SEND_OPAQUE_COMMAND, &storage, 1, &data);
    free(bytes);
    return hr;
}

struct answer {
    BYTE *data; /* of the task allocator */
    size_t size;
};

static int gather(void *context, const void *data, size_t length)
{
    struct answer *answer = context;
    BYTE *grown = length > ANSWER_MOST - answer->size
                      ? NULL
                      : CoTaskMemRealloc(answer->data, answer->size + length);

    if (!grown)
        return length > ANSWER_MOST - answer->size ? -EFBIG : -ENOMEM;
    answer->data = grown;
    memcpy(grown + answer->size, data, length);
    answer->size += length;
    return 0;
}

static HRESULT receive(struct sp_device *device, struct answer *answer)
{
    struct mtpi_data data = {.has_in = true, .sink = gather, .context = answer};

    return run(device, MTP_OP_GET_OPAQUE_ANSWER, NULL, 0, &data);
}

/* ---- the answer in the command's place */
static void replace(OPAQUECOMMAND *command, struct answer *answer)
{
    if (command->pData && answer->size <= command->dwDataLen) {
        if (answer->size)
            memcpy(command->pData, answer->data, answer->size);
    } else if (answer->size) {
        CoTaskMemFree(command->pData);
        command->pData = answer->data;
        answer->data = NULL;
    }
    command->dwDataLen = (DWORD)answer->size;
    CoTaskMemFree(answer->data);
}

static HRESULT exchange(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command)
{
    struct mtpi *mtpi = sp_connection_mtpi(device->connection);
    struct answer answer = {0};
    HRESULT hr;

    mtpi_hold(mtpi); /* the answer is the last command's, whosever that was */
    hr = send(device, storage, command);
    if (SUCCEEDED(hr))
        hr = receive(device, &answer);
    mtpi_let_go(mtpi);
    if (FAILED(hr)) {
        CoTaskMemFree(answer.data);
        return hr;
    }
    replace(command, &answer);
    return mac_of(device->context, command, command->abMAC);
}

HRESULT sp_opaque_send(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command)
{
    const struct sp_facts *facts = sp_connection_facts(device->connection);
    HRESULT hr;

    if (!sp_facts_lists(facts, MTP_OP_SEND_OPAQUE_COMMAND) ||
        !sp_facts_lists(facts, MTP_OP_GET_OPAQUE_ANSWER))
        return WMDM_E_NOTSUPPORTED;
    if (command->dwDataLen && !command->pData)
        return E_INVALIDARG;
    hr = check_mac(device->context, command);
    return FAILED(hr) ? hr : exchange(device, storage, command);
}
