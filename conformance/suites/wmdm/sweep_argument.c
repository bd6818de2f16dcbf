/* Arguments at their limits, on every method that a row says something of: NULL for each pointer in
 * turn, and strings with room for less than there is. What no row speaks of is not judged. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_sweep.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define SWEEP_CASE(token, title_, level_, steps_, ...)                                             \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)

/* On the first object of each class: what the next ones offer is the same. */
static void sweep_kinds(struct wmdm *w, wmdm_visit *visit, void *context)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_kind kinds[WMDM_KINDS];

    wmdm_kinds(w, kinds);
    for (size_t i = 0; i < WMDM_KINDS; i++) {
        if (kinds[i].object)
            wmdm_sweep(w, kinds[i].object, visit, context);
    }
    wmdm_kinds_release(c, kinds);
}

struct demand {
    const char *origin, *method, *parameter; /* NULL: each */
    const char *row;
};

static const char *row_of(const struct demand *demands, size_t count,
                          const struct wmdm_method *method, const char *parameter)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(demands[i].origin, method->origin) == 0 &&
            (!demands[i].method || strcmp(demands[i].method, method->name) == 0) &&
            (!demands[i].parameter || strcmp(demands[i].parameter, parameter) == 0))
            return demands[i].row;
    }
    return NULL;
}

/* ---- NULL */
typedef const char *demanded(const struct wmdm_method *method, const char *parameter);

static const char *null_must(const struct wmdm_method *method, const char *parameter)
{
    static const struct demand demands[] = {
        {"IMDSPDevice", "GetName", NULL, "SP-DEV-004"},
        {"IMDSPDevice", "GetManufacturer", NULL, "SP-DEV-008"},
        {"IMDSPDevice2", "GetCanonicalName", NULL, "SP-DEV-043"},
        {"IMDSPStorage", "GetName", NULL, "SP-STG-002.null"},
    };

    return row_of(demands, ARRAY_SIZE(demands), method, parameter);
}

static const char *null_should(const struct wmdm_method *method, const char *parameter)
{
    static const struct demand demands[] = {
        {"IComponentAuthenticate", "SACGetProtocols", "ppdwProtocols", "SP-AUTH-004.array"},
        {"IComponentAuthenticate", "SACGetProtocols", "pdwProtocolCount", "SP-AUTH-004.count"},
        {"IMDServiceProvider", NULL, NULL, "SP-ENUM-004"},
        {"IMDServiceProvider2", "CreateDevice", NULL, "SP-PNP-017"},
        {"IMDSPEnumDevice", "Next", "ppDevice", "SP-ENUM-015"},
        {"IMDSPEnumDevice", "Clone", NULL, "SP-ENUM-020"},
        {"IMDSPDevice", "GetSerialNumber", NULL, "SP-DEV-013"},
        {"IMDSPDevice", "GetStatus", NULL, "SP-DEV-024"},
        {"IMDSPDevice", "GetType", NULL, "SP-DEV-024"},
        {"IMDSPDevice", "EnumStorage", NULL, "SP-DEV-024"},
        {"IMDSPDevice", "GetDeviceIcon", NULL, "SP-DEV-024"},
        {"IMDSPDevice", "GetFormatSupport", NULL, "SP-FMT-006"},
        {"IMDSPDevice3", "GetProperty", NULL, "SP-DEV-049"},
        {"IMDSPDevice3", "FindStorage", NULL, "SP-DEV-059"},
        {"IMDSPStorage", "CreateStorage", NULL, "SP-STG-036.plain"},
        {"IMDSPStorage2", "CreateStorage2", NULL, "SP-STG-036.two"},
        {"IMDSPStorage4", "CreateStorageWithMetadata", NULL, "SP-STG-036.metadata"},
        {"IMDSPStorage4", "GetSpecifiedMetadata", "ppwszPropNames", "SP-META-029.names"},
        {"IMDSPStorage4", "GetSpecifiedMetadata", NULL, "SP-META-029.list"},
        {"IMDSPStorageGlobals", "GetCapabilities", NULL, "SP-GLOB-008.capabilities"},
        {"IMDSPStorageGlobals", "GetSerialNumber", NULL, "SP-GLOB-008.serial"},
        {"IMDSPStorageGlobals", "GetTotalSize", NULL, "SP-GLOB-008.sizes"},
        {"IMDSPStorageGlobals", "GetTotalFree", NULL, "SP-GLOB-008.sizes"},
        {"IMDSPStorageGlobals", "GetTotalBad", NULL, "SP-GLOB-008.sizes"},
        {"IMDSPStorageGlobals", "GetStatus", NULL, "SP-GLOB-008.status"},
        {"IMDSPStorageGlobals", NULL, NULL, "SP-GLOB-008.ways"},
    };

    return row_of(demands, ARRAY_SIZE(demands), method, parameter);
}

/* Each pointer that has to be one, in turn. */
static void visit_null(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    demanded *row_for = *(demanded **)context;

    for (unsigned i = 0; i < one->method->count; i++) {
        const struct wmdm_parameter *parameter = &one->method->parameters[i];
        const char *row = row_for(one->method, parameter->name);
        uint64_t kept = one->arguments[i];
        HRESULT hr;

        if (!row || !parameter->size || parameter->is_optional)
            continue;
        one->arguments[i] = 0;
        hr = TRY_CALL(w, one);
        one->arguments[i] = kept;
        if (!wmdm_is_offered(hr))
            continue;
        ROW(row)
            CHECK_HR(hr, E_INVALIDARG);
    }
}

SWEEP_CASE(SWEEP_NULL_BI_01, "No room for a string is an argument refused", CONF_MUST,
           "Every method that fills a string of the caller's, on each kind of object: NULL",
           "SP-DEV-004", "SP-DEV-008", "SP-DEV-043", "SP-STG-002")
{
    demanded *row_for = null_must;

    sweep_kinds(wmdm_open(c), visit_null, &row_for);
}

SWEEP_CASE(SWEEP_NULL_BI_02, "NULL for what has to be there is refused", CONF_SHOULD,
           "Each pointer of each method in turn, on each kind of object", "SP-AUTH-004",
           "SP-ENUM-004", "SP-PNP-017", "SP-ENUM-015", "SP-ENUM-020", "SP-DEV-013", "SP-DEV-024",
           "SP-FMT-006", "SP-DEV-049", "SP-DEV-059", "SP-STG-036", "SP-META-029", "SP-GLOB-008",
           "SP-LIFE-009")
{
    demanded *row_for = null_should;

    /* What is not there has no rows of its own here. */
    (void)conf_offers(c, "PROVIDER.DEVICE3 && PROVIDER.STORAGE4 && PROVIDER.DEVICE.SERIAL");
    sweep_kinds(wmdm_open(c), visit_null, &row_for);
}

/* ---- room */
static const char *room_must(const struct wmdm_method *method, const char *parameter)
{
    static const struct demand demands[] = {
        {"IMDSPDevice", "GetName", NULL, "SP-DEV-003"},
        {"IMDSPDevice", "GetManufacturer", NULL, "SP-DEV-008"},
        {"IMDSPDevice2", "GetCanonicalName", NULL, "SP-DEV-043"},
        {"IMDSPStorage", "GetName", NULL, "SP-STG-002.short"},
    };

    return row_of(demands, ARRAY_SIZE(demands), method, parameter);
}

/* What is behind the room is the wrapper's to watch. */
static void visit_room(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    const char *row = one->method->count ? room_must(one->method, "") : NULL;
    WCHAR *text, whole[1000];
    DWORD rooms[5] = {0, 1}, length;

    (void)context;
    if (!row)
        return;
    text = (WCHAR *)(uintptr_t)one->arguments[0];
    one->arguments[1] = ARRAY_SIZE(whole);
    if (TRY_CALL(w, one) != S_OK)
        return; /* its own case judges that */
    memcpy(whole, text, sizeof(whole));
    whole[ARRAY_SIZE(whole) - 1] = 0;
    length = (DWORD)com_wcslen(whole);
    rooms[2] = length;
    rooms[3] = length + 1;
    rooms[4] = length + 2;
    for (unsigned i = 0; i < ARRAY_SIZE(rooms); i++) {
        bool fits = rooms[i] > length;

        one->arguments[1] = rooms[i];
        ROW(row) {
            CHECK_HR(TRY_CALL(w, one), fits ? S_OK : WMDM_E_BUFFERTOOSMALL);
            CHECK(!fits || com_wcscmp(text, whole) == 0);
        }
    }
}

SWEEP_CASE(SWEEP_ROOM_BI_01, "A string fits with its end, or not at all", CONF_MUST,
           "Every method that fills a string, on each kind of object: room 0, 1, one short, exact, "
           "one more",
           "SP-DEV-003", "SP-DEV-008", "SP-DEV-043", "SP-STG-002")
{
    (void)conf_offers(c, "PROVIDER.DEVICE.PATH"); /* whose row is one of these */
    sweep_kinds(wmdm_open(c), visit_room, NULL);
}
