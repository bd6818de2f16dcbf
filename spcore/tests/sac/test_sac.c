#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/include/sac.h"
#include "spcore/sac/sac_private.h"
#include "wmdm_certs.h"

/* A pair of certificate and key as the functions take it. */
#define PAIR(name) name##_certificate, sizeof(name##_certificate), name##_key, sizeof(name##_key)

struct ends {
    struct sac_channel *server, *client;
};

static struct ends ends_new(void)
{
    struct ends ends = {sac_server_new(), sac_client_new()};

    cr_assert(ends.server && ends.client);
    cr_assert_eq(sac_set_certificate(ends.server, SAC_CERT_V1, NULL, 0, NULL, 0), S_OK);
    cr_assert_eq(sac_set_certificate(ends.client, SAC_CERT_V1, PAIR(application_high)), S_OK);
    return ends;
}

static void ends_free(struct ends *ends)
{
    sac_free(ends->server);
    sac_free(ends->client);
}

struct message {
    BYTE *data;
    DWORD length;
};
enum { HELLO, OFFER, PROOF, DONE, MESSAGES };

static void messages_free(struct message *m)
{
    for (int i = 0; i < MESSAGES; i++)
        CoTaskMemFree(m[i].data);
}

/* The whole handshake; byte `at` of message `which` is changed on its way (which < 0: none).
 * The result of the step that noticed. */
static HRESULT handshake(struct ends *e, int which, size_t at, struct message m[MESSAGES])
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

static void connect(struct ends *e)
{
    struct message m[MESSAGES] = {{NULL, 0}};

    cr_assert_eq(handshake(e, -1, 0, m), S_OK);
    messages_free(m);
    cr_assert(sac_is_authenticated(e->server) && sac_is_authenticated(e->client));
}

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

/* ---- parameters */
Test(sac, parameters_of_any_length_go_over_and_back)
{
    struct ends e = ends_new();

    connect(&e);
    for (DWORD n = 1; n <= 67; n++) {
        BYTE plain[80], data[80];
        for (size_t i = 0; i < sizeof(plain); i++)
            plain[i] = (BYTE)(i * 13 + n);
        memcpy(data, plain, sizeof(plain));
        cr_assert_eq(sac_encrypt_param(e.server, data, n), S_OK);
        cr_assert_arr_eq(data + n, plain + n, sizeof(plain) - n, "beyond length %u", n);
        cr_assert(n < 8 || memcmp(data, plain, n) != 0);
        cr_assert_eq(sac_decrypt_param(e.client, data, n), S_OK);
        cr_assert_arr_eq(data, plain, sizeof(plain), "length %u", n);
    }
    ends_free(&e);
}

Test(sac, messages_may_be_decrypted_in_any_order)
{
    struct ends e = ends_new();
    BYTE first[100], second[100];

    connect(&e);
    memset(first, 1, sizeof(first));
    memset(second, 2, sizeof(second));
    cr_assert_eq(sac_encrypt_param(e.client, first, sizeof(first)), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, second, sizeof(second)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, second, sizeof(second)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, first, sizeof(first)), S_OK);
    cr_assert_eq(first[99], 1);
    cr_assert_eq(second[0], 2);
    ends_free(&e);
}

Test(sac, a_bit_of_the_message_changes_all_of_it)
{
    struct ends e = ends_new();
    BYTE a[256] = {0}, b[256] = {0};
    size_t differing = 0;

    connect(&e);
    b[255] = 1;
    cr_assert_eq(sac_encrypt_param(e.client, a, sizeof(a)), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, b, sizeof(b)), S_OK);
    for (size_t i = 0; i < sizeof(a); i++)
        differing += a[i] != b[i];
    cr_assert_gt(differing, 230);
    ends_free(&e);
}

Test(sac, parameters_need_an_open_channel_and_a_buffer)
{
    struct ends e = ends_new();
    BYTE data[16] = "untouched.......";
    SAC_HMAC mac;

    cr_assert_eq(sac_encrypt_param(e.server, data, sizeof(data)), WMDM_E_NOTCERTIFIED);
    cr_assert_eq(sac_mac_init(e.server, &mac), WMDM_E_NOTCERTIFIED);
    cr_assert_eq(memcmp(data, "untouched.......", 16), 0);
    connect(&e);
    cr_assert_eq(sac_encrypt_param(e.server, NULL, 16), E_INVALIDARG);
    cr_assert_eq(sac_decrypt_param(e.server, NULL, 16), E_INVALIDARG);
    cr_assert_eq(sac_get_session_key(e.server, NULL), E_INVALIDARG);
    cr_assert_eq(sac_set_session_key(e.server, NULL), E_INVALIDARG);
    ends_free(&e);
}

Test(sac, a_set_session_key_takes_the_place_of_the_agreed_one)
{
    static const BYTE key[SAC_SESSION_KEYLEN] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct ends e = ends_new();
    BYTE old[32] = "text under the agreed key", data[32] = "text under a key set later";

    connect(&e);
    cr_assert_eq(sac_encrypt_param(e.client, old, sizeof(old)), S_OK);
    cr_assert_eq(sac_set_session_key(e.server, key), S_OK);
    cr_assert_eq(sac_set_session_key(e.client, key), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, data, sizeof(data)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, data, sizeof(data)), S_OK);
    cr_assert_str_eq((char *)data, "text under a key set later");
    cr_assert_eq(sac_decrypt_param(e.server, old, sizeof(old)), S_OK);
    cr_assert_neq(memcmp(old, "text under the agreed key", 26), 0);
    ends_free(&e);
}

/* ---- MAC */
static void mac_of(struct sac_channel *c, const void *data, DWORD length, BYTE *ret)
{
    SAC_HMAC mac;

    cr_assert_eq(sac_mac_init(c, &mac), S_OK);
    cr_assert_eq(sac_mac_update(c, mac, data, length), S_OK);
    cr_assert_eq(sac_mac_final(c, mac, ret), S_OK);
}

Test(sac, interleaved_macs_do_not_touch_each_other)
{
    struct ends e = ends_new();
    BYTE a[8], b[8], expected_a[8], expected_b[8];
    SAC_HMAC one, two;

    connect(&e);
    mac_of(e.client, "abcd", 4, expected_a);
    mac_of(e.client, "wxyz", 4, expected_b);
    cr_assert_eq(sac_mac_init(e.server, &one), S_OK);
    cr_assert_eq(sac_mac_init(e.server, &two), S_OK);
    cr_assert_eq(sac_mac_update(e.server, one, "ab", 2), S_OK);
    cr_assert_eq(sac_mac_update(e.server, two, "wx", 2), S_OK);
    cr_assert_eq(sac_mac_update(e.server, one, "cd", 2), S_OK);
    cr_assert_eq(sac_mac_final(e.server, one, a), S_OK);
    cr_assert_eq(sac_mac_update(e.server, two, "yz", 2), S_OK);
    cr_assert_eq(sac_mac_final(e.server, two, b), S_OK);
    cr_assert_arr_eq(a, expected_a, 8);
    cr_assert_arr_eq(b, expected_b, 8);
    ends_free(&e);
}

Test(sac, a_finished_mac_is_no_handle_any_more)
{
    struct ends e = ends_new();
    BYTE result[8];
    SAC_HMAC old, fresh;

    connect(&e);
    cr_assert_eq(sac_mac_init(e.server, NULL), E_INVALIDARG);
    cr_assert_eq(sac_mac_init(e.server, &old), S_OK);
    cr_assert_neq(old, 0);
    cr_assert_eq(sac_mac_update(e.server, old, NULL, 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, NULL), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, result), S_OK);
    cr_assert_eq(sac_mac_init(e.server, &fresh), S_OK); /* in the same slot */
    cr_assert_neq(old, fresh);
    cr_assert_eq(sac_mac_update(e.server, old, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, result), E_INVALIDARG);
    cr_assert_eq(sac_mac_update(e.server, 0, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_update(e.server, UINT32_MAX, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, fresh, result), S_OK);
    ends_free(&e);
}

Test(sac, more_macs_at_once_than_slots_at_first)
{
    struct ends e = ends_new();
    SAC_HMAC macs[100];
    BYTE result[8], expected[8];

    connect(&e);
    for (BYTE i = 0; i < 100; i++) {
        cr_assert_eq(sac_mac_init(e.server, &macs[i]), S_OK);
        cr_assert_eq(sac_mac_update(e.server, macs[i], &i, 1), S_OK);
    }
    for (BYTE i = 100; i-- > 0;) {
        mac_of(e.client, &i, 1, expected);
        cr_assert_eq(sac_mac_final(e.server, macs[i], result), S_OK);
        cr_assert_arr_eq(result, expected, 8);
    }
    ends_free(&e);
}

/* ---- threads */
static void *work(void *context)
{
    struct ends *e = context;
    BYTE data[300], mac[8], other[8];

    for (unsigned i = 0; i < 200; i++) {
        memset(data, (int)i, sizeof(data));
        mac_of(e->client, data, sizeof(data), mac);
        if (FAILED(sac_encrypt_param(e->client, data, sizeof(data))) ||
            FAILED(sac_decrypt_param(e->server, data, sizeof(data))))
            return context;
        mac_of(e->server, data, sizeof(data), other);
        if (memcmp(mac, other, 8) != 0 || data[299] != (BYTE)i)
            return context;
    }
    return NULL;
}

Test(sac, eight_threads_share_a_channel)
{
    struct ends e = ends_new();
    pthread_t threads[8];
    void *wrong;

    connect(&e);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &e), 0);
    for (size_t i = 0; i < 8; i++) {
        cr_assert_eq(pthread_join(threads[i], &wrong), 0);
        cr_assert_null(wrong);
    }
    ends_free(&e);
}

/* ---- the specification's vectors, made by ci/sac_vectors.py without this code */
static size_t from_hex(const char *text, uint8_t *out)
{
    size_t length = strlen(text) / 2;

    for (size_t i = 0; i < length; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return length;
}

static void check_keys(const char *secret, const uint8_t *text, size_t length,
                       const uint8_t *session, const char *finish)
{
    struct sac_handshake *handshake = sac_handshake_new();
    uint8_t expected[SAC_HASH], actual[SAC_HASH];
    struct sac_keys *keys;

    cr_assert_eq(from_hex(secret, handshake->secret), SAC_PUBLIC);
    cr_assert_eq(from_hex(finish, expected), SAC_HASH);
    cr_assert(sac_handshake_add(handshake, text, length));
    keys = sac_handshake_keys(handshake, actual);
    cr_assert_not_null(keys);
    cr_assert_arr_eq(sac_keys_session(keys), session, SAC_SESSION_KEYLEN);
    cr_assert_arr_eq(actual, expected, SAC_HASH);
    sac_keys_unref(keys);
    sac_handshake_free(handshake);
}

static void check_vector(char *const field[5])
{
    uint8_t a[1024], b[1024], c[1024], mac[SAC_HASH];
    size_t b_length = from_hex(field[2], b), c_length = from_hex(field[3], c), got = 0;
    struct sac_keys *keys;

    if (strcmp(field[0], "keys") == 0) {
        check_keys(field[1], b, b_length, c, field[4]);
        return;
    }
    cr_assert_eq(from_hex(field[1], a), SAC_SESSION_KEYLEN);
    keys = sac_keys_new(a);
    if (strcmp(field[0], "mac") == 0) {
        EVP_MAC_CTX *context = sac_keys_mac(keys);
        cr_assert(EVP_MAC_update(context, b, b_length) == 1);
        cr_assert(EVP_MAC_final(context, mac, &got, sizeof(mac)) == 1);
        EVP_MAC_CTX_free(context);
        cr_assert_arr_eq(mac, c, WMDM_MAC_LENGTH);
    } else {
        cr_assert_eq(b_length, c_length);
        cr_assert(sac_keys_encrypt(keys, b, b_length));
        cr_assert_arr_eq(b, c, c_length, "%zu bytes", c_length);
    }
    sac_keys_unref(keys);
}

Test(sac, the_published_vectors_hold)
{
    FILE *file = fopen("fixtures/wire/sac_vectors.tsv", "r");
    char line[8192];
    unsigned count = 0;

    cr_assert_not_null(file, "run from the top of the tree");
    while (fgets(line, sizeof(line), file)) {
        char *field[5] = {NULL}, *rest = line;
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < 5 && rest; i++)
            field[i] = strsep(&rest, "\t");
        cr_assert_not_null(field[3]);
        check_vector(field);
        count++;
    }
    fclose(file);
    cr_assert_eq(count, 28);
}
