/* The provider's secure-channel class itself (CSecureChannelServer), which no COM interface
 * reaches: judged where a provider hands out the table of sac.h, else INCONCLUSIVE. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm.h"

struct ends {
    struct conf *c;
    const struct sac_class *class;
    struct sac_channel *server, *client;
};

static const struct sac_class *class_of(struct conf *c)
{
    const struct sac_class *(*get)(void);
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

/* Calls a slot of the class on the server end, marked and traced. */
#define SLOT(e, slot, ...)                                                                         \
    SP_HR("CSecureChannelServer::" #slot, (e).class->slot((e).server, __VA_ARGS__))
#define IS_OPEN(e)                                                                                 \
    SP_CALL("CSecureChannelServer::fIsAuthenticated", (e).class->is_authenticated((e).server))

static HRESULT set_pair(struct ends *e, DWORD type, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);
    struct conf *c = e->c;

    return SLOT(*e, set_certificate, type, pair->certificate, pair->certificate_length, pair->key,
                pair->key_length);
}

static void ends_free(struct ends *e)
{
    struct conf *c = e->c;

    SP_CALL("CSecureChannelServer::delete", (e->class->free(e->server), 0));
    sac_free(e->client);
}

#define ENDS __attribute__((cleanup(ends_free))) struct ends

/* Two ends without a handshake; the server has no certificate yet. */
static struct ends ends_bare(struct conf *c)
{
    struct ends e = {.c = c, .class = class_of(c), .client = sac_client_new()};
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

static HRESULT connect(struct ends *e)
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

static struct ends ends_open(struct conf *c)
{
    struct ends e = ends_bare(c);

    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    wmdm_step(c, "handshake", "the handshake", connect(&e));
    return e;
}

CONF_CASE(AUTH_CERT_BI_01, .title = "SetCertificate takes SAC_CERT_V1 only",
          .reqs = REQS("SP-AUTH-027"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "A good pair as SAC_CERT_X509 and as type 0, then as SAC_CERT_V1")
{
    ENDS e = ends_bare(c);

    ROW("SP-AUTH-027") {
        CHECK_HR(set_pair(&e, SAC_CERT_X509, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(set_pair(&e, 0, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH), S_OK);
    }
}

CONF_CASE(AUTH_CERT_BV_01,
          .title = "Without certificate and key the default pair gives the basic level",
          .reqs = REQS("SP-AUTH-028"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps = "SetCertificate(V1, NULL, 0, NULL, 0), handshake, GetAppSec (reading U3)")
{
    ENDS e = ends_bare(c);
    DWORD local = 0, remote = 0;

    ROW("SP-AUTH-028") {
        REQUIRE_HR(SLOT(e, set_certificate, SAC_CERT_V1, NULL, 0, NULL, 0), S_OK);
        REQUIRE_HR(connect(&e), S_OK);
        REQUIRE_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
        CHECK_EQ(local, 1);
    }
}

/* Refused, or the default pair as a whole: then the level is the default's, not the given one's. */
static void lone_half_is_not_mixed(struct ends *e, HRESULT hr)
{
    struct conf *c = e->c;
    DWORD local = 0, remote = 0;

    CHECK_SEEN(hr == E_INVALIDARG || hr == S_OK, value_hr(hr));
    if (hr == S_OK && connect(e) == S_OK && CHECK_HR(SLOT(*e, get_app_sec, &local, &remote), S_OK))
        CHECK_EQ(local, 1);
}

CONF_CASE(AUTH_CERT_BI_02, .title = "A lone certificate or key is never mixed with the default",
          .reqs = REQS("SP-AUTH-029"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Certificate only and key only: refused, or the default pair as a whole")
{
    const struct wmdm_pair *pair = wmdm_pair(WMDM_PROVIDER_HIGH);
    ENDS e = ends_bare(c);

    ROW("SP-AUTH-029") {
        lone_half_is_not_mixed(&e, SLOT(e, set_certificate, SAC_CERT_V1, pair->certificate,
                                        pair->certificate_length, NULL, 0));
        lone_half_is_not_mixed(
            &e, SLOT(e, set_certificate, SAC_CERT_V1, NULL, 0, pair->key, pair->key_length));
    }
}

CONF_CASE(AUTH_CERT_BI_03, .title = "A key that does not match the certificate never opens",
          .reqs = REQS("SP-AUTH-030"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Certificate of one pair with the key of another, then a handshake")
{
    const struct wmdm_pair *a = wmdm_pair(WMDM_PROVIDER_HIGH);
    const struct wmdm_pair *b = wmdm_pair(WMDM_APPLICATION_LOW);
    ENDS e = ends_bare(c);

    SLOT(e, set_certificate, SAC_CERT_V1, a->certificate, a->certificate_length, b->key,
         b->key_length);
    ROW("SP-AUTH-030") {
        CHECK_FAILS(connect(&e));
        CHECK(!IS_OPEN(e));
    }
}

CONF_CASE(AUTH_STATE_BV_01, .title = "fIsAuthenticated turns true with pass 1 and not before",
          .reqs = REQS("SP-AUTH-031"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Asked before, between and after the passes (a BOOL, reading U4)")
{
    ENDS e = ends_bare(c);
    BYTE *hello = NULL, *offer = NULL, *proof = NULL, *done = NULL;
    DWORD hello_length = 0, offer_length = 0, proof_length = 0, done_length = 0;

    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    ROW("SP-AUTH-031") {
        CHECK(!IS_OPEN(e));
        wmdm_ours(c, "the host's hello", sac_client_hello(e.client, &hello, &hello_length));
        wmdm_step(c, "handshake", "pass 0",
                  SLOT(e, auth, SAC_PROTOCOL_V1, 0, hello, hello_length, &offer, &offer_length));
        CHECK(!IS_OPEN(e));
        wmdm_step(c, "handshake", "answer",
                  sac_client_answer(e.client, offer, offer_length, &proof, &proof_length));
        wmdm_step(c, "handshake", "pass 1",
                  SLOT(e, auth, SAC_PROTOCOL_V1, 1, proof, proof_length, &done, &done_length));
        CHECK(IS_OPEN(e));
    }
    CoTaskMemFree(hello);
    CoTaskMemFree(offer);
    CoTaskMemFree(proof);
    CoTaskMemFree(done);
}

CONF_CASE(AUTH_LEVEL_BV_01, .title = "GetAppSec tells its own level from the other end's",
          .reqs = REQS("SP-AUTH-032"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Provider of level 3, application of level 1; NULL arguments")
{
    const struct wmdm_pair *low = wmdm_pair(WMDM_APPLICATION_LOW);
    ENDS e = ends_bare(c);
    DWORD local = 0, remote = 0;

    wmdm_ours(c, "the host's SetCertificate",
              sac_set_certificate(e.client, SAC_CERT_V1, low->certificate, low->certificate_length,
                                  low->key, low->key_length));
    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    wmdm_step(c, "handshake", "the handshake", connect(&e));
    ROW("SP-AUTH-032") {
        REQUIRE_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
        CHECK_EQ(local, 3);
        CHECK_EQ(remote, 1);
        CHECK_HR(SLOT(e, get_app_sec, NULL, &remote), E_INVALIDARG);
        CHECK_HR(SLOT(e, get_app_sec, &local, NULL), E_INVALIDARG);
    }
}

CONF_CASE(AUTH_KEY_BV_01, .title = "GetSessionKey hands out the eight bytes both ends have",
          .reqs = REQS("SP-AUTH-034"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Compared with the host's; bytes behind stay; NULL refused")
{
    ENDS e = ends_open(c);
    BYTE own[SAC_SESSION_KEYLEN], key[32], untouched[24];

    memset(key, 0xc7, sizeof(key));
    memset(untouched, 0xc7, sizeof(untouched));
    wmdm_ours(c, "the host's GetSessionKey", sac_get_session_key(e.client, own));
    ROW("SP-AUTH-034") {
        REQUIRE_HR(SLOT(e, get_session_key, key), S_OK);
        CHECK_BYTES(key, sizeof(own), own, sizeof(own));
        CHECK_BYTES(key + 8, 24, untouched, 24);
        CHECK_HR(SLOT(e, get_session_key, NULL), E_INVALIDARG);
    }
}

CONF_CASE(AUTH_KEY_BV_02, .title = "SetSessionKey takes effect for parameters and MAC",
          .reqs = REQS("SP-AUTH-035"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "A known key on both ends; text of the old key no longer decrypts")
{
    static const BYTE known[SAC_SESSION_KEYLEN] = {8, 7, 6, 5, 4, 3, 2, 1};
    static const BYTE plain[32] = "a parameter of thirty-two bytes";
    ENDS e = ends_open(c);
    BYTE old[32], fresh[32];

    memcpy(old, plain, 32);
    memcpy(fresh, plain, 32);
    wmdm_ours(c, "the host's EncryptParam", sac_encrypt_param(e.client, old, 32));
    ROW("SP-AUTH-035") {
        REQUIRE_HR(SLOT(e, set_session_key, known), S_OK);
        wmdm_ours(c, "the host's SetSessionKey", sac_set_session_key(e.client, known));
        CHECK_HR(SLOT(e, encrypt_param, fresh, 32), S_OK);
        wmdm_ours(c, "the host's DecryptParam", sac_decrypt_param(e.client, fresh, 32));
        CHECK_BYTES(fresh, 32, plain, 32);
        CHECK_HR(SLOT(e, decrypt_param, old, 32), S_OK);
        CHECK(memcmp(old, plain, 32) != 0);
        CHECK_HR(SLOT(e, set_session_key, NULL), E_INVALIDARG);
    }
}

CONF_CASE(AUTH_KEY_BV_03, .title = "Every handshake gives another session key",
          .reqs = REQS("SP-AUTH-036"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "100 handshakes, all keys compared")
{
    static BYTE keys[100][SAC_SESSION_KEYLEN];
    ENDS e = ends_open(c);
    unsigned equal = 0;

    ROW("SP-AUTH-036") {
        for (size_t i = 0; i < 100; i++) {
            wmdm_step(c, "handshake", "the handshake", connect(&e));
            REQUIRE_HR(SLOT(e, get_session_key, keys[i]), S_OK);
            for (size_t j = 0; j < i; j++)
                equal += memcmp(keys[i], keys[j], SAC_SESSION_KEYLEN) == 0;
        }
        CHECK_EQ(equal, 0);
    }
}

CONF_CASE(AUTH_PARAM_BV_01, .title = "Parameters of every length go over and come back",
          .reqs = REQS("SP-AUTH-037"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Lengths 1 to 600 and 4096: encrypted by one end, decrypted by the other")
{
    static BYTE plain[4128], data[4128];
    ENDS e = ends_open(c);
    unsigned wrong = 0, outside = 0, clear = 0, tail = 0;

    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 31 + i / 256);
    for (DWORD n = 1; n <= 601; n++) {
        DWORD length = n == 601 ? 4096 : n;
        memcpy(data, plain, sizeof(data));
        wrong += e.class->encrypt_param(e.server, data, length) != S_OK;
        outside += memcmp(data + length, plain + length, sizeof(data) - length) != 0;
        clear += length >= 8 && memcmp(data, plain, length) == 0;
        /* Left in the clear by chance: once in 2^56 for seven bytes; shorter tails do not count. */
        tail +=
            length > 8 && length % 8 == 7 && memcmp(data + length - 7, plain + length - 7, 7) == 0;
        wrong += sac_decrypt_param(e.client, data, length) != S_OK;
        wrong += memcmp(data, plain, sizeof(data)) != 0;
    }
    ROW("SP-AUTH-037") {
        CHECK_EQ(wrong, 0);
        CHECK_EQ(outside, 0);
        CHECK_EQ(clear, 0);
        CHECK_EQ(tail, 0);
    }
}

CONF_CASE(AUTH_PARAM_BI_01, .title = "EncryptParam and DecryptParam refuse NULL",
          .reqs = REQS("SP-AUTH-038"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Both with NULL and 16, then a good round trip")
{
    static const BYTE plain[16] = "sixteen bytes..";
    ENDS e = ends_open(c);
    BYTE data[16];

    ROW("SP-AUTH-038") {
        CHECK_HR(SLOT(e, encrypt_param, NULL, 16), E_INVALIDARG);
        CHECK_HR(SLOT(e, decrypt_param, NULL, 16), E_INVALIDARG);
        memcpy(data, plain, 16);
        wmdm_ours(c, "the host's EncryptParam", sac_encrypt_param(e.client, data, 16));
        CHECK_HR(SLOT(e, decrypt_param, data, 16), S_OK);
        CHECK_BYTES(data, 16, plain, 16);
    }
}

CONF_CASE(AUTH_PARAM_BI_02, .title = "Without a handshake nothing is encrypted",
          .reqs = REQS("SP-AUTH-039"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps = "Both methods on a fresh channel: a failure, and the buffer as it was")
{
    static const BYTE plain[16] = "sixteen bytes..";
    ENDS e = ends_bare(c);
    BYTE data[16];

    memcpy(data, plain, 16);
    ROW("SP-AUTH-039") {
        CHECK_FAILS(SLOT(e, encrypt_param, data, 16));
        CHECK_FAILS(SLOT(e, decrypt_param, data, 16));
        CHECK_BYTES(data, 16, plain, 16);
    }
}

CONF_CASE(AUTH_KEY_BV_04, .title = "A second handshake replaces the session key",
          .reqs = REQS("SP-AUTH-043"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER, .steps = "The key before and after, and the host's (reading U6)")
{
    ENDS e = ends_open(c);
    BYTE first[SAC_SESSION_KEYLEN], second[SAC_SESSION_KEYLEN], own[SAC_SESSION_KEYLEN];

    wmdm_step(c, "GetSessionKey", "GetSessionKey", SLOT(e, get_session_key, first));
    ROW("SP-AUTH-043") {
        REQUIRE_HR(connect(&e), S_OK);
        REQUIRE_HR(SLOT(e, get_session_key, second), S_OK);
        wmdm_ours(c, "the host's GetSessionKey", sac_get_session_key(e.client, own));
        CHECK(memcmp(first, second, sizeof(first)) != 0);
        CHECK_BYTES(second, sizeof(second), own, sizeof(own));
    }
}

/* ---- MAC */
static void server_mac(struct ends *e, const void *data, DWORD length, BYTE ret[WMDM_MAC_LENGTH])
{
    struct conf *c = e->c;
    BYTE room[64]; /* a class that writes too much spoils no stack but its own row's check */
    SAC_HMAC mac = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(*e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(*e, mac_update, mac, data, length));
    wmdm_step(c, "MAC", "MACFinal", SLOT(*e, mac_final, mac, room));
    memcpy(ret, room, WMDM_MAC_LENGTH);
}

static void client_mac(struct ends *e, const void *data, DWORD length, BYTE ret[WMDM_MAC_LENGTH])
{
    struct conf *c = e->c;
    SAC_HMAC mac = 0;

    wmdm_ours(c, "the host's MACInit", sac_mac_init(e->client, &mac));
    wmdm_ours(c, "the host's MACUpdate", sac_mac_update(e->client, mac, data, length));
    wmdm_ours(c, "the host's MACFinal", sac_mac_final(e->client, mac, ret));
}

CONF_CASE(AUTH_MAC_BV_01, .title = "MACFinal writes eight bytes", .reqs = REQS("SP-MAC-001"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Bytes before and behind stay as they were")
{
    ENDS e = ends_open(c);
    BYTE room[64], untouched[64];
    SAC_HMAC mac = 0;

    memset(room, 0x3c, sizeof(room));
    memset(untouched, 0x3c, sizeof(untouched));
    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, "data", 4));
    ROW("SP-MAC-001") {
        REQUIRE_HR(SLOT(e, mac_final, mac, room + 16), S_OK);
        CHECK_BYTES(room, 16, untouched, 16);
        CHECK_BYTES(room + 24, 40, untouched, 40);
        CHECK(memcmp(room + 16, untouched, 8) != 0);
    }
}

CONF_CASE(AUTH_MAC_BI_01, .title = "MACInit refuses NULL and leaves other handles alone",
          .reqs = REQS("SP-MAC-002"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "MACInit(NULL) while a handle is open; that one's MAC is the host's")
{
    ENDS e = ends_open(c);
    BYTE room[64], expected[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0;

    ROW("SP-MAC-002") {
        REQUIRE_HR(SLOT(e, mac_init, &mac), S_OK);
        CHECK_HR(SLOT(e, mac_init, NULL), E_INVALIDARG);
        CHECK_HR(SLOT(e, mac_update, mac, "data", 4), S_OK);
        CHECK_HR(SLOT(e, mac_final, mac, room), S_OK);
        client_mac(&e, "data", 4, expected);
        CHECK_BYTES(room, 8, expected, 8);
    }
}

CONF_CASE(AUTH_MAC_BI_02, .title = "MACUpdate refuses NULL data and handles that are none",
          .reqs = REQS("SP-MAC-003"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "NULL, handle 0, a handle never given out and a finished one")
{
    ENDS e = ends_open(c);
    BYTE room[64];
    SAC_HMAC mac = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    ROW("SP-MAC-003") {
        CHECK_HR(SLOT(e, mac_update, mac, "data", 4), S_OK);
        CHECK_HR(SLOT(e, mac_update, mac, NULL, 4), E_INVALIDARG);
        CHECK_HR(SLOT(e, mac_update, 0, "data", 4), E_INVALIDARG);
        CHECK_HR(SLOT(e, mac_update, mac + 1000, "data", 4), E_INVALIDARG);
        wmdm_step(c, "MAC", "MACFinal", SLOT(e, mac_final, mac, room));
        CHECK_HR(SLOT(e, mac_update, mac, "data", 4), E_INVALIDARG);
    }
}

CONF_CASE(AUTH_MAC_BI_03, .title = "MACFinal ends the handle", .reqs = REQS("SP-MAC-004"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "MACUpdate and MACFinal on the finished handle")
{
    ENDS e = ends_open(c);
    BYTE room[64], expected[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, "data", 4));
    ROW("SP-MAC-004") {
        REQUIRE_HR(SLOT(e, mac_final, mac, room), S_OK);
        client_mac(&e, "data", 4, expected);
        CHECK_BYTES(room, 8, expected, 8);
        CHECK_HR(SLOT(e, mac_update, mac, "more", 4), E_INVALIDARG);
        CHECK_HR(SLOT(e, mac_final, mac, room), E_INVALIDARG);
    }
}

CONF_CASE(AUTH_MAC_BV_02, .title = "MAC handles do not influence each other",
          .reqs = REQS("SP-MAC-005"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Two interleaved, compared with the host's one after the other")
{
    ENDS e = ends_open(c);
    BYTE a[64], b[64], expected[WMDM_MAC_LENGTH];
    SAC_HMAC one = 0, two = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &one));
    ROW("SP-MAC-005") {
        REQUIRE_HR(SLOT(e, mac_init, &two), S_OK);
        CHECK_HR(SLOT(e, mac_update, one, "ab", 2), S_OK);
        CHECK_HR(SLOT(e, mac_update, two, "wx", 2), S_OK);
        CHECK_HR(SLOT(e, mac_update, one, "cd", 2), S_OK);
        REQUIRE_HR(SLOT(e, mac_final, one, a), S_OK);
        CHECK_HR(SLOT(e, mac_update, two, "yz", 2), S_OK);
        REQUIRE_HR(SLOT(e, mac_final, two, b), S_OK);
        client_mac(&e, "abcd", 4, expected);
        CHECK_BYTES(a, 8, expected, 8);
        client_mac(&e, "wxyz", 4, expected);
        CHECK_BYTES(b, 8, expected, 8);
    }
}

CONF_CASE(AUTH_MAC_BV_03, .title = "Both ends compute the same MAC", .reqs = REQS("SP-MAC-006"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Data of 1 to 5000 bytes, both ends")
{
    static BYTE data[5000];
    ENDS e = ends_open(c);
    BYTE a[WMDM_MAC_LENGTH], b[WMDM_MAC_LENGTH];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i * 17 + conf_seed(c));
    ROW("SP-MAC-006") {
        for (DWORD n = 1; n <= 5000; n = n * 3 + 1) {
            server_mac(&e, data, n, a);
            client_mac(&e, data, n, b);
            CHECK_BYTES(a, sizeof(a), b, sizeof(b));
        }
    }
}

CONF_CASE(AUTH_MAC_BV_04, .title = "The MAC depends on the session key", .reqs = REQS("SP-MAC-007"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "The same data in two sessions")
{
    ENDS e = ends_open(c);
    BYTE a[WMDM_MAC_LENGTH], b[WMDM_MAC_LENGTH];

    server_mac(&e, "the same data", 13, a);
    wmdm_step(c, "handshake", "the second handshake", connect(&e));
    server_mac(&e, "the same data", 13, b);
    ROW("SP-MAC-007")
        CHECK(memcmp(a, b, sizeof(a)) != 0);
}

CONF_CASE(AUTH_MAC_BV_05, .title = "The MAC depends on every byte", .reqs = REQS("SP-MAC-008"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "256 single-bit changes in 1024 bytes")
{
    static BYTE data[1024];
    ENDS e = ends_open(c);
    BYTE a[WMDM_MAC_LENGTH], b[WMDM_MAC_LENGTH];
    unsigned same = 0;

    server_mac(&e, data, sizeof(data), a);
    for (size_t i = 0; i < 256; i++) {
        data[i * 4 + i % 4] ^= (BYTE)(1u << i % 8);
        server_mac(&e, data, sizeof(data), b);
        same += memcmp(a, b, sizeof(a)) == 0;
        data[i * 4 + i % 4] = 0;
    }
    ROW("SP-MAC-008")
        CHECK_EQ(same, 0);
}
