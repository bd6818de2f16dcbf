/* Defects of the session key and of the parameters that are encrypted with it. */
#include <string.h>

#include "spcore/deviant/deviant_handshake.h"
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

static const uint8_t no_key[SAC_SESSION_KEYLEN];
static struct sac_keys *replaced; /* what SetSessionKey took the place of */

const struct sac_keys *deviant_keys_replaced(void)
{
    return replaced;
}

/* ---- parameters */
typedef HRESULT param_call(struct sac_channel *channel, BYTE *data, DWORD length);
typedef bool keys_call(const struct sac_keys *keys, uint8_t *data, size_t length);

static HRESULT with_keys(keys_call *call, const struct sac_keys *keys, BYTE *data, DWORD length)
{
    return keys && call(keys, data, length) ? S_OK : E_OUTOFMEMORY;
}

/* What a channel without keys does all the same. */
static HRESULT with_no_key(keys_call *call, BYTE *data, DWORD length)
{
    struct sac_keys *keys = sac_keys_new(no_key);
    HRESULT hr = with_keys(call, keys, data, length);

    sac_keys_unref(keys);
    return hr;
}

static HRESULT after_failure(struct sac_channel *channel, BYTE *data, DWORD length, HRESULT hr)
{
    if (!data && channel && deviates(PARAM_NULL_SHUTS)) {
        pthread_mutex_lock(&channel->lock);
        sac_channel_shut(channel);
        pthread_mutex_unlock(&channel->lock);
    }
    if (data && deviates(FAILED_PARAM_WIPES))
        memset(data, 0, length);
    return hr;
}

static DWORD covered(DWORD length)
{
    return length > 65536 && deviates(PARAM_FIRST_64K) ? 65536 : length;
}

SEAM(sac_encrypt_param);
HRESULT __wrap_sac_encrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    DWORD tail = deviates(TAIL_IN_CLEAR) ? length % 8 : 0;
    bool nothing = deviates(ENCRYPT_NOTHING) || (length < 8 && deviates(SHORT_IN_CLEAR));
    HRESULT hr;

    if (replaced && deviates(SET_KEY_OLD_ENCRYPTS))
        return with_keys(sac_keys_encrypt, replaced, data, length);
    hr = __real_sac_encrypt_param(channel, data, nothing ? 0 : covered(length - tail));
    if (hr == WMDM_E_NOTCERTIFIED && deviates(ENCRYPT_WITHOUT_KEY))
        return with_no_key(sac_keys_encrypt, data, length);
    if (!data && deviates(ENCRYPT_NULL_OK))
        return S_OK;
    if (SUCCEEDED(hr) && data && deviates(ENCRYPT_BEHIND))
        data[length] ^= 1;
    return SUCCEEDED(hr) ? hr : after_failure(channel, data, length, hr);
}

SEAM(sac_decrypt_param);
HRESULT __wrap_sac_decrypt_param(struct sac_channel *channel, BYTE *data, DWORD length)
{
    DWORD tail = deviates(DECRYPT_WHOLE_BLOCKS) ? length % 8 : 0;
    HRESULT hr;

    if (replaced && deviates(SET_KEY_OLD_DECRYPTS))
        return with_keys(sac_keys_decrypt, replaced, data, length);
    hr = __real_sac_decrypt_param(channel, data, covered(length - tail));
    if (hr == WMDM_E_NOTCERTIFIED && deviates(DECRYPT_WITHOUT_KEY))
        return with_no_key(sac_keys_decrypt, data, length);
    if (!data && deviates(DECRYPT_NULL_OK))
        return S_OK;
    return SUCCEEDED(hr) ? hr : after_failure(channel, data, length, hr);
}

/* ---- the session key */
SEAM(sac_get_session_key);
HRESULT __wrap_sac_get_session_key(struct sac_channel *channel, BYTE ret_key[SAC_SESSION_KEYLEN])
{
    HRESULT hr = __real_sac_get_session_key(channel, ret_key);
    BYTE key[SAC_SESSION_KEYLEN];

    if (!ret_key && deviates(SESSION_KEY_NULL_OK))
        return S_OK;
    if (FAILED(hr) || !ret_key)
        return hr;
    if (replaced && deviates(SESSION_KEY_OF_HANDSHAKE))
        memcpy(ret_key, sac_keys_session(replaced), sizeof(key));
    memcpy(key, ret_key, sizeof(key));
    for (size_t i = 0; deviates(SESSION_KEY_BACKWARDS) && i < sizeof(key); i++)
        ret_key[i] = key[sizeof(key) - 1 - i];
    for (size_t i = 0; deviates(SESSION_KEY_TOO_LONG) && i < 2 * sizeof(key); i++)
        ret_key[i] = key[i % sizeof(key)];
    return hr;
}

SEAM(sac_set_session_key);
HRESULT __wrap_sac_set_session_key(struct sac_channel *channel, const BYTE key[SAC_SESSION_KEYLEN])
{
    struct sac_keys *old;
    HRESULT hr;

    if (channel && key && (deviates(SET_KEY_STORED_ONLY) || (replaced && deviates(SET_KEY_ONCE))))
        return S_OK;
    if (!key && deviates(SET_KEY_NULL_OK))
        return S_OK;
    old = channel ? sac_channel_keys(channel) : NULL;
    hr = __real_sac_set_session_key(channel, key);
    if (SUCCEEDED(hr) && !replaced)
        replaced = old;
    else
        sac_keys_unref(old);
    return hr;
}
