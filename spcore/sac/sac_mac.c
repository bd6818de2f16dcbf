/* MACInit, MACUpdate and MACFinal. The hashing runs outside the channel's lock: several threads may
 * be at it, each with a MAC of its own. */
#include <string.h>

#include "spcore/sac/sac_private.h"

HRESULT sac_mac_init(struct sac_channel *channel, SAC_HMAC *ret_mac)
{
    struct sac_keys *keys;
    EVP_MAC_CTX *context;

    if (!channel || !ret_mac)
        return E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    context = sac_keys_mac(keys);
    sac_keys_unref(keys);
    if (context && sac_mac_keep(channel, context, ret_mac))
        return S_OK;
    EVP_MAC_CTX_free(context);
    return E_OUTOFMEMORY;
}

HRESULT sac_mac_update(struct sac_channel *channel, SAC_HMAC mac, const void *data, DWORD length)
{
    EVP_MAC_CTX *context;
    bool ok;

    if (!channel || !data)
        return E_INVALIDARG;
    context = sac_mac_take(channel, mac);
    if (!context)
        return E_INVALIDARG;
    ok = EVP_MAC_update(context, data, length) == 1;
    sac_mac_give(channel, context, false);
    return ok ? S_OK : E_OUTOFMEMORY;
}

HRESULT sac_mac_final(struct sac_channel *channel, SAC_HMAC mac, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    EVP_MAC_CTX *context;
    uint8_t whole[SAC_HASH];
    size_t length = 0;
    bool ok;

    if (!channel || !ret_mac)
        return E_INVALIDARG;
    context = sac_mac_take(channel, mac);
    if (!context)
        return E_INVALIDARG;
    ok = EVP_MAC_final(context, whole, &length, sizeof(whole)) == 1;
    sac_mac_give(channel, context, true);
    if (!ok)
        return E_OUTOFMEMORY;
    memcpy(ret_mac, whole, WMDM_MAC_LENGTH);
    return S_OK;
}
