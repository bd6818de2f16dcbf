/* The provider's channel class for whoever judges it: one row of pointers to the functions of the
 * channel's other files, which no COM interface reaches. */
#include "spcore/include/sac.h"

static const struct sac_class server_class = {
    .size = sizeof(struct sac_class),
    .server_new = sac_server_new,
    .free = sac_free,
    .set_certificate = sac_set_certificate,
    .is_authenticated = sac_is_authenticated,
    .auth = sac_auth,
    .get_protocols = sac_get_protocols,
    .mac_init = sac_mac_init,
    .mac_update = sac_mac_update,
    .mac_final = sac_mac_final,
    .encrypt_param = sac_encrypt_param,
    .decrypt_param = sac_decrypt_param,
    .get_session_key = sac_get_session_key,
    .set_session_key = sac_set_session_key,
    .get_app_sec = sac_get_app_sec,
};

const struct sac_class *STDMETHODCALLTYPE SacGetServerClass(void)
{
    return &server_class;
}
