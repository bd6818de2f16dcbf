/* Everything an open channel needs follows from the eight bytes of the session key, because the
 * documented SetSessionKey() hands over nothing else. See docs/secure-channel.md, "Parameters". */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/sac/sac_private.h"

#define WIDE 64 /* from this length on the left part has a whole hash */
#define WIDE_ROUNDS 4
#define NARROW_ROUNDS 10

struct sac_keys {
    atomic_uint refs;
    uint8_t session[SAC_SESSION_KEYLEN];
    EVP_MAC_CTX *mac, *round; /* keyed and otherwise untouched: only duplicated */
};

struct sac_keys *sac_keys_new(const uint8_t session[SAC_SESSION_KEYLEN])
{
    struct sac_keys *keys = calloc(1, sizeof(*keys));
    uint8_t mac[SAC_HASH], param[SAC_HASH];

    if (!keys)
        return NULL;
    atomic_init(&keys->refs, 1);
    memcpy(keys->session, session, SAC_SESSION_KEYLEN);
    if (sac_hkdf(session, SAC_SESSION_KEYLEN, (const uint8_t *)"", 0, "papkit mac", mac,
                 sizeof(mac)) &&
        sac_hkdf(session, SAC_SESSION_KEYLEN, (const uint8_t *)"", 0, "papkit param", param,
                 sizeof(param))) {
        keys->mac = sac_hmac_new(mac, sizeof(mac));
        keys->round = sac_hmac_new(param, sizeof(param));
    }
    OPENSSL_cleanse(mac, sizeof(mac));
    OPENSSL_cleanse(param, sizeof(param));
    if (!keys->mac || !keys->round) {
        sac_keys_unref(keys);
        return NULL;
    }
    return keys;
}

struct sac_keys *sac_keys_ref(struct sac_keys *keys)
{
    atomic_fetch_add(&keys->refs, 1);
    return keys;
}

void sac_keys_unref(struct sac_keys *keys)
{
    if (!keys || atomic_fetch_sub(&keys->refs, 1) != 1)
        return;
    EVP_MAC_CTX_free(keys->mac);
    EVP_MAC_CTX_free(keys->round);
    OPENSSL_cleanse(keys->session, sizeof(keys->session));
    free(keys);
}

const uint8_t *sac_keys_session(const struct sac_keys *keys)
{
    return keys->session;
}

EVP_MAC_CTX *sac_keys_mac(const struct sac_keys *keys)
{
    return EVP_MAC_CTX_dup(keys->mac);
}

/* F(round, n, x): the hash that a round takes from one part. */
static bool round_hash(const struct sac_keys *keys, unsigned round, size_t n, const uint8_t *part,
                       size_t length, uint8_t ret[SAC_HASH])
{
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(keys->round);
    uint8_t head[5] = {(uint8_t)round};
    size_t out = 0;
    bool ok;

    put_le32(head + 1, (uint32_t)n);
    ok = context && EVP_MAC_update(context, head, sizeof(head)) == 1 &&
         EVP_MAC_update(context, part, length) == 1 &&
         EVP_MAC_final(context, ret, &out, SAC_HASH) == 1;
    EVP_MAC_CTX_free(context);
    return ok;
}

/* XORs `data` with the AES-256-CTR stream of that key, counter from zero. */
static bool stream(const uint8_t key[SAC_HASH], uint8_t *data, size_t length)
{
    static const uint8_t zero[16];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool ok = context && EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), NULL, key, zero) == 1;

    while (ok && length) {
        int piece = length > 1 << 30 ? 1 << 30 : (int)length, done = 0;
        ok = EVP_EncryptUpdate(context, data, &done, data, piece) == 1 && done == piece;
        data += piece;
        length -= (size_t)piece;
    }
    EVP_CIPHER_CTX_free(context);
    return ok;
}

/* One round of the two parts: even rounds change the right one, odd rounds the left one. */
static bool one_round(const struct sac_keys *keys, unsigned round, uint8_t *data, size_t left,
                      size_t n)
{
    uint8_t hash[SAC_HASH];
    bool ok;

    if (round % 2 == 0) {
        ok = round_hash(keys, round, n, data, left, hash) && stream(hash, data + left, n - left);
    } else {
        ok = round_hash(keys, round, n, data + left, n - left, hash);
        for (size_t i = 0; ok && i < left; i++)
            data[i] ^= hash[i];
    }
    OPENSSL_cleanse(hash, sizeof(hash));
    return ok;
}

/* A single byte has no two parts of whole bytes: its nibbles take their place. */
static bool nibble_round(const struct sac_keys *keys, unsigned round, uint8_t *data)
{
    uint8_t part = round % 2 == 0 ? *data >> 4 : *data & 15, hash[SAC_HASH];

    if (!round_hash(keys, round, 1, &part, 1, hash))
        return false;
    *data ^= (uint8_t)(round % 2 == 0 ? hash[0] & 15 : (hash[0] & 15) << 4);
    return true;
}

static bool run(const struct sac_keys *keys, uint8_t *data, size_t n, bool forward)
{
    unsigned rounds = n >= WIDE ? WIDE_ROUNDS : NARROW_ROUNDS;
    size_t left = n >= WIDE ? SAC_HASH : n / 2;

    for (unsigned i = 0; n && i < rounds; i++) {
        unsigned round = forward ? i : rounds - 1 - i;
        if (n == 1 ? !nibble_round(keys, round, data) : !one_round(keys, round, data, left, n))
            return false;
    }
    return true;
}

bool sac_keys_encrypt(const struct sac_keys *keys, uint8_t *data, size_t length)
{
    return run(keys, data, length, true);
}

bool sac_keys_decrypt(const struct sac_keys *keys, uint8_t *data, size_t length)
{
    return run(keys, data, length, false);
}
