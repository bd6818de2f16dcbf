/* The secure channel between a host and a provider: the documented methods of CSecureChannelServer
 * and CSecureChannelClient, one function each, in front of a protocol of our own that
 * docs/secure-channel.md specifies byte by byte. It is not Microsoft's channel and does not speak
 * to it; a Windows build may put mssachlp.lib behind this header.
 *
 * A channel may be used from several threads at once. There is no state outside the channel. */
#ifndef SPCORE_SAC_H
#define SPCORE_SAC_H

#include "mswmdm.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct sac_channel;

/* A MAC being computed. Never 0, and not used again by its channel after sac_mac_final(). */
typedef DWORD SAC_HMAC;

/* ---- life */
struct sac_channel *sac_server_new(void); /* NULL: no memory */
struct sac_channel *sac_client_new(void);
void sac_free(struct sac_channel *channel); /* NULL is fine */

/* ---- both ends */
/* `flags` is SAC_CERT_V1. Certificate: X.509 as DER; key: PKCS#8 as DER; both are copied. On a
 * server both NULL (or of no length) select the built-in pair, which gives the basic level.
 * E_INVALIDARG: another type, only one of the two, not parsed, or not a pair. */
HRESULT sac_set_certificate(struct sac_channel *channel, DWORD flags, const BYTE *certificate,
                            DWORD certificate_length, const BYTE *key, DWORD key_length);
/* TRUE once the handshake is complete. A BOOL although its page types it HRESULT. */
BOOL sac_is_authenticated(const struct sac_channel *channel);

HRESULT sac_mac_init(struct sac_channel *channel, SAC_HMAC *ret_mac);
HRESULT sac_mac_update(struct sac_channel *channel, SAC_HMAC mac, const void *data, DWORD length);
HRESULT sac_mac_final(struct sac_channel *channel, SAC_HMAC mac, BYTE ret_mac[WMDM_MAC_LENGTH]);

/* In place, of any length, which stays. Messages are independent of each other: the order in
 * which the other end decrypts them does not matter. WMDM_E_NOTCERTIFIED: no handshake yet. */
HRESULT sac_encrypt_param(struct sac_channel *channel, BYTE *data, DWORD length);
HRESULT sac_decrypt_param(struct sac_channel *channel, BYTE *data, DWORD length);

HRESULT sac_get_session_key(struct sac_channel *channel, BYTE ret_key[SAC_SESSION_KEYLEN]);
HRESULT sac_set_session_key(struct sac_channel *channel, const BYTE key[SAC_SESSION_KEYLEN]);
/* The security levels in this end's certificate and in the other's. */
HRESULT sac_get_app_sec(struct sac_channel *channel, DWORD *ret_local, DWORD *ret_remote);

/* ---- server: IComponentAuthenticate hands its calls on to these */
/* *ret_out is the caller's, from CoTaskMemAlloc; NULL and 0 on failure. Bad arguments leave the
 * channel as it was; a message that does not verify closes it. */
HRESULT sac_auth(struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in,
                 DWORD in_length, BYTE **ret_out, DWORD *ret_out_length);
HRESULT sac_get_protocols(struct sac_channel *channel, DWORD **ret_protocols, DWORD *ret_count);

/* ---- client */
HRESULT sac_set_interface(struct sac_channel *channel, IComponentAuthenticate *component);
HRESULT sac_authenticate(struct sac_channel *channel, DWORD protocol);

/* The client's passes one by one, for a host that watches or spoils what goes over the seam.
 * sac_client_hello() makes the input of pass 0; sac_client_answer() takes the output of pass 0 and
 * makes the input of pass 1; sac_client_finish() takes the output of pass 1 and opens this end. */
HRESULT sac_client_hello(struct sac_channel *channel, BYTE **ret_out, DWORD *ret_out_length);
HRESULT sac_client_answer(struct sac_channel *channel, const BYTE *in, DWORD in_length,
                          BYTE **ret_out, DWORD *ret_out_length);
HRESULT sac_client_finish(struct sac_channel *channel, const BYTE *in, DWORD in_length);

/* ---- a provider's channel class, for the judge */
/* A provider may export this function; then the rows about the class itself can be judged, which no
 * COM interface reaches. The table's slots are the server functions above. */
struct sac_class {
    size_t size; /* of this structure */
    struct sac_channel *(STDMETHODCALLTYPE *server_new)(void);
    void(STDMETHODCALLTYPE *free)(struct sac_channel *channel);
    HRESULT(STDMETHODCALLTYPE *set_certificate)
    (struct sac_channel *channel, DWORD flags, const BYTE *certificate, DWORD certificate_length,
     const BYTE *key, DWORD key_length);
    BOOL(STDMETHODCALLTYPE *is_authenticated)(const struct sac_channel *channel);
    HRESULT(STDMETHODCALLTYPE *auth)
    (struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in, DWORD in_length,
     BYTE **ret_out, DWORD *ret_out_length);
    HRESULT(STDMETHODCALLTYPE *get_protocols)
    (struct sac_channel *channel, DWORD **ret_protocols, DWORD *ret_count);
    HRESULT(STDMETHODCALLTYPE *mac_init)(struct sac_channel *channel, SAC_HMAC *ret_mac);
    HRESULT(STDMETHODCALLTYPE *mac_update)
    (struct sac_channel *channel, SAC_HMAC mac, const void *data, DWORD length);
    HRESULT(STDMETHODCALLTYPE *mac_final)(struct sac_channel *channel, SAC_HMAC mac, BYTE *ret_mac);
    HRESULT(STDMETHODCALLTYPE *encrypt_param)
    (struct sac_channel *channel, BYTE *data, DWORD length);
    HRESULT(STDMETHODCALLTYPE *decrypt_param)
    (struct sac_channel *channel, BYTE *data, DWORD length);
    HRESULT(STDMETHODCALLTYPE *get_session_key)(struct sac_channel *channel, BYTE *ret_key);
    HRESULT(STDMETHODCALLTYPE *set_session_key)(struct sac_channel *channel, const BYTE *key);
    HRESULT(STDMETHODCALLTYPE *get_app_sec)
    (struct sac_channel *channel, DWORD *ret_local, DWORD *ret_remote);
};
const struct sac_class *STDMETHODCALLTYPE SacGetServerClass(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
