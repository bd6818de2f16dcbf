/* Certificates: ours with its key, and a peer's. The level is an extension, the role an extended
 * key usage, both below an arc made from the provider class's id (docs/secure-channel.md). */
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "sac_builtin.h"
#include "spcore/sac/sac_private.h"

#define ARC "2.25.162889779328763739179809853370900782608"
#define OID_LEVEL ARC ".1"
#define OID_ROLE_APPLICATION ARC ".2.1"
#define OID_ROLE_PROVIDER ARC ".2.2"

/* DER with nothing behind it. */
static X509 *parse(struct sac_bytes der)
{
    const unsigned char *p = der.data;
    X509 *certificate =
        der.length && der.length <= SAC_MAX_CERT ? d2i_X509(NULL, &p, (long)der.length) : NULL;

    if (certificate && p != der.data + der.length) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static bool read_level(X509 *certificate, DWORD *ret_level)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(OID_LEVEL, 1);
    int at = oid ? X509_get_ext_by_OBJ(certificate, oid, -1) : -1;
    ASN1_OCTET_STRING *value =
        at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    const unsigned char *p = value ? ASN1_STRING_get0_data(value) : NULL;
    ASN1_INTEGER *number = value ? d2i_ASN1_INTEGER(NULL, &p, ASN1_STRING_length(value)) : NULL;
    uint64_t level = 0;
    bool ok = number && ASN1_INTEGER_get_uint64(&level, number) == 1 && level <= UINT32_MAX;

    ASN1_INTEGER_free(number);
    ASN1_OBJECT_free(oid);
    if (ok)
        *ret_level = (DWORD)level;
    return ok;
}

static bool has_role(X509 *certificate, enum sac_role role)
{
    EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    ASN1_OBJECT *oid =
        OBJ_txt2obj(role == SAC_ROLE_PROVIDER ? OID_ROLE_PROVIDER : OID_ROLE_APPLICATION, 1);
    bool found = false;

    for (int i = 0; oid && usage && i < sk_ASN1_OBJECT_num(usage); i++)
        found |= OBJ_cmp(sk_ASN1_OBJECT_value(usage, i), oid) == 0;
    ASN1_OBJECT_free(oid);
    EXTENDED_KEY_USAGE_free(usage);
    return found;
}

static bool trusted(X509 *certificate)
{
    X509 *root = parse((struct sac_bytes){sac_root, sizeof(sac_root)});
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool ok = root && store && context && X509_STORE_add_cert(store, root) == 1 &&
              X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT) == 1 &&
              X509_STORE_CTX_init(context, store, certificate, NULL) == 1 &&
              X509_verify_cert(context) == 1;

    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(root);
    return ok;
}

/* Takes over `key`. */
static int identity_of(X509 *certificate, struct sac_bytes der, EVP_PKEY *key,
                       struct sac_identity **ret_identity)
{
    struct sac_identity *identity = calloc(1, sizeof(*identity));

    if (!identity) {
        EVP_PKEY_free(key);
        return -ENOMEM;
    }
    identity->key = key;
    identity->certificate = malloc(der.length);
    identity->certificate_length = der.length;
    if (!identity->certificate || !key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
        !read_level(certificate, &identity->level)) {
        int error = identity->certificate ? -EINVAL : -ENOMEM;
        sac_identity_free(identity);
        return error;
    }
    memcpy(identity->certificate, der.data, der.length);
    *ret_identity = identity;
    return 0;
}

int sac_identity_new(struct sac_bytes certificate, struct sac_bytes key,
                     struct sac_identity **ret_identity)
{
    const unsigned char *p = key.data;
    X509 *x509 = parse(certificate);
    EVP_PKEY *pair =
        x509 && key.length <= SAC_MAX_CERT ? d2i_AutoPrivateKey(NULL, &p, (long)key.length) : NULL;
    int error = -EINVAL;

    if (pair && p == key.data + key.length && X509_check_private_key(x509, pair) == 1)
        error = identity_of(x509, certificate, pair, ret_identity);
    else
        EVP_PKEY_free(pair);
    X509_free(x509);
    return error;
}

int sac_identity_new_builtin(struct sac_identity **ret_identity)
{
    return sac_identity_new((struct sac_bytes){sac_certificate, sizeof(sac_certificate)},
                            (struct sac_bytes){sac_key, sizeof(sac_key)}, ret_identity);
}

int sac_identity_new_peer(struct sac_bytes certificate, enum sac_role role,
                          struct sac_identity **ret_identity)
{
    X509 *x509 = parse(certificate);
    int error = x509 ? -EACCES : -EBADMSG;

    if (x509 && has_role(x509, role) && trusted(x509)) {
        error = identity_of(x509, certificate, X509_get_pubkey(x509), ret_identity);
        error = error == -EINVAL ? -EACCES : error;
    }
    X509_free(x509);
    return error;
}

void sac_identity_free(struct sac_identity *identity)
{
    if (!identity)
        return;
    free(identity->certificate);
    EVP_PKEY_free(identity->key);
    free(identity);
}
