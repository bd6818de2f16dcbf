/* "Enabling Synchronization with Windows Media Player", held as a whole: what is missing is said
 * all at once, not one thing a try. */
#include "spcore/base.h"
#include "spcore/sync/sync.h"

static bool is_extended(const struct sync_offer *offer)
{
    return offer->has_extended && offer->extended_is_dword && offer->extended == 1;
}

static const char *why_not_extended(const struct sync_offer *offer)
{
    return !offer->has_extended        ? "the device parameter UseExtendedWmdm is not there"
           : !offer->extended_is_dword ? "the device parameter UseExtendedWmdm is no REG_DWORD"
                                       : "the device parameter UseExtendedWmdm is not 1";
}

unsigned sync_offer_missing(const struct sync_offer *offer,
                            void (*say)(void *context, const char *words), void *context)
{
    const struct {
        bool there;
        const char *words;
    } asked[] = {
        {offer->by_default || offer->pap_interface,
         "the device does not advertise the portable audio player interface "
         "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"},
        {offer->by_default || is_extended(offer), why_not_extended(offer)},
        {offer->device3, "the provider's device has no IMDSPDevice3"},
        {offer->object2, "the provider's storages have no IMDSPObject2"},
        {offer->storage4, "the provider's storages have no IMDSPStorage4"},
    };
    unsigned missing = 0;

    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        if (asked[i].there)
            continue;
        missing++;
        say(context, asked[i].words);
    }
    return missing;
}
