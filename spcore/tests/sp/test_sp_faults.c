/* Every method of the table (sp/methods.tsv) while the n-th allocation or the n-th call to the
 * device fails, for every n until none does: it says so by a code of the documents, hands out
 * nothing, loses nothing (the sanitizer's build sees that), and works when nothing fails any more.
 * What fails is put between the provider and the library by the linker; the provider knows nothing
 * of it. */
#include <errno.h>

#include "spcore/tests/failing.h"
#include "spcore/tests/methods.h"
#include "spcore/transport/transport.h"

#define ARGUMENTS 8
#define EACH 16u    /* of the first so many failures each is tried; of later ones some */
#define MOST 20000u /* no method asks for more */
#define LATE_MS 50u
#define NEXT_DOOR_MS 5u

/* ---- what fails beside memory */
static struct fault wire;

WRAP(tp_control);
int __wrap_tp_control(struct tp *tp, const struct tp_setup *setup, void *data, unsigned deadline_ms)
{
    return fails(&wire) ? -EIO : __real_tp_control(tp, setup, data, deadline_ms);
}

WRAP(tp_ask);
int __wrap_tp_ask(struct tp *tp, const struct tp_question *question, unsigned deadline_ms)
{
    return fails(&wire) ? -EIO : __real_tp_ask(tp, question, deadline_ms);
}

WRAP(tp_bulk_out);
int64_t __wrap_tp_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length,
                           bool end, unsigned deadline_ms)
{
    return fails(&wire) ? -EIO : __real_tp_bulk_out(tp, endpoint, data, length, end, deadline_ms);
}

/* What comes late after a failure is waited for, each time in vain: the player is next door. */
WRAP(tp_bulk_in);
int64_t __wrap_tp_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                          unsigned deadline_ms)
{
    if (fails(&wire))
        return -EIO;
    return __real_tp_bulk_in(tp, endpoint, data, length,
                             deadline_ms > LATE_MS ? deadline_ms : NEXT_DOOR_MS);
}

WRAP(tp_bulk_in_to);
int64_t __wrap_tp_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                             int (*sink)(void *context, const void *data, size_t length),
                             void *context, unsigned deadline_ms)
{
    return fails(&wire)
               ? -EIO
               : __real_tp_bulk_in_to(tp, endpoint, length, answered, sink, context, deadline_ms);
}

/* ---- one call: what it is given, by the ABI's table */
struct parameter {
    bool is_out;
    char type[40], name[40], counted_by[40];
};

union room {
    uint8_t bytes[1024];
    WCHAR text[512];
    const WCHAR *names[1];
    uint32_t number;
    void *pointer;
    PROPVARIANT value;
    WMDM_FORMAT_CAPABILITY capability;
};

struct call {
    const struct method *method;
    struct parameter parameters[ARGUMENTS];
    size_t count;
    union room rooms[ARGUMENTS];
    WCHAR *path;
};

static void parse(struct call *call, const struct method *abi)
{
    char text[sizeof(abi->parameters)], *rest = text, *one;

    snprintf(text, sizeof(text), "%s", abi->parameters);
    while (rest && (one = strsep(&rest, ",")) && *one) {
        struct parameter *parameter = &call->parameters[call->count++];
        char direction[8];

        cr_assert_leq(call->count, ARGUMENTS, "%s::%s", abi->interface, abi->name);
        cr_assert_geq(sscanf(one, " %7s %39s %39[^{ ]{%39[^}]", direction, parameter->type,
                             parameter->name, parameter->counted_by),
                      3, "%s", one);
        parameter->is_out = direction[0] == 'o';
    }
}

static struct call call_of(const struct graph *g, const struct method *listed)
{
    struct call call = {.method = listed};
    char uri[128];
    size_t i = 0;

    while (strcmp(g->tables->abi[i].name, listed->name) != 0 ||
           strcmp(g->tables->abi[i].interface, listed->interface) != 0)
        i++;
    parse(&call, &g->tables->abi[i]);
    snprintf(uri, sizeof(uri), "usbip:%s/1-1", g->provided.serving.address);
    call.path = com_utf16_from_utf8(uri);
    return call;
}

static uint64_t number_of(const struct call *call, const char *name)
{
    static const struct {
        const char *interface, *parameter; /* NULL: any */
        uint64_t value;
    } sensible[] = {
        {NULL, "celt", 1},
        {NULL, "nMaxChars", 64},
        {NULL, "dwAttributes", WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO},
        {NULL, "format", WMDM_FORMATCODE_MP3},
        {NULL, "dwFlags", 7},
        {NULL, "cProperties", 1},
        {NULL, "findScope", WMDM_FIND_SCOPE_GLOBAL},
        {"IMDSPDeviceControl", "fuMode", MDSP_SEEK_BOF},
        {"IMDSPStorageGlobals", "fuMode", WMDM_MODE_BLOCK},
        {"IMDSPObject", "fuFlags", MDSP_SEEK_BOF},
    };

    if (strcmp(name, "fuMode") == 0 && strcmp(call->method->interface, "IMDSPObject") == 0)
        return strcmp(call->method->name, "Open") == 0
                   ? MDSP_READ
                   : WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE | WMDM_STORAGECONTROL_INSERTINTO;
    for (size_t i = 0; i < sizeof(sensible) / sizeof(*sensible); i++) {
        if (strcmp(sensible[i].parameter, name) == 0 &&
            (!sensible[i].interface || strcmp(sensible[i].interface, call->method->interface) == 0))
            return sensible[i].value;
    }
    return 0;
}

/* Another one each time: what was made stays. */
static void new_name(WCHAR *ret_name)
{
    static unsigned number;

    memcpy(ret_name, u"made 0000.mp3", sizeof(u"made 0000.mp3"));
    for (unsigned i = 0, rest = number; i < 4; i++, rest /= 10)
        ret_name[8 - i] = (WCHAR)('0' + rest % 10);
    number++;
}

static uint64_t argument(struct call *call, size_t i)
{
    const struct parameter *parameter = &call->parameters[i];
    union room *room = &call->rooms[i];

    memset(room, 0, sizeof(*room));
    if (!strchr(parameter->type, '*'))
        return number_of(call, parameter->name);
    if (strcmp(parameter->name, "pwszDevicePath") == 0)
        return (uintptr_t)call->path;
    if (strcmp(parameter->name, "ppwszPropNames") == 0)
        room->names[0] = g_wszWMDMFileName;
    if (strcmp(parameter->type, "WCHAR*") == 0 && !parameter->is_out)
        new_name(room->text);
    if (parameter->type[0] == 'I' && !parameter->is_out)
        return 0; /* an object of the host's, which every method does without or refuses */
    return (uintptr_t)room;
}

static HRESULT invoke(struct call *call, void *interface)
{
    uint64_t a[ARGUMENTS] = {0};
    void *symbol = slot(interface, call->method->slot);
    any_method method;

    for (size_t i = 0; i < call->count; i++)
        a[i] = argument(call, i);
    memcpy(&method, &symbol, sizeof(method));
    return method(interface, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

/* ---- what it has left */
static bool is_pointer(const struct parameter *parameter)
{
    const char *star = strchr(parameter->type, '*');

    return parameter->is_out && star && star[1] == '*';
}

static void check_failure(const struct call *call, HRESULT hr, const char *what, unsigned n)
{
    for (size_t i = 0; i < call->count; i++) {
        if (is_pointer(&call->parameters[i]))
            cr_expect_null(call->rooms[i].pointer, "%s::%s leaves %s with %08x, %s %u",
                           call->method->interface, call->method->name, call->parameters[i].name,
                           (unsigned)hr, what, n);
    }
}

static uint32_t elements(const struct call *call, const struct parameter *parameter)
{
    for (size_t i = 0; i < call->count; i++) {
        if (strcmp(call->parameters[i].name, parameter->counted_by) == 0)
            return strchr(call->parameters[i].type, '*')
                       ? call->rooms[i].number
                       : (uint32_t)number_of(call, parameter->name);
    }
    return 1;
}

static void release_array(const struct call *call, const struct parameter *parameter, void **array)
{
    const bool is_double = strstr(parameter->type, "***") != NULL;
    const WMFILECAPABILITIES *types = (const void *)array;

    for (uint32_t k = 0; array && k < elements(call, parameter); k++) {
        if (is_double && parameter->type[0] == 'I')
            IUnknown_Release((IUnknown *)array[k]);
        else if (is_double)
            CoTaskMemFree(array[k]);
        else if (strcmp(parameter->type, "WMFILECAPABILITIES**") == 0)
            CoTaskMemFree(types[k].pwszMimeType);
    }
    CoTaskMemFree(array);
}

static void release_capability(const WMDM_FORMAT_CAPABILITY *capability)
{
    for (uint32_t i = 0; i < capability->nPropConfig; i++) {
        WMDM_PROP_CONFIG *config = &capability->pConfigs[i];

        for (uint32_t k = 0; k < config->nPropDesc; k++) {
            WMDM_PROP_DESC *description = &config->pPropDesc[k];
            WMDM_PROP_VALUES_ENUM *list = &description->ValidValues.EnumeratedValidValues;

            if (description->ValidValuesForm == WMDM_ENUM_PROP_VALID_VALUES_ENUM)
                CoTaskMemFree(list->pValues); /* numbers, which need no clearing */
            CoTaskMemFree(description->pwszPropName);
        }
        CoTaskMemFree(config->pPropDesc);
    }
    CoTaskMemFree(capability->pConfigs);
}

static void release(struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        const struct parameter *parameter = &call->parameters[i];
        void *pointer = call->rooms[i].pointer;

        if (is_pointer(parameter) && parameter->type[0] == 'I' && !strstr(parameter->type, "***")) {
            if (pointer)
                IUnknown_Release((IUnknown *)pointer);
        } else if (is_pointer(parameter)) {
            release_array(call, parameter, pointer);
        } else if (parameter->is_out && strcmp(parameter->type, "PROPVARIANT*") == 0) {
            PropVariantClear(&call->rooms[i].value);
        } else if (parameter->is_out && strcmp(parameter->type, "WMDM_FORMAT_CAPABILITY*") == 0) {
            release_capability(&call->rooms[i].capability);
        }
    }
}

/* ---- on what it is called: a file that is made for it, or an object of the graph */
static bool wants_file(const struct method *m)
{
    static const char *const of_root[] = {"EnumStorage",    "CreateStorage",
                                          "CreateStorage2", "CreateStorageWithMetadata",
                                          "GetStorage",     "GetStorageGlobals"};

    if (strncmp(m->interface, "IMDSPStorage", 12) == 0 &&
        strcmp(m->interface, "IMDSPStorageGlobals") != 0) {
        for (size_t i = 0; i < sizeof(of_root) / sizeof(*of_root); i++) {
            if (strcmp(m->name, of_root[i]) == 0)
                return false;
        }
        return true;
    }
    return strncmp(m->interface, "IMDSPObject", 11) == 0;
}

/* The mode a method wants its file open in; 0: closed. */
static DWORD mode_for(const struct method *m)
{
    if (strncmp(m->name, "Read", 4) == 0 || strcmp(m->name, "Seek") == 0)
        return MDSP_READ;
    if (strncmp(m->name, "Write", 5) == 0 || strcmp(m->name, "Close") == 0)
        return MDSP_WRITE;
    return 0;
}

static IMDSPStorage *file_new(const struct graph *g, DWORD mode)
{
    static unsigned number;
    IMDSPStorage2 *root = NULL;
    IMDSPStorage *file = NULL;
    IMDSPObject *object = NULL;
    char name[32];
    WCHAR *wide;

    snprintf(name, sizeof(name), "fault %u.mp3", number++);
    wide = com_utf16_from_utf8(name);
    cr_assert_eq(IUnknown_QueryInterface(g->object[STORAGE], &IID_IMDSPStorage2, (void **)&root),
                 S_OK);
    cr_assert_eq(IMDSPStorage2_CreateStorage2(root,
                                              WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO,
                                              0, NULL, NULL, wide, 8, &file),
                 S_OK, "%s", name);
    if (mode) {
        (void)IMDSPStorage_QueryInterface(file, &IID_IMDSPObject, (void **)&object);
        cr_assert_eq(IMDSPObject_Open(object, mode), S_OK);
        IMDSPObject_Release(object);
    }
    IMDSPStorage2_Release(root);
    CoTaskMemFree(wide);
    return file;
}

/* Also what the method has made of it; whether it is there still is nobody's matter. */
static void file_end(IMDSPStorage *file)
{
    IMDSPObject *object = NULL;

    if (!file)
        return;
    (void)IMDSPStorage_QueryInterface(file, &IID_IMDSPObject, (void **)&object);
    (void)IMDSPObject_Close(object);
    (void)IMDSPObject_Delete(object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL);
    IMDSPObject_Release(object);
    IMDSPStorage_Release(file);
}

/* ---- the sweep */
struct sweep {
    struct graph *g;
    struct fault *fault;
    const char *what;
    bool (*is_said)(HRESULT hr); /* a failure by which a method may say it */
    unsigned failures;           /* how many there were, all in all */
};

/* One call while the n-th fails (0: none); whether it came to that. */
static bool once(const struct sweep *sweep, const struct method *m, unsigned n, HRESULT *ret_hr)
{
    struct call call = call_of(sweep->g, m);
    IMDSPStorage *file = wants_file(m) ? file_new(sweep->g, mode_for(m)) : NULL;
    IUnknown *interface = NULL;
    bool came;

    if (file)
        (void)IMDSPStorage_QueryInterface(file, &interface_of(sweep->g->tables, m->interface)->iid,
                                          (void **)&interface);
    else
        interface = find(sweep->g, m->interface);
    cr_assert_not_null(interface, "nobody answers %s", m->interface);
    atomic_store(&sweep->fault->calls, 0);
    atomic_store(&sweep->fault->at, n ? n : UINT32_MAX);
    *ret_hr = invoke(&call, interface);
    atomic_store(&sweep->fault->at, 0);
    came = n && atomic_load(&sweep->fault->calls) >= n;
    if (FAILED(*ret_hr))
        check_failure(&call, *ret_hr, sweep->what, n);
    else
        release(&call);
    IUnknown_Release(interface);
    file_end(file);
    CoTaskMemFree(call.path);
    return came;
}

/* The device answers as if nothing had been. */
static void check_works(const struct sweep *sweep, const struct method *m, unsigned n)
{
    IMDSPDevice *device = sweep->g->provided.device;
    DWORD status = 0;
    HRESULT hr = IMDSPDevice_GetStatus(device, &status);

    cr_assert(hr == S_OK && status & WMDM_STATUS_READY, "after %s::%s, %s %u: %08x, status %x",
              m->interface, m->name, sweep->what, n, (unsigned)hr, status);
}

static void sweep_method(struct sweep *sweep, const struct method *m)
{
    HRESULT plain, hr;

    (void)once(sweep, m, 0, &plain);
    for (unsigned n = 1; n < MOST && once(sweep, m, n, &hr); n += n < EACH ? 1 : n / 4) {
        cr_expect(SUCCEEDED(hr) || hr == plain || sweep->is_said(hr), "%s::%s, %s %u: %08x",
                  m->interface, m->name, sweep->what, n, (unsigned)hr);
        check_works(sweep, m, n);
        sweep->failures++;
    }
}

/* SACAuth works on messages (test_sp_provider.c); Initialize takes the others' files. */
static bool is_swept(const struct method *m)
{
    return strcmp(m->state, "absent") != 0 && strcmp(m->name, "SACAuth") != 0 &&
           strcmp(m->name, "Initialize") != 0;
}

static void sweep_initialize(struct sweep *sweep)
{
    const struct tables *tables = sweep->g->tables;
    size_t i = 0;

    while (strcmp(tables->listed[i].name, "Initialize") != 0)
        i++;
    sweep_method(sweep, &tables->listed[i]);
}

static void sweep_all(struct sweep *sweep)
{
    sweep->g = graph_new();
    for (size_t i = 0; i < sweep->g->tables->listed_count; i++) {
        if (is_swept(&sweep->g->tables->listed[i]))
            sweep_method(sweep, &sweep->g->tables->listed[i]);
    }
    sweep_initialize(sweep);
    cr_expect_gt(sweep->failures, 2 * sweep->g->tables->listed_count);
    graph_free(sweep->g);
}

static bool says_memory(HRESULT hr)
{
    return hr == E_OUTOFMEMORY;
}

static bool says_wire(HRESULT hr)
{
    return hr == HRESULT_FROM_WIN32(ERROR_IO_DEVICE) ||
           hr == HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
}

Test(faults, without_memory_a_method_says_so_and_hands_out_nothing, .timeout = 120)
{
    sweep_all(&(struct sweep){.fault = &memory, .what = "allocation", .is_said = says_memory});
}

Test(faults, when_the_device_does_not_answer_a_method_says_so_and_hands_out_nothing, .timeout = 120)
{
    sweep_all(&(struct sweep){.fault = &wire, .what = "call to the device", .is_said = says_wire});
}
