/* What the parent tells a worker: a small file named by one environment variable, KEY=VALUE lines
 * (values have no line breaks). And the marker in shared memory the worker tells the parent by. */
#ifndef CONFORMANCE_CASE_CONTEXT_H
#define CONFORMANCE_CASE_CONTEXT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define CONF_CONTEXT_VARIABLE "PAPCHECK_CONTEXT"

struct conf_context {
    char id[96];
    char uri[256];  /* of the device */
    char host[256]; /* of the USB/IP server; empty when there is none */
    uint16_t port;
    char busid[32];
    char control[PATH_MAX];  /* papsim's control socket; empty: none */
    char provider[PATH_MAX]; /* the library under judgement; empty: none */
    char evidence[PATH_MAX]; /* folder of this case */
    char host_defect[64];    /* of our model of a host; empty: none */
    uint64_t seed;
    bool allow_mtp;
    bool destructive;
};

int conf_context_write(const char *path, const struct conf_context *context);
int conf_context_read(const char *path, struct conf_context *ret);

/* In evidence/marker, mapped by both sides. */
struct conf_marker {
    volatile uint32_t inside; /* 1 while control is in the provider */
    char row[32];
    char method[128];
};

#endif
