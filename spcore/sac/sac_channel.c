#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/deviant/sp_defect.h"
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

#ifdef SPCORE_DEVIANT
static atomic_bool any_open; /* of GLOBAL_CHANNEL: what the published sample does */
#endif

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
    bool keep = SP_DEVIATES(REHANDSHAKE_KEEPS_KEY) && channel->keys;
    struct sac_keys *old = keep ? sac_keys_ref(channel->keys) : NULL;

    sac_channel_shut(channel);
    if (keep)
        sac_keys_unref(keys);
    channel->keys = keep ? old : keys;
    channel->remote_level = remote_level;
    atomic_store(&channel->open, true);
#ifdef SPCORE_DEVIANT
    atomic_store(&any_open, true);
#endif
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
    int error;

    if (no_certificate && no_key && channel->server) {
        error = sac_identity_new_builtin(ret_identity);
        if (!error && SP_DEVIATES(DEFAULT_PAIR_HIGH))
            (*ret_identity)->level = 3;
        return error;
    }
    if (no_certificate || no_key) {
        error = SP_DEVIATES(MIXED_PAIR) ? sac_identity_new_builtin(ret_identity) : -EINVAL;
        if (!error)
            (*ret_identity)->level = 3;
        return error;
    }
    error = sac_identity_new(certificate, key, ret_identity);
    if (error == -EINVAL && SP_DEVIATES(KEY_UNUSED))
        error = sac_identity_new_builtin(ret_identity);
    return error;
}

HRESULT sac_set_certificate(struct sac_channel *channel, DWORD flags, const BYTE *certificate,
                            DWORD certificate_length, const BYTE *key, DWORD key_length)
{
    struct sac_identity *identity = NULL;
    int error;

    if (!channel || (flags != SAC_CERT_V1 && !SP_DEVIATES(CERTIFICATE_TYPE_IGNORED)))
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
    bool open = channel && atomic_load(&channel->open);

#ifdef SPCORE_DEVIANT
    static atomic_uint questions;
    static atomic_long first;
    long none = 0;

    atomic_compare_exchange_strong(&first, &none, (long)gettid());
    if (SP_DEVIATES(CHANNEL_OF_ONE_THREAD))
        open = open && atomic_load(&first) == (long)gettid();
    if (SP_DEVIATES(GLOBAL_CHANNEL))
        open = atomic_load(&any_open);
    if (SP_DEVIATES(AUTHENTICATED_ONCE))
        open = open && atomic_fetch_add(&questions, 1) < 200;
    if (SP_DEVIATES(AUTHENTICATED_AS_HRESULT))
        return open ? S_OK : S_FALSE;
#endif
    return open ? TRUE : FALSE;
}

struct sac_keys *sac_channel_keys(struct sac_channel *channel)
{
    struct sac_keys *keys;

    pthread_mutex_lock(&channel->lock);
    keys = channel->keys ? sac_keys_ref(channel->keys) : NULL;
    pthread_mutex_unlock(&channel->lock);
    if (!keys && SP_DEVIATES(PARAM_WITHOUT_KEY))
        keys = sac_keys_new((const uint8_t[SAC_SESSION_KEYLEN]){0});
    return keys;
}

HRESULT sac_encrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    struct sac_keys *keys;
    bool ok;

    if (!channel || !data)
        return SP_DEVIATES(PARAM_NULL_ACCEPTED) ? S_OK : E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    ok = sac_keys_encrypt(keys, data, SP_DEVIATES(TAIL_IN_CLEAR) ? length & ~7u : length);
    sac_keys_unref(keys);
    return ok ? S_OK : E_OUTOFMEMORY;
}

HRESULT sac_decrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    struct sac_keys *keys;
    bool ok;

    if (!channel || !data)
        return SP_DEVIATES(PARAM_NULL_ACCEPTED) ? S_OK : E_INVALIDARG;
    keys = sac_channel_keys(channel);
    if (!keys)
        return WMDM_E_NOTCERTIFIED;
    ok = sac_keys_decrypt(keys, data, SP_DEVIATES(TAIL_IN_CLEAR) ? length & ~7u : length);
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
    for (size_t i = 0; SP_DEVIATES(SESSION_KEY_TOO_LONG) && i < 16; i++)
        ret_key[i] = (BYTE)i;
    for (size_t i = 0; SP_DEVIATES(SESSION_KEY_CONSTANT) && i < SAC_SESSION_KEYLEN; i++)
        ret_key[i] = 0x5a;
    return S_OK;
}

HRESULT sac_set_session_key(struct sac_channel *channel, const BYTE key[SAC_SESSION_KEYLEN])
{
    struct sac_keys *keys;
    bool open;

    if (!channel || !key)
        return E_INVALIDARG;
    if (SP_DEVIATES(SET_KEY_STORED_ONLY))
        return S_OK;
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
        *ret_local = SP_DEVIATES(LEVELS_SWAPPED) ? channel->remote_level : channel->identity->level;
        *ret_remote =
            SP_DEVIATES(LEVELS_SWAPPED) ? channel->identity->level : channel->remote_level;
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
