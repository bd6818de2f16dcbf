/* Both ends of a channel and the messages between them, for the channel's tests. */
#ifndef SPCORE_TESTS_SAC_ENDS_H
#define SPCORE_TESTS_SAC_ENDS_H

#include <criterion/criterion.h>

#include "spcore/include/sac.h"
#include "wmdm_certs.h"

/* A pair of certificate and key as the functions take it. */
#define PAIR(name) name##_certificate, sizeof(name##_certificate), name##_key, sizeof(name##_key)

struct ends {
    struct sac_channel *server, *client;
};

static inline struct ends ends_new(void)
{
    struct ends ends = {sac_server_new(), sac_client_new()};

    cr_assert(ends.server && ends.client);
    cr_assert_eq(sac_set_certificate(ends.server, SAC_CERT_V1, NULL, 0, NULL, 0), S_OK);
    cr_assert_eq(sac_set_certificate(ends.client, SAC_CERT_V1, PAIR(application_high)), S_OK);
    return ends;
}

static inline void ends_free(struct ends *ends)
{
    sac_free(ends->server);
    sac_free(ends->client);
}

struct message {
    BYTE *data;
    DWORD length;
};
enum { HELLO, OFFER, PROOF, DONE, MESSAGES };

static inline void messages_free(struct message *m)
{
    for (int i = 0; i < MESSAGES; i++)
        CoTaskMemFree(m[i].data);
}

/* The whole handshake; byte `at` of message `which` is changed on its way (which < 0: none).
 * The result of the step that noticed. */
static inline HRESULT handshake(struct ends *e, int which, size_t at, struct message m[MESSAGES])
{
    HRESULT hr = sac_client_hello(e->client, &m[HELLO].data, &m[HELLO].length);

    cr_assert_eq(hr, S_OK);
    if (which == HELLO)
        m[HELLO].data[at] ^= 1;
    hr = sac_auth(e->server, SAC_PROTOCOL_V1, 0, m[HELLO].data, m[HELLO].length, &m[OFFER].data,
                  &m[OFFER].length);
    if (FAILED(hr))
        return hr;
    if (which == OFFER)
        m[OFFER].data[at] ^= 1;
    hr = sac_client_answer(e->client, m[OFFER].data, m[OFFER].length, &m[PROOF].data,
                           &m[PROOF].length);
    if (FAILED(hr))
        return hr;
    if (which == PROOF)
        m[PROOF].data[at] ^= 1;
    hr = sac_auth(e->server, SAC_PROTOCOL_V1, 1, m[PROOF].data, m[PROOF].length, &m[DONE].data,
                  &m[DONE].length);
    if (FAILED(hr))
        return hr;
    if (which == DONE)
        m[DONE].data[at] ^= 1;
    return sac_client_finish(e->client, m[DONE].data, m[DONE].length);
}

static inline void connect(struct ends *e)
{
    struct message m[MESSAGES] = {{NULL, 0}};

    cr_assert_eq(handshake(e, -1, 0, m), S_OK);
    messages_free(m);
    cr_assert(sac_is_authenticated(e->server) && sac_is_authenticated(e->client));
}

#endif
