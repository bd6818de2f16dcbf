/* The MACs under way, by handle: a slot's number and its generation, so that a handle that was
 * finished is refused even when another MAC uses its slot by now. */
#include <stdlib.h>
#include <string.h>

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

/* With the lock held: a free slot, or NULL when there is no memory or room. */
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

bool sac_mac_keep(struct sac_channel *channel, EVP_MAC_CTX *context, SAC_HMAC *ret_mac)
{
    struct sac_mac_slot *slot;

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
    return slot;
}

EVP_MAC_CTX *sac_mac_take(struct sac_channel *channel, SAC_HMAC mac)
{
    size_t slot = (mac & SLOT_MASK) - 1u;
    EVP_MAC_CTX *context = NULL;

    pthread_mutex_lock(&channel->lock);
    if (slot < channel->mac_count && channel->macs[slot].context && !channel->macs[slot].busy &&
        channel->macs[slot].generation == mac >> SLOT_BITS) {
        channel->macs[slot].busy = true;
        context = channel->macs[slot].context;
    }
    pthread_mutex_unlock(&channel->lock);
    return context;
}

void sac_mac_give(struct sac_channel *channel, EVP_MAC_CTX *context, bool finished)
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
