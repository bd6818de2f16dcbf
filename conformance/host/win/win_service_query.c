/* Service control: what is installed, as those who ask are told. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/winreg.h"
#include "conformance/host/include/winsvc.h"
#include "conformance/host/win/win_private.h"

/* NULL: no value of that name; else to free(), and as long as *ret_size says. */
static void *value_of(const WCHAR *key, LPCWSTR name, DWORD types, DWORD *ret_size)
{
    DWORD size = 0;
    void *data;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, NULL, NULL, &size))
        return NULL;
    data = calloc(1, size + sizeof(WCHAR));
    if (data && RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, NULL, data, &size)) {
        free(data);
        data = NULL;
    }
    *ret_size = data ? size : 0;
    return data;
}

/* Text behind the structure, in the caller's buffer: what does not fit is counted alone. */
struct writer {
    BYTE *buffer;
    DWORD room, used;
};

static LPWSTR put_value(struct writer *writer, const WCHAR *key, LPCWSTR name, DWORD types)
{
    static const WCHAR none[2];
    DWORD size = 0;
    void *data = value_of(key, name, types | RRF_NOEXPAND, &size);
    const void *text = data ? data : none;
    LPWSTR at = NULL;

    if (!data)
        size = types & RRF_RT_REG_MULTI_SZ ? sizeof(none) : sizeof(none[0]);
    if (writer->buffer && writer->used + size <= writer->room) {
        at = (LPWSTR)(void *)(writer->buffer + writer->used);
        memcpy(at, text, size);
    }
    writer->used += size;
    free(data);
    return at;
}

static BOOL hand_over(const struct writer *writer, const void *head, DWORD size, LPDWORD ret_needed)
{
    *ret_needed = writer->used;
    if (!writer->buffer || writer->used > writer->room)
        return win_fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(writer->buffer, head, size);
    return TRUE;
}

/* To free(); NULL, and the last error says why. */
static WCHAR *key_to_ask(SC_HANDLE service, const char *call)
{
    const struct win_steered *handle = win_steered_service(service, SERVICE_QUERY_CONFIG, call);
    WCHAR *key = handle ? win_service_key(handle->name) : NULL;

    if (handle && !key)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return key;
}

BOOL WINAPI QueryServiceConfigW(SC_HANDLE service, LPQUERY_SERVICE_CONFIGW config, DWORD size,
                                LPDWORD ret_needed)
{
    struct writer writer = {(BYTE *)config, config ? size : 0, sizeof(*config)};
    WCHAR *key = key_to_ask(service, "QueryServiceConfig");
    QUERY_SERVICE_CONFIGW own;

    if (!key)
        return FALSE;
    own = (QUERY_SERVICE_CONFIGW){
        .dwServiceType = win_service_number(key, u"Type", 0),
        .dwStartType = win_service_number(key, u"Start", SERVICE_DISABLED),
        .dwErrorControl = win_service_number(key, u"ErrorControl", 0),
        .lpBinaryPathName =
            put_value(&writer, key, u"ImagePath", RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ),
        .lpLoadOrderGroup = put_value(&writer, key, u"Group", RRF_RT_REG_SZ),
        .lpDependencies = put_value(&writer, key, u"DependOnService", RRF_RT_REG_MULTI_SZ),
        .lpServiceStartName = put_value(&writer, key, u"ObjectName", RRF_RT_REG_SZ),
        .lpDisplayName = put_value(&writer, key, u"DisplayName", RRF_RT_REG_SZ)};
    free(key);
    return hand_over(&writer, &own, sizeof(own), ret_needed);
}

BOOL WINAPI QueryServiceConfig2W(SC_HANDLE service, DWORD level, LPBYTE buffer, DWORD size,
                                 LPDWORD ret_needed)
{
    struct writer writer = {buffer, buffer ? size : 0, sizeof(SERVICE_DESCRIPTIONW)};
    WCHAR *key = key_to_ask(service, "QueryServiceConfig2");
    BOOL done = FALSE;

    if (!key)
        return FALSE;
    if (level == SERVICE_CONFIG_DESCRIPTION) {
        const SERVICE_DESCRIPTIONW own = {put_value(&writer, key, u"Description", RRF_RT_REG_SZ)};

        done = hand_over(&writer, &own, sizeof(own), ret_needed);
    } else if (level == SERVICE_CONFIG_DELAYED_AUTO_START_INFO) {
        const SERVICE_DELAYED_AUTO_START_INFO own = {
            (BOOL)win_service_number(key, u"DelayedAutostart", FALSE)};

        writer.used = sizeof(own);
        done = hand_over(&writer, &own, sizeof(own), ret_needed);
    } else {
        SetLastError(ERROR_INVALID_LEVEL);
    }
    free(key);
    return done;
}
