/* Class providers that do nothing but what they are told to, and write down what they are asked:
 * the other end of the router. COM that makes them is told of, too. */
#ifndef CONFORMANCE_HOST_RECORDER_CLASS_RECORDER_H
#define CONFORMANCE_HOST_RECORDER_CLASS_RECORDER_H

#include <pthread.h>
#include <stdatomic.h>

#include "conformance/host/include/wbemprov.h"
#include "conformance/host/router/router.h"

enum { CLASS_RECORDERS = 4, CLASS_RECORDER_ROOM = 4096 };

struct class_recorder {
    struct class_recorders *all;
    IWbemProviderInit init_iface;
    IWbemServices services_iface;
    const char *clsid;
    const char *classes;      /* "A A_B:A ", a blank behind each: with the parent */
    const char *by;           /* what each says in its property By */
    bool not_there;           /* its library is not */
    HRESULT initialized, got; /* how they end: Initialize, a get of what is its own */
    HRESULT returned;         /* by Initialize; of a failure nothing is said to its sink */
    bool waits;               /* its sink is told when it has its turn */
    bool never;               /* or not at all */
    bool says_more;           /* before that it says 1, and behind it WBEM_E_FAILED */
    IWbemProviderInitSink *waiting;
    HRESULT enumerated, put; /* an enumeration, PutClassAsync and DeleteClassAsync */
    bool holds;              /* an enumeration stays behind its first class */
    IWbemObjectSink *held;   /* of one that does */
    atomic_uint refs;        /* of the object */
    atomic_int places;       /* where one of its objects lives, or what was not pure stays */
};

struct class_recorders {
    struct class_recorder at[CLASS_RECORDERS];
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* "load(One LocalSystem) Initialize(1 root\\default) services(1) get(1 A) put(1 A) leave(1) …"
     */
    char log[CLASS_RECORDER_ROOM];
};

void class_recorders_begin(struct class_recorders *all);
void class_recorders_end(struct class_recorders *all);
/* One more, for the caller to change before it is asked. */
struct class_recorder *class_recorder_add(struct class_recorders *all, const char *clsid,
                                          const char *classes);
/* For a router, with a class_recorders for its self. */
extern const struct router_activator class_recorder_activator;

/* What has been written down since the last time, which is emptied. */
const char *class_recorders_take(struct class_recorders *all, char *text, size_t size);
/* Until an enumeration is held; it goes on to its end. */
void class_recorder_await(struct class_recorder *it);
void class_recorder_let(struct class_recorder *it);

#endif
