/* What the files of the hosting end share. */
#ifndef CONFORMANCE_HOST_HOSTING_HOSTING_PRIVATE_H
#define CONFORMANCE_HOST_HOSTING_HOSTING_PRIVATE_H

#include <pthread.h>
#include <sys/types.h>

#include "conformance/host/hosting/hosting.h"
#include "conformance/host/hosting/hosting_link.h"

/* A sink that is passed, and not yet given back as often. */
struct hosting_sink {
    struct hosting_sink *next;
    uint64_t id;
    bool is_init;   /* an IWbemProviderInitSink */
    IUnknown *sink; /* a reference while passed > 0 */
    uint64_t passed;
};

struct hosting {
    struct hosting_options options;
    struct hosting_end end;
    struct hosting_link *link;
    pid_t pid;
    pthread_mutex_t lock; /* of all that follows */
    enum hosting_fate fate;
    char how[120];
    struct hosting_sink *sinks;
    struct hosting_proxy *proxies;
    uint64_t last_sink;
    unsigned denied;
};

/* ---- sinks (hosting_serve.c) */
/* Its number for the other end, which has one reference more of it then; NULL is 0.
 * WBEM_E_OUT_OF_MEMORY. */
HRESULT hosting_pass(struct hosting *hosting, IUnknown *sink, bool is_init, uint64_t *ret_id);
/* So many times less. */
void hosting_passed(struct hosting *hosting, uint64_t id, uint64_t times);
void hosting_sinks_free(struct hosting *hosting);
/* hosting_end's slots. */
void hosting_serve(void *hosting, struct hosting_message *call, struct hosting_message *answer);
void hosting_note(void *hosting, const struct hosting_message *note);

/* ---- the provider's objects (hosting_proxy.c, hosting_services.c) */
enum hosting_kind_of { HOSTING_UNKNOWN, HOSTING_INIT, HOSTING_SERVICES, HOSTING_KINDS_OF };

struct hosting_proxy {
    union {
        IUnknown unknown;
        IWbemProviderInit init;
        IWbemServices services;
    }; /* first: what it is called by */
    struct hosting *hosting;
    struct hosting_proxy *next;
    enum hosting_kind_of kind;
    uint64_t handle;
    unsigned refs, remote; /* remote: that the other end counts; under the lock */
};

/* A reference to the one with that handle, of which the other end counts one more. */
HRESULT hosting_proxy_of(struct hosting *hosting, uint64_t handle, enum hosting_kind_of kind,
                         void **ret);
/* Makes a call whose packing said `packed`, lets it go, and has nothing of the answer but its
 * result. */
HRESULT hosting_invoke(struct hosting *hosting, HRESULT packed, struct hosting_message *call);
HRESULT STDMETHODCALLTYPE hosting_query(IUnknown *This, REFIID riid, void **ret);
ULONG STDMETHODCALLTYPE hosting_add_ref(IUnknown *This);
ULONG STDMETHODCALLTYPE hosting_release(IUnknown *This);
/* Their IUnknown methods, whatever they are called by. */
#define HOSTING_PROXY(name, type)                                                                  \
    static HRESULT STDMETHODCALLTYPE name##_QueryInterface(type *This, REFIID riid, void **ret)    \
    {                                                                                              \
        return hosting_query((IUnknown *)This, riid, ret);                                         \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_AddRef(type *This)                                       \
    {                                                                                              \
        return hosting_add_ref((IUnknown *)This);                                                  \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_Release(type *This)                                      \
    {                                                                                              \
        return hosting_release((IUnknown *)This);                                                  \
    }
#define HOSTING_UNKNOWN_SLOTS(name)                                                                \
    .QueryInterface = name##_QueryInterface, .AddRef = name##_AddRef, .Release = name##_Release
extern const IWbemServicesVtbl hosting_services_vtbl;

#endif
