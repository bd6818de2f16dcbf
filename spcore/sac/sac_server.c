/* The provider's end: it answers, pass by pass, what an application sends through
 * IComponentAuthenticate. */
#include <errno.h>

#include "spcore/sac/sac_private.h"

/* Pass 0: hello in, offer out. */
static int pass_0(struct sac_channel *channel, struct sac_bytes in, struct sac_writer *ret_out)
{
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_HELLO);
    struct sac_bytes random, public;
    uint8_t own[SAC_RANDOM + SAC_PUBLIC];
    struct sac_handshake *handshake;

    random = sac_read(&r, SAC_RANDOM);
    public = sac_read(&r, SAC_PUBLIC);
    if (!sac_read_done(&r) || !random.data)
        return -EBADMSG;
    handshake = sac_handshake_new();
    sac_handshake_free(channel->handshake);
    channel->handshake = handshake;
    if (!handshake || !sac_handshake_share(handshake, own))
        return -ENOMEM;
    if (!sac_agree(handshake->ephemeral, public, handshake->secret))
        return -EBADMSG;
    sac_write_begin(ret_out, SAC_OFFER);
    sac_write(ret_out, own, sizeof(own));
    if (!sac_handshake_add(handshake, in.data, in.length) ||
        !sac_handshake_sign(handshake, channel->identity, sac_label_provider, ret_out))
        return -ENOMEM;
    return 0;
}

/* Pass 1: proof in, done out, and the channel is open. */
static int pass_1(struct sac_channel *channel, struct sac_bytes in, struct sac_writer *ret_out)
{
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_PROOF);
    struct sac_handshake *handshake = channel->handshake;
    uint8_t finish[SAC_HASH];
    struct sac_keys *keys;
    int error;

    error = sac_handshake_verify(handshake, SAC_ROLE_APPLICATION, sac_label_application, in, &r);
    if (error)
        return error;
    keys = sac_handshake_keys(handshake, finish);
    if (!keys)
        return -ENOMEM;
    sac_write_begin(ret_out, SAC_DONE);
    sac_write(ret_out, finish, sizeof(finish));
    sac_write_length(ret_out, 0);
    sac_channel_open(channel, keys, handshake->peer->level);
    return 0;
}

/* With the lock held; what a pass has to find, else the code that says so. */
static HRESULT check_order(const struct sac_channel *channel, DWORD pass)
{
    if (!channel->identity)
        return WMDM_E_CALL_OUT_OF_SEQUENCE; /* SetCertificate comes first */
    if (pass == 1 && !channel->handshake)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return S_OK;
}

static HRESULT run_pass(struct sac_channel *channel, DWORD pass, struct sac_bytes in,
                        BYTE **ret_out, DWORD *ret_out_length)
{
    struct sac_writer out = {.failed = true};
    HRESULT hr = check_order(channel, pass);

    if (SUCCEEDED(hr))
        hr = sac_hr(pass == 0 ? pass_0(channel, in, &out) : pass_1(channel, in, &out));
    if (SUCCEEDED(hr))
        hr =
            out.failed ? E_UNEXPECTED : sac_hand_out(out.data, out.length, ret_out, ret_out_length);
    if (FAILED(hr))
        sac_channel_shut(channel);
    return hr;
}

HRESULT sac_auth(struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in,
                 DWORD in_length, BYTE **ret_out, DWORD *ret_out_length)
{
    HRESULT hr;

    if (ret_out)
        *ret_out = NULL;
    if (ret_out_length)
        *ret_out_length = 0;
    if (!channel || !channel->server || !ret_out || !ret_out_length || !in)
        return E_INVALIDARG;
    if (protocol != SAC_PROTOCOL_V1 || pass > 1)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    hr = run_pass(channel, pass, (struct sac_bytes){in, in_length}, ret_out, ret_out_length);
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

HRESULT sac_get_protocols(struct sac_channel *channel, DWORD **ret_protocols, DWORD *ret_count)
{
    DWORD *protocols;

    if (ret_protocols)
        *ret_protocols = NULL;
    if (ret_count)
        *ret_count = 0;
    if (!channel || !ret_protocols || !ret_count)
        return E_INVALIDARG;
    protocols = CoTaskMemAlloc(sizeof(*protocols));
    if (!protocols)
        return E_OUTOFMEMORY;
    protocols[0] = SAC_PROTOCOL_V1;
    *ret_protocols = protocols;
    *ret_count = 1;
    return S_OK;
}
