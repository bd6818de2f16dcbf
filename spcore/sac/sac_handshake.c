/* A handshake while it is under way: what both ends compute over the messages, so that the two
 * files of the ends only say who sends what. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sac/sac_private.h"

const char sac_label_provider[] = "papkit secure channel 1, provider";
const char sac_label_application[] = "papkit secure channel 1, application";

struct sac_handshake *sac_handshake_new(void)
{
    struct sac_handshake *handshake = calloc(1, sizeof(*handshake));

    if (!handshake)
        return NULL;
    handshake->ephemeral = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    handshake->transcript = EVP_MD_CTX_new();
    if (!handshake->ephemeral || !handshake->transcript ||
        EVP_DigestInit_ex(handshake->transcript, EVP_sha256(), NULL) != 1) {
        sac_handshake_free(handshake);
        return NULL;
    }
    return handshake;
}

void sac_handshake_free(struct sac_handshake *handshake)
{
    if (!handshake)
        return;
    EVP_PKEY_free(handshake->ephemeral);
    EVP_MD_CTX_free(handshake->transcript);
    sac_keys_unref(handshake->keys);
    sac_identity_free(handshake->peer);
    OPENSSL_cleanse(handshake, sizeof(*handshake));
    free(handshake);
}

bool sac_handshake_share(const struct sac_handshake *handshake,
                         uint8_t ret[SAC_RANDOM + SAC_PUBLIC])
{
    size_t length = SAC_PUBLIC;

    return RAND_bytes(ret, SAC_RANDOM) == 1 &&
           EVP_PKEY_get_raw_public_key(handshake->ephemeral, ret + SAC_RANDOM, &length) == 1 &&
           length == SAC_PUBLIC;
}

bool sac_handshake_add(struct sac_handshake *handshake, const void *data, size_t length)
{
    return EVP_DigestUpdate(handshake->transcript, data, length) == 1;
}

/* The hash so far with `more` bytes behind; the transcript goes on from where it was. */
static bool hash_with(const struct sac_handshake *handshake, const void *more, size_t length,
                      uint8_t ret[SAC_HASH])
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    bool ok = copy && EVP_MD_CTX_copy_ex(copy, handshake->transcript) == 1 &&
              EVP_DigestUpdate(copy, more, length) == 1 && EVP_DigestFinal_ex(copy, ret, NULL) == 1;

    EVP_MD_CTX_free(copy);
    return ok;
}

struct sac_keys *sac_handshake_keys(const struct sac_handshake *handshake,
                                    uint8_t ret_finish[SAC_HASH])
{
    uint8_t hash[SAC_HASH], session[SAC_SESSION_KEYLEN], finish[SAC_HASH];
    struct sac_keys *keys = NULL;

    if (hash_with(handshake, "", 0, hash) &&
        sac_hkdf(handshake->secret, SAC_PUBLIC, hash, SAC_HASH, "papkit session", session,
                 sizeof(session)) &&
        sac_hkdf(handshake->secret, SAC_PUBLIC, hash, SAC_HASH, "papkit finish", finish,
                 sizeof(finish)) &&
        sac_hmac(finish, sizeof(finish), hash, sizeof(hash), ret_finish))
        keys = sac_keys_new(session);
    OPENSSL_cleanse(session, sizeof(session));
    OPENSSL_cleanse(finish, sizeof(finish));
    return keys;
}

bool sac_handshake_sign(struct sac_handshake *handshake, const struct sac_identity *identity,
                        const char *label, struct sac_writer *w)
{
    uint8_t signature[SAC_MAX_SIGNATURE], hash[SAC_HASH];
    size_t length = (size_t)EVP_PKEY_get_size(identity->key);

    if (length > sizeof(signature))
        return false;
    sac_write_counted(w, identity->certificate, identity->certificate_length);
    sac_write_length(w, 2 + length);
    if (w->failed || !hash_with(handshake, w->data, w->length, hash) ||
        !sac_sign(identity->key, label, hash, signature, &length))
        return false;
    sac_write_counted(w, signature, length);
    return !w->failed && sac_handshake_add(handshake, w->data, w->length);
}

int sac_handshake_verify(struct sac_handshake *handshake, enum sac_role role, const char *label,
                         struct sac_bytes message, struct sac_reader *r)
{
    struct sac_bytes certificate = sac_read_counted(r, SAC_MAX_CERT);
    size_t covered = (size_t)(r->p - message.data);
    struct sac_bytes signature = sac_read_counted(r, SAC_MAX_SIGNATURE);
    uint8_t hash[SAC_HASH];
    int error;

    if (!sac_read_done(r))
        return -EBADMSG;
    error = sac_identity_new_peer(certificate, role, &handshake->peer);
    if (error)
        return error;
    if (!hash_with(handshake, message.data, covered, hash))
        return -ENOMEM;
    if (!sac_verify(handshake->peer->key, label, hash, signature))
        return -EACCES;
    return sac_handshake_add(handshake, message.data, message.length) ? 0 : -ENOMEM;
}
