/* Who asks, and what it may see: what is plugged in is known to whoever is at the machine and to
 * its administrators. Which namespace the provider is in does not matter: anybody who may write to
 * one could have it loaded there. */
#include "spcore/wmi/windows/papwmi.h"

/* Of the call's thread, which is the provider's own again behind it. */
HRESULT papwmi_caller(HANDLE *ret_token)
{
    HRESULT hr = CoImpersonateClient();

    if (SUCCEEDED(hr) &&
        !OpenThreadToken(GetCurrentThread(), TOKEN_QUERY | TOKEN_IMPERSONATE, TRUE, ret_token))
        hr = HRESULT_FROM_WIN32(GetLastError());
    (void)CoRevertToSelf();
    return SUCCEEDED(hr) ? S_OK : WBEM_E_ACCESS_DENIED;
}

/* A caller that only lets itself be known is impersonated all the same, in name. */
static bool may_be_acted_for(HANDLE token)
{
    SECURITY_IMPERSONATION_LEVEL level;
    DWORD size;

    return GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof(level), &size) &&
           level >= SecurityImpersonation;
}

static bool is_in(HANDLE token, WELL_KNOWN_SID_TYPE group)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid);
    BOOL is = FALSE;

    return CreateWellKnownSid(group, NULL, sid, &size) && CheckTokenMembership(token, sid, &is) &&
           is;
}

bool papwmi_caller_is_let_in(HANDLE token)
{
    return may_be_acted_for(token) &&
           (is_in(token, WinBuiltinAdministratorsSid) || is_in(token, WinInteractiveSid));
}
