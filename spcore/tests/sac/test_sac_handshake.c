/* The handshake: that the two passes open both ends, and that nothing else does. */
#include <criterion/criterion.h>
#include <string.h>

#include "spcore/sac/sac_private.h"
#include "spcore/tests/sac_ends.h"

Test(sac, two_passes_open_both_ends_with_one_key)
{
    struct ends e = ends_new();
    BYTE a[SAC_SESSION_KEYLEN], b[SAC_SESSION_KEYLEN];

    cr_assert_not(sac_is_authenticated(e.server));
    connect(&e);
    cr_assert_eq(sac_get_session_key(e.server, a), S_OK);
    cr_assert_eq(sac_get_session_key(e.client, b), S_OK);
    cr_assert_arr_eq(a, b, sizeof(a));
    ends_free(&e);
}

Test(sac, levels_come_from_the_certificates)
{
    struct ends e = ends_new();
    DWORD local = 0, remote = 0;

    connect(&e);
    cr_assert_eq(sac_get_app_sec(e.server, &local, &remote), S_OK);
    cr_assert_eq(local, 1);
    cr_assert_eq(remote, 3);
    cr_assert_eq(sac_get_app_sec(e.client, &local, &remote), S_OK);
    cr_assert_eq(local, 3);
    cr_assert_eq(remote, 1);
    ends_free(&e);
}

static void every_changed_byte_is_noticed(int which)
{
    size_t length = 1;

    for (size_t at = 0; at < length; at++) {
        struct ends e = ends_new();
        struct message m[MESSAGES] = {{NULL, 0}};
        cr_assert(FAILED(handshake(&e, which, at, m)), "message %d, byte %zu", which, at);
        if (which != DONE) /* the last message opens the server before it leaves */
            cr_assert_not(sac_is_authenticated(e.server), "message %d, byte %zu", which, at);
        cr_assert_not(sac_is_authenticated(e.client));
        length = m[which].length;
        messages_free(m);
        ends_free(&e);
    }
    cr_assert_gt(length, SAC_HEADER);
}

Test(sac, every_changed_byte_of_the_hello_is_noticed)
{
    every_changed_byte_is_noticed(HELLO);
}

Test(sac, every_changed_byte_of_the_offer_is_noticed)
{
    every_changed_byte_is_noticed(OFFER);
}

Test(sac, every_changed_byte_of_the_proof_is_noticed)
{
    every_changed_byte_is_noticed(PROOF);
}

Test(sac, every_changed_byte_of_the_done_is_noticed)
{
    every_changed_byte_is_noticed(DONE);
}

Test(sac, a_message_cut_short_or_continued_is_refused)
{
    struct ends e = ends_new();
    struct message m[MESSAGES] = {{NULL, 0}};
    BYTE longer[SAC_MAX_MESSAGE] = {0}, *out;
    DWORD out_length;

    cr_assert_eq(handshake(&e, -1, 0, m), S_OK);
    for (DWORD length = 0; length <= m[HELLO].length + 1; length++) {
        /* An exact copy, so that the sanitizer sees a byte read too far. */
        BYTE *exact = malloc(length ? length : 1);
        memcpy(longer, m[HELLO].data, m[HELLO].length);
        memcpy(exact, longer, length);
        HRESULT hr = sac_auth(e.server, SAC_PROTOCOL_V1, 0, exact, length, &out, &out_length);
        cr_assert_eq(SUCCEEDED(hr), length == m[HELLO].length);
        cr_assert(SUCCEEDED(hr) || (!out && !out_length));
        CoTaskMemFree(out);
        free(exact);
    }
    messages_free(m);
    ends_free(&e);
}

Test(sac, a_replayed_handshake_does_not_open)
{
    struct ends e = ends_new();
    struct sac_channel *fresh = sac_server_new();
    struct message m[MESSAGES] = {{NULL, 0}};
    BYTE *out;
    DWORD length;

    cr_assert_eq(handshake(&e, -1, 0, m), S_OK);
    cr_assert_eq(sac_set_certificate(fresh, SAC_CERT_V1, NULL, 0, NULL, 0), S_OK);
    cr_assert_eq(sac_auth(fresh, SAC_PROTOCOL_V1, 0, m[HELLO].data, m[HELLO].length, &out, &length),
                 S_OK);
    CoTaskMemFree(out);
    cr_assert_eq(sac_auth(fresh, SAC_PROTOCOL_V1, 1, m[PROOF].data, m[PROOF].length, &out, &length),
                 WMDM_E_NOTCERTIFIED);
    cr_assert_null(out);
    cr_assert_not(sac_is_authenticated(fresh));
    messages_free(m);
    sac_free(fresh);
    ends_free(&e);
}

static void is_refused(const BYTE *certificate, DWORD certificate_length, const BYTE *key,
                       DWORD key_length)
{
    struct ends e = ends_new();
    struct message m[MESSAGES] = {{NULL, 0}};

    cr_assert_eq(sac_set_certificate(e.client, SAC_CERT_V1, certificate, certificate_length, key,
                                     key_length),
                 S_OK);
    cr_assert_eq(handshake(&e, -1, 0, m), WMDM_E_NOTCERTIFIED);
    cr_assert_not(sac_is_authenticated(e.server));
    messages_free(m);
    ends_free(&e);
}

Test(sac, an_application_of_another_root_is_refused)
{
    is_refused(PAIR(application_stranger));
}

Test(sac, an_expired_application_is_refused)
{
    is_refused(PAIR(application_expired));
}

Test(sac, a_provider_is_no_application)
{
    is_refused(PAIR(provider_high));
}

Test(sac, an_application_is_no_provider)
{
    struct ends e = ends_new();
    struct message m[MESSAGES] = {{NULL, 0}};

    cr_assert_eq(sac_set_certificate(e.server, SAC_CERT_V1, PAIR(application_high)), S_OK);
    cr_assert_eq(handshake(&e, -1, 0, m), WMDM_E_NOTCERTIFIED);
    cr_assert_null(m[PROOF].data);
    messages_free(m);
    ends_free(&e);
}

Test(sac, set_certificate_wants_a_pair_of_its_type)
{
    struct sac_channel *s = sac_server_new();
    BYTE spoilt[sizeof(provider_high_certificate)];

    cr_assert_eq(sac_set_certificate(s, SAC_CERT_X509, PAIR(provider_high)), E_INVALIDARG);
    cr_assert_eq(sac_set_certificate(s, 0, PAIR(provider_high)), E_INVALIDARG);
    cr_assert_eq(sac_set_certificate(s, SAC_CERT_V1, provider_high_certificate,
                                     sizeof(provider_high_certificate), NULL, 0),
                 E_INVALIDARG);
    cr_assert_eq(
        sac_set_certificate(s, SAC_CERT_V1, NULL, 0, provider_high_key, sizeof(provider_high_key)),
        E_INVALIDARG);
    cr_assert_eq(sac_set_certificate(s, SAC_CERT_V1, provider_high_certificate,
                                     sizeof(provider_high_certificate), application_low_key,
                                     sizeof(application_low_key)),
                 E_INVALIDARG);
    memcpy(spoilt, provider_high_certificate, sizeof(spoilt));
    spoilt[0] ^= 1;
    cr_assert_eq(sac_set_certificate(s, SAC_CERT_V1, spoilt, sizeof(spoilt), provider_high_key,
                                     sizeof(provider_high_key)),
                 E_INVALIDARG);
    cr_assert_eq(sac_set_certificate(s, SAC_CERT_V1, PAIR(provider_high)), S_OK);
    sac_free(s);
}

Test(sac, bad_arguments_leave_an_open_channel_open)
{
    struct ends e = ends_new();
    BYTE byte = 0, *out = &byte;
    DWORD length = 7;

    connect(&e);
    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_WMDM, 0, &byte, 1, &out, &length), E_INVALIDARG);
    cr_assert_null(out);
    cr_assert_eq(length, 0);
    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_V1, 2, &byte, 1, &out, &length), E_INVALIDARG);
    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_V1, 0, NULL, 1, &out, &length), E_INVALIDARG);
    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_V1, 0, &byte, 1, NULL, &length), E_INVALIDARG);
    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_V1, 0, &byte, 1, &out, NULL), E_INVALIDARG);
    cr_assert(sac_is_authenticated(e.server));
    ends_free(&e);
}

Test(sac, a_failed_second_handshake_closes_and_a_good_one_rekeys)
{
    struct ends e = ends_new();
    struct message m[MESSAGES] = {{NULL, 0}};
    BYTE first[SAC_SESSION_KEYLEN], second[SAC_SESSION_KEYLEN];

    connect(&e);
    cr_assert_eq(sac_get_session_key(e.server, first), S_OK);
    connect(&e);
    cr_assert_eq(sac_get_session_key(e.server, second), S_OK);
    cr_assert_arr_neq(first, second, sizeof(first));
    cr_assert(FAILED(handshake(&e, PROOF, 20, m)));
    cr_assert_not(sac_is_authenticated(e.server));
    cr_assert_eq(sac_get_session_key(e.server, second), WMDM_E_NOTCERTIFIED);
    messages_free(m);
    ends_free(&e);
}

Test(sac, pass_1_comes_after_pass_0)
{
    struct ends e = ends_new();
    BYTE byte = 0, *out;
    DWORD length;

    cr_assert_eq(sac_auth(e.server, SAC_PROTOCOL_V1, 1, &byte, 1, &out, &length),
                 WMDM_E_CALL_OUT_OF_SEQUENCE);
    cr_assert_not(sac_is_authenticated(e.server));
    ends_free(&e);
}

/* ---- the client through an interface */
struct component {
    IComponentAuthenticate iface;
    struct sac_channel *server;
    ULONG refs;
};

static HRESULT component_query(IComponentAuthenticate *This, REFIID riid, void **out)
{
    (void)This, (void)riid;
    *out = NULL;
    return E_NOINTERFACE;
}
static ULONG component_add_ref(IComponentAuthenticate *This)
{
    return ++((struct component *)This)->refs;
}
static ULONG component_release(IComponentAuthenticate *This)
{
    return --((struct component *)This)->refs;
}
static HRESULT component_auth(IComponentAuthenticate *This, DWORD protocol, DWORD pass, BYTE *in,
                              DWORD in_length, BYTE **out, DWORD *out_length)
{
    return sac_auth(((struct component *)This)->server, protocol, pass, in, in_length, out,
                    out_length);
}
static HRESULT component_protocols(IComponentAuthenticate *This, DWORD **protocols, DWORD *count)
{
    return sac_get_protocols(((struct component *)This)->server, protocols, count);
}
static const IComponentAuthenticateVtbl component_vtbl = {
    component_query, component_add_ref, component_release, component_auth, component_protocols};

Test(sac, the_client_wants_certificate_interface_and_protocol)
{
    struct ends e = ends_new();
    struct component component = {{&component_vtbl}, e.server, 1};
    struct sac_channel *bare = sac_client_new();

    cr_assert_eq(sac_authenticate(e.client, SAC_PROTOCOL_V1), WMDM_E_CALL_OUT_OF_SEQUENCE);
    cr_assert_eq(sac_set_interface(e.client, &component.iface), S_OK);
    cr_assert_eq(sac_set_interface(bare, &component.iface), S_OK);
    cr_assert_eq(sac_authenticate(bare, SAC_PROTOCOL_V1), WMDM_E_CALL_OUT_OF_SEQUENCE);
    cr_assert_eq(sac_authenticate(e.client, SAC_PROTOCOL_WMDM), E_INVALIDARG);
    cr_assert_eq(sac_authenticate(e.client, 7), E_INVALIDARG);
    cr_assert_eq(sac_authenticate(e.client, SAC_PROTOCOL_V1), S_OK);
    cr_assert(sac_is_authenticated(e.server));
    sac_free(bare);
    ends_free(&e);
    cr_assert_eq(component.refs, 1);
}

Test(sac, protocols_are_one_block_with_v1)
{
    struct ends e = ends_new();
    DWORD *protocols, count;

    cr_assert_eq(sac_get_protocols(e.server, &protocols, &count), S_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(protocols[0], SAC_PROTOCOL_V1);
    CoTaskMemFree(protocols);
    cr_assert_eq(sac_get_protocols(e.server, NULL, &count), E_INVALIDARG);
    cr_assert_eq(sac_get_protocols(e.server, &protocols, NULL), E_INVALIDARG);
    ends_free(&e);
}
