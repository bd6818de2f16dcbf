/* SIDs of the model's identities: of whoever somebody is, and of the groups that somebody is in. */
#ifndef CONFORMANCE_HOST_WIN_WIN_SID_H
#define CONFORMANCE_HOST_WIN_WIN_SID_H

#include "conformance/host/include/winnt.h"
#include "conformance/host/principal/principal.h"

enum { WIN_SUBS_MAX = 5, WIN_GROUPS_MAX = 8 };

/* With room for the longest that there is here; it is what a PSID points to. */
struct win_sid {
    BYTE revision, count;
    SID_IDENTIFIER_AUTHORITY authority;
    DWORD subs[WIN_SUBS_MAX];
};

struct win_sid win_sid_user(const struct principal *who);
/* How many there are. */
size_t win_sid_groups(const struct principal *who, struct win_sid ret[WIN_GROUPS_MAX]);
DWORD win_sid_size(const struct win_sid *sid);

#endif
