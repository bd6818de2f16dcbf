/* The passes by hand: the host's end is the one that sac_authenticate() uses, the messages between
 * the two are the case's. */
#include "conformance/wmdm/wmdm_handshake.h"

#include <string.h>

HRESULT wmdm_pass_of(struct wmdm *w, DWORD protocol, DWORD number, struct wmdm_message in,
                     struct wmdm_message *ret_out)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IComponentAuthenticate, SACAuth, wmdm_component(w), protocol, number, in.data,
                in.length, &ret_out->data, &ret_out->length);
}

HRESULT wmdm_pass(struct wmdm *w, DWORD number, struct wmdm_message in,
                  struct wmdm_message *ret_out)
{
    return wmdm_pass_of(w, SAC_PROTOCOL_V1, number, in, ret_out);
}

HRESULT wmdm_device_count(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD count = 0xeeeeeeee;

    return CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count);
}

struct wmdm_run wmdm_run_new(struct conf *c, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);
    struct wmdm_run run = {.pass_0 = E_PENDING, .pass_1 = E_PENDING, .host = sac_client_new()};

    wmdm_ours(c, "the host's SetCertificate",
              sac_set_certificate(run.host, SAC_CERT_V1, pair->certificate,
                                  pair->certificate_length, pair->key, pair->key_length));
    wmdm_ours(c, "the host's hello",
              sac_client_hello(run.host, &run.hello.data, &run.hello.length));
    return run;
}

HRESULT wmdm_run_answer(struct wmdm_run *run)
{
    return sac_client_answer(run->host, run->offer.data, run->offer.length, &run->proof.data,
                             &run->proof.length);
}

static void longer(struct conf *c, struct wmdm_message *m)
{
    BYTE *data = CoTaskMemRealloc(m->data, m->length + 1);

    if (!data)
        conf_setup_failed(c, "no memory");
    data[m->length++] = 0;
    m->data = data;
}

static void spoil(struct conf *c, const struct wmdm_spoilt *spoilt, DWORD pass,
                  struct wmdm_message *m)
{
    if (!spoilt || spoilt->pass != pass)
        return;
    if (spoilt->harm == WMDM_BIT_CHANGED)
        m->data[spoilt->at % m->length] ^= (BYTE)(1u << spoilt->bit);
    if (spoilt->harm == WMDM_CUT)
        m->length--;
    if (spoilt->harm == WMDM_LONGER)
        longer(c, m);
}

struct wmdm_run wmdm_run(struct wmdm *w, enum wmdm_certificate which,
                         const struct wmdm_spoilt *spoilt)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_run run = wmdm_run_new(c, which);

    spoil(c, spoilt, 0, &run.hello);
    run.pass_0 = wmdm_pass(w, 0, run.hello, &run.offer);
    if (FAILED(run.pass_0) || FAILED(wmdm_run_answer(&run)))
        return run;
    spoil(c, spoilt, 1, &run.proof);
    run.pass_1 = wmdm_pass(w, 1, run.proof, &run.done);
    return run;
}

void wmdm_run_free(struct wmdm_run *run)
{
    CoTaskMemFree(run->hello.data);
    CoTaskMemFree(run->offer.data);
    CoTaskMemFree(run->proof.data);
    CoTaskMemFree(run->done.data);
    sac_free(run->host);
}
