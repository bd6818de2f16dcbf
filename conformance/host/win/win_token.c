/* Tokens: an identity behind a handle, and as whom a thread acts. */
#include <stddef.h>
#include <string.h>

#include "conformance/host/include/securitybaseapi.h"
#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_sid.h"

/* ---- opened */
HANDLE WINAPI GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

HANDLE WINAPI GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

static BOOL give(struct principal who, bool is_primary, PHANDLE ret_token)
{
    struct win_object *object = win_object_new(WIN_TOKEN, ret_token, "a token");

    if (!object)
        return FALSE;
    object->token = who;
    object->is_primary = is_primary;
    return TRUE;
}

BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, PHANDLE ret_token)
{
    (void)access;
    if (thread != GetCurrentThread())
        return win_fail(ERROR_NOT_SUPPORTED);
    if (!principal_acts())
        return win_fail(ERROR_NO_TOKEN);
    if (!as_self && principal_now().level < PRINCIPAL_IMPERSONATE)
        return win_fail(ERROR_BAD_IMPERSONATION_LEVEL);
    return give(principal_now(), false, ret_token);
}

BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE ret_token)
{
    (void)access;
    if (process != GetCurrentProcess())
        return win_fail(ERROR_INVALID_HANDLE);
    return give(principal_process(), true, ret_token);
}

/* Nobody may do more with the copy. */
BOOL WINAPI DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, PHANDLE ret_token)
{
    struct win_object *object = win_object_of(token, WIN_TOKEN, "DuplicateToken");
    struct principal who;
    bool more;

    if (!object)
        return FALSE;
    who = object->token;
    more = !object->is_primary && (enum principal_level)level > who.level;
    win_object_unref(object);
    if (more || level > SecurityDelegation)
        return win_fail(more ? ERROR_BAD_IMPERSONATION_LEVEL : ERROR_INVALID_PARAMETER);
    who.level = (enum principal_level)level;
    return give(who, false, ret_token);
}

/* ---- asked. What comes is put together here, and pointers in it made good at the end. */
struct information {
    union {
        TOKEN_USER user;
        TOKEN_TYPE type;
        SECURITY_IMPERSONATION_LEVEL level;
        TOKEN_ELEVATION elevation;
        struct {
            DWORD count;
            SID_AND_ATTRIBUTES at[WIN_GROUPS_MAX];
        } groups;
    };
    struct win_sid sids[WIN_GROUPS_MAX];
    size_t sid_count;
    size_t size; /* without the SIDs */
};

static bool is_administrator(const struct principal *who)
{
    return who->account == PRINCIPAL_SYSTEM || who->account == PRINCIPAL_ADMINISTRATOR;
}

static bool inform(const struct win_object *token, TOKEN_INFORMATION_CLASS which,
                   struct information *it)
{
    const struct principal *who = &token->token;

    *it = (struct information){.size = sizeof(DWORD)};
    if (which == TokenUser) {
        it->sids[0] = win_sid_user(who);
        it->sid_count = 1;
        it->size = sizeof(it->user);
    } else if (which == TokenGroups) {
        it->sid_count = win_sid_groups(who, it->sids);
        it->groups.count = (DWORD)it->sid_count;
        it->size = offsetof(TOKEN_GROUPS, Groups) + it->sid_count * sizeof(SID_AND_ATTRIBUTES);
    } else if (which == TokenType) {
        it->type = token->is_primary ? TokenPrimary : TokenImpersonation;
    } else if (which == TokenImpersonationLevel && !token->is_primary) {
        it->level = (SECURITY_IMPERSONATION_LEVEL)who->level;
    } else if (which == TokenElevation) {
        it->elevation.TokenIsElevated = is_administrator(who);
    } else {
        return false;
    }
    return true;
}

/* SIDs stand behind what points to them. */
static void put(struct information *it, BYTE *to)
{
    const bool are_groups = it->groups.count != 0; /* a user's pointer is none yet */
    const DWORD attributes =
        are_groups ? SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED : 0;
    SID_AND_ATTRIBUTES *at = are_groups ? it->groups.at : &it->user.User;
    BYTE *sid = to + it->size;

    for (size_t i = 0; i < it->sid_count; i++) {
        const DWORD size = win_sid_size(&it->sids[i]);

        at[i] = (SID_AND_ATTRIBUTES){sid, attributes};
        memcpy(sid, &it->sids[i], size);
        sid += size;
    }
    memcpy(to, it, it->size);
}

BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS which, LPVOID information,
                                DWORD size, PDWORD ret_size)
{
    struct win_object *object = win_object_of(token, WIN_TOKEN, "GetTokenInformation");
    struct information it;
    bool is;

    if (!object)
        return FALSE;
    is = inform(object, which, &it);
    win_object_unref(object);
    if (!is)
        return win_fail(ERROR_INVALID_PARAMETER);
    *ret_size = (DWORD)it.size;
    for (size_t i = 0; i < it.sid_count; i++)
        *ret_size += win_sid_size(&it.sids[i]);
    if (!information || size < *ret_size)
        return win_fail(ERROR_INSUFFICIENT_BUFFER);
    put(&it, information);
    return TRUE;
}

static bool is_of(const struct principal *who, PSID sid)
{
    struct win_sid groups[WIN_GROUPS_MAX], user = win_sid_user(who);
    const size_t count = win_sid_groups(who, groups);

    for (size_t i = 0; i < count; i++) {
        if (EqualSid(&groups[i], sid))
            return true;
    }
    return EqualSid(&user, sid);
}

BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, PBOOL ret_is_member)
{
    struct principal who = principal_now();
    bool is_primary = false;

    *ret_is_member = FALSE;
    if (token) {
        struct win_object *object = win_object_of(token, WIN_TOKEN, "CheckTokenMembership");

        if (!object)
            return FALSE;
        who = object->token;
        is_primary = object->is_primary;
        win_object_unref(object);
    }
    if (is_primary)
        return win_fail(ERROR_NO_IMPERSONATION_TOKEN);
    if (who.level < PRINCIPAL_IDENTIFY)
        return win_fail(ERROR_BAD_IMPERSONATION_LEVEL);
    if (!IsValidSid(sid))
        return win_fail(ERROR_INVALID_SID);
    *ret_is_member = is_of(&who, sid);
    return TRUE;
}

/* ---- the thread */
BOOL WINAPI SetThreadToken(PHANDLE thread, HANDLE token)
{
    struct win_object *object;
    bool is_primary;

    if (thread && *thread != GetCurrentThread())
        return win_fail(ERROR_NOT_SUPPORTED);
    if (!token)
        return RevertToSelf();
    object = win_object_of(token, WIN_TOKEN, "SetThreadToken");
    if (!object)
        return FALSE;
    is_primary = object->is_primary;
    if (!is_primary)
        principal_act(&object->token);
    win_object_unref(object);
    return is_primary ? win_fail(ERROR_NO_IMPERSONATION_TOKEN) : TRUE;
}

BOOL WINAPI ImpersonateLoggedOnUser(HANDLE token)
{
    struct win_object *object = win_object_of(token, WIN_TOKEN, "ImpersonateLoggedOnUser");

    if (!object)
        return FALSE;
    principal_act(&object->token);
    win_object_unref(object);
    return TRUE;
}

BOOL WINAPI RevertToSelf(void)
{
    principal_act(NULL);
    return TRUE;
}
