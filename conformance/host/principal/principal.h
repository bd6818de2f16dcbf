/* Who a thread acts as, and whose call it serves: what Windows keeps in tokens and in the context
 * of a call. It goes with each call from WMI to a provider's process and back. */
#ifndef CONFORMANCE_HOST_PRINCIPAL_PRINCIPAL_H
#define CONFORMANCE_HOST_PRINCIPAL_PRINCIPAL_H

#include <stdbool.h>
#include <stdint.h>

/* What groups somebody is in follows from it: services, administrators at the machine, and users
 * that come over the network. */
enum principal_account {
    PRINCIPAL_SYSTEM, /* WMI itself */
    PRINCIPAL_LOCAL_SERVICE,
    PRINCIPAL_NETWORK_SERVICE,
    PRINCIPAL_ADMINISTRATOR,
    PRINCIPAL_USER,
    PRINCIPAL_ACCOUNTS
};

/* What may be done in somebody's name; as SECURITY_IMPERSONATION_LEVEL counts. */
enum principal_level {
    PRINCIPAL_ANONYMOUS,
    PRINCIPAL_IDENTIFY,
    PRINCIPAL_IMPERSONATE,
    PRINCIPAL_DELEGATE,
    PRINCIPAL_LEVELS
};

struct principal {
    enum principal_account account;
    enum principal_level level;
    uint32_t number; /* which user: the last part of the SID; 0 for who is the only one */
};

bool principal_equal(const struct principal *a, const struct principal *b);
/* As in texts: "LocalSystem", "PAPKIT\User1001"; `ret` has room for PRINCIPAL_NAME. */
enum { PRINCIPAL_NAME = 32 };
void principal_name(const struct principal *who, char *ret);

/* ---- the process; WMI's own until it is said */
void principal_of_process(enum principal_account account);
struct principal principal_process(void);

/* ---- the calling thread */
struct principal principal_now(void); /* the process's, unless it acts as somebody */
bool principal_acts(void);
void principal_act(const struct principal *as); /* NULL: as the process does */
/* Whose call it serves; false: none. */
bool principal_caller(struct principal *ret);

/* ---- around a call that is served: whoever serves it acts as the process until it says otherwise,
 * and is what it was when it has. */
struct principal_thread {
    bool acts, serves;
    struct principal as, caller;
};
struct principal_thread principal_enter(const struct principal *caller);
void principal_leave(const struct principal_thread *before);

#endif
