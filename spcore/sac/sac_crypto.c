/* The primitives as the specification writes them, so that no other file of the channel knows how
 * libcrypto wants to be asked for them. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "spcore/sac/sac_private.h"

static char digest_name[] = "SHA256"; /* OSSL_PARAM wants it writable, and leaves it alone */

EVP_MAC_CTX *sac_hmac_new(const uint8_t *key, size_t key_length)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end(),
    };

    EVP_MAC_free(mac);
    if (context && EVP_MAC_init(context, key, key_length, params) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

bool sac_hmac(const uint8_t *key, size_t key_length, const void *data, size_t length,
              uint8_t ret[SAC_HASH])
{
    EVP_MAC_CTX *context = sac_hmac_new(key, key_length);
    size_t out = 0;
    bool ok = context && EVP_MAC_update(context, data, length) == 1 &&
              EVP_MAC_final(context, ret, &out, SAC_HASH) == 1 && out == SAC_HASH;

    EVP_MAC_CTX_free(context);
    return ok;
}

bool sac_hkdf(const uint8_t *secret, size_t secret_length, const uint8_t *salt, size_t salt_length,
              const char *info, uint8_t *ret, size_t length)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    /* The parameters are only read; the casts drop a const that OSSL_PARAM has no word for. */
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret,
                                          secret_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt,
                                          salt_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info,
                                          strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    bool ok = context && EVP_KDF_derive(context, ret, length, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return ok;
}

bool sac_agree(EVP_PKEY *own, struct sac_bytes peer, uint8_t ret_secret[SAC_PUBLIC])
{
    EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer.data, peer.length);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
    size_t length = SAC_PUBLIC;
    /* libcrypto refuses the values that would make the secret all zero. */
    bool ok = other && context && EVP_PKEY_derive_init(context) == 1 &&
              EVP_PKEY_derive_set_peer(context, other) == 1 &&
              EVP_PKEY_derive(context, ret_secret, &length) == 1 && length == SAC_PUBLIC;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(other);
    return ok;
}

/* What is signed: the label with its NUL, then the hash of the transcript. */
static size_t signed_text(const char *label, const uint8_t hash[SAC_HASH], uint8_t ret[128])
{
    size_t length = strlen(label) + 1;

    memcpy(ret, label, length);
    memcpy(ret + length, hash, SAC_HASH);
    return length + SAC_HASH;
}

bool sac_sign(EVP_PKEY *key, const char *label, const uint8_t hash[SAC_HASH], uint8_t *ret,
              size_t *io_length)
{
    uint8_t text[128];
    size_t length = signed_text(label, hash, text);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(context, ret, io_length, text, length) == 1;

    EVP_MD_CTX_free(context);
    return ok;
}

bool sac_verify(EVP_PKEY *key, const char *label, const uint8_t hash[SAC_HASH],
                struct sac_bytes signature)
{
    uint8_t text[128];
    size_t length = signed_text(label, hash, text);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestVerify(context, signature.data, signature.length, text, length) == 1;

    EVP_MD_CTX_free(context);
    return ok;
}
