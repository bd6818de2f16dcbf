/* What a method may answer at all: never that it is not there where it has to be, and no success
 * but those of the documents. The wrapper of all calls says the latter of every case; here every
 * method that only asks is called on every kind of object. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_mandatory.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_sweep.h"

static void visit_answer(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    (void)context;
    if (!wmdm_only_asks(one->method))
        return;
    ROW("SP-ERR-010")
        hr = TRY_CALL(w, one);
    if (wmdm_is_mandatory(one->method)) {
        ROW("SP-ERR-007")
            CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
}

CONF_CASE(SWEEP_ANSWER_BV_01, .title = "What is mandatory is there, and answers what is documented",
          .reqs = REQS("SP-ERR-007", "SP-ERR-010", "SP-MAC-001"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method that only asks, on each kind of object")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_answer, NULL);
    }
    wmdm_kinds_release(c, kinds);
}
