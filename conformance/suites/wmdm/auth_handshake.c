/* The provider's side of the handshake, from the outside: IComponentAuthenticate, its arguments and
 * what it hands out (WMDM, Authenticating the Service Provider). Whom it trusts: auth_trust.c. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_handshake.h"
#include "spcore/base.h"

#define COUNT_REFUSED(w) CHECK_HR(wmdm_device_count(w), WMDM_E_NOTCERTIFIED)

CONF_CASE(AUTH_OBJECT_BV_01, .title = "Provider and authentication are one object",
          .reqs = REQS("SP-AUTH-001"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "IUnknown through both interfaces; both ways from one to the other")
{
    IMDServiceProvider *provider = wmdm_instance(c), *back = NULL;
    IComponentAuthenticate *component = NULL;
    IUnknown *a = NULL, *b = NULL;

#define QUERY(iface, object, iid, ret)                                                             \
    CALL(iface, QueryInterface, object, &IID_##iid, (void **)(ret))
    ROW("SP-AUTH-001.component")
        REQUIRE_HR(QUERY(IMDServiceProvider, provider, IComponentAuthenticate, &component), S_OK);
    ROW("SP-AUTH-001.provider")
        CHECK_HR(QUERY(IComponentAuthenticate, component, IMDServiceProvider, &back), S_OK);
    ROW("SP-AUTH-001.identity") {
        REQUIRE_HR(QUERY(IMDServiceProvider, provider, IUnknown, &a), S_OK);
        REQUIRE_HR(QUERY(IComponentAuthenticate, component, IUnknown, &b), S_OK);
        CHECK(a == b);
    }
#undef QUERY
    RELEASE(a);
    RELEASE(b);
    RELEASE(back);
    RELEASE(component);
    RELEASE(provider);
}

static HRESULT ask_protocols(struct wmdm *w, DWORD **ret_protocols, DWORD *ret_count)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IComponentAuthenticate, SACGetProtocols, wmdm_component(w), ret_protocols,
                ret_count);
}

CONF_CASE(AUTH_PROTOCOLS_BV_01, .title = "SACGetProtocols answers before authentication",
          .reqs = REQS("SP-AUTH-002", "SP-AUTH-003"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "On a fresh instance: the protocols, twice, then a call that needs the channel")
{
    struct wmdm *w = wmdm_new(c);
    DWORD *protocols = NULL, *again = NULL, count = 0xeeeeeeee, count_again = 0;

    ROW("SP-AUTH-002.protocols") {
        REQUIRE_HR(ask_protocols(w, &protocols, &count), S_OK);
        REQUIRE_HR(ask_protocols(w, &again, &count_again), S_OK);
    }
    ROW("SP-AUTH-002.rest")
        COUNT_REFUSED(w);
    ROW("SP-AUTH-003.count")
        CHECK_EQ(count, 1);
    ROW("SP-AUTH-003.value") {
        REQUIRE(protocols != NULL);
        CHECK_EQ(protocols[0], SAC_PROTOCOL_V1);
    }
    ROW("SP-AUTH-003.own") {
        CHECK(protocols != again);
        /* A block that is not the allocator's ends the process here: a FAIL of this row. */
        SP_CALL("CoTaskMemFree of SACGetProtocols' array", (CoTaskMemFree(protocols), 0));
        SP_CALL("CoTaskMemFree of SACGetProtocols' array", (CoTaskMemFree(again), 0));
    }
}

/* ---- the passes */
static const DWORD other_protocols[] = {0, SAC_PROTOCOL_WMDM, 3, 6, 0x102, 0x10002, 0xffffffff};

/* Each in turn in that pass with a message that is good under SAC_PROTOCOL_V1. */
static void other_protocols_fail(struct wmdm *w, DWORD pass, const char *row,
                                 struct wmdm_message in)
{
    struct conf *c = wmdm_conf(w);

    for (size_t i = 0; i < ARRAY_SIZE(other_protocols); i++) {
        struct wmdm_message out = {NULL, 0};

        ROW(row)
            CHECK_FAILS(wmdm_pass_of(w, other_protocols[i], pass, in, &out));
        ROW("SP-AUTH-005.closed")
            COUNT_REFUSED(w);
        CoTaskMemFree(out.data);
    }
}

CONF_CASE(
    AUTH_PROTOCOL_BI_01, .title = "SACAuth takes SAC_PROTOCOL_V1 only", .reqs = REQS("SP-AUTH-005"),
    .ics = "ANY", .needs = CONF_PROVIDER,
    .steps = "Pass 0, and pass 1 after a good pass 0, with good messages under seven other ids")
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run_new(c, WMDM_APPLICATION_HIGH);

    other_protocols_fail(w, 0, "SP-AUTH-005.first", run.hello);
    wmdm_step(c, "handshake", "pass 0", wmdm_pass(w, 0, run.hello, &run.offer));
    wmdm_step(c, "handshake", "the host's answer", wmdm_run_answer(&run));
    other_protocols_fail(w, 1, "SP-AUTH-005.second", run.proof);
    wmdm_run_free(&run);
}

CONF_CASE(AUTH_PASSES_BV_01, .title = "Two passes open the channel, the first alone does not",
          .reqs = REQS("SP-AUTH-006"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Pass 0, a call; pass 1, the call again")
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run_new(c, WMDM_APPLICATION_HIGH);

    ROW("SP-AUTH-006.messages") {
        REQUIRE_HR(wmdm_pass(w, 0, run.hello, &run.offer), S_OK);
        REQUIRE(run.offer.data && run.offer.length);
    }
    ROW("SP-AUTH-006.first")
        COUNT_REFUSED(w);
    ROW("SP-AUTH-006.messages") {
        REQUIRE_HR(wmdm_run_answer(&run), S_OK);
        REQUIRE_HR(wmdm_pass(w, 1, run.proof, &run.done), S_OK);
        REQUIRE(run.done.data && run.done.length);
        CHECK_HR(sac_client_finish(run.host, run.done.data, run.done.length), S_OK);
    }
    ROW("SP-AUTH-006.second")
        CHECK_HR(wmdm_device_count(w), S_OK);
    wmdm_run_free(&run);
}

/* A number that is no pass is refused, in whatever state the channel is. */
static void no_pass(struct wmdm *w, DWORD number, const char *row, struct wmdm_message in)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_message out = {NULL, 0};

    ROW(row)
        CHECK_FAILS(wmdm_pass(w, number, in, &out));
    CoTaskMemFree(out.data);
}

CONF_CASE(AUTH_PASSES_BI_01, .title = "A pass above 1 is refused and changes nothing",
          .reqs = REQS("SP-AUTH-007"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps =
              "The good proof as pass 2 and pass 0xffffffff, between the passes and after them; "
              "as passes 0x101 and 0x10001 between them")
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run_new(c, WMDM_APPLICATION_HIGH);

    wmdm_step(c, "handshake", "pass 0", wmdm_pass(w, 0, run.hello, &run.offer));
    wmdm_step(c, "handshake", "the host's answer", wmdm_run_answer(&run));
    no_pass(w, 2, "SP-AUTH-007.two", run.proof);
    no_pass(w, 0xffffffff, "SP-AUTH-007.any", run.proof);
    no_pass(w, 0x101, "SP-AUTH-007.wide", run.proof);
    no_pass(w, 0x10001, "SP-AUTH-007.wide", run.proof);
    ROW("SP-AUTH-007.closed")
        COUNT_REFUSED(w);
    ROW("SP-AUTH-007.between")
        CHECK_HR(wmdm_pass(w, 1, run.proof, &run.done), S_OK);
    no_pass(w, 2, "SP-AUTH-007.two", run.proof);
    no_pass(w, 0xffffffff, "SP-AUTH-007.any", run.proof);
    ROW("SP-AUTH-007.open")
        CHECK_HR(wmdm_device_count(w), S_OK);
    wmdm_run_free(&run);
}

CONF_CASE(AUTH_PASSES_BI_02, .title = "Pass 1 without pass 0 is refused",
          .reqs = REQS("SP-AUTH-008"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "A proof made for another instance as the first message of a fresh one")
{
    struct wmdm *other = wmdm_new(c), *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run(other, WMDM_APPLICATION_HIGH, NULL);
    struct wmdm_message out = {NULL, 0};

    wmdm_step(c, "handshake", "pass 0", run.pass_0);
    wmdm_step(c, "handshake", "the other instance's pass 1", run.pass_1);
    ROW("SP-AUTH-008.refused")
        CHECK_FAILS(wmdm_pass(w, 1, run.proof, &out));
    ROW("SP-AUTH-008.closed")
        COUNT_REFUSED(w);
    CoTaskMemFree(out.data);
    wmdm_run_free(&run);
}

CONF_CASE(AUTH_ARGUMENTS_BI_01, .title = "SACAuth refuses NULL arguments",
          .reqs = REQS("SP-AUTH-009"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Pass 0 with a good message and one bad argument at a time")
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run run = wmdm_run_new(c, WMDM_APPLICATION_HIGH);
    struct wmdm_message in = run.hello;
    BYTE *out = NULL;
    DWORD length = 0;

#define SACAUTH(...)                                                                               \
    CALL(IComponentAuthenticate, SACAuth, wmdm_component(w), SAC_PROTOCOL_V1, 0, __VA_ARGS__)
    ROW("SP-AUTH-009.input")
        CHECK_HR(SACAUTH(NULL, in.length, &out, &length), E_INVALIDARG);
    ROW("SP-AUTH-009.output")
        CHECK_HR(SACAUTH(in.data, in.length, NULL, &length), E_INVALIDARG);
    ROW("SP-AUTH-009.length")
        CHECK_HR(SACAUTH(in.data, in.length, &out, NULL), E_INVALIDARG);
#undef SACAUTH
    wmdm_run_free(&run);
}

/* ---- what is handed out */

/* The length that a message says itself (docs/secure-channel.md): of what is behind it. */
static void length_is_the_messages(struct conf *c, struct wmdm_message m)
{
    REQUIRE(m.data && m.length >= 8);
    CHECK_EQ(m.length, 8u + get_le16(m.data + 6));
}

/* What stands in the outputs is the wrapper's to see, in every call that fails. */
static void a_failure_hands_out_nothing(struct wmdm *w, DWORD pass, struct wmdm_message in)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_message out = {NULL, 0};

    ROW("SP-AUTH-010.null")
        CHECK_FAILS(wmdm_pass(w, pass, in, &out));
}

CONF_CASE(AUTH_OUTPUT_BV_01, .title = "Each pass hands out a block of its own, a failed one none",
          .reqs = REQS("SP-AUTH-010"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Two handshakes, blocks compared and freed; broken passes with poisoned outputs")
{
    struct wmdm *w = wmdm_new(c);
    struct wmdm_run first = wmdm_run_new(c, WMDM_APPLICATION_HIGH), second;

    wmdm_step(c, "handshake", "pass 0", wmdm_pass(w, 0, first.hello, &first.offer));
    ROW("SP-AUTH-010.length")
        length_is_the_messages(c, first.offer);
    wmdm_step(c, "handshake", "the host's answer", wmdm_run_answer(&first));
    wmdm_step(c, "handshake", "pass 1", wmdm_pass(w, 1, first.proof, &first.done));
    ROW("SP-AUTH-010.length")
        length_is_the_messages(c, first.done);
    a_failure_hands_out_nothing(w, 0, (struct wmdm_message){(BYTE *)"nonsense", 8});
    second = wmdm_run(w, WMDM_APPLICATION_HIGH, NULL);
    ROW("SP-AUTH-010.own") {
        REQUIRE(second.offer.data && second.done.data);
        CHECK(first.offer.data != second.offer.data);
        CHECK(first.done.data != second.done.data);
        /* A block that is not the allocator's ends the process here: a FAIL of this row. */
        SP_CALL("CoTaskMemFree of SACAuth's output", (wmdm_run_free(&first), 0));
        SP_CALL("CoTaskMemFree of SACAuth's output", (wmdm_run_free(&second), 0));
    }
    second = wmdm_run(w, WMDM_APPLICATION_HIGH, &(struct wmdm_spoilt){WMDM_CUT, 1, 0, 0});
    a_failure_hands_out_nothing(w, 1, second.proof);
    wmdm_run_free(&second);
}
