/* The provider's secure-channel class itself (CSecureChannelServer), which no COM interface
 * reaches: judged where a provider hands out the table of sac.h, else INCONCLUSIVE. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm_ends.h"

CONF_CASE(AUTH_CERT_BI_01, .title = "SetCertificate takes SAC_CERT_V1 only",
          .reqs = REQS("SP-AUTH-027"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "A good pair as SAC_CERT_X509 and as type 0, then as SAC_CERT_V1")
{
    ENDS e = wmdm_ends_bare(c);

    ROW("SP-AUTH-027") {
        CHECK_HR(wmdm_ends_set_pair(&e, SAC_CERT_X509, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(wmdm_ends_set_pair(&e, 0, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH), S_OK);
    }
}

CONF_CASE(AUTH_CERT_BV_01,
          .title = "Without certificate and key the default pair gives the basic level",
          .reqs = REQS("SP-AUTH-028"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps = "SetCertificate(V1, NULL, 0, NULL, 0), handshake, GetAppSec (reading U3)")
{
    ENDS e = wmdm_ends_bare(c);
    DWORD local = 0, remote = 0;

    ROW("SP-AUTH-028") {
        REQUIRE_HR(SLOT(e, set_certificate, SAC_CERT_V1, NULL, 0, NULL, 0), S_OK);
        REQUIRE_HR(wmdm_ends_connect(&e), S_OK);
        REQUIRE_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
        CHECK_EQ(local, 1);
    }
}

/* Refused, or the default pair as a whole: then the level is the default's, not the given one's. */
static void lone_half_is_not_mixed(struct wmdm_ends *e, HRESULT hr)
{
    struct conf *c = e->c;
    DWORD local = 0, remote = 0;

    CHECK_SEEN(hr == E_INVALIDARG || hr == S_OK, value_hr(hr));
    if (hr == S_OK && wmdm_ends_connect(e) == S_OK &&
        CHECK_HR(SLOT(*e, get_app_sec, &local, &remote), S_OK))
        CHECK_EQ(local, 1);
}

CONF_CASE(AUTH_CERT_BI_02, .title = "A lone certificate or key is never mixed with the default",
          .reqs = REQS("SP-AUTH-029"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Certificate only and key only: refused, or the default pair as a whole")
{
    const struct wmdm_pair *pair = wmdm_pair(WMDM_PROVIDER_HIGH);
    ENDS e = wmdm_ends_bare(c);

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
    ENDS e = wmdm_ends_bare(c);

    SLOT(e, set_certificate, SAC_CERT_V1, a->certificate, a->certificate_length, b->key,
         b->key_length);
    ROW("SP-AUTH-030") {
        CHECK_FAILS(wmdm_ends_connect(&e));
        CHECK(!IS_OPEN(e));
    }
}

CONF_CASE(AUTH_STATE_BV_01, .title = "fIsAuthenticated turns true with pass 1 and not before",
          .reqs = REQS("SP-AUTH-031"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Asked before, between and after the passes (a BOOL, reading U4)")
{
    ENDS e = wmdm_ends_bare(c);
    BYTE *hello = NULL, *offer = NULL, *proof = NULL, *done = NULL;
    DWORD hello_length = 0, offer_length = 0, proof_length = 0, done_length = 0;

    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
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
    ENDS e = wmdm_ends_bare(c);
    DWORD local = 0, remote = 0;

    wmdm_ours(c, "the host's SetCertificate",
              sac_set_certificate(e.client, SAC_CERT_V1, low->certificate, low->certificate_length,
                                  low->key, low->key_length));
    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    wmdm_step(c, "handshake", "the handshake", wmdm_ends_connect(&e));
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
    ENDS e = wmdm_ends_open(c);
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
    ENDS e = wmdm_ends_open(c);
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
    ENDS e = wmdm_ends_open(c);
    unsigned equal = 0;

    ROW("SP-AUTH-036") {
        for (size_t i = 0; i < 100; i++) {
            wmdm_step(c, "handshake", "the handshake", wmdm_ends_connect(&e));
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
    ENDS e = wmdm_ends_open(c);
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
    ENDS e = wmdm_ends_open(c);
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
    ENDS e = wmdm_ends_bare(c);
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
    ENDS e = wmdm_ends_open(c);
    BYTE first[SAC_SESSION_KEYLEN], second[SAC_SESSION_KEYLEN], own[SAC_SESSION_KEYLEN];

    wmdm_step(c, "GetSessionKey", "GetSessionKey", SLOT(e, get_session_key, first));
    ROW("SP-AUTH-043") {
        REQUIRE_HR(wmdm_ends_connect(&e), S_OK);
        REQUIRE_HR(SLOT(e, get_session_key, second), S_OK);
        wmdm_ours(c, "the host's GetSessionKey", sac_get_session_key(e.client, own));
        CHECK(memcmp(first, second, sizeof(first)) != 0);
        CHECK_BYTES(second, sizeof(second), own, sizeof(own));
    }
}
