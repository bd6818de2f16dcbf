/* What is no more: a device that was pulled, a channel that is shut; with every method of an object
 * of every kind. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_sweep.h"

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

static void visit_pulled(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    (void)context;
    ROW("SP-LIFE-010") {
        hr = TRY_CALL(w, one);
        if (needs_device(one->method))
            CHECK_FAILS(hr);
    }
    ROW("SP-LIFE-011")
        CHECK_ANSWER(hr != E_FAIL && hr != E_UNEXPECTED, hr, "a reason");
}

CONF_CASE(SWEEP_PULLED_BI_01, .title = "Everything of a device that is gone fails, and says why",
          .reqs = REQS("SP-LIFE-010", "SP-LIFE-011"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
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
static void visit_shut(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);

    (void)context;
    if (!wmdm_only_asks(one->method) || strcmp(one->method->origin, "IComponentAuthenticate") == 0)
        return;
    ROW("SP-LIFE-009")
        (void)TRY_CALL(w, one);
}

CONF_CASE(SWEEP_SHUT_BI_01, .title = "Who is refused is handed no interface",
          .reqs = REQS("SP-LIFE-009"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method that only asks, of each kind of object, on a shut channel")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    wmdm_shut(w);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_shut, NULL);
    }
    wmdm_kinds_release(c, kinds);
    wmdm_setup(c, "the handshake for tidying up", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
}
