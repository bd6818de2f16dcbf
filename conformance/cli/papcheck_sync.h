/* `papcheck sync`: the device that it is about, from its address to WMDM's object. */
#ifndef CONFORMANCE_CLI_PAPCHECK_SYNC_H
#define CONFORMANCE_CLI_PAPCHECK_SYNC_H

#include <limits.h>
#include <stdbool.h>

#include "conformance/case/context.h"
#include "conformance/run/process.h"
#include "spcore/sync/sync_visit.h"

struct sync_subject {
    const char *uri;      /* NULL: a player of papsim's of our own */
    const char *player;   /* of that papsim */
    const char *provider; /* NULL: ours */
    const char *clsid;    /* NULL: what it registers, or the device names */
    bool allow_mtp;
    void (*unfit)(void *context, const char *words); /* told of all that the device lacks */
    void *context_of_unfit;
    /* All below by sync_subject_open(). */
    struct process papsim;
    struct conf_context context; /* of our own papsim; its folder of evidence goes at the end */
    char path[PATH_MAX];
    struct sync_visit visit;
};

/* 0, or an exit code after a line that says why: EXIT_NONCONFORMANT for a device that cannot take
 * part in automatic synchronisation. To be closed in any case. */
int sync_subject_open(struct sync_subject *subject);
void sync_subject_close(struct sync_subject *subject); /* it can be opened again */
/* Is the device there? Not while somebody has it. */
bool sync_subject_present(const struct sync_subject *subject);

#endif
