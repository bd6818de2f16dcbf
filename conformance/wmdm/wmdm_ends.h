/* Both ends of a secure channel by themselves: the provider's own class (CSecureChannelServer),
 * where it hands out the table of sac.h, and the host's. */
#ifndef CONFORMANCE_WMDM_WMDM_ENDS_H
#define CONFORMANCE_WMDM_WMDM_ENDS_H

#include "conformance/wmdm/wmdm.h"

struct wmdm_ends {
    struct conf *c;
    const struct sac_class *class;
    struct sac_channel *server, *client;
};

/* Two ends without a handshake, the server without a certificate yet; and two after one. Ends the
 * case as INCONCLUSIVE where the provider does not hand its class out. */
struct wmdm_ends wmdm_ends_bare(struct conf *c);
struct wmdm_ends wmdm_ends_open(struct conf *c);
void wmdm_ends_free(struct wmdm_ends *e);
#define ENDS __attribute__((cleanup(wmdm_ends_free))) struct wmdm_ends

/* A certificate of that type for the server's end. */
HRESULT wmdm_ends_set_pair(struct wmdm_ends *e, DWORD type, enum wmdm_certificate which);
/* The handshake: the result of the step that failed, or S_OK. */
HRESULT wmdm_ends_connect(struct wmdm_ends *e);

/* Calls a slot of the class on the server end, marked and traced, by its documented name. */
#define SLOT(e, slot, ...)                                                                         \
    SP_HR("CSecureChannelServer::" NAME_##slot, (e).class->slot((e).server, __VA_ARGS__))
#define NAME_auth "SACAuth"
#define NAME_set_certificate "SetCertificate"
#define NAME_get_app_sec "GetAppSec"
#define NAME_get_session_key "GetSessionKey"
#define NAME_set_session_key "SetSessionKey"
#define NAME_encrypt_param "EncryptParam"
#define NAME_decrypt_param "DecryptParam"
#define NAME_mac_init "MACInit"
#define NAME_mac_update "MACUpdate"
#define NAME_mac_final "MACFinal"
#define IS_OPEN(e)                                                                                 \
    SP_CALL("CSecureChannelServer::fIsAuthenticated", (e).class->is_authenticated((e).server))

#endif
