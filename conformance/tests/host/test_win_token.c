/* Tokens: whose they are, what may be done with them, and as whom a thread acts. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/host/include/objbase.h"
#include "conformance/host/principal/principal.h"
#include "conformance/host/win/win_host.h"

static const struct principal user = {PRINCIPAL_USER, PRINCIPAL_IMPERSONATE, 1001},
                              known = {PRINCIPAL_ADMINISTRATOR, PRINCIPAL_IDENTIFY, 0};
static struct win_host host;

static void begin(void)
{
    host.world = world_new();
    win_bind(&host);
}

static void end(void)
{
    principal_act(NULL);
    cr_assert_eq(world_audit(host.world, NULL), 0);
    win_bind(NULL);
    cr_assert_eq(world_free(host.world), 0);
}

TestSuite(win_token, .init = begin, .fini = end);

static BOOL is_in(HANDLE token, WELL_KNOWN_SID_TYPE type)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(sid);
    BOOL is = TRUE;

    cr_assert(CreateWellKnownSid(type, NULL, sid, &size));
    cr_assert_eq(size, GetLengthSid(sid));
    cr_assert(CheckTokenMembership(token, sid, &is));
    return is;
}

static HANDLE token_of(const struct principal *who)
{
    HANDLE token = NULL;

    principal_act(who);
    cr_assert(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
    principal_act(NULL);
    return token;
}

static DWORD number_of(HANDLE token, TOKEN_INFORMATION_CLASS which)
{
    DWORD number = 99, size = 0;

    cr_assert(GetTokenInformation(token, which, &number, sizeof(number), &size));
    cr_assert_eq(size, sizeof(number));
    return number;
}

/* ---- whom a thread acts as */
Test(win_token, a_thread_that_serves_nobody_impersonates_nobody)
{
    HANDLE token = NULL;

    cr_expect_eq(CoImpersonateClient(), RPC_E_CALL_COMPLETE);
    cr_expect_eq(CoRevertToSelf(), RPC_E_CALL_COMPLETE);
    cr_expect_not(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
    cr_expect_eq(GetLastError(), ERROR_NO_TOKEN);
}

Test(win_token, a_client_is_impersonated_until_its_call_ends)
{
    const struct principal_thread before = principal_enter(&user);

    cr_expect_not(principal_acts());
    cr_expect_eq(CoImpersonateClient(), S_OK);
    cr_expect(is_in(NULL, WinNetworkSid));
    cr_expect_eq(CoRevertToSelf(), S_OK);
    cr_expect(is_in(NULL, WinLocalSystemSid));
    cr_expect_eq(CoImpersonateClient(), S_OK);
    principal_leave(&before);
    cr_expect_not(principal_acts());
}

Test(win_token, a_call_within_a_call_has_its_own_client)
{
    const struct principal_thread before = principal_enter(&user);
    struct principal_thread inner;
    struct principal now;

    cr_assert_eq(CoImpersonateClient(), S_OK);
    inner = principal_enter(&known);
    cr_expect_not(principal_acts());
    principal_leave(&inner);
    now = principal_now();
    cr_expect(principal_equal(&now, &user));
    principal_leave(&before);
}

Test(win_token, another_thread_takes_the_identity_by_its_token)
{
    HANDLE token = token_of(&user), process = NULL;
    struct principal now;

    cr_expect(SetThreadToken(NULL, token));
    now = principal_now();
    cr_expect(principal_equal(&now, &user));
    cr_expect(SetThreadToken(NULL, NULL));
    cr_expect_not(principal_acts());
    cr_expect(ImpersonateLoggedOnUser(token));
    cr_expect(principal_acts());
    cr_expect(RevertToSelf());
    cr_assert(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &process));
    cr_expect_not(SetThreadToken(NULL, process));
    cr_expect_eq(GetLastError(), ERROR_NO_IMPERSONATION_TOKEN);
    cr_expect_not(principal_acts());
    CloseHandle(process);
    CloseHandle(token);
}

/* ---- whose a token is */
Test(win_token, groups_are_those_of_the_account)
{
    HANDLE of_user = token_of(&user), of_known = token_of(&known);

    cr_expect(is_in(of_user, WinNetworkSid) && is_in(of_user, WinBuiltinUsersSid));
    cr_expect_not(is_in(of_user, WinBuiltinAdministratorsSid) || is_in(of_user, WinInteractiveSid));
    cr_expect(is_in(of_known, WinBuiltinAdministratorsSid) && is_in(of_known, WinInteractiveSid));
    cr_expect(is_in(of_user, WinWorldSid) && is_in(of_known, WinWorldSid));
    cr_expect_not(number_of(of_user, TokenElevation));
    cr_expect(number_of(of_known, TokenElevation));
    CloseHandle(of_known);
    CloseHandle(of_user);
}

/* An administrator that may only be identified is one, which is why nobody may go by that alone. */
Test(win_token, the_level_stands_beside_the_groups)
{
    HANDLE token = token_of(&known), copy = NULL;

    cr_expect_eq(number_of(token, TokenType), TokenImpersonation);
    cr_expect_eq(number_of(token, TokenImpersonationLevel), SecurityIdentification);
    cr_expect_not(DuplicateToken(token, SecurityImpersonation, &copy));
    cr_expect_eq(GetLastError(), ERROR_BAD_IMPERSONATION_LEVEL);
    principal_act(&known);
    cr_expect_not(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, FALSE, &copy));
    cr_expect_eq(GetLastError(), ERROR_BAD_IMPERSONATION_LEVEL);
    CloseHandle(token);
}

Test(win_token, who_is_nobody_is_in_no_group)
{
    const struct principal nobody = {PRINCIPAL_USER, PRINCIPAL_ANONYMOUS, 1001};
    SID_IDENTIFIER_AUTHORITY world = {SECURITY_WORLD_SID_AUTHORITY};
    HANDLE token = token_of(&nobody);
    PSID everyone = NULL;
    BOOL is = TRUE;

    cr_assert(
        AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everyone));
    cr_expect_not(CheckTokenMembership(token, everyone, &is));
    cr_expect_eq(GetLastError(), ERROR_BAD_IMPERSONATION_LEVEL);
    cr_expect_not(is);
    cr_expect_null(FreeSid(everyone));
    CloseHandle(token);
}

Test(win_token, what_it_tells_needs_room)
{
    HANDLE token = token_of(&user), process = NULL;
    _Alignas(TOKEN_GROUPS) BYTE room[512];
    const TOKEN_USER *who = (const TOKEN_USER *)room;
    const TOKEN_GROUPS *groups = (const TOKEN_GROUPS *)room;
    DWORD size = 0, more;

    cr_expect_not(GetTokenInformation(token, TokenUser, NULL, 0, &size));
    cr_expect_eq(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    cr_assert_leq(size, sizeof(room));
    cr_expect_not(GetTokenInformation(token, TokenUser, room, size - 1, &size));
    cr_assert(GetTokenInformation(token, TokenUser, room, size, &more));
    cr_expect(IsValidSid(who->User.Sid));
    cr_expect_eq((BYTE *)who->User.Sid + GetLengthSid(who->User.Sid), room + size);
    cr_expect_eq(((const SID *)who->User.Sid)->SubAuthorityCount, 5);
    cr_assert(GetTokenInformation(token, TokenGroups, room, sizeof(room), &size));
    cr_expect_eq(groups->GroupCount, 4);
    for (DWORD i = 0; i < groups->GroupCount; i++)
        cr_expect(IsValidSid(groups->Groups[i].Sid) &&
                  groups->Groups[i].Attributes & SE_GROUP_ENABLED);
    cr_assert(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &process));
    cr_expect_eq(number_of(process, TokenType), TokenPrimary);
    cr_expect_not(GetTokenInformation(process, TokenImpersonationLevel, room, sizeof(room), &size));
    cr_expect_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(process);
    CloseHandle(token);
}

/* ---- the pool */
static void CALLBACK act(PTP_CALLBACK_INSTANCE instance, PVOID token)
{
    (void)instance;
    (void)SetThreadToken(NULL, token);
}

static void CALLBACK look(PTP_CALLBACK_INSTANCE instance, PVOID acts)
{
    (void)instance;
    *(bool *)acts = principal_acts();
}

Test(win_token, the_next_callback_on_a_thread_is_its_processs_own)
{
    HANDLE token = token_of(&user);
    bool acts = true;

    cr_assert(TrySubmitThreadpoolCallback(act, token, NULL));
    cr_assert(world_quiesce(host.world));
    cr_assert(TrySubmitThreadpoolCallback(look, &acts, NULL));
    cr_assert(world_quiesce(host.world));
    cr_expect_not(acts);
    CloseHandle(token);
}
