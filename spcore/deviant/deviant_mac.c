/* Defects of the channel's MACs: what goes into one, and how long its handle is one. */
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

SEAM(sac_mac_init);
HRESULT __wrap_sac_mac_init(struct sac_channel *channel, SAC_HMAC *ret_mac)
{
    HRESULT hr = __real_sac_mac_init(channel, ret_mac);

    if (hr == E_INVALIDARG && deviates(MAC_INIT_NULL_ACCEPTED))
        return S_OK;
    if (SUCCEEDED(hr) && channel->server && deviates(MAC_ROLE_CONSTANT))
        return sac_mac_update(channel, *ret_mac, "s", 1);
    return hr;
}

SEAM(sac_mac_update);
HRESULT __wrap_sac_mac_update(struct sac_channel *channel, SAC_HMAC mac, const void *data,
                              DWORD length)
{
    HRESULT hr;

    if (deviates(MAC_FIRST_64) && length > 64)
        length = 64;
    hr = __real_sac_mac_update(channel, mac, data, length);
    return hr == E_INVALIDARG && data && deviates(STALE_MAC_ACCEPTED) ? S_OK : hr;
}

SEAM(sac_mac_final);
HRESULT __wrap_sac_mac_final(struct sac_channel *channel, SAC_HMAC mac,
                             BYTE ret_mac[WMDM_MAC_LENGTH])
{
    HRESULT hr = __real_sac_mac_final(channel, mac, ret_mac);

    for (size_t i = 0; SUCCEEDED(hr) && deviates(MAC_TOO_LONG) && i < 20; i++)
        ret_mac[i] = ret_mac[i % WMDM_MAC_LENGTH];
    return hr == E_INVALIDARG && ret_mac && deviates(STALE_MAC_ACCEPTED) ? S_OK : hr;
}

SEAM(sac_keys_mac);
EVP_MAC_CTX *__wrap_sac_keys_mac(const struct sac_keys *keys)
{
    return deviates(MAC_UNKEYED) ? sac_hmac_new((const uint8_t *)"", 0) : __real_sac_keys_mac(keys);
}

/* ---- handles */

/* The first that is under way, whatever the handle. */
static EVP_MAC_CTX *take_first(struct sac_channel *channel)
{
    EVP_MAC_CTX *context = NULL;

    pthread_mutex_lock(&channel->lock);
    for (size_t i = 0; i < channel->mac_count && !context; i++) {
        if (channel->macs[i].busy)
            continue;
        context = channel->macs[i].context;
        channel->macs[i].busy = context;
    }
    pthread_mutex_unlock(&channel->lock);
    return context;
}

SEAM(sac_mac_take);
EVP_MAC_CTX *__wrap_sac_mac_take(struct sac_channel *channel, SAC_HMAC mac)
{
    return deviates(ONE_MAC_CONTEXT) ? take_first(channel) : __real_sac_mac_take(channel, mac);
}

SEAM(sac_mac_give);
void __wrap_sac_mac_give(struct sac_channel *channel, EVP_MAC_CTX *context, bool finished)
{
    __real_sac_mac_give(channel, context, finished && !deviates(MAC_HANDLE_SURVIVES));
}

/* Of a copy, so that the handle that survives can go on. */
SEAM(EVP_MAC_final);
int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *ret, size_t *ret_length, size_t room)
{
    EVP_MAC_CTX *copy = deviates(MAC_HANDLE_SURVIVES) ? EVP_MAC_CTX_dup(context) : NULL;
    int ok = __real_EVP_MAC_final(copy ? copy : context, ret, ret_length, room);

    EVP_MAC_CTX_free(copy);
    return ok;
}
