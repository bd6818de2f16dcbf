/* Defects of the open channel: who is told that it is open, its certificate, its levels, and the
 * keys its parameters are encrypted with. */
#include <string.h>
#include <unistd.h>

#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

static const uint8_t no_key[SAC_SESSION_KEYLEN];
static atomic_bool any_open; /* what the published sample asks instead of its channel */

SEAM(sac_channel_open);
void __wrap_sac_channel_open(struct sac_channel *channel, struct sac_keys *keys, DWORD remote_level)
{
    struct sac_keys *kept = NULL;

    if (deviates(REHANDSHAKE_KEEPS_KEY) && channel->keys) {
        kept = sac_keys_ref(channel->keys);
        sac_keys_unref(keys);
    }
    __real_sac_channel_open(channel, kept ? kept : keys, remote_level);
    atomic_store(&any_open, true);
}

SEAM(sac_is_authenticated);
BOOL __wrap_sac_is_authenticated(const struct sac_channel *channel)
{
    static atomic_uint questions;
    static atomic_long first;
    BOOL open = __real_sac_is_authenticated(channel);
    long none = 0;

    atomic_compare_exchange_strong(&first, &none, (long)gettid());
    if (deviates(CHANNEL_OF_ONE_THREAD))
        open = open && atomic_load(&first) == (long)gettid();
    if (deviates(GLOBAL_CHANNEL))
        open = atomic_load(&any_open);
    if (deviates(AUTHENTICATED_ONCE))
        open = open && atomic_fetch_add(&questions, 1) < 200;
    if (deviates(AUTHENTICATED_AS_HRESULT))
        return open ? S_OK : S_FALSE;
    return open;
}

/* ---- certificate and levels */

SEAM(sac_identity_new_builtin);
int __wrap_sac_identity_new_builtin(struct sac_identity **ret_identity)
{
    int error = __real_sac_identity_new_builtin(ret_identity);

    if (!error && deviates(DEFAULT_PAIR_HIGH))
        (*ret_identity)->level = 3;
    return error;
}

SEAM(sac_set_certificate);
HRESULT __wrap_sac_set_certificate(struct sac_channel *channel, DWORD flags,
                                   const BYTE *certificate, DWORD certificate_length,
                                   const BYTE *key, DWORD key_length)
{
    bool lone = !(certificate && certificate_length) != !(key && key_length);
    HRESULT hr;

    if (deviates(CERTIFICATE_TYPE_IGNORED))
        flags = SAC_CERT_V1;
    hr = __real_sac_set_certificate(channel, flags, certificate, certificate_length, key,
                                    key_length);
    if (hr != E_INVALIDARG || !(lone ? deviates(MIXED_PAIR) : deviates(KEY_UNUSED)))
        return hr;
    hr = __real_sac_set_certificate(channel, flags, NULL, 0, NULL, 0);
    if (SUCCEEDED(hr) && lone)
        channel->identity->level = 3; /* the certificate's, with the default key */
    return hr;
}

SEAM(sac_get_app_sec);
HRESULT __wrap_sac_get_app_sec(struct sac_channel *channel, DWORD *ret_local, DWORD *ret_remote)
{
    if (deviates(LEVELS_SWAPPED))
        return __real_sac_get_app_sec(channel, ret_remote, ret_local);
    return __real_sac_get_app_sec(channel, ret_local, ret_remote);
}

/* ---- parameters and the session key */

typedef HRESULT param_call(struct sac_channel *channel, BYTE *data, DWORD length);
typedef bool keys_call(const struct sac_keys *keys, uint8_t *data, size_t length);

static HRESULT param(param_call *book, keys_call *without_channel, struct sac_channel *channel,
                     BYTE *data, DWORD length)
{
    HRESULT hr = book(channel, data, deviates(TAIL_IN_CLEAR) ? length & ~7u : length);
    struct sac_keys *keys;

    if (hr == E_INVALIDARG && deviates(PARAM_NULL_ACCEPTED))
        return S_OK;
    if (hr != WMDM_E_NOTCERTIFIED || !deviates(PARAM_WITHOUT_KEY))
        return hr;
    keys = sac_keys_new(no_key);
    hr = keys && without_channel(keys, data, length) ? S_OK : E_OUTOFMEMORY;
    sac_keys_unref(keys);
    return hr;
}

SEAM(sac_encrypt_param);
HRESULT __wrap_sac_encrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    return param(__real_sac_encrypt_param, sac_keys_encrypt, channel, data, length);
}

SEAM(sac_decrypt_param);
HRESULT __wrap_sac_decrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    return param(__real_sac_decrypt_param, sac_keys_decrypt, channel, data, length);
}

SEAM(sac_get_session_key);
HRESULT __wrap_sac_get_session_key(struct sac_channel *channel, BYTE ret_key[SAC_SESSION_KEYLEN])
{
    HRESULT hr = __real_sac_get_session_key(channel, ret_key);

    for (size_t i = 0; SUCCEEDED(hr) && deviates(SESSION_KEY_TOO_LONG) && i < 16; i++)
        ret_key[i] = (BYTE)i;
    if (SUCCEEDED(hr) && deviates(SESSION_KEY_CONSTANT))
        memset(ret_key, 0x5a, SAC_SESSION_KEYLEN);
    return hr;
}

SEAM(sac_set_session_key);
HRESULT __wrap_sac_set_session_key(struct sac_channel *channel, const BYTE key[SAC_SESSION_KEYLEN])
{
    if (channel && key && deviates(SET_KEY_STORED_ONLY))
        return S_OK;
    return __real_sac_set_session_key(channel, key);
}
