/* Every kind of object of a provider, and every method of every interface that one of them offers:
 * what cases go over that judge a rule of all rather than a method. */
#ifndef CONFORMANCE_WMDM_WMDM_SWEEP_H
#define CONFORMANCE_WMDM_WMDM_SWEEP_H

#include "conformance/wmdm/wmdm.h"

#define WMDM_KINDS 10

struct wmdm_kind {
    const char *name; /* for notes: "a file"; NULL: none */
    IUnknown *object; /* a reference of the caller's; NULL: the provider has none of the kind */
    bool is_ours;     /* what is spoilt with it is nobody's: all but a root */
};

/* One of each, made anew: what is on the device anyhow, and a folder of ours with a file
 * (CONF_WRITES). The rest of the array is empty. */
void wmdm_kinds_there(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS]);
void wmdm_kinds_made(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS]);
void wmdm_kinds(struct wmdm *w, struct wmdm_kind ret_kinds[WMDM_KINDS]);
void wmdm_kinds_release(struct conf *c, struct wmdm_kind kinds[WMDM_KINDS]);

/* One method with arguments that make sense and change little; its outputs are rooms of the
 * sweep's, zero before each visit. */
struct wmdm_try {
    const struct wmdm_method *method;
    void *object; /* the interface's pointer */
    uint64_t arguments[WMDM_ARGS];
};
typedef void wmdm_visit(struct wmdm *w, struct wmdm_try *one, void *context);

/* Visits the methods of all interfaces that QueryInterface of the object gives, each where it is
 * declared; left out are IUnknown's own, and SACAuth, which a message without sense shuts. */
void wmdm_sweep(struct wmdm *w, IUnknown *object, wmdm_visit *visit, void *context);

/* Is it one that only asks, or only moves an enumerator? */
bool wmdm_only_asks(const struct wmdm_method *method);
/* Calls it, at that place of a case, and releases what it handed out. */
HRESULT wmdm_try_call(struct wmdm *w, const char *file, int line, struct wmdm_try *one);
#define TRY_CALL(w, one) wmdm_try_call((w), __FILE__, __LINE__, (one))

#endif
