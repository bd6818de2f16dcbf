/* SIDs, and which of them stand in whose token. */
#include "conformance/host/win/win_sid.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/securitybaseapi.h"
#include "conformance/host/win/win_private.h"
#include "spcore/base.h"

/* ---- known ones */
#define OF(account) (1u << PRINCIPAL_##account)
#define SERVICES (OF(LOCAL_SERVICE) | OF(NETWORK_SERVICE))
#define ALL (OF(SYSTEM) | SERVICES | OF(ADMINISTRATOR) | OF(USER))
static const struct known {
    WELL_KNOWN_SID_TYPE type;
    unsigned members; /* accounts that are in it */
    BYTE authority, count;
    DWORD subs[2];
} known[] = {
    {WinWorldSid, ALL, 1, 1, {SECURITY_WORLD_RID}},
    {WinNetworkSid, OF(USER), 5, 1, {SECURITY_NETWORK_RID}},
    {WinInteractiveSid, OF(ADMINISTRATOR), 5, 1, {SECURITY_INTERACTIVE_RID}},
    {WinServiceSid, SERVICES, 5, 1, {SECURITY_SERVICE_RID}},
    {WinAuthenticatedUserSid, ALL, 5, 1, {SECURITY_AUTHENTICATED_USER_RID}},
    {WinLocalSystemSid, 0, 5, 1, {SECURITY_LOCAL_SYSTEM_RID}},
    {WinLocalServiceSid, 0, 5, 1, {SECURITY_LOCAL_SERVICE_RID}},
    {WinNetworkServiceSid, 0, 5, 1, {SECURITY_NETWORK_SERVICE_RID}},
    {WinBuiltinAdministratorsSid,
     OF(SYSTEM) | OF(ADMINISTRATOR),
     5,
     2,
     {SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS}},
    {WinBuiltinUsersSid,
     SERVICES | OF(ADMINISTRATOR) | OF(USER),
     5,
     2,
     {SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_USERS}},
};
_Static_assert(ARRAY_SIZE(known) <= WIN_GROUPS_MAX + 3, "three are nobody's groups");

static struct win_sid sid_of(const struct known *one)
{
    struct win_sid sid = {.revision = SID_REVISION, .count = one->count};

    sid.authority.Value[5] = one->authority;
    memcpy(sid.subs, one->subs, sizeof(one->subs));
    return sid;
}

static const struct known *find(WELL_KNOWN_SID_TYPE type)
{
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (known[i].type == type)
            return &known[i];
    }
    return NULL;
}

/* ---- of identities */
struct win_sid win_sid_user(const struct principal *who)
{
    static const WELL_KNOWN_SID_TYPE types[PRINCIPAL_ACCOUNTS] = {
        WinLocalSystemSid, WinLocalServiceSid, WinNetworkServiceSid};
    struct win_sid sid = {.revision = SID_REVISION,
                          .count = 5,
                          .authority = {SECURITY_NT_AUTHORITY},
                          .subs = {SECURITY_NT_NON_UNIQUE, 0x70, 0x61, 0x70}};

    if (types[who->account])
        return sid_of(find(types[who->account]));
    sid.subs[4] = who->number ? who->number : DOMAIN_USER_RID_ADMIN;
    return sid;
}

size_t win_sid_groups(const struct principal *who, struct win_sid ret[WIN_GROUPS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (known[i].members & 1u << who->account)
            ret[count++] = sid_of(&known[i]);
    }
    return count;
}

DWORD win_sid_size(const struct win_sid *sid)
{
    return (DWORD)(offsetof(struct win_sid, subs) + sid->count * sizeof(sid->subs[0]));
}

/* ---- functions */
BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD sub0,
                                     DWORD sub1, DWORD sub2, DWORD sub3, DWORD sub4, DWORD sub5,
                                     DWORD sub6, DWORD sub7, PSID *ret_sid)
{
    const DWORD subs[8] = {sub0, sub1, sub2, sub3, sub4, sub5, sub6, sub7};
    SID *sid;

    if (!count || count > ARRAY_SIZE(subs))
        return win_fail(ERROR_INVALID_SID);
    sid = malloc(offsetof(SID, SubAuthority) + sizeof(subs));
    if (!sid)
        return win_fail(ERROR_NOT_ENOUGH_MEMORY);
    *sid = (SID){SID_REVISION, count, *authority, {0}};
    memcpy((BYTE *)sid + offsetof(SID, SubAuthority), subs, count * sizeof(subs[0]));
    *ret_sid = sid;
    return TRUE;
}

PVOID WINAPI FreeSid(PSID sid)
{
    free(sid);
    return NULL;
}

BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid, PDWORD size)
{
    const struct known *one = find(type);
    struct win_sid made;
    const DWORD room = *size;

    (void)domain;
    if (!one)
        return win_fail(ERROR_INVALID_PARAMETER);
    made = sid_of(one);
    *size = win_sid_size(&made);
    if (!sid || room < *size)
        return win_fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(sid, &made, *size);
    return TRUE;
}

BOOL WINAPI IsValidSid(PSID sid)
{
    const SID *it = sid;

    return it && it->Revision == SID_REVISION && it->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

DWORD WINAPI GetLengthSid(PSID sid)
{
    const SID *it = sid;

    return (DWORD)(offsetof(SID, SubAuthority) + it->SubAuthorityCount * sizeof(DWORD));
}

BOOL WINAPI EqualSid(PSID a, PSID b)
{
    return GetLengthSid(a) == GetLengthSid(b) && memcmp(a, b, GetLengthSid(a)) == 0;
}
