/* Parameters that carry a MAC: each has one of the channel it came through and gets one of the
 * channel it goes on through. */
#include <string.h>

#include "conformance/host/wmdm/mdm_private.h"

HRESULT mdm_mac(struct sac_channel *channel, const struct mdm_piece *pieces, size_t count,
                BYTE ret_mac[WMDM_MAC_LENGTH])
{
    SAC_HMAC mac;
    HRESULT hr = sac_mac_init(channel, &mac);

    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        if (pieces[i].length)
            hr = sac_mac_update(channel, mac, pieces[i].data, pieces[i].length);
    }
    return SUCCEEDED(hr) ? sac_mac_final(channel, mac, ret_mac) : hr;
}

HRESULT mdm_check(struct sac_channel *channel, const struct mdm_piece *pieces, size_t count,
                  const BYTE mac[WMDM_MAC_LENGTH])
{
    BYTE expected[WMDM_MAC_LENGTH];
    HRESULT hr = mdm_mac(channel, pieces, count, expected);

    if (SUCCEEDED(hr) && memcmp(mac, expected, sizeof(expected)) != 0)
        hr = WMDM_E_MAC_CHECK_FAILED;
    return hr;
}

HRESULT mdm_hand_on(struct sac_channel *from, struct sac_channel *to,
                    const struct mdm_piece *pieces, size_t count, BYTE mac[WMDM_MAC_LENGTH])
{
    HRESULT hr = mdm_check(from, pieces, count, mac);

    return SUCCEEDED(hr) ? mdm_mac(to, pieces, count, mac) : hr;
}

static HRESULT opaque(struct sac_channel *from, struct sac_channel *to, OPAQUECOMMAND *command)
{
    const struct mdm_piece pieces[] = {
        {&command->guidCommand, sizeof(command->guidCommand)},
        {&command->dwDataLen, sizeof(command->dwDataLen)},
        {command->pData, command->pData ? command->dwDataLen : 0},
    };

    return mdm_hand_on(from, to, pieces, ARRAY_SIZE(pieces), command->abMAC);
}

HRESULT mdm_opaque_out(const struct mdm_way *way, OPAQUECOMMAND *command)
{
    return opaque(way->application->channel, way->provider->channel, command);
}

HRESULT mdm_opaque_in(const struct mdm_way *way, OPAQUECOMMAND *command)
{
    return opaque(way->provider->channel, way->application->channel, command);
}
