/* Defects of the channel's MACs: what goes into one, and how long its handle is one. */
#include <string.h>

#include "spcore/deviant/deviant_handshake.h"
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

SEAM(sac_mac_init);
SEAM(sac_mac_final);

/* The handle that was finished last, and the one that was fed last; 0: none. */
static _Thread_local SAC_HMAC last_finished, last_fed;
static _Thread_local BYTE last_mac[WMDM_MAC_LENGTH];

/* What a new MAC begins with of what is not the caller's. */
static HRESULT begin(struct sac_channel *channel, SAC_HMAC mac)
{
    static const BYTE none[WMDM_MAC_LENGTH];

    if (channel->server && deviates(MAC_ROLE_CONSTANT))
        return sac_mac_update(channel, mac, "s", 1);
    if (deviates(MAC_CHAINS) && memcmp(last_mac, none, sizeof(none)) != 0)
        return sac_mac_update(channel, mac, last_mac, sizeof(last_mac));
    return S_OK;
}

static unsigned count_open(struct sac_channel *channel)
{
    unsigned count = 0;

    pthread_mutex_lock(&channel->lock);
    for (size_t i = 0; i < channel->mac_count; i++)
        count += channel->macs[i].context != NULL;
    pthread_mutex_unlock(&channel->lock);
    return count;
}

HRESULT __wrap_sac_mac_init(struct sac_channel *channel, SAC_HMAC *ret_mac)
{
    HRESULT hr = __real_sac_mac_init(channel, ret_mac);

    if (channel && !ret_mac && deviates(MAC_INIT_NULL_ENDS))
        sac_mac_done(channel);
    if (hr == E_INVALIDARG && deviates(MAC_INIT_NULL_ACCEPTED))
        return S_OK;
    if (FAILED(hr) || !channel || !ret_mac)
        return hr;
    if (deviates(MAC_TWO_AT_ONCE) && count_open(channel) > 2) {
        BYTE mac[WMDM_MAC_LENGTH];

        (void)__real_sac_mac_final(channel, *ret_mac, mac);
        return E_OUTOFMEMORY;
    }
    last_fed = 0;
    hr = begin(channel, *ret_mac);
    if (deviates(MAC_INIT_NO_HANDLE)) {
        BYTE mac[WMDM_MAC_LENGTH];

        (void)__real_sac_mac_final(channel, *ret_mac, mac);
        *ret_mac = 0;
    }
    return hr;
}

/* As if nothing had been fed yet. */
static void restart(struct sac_channel *channel, SAC_HMAC mac)
{
    EVP_MAC_CTX *context = sac_mac_take(channel, mac);

    if (!context)
        return;
    (void)EVP_MAC_init(context, NULL, 0, NULL);
    sac_mac_give(channel, context, false);
}

/* Of a handle that is none, and of no data. */
static HRESULT refused_update(SAC_HMAC mac, const void *data, HRESULT hr)
{
    bool forgiven = !data                  ? deviates(MAC_UPDATE_NULL_OK)
                    : mac == last_finished ? deviates(FINISHED_MAC_FED)
                                           : deviates(STALE_MAC_ACCEPTED);

    return hr == E_INVALIDARG && forgiven ? S_OK : hr;
}

SEAM(sac_mac_update);
HRESULT __wrap_sac_mac_update(struct sac_channel *channel, SAC_HMAC mac, const void *data,
                              DWORD length)
{
    HRESULT hr;

    if (mac == last_fed && mac && deviates(MAC_FIRST_UPDATE))
        return S_OK;
    if (deviates(MAC_LAST_UPDATE) && data)
        restart(channel, mac);
    if (deviates(MAC_FIRST_64) && length > 64)
        length = 64;
    if (deviates(MAC_FIRST_64K) && length > 65536)
        length = 65536;
    if (deviates(MAC_UPDATE_SHORT) && length)
        length--;
    hr = __real_sac_mac_update(channel, mac, data, length);
    if (SUCCEEDED(hr))
        last_fed = mac;
    return refused_update(mac, data, hr);
}

/* What MACFinal leaves of the MAC and in the handles. */
static void after_final(struct sac_channel *channel, SAC_HMAC mac, BYTE *ret_mac,
                        const BYTE before[WMDM_MAC_LENGTH])
{
    last_finished = mac;
    memcpy(last_mac, ret_mac, sizeof(last_mac));
    for (size_t i = 0; deviates(MAC_TOO_LONG) && i < 20; i++)
        ret_mac[i] = ret_mac[i % WMDM_MAC_LENGTH];
    if (deviates(MAC_HALF_WRITTEN))
        memcpy(ret_mac + 4, before + 4, 4);
    if (deviates(MAC_FINAL_ENDS_ALL))
        sac_mac_done(channel);
}

HRESULT __wrap_sac_mac_final(struct sac_channel *channel, SAC_HMAC mac,
                             BYTE ret_mac[WMDM_MAC_LENGTH])
{
    BYTE before[WMDM_MAC_LENGTH] = {0};
    HRESULT hr;

    if (ret_mac)
        memcpy(before, ret_mac, sizeof(before));
    hr = __real_sac_mac_final(channel, mac, ret_mac);
    if (SUCCEEDED(hr) && ret_mac)
        after_final(channel, mac, ret_mac, before);
    return hr == E_INVALIDARG && ret_mac && mac == last_finished && deviates(FINISHED_MAC_FINAL)
               ? S_OK
               : hr;
}

SEAM(sac_keys_mac);
EVP_MAC_CTX *__wrap_sac_keys_mac(const struct sac_keys *keys)
{
    if (deviates(SET_KEY_OLD_MACS) && deviant_keys_replaced())
        keys = deviant_keys_replaced();
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
    bool any =
        deviates(ONE_MAC_CONTEXT) || (mac == last_finished && deviates(FINISHED_MAC_IS_NEXT));

    return any ? take_first(channel) : __real_sac_mac_take(channel, mac);
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
