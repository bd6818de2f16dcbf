/* What every call of a method is held to, with methods that do wrong what none may. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>

#include "conformance/case/worker.h"
#include "conformance/wmdm/wmdm.h"

static const char *const rows[] = {"TST-ONE-001", NULL};
static const struct conf_case tested = {
    .id = "TST_ONE_BV_01", .reqs = rows, .needs = CONF_PROVIDER};
static struct conf_marker marker;

static struct conf running(void)
{
    return (struct conf){.conf_case = &tested,
                         .context.marker = &marker,
                         .trace.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                         .rows = json_object(),
                         .checks = json_array(),
                         .notes = json_array()};
}

static void done(struct conf *c)
{
    cr_expect_eq(trace_close(&c->trace), 0);
    json_decref(c->rows);
    json_decref(c->checks);
    json_decref(c->notes);
}
#define RUNNING                                                                                    \
    __attribute__((cleanup(done))) struct conf running_case = running();                           \
    struct conf *c = &running_case

static int fails(const struct conf *c, const char *row)
{
    return (int)json_integer_value(json_object_get(json_object_get(c->rows, row), "fail"));
}

static const char *text(const struct conf *c, size_t check)
{
    return json_string_value(json_object_get(json_array_get(c->checks, check), "text"));
}

static const char *seen(const struct conf *c, size_t check)
{
    return json_string_value(json_object_get(json_array_get(c->checks, check), "seen"));
}

/* ---- a device without any state */
static HRESULT too_long(IMDSPDevice3 *This, WCHAR *name, DWORD room)
{
    (void)This;
    memset(name, 0, (room + 1) * sizeof(*name));
    return S_OK;
}

static HRESULT refuses(IMDSPDevice3 *This, DWORD *version)
{
    (void)This, (void)version;
    return WMDM_E_BUSY;
}

static HRESULT says_nothing(IMDSPDevice3 *This, DWORD *type)
{
    (void)This, (void)type;
    return S_OK;
}

static HRESULT says_five(IMDSPDevice3 *This, DWORD *status)
{
    (void)This;
    *status = 5;
    return S_OK;
}

static HRESULT almost(IMDSPDevice3 *This, DWORD *source, DWORD *percent)
{
    (void)This;
    *source = *percent = 0;
    return S_FALSE;
}

static HRESULT leaks(IMDSPDevice3 *This, DWORD *icon)
{
    (void)This;
    *icon = 5;
    return WMDM_E_NOTCERTIFIED;
}

static HRESULT keeps_pointer(IMDSPDevice3 *This, WMDM_FIND_SCOPE scope, const WCHAR *id,
                             IMDSPStorage **storage)
{
    (void)This, (void)scope, (void)id, (void)storage;
    return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static HRESULT changes_name(IMDSPDevice3 *This, const WCHAR *name, IMDSPStorage **storage)
{
    (void)This;
    *(WCHAR *)(uintptr_t)name = 'X';
    *storage = NULL;
    return S_FALSE;
}

static HRESULT hands_out_nothing(IMDSPDevice3 *This, IMDSPEnumStorage **storages)
{
    (void)This;
    *storages = NULL;
    return S_OK;
}

/* Two formats at no place, and no kind of file. */
static HRESULT counts_alone(IMDSPDevice3 *This, WAVEFORMATEX **formats, DWORD *format_count,
                            WCHAR ***mimes, DWORD *mime_count)
{
    (void)This;
    *formats = NULL;
    *format_count = 2;
    *mimes = NULL;
    *mime_count = 0;
    return S_OK;
}

static const IMDSPDevice3Vtbl vtbl = {.EnumStorage = hands_out_nothing,
                                      .GetFormatSupport = counts_alone,
                                      .GetName = too_long,
                                      .GetVersion = refuses,
                                      .GetType = says_nothing,
                                      .GetStatus = says_five,
                                      .GetPowerSource = almost,
                                      .GetDeviceIcon = leaks,
                                      .FindStorage = keeps_pointer,
                                      .GetStorage = changes_name};
static IMDSPDevice3 device = {&vtbl};

Test(wmdm_call, what_is_written_behind_a_buffer_is_seen)
{
    RUNNING;
    WCHAR name[5];

    CALL(IMDSPDevice3, GetName, &device, name, 4);
    cr_assert_eq(fails(c, "SP-DEV-003.behind"), 1);
    cr_assert_str_eq(text(c, 0), "IMDSPDevice3::GetName(…, 4) answered S_OK and wrote behind "
                                 "pwszName, SP-DEV-003.behind wants nothing outside of it");
}

Test(wmdm_call, an_interface_is_cleared_by_a_failure)
{
    RUNNING;
    IMDSPStorage *storage = NULL;

    CALL(IMDSPDevice3, FindStorage, &device, WMDM_FIND_SCOPE_GLOBAL, u"mtp.0042", &storage);
    cr_assert_null(storage, "what was not touched is as the caller had it");
    cr_assert_eq(fails(c, "SP-LIFE-009.others"), 1);
    cr_assert_str_eq(text(c, 0),
                     "IMDSPDevice3::FindStorage(GLOBAL, \"mtp.0042\") answered ERROR_NOT_FOUND and "
                     "left alone ppStorage, SP-LIFE-009.others wants NULL");
}

Test(wmdm_call, a_success_says_something)
{
    RUNNING;
    DWORD type = 0;

    ROW("TST-ONE-001")
        CALL(IMDSPDevice3, GetType, &device, &type);
    cr_assert_eq(fails(c, "TST-ONE-001"), 1);
    cr_assert_neq(type, 0, "nor is the caller's own value taken for the method's");
}

Test(wmdm_call, a_success_hands_out_what_it_is_called_for)
{
    RUNNING;
    IMDSPEnumStorage *storages;
    WAVEFORMATEX *formats;
    DWORD format_count, mime_count;
    WCHAR **mimes;

    ROW("TST-ONE-001") {
        CALL(IMDSPDevice3, EnumStorage, &device, &storages);
        cr_assert_eq(fails(c, "TST-ONE-001"), 1);
        CALL(IMDSPDevice3, GetFormatSupport, &device, &formats, &format_count, &mimes, &mime_count);
    }
    cr_assert_eq(fails(c, "TST-ONE-001"), 2, "no array is none of no elements");
}

Test(wmdm_call, a_failure_leaves_the_callers_value)
{
    RUNNING;
    DWORD version = 7;

    CALL(IMDSPDevice3, GetVersion, &device, &version);
    cr_assert_eq(version, 7);
    cr_assert_eq(json_array_size(c->checks), 0);
}

Test(wmdm_call, a_success_other_than_s_ok_is_documented)
{
    RUNNING;
    DWORD source, percent;

    CALL(IMDSPDevice3, GetPowerSource, &device, &source, &percent);
    cr_assert_eq(fails(c, "SP-ERR-010.false") + fails(c, "SP-ERR-010.warning"), 1);
}

Test(wmdm_call, who_is_not_let_in_is_told_nothing)
{
    RUNNING;
    DWORD icon;

    CALL(IMDSPDevice3, GetDeviceIcon, &device, &icon);
    cr_assert_eq(fails(c, "SP-AUTH-023.outputs"), 1);
}

Test(wmdm_call, what_goes_in_is_left_alone)
{
    RUNNING;
    WCHAR name[] = u"name";
    IMDSPStorage *storage;

    ROW("TST-ONE-001")
        CALL(IMDSPDevice3, GetStorage, &device, name, &storage);
    cr_assert_eq(fails(c, "TST-ONE-001"), 1);
    cr_assert_eq(name[0], 'n', "the caller's own memory is not lent at all");
}

Test(wmdm_call, a_check_of_the_result_says_what_was_called)
{
    RUNNING;
    DWORD version, status;

    ROW("TST-ONE-001") {
        CHECK_HR(CALL(IMDSPDevice3, GetVersion, &device, &version), S_OK);
        CHECK_HR(CALL(IMDSPDevice3, GetStatus, &device, &status), S_OK);
        CHECK_HR(E_ABORT, S_OK);
    }
    cr_assert_str_eq(text(c, 0),
                     "IMDSPDevice3::GetVersion() answered WMDM_E_BUSY, TST-ONE-001 wants S_OK");
    cr_assert_str_eq(text(c, 2), "after IMDSPDevice3::GetStatus() answered S_OK",
                     "which no call answered");
    cr_assert_str_eq(seen(c, 2), "0x80004004 E_ABORT, expected S_OK");
}

/* ---- as text */
static const char *shown(enum wmdm_method_id method, const uint64_t *arguments)
{
    static char line[200];

    wmdm_call_text(&wmdm_methods[method], arguments, line, sizeof(line));
    return line;
}
#define WORDS(...) ((const uint64_t[]){__VA_ARGS__})
#define WORD(pointer) ((uint64_t)(uintptr_t)(pointer))

Test(wmdm_call, flags_are_shown_by_name)
{
    cr_expect_str_eq(shown(WMDM_IMDSPObject_Open, WORDS(MDSP_WRITE)),
                     "IMDSPObject::Open(MDSP_WRITE)");
    cr_expect_str_eq(
        shown(WMDM_IMDSPObject2_Delete, WORDS(WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, 0)),
        "IMDSPObject2::Delete(WMDM_MODE_BLOCK|WMDM_MODE_RECURSIVE, NULL)");
    cr_expect_str_eq(shown(WMDM_IMDSPObject_Seek, WORDS(8, 5)), "IMDSPObject::Seek(8, 5)");
    cr_expect_str_eq(shown(WMDM_IMDSPDeviceControl_Seek, WORDS(0, (uint64_t)-5)),
                     "IMDSPDeviceControl::Seek(0, -5)");
}

Test(wmdm_call, outputs_are_shown_where_one_is_null)
{
    DWORD count;

    cr_expect_str_eq(shown(WMDM_IMDSPStorageGlobals_GetTotalSize, WORDS(WORD(&count), 0)),
                     "IMDSPStorageGlobals::GetTotalSize(…, NULL)");
    cr_expect_str_eq(
        shown(WMDM_IMDSPStorageGlobals_GetTotalSize, WORDS(WORD(&count), WORD(&count))),
        "IMDSPStorageGlobals::GetTotalSize()");
}

Test(wmdm_call, interfaces_are_shown_by_name)
{
    void *out;

    cr_expect_str_eq(
        shown(WMDM_IMDSPDevice_QueryInterface, WORDS(WORD(&IID_IMDSPDeviceControl), WORD(&out))),
        "IMDSPDevice::QueryInterface(IMDSPDeviceControl)");
    cr_expect_str_eq(shown(WMDM_IMDSPDevice_QueryInterface, WORDS(WORD(&GUID_NULL), WORD(&out))),
                     "IMDSPDevice::QueryInterface({00000000-0000-0000-0000-000000000000})");
}

Test(wmdm_call, a_long_string_is_cut_between_characters)
{
    WCHAR name[100];
    void *out;

    for (size_t i = 0; i < 99; i++)
        name[i] = i < 59 ? 'a' : 0xe4;
    name[99] = 0;
    cr_expect_str_eq(shown(WMDM_IMDSPDevice2_GetStorage, WORDS(WORD(name), WORD(&out))),
                     "IMDSPDevice2::GetStorage(\""
                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\")");
}
