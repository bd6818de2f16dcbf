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

/* How what is optional says that it is not there: GetStorage alone has a code of its own, by which
 * its caller knows to look itself. */
static void check_absent(struct conf *c, const struct wmdm_method *method, HRESULT hr)
{
    const bool of_device = strcmp(method->origin, "IMDSPDevice2") == 0;

    if (strcmp(method->name, "GetStorage") == 0) {
        ROW(of_device ? "SP-DEV-040.device" : "SP-DEV-040.storage")
            CHECK_ANSWER(wmdm_is_offered(hr) || hr == E_NOTIMPL, hr,
                         "E_NOTIMPL of what is not there");
    } else {
        ROW("SP-ERR-009.code")
            CHECK_ANSWER(hr != E_NOTIMPL, hr, "WMDM_E_NOTSUPPORTED of what is not there");
    }
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
    check_absent(c, one->method, hr);
}

/* The interfaces that have a method that is mandatory, each of the first object of its kind. */
static void check_interfaces(struct wmdm *w)
{
    static const struct {
        size_t kind;
        const IID *iid;
        const char *row;
    } mandatory[] = {
        {0, &IID_IMDServiceProvider, "SP-ERR-008.provider"},
        {1, &IID_IMDSPEnumDevice, "SP-ERR-008.devices"},
        {2, &IID_IMDSPDevice, "SP-ERR-008.device"},
        {2, &IID_IMDSPDevice2, "SP-ERR-008.device2"},
        {2, &IID_IMDSPDevice2, "SP-DEV-035.second"},
        {3, &IID_IMDSPEnumStorage, "SP-ERR-008.storages"},
        {4, &IID_IMDSPStorage, "SP-ERR-008.storage"},
        {4, &IID_IMDSPStorage2, "SP-ERR-008.storage2"},
        {4, &IID_IMDSPObject, "SP-ERR-008.object"},
        {5, &IID_IMDSPStorageGlobals, "SP-ERR-008.globals"},
    };
    struct conf *c = wmdm_conf(w);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds_there(w, kinds);
    for (size_t i = 0; i < ARRAY_SIZE(mandatory); i++) {
        ROW(mandatory[i].row)
            CHECK(wmdm_has(w, kinds[mandatory[i].kind].object, mandatory[i].iid));
    }
    wmdm_kinds_release(c, kinds);
}

/* A file is opened, written, closed and deleted. */
/* What was lent for a call and is overwritten since is not what a file is called or holds. */
static void check_lent(struct wmdm *w, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);
    char *name = wmdm_name(w, file);
    size_t length = 0;
    BYTE *data;

    ROW("SP-LIFE-018.name")
        CHECK(conf_same_text(c, name, "object.bin"));
    free(name);
    if (!conf_offers(c, "PROVIDER.OBJECT.READ"))
        return;
    ROW("SP-LIFE-018.data") {
        data = wmdm_get(w, file, &length);
        CHECK(length == 4 && memcmp(data, "data", 4) == 0);
    }
    free(data);
}

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
        check_lent(w, file);
        hr = CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK, NULL);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    RELEASE(object);
    RELEASE(file);
}

CONF_CASE(
    SWEEP_ANSWER_BV_01, .title = "What is mandatory is there, and answers what is documented",
    .reqs = REQS("SP-ERR-007", "SP-ERR-008", "SP-ERR-009", "SP-ERR-010", "SP-DEV-035", "SP-DEV-040",
                 "SP-LIFE-018", "SP-MAC-001"),
    .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
    .steps = "Every method that only asks, on each kind of object; a file opened, written, closed, "
             "read and deleted")
{
    struct wmdm *w = wmdm_open(c);
    struct wmdm_kind kinds[WMDM_KINDS];

    check_interfaces(w);
    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit_answer, NULL);
    }
    wmdm_kinds_release(c, kinds);
    check_object(w);
}
