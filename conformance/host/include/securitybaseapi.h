/* Windows' tokens, and who they are of. A token has one of the model's identities; nobody is given
 * rights or denied any but by what its groups say. */
#ifndef CONFORMANCE_HOST_INCLUDE_SECURITYBASEAPI_H
#define CONFORMANCE_HOST_INCLUDE_SECURITYBASEAPI_H

#include "winerror.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- who */
BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD sub0,
                                     DWORD sub1, DWORD sub2, DWORD sub3, DWORD sub4, DWORD sub5,
                                     DWORD sub6, DWORD sub7, PSID *ret_sid);
PVOID WINAPI FreeSid(PSID sid);
/* No domain is known: those that need one are ERROR_INVALID_PARAMETER. */
BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid, PDWORD size);
BOOL WINAPI IsValidSid(PSID sid);
BOOL WINAPI EqualSid(PSID a, PSID b);
DWORD WINAPI GetLengthSid(PSID sid);

/* ---- tokens, to CloseHandle() */
/* ERROR_NO_TOKEN: the thread acts as its process does. ERROR_BAD_IMPERSONATION_LEVEL: it opens as
 * whom it acts, and may not in that name. */
BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, PHANDLE ret_token);
BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE ret_token);
BOOL WINAPI DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, PHANDLE ret_token);
/* Of TokenUser, TokenGroups, TokenType, TokenImpersonationLevel and TokenElevation. */
BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS which, LPVOID information,
                                DWORD size, PDWORD ret_size);
/* NULL: of the thread, or of its process. ERROR_NO_IMPERSONATION_TOKEN: of a process. */
BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, PBOOL ret_is_member);

/* ---- as whom the thread acts. `thread` NULL: the caller, who is the only one. */
BOOL WINAPI SetThreadToken(PHANDLE thread, HANDLE token);
BOOL WINAPI ImpersonateLoggedOnUser(HANDLE token);
BOOL WINAPI RevertToSelf(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
