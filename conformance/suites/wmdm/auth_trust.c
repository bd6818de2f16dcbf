/* Whom the provider lets in, and for how long: spoilt messages, certificates, replays, and what a
 * handshake that failed or came again leaves (readings U5 and U6 of docs/errata.md). */
#include <string.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_handshake.h"
#include "spcore/base.h"

#define COUNT_REFUSED(w) CHECK_HR(wmdm_device_count(w), WMDM_E_NOTCERTIFIED)

/* ---- messages that were changed */

/* Whichever end notices: the host does when it verifies the provider's signature. */
static unsigned opens_all_the_same(struct wmdm *w, const struct wmdm_spoilt *spoilt)
{
    struct wmdm_run run = wmdm_run(w, WMDM_APPLICATION_HIGH, spoilt);
    bool opened = SUCCEEDED(run.pass_1) || wmdm_device_count(w) != WMDM_E_NOTCERTIFIED;

    wmdm_run_free(&run);
    return opened;
}

/* Sampled: every seventh byte, the bit moves on with it. */
static void changed_bits_are_refused(struct wmdm *w, DWORD pass, size_t length)
{
    struct conf *c = wmdm_conf(w);
    unsigned opened = 0;

    for (size_t at = 0; at < length; at += 7) {
        struct wmdm_spoilt spoilt = {WMDM_BIT_CHANGED, pass, at, (unsigned)(at / 7 % 8)};

        opened += opens_all_the_same(w, &spoilt);
    }
    CHECK_EQ(opened, 0);
}

static void changed_length_is_refused(struct wmdm *w, DWORD pass)
{
    struct conf *c = wmdm_conf(w);

    CHECK_EQ(opens_all_the_same(w, &(struct wmdm_spoilt){WMDM_CUT, pass, 0, 0}), 0);
    CHECK_EQ(opens_all_the_same(w, &(struct wmdm_spoilt){WMDM_LONGER, pass, 0, 0}), 0);
}

CONF_CASE(AUTH_TAMPER_BI_01, .title = "A changed input of pass 0 never opens",
          .reqs = REQS("SP-AUTH-011"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshakes with one bit of the first message changed, sampled; with one byte "
                   "less and more")
{
    struct wmdm *w = wmdm_new(c);

    ROW("SP-AUTH-011.first") {
        changed_bits_are_refused(w, 0, 72);
        changed_length_is_refused(w, 0);
    }
}

CONF_CASE(AUTH_TAMPER_BI_02, .title = "A changed input of pass 1 never opens",
          .reqs = REQS("SP-AUTH-011"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshakes with one bit of the second message changed, sampled; with one byte "
                   "less and more")
{
    struct wmdm *w = wmdm_new(c);

    ROW("SP-AUTH-011.second")
        changed_bits_are_refused(w, 1, 504);
    ROW("SP-AUTH-011.length")
        changed_length_is_refused(w, 1);
}

/* ---- certificates */
static void certificate_is_refused(struct conf *c, enum wmdm_certificate which)
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run(w, which, NULL);

    conf_note(c, "certificate %s", wmdm_pair(which)->name);
    wmdm_step(c, "handshake", "pass 0", run.pass_0);
    if (run.pass_1 == E_PENDING)
        conf_refused(c, "handshake", "the provider's own certificate does not pass the host");
    CHECK_FAILS(run.pass_1);
    COUNT_REFUSED(w);
    wmdm_run_free(&run);
}

CONF_CASE(AUTH_TRUST_BI_01, .title = "A certificate of another root is refused",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with a certificate signed by a root the provider does not know, and "
                   "by one that has the name of the root it does")
{
    ROW("SP-AUTH-012.root")
        certificate_is_refused(c, WMDM_APPLICATION_STRANGER);
    ROW("SP-AUTH-012.name")
        certificate_is_refused(c, WMDM_APPLICATION_NAMESAKE);
}

CONF_CASE(AUTH_TRUST_BI_02, .title = "A certificate is refused out of its time",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with certificates of the right root, of which one ended in 2020 and "
                   "one begins in 2053")
{
    ROW("SP-AUTH-012.expired")
        certificate_is_refused(c, WMDM_APPLICATION_EXPIRED);
    ROW("SP-AUTH-012.early")
        certificate_is_refused(c, WMDM_APPLICATION_EARLY);
}

CONF_CASE(AUTH_TRUST_BI_03, .title = "A provider's certificate is none for an application",
          .reqs = REQS("SP-AUTH-012"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Handshake with a certificate of the right root for the other role")
{
    ROW("SP-AUTH-012.role")
        certificate_is_refused(c, WMDM_PROVIDER_AS_APPLICATION);
}

/* ---- a handshake that failed */

/* One method of each interface in reach. */
static void everything_is_refused(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    static const WCHAR path[] = u"nowhere";
    IMDSPEnumDevice *devices = NULL;
    IMDServiceProvider2 *two;
    IMDServiceProvider3 *three;
    IMDSPDevice **array = NULL;
    DWORD count = 0;

    COUNT_REFUSED(w);
    CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices),
             WMDM_E_NOTCERTIFIED);
    if (conf_offers(c, "PROVIDER.PNP")) {
        two = AS(IMDServiceProvider2, wmdm_provider(w));
        CHECK_HR(CALL(IMDServiceProvider2, CreateDevice, two, path, &count, &array),
                 WMDM_E_NOTCERTIFIED);
        RELEASE(two);
    }
    if (conf_offers(c, "PROVIDER.PREFERENCE")) {
        three = AS(IMDServiceProvider3, wmdm_provider(w));
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, three, 0), WMDM_E_NOTCERTIFIED);
        RELEASE(three);
    }
}

CONF_CASE(AUTH_FAILED_BI_01, .title = "After a failed handshake every method refuses",
          .reqs = REQS("SP-AUTH-013"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "On fresh instances pass 0 with nonsense and pass 1 with a broken proof; after "
                   "each one method of each interface in reach")
{
    struct wmdm *one = wmdm_new(c), *two = wmdm_new(c);
    struct wmdm_message out = {NULL, 0};
    struct wmdm_run run;

    ROW("SP-AUTH-013.first") {
        CHECK_FAILS(wmdm_pass(one, 0, (struct wmdm_message){(BYTE *)"nonsense", 8}, &out));
        everything_is_refused(one);
    }
    run = wmdm_run(two, WMDM_APPLICATION_HIGH, &(struct wmdm_spoilt){WMDM_BIT_CHANGED, 1, 40, 0});
    ROW("SP-AUTH-013.second") {
        CHECK_FAILS(run.pass_1);
        everything_is_refused(two);
    }
    wmdm_run_free(&run);
}

/* ---- a handshake that somebody recorded */
static void replay_is_refused(struct wmdm *w, const struct wmdm_run *recorded)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_message out = {NULL, 0}, last = {NULL, 0};

    wmdm_pass(w, 0, recorded->hello, &out);
    CHECK_FAILS(wmdm_pass(w, 1, recorded->proof, &last));
    CoTaskMemFree(out.data);
    CoTaskMemFree(last.data);
}

CONF_CASE(AUTH_REPLAY_BI_01, .title = "A replayed handshake does not open",
          .reqs = REQS("SP-AUTH-014"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "The second input of a good handshake once more, then both, to a fresh instance "
                   "and to the same")
{
    struct wmdm *good = wmdm_new(c), *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run(good, WMDM_APPLICATION_HIGH, NULL);
    struct wmdm_message out = {NULL, 0};

    wmdm_step(c, "handshake", "pass 0", run.pass_0);
    wmdm_step(c, "handshake", "the recorded pass 1", run.pass_1);
    ROW("SP-AUTH-014.proof")
        CHECK_FAILS(wmdm_pass(good, 1, run.proof, &out));
    CoTaskMemFree(out.data);
    ROW("SP-AUTH-014.fresh") {
        replay_is_refused(w, &run);
        COUNT_REFUSED(w);
    }
    ROW("SP-AUTH-014.same")
        replay_is_refused(good, &run);
    wmdm_run_free(&run);
}

/* ---- one instance, and another */
CONF_CASE(AUTH_INSTANCE_BI_01, .title = "A handshake is its own instance's only",
          .reqs = REQS("SP-AUTH-042"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two instances: a handshake of one, a call on the other; one that fails on the "
                   "other, a call on the first (reading U5)")
{
    struct wmdm *a = wmdm_new(c), *b = wmdm_new(c);

    wmdm_step(c, "handshake", "the handshake", wmdm_authenticate(a, WMDM_APPLICATION_HIGH));
    ROW("SP-AUTH-042.opens") {
        CHECK_HR(wmdm_device_count(a), S_OK);
        COUNT_REFUSED(b);
    }
    wmdm_fail(b);
    ROW("SP-AUTH-042.shuts")
        CHECK_HR(wmdm_device_count(a), S_OK);
}

CONF_CASE(AUTH_AGAIN_BV_01, .title = "A second handshake goes through and a broken one closes",
          .reqs = REQS("SP-AUTH-043"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two handshakes, calls of the provider and of a device it made before; a repeat "
                   "that fails in pass 0, a third one, one that fails in pass 1 (reading U6)")
{
    static const struct wmdm_spoilt late = {WMDM_BIT_CHANGED, 1, 40, 0};
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    struct wmdm_run run;
    DWORD status;

    SETUP_CALL(IMDSPDevice, GetStatus, device, &status);
    ROW("SP-AUTH-043.again") {
        REQUIRE_HR(wmdm_authenticate(w, WMDM_APPLICATION_LOW), S_OK);
        CHECK_HR(wmdm_device_count(w), S_OK);
    }
    ROW("SP-AUTH-043.objects")
        CHECK_HR(CALL(IMDSPDevice, GetStatus, device, &status), S_OK);
    ROW("SP-AUTH-043.first") {
        wmdm_fail(w);
        COUNT_REFUSED(w);
    }
    ROW("SP-AUTH-043.again") {
        REQUIRE_HR(wmdm_authenticate(w, WMDM_APPLICATION_HIGH), S_OK);
        CHECK_HR(wmdm_device_count(w), S_OK);
    }
    ROW("SP-AUTH-043.second") {
        run = wmdm_run(w, WMDM_APPLICATION_HIGH, &late);
        CHECK_FAILS(run.pass_1);
        COUNT_REFUSED(w);
        wmdm_run_free(&run);
    }
}

/* Objects of the device beside those that the case has. */
static void come_and_go(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDServiceProvider2 *two = AS(IMDServiceProvider2, wmdm_provider(w));
    WCHAR *path = com_utf16_from_utf8(conf_device_uri(c));
    IMDSPDevice **devices = NULL;
    DWORD count = 0;

    SETUP_CALL(IMDServiceProvider2, CreateDevice, two, path, &count, &devices);
    for (DWORD i = 0; i < count; i++)
        RELEASE(devices[i]);
    CoTaskMemFree(devices);
    CoTaskMemFree(path);
    RELEASE(two);
}

CONF_CASE(AUTH_ONCE_BV_01, .title = "One handshake is enough for a thousand calls",
          .reqs = REQS("SP-AUTH-044"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps =
              "1000 calls of the provider and 1000 of its device after one handshake; one each "
              "when a second object of the device has come and gone")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    unsigned provider = 0, of_device = 0;
    DWORD type;

    for (unsigned i = 0; i < 1000; i++) {
        DWORD count;
        HRESULT hr = SP_CALL("IMDServiceProvider::GetDeviceCount",
                             IMDServiceProvider_GetDeviceCount(wmdm_provider(w), &count));

        provider += hr == WMDM_E_NOTCERTIFIED;
        hr = SP_CALL("IMDSPDevice::GetType", IMDSPDevice_GetType(device, &type));
        of_device += hr == WMDM_E_NOTCERTIFIED;
    }
    ROW("SP-AUTH-044.provider")
        CHECK_EQ(provider, 0);
    ROW("SP-AUTH-044.device")
        CHECK_EQ(of_device, 0);
    if (!conf_offers(c, "PROVIDER.PNP"))
        return;
    come_and_go(w);
    ROW("SP-AUTH-044.gone") {
        CHECK_HR(wmdm_device_count(w), S_OK);
        CHECK_HR(CALL(IMDSPDevice, GetType, device, &type), S_OK);
    }
}
