#include <errno.h>
#include <openssl/rand.h>
#include <string.h>

#include "spcore/deviant/sp_defect.h"
#include "spcore/sac/sac_private.h"

/* Pass 0: hello in, offer out. */
static int pass_0(struct sac_channel *channel, struct sac_bytes in, struct sac_writer *ret_out)
{
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_HELLO);
    struct sac_bytes random, public;
    uint8_t own[SAC_RANDOM + SAC_PUBLIC];
    struct sac_handshake *handshake;

    random = sac_read(&r, SAC_RANDOM);
    public = sac_read(&r, SAC_PUBLIC);
    if (!sac_read_done(&r) || !random.data)
        return -EBADMSG;
    handshake = sac_handshake_new();
    sac_handshake_free(channel->handshake);
    channel->handshake = handshake;
    if (!handshake)
        return -ENOMEM;
#ifdef SPCORE_DEVIANT
    if (SP_DEVIATES(CONSTANT_CHALLENGE)) {
        static const uint8_t fixed[SAC_PUBLIC] = {1, 2, 3, 4, 5, 6, 7, 8};
        EVP_PKEY_free(handshake->ephemeral);
        handshake->ephemeral =
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, fixed, sizeof(fixed));
    }
#endif
    if (RAND_bytes(own, SAC_RANDOM) != 1 || !sac_handshake_public(handshake, own + SAC_RANDOM))
        return -ENOMEM;
    if (SP_DEVIATES(CONSTANT_CHALLENGE))
        memset(own, 0, SAC_RANDOM);
    if (!sac_agree(handshake->ephemeral, public, handshake->secret))
        return -EBADMSG;
    sac_write_begin(ret_out, SAC_OFFER);
    sac_write(ret_out, own, sizeof(own));
    if (!sac_handshake_add(handshake, in.data, in.length) ||
        !sac_handshake_sign(handshake, channel->identity, sac_label_provider, ret_out))
        return -ENOMEM;
    return 0;
}

/* Pass 1: proof in, done out, and the channel is open. */
static int pass_1(struct sac_channel *channel, struct sac_bytes in, struct sac_writer *ret_out)
{
    struct sac_reader r = sac_read_message(in.data, in.length, SAC_PROOF);
    struct sac_handshake *handshake = channel->handshake;
    uint8_t finish[SAC_HASH];
    struct sac_keys *keys;
    int error;

    error = sac_handshake_verify(handshake, SAC_ROLE_APPLICATION, sac_label_application, in, &r);
    if (error)
        return error;
    keys = sac_handshake_keys(handshake, finish);
    if (!keys)
        return -ENOMEM;
    sac_write_begin(ret_out, SAC_DONE);
    sac_write(ret_out, finish, sizeof(finish));
    sac_write_length(ret_out, 0);
    sac_channel_open(channel, keys, handshake->peer->level);
    return 0;
}

/* Opens without keys that anybody agreed on: only defects do that. */
static int open_unproven(struct sac_channel *channel, struct sac_writer *ret_out)
{
    struct sac_keys *keys = sac_keys_new((const uint8_t[SAC_SESSION_KEYLEN]){0});

    if (!keys)
        return -ENOMEM;
    sac_channel_open(channel, keys, 0);
    if (ret_out->failed) {
        sac_write_begin(ret_out, SAC_DONE);
        sac_write_length(ret_out, 0);
    }
    return 0;
}

/* With the lock held; what a pass has to find, else the code that says so. */
static HRESULT check_order(const struct sac_channel *channel, DWORD pass)
{
    if (!channel->identity)
        return WMDM_E_CALL_OUT_OF_SEQUENCE; /* SetCertificate comes first */
    if (pass == 1 && !channel->handshake)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return S_OK;
}

static int do_pass(struct sac_channel *channel, DWORD pass, struct sac_bytes in,
                   struct sac_writer *ret_out)
{
    int error = pass == 0 ? pass_0(channel, in, ret_out) : pass_1(channel, in, ret_out);

    if (pass == 0 && !error && SP_DEVIATES(OPEN_AFTER_PASS_0))
        atomic_store(&channel->open, true);
    return error;
}

static HRESULT run_pass(struct sac_channel *channel, DWORD pass, struct sac_bytes in,
                        BYTE **ret_out, DWORD *ret_out_length)
{
    struct sac_writer out = {.failed = true};
    HRESULT hr = check_order(channel, pass);

    if (FAILED(hr) && channel->identity && SP_DEVIATES(PASS_1_ALONE))
        hr = sac_hr(open_unproven(channel, &out));
    else if (SUCCEEDED(hr))
        hr = sac_hr(do_pass(channel, pass, in, &out));
    if (SUCCEEDED(hr))
        hr =
            out.failed ? E_UNEXPECTED : sac_hand_out(out.data, out.length, ret_out, ret_out_length);
    if (FAILED(hr) && SP_DEVIATES(FAILED_PASS_OPENS))
        open_unproven(channel, &out);
    else if (FAILED(hr) && !(SP_DEVIATES(FAILED_REPEAT_KEEPS_OPEN) && channel->keys))
        sac_channel_shut(channel);
    return hr;
}

HRESULT sac_auth(struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in,
                 DWORD in_length, BYTE **ret_out, DWORD *ret_out_length)
{
    HRESULT hr;

    if (ret_out && !SP_DEVIATES(FAILED_PASS_KEEPS_OUT))
        *ret_out = NULL;
    if (ret_out_length && !SP_DEVIATES(FAILED_PASS_KEEPS_OUT))
        *ret_out_length = 0;
    if (!channel || !channel->server || !ret_out || !ret_out_length || !in)
        return SP_DEVIATES(SACAUTH_NULL_ACCEPTED) ? S_OK : E_INVALIDARG;
    if (protocol != SAC_PROTOCOL_V1 && !SP_DEVIATES(PROTOCOL_UNCHECKED))
        return E_INVALIDARG;
    if (pass > 1 && !SP_DEVIATES(PASS_2_AS_1))
        return E_INVALIDARG;
    pass = pass > 1 ? 1 : pass;
    pthread_mutex_lock(&channel->lock);
    hr = run_pass(channel, pass, (struct sac_bytes){in, in_length}, ret_out, ret_out_length);
    pthread_mutex_unlock(&channel->lock);
    return hr;
}

HRESULT sac_get_protocols(struct sac_channel *channel, DWORD **ret_protocols, DWORD *ret_count)
{
    DWORD *protocols;

    if (ret_protocols)
        *ret_protocols = NULL;
    if (ret_count)
        *ret_count = 0;
    if (!channel || !ret_protocols || !ret_count)
        return SP_DEVIATES(PROTOCOLS_NULL_ACCEPTED) ? S_OK : E_INVALIDARG;
    if (SP_DEVIATES(PROTOCOLS_NEED_CHANNEL) && !sac_is_authenticated(channel))
        return WMDM_E_NOTCERTIFIED;
    protocols = CoTaskMemAlloc(sizeof(*protocols));
    if (!protocols)
        return E_OUTOFMEMORY;
    protocols[0] = SP_DEVIATES(PROTOCOLS_WMDM) ? SAC_PROTOCOL_WMDM : SAC_PROTOCOL_V1;
    *ret_protocols = protocols;
    *ret_count = 1;
    return S_OK;
}

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

const struct sac_class *SacGetServerClass(void)
{
    return &server_class;
}
