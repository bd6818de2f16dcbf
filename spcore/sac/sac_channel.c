/* The channel as such, of either end: its life, its certificate, and what an open one does with its
 * keys. How it comes to be open is in sac_server.c and sac_client.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sac/sac_private.h"

static struct sac_channel *channel_new(bool server)
{
    struct sac_channel *channel = calloc(1, sizeof(*channel));

    if (!channel)
        return NULL;
    if (pthread_mutex_init(&channel->lock, NULL) != 0) {
        free(channel);
        return NULL;
    }
    channel->server = server;
    atomic_init(&channel->open, false);
    return channel;
}

struct sac_channel *sac_server_new(void)
{
    return channel_new(true);
}

struct sac_channel *sac_client_new(void)
{
    return channel_new(false);
}

void sac_free(struct sac_channel *channel)
{
    if (!channel)
        return;
    sac_channel_shut(channel);
    sac_mac_done(channel);
    sac_identity_free(channel->identity);
    if (channel->component)
        IComponentAuthenticate_Release(channel->component);
    pthread_mutex_destroy(&channel->lock);
    free(channel);
}

void sac_channel_shut(struct sac_channel *channel)
{
    atomic_store(&channel->open, false);
    sac_keys_unref(channel->keys);
    channel->keys = NULL;
    channel->remote_level = 0;
    sac_handshake_free(channel->handshake);
    channel->handshake = NULL;
}

void sac_channel_open(struct sac_channel *channel, struct sac_keys *keys, DWORD remote_level)
{
    sac_channel_shut(channel);
    channel->keys = keys;
    channel->remote_level = remote_level;
    atomic_store(&channel->open, true);
}

HRESULT sac_hr(int error)
{
    switch (error) {
    case 0:
        return S_OK;
    case -ENOMEM:
        return E_OUTOFMEMORY;
    case -EINVAL:
        return E_INVALIDARG;
    default:
        return WMDM_E_NOTCERTIFIED;
    }
}

/* The pair the documents leave open (errata U3): both absent is the built-in one. */
static int load_identity(struct sac_channel *channel, struct sac_bytes certificate,
                         struct sac_bytes key, struct sac_identity **ret_identity)
{
    bool no_certificate = !certificate.data || !certificate.length;
    bool no_key = !key.data || !key.length;

    if (no_certificate && no_key && channel->server)
        return sac_identity_new_builtin(ret_identity);
    if (no_certificate || no_key)
        return -EINVAL;
    return sac_identity_new(certificate, key, ret_identity);
}

HRESULT sac_set_certificate(struct sac_channel *channel, DWORD flags, const BYTE *certificate,
                            DWORD certificate_length, const BYTE *key, DWORD key_length)
{
    struct sac_identity *identity = NULL;
    int error;

    if (!channel || flags != SAC_CERT_V1)
        return E_INVALIDARG;
    error = load_identity(channel, (struct sac_bytes){certificate, certificate_length},
                          (struct sac_bytes){key, key_length}, &identity);
    if (error)
        return sac_hr(error);
    pthread_mutex_lock(&channel->lock);
    sac_identity_free(channel->identity);
    channel->identity = identity;
    pthread_mutex_unlock(&channel->lock);
    return S_OK;
}

BOOL sac_is_authenticated(const struct sac_channel *channel)
{
    return channel && atomic_load(&channel->open);
}

struct sac_keys *sac_channel_keys(struct sac_channel *channel)
{
    struct sac_keys *keys;

    pthread_mutex_lock(&channel->lock);
    keys = channel->keys ? sac_keys_ref(channel->keys) : NULL;
    pthread_mutex_unlock(&channel->lock);
    return keys;
}

HRESULT sac_encrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    struct sac_keys *keys;
    bool ok;

    if (!channel || !data)
        return E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    ok = sac_keys_encrypt(keys, data, length);
    sac_keys_unref(keys);
    return ok ? S_OK : E_OUTOFMEMORY;
}

HRESULT sac_decrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    struct sac_keys *keys;
    bool ok;

    if (!channel || !data)
        return E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    ok = sac_keys_decrypt(keys, data, length);
    sac_keys_unref(keys);
    return ok ? S_OK : E_OUTOFMEMORY;
}

HRESULT sac_get_session_key(struct sac_channel *channel, BYTE ret_key[SAC_SESSION_KEYLEN])
{
    struct sac_keys *keys;

    if (!channel || !ret_key)
        return E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    memcpy(ret_key, sac_keys_session(keys), SAC_SESSION_KEYLEN);
    sac_keys_unref(keys);
    return S_OK;
}

HRESULT sac_set_session_key(struct sac_channel *channel, const BYTE key[SAC_SESSION_KEYLEN])
{
    struct sac_keys *keys;
    bool open;

    if (!channel || !key)
        return E_INVALIDARG;
    keys = sac_keys_new(key);
    if (!keys)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&channel->lock);
    open = channel->keys;
    if (open) {
        sac_keys_unref(channel->keys);
        channel->keys = keys;
    }
    pthread_mutex_unlock(&channel->lock);
    if (!open)
        sac_keys_unref(keys);
    return open ? S_OK : WMDM_E_NOTCERTIFIED;
}

HRESULT sac_get_app_sec(struct sac_channel *channel, DWORD *ret_local, DWORD *ret_remote)
{
    HRESULT hr = WMDM_E_NOTCERTIFIED;

    if (!channel || !ret_local || !ret_remote)
        return E_INVALIDARG;
    pthread_mutex_lock(&channel->lock);
    if (channel->keys) {
        *ret_local = channel->identity->level;
        *ret_remote = channel->remote_level;
        hr = S_OK;
    }
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

HRESULT sac_hand_out(const void *data, size_t length, BYTE **ret_out, DWORD *ret_out_length)
{
    BYTE *block = CoTaskMemAlloc(length);

    if (!block)
        return E_OUTOFMEMORY;
    memcpy(block, data, length);
    *ret_out = block;
    *ret_out_length = (DWORD)length;
    return S_OK;
}
