/* The provider's secure-channel class itself (CSecureChannelServer): certificates, state and
 * levels. Session keys and parameters: auth_param.c, MACs: auth_mac_class.c. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm_ends.h"

CONF_CASE(
    AUTH_CERT_BI_01, .title = "SetCertificate takes SAC_CERT_V1 only", .reqs = REQS("SP-AUTH-027"),
    .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
    .steps = "A good pair as SAC_CERT_X509, as type 0 and as four others, then as SAC_CERT_V1")
{
    ENDS e = wmdm_ends_bare(c);

    ROW("SP-AUTH-027.x509")
        CHECK_HR(wmdm_ends_set_pair(&e, SAC_CERT_X509, WMDM_PROVIDER_HIGH), E_INVALIDARG);
    ROW("SP-AUTH-027.zero")
        CHECK_HR(wmdm_ends_set_pair(&e, 0, WMDM_PROVIDER_HIGH), E_INVALIDARG);
    ROW("SP-AUTH-027.others") {
        CHECK_HR(wmdm_ends_set_pair(&e, 3, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(wmdm_ends_set_pair(&e, 0x102, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(wmdm_ends_set_pair(&e, 0x10002, WMDM_PROVIDER_HIGH), E_INVALIDARG);
        CHECK_HR(wmdm_ends_set_pair(&e, 0xffffffff, WMDM_PROVIDER_HIGH), E_INVALIDARG);
    }
    ROW("SP-AUTH-027.v1")
        CHECK_HR(wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH), S_OK);
}

/* A handshake of the basic level comes of it. */
static void default_pair_is_taken(struct conf *c, const char *row, const BYTE *certificate,
                                  const BYTE *key)
{
    ENDS e = wmdm_ends_bare(c);
    DWORD local = 0, remote = 0;
    bool is_taken = false;

    ROW(row) {
        is_taken = CHECK_HR(SLOT(e, set_certificate, SAC_CERT_V1, certificate, 0, key, 0), S_OK);
        if (is_taken)
            CHECK_HR(wmdm_ends_connect(&e), S_OK);
        else
            conf_excused(c, 1, "there is no default pair (reading U3)");
    }
    ROW("SP-AUTH-028.level") {
        if (!is_taken)
            conf_excused(c, 2, "there is no default pair (reading U3)");
        else if (CHECK_HR(SLOT(e, get_app_sec, &local, &remote), S_OK))
            CHECK_EQ(local, 1);
    }
}

CONF_CASE(AUTH_CERT_BV_01,
          .title = "Without certificate and key the default pair gives the basic level",
          .reqs = REQS("SP-AUTH-028"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps = "SetCertificate(V1, NULL, 0, NULL, 0), and with lengths of 0 only; handshake, "
                   "GetAppSec (reading U3)")
{
    const struct wmdm_pair *pair = wmdm_pair(WMDM_PROVIDER_HIGH);

    default_pair_is_taken(c, "SP-AUTH-028.null", NULL, NULL);
    default_pair_is_taken(c, "SP-AUTH-028.lengths", pair->certificate, pair->key);
}

/* Refused, or the default pair as a whole: that one opens, and the level is its own. */
static void half_is_not_mixed(struct conf *c, const struct wmdm_pair *half)
{
    ENDS e = wmdm_ends_bare(c);
    HRESULT hr = SLOT(e, set_certificate, SAC_CERT_V1, half->certificate, half->certificate_length,
                      half->key, half->key_length);
    DWORD local = 0, remote = 0;

    CHECK_ANSWER(hr == E_INVALIDARG || hr == S_OK, hr, "E_INVALIDARG or S_OK");
    if (hr != S_OK)
        return;
    CHECK_HR(wmdm_ends_connect(&e), S_OK);
    CHECK_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
    CHECK_EQ(local, 1);
}

CONF_CASE(AUTH_CERT_BI_02, .title = "A lone certificate or key is never mixed with the default",
          .reqs = REQS("SP-AUTH-029"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Certificate only and key only: refused, or the default pair as a whole")
{
    struct wmdm_pair certificate = *wmdm_pair(WMDM_PROVIDER_HIGH), key = certificate;

    certificate.key = NULL;
    certificate.key_length = 0;
    key.certificate = NULL;
    key.certificate_length = 0;
    ROW("SP-AUTH-029.certificate")
        half_is_not_mixed(c, &certificate);
    ROW("SP-AUTH-029.key")
        half_is_not_mixed(c, &key);
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
    ROW("SP-AUTH-030.host")
        CHECK_FAILS(wmdm_ends_connect(&e));
    ROW("SP-AUTH-030.provider")
        CHECK(!IS_OPEN(e));
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
    ROW("SP-AUTH-031.before")
        CHECK(!IS_OPEN(e));
    wmdm_ours(c, "the host's hello", sac_client_hello(e.client, &hello, &hello_length));
    wmdm_step(c, "handshake", "pass 0",
              SLOT(e, auth, SAC_PROTOCOL_V1, 0, hello, hello_length, &offer, &offer_length));
    ROW("SP-AUTH-031.between")
        CHECK(!IS_OPEN(e));
    wmdm_step(c, "handshake", "answer",
              sac_client_answer(e.client, offer, offer_length, &proof, &proof_length));
    wmdm_step(c, "handshake", "pass 1",
              SLOT(e, auth, SAC_PROTOCOL_V1, 1, proof, proof_length, &done, &done_length));
    ROW("SP-AUTH-031.after")
        CHECK(IS_OPEN(e));
    CoTaskMemFree(hello);
    CoTaskMemFree(offer);
    CoTaskMemFree(proof);
    CoTaskMemFree(done);
}

static void host_becomes(struct wmdm_ends *e, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);

    wmdm_ours(e->c, "the host's SetCertificate",
              sac_set_certificate(e->client, SAC_CERT_V1, pair->certificate,
                                  pair->certificate_length, pair->key, pair->key_length));
}

CONF_CASE(AUTH_LEVEL_BV_01, .title = "GetAppSec tells its own level from the other end's",
          .reqs = REQS("SP-AUTH-032"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Provider of level 3, application of level 1; NULL arguments; once more with an "
                   "application of level 3")
{
    ENDS e = wmdm_ends_bare(c);
    DWORD local = 0, remote = 0;

    host_becomes(&e, WMDM_APPLICATION_LOW);
    wmdm_step(c, "CSecureChannelServer", "SetCertificate",
              wmdm_ends_set_pair(&e, SAC_CERT_V1, WMDM_PROVIDER_HIGH));
    wmdm_step(c, "handshake", "the handshake", wmdm_ends_connect(&e));
    ROW("SP-AUTH-032.local") {
        REQUIRE_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
        CHECK_EQ(local, 3);
    }
    ROW("SP-AUTH-032.remote")
        CHECK_EQ(remote, 1);
    ROW("SP-AUTH-032.no-local")
        CHECK_HR(SLOT(e, get_app_sec, NULL, &remote), E_INVALIDARG);
    ROW("SP-AUTH-032.no-remote")
        CHECK_HR(SLOT(e, get_app_sec, &local, NULL), E_INVALIDARG);
    host_becomes(&e, WMDM_APPLICATION_HIGH);
    wmdm_step(c, "handshake", "the second handshake", wmdm_ends_connect(&e));
    ROW("SP-AUTH-032.again") {
        CHECK_HR(SLOT(e, get_app_sec, &local, &remote), S_OK);
        CHECK_EQ(remote, 3);
    }
}
