/* Defects of the handshake: the provider's passes, what it sends in them, and whom it trusts. */
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

/* ---- the passes */

/* With the lock held: open, with keys that nobody agreed on. */
static void open_unproven(struct sac_channel *channel)
{
    struct sac_keys *keys = sac_keys_new((const uint8_t[SAC_SESSION_KEYLEN]){0});

    if (keys)
        sac_channel_open(channel, keys, 0);
}

static HRESULT accept_lone_pass(struct sac_channel *channel, BYTE **ret_out, DWORD *ret_out_length)
{
    struct sac_writer done;

    pthread_mutex_lock(&channel->lock);
    open_unproven(channel);
    pthread_mutex_unlock(&channel->lock);
    sac_write_begin(&done, SAC_DONE);
    return sac_hand_out(done.data, done.length, ret_out, ret_out_length);
}

/* The provider shuts its channel when a pass failed. */
SEAM(sac_channel_shut);
void __wrap_sac_channel_shut(struct sac_channel *channel)
{
    if (deviates(FAILED_PASS_OPENS))
        open_unproven(channel);
    else if (!deviates(FAILED_REPEAT_KEEPS_OPEN) || !channel->keys)
        __real_sac_channel_shut(channel);
}

SEAM(sac_auth);
HRESULT __wrap_sac_auth(struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in,
                        DWORD in_length, BYTE **ret_out, DWORD *ret_out_length)
{
    bool null = !in || !ret_out || !ret_out_length;
    BYTE *out = ret_out ? *ret_out : NULL;
    DWORD out_length = ret_out_length ? *ret_out_length : 0;
    HRESULT hr;

    if (deviates(PROTOCOL_UNCHECKED))
        protocol = SAC_PROTOCOL_V1;
    if (deviates(PASS_2_AS_1) && pass > 1)
        pass = 1;
    hr = __real_sac_auth(channel, protocol, pass, in, in_length, ret_out, ret_out_length);
    if (null)
        return deviates(SACAUTH_NULL_ACCEPTED) ? S_OK : hr;
    if (SUCCEEDED(hr) && pass == 0 && deviates(OPEN_AFTER_PASS_0))
        atomic_store(&channel->open, true);
    if (hr == WMDM_E_CALL_OUT_OF_SEQUENCE && channel->identity && deviates(PASS_1_ALONE))
        return accept_lone_pass(channel, ret_out, ret_out_length);
    if (FAILED(hr) && deviates(FAILED_PASS_KEEPS_OUT)) {
        *ret_out = out;
        *ret_out_length = out_length;
    }
    return hr;
}

SEAM(sac_get_protocols);
HRESULT __wrap_sac_get_protocols(struct sac_channel *channel, DWORD **ret_protocols,
                                 DWORD *ret_count)
{
    HRESULT hr = __real_sac_get_protocols(channel, ret_protocols, ret_count);

    if (FAILED(hr))
        return hr == E_INVALIDARG && deviates(PROTOCOLS_NULL_ACCEPTED) ? S_OK : hr;
    if (deviates(PROTOCOLS_WMDM))
        (*ret_protocols)[0] = SAC_PROTOCOL_WMDM;
    if (!deviates(PROTOCOLS_NEED_CHANNEL) || sac_is_authenticated(channel))
        return hr;
    CoTaskMemFree(*ret_protocols);
    *ret_protocols = NULL;
    *ret_count = 0;
    return WMDM_E_NOTCERTIFIED;
}

/* ---- what the provider sends */

SEAM(sac_handshake_new);
struct sac_handshake *__wrap_sac_handshake_new(void)
{
    static const uint8_t fixed[SAC_PUBLIC] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct sac_handshake *handshake = __real_sac_handshake_new();

    if (handshake && deviates(CONSTANT_CHALLENGE)) {
        EVP_PKEY_free(handshake->ephemeral);
        handshake->ephemeral =
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, fixed, sizeof(fixed));
    }
    return handshake;
}

SEAM(sac_handshake_share);
bool __wrap_sac_handshake_share(const struct sac_handshake *handshake,
                                uint8_t ret[SAC_RANDOM + SAC_PUBLIC])
{
    bool ok = __real_sac_handshake_share(handshake, ret);

    if (deviates(CONSTANT_CHALLENGE))
        memset(ret, 0, SAC_RANDOM);
    return ok;
}

/* ---- whom it trusts */

SEAM(sac_verify);
bool __wrap_sac_verify(EVP_PKEY *key, const char *label, const uint8_t hash[SAC_HASH],
                       struct sac_bytes signature)
{
    return __real_sac_verify(key, label, hash, signature) || deviates(SIGNATURE_IGNORED);
}

SEAM(sac_identity_new_peer);
int __wrap_sac_identity_new_peer(struct sac_bytes certificate, enum sac_role role,
                                 struct sac_identity **ret_identity)
{
    int error = __real_sac_identity_new_peer(certificate, role, ret_identity);

    if (error == -EACCES && deviates(ROLE_IGNORED))
        error = __real_sac_identity_new_peer(certificate, SAC_ROLE_PROVIDER, ret_identity);
    return error;
}

SEAM(X509_verify_cert);
int __wrap_X509_verify_cert(X509_STORE_CTX *context)
{
    if (deviates(EXPIRED_ACCEPTED))
        X509_STORE_CTX_set_flags(context, X509_V_FLAG_NO_CHECK_TIME);
    return deviates(ROOT_IGNORED) ? 1 : __real_X509_verify_cert(context);
}
