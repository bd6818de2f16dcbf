/* Class providers as a namespace's __Win32Provider and __ClassProviderRegistration instances name
 * them, and which classes are theirs. */
#ifndef CONFORMANCE_HOST_PROVIDER_PROVIDER_REGISTRATION_H
#define CONFORMANCE_HOST_PROVIDER_PROVIDER_REGISTRATION_H

#include "conformance/host/principal/principal.h"
#include "conformance/host/wql/wql.h"

enum provider_interaction { PROVIDER_PULL, PROVIDER_PUSH };

struct provider_queries {
    struct wql *at;
    size_t count;
};

/* What HostingModel says: a process under that account, which providers of the same model and group
 * share; or (NULL) one of its own, as whoever asks. */
struct provider_model {
    const char *name, *account;
};

struct provider_registration {
    char *namespace, *name, *clsid; /* clsid: "{…}" */
    const struct provider_model *model;
    char *group; /* NULL: none */
    enum provider_interaction interaction;
    bool gets, puts, deletes, enumerates, per_user, admin_first;
    bool enabled, pure;
    int64_t impersonation_level;
    struct provider_queries result, unsupported, referenced;
};

/* A __Win32Provider by itself: what it may say of its class, its version and its hosting.
 * *ret_model is NULL of one that is decoupled. */
HRESULT provider_judge(const struct cim_object *provider, const struct provider_model **ret_model,
                       char *why, size_t room);
/* Of one registration instance. WBEM_E_PROVIDER_NOT_FOUND: it refers to none;
 * WBEM_E_INVALID_PROVIDER_REGISTRATION: what it says cannot be; WBEM_E_INVALID_QUERY: one of its
 * queries. `why` (may be NULL): one line. */
HRESULT provider_registration_read(struct cim_repo *repo, const char *namespace,
                                   const struct cim_object *registration,
                                   struct provider_registration *ret, char *why, size_t room);
/* Its queries alone, of one that is refused: of which classes that is said. */
HRESULT provider_registration_queries(const struct cim_object *registration,
                                      struct provider_registration *ret);
void provider_registration_done(struct provider_registration *registration);

/* Each of the namespace and of those below it, by the order of their names; one that cannot be read
 * is told by its code and why. `each` fails to end it. */
struct provider_each {
    HRESULT (*good)(void *self, struct provider_registration *registration); /* takes it over */
    HRESULT (*bad)(void *self, const char *namespace, HRESULT hr, const char *why);
    void *self;
};
HRESULT provider_registrations(struct cim_repo *repo, const char *namespace,
                               const struct provider_each *each);

/* As whom WMI calls the provider for a client ("Impersonating a Client"): as that, if it is
 * registered as one that impersonates, and not while it initializes as an administrator; else as
 * itself. */
struct principal provider_caller(const struct provider_registration *registration,
                                 const struct principal *client, bool initializes);

/* Has the same provider a registration of that class, too (__InstanceProviderRegistration …)? */
bool provider_is_registered(struct cim_repo *repo, const struct provider_registration *registration,
                            const char *class);
/* Is the class, with all above it, one of the provider's? */
bool provider_has_class(const struct provider_registration *registration,
                        const struct cim_object *class);

#endif
