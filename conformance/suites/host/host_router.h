/* Our host of class providers for one case: two that write down what they are asked, a repository
 * in which the case registers them, and a clock. */
#ifndef CONFORMANCE_SUITES_HOST_HOST_ROUTER_H
#define CONFORMANCE_SUITES_HOST_HOST_ROUTER_H

#include "conformance/case/conf.h"
#include "conformance/host/recorder/class_recorder.h"
#include "conformance/host/wbem/wbem_local.h"

#define HOST_ONE "{00000001-0001-0002-0304-05060708090A}"
#define HOST_TWO "{00000002-0001-0002-0304-05060708090A}"
#define HOST_QUERY(text) "\"select * from meta_class where " text "\""
/* MOF: a provider of that name and class, and that it has classes; what more there is to say. */
#define HOST_PROVIDER(name, clsid, more)                                                           \
    "instance of __Win32Provider { Name = \"" name "\"; CLSID = \"" clsid "\"; " more " };\n"
#define HOST_REGISTERED(name, queries, more)                                                       \
    "instance of __ClassProviderRegistration { provider = \"__Win32Provider.Name='" name "'\";"    \
    "SupportsGet = TRUE; SupportsPut = TRUE; SupportsDelete = TRUE; SupportsEnumeration = TRUE;"   \
    "ResultSetQueries = {" queries "}; " more " };\n"

struct host_router {
    struct conf *c;
    struct cim_repo *repo;
    struct world *world;
    struct class_recorders all;
    struct class_recorder *one, *two; /* P and P_1, Q and Q_1; each says its number in By */
    struct router *router;
    struct wbem_local local;
    char asked[CLASS_RECORDER_ROOM], by[64], names[400];
};

void host_router_leave(struct host_router *it);
#define HOST_ROUTER __attribute__((cleanup(host_router_leave))) struct host_router
/* `patience_ms`: of the host, with a provider that says nothing; 0: its own. */
void host_router_begin(struct conf *c, struct host_router *it, int64_t patience_ms);

/* Into root\default; the case ends if it does not compile. */
void host_router_compile(struct host_router *it, const char *mof);
/* As a client puts it there. */
HRESULT host_router_put(struct host_router *it, const char *mof);

/* What the providers were asked since the last time, as class_recorder.h has it. */
const char *host_router_asked(struct host_router *it);
bool host_router_was_asked(struct host_router *it, const char *what);
HRESULT host_router_get(struct host_router *it, const char *class);
/* By of the class; "": it is stored, "-": it is not there. */
const char *host_router_whose(struct host_router *it, const char *class);
/* The names of all below, a blank behind each. */
const char *host_router_below(struct host_router *it, const char *super, HRESULT *ret_hr);

#endif
