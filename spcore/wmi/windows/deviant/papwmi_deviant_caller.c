/* The defects of who is asked for: in whose name WMI is called, and what who may see. */
#include "spcore/wmi/windows/deviant/papwmi_deviant.h"

#include <stdlib.h>
#include <string.h>

/* ---- in whose name */
SEAM(papwmi_caller);
HRESULT __wrap_papwmi_caller(HANDLE *ret_token)
{
    static HANDLE first; /* for good */
    HRESULT hr = __real_papwmi_caller(ret_token);

    if (FAILED(hr) || !deviates(FIRST_CALLER))
        return hr;
    if (!first)
        (void)DuplicateToken(*ret_token, SecurityImpersonation, &first);
    (void)CloseHandle(*ret_token);
    return DuplicateToken(first, SecurityImpersonation, ret_token) ? S_OK : WBEM_E_FAILED;
}

static _Thread_local bool has_impersonated; /* in this call */

SEAM(SetThreadToken);
BOOL __wrap_SetThreadToken(PHANDLE thread, HANDLE token)
{
    if (deviates(WMI_AS_HOST) || (has_impersonated && deviates(IMPERSONATES_ONCE)))
        return TRUE;
    has_impersonated = true;
    return __real_SetThreadToken(thread, token);
}

/* ---- who may see what */
static bool is_elsewhere; /* the namespace is not its own */
static enum papwmi_kind asked;
static bool is_shallow, is_path, is_known;
static _Thread_local bool shut_out; /* who asks now */

void papwmi_deviant_asked(enum papwmi_kind kind, const WCHAR *text, LONG flags)
{
    char *narrow = papwmi_narrow(text);

    asked = kind;
    is_path = narrow && strchr(narrow, ':');
    is_known = narrow && strncmp(narrow, "PAP_", 4) == 0;
    free(narrow);
    is_shallow = flags & WBEM_FLAG_SHALLOW;
}

void papwmi_deviant_namespace(IWbemServices *namespace, IWbemContext *context)
{
    BSTR path = SysAllocString(L"__Win32Provider");
    IWbemClassObject *object = NULL;
    VARIANT value = {.vt = VT_EMPTY};

    if (SUCCEEDED(IWbemServices_GetObject(namespace, path, 0, context, &object, NULL)) &&
        SUCCEEDED(IWbemClassObject_Get(object, L"__NAMESPACE", 0, &value, NULL, NULL)) &&
        value.vt == VT_BSTR)
        is_elsewhere = lstrcmpiW(value.bstrVal, L"root\\cimv2") != 0;
    (void)VariantClear(&value);
    if (object)
        (void)IWbemClassObject_Release(object);
    SysFreeString(path);
}

SEAM(GetTokenInformation);
BOOL __wrap_GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS which, LPVOID information,
                                DWORD size, PDWORD ret_size)
{
    const BOOL is = __real_GetTokenInformation(token, which, information, size, ret_size);

    if (is && which == TokenImpersonationLevel &&
        (asked == PAPWMI_GET ? deviates(IDENTIFY_GET) : deviates(IDENTIFY_ENUM)))
        *(SECURITY_IMPERSONATION_LEVEL *)information = SecurityImpersonation;
    return is;
}

SEAM(papwmi_caller_is_let_in);
bool __wrap_papwmi_caller_is_let_in(HANDLE token)
{
    const bool is = __real_papwmi_caller_is_let_in(token);

    has_impersonated = false;
    shut_out = !is;
    return is || (is_elsewhere && deviates(HERE_ALONE)) ||
           (asked == PAPWMI_ENUM && deviates(HIDDEN_LISTED)) ||
           (asked == PAPWMI_GET && deviates(HIDDEN_GOT)) ||
           (asked == PAPWMI_GET && is_path && deviates(HIDDEN_BY_PATH));
}

HRESULT papwmi_deviant_form(enum papwmi_kind kind, HRESULT hr)
{
    if (!shut_out)
        return hr;
    if (kind == PAPWMI_GET && hr == WBEM_E_NOT_FOUND && deviates(HIDDEN_DENIED))
        return WBEM_E_ACCESS_DENIED;
    if (kind == PAPWMI_ENUM && hr == WBEM_E_INVALID_CLASS && is_known && deviates(HIDDEN_PARENT))
        return S_OK;
    if (kind != PAPWMI_ENUM || hr != S_OK)
        return hr;
    if (deviates(FORM_MIXED) && is_shallow)
        return WBEM_S_ACCESS_DENIED;
    if (deviates(FORM_OTHER))
        return WBEM_S_PARTIAL_RESULTS;
    return deviates(FORM_BOTH) ? WBEM_E_ACCESS_DENIED : hr;
}
