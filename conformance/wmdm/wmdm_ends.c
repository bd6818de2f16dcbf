/* Both ends of a channel that no COM object stands between. */
#include "conformance/wmdm/wmdm_ends.h"

#include <stdlib.h>
#include <string.h>

static const struct sac_class *class_of(struct conf *c)
{
    const struct sac_class *(STDMETHODCALLTYPE * get)(void);
    void *symbol = wmdm_export(c, "SacGetServerClass");
    const struct sac_class *class;

    if (!symbol)
        conf_inconclusive(c, "the provider does not hand out its channel class");
    memcpy(&get, &symbol, sizeof(symbol));
    class = get();
    if (!class || class->size < sizeof(*class))
        conf_inconclusive(c, "the provider's channel class has another form");
    return class;
}

HRESULT wmdm_ends_set_pair(struct wmdm_ends *e, DWORD type, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);
    struct conf *c = e->c;

    return SLOT(*e, set_certificate, type, pair->certificate, pair->certificate_length, pair->key,
                pair->key_length);
}

void wmdm_ends_free(struct wmdm_ends *e)
{
    struct conf *c = e->c;

    SP_CALL("CSecureChannelServer::delete", (e->class->free(e->server), 0));
    sac_free(e->client);
}

struct wmdm_ends wmdm_ends_bare(struct conf *c)
{
    struct wmdm_ends e = {.c = c, .class = class_of(c), .client = sac_client_new()};
    const struct wmdm_pair *pair = wmdm_pair(WMDM_APPLICATION_HIGH);

    e.server = SP_CALL("CSecureChannelServer::new", e.class->server_new());
    if (!e.client)
        conf_setup_failed(c, "no memory");
    if (!e.server)
        conf_refused(c, "CSecureChannelServer", "the server's class was not made");
    wmdm_ours(c, "the host's SetCertificate",
              sac_set_certificate(e.client, SAC_CERT_V1, pair->certificate,
                                  pair->certificate_length, pair->key, pair->key_length));
    return e;
}

HRESULT wmdm_ends_connect(struct wmdm_ends *e)
{
    struct conf *c = e->c;
    BYTE *hello = NULL, *offer = NULL, *proof = NULL, *done = NULL;
    DWORD hello_length, offer_length, proof_length, done_length;
    HRESULT hr = sac_client_hello(e->client, &hello, &hello_length);

    if (SUCCEEDED(hr))
        hr = SLOT(*e, auth, SAC_PROTOCOL_V1, 0, hello, hello_length, &offer, &offer_length);
    if (SUCCEEDED(hr))
        hr = sac_client_answer(e->client, offer, offer_length, &proof, &proof_length);
    if (SUCCEEDED(hr))
        hr = SLOT(*e, auth, SAC_PROTOCOL_V1, 1, proof, proof_length, &done, &done_length);
    if (SUCCEEDED(hr))
        hr = sac_client_finish(e->client, done, done_length);
    CoTaskMemFree(hello);
    CoTaskMemFree(offer);
    CoTaskMemFree(proof);
    CoTaskMemFree(done);
    return hr;
}

struct wmdm_ends wmdm_ends_open(struct conf *c)
{
    struct wmdm_ends e = wmdm_ends_bare(c);

    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    wmdm_step(c, "handshake", "the handshake", wmdm_ends_connect(&e));
    return e;
}
