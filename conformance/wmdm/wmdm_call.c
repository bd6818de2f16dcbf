/* One call into the provider and what any call is held to. Where a row of the catalogue demands it
 * that row fails, else the one that is judged just then, as for a provider that dies in the call.
 * What holds is said once a method, where the case judges that row; what does not, always. */
#include "conformance/wmdm/wmdm_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"

#define CANARY 32u          /* bytes on either side */
#define CANARY_BYTE 0xc7    /* two values that no method writes over memory by chance */
#define LARGEST (16u << 20) /* a size beyond is a number of a test, not memory */

/* ---- which row demands what */
enum demand { FAILURE_CLEARS, KEEPS_TO_ITS_ROOM, LEAVES_ALONE, REFUSAL_LEAVES_ALONE };

static const struct {
    enum demand what;
    const char *origin, *method, *parameter; /* NULL: every */
    const char *row;
} demands[] = {
    {FAILURE_CLEARS, "IMDServiceProvider2", "CreateDevice", "pdwCount", "SP-PNP-008.count"},
    {FAILURE_CLEARS, "IMDServiceProvider2", "CreateDevice", NULL, "SP-PNP-008.array"},
    {FAILURE_CLEARS, "IComponentAuthenticate", "SACAuth", "ppbDataOut", "SP-AUTH-010.null"},
    {FAILURE_CLEARS, "IComponentAuthenticate", "SACAuth", "pdwDataOutLen", "SP-AUTH-010.zero"},
    {FAILURE_CLEARS, "IUnknown", "QueryInterface", NULL, "SP-LIFE-005.null"},
    {KEEPS_TO_ITS_ROOM, "IMDSPDevice", NULL, "abMac", "SP-MAC-001.device"},
    {KEEPS_TO_ITS_ROOM, "IMDSPStorageGlobals", NULL, "abMac", "SP-MAC-001.medium"},
    {KEEPS_TO_ITS_ROOM, "IMDSPStorage", NULL, "abMac", "SP-MAC-001.rights"},
    {KEEPS_TO_ITS_ROOM, "IMDSPObject", "Read", "abMac", "SP-MAC-001.read"},
    {KEEPS_TO_ITS_ROOM, "IMDSPObject", "Write", "abMac", "SP-MAC-001.write"},
    {KEEPS_TO_ITS_ROOM, "IMDSPDevice", "GetName", NULL, "SP-DEV-003.behind"},
    {KEEPS_TO_ITS_ROOM, "IMDSPDevice", "GetManufacturer", NULL, "SP-DEV-008.behind"},
    {KEEPS_TO_ITS_ROOM, "IMDSPDevice2", "GetCanonicalName", NULL, "SP-DEV-043.behind"},
    {KEEPS_TO_ITS_ROOM, "IMDSPDevice3", "DeviceIoControl", "lpOutBuffer", "SP-DEV-053.overrun"},
    {KEEPS_TO_ITS_ROOM, "IMDSPStorage", "GetName", NULL, "SP-STG-002.behind"},
    {KEEPS_TO_ITS_ROOM, "IMDSPObject", "Read", "pData", "SP-OBJ-016"},
    {KEEPS_TO_ITS_ROOM, "IMDSPObject2", "ReadOnClearChannel", "pData", "SP-OBJ-016"},
    {LEAVES_ALONE, "IMDSPObject", "Write", "pData", "SP-MAC-019.taken"},
    {REFUSAL_LEAVES_ALONE, "IMDSPObject", "Write", "pData", "SP-MAC-019.refused"},
};

static bool is_or_any(const char *wanted, const char *name)
{
    return !wanted || strcmp(wanted, name) == 0;
}

static const char *row_of(enum demand what, const struct wmdm_method *method,
                          const struct wmdm_parameter *parameter)
{
    for (size_t i = 0; i < ARRAY_SIZE(demands); i++) {
        if (demands[i].what == what && is_or_any(demands[i].origin, method->origin) &&
            is_or_any(demands[i].method, method->name) &&
            is_or_any(demands[i].parameter, parameter->name))
            return demands[i].row;
    }
    return NULL;
}

/* Successes other than S_OK, of those methods alone (SP-ERR-010). */
static const struct {
    const char *method;
    HRESULT hr;
} successes[] = {
    {"Next", S_FALSE},
    {"Skip", S_FALSE},
    {"GetStorage", S_FALSE},
    {"GetParent", S_FALSE},
    {"Pause", S_FALSE},
    {"Resume", S_FALSE},
    {"GetReferences", S_FALSE},
    {"SetMetadata", WMDM_S_NOT_ALL_PROPERTIES_APPLIED},
    {"CreateStorageWithMetadata", WMDM_S_NOT_ALL_PROPERTIES_APPLIED},
    {"GetMetadata", WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED},
    {"GetSpecifiedMetadata", WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED},
};

/* ---- one call under way */
struct guard {
    uint8_t *memory; /* canary, what the method sees, canary; NULL: it sees the caller's */
    size_t length;   /* bytes between the canaries, or of what is compared */
    uint8_t *before;
};
struct call {
    struct conf *c;
    const char *file;
    int line;
    const struct wmdm_method *method;
    const uint64_t *theirs; /* the caller's arguments */
    uint64_t ours[WMDM_ARGS];
    struct guard guard[WMDM_ARGS];
    HRESULT hr;
    int poison; /* as a pointer no address of this machine; another one in each call */
    char text[200];
};

static uint8_t *seen(const struct guard *guard)
{
    return guard->memory + CANARY;
}

/* ---- what is said of it */
static void fail(struct call *call, const char *row, const char *what, const char *name,
                 const char *wanted)
{
    struct conf *c = call->c;
    char text[400];

    row = row ? row : conf_row_blamed(c);
    snprintf(text, sizeof(text), "%s answered %s %s%s%s, %s wants %s", call->text,
             value_hr_name(call->hr).text, what, *name ? " " : "", name, row, wanted);
    ROW(row)
        conf_check_said(c, false, (struct value){""}, call->file, call->line, "%s", text);
}

/* Once a method and row, where the case judges it. */
static void pass(struct call *call, const char *row)
{
    static struct {
        const struct wmdm_method *method;
        const char *row;
    } said[256];
    static size_t count;
    struct conf *c = call->c;

    if (!row || !conf_judges(c, row))
        return;
    for (size_t i = 0; i < count; i++) {
        if (said[i].method == call->method && strcmp(said[i].row, row) == 0)
            return;
    }
    if (count == ARRAY_SIZE(said))
        return;
    said[count].method = call->method;
    said[count++].row = row;
    ROW(row)
        conf_check_said(c, true, value_hr(call->hr), call->file, call->line, "%s", call->text);
}

static void hold(struct call *call, bool ok, const char *row, const char *what, const char *name,
                 const char *wanted)
{
    if (ok)
        pass(call, row);
    else
        fail(call, row, what, name, wanted);
}

/* ---- before */
static bool is_text(const struct wmdm_parameter *parameter)
{
    return parameter->kind == WMDM_ARG_TEXT;
}

/* Bytes the argument points at; SIZE_MAX: nobody knows. */
static size_t length_of(const struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const void *pointer = (const void *)(uintptr_t)call->theirs[i];
    uint64_t count = 1;

    if (is_text(parameter)) {
        const WCHAR *end = pointer;

        while (*end)
            end++;
        return (size_t)((const uint8_t *)(end + 1) - (const uint8_t *)pointer);
    }
    if (parameter->counted_by >= 0 && parameter->kind != WMDM_ARG_OUT_ARRAY) {
        count = call->theirs[parameter->counted_by];
        if (parameter->counts_at_target) {
            if (!count)
                return SIZE_MAX;
            count = *(const DWORD *)(uintptr_t)count;
        }
    }
    count = (count & UINT32_MAX) * parameter->size;
    return count > LARGEST ? SIZE_MAX : (size_t)count;
}

/* Structures that go in stay where they are: they may be longer than their type. */
static bool has_copy(const struct wmdm_parameter *parameter)
{
    return is_text(parameter) || parameter->kind >= WMDM_ARG_DATA;
}

static void guard_argument(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    struct guard *guard = &call->guard[i];
    void *theirs = (void *)(uintptr_t)call->theirs[i];

    if (!theirs || (!has_copy(parameter) && parameter->kind != WMDM_ARG_STRUCT))
        return;
    guard->length = length_of(call, i);
    if (guard->length == SIZE_MAX)
        return;
    guard->before = malloc(guard->length + 1);
    if (!guard->before)
        conf_setup_failed(call->c, "no memory");
    if (parameter->direction == WMDM_OUT)
        memset(guard->before, call->poison, guard->length);
    else if (guard->length)
        memcpy(guard->before, theirs, guard->length);
    if (!has_copy(parameter))
        return;
    guard->memory = malloc(guard->length + 2 * (size_t)CANARY);
    if (!guard->memory)
        conf_setup_failed(call->c, "no memory");
    memset(guard->memory, CANARY_BYTE, guard->length + 2 * (size_t)CANARY);
    if (guard->length && guard->before)
        memcpy(seen(guard), guard->before, guard->length);
    call->ours[i] = (uintptr_t)seen(guard);
}

/* ---- after */
static bool is_untouched(const struct guard *guard)
{
    return !guard->length || !guard->before ||
           memcmp(seen(guard), guard->before, guard->length) == 0;
}

static bool is_all(const uint8_t *bytes, size_t length, uint8_t byte)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != byte)
            return false;
    }
    return true;
}

/* What it was not asked for. */
static bool may_say_nothing(const struct call *call)
{
    return strcmp(call->method->name, "GetFormatSupport2") == 0;
}

static void check_canaries(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const struct guard *guard = &call->guard[i];
    const char *row = row_of(KEEPS_TO_ITS_ROOM, call->method, parameter);
    const char *where = "and wrote behind";

    if (!is_all(guard->memory, CANARY, CANARY_BYTE))
        where = "and wrote before";
    hold(call,
         is_all(guard->memory, CANARY, CANARY_BYTE) &&
             is_all(seen(guard) + guard->length, CANARY, CANARY_BYTE),
         row, where, parameter->name, "nothing outside of it");
}

static void check_input(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const struct guard *guard = &call->guard[i];
    const void *now =
        guard->memory ? (const void *)seen(guard) : (const void *)(uintptr_t)call->theirs[i];

    hold(call, !guard->length || memcmp(now, guard->before, guard->length) == 0,
         row_of(SUCCEEDED(call->hr) ? LEAVES_ALONE : REFUSAL_LEAVES_ALONE, call->method, parameter),
         "and changed", parameter->name, "what goes in left alone");
}

/* Which failure it was that handed out an interface. */
static const char *kept_by(HRESULT hr)
{
    static const struct {
        HRESULT hr;
        const char *row;
    } rows[] = {
        {WMDM_E_NOTCERTIFIED, "SP-LIFE-009.shut"},
        {E_INVALIDARG, "SP-LIFE-009.argument"},
        {HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED), "SP-LIFE-009.gone"},
        {HRESULT_FROM_WIN32(ERROR_NOT_READY), "SP-LIFE-009.gone"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].hr == hr)
            return rows[i].row;
    }
    return "SP-LIFE-009.others";
}

/* What a failed call leaves: no pointer, no count of what is behind one. */
static void check_failure(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const char *row = row_of(FAILURE_CLEARS, call->method, parameter);
    const struct guard *guard = &call->guard[i];
    /* Of an array that the caller counts by what was fetched, the first is enough. */
    size_t length = parameter->kind == WMDM_ARG_OUT_OBJECT && guard->length > sizeof(void *)
                        ? sizeof(void *)
                        : guard->length;
    bool is_clear = is_all(seen(guard), length, 0);

    if (!row && parameter->kind == WMDM_ARG_OUT_OBJECT)
        row = kept_by(call->hr);
    if (row)
        hold(call, is_clear, row, is_untouched(guard) ? "and left alone" : "and left a value in",
             parameter->name, parameter->kind == WMDM_ARG_DATA ? "0" : "NULL");
    if (call->hr == WMDM_E_NOTCERTIFIED)
        hold(call, is_clear || is_untouched(guard) || parameter->kind != WMDM_ARG_DATA,
             "SP-AUTH-023.outputs", "and filled", parameter->name, "nothing of the device");
}

/* How many elements the method says that its array has; one where nobody counts. */
static DWORD elements(const struct call *call, const struct wmdm_parameter *parameter)
{
    const struct guard *count =
        parameter->counted_by < 0 ? NULL : &call->guard[parameter->counted_by];
    DWORD number = 1;

    if (count && count->memory && count->length == sizeof(number))
        memcpy(&number, seen(count), sizeof(number));
    return number;
}

/* A success that says nothing where it should; whether it says the right thing is the case's. */
static void check_success(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const struct guard *guard = &call->guard[i];

    if (may_say_nothing(call))
        return;
    if (parameter->kind == WMDM_ARG_DATA) {
        if (parameter->counted_by < 0 && is_untouched(guard))
            fail(call, NULL, "and left alone", parameter->name, "a value");
    } else if (guard->length == sizeof(void *) &&
               (is_untouched(guard) || is_all(seen(guard), guard->length, 0)) &&
               (parameter->kind == WMDM_ARG_OUT_OBJECT || elements(call, parameter))) {
        fail(call, NULL, "and handed out no", parameter->name, "one");
    }
}

static bool is_documented(HRESULT hr)
{
    uint32_t code = (uint32_t)hr;

    return value_hr_name(hr).text[0] != '0' || HRESULT_FACILITY(code) == 7 ||
           (code >= 0x80040000u && code < 0x80050000u) || /* of the interface, of OLE */
           (code >= 0x80000000u && code < 0x80010000u);
}

static void check_result(struct call *call)
{
    HRESULT hr = call->hr;
    bool ok = FAILED(hr) || hr == S_OK;

    for (size_t i = 0; !ok && i < ARRAY_SIZE(successes); i++)
        ok = successes[i].hr == hr && strcmp(successes[i].method, call->method->name) == 0;
    if (ok || hr == S_FALSE)
        hold(call, ok, "SP-ERR-010.false", "", "", "S_OK or a failure of it");
    if (ok || hr != S_FALSE)
        hold(call, ok, "SP-ERR-010.warning", "", "", "S_OK or a failure of it");
    if (SUCCEEDED(hr))
        return;
    if (strcmp(call->method->origin, "IComponentAuthenticate") != 0)
        hold(call, hr != E_FAIL && hr != E_UNEXPECTED, "SP-ERR-001.general", "", "", "a reason");
    hold(call, is_documented(hr), "SP-ERR-002.codes", "", "",
         "a Win32 code, wrapped, or one of COM's");
    hold(call,
         HRESULT_FACILITY(hr) != 4 || (hr & 0xf000) != 0x5000 || hr <= WMDM_E_TOO_MANY_SESSIONS,
         "SP-ERR-003.range", "", "", "a code of the header");
}

static void note_exercise(const struct call *call)
{
    const struct wmdm_method *method = call->method;
    const uint64_t *iid = call->theirs;
    char name[64];

    conf_exercised(call->c, EXERCISED_DONE, "interface %s", method->interface);
    if (strcmp(method->origin, "IUnknown") != 0) {
        conf_exercised(call->c,
                       SUCCEEDED(call->hr)         ? EXERCISED_DONE
                       : wmdm_is_offered(call->hr) ? EXERCISED_ASKED
                                                   : EXERCISED_ABSENT,
                       "method %s::%s", method->origin, method->name);
    } else if (method->slot == 0 && call->hr == S_OK && iid[0]) {
        wmdm_iid_text((const IID *)(uintptr_t)iid[0], name, sizeof(name));
        conf_exercised(call->c, EXERCISED_DONE, "interface %s", name);
    }
}

/* Gives the caller what the method wrote. Pointers are never poison to it: it may release them. */
static void give_back(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    const struct guard *guard = &call->guard[i];
    bool is_kept = is_untouched(guard) &&
                   (call->hr != S_OK || may_say_nothing(call) || parameter->kind != WMDM_ARG_DATA);

    if (!is_kept && guard->length)
        memcpy((void *)(uintptr_t)call->theirs[i], seen(guard), guard->length);
}

static void settle_argument(struct call *call, unsigned i)
{
    const struct wmdm_parameter *parameter = &call->method->parameters[i];
    struct guard *guard = &call->guard[i];

    if (guard->memory)
        check_canaries(call, i);
    if (guard->before && parameter->direction == WMDM_IN)
        check_input(call, i);
    if (guard->memory && parameter->direction == WMDM_OUT && FAILED(call->hr))
        check_failure(call, i);
    if (guard->memory && parameter->direction == WMDM_OUT && call->hr == S_OK)
        check_success(call, i);
    if (guard->memory && parameter->direction != WMDM_IN)
        give_back(call, i);
}

/* When all are looked at: one says how many elements another has. */
static void free_guard(struct guard *guard)
{
    if (guard->memory) /* a method that keeps what it was lent reads no sense in there */
        memset(guard->memory, CANARY_BYTE, guard->length + 2 * (size_t)CANARY);
    free(guard->memory);
    free(guard->before);
}

/* Our own simulator listens on another port in each run, which is no part of what was asked. */
static void forget_port(struct conf *c, char *text)
{
    const char *uri = conf_device_uri(c), *slash = strrchr(uri, '/');
    const char *colon = strrchr(uri, ':');
    size_t length = colon && slash && colon < slash ? (size_t)(slash - uri) : 0;

    if (conf_is_foreign(c) || !length)
        return;
    for (char *at = text; (at = strstr(at, uri)); at++) {
        char *port = at + (colon - uri);

        memmove(port, at + length, strlen(at + length) + 1);
    }
}

HRESULT wmdm_call(struct conf *c, const char *file, int line, const struct wmdm_method *method,
                  void *object, const uint64_t *arguments)
{
    static unsigned calls;
    struct call call = {.c = c,
                        .file = file,
                        .line = line,
                        .method = method,
                        .theirs = arguments,
                        .poison = (int)(0x80 + calls++ % 0x60)};

    memcpy(call.ours, arguments, method->count * sizeof(*arguments));
    wmdm_call_text(method, arguments, call.text, sizeof(call.text));
    forget_port(c, call.text);
    for (unsigned i = 0; i < method->count; i++)
        guard_argument(&call, i);
    conf_in_provider(c, call.text);
    call.hr = method->invoke(object, call.ours);
    conf_in_provider(c, NULL);
    conf_note(c, "%s: %s", call.text, value_hr(call.hr).text);
    check_result(&call);
    note_exercise(&call);
    for (unsigned i = 0; i < method->count; i++)
        settle_argument(&call, i);
    for (unsigned i = 0; i < method->count; i++)
        free_guard(&call.guard[i]);
    conf_called(c, call.text, call.hr, value_hr_name(call.hr));
    return call.hr;
}
