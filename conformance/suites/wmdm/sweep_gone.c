/* What is no more: a device that was pulled, a channel that is shut; with every method of an object
 * of every kind. */
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "spcore/base.h"

#define PROMPT_S 5 /* what nobody has to wait for */

/* ---- unplugged */

/* What an object answers by itself, whether its device is there or not: an enumerator from what it
 * has (SP-ENUM-009), a status that says so (SP-DEV-022, U30). */
static bool needs_device(const struct wmdm_method *method)
{
    return strncmp(method->origin, "IMDSPEnum", 9) != 0 &&
           strncmp(method->origin, "IMDServiceProvider", 18) != 0 &&
           strcmp(method->origin, "IComponentAuthenticate") != 0 &&
           strcmp(method->origin, "IMDSPRevoked") != 0 && strcmp(method->name, "GetStatus") != 0;
}

/* Each kind of object by itself. */
struct pulled {
    const char *origin, *fails, *says;
};

static const struct pulled *pulled_of(const struct wmdm_method *method)
{
    static const struct pulled kinds[] = {
        {"IMDSPStorageGlobals", "SP-LIFE-010.globals", "SP-LIFE-011.globals"},
        {"IMDSPDevice", "SP-LIFE-010.device", "SP-LIFE-011.device"},
        {"IMDSPEnumDevice", "SP-ENUM-009.safe", "SP-ENUM-009.says"},
        {"", "SP-LIFE-010.storage", "SP-LIFE-011.storage"},
    };
    const struct pulled *kind = kinds;

    while (strncmp(method->origin, kind->origin, strlen(kind->origin)) != 0)
        kind++;
    return kind;
}

static time_t now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec;
}

static void visit_pulled(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    const struct pulled *kind = pulled_of(one->method);
    const time_t before = now();
    HRESULT hr;

    (void)context;
    ROW(kind->fails) {
        hr = TRY_CALL(w, one);
        if (needs_device(one->method))
            CHECK_FAILS(hr);
        else
            CHECK_ANSWER(FAILED(hr) || hr == S_OK || hr == S_FALSE, hr, "an answer");
    }
    ROW("SP-LIFE-010.prompt")
        CHECK(now() - before < PROMPT_S);
    ROW(kind->says)
        CHECK_ANSWER(hr != E_FAIL && hr != E_UNEXPECTED, hr, "a reason");
}

CONF_CASE(SWEEP_PULLED_BI_01, .title = "Everything of a device that is gone fails, and says why",
          .reqs = REQS("SP-LIFE-009", "SP-LIFE-010", "SP-LIFE-011", "SP-ENUM-009", "SP-ERR-001",
                       "SP-ERR-002", "SP-ERR-003"),
          .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "Every method of each kind of object after the device is unplugged")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_pulled, NULL);
    }
    wmdm_kinds_release(c, kinds);
    wmdm_forget_work_folder(w);
}

/* ---- not let in */

/* Of what the provider itself offers, a fresh instance is asked: auth_closed.c. */
static const struct {
    const char *origin, *row;
} rows_shut[] = {
    {"IMDSPEnumDevice", "SP-AUTH-017.devices"},
    {"IMDSPEnumStorage", "SP-AUTH-017.storages"},
    {"IMDSPDevice", "SP-AUTH-018.one"},
    {"IMDSPDevice2", "SP-AUTH-018.two"},
    {"IMDSPDevice3", "SP-AUTH-018.three"},
    {"IMDSPStorage", "SP-AUTH-019.one"},
    {"IMDSPStorage2", "SP-AUTH-019.two"},
    {"IMDSPStorage3", "SP-AUTH-019.three"},
    {"IMDSPStorage4", "SP-AUTH-019.four"},
    {"IMDSPStorageGlobals", "SP-AUTH-020.each"},
    {"IMDSPObject", "SP-AUTH-021.one"},
    {"IMDSPObject2", "SP-AUTH-021.two"},
    {"IMDSPObjectInfo", "SP-AUTH-022.info"},
    {"IMDSPDeviceControl", "SP-AUTH-022.control"},
    {"IMDSPDirectTransfer", "SP-AUTH-022.direct"},
    {"IMDSPRevoked", "SP-AUTH-022.revoked"},
};

static const char *row_shut(const struct wmdm_method *method)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows_shut); i++) {
        if (strcmp(rows_shut[i].origin, method->origin) == 0)
            return rows_shut[i].row;
    }
    return NULL;
}

/* A provider that does not ask for the channel is to spoil nothing but what is ours. */
static void visit_shut(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    const struct wmdm_kind *kind = context;
    const char *row = row_shut(one->method);
    HRESULT hr;

    if (strcmp(one->method->origin, "IComponentAuthenticate") == 0 ||
        (!kind->is_ours && !wmdm_only_asks(one->method)))
        return;
    ROW(conf_judges(c, "SP-LIFE-009") ? "SP-LIFE-009.shut" : row)
        hr = TRY_CALL(w, one);
    if (row && conf_judges(c, row)) {
        ROW(row)
            CHECK_HR(hr, WMDM_E_NOTCERTIFIED);
    }
}

static void sweep_shut(struct conf *c,
                       void make(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS]))
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    make(w, kinds);
    wmdm_shut(w);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_shut, &kinds[i]);
    }
    wmdm_kinds_release(c, kinds);
    wmdm_setup(c, "the handshake for tidying up", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
}

CONF_CASE(SWEEP_SHUT_BI_01,
          .title = "On a shut channel every method refuses, and hands out nothing",
          .reqs = REQS("SP-AUTH-017", "SP-AUTH-018", "SP-AUTH-019", "SP-AUTH-020", "SP-LIFE-009"),
          .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Every method of each kind of object; of a root those that only ask")
{
    /* What is not there has no rows of its own here. */
    (void)conf_offers(c, "PROVIDER.DEVICE3 && PROVIDER.STORAGE4");
    sweep_shut(c, wmdm_kinds_there);
}

CONF_CASE(SWEEP_SHUT_BI_02, .title = "A device's player refuses on a shut channel, where offered",
          .reqs = REQS("SP-AUTH-022"), .ics = "PROVIDER.OBJECTINFO || PROVIDER.CONTROL",
          .player = "pap-player", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method of IMDSPObjectInfo and IMDSPDeviceControl, each if QueryInterface "
                   "has it")
{
    sweep_shut(c, wmdm_kinds);
}

CONF_CASE(SWEEP_SHUT_BI_03, .title = "On a shut channel a file and a folder refuse, too",
          .reqs = REQS("SP-AUTH-017", "SP-AUTH-019", "SP-AUTH-021", "SP-LIFE-009"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method of a file, of a folder and of its enumerator, also those that "
                   "change it")
{
    (void)conf_offers(c, "PROVIDER.STORAGE4 && PROVIDER.OBJECT2 && PROVIDER.MEDIUM.FOLDERS");
    sweep_shut(c, wmdm_kinds_made);
}

CONF_CASE(SWEEP_SHUT_BI_04, .title = "Optional interfaces refuse on a shut channel where offered",
          .reqs = REQS("SP-AUTH-022"), .ics = "PROVIDER.DIRECT || PROVIDER.REVOKED",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method of IMDSPDirectTransfer and IMDSPRevoked, each if QueryInterface "
                   "has it")
{
    sweep_shut(c, wmdm_kinds);
}
