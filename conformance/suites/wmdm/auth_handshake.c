/* The provider's side of the handshake, from the outside: IComponentAuthenticate and what it opens
 * (WMDM, Authenticating the Service Provider; readings U2, U5 and U6 of docs/errata.md). */
#include <string.h>

#include "conformance/wmdm/wmdm.h"
#include "spcore/base.h"

#define COUNT_REFUSED(w) CHECK_HR(device_count(w), WMDM_E_NOTCERTIFIED)

static HRESULT device_count(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD count = 0xeeeeeeee;

    return CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count);
}

struct message {
    BYTE *data;
    DWORD length;
};

static HRESULT pass(struct wmdm *w, DWORD number, struct message in, struct message *ret_out)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IComponentAuthenticate, SACAuth, wmdm_component(w), SAC_PROTOCOL_V1, number,
                in.data, in.length, &ret_out->data, &ret_out->length);
}

static struct sac_channel *client(struct conf *c, enum wmdm_certificate which)
{
    const struct wmdm_pair *pair = wmdm_pair(which);
    struct sac_channel *channel = sac_client_new();

    wmdm_ours(c, "the host's SetCertificate",
              sac_set_certificate(channel, SAC_CERT_V1, pair->certificate, pair->certificate_length,
                                  pair->key, pair->key_length));
    return channel;
}

/* The messages of a handshake; bit `bit` of byte `at` of the input of pass `spoilt` is changed
 * (spoilt < 0: none). What did not come about stays empty. */
struct run {
    struct message hello, offer, proof, done;
    HRESULT pass_0, pass_1;
};

static void change(struct message *m, size_t at, unsigned bit)
{
    m->data[at % m->length] ^= (BYTE)(1u << bit);
}

static struct run handshake(struct wmdm *w, enum wmdm_certificate which, int spoilt, size_t at,
                            unsigned bit)
{
    struct conf *c = wmdm_conf(w);
    struct sac_channel *channel = client(c, which);
    struct run run = {.pass_0 = E_PENDING, .pass_1 = E_PENDING};
    HRESULT hr;

    wmdm_ours(c, "the host's hello", sac_client_hello(channel, &run.hello.data, &run.hello.length));
    if (spoilt == 0)
        change(&run.hello, at, bit);
    run.pass_0 = pass(w, 0, run.hello, &run.offer);
    hr = SUCCEEDED(run.pass_0) ? sac_client_answer(channel, run.offer.data, run.offer.length,
                                                   &run.proof.data, &run.proof.length)
                               : run.pass_0;
    if (SUCCEEDED(hr)) {
        if (spoilt == 1)
            change(&run.proof, at, bit);
        run.pass_1 = pass(w, 1, run.proof, &run.done);
    }
    sac_free(channel);
    return run;
}

static void run_free(struct run *run)
{
    CoTaskMemFree(run->hello.data);
    CoTaskMemFree(run->offer.data);
    CoTaskMemFree(run->proof.data);
    CoTaskMemFree(run->done.data);
}

CONF_CASE(AUTH_OBJECT_BV_01, .title = "Provider and authentication are one object",
          .reqs = REQS("SP-AUTH-001"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "IUnknown through both interfaces; both ways from one to the other")
{
    struct wmdm *w = wmdm_new(c);
    IUnknown *a = wmdm_query(w, wmdm_provider(w), &IID_IUnknown);
    IUnknown *b = wmdm_query(w, wmdm_component(w), &IID_IUnknown);

    ROW("SP-AUTH-001") {
        CHECK(a == b);
        CHECK(wmdm_has(w, wmdm_component(w), &IID_IMDServiceProvider));
        CHECK(wmdm_has(w, wmdm_provider(w), &IID_IComponentAuthenticate));
    }
    IUnknown_Release(a);
    IUnknown_Release(b);
}

CONF_CASE(AUTH_PROTOCOLS_BV_01, .title = "SACGetProtocols answers before authentication",
          .reqs = REQS("SP-AUTH-002", "SP-AUTH-003"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "On a fresh instance: the protocols, then a call that needs the channel")
{
    struct wmdm *w = wmdm_new(c);
    DWORD *protocols = NULL, count = 0xeeeeeeee;

    ROW("SP-AUTH-002") {
        HRESULT hr =
            CALL(IComponentAuthenticate, SACGetProtocols, wmdm_component(w), &protocols, &count);

        REQUIRE_HR(hr, S_OK);
        COUNT_REFUSED(w);
    }
    ROW("SP-AUTH-003") {
        REQUIRE_EQ(count, 1);
        REQUIRE(protocols != NULL);
        CHECK_EQ(protocols[0], SAC_PROTOCOL_V1);
    }
    CoTaskMemFree(protocols);
}

CONF_CASE(AUTH_PROTOCOLS_BI_01, .title = "SACGetProtocols refuses a NULL pointer",
          .reqs = REQS("SP-AUTH-004"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "One call without the array's pointer, one without the count's")
{
    struct wmdm *w = wmdm_new(c);
    DWORD *protocols = NULL, count = 0;

    ROW("SP-AUTH-004") {
        CHECK_HR(CALL(IComponentAuthenticate, SACGetProtocols, wmdm_component(w), NULL, &count),
                 E_INVALIDARG);
        CHECK_HR(CALL(IComponentAuthenticate, SACGetProtocols, wmdm_component(w), &protocols, NULL),
                 E_INVALIDARG);
    }
}

CONF_CASE(AUTH_PROTOCOL_BI_01, .title = "SACAuth takes SAC_PROTOCOL_V1 only",
          .reqs = REQS("SP-AUTH-005"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Pass 0 with a good message under four other protocol ids")
{
    static const DWORD others[] = {0, SAC_PROTOCOL_WMDM, 3, 0xffffffff};
    struct wmdm *w = wmdm_new(c);
    struct sac_channel *channel = client(c, WMDM_APPLICATION_HIGH);
    struct message hello = {NULL, 0}, out = {NULL, 0};

    wmdm_ours(c, "the host's hello", sac_client_hello(channel, &hello.data, &hello.length));
    ROW("SP-AUTH-005") {
        for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
            HRESULT hr = CALL(IComponentAuthenticate, SACAuth, wmdm_component(w), others[i], 0,
                              hello.data, hello.length, &out.data, &out.length);
            CHECK_FAILS(hr);
        }
        COUNT_REFUSED(w);
    }
    CoTaskMemFree(hello.data);
    sac_free(channel);
}

CONF_CASE(AUTH_PASSES_BV_01, .title = "Two passes open the channel, the first alone does not",
          .reqs = REQS("SP-AUTH-006"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Pass 0, a call; pass 1, the call again")
{
    struct wmdm *w = wmdm_new(c);
    struct sac_channel *channel = client(c, WMDM_APPLICATION_HIGH);
    struct run run = {.pass_0 = S_OK};

    wmdm_ours(c, "the host's hello", sac_client_hello(channel, &run.hello.data, &run.hello.length));
    ROW("SP-AUTH-006") {
        REQUIRE_HR(pass(w, 0, run.hello, &run.offer), S_OK);
        COUNT_REFUSED(w);
        REQUIRE_HR(sac_client_answer(channel, run.offer.data, run.offer.length, &run.proof.data,
                                     &run.proof.length),
                   S_OK);
        REQUIRE_HR(pass(w, 1, run.proof, &run.done), S_OK);
        CHECK_HR(sac_client_finish(channel, run.done.data, run.done.length), S_OK);
        CHECK_HR(device_count(w), S_OK);
    }
    run_free(&run);
    sac_free(channel);
}

CONF_CASE(AUTH_PASSES_BI_01, .title = "A pass above 1 is refused and changes nothing",
          .reqs = REQS("SP-AUTH-007"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Between the passes the good proof as pass 2 and pass 0xffffffff")
{
    static const DWORD numbers[] = {2, 0xffffffff};
    struct wmdm *w = wmdm_new(c);
    struct sac_channel *channel = client(c, WMDM_APPLICATION_HIGH);
    struct run run = {.pass_0 = S_OK};

    wmdm_ours(c, "the host's hello", sac_client_hello(channel, &run.hello.data, &run.hello.length));
    ROW("SP-AUTH-007") {
        wmdm_step(c, "handshake", "pass 0", pass(w, 0, run.hello, &run.offer));
        wmdm_step(c, "handshake", "the host's answer",
                  sac_client_answer(channel, run.offer.data, run.offer.length, &run.proof.data,
                                    &run.proof.length));
        for (size_t i = 0; i < 2; i++) {
            struct message out = {NULL, 0};
            CHECK_FAILS(pass(w, numbers[i], run.proof, &out));
            COUNT_REFUSED(w);
            CoTaskMemFree(out.data);
        }
        CHECK_HR(pass(w, 1, run.proof, &run.done), S_OK);
    }
    run_free(&run);
    sac_free(channel);
}

CONF_CASE(AUTH_PASSES_BI_02, .title = "Pass 1 without pass 0 is refused",
          .reqs = REQS("SP-AUTH-008"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "A proof made for another instance as the first message of a fresh one")
{
    struct wmdm *other = wmdm_new(c), *w = wmdm_new(c);

    ROW("SP-AUTH-008") {
        struct run run = handshake(other, WMDM_APPLICATION_HIGH, -1, 0, 0);
        struct message out = {NULL, 0};

        wmdm_step(c, "handshake", "pass 0", run.pass_0);
        wmdm_step(c, "handshake", "the other instance's pass 1", run.pass_1);
        CHECK_FAILS(pass(w, 1, run.proof, &out));
        COUNT_REFUSED(w);
        run_free(&run);
    }
}

CONF_CASE(AUTH_ARGUMENTS_BI_01, .title = "SACAuth refuses NULL arguments",
          .reqs = REQS("SP-AUTH-009"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Four calls with one bad argument each")
{
    struct wmdm *w = wmdm_new(c);
    IComponentAuthenticate *component = wmdm_component(w);
    BYTE in[16] = {0}, *out = NULL;
    DWORD length = 0;

#define SACAUTH(...)                                                                               \
    CALL(IComponentAuthenticate, SACAuth, component, SAC_PROTOCOL_V1, 0, __VA_ARGS__)
    ROW("SP-AUTH-009") {
        CHECK_HR(SACAUTH(NULL, 16, &out, &length), E_INVALIDARG);
        CHECK_HR(SACAUTH(in, 16, NULL, &length), E_INVALIDARG);
        CHECK_HR(SACAUTH(in, 16, &out, NULL), E_INVALIDARG);
        CHECK_HR(SACAUTH(in, 16, NULL, NULL), E_INVALIDARG);
    }
#undef SACAUTH
}

CONF_CASE(AUTH_OUTPUT_BV_01, .title = "Each pass hands out a block of its own, a failed one none",
          .reqs = REQS("SP-AUTH-010"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two handshakes, blocks compared and freed; a broken pass with poisoned outputs")
{
    struct wmdm *w = wmdm_new(c);

    ROW("SP-AUTH-010") {
        struct run first = handshake(w, WMDM_APPLICATION_HIGH, -1, 0, 0);
        struct run second = handshake(w, WMDM_APPLICATION_HIGH, -1, 0, 0);
        BYTE poison[32] = {0};
        struct message out = {poison, 77};

        wmdm_step(c, "handshake", "pass 0", first.pass_0);
        REQUIRE(first.offer.data && first.done.data && second.offer.data);
        CHECK(first.offer.data != second.offer.data);
        CHECK(first.done.data != second.done.data);
        CHECK(first.offer.length > 0 && first.done.length > 0);
        /* A block that is not the allocator's ends the process here: a FAIL of this row. */
        SP_CALL("CoTaskMemFree of SACAuth's output", (run_free(&first), 0));
        SP_CALL("CoTaskMemFree of SACAuth's output", (run_free(&second), 0));
        CHECK_FAILS(pass(w, 0, (struct message){(BYTE *)"nonsense", 8}, &out));
        CHECK(out.data == NULL);
        CHECK_EQ(out.length, 0);
    }
}

static void changed_message_is_refused(struct conf *c, int which)
{
    struct wmdm *w = wmdm_new(c);
    unsigned opened = 0;

    /* Sampled: every seventh byte, the bit moves on with it. */
    for (size_t at = 0; at < (which == 0 ? 72u : 504u); at += 7) {
        struct run run = handshake(w, WMDM_APPLICATION_HIGH, which, at, (unsigned)(at / 7 % 8));
        opened += SUCCEEDED(run.pass_1);
        opened += device_count(w) != WMDM_E_NOTCERTIFIED;
        run_free(&run);
    }
    CHECK_EQ(opened, 0);
}

CONF_CASE(AUTH_TAMPER_BI_01, .title = "A changed bit in the input of pass 0 never opens",
          .reqs = REQS("SP-AUTH-011"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshakes with one bit of the first message changed, sampled")
{
    /* Whichever end notices: the host does when it verifies the provider's signature. */
    ROW("SP-AUTH-011")
        changed_message_is_refused(c, 0);
}

CONF_CASE(AUTH_TAMPER_BI_02, .title = "A changed bit in the input of pass 1 never opens",
          .reqs = REQS("SP-AUTH-011"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshakes with one bit of the second message changed, sampled")
{
    ROW("SP-AUTH-011")
        changed_message_is_refused(c, 1);
}

static void certificate_is_refused(struct conf *c, enum wmdm_certificate which)
{
    struct wmdm *w = wmdm_new(c);
    struct run run = handshake(w, which, -1, 0, 0);

    conf_note(c, "certificate %s", wmdm_pair(which)->name);
    wmdm_step(c, "handshake", "pass 0", run.pass_0);
    if (run.pass_1 == E_PENDING)
        conf_refused(c, "handshake", "the provider's own certificate does not pass the host");
    CHECK_FAILS(run.pass_1);
    COUNT_REFUSED(w);
    run_free(&run);
}

CONF_CASE(AUTH_TRUST_BI_01, .title = "A certificate of another root is refused",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with a certificate signed by a root the provider does not know")
{
    ROW("SP-AUTH-012")
        certificate_is_refused(c, WMDM_APPLICATION_STRANGER);
}

CONF_CASE(AUTH_TRUST_BI_02, .title = "An expired certificate is refused",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with a certificate of the right root that ended in 2020")
{
    ROW("SP-AUTH-012")
        certificate_is_refused(c, WMDM_APPLICATION_EXPIRED);
}

CONF_CASE(AUTH_TRUST_BI_03, .title = "A provider's certificate is none for an application",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with a certificate of the right root for the other role")
{
    ROW("SP-AUTH-012")
        certificate_is_refused(c, WMDM_PROVIDER_AS_APPLICATION);
}

CONF_CASE(AUTH_FAILED_BI_01, .title = "After a failed handshake every method refuses",
          .reqs = REQS("SP-AUTH-013"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Pass 1 with a broken proof, then one method of each interface in reach")
{
    struct wmdm *w = wmdm_new(c);

    ROW("SP-AUTH-013") {
        struct run run = handshake(w, WMDM_APPLICATION_HIGH, 1, 40, 0);
        IMDServiceProvider2 *two;
        IMDSPEnumDevice *devices = NULL;
        IMDSPDevice **array = NULL;
        DWORD count = 0;
        static const WCHAR path[] = u"nowhere";

        CHECK_FAILS(run.pass_1);
        COUNT_REFUSED(w);
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices),
                 WMDM_E_NOTCERTIFIED);
        if (conf_offers(c, "PROVIDER.PNP")) {
            two = wmdm_query(w, wmdm_provider(w), &IID_IMDServiceProvider2);
            CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, path, &count, &array),
                     WMDM_E_NOTCERTIFIED);
            IMDServiceProvider2_Release(two);
        }
        run_free(&run);
    }
}

CONF_CASE(AUTH_REPLAY_BI_01, .title = "A replayed handshake does not open",
          .reqs = REQS("SP-AUTH-014"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Both inputs of a good handshake once more, to a fresh instance")
{
    struct wmdm *good = wmdm_new(c), *w = wmdm_new(c);

    ROW("SP-AUTH-014") {
        struct run run = handshake(good, WMDM_APPLICATION_HIGH, -1, 0, 0);
        struct message out = {NULL, 0}, last = {NULL, 0};

        wmdm_step(c, "handshake", "pass 0", run.pass_0);
        wmdm_step(c, "handshake", "the recorded pass 1", run.pass_1);
        pass(w, 0, run.hello, &out);
        CHECK_FAILS(pass(w, 1, run.proof, &last));
        COUNT_REFUSED(w);
        CoTaskMemFree(out.data);
        run_free(&run);
    }
}

CONF_CASE(AUTH_CLOSED_BI_01, .title = "GetDeviceCount and EnumDevices refuse before authentication",
          .reqs = REQS("SP-AUTH-015"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Both on a fresh instance")
{
    struct wmdm *w = wmdm_new(c);
    IMDSPEnumDevice *devices = NULL;

    ROW("SP-AUTH-015") {
        COUNT_REFUSED(w);
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices),
                 WMDM_E_NOTCERTIFIED);
        CHECK(devices == NULL);
    }
}

CONF_CASE(AUTH_CLOSED_BI_02,
          .title = "CreateDevice and SetDeviceEnumPreference refuse before authentication",
          .reqs = REQS("SP-AUTH-016"), .ics = "PROVIDER.PNP", .needs = CONF_PROVIDER,
          .steps = "Both on a fresh instance, CreateDevice with a path nobody can open")
{
    struct wmdm *w = wmdm_new(c);
    IMDServiceProvider2 *two = wmdm_query(w, wmdm_provider(w), &IID_IMDServiceProvider2);
    static const WCHAR path[] = u"usbip:127.0.0.1:1/0-0"; /* opening it first gives another code */
    IMDServiceProvider3 *three;
    IMDSPDevice **array = NULL;
    DWORD count = 0;

    ROW("SP-AUTH-016") {
        CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, path, &count, &array),
                 WMDM_E_NOTCERTIFIED);
        CHECK(array == NULL);
        if (conf_offers(c, "PROVIDER.PREFERENCE")) {
            three = wmdm_query(w, wmdm_provider(w), &IID_IMDServiceProvider3);
            CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, three, 0),
                     WMDM_E_NOTCERTIFIED);
            IMDServiceProvider3_Release(three);
        }
    }
    IMDServiceProvider2_Release(two);
}

CONF_CASE(AUTH_CLOSED_BI_03, .title = "Authentication is checked before the arguments",
          .reqs = REQS("SP-AUTH-024"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "NULL arguments before the handshake, and GetDeviceCount(NULL) after it")
{
    struct wmdm *w = wmdm_new(c);
    IMDServiceProvider2 *two = NULL;

    ROW("SP-AUTH-024") {
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), NULL),
                 WMDM_E_NOTCERTIFIED);
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), NULL),
                 WMDM_E_NOTCERTIFIED);
        if (conf_offers(c, "PROVIDER.PNP")) {
            two = wmdm_query(w, wmdm_provider(w), &IID_IMDServiceProvider2);
            CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, NULL, NULL, NULL),
                     WMDM_E_NOTCERTIFIED);
        }
        wmdm_step(c, "handshake", "the handshake", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), NULL), E_INVALIDARG);
    }
    if (two)
        IMDServiceProvider2_Release(two);
}

CONF_CASE(AUTH_INSTANCE_BI_01, .title = "A handshake opens its own instance only",
          .reqs = REQS("SP-AUTH-042"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two instances, one handshake, a call on the other")
{
    struct wmdm *a = wmdm_new(c), *b = wmdm_new(c);

    wmdm_step(c, "handshake", "the handshake", wmdm_authenticate(a, WMDM_APPLICATION_HIGH));
    ROW("SP-AUTH-042") {
        CHECK_HR(device_count(a), S_OK);
        COUNT_REFUSED(b);
    }
}

CONF_CASE(AUTH_AGAIN_BV_01, .title = "A second handshake goes through and a broken one closes",
          .reqs = REQS("SP-AUTH-043"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two handshakes with calls between, then a broken one")
{
    struct wmdm *w = wmdm_open(c);

    ROW("SP-AUTH-043") {
        CHECK_HR(wmdm_authenticate(w, WMDM_APPLICATION_LOW), S_OK);
        CHECK_HR(device_count(w), S_OK);
        wmdm_shut(w);
        COUNT_REFUSED(w);
        CHECK_HR(wmdm_authenticate(w, WMDM_APPLICATION_HIGH), S_OK);
        CHECK_HR(device_count(w), S_OK);
    }
}

CONF_CASE(AUTH_ONCE_BV_01, .title = "One handshake is enough for a thousand calls",
          .reqs = REQS("SP-AUTH-044"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "1000 calls after one handshake")
{
    struct wmdm *w = wmdm_open(c);
    unsigned refused = 0;

    ROW("SP-AUTH-044") {
        for (unsigned i = 0; i < 1000; i++) {
            DWORD count;
            refused += SP_CALL("IMDServiceProvider::GetDeviceCount",
                               IMDServiceProvider_GetDeviceCount(wmdm_provider(w), &count)) ==
                       WMDM_E_NOTCERTIFIED;
        }
        CHECK_EQ(refused, 0);
    }
}
