/* Defects of SendOpaqueCommand. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_opaque.h"

enum { MAC_HEAD = sizeof(GUID) + sizeof(DWORD) };

static HRESULT mac_of(struct sp_device *device, const OPAQUECOMMAND *command, DWORD head,
                      DWORD length, BYTE *ret_mac)
{
    return sp_mac(device->context, command, head, command->pData, length, ret_mac);
}

static bool folds_equal(const BYTE *one, const BYTE *other)
{
    BYTE difference = 0;

    for (size_t i = 0; i < WMDM_MAC_LENGTH; i++)
        difference ^= one[i] ^ other[i];
    return !difference;
}

/* Agrees to what only these parts have a MAC of: the one by the book is put in its place. */
static void agree(struct sp_device *device, OPAQUECOMMAND *command)
{
    const DWORD length = command->pData ? command->dwDataLen : 0;
    OPAQUECOMMAND other = *command;
    BYTE seen[WMDM_MAC_LENGTH] = {0};

    if (deviates(OPAQUE_GUID_UNCHECKED))
        other.guidCommand.Data4[7] = 1;
    if (deviates(OPAQUE_LENGTH_UNCHECKED))
        other.dwDataLen = length == 6 ? 7 : length;
    if (FAILED(mac_of(device, &other, MAC_HEAD, other.pData ? other.dwDataLen : 0, seen)))
        return;
    if (deviates(OPAQUE_MAC_FOLDED) && folds_equal(seen, command->abMAC))
        (void)mac_of(device, command, MAC_HEAD, length, command->abMAC);
    if (deviates(OPAQUE_MAC_SHORT) ? memcmp(seen, command->abMAC, WMDM_MAC_LENGTH - 1) == 0
                                   : memcmp(seen, command->abMAC, sizeof(seen)) == 0)
        (void)mac_of(device, command, MAC_HEAD, length, command->abMAC);
}

/* The answer has one byte less, or another end. */
static void spoil_answer(OPAQUECOMMAND *command, DWORD sent)
{
    DWORD *length = &command->dwDataLen;

    if (deviates(OPAQUE_CUT) && sent && *length > 256)
        *length = 256;
    if (deviates(OPAQUE_ONE_LOST) && *length == 1)
        *length = 0;
    if (deviates(OPAQUE_ANSWER_CUT) && *length > sent && sent)
        *length = sent;
    if (deviates(OPAQUE_ANSWER_UNALLOCATED) && !sent && *length) {
        CoTaskMemFree(command->pData);
        command->pData = NULL;
        *length = 0;
    }
    if (deviates(OPAQUE_LENGTH_KEPT) && *length < sent)
        *length = sent;
}

static HRESULT by_the_book(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command);

static HRESULT spoilt(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command)
{
    const OPAQUECOMMAND before = *command;
    HRESULT hr;

    agree(device, command);
    if ((deviates(OPAQUE_DATA_UNCHECKED) || (storage && deviates(OPAQUE_STORAGE_UNCHECKED))) &&
        command->pData)
        (void)mac_of(device, command, MAC_HEAD, command->dwDataLen, command->abMAC);
    hr = by_the_book(device, storage, command);
    if (hr == S_OK)
        spoil_answer(command, before.dwDataLen);
    if (hr == S_OK && deviates(OPAQUE_MAC_KEPT))
        memcpy(command->abMAC, before.abMAC, WMDM_MAC_LENGTH);
    if (hr == S_OK && deviates(OPAQUE_MAC_OF_20))
        memset(command->abMAC + WMDM_MAC_LENGTH, 0, sizeof(before.abMAC) - WMDM_MAC_LENGTH);
    return hr;
}

SEAM(sp_opaque_send);
static HRESULT by_the_book(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command)
{
    return __real_sp_opaque_send(device, storage, command);
}

/* What has a wrong MAC is sent all the same, with a good one, and refused then. */
static void send_late(struct sp_device *device, uint32_t storage, const OPAQUECOMMAND *command)
{
    OPAQUECOMMAND copy = *command;

    copy.pData = CoTaskMemAlloc(copy.dwDataLen + 1);
    if (!copy.pData)
        return;
    memcpy(copy.pData, command->pData, copy.dwDataLen);
    (void)mac_of(device, &copy, MAC_HEAD, copy.dwDataLen, copy.abMAC);
    (void)by_the_book(device, storage, &copy);
    CoTaskMemFree(copy.pData);
}

HRESULT __wrap_sp_opaque_send(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command)
{
    static const BYTE zero[sizeof(command->abMAC) - WMDM_MAC_LENGTH];
    HRESULT hr;

    if (deviates(OPAQUE_EMPTY_REFUSED) && !command->pData && !storage &&
        command->guidCommand.Data4[7] == 1)
        return E_INVALIDARG;
    if (deviates(OPAQUE_MAC_20_WANTED) &&
        memcmp(command->abMAC + WMDM_MAC_LENGTH, zero, sizeof(zero)) != 0)
        return WMDM_E_MAC_CHECK_FAILED;
    hr = spoilt(device, storage, command);
    if (deviates(OPAQUE_SENT_FIRST) && hr == WMDM_E_MAC_CHECK_FAILED && command->pData)
        send_late(device, storage, command);
    return hr;
}
