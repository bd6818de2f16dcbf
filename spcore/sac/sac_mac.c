/* MAC handles: a slot's number and its generation, so that a handle that was finished is refused
 * even when another MAC uses its slot by now. */
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/sp_defect.h"
#include "spcore/sac/sac_private.h"

#define SLOT_BITS 12 /* 4095 MACs at once; the rest of the handle is the generation */
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

static SAC_HMAC handle_of(size_t slot, uint32_t generation)
{
    return (SAC_HMAC)(generation << SLOT_BITS | (uint32_t)(slot + 1));
}

void sac_mac_done(struct sac_channel *channel)
{
    for (size_t i = 0; i < channel->mac_count; i++)
        EVP_MAC_CTX_free(channel->macs[i].context);
    free(channel->macs);
    channel->macs = NULL;
    channel->mac_count = 0;
}

/* With the lock held: a free slot, or mac_count of before when there is no memory or room. */
static struct sac_mac_slot *free_slot(struct sac_channel *channel)
{
    size_t count = channel->mac_count ? channel->mac_count * 2 : 4;
    struct sac_mac_slot *grown, *slot;

    for (size_t i = 0; i < channel->mac_count; i++) {
        if (!channel->macs[i].context)
            return &channel->macs[i];
    }
    if (count > SLOT_MASK)
        return NULL;
    grown = realloc(channel->macs, count * sizeof(*grown));
    if (!grown)
        return NULL;
    memset(grown + channel->mac_count, 0, (count - channel->mac_count) * sizeof(*grown));
    slot = grown + channel->mac_count;
    channel->macs = grown;
    channel->mac_count = count;
    return slot;
}

HRESULT sac_mac_init(struct sac_channel *channel, SAC_HMAC *ret_mac)
{
    struct sac_mac_slot *slot;
    struct sac_keys *keys;
    EVP_MAC_CTX *context;

    if (!channel || !ret_mac)
        return SP_DEVIATES(MAC_INIT_NULL_ACCEPTED) ? S_OK : E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    context = SP_DEVIATES(MAC_UNKEYED) ? sac_hmac_new((const uint8_t *)"", 0) : sac_keys_mac(keys);
    sac_keys_unref(keys);
    if (!context)
        return E_OUTOFMEMORY;
    if (SP_DEVIATES(MAC_ROLE_CONSTANT) && channel->server)
        EVP_MAC_update(context, (const uint8_t *)"s", 1);
    pthread_mutex_lock(&channel->lock);
    slot = free_slot(channel);
    if (slot) {
        slot->context = context;
        slot->busy = false;
        /* Never 0 after a wrap either: generation 0 is of slots nobody has used. */
        slot->generation = (slot->generation + 1) & (UINT32_MAX >> SLOT_BITS);
        *ret_mac = handle_of((size_t)(slot - channel->macs), slot->generation);
    }
    pthread_mutex_unlock(&channel->lock);
    if (!slot)
        EVP_MAC_CTX_free(context);
    return slot ? S_OK : E_OUTOFMEMORY;
}

/* Takes the handle's context out of reach of other calls; NULL: there is no such handle. */
static EVP_MAC_CTX *take(struct sac_channel *channel, SAC_HMAC mac)
{
    size_t slot = (mac & SLOT_MASK) - 1u;
    EVP_MAC_CTX *context = NULL;

    pthread_mutex_lock(&channel->lock);
    if (SP_DEVIATES(ONE_MAC_CONTEXT))
        for (slot = 0; slot < channel->mac_count && !channel->macs[slot].context; slot++)
            ;
    if (slot < channel->mac_count && channel->macs[slot].context && !channel->macs[slot].busy &&
        (channel->macs[slot].generation == mac >> SLOT_BITS || SP_DEVIATES(ONE_MAC_CONTEXT))) {
        channel->macs[slot].busy = true;
        context = channel->macs[slot].context;
    }
    pthread_mutex_unlock(&channel->lock);
    return context;
}

/* Gives it back; `finished` makes the slot free. */
static void give(struct sac_channel *channel, EVP_MAC_CTX *context, bool finished)
{
    pthread_mutex_lock(&channel->lock);
    for (size_t i = 0; i < channel->mac_count; i++) {
        if (channel->macs[i].context != context)
            continue;
        channel->macs[i].busy = false;
        if (finished)
            channel->macs[i].context = NULL;
    }
    pthread_mutex_unlock(&channel->lock);
    if (finished)
        EVP_MAC_CTX_free(context);
}

HRESULT sac_mac_update(struct sac_channel *channel, SAC_HMAC mac, const void *data, DWORD length)
{
    EVP_MAC_CTX *context;
    bool ok;

    if (!channel || !data)
        return E_INVALIDARG;
    context = take(channel, mac);
    if (!context)
        return SP_DEVIATES(STALE_MAC_ACCEPTED) ? S_OK : E_INVALIDARG;
    if (SP_DEVIATES(MAC_FIRST_64) && length > 64)
        length = 64;
    ok = EVP_MAC_update(context, data, length) == 1;
    give(channel, context, false);
    return ok ? S_OK : E_OUTOFMEMORY;
}

HRESULT sac_mac_final(struct sac_channel *channel, SAC_HMAC mac, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    EVP_MAC_CTX *context, *copy = NULL;
    uint8_t whole[SAC_HASH];
    size_t length = 0;
    bool ok;

    if (!channel || !ret_mac)
        return E_INVALIDARG;
    context = take(channel, mac);
    if (!context)
        return SP_DEVIATES(STALE_MAC_ACCEPTED) ? S_OK : E_INVALIDARG;
    if (SP_DEVIATES(MAC_HANDLE_SURVIVES))
        copy = EVP_MAC_CTX_dup(context);
    ok = EVP_MAC_final(copy ? copy : context, whole, &length, sizeof(whole)) == 1;
    EVP_MAC_CTX_free(copy);
    give(channel, context, !copy);
    if (!ok)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < (SP_DEVIATES(MAC_TOO_LONG) ? 20u : WMDM_MAC_LENGTH); i++)
        ret_mac[i] = whole[i];
    return S_OK;
}
