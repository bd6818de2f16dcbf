/* Defects of a channel's own certificate and of the levels it tells. */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

SEAM(sac_identity_new_builtin);
int __wrap_sac_identity_new_builtin(struct sac_identity **ret_identity)
{
    int error = __real_sac_identity_new_builtin(ret_identity);

    if (!error && deviates(DEFAULT_PAIR_HIGH))
        (*ret_identity)->level = 3;
    return error;
}

/* ---- SetCertificate */
SEAM(sac_set_certificate);

/* Half of the default pair and half of the caller's. */
static void mix(struct sac_identity *identity, struct sac_bytes certificate, struct sac_bytes key)
{
    const unsigned char *p = key.data;
    uint8_t *copy = certificate.length ? malloc(certificate.length) : NULL;

    if (copy) {
        memcpy(copy, certificate.data, certificate.length);
        free(identity->certificate);
        identity->certificate = copy;
        identity->certificate_length = certificate.length;
    }
    if (key.length) {
        EVP_PKEY_free(identity->key);
        identity->key = d2i_AutoPrivateKey(NULL, &p, (long)key.length);
    }
}

static bool takes_type(DWORD type)
{
    if (type > SAC_CERT_V1 && (type & 0xff) == SAC_CERT_V1 && deviates(CERT_LOW_BYTE))
        return true;
    if (type == SAC_CERT_X509)
        return deviates(CERT_X509_TAKEN);
    if (type > SAC_CERT_V1)
        return deviates(CERT_OTHERS_TAKEN);
    return type == 0 && deviates(CERT_ZERO_TAKEN);
}

/* The two of them, with what the defects make of a pair that the book refuses. */
static HRESULT set_pair(struct sac_channel *channel, DWORD type, struct sac_bytes certificate,
                        struct sac_bytes key)
{
    HRESULT hr = __real_sac_set_certificate(channel, type, certificate.data,
                                            (DWORD)certificate.length, key.data, (DWORD)key.length);
    bool takes = !key.length           ? deviates(MIXED_PAIR)
                 : !certificate.length ? deviates(LONE_KEY_MIXED)
                                       : deviates(KEY_UNUSED);

    if (hr != E_INVALIDARG || type != SAC_CERT_V1 || !takes || !channel)
        return hr;
    hr = __real_sac_set_certificate(channel, type, NULL, 0, NULL, 0);
    if (SUCCEEDED(hr) && !deviates(KEY_UNUSED))
        mix(channel->identity, certificate, key);
    return hr;
}

HRESULT __wrap_sac_set_certificate(struct sac_channel *channel, DWORD flags,
                                   const BYTE *certificate, DWORD certificate_length,
                                   const BYTE *key, DWORD key_length)
{
    static const struct sac_channel *barred;
    HRESULT hr;

    if (!certificate && !key && deviates(DEFAULT_PAIR_REFUSED))
        return E_INVALIDARG;
    if (certificate && key && !certificate_length && !key_length && deviates(ZERO_LENGTHS_REFUSED))
        return E_INVALIDARG;
    if (barred == channel && deviates(CERT_BARRED))
        return E_INVALIDARG;
    hr = set_pair(channel, takes_type(flags) ? SAC_CERT_V1 : flags,
                  (struct sac_bytes){certificate, certificate ? certificate_length : 0},
                  (struct sac_bytes){key, key ? key_length : 0});
    if (FAILED(hr))
        barred = channel;
    return hr;
}

/* ---- GetAppSec */
/* What the channel that was asked first was told then. */
static DWORD first_level(const struct sac_channel *channel, DWORD level)
{
    static const struct sac_channel *asked;
    static DWORD first;

    if (!asked) {
        asked = channel;
        first = level;
    }
    return channel == asked ? first : level;
}

SEAM(sac_get_app_sec);
HRESULT __wrap_sac_get_app_sec(struct sac_channel *channel, DWORD *ret_local, DWORD *ret_remote)
{
    HRESULT hr = __real_sac_get_app_sec(channel, ret_local, ret_remote);
    DWORD local = ret_local ? *ret_local : 0;

    if (hr == E_INVALIDARG && ((!ret_local && deviates(NO_LOCAL_LEVEL_OK)) ||
                               (!ret_remote && deviates(NO_REMOTE_LEVEL_OK))))
        return S_OK;
    if (FAILED(hr) || !ret_local || !ret_remote)
        return hr;
    if (deviates(LEVEL_OF_FIRST))
        *ret_remote = first_level(channel, *ret_remote);
    if (deviates(LEVELS_SWAPPED) || deviates(LOCAL_IS_REMOTE))
        *ret_local = *ret_remote;
    if (deviates(LEVELS_SWAPPED) || deviates(REMOTE_IS_LOCAL))
        *ret_remote = local;
    return hr;
}
