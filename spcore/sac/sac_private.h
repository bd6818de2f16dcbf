/* What the files of the channel share. The protocol is specified in docs/secure-channel.md; the
 * names here are its names. */
#ifndef SPCORE_SAC_SAC_PRIVATE_H
#define SPCORE_SAC_SAC_PRIVATE_H

#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "spcore/include/sac.h"

#define SAC_HASH 32 /* SHA-256 */
#define SAC_RANDOM 32
#define SAC_PUBLIC 32 /* X25519 */
#define SAC_MAX_CERT 4096
#define SAC_MAX_SIGNATURE 256
#define SAC_HEADER 8
#define SAC_MAX_MESSAGE                                                                            \
    (SAC_HEADER + SAC_RANDOM + SAC_PUBLIC + 4 + SAC_MAX_CERT + SAC_MAX_SIGNATURE)

/* ---- sac_wire.c: bounded bytes */
struct sac_reader {
    const uint8_t *p, *end;
    bool failed;
};
struct sac_bytes {
    const uint8_t *data;
    size_t length;
};
struct sac_writer {
    uint8_t data[SAC_MAX_MESSAGE];
    size_t length;
    bool failed;
};
enum sac_kind { SAC_HELLO = 1, SAC_OFFER, SAC_PROOF, SAC_DONE };

/* Reads the header; failed unless it is of that kind and its length is exactly what follows. */
struct sac_reader sac_read_message(const uint8_t *data, size_t length, enum sac_kind kind);
struct sac_bytes sac_read(struct sac_reader *r, size_t length);
struct sac_bytes sac_read_counted(struct sac_reader *r, size_t limit); /* 16-bit length in front */
bool sac_read_done(const struct sac_reader *r); /* nothing failed, nothing left */

void sac_write_begin(struct sac_writer *w, enum sac_kind kind);
void sac_write(struct sac_writer *w, const void *data, size_t length);
void sac_write_counted(struct sac_writer *w, const void *data, size_t length);
/* Puts the length into the header, of the message with `more` bytes still to come. */
void sac_write_length(struct sac_writer *w, size_t more);

/* ---- sac_crypto.c: the primitives as the specification writes them */
bool sac_hmac(const uint8_t *key, size_t key_length, const void *data, size_t length,
              uint8_t ret[SAC_HASH]);
bool sac_hkdf(const uint8_t *secret, size_t secret_length, const uint8_t *salt, size_t salt_length,
              const char *info, uint8_t *ret, size_t length);
EVP_MAC_CTX *sac_hmac_new(const uint8_t *key, size_t key_length);
/* key X25519 with the peer's public value; false for a value of low order too. */
bool sac_agree(EVP_PKEY *own, struct sac_bytes peer, uint8_t ret_secret[SAC_PUBLIC]);
bool sac_sign(EVP_PKEY *key, const char *label, const uint8_t hash[SAC_HASH], uint8_t *ret,
              size_t *io_length);
bool sac_verify(EVP_PKEY *key, const char *label, const uint8_t hash[SAC_HASH],
                struct sac_bytes signature);

/* ---- sac_cert.c */
enum sac_role { SAC_ROLE_APPLICATION = 1, SAC_ROLE_PROVIDER = 2 };

struct sac_identity {     /* a certificate with its private key, or a peer's without */
    uint8_t *certificate; /* DER, owned */
    size_t certificate_length;
    EVP_PKEY *key; /* owned: private, or of a peer public */
    DWORD level;
};
/* 0, or -EINVAL: not parsed, not a pair, no level; -ENOMEM. */
int sac_identity_new(struct sac_bytes certificate, struct sac_bytes key,
                     struct sac_identity **ret_identity);
int sac_identity_new_builtin(struct sac_identity **ret_identity);
/* A peer's certificate: signed by the root, in force now, of that role. -EACCES: it is not. */
int sac_identity_new_peer(struct sac_bytes certificate, enum sac_role role,
                          struct sac_identity **ret_identity);
void sac_identity_free(struct sac_identity *identity);

/* ---- sac_keys.c: what follows from the eight bytes of a session key */
struct sac_keys; /* constant once made; shared by the calls that use it */

struct sac_keys *sac_keys_new(const uint8_t session[SAC_SESSION_KEYLEN]);
struct sac_keys *sac_keys_ref(struct sac_keys *keys);
void sac_keys_unref(struct sac_keys *keys); /* NULL is fine */
const uint8_t *sac_keys_session(const struct sac_keys *keys);
EVP_MAC_CTX *sac_keys_mac(const struct sac_keys *keys); /* the caller's; NULL: no memory */
bool sac_keys_encrypt(const struct sac_keys *keys, uint8_t *data, size_t length);
bool sac_keys_decrypt(const struct sac_keys *keys, uint8_t *data, size_t length);

/* ---- sac_handshake.c: what both ends compute */
struct sac_handshake {
    EVP_PKEY *ephemeral;        /* owned */
    EVP_MD_CTX *transcript;     /* owned: SHA-256 over the messages so far */
    uint8_t secret[SAC_PUBLIC]; /* agreed by X25519 */
    uint8_t finish[SAC_HASH];   /* client: what the server's last message has to be */
    struct sac_keys *keys;      /* client: waiting for that message */
    struct sac_identity *peer;  /* owned */
};
struct sac_handshake *sac_handshake_new(void);
void sac_handshake_free(struct sac_handshake *handshake); /* NULL is fine; wipes */
/* What an end opens with: a random value and its own public one. */
bool sac_handshake_share(const struct sac_handshake *handshake,
                         uint8_t ret[SAC_RANDOM + SAC_PUBLIC]);
bool sac_handshake_add(struct sac_handshake *handshake, const void *data, size_t length);
/* Session keys and the value of the last message, from the whole transcript and the secret. */
struct sac_keys *sac_handshake_keys(const struct sac_handshake *handshake,
                                    uint8_t ret_finish[SAC_HASH]);
/* Appends certificate and signature to a message that has everything else, and adds the message to
 * the transcript. */
bool sac_handshake_sign(struct sac_handshake *handshake, const struct sac_identity *identity,
                        const char *label, struct sac_writer *w);
/* Reads both from the rest of `message`, verifies, adds it to the transcript; the peer is kept in
 * the handshake. -EBADMSG: malformed; -EACCES: not trusted, or not signed by that certificate. */
int sac_handshake_verify(struct sac_handshake *handshake, enum sac_role role, const char *label,
                         struct sac_bytes message, struct sac_reader *r);

extern const char sac_label_provider[], sac_label_application[];

/* ---- the channel */
struct sac_mac_slot {
    EVP_MAC_CTX *context; /* owned; NULL: free */
    uint32_t generation;  /* in the handle, so that an old handle of this slot is none */
    bool busy;            /* a call works on it outside the lock */
};

struct sac_channel {
    pthread_mutex_t lock; /* everything below but `open` */
    bool server;
    atomic_bool open;
    struct sac_identity *identity;
    struct sac_handshake *handshake; /* between the passes */
    struct sac_keys *keys;           /* of the open channel */
    DWORD remote_level;
    IComponentAuthenticate *component; /* client: a reference */
    struct sac_mac_slot *macs;
    size_t mac_count;
};

/* With the lock held. Both end a handshake that is under way. */
void sac_channel_open(struct sac_channel *channel, struct sac_keys *keys, DWORD remote_level);
void sac_channel_shut(struct sac_channel *channel);
/* The message as a block for the caller; E_OUTOFMEMORY. */
HRESULT sac_hand_out(const void *data, size_t length, BYTE **ret_out, DWORD *ret_out_length);
HRESULT sac_hr(int error);
/* A reference to the current keys; NULL: the channel is not open. */
struct sac_keys *sac_channel_keys(struct sac_channel *channel);

/* ---- sac_mac_slots.c: the MACs under way, by handle */
/* Keeps `context`, which is the channel's from then on; false: no room, and it is the caller's. */
bool sac_mac_keep(struct sac_channel *channel, EVP_MAC_CTX *context, SAC_HMAC *ret_mac);
/* The handle's context, out of reach of other calls until sac_mac_give(); NULL: no such handle. */
EVP_MAC_CTX *sac_mac_take(struct sac_channel *channel, SAC_HMAC mac);
/* `finished`: frees the context, and the handle is none any more. */
void sac_mac_give(struct sac_channel *channel, EVP_MAC_CTX *context, bool finished);
void sac_mac_done(struct sac_channel *channel);

#endif
