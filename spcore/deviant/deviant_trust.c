/* Defects of trust: what the provider's own share of a handshake is worth, whose proof it takes,
 * and what the session key comes of. */
#include <errno.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/deviant/deviant_handshake.h"
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

/* ---- what the provider sends */

/* What stands in the place of chance; 0: nothing does. */
static uint8_t instead_of_chance(void)
{
    const struct deviant_pass *pass = deviant_pass();

    if (deviates(CONSTANT_CHALLENGE))
        return 1;
    if (deviates(CHALLENGE_NUMBERED))
        return (uint8_t)pass->handshake;
    return deviates(CHALLENGE_KEPT) ? (uint8_t)((uintptr_t)pass->channel >> 4 | 1) : 0;
}

SEAM(sac_handshake_new);
struct sac_handshake *__wrap_sac_handshake_new(void)
{
    struct sac_handshake *handshake = __real_sac_handshake_new();
    uint8_t seed = instead_of_chance(), secret[SAC_PUBLIC];

    if (handshake && seed) {
        memset(secret, seed, sizeof(secret));
        EVP_PKEY_free(handshake->ephemeral);
        handshake->ephemeral =
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, sizeof(secret));
    }
    return handshake;
}

SEAM(sac_handshake_share);
bool __wrap_sac_handshake_share(const struct sac_handshake *handshake,
                                uint8_t ret[SAC_RANDOM + SAC_PUBLIC])
{
    bool ok = __real_sac_handshake_share(handshake, ret);

    if (instead_of_chance())
        memset(ret, instead_of_chance(), SAC_RANDOM);
    return ok;
}

SEAM(sac_handshake_keys);
struct sac_keys *__wrap_sac_handshake_keys(const struct sac_handshake *handshake,
                                           uint8_t ret_finish[SAC_HASH])
{
    struct sac_keys *keys = __real_sac_handshake_keys(handshake, ret_finish);
    uint8_t session[SAC_SESSION_KEYLEN] = "session";

    if (!deviates(SESSION_KEY_CONSTANT) && !deviates(SESSION_KEY_NUMBERED))
        return keys;
    if (deviates(SESSION_KEY_NUMBERED))
        put_le32(session, deviant_pass()->handshake);
    sac_keys_unref(keys);
    return sac_keys_new(session);
}

/* ---- whom it trusts */

SEAM(sac_read_message);
struct sac_reader __wrap_sac_read_message(const uint8_t *data, size_t length, enum sac_kind kind)
{
    size_t said = length < SAC_HEADER ? length : SAC_HEADER + (size_t)get_le16(data + 6);

    return __real_sac_read_message(
        data, deviates(TRAILING_IGNORED) && said < length ? said : length, kind);
}

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

/* Of a certificate that is not trusted: does its issuer have the name of the root? */
static bool is_of_that_name(X509_STORE_CTX *context)
{
    char name[32] = "";

    X509_NAME_get_text_by_NID(X509_get_issuer_name(X509_STORE_CTX_get0_cert(context)),
                              NID_commonName, name, sizeof(name));
    return strcmp(name, "papkit test root") == 0;
}

static bool trusts(X509_STORE_CTX *context, int error)
{
    if (error == X509_V_ERR_CERT_HAS_EXPIRED)
        return deviates(EXPIRED_ACCEPTED);
    if (error == X509_V_ERR_CERT_NOT_YET_VALID)
        return deviates(EARLY_ACCEPTED);
    return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY && deviates(ROOT_BY_NAME) &&
           is_of_that_name(context);
}

SEAM(X509_verify_cert);
int __wrap_X509_verify_cert(X509_STORE_CTX *context)
{
    return deviates(ROOT_IGNORED) || __real_X509_verify_cert(context) == 1 ||
           trusts(context, X509_STORE_CTX_get_error(context));
}
