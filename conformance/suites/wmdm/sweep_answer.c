/* What a method may answer at all: never that it is not there where it has to be, and no success
 * but those of the documents. The wrapper of all calls says the latter of every case; here every
 * method that only asks is called on every kind of object. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_mandatory.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "spcore/base.h"

/* The clause of what is mandatory of an interface; NULL: of what is not, and of what writes or
 * needs an open file, for which see below. */
static const char *mandatory_row(const struct wmdm_method *method)
{
    static const struct {
        const char *origin, *row;
    } mandatory[] = {
        {"IMDServiceProvider", "SP-ERR-007.provider"},
        {"IMDSPEnumDevice", "SP-ERR-007.devices"},
        {"IMDSPEnumStorage", "SP-ERR-007.storages"},
        {"IMDSPDevice", "SP-ERR-007.device"},
        {"IMDSPDevice2", "SP-ERR-007.device2"},
        {"IMDSPStorage", "SP-ERR-007.storage"},
        {"IMDSPStorage2", "SP-ERR-007.storage2"},
        {"IMDSPStorageGlobals", "SP-ERR-007.globals"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(mandatory) && wmdm_is_mandatory(method); i++) {
        if (strcmp(mandatory[i].origin, method->origin) == 0)
            return mandatory[i].row;
    }
    return NULL;
}

static void visit_answer(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    (void)context;
    if (!wmdm_only_asks(one->method))
        return;
    ROW("SP-ERR-010.false")
        hr = TRY_CALL(w, one);
    if (mandatory_row(one->method)) {
        ROW(mandatory_row(one->method))
            CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
}

/* A file is opened, written, closed and deleted. */
static void check_object(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file =
        wmdm_create(w, wmdm_work_folder(w), "object.bin", WMDM_FILE_ATTR_FILE, 4, NULL);
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD size = 4;
    HRESULT hr;

    ROW("SP-ERR-007.object") {
        hr = CALL(IMDSPObject, Open, object, MDSP_WRITE);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
        hr = wmdm_write(w, object, "data", &size);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
        hr = CALL(IMDSPObject, Close, object);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
        hr = CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK, NULL);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    RELEASE(object);
    RELEASE(file);
}

CONF_CASE(SWEEP_ANSWER_BV_01, .title = "What is mandatory is there, and answers what is documented",
          .reqs = REQS("SP-ERR-007", "SP-ERR-010", "SP-MAC-001"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "Every method that only asks, on each kind of object; a file opened, written, closed "
              "and deleted")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_answer, NULL);
    }
    wmdm_kinds_release(c, kinds);
    check_object(w);
}
