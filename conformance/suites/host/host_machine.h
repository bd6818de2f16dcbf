/* A Windows machine of our model with one device and one INF, for the cases about both. */
#ifndef CONFORMANCE_SUITES_HOST_HOST_MACHINE_H
#define CONFORMANCE_SUITES_HOST_HOST_MACHINE_H

#include "conformance/case/conf.h"
#include "conformance/host/deviant/inf_trials.h"
#include "conformance/host/deviant/pnp_deviant.h"

enum { HOST_SEEN = 16384 };

struct host_machine {
    struct conf *c;
    struct pnp_machine *machine;
    struct pnp_devnode *devnode; /* NULL: it could not be plugged */
    struct pnp_listener listener;
    char error[1024]; /* the INF was not taken in */
    char told[256];   /* services that are to be started */
};
/* A player's INF that what a case adds goes on with: sections of one name are one. */
extern const char host_head[];

/* With the defect that the run has switched on. host_machine_leave() ends it. */
struct host_machine host_machine(struct conf *c, const struct pnp_options *options);
void host_machine_leave(struct host_machine *it);
#define HOST_MACHINE __attribute__((cleanup(host_machine_leave))) struct host_machine

/* The INF "p.inf" is taken in and the device USB\VID_1209&PID_5041 with the serial number C001
 * plugged. */
void host_install(struct host_machine *it, const char *inf, size_t size);
void host_plug(struct host_machine *it);

/* What a place has, in words: of a key "S" (software), "H" (hardware), "V" (service svc), "T0"
 * (its first trigger) "L" (its event log), "I" (the interface), "P" (the package) or a path, with a
 * subkey behind it, the value `name` ("type:what", "absent"), for "(key)" whether it is there; or
 * "state", "reason", "rank", "service", "interfaces" (how many), "link", "told", "remark". */
void host_see(struct host_machine *it, const char *where, const char *name, char ret[HOST_SEEN]);
/* "sz:text", "expand:text" or "dword:number" becomes the value. */
void host_set(struct host_machine *it, const char *where, const char *name, const char *what);

#endif
