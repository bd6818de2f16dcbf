/* The application's end: three steps around the provider's two passes, each by itself for a host
 * that watches the messages, and sac_authenticate(), which takes them all. */
#include <errno.h>
#include <openssl/crypto.h>

#include "spcore/sac/sac_private.h"

HRESULT sac_set_interface(struct sac_channel *channel, IComponentAuthenticate *component)
{
    if (!channel || channel->server || !component)
        return E_INVALIDARG;
    IComponentAuthenticate_AddRef(component);
    pthread_mutex_lock(&channel->lock);
    if (channel->component)
        IComponentAuthenticate_Release(channel->component);
    channel->component = component;
    pthread_mutex_unlock(&channel->lock);
    return S_OK;
}

static int make_hello(struct sac_channel *channel, struct sac_writer *w)
{
    uint8_t own[SAC_RANDOM + SAC_PUBLIC];
    struct sac_handshake *handshake = sac_handshake_new();

    sac_handshake_free(channel->handshake);
    channel->handshake = handshake;
    if (!handshake || !sac_handshake_share(handshake, own))
        return -ENOMEM;
    sac_write_begin(w, SAC_HELLO);
    sac_write(w, own, sizeof(own));
    sac_write_length(w, 0);
    return sac_handshake_add(handshake, w->data, w->length) ? 0 : -ENOMEM;
}

static int make_answer(struct sac_channel *channel, struct sac_bytes in, struct sac_writer *w)
{
    struct sac_handshake *handshake = channel->handshake;
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_OFFER);
    struct sac_bytes random = sac_read(&r, SAC_RANDOM), public = sac_read(&r, SAC_PUBLIC);
    int error;

    if (r.failed || !random.data)
        return -EBADMSG;
    error = sac_handshake_verify(handshake, SAC_ROLE_PROVIDER, sac_label_provider, in, &r);
    if (error)
        return error;
    if (!sac_agree(handshake->ephemeral, public, handshake->secret))
        return -EBADMSG;
    sac_write_begin(w, SAC_PROOF);
    if (!sac_handshake_sign(handshake, channel->identity, sac_label_application, w))
        return -ENOMEM;
    handshake->keys = sac_handshake_keys(handshake, handshake->finish);
    return handshake->keys ? 0 : -ENOMEM;
}

static int check_done(struct sac_channel *channel, struct sac_bytes in)
{
    struct sac_handshake *handshake = channel->handshake;
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_DONE);
    struct sac_bytes finish = sac_read(&r, SAC_HASH);

    if (!sac_read_done(&r) || !finish.data)
        return -EBADMSG;
    if (CRYPTO_memcmp(finish.data, handshake->finish, SAC_HASH) != 0)
        return -EACCES;
    sac_channel_open(channel, sac_keys_ref(handshake->keys), handshake->peer->level);
    return 0;
}

/* What every step needs; with the lock held. `step` is 0 to 2. */
static HRESULT ready(const struct sac_channel *channel, unsigned step)
{
    const struct sac_handshake *handshake = channel->handshake;

    if (channel->server)
        return E_INVALIDARG;
    if (!channel->identity || (step > 0 && !handshake) || (step == 1 && handshake->keys) ||
        (step == 2 && !handshake->keys))
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return S_OK;
}

HRESULT sac_client_hello(struct sac_channel *channel, BYTE **ret_out, DWORD *ret_out_length)
{
    struct sac_writer w = {.failed = true};
    HRESULT hr;

    if (!channel || !ret_out || !ret_out_length)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    hr = ready(channel, 0);
    if (SUCCEEDED(hr))
        hr = sac_hr(make_hello(channel, &w));
    if (SUCCEEDED(hr))
        hr = w.failed ? E_UNEXPECTED : sac_hand_out(w.data, w.length, ret_out, ret_out_length);
    if (FAILED(hr))
        sac_channel_shut(channel);
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

HRESULT sac_client_answer(struct sac_channel *channel, const BYTE *in, DWORD in_length,
                          BYTE **ret_out, DWORD *ret_out_length)
{
    struct sac_writer w = {.failed = true};
    HRESULT hr;

    if (!channel || !in || !ret_out || !ret_out_length)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    hr = ready(channel, 1);
    if (SUCCEEDED(hr))
        hr = sac_hr(make_answer(channel, (struct sac_bytes){in, in_length}, &w));
    if (SUCCEEDED(hr))
        hr = w.failed ? E_UNEXPECTED : sac_hand_out(w.data, w.length, ret_out, ret_out_length);
    if (FAILED(hr))
        sac_channel_shut(channel);
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

HRESULT sac_client_finish(struct sac_channel *channel, const BYTE *in, DWORD in_length)
{
    HRESULT hr;

    if (!channel || !in)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    hr = ready(channel, 2);
    if (SUCCEEDED(hr))
        hr = sac_hr(check_done(channel, (struct sac_bytes){in, in_length}));
    if (FAILED(hr))
        sac_channel_shut(channel);
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

/* The component's answer is checked like anything from outside: a NULL block with a success code
 * is none. */
static HRESULT one_pass(IComponentAuthenticate *component, DWORD pass, const BYTE *in,
                        DWORD in_length, BYTE **ret_out, DWORD *ret_out_length)
{
    HRESULT hr;

    *ret_out = NULL;
    *ret_out_length = 0;
    /* The documented prototype lacks the const. */
    hr = IComponentAuthenticate_SACAuth(component, SAC_PROTOCOL_V1, pass, (BYTE *)(uintptr_t)in,
                                        in_length, ret_out, ret_out_length);
    if (SUCCEEDED(hr) && !*ret_out)
        return WMDM_E_NOTCERTIFIED;
    return hr;
}

static HRESULT two_passes(struct sac_channel *channel, IComponentAuthenticate *component)
{
    BYTE *hello = NULL, *offer = NULL, *proof = NULL, *done = NULL;
    DWORD hello_length, offer_length, proof_length, done_length;
    HRESULT hr = sac_client_hello(channel, &hello, &hello_length);

    if (SUCCEEDED(hr))
        hr = one_pass(component, 0, hello, hello_length, &offer, &offer_length);
    if (SUCCEEDED(hr))
        hr = sac_client_answer(channel, offer, offer_length, &proof, &proof_length);
    if (SUCCEEDED(hr))
        hr = one_pass(component, 1, proof, proof_length, &done, &done_length);
    if (SUCCEEDED(hr))
        hr = sac_client_finish(channel, done, done_length);
    CoTaskMemFree(hello);
    CoTaskMemFree(offer);
    CoTaskMemFree(proof);
    CoTaskMemFree(done);
    return hr;
}

HRESULT sac_authenticate(struct sac_channel *channel, DWORD protocol)
{
    IComponentAuthenticate *component;
    HRESULT hr;

    if (!channel || channel->server || protocol != SAC_PROTOCOL_V1)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    component = channel->identity ? channel->component : NULL;
    if (component)
        IComponentAuthenticate_AddRef(component);
    pthread_mutex_unlock(&channel->lock);
    if (!component)
        return WMDM_E_CALL_OUT_OF_SEQUENCE; /* SetCertificate and SetInterface come first */
    hr = two_passes(channel, component);
    if (FAILED(hr)) {
        pthread_mutex_lock(&channel->lock);
        sac_channel_shut(channel);
        pthread_mutex_unlock(&channel->lock);
    }
    IComponentAuthenticate_Release(component);
    return hr;
}
