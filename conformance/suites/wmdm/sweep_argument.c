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
        {"IMDSPDevice", "GetName", NULL, "SP-DEV-004.code"},
        {"IMDSPDevice", "GetManufacturer", NULL, "SP-DEV-008.null"},
        {"IMDSPDevice2", "GetCanonicalName", NULL, "SP-DEV-043.null"},
        {"IMDSPStorage", "GetName", NULL, "SP-STG-002.null"},
    };

    return row_of(demands, ARRAY_SIZE(demands), method, parameter);
}

static const char *null_should(const struct wmdm_method *method, const char *parameter)
{
    static const struct demand demands[] = {
        {"IComponentAuthenticate", "SACGetProtocols", "ppdwProtocols", "SP-AUTH-004.array"},
        {"IComponentAuthenticate", "SACGetProtocols", "pdwProtocolCount", "SP-AUTH-004.count"},
        {"IMDServiceProvider", "GetDeviceCount", NULL, "SP-ENUM-004.count"},
        {"IMDServiceProvider", "EnumDevices", NULL, "SP-ENUM-004.devices"},
        {"IMDServiceProvider2", "CreateDevice", "pwszDevicePath", "SP-PNP-017.path"},
        {"IMDServiceProvider2", "CreateDevice", "pdwCount", "SP-PNP-017.count"},
        {"IMDServiceProvider2", "CreateDevice", NULL, "SP-PNP-017.array"},
        {"IMDSPEnumDevice", "Next", "ppDevice", "SP-ENUM-015.devices"},
        {"IMDSPEnumStorage", "Next", "ppStorage", "SP-ENUM-015.storages"},
        {"IMDSPEnumDevice", "Clone", NULL, "SP-ENUM-020.fresh"},
        {"IMDSPDevice", "GetSerialNumber", "pSerialNumber", "SP-DEV-013.id"},
        {"IMDSPDevice", "GetSerialNumber", NULL, "SP-DEV-013.mac"},
        {"IMDSPDevice", "GetStatus", NULL, "SP-DEV-024.status"},
        {"IMDSPDevice", "GetType", NULL, "SP-DEV-024.type"},
        {"IMDSPDevice", "EnumStorage", NULL, "SP-DEV-024.storages"},
        {"IMDSPDevice", "GetDeviceIcon", NULL, "SP-DEV-024.icon"},
        {"IMDSPDevice", "GetFormatSupport", "pFormatEx", "SP-FMT-006.formats"},
        {"IMDSPDevice", "GetFormatSupport", "pnFormatCount", "SP-FMT-006.count"},
        {"IMDSPDevice", "GetFormatSupport", "pppwszMimeType", "SP-FMT-006.types"},
        {"IMDSPDevice", "GetFormatSupport", NULL, "SP-FMT-006.last"},
        {"IMDSPDevice3", "GetProperty", "pwszPropName", "SP-DEV-049.name"},
        {"IMDSPDevice3", "GetProperty", NULL, "SP-DEV-049.value"},
        {"IMDSPDevice3", "FindStorage", "pwszUniqueID", "SP-DEV-059.id"},
        {"IMDSPDevice3", "FindStorage", NULL, "SP-DEV-059.output"},
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

/* The device answers as before. */
static void check_unhurt(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice *device = wmdm_device(w);
    BYTE mac[WMDM_MAC_LENGTH];
    DWORD number = 0;
    WMDMID id;

    ROW("SP-DEV-024.after") {
        CHECK_HR(CALL(IMDSPDevice, GetStatus, device, &number), S_OK);
        CHECK_HR(CALL(IMDSPDevice, GetType, device, &number), S_OK);
    }
    if (conf_offers(c, "PROVIDER.DEVICE.SERIAL")) {
        ROW("SP-DEV-013.after")
            CHECK_HR(CALL(IMDSPDevice, GetSerialNumber, device, &id, mac), S_OK);
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
    struct wmdm *w = wmdm_open(c);

    /* What is not there has no rows of its own here. */
    (void)conf_offers(c, "PROVIDER.DEVICE3 && PROVIDER.STORAGE4 && PROVIDER.DEVICE.SERIAL");
    sweep_kinds(w, visit_null, &row_for);
    check_unhurt(w);
}

/* ---- room */
struct room_rows {
    const char *origin, *method;
    const char *none, *room, *exact; /* no room, too little, enough */
};

static const struct room_rows *rooms_of(const struct wmdm_method *method)
{
    static const struct room_rows rows[] = {
        {"IMDSPDevice", "GetName", "SP-DEV-003.none", "SP-DEV-003.short", "SP-DEV-002.exact"},
        {"IMDSPDevice", "GetManufacturer", "SP-DEV-008.none", "SP-DEV-008.short",
         "SP-DEV-007.exact"},
        {"IMDSPDevice2", "GetCanonicalName", "SP-DEV-043.none", "SP-DEV-043.short",
         "SP-DEV-043.exact"},
        {"IMDSPStorage", "GetName", "SP-STG-002.short", "SP-STG-002.short", "SP-STG-002.short"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].origin, method->origin) == 0 &&
            strcmp(rows[i].method, method->name) == 0)
            return &rows[i];
    }
    return NULL;
}

/* What is behind the room is the wrapper's to watch. */
static void visit_room(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    const struct room_rows *rows = rooms_of(one->method);
    WCHAR *text, whole[1000];
    DWORD rooms[5] = {0, 1}, length;
    HRESULT hr;

    (void)context;
    if (!rows)
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
        ROW(!rooms[i] ? rows->none : fits ? rows->exact : rows->room) {
            hr = TRY_CALL(w, one);
            CHECK_HR(hr, fits ? S_OK : WMDM_E_BUFFERTOOSMALL);
            CHECK(!fits || com_wcscmp(text, whole) == 0);
        }
        ROW(fits ? "SP-ERR-004.enough" : "SP-ERR-004.short")
            CHECK_HR(hr, fits ? S_OK : WMDM_E_BUFFERTOOSMALL);
    }
}

SWEEP_CASE(SWEEP_ROOM_BI_01, "A string fits with its end, or not at all", CONF_MUST,
           "Every method that fills a string, on each kind of object: room 0, 1, one short, exact, "
           "one more",
           "SP-DEV-002", "SP-DEV-003", "SP-DEV-007", "SP-DEV-008", "SP-DEV-043", "SP-STG-002",
           "SP-ERR-004")
{
    (void)conf_offers(c, "PROVIDER.DEVICE.PATH"); /* whose row is one of these */
    sweep_kinds(wmdm_open(c), visit_room, NULL);
}
