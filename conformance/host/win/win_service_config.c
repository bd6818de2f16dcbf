/* Service control: what is installed. It stands in the registry, where the manager reads it. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/winreg.h"
#include "conformance/host/include/winsvc.h"
#include "conformance/host/win/win_private.h"
#include "spcore/com/com_utf16.h"

static const WCHAR SERVICES[] = u"SYSTEM\\CurrentControlSet\\Services\\";
enum { NAME_MOST = 256 };

/* ---- the registry */
WCHAR *win_service_key(const char *name)
{
    const size_t length = sizeof(SERVICES) / sizeof(SERVICES[0]) - 1;
    const size_t size = win_utf16(name, NULL, 0);
    WCHAR *key = calloc(length + size + 1, sizeof(*key));

    if (!key)
        return NULL;
    memcpy(key, SERVICES, sizeof(SERVICES));
    (void)win_utf16(name, key + length, size);
    return key;
}

DWORD win_service_number(const WCHAR *key, LPCWSTR name, DWORD otherwise)
{
    DWORD number = otherwise, size = sizeof(number);

    return RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, NULL, &number, &size)
               ? otherwise
               : number;
}

bool win_service_condemned(const char *name)
{
    WCHAR *key = win_service_key(name);
    const DWORD flag = key ? win_service_number(key, u"DeleteFlag", 0) : 0;

    free(key);
    return flag != 0;
}

static LSTATUS set_number(const WCHAR *key, LPCWSTR name, DWORD number)
{
    return number == SERVICE_NO_CHANGE
               ? (LSTATUS)ERROR_SUCCESS
               : RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, name, REG_DWORD, &number, sizeof(number));
}

static LSTATUS set_text(const WCHAR *key, LPCWSTR name, DWORD type, LPCWSTR text)
{
    size_t units = text ? com_wcslen(text) + 1 : 0;

    if (!text)
        return ERROR_SUCCESS;
    while (type == REG_MULTI_SZ && units > 1 && text[units])
        units += com_wcslen(text + units) + 1;
    if (type == REG_MULTI_SZ && units > 1)
        units++;
    return RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, name, type, text,
                           (DWORD)(units * sizeof(*text)));
}

/* What both CreateService and ChangeServiceConfig are given; NULL and SERVICE_NO_CHANGE: as it is.
 */
struct config {
    DWORD type, start, error_control;
    LPCWSTR path, group, dependencies, account, display_name;
};

static LSTATUS write_config(const WCHAR *key, const struct config *config)
{
    const struct {
        LPCWSTR name;
        DWORD type;
        LPCWSTR text;
    } texts[] = {{u"ImagePath", REG_EXPAND_SZ, config->path},
                 {u"DisplayName", REG_SZ, config->display_name},
                 {u"Group", REG_SZ, config->group},
                 {u"DependOnService", REG_MULTI_SZ, config->dependencies},
                 {u"ObjectName", REG_SZ, config->account}};
    LSTATUS error = set_number(key, u"Type", config->type);

    if (!error)
        error = set_number(key, u"Start", config->start);
    if (!error)
        error = set_number(key, u"ErrorControl", config->error_control);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !error; i++)
        error = set_text(key, texts[i].name, texts[i].type, texts[i].text);
    return error;
}

/* ERROR_SUCCESS, or why no service can be like that. */
static DWORD check_config(const struct config *config)
{
    const DWORD own = config->type & ~(DWORD)SERVICE_INTERACTIVE_PROCESS;
    const bool is_driver = own == SERVICE_KERNEL_DRIVER || own == SERVICE_FILE_SYSTEM_DRIVER;

    if (config->type != SERVICE_NO_CHANGE && !is_driver && own != SERVICE_WIN32_OWN_PROCESS &&
        own != SERVICE_WIN32_SHARE_PROCESS)
        return ERROR_INVALID_PARAMETER;
    if (config->start != SERVICE_NO_CHANGE &&
        (config->start > SERVICE_DISABLED ||
         (!is_driver && config->type != SERVICE_NO_CHANGE && config->start < SERVICE_AUTO_START)))
        return ERROR_INVALID_PARAMETER;
    return config->error_control != SERVICE_NO_CHANGE &&
                   config->error_control > SERVICE_ERROR_CRITICAL
               ? ERROR_INVALID_PARAMETER
               : ERROR_SUCCESS;
}

static DWORD check_name(LPCWSTR name)
{
    size_t length = 0;

    for (; name && name[length] && length <= NAME_MOST; length++) {
        if (name[length] == '/' || name[length] == '\\')
            return ERROR_INVALID_NAME;
    }
    return length == 0 || length > NAME_MOST ? ERROR_INVALID_NAME : ERROR_SUCCESS;
}

/* ---- installing and removing */
static DWORD install(const char *name, const struct config *config)
{
    struct config whole = *config;
    WCHAR *key = win_service_key(name);
    HKEY made = NULL;
    DWORD how = REG_CREATED_NEW_KEY;
    LSTATUS error;

    if (!key)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!whole.account && whole.type & SERVICE_WIN32)
        whole.account = u"LocalSystem";
    if (!whole.display_name)
        whole.display_name = key + sizeof(SERVICES) / sizeof(SERVICES[0]) - 1;
    error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, KEY_WRITE, NULL, &made, &how);
    if (!error) {
        (void)RegCloseKey(made);
        error = how == REG_OPENED_EXISTING_KEY ? (LSTATUS)ERROR_SERVICE_EXISTS
                                               : write_config(key, &whole);
    }
    free(key);
    return (DWORD)error;
}

SC_HANDLE WINAPI CreateServiceW(SC_HANDLE manager, LPCWSTR name, LPCWSTR display_name, DWORD access,
                                DWORD type, DWORD start, DWORD error_control, LPCWSTR path,
                                LPCWSTR group, LPDWORD ret_tag, LPCWSTR dependencies,
                                LPCWSTR account, LPCWSTR password)
{
    const struct config config = {.type = type,
                                  .start = start,
                                  .error_control = error_control,
                                  .path = path,
                                  .group = group,
                                  .dependencies = dependencies,
                                  .account = account,
                                  .display_name = display_name};
    char *narrow = win_utf8(name);
    struct win_steered *handle = NULL;
    DWORD error;

    (void)ret_tag, (void)password;
    if (!win_steered_manager(manager, SC_MANAGER_CREATE_SERVICE, "CreateService")) {
        free(narrow);
        return NULL;
    }
    error = check_name(name);
    if (!error)
        error = narrow && path ? check_config(&config) : ERROR_INVALID_PARAMETER;
    if (!error) {
        world_trace(win_world(), "CreateService(%s)", narrow);
        win_service_sweep(narrow);
        error = win_service_condemned(narrow) ? ERROR_SERVICE_MARKED_FOR_DELETE
                                              : install(narrow, &config);
    }
    if (error)
        SetLastError(error);
    else
        scm_load(win_host()->scm);
    if (!error)
        handle = win_steer(narrow, access);
    free(narrow);
    return (SC_HANDLE)handle;
}

BOOL WINAPI DeleteService(SC_HANDLE service)
{
    const struct win_steered *handle = win_steered_service(service, DELETE, "DeleteService");
    WCHAR *key = handle ? win_service_key(handle->name) : NULL;
    DWORD error = key ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;

    if (!handle)
        return FALSE;
    world_trace(win_world(), "DeleteService(%s)", handle->name);
    if (key && win_service_condemned(handle->name))
        error = ERROR_SERVICE_MARKED_FOR_DELETE;
    if (!error)
        error = (DWORD)set_number(key, u"DeleteFlag", 1);
    free(key);
    return error ? win_fail(error) : TRUE;
}

/* ---- changing */
/* The key of a service that may be written to; NULL, and the last error says why not. */
static WCHAR *key_to_change(SC_HANDLE service, const char *call)
{
    const struct win_steered *handle = win_steered_service(service, SERVICE_CHANGE_CONFIG, call);
    WCHAR *key;

    if (!handle)
        return NULL;
    if (win_service_condemned(handle->name)) {
        SetLastError(ERROR_SERVICE_MARKED_FOR_DELETE);
        return NULL;
    }
    key = win_service_key(handle->name);
    if (!key)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return key;
}

BOOL WINAPI ChangeServiceConfigW(SC_HANDLE service, DWORD type, DWORD start, DWORD error_control,
                                 LPCWSTR path, LPCWSTR group, LPDWORD ret_tag, LPCWSTR dependencies,
                                 LPCWSTR account, LPCWSTR password, LPCWSTR display_name)
{
    const struct config config = {.type = type,
                                  .start = start,
                                  .error_control = error_control,
                                  .path = path,
                                  .group = group,
                                  .dependencies = dependencies,
                                  .account = account,
                                  .display_name = display_name};
    WCHAR *key = key_to_change(service, "ChangeServiceConfig");
    DWORD error;

    (void)ret_tag, (void)password;
    if (!key)
        return FALSE;
    error = check_config(&config);
    if (!error)
        error = (DWORD)write_config(key, &config);
    free(key);
    return error ? win_fail(error) : TRUE;
}

/* As the registry keeps them: a header of five numbers, then kind and delay of each. */
static LSTATUS set_failure_actions(const WCHAR *key, const SERVICE_FAILURE_ACTIONSW *actions)
{
    enum { HEADER = 5 };
    const DWORD count = actions->lpsaActions ? actions->cActions : 0;
    DWORD *data = calloc(HEADER + 2 * (size_t)count, sizeof(*data));
    LSTATUS error;

    if (!data)
        return ERROR_NOT_ENOUGH_MEMORY;
    data[0] = actions->dwResetPeriod;
    data[3] = count;
    data[4] = HEADER * sizeof(*data);
    for (DWORD i = 0; i < count; i++) {
        data[HEADER + 2 * i] = (DWORD)actions->lpsaActions[i].Type;
        data[HEADER + 2 * i + 1] = actions->lpsaActions[i].Delay;
    }
    error = RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, u"FailureActions", REG_BINARY, data,
                            (DWORD)((HEADER + 2 * count) * sizeof(*data)));
    free(data);
    return error;
}

BOOL WINAPI ChangeServiceConfig2W(SC_HANDLE service, DWORD level, LPVOID info)
{
    WCHAR *key = key_to_change(service, "ChangeServiceConfig2");
    LSTATUS error = ERROR_SUCCESS;

    if (!key)
        return FALSE;
    if (!info)
        error = ERROR_SUCCESS; /* nothing changes */
    else if (level == SERVICE_CONFIG_DESCRIPTION)
        error = set_text(key, u"Description", REG_SZ,
                         ((const SERVICE_DESCRIPTIONW *)info)->lpDescription);
    else if (level == SERVICE_CONFIG_FAILURE_ACTIONS)
        error = set_failure_actions(key, info);
    else if (level == SERVICE_CONFIG_FAILURE_ACTIONS_FLAG)
        error = set_number(
            key, u"FailureActionsOnNonCrashFailures",
            ((const SERVICE_FAILURE_ACTIONS_FLAG *)info)->fFailureActionsOnNonCrashFailures != 0);
    else if (level == SERVICE_CONFIG_DELAYED_AUTO_START_INFO)
        error = set_number(key, u"DelayedAutostart",
                           ((const SERVICE_DELAYED_AUTO_START_INFO *)info)->fDelayedAutostart != 0);
    else
        error = ERROR_INVALID_LEVEL;
    free(key);
    return error ? win_fail((DWORD)error) : TRUE;
}
