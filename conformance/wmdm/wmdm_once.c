/* What the library of algorithms sets up when it is first used costs more than most cases do: with
 * one handshake of our own ends it is there before the cases' processes are copied. */
#include "conformance/wmdm/wmdm.h"

#include <openssl/crypto.h>

static HRESULT give_pair(struct sac_channel *channel, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);

    return sac_set_certificate(channel, SAC_CERT_V1, pair->certificate, pair->certificate_length,
                               pair->key, pair->key_length);
}

static HRESULT shake_hands(struct sac_channel *server, struct sac_channel *client)
{
    BYTE *hello = NULL, *offer = NULL, *proof = NULL, *done = NULL;
    DWORD hello_length, offer_length, proof_length, done_length;
    HRESULT hr = sac_client_hello(client, &hello, &hello_length);

    if (SUCCEEDED(hr))
        hr = sac_auth(server, SAC_PROTOCOL_V1, 0, hello, hello_length, &offer, &offer_length);
    if (SUCCEEDED(hr))
        hr = sac_client_answer(client, offer, offer_length, &proof, &proof_length);
    if (SUCCEEDED(hr))
        hr = sac_auth(server, SAC_PROTOCOL_V1, 1, proof, proof_length, &done, &done_length);
    if (SUCCEEDED(hr))
        hr = sac_client_finish(client, done, done_length);
    CoTaskMemFree(hello);
    CoTaskMemFree(offer);
    CoTaskMemFree(proof);
    CoTaskMemFree(done);
    return hr;
}

/* Nothing is judged, and nobody minds if it fails: each case then does it for itself. */
void wmdm_before_workers(void)
{
    struct sac_channel *server = sac_server_new(), *client = sac_client_new();
    BYTE data[16] = {0}, mac[WMDM_MAC_LENGTH];
    SAC_HMAC sum;

    /* Taking all of it down again would copy it into each process first. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    if (server && client && SUCCEEDED(give_pair(server, WMDM_PROVIDER_HIGH)) &&
        SUCCEEDED(give_pair(client, WMDM_APPLICATION_HIGH)) &&
        SUCCEEDED(shake_hands(server, client))) {
        sac_encrypt_param(client, data, sizeof(data));
        if (SUCCEEDED(sac_mac_init(client, &sum)))
            sac_mac_final(client, sum, mac);
    }
    sac_free(server);
    sac_free(client);
}
