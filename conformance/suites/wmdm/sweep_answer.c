/* What a method may answer at all: never that it is not there where it has to be, and no success
 * but those of the documents. The wrapper of all calls says the latter of every case; here every
 * method that only asks is called on every kind of object. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "spcore/base.h"

/* Mandatory and Optional Interfaces; what writes or needs an open file has its own cases. */
static bool is_mandatory(const struct wmdm_method *method)
{
    static const char *const mandatory[][2] = {
        {"IMDServiceProvider", "GetDeviceCount"},
        {"IMDServiceProvider", "EnumDevices"},
        {"IMDSPEnumDevice", "Next"},
        {"IMDSPEnumDevice", "Skip"},
        {"IMDSPEnumDevice", "Reset"},
        {"IMDSPEnumDevice", "Clone"},
        {"IMDSPEnumStorage", "Next"},
        {"IMDSPEnumStorage", "Skip"},
        {"IMDSPEnumStorage", "Reset"},
        {"IMDSPEnumStorage", "Clone"},
        {"IMDSPDevice", "GetName"},
        {"IMDSPDevice", "GetManufacturer"},
        {"IMDSPDevice", "GetStatus"},
        {"IMDSPDevice", "GetType"},
        {"IMDSPDevice", "GetDeviceIcon"},
        {"IMDSPDevice", "GetFormatSupport"},
        {"IMDSPDevice", "EnumStorage"},
        {"IMDSPDevice2", "GetFormatSupport2"},
        {"IMDSPStorage", "EnumStorage"},
        {"IMDSPStorage", "GetAttributes"},
        {"IMDSPStorage", "GetDate"},
        {"IMDSPStorage", "GetName"},
        {"IMDSPStorage", "GetSize"},
        {"IMDSPStorage", "GetStorageGlobals"},
        {"IMDSPStorage2", "GetAttributes2"},
        {"IMDSPStorageGlobals", "GetTotalSize"},
        {"IMDSPStorageGlobals", "GetTotalFree"},
        {"IMDSPStorageGlobals", "GetTotalBad"},
        {"IMDSPStorageGlobals", "GetDevice"},
        {"IMDSPStorageGlobals", "GetRootStorage"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(mandatory); i++) {
        if (strcmp(mandatory[i][0], method->origin) == 0 &&
            strcmp(mandatory[i][1], method->name) == 0)
            return true;
    }
    return false;
}

static void visit_answer(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    (void)context;
    if (!wmdm_only_asks(one->method))
        return;
    ROW("SP-ERR-010")
        hr = TRY_CALL(w, one);
    if (is_mandatory(one->method)) {
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
